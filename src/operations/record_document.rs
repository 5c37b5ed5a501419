//! What every document that enters goes through, whoever brings it: files put under a key of the document, rows, the
//! event by which the journal records it, notices to both parties.

use qolhat_pki::time::Span;
use qolhat_storage::envelope::ContentKey;
use serde_json::{Value, json};

use super::check_signature::Checked;
use super::commit::{self, Act};
use super::keep_signature::Kept;
use super::{Fault, OperationError, issue_receipt, keep_content, keep_signature, receive_upload};
use crate::access::answers::Request;
use crate::app::App;
use crate::db::Tx;
use crate::docflow::store::{self, FileRole, FileRow, NewDocument};
use crate::docflow::{Side, State};
use crate::domain::document::DocumentKind;
use crate::domain::ids::{DocumentId, EventId, OfferId};
use crate::domain::party::Party;
use crate::domain::refusal::RefusalCode;
use crate::domain::time::Moment;
use crate::extract::format::{field, kind};
use crate::intake::Received;
use crate::intake::store::{self as uploads, UploadRow};
use crate::journal::promise::Promised;
use crate::journal::{EventDraft, Sequenced};
use crate::notify::store::NewNotice;

/// A document about to enter, all of it checked.
#[derive(Debug)]
pub struct Entering<'a> {
    /// Its kind.
    pub kind: DocumentKind,
    /// The number its author gave it.
    pub number: String,
    /// The date it bears, ISO.
    pub date: Option<String>,
    /// The line by which people know it.
    pub title: String,
    /// Who sends it.
    pub sender: Party,
    /// To whom.
    pub recipient: Party,
    /// IIN of the person who brought it.
    pub author_iin: String,
    /// The original, then the attachments.
    pub files: &'a [Received],
    /// The upload that the original is, when it came ahead.
    pub upload: Option<&'a UploadRow>,
    /// The sender's signature; a draft has none.
    pub signature: Option<&'a Checked>,
    /// The offer version that it accepts.
    pub offer: Option<(OfferId, i64)>,
    /// Further fields of the journal's entry.
    pub payload: Vec<(String, Value)>,
    /// Who brought it, as the journal keeps it.
    pub actor: Value,
}

/// A document that has entered.
#[derive(Debug, Clone)]
pub struct Entered {
    /// The document.
    pub document: DocumentId,
    /// Where it stands; `Recording` when the journal's entry was not sequenced in time.
    pub state: State,
    /// The entry that recorded it as received.
    pub entry: Option<Sequenced>,
    /// The promise of it, when it was not there in time.
    pub promise: Option<Promised>,
}

/// Blobs and rows of a document about to enter.
struct Prepared {
    document: DocumentId,
    event: EventId,
    key: ContentKey,
    files: Vec<FileRow>,
    signature: Option<Kept>,
}

/// Takes a document in. `also` runs in the same transaction, before the commit.
///
/// # Errors
/// `key-compromised`, `already-accepted`, `upload-unknown`; a fault.
pub async fn enter<F>(
    app: &App,
    entering: &Entering<'_>,
    request: Option<&Request>,
    now: Moment,
    also: F,
) -> Result<Entered, OperationError>
where
    F: AsyncFnOnce(&mut Tx, DocumentId) -> Result<(), OperationError>,
{
    let prepared = put(app, entering, now).await?;
    let state = match entering.signature {
        None => State::Draft,
        Some(Checked { waits_for: None, .. }) => State::Received,
        Some(_) => State::CheckPending,
    };
    let mut tx = app.db.begin().await?;
    if let Err(error) = insert(app, &mut tx, entering, &prepared, state, now).await {
        drop(tx);
        return Err(commit::not_twice(app, request, error).await);
    }
    also(&mut tx, prepared.document).await?;
    let act = Act {
        events: vec![event(entering, &prepared, state)],
        notices: notices(entering, &prepared, state, now),
        request: request.map(|request| (request, prepared.document.to_string())),
    };
    let (entry, promise) = commit::commit_or_promise(app, tx, act, now).await?;
    if state == State::Received && entry.is_some() {
        issue_receipt::issue_or_leave(app, prepared.document).await?;
    }
    Ok(Entered {
        document: prepared.document,
        state: if entry.is_some() { state } else { State::Recording },
        entry: entry.filter(|_| state == State::Received),
        promise,
    })
}

async fn put(app: &App, entering: &Entering<'_>, now: Moment) -> Result<Prepared, OperationError> {
    let mut rng = app.rng.clone();
    let (document, event) = (DocumentId::new(now, &mut rng), EventId::new(now, &mut rng));
    // What came ahead is sealed already; the whole document is under that key.
    let key = match entering.upload {
        Some(upload) => receive_upload::key_of(app, upload)?,
        None => keep_content::new_key(app),
    };
    let mut files = Vec::with_capacity(entering.files.len());
    for (ordinal, file) in (0_i64..).zip(entering.files) {
        let blob_address = match (file.held(), entering.upload) {
            (Some(octets), _) => keep_content::put(app, &key, octets).await?,
            (None, Some(upload)) => upload.blob_address,
            (None, None) => return Err(Fault::Inconsistent("a file is nowhere".to_owned()).into()),
        };
        files.push(FileRow {
            ordinal,
            role: if ordinal == 0 { FileRole::Original } else { FileRole::Attachment },
            name: file.name().to_owned(),
            media_type: file.media_type().to_owned(),
            size_bytes: file.size_bytes(),
            sha256: file.sha256(),
            blob_address,
            digests: file.digests().cloned(),
        });
    }
    let signature = match entering.signature {
        Some(checked) => Some(keep_signature::put(app, &key, checked, document, Side::Sender, event).await?),
        None => None,
    };
    Ok(Prepared { document, event, key, files, signature })
}

