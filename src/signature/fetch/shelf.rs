//! Lists kept in a folder over restarts. A file is whole or not there; what is read back is judged like what came by the
//! network.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::CRL_MAX_BYTES;
use super::web::Validators;

/// Largest note beside a list, in bytes.
const NOTE_MAX_BYTES: u64 = 16 * 1024;

/// The folder.
#[derive(Debug, Clone)]
pub(super) struct Shelf {
    folder: PathBuf,
}

/// What stands beside a list.
#[derive(Serialize, Deserialize)]
struct Note {
    url: String,
    /// Of the list: a crash between the two files leaves a note on another one, whose validators are not its.
    sha256: String,
    etag: Option<String>,
    last_modified: Option<String>,
}

impl Shelf {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The octets of the list from `url`, if one is kept.
    pub(super) fn take(&self, url: &str) -> Option<(Vec<u8>, Validators)> {
        let [list, note] = self.files(url);
        let octets = read(&list, u64::try_from(CRL_MAX_BYTES).unwrap_or(u64::MAX))?;
        let note = read(&note, NOTE_MAX_BYTES).and_then(|note| serde_json::from_slice::<Note>(&note).ok());
        let validators = note.filter(|note| note.url == url && note.sha256 == sha256(&octets));
        let validators = validators.map(|note| Validators { etag: note.etag, last_modified: note.last_modified });
        Some((octets, validators.unwrap_or_default()))
    }

    /// Keeps the list from `url` in the place of an older one.
    ///
    /// # Errors
    /// Of the file system; the older one is then still there.
    pub(super) fn put(&self, url: &str, octets: &[u8], validators: &Validators) -> std::io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        let [list, note] = self.files(url);
        self.replace(&list, octets)?;
        let Validators { etag, last_modified } = validators.clone();
        let text = serde_json::to_vec(&Note { url: url.to_owned(), sha256: sha256(octets), etag, last_modified })?;
        self.replace(&note, &text)
    }

    /// Written aside, made durable, then put in place in one step.
    fn replace(&self, file: &Path, octets: &[u8]) -> std::io::Result<()> {
        // Several processes may share the folder: each writes aside under its own name.
        let aside = file.with_extension(format!("{}.new", std::process::id()));
        let written = File::create(&aside).and_then(|mut out| {
            out.write_all(octets)?;
            out.sync_all()
        });
        let placed = written.and_then(|()| fs::rename(&aside, file));
        if placed.is_err() {
            // The disk may be full: what is half written is of no use to anybody.
            let _ = fs::remove_file(&aside);
        }
        placed?;
        File::open(&self.folder)?.sync_all()
    }

    /// The list and the note. The name is a digest: an address is no path.
    fn files(&self, url: &str) -> [PathBuf; 2] {
        let name = sha256(url.as_bytes());
        ["crl", "json"].map(|end| self.folder.join(format!("{name}.{end}")))
    }
}

fn read(file: &Path, limit_bytes: u64) -> Option<Vec<u8>> {
    let opened = match File::open(file) {
        Ok(opened) => opened,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
        Err(error) => {
            tracing::warn!(file.path = %file.display(), file.error = %error, "a kept list cannot be read");
            return None;
        }
    };
    let mut octets = Vec::new();
    let size = opened.take(limit_bytes.saturating_add(1)).read_to_end(&mut octets).ok()?;
    (u64::try_from(size).unwrap_or(u64::MAX) <= limit_bytes).then_some(octets)
}

fn sha256(octets: &[u8]) -> String {
    hex::encode(Sha256::digest(octets))
}
