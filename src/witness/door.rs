//! The door of a witness: `POST /add-checkpoint`, `GET /` and `GET /<SHA-256 of an origin>/checkpoint`. Nobody logs in:
//! what is taken is signed by a log, and what is given is public.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};

use super::{Answer, BODY_MAX_BYTES, Witness};

const PLAIN: &str = "text/plain; charset=utf-8";
/// Source: C2SP tlog-witness, add-checkpoint.
const SIZE: &str = "text/x.tlog.size";
/// Longest time that a request may take, its body included, in seconds.
const REQUEST_SECONDS: u64 = 30;

/// Every address of a witness.
pub fn router(witness: Arc<Witness>) -> Router {
    Router::new()
        .route("/", get(about))
        .route("/add-checkpoint", post(add_checkpoint))
        .route("/{origin}/checkpoint", get(latest))
        .layer(DefaultBodyLimit::max(BODY_MAX_BYTES))
        .layer(from_fn(within))
        .with_state(witness)
}

/// A body that dribbles in holds a place.
async fn within(request: Request, next: Next) -> Response {
    let answered = tokio::time::timeout(Duration::from_secs(REQUEST_SECONDS), next.run(request)).await;
    answered.unwrap_or_else(|_| answer(StatusCode::REQUEST_TIMEOUT, PLAIN, String::new()))
}

fn answer(status: StatusCode, media_type: &'static str, text: String) -> Response {
    (status, [(header::CONTENT_TYPE, media_type), (header::CACHE_CONTROL, "no-store")], text).into_response()
}

/// The verifier key, and those of the logs, a line each.
async fn about(State(witness): State<Arc<Witness>>) -> Response {
    let logs = witness.logs().map(|key| format!("log {key}\n"));
    let text = [format!("witness {}\n", witness.verifier_key())].into_iter().chain(logs).collect();
    answer(StatusCode::OK, PLAIN, text)
}

async fn latest(State(witness): State<Arc<Witness>>, Path(origin): Path<String>) -> Response {
    let found = tokio::task::spawn_blocking(move || witness.latest(&origin)).await;
    match found {
        Ok(Some(note)) => answer(StatusCode::OK, PLAIN, note),
        Ok(None) => answer(StatusCode::NOT_FOUND, PLAIN, "nothing was cosigned of such a log\n".to_owned()),
        Err(_) => answer(StatusCode::INTERNAL_SERVER_ERROR, PLAIN, String::new()),
    }
}

async fn add_checkpoint(State(witness): State<Arc<Witness>>, body: Bytes) -> Response {
    // In a thread that runs to its end, also when the asker hangs up: memory and disk stay the same.
    let done = tokio::task::spawn_blocking(move || witness.add_checkpoint(&body)).await;
    match done {
        Ok(Answer::Cosigned(line)) => answer(StatusCode::OK, PLAIN, line),
        Ok(Answer::Malformed(why)) => answer(StatusCode::BAD_REQUEST, PLAIN, why.to_owned()),
        Ok(Answer::NotSigned) => answer(StatusCode::FORBIDDEN, PLAIN, "not signed by the log's key\n".to_owned()),
        Ok(Answer::UnknownLog) => answer(StatusCode::NOT_FOUND, PLAIN, "no log of this witness\n".to_owned()),
        Ok(Answer::Conflict(size)) => answer(StatusCode::CONFLICT, SIZE, format!("{size}\n")),
        Ok(Answer::Inconsistent) => {
            answer(StatusCode::UNPROCESSABLE_ENTITY, PLAIN, "not a continuation of the last checkpoint\n".to_owned())
        }
        Ok(Answer::Broken(_)) | Err(_) => {
            answer(StatusCode::INTERNAL_SERVER_ERROR, PLAIN, "it could not be written down\n".to_owned())
        }
    }
}
