//! What the service holds while large files go through it, measured.

use std::fs;

use axum::body::Bytes;
use futures_util::stream::{self, Stream};
use qolhat::demo::client::text;
use qolhat_pki::digest::{Digest, DigestAlgorithm, Hasher};
use reqwest::Method;
use reqwest::header::CONTENT_LENGTH;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{MEBIBYTE, PIECE, Program, answer, drained, hex, signed};
use crate::kill::{Service, free_address};
use crate::support::blobs;
use crate::support::stage::{AGREEMENT, Stage, at};

const GIBIBYTE: u64 = 1024 * MEBIBYTE;
const GROWTH_MAX_KIBIBYTES: u64 = 64 * 1024;
/// What glibc gets back of the bodies on their way to S3 it keeps for the next ones, as much again as is held, and how much that
/// is rests on who else is at work: with this it gives them back, and what is measured is what the service holds
/// (`docs/storage.md`): 57 MiB, bodies of 24 MiB and the copies of them that the library sends.
const ALLOCATOR: (&str, &str) = ("GLIBC_TUNABLES", "glibc.malloc.mmap_threshold=1048576");
const PIECE_BYTES: u64 = 64 * 1024;

/// Octets that nobody holds: each piece differs from every other.
fn flow(size: u64) -> impl Stream<Item = Result<Bytes, std::io::Error>> + Send + 'static {
    let pieces = size.div_ceil(PIECE_BYTES);
    stream::iter((0..pieces).map(move |number| Ok(Bytes::from(piece(number, size)))))
}

fn piece(number: u64, size: u64) -> Vec<u8> {
    let mut octets = vec![7; PIECE];
    octets[..8].copy_from_slice(&number.to_be_bytes());
    octets.truncate(usize::try_from(size - number * PIECE_BYTES).unwrap_or(usize::MAX));
    octets
}

fn digest_of(size: u64, algorithm: DigestAlgorithm) -> Digest {
    let mut hasher = Hasher::new(algorithm);
    (0..size.div_ceil(PIECE_BYTES)).for_each(|number| hasher.update(&piece(number, size)));
    hasher.finish()
}

/// What a process holds, or the most that it ever held.
fn kibibytes(service: &Service, line: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", service.id())).unwrap();
    let found = status.lines().find_map(|text| text.strip_prefix(line)).unwrap();
    found.trim().trim_end_matches("kB").trim().parse().unwrap()
}

/// Measures what the service holds from now on.
struct Watch<'a> {
    service: &'a Service,
    before: u64,
}

impl<'a> Watch<'a> {
    fn over(service: &'a Service) -> Self {
        // The most that it ever held is now what it holds.
        fs::write(format!("/proc/{}/clear_refs", service.id()), "5").unwrap();
        Self { service, before: kibibytes(service, "VmRSS:") }
    }

    fn must_be_small(&self, what: &str) {
        let growth = kibibytes(self.service, "VmHWM:").saturating_sub(self.before);
        eprintln!("{what}: {} KiB before, {growth} KiB more at the most", self.before);
        assert!(growth <= GROWTH_MAX_KIBIBYTES, "{what}: {growth} KiB more than the {} KiB before", self.before);
    }
}

/// The service as a process of its own, and two clients of it.
struct Place {
    stage: Stage,
    service: Service,
    sender: Program,
    recipient: Program,
}

async fn place(sender: &str, on_s3: bool, environment: &[(&str, String)]) -> Place {
    let stage = Stage::set_with(at("2026-11-22T09:00:00Z"), |_, _| {}).await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (sender, recipient) = (stage.joined(sender, &offer).await, stage.joined("head-b", &offer).await);
    stage.leave().await;
    if on_s3 && std::env::var("QOLHAT_SPEC_BLOBS").as_deref() != Ok("s3") {
        blobs::on_s3(&stage.world, &stage.folder()).await;
    }
    let address = free_address();
    let mut with_clock = vec![("QOLHAT_CLOCK", stage.now().to_string())];
    with_clock.extend(environment.iter().cloned());
    let service = Service::try_start(&stage, address, None, &with_clock).await.unwrap();
    let base = format!("http://{address}");
    Place { sender: Program::of(&base, sender), recipient: Program::of(&base, recipient), stage, service }
}

/// What runs once when a service answers for the first time is not what is measured.
async fn warmed_up(place: &Place) {
    let here = place.sender.upload(&[1; 300_000]).await;
    let sent = place.sender.send(&text(&here, "upload_id").unwrap(), &place.recipient.actor, None, "warm").await;
    let file = format!("/api/v1/documents/{}/files/0", text(&sent, "document_id").unwrap());
    place.sender.client.get_bytes(&file).await.unwrap();
}

