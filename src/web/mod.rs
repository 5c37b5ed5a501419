//! The door for people: pages rendered on the server, over the same operations as the API (design D8). A handler reads
//! a form into an operation's command, calls it, and draws the answer; it decides nothing.
//!
//! * Every page works without JavaScript, but for the signing itself (`assets`); a signature made by another program
//!   can be handed in as a file.
//! * Who reads is known by a cookie with the opaque token of a session (`visitor`). A form says for whom it was drawn
//!   and carries the key under which its act may be repeated (`form`): a double click does one act, a tab of another
//!   person does none.
//! * A form is taken only from our own pages (`origin`); what a stranger wrote is escaped by the templates and never
//!   becomes script, style or markup.
//! * What is not done is told on a page of its own or in the form itself, with what was typed kept (`problem_page`).

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use tokio::sync::Semaphore;
use tower_http::catch_panic::CatchPanicLayer;

use crate::api::limiter::{self, Limiter};
use crate::api::problem::ApiError;
use crate::api::{BODY_MAX_BYTES, Shared, UPLOAD_MAX_BYTES, on_disk, problem};
use crate::app::App;
use crate::config::Mode;
use crate::domain::refusal::RefusalCode;
use crate::operations::verify_file::INPUT_MAX_BYTES;

mod assets;
mod drawn;
mod fields;
mod form;
mod origin;
mod pages;
mod problem_page;
mod shown;
mod sign_form;
mod ui;
mod visitor;

/// Where strangers hand in files to be judged.
const VERIFY: &str = "/verify";
/// Most files of strangers held at one time: each fills memory while it comes in and until it is judged. Whoever comes
/// when all places are taken is sent away before his file is read.
pub const VERIFY_PLACES: usize = 8;
/// Largest form of most pages, in bytes.
pub const FORM_MAX_BYTES: usize = 1024 * 1024;
/// Largest form of the login, in bytes: what was typed before a session ended goes through it.
const LOGIN_FORM_MAX_BYTES: usize = 4 * 1024 * 1024;
/// Largest form with the texts of an offer, in bytes.
const OFFER_FORM_MAX_BYTES: usize = 16 * 1024 * 1024;

/// Every page.
pub fn router(app: Shared, limiter: Arc<Limiter>) -> Router {
    let headers_of = Arc::new(headers_for(&app));
    let places = Arc::new(Semaphore::new(VERIFY_PLACES));
    pages()
        .with_state(Arc::clone(&app))
        .layer(from_fn_with_state(Arc::clone(&app), on_disk::wait))
        .layer(from_fn(move |request, next: Next| bounded(Arc::clone(&places), request, next)))
        .layer(from_fn_with_state((Arc::clone(&app), limiter), limiter::limit_forms))
        .layer(from_fn_with_state(Arc::clone(&app), origin::must_be_ours))
        .layer(CatchPanicLayer::custom(|_| problem::panicked()))
        .layer(from_fn_with_state(app, problem_page::draw))
        .layer(from_fn(move |request, next: Next| set_headers(Arc::clone(&headers_of), request, next)))
}

/// What a form may take: bytes and seconds.
struct Room {
    bytes: usize,
    seconds: u64,
}

/// What the form that is sent to `path` may take. Only a document with its files is large and slow.
fn room_of(path: &str) -> Room {
    let parts: Vec<&str> = path.split('/').skip(1).take(4).collect();
    let bytes = match parts.as_slice() {
        ["documents", "new"] => return Room { bytes: UPLOAD_MAX_BYTES, seconds: limiter::UPLOAD_SECONDS },
        ["officer", "offers", "new"] => OFFER_FORM_MAX_BYTES,
        ["officer", "extracts", "new"] => FORM_MAX_BYTES,
        // A signature comes with these.
        ["documents", _, "sign" | "destruction"] | ["offers", _, "acceptance"] | ["officer", "extracts", _] => {
            BODY_MAX_BYTES
        }
        ["login"] => LOGIN_FORM_MAX_BYTES,
        // Files and what the form itself needs.
        ["verify"] => INPUT_MAX_BYTES + FORM_MAX_BYTES,
        _ => FORM_MAX_BYTES,
    };
    Room { bytes, seconds: limiter::REQUEST_SECONDS }
}

