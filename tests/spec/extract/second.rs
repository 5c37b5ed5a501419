//! A second verifier, written from the page on the format alone, says the same of good and of bad extracts.

use super::story::{self, Log};
use super::world::STRANGER_BIN;
use super::{LOG_SEED, edit_json, good, now, repacked, resigned, sealed, usual, world};
use crate::support::second_verifier::{Pins, second_opinion};

/// Octets changed in one run: enough to meet every kind of file.
const CHANGES: usize = 60;

pub fn pins() -> Pins {
    Pins::of(story::card(&Log::new(LOG_SEED).identity), world().anchors(), now())
}

/// Every one of the files is refused: nothing of them is called proven.
fn must_refuse(pins: &Pins, cases: Vec<(String, Vec<u8>)>) {
    let (names, files): (Vec<String>, Vec<Vec<u8>>) = cases.into_iter().unzip();
    let Some(told) = second_opinion(pins, &files) else { return };
    for (name, (indication, reason)) in names.iter().zip(told) {
        assert_ne!(indication, "TOTAL-PASSED", "{name}: {reason}");
    }
}

/// Keeps: JRN-10, SIG-19
#[test]
fn another_program_written_from_the_page_accepts_a_good_extract() {
    let Some(told) = second_opinion(&pins(), &[good().to_vec()]) else { return };
    assert_eq!(told, [("TOTAL-PASSED".to_owned(), String::new())]);
}

/// Keeps: JRN-10
#[test]
fn another_program_refuses_an_extract_with_any_octet_changed() {
    let mut cases = Vec::new();
    for number in 0..CHANGES {
        let position = number * (good().len() - 1) / (CHANGES - 1);
        let mut changed = good().to_vec();
        changed[position] ^= 1 << (number % 8);
        cases.push((format!("octet {position}"), changed));
    }
    must_refuse(&pins(), cases);
}

/// The zip is mended, so that only what is signed can tell. Keeps: JRN-10
#[test]
fn another_program_refuses_each_file_changed_removed_or_added_in_a_mended_zip() {
    let mut names = Vec::new();
    repacked(good(), |files| names = files.keys().cloned().collect());
    let mut cases = vec![(
        "added".to_owned(),
        repacked(good(), |files| {
            files.insert("journal/entries/99.json".to_owned(), b"{}".to_vec());
        }),
    )];
    for name in names {
        let changed = repacked(good(), |files| {
            let content = files.get_mut(&name).unwrap();
            let middle = content.len() / 2;
            content[middle] ^= 1;
        });
        cases.push((format!("{name} changed"), changed));
        cases.push((format!("{name} removed"), repacked(good(), |files| drop(files.remove(&name)))));
    }
    must_refuse(&pins(), cases);
}

/// Signed anew by those who should: the operator's own lies. Keeps: JRN-10
#[test]
fn another_program_refuses_what_the_operator_himself_tells_wrongly() {
    let entry = |files: &std::collections::BTreeMap<String, Vec<u8>>, folder: &str| {
        files.keys().filter(|name| name.starts_with(folder)).nth(1).unwrap().clone()
    };
    let document = |files: &std::collections::BTreeMap<String, Vec<u8>>| {
        files.keys().find(|name| name.ends_with("document.json")).unwrap().clone()
    };
    let cases = vec![
        ("state", resigned(|files| edit_json(files, &document(files), |value| value["state"] = "rejected".into()))),
        ("number", resigned(|files| edit_json(files, &document(files), |value| value["number"] = "other".into()))),
        (
            "sender",
            resigned(|files| {
                edit_json(files, &document(files), |value| {
                    value["sender"]["key"] = format!("bin:{STRANGER_BIN}").into()
                })
            }),
        ),
        (
            "no receipt file",
            resigned(|files| {
                edit_json(files, &document(files), |value| value["receipts"] = Vec::<String>::new().into())
            }),
        ),
        ("level", resigned(|files| edit_json(files, "statement.json", |value| value["level"] = 1.into()))),
        (
            "no seal",
            resigned(|files| edit_json(files, "statement.json", |value| value["seal"] = serde_json::Value::Null)),
        ),
        (
            "count",
            resigned(|files| edit_json(files, "statement.json", |value| value["subjects"][0]["count"] = 9.into())),
        ),
        (
            "proof",
            resigned(|files| {
                edit_json(files, "statement.json", |value| {
                    let proof = value["subjects"][0]["proof"].as_str().unwrap().replace('1', "2");
                    value["subjects"][0]["proof"] = proof.into();
                })
            }),
        ),
        (
            "identity",
            resigned(|files| {
                edit_json(files, "statement.json", |value| value["subjects"][0]["identity"] = "document:x".into())
            }),
        ),
        (
            "opening",
            resigned(|files| {
                let name = entry(files, "journal/openings/");
                edit_json(files, &name, |value| value["openings"][0]["value"] = "other".into());
            }),
        ),
        (
            "place of a proof",
            resigned(|files| {
                let name = entry(files, "journal/proofs/");
                edit_json(files, &name, |value| value["hashes"] = Vec::<String>::new().into());
            }),
        ),
        ("unknown name", resigned(|files| edit_json(files, "extract.json", |value| value["more"] = 1.into()))),
        (
            "officer",
            resigned(|files| edit_json(files, "extract.json", |value| value["officer"]["iin"] = "999999999999".into())),
        ),
    ];
    must_refuse(&pins(), cases.into_iter().map(|(name, file)| (name.to_owned(), file)).collect());
    // Signed anew and told as it is, it holds: what was refused was refused for what it tells.
    let Some(told) = second_opinion(&pins(), &[resigned(|_| {})]) else { return };
    assert_eq!(told, [("TOTAL-PASSED".to_owned(), String::new())]);
}

/// Keeps: JRN-10
#[test]
fn another_program_refuses_another_operator_another_log_and_to_believe_whoever_the_file_names() {
    let good = || vec![("good".to_owned(), good().to_vec())];
    must_refuse(&Pins { operator: Some(STRANGER_BIN.to_owned()), ..pins() }, good());
    must_refuse(&Pins { log_key: Some(Log::new(LOG_SEED + 1).identity.verifier_key().to_owned()), ..pins() }, good());
    must_refuse(&Pins { operator: None, ..pins() }, good());
    must_refuse(&Pins { log_key: None, ..pins() }, good());
    // Whom the reader does not trust is nobody, however well it is signed.
    let stranger = qolhat_pki::trust::TrustStore::from_certificates([world().sender.certificate.clone()]);
    must_refuse(&Pins { anchors: stranger, ..pins() }, good());
    let (log, facts) = usual();
    let by_officer = story::seal(world(), &facts, &world().officer, &world().officer, &log.identity);
    let by_sender = story::seal(world(), &facts, &world().system, &world().sender, &log.identity);
    must_refuse(&pins(), vec![("seal".to_owned(), by_officer), ("officer".to_owned(), by_sender)]);
    let other = Log::new(LOG_SEED + 1);
    must_refuse(&pins(), vec![("log".to_owned(), sealed(&other, &facts))]);
}
