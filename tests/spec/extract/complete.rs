//! Completeness that rests on nobody's word: one name for each subject, and a seal that shows how many entries it had.

use qolhat::extract::facts::{ExtractFacts, OtherSubjectFacts};
use qolhat::extract::format;
use qolhat::journal::first_entry;
use qolhat::operations::verify_extract::ExtractReport;
use serde_json::{Value, json};

use super::story::{self, Log, Turn};
use super::world::at;
use super::{LOG_SEED, edit_json, refused, resigned, sealed, told, usual, verify, words, world};

fn judged(change: impl FnOnce(&mut ExtractFacts)) -> ExtractReport {
    let (log, mut facts) = usual();
    change(&mut facts);
    verify(&sealed(&log, &facts))
}

fn says(report: &ExtractReport, part: &str, word: &'static str) {
    refused(report, "JOURNAL_FAILURE", part);
    assert!(words(report).contains(&(part, word)), "{:?}", report.failures);
}

/// The operator keeps two chains for one subject and shows the one that he likes: he cannot show that its name is the
/// subject's. Keeps: JRN-03, JRN-10
#[test]
fn a_second_chain_for_one_subject_cannot_be_shown() {
    let (log, facts) = story::with_second_chain(world(), LOG_SEED);
    // The shown chain is whole in itself, gapless, sealed and in the log.
    for proof in [story::vrf().prove(b"document:other"), facts.journal.subjects[0].proof, [0; 80]] {
        let mut facts = facts.clone();
        facts.journal.subjects[0].proof = proof;
        says(&verify(&sealed(&log, &facts)), format::STATEMENT, "pseudonym-not-proven");
    }
}

/// Keeps: JRN-10
#[test]
fn a_key_of_names_is_only_taken_from_the_first_entry() {
    // Left out.
    says(&judged(|facts| drop(facts.journal.entries.remove(0))), &format::entry_openings(0), "pseudonym-not-proven");
    // Not opened.
    let hidden = judged(|facts| facts.journal.entries[0].openings.retain(|opening| opening.place == "actor"));
    says(&hidden, &format::entry_openings(0), "pseudonym-not-proven");
    // Another entry of that kind, later in the log, with a key of the operator's choice.
    let mut log = Log::new(LOG_SEED);
    let chosen = hex::encode(qolhat::journal::vrf::VrfSecretKey::from_seed(&[9; 32]).public().to_bytes());
    let fields =
        [(first_entry::SUITE_FIELD, json!(qolhat::journal::vrf::SUITE_NAME)), (first_entry::KEY_FIELD, json!(chosen))];
    let again = log.append(first_entry::KIND, &[], &fields, at("2026-11-22T00:00:00Z"));
    let mut facts = story::facts(world(), &mut log, &Turn::default());
    facts.journal.entries = [&log.shown(&[again])[..], &facts.journal.entries[1..]].concat();
    says(&verify(&sealed(&log, &facts)), &format::entry_openings(0), "pseudonym-not-proven");
}

/// Keeps: JRN-10
#[test]
fn an_entry_kept_back_below_the_seal_is_missed() {
    let report = judged(|facts| {
        // The countersignature: the document is told as received, its last entry left out whole.
        let last = facts.journal.subjects[0].entries.pop().unwrap();
        facts.journal.entries.retain(|entry| entry.seq != last);
        facts.documents[0].signatures.pop();
        facts.documents[0].state = "received".to_owned();
    });
    says(&report, format::STATEMENT, "seal-does-not-show");
    assert!(!report.complete);
    // Without a seal it would have passed: that is what the seal is for, and the level says so.
    let report = judged(|facts| {
        let last = facts.journal.subjects[0].entries.pop().unwrap();
        facts.journal.entries.retain(|entry| entry.seq != last);
        facts.documents[0].signatures.pop();
        facts.documents[0].state = "received".to_owned();
        facts.journal.seal = None;
        facts.journal.subjects[0].sealed = None;
    });
    assert_eq!((report.exit_code(), report.to_json()["completeness"]["level"].as_u64()), (0, Some(2)));
}

/// Keeps: JRN-10
#[test]
fn a_seal_that_is_none_or_shows_something_else_is_refused() {
    let document = format!("document:{}", story::document_id());
    assert_eq!(usual().1.journal.subjects[0].identity, document);
    type Change = fn(&mut ExtractFacts);
    let changes: [Change; 5] = [
        |facts| facts.journal.subjects[0].sealed.as_mut().unwrap().hashes[0][0] ^= 1,
        |facts| facts.journal.subjects[0].sealed.as_mut().unwrap().hashes.truncate(1),
        |facts| facts.journal.subjects[0].sealed = None,
        |facts| {
            let proof = facts.journal.subjects[0].sealed.as_mut().unwrap();
            proof.other = Some(OtherSubjectFacts { subject: [1; 32], count: 1, seq: 1, leaf: [2; 32] });
        },
        |facts| facts.journal.seal.as_mut().unwrap().size -= 2,
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let report = judged(change);
        assert_eq!(report.exit_code(), 1, "{number}");
        let said = report.failures.iter().any(|failure| failure.code.word() == "seal-does-not-show");
        assert!(said, "{number}: {:?}", report.failures);
    }
    // An entry of another kind, one that is not here, and a seal whose value is kept back.
    for entry in [2, 3] {
        let report = judged(|facts| facts.journal.seal.as_mut().unwrap().entry = entry);
        says(&report, &format::entry_openings(entry), "seal-does-not-show");
    }
    let kept_back = judged(|facts| {
        let entry = facts.journal.seal.unwrap().entry;
        let shown = facts.journal.entries.iter_mut().find(|shown| shown.seq == entry).unwrap();
        shown.openings.retain(|opening| opening.place == "actor");
    });
    let entry = usual().1.journal.seal.unwrap().entry;
    says(&kept_back, &format::entry_openings(entry), "seal-does-not-show");
    // Shown sealed without a seal.
    let unnamed = resigned(|files| {
        edit_json(files, format::STATEMENT, |json| {
            json["seal"] = Value::Null;
            json["level"] = json!(2);
        });
    });
    says(&verify(&unnamed), format::STATEMENT, "seal-does-not-show");
}

