//! Witnesses of the log (C2SP tlog-witness, the client's side): other organisations that cosign each checkpoint which
//! continues the last one they saw. They are asked in the background; nothing waits for them. What they remember is
//! looked at before the log goes on after a start: a log that was put back, or rewritten with the stolen key, shows.
//!
//! Kept clauses: at most 63 lines of proof; after 409 with a size the proof begins there; cosignatures of unknown keys are
//! not looked at, and a line counts when it holds over the very text of the note.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use reqwest::{StatusCode, Url};
use sha2::{Digest as _, Sha256};
use tokio::sync::watch;

use super::checkpoint::{Checkpoint, NOTE_MAX_BYTES};
use super::cosignature::WitnessKey;
use super::{JournalError, StoredCheckpoint, store};
use crate::db::Db;
use crate::domain::time::{Clock, Moment};
use crate::params;

/// Most witnesses of one log.
pub const WITNESSES_MAX: usize = 16;
/// Longest wait for a connection, in seconds.
const CONNECT_TIMEOUT_SECONDS: u64 = 5;
/// Longest wait for an answer, in seconds.
const TIMEOUT_SECONDS: u64 = 15;
/// Between two questions to one witness while the log grows, in seconds.
const PAUSE_SECONDS: u64 = 2;
/// Longest pause before a witness that does not answer is asked again, in seconds.
const LONGEST_PAUSE_SECONDS: u64 = 60;
/// How long a witness may be silent before it is an alarm, in seconds.
const SILENCE_ALARM_SECONDS: i64 = 3600;
/// How often the proof begins anew from what the witness says.
const ATTEMPTS_MAX: usize = 3;

/// What a witness did with a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// No answer, or one that is none: it passes by itself.
    #[error("no answer: {0}")]
    Silent(String),
    /// It says that the log is not what it cosigned before, does not know the log, or answers by another key.
    #[error("{0}")]
    Alarm(String),
}

/// One witness.
#[derive(Debug, Clone)]
struct WitnessAt {
    url: Url,
    key: WitnessKey,
    verifier_key: String,
}

/// All witnesses of a log. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Witnesses {
    http: reqwest::Client,
    all: Vec<WitnessAt>,
}

