//! What a court asks for is given when two officers agreed, within what they agreed on, once, and before the deadline.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use qolhat::demo::authority::{Branch, leaf_validity};
use qolhat::demo::client::{Client, ClientError, KeyPair, text};
use qolhat::demo::people::{FIGURES, subject};
use qolhat::demo::story::Actor;
use qolhat::domain::ids::ExtractId;
use qolhat::extract::package;
use qolhat::journal::entry::Entry;
use qolhat::params;
use qolhat_pki::issue::profile::{KeyUse, Profile};
use qolhat_pki::time::Span;
use qolhat_storage::BlobStore as _;
use serde_json::{Value, json};

use crate::support::stage::{AGREEMENT, Stage, asked_by, code};

struct Case {
    stage: Stage,
    first: Client,
    second: Client,
    head: (Actor, Client),
    one: String,
    two: String,
}

impl Case {
    async fn set() -> Case {
        let stage = Stage::set().await;
        let first = stage.officer().await;
        let second = stage.log_in(&stage.actor("officer-2").auth).await;
        let offer = stage.publish(&first, AGREEMENT).await;
        let head = stage.joined("head-a", &offer).await;
        let (other, _) = stage.joined("head-b", &offer).await;
        let one = stage.recorded_act((&head.0, &head.1), &other, "1").await;
        let two = stage.recorded_act((&head.0, &head.1), &other, "2").await;
        Case { stage, first, second, head, one, two }
    }

    /// A request for the first document, with `other` members over it.
    fn asked(&self, other: Value) -> Value {
        let now = self.stage.now();
        let mut body = json!({"authority": "Алматы соты", "reference": "71-26", "dated": "2026-11-20",
            "ground": "Ұйғарым № 7", "words": "Бірінші акт", "received_at": now.to_string(),
            "due_at": now.checked_add(Span::hours(24)).unwrap().to_string()});
        let other = if other.get("period").is_some() { other } else { with(json!({"documents": [self.one]}), other) };
        body.as_object_mut().unwrap().extend(other.as_object().unwrap().clone());
        body
    }

    async fn record(&self, other: Value) -> String {
        let recorded = self.first.post("/api/v1/court-requests", &self.asked(other)).await.unwrap();
        text(&recorded, "court_request_id").unwrap()
    }

    async fn decide(&self, who: &Client, id: &str, decision: Value) -> String {
        code(who.post(&format!("/api/v1/court-requests/{id}/decision"), &decision).await)
    }

    async fn approved(&self, other: Value) -> String {
        let id = self.record(other).await;
        assert_eq!(self.decide(&self.second, &id, json!({"decision": "approve"})).await, DONE);
        id
    }

    async fn prepare(&self, id: &str, scope: Value) -> Result<Value, ClientError> {
        self.first.post("/api/v1/extracts", &with(json!({"asked_by": {"court_request": id}}), scope)).await
    }

    async fn issue(&self, prepared: &Value) -> Result<Vec<u8>, ClientError> {
        let manifest = BASE64_STANDARD.decode(text(prepared, "manifest").unwrap()).unwrap();
        let cms = BASE64_STANDARD.encode(self.stage.sign(&self.stage.actor("officer").sign, &manifest));
        let path = format!("/api/v1/extracts/{}/signature", text(prepared, "id").unwrap());
        self.first.post_for_bytes(&path, &json!({"cms": cms})).await
    }

    async fn state(&self, id: &str) -> String {
        let shown = self.second.get(&format!("/api/v1/court-requests/{id}")).await.unwrap();
        text(&shown, "state").unwrap()
    }

    async fn kinds(&self, id: &str) -> Vec<String> {
        let journal = &self.stage.app.journal;
        let mut kinds = Vec::new();
        for seq in journal.entries_of_subject(&format!("court-request:{id}")).await.unwrap() {
            kinds.push(Entry::parse(&journal.entry(seq).await.unwrap().unwrap().body).unwrap().kind);
        }
        kinds
    }

