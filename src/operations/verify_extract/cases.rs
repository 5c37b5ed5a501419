//! Cases of key compromise: what the extract tells of them must be what the journal says, and none that touches a
//! document here may be kept back (D14, CMP-03).

use serde_json::json;

use super::documents::{Bench, moment, must_say};
use super::finding::FaultCode;
use super::journal::OpenedEntry;
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

fn check_case(case: &CaseRecord, bench: &Bench<'_>, report: &mut ExtractReport) {
    let part = format::EXTRACT;
    let mut fail = |detail: &str| {
        report.fail(part, FaultCode::CaseDiffers, format!("case {}: {detail}", case.id));
    };
    let told: Vec<&OpenedEntry> = bench.entries.with(field::CASE_ID, &case.id).collect();
    let of_kind = |wanted: &str| told.iter().find(|entry| entry.kind == wanted).copied();
    let reported = of_kind(kind::COMPROMISE_REPORTED);
    if reported.is_none() {
        fail("the entry that reports it is not here");
    }
    let decided = told.iter().rev().find_map(|entry| match entry.kind.as_str() {
        kind::COMPROMISE_ANNULLED => Some("annulled"),
        kind::COMPROMISE_LIFTED => Some("lifted"),
        _ => None,
    });
    if decided.unwrap_or("open") != case.state {
        fail("its state is not the one that the entries lead to");
    }
    let decision = of_kind(kind::COMPROMISE_ANNULLED);
    let cut_off = case.cut_off.as_deref().and_then(moment);
    if decision.and_then(|entry| entry.text(field::CUT_OFF)).is_some_and(|found| moment(found) != cut_off) {
        fail("the cut-off is another in its entry");
    }
    let Some(entry) = reported else { return };
    must_say(part, entry, field::CERTIFICATE_SHA256, &json!(case.certificate_sha256), report);
    for (name, told) in [(field::REPORTED_AT, &case.reported_at), (field::COMPROMISED_SINCE, &case.compromised_since)] {
        if entry.text(name).is_some_and(|found| moment(found) != moment(told)) {
            report.fail(part, FaultCode::CaseDiffers, format!("case {}: {name} is another in its entry", case.id));
        }
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
