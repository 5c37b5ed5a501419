//! What is kept of the journal outside the database, and for how long.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod destroyed;
mod holds;
mod locks;
mod notices;
mod old_extracts;
pub mod pruning;
mod seals;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use qolhat::config::Config;
use qolhat::demo::World;
use qolhat::domain::ids::EventId;
use qolhat::domain::time::CivilDate;
use qolhat::journal::segment::{Segment, SegmentEntries};
use qolhat::journal::{EventDraft, Export, reading};
use qolhat::operations::export_segments::export_due;
use qolhat::operations::scrub_store::{Rate, Scrub, scrub_store};
use qolhat::operations::seal_journal::seal_journal;
use qolhat_storage::{BlobStore as _, ContentDigest};
use serde_json::{Value, json};
use sqlx::Connection as _;

use crate::support::database::{OwnDatabase, for_postgresql};
use crate::support::stage::{Stage, at};

pub const WIDTH: u64 = 256;

/// A stage whose segments are as small as they may be.
pub async fn stage_on(database: Option<OwnDatabase>, start: &str) -> Stage {
    stage_with(database, start, |_, _| {}).await
}

/// The same, its configuration changed by `adjust`.
pub async fn stage_with(database: Option<OwnDatabase>, start: &str, adjust: impl FnOnce(&mut Config, &World)) -> Stage {
    let stage = Stage::set_on(database, at(start), |config, world| {
        adjust(config, world);
        config.journal.segment_entries = SegmentEntries::try_from(256).unwrap();
        // Programs read the same.
        let text = std::fs::read_to_string(world.config_file()).unwrap();
        let told = text.replacen("[journal]\n", "[journal]\nsegment_entries = 256\n", 1);
        assert_ne!(text, told);
        std::fs::write(world.config_file(), told).unwrap();
    })
    .await;
    // The worker seals no second time today: nobody but the test seals what is to come.
    seal_journal(&stage.app).await.unwrap();
    // The worker may have made the seal before, whose entry was still to come.
    stage.sequenced().await;
    seal_journal(&stage.app).await.unwrap();
    stage
}

async fn stage() -> Stage {
    stage_on(OwnDatabase::chosen().await, "2026-11-22T09:00:00Z").await
}

/// The log grows to at least `size` entries, of `subjects` subjects.
pub async fn grow(stage: &Stage, size: u64) {
    let app = &stage.app;
    let now = app.journal.latest_checkpoint().await.unwrap().map_or(0, |checkpoint| checkpoint.size);
    let mut last = None;
    let mut tx = app.db.begin().await.unwrap();
    for number in now..size {
        let event = EventDraft {
            id: EventId::new(stage.now(), &mut app.rng.clone()),
            kind: "attempt.refused".to_owned(),
            subjects: vec![format!("party:{}", number % 5)],
            payload: vec![("number".to_owned(), json!(number))],
            actor: json!({"nobody": "in particular"}),
        };
        app.journal.enqueue(&mut tx, &event).await.unwrap();
        last = Some(event.id);
    }
    tx.commit().await.unwrap();
    app.journal.wake();
    if let Some(last) = last {
        app.journal.wait(last, Duration::from_secs(30)).await.unwrap();
    }
}

/// A seal of another day over what is there, signed.
pub async fn seal(stage: &Stage, days_ahead: i32) {
    let app = &stage.app;
    let day = CivilDate::of(stage.now()).plus_days(days_ahead);
    let event = EventId::new(stage.now(), &mut app.rng.clone());
    let made = app.journal.seal_the_day(event, day).await.unwrap().unwrap();
    app.journal.wait(made.event, Duration::from_secs(30)).await.unwrap();
    seal_journal(app).await.unwrap();
}

pub async fn exports(stage: &Stage) -> Vec<Export> {
    reading::exports(&stage.app.db, 0).await.unwrap()
}

fn audit(stage: &Stage, full: &[&str]) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_qolhat"));
    let output = command
        .args(["journal", "audit", "--json"])
        .args(full)
        .arg("--config")
        .arg(stage.world.config_file())
        .output()
        .unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

/// The part that the audit finds wrong, and the number that it names.
fn named(report: &Value) -> (String, Option<u64>) {
    let failure = &report["first_failure"];
    (failure["part"].as_str().unwrap_or("nothing").to_owned(), failure["seq"].as_u64())
}

/// Keeps: JRN-03, JRN-08
#[tokio::test(flavor = "multi_thread")]
async fn what_lies_under_a_signed_seal_is_exported_once_and_the_audit_reads_it() {
    is_exported(stage().await).await;
}

