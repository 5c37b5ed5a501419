//! Who stands for the extract: the operator's seal, the authorised officer's signature, and the seals on receipts.

use qolhat_pki::report::{Indication, SignatureReport};

use super::contents::Contents;
use super::documents::Bench;
use super::finding::FaultCode;
use super::judge::{Content, Demand, Judge, weigh};
use super::report::{ExtractReport, JudgedSignature, SignatureUse};
use crate::extract::format;
use crate::extract::operator::{OPERATOR_FILE_NAME, OperatorCard};
use crate::extract::records::{DocumentRecord, ExtractRecord, RECEIPT_TYPE, RECEIPT_VERSION, ReceiptRecord, from_json};
use crate::operations::seal_signature::is_system_of;

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
    let officer = &extract.officer;
    let is_officer = facts.iin.as_ref() == Some(&officer.iin)
        && facts.bin.as_ref() == Some(&extract.operator.bin)
        && facts.common_name.as_ref() == Some(&officer.name);
    if !is_officer {
        report.fail(part, FaultCode::OfficerDiffers, certificate.subject().to_string());
    }
}

/// A receipt: sealed by the operator's system, saying what document and entry say. The verdict rests on one that a time
/// stamp proves; another is told, and is refuted only by what it says or by its mathematics.
pub(super) fn check_receipt(
    contents: &mut Contents<'_>,
    path: &str,
    document: &DocumentRecord,
    bench: &Bench<'_>,
    report: &mut ExtractReport,
) {
    let judge = bench.judge;
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
    let weighs = signature.proven_at.is_some();
    if weighs || signature.indication == Indication::TotalFailed {
        weigh(path, &signature, report);
    }
    match data.content().ok_or_else(|| "no content".to_owned()).and_then(from_json::<ReceiptRecord>) {
        Ok(receipt) => {
            for name in differences(&receipt, document, bench) {
                report.fail(path, FaultCode::ReceiptDiffers, format!("{name} is another"));
            }
        }
        Err(error) => report.fail(path, FaultCode::ReceiptDiffers, error),
    }
    let bin = &bench.extract.operator.bin;
    if !signature.certificate.as_ref().is_some_and(|certificate| is_system_of(certificate, bin)) {
        report.fail(path, FaultCode::ReceiptDiffers, "not sealed by the operator's system");
    }
    report.signatures.push(JudgedSignature {
        part: path.to_owned(),
        used_as: SignatureUse::Receipt,
        document: Some(document.id.clone()),
        weighs,
        at_receipt: None,
        report: signature,
    });
}

/// What a receipt says otherwise than the document, its entry and the log.
fn differences(receipt: &ReceiptRecord, document: &DocumentRecord, bench: &Bench<'_>) -> Vec<&'static str> {
    let entry = document.recorded_entry.and_then(|seq| bench.entries.get(seq));
    let leaf = entry.map(|entry| hex::encode(entry.leaf));
    let sender = document.signatures.iter().find(|signature| signature.side == "sender");
    let files = receipt.attachments.iter().map(|file| (&file.name, &file.sha256));
    let attachments = document.attachments.iter().map(|file| (&file.name, &file.sha256));
    let (log, journal) = (&bench.extract.log, &receipt.journal);
    let same = [
        ("type or version", receipt.r#type == RECEIPT_TYPE && receipt.version == RECEIPT_VERSION),
        ("document_id", receipt.document_id == document.id),
        ("kind", receipt.kind == document.kind),
        ("document_number", receipt.document_number == document.number),
        ("title", receipt.title == document.title),
        ("sender", receipt.sender.party == document.sender.key),
        ("recipient", receipt.recipient.party == document.recipient.key),
        ("content_sha256", receipt.content_sha256 == document.original.sha256),
        ("attachments", files.eq(attachments)),
        ("signature_sha256", receipt.signature_sha256.as_ref() == sender.map(|signature| &signature.sha256)),
        ("received_at", Some(&receipt.received_at) == document.received_at.as_ref()),
        ("journal.origin", journal.origin == log.origin),
        ("journal.key", journal.key == log.key),
        ("journal.entry", Some(journal.entry) == document.recorded_entry),
        ("journal.leaf", Some(&journal.leaf) == leaf.as_ref()),
        ("operator", receipt.operator.bin == bench.extract.operator.bin),
    ];
    same.into_iter().filter(|(_, same)| !same).map(|(name, _)| name).collect()
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
                at_receipt: None,
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
