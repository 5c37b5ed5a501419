//! The log for everybody (C2SP tlog-tiles): `/log/checkpoint` and hash tiles. No login, no entries: what stands here
//! tells nothing but hashes.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::Shared;
use super::problem::{ApiError, Problem};
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::journal::tiles::Tile;

/// A full tile never changes; a part of one neither, but it gives way to the full one.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
const FOR_A_WHILE: &str = "public, max-age=3600";

/// The newest checkpoint with the cosignatures of witnesses that are known of it: a C2SP signed note.
#[utoipa::path(get, path = "/log/checkpoint", tag = "journal",
    responses((status = 200, body = String, content_type = "text/plain"), (status = "4XX", body = Problem)))]
pub async fn checkpoint(State(app): State<Shared>) -> Result<Response, ApiError> {
    let note = app.journal.cosigned_checkpoint().await?.ok_or(RefusalCode::NotFound)?;
    let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    Ok((headers, note).into_response())
}

/// The minimum index (C2SP tlog-tiles, "Pruning") as a number: the first entry that is held, 0 for all. What lies below
/// answers 410.
#[utoipa::path(get, path = "/log/minimum", tag = "journal",
    responses((status = 200, body = String, content_type = "text/plain"), (status = "4XX", body = Problem)))]
pub async fn minimum(State(app): State<Shared>) -> Result<Response, ApiError> {
    let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    Ok((headers, format!("{}\n", app.journal.minimum().await?)).into_response())
}

/// Refuses what ends below the minimum index.
pub(super) async fn must_be_held(app: &Shared, tile: &Tile) -> Result<(), ApiError> {
    let minimum = app.journal.minimum().await?;
    if tile.ends_at().is_some_and(|end| end <= minimum) {
        return Err(Refusal::new(RefusalCode::EntriesPruned).with("minimum", minimum.to_string()).into());
    }
    Ok(())
}

/// Hashes of one level, 256 or, at the end of the log, fewer (C2SP tlog-tiles).
pub async fn tile(
    State(app): State<Shared>,
    Path((level, index)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let tile = Tile::parse(&level, &index).ok_or(RefusalCode::NotFound)?;
    if tile.is_of_entries() {
        must_be_held(&app, &tile).await?;
    }
    let hashes = app.journal.tile(&tile).await?.ok_or(RefusalCode::NotFound)?;
    let caching = if tile.is_full() { FOR_EVER } else { FOR_A_WHILE };
    Ok(([(header::CONTENT_TYPE, "application/octet-stream"), (header::CACHE_CONTROL, caching)], hashes).into_response())
}
