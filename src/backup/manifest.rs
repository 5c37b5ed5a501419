//! What a backup says of itself: a note signed by the log's key, so that nobody without it makes or changes one. Pure.

use serde::{Deserialize, Serialize};

use crate::db::Part;
use crate::journal::LogIdentity;
use crate::journal::checkpoint::{CheckpointError, NOTE_MAX_BYTES, open_text};

/// First line of the signed text; the second is the origin of the log, so it is never taken for a checkpoint.
const TITLE: &str = "qolhat-backup/v1";
/// Longest manifest that is read, in bytes.
pub const MANIFEST_MAX_BYTES: usize = NOTE_MAX_BYTES;
/// Longest name of a backup, in bytes.
const NAME_MAX_BYTES: usize = 64;

/// A manifest that is none, or not of this log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// Not a note signed by the log's key.
    #[error("the manifest is not signed by this log's key: {0}")]
    Signature(#[from] CheckpointError),
    /// Signed, and not what this program reads.
    #[error("the manifest is not of this version: {0}")]
    Malformed(String),
}

/// A file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// SHA-256 of its octets, lower-case hexadecimal.
    pub sha256: String,
    /// Their number.
    pub size_bytes: u64,
}

/// A part of the database, sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedPart {
    /// Its name: a table of PostgreSQL, or the whole file of SQLite.
    pub name: String,
    /// The columns whose values it holds.
    pub columns: Vec<String>,
    /// The sealed octets.
    pub file: File,
}

impl SealedPart {
    /// The part of the database.
    #[must_use]
    pub fn part(&self) -> Part {
        Part { name: self.name.clone(), columns: self.columns.clone() }
    }
}

/// What a backup says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Its name.
    pub name: String,
    /// When the snapshot was taken, RFC 3339.
    pub made_at: String,
    /// When its key is destroyed.
    pub key_until: String,
    /// The version of the program that made it.
    pub program: String,
    /// `sqlite` or `postgresql`.
    pub engine: String,
    /// The newest step of the schema that the database had.
    pub schema: i64,
    /// Number of entries in the log.
    pub size: u64,
    /// The log's root, lower-case hexadecimal.
    pub root: String,
    /// The newest checkpoint; none of an empty log.
    pub checkpoint: Option<String>,
    /// The content key, wrapped under the key of the backup; lower-case hexadecimal.
    pub key: String,
    /// The parts of the database, in the order in which they are put back.
    pub parts: Vec<SealedPart>,
    /// The list of blobs.
    pub blobs: File,
    /// The list of blobs that could not be copied.
    pub absent: File,
}

impl Manifest {
    /// The signed note.
    ///
    /// # Errors
    /// `Signature` when the key cannot sign; `Malformed` when it is longer than is read.
    pub fn sign(&self, identity: &LogIdentity) -> Result<String, ManifestError> {
        let json = serde_json::to_string(self).map_err(|error| ManifestError::Malformed(error.to_string()))?;
        let note = identity.sign_text(&format!("{TITLE}\n{}\n{json}\n", identity.origin()))?;
        if note.len() > MANIFEST_MAX_BYTES {
            return Err(ManifestError::Malformed(format!("it is longer than {MANIFEST_MAX_BYTES} bytes")));
        }
        Ok(note)
    }

    /// Reads a signed note.
    ///
    /// # Errors
    /// [`ManifestError`].
    pub fn open(note: &str, verifier_key: &str) -> Result<Self, ManifestError> {
        let malformed = |detail: &str| ManifestError::Malformed(detail.to_owned());
        let (origin, text) = open_text(note, verifier_key)?;
        let mut lines = text.splitn(3, '\n');
        if lines.next() != Some(TITLE) || lines.next() != Some(origin.as_str()) {
            return Err(malformed("its first lines are others"));
        }
        let manifest: Self = serde_json::from_str(lines.next().unwrap_or_default())
            .map_err(|error| ManifestError::Malformed(error.to_string()))?;
        // Names become files: they are letters of ours alone.
        let is_name = |name: &str| {
            !name.is_empty()
                && name.len() <= NAME_MAX_BYTES
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        };
        if !is_name(&manifest.name) || !manifest.parts.iter().all(|part| is_name(&part.name)) {
            return Err(malformed("a name is no name"));
        }
        Ok(manifest)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn manifest() -> Manifest {
        let file = || File { sha256: "00".repeat(32), size_bytes: 1 };
        Manifest {
            name: "20261122T090000Z-0a0b0c".to_owned(),
            made_at: "2026-11-22T09:00:00Z".to_owned(),
            key_until: "2026-12-22T09:00:00Z".to_owned(),
            program: "0.1.0".to_owned(),
            engine: "sqlite".to_owned(),
            schema: 16,
            size: 3,
            root: "00".repeat(32),
            checkpoint: None,
            key: "00".repeat(84),
            parts: vec![SealedPart { name: "database".to_owned(), columns: Vec::new(), file: file() }],
            blobs: file(),
            absent: file(),
        }
    }

    #[test]
    fn a_manifest_with_any_byte_changed_or_of_another_key_is_refused() {
        let ours = LogIdentity::from_seed("log.example/1", &[1; 32], [0; 32]).unwrap();
        let stranger = LogIdentity::from_seed("log.example/1", &[2; 32], [0; 32]).unwrap();
        let note = manifest().sign(&ours).unwrap();
        assert_eq!(Manifest::open(&note, ours.verifier_key()).unwrap(), manifest());
        assert!(Manifest::open(&note, stranger.verifier_key()).is_err());
        for at in 0..note.len() {
            let mut bytes = note.clone().into_bytes();
            *bytes.get_mut(at).unwrap() ^= 1;
            let Ok(changed) = String::from_utf8(bytes) else { continue };
            assert!(Manifest::open(&changed, ours.verifier_key()).is_err(), "byte {at}");
        }
    }

    #[test]
    fn names_that_lead_elsewhere_and_other_texts_of_the_log_are_refused() {
        let ours = LogIdentity::from_seed("log.example/1", &[1; 32], [0; 32]).unwrap();
        for name in ["../etc", "", "a/b", ".", "a\u{0}"] {
            let mut wrong = manifest();
            wrong.parts.first_mut().unwrap().name = name.to_owned();
            let opened = wrong.sign(&ours).and_then(|note| Manifest::open(&note, ours.verifier_key()));
            assert!(opened.is_err(), "{name}");
        }
        let note = ours.sign_text("another title\nlog.example/1\n{}\n").unwrap();
        assert!(matches!(Manifest::open(&note, ours.verifier_key()), Err(ManifestError::Malformed(_))));
    }
}
