//! Entries of the journal that are past their term: one officer proposes that they go, another decides.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Shared;
use super::idempotency::IdempotencyKey;
use super::input::{Input, Place};
use super::problem::{ApiError, Problem};
use super::second_officer::DecideSecond;
use super::session::Session;
use crate::domain::ids::PruningId;
use crate::domain::refusal::RefusalCode;
use crate::journal::prunings::PruningRow;
use crate::operations::decide_pruning::decide_pruning;
use crate::operations::propose_pruning::{list_prunings, propose_pruning};

/// Most prunings listed.
const PRUNINGS_MAX: i64 = 200;

/// A pruning to propose.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Propose {
    /// The first entry that is held afterwards: where an exported segment ends.
    minimum: u64,
    /// On what ground; it stands in the journal.
    ground: String,
}

/// A proposed pruning.
#[derive(Serialize, ToSchema)]
pub struct ProposedAnswer {
    pruning_id: String,
}

/// A pruning and where it stands.
#[derive(Serialize, ToSchema)]
pub struct PruningAnswer {
    id: String,
    /// The first entry that was held when it was proposed.
    from: u64,
    /// The first entry that is held afterwards.
    minimum: u64,
    ground: String,
    /// `proposed`, `approved`, `refused` or `done`.
    state: &'static str,
    proposed_by: String,
    proposed_at: String,
    decided_by: Option<String>,
    decided_at: Option<String>,
    /// Why it was refused.
    reason: Option<String>,
}

fn answer(row: PruningRow) -> PruningAnswer {
    PruningAnswer {
        id: row.id.to_string(),
        from: row.from,
        minimum: row.to,
        ground: row.ground,
        state: row.state.code(),
        proposed_by: row.proposed_by,
        proposed_at: row.proposed_at.to_string(),
        decided_by: row.decided_by,
        decided_at: row.decided_at.map(|at| at.to_string()),
        reason: row.reason,
    }
}

/// The prunings, the newest first (the officer's).
#[utoipa::path(get, path = "/api/v1/journal/prunings", tag = "journal", security(("session" = [])),
    responses((status = 200, body = Vec<PruningAnswer>), (status = "4XX", body = Problem)))]
pub async fn list(State(app): State<Shared>, session: Session) -> Result<Json<Vec<PruningAnswer>>, ApiError> {
    let rows = list_prunings(&app, &session.caller, PRUNINGS_MAX).await?;
    Ok(Json(rows.into_iter().map(answer).collect()))
}

/// Propose that the oldest entries of the journal go (the officer's). Another officer decides.
#[utoipa::path(post, path = "/api/v1/journal/prunings", tag = "journal", security(("session" = [])),
    request_body = Propose, params(("Idempotency-Key" = String, Header)),
    responses((status = 201, body = ProposedAnswer), (status = "4XX", body = Problem)))]
pub async fn propose(
    State(app): State<Shared>,
    session: Session,
    key: IdempotencyKey,
    input: Input<Propose>,
) -> Result<(StatusCode, Json<ProposedAnswer>), ApiError> {
    let (request, earlier) = key.request(&app, &session.caller, input.sha256).await?;
    let pruning_id = match earlier {
        Some(id) => id,
        None => {
            let Propose { minimum, ground } = input.value;
            propose_pruning(&app, &session.caller, minimum, &ground, Some(&request)).await?.to_string()
        }
    };
    Ok((StatusCode::CREATED, Json(ProposedAnswer { pruning_id })))
}

/// Approve or refuse a pruning (the officer's, and another one than who proposed it). What is approved is done by `qolhat
/// journal prune`.
#[utoipa::path(post, path = "/api/v1/journal/prunings/{id}/decision", tag = "journal", security(("session" = [])),
    request_body = DecideSecond, params(("id" = String, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 204), (status = "4XX", body = Problem)))]
pub async fn decide(
    State(app): State<Shared>,
    Place(id): Place<String>,
    session: Session,
    key: IdempotencyKey,
    input: Input<DecideSecond>,
) -> Result<StatusCode, ApiError> {
    let id = PruningId::parse(&id).map_err(|_| RefusalCode::PruningUnknown)?;
    let (request, earlier) = key.request(&app, &session.caller, input.sha256).await?;
    if earlier.is_none() {
        decide_pruning(&app, &session.caller, id, input.value.into(), Some(&request)).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}
