//! Witnesses of the log (C2SP tlog-witness, the client's side): other organisations that cosign each checkpoint which
//! continues the last one they saw. They are asked in the background; nothing waits for them. What they remember is
//! looked at before the log goes on after a start: a log that was put back, or rewritten with the stolen key, shows.
//!
//! Kept clauses: at most 63 lines of proof; after 409 with a size the proof begins there; cosignatures of unknown keys are
//! not looked at, and a line counts when it holds over the very text of the note.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use futures_util::future::join_all;
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
/// How long a witness is waited for while nobody leads the log.
const TAKEOVER_PATIENCE: Duration = Duration::from_secs(2);
/// How long a witness is waited for while an extract is made.
const COSIGN_PATIENCE: Duration = Duration::from_secs(5);
/// How often the proof begins anew from what the witness says.
const ATTEMPTS_MAX: usize = 3;

/// What a witness did with a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// No answer, or one that is none: it passes by itself.
    #[error("no answer: {0}")]
    Silent(String),
    /// It says that the log is not what it cosigned before.
    #[error("{0}")]
    Forked(String),
    /// It does not know the log, or answers by another key.
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
    /// How long one is waited for before the lead is taken; by default as long as for any answer.
    patience: Option<Duration>,
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
        Ok(Self { http, all, patience: None })
    }

    /// Makes sure that the log in `db` holds all that the witnesses cosigned of it: it is as long, and had that root at
    /// that size. Answers which witnesses could not be compared with, and why: that is a warning and no more.
    ///
    /// # Errors
    /// `Rollback` names the witness; a fault of the database.
    pub async fn must_be_held(&self, db: &Db, verifier_key: &str) -> Result<Vec<String>, JournalError> {
        let mut not_compared = Vec::new();
        let answers = join_all(self.all.iter().map(|witness| self.patiently(witness, verifier_key))).await;
        // After the answers: what they tell of is in the log by then.
        let size = store::size(db).await?;
        for (witness, answer) in self.all.iter().zip(answers) {
            let remembered = match answer {
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
            held(db, &witness.url, size, &remembered).await?;
        }
        Ok(not_compared)
    }

    /// Asks a witness at `url`, configured or not, for the last checkpoint of this log that it cosigned, and holds the log in
    /// `db` against it. What is believed is the signature of the log's own key: nobody else could have made that checkpoint.
    /// Answers its size; 0 when the witness has cosigned nothing.
    ///
    /// # Errors
    /// `Rollback` when the log is behind it or forked from it; `Witness` when there is no answer, or one that is none.
    pub async fn ask_one(url: &str, db: &Db, verifier_key: &str) -> Result<u64, JournalError> {
        let silent = |detail: String| JournalError::Witness { url: url.to_owned(), detail };
        let slashed = format!("{}/", url.trim_end_matches('/'));
        let parsed = Url::parse(&slashed).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let parsed = parsed.ok_or_else(|| silent("not an http:// or https:// address".to_owned()))?;
        let all = Self::new([])?;
        let told = latest(&all.http, &parsed, verifier_key).await.map_err(|error| silent(error.to_string()))?;
        let Some(note) = told else { return Ok(0) };
        let remembered = Checkpoint::open(&note, verifier_key).map_err(|error| silent(error.to_string()))?;
        held(db, &parsed, store::size(db).await?, &remembered).await?;
        Ok(remembered.size)
    }

    async fn patiently(&self, witness: &WitnessAt, verifier_key: &str) -> Result<Option<Checkpoint>, Refused> {
        let asked = self.remembered(witness, verifier_key);
        let Some(patience) = self.patience else { return asked.await };
        let answered = tokio::time::timeout(patience, asked).await;
        answered.unwrap_or_else(|_| Err(Refused::Silent("no answer in time".to_owned())))
    }

    /// The last checkpoint that a witness of ours tells of: signed by the log's key and cosigned by its own.
    async fn remembered(&self, witness: &WitnessAt, verifier_key: &str) -> Result<Option<Checkpoint>, Refused> {
        let Some(note) = latest(&self.http, &witness.url, verifier_key).await? else { return Ok(None) };
        if witness.key.cosigned(&note).is_none() {
            return Err(Refused::Silent("what it tells is not cosigned by its key".to_owned()));
        }
        let checkpoint = Checkpoint::open(&note, verifier_key);
        checkpoint.map(Some).map_err(|error| Refused::Silent(error.to_string()))
    }

    /// One task for each witness.
    pub(super) fn tasks(&self, db: &Db, log_key: &str, clock: &Arc<dyn Clock>, guard: &Arc<Guard>) -> Vec<Task> {
        let task = |witness: &WitnessAt| Task {
            http: self.http.clone(),
            witness: witness.clone(),
            db: db.clone(),
            clock: Arc::clone(clock),
            guard: Arc::clone(guard),
            log_key: log_key.into(),
        };
        self.all.iter().map(task).collect()
    }
}

