//! Blobs as files of a local file system.
//!
//! ```text
//! root/tmp/<process>-<number>   drafts: being written, or left by a crash
//! root/ab/cd/<64 hex digits>    blobs, mode 0400, named by their address, which starts with abcd
//! ```
//! A put writes a draft, syncs it, renames it to its address and syncs the directories that changed; only
//! then it returns. So a name in the tree always stands for whole, synced bytes, and what a crash leaves
//! behind is a draft. Equal bytes put again are written again: that costs a write in a rare case, and
//! buys repair, a fresh modification time and durability without trusting what lies there.
//!
//! Several processes may share a root. They keep out of each other's way by `flock` on directories: a
//! shared lock on `tmp` says that its drafts may be alive, and the lock on a leaf directory makes "is it
//! old enough? then remove it" one step. Network file systems don't promise that, nor that a synced
//! rename is durable: use an object store there.

mod draft;
mod tree;

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::io::AsyncRead;

use self::draft::{Draft, Drafts};
use self::tree::Tree;

pub(crate) use self::tree::create_root as create_folder;
use crate::error::check_address;
use crate::piece::{Ended, blocking, read_piece};
use crate::{
    BlobReader, BlobStore, ContentDigest, GET_MAX_BYTES, LIST_PAGE_MAX_ITEMS, ListedBlob, Removal, RemovalRule,
    StoreError, StoredBlob,
};

/// A store in one directory. Clones share it.
#[derive(Clone)]
pub struct DiskStore {
    inner: Arc<Inner>,
}

struct Inner {
    drafts: Drafts,
    tree: Tree,
}

impl DiskStore {
    /// Opens the store in `root`, making the directory (mode 0700) if there is none, and sweeps away the
    /// drafts of a crashed process unless another process has the store open.
    ///
    /// # Errors
    /// [`StoreError::Io`] or [`StoreError::Full`], naming the path, when `root` can't be made or locked.
    pub async fn open(root: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let root = root.into();
        let open = move || {
            tree::create_root(&root)?;
            let drafts = Drafts::open(&root)?;
            let tree = Tree::new(root);
            Ok(Inner { drafts, tree })
        };
        let inner = Arc::new(blocking(THE_DISK, open).await?);
        Ok(Self { inner })
    }

    /// Where the blob with this address lies, or would lie.
    pub fn path(&self, address: &ContentDigest) -> PathBuf {
        self.inner.tree.path(address)
    }

    async fn run<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(&Inner) -> Result<T, StoreError> + Send + 'static,
    {
        let inner = Arc::clone(&self.inner);
        blocking(THE_DISK, move || work(&inner)).await
    }
}

impl BlobStore for DiskStore {
    async fn put(&self, bytes: Vec<u8>) -> Result<ContentDigest, StoreError> {
        let stored = self.run(move |inner| {
            let mut draft = Draft::begin(&inner.drafts)?;
            draft.write(&bytes)?;
            draft.keep(&inner.tree)
        });
        Ok(stored.await?.address)
    }

    async fn put_stream<R>(&self, reader: &mut R, limit_bytes: u64) -> Result<StoredBlob, StoreError>
    where
        R: AsyncRead + Unpin + Send,
    {
        let mut left_bytes = limit_bytes;
        let mut draft = None;
        let mut piece = Vec::new();
        loop {
            let ended =
                read_piece(reader, &mut piece, &mut left_bytes).await?.ok_or(StoreError::TooLarge { limit_bytes })?;
            let begun = draft.take();
            // One trip to the blocking threads writes a piece; the last one also keeps the blob, so a
            // small body costs what `put` costs.
            let step = self.run(move |inner| {
                let mut draft = match begun {
                    Some(draft) => draft,
                    None => Draft::begin(&inner.drafts)?,
                };
                draft.write(&piece)?;
                match ended {
                    Ended::Yes => Ok(Step::Kept(draft.keep(&inner.tree)?)),
                    Ended::No => Ok(Step::Written(draft, piece)),
                }
            });
            match step.await? {
                Step::Kept(stored) => return Ok(stored),
                Step::Written(written, spent) => {
                    draft = Some(written);
                    piece = spent;
                }
            }
        }
    }

    async fn get(&self, address: &ContentDigest) -> Result<Vec<u8>, StoreError> {
        let address = *address;
        let read = move |inner: &Inner| read_checked(&inner.tree, &address, GET_MAX_BYTES);
        self.run(read).await
    }

    async fn reader(&self, address: &ContentDigest) -> Result<BlobReader, StoreError> {
        let address = *address;
        let file = self.run(move |inner| inner.tree.open_blob(&address));
        Ok(BlobReader::of_file(address, file.await?))
    }

    async fn contains(&self, address: &ContentDigest) -> Result<bool, StoreError> {
        let address = *address;
        self.run(move |inner| inner.tree.contains(&address)).await
    }

    async fn list(&self, after: Option<&ContentDigest>, limit: usize) -> Result<Vec<ListedBlob>, StoreError> {
        let after = after.copied();
        let limit = limit.clamp(1, LIST_PAGE_MAX_ITEMS);
        self.run(move |inner| inner.tree.list(after, limit)).await
    }

    async fn remove(&self, address: &ContentDigest, rule: RemovalRule) -> Result<Removal, StoreError> {
        let address = *address;
        self.run(move |inner| inner.tree.remove(&address, rule)).await
    }
}

const THE_DISK: &str = "the disk";

enum Step {
    Kept(StoredBlob),
    Written(Draft, Vec<u8>),
}

fn read_checked(tree: &Tree, address: &ContentDigest, limit_bytes: u64) -> Result<Vec<u8>, StoreError> {
    let mut file = tree.open_blob(address)?;
    let path = tree.path(address);
    let too_large = StoreError::TooLarge { limit_bytes };
    let size_bytes = file.metadata().map_err(failed("look at", &path))?.len();
    if size_bytes > limit_bytes {
        return Err(too_large);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size_bytes).unwrap_or_default());
    // What counts is what is read: the file may have grown since it was looked at.
    let read =
        (&mut file).take(limit_bytes.saturating_add(1)).read_to_end(&mut bytes).map_err(failed("read", &path))?;
    if u64::try_from(read).map_or(true, |read| read > limit_bytes) {
        return Err(too_large);
    }
    check_address(address, ContentDigest::of(&bytes))?;
    Ok(bytes)
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    move |source| StoreError::io(action, path.display(), source)
}

fn sync_directory(path: &Path) -> Result<(), StoreError> {
    File::open(path).and_then(|directory| directory.sync_all()).map_err(failed("sync the directory", path))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[tokio::test]
    async fn a_blob_at_the_memory_limit_is_read_and_one_past_it_is_not() {
        let root = tempfile::tempdir().unwrap();
        let store = DiskStore::open(root.path()).await.unwrap();
        let address = store.put(vec![7; 1000]).await.unwrap();

        let at_limit = read_checked(&store.inner.tree, &address, 1000).unwrap();
        let past_limit = read_checked(&store.inner.tree, &address, 999);

        assert_eq!(at_limit, vec![7; 1000]);
        assert!(matches!(past_limit, Err(StoreError::TooLarge { limit_bytes: 999 })));
    }
}
