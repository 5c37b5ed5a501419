//! Blobs as objects in a bucket of a service that speaks S3.
//!
//! ```text
//! <prefix>ab/<64 hex digits>   blobs, named by their address, which starts with ab
//! <prefix>probe/…              what the start tries the service with
//! ```
//! Two digits stand first for services that keep keys in folders. The order of keys is that of addresses.
//!
//! Nothing rests on conditional requests, on dates to less than a second, or on what a service says of itself: a key is
//! the digest of what lies under it, a put that returned was proven, and whatever is read is hashed again. What a
//! service does beyond that is found out at the start: [`S3Store::report`].
//!
//! Requests that fail for a reason which may pass (5xx, 429, no connection, one that was cut, no answer in time) are
//! made again, with waits that grow, as often as [`Patience`] says. A download that is cut goes on from where it was.
//!
//! In a bucket with versions a removal removes every version. In one without, a removal by date and a put of the same
//! bytes by *another process* within the same moment may cross, and the put is lost: sweeps need a bucket with versions
//! or a moment far enough back that nobody puts such a blob again.

mod answers;
mod body;
mod fault;
mod gate;
mod lock;
mod options;
mod probe;
mod removal;
mod upload;
mod wire;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use s3::command::Command;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::{Semaphore, SemaphorePermit};

use self::gate::Gate;
use self::upload::Ready;
use self::wire::{Ask, Wire};
use crate::piece::blocking;
use crate::{
    BlobReader, BlobStore, ContentDigest, GET_MAX_BYTES, LIST_PAGE_MAX_ITEMS, ListedBlob, LockTerm, LockedBlob,
    Removal, RemovalRule, StoreError, StoredBlob,
};

pub(crate) use self::body::Piped;
pub use self::options::{Addressing, Patience, S3Options, S3OptionsError};
pub use self::probe::{ConditionalPut, LockSupport, S3Report, Versioning};

/// Bodies on their way at once, in MiB; each is held twice.
const ROOM_MEBIBYTES: u32 = 24;
const MEBIBYTE: u64 = 1024 * 1024;

/// A store in one bucket. Clones share it.
#[derive(Clone)]
pub struct S3Store {
    inner: Arc<Inner>,
}

struct Inner {
    wire: Arc<Wire>,
    bucket: String,
    prefix: String,
    spool: PathBuf,
    gate: Arc<Gate>,
    room: Semaphore,
    report: S3Report,
}

impl S3Store {
    /// Opens the store and finds out what the service does: a few small objects are put and removed.
    ///
    /// # Errors
    /// [`StoreError::Options`], [`StoreError::NoBucket`], [`StoreError::Denied`], [`StoreError::Busy`], or
    /// [`StoreError::Io`] when there is no service, or one that doesn't give back what it was given.
    pub async fn open(options: S3Options) -> Result<Self, StoreError> {
        options.check()?;
        let spool = options.spool.clone();
        blocking("the spool", move || crate::disk::create_folder(&spool)).await?;
        let report = S3Report {
            checks_checksums: false,
            conditional_put: ConditionalPut::Ignored,
            versioning: Versioning::Off,
            lock: LockSupport::Off,
            locks_unasked: false,
        };
        let wire = Wire::new(&options).map_err(|fault| fault.during("address", &options.bucket))?;
        let mut inner = Inner {
            wire: Arc::new(wire),
            bucket: options.bucket,
            prefix: options.prefix,
            spool: options.spool,
            gate: Arc::default(),
            room: Semaphore::new(usize::try_from(ROOM_MEBIBYTES).unwrap_or(usize::MAX)),
            report,
        };
        inner.report = inner.probe().await?;
        Ok(Self { inner: Arc::new(inner) })
    }

    /// What the service showed when the store was opened.
    #[must_use]
    pub fn report(&self) -> S3Report {
        self.inner.report
    }

    /// The key of the blob with this address.
    #[must_use]
    pub fn key(&self, address: &ContentDigest) -> String {
        self.inner.key(address)
    }

    /// Whether the service was seen to hold locks.
    #[must_use]
    pub fn locks(&self) -> bool {
        self.inner.report.lock == LockSupport::Held
    }

    /// Whether the bucket says that it locks, and was not seen to.
    #[must_use]
    pub fn claims_locks(&self) -> bool {
        self.inner.report.lock == LockSupport::Claimed
    }

    /// Keeps `bytes` and has them held for `term`, under a lock of compliance: nobody lifts it. What is there already,
    /// whole and held long enough, is left as it is. Where the service does not hold locks it is a put like any other.
    ///
    /// # Errors
    /// [`StoreError::LockShorter`] when the service does not confirm the lock; otherwise as [`BlobStore::put`].
    pub async fn put_locked(&self, bytes: Vec<u8>, term: LockTerm) -> Result<LockedBlob, StoreError> {
        let ready = Ready::of_memory(bytes).await?;
        let address = ready.stored.address;
        if self.locks()
            && let Some(until) = self.inner.hold(&address, term).await?
        {
            // What somebody has put over it since is what is read: the blob comes on top again.
            match self.inner.prove(&ready, &self.key(&address)).await {
                Ok(()) => {}
                Err(StoreError::Corrupt { .. } | StoreError::NotFound { .. }) => self.inner.keep(&ready).await?,
                Err(error) => return Err(error),
            }
            return Ok(LockedBlob { address, locked_until: Some(until) });
        }
        self.inner.keep(&ready).await?;
        Ok(LockedBlob { address, locked_until: self.hold(&address, term).await? })
    }

