//! Completeness that rests on nobody's word: one name for each subject, and a seal that shows how many entries it had.

use qolhat::domain::party::{IdentifierPolicy, Party};
use qolhat::extract::facts::{AskerFacts, ExtractFacts, OtherSubjectFacts, PeriodFacts, PrunedFacts};
use qolhat::extract::format;
use qolhat::journal::first_entry;
use qolhat::operations::verify_extract::ExtractReport;
use serde_json::{Value, json};

use super::story::{self, Log, Turn};
use super::world::{RECIPIENT_IIN, SENDER_BIN, STRANGER_BIN, at};
use super::{LOG_SEED, edit_json, refused, resigned, sealed, told, usual, verify, words, world};
use crate::support::second_verifier::second_opinion;

fn judged(change: impl FnOnce(&mut ExtractFacts)) -> ExtractReport {
    let (log, mut facts) = usual();
    change(&mut facts);
    verify(&sealed(&log, &facts))
}

fn says(report: &ExtractReport, part: &str, word: &'static str) {
    refused(report, "JOURNAL_FAILURE", part);
    assert!(words(report).contains(&(part, word)), "{:?}", report.failures);
}

/// The operator keeps two chains for one document, or one client, and shows the one that he likes: he cannot show that its
/// name is the subject's, nor call it by the name that is. Keeps: JRN-03, JRN-10
#[test]
fn a_second_chain_for_one_subject_cannot_be_shown() {
    let mut files = Vec::new();
    for (place, turn) in [(0, Turn::default()), (1, Turn { of_recipient: true, ..Turn::default() })] {
        let (log, facts) = story::with_second_chain(world(), LOG_SEED, &turn, place);
        let identity = facts.journal.subjects[place].identity.clone();
        // The shown chain is whole in itself, gapless, sealed and in the log.
        for proof in [story::vrf().prove(story::OTHER.as_bytes()), facts.journal.subjects[place].proof, [0; 80]] {
            let mut facts = facts.clone();
            facts.journal.subjects[place].proof = proof;
            files.push(sealed(&log, &facts));
            says(&verify(files.last().unwrap()), format::STATEMENT, "pseudonym-not-proven");
        }
        let mut facts = facts.clone();
        let entries = facts.journal.subjects[place].entries.clone();
        facts.journal.subjects[place] = log.subject(&identity, entries);
        files.push(sealed(&log, &facts));
        let report = verify(files.last().unwrap());
        assert_eq!(report.exit_code(), 1, "{identity}");
        assert!(words(&report).iter().any(|(_, word)| *word == "subject-history-broken"), "{:?}", report.failures);
    }
    let Some(told) = second_opinion(&super::second::pins(), &files) else { return };
    assert!(told.iter().all(|(indication, _)| indication != "TOTAL-PASSED"), "{told:?}");
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

fn party(key: &str) -> Party {
    Party::parse_key(key, IdentifierPolicy::AcceptTest).unwrap()
}

/// An extract of a party over a period.
struct OfPeriod<'a> {
    party: &'a str,
    from: &'a str,
    to: &'a str,
    /// Who asks, when it is no court.
    asker: Option<&'a str>,
    /// The words of the scope, when they are not the usual ones.
    words: Option<&'a str>,
}

impl OfPeriod<'_> {
    fn sealed(&self, change: impl FnOnce(&mut ExtractFacts)) -> Vec<u8> {
        let (log, mut facts) = told(&Turn { of_recipient: true, ..Turn::default() });
        facts.request.period = Some(PeriodFacts { party: party(self.party), from: at(self.from), to: at(self.to) });
        if let Some(key) = self.asker {
            facts.request.asked_by = AskerFacts::Party(party(key), "Сұратушы".to_owned());
        }
        change(&mut facts);
        let Some(words) = self.words else { return sealed(&log, &facts) };
        let mut files = qolhat::extract::build::prepare(&facts).unwrap().files;
        edit_json(&mut files, format::EXTRACT, |json| json["request"]["scope"] = json!(words));
        super::sealed_files(&log, &files)
    }
}

