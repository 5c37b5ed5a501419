//! What comes out again: in ranges, not when it is there already, and never whole where it was damaged.

use std::fs;

use qolhat::demo::client::text;
use reqwest::Method;
use reqwest::header::{CONTENT_LENGTH, CONTENT_RANGE, ETAG, IF_NONE_MATCH, IF_RANGE, RANGE};

use super::{MEBIBYTE, drained, files_of, pattern, two};

#[tokio::test(flavor = "multi_thread")]
async fn a_download_is_had_in_ranges_and_not_again_when_it_is_there() {
    let (_stage, sender, recipient) = two(|_| {}).await;
    let octets = pattern(400_000, 239);
    let here = sender.upload(&octets).await;
    let sent = sender.send(&text(&here, "upload_id").unwrap(), &recipient.actor, None, "draft").await;
    let ahead = format!("/api/v1/documents/{}/files/0", text(&sent, "document_id").unwrap());
    let fields = [("kind", "arbitrary-file".to_owned()), ("recipient", recipient.actor.party().key())];
    let file = qolhat::demo::client::Attached { name: "a".to_owned(), bytes: octets.clone() };
    let sent = sender.client.submit(&fields, file, Vec::new(), None, "held").await.unwrap();
    let held = format!("/api/v1/documents/{}/files/0", text(&sent, "document_id").unwrap());
    for path in [ahead, held] {
        let whole = sender.request(Method::GET, &path).send().await.unwrap();
        let etag = whole.headers()[ETAG].to_str().unwrap().to_owned();
        assert_eq!(etag, format!("\"{}\"", here["sha256"].as_str().unwrap()));
        assert!(whole.bytes().await.unwrap() == octets);
        let known = sender.request(Method::GET, &path).header(IF_NONE_MATCH, &etag).send().await.unwrap();
        assert_eq!((known.status().as_u16(), known.bytes().await.unwrap().len()), (304, 0));
        for (range, first, end) in [
            ("bytes=0-0", 0, 1),
            ("bytes=65535-65536", 65_535, 65_537),
            ("bytes=399999-", 399_999, 400_000),
            ("bytes=-70000", 330_000, 400_000),
            ("bytes=100000-4000000", 100_000, 400_000),
        ] {
            let request = sender.request(Method::GET, &path).header(RANGE, range).header(IF_RANGE, &etag);
            let part = request.send().await.unwrap();
            assert_eq!(part.status(), 206, "{range}");
            let told = format!("bytes {first}-{}/400000", end - 1);
            assert_eq!(part.headers()[CONTENT_RANGE], told.as_str());
            assert_eq!(part.headers()[CONTENT_LENGTH], (end - first).to_string().as_str());
            assert!(part.bytes().await.unwrap() == octets[first..end], "{range}");
        }
        let outside = sender.request(Method::GET, &path).header(RANGE, "bytes=400000-").send().await.unwrap();
        assert_eq!(
            (outside.status().as_u16(), &outside.headers()[CONTENT_RANGE]),
            (416, &"bytes */400000".parse().unwrap())
        );
        let other = sender.request(Method::GET, &path).header(RANGE, "bytes=1-2").header(IF_RANGE, "\"other\"");
        assert!(other.send().await.unwrap().bytes().await.unwrap() == octets);
    }
}

/// Keeps: JRN-02, DOC-05
#[tokio::test(flavor = "multi_thread")]
async fn a_large_file_damaged_anywhere_is_never_handed_out_whole() {
    const SIZE: usize = 3 * 1024 * 1024 + 5;
    const SIZE_BYTES: u64 = 3 * MEBIBYTE + 5;
    let (stage, sender, recipient) = two(|_| {}).await;
    let octets = pattern(SIZE, 233);
    let before = files_of(&stage.blobs);
    let here = sender.upload(&octets).await;
    let sent = sender.send(&text(&here, "upload_id").unwrap(), &recipient.actor, None, "draft").await;
    let path = format!("/api/v1/documents/{}/files/0", text(&sent, "document_id").unwrap());
    let mut new = files_of(&stage.blobs).into_iter().filter(|file| !before.contains(file));
    let blob = new.next().unwrap();
    assert!(new.next().is_none() && !String::from_utf8_lossy(&fs::read(&blob).unwrap()).contains("%PDF"));
    let good = fs::read(&blob).unwrap();
    let write = |bytes: &[u8]| {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&blob, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&blob, bytes).unwrap();
    };
    let end = good.len();
    for broken in [0, 100, end / 2, end - 1] {
        let mut bytes = good.clone();
        bytes[broken] ^= 1;
        write(&bytes);
        let response = sender.request(Method::GET, &path).send().await.unwrap();
        if response.status() == 500 {
            assert!(broken <= 100, "{broken}");
            continue;
        }
        let (came, ended) = drained(response).await;
        assert!(came < SIZE_BYTES && ended.is_err(), "{broken}: {came} {ended:?}");
    }
    write(&good[..end - 20]);
    let (came, ended) = drained(sender.request(Method::GET, &path).send().await.unwrap()).await;
    assert!(came < SIZE_BYTES && ended.is_err(), "cut off: {came}");
    // What lies before the damage and is asked for alone is right.
    let first = sender.request(Method::GET, &path).header(RANGE, "bytes=0-99").send().await.unwrap();
    assert!(first.bytes().await.unwrap() == octets[..100]);
    write(&good);
    assert!(sender.client.get_bytes(&path).await.unwrap() == octets);
    // Another digest in the row than that of the octets.
    let mut tx = stage.app.db.begin().await.unwrap();
    let wrong = "update document_file set sha256 = blob_address where digests is not null";
    tx.execute(wrong, &[]).await.unwrap();
    tx.commit().await.unwrap();
    let (came, ended) = drained(sender.request(Method::GET, &path).send().await.unwrap()).await;
    assert!(came < SIZE_BYTES && ended.is_err(), "{came}");
}
