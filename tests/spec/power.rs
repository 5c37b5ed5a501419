//! The power is cut under load: what was not synced is gone, whatever it is, and everything acknowledged is there.
//! What happens without one of the syncs: syncs.rs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::fs::{self, File};
use std::net::SocketAddr;
use std::os::linux::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::StreamExt as _;
use qolhat::db::Db;
use qolhat::demo::client::Client;
use qolhat::demo::story::Actor;
use qolhat::journal::OutsideMemory;
use serde_json::Value;

use crate::kill::{Ledger, Service, documents, free_address, send, send_on, system_now};
use crate::support::stage::{AGREEMENT, Stage};

const CUTS: usize = 20;
const SENDERS: usize = 4;
/// Requests that are asked again at once.
const ASKED_AT_ONCE: usize = 6;
/// How long a document may wait for its receipt after a start.
const RECEIPT_MAX_SECONDS: usize = 120;
/// How long the newest checkpoint may take to be kept outside.
const REMEMBERED_MAX_SECONDS: usize = 60;
/// What the last sync may take after what it makes durable can be seen.
const LAST_SYNC: Duration = Duration::from_millis(300);

/// A folder of which only what is synced outlives a cut; see tests/powercut/powercut.c.
pub struct Disk {
    root: PathBuf,
    shadow: PathBuf,
    library: PathBuf,
    _folder: tempfile::TempDir,
}

impl Disk {
    /// Under `root`, where everything is durable as it is now.
    pub fn under(root: &Path) -> Disk {
        let folder = tempfile::TempDir::new().unwrap();
        let library = folder.path().join("powercut.so");
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/powercut/powercut.c");
        let built = Command::new("cc").args(["-O1", "-shared", "-fPIC", "-o"]).arg(&library).arg(source).status();
        assert!(built.unwrap().success());
        let shadow = folder.path().join("shadow");
        let disk = Disk { root: root.canonicalize().unwrap(), shadow, library, _folder: folder };
        disk.arm();
        disk
    }

    /// What puts a process on this disk.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let path = |path: &Path| path.to_str().unwrap().to_owned();
        vec![
            ("LD_PRELOAD", path(&self.library)),
            ("POWERCUT_ROOT", path(&self.root)),
            ("POWERCUT_SHADOW", path(&self.shadow)),
        ]
    }

    /// Everything is durable as it is now.
    fn arm(&self) {
        let _ = fs::remove_dir_all(&self.shadow);
        fs::create_dir_all(self.shadow.join("dirs")).unwrap();
        fs::create_dir_all(self.shadow.join("data")).unwrap();
        self.keep(&self.root);
    }

    fn keep(&self, directory: &Path) {
        let mut lines = String::new();
        for entry in fs::read_dir(directory).unwrap() {
            let (path, name) = entry.map(|entry| (entry.path(), entry.file_name())).unwrap();
            let kind = if path.is_dir() { 'd' } else { 'f' };
            lines.push_str(&format!("{} {kind} {}\n", key(&path), name.to_str().unwrap()));
            if path.is_dir() {
                self.keep(&path);
            } else {
                fs::copy(&path, self.shadow.join("data").join(key(&path))).unwrap();
            }
        }
        fs::write(self.shadow.join("dirs").join(key(directory)), lines).unwrap();
    }

    /// After the death of every process on it: only what was durable is there.
    pub fn cut(&self) {
        let top = key(&self.root);
        let (new, old) = (self.root.with_extension("after"), self.root.with_extension("before"));
        fs::create_dir(&new).unwrap();
        self.restore(&top, &new);
        fs::rename(&self.root, &old).unwrap();
        fs::rename(&new, &self.root).unwrap();
        fs::remove_dir_all(&old).unwrap();
        self.arm();
    }

    fn restore(&self, directory: &str, to: &Path) {
        // One that was never synced is empty.
        let lines = fs::read_to_string(self.shadow.join("dirs").join(directory)).unwrap_or_default();
        for line in lines.lines() {
            let mut parts = line.splitn(3, ' ');
            let (key, kind, name) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
            let path = to.join(name);
            if kind == "d" {
                fs::create_dir(&path).unwrap();
                self.restore(key, &path);
                continue;
            }
            let data = self.shadow.join("data").join(key);
            if data.exists() {
                fs::copy(data, path).unwrap();
            } else {
                File::create(path).unwrap();
            }
        }
    }
}