/// That the log in `db`, of `size` entries, holds what a witness remembers of it.
async fn held(db: &Db, url: &Url, size: u64, remembered: &Checkpoint) -> Result<(), JournalError> {
    let what = if size < remembered.size {
        "the log in the database is shorter than the one that the witness cosigned"
    } else if store::root_at(db, remembered.size).await? == Some(remembered.root) {
        return Ok(());
    } else {
        "the log in the database had another root at that size than the one that the witness cosigned"
    };
    let (path, what) = (url.to_string(), what.to_owned());
    Err(JournalError::Rollback { path, remembered: remembered.size, size, what })
}

/// The last note of this log that the witness at `url` tells of, not judged; `None` when it has none.
async fn latest(http: &reqwest::Client, url: &Url, verifier_key: &str) -> Result<Option<String>, Refused> {
    let origin = verifier_key.split_once('+').map_or(verifier_key, |(origin, _)| origin);
    let path = format!("{}/checkpoint", hex::encode(Sha256::digest(origin.as_bytes())));
    let url = url.join(&path).map_err(|error| Refused::Silent(error.to_string()))?;
    let (status, note) = ask(http.get(url)).await?;
    match status {
        StatusCode::OK => Ok(Some(note)),
        StatusCode::NOT_FOUND => Ok(None),
        other => Err(Refused::Silent(other.to_string())),
    }
}

/// What stands between the log and a second history of it: what a witness has said against it while this process runs.
#[derive(Default)]
pub(super) struct Guard {
    witnesses: Mutex<Option<Witnesses>>,
    forked: Mutex<Option<(String, String)>>,
}

impl Guard {
    /// They are asked from now on.
    pub(super) fn ask(&self, witnesses: &Witnesses) {
        *self.witnesses.lock().unwrap_or_else(PoisonError::into_inner) = Some(witnesses.clone());
    }

