//! What waits in the inbox and was not put there by this service, or not as it lies there: it becomes no entry, is put aside
//! and hinders nobody. Whoever has the database and no key can do all of this.

use qolhat::db::Tx;
use uuid::Uuid;

use super::*;

/// A row of the inbox.
struct Waits {
    id: Uuid,
    body: String,
    mac: Vec<u8>,
}

/// The row of an event as the service writes it; the act is undone.
async fn written(db: &Db, journal: &Journal, event: &EventDraft) -> Waits {
    let mut tx = db.begin().await.unwrap();
    journal.enqueue(&mut tx, event).await.unwrap();
    let sql = "select body, mac from journal_inbox where id = $1";
    let row = tx.query_one(sql, &params![event.id.as_uuid()]).await.unwrap().unwrap();
    Waits { id: event.id.as_uuid(), body: row.text("body").unwrap(), mac: row.bytes("mac").unwrap() }
}

async fn insert(tx: &mut Tx, row: &Waits) {
    let sql = "insert into journal_inbox (id, body, mac) values ($1, $2, $3)";
    tx.execute(sql, &params![row.id, row.body.as_str(), row.mac.clone()]).await.unwrap();
}

async fn lay(db: &Db, journal: &Journal, row: &Waits) -> Result<u64, String> {
    let mut tx = db.begin().await.unwrap();
    insert(&mut tx, row).await;
    tx.commit().await.unwrap();
    journal.wake();
    became(journal, row.id).await
}

/// What became of an event: the number of its entry, or why there is none.
async fn became(journal: &Journal, id: Uuid) -> Result<u64, String> {
    match journal.wait(EventId::from(id), Duration::from_secs(10)).await {
        Ok(place) => Ok(place.seq),
        Err(WaitError::Failed(JournalError::Unfit { reason, .. })) => Err(reason),
        Err(other) => panic!("{other:?}"),
    }
}

fn is_not_ours(answer: Result<u64, String>) {
    let reason = answer.expect_err("it became an entry");
    assert!(reason.contains("this service did not put it into the inbox"), "{reason}");
}

fn new_id() -> Uuid {
    EventId::new(Still.now(), &mut rng()).as_uuid()
}

/// Keeps: JRN-02, JRN-06
#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_puts_into_the_inbox_becomes_no_entry() {
    let (_home, db, journal) = log_of(2).await;
    is_refused(&db, &journal).await;
}

/// Keeps: JRN-02, JRN-06
#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_puts_into_the_inbox_becomes_no_entry_on_postgresql() {
    let Some(server) = OwnDatabase::make().await else { return };
    let db = Db::connect(&server.url()).await.unwrap();
    db.migrate().await.unwrap();
    let journal = open(&db).await.unwrap();
    assert_eq!(put(&db, &journal, &event(1)).await, 1);
    is_refused(&db, &journal).await;
}

async fn is_refused(db: &Db, journal: &Journal) {
    let act = event(2);
    let ours = written(db, journal, &act).await;

    // Another event of the same subjects, as somebody writes it who has read their names in the log.
    let body = ours.body.replacen("document.recorded", "document.rejected", 1);
    assert_ne!(body, ours.body);
    for mac in [Vec::new(), vec![0; 32], ours.mac.clone()] {
        is_not_ours(lay(db, journal, &Waits { id: new_id(), body: body.clone(), mac }).await);
    }
    // The service's own row, under another id.
    is_not_ours(lay(db, journal, &Waits { id: new_id(), body: ours.body.clone(), mac: ours.mac.clone() }).await);
    // Rows of other logs: of another key, and of another name.
    for identity in [identity(2), LogIdentity::from_seed("log.example/2", &[1; 32], [7; 32]).unwrap()] {
        let (_home, other) = empty().await;
        let theirs = Journal::open(other.clone(), identity, Arc::new(Still), Box::new(rng()), None).await.unwrap();
        is_not_ours(lay(db, journal, &written(&other, &theirs, &event(3)).await).await);
    }

    let report = journal.audit().await.unwrap();
    assert_eq!((report.ok, report.waiting, report.quarantined, report.size), (true, 0, 6, 2), "{report:?}");
    // What the service wrote is what it was: the code was at fault in none of these.
    assert_eq!(lay(db, journal, &ours).await, Ok(2));
    everything_holds(db, journal, 3).await;
}