/// Keeps: JRN-10
#[test]
fn a_subject_of_after_the_seal_is_shown_to_have_had_nothing_before() {
    let mut log = Log::new(LOG_SEED);
    log.append("session.opened", &["party:somebody".to_owned()], &[], at("2026-11-21T00:00:00Z"));
    let (early, tiles) = log.seal(at("2026-11-21T01:00:00Z"));
    let mut facts = story::facts(world(), &mut log, &Turn::default());
    let identity = facts.journal.subjects[0].identity.clone();
    let pseudonym = qolhat::journal::subjects::pseudonym(&story::vrf(), &identity);
    let late = facts.journal.seal.unwrap().entry;
    facts.journal.entries.retain(|entry| entry.seq != late);
    facts.journal.entries.extend(log.shown(&[early.entry]));
    facts.journal.seal = Some(early);
    facts.journal.subjects[0].sealed = Some(story::sealed(&tiles, &pseudonym));
    let report = verify(&sealed(&log, &facts));
    // What it shows holds; it is only of long before the checkpoint.
    assert_eq!(words(&report), [(format::STATEMENT, "seal-too-old")], "{:?}", report.failures);
    refused(&report, "JOURNAL_FAILURE", format::STATEMENT);
    assert!(!report.complete);
}

/// Keeps: JRN-10
#[test]
fn a_seal_is_of_the_time_of_its_entry_and_at_most_a_day_older_than_the_checkpoint() {
    let report = verify(super::good());
    assert_eq!(report.to_json()["completeness"]["sealed_at"], "2026-11-23T09:00:01Z");
    for (stamped, word) in
        [("2026-11-24T09:00:01Z", None), ("2026-11-24T09:00:02Z", Some((format::STATEMENT, "seal-too-old")))]
    {
        let report = judged(|facts| {
            let note = facts.journal.checkpoint.clone();
            facts.journal.time_stamp = Some(world().stamp(note.as_bytes(), at(stamped)));
        });
        assert_eq!(words(&report), Vec::from_iter(word), "{stamped}");
    }
    let entry = usual().1.journal.seal.unwrap().entry;
    let another = resigned(|files| edit_json(files, format::STATEMENT, |json| json["seal"]["t"] = json!(1)));
    says(&verify(&another), &format::entry_openings(entry), "seal-does-not-show");
}

/// Keeps: JRN-10
#[test]
fn a_lower_level_than_the_reader_demands_is_not_enough() {
    let level_2 = || {
        judged(|facts| {
            facts.journal.seal = None;
            facts.journal.subjects[0].sealed = None;
        })
    };
    for (level, word) in [(1, None), (2, None), (3, Some((format::STATEMENT, "level-not-shown")))] {
        let (mut sealed, mut unsealed) = (verify(super::good()), level_2());
        sealed.demand_level(level);
        unsealed.demand_level(level);
        assert_eq!((sealed.exit_code(), words(&unsealed)), (0, Vec::from_iter(word)), "{level}");
        assert_eq!(unsealed.exit_code(), u8::from(word.is_some()), "{level}");
    }
}

/// The operator writes an entry about one document among the entries of another. Keeps: JRN-03, JRN-10
#[test]
fn an_entry_among_the_entries_of_another_document_than_it_tells_is_refused() {
    let turn = Turn { between: &["document.held"], ..Turn::default() };
    let (log, facts) = told(&turn);
    assert_eq!(words(&verify(&sealed(&log, &facts))), []);

    let (log, facts) = told(&Turn { telling: Some("00000000-0000-0000-0000-000000000099"), ..turn });
    let report = verify(&sealed(&log, &facts));
    says(&report, &format::entry_openings(4), "subject-history-broken");
    assert!(!report.complete);
}

/// The operator writes the receipt under another name than the recipient's, so that the recipient's history is without it:
/// its own openings tell whose it is. Keeps: JRN-03, JRN-10
#[test]
fn an_entry_that_tells_a_party_among_whose_entries_it_is_not_is_refused() {
    let turn = Turn { of_recipient: true, ..Turn::default() };
    let (log, facts) = told(&turn);
    assert_eq!(words(&verify(&sealed(&log, &facts))), []);

    let (log, facts) = told(&Turn { hidden_receipt: true, ..turn });
    let report = verify(&sealed(&log, &facts));
    says(&report, &format::entry_openings(2), "subject-history-broken");
    assert!(!report.complete);
}
