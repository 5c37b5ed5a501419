//! An extract of a party over a period: whose and which is told in a form that can be held against the journal's part, and
//! what lies outside it stays closed.

use std::collections::BTreeSet;

use super::finding::FaultCode;
use super::journal::{Entries, OpenedEntry, entries_of};
use super::pruned::is_past_its_term;
use super::report::{ExtractReport, JudgedPeriod};
use super::with_skew;
use crate::domain::time::Moment;
use crate::extract::format::{self, field, kind};
use crate::extract::records::{ExtractRecord, PeriodRecord, PeriodShownRecord};
use crate::journal::{first_entry, seal};

/// Judges the period asked for, if any. Without one the words of the scope are the asker's, and nothing is held to them.
pub(super) fn check(extract: &ExtractRecord, entries: &Entries, report: &mut ExtractReport) {
    let Some(period) = &extract.request.period else {
        if report.statement.as_ref().is_some_and(|statement| statement.period.is_some()) {
            report.fail(format::STATEMENT, FaultCode::Scope, "it tells of a period, and none was asked for");
        }
        return;
    };
    match judged(extract, period, entries, report) {
        Ok(period) => report.period = Some(period),
        Err(reason) => report.fail(format::EXTRACT, FaultCode::Scope, reason),
    }
}

fn judged(
    extract: &ExtractRecord,
    period: &PeriodRecord,
    entries: &Entries,
    report: &ExtractReport,
) -> Result<JudgedPeriod, String> {
    if !extract.request.scope.ends_with(&period.words()) {
        return Err("the words of the scope end in another period".to_owned());
    }
    let (from, to) = (instant(&period.from)?, instant(&period.to)?);
    if from >= to {
        return Err("the period ends before it begins".to_owned());
    }
    // What comes after the checkpoint is not here: of a period that goes on the extract would tell a part as the whole.
    let proven = report.checkpoint.as_ref().and_then(|checkpoint| checkpoint.time_stamp.as_ref());
    let proven = proven.filter(|stamp| stamp.proven).map_or(report.at, |stamp| stamp.gen_time);
    if to > with_skew(proven) {
        return Err(format!("the period was not over at {proven}"));
    }
    let identity = format!("party:{}", period.party);
    // What was pruned is not here: a period that reaches back to it would be told in part.
    let pruned = report.statement.iter().flat_map(|statement| &statement.subjects);
    let pruned = pruned.filter(|subject| subject.identity == identity).find_map(|subject| subject.pruned.as_ref());
    if let Some(pruned) = pruned {
        let ended = pruned.t.checked_mul(1000).and_then(Moment::from_unix_micros);
        if ended.is_none_or(|ended| ended >= from) {
            return Err("the period reaches back to entries that were pruned".to_owned());
        }
    }
    let history = entries_of(report, &identity).ok_or("the statement does not list the entries of the party")?;
    let history: Vec<&OpenedEntry> = history.iter().filter_map(|seq| entries.get(*seq)).collect();
    let (inside, outside): (Vec<_>, Vec<_>) = history.into_iter().partition(|entry| from <= entry.at && entry.at < to);
    if inside.is_empty() {
        return Err("the party has no entry in the period".to_owned());
    }
    for id in &extract.documents {
        if !inside.iter().any(|entry| entry.text(field::DOCUMENT_ID) == Some(id)) {
            return Err(format!("no entry of the party in the period tells document {id}"));
        }
    }
    let others = of_its_documents(extract, &identity, report)?;
    if let Some(entry) = outside.iter().find(|entry| !others.contains(&entry.seq) && !is_closed(entry)) {
        return Err(format!("entry {} lies outside the period and is opened", entry.seq));
    }
    let of_nobody = |entry: &&OpenedEntry| {
        let of_log = [first_entry::KIND, seal::KIND, kind::OFFER_PUBLISHED].contains(&&*entry.kind);
        !of_log && !others.contains(&entry.seq)
    };
    let of_party: BTreeSet<u64> = inside.iter().chain(&outside).map(|entry| entry.seq).collect();
    if let Some(entry) = entries.all().filter(of_nobody).find(|entry| !of_party.contains(&entry.seq)) {
        return Err(format!("entry {} is neither of the party nor of a document here", entry.seq));
    }
    let shown = shown(extract, &inside, &outside, proven)?;
    // Without a word of it everything is told.
    if report.statement.as_ref().and_then(|statement| statement.period.clone()).unwrap_or_default() != shown {
        return Err("the statement tells otherwise what of the period is not here".to_owned());
    }
    let entries = inside.iter().map(|entry| entry.seq).collect();
    let PeriodShownRecord { closed, destroyed } = shown;
    Ok(JudgedPeriod { party: period.party.clone(), from, to, entries, closed, destroyed })
}

