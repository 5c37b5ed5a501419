//! Destruction of content on a party's signed request, and legal holds.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Shared;
use super::documents::document_id;
use super::idempotency::IdempotencyKey;
use super::input::{self, Input, Place};
use super::problem::{ApiError, Problem};
use super::session::Session;
use crate::domain::ids::DocumentId;
use crate::domain::refusal::RefusalCode;
use crate::operations::destroy_content::{self, Destruction};
use crate::operations::hold_document;

/// A request, signed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignedRequest {
    /// CMS over the text of the request: base64 or PEM.
    cms: String,
}

/// How a request stands.
#[derive(Serialize, ToSchema)]
pub struct DestructionAnswer {
    document_id: String,
    requested_at: String,
    /// When the content was destroyed; `null` while the other party, a term of keeping or a legal hold keeps it.
    destroyed_at: Option<String>,
    /// The end of the term for which the law keeps such content.
    kept_until: Option<String>,
}

fn answer(document: DocumentId, destruction: &Destruction) -> DestructionAnswer {
    DestructionAnswer {
        document_id: document.to_string(),
        requested_at: destruction.requested_at.to_string(),
        destroyed_at: destruction.destroyed_at.map(|at| at.to_string()),
        kept_until: destruction.kept_until.map(|at| at.to_string()),
    }
}

/// The text that the party signs to ask for destruction: canonical JSON.
#[utoipa::path(get, path = "/api/v1/documents/{id}/destruction/text", tag = "documents", security(("session" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/json"), (status = "4XX", body = Problem)))]
pub async fn text(State(app): State<Shared>, Place(id): Place<String>, session: Session) -> Result<Response, ApiError> {
    let text = destroy_content::request_text(&app, &session.caller, document_id(&id)?).await?;
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], text).into_response())
}

/// How the request of the caller's party stands.
#[utoipa::path(get, path = "/api/v1/documents/{id}/destruction", tag = "documents", security(("session" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = DestructionAnswer), (status = "4XX", body = Problem)))]
pub async fn show(
    State(app): State<Shared>,
    Place(id): Place<String>,
    session: Session,
) -> Result<Json<DestructionAnswer>, ApiError> {
    let id = document_id(&id)?;
    Ok(Json(answer(id, &destroy_content::standing(&app, &session.caller, id).await?)))
}

/// Ask that the content be destroyed. The party has no access to it from now on.
#[utoipa::path(post, path = "/api/v1/documents/{id}/destruction", tag = "documents", security(("session" = [])),
    request_body = SignedRequest, params(("id" = String, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = DestructionAnswer), (status = "4XX", body = Problem)))]
pub async fn request(
    State(app): State<Shared>,
    Place(id): Place<String>,
    session: Session,
    key: IdempotencyKey,
    input: Input<SignedRequest>,
) -> Result<Json<DestructionAnswer>, ApiError> {
    let id = document_id(&id)?;
    let (request, earlier) = key.request(&app, &session.caller, input.sha256).await?;
    let destruction = match earlier {
        Some(_) => destroy_content::standing(&app, &session.caller, id).await?,
        None => {
            let cms = input::cms(&input.value.cms, "/cms")?;
            destroy_content::request_destruction(&app, &session.caller, id, &cms, Some(&request)).await?
        }
    };
    Ok(Json(answer(id, &destruction)))
}

/// A hold to place.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewHold {
    /// On what ground: the order of a court, a request of an authority.
    ground: String,
}

/// Why a hold is lifted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Lift {
    reason: String,
}

/// A hold.
#[derive(Serialize, ToSchema)]
pub struct HoldAnswer {
    id: String,
    ground: String,
    placed_by: String,
    placed_at: String,
    lifted_by: Option<String>,
    lifted_at: Option<String>,
}

/// A placed hold.
#[derive(Serialize, ToSchema)]
pub struct PlacedAnswer {
    hold_id: String,
}

/// The legal holds on a document (the officer's).
#[utoipa::path(get, path = "/api/v1/documents/{id}/holds", tag = "documents", security(("session" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = Vec<HoldAnswer>), (status = "4XX", body = Problem)))]
pub async fn holds(
    State(app): State<Shared>,
    Place(id): Place<String>,
    session: Session,
) -> Result<Json<Vec<HoldAnswer>>, ApiError> {
    let holds = hold_document::holds(&app, &session.caller, document_id(&id)?).await?;
    let answer = holds.into_iter().map(|hold| HoldAnswer {
        id: hold.id.to_string(),
        ground: hold.ground,
        placed_by: hold.placed_by,
        placed_at: hold.placed_at.to_string(),
        lifted_by: hold.lifted_by,
        lifted_at: hold.lifted_at.map(|at| at.to_string()),
    });
    Ok(Json(answer.collect()))
}

/// Place a legal hold: while it stands the content is not destroyed (the officer's).
#[utoipa::path(post, path = "/api/v1/documents/{id}/holds", tag = "documents", security(("session" = [])),
    request_body = NewHold, params(("id" = String, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 201, body = PlacedAnswer), (status = "4XX", body = Problem)))]
pub async fn hold(
    State(app): State<Shared>,
    Place(id): Place<String>,
    session: Session,
    key: IdempotencyKey,
    input: Input<NewHold>,
) -> Result<(StatusCode, Json<PlacedAnswer>), ApiError> {
    let id = document_id(&id)?;
    let (request, earlier) = key.request(&app, &session.caller, input.sha256).await?;
    let hold_id = match earlier {
        Some(hold) => hold,
        None => {
            hold_document::place_hold(&app, &session.caller, id, &input.value.ground, Some(&request)).await?.to_string()
        }
    };
    Ok((StatusCode::CREATED, Json(PlacedAnswer { hold_id })))
}

/// Lift a legal hold (the officer's).
#[utoipa::path(post, path = "/api/v1/documents/{id}/holds/{hold}/release", tag = "documents",
    security(("session" = [])), request_body = Lift,
    params(("id" = String, Path), ("hold" = String, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 204), (status = "4XX", body = Problem)))]
pub async fn release(
    State(app): State<Shared>,
    Place((id, hold)): Place<(String, String)>,
    session: Session,
    key: IdempotencyKey,
    input: Input<Lift>,
) -> Result<StatusCode, ApiError> {
    let (request, earlier) = key.request(&app, &session.caller, input.sha256).await?;
    if earlier.is_none() {
        let hold = Uuid::parse_str(&hold).map_err(|_| RefusalCode::NotFound)?;
        let which = (document_id(&id)?, hold);
        hold_document::lift_hold(&app, &session.caller, which, &input.value.reason, Some(&request)).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}