/// Inode and birth: a number that is used again is another file.
fn key(path: &Path) -> String {
    let metadata = fs::symlink_metadata(path).unwrap();
    let born = metadata.created().unwrap().duration_since(std::time::UNIX_EPOCH).unwrap();
    format!("{}-{}.{:09}", metadata.st_ino(), born.as_secs(), born.subsec_nanos())
}

/// A service whose clients send acts, on a disk that forgets.
pub struct Site {
    pub stage: Arc<Stage>,
    pub ledger: Arc<Mutex<Ledger>>,
    pub from: Actor,
    pub to: Actor,
    pub client: Client,
    pub to_client: Client,
    #[allow(dead_code, reason = "of the torture program")]
    pub officer: Client,
    pub address: SocketAddr,
}

impl Site {
    pub async fn set() -> Site {
        // Another disk is not ours to cut.
        let stage = Stage::set_on_disk(system_now(), |config, _| config.clock = None).await;
        let site = Self::on(stage).await;
        // The last connection takes SQLite's log away: its name is then as new as all else that the service makes.
        Db::connect_existing(&site.stage.config.database).await.unwrap().close().await;
        site
    }

    pub async fn on(stage: Stage) -> Site {
        let officer = stage.officer().await;
        let offer = stage.publish(&officer, AGREEMENT).await;
        let (from, client) = stage.joined("head-a", &offer).await;
        let (to, to_client) = stage.joined("head-b", &offer).await;
        stage.leave().await;
        // What is kept outside is not written later, into what others have made of the folder.
        stage.app.journal.keep_outside().await.unwrap();
        let address = free_address();
        let [client, to_client, officer] =
            [client, to_client, officer].map(|client| client.at(&format!("http://{address}")));
        Site { stage: Arc::new(stage), ledger: Arc::default(), from, to, client, to_client, officer, address }
    }

    pub async fn start(&self, environment: &[(&str, String)]) -> Result<Service, String> {
        Service::try_start(&self.stage, self.address, None, environment).await
    }

    /// Acts, one after another, through the service at `client` until it is gone.
    pub fn load(&self, client: &Client, senders: &mut tokio::task::JoinSet<()>, round: usize, sender: usize) {
        let (stage, ledger) = (Arc::clone(&self.stage), Arc::clone(&self.ledger));
        let (from, to, client) = (self.from.clone(), self.to.clone(), client.clone());
        senders.spawn(async move { send_on(&stage, &ledger, &from, &to, &client, round, sender).await });
    }

    pub fn acknowledged(&self) -> usize {
        self.ledger.lock().unwrap().acknowledged.len()
    }

    /// One act, acknowledged.
    pub async fn one(&self, number: &str) {
        let act = self.stage.act(&self.from, &self.to, number);
        self.again(&self.client, number.to_owned(), act).await.unwrap();
    }

