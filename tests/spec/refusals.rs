//! Bad input, over HTTP: each gets its own stable code, nothing of it is stored as a document, and the attempt is written
//! down where the law of the process wants it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::sync::Arc;

use qolhat::demo::Branch;
use qolhat::demo::client::{Attached, KeyPair, text};
use qolhat::demo::people::{FIGURES, Figure, subject};
use qolhat::demo::responders::{Fault, Service};
use qolhat::demo::story::Actor;
use qolhat_pki::cms::SignedData;
use qolhat_pki::crl::ReasonCode;
use qolhat_pki::digest::DigestAlgorithm;
use qolhat_pki::issue::augment::{Augmentation, augment};
use qolhat_pki::issue::cms_sign::Packaging;
use qolhat_pki::issue::profile::{KeyUse, Profile};
use qolhat_pki::issue::tsp_builder::build_request;
use qolhat_pki::random::SecureRandom;
use qolhat_pki::time::Span;
use qolhat_pki::tsp::TimeStampResponse;
use serde_json::{Value, json};

use crate::support::stage::{AGREEMENT, Stage, code, code_of_state};

fn figure(id: &str) -> &'static Figure {
    FIGURES.iter().find(|figure| figure.id == id).unwrap()
}

/// Another certificate of the same person, valid from so many days before now until so many after.
fn another_key(stage: &Stage, id: &str, key_use: KeyUse, days: (i64, i64)) -> KeyPair {
    let figure = figure(id);
    let now = stage.now().truncate_to_seconds();
    let validity = (now.checked_sub(Span::days(days.0)).unwrap(), now.checked_add(Span::days(days.1)).unwrap());
    let profile = match figure.firm {
        Some(_) => Profile::LegalEntity(key_use, vec![figure.role]),
        None => Profile::NaturalPerson(key_use),
    };
    let mut rng = stage.app.rng.clone();
    let _: &mut dyn SecureRandom = &mut rng;
    let holder = stage.world.authorities().of(figure.branch).issue_new(&profile, subject(figure), validity, &mut rng);
    let holder = holder.unwrap();
    KeyPair { key: Arc::new(holder.key), certificate: holder.certificate }
}

async fn outbox(client: &qolhat::demo::client::Client) -> usize {
    client.get("/api/v1/documents").await.unwrap().as_array().unwrap().len()
}

async fn attempts(stage: &Stage, actor: &Actor) -> Vec<String> {
    stage.sequenced().await;
    let mut codes = Vec::new();
    let entries = stage.app.journal.entries_of_subject(&format!("party:{}", actor.party().key())).await.unwrap();
    for seq in entries {
        let entry = stage.app.journal.entry(seq).await.unwrap().unwrap();
        if !String::from_utf8_lossy(&entry.body).contains("attempt.refused") {
            continue;
        }
        codes.extend(entry.openings.iter().filter_map(|(_, opening)| match opening.payload_field() {
            Some(("code", Value::String(code))) => Some(code.clone()),
            _ => None,
        }));
    }
    codes
}

