//! An officer proposes that the oldest entries of the journal, whose term has run, leave the database. Another one decides.

use serde_json::json;

use super::OperationError;
use super::commit::{self, Act};
use super::end_document::checked_reason;
use super::pruning_terms::{self, must_be_due};
use crate::access::answers::Request;
use crate::access::rights::Caller;
use crate::app::App;
use crate::domain::ids::{EventId, PruningId};
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::journal::EventDraft;
use crate::journal::pruning::{BY_FIELD, FIELD, FROM_FIELD, ID_FIELD, PROPOSED};
use crate::journal::prunings::{self, ONE_IS_OPEN, PruningRow, PruningState};

/// Proposes that the entries before `minimum` go; answers the id.
///
/// # Errors
/// `not-an-officer`, `reason-required`, `pruning-state` while another one is open, and what
/// `must_be_due` says.
///
/// Keeps: JRN-03, JRN-07.
pub async fn propose_pruning(
    app: &App,
    caller: &Caller,
    minimum: u64,
    ground: &str,
    request: Option<&Request>,
) -> Result<PruningId, OperationError> {
    let now = app.clock.now();
    caller.must_be_officer()?;
    let ground = checked_reason(ground, "/ground")?;
    let from = app.journal.minimum().await?;
    must_be_due(app, (from, minimum), now).await?;
    let (id, event) = (PruningId::new(now, &mut app.rng.clone()), EventId::new(now, &mut app.rng.clone()));
    let by = caller.iin.to_string();
    let draft = EventDraft {
        id: event,
        kind: PROPOSED.to_owned(),
        subjects: vec![pruning_terms::subject(id)],
        payload: vec![
            (ID_FIELD.to_owned(), json!(id.to_string())),
            (FROM_FIELD.to_owned(), json!(from)),
            (FIELD.to_owned(), json!(minimum)),
            ("ground".to_owned(), json!(ground)),
            (BY_FIELD.to_owned(), json!(by)),
        ],
        actor: commit::actor(caller),
    };
    let row = PruningRow {
        id,
        from,
        to: minimum,
        ground,
        state: PruningState::Proposed,
        proposed_by: by,
        proposed_at: now,
        proposed_event: event,
        decided_by: None,
        decided_at: None,
        decided_event: None,
        reason: None,
    };
    let mut tx = app.db.begin().await?;
    prunings::insert(&mut tx, &row).await.map_err(|error| {
        if error.violates(&ONE_IS_OPEN) {
            Refusal::new(RefusalCode::PruningState).with("pruning-state", "open").into()
        } else {
            OperationError::from(error)
        }
    })?;
    let request = request.map(|request| (request, id.to_string()));
    commit::commit(app, tx, Act { events: vec![draft], notices: Vec::new(), request }, now).await?;
    Ok(id)
}

/// The prunings, the newest first, for an officer.
///
/// # Errors
/// `not-an-officer`.
pub async fn list_prunings(app: &App, caller: &Caller, most: i64) -> Result<Vec<PruningRow>, OperationError> {
    caller.must_be_officer()?;
    Ok(prunings::list(&app.db, most).await?)
}
