//! A legal hold: while one stands, the content of a document is not destroyed, whoever asks. Placed and lifted by officers
//! on a ground that is written down.

use serde_json::json;
use uuid::Uuid;

use super::OperationError;
use super::commit::{self, Act as Written};
use super::end_document::checked_reason;
use crate::access::answers::Request;
use crate::access::rights::Caller;
use crate::app::App;
use crate::docflow::destruction::{self, HoldRow};
use crate::docflow::store;
use crate::domain::ids::{DocumentId, EventId, new_uuid};
use crate::domain::refusal::RefusalCode;
use crate::extract::format::field;
use crate::journal::{EventDraft, keeping};

/// Most holds of the list.
const LISTED_MAX: i64 = 500;

/// Places a hold on a document; answers its id.
///
/// # Errors
/// `not-an-officer`, `document-unknown`, `reason-required`; `content-destroyed` when there is nothing left to hold.
///
/// Keeps: JRN-04.
pub async fn place_hold(
    app: &App,
    caller: &Caller,
    document: DocumentId,
    ground: &str,
    request: Option<&Request>,
) -> Result<Uuid, OperationError> {
    let now = app.clock.now();
    caller.must_be_officer()?;
    let ground = checked_reason(ground, "/ground")?;
    let (id, event) = (new_uuid(now, &mut app.rng.clone()), EventId::new(now, &mut app.rng.clone()));
    let mut tx = app.db.begin().await?;
    keeping::decide(&mut tx).await?;
    let row = store::lock(&mut tx, document).await?.ok_or(RefusalCode::DocumentUnknown)?;
    if destruction::is_destroyed(&mut tx, document).await? {
        return Err(RefusalCode::ContentDestroyed.into());
    }
    destruction::insert_hold(&mut tx, row.id, (id, event), (&ground, &caller.iin.to_string()), now).await?;
    let draft = draft(event, "document.held", document, id, ("ground", &ground), caller);
    let act =
        Written { events: vec![draft], notices: Vec::new(), request: request.map(|request| (request, id.to_string())) };
    commit::commit(app, tx, act, now).await?;
    Ok(id)
}

/// Lifts a hold.
///
/// # Errors
/// `not-an-officer`, `document-unknown`, `reason-required`; `not-found` when no such hold stands.
pub async fn lift_hold(
    app: &App,
    caller: &Caller,
    (document, hold): (DocumentId, Uuid),
    reason: &str,
    request: Option<&Request>,
) -> Result<(), OperationError> {
    let now = app.clock.now();
    caller.must_be_officer()?;
    let reason = checked_reason(reason, "/reason")?;
    let event = EventId::new(now, &mut app.rng.clone());
    let mut tx = app.db.begin().await?;
    store::lock(&mut tx, document).await?.ok_or(RefusalCode::DocumentUnknown)?;
    if !destruction::lift_hold(&mut tx, document, (hold, event), &caller.iin.to_string(), now).await? {
        return Err(RefusalCode::NotFound.into());
    }
    let draft = draft(event, "document.released", document, hold, (field::REASON, &reason), caller);
    let act = Written {
        events: vec![draft],
        notices: Vec::new(),
        request: request.map(|request| (request, hold.to_string())),
    };
    commit::commit(app, tx, act, now).await?;
    Ok(())
}

/// The holds on a document, the lifted ones too.
///
/// # Errors
/// `not-an-officer`, `document-unknown`.
pub async fn holds(app: &App, caller: &Caller, document: DocumentId) -> Result<Vec<HoldRow>, OperationError> {
    caller.must_be_officer()?;
    store::load(&app.db, document).await?.ok_or(RefusalCode::DocumentUnknown)?;
    Ok(destruction::holds(&app.db, document).await?)
}

/// The holds on whatever documents, those that stand first.
///
/// # Errors
/// `not-an-officer`.
pub async fn list_holds(app: &App, caller: &Caller) -> Result<Vec<HoldRow>, OperationError> {
    caller.must_be_officer()?;
    Ok(destruction::all_holds(&app.db, LISTED_MAX).await?)
}

/// One hold.
///
/// # Errors
/// `not-an-officer`, `not-found`.
pub async fn read_hold(app: &App, caller: &Caller, hold: Uuid) -> Result<HoldRow, OperationError> {
    caller.must_be_officer()?;
    Ok(destruction::hold_of_id(&app.db, hold).await?.ok_or(RefusalCode::NotFound)?)
}

fn draft(
    event: EventId,
    kind: &str,
    document: DocumentId,
    hold: Uuid,
    (name, why): (&str, &str),
    caller: &Caller,
) -> EventDraft {
    EventDraft {
        id: event,
        kind: kind.to_owned(),
        subjects: vec![commit::document_subject(document)],
        payload: vec![
            (field::DOCUMENT_ID.to_owned(), json!(document.to_string())),
            ("hold_id".to_owned(), json!(hold.to_string())),
            (name.to_owned(), json!(why)),
            (field::BY.to_owned(), json!(caller.iin.to_string())),
        ],
        actor: commit::actor(caller),
    }
}