    /// Load until `more` acts are acknowledged and `time` has passed, then the end of the service.
    async fn round(&self, service: Service, round: usize, more: usize, time: Duration) {
        let before = self.acknowledged();
        let mut senders = tokio::task::JoinSet::new();
        for sender in 0..SENDERS {
            self.load(&self.client, &mut senders, round, sender);
        }
        let mut spawned = SENDERS;
        tokio::time::sleep(time).await;
        for _ in 0..1500 {
            if self.acknowledged() >= before + more {
                break;
            }
            // A sender stops at its first refusal, which on a slow machine may be a time-out.
            while senders.try_join_next().is_some() {}
            if senders.is_empty() {
                spawned += 1;
                self.load(&self.client, &mut senders, round, spawned);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        service.kill();
        senders.abort_all();
        while senders.join_next().await.is_some() {}
        assert!(self.acknowledged() >= before + more, "too little load");
    }

    /// Asks again what was not answered, and answers with what is missing or not whole of the acts acknowledged.
    pub async fn missing(&self, client: &Client) -> Result<(), String> {
        let unanswered = std::mem::take(&mut self.ledger.lock().unwrap().unanswered);
        let again = unanswered.into_iter().map(|(key, act)| self.again(client, key, act));
        let faults: Vec<String> = futures_util::stream::iter(again)
            .buffer_unordered(ASKED_AT_ONCE)
            .filter_map(async |done| done.err())
            .collect()
            .await;
        if let Some(fault) = faults.into_iter().next() {
            return Err(fault);
        }
        let all = documents(client).await;
        let acknowledged = self.ledger.lock().unwrap().acknowledged.clone();
        let mut ids: Vec<&str> = all.iter().filter_map(|document| document["id"].as_str()).collect();
        ids.sort_unstable();
        if let Some((key, _)) = acknowledged.iter().find(|(_, id)| ids.binary_search(&id.as_str()).is_err()) {
            return Err(format!("{key} is lost"));
        }
        // The consent is one of them.
        if all.len() != acknowledged.len() + 1 {
            return Err(format!("{} documents of {} acts", all.len(), acknowledged.len()));
        }
        Ok(())
    }

    /// Asks again, under its key, what was not answered.
    async fn again(&self, client: &Client, key: String, act: Vec<u8>) -> Result<(), String> {
        for _ in 0..100 {
            if let Some(id) = send(&self.stage, client, &self.from, &act, &key).await {
                self.ledger.lock().unwrap().acknowledged.insert(key, id);
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        Err(format!("{key} is not taken when it is asked again"))
    }

    /// Whether each of these documents can be read: its content is what was signed, and the receipt is there.
    pub async fn whole(&self, client: &Client, ids: &[String]) -> Result<(), String> {
        for id in ids {
            let read = client.get_bytes(&format!("/api/v1/documents/{id}/files/0")).await;
            read.map_err(|error| format!("the content of {id}: {error}"))?;
            has_its_receipt(client, id).await?;
        }
        Ok(())
    }

    /// What is lost after the end of the service: `Ok` when nothing is.
    pub async fn intact(&self) -> Result<(), String> {
        let service = self.start(&[]).await?;
        self.missing(&self.client).await?;
        let ids: Vec<String> = self.ledger.lock().unwrap().acknowledged.values().cloned().collect();
        self.whole(&self.client, &ids).await?;
        service.kill();
        self.audited()
    }

    /// The size of the log that is remembered outside of the database.
    pub fn remembered(&self) -> Result<u64, String> {
        let memory = OutsideMemory::beside(&self.stage.config.journal.key_file);
        let known = memory.remembered(self.stage.app.journal.verifier_key());
        Ok(known.map_err(|error| error.to_string())?.map_or(0, |checkpoint| checkpoint.size))
    }

    /// Waits until all of the log as it is now is remembered, and for the last sync of that. Its size.
    pub async fn remembers_all(&self) -> u64 {
        let note = self.client.get_bytes("/checkpoint").await.unwrap();
        let size = String::from_utf8(note).unwrap().lines().nth(1).unwrap().parse().unwrap();
        for _ in 0..REMEMBERED_MAX_SECONDS * 50 {
            if self.remembered().is_ok_and(|known| known >= size) {
                tokio::time::sleep(LAST_SYNC).await;
                return size;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the checkpoint is not kept outside");
    }

    pub fn audited(&self) -> Result<(), String> {
        let output = Command::new(env!("CARGO_BIN_EXE_qolhat"))
            .args(["journal", "audit", "--full", "--json", "--config"])
            .arg(self.stage.world.config_file())
            .output()
            .unwrap();
        let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        let is_clean = output.status.success() && report["ok"] == true && report["quarantined"] == 0;
        if is_clean { Ok(()) } else { Err(format!("{report} {}", String::from_utf8_lossy(&output.stderr))) }
    }
}

/// That the document is received and has its receipt, or will have it soon.
pub async fn has_its_receipt(client: &Client, id: &str) -> Result<(), String> {
    let mut receipts = 0;
    for _ in 0..RECEIPT_MAX_SECONDS * 4 {
        let view = client.get(&format!("/api/v1/documents/{id}")).await.map_err(|error| error.to_string())?;
        receipts = view["receipts"].as_array().map_or(0, Vec::len);
        if view["state"] == "received" && receipts > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    if receipts == 1 { Ok(()) } else { Err(format!("{id} has {receipts} receipts")) }
}

/// Keeps: JRN-04, FLW-03
#[tokio::test(flavor = "multi_thread")]
async fn when_the_power_is_cut_everything_acknowledged_is_there() {
    cut_under_load(1).await;
}

/// Keeps: JRN-04, FLW-03
#[tokio::test(flavor = "multi_thread")]
#[ignore = "make torture"]
async fn however_often_the_power_is_cut_everything_acknowledged_is_there() {
    cut_under_load(CUTS).await;
}

async fn cut_under_load(cuts: usize) {
    let site = Site::set().await;
    let disk = Disk::under(&site.stage.folder());
    for round in 0..cuts {
        let service = site.start(&disk.environment()).await.unwrap();
        let time = Duration::from_millis(130 * u64::try_from(round % 7).unwrap());
        site.round(service, round, 2 + round % 5, time).await;
        disk.cut();
    }
    site.intact().await.unwrap();
    eprintln!("{cuts} cuts, {} acknowledged", site.acknowledged());
}
