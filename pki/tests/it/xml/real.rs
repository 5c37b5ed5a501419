//! The real XML of the national CA's programs, held against what another program found in it.

use std::path::Path;

use qolhat_pki::armor;
use qolhat_pki::certificate::Certificate;
use qolhat_pki::issue::xml_sign::{Form, Layout, sign_xml};
use qolhat_pki::policy::{RevocationMode, RevocationPolicy, SignaturePolicy};
use qolhat_pki::report::{Coverage, CryptoOutcome, Indication, SignatureLevel, ValidationReport};
use qolhat_pki::trust::TrustStore;
use qolhat_pki::validate::{Evidence, validate_xml};
use qolhat_pki::xml::Document;
use serde_json::Value;

use super::said;
use crate::workshop::{Kind, World, at, shared};

fn test_anchors(folder: &Path) -> TrustStore {
    let files = std::fs::read_dir(folder.join("ca")).unwrap().map(|entry| entry.unwrap().path());
    let certificates =
        files.filter(|path| path.is_file()).flat_map(|path| armor::decode_any(&std::fs::read(path).unwrap()));
    TrustStore::from_certificates(certificates.map(|der| Certificate::from_der(&der).unwrap()))
}

fn judge(folder: &Path, xml: &[u8], moment: &str) -> ValidationReport {
    let policy =
        SignaturePolicy { revocation: RevocationPolicy::with_mode(RevocationMode::None), ..SignaturePolicy::default() };
    let anchors = test_anchors(folder);
    let document = Document::parse(xml).unwrap();
    validate_xml(&document, &anchors, &anchors, &Evidence::default(), &policy, at(moment))
}

/// Keeps: SIG-01, SIG-02
#[test]
fn every_real_document_gets_the_mathematical_verdict_that_another_program_found() {
    let Some(folder) = shared("nca") else { return };
    let index: Value = serde_json::from_slice(&std::fs::read(folder.join("index.json")).unwrap()).unwrap();
    let mut signatures = 0;
    for entry in index["files"].as_array().unwrap().iter().filter(|entry| entry["kind"] == "xml") {
        let name = entry["file"].as_str().unwrap();
        let report = judge(&folder, &std::fs::read(folder.join(name)).unwrap(), "2026-11-22T00:00:00Z");
        let expected = entry["expected"]["signatures"].as_array().unwrap();
        assert_eq!(report.signatures.len(), expected.len(), "{name}");
        for (found, expected) in report.signatures.iter().zip(expected) {
            let crypto = match (expected["digest_ok"].as_bool().unwrap(), expected["signature_ok"].as_bool().unwrap()) {
                (false, _) => CryptoOutcome::HashFailure,
                (true, false) => CryptoOutcome::SigCryptoFailure,
                (true, true) => CryptoOutcome::Ok,
            };
            assert_eq!(found.crypto, crypto, "{name} {:?}", found.checks);
            assert_eq!(found.level, SignatureLevel::XmlDsig);
            let certificate = found.certificate.as_ref().unwrap();
            assert_eq!(certificate.serial_hex().trim_start_matches('0'), expected["serial_hex"].as_str().unwrap());
            assert_eq!(found.covers == Coverage::All, crypto == CryptoOutcome::Ok && expected["references"][0] == "");
            signatures += 1;
        }
    }
    assert_eq!(signatures, 5);
}

#[test]
fn real_signatures_of_the_test_ca_pass_in_the_term_of_their_certificates() {
    let Some(folder) = shared("nca") else { return };
    let cases = [
        ("enveloped-gost2015-a.xml", "2025-01-01T00:00:00Z", Indication::TotalPassed),
        ("derived/bad-content.xml", "2025-01-01T00:00:00Z", Indication::TotalFailed),
        ("enveloped-gost2015-a.xml", "2026-01-01T00:00:00Z", Indication::Indeterminate),
        ("ncalayer-rs-xml_simple.xml", "2026-11-01T00:00:00Z", Indication::Indeterminate),
    ];
    for (name, moment, indication) in cases {
        let report = judge(&folder, &std::fs::read(folder.join("xml").join(name)).unwrap(), moment);
        assert_eq!(report.indication, indication, "{name} at {moment}: {:?}", report.signatures[0].checks);
    }
    let wsse = judge(&folder, &std::fs::read(folder.join("xml/wsse-rsa.xml")).unwrap(), "2021-06-01T00:00:00Z");
    let told = said(&wsse.signatures[0], "xml-covers-document");
    let expected = "/Envelope/Body (id id-0ace83d4-0477-4890-90b2-50b3bd434949), comments not covered";
    assert_eq!(told, (Some(false), expected.to_owned()));
}

#[test]
fn what_another_program_signed_is_signed_here_with_the_same_digest_and_layout() {
    let Some(folder) = shared("nca") else { return };
    let read = |name: &str| std::fs::read_to_string(folder.join("xml").join(name)).unwrap();
    let theirs = read("ncalayer-rs-xml_simple.xml");
    let mut world = World::new(Kind::Gost2015);
    let World { signer, random, .. } = &mut world;
    let input = read("ncalayer-rs-xml_simple.input.xml");
    let ours = sign_xml(&input, Form::Document, Layout::Santuario, &signer.key, &signer.certificate, random).unwrap();
    // All up to the value, but for the declaration.
    let begin = |xml: &str| {
        let root = xml.find("<root>").unwrap();
        xml[root..xml.find("<ds:SignatureValue>").unwrap() + 20].to_owned()
    };
    assert_eq!(begin(&ours), begin(&theirs));
}

/// Any octet of a real document changed: never a signature that still holds over other content.
#[test]
fn no_changed_octet_of_a_real_document_passes() {
    let Some(folder) = shared("nca") else { return };
    let xml = std::fs::read(folder.join("xml/enveloped-gost2015-a.xml")).unwrap();
    let whole = judge(&folder, &xml, "2025-01-01T00:00:00Z");
    assert_eq!(whole.indication, Indication::TotalPassed);
    let text = String::from_utf8(xml.clone()).unwrap();
    let certificate = text.find("<ds:X509Certificate>").unwrap()..text.find("</ds:X509Certificate>").unwrap();
    let (mut passed, mut judged) = (Vec::new(), 0);
    let policy =
        SignaturePolicy { revocation: RevocationPolicy::with_mode(RevocationMode::None), ..SignaturePolicy::default() };
    let anchors = test_anchors(&folder);
    for place in (0..xml.len()).filter(|place| !certificate.contains(place)) {
        let mut changed = xml.clone();
        changed[place] ^= 0x01;
        let Ok(document) = Document::parse(&changed) else { continue };
        let moment = at("2025-01-01T00:00:00Z");
        let report = validate_xml(&document, &anchors, &anchors, &Evidence::default(), &policy, moment);
        judged += 1;
        if report.indication == Indication::TotalPassed {
            passed.push((place, String::from_utf8_lossy(&changed[place.saturating_sub(10)..place + 10]).into_owned()));
        }
    }
    // White space inside base64 and between the elements after the SignedInfo means nothing.
    passed.retain(|(place, _)| !xml[*place].is_ascii_whitespace());
    assert!(judged > 500, "{judged}");
    assert!(passed.is_empty(), "{passed:?}");
}
