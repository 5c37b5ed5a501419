//! What an extract promises to a court: it proves itself offline, and nothing in it can be changed unseen.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::as_conversions, clippy::panic)]

mod complete;
mod lies;
mod octets;
mod papers;
mod records;
mod second;
mod story;
mod witnessed;
mod world;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use qolhat::extract::build::{self, Prepared};
use qolhat::extract::facts::ExtractFacts;
use qolhat::extract::{format, package};
use qolhat::i18n::{Language, has_key};
use qolhat::operations::verify_extract::{ExtractReport, FaultCode, verify_extract};
use qolhat_pki::time::Moment;
use qolhat_pki::trust::TrustStore;
use serde_json::{Value, json};
use story::{Log, Turn};
use world::{World, at};

use crate::support::extracts::file_of;

const LOG_SEED: u8 = 1;

fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(World::new)
}

fn now() -> Moment {
    at("2026-11-24T12:00:00Z")
}

/// The log, and the facts of the usual extract.
fn usual() -> (Log, ExtractFacts) {
    told(&Turn::default())
}

fn told(turn: &Turn) -> (Log, ExtractFacts) {
    let mut log = Log::new(LOG_SEED);
    let facts = story::facts(world(), &mut log, turn);
    (log, facts)
}

/// Facts sealed by those who should.
fn sealed(log: &Log, facts: &ExtractFacts) -> Vec<u8> {
    story::seal(world(), facts, &world().system, &world().officer, &log.identity)
}

fn good() -> &'static [u8] {
    static GOOD: OnceLock<Vec<u8>> = OnceLock::new();
    GOOD.get_or_init(|| {
        let (log, facts) = usual();
        sealed(&log, &facts)
    })
}

fn verify(bytes: &[u8]) -> ExtractReport {
    verify_extract(bytes, &world().anchors(), Some(&story::card(&Log::new(LOG_SEED).identity)), now())
}

fn words(report: &ExtractReport) -> Vec<(&str, &'static str)> {
    report.failures.iter().map(|failure| (failure.part.as_str(), failure.code.word())).collect()
}

/// Exit 1, with this sub-indication, and this part among those named.
fn refused(report: &ExtractReport, sub_indication: &str, part: &str) {
    let found = report.sub_indication.map(|sub| sub.as_str());
    assert_eq!((report.exit_code(), found), (1, Some(sub_indication)), "{:?}", report.failures);
    assert!(report.failures.iter().any(|failure| failure.part == part), "{part}: {:?}", report.failures);
}

/// The extract with its files changed, as a zip that is canonical again.
fn repacked(bytes: &[u8], change: impl FnOnce(&mut BTreeMap<String, Vec<u8>>)) -> Vec<u8> {
    let mut files: BTreeMap<String, Vec<u8>> =
        package::read(bytes).unwrap().iter().map(|entry| (entry.name.to_owned(), entry.content.to_vec())).collect();
    change(&mut files);
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
    package::write(&files).unwrap()
}

/// The extract with its payload changed and everything signed anew by those who should: a lie of the operator's own.
fn resigned(change: impl FnOnce(&mut BTreeMap<String, Vec<u8>>)) -> Vec<u8> {
    let (log, facts) = usual();
    let mut files = build::prepare(&facts).unwrap().files;
    change(&mut files);
    sealed_files(&log, &files)
}

/// An extract of these files: manifests, seal and signature are made of them.
fn sealed_files(log: &Log, files: &BTreeMap<String, Vec<u8>>) -> Vec<u8> {
    let listed: Vec<(&str, &[u8])> = files.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
    let prepared = Prepared::from_package(&package::write(&listed).unwrap()).unwrap();
    story::seal_prepared(world(), &prepared, &world().system, &world().officer, &log.identity)
}

fn edit_json(files: &mut BTreeMap<String, Vec<u8>>, name: &str, change: impl FnOnce(&mut Value)) {
    let content = files.get_mut(name).unwrap();
    let mut value: Value = serde_json::from_slice(content).unwrap();
    change(&mut value);
    *content = serde_json::to_vec_pretty(&value).unwrap();
}

/// Keeps: JRN-10, SIG-19
#[test]
fn a_good_extract_proves_itself_and_names_all_it_rests_on() {
    let report = verify(good());
    assert_eq!((report.exit_code(), words(&report)), (0, vec![]), "{:?}", report.failures);

    let json = report.to_json();
    assert_eq!(json["indication"], "TOTAL-PASSED");
    assert_eq!(json["sub_indication"], Value::Null);
    assert_eq!(json["operator"]["pinned"], true);
    assert_eq!(
        json["completeness"],
        json!({
            "level": 3,
            "holds": true,
            "sealed_at": "2026-11-23T09:00:01Z",
            "tail": "asserted",
            "caveat": qolhat::extract::statement::CAVEAT,
            "size": 7,
            "subjects": json["completeness"]["subjects"],
        })
    );
    let seqs = |list: &str| -> Vec<u64> {
        json[list].as_array().unwrap().iter().map(|item| item["seq"].as_u64().unwrap()).collect()
    };
    assert_eq!((seqs("entries"), seqs("proofs")), (vec![0, 2, 4, 5], vec![0, 2, 4, 5]));
    assert_eq!(json["entries"][0]["kind"], "log.opened");
    assert_eq!(json["entries"][1]["kind"], "document.recorded");
    assert!(json["proofs"].as_array().unwrap().iter().all(|proof| proof["holds"] == true));
    assert_eq!(json["log"]["checkpoint"]["time_stamp"]["proven"], true);
    let uses: Vec<&str> =
        json["signatures"].as_array().unwrap().iter().map(|item| item["used_as"].as_str().unwrap()).collect();
    assert_eq!(uses, ["seal", "officer", "party", "party", "receipt"]);
    assert!(json["signatures"].as_array().unwrap().iter().all(|item| item["indication"] == "TOTAL-PASSED"));
    for holder in [&world().system, &world().officer, &world().sender, &world().recipient] {
        let sha256 = hex::encode(holder.certificate.sha256());
        let found = json["certificates"].as_array().unwrap().iter().find(|item| item["sha256"] == sha256.as_str());
        assert_eq!(found.unwrap()["status"], "good", "{sha256}");
    }
}

