//! What outlives the database: the newest signed checkpoint, in a file beside the log's key. A database put back to an
//! older state, or swapped for another, contradicts it and is not appended to.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use qolhat_storage::fail_point;
use tokio::sync::{Mutex, watch};

use super::checkpoint::{Checkpoint, NOTE_MAX_BYTES};
use super::{JournalError, store};
use crate::db::Db;

/// Between two writes while the log grows, in seconds.
const PAUSE_SECONDS: u64 = 1;
/// Ending of the file, in place of that of the key.
const ENDING: &str = "checkpoint";

/// The file of the newest checkpoint.
#[derive(Debug, Clone)]
pub struct OutsideMemory {
    path: PathBuf,
}

impl OutsideMemory {
    /// The memory beside the file of the log's key: its name with the ending `.checkpoint`.
    #[must_use]
    pub fn beside(key_file: &Path) -> Self {
        Self { path: key_file.with_extension(ENDING) }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The checkpoint remembered; `None` before the first.
    ///
    /// # Errors
    /// When the file cannot be read, or does not hold a checkpoint signed by `verifier_key`.
    pub fn remembered(&self, verifier_key: &str) -> Result<Option<Checkpoint>, JournalError> {
        let fault = |detail: String| JournalError::Outside { path: self.path.display().to_string(), detail };
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(fault(error.to_string())),
        };
        let mut note = String::new();
        let limit = u64::try_from(NOTE_MAX_BYTES).unwrap_or(u64::MAX);
        file.take(limit).read_to_string(&mut note).map_err(|error| fault(error.to_string()))?;
        Checkpoint::open(&note, verifier_key).map(Some).map_err(|error| fault(error.to_string()))
    }

    /// Remembers the checkpoint `note` from now on, unless that or a later one is remembered.
    ///
    /// # Errors
    /// `Outside` when the file cannot be read or written; a note that is no checkpoint by `verifier_key`.
    pub fn begin(&self, note: &str, verifier_key: &str) -> Result<(), JournalError> {
        let size = Checkpoint::open(note, verifier_key)?.size;
        if self.remembered(verifier_key)?.is_some_and(|known| known.size >= size) {
            return Ok(());
        }
        let fault = |error: io::Error| JournalError::Outside {
            path: self.path.display().to_string(),
            detail: error.to_string(),
        };
        self.write(note).map_err(fault)
    }

    /// That the log in `db` holds all that is remembered of it.
    ///
    /// # Errors
    /// `Rollback`; a memory that cannot be read; a fault of the database.
    pub async fn must_be_held(&self, db: &Db, verifier_key: &str) -> Result<(), JournalError> {
        must_be_held(db, verifier_key, self).await
    }

    /// Writes `note` so that it is there whole or not at all, and stays after a power cut.
    fn write(&self, note: &str) -> io::Result<()> {
        // Several may write: each its own half-made file.
        static WRITES: AtomicU64 = AtomicU64::new(0);
        let number = WRITES.fetch_add(1, Ordering::Relaxed);
        let half_made = self.path.with_extension(format!("{ENDING}-{}-{number}.new", std::process::id()));
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(&half_made)?;
        file.write_all(note.as_bytes())?;
        fail_point::at("outside checkpoint: written, not synced");
        file.sync_all()?;
        fail_point::at("outside checkpoint: synced, not renamed");
        fs::rename(&half_made, &self.path)?;
        fail_point::at("outside checkpoint: renamed, its directory not synced");
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()?;
        fail_point::at("outside checkpoint: kept");
        Ok(())
    }

