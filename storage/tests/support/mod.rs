#![allow(clippy::disallowed_methods, reason = "tests find their files and measure")]
//! What the claims need and their stories don't.

pub mod faults;
pub mod moto;
pub mod s3_server;

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use qolhat_storage::envelope::SecureRandom;
use qolhat_storage::{BlobStore, Blobs, ContentDigest, DiskStore, MemoryStore, S3Options, S3Store};
use tempfile::TempDir;
use tokio::io::{AsyncRead, ReadBuf};

use self::moto::Moto;
use self::s3_server::S3Server;

/// A store, and hands to damage it with.
pub struct World {
    pub store: Blobs,
    /// The least by which two puts have to be apart to be dated apart.
    pub date_step: Duration,
    hands: Hands,
}

enum Hands {
    InStore,
    InFiles { _root: TempDir },
    OfServer { server: S3Server, _root: TempDir },
    OfMoto { endpoint: String, bucket: String, _root: TempDir },
}

const TO_THE_NANOSECOND: Duration = Duration::from_nanos(1);
const TO_THE_SECOND: Duration = Duration::from_secs(1);

impl World {
    pub async fn memory() -> Self {
        let store = Blobs::Memory(MemoryStore::new(SystemTime::now));
        Self { store, date_step: TO_THE_NANOSECOND, hands: Hands::InStore }
    }

    pub async fn disk() -> Self {
        let root = tempfile::tempdir().unwrap();
        let store = Blobs::Disk(DiskStore::open(root.path()).await.unwrap());
        Self { store, date_step: TO_THE_NANOSECOND, hands: Hands::InFiles { _root: root } }
    }

    pub async fn s3() -> Self {
        let root = tempfile::tempdir().unwrap();
        let server = S3Server::start(&root.path().join("s3")).await;
        let options = s3_server::options(&server.endpoint, &root.path().join("spool"));
        let store = Blobs::S3(S3Store::open(options).await.unwrap());
        Self { store, date_step: TO_THE_SECOND, hands: Hands::OfServer { server, _root: root } }
    }

    /// A bucket of its own with versions.
    pub async fn versioned(moto: &Moto) -> Self {
        let root = tempfile::tempdir().unwrap();
        // The folder's name is nobody else's.
        let name = root.path().file_name().unwrap().to_str().unwrap();
        let bucket = format!("bucket-{}", hex::encode(name));
        moto.bucket(&bucket, false).await;
        let options = S3Options { bucket: bucket.clone(), ..s3_server::options(&moto.endpoint, root.path()) };
        let store = Blobs::S3(S3Store::open(options).await.unwrap());
        let endpoint = moto.endpoint.clone();
        Self { store, date_step: TO_THE_SECOND, hands: Hands::OfMoto { endpoint, bucket, _root: root } }
    }

    /// Changes the kept bytes behind the store's back.
    pub async fn damage(&self, address: &ContentDigest, change: impl FnOnce(&mut Vec<u8>)) {
        match (&self.store, &self.hands) {
            (Blobs::Memory(store), _) => store.damage(address, change),
            (Blobs::Disk(store), _) => {
                let path = store.path(address);
                fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
                change_file(&path, change);
            }
            (Blobs::S3(store), Hands::OfServer { server, .. }) => {
                change_file(&server.file(&store.key(address)), change);
            }
            (Blobs::S3(store), Hands::OfMoto { endpoint, bucket, .. }) => {
                moto::change(endpoint, bucket, &store.key(address), change).await;
            }
            (Blobs::S3(_), Hands::InStore | Hands::InFiles { .. }) => unreachable!("a store without its server"),
        }
    }

    /// Every address, page by page.
    pub async fn addresses(&self, page_items: usize) -> Vec<ContentDigest> {
        let mut all = Vec::new();
        loop {
            let page = self.store.list(all.last(), page_items).await.unwrap();
            assert!(page.len() <= page_items);
            if page.is_empty() {
                return all;
            }
            all.extend(page.iter().map(|blob| blob.address));
        }
    }
}

fn change_file(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    change(&mut bytes);
    fs::write(path, bytes).unwrap();
}

/// Bytes without a pattern that a mistake could hide behind.
pub fn noise(size_bytes: usize) -> Vec<u8> {
    let mut bytes = vec![0; size_bytes];
    Predictable::from(1).fill(&mut bytes);
    bytes
}

/// Randomness that is the same in every run.
pub struct Predictable(u64);

impl From<u64> for Predictable {
    fn from(seed: u64) -> Self {
        Self(seed)
    }
}

impl SecureRandom for Predictable {
    fn fill(&mut self, out: &mut [u8]) {
        // Splitmix64: good enough to look random, and seeds of any kind will do.
        for byte in out {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut mixed = self.0;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            *byte = (mixed >> 56) as u8;
        }
    }
}

/// Randomness for known answers: every byte is 7.
pub struct Sevens;

impl SecureRandom for Sevens {
    fn fill(&mut self, out: &mut [u8]) {
        out.fill(7);
    }
}

/// Gives its bytes in small uneven pieces and isn't ready every other time; then ends, or fails.
pub struct Trickle {
    bytes: Vec<u8>,
    given: usize,
    ready: bool,
    polls: usize,
    failure: Option<io::ErrorKind>,
}

impl Trickle {
    pub fn of(bytes: Vec<u8>) -> Self {
        Self { bytes, given: 0, ready: false, polls: 0, failure: None }
    }

    pub fn failing(bytes: Vec<u8>, failure: io::ErrorKind) -> Self {
        Self { failure: Some(failure), ..Self::of(bytes) }
    }
}

impl AsyncRead for Trickle {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.ready = !self.ready;
        if self.ready {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.polls += 1;
        let rest = &self.bytes[self.given..];
        let count = rest.len().min(buffer.remaining()).min(1 + self.polls * 7919 % 20_000);
        buffer.put_slice(&rest[..count]);
        self.given += count;
        match self.failure {
            Some(kind) if count == 0 => Poll::Ready(Err(kind.into())),
            _ => Poll::Ready(Ok(())),
        }
    }
}
