//! What an extract promises to a court: it proves itself offline, and nothing in it can be changed unseen.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::as_conversions, clippy::panic)]

mod complete;
mod lies;
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
use qolhat_pki::issue::augment::{Augmentation, augment};
use qolhat_pki::issue::cms_sign::Packaging;
use qolhat_pki::time::Moment;
use qolhat_pki::trust::TrustStore;
use serde_json::{Value, json};
use story::{Log, Turn};
use world::{World, at};

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
        let summary = String::from_utf8(package_file(good(), &format::summary(language.code()))).unwrap();
        assert!(!summary.contains("extract-") && summary.contains("акт 17.xml"), "{summary}");
    }
}

/// What poppler reads out of a paper, blanks and line ends left out.
fn paper_text(bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("paper.pdf");
    std::fs::write(&file, bytes).unwrap();
    let run = |program: &str, arguments: &[&str]| {
        let done = std::process::Command::new(program).args(arguments).output().expect("make tools installs it");
        assert!(done.status.success(), "{program}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap()
    };
    let path = file.to_str().unwrap();
    run("qpdf", &["--check", path]);
    assert!(run("pdfinfo", &["-meta", path]).contains("<pdfaid:part>2</pdfaid:part>"));
    run("pdftotext", &["-raw", path, "-"]).chars().filter(|c| !c.is_whitespace()).collect()
}

/// Keeps: JRN-10, DOC-12
#[test]
fn the_paper_says_who_asked_who_signed_and_what_is_in_the_journal_in_three_languages() {
    let (_, facts) = usual();
    for (language, mark, officer) in [
        (Language::Kk, "Электрондық құжаттың көшірмесі", "Уәкілетті тұлға"),
        (Language::Ru, "Копия электронного документа", "Уполномоченное лицо"),
        (Language::En, "Copy of an electronic document", "Authorised officer"),
    ] {
        let text = paper_text(&package_file(good(), &format::paper(language.code())));
        let has = |what: &str| {
            let what: String = what.chars().filter(|c| !c.is_whitespace()).collect();
            assert!(text.contains(&what), "{what} is not in {text}");
        };
        let (request, operator) = (&facts.request, &facts.operator);
        let asked_by = "суд, № 71-26, 2026-11-20";
        for said in [mark, "Копия электронного документа", officer, asked_by, &request.ground, &request.scope]
        {
            has(said);
        }
        for said in [&operator.name, &operator.log_origin, &facts.officer.name] {
            has(said);
        }
        has(&hex::encode(facts.journal.root));
        for signature in &facts.documents[0].signatures {
            has(&signature.common_name);
            if let Some(at) = signature.proven_at {
                has(&qolhat::domain::time::format_local(at));
            }
        }
        for holder in [&world().sender, &world().recipient] {
            has(&holder.certificate.serial_hex());
        }
        for entry in &facts.journal.entries {
            has(&hex::encode(entry.leaf));
            let at = qolhat::journal::entry::Entry::parse(&entry.body).unwrap().at();
            has(&format!("{}{at}", qolhat::domain::time::format_local(at)));
        }
        assert!(!text.contains("paper-") && !text.contains("extract-c"), "{text}");
    }
}

/// Keeps: JRN-10
#[test]
fn a_swapped_paper_is_refused_and_a_good_one_is_told_to_be_for_people_only() {
    let report = verify(good());
    assert_eq!(report.papers, ["paper.kk.pdf", "paper.ru.pdf", "paper.en.pdf"]);
    assert!(report.lines(Language::En).iter().any(|line| line.starts_with("For people only")));

    let (russian, english) = (format::paper("ru"), format::paper("en"));
    let swapped = repacked(good(), |files| {
        let other = files[&english].clone();
        files.insert(russian.clone(), other);
    });
    let report = verify(&swapped);
    assert_eq!(report.exit_code(), 1);
    assert!(report.failures.iter().all(|failure| failure.part == russian), "{:?}", report.failures);
    let without = repacked(good(), |files| {
        files.remove(&russian);
    });
    assert_eq!(verify(&without).exit_code(), 1);
}

fn package_file(bytes: &[u8], name: &str) -> Vec<u8> {
    package::read(bytes).unwrap().iter().find(|entry| entry.name == name).unwrap().content.to_vec()
}

/// Keeps: JRN-10
#[test]
fn the_same_facts_give_the_same_octets() {
    let (_, facts) = usual();
    assert_eq!(build::prepare(&facts).unwrap(), build::prepare(&usual().1).unwrap());
    let kept = build::prepare(&facts).unwrap();
    assert_eq!(Prepared::from_package(&kept.to_package().unwrap()).unwrap(), kept);
}

/// Keeps: JRN-10, SIG-19
#[test]
fn any_octet_changed_added_or_removed_is_refused_and_its_part_named() {
    let bytes = good();
    for position in watched(bytes) {
        for bit in [0, 7] {
            let mut changed = bytes.to_vec();
            changed[position] ^= 1 << bit;
            must_be_refused(&changed, position, "changed");
        }
        let mut shorter = bytes.to_vec();
        shorter.remove(position);
        must_be_refused(&shorter, position, "removed");
        for octet in [0, b'P'] {
            let mut longer = bytes.to_vec();
            longer.insert(position, octet);
            must_be_refused(&longer, position, "added");
        }
    }
    let mut longer = bytes.to_vec();
    longer.push(0);
    must_be_refused(&longer, bytes.len(), "appended");
}

/// Every octet of the headers, of the first file and the last, and every 97th of the rest.
fn watched(bytes: &[u8]) -> Vec<usize> {
    let mut watched: Vec<usize> = (0..bytes.len()).step_by(97).collect();
    let mut offset = 0;
    for entry in std::iter::once(("mimetype", format::MIMETYPE.len()))
        .chain(package::read(bytes).unwrap().iter().map(|entry| (entry.name, entry.content.len())))
    {
        let header = 30 + entry.0.len();
        // All of one header, and in the others what differs between them: CRC, sizes, length of the name.
        let step = if offset == 0 { 1 } else { 5 };
        watched.extend((offset..offset + header).step_by(step));
        offset += header + entry.1;
    }
    watched.extend((offset..bytes.len()).step_by(23));
    watched.extend(bytes.len() - 22..bytes.len());
    watched
}

fn must_be_refused(bytes: &[u8], position: usize, how: &str) {
    let report = verify(bytes);
    assert!(matches!(report.exit_code(), 1 | 2), "octet {position} {how}");
    assert!(report.failures.iter().all(|failure| !failure.part.is_empty()), "octet {position} {how}");
    assert!(!report.failures.is_empty(), "octet {position} {how}");
}

/// Keeps: JRN-10, SIG-19
#[test]
fn a_changed_content_in_a_mended_zip_is_refused_by_name() {
    let names: Vec<String> = package::read(good()).unwrap().iter().map(|entry| entry.name.to_owned()).collect();
    for name in names {
        let length = package_file(good(), &name).len();
        for position in [0, length / 2, length - 1] {
            let report = verify(&repacked(good(), |files| files.get_mut(&name).unwrap()[position] ^= 1));
            let bound = name.starts_with(format::META_INF).then_some(format::BINDING);
            let named = report.failures.iter().any(|found| found.part == name || Some(found.part.as_str()) == bound);
            assert!(report.exit_code() != 0 && named, "{name} at {position}: {:?}", report.failures);
        }
    }
}

/// Keeps: JRN-10
#[test]
fn a_file_added_or_removed_in_a_mended_zip_is_refused_by_name() {
    let names: Vec<String> = package::read(good()).unwrap().iter().map(|entry| entry.name.to_owned()).collect();
    for name in &names {
        let report = verify(&repacked(good(), |files| drop(files.remove(name))));
        assert!(report.exit_code() != 0, "{name}");
        assert!(report.failures.iter().any(|failure| failure.part == *name), "{name}: {:?}", report.failures);
    }
    for name in ["new.txt", "META-INF/new.txt", "evidence/new", "journal/entries/9.json"] {
        let report = verify(&repacked(good(), |files| drop(files.insert(name.to_owned(), b"x".to_vec()))));
        assert!(report.exit_code() != 0, "{name}");
        assert!(report.failures.iter().any(|failure| failure.part == name), "{name}: {:?}", report.failures);
    }
    let report = verify(&resigned(|files| drop(files.insert("new.txt".to_owned(), b"x".to_vec()))));
    refused(&report, "FORMAT_FAILURE", "new.txt");
}

/// Keeps: SIG-19
#[test]
fn what_a_cms_does_not_sign_itself_is_bound_too() {
    let addition = [Augmentation::Certificate(world().recipient.certificate.clone())];
    for name in [format::OPERATOR_SEAL, format::OFFICER_SIGNATURE] {
        let changed = repacked(good(), |files| {
            let cms = files.get_mut(name).unwrap();
            *cms = augment(cms, &addition).unwrap();
        });
        refused(&verify(&changed), "JOURNAL_FAILURE", format::BINDING);
    }
}

/// Keeps: SIG-19
#[test]
fn the_binding_holds_one_signature_and_nothing_beside_it() {
    let text = String::from_utf8(package_file(good(), format::BINDING)).unwrap();
    let line = text.lines().last().unwrap();
    let stranger = Log::new(2).identity.sign_text("a title\nand a line\n").unwrap();
    let other_line = stranger.lines().last().unwrap();
    for more in [format!("{text}{line}\n"), format!("{text}{other_line}\n"), format!("{text}\n")] {
        let changed = repacked(good(), |files| drop(files.insert(format::BINDING.to_owned(), more.into_bytes())));
        refused(&verify(&changed), "JOURNAL_FAILURE", format::BINDING);
    }
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

#[test]
fn octets_that_are_no_extract_are_unreadable_and_not_merely_bad() {
    for bytes in [&b""[..], b"PK", b"PK\x05\x06", b"%PDF-1.7", &[0; 4096]] {
        let report = verify(bytes);
        assert_eq!(report.exit_code(), 2);
        assert_eq!(report.to_json()["error"]["code"], "unsupported-format");
    }
    // What version 2 tells, an extract of documents does not have.
    let other = resigned(|files| edit_json(files, format::EXTRACT, |json| json["version"] = json!(2)));
    assert_eq!(verify(&other).exit_code(), 1);
    let future = resigned(|files| edit_json(files, format::EXTRACT, |json| json["version"] = json!(3)));
    let report = verify(&future);
    assert_eq!((report.exit_code(), &report.to_json()["error"]["code"]), (2, &json!("unsupported-version")));
    assert_eq!(verify(b"PK\x03\x04").exit_code(), 1);
}

/// Keeps: JRN-10
#[test]
fn a_revealed_value_that_was_not_recorded_is_refused() {
    let (log, facts) = usual();
    for change in [
        |facts: &mut ExtractFacts| facts.journal.entries[1].openings[1].value["value"] = json!("x"),
        |facts: &mut ExtractFacts| facts.journal.entries[1].openings[1].salt[0] ^= 1,
        |facts: &mut ExtractFacts| facts.journal.entries[1].openings[1].index = 2,
        |facts: &mut ExtractFacts| facts.journal.entries[1].openings[1].place = "subj".to_owned(),
        |facts: &mut ExtractFacts| {
            let twice = facts.journal.entries[1].openings[1].clone();
            facts.journal.entries[1].openings.push(twice);
        },
    ] {
        let mut facts = facts.clone();
        change(&mut facts);
        refused(&verify(&sealed(&log, &facts)), "JOURNAL_FAILURE", &format::entry_openings(2));
    }
}

/// Keeps: JRN-10
#[test]
fn an_entry_that_is_not_in_the_log_is_refused() {
    let (log, facts) = usual();
    let mut swapped = facts.clone();
    let proof = swapped.journal.entries[1].proof.clone();
    swapped.journal.entries[1].proof = std::mem::replace(&mut swapped.journal.entries[2].proof, proof);
    refused(&verify(&sealed(&log, &swapped)), "JOURNAL_FAILURE", &format::entry_proof(2));

    let mut invented = facts.clone();
    let body = String::from_utf8(invented.journal.entries[1].body.clone()).unwrap();
    invented.journal.entries[1].body = body.replace("document.recorded", "document.received").into_bytes();
    refused(&verify(&sealed(&log, &invented)), "JOURNAL_FAILURE", &format::entry_proof(2));

    let mut smaller = facts;
    smaller.journal.size -= 1;
    refused(&verify(&sealed(&log, &smaller)), "JOURNAL_FAILURE", format::STATEMENT);
}

/// Keeps: JRN-10
#[test]
fn a_history_with_an_entry_kept_back_is_refused() {
    let (log, facts) = usual();
    let mut shorter = facts.clone();
    shorter.journal.subjects[0].entries.pop();
    refused(&verify(&sealed(&log, &shorter)), "JOURNAL_FAILURE", &format::entry_openings(4));

    let mut without_first = facts.clone();
    without_first.journal.subjects[0].entries.remove(0);
    refused(&verify(&sealed(&log, &without_first)), "JOURNAL_FAILURE", format::STATEMENT);

    let mut unlisted = facts.clone();
    unlisted.journal.subjects.clear();
    refused(&verify(&sealed(&log, &unlisted)), "JOURNAL_FAILURE", &document_part());

    let claimed = resigned(|files| edit_json(files, format::STATEMENT, |json| json["level"] = json!(4)));
    refused(&verify(&claimed), "JOURNAL_FAILURE", format::STATEMENT);
}

fn document_part() -> String {
    format::document(&story::document_id().to_string())
}

/// Keeps: JRN-10, DOC-08
#[test]
fn a_document_that_says_something_else_than_the_journal_is_refused() {
    let (log, facts) = usual();
    let changes: [fn(&mut ExtractFacts); 8] = [
        |facts| facts.documents[0].number = "18".to_owned(),
        |facts| facts.documents[0].original.bytes.push(b' '),
        |facts| facts.documents[0].attachments.clear(),
        |facts| facts.documents[0].state = "rejected".to_owned(),
        |facts| facts.documents[0].recorded = None,
        |facts| facts.documents[0].recorded = Some((1, story::made_at())),
        |facts| drop(facts.documents[0].signatures.pop()),
        |facts| facts.documents[0].signatures[0].iin = facts.documents[0].signatures[1].iin,
    ];
    for (number, change) in changes.iter().enumerate() {
        let mut facts = facts.clone();
        change(&mut facts);
        let report = verify(&sealed(&log, &facts));
        assert_eq!(report.exit_code(), 1, "change {number}");
        let named = report.failures.iter().any(|failure| failure.part.starts_with("documents/"));
        assert!(named, "change {number}: {:?}", report.failures);
    }
    let removed = resigned(|files| edit_json(files, format::EXTRACT, |json| json["documents"] = json!([])));
    refused(&verify(&removed), "FORMAT_FAILURE", &document_part());
}

/// Keeps: SIG-14
#[test]
fn a_signature_over_another_content_is_refused() {
    let (log, mut facts) = usual();
    let cms = world().sign(&world().sender, b"another act", story::sent_at(), Packaging::Detached);
    facts.documents[0].signatures[0].time_stamp = Some(world().stamp_signature(&cms, story::sent_at()));
    facts.documents[0].signatures[0].cms = cms;
    let report = verify(&sealed(&log, &facts));
    let path = report.signatures.iter().find(|judged| judged.document.is_some()).map(|judged| judged.part.clone());
    refused(&report, "FACTS_MISMATCH", &path.unwrap());
}

#[test]
fn a_signature_that_carries_another_content_than_the_original_is_refused() {
    let (log, mut facts) = usual();
    let cms = world().sign(&world().sender, b"another act", story::sent_at(), Packaging::Attached);
    facts.documents[0].signatures[0].time_stamp = Some(world().stamp_signature(&cms, story::sent_at()));
    facts.documents[0].signatures[0].cms = cms;
    let report = verify(&sealed(&log, &facts));
    let path = format!("documents/{}/signatures/{}.p7s", story::document_id(), facts.documents[0].signatures[0].id);
    refused(&report, "HASH_FAILURE", &path);
}

#[test]
fn a_signature_that_carries_its_content_is_as_good() {
    let (log, facts) = told(&Turn { attached: true, ..Turn::default() });
    let report = verify(&sealed(&log, &facts));
    assert_eq!((report.exit_code(), words(&report)), (0, vec![]), "{:?}", report.failures);
}

/// Keeps: SIG-07
#[test]
fn a_certificate_revoked_before_receipt_makes_the_extract_bad() {
    for since in ["2026-11-22T09:00:00Z", "2026-11-22T10:00:03Z"] {
        let (log, facts) = told(&Turn { sender_revoked_at: Some(at(since)), ..Turn::default() });
        let report = verify(&sealed(&log, &facts));
        assert_eq!(report.exit_code(), 1, "{since}");
        let path = format!("documents/{}/signatures/{}.p7s", story::document_id(), facts.documents[0].signatures[0].id);
        assert!(report.failures.iter().any(|failure| failure.part == path), "{since}: {:?}", report.failures);
        let sha256 = hex::encode(world().sender.certificate.sha256());
        let json = report.to_json();
        let found = json["certificates"].as_array().unwrap().iter().find(|item| item["sha256"] == sha256.as_str());
        assert!(found.is_none_or(|found| found["status"] == "revoked"), "{since}");
    }
}

/// Keeps: DOC-08
#[test]
fn a_document_that_was_never_received_is_told_with_its_bad_signature() {
    let (log, mut facts) = told(&Turn { sender_revoked_at: Some(story::sent_at()), ..Turn::default() });
    let document = &mut facts.documents[0];
    document.recorded = None;
    document.state = "check-failed".to_owned();
    document.receipts.clear();
    document.signatures.truncate(1);
    document.signatures[0].entry = None;
    facts.journal.subjects.clear();
    let report = verify(&sealed(&log, &facts));
    refused(&report, "JOURNAL_FAILURE", &document_part());

    facts.journal.entries.clear();
    facts.journal.seal = None;
    let report = verify(&sealed(&log, &facts));
    assert_eq!((report.exit_code(), words(&report)), (0, vec![]), "{:?}", report.failures);
    let told = report.signatures.iter().find(|judged| judged.document.is_some()).unwrap();
    assert!(!told.weighs && told.report.indication != qolhat_pki::report::Indication::TotalPassed);
}

#[test]
fn without_evidence_about_a_certificate_nothing_is_proven() {
    let (log, mut facts) = usual();
    facts.evidence.ocsp.remove(0);
    let report = verify(&sealed(&log, &facts));
    assert_eq!(report.exit_code(), 1);
    assert_eq!(report.to_json()["indication"], "INDETERMINATE", "{:?}", report.failures);
}

/// Keeps: CMP-03
#[test]
fn a_case_of_compromise_is_shown_and_unmakes_nothing() {
    let (log, facts) = told(&Turn { compromised: true, ..Turn::default() });
    let report = verify(&sealed(&log, &facts));
    assert_eq!((report.exit_code(), words(&report)), (0, vec![]), "{:?}", report.failures);
    assert_eq!(report.to_json()["cases"][0]["id"], story::case_id().to_string());
    let lines = report.lines(Language::En).join("\n");
    assert!(lines.contains(&story::case_id().to_string()), "{lines}");
}

/// Keeps: CMP-03
#[test]
fn a_case_of_compromise_cannot_be_kept_back_or_told_otherwise() {
    let (log, facts) = told(&Turn { compromised: true, ..Turn::default() });
    let changes: [fn(&mut ExtractFacts); 6] = [
        |facts| facts.cases.clear(),
        |facts| facts.documents[0].signatures[0].contested_by.clear(),
        |facts| {
            facts.cases.clear();
            facts.documents[0].signatures[0].contested_by.clear();
        },
        |facts| facts.cases[0].compromised_since = story::received_at(),
        |facts| facts.cases[0].state = "lifted".to_owned(),
        |facts| {
            facts.cases.clear();
            facts.documents[0].signatures[0].contested_by.clear();
            facts.journal.entries[4].openings.retain(|opening| opening.place == "subj");
        },
    ];
    for (number, change) in changes.iter().enumerate() {
        let mut facts = facts.clone();
        change(&mut facts);
        let report = verify(&sealed(&log, &facts));
        let sub = report.sub_indication.map(|sub| sub.as_str());
        assert_eq!((report.exit_code(), sub), (1, Some("FACTS_MISMATCH")), "{number}: {:?}", report.failures);
    }
}

/// Keeps: JRN-10
#[test]
fn a_checkpoint_without_a_time_stamp_is_told_so_and_one_over_something_else_refused() {
    let (log, mut facts) = usual();
    facts.journal.time_stamp = None;
    let report = verify(&sealed(&log, &facts));
    assert_eq!((report.exit_code(), &report.to_json()["log"]["checkpoint"]["time_stamp"]), (1, &Value::Null));
    facts.journal.time_stamp = Some(world().stamp(b"something else", story::made_at()));
    refused(&verify(&sealed(&log, &facts)), "JOURNAL_FAILURE", format::CHECKPOINT_TIME_STAMP);
}

#[test]
fn a_receipt_of_another_document_or_sealer_is_refused() {
    let (log, facts) = usual();
    let body = json!({"document_id": "0"}).to_string();
    let own = json!({"document_id": story::document_id().to_string()}).to_string();
    for (holder, body) in [(&world().system, body), (&world().sender, own)] {
        let mut facts = facts.clone();
        let receipt = world().sign(holder, body.as_bytes(), story::received_at(), Packaging::Attached);
        facts.documents[0].receipts = vec![receipt];
        let path = format!("documents/{}/receipts/1.p7m", story::document_id());
        refused(&verify(&sealed(&log, &facts)), "FACTS_MISMATCH", &path);
    }
}

#[test]
fn json_with_an_unknown_or_doubled_name_is_refused() {
    let unknown = resigned(|files| edit_json(files, &document_part(), |json| json["more"] = json!(1)));
    refused(&verify(&unknown), "FORMAT_FAILURE", &document_part());
    let doubled = resigned(|files| {
        let content = files.get_mut(&document_part()).unwrap();
        let text = String::from_utf8(content.clone()).unwrap();
        *content = text.replace("\"evidence\": {}", "\"evidence\": {\"a\": 1, \"a\": 2}").into_bytes();
    });
    refused(&verify(&doubled), "FORMAT_FAILURE", &document_part());
    let deep = resigned(|files| drop(files.insert(format::STATEMENT.to_owned(), "[".repeat(100_000).into_bytes())));
    refused(&verify(&deep), "FORMAT_FAILURE", format::STATEMENT);
}
