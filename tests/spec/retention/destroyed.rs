//! Content that is to be destroyed, after the entries that tell of it were pruned.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use qolhat::app::{App, Passwords};
use qolhat::demo::client::{Client, text};
use qolhat::demo::story::Actor;
use qolhat::domain::ids::DocumentId;
use qolhat::operations::prune_journal::prune_journal;
use qolhat::params;

use super::*;
use crate::support::stage::AGREEMENT;

const THEN: &str = "2026-11-22T09:00:00Z";
const LATER: &str = "2031-11-23T09:00:00Z";

async fn ask(stage: &Stage, (actor, client): (&Actor, &Client), document: &str) -> Value {
    let path = format!("/api/v1/documents/{document}/destruction");
    let wanted = client.get_bytes(&format!("{path}/text")).await.unwrap();
    let cms = BASE64_STANDARD.encode(stage.sign(&actor.sign, &wanted));
    client.post(&path, &json!({"cms": cms})).await.unwrap()
}

/// The term of a document counts from the entry that records it, also when that has left the database.
///
/// Keeps: JRN-03, JRN-05
#[tokio::test(flavor = "multi_thread")]
async fn what_waited_to_be_destroyed_goes_on_its_day_though_its_entries_are_pruned() {
    let stage = stage_on(OwnDatabase::chosen().await, THEN).await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (head, client) = stage.joined("head-a", &offer).await;
    let (other, _) = stage.joined("head-b", &offer).await;
    let [one, two] = ["1", "2"].map(|number| stage.recorded_act((&head, &client), &other, number));
    let (one, two) = (one.await, two.await);
    let until = json!("2031-12-31T19:00:00Z");
    assert_eq!(ask(&stage, (&head, &client), &one).await["kept_until"], until);
    grow(&stage, 2 * WIDTH + 20).await;
    seal(&stage, 1).await;
    assert_eq!(export_due(&stage.app, 99).await.unwrap().len(), 2);

    let stage = stage.later(at(LATER)).await;
    let (officer, second) = (stage.officer().await, stage.log_in(&stage.actor("officer-2").auth).await);
    let wanted = json!({"minimum": 2 * WIDTH, "ground": "Срок хранения истёк"});
    let proposed = officer.post("/api/v1/journal/prunings", &wanted).await.unwrap();
    let decision = format!("/api/v1/journal/prunings/{}/decision", text(&proposed, "pruning_id").unwrap());
    second.post(&decision, &json!({"decision": "approve"})).await.unwrap();
    assert_eq!(prune_journal(&stage.app).await.unwrap(), Some(2 * WIDTH));

    // Whoever asks now is told the same day as whoever asked before.
    let (head, other) = (stage.actor("head-a"), stage.actor("head-b"));
    let (first, second) = (stage.log_in(&head.auth).await, stage.log_in(&other.auth).await);
    for document in [&one, &two] {
        assert_eq!(ask(&stage, (&other, &second), document).await["kept_until"], until);
    }
    assert_eq!(ask(&stage, (&head, &first), &two).await["kept_until"], until);
    stage.leave().await;
    for (then, left) in [("2031-12-31T18:00:00Z", 2), ("2031-12-31T19:00:00Z", 0)] {
        let mut config = stage.config.clone();
        config.clock = Some(then.to_owned());
        let app = App::open(&config, &Passwords::Demo).await.unwrap();
        qolhat::worker::round(&app).await;
        assert_eq!((keys(&app, &one).await + keys(&app, &two).await, then), (left, then));
        app.journal.close().await;
        app.db.close().await;
    }
}

async fn keys(app: &App, document: &str) -> usize {
    let id = DocumentId::parse(document).unwrap();
    let sql = "select wrapped from content_key where document_id = $1";
    app.db.query(sql, &params![id.as_uuid()]).await.unwrap().len()
}