/// A gibibyte goes in, is signed, recorded, countersigned, and comes out again.
async fn a_gibibyte(place: &Place, algorithm: DigestAlgorithm, told: bool) {
    warmed_up(place).await;
    let Place { stage, service, sender, recipient } = place;
    let watch = Watch::over(service);
    let mut request = sender.bring("a gibibyte", &format!("?digests={}", algorithm.name()));
    if told {
        request = request.header(CONTENT_LENGTH, GIBIBYTE);
    }
    let here = answer(request.body(reqwest::Body::wrap_stream(flow(GIBIBYTE))).send().await.unwrap()).await;
    watch.must_be_small("a gibibyte in");
    assert_eq!(here["size"], GIBIBYTE, "{here}");
    let expected = hex(digest_of(GIBIBYTE, DigestAlgorithm::Sha256));
    assert_eq!(here["sha256"], expected.as_str());

    let digest = here["digests"][algorithm.name()].as_str().unwrap();
    let octets: Vec<u8> =
        (0..digest.len() / 2).map(|at| u8::from_str_radix(&digest[2 * at..2 * at + 2], 16).unwrap()).collect();
    let digest = Digest::new(algorithm, octets).unwrap();
    let cms = signed(stage, &sender.actor.sign, digest);
    let sent = sender.send(&text(&here, "upload_id").unwrap(), &recipient.actor, Some(cms), "sent").await;
    assert_eq!(sent["state"], "received", "{sent}");
    let document = text(&sent, "document_id").unwrap();
    let view = recipient.client.get(&format!("/api/v1/documents/{document}")).await.unwrap();
    assert_eq!(view["signatures"][0]["indication"], "TOTAL-PASSED", "{view}");
    assert_eq!((&view["files"][0]["size"], &view["files"][0]["sha256"]), (&GIBIBYTE.into(), &expected.as_str().into()));

    let file = format!("/api/v1/documents/{document}/files/0");
    let response = recipient.request(Method::GET, &file).send().await.unwrap();
    assert_eq!(response.headers()[CONTENT_LENGTH], GIBIBYTE.to_string().as_str());
    assert_eq!(drained(response).await, (GIBIBYTE, Ok(expected)));
    watch.must_be_small("and out");
}

/// Keeps: DOC-04
#[tokio::test(flavor = "multi_thread")]
async fn a_gibibyte_goes_through_the_service_on_disk_within_64_mebibytes() {
    let place = place("person", false, &[]).await;
    a_gibibyte(&place, DigestAlgorithm::Sha256, true).await;
}

/// Keeps: DOC-04
#[tokio::test(flavor = "multi_thread")]
async fn a_gibibyte_goes_through_the_service_on_s3_within_64_mebibytes() {
    let place = place("person", true, &[]).await;
    a_gibibyte(&place, DigestAlgorithm::Sha256, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_uploads_at_once_and_readers_that_take_nothing_hold_little() {
    const SIZE: u64 = 48 * MEBIBYTE;
    const AT_ONCE: usize = 6;
    let is_on_s3 = std::env::var("QOLHAT_SPEC_BLOBS").is_ok_and(|store| store == "s3");
    let environment = is_on_s3.then(|| (ALLOCATOR.0, ALLOCATOR.1.to_owned()));
    let place = place("head-a", false, environment.as_slice()).await;
    warmed_up(&place).await;
    let watch = Watch::over(&place.service);
    let one = |number: usize| {
        let request = place.sender.bring(&format!("upload {number}"), "?digests=sha256");
        async move { answer(request.body(reqwest::Body::wrap_stream(flow(SIZE))).send().await.unwrap()).await }
    };
    let here: Vec<Value> = futures_util::future::join_all((0..AT_ONCE).map(one)).await;
    assert!(here.iter().all(|upload| upload["size"] == SIZE), "{here:?}");
    watch.must_be_small("six uploads at once");

    let upload = text(&here[0], "upload_id").unwrap();
    let sent = place.sender.send(&upload, &place.recipient.actor, None, "draft").await;
    let file = format!("/api/v1/documents/{}/files/0", text(&sent, "document_id").unwrap());
    let address = place.sender.base.strip_prefix("http://").unwrap();
    let mut slow = Vec::new();
    for _ in 0..8 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let ask = format!("GET {file} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\r\n", place.sender.token);
        stream.write_all(ask.as_bytes()).await.unwrap();
        let mut head = [0; 12];
        stream.read_exact(&mut head).await.unwrap();
        assert_eq!(&head, b"HTTP/1.1 200");
        slow.push(stream);
    }
    // Who reads is served beside those who do not.
    let response = place.sender.request(Method::GET, &file).send().await.unwrap();
    assert_eq!(drained(response).await.0, SIZE);
    watch.must_be_small("eight readers that take nothing");
}
