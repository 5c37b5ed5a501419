//! The real run (docs/walkthrough.md): real keys of the national test CA, its CRL, a real agreement; the clock at
//! 2026-11-22. The operator, his officer and the time stamps are the demo world's.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use qolhat::config::{FreshnessPolicy, Identifiers};
use qolhat::demo::client::{KeyPair, text};
use qolhat::demo::story::Actor;
use qolhat::domain::party::{Bin, IdentifierPolicy, Iin};
use qolhat_pki::pkcs12;
use qolhat_pki::time::Span;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::shared;
use crate::support::stage::{Stage, at, code, code_of_state};

/// A CA certificate of the national test CA, its CRL, and the keys.
struct National {
    folder: PathBuf,
    index: Value,
}

impl National {
    fn find() -> Option<National> {
        let folder = shared("nca")?;
        let index = serde_json::from_slice(&std::fs::read(folder.join("index.json")).unwrap()).unwrap();
        Some(National { folder, index })
    }

    fn password(&self, file: &str) -> String {
        let files = self.index["files"].as_array().unwrap();
        files.iter().find(|entry| entry["file"] == file).unwrap()["password"].as_str().unwrap().to_owned()
    }

    fn p12(&self, name: &str) -> (PathBuf, String) {
        let file = format!("p12/{name}.p12");
        (self.folder.join(&file), self.password(&file))
    }

    /// The person of a key store, who logs in and signs with one key.
    fn actor(&self, name: &str) -> Actor {
        let (file, password) = self.p12(name);
        let store = pkcs12::open(&std::fs::read(file).unwrap(), &password).unwrap();
        let facts = store.certificate.subject_facts().clone();
        let policy = IdentifierPolicy::AcceptTest;
        let pair = KeyPair { key: Arc::new(store.key), certificate: store.certificate };
        Actor {
            name: facts.common_name.unwrap(),
            iin: Iin::parse(&facts.iin.unwrap(), policy).unwrap(),
            organization: facts.bin.map(|bin| (Bin::parse(&bin, policy).unwrap(), facts.organization.unwrap())),
            sign: pair.clone(),
            auth: pair,
        }
    }
}

/// A CMS made by the program `qolhat sign`, as a stranger would make it.
fn qolhat_sign(national: &National, name: &str, content: &[u8], detached: bool) -> Vec<u8> {
    let folder = TempDir::new().unwrap();
    let (file, out) = (folder.path().join("content"), folder.path().join("content.p7s"));
    std::fs::write(&file, content).unwrap();
    let (key, password) = national.p12(name);
    let mut command = Command::new(env!("CARGO_BIN_EXE_qolhat"));
    command.args(["sign", "--password-env", "P12_PASSWORD", "--key"]).arg(key).arg("-o").arg(&out);
    if detached {
        command.arg("--detached");
    }
    let done = command.arg(&file).env("P12_PASSWORD", password).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    std::fs::read(out).unwrap()
}

fn verify(extract: &Path, anchors: &Path, moment: &str) -> (i32, Value) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_qolhat"));
    command.args(["extract", "verify", "--json", "--at", moment, "--trust"]).arg(anchors).arg(extract);
    let output = command.output().unwrap();
    (output.status.code().unwrap(), serde_json::from_slice(&output.stdout).unwrap())
}

const HEAD: &str = "gost2015-512-org-head-sign-303eebdf";
const PERSON: &str = "gost2015-512-person-sign-6c425659";
const HELD_HEAD: &str = "gost2015-512-org-head-sign-5bfab685";
const REVOKED_EMPLOYEE: &str = "gost2015-512-org-employee-sign-130d7a4b";

async fn stage(national: &National) -> Stage {
    let (ca, crls) = (national.folder.join("ca/nca_gost2022_test.cer"), national.folder.join("crl"));
    Stage::set_with(at("2026-11-22T09:00:00Z"), |config, _| {
        config.trust.anchors.push(ca);
        config.identifiers = Identifiers::AcceptTest;
        config.evidence.policy = FreshnessPolicy::CrlUntilNextUpdate;
        config.evidence.crl_files = vec![crls];
    })
    .await
}

