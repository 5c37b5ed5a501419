//! Blobs in a map, for tests: the same contract as the disk but for durability.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use tokio::io::{AsyncRead, AsyncReadExt};

use crate::error::check_address;
use crate::{
    BlobReader, BlobStore, ContentDigest, GET_MAX_BYTES, LIST_PAGE_MAX_ITEMS, ListedBlob, Removal, RemovalRule,
    StoreError, StoredBlob,
};

/// A store that lives as long as its last clone.
#[derive(Clone)]
pub struct MemoryStore {
    blobs: Arc<Mutex<BTreeMap<ContentDigest, Kept>>>,
    now: Arc<dyn Fn() -> SystemTime + Send + Sync>,
}

struct Kept {
    bytes: Vec<u8>,
    written_at: SystemTime,
}

impl MemoryStore {
    /// An empty store. `now` dates its blobs, so that a test can let them grow old.
    pub fn new(now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self { blobs: Arc::default(), now: Arc::new(now) }
    }

    /// Lets a test damage the bytes under `address` behind the store's back. Does nothing if there are
    /// none.
    pub fn damage(&self, address: &ContentDigest, change: impl FnOnce(&mut Vec<u8>)) {
        if let Some(kept) = self.lock().get_mut(address) {
            change(&mut kept.bytes);
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<ContentDigest, Kept>> {
        // Every change to the map is one call, so a panicking holder can't leave it half done.
        self.blobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn bytes(&self, address: &ContentDigest) -> Result<Vec<u8>, StoreError> {
        match self.lock().get(address) {
            Some(kept) => Ok(kept.bytes.clone()),
            None => Err(StoreError::NotFound { address: *address }),
        }
    }
}

impl BlobStore for MemoryStore {
    async fn put(&self, bytes: Vec<u8>) -> Result<ContentDigest, StoreError> {
        let address = ContentDigest::of(&bytes);
        let written_at = (self.now)();
        self.lock().insert(address, Kept { bytes, written_at });
        Ok(address)
    }

    async fn put_stream<R>(&self, reader: &mut R, limit_bytes: u64) -> Result<StoredBlob, StoreError>
    where
        R: AsyncRead + Unpin + Send,
    {
        let mut bytes = Vec::new();
        let mut limited = reader.take(limit_bytes.saturating_add(1));
        limited.read_to_end(&mut bytes).await.map_err(StoreError::Source)?;
        let size_bytes = size_of_slice(&bytes);
        if size_bytes > limit_bytes {
            return Err(StoreError::TooLarge { limit_bytes });
        }
        let address = self.put(bytes).await?;
        Ok(StoredBlob { address, size_bytes })
    }

    async fn get(&self, address: &ContentDigest) -> Result<Vec<u8>, StoreError> {
        let bytes = self.bytes(address)?;
        if size_of_slice(&bytes) > GET_MAX_BYTES {
            return Err(StoreError::TooLarge { limit_bytes: GET_MAX_BYTES });
        }
        check_address(address, ContentDigest::of(&bytes))?;
        Ok(bytes)
    }

    async fn reader(&self, address: &ContentDigest) -> Result<BlobReader, StoreError> {
        Ok(BlobReader::of_memory(*address, self.bytes(address)?))
    }

    async fn contains(&self, address: &ContentDigest) -> Result<bool, StoreError> {
        Ok(self.lock().contains_key(address))
    }

    async fn list(&self, after: Option<&ContentDigest>, limit: usize) -> Result<Vec<ListedBlob>, StoreError> {
        let start = after.map_or(Bound::Unbounded, |address| Bound::Excluded(*address));
        let page = self
            .lock()
            .range((start, Bound::Unbounded))
            .take(limit.clamp(1, LIST_PAGE_MAX_ITEMS))
            .map(|(address, kept)| ListedBlob {
                address: *address,
                size_bytes: size_of_slice(&kept.bytes),
                written_at: kept.written_at,
            })
            .collect();
        Ok(page)
    }

    async fn remove(&self, address: &ContentDigest, rule: RemovalRule) -> Result<Removal, StoreError> {
        let mut blobs = self.lock();
        let Some(kept) = blobs.get(address) else {
            return Ok(Removal::Absent);
        };
        if !rule.allows(kept.written_at) {
            return Ok(Removal::Kept);
        }
        blobs.remove(address);
        Ok(Removal::Removed)
    }
}

fn size_of_slice(bytes: &[u8]) -> u64 {
    // No address space is wider than 64 bits.
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}
