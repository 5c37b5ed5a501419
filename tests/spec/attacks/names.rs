//! Names that somebody chose himself, and characters that nobody sees.

use qolhat::demo::client::Attached;
use qolhat::demo::story::Actor;
use qolhat::domain::jcs;
use qolhat_pki::cms::SignedData;
use qolhat_pki::der::writer::Writer;
use qolhat_pki::issue::profile::{KeyUse, Profile};
use qolhat_pki::oid::{self, Oid};
use serde_json::{Value, json};

use super::{attempts, figure, issue, new_key};
use crate::support::stage::{AGREEMENT, Offer, Stage, code, code_of_state};

/// The consent of `actor`, its client data changed.
fn consent(stage: &Stage, actor: &Actor, offer: &Offer, changes: Value) -> String {
    let mut consent: Value = serde_json::from_str(&stage.consent(actor, offer)).unwrap();
    consent["client"].as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    String::from_utf8(jcs::to_canonical(&consent).unwrap()).unwrap()
}

/// Keeps: REG-12
#[tokio::test(flavor = "multi_thread")]
async fn a_trade_name_stands_behind_the_name_in_the_certificate_and_is_marked() {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (head, client) = stage.joined("head-a", &offer).await;
    let trader = stage.actor("person");
    let trader_client = stage.log_in(&trader.auth).await;
    let consent = consent(&stage, &trader, &offer, json!({"kind": "sole-trader", "organization": "Қаржы министрлігі"}));
    let cms = stage.sign(&trader.sign, consent.as_bytes());
    let accepted = trader_client.accept(&offer.id, 1, &consent, &cms).await.unwrap();
    assert_eq!(code_of_state(&accepted), "received");
    let act = stage.recorded_act((&head, &client), &trader, "1").await;
    let cms = client.get_bytes(&format!("/api/v1/documents/{act}/receipts/3")).await.unwrap();
    let receipt: Value = serde_json::from_slice(SignedData::from_bytes(&cms).unwrap().content().unwrap()).unwrap();
    let name = receipt["recipient"]["name"].as_str().unwrap();
    let (first, added) = name.split_once(" (").unwrap();
    assert_eq!(first, trader.name);
    assert!(added.contains("Қаржы министрлігі") && added.contains("own statement"), "{name}");
}

/// Keeps: REG-12
#[tokio::test(flavor = "multi_thread")]
async fn a_patronymic_is_the_one_in_the_certificate() {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let person = stage.actor("person");
    let client = stage.log_in(&person.auth).await;
    let facts = person.sign.certificate.subject_facts();
    let name = facts.common_name.unwrap();
    let accept = async |name: String| {
        let consent = consent(&stage, &person, &offer, json!({"name": name}));
        let cms = stage.sign(&person.sign, consent.as_bytes());
        code(client.accept(&offer.id, 1, &consent, &cms).await)
    };
    assert_eq!(accept(format!("{name} Президент")).await, "client-data-mismatch");
    assert_eq!(
        accept(format!("{name} {} бас директор", facts.patronymic.clone().unwrap())).await,
        "client-data-mismatch"
    );
    assert_eq!(accept(format!("{name} {}", facts.patronymic.unwrap())).await[..4], *"done");
}

/// A subject in the national layout without O.
fn nameless_subject(id: &str) -> Vec<u8> {
    let figure = figure(id);
    let (iin, bin) = (format!("IIN{}", figure.iin), format!("BIN{}", figure.firm.unwrap().bin));
    let name = format!("{} {}", figure.surname, figure.given_name);
    let attributes: [(Oid, &str); 4] = [
        (oid::COMMON_NAME, &name),
        (oid::SURNAME, figure.surname),
        (oid::SERIAL_NUMBER, &iin),
        (oid::ORGANIZATIONAL_UNIT, &bin),
    ];
    Writer::build(|w| {
        w.sequence(|w| {
            for (oid, text) in attributes {
                w.set(|w| {
                    w.sequence(|w| {
                        w.oid(&oid);
                        w.utf8(text);
                    });
                });
            }
        });
    })
}

