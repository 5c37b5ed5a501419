//! What an operator could tell a court with his own keys, sealed as it must be, and is not believed.

use qolhat::domain::time::Moment;
use qolhat::extract::facts::ExtractFacts;
use qolhat::extract::format::{self, field};
use qolhat::i18n::Language;
use qolhat::operations::verify_extract::{ExtractReport, verify_extract};
use qolhat_pki::issue::cms_sign::Packaging;
use serde_json::{Value, json};

use super::story::{self, Log, Turn};
use super::world::at;
use super::{
    LOG_SEED, document_part, edit_json, good, now, refused, resigned, sealed, told, usual, verify, words, world,
};
use crate::support::extracts::file_of;

fn judged(turn: &Turn, change: impl FnOnce(&mut ExtractFacts)) -> ExtractReport {
    let (log, mut facts) = told(turn);
    change(&mut facts);
    verify(&sealed(&log, &facts))
}

fn verify_at(bytes: &[u8], now: Moment) -> ExtractReport {
    verify_extract(bytes, &world().anchors(), Some(&story::card(&Log::new(LOG_SEED).identity)), now)
}

/// Nothing in the journal, no signature, no subject: only a sealed word.
fn bare(state: &str) -> ExtractReport {
    let (log, mut facts) = usual();
    let document = &mut facts.documents[0];
    document.recorded = None;
    document.state = state.to_owned();
    document.receipts.clear();
    document.signatures.clear();
    document.conditions.clear();
    facts.journal.subjects.clear();
    facts.journal.entries.clear();
    facts.journal.seal = None;
    verify(&sealed(&log, &facts))
}

/// Keeps: DOC-08, JRN-10
#[test]
fn a_document_of_which_the_journal_says_nothing_has_no_state_but_those_before_receipt() {
    for state in ["received", "accepted", "rejected", "withdrawn", "signed by everybody", "", "Received"] {
        refused(&bare(state), "FACTS_MISMATCH", &document_part());
    }
    for state in ["draft", "check-pending", "check-failed", "recording"] {
        let report = bare(state);
        assert_eq!((report.exit_code(), words(&report)), (0, vec![]), "{state} {:?}", report.failures);
    }
}

/// The entries are replayed by the rules of the document flow. Keeps: FLW-02
#[test]
fn a_history_that_the_document_flow_does_not_allow_is_refused() {
    for between in [&["document.rejected"][..], &["document.withdrawn"], &["document.recorded"], &["document.drafted"]]
    {
        let report = judged(&Turn { between, ..Turn::default() }, |_| {});
        refused(&report, "FACTS_MISMATCH", &document_part());
    }
    let report = judged(&Turn { between: &["document.read"], ..Turn::default() }, |_| {});
    assert_eq!(report.exit_code(), 0, "{:?}", report.failures);
}

/// Keeps: SIG-07, SIG-11
#[test]
fn a_signature_whose_time_nobody_else_proves_is_not_proven_by_the_journals_clock() {
    for number in [0, 1] {
        let report = judged(&Turn::default(), |facts| facts.documents[0].signatures[number].time_stamp = None);
        assert_eq!(report.to_json()["indication"], "INDETERMINATE", "{:?}", report.failures);
        assert_eq!(report.sub_indication.unwrap().as_str(), "NO_POE");
        assert!(words(&report).iter().any(|(_, word)| *word == "signature-time-not-proven"), "{:?}", report.failures);
    }
}

/// Signed with a thief's key long after, and written down with a time of before. Keeps: SIG-07, SIG-11
#[test]
fn a_signature_stamped_later_than_the_entry_that_records_it_is_not_proven() {
    let report = judged(&Turn::default(), |facts| {
        let signature = &mut facts.documents[0].signatures[0];
        signature.time_stamp = Some(world().stamp_signature(&signature.cms, at("2026-11-23T10:00:02Z")));
    });
    assert_eq!(report.to_json()["indication"], "INDETERMINATE", "{:?}", report.failures);
    assert!(words(&report).iter().any(|(_, word)| *word == "signature-time-not-proven"), "{:?}", report.failures);
}

/// An answer from before the signature says nothing of it. Keeps: SIG-07
#[test]
fn an_archived_answer_of_the_responder_does_not_speak_for_a_later_signature() {
    use qolhat_pki::issue::ocsp_builder::CertificateState;
    let report = judged(&Turn::default(), |facts| {
        let sender = &world().sender.certificate;
        facts.evidence.ocsp[0] = world().ocsp(sender, CertificateState::Good, at("2026-11-22T05:00:00Z"));
    });
    assert_eq!(report.to_json()["indication"], "INDETERMINATE", "{:?}", report.failures);
    assert_eq!(report.sub_indication.unwrap().as_str(), "TRY_LATER");
}

