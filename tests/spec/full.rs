//! The disk is full where the blobs lie, the database with the journal, or the checkpoint beside the key: who sends is told,
//! nothing acknowledged is lost, nothing is half kept, and with room again the same requests are done.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use qolhat::demo::client::{Attached, ClientError, text};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection as _};
use tempfile::TempDir;

use crate::kill::{Service, ledger_signature, system_now};
use crate::power::{Disk, Site};
use crate::support::database::{OwnDatabase, skipped};
use crate::support::stage::Stage;

/// Acts that fit into pages that are begun, at the most.
const FITS_MAX: usize = 400;

/// A service on a disk that is full for those files whose path holds what stands in the flag.
struct Case {
    site: Site,
    disk: Disk,
    flag: PathBuf,
}

impl Case {
    async fn set() -> Case {
        let site = Site::set().await;
        let disk = Disk::under(&site.stage.folder());
        let flag = site.stage.folder().with_extension("full");
        Case { site, disk, flag }
    }

    async fn start(&self) -> Service {
        let mut environment = self.disk.environment();
        environment.push(("POWERCUT_FULL", self.flag.to_str().unwrap().to_owned()));
        self.site.start(&environment).await.unwrap()
    }

    fn fill(&self, files: &str) {
        fs::write(&self.flag, files).unwrap();
    }

    fn make_room(&self) {
        fs::remove_file(&self.flag).unwrap();
    }

    async fn is_told(&self, service: &Service, number: &str) {
        match send(&self.site, number).await {
            Err(ClientError::Problem { status: 507, code, .. }) => assert_eq!(code, "storage-full"),
            other => panic!("{number}: {other:?} {}", service.said()),
        }
    }

    async fn is_done(&self, number: &str) {
        keep(&self.site, number, &send(&self.site, number).await.unwrap());
    }
}

impl Drop for Case {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.flag);
    }
}

/// Sends an act once.
async fn send(site: &Site, number: &str) -> Result<Value, ClientError> {
    let act = site.stage.act(&site.from, &site.to, number);
    let cms = site.stage.sign(&site.from.sign, &act);
    let file = Attached { name: "act.json".to_owned(), bytes: act };
    let kind = [("kind", "completion-act".to_owned())];
    site.client.submit(&kind, file, Vec::new(), Some(cms), &site.client.new_key()).await
}

/// A real disk that can be filled, mounted over a folder.
struct SmallDisk {
    at: PathBuf,
}

impl SmallDisk {
    /// With what lies in the folder; `None` with a word on stderr where nothing may be mounted.
    fn over(folder: &Path, mebibytes: u32) -> Option<SmallDisk> {
        let aside = folder.with_extension("aside");
        assert!(Command::new("cp").arg("-a").args([folder, &aside]).status().unwrap().success());
        let mut mount = Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", &format!("size={mebibytes}m"), "qolhat-test"])
            .arg(folder)
            .stderr(Stdio::null());
        let disk = mount.status().is_ok_and(|status| status.success()).then(|| SmallDisk { at: folder.to_owned() });
        if disk.is_some() {
            assert!(Command::new("cp").arg("-a").arg(aside.join(".")).arg(folder).status().unwrap().success());
        } else {
            skipped("no disk may be mounted here: it needs root");
        }
        fs::remove_dir_all(aside).unwrap();
        disk
    }

    fn filler(&self) -> PathBuf {
        self.at.join("filler")
    }

    fn fill(&self) {
        let mut filler = File::create(self.filler()).unwrap();
        let full = loop {
            if let Err(error) = filler.write_all(&[0; 4096]) {
                break error;
            }
        };
        assert_eq!(full.kind(), ErrorKind::StorageFull);
    }

    fn make_room(&self) {
        fs::remove_file(self.filler()).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.at).status();
    }
}

/// Keeps: JRN-04, FLW-03
#[tokio::test(flavor = "multi_thread")]
async fn on_a_real_disk_that_is_full_who_sends_or_logs_in_is_told_and_with_room_it_is_done() {
    let case = Case::set().await;
    let Some(disk) = SmallDisk::over(&case.site.stage.folder(), 16) else { return };
    let service = case.site.start(&[]).await.unwrap();
    case.is_done("before").await;
    let site = &case.site;
    let base = format!("http://{}", site.address);
    let log_in = async || site.client.at(&base).logged_out().log_in(&site.from.auth, site.stage.now()).await.map(drop);
    for round in 0..2 {
        disk.fill();
        for number in 0..3 {
            case.is_told(&service, &format!("full {round} {number}")).await;
            let answer = log_in().await;
            assert!(matches!(answer, Err(ClientError::Problem { status: 507, .. })), "{answer:?} {}", service.said());
        }
        disk.make_room();
        log_in().await.unwrap();
        for number in 0..3 {
            case.is_done(&format!("room {round} {number}")).await;
        }
    }
    service.kill();
    case.site.intact().await.unwrap();
}

