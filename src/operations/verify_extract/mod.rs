//! Checks an extract offline: with the reader's anchors, his pin of operator and log, and a moment. Pure (JRN-10,
//! SIG-19). The format, step by step, is `docs/extract-format.md`; this is the first reader of it, not the only one.
//!
//! In the order of the page: the container (`contents`), who stands for it (`seals`), the `journal` under its
//! checkpoint, the `documents` against the journal, the `cases` of compromise. Nothing stops at the first fault: the
//! `report` names every part that is wrong. `judge` asks the `pki` crate about signatures.

mod asker;
mod cases;
mod completeness;
mod contents;
mod documents;
mod finding;
mod journal;
mod judge;
mod lines;
mod period;
mod protocol;
mod pruned;
mod report;
mod seals;
mod talk;

pub use finding::{ExtractSubIndication, Failure, FaultCode};
pub use report::{
    ExtractReport, FAILURES_MAX, JudgedCheckpoint, JudgedEntry, JudgedPeriod, JudgedSignature, ReceiptEvidence,
    SignatureUse, Unreadable,
};

use qolhat_pki::time::Span;
use qolhat_pki::trust::TrustStore;

use contents::Contents;
use documents::Bench;
use judge::Judge;

use crate::domain::time::Moment;
use crate::extract::operator::OperatorCard;
use crate::extract::package::{self, EXTRACT_MAX_BYTES};
use crate::extract::records::ExtractRecord;
use crate::extract::{format, records};

/// By how much the clocks of the operator, of a time-stamping authority, of a responder and of the reader may differ.
const CLOCK_SKEW: Span = Span::seconds(60);

/// `at`, and by how much another clock may be ahead of it.
fn with_skew(at: Moment) -> Moment {
    at.checked_add(CLOCK_SKEW).unwrap_or(at)
}

/// First octets of a zip that holds a file.
const ZIP_BEGINS: &[u8] = b"PK\x03\x04";

/// Judges the extract in `bytes` at the moment `now`: signers and time-stamping authorities must lead to `anchors`, and
/// the extract must be that of `operator`; without one the best verdict is INDETERMINATE / OPERATOR_NOT_PINNED.
///
/// Cost: each octet is hashed a few times; signatures are checked once for each, receipts twice.
#[must_use]
pub fn verify_extract(
    bytes: &[u8],
    anchors: &TrustStore,
    operator: Option<&OperatorCard>,
    now: Moment,
) -> ExtractReport {
    let mut report = ExtractReport::new(now);
    if bytes.len() > EXTRACT_MAX_BYTES {
        return report.unreadable(Unreadable::TooLarge, "zip", "larger than an extract may be");
    }
    if !bytes.starts_with(ZIP_BEGINS) {
        return report.unreadable(Unreadable::NotAContainer, "zip", "not the beginning of a zip");
    }
    let mut contents = match package::read(bytes) {
        Ok(entries) => Contents::new(&entries),
        Err(fault) => {
            let detail = format!("{} at byte {}", fault.reason, fault.offset);
            report.fail(&fault.part, FaultCode::Container, detail);
            return report;
        }
    };
    contents.check_manifests(&mut report);
    let Some(extract) = contents.take_json::<ExtractRecord>(format::EXTRACT, &mut report) else { return report };
    let known = [format::FORMAT_VERSION, format::FORMAT_VERSION_OF_TALK];
    if extract.format != format::FORMAT || !known.contains(&extract.version) {
        let detail = format!("{} version {} is not known here", extract.format, extract.version);
        return report.unreadable(Unreadable::UnknownVersion, format::EXTRACT, &detail);
    }
    if extract.source != records::SOURCE {
        report.fail(format::EXTRACT, FaultCode::Json, "the source is not the operator's journals and stores");
    }
    contents.check_binding(&extract.log, &mut report);
    seals::check_pins(&extract, operator, &mut report);

    let judge = Judge::new(&mut contents, anchors, now, &mut report);
    seals::check_seal(&mut contents, &extract, &judge, &mut report);
    seals::check_officer(&mut contents, &extract, &judge, &mut report);
    let entries = journal::check(&mut contents, &extract.log, operator, &judge, &mut report);
    let bench = Bench { extract: &extract, entries: &entries, judge: &judge };
    documents::check(&mut contents, &bench, &mut report);
    cases::check(&bench, &mut report);
    asker::check(&extract, &mut report);
    period::check(&extract, &entries, &mut report);
    talk::check(&mut contents, &extract, &entries, &mut report);
    contents.check_texts(&extract, &mut report);
    contents.check_papers(&mut report);
    contents.check_nothing_left(&mut report);
    report.extract = Some(extract);
    report
}
