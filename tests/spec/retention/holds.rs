//! Holds and courts' requests that come up while entries are being pruned.

use qolhat::domain::ids::DocumentId;
use qolhat::journal::keeping;
use qolhat::journal::pruning::Pruning;
use qolhat::operations::hold_document::{lift_hold, place_hold};
use qolhat::operations::prune_journal::prune_journal;

use super::pruning::{LATER, Old, refused, stored};
use super::*;

/// Keeps: JRN-03, JRN-04
#[tokio::test(flavor = "multi_thread")]
async fn a_hold_that_is_placed_while_a_pruning_works_stops_it() {
    stops_it(Old::set(OwnDatabase::chosen().await).await).await;
}

/// Keeps: JRN-03, JRN-04
#[tokio::test(flavor = "multi_thread")]
async fn a_hold_that_is_placed_while_a_pruning_works_stops_it_on_postgresql() {
    let Some(server) = OwnDatabase::make().await else { return };
    stops_it(Old::set(Some(server)).await).await;
}

async fn stops_it(old: Old) {
    let app = Arc::new(old.at(LATER).await);
    let document = DocumentId::parse(&old.document).unwrap();
    let held = app.journal.entries_of_subject(&format!("document:{document}")).await.unwrap();
    let officer = old.officer("officer");
    let id = old.propose(&app, 512).await.unwrap();
    old.approve(&app, id).await.unwrap();

    // The segments are read, and the hold is there before anything goes: whoever places one holds the lock that a step
    // takes.
    let mut tx = app.db.begin().await.unwrap();
    keeping::decide(&mut tx).await.unwrap();
    let working = tokio::spawn({
        let app = Arc::clone(&app);
        async move { prune_journal(&app).await }
    });
    tokio::time::sleep(Duration::from_secs(2)).await;
    let sql = "insert into legal_hold (id, document_id, ground, placed_by, placed_at, placed_event) \
        values ($1, $1, 'Запрос суда', 'x', 1, $1)";
    tx.execute(sql, &qolhat::params![document.as_uuid()]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(refused(working.await.unwrap()), "pruning-held");
    assert_eq!(app.journal.minimum().await.unwrap(), 0);
    let mut tx = app.db.begin().await.unwrap();
    tx.execute("update legal_hold set lifted_at = 1, lifted_by = 'x'", &[]).await.unwrap();
    tx.commit().await.unwrap();

    // It was cut off when the bound was moved: what the bound has passed is held as well.
    let owner = app.db.for_owner();
    let mut tx = owner.begin().await.unwrap();
    assert!(Pruning::new(owner.engine(), 0, 512).step(&mut tx).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(app.journal.minimum().await.unwrap(), 512);
    let hold = place_hold(&app, &officer, document, "Запрос суда", None).await.unwrap();
    assert_eq!(refused(prune_journal(&app).await), "pruning-held");
    for seq in held {
        assert!(!stored(&app, seq).await.openings.is_empty(), "entry {seq} is held");
    }

    // A hold waits for a step that is being done.
    let mut tx = owner.begin().await.unwrap();
    keeping::decide(&mut tx).await.unwrap();
    let placing = tokio::spawn({
        let (app, officer) = (Arc::clone(&app), officer.clone());
        async move { place_hold(&app, &officer, document, "Запрос суда", None).await }
    });
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(!placing.is_finished());
    drop(tx);
    let second = placing.await.unwrap().unwrap();
    for hold in [hold, second] {
        lift_hold(&app, &officer, (document, hold), "Дело прекращено", None).await.unwrap();
    }
    assert_eq!(prune_journal(&app).await.unwrap(), Some(512));
    assert!(app.journal.audit().await.unwrap().ok);
}
