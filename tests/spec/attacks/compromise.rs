//! Keys in other hands: what is suspended, whose notice it is, and who decides.

use qolhat::demo::people::Figure;
use qolhat_pki::issue::profile::{KeyUse, Profile};
use qolhat_pki::oid;
use serde_json::{Value, json};

use super::{base64, certified_anew, events, figure, hour_ago, login_code, named, new_key, report};
use crate::support::stage::{AGREEMENT, Stage, code};

/// The thief has the token with both keys; the holder knows no digests. Keeps: CMP-05, D13
#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_names_no_certificate_suspends_every_key_of_the_person_in_that_capacity() {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (head, client) = stage.joined("head-a", &offer).await;
    let (other, other_client) = stage.joined("head-b", &offer).await;
    let document = stage.recorded_act((&head, &client), &other, "1").await;
    let own = Figure { firm: None, ..*figure("head-a") };
    let personal = new_key(&stage, &own, KeyUse::Auth, oid::ROLE_NATURAL_PERSON);
    stage.log_in(&personal).await;
    report(&client, json!({}), hour_ago(&stage)).await.unwrap();

    assert_eq!(code(client.get("/api/v1/session").await), "key-compromised");
    assert_eq!(login_code(&stage, &head.sign).await, "key-compromised");
    assert_eq!(login_code(&stage, &personal).await, "in", "he himself is another than the head");
    let cases = officer.get("/api/v1/compromises").await.unwrap();
    assert_eq!(cases.as_array().unwrap().len(), 2, "one open case a certificate: {cases}");
    let view = other_client.get(&format!("/api/v1/documents/{document}")).await.unwrap();
    assert_eq!(view["contested_by"].as_array().unwrap().len(), 1, "the signature of the other key is contested");
}

/// Keeps: CMP-03, CMP-05
#[tokio::test(flavor = "multi_thread")]
async fn a_key_never_used_here_is_reported_by_its_certificate() {
    let stage = Stage::set().await;
    let head = stage.actor("head-a");
    let client = stage.log_in(&head.auth).await;
    let stolen = new_key(&stage, figure("head-a"), KeyUse::Sign, oid::ROLE_HEAD);
    let by = |der: &[u8]| json!({"certificate": base64(der)});
    let since = hour_ago(&stage);
    let theirs = new_key(&stage, figure("head-b"), KeyUse::Sign, oid::ROLE_HEAD);
    assert_eq!(code(report(&client, by(theirs.certificate.der()), since.clone()).await), "not-the-holder");
    let stranger = Stage::set().await;
    let untrusted = stranger.actor("head-a").sign;
    assert_eq!(code(report(&client, by(untrusted.certificate.der()), since.clone()).await), "certificate-untrusted");
    assert_eq!(code(report(&client, by(b"\x30\x00"), since.clone()).await), "malformed-content");
    report(&client, by(stolen.certificate.der()), since.clone()).await.unwrap();
    assert_eq!(code(report(&client, by(stolen.certificate.der()), since).await), "case-already-open");
    assert_eq!(login_code(&stage, &stolen).await, "key-compromised");
    let registered = client.get("/api/v1/certificates").await.unwrap();
    let states: Vec<&Value> = registered.as_array().unwrap().iter().map(|row| &row["state"]).collect();
    assert_eq!(states, ["active", "suspended"], "the session goes on by its own key");
}

/// Keeps: SIG-09, A6.12
#[tokio::test(flavor = "multi_thread")]
async fn the_officers_key_is_registered_with_the_extract_that_it_signs() {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (head, client) = stage.joined("head-a", &offer).await;
    let (other, _) = stage.joined("head-b", &offer).await;
    let document = stage.recorded_act((&head, &client), &other, "1").await;
    stage.extract(&officer, &[&document]).await.unwrap();
    let key = stage.actor("officer").sign;
    let registered = officer.get("/api/v1/certificates").await.unwrap();
    let digests: Vec<&Value> = registered.as_array().unwrap().iter().map(|row| &row["sha256"]).collect();
    assert!(digests.contains(&&named(&key)["certificate_sha256"]), "{digests:?}");
    report(&officer, named(&key), hour_ago(&stage)).await.unwrap();
    let refused = stage.extract(&officer, &[&document]).await.map(|bytes| json!(bytes.len()));
    assert_eq!(code(refused), "key-compromised");
}

