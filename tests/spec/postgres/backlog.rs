//! A backlog of many full batches, which are made and written side by side, and what is committed late in the middle of it.

use std::time::Duration;

use qolhat::app::App;
use qolhat::domain::ids::EventId;
use qolhat::journal::EventDraft;
use serde_json::json;

use super::{opened_as, stage};

/// Events between two that are committed late: no multiple of a batch.
const BETWEEN: usize = 700;
const LATE: usize = 6;

fn event(app: &App, document: &str) -> EventDraft {
    let id = EventId::new(app.clock.now(), &mut app.rng.clone());
    let payload = vec![("number".to_owned(), json!(document))];
    EventDraft {
        id,
        kind: "document.recorded".to_owned(),
        subjects: vec![format!("document:{document}"), format!("party:{}", document.len())],
        payload,
        actor: json!({"iin": "123456789011"}),
    }
}

/// Puts events into the inbox that wait there.
async fn fill(app: &App, part: usize, all: &mut Vec<EventId>) {
    let mut tx = app.db.begin().await.unwrap();
    for number in 0..BETWEEN {
        let event = event(app, &format!("{part}-{number}"));
        app.journal.enqueue(&mut tx, &event).await.unwrap();
        all.push(event.id);
    }
    tx.commit().await.unwrap();
}

/// Each event becomes an entry once, whatever is being made and written when it shows; and of one document the one that was
/// committed first comes first. Keeps: JRN-02
#[tokio::test(flavor = "multi_thread")]
async fn a_backlog_beside_which_others_commit_late_loses_doubles_and_passes_over_nothing() {
    let Some(stage) = stage().await else { return };
    stage.leave().await;
    // One whose sequencer has ended: what it puts in waits.
    let filler = opened_as(&stage, "qolhat").await.unwrap();
    filler.journal.close().await;
    let (mut all, mut late) = (Vec::new(), Vec::new());
    for part in 0..LATE {
        fill(&filler, part, &mut all).await;
        let first = event(&filler, &format!("late-{part}"));
        let mut tx = filler.db.begin().await.unwrap();
        filler.journal.enqueue(&mut tx, &first).await.unwrap();
        late.push((tx, first.id, part));
    }
    for part in LATE..2 * LATE {
        fill(&filler, part, &mut all).await;
    }
    let mut raw = stage.database.as_ref().unwrap().raw().await;
    let before: i64 = sqlx::query_scalar("select n from log_head").fetch_one(&mut raw).await.unwrap();

    let app = opened_as(&stage, "qolhat").await.unwrap();
    let mut pairs = Vec::new();
    for (tx, first, part) in late {
        tokio::time::sleep(Duration::from_millis(40)).await;
        tx.commit().await.unwrap();
        let second = event(&filler, &format!("late-{part}"));
        let mut tx = filler.db.begin().await.unwrap();
        filler.journal.enqueue(&mut tx, &second).await.unwrap();
        tx.commit().await.unwrap();
        all.extend([first, second.id]);
        pairs.push((first, second.id));
    }
    for event in &all {
        app.journal.wait(*event, Duration::from_secs(60)).await.unwrap();
    }

    for (first, second) in pairs {
        let first = app.journal.find(first).await.unwrap().unwrap();
        let second = app.journal.find(second).await.unwrap().unwrap();
        assert!(first.seq < second.seq, "{} was committed before {}", first.seq, second.seq);
    }
    let counts = "select n, (select count(*) from journal_entry), (select count(distinct id) from journal_entry), \
        (select count(*) from journal_inbox), (select count(*) from journal_quarantine) from log_head";
    let (n, entries, events, waiting, aside): (i64, i64, i64, i64, i64) =
        sqlx::query_as(counts).fetch_one(&mut raw).await.unwrap();
    assert_eq!((entries, events, waiting, aside), (n, n, 0, 0));
    assert_eq!(n - before, i64::try_from(all.len()).unwrap());
    let report = app.journal.audit().await.unwrap();
    assert!(report.ok && report.waiting == 0, "{report:?}");
    app.journal.close().await;
    app.db.close().await;
    filler.db.close().await;
}
