//! The lock of an exported segment: asked for once, confirmed by the store, carried to copies, and looked for by the audit.
//! The store is another server, with versions and locks.

use std::time::{SystemTime, UNIX_EPOCH};

use qolhat::app::{App, Passwords, blobs_of};
use qolhat::config::BlobsConfig;
use qolhat::demo::DEMO_PASSWORD;
use qolhat::domain::time::Moment;
use qolhat::operations::{Fault, OperationError};
use qolhat_storage::{LockTerm, StoreError};
use tempfile::TempDir;

use super::*;
use crate::backup::{Elsewhere, qolhat};
use crate::support::blobs::Bucket;
use crate::support::blobs::faults::{Fate, FaultProxy, Seen};
use crate::support::blobs::moto::Moto;

const THEN: &str = "2026-11-22T09:00:00Z";
/// Five years from that day in Almaty.
const UNTIL: &str = "2031-11-21T19:00:00Z";
const PREFIX: &str = "spec/";

/// A stage whose blobs lie in a bucket with locks.
async fn stage_in(moto: &Moto, name: &str, endpoint: &str, database: Option<OwnDatabase>) -> Stage {
    moto.bucket(name, true).await;
    let bucket = Bucket { endpoint, name, prefix: PREFIX };
    stage_with(database, THEN, |config, world| config.blobs = bucket.take_the_place_in(&world.config_file())).await
}

fn key(export: &Export) -> String {
    let address = hex::encode(export.sha256);
    format!("{PREFIX}{}/{address}", &address[..2])
}

fn address(export: &Export) -> ContentDigest {
    ContentDigest::from_bytes(export.sha256)
}

/// How many versions of it there are.
async fn versions(moto: &Moto, bucket: &str, export: &Export) -> usize {
    moto.ask(bucket, "versions").await.matches(&format!("{}</Key>", key(export))).count()
}

fn instant(text: &str) -> SystemTime {
    UNIX_EPOCH + Duration::from_micros(at(text).unix_micros().try_into().unwrap())
}

fn moment(time: SystemTime) -> Moment {
    let micros = time.duration_since(UNIX_EPOCH).unwrap().as_micros();
    Moment::from_unix_micros(micros.try_into().unwrap()).unwrap()
}

/// Keeps: JRN-03, JRN-06
#[tokio::test(flavor = "multi_thread")]
async fn the_audit_asks_the_store_for_the_lock_of_every_exported_segment() {
    let Some(moto) = Moto::start() else { return };
    let stage = stage_in(&moto, "audited", &moto.endpoint, OwnDatabase::chosen().await).await;
    let app = &stage.app;
    grow(&stage, 2 * WIDTH).await;
    seal(&stage, 1).await;
    // Somebody was cut off before it was locked.
    let due = app.journal.next_segment(app.rules.segment_entries).await.unwrap().unwrap();
    app.blobs.put(due.to_bytes().unwrap()).await.unwrap();
    let made = export_due(app, 99).await.unwrap();
    assert_eq!(made.iter().map(|export| export.locked_until).collect::<Vec<_>>(), [Some(at(UNTIL)); 2]);
    for export in &made {
        assert_eq!(versions(&moto, "audited", export).await, 1);
        assert_eq!(app.blobs.held_until(&address(export)).await.unwrap(), Some(instant(UNTIL)));
    }
    let report = stage.audited();
    assert_eq!((&report["exported"], &report["unheld"]), (&json!(512), &json!(0)), "{report}");

    for lock in [("COMPLIANCE", "2031-11-20T00:00:00Z"), ("GOVERNANCE", "2040-01-01T00:00:00Z")] {
        moto.lock("audited", &key(&made[1]), lock).await;
        for full in [&["--full"][..], &[]] {
            let report = audit(&stage, full);
            assert_eq!(named(&report), ("export".to_owned(), Some(256)), "{report}");
            assert!(report["first_failure"]["reason"].as_str().unwrap().contains("locked"), "{report}");
        }
    }
    moto.lock("audited", &key(&made[1]), ("COMPLIANCE", UNTIL)).await;
    assert_eq!(named(&audit(&stage, &[])).0, "nothing");
    // A row that tells of a shorter lock than its entry.
    behind(&stage, "journal_export", "update journal_export set locked_until = null where first = 0").await;
    assert_eq!(named(&audit(&stage, &[])), ("export".to_owned(), Some(0)));
}

