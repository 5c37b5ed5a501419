//! Large files over the doors of a running service: they come ahead of their documents, are held by nobody, are signed by
//! their digests, and go out again whole, in ranges or not at all.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::fs;
use std::path::{Path, PathBuf};

use axum::body::Bytes;
use futures_util::stream::{self, Stream};
use qolhat::demo::client::{Client, KeyPair, text};
use qolhat::demo::story::Actor;
use qolhat_pki::digest::{Digest, DigestAlgorithm, DigestSet, Digests, Hasher};
use qolhat_pki::issue::cms_sign::{Packaging, SignRequest, SigningContent, sign_cms};
use reqwest::header::{CONTENT_LENGTH, CONTENT_RANGE, ETAG, IF_NONE_MATCH, IF_RANGE, RANGE};
use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::kill::{Service, free_address};
use crate::support::blobs;
use crate::support::stage::{AGREEMENT, Stage, at, code};

const MEBIBYTE: u64 = 1024 * 1024;
const GIBIBYTE: u64 = 1024 * MEBIBYTE;
const GROWTH_MAX_KIBIBYTES: u64 = 64 * 1024;
/// The same while many come at once on S3: bodies of 64 MiB in all are on their way, however many callers there are, each
/// held twice by the library that sends them.
const MANY_ON_S3_MAX_KIBIBYTES: u64 = (64 + 2 * 64) * 1024;
const PIECE: usize = 64 * 1024;
const PIECE_BYTES: u64 = 64 * 1024;

/// A person's program: what the demonstration's does not do, over the same session.
struct Program {
    http: reqwest::Client,
    base: String,
    token: String,
    client: Client,
    actor: Actor,
}

impl Program {
    fn of(base: &str, (actor, client): (Actor, Client)) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let token = client.token().unwrap().to_owned();
        Self { http, base: base.to_owned(), token, client: client.at(base), actor }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base)).bearer_auth(&self.token)
    }

    fn bring(&self, key: &str, query: &str) -> RequestBuilder {
        self.request(Method::POST, &format!("/api/v1/uploads{query}")).header("Idempotency-Key", key)
    }

    /// Brings octets that are held.
    async fn upload(&self, octets: &[u8]) -> Value {
        answer(self.bring(&self.client.new_key(), "").body(octets.to_vec()).send().await.unwrap()).await
    }

    /// Sends a document whose file came ahead.
    async fn send(&self, upload: &str, to: &Actor, cms: Option<Vec<u8>>, key: &str) -> Value {
        let mut form = Form::new()
            .text("kind", "arbitrary-file")
            .text("recipient", to.party().key())
            .text("upload_id", upload.to_owned())
            .text("file_name", "жоба.bin");
        if let Some(cms) = cms {
            form = form.part("signature", Part::bytes(cms).file_name("signature.p7s"));
        }
        let request = self.request(Method::POST, "/api/v1/documents").header("Idempotency-Key", key);
        answer(request.multipart(form).send().await.unwrap()).await
    }

    async fn list(&self) -> Vec<Value> {
        self.client.get("/api/v1/uploads").await.unwrap()["uploads"].as_array().unwrap().clone()
    }
}

/// The JSON of an answer: what was done, or the problem.
async fn answer(response: Response) -> Value {
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
}

/// A signature over what has this digest, made by a program that never held it.
fn signed(stage: &Stage, pair: &KeyPair, digest: Digest) -> Vec<u8> {
    let request = SignRequest::new(SigningContent::Digest(digest), Packaging::Detached, stage.now());
    sign_cms(&pair.key, &pair.certificate, &request, &mut stage.app.rng.clone()).unwrap()
}

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
        self.must_be_at_most(GROWTH_MAX_KIBIBYTES, what);
    }

    fn must_be_at_most(&self, most: u64, what: &str) {
        let growth = kibibytes(self.service, "VmHWM:").saturating_sub(self.before);
        eprintln!("{what}: {} KiB before, {growth} KiB more at the most", self.before);
        assert!(growth <= most, "{what}: {growth} KiB more than the {} KiB before", self.before);
    }
}

