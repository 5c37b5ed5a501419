//! The keys that backups are sealed under. Each backup has its own, in a file that lies apart from it and is destroyed on
//! its day: from then on nobody reads the backup, and with it the wrapped content keys and openings that were erased since.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use qolhat_pki::time::Span;
use qolhat_storage::envelope::WrappingKey;
use zeroize::Zeroizing;

use crate::domain::time::Moment;

/// Ending of a file of a key.
const ENDING: &str = "key";
/// Longest file of a key, in bytes.
const FILE_MAX_BYTES: u64 = 256;

/// A file of a key that cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {detail}")]
pub struct KeyFileError {
    /// The file.
    pub path: String,
    /// What is wrong.
    pub detail: String,
}

/// The keys of the backups of an installation.
#[derive(Debug, Clone)]
pub struct BackupKeys {
    folder: PathBuf,
    days: u32,
}

impl BackupKeys {
    /// The keys in `folder`, each for `days`.
    #[must_use]
    pub fn new(folder: PathBuf, days: u32) -> Self {
        Self { folder, days }
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// When the key of a backup made at `now` is destroyed.
    #[must_use]
    pub fn until(&self, now: Moment) -> Moment {
        now.checked_add(Span::days(i64::from(self.days))).unwrap_or(now)
    }

    /// Keeps `key` as that of the backup `name` until that moment: there whole and durably, or not at all.
    ///
    /// # Errors
    /// [`KeyFileError`].
    pub fn keep(&self, name: &str, key: &[u8; 32], until: Moment) -> Result<(), KeyFileError> {
        let path = self.file(name);
        let write = || {
            fs::create_dir_all(&self.folder)?;
            let half_made = path.with_extension("new");
            let mut file =
                fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&half_made)?;
            let text = Zeroizing::new(format!("{}\n{until}\n", Zeroizing::new(hex::encode(key)).as_str()));
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::rename(&half_made, &path)?;
            fs::File::open(&self.folder)?.sync_all()
        };
        write().map_err(|error| fault(&path, error.to_string()))
    }

    /// The key of the backup `name`; `None` when it is not here (any more), and from its day on, though its file may
    /// still lie here: on a machine where nothing has run since, or out of a copy.
    ///
    /// # Errors
    /// [`KeyFileError`].
    pub fn find(&self, name: &str, now: Moment) -> Result<Option<WrappingKey>, KeyFileError> {
        let path = self.file(name);
        let Some((key, _)) = read(&path)?.filter(|(_, until)| now < *until) else { return Ok(None) };
        WrappingKey::parse_hex(&key).map(Some).map_err(|error| fault(&path, error.to_string()))
    }

    /// Destroys the keys whose day has come; how many.
    ///
    /// # Errors
    /// [`KeyFileError`] names the first that cannot be read or destroyed; the others are done.
    pub fn expire(&self, now: Moment) -> Result<u32, KeyFileError> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
            Err(error) => return Err(fault(&self.folder, error.to_string())),
        };
        let (mut destroyed, mut first) = (0, None);
        for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
            if path.extension().is_none_or(|ending| ending != ENDING) {
                continue;
            }
            match read(&path) {
                Ok(Some((_, until))) if until <= now => match shred(&path) {
                    Ok(()) => destroyed += 1,
                    // Another process has done it.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(error) => first = first.or(Some(fault(&path, error.to_string()))),
                },
                Ok(Some(_) | None) => {}
                Err(error) => first = first.or(Some(error)),
            }
        }
        first.map_or(Ok(destroyed), Err)
    }

    /// Destroys the key of a backup that has come to nothing.
    ///
    /// # Errors
    /// [`KeyFileError`].
    pub fn destroy(&self, name: &str) -> Result<(), KeyFileError> {
        let path = self.file(name);
        shred(&path).map_err(|error| fault(&path, error.to_string()))
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.{ENDING}"))
    }
}

/// The key, in hexadecimal, and its day.
fn read(path: &Path) -> Result<Option<(Zeroizing<String>, Moment)>, KeyFileError> {
    match fs::metadata(path) {
        Ok(facts) if facts.len() <= FILE_MAX_BYTES => {}
        Ok(_) => return Err(fault(path, "too long for a key".to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(fault(path, error.to_string())),
    }
    let text = Zeroizing::new(fs::read_to_string(path).map_err(|error| fault(path, error.to_string()))?);
    let (key, until) = text.trim_end().split_once('\n').unwrap_or_default();
    let until = Moment::parse_rfc3339(until).map_err(|error| fault(path, error.to_string()))?;
    Ok(Some((Zeroizing::new(key.to_owned()), until)))
}

/// Writes over a file, then removes it. What the medium keeps of it besides is the medium's.
fn shred(path: &Path) -> io::Result<()> {
    let length = usize::try_from(fs::metadata(path)?.len()).unwrap_or_default();
    let mut file = fs::OpenOptions::new().write(true).open(path)?;
    file.write_all(&vec![0; length])?;
    file.sync_all()?;
    fs::remove_file(path)?;
    path.parent().map_or(Ok(()), |folder| fs::File::open(folder)?.sync_all())
}

fn fault(path: &Path, detail: String) -> KeyFileError {
    KeyFileError { path: path.display().to_string(), detail }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_key_is_there_until_its_day_and_then_nowhere() {
        let folder = tempfile::TempDir::new().unwrap();
        let keys = BackupKeys::new(folder.path().join("keys"), 30);
        let now = Moment::parse_rfc3339("2026-11-22T09:00:00Z").unwrap();
        assert_eq!(keys.expire(now).unwrap(), 0, "no folder yet");
        keys.keep("one", &[7; 32], keys.until(now)).unwrap();
        let later = now.checked_add(Span::days(1)).unwrap();
        keys.keep("two", &[8; 32], keys.until(later)).unwrap();
        let day = keys.until(now);
        let before = day.checked_sub(Span::seconds(1)).unwrap();
        assert_eq!(keys.find("one", before).unwrap().unwrap().mark(), WrappingKey::from_bytes([7; 32]).mark());
        assert!(keys.find("one", day).unwrap().is_none(), "its file is still here");
        assert_eq!(keys.expire(before).unwrap(), 0);

        assert_eq!(keys.expire(day).unwrap(), 1);

        assert!(keys.find("one", now).unwrap().is_none() && keys.find("two", day).unwrap().is_some());
        fs::write(folder.path().join("keys/odd.key"), "no key").unwrap();
        assert!(keys.expire(keys.until(later)).unwrap_err().path.ends_with("odd.key"));
        assert!(keys.find("two", now).unwrap().is_none(), "an odd file keeps no other from its end");
    }
}
