//! Level 3 of completeness: the map that a seal in the log commits to shows how many entries each subject had when it was
//! made, so that none below it is kept back. And of all levels: that entries tell those subjects whose entries they are.

use std::collections::BTreeMap;

use qolhat_pki::time::Span;

use super::finding::FaultCode;
use super::journal::{Entries, OpenedEntry, digest, pruned_of};
use super::report::ExtractReport;
use crate::extract::format;
use crate::extract::records::{MapLeafRecord, SealRecord, SealedRecord, StatementRecord, SubjectRecord};
use crate::journal::map::{Found, MapLeaf, MapProof};
use crate::journal::naming::subject_family;
use crate::journal::seal::{self, Seal};

/// How much older than the time stamp of the checkpoint a seal may be: of what came between, the operator's word is all
/// there is.
const SEAL_AGE_MAX: Span = Span::days(1);

/// Whether the seal named, if any, shows of each subject what the statement tells. Without a seal nothing of the kind may
/// be told.
pub(super) fn check(statement: &StatementRecord, entries: &Entries, report: &mut ExtractReport) -> bool {
    let Some(told) = statement.seal else {
        let without = statement.subjects.iter().all(|subject| subject.sealed.is_none());
        if !without {
            report.fail(format::STATEMENT, FaultCode::Seal, "a subject is shown sealed and no seal is named");
        }
        return without;
    };
    let seal = match opened(&told, entries) {
        Ok(seal) => seal,
        Err(reason) => {
            report.fail(&format::entry_openings(told.entry), FaultCode::Seal, reason);
            return false;
        }
    };
    let mut whole = is_fresh(&told, report);
    for subject in &statement.subjects {
        if let Err(reason) = shown(subject, &seal, entries) {
            whole = false;
            report.fail(format::STATEMENT, FaultCode::Seal, format!("{}: {reason}", subject.identity));
        }
    }
    whole
}

/// That the seal is not much older than the checkpoint, as far as the checkpoint's time is proven: where it is not, that
/// is told already.
fn is_fresh(told: &SealRecord, report: &mut ExtractReport) -> bool {
    let stamp = report.checkpoint.as_ref().and_then(|checkpoint| checkpoint.time_stamp.as_ref());
    let Some(stamped) = stamp.filter(|stamp| stamp.proven).map(|stamp| stamp.gen_time) else { return true };
    let is_fresh = stamped.since(told.at()) <= SEAL_AGE_MAX;
    if !is_fresh {
        let detail = format!("it is of {}, the checkpoint was stamped {stamped}", told.at());
        report.fail(format::STATEMENT, FaultCode::SealAge, detail);
    }
    is_fresh
}

/// The seal in the entry told, when it is of the size and time told.
fn opened(told: &SealRecord, entries: &Entries) -> Result<Seal, String> {
    let (entry, size) = (told.entry, told.size);
    let opened = entries.get(entry).ok_or_else(|| format!("entry {entry} is not here, or does not hold"))?;
    if opened.kind != seal::KIND {
        return Err(format!("entry {entry} is {}", opened.kind));
    }
    if opened.at != told.at() {
        return Err(format!("entry {entry} is of {}", opened.at));
    }
    if opened.committed.0 != 1 {
        return Err("it commits to more than a seal".to_owned());
    }
    let seal = opened.fields.get(seal::FIELD).and_then(Seal::from_value).ok_or("the seal is not opened")?;
    let is_near = entry.checked_sub(size).is_some_and(|lag| lag <= seal::LAG_MAX_ENTRIES);
    if seal.size == size && is_near { Ok(seal) } else { Err(format!("it seals {} entries", seal.size)) }
}

