//! The command line on real objects of the national test CA: what scripts outside rely on.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::disallowed_methods, reason = "tests find their files")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use qolhat::i18n::{Language, has_key};
use qolhat_pki::validate::RULES;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::shared;

fn qolhat(arguments: &[&str], password: Option<&str>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_qolhat"));
    command.args(arguments).env("LANG", "en_US.UTF-8");
    if let Some(password) = password {
        command.env("P12_PASSWORD", password);
    }
    command.output().unwrap()
}

/// Exit code and the JSON object on stdout.
fn json(arguments: &[&str], password: Option<&str>) -> (i32, Value) {
    let output = qolhat(arguments, password);
    let text = String::from_utf8(output.stdout).unwrap();
    let value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {text}"));
    (output.status.code().unwrap(), value)
}

fn index(folder: &Path, kind: &str) -> Vec<Value> {
    let index: Value = serde_json::from_slice(&std::fs::read(folder.join("index.json")).unwrap()).unwrap();
    index["files"].as_array().unwrap().iter().filter(|entry| entry["kind"] == kind).cloned().collect()
}

fn path(folder: &Path, entry: &Value) -> String {
    folder.join(entry["file"].as_str().unwrap()).display().to_string()
}

fn text(path: PathBuf) -> String {
    path.display().to_string()
}

/// Whether `found` is what another program found in the certificate.
fn same_facts(found: &Value, expected: &Value, file: &str) {
    let own = |name: &str| &expected[name];
    for (name, other) in [
        ("serial", "serial_hex"),
        ("sha256", "sha256"),
        ("not_before", "not_before"),
        ("not_after", "not_after"),
        ("key_algorithm", "key_algorithm"),
        ("key_bits", "key_bits"),
        ("iin", "iin"),
        ("bin", "bin"),
        ("key_usage", "key_usage"),
        ("ski", "ski"),
        ("aki", "aki"),
        ("extended_key_usage", "eku"),
        ("policies", "policies"),
        ("is_ca", "is_ca"),
    ] {
        let (found, expected) = (&found[name], own(other));
        let both_empty =
            found.as_array().is_some_and(Vec::is_empty) && (expected.is_null() || expected == &serde_json::json!([]));
        assert!(found == expected || both_empty, "{file} {name}: {found} instead of {expected}");
    }
    let common_name =
        own("subject").as_array().unwrap().iter().find(|pair| pair[0] == "CN").map(|pair| pair[1].clone());
    assert_eq!(found["common_name"], common_name.unwrap_or(Value::Null), "{file}");
}

/// Keeps: SIG-02
#[test]
fn pki_show_tells_of_every_real_certificate_what_another_program_found() {
    let Some(folder) = shared("nca") else { return };
    let mut seen = 0;
    for entry in index(&folder, "cert") {
        let file = path(&folder, &entry);
        let (code, shown) = json(&["pki", "show", "--json", &file], None);
        assert_eq!((code, shown["kind"].as_str()), (0, Some("certificate")), "{file}");
        if entry["expected"]["facts"].is_object() {
            same_facts(&shown, &entry["expected"]["facts"], &file);
            seen += 1;
        }
    }
    assert!(seen >= 30, "{seen}");
}

/// `at` is meant with the issuing CA as the anchor, and with the CRL of the folder for the rows that say revoked.
/// Keeps: SIG-04, SIG-05
#[test]
fn pki_path_says_of_every_real_certificate_whether_it_was_valid_at_a_time() {
    let Some(folder) = shared("nca") else { return };
    let (anchors, production) = (text(folder.join("ca")), text(folder.join("ca/prod")));
    let crls = text(folder.join("crl"));
    let mut asked = 0;
    for entry in index(&folder, "cert") {
        let Some(times) = entry["expected"]["at"].as_object() else { continue };
        let file = path(&folder, &entry);
        for (at, expected) in times {
            let expected = expected.as_str().unwrap();
            let mut arguments =
                vec!["pki", "path", "--json", "--anchor", &anchors, "--anchor", &production, "--at", at, &file];
            if expected == "revoked" {
                arguments.splice(2..2, ["--crl", crls.as_str()]);
            }
            let (code, answer) = json(&arguments, None);
            let reason = answer["reason"].as_str();
            let fits = match expected {
                "valid" => code == 0 && answer["valid"] == true && reason.is_none(),
                "expired" => code == 1 && reason == Some("expired"),
                "not_yet_valid" => code == 1 && reason == Some("not-yet-valid"),
                "revoked" => code == 1 && reason == Some("revoked"),
                "untrusted" => code == 1 && matches!(reason, Some("no-path" | "bad-signature")),
                other => panic!("{file} {at}: {other}"),
            };
            assert!(fits, "{file} {at}: {expected}, found {answer}");
            asked += 1;
        }
    }
    assert!(asked >= 60, "{asked}");
}

