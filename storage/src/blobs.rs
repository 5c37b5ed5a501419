//! The store an installation chose.

use std::time::SystemTime;

use tokio::io::AsyncRead;

use crate::{
    BlobReader, BlobStore, ContentDigest, DiskStore, ListedBlob, LockTerm, LockedBlob, MemoryStore, Removal,
    RemovalRule, S3Store, StoreError, StoredBlob,
};

/// One of the stores, so that the application holds a concrete type. Clones share the store.
#[derive(Clone)]
pub enum Blobs {
    /// Files in a directory.
    Disk(DiskStore),
    /// Objects in a bucket.
    S3(S3Store),
    /// A map in this process, for tests.
    Memory(MemoryStore),
}

impl Blobs {
    /// Keeps `bytes` and asks the store not to let anybody change or remove them for `term`. The answer
    /// says until when it does not: a disk and a memory never hold anything.
    ///
    /// # Errors
    /// As [`S3Store::put_locked`].
    pub async fn put_locked(&self, bytes: Vec<u8>, term: LockTerm) -> Result<LockedBlob, StoreError> {
        let unlocked = |address| LockedBlob { address, locked_until: None };
        match self {
            Self::Disk(store) => store.put(bytes).await.map(unlocked),
            Self::S3(store) => store.put_locked(bytes, term).await,
            Self::Memory(store) => store.put(bytes).await.map(unlocked),
        }
    }

    /// Whether the store holds what it is asked to hold.
    #[must_use]
    pub fn locks(&self) -> bool {
        match self {
            Self::S3(store) => store.locks(),
            Self::Disk(_) | Self::Memory(_) => false,
        }
    }

    /// Whether the store says that it holds, and was not seen to when it was tried.
    #[must_use]
    pub fn claims_locks(&self) -> bool {
        match self {
            Self::S3(store) => store.claims_locks(),
            Self::Disk(_) | Self::Memory(_) => false,
        }
    }

    /// Has a blob that is there held for `term`; answers until when it is, `None` where the store does not hold.
    ///
    /// # Errors
    /// As [`S3Store::hold`].
    pub async fn hold(&self, address: &ContentDigest, term: LockTerm) -> Result<Option<SystemTime>, StoreError> {
        match self {
            Self::S3(store) => store.hold(address, term).await,
            Self::Disk(_) | Self::Memory(_) => Ok(None),
        }
    }

    /// Until when the store says that it holds the blob; `None` without a lock.
    ///
    /// # Errors
    /// As [`S3Store::held_until`].
    pub async fn held_until(&self, address: &ContentDigest) -> Result<Option<SystemTime>, StoreError> {
        match self {
            Self::S3(store) => store.held_until(address).await,
            Self::Disk(_) | Self::Memory(_) => Ok(None),
        }
    }
}

impl BlobStore for Blobs {
    async fn put(&self, bytes: Vec<u8>) -> Result<ContentDigest, StoreError> {
        match self {
            Self::Disk(store) => store.put(bytes).await,
            Self::S3(store) => store.put(bytes).await,
            Self::Memory(store) => store.put(bytes).await,
        }
    }

    async fn put_stream<R>(&self, reader: &mut R, limit_bytes: u64) -> Result<StoredBlob, StoreError>
    where
        R: AsyncRead + Unpin + Send,
    {
        match self {
            Self::Disk(store) => store.put_stream(reader, limit_bytes).await,
            Self::S3(store) => store.put_stream(reader, limit_bytes).await,
            Self::Memory(store) => store.put_stream(reader, limit_bytes).await,
        }
    }

    async fn get(&self, address: &ContentDigest) -> Result<Vec<u8>, StoreError> {
        match self {
            Self::Disk(store) => store.get(address).await,
            Self::S3(store) => store.get(address).await,
            Self::Memory(store) => store.get(address).await,
        }
    }

    async fn reader(&self, address: &ContentDigest) -> Result<BlobReader, StoreError> {
        match self {
            Self::Disk(store) => store.reader(address).await,
            Self::S3(store) => store.reader(address).await,
            Self::Memory(store) => store.reader(address).await,
        }
    }

    async fn contains(&self, address: &ContentDigest) -> Result<bool, StoreError> {
        match self {
            Self::Disk(store) => store.contains(address).await,
            Self::S3(store) => store.contains(address).await,
            Self::Memory(store) => store.contains(address).await,
        }
    }

    async fn list(&self, after: Option<&ContentDigest>, limit: usize) -> Result<Vec<ListedBlob>, StoreError> {
        match self {
            Self::Disk(store) => store.list(after, limit).await,
            Self::S3(store) => store.list(after, limit).await,
            Self::Memory(store) => store.list(after, limit).await,
        }
    }

    async fn remove(&self, address: &ContentDigest, rule: RemovalRule) -> Result<Removal, StoreError> {
        match self {
            Self::Disk(store) => store.remove(address, rule).await,
            Self::S3(store) => store.remove(address, rule).await,
            Self::Memory(store) => store.remove(address, rule).await,
        }
    }
}
