//! The service killed twenty times under load: everything acknowledged is there, whole, and the journal audits clean.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use qolhat::demo::client::{Attached, Client, text};
use qolhat::demo::people::DEMO_PASSWORD;
use qolhat::demo::story::Actor;
use serde_json::{Value, json};

use crate::support::stage::{AGREEMENT, Offer, Stage, at};

const KILLS: usize = 20;
const SENDERS: usize = 6;
/// How long a round waits for its first answers, however slow the machine is.
const LOAD_MAX_SECONDS: usize = 30;
/// Processes started by these tests.
static STARTED: AtomicU32 = AtomicU32::new(0);

/// The program as a process of its own, on the stage's files.
pub struct Service {
    child: Child,
    /// What it says on stderr.
    said: PathBuf,
}

impl Service {
    async fn start(stage: &Stage, address: SocketAddr) -> Service {
        Self::start_on(stage, address, None).await
    }

    /// As the configuration says, or on another way to the database.
    pub async fn start_on(stage: &Stage, address: SocketAddr, database: Option<&str>) -> Service {
        match Self::try_start(stage, address, database, &[]).await {
            Ok(service) => service,
            Err(said) => panic!("the service does not come up: {said}"),
        }
    }

    /// The same in that environment. One that does not come up leaves what it has said.
    pub async fn try_start(
        stage: &Stage,
        address: SocketAddr,
        database: Option<&str>,
        environment: &[(&str, String)],
    ) -> Result<Service, String> {
        let said = stage.folder().join(format!("said-{}-{}", address.port(), STARTED.fetch_add(1, Ordering::Relaxed)));
        let database = database.unwrap_or(&stage.config.database);
        let child = Command::new(env!("CARGO_BIN_EXE_qolhat"))
            .args(["serve", "--config"])
            .arg(stage.world.config_file())
            .env("DEMO_SEAL_PASSWORD", DEMO_PASSWORD)
            .env("QOLHAT_LISTEN", address.to_string())
            .env("QOLHAT_DATABASE", database)
            .env("RUST_LOG", "error,qolhat::journal=info")
            .env("QOLHAT_LIMITS__ANONYMOUS_PER_MINUTE", "100000")
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(&said).unwrap())
            .spawn()
            .unwrap();
        let mut service = Service { child, said };
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        for _ in 0..3000 {
            if http
                .get(format!("http://{address}/healthz"))
                .send()
                .await
                .is_ok_and(|answer| answer.status().is_success())
            {
                return Ok(service);
            }
            if service.is_gone() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Err(service.said())
    }

