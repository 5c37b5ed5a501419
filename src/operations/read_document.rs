//! What a party reads of a document: its files, signatures, receipts, history, and the verification protocol with the
//! four conditions of legal effect (SIG-14).

use qolhat_storage::BlobReader;
use qolhat_storage::envelope::{ContentKey, OpenReader};
use serde_json::Value;

use super::sign_document::load;
use super::{Fault, OperationError, destroy_content, keep_content};
use crate::access::cases::{self, CaseRow};
use crate::access::rights::Caller;
use crate::access::store as clients;
use crate::app::App;
use crate::docflow::protocol::{self, Finding, ProtocolFacts};
use crate::docflow::store::{self, DocumentRow, FileRow, ReceiptRow};
use crate::docflow::{Side, State};
use crate::domain::ids::{DocumentId, SignatureId};
use crate::domain::party::Party;
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::time::Moment;
use crate::extract::format::field;
use crate::journal::entry::Entry;
use crate::signature::store::{self as signatures, SignatureRow};

/// Entries of a history that are shown.
const HISTORY_MAX: usize = 500;

/// Something that happened to a document.
#[derive(Debug, Clone)]
pub struct HistoryItem {
    /// Instant of the entry.
    pub at: Moment,
    /// Its number.
    pub seq: u64,
    /// What happened.
    pub kind: String,
    /// Why, where a reason was given.
    pub reason: Option<String>,
}

/// A document with all that a party may see of it.
#[derive(Debug)]
pub struct DocumentView {
    /// The document.
    pub row: DocumentRow,
    /// Its files, the original first.
    pub files: Vec<FileRow>,
    /// Its signatures.
    pub signatures: Vec<SignatureRow>,
    /// The operator's receipts.
    pub receipts: Vec<ReceiptRow>,
    /// The four conditions.
    pub conditions: Vec<Finding>,
    /// Cases of compromise that contest a signature.
    pub cases: Vec<CaseRow>,
    /// What happened, in order.
    pub history: Vec<HistoryItem>,
    /// The side of the reader.
    pub side: Side,
    /// The signed promise that the act which is being recorded will be an entry, when one was given: a note.
    pub promise: Option<String>,
}

/// The document as the caller's party sees it.
///
/// # Errors
/// `document-unknown` for everybody but its parties; `not-a-client`.
pub async fn read_document(app: &App, caller: &Caller, document: DocumentId) -> Result<DocumentView, OperationError> {
    caller.must_draft()?;
    let (row, side) = load(app, caller, document).await?;
    let signatures = signatures::of_document(&app.db, document).await?;
    let cases = cases::of_document(&app.db, document).await?;
    let conditions = conditions(app, &row, &signatures, &cases).await?;
    Ok(DocumentView {
        promise: promise(app, &row).await?,
        files: store::files(&app.db, document).await?,
        receipts: store::receipts(&app.db, document).await?,
        history: history(app, document).await?,
        conditions,
        signatures,
        cases,
        side,
        row,
    })
}

/// The promise of the act that is being recorded.
///
/// # Errors
/// A fault.
pub async fn promise(app: &App, row: &DocumentRow) -> Result<Option<String>, OperationError> {
    match row.state() {
        State::Recording => Ok(app.journal.promised(row.state_event).await.map_err(Fault::from)?),
        State::Draft
        | State::CheckPending
        | State::Received
        | State::Accepted
        | State::Rejected
        | State::Withdrawn
        | State::CheckFailed => Ok(None),
    }
}

/// The four conditions, each with its evidence.
///
/// # Errors
/// A fault.
pub(super) async fn conditions(
    app: &App,
    row: &DocumentRow,
    signatures: &[SignatureRow],
    cases: &[CaseRow],
) -> Result<Vec<Finding>, OperationError> {
    let Some(signature) = signatures.iter().find(|signature| signature.side == Side::Sender.code()) else {
        return Ok(Vec::new());
    };
    let report: Value = serde_json::from_str(&signature.report).unwrap_or(Value::Null);
    let evidence = report.get("revocation").and_then(Value::as_array).cloned().unwrap_or_default();
    let recorded = match row.recorded_event {
        Some(event) => app.journal.find(event).await?,
        None => None,
    };
    Ok(protocol::findings(&ProtocolFacts {
        indication: signature.indication.clone(),
        sub_indication: signature.sub_indication.clone(),
        proven_at: signature.proven_at,
        checked_at: signature.checked_at,
        evidence,
        recorded: recorded.map(|entry| (entry.seq, entry.at)),
        sender_acceptance: acceptance(app, &row.sender).await?,
        recipient_acceptance: acceptance(app, &row.recipient).await?,
        contested_by: cases.iter().map(|case| case.id.to_string()).collect(),
    }))
}