/// Among others that are the service's, and more than one batch of it: those become entries. Keeps: JRN-01, JRN-02
#[tokio::test(flavor = "multi_thread")]
async fn forged_rows_hinder_nobody() {
    let (_home, db, journal) = log_of(1).await;
    let mut tx = db.begin().await.unwrap();
    let mut ours = Vec::new();
    for number in 0..1500 {
        let event = event(number);
        journal.enqueue(&mut tx, &event).await.unwrap();
        ours.push(event.id.as_uuid());
        insert(&mut tx, &Waits { id: new_id(), body: "document.rejected\n\nnull".to_owned(), mac: vec![1; 32] }).await;
    }
    tx.commit().await.unwrap();
    journal.wake();
    for (id, seq) in ours.into_iter().zip(1..) {
        assert_eq!(became(&journal, id).await, Ok(seq));
    }
    let quarantined = async || journal.audit().await.unwrap().quarantined;
    while quarantined().await < 1500 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    everything_holds(&db, &journal, 1501).await;
}

/// Keeps: JRN-02, JRN-06
#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_was_changed_while_it_waited_becomes_no_entry_and_the_others_do() {
    let (home, db, journal) = log_of(2).await;
    // Nobody leads: all of it waits.
    journal.close().await;
    let events = [event(2), event(3), event(4), event(5)];
    let mut tx = db.begin().await.unwrap();
    for event in &events {
        journal.enqueue(&mut tx, event).await.unwrap();
    }
    tx.commit().await.unwrap();
    let place = async |at: usize| {
        let sql = "select position from journal_inbox where id = $1";
        let row = db.query_one(sql, &params![events[at].id.as_uuid()]).await.unwrap();
        row.unwrap().int("position").unwrap()
    };
    let change = |what: &str, at: i64| format!("update journal_inbox set {what} where position = {at}");
    tamper(&home, &change("body = replace(body, '\"value\":3', '\"value\":7')", place(1).await)).await;
    let of_another = format!("mac = (select mac from journal_inbox where position = {})", place(0).await);
    tamper(&home, &change(&of_another, place(2).await)).await;
    drop(journal);
    db.close().await;

    let db = home.connect().await;
    let journal = open(&db).await.unwrap();
    assert_eq!(became(&journal, events[0].id.as_uuid()).await, Ok(2));
    is_not_ours(became(&journal, events[1].id.as_uuid()).await);
    is_not_ours(became(&journal, events[2].id.as_uuid()).await);
    assert_eq!(became(&journal, events[3].id.as_uuid()).await, Ok(3));
    let report = journal.audit().await.unwrap();
    assert_eq!((report.ok, report.waiting, report.quarantined, report.size), (true, 0, 2, 4), "{report:?}");
}

/// Rows of before there were codes: nobody can tell whose they are, and nothing is changed while they wait. Keeps: JRN-04
#[tokio::test(flavor = "multi_thread")]
async fn a_schema_is_not_brought_up_while_events_of_before_wait() {
    let (home, db) = empty().await;
    db.close().await;
    let before = async |sql: &str| {
        if let Some(server) = &home.server {
            sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut server.raw().await).await.unwrap();
        } else {
            let mut raw = sqlx::SqliteConnection::connect(&home.url()).await.unwrap();
            sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut raw).await.unwrap();
        }
    };
    before("delete from _sqlx_migrations where version = 37; alter table journal_inbox drop column mac").await;
    let id = if home.server.is_some() { "'00000000-0000-0000-0000-000000000001'" } else { "zeroblob(16)" };
    before(&format!("insert into journal_inbox (id, body) values ({id}, 'a.b')")).await;

    let db = home.connect().await;
    let told = db.migrate().await.unwrap_err().to_string();
    assert!(told.contains("journal_inbox") && told.contains("nothing was changed"), "{told}");
    before("delete from journal_inbox").await;
    db.migrate().await.unwrap();
    assert!(db.schema_is_current().await.unwrap());
    assert_eq!(put(&db, &open(&db).await.unwrap(), &event(1)).await, 1);
}