/// Keeps: JRN-03, JRN-08
#[tokio::test(flavor = "multi_thread")]
async fn what_lies_under_a_signed_seal_is_exported_once_on_postgresql() {
    let Some(server) = OwnDatabase::make().await else { return };
    is_exported(stage_on(Some(server), "2026-11-22T09:00:00Z").await).await;
}

async fn is_exported(stage: Stage) {
    let app = &stage.app;
    grow(&stage, 2 * WIDTH + 10).await;
    assert_eq!(export_due(app, 99).await.unwrap(), [], "nothing of it is sealed");

    seal(&stage, 1).await;
    let made = export_due(app, 99).await.unwrap();
    assert_eq!(made.iter().map(|export| (export.from, export.to)).collect::<Vec<_>>(), [(0, 256), (256, 512)]);
    assert_eq!((exports(&stage).await, export_due(app, 99).await.unwrap()), (made.clone(), vec![]));

    for export in &made {
        // What is there can be checked with the log's public key alone, and opens nothing that can be erased.
        let bytes = app.blobs.get(&ContentDigest::from_bytes(export.sha256)).await.unwrap();
        let segment = Segment::parse(&bytes).unwrap();
        segment.check(app.journal.verifier_key()).unwrap();
        assert_eq!((segment.from(), segment.to(), segment.entries.len()), (export.from, export.to, 256));
        assert!(segment.closing.seal.size >= export.to);
        assert!(!bytes.windows(10).any(|window| window == b"particular"));
        let place = app.journal.find(export.event).await.unwrap().unwrap();
        let (entry, fields) = app.journal.entry(place.seq).await.unwrap().unwrap().proven().unwrap();
        assert_eq!((entry.kind.as_str(), &fields["from"]), ("segment.exported", &json!(export.from)));
        assert_eq!(fields["sha256"], json!(hex::encode(export.sha256)));
    }
    assert_eq!(app.journal.entries_of_subject("segments").await.unwrap().len(), 2);
    let full = stage.audited();
    assert_eq!((full["exported"].as_u64(), full["exports_checked"].as_bool()), (Some(512), Some(true)), "{full}");
    let report = audit(&stage, &[]);
    assert_eq!((report["ok"].as_bool(), report["exported"].as_u64()), (Some(true), Some(512)), "{report}");

    // The scrub knows them, and nothing else is left in the store.
    let scrub = scrub_store(&app.blobs, &app.db, Scrub::default(), Rate(None), |_| Ok(())).await.unwrap();
    assert!(scrub.is_good() && scrub.unnamed == 0, "{scrub:?}");
}

/// Whoever was killed after the blob was kept left it behind; two at once make one. Keeps: JRN-03
#[tokio::test(flavor = "multi_thread")]
async fn an_export_that_was_cut_off_and_two_at_once_make_one_of_each() {
    let stage = stage().await;
    let app = Arc::clone(&stage.app);
    grow(&stage, 3 * WIDTH).await;
    seal(&stage, 1).await;
    let due = app.journal.next_segment(app.rules.segment_entries).await.unwrap().unwrap();
    let left = app.blobs.put(due.to_bytes().unwrap()).await.unwrap();

    let tries = (0..4).map(|_| {
        let app = Arc::clone(&app);
        tokio::spawn(async move { export_due(&app, 99).await.unwrap() })
    });
    for one in tries.collect::<Vec<_>>() {
        one.await.unwrap();
    }
    export_due(&app, 99).await.unwrap();
    let made = exports(&stage).await;
    assert_eq!(made.iter().map(|export| export.from).collect::<Vec<_>>(), [0, 256, 512]);
    assert_eq!(made[0].sha256, *left.as_bytes());
    stage.sequenced().await;
    assert_eq!(app.journal.entries_of_subject("segments").await.unwrap().len(), 3);
    stage.audited();
}

/// A seal is a row that more than the sequencer may write: what no entry tells of is not put under a lock of years. Keeps:
/// JRN-03, JRN-08
#[tokio::test(flavor = "multi_thread")]
async fn a_seal_that_the_log_does_not_tell_of_closes_no_segment() {
    let stage = stage().await;
    grow(&stage, 2 * WIDTH).await;
    seal(&stage, 1).await;
    let mut tx = stage.app.db.begin().await.unwrap();
    for sql in [
        "insert into journal_seal (event, day, size, root, subjects, map) select $1, '2000-01-01', size, root, subjects, root \
         from journal_seal where size = (select max(size) from journal_seal)",
        "insert into journal_seal_signature (event, cms, made) select $1, cms, made from journal_seal_signature limit 1",
    ] {
        // Before the true one by its number.
        tx.execute(sql, &qolhat::params![uuid::Uuid::nil()]).await.unwrap();
    }
    tx.commit().await.unwrap();
    assert!(export_due(&stage.app, 99).await.is_err());
    assert!(exports(&stage).await.is_empty());
}

