//! The store an installation chose.

use std::time::SystemTime;

use tokio::io::AsyncRead;

use crate::{
    BlobReader, BlobStore, ContentDigest, DiskStore, ListedBlob, LockedBlob, MemoryStore, Removal, RemovalRule,
    S3Store, StoreError, StoredBlob,
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
    /// Keeps `bytes` and asks the store not to let anybody change or remove them before `until`. The
    /// answer says whether it does: a disk and a memory never do.
    ///
    /// # Errors
    /// As [`BlobStore::put`].
    pub async fn put_locked(&self, bytes: Vec<u8>, until: SystemTime) -> Result<LockedBlob, StoreError> {
        let unlocked = |address| LockedBlob { address, locked_until: None };
        match self {
            Self::Disk(store) => store.put(bytes).await.map(unlocked),
            Self::S3(store) => store.put_locked(bytes, until).await,
            Self::Memory(store) => store.put(bytes).await.map(unlocked),
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
