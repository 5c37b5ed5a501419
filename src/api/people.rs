//! The client's people, whom he invited, and the certificates registered to the caller.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Shared;
use super::idempotency::IdempotencyKey;
use super::input::{self, Input};
use super::problem::{ApiError, Problem};
use super::session::Session;
use crate::access::{certificates as registered, store};
use crate::domain::party::Iin;
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::operations::add_employee::{self, AddEmployee};
use crate::operations::invite_counterparty::invite_counterparty;

/// Most invitations listed.
const INVITATIONS_MAX: i64 = 500;

/// A person who acts for the client.
#[derive(Serialize, ToSchema)]
pub struct EmployeeAnswer {
    iin: String,
    display_name: String,
    /// `sign` or `draft`.
    capability: &'static str,
    added_at: String,
}

/// The people of the caller's party.
#[utoipa::path(get, path = "/api/v1/employees", tag = "people", security(("session" = [])),
    responses((status = 200, body = Vec<EmployeeAnswer>), (status = "4XX", body = Problem)))]
pub async fn employees(State(app): State<Shared>, session: Session) -> Result<Json<Vec<EmployeeAnswer>>, ApiError> {
    session.caller.must_draft()?;
    let members = store::members(&app.db, &session.caller.party).await?;
    let answer = |member: store::Member| EmployeeAnswer {
        iin: member.iin,
        display_name: member.display_name,
        capability: member.capability.code(),
        added_at: member.added_at.to_string(),
    };
    Ok(Json(members.into_iter().map(answer).collect()))
}

/// An employee to add.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Employee {
    iin: String,
    display_name: String,
}

/// Let an employee prepare documents; he may not sign.
#[utoipa::path(post, path = "/api/v1/employees", tag = "people", security(("session" = [])), request_body = Employee,
    params(("Idempotency-Key" = String, Header)),
    responses((status = 201), (status = "4XX", body = Problem)))]
pub async fn add_employee(
    State(app): State<Shared>,
    session: Session,
    key: IdempotencyKey,
    input: Input<Employee>,
) -> Result<StatusCode, ApiError> {
    let (request, earlier) = key.request(&app, &session.caller, input.sha256).await?;
    if earlier.is_none() {
        let iin = Iin::parse(&input.value.iin, app.rules.identifiers).map_err(|error| {
            Refusal::new(RefusalCode::IdentifierInvalid)
                .with("identifier", "iin")
                .with("reason", error.code())
                .at("/iin")
        })?;
        let command = AddEmployee { iin, display_name: input.value.display_name };
        add_employee::add_employee(&app, &session.caller, command, Some(&request)).await?;
    }
    Ok(StatusCode::CREATED)
}

/// An invitation that the caller's party made.
#[derive(Serialize, ToSchema)]
pub struct InvitationAnswer {
    id: String,
    invitee: String,
    created_at: String,
}

/// Whom the caller's party invited.
#[utoipa::path(get, path = "/api/v1/invitations", tag = "people", security(("session" = [])),
    responses((status = 200, body = Vec<InvitationAnswer>), (status = "4XX", body = Problem)))]
pub async fn invitations(State(app): State<Shared>, session: Session) -> Result<Json<Vec<InvitationAnswer>>, ApiError> {
    session.caller.must_draft()?;
    let made = store::invitations_made(&app.db, &session.caller.party, INVITATIONS_MAX).await?;
    let answer = |invitation: store::Invitation| InvitationAnswer {
        id: invitation.id.to_string(),
        invitee: invitation.invitee.key(),
        created_at: invitation.created_at.to_string(),
    };
    Ok(Json(made.into_iter().map(answer).collect()))
}

/// Whom to invite.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Invite {
    /// `bin:…` or `iin:…`.
    party: String,
}

/// A made invitation.
#[derive(Serialize, ToSchema)]
pub struct InvitedAnswer {
    id: String,
}

/// Invite a counterparty that has no agreement with the operator yet.
#[utoipa::path(post, path = "/api/v1/invitations", tag = "people", security(("session" = [])), request_body = Invite,
    params(("Idempotency-Key" = String, Header)),
    responses((status = 201, body = InvitedAnswer), (status = "4XX", body = Problem)))]
pub async fn invite(
    State(app): State<Shared>,
    session: Session,
    key: IdempotencyKey,
    input: Input<Invite>,
) -> Result<(StatusCode, Json<InvitedAnswer>), ApiError> {
    let (request, earlier) = key.request(&app, &session.caller, input.sha256).await?;
    let id = match earlier {
        Some(id) => id,
        None => {
            let invitee = input::party(&app, &input.value.party, "/party")?;
            invite_counterparty(&app, &session.caller, invitee, Some(&request)).await?.to_string()
        }
    };
    Ok((StatusCode::CREATED, Json(InvitedAnswer { id })))
}

/// A certificate registered to the caller.
#[derive(Serialize, ToSchema)]
pub struct CertificateAnswer {
    sha256: String,
    serial: String,
    bin: Option<String>,
    not_before: String,
    not_after: String,
    /// `active`, `suspended` or `annulled`.
    state: &'static str,
    cut_off: Option<String>,
}

/// The certificates that the caller has used here, in all his capacities.
#[utoipa::path(get, path = "/api/v1/certificates", tag = "people", security(("session" = [])),
    responses((status = 200, body = Vec<CertificateAnswer>), (status = "4XX", body = Problem)))]
pub async fn certificates(
    State(app): State<Shared>,
    session: Session,
) -> Result<Json<Vec<CertificateAnswer>>, ApiError> {
    let rows = registered::of_holder(&app.db, &session.caller.iin.to_string()).await?;
    let answer = |row: registered::CertificateRow| CertificateAnswer {
        sha256: hex::encode(row.sha256),
        serial: row.serial,
        bin: row.bin,
        not_before: row.not_before.to_string(),
        not_after: row.not_after.to_string(),
        state: row.state.code(),
        cut_off: row.cut_off.map(|at| at.to_string()),
    };
    Ok(Json(rows.into_iter().map(answer).collect()))
}
