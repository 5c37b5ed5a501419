//! The documents of an extract against its journal: files, record, state and signatures (docs/extract-format.md,
//! section 9).

use serde_json::{Value, json};

use super::contents::Contents;
use super::finding::FaultCode;
use super::journal::{Entries, OpenedEntry, entries_of_document};
use super::judge::{Content, Demand, Judge, check_at_receipt, weigh};
use super::report::{ExtractReport, JudgedSignature, SignatureUse};
use super::seals;
use crate::domain::ids::{DocumentId, SignatureId};
use crate::domain::time::Moment;
use crate::extract::format::{self, field, kind};
use crate::extract::records::{DocumentRecord, ExtractRecord, FileRecord, SignatureRecord};

/// What the documents are judged with.
pub(super) struct Bench<'a> {
    pub(super) extract: &'a ExtractRecord,
    pub(super) entries: &'a Entries,
    pub(super) judge: &'a Judge<'a>,
}

/// Judges every document of the extract.
pub(super) fn check(contents: &mut Contents<'_>, bench: &Bench<'_>, report: &mut ExtractReport) {
    for id in &bench.extract.documents {
        let part = format::document(id);
        if DocumentId::parse(id).is_err() || report.documents.iter().any(|known| known.id == *id) {
            report.fail(format::EXTRACT, FaultCode::Json, format!("{id} is not an id, or stands twice"));
            continue;
        }
        let Some(document) = contents.take_json::<DocumentRecord>(&part, report) else { continue };
        if document.id != *id {
            report.fail(&part, FaultCode::Json, format!("of the document {}", document.id));
            continue;
        }
        check_document(contents, &part, &document, bench, report);
        report.documents.push(document);
    }
}

fn check_document(
    contents: &mut Contents<'_>,
    part: &str,
    document: &DocumentRecord,
    bench: &Bench<'_>,
    report: &mut ExtractReport,
) {
    let original = check_file(contents, document, &document.original, "original/", report);
    for attachment in &document.attachments {
        check_file(contents, document, attachment, "attachments/", report);
    }
    match document.recorded_entry.map(|seq| (seq, bench.entries.get(seq))) {
        Some((_, Some(entry))) => check_record(part, document, entry, report),
        Some((seq, None)) => report.fail(part, FaultCode::DocumentDiffers, format!("entry {seq} is not here")),
        None if document.received_at.is_some() => {
            report.fail(part, FaultCode::DocumentDiffers, "received without an entry");
        }
        None => {}
    }
    check_history(part, document, bench, report);
    check_sides(part, document, report);
    for signature in &document.signatures {
        check_signature(contents, part, document, signature, original, bench, report);
    }
    for path in &document.receipts {
        if in_folder(path, document, "receipts/") {
            seals::check_receipt(contents, path, document, bench.extract, bench.judge, report);
        } else {
            report.fail(part, FaultCode::Json, format!("{path} is not in the folder of the document"));
        }
    }
}

fn in_folder(path: &str, document: &DocumentRecord, folder: &str) -> bool {
    path.strip_prefix("documents/")
        .and_then(|rest| rest.strip_prefix(document.id.as_str()))
        .and_then(|rest| rest.strip_prefix('/'))
        .and_then(|rest| rest.strip_prefix(folder))
        .is_some_and(|name| !name.is_empty() && !name.contains('/'))
}

/// A file of the document, when it is the one told.
fn check_file<'a>(
    contents: &mut Contents<'a>,
    document: &DocumentRecord,
    file: &FileRecord,
    folder: &str,
    report: &mut ExtractReport,
) -> Option<&'a [u8]> {
    if !in_folder(&file.path, document, folder) {
        let detail = format!("{} is not in the folder of the document", file.path);
        report.fail(&format::document(&document.id), FaultCode::Json, detail);
        return None;
    }
    let content = contents.take(&file.path, report)?;
    let size_fits = u64::try_from(content.len()).is_ok_and(|size| size == file.size);
    if !size_fits || contents.digest(&file.path).map(hex::encode).as_ref() != Some(&file.sha256) {
        report.fail(&file.path, FaultCode::Digest, "not the size and digest told in document.json");
        return None;
    }
    Some(content)
}

