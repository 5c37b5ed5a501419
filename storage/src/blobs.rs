//! The store an installation chose.

use tokio::io::AsyncRead;

use crate::{
    BlobReader, BlobStore, ContentDigest, DiskStore, ListedBlob, MemoryStore, Removal, RemovalRule, StoreError,
    StoredBlob,
};

/// One of the stores, so that the application holds a concrete type. Clones share the store.
#[derive(Clone)]
pub enum Blobs {
    /// Files in a directory.
    Disk(DiskStore),
    /// A map in this process, for tests.
    Memory(MemoryStore),
}

impl BlobStore for Blobs {
    async fn put(&self, bytes: Vec<u8>) -> Result<ContentDigest, StoreError> {
        match self {
            Self::Disk(store) => store.put(bytes).await,
            Self::Memory(store) => store.put(bytes).await,
        }
    }

    async fn put_stream<R>(&self, reader: &mut R, limit_bytes: u64) -> Result<StoredBlob, StoreError>
    where
        R: AsyncRead + Unpin + Send,
    {
        match self {
            Self::Disk(store) => store.put_stream(reader, limit_bytes).await,
            Self::Memory(store) => store.put_stream(reader, limit_bytes).await,
        }
    }

    async fn get(&self, address: &ContentDigest) -> Result<Vec<u8>, StoreError> {
        match self {
            Self::Disk(store) => store.get(address).await,
            Self::Memory(store) => store.get(address).await,
        }
    }

    async fn reader(&self, address: &ContentDigest) -> Result<BlobReader, StoreError> {
        match self {
            Self::Disk(store) => store.reader(address).await,
            Self::Memory(store) => store.reader(address).await,
        }
    }

    async fn contains(&self, address: &ContentDigest) -> Result<bool, StoreError> {
        match self {
            Self::Disk(store) => store.contains(address).await,
            Self::Memory(store) => store.contains(address).await,
        }
    }

    async fn list(&self, after: Option<&ContentDigest>, limit: usize) -> Result<Vec<ListedBlob>, StoreError> {
        match self {
            Self::Disk(store) => store.list(after, limit).await,
            Self::Memory(store) => store.list(after, limit).await,
        }
    }

    async fn remove(&self, address: &ContentDigest, rule: RemovalRule) -> Result<Removal, StoreError> {
        match self {
            Self::Disk(store) => store.remove(address, rule).await,
            Self::Memory(store) => store.remove(address, rule).await,
        }
    }
}