    /// Those that are asked.
    pub(super) fn asked(&self) -> Option<Witnesses> {
        self.witnesses.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn stop(&self, url: &Url, what: &str) {
        *self.forked.lock().unwrap_or_else(PoisonError::into_inner) = Some((url.to_string(), what.to_owned()));
    }

    /// That no witness has said that the log is another: before each batch.
    ///
    /// # Errors
    /// `Forked`.
    pub(super) fn must_be_clear(&self) -> Result<(), JournalError> {
        match self.forked.lock().unwrap_or_else(PoisonError::into_inner).clone() {
            Some((url, what)) => Err(JournalError::Forked { url, what }),
            None => Ok(()),
        }
    }

    /// The same, and that the log holds what the witnesses remember: before the lead is taken. One that is silent is not
    /// waited for.
    ///
    /// # Errors
    /// `Forked`, `Rollback`; a fault of the database.
    pub(super) async fn must_be_held(&self, db: &Db, verifier_key: &str) -> Result<(), JournalError> {
        self.must_be_clear()?;
        let Some(mut witnesses) = self.asked() else { return Ok(()) };
        witnesses.patience = Some(TAKEOVER_PATIENCE);
        for witness in witnesses.must_be_held(db, verifier_key).await? {
            tracing::warn!(witness, "the lead is taken without this witness");
        }
        Ok(())
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
    guard: Arc<Guard>,
    /// The verifier key of the log.
    log_key: Arc<str>,
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

    /// Has this checkpoint cosigned now, if the witness answers soon; whether it answered.
    pub(super) async fn answers(&self, stored: &StoredCheckpoint) -> bool {
        let answer = tokio::time::timeout(COSIGN_PATIENCE, self.cosign(stored)).await;
        match answer.unwrap_or_else(|_| Err(Refused::Silent("no answer in time".to_owned()))) {
            Ok(()) => true,
            Err(error) => {
                self.tell(&error, self.clock.now());
                false
            }
        }
    }

    pub(super) fn verifier_key(&self) -> &str {
        &self.witness.verifier_key
    }

    fn tell(&self, error: &Refused, since: Moment) {
        let url = &self.witness.url;
        let seconds = self.clock.now().unix_seconds().saturating_sub(since.unix_seconds());
        match error {
            Refused::Forked(what) => {
                tracing::error!(witness.url = %url, error = what, "ALARM: a witness knows another log: nothing is appended");
                self.guard.stop(url, what);
            }
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
        self.cosign(&stored).await
    }

    /// Has this checkpoint cosigned. One that was overtaken by a larger one never is any more: that is no error.
    async fn cosign(&self, stored: &StoredCheckpoint) -> Result<(), Refused> {
        let database = |error: JournalError| Refused::Silent(error.to_string());
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
                StatusCode::OK => return self.keep(stored, &text).await,
                StatusCode::CONFLICT => match conflict(&text, old_size)? {
                    told if told > stored.size => return self.ahead(told).await,
                    told => old_size = told,
                },
                StatusCode::UNPROCESSABLE_ENTITY => {
                    return Err(Refused::Forked(format!("fork: it cosigned another history of {old_size} entries")));
                }
                StatusCode::FORBIDDEN | StatusCode::NOT_FOUND | StatusCode::BAD_REQUEST => {
                    return Err(Refused::Alarm(format!("{status}: {}", text.chars().take(200).collect::<String>())));
                }
                other => return Err(Refused::Silent(other.to_string())),
            }
        }
        Err(Refused::Silent("it names another size each time".to_owned()))
    }

    /// The witness knows a greater size than this process has seen: another process has had it cosigned, or the log was
    /// put back. What tells is the log as it is now, and a checkpoint by the log's own key: a number alone stops nothing.
    async fn ahead(&self, told: u64) -> Result<(), Refused> {
        let database = |error: JournalError| Refused::Silent(error.to_string());
        if store::size(&self.db).await.map_err(database)? >= told {
            return Ok(());
        }
        let note = latest(&self.http, &self.witness.url, &self.log_key).await?;
        let remembered =
            note.and_then(|note| Checkpoint::open(&note, &self.log_key).ok()).map_or(0, |known| known.size);
        let size = store::size(&self.db).await.map_err(database)?;
        if remembered > size {
            return Err(Refused::Forked(format!("rollback: it cosigned {remembered} entries, the log has {size}")));
        }
        Err(Refused::Alarm(format!(
            "it says that it cosigned {told} entries, and does not show that; the log has {size}"
        )))
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
fn conflict(text: &str, old_size: u64) -> Result<u64, Refused> {
    let told = text.trim_end_matches('\n').parse::<u64>();
    let told = told.map_err(|_| Refused::Silent("409 without a size".to_owned()))?;
    if told == old_size {
        return Err(Refused::Forked(format!("fork: it cosigned another root of {told} entries")));
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
        assert_eq!(conflict("5\n", 0), Ok(5));
        assert_eq!(conflict("0\n", 7), Ok(0));
        assert!(matches!(conflict("9\n", 9), Err(Refused::Forked(_))));
        assert!(matches!(conflict("", 0), Err(Refused::Silent(_))));
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