    /// Has a blob that is there held for `term`; answers until when it is, `None` where the service does not hold locks.
    ///
    /// # Errors
    /// [`StoreError::LockShorter`], [`StoreError::NotFound`] where nothing has its bytes; otherwise as [`BlobStore::put`].
    pub async fn hold(&self, address: &ContentDigest, term: LockTerm) -> Result<Option<SystemTime>, StoreError> {
        if !self.locks() {
            return Ok(None);
        }
        let held = self.inner.hold(address, term).await?;
        held.map(Some).ok_or(StoreError::NotFound { address: *address })
    }

    /// Until when the service says that the blob is held; `None` without a lock.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where nothing has its bytes; otherwise as [`BlobStore::contains`].
    pub async fn held_until(&self, address: &ContentDigest) -> Result<Option<SystemTime>, StoreError> {
        if !self.locks() {
            return Ok(None);
        }
        self.inner.held_until(address).await?.ok_or(StoreError::NotFound { address: *address })
    }
}

impl Inner {
    fn key(&self, address: &ContentDigest) -> String {
        let [first, ..] = address.as_bytes();
        format!("{}{first:02x}/{address}", self.prefix)
    }

    fn checks_checksums(&self) -> bool {
        self.report.checks_checksums
    }

    /// Waits until a body of this size may be held. Nothing larger than all of the room is ever asked for.
    async fn room_for(&self, size_bytes: u64) -> Option<SemaphorePermit<'_>> {
        let wanted = u32::try_from(size_bytes.div_ceil(MEBIBYTE)).unwrap_or(u32::MAX).clamp(1, ROOM_MEBIBYTES);
        // It is never closed.
        self.room.acquire_many(wanted).await.ok()
    }

    async fn open_blob(self: &Arc<Self>, address: &ContentDigest) -> Result<(BlobReader, Option<u64>), StoreError> {
        let key = self.key(address);
        let response = match self.wire.open(Ask::new(&key, Command::GetObject)).await {
            Ok(response) => response,
            Err(fault) if fault.is_no_such_key() => return Err(StoreError::NotFound { address: *address }),
            Err(fault) => return Err(fault.during("read", &key)),
        };
        let size_bytes = response.content_length();
        Ok((BlobReader::of_remote(*address, Piped::new(Arc::clone(self), key, response)), size_bytes))
    }
}

/// The address that the rest of a key after the prefix stands for.
fn address_of(rest: &str) -> Option<ContentDigest> {
    let (folder, name) = rest.split_once('/')?;
    let address = ContentDigest::parse_hex(name).ok()?;
    name.starts_with(folder).then_some(address).filter(|_| folder.len() == 2)
}

impl BlobStore for S3Store {
    async fn put(&self, bytes: Vec<u8>) -> Result<ContentDigest, StoreError> {
        let ready = Ready::of_memory(bytes).await?;
        self.inner.keep(&ready).await?;
        Ok(ready.stored.address)
    }

    async fn put_stream<R>(&self, reader: &mut R, limit_bytes: u64) -> Result<StoredBlob, StoreError>
    where
        R: AsyncRead + Unpin + Send,
    {
        let ready = Ready::collect(reader, limit_bytes, &self.inner.spool).await?;
        self.inner.keep(&ready).await?;
        Ok(ready.stored)
    }

    async fn get(&self, address: &ContentDigest) -> Result<Vec<u8>, StoreError> {
        let too_large = StoreError::TooLarge { limit_bytes: GET_MAX_BYTES };
        let (mut reader, size_bytes) = self.inner.open_blob(address).await?;
        if size_bytes.is_some_and(|size_bytes| size_bytes > GET_MAX_BYTES) {
            return Err(too_large);
        }
        let mut bytes = Vec::new();
        // The reader ends well only when the bytes fit the address.
        let read = (&mut reader).take(GET_MAX_BYTES.saturating_add(1)).read_to_end(&mut bytes).await;
        let read = read.map_err(|error| reader.failed(error))?;
        if u64::try_from(read).map_or(true, |read| read > GET_MAX_BYTES) {
            return Err(too_large);
        }
        Ok(bytes)
    }

    async fn reader(&self, address: &ContentDigest) -> Result<BlobReader, StoreError> {
        Ok(self.inner.open_blob(address).await?.0)
    }

    async fn contains(&self, address: &ContentDigest) -> Result<bool, StoreError> {
        let key = self.inner.key(address);
        match self.inner.wire.ask(Ask::new(&key, Command::HeadObject)).await {
            Ok(_) => Ok(true),
            // The answer to HEAD has no body, so it doesn't tell a missing object from a missing bucket.
            Err(fault) if fault.status().is_some_and(|status| status.as_u16() == 404) => {
                match self.inner.open_blob(address).await {
                    Ok(_) => Ok(true),
                    Err(StoreError::NotFound { .. }) => Ok(false),
                    Err(error) => Err(error),
                }
            }
            Err(fault) => Err(fault.during("look at", &key)),
        }
    }

    async fn list(&self, after: Option<&ContentDigest>, limit: usize) -> Result<Vec<ListedBlob>, StoreError> {
        self.inner.list_blobs(after, limit.clamp(1, LIST_PAGE_MAX_ITEMS)).await
    }

    async fn remove(&self, address: &ContentDigest, rule: RemovalRule) -> Result<Removal, StoreError> {
        self.inner.remove_blob(address, rule).await
    }
}