/// Bounds what a request may take before anything of its body is read.
async fn bounded(places: Arc<Semaphore>, mut request: Request, next: Next) -> Response {
    let is_form = request.method() == Method::POST;
    let room = room_of(request.uri().path());
    DefaultBodyLimit::max(room.bytes).apply(&mut request);
    let _place = if is_form && request.uri().path() == VERIFY {
        match places.try_acquire() {
            Ok(place) => Some(place),
            Err(_) => return ApiError::from(RefusalCode::ServiceUnavailable).into_response(),
        }
    } else {
        None
    };
    limiter::within(if is_form { room.seconds } else { limiter::REQUEST_SECONDS }, request, next).await
}

fn pages() -> Router<Shared> {
    use pages::{
        accept, certificates, compose, contacts, destruction, document, documents, extracts, home, login, offers,
        officer, registry, verify,
    };
    Router::new()
        .route("/", get(home::show))
        .route("/assets/{name}", get(assets::serve))
        .route("/language", post(home::set_language))
        .route("/offers", get(offers::list))
        .route("/offers/{id}", get(offers::show))
        .route("/offers/{id}/versions/{version}/{language}", get(offers::text))
        .route("/offers/{id}/accept", get(accept::form).post(accept::prepare))
        .route("/offers/{id}/consent", post(accept::octets))
        .route("/offers/{id}/acceptance", post(accept::accept))
        .route("/documents", get(documents::list))
        .route("/documents/new", get(compose::form).post(compose::submit))
        .route("/documents/{id}", get(document::show))
        .route("/documents/{id}/files/{ordinal}", get(document::file))
        .route("/documents/{id}/files/{ordinal}/image", get(document::image))
        .route("/documents/{id}/files/{ordinal}/pages/{page}", get(document::page))
        .route("/documents/{id}/signatures/{signature}", get(document::signature))
        .route("/documents/{id}/receipts/{number}", get(document::receipt))
        .route("/documents/{id}/sign", post(document::sign))
        .route("/documents/{id}/reject", post(document::reject))
        .route("/documents/{id}/withdraw", post(document::withdraw))
        .route("/documents/{id}/destruction", get(destruction::form).post(destruction::ask))
        .route("/documents/{id}/destruction/text", get(destruction::text))
        .route("/verify", get(verify::form).post(verify::judge))
        .route("/registry", get(registry::show))
        .route("/login", get(login::form).post(login::log_in))
        .route("/login/texts/{id}", get(login::text))
        .route("/logout", post(login::log_out))
        .route("/certificates", get(certificates::list))
        .route("/certificates/{sha256}/compromise", get(certificates::form).post(certificates::report))
        .route("/people", get(certificates::people))
        .route("/people/employees", post(certificates::add_employee))
        .route("/people/invitations", post(certificates::invite))
        .route("/contacts", get(contacts::list).post(contacts::add))
        .route("/contacts/choice", post(contacts::choose))
        .route("/contacts/{id}/codes", post(contacts::send_code))
        .route("/contacts/{id}/code", post(contacts::enter_code))
        .route("/contacts/{id}/removal", post(contacts::remove))
        .route("/extracts", get(extracts::list))
        .route("/extracts/{id}", get(extracts::download))
        .route("/officer", get(officer::home))
        .route("/officer/offers", get(officer::offers::list))
        .route("/officer/offers/new", get(officer::offers::form).post(officer::offers::publish))
        .route("/officer/offers/{id}", get(officer::sheet::show::<officer::offers::OneOffer>))
        .route("/officer/offers/{id}/withdraw", post(officer::sheet::act::<officer::offers::OneOffer>))
        .route("/officer/compromises", get(officer::compromises::list))
        .route(
            "/officer/compromises/{id}",
            get(officer::sheet::show::<officer::compromises::Case>)
                .post(officer::sheet::act::<officer::compromises::Case>),
        )
        .route("/officer/court-requests", get(officer::court_requests::list))
        .route(
            "/officer/court-requests/new",
            get(officer::sheet::show_all::<officer::court_requests::NewRequest>)
                .post(officer::sheet::make::<officer::court_requests::NewRequest>),
        )
        .route(
            "/officer/court-requests/{id}",
            get(officer::sheet::show::<officer::court_requests::OneRequest>)
                .post(officer::sheet::act::<officer::court_requests::OneRequest>),
        )
        .route("/officer/court-requests/{id}/extract", post(officer::sheet::act::<officer::court_requests::Answer>))
        .route("/officer/extracts", get(officer::extracts::list))
        .route(
            "/officer/extracts/new",
            get(officer::extracts::form).post(officer::sheet::make::<officer::extracts::NewExtract>),
        )
        .route(
            "/officer/extracts/{id}",
            get(officer::sheet::show::<officer::extracts::OneExtract>)
                .post(officer::sheet::act::<officer::extracts::OneExtract>),
        )
        .route("/officer/extracts/{id}/manifest", get(officer::extracts::manifest))
        .route("/officer/extracts/{id}/file", get(officer::extracts::file))
        .route(
            "/officer/holds",
            get(officer::sheet::show_all::<officer::holds::Holds>).post(officer::sheet::make::<officer::holds::Holds>),
        )
        .route(
            "/officer/holds/{id}",
            get(officer::sheet::show::<officer::holds::Hold>).post(officer::sheet::act::<officer::holds::Hold>),
        )
        .route(
            "/officer/prunings",
            get(officer::sheet::show_all::<officer::prunings::Prunings>)
                .post(officer::sheet::make::<officer::prunings::Prunings>),
        )
        .route(
            "/officer/prunings/{id}",
            get(officer::sheet::show::<officer::prunings::Pruning>)
                .post(officer::sheet::act::<officer::prunings::Pruning>),
        )
        .route("/officer/journal", get(officer::journal::list))
        .route("/officer/journal/{seq}", get(officer::journal::show))
        .fallback(problem_page::no_such_page)
        .method_not_allowed_fallback(problem_page::no_such_method)
}

