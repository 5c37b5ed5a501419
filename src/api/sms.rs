//! What a gateway of short messages tells us: whether a message reached its phone.

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode};

use super::Shared;
use super::problem::{ApiError, Problem};
use crate::domain::refusal::RefusalCode;
use crate::notify::report::ReportHeaders;
use crate::operations::hear_report::hear_report;

/// The address of the door.
pub const REPORTS: &str = "/api/v1/sms/reports";
/// The header that carries the signature of a report.
pub const SIGNATURE: &str = "webhook-signature";

/// Report how a short message ended: `{"id", "message_id", "status": "delivered" | "failed", "at"?, "detail"?}`, signed by the
/// operator's gateway as Standard Webhooks says. The first report of a message counts; a repetition is answered like it.
#[utoipa::path(post, path = "/api/v1/sms/reports", tag = "people",
    request_body(content = String, content_type = "application/json"),
    params(("webhook-id" = String, Header), ("webhook-timestamp" = String, Header), ("webhook-signature" = String, Header)),
    responses((status = 204), (status = "4XX", body = Problem)))]
pub async fn report(
    State(app): State<Shared>,
    headers: HeaderMap,
    octets: Result<Bytes, BytesRejection>,
) -> Result<StatusCode, ApiError> {
    let octets = octets.map_err(|_| RefusalCode::UploadTooLarge)?;
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let signed = ReportHeaders {
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp"),
        signature: header(SIGNATURE),
    };
    hear_report(&app, signed, &octets).await?;
    Ok(StatusCode::NO_CONTENT)
}