    /// Takes away what writers that were killed left half made.
    fn sweep(&self) {
        let (Some(folder), Some(name)) = (self.path.parent(), self.path.file_name()) else { return };
        let prefix = format!("{}-", name.to_string_lossy());
        for entry in fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok) {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with(&prefix) && name.ends_with(".new") {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

/// That the log in `db` holds all that is remembered of it: it is as long, and had that root at that size.
///
/// # Errors
/// `Rollback`; a memory that cannot be read; a fault of the database.
pub(super) async fn must_be_held(db: &Db, verifier_key: &str, memory: &OutsideMemory) -> Result<(), JournalError> {
    let Some(remembered) = memory.remembered(verifier_key)? else { return Ok(()) };
    let size = store::size(db).await?;
    let rollback = |what: &str| JournalError::Rollback {
        path: memory.path.display().to_string(),
        remembered: remembered.size,
        size,
        what: what.to_owned(),
    };
    if size < remembered.size {
        return Err(rollback("the log in the database is shorter"));
    }
    if remembered.size > 0 && store::root_at(db, remembered.size).await? != Some(remembered.root) {
        return Err(rollback("the log in the database had another root at that size"));
    }
    Ok(())
}

/// Keeps the newest checkpoint outside, in its own time: those who wait for entries do not wait for it.
#[derive(Clone)]
pub(super) struct Keeper {
    memory: OutsideMemory,
    newest: watch::Receiver<Option<String>>,
    /// Size of what was written last.
    written: Arc<Mutex<u64>>,
    verifier_key: Arc<str>,
}

impl Keeper {
    /// Starts to keep what is sent; ends, after a last write, when the sender is gone.
    pub(super) fn start(memory: OutsideMemory, verifier_key: &str, newest: watch::Receiver<Option<String>>) -> Self {
        memory.sweep();
        let written = Arc::new(Mutex::new(0));
        let keeper = Self { memory, newest, written, verifier_key: verifier_key.into() };
        tokio::spawn(keeper.clone().run());
        keeper
    }

    async fn run(mut self) {
        while self.newest.changed().await.is_ok() {
            if let Err(error) = self.keep().await {
                tracing::error!(error = %error, "the newest checkpoint is not kept outside the database");
            }
            tokio::time::sleep(Duration::from_secs(PAUSE_SECONDS)).await;
        }
        if let Err(error) = self.keep().await {
            tracing::error!(error = %error, "the last checkpoint is not kept outside the database");
        }
    }

    /// Writes the newest checkpoint now, unless that or a later one is there.
    pub(super) async fn keep(&self) -> Result<(), JournalError> {
        let Some(note) = self.newest.borrow().clone() else { return Ok(()) };
        let size = Checkpoint::open(&note, &self.verifier_key)?.size;
        let mut written = self.written.lock().await;
        if size <= *written {
            return Ok(());
        }
        let (memory, key) = (self.memory.clone(), Arc::clone(&self.verifier_key));
        let done = tokio::task::spawn_blocking(move || {
            // Another process on the same log may have kept a later one.
            if memory.remembered(&key)?.is_some_and(|known| known.size >= size) {
                return Ok(());
            }
            let path = memory.path.display().to_string();
            memory.write(&note).map_err(|error| JournalError::Outside { path, detail: error.to_string() })
        });
        done.await.map_err(|error| JournalError::Contradiction(error.to_string()))??;
        *written = size;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::journal::LogIdentity;

    #[test]
    fn what_is_remembered_is_read_back_and_a_damaged_or_foreign_note_is_no_memory() {
        let folder = tempfile::TempDir::new().unwrap();
        let memory = OutsideMemory::beside(&folder.path().join("log.key"));
        let identity = LogIdentity::from_seed("log.example/1", &[1; 32], [0; 32]).unwrap();
        assert_eq!(memory.remembered(identity.verifier_key()).unwrap(), None);
        memory.write(&identity.sign(7, [9; 32]).unwrap()).unwrap();
        memory.write(&identity.sign(8, [9; 32]).unwrap()).unwrap();
        assert_eq!(memory.remembered(identity.verifier_key()).unwrap().unwrap().size, 8);
        assert_eq!(memory.path().file_name().unwrap(), "log.checkpoint");

        let stranger = LogIdentity::from_seed("log.example/1", &[2; 32], [0; 32]).unwrap();
        assert!(memory.remembered(stranger.verifier_key()).is_err());
        fs::write(memory.path(), "no note").unwrap();
        assert!(memory.remembered(identity.verifier_key()).is_err());
    }
}
