//! The journal on a real database: numbers without gaps, proofs, audits; and tampering that shows.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::disallowed_methods, reason = "tests find their database")]

mod batches;
mod clock;
mod course;
mod forged;
mod nodes;
mod promises;
mod seals;

use std::sync::Arc;
use std::time::Duration;

use qolhat::app::{SharedRandom, SystemRandom};
use qolhat::db::{Db, Engine};
use qolhat::domain::ids::EventId;
use qolhat::domain::time::{Clock, Moment};
use qolhat::journal::checkpoint::Checkpoint;
use qolhat::journal::entry::{Entry, Field, Opening, leaf_hash};
use qolhat::journal::first_entry;
use qolhat::journal::proof::verify_inclusion;
use qolhat::journal::subjects::{SubjectLink, check_chain};
use qolhat::journal::vrf::VrfSecretKey;
use qolhat::journal::{EventDraft, Journal, JournalError, LogIdentity, OutsideMemory, WaitError, audit};
use qolhat::params;
use serde_json::json;
use sqlx::Connection as _;
use tempfile::TempDir;

use crate::support::database::{OwnDatabase, for_postgresql};

const ORIGIN: &str = "log.example/1";

struct Still;

impl Clock for Still {
    fn now(&self) -> Moment {
        Moment::parse_rfc3339("2026-11-22T09:00:00Z").unwrap()
    }
}

fn identity(seed: u8) -> LogIdentity {
    LogIdentity::from_seed(ORIGIN, &[seed; 32], [7; 32]).unwrap()
}

fn rng() -> SharedRandom {
    SharedRandom::new(SystemRandom)
}

async fn open(db: &Db) -> Result<Journal, JournalError> {
    Journal::open(db.clone(), identity(1), Arc::new(Still), Box::new(rng()), None).await
}

/// Where a log lives: a file in a folder, or a database on PostgreSQL where QOLHAT_SPEC_DATABASE asks for it.
struct Home {
    folder: TempDir,
    server: Option<OwnDatabase>,
}

impl Home {
    async fn new() -> Home {
        Home { folder: TempDir::new().unwrap(), server: OwnDatabase::chosen().await }
    }

    fn url(&self) -> String {
        let file = || format!("sqlite:{}", self.folder.path().join("log.db").display());
        self.server.as_ref().map_or_else(file, OwnDatabase::url)
    }

    async fn connect(&self) -> Db {
        Db::connect(&self.url()).await.unwrap()
    }
}

async fn empty() -> (Home, Db) {
    let home = Home::new().await;
    let db = home.connect().await;
    db.migrate().await.unwrap();
    (home, db)
}

fn event(number: u64) -> EventDraft {
    EventDraft {
        id: EventId::new(Still.now(), &mut rng()),
        kind: "document.recorded".to_owned(),
        subjects: vec![format!("document:{}", number % 3), "party:bin:123456789021".to_owned()],
        payload: vec![("number".to_owned(), json!(number.to_string())), ("size".to_owned(), json!(number))],
        actor: json!({"iin": "123456789011"}),
    }
}

async fn put(db: &Db, journal: &Journal, event: &EventDraft) -> u64 {
    let mut tx = db.begin().await.unwrap();
    journal.enqueue(&mut tx, event).await.unwrap();
    tx.commit().await.unwrap();
    journal.wake();
    journal.wait(event.id, Duration::from_secs(10)).await.unwrap().seq
}

/// A log of `count` entries, the one that opens it included.
async fn log_of(count: u64) -> (Home, Db, Journal) {
    let (home, db) = empty().await;
    let journal = open(&db).await.unwrap();
    for number in 1..count {
        assert_eq!(put(&db, &journal, &event(number)).await, number);
    }
    (home, db, journal)
}

async fn everything_holds(db: &Db, journal: &Journal, count: u64) {
    let report = journal.audit().await.unwrap();
    assert!(report.ok, "{report:?}");
    assert_eq!((report.size, report.checked), (count, count));
    let stored = journal.latest_checkpoint().await.unwrap().unwrap();
    let checkpoint = Checkpoint::open(&stored.note, journal.verifier_key()).unwrap();
    assert_eq!((checkpoint.size, hex::encode(checkpoint.root)), (count, report.root));
    for seq in 0..count {
        let entry = journal.entry(seq).await.unwrap().unwrap();
        let proof = journal.inclusion_proof(seq, count).await.unwrap();
        verify_inclusion(&entry.leaf, seq, count, &checkpoint.root, &proof).unwrap();
    }
    let _ = db;
}

