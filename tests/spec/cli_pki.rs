//! `qolhat pki digest`, `verify-raw`, `ocsp`, `crl` and `tsp` from outside (design section 4): the real objects of the test
//! CA, and objects made here.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use qolhat::i18n::{Language, has_key};
use qolhat_pki::answer::AnswerFault;
use qolhat_pki::certificate::Certificate;
use qolhat_pki::der::writer::Writer;
use qolhat_pki::digest::DigestAlgorithm;
use qolhat_pki::issue::ocsp_builder::{OcspRefusal, build_ocsp_refusal};
use qolhat_pki::issue::tsp_builder::{TimeStampRefusal, build_time_stamp_refusal};
use qolhat_pki::oid;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::shared;

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_qolhat"));
    command.args(arguments).env("LANG", "en_US.UTF-8");
    command
}

/// What the program answers when `input` is on its stdin.
fn fed(arguments: &[&str], input: &[u8]) -> Output {
    let mut child =
        command(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let feeder = std::thread::spawn(move || {
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap();
    output
}

/// Exit code and the JSON object on stdout.
fn asked(arguments: &[&str]) -> (i32, Value) {
    let output = command(arguments).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {text}"));
    (output.status.code().unwrap(), value)
}

fn entries(folder: &Path, kind: &str) -> Vec<Value> {
    let index: Value = serde_json::from_slice(&std::fs::read(folder.join("index.json")).unwrap()).unwrap();
    index["files"].as_array().unwrap().iter().filter(|entry| entry["kind"] == kind).cloned().collect()
}

fn text(path: PathBuf) -> String {
    path.display().to_string()
}

fn put(folder: &TempDir, name: &str, octets: &[u8]) -> String {
    let file = folder.path().join(name);
    std::fs::write(&file, octets).unwrap();
    text(file)
}

/// Answers of `verify-raw` by line, and the exit code.
fn raw(input: &str) -> (i32, Vec<Value>) {
    let output = fed(&["pki", "verify-raw"], input.as_bytes());
    let lines = String::from_utf8(output.stdout).unwrap();
    (output.status.code().unwrap(), lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

/// The vector of another program, for a key of the national kind. Keeps: SIG-04
fn national_vector() -> Option<Value> {
    let folder = shared("nca/vectors")?;
    let vector: Value = serde_json::from_slice(&std::fs::read(folder.join("gost512.json")).unwrap()).unwrap();
    let little_endian = |name: &str| {
        let mut octets = hex::decode(vector[name].as_str().unwrap()).unwrap();
        octets.reverse();
        octets
    };
    let point = [little_endian("qx"), little_endian("qy")].concat();
    let spki = Writer::build(|w| {
        w.sequence(|w| {
            w.sequence(|w| {
                w.oid(&oid::GOST2015_512_KEY);
                w.sequence(|w| {
                    w.oid(&oid::GOST2015_512_PARAMETERS_A);
                    w.oid(&oid::STREEBOG512);
                });
            });
            w.bit_string(&Writer::build(|w| w.octet_string(&point)));
        });
    });
    Some(json!({
        "id": "gost", "alg": "gost3410-2015-512", "key": STANDARD.encode(spki),
        "msg": hex::encode(vector["msg"].as_str().unwrap()), "sig": vector["sig"],
    }))
}

#[test]
fn every_line_is_answered_in_order_under_its_id() {
    let Some(good) = national_vector() else { return };
    let with = |name: &str, value: Value| {
        let mut line = good.clone();
        line[name] = value;
        line
    };
    let mut other = good["sig"].as_str().unwrap().to_owned();
    other.replace_range(..2, "00");
    let cases = [
        (good.clone(), "valid"),
        (with("sig", json!(other)), "invalid"),
        (with("sig", json!("")), "invalid"),
        (with("sig", json!("0")), "invalid"),
        (with("sig", json!(5)), "invalid"),
        (with("msg", json!("00")), "invalid"),
        (with("msg", Value::Null), "invalid"),
        (with("key", json!("AAAA")), "invalid"),
        (with("key", json!("%")), "invalid"),
        (with("alg", json!("gost3410-2015-256")), "invalid"),
        (with("alg", json!("gost34310-2004")), "invalid"),
        (with("alg", json!("ecdsa-sha256")), "invalid"),
        (with("alg", json!("ed25519")), "invalid"),
        (with("alg", json!("rsa-pkcs1-sha256")), "invalid"),
        (with("alg", json!("ecdsa-sha3-256")), "unsupported"),
        (with("alg", json!("none")), "unsupported"),
        (with("alg", Value::Null), "invalid"),
    ];
    let mut input = String::new();
    for (number, (line, _)) in cases.iter().enumerate() {
        let mut line = line.clone();
        line["id"] = json!(number);
        input.push_str(&format!("{line}\n"));
        // Empty lines are no lines, and the last one needs no end.
        input.push_str(if number % 3 == 0 { "\r\n" } else { "" });
    }
    let (code, answers) = raw(input.trim_end());
    let expected: Vec<Value> =
        cases.iter().enumerate().map(|(number, (_, result))| json!({"id": number, "result": result})).collect();
    assert_eq!((code, answers), (0, expected));
    assert_eq!(raw(""), (0, vec![]));
}

#[test]
fn a_line_that_cannot_be_answered_is_told_after_the_others() {
    let unknown = r#"{"id":"a","alg":"x"}"#;
    let long = format!(r#"{{"id":"long","msg":"{}"}}"#, "0".repeat(16 * 1024 * 1024));
    for bad in ["not json", "{", r#"{"alg":"x"}"#, r#"{"id":null,"alg":"x"}"#, "[]", "5", r#"{"id":{}}"#, &long] {
        let (code, answers) = raw(&format!("{unknown}\n{bad}\n{unknown}\n"));
        assert_eq!((code, answers.len()), (2, 3), "{}", &bad[..bad.len().min(30)]);
        assert_eq!(answers[0], json!({"id": "a", "result": "unsupported"}));
        assert_eq!(answers[1], answers[0]);
        assert_eq!(answers[2]["error"]["code"], "malformed");
        assert!(answers[2]["error"]["message"].as_str().unwrap().contains("line 2"), "{}", answers[2]);
    }
    let output = fed(&["pki", "verify-raw"], b"{\"id\":\"\xff\"}\n");
    assert_eq!(output.status.code(), Some(2), "no UTF-8");
}

/// Whoever asks one question and waits for the answer gets it.
#[test]
fn an_answer_does_not_wait_for_the_next_question() {
    let mut child = command(&["pki", "verify-raw"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut stdin, mut stdout) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    for id in 0..3 {
        writeln!(stdin, "{}", json!({"id": id, "alg": "x"})).unwrap();
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let answer: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(answer, json!({"id": id, "result": "unsupported"}));
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

#[test]
fn twenty_thousand_lines_come_back_complete_and_in_order() {
    let Some(good) = national_vector() else { return };
    let mut input = String::new();
    for number in 0..20_000 {
        let mut line = good.clone();
        line["id"] = json!(number);
        if number % 40 != 0 {
            line["sig"] = json!("00");
        }
        input.push_str(&format!("{line}\n"));
    }
    let (code, answers) = raw(&input);
    assert_eq!((code, answers.len()), (0, 20_000));
    for (number, answer) in answers.iter().enumerate() {
        let result = if number % 40 == 0 { "valid" } else { "invalid" };
        assert_eq!(*answer, json!({"id": number, "result": result}));
    }
}

#[test]
fn a_digest_is_that_of_the_library_for_files_and_for_stdin() {
    let own = TempDir::new().unwrap();
    let content: Vec<u8> = (0..300_000_u32).flat_map(|number| number.to_le_bytes()).collect();
    let file = put(&own, "content", &content);
    for algorithm in DigestAlgorithm::ALL {
        let name = algorithm.name();
        let expected = hex::encode(algorithm.digest(&content).as_bytes());
        assert_eq!(
            asked(&["pki", "digest", "--json", "--alg", name, &file]),
            (0, json!({"alg": name, "digest": expected}))
        );
        for arguments in [vec!["pki", "digest", "--alg", name], vec!["pki", "digest", "--alg", name, "-"]] {
            let output = fed(&arguments, &content);
            assert_eq!(
                (output.status.code(), String::from_utf8(output.stdout).unwrap()),
                (Some(0), format!("{expected}\n"))
            );
        }
    }
    for (arguments, code) in [
        (vec!["pki", "digest", "--json", "--alg", "md5", &file], "unsupported-algorithm"),
        (vec!["pki", "digest", "--json", "--alg", "SHA256", &file], "unsupported-algorithm"),
        (vec!["pki", "digest", "--json", "--alg", "sha256", "/nonexistent"], "not-found"),
        (vec!["pki", "digest", "--json", &file], "usage"),
    ] {
        let (exit, answer) = asked(&arguments);
        assert_eq!((exit, answer["error"]["code"].as_str()), (2, Some(code)), "{arguments:?}");
    }
}

struct Nca {
    folder: PathBuf,
    ca: String,
}

fn nca() -> Option<Nca> {
    let folder = shared("nca")?;
    Some(Nca { ca: text(folder.join("ca")), folder })
}

impl Nca {
    fn file(&self, name: &str) -> String {
        text(self.folder.join(name))
    }
}

const HEAD: &str = "certs/gost2015-512-org-head-sign-3a90343e.cer";
const ANSWERED: &str = "2022-09-02T17:00:00Z";

/// Keeps: SIG-07, SIG-10
#[test]
fn the_real_answer_of_the_national_responder_is_believed_in_every_wrapping() {
    let Some(nca) = nca() else { return };
    let own = TempDir::new().unwrap();
    let (head, der) = (nca.file(HEAD), std::fs::read(nca.file("ocsp/revoked-gost2015.der")).unwrap());
    let coded = STANDARD.encode(&der);
    let pem = format!("-----BEGIN OCSP RESPONSE-----\n{coded}\n-----END OCSP RESPONSE-----\n");
    let expected = json!({
        "valid": true, "status": "revoked", "reason": null, "revoked_at": "2022-07-27T10:25:30Z",
        "revocation_reason": "certificateHold", "this_update": "2022-09-02T16:59:28Z", "next_update": null,
        "produced_at": "2022-09-02T16:59:28Z",
    });
    for (name, octets) in [("der", der.as_slice()), ("pem", pem.as_bytes()), ("base64", coded.as_bytes())] {
        let file = put(&own, name, octets);
        for nonce in [None, Some("157b28fd1ac7761e"), Some("0408157b28fd1ac7761e")] {
            let mut arguments =
                vec!["pki", "ocsp", "--json", "--issuer", &nca.ca, "--cert", &head, "--at", ANSWERED, &file];
            arguments.splice(2..2, nonce.into_iter().flat_map(|nonce| ["--nonce", nonce]));
            assert_eq!(asked(&arguments), (1, expected.clone()), "{name} {nonce:?}");
        }
    }
}

/// A revocation stands, whatever else; nothing good does. Keeps: SIG-05, SIG-07, SIG-10
#[test]
fn an_answer_with_anything_wrong_in_it_says_what() {
    let Some(nca) = nca() else { return };
    let own = TempDir::new().unwrap();
    let (head, real) = (nca.file(HEAD), nca.file("ocsp/revoked-gost2015.der"));
    let mut broken = std::fs::read(&real).unwrap();
    let produced = broken.windows(15).position(|window| window == b"20220902165928Z").unwrap();
    broken[produced + 13] = b'7';
    let broken = put(&own, "broken", &broken);
    let later = put(&own, "later", &build_ocsp_refusal(OcspRefusal::TryLater));
    let other = nca.file("certs/gost2015-512-person-sign-6c425659.cer");
    let root = nca.file("ca/root_gost2022_test.cer");
    let rsa = nca.file("ocsp/good-rsa.der");
    for (issuer, certificate, at, response, status, reason) in [
        (&nca.ca, &head, "2022-09-02T16:59:27Z", &real, "revoked", "produced-in-future"),
        (&nca.ca, &head, "2022-09-03T16:59:28Z", &real, "revoked", "too-old"),
        (&nca.ca, &head, ANSWERED, &broken, "unknown", "bad-signature"),
        (&nca.ca, &head, ANSWERED, &later, "unknown", "try-later"),
        (&nca.ca, &other, ANSWERED, &real, "unknown", "certificate-not-answered"),
        (&nca.ca, &head, ANSWERED, &rsa, "unknown", "certificate-not-answered"),
        (&root, &head, ANSWERED, &real, "unknown", "issuer-not-found"),
    ] {
        let arguments = ["pki", "ocsp", "--json", "--issuer", issuer, "--cert", certificate, "--at", at, response];
        let (code, answer) = asked(&arguments);
        let found = (code, &answer["valid"], answer["status"].as_str(), answer["reason"].as_str());
        assert_eq!(found, (1, &json!(false), Some(status), Some(reason)), "{answer}");
        let names: Vec<&String> = answer.as_object().unwrap().keys().collect();
        assert_eq!(names.len(), 8, "{names:?}");
    }
    let nonce =
        ["pki", "ocsp", "--json", "--nonce", "00", "--issuer", &nca.ca, "--cert", &head, "--at", ANSWERED, &real];
    assert_eq!(asked(&nonce).1["reason"], "nonce-mismatch");
}

/// `valid`, `revoked` and `expired` of the index, by the list of the test CA. Keeps: SIG-05, SIG-06
#[test]
fn the_real_list_says_of_every_certificate_of_its_ca_what_another_program_found() {
    let Some(nca) = nca() else { return };
    let (list, now) = (nca.file("crl/nca_gost2022_test.2026-08-11.crl"), "2026-11-22T00:00:00Z");
    let issuer = nca.file("ca/nca_gost2022_test.cer");
    let ca = Certificate::from_der(&std::fs::read(&issuer).unwrap()).unwrap();
    let mut seen = [0; 3];
    for entry in entries(&nca.folder, "cert") {
        let file = nca.file(entry["file"].as_str().unwrap());
        let own = Certificate::from_der(&qolhat_pki::armor::decode_any(&std::fs::read(&file).unwrap())[0]).unwrap();
        let Some(stands) = entry["expected"]["at"][now].as_str() else { continue };
        if own.issuer_der() != ca.subject_der() {
            continue;
        }
        let arguments = ["pki", "crl", "--json", "--issuer", &issuer, "--cert", &file, "--at", now, &list];
        let (code, answer) = asked(&arguments);
        let found = (code, answer["valid"].as_bool(), answer["status"].as_str(), answer["reason"].as_str());
        let (place, expected) = match stands {
            "valid" => (0, (0, Some(true), Some("good"), None)),
            "revoked" => (1, (1, Some(true), Some("revoked"), None)),
            "expired" => (2, (1, Some(false), Some("unknown"), Some("certificate-expired-before"))),
            other => panic!("{other}"),
        };
        assert_eq!(found, expected, "{file}: {answer}");
        assert_eq!(answer["revoked_at"].is_string(), stands == "revoked", "{answer}");
        seen[place] += 1;
    }
    assert!(seen.iter().all(|count| *count >= 2), "{seen:?}");
}

/// Keeps: SIG-06
#[test]
fn a_list_by_itself_is_valid_when_it_is_authentic_and_current() {
    let Some(nca) = nca() else { return };
    let own = TempDir::new().unwrap();
    for entry in entries(&nca.folder, "crl") {
        let file = nca.file(entry["file"].as_str().unwrap());
        let expected = &entry["expected"];
        let (from, to) = (expected["this_update"].as_str().unwrap(), expected["next_update"].as_str().unwrap());
        let ask = |at: &str, file: &str| {
            let (code, answer) = asked(&["pki", "crl", "--json", "--issuer", &nca.ca, "--at", at, file]);
            assert_eq!((code == 0, &answer["status"]), (answer["valid"] == true, &json!("unknown")));
            assert_eq!((answer["this_update"].as_str(), answer["next_update"].as_str()), (Some(from), Some(to)));
            answer["reason"].as_str().map(str::to_owned)
        };
        assert_eq!(ask(from, &file), None, "{file}");
        assert_eq!(ask(to, &file).as_deref(), Some("expired"), "{file}");
        assert_eq!(ask("2020-01-01T00:00:00Z", &file).as_deref(), Some("not-yet-valid"), "{file}");
        let mut broken = std::fs::read(&file).unwrap();
        *broken.last_mut().unwrap() ^= 1;
        assert_eq!(ask(from, &put(&own, "broken.crl", &broken)).as_deref(), Some("bad-signature"), "{file}");
        let stranger = nca.file("ca/root_rsa_test.cer");
        let (code, answer) = asked(&["pki", "crl", "--json", "--issuer", &stranger, "--at", from, &file]);
        assert_eq!((code, answer["reason"].as_str()), (1, Some("issuer-not-found")), "{file}");
        // A list is not its own delta.
        let (code, answer) = asked(&["pki", "crl", "--json", "--issuer", &nca.ca, "--at", from, &file, &file]);
        assert_eq!((code, answer["reason"].as_str()), (1, Some("not-a-delta")), "{file}");
    }
}

const STAMP: &str = "tsp/response-gost2004-sha1imprint.der";

/// Keeps: SIG-07
#[test]
fn the_real_time_stamp_answers_its_question_and_no_other() {
    let Some(nca) = nca() else { return };
    let own = TempDir::new().unwrap();
    let facts = entries(&nca.folder, "tsp")[0]["expected"]["facts"].clone();
    let fact = |name: &str| facts[name].as_str().unwrap().to_owned();
    let (imprint, nonce, stamp) = (fact("imprint_hex"), fact("nonce_hex"), nca.file(STAMP));
    let ask = |more: &[&str], file: &str| {
        let (code, answer) = asked(&[&["pki", "tsp", "--json"], more, &[file]].concat());
        assert_eq!(code == 0, answer["valid"] == true, "{answer}");
        answer
    };
    let trust = ["--trust", nca.ca.as_str()];
    let good = ask(&[&trust[..], &["--imprint", &imprint, "--nonce", &nonce]].concat(), &stamp);
    assert_eq!((&good["valid"], &good["reason"]), (&json!(true), &Value::Null), "{good}");
    for (name, other) in
        [("gen_time", "gen_time"), ("policy", "policy"), ("imprint_algorithm", "imprint_alg"), ("serial", "serial_hex")]
    {
        assert_eq!(good[name], facts[other], "{name}");
    }
    assert!(good["signer"].as_str().unwrap().contains("СЕРВИС МЕТКИ ВРЕМЕНИ"), "{good}");
    let coded = put(&own, "coded", STANDARD.encode(std::fs::read(&stamp).unwrap()).as_bytes());
    assert_eq!(ask(&[&trust[..], &["--imprint", &imprint]].concat(), &coded)["valid"], true);

    let data = put(&own, "data", b"other data");
    let rejected = put(&own, "rejected", &build_time_stamp_refusal(TimeStampRefusal::BadRequest, Some("no")));
    let mut broken = std::fs::read(&stamp).unwrap();
    *broken.last_mut().unwrap() ^= 1;
    let broken = put(&own, "broken", &broken);
    let shortened = &imprint[..imprint.len() - 2];
    let strangers = nca.file("ca/prod");
    for (more, file, reason) in [
        (vec!["--imprint", shortened], &stamp, "imprint-mismatch"),
        (vec!["--imprint", ""], &stamp, "imprint-mismatch"),
        (vec!["--data", &data], &stamp, "imprint-mismatch"),
        (vec!["--imprint", &imprint, "--nonce", "18350c022d8"], &stamp, "nonce-mismatch"),
        (vec!["--imprint", &imprint, "--at", "2022-09-18T13:20:13Z"], &stamp, "gen-time-in-future"),
        (vec!["--imprint", &imprint], &broken, "bad-signature"),
        (vec!["--imprint", &imprint], &rejected, "rejection"),
    ] {
        let answer = ask(&[&trust[..], &more].concat(), file);
        assert_eq!(answer["reason"], reason, "{answer}");
        assert_eq!(answer.as_object().unwrap().len(), 7, "{answer}");
    }
    assert_eq!(ask(&["--trust", &strangers, "--imprint", &imprint], &stamp)["reason"], "no-path");
}

#[test]
fn what_is_no_object_or_no_usage_is_told_with_exit_code_2() {
    let Some(nca) = nca() else { return };
    let own = TempDir::new().unwrap();
    let (garbage, head, stamp) = (put(&own, "g", b"garbage"), nca.file(HEAD), nca.file(STAMP));
    let list = STANDARD.encode(std::fs::read(nca.file("crl/nca_rsa_test.2022-03-29.crl")).unwrap());
    let pem = format!("-----BEGIN X509 CRL-----\n{list}\n-----END X509 CRL-----\n");
    let two = put(&own, "two.pem", pem.repeat(2).as_bytes());
    let now = "2026-11-22T00:00:00Z";
    let issuer = ["--json", "--issuer", nca.ca.as_str()];
    let ocsp = |more: &[&str]| [&["pki", "ocsp"], &issuer[..], more].concat().iter().map(ToString::to_string).collect();
    let crl = |more: &[&str]| [&["pki", "crl"], &issuer[..], more].concat().iter().map(ToString::to_string).collect();
    let tsp = |more: &[&str]| {
        [&["pki", "tsp", "--json", "--trust", nca.ca.as_str()], more].concat().iter().map(ToString::to_string).collect()
    };
    let cases: Vec<(Vec<String>, &str)> = vec![
        (ocsp(&["--cert", &head, "--at", now, &garbage]), "malformed"),
        (ocsp(&["--cert", &head, "--at", now, &stamp]), "malformed"),
        (ocsp(&["--cert", &garbage, "--at", now, &garbage]), "malformed"),
        (ocsp(&["--cert", &head, "--at", now, "/nonexistent"]), "not-found"),
        (ocsp(&["--cert", &head, "--at", "today", &garbage]), "usage"),
        (ocsp(&["--cert", &head, "--at", now, "--nonce", "xyz", &garbage]), "usage"),
        (ocsp(&["--cert", &head, "--at", now, "--nonce", "", &garbage]), "usage"),
        (ocsp(&["--at", now, &garbage]), "usage"),
        (crl(&["--at", now, &garbage]), "malformed"),
        (crl(&["--at", now, &two]), "malformed"),
        (crl(&[&two]), "usage"),
        (tsp(&["--imprint", "00", &garbage]), "malformed"),
        (tsp(&["--imprint", "00", &head]), "malformed"),
        (tsp(&["--imprint", "zz", &stamp]), "usage"),
        (tsp(&["--data", "/nonexistent", &stamp]), "not-found"),
        (tsp(&["--data", &garbage, "--imprint", "00", &stamp]), "usage"),
        (tsp(&[&stamp]), "usage"),
    ];
    for (arguments, code) in cases {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let (exit, answer) = asked(&arguments);
        assert_eq!((exit, answer["error"]["code"].as_str()), (2, Some(code)), "{arguments:?} {answer}");
    }
    let nobody = ["pki", "tsp", "--json", "--trust", head.as_str(), "--imprint", "00", stamp.as_str()];
    assert_eq!(asked(&nobody).1["error"]["code"], "no-anchors");
}

#[test]
fn every_reason_has_a_text_in_three_languages() {
    let of_stamps = [
        "rejection",
        "waiting",
        "revocation-warning",
        "revocation-notification",
        "signer-count",
        "imprint-mismatch",
        "gen-time-in-future",
        "signer-not-found",
        "certificate-reference",
        "revoked",
    ];
    for code in AnswerFault::ALL.iter().map(|fault| fault.code()).chain(of_stamps) {
        for language in Language::ALL {
            assert!(has_key(language, &format!("answer-{code}")), "answer-{code} in {}", language.code());
        }
    }
    let Some(nca) = nca() else { return };
    let (head, real) = (nca.file(HEAD), nca.file("ocsp/revoked-gost2015.der"));
    for language in ["kk", "ru", "en"] {
        let arguments =
            ["--lang", language, "pki", "ocsp", "--issuer", &nca.ca, "--cert", &head, "--at", ANSWERED, &real];
        let output = command(&arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(String::from_utf8(output.stdout).unwrap().contains("2022-07-27T10:25:30Z"));
    }
}
