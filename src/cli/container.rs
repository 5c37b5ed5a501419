//! The verdict on an ASiC container: as that on a message, with the file of each signature and what is wrong with the
//! archive and its manifests.

use qolhat_pki::asic::{ContainerReport, ContainerSignature, Finding};
use qolhat_pki::report::{Indication, SubIndication, ValidationReport, etsi};
use serde_json::{Value, json};

use super::output::{Output, Page};
use super::verify::{self, Form};
use super::{Answer, ReportFormat, output};
use crate::signature::report_json;

/// Prints the report in the form asked for; whether everything is proven.
pub fn tell(report: &ContainerReport, form: Form, name: &str, output: &Output) -> Answer {
    let verdict = verdict(report);
    let signatures = report.signatures.iter().map(|signature| signature.report.clone()).collect();
    let validation = ValidationReport { indication: verdict.0, at: report.at, signatures };
    match form.report {
        Some(ReportFormat::Etsi) => output::print(&etsi::to_xml(&report.as_validation())),
        Some(ReportFormat::Json) | None => output.answer(&to_json(report), |page| {
            verify::print(page, name, &validation, form.is_online);
            print(page, report);
        }),
    }
    (verdict.0 == Indication::TotalPassed).into()
}

/// The verdict on a signed file: where nothing is signed, a time stamp or an evidence record proves that the files are
/// old, and nobody answers for them.
fn verdict(report: &ContainerReport) -> (Indication, Option<SubIndication>) {
    if report.signatures.is_empty() && report.indication == Indication::TotalPassed {
        return (Indication::Indeterminate, Some(SubIndication::SigConstraintsFailure));
    }
    (report.indication, report.sub_indication)
}

/// The report in the shape of `verify --json`.
fn to_json(report: &ContainerReport) -> Value {
    let (indication, sub_indication) = verdict(report);
    json!({
        "indication": indication.as_str(),
        "sub_indication": sub_indication.map(|sub| sub.as_str()),
        "format": report.kind.map_or("asic", |kind| kind.as_str()),
        "at": report.at.to_string(),
        "signatures": report.signatures.iter().map(signature).collect::<Vec<_>>(),
        "time_stamps": report.time_stamps.iter().map(|stamp| {
            json!({
                "file": stamp.file,
                "manifest": stamp.manifest,
                "covered": stamp.covered,
                "stamp": report_json::time_stamp(&stamp.report),
            })
        }).collect::<Vec<_>>(),
        "evidence_records": report.evidence_records.iter().map(|record| {
            json!({"file": record.file, "manifest": record.manifest, "covered": record.covered})
        }).collect::<Vec<_>>(),
        "files": report.files.iter().map(|file| {
            json!({
                "name": file.name,
                "size": file.size,
                "sha256": hex::encode(file.sha256),
                "covered_by": file.covered_by,
            })
        }).collect::<Vec<_>>(),
        "proven": report.proven.iter().map(|file| json!({"name": file.name, "since": file.since.to_string()}))
            .collect::<Vec<_>>(),
        "findings": report.findings.iter().map(finding).collect::<Vec<_>>(),
    })
}

fn signature(signature: &ContainerSignature) -> Value {
    let mut value = report_json::signature(&signature.report);
    if let Some(fields) = value.as_object_mut() {
        fields.insert("file".to_owned(), json!(signature.file));
        fields.insert("manifest".to_owned(), json!(signature.manifest));
        fields.insert("covered".to_owned(), json!(signature.covered));
    }
    value
}

fn finding(finding: &Finding) -> Value {
    json!({
        "code": finding.code.as_str(),
        "part": finding.part,
        "detail": finding.detail,
        "clause": finding.code.clause(),
        "counts": finding.verdict().is_some(),
    })
}

fn print(page: &mut Page<'_>, report: &ContainerReport) {
    for signature in &report.signatures {
        page.field("file", &signature.file);
        page.field("covers", signature.covered.join(", "));
    }
    for stamp in report.time_stamps.iter().filter(|stamp| stamp.report.proven) {
        page.field("proven-at", format!("{} ({})", stamp.report.gen_time, stamp.covered.join(", ")));
    }
    if !report.findings.is_empty() {
        page.line("cli-container-findings", &[]);
    }
    for finding in &report.findings {
        page.raw(format!("    {}: {} ({})", finding.part, finding.code.as_str(), finding.detail));
    }
}
