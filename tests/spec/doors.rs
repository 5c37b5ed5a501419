//! What one stranger may take at the doors: places, memory, time, and nobody else's logins.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use qolhat::app::{App, Passwords, SharedRandom, clock_of};
use qolhat::config::Config;
use qolhat::demo::client::{Client, text};
use qolhat::demo::register::IssuedBy;
use qolhat::demo::responders::{Fault, Service, Services, router};
use qolhat::demo::run::actor;
use qolhat::demo::{Branch, World};
use qolhat::operations::verify_file::verify_file;
use qolhat::serve::HEAD_SECONDS;
use qolhat::signature::fetch::{Asked, Piece, Responders};
use qolhat::signature::shown::Showing;
use qolhat::web::{FORM_MAX_BYTES, VERIFY_PLACES};
use qolhat_pki::issue::cms_sign::{Packaging, SigningContent, add_signer};
use reqwest::multipart::{Form, Part};
use serde_json::json;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::support::random::TestRandom;
use crate::support::stage::{AGREEMENT, Stage, at, code};

fn http() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

async fn connect(stage: &Stage) -> TcpStream {
    TcpStream::connect(stage.base.trim_start_matches("http://")).await.unwrap()
}

/// The statuses of so many logins begun behind a proxy that names these clients.
async fn begun_for(stage: &Stage, clients: &[&str]) -> Vec<u16> {
    let mut statuses = Vec::new();
    for client in clients {
        let request = http().post(format!("{}/api/v1/login/challenges", stage.base));
        statuses.push(request.header("X-Forwarded-For", *client).send().await.unwrap().status().as_u16());
    }
    statuses
}

