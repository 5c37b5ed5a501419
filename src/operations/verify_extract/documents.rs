//! The documents of an extract against its journal: files, record, state and signatures (docs/extract-format.md,
//! section 9).

use qolhat_pki::report::SignatureReport;
use serde_json::{Value, json};

use super::super::history::replay;
use super::contents::Contents;
use super::finding::FaultCode;
use super::journal::{Entries, OpenedEntry, entries_of};
use super::judge::{Content, Demand, Judge, check_at_receipt, weigh};
use super::protocol;
use super::report::{ExtractReport, JudgedSignature, SignatureUse};
use super::{seals, with_skew};
use crate::docflow::State;
use crate::domain::document::DocumentKind;
use crate::domain::ids::{DocumentId, SignatureId};
use crate::domain::party::{IdentifierPolicy, Party};
use crate::domain::time::Moment;
use crate::extract::format::{self, field, kind};
use crate::extract::records::{DocumentRecord, ExtractRecord, FileRecord, SignatureRecord};
use crate::signature::{Signer, authority};

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
    protocol::check(part, document, report);
    for path in &document.receipts {
        if in_folder(path, document, "receipts/") {
            seals::check_receipt(contents, path, document, bench, report);
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
        (field::CONTENT_NAME, json!(document.original.name)),
        (field::ATTACHMENTS, json!(attachments)),
        (field::KIND, json!(document.kind)),
        (field::NUMBER, json!(document.number)),
        (field::SENDER, json!(document.sender.key)),
        (field::RECIPIENT, json!(document.recipient.key)),
    ];
    needed.iter().for_each(|(name, value)| must_say(part, entry, name, value, report));
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

/// That the history of the document is whole, and leads to the state told. Where nothing is written, only a state of
/// before the receipt may be told.
fn check_history(part: &str, document: &DocumentRecord, bench: &Bench<'_>, report: &mut ExtractReport) {
    let history = entries_of(report, &format!("document:{}", document.id));
    let spoken_of = || bench.entries.with(field::DOCUMENT_ID, &document.id);
    if history.is_none() && (document.recorded_entry.is_some() || spoken_of().next().is_some()) {
        report.fail(part, FaultCode::Chain, "the statement does not list the entries of the document");
    }
    let history = history.unwrap_or_default();
    for entry in spoken_of() {
        if history.binary_search(&entry.seq).is_err() {
            report.fail(part, FaultCode::Chain, format!("entry {} is left out of its history", entry.seq));
        }
    }
    let mut reached = None;
    for entry in history.iter().filter_map(|seq| bench.entries.get(*seq)) {
        let Some(next) = replay(reached, &entry.kind) else { continue };
        must_say(part, entry, field::DOCUMENT_ID, &json!(document.id), report);
        match next {
            Ok(state) => reached = Some(state),
            Err(why) => report.fail(part, FaultCode::StateDiffers, format!("entry {}: {why}", entry.seq)),
        }
        if matches!(entry.kind.as_str(), kind::DOCUMENT_RECORDED | kind::DOCUMENT_RECEIVED)
            && document.recorded_entry != Some(entry.seq)
        {
            report.fail(part, FaultCode::DocumentDiffers, format!("entry {} recorded it as well", entry.seq));
        }
    }
    let told = document.state.as_str();
    let fits = match (State::parse(told), reached) {
        (Some(told), Some(reached)) => told == reached,
        (Some(told), None) => matches!(told, State::Draft | State::CheckPending | State::CheckFailed),
        (None, reached) => told == State::Recording.code() && reached.is_none(),
    };
    if !fits {
        let detail = format!("{told}, the journal leads to {}", reached.map_or("no such state", State::code));
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
    let (Some(original), Some(token)) = (original, token.map_or(Some(None), |token| token.map(Some))) else { return };
    // What the journal holds existed then, so the stamp may be read till then; without one it is told by itself.
    let checked_at = || moment(&signature.checked_at).unwrap_or(bench.judge.now());
    let at = entry.map_or_else(checked_at, |entry| with_skew(entry.at));
    let judged = match bench.judge.signature(cms, token, &Content::Is(original), Demand::Revocation, at) {
        Ok((_, judged)) => judged,
        Err((code, detail)) => return report.fail(&signature.path, code, detail),
    };
    // One that the journal does not record had no effect: what is wrong with it may be why.
    let weighs = signature.entry.is_some();
    let mut at_receipt = None;
    if weighs {
        weigh(&signature.path, &judged, report);
        let recorded = entry.map_or_else(checked_at, |entry| entry.at);
        at_receipt = check_at_receipt(&signature.path, &judged, recorded, report);
        check_proven_at(part, signature, entry, &judged, report);
    }
    check_signer(part, document, signature, &judged, entry, report);
    report.signatures.push(JudgedSignature {
        part: signature.path.clone(),
        used_as: SignatureUse::Party,
        document: Some(document.id.clone()),
        weighs,
        at_receipt,
        report: judged,
    });
}

/// That the instant told, by the record and where the entry reveals it, is that of the time stamp, to the second.
fn check_proven_at(
    part: &str,
    signature: &SignatureRecord,
    entry: Option<&OpenedEntry>,
    judged: &SignatureReport,
    report: &mut ExtractReport,
) {
    let found = judged.proven_at.map(Moment::truncate_to_seconds);
    let revealed = entry.and_then(|entry| entry.text(field::PROVEN_AT));
    for told in signature.proven_at.as_deref().into_iter().chain(revealed) {
        if moment(told).map(Moment::truncate_to_seconds) != found {
            report.fail(part, FaultCode::DocumentDiffers, format!("proven_at of {}", signature.id));
        }
    }
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
        (field::SIGNER_IIN, json!(signature.iin)),
        (field::VERDICT, json!(signature.indication)),
    ];
    needed.iter().for_each(|(name, value)| must_say(part, entry, name, value, report));
    match &signature.bin {
        Some(bin) => must_say(part, entry, field::SIGNER_BIN, &json!(bin), report),
        None => may_say(part, entry, field::SIGNER_BIN, &Value::Null, report),
    }
    may_say(part, entry, field::SIGNER_ROLE, &json!(signature.role), report);
}

/// That the certificate is the one told, one of the party on whose side it stands, and one that may bind it by such a
/// document: a personal one never binds an organisation, nor the reverse (D13).
fn check_signer(
    part: &str,
    document: &DocumentRecord,
    signature: &SignatureRecord,
    judged: &SignatureReport,
    entry: Option<&OpenedEntry>,
    report: &mut ExtractReport,
) {
    let Some(certificate) = judged.certificate.as_ref() else { return };
    let facts = certificate.subject_facts();
    let told = certificate_sha256_fits(signature, certificate.sha256())
        && signature.iin == facts.iin
        && signature.bin == facts.bin
        && facts.common_name.as_ref().is_none_or(|name| *name == signature.common_name);
    let revealed = |name: &str, value: &Option<String>| {
        entry.and_then(|entry| entry.text(name)).is_none_or(|found| value.as_deref() == Some(found))
    };
    if !told || !revealed(field::SIGNER_IIN, &facts.iin) || !revealed(field::SIGNER_BIN, &facts.bin) {
        report.fail(part, FaultCode::SignerDiffers, format!("{}: {}", signature.id, certificate.subject()));
    }
    // Check digits were judged at intake; the numbers of test certificates do not have them.
    let policy = IdentifierPolicy::AcceptTest;
    let side = if signature.side == "sender" { &document.sender } else { &document.recipient };
    let party = Party::parse_key(&side.key, policy).ok();
    let (Some(party), Some(kind)) = (party, DocumentKind::parse(&document.kind)) else {
        return report.fail(part, FaultCode::DocumentDiffers, "no such kind or party");
    };
    match Signer::of(certificate, policy) {
        Err(refusal) => report.fail(part, FaultCode::SignerDiffers, format!("{}: {refusal}", signature.id)),
        Ok(signer) => {
            if signer.role_code() != signature.role {
                let detail = format!("{}: in the certificate the role is {}", signature.id, signer.role_code());
                report.fail(part, FaultCode::SignerDiffers, detail);
            }
            if let Err(refusal) = authority::may_bind(&signer, None, &party, kind) {
                report.fail(part, FaultCode::SignerAuthority, format!("{}: {refusal}", signature.id));
            }
        }
    }
}

fn certificate_sha256_fits(signature: &SignatureRecord, sha256: [u8; 32]) -> bool {
    signature.certificate_sha256 == hex::encode(sha256)
}

/// An instant of a record.
pub(super) fn moment(text: &str) -> Option<Moment> {
    Moment::parse_rfc3339(text).ok()
}
