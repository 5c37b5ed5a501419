//! Extracts for a court: prepared, signed by the officer's own key, handed out.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Shared;
use super::documents::download;
use super::idempotency::IdempotencyKey;
use super::input::{self, Input, Place};
use super::problem::{ApiError, Problem};
use super::session::Session;
use crate::domain::ids::{DocumentId, ExtractId};
use crate::domain::refusal::RefusalCode;
use crate::extract::format::MIMETYPE;
use crate::operations::issue_extract::{self, DOCUMENTS_MAX, ExtractRequest};

/// What is asked for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Prepare {
    documents: Vec<String>,
    /// Who asks: a court, a party.
    asked_by: String,
    /// On what ground.
    ground: String,
    /// What was asked for, in the asker's words.
    scope: String,
}

/// An extract that waits for the officer's signature.
#[derive(Serialize, ToSchema)]
pub struct PreparedAnswer {
    id: String,
    number: u64,
    /// What the officer signs (detached CMS), in base64.
    manifest: String,
}

/// Gather an extract (the officer's act). It is issued when he has signed its manifest.
#[utoipa::path(post, path = "/api/v1/extracts", tag = "extracts", security(("session" = [])), request_body = Prepare,
    params(("Idempotency-Key" = String, Header)),
    responses((status = 201, body = PreparedAnswer), (status = "4XX", body = Problem)))]
pub async fn prepare(
    State(app): State<Shared>,
    session: Session,
    key: IdempotencyKey,
    input: Input<Prepare>,
) -> Result<(StatusCode, Json<PreparedAnswer>), ApiError> {
    let Prepare { documents, asked_by, ground, scope } = input.value;
    if documents.is_empty() {
        return Err(RefusalCode::ExtractScopeEmpty.into());
    }
    if documents.len() > DOCUMENTS_MAX {
        return Err(issue_extract::too_many_documents().into());
    }
    let documents = documents
        .iter()
        .map(|id| DocumentId::parse(id).map_err(|_| RefusalCode::DocumentUnknown))
        .collect::<Result<Vec<_>, _>>()?;
    let asked = ExtractRequest { documents, asked_by, ground, scope };
    let (request, earlier) = key.request(&app, &session.caller, input.sha256).await?;
    let prepared = match earlier {
        Some(object) => issue_extract::read_prepared_again(&app, &session.caller, extract_id(&object)?).await?,
        None => issue_extract::prepare_extract(&app, &session.caller, asked, &request).await?,
    };
    Ok((
        StatusCode::CREATED,
        Json(PreparedAnswer {
            id: prepared.id.to_string(),
            number: prepared.number,
            manifest: BASE64_STANDARD.encode(prepared.manifest),
        }),
    ))
}

/// The officer's signature.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Sign {
    /// Detached CMS over the manifest: base64 or PEM.
    cms: String,
}

fn extract_id(text: &str) -> Result<ExtractId, ApiError> {
    ExtractId::parse(text).map_err(|_| RefusalCode::ExtractUnknown.into())
}

/// Issue the extract by the officer's signature; the answer is the file.
#[utoipa::path(post, path = "/api/v1/extracts/{id}/signature", tag = "extracts", security(("session" = [])),
    request_body = Sign, params(("id" = String, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.etsi.asic-e+zip"), (status = "4XX", body = Problem)))]
pub async fn sign(
    State(app): State<Shared>,
    Place(id): Place<String>,
    session: Session,
    key: IdempotencyKey,
    input: Input<Sign>,
) -> Result<Response, ApiError> {
    let extract = extract_id(&id)?;
    let (request, earlier) = key.request(&app, &session.caller, input.sha256).await?;
    let bytes = match earlier {
        Some(_) => issue_extract::read_extract(&app, &session.caller, extract).await?,
        None => {
            let cms = input::cms(&input.value.cms, "/cms")?;
            issue_extract::issue_extract(&app, &session.caller, extract, &cms, Some(&request)).await?
        }
    };
    Ok(download(bytes, MIMETYPE, &format!("extract-{extract}.asice")))
}

/// An issued extract (the officer's).
#[utoipa::path(get, path = "/api/v1/extracts/{id}", tag = "extracts", security(("session" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.etsi.asic-e+zip"), (status = "4XX", body = Problem)))]
pub async fn show(State(app): State<Shared>, Place(id): Place<String>, session: Session) -> Result<Response, ApiError> {
    let extract = extract_id(&id)?;
    let bytes = issue_extract::read_extract(&app, &session.caller, extract).await?;
    Ok(download(bytes, MIMETYPE, &format!("extract-{extract}.asice")))
}