    /// The deadline of a request was a second ago.
    async fn expire(&self, id: &str) {
        let past = self.stage.now().checked_sub(Span::seconds(1)).unwrap();
        let id = qolhat::domain::ids::CourtRequestId::parse(id).unwrap();
        let mut tx = self.stage.app.db.begin().await.unwrap();
        tx.execute("update court_request set due_at = $1 where id = $2", &params![past, id.as_uuid()]).await.unwrap();
        tx.commit().await.unwrap();
    }
}

/// What an act answers that has nothing to say.
const DONE: &str = "done: null";

fn with(mut body: Value, other: Value) -> Value {
    body.as_object_mut().unwrap().extend(other.as_object().unwrap().clone());
    body
}

fn refused(answer: Result<Vec<u8>, ClientError>) -> String {
    code(answer.map(|_| json!("a file")))
}

/// Keeps: POA-03, JRN-10, SEC-06
#[tokio::test(flavor = "multi_thread")]
async fn two_officers_agree_and_one_extract_is_issued_that_names_the_request() {
    let case = Case::set().await;
    let id = case.approved(json!({})).await;
    let prepared = case.prepare(&id, json!({"documents": [case.one]})).await.unwrap();
    let twin = case.prepare(&id, json!({"documents": [case.one]})).await.unwrap();
    let extract = case.issue(&prepared).await.unwrap();

    let entries = package::read(&extract).unwrap();
    let record = entries.iter().find(|entry| entry.name == "extract.json").unwrap();
    let record: Value = serde_json::from_slice(record.content).unwrap();
    let told = json!({"id": id, "authority": "Алматы соты", "reference": "71-26", "dated": "2026-11-20"});
    assert_eq!(record["request"]["asked_by"], json!({"court_request": told}));
    assert_eq!(record["request"]["ground"], "Ұйғарым № 7");
    assert_eq!(case.state(&id).await, "answered");
    let steps = ["court-request.recorded", "court-request.approved", "extract.issued"];
    assert_eq!(case.kinds(&id).await, steps);

    // Nobody can read what was prepared beside it, and its blob is swept.
    let row = async |prepared: &Value| {
        let id = ExtractId::parse(prepared["id"].as_str().unwrap()).unwrap();
        qolhat::extract::store::load(&case.stage.app.db, id).await.unwrap().unwrap()
    };
    let (kept, gone) = (row(&prepared).await, row(&twin).await);
    assert!(!kept.wrapped_key.is_empty() && gone.wrapped_key.is_empty());
    case.stage.round().await;
    assert!(!case.stage.app.blobs.contains(&gone.prepared_address).await.unwrap());
    assert!(case.stage.app.blobs.contains(&kept.prepared_address).await.unwrap());

    // A request is answered once.
    assert_eq!(refused(case.issue(&twin).await), "court-request-state");
    assert_eq!(code(case.prepare(&id, json!({"documents": [case.one]})).await), "court-request-state");
    assert_eq!(case.decide(&case.second, &id, json!({"decision": "approve"})).await, "court-request-state");
    assert_eq!(case.kinds(&id).await, steps);
    case.stage.audited();
}

/// Keeps: SEC-06
#[tokio::test(flavor = "multi_thread")]
async fn what_was_prepared_and_never_signed_is_discarded() {
    let case = Case::set().await;
    let body = json!({"documents": [case.one], "asked_by": asked_by(&case.head.0.party())});
    let [old, new] =
        [case.first.post("/api/v1/extracts", &body).await, case.first.post("/api/v1/extracts", &body).await]
            .map(|prepared| ExtractId::parse(prepared.unwrap()["id"].as_str().unwrap()).unwrap());
    let long_ago = case.stage.now().checked_sub(Span::hours(49)).unwrap();
    let mut tx = case.stage.app.db.begin().await.unwrap();
    tx.execute("update extract set prepared_at = $1 where id = $2", &params![long_ago, old.as_uuid()]).await.unwrap();
    tx.commit().await.unwrap();
    case.stage.round().await;
    let load = async |id| qolhat::extract::store::load(&case.stage.app.db, id).await.unwrap().unwrap();
    let (old, new) = (load(old).await, load(new).await);
    assert!(old.wrapped_key.is_empty() && !new.wrapped_key.is_empty());
    case.stage.round().await;
    assert!(!case.stage.app.blobs.contains(&old.prepared_address).await.unwrap());
    assert!(case.stage.app.blobs.contains(&new.prepared_address).await.unwrap());
}

