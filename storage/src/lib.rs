//! Content-addressed blobs that survive a power cut and say so when they are damaged.
//!
//! This crate knows nothing of documents. It keeps bytes, and it can seal them before they are kept:
//! [`BlobStore`] is the promise, [`DiskStore`], [`S3Store`] and [`MemoryStore`] keep it, [`Blobs`] is
//! whichever of them an installation chose, and [`envelope`] is the encryption around one blob and around its key.
//!
//! To keep an upload of any size in constant memory:
//! 1. make a key: [`ContentKey::generate`](envelope::ContentKey::generate);
//! 2. wrap the upload: [`SealReader::new`](envelope::SealReader::new);
//! 3. give that to [`BlobStore::put_stream`], with [`sealed_size_bytes`](envelope::sealed_size_bytes) of
//!    the upload's own limit as the limit. What comes back is the address of the *ciphertext*;
//! 4. ask the seal reader to [`finish`](envelope::SealReader::finish): it answers with the SHA-256 and
//!    the size of the *plaintext*;
//! 5. wrap the key once per holder ([`wrap_key`](envelope::wrap_key)) and forget it. A document is
//!    destroyed by erasing its wrapped keys; the ciphertext is worth nothing without them.
//!
//! To read it back: [`unwrap_key`](envelope::unwrap_key), [`BlobStore::reader`],
//! [`OpenReader`](envelope::OpenReader).
//!
//! Order of durability, which callers keep: first the blob, then the transaction that names it. A crash
//! between the two leaves an orphan, which a sweep finds through [`BlobStore::list`] and takes away
//! through [`BlobStore::remove`].

mod blobs;
mod digest;
mod disk;
pub mod envelope;
mod error;
pub mod fail_point;
mod memory;
mod piece;
mod reader;
mod s3;

use std::future::Future;
use std::time::SystemTime;

use tokio::io::AsyncRead;

pub use self::s3::{
    Addressing, ConditionalPut, LockSupport, Patience, S3Options, S3OptionsError, S3Report, S3Store, Versioning,
};
pub use blobs::Blobs;
pub use digest::{ContentDigest, ContentHasher, ParseDigestError};
pub use disk::DiskStore;
pub use error::StoreError;
pub use memory::MemoryStore;
pub use reader::BlobReader;

/// The largest blob that [`BlobStore::get`] takes into memory: 256 MiB. Larger ones are read through
/// [`BlobStore::reader`].
pub const GET_MAX_BYTES: u64 = 256 * 1024 * 1024;

/// The most entries one call of [`BlobStore::list`] answers with.
pub const LIST_PAGE_MAX_ITEMS: usize = 1_000;

/// A place that keeps blobs under the SHA-256 of their bytes.
///
/// What every implementation promises:
/// - **The address is the content**: the SHA-256 of exactly the bytes kept, nothing added.
/// - **A put that returned is durable**: the blob survives the death of the process and of the machine.
///   A put that failed, or whose future was dropped, may or may not have kept the blob; it never keeps a
///   part of one.
/// - **No wrong bytes**: whatever is read is hashed again. Where it doesn't fit its address the answer is
///   [`StoreError::Corrupt`], never the bytes.
/// - **Put is idempotent**: equal bytes may be put again and by several callers at once. A put over a
///   damaged blob repairs it, and a put over any blob makes it young again for the sweep.
/// - **Absent is not an accident**: [`StoreError::NotFound`] means the store looked and there is nothing.
pub trait BlobStore: Send + Sync {
    /// Keeps `bytes` and answers with their address.
    ///
    /// # Errors
    /// [`StoreError::Full`], [`StoreError::Io`]; over a network also [`StoreError::Busy`],
    /// [`StoreError::Denied`] and [`StoreError::NoBucket`], as every call may.
    fn put(&self, bytes: Vec<u8>) -> impl Future<Output = Result<ContentDigest, StoreError>> + Send;

    /// Keeps everything `reader` gives, in constant memory, and answers with address and size.
    ///
    /// # Errors
    /// [`StoreError::TooLarge`] as soon as more than `limit_bytes` came, [`StoreError::Source`] when
    /// `reader` fails: after either nothing is kept. Otherwise as [`BlobStore::put`].
    fn put_stream<R>(
        &self,
        reader: &mut R,
        limit_bytes: u64,
    ) -> impl Future<Output = Result<StoredBlob, StoreError>> + Send
    where
        R: AsyncRead + Unpin + Send;

