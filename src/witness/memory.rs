//! What a witness remembers: its key, and of each log the last checkpoint that it cosigned, one file a log. A file is
//! there whole or not at all, and is on the disk before anything is answered. A file that is gone or damaged is never
//! taken for a log that was not seen yet: the witness would cosign a second history.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::journal::checkpoint::{Checkpoint, NOTE_MAX_BYTES};

/// First line of a file, before the digest of the rest.
const TITLE: &str = "qolhat-witness/v1";
const KEY_FILE: &str = "witness.key";
const LOCK_FILE: &str = "witness.lock";
/// Ending of what is remembered of a log.
const ENDING: &str = "log";

/// Why a witness does not start, or does not cosign.
#[derive(Debug, thiserror::Error)]
pub enum MemoryError {
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// The configuration.
    #[error("{what}: {detail}")]
    Invalid {
        /// What.
        what: String,
        /// What is wrong with it.
        detail: String,
    },
    /// What was remembered of a log is gone.
    #[error(
        "{path} is gone: what was cosigned of the log {origin} is not known. Put the file back; only a log that this \
        witness never cosigned may be begun with --begin"
    )]
    Lost {
        /// The file.
        path: String,
        /// The log.
        origin: String,
    },
    /// What was remembered of a log is damaged.
    #[error("{path} is damaged: {detail}. Put a whole one back; nothing is cosigned without it")]
    Damaged {
        /// The file.
        path: String,
        /// What is wrong with it.
        detail: String,
    },
    /// Another process has the folder.
    #[error("{0}: another witness works in this folder")]
    Taken(String),
}

fn fault(path: &Path) -> impl FnOnce(io::Error) -> MemoryError {
    let path = path.display().to_string();
    move |source| MemoryError::File { path, source }
}

/// SHA-256 of an origin, lower-case hexadecimal.
pub(super) fn origin_hash(origin: &str) -> String {
    hex::encode(Sha256::digest(origin.as_bytes()))
}

/// The folder of a witness, locked while it is held.
pub(super) struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    pub(super) fn open(path: &Path) -> Result<Self, MemoryError> {
        fs::create_dir_all(path).map_err(fault(path))?;
        let lock_path = path.join(LOCK_FILE);
        let lock = OpenOptions::new().write(true).create(true).truncate(false).open(&lock_path);
        let lock = lock.map_err(fault(&lock_path))?;
        lock.try_lock().map_err(|_| MemoryError::Taken(path.display().to_string()))?;
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    /// Whether nothing was cosigned from here: there is no key, and no log of which something is remembered.
    ///
    /// # Errors
    /// `Invalid` when there are memories and no key: the key is lost.
    pub(super) fn is_new(&self) -> Result<bool, MemoryError> {
        let key = self.path.join(KEY_FILE);
        if key.try_exists().map_err(fault(&key))? {
            return Ok(false);
        }
        for entry in fs::read_dir(&self.path).map_err(fault(&self.path))? {
            let path = entry.map_err(fault(&self.path))?.path();
            // A first start that was cut off leaves empty ones.
            let is_log = path.extension().is_some_and(|end| end == ENDING);
            if is_log && !read(&path).is_ok_and(|note| note.is_empty()) {
                let detail = "the key of the witness is gone, and it has cosigned with it".to_owned();
                return Err(MemoryError::Invalid { what: key.display().to_string(), detail });
            }
        }
        Ok(true)
    }

    /// The secret octets of the key, made when the folder is new.
    pub(super) fn key(
        &self,
        is_new: bool,
        fresh: &mut dyn FnMut() -> [u8; 32],
    ) -> Result<Zeroizing<[u8; 32]>, MemoryError> {
        let path = self.path.join(KEY_FILE);
        if is_new {
            let seed = Zeroizing::new(fresh());
            write(&path, Zeroizing::new(hex::encode(*seed)).as_bytes()).map_err(fault(&path))?;
        }
        let text = Zeroizing::new(fs::read_to_string(&path).map_err(fault(&path))?);
        let mut seed = Zeroizing::new([0_u8; 32]);
        hex::decode_to_slice(text.trim(), seed.as_mut_slice()).map_err(|_| MemoryError::Damaged {
            path: path.display().to_string(),
            detail: "not 64 hexadecimal digits".to_owned(),
        })?;
        Ok(seed)
    }

    fn log_path(&self, origin: &str) -> PathBuf {
        self.path.join(origin_hash(origin)).with_extension(ENDING)
    }

    /// Begins to watch a log: its file is made, with nothing cosigned.
    ///
    /// # Errors
    /// `Invalid` when something is remembered of it.
    pub(super) fn begin(&self, origin: &str) -> Result<(), MemoryError> {
        let path = self.log_path(origin);
        if path.try_exists().map_err(fault(&path))? {
            if read(&path).is_ok_and(|note| note.is_empty()) {
                return Ok(());
            }
            let detail = format!("the log {origin} is watched already");
            return Err(MemoryError::Invalid { what: path.display().to_string(), detail });
        }
        write(&path, &sealed("")).map_err(fault(&path))
    }

    /// What is remembered of a log.
    ///
    /// # Errors
    /// `Lost`, `Damaged`.
    pub(super) fn memory(&self, origin: &str, verifier_key: &str) -> Result<Memory, MemoryError> {
        let path = self.log_path(origin);
        if !path.try_exists().map_err(fault(&path))? {
            return Err(MemoryError::Lost { path: path.display().to_string(), origin: origin.to_owned() });
        }
        let damaged = |detail: String| MemoryError::Damaged { path: path.display().to_string(), detail };
        let note = read(&path).map_err(damaged)?;
        let last = if note.is_empty() {
            None
        } else {
            Some(Checkpoint::open(&note, verifier_key).map_err(|error| damaged(error.to_string()))?)
        };
        Ok(Memory { path, note, last, is_broken: false })
    }
}

