//! Real test keys of the national CA behind the signer, the clock at 2026-11-22.

use qolhat::config::{FreshnessPolicy, Identifiers};
use qolhat_pki::pkcs12::{self, KeyStore};
use serde_json::Value;

use super::support::{Browser, Setup, signer_with};
use crate::support::shared;
use crate::support::stage::{Stage, at};

const HEAD: &str = "gost2015-512-org-head-sign-303eebdf";
const REVOKED: &str = "gost2015-512-org-employee-sign-130d7a4b";
const HELD: &str = "gost2015-512-org-head-sign-5bfab685";

fn store(folder: &std::path::Path, name: &str) -> KeyStore {
    let index: Value = serde_json::from_slice(&std::fs::read(folder.join("index.json")).unwrap()).unwrap();
    let file = format!("p12/{name}.p12");
    let entry = index["files"].as_array().unwrap().iter().find(|entry| entry["file"] == file).unwrap();
    pkcs12::open(&std::fs::read(folder.join(&file)).unwrap(), entry["password"].as_str().unwrap()).unwrap()
}

/// Keeps: REG-06, REG-12, SIG-10 to SIG-13
#[tokio::test(flavor = "multi_thread")]
async fn a_real_key_accepts_the_offer_and_a_revoked_one_is_told_why_and_what_to_do() {
    let (Some(nca), Some(offers)) = (shared("nca"), shared("offers")) else { return };
    let (ca, crls) = (nca.join("ca/nca_gost2022_test.cer"), nca.join("crl"));
    let stage = Stage::set_with(at("2026-11-22T09:00:00Z"), |config, _| {
        config.trust.anchors.push(ca);
        config.identifiers = Identifiers::AcceptTest;
        config.evidence.policy = FreshnessPolicy::CrlUntilNextUpdate;
        config.evidence.crl_files = vec![crls];
    })
    .await;
    let officer = stage.officer().await;
    let agreement = std::fs::read_to_string(offers.join("adr-com-kz-agreement.ru.txt")).unwrap();
    let offer = stage.publish(&officer, &agreement).await;
    let signer = signer_with(&stage, "head", vec![store(&nca, HEAD)]).await;
    let browser = Browser::open(&stage, Some(signer), Setup::speaking("ru")).await;
    browser.log_in().await;
    browser.accept_offer(&offer.id).await;
    assert_eq!(browser.state().await, "received");
    browser.close().await;

    for (key, code, words) in
        [(REVOKED, "certificate-revoked", "отозвано"), (HELD, "certificate-on-hold", "приостановлено")]
    {
        let signer = signer_with(&stage, key, vec![store(&nca, key)]).await;
        let browser = Browser::open(&stage, Some(signer), Setup::speaking("ru")).await;
        browser.go("/login").await;
        browser.sign().await;
        browser.refused(code).await;
        let told = browser.see("#problem").await.text().await.unwrap();
        assert!(told.to_lowercase().contains(words) && told.lines().count() >= 2, "{told}");
        browser.close().await;
    }
}
