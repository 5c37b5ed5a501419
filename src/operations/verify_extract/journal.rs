//! The journal's part of an extract: the checkpoint by the log key, each entry in the log under it, each revealed value
//! the one committed to, and of each subject named its whole history.

use std::collections::{BTreeMap, BTreeSet};

use qolhat_pki::report::Indication;
use qolhat_pki::time::Span;
use serde_json::Value;

use super::contents::Contents;
use super::finding::FaultCode;
use super::judge::Judge;
use super::report::{ExtractReport, JudgedCheckpoint, JudgedEntry, SignatureUse};
use super::{completeness, pruned, with_skew};
use crate::domain::time::Moment;
use crate::extract::format;
use crate::extract::operator::OperatorCard;
use crate::extract::records::{LogRecord, OpeningRecord, OpeningsRecord, ProofRecord, StatementRecord, SubjectRecord};
use crate::extract::statement::{TAIL_ASSERTED, level};
use crate::journal::checkpoint::{Checkpoint, signed_text, with_own_signature};
use crate::journal::cosignature::WitnessKey;
use crate::journal::entry::{Entry, Field, Opening, leaf_hash};
use crate::journal::first_entry;
use crate::journal::proof::verify_inclusion;
use crate::journal::subjects::{SubjectLink, check_chain, check_chain_after, proven_pseudonym};
use crate::journal::vrf::{PROOF_BYTES, VrfPublicKey};

/// How much older than the seal the checkpoint may be.
const CHECKPOINT_AGE_MAX: Span = Span::days(1);

/// An entry with what is revealed of it.
pub(super) struct OpenedEntry {
    /// Its number.
    pub(super) seq: u64,
    /// Its kind.
    pub(super) kind: String,
    /// The operator's clock.
    pub(super) at: Moment,
    /// The revealed fields.
    pub(super) fields: BTreeMap<String, Value>,
    /// Leaf hash.
    pub(super) leaf: [u8; 32],
    /// How many fields and subjects it commits to, opened or not: a second one of a name could say something else.
    pub(super) committed: (usize, usize),
    /// Whether it tells who acted.
    pub(super) tells_actor: bool,
    links: Vec<SubjectLink>,
}

impl OpenedEntry {
    /// Of how many subjects it reveals that it is theirs.
    pub(super) fn places(&self) -> usize {
        self.links.len()
    }

    /// A revealed field that is a text.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.fields.get(name)?.as_str()
    }
}

/// The entries of the extract, by number.
#[derive(Default)]
pub(super) struct Entries(BTreeMap<u64, OpenedEntry>);

impl Entries {
    pub(super) fn get(&self, seq: u64) -> Option<&OpenedEntry> {
        self.0.get(&seq)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &OpenedEntry> {
        self.0.values()
    }

    /// The entries that reveal this value of a field, rising.
    pub(super) fn with<'a>(&'a self, name: &'a str, value: &'a str) -> impl Iterator<Item = &'a OpenedEntry> {
        self.0.values().filter(move |entry| entry.text(name) == Some(value))
    }
}

/// Judges the folder `journal/` and `statement.json`; answers the entries that hold.
pub(super) fn check(
    contents: &mut Contents<'_>,
    log: &LogRecord,
    operator: Option<&OperatorCard>,
    judge: &Judge<'_>,
    report: &mut ExtractReport,
) -> Entries {
    let checkpoint = checkpoint(contents, log, operator, judge, report);
    let Some(statement) = contents.take_json::<StatementRecord>(format::STATEMENT, report) else {
        return Entries::default();
    };
    check_statement(&statement, checkpoint.as_ref(), report);
    let mut entries = Entries::default();
    for seq in &statement.entries {
        if let Some(entry) = entry(contents, *seq, log, &statement, checkpoint.as_ref(), report) {
            entries.0.insert(*seq, entry);
        }
    }
    check_order(&entries, report);
    check_times(&entries, judge.now(), report);
    // Where no subject is named there is no pseudonym to show.
    let key = if statement.subjects.is_empty() { None } else { vrf_key(&entries, report) };
    report.complete = check_subjects(&statement, key.as_ref(), &entries, report);
    report.complete &= pruned::check(&statement, &log.origin, &entries, report);
    report.complete &= completeness::check(&statement, &entries, report);
    report.complete &= completeness::check_names(&statement, &entries, report);
    report.statement = Some(statement);
    entries
}