/// For installations that have only lists: one of before the signature counts until its next issue, and that is said. Keeps:
/// SIG-07
#[test]
fn a_list_of_before_the_signature_counts_until_its_next_issue_and_is_told_as_such() {
    let with = |next: &str| {
        judged(&Turn::default(), |facts| {
            facts.evidence.ocsp.remove(0);
            facts.evidence.crls.push(world().ca_crl(at("2026-11-22T05:00:00Z"), at(next)));
        })
    };
    let report = with("2026-11-22T12:00:00Z");
    assert_eq!(report.exit_code(), 0, "{:?}", report.failures);
    let signatures = report.to_json()["signatures"].clone();
    let found: Vec<&str> =
        signatures.as_array().unwrap().iter().filter_map(|signature| signature["at_receipt"].as_str()).collect();
    assert_eq!(found, ["list-of-before", "issued-after-signing"]);
    for language in Language::ALL {
        let told = qolhat::i18n::text(language, "extract-verdict-list-of-before", &[]);
        assert!(report.lines(language).join("\n").contains(&told));
    }
    assert_eq!(with("2026-11-22T10:00:03Z").to_json()["indication"], "INDETERMINATE");
}

/// Keeps: JRN-10
#[test]
fn an_entry_later_than_the_proof_of_its_checkpoint_or_than_now_is_refused() {
    let report = judged(&Turn::default(), |facts| {
        let note = facts.journal.checkpoint.clone();
        facts.journal.time_stamp = Some(world().stamp(note.as_bytes(), at("2026-11-22T10:30:00Z")));
    });
    assert!(words(&report).contains(&("journal/entries/4.json", "entry-later-than-proof")), "{:?}", report.failures);
    assert_eq!(report.to_json()["indication"], "TOTAL-FAILED");

    let report = verify_at(good(), at("2026-11-22T10:30:00Z"));
    assert!(words(&report).contains(&("journal/entries/4.json", "entry-later-than-proof")), "{:?}", report.failures);
}

/// Everything is signed and stamped as it must be; the proofs lead to the root of another size, or of another log.
/// Keeps: JRN-10
#[test]
fn a_proof_to_a_checkpoint_of_another_size_or_from_another_log_is_refused() {
    let proof = |report: &ExtractReport| {
        assert_eq!(report.exit_code(), 1);
        let entry = ("journal/proofs/4.json", "proof-does-not-hold");
        assert!(words(report).contains(&entry), "{:?}", report.failures);
    };
    let turn = Turn::default();
    let (mut log, mut facts) = told(&turn);
    log.append("session.closed", &[], &[], story::made_at());
    let (checkpoint, size, root) = log.checkpoint();
    facts.journal.time_stamp = Some(world().stamp(checkpoint.as_bytes(), story::made_at()));
    (facts.journal.checkpoint, facts.journal.size, facts.journal.root) = (checkpoint, size, root);
    proof(&verify(&sealed(&log, &facts)));
    // As large as the other, and with another entry in one place.
    let (log, mut facts) = told(&turn);
    let mut other = Log::new(LOG_SEED);
    let subject = ["document:another".to_owned()];
    while other.checkpoint().1 < facts.journal.size {
        other.append("document.recorded", &subject, &[], story::made_at());
    }
    let theirs = other.shown(&[4]);
    let shown = facts.journal.entries.iter_mut().find(|entry| entry.seq == 4).unwrap();
    shown.proof.clone_from(&theirs[0].proof);
    proof(&verify(&sealed(&log, &facts)));
}

/// Keeps: DOC-08, JRN-10
#[test]
fn a_material_fact_binds_although_its_opening_is_left_out() {
    let recorded = [
        field::KIND,
        field::NUMBER,
        field::SENDER,
        field::RECIPIENT,
        field::CONTENT_NAME,
        field::SIGNER_IIN,
        field::SIGNER_BIN,
        field::VERDICT,
    ];
    let signed = [field::SIGNER_IIN, field::VERDICT];
    let places = recorded.iter().map(|name| (1, name)).chain(signed.iter().map(|name| (2, name)));
    for (entry, name) in places {
        let report = judged(&Turn::default(), |facts| {
            facts.journal.entries[entry].openings.retain(|opening| opening.value["name"] != *name);
        });
        refused(&report, "FACTS_MISMATCH", &document_part());
        assert!(words(&report).contains(&(&document_part(), "entry-field-not-revealed")), "{entry} {name}");
    }
}