/// Keeps: JRN-03
#[tokio::test(flavor = "multi_thread")]
async fn of_two_processes_the_one_that_leads_exports_and_no_segment_lies_twice_under_a_lock() {
    let Some(moto) = Moto::start() else { return };
    one_of_two_exports(&moto, "one", OwnDatabase::chosen().await).await;
}

/// Keeps: JRN-03
#[tokio::test(flavor = "multi_thread")]
async fn of_two_processes_on_postgresql_the_one_that_leads_exports() {
    let Some(server) = OwnDatabase::make().await else { return };
    let Some(moto) = Moto::start() else { return };
    one_of_two_exports(&moto, "postgresql", Some(server)).await;
}

async fn one_of_two_exports(moto: &Moto, bucket: &str, database: Option<OwnDatabase>) {
    let stage = stage_in(moto, bucket, &moto.endpoint, database).await;
    let second = App::open(&stage.config, &Passwords::Demo).await.unwrap();
    assert!(stage.app.journal.leads().await.unwrap() && !second.journal.leads().await.unwrap());
    grow(&stage, 2 * WIDTH).await;
    seal(&stage, 1).await;
    let (made, none) = tokio::join!(export_due(&stage.app, 99), export_due(&second, 99));
    let made = made.unwrap();
    assert_eq!((made.len(), none.unwrap()), (2, vec![]));
    for export in &made {
        assert_eq!(versions(moto, bucket, export).await, 1);
    }
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_qolhat"));
    command.args(["journal", "export", "--json", "--config"]).arg(stage.world.config_file());
    let output = command.env("DEMO_SEAL_PASSWORD", DEMO_PASSWORD).output().await.unwrap();
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&answer["leads"], &answer["segments"]), (&json!(false), &json!([])), "{answer}");

    // When that one is gone the other leads.
    stage.leave().await;
    assert!(second.journal.comes_to_lead().await.unwrap());
}

/// Keeps: JRN-03
#[tokio::test(flavor = "multi_thread")]
async fn a_lock_shorter_than_was_asked_for_is_named_and_never_recorded() {
    let Some(moto) = Moto::start() else { return };
    let proxy = FaultProxy::before(&moto.endpoint).await;
    let stage = stage_in(&moto, "short", &proxy.endpoint, OwnDatabase::chosen().await).await;
    grow(&stage, WIDTH).await;
    seal(&stage, 1).await;
    let retention = |seen: &Seen| seen.method == "PUT" && seen.target.contains("retention");
    proxy.set(move |_, seen| if retention(seen) { Fate::Retold("2031", "2029") } else { Fate::Passes });
    for _ in 0..2 {
        let refused = export_due(&stage.app, 99).await;
        let is_named = matches!(refused, Err(OperationError::Fault(Fault::Storage(StoreError::LockShorter { .. }))));
        assert!(is_named, "{refused:?}");
        assert!(exports(&stage).await.is_empty());
    }
    proxy.set(|_, _| Fate::Passes);
    let made = export_due(&stage.app, 99).await.unwrap();
    assert_eq!((made.len(), made[0].locked_until), (1, Some(at(UNTIL))));
    assert_eq!(versions(&moto, "short", &made[0]).await, 1);
}

