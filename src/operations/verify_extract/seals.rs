//! Who stands for the extract: the operator's seal, the authorised officer's signature, and the seals on receipts.

use qolhat_pki::certificate::Certificate;
use qolhat_pki::nca::Role;
use qolhat_pki::report::SignatureReport;
use serde_json::Value;

use super::contents::Contents;
use super::finding::FaultCode;
use super::judge::{Content, Demand, Judge, weigh};
use super::report::{ExtractReport, JudgedSignature, SignatureUse};
use crate::extract::format;
use crate::extract::operator::{OPERATOR_FILE_NAME, OperatorCard};
use crate::extract::records::{DocumentRecord, ExtractRecord};

/// Whether the extract is of the operator and over the log that the reader pinned.
pub(super) fn check_pins(extract: &ExtractRecord, operator: Option<&OperatorCard>, report: &mut ExtractReport) {
    let Some(card) = operator.filter(|card| !card.log_keys.is_empty()) else {
        let detail = "whose extract this is can only be believed with the operator's BIN and log key from elsewhere";
        report.fail(OPERATOR_FILE_NAME, FaultCode::OperatorNotPinned, detail);
        return;
    };
    report.pinned = true;
    if extract.operator.bin != card.operator {
        report.pinned = false;
        let detail = format!("{}, pinned is {}", extract.operator.bin, card.operator);
        report.fail(format::EXTRACT, FaultCode::OperatorDiffers, detail);
    }
    let origin_fits = card.origin.as_ref().is_none_or(|origin| *origin == extract.log.origin);
    if !origin_fits || !card.log_keys.contains(&extract.log.key) {
        report.pinned = false;
        report.fail(format::EXTRACT, FaultCode::LogDiffers, extract.log.key.clone());
    }
}

/// The operator's seal over the first manifest.
pub(super) fn check_seal(
    contents: &mut Contents<'_>,
    extract: &ExtractRecord,
    judge: &Judge<'_>,
    report: &mut ExtractReport,
) {
    let (part, manifest) = (format::OPERATOR_SEAL, format::OPERATOR_MANIFEST);
    let Some(signature) = over_manifest(contents, part, manifest, SignatureUse::Seal, judge, report) else { return };
    let Some(certificate) = signature.certificate else { return };
    if !is_system_of(&certificate, &extract.operator.bin) {
        report.fail(part, FaultCode::SealDiffers, certificate.subject().to_string());
    }
}

/// The officer's signature over the second manifest.
pub(super) fn check_officer(
    contents: &mut Contents<'_>,
    extract: &ExtractRecord,
    judge: &Judge<'_>,
    report: &mut ExtractReport,
) {
    let (part, manifest) = (format::OFFICER_SIGNATURE, format::OFFICER_MANIFEST);
    let Some(signature) = over_manifest(contents, part, manifest, SignatureUse::Officer, judge, report) else { return };
    let Some(certificate) = signature.certificate else { return };
    let facts = certificate.subject_facts();
    let is_officer =
        facts.iin.as_ref() == Some(&extract.officer.iin) && facts.bin.as_ref() == Some(&extract.operator.bin);
    if !is_officer {
        report.fail(part, FaultCode::OfficerDiffers, certificate.subject().to_string());
    }
}

/// A receipt: sealed by the operator's system, about this document.
pub(super) fn check_receipt(
    contents: &mut Contents<'_>,
    path: &str,
    document: &DocumentRecord,
    extract: &ExtractRecord,
    judge: &Judge<'_>,
    report: &mut ExtractReport,
) {
    let Some(octets) = contents.take(path, report) else { return };
    // Judged once to learn the time it claims, and then at that time.
    let claimed = judge
        .signature(octets, None, &Content::Carried, Demand::PathOnly, judge.now())
        .map(|(_, signature)| signature.claimed_at.unwrap_or(judge.now()));
    let judged = claimed.and_then(|at| judge.signature(octets, None, &Content::Carried, Demand::PathOnly, at));
    let (data, signature) = match judged {
        Ok(judged) => judged,
        Err((code, detail)) => return report.fail(path, code, detail),
    };
    weigh(path, &signature, report);
    let body = data.content().and_then(|content| serde_json::from_slice::<Value>(content).ok());
    let named = body.as_ref().and_then(|body| body.get("document_id")).and_then(Value::as_str);
    if named != Some(document.id.as_str()) {
        report.fail(path, FaultCode::ReceiptDiffers, "of another document");
    }
    let sealed =
        signature.certificate.as_ref().is_some_and(|certificate| is_system_of(certificate, &extract.operator.bin));
    if !sealed {
        report.fail(path, FaultCode::ReceiptDiffers, "not sealed by the operator's system");
    }
    report.signatures.push(JudgedSignature {
        part: path.to_owned(),
        used_as: SignatureUse::Receipt,
        document: Some(document.id.clone()),
        weighs: true,
        report: signature,
    });
}

/// The signature `part` over a manifest, judged at the moment asked about.
fn over_manifest(
    contents: &mut Contents<'_>,
    part: &str,
    manifest: &str,
    used_as: SignatureUse,
    judge: &Judge<'_>,
    report: &mut ExtractReport,
) -> Option<SignatureReport> {
    let octets = contents.take(part, report)?;
    let manifest = contents.take_optional(manifest)?;
    match judge.signature(octets, None, &Content::Is(manifest), Demand::Revocation, judge.now()) {
        Ok((_, signature)) => {
            weigh(part, &signature, report);
            report.signatures.push(JudgedSignature {
                part: part.to_owned(),
                used_as,
                document: None,
                weighs: true,
                report: signature.clone(),
            });
            Some(signature)
        }
        Err((code, detail)) => {
            report.fail(part, code, detail);
            None
        }
    }
}

/// Whether the certificate is that of an information system of this organisation.
fn is_system_of(certificate: &Certificate, bin: &str) -> bool {
    let facts = certificate.subject_facts();
    facts.bin.as_deref() == Some(bin) && certificate.roles().contains(&Role::InformationSystem)
}
