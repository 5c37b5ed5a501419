//! Nobody is told of what may be lost: acts are committed before they are on disk (`Tx::commit_lazily_with`), and others see
//! them by then. An answer that was made of what the database said waits for the disk: a refusal most of all, for whoever got
//! it may never ask again.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::Shared;
use super::problem::{ApiError, status_of};
use crate::db::{DbError, Rests, watching};

/// Gives the answer out when what it rests on is on disk, and `service-unavailable` in its place when nobody knows.
pub async fn wait(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let (response, rests) = watching(next.run(request)).await;
    if !tells(&response) {
        return response;
    }
    let is_on_disk = match rests {
        Rests::OnNothing => return response,
        Rests::Since(life) => app.db.make_durable(life).await,
        // What was true before the server was begun anew and what is true now are put together in it.
        Rests::OnSeveral => Err(DbError::Unavailable),
    };
    match is_on_disk {
        Ok(()) => response,
        Err(error) => ApiError::from(error).into_response(),
    }
}

/// Whether an answer says anything of how things stand: a fault does not.
fn tells(response: &Response) -> bool {
    match response.extensions().get::<ApiError>() {
        Some(error) => error.refusal().is_some_and(|refusal| !status_of(refusal.code).is_server_error()),
        None => !response.status().is_server_error(),
    }
}