/// Keeps: REG-04, REG-06, REG-09, REG-12, SIG-03, SIG-10
#[tokio::test(flavor = "multi_thread")]
async fn an_offer_is_accepted_by_the_right_text_person_and_key_once_and_not_otherwise() {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let head = stage.actor("head-a");
    let client = stage.log_in(&head.auth).await;
    let consent = stage.consent(&head, &offer);
    let good = stage.sign(&head.sign, consent.as_bytes());
    let accept = async |consent: &str, cms: &[u8]| code(client.accept(&offer.id, 1, consent, cms).await);
    let signed = |consent: &str| stage.sign(&head.sign, consent.as_bytes());

    // The text that was read is not the published one, by one octet.
    let digest = consent.split("\"sha256\":\"").nth(1).unwrap()[..64].to_owned();
    let other = format!("{}{}", if digest.starts_with('0') { '1' } else { '0' }, &digest[1..]);
    let changed = consent.replace(&digest, &other);
    assert_eq!(accept(&changed, &signed(&changed)).await, "offer-text-mismatch");
    // A language that is missing is missing.
    let kazakh = consent.replace("\"language\":\"ru\"", "\"language\":\"kk\"");
    assert_eq!(accept(&kazakh, &signed(&kazakh)).await, "offer-language-missing");
    // A declaration withheld, a member unknown, another client.
    let withheld = consent.replace("\"risks_known\":true", "\"risks_known\":false");
    assert_eq!(accept(&withheld, &signed(&withheld)).await, "declarations-incomplete");
    let spaced = consent.replacen(':', ": ", 1);
    assert_eq!(accept(&spaced, &signed(&spaced)).await, "content-not-canonical");
    let other_head = stage.actor("head-b");
    let theirs = stage.consent(&other_head, &offer);
    assert_eq!(accept(&theirs, &signed(&theirs)).await, "client-data-mismatch");
    assert_eq!(accept("{}", &good).await, "missing-requisite");
    assert_eq!(accept("garbage", &good).await, "malformed-json");

    // Signed over something else, by the login key, by another person, by a personal key.
    let elsewhere = stage.sign(&head.sign, b"something else");
    assert_eq!(accept(&consent, &elsewhere).await, "signature-content-mismatch");
    let login_key = stage.sign(&head.auth, consent.as_bytes());
    assert_eq!(accept(&consent, &login_key).await, "authentication-key-used-for-signing");
    let of_another = stage.sign(&other_head.sign, consent.as_bytes());
    assert_eq!(accept(&consent, &of_another).await, "signer-is-not-the-caller");
    let accountant = stage.actor("accountant-a");
    let of_the_accountant = stage.sign(&accountant.sign, consent.as_bytes());
    assert_eq!(accept(&consent, &of_the_accountant).await, "signer-is-not-the-caller");
    assert_eq!(accept(&consent, b"\x30\x03\x02\x01\x01").await, "malformed-cms");
    assert_eq!(accept(&consent, &good[..good.len() - 1]).await, "malformed-cms");
    assert_eq!(code(client.accept(&offer.id, 2, &consent, &good).await), "offer-unknown");

    // None of it made a client; each attempt with a signature stands in the journal.
    assert_eq!(code(client.get("/api/v1/documents").await), "not-a-client");
    let attempts = attempts(&stage, &head).await;
    for code in ["signature-content-mismatch", "authentication-key-used-for-signing", "signer-is-not-the-caller"] {
        assert!(attempts.iter().any(|known| known == code), "{code} {attempts:?}");
    }

    assert_eq!(code_of_state(&client.accept(&offer.id, 1, &consent, &good).await.unwrap()), "received");
    assert_eq!(accept(&consent, &good).await, "already-accepted");
    officer.post(&format!("/api/v1/offers/{}/withdrawal", offer.id), &json!({})).await.unwrap();
    let late = stage.actor("head-b");
    let late_client = stage.log_in(&late.auth).await;
    assert_eq!(code(stage.accept(&late_client, &late, &offer).await), "offer-withdrawn");
    // Who had accepted stays a client.
    assert_eq!(outbox(&client).await, 1);
}

