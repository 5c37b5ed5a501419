//! Compromised keys: reported by the holder, decided by the officer.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use qolhat_pki::armor;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Shared;
use super::idempotency::IdempotencyKey;
use super::input::{self, Input, Place};
use super::problem::{ApiError, Problem};
use super::session::Session;
use crate::access::cases;
use crate::domain::ids::CaseId;
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::operations::decide_compromise::{Decision, decide_compromise};
use crate::operations::report_key_compromise::{ReportKeyCompromise, report_key_compromise};

/// Most open cases listed.
const CASES_MAX: i64 = 500;

/// A report.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// SHA-256 of a registered certificate, hexadecimal.
    certificate_sha256: Option<String>,
    /// The certificate itself, base64 or PEM: it need not have been used here. Without this and `certificate_sha256`, every
    /// registered certificate of the caller in the capacity of the session is meant.
    certificate: Option<String>,
    /// RFC 3339: since when the key may be in other hands.
    compromised_since: String,
    circumstances: String,
}

/// A reported case.
#[derive(Serialize, ToSchema)]
pub struct ReportedAnswer {
    case_id: String,
}

/// Report that a key is compromised: its certificate is suspended at once, with every other certificate of the key. Without
/// a certificate, all that the caller has in this capacity are. The answer names the first case.
#[utoipa::path(post, path = "/api/v1/compromises", tag = "compromises", security(("session" = [])),
    request_body = Report, params(("Idempotency-Key" = String, Header)),
    responses((status = 201, body = ReportedAnswer), (status = "4XX", body = Problem)))]
pub async fn report(
    State(app): State<Shared>,
    session: Session,
    key: IdempotencyKey,
    input: Input<Report>,
) -> Result<(StatusCode, Json<ReportedAnswer>), ApiError> {
    let (request, earlier) = key.request(&app, &session.caller, input.sha256).await?;
    let case_id = match earlier {
        Some(id) => id,
        None => {
            let Report { certificate_sha256, certificate, compromised_since, circumstances } = input.value;
            let command = ReportKeyCompromise {
                certificate_sha256: certificate_sha256
                    .map(|text| input::sha256(&text, "/certificate_sha256"))
                    .transpose()?,
                certificate: certificate.map(|text| certificate_in(&text)).transpose()?,
                compromised_since: input::moment(&compromised_since, "/compromised_since")?,
                circumstances,
            };
            report_key_compromise(&app, &session.caller, command, Some(&request)).await?.to_string()
        }
    };
    Ok((StatusCode::CREATED, Json(ReportedAnswer { case_id })))
}

/// The one certificate in a JSON text: base64 or PEM.
fn certificate_in(text: &str) -> Result<Vec<u8>, ApiError> {
    let mut found = armor::decode_any(text.as_bytes());
    match (found.pop(), found.is_empty()) {
        (Some(der), true) => Ok(der),
        _ => Err(Refusal::new(RefusalCode::MalformedContent)
            .with("reason", "not-a-certificate")
            .at("/certificate")
            .into()),
    }
}

/// An undecided case.
#[derive(Serialize, ToSchema)]
pub struct CaseAnswer {
    id: String,
    certificate_sha256: String,
    reported_by: String,
    reported_at: String,
    compromised_since: String,
    circumstances: String,
    /// Until when the officer must decide.
    due_at: String,
    state: &'static str,
}

/// Undecided cases, the most urgent first (the officer's).
#[utoipa::path(get, path = "/api/v1/compromises", tag = "compromises", security(("session" = [])),
    responses((status = 200, body = Vec<CaseAnswer>), (status = "4XX", body = Problem)))]
pub async fn open_cases(State(app): State<Shared>, session: Session) -> Result<Json<Vec<CaseAnswer>>, ApiError> {
    session.caller.must_be_officer()?;
    let answer = |case: cases::CaseRow| CaseAnswer {
        id: case.id.to_string(),
        certificate_sha256: hex::encode(case.certificate_sha256),
        reported_by: case.reported_by,
        reported_at: case.reported_at.to_string(),
        compromised_since: case.compromised_since.to_string(),
        circumstances: case.circumstances,
        due_at: case.due_at.to_string(),
        state: case.state.code(),
    };
    Ok(Json(cases::open(&app.db, CASES_MAX).await?.into_iter().map(answer).collect()))
}

/// The officer's decision.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "decision", rename_all = "kebab-case", deny_unknown_fields)]
pub enum DecideCompromise {
    /// The certificate is not accepted from the cut-off on.
    Annul {
        /// RFC 3339.
        cut_off: String,
    },
    /// The holder asked to lift the suspension.
    Lift {
        /// His request: its date, number or way. It stands in the journal.
        request: String,
    },
}

/// Decide a case (the officer's act).
#[utoipa::path(post, path = "/api/v1/compromises/{id}/decision", tag = "compromises", security(("session" = [])),
    request_body = DecideCompromise, params(("id" = String, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 204), (status = "4XX", body = Problem)))]
pub async fn decide(
    State(app): State<Shared>,
    Place(id): Place<String>,
    session: Session,
    key: IdempotencyKey,
    input: Input<DecideCompromise>,
) -> Result<StatusCode, ApiError> {
    let case = CaseId::parse(&id).map_err(|_| RefusalCode::CaseUnknown)?;
    let (request, earlier) = key.request(&app, &session.caller, input.sha256).await?;
    if earlier.is_none() {
        let decision = match input.value {
            DecideCompromise::Annul { cut_off } => Decision::Annul { cut_off: input::moment(&cut_off, "/cut_off")? },
            DecideCompromise::Lift { request } => Decision::Lift { request },
        };
        decide_compromise(&app, &session.caller, case, decision, Some(&request)).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}
