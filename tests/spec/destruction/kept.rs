//! What is not destroyed though a party asks for it, or a row of the database says so.

use qolhat::domain::ids::{CourtRequestId, EventId};
use qolhat::extract::court::{self, CourtRow, CourtState};
use qolhat::journal::segment::TITLE;
use qolhat_pki::time::Span;
use qolhat_storage::ContentDigest;

use super::*;

async fn write_down(case: &Case, address: &ContentDigest) {
    let mut tx = case.stage.app.db.begin().await.unwrap();
    let row = params![address.as_bytes().to_vec(), case.stage.now()];
    tx.execute("insert into unswept_blob (address, since) values ($1, $2)", &row).await.unwrap();
    tx.commit().await.unwrap();
}

/// Whoever may write to the database writes blobs down to be taken away that are in use.
///
/// Keeps: JRN-03, JRN-05
#[tokio::test(flavor = "multi_thread")]
async fn a_row_of_the_list_alone_takes_away_no_blob_that_is_named_and_no_segment() {
    let case = case().await;
    let document = case.letter().await;
    let (app, id) = (&case.stage.app, DocumentId::parse(&document).unwrap());
    let sql = "select blob_address from document_file where document_id = $1 \
        union select blob_address from signature where document_id = $1";
    let rows = app.db.query(sql, &params![id.as_uuid()]).await.unwrap();
    let mut kept: Vec<ContentDigest> =
        rows.iter().map(|row| ContentDigest::from_bytes(row.array("blob_address").unwrap())).collect();
    assert!(kept.len() > 1);
    // An export that a row names, and a segment that none does: who wrote the one may have removed the other.
    let export = app.blobs.put(b"an exported segment".to_vec()).await.unwrap();
    let mut tx = app.db.begin().await.unwrap();
    let sql = "insert into journal_export (first, past, segment_address, size_bytes, event, made) \
        values (0, 256, $1, 19, $2, 1)";
    let event = EventId::new(case.stage.now(), &mut app.rng.clone());
    tx.execute(sql, &params![export.as_bytes().to_vec(), event.as_uuid()]).await.unwrap();
    tx.commit().await.unwrap();
    kept.extend([export, app.blobs.put([TITLE, b"a segment"].concat()).await.unwrap()]);
    let other = app.blobs.put(b"sealed under a key that is erased".to_vec()).await.unwrap();
    for address in kept.iter().chain([&other]) {
        write_down(&case, address).await;
    }

    case.stage.round().await;

    for address in &kept {
        assert!(app.blobs.contains(address).await.unwrap(), "{address} is gone");
    }
    assert!(!app.blobs.contains(&other).await.unwrap());
    assert_eq!((unswept(&case).await, case.read(&case.recipient.1, &document).await.as_str()), (0, "done: true"));
    // What is destroyed goes as ever.
    case.both_ask(&document).await;
    assert!(!app.blobs.contains(&kept[0]).await.unwrap());
}

impl Case {
    async fn asked_by_a_court(&self, scope: Value) -> String {
        let now = self.stage.now();
        let mut body = json!({"authority": "Алматы соты", "reference": "71-26", "dated": "2026-11-20",
            "ground": "Ұйғарым № 7", "words": "Хаттар", "received_at": now.to_string(),
            "due_at": now.checked_add(Span::hours(24)).unwrap().to_string()});
        body.as_object_mut().unwrap().extend(scope.as_object().unwrap().clone());
        text(&self.officer.post("/api/v1/court-requests", &body).await.unwrap(), "court_request_id").unwrap()
    }

    async fn decide(&self, request: &str, decision: Value) {
        let second = self.stage.log_in(&self.stage.actor("officer-2").auth).await;
        second.post(&format!("/api/v1/court-requests/{request}/decision"), &decision).await.unwrap();
    }

    async fn keys_after_a_round(&self, document: &str) -> usize {
        self.stage.round().await;
        self.wrapped_keys(document).await.len()
    }
}