/// Keeps: SIG-02
#[test]
fn every_real_key_store_opens_with_its_password_and_with_no_other() {
    let Some(folder) = shared("nca") else { return };
    let mut seen = 0;
    for entry in index(&folder, "p12") {
        let file = path(&folder, &entry);
        let show = ["pki", "show", "--json", "--password-env", "P12_PASSWORD", file.as_str()];
        let (code, shown) = json(&show, entry["password"].as_str());
        assert_eq!((code, shown["kind"].as_str()), (0, Some("pkcs12")), "{file}");
        assert_eq!(shown["key_matches"], entry["expected"]["key_matches_cert"], "{file}");
        same_facts(&shown["certificate"], &entry["expected"]["facts"], &file);
        if seen < 3 {
            let (code, error) = json(&show, Some("wrong"));
            assert_eq!((code, error["error"]["code"].as_str()), (2, Some("wrong-password")), "{file}");
            let (code, error) = json(&show, None);
            assert_eq!((code, error["error"]["code"].as_str()), (2, Some("no-password")), "{file}");
        }
        seen += 1;
    }
    assert!(seen >= 20, "{seen}");
}

/// Keeps: SIG-01, SIG-02, SIG-07
#[test]
fn verify_gives_every_real_message_the_verdict_facts_and_times_that_another_program_found() {
    let Some(folder) = shared("nca") else { return };
    let anchors = text(folder.join("ca"));
    let mut signers = 0;
    for entry in index(&folder, "cms") {
        let expected = entry["expected"]["signers"].as_array().unwrap();
        let file = path(&folder, &entry);
        let content = entry["content_file"].as_str().map(|name| text(folder.join(name)));
        let mut arguments =
            vec!["verify", "--json", "--trust", &anchors, "--revocation", "none", "--at", "2026-11-22T00:00:00Z"];
        if let Some(content) = &content {
            arguments.extend(["--detached", content.as_str()]);
        }
        arguments.push(&file);
        let (code, report) = json(&arguments, None);
        assert_eq!(report["format"], "cms");
        let found = report["signatures"].as_array().unwrap();
        assert_eq!(found.len(), expected.len(), "{file}");
        assert_eq!(code == 0, report["indication"] == "TOTAL-PASSED", "{file}");
        for (found, expected) in found.iter().zip(expected) {
            let crypto = match (expected["digest_ok"] == true, expected["signature_ok"] == true) {
                (false, _) => "hash_failure",
                (true, false) => "sig_crypto_failure",
                (true, true) => "ok",
            };
            assert_eq!(found["crypto"], crypto, "{file}");
            assert_eq!(found["signer"]["common_name"], expected["subject_cn"], "{file}");
            assert_eq!(found["signer"]["iin"], expected["iin"], "{file}");
            assert_eq!(found["signer"]["bin"], expected["bin"], "{file}");
            assert_eq!(found["certificate"]["serial"], expected["serial_hex"], "{file}");
            assert_eq!(found["claimed_at"], expected["signing_time"], "{file}");
            assert_eq!(found["proven_at"], Value::Null, "{file}: no time stamp here has a chain");
            let passed = crypto == "ok" && expected["at"]["2026-11-22T00:00:00Z"] == "valid";
            assert_eq!(found["indication"] == "TOTAL-PASSED", passed, "{file}: {found}");
            signers += 1;
        }
        // Revocation not proven: never a yes.
        let strict: Vec<&str> = arguments.iter().map(|word| if *word == "none" { "chain" } else { word }).collect();
        assert_eq!(json(&strict, None).0, 1, "{file}");
        // Nobody trusted: never a yes, and the mathematics is told all the same.
        if content.is_none() {
            let (code, report) = json(&["verify", "--json", &file], None);
            assert_eq!((code, &report["signatures"][0]["crypto"]), (1, &found[0]["crypto"]), "{file}");
        }
    }
    assert!(signers >= 13, "{signers}");
}

