//! The log for auditors: the entries themselves, and what opens the pseudonyms' counters, so that he who has all of them
//! sees that no number of a subject occurs twice and each follows the one before. Never for everybody: kinds and times
//! of entries tell who is how busy.

use axum::Json;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::header;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::{IntoParams, ToSchema};

use super::Shared;
use super::input::Asked;
use super::log::must_be_held;
use super::problem::{ApiError, Problem};
use super::session::{Session, bearer};
use crate::domain::refusal::RefusalCode;
use crate::journal::entry::Field;
use crate::journal::tiles::Tile;

/// Most entries told of at once.
const ENTRIES_MAX: u64 = 256;

/// Somebody who may read the whole log: an officer, or who has the token of an auditor.
pub struct Auditor;

impl FromRequestParts<Shared> for Auditor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, ApiError> {
        let token = bearer(parts).ok_or(RefusalCode::LoginRequired)?;
        let hash: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        if !app.auditors.contains(&hash) {
            Session::from_request_parts(parts, app).await?.caller.must_be_officer()?;
        }
        Ok(Self)
    }
}

/// The bodies of 256 entries or, at the end of the log, fewer: each after its length in two octets (C2SP tlog-tiles,
/// "Log Entries").
pub async fn entries(State(app): State<Shared>, _: Auditor, Path(index): Path<String>) -> Result<Response, ApiError> {
    let tile = Tile::parse("0", &index).ok_or(RefusalCode::NotFound)?;
    must_be_held(&app, &tile).await?;
    let (first, width) = tile.range().ok_or(RefusalCode::NotFound)?;
    let numbers: Vec<u64> = (0..width).filter_map(|number| first.checked_add(number)).collect();
    let found = app.journal.entries(&numbers).await?;
    if found.len() != numbers.len() {
        return Err(RefusalCode::NotFound.into());
    }
    let mut bundle = Vec::new();
    for entry in found {
        // An entry is at most 60 KiB.
        let length = u16::try_from(entry.body.len()).map_err(|_| RefusalCode::NotFound)?;
        bundle.extend_from_slice(&length.to_be_bytes());
        bundle.extend_from_slice(&entry.body);
    }
    Ok(([(header::CONTENT_TYPE, "application/octet-stream"), (header::CACHE_CONTROL, "no-store")], bundle)
        .into_response())
}

/// From where on.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct FirstEntry {
    /// Number of the first entry; 0 when absent.
    from: Option<u64>,
}

/// What opens a commitment to a subject.
#[derive(Serialize, ToSchema)]
pub struct SubjectOpening {
    /// Number of the entry.
    entry: u64,
    /// Which of its commitments: `subj.0` is the first.
    field: String,
    /// Salt, hexadecimal: the commitment is SHA-256 over 0x02, the salt and the value in canonical JSON.
    salt: String,
    /// `{s, n, prev}`: pseudonym, number of the entry among the subject's, leaf hash of the one before.
    #[schema(value_type = Object)]
    value: serde_json::Value,
}

/// The openings of all subjects in 256 entries: no `s` and `n` may occur twice, and each `prev` is the leaf hash of the
/// entry with the `n` before (an auditor's or officer's). Entries that were pruned are left out: their openings lie in the
/// exported segments.
#[utoipa::path(get, path = "/log/subjects", tag = "journal", security(("session" = [])), params(FirstEntry),
    responses((status = 200, body = Vec<SubjectOpening>), (status = "4XX", body = Problem)))]
pub async fn subjects(
    State(app): State<Shared>,
    _: Auditor,
    Asked(asked): Asked<FirstEntry>,
) -> Result<Json<Vec<SubjectOpening>>, ApiError> {
    let first = asked.from.unwrap_or(0);
    let numbers: Vec<u64> = (0..ENTRIES_MAX).filter_map(|number| first.checked_add(number)).collect();
    let mut answer = Vec::new();
    for entry in app.journal.entries(&numbers).await? {
        for (field, opening) in entry.openings {
            if matches!(field, Field::Subject(_)) {
                let salt = hex::encode(opening.salt);
                answer.push(SubjectOpening { entry: entry.seq, field: field.to_string(), salt, value: opening.value });
            }
        }
    }
    Ok(Json(answer))
}
