//! A promise of an entry, and how long it is kept.

use qolhat::db::{Db, DbError};
use qolhat::domain::ids::EventId;
use qolhat::journal::promise::MergeDelay;
use qolhat::params;

use super::{event, everything_holds, log_of, put};

async fn delete(db: &Db, event: EventId) -> Result<u64, DbError> {
    let mut tx = db.begin().await?;
    let deleted = tx.execute("delete from journal_promise where event = $1", &params![event.as_uuid()]).await?;
    tx.commit().await?;
    Ok(deleted)
}

/// Its digest tells whoever guesses what the event said: it goes when that is erased. Before that, and while no entry keeps
/// it, nobody takes it back. Keeps: JRN-03, JRN-05
#[tokio::test(flavor = "multi_thread")]
async fn a_promise_goes_with_what_its_entry_says_and_not_before() {
    let (_home, db, journal) = log_of(2).await;
    let event = event(2);
    let promised = journal.promise(&event, MergeDelay::default()).unwrap();
    journal.keep_promise(&promised).await.unwrap();
    let is_kept = async || {
        let refused = delete(&db, event.id).await.unwrap_err();
        assert!(refused.violates(&["journal_promise_is_append_only"]), "{refused}");
        assert_eq!(journal.promised(event.id).await.unwrap().as_deref(), Some(promised.note.as_str()));
    };
    is_kept().await;
    assert_eq!(put(&db, &journal, &event).await, 2);
    is_kept().await;

    let mut tx = db.begin().await.unwrap();
    assert!(journal.erase_openings(&mut tx, 2).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(journal.promised(event.id).await.unwrap(), None);
    everything_holds(&db, &journal, 3).await;
}
