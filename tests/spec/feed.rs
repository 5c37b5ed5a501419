//! The feed of notices: whoever goes on from the last one that he was given misses none, whatever order acts are committed in.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use qolhat::app::App;
use qolhat::db::Tx;
use qolhat::demo::client::Client;
use qolhat::domain::ids::EventId;
use qolhat::domain::party::Party;
use qolhat::journal::EventDraft;
use qolhat::notify::store::{After, Notice, feed};
use qolhat::params;
use serde_json::{Value, json};

use crate::support::database::OwnDatabase;
use crate::support::stage::{AGREEMENT, Stage, at};

/// A stage with one client, who has seen all of his feed: his last position is told as well.
async fn stage(database: Option<OwnDatabase>) -> (Stage, Party, Client, String) {
    let stage = Stage::set_on(database, at("2026-11-22T09:00:00Z"), |_, _| {}).await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (actor, client) = stage.joined("head-a", &offer).await;
    stage.sequenced().await;
    let seen = events(&client, "").await;
    let last = seen.last().unwrap()["position"].as_str().unwrap().to_owned();
    (stage, actor.party(), client, last)
}

async fn events(client: &Client, query: &str) -> Vec<Value> {
    let events = client.get(&format!("/api/v1/events{query}")).await.unwrap();
    events.as_array().unwrap().clone()
}

fn kinds(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["kind"].as_str().unwrap()).collect()
}

/// Puts an event of `party` and `count` notices of it, as an act does.
async fn put(app: &App, tx: &mut Tx, party: &Party, (kind, count): (&str, usize)) -> EventId {
    let now = app.clock.now();
    let id = EventId::new(now, &mut app.rng.clone());
    for _ in 0..count {
        let sql = include_str!("../../src/notify/sql/insert_notice.sql");
        let document: Option<uuid::Uuid> = None;
        tx.execute(sql, &params![party.key(), kind, document, id.as_uuid(), now]).await.unwrap();
    }
    let subjects = vec![format!("party:{}", party.key())];
    let actor = json!({"iin": "123456789011"});
    let event = EventDraft { id, kind: "document.signed".to_owned(), subjects, payload: Vec::new(), actor };
    app.journal.enqueue(tx, &event).await.unwrap();
    id
}

async fn committed(app: &App, tx: Tx, event: EventId) {
    tx.commit().await.unwrap();
    app.journal.wake();
    app.journal.wait(event, Duration::from_secs(20)).await.unwrap();
}

