//! What only S3 promises: faults on the way, a service that does less, versions, locks and large blobs.

#![allow(clippy::disallowed_methods, reason = "tests find their files and measure")]

use std::io::ErrorKind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use qolhat_storage::{
    Addressing, BlobStore, ContentDigest, LockSupport, LockTerm, Patience, Removal, RemovalRule, S3Options, S3Store,
    StoreError, Versioning,
};
use tempfile::TempDir;
use tokio::io::AsyncReadExt;

use crate::support::faults::{Fate, FaultProxy, Seen};
use crate::support::moto::{Moto, change};
use crate::support::s3_server::{DOMAIN, S3Server, options};
use crate::support::{Trickle, noise};

/// A store behind a proxy.
struct Stage {
    store: S3Store,
    proxy: FaultProxy,
    server: S3Server,
    root: TempDir,
}

impl Stage {
    async fn set() -> Self {
        Self::set_with(|_| {}).await
    }

    async fn set_with(adjust: impl FnOnce(&mut S3Options)) -> Self {
        let root = tempfile::tempdir().unwrap();
        let server = S3Server::start(&root.path().join("s3")).await;
        let proxy = FaultProxy::before(&server.endpoint).await;
        let mut options = options(&proxy.endpoint, &root.path().join("spool"));
        adjust(&mut options);
        let store = S3Store::open(options).await.unwrap();
        Self { store, proxy, server, root }
    }
}

const SLOW_DOWN: Fate = Fate::Refused(503, "SlowDown");

