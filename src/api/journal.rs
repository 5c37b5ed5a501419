//! What anybody may check (the newest checkpoint, whose log it is, whether the service lives), and the feed of notices.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::Shared;
use super::input::Asked;
use super::problem::{ApiError, Problem};
use super::session::Session;
use crate::domain::refusal::RefusalCode;
use crate::notify::store;
use crate::operations::issue_extract::operator_card;

/// Most notices given at once.
const EVENTS_MAX: i64 = 500;

/// From where on.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct After {
    /// The position of the last notice seen; from the first on when absent.
    after: Option<i64>,
    /// At most 500.
    limit: Option<i64>,
}

/// A notice.
#[derive(Serialize, ToSchema)]
pub struct EventAnswer {
    position: i64,
    kind: String,
    document_id: Option<String>,
    created_at: String,
    /// Number of the journal entry it tells of.
    entry: i64,
}

/// The feed of what concerns the caller's party, oldest first: the truth, read by position.
#[utoipa::path(get, path = "/api/v1/events", tag = "documents", security(("session" = [])), params(After),
    responses((status = 200, body = Vec<EventAnswer>), (status = "4XX", body = Problem)))]
pub async fn events(
    State(app): State<Shared>,
    session: Session,
    Asked(asked): Asked<After>,
) -> Result<Json<Vec<EventAnswer>>, ApiError> {
    session.caller.must_draft()?;
    let limit = asked.limit.unwrap_or(EVENTS_MAX).clamp(1, EVENTS_MAX);
    let notices = store::feed(&app.db, &session.caller.party, asked.after.unwrap_or(0), limit).await?;
    let answer = |notice: store::Notice| EventAnswer {
        position: notice.position,
        kind: notice.kind,
        document_id: notice.document.map(|id| id.to_string()),
        created_at: notice.created_at.to_string(),
        entry: notice.seq,
    };
    Ok(Json(notices.into_iter().map(answer).collect()))
}

/// `operator.json`: whose log this is. A court gets it by another way; this copy is for comparison.
#[utoipa::path(get, path = "/api/v1/operator", tag = "journal", responses((status = 200, body = Object)))]
pub async fn operator(State(app): State<Shared>) -> Json<Value> {
    Json(serde_json::to_value(operator_card(&app)).unwrap_or(Value::Null))
}

/// The newest signed checkpoint of the journal: a C2SP signed note.
#[utoipa::path(get, path = "/checkpoint", tag = "journal",
    responses((status = 200, body = String, content_type = "text/plain"), (status = "4XX", body = Problem)))]
pub async fn checkpoint(State(app): State<Shared>) -> Result<impl IntoResponse, ApiError> {
    let checkpoint = app.journal.latest_checkpoint().await?.ok_or(RefusalCode::NotFound)?;
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], checkpoint.note))
}

/// Whether the service answers and its database does.
#[utoipa::path(get, path = "/healthz", tag = "journal", responses((status = 200), (status = "5XX", body = Problem)))]
pub async fn health(State(app): State<Shared>) -> Result<&'static str, ApiError> {
    app.journal.latest_checkpoint().await?;
    Ok("ok\n")
}
