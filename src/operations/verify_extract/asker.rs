//! Whom the extract is for: a party to everything that it shows, or a court or a body with a request that is named.

use super::finding::FaultCode;
use super::report::ExtractReport;
use crate::extract::format;
use crate::extract::records::{AskedByRecord, ExtractRecord};

/// Judges who asked, after the documents were read.
pub(super) fn check(extract: &ExtractRecord, report: &mut ExtractReport) {
    // That two officers looked at a request is for the operator's journal and its auditors; here it is named.
    let AskedByRecord::Party(party) = &extract.request.asked_by else { return };
    let of_another = extract.request.period.as_ref().is_some_and(|period| period.party != party.key);
    let documents = report.documents.iter();
    let others = documents.filter(|document| document.sender.key != party.key && document.recipient.key != party.key);
    let faults: Vec<String> = others.map(|document| format!("it is not in document {}", document.id)).collect();
    for detail in faults {
        report.fail(format::EXTRACT, FaultCode::Asker, detail);
    }
    if of_another {
        report.fail(format::EXTRACT, FaultCode::Asker, "the period is of another party");
    }
}