/// Keeps: REG-17
#[test]
fn a_verification_is_told_in_three_languages_without_a_missing_text() {
    let flipped = repacked(good(), |files| files.get_mut(format::HOWTO).unwrap()[0] ^= 1);
    for language in Language::ALL {
        for bytes in [good(), &flipped, b"no extract"] {
            let lines = verify(bytes).lines(language);
            assert!(!lines.is_empty());
            assert!(lines.iter().all(|line| !line.contains("extract-")), "{lines:#?}");
        }
        for word in FaultCode::WORDS {
            assert!(has_key(language, &format!("extract-fault-{word}")), "{word}");
        }
        let summary = String::from_utf8(file_of(good(), &format::summary(language.code()))).unwrap();
        assert!(!summary.contains("extract-") && summary.contains("акт 17.xml"), "{summary}");
    }
}

/// Keeps: JRN-10
#[test]
fn the_same_facts_give_the_same_octets() {
    let (_, facts) = usual();
    assert_eq!(build::prepare(&facts).unwrap(), build::prepare(&usual().1).unwrap());
    let kept = build::prepare(&facts).unwrap();
    assert_eq!(Prepared::from_package(&kept.to_package().unwrap()).unwrap(), kept);
}

/// Keeps: JRN-10
#[test]
fn an_extract_by_another_key_of_the_hierarchy_is_refused() {
    let (log, facts) = usual();
    let (system, officer) = (&world().system, &world().officer);
    let (other_system, other_officer) = (&world().other_system, &world().other_officer);

    let by_stranger = story::seal(world(), &facts, other_system, officer, &log.identity);
    refused(&verify(&by_stranger), "OPERATOR_MISMATCH", format::OPERATOR_SEAL);
    let by_person = story::seal(world(), &facts, officer, officer, &log.identity);
    refused(&verify(&by_person), "OPERATOR_MISMATCH", format::OPERATOR_SEAL);
    let by_other_officer = story::seal(world(), &facts, system, other_officer, &log.identity);
    refused(&verify(&by_other_officer), "OFFICER_MISMATCH", format::OFFICER_SIGNATURE);

    // Wholly another operator's, under his own name.
    let mut facts = facts;
    facts.operator.bin =
        qolhat::domain::party::Bin::parse(world::STRANGER_BIN, qolhat::domain::party::IdentifierPolicy::AcceptTest)
            .unwrap();
    let others = story::seal(world(), &facts, other_system, other_officer, &log.identity);
    refused(&verify(&others), "OPERATOR_MISMATCH", format::EXTRACT);
}

/// Keeps: JRN-10
#[test]
fn an_extract_over_another_log_is_refused() {
    let mut log = Log::new(2);
    let facts = story::facts(world(), &mut log, &Turn::default());
    let report = verify(&sealed(&log, &facts));
    refused(&report, "LOG_MISMATCH", format::EXTRACT);
    assert!(!report.pinned);

    // Our log's key told, another one's checkpoint and binding.
    let mut facts = facts;
    facts.operator.log_key = Log::new(LOG_SEED).identity.verifier_key().to_owned();
    let report = verify(&sealed(&log, &facts));
    refused(&report, "JOURNAL_FAILURE", format::CHECKPOINT);
    refused(&report, "JOURNAL_FAILURE", format::BINDING);
}

/// Keeps: JRN-10
#[test]
fn without_a_pin_nothing_is_proven_and_it_says_so() {
    let report = verify_extract(good(), &world().anchors(), None, now());
    refused(&report, "OPERATOR_NOT_PINNED", "operator.json");
    assert_eq!(report.to_json()["indication"], "INDETERMINATE");
    assert_eq!(words(&report), [("operator.json", "operator-not-pinned")]);
}

#[test]
fn without_the_anchor_nothing_is_proven() {
    let card = story::card(&Log::new(LOG_SEED).identity);
    let report = verify_extract(good(), &TrustStore::default(), Some(&card), now());
    refused(&report, "NO_CERTIFICATE_CHAIN_FOUND", format::OPERATOR_SEAL);
    assert_eq!(report.to_json()["indication"], "INDETERMINATE");
}

/// Keeps: SIG-19
#[test]
fn an_extract_still_proves_itself_years_after_every_certificate_expired() {
    let card = story::card(&Log::new(LOG_SEED).identity);
    let report = verify_extract(good(), &world().anchors(), Some(&card), at("2033-01-01T00:00:00Z"));
    assert_eq!((report.exit_code(), words(&report)), (0, vec![]), "{:?}", report.failures);
}

fn document_part() -> String {
    format::document(&story::document_id().to_string())
}
