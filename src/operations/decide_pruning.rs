//! Another officer decides on a pruning: two together, told apart by the person and not by the certificate.

use serde_json::json;

use super::OperationError;
use super::commit::{self, Act};
use super::pruning_terms::{self, must_be_due};
use super::second_officer::SecondDecision;
use crate::access::answers::Request;
use crate::access::rights::Caller;
use crate::app::App;
use crate::domain::ids::{EventId, PruningId};
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::extract::format::field;
use crate::journal::EventDraft;
use crate::journal::pruning::{APPROVED, BY_FIELD, FIELD, FROM_FIELD, ID_FIELD, REFUSED};
use crate::journal::prunings::{self, PruningState};

/// Decides on a proposed pruning.
///
/// # Errors
/// `not-an-officer`, `pruning-unknown`, `own-pruning` for whoever proposed it, `pruning-state`, `reason-required`, and for an
/// approval what `must_be_due` says.
///
/// Keeps: JRN-03, JRN-07.
pub async fn decide_pruning(
    app: &App,
    caller: &Caller,
    id: PruningId,
    decision: SecondDecision,
    request: Option<&Request>,
) -> Result<(), OperationError> {
    let now = app.clock.now();
    caller.must_be_officer()?;
    let by = caller.iin.to_string();
    let reason = decision.checked_reason()?;
    let (state, kind) = match decision {
        SecondDecision::Approve => (PruningState::Approved, APPROVED),
        SecondDecision::Refuse { .. } => (PruningState::Refused, REFUSED),
    };
    // Before the row is held: this reads a good deal.
    let open = prunings::open(&app.db).await?.filter(|open| open.id == id);
    if let (PruningState::Approved, Some(open)) = (state, &open) {
        must_be_due(app, (open.from, open.to), now).await?;
    }
    let event = EventId::new(now, &mut app.rng.clone());
    let mut tx = app.db.begin().await?;
    let row = prunings::lock(&mut tx, id).await?.ok_or(RefusalCode::PruningUnknown)?;
    if row.proposed_by == by {
        return Err(RefusalCode::OwnPruning.into());
    }
    if row.state != PruningState::Proposed || open.is_none() {
        return Err(Refusal::new(RefusalCode::PruningState).with("pruning-state", row.state.code()).into());
    }
    prunings::decide(&mut tx, id, state, (&by, now, event), reason.as_deref()).await?;
    let mut payload = vec![
        (ID_FIELD.to_owned(), json!(id.to_string())),
        (FROM_FIELD.to_owned(), json!(row.from)),
        (FIELD.to_owned(), json!(row.to)),
        ("proposed_by".to_owned(), json!(row.proposed_by)),
        (BY_FIELD.to_owned(), json!(by)),
    ];
    payload.extend(reason.map(|reason| (field::REASON.to_owned(), json!(reason))));
    let draft = EventDraft {
        id: event,
        kind: kind.to_owned(),
        subjects: vec![pruning_terms::subject(id)],
        payload,
        actor: commit::actor(caller),
    };
    let request = request.map(|request| (request, id.to_string()));
    commit::commit(app, tx, Act { events: vec![draft], notices: Vec::new(), request }, now).await?;
    Ok(())
}