fn checkpoint(
    contents: &mut Contents<'_>,
    log: &LogRecord,
    operator: Option<&OperatorCard>,
    judge: &Judge<'_>,
    report: &mut ExtractReport,
) -> Option<Checkpoint> {
    let token = contents.take_optional(format::CHECKPOINT_TIME_STAMP);
    let octets = contents.take(format::CHECKPOINT, report)?;
    let part = format::CHECKPOINT;
    let opened = std::str::from_utf8(octets).map_err(|error| error.to_string()).and_then(|note| {
        Checkpoint::open(note, &log.key).map(|checkpoint| (note, checkpoint)).map_err(|error| error.to_string())
    });
    let (note, checkpoint) = match opened {
        Ok(opened) => opened,
        Err(error) => {
            report.fail(part, FaultCode::CheckpointSignature, error);
            return None;
        }
    };
    if checkpoint.origin != log.origin {
        report.fail(part, FaultCode::CheckpointDiffers, format!("of the log {}", checkpoint.origin));
    }
    let witnesses = witnesses(note, operator, report);
    let time_stamp = token.and_then(|token| {
        let text = signed_text(note).unwrap_or_default();
        // As the log published it, before anybody cosigned.
        let own = with_own_signature(note, &log.key).unwrap_or_default();
        judge.time_stamp(format::CHECKPOINT_TIME_STAMP, token, &[octets, text, own.as_bytes()], report)
    });
    report.checkpoint = Some(JudgedCheckpoint {
        origin: checkpoint.origin.clone(),
        size: checkpoint.size,
        root: checkpoint.root,
        time_stamp,
        witnesses,
    });
    Some(checkpoint)
}

/// The pinned witnesses that cosigned; each of the others is a failure where they are too few.
fn witnesses(note: &str, operator: Option<&OperatorCard>, report: &mut ExtractReport) -> Vec<(String, Moment)> {
    let Some(card) = operator else { return Vec::new() };
    let (mut cosigned, mut missing) = (Vec::new(), Vec::new());
    for key in &card.witness_keys {
        match WitnessKey::parse(key).and_then(|witness| witness.cosigned(note)) {
            Some(at) => cosigned.push((key.clone(), at)),
            None => missing.push(key),
        }
    }
    if cosigned.len() < card.witnesses_needed() {
        missing.into_iter().for_each(|key| report.fail(format::CHECKPOINT, FaultCode::WitnessMissing, key));
    }
    cosigned
}

fn check_statement(statement: &StatementRecord, checkpoint: Option<&Checkpoint>, report: &mut ExtractReport) {
    let part = format::STATEMENT;
    if let Some(checkpoint) = checkpoint
        && (statement.size != checkpoint.size || statement.root != hex::encode(checkpoint.root))
    {
        report.fail(part, FaultCode::CheckpointDiffers, "size or root is not that of the checkpoint");
    }
    let level = level(!statement.subjects.is_empty(), statement.seal.is_some());
    if statement.level != level {
        report.fail(part, FaultCode::Statement, format!("level {} is claimed, {level} is shown", statement.level));
    }
    if statement.tail != TAIL_ASSERTED {
        report.fail(part, FaultCode::Statement, "the tail is not \"asserted\"");
    }
    if !rises(&statement.entries) {
        report.fail(part, FaultCode::Statement, "the numbers of the entries do not rise");
    }
}

fn rises(numbers: &[u64]) -> bool {
    numbers.is_sorted_by(|a, b| a < b)
}

