//! The power is cut at the instants at which each sync of the program is the only thing that keeps something: just after an
//! act of a fresh installation, after a checkpoint was kept beside the key, after a destruction and after a first start. With every sync nothing is lost; `make torture` has one kind of sync after another do nothing, as
//! if it were commented out, and something is lost each time.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use qolhat::demo::client::{Client, KeyPair, text};
use serde_json::{Value, json};

use crate::kill::Service;
use crate::power::{Disk, Site, has_its_receipt};

/// How long the service may take for what is waited for, in steps of 20 ms.
const WAIT_MAX_STEPS: usize = 3000;

/// An installation on a disk that forgets, one kind of sync perhaps doing nothing.
struct Case {
    site: Site,
    disk: Disk,
    swallow: Option<&'static str>,
}

impl Case {
    async fn set(swallow: Option<&'static str>) -> Case {
        let site = Site::set().await;
        let disk = Disk::under(&site.stage.folder());
        Case { site, disk, swallow }
    }

    async fn start(&self) -> Service {
        let mut environment = self.disk.environment();
        environment.extend(self.swallow.map(|class| ("POWERCUT_SWALLOW", class.to_owned())));
        self.site.start(&environment).await.unwrap()
    }

    fn cut(&self, service: Service) {
        service.kill();
        self.disk.cut();
    }

    async fn end_in_order(&self, mut service: Service) {
        service.signal("-TERM");
        for _ in 0..WAIT_MAX_STEPS {
            if service.is_gone() {
                return;
            }
            pause().await;
        }
        panic!("it does not end when it is told to");
    }

    fn database(&self) -> PathBuf {
        self.site.stage.folder().join("qolhat.db")
    }
}

async fn pause() {
    tokio::time::sleep(Duration::from_millis(20)).await;
}

/// The first act is acknowledged, and there is no power.
async fn after_the_first_act(swallow: Option<&'static str>) -> Result<(), String> {
    let case = Case::set(swallow).await;
    let service = case.start().await;
    case.site.one("first").await;
    case.cut(service);
    case.site.intact().await
}

/// The log has grown and its checkpoint is kept beside the key; there is no power, and somebody puts yesterday's database in
/// place. It is refused.
async fn after_a_checkpoint(swallow: Option<&'static str>) -> Result<(), String> {
    let case = Case::set(swallow).await;
    let yesterday = case.site.stage.folder().with_extension("yesterday");
    fs::copy(case.database(), &yesterday).unwrap();
    let service = case.start().await;
    case.site.one("first").await;
    let seen = case.site.remembers_all().await;
    case.cut(service);
    let now = case.site.remembered()?;
    let today = case.site.stage.folder().with_extension("today");
    replace(&case.database(), &today, &yesterday);
    let started = case.site.start(&[]).await;
    let is_refused = matches!(&started, Err(said) if said.contains("the log in the database is shorter"));
    drop(started);
    replace(&case.database(), &yesterday, &today);
    for left in [today, yesterday] {
        fs::remove_dir_all(left).unwrap_or_default();
    }
    if !is_refused {
        return Err(format!("yesterday's database is not refused: {seen} entries were remembered, and now {now}"));
    }
    case.site.intact().await
}

/// Moves the database away to a folder `aside`, and puts what lies at `from` in its place.
fn replace(database: &Path, aside: &Path, from: &Path) {
    let files = |of: &Path| ["", "-wal", "-shm"].map(|end| PathBuf::from(format!("{}{end}", of.display())));
    let _ = fs::remove_dir_all(aside);
    let _ = fs::remove_file(aside);
    fs::create_dir(aside).unwrap();
    for file in files(database) {
        if file.exists() {
            fs::rename(&file, aside.join(file.file_name().unwrap())).unwrap();
        }
    }
    if from.is_dir() {
        for file in files(database) {
            let kept = from.join(file.file_name().unwrap());
            if kept.exists() {
                fs::rename(kept, file).unwrap();
            }
        }
    } else {
        fs::copy(from, database).unwrap();
    }
}

