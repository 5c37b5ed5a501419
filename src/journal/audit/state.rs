//! What an audit has found right, kept so that the next one begins there, or goes on where it was interrupted. It holds all
//! that later entries are held against: the growing edge of the tree, the counts, the map of subjects. Whoever could change
//! it could have a wrong log called right: so it is signed by a secret that lies beside the log's key, not in the database.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::super::JournalError;
use super::super::proof::Frontier;
use super::pruned::Proposals;
use super::seals::Seals;

const MAGIC: &[u8] = b"qolhat-audit/v1\n";
const MAC_BYTES: usize = 32;
/// Largest file that is read, in bytes: some ten million subjects.
const FILE_MAX_BYTES: u64 = 4 * 1024 * 1024 * 1024;

/// An audit that found everything right up to `size`.
pub(super) struct State {
    pub(super) origin: String,
    pub(super) frontier: Frontier,
    pub(super) t_ms: i64,
    pub(super) links: u64,
    /// Size of the last checkpoint.
    pub(super) checkpoint: u64,
    /// Up to where the log tells of approved prunings.
    pub(super) approved: u64,
    /// Prunings that wait for a second officer; `None` in what was saved before they were.
    pub(super) proposed: Option<Proposals>,
    pub(super) seals: Seals,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    origin: String,
    size: u64,
    subtrees: Vec<String>,
    t_ms: i64,
    links: u64,
    checkpoint: u64,
    #[serde(default)]
    approved: u64,
    #[serde(default)]
    proposed: Option<Proposals>,
}

/// The parts of an audit that are kept.
pub(super) struct Kept<'a> {
    pub(super) origin: &'a str,
    pub(super) frontier: &'a Frontier,
    pub(super) t_ms: i64,
    pub(super) links: u64,
    pub(super) checkpoint: u64,
    pub(super) approved: u64,
    pub(super) proposed: &'a Proposals,
    pub(super) seals: &'a Seals,
}

impl Kept<'_> {
    /// The octets in which it is kept.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let head = Head {
            origin: self.origin.to_owned(),
            size: self.frontier.size(),
            subtrees: self.frontier.subtrees().iter().map(hex::encode).collect(),
            t_ms: self.t_ms,
            links: self.links,
            checkpoint: self.checkpoint,
            approved: self.approved,
            proposed: Some(self.proposed.clone()),
        };
        let mut out = serde_json::to_vec(&head).unwrap_or_default();
        out.push(b'\n');
        self.seals.write(&mut out);
        out
    }
}

impl State {
    /// Reads what [`Kept::to_bytes`] wrote.
    pub(super) fn from_bytes(octets: &[u8]) -> Option<Self> {
        let end = octets.iter().position(|octet| *octet == b'\n')?;
        let head: Head = serde_json::from_slice(octets.get(..end)?).ok()?;
        let subtrees: Option<Vec<[u8; 32]>> = head
            .subtrees
            .iter()
            .map(|text| {
                let mut hash = [0; 32];
                hex::decode_to_slice(text, &mut hash).ok().map(|()| hash)
            })
            .collect();
        Some(Self {
            origin: head.origin,
            frontier: Frontier::new(head.size, subtrees?)?,
            t_ms: head.t_ms,
            links: head.links,
            checkpoint: head.checkpoint,
            approved: head.approved,
            proposed: head.proposed,
            seals: Seals::read(octets.get(end + 1..)?)?,
        })
    }
}

/// The file in which an audit is remembered.
pub struct AuditMemory {
    path: PathBuf,
    key: [u8; 32],
}

impl AuditMemory {
    /// The memory in the file `path`, signed under a key derived from `secret`.
    #[must_use]
    pub fn new(path: PathBuf, secret: &[u8; 32]) -> Self {
        Self { path, key: mac(secret, b"qolhat audit state v1") }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What was remembered; `None` before the first audit.
    ///
    /// # Errors
    /// `Outside` when the file cannot be read, or was not written by whoever has the secret.
    pub fn load(&self) -> Result<Option<Vec<u8>>, JournalError> {
        match fs::metadata(&self.path) {
            Ok(facts) if facts.len() > FILE_MAX_BYTES => return Err(self.fault("too long")),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.fault(&error.to_string())),
        }
        let octets = fs::read(&self.path).map_err(|error| self.fault(&error.to_string()))?;
        let split = octets.len().checked_sub(MAC_BYTES).and_then(|end| octets.split_at_checked(end));
        let is_ours = split.is_some_and(|(text, code)| mac(&self.key, text).as_slice() == code);
        match split.and_then(|(text, _)| text.strip_prefix(MAGIC)) {
            Some(text) if is_ours => Ok(Some(text.to_vec())),
            Some(_) | None => Err(self.fault("it was not written by an audit with this log's key")),
        }
    }

    /// Remembers `octets`: whole, or what was there stays.
    ///
    /// # Errors
    /// `Outside` when the file cannot be written.
    pub fn save(&self, octets: &[u8]) -> Result<(), JournalError> {
        let draft = self.path.with_extension("audit.new");
        let write = || {
            let text = [MAGIC, octets].concat();
            let mut file = fs::File::create(&draft)?;
            file.write_all(&text)?;
            file.write_all(&mac(&self.key, &text))?;
            file.sync_all()?;
            fs::rename(&draft, &self.path)
        };
        write().map_err(|error| self.fault(&error.to_string()))
    }

    fn fault(&self, detail: &str) -> JournalError {
        JournalError::Outside { path: self.path.display().to_string(), detail: detail.to_owned() }
    }
}

fn mac(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    // HMAC takes keys of any length: the error that the interface allows for cannot happen.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    mac.update(message);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_was_not_written_with_the_secret_is_refused() {
        let folder = tempfile::TempDir::new().unwrap();
        let memory = AuditMemory::new(folder.path().join("log.audit"), &[1; 32]);
        assert_eq!(memory.load().unwrap(), None);
        memory.save(b"a state").unwrap();
        assert_eq!(memory.load().unwrap().unwrap(), b"a state");
        let octets = fs::read(memory.path()).unwrap();
        for at in 0..octets.len() {
            let mut changed = octets.clone();
            *changed.get_mut(at).unwrap() ^= 1;
            fs::write(memory.path(), &changed).unwrap();
            assert!(memory.load().is_err(), "byte {at}");
        }
        fs::write(memory.path(), b"").unwrap();
        assert!(memory.load().is_err());
        fs::write(memory.path(), &octets).unwrap();
        assert!(AuditMemory::new(memory.path().to_owned(), &[2; 32]).load().is_err());
    }
}