/// Keeps: JRN-10, POA-03
#[test]
fn an_extract_of_a_period_is_held_to_its_party_and_its_period() {
    let (own, other) = (format!("iin:{RECIPIENT_IIN}"), format!("bin:{SENDER_BIN}"));
    let (from, to) = ("2026-11-22T10:00:04.250Z", "2026-11-22T11:00:03Z");
    let usual = || OfPeriod { party: &own, from, to, asker: Some(&own), words: None };
    let good = usual().sealed(|_| ());
    let report = verify(&good);
    assert_eq!(words(&report), []);
    // The receipt lies in it, the countersignature is at its end and does not.
    let shown = &report.to_json()["period"];
    assert_eq!((&shown["party"], &shown["entries"]), (&json!(own), &json!([2, 3])));

    let nothing = |_: &mut ExtractFacts| ();
    let scope = "scope-differs-from-journal";
    let later = "2026-11-22T10:00:05Z";
    let bad = [
        ("the receipt lies before", scope, OfPeriod { from: later, ..usual() }.sealed(nothing)),
        ("it ends before it begins", scope, OfPeriod { from: to, to: from, ..usual() }.sealed(nothing)),
        ("it goes on", scope, OfPeriod { to: "2027-01-01T00:00:00Z", ..usual() }.sealed(nothing)),
        ("its history is not here", scope, OfPeriod { party: &other, asker: Some(&other), ..usual() }.sealed(nothing)),
        ("the words tell another", scope, OfPeriod { words: Some("Барлығы [iin:1 2/3]"), ..usual() }.sealed(nothing)),
        ("nothing lies in it", scope, {
            let (from, to) = ("2026-11-22T12:00:00Z", "2026-11-22T13:00:00Z");
            OfPeriod { from, to, ..usual() }.sealed(nothing)
        }),
        ("an opened entry lies outside", scope, {
            // Of the session alone its place may be seen: it is of none of the documents.
            let to = "2026-11-22T10:00:04.500Z";
            OfPeriod { to, ..usual() }.sealed(nothing)
        }),
        ("another asks", "asker-is-no-party", OfPeriod { asker: Some(&other), ..usual() }.sealed(nothing)),
    ];
    for (name, word, extract) in &bad {
        let report = verify(extract);
        refused(&report, "FACTS_MISMATCH", format::EXTRACT);
        // The summaries of a scope changed by hand are no longer made of it.
        let told: Vec<_> =
            words(&report).into_iter().filter(|(_, word)| *word != "text-differs-from-records").collect();
        assert_eq!(told, [(format::EXTRACT, *word)], "{name}: {:?}", report.failures);
    }
    let files: Vec<Vec<u8>> = std::iter::once(good).chain(bad.iter().map(|(_, _, extract)| extract.clone())).collect();
    let Some(told) = second_opinion(&super::second::pins(), &files) else { return };
    for (number, (indication, reason)) in told.iter().enumerate() {
        assert_eq!(indication == "TOTAL-PASSED", number == 0, "{number}: {reason}");
    }
}

/// Keeps: JRN-10, POA-03
#[test]
fn an_extract_names_a_court_or_is_for_a_party_to_every_document_of_it() {
    let asked = |key: &str| {
        let (log, mut facts) = super::usual();
        facts.request.asked_by = AskerFacts::Party(party(key), "Сұратушы".to_owned());
        sealed(&log, &facts)
    };
    let (sender, recipient) = (asked(&format!("bin:{SENDER_BIN}")), asked(&format!("iin:{RECIPIENT_IIN}")));
    for good in [&sender, &recipient] {
        assert_eq!(words(&verify(good)), []);
    }
    let stranger = asked(&format!("bin:{STRANGER_BIN}"));
    refused(&verify(&stranger), "FACTS_MISMATCH", format::EXTRACT);
    assert_eq!(words(&verify(&stranger)), [(format::EXTRACT, "asker-is-no-party")]);
    // A text, nobody, and two at once are no asker.
    let forms = [
        json!("Суд"),
        json!({}),
        json!({"party": {"key": format!("bin:{SENDER_BIN}"), "name": "x"},
        "court_request": {"id": "1", "authority": "суд", "reference": "1", "dated": "2026-11-20"}}),
    ];
    let forms = forms.map(|form| {
        resigned(|files| {
            edit_json(files, format::EXTRACT, |json| json["request"]["asked_by"] = form);
        })
    });
    for form in &forms {
        refused(&verify(form), "FORMAT_FAILURE", format::EXTRACT);
    }
    let files = [&[sender, recipient, stranger][..], &forms].concat();
    let Some(told) = second_opinion(&super::second::pins(), &files) else { return };
    for (number, (indication, reason)) in told.iter().enumerate() {
        assert_eq!(indication == "TOTAL-PASSED", number < 2, "{number}: {reason}");
    }
}