/// Both sides have had a letter destroyed, its blobs are swept, and SQLite has moved its write-ahead log into the database so
/// that nothing of it stays there; there is another act, and no power. The blobs do not come back, and the acts are there.
async fn after_a_destruction(swallow: Option<&'static str>) -> Result<(), String> {
    let mut case = Case::set(None).await;
    let blobs = case.site.stage.folder().join("blobs");
    let service = case.start().await;
    case.site.one("first").await;
    // The other way: the acts are counted by their sender.
    let (stage, from, to) = (Arc::clone(&case.site.stage), case.site.to.clone(), case.site.from.clone());
    let words = b"a letter that nobody is to know";
    let cms = stage.sign(&from.sign, words);
    let sent = stage.send(&case.site.to_client, "arbitrary-file", &to, words, Some(cms)).await.unwrap();
    let letter = text(&sent, "document_id").unwrap();
    has_its_receipt(&case.site.to_client, &letter).await?;
    case.end_in_order(service).await;
    let before = files_below(&blobs);
    case.swallow = swallow;
    let service = case.start().await;
    ask(&case, &case.site.to_client, &from.sign, &letter).await;
    let asked = ask(&case, &case.site.client, &to.sign, &letter).await;
    assert!(asked["destroyed_at"].is_string(), "{asked}");
    let there = files_below(&blobs);
    let gone: Vec<&PathBuf> = before.iter().filter(|blob| !there.contains(blob)).collect();
    assert!(!gone.is_empty(), "nothing is swept");
    case.site.one("second").await;
    case.cut(service);
    let back = files_below(&blobs).into_iter().filter(|blob| gone.contains(&blob)).count();
    if back > 0 {
        return Err(format!("{back} of {} blobs that were destroyed are back", gone.len()));
    }
    case.site.intact().await
}

/// Asks for destruction in the name of one side.
async fn ask(case: &Case, client: &Client, pair: &KeyPair, letter: &str) -> Value {
    let path = format!("/api/v1/documents/{letter}/destruction");
    let wanted = client.get_bytes(&format!("{path}/text")).await.unwrap();
    let cms = BASE64_STANDARD.encode(case.site.stage.sign(pair, &wanted));
    client.post(&path, &json!({"cms": cms})).await.unwrap()
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files
}

/// A first start has made its secrets and founded the log, and there is no power: it comes up again.
async fn after_a_first_start(swallow: Option<&'static str>) -> Result<(), String> {
    let site = Site::set().await;
    let folder = site.stage.folder();
    let journal = &site.stage.config.journal;
    let made = ["wrapping.key", "journal.checkpoint", "journal.leader"].map(|name| folder.join("operator").join(name));
    for file in made.iter().chain([&journal.key_file, &journal.pseudonym_key_file, &folder.join("qolhat.db")]) {
        fs::remove_file(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }
    let disk = Disk::under(&folder);
    let case = Case { site, disk, swallow };
    let service = case.start().await;
    case.cut(service);
    case.site.start(&[]).await.map(drop)
}

/// Keeps: JRN-04, FLW-03
#[tokio::test(flavor = "multi_thread")]
async fn the_first_act_of_an_installation_outlives_a_cut_at_once() {
    after_the_first_act(None).await.unwrap();
}

/// Keeps: JRN-04
#[tokio::test(flavor = "multi_thread")]
async fn after_a_cut_yesterdays_database_is_still_refused() {
    after_a_checkpoint(None).await.unwrap();
}

/// Keeps: JRN-05
#[tokio::test(flavor = "multi_thread")]
async fn what_was_destroyed_does_not_come_back_by_a_cut_and_what_was_moved_into_the_database_stays() {
    after_a_destruction(None).await.unwrap();
}

/// Keeps: JRN-04
#[tokio::test(flavor = "multi_thread")]
async fn the_secrets_of_a_first_start_outlive_a_cut() {
    after_a_first_start(None).await.unwrap();
}

/// Keeps: JRN-04, JRN-05
#[tokio::test(flavor = "multi_thread")]
#[ignore = "make torture"]
async fn without_any_one_of_its_syncs_something_is_lost() {
    let mut needless = Vec::new();
    let mut found = |class: &str, lost: Result<(), String>| match lost {
        Ok(()) => needless.push(class.to_owned()),
        Err(lost) => eprintln!("without {class}: {}", lost.chars().take(300).collect::<String>()),
    };
    for class in ["wal", "folder", "blob", "leaf", "branch"] {
        found(class, after_the_first_act(Some(class)).await);
    }
    for class in ["checkpoint", "beside"] {
        found(class, after_a_checkpoint(Some(class)).await);
    }
    for class in ["database", "leaf"] {
        found(&format!("{class}, destruction"), after_a_destruction(Some(class)).await);
    }
    for class in ["secret", "beside"] {
        found(&format!("{class}, first start"), after_a_first_start(Some(class)).await);
    }
    assert!(needless.is_empty(), "nothing is lost without the syncs of {needless:?}");
}