/// Downloads without holding: size and SHA-256, or where it broke off.
async fn drained(mut response: Response) -> (u64, Result<String, u64>) {
    let (mut count, mut hasher) = (0, Hasher::new(DigestAlgorithm::Sha256));
    loop {
        match response.chunk().await {
            Ok(Some(piece)) => {
                count += u64::try_from(piece.len()).unwrap();
                hasher.update(&piece);
            }
            Ok(None) => return (count, Ok(hex(hasher.finish()))),
            Err(_) => return (count, Err(count)),
        }
    }
}

fn hex(digest: Digest) -> String {
    digest.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
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
    let place = place("head-a", false, &[]).await;
    warmed_up(&place).await;
    let watch = Watch::over(&place.service);
    let one = |number: usize| {
        let request = place.sender.bring(&format!("upload {number}"), "?digests=sha256");
        async move { answer(request.body(reqwest::Body::wrap_stream(flow(SIZE))).send().await.unwrap()).await }
    };
    let here: Vec<Value> = futures_util::future::join_all((0..AT_ONCE).map(one)).await;
    assert!(here.iter().all(|upload| upload["size"] == SIZE), "{here:?}");
    let is_on_s3 = std::env::var("QOLHAT_SPEC_BLOBS").is_ok_and(|store| store == "s3");
    let most = if is_on_s3 { MANY_ON_S3_MAX_KIBIBYTES } else { GROWTH_MAX_KIBIBYTES };
    watch.must_be_at_most(most, "six uploads at once");

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
    watch.must_be_at_most(most, "eight readers that take nothing");
}

/// Two clients of the service of the stage itself.
async fn two(adjust: impl FnOnce(&mut qolhat::config::Config)) -> (Stage, Program, Program) {
    let stage = Stage::set_with(at("2026-11-22T09:00:00Z"), |config, _| adjust(config)).await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let sender = Program::of(&stage.base, stage.joined("head-a", &offer).await);
    let recipient = Program::of(&stage.base, stage.joined("head-b", &offer).await);
    (stage, sender, recipient)
}

fn all_digests(octets: &[u8], algorithms: &[DigestAlgorithm]) -> Digests {
    let mut set = DigestSet::new(algorithms);
    set.update(octets);
    set.finish()
}

/// Octets that repeat after `period`.
fn pattern(size: usize, period: u8) -> Vec<u8> {
    (0..period).cycle().take(size).collect()
}

fn files_of(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(files_of(&path)) } else { files.push(path) }
    }
    files
}

/// Keeps: DOC-04
#[tokio::test(flavor = "multi_thread")]
async fn an_upload_at_the_limit_is_taken_with_its_digests_and_one_octet_more_is_refused() {
    const LIMIT: usize = 1_000_000;
    let (_stage, sender, _) = two(|config| config.limits.upload_max_bytes = 1_000_000).await;
    let octets = pattern(LIMIT, 251);
    let all = "?digests=sha256,sha384,sha512,streebog256,streebog512,gost34311-95";
    let here = answer(sender.bring("all", all).body(octets.clone()).send().await.unwrap()).await;
    use DigestAlgorithm as D;
    let expected =
        all_digests(&octets, &[D::Sha256, D::Sha384, D::Sha512, D::Streebog256, D::Streebog512, D::Gost34311]);
    for digest in expected.iter() {
        assert_eq!(here["digests"][digest.algorithm().name()], hex(digest.clone()).as_str(), "{here}");
    }
    let usual = sender.upload(&octets).await;
    let names: Vec<&String> = usual["digests"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["sha256", "sha512", "streebog256", "streebog512"]);

    let limits = &sender.client.get("/api/v1/uploads").await.unwrap()["limits"];
    assert_eq!(limits["upload_max_bytes"], LIMIT);
    let more = vec![0; LIMIT + 1];
    let told = answer(sender.bring("more", "").body(more.clone()).send().await.unwrap()).await;
    assert_eq!((&told["code"], &told["status"]), (&"upload-too-large".into(), &413.into()));
    let chunked = reqwest::Body::wrap_stream(stream::iter(
        more.chunks(PIECE).map(|piece| Ok::<_, std::io::Error>(piece.to_vec())).collect::<Vec<_>>(),
    ));
    let told = answer(sender.bring("chunked", "").body(chunked).send().await.unwrap()).await;
    assert_eq!(told["code"], "upload-too-large");
    for (query, body, expected) in [
        ("", Vec::new(), "malformed-content"),
        ("?digests=sha1", vec![1], "malformed-content"),
        ("?digests=", vec![1], "malformed-content"),
        ("?other=1", vec![1], "malformed-json"),
        ("", b"qolhat-login/1 or anything that opens a session".to_vec(), "login-text-not-a-document"),
    ] {
        let told = answer(sender.bring(&sender.client.new_key(), query).body(body).send().await.unwrap()).await;
        assert_eq!(told["code"], expected, "{query}");
    }
    let keyless = sender.request(Method::POST, "/api/v1/uploads").body(vec![1]).send().await.unwrap();
    assert_eq!(answer(keyless).await["code"], "idempotency-key-missing");
    assert_eq!(sender.list().await.len(), 2, "what was refused is not there");
}

