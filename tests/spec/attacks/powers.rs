//! Who may bind an organisation, by which key, and for how long.

use qolhat::demo::story::Actor;
use qolhat_pki::issue::profile::KeyUse;
use qolhat_pki::oid;
use qolhat_pki::time::Span;
use serde_json::{Value, json};

use super::{base64, figure, new_key, new_key_until};
use crate::support::stage::{AGREEMENT, Offer, Stage, at, code, code_of_state};

/// Keeps: POA-01, POA-02
#[tokio::test(flavor = "multi_thread")]
async fn what_binds_an_organisation_without_a_signature_needs_a_key_whose_role_binds() {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (head, client) = stage.joined("head-a", &offer).await;
    let (other, other_client) = stage.joined("head-b", &offer).await;
    let sent = stage.recorded_act((&head, &client), &other, "1").await;
    let got = stage.recorded_act((&other, &other_client), &head, "2").await;
    // The same member, logged in as an employee.
    let key = new_key(&stage, figure("head-a"), KeyUse::Auth, oid::ROLE_EMPLOYEE);
    let weak = stage.log_in(&key).await;
    let reason = json!({"reason": "x"});
    let lacks = "signer-lacks-authority";
    assert_eq!(code(weak.post(&format!("/api/v1/documents/{got}/rejection"), &reason).await), lacks);
    assert_eq!(code(weak.post(&format!("/api/v1/documents/{sent}/withdrawal"), &reason).await), lacks);
    let employee = json!({"iin": stage.actor("accountant-a").iin.to_string(), "display_name": "Ким"});
    assert_eq!(code(weak.post("/api/v1/employees", &employee).await), lacks);
    let invited = json!({"party": stage.actor("person").party().key()});
    assert_eq!(code(weak.post("/api/v1/invitations", &invited).await), lacks);
    assert_eq!(code_of_state(&weak.get(&format!("/api/v1/documents/{got}")).await.unwrap()), "received");
    client.post("/api/v1/invitations", &invited).await.unwrap();
    client.post(&format!("/api/v1/documents/{got}/rejection"), &reason).await.unwrap();
}

/// The head of the organisation changes: the new one acts by the role that the CA wrote into his certificate.
/// Keeps: POA-02
#[tokio::test(flavor = "multi_thread")]
async fn a_new_head_acts_for_a_client_that_another_head_bound() {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (head, _) = stage.joined("head-a", &offer).await;
    let (other, _) = stage.joined("head-b", &offer).await;
    let accountant = stage.actor("accountant-a");
    let new_head = Actor {
        sign: new_key(&stage, figure("accountant-a"), KeyUse::Sign, oid::ROLE_HEAD),
        auth: new_key(&stage, figure("accountant-a"), KeyUse::Auth, oid::ROLE_HEAD),
        ..accountant.clone()
    };
    let client = stage.log_in(&new_head.auth).await;
    assert_eq!(client.get("/api/v1/session").await.unwrap()["capability"], "sign");
    stage.recorded_act((&new_head, &client), &other, "1").await;
    // The agreement binds the organisation since its first head accepted it: there is nothing to accept twice.
    assert_eq!(code(stage.accept(&client, &new_head, &offer).await), "already-accepted");
    let as_employee = stage.log_in(&accountant.auth).await;
    assert_eq!(as_employee.get("/api/v1/session").await.unwrap()["capability"], Value::Null);
    drop(head);
}

/// Keeps: REG-06
#[tokio::test(flavor = "multi_thread")]
async fn an_employee_who_accepts_a_version_as_head_is_no_longer_one_who_only_drafts() {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (_, client) = stage.joined("head-a", &offer).await;
    let accountant = stage.actor("accountant-a");
    let employee = json!({"iin": accountant.iin.to_string(), "display_name": accountant.name});
    client.post("/api/v1/employees", &employee).await.unwrap();
    let text = format!("{AGREEMENT}2. Добавлено.\n");
    let body = json!({"title": offer.title, "prevailing": "ru", "texts": {"ru": text}});
    officer.post(&format!("/api/v1/offers/{}/versions", offer.id), &body).await.unwrap();
    let promoted = Actor {
        sign: new_key(&stage, figure("accountant-a"), KeyUse::Sign, oid::ROLE_HEAD),
        auth: new_key(&stage, figure("accountant-a"), KeyUse::Auth, oid::ROLE_HEAD),
        ..accountant.clone()
    };
    let promoted_client = stage.log_in(&promoted.auth).await;
    let second = Offer { id: offer.id.clone(), title: offer.title.clone(), text };
    let consent = stage.consent(&promoted, &second).replace("\"version\":\"1\"", "\"version\":\"2\"");
    let cms = stage.sign(&promoted.sign, consent.as_bytes());
    promoted_client.accept(&offer.id, 2, &consent, &cms).await.unwrap();
    let people = client.get("/api/v1/employees").await.unwrap();
    let row = people.as_array().unwrap().iter().find(|row| row["iin"] == accountant.iin.to_string()).unwrap();
    assert_eq!(row["capability"], "sign");
}

/// Keeps: ACC-09
#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_no_later_than_the_certificate_that_opened_it() {
    let stage = Stage::set().await;
    let now = stage.now().truncate_to_seconds();
    let until = now.checked_add(Span::hours(1)).unwrap();
    let validity = (now.checked_sub(Span::days(1)).unwrap(), until);
    let short = new_key_until(&stage, figure("head-a"), KeyUse::Auth, oid::ROLE_HEAD, validity);
    let expires = async |pair: &qolhat::demo::client::KeyPair| {
        let challenge = stage.client.post_with_key("/api/v1/login/challenges", &json!({}), "k").await.unwrap();
        let cms = stage.sign(pair, challenge["content"].as_str().unwrap().as_bytes());
        let body = json!({"challenge_id": challenge["id"], "cms": base64(&cms)});
        let session = stage.client.post("/api/v1/login", &body).await.unwrap();
        at(session["expires_at"].as_str().unwrap())
    };
    assert_eq!(expires(&short).await, until);
    let long = expires(&stage.actor("head-b").auth).await.seconds_since(now);
    assert!((12 * 3600..12 * 3600 + 60).contains(&long), "{long}");
}
