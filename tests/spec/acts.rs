//! What people do, act by act, where no other page tells of it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use qolhat::demo::client::text;
use qolhat::demo::responders::{Fault, Service};
use qolhat::i18n::Language;
use qolhat_pki::cms::SignedData;
use qolhat_pki::nca::Role;
use qolhat_pki::policy::{RevocationMode, RevocationPolicy, SignaturePolicy};
use qolhat_pki::report::Indication;
use qolhat_pki::validate::{CmsInput, Evidence, validate_cms};
use serde_json::{Value, json};

use crate::support::stage::{AGREEMENT, Offer, Stage, asked_by, at, code, code_of_state};

/// Keeps: REG-03, REG-17
#[tokio::test(flavor = "multi_thread")]
async fn a_new_version_takes_the_place_of_the_one_before_and_neither_changes() {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let text = format!("{AGREEMENT}2. Добавлено.\n");
    let versions = format!("/api/v1/offers/{}/versions", offer.id);
    let body = json!({"title": offer.title, "prevailing": "kk", "texts": {"ru": text, "kk": "Келісім.\n"}});
    assert_eq!(officer.post(&versions, &body).await.unwrap()["version"], 2);
    let shown = stage.client.get(&format!("/api/v1/offers/{}", offer.id)).await.unwrap();
    assert_eq!(shown["versions"][0]["missing_languages"], json!(["kk", "en"]));
    assert_eq!(
        (&shown["versions"][1]["prevailing"], &shown["versions"][1]["missing_languages"]),
        (&json!("kk"), &json!(["en"]))
    );
    for (version, expected) in [(1, AGREEMENT), (2, text.as_str())] {
        let path = format!("{versions}/{version}/texts/ru");
        assert_eq!(stage.client.get_bytes(&path).await.unwrap(), expected.as_bytes());
    }
    assert!(stage.client.get_bytes(&format!("{versions}/1/texts/kk")).await.is_err(), "a missing text is never filled");

    let head = stage.actor("head-a");
    let client = stage.log_in(&head.auth).await;
    assert_eq!(code(stage.accept(&client, &head, &offer).await), "offer-not-in-force");
    let second = Offer { id: offer.id.clone(), title: offer.title.clone(), text };
    let consent = stage.consent(&head, &second).replace("\"version\":\"1\"", "\"version\":\"2\"");
    let cms = stage.sign(&head.sign, consent.as_bytes());
    assert_eq!(code(client.accept(&offer.id, 1, &consent, &cms).await), "offer-not-in-force");
    assert_eq!(code_of_state(&client.accept(&offer.id, 2, &consent, &cms).await.unwrap()), "received");
    assert_eq!(code(client.post(&versions, &body).await), "not-an-officer");
    let untold = json!({"title": "T", "prevailing": "en", "texts": {"ru": "x"}});
    assert_eq!(code(officer.post("/api/v1/offers", &untold).await), "offer-language-missing");
    let past = json!({"title": "T", "prevailing": "ru", "texts": {"ru": "x"}, "in_force_from": "2020-01-01T00:00:00Z"});
    assert_eq!(code(officer.post("/api/v1/offers", &past).await), "date-invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_counterparty_is_invited_once_and_only_before_it_has_joined() {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (head, client) = stage.joined("head-a", &offer).await;
    let other = stage.actor("head-b");
    let invite = async |key: String| code(client.post("/api/v1/invitations", &json!({"party": key})).await);
    assert_eq!(invite(head.party().key()).await, "recipient-is-the-sender");
    assert_eq!(invite("bin:123456789012".to_owned()).await, "identifier-invalid");
    assert_eq!(invite(other.party().key()).await[..4], *"done");
    assert_eq!(invite(other.party().key()).await, "already-invited");
    let made = client.get("/api/v1/invitations").await.unwrap();
    assert_eq!((made.as_array().unwrap().len(), &made[0]["invitee"]), (1, &json!(other.party().key())));
    stage.joined("head-b", &offer).await;
    assert_eq!(invite(other.party().key()).await, "already-a-client");
}

/// Keeps: FLW-05
#[tokio::test(flavor = "multi_thread")]
async fn a_sender_takes_a_document_back_before_the_answer_and_the_addressee_sees_why() {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (head, client) = stage.joined("head-a", &offer).await;
    let (other, other_client) = stage.joined("head-b", &offer).await;
    let document = stage.recorded_act((&head, &client), &other, "1").await;
    let path = format!("/api/v1/documents/{document}");
    let answer = client.post(&format!("{path}/withdrawal"), &json!({"reason": "қате сома"})).await.unwrap();
    assert_eq!(code_of_state(&answer), "withdrawn");
    let view = other_client.get(&path).await.unwrap();
    assert_eq!((code_of_state(&view).as_str(), view["reason"].as_str()), ("withdrawn", Some("қате сома")));
    let kinds: Vec<&str> =
        view["history"].as_array().unwrap().iter().map(|item| item["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["document.recorded", "document.withdrawn"]);
    let cms = stage.sign(&other.sign, &stage.act(&head, &other, "1"));
    assert_eq!(code(other_client.sign(&document, &cms).await), "document-withdrawn");
}

/// Two answers at once: one is taken, the other is told so. Keeps: FLW-02
#[tokio::test(flavor = "multi_thread")]
async fn of_two_answers_at_one_time_one_is_taken() {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (head, client) = stage.joined("head-a", &offer).await;
    let (other, other_client) = stage.joined("head-b", &offer).await;
    let document = stage.recorded_act((&head, &client), &other, "1").await;
    let path = format!("/api/v1/documents/{document}");
    let cms = stage.sign(&other.sign, &stage.act(&head, &other, "1"));
    let (rejection, withdrawal) = (format!("{path}/rejection"), format!("{path}/withdrawal"));
    let reason = json!({"reason": "x"});
    let (signed, rejected, withdrawn) = tokio::join!(
        other_client.sign(&document, &cms),
        other_client.post(&rejection, &reason),
        client.post(&withdrawal, &reason),
    );
    let taken = [signed, rejected, withdrawn].into_iter().filter(Result::is_ok).count();
    assert_eq!(taken, 1);
    let history = client.get(&path).await.unwrap()["history"].as_array().unwrap().len();
    assert_eq!(history, 2, "recorded, and one end");
}

/// Keeps: FLW-03, FLW-04
#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_is_sealed_by_the_operators_system_and_says_what_the_journal_holds() {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (head, client) = stage.joined("head-a", &offer).await;
    let (other, _) = stage.joined("head-b", &offer).await;
    let document = stage.recorded_act((&head, &client), &other, "7").await;
    let view = client.get(&format!("/api/v1/documents/{document}")).await.unwrap();
    let number = view["receipts"][0]["number"].as_i64().unwrap();
    let cms = client.get_bytes(&format!("/api/v1/documents/{document}/receipts/{number}")).await.unwrap();
    let data = SignedData::from_bytes(&cms).unwrap();
    let policy =
        SignaturePolicy { revocation: RevocationPolicy::with_mode(RevocationMode::None), ..SignaturePolicy::default() };
    let evidence = Evidence { certificates: stage.app.trust.intermediates.clone(), ..Evidence::default() };
    let input = CmsInput { signed_data: &data, detached: None };
    let anchors = &stage.app.trust.anchors;
    let report = validate_cms(&input, anchors, anchors, &evidence, &policy, stage.now());
    assert_eq!(report.indication, Indication::TotalPassed);
    let sealed_by = report.signatures[0].certificate.as_ref().unwrap();
    assert!(sealed_by.roles().contains(&Role::InformationSystem));

    let receipt: Value = serde_json::from_slice(data.content().unwrap()).unwrap();
    assert_eq!((receipt["number"].as_i64(), &receipt["document_id"]), (Some(number), &json!(document)));
    assert_eq!(receipt["content_sha256"], view["files"][0]["sha256"]);
    assert_eq!(
        (&receipt["journal"]["entry"], &receipt["received_at"]),
        (&view["recorded_entry"], &view["history"][0]["at"])
    );
    let seq = receipt["journal"]["entry"].as_u64().unwrap();
    let entry = stage.app.journal.entry(seq).await.unwrap().unwrap();
    assert_eq!(receipt["journal"]["leaf"], json!(hex::encode(entry.leaf)));
    for language in Language::ALL {
        let text = receipt["text"][language.code()].as_str().unwrap();
        assert!(text.contains(&view["files"][0]["sha256"].as_str().unwrap().to_owned()), "{text}");
        assert!(!text.contains('—'), "a value is missing: {text}");
    }
}

/// Keeps: REG-06, FLW-02
#[tokio::test(flavor = "multi_thread")]
async fn an_acceptance_that_waits_makes_a_client_when_it_is_checked_and_not_before() {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let head = stage.actor("head-a");
    let client = stage.log_in(&head.auth).await;
    stage.services.set_fault(Service::Tsp, Some(Fault::TryLater));
    assert_eq!(code_of_state(&stage.accept(&client, &head, &offer).await.unwrap()), "check-pending");
    assert_eq!(client.get("/api/v1/session").await.unwrap()["capability"], Value::Null);
    assert_eq!(code(stage.accept(&client, &head, &offer).await), "already-accepted");
    stage.services.set_fault(Service::Tsp, None);
    stage.round().await;
    assert_eq!(client.get("/api/v1/session").await.unwrap()["capability"], "sign");
    assert_eq!(client.get("/api/v1/documents").await.unwrap()[0]["state"], "received");
}

/// Keeps: FLW-02
#[tokio::test(flavor = "multi_thread")]
async fn what_waits_past_its_deadline_is_deemed_not_received() {
    let stage = Stage::set_with(at("2026-11-22T09:00:00Z"), |config, _| config.evidence.check_deadline_hours = 0).await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (head, client) = stage.joined("head-a", &offer).await;
    let (other, other_client) = stage.joined("head-b", &offer).await;
    stage.services.set_fault(Service::Ocsp, Some(Fault::Garbage));
    stage.services.set_fault(Service::Crl, Some(Fault::Forbidden));
    let act = stage.act(&head, &other, "1");
    let answer = stage.send(&client, "completion-act", &other, &act, Some(stage.sign(&head.sign, &act))).await.unwrap();
    let id = text(&answer, "document_id").unwrap();
    stage.round().await;
    let view = client.get(&format!("/api/v1/documents/{id}")).await.unwrap();
    assert_eq!(
        (code_of_state(&view).as_str(), view["reason"].as_str()),
        ("check-failed", Some("certificate-status-unknown"))
    );
    assert_eq!(code(other_client.get(&format!("/api/v1/documents/{id}")).await), "document-unknown");
    let events = client.get("/api/v1/events").await.unwrap();
    assert!(events.as_array().unwrap().iter().any(|event| event["kind"] == "document.check-failed"));
}

/// Keeps: JRN-10, SIG-19
#[tokio::test(flavor = "multi_thread")]
async fn an_extract_is_the_officers_alone_and_holds_acceptances_acts_and_contested_ones_alike() {
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (head, client) = stage.joined("head-a", &offer).await;
    let (other, other_client) = stage.joined("head-b", &offer).await;
    let act = stage.recorded_act((&head, &client), &other, "1").await;
    let cms = stage.sign(&other.sign, &stage.act(&head, &other, "1"));
    other_client.sign(&act, &cms).await.unwrap();
    let acceptances = client.get("/api/v1/documents?box=outbox").await.unwrap();
    let acceptance = acceptances.as_array().unwrap().iter().find(|row| row["kind"] == "offer-acceptance").unwrap();
    let acceptance = acceptance["id"].as_str().unwrap();
    let withdrawn = stage.recorded_act((&head, &client), &other, "2").await;
    client.post(&format!("/api/v1/documents/{withdrawn}/withdrawal"), &json!({"reason": "x"})).await.unwrap();

    // The countersigner reports his key: his signature is contested, his counterparty's is not.
    let since = stage.now().checked_sub(qolhat_pki::time::Span::hours(1)).unwrap().to_string();
    let report = json!({
        "certificate_sha256": hex::encode(other.sign.certificate.sha256()), "compromised_since": since,
        "circumstances": "жоғалды"
    });
    other_client.post("/api/v1/compromises", &report).await.unwrap();
    let extract = stage.extract(&officer, &[acceptance, &act, &withdrawn]).await.unwrap();
    assert!(extract.starts_with(b"PK"));
    // Lifted, reported again, annulled: two cases on one document.
    let first = officer.get("/api/v1/compromises").await.unwrap()[0]["id"].as_str().unwrap().to_owned();
    officer
        .post(&format!("/api/v1/compromises/{first}/decision"), &json!({"decision": "lift", "request": "№ 1"}))
        .await
        .unwrap();
    other_client.post("/api/v1/compromises", &report).await.unwrap();
    stage.extract(&officer, &[&act]).await.unwrap();

    let body = |documents: Value| json!({"documents": documents, "asked_by": asked_by(&head.party())});
    assert_eq!(code(client.post("/api/v1/extracts", &body(json!([act]))).await), "not-an-officer");
    assert_eq!(code(officer.post("/api/v1/extracts", &body(json!([]))).await), "extract-scope-empty");
    assert_eq!(code(officer.post("/api/v1/extracts", &body(json!([act, act]))).await), "extract-scope-empty");
    let nobody = json!(["00000000-0000-7000-8000-000000000000"]);
    assert_eq!(code(officer.post("/api/v1/extracts", &body(nobody)).await), "document-unknown");
    let draft = stage.send(&client, "arbitrary-file", &other, b"draft", None).await.unwrap();
    assert_eq!(
        code(officer.post("/api/v1/extracts", &body(json!([draft["document_id"]]))).await),
        "document-not-yet-received"
    );

    let prepared = officer.post("/api/v1/extracts", &body(json!([act]))).await.unwrap();
    let path = format!("/api/v1/extracts/{}", prepared["id"].as_str().unwrap());
    let manifest = BASE64_STANDARD.decode(prepared["manifest"].as_str().unwrap()).unwrap();
    let signed = |cms: Vec<u8>| json!({"cms": BASE64_STANDARD.encode(cms)});
    let issue = async |cms: Vec<u8>| {
        let answer = officer.post_for_bytes(&format!("{path}/signature"), &signed(cms)).await;
        code(answer.map(|bytes| json!(bytes.len())))
    };
    let key = stage.actor("officer");
    assert_eq!(issue(stage.sign(&key.sign, b"another manifest")).await, "signature-content-mismatch");
    assert_eq!(issue(stage.sign(&key.auth, &manifest)).await, "authentication-key-used-for-signing");
    assert_eq!(issue(stage.sign(&head.sign, &manifest)).await, "signer-is-not-the-caller");
    let unissued = officer.get_bytes(&path).await.map(|bytes| json!(bytes.len()));
    assert_eq!(code(unissued), "extract-state");
    assert_eq!(issue(stage.sign(&key.sign, &manifest)).await[..4], *"done");
    assert_eq!(issue(stage.sign(&key.sign, &manifest)).await, "extract-state");
    assert_eq!(code(client.get_bytes(&path).await.map(|bytes| json!(bytes.len()))), "not-an-officer");
    assert!(officer.get_bytes(&path).await.unwrap().starts_with(b"PK"));
    // The officer's own organisation is the operator: it accepts no offer of its own.
    assert_eq!(code(stage.accept(&officer, &key, &offer).await), "recipient-is-the-sender");
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_are_counted_and_a_request_of_the_wrong_form_is_told_what_is_wrong() {
    let stage = Stage::set_with(at("2026-11-22T09:00:00Z"), |config, _| config.limits.anonymous_per_minute = 5).await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = |path: &str| format!("{}{path}", stage.base);
    let mut statuses = Vec::new();
    for _ in 0..7 {
        let request = http.post(url("/api/v1/login/challenges")).header("Authorization", "Bearer anything");
        let answer = request.send().await.unwrap();
        if answer.status() == 429 {
            assert!(answer.headers().contains_key("retry-after"));
        }
        statuses.push(answer.status().as_u16());
    }
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 5, "{statuses:?}");
    assert_eq!(statuses.last(), Some(&429));

    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let token = officer.token().unwrap().to_owned();
    let url = format!("{}/api/v1/offers", stage.base);
    let post = || http.post(&url).bearer_auth(&token);
    let problem = async |request: reqwest::RequestBuilder| {
        let problem: Value = request.send().await.unwrap().json().await.unwrap();
        problem["code"].as_str().unwrap_or_default().to_owned()
    };
    let json_type = ("Content-Type", "application/json");
    assert_eq!(problem(post().header(json_type.0, json_type.1).body("{}")).await, "idempotency-key-missing");
    let keyed = || post().header("Idempotency-Key", "k");
    assert_eq!(problem(keyed().header(json_type.0, json_type.1).body("{")).await, "malformed-json");
    assert_eq!(problem(keyed().body("{}")).await, "malformed-json");
    assert_eq!(problem(keyed().header(json_type.0, json_type.1).body("{\"nonsense\":1}")).await, "malformed-json");
    let large = vec![b' '; qolhat::api::BODY_MAX_BYTES + 1];
    assert_eq!(problem(keyed().header(json_type.0, json_type.1).body(large)).await, "upload-too-large");
    assert_eq!(problem(http.put(&url).bearer_auth(&token)).await, "method-not-allowed");
    assert_eq!(
        problem(http.get(format!("{}/api/v1/session", stage.base)).bearer_auth("0".repeat(64))).await,
        "login-required"
    );
    officer.get("/api/v1/session").await.unwrap();
    assert_eq!(
        http.delete(format!("{}/api/v1/session", stage.base)).bearer_auth(&token).send().await.unwrap().status(),
        204
    );
    assert_eq!(code(officer.get("/api/v1/session").await), "login-required");
}

/// The law keeps an act for years from its date: one dated far ahead could never be destroyed. Keeps: JRN-05
#[tokio::test(flavor = "multi_thread")]
async fn an_act_dated_more_than_a_year_ahead_is_refused() {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (sender, client) = stage.joined("head-a", &offer).await;
    let (recipient, _) = stage.joined("head-b", &offer).await;
    let act = String::from_utf8(stage.act(&sender, &recipient, "1")).unwrap();
    for (date, expected) in [("2027-11-23", true), ("2027-11-24", false), ("9998-01-01", false)] {
        let act = act.replace("2026-11-22", date);
        let cms = stage.sign(&sender.sign, act.as_bytes());
        let told = stage.send(&client, "completion-act", &recipient, act.as_bytes(), Some(cms)).await;
        assert_eq!(told.is_ok(), expected, "{date}");
        if let Err(error) = told {
            assert_eq!(error.code(), Some("date-invalid"), "{date}: {error:?}");
        }
    }
}
