//! Files that are not blobs yet.

use std::collections::hash_map::RandomState;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::hash::{BuildHasher, Hasher};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::tree::Tree;
use super::{failed, sync_directory};
use crate::{ContentHasher, StoreError, StoredBlob, fail_point};

/// The directory of drafts, on the same file system as the tree so that a rename is one step.
pub(super) struct Drafts {
    directory: PathBuf,
    /// Sets this store apart from others with the same root; unlike a process number it also differs
    /// between two containers.
    name: u64,
    next_number: AtomicU64,
    /// Locked, shared, for as long as the store is open: "the drafts here may be alive".
    _in_use: File,
}

impl Drafts {
    pub(super) fn open(root: &Path) -> Result<Self, StoreError> {
        let directory = root.join("tmp");
        match DirBuilder::new().mode(0o700).create(&directory) {
            Ok(()) => sync_directory(root)?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(failed("make the directory", &directory)(error)),
        }
        let in_use = File::open(&directory).map_err(failed("open", &directory))?;
        match in_use.try_lock() {
            Ok(()) => sweep(&directory)?,
            // Somebody is at work, so drafts may be alive; dead ones wait for the next quiet start.
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(failed("lock", &directory)(error)),
        }
        in_use.lock_shared().map_err(failed("lock", &directory))?;
        Ok(Self {
            directory,
            name: RandomState::new().build_hasher().finish(),
            next_number: AtomicU64::new(0),
            _in_use: in_use,
        })
    }
}

fn sweep(directory: &Path) -> Result<(), StoreError> {
    for entry in fs::read_dir(directory).map_err(failed("list", directory))? {
        let entry = entry.map_err(failed("list", directory))?;
        let path = entry.path();
        let kind = entry.file_type().map_err(failed("look at", &path))?;
        // No draft is a directory: whoever made one should find it again.
        if !kind.is_dir() {
            fs::remove_file(&path).map_err(failed("remove the leftover", &path))?;
        }
    }
    Ok(())
}

/// One blob being written. Dropped before [`Draft::keep`] has succeeded, it takes its file with it.
pub(super) struct Draft {
    file: File,
    leftover: Leftover,
    hasher: ContentHasher,
    size_bytes: u64,
}

impl Draft {
    pub(super) fn begin(drafts: &Drafts) -> Result<Self, StoreError> {
        let number = drafts.next_number.fetch_add(1, Ordering::Relaxed);
        let path = drafts.directory.join(format!("{:016x}-{number}", drafts.name));
        // The mode rules the next open of this file, not the one that makes it: this handle can write.
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o400)
            .open(&path)
            .map_err(failed("make the draft", &path))?;
        Ok(Self { file, leftover: Leftover(Some(path)), hasher: ContentHasher::new(), size_bytes: 0 })
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.file.write_all(bytes).map_err(failed("write the draft", self.leftover.path()))?;
        self.hasher.update(bytes);
        self.size_bytes = u64::try_from(bytes.len())
            .ok()
            .and_then(|written| self.size_bytes.checked_add(written))
            .unwrap_or(u64::MAX);
        Ok(())
    }

    /// Makes the draft a blob, durably.
    pub(super) fn keep(self, tree: &Tree) -> Result<StoredBlob, StoreError> {
        let address = self.hasher.finish();
        // Directories first: on journaling file systems the sync of the file then carries them along,
        // and their own syncs find little left to do.
        let leaf = tree.create_leaf(&address)?;
        let draft = self.leftover.path();
        fail_point::at("blob: written, not synced");
        self.file.sync_all().map_err(failed("sync the draft", draft))?;
        fail_point::at("blob: synced, without its name");
        leaf.adopt(draft, &address)?;
        fail_point::at("blob: renamed, its directory not synced");
        self.leftover.keep();
        leaf.sync()?;
        fail_point::at("blob: kept");
        Ok(StoredBlob { address, size_bytes: self.size_bytes })
    }
}

/// A file to remove unless it found another name.
struct Leftover(Option<PathBuf>);

impl Leftover {
    fn path(&self) -> &Path {
        self.0.as_deref().unwrap_or(Path::new(""))
    }

    fn keep(mut self) {
        self.0 = None;
    }
}

impl Drop for Leftover {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            // If this fails, the sweep of a later start finds the file.
            drop(fs::remove_file(path));
        }
    }
}