/// Keeps: SIG-03, SIG-04, SIG-05, SIG-06, SIG-08, POA-02
#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_taken_from_a_good_key_of_the_right_person_and_from_no_other() {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (head, client) = stage.joined("head-a", &offer).await;
    let (other, _) = stage.joined("head-b", &offer).await;
    let before = outbox(&client).await;
    let act = stage.act(&head, &other, "1");
    let with = async |pair: &KeyPair| {
        let cms = stage.sign(pair, &act);
        code(stage.send(&client, "completion-act", &other, &act, Some(cms)).await)
    };
    let authority = stage.world.authorities().of(Branch::Gost);

    let expired = another_key(&stage, "head-a", KeyUse::Sign, (30, -1));
    assert_eq!(with(&expired).await, "certificate-expired");
    let future = another_key(&stage, "head-a", KeyUse::Sign, (-1, 30));
    assert_eq!(with(&future).await, "certificate-not-yet-valid");
    let revoked = another_key(&stage, "head-a", KeyUse::Sign, (30, 30));
    let since = stage.now().checked_sub(Span::hours(1)).unwrap();
    authority.revoke(revoked.certificate.serial(), since, ReasonCode::KeyCompromise).unwrap();
    assert_eq!(with(&revoked).await, "certificate-revoked");
    let held = another_key(&stage, "head-a", KeyUse::Sign, (30, 30));
    authority.revoke(held.certificate.serial(), since, ReasonCode::CertificateHold).unwrap();
    assert_eq!(with(&held).await, "certificate-on-hold");
    let stranger = Stage::set().await;
    let unknown = stranger.actor("head-a").sign;
    assert_eq!(with(&unknown).await, "certificate-untrusted");
    // An old time stamp proves when it was signed; the certificate must hold at receipt as well (A5.2.3.2).
    let stamped = async |pair: &KeyPair| {
        let days_ago = stage.now().checked_sub(Span::days(5)).unwrap();
        let cms = stage.client.cms(pair, &act, Packaging::Detached, days_ago).unwrap();
        let value = SignedData::from_bytes(&cms).unwrap().signer_infos()[0].signature().to_vec();
        let question = build_request(&DigestAlgorithm::Streebog512.digest(&value), None, true);
        let answer = authority.tsp(&question, days_ago, &mut stage.app.rng.clone());
        let token = TimeStampResponse::from_der(&answer).unwrap().token().unwrap().to_vec();
        let cms = augment(&cms, &[Augmentation::SignatureTimeStamp { signer: 0, token }]).unwrap();
        code(stage.send(&client, "completion-act", &other, &act, Some(cms)).await)
    };
    assert_eq!(stamped(&expired).await, "certificate-expired");
    assert_eq!(stamped(&revoked).await, "certificate-revoked");
    assert_eq!(stamped(&held).await, "certificate-on-hold");

    assert_eq!(with(&head.auth).await, "authentication-key-used-for-signing");
    assert_eq!(with(&other.sign).await, "signer-is-not-the-caller");
    assert_eq!(with(&stage.actor("person").sign).await, "signer-is-not-the-caller");

    // The same human being with a personal key: he is not the organisation (D13).
    let mut rng = stage.app.rng.clone();
    let own = Figure { firm: None, ..*figure("head-a") };
    let validity = qolhat::demo::authority::leaf_validity(stage.now()).unwrap();
    let personal =
        authority.issue_new(&Profile::NaturalPerson(KeyUse::Sign), subject(&own), validity, &mut rng).unwrap();
    let personal = KeyPair { key: Arc::new(personal.key), certificate: personal.certificate };
    assert_eq!(with(&personal).await, "wrong-capacity");
    // And the same with a key that the head has as an employee only.
    let employee = authority
        .issue_new(
            &Profile::LegalEntity(KeyUse::Sign, vec![qolhat_pki::oid::ROLE_EMPLOYEE]),
            subject(figure("head-a")),
            validity,
            &mut rng,
        )
        .unwrap();
    let employee = KeyPair { key: Arc::new(employee.key), certificate: employee.certificate };
    assert_eq!(with(&employee).await, "signer-lacks-authority");

    let send = async |kind: &str, original: &[u8], cms: Option<Vec<u8>>| {
        code(stage.send(&client, kind, &other, original, cms).await)
    };
    let good = stage.sign(&head.sign, &act);
    let wrong_sum = String::from_utf8(act.clone()).unwrap().replacen("25000055", "25000056", 1);
    assert_ne!(wrong_sum.as_bytes(), act);
    let cms = stage.sign(&head.sign, wrong_sum.as_bytes());
    assert_eq!(send("completion-act", wrong_sum.as_bytes(), Some(cms)).await, "sum-mismatch");
    assert_eq!(send("completion-act", b"{\"type\":\"Letter\",\"version\":1}", None).await, "malformed-content");
    assert_eq!(send("contract", &act, Some(good.clone())).await, "unknown-kind");
    assert_eq!(send("offer-acceptance", &act, Some(good.clone())).await, "kind-not-for-sending");
    assert_eq!(send("arbitrary-file", b"a file", Some(good.clone())).await, "signature-content-mismatch");
    assert_eq!(send("arbitrary-file", b"", None).await, "malformed-content");
    assert_eq!(send("completion-act", &act, Some(b"garbage".to_vec())).await, "malformed-cms");
    assert_eq!(send("completion-act", &act, Some(good[..good.len() / 2].to_vec())).await, "malformed-cms");
    let mut forged = good.clone();
    let last = forged.len() - 10;
    forged[last] ^= 1;
    assert_eq!(send("completion-act", &act, Some(forged)).await, "signature-invalid");
    let large = vec![b'x'; stage.config.limits.file_max_bytes + 1];
    assert_eq!(send("arbitrary-file", &large, None).await, "upload-too-large");
    let fields = [("kind", "arbitrary-file".to_owned()), ("recipient", other.party().key())];
    let file = |name: &str| Attached { name: name.to_owned(), bytes: b"a".to_vec() };
    let two = client.submit(&fields, file("a.txt"), vec![file("b.txt")], None, "two-files").await;
    assert_eq!(code(two), "attachment-unlisted");
    let person = stage.actor("person");
    assert_eq!(code(stage.send(&client, "arbitrary-file", &person, b"a", None).await), "recipient-not-a-client");

    assert_eq!(outbox(&client).await, before, "nothing of it is stored as a document");
    assert_eq!(send("completion-act", &act, Some(good)).await[..4], *"done");
    assert_eq!(outbox(&client).await, before + 1);
}