/// Reported by the person, the notice is the organisation's whose key it is; so is the decision.
#[tokio::test(flavor = "multi_thread")]
async fn the_party_of_the_certificate_is_told_of_the_report_and_of_the_decision() {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (head, client) = stage.joined("head-a", &offer).await;
    let own = Figure { firm: None, ..*figure("head-a") };
    let personal = stage.log_in(&new_key(&stage, &own, KeyUse::Auth, oid::ROLE_NATURAL_PERSON)).await;
    let case = report(&personal, named(&head.sign), hour_ago(&stage)).await.unwrap();
    assert!(events(&client).await.iter().any(|kind| kind == "compromise.reported"));
    let decision = format!("/api/v1/compromises/{}/decision", case["case_id"].as_str().unwrap());
    officer.post(&decision, &json!({"decision": "lift", "request": "2026-11-22 № 7 өтініш"})).await.unwrap();
    assert!(events(&client).await.iter().any(|kind| kind == "compromise.lifted"));
}

/// Keeps: CMP-06
#[tokio::test(flavor = "multi_thread")]
async fn a_key_certified_anew_is_barred_with_its_first_certificate() {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (head, client) = stage.joined("head-a", &offer).await;
    let (other, _) = stage.joined("head-b", &offer).await;
    report(&client, named(&head.sign), hour_ago(&stage)).await.unwrap();
    let anew = certified_anew(&stage, figure("head-a"), &head.sign, KeyUse::Sign);
    assert_ne!(anew.certificate.sha256(), head.sign.certificate.sha256());
    assert_eq!(login_code(&stage, &anew).await, "key-compromised");
    let act = stage.act(&head, &other, "1");
    let cms = stage.sign(&anew, &act);
    assert_eq!(code(stage.send(&client, "completion-act", &other, &act, Some(cms)).await), "key-compromised");
}

/// Certificates registered by an earlier program get their further names when the service starts.
#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_registered_before_its_key_was_kept_is_found_by_it_all_the_same() {
    let stage = Stage::set().await;
    let head = stage.actor("head-a");
    let client = stage.log_in(&head.auth).await;
    stage.log_in(&head.sign).await;
    report(&client, named(&head.sign), hour_ago(&stage)).await.unwrap();
    let mut tx = stage.app.db.begin().await.unwrap();
    tx.execute("update certificate set issuer_sha256 = null, spki_sha256 = null", &[]).await.unwrap();
    tx.commit().await.unwrap();
    let identified = qolhat::access::certificates::identify(&stage.app.db).await.unwrap();
    assert_eq!(identified, 2);
    let anew = certified_anew(&stage, figure("head-a"), &head.sign, KeyUse::Sign);
    assert_eq!(login_code(&stage, &anew).await, "key-compromised");
}

/// A session opened by another certificate of the key ends with it.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_by_another_certificate_of_the_key_ends_with_the_report() {
    let stage = Stage::set().await;
    let head = stage.actor("head-a");
    let client = stage.log_in(&head.auth).await;
    let anew = certified_anew(&stage, figure("head-a"), &head.sign, KeyUse::Sign);
    let by_the_new_one = stage.log_in(&anew).await;
    let by = json!({"certificate": base64(head.sign.certificate.der())});
    report(&client, by, hour_ago(&stage)).await.unwrap();
    assert_eq!(code(by_the_new_one.get("/api/v1/session").await), "key-compromised");
}