/// Reads the entry `seq` and judges all that is told of it. `None` when it cannot be relied on.
fn entry(
    contents: &mut Contents<'_>,
    seq: u64,
    log: &LogRecord,
    statement: &StatementRecord,
    checkpoint: Option<&Checkpoint>,
    report: &mut ExtractReport,
) -> Option<OpenedEntry> {
    let (body_part, proof_part) = (format::entry_body(seq), format::entry_proof(seq));
    let openings_part = format::entry_openings(seq);
    // All three are taken before anything is judged, so that no follow-up fault is told.
    let body = contents.take(&body_part, report);
    let openings = contents.take_json::<OpeningsRecord>(&openings_part, report);
    let proof = contents.take_json::<ProofRecord>(&proof_part, report);
    let body = body?;
    let entry = match Entry::parse(body) {
        Ok(entry) => entry,
        Err(error) => {
            report.fail(&body_part, FaultCode::Entry, error.to_string());
            return None;
        }
    };
    if entry.log != log.origin {
        report.fail(&body_part, FaultCode::Entry, format!("an entry of the log {}", entry.log));
        return None;
    }
    let leaf = leaf_hash(body);
    let mut judged = JudgedEntry {
        seq,
        id: entry.id.to_string(),
        kind: entry.kind.clone(),
        at: entry.at(),
        leaf,
        actor: None,
        fields: BTreeMap::new(),
        committed: entry.payload.len(),
        included: false,
        proof_hashes: proof.as_ref().map_or(0, |proof| proof.hashes.len()),
    };
    judged.included =
        proof.is_some_and(|proof| included(&proof, &proof_part, seq, &leaf, statement, checkpoint, report));
    let mut links = Vec::new();
    if let Some(record) = openings {
        if record.seq != seq {
            report.fail(&openings_part, FaultCode::Opening, format!("of entry {}", record.seq));
        }
        links = reveal(&record.openings, &openings_part, &entry, &mut judged, report);
    }
    let committed = (entry.payload.len(), entry.subjects.len());
    let (kind, fields) = (judged.kind.clone(), judged.fields.clone());
    let tells_actor = judged.actor.is_some();
    let opened = OpenedEntry { seq, kind, at: judged.at, fields, leaf, committed, tells_actor, links };
    let included = judged.included;
    report.entries.push(judged);
    included.then_some(opened)
}

fn included(
    proof: &ProofRecord,
    part: &str,
    seq: u64,
    leaf: &[u8; 32],
    statement: &StatementRecord,
    checkpoint: Option<&Checkpoint>,
    report: &mut ExtractReport,
) -> bool {
    if proof.leaf != hex::encode(leaf) {
        report.fail(part, FaultCode::Leaf, "");
        return false;
    }
    if proof.seq != seq || proof.size != statement.size {
        report.fail(part, FaultCode::Proof, "for another place or size");
        return false;
    }
    let hashes: Option<Vec<[u8; 32]>> = proof.hashes.iter().map(|hash| digest(hash)).collect();
    let Some(hashes) = hashes else {
        report.fail(part, FaultCode::Proof, "a hash is not 64 lower-case hexadecimal digits");
        return false;
    };
    // Without a checkpoint there is nothing to lead to, and that is told already.
    let Some(checkpoint) = checkpoint else { return false };
    match verify_inclusion(leaf, seq, checkpoint.size, &checkpoint.root, &hashes) {
        Ok(()) => true,
        Err(error) => {
            report.fail(part, FaultCode::Proof, error.to_string());
            false
        }
    }
}

/// Checks every opening against its commitment; answers the links to subjects.
fn reveal(
    openings: &[OpeningRecord],
    part: &str,
    entry: &Entry,
    judged: &mut JudgedEntry,
    report: &mut ExtractReport,
) -> Vec<SubjectLink> {
    let mut links = Vec::new();
    let mut seen = BTreeSet::new();
    for record in openings {
        let place = format!("{}.{}", record.place, record.index);
        let Some((field, opening)) = opened(record, entry) else {
            report.fail(part, FaultCode::Opening, place);
            continue;
        };
        let known = match field {
            Field::Actor => {
                judged.actor = Some(opening.value);
                true
            }
            Field::Subject(_) => SubjectLink::from_value(&opening.value).map(|link| links.push(link)).is_some(),
            Field::Payload(_) => match opening.payload_field() {
                Some((name, value)) if !judged.fields.contains_key(name) => {
                    judged.fields.insert(name.to_owned(), value.clone());
                    true
                }
                Some(_) | None => false,
            },
        };
        if !known || !seen.insert(field) {
            report.fail(part, FaultCode::Opening, format!("{place}: twice, or not a value of that place"));
        }
    }
    links
}