/// Keeps: JRN-01, JRN-02
#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_get_numbers_without_gaps_and_proofs_that_hold() {
    let (_home, db) = empty().await;
    numbers_without_gaps(&db).await;
}

/// Keeps: JRN-01, JRN-02
#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_get_numbers_without_gaps_on_postgresql() {
    let Some(server) = OwnDatabase::make().await else { return };
    let db = Db::connect(&server.url()).await.unwrap();
    db.migrate().await.unwrap();
    numbers_without_gaps(&db).await;
}

async fn numbers_without_gaps(db: &Db) {
    let journal = open(db).await.unwrap();
    let mut tasks = Vec::new();
    for number in 0..120 {
        let (db, journal) = (db.clone(), journal.clone());
        tasks.push(tokio::spawn(async move { put(&db, &journal, &event(number)).await }));
    }
    let mut numbers = Vec::new();
    for task in tasks {
        numbers.push(task.await.unwrap());
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=120).collect::<Vec<_>>());
    everything_holds(db, &journal, 121).await;

    // A subject's entries are one unbroken chain.
    let entries = journal.entries_of_subject("party:bin:123456789021").await.unwrap();
    assert_eq!(entries, (1..=120).collect::<Vec<_>>());
    let mut links = Vec::new();
    for seq in entries {
        let entry = journal.entry(seq).await.unwrap().unwrap();
        let (_, opening) = entry.openings.iter().find(|(field, _)| *field == Field::Subject(1)).unwrap();
        links.push((SubjectLink::from_value(&opening.value).unwrap(), entry.leaf));
    }
    assert_eq!(check_chain(&links), Ok(120));
}

/// Personal data stand in openings alone. Keeps: JRN-07
#[tokio::test]
async fn an_entry_says_nothing_that_its_openings_do_not() {
    let (_home, _db, journal) = log_of(3).await;
    let entry = journal.entry(2).await.unwrap().unwrap();
    let text = String::from_utf8(entry.body.clone()).unwrap();
    assert!(!text.contains("123456789011") && !text.contains("123456789021"), "{text}");
    let parsed = Entry::parse(&entry.body).unwrap();
    assert_eq!(entry.openings.len(), 1 + 2 + 2);
    for (field, opening) in &entry.openings {
        assert!(opening.opens(&parsed.commitment(*field).unwrap()));
    }
    // Equal values are closed by other salts: nobody can compare them.
    let first = journal.entry(1).await.unwrap().unwrap();
    assert_ne!(Entry::parse(&first.body).unwrap().actor, parsed.actor);
}

#[tokio::test]
async fn what_is_rolled_back_is_not_written_down_and_what_is_tried_twice_is_written_once() {
    let (_home, db, journal) = log_of(1).await;
    let mut tx = db.begin().await.unwrap();
    journal.enqueue(&mut tx, &event(1)).await.unwrap();
    drop(tx);
    let twice = event(2);
    assert_eq!(put(&db, &journal, &twice).await, 1);
    assert_eq!(put(&db, &journal, &twice).await, 1);
    assert_eq!(put(&db, &journal, &event(3)).await, 2);
    everything_holds(&db, &journal, 3).await;
}

#[tokio::test]
async fn an_event_that_could_not_become_an_entry_is_refused_in_its_transaction() {
    let (_home, db, journal) = log_of(1).await;
    let mut wrong = Vec::new();
    wrong.push(EventDraft { kind: "No Kind".to_owned(), ..event(0) });
    wrong.push(EventDraft { payload: vec![("x".to_owned(), json!(1.5))], ..event(0) });
    wrong.push(EventDraft { payload: vec![("x".to_owned(), json!("y".repeat(70_000)))], ..event(0) });
    wrong.push(EventDraft { subjects: vec!["a".to_owned(), "a".to_owned()], ..event(0) });
    wrong.push(EventDraft { subjects: (0..33).map(|n| format!("s:{n}")).collect(), ..event(0) });
    for event in wrong {
        let mut tx = db.begin().await.unwrap();
        assert!(matches!(journal.enqueue(&mut tx, &event).await, Err(JournalError::Unfit { .. })), "{event:?}");
    }
}

