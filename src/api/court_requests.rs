//! Requests of courts and bodies for extracts: recorded by one officer, decided by another.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Shared;
use super::extracts::{Period, about, document_ids};
use super::idempotency::IdempotencyKey;
use super::input::{self, Input, Place};
use super::problem::{ApiError, Problem};
use super::second_officer::DecideSecond;
use super::session::Session;
use crate::domain::ids::CourtRequestId;
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::time::CivilDate;
use crate::extract::court::{self, CourtRow};
use crate::operations::Fault;
use crate::operations::court_scope::CourtScope;
use crate::operations::decide_court_request::decide_court_request;
use crate::operations::record_court_request::{NewCourtRequest, read_court_request, record_court_request};

/// Most requests listed.
const REQUESTS_MAX: i64 = 200;

/// A request to record.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The court or the body.
    authority: String,
    /// The number that it gave its request.
    reference: String,
    /// The date of the request, `YYYY-MM-DD`.
    dated: String,
    /// On what ground it asks.
    ground: String,
    /// What it asks for, in its own words.
    words: String,
    /// The documents that may be given; none when a period is given.
    #[serde(default)]
    documents: Vec<String>,
    /// Instead of documents: everything of one party in a period.
    #[serde(default)]
    period: Option<Period>,
    /// Instead of documents: the id of a session, with its codes and messages.
    #[serde(default)]
    session: Option<String>,
    /// Instead of documents: the id of a message.
    #[serde(default)]
    message: Option<String>,
    /// When it was received, RFC 3339.
    received_at: String,
    /// Until when it may be answered, RFC 3339.
    due_at: String,
}

impl Record {
    fn read(self) -> Result<NewCourtRequest, ApiError> {
        let period = self.period.map(|period| period.read()).transpose()?;
        let no_date = |_| Refusal::new(RefusalCode::DateInvalid).with("reason", "not-a-date").at("/dated");
        Ok(NewCourtRequest {
            scope: match about(self.session.as_deref(), self.message.as_deref())? {
                Some(about) if self.documents.is_empty() && period.is_none() => CourtScope::About(about),
                Some(_) => return Err(Refusal::new(RefusalCode::ExtractScopeEmpty).at("/documents").into()),
                None => CourtScope::new(&document_ids(&self.documents)?, period)?,
            },
            authority: self.authority,
            reference: self.reference,
            dated: CivilDate::parse(&self.dated).map_err(no_date)?,
            ground: self.ground,
            words: self.words,
            received_at: input::moment(&self.received_at, "/received_at")?,
            due_at: input::moment(&self.due_at, "/due_at")?,
        })
    }
}

/// A recorded request.
#[derive(Serialize, ToSchema)]
pub struct RecordedAnswer {
    court_request_id: String,
}

/// A request and where it stands.
#[derive(Serialize, ToSchema)]
pub struct CourtRequestAnswer {
    id: String,
    authority: String,
    reference: String,
    dated: String,
    ground: String,
    words: String,
    /// `{"documents": […]}`, `{"period": {"party", "from", "to"}}`, `{"session": id}` or `{"message": id}`.
    #[schema(value_type = Object)]
    scope: serde_json::Value,
    received_at: String,
    due_at: String,
    /// `recorded`, `approved`, `refused` or `answered`.
    state: &'static str,
    recorded_by: String,
    recorded_at: String,
    decided_by: Option<String>,
    decided_at: Option<String>,
    /// Why it was refused.
    reason: Option<String>,
}

fn answer(row: CourtRow) -> Result<CourtRequestAnswer, ApiError> {
    let scope = serde_json::from_str(&row.scope);
    Ok(CourtRequestAnswer {
        id: row.id.to_string(),
        authority: row.authority,
        reference: row.reference,
        dated: row.dated,
        ground: row.ground,
        words: row.words,
        scope: scope.map_err(|error| Fault::Inconsistent(format!("scope of court request {}: {error}", row.id)))?,
        received_at: row.received_at.to_string(),
        due_at: row.due_at.to_string(),
        state: row.state.code(),
        recorded_by: row.recorded_by,
        recorded_at: row.recorded_at.to_string(),
        decided_by: row.decided_by,
        decided_at: row.decided_at.map(|at| at.to_string()),
        reason: row.reason,
    })
}

/// The id of a request in an address or a body.
pub(super) fn court_request_id(text: &str) -> Result<CourtRequestId, ApiError> {
    CourtRequestId::parse(text).map_err(|_| RefusalCode::CourtRequestUnknown.into())
}

/// The requests, the newest first (the officer's).
#[utoipa::path(get, path = "/api/v1/court-requests", tag = "extracts", security(("session" = [])),
    responses((status = 200, body = Vec<CourtRequestAnswer>), (status = "4XX", body = Problem)))]
pub async fn list(State(app): State<Shared>, session: Session) -> Result<Json<Vec<CourtRequestAnswer>>, ApiError> {
    session.caller.must_be_officer()?;
    let rows = court::list(&app.db, REQUESTS_MAX).await?;
    Ok(Json(rows.into_iter().map(answer).collect::<Result<_, _>>()?))
}

/// Record what a court or a body asks for (the officer's). Another officer decides.
#[utoipa::path(post, path = "/api/v1/court-requests", tag = "extracts", security(("session" = [])),
    request_body = Record, params(("Idempotency-Key" = String, Header)),
    responses((status = 201, body = RecordedAnswer), (status = "4XX", body = Problem)))]
pub async fn record(
    State(app): State<Shared>,
    session: Session,
    key: IdempotencyKey,
    input: Input<Record>,
) -> Result<(StatusCode, Json<RecordedAnswer>), ApiError> {
    let (request, earlier) = key.request(&app, &session.caller, input.sha256).await?;
    let court_request_id = match earlier {
        Some(id) => id,
        None => {
            let new = input.value.read()?;
            record_court_request(&app, &session.caller, new, Some(&request)).await?.to_string()
        }
    };
    Ok((StatusCode::CREATED, Json(RecordedAnswer { court_request_id })))
}

/// One request (the officer's).
#[utoipa::path(get, path = "/api/v1/court-requests/{id}", tag = "extracts", security(("session" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = CourtRequestAnswer), (status = "4XX", body = Problem)))]
pub async fn show(
    State(app): State<Shared>,
    Place(id): Place<String>,
    session: Session,
) -> Result<Json<CourtRequestAnswer>, ApiError> {
    Ok(Json(answer(read_court_request(&app, &session.caller, court_request_id(&id)?).await?)?))
}

/// Approve or refuse a request (the officer's, and another one than who recorded it).
#[utoipa::path(post, path = "/api/v1/court-requests/{id}/decision", tag = "extracts", security(("session" = [])),
    request_body = DecideSecond, params(("id" = String, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 204), (status = "4XX", body = Problem)))]
pub async fn decide(
    State(app): State<Shared>,
    Place(id): Place<String>,
    session: Session,
    key: IdempotencyKey,
    input: Input<DecideSecond>,
) -> Result<StatusCode, ApiError> {
    let id = court_request_id(&id)?;
    let (request, earlier) = key.request(&app, &session.caller, input.sha256).await?;
    if earlier.is_none() {
        decide_court_request(&app, &session.caller, id, input.value.into(), Some(&request)).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}