    /// Whether it has ended by itself.
    pub fn is_gone(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it has said up to now.
    pub fn said(&self) -> String {
        std::fs::read_to_string(&self.said).unwrap()
    }

    /// Sends it a signal, as kill(1) names it.
    pub fn signal(&self, name: &str) {
        assert!(Command::new("kill").args([name, &self.id().to_string()]).status().unwrap().success());
    }

    /// SIGKILL: no goodbye.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // Also when a test has failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What was sent under which key, and what was answered.
#[derive(Default)]
pub struct Ledger {
    pub acknowledged: BTreeMap<String, String>,
    /// The entry of the journal that an answer has named, by the document, and whether it was received by then: otherwise
    /// it waits for evidence, and another entry records it later.
    pub entries: BTreeMap<String, (u64, bool)>,
    pub unanswered: BTreeMap<String, Vec<u8>>,
    pub accepted_offers: usize,
}

/// Keeps: JRN-04, FLW-03
#[tokio::test(flavor = "multi_thread")]
async fn killed_twenty_times_under_load_the_service_loses_nothing_that_it_acknowledged() {
    // The stage's own service is not used: only its world, files and responders.
    let stage = Stage::set_with(system_now(), |config, _| config.clock = None).await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (head, client) = stage.joined("head-a", &offer).await;
    let (other, other_client) = stage.joined("head-b", &offer).await;
    let mut more = Vec::new();
    for _ in 0..KILLS {
        more.push(stage.publish(&officer, AGREEMENT).await);
    }
    stage.leave().await;
    let address = free_address();
    let at_process = |client: &Client| client.at(&format!("http://{address}"));
    let (client, other_client) = (at_process(&client), at_process(&other_client));
    let (stage, ledger) = (Arc::new(stage), Arc::new(Mutex::new(Ledger::default())));

    for (round, offer) in more.iter().enumerate() {
        let service = Service::start(&stage, address).await;
        let mut senders = tokio::task::JoinSet::new();
        for sender in 0..SENDERS {
            let (stage, ledger) = (Arc::clone(&stage), Arc::clone(&ledger));
            let (head, other, client) = (head.clone(), other.clone(), client.clone());
            senders.spawn(async move { send_on(&stage, &ledger, &head, &other, &client, round, sender).await });
        }
        {
            let (stage, ledger, head, client) = (Arc::clone(&stage), Arc::clone(&ledger), head.clone(), client.clone());
            let offer = Offer { id: offer.id.clone(), title: offer.title.clone(), text: offer.text.clone() };
            senders.spawn(async move {
                if stage.accept(&client, &head, &offer).await.is_ok() {
                    ledger.lock().unwrap().accepted_offers += 1;
                }
            });
        }
        // Another instant in every round, from the first answers to the thick of it.
        let before = ledger.lock().unwrap().acknowledged.len();
        for _ in 0..LOAD_MAX_SECONDS * 50 {
            if ledger.lock().unwrap().acknowledged.len() > before + round % 3 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        tokio::time::sleep(Duration::from_millis(37 * u64::try_from(round).unwrap())).await;
        service.kill();
        senders.abort_all();
        while senders.join_next().await.is_some() {}
    }

    let service = Service::start(&stage, address).await;
    let ledger = std::mem::take(&mut *ledger.lock().unwrap());
    assert!(ledger.acknowledged.len() >= KILLS, "too little load: {}", ledger.acknowledged.len());
    // What was not answered may be asked again under its key: it is done once, whether it was done before or not.
    let before = documents(&client).await.len();
    for (key, act) in &ledger.unanswered {
        let id = send(&stage, &client, &head, act, key).await.unwrap();
        assert_eq!(id, send(&stage, &client, &head, act, key).await.unwrap());
    }
    settle().await;
    let all = documents(&client).await;
    assert!(all.len() <= before + ledger.unanswered.len());
    let expected = ledger.acknowledged.len() + ledger.unanswered.len() + 1;
    assert!(all.len() >= expected + ledger.accepted_offers, "{} of {expected}", all.len());
    for (key, id) in &ledger.acknowledged {
        assert!(all.iter().any(|document| document["id"] == id.as_str()), "{key} {id} is lost");
    }
    for document in &all {
        whole(&client, document).await;
    }
    let inbox = other_client.get("/api/v1/documents?box=inbox&limit=200").await.unwrap();
    let inbox = inbox.as_array().unwrap();
    for document in inbox.iter().take(20) {
        whole(&other_client, document).await;
    }
    service.kill();
    let report = stage.audited();
    eprintln!(
        "{} acknowledged, {} asked again, log of {}",
        ledger.acknowledged.len(),
        ledger.unanswered.len(),
        report["size"]
    );
}

pub fn system_now() -> qolhat::domain::time::Moment {
    use qolhat::domain::time::Clock as _;
    let _ = at;
    qolhat::app::SystemClock.now()
}

pub fn free_address() -> SocketAddr {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap()
}

/// Sends acts one after another until the service is gone.
pub async fn send_on(
    stage: &Stage,
    ledger: &Mutex<Ledger>,
    head: &Actor,
    other: &Actor,
    client: &Client,
    round: usize,
    sender: usize,
) {
    for number in 0.. {
        let key = format!("{round}-{sender}-{number}");
        let act = stage.act(head, other, &key);
        ledger.lock().unwrap().unanswered.insert(key.clone(), act.clone());
        match answered(stage, client, head, &act, &key).await {
            Some((id, entry)) => {
                let mut ledger = ledger.lock().unwrap();
                ledger.unanswered.remove(&key);
                ledger.entries.extend(entry.map(|entry| (id.clone(), entry)));
                ledger.acknowledged.insert(key, id);
            }
            None => return,
        }
    }
}

/// The id of the document when it was acknowledged as received (or as being written down).
pub async fn send(stage: &Stage, client: &Client, head: &Actor, act: &[u8], key: &str) -> Option<String> {
    answered(stage, client, head, act, key).await.map(|(id, _)| id)
}

/// The same with the number of the entry, when there is one already, and whether the document is received.
pub async fn answered(
    stage: &Stage,
    client: &Client,
    head: &Actor,
    act: &[u8],
    key: &str,
) -> Option<(String, Option<(u64, bool)>)> {
    let cms = ledger_signature(stage, head, act);
    let file = Attached { name: "act.json".to_owned(), bytes: act.to_vec() };
    let fields = [("kind", "completion-act".to_owned())];
    // The same key must carry the same octets: the signature is made from the act alone.
    let answer = client.submit(&fields, file, Vec::new(), Some(cms), key).await;
    let answer = answer.ok()?;
    let entry = answer["entry"].as_u64().map(|entry| (entry, answer["state"] == "received"));
    Some((text(&answer, "document_id").ok()?, entry))
}

/// One signature for one act, so that a repeated request is the same request. Of another world the same act is another one.
pub fn ledger_signature(stage: &Stage, head: &Actor, act: &[u8]) -> Vec<u8> {
    type Signed = (PathBuf, Vec<u8>);
    static MADE: Mutex<BTreeMap<Signed, Vec<u8>>> = Mutex::new(BTreeMap::new());
    let mut made = MADE.lock().unwrap();
    made.entry((stage.folder(), act.to_vec())).or_insert_with(|| stage.sign(&head.sign, act)).clone()
}

/// Receipts that a crash left out are made by the worker's first rounds.
pub async fn settle() {
    tokio::time::sleep(Duration::from_secs(6)).await;
}

pub async fn documents(client: &Client) -> Vec<Value> {
    let mut all: Vec<Value> = Vec::new();
    loop {
        let before =
            all.last().map(|last| format!("&before={}", last["created_at"].as_str().unwrap())).unwrap_or_default();
        let page = client.get(&format!("/api/v1/documents?box=outbox&limit=200{before}")).await.unwrap();
        let page = page.as_array().unwrap().clone();
        let last = page.len() < 200;
        all.extend(page);
        if last {
            return all;
        }
    }
}

/// A document is whole: received, its content there, its signature there, receipted.
pub async fn whole(client: &Client, document: &Value) {
    let id = document["id"].as_str().unwrap();
    let view = client.get(&format!("/api/v1/documents/{id}")).await.unwrap();
    assert_eq!(view["state"], "received", "{view}");
    let bytes = client.get_bytes(&format!("/api/v1/documents/{id}/files/0")).await.unwrap();
    assert_eq!(view["files"][0]["size"], json!(bytes.len()));
    assert_eq!(view["signatures"].as_array().unwrap().len(), 1, "{view}");
    let signature = view["signatures"][0]["id"].as_str().unwrap();
    client.get_bytes(&format!("/api/v1/documents/{id}/signatures/{signature}")).await.unwrap();
    assert_eq!(view["receipts"].as_array().unwrap().len(), 1, "{view}");
    assert!(view["conditions"].as_array().unwrap().iter().all(|condition| condition["holds"] == true), "{view}");
}
