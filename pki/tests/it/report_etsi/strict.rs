//! The files read strictly by an independent program: the classes that pyHanko generated from the schema.

use std::path::{Path, PathBuf};
use std::process::Command;

use qolhat_pki::certificate::Certificate;
use qolhat_pki::cms::SignedData;
use qolhat_pki::crl::CertificateList;
use qolhat_pki::policy::{RevocationMode, RevocationPolicy, SignaturePolicy};
use qolhat_pki::report::ValidationReport;
use qolhat_pki::report::etsi::to_xml;
use qolhat_pki::time::Moment;
use qolhat_pki::trust::TrustStore;
use qolhat_pki::validate::{CmsInput, DetachedContent, Evidence, validate_cms};
use serde_json::Value;

use super::{sound, with_everything};
use crate::validate::{KEY_COMPROMISE, LISTED, TOMORROW, crl, judge, now};
use crate::workshop::{Kind, World, at, shared, temporary_folder};

/// Python with pyHanko as `make tools` installs it, or `None` with a word on stderr; in CI it must be there.
fn reader() -> Option<(PathBuf, PathBuf)> {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let python = root.join("target/py/bin/python");
    if python.is_file() {
        return Some((python, root.join("tests/py/etsi_report.py")));
    }
    assert!(std::env::var_os("CI").is_none(), "no target/py: run make tools");
    eprintln!("SKIPPED: the independent reader of validation reports (no target/py: run make tools)");
    None
}