/// The place and the opening of a record, when it opens the commitment there.
fn opened(record: &OpeningRecord, entry: &Entry) -> Option<(Field, Opening)> {
    let field = match (record.place.as_str(), record.index) {
        ("actor", 0) => Field::Actor,
        ("payload", index) => Field::Payload(index),
        ("subj", index) => Field::Subject(index),
        _ => return None,
    };
    let opening = Opening { salt: digest(&record.salt)?, value: record.value.clone() };
    opening.opens(&entry.commitment(field)?).then_some((field, opening))
}

fn check_order(entries: &Entries, report: &mut ExtractReport) {
    let mut before: Option<Moment> = None;
    for entry in entries.0.values() {
        if before.is_some_and(|before| entry.at < before) {
            report.fail(&format::entry_body(entry.seq), FaultCode::TimeOrder, entry.at.to_string());
        }
        before = Some(entry.at);
    }
}

/// That no entry is of later than what proves that the log held it, and that the checkpoint is not so old that much could
/// have come between it and the seal.
fn check_times(entries: &Entries, now: Moment, report: &mut ExtractReport) {
    let proven = report.checkpoint.as_ref().and_then(|checkpoint| checkpoint.time_stamp.as_ref());
    let proven = proven.filter(|stamp| stamp.proven).map(|stamp| stamp.gen_time);
    let latest = with_skew(proven.map_or(now, |proven| proven.min(now)));
    for entry in entries.0.values().filter(|entry| entry.at.truncate_to_seconds() > latest) {
        report.fail(
            &format::entry_body(entry.seq),
            FaultCode::TimeAhead,
            format!("{} is later than {latest}", entry.at),
        );
    }
    let Some(checkpoint) = &report.checkpoint else { return };
    let seal = report.signatures.iter().find(|judged| judged.used_as == SignatureUse::Seal);
    let seal = seal.filter(|judged| judged.report.indication == Indication::TotalPassed);
    let fault = match (checkpoint.time_stamp.is_some(), proven, seal.map(|seal| seal.report.proven_at)) {
        (false, _, _) => Some("it has no time stamp".to_owned()),
        (true, Some(_), Some(None)) => Some("the seal has no time stamp to compare it with".to_owned()),
        (true, Some(proven), Some(Some(sealed))) if sealed.since(proven) > CHECKPOINT_AGE_MAX => {
            Some(format!("it was stamped {proven}, the seal {sealed}"))
        }
        // Something else is told of the stamp or the seal already.
        (true, _, _) => None,
    };
    if let Some(fault) = fault {
        report.fail(format::CHECKPOINT, FaultCode::CheckpointAge, fault);
    }
}

/// The key of pseudonyms that the log's first entry fixes.
fn vrf_key(entries: &Entries, report: &mut ExtractReport) -> Option<VrfPublicKey> {
    let first = entries.get(0).ok_or_else(|| "the log's first entry is not here".to_owned());
    match first.and_then(|entry| first_entry::vrf_key(&entry.kind, entry.committed, &entry.fields)) {
        Ok(key) => Some(key),
        Err(reason) => {
            report.fail(&format::entry_openings(0), FaultCode::Pseudonym, reason);
            None
        }
    }
}

/// That the pseudonym is the one that the subject has under the log's key: then he has no other, and no second history.
fn is_its_pseudonym(subject: &SubjectRecord, pseudonym: &[u8; 32], key: Option<&VrfPublicKey>) -> bool {
    let proof = hex::decode(&subject.proof).ok().filter(|octets| hex::encode(octets) == subject.proof);
    let proof: Option<[u8; PROOF_BYTES]> = proof.and_then(|octets| octets.try_into().ok());
    let proven = proof.zip(key).and_then(|(proof, key)| proven_pseudonym(key, &subject.identity, &proof));
    proven.as_ref() == Some(pseudonym)
}