impl Witnesses {
    /// The witnesses at these addresses with these verifier keys. Redirects and proxies of the environment are not
    /// followed.
    ///
    /// # Errors
    /// `Witness` names the one that is not an http(s) address or not the key of a witness.
    pub fn new<'a>(configured: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, JournalError> {
        let mut all = Vec::new();
        for (url, verifier_key) in configured {
            let wrong = |detail: &str| JournalError::Witness { url: url.to_owned(), detail: detail.to_owned() };
            let slashed = format!("{}/", url.trim_end_matches('/'));
            let parsed = Url::parse(&slashed).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
            let parsed = parsed.ok_or_else(|| wrong("not an http:// or https:// address"))?;
            let key = WitnessKey::parse(verifier_key).ok_or_else(|| wrong("not the verifier key of a witness"))?;
            if all.len() == WITNESSES_MAX {
                return Err(wrong("too many witnesses"));
            }
            all.push(WitnessAt { url: parsed, key, verifier_key: verifier_key.to_owned() });
        }
        let http = reqwest::Client::builder()
            .user_agent(concat!("qolhat/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(Duration::from_secs(CONNECT_TIMEOUT_SECONDS))
            .timeout(Duration::from_secs(TIMEOUT_SECONDS))
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .build()
            .map_err(|error| JournalError::Witness { url: String::new(), detail: error.to_string() })?;
        Ok(Self { http, all })
    }

    /// Makes sure that the log in `db` holds all that the witnesses cosigned of it: it is as long, and had that root at
    /// that size. Answers which witnesses could not be compared with, and why: that is a warning and no more.
    ///
    /// # Errors
    /// `Rollback` names the witness; a fault of the database.
    pub async fn must_be_held(&self, db: &Db, verifier_key: &str) -> Result<Vec<String>, JournalError> {
        let size = store::size(db).await?;
        let mut not_compared = Vec::new();
        for witness in &self.all {
            let remembered = match self.remembered(witness, verifier_key).await {
                Ok(Some(remembered)) => remembered,
                Ok(None) if size == 0 => continue,
                Ok(None) => {
                    not_compared.push(format!("{}: it has cosigned nothing of this log", witness.url));
                    continue;
                }
                Err(error) => {
                    not_compared.push(format!("{}: {error}", witness.url));
                    continue;
                }
            };
            let what = if size < remembered.size {
                "the log in the database is shorter than the one that the witness cosigned"
            } else if store::root_at(db, remembered.size).await? == Some(remembered.root) {
                continue;
            } else {
                "the log in the database had another root at that size than the one that the witness cosigned"
            };
            return Err(JournalError::Rollback {
                path: witness.url.to_string(),
                remembered: remembered.size,
                size,
                what: what.to_owned(),
            });
        }
        Ok(not_compared)
    }

    /// The last checkpoint that a witness of ours tells of: signed by the log's key and cosigned by its own.
    async fn remembered(&self, witness: &WitnessAt, verifier_key: &str) -> Result<Option<Checkpoint>, Refused> {
        let origin = verifier_key.split_once('+').map_or(verifier_key, |(origin, _)| origin);
        let path = format!("{}/checkpoint", hex::encode(Sha256::digest(origin.as_bytes())));
        let url = witness.url.join(&path).map_err(|error| Refused::Silent(error.to_string()))?;
        let (status, note) = ask(self.http.get(url)).await?;
        match status {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Ok(None),
            other => return Err(Refused::Silent(other.to_string())),
        }
        if witness.key.cosigned(&note).is_none() {
            return Err(Refused::Silent("what it tells is not cosigned by its key".to_owned()));
        }
        let checkpoint = Checkpoint::open(&note, verifier_key);
        checkpoint.map(Some).map_err(|error| Refused::Silent(error.to_string()))
    }

    /// One task for each witness.
    pub(super) fn tasks(&self, db: &Db, clock: &Arc<dyn Clock>) -> Vec<Task> {
        let task = |witness: &WitnessAt| Task {
            http: self.http.clone(),
            witness: witness.clone(),
            db: db.clone(),
            clock: Arc::clone(clock),
        };
        self.all.iter().map(task).collect()
    }
}

/// The answer to `request`, no longer than a note.
async fn ask(request: reqwest::RequestBuilder) -> Result<(StatusCode, String), Refused> {
    let silent = |error: reqwest::Error| Refused::Silent(error.to_string());
    let mut response = request.send().await.map_err(silent)?;
    let mut octets = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(silent)? {
        if octets.len().saturating_add(chunk.len()) > NOTE_MAX_BYTES {
            return Err(Refused::Silent("the answer is too long".to_owned()));
        }
        octets.extend_from_slice(&chunk);
    }
    let text = String::from_utf8(octets).map_err(|_| Refused::Silent("the answer is no text".to_owned()))?;
    Ok((response.status(), text))
}

/// Has every checkpoint cosigned by one witness.
pub(super) struct Task {
    http: reqwest::Client,
    witness: WitnessAt,
    db: Db,
    clock: Arc<dyn Clock>,
}

impl Task {
    /// Asks as the log grows, until the log is closed.
    pub(super) async fn run(self, mut newest: watch::Receiver<Option<String>>) {
        let mut failing: Option<Moment> = None;
        let mut pause = PAUSE_SECONDS;
        // What was there at the start is asked about first.
        loop {
            newest.borrow_and_update();
            match self.round().await {
                Ok(()) => (failing, pause) = (None, PAUSE_SECONDS),
                Err(error) => {
                    let since = *failing.get_or_insert(self.clock.now());
                    self.tell(&error, since);
                    pause = pause.saturating_mul(2).min(LONGEST_PAUSE_SECONDS);
                }
            }
            tokio::time::sleep(Duration::from_secs(pause)).await;
            if failing.is_none() {
                if newest.changed().await.is_err() {
                    return;
                }
            } else if newest.has_changed().is_err() {
                return;
            }
        }
    }

    fn tell(&self, error: &Refused, since: Moment) {
        let url = &self.witness.url;
        let seconds = self.clock.now().unix_seconds().saturating_sub(since.unix_seconds());
        match error {
            Refused::Alarm(what) => {
                tracing::error!(witness.url = %url, error = what, "ALARM: a witness does not cosign the log");
            }
            Refused::Silent(what) if seconds >= SILENCE_ALARM_SECONDS => {
                tracing::error!(witness.url = %url, error = what, seconds, "ALARM: a witness has been silent for long");
            }
            Refused::Silent(what) => {
                tracing::warn!(witness.url = %url, error = what, "a witness does not answer; it is asked again");
            }
        }
    }

