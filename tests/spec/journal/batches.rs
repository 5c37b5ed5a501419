//! What a batch may hold, and the runs that the index of subjects keeps of it.

use qolhat::db::Engine;
use serde_json::json;
use sqlx::Connection as _;

use super::{EventDraft, Home, audit, event, everything_holds, log_of, open, put};

/// More than a batch can hold by its octets waits: it becomes entries in the order in which it came. Keeps: JRN-01
#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_cut_by_its_octets_and_nothing_is_left_behind() {
    const EVENTS: u64 = 190;
    let (_home, db, journal) = log_of(2).await;
    let large = "x".repeat(60_000);
    let mut tx = db.begin().await.unwrap();
    let mut ids = Vec::new();
    for number in 0..EVENTS {
        let payload = vec![("text".to_owned(), json!(large)), ("number".to_owned(), json!(number))];
        let event = EventDraft { payload, ..event(number) };
        journal.enqueue(&mut tx, &event).await.unwrap();
        ids.push(event.id);
    }
    tx.commit().await.unwrap();
    journal.wake();
    for (id, seq) in ids.into_iter().zip(2..) {
        assert_eq!(journal.wait(id, std::time::Duration::from_secs(60)).await.unwrap().seq, seq);
    }
    let checkpoints = "select size from journal_checkpoint where size > 2 order by size";
    let sizes = db.query(checkpoints, &[]).await.unwrap();
    assert!(sizes.len() > 1, "11 MB went into one batch");
    everything_holds(&db, &journal, 2 + EVENTS).await;
}

/// Runs statements behind the program's back, past guards and keys.
async fn behind(home: &Home, statements: &[&str]) {
    if let Some(server) = &home.server {
        for statement in statements {
            server.behind_the_guards(statement).await;
        }
        return;
    }
    let mut raw = sqlx::SqliteConnection::connect(&home.url()).await.unwrap();
    for statement in statements {
        sqlx::query(sqlx::AssertSqlSafe((*statement).to_owned())).execute(&mut raw).await.unwrap();
    }
}

/// Whoever owns the database hides the newest entry of a subject from the sequencer, which makes another one with the same
/// counter, and puts the first one back: two ends of one history, each of which can be shown for the whole. Keeps: JRN-02,
/// JRN-04
#[tokio::test(flavor = "multi_thread")]
async fn a_history_with_two_ends_is_named() {
    let (home, db, journal) = log_of(5).await;
    let engine = db.engine();
    let key = journal.verifier_key().to_owned();
    drop(journal);
    db.close().await;
    let hide = [
        "create table hidden as select * from journal_subject where last = 4",
        "delete from journal_subject where last = 4",
    ];
    if engine == Engine::Sqlite {
        behind(&home, &["drop trigger journal_subject_is_never_removed"]).await;
    }
    behind(&home, &hide).await;
    let db = home.connect().await;
    let journal = open(&db).await.unwrap();
    // About the same subjects as entry 4.
    assert_eq!(put(&db, &journal, &event(4)).await, 5);
    drop(journal);
    db.close().await;
    match engine {
        Engine::Sqlite => {
            let whole = [
                "create table journal_twins as select * from journal_subject union all select * from hidden",
                "drop table journal_subject",
                "alter table journal_twins rename to journal_subject",
            ];
            behind(&home, &whole).await;
        }
        Engine::Postgres => {
            let whole = [
                "alter table journal_subject drop constraint a_subject_counts_without_gaps",
                "insert into journal_subject select * from hidden",
            ];
            behind(&home, &whole).await;
        }
    }
    let db = home.connect().await;
    let report = audit::run(&db, &key).await.unwrap();
    let failure = report.first_failure.unwrap();
    assert_eq!(failure.part, "subject", "{failure:?}");
    assert!(failure.reason.contains("two ends"), "{failure:?}");
}

/// Two processes tell of one new document at once, and each takes it for the first to do so. Keeps: JRN-02
#[tokio::test(flavor = "multi_thread")]
async fn a_subject_that_seems_to_begin_and_has_entries_goes_on_from_them() {
    let (_home, db, journal) = log_of(2).await;
    let first = event(2);
    let document = format!("document:{}", first.id);
    let told = |subjects: &[&str], event: EventDraft| EventDraft {
        subjects: subjects.iter().map(ToString::to_string).collect(),
        ..event
    };
    assert_eq!(put(&db, &journal, &told(&[&document], first)).await, 2);
    journal.close().await;
    // Another process, which has made no name yet and leads.
    let journal = open(&db).await.unwrap();
    let other = event(3);
    let new = format!("document:{}", other.id);
    assert_eq!(put(&db, &journal, &told(&[&document, &new], other)).await, 3);
    assert_eq!(put(&db, &journal, &told(&[&document], event(4))).await, 4);
    everything_holds(&db, &journal, 5).await;
    // The guess was wrong once, and has not cost the lead.
    let head = db.query_one("select epoch from log_head", &[]).await.unwrap().unwrap();
    assert_eq!(head.int("epoch").unwrap(), 2);
}
