//! Completeness that rests on nobody's word: one name for each subject, and a seal that shows how many entries it had.

use qolhat::domain::ids::EventId;
use qolhat::domain::party::{IdentifierPolicy, Party};
use qolhat::extract::facts::{AskerFacts, ExtractFacts, OtherSubjectFacts, PeriodFacts, PrunedFacts};
use qolhat::extract::format;
use qolhat::journal::promise::{MergeDelay, Promise};
use qolhat::journal::{EventDraft, first_entry};
use qolhat::operations::verify_extract::ExtractReport;
use qolhat::operations::verify_promise::{Besides, Standing, verify_promise};
use serde_json::{Value, json};

use super::story::{self, Log, Turn};
use super::world::{RECIPIENT_IIN, SENDER_BIN, STRANGER_BIN, at};
use super::{LOG_SEED, edit_json, now, refused, resigned, sealed, told, usual, verify, words, world};
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

/// The operator opens of a period what he likes, and ships the documents that he likes. Keeps: JRN-10
#[test]
fn a_period_without_its_documents_or_with_entries_closed_before_their_term_is_refused() {
    let own = format!("iin:{RECIPIENT_IIN}");
    let (from, to) = ("2026-11-22T10:00:04.250Z", "2026-11-22T11:00:03Z");
    let period = || OfPeriod { party: &own, from, to, asker: Some(&own), words: None };
    // The act is not here; its entries stay as those of the party.
    fn left_out(facts: &mut ExtractFacts) -> String {
        facts.documents.clear();
        facts.journal.subjects.retain(|subject| subject.identity.starts_with("party:"));
        let party = facts.journal.subjects[0].pseudonym.clone();
        close(facts, 4, &party);
        party
    }
    fn close(facts: &mut ExtractFacts, seq: u64, party: &str) {
        let entry = facts.journal.entries.iter_mut().find(|entry| entry.seq == seq).unwrap();
        entry.openings.retain(|opening| opening.place == "subj" && opening.value["s"] == party);
    }
    let opened = |keeps: fn(&str, &str) -> bool| {
        period().sealed(|facts| {
            left_out(facts);
            let recorded = facts.journal.entries.iter_mut().find(|entry| entry.seq == 2).unwrap();
            let name = |value: &Value| value["name"].as_str().unwrap_or_default().to_owned();
            recorded.openings.retain(|opening| keeps(&opening.place, &name(&opening.value)));
        })
    };
    let files = [
        period().sealed(|_| ()),
        opened(|_, _| true),
        opened(|_, name| name != "document_id"),
        opened(|place, _| place != "actor"),
        period().sealed(|facts| {
            let party = left_out(facts);
            close(facts, 2, &party);
        }),
        // Of an entry that is no receipt nothing is kept back either.
        period().sealed(|facts| {
            let party = facts.journal.subjects[1].pseudonym.clone();
            close(facts, 3, &party);
        }),
    ];
    for (number, file) in files.iter().enumerate() {
        let report = verify(file);
        let told: &[(&str, &str)] = if number == 0 { &[] } else { &[(format::EXTRACT, "scope-differs-from-journal")] };
        assert_eq!(words(&report), told, "{number}: {:?}", report.failures);
    }
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

const PRUNED_PARTY: &str = "iin:900101300015";

/// A party with three entries of these instants, of which the first two were pruned, and what is shown of it besides an act
/// that it has no part in.
fn with_pruned_of(days: [&str; 3], change: impl FnOnce(&Log, &mut ExtractFacts)) -> Vec<u8> {
    let mut log = Log::since(LOG_SEED, at("2021-11-01T00:00:00Z"));
    let identity = &format!("party:{PRUNED_PARTY}");
    let [_, last, held] = days.map(|day| log.append("session.opened", &[identity.to_owned()], &[], at(day)));
    let mut facts = story::facts(world(), &mut log, &Turn::default());
    let mut party = log.subject(identity, vec![held]);
    party.pruned = Some(pruned(&log, 2, last, days[1]));
    facts.journal.subjects.push(party);
    facts.journal.entries.extend(log.shown(&[held]));
    change(&log, &mut facts);
    sealed(&log, &facts)
}

/// What is told of a pruned beginning of so many entries.
fn pruned(log: &Log, count: u64, last: u64, day: &str) -> PrunedFacts {
    let last = log.shown(&[last]).remove(0);
    PrunedFacts { count, seq: last.seq, leaf: last.leaf, at: at(day), body: last.body, proof: last.proof }
}

/// Five years and some days before the checkpoint.
const PRUNED_DAYS: [&str; 3] = ["2021-11-19T00:00:00Z", "2021-11-20T00:00:00Z", "2026-11-21T00:00:00Z"];

fn with_pruned(change: impl FnOnce(&mut ExtractFacts)) -> Vec<u8> {
    with_pruned_of(PRUNED_DAYS, |_, facts| change(facts))
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
    let days = ["2021-11-19T00:00:00Z", "2021-11-20T00:00:00Z", "2021-11-21T00:00:00Z"];
    let gone = with_pruned_of(days, |log, facts| {
        let held = last_party(facts).entries.pop().unwrap();
        facts.journal.entries.retain(|entry| entry.seq != held);
        last_party(facts).pruned = Some(pruned(log, 3, held, days[2]));
    });
    assert_eq!(verify(&gone).exit_code(), 0, "{:?}", verify(&gone).failures);
    let Some(told) = second_opinion(&super::second::pins(), &[file, gone]) else { return };
    assert!(told.iter().all(|(indication, _)| indication == "TOTAL-PASSED"), "{told:?}");
}

/// The operator keeps back what he likes and calls it pruned. Keeps: JRN-03, JRN-10
#[test]
fn entries_whose_term_has_not_run_are_not_called_pruned() {
    // The term ends with the fifth anniversary in Almaty; the checkpoint was stamped on 2026-11-24 at 09:00 in UTC.
    let days = |last: &'static str| ["2021-11-19T00:00:00Z", last, "2026-11-21T00:00:00Z"];
    let mut files = Vec::new();
    for (last, is_past) in
        [("2021-11-24T17:59:59.999Z", true), ("2021-11-24T18:00:00Z", false), ("2026-11-20T00:00:00Z", false)]
    {
        files.push((with_pruned_of(days(last), |_, _| ()), is_past));
    }
    type Lie = fn(&Log, &mut ExtractFacts);
    let young = days("2026-11-20T00:00:00Z");
    let lies: [Lie; 4] = [
        // He says that it was long ago.
        |_, facts| last_party(facts).pruned.as_mut().unwrap().at = at("2021-11-20T00:00:00Z"),
        // He shows the body of another entry that is as old: the one before.
        |log, facts| {
            let gone = last_party(facts).pruned.as_mut().unwrap();
            gone.body = log.shown(&[gone.seq - 1]).remove(0).body;
            gone.at = at("2021-11-19T00:00:00Z");
        },
        // He makes one of his own.
        |_, facts| {
            let gone = last_party(facts).pruned.as_mut().unwrap();
            let mut entry = qolhat::journal::entry::Entry::parse(&gone.body).unwrap();
            entry.t_ms = at("2021-11-20T00:00:00Z").unix_micros() / 1000;
            gone.body = entry.to_bytes().unwrap();
            gone.leaf = qolhat::journal::entry::leaf_hash(&gone.body);
            gone.at = at("2021-11-20T00:00:00Z");
        },
        |_, facts| last_party(facts).pruned.as_mut().unwrap().proof[0][0] ^= 1,
    ];
    files.extend(lies.map(|lie| (with_pruned_of(young, lie), false)));
    for (number, (file, is_past)) in files.iter().enumerate() {
        let report = verify(file);
        assert_eq!(report.exit_code(), u8::from(!is_past), "{number}: {:?}", report.failures);
        assert_eq!(words(&report).contains(&(format::STATEMENT, "pruned-not-proven")), !is_past, "{number}");
        assert_eq!(report.complete, *is_past, "{number}");
    }
    let (files, past): (Vec<_>, Vec<_>) = files.into_iter().unzip();
    let Some(told) = second_opinion(&super::second::pins(), &files) else { return };
    for (number, (indication, reason)) in told.iter().enumerate() {
        assert_eq!(indication == "TOTAL-PASSED", past[number], "{number}: {reason}");
    }
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
            let gone = facts.journal.entries.iter().find(|entry| entry.seq == first).unwrap().clone();
            let (leaf, body, proof) = (gone.leaf, gone.body, gone.proof);
            let at = at("2026-11-22T00:00:00Z");
            facts.journal.subjects[0].pruned = Some(PrunedFacts { count: 1, seq: first, leaf, at, body, proof });
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

/// What is said of the promise of an entry of the party whose first entries were pruned, which is in none of those shown.
fn promised(extract: &[u8], log: &Log) -> (Standing, Option<&'static str>) {
    let event = EventDraft {
        id: EventId::from(uuid::Uuid::from_u128(0x999)),
        kind: "session.opened".to_owned(),
        subjects: Vec::new(),
        payload: vec![("party".to_owned(), json!(PRUNED_PARTY))],
        actor: json!({}),
    };
    let given = at("2026-11-18T00:00:00Z");
    let origin = log.identity.origin();
    let (promise, body) = Promise::for_event(origin, &event, given, MergeDelay::default()).unwrap();
    let note = promise.sign(&log.identity).unwrap();
    let report = verify(extract);
    assert_eq!(report.exit_code(), 0, "{:?}", report.failures);
    let besides = Besides { body: Some(&body), extract: Some(&report) };
    let judged = verify_promise(&note, &[log.identity.verifier_key().to_owned()], besides, now()).unwrap();
    (judged.standing, judged.reason)
}

/// The entry was there and went after its term: that it is not in what remains says nothing. Keeps: JRN-03, JRN-10
#[test]
fn a_promise_is_not_called_broken_by_a_history_whose_beginning_was_pruned() {
    let log = Log::new(LOG_SEED);
    assert_eq!(promised(&with_pruned(|_| {}), &log), (Standing::Overdue, Some("history-not-shown")));
}
