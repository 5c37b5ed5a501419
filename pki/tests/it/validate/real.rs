//! The real messages of the test CA, held against what another program found in them.

use std::path::Path;

use qolhat_pki::armor;
use qolhat_pki::certificate::Certificate;
use qolhat_pki::cms::SignedData;
use qolhat_pki::policy::{RevocationMode, RevocationPolicy, SignaturePolicy};
use qolhat_pki::report::{CryptoOutcome, Indication, ValidationReport};
use qolhat_pki::time::Moment;
use qolhat_pki::trust::TrustStore;
use qolhat_pki::validate::{CmsInput, DetachedContent, Evidence, validate_cms};
use serde_json::Value;

use crate::workshop::{at, shared};

fn test_anchors(folder: &Path) -> TrustStore {
    let files = std::fs::read_dir(folder.join("ca")).unwrap().map(|entry| entry.unwrap().path());
    let certificates =
        files.filter(|path| path.is_file()).flat_map(|path| armor::decode_any(&std::fs::read(path).unwrap()));
    TrustStore::from_certificates(certificates.map(|der| Certificate::from_der(&der).unwrap()))
}

fn judge(folder: &Path, entry: &Value, mode: RevocationMode, moment: Moment) -> ValidationReport {
    let bytes = std::fs::read(folder.join(entry["file"].as_str().unwrap())).unwrap();
    let data = SignedData::from_bytes(&bytes).unwrap();
    let content = entry["content_file"].as_str().map(|name| std::fs::read(folder.join(name)).unwrap());
    let detached = content.as_deref().map(DetachedContent::Bytes);
    let policy = SignaturePolicy { revocation: RevocationPolicy::with_mode(mode), ..SignaturePolicy::default() };
    let anchors = test_anchors(folder);
    let input = CmsInput { signed_data: &data, detached };
    validate_cms(&input, &anchors, &anchors, &Evidence::default(), &policy, moment)
}

fn messages(folder: &Path) -> Vec<Value> {
    let index: Value = serde_json::from_slice(&std::fs::read(folder.join("index.json")).unwrap()).unwrap();
    let of_kind = |entry: &&Value| entry["kind"] == "cms" && entry["expected"]["signers"].is_array();
    index["files"].as_array().unwrap().iter().filter(of_kind).cloned().collect()
}

/// Keeps: SIG-01, SIG-02, SIG-05
#[test]
fn every_real_message_gets_the_mathematical_verdict_that_another_program_found() {
    let Some(folder) = shared("nca") else { return };
    let mut signers = 0;
    for entry in messages(&folder) {
        let report = judge(&folder, &entry, RevocationMode::None, at("2026-11-22T00:00:00Z"));
        let expected = entry["expected"]["signers"].as_array().unwrap();
        assert_eq!(report.signatures.len(), expected.len(), "{}", entry["file"]);
        for (found, expected) in report.signatures.iter().zip(expected) {
            let crypto = match (expected["digest_ok"].as_bool().unwrap(), expected["signature_ok"].as_bool().unwrap()) {
                (false, _) => CryptoOutcome::HashFailure,
                (true, false) => CryptoOutcome::SigCryptoFailure,
                (true, true) => CryptoOutcome::Ok,
            };
            assert_eq!(found.crypto, crypto, "{} {:?}", entry["file"], found.checks);
            if crypto != CryptoOutcome::Ok {
                assert_eq!(found.indication, Indication::TotalFailed);
            }
            let facts = found.signer.as_ref().unwrap();
            assert_eq!(facts.common_name.as_deref(), expected["subject_cn"].as_str());
            assert_eq!(facts.iin.as_deref(), expected["iin"].as_str());
            assert_eq!(facts.bin.as_deref(), expected["bin"].as_str());
            assert_eq!(found.certificate.as_ref().unwrap().serial_hex(), expected["serial_hex"].as_str().unwrap());
            assert_eq!(found.claimed_at, expected["signing_time"].as_str().map(at));
            signers += 1;
        }
    }
    assert!(signers >= 13, "{signers}");
}

/// Keeps: SIG-04, SIG-11
#[test]
fn every_real_signer_is_valid_or_expired_at_the_times_another_program_found() {
    let Some(folder) = shared("nca") else { return };
    let mut asked = 0;
    for entry in messages(&folder) {
        for (place, expected) in entry["expected"]["signers"].as_array().unwrap().iter().enumerate() {
            for (moment, verdict) in expected["at"].as_object().unwrap() {
                let report = judge(&folder, &entry, RevocationMode::None, at(moment));
                let found = &report.signatures[place];
                if found.crypto != CryptoOutcome::Ok {
                    continue;
                }
                let (indication, sub) = match verdict.as_str().unwrap() {
                    "valid" => (Indication::TotalPassed, None),
                    "expired" => (Indication::Indeterminate, Some("OUT_OF_BOUNDS_NO_POE")),
                    other => panic!("{other}"),
                };
                let sub_found = found.sub_indication.map(|sub| sub.as_str());
                assert_eq!(
                    (found.indication, sub_found),
                    (indication, sub),
                    "{} {moment} {:?}",
                    entry["file"],
                    found.checks
                );
                asked += 1;
            }
        }
    }
    assert!(asked >= 20, "{asked}");
}

/// Without evidence nothing is proven, however good the mathematics. Keeps: SIG-06
#[test]
fn a_real_signature_without_revocation_evidence_is_indeterminate() {
    let Some(folder) = shared("nca") else { return };
    let entry =
        messages(&folder).into_iter().find(|entry| entry["file"] == "cms/derived/good-attached-head.p7s").unwrap();
    let report = judge(&folder, &entry, RevocationMode::Chain, at("2026-11-22T00:00:00Z"));
    assert_eq!(report.indication, Indication::Indeterminate);
    assert_eq!(report.signatures[0].sub_indication.unwrap().as_str(), "TRY_LATER");
}

/// Keeps: SIG-07
#[test]
fn a_real_time_stamp_whose_authority_has_no_chain_proves_nothing_and_says_why() {
    let Some(folder) = shared("nca") else { return };
    let mut seen = 0;
    for entry in messages(&folder) {
        for (place, expected) in entry["expected"]["signers"].as_array().unwrap().iter().enumerate() {
            let stamp = &expected["timestamp"];
            if !stamp.is_object() {
                continue;
            }
            let report = judge(&folder, &entry, RevocationMode::None, at(stamp["gen_time"].as_str().unwrap()));
            let found = &report.signatures[place];
            let [judged] = &found.time_stamps[..] else { panic!("one token") };
            assert_eq!(judged.gen_time, at(stamp["gen_time"].as_str().unwrap()));
            assert_eq!((found.proven_at, judged.proven, judged.reason), (None, false, Some("time-stamp-path")));
            let holds = |name: &str| judged.checks.iter().find(|check| check.name == name).unwrap().ok.as_bool();
            assert_eq!(holds("time-stamp-imprint"), stamp["imprint"].as_bool());
            assert_eq!(holds("time-stamp-signature"), stamp["signature"].as_bool());
            seen += 1;
        }
    }
    assert_eq!(seen, 2);
}
