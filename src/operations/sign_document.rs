//! A party signs a document that is there: the addressee countersigns what he received, the sender signs and sends his
//! draft.

use serde_json::json;

use super::check_signature::Checked;
use super::commit::{self, Act as Written};
use super::take_signature::{take_signature, written_down};
use super::{Fault, OperationError, destroy_content, issue_receipt, keep_content, keep_signature, record_document};
use crate::access::answers::Request;
use crate::access::rights::Caller;
use crate::app::App;
use crate::docflow::destruction;
use crate::docflow::store::{self, Change, DocumentRow};
use crate::docflow::{Act, Side, State, decide};
use crate::domain::ids::{DocumentId, EventId};
use crate::domain::refusal::RefusalCode;
use crate::domain::time::Moment;
use crate::extract::format::{field, kind};
use crate::journal::promise::Promised;
use crate::journal::{EventDraft, Sequenced};
use crate::notify::store::NewNotice;
use crate::signature::authority;

/// What an act made of a document.
#[derive(Debug, Clone)]
pub struct Acted {
    /// The document.
    pub document: DocumentId,
    /// Where it stands; `Recording` when the journal's entry was not sequenced in time.
    pub state: State,
    /// The entry of the act.
    pub entry: Option<Sequenced>,
    /// The promise of it, when it was not there in time.
    pub promise: Option<Promised>,
}

/// Signs the document.
///
/// # Errors
/// `document-unknown`, the refusals of the state, of the signature and of the signer's authority. An addressee whose
/// certificate nobody vouches for now is told to try again; a draft then waits as `CheckPending`.
///
/// Keeps: FLW-02, SIG-10 to SIG-13, SIG-16.
pub async fn sign_document(
    app: &App,
    caller: &Caller,
    document: DocumentId,
    cms: &[u8],
    request: Option<&Request>,
) -> Result<Acted, OperationError> {
    let now = app.clock.now();
    caller.must_sign()?;
    let (row, side) = load(app, caller, document).await?;
    let act = act_of(&row, side);
    decide(row.state(), act, side)?;

    let key = match keep_content::key_of(app, document, &caller.party).await? {
        Some(key) => key,
        None => return destroy_content::gone(app, document, &caller.party, RefusalCode::DocumentUnknown).await,
    };
    let files = store::files(&app.db, document).await?;
    let original = files.first().ok_or_else(|| Fault::Inconsistent(format!("document {document} has no original")))?;
    let content = keep_content::to_be_signed(app, &key, original).await?;
    let checked = take_signature(app, caller, "sign-document", (cms, content.signed()), now, |checked| {
        authority::may_bind(&checked.signer, Some(&caller.iin), &caller.party, row.kind)?;
        match &checked.waits_for {
            Some(refusal) if act == Act::Countersign => Err(refusal.clone()),
            Some(_) | None => Ok(()),
        }
    })
    .await?;

    let event = EventId::new(now, &mut app.rng.clone());
    let kept = keep_signature::put(app, &key, &checked, document, side, event).await?;
    let mut tx = app.db.begin().await?;
    let row = store::lock(&mut tx, document).await?.ok_or(RefusalCode::DocumentUnknown)?;
    if destruction::is_destroyed(&mut tx, document).await? {
        return Err(RefusalCode::ContentDestroyed.into());
    }
    let state = new_state(decide(row.state(), act, side)?, &checked);
    if let Err(error) = keep_signature::insert(&mut tx, &checked, &kept, now).await {
        drop(tx);
        let refused = Err(commit::not_twice(app, request, error).await);
        return written_down(app, caller, "sign-document", &checked, refused).await;
    }
    let recorded = if state == State::Received { Some(event) } else { row.recorded_event };
    let deadline = (state == State::CheckPending).then(|| record_document::check_deadline(app, now));
    let change = Change { state, reason: None, state_event: event, recorded_event: recorded, check_deadline: deadline };
    store::update(&mut tx, document, &change).await?;

    let mut payload = vec![(field::DOCUMENT_ID.to_owned(), json!(document.to_string()))];
    if act == Act::Send {
        payload = record_document::document_payload(document, row.kind, &row.number, &files);
        payload.push((field::SENDER.to_owned(), json!(row.sender.key())));
        payload.push((field::RECIPIENT.to_owned(), json!(row.recipient.key())));
    }
    payload.extend(keep_signature::payload(&kept.row));
    let known_to_both = state != State::CheckPending;
    let draft = EventDraft {
        id: event,
        kind: event_kind(state).to_owned(),
        subjects: record_document::subjects(document, &row.sender, known_to_both.then_some(&row.recipient)),
        payload,
        actor: commit::actor(caller),
    };
    let written = Written {
        notices: notices(&row, event_kind(state), event, known_to_both, now),
        events: vec![draft],
        request: request.map(|request| (request, document.to_string())),
    };
    let (entry, promise) = commit::commit_or_promise(app, tx, written, now).await?;
    if state == State::Received && entry.is_some() {
        issue_receipt::issue_or_leave(app, document).await?;
    }
    Ok(Acted { document, state: if entry.is_some() { state } else { State::Recording }, entry, promise })
}

/// The document and the caller's side in it.
///
/// # Errors
/// `document-unknown` for everybody else.
pub(super) async fn load(
    app: &App,
    caller: &Caller,
    document: DocumentId,
) -> Result<(DocumentRow, Side), OperationError> {
    let row = store::load(&app.db, document).await?.ok_or(RefusalCode::DocumentUnknown)?;
    let side = row.side_of(&caller.party).ok_or(RefusalCode::DocumentUnknown)?;
    Ok((row, side))
}

fn act_of(row: &DocumentRow, side: Side) -> Act {
    match (side, row.kept_state) {
        (Side::Sender, State::Draft) => Act::Send,
        (Side::Sender | Side::Recipient, _) => Act::Countersign,
    }
}

/// A draft whose evidence cannot be had now waits for it.
fn new_state(decided: State, checked: &Checked) -> State {
    if decided == State::Received && checked.waits_for.is_some() { State::CheckPending } else { decided }
}

const fn event_kind(state: State) -> &'static str {
    match state {
        State::Received => kind::DOCUMENT_RECORDED,
        State::CheckPending => "document.check-pending",
        State::Draft | State::Recording | State::Accepted | State::Rejected | State::Withdrawn | State::CheckFailed => {
            kind::DOCUMENT_SIGNED
        }
    }
}

/// Notices of an act on a document, to the sender and, when he knows of it, to the addressee.
pub(super) fn notices(
    row: &DocumentRow,
    kind: &'static str,
    event: EventId,
    known_to_both: bool,
    now: Moment,
) -> Vec<NewNotice> {
    let parties = std::iter::once(row.sender).chain(known_to_both.then_some(row.recipient));
    parties.map(|party| NewNotice { party, kind, document: Some(row.id), event, created_at: now }).collect()
}