/// Whether each subject of the statement is shown whole.
fn check_subjects(
    statement: &StatementRecord,
    key: Option<&VrfPublicKey>,
    entries: &Entries,
    report: &mut ExtractReport,
) -> bool {
    let mut identities = BTreeSet::new();
    let mut pseudonyms: BTreeMap<[u8; 32], &SubjectRecord> = BTreeMap::new();
    let mut whole = true;
    for subject in &statement.subjects {
        let fault = match digest(&subject.pseudonym) {
            None => Some("the pseudonym is not 64 hexadecimal digits".to_owned()),
            Some(pseudonym)
                if pseudonyms.insert(pseudonym, subject).is_some() || !identities.insert(&subject.identity) =>
            {
                Some("the subject stands twice".to_owned())
            }
            Some(pseudonym) => {
                if !is_its_pseudonym(subject, &pseudonym, key) {
                    whole = false;
                    report.fail(format::STATEMENT, FaultCode::Pseudonym, &subject.identity);
                }
                history(subject, &pseudonym, entries).err()
            }
        };
        if let Some(fault) = fault {
            whole = false;
            report.fail(format::STATEMENT, FaultCode::Chain, format!("{}: {fault}", subject.identity));
        }
    }
    for entry in entries.0.values() {
        for link in &entry.links {
            let listed =
                pseudonyms.get(&link.subject).is_none_or(|subject| subject.entries.binary_search(&entry.seq).is_ok());
            if !listed {
                whole = false;
                let part = format::entry_openings(entry.seq);
                report.fail(&part, FaultCode::Chain, "an entry of the subject that the statement leaves out");
            }
        }
    }
    whole
}

/// That the entries of a subject are its first to its `count`-th.
fn history(subject: &SubjectRecord, pseudonym: &[u8; 32], entries: &Entries) -> Result<(), String> {
    if !rises(&subject.entries) {
        return Err("the numbers of its entries do not rise".to_owned());
    }
    let mut links = Vec::new();
    for seq in &subject.entries {
        let entry = entries.get(*seq).ok_or_else(|| format!("entry {seq} is not here, or does not hold"))?;
        let mut own = entry.links.iter().filter(|link| link.subject == *pseudonym);
        match (own.next(), own.next()) {
            (Some(link), None) => links.push((*link, entry.leaf)),
            (None, _) => return Err(format!("entry {seq} does not reveal that it is of the subject")),
            (Some(_), Some(_)) => return Err(format!("entry {seq} counts twice")),
        }
    }
    let gone = pruned_of(subject)?;
    if let (Some(gone), Some(first)) = (&gone, subject.entries.first())
        && gone.seq >= *first
    {
        return Err("what was pruned does not lie before its entries".to_owned());
    }
    if gone.is_some() && subject.entries.is_empty() && subject.sealed.is_none() {
        return Err("nothing shows that what was pruned was its own".to_owned());
    }
    let count = match gone {
        None => check_chain(&links),
        Some(gone) => check_chain_after(Some((gone.count, gone.leaf)), &links),
    };
    let count = count.map_err(|error| error.to_string())?;
    if count == subject.count {
        Ok(())
    } else {
        Err(format!("{} entries are claimed, {count} are here", subject.count))
    }
}

/// The beginning of a history that was pruned.
pub(super) struct Gone {
    pub(super) count: u64,
    pub(super) seq: u64,
    pub(super) leaf: [u8; 32],
}

/// What of the history of a subject was pruned. A party's history may begin later; of a document, a case or an offer every entry
/// is needed.
pub(super) fn pruned_of(subject: &SubjectRecord) -> Result<Option<Gone>, String> {
    let Some(pruned) = &subject.pruned else { return Ok(None) };
    if !subject.identity.starts_with("party:") {
        return Err("only of a party's history may the beginning be missing".to_owned());
    }
    match digest(&pruned.leaf) {
        Some(leaf) if pruned.count > 0 => Ok(Some(Gone { count: pruned.count, seq: pruned.seq, leaf })),
        Some(_) | None => Err("what was pruned is malformed".to_owned()),
    }
}

/// The entries of a subject by the statement, when its history is listed.
pub(super) fn entries_of(report: &ExtractReport, identity: &str) -> Option<Vec<u64>> {
    let subjects = report.statement.as_ref().map(|statement| statement.subjects.as_slice()).unwrap_or_default();
    subjects.iter().find(|subject| subject.identity == identity).map(|subject| subject.entries.clone())
}

/// 32 octets from 64 lower-case hexadecimal digits.
pub(super) fn digest(text: &str) -> Option<[u8; 32]> {
    let octets: [u8; 32] = hex::decode(text).ok()?.try_into().ok()?;
    (hex::encode(octets) == text).then_some(octets)
}