#[tokio::test]
async fn what_was_written_past_the_inbox_check_is_put_aside_and_hinders_nobody() {
    let (_home, db, journal) = log_of(1).await;
    let bad = EventId::new(Still.now(), &mut rng());
    let mut tx = db.begin().await.unwrap();
    let insert = "insert into journal_inbox (id, body, mac) values ($1, $2, $3)";
    tx.execute(insert, &params![bad.as_uuid(), "{}", vec![0; 32]]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(put(&db, &journal, &event(1)).await, 1);
    let answer = journal.wait(bad, Duration::from_secs(5)).await;
    assert!(matches!(answer, Err(WaitError::Failed(JournalError::Unfit { .. }))), "{answer:?}");
    everything_holds(&db, &journal, 2).await;
}

/// Keeps: JRN-04
#[tokio::test]
async fn what_was_committed_is_sequenced_after_a_restart() {
    let (home, db, journal) = log_of(3).await;
    let waiting = event(3);
    let mut tx = db.begin().await.unwrap();
    journal.enqueue(&mut tx, &waiting).await.unwrap();
    drop(journal);
    tokio::time::sleep(Duration::from_millis(20)).await;
    tx.commit().await.unwrap();
    db.close().await;

    let db = home.connect().await;
    let journal = open(&db).await.unwrap();
    journal.wake();
    assert_eq!(journal.wait(waiting.id, Duration::from_secs(10)).await.unwrap().seq, 3);
    everything_holds(&db, &journal, 4).await;
}

#[tokio::test]
async fn a_log_of_another_key_or_origin_is_not_continued() {
    let (_home, db, journal) = log_of(2).await;
    drop(journal);
    let other_key = Journal::open(db.clone(), identity(2), Arc::new(Still), Box::new(rng()), None).await;
    assert!(matches!(other_key, Err(JournalError::Checkpoint(_))));
    let other = LogIdentity::from_seed("log.example/2", &[1; 32], [7; 32]).unwrap();
    let other_origin = Journal::open(db.clone(), other, Arc::new(Still), Box::new(rng()), None).await;
    assert!(matches!(other_origin, Err(JournalError::OtherLog { .. })));
}

/// The key of pseudonyms is fixed by the first entry: with another one each subject could have a second history.
/// Keeps: JRN-03
#[tokio::test]
async fn a_log_is_not_continued_with_another_key_of_pseudonyms() {
    let (_home, db, journal) = log_of(3).await;
    let stored = journal.entry(0).await.unwrap().unwrap();
    let (entry, fields) = stored.proven().unwrap();
    assert!(first_entry::vrf_key(&entry.kind, (entry.payload.len(), entry.subjects.len()), &fields).is_ok());
    drop(journal);
    let other = LogIdentity::from_seed(ORIGIN, &[1; 32], [8; 32]).unwrap();
    let refused = Journal::open(db.clone(), other, Arc::new(Still), Box::new(rng()), None).await;
    assert!(matches!(refused, Err(JournalError::OtherPseudonyms(_))));
    assert!(open(&db).await.is_ok());
}

/// Keeps: JRN-02
#[tokio::test]
async fn the_database_refuses_to_change_or_remove_an_entry() {
    let (_home, db, _journal) = log_of(2).await;
    if db.engine() == Engine::Sqlite {
        let mut tx = db.begin().await.unwrap();
        let replace =
            "insert or replace into journal_entry select seq, id, leaf, links, x'00' from journal_entry where seq = 1";
        assert!(tx.execute(replace, &[]).await.is_err());
    }
    for sql in [
        "update journal_entry set body = leaf where seq = 0",
        "delete from journal_entry where seq = 1",
        "insert into journal_entry (seq, id, leaf, links, body) select 7, id, leaf, links, body from journal_entry where seq = 0",
        "update journal_entry set links = leaf where seq = 1",
        "delete from journal_checkpoint",
        "update journal_secret set facts = '[]'",
        "delete from journal_secret where seq = 0",
        "delete from journal_secret",
        "delete from journal_subject",
    ] {
        // Neither to those who put events in nor to the one who sequences.
        for db in [db.clone(), db.for_sequencer()] {
            let mut tx = db.begin().await.unwrap();
            assert!(tx.execute(sql, &[]).await.is_err(), "{sql}");
        }
    }
}

/// Changes the database behind the program's back: guards dropped, then `sql`, which is written for SQLite.
async fn tamper(home: &Home, sql: &str) {
    if let Some(server) = &home.server {
        let touched = server.behind_the_guards(&for_postgresql(sql)).await;
        assert!(touched > 0, "{sql}");
        return;
    }
    let mut raw = sqlx::SqliteConnection::connect(&home.url()).await.unwrap();
    let triggers: Vec<String> =
        sqlx::query_scalar("select name from sqlite_master where type = 'trigger'").fetch_all(&mut raw).await.unwrap();
    for trigger in triggers {
        sqlx::query(sqlx::AssertSqlSafe(format!("drop trigger {trigger}"))).execute(&mut raw).await.unwrap();
    }
    let touched = sqlx::query(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut raw).await.unwrap().rows_affected();
    assert!(touched > 0, "{sql}");
}

/// One octet changed by hand anywhere in the log is named. Keeps: JRN-02, JRN-06
#[tokio::test]
async fn the_audit_names_what_was_changed_behind_its_back() {
    let flip = |column: &str, table: &str, place: &str| {
        format!(
            "update {table} set {column} = cast(substr({column}, 1, 10) || \
             case when substr({column}, 11, 1) = x'41' then x'42' else x'41' end || \
             substr({column}, 12) as blob) where {place}"
        )
    };
    let text = |column: &str, table: &str, place: &str| {
        format!("update {table} set {column} = replace({column}, substr({column}, 3, 1), '~') where {place}")
    };
    for (sql, part, seq) in [
        (flip("body", "journal_entry", "seq = 4"), "entry", Some(4)),
        (flip("leaf", "journal_entry", "seq = 2"), "entry", Some(2)),
        (flip("hashes", "journal_node", "seq = 7"), "node", Some(7)),
        ("delete from journal_node where seq = 7".to_owned(), "node", Some(7)),
        ("insert into journal_node (seq, hashes) select 3, substr(hashes, 1, 64) from journal_node where seq = 7".to_owned(), "node", Some(3)),
        (flip("links", "journal_entry", "seq = 1"), "opening", Some(1)),
        ("update journal_entry set links = leaf where seq = 2".to_owned(), "subject", Some(2)),
        ("update journal_entry set links = cast(substr(links, 1, 40) as blob) where seq = 2".to_owned(), "opening", Some(2)),
        (flip("seed", "journal_secret", "seq = 4"), "opening", Some(4)),
        ("update journal_secret set facts = replace(facts, '{\"name\":', '{\"nama\":') where seq = 1".to_owned(), "opening", Some(1)),
        (text("facts", "journal_secret", "seq = 5"), "opening", Some(5)),
        ("update journal_secret set facts = substr(facts, 1, length(facts) - 1) || ',1]' where seq = 5".to_owned(), "opening", Some(5)),
        ("update journal_checkpoint set note = replace(note, 'log.example', 'log.exampie') where size = 3".to_owned(), "checkpoint", Some(3)),
        (flip("root", "journal_checkpoint", "size = 6"), "checkpoint", Some(6)),
        ("update journal_subject set last = 0 where last = 3".to_owned(), "subject", Some(0)),
        ("update journal_subject set n = 77 where last = 6".to_owned(), "subject", Some(6)),
        ("update journal_subject set entries = x'0000000000000002' where last = 3".to_owned(), "subject", Some(3)),
        ("update journal_subject set entries = x'0000000000000002', last = 2 where last = 3".to_owned(), "subject", Some(2)),
        ("update journal_subject set entries = cast(entries || x'0000000000000007' as blob), last = 7 where last = 3".to_owned(), "subject", Some(4)),
        ("delete from journal_subject where last = 3".to_owned(), "subject", Some(3)),
        ("update journal_event set seq = 1 where seq = 2".to_owned(), "event", Some(2)),
        ("delete from journal_entry where seq = 6".to_owned(), "entry", Some(6)),
        ("delete from journal_entry where seq = 0".to_owned(), "entry", Some(0)),
        ("delete from journal_checkpoint where size = 7".to_owned(), "checkpoint", Some(6)),
        (flip("root", "log_head", "one = 1"), "head", None),
        ("delete from log_head".to_owned(), "head", None),
        ("update log_head set t_ms = t_ms + 1".to_owned(), "head", None),
        ("delete from journal_checkpoint where size = 3".to_owned(), "checkpoint", Some(4)),
        ("insert into journal_event (id, seq) values (x'00000000000000000000000000000001', 77)".to_owned(), "event", None),
        ("insert into journal_event (id, seq) values (x'00000000000000000000000000000001', 2)".to_owned(), "event", None),
        ("insert into journal_node (seq, hashes) values (99, x'0000000000000000000000000000000000000000000000000000000000000000')".to_owned(), "node", None),
        ("insert into journal_subject (subject, n, last, entries) values (x'00', 1, 99, x'0000000000000063')".to_owned(), "subject", None),
        ("insert into journal_secret (seq, seed, facts) values (99, x'0000000000000000000000000000000000000000000000000000000000000000', '[]')".to_owned(), "opening", None),
        ("insert into journal_time_stamp (size, token, made) values (5, x'3000', 0)".to_owned(), "checkpoint", Some(5)),
    ] {
        // The first inner nodes that are kept are those with entry 7.
        let (home, db, journal) = log_of(if part == "node" { 8 } else { 7 }).await;
        let key = journal.verifier_key().to_owned();
        drop(journal);
        db.close().await;
        tamper(&home, &sql).await;
        let db = home.connect().await;
        let report = audit::run(&db, &key).await.unwrap();
        let failure = report.first_failure.clone().unwrap_or_else(|| panic!("not seen: {sql}"));
        assert!(!report.ok);
        assert_eq!(failure.part, part, "{sql} {failure:?}");
        if seq.is_some() {
            assert_eq!(failure.seq, seq, "{sql} {failure:?}");
        }
    }
}

/// Keeps: JRN-02
#[tokio::test]
async fn a_log_that_does_not_fit_its_checkpoint_is_not_appended_to() {
    for sql in [
        "delete from journal_entry where seq = 6",
        "update log_head set n = 6",
        "update log_head set t_ms = t_ms + 1",
        "delete from log_head",
        "update log_head set root = x'0000000000000000000000000000000000000000000000000000000000000000'",
        "delete from journal_checkpoint where size = 7",
        "update journal_checkpoint set note = replace(note, '7', '8') where size = 7",
    ] {
        let (home, db, journal) = log_of(7).await;
        drop(journal);
        db.close().await;
        tamper(&home, sql).await;
        let db = home.connect().await;
        assert!(open(&db).await.is_err(), "{sql}");
    }
}

/// An index row moved to another subject, its opening deleted: the rest of the entry is still compared. Keeps: JRN-02
#[tokio::test]
async fn a_subject_moved_under_cover_of_a_deleted_opening_is_named() {
    let (home, db, journal) = log_of(3).await;
    let key = journal.verifier_key().to_owned();
    drop(journal);
    db.close().await;
    let zeros = "x'0000000000000000000000000000000000000000000000000000000000000000'";
    tamper(&home, "update journal_entry set links = leaf where seq = 2").await;
    tamper(&home, &format!("update journal_subject set subject = {zeros} where last = 2 and n = 1")).await;
    let db = home.connect().await;
    assert!(!audit::run(&db, &key).await.unwrap().ok);
}

/// The operator writes an entry that says a name twice: with one value for the audit, with another one for a court.
/// Keeps: JRN-02, JRN-06
#[tokio::test]
async fn the_audit_names_an_entry_with_a_field_that_stands_twice() {
    let (home, db, journal) = log_of(2).await;
    let key = journal.verifier_key().to_owned();
    let stored = journal.entry(1).await.unwrap().unwrap();
    let (_, before) = stored.openings.iter().find(|(field, _)| *field == Field::Payload(1)).unwrap().clone();
    drop(journal);
    db.close().await;
    let value = json!({"name": "number", "value": "2"});
    let mut entry = Entry::parse(&stored.body).unwrap();
    entry.payload[1] = Opening { salt: before.salt, value: value.clone() }.commitment().unwrap();
    let body = entry.to_bytes().unwrap();
    let (leaf, body) = (hex::encode(leaf_hash(&body)), hex::encode(body));
    tamper(&home, &format!("update journal_entry set body = x'{body}', leaf = x'{leaf}' where seq = 1")).await;
    let sql = format!("update journal_secret set facts = replace(facts, '{}', '{value}') where seq = 1", before.value);
    tamper(&home, &sql).await;

    let db = home.connect().await;
    let failure = audit::run(&db, &key).await.unwrap().first_failure.unwrap();
    assert_eq!((failure.part, failure.seq), ("opening", Some(1)), "{failure:?}");
    assert!(failure.reason.contains("number stands twice"), "{failure:?}");
}

/// The operator writes an entry under names that are not its document's or its parties'. Keeps: JRN-02, JRN-03, JRN-06
#[tokio::test]
async fn the_audit_names_an_entry_under_a_name_that_it_does_not_tell() {
    let subjects = |names: [&str; 3]| names.map(str::to_owned).to_vec();
    let told = |kind: &str, names| EventDraft {
        kind: kind.to_owned(),
        subjects: subjects(names),
        payload: vec![
            ("document_id".to_owned(), json!("1")),
            ("sender".to_owned(), json!("bin:2")),
            ("recipient".to_owned(), json!("iin:3")),
        ],
        ..event(1)
    };
    let (own, recorded) = (["document:1", "party:bin:2", "party:iin:3"], "document.recorded");
    for (kind, names, good) in [
        (recorded, own, true),
        // Of a draft the recipient knows nothing.
        ("document.drafted", ["document:1", "party:bin:2", "x"], true),
        (recorded, ["document:9", "party:bin:2", "party:iin:3"], false),
        (recorded, ["document:1", "party:bin:9", "party:iin:3"], false),
        (recorded, ["document:1", "party:bin:2", "party:iin:9"], false),
        ("document.held", ["document:9", "party:bin:2", "x"], false),
    ] {
        let (_home, db, journal) = log_of(2).await;
        let at = put(&db, &journal, &told(kind, names)).await;
        let report = journal.audit().await.unwrap();
        assert!(report.names_checked);
        let found = report.first_failure.map(|failure| (failure.part, failure.seq));
        assert_eq!(found, (!good).then_some(("name", Some(at))), "{kind} {names:?}");
        // Whoever has no key of pseudonyms is told that it was not looked at.
        let report = audit::run(&db, journal.verifier_key()).await.unwrap();
        assert_eq!((report.ok, report.names_checked), (true, false));
        // With another key nothing is taken for checked.
        let other = VrfSecretKey::from_seed(&[8; 32]);
        let against = audit::Against { memory: None, names: Some(&other) };
        let report = audit::run_with(&db, journal.verifier_key(), against).await.unwrap();
        assert_eq!(report.first_failure.map(|failure| (failure.part, failure.seq)), Some(("name", Some(0))));
    }
}

/// Keeps: JRN-04
#[tokio::test]
async fn a_subject_whose_newest_entry_cannot_be_made_out_hinders_nobody_else_and_is_told() {
    let (home, db, journal) = log_of(4).await;
    drop(journal);
    db.close().await;
    tamper(&home, "update journal_subject set last = 77 where last = 1").await;
    let db = home.connect().await;
    let journal = open(&db).await.unwrap();
    let damaged = event(1);
    let mut tx = db.begin().await.unwrap();
    journal.enqueue(&mut tx, &damaged).await.unwrap();
    tx.commit().await.unwrap();
    let sound = EventDraft { subjects: vec!["document:another".to_owned()], ..event(5) };
    assert_eq!(put(&db, &journal, &sound).await, 4);
    let answer = journal.wait(damaged.id, Duration::from_secs(5)).await;
    assert!(matches!(answer, Err(WaitError::Failed(JournalError::Unfit { .. }))), "{answer:?}");
}

/// Keeps: JRN-06
#[tokio::test(flavor = "multi_thread")]
async fn an_audit_of_a_log_that_grows_meanwhile_gives_no_false_alarm() {
    let (_home, db, journal) = log_of(30).await;
    let writer = {
        let (db, journal) = (db.clone(), journal.clone());
        tokio::spawn(async move {
            for number in 0..120 {
                put(&db, &journal, &event(number)).await;
            }
        })
    };
    while !writer.is_finished() {
        let report = journal.audit().await.unwrap();
        assert!(report.ok, "{report:?}");
    }
}

async fn open_with(db: &Db, memory: &OutsideMemory) -> Result<Journal, JournalError> {
    Journal::open(db.clone(), identity(1), Arc::new(Still), Box::new(rng()), Some(memory.clone())).await
}

/// The file of a database, put back to an older state, or swapped for another that is whole in itself. Keeps: JRN-02
#[tokio::test(flavor = "multi_thread")]
async fn a_database_put_back_or_swapped_contradicts_what_is_remembered_outside() {
    let folder = TempDir::new().unwrap();
    let memory = OutsideMemory::beside(&folder.path().join("log.key"));
    let file = |name: &str| format!("sqlite:{}", folder.path().join(name).display());
    let fill = async |name: &str, count: u64, memory: Option<&OutsideMemory>| {
        let db = Db::connect(&file(name)).await.unwrap();
        db.migrate().await.unwrap();
        let journal = match memory {
            Some(memory) => open_with(&db, memory).await.unwrap(),
            None => open(&db).await.unwrap(),
        };
        for number in 0..count {
            put(&db, &journal, &event(number)).await;
        }
        (db, journal)
    };
    let (db, journal) = fill("log.db", 5, Some(&memory)).await;
    journal.keep_outside().await.unwrap();
    assert_eq!(memory.remembered(journal.verifier_key()).unwrap().unwrap().size, 6);
    let key = journal.verifier_key().to_owned();
    assert!(audit::run_with(&db, &key, audit::Against { memory: Some(&memory), names: None }).await.unwrap().ok);
    drop(journal);
    db.close().await;

    for (name, count) in [("shorter.db", 3), ("other.db", 9), ("empty.db", 0)] {
        let (db, journal) = fill(name, count, None).await;
        drop(journal);
        assert!(audit::run(&db, &key).await.unwrap().ok, "{name}");
        let refused = open_with(&db, &memory).await;
        assert!(matches!(refused, Err(JournalError::Rollback { .. })), "{name}");
        let report = audit::run_with(&db, &key, audit::Against { memory: Some(&memory), names: None }).await.unwrap();
        assert_eq!(report.first_failure.map(|failure| failure.part), Some("outside"), "{name}");
    }
    // The true one goes on, and what is remembered with it, without being asked, within seconds.
    let db = Db::connect(&file("log.db")).await.unwrap();
    let journal = open_with(&db, &memory).await.unwrap();
    put(&db, &journal, &event(5)).await;
    for _ in 0..100 {
        if memory.remembered(&key).unwrap().unwrap().size == 7 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("not remembered");
}

#[tokio::test]
async fn an_erased_opening_is_no_failure() {
    let (home, db, journal) = log_of(3).await;
    let key = journal.verifier_key().to_owned();
    drop(journal);
    db.close().await;
    tamper(&home, "delete from journal_secret where seq = 1").await;
    let db = home.connect().await;
    assert!(audit::run(&db, &key).await.unwrap().ok);
}

/// Two services on one database by mistake: nothing is lost, doubled or forked. Keeps: JRN-01
#[tokio::test(flavor = "multi_thread")]
async fn two_sequencers_on_one_log_make_no_gap_and_no_fork() {
    let (_home, db) = empty().await;
    let (first, second) = (open(&db).await.unwrap(), open(&db).await.unwrap());
    let mut numbers = Vec::new();
    for number in 0..12 {
        let journal = if number % 2 == 0 { &first } else { &second };
        numbers.push(put(&db, journal, &event(number)).await);
    }
    assert_eq!(numbers, (1..=12).collect::<Vec<_>>());
    everything_holds(&db, &first, 13).await;
}