/// That the entry which recorded the document says the same of it.
fn check_record(part: &str, document: &DocumentRecord, entry: &OpenedEntry, report: &mut ExtractReport) {
    if !matches!(entry.kind.as_str(), kind::DOCUMENT_RECORDED | kind::DOCUMENT_RECEIVED) {
        report.fail(part, FaultCode::DocumentDiffers, format!("entry {} is {}", entry.seq, entry.kind));
    }
    if document.received_at.as_deref().and_then(moment) != Some(entry.at) {
        let detail = format!("received_at is not {}, the instant of entry {}", entry.at, entry.seq);
        report.fail(part, FaultCode::DocumentDiffers, detail);
    }
    let attachments: Vec<Value> = document
        .attachments
        .iter()
        .map(|file| json!({"name": file.name, "sha256": file.sha256, "size": file.size}))
        .collect();
    let needed = [
        (field::DOCUMENT_ID, json!(document.id)),
        (field::CONTENT_SHA256, json!(document.original.sha256)),
        (field::ATTACHMENTS, json!(attachments)),
    ];
    needed.iter().for_each(|(name, value)| must_say(part, entry, name, value, report));
    let where_revealed = [
        (field::CONTENT_NAME, json!(document.original.name)),
        (field::KIND, json!(document.kind)),
        (field::NUMBER, json!(document.number)),
        (field::SENDER, json!(document.sender.key)),
        (field::RECIPIENT, json!(document.recipient.key)),
    ];
    where_revealed.iter().for_each(|(name, value)| may_say(part, entry, name, value, report));
}

/// That an entry reveals a field with this value.
pub(super) fn must_say(part: &str, entry: &OpenedEntry, name: &str, value: &Value, report: &mut ExtractReport) {
    if entry.fields.contains_key(name) {
        may_say(part, entry, name, value, report);
    } else {
        report.fail(part, FaultCode::FieldMissing, format!("{name} of entry {}", entry.seq));
    }
}

/// That an entry reveals no other value of a field.
fn may_say(part: &str, entry: &OpenedEntry, name: &str, value: &Value, report: &mut ExtractReport) {
    if entry.fields.get(name).is_some_and(|found| found != value) {
        report.fail(part, FaultCode::DocumentDiffers, format!("{name} is another in entry {}", entry.seq));
    }
}

/// That the history of the document is whole, and leads to the state told.
fn check_history(part: &str, document: &DocumentRecord, bench: &Bench<'_>, report: &mut ExtractReport) {
    let history = report.statement.as_ref().and_then(|statement| entries_of_document(statement, &document.id));
    let Some(history) = history.map(<[u64]>::to_vec) else {
        let spoken_of = bench.entries.with(field::DOCUMENT_ID, &document.id).next().is_some();
        if document.recorded_entry.is_some() || spoken_of {
            report.fail(part, FaultCode::Chain, "the statement does not list the entries of the document");
        }
        return;
    };
    for entry in bench.entries.with(field::DOCUMENT_ID, &document.id) {
        if history.binary_search(&entry.seq).is_err() {
            report.fail(part, FaultCode::Chain, format!("entry {} is left out of its history", entry.seq));
        }
    }
    let mut reached = None;
    for entry in history.iter().filter_map(|seq| bench.entries.get(*seq)) {
        let state = match entry.kind.as_str() {
            kind::DOCUMENT_RECORDED | kind::DOCUMENT_RECEIVED => "received",
            kind::DOCUMENT_SIGNED => "accepted",
            kind::DOCUMENT_REJECTED => "rejected",
            kind::DOCUMENT_WITHDRAWN => "withdrawn",
            _ => continue,
        };
        must_say(part, entry, field::DOCUMENT_ID, &json!(document.id), report);
        reached = Some(state);
        if state == "received" && document.recorded_entry != Some(entry.seq) {
            report.fail(part, FaultCode::DocumentDiffers, format!("entry {} recorded it as well", entry.seq));
        }
    }
    let told = document.state.as_str();
    let is_reachable = matches!(told, "received" | "accepted" | "rejected" | "withdrawn");
    let fits = reached.map_or(!is_reachable, |reached| reached == told);
    if !fits {
        let detail = format!("{told}, the journal leads to {}", reached.unwrap_or("no such state"));
        report.fail(part, FaultCode::StateDiffers, detail);
    }
}

/// That the signatures are there without which the document could not have got so far.
fn check_sides(part: &str, document: &DocumentRecord, report: &mut ExtractReport) {
    let has = |side: &str, entry: &dyn Fn(Option<u64>) -> bool| {
        document.signatures.iter().any(|signature| signature.side == side && entry(signature.entry))
    };
    if document.recorded_entry.is_some() && !has("sender", &|entry| entry == document.recorded_entry) {
        report.fail(part, FaultCode::SignatureMissing, "its sender's");
    }
    if document.state == "accepted" && !has("recipient", &|entry| entry.is_some()) {
        report.fail(part, FaultCode::SignatureMissing, "its recipient's");
    }
}