/// Keeps: SIG-10, DOC-04
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_came_ahead_is_signed_countersigned_and_read_like_any_other() {
    let (stage, sender, recipient) = two(|_| {}).await;
    let octets = pattern(700_000, 241);
    let here = sender.upload(&octets).await;
    let cms = stage.sign(&sender.actor.sign, &octets);
    let upload = text(&here, "upload_id").unwrap();
    let sent = sender.send(&upload, &recipient.actor, Some(cms), "key").await;
    assert_eq!(sent["state"], "received", "{sent}");
    let document = text(&sent, "document_id").unwrap();
    let again = sender.send(&upload, &recipient.actor, Some(stage.sign(&sender.actor.sign, &octets)), "other").await;
    assert_eq!(again["code"], "upload-unknown", "an upload is used once");
    assert!(sender.list().await.is_empty());

    let other = stage.sign(&recipient.actor.sign, &octets[1..]);
    assert_eq!(code(recipient.client.sign(&document, &other).await), "signature-content-mismatch");
    let counter = stage.sign(&recipient.actor.sign, &octets);
    let signed = recipient.client.sign(&document, &counter).await.unwrap();
    assert_eq!(signed["state"], "accepted");
    for program in [&sender, &recipient] {
        let file = program.client.get_bytes(&format!("/api/v1/documents/{document}/files/0")).await.unwrap();
        assert!(file == octets);
    }
    // A court gets it as well: it is smaller than what an extract holds.
    let officer = stage.officer().await;
    assert!(!stage.extract(&officer, &[&document]).await.unwrap().is_empty());
    stage.audited();
}

