//! A gibibyte goes in and comes out again, and the process stays small: measured on a process of its own, which is this
//! program run again. The server of S3 stays in the first process.

#![allow(clippy::disallowed_methods, reason = "tests find their files and measure")]

use std::path::Path;
use std::pin::Pin;
use std::process::Command;
use std::task::{Context, Poll};

use qolhat_storage::envelope::{ContentKey, OpenReader, SealReader, sealed_size_bytes};
use qolhat_storage::{BlobStore, Blobs, ContentHasher, DiskStore, S3Store};
use tokio::io::{AsyncRead, AsyncReadExt, ReadBuf};

use crate::support::Predictable;
use crate::support::s3_server::{S3Server, options};

const GIBIBYTE: u64 = 1024 * 1024 * 1024;
/// On S3: many times what may be held, and many parts. A gibibyte goes there through the service, in its own tests.
const ON_S3: u64 = GIBIBYTE / 4;
const GROWTH_MAX_KIBIBYTES: u64 = 64 * 1024;
const WHERE: &str = "QOLHAT_TEST_MEMORY_OF";

/// Bytes that nobody holds; each 64 KiB is told apart from the others.
struct Flow {
    left: u64,
}

impl AsyncRead for Flow {
    fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<std::io::Result<()>> {
        let mut block = [0; 4096];
        block[..8].copy_from_slice(&(self.left >> 16).to_be_bytes());
        let count = block.len().min(buffer.remaining()).min(usize::try_from(self.left).unwrap());
        buffer.put_slice(&block[..count]);
        self.left -= count as u64;
        Poll::Ready(Ok(()))
    }
}

/// What the process holds, and the most that it ever held.
fn resident_kibibytes(line: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let found = status.lines().find_map(|text| text.strip_prefix(line)).unwrap();
    found.trim().trim_end_matches("kB").trim().parse().unwrap()
}

fn child(place: &str) {
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "gibibyte::the_process_that_is_measured", "--ignored", "--nocapture"])
        .env(WHERE, place)
        .output()
        .unwrap();
    let told = format!("{}{}", String::from_utf8_lossy(&child.stdout), String::from_utf8_lossy(&child.stderr));
    assert!(child.status.success() && told.contains("1 passed"), "{told}");
    for line in told.lines().filter(|line| line.contains("KiB")) {
        eprintln!("{line}");
    }
}

#[test]
fn a_gibibyte_through_a_disk_holds_no_more_than_64_mebibytes() {
    let root = tempfile::tempdir().unwrap();
    child(&format!("disk {}", root.path().display()));
}

#[test]
fn a_quarter_of_a_gibibyte_through_s3_holds_no_more_than_64_mebibytes() {
    let root = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(S3Server::start(&root.path().join("s3")));
    child(&format!("{} {}", server.endpoint, root.path().display()));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by the tests before it"]
async fn the_process_that_is_measured() {
    let place = std::env::var(WHERE).unwrap();
    let (kind, folder) = place.split_once(' ').unwrap();
    let folder = Path::new(folder);
    let (store, size) = match kind {
        "disk" => (Blobs::Disk(DiskStore::open(folder.join("blobs")).await.unwrap()), GIBIBYTE),
        endpoint => (Blobs::S3(S3Store::open(options(endpoint, &folder.join("spool"))).await.unwrap()), ON_S3),
    };
    let mut random = Predictable::from(7);
    let key = ContentKey::generate(&mut random);
    store.put(vec![1; 100_000]).await.unwrap();
    let before = resident_kibibytes("VmRSS:");

    let mut sealed = SealReader::new(&key, Flow { left: size }, &mut random);
    let stored = store.put_stream(&mut sealed, sealed_size_bytes(size).unwrap()).await.unwrap();
    let put = sealed.finish().unwrap();
    let mut opened = OpenReader::new(key, store.reader(&stored.address).await.unwrap());
    let (mut hasher, mut piece) = (ContentHasher::new(), vec![0; 64 * 1024]);
    loop {
        let count = opened.read(&mut piece).await.unwrap();
        if count == 0 {
            break;
        }
        hasher.update(&piece[..count]);
    }

    assert_eq!(opened.finish().unwrap(), put);
    assert_eq!((put.size_bytes, hasher.finish()), (size, put.digest));
    let growth = resident_kibibytes("VmHWM:") - before;
    eprintln!("{kind}: {before} KiB before, {growth} KiB more at the most");
    assert!(growth <= GROWTH_MAX_KIBIBYTES, "{growth} KiB more than the {before} KiB before");
}