fn check_signature(
    contents: &mut Contents<'_>,
    part: &str,
    document: &DocumentRecord,
    signature: &SignatureRecord,
    original: Option<&[u8]>,
    bench: &Bench<'_>,
    report: &mut ExtractReport,
) {
    let folder = |path: &str| in_folder(path, document, "signatures/");
    if !folder(&signature.path) || !signature.time_stamp.as_deref().is_none_or(folder) {
        return report.fail(part, FaultCode::Json, format!("{} is not in its folder", signature.path));
    }
    let cms = contents.take(&signature.path, report);
    let token = signature.time_stamp.as_deref().map(|path| contents.take(path, report));
    let Some(cms) = cms else { return };
    if contents.digest(&signature.path).map(hex::encode).as_ref() != Some(&signature.sha256) {
        report.fail(&signature.path, FaultCode::Digest, "not the digest told in document.json");
    }
    let entry = signature.entry.and_then(|seq| bench.entries.get(seq));
    check_signature_entry(part, document, signature, entry, report);
    let receipt = entry.map(|entry| entry.at).or_else(|| moment(&signature.checked_at)).unwrap_or(bench.judge.now());

    let (Some(original), Some(token)) = (original, token.map_or(Some(None), |token| token.map(Some))) else { return };
    let demand = Demand::Revocation;
    let judged = match bench.judge.signature(cms, token, &Content::Is(original), demand, receipt) {
        Ok((_, judged)) => judged,
        Err((code, detail)) => return report.fail(&signature.path, code, detail),
    };
    // One that the journal does not record had no effect: what is wrong with it may be why.
    let weighs = signature.entry.is_some();
    if weighs {
        weigh(&signature.path, &judged, report);
        check_at_receipt(&signature.path, &judged, receipt, report);
        let told = signature.proven_at.as_deref().map(moment);
        if told.is_some_and(|told| {
            told.map(Moment::truncate_to_seconds) != judged.proven_at.map(Moment::truncate_to_seconds)
        }) {
            report.fail(part, FaultCode::DocumentDiffers, format!("proven_at of {}", signature.id));
        }
    }
    check_signer(part, document, signature, &judged, entry, report);
    report.signatures.push(JudgedSignature {
        part: signature.path.clone(),
        used_as: SignatureUse::Party,
        document: Some(document.id.clone()),
        weighs,
        report: judged,
    });
}

/// That the entry which recorded the signature speaks of this one.
fn check_signature_entry(
    part: &str,
    document: &DocumentRecord,
    signature: &SignatureRecord,
    entry: Option<&OpenedEntry>,
    report: &mut ExtractReport,
) {
    if SignatureId::parse(&signature.id).is_err() || !matches!(signature.side.as_str(), "sender" | "recipient") {
        report.fail(part, FaultCode::Json, format!("signature {}", signature.id));
    }
    let Some(seq) = signature.entry else { return };
    let Some(entry) = entry else {
        return report.fail(part, FaultCode::DocumentDiffers, format!("entry {seq} is not here"));
    };
    let fits = match signature.side.as_str() {
        "sender" => document.recorded_entry == Some(seq),
        _ => entry.kind == kind::DOCUMENT_SIGNED,
    };
    if !fits {
        report.fail(part, FaultCode::DocumentDiffers, format!("entry {seq} records no such signature"));
    }
    let needed = [
        (field::DOCUMENT_ID, json!(document.id)),
        (field::SIGNATURE_ID, json!(signature.id)),
        (field::SIGNATURE_SHA256, json!(signature.sha256)),
        (field::CERTIFICATE_SHA256, json!(signature.certificate_sha256)),
    ];
    needed.iter().for_each(|(name, value)| must_say(part, entry, name, value, report));
    if let Some(verdict) = entry.text(field::VERDICT).filter(|verdict| *verdict != signature.indication) {
        report.fail(part, FaultCode::DocumentDiffers, format!("the verdict of then was {verdict}"));
    }
}

/// That the certificate is the one told, and one of the party on whose side it stands.
fn check_signer(
    part: &str,
    document: &DocumentRecord,
    signature: &SignatureRecord,
    judged: &qolhat_pki::report::SignatureReport,
    entry: Option<&OpenedEntry>,
    report: &mut ExtractReport,
) {
    let Some(certificate) = judged.certificate.as_ref() else { return };
    let facts = certificate.subject_facts();
    let told = certificate_sha256_fits(signature, certificate.sha256())
        && signature.iin == facts.iin
        && signature.bin == facts.bin
        && facts.common_name.as_ref().is_none_or(|name| *name == signature.common_name);
    let party = if signature.side == "sender" { &document.sender } else { &document.recipient };
    let of_party = match party.key.split_once(':') {
        Some(("iin", number)) => facts.iin.as_deref() == Some(number),
        Some(("bin", number)) => facts.bin.as_deref() == Some(number),
        Some(_) | None => false,
    };
    let revealed = |name: &str, value: &Option<String>| {
        entry.and_then(|entry| entry.text(name)).is_none_or(|found| value.as_deref() == Some(found))
    };
    if !told || !of_party || !revealed(field::SIGNER_IIN, &facts.iin) || !revealed(field::SIGNER_BIN, &facts.bin) {
        report.fail(part, FaultCode::SignerDiffers, format!("{}: {}", signature.id, certificate.subject()));
    }
}

fn certificate_sha256_fits(signature: &SignatureRecord, sha256: [u8; 32]) -> bool {
    signature.certificate_sha256 == hex::encode(sha256)
}

/// An instant of a record.
pub(super) fn moment(text: &str) -> Option<Moment> {
    Moment::parse_rfc3339(text).ok()
}