/// That the map shows of the subject exactly those of its entries that lie below the seal.
fn shown(subject: &SubjectRecord, seal: &Seal, entries: &Entries) -> Result<(), String> {
    let sealed = subject.sealed.as_ref().ok_or("nothing is shown of it")?;
    let pseudonym = digest(&subject.pseudonym).ok_or("the pseudonym is not 64 hexadecimal digits")?;
    let below: Vec<u64> = subject.entries.iter().copied().filter(|seq| *seq < seal.size).collect();
    let gone = pruned_of(subject)?;
    // An entry that is not here is shown by the map, as the last one of its subject, or by the one that follows it.
    if gone.as_ref().is_some_and(|gone| gone.seq >= seal.size) {
        return Err("what was pruned does not lie below the seal".to_owned());
    }
    let count = u64::try_from(below.len()).unwrap_or(u64::MAX);
    let count = gone.as_ref().map_or(0, |gone| gone.count).saturating_add(count);
    if count != sealed.count {
        return Err(format!("{} entries are told below the seal, {count} are here", sealed.count));
    }
    let found = match (below.last(), &sealed.other) {
        (None, None) if gone.is_some() => match gone {
            Some(gone) => Found::Leaf(MapLeaf { subject: pseudonym, count, seq: gone.seq, leaf: gone.leaf }),
            None => Found::Nothing,
        },
        (None, Some(_)) if gone.is_some() => return Err("it is shown to be there and not to be".to_owned()),
        (Some(seq), None) => {
            let newest = entries.get(*seq).ok_or_else(|| format!("entry {seq} is not here, or does not hold"))?;
            Found::Leaf(MapLeaf { subject: pseudonym, count, seq: *seq, leaf: newest.leaf })
        }
        (None, Some(other)) => Found::Other(leaf_of(other)?),
        (None, None) => Found::Nothing,
        (Some(_), Some(_)) => return Err("it is shown to be there and not to be".to_owned()),
    };
    let proof = MapProof { found, hashes: hashes_of(sealed)? };
    proof.verify(&seal.map, &pseudonym).map_err(|error| error.to_string())
}

/// Whether the subjects that entries tell in their fields are those among whose entries they are: an operator could write
/// what concerns one document among the entries of another, where its history misses nothing.
pub(super) fn check_names(statement: &StatementRecord, entries: &Entries, report: &mut ExtractReport) -> bool {
    let listed: BTreeMap<&str, &SubjectRecord> =
        statement.subjects.iter().map(|subject| (subject.identity.as_str(), subject)).collect();
    let mut wrong = Vec::new();
    for entry in entries.all() {
        for (family, identity) in told(entry) {
            let missed =
                listed.get(identity.as_str()).filter(|subject| subject.entries.binary_search(&entry.seq).is_err());
            if missed.is_some() {
                wrong.push((entry.seq, format!("it tells the {family} among whose entries it is not")));
            }
        }
    }
    for subject in &statement.subjects {
        let family = subject.identity.split_once(':').map_or("", |(family, _)| family);
        for entry in subject.entries.iter().filter_map(|seq| entries.get(*seq)) {
            let mut others = told(entry).filter(|(of, _)| *of == family).peekable();
            // Of two parties the one may be told and the other kept back.
            let tells_all = family != "party" || entry.fields.len() == entry.committed.0;
            if tells_all && others.peek().is_some() && others.all(|(_, identity)| identity != subject.identity) {
                wrong.push((entry.seq, format!("it tells another {family} than the one among whose entries it is")));
            }
        }
    }
    for (seq, detail) in &wrong {
        report.fail(&format::entry_openings(*seq), FaultCode::Chain, detail);
    }
    wrong.is_empty()
}

/// The subjects that an entry tells in its fields: of which family, and the identity.
fn told(entry: &OpenedEntry) -> impl Iterator<Item = (&'static str, String)> {
    entry.fields.iter().filter_map(|(name, value)| {
        let family = subject_family(&entry.kind, name)?;
        Some((family, format!("{family}:{}", value.as_str().unwrap_or_default())))
    })
}

fn leaf_of(record: &MapLeafRecord) -> Result<MapLeaf, String> {
    let malformed = || "the other subject is malformed".to_owned();
    Ok(MapLeaf {
        subject: digest(&record.subject).ok_or_else(malformed)?,
        count: record.count,
        seq: record.seq,
        leaf: digest(&record.leaf).ok_or_else(malformed)?,
    })
}

fn hashes_of(sealed: &SealedRecord) -> Result<Vec<[u8; 32]>, String> {
    let hashes: Option<Vec<[u8; 32]>> = sealed.hashes.iter().map(|hash| digest(hash)).collect();
    hashes.ok_or_else(|| "a hash is not 64 hexadecimal digits".to_owned())
}