    /// The bytes kept under `address`, hashed again before they are handed out.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Corrupt`], [`StoreError::Io`], and
    /// [`StoreError::TooLarge`] past [`GET_MAX_BYTES`].
    fn get(&self, address: &ContentDigest) -> impl Future<Output = Result<Vec<u8>, StoreError>> + Send;

    /// A reader over the blob under `address`, which hashes as it goes and fails where the end should
    /// be when the bytes don't fit. What it gave before that is unproven; see [`BlobReader`].
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Io`].
    fn reader(&self, address: &ContentDigest) -> impl Future<Output = Result<BlobReader, StoreError>> + Send;

    /// Whether a blob lies under `address`. Says nothing about its health: that is
    /// [`BlobStore::verify`].
    ///
    /// # Errors
    /// [`StoreError::Io`] when the store could not look.
    fn contains(&self, address: &ContentDigest) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Hashes the blob under `address` in constant memory, whatever its size, and answers with its
    /// size in bytes. This is the scrub's question; it needs no key.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Corrupt`], [`StoreError::Io`].
    fn verify(&self, address: &ContentDigest) -> impl Future<Output = Result<u64, StoreError>> + Send {
        async { self.reader(address).await?.drain().await }
    }

    /// The next blobs after `after` (from the start for `None`) in order of address: at most `limit`,
    /// which is clamped to `1..=`[`LIST_PAGE_MAX_ITEMS`]. An empty answer is the end. Blobs put or
    /// removed meanwhile may or may not be seen; all others are seen exactly once.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    fn list(
        &self,
        after: Option<&ContentDigest>,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<ListedBlob>, StoreError>> + Send;

    /// Takes the blob under `address` away if `rule` allows. Rule and removal are one step: a put of
    /// the same bytes is either before it, and then its blob is young, or after it. (Between several
    /// processes on a bucket without versions that holds only for puts that are not within the same moment.)
    ///
    /// # Errors
    /// [`StoreError::Io`], and [`StoreError::Locked`] where the store holds the blob.
    fn remove(
        &self,
        address: &ContentDigest,
        rule: RemovalRule,
    ) -> impl Future<Output = Result<Removal, StoreError>> + Send;
}

/// What [`BlobStore::put_stream`] kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredBlob {
    /// Where it lies.
    pub address: ContentDigest,
    /// How many bytes were kept.
    pub size_bytes: u64,
}

/// For how long a store is asked to hold a blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LockTerm {
    /// Until when; a service counts whole seconds, and this is rounded up to one.
    pub until: SystemTime,
    /// A blob that is held so long already need not be held longer; not after `until`.
    pub enough: SystemTime,
}

impl LockTerm {
    /// Until `until` at the least.
    #[must_use]
    pub fn until(until: SystemTime) -> Self {
        Self { until, enough: until }
    }
}

/// What [`Blobs::put_locked`] kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LockedBlob {
    /// Where it lies.
    pub address: ContentDigest,
    /// Until when nobody may change or remove it, as the store confirms it. `None`: the store does not hold locks, and the
    /// blob is kept like any other.
    pub locked_until: Option<SystemTime>,
}

/// One line of [`BlobStore::list`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListedBlob {
    /// Where it lies.
    pub address: ContentDigest,
    /// Its size as the store knows it, unproven until the blob is read.
    pub size_bytes: u64,
    /// When it was last put, by the clock of the store, which is not the clock of the application.
    pub written_at: SystemTime,
}

/// When [`BlobStore::remove`] may take a blob away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemovalRule {
    /// Now: the content is to be destroyed.
    Always,
    /// Only if it was last put before this moment of the store's clock. A sweep gives a moment far
    /// enough back that every transaction which could name the blob has ended.
    LastPutBefore(SystemTime),
}

impl RemovalRule {
    fn allows(self, written_at: SystemTime) -> bool {
        match self {
            Self::Always => true,
            Self::LastPutBefore(moment) => written_at < moment,
        }
    }
}

/// What [`BlobStore::remove`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// The blob is gone, durably.
    Removed,
    /// The rule forbade it; the blob is still there.
    Kept,
    /// There was none.
    Absent,
}