async fn insert(
    app: &App,
    tx: &mut Tx,
    entering: &Entering<'_>,
    prepared: &Prepared,
    state: State,
    now: Moment,
) -> Result<(), OperationError> {
    let document = NewDocument {
        id: prepared.document,
        kind: entering.kind,
        number: entering.number.clone(),
        date: entering.date.clone(),
        title: entering.title.clone(),
        sender: entering.sender,
        recipient: entering.recipient,
        author_iin: entering.author_iin.clone(),
        state,
        created_at: now,
        check_deadline: (state == State::CheckPending).then(|| check_deadline(app, now)),
        recorded_event: (state == State::Received).then_some(prepared.event),
        state_event: prepared.event,
        offer: entering.offer,
    };
    store::insert(tx, &document).await.map_err(|error| {
        // Another acceptance by the same client came first.
        let second_acceptance =
            ["a_client_accepts_an_offer_version_once", "document.offer_id, document.offer_version, document.sender"];
        if error.violates(&second_acceptance) {
            OperationError::from(RefusalCode::AlreadyAccepted)
        } else {
            error.into()
        }
    })?;
    if let Some(upload) = entering.upload {
        // Used once: whoever is later finds nothing.
        let taken = uploads::take(tx, upload.id, &entering.sender, now).await?;
        taken.ok_or(RefusalCode::UploadUnknown)?;
    }
    for file in &prepared.files {
        store::insert_file(tx, prepared.document, file).await?;
    }
    keep_content::keep_key(app, tx, prepared.document, &prepared.key, &[&entering.sender, &entering.recipient]).await?;
    if let (Some(checked), Some(kept)) = (entering.signature, &prepared.signature) {
        keep_signature::insert(tx, checked, kept, now).await?;
    }
    Ok(())
}

/// Until when a document may wait for evidence.
pub(super) fn check_deadline(app: &App, now: Moment) -> Moment {
    now.checked_add(Span::hours(i64::from(app.rules.check_deadline_hours))).unwrap_or(now)
}

fn event(entering: &Entering<'_>, prepared: &Prepared, state: State) -> EventDraft {
    let recorded = state == State::Received;
    let mut payload = document_payload(prepared.document, entering.kind, &entering.number, &prepared.files);
    payload.push((field::SENDER.to_owned(), json!(entering.sender.key())));
    payload.push((field::RECIPIENT.to_owned(), json!(entering.recipient.key())));
    if let Some(kept) = &prepared.signature {
        payload.extend(keep_signature::payload(&kept.row));
    }
    payload.extend(entering.payload.iter().cloned());
    let mut subjects = subjects(prepared.document, &entering.sender, recorded.then_some(&entering.recipient));
    subjects.extend(entering.offer.map(|(offer, _)| format!("offer:{offer}")));
    EventDraft {
        id: prepared.event,
        kind: match state {
            State::Draft => kind::DOCUMENT_DRAFTED,
            State::CheckPending => kind::DOCUMENT_CHECK_PENDING,
            State::Recording
            | State::Received
            | State::Accepted
            | State::Rejected
            | State::Withdrawn
            | State::CheckFailed => kind::DOCUMENT_RECORDED,
        }
        .to_owned(),
        subjects,
        payload,
        actor: entering.actor.clone(),
    }
}

/// The journal's names of whom an event on a document concerns. One that is not received concerns its sender alone.
#[must_use]
pub fn subjects(document: DocumentId, sender: &Party, recipient: Option<&Party>) -> Vec<String> {
    let parties = std::iter::once(sender).chain(recipient);
    std::iter::once(commit::document_subject(document)).chain(parties.map(commit::party_subject)).collect()
}

/// What the journal says of a document's content.
#[must_use]
pub fn document_payload(
    document: DocumentId,
    document_kind: DocumentKind,
    number: &str,
    files: &[FileRow],
) -> Vec<(String, Value)> {
    let attachments: Vec<Value> = files
        .iter()
        .skip(1)
        .map(|file| json!({"name": file.name, "sha256": file.sha256.to_hex(), "size": file.size_bytes}))
        .collect();
    let mut payload = vec![
        (field::DOCUMENT_ID.to_owned(), json!(document.to_string())),
        (field::KIND.to_owned(), json!(document_kind.code())),
        (field::NUMBER.to_owned(), json!(number)),
        (field::ATTACHMENTS.to_owned(), json!(attachments)),
    ];
    if let Some(original) = files.first() {
        payload.push((field::CONTENT_SHA256.to_owned(), json!(original.sha256.to_hex())));
        payload.push((field::CONTENT_NAME.to_owned(), json!(original.name)));
    }
    payload
}

fn notices(entering: &Entering<'_>, prepared: &Prepared, state: State, now: Moment) -> Vec<NewNotice> {
    let notice = |party: &Party, kind: &'static str| NewNotice {
        party: *party,
        kind,
        document: Some(prepared.document),
        event: prepared.event,
        created_at: now,
    };
    match state {
        State::Received => vec![
            notice(&entering.sender, kind::DOCUMENT_RECORDED),
            notice(&entering.recipient, kind::DOCUMENT_RECORDED),
        ],
        State::CheckPending => vec![notice(&entering.sender, "document.check-pending")],
        State::Draft | State::Recording | State::Accepted | State::Rejected | State::Withdrawn | State::CheckFailed => {
            Vec::new()
        }
    }
}