#[tokio::test(flavor = "multi_thread")]
async fn what_the_service_does_is_found_out_and_leaves_nothing() {
    let stage = Stage::set().await;

    let report = stage.store.report();

    assert!(report.checks_checksums);
    assert_eq!((report.versioning, report.lock), (Versioning::Off, LockSupport::Off));
    assert!(!report.locks_unasked);
    let left = std::fs::read_dir(stage.server.file("prefix/probe")).map_or(0, Iterator::count);
    assert_eq!(left, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_service_is_asked_again_and_not_forever() {
    let stage = Stage::set().await;
    stage.proxy.set(|before, _| if before < 3 { SLOW_DOWN } else { Fate::Passes });
    let address = stage.store.put(b"patience".to_vec()).await.unwrap();
    assert_eq!(stage.store.get(&address).await.unwrap(), b"patience");

    stage.proxy.set(|_, _| SLOW_DOWN);
    let refused = stage.store.put(b"no more".to_vec()).await;
    assert!(matches!(refused, Err(StoreError::Busy { .. })), "{refused:?}");
    assert_eq!(stage.proxy.seen().len(), 4);
    for code in ["InternalError", ""] {
        stage.proxy.set(move |_, _| Fate::Refused(500, code));
        let refused = stage.store.get(&address).await;
        assert!(matches!(refused, Err(StoreError::Io { .. })), "{refused:?}");
        assert_eq!(stage.proxy.seen().len(), 4);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_told_for_what_it_is_and_not_asked_again() {
    let stage = Stage::set().await;
    let address = ContentDigest::of(b"never put");
    stage.proxy.set(|_, _| Fate::Refused(403, "AccessDenied"));
    let denied = stage.store.get(&address).await;
    assert!(matches!(denied, Err(StoreError::Denied { .. })), "{denied:?}");
    assert_eq!(stage.proxy.seen().len(), 1);
    stage.proxy.set(|_, _| Fate::Refused(507, ""));
    let full = stage.store.put(b"x".to_vec()).await;
    assert!(matches!(full, Err(StoreError::Full { .. })), "{full:?}");
    // A status that a missing bucket has too, and a page of some proxy, do not say that there is no blob.
    for code in ["NoSuchBucket", "", "NotFound"] {
        stage.proxy.set(move |_, _| Fate::Refused(404, code));
        let absent = stage.store.contains(&address).await;
        assert!(matches!(absent, Err(StoreError::NoBucket { .. } | StoreError::Io { .. })), "{code}: {absent:?}");
        let read = stage.store.get(&address).await;
        assert!(matches!(read, Err(StoreError::NoBucket { .. } | StoreError::Io { .. })), "{code}: {read:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_cannot_be_used_is_not_opened() {
    let root = tempfile::tempdir().unwrap();
    let server = S3Server::start(&root.path().join("s3")).await;
    let good = || options(&server.endpoint, &root.path().join("spool"));
    let wrong_key = S3Options { secret_key: "another".to_owned().into(), ..good() };
    let opened = S3Store::open(wrong_key).await.err();
    assert!(matches!(opened, Some(StoreError::Denied { .. })), "{opened:?}");
    let no_bucket = S3Options { bucket: "nowhere".to_owned(), ..good() };
    let opened = S3Store::open(no_bucket).await.err();
    assert!(matches!(opened, Some(StoreError::NoBucket { .. })), "{opened:?}");
    let nobody = S3Options { endpoint: "http://127.0.0.1:9".to_owned(), ..good() };
    let opened = S3Store::open(nobody).await.err();
    assert!(matches!(opened, Some(StoreError::Io { .. })), "{opened:?}");
    let nonsense = S3Options { prefix: "..".to_owned(), ..good() };
    assert!(matches!(S3Store::open(nonsense).await.err(), Some(StoreError::Options(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_does_not_answer_is_left_in_time() {
    let stage = Stage::set_with(|options| {
        options.patience =
            Patience { attempt: Duration::from_millis(300), attempts: 2, first_wait: Duration::from_millis(1) };
    })
    .await;
    let address = stage.store.put(b"quick".to_vec()).await.unwrap();
    stage.proxy.set(|_, _| Fate::Stalls(Duration::from_secs(60)));

    let slow = stage.store.get(&address).await;

    assert!(matches!(slow, Err(StoreError::Busy { .. })), "{slow:?}");
    assert_eq!(stage.proxy.seen().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_that_is_cut_goes_on_from_where_it_was() {
    let stage = Stage::set().await;
    let bytes = noise(3_000_000);
    let address = stage.store.put(bytes.clone()).await.unwrap();
    stage.proxy.set(|before, _| if before < 3 { Fate::BodyCut(700_000) } else { Fate::Passes });
    assert!(stage.store.get(&address).await.unwrap() == bytes);
    assert_eq!(stage.proxy.seen().len(), 4);

    stage.proxy.set(|_, _| Fate::BodyCut(1));
    let cut = stage.store.get(&address).await;
    assert!(matches!(cut, Err(StoreError::Io { .. })), "{cut:?}");
    assert!(stage.proxy.seen().len() < 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_put_whose_answer_is_lost_is_made_again() {
    let stage = Stage::set().await;
    for size in [1000, 17 * 1024 * 1024] {
        let bytes = noise(size);
        // Each request of the upload loses its first answer.
        stage.proxy.set(|before, _| if before % 2 == 0 { Fate::AnswerLost } else { Fate::Passes });
        let address = stage.store.put(bytes.clone()).await.unwrap();
        stage.proxy.set(|_, _| Fate::Passes);
        assert!(stage.store.get(&address).await.unwrap() == bytes);
    }
}

/// Keeps: DOC-10
#[tokio::test(flavor = "multi_thread")]
async fn bytes_changed_on_the_way_up_are_noticed_and_sent_again() {
    let stage = Stage::set().await;
    for size in [1000, 17 * 1024 * 1024] {
        let bytes = noise(size);
        stage.proxy.set(|before, seen| if before < 3 && seen.method == "PUT" { Fate::ChangedUp } else { Fate::Passes });
        let address = stage.store.put(bytes.clone()).await.unwrap();
        assert!(stage.store.get(&address).await.unwrap() == bytes);
    }
}

/// Keeps: DOC-10
#[tokio::test(flavor = "multi_thread")]
async fn bytes_changed_on_the_way_down_are_never_handed_out() {
    let stage = Stage::set().await;
    let address = stage.store.put(noise(100_000)).await.unwrap();
    stage.proxy.set(|_, _| Fate::ChangedDown);

    let got = stage.store.get(&address).await;

    assert!(matches!(got, Err(StoreError::Corrupt { .. })), "{got:?}");
    let mut reader = stage.store.reader(&address).await.unwrap();
    let error = reader.read_to_end(&mut Vec::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidData);
    // A put that cannot be proven was not made. Large ones are read back.
    stage.proxy.set(|_, seen| if seen.method == "GET" { Fate::ChangedDown } else { Fate::Passes });
    let put = stage.store.put(noise(17 * 1024 * 1024)).await;
    assert!(matches!(put, Err(StoreError::Corrupt { .. })), "{put:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_blob_goes_in_parts_from_a_spool_and_leaves_none() {
    let stage = Stage::set().await;
    let bytes = noise(40 * 1024 * 1024 + 1);
    let mut reader = bytes.as_slice();

    let stored = stage.store.put_stream(&mut reader, u64::MAX).await.unwrap();

    assert_eq!(stored.address, ContentDigest::of(&bytes));
    let parts = stage.proxy.seen().iter().filter(|seen| seen.target.contains("partNumber")).count();
    assert_eq!(parts, 6);
    assert_eq!(stage.store.verify(&stored.address).await.unwrap(), stored.size_bytes);
    let spooled = std::fs::read_dir(stage.root.path().join("spool")).unwrap().count();
    assert_eq!(spooled, 0);
    let listed = stage.store.list(None, 10).await.unwrap();
    assert_eq!(listed.iter().map(|blob| blob.address).collect::<Vec<_>>(), [stored.address]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_fails_is_called_off() {
    let stage = Stage::set().await;
    stage.proxy.set(|_, seen| {
        if seen.target.contains("partNumber=2") { Fate::Refused(403, "AccessDenied") } else { Fate::Passes }
    });

    let refused = stage.store.put(noise(20 * 1024 * 1024)).await;

    assert!(matches!(refused, Err(StoreError::Denied { .. })), "{refused:?}");
    let last = stage.proxy.seen().pop().unwrap();
    assert_eq!(last.method, "DELETE");
    assert!(last.target.contains("uploadId"));
    assert_eq!(stage.store.list(None, 10).await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_larger_than_memory_should_hold_keeps_to_its_limit() {
    let stage = Stage::set().await;
    let mut reader = Trickle::of(noise(3_000_000));
    let refused = stage.store.put_stream(&mut reader, 2_999_999).await;
    assert!(matches!(refused, Err(StoreError::TooLarge { limit_bytes: 2_999_999 })), "{refused:?}");
    let mut reader = Trickle::of(noise(3_000_000));
    assert_eq!(stage.store.put_stream(&mut reader, 3_000_000).await.unwrap().size_bytes, 3_000_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_others_are_neither_listed_nor_in_the_way() {
    let stage = Stage::set().await;
    let address = stage.store.put(b"ours".to_vec()).await.unwrap();
    let folder = stage.server.file("prefix/00");
    std::fs::create_dir_all(&folder).unwrap();
    for number in 0..30 {
        std::fs::write(folder.join(format!("foreign-{number:02}")), b"theirs").unwrap();
    }
    std::fs::write(stage.server.file("outside"), b"theirs").unwrap();

    for limit in [1, 7, 100] {
        let listed = stage.store.list(None, limit).await.unwrap();
        assert_eq!(listed.iter().map(|blob| blob.address).collect::<Vec<_>>(), [address]);
    }
    assert_eq!(stage.store.list(Some(&address), 10).await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_without_locks_says_so() {
    let stage = Stage::set().await;

    let kept = stage.store.put_locked(b"segment".to_vec(), LockTerm::until(soon(60))).await.unwrap();

    assert_eq!(kept.locked_until, None);
    assert_eq!(stage.store.hold(&kept.address, LockTerm::until(soon(60))).await.unwrap(), None);
    assert_eq!(stage.store.held_until(&kept.address).await.unwrap(), None);
    assert_eq!(stage.store.remove(&kept.address, RemovalRule::Always).await.unwrap(), Removal::Removed);
}

/// Keeps: JRN-03
#[tokio::test(flavor = "multi_thread")]
async fn a_locked_blob_cannot_be_removed_and_a_destroyed_one_leaves_no_version() {
    let Some(moto) = Moto::start() else { return };
    moto.bucket("locking", true).await;
    let root = tempfile::tempdir().unwrap();
    let options = S3Options { bucket: "locking".to_owned(), ..options(&moto.endpoint, root.path()) };
    let store = S3Store::open(options).await.unwrap();
    let report = store.report();
    assert!(!report.checks_checksums);
    assert_eq!((report.versioning, report.lock), (Versioning::On, LockSupport::Held));
    assert!(!report.locks_unasked);

    let until = soon(3600);
    let locked = store.put_locked(b"segment".to_vec(), LockTerm::until(until)).await.unwrap();
    let twice = store.put(b"content".to_vec()).await.unwrap();
    store.put(b"content".to_vec()).await.unwrap();

    assert!(locked.locked_until.unwrap() >= until);
    let removed = store.remove(&locked.address, RemovalRule::Always).await;
    assert!(matches!(removed, Err(StoreError::Locked { .. })), "{removed:?}");
    assert_eq!(store.get(&locked.address).await.unwrap(), b"segment");
    assert_eq!(store.remove(&twice, RemovalRule::Always).await.unwrap(), Removal::Removed);
    let versions = moto.ask("locking", "versions").await;
    assert!(versions.contains(&store.key(&locked.address)));
    assert!(!versions.contains(&store.key(&twice)), "{versions}");
    assert_eq!(store.remove(&twice, RemovalRule::Always).await.unwrap(), Removal::Absent);
}

/// An instant of the next hours, with a fraction of a second.
fn soon(seconds: u64) -> SystemTime {
    SystemTime::now() + Duration::from_secs(seconds)
}

/// Versions of the blob under `address`.
async fn versions(moto: &Moto, bucket: &str, store: &S3Store, address: &ContentDigest) -> usize {
    moto.ask(bucket, "versions").await.matches(&format!("{}</Key>", store.key(address))).count()
}

/// Keeps: JRN-03
#[tokio::test(flavor = "multi_thread")]
async fn a_lock_is_read_back_made_longer_where_it_is_and_never_put_twice() {
    let Some(moto) = Moto::start() else { return };
    moto.bucket("holding", true).await;
    let root = tempfile::tempdir().unwrap();
    let proxy = FaultProxy::before(&moto.endpoint).await;
    let options = S3Options { bucket: "holding".to_owned(), ..options(&proxy.endpoint, root.path()) };
    let store = S3Store::open(options).await.unwrap();
    let segment = || b"segment".to_vec();
    let address = ContentDigest::of(b"segment");
    let (day, year) = (SystemTime::now() + Duration::from_secs(86_400), "2099-01-01T00:00:00Z");
    let far = SystemTime::from(year.parse::<jiff::Timestamp>().unwrap());

    // The service makes a shorter lock of it than it was asked for, or none, and says so when it is asked again.
    let retention = |seen: &Seen| seen.method == "PUT" && seen.target.contains("retention");
    for (from, to) in [("2099", "2098"), ("COMPLIANCE", "GOVERNANCE")] {
        proxy.set(move |_, seen| if retention(seen) { Fate::Retold(from, to) } else { Fate::Passes });
        for _ in 0..2 {
            let refused = store.put_locked(segment(), LockTerm::until(far)).await;
            assert!(matches!(refused, Err(StoreError::LockShorter { .. })), "{refused:?}");
        }
    }
    let there = store.held_until(&address).await.unwrap();
    assert!(there.is_none_or(|until| until < far));
    assert_eq!(versions(&moto, "holding", &store, &address).await, 1, "no try leaves another");

    proxy.set(|_, _| Fate::Passes);
    let held = store.put_locked(segment(), LockTerm::until(far)).await.unwrap();
    assert_eq!((held.locked_until, store.held_until(&address).await.unwrap()), (Some(far), Some(far)));
    // Held long enough it is left alone; later it is held longer.
    let term = LockTerm { until: far + Duration::from_secs(86_400), enough: far };
    assert_eq!(store.put_locked(segment(), term).await.unwrap().locked_until, Some(far));
    assert_eq!(store.hold(&address, LockTerm::until(day)).await.unwrap(), Some(far));
    assert_eq!(store.hold(&address, LockTerm::until(term.until)).await.unwrap(), Some(term.until));
    assert_eq!(versions(&moto, "holding", &store, &address).await, 1);
    let absent = store.hold(&ContentDigest::of(b"nothing"), LockTerm::until(day)).await;
    assert!(matches!(absent, Err(StoreError::NotFound { .. })), "{absent:?}");
}

/// One bad answer at the start must not have segments kept without a lock for as long as the process lives. Keeps:
/// JRN-03
#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_busy_when_its_locks_are_tried_is_asked_again_and_never_taken_for_one_without() {
    let Some(moto) = Moto::start() else { return };
    moto.bucket("busy", true).await;
    let root = tempfile::tempdir().unwrap();
    let proxy = FaultProxy::before(&moto.endpoint).await;
    let open = async || {
        let options = S3Options { bucket: "busy".to_owned(), ..options(&proxy.endpoint, root.path()) };
        S3Store::open(options).await.map(|store| store.report().lock)
    };
    let asks = |seen: &Seen| seen.method == "GET" && seen.target.contains("object-lock");
    let tries =
        |seen: &Seen| seen.method == "DELETE" && seen.target.contains("-lock") && seen.target.contains("versionId");
    for is_it in [asks, tries] {
        for fate in
            [SLOW_DOWN, Fate::Refused(429, "TooManyRequests"), Fate::Refused(408, "RequestTimeout"), Fate::AnswerLost]
        {
            let once = AtomicBool::new(true);
            proxy.set(move |_, seen| match is_it(seen) && once.swap(false, Ordering::Relaxed) {
                true => fate,
                false => Fate::Passes,
            });
            assert_eq!(open().await.unwrap(), LockSupport::Held, "{fate:?}");
            proxy.set(move |_, seen| if is_it(seen) { fate } else { Fate::Passes });
            let refused = open().await;
            assert!(matches!(refused, Err(StoreError::Busy { .. } | StoreError::Io { .. })), "{fate:?}: {refused:?}");
        }
    }
}

/// Whoever may write into the bucket puts other octets over it, or says that it is deleted. Keeps: JRN-03
#[tokio::test(flavor = "multi_thread")]
async fn the_lock_that_counts_is_that_of_the_bytes() {
    let Some(moto) = Moto::start() else { return };
    moto.bucket("covering", true).await;
    let root = tempfile::tempdir().unwrap();
    let options = S3Options { bucket: "covering".to_owned(), ..options(&moto.endpoint, root.path()) };
    let store = S3Store::open(options).await.unwrap();
    let far = SystemTime::from("2099-01-01T00:00:00Z".parse::<jiff::Timestamp>().unwrap());
    let address = store.put_locked(b"segment".to_vec(), LockTerm::until(far)).await.unwrap().address;

    change(&moto.endpoint, "covering", &store.key(&address), |bytes| bytes[0] ^= 1).await;
    assert!(matches!(store.get(&address).await, Err(StoreError::Corrupt { .. })));
    assert_eq!(store.held_until(&address).await.unwrap(), Some(far), "the version below");
    store.put(b"segment".to_vec()).await.unwrap();
    assert_eq!(store.held_until(&address).await.unwrap(), Some(far));
    change(&moto.endpoint, "covering", &store.key(&address), |bytes| bytes[0] ^= 1).await;
    let again = store.put_locked(b"segment".to_vec(), LockTerm::until(far)).await.unwrap();
    assert_eq!((again.locked_until, store.get(&address).await.unwrap()), (Some(far), b"segment".to_vec()));

    moto.delete("covering", &store.key(&address)).await;
    assert!(matches!(store.get(&address).await, Err(StoreError::NotFound { .. })));
    assert_eq!(store.hold(&address, LockTerm::until(far)).await.unwrap(), Some(far));
    assert_eq!(store.get(&address).await.unwrap(), b"segment");

    // A lock that whoever has the right may lift is none.
    let address = store.put_locked(b"another".to_vec(), LockTerm::until(soon(60))).await.unwrap().address;
    moto.lock("covering", &store.key(&address), ("GOVERNANCE", "2099-01-01T00:00:00Z")).await;
    assert_eq!(store.held_until(&address).await.unwrap(), None);
    // And one of ours is no shorter than what it is retained for.
    assert_eq!(store.hold(&address, LockTerm::until(soon(60))).await.unwrap(), Some(far));
}

/// The name of a bucket cannot be looked up here, so the request goes through the server as a proxy: run again with the
/// variable that says so.
#[test]
fn a_bucket_is_addressed_as_a_host_too() {
    let root = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(S3Server::start(root.path()));
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "s3::the_other_side_of_a_bucket_as_a_host", "--ignored", "--nocapture"])
        .env("http_proxy", &server.endpoint)
        .env_remove("no_proxy")
        .env_remove("NO_PROXY")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success() && told.contains("1 passed"), "{told}{}", String::from_utf8_lossy(&child.stderr));
}

#[tokio::test]
#[ignore = "run by the test before it"]
async fn the_other_side_of_a_bucket_as_a_host() {
    let root = tempfile::tempdir().unwrap();
    let options =
        S3Options { addressing: Addressing::VirtualHost, ..options(&format!("http://{DOMAIN}"), root.path()) };
    let store = S3Store::open(options).await.unwrap();
    let address = store.put(b"by name".to_vec()).await.unwrap();
    assert_eq!(store.get(&address).await.unwrap(), b"by name");
    assert_eq!(store.list(None, 10).await.unwrap().len(), 1);
}

/// Keeps: DOC-10
#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_checks_nothing_is_read_back() {
    let Some(moto) = Moto::start() else { return };
    moto.bucket("trusting", false).await;
    let proxy = FaultProxy::before(&moto.endpoint).await;
    let root = tempfile::tempdir().unwrap();
    let options = S3Options { bucket: "trusting".to_owned(), ..options(&proxy.endpoint, root.path()) };
    let store = S3Store::open(options).await.unwrap();
    for size in [1000, 17 * 1024 * 1024] {
        let bytes = noise(size);
        proxy.set(|before, seen| if before < 2 && seen.method == "PUT" { Fate::ChangedUp } else { Fate::Passes });
        let address = store.put(bytes.clone()).await.unwrap();
        assert!(store.get(&address).await.unwrap() == bytes);

        proxy.set(|_, seen| if seen.method == "PUT" { Fate::ChangedUp } else { Fate::Passes });
        let other = noise(size - 1);
        let put = store.put(other).await;
        assert!(matches!(put, Err(StoreError::Corrupt { .. })), "{put:?}");
    }
}
