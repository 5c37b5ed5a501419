//! Witnesses as processes of their own: a log rewritten with its stolen key is not cosigned, whatever is sent, whatever
//! is killed; and the log for everybody, in tiles.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use qolhat::app::{SharedRandom, SystemRandom};
use qolhat::config::WitnessAddress;
use qolhat::db::Db;
use qolhat::domain::ids::EventId;
use qolhat::domain::time::{Clock, Moment};
use qolhat::journal::checkpoint::Checkpoint;
use qolhat::journal::cosignature::WitnessKey;
use qolhat::journal::tiles::Tile as Address;
use qolhat::journal::witnesses::Witnesses;
use qolhat::journal::{EventDraft, Journal, JournalError, LogIdentity};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use tlog_tiles::tile::{Tile, TileHashReader, TileReader};
use tlog_tiles::tlog::{self, Hash};

use crate::support::stage::{AGREEMENT, Stage, at};

const ORIGIN: &str = "log.example/1";

struct Still;

impl Clock for Still {
    fn now(&self) -> Moment {
        Moment::parse_rfc3339("2026-11-22T09:00:00Z").unwrap()
    }
}

fn identity(origin: &str, seed: u8) -> LogIdentity {
    LogIdentity::from_seed(origin, &[seed; 32], [7; 32]).unwrap()
}

/// A log with a history of its own: `mark` stands in its entries.
struct Log {
    folder: TempDir,
    db: Db,
    journal: Journal,
    mark: &'static str,
    is_grown: std::cell::Cell<bool>,
}

impl Log {
    async fn new(origin: &str, seed: u8, mark: &'static str) -> Log {
        let folder = TempDir::new().unwrap();
        let db = Db::connect(&format!("sqlite:{}", folder.path().join("log.db").display())).await.unwrap();
        db.migrate().await.unwrap();
        let rng = Box::new(SharedRandom::new(SystemRandom));
        let journal = Journal::open(db.clone(), identity(origin, seed), Arc::new(Still), rng, None).await.unwrap();
        Log { folder, db, journal, mark, is_grown: std::cell::Cell::new(false) }
    }

    /// Adds so many entries, that which opens the log included.
    async fn grow(&self, count: u64) {
        let is_new = !self.is_grown.replace(true);
        let mut last = None;
        let mut tx = self.db.begin().await.unwrap();
        for number in u64::from(is_new)..count {
            let event = EventDraft {
                id: EventId::new(Still.now(), &mut SharedRandom::new(SystemRandom)),
                kind: "document.recorded".to_owned(),
                subjects: vec![format!("document:{}", self.mark)],
                payload: vec![("number".to_owned(), json!(number))],
                actor: json!({"mark": self.mark}),
            };
            self.journal.enqueue(&mut tx, &event).await.unwrap();
            last = Some(event.id);
        }
        tx.commit().await.unwrap();
        self.journal.wake();
        if let Some(last) = last {
            self.journal.wait(last, Duration::from_secs(30)).await.unwrap();
        }
    }

    async fn note(&self) -> String {
        self.journal.latest_checkpoint().await.unwrap().unwrap().note
    }

    async fn size(&self) -> u64 {
        self.journal.latest_checkpoint().await.unwrap().unwrap().size
    }

    /// A request to cosign the newest checkpoint, with the proof from `from`.
    async fn request(&self, old: u64, from: u64) -> String {
        let proof = self.journal.consistency_proof(from, self.size().await).await.unwrap();
        let lines: String = proof.iter().map(|hash| format!("{}\n", BASE64_STANDARD.encode(hash))).collect();
        format!("old {old}\n{lines}\n{}", self.note().await)
    }
}

/// The program as a process of its own.
struct Process {
    child: Child,
    url: String,
    key: String,
}

fn configured(folder: &Path, logs: &[&str]) -> PathBuf {
    configured_as("witness.example", folder, logs)
}

fn configured_as(name: &str, folder: &Path, logs: &[&str]) -> PathBuf {
    let file = folder.join("witness.toml");
    let text = format!("name = \"{name}\"\nlisten = \"127.0.0.1:0\"\nfolder = \"state\"\nlogs = {logs:?}\n");
    fs::write(&file, text).unwrap();
    file
}