/// Keeps: REG-12
#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_that_its_certificate_does_not_name_has_no_name_to_join_under() {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let head = stage.actor("head-a");
    let validity = qolhat::demo::authority::leaf_validity(stage.now()).unwrap();
    let profile = Profile::LegalEntity(KeyUse::Sign, vec![oid::ROLE_HEAD]);
    let key = issue(&stage, &profile, nameless_subject("head-a"), validity);
    let client = stage.log_in(&head.auth).await;
    let name = key.certificate.subject_facts().common_name.unwrap();
    let consent = consent(&stage, &head, &offer, json!({"name": name, "organization": "Қаржы министрлігі"}));
    let cms = stage.sign(&key, consent.as_bytes());
    assert_eq!(code(client.accept(&offer.id, 1, &consent, &cms).await), "client-data-mismatch");
}

/// Keeps: DOC-04
#[tokio::test(flavor = "multi_thread")]
async fn a_character_that_hides_or_turns_text_is_refused_wherever_people_read_it() {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (head, client) = stage.joined("head-a", &offer).await;
    let (other, _) = stage.joined("head-b", &offer).await;
    let act = stage.recorded_act((&head, &client), &other, "1").await;
    for hidden in ['\u{200b}', '\u{202e}', '\u{ad}', '\u{2060}', '\u{e0041}', '\u{3164}'] {
        let text = format!("a{hidden}b");
        let fields = |number: &str| {
            [("kind", "arbitrary-file".to_owned()), ("recipient", other.party().key()), ("number", number.to_owned())]
        };
        let file = |name: &str| Attached { name: name.to_owned(), bytes: b"a".to_vec() };
        let sent = client.submit(&fields(&text), file("a.txt"), Vec::new(), None, &client.new_key()).await;
        assert_eq!(code(sent), "malformed-content", "number {hidden:?}");
        let sent = client.submit(&fields("1"), file(&text), Vec::new(), None, &client.new_key()).await;
        assert_eq!(code(sent), "malformed-content", "file name {hidden:?}");
        let employee = json!({"iin": stage.actor("accountant-a").iin.to_string(), "display_name": text});
        assert_eq!(code(client.post("/api/v1/employees", &employee).await), "missing-requisite", "{hidden:?}");
        let reason = json!({"reason": text});
        let withdrawal = format!("/api/v1/documents/{act}/withdrawal");
        assert_eq!(code(client.post(&withdrawal, &reason).await), "malformed-content", "reason {hidden:?}");
        let extract = json!({"documents": [act], "asked_by": {"party": {"key": head.party().key(), "ground": text, "scope": "Акт"}}});
        assert_eq!(code(officer.post("/api/v1/extracts", &extract).await), "missing-requisite", "{hidden:?}");
        let offer = json!({"title": text, "prevailing": "ru", "texts": {"ru": "x"}});
        assert_eq!(code(officer.post("/api/v1/offers", &offer).await), "missing-requisite", "title {hidden:?}");
    }
}

/// What the journal keeps of a refused attempt: whose certificate it was that was refused.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_attempt_names_the_refused_certificate_and_who_tried() {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (head, client) = stage.joined("head-a", &offer).await;
    let (other, _) = stage.joined("head-b", &offer).await;
    let foreign = new_key(&stage, figure("head-b"), KeyUse::Sign, oid::ROLE_HEAD);
    let act = stage.act(&head, &other, "1");
    let cms = stage.sign(&foreign, &act);
    let refused = stage.send(&client, "completion-act", &other, &act, Some(cms)).await;
    assert_eq!(code(refused), "signer-is-not-the-caller");
    let refused = stage.send(&client, "completion-act", &other, &act, Some(b"junk".to_vec())).await;
    assert_eq!(code(refused), "malformed-cms");

    let attempts = attempts(&stage, &head, 2).await;
    let sha256 = |pair: &qolhat::demo::client::KeyPair| json!(hex::encode(pair.certificate.sha256()));
    assert_eq!(attempts[0]["certificate_sha256"], sha256(&foreign));
    assert_eq!(attempts[1]["certificate_sha256"], "", "nobody knows whose junk is");
    for attempt in &attempts {
        assert_eq!(attempt["session_certificate_sha256"], sha256(&head.auth));
        assert_eq!(attempt["actor"]["iin"], head.iin.to_string());
    }
}
