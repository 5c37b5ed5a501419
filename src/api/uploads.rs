//! Large files come ahead of their documents: the octets as the body of a request, hashed and sealed as they come, held by
//! nobody. A document of kind `arbitrary-file` then names the upload in place of the file.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Shared;
use super::idempotency::{self, IdempotencyKey};
use super::input::{Asked, Place};
use super::problem::{ApiError, Problem};
use super::session::Session;
use crate::config::Limits;
use crate::domain::digests;
use crate::domain::ids::UploadId;
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::intake::Incoming;
use crate::intake::store::UploadRow;
use crate::operations::Fault;
use crate::operations::receive_upload::{self, IDLE_SECONDS, LIFETIME_HOURS, ReceiveUpload};

/// An upload that is here.
#[derive(Serialize, ToSchema)]
pub struct UploadAnswer {
    /// Names it in `POST /api/v1/documents`.
    upload_id: String,
    size: i64,
    sha256: String,
    /// Digests by algorithm, hexadecimal: a signature over the file must use one of these.
    digests: BTreeMap<&'static str, String>,
    /// When it ends unless a document uses it.
    ends_at: String,
}

fn answer(row: &UploadRow) -> UploadAnswer {
    let digests: BTreeMap<&'static str, String> =
        row.digests.iter().map(|digest| (digest.algorithm().name(), hex::encode(digest.as_bytes()))).collect();
    UploadAnswer {
        upload_id: row.id.to_string(),
        size: row.size_bytes,
        sha256: digests.get("sha256").cloned().unwrap_or_default(),
        digests,
        ends_at: row.ends_at.to_string(),
    }
}

/// The uploads of a party, and what bounds them.
#[derive(Serialize, ToSchema)]
pub struct UploadsAnswer {
    /// Those that no document has used yet, the oldest first.
    uploads: Vec<UploadAnswer>,
    limits: UploadLimitsAnswer,
}

/// What bounds files and uploads.
#[derive(Serialize, ToSchema)]
pub struct UploadLimitsAnswer {
    /// Largest file that comes with its document, in bytes.
    file_max_bytes: usize,
    /// Most files of one document.
    files_max: usize,
    /// Largest upload, in bytes.
    upload_max_bytes: u64,
    /// Most uploads of one party: coming in, and not used yet.
    uploads_of_party_max: u32,
    /// How long one waits for its document, in hours.
    lifetime_hours: i64,
    /// After so many seconds in which nothing came it is cut off.
    idle_seconds: u64,
    /// The digests that may be asked for.
    digests: Vec<&'static str>,
}

fn limits(limits: &Limits) -> UploadLimitsAnswer {
    UploadLimitsAnswer {
        file_max_bytes: limits.file_max_bytes,
        files_max: limits.files_max,
        upload_max_bytes: limits.upload_max_bytes,
        uploads_of_party_max: limits.uploads_of_party_max,
        lifetime_hours: LIFETIME_HOURS,
        idle_seconds: IDLE_SECONDS,
        digests: digests::ALLOWED.iter().map(|algorithm| algorithm.name()).collect(),
    }
}

/// Which digests.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Taken {
    /// Names with commas between: `sha256,streebog512`. SHA-256 is always taken; without a word SHA-512 and both of Streebog
    /// are too. `gost34311-95`, for keys of GOST 34.310-2004, is slow and taken only when it is asked for.
    digests: Option<String>,
}

/// Bring a large file ahead of its document. The body is the file, of the length told or in chunks.
#[utoipa::path(post, path = "/api/v1/uploads", tag = "documents", security(("session" = [])),
    params(Taken, ("Idempotency-Key" = String, Header)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, body = UploadAnswer), (status = "4XX", body = Problem)))]
pub async fn bring(
    State(app): State<Shared>,
    session: Session,
    key: IdempotencyKey,
    Asked(taken): Asked<Taken>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<UploadAnswer>), ApiError> {
    let digests = match &taken.digests {
        None => digests::USUAL.to_vec(),
        Some(text) => digests::algorithms(text).ok_or_else(|| {
            Refusal::new(RefusalCode::MalformedContent).with("reason", "unknown-digest").at("/digests")
        })?,
    };
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let command = ReceiveUpload {
        declared_bytes: declared.and_then(|text| text.parse().ok()),
        digests,
        source: Incoming::new(body.into_data_stream(), Duration::from_secs(IDLE_SECONDS)),
        again: Some((idempotency::caller(&session.caller), key.into_text())),
    };
    // In a task of its own: when the sender goes away, what he began is still put in order.
    let work = tokio::spawn(async move {
        let app = Arc::clone(&app);
        receive_upload::receive_upload(&app, &session.caller, command).await
    });
    let row = work.await.map_err(Fault::from)??;
    Ok((StatusCode::CREATED, Json(answer(&row))))
}

/// The party's uploads that no document has used yet, and the limits.
#[utoipa::path(get, path = "/api/v1/uploads", tag = "documents", security(("session" = [])),
    responses((status = 200, body = UploadsAnswer), (status = "4XX", body = Problem)))]
pub async fn list(State(app): State<Shared>, session: Session) -> Result<Json<UploadsAnswer>, ApiError> {
    let uploads = receive_upload::list(&app, &session.caller).await?;
    let uploads = uploads.iter().map(answer).collect();
    Ok(Json(UploadsAnswer { uploads, limits: limits(&app.rules.limits) }))
}

/// Give up an upload.
#[utoipa::path(delete, path = "/api/v1/uploads/{id}", tag = "documents", security(("session" = [])),
    params(("id" = String, Path)), responses((status = 204), (status = "4XX", body = Problem)))]
pub async fn discard(
    State(app): State<Shared>,
    Place(id): Place<String>,
    session: Session,
) -> Result<StatusCode, ApiError> {
    receive_upload::discard(&app, &session.caller, upload_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// An upload id; anything else names no upload.
pub(super) fn upload_id(text: &str) -> Result<UploadId, Refusal> {
    UploadId::parse(text).map_err(|_| Refusal::new(RefusalCode::UploadUnknown))
}