/// What the independent reader says of the files, each with its name.
fn read_strictly(files: &[(String, String)]) -> Option<Result<Vec<Value>, String>> {
    let (python, script) = reader()?;
    let folder = temporary_folder(&format!("etsi-{}", files[0].0));
    let paths = files.iter().map(|(name, xml)| {
        let path = folder.join(format!("{name}.xml"));
        std::fs::write(&path, xml).unwrap();
        path
    });
    let output = Command::new(python).arg(script).args(paths).output().unwrap();
    std::fs::remove_dir_all(folder).unwrap();
    if !output.status.success() {
        return Some(Err(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    let lines = String::from_utf8(output.stdout).unwrap();
    let found: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(found.len(), files.len());
    Some(Ok(found))
}

/// What the independent reader found in each file; nothing where there is no such reader.
pub fn strictly_read(files: &[(String, String)]) -> Vec<Value> {
    read_strictly(files).unwrap_or(Ok(Vec::new())).unwrap()
}

/// Else a file that it takes would prove nothing.
#[test]
fn the_independent_reader_refuses_what_the_standard_does_not_know() {
    let mut world = World::new(Kind::Gost2015);
    let (cms, _, evidence) = with_everything(&mut world);
    let xml = to_xml(&judge(&world, &cms, &evidence, &SignaturePolicy::default(), now()));
    let line = |name: &str| {
        let end = xml.match_indices('\n').map(|(at, _)| at + 1);
        let start = xml.find(&format!("<{name}")).unwrap();
        xml[start..end.into_iter().find(|end| *end > start).unwrap()].to_owned()
    };
    let (hash_only, doc_hash_only) = (line("HashOnly"), line("DocHashOnly"));
    for (place, (found, put)) in [
        ("</SignatureIdentifier>", "<Unknown/></SignatureIdentifier>".to_owned()),
        ("<ValidationConstraint>", "<ValidationConstraint unknown=\"1\">".to_owned()),
        (&hash_only, String::new()),
        (&format!("{hash_only}      {doc_hash_only}"), format!("{doc_hash_only}      {hash_only}")),
        (&hash_only, "<HashOnly>perhaps</HashOnly>".to_owned()),
        (&line("ValidationTime>"), "<ValidationTime>yesterday</ValidationTime>".to_owned()),
        (&line("TrustAnchor"), "<TrustAnchor VOReference=\"C-0\"/>".to_owned()),
        ("mainindication:total-passed", "mainindication:perhaps".to_owned()),
        (&line("POE>"), "<POE>".to_owned() + &line("POETime")),
    ]
    .into_iter()
    .enumerate()
    {
        let broken = xml.replacen(found, &put, 1);
        assert_ne!(broken, xml, "{found}");
        let said = read_strictly(&[(format!("broken-{place}"), broken)]);
        assert!(said.is_none_or(|said| said.is_err()), "{found}");
    }
}

#[test]
fn an_independent_reader_takes_the_file_strictly_and_finds_every_object_in_it() {
    let mut files = Vec::new();
    for kind in Kind::ALL {
        let mut world = World::new(kind);
        let (cms, _, evidence) = with_everything(&mut world);
        let report = judge(&world, &cms, &evidence, &SignaturePolicy::default(), now());
        files.push((format!("{kind:?}"), to_xml(&report)));
        let revoked = [(world.signer.certificate.serial(), "2026-05-01T12:00:01Z", Some(KEY_COMPROMISE))];
        let evidence = Evidence { crls: vec![crl(&world.ca, LISTED, TOMORROW, &revoked)], ..evidence };
        files.push((
            format!("{kind:?}-revoked"),
            to_xml(&judge(&world, &cms, &evidence, &SignaturePolicy::default(), now())),
        ));
        files.push((
            format!("{kind:?}-alone"),
            to_xml(&judge(&world, &cms, &Evidence::default(), &SignaturePolicy::default(), now())),
        ));
    }
    let found = strictly_read(&files);
    for (found, (name, _)) in found.iter().zip(&files) {
        let count = found["objects"].as_object().unwrap().len();
        let signature = &found["signatures"][0];
        let expected = match name.split_once('-').map(|(_, case)| case) {
            // Document, token, answer, list, five certificates.
            None => (9, "total-passed", Value::Null),
            // The answer is outweighed by the list: it and its responder are not used.
            Some("revoked") => (7, "indeterminate", "REVOKED_NO_POE".into()),
            // Document, token, and the two certificates that came inside.
            Some(_) => (4, "indeterminate", "NO_CERTIFICATE_CHAIN_FOUND".into()),
        };
        let sub = signature["sub"].get(0).cloned().unwrap_or_default();
        assert_eq!((count, signature["main"].as_str().unwrap(), sub), expected, "{name} {found}");
    }
}

fn real_report(folder: &Path, entry: &Value, anchors: &TrustStore, moment: Moment) -> ValidationReport {
    let data = SignedData::from_bytes(&std::fs::read(folder.join(entry["file"].as_str().unwrap())).unwrap()).unwrap();
    let content = entry["content_file"].as_str().map(|name| std::fs::read(folder.join(name)).unwrap());
    let input = CmsInput { signed_data: &data, detached: content.as_deref().map(DetachedContent::Bytes) };
    let revocation = RevocationPolicy::with_mode(RevocationMode::Chain);
    let policy = SignaturePolicy { revocation, ..SignaturePolicy::default() };
    let lists =
        std::fs::read_dir(folder.join("crl")).unwrap().map(|entry| std::fs::read(entry.unwrap().path()).unwrap());
    let crls = lists.filter_map(|der| CertificateList::from_der(&der).ok()).collect();
    let evidence = Evidence { crls, ..Evidence::default() };
    validate_cms(&input, anchors, anchors, &evidence, &policy, moment)
}

#[test]
fn an_independent_reader_takes_the_report_on_every_real_message() {
    let Some(folder) = shared("nca") else { return };
    let index: Value = serde_json::from_slice(&std::fs::read(folder.join("index.json")).unwrap()).unwrap();
    let of_kind = |entry: &&Value| entry["kind"] == "cms" && entry["expected"]["signers"].is_array();
    let authorities = std::fs::read_dir(folder.join("ca")).unwrap().map(|entry| entry.unwrap().path());
    let authorities = authorities.filter(|path| path.is_file()).map(|path| std::fs::read(path).unwrap());
    let authorities = authorities.flat_map(|file| qolhat_pki::armor::decode_any(&file));
    let anchors = TrustStore::from_certificates(authorities.map(|der| Certificate::from_der(&der).unwrap()));
    let mut files = Vec::new();
    let mut signatures = 0;
    for (place, entry) in index["files"].as_array().unwrap().iter().filter(of_kind).enumerate() {
        for moment in ["2024-06-01T00:00:00Z", "2026-11-22T00:00:00Z"] {
            let report = real_report(&folder, entry, &anchors, at(moment));
            signatures += report.signatures.len();
            let xml = to_xml(&report);
            sound(&xml);
            files.push((format!("{place}-{}", &moment[..4]), xml));
        }
    }
    assert!(signatures >= 20, "{signatures}");
    let found = strictly_read(&files);
    if !found.is_empty() {
        let read: usize = found.iter().map(|found| found["signatures"].as_array().unwrap().len()).sum();
        assert_eq!(read, signatures);
    }
}