/// Keeps: CMP-03
#[test]
fn a_case_binds_although_an_opening_or_its_history_is_left_out() {
    let annulled = Turn { compromised: true, annulled: true, ..Turn::default() };
    assert_eq!(judged(&annulled, |_| {}).exit_code(), 0);
    let without = |entry: usize, name: &'static str| {
        judged(&annulled, |facts| {
            facts.journal.entries[entry].openings.retain(|opening| opening.value["name"] != name);
        })
    };
    // The entries shown: the first of the log, record, countersignature, report, contest, annulment.
    for (entry, name) in [(3, field::REPORTED_AT), (3, field::COMPROMISED_SINCE), (5, field::CUT_OFF)] {
        refused(&without(entry, name), "FACTS_MISMATCH", format::EXTRACT);
    }
    let untold = judged(&annulled, |facts| drop(facts.journal.subjects.pop()));
    refused(&untold, "JOURNAL_FAILURE", format::EXTRACT);
    // Told as still open, its decision kept back.
    let open = judged(&annulled, |facts| {
        facts.cases[0].state = "open".to_owned();
        facts.cases[0].cut_off = None;
        facts.journal.entries.pop();
        facts.journal.subjects.pop();
    });
    refused(&open, "JOURNAL_FAILURE", format::EXTRACT);
    let invented = judged(&Turn { compromised: true, ..Turn::default() }, |facts| {
        facts.cases[0].cut_off = Some(story::cut_off());
    });
    refused(&invented, "FACTS_MISMATCH", format::EXTRACT);
}

/// Keeps: POA-02, SIG-10
#[test]
fn a_signer_who_may_not_bind_the_party_makes_the_extract_bad() {
    let by_employee = Turn { sender: Some(|world| &world.employee), ..Turn::default() };
    let report = judged(&by_employee, |_| {});
    refused(&report, "FACTS_MISMATCH", &document_part());
    assert!(words(&report).iter().any(|(_, word)| *word == "signer-may-not-bind"), "{:?}", report.failures);

    // One human being is not his organisation (D13).
    let as_head = Turn { recipient: Some(|world| &world.recipient_as_head), ..Turn::default() };
    refused(&judged(&as_head, |_| {}), "FACTS_MISMATCH", &document_part());

    let report = judged(&Turn::default(), |facts| facts.documents[0].signatures[0].role = "sign-right".to_owned());
    refused(&report, "FACTS_MISMATCH", &document_part());
}

/// Keeps: JRN-10
#[test]
fn that_nothing_came_later_is_told_as_the_operators_word_and_only_for_a_fresh_checkpoint() {
    let json = verify(good()).to_json();
    assert_eq!(json["completeness"]["tail"], "asserted");
    let lines = verify(good()).lines(Language::En).join("\n");
    assert!(lines.contains("operator's signed word"), "{lines}");

    let unstamped = judged(&Turn::default(), |facts| facts.journal.time_stamp = None);
    let old = judged(&Turn::default(), |facts| {
        let note = facts.journal.checkpoint.clone();
        facts.journal.time_stamp = Some(world().stamp(note.as_bytes(), at("2026-11-23T09:00:04Z")));
    });
    for report in [unstamped, old] {
        assert_eq!(report.to_json()["indication"], "INDETERMINATE", "{:?}", report.failures);
        assert_eq!(report.sub_indication.unwrap().as_str(), "CHECKPOINT_NOT_PROVEN");
    }
}