/// Headers of every page: nothing from elsewhere, no inline script or style, no frames, forms to ourselves alone. The
/// one thing outside that a page may talk to is the signing program on the reader's own machine.
fn headers_for(app: &App) -> Vec<(HeaderName, HeaderValue)> {
    let ncalayer: String = app.pages.config.ncalayer.iter().map(|address| format!(" {address}")).collect();
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'{ncalayer}; \
         form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    );
    let fixed = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
    ];
    let mut headers: Vec<_> = fixed.into_iter().map(|(name, value)| (name, HeaderValue::from_static(value))).collect();
    if app.pages.mode == Mode::Production {
        let strict = HeaderValue::from_static("max-age=63072000");
        headers.push((header::STRICT_TRANSPORT_SECURITY, strict));
    }
    // The configuration takes addresses of plain characters only, so this never fails.
    if let Ok(value) = HeaderValue::from_str(&policy) {
        headers.push((header::CONTENT_SECURITY_POLICY, value));
    }
    headers
}

async fn set_headers(headers: Arc<Vec<(HeaderName, HeaderValue)>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let set = response.headers_mut();
    for (name, value) in headers.iter() {
        // What a party sent has a stricter policy of its own.
        set.entry(name).or_insert_with(|| value.clone());
    }
    set.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_document_with_files_may_be_large_and_slow() {
        let is_slow = |path: &str| room_of(path).seconds > limiter::REQUEST_SECONDS;
        let id = "01890a5d-ac96-774b-bcce-b302099a8057";
        for (path, mebibytes) in [
            ("/documents/new", 96),
            ("/officer/offers/new", 16),
            (&format!("/documents/{id}/sign"), 24),
            (&format!("/documents/{id}/destruction"), 24),
            (&format!("/offers/{id}/acceptance"), 24),
            (&format!("/officer/extracts/{id}"), 24),
            ("/login", 4),
            (VERIFY, 33),
            ("/language", 1),
            ("/officer/extracts/new", 1),
            (&format!("/documents/{id}/reject"), 1),
            (&format!("/documents/{id}/sign/more"), 1),
            ("/documents/new/", 1),
            ("//documents/new", 1),
            ("", 1),
        ] {
            assert_eq!(room_of(path).bytes, mebibytes * 1024 * 1024, "{path}");
            assert_eq!(is_slow(path), path == "/documents/new", "{path}");
        }
    }
}
