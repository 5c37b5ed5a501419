//! Cases of key compromise: what the extract tells of them must be what the journal says, and none that touches a
//! document here may be kept back (D14, CMP-03).

use serde_json::json;

use super::documents::{Bench, moment, must_say};
use super::finding::FaultCode;
use super::journal::{OpenedEntry, entries_of};
use super::report::ExtractReport;
use crate::extract::format::{self, field, kind};
use crate::extract::records::{CaseRecord, DocumentRecord};

/// Judges the cases of the extract, and the contested signatures.
pub(super) fn check(bench: &Bench<'_>, report: &mut ExtractReport) {
    for case in &bench.extract.cases {
        check_case(case, bench, report);
    }
    let mut contested: Vec<(String, String)> = Vec::new();
    for entry in report.entries.clone() {
        if entry.kind != kind::DOCUMENT_CONTESTED {
            continue;
        }
        let told = |name: &str| entry.fields.get(name).and_then(serde_json::Value::as_str).map(str::to_owned);
        match (told(field::DOCUMENT_ID), told(field::CASE_ID)) {
            (Some(document), Some(case)) => contested.push((document, case)),
            // Of a document that is not here, destroyed perhaps: its place in the history of a party is all that is told.
            (None, None) if !of_a_document_here(report, entry.seq) => {}
            (None, _) | (_, None) => {
                let part = format::entry_openings(entry.seq);
                report.fail(&part, FaultCode::FieldMissing, "document_id and case_id of a contested document");
            }
        }
    }
    for document in report.documents.clone() {
        check_document(&document, bench, &contested, report);
    }
}

/// Whether the entry belongs to the history of a document of the extract: such a history is here without a gap.
fn of_a_document_here(report: &ExtractReport, seq: u64) -> bool {
    let histories = report.documents.iter().map(|document| entries_of(report, &format!("document:{}", document.id)));
    // A document without a history is told elsewhere; here it hides nothing.
    histories.into_iter().any(|history| history.is_none_or(|entries| entries.contains(&seq)))
}

/// That a case is told as its own history tells it: reported once, decided at most once, every entry of it here.
fn check_case(case: &CaseRecord, bench: &Bench<'_>, report: &mut ExtractReport) {
    let part = format::EXTRACT;
    let Some(history) = entries_of(report, &format!("case:{}", case.id)) else {
        return report.fail(
            part,
            FaultCode::Chain,
            format!("the statement does not list the entries of case {}", case.id),
        );
    };
    let fail = |report: &mut ExtractReport, detail: &str| {
        report.fail(part, FaultCode::CaseDiffers, format!("case {}: {detail}", case.id));
    };
    let of_case = |kind: &str| kind.starts_with("compromise.");
    for entry in bench.entries.with(field::CASE_ID, &case.id).filter(|entry| of_case(&entry.kind)) {
        if history.binary_search(&entry.seq).is_err() {
            report.fail(part, FaultCode::Chain, format!("entry {} is left out of the history of its case", entry.seq));
        }
    }
    let (mut is_reported, mut decided) = (false, "open");
    for entry in history.iter().filter_map(|seq| bench.entries.get(*seq)).filter(|entry| of_case(&entry.kind)) {
        must_say(part, entry, field::CASE_ID, &json!(case.id), report);
        must_say(part, entry, field::CERTIFICATE_SHA256, &json!(case.certificate_sha256), report);
        match (entry.kind.as_str(), is_reported, decided) {
            (kind::COMPROMISE_REPORTED, false, _) => {
                is_reported = true;
                must_tell(entry, field::REPORTED_AT, &case.reported_at, case, report);
                must_tell(entry, field::COMPROMISED_SINCE, &case.compromised_since, case, report);
            }
            (kind::COMPROMISE_ANNULLED, true, "open") => {
                decided = "annulled";
                must_tell(entry, field::CUT_OFF, case.cut_off.as_deref().unwrap_or_default(), case, report);
            }
            (kind::COMPROMISE_LIFTED, true, "open") => decided = "lifted",
            _ => fail(report, &format!("entry {} cannot follow the ones before", entry.seq)),
        }
    }
    if !is_reported {
        fail(report, "the entry that reports it is not here");
    }
    if decided != case.state {
        fail(report, "its state is not the one that the entries lead to");
    }
    if decided != "annulled" && case.cut_off.is_some() {
        fail(report, "a cut-off is told that nobody set");
    }
}

/// That the entry reveals this instant.
fn must_tell(entry: &OpenedEntry, name: &str, told: &str, case: &CaseRecord, report: &mut ExtractReport) {
    match entry.text(name).map(moment) {
        None => report.fail(format::EXTRACT, FaultCode::FieldMissing, format!("{name} of entry {}", entry.seq)),
        Some(found) if found.is_none() || found != moment(told) => {
            let detail = format!("case {}: {name} is another in its entry", case.id);
            report.fail(format::EXTRACT, FaultCode::CaseDiffers, detail);
        }
        Some(_) => {}
    }
}

/// That the document is contested by exactly the cases by which the journal contests it.
fn check_document(
    document: &DocumentRecord,
    bench: &Bench<'_>,
    contested: &[(String, String)],
    report: &mut ExtractReport,
) {
    let by_journal = |case: &str| contested.iter().any(|(of, by)| *of == document.id && by == case);
    let by_signature = |case: &str| {
        document.signatures.iter().any(|signature| signature.contested_by.iter().any(|known| known == case))
    };
    let part = format::document(&document.id);
    let mut fail = |case: &str, detail: &str| {
        report.fail(&part, FaultCode::CaseDiffers, format!("case {case}: {detail}"));
    };
    for case in &bench.extract.cases {
        let listed = case.documents.contains(&document.id);
        if listed != by_journal(&case.id) || listed != by_signature(&case.id) {
            fail(&case.id, "case, journal and signatures do not agree whether it contests the document");
        }
    }
    let known = |case: &str| bench.extract.cases.iter().any(|known| known.id == case);
    for (_, case) in contested.iter().filter(|(of, case)| *of == document.id && !known(case)) {
        fail(case, "it contests the document and is kept back");
    }
    for case in document.signatures.iter().flat_map(|signature| &signature.contested_by).filter(|case| !known(case)) {
        fail(case, "it is not told");
    }
    for signature in document.signatures.iter().filter(|signature| !signature.contested_by.is_empty()) {
        let cases = bench.extract.cases.iter().filter(|case| signature.contested_by.contains(&case.id));
        for case in cases.filter(|case| case.certificate_sha256 != signature.certificate_sha256) {
            fail(&case.id, "it is about another certificate than the signature's");
        }
    }
}