/// Keeps: FLW-03, FLW-04
#[test]
fn a_receipt_that_says_something_else_than_document_and_entry_is_refused() {
    let (log, facts) = usual();
    let changes: [(&str, Value); 12] = [
        ("/content_sha256", json!(story::hex_of(b"another"))),
        ("/signature_sha256", json!(story::hex_of(b"another"))),
        ("/signature_sha256", Value::Null),
        ("/received_at", json!("2026-11-20T10:00:04.250Z")),
        ("/sender/party", json!("bin:555555555555")),
        ("/recipient/party", json!("iin:333333333333")),
        ("/journal/origin", json!("log.example/2")),
        ("/journal/key", json!("x")),
        ("/journal/entry", json!(3)),
        ("/journal/leaf", json!(story::hex_of(b"another"))),
        ("/document_number", json!("18")),
        ("/attachments", json!([])),
    ];
    let path = format!("documents/{}/receipts/1.p7m", story::document_id());
    let with = |octets: &[u8]| {
        let mut facts = facts.clone();
        facts.documents[0].receipts =
            vec![world().sign(&world().system, octets, story::received_at(), Packaging::Attached)];
        verify(&sealed(&log, &facts))
    };
    let own = story::receipt_body(&log, 2, &story::hex_of(&facts.documents[0].signatures[0].cms));
    let report = with(own.to_string().as_bytes());
    assert_eq!(report.exit_code(), 0, "{:?}", report.failures);
    for (pointer, value) in changes {
        let mut body = own.clone();
        *body.pointer_mut(pointer).unwrap() = value;
        refused(&with(body.to_string().as_bytes()), "FACTS_MISMATCH", &path);
    }
    let doubled = own.to_string().replacen('{', r#"{"number": 9,"#, 1);
    let mut more = own;
    more["more"] = json!(1);
    for octets in [doubled, more.to_string(), "not json".to_owned()] {
        refused(&with(octets.as_bytes()), "FACTS_MISMATCH", &path);
    }
}

/// Keeps: FLW-03
#[test]
fn a_receipt_without_a_time_stamp_does_not_weigh_and_is_said_so() {
    let report = verify(good());
    let receipt = report.signatures.iter().find(|judged| judged.used_as.code() == "receipt").unwrap();
    assert!(!receipt.weighs);
    for language in Language::ALL {
        let lines = report.lines(language).join("\n");
        assert!(lines.contains(&qolhat::i18n::text(language, "extract-receipt-unproven", &[])), "{lines}");
    }
}

/// Keeps: DOC-08, REG-17
#[test]
fn the_texts_for_people_say_nothing_that_the_records_do_not() {
    for language in Language::ALL {
        let name = format::summary(language.code());
        let report = verify(&resigned(|files| {
            let text = String::from_utf8(files[&name].clone()).unwrap();
            files.insert(name.clone(), text.replace("№ 17", "№ 18").replace("No. 17", "No. 18").into_bytes());
        }));
        refused(&report, "FACTS_MISMATCH", &name);
    }
    let howto = verify(&resigned(|files| drop(files.insert(format::HOWTO.to_owned(), b"Trust us.\n".to_vec()))));
    refused(&howto, "FACTS_MISMATCH", format::HOWTO);
    let named = judged(&Turn::default(), |facts| facts.officer.name = "Басқа Біреу".to_owned());
    refused(&named, "OFFICER_MISMATCH", format::OFFICER_SIGNATURE);
}

/// Keeps: SIG-14
#[test]
fn the_protocol_is_told_as_the_operators_and_may_not_contradict_what_is_found() {
    let lines = verify(good()).lines(Language::En).join("\n");
    assert!(lines.contains("as the operator states"), "{lines}");
    for (condition, holds) in [("recorded", false), ("authentic", false), ("invented", true)] {
        let report = verify(&resigned(|files| {
            edit_json(files, &document_part(), |json| {
                json["conditions"] =
                    json!([{"condition": condition, "clause": "A5.2.3.3", "holds": holds, "evidence": {}}]);
            });
        }));
        refused(&report, "FACTS_MISMATCH", &document_part());
    }
}

/// Keeps: DOC-08
#[test]
fn a_signature_that_no_entry_records_is_told_as_without_effect() {
    let (log, mut facts) = told(&Turn { sender_revoked_at: Some(story::sent_at()), ..Turn::default() });
    let document = &mut facts.documents[0];
    document.recorded = None;
    document.state = "check-failed".to_owned();
    document.receipts.clear();
    document.conditions.clear();
    document.signatures.truncate(1);
    document.signatures[0].entry = None;
    facts.journal.subjects.clear();
    facts.journal.entries.clear();
    facts.journal.seal = None;
    let bytes = sealed(&log, &facts);
    let report = verify(&bytes);
    assert_eq!(report.exit_code(), 0, "{:?}", report.failures);
    for language in Language::ALL {
        let sentence = qolhat::i18n::text(language, "extract-signature-without-effect", &[]);
        assert!(report.lines(language).join("\n").contains(&sentence));
        let summary = String::from_utf8(file_of(&bytes, &format::summary(language.code()))).unwrap();
        assert!(summary.contains(&sentence), "{summary}");
    }
    let _ = now();
}