/// That each entry of the period is opened, unless its term had run at the moment `proven`, and that each document recorded
/// in it is here, unless a later entry tells that it was destroyed. Answers what is neither.
fn shown(
    extract: &ExtractRecord,
    inside: &[&OpenedEntry],
    outside: &[&OpenedEntry],
    proven: Moment,
) -> Result<PeriodShownRecord, String> {
    let mut shown = PeriodShownRecord::default();
    for entry in inside {
        let seq = entry.seq;
        if !entry.tells_actor && entry.fields.is_empty() {
            if !is_past_its_term(entry.at, proven) {
                return Err(format!("entry {seq} of the period is closed, and its term had not run at {proven}"));
            }
            shown.closed.push(seq);
            continue;
        }
        if !entry.tells_actor || entry.fields.len() + kept_back(entry) < entry.committed.0 {
            return Err(format!("entry {seq} of the period is opened in part"));
        }
        if ![kind::DOCUMENT_RECORDED, kind::DOCUMENT_RECEIVED].contains(&&*entry.kind) {
            continue;
        }
        let id = entry.text(field::DOCUMENT_ID).ok_or_else(|| format!("entry {seq} does not tell its document"))?;
        if extract.documents.iter().any(|known| known == id) || shown.destroyed.iter().any(|known| known == id) {
            continue;
        }
        let tells = |later: &&&OpenedEntry| {
            let is_it = later.kind == kind::DOCUMENT_DESTROYED && later.text(field::DOCUMENT_ID) == Some(id);
            is_it && later.seq > seq
        };
        if inside.iter().chain(outside).find(tells).is_none() {
            return Err(format!("document {id} of entry {seq} is not here, and nothing tells that it was destroyed"));
        }
        shown.destroyed.push(id.to_owned());
    }
    Ok(shown)
}

/// How many fields of an entry may stay closed: a holder's own words on how his key was compromised are his.
fn kept_back(entry: &OpenedEntry) -> usize {
    usize::from(entry.kind == kind::COMPROMISE_REPORTED)
}

/// The entries of the documents of the extract and of the cases that contest them: these are shown whole. Of nobody else is
/// a history here.
fn of_its_documents(extract: &ExtractRecord, party: &str, report: &ExtractReport) -> Result<BTreeSet<u64>, String> {
    let documents = extract.documents.iter().map(|id| format!("document:{id}"));
    let cases = extract.cases.iter().map(|case| format!("case:{}", case.id));
    let own: BTreeSet<String> = documents.chain(cases).collect();
    let mut entries = BTreeSet::new();
    for subject in report.statement.iter().flat_map(|statement| &statement.subjects) {
        if own.contains(&subject.identity) {
            entries.extend(&subject.entries);
        } else if subject.identity != party {
            return Err(format!("{} is not of the period asked for", subject.identity));
        }
    }
    Ok(entries)
}

/// Whether an entry tells no more than its place among those of the party; of a contested document it tells which, and by
/// which case, of a destroyed one which.
fn is_closed(entry: &OpenedEntry) -> bool {
    let may_tell: &[&str] = match entry.kind.as_str() {
        kind::DOCUMENT_CONTESTED => &[field::DOCUMENT_ID, field::CASE_ID],
        kind::DOCUMENT_DESTROYED => &[field::DOCUMENT_ID],
        _ => &[],
    };
    !entry.tells_actor && entry.places() <= 1 && entry.fields.keys().all(|name| may_tell.contains(&name.as_str()))
}

/// An instant in its one spelling.
fn instant(text: &str) -> Result<Moment, String> {
    let moment = Moment::parse_rfc3339(text).ok().filter(|moment| moment.to_string() == text);
    moment.ok_or_else(|| format!("{text} is no instant"))
}
