//! The statement of completeness: which of the three levels an extract claims, and under which condition.
//!
//! 1. Inclusion: each entry was in the log when its checkpoint was signed.
//! 2. Gap-free: of each subject named, every entry from its first to the last one here is here, by its counter and the
//!    hash of the entry before. That none follows up to the checkpoint is asserted.
//! 3. Complete up to a seal: besides, the map of subjects that the seal commits to shows how many entries each subject had
//!    then. What came between the seal and the checkpoint is asserted.

use serde_json::Value;

use super::facts::{
    EntryFacts, ExtractFacts, JournalFacts, OpeningFacts, PeriodFacts, PrunedFacts, SealedFacts, SubjectFacts,
};
use super::format::{field, kind};
use super::records::{
    MapLeafRecord, PeriodShownRecord, PrunedRecord, SealRecord, SealedRecord, StatementRecord, SubjectRecord,
};
use crate::domain::time::Moment;

/// The level claimed when no subject is named.
pub const LEVEL_INCLUSION: u8 = 1;
/// The level claimed when subjects are named and no seal.
pub const LEVEL_GAP_FREE: u8 = 2;
/// The level claimed when subjects are named and a seal.
pub const LEVEL_SEALED: u8 = 3;

/// By whose word no subject has an entry after its last one here, from the seal (or its last entry) up to the checkpoint:
/// the operator's, who signs the extract and writes the same into the journal as `extract.issued`. Shown by nothing: a
/// later entry that comes to light proves that he lied.
pub const TAIL_ASSERTED: &str = "asserted";

/// The condition of levels 2 and 3.
pub const CAVEAT: &str = "Each subject has one pseudonym, which its proof shows. \
    That a subject has no entry after its last one here, from the seal (where there is one) up to the checkpoint, is the \
    operator's signed word. That the seal tells the truth of every subject is found by whoever replays the whole log. \
    Entries made after the checkpoint, and entries of subjects not named here, are outside this statement.";

/// The level that subjects and a seal make.
#[must_use]
pub const fn level(has_subjects: bool, has_seal: bool) -> u8 {
    match (has_subjects, has_seal) {
        (false, _) => LEVEL_INCLUSION,
        (true, false) => LEVEL_GAP_FREE,
        (true, true) => LEVEL_SEALED,
    }
}

/// The statement that the facts support.
#[must_use]
pub fn statement(facts: &ExtractFacts) -> StatementRecord {
    let journal = &facts.journal;
    let mut entries: Vec<u64> = journal.entries.iter().map(|entry| entry.seq).collect();
    entries.sort_unstable();
    let mut subjects: Vec<SubjectRecord> = journal
        .subjects
        .iter()
        .map(|subject| {
            let mut entries = subject.entries.clone();
            entries.sort_unstable();
            SubjectRecord {
                identity: subject.identity.clone(),
                pseudonym: subject.pseudonym.clone(),
                proof: hex::encode(subject.proof),
                sealed: journal.seal.and_then(|seal| Some(sealed(subject, subject.sealed.as_ref()?, seal.size))),
                pruned: subject.pruned.as_ref().map(pruned),
                count: gone(subject).saturating_add(u64::try_from(entries.len()).unwrap_or(u64::MAX)),
                entries,
            }
        })
        .collect();
    subjects.sort_by(|a, b| a.identity.cmp(&b.identity));
    StatementRecord {
        level: level(!subjects.is_empty(), journal.seal.is_some()),
        caveat: CAVEAT.to_owned(),
        tail: TAIL_ASSERTED.to_owned(),
        size: journal.size,
        root: hex::encode(journal.root),
        entries,
        seal: journal.seal.map(|seal| SealRecord {
            entry: seal.entry,
            size: seal.size,
            t: time_of(journal, seal.entry),
        }),
        subjects,
        period: facts.request.period.as_ref().map(|period| period_shown(facts, period)),
    }
}

/// What of the period the facts do not tell: entries of which nothing is opened, and documents that are not among them.
fn period_shown(facts: &ExtractFacts, period: &PeriodFacts) -> PeriodShownRecord {
    let identity = format!("party:{}", period.party.key());
    let subject = facts.journal.subjects.iter().find(|subject| subject.identity == identity);
    let own = subject.map(|subject| subject.entries.as_slice()).unwrap_or_default();
    let mut shown = PeriodShownRecord::default();
    let mut entries: Vec<&EntryFacts> = facts.journal.entries.iter().filter(|entry| own.contains(&entry.seq)).collect();
    entries.sort_unstable_by_key(|entry| entry.seq);
    for entry in entries {
        let body: Value = serde_json::from_slice(&entry.body).unwrap_or_default();
        let t = body.get("t").and_then(Value::as_i64).and_then(|t| t.checked_mul(1000));
        let is_inside = |at: Moment| period.from <= at && at < period.to;
        if !t.and_then(Moment::from_unix_micros).is_some_and(is_inside) {
            continue;
        }
        let kind = body.get("kind").and_then(Value::as_str).unwrap_or_default();
        if entry.openings.iter().all(|opening| opening.place == "subj") {
            shown.closed.push(entry.seq);
        } else if [kind::DOCUMENT_RECORDED, kind::DOCUMENT_RECEIVED].contains(&kind)
            && let Some(id) = entry.openings.iter().find_map(document_told)
            && !facts.documents.iter().any(|document| document.id.to_string() == id)
            && !shown.destroyed.iter().any(|known| known == id)
        {
            shown.destroyed.push(id.to_owned());
        }
    }
    shown
}

/// The document that an opened field tells.
fn document_told(opening: &OpeningFacts) -> Option<&str> {
    let is_it = opening.value.get("name").and_then(Value::as_str) == Some(field::DOCUMENT_ID);
    opening.value.get("value").filter(|_| is_it)?.as_str()
}

/// `t` of the entry `seq`.
fn time_of(journal: &JournalFacts, seq: u64) -> i64 {
    let entry = journal.entries.iter().find(|entry| entry.seq == seq);
    let body = entry.and_then(|entry| serde_json::from_slice::<Value>(&entry.body).ok());
    body.and_then(|body| body.get("t")?.as_i64()).unwrap_or_default()
}

/// How many entries of the subject were pruned: all of them came before any seal.
fn gone(subject: &SubjectFacts) -> u64 {
    subject.pruned.as_ref().map_or(0, |pruned| pruned.count)
}

fn pruned(facts: &PrunedFacts) -> PrunedRecord {
    PrunedRecord {
        count: facts.count,
        seq: facts.seq,
        leaf: hex::encode(facts.leaf),
        t: facts.at.unix_micros().div_euclid(1000),
        // Canonical JSON: what is no text is no body, and the extract is refused for it.
        body: String::from_utf8_lossy(&facts.body).into_owned(),
        hashes: facts.proof.iter().map(hex::encode).collect(),
    }
}

/// What the seal of a log of `size` shows of a subject.
fn sealed(subject: &SubjectFacts, shown: &SealedFacts, size: u64) -> SealedRecord {
    let count = subject.entries.iter().filter(|seq| **seq < size).count();
    SealedRecord {
        count: gone(subject).saturating_add(u64::try_from(count).unwrap_or(u64::MAX)),
        other: shown.other.map(|leaf| MapLeafRecord {
            subject: hex::encode(leaf.subject),
            count: leaf.count,
            seq: leaf.seq,
            leaf: hex::encode(leaf.leaf),
        }),
        hashes: shown.hashes.iter().map(hex::encode).collect(),
    }
}
