//! Five years on: what was pruned is in no extract any more, what remains is, and what was issued before verifies as ever.

use qolhat::app::trust_of;
use qolhat::demo::client::text;
use qolhat::operations::issue_extract::operator_card;
use qolhat::operations::prune_journal::prune_journal;
use qolhat::operations::verify_extract::verify_extract;

use super::*;
use crate::support::extracts::{anchors_of, file_of};
use crate::support::second_verifier::{Pins, second_opinion};
use crate::support::stage::{AGREEMENT, asked_by, code};

const THEN: &str = "2026-11-22T09:00:00Z";
const LATER: &str = "2031-11-23T09:00:00Z";

/// That the verifier, and the second one, take every one of the extracts today.
fn must_hold(stage: &Stage, extracts: &[Vec<u8>]) {
    let anchors = anchors_of(&trust_of(&stage.config).unwrap());
    let card = operator_card(&stage.app);
    for extract in extracts {
        let judged = verify_extract(extract, &anchors, Some(&card), stage.now());
        assert_eq!(judged.exit_code(), 0, "{:?}", judged.failures);
    }
    if let Some(told) = second_opinion(&Pins::of(card, anchors, stage.now()), extracts) {
        assert!(told.iter().all(|(indication, _)| indication == "TOTAL-PASSED"), "{told:?}");
    }
}

/// Keeps: JRN-03, JRN-07, JRN-10
#[tokio::test(flavor = "multi_thread")]
async fn after_a_pruning_what_remains_is_extracted_and_extracts_of_before_verify() {
    are_extracted(OwnDatabase::chosen().await).await;
}

/// Keeps: JRN-03, JRN-07, JRN-10
#[tokio::test(flavor = "multi_thread")]
async fn after_a_pruning_on_postgresql_what_remains_is_extracted() {
    let Some(server) = OwnDatabase::make().await else { return };
    are_extracted(Some(server)).await;
}

async fn are_extracted(database: Option<OwnDatabase>) {
    let stage = stage_on(database, THEN).await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (head, client) = stage.joined("head-a", &offer).await;
    let (other, _) = stage.joined("head-b", &offer).await;
    let old = stage.letter((&head, &client), &other, b"a letter whose entries go").await;
    let before = stage.extract(&officer, &[&old]).await.unwrap();
    must_hold(&stage, std::slice::from_ref(&before));
    grow(&stage, 2 * WIDTH + 1).await;
    let young = stage.letter((&head, &client), &other, b"a letter whose entries stay").await;
    grow(&stage, 3 * WIDTH + 20).await;
    seal(&stage, 1).await;
    assert_eq!(export_due(&stage.app, 99).await.unwrap().len(), 3);

    let stage = stage.later(at(LATER)).await;
    let (officer, second) = (stage.officer().await, stage.log_in(&stage.actor("officer-2").auth).await);
    let wanted = json!({"minimum": 2 * WIDTH, "ground": "Срок хранения истёк"});
    let proposed = officer.post("/api/v1/journal/prunings", &wanted).await.unwrap();
    let decision = format!("/api/v1/journal/prunings/{}/decision", text(&proposed, "pruning_id").unwrap());
    let approve = json!({"decision": "approve"});
    assert_eq!(code(officer.post(&decision, &approve).await), "own-pruning");
    assert_eq!(prune_journal(&stage.app).await.unwrap(), None, "one officer alone prunes nothing");
    second.post(&decision, &approve).await.unwrap();
    assert_eq!(prune_journal(&stage.app).await.unwrap(), Some(2 * WIDTH));

    // The bound is public; what lies below it is refused with it.
    let minimum = reqwest::get(format!("{}/log/minimum", stage.base)).await.unwrap().text().await.unwrap();
    assert_eq!(minimum.trim(), (2 * WIDTH).to_string());
    assert_eq!(code(stage.extract(&officer, &[&old]).await.map(|_| Value::Null)), "entries-pruned");

    let after = stage.extract(&officer, &[&young]).await.unwrap();
    // A party's period after it: the beginning of its history is told as pruned, and shown to be past its term.
    let from = CivilDate::of(at(LATER)).start_of_day();
    stage.log_in(&stage.actor("head-a").auth).await;
    let period = json!({"party": head.party().key(), "from": from.to_string(), "to": stage.now().to_string()});
    let asked = json!({"period": period, "asked_by": asked_by(&head.party())});
    let of_period = stage.extract_of(&officer, &asked).await.unwrap();
    let statement: Value = serde_json::from_slice(&file_of(&of_period, "statement.json")).unwrap();
    let subject = &statement["subjects"][0];
    assert!(subject["pruned"]["seq"].as_u64().unwrap() < 2 * WIDTH, "{subject}");
    assert!(subject["pruned"]["body"].as_str().unwrap().starts_with("{\"actor\":"), "{subject}");
    must_hold(&stage, &[before, after, of_period]);
    stage.audited();
}
