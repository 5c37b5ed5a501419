//! Login: a one-time challenge, signed by an authentication or signing key, gives a token.

use axum::Json;
use axum::extract::FromRequestParts;
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Shared;
use super::input::{self, Input};
use super::problem::{ApiError, Problem};
use crate::access::rights::Caller;
use crate::domain::ids::ChallengeId;
use crate::domain::refusal::RefusalCode;
use crate::operations::log_in;
use crate::operations::session_events::Device;

/// Who asks, by the token of the request.
pub struct Session {
    /// The person and the party.
    pub caller: Caller,
    token: String,
}

impl FromRequestParts<Shared> for Session {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, ApiError> {
        let token = bearer(parts).ok_or(RefusalCode::LoginRequired)?;
        let caller = log_in::caller_of(app, &token).await?;
        Ok(Self { caller, token })
    }
}

pub(super) fn bearer(parts: &Parts) -> Option<String> {
    let value = parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    value.strip_prefix("Bearer ").map(|token| token.trim().to_owned())
}

/// What is to be signed to log in.
#[derive(Serialize, ToSchema)]
pub struct ChallengeAnswer {
    id: String,
    /// The exact text to sign (UTF-8), attached or detached.
    content: String,
    expires_at: String,
}

/// A new challenge, good for five minutes and one login.
#[utoipa::path(post, path = "/api/v1/login/challenges", tag = "session",
    responses((status = 201, body = ChallengeAnswer), (status = "4XX", body = Problem)))]
pub async fn new_challenge(State(app): State<Shared>) -> Result<(StatusCode, Json<ChallengeAnswer>), ApiError> {
    let challenge = log_in::new_challenge(&app);
    Ok((
        StatusCode::CREATED,
        Json(ChallengeAnswer {
            id: challenge.id.to_string(),
            content: challenge.content,
            expires_at: challenge.expires_at.to_string(),
        }),
    ))
}

/// A signed challenge.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LogIn {
    challenge_id: String,
    /// CMS over the challenge's text: base64 or PEM.
    cms: String,
}

/// Who is logged in.
#[derive(Serialize, ToSchema)]
pub struct SessionAnswer {
    /// The token for `Authorization: Bearer`; given once, at login.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    common_name: Option<String>,
    iin: String,
    /// `bin:…` or `iin:…`.
    party: String,
    certificate_sha256: String,
    /// What the journal and its extracts call this session.
    session_id: Option<String>,
    /// `sign`, `draft`, or null before the party is a client.
    capability: Option<&'static str>,
    officer: bool,
}

fn answer(caller: &Caller) -> SessionAnswer {
    SessionAnswer {
        token: None,
        expires_at: None,
        common_name: None,
        iin: caller.iin.to_string(),
        party: caller.party.key(),
        certificate_sha256: hex::encode(caller.certificate_sha256),
        session_id: caller.session.map(|session| session.to_string()),
        capability: caller.capability.map(|capability| capability.code()),
        officer: caller.officer,
    }
}

/// Log in with a signed challenge.
#[utoipa::path(post, path = "/api/v1/login", tag = "session", request_body = LogIn,
    responses((status = 201, body = SessionAnswer), (status = "4XX", body = Problem)))]
pub async fn log_in(
    State(app): State<Shared>,
    device: Device,
    input: Input<LogIn>,
) -> Result<(StatusCode, Json<SessionAnswer>), ApiError> {
    let challenge = ChallengeId::parse(&input.value.challenge_id).map_err(|_| RefusalCode::ChallengeUnknown)?;
    let logged_in = log_in::log_in(&app, challenge, &input::cms(&input.value.cms, "/cms")?, &device).await?;
    let mut answer = answer(&logged_in.caller);
    answer.token = Some(logged_in.token);
    answer.expires_at = Some(logged_in.expires_at.to_string());
    answer.common_name = Some(logged_in.common_name);
    Ok((StatusCode::CREATED, Json(answer)))
}

/// Who the token belongs to.
#[utoipa::path(get, path = "/api/v1/session", tag = "session", security(("session" = [])),
    responses((status = 200, body = SessionAnswer), (status = "4XX", body = Problem)))]
pub async fn who_am_i(session: Session) -> Json<SessionAnswer> {
    Json(answer(&session.caller))
}

/// End the session.
#[utoipa::path(delete, path = "/api/v1/session", tag = "session", security(("session" = [])),
    responses((status = 204), (status = "4XX", body = Problem)))]
pub async fn log_out(State(app): State<Shared>, session: Session) -> Result<StatusCode, ApiError> {
    log_in::log_out(&app, &session.caller, &session.token).await?;
    Ok(StatusCode::NO_CONTENT)
}