/// Keeps: FLW-05, POA-01
#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_its_parties_alone_and_each_does_what_is_his() {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (head, client) = stage.joined("head-a", &offer).await;
    let (other, other_client) = stage.joined("head-b", &offer).await;
    let (_, stranger) = stage.joined("person", &offer).await;
    let document = stage.recorded_act((&head, &client), &other, "1").await;
    let path = format!("/api/v1/documents/{document}");
    let reason = json!({"reason": "сома дұрыс емес"});

    assert_eq!(code(stranger.get(&path).await), "document-unknown");
    assert_eq!(code(stranger.post(&format!("{path}/rejection"), &reason).await), "document-unknown");
    assert_eq!(code(officer.get(&path).await), "not-a-client");
    assert_eq!(code(stage.client.get(&path).await), "login-required");
    assert_eq!(code(client.get("/api/v1/documents/00000000-0000-7000-8000-000000000000").await), "document-unknown");
    assert_eq!(code(client.get("/api/v1/documents/nonsense").await), "document-unknown");
    assert!(stranger.get_bytes(&format!("{path}/files/0")).await.is_err());
    assert_eq!(code(client.post(&format!("{path}/rejection"), &reason).await), "not-the-recipient");
    assert_eq!(code(other_client.post(&format!("{path}/withdrawal"), &reason).await), "not-the-sender");
    assert_eq!(code(other_client.post(&format!("{path}/rejection"), &json!({"reason": " "})).await), "reason-required");

    // The accountant reads and drafts, and may not sign.
    let accountant = stage.actor("accountant-a");
    let accountant_client = stage.log_in(&accountant.auth).await;
    assert_eq!(code(accountant_client.get(&path).await), "not-a-client");
    let employee = json!({"iin": accountant.iin.to_string(), "display_name": accountant.name});
    client.post("/api/v1/employees", &employee).await.unwrap();
    assert_eq!(code(client.post("/api/v1/employees", &employee).await), "already-an-employee");
    assert_eq!(code_of_state(&accountant_client.get(&path).await.unwrap()), "received");
    let act = stage.act(&head, &other, "2");
    let cms = stage.sign(&accountant.sign, &act);
    let signed = stage.send(&accountant_client, "completion-act", &other, &act, Some(cms)).await;
    assert_eq!(code(signed), "signer-lacks-authority");
    let draft = stage.send(&accountant_client, "completion-act", &other, &act, None).await.unwrap();
    assert_eq!(code_of_state(&draft), "draft");
    let draft = text(&draft, "document_id").unwrap();
    assert_eq!(code(other_client.get(&format!("/api/v1/documents/{draft}")).await), "document-unknown");
    let sent = client.sign(&draft, &stage.sign(&head.sign, &act)).await.unwrap();
    assert_eq!(code_of_state(&sent), "received");
    assert_eq!(code_of_state(&other_client.get(&format!("/api/v1/documents/{draft}")).await.unwrap()), "received");

    // Rejected once, with a reason that the sender sees; nothing more after that.
    other_client.post(&format!("{path}/rejection"), &reason).await.unwrap();
    assert_eq!(text(&client.get(&path).await.unwrap(), "reason").unwrap(), "сома дұрыс емес");
    assert_eq!(code(other_client.post(&format!("{path}/rejection"), &reason).await), "document-already-rejected");
    let cms = stage.sign(&other.sign, &stage.act(&head, &other, "1"));
    assert_eq!(code(other_client.sign(&document, &cms).await), "document-already-rejected");
    assert_eq!(code(client.post(&format!("{path}/withdrawal"), &reason).await), "document-already-rejected");
}