#[test]
fn a_detached_signature_is_verified_by_content_by_digest_and_not_without_either() {
    let Some(folder) = shared("nca") else { return };
    let (file, content) =
        (text(folder.join("cms/derived/good-detached-head.p7s")), text(folder.join("cms/derived/contract.txt")));
    let anchors = text(folder.join("ca"));
    let with = |extra: &[&str]| {
        let mut arguments =
            vec!["verify", "--json", "--trust", &anchors, "--revocation", "none", "--at", "2026-11-22T00:00:00Z"];
        arguments.extend(extra);
        arguments.push(&file);
        json(&arguments, None)
    };
    assert_eq!(with(&["--detached", &content]).0, 0);
    let digest = qolhat_pki::digest::DigestAlgorithm::Streebog512.digest(&std::fs::read(&content).unwrap());
    let digest = format!("streebog512:{}", hex::encode(digest.as_bytes()));
    assert_eq!(with(&["--detached-digest", &digest]).0, 0);
    let (code, report) = with(&[]);
    assert_eq!((code, report["signatures"][0]["sub_indication"].as_str()), (1, Some("SIGNED_DATA_NOT_FOUND")));
    assert_eq!(report["signatures"][0]["crypto"], "not_checked");
    let (code, report) = with(&["--detached", &file]);
    assert_eq!((code, report["signatures"][0]["crypto"].as_str()), (1, Some("hash_failure")));
}

/// What `sign` makes, `verify` believes. Keeps: SIG-01
#[test]
fn a_signature_made_here_with_a_real_key_verifies() {
    let Some(folder) = shared("nca") else { return };
    let own = TempDir::new().unwrap();
    let (content, out) = (text(own.path().join("act.txt")), text(own.path().join("act.p7s")));
    std::fs::write(&content, "Акт № 1").unwrap();
    let key = text(folder.join("p12/gost2015-512-org-head-sign-303eebdf.p12"));
    let anchors = text(folder.join("ca"));
    let password =
        index(&folder, "p12").iter().find(|entry| key.ends_with(entry["file"].as_str().unwrap())).unwrap()["password"]
            .clone();
    for detached in [false, true] {
        let mut arguments =
            vec!["sign", "--json", "--key", &key, "--password-env", "P12_PASSWORD", "-o", &out, &content];
        if detached {
            arguments.insert(1, "--detached");
        }
        assert_eq!(json(&arguments, password.as_str()).0, 0);
        let mut arguments =
            vec!["verify", "--json", "--trust", &anchors, "--revocation", "none", "--at", "2026-11-24T23:59:59Z"];
        if detached {
            arguments.extend(["--detached", &content]);
        }
        arguments.push(&out);
        let (code, report) = json(&arguments, None);
        assert_eq!(code, 0, "{report}");
        assert_eq!(report["signatures"][0]["signer"]["roles"], serde_json::json!(["legal-entity", "head"]));
    }
    let (code, shown) = json(&["pki", "show", "--json", &out], None);
    assert_eq!((code, shown["kind"].as_str(), shown["attached"].as_bool()), (0, Some("cms"), Some(false)));
}

/// Keeps: SIG-01
#[test]
fn xml_signed_here_with_a_real_key_verifies_and_changed_it_does_not() {
    let Some(folder) = shared("nca") else { return };
    let own = TempDir::new().unwrap();
    let (content, out) = (text(own.path().join("act.xml")), text(own.path().join("signed.xml")));
    std::fs::write(&content, "<act><number>1</number><!-- first --></act>").unwrap();
    let key = text(folder.join("p12/gost2015-512-org-head-sign-303eebdf.p12"));
    let entries = index(&folder, "p12");
    let entry = entries.iter().find(|entry| key.ends_with(entry["file"].as_str().unwrap())).unwrap();
    let password = entry["password"].as_str();
    let sign = ["sign", "--json", "--format", "xml", "--key", &key, "--password-env", "P12_PASSWORD", "-o", &out];
    assert_eq!(json(&[&sign[..], &[&content]].concat(), password).0, 0);
    let anchors = text(folder.join("ca"));
    let verify =
        ["verify", "--json", "--trust", &anchors, "--revocation", "none", "--at", "2026-11-24T23:59:59Z", &out];
    let (code, report) = json(&verify, None);
    assert_eq!((code, report["format"].as_str()), (0, Some("xmldsig")), "{report}");
    let signature = &report["signatures"][0];
    assert_eq!((signature["covers"].as_str(), signature["level"].as_str()), (Some("all"), Some("XMLDSig")));

    let changed = std::fs::read_to_string(&out).unwrap().replace("<number>1<", "<number>2<");
    std::fs::write(&out, changed).unwrap();
    let (code, report) = json(&verify, None);
    assert_eq!((code, report["signatures"][0]["crypto"].as_str()), (1, Some("hash_failure")));
    let (code, refused) = json(&[&sign[..], &["--detached", &content]].concat(), password);
    assert_eq!((code, refused["error"]["code"].as_str()), (2, Some("usage")));
}