/// Keeps: POA-03
#[tokio::test(flavor = "multi_thread")]
async fn who_recorded_a_request_does_not_approve_it_by_any_certificate_of_his() {
    let case = Case::set().await;
    let id = case.record(json!({})).await;
    let approve = json!({"decision": "approve"});
    assert_eq!(case.decide(&case.first, &id, approve.clone()).await, "own-court-request");

    let officer = FIGURES.iter().find(|figure| figure.id == "officer").unwrap();
    let profile = Profile::LegalEntity(KeyUse::Auth, vec![officer.role]);
    let validity = leaf_validity(case.stage.now()).unwrap();
    let authority = case.stage.world.authorities().of(Branch::Gost);
    let holder = authority.issue_new(&profile, subject(officer), validity, &mut case.stage.app.rng.clone()).unwrap();
    let other = KeyPair { key: Arc::new(holder.key), certificate: holder.certificate };
    let again = case.stage.log_in(&other).await;
    assert_eq!(case.decide(&again, &id, approve.clone()).await, "own-court-request");
    assert_eq!(case.decide(&again, &id, json!({"decision": "refuse", "reason": "x"})).await, "own-court-request");

    assert_eq!(case.state(&id).await, "recorded");
    assert_eq!(case.kinds(&id).await, ["court-request.recorded"]);
    assert_eq!(code(case.prepare(&id, json!({"documents": [case.one]})).await), "court-request-state");
}

/// Keeps: POA-03
#[tokio::test(flavor = "multi_thread")]
async fn nobody_but_officers_sees_records_or_decides_requests() {
    let case = Case::set().await;
    let id = case.record(json!({})).await;
    let stranger = &case.head.1;
    let recorded = stranger.post("/api/v1/court-requests", &case.asked(json!({}))).await;
    assert_eq!(code(recorded), "not-an-officer");
    assert_eq!(case.decide(stranger, &id, json!({"decision": "approve"})).await, "not-an-officer");
    assert_eq!(code(stranger.get("/api/v1/court-requests").await), "not-an-officer");
    assert_eq!(code(stranger.get(&format!("/api/v1/court-requests/{id}")).await), "not-an-officer");
    assert_eq!(code(case.stage.client.get("/api/v1/court-requests").await), "login-required");
    let unknown = "01890a5d-ac96-774b-bcce-b302099a8057";
    assert_eq!(case.decide(&case.second, unknown, json!({"decision": "approve"})).await, "court-request-unknown");
    assert_eq!(code(case.prepare(unknown, json!({"documents": [case.one]})).await), "court-request-unknown");
}

/// Keeps: POA-03
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_or_expired_request_yields_nothing() {
    let case = Case::set().await;
    let wanted = json!({"documents": [case.one]});
    let no = case.record(json!({})).await;
    assert_eq!(case.decide(&case.second, &no, json!({"decision": "refuse", "reason": ""})).await, "reason-required");
    let reason = json!({"decision": "refuse", "reason": "Сұрау мөрсіз келді"});
    assert_eq!(case.decide(&case.second, &no, reason).await, DONE);
    assert_eq!(case.kinds(&no).await, ["court-request.recorded", "court-request.refused"]);
    assert_eq!(case.decide(&case.second, &no, json!({"decision": "approve"})).await, "court-request-state");
    assert_eq!(code(case.prepare(&no, wanted.clone()).await), "court-request-state");

    let late = case.record(json!({})).await;
    case.expire(&late).await;
    assert_eq!(case.decide(&case.second, &late, json!({"decision": "approve"})).await, "court-request-expired");

    let id = case.approved(json!({})).await;
    let prepared = case.prepare(&id, wanted.clone()).await.unwrap();
    case.expire(&id).await;
    assert_eq!(refused(case.issue(&prepared).await), "court-request-expired");
    assert_eq!(code(case.prepare(&id, wanted).await), "court-request-expired");
    assert_eq!(case.state(&id).await, "approved");
}