/// Two acts: the first to take its position commits last, after the second was read.
#[tokio::test(flavor = "multi_thread")]
async fn a_notice_that_is_committed_late_is_not_passed_over_on_postgresql() {
    let Some(server) = OwnDatabase::make().await else { return };
    let (stage, party, client, last) = stage(Some(server)).await;
    let app = &stage.app;
    let (mut slow, mut fast) = (app.db.begin().await.unwrap(), app.db.begin().await.unwrap());
    let first = put(app, &mut slow, &party, ("first-to-begin", 1)).await;
    let second = put(app, &mut fast, &party, ("first-to-commit", 1)).await;
    committed(app, fast, second).await;
    let seen = events(&client, &format!("?after={last}")).await;
    assert_eq!(kinds(&seen), ["first-to-commit"]);
    committed(app, slow, first).await;
    let after = seen[0]["position"].as_str().unwrap();
    assert_eq!(kinds(&events(&client, &format!("?after={after}")).await), ["first-to-begin"]);
    // Whoever reads all of it has the same order.
    assert_eq!(kinds(&events(&client, &format!("?after={last}")).await), ["first-to-commit", "first-to-begin"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_may_end_within_an_entry_and_no_notice_comes_twice() {
    pages_of_one(stage(OwnDatabase::chosen().await).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_may_end_within_an_entry_and_no_notice_comes_twice_on_postgresql() {
    let Some(server) = OwnDatabase::make().await else { return };
    pages_of_one(stage(Some(server)).await).await;
}

async fn pages_of_one((stage, party, client, last): (Stage, Party, Client, String)) {
    let app = &stage.app;
    for (kind, count) in [("one", 1), ("both-sides", 2), ("another", 1)] {
        let mut tx = app.db.begin().await.unwrap();
        let event = put(app, &mut tx, &party, (kind, count)).await;
        committed(app, tx, event).await;
    }
    let (mut after, mut seen) = (last, Vec::new());
    while let [event] = events(&client, &format!("?after={after}&limit=1")).await.as_slice() {
        after = event["position"].as_str().unwrap().to_owned();
        assert_eq!(after.split('.').next().unwrap(), event["entry"].to_string());
        seen.push(event["kind"].as_str().unwrap().to_owned());
    }
    assert_eq!(seen, ["one", "both-sides", "both-sides", "another"]);
}

/// A position as it was told before: what is past it is given, and from there on one goes by the journal.
#[tokio::test(flavor = "multi_thread")]
async fn an_old_position_goes_on_and_what_is_none_is_refused() {
    let (stage, party, client, last) = stage(OwnDatabase::chosen().await).await;
    let app = &stage.app;
    for kind in ["one", "two"] {
        let mut tx = app.db.begin().await.unwrap();
        let event = put(app, &mut tx, &party, (kind, 1)).await;
        committed(app, tx, event).await;
    }
    let (_, number) = last.split_once('.').unwrap();
    let page = events(&client, &format!("?after={number}&limit=1")).await;
    assert_eq!(kinds(&page), ["one"]);
    let after = page[0]["position"].as_str().unwrap();
    assert_eq!(kinds(&events(&client, &format!("?after={after}")).await), ["two"]);
    assert_eq!(events(&client, "?after=0").await, events(&client, "").await);
    for wrong in ["", "x", "-1", "+1", "1.", ".1", "1.2.3", "1.-2", "99999999999999999999", "1.99999999999999999999"] {
        let refused = client.get(&format!("/api/v1/events?after={wrong}")).await.unwrap_err();
        assert_eq!(refused.code(), Some("malformed-content"), "{wrong}");
    }
}

/// The feed read by its end, page by page, until `is_over` was said and nothing more comes.
async fn follow(app: Arc<App>, party: Party, is_over: Arc<AtomicBool>) -> Vec<Notice> {
    let mut seen: Vec<Notice> = Vec::new();
    loop {
        let was_over = is_over.load(Ordering::SeqCst);
        let after = seen.last().map_or(After::START, |notice| After::Place(notice.place));
        let page = feed(&app.db, &party, after, 7).await.unwrap();
        if page.is_empty() && was_over {
            return seen;
        }
        seen.extend(page);
    }
}

/// Many acts at once that commit in no order, read by several at the same time.
#[tokio::test(flavor = "multi_thread")]
async fn who_follows_the_feed_gets_every_notice_once_on_postgresql() {
    let Some(server) = OwnDatabase::make().await else { return };
    let (stage, party, _, _) = stage(Some(server)).await;
    let is_over = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> =
        (0..3).map(|_| tokio::spawn(follow(Arc::clone(&stage.app), party, Arc::clone(&is_over)))).collect();
    let acts = (0..8_u64).map(|writer| {
        let app = Arc::clone(&stage.app);
        tokio::spawn(async move {
            for round in 0..12_u64 {
                let mut tx = app.db.begin().await.unwrap();
                let event = put(&app, &mut tx, &party, ("act", 1)).await;
                tokio::time::sleep(Duration::from_millis((writer * 7 + round * 5) % 23)).await;
                committed(&app, tx, event).await;
            }
        })
    });
    for act in acts.collect::<Vec<_>>() {
        act.await.unwrap();
    }
    is_over.store(true, Ordering::SeqCst);
    let whole = feed(&stage.app.db, &party, After::START, 500).await.unwrap();
    assert_eq!(whole.iter().filter(|notice| notice.kind == "act").count(), 96);
    for reader in readers {
        let seen: Vec<_> = reader.await.unwrap().into_iter().map(|notice| notice.place).collect();
        assert_eq!(seen, whole.iter().map(|notice| notice.place).collect::<Vec<_>>());
    }
}
