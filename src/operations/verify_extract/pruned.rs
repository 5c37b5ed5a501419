//! The beginning of a history that was pruned: that it may be gone. How long ago its last entry was is the operator's word of
//! then, which that entry's body holds and the log has committed to, and no word of today: else he could keep back whatever
//! he likes and call it pruned.

use super::finding::FaultCode;
use super::journal::{Entries, digest, pruned_of};
use super::report::ExtractReport;
use super::with_skew;
use crate::domain::retention::journal_until;
use crate::domain::time::{CivilDate, Moment};
use crate::extract::format;
use crate::extract::records::{PrunedRecord, StatementRecord};
use crate::journal::entry::{Entry, leaf_hash};
use crate::journal::proof::verify_inclusion;

/// Whether all that is called pruned is shown to be past its term.
pub(super) fn check(statement: &StatementRecord, log: &str, entries: &Entries, report: &mut ExtractReport) -> bool {
    let mut shown = true;
    for subject in &statement.subjects {
        // What is malformed is told of the history.
        let (Some(told), Ok(Some(gone))) = (&subject.pruned, pruned_of(subject)) else { continue };
        if let Err(reason) = may_be_gone(told, &gone.leaf, log, entries, report) {
            shown = false;
            report.fail(format::STATEMENT, FaultCode::Pruned, format!("{}: {reason}", subject.identity));
        }
    }
    shown
}

/// That the entry is in the log at its place, that it is no later than the entries behind it and no earlier than those before
/// it, and that its term had run when the checkpoint was stamped.
fn may_be_gone(
    told: &PrunedRecord,
    leaf: &[u8; 32],
    log: &str,
    entries: &Entries,
    report: &ExtractReport,
) -> Result<(), String> {
    let body = told.body.as_bytes();
    if leaf_hash(body) != *leaf {
        return Err("the body of its last entry does not have the leaf hash told".to_owned());
    }
    let entry = Entry::parse(body).map_err(|error| error.to_string())?;
    if entry.log != log {
        return Err(format!("its last entry is of the log {}", entry.log));
    }
    if entry.t_ms != told.t {
        return Err(format!("its last entry is of {}", entry.at()));
    }
    let hashes: Option<Vec<[u8; 32]>> = told.hashes.iter().map(|hash| digest(hash)).collect();
    let hashes = hashes.ok_or("a hash is not 64 lower-case hexadecimal digits")?;
    // Without a checkpoint there is nothing to lead to, and that is told already.
    let checkpoint = report.checkpoint.as_ref().ok_or("there is no checkpoint")?;
    verify_inclusion(leaf, told.seq, checkpoint.size, &checkpoint.root, &hashes).map_err(|error| error.to_string())?;
    for other in entries.all() {
        if other.seq != 0 && other.seq <= told.seq {
            return Err(format!("entry {} lies before what was pruned, and is here", other.seq));
        }
        let goes_back = if other.seq == 0 { other.at > entry.at() } else { other.at < entry.at() };
        if goes_back {
            return Err(format!("its last entry is of {}, entry {} of {}", entry.at(), other.seq, other.at));
        }
    }
    let stamp = checkpoint.time_stamp.as_ref().filter(|stamp| stamp.proven);
    must_be_past(entry.at(), stamp.map_or(report.at, |stamp| stamp.gen_time))
}

/// That the term of an entry of the instant `at` had run at the moment `proven`.
fn must_be_past(at: Moment, proven: Moment) -> Result<(), String> {
    if is_past_its_term(at, proven) {
        return Ok(());
    }
    Err(format!("its last entry is of {at}, and the checkpoint of {proven}: the term had not run"))
}

/// Whether the journal's term of an entry of the instant `at` had run at the moment `proven`.
pub(super) fn is_past_its_term(at: Moment, proven: Moment) -> bool {
    journal_until(at).map(CivilDate::start_of_day).is_some_and(|until| until <= with_skew(proven))
}