/// The acceptance that binds a party; the operator is bound by his own offer.
async fn acceptance(app: &App, party: &Party) -> Result<Option<String>, OperationError> {
    if *party == Party::Organization(app.operator.bin) {
        return Ok(Some("operator".to_owned()));
    }
    Ok(clients::client(&app.db, party).await?.map(|client| client.acceptance.to_string()))
}

async fn history(app: &App, document: DocumentId) -> Result<Vec<HistoryItem>, OperationError> {
    let mut items = Vec::new();
    let entries = app.journal.entries_of_subject(&super::commit::document_subject(document)).await?;
    for seq in entries.into_iter().take(HISTORY_MAX) {
        let Some(stored) = app.journal.entry(seq).await? else { continue };
        let entry = Entry::parse(&stored.body).map_err(crate::journal::JournalError::from)?;
        let reason = stored.openings.iter().find_map(|(_, opening)| match opening.payload_field() {
            Some((field::REASON, Value::String(reason))) => Some(reason.clone()),
            Some(_) | None => None,
        });
        items.push(HistoryItem { at: entry.at(), seq, kind: entry.kind.clone(), reason });
    }
    Ok(items)
}

/// A file of a document, opened: held whole when it came with the document, to be read piece by piece when it came ahead.
pub struct OpenedFile {
    /// The file.
    pub row: FileRow,
    /// Its octets.
    pub octets: FileOctets,
}

/// The octets of a file.
pub enum FileOctets {
    /// All of them, which hash to what was signed.
    Held(Vec<u8>),
    /// Authenticated piece by piece; only the clean end says that they were all of them.
    Read(Box<OpenReader<BlobReader>>),
}

/// A file of a document, whatever its size.
///
/// # Errors
/// `document-unknown`, `content-destroyed`, `not-found`; a fault of the store.
pub async fn open_file(
    app: &App,
    caller: &Caller,
    document: DocumentId,
    ordinal: i64,
) -> Result<OpenedFile, OperationError> {
    let (row, key) = find_file(app, caller, document, ordinal).await?;
    let octets = match row.digests {
        None => FileOctets::Held(keep_content::get(app, &key, &row.blob_address, &row.sha256).await?),
        Some(_) => FileOctets::Read(Box::new(keep_content::reader(app, key, &row.blob_address).await?)),
    };
    Ok(OpenedFile { row, octets })
}

/// A file of a document, opened and held.
///
/// # Errors
/// As [`open_file`]; `upload-too-large` for one that is not held: it is downloaded. A fault of the store: what does not hash
/// to what was signed is never handed out.
pub async fn read_file(
    app: &App,
    caller: &Caller,
    document: DocumentId,
    ordinal: i64,
) -> Result<(FileRow, Vec<u8>), OperationError> {
    let (row, key) = find_file(app, caller, document, ordinal).await?;
    if !is_held(app, &row) {
        let limit = app.rules.limits.file_max_bytes.to_string();
        return Err(Refusal::new(RefusalCode::UploadTooLarge).with("limit", limit).into());
    }
    let bytes = keep_content::get(app, &key, &row.blob_address, &row.sha256).await?;
    Ok((row, bytes))
}

/// Whether a file may be held in memory to be looked at: one that came ahead and is as small as those that come with their
/// documents may.
#[must_use]
pub fn is_held(app: &App, row: &FileRow) -> bool {
    row.digests.is_none() || usize::try_from(row.size_bytes).is_ok_and(|size| size <= app.rules.limits.file_max_bytes)
}

async fn find_file(
    app: &App,
    caller: &Caller,
    document: DocumentId,
    ordinal: i64,
) -> Result<(FileRow, ContentKey), OperationError> {
    caller.must_draft()?;
    load(app, caller, document).await?;
    let key = own_key(app, caller, document).await?;
    let files = store::files(&app.db, document).await?;
    let file = files.into_iter().find(|file| file.ordinal == ordinal).ok_or(RefusalCode::NotFound)?;
    Ok((file, key))
}

/// The key of a document, as the caller's party holds it.
async fn own_key(app: &App, caller: &Caller, document: DocumentId) -> Result<ContentKey, OperationError> {
    match keep_content::key_of(app, document, &caller.party).await? {
        Some(key) => Ok(key),
        None => destroy_content::gone(app, document, &caller.party, RefusalCode::DocumentUnknown).await,
    }
}

/// A signature on a document, as it was received.
///
/// # Errors
/// As [`read_file`].
pub async fn read_signature(
    app: &App,
    caller: &Caller,
    document: DocumentId,
    signature: SignatureId,
) -> Result<Vec<u8>, OperationError> {
    caller.must_draft()?;
    load(app, caller, document).await?;
    let key = own_key(app, caller, document).await?;
    let rows = signatures::of_document(&app.db, document).await?;
    let row = rows.into_iter().find(|row| row.id == signature).ok_or(RefusalCode::NotFound)?;
    if row.document != document {
        return Err(Fault::Inconsistent(format!("signature {signature} is of another document")).into());
    }
    keep_content::get(app, &key, &row.blob_address, &row.cms_sha256).await
}
