//! The directories in which blobs lie.

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder, DirEntry, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::{failed, sync_directory};
use crate::{ContentDigest, ListedBlob, Removal, RemovalRule, StoreError};

pub(super) struct Tree {
    root: PathBuf,
    /// Directories known to be durably entered in their parent. Filled by this process alone: finding a
    /// directory there doesn't tell whether the one that made it lived to sync it. At most 256 + 65,536.
    durable: Mutex<BTreeSet<PathBuf>>,
}

impl Tree {
    pub(super) fn new(root: PathBuf) -> Self {
        Self { root, durable: Mutex::default() }
    }

    pub(super) fn path(&self, address: &ContentDigest) -> PathBuf {
        self.leaf_path(address).join(address.to_hex())
    }

    fn leaf_path(&self, address: &ContentDigest) -> PathBuf {
        let [first, second, ..] = address.as_bytes();
        self.root.join(format!("{first:02x}")).join(format!("{second:02x}"))
    }

    pub(super) fn open_blob(&self, address: &ContentDigest) -> Result<File, StoreError> {
        let path = self.path(address);
        match File::open(&path) {
            Ok(file) => Ok(file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(StoreError::NotFound { address: *address }),
            Err(error) => Err(failed("open", &path)(error)),
        }
    }

    pub(super) fn contains(&self, address: &ContentDigest) -> Result<bool, StoreError> {
        let path = self.path(address);
        match fs::symlink_metadata(&path) {
            Ok(metadata) => Ok(metadata.is_file()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(failed("look at", &path)(error)),
        }
    }

    /// Makes the directories of `address` as far as they are missing. They are durable once
    /// [`Leaf::sync`] has returned.
    pub(super) fn create_leaf(&self, address: &ContentDigest) -> Result<Leaf<'_>, StoreError> {
        let path = self.leaf_path(address);
        let branch = path.parent().unwrap_or(&self.root);
        let mut unsynced = Vec::new();
        for directory in [branch, &path] {
            let made = create_directory(directory)?;
            if made == Made::New || !self.is_durable(directory) {
                unsynced.push(directory.to_path_buf());
            }
        }
        let directory = File::open(&path).map_err(failed("open the directory", &path))?;
        Ok(Leaf { tree: self, directory, path, unsynced })
    }

    fn is_durable(&self, directory: &Path) -> bool {
        let durable = self.durable.lock().unwrap_or_else(PoisonError::into_inner);
        durable.contains(directory)
    }

    pub(super) fn list(&self, after: Option<ContentDigest>, limit: usize) -> Result<Vec<ListedBlob>, StoreError> {
        let mut page = Vec::new();
        let start = after.map_or([0; 32], |address| *address.as_bytes());
        let [start_first, start_second, ..] = start;
        for (first, branch) in branches(&self.root)? {
            if first < start_first {
                continue;
            }
            for (second, leaf) in branches(&branch)? {
                if (first, second) < (start_first, start_second) {
                    continue;
                }
                let mut blobs = blobs(&leaf, [first, second])?;
                blobs.retain(|blob| after.is_none_or(|after| blob.address > after));
                page.append(&mut blobs);
                if page.len() >= limit {
                    page.truncate(limit);
                    return Ok(page);
                }
            }
        }
        Ok(page)
    }

    pub(super) fn remove(&self, address: &ContentDigest, rule: RemovalRule) -> Result<Removal, StoreError> {
        let leaf_path = self.leaf_path(address);
        let leaf = match File::open(&leaf_path) {
            Ok(leaf) => leaf,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Removal::Absent),
            Err(error) => return Err(failed("open the directory", &leaf_path)(error)),
        };
        // From here to the end no put can rename a fresh blob over the one that is judged.
        leaf.lock().map_err(failed("lock", &leaf_path))?;
        let path = self.path(address);
        let metadata = match fs::symlink_metadata(&path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Removal::Absent),
            Err(error) => return Err(failed("look at", &path)(error)),
        };
        let written_at = metadata.modified().map_err(failed("look at", &path))?;
        if !rule.allows(written_at) {
            return Ok(Removal::Kept);
        }
        fs::remove_file(&path).map_err(failed("remove", &path))?;
        leaf.sync_all().map_err(failed("sync the directory", &leaf_path))?;
        Ok(Removal::Removed)
    }
}