/// Keeps: POA-03, SEC-06
#[tokio::test(flavor = "multi_thread")]
async fn an_extract_stays_within_the_approved_scope() {
    let case = Case::set().await;
    let period = |from: &str, to: &str| json!({"period": {"party": case.head.0.party().key(), "from": from, "to": to}});
    let (from, to) = ("2026-11-01T00:00:00Z", case.stage.now().to_string());
    let to = to.as_str();
    let of_one = case.approved(json!({})).await;
    let of_period = case.approved(period(from, to)).await;

    for (id, wider) in [
        (&of_one, json!({"documents": [case.one, case.two]})),
        (&of_one, json!({"documents": [case.two]})),
        (&of_one, period(from, to)),
        (&of_period, json!({"documents": [case.one]})),
        (&of_period, period("2026-10-31T23:59:59Z", to)),
        (&of_period, period(from, "2026-11-22T23:00:00Z")),
        (&of_period, json!({"period": {"party": case.stage.actor("head-b").party().key(), "from": from, "to": to}})),
    ] {
        assert_eq!(code(case.prepare(id, wider.clone()).await), "court-scope-wider", "{wider}");
    }
    let narrower = case.prepare(&of_period, period("2026-11-02T00:00:00Z", to)).await.unwrap();
    case.issue(&narrower).await.unwrap();
}

/// Keeps: POA-03
#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_recorded_whole_and_once() {
    let case = Case::set().await;
    let (past, ahead) = ("2026-11-01T00:00:00Z", "2027-11-01T00:00:00Z");
    for (other, refusal) in [
        (json!({"authority": " "}), "missing-requisite"),
        (json!({"reference": ""}), "missing-requisite"),
        (json!({"ground": "a\u{202e}b"}), "missing-requisite"),
        (json!({"words": "x".repeat(1001)}), "missing-requisite"),
        (json!({"dated": "2027-01-01"}), "date-invalid"),
        (json!({"dated": "20.11.2026"}), "date-invalid"),
        (json!({"received_at": ahead}), "date-invalid"),
        (json!({"due_at": past}), "date-invalid"),
        // An approval is no standing licence, and what has not happened cannot be looked at.
        (json!({"due_at": ahead}), "date-invalid"),
        (json!({"period": {"party": "iin:870314400102", "from": past, "to": "2026-11-23T00:00:00Z"}}), "date-invalid"),
        (json!({"documents": []}), "extract-scope-empty"),
        (json!({"documents": [case.one, case.one]}), "extract-scope-empty"),
        (json!({"documents": ["01890a5d-ac96-774b-bcce-b302099a8057"]}), "document-unknown"),
        (json!({"state": "approved"}), "malformed-json"),
    ] {
        let answer = case.first.post("/api/v1/court-requests", &case.asked(other.clone())).await;
        assert_eq!(code(answer), refusal, "{other}");
    }
    let body = case.asked(json!({}));
    let key = case.first.new_key();
    let once = case.first.post_with_key("/api/v1/court-requests", &body, &key).await.unwrap();
    assert_eq!(case.first.post_with_key("/api/v1/court-requests", &body, &key).await.unwrap(), once);
    let listed = case.first.get("/api/v1/court-requests").await.unwrap();
    assert_eq!(listed.as_array().unwrap().len(), 1);

    // A repeated decision is one decision.
    let path = format!("/api/v1/court-requests/{}/decision", text(&once, "court_request_id").unwrap());
    let (approve, key) = (json!({"decision": "approve"}), case.second.new_key());
    case.second.post_with_key(&path, &approve, &key).await.unwrap();
    case.second.post_with_key(&path, &approve, &key).await.unwrap();
    assert_eq!(case.kinds(&text(&once, "court_request_id").unwrap()).await.len(), 2);
}