/// The same key and request: the same answer. The same key and another request: refused.
#[tokio::test(flavor = "multi_thread")]
async fn a_write_may_be_repeated_and_is_done_once() {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (head, client) = stage.joined("head-a", &offer).await;
    let (other, _) = stage.joined("head-b", &offer).await;
    let act = stage.act(&head, &other, "1");
    let cms = stage.sign(&head.sign, &act);
    let send = async |bytes: &[u8]| {
        let file = Attached { name: "act.json".to_owned(), bytes: bytes.to_vec() };
        client.submit(&[("kind", "completion-act".to_owned())], file, Vec::new(), Some(cms.clone()), "one-key").await
    };
    let first = send(&act).await.unwrap();
    let second = send(&act).await.unwrap();
    assert_eq!(first["document_id"], second["document_id"]);
    assert_eq!(code(send(b"{}").await), "idempotency-key-reused");
    assert_eq!(outbox(&client).await, 2);
}

/// OCSP and CRL silent: the document waits, is never valid meanwhile, and is recorded when the evidence comes.
/// Keeps: SIG-06, FLW-02
#[tokio::test(flavor = "multi_thread")]
async fn a_document_whose_evidence_cannot_be_had_waits_and_is_received_when_it_comes() {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (head, client) = stage.joined("head-a", &offer).await;
    let (other, other_client) = stage.joined("head-b", &offer).await;
    for silent in [vec![Service::Ocsp, Service::Crl], vec![Service::Tsp]] {
        silent.iter().for_each(|service| stage.services.set_fault(*service, Some(Fault::TryLater)));
        let act = stage.act(&head, &other, &format!("{silent:?}"));
        let cms = stage.sign(&head.sign, &act);
        let answer = stage.send(&client, "completion-act", &other, &act, Some(cms)).await.unwrap();
        assert_eq!(code_of_state(&answer), "check-pending");
        let id = text(&answer, "document_id").unwrap();
        let path = format!("/api/v1/documents/{id}");
        let view = client.get(&path).await.unwrap();
        assert!(view["check_deadline"].is_string() && view["recorded_entry"].is_null(), "{view}");
        assert!(view["conditions"].as_array().unwrap().iter().any(|condition| condition["holds"] == false));
        assert_eq!(code(other_client.get(&path).await), "document-unknown");
        stage.round().await;
        assert_eq!(code_of_state(&client.get(&path).await.unwrap()), "check-pending");

        silent.iter().for_each(|service| stage.services.set_fault(*service, None));
        stage.round().await;
        let view = other_client.get(&path).await.unwrap();
        assert_eq!(code_of_state(&view), "received");
        assert!(view["conditions"].as_array().unwrap().iter().all(|condition| condition["holds"] == true), "{view}");
        assert_eq!(view["receipts"].as_array().unwrap().len(), 1);
    }

    // Meanwhile the key is revoked: what waited is deemed not received.
    stage.services.set_fault(Service::Ocsp, Some(Fault::TryLater));
    stage.services.set_fault(Service::Crl, Some(Fault::TryLater));
    let act = stage.act(&head, &other, "last");
    let answer = stage.send(&client, "completion-act", &other, &act, Some(stage.sign(&head.sign, &act))).await.unwrap();
    let id = text(&answer, "document_id").unwrap();
    let since = stage.now().checked_sub(Span::hours(2)).unwrap();
    let authority = stage.world.authorities().of(Branch::Gost);
    authority.revoke(head.sign.certificate.serial(), since, ReasonCode::KeyCompromise).unwrap();
    stage.services.set_fault(Service::Ocsp, None);
    stage.services.set_fault(Service::Crl, None);
    stage.round().await;
    let view = client.get(&format!("/api/v1/documents/{id}")).await.unwrap();
    assert_eq!((code_of_state(&view).as_str(), view["reason"].as_str()), ("check-failed", Some("certificate-revoked")));
    assert_eq!(code(other_client.get(&format!("/api/v1/documents/{id}")).await), "document-unknown");
}