/// Keeps: JRN-04, JRN-05, POA-03
#[tokio::test(flavor = "multi_thread")]
async fn what_a_court_asks_for_is_kept_from_the_record_of_its_request_until_that_is_over() {
    let case = case().await;
    let held = case.letter().await;
    let ground = json!({"ground": "Определение суда 2-345/2026"});
    case.officer.post(&format!("/api/v1/documents/{held}/holds"), &ground).await.unwrap();
    let as_a_hold_tells = case.both_ask(&held).await;
    let [answered, refused, late] = [case.letter().await, case.letter().await, case.letter().await];
    let mut requests = Vec::new();
    for document in [&answered, &refused, &late] {
        requests.push(case.asked_by_a_court(json!({"documents": [document, &held]})).await);
        let asked = case.both_ask(document).await;
        // The party is told that it is kept, as under a hold, and not by whom.
        assert_eq!((&asked["destroyed_at"], &asked["kept_until"]), (&Value::Null, &Value::Null));
        assert!(asked.as_object().unwrap().keys().eq(as_a_hold_tells.as_object().unwrap().keys()), "{asked}");
        assert_eq!(case.keys_after_a_round(document).await, 1);
    }

    case.decide(&requests[0], json!({"decision": "approve"})).await;
    assert_eq!(case.keys_after_a_round(&answered).await, 1);
    let under = json!({"documents": [&answered], "asked_by": {"court_request": &requests[0]}});
    let extract = case.stage.extract_of(&case.officer, &under).await.unwrap();
    assert_eq!(judged(&case.stage.app, &extract, case.stage.now()).exit_code(), 0);
    assert_eq!(case.keys_after_a_round(&answered).await, 0);

    case.decide(&requests[1], json!({"decision": "refuse", "reason": "Сұрау негізсіз"})).await;
    assert_eq!(case.keys_after_a_round(&refused).await, 0);

    assert_eq!(case.keys_after_a_round(&late).await, 1);
    let past = case.stage.now().checked_sub(Span::seconds(1)).unwrap();
    let mut tx = case.stage.app.db.begin().await.unwrap();
    tx.execute("update court_request set due_at = $1 where state = 'recorded'", &params![past]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(case.keys_after_a_round(&late).await, 0);
    assert_eq!(case.keys_after_a_round(&held).await, 1, "the hold stands");
}

/// Keeps: JRN-04, JRN-05, POA-03
#[tokio::test(flavor = "multi_thread")]
async fn what_a_court_asks_for_of_a_party_and_a_period_is_kept_and_nothing_else() {
    let case = case().await;
    let from = case.stage.now();
    let within = case.letter().await;
    case.stage.sequenced().await;
    let to = case.stage.now();
    let period =
        |party: Party| json!({"period": {"party": party.key(), "from": from.to_string(), "to": to.to_string()}});
    let request = case.asked_by_a_court(period(case.sender.0.party())).await;
    case.asked_by_a_court(period(Party::Organization(case.stage.app.operator.bin))).await;
    let after = case.letter().await;

    assert!(case.both_ask(&after).await["destroyed_at"].is_string());
    assert_eq!(case.both_ask(&within).await["destroyed_at"], Value::Null);
    assert_eq!(case.keys_after_a_round(&within).await, 1);
    case.decide(&request, json!({"decision": "refuse", "reason": "Сұрау негізсіз"})).await;
    assert_eq!(case.keys_after_a_round(&within).await, 0);
}

/// The journal's own term ends while a court asks for what its entries say. Keeps: JRN-03, JRN-04, POA-03
#[tokio::test(flavor = "multi_thread")]
async fn what_entries_say_of_a_destroyed_document_stays_while_a_court_asks_for_it() {
    let case = case().await;
    let from = case.stage.now();
    let [listed, within, other] = [case.letter().await, case.letter().await, case.letter().await];
    case.stage.sequenced().await;
    let to = case.stage.now();
    for document in [&listed, &within, &other] {
        assert!(case.both_ask(document).await["destroyed_at"].is_string());
    }
    let party = case.sender.0.party().key();
    case.stage.leave().await;

    let scopes = [
        (vec![&listed], json!({"documents": [&listed]}).to_string()),
        (
            vec![&listed, &within, &other],
            json!({"period": {"party": party, "from": from.to_string(), "to": to.to_string()}}).to_string(),
        ),
    ];
    let mut day = at("2031-11-21T19:00:00Z");
    for (kept, scope) in scopes.iter().rev() {
        let app = opened(&case, &day.to_string()).await;
        let now = app.clock.now();
        let row = CourtRow {
            id: CourtRequestId::new(now, &mut app.rng.clone()),
            authority: "Алматы соты".to_owned(),
            reference: "71-31".to_owned(),
            dated: "2031-11-20".to_owned(),
            ground: "Ұйғарым № 7".to_owned(),
            words: "Хаттар".to_owned(),
            scope: scope.clone(),
            received_at: now,
            due_at: now.checked_add(Span::hours(24)).unwrap(),
            state: CourtState::Recorded,
            recorded_by: "x".to_owned(),
            recorded_at: now,
            decided_by: None,
            decided_at: None,
            reason: None,
        };
        let mut tx = app.db.begin().await.unwrap();
        court::insert(&mut tx, &row, EventId::new(now, &mut app.rng.clone())).await.unwrap();
        tx.commit().await.unwrap();
        qolhat::worker::round(&app).await;
        for document in [&listed, &within, &other] {
            let is_open = said(&app, document).await.0.iter().all(|(_, salts)| !salts.is_empty());
            assert_eq!(is_open, kept.contains(&document), "{scope}");
        }
        app.journal.close().await;
        app.db.close().await;
        day = day.checked_add(Span::hours(48)).unwrap();
    }
    let app = opened(&case, &day.to_string()).await;
    qolhat::worker::round(&app).await;
    assert!(said(&app, &listed).await.0.iter().all(|(_, salts)| salts.is_empty()));
    app.journal.close().await;
    app.db.close().await;
}

async fn opened(case: &Case, then: &str) -> App {
    let mut config = case.stage.config.clone();
    config.clock = Some(then.to_owned());
    App::open(&config, &Passwords::Demo).await.unwrap()
}
