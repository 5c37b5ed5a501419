//! A witness (C2SP tlog-witness): a small program that a counterparty runs. Of each log it remembers the last checkpoint
//! that it cosigned, and it cosigns only what continues it. Whoever has stolen a log's key can sign two histories; the
//! witness cosigns one.
//!
//! Kept clauses of tlog-witness: an unknown origin is answered with 404; no signature by the log's key with 403; an old
//! size past the checkpoint's with 400; another old size than that of the last cosigned checkpoint, and another root at
//! the same size, with 409 and that size; a proof that does not hold with 422; what is cosigned is on the disk before it
//! is answered, and the comparison and the writing are one step.

mod door;
mod memory;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;

use crate::domain::time::Clock;
use crate::journal::checkpoint::{Checkpoint, CheckpointError, NOTE_MAX_BYTES, with_own_signature};
use crate::journal::cosignature::CosigningKey;
use crate::journal::proof::verify_consistency;

pub use door::router;
pub use memory::MemoryError;
use memory::{Folder, Memory};

/// Most hashes in a request. Source: C2SP tlog-witness, add-checkpoint.
const PROOF_MAX_LINES: usize = 63;
/// Longest body of a request: the checkpoint, and a line a hash.
pub const BODY_MAX_BYTES: usize = NOTE_MAX_BYTES + 64 * 64;
/// Most logs of one witness.
pub const LOGS_MAX: usize = 1000;

/// The configuration of a witness.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WitnessConfig {
    /// Name of the witness, the first part of its verifier key: `witness.example.kz`.
    pub name: String,
    /// Address of its door.
    pub listen: std::net::SocketAddr,
    /// Folder of its key and of what it remembers.
    pub folder: PathBuf,
    /// Verifier keys of the logs that it watches; the origin is the first part of each.
    pub logs: Vec<String>,
}

/// What a request is answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// 200: the line of the cosignature.
    Cosigned(String),
    /// 400: not a request, or an old size past the checkpoint's.
    Malformed(&'static str),
    /// 403: not signed by the log's key.
    NotSigned,
    /// 404: no log of this witness.
    UnknownLog,
    /// 409: the last checkpoint cosigned has this size, or another root at it.
    Conflict(u64),
    /// 422: the proof does not lead from the last checkpoint to this one.
    Inconsistent,
    /// 500: it cannot be written down, so it is not cosigned.
    Broken(String),
}

struct Log {
    verifier_key: String,
    /// One request at a time: comparing, writing and signing are one step.
    memory: Mutex<Memory>,
}

/// A running witness.
pub struct Witness {
    key: CosigningKey,
    clock: Arc<dyn Clock>,
    logs: BTreeMap<String, Log>,
    /// Holds the lock on the folder: two processes would each remember half.
    _folder: Folder,
}

impl Witness {
    /// The witness of `config`, its key `seed` made by `fresh` when the folder is new. `begin` names an origin that is
    /// watched from now on in a folder that is not new.
    ///
    /// # Errors
    /// [`MemoryError`]: above all when what it remembered of a log is gone or damaged. It never begins anew by itself.
    pub fn open(
        config: &WitnessConfig,
        begin: Option<&str>,
        fresh: &mut dyn FnMut() -> [u8; 32],
        clock: Arc<dyn Clock>,
    ) -> Result<Self, MemoryError> {
        let invalid =
            |what: &str, detail: &str| MemoryError::Invalid { what: what.to_owned(), detail: detail.to_owned() };
        if config.logs.len() > LOGS_MAX {
            return Err(invalid("logs", "too many"));
        }
        let mut keys = BTreeMap::new();
        for verifier_key in &config.logs {
            let origin =
                origin_of(verifier_key).ok_or_else(|| invalid(verifier_key, "not the verifier key of a log"))?;
            if keys.insert(origin, verifier_key.clone()).is_some() {
                return Err(invalid(verifier_key, "a second key of one log"));
            }
        }
        if let Some(origin) = begin.filter(|origin| !keys.contains_key(*origin)) {
            return Err(invalid(origin, "not among the logs of the configuration"));
        }
        let folder = Folder::open(&config.folder)?;
        let is_new = folder.is_new()?;
        let mut logs = BTreeMap::new();
        for (origin, verifier_key) in keys {
            if is_new || begin == Some(origin.as_str()) {
                folder.begin(&origin)?;
            }
            let memory = Mutex::new(folder.memory(&origin, &verifier_key)?);
            logs.insert(origin, Log { verifier_key, memory });
        }
        // The key comes last: without it the folder is still new.
        let seed = folder.key(is_new, fresh)?;
        let key = CosigningKey::from_seed(&config.name, &seed);
        let key = key.ok_or_else(|| invalid("name", "not the name of a key: no white space and no plus sign"))?;
        Ok(Self { key, clock, logs, _folder: folder })
    }

    /// The public key: `name+hash+base64`.
    #[must_use]
    pub fn verifier_key(&self) -> &str {
        self.key.verifier_key()
    }

    /// Verifier keys of the logs.
    pub fn logs(&self) -> impl Iterator<Item = &str> {
        self.logs.values().map(|log| log.verifier_key.as_str())
    }