/// What is remembered of one log.
pub(super) struct Memory {
    path: PathBuf,
    /// The last checkpoint cosigned, as the log signed it; empty before the first.
    note: String,
    last: Option<Checkpoint>,
    /// Whether a writing failed: what is on the disk is not known until it is read again.
    is_broken: bool,
}

impl Memory {
    /// Size and root of the last checkpoint cosigned; size 0 before the first.
    pub(super) fn last(&self) -> (u64, [u8; 32]) {
        self.last.as_ref().map_or((0, [0; 32]), |last| (last.size, last.root))
    }

    /// The last checkpoint cosigned.
    pub(super) fn note(&self) -> Option<&str> {
        (!self.note.is_empty() && !self.is_broken).then_some(self.note.as_str())
    }

    /// Writes `note` in place of what is remembered; it is on the disk when this returns.
    pub(super) fn keep(&mut self, checkpoint: &Checkpoint, note: &str) -> Result<(), MemoryError> {
        if self.is_broken {
            return Err(MemoryError::Damaged {
                path: self.path.display().to_string(),
                detail: "a writing failed; start the witness again".to_owned(),
            });
        }
        if self.last.as_ref() == Some(checkpoint) {
            return Ok(());
        }
        if let Err(source) = write(&self.path, &sealed(note)) {
            self.is_broken = true;
            return Err(MemoryError::File { path: self.path.display().to_string(), source });
        }
        note.clone_into(&mut self.note);
        self.last = Some(checkpoint.clone());
        Ok(())
    }
}

/// What a file holds: a cut or changed one does not fit its digest.
fn sealed(note: &str) -> Vec<u8> {
    format!("{TITLE}\n{}\n{note}", hex::encode(Sha256::digest(note.as_bytes()))).into_bytes()
}

fn read(path: &Path) -> Result<String, String> {
    let mut text = String::new();
    let limit = u64::try_from(NOTE_MAX_BYTES + 256).unwrap_or(u64::MAX);
    let file = File::open(path).map_err(|error| error.to_string())?;
    file.take(limit).read_to_string(&mut text).map_err(|error| error.to_string())?;
    let note = text.split_once('\n').and_then(|(_, rest)| rest.split_once('\n')).map(|(_, note)| note.to_owned());
    note.filter(|note| sealed(note) == text.as_bytes()).ok_or_else(|| "it does not fit its digest".to_owned())
}

/// Writes so that the file is there whole or not at all, and stays after a power cut.
fn write(path: &Path, octets: &[u8]) -> io::Result<()> {
    let half_made = path.with_extension("new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&half_made)?;
    file.write_all(octets)?;
    file.sync_all()?;
    fs::rename(&half_made, path)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}