/// Keeps: CMP-05
#[tokio::test(flavor = "multi_thread")]
async fn an_officer_does_not_decide_on_his_own_key() {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let key = stage.actor("officer").sign;
    stage.log_in(&key).await;
    let case = report(&officer, named(&key), hour_ago(&stage)).await.unwrap();
    let decision = format!("/api/v1/compromises/{}/decision", case["case_id"].as_str().unwrap());
    let lift = json!({"decision": "lift", "request": "өзім сұраймын"});
    assert_eq!(code(officer.post(&decision, &lift).await), "own-case");
    let annul = json!({"decision": "annul", "cut_off": hour_ago(&stage)});
    assert_eq!(code(officer.post(&decision, &annul).await), "own-case");
}

/// Keeps: CMP-05
#[tokio::test(flavor = "multi_thread")]
async fn a_suspension_is_lifted_only_at_the_holders_recorded_request() {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let head = stage.actor("head-a");
    let client = stage.log_in(&head.auth).await;
    stage.log_in(&head.sign).await;
    let case = report(&client, named(&head.sign), hour_ago(&stage)).await.unwrap();
    let case = case["case_id"].as_str().unwrap();
    let decision = format!("/api/v1/compromises/{case}/decision");
    assert_eq!(code(officer.post(&decision, &json!({"decision": "lift"})).await), "malformed-json");
    let blank = json!({"decision": "lift", "request": "  "});
    assert_eq!(code(officer.post(&decision, &blank).await), "reason-required");
    let request = "2026-11-22 № 7 өтініш";
    officer.post(&decision, &json!({"decision": "lift", "request": request})).await.unwrap();
    let entries = stage.app.journal.entries_of_subject(&format!("case:{case}")).await.unwrap();
    let entry = stage.app.journal.entry(*entries.last().unwrap()).await.unwrap().unwrap();
    let fields: Vec<_> = entry.openings.iter().filter_map(|(_, opening)| opening.payload_field()).collect();
    assert!(fields.contains(&("request", &json!(request))), "{fields:?}");
}

/// A certificate of the same key for the organisation and for the person: the profile is not looked at.
#[tokio::test(flavor = "multi_thread")]
async fn a_report_reaches_the_key_in_every_capacity_in_which_it_was_certified() {
    let stage = Stage::set().await;
    let head = stage.actor("head-a");
    let client = stage.log_in(&head.auth).await;
    let own = Figure { firm: None, ..*figure("head-a") };
    let (spki, validity) =
        (head.auth.certificate.spki().to_vec(), qolhat::demo::authority::leaf_validity(stage.now()).unwrap());
    let profile = Profile::NaturalPerson(KeyUse::Auth);
    let authority = stage.world.authorities().of(own.branch);
    let subject = qolhat::demo::people::subject(&own);
    let certificate = authority.issue(&profile, subject, spki, validity, &mut stage.app.rng.clone()).unwrap();
    let personal = qolhat::demo::client::KeyPair { key: std::sync::Arc::clone(&head.auth.key), certificate };
    report(&client, json!({}), hour_ago(&stage)).await.unwrap();
    assert_eq!(login_code(&stage, &personal).await, "key-compromised");
}

/// A holder who cannot log in rings up: the officer takes his notice down, and nobody else may. Keeps: CMP-02 to CMP-04
#[tokio::test(flavor = "multi_thread")]
async fn the_officer_takes_a_notice_down_for_a_holder_and_another_client_may_not() {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (head, client) = stage.joined("head-a", &offer).await;
    let (_, other_client) = stage.joined("head-b", &offer).await;
    let by = json!({"certificate_sha256": hex::encode(head.sign.certificate.sha256())});
    assert_eq!(code(report(&other_client, by.clone(), hour_ago(&stage)).await), "not-the-holder");
    assert_eq!(login_code(&stage, &head.sign).await, "in");
    report(&officer, by.clone(), hour_ago(&stage)).await.unwrap();
    assert_eq!(login_code(&stage, &head.sign).await, "key-compromised");
    assert!(client.get("/api/v1/session").await.is_ok(), "the key that was named, and no other");
    let cases = officer.get("/api/v1/compromises").await.unwrap();
    assert_eq!(cases[0]["reported_by"], stage.actor("officer").iin.to_string());
    assert_eq!(code(report(&officer, by, hour_ago(&stage)).await), "case-already-open");
}
