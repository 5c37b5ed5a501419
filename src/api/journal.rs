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
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::notify::store::{self, After};
use crate::operations::issue_extract::operator_card;

/// Most notices given at once.
const EVENTS_MAX: i64 = 500;

/// From where on.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct FromWhere {
    /// The position of the last notice seen; from the first on when absent. A number alone is a position as it was told before
    /// positions went by the journal: all notices past that one are given.
    after: Option<String>,
    /// At most 500.
    limit: Option<i64>,
}

/// A notice.
#[derive(Serialize, ToSchema)]
pub struct EventAnswer {
    /// Its place in the feed, to go on from: `ENTRY.NUMBER`.
    position: String,
    kind: String,
    document_id: Option<String>,
    created_at: String,
    /// Number of the journal entry it tells of.
    entry: i64,
}

/// The feed of what concerns the caller's party, in the order of the journal: the truth, read by position. Whoever goes on from
/// the last position that he was given misses nothing.
#[utoipa::path(get, path = "/api/v1/events", tag = "documents", security(("session" = [])), params(FromWhere),
    responses((status = 200, body = Vec<EventAnswer>), (status = "4XX", body = Problem)))]
pub async fn events(
    State(app): State<Shared>,
    session: Session,
    Asked(asked): Asked<FromWhere>,
) -> Result<Json<Vec<EventAnswer>>, ApiError> {
    session.caller.must_draft()?;
    let limit = asked.limit.unwrap_or(EVENTS_MAX).clamp(1, EVENTS_MAX);
    let after = match &asked.after {
        Some(text) => text.parse().map_err(|_| not_a_position())?,
        None => After::START,
    };
    let notices = store::feed(&app.db, &session.caller.party, after, limit).await?;
    let answer = |notice: store::Notice| EventAnswer {
        position: notice.place.to_string(),
        kind: notice.kind,
        document_id: notice.document.map(|id| id.to_string()),
        created_at: notice.created_at.to_string(),
        entry: notice.place.seq,
    };
    Ok(Json(notices.into_iter().map(answer).collect()))
}

fn not_a_position() -> Refusal {
    Refusal::new(RefusalCode::MalformedContent).with("reason", "not-a-position").at("after")
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

/// How far the log reaches.
#[derive(Serialize, ToSchema)]
pub struct StatusAnswer {
    /// Its origin.
    origin: String,
    /// The verifier key of its checkpoints (C2SP signed-note).
    key: String,
    /// Number of its entries at the newest checkpoint.
    size: u64,
    /// The minimum index (C2SP tlog-tiles): the first entry that is held, but for entry 0, which always is; 0 for all.
    minimum: u64,
    /// Up to which entry it lies outside the database too, in exported segments.
    exported: u64,
}

/// How far the log reaches: its size, from which entry on it is held, and up to which it is exported.
#[utoipa::path(get, path = "/api/v1/journal", tag = "journal",
    responses((status = 200, body = StatusAnswer), (status = "4XX", body = Problem)))]
pub async fn status(State(app): State<Shared>) -> Result<Json<StatusAnswer>, ApiError> {
    let journal = &app.journal;
    Ok(Json(StatusAnswer {
        origin: journal.origin().to_owned(),
        key: journal.verifier_key().to_owned(),
        size: journal.latest_checkpoint().await?.map_or(0, |checkpoint| checkpoint.size),
        minimum: journal.minimum().await?,
        exported: journal.exported().await?,
    }))
}

/// Whether the service answers and its database does.
#[utoipa::path(get, path = "/healthz", tag = "journal", responses((status = 200), (status = "5XX", body = Problem)))]
pub async fn health(State(app): State<Shared>) -> Result<&'static str, ApiError> {
    app.journal.latest_checkpoint().await?;
    Ok("ok\n")
}