fn command(config: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_qolhat"));
    command.args(["witness", "--json", "--config"]).arg(config).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

/// What a witness that does not start ends with.
fn refused(config: &Path, more: &[&str]) -> Option<i32> {
    command(config).args(more).status().unwrap().code()
}

impl Process {
    fn start(config: &Path) -> Process {
        Self::begin(config, &[])
    }

    fn begin(config: &Path, more: &[&str]) -> Process {
        let mut child = command(config).args(more).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let told: serde_json::Value = serde_json::from_str(&line).unwrap();
        let text = |name: &str| told[name].as_str().unwrap().to_owned();
        Process { child, url: text("url"), key: text("vkey") }
    }

    async fn post(&self, body: impl Into<reqwest::Body>) -> (u16, String) {
        let answer = http().post(format!("{}add-checkpoint", self.url)).body(body).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    async fn latest(&self, origin: &str) -> Option<String> {
        let hash = hex::encode(Sha256::digest(origin.as_bytes()));
        let answer = http().get(format!("{}{hash}/checkpoint", self.url)).send().await.unwrap();
        if answer.status().as_u16() == 404 { None } else { Some(answer.text().await.unwrap()) }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn http() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_histories_signed_with_the_stolen_key_a_witness_cosigns_one() {
    let folder = TempDir::new().unwrap();
    let (log, fork) = (Log::new(ORIGIN, 1, "true").await, Log::new(ORIGIN, 1, "forged").await);
    let witness = Process::start(&configured(folder.path(), &[log.journal.verifier_key()]));
    let key = WitnessKey::parse(&witness.key).unwrap();
    assert_eq!(witness.latest(ORIGIN).await, None);
    log.grow(3).await;
    let (status, line) = witness.post(log.request(0, 0).await).await;
    assert_eq!(status, 200);
    assert!(key.cosigned(&format!("{}{line}", log.note().await)).is_some());

    fork.grow(3).await;
    assert_eq!(witness.post(fork.request(3, 3).await).await, (409, "3\n".to_owned()), "another root of that size");
    assert_eq!(witness.post(fork.request(0, 0).await).await, (409, "3\n".to_owned()), "from the beginning");
    fork.grow(4).await;
    assert_eq!(witness.post(fork.request(3, 3).await).await.0, 422, "its own proof");
    log.grow(4).await;
    let true_proof = log.request(3, 3).await.split("\n\n").next().unwrap().to_owned();
    let body = format!("{true_proof}\n\n{}", fork.note().await);
    assert_eq!(witness.post(body).await.0, 422, "the proof of the true one");

    let kept = witness.latest(ORIGIN).await.unwrap();
    assert!(key.cosigned(&kept).is_some());
    assert_eq!(Checkpoint::open(&kept, log.journal.verifier_key()).unwrap().size, 3);
    assert_eq!(witness.post(log.request(3, 3).await).await.0, 200, "the true one goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_next_checkpoint_of_a_known_log_is_cosigned() {
    let folder = TempDir::new().unwrap();
    let log = Log::new(ORIGIN, 1, "true").await;
    let witness = Process::start(&configured(folder.path(), &[log.journal.verifier_key()]));
    log.grow(5).await;
    let small = log.request(0, 0).await;
    let first = log.note().await;
    assert_eq!(witness.post(small.clone()).await.0, 200);
    log.grow(3).await;
    let next = log.request(5, 5).await;
    assert_eq!(witness.post(next.clone()).await.0, 200);

    assert_eq!(witness.post(next).await, (409, "8\n".to_owned()), "a replay");
    assert_eq!(witness.post(small).await, (409, "8\n".to_owned()), "a rollback");
    assert_eq!(witness.post(format!("old 8\n\n{first}")).await.0, 400, "an old size past the checkpoint's");
    assert_eq!(witness.post(log.request(8, 8).await).await.0, 200, "the same again");
    log.grow(3).await;
    for from in [1, 4, 5, 10] {
        assert_eq!(witness.post(log.request(8, from).await).await.0, 422, "a proof from {from}");
    }
    assert_eq!(witness.post(format!("old 8\n\n{}", log.note().await)).await.0, 422, "no proof");

    let (stranger, thief) = (Log::new("log.example/2", 1, "x").await, Log::new(ORIGIN, 2, "x").await);
    stranger.grow(2).await;
    thief.grow(2).await;
    assert_eq!(witness.post(stranger.request(0, 0).await).await.0, 404);
    assert_eq!(witness.post(thief.request(0, 0).await).await.0, 403);
    let (text, _) = first.rsplit_once("\n\n").unwrap();
    for unsigned in [format!("old 0\n\n{text}\n\n"), "old 0\n\n".to_owned(), "old 00\n\nx".to_owned(), String::new()] {
        assert!([400, 404].contains(&witness.post(unsigned).await.0));
    }
    assert_eq!(witness.post("old 8\n".to_owned() + &"A".repeat(1 << 16)).await.0, 413);
    assert_eq!(witness.post(vec![0xff_u8; 100]).await.0, 400);
    let kept = witness.latest(ORIGIN).await.unwrap();
    assert_eq!(Checkpoint::open(&kept, log.journal.verifier_key()).unwrap().size, 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_requests_at_once_from_two_histories_one_history_is_cosigned() {
    let folder = TempDir::new().unwrap();
    let (log, fork) = (Log::new(ORIGIN, 1, "true").await, Log::new(ORIGIN, 1, "forged").await);
    let witness = Process::start(&configured(folder.path(), &[log.journal.verifier_key()]));
    log.grow(6).await;
    fork.grow(6).await;
    let bodies = [log.request(0, 0).await, fork.request(0, 0).await];
    let answers = futures_util::future::join_all((0..24).map(|number| witness.post(bodies[number % 2].clone()))).await;
    assert_eq!(answers.iter().filter(|(status, _)| *status == 200).count(), 1);
    assert!(answers.iter().all(|(status, _)| [200, 409].contains(status)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_witness_that_is_killed_remembers_whatever_it_answered() {
    let folder = TempDir::new().unwrap();
    let (log, fork) = (Log::new(ORIGIN, 1, "true").await, Log::new(ORIGIN, 1, "forged").await);
    let config = configured(folder.path(), &[log.journal.verifier_key()]);
    let (mut known, mut key) = (0, None);
    for round in 0..6_u64 {
        let mut witness = Process::start(&config);
        assert_eq!(key.get_or_insert_with(|| witness.key.clone()), &witness.key);
        log.grow(2).await;
        fork.grow(2).await;
        let url = format!("{}add-checkpoint", witness.url);
        let body = log.request(known, known).await;
        let asked = tokio::spawn(async move { http().post(url).body(body).send().await });
        tokio::time::sleep(Duration::from_millis(round * 4)).await;
        witness.child.kill().unwrap();
        witness.child.wait().unwrap();
        let is_answered = matches!(asked.await.unwrap(), Ok(answer) if answer.status().as_u16() == 200);
        drop(witness);

        let again = Process::start(&config);
        let kept = again.latest(ORIGIN).await;
        let size = kept.map_or(0, |note| Checkpoint::open(&note, log.journal.verifier_key()).unwrap().size);
        assert!(size == known || size == log.size().await);
        assert!(!is_answered || size == log.size().await, "what was answered is remembered");
        if size > 0 {
            assert!([409, 422].contains(&again.post(fork.request(size, size).await).await.0));
        }
        known = size;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_witness_whose_memory_is_lost_or_damaged_never_begins_anew() {
    let folder = TempDir::new().unwrap();
    let log = Log::new(ORIGIN, 1, "true").await;
    let config = configured(folder.path(), &[log.journal.verifier_key()]);
    log.grow(2).await;
    let witness = Process::start(&config);
    assert_eq!(refused(&config, &[]), Some(2), "two in one folder");
    assert_eq!(witness.post(log.request(0, 0).await).await.0, 200);
    drop(witness);
    let state = folder.path().join("state");
    let memory = state.join(format!("{}.log", hex::encode(Sha256::digest(ORIGIN.as_bytes()))));
    let whole = fs::read(&memory).unwrap();
    assert_eq!(refused(&config, &["--begin", ORIGIN]), Some(2), "it is watched already");
    for damaged in [&whole[..whole.len() - 1], &whole[..0], &whole[..90], b"qolhat-witness/v1\n"] {
        fs::write(&memory, damaged).unwrap();
        assert_eq!(refused(&config, &[]), Some(2));
        assert_eq!(refused(&config, &["--begin", ORIGIN]), Some(2));
    }
    fs::remove_file(&memory).unwrap();
    assert_eq!(refused(&config, &[]), Some(2));
    fs::write(&memory, &whole).unwrap();
    let key = state.join("witness.key");
    fs::rename(&key, state.join("aside")).unwrap();
    assert_eq!(refused(&config, &[]), Some(2), "the key is lost");
    fs::rename(state.join("aside"), &key).unwrap();

    let other = identity("log.example/2", 2);
    let config = configured(folder.path(), &[log.journal.verifier_key(), other.verifier_key()]);
    assert_eq!(refused(&config, &[]), Some(2), "a log that was added is begun by word");
    let witness = Process::begin(&config, &["--begin", "log.example/2"]);
    assert!(witness.latest(ORIGIN).await.is_some() && witness.latest("log.example/2").await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_has_its_checkpoints_cosigned_and_one_put_back_or_rewritten_does_not_go_on() {
    let folder = TempDir::new().unwrap();
    let log = Log::new(ORIGIN, 1, "true").await;
    let vkey = log.journal.verifier_key().to_owned();
    let witness = Process::start(&configured(folder.path(), &[&vkey]));
    let witnesses = Witnesses::new([(witness.url.as_str(), witness.key.as_str())]).unwrap();
    log.grow(3).await;
    // The witness knows more than the database tells of: what was cosigned is found by its 409.
    assert_eq!(witness.post(log.request(0, 0).await).await.0, 200);
    log.grow(4).await;
    log.journal.have_cosigned(&witnesses);
    let key = WitnessKey::parse(&witness.key).unwrap();
    for size in [7, 9] {
        if size > 7 {
            log.grow(2).await;
        }
        let mut note = String::new();
        for _ in 0..400 {
            note = log.journal.cosigned_checkpoint().await.unwrap().unwrap();
            if key.cosigned(&note).is_some() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!(key.cosigned(&note).is_some(), "{note}");
        assert_eq!(Checkpoint::open(&note, &vkey).unwrap().size, size);
    }
    assert!(log.journal.audit().await.unwrap().ok);
    assert_eq!(witnesses.must_be_held(&log.db, &vkey).await.unwrap(), Vec::<String>::new());

    let (shorter, fork) = (Log::new(ORIGIN, 1, "shorter").await, Log::new(ORIGIN, 1, "forged").await);
    shorter.grow(2).await;
    fork.grow(20).await;
    for (other, what) in [(&shorter, "shorter"), (&fork, "another root")] {
        let told = witnesses.must_be_held(&other.db, &vkey).await.unwrap_err();
        assert!(matches!(&told, JournalError::Rollback { remembered: 9, .. }), "{told}");
        assert!(told.to_string().contains(what), "{told}");
    }
    drop(witness);
    assert_eq!(witnesses.must_be_held(&shorter.db, &vkey).await.unwrap().len(), 1, "one that is silent is a warning");

    // A cosignature over something else shows in the audit.
    let file = log.folder.path().join("log.db");
    let mut db =
        <sqlx::SqliteConnection as sqlx::Connection>::connect(&format!("sqlite:{}", file.display())).await.unwrap();
    for sql in [
        "drop trigger journal_cosignature_is_never_changed",
        "update journal_cosignature set line = (select line from journal_cosignature where size = 7) where size = 9",
    ] {
        sqlx::query(sql).execute(&mut db).await.unwrap();
    }
    let report = log.journal.audit().await.unwrap();
    assert_eq!(report.first_failure.unwrap().seq, Some(9));
}

/// A witness that knows a greater size of every log, and shows nothing of it.
async fn liar() -> String {
    let answer = axum::routing::post(async || (axum::http::StatusCode::CONFLICT, "1000000\n"));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let router = axum::Router::new().route("/add-checkpoint", answer);
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}

/// The log key is stolen, and a second history is signed with it while the service runs.
#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_a_witness_calls_forked_signs_nothing_more_whoever_leads_it() {
    let folder = TempDir::new().unwrap();
    let log = Log::new(ORIGIN, 1, "true").await;
    let vkey = log.journal.verifier_key().to_owned();
    let witness = Process::start(&configured(folder.path(), &[&vkey]));
    let witnesses = Witnesses::new([(witness.url.as_str(), witness.key.as_str())]).unwrap();
    log.grow(5).await;
    assert_eq!(witness.post(log.request(0, 0).await).await.0, 200);
    assert_eq!(Witnesses::ask_one(&witness.url, &log.db, &vkey).await.unwrap(), 5);

    let fork = Log::new(ORIGIN, 1, "forged").await;
    fork.grow(20).await;
    let told = Witnesses::ask_one(&witness.url, &fork.db, &vkey).await.unwrap_err();
    assert!(matches!(&told, JournalError::Rollback { remembered: 5, .. }), "{told}");
    let rng = Box::new(SharedRandom::new(SystemRandom));
    let second = Journal::open(fork.db.clone(), identity(ORIGIN, 1), Arc::new(Still), rng, None).await.unwrap();
    // The second process asks before it leads; the first is told while it leads.
    second.have_cosigned(&witnesses);
    fork.journal.have_cosigned(&witnesses);
    let put = async |journal: &Journal| {
        let event = EventDraft {
            id: EventId::new(Still.now(), &mut SharedRandom::new(SystemRandom)),
            kind: "document.recorded".to_owned(),
            subjects: vec!["document:more".to_owned()],
            payload: Vec::new(),
            actor: json!({}),
        };
        let mut tx = fork.db.begin().await.unwrap();
        journal.enqueue(&mut tx, &event).await.unwrap();
        tx.commit().await.unwrap();
        journal.wake();
        journal.wait(event.id, Duration::from_millis(500)).await.is_ok()
    };
    // One that only says a number, without a checkpoint by the log's key, stops nothing.
    let liar = liar().await;
    let slander = Witnesses::new([(liar.as_str(), witness.key.as_str())]).unwrap();
    log.journal.have_cosigned(&slander);
    tokio::time::sleep(Duration::from_millis(500)).await;
    log.grow(2).await;
    let mut stopped = false;
    for _ in 0..60 {
        stopped = !put(&fork.journal).await;
        if stopped {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(stopped, "it goes on");
    let size = fork.size().await;
    fork.journal.close().await;
    assert!(!put(&second).await && !put(&second).await, "the second one has taken the lead");
    assert_eq!(fork.size().await, size);
    drop(witness);
    assert!(matches!(
        Witnesses::ask_one("http://127.0.0.1:1", &log.db, &vkey).await,
        Err(JournalError::Witness { .. })
    ));
}

/// Tiles as a client has downloaded them.
struct Downloaded(std::collections::BTreeMap<String, Vec<u8>>);

/// The address of C2SP, which leaves out the height.
fn path_of(tile: &Tile) -> String {
    tile.path().replacen("tile/8/", "", 1)
}

impl TileReader for Downloaded {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, tlog::Error> {
        Ok(tiles.iter().map(|tile| self.0[&path_of(tile)].clone()).collect())
    }

    fn save_tiles(&self, _: &[Tile], _: &[Vec<u8>]) {}
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_downloads_all_tiles_comes_to_the_root_of_the_checkpoint() {
    let log = Log::new(ORIGIN, 1, "tiles").await;
    log.grow(600).await;
    let checkpoint = Checkpoint::open(&log.note().await, log.journal.verifier_key()).unwrap();
    let mut downloaded = Downloaded(std::collections::BTreeMap::new());
    for tile in Tile::new_tiles(8, 0, checkpoint.size) {
        let path = path_of(&tile);
        let (level, rest) = path.split_once('/').unwrap();
        let octets = log.journal.tile(&Address::parse(level, rest).unwrap()).await.unwrap().unwrap();
        assert_eq!(octets.len(), usize::try_from(tile.width()).unwrap() * 32, "{path}");
        downloaded.0.insert(path, octets);
    }
    let reader = TileHashReader::new(checkpoint.size, Hash(checkpoint.root), &downloaded);
    assert_eq!(tlog::tree_hash(checkpoint.size, &reader).unwrap().0, checkpoint.root);
    for seq in [0, 255, 256, 599] {
        let proof = tlog::prove_record(checkpoint.size, seq, &reader).unwrap();
        let leaf = Hash(log.journal.entry(seq).await.unwrap().unwrap().leaf);
        tlog::check_record(&proof, checkpoint.size, Hash(checkpoint.root), seq, leaf).unwrap();
    }
    for past in [("0", "002"), ("0", "002.p/89"), ("1", "000.p/3"), ("1", "000"), ("2", "000.p/1"), ("7", "000.p/1")] {
        assert!(log.journal.tile(&Address::parse(past.0, past.1).unwrap()).await.unwrap().is_none(), "{past:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_for_everybody_without_a_login_and_its_entries_for_auditors() {
    let stage = Stage::set_with(at("2026-11-22T09:00:00Z"), |config, _| {
        config.journal.auditor_token_sha256 = vec![hex::encode(Sha256::digest(b"an auditor's token"))];
    })
    .await;
    let officer = stage.officer().await;
    stage.publish(&officer, AGREEMENT).await;
    let get = |path: &str| http().get(format!("{}{path}", stage.base)).send();
    let answer = get("/log/checkpoint").await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers()["cache-control"].to_str().unwrap()), (200, "no-cache"));
    let note = answer.text().await.unwrap();
    let size: usize = note.lines().nth(1).unwrap().parse().unwrap();
    let answer = get(&format!("/log/tile/0/000.p/{size}")).await.unwrap();
    assert!(answer.headers()["cache-control"].to_str().unwrap().starts_with("public"));
    let leaves = answer.bytes().await.unwrap();
    assert_eq!(leaves.len(), size * 32);
    for closed in [format!("/log/tile/entries/000.p/{size}"), "/log/subjects".to_owned()] {
        assert_eq!(get(&closed).await.unwrap().status().as_u16(), 401, "{closed}");
        let wrong = http().get(format!("{}{closed}", stage.base)).bearer_auth("another").send().await.unwrap();
        assert_eq!(wrong.status().as_u16(), 401, "{closed}");
    }
    let read = |path: String| http().get(format!("{}{path}", stage.base)).bearer_auth("an auditor's token").send();
    let bundle = read(format!("/log/tile/entries/000.p/{size}")).await.unwrap().bytes().await.unwrap();
    let (mut rest, mut hashes) = (&bundle[..], Vec::new());
    while let Some((length, after)) = rest.split_at_checked(2) {
        let (body, after) = after.split_at(usize::from(u16::from_be_bytes(length.try_into().unwrap())));
        hashes.extend(qolhat::journal::entry::leaf_hash(body));
        rest = after;
    }
    assert_eq!(hashes, leaves, "the entries are those of the tree");
    let openings: serde_json::Value = read("/log/subjects".to_owned()).await.unwrap().json().await.unwrap();
    let openings = openings.as_array().unwrap();
    let counted: std::collections::BTreeSet<String> =
        openings.iter().map(|opening| format!("{} {}", opening["value"]["s"], opening["value"]["n"])).collect();
    assert!(!openings.is_empty() && counted.len() == openings.len(), "no number of a subject occurs twice");
    let past = read("/log/tile/entries/009".to_owned()).await.unwrap();
    assert_eq!(past.status().as_u16(), 404);
    for missing in ["/log/tile/0/000", "/log/tile/0/x001/000", "/log/tile/0/0", "/log/", "/log/tile/"] {
        assert_eq!(get(missing).await.unwrap().status().as_u16(), 404, "{missing}");
    }
}

/// Keeps: JRN-10
#[tokio::test(flavor = "multi_thread")]
async fn an_extract_carries_the_cosignatures_that_its_reader_demands() {
    let (folder, second) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let mut running = Vec::new();
    let stage = Stage::set_with(at("2026-11-22T09:00:00Z"), |config, _| {
        let seed = [5; 32];
        fs::write(&config.journal.key_file, hex::encode(seed)).unwrap();
        let log = LogIdentity::from_seed(&config.journal.origin, &seed, [0; 32]).unwrap();
        running.push(Process::start(&configured(folder.path(), &[log.verifier_key()])));
        running.push(Process::start(&configured_as("second.example", second.path(), &[log.verifier_key()])));
        let address = |process: &Process| WitnessAddress { url: process.url.clone(), vkey: process.key.clone() };
        config.journal.witnesses = running.iter().map(address).collect();
    })
    .await;
    let (second, witness) = (running.pop().unwrap(), running.pop().unwrap());
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (head, client) = stage.joined("head-a", &offer).await;
    let (other, _) = stage.joined("head-b", &offer).await;
    let act = stage.recorded_act((&head, &client), &other, "1").await;
    let file = folder.path().join("extract.asice");
    let judged = |extract: &[u8], more: &[&str]| {
        fs::write(&file, extract).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_qolhat"));
        command.args(["extract", "verify", "--json", "--at", &stage.now().to_string(), "--trust"]);
        command.arg(stage.folder().join("ca")).args(["--operator", &stage.app.operator.bin.to_string(), "--log-key"]);
        let output = command.arg(stage.app.journal.verifier_key()).args(more).arg(&file).output().unwrap();
        let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        (output.status.code().unwrap(), told)
    };

    // While others act: each extract has the cosignatures of its own checkpoint.
    let acting = async {
        for number in 10..16 {
            stage.recorded_act((&head, &client), &other, &number.to_string()).await;
        }
    };
    let issuing = async {
        let mut issued = Vec::new();
        for _ in 0..3 {
            issued.push(stage.extract(&officer, &[&act]).await.unwrap());
        }
        issued
    };
    let ((), issued) = tokio::join!(acting, issuing);
    for extract in issued {
        let (exit, told) =
            judged(&extract, &["--witness", &witness.key, "--witness", &second.key, "--witness-quorum", "2"]);
        assert_eq!(exit, 0, "{told}");
        let found = told["log"]["checkpoint"]["witnesses"].as_array().unwrap();
        let mut found: Vec<&str> = found.iter().map(|witness| witness["key"].as_str().unwrap()).collect();
        found.sort_unstable();
        let mut keys = [witness.key.as_str(), second.key.as_str()];
        keys.sort_unstable();
        assert_eq!(found, keys);
    }

    // A witness that is gone keeps nobody from his extract, nor the other one from cosigning; who demands it is told that it is
    // missing.
    let key = witness.key.clone();
    drop(witness);
    let extract = stage.extract(&officer, &[&act]).await.unwrap();
    assert_eq!(judged(&extract, &[]).0, 0);
    assert_eq!(judged(&extract, &["--witness", &second.key]).0, 0);
    let (exit, told) = judged(&extract, &["--witness", &key, "--witness", &second.key, "--witness-quorum", "2"]);
    assert_eq!((exit, told["sub_indication"].as_str()), (1, Some("WITNESS_NOT_FOUND")));
    let (exit, told) = judged(&extract, &["--witness", &key]);
    assert_eq!((exit, told["sub_indication"].as_str()), (1, Some("WITNESS_NOT_FOUND")));
    assert_eq!(told["failures"][0]["reason"], "witness-missing");
    assert!(told["failures"].to_string().contains(&key), "{told}");
    let (exit, _) = judged(&extract, &["--witness", &key, "--witness-quorum", "2"]);
    assert_eq!(exit, 2, "two of one witness");
}