/// Keeps: JRN-03, JRN-06
#[tokio::test(flavor = "multi_thread")]
async fn what_was_exported_without_a_lock_is_named_where_the_store_has_locks() {
    let Some(moto) = Moto::start() else { return };
    let proxy = FaultProxy::before(&moto.endpoint).await;
    // At the start the service of the bucket grants no lock, for whatever reason.
    let retention = |seen: &Seen| seen.method == "PUT" && seen.target.contains("retention");
    proxy.set(move |_, seen| if retention(seen) { Fate::Refused(403, "AccessDenied") } else { Fate::Passes });
    let stage = stage_in(&moto, "claimed", &proxy.endpoint, OwnDatabase::chosen().await).await;
    assert!(stage.app.blobs.claims_locks() && !stage.app.blobs.locks());
    grow(&stage, WIDTH).await;
    seal(&stage, 1).await;
    let made = export_due(&stage.app, 99).await.unwrap();
    assert_eq!(made.iter().map(|export| export.locked_until).collect::<Vec<_>>(), [None]);
    let report = audit(&stage, &[]);
    assert_eq!((&report["ok"], &report["exports_unlocked"]), (&json!(true), &json!([])), "{report}");

    proxy.set(|_, _| Fate::Passes);
    for full in [&["--full"][..], &[]] {
        let report = audit(&stage, full);
        assert_eq!((&report["ok"], &report["exports_unlocked"]), (&json!(true), &json!(["0-256"])), "{report}");
    }
    moto.lock("claimed", &key(&made[0]), ("COMPLIANCE", UNTIL)).await;
    assert_eq!(audit(&stage, &[])["exports_unlocked"], json!([]));
}

/// Keeps: JRN-03
#[tokio::test(flavor = "multi_thread")]
async fn where_locks_are_required_nothing_starts_without_them() {
    let Some(moto) = Moto::start() else { return };
    let folder = TempDir::new().unwrap();
    let proxy = FaultProxy::before(&moto.endpoint).await;
    moto.bucket("required", true).await;
    moto.bucket("plain", false).await;
    let opened = async |name: &str| {
        let file = Bucket { endpoint: &proxy.endpoint, name, prefix: PREFIX }.file(folder.path());
        let text = std::fs::read_to_string(&file).unwrap().replacen("s3 = { ", "s3 = { locks = \"required\", ", 1);
        std::fs::write(&file, text).unwrap();
        blobs_of(&BlobsConfig::load(&file).unwrap()).await.map(|blobs| blobs.locks()).map_err(|error| error.to_string())
    };
    assert_eq!(opened("required").await, Ok(true));
    assert!(opened("plain").await.unwrap_err().contains("blobs.s3.locks"));
    let retention = |seen: &Seen| seen.method == "PUT" && seen.target.contains("retention");
    proxy.set(move |_, seen| if retention(seen) { Fate::Refused(403, "AccessDenied") } else { Fate::Passes });
    assert!(opened("required").await.unwrap_err().contains("blobs.s3.locks"));
}