#[tokio::test(flavor = "multi_thread")]
async fn one_stranger_behind_our_proxy_does_not_use_up_the_logins_of_the_others() {
    const CLIENTS: [&str; 4] = ["192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.2"];
    let start = at("2026-11-22T09:00:00Z");
    let known = Stage::set_with(start, |config, _| {
        config.limits.anonymous_per_minute = 2;
        config.limits.trusted_proxies = vec![IpAddr::from([127, 0, 0, 1])].try_into().unwrap();
    });
    assert_eq!(begun_for(&known.await, &CLIENTS).await, [201, 201, 429, 201]);
    let unknown = Stage::set_with(start, |config, _| config.limits.anonymous_per_minute = 2);
    let each_another = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"];
    assert_eq!(begun_for(&unknown.await, &each_another).await, [201, 201, 429, 429], "nobody names himself anew");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_dribbles_in_is_cut_off() {
    let stage = Stage::set().await;
    let (mut dribbling, mut silent) = (connect(&stage).await, connect(&stage).await);
    dribbling.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Long: ").await.unwrap();
    let cut = async {
        let (mut reads, mut writes) = dribbling.split();
        let dribble = async {
            while writes.write_all(b"a").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        };
        let mut answer = Vec::new();
        tokio::select! {
            // Cut, with a word or without.
            _ = reads.read_to_end(&mut answer) => {}
            () = dribble => {}
        }
        let mut answer = Vec::new();
        let _ = silent.read_to_end(&mut answer).await;
    };
    tokio::time::timeout(Duration::from_secs(HEAD_SECONDS + 10), cut).await.expect("still connected");
    assert_eq!(http().get(format!("{}/healthz", stage.base)).send().await.unwrap().status(), 200);
}

async fn language_of(stage: &Stage, bytes: usize) -> u16 {
    let mut body = b"language=ru&return=/&more=".to_vec();
    body.resize(bytes, b'a');
    let request = http().post(format!("{}/language", stage.base)).header("Sec-Fetch-Site", "same-origin");
    let request = request.header("Content-Type", "application/x-www-form-urlencoded").body(body);
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_without_files_takes_little() {
    let stage = Stage::set().await;
    assert_eq!(language_of(&stage, FORM_MAX_BYTES).await, 303);
    assert_eq!(language_of(&stage, FORM_MAX_BYTES + 1).await, 413);
}

async fn verified(stage: &Stage) -> u16 {
    let form = Form::new().part("file", Part::bytes(b"no signature".to_vec()).file_name("file.bin"));
    let request = http().post(format!("{}/verify", stage.base)).header("Sec-Fetch-Site", "same-origin");
    request.multipart(form).send().await.unwrap().status().as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_files_in_one_field_none_is_chosen() {
    let stage = Stage::set().await;
    let part = || Part::bytes(b"no signature".to_vec()).file_name("file.bin");
    let judged = async |fields: &[&'static str]| {
        let form = fields.iter().fold(Form::new(), |form, field| form.part(*field, part()));
        let request = http().post(format!("{}/verify", stage.base)).header("Sec-Fetch-Site", "same-origin");
        let answer = request.multipart(form).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap().contains("several-files"))
    };
    assert_eq!(judged(&["file", "content"]).await, (200, false));
    for several in [["file", "content", "content"], ["file", "file", "content"]] {
        assert_eq!(judged(&several).await, (422, true), "{several:?}");
    }
    assert_eq!(judged(&["content"]).await, (422, false));
}

/// Waits until a file to be judged is answered with `status`.
async fn until(stage: &Stage, status: u16) {
    let waits = async {
        while verified(stage).await != status {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), waits).await.expect("another status");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_strangers_have_so_many_places_and_not_more() {
    const HEAD: &[u8] = b"POST /verify HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\n\
        Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 30000000\r\n\r\n--b\r\n";
    let stage = Stage::set().await;
    assert_eq!(verified(&stage).await, 200);
    let mut held = Vec::new();
    for _ in 0..VERIFY_PLACES {
        let mut stream = connect(&stage).await;
        stream.write_all(HEAD).await.unwrap();
        held.push(stream);
    }
    until(&stage, 503).await;
    assert_eq!(language_of(&stage, 100).await, 303, "the other pages go on");
    held.pop();
    until(&stage, 200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_asked_for_once_however_many_signers_it_serves() {
    const CONTENT: &[u8] = b"content";
    let (folder, mut rng) = (TempDir::new().unwrap(), SharedRandom::new(TestRandom));
    let start = at("2026-11-22T09:00:00Z");
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let world = World::create(&folder.path().join("world"), &url, start, &mut rng).unwrap();
    let mut config = Config::load(&world.config_file()).unwrap();
    config.clock = Some(start.to_string());
    let services = Services::new(Arc::clone(world.authorities()), clock_of(&config).unwrap(), rng.clone());
    services.set_fault(Service::Ocsp, Some(Fault::Forbidden));
    let asked: Arc<Mutex<BTreeMap<String, u32>>> = Arc::default();
    let counts = Arc::clone(&asked);
    let counted = router(services).layer(from_fn(move |request: Request, next: Next| {
        *counts.lock().unwrap().entry(request.uri().path().to_owned()).or_insert(0) += 1;
        next.run(request)
    }));
    tokio::spawn(async move { axum::serve(listener, counted).await });
    let app = App::open(&config, &Passwords::Demo).await.unwrap();

    let pairs = ["head-a", "head-b"].map(|id| actor(&world, id).unwrap().sign);
    assert_eq!(pairs[0].certificate.issuer(), pairs[1].certificate.issuer());
    let program = Client::new(&url, rng.clone()).unwrap();
    let first = program.cms(&pairs[0], CONTENT, Packaging::Attached, app.clock.now()).unwrap();
    let content = Some(SigningContent::Content(CONTENT));
    let (key, certificate) = (&pairs[1].key, &pairs[1].certificate);
    let both = add_signer(&first, key, certificate, content.as_ref(), app.clock.now(), &mut rng).unwrap();
    let verdict = verify_file(&app, both, None, Showing::Masked).await.unwrap();
    assert!(verdict.is_good() && verdict.signatures.len() == 2, "{}", verdict.report_json);
    let asked = asked.lock().unwrap();
    let lists: Vec<_> = asked.iter().filter(|(path, _)| path.starts_with("/crl/")).collect();
    assert!(lists.iter().any(|(path, _)| *path == "/crl/gost.crl"), "{asked:?}");
    assert!(lists.iter().all(|(_, times)| **times == 1), "{asked:?}");
    // A refusal may pass: each question is put three times.
    assert_eq!(asked.get("/ocsp/gost"), Some(&6), "each signer was asked about first");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_in_files_are_read_once_and_handed_out_once() {
    let stage = Stage::set().await;
    let folder = TempDir::new().unwrap();
    let mut rng = stage.app.rng.clone();
    for branch in [Branch::Gost, Branch::Rsa] {
        let list = stage.world.authorities().of(branch).crl(IssuedBy::Ca, stage.now(), &mut rng).unwrap();
        std::fs::write(folder.path().join(format!("{branch:?}.crl")), list).unwrap();
    }
    // Nobody may be asked: only the files are left.
    let responders = Responders::new("http://127.0.0.1:1/", &[], &[folder.path().to_owned()]).unwrap();
    let [first, second, other] = ["head-a", "head-b", "person"].map(|id| stage.actor(id).sign.certificate);
    let issuer_of = |subject: &qolhat_pki::certificate::Certificate| {
        let known = stage.app.trust.intermediates.iter();
        let anchors = stage.app.trust.anchors.anchors().iter().map(|anchor| anchor.certificate());
        known.chain(anchors).find(|known| known.subject() == subject.issuer()).unwrap().clone()
    };
    let issuers = [issuer_of(&first), issuer_of(&second), issuer_of(&other)];
    assert_ne!(issuers[0].subject(), issuers[2].subject());
    let mut asked = Asked::nothing(&issuers, stage.now());
    let found = responders.revocation(&first, &issuers[0], &mut asked, &mut rng).await;
    assert!(matches!(found[..], [Piece::Crl(_)]), "{}", found.len());
    assert!(responders.revocation(&second, &issuers[1], &mut asked, &mut rng).await.is_empty(), "handed out already");
    drop(folder);
    assert_eq!(responders.revocation(&other, &issuers[2], &mut asked, &mut rng).await.len(), 1, "read already");
}

/// The value of the hidden field `name` of the only form with one.
fn hidden(page: &str, name: &str) -> String {
    let start = format!("<input type=\"hidden\" name=\"{name}\" value=\"");
    let form = page.split("action=\"/officer/extracts/new\"").nth(1).unwrap();
    form.split(&start).nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_extract_prepared_twice_under_one_key_is_one_extract_with_one_number() {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (head, client) = stage.joined("head-a", &offer).await;
    let (other, _) = stage.joined("head-b", &offer).await;
    let act = stage.recorded_act((&head, &client), &other, "1").await;
    let body = |ground: &str| {
        let asker = json!({"party": {"key": head.party().key(), "ground": ground, "scope": "Құжаттар"}});
        json!({"documents": [act], "asked_by": asker})
    };
    let prepare = async |ground: &str, key: &str| officer.post_with_key("/api/v1/extracts", &body(ground), key).await;
    let first = prepare("Сұрау", "k1").await.unwrap();
    assert_eq!(prepare("Сұрау", "k1").await.unwrap(), first, "id, number and what is signed");
    assert_eq!(code(prepare("Басқа", "k1").await), "idempotency-key-reused");
    let number = first["number"].as_u64().unwrap();
    assert_eq!(prepare("Басқа", "k2").await.unwrap()["number"].as_u64(), Some(number + 1), "no number is lost");
    // At one time: one of them meets the other while it is being done.
    let (one, two) = tokio::join!(prepare("Үшінші", "k3"), prepare("Үшінші", "k3"));
    let same = [one, two].map(|answer| match answer {
        Ok(answer) => text(&answer, "id").unwrap(),
        Err(error) => error.code().unwrap().to_owned(),
    });
    assert!(same[0] == same[1] || same.contains(&"service-unavailable".to_owned()), "{same:?}");
    assert_eq!(prepare("Төртінші", "k4").await.unwrap()["number"].as_u64(), Some(number + 3), "no number is lost");

    let address = format!("{}/officer/extracts/new", stage.base);
    let cookie = format!("qolhat_session={}", officer.token().unwrap());
    let page = http().get(&address).header("Cookie", &cookie).send().await.unwrap().text().await.unwrap();
    let mut places = Vec::new();
    for _ in 0..2 {
        let mut form = Form::new().text("documents", act.clone());
        for (name, value) in [("asked_by", &*head.party().key()), ("ground", "Сұрау"), ("scope", "Құжаттар")]
        {
            form = form.text(name, value.to_owned());
        }
        for name in ["as", "key"] {
            form = form.text(name, hidden(&page, name));
        }
        let request = http().post(&address).header("Cookie", &cookie).header("Origin", &stage.base);
        let answer = request.multipart(form).send().await.unwrap();
        assert_eq!(answer.status(), 303);
        places.push(answer.headers()["location"].to_str().unwrap().to_owned());
    }
    assert!(places[0] == places[1] && places[0].len() > "/officer/extracts/".len(), "{places:?}");
    let listed = qolhat::extract::store::list(&stage.app.db, 100).await.unwrap();
    assert_eq!(listed.len(), 5);
}
