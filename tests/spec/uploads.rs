//! Large files over the doors of a running service: they come ahead of their documents, are held by nobody, are signed by
//! their digests, and go out again whole, in ranges or not at all.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod downloads;
mod measured;
mod signing;

use std::fs;
use std::path::{Path, PathBuf};

use futures_util::stream;
use qolhat::demo::client::{Client, KeyPair, text};
use qolhat::demo::story::Actor;
use qolhat_pki::digest::{Digest, DigestAlgorithm, DigestSet, Digests, Hasher};
use qolhat_pki::issue::cms_sign::{Packaging, SignRequest, SigningContent, sign_cms};
use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::Value;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::support::stage::{Stage, at};

const MEBIBYTE: u64 = 1024 * 1024;
const PIECE: usize = 64 * 1024;

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

/// Two clients of the service of the stage itself.
async fn two(adjust: impl FnOnce(&mut qolhat::config::Config)) -> (Stage, Program, Program) {
    let stage = Stage::set_with(at("2026-11-22T09:00:00Z"), |config, _| adjust(config)).await;
    let (_, sender, recipient) = stage.two_clients().await;
    let (sender, recipient) = (Program::of(&stage.base, sender), Program::of(&stage.base, recipient));
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
