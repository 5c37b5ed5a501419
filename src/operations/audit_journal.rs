//! The whole journal read again, and then what the program believes beside it: documents, signatures and receipts, each
//! against the entry that it names. Needs no running service, only the database and the log's public key.

use qolhat_pki::cms::SignedData;
use serde_json::Value;

use super::history::replay;
use super::{Fault, OperationError};
use crate::db::Db;
use crate::docflow::State;
use crate::docflow::store::{self, DocumentRow, ReceiptRow};
use crate::domain::ids::{DocumentId, EventId};
use crate::extract::format::{field, kind};
use crate::extract::records::{ReceiptRecord, from_json};
use crate::journal::audit::{Against, AuditFailure, AuditReport, Course, SAVED_EACH, run_on};
use crate::journal::entry::{Entry, Field};
use crate::journal::subjects::SubjectLink;
use crate::journal::{StoredEntry, reading};
use crate::signature::store::{self as signatures, SignatureRow};

/// Documents read at once.
const PAGE: i64 = 200;

/// Found wrong: the part, the number of the entry when there is one, and what.
type Wrong = (&'static str, Option<u64>, String);

/// Audits the journal in `db` against its checkpoints, against what is known besides, and against the rows of
/// documents. It names the first thing that is wrong.
///
/// # Errors
/// A fault of the database.
pub async fn audit_journal(db: &Db, verifier_key: &str, against: Against<'_>) -> Result<AuditReport, OperationError> {
    let course = Course { earlier: None, each: SAVED_EACH, save: &mut |_| Ok(()), tell: &mut |_, _| {} };
    audit_journal_on(db, verifier_key, against, course).await
}

/// As [`audit_journal`], from where an earlier audit came to. Rows of documents may change, so all of them are looked at each
/// time.
///
/// # Errors
/// As [`audit_journal`]; what an earlier audit saved cannot be read, or this one not be saved.
pub async fn audit_journal_on(
    db: &Db,
    verifier_key: &str,
    against: Against<'_>,
    course: Course<'_>,
) -> Result<AuditReport, OperationError> {
    let mut report = run_on(db, verifier_key, against, course).await?;
    if report.ok
        && let Some((part, seq, reason)) = documents(db).await?
    {
        report.ok = false;
        report.first_failure = Some(AuditFailure { part, seq, reason });
    }
    Ok(report)
}

/// The first document that is not what the journal says.
async fn documents(db: &Db) -> Result<Option<Wrong>, OperationError> {
    let mut after = DocumentId::from(uuid::Uuid::nil());
    loop {
        let page = store::after(db, after, PAGE).await?;
        for row in &page {
            if let Some((part, seq, reason)) = document(db, row).await? {
                return Ok(Some((part, seq, format!("document {}: {reason}", row.id))));
            }
        }
        match page.last() {
            Some(last) => after = last.id,
            None => return Ok(None),
        }
    }
}

/// An event's entry; `Err` when there is none and none will come.
async fn entry_of(db: &Db, event: EventId) -> Result<Result<Option<StoredEntry>, String>, OperationError> {
    // The second look: it may have been sequenced between the first and the look at what waits.
    for _ in 0..2 {
        if let Some(place) = reading::find(db, event).await? {
            let gone = || format!("entry {} of its event {event} is in the index and not in the journal", place.seq);
            let stored = reading::entry(db, place.seq).await?;
            // Of what was pruned there is nothing to compare.
            if stored.is_none() && place.seq < reading::minimum(db).await? {
                return Ok(Ok(None));
            }
            return Ok(stored.map(Some).ok_or_else(gone));
        }
        if reading::waits(db, event).await? {
            return Ok(Ok(None));
        }
    }
    Ok(Err(format!("its event {event} is neither written down nor waiting")))
}

async fn document(db: &Db, row: &DocumentRow) -> Result<Option<Wrong>, OperationError> {
    let wrong = |seq, reason: String| Ok(Some(("document", seq, reason)));
    match entry_of(db, row.state_event).await? {
        Err(reason) => return wrong(None, reason),
        Ok(None) => {}
        Ok(Some(stored)) => {
            if let Err(reason) = state(db, row, &stored).await? {
                return wrong(Some(stored.seq), reason);
            }
        }
    }
    if let Some(event) = row.recorded_event {
        match entry_of(db, event).await? {
            Err(reason) => return wrong(None, reason),
            Ok(None) => {}
            Ok(Some(stored)) => {
                if let Err(reason) = recorded(db, row, &stored).await? {
                    return wrong(Some(stored.seq), reason);
                }
            }
        }
    }
    for signature in signatures::of_document(db, row.id).await? {
        match entry_of(db, signature.event).await? {
            Err(reason) => return Ok(Some(("signature", None, reason))),
            Ok(None) => {}
            Ok(Some(stored)) => {
                if let Err(reason) = signed(&signature, &stored) {
                    return Ok(Some(("signature", Some(stored.seq), reason)));
                }
            }
        }
    }
    for receipt in store::receipts(db, row.id).await? {
        if let Err(reason) = receipted(db, row, &receipt).await? {
            let number = receipt.number;
            return Ok(Some(("receipt", None, format!("receipt {number}: {reason}"))));
        }
    }
    Ok(None)
}

/// That a field, where it is not erased, says this.
fn says(fields: &std::collections::BTreeMap<String, Value>, name: &str, kept: Option<&str>) -> Result<(), String> {
    match fields.get(name) {
        Some(found) if found.as_str() != kept => Err(format!("{name} is another in its entry")),
        Some(_) | None => Ok(()),
    }
}

/// That the document stands where the last entry of its own that moves it has led it.
async fn state(db: &Db, row: &DocumentRow, stored: &StoredEntry) -> Result<Result<(), String>, OperationError> {
    let (entry, fields) = match stored.proven() {
        Ok(proven) => proven,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let leads_to = match entry.kind.as_str() {
        kind::DOCUMENT_DRAFTED => Some(State::Draft),
        kind::DOCUMENT_CHECK_PENDING => Some(State::CheckPending),
        kind::DOCUMENT_RECORDED | kind::DOCUMENT_RECEIVED => Some(State::Received),
        kind::DOCUMENT_SIGNED => Some(State::Accepted),
        kind::DOCUMENT_REJECTED => Some(State::Rejected),
        kind::DOCUMENT_WITHDRAWN => Some(State::Withdrawn),
        kind::DOCUMENT_CHECK_FAILED => Some(State::CheckFailed),
        _ => None,
    };
    if leads_to != Some(row.kept_state) {
        return Ok(Err(format!("it is {}, its entry is {}", row.kept_state.code(), entry.kind)));
    }
    if let Err(reason) = says(&fields, field::DOCUMENT_ID, Some(&row.id.to_string())) {
        return Ok(Err(reason));
    }
    // The document is the first subject of its entries: no later one of them may move it.
    let own = stored.openings.iter().find(|(field, _)| *field == Field::Subject(0));
    let Some(link) = own.and_then(|(_, opening)| SubjectLink::from_value(&opening.value)) else {
        return Ok(Err("its entry has no subject".to_owned()));
    };
    let mut later = reading::entries_of_subject(db, &link.subject).await?;
    later.retain(|seq| *seq > stored.seq);
    for seq in later {
        let Some(stored) = reading::entry(db, seq).await? else {
            return Ok(Err(format!("its entry {seq} is in the index and not in the journal")));
        };
        let later = Entry::parse(&stored.body).map_err(crate::journal::JournalError::from)?;
        if replay(Some(row.kept_state), &later.kind).is_some() && !is_newer(db, row).await? {
            return Ok(Err(format!("it is {}, and entry {seq} came later: {}", row.kept_state.code(), later.kind)));
        }
    }
    Ok(Ok(()))
}

/// Whether the row has moved on since it was read.
async fn is_newer(db: &Db, row: &DocumentRow) -> Result<bool, OperationError> {
    Ok(store::load(db, row.id).await?.is_some_and(|now| now.state_event != row.state_event))
}

async fn recorded(db: &Db, row: &DocumentRow, stored: &StoredEntry) -> Result<Result<(), String>, OperationError> {
    let files = store::files(db, row.id).await?;
    Ok(stored.proven().map_err(|error| error.to_string()).and_then(|(entry, fields)| {
        if !matches!(entry.kind.as_str(), kind::DOCUMENT_RECORDED | kind::DOCUMENT_RECEIVED) {
            return Err(format!("it was recorded by an entry {}", entry.kind));
        }
        let content = files.first().map(|file| file.sha256.to_hex());
        says(&fields, field::DOCUMENT_ID, Some(&row.id.to_string()))?;
        says(&fields, field::KIND, Some(row.kind.code()))?;
        says(&fields, field::NUMBER, Some(&row.number))?;
        says(&fields, field::SENDER, Some(&row.sender.key()))?;
        says(&fields, field::RECIPIENT, Some(&row.recipient.key()))?;
        says(&fields, field::CONTENT_SHA256, content.as_deref())
    }))
}

fn signed(row: &SignatureRow, stored: &StoredEntry) -> Result<(), String> {
    let (_, fields) = stored.proven().map_err(|error| error.to_string())?;
    says(&fields, field::DOCUMENT_ID, Some(&row.document.to_string()))?;
    says(&fields, field::SIGNATURE_ID, Some(&row.id.to_string()))?;
    says(&fields, field::SIGNATURE_SHA256, Some(&row.cms_sha256.to_hex()))?;
    says(&fields, field::CERTIFICATE_SHA256, Some(&row.certificate_sha256.to_hex()))?;
    says(&fields, field::VERDICT, Some(&row.indication))
}

async fn receipted(db: &Db, row: &DocumentRow, receipt: &ReceiptRow) -> Result<Result<(), String>, OperationError> {
    let Some(place) = reading::find(db, receipt.event).await? else {
        return Ok(Err("what it confirms is not written down".to_owned()));
    };
    if Some(receipt.event) != row.recorded_event {
        return Ok(Err("it is not of the entry that recorded the document".to_owned()));
    }
    let data = SignedData::from_bytes(&receipt.cms).map_err(|error| Fault::Inconsistent(error.to_string()));
    let body = match &data {
        Ok(data) => data.content().ok_or_else(|| "no content".to_owned()).and_then(from_json::<ReceiptRecord>),
        Err(error) => Err(error.to_string()),
    };
    Ok(body.and_then(|body| {
        let fits = body.document_id == row.id.to_string()
            && body.journal.entry == place.seq
            && body.journal.leaf == hex::encode(place.leaf)
            && body.received_at == place.at.to_string();
        if fits { Ok(()) } else { Err("it says otherwise than the entry".to_owned()) }
    }))
}
