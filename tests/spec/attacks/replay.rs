//! Signatures used for something else than they were made for.

use qolhat::demo::client::{Attached, text};
use qolhat_pki::issue::augment::{Augmentation, augment};
use qolhat_pki::oid;
use serde_json::json;

use super::attempts;
use crate::support::stage::{AGREEMENT, Stage, code, code_of_state};

/// Mallory sends a challenge as a document; whose countersignature over it would open the signer's session.
#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_opens_a_session_is_no_document() {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (mallory, client) = stage.joined("head-b", &offer).await;
    let (victim, _) = stage.joined("head-a", &offer).await;
    let challenge = stage.client.post_with_key("/api/v1/login/challenges", &json!({}), "k").await.unwrap();
    let content = text(&challenge, "content").unwrap();
    let cms = stage.sign(&mallory.sign, content.as_bytes());
    for cms in [Some(cms), None] {
        let sent = stage.send(&client, "arbitrary-file", &victim, content.as_bytes(), cms).await;
        assert_eq!(code(sent), "login-text-not-a-document");
    }
}

/// Who has another's session can show an old signature of his again, in another wrapping and under another key.
#[tokio::test(flavor = "multi_thread")]
async fn one_signature_is_recorded_on_one_document() {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (head, client) = stage.joined("head-a", &offer).await;
    let (other, _) = stage.joined("head-b", &offer).await;
    let bytes = b"pay 100";
    let cms = stage.sign(&head.sign, bytes);
    let send = async |cms: &[u8], key: &str| {
        let fields = [("kind", "arbitrary-file".to_owned()), ("recipient", other.party().key())];
        let file = Attached { name: "order.txt".to_owned(), bytes: bytes.to_vec() };
        client.submit(&fields, file, Vec::new(), Some(cms.to_vec()), key).await
    };
    let first = send(&cms, "one").await.unwrap();
    assert_eq!(code_of_state(&first), "received");
    assert_eq!(code(send(&cms, "two").await), "signature-already-used");
    let value = vec![0x04, 0x01, 0x00];
    let attribute = Augmentation::UnsignedAttribute { signer: 0, attribute: oid::COMMON_NAME, value };
    let rewrapped = augment(&cms, &[attribute]).unwrap();
    assert_ne!(rewrapped, cms);
    assert_eq!(code(send(&rewrapped, "three").await), "signature-already-used");
    let attempts = attempts(&stage, &head, 2).await;
    assert!(attempts.iter().all(|attempt| attempt["code"] == "signature-already-used"), "{attempts:?}");
    let again = send(&cms, "one").await.unwrap();
    assert_eq!(again["document_id"], first["document_id"], "a repeated request is no second signature");
}

/// The signature on a draft is as good once as that of a document sent at once.
#[tokio::test(flavor = "multi_thread")]
async fn a_signature_that_was_recorded_does_not_send_a_draft() {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (head, client) = stage.joined("head-a", &offer).await;
    let (other, _) = stage.joined("head-b", &offer).await;
    let cms = stage.sign(&head.sign, b"once");
    stage.send(&client, "arbitrary-file", &other, b"once", Some(cms.clone())).await.unwrap();
    let draft = stage.send(&client, "arbitrary-file", &other, b"once", None).await.unwrap();
    let draft = text(&draft, "document_id").unwrap();
    assert_eq!(code(client.sign(&draft, &cms).await), "signature-already-used");
    assert_eq!(code_of_state(&client.get(&format!("/api/v1/documents/{draft}")).await.unwrap()), "draft");
}

/// Two requests with one key at the same time: one document, and no word of a replay.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_repeated_while_it_is_done_is_not_called_a_replay() {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (head, client) = stage.joined("head-a", &offer).await;
    let (other, _) = stage.joined("head-b", &offer).await;
    let cms = stage.sign(&head.sign, b"one");
    let send = async || {
        let fields = [("kind", "arbitrary-file".to_owned()), ("recipient", other.party().key())];
        let file = Attached { name: "one.txt".to_owned(), bytes: b"one".to_vec() };
        code(client.submit(&fields, file, Vec::new(), Some(cms.clone()), "one-key").await)
    };
    let (first, second) = tokio::join!(send(), send());
    for answer in [first, second] {
        assert!(answer.starts_with("done") || answer == "service-unavailable", "{answer}");
    }
}

/// Keeps: REG-11
#[tokio::test(flavor = "multi_thread")]
async fn a_recorded_acceptance_is_not_taken_back() {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (head, client) = stage.joined("head-a", &offer).await;
    let documents = client.get("/api/v1/documents").await.unwrap();
    let acceptance = documents[0]["id"].as_str().unwrap();
    let path = format!("/api/v1/documents/{acceptance}/withdrawal");
    assert_eq!(code(client.post(&path, &json!({"reason": "ойымнан айныдым"})).await), "document-state");
    assert_eq!(code(stage.accept(&client, &head, &offer).await), "already-accepted");
}

/// Keeps: REG-04
#[tokio::test(flavor = "multi_thread")]
async fn an_offer_withdrawn_while_the_signature_was_checked_is_not_accepted() {
    use qolhat::demo::responders::{Fault, Service};
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let head = stage.actor("head-a");
    let client = stage.log_in(&head.auth).await;
    stage.services.set_fault(Service::Tsp, Some(Fault::Silent));
    let withdraw = async {
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        officer.post(&format!("/api/v1/offers/{}/withdrawal", offer.id), &json!({})).await.unwrap();
    };
    let (accepted, ()) = tokio::join!(stage.accept(&client, &head, &offer), withdraw);
    assert_eq!(code(accepted), "offer-withdrawn");
}

/// Keeps: REG-04
#[tokio::test(flavor = "multi_thread")]
async fn an_acceptance_that_came_before_the_withdrawal_stands_when_its_evidence_comes_after() {
    use qolhat::demo::responders::{Fault, Service};
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let head = stage.actor("head-a");
    let client = stage.log_in(&head.auth).await;
    stage.services.set_fault(Service::Tsp, Some(Fault::TryLater));
    assert_eq!(code_of_state(&stage.accept(&client, &head, &offer).await.unwrap()), "check-pending");
    officer.post(&format!("/api/v1/offers/{}/withdrawal", offer.id), &json!({})).await.unwrap();
    stage.services.set_fault(Service::Tsp, None);
    stage.round().await;
    assert_eq!(client.get("/api/v1/session").await.unwrap()["capability"], "sign");
}