    /// Cosigns a checkpoint, or says why not. Blocks: it writes to the disk.
    #[must_use]
    pub fn add_checkpoint(&self, body: &[u8]) -> Answer {
        let Some(request) = Request::parse(body) else {
            return Answer::Malformed("not a request to add a checkpoint\n");
        };
        // Whose it is, before the signature is looked at: as the protocol orders.
        let origin = request.note.lines().next().unwrap_or_default();
        let Some(log) = self.logs.get(origin) else { return Answer::UnknownLog };
        let checkpoint = match Checkpoint::open(request.note, &log.verifier_key) {
            Ok(checkpoint) => checkpoint,
            Err(CheckpointError::Malformed | CheckpointError::OtherLog(_)) => {
                return Answer::Malformed("not a signed checkpoint\n");
            }
            Err(CheckpointError::VerifierKey | CheckpointError::NotSigned | CheckpointError::WrongSignature) => {
                return Answer::NotSigned;
            }
        };
        // Strangers' lines are not remembered: a padded note could not be given to anybody any more.
        let Some(note) = with_own_signature(request.note, &log.verifier_key) else { return Answer::NotSigned };
        if request.old_size > checkpoint.size {
            return Answer::Malformed("the old size is past that of the checkpoint\n");
        }
        let mut memory = log.memory.lock().unwrap_or_else(PoisonError::into_inner);
        let (last, root) = memory.last();
        if request.old_size != last || (last == checkpoint.size && last > 0 && root != checkpoint.root) {
            return Answer::Conflict(last);
        }
        let is_held = match (request.old_size, request.proof.as_slice()) {
            (0, []) => checkpoint.size > 0 || checkpoint.root == crate::journal::proof::Frontier::default().root(),
            (0, _) => false,
            (old_size, proof) => verify_consistency(old_size, &root, checkpoint.size, &checkpoint.root, proof).is_ok(),
        };
        if !is_held {
            tracing::error!(log.origin = origin, log.size = checkpoint.size, witness.size = last, "not a continuation");
            return Answer::Inconsistent;
        }
        if let Err(error) = memory.keep(&checkpoint, &note) {
            tracing::error!(error = %error, "a checkpoint cannot be kept: it is not cosigned");
            return Answer::Broken(error.to_string());
        }
        match self.key.cosign(&note, self.clock.now()) {
            Some(line) => Answer::Cosigned(line),
            None => Answer::Broken("the key does not sign".to_owned()),
        }
    }

    /// The last checkpoint cosigned of the log whose origin has this SHA-256 (lower-case hexadecimal), cosigned as of now;
    /// `None` for another log and before the first.
    #[must_use]
    pub fn latest(&self, origin_hash: &str) -> Option<String> {
        let log = self.logs.iter().find(|(origin, _)| memory::origin_hash(origin) == origin_hash)?.1;
        let memory = log.memory.lock().unwrap_or_else(PoisonError::into_inner);
        let note = memory.note()?;
        let line = self.key.cosign(note, self.clock.now())?;
        Some(format!("{note}{line}"))
    }
}

/// The origin of a log's verifier key, if it is one that can be checked with.
fn origin_of(verifier_key: &str) -> Option<String> {
    let (origin, _) = verifier_key.split_once('+')?;
    let is_key = signed_note::StandardVerifier::new(verifier_key).is_ok();
    (is_key && !origin.is_empty()).then(|| origin.to_owned())
}

/// A request to cosign. Source: C2SP tlog-witness, add-checkpoint.
struct Request<'a> {
    old_size: u64,
    proof: Vec<[u8; 32]>,
    note: &'a str,
}

impl<'a> Request<'a> {
    fn parse(body: &'a [u8]) -> Option<Self> {
        let text = std::str::from_utf8(body).ok().filter(|text| text.len() <= BODY_MAX_BYTES)?;
        let (head, note) = text.split_once("\n\n")?;
        let mut lines = head.split('\n');
        let old_size = decimal(lines.next()?.strip_prefix("old ")?)?;
        let mut proof = Vec::new();
        for line in lines {
            if proof.len() == PROOF_MAX_LINES {
                return None;
            }
            proof.push(BASE64_STANDARD.decode(line).ok()?.try_into().ok()?);
        }
        Some(Self { old_size, proof, note })
    }
}

/// A decimal without leading zeroes.
fn decimal(text: &str) -> Option<u64> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    is_plain.then(|| text.parse().ok()).flatten()
}

/// The configuration in `file`; a relative folder is taken from the file's.
///
/// # Errors
/// What is wrong with it.
pub fn load(file: &Path) -> Result<WitnessConfig, String> {
    use figment::providers::{Format as _, Toml};
    let config = figment::Figment::new().merge(Toml::file_exact(file)).extract::<WitnessConfig>();
    let mut config = config.map_err(|error| error.to_string())?;
    if config.folder.is_relative() {
        config.folder = file.parent().unwrap_or_else(|| Path::new(".")).join(&config.folder);
    }
    Ok(config)
}
