//! Files of the world: never overwritten by accident, secrets readable by their owner alone.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

use super::DemoError;

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Everybody.
    Public,
    /// Its owner.
    Secret,
}

impl Access {
    const fn mode(self) -> u32 {
        match self {
            Self::Public => 0o644,
            Self::Secret => 0o600,
        }
    }
}

/// The largest file of a world that is read, in bytes.
const FILE_MAX_BYTES: u64 = 16 * 1024 * 1024;

fn failed(path: &Path) -> impl FnOnce(std::io::Error) -> DemoError + '_ {
    move |source| DemoError::File { path: path.display().to_string(), source }
}

/// Makes `path` and the folders above it; a folder that is there stays as it is.
pub(super) fn folder(path: &Path, access: Access) -> Result<(), DemoError> {
    let mode = match access {
        Access::Public => 0o755,
        Access::Secret => 0o700,
    };
    fs::DirBuilder::new().recursive(true).mode(mode).create(path).map_err(failed(path))
}

/// Writes a new file; one that is there is an error.
pub(super) fn create(path: &Path, bytes: &[u8], access: Access) -> Result<(), DemoError> {
    let mut file =
        fs::OpenOptions::new().write(true).create_new(true).mode(access.mode()).open(path).map_err(failed(path))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed(path))
}

/// Puts `bytes` in place of a file at once: a reader sees the old or the new, never a part.
pub(super) fn replace(path: &Path, bytes: &[u8], access: Access) -> Result<(), DemoError> {
    let draft = path.with_extension("new");
    match fs::remove_file(&draft) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(&draft)(error)),
        Ok(()) | Err(_) => {}
    }
    create(&draft, bytes, access)?;
    fs::rename(&draft, path).map_err(failed(path))
}

/// The octets of a file.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, DemoError> {
    let length = fs::metadata(path).map_err(failed(path))?.len();
    if length > FILE_MAX_BYTES {
        return Err(DemoError::malformed(path.display().to_string(), "larger than a file of the world"));
    }
    fs::read(path).map_err(failed(path))
}