/// A party whose first two entries were pruned, and what is shown of it besides an act that it has no part in.
fn with_pruned(change: impl FnOnce(&mut ExtractFacts)) -> Vec<u8> {
    let mut log = Log::new(LOG_SEED);
    let identity = "party:iin:900101300015";
    let mut open = |day: &str| log.append("session.opened", &[identity.to_owned()], &[], at(day));
    let (_, last, held) = (open("2026-11-19T00:00:00Z"), open("2026-11-20T00:00:00Z"), open("2026-11-21T00:00:00Z"));
    let mut facts = story::facts(world(), &mut log, &Turn::default());
    let leaf = log.shown(&[last])[0].leaf;
    let mut party = log.subject(identity, vec![held]);
    party.pruned = Some(PrunedFacts { count: 2, seq: last, leaf, at: at("2026-11-20T00:00:00Z") });
    facts.journal.subjects.push(party);
    facts.journal.entries.extend(log.shown(&[held]));
    change(&mut facts);
    sealed(&log, &facts)
}

fn last_party(facts: &mut ExtractFacts) -> &mut qolhat::extract::facts::SubjectFacts {
    facts.journal.subjects.last_mut().unwrap()
}

/// Keeps: JRN-03, JRN-10
#[test]
fn the_pruned_beginning_of_a_partys_history_is_told_and_what_follows_holds() {
    let file = with_pruned(|_| {});
    let report = verify(&file);
    assert_eq!(report.exit_code(), 0, "{:?}", report.failures);
    let told = report.statement.as_ref().unwrap().subjects.iter().find(|subject| subject.pruned.is_some()).unwrap();
    assert_eq!((told.count, told.entries.len(), told.pruned.as_ref().unwrap().count), (3, 1, 2));
    let lines = report.lines(qolhat::i18n::Language::En).join("\n");
    assert!(lines.contains("pruned"), "{lines}");
    // Of a history that is gone altogether the seal shows how long it was.
    let gone = with_pruned(|facts| {
        let held = last_party(facts).entries.pop().unwrap();
        let leaf = facts.journal.entries.iter().find(|entry| entry.seq == held).unwrap().leaf;
        facts.journal.entries.retain(|entry| entry.seq != held);
        last_party(facts).pruned = Some(PrunedFacts { count: 3, seq: held, leaf, at: at("2026-11-21T00:00:00Z") });
    });
    assert_eq!(verify(&gone).exit_code(), 0, "{:?}", verify(&gone).failures);
    let Some(told) = second_opinion(&super::second::pins(), &[file, gone]) else { return };
    assert!(told.iter().all(|(indication, _)| indication == "TOTAL-PASSED"), "{told:?}");
}

/// Keeps: JRN-03, JRN-10
#[test]
fn nothing_else_is_called_pruned_than_what_the_next_entry_and_the_seal_show() {
    type Change = fn(&mut ExtractFacts);
    let lies: [Change; 6] = [
        |facts| last_party(facts).pruned = None,
        |facts| last_party(facts).pruned.as_mut().unwrap().count = 1,
        |facts| last_party(facts).pruned.as_mut().unwrap().count = 3,
        |facts| last_party(facts).pruned.as_mut().unwrap().leaf[0] ^= 1,
        |facts| last_party(facts).pruned.as_mut().unwrap().seq = 1_000,
        |facts| {
            // A document's beginning kept back, as if it were past its term.
            let first = facts.journal.subjects[0].entries.remove(0);
            let leaf = facts.journal.entries.iter().find(|entry| entry.seq == first).unwrap().leaf;
            let pruned = PrunedFacts { count: 1, seq: first, leaf, at: at("2026-11-22T00:00:00Z") };
            facts.journal.subjects[0].pruned = Some(pruned);
            facts.journal.entries.retain(|entry| entry.seq != first);
        },
    ];
    let files: Vec<Vec<u8>> = lies.into_iter().map(with_pruned).collect();
    for (number, file) in files.iter().enumerate() {
        let report = verify(file);
        assert_eq!(report.exit_code(), 1, "{number}");
        assert!(!report.complete, "{number}");
    }
    let Some(told) = second_opinion(&super::second::pins(), &files) else { return };
    for (number, (indication, reason)) in told.iter().enumerate() {
        assert_ne!(indication, "TOTAL-PASSED", "{number}: {reason}");
    }
}