/// Keeps: REG-06, REG-12, FLW-01 to FLW-05, SIG-08, CMP-02 to CMP-06, JRN-10
#[tokio::test(flavor = "multi_thread")]
async fn real_keys_accept_a_real_offer_exchange_an_act_and_a_court_verifies_it_with_the_service_gone() {
    let Some(national) = National::find() else { return };
    let Some(offers) = shared("offers") else { return };
    let stage = stage(&national).await;
    let officer = stage.officer().await;
    let agreement = std::fs::read_to_string(offers.join("adr-com-kz-agreement.ru.txt")).unwrap();
    let offer = stage.publish(&officer, &agreement).await;
    let shown = officer.get(&format!("/api/v1/offers/{}", offer.id)).await.unwrap();
    assert_eq!(shown["versions"][0]["missing_languages"], json!(["kk", "en"]));

    // The head accepts for the organisation, by a CMS that `qolhat sign` made.
    let (head, person) = (national.actor(HEAD), national.actor(PERSON));
    let head_client = stage.log_in(&head.auth).await;
    let consent = stage.consent(&head, &offer);
    let cms = qolhat_sign(&national, HEAD, consent.as_bytes(), false);
    assert_eq!(code_of_state(&head_client.accept(&offer.id, 1, &consent, &cms).await.unwrap()), "received");
    let person_client = stage.log_in(&person.auth).await;
    assert_eq!(code_of_state(&stage.accept(&person_client, &person, &offer).await.unwrap()), "received");

    // An act goes to the person and is countersigned.
    let pdf = b"%PDF-1.4\n% an act\n%%EOF\n".to_vec();
    let cms = qolhat_sign(&national, HEAD, &pdf, true);
    let sent = stage.send(&head_client, "arbitrary-file", &person, &pdf, Some(cms)).await.unwrap();
    assert_eq!(code_of_state(&sent), "received");
    let act = text(&sent, "document_id").unwrap();
    assert_eq!(person_client.get_bytes(&format!("/api/v1/documents/{act}/files/0")).await.unwrap(), pdf);
    let cms = qolhat_sign(&national, PERSON, &pdf, true);
    assert_eq!(code_of_state(&person_client.sign(&act, &cms).await.unwrap()), "accepted");
    let view = head_client.get(&format!("/api/v1/documents/{act}")).await.unwrap();
    assert!(view["conditions"].as_array().unwrap().iter().all(|condition| condition["holds"] == true), "{view}");

    // The other keys: one human being is not his organisation; on hold; revoked.
    for (key, refusal) in
        [(PERSON, "wrong-capacity"), (HELD_HEAD, "certificate-on-hold"), (REVOKED_EMPLOYEE, "certificate-revoked")]
    {
        let cms = qolhat_sign(&national, key, &pdf, true);
        let answer = stage.send(&head_client, "arbitrary-file", &person, &pdf, Some(cms)).await;
        assert_eq!(code(answer), refusal, "{key}");
    }

    // A second act is rejected, and the sender sees why.
    let cms = stage.sign(&head.sign, b"act 2");
    let sent = stage.send(&head_client, "arbitrary-file", &person, b"act 2", Some(cms)).await.unwrap();
    let rejected = text(&sent, "document_id").unwrap();
    let reason = json!({"reason": "Работы не выполнены"});
    person_client.post(&format!("/api/v1/documents/{rejected}/rejection"), &reason).await.unwrap();
    let view = head_client.get(&format!("/api/v1/documents/{rejected}")).await.unwrap();
    assert_eq!((code_of_state(&view).as_str(), view["reason"].as_str()), ("rejected", Some("Работы не выполнены")));

    // The head reports his key, compromised a month back: what was recorded stands, contested.
    let month_ago = stage.now().checked_sub(Span::days(31)).unwrap().to_string();
    let report = json!({"compromised_since": month_ago, "circumstances": "Кілт көшірілген болуы мүмкін"});
    let case = text(&head_client.post("/api/v1/compromises", &report).await.unwrap(), "case_id").unwrap();
    let cms = stage.sign(&head.sign, b"act 3");
    let answer = stage.send(&head_client, "arbitrary-file", &person, b"act 3", Some(cms)).await;
    assert_eq!(code(answer), "key-compromised");
    let view = person_client.get(&format!("/api/v1/documents/{act}")).await.unwrap();
    assert_eq!(
        (code_of_state(&view).as_str(), view["contested_by"][0]["case_id"].as_str()),
        ("accepted", Some(case.as_str()))
    );
    // The person's own key still works, though it carries the same IIN.
    let other = stage.actor("person");
    let (other, _) = (other.clone(), stage.joined("person", &offer).await);
    let cms = stage.sign(&person.sign, b"letter");
    let sent = stage.send(&person_client, "arbitrary-file", &other, b"letter", Some(cms)).await.unwrap();
    assert_eq!(code_of_state(&sent), "received");
    officer
        .post(&format!("/api/v1/compromises/{case}/decision"), &json!({"decision": "annul", "cut_off": month_ago}))
        .await
        .unwrap();

    // The extract, verified with the service gone and its database and blobs gone.
    let bytes = stage.extract(&officer, &[&act, &rejected]).await.unwrap();
    let card = stage.client.get_bytes("/api/v1/operator").await.unwrap();
    stage.stop();
    let court = TempDir::new().unwrap();
    let (file, anchors) = (court.path().join("extract.asice"), court.path().join("anchors"));
    std::fs::create_dir(&anchors).unwrap();
    std::fs::write(&file, &bytes).unwrap();
    std::fs::write(anchors.join("operator.json"), card).unwrap();
    std::fs::copy(national.folder.join("ca/nca_gost2022_test.cer"), anchors.join("nca.cer")).unwrap();
    for entry in std::fs::read_dir(stage.folder().join("out/anchors")).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), anchors.join(entry.file_name())).unwrap();
    }
    std::fs::remove_dir_all(stage.folder()).unwrap();
    let (exit, report) = verify(&file, &anchors, "2026-11-22T10:00:00Z");
    assert_eq!((exit, report["indication"].as_str()), (0, Some("TOTAL-PASSED")), "{report}");
    assert_eq!(report["cases"][0]["id"], case.as_str());
    assert_eq!(report["cases"][0]["state"], "annulled");
    let uses = report["signatures"].as_array().unwrap().len();
    assert!(uses >= 7, "seal, officer, three parties, two receipts: {uses}");
    assert!(report["proofs"].as_array().unwrap().len() >= 6);
    // Years later, when every certificate has ended: the time stamps carry it.
    let (exit, report) = verify(&file, &anchors, "2036-11-22T10:00:00Z");
    assert_eq!((exit, report["indication"].as_str()), (0, Some("TOTAL-PASSED")), "{report}");
    // Not pinned: not believed.
    std::fs::remove_file(anchors.join("operator.json")).unwrap();
    let (exit, report) = verify(&file, &anchors, "2026-11-22T10:00:00Z");
    assert_eq!((exit, report["sub_indication"].as_str()), (1, Some("OPERATOR_NOT_PINNED")));
}