/// Keeps: JRN-04, FLW-03
#[tokio::test(flavor = "multi_thread")]
async fn with_no_room_for_blobs_or_the_database_who_sends_is_told_and_with_room_it_is_done() {
    let case = Case::set().await;
    let service = case.start().await;
    case.is_done("before").await;
    for files in ["/blobs/", "qolhat.db"] {
        case.fill(files);
        for number in 0..3 {
            case.is_told(&service, &format!("{files} {number}")).await;
        }
        case.make_room();
        for number in 0..3 {
            case.is_done(&format!("{files} {number}")).await;
        }
    }
    // What was refused is nowhere, and what was kept is whole, also after a cut.
    service.kill();
    case.disk.cut();
    case.site.intact().await.unwrap();
}

/// Keeps: JRN-04
#[tokio::test(flavor = "multi_thread")]
async fn with_no_room_beside_the_key_acts_go_on_and_the_checkpoint_is_kept_when_there_is_room() {
    let case = Case::set().await;
    let service = case.start().await;
    case.is_done("before").await;
    case.fill("/operator/");
    case.is_done("while").await;
    case.make_room();
    case.is_done("after").await;
    case.site.remembers_all().await;
    service.kill();
    case.site.intact().await.unwrap();
}

/// Keeps: FLW-03
#[tokio::test(flavor = "multi_thread")]
async fn with_no_room_who_brings_a_large_file_is_told_and_nothing_of_it_stays() {
    let case = Case::set().await;
    let service = case.start().await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let bring = async || {
        let request = http.post(format!("http://{}/api/v1/uploads", case.site.address)).body(vec![1; 3_000_000]);
        let request = request.bearer_auth(case.site.client.token().unwrap()).header("Idempotency-Key", "large");
        request.send().await.unwrap().status().as_u16()
    };
    for files in ["/blobs/", "qolhat.db"] {
        case.fill(files);
        assert_eq!(bring().await, 507, "{files} {}", service.said());
        case.make_room();
    }
    assert_eq!(bring().await, 201, "{}", service.said());
    let uploads = case.site.client.get("/api/v1/uploads").await.unwrap();
    assert_eq!(uploads["uploads"].as_array().unwrap().len(), 1);
    service.kill();
    case.site.intact().await.unwrap();
}

/// The tables lie on a disk that fills up under a running server. What was committed by then and could not be sequenced is
/// sequenced when there is room. Keeps: JRN-04, FLW-03
#[tokio::test(flavor = "multi_thread")]
async fn with_no_room_for_the_tables_of_postgresql_who_sends_is_told_and_with_room_everything_is_in_the_log() {
    let Some(database) = OwnDatabase::make().await else { return };
    let folder = TempDir::new().unwrap();
    let Some(disk) = SmallDisk::over(folder.path(), 96) else { return };
    assert!(Command::new("chown").arg("postgres").arg(folder.path()).status().unwrap().success());
    let (name, server) = (format!("small_{}", database.name()), database.named("postgres"));
    database.on_server(&format!("create tablespace {name} location '{}'", folder.path().display())).await;
    database.on_server(&format!("alter database {} set tablespace {name}", database.name())).await;
    let stage = Stage::set_on(Some(database), system_now(), |config, _| config.clock = None).await;
    let site = Site::on(stage).await;
    let service = site.start(&[]).await.unwrap();
    let mut acknowledged = 0;
    for round in 0..2 {
        disk.fill();
        // There is room in the pages that are begun.
        let mut told = 0;
        for number in 0..FITS_MAX {
            told += u32::from(is_told(&site, &service, &format!("full {round} {number}")).await);
            if told > 3 {
                break;
            }
        }
        assert!(told > 3, "it does not fill up");
        disk.make_room();
        for number in 0..3 {
            let number = format!("room {round} {number}");
            keep(&site, &number, &send(&site, &number).await.unwrap());
        }
        assert!(site.acknowledged() > acknowledged);
        acknowledged = site.acknowledged();
    }
    service.kill();
    site.intact().await.unwrap();
    drop(site);
    let mut raw = sqlx::PgConnection::connect(&server).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(format!("drop tablespace {name}"))).execute(&mut raw).await.unwrap();
}

/// Sends an act under a key, by which it can be asked for again; whether there was no room.
async fn is_told(site: &Site, service: &Service, key: &str) -> bool {
    let act = site.stage.act(&site.from, &site.to, key);
    let cms = ledger_signature(&site.stage, &site.from, &act);
    let file = Attached { name: "act.json".to_owned(), bytes: act.clone() };
    let kind = [("kind", "completion-act".to_owned())];
    match site.client.submit(&kind, file, Vec::new(), Some(cms), key).await {
        Ok(answer) => {
            keep(site, key, &answer);
            false
        }
        Err(ClientError::Problem { status: 507, code, .. }) => {
            assert_eq!(code, "storage-full");
            site.ledger.lock().unwrap().unanswered.insert(key.to_owned(), act);
            true
        }
        Err(other) => panic!("{other:?} {}", service.said()),
    }
}

fn keep(site: &Site, number: &str, answer: &Value) {
    let id = text(answer, "document_id").unwrap();
    site.ledger.lock().unwrap().acknowledged.insert(number.to_owned(), id);
}
