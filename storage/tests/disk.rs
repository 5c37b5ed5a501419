#![allow(clippy::disallowed_methods, reason = "tests find their files and measure")]
//! What only the disk promises: its files, its leftovers, its refusals.

use std::fs::{self, File, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::pin::pin;
use std::time::Duration;

use qolhat_storage::{BlobStore, ContentDigest, DiskStore, GET_MAX_BYTES, Removal, RemovalRule, StoreError};
use tokio::io::AsyncReadExt;

use crate::support::noise;

#[tokio::test]
async fn a_blob_is_a_read_only_file_named_by_its_address() {
    let root = tempfile::tempdir().unwrap();
    let store = DiskStore::open(root.path()).await.unwrap();

    let address = store.put(b"abc".to_vec()).await.unwrap();

    let path = root.path().join("ba/78/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_eq!(store.path(&address), path);
    assert_eq!(fs::read(&path).unwrap(), b"abc");
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o400);
    assert_eq!(drafts(root.path()), 0);
}

#[tokio::test]
async fn a_store_is_made_where_there_is_none_and_found_again() {
    let parent = tempfile::tempdir().unwrap();
    let root = parent.path().join("not/there/yet");
    let store = DiskStore::open(&root).await.unwrap();
    let address = store.put(b"abc".to_vec()).await.unwrap();
    drop(store);

    let store = DiskStore::open(&root).await.unwrap();

    assert_eq!(store.get(&address).await.unwrap(), b"abc");
    assert_eq!(fs::metadata(&root).unwrap().mode() & 0o777, 0o700);
}

#[tokio::test]
async fn leftover_drafts_are_not_listed_and_the_next_start_sweeps_them() {
    let root = tempfile::tempdir().unwrap();
    let store = DiskStore::open(root.path()).await.unwrap();
    let address = store.put(b"abc".to_vec()).await.unwrap();
    let leftover = root.path().join("tmp/0000000000000001-7");
    fs::write(&leftover, b"ab").unwrap();
    assert_eq!(listed(&store).await, [address]);
    drop(store);

    let store = DiskStore::open(root.path()).await.unwrap();

    assert!(!leftover.exists());
    assert_eq!(listed(&store).await, [address]);
}

#[tokio::test]
async fn a_second_opening_leaves_the_drafts_of_the_first_alone() {
    let root = tempfile::tempdir().unwrap();
    let first = DiskStore::open(root.path()).await.unwrap();
    let alive = root.path().join("tmp/0000000000000001-7");
    fs::write(&alive, b"being written").unwrap();

    let second = DiskStore::open(root.path()).await.unwrap();

    assert!(alive.exists());
    let address = second.put(b"abc".to_vec()).await.unwrap();
    assert_eq!(first.get(&address).await.unwrap(), b"abc");
}

#[tokio::test]
async fn files_that_are_not_blobs_are_not_listed() {
    let root = tempfile::tempdir().unwrap();
    let store = DiskStore::open(root.path()).await.unwrap();
    let address = store.put(b"abc".to_vec()).await.unwrap();
    let hex = address.to_hex();
    let leaf = root.path().join("ba/78");
    fs::write(leaf.join("README"), b"").unwrap();
    fs::write(leaf.join(hex.to_uppercase()), b"abc").unwrap();
    fs::write(leaf.join(format!("{hex}.bak")), b"abc").unwrap();
    // An address that belongs elsewhere, a directory, and directories of other names.
    fs::write(leaf.join(ContentDigest::of(b"").to_hex()), b"").unwrap();
    fs::create_dir(leaf.join(hex.replace('f', "0"))).unwrap();
    for name in ["BA", "+a", "0ba", "lost+found", "кк"] {
        fs::create_dir_all(root.path().join(name).join("78")).unwrap();
        fs::write(root.path().join(name).join("78").join(&hex), b"abc").unwrap();
    }
    fs::write(root.path().join("bb"), b"a file where a directory could be").unwrap();

    assert_eq!(listed(&store).await, [address]);
}

#[tokio::test]
async fn a_refused_stream_leaves_no_draft() {
    let root = tempfile::tempdir().unwrap();
    let store = DiskStore::open(root.path()).await.unwrap();

    let refused = store.put_stream(&mut noise(2_000_000).as_slice(), 1_000_000).await;

    assert!(matches!(refused, Err(StoreError::TooLarge { .. })));
    assert_eq!(drafts(root.path()), 0);
}

#[tokio::test]
async fn an_upload_given_up_half_way_leaves_no_draft() {
    let root = tempfile::tempdir().unwrap();
    let store = DiskStore::open(root.path()).await.unwrap();
    let (_never_closed, stalled) = tokio::io::duplex(64);
    let half = noise(1_000_000);
    let mut upload = half.as_slice().chain(stalled);

    let put = store.put_stream(&mut upload, u64::MAX);
    let given_up = tokio::time::timeout(Duration::from_millis(500), put).await;

    assert!(given_up.is_err());
    assert_eq!(drafts(root.path()), 0);
    assert_eq!(listed(&store).await, []);
}

#[tokio::test]
async fn a_root_that_is_a_file_is_an_io_error() {
    let parent = tempfile::tempdir().unwrap();
    let root = parent.path().join("root");
    fs::write(&root, b"").unwrap();

    for place in [root.clone(), root.join("below")] {
        let error = DiskStore::open(place).await.err().unwrap();

        assert!(matches!(error, StoreError::Io { .. }));
        assert!(error.to_string().contains(root.to_str().unwrap()));
    }
}

#[tokio::test]
async fn a_file_in_the_way_of_a_directory_is_an_io_error() {
    let root = tempfile::tempdir().unwrap();
    let store = DiskStore::open(root.path()).await.unwrap();
    fs::write(root.path().join("ba"), b"").unwrap();
    let address = ContentDigest::of(b"abc");

    let put = store.put(b"abc".to_vec()).await;

    assert!(matches!(put, Err(StoreError::Io { .. })));
    assert_eq!(drafts(root.path()), 0);
    // "I could not look" is not "there is none".
    assert!(matches!(store.get(&address).await, Err(StoreError::Io { .. })));
    assert!(store.contains(&address).await.is_err());
    let removed = store.remove(&address, RemovalRule::Always).await;
    assert!(removed.is_err());
}

#[tokio::test]
async fn a_read_only_root_is_an_io_error() {
    let root = tempfile::tempdir().unwrap();
    let locked = root.path().join("locked");
    fs::create_dir(&locked).unwrap();
    fs::set_permissions(&locked, Permissions::from_mode(0o500)).unwrap();
    if File::create(locked.join("probe")).is_ok() {
        eprintln!("SKIPPED: a read-only root (this user may write anywhere)");
        return;
    }

    let error = DiskStore::open(&locked).await.err().unwrap();

    let StoreError::Io { source, place, .. } = error else {
        panic!("not an io error: {error:?}");
    };
    assert_eq!(source.kind(), ErrorKind::PermissionDenied);
    assert!(place.contains("locked"));
}

#[tokio::test]
async fn directories_lost_while_the_store_is_open_are_made_again() {
    let root = tempfile::tempdir().unwrap();
    let store = DiskStore::open(root.path()).await.unwrap();
    let address = store.put(b"abc".to_vec()).await.unwrap();
    fs::remove_dir_all(root.path().join("ba")).unwrap();

    assert!(!store.contains(&address).await.unwrap());
    assert_eq!(store.put(b"abc".to_vec()).await.unwrap(), address);
    assert_eq!(store.get(&address).await.unwrap(), b"abc");
}

#[tokio::test]
async fn a_file_grown_past_memory_is_refused_unread() {
    let root = tempfile::tempdir().unwrap();
    let store = DiskStore::open(root.path()).await.unwrap();
    let address = store.put(b"abc".to_vec()).await.unwrap();
    let path = store.path(&address);
    fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    let file = File::options().write(true).open(&path).unwrap();
    file.set_len(1 << 40).unwrap();

    let got = store.get(&address).await;

    assert!(matches!(got, Err(StoreError::TooLarge { limit_bytes: GET_MAX_BYTES })));
}

/// Otherwise a sweep could judge the old blob and remove the fresh one renamed over it.
#[tokio::test]
async fn a_put_waits_until_a_removal_has_judged() {
    let root = tempfile::tempdir().unwrap();
    let store = DiskStore::open(root.path()).await.unwrap();
    let address = store.put(b"orphan".to_vec()).await.unwrap();
    let leaf = File::open(store.path(&address).parent().unwrap()).unwrap();

    leaf.lock().unwrap();
    let mut put = pin!(store.put(b"orphan".to_vec()));
    let waiting = tokio::time::timeout(Duration::from_millis(200), &mut put).await;
    leaf.unlock().unwrap();

    assert!(waiting.is_err());
    assert_eq!(put.await.unwrap(), address);
}

#[tokio::test]
async fn a_removal_waits_until_a_put_has_renamed() {
    let root = tempfile::tempdir().unwrap();
    let store = DiskStore::open(root.path()).await.unwrap();
    let address = store.put(b"orphan".to_vec()).await.unwrap();
    let leaf = File::open(store.path(&address).parent().unwrap()).unwrap();

    leaf.lock_shared().unwrap();
    let mut removal = pin!(store.remove(&address, RemovalRule::Always));
    let waiting = tokio::time::timeout(Duration::from_millis(200), &mut removal).await;
    let other_put = store.put(b"orphan".to_vec()).await;
    leaf.unlock().unwrap();

    assert!(waiting.is_err());
    assert_eq!(other_put.unwrap(), address);
    assert_eq!(removal.await.unwrap(), Removal::Removed);
}

async fn listed(store: &DiskStore) -> Vec<ContentDigest> {
    let page = store.list(None, 1000).await.unwrap();
    page.iter().map(|blob| blob.address).collect()
}

fn drafts(root: &Path) -> usize {
    fs::read_dir(root.join("tmp")).unwrap().count()
}
