//! Another officer decides on a court's request: four eyes, told apart by the person and not by the certificate.

use serde_json::json;

use super::OperationError;
use super::commit::{self, Act};
use super::court_scope;
use super::second_officer::SecondDecision;
use crate::access::answers::Request;
use crate::access::rights::Caller;
use crate::app::App;
use crate::domain::ids::{CourtRequestId, EventId};
use crate::domain::refusal::RefusalCode;
use crate::extract::court::{self, CourtState};
use crate::extract::format::field;
use crate::journal::EventDraft;

/// Decides on a recorded request.
///
/// # Errors
/// `not-an-officer`, `court-request-unknown`, `own-court-request` for whoever recorded it, `court-request-state`,
/// `court-request-expired`, `reason-required`.
///
/// Keeps: POA-03.
pub async fn decide_court_request(
    app: &App,
    caller: &Caller,
    id: CourtRequestId,
    decision: SecondDecision,
    request: Option<&Request>,
) -> Result<(), OperationError> {
    let now = app.clock.now();
    caller.must_be_officer()?;
    let by = caller.iin.to_string();
    let reason = decision.checked_reason()?;
    let (state, kind) = match decision {
        SecondDecision::Approve => (CourtState::Approved, "court-request.approved"),
        SecondDecision::Refuse { .. } => (CourtState::Refused, "court-request.refused"),
    };
    let event = EventId::new(now, &mut app.rng.clone());
    let mut tx = app.db.begin().await?;
    let row = court::lock(&mut tx, id).await?.ok_or(RefusalCode::CourtRequestUnknown)?;
    if row.recorded_by == by {
        return Err(RefusalCode::OwnCourtRequest.into());
    }
    court_scope::must_be(&row, CourtState::Recorded, now)?;
    court::decide(&mut tx, id, state, (&by, now, event), reason.as_deref()).await?;
    let mut payload = vec![
        (court_scope::ID_FIELD.to_owned(), json!(id.to_string())),
        ("scope".to_owned(), json!(row.scope)),
        (field::BY.to_owned(), json!(by)),
    ];
    payload.extend(reason.map(|reason| (field::REASON.to_owned(), json!(reason))));
    let draft = EventDraft {
        id: event,
        kind: kind.to_owned(),
        subjects: vec![court_scope::subject(id)],
        payload,
        actor: commit::actor(caller),
    };
    let request = request.map(|request| (request, id.to_string()));
    commit::commit(app, tx, Act { events: vec![draft], notices: Vec::new(), request }, now).await?;
    Ok(())
}
