//! A backup as it lies in its folder: what its manifest says, and the key that it is sealed under, which lies elsewhere
//! and has an end. How one is made and put back stands in `operations::{back_up, restore_backup}`.
//!
//! ```text
//! FOLDER/blobs/                 blobs of all backups made into FOLDER, each under the SHA-256 of its octets
//! FOLDER/NAME/manifest          a note signed by the log's key: the digest of every file below
//! FOLDER/NAME/PART.sealed       the database, sealed under the key of the backup
//! FOLDER/NAME/blobs.list        the addresses of the blobs that the database names, a line each
//! FOLDER/NAME/absent.list       those of them that could not be copied, and why
//! ```

pub mod keys;
pub mod manifest;

use std::path::{Path, PathBuf};

pub use keys::{BackupKeys, KeyFileError};
pub use manifest::{File, Manifest, ManifestError, SealedPart};

/// Name of the folder of blobs.
pub const BLOBS: &str = "blobs";
/// Name of the manifest.
pub const MANIFEST: &str = "manifest";
/// Name of the list of blobs.
pub const BLOBS_LIST: &str = "blobs.list";
/// Name of the list of blobs that could not be copied.
pub const ABSENT_LIST: &str = "absent.list";
/// Ending of the folder of a backup that is not whole yet.
pub const UNFINISHED: &str = ".unfinished";

/// Where the sealed octets of a part lie in the folder of a backup.
#[must_use]
pub fn sealed_file(folder: &Path, part: &str) -> PathBuf {
    folder.join(format!("{part}.sealed"))
}
