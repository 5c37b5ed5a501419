//! The door for people: pages rendered on the server, over the same operations as the API (design D8). A handler reads
//! a form into an operation's command, calls it, and draws the answer; it decides nothing.
//!
//! * Every page works without JavaScript, but for the signing itself ([`assets`]); a signature made by another program
//!   can be handed in as a file.
//! * Who reads is known by a cookie with the opaque token of a session ([`visitor`]). A form says for whom it was drawn
//!   and carries the key under which its act may be repeated ([`form`]): a double click does one act, a tab of another
//!   person does none.
//! * A form is taken only from our own pages ([`origin`]); what a stranger wrote is escaped by the templates and never
//!   becomes script, style or markup.
//! * What is not done is told on a page of its own or in the form itself, with what was typed kept ([`problem_page`]).

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;

use crate::api::limiter::{self, Limiter};
use crate::api::{Shared, UPLOAD_MAX_BYTES, problem};
use crate::app::App;
use crate::config::Mode;

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

/// Every page.
pub fn router(app: Shared, limiter: Arc<Limiter>) -> Router {
    let headers_of = Arc::new(headers_for(&app));
    pages()
        .with_state(Arc::clone(&app))
        .layer(DefaultBodyLimit::max(UPLOAD_MAX_BYTES))
        .layer(from_fn(|request, next| limiter::within(limiter::UPLOAD_SECONDS, request, next)))
        .layer(from_fn_with_state((Arc::clone(&app), limiter), limiter::limit_forms))
        .layer(from_fn_with_state(Arc::clone(&app), origin::must_be_ours))
        .layer(CatchPanicLayer::custom(|_| problem::panicked()))
        .layer(from_fn_with_state(app, problem_page::draw))
        .layer(from_fn(move |request, next: Next| set_headers(Arc::clone(&headers_of), request, next)))
}

fn pages() -> Router<Shared> {
    use pages::{accept, certificates, compose, document, documents, extracts, home, login, offers, officer, verify};
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
        .route("/verify", get(verify::form).post(verify::judge))
        .route("/login", get(login::form).post(login::log_in))
        .route("/login/texts/{id}", get(login::text))
        .route("/logout", post(login::log_out))
        .route("/certificates", get(certificates::list))
        .route("/certificates/{sha256}/compromise", get(certificates::form).post(certificates::report))
        .route("/people", get(certificates::people))
        .route("/people/employees", post(certificates::add_employee))
        .route("/people/invitations", post(certificates::invite))
        .route("/extracts", get(extracts::list))
        .route("/extracts/{id}", get(extracts::download))
        .route("/officer", get(officer::home))
        .route("/officer/offers", get(officer::offers::list))
        .route("/officer/offers/new", get(officer::offers::form).post(officer::offers::publish))
        .route("/officer/offers/{id}", get(officer::offers::show))
        .route("/officer/offers/{id}/withdraw", post(officer::offers::withdraw))
        .route("/officer/compromises", get(officer::compromises::list))
        .route("/officer/compromises/{id}", get(officer::compromises::show).post(officer::compromises::decide))
        .route("/officer/extracts", get(officer::extracts::list))
        .route("/officer/extracts/new", get(officer::extracts::form).post(officer::extracts::prepare))
        .route("/officer/extracts/{id}", get(officer::extracts::show).post(officer::extracts::sign))
        .route("/officer/extracts/{id}/manifest", get(officer::extracts::manifest))
        .route("/officer/extracts/{id}/file", get(officer::extracts::file))
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

async fn set_headers(
    headers: Arc<Vec<(HeaderName, HeaderValue)>>,
    request: axum::extract::Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    let set = response.headers_mut();
    for (name, value) in headers.iter() {
        // What a party sent has a stricter policy of its own.
        set.entry(name).or_insert_with(|| value.clone());
    }
    set.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
