//! What an extract says of documents, signatures, cases and the journal, and what it rests on: each against the other.

use qolhat::extract::facts::ExtractFacts;
use qolhat::extract::format;
use qolhat::i18n::Language;
use qolhat_pki::issue::cms_sign::Packaging;
use serde_json::{Value, json};

use super::story::{self, Turn};
use super::world::at;
use super::{document_part, edit_json, refused, resigned, sealed, told, usual, verify, words, world};

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