/// What `qolhat store copy` answers, and what it says on stderr.
async fn copy(arguments: &[&Path]) -> (Value, String) {
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_qolhat"));
    command.args(["store", "copy", "--json"]).env("LANG", "en_US.UTF-8");
    for (name, path) in ["--from", "--to", "--config"].iter().zip(arguments) {
        command.arg(name).arg(path);
    }
    let output = command.output().await.unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    (serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{told}")), told)
}

/// Keeps: JRN-03
#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_a_segment_is_locked_as_long_as_the_first_or_it_is_said_loudly_that_it_is_not() {
    let Some(moto) = Moto::start() else { return };
    let stage = stage().await;
    grow(&stage, 2 * WIDTH).await;
    seal(&stage, 1).await;
    let made = export_due(&stage.app, 99).await.unwrap();
    assert!(made.iter().all(|export| export.locked_until.is_none()), "the store of the stage has no locks");
    let other = stage.app.blobs.put(b"no segment".to_vec()).await.unwrap();
    let (folder, from) = (TempDir::new().unwrap(), stage.world.config_file());
    let [once, again] = ["once", "again"].map(|name| Bucket { endpoint: &moto.endpoint, name, prefix: PREFIX });
    for bucket in [&once, &again] {
        moto.bucket(bucket.name, true).await;
    }
    let [once, again] = [once.file(folder.path()), again.file(folder.path())];

    // From a store without locks: for the term of what is in it.
    let (answer, _) = copy(&[&from, &once]).await;
    assert_eq!((&answer["ok"], &answer["held"], &answer["unheld"]), (&json!(true), &json!(2), &json!(0)), "{answer}");
    let there = blobs_of(&BlobsConfig::load(&once).unwrap()).await.unwrap();
    for export in &made {
        assert_eq!(there.held_until(&address(export)).await.unwrap().map(moment), Some(at(UNTIL)));
    }
    assert_eq!(there.held_until(&other).await.unwrap(), None);

    // From one with locks: until the same instants.
    let longer = instant("2033-01-01T00:00:00Z");
    there.hold(&address(&made[0]), LockTerm::until(longer)).await.unwrap();
    let second = blobs_of(&BlobsConfig::load(&again).unwrap()).await.unwrap();
    for _ in 0..2 {
        let (answer, _) = copy(&[&once, &again]).await;
        assert_eq!((&answer["ok"], &answer["held"]), (&json!(true), &json!(2)), "{answer}");
    }
    assert_eq!(second.held_until(&address(&made[0])).await.unwrap(), Some(longer));
    assert_eq!(second.held_until(&address(&made[1])).await.unwrap(), Some(instant(UNTIL)));
    assert_eq!(versions(&moto, "again", &made[0]).await, 1);

    // As the database says.
    let recorded = "update journal_export set locked_until = '2034-01-01T00:00:00Z' where first = 256";
    behind(&stage, "journal_export", recorded).await;
    let (answer, _) = copy(&[&from, &again, &from]).await;
    assert_eq!(answer["ok"], json!(true), "{answer}");
    assert_eq!(second.held_until(&address(&made[1])).await.unwrap(), Some(instant("2034-01-01T00:00:00Z")));

    // To one without locks.
    let (answer, told) = copy(&[&once, &folder.path().join("disk")]).await;
    assert_eq!((&answer["ok"], &answer["unheld"]), (&json!(true), &json!(2)), "{answer}");
    assert!(told.contains("WARNING"), "{told}");
}

/// Keeps: JRN-03, JRN-08
#[tokio::test(flavor = "multi_thread")]
async fn a_restored_installation_holds_its_segments_as_long_as_before() {
    let Some(moto) = Moto::start() else { return };
    let stage = stage_in(&moto, "restored", &moto.endpoint, OwnDatabase::chosen().await).await;
    grow(&stage, 2 * WIDTH).await;
    seal(&stage, 1).await;
    let made = export_due(&stage.app, 99).await.unwrap();
    let backups = TempDir::new().unwrap();
    let arguments = ["backup", "--to", backups.path().to_str().unwrap()];
    let (exit, backup) = qolhat(None, &arguments, &stage.world.config_file()).await;
    assert_eq!(exit, 0, "{backup}");
    let backup = backups.path().join(backup["name"].as_str().unwrap());
    stage.leave().await;

    let elsewhere = Elsewhere::with_keys_of(&stage).await;
    let (exit, restored) = elsewhere.restore(&backup).await;
    assert_eq!((exit, &restored["held"], &restored["unheld"]), (0, &json!(2), &json!(0)), "{restored}");
    let there = blobs_of(&BlobsConfig::load(&elsewhere.config_file()).unwrap()).await.unwrap();
    for export in &made {
        assert_eq!(there.held_until(&address(export)).await.unwrap().map(moment), export.locked_until);
    }
    let (exit, report) = qolhat(None, &["journal", "audit"], &elsewhere.config_file()).await;
    assert_eq!((exit, &report["exported"]), (0, &json!(512)), "{report}");

    // To a store without locks: told, by the audit too.
    let bare = Elsewhere::with_keys_of(&stage).await;
    let text = std::fs::read_to_string(bare.config_file()).unwrap();
    let lines = text.lines().map(|line| if line.starts_with("blobs = ") { "blobs = \"blobs\"" } else { line });
    std::fs::write(bare.config_file(), lines.collect::<Vec<_>>().join("\n")).unwrap();
    let (exit, restored) = bare.restore(&backup).await;
    assert_eq!((exit, &restored["held"], &restored["unheld"]), (0, &json!(0), &json!(2)), "{restored}");
    let (exit, report) = qolhat(None, &["journal", "audit"], &bare.config_file()).await;
    assert_eq!((exit, &report["unheld"]), (0, &json!(2)), "{report}");
}