/// One officer alone gives a party what it is in already, and nothing to anybody else. Keeps: POA-03, JRN-10, SEC-06
#[tokio::test(flavor = "multi_thread")]
async fn without_an_approved_request_only_a_party_to_all_of_it_gets_an_extract() {
    let case = Case::set().await;
    let (own, other) = (case.head.0.party(), case.stage.actor("head-b").party());
    let outbox = case.head.1.get("/api/v1/documents?box=outbox").await.unwrap();
    let of_kind = |row: &&Value| row["kind"] == "offer-acceptance";
    let acceptance = text(outbox.as_array().unwrap().iter().find(of_kind).unwrap(), "id").unwrap();
    let prepare = async |asker: Value, scope: Value| {
        case.first.post("/api/v1/extracts", &with(json!({"asked_by": asker}), scope)).await
    };
    let one = json!({"documents": [case.one]});
    let both = json!({"documents": [case.one, acceptance]});
    let now = case.stage.now().to_string();
    let period = json!({"period": {"party": own.key(), "from": "2026-11-01T00:00:00Z", "to": now}});
    let stranger = case.stage.actor("person").party();

    for (asker, scope, refusal) in [
        (asked_by(&stranger), &one, "asker-is-no-party"),
        // A party to the act is none to the other side's agreement with the operator, and not to the other side's period.
        (asked_by(&other), &both, "asker-is-no-party"),
        (asked_by(&other), &period, "asker-is-no-party"),
        (asked_by(&stranger), &period, "asker-is-no-party"),
        // A text names nobody.
        (json!("Алматы соты"), &one, "malformed-json"),
        (json!({"party": "Алматы соты"}), &one, "malformed-json"),
        (json!({"party": {"key": "Алматы соты", "ground": "x", "scope": "x"}}), &one, "identifier-invalid"),
        (json!({"party": {"key": own.key(), "ground": " ", "scope": "x"}}), &one, "missing-requisite"),
        (json!({"court_request": "71-26"}), &one, "court-request-unknown"),
        (with(asked_by(&own), json!({"court_request": "71-26"})), &one, "malformed-json"),
    ] {
        assert_eq!(code(prepare(asker.clone(), scope.clone()).await), refusal, "{asker} {scope}");
    }
    assert_eq!(code(case.first.post("/api/v1/extracts", &one).await), "malformed-json");

    for (asker, scope) in [(&own, &both), (&other, &one), (&own, &period)] {
        prepare(asked_by(asker), scope.clone()).await.unwrap();
    }
}

/// That a party asked is the officer's word: its own history says that an extract was issued to it, and it is told.
/// Keeps: POA-03, SEC-06
#[tokio::test(flavor = "multi_thread")]
async fn a_party_in_whose_name_an_extract_was_issued_is_told() {
    let case = Case::set().await;
    let body = json!({"documents": [case.one], "asked_by": asked_by(&case.head.0.party())});
    let prepared = case.first.post("/api/v1/extracts", &body).await.unwrap();
    case.issue(&prepared).await.unwrap();
    let told = case.head.1.get("/api/v1/events").await.unwrap();
    assert_eq!(told.as_array().unwrap().last().unwrap()["kind"], "extract.issued");
    let journal = &case.stage.app.journal;
    let history = journal.entries_of_subject(&format!("party:{}", case.head.0.party().key())).await.unwrap();
    let stored = journal.entry(*history.last().unwrap()).await.unwrap().unwrap();
    let (entry, fields) = stored.proven().unwrap();
    assert_eq!((entry.kind.as_str(), &fields["asked_by"]), ("extract.issued", &json!(case.head.0.party().key())));
    assert_eq!(fields["extract_id"], prepared["id"]);
}