/// Keeps: SIG-10, SIG-11
#[tokio::test(flavor = "multi_thread")]
async fn a_signature_over_another_file_or_by_a_digest_that_was_not_taken_is_refused() {
    let (stage, sender, recipient) = two(|_| {}).await;
    let octets = vec![5; 200_000];
    let here = sender.upload(&octets).await;
    let upload = text(&here, "upload_id").unwrap();
    let refused = async |cms: Vec<u8>| {
        let told = sender.send(&upload, &recipient.actor, Some(cms), &sender.client.new_key()).await;
        told["code"].as_str().unwrap_or("done").to_owned()
    };
    assert_eq!(refused(stage.sign(&sender.actor.sign, &octets[1..])).await, "signature-content-mismatch");
    let attached = sender.client.cms(&sender.actor.sign, &octets[1..], Packaging::Attached, stage.now()).unwrap();
    assert_eq!(refused(attached).await, "signature-content-mismatch");
    assert_eq!(refused(b"no signature".to_vec()).await, "malformed-cms");

    // Only SHA-256 was taken, and the key signs Streebog.
    let plain = answer(sender.bring("plain", "?digests=sha256").body(octets.clone()).send().await.unwrap()).await;
    let plain = text(&plain, "upload_id").unwrap();
    let cms = stage.sign(&sender.actor.sign, &octets);
    let told = sender.send(&plain, &recipient.actor, Some(cms), "plain signed").await;
    assert_eq!((&told["code"], &told["status"]), (&"digest-not-taken".into(), &422.into()), "{told}");
    assert!(told["detail"].as_str().unwrap().contains("streebog512"), "{told}");
    // It is not used up by what was refused; with the content inside the digest is taken from there.
    let attached = sender.client.cms(&sender.actor.sign, &octets, Packaging::Attached, stage.now()).unwrap();
    let sent = sender.send(&plain, &recipient.actor, Some(attached), "plain attached").await;
    assert_eq!(sent["state"], "received", "{sent}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_is_its_partys_alone_and_only_for_files_of_any_form() {
    let (stage, sender, recipient) = two(|_| {}).await;
    let here = sender.upload(b"%PDF-1.7 whatever").await;
    let upload = text(&here, "upload_id").unwrap();
    let stolen = recipient.send(&upload, &sender.actor, None, "stolen").await;
    assert_eq!((&stolen["code"], &stolen["status"]), (&"upload-unknown".into(), &404.into()));
    let path = format!("/api/v1/uploads/{upload}");
    assert_eq!(answer(recipient.request(Method::DELETE, &path).send().await.unwrap()).await["code"], "upload-unknown");
    assert!(recipient.list().await.is_empty());
    let nobody = sender.http.post(format!("{}/api/v1/uploads", sender.base)).header("Idempotency-Key", "1").body("x");
    assert_eq!(answer(nobody.send().await.unwrap()).await["code"], "login-required");
    let nobodys = stage.log_in(&stage.actor("person").auth).await;
    let stranger = Program::of(&stage.base, (stage.actor("person"), nobodys));
    assert_eq!(stranger.upload(b"x").await["code"], "not-a-client");

    let form = |fields: &[(&'static str, &str)]| {
        fields.iter().fold(Form::new(), |form, (name, value)| form.text(*name, (*value).to_owned()))
    };
    let recipient_key = recipient.actor.party().key();
    for (fields, expected) in [
        (vec![("kind", "letter"), ("upload_id", &*upload), ("file_name", "a")], "malformed-content"),
        (
            vec![("kind", "arbitrary-file"), ("recipient", &*recipient_key), ("upload_id", &*upload)],
            "missing-requisite",
        ),
        (
            vec![
                ("kind", "arbitrary-file"),
                ("recipient", &*recipient_key),
                ("upload_id", &*upload),
                ("file_name", "a/b"),
            ],
            "malformed-content",
        ),
        (vec![("kind", "arbitrary-file"), ("upload_id", "no id"), ("file_name", "a")], "upload-unknown"),
    ] {
        let request =
            sender.request(Method::POST, "/api/v1/documents").header("Idempotency-Key", sender.client.new_key());
        let told = answer(request.multipart(form(&fields)).send().await.unwrap()).await;
        assert_eq!(told["code"], expected, "{fields:?} {told}");
    }
    let draft = sender.send(&upload, &recipient.actor, None, "draft").await;
    assert_eq!(draft["state"], "draft");
    // Signed and sent when its sender is ready.
    let document = text(&draft, "document_id").unwrap();
    let cms = stage.sign(&sender.actor.sign, b"%PDF-1.7 whatever");
    assert_eq!(sender.client.sign(&document, &cms).await.unwrap()["state"], "received");
    let view = sender.client.get(&format!("/api/v1/documents/{document}")).await.unwrap();
    assert_eq!(view["files"][0]["media_type"], "application/pdf");
}

/// Keeps: FLW-03
#[tokio::test(flavor = "multi_thread")]
async fn an_upload_repeated_under_its_key_is_the_same_and_another_file_is_refused() {
    let (_stage, sender, recipient) = two(|_| {}).await;
    let bring = async |octets: &[u8], query: &str| {
        answer(sender.bring("k", query).body(octets.to_vec()).send().await.unwrap()).await
    };
    let first = bring(&[1; 300_000], "").await;
    assert_eq!(bring(&[1; 300_000], "").await, first);
    assert_eq!(bring(&[2; 300_000], "").await["code"], "idempotency-key-reused");
    assert_eq!(bring(&[1; 300_000], "?digests=sha512").await["code"], "idempotency-key-reused");
    assert_eq!(sender.list().await, std::slice::from_ref(&first));
    let upload = text(&first, "upload_id").unwrap();
    let sent = sender.send(&upload, &recipient.actor, None, "document").await;
    assert_eq!(sent["state"], "draft");
    // The document is the same when it is asked for again; the upload is no more.
    assert_eq!(sender.send(&upload, &recipient.actor, None, "document").await["document_id"], sent["document_id"]);
    assert_eq!(bring(&[1; 300_000], "").await["code"], "upload-unknown");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_is_cut_leaves_nothing_and_one_that_is_not_used_ends() {
    let (stage, sender, _) = two(|_| {}).await;
    let rows = async || stage.app.db.query("select id from upload", &[]).await.unwrap().len();
    let before = files_of(&stage.blobs).len();
    let address = stage.base.strip_prefix("http://").unwrap();
    for length in ["Content-Length: 4000000", "Transfer-Encoding: chunked"] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "POST /api/v1/uploads HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nIdempotency-Key: cut\r\n{length}\r\n\r\n",
            sender.token
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let body = vec![b'f'; 1_000_000];
        if length.contains("chunked") {
            stream.write_all(b"F4240\r\n").await.unwrap();
        }
        stream.write_all(&body).await.unwrap();
        while rows().await == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        drop(stream);
        while rows().await > 0 {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        assert_eq!(files_of(&stage.blobs).len(), before, "{length}");
    }
    // Under the same key it is brought whole.
    let here = answer(sender.bring("cut", "").body(vec![b'f'; 1_000_000]).send().await.unwrap()).await;
    assert_eq!(here["size"], 1_000_000);
    assert_eq!(files_of(&stage.blobs).len(), before + 1);

    let given_up = sender.upload(b"given up").await;
    let path = format!("/api/v1/uploads/{}", text(&given_up, "upload_id").unwrap());
    assert_eq!(sender.request(Method::DELETE, &path).send().await.unwrap().status(), 204);
    assert_eq!(sender.request(Method::DELETE, &path).send().await.unwrap().status(), 404);
    stage.round().await;
    assert_eq!((rows().await, files_of(&stage.blobs).len()), (1, before + 1));
    // A day later, and one that a process has left behind.
    let mut tx = stage.app.db.begin().await.unwrap();
    tx.execute("update upload set ends_at = begun_at", &[]).await.unwrap();
    tx.commit().await.unwrap();
    stage.round().await;
    assert_eq!((rows().await, files_of(&stage.blobs).len()), (0, before));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_party_has_so_many_uploads_and_another_is_not_kept_from_its_own() {
    let (_stage, sender, recipient) = two(|config| {
        config.limits.uploads_of_party_max = 2;
        config.limits.uploads_max = 3;
    })
    .await;
    let octets = [3; 100_000];
    let bring = |number: usize| {
        let request = sender.bring(&format!("{number}"), "").body(octets.to_vec());
        async move { answer(request.send().await.unwrap()).await }
    };
    let told = futures_util::future::join_all((0..5).map(bring)).await;
    let is_refused = |answer: &&Value| answer["code"] == "too-many-uploads" && answer["status"] == 429;
    assert_eq!(told.iter().filter(is_refused).count(), 3, "{told:?}");
    assert_eq!(recipient.upload(&octets).await["size"], 100_000);
    assert_eq!(recipient.upload(&octets).await["code"], "service-unavailable", "all places are taken");
    let upload = text(&sender.list().await[0], "upload_id").unwrap();
    assert_eq!(sender.send(&upload, &recipient.actor, None, "used").await["state"], "draft");
    assert_eq!(sender.upload(&octets).await["size"], 100_000);
}

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

#[tokio::test(flavor = "multi_thread")]
async fn a_document_past_what_an_extract_holds_is_refused_there_with_a_word_on_what_to_do() {
    let (stage, sender, recipient) = two(|_| {}).await;
    let here = sender.upload(b"small").await;
    let cms = stage.sign(&sender.actor.sign, b"small");
    let sent = sender.send(&text(&here, "upload_id").unwrap(), &recipient.actor, Some(cms), "sent").await;
    let document = text(&sent, "document_id").unwrap();
    let mut tx = stage.app.db.begin().await.unwrap();
    tx.execute("update document_file set size_bytes = 1073741824 where digests is not null", &[]).await.unwrap();
    tx.commit().await.unwrap();
    let officer = stage.officer().await;
    let refused = stage.extract(&officer, &[&document]).await.map(|_| Value::Null);
    assert_eq!(code(refused), "extract-too-large");
}

/// Keeps: SIG-14
#[tokio::test(flavor = "multi_thread")]
async fn the_signature_over_a_file_too_large_to_be_held_is_verified_offline() {
    const SIZE: u64 = 128 * MEBIBYTE + 1;
    let stage = Stage::set().await;
    let (file, signature) = (stage.folder().join("large"), stage.folder().join("large.p7s"));
    fs::File::create(&file).unwrap().set_len(SIZE).unwrap();
    let mut hasher = Hasher::new(DigestAlgorithm::Sha256);
    hasher.update(&vec![0; usize::try_from(SIZE).unwrap()]);
    fs::write(&signature, signed(&stage, &stage.actor("person").sign, hasher.finish())).unwrap();
    let verify = || {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_qolhat"));
        command.args(["verify", "--json", "--revocation", "none", "--at", &stage.now().to_string(), "--detached"]);
        command.arg(&file);
        for anchor in &stage.config.trust.anchors {
            command.arg("--trust").arg(anchor);
        }
        for between in &stage.config.trust.intermediates {
            command.arg("--certs").arg(between);
        }
        command.arg(&signature);
        let output = command.output().unwrap();
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        (output.status.code(), report["signatures"][0]["crypto"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(verify(), (Some(0), "ok".to_owned()));
    fs::File::options().write(true).open(&file).unwrap().set_len(SIZE + 1).unwrap();
    assert_eq!(verify(), (Some(1), "hash_failure".to_owned()));
}

/// The page takes a file that is too large to be held, shows what it is, and has it signed by its digest.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_brings_a_file_larger_than_is_held_and_has_it_signed_by_its_digest() {
    let (stage, sender, recipient) = two(|config| {
        config.limits.file_max_bytes = 100_000;
        config.limits.upload_max_bytes = 6_000_000;
    })
    .await;
    let page = |path: String| {
        let request = sender.http.get(format!("{}{path}", stage.base));
        let cookie = format!("qolhat_language=en; qolhat_session={}", sender.token);
        async move { request.header("Cookie", cookie).send().await.unwrap().text().await.unwrap() }
    };
    let compose = page("/documents/new".to_owned()).await;
    let hidden = |name: &str| {
        let start = format!("name=\"{name}\" value=\"");
        compose.split(&start).nth(1).unwrap().split('"').next().unwrap().to_owned()
    };
    let octets = pattern(5_000_000, 229);
    let post = |kind: &str, tag: String, file: Vec<u8>| {
        let form = Form::new()
            .text("as", tag)
            .text("key", hidden("key"))
            .text("kind", kind.to_owned())
            .text("recipient", recipient.actor.party().number())
            .part("original", Part::bytes(file).file_name("үлкен.bin"));
        let request =
            reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let request = request.post(format!("{}/documents/new", stage.base)).header("Origin", &stage.base);
        let cookie = format!("qolhat_language=en; qolhat_session={}", sender.token);
        async move { request.header("Cookie", cookie).multipart(form).send().await.unwrap() }
    };
    // What is refused leaves no upload behind.
    assert_eq!(post("letter", hidden("as"), octets.clone()).await.status(), 422);
    assert_eq!(post("arbitrary-file", "another".to_owned(), octets.clone()).await.status(), 409);
    assert_eq!(post("arbitrary-file", hidden("as"), vec![0; 6_000_001]).await.status(), 413);
    assert!(sender.list().await.is_empty());

    let made = post("arbitrary-file", hidden("as"), octets.clone()).await;
    assert_eq!(made.status(), 303, "{}", made.text().await.unwrap());
    let document = made.headers()["location"].to_str().unwrap().to_owned();
    // A second click makes no second document.
    let twice = post("arbitrary-file", hidden("as"), octets.clone()).await;
    assert_eq!(twice.headers()["location"].to_str().unwrap(), document);
    assert!(sender.list().await.is_empty());
    let shown = page(document.split('?').next().unwrap().to_owned()).await;
    let streebog = hex(DigestAlgorithm::Streebog512.digest(&octets));
    assert!(shown.contains(&format!("data-streebog512=\"{streebog}\"")) && shown.contains("data-size=\"5000000\""));
    let path = format!("{}/files/0", document.split('?').next().unwrap());
    let cookie = format!("qolhat_session={}", sender.token);
    let file = sender.http.get(format!("{}{path}", stage.base)).header("Cookie", cookie).send().await.unwrap();
    assert!(file.bytes().await.unwrap() == octets);
}