/// Keeps: JRN-03, JRN-06
#[tokio::test(flavor = "multi_thread")]
async fn the_audit_names_an_export_with_a_wrong_octet_a_missing_one_and_one_that_nobody_tells_of() {
    let stage = stage().await;
    grow(&stage, 2 * WIDTH).await;
    seal(&stage, 1).await;
    let made = export_due(&stage.app, 99).await.unwrap();
    assert_eq!(made.len(), 2);
    stage.audited();

    let file = file_of(&stage.blobs, &made[1]);
    let whole = std::fs::read(&file).unwrap();
    for place in [30, whole.len() / 2, whole.len() - 1] {
        let mut octets = whole.clone();
        octets[place] ^= 1;
        overwrite(&file, &octets);
        for full in [&["--full"][..], &[]] {
            assert_eq!(named(&audit(&stage, full)), ("export".to_owned(), Some(256)), "octet {place}");
        }
    }
    std::fs::remove_file(&file).unwrap();
    assert_eq!(named(&audit(&stage, &[])), ("export".to_owned(), Some(256)));
    std::fs::write(&file, &whole).unwrap();
    assert_eq!(named(&audit(&stage, &["--full"])).0, "nothing");

    // A row that leads to another blob, which is whole.
    let first = hex::encode(made[0].sha256);
    behind(
        &stage,
        "journal_export",
        &format!("update journal_export set segment_address = x'{first}' where first = 256"),
    )
    .await;
    assert_eq!(named(&audit(&stage, &[])), ("export".to_owned(), Some(256)));
    behind(&stage, "journal_export", "delete from journal_export where first = 256").await;
    assert_eq!(named(&audit(&stage, &["--full"])).0, "export");
}

fn file_of(store: &Path, export: &Export) -> PathBuf {
    let name = hex::encode(export.sha256);
    let mut folders = vec![store.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().is_some_and(|found| found.to_string_lossy() == name) {
                return path;
            }
        }
    }
    panic!("{name} is in no file");
}

fn overwrite(file: &Path, octets: &[u8]) {
    let _ = std::fs::remove_file(file);
    std::fs::write(file, octets).unwrap();
}

/// Changes rows of `table` as somebody does who takes the guards away.
pub async fn behind(stage: &Stage, table: &str, sql: &str) {
    if let Some(server) = &stage.database {
        assert!(server.behind_the_guards(&for_postgresql(sql)).await > 0, "{sql}");
        return;
    }
    let url = stage.config.database.clone();
    let mut raw = sqlx::SqliteConnection::connect(&url).await.unwrap();
    let guards = "select name from sqlite_master where type = 'trigger' and tbl_name = $1";
    let guards: Vec<String> = sqlx::query_scalar(guards).bind(table.to_owned()).fetch_all(&mut raw).await.unwrap();
    for guard in guards {
        sqlx::query(sqlx::AssertSqlSafe(format!("drop trigger {guard}"))).execute(&mut raw).await.unwrap();
    }
    let done = sqlx::query(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut raw).await.unwrap();
    assert!(done.rows_affected() > 0, "{sql}");
    raw.close().await.unwrap();
}

/// Keeps: JRN-03
#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_down_of_exports_is_not_changed_by_the_service() {
    let stage = stage().await;
    grow(&stage, WIDTH).await;
    seal(&stage, 1).await;
    assert_eq!(export_due(&stage.app, 99).await.unwrap().len(), 1);
    for sql in ["delete from journal_export", "update journal_export set past = 300"] {
        let mut tx = stage.app.db.begin().await.unwrap();
        let refused = tx.execute(sql, &[]).await.unwrap_err().to_string();
        assert!(refused.contains("journal_export"), "{refused}");
    }
    let mut tx = stage.app.db.begin().await.unwrap();
    let gap = "insert into journal_export (first, past, segment_address, size_bytes, event, made) \
         select 999, 1000, segment_address, 1, event, 1 from journal_export";
    let refused = tx.execute(gap, &[]).await.unwrap_err();
    assert!(refused.violates(&["journal_export_has_no_gaps"]), "{refused}");
}