/// The directory that a blob is about to enter.
pub(super) struct Leaf<'tree> {
    tree: &'tree Tree,
    directory: File,
    path: PathBuf,
    unsynced: Vec<PathBuf>,
}

impl Leaf<'_> {
    /// Gives the draft its address for a name.
    pub(super) fn adopt(&self, draft: &Path, address: &ContentDigest) -> Result<(), StoreError> {
        self.directory.lock_shared().map_err(failed("lock", &self.path))?;
        let path = self.tree.path(address);
        let renamed = fs::rename(draft, &path).map_err(failed("rename the draft to", &path));
        self.directory.unlock().map_err(failed("unlock", &self.path))?;
        renamed
    }

    /// Makes the new name durable, and the directories above it as far as they are not known to be.
    pub(super) fn sync(self) -> Result<(), StoreError> {
        self.directory.sync_all().map_err(failed("sync the directory", &self.path))?;
        for directory in &self.unsynced {
            sync_directory(directory.parent().unwrap_or(&self.tree.root))?;
        }
        if !self.unsynced.is_empty() {
            let durable = self.tree.durable.lock();
            let mut durable = durable.unwrap_or_else(PoisonError::into_inner);
            durable.extend(self.unsynced);
        }
        Ok(())
    }
}

/// Makes `root` and what is missing above it, durably.
pub(crate) fn create_root(root: &Path) -> Result<(), StoreError> {
    let here = Path::new(".");
    let missing: Vec<&Path> =
        root.ancestors().take_while(|path| !path.as_os_str().is_empty() && !path.exists()).collect();
    for directory in missing.into_iter().rev() {
        create_directory(directory)?;
        let parent = directory.parent().filter(|path| !path.as_os_str().is_empty());
        sync_directory(parent.unwrap_or(here))?;
    }
    Ok(())
}

#[derive(PartialEq, Eq)]
enum Made {
    New,
    Before,
}

fn create_directory(path: &Path) -> Result<Made, StoreError> {
    match DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => Ok(Made::New),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(Made::Before),
        Err(error) => Err(failed("make the directory", path)(error)),
    }
}

/// The directories in `path` named by two hexadecimal digits, in order.
fn branches(path: &Path) -> Result<Vec<(u8, PathBuf)>, StoreError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(path).map_err(failed("list", path))? {
        let entry = entry.map_err(failed("list", path))?;
        let kind = entry.file_type().map_err(failed("look at", &entry.path()))?;
        if let Some(number) = branch_number(&entry)
            && kind.is_dir()
        {
            found.push((number, entry.path()));
        }
    }
    found.sort_unstable();
    Ok(found)
}

fn branch_number(entry: &DirEntry) -> Option<u8> {
    let name = entry.file_name();
    let name = name.to_str()?;
    let number = u8::from_str_radix(name, 16).ok()?;
    // One spelling only, as for addresses: `AB` or `+a` is not ours.
    (name == format!("{number:02x}")).then_some(number)
}

/// The blobs in the directory `leaf`, in order. What is not named by an address that belongs there is
/// not a blob.
fn blobs(leaf: &Path, prefix: [u8; 2]) -> Result<Vec<ListedBlob>, StoreError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(leaf).map_err(failed("list", leaf))? {
        let entry = entry.map_err(failed("list", leaf))?;
        let Some(address) = blob_address(&entry, prefix) else {
            continue;
        };
        let metadata = match entry.metadata() {
            Ok(metadata) if metadata.is_file() => metadata,
            Ok(_) => continue,
            // Removed since the directory was read.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(failed("look at", &entry.path())(error)),
        };
        found.push(ListedBlob {
            address,
            size_bytes: metadata.len(),
            written_at: metadata.modified().map_err(failed("look at", &entry.path()))?,
        });
    }
    found.sort_unstable_by_key(|blob| blob.address);
    Ok(found)
}

fn blob_address(entry: &DirEntry, prefix: [u8; 2]) -> Option<ContentDigest> {
    let name = entry.file_name();
    let address = ContentDigest::parse_hex(name.to_str()?).ok()?;
    address.as_bytes().starts_with(&prefix).then_some(address)
}