#[test]
fn what_is_not_read_is_said_so_with_exit_code_2() {
    let own = TempDir::new().unwrap();
    let put = |name: &str, octets: &[u8]| {
        let file = own.path().join(name);
        std::fs::write(&file, octets).unwrap();
        text(file)
    };
    let (garbage, xml, truncated) =
        (put("g", b"garbage"), put("x.xml", b"<a>"), put("t", &[0x30, 0x82, 0x10, 0x00, 0x06]));
    let zip = put("z.asice", b"PK is no container");
    for (arguments, code) in [
        (vec!["verify", "--json", &garbage], "malformed"),
        (vec!["verify", "--json", &truncated], "malformed"),
        (vec!["verify", "--json", &xml], "malformed"),
        (vec!["verify", "--json", "--online", &garbage], "malformed"),
        (vec!["verify", "--json", "--at", "yesterday", &garbage], "usage"),
        (vec!["verify", "--json", "/nonexistent"], "not-found"),
        (vec!["pki", "show", "--json", &garbage], "malformed"),
        (vec!["pki", "path", "--json", "--anchor", &garbage, "--at", "2026-01-01T00:00:00Z", &garbage], "malformed"),
        (vec!["extract", "verify", "--json", &zip], "no-anchors"),
        (vec!["extract", "verify", "--json", "--witness", "w+00000000+BAAA", &zip], "usage"),
        (vec!["journal", "audit", "--json", "--config", "/nonexistent"], "not-found"),
        (vec!["verify", "--json", "--nonsense"], "usage"),
    ] {
        let (exit, answer) = json(&arguments, None);
        assert_eq!((exit, answer["error"]["code"].as_str()), (2, Some(code)), "{arguments:?} {answer}");
        assert!(!answer["error"]["message"].as_str().unwrap().is_empty());
    }
    let Some(folder) = shared("nca") else { return };
    let (exit, answer) = json(&["extract", "verify", "--json", "--trust", &text(folder.join("ca")), &zip], None);
    assert_eq!(exit, 2, "{answer}");
}

#[test]
fn trusted_cas_are_imported_listed_and_removed() {
    let Some(folder) = shared("nca") else { return };
    let own = TempDir::new().unwrap();
    let dir = text(own.path().join("trust"));
    let run = |arguments: &[&str]| json(&[&["trust", "--json", "--dir", dir.as_str()], arguments].concat(), None);
    let (code, answer) = run(&["import", &text(folder.join("ca/prod"))]);
    assert_eq!((code, answer["imported"].as_array().unwrap().len()), (0, 4));
    assert!(answer["imported"].as_array().unwrap().iter().all(|row| row["known"].is_string()), "{answer}");
    let person = text(folder.join("certs/gost2015-512-person-sign-6c425659.cer"));
    let (code, answer) = run(&["import", &person]);
    assert_eq!((code, answer["refused"].as_array().unwrap().len()), (1, 1));
    assert_eq!(run(&["list"]).1["trusted"].as_array().unwrap().len(), 4);
    assert_eq!(run(&["remove", &text(folder.join("ca/prod/nca_rsa_2022.cer"))]).0, 0);
    assert_eq!(run(&["remove", &text(folder.join("ca/prod/nca_rsa_2022.cer"))]).0, 1);
    assert_eq!(run(&["list"]).1["trusted"].as_array().unwrap().len(), 3);
}

#[test]
fn every_question_of_a_validation_has_a_text_in_three_languages() {
    for rule in RULES {
        for language in Language::ALL {
            assert!(has_key(language, &format!("check-{}", rule.name)), "check-{} in {}", rule.name, language.code());
        }
    }
}