    /// Has the newest checkpoint cosigned, unless it is.
    async fn round(&self) -> Result<(), Refused> {
        let database = |error: JournalError| Refused::Silent(error.to_string());
        let Some(stored) = store::latest_checkpoint(&self.db).await.map_err(database)? else { return Ok(()) };
        let known = cosigned_size(&self.db, &self.witness.verifier_key).await.map_err(database)?;
        if known >= stored.size {
            return Ok(());
        }
        let mut old_size = known;
        for _ in 0..ATTEMPTS_MAX {
            let proof = store::consistency_proof(&self.db, old_size, stored.size).await.map_err(database)?;
            let hashes: String = proof.iter().map(|hash| format!("{}\n", BASE64_STANDARD.encode(hash))).collect();
            let body = format!("old {old_size}\n{hashes}\n{}", stored.note);
            let url = self.witness.url.join("add-checkpoint").map_err(|error| Refused::Silent(error.to_string()))?;
            let (status, text) = ask(self.http.post(url).body(body)).await?;
            match status {
                StatusCode::OK => return self.keep(&stored, &text).await,
                StatusCode::CONFLICT => old_size = conflict(&text, old_size, stored.size)?,
                StatusCode::UNPROCESSABLE_ENTITY => {
                    return Err(Refused::Alarm(format!("fork: it cosigned another history of {old_size} entries")));
                }
                StatusCode::FORBIDDEN | StatusCode::NOT_FOUND | StatusCode::BAD_REQUEST => {
                    return Err(Refused::Alarm(format!("{status}: {}", text.chars().take(200).collect::<String>())));
                }
                other => return Err(Refused::Silent(other.to_string())),
            }
        }
        Err(Refused::Silent("it names another size each time".to_owned()))
    }

    async fn keep(&self, stored: &StoredCheckpoint, answer: &str) -> Result<(), Refused> {
        let line = self.witness.key.line_of(answer, &stored.note);
        let (line, at) = line.ok_or_else(|| Refused::Alarm("its cosignature does not hold".to_owned()))?;
        let row = params![
            store::signed(stored.size),
            self.witness.verifier_key.as_str(),
            line.as_str(),
            at,
            self.clock.now()
        ];
        let kept = async {
            let mut tx = self.db.begin().await?;
            tx.execute(include_str!("sql/insert_cosignature.sql"), &row).await?;
            tx.commit().await
        };
        kept.await.map_err(|error| Refused::Silent(error.to_string()))
    }
}

/// The size that a witness names with 409.
fn conflict(text: &str, old_size: u64, size: u64) -> Result<u64, Refused> {
    let told = text.trim_end_matches('\n').parse::<u64>();
    let told = told.map_err(|_| Refused::Silent("409 without a size".to_owned()))?;
    if told > size {
        return Err(Refused::Alarm(format!("rollback: it cosigned {told} entries, the log has {size}")));
    }
    if told == old_size {
        return Err(Refused::Alarm(format!("fork: it cosigned another root of {told} entries")));
    }
    Ok(told)
}

/// Size of the largest checkpoint that a witness cosigned, as far as it is kept; 0 without one.
async fn cosigned_size(db: &Db, verifier_key: &str) -> Result<u64, JournalError> {
    let row = db.query_one(include_str!("sql/select_cosigned_size.sql"), &params![verifier_key]).await?;
    Ok(row.map(|row| store::unsigned(&row, "size")).transpose()?.unwrap_or_default())
}

/// The note of a checkpoint with the cosignatures that are known of it.
pub(super) async fn with_cosignatures(db: &Db, stored: &StoredCheckpoint) -> Result<String, JournalError> {
    let mut note = stored.note.clone();
    for row in db.query(include_str!("sql/select_cosignatures.sql"), &params![store::signed(stored.size)]).await? {
        let line = row.text("line")?;
        if note.len().saturating_add(line.len()) < NOTE_MAX_BYTES {
            note.push_str(&line);
            note.push('\n');
        }
    }
    Ok(note)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_conflict_is_a_place_to_begin_from_or_an_alarm() {
        assert_eq!(conflict("5\n", 0, 9), Ok(5));
        assert_eq!(conflict("0\n", 7, 9), Ok(0));
        assert!(matches!(conflict("10\n", 0, 9), Err(Refused::Alarm(_))));
        assert!(matches!(conflict("9\n", 9, 9), Err(Refused::Alarm(_))));
        assert!(matches!(conflict("", 0, 9), Err(Refused::Silent(_))));
    }

    #[test]
    fn only_an_address_and_the_key_of_a_witness_are_taken() {
        let key = super::super::cosignature::CosigningKey::from_seed("w.example", &[1; 32]).unwrap();
        let key = key.verifier_key();
        assert!(Witnesses::new([("http://127.0.0.1:1", key)]).is_ok());
        assert!(Witnesses::new([("file:///etc/passwd", key)]).is_err());
        assert!(Witnesses::new([("http://127.0.0.1:1", "w.example+00000000+AAAA")]).is_err());
        assert!(Witnesses::new(vec![("http://127.0.0.1:1", key); WITNESSES_MAX + 1]).is_err());
    }
}