/// Keeps: CMP-02, CMP-03, CMP-05, CMP-06
#[tokio::test(flavor = "multi_thread")]
async fn a_compromised_key_is_cut_off_at_once_and_what_was_recorded_stays() {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (head, client) = stage.joined("head-a", &offer).await;
    let (other, other_client) = stage.joined("head-b", &offer).await;
    let document = stage.recorded_act((&head, &client), &other, "1").await;
    let sign_sha256 = hex::encode(head.sign.certificate.sha256());
    let report = |since: String| json!({"certificate_sha256": sign_sha256, "compromised_since": since, "circumstances": "Токен жоғалды"});
    let future = stage.now().checked_add(Span::hours(1)).unwrap().to_string();
    assert_eq!(code(client.post("/api/v1/compromises", &report(future)).await), "compromise-in-future");
    let early = report("2020-01-01T00:00:00Z".to_owned());
    assert_eq!(code(client.post("/api/v1/compromises", &early).await), "compromise-before-certificate");
    let hour_ago = stage.now().checked_sub(Span::hours(1)).unwrap().to_string();
    assert_eq!(code(other_client.post("/api/v1/compromises", &report(hour_ago.clone())).await), "not-the-holder");
    let mut unknown = report(hour_ago.clone());
    unknown["certificate_sha256"] = json!("00".repeat(32));
    assert_eq!(code(client.post("/api/v1/compromises", &unknown).await), "certificate-unknown");
    assert_eq!(
        code(client.post("/api/v1/compromises", &json!({"compromised_since": hour_ago, "circumstances": ""})).await),
        "reason-required"
    );

    let case = client.post("/api/v1/compromises", &report(hour_ago.clone())).await.unwrap();
    let case = text(&case, "case_id").unwrap();
    assert_eq!(code(client.post("/api/v1/compromises", &report(hour_ago.clone())).await), "case-already-open");
    // Cut off for signing and for login; the session of the other key goes on.
    let act = stage.act(&head, &other, "2");
    let cms = stage.sign(&head.sign, &act);
    assert_eq!(code(stage.send(&client, "completion-act", &other, &act, Some(cms.clone())).await), "key-compromised");
    let login = stage.client.log_in(&head.sign, stage.now()).await;
    assert_eq!(login.err().unwrap().code(), Some("key-compromised"));

    // What was recorded stands, marked as contested; both parties are told.
    let view = other_client.get(&format!("/api/v1/documents/{document}")).await.unwrap();
    assert_eq!(
        (code_of_state(&view).as_str(), view["contested_by"][0]["case_id"].as_str()),
        ("received", Some(case.as_str()))
    );
    for side in [&client, &other_client] {
        let events = side.get("/api/v1/events").await.unwrap();
        assert!(events.as_array().unwrap().iter().any(|event| event["kind"] == "document.contested"), "{events}");
    }

    let decision = format!("/api/v1/compromises/{case}/decision");
    assert_eq!(code(client.post(&decision, &json!({"decision": "lift", "request": "№ 1"})).await), "not-an-officer");
    assert_eq!(officer.get("/api/v1/compromises").await.unwrap()[0]["id"], case);
    officer.post(&decision, &json!({"decision": "lift", "request": "№ 1"})).await.unwrap();
    assert_eq!(code(officer.post(&decision, &json!({"decision": "lift", "request": "№ 1"})).await), "case-closed");
    assert_eq!(code(stage.send(&client, "completion-act", &other, &act, Some(cms.clone())).await)[..4], *"done");

    let second = client.post("/api/v1/compromises", &report(hour_ago.clone())).await.unwrap();
    let second = text(&second, "case_id").unwrap();
    let decision = format!("/api/v1/compromises/{second}/decision");
    let ahead = json!({"decision": "annul", "cut_off": stage.now().checked_add(Span::hours(1)).unwrap().to_string()});
    assert_eq!(code(officer.post(&decision, &ahead).await), "compromise-in-future");
    officer.post(&decision, &json!({"decision": "annul", "cut_off": hour_ago})).await.unwrap();
    let act = stage.act(&head, &other, "3");
    let cms = stage.sign(&head.sign, &act);
    assert_eq!(code(stage.send(&client, "completion-act", &other, &act, Some(cms)).await), "key-compromised");
    assert_eq!(code(client.post("/api/v1/compromises", &report(hour_ago)).await), "certificate-annulled");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_challenge_is_good_once_and_a_login_needs_a_good_key() {
    let stage = Stage::set().await;
    let head = stage.actor("head-a");
    let challenge = stage.client.post_with_key("/api/v1/login/challenges", &json!({}), "k").await.unwrap();
    let content = text(&challenge, "content").unwrap();
    let body = |cms: &[u8]| {
        use base64::Engine as _;
        json!({"challenge_id": challenge["id"], "cms": base64::prelude::BASE64_STANDARD.encode(cms)})
    };
    let other_text = stage.sign(&head.auth, b"qolhat-login/v1\n");
    assert_eq!(code(stage.client.post("/api/v1/login", &body(&other_text)).await), "signature-content-mismatch");
    // Used up by the attempt.
    let good = stage.sign(&head.auth, content.as_bytes());
    assert_eq!(code(stage.client.post("/api/v1/login", &body(&good)).await), "challenge-unknown");
    let since = stage.now().checked_sub(Span::hours(1)).unwrap();
    let authority = stage.world.authorities().of(Branch::Gost);
    authority.revoke(head.auth.certificate.serial(), since, ReasonCode::CertificateHold).unwrap();
    let login = stage.client.log_in(&head.auth, stage.now()).await;
    assert_eq!(login.err().unwrap().code(), Some("certificate-on-hold"));
    stage.services.set_fault(Service::Ocsp, Some(Fault::TryLater));
    stage.services.set_fault(Service::Crl, Some(Fault::TryLater));
    let login = stage.client.log_in(&head.sign, stage.now()).await;
    assert_eq!(login.err().unwrap().code(), Some("certificate-status-unknown"));
}

/// Problems speak the reader's language and say what to do.
#[tokio::test(flavor = "multi_thread")]
async fn a_problem_is_told_in_the_readers_language_with_its_code_clause_and_number() {
    let stage = Stage::set().await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut titles = Vec::new();
    for language in ["kk", "ru", "en"] {
        let url = format!("{}/api/v1/documents", stage.base);
        let response = http.get(url).header("Accept-Language", language).send().await.unwrap();
        assert_eq!(response.status(), 401);
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        assert_eq!(response.headers()["content-language"], language);
        let trace = response.headers()["x-trace-id"].to_str().unwrap().to_owned();
        let problem: Value = response.json().await.unwrap();
        assert_eq!(
            (problem["code"].as_str(), problem["trace_id"].as_str()),
            (Some("login-required"), Some(trace.as_str()))
        );
        assert!(problem["type"].as_str().unwrap().ends_with("/login-required"));
        titles.push(problem["title"].as_str().unwrap().to_owned());
    }
    assert!(titles[0] != titles[1] && titles[1] != titles[2], "{titles:?}");
    let document: Value =
        http.get(format!("{}/api/v1/openapi.json", stage.base)).send().await.unwrap().json().await.unwrap();
    assert!(document["paths"].as_object().unwrap().len() >= 25);
    let page = http.get(format!("{}/docs/", stage.base)).send().await.unwrap();
    assert!(page.status().is_success() && page.text().await.unwrap().contains("swagger"));
    let missing = http.get(format!("{}/api/v1/nothing", stage.base)).send().await.unwrap();
    assert_eq!(
        (missing.status().as_u16(), missing.json::<Value>().await.unwrap()["code"].as_str()),
        (404, Some("not-found"))
    );
}
