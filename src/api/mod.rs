//! The JSON door: `/api/v1` (design section 6). A handler reads the request into an operation's command, calls it, and
//! writes down the answer; it decides nothing.
//!
//! * A caller proves who he is once (`session`) and then sends `Authorization: Bearer TOKEN`.
//! * Every write carries an `Idempotency-Key` (`idempotency`).
//! * Whatever is told is on disk (`on_disk`).
//! * Whatever is not done is told as a problem (RFC 9457) in the reader's language ([`problem`]).

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::get;
use axum::{Json, Router};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use utoipa_swagger_ui::SwaggerUi;

use crate::app::App;
use crate::domain::refusal::RefusalCode;
use crate::notify::report::REPORT_MAX_BYTES;

mod auditors;
mod compromises;
pub(crate) mod contacts;
mod court_requests;
mod destruction;
pub(crate) mod documents;
pub(crate) mod download;
mod extracts;
pub(crate) mod idempotency;
pub(crate) mod input;
mod journal;
pub mod limiter;
mod log;
mod offers;
pub(crate) mod on_disk;
mod people;
pub mod problem;
mod prunings;
mod second_officer;
mod session;
mod sms;
mod uploads;

use problem::ApiError;

/// Largest body of a request without files, in bytes: a CMS in base64 with room around it.
pub const BODY_MAX_BYTES: usize = 24 * 1024 * 1024;
/// Largest body of a login, in bytes: a stranger's CMS over a short text, in base64.
pub const LOGIN_MAX_BYTES: usize = 256 * 1024;
/// Largest body of a request with files, in bytes.
pub const UPLOAD_MAX_BYTES: usize = 96 * 1024 * 1024;

/// The application as handlers get it.
pub type Shared = Arc<App>;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "qolhat",
        description = "Electronic document workflow with Kazakhstan's digital signatures. Every write carries an \
            Idempotency-Key; problems follow RFC 9457 with stable codes; instants are RFC 3339 in UTC; a CMS travels \
            in base64 or PEM inside JSON.",
    ),
    modifiers(&Bearer),
    tags(
        (name = "session", description = "Login by a signed one-time challenge"),
        (name = "offers", description = "Public offers and their acceptance"),
        (name = "documents", description = "Documents between clients"),
        (name = "people", description = "Employees and invited counterparties"),
        (name = "compromises", description = "Compromised keys"),
        (name = "extracts", description = "Extracts for a court"),
        (name = "journal", description = "What anybody may check")
    )
)]
struct ApiDoc;

/// The security scheme of the document.
struct Bearer;

impl utoipa::Modify for Bearer {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        openapi.components.get_or_insert_default().add_security_scheme("session", SecurityScheme::Http(scheme));
    }
}

fn api() -> OpenApiRouter<Shared> {
    OpenApiRouter::with_openapi(ApiDoc::openapi())
        .routes(routes!(session::who_am_i, session::log_out))
        .routes(routes!(offers::list, offers::publish))
        .routes(routes!(offers::show))
        .routes(routes!(offers::publish_version))
        .routes(routes!(offers::text))
        .routes(routes!(offers::withdraw))
        .routes(routes!(offers::accept))
        .routes(routes!(uploads::list))
        .routes(routes!(uploads::discard))
        .routes(routes!(documents::list))
        .routes(routes!(documents::show))
        .routes(routes!(documents::file))
        .routes(routes!(documents::signature))
        .routes(routes!(documents::receipt))
        .routes(routes!(documents::sign))
        .routes(routes!(documents::reject))
        .routes(routes!(documents::withdraw))
        .routes(routes!(destruction::text))
        .routes(routes!(destruction::show, destruction::request))
        .routes(routes!(destruction::holds, destruction::hold))
        .routes(routes!(destruction::release))
        .routes(routes!(people::employees, people::add_employee))
        .routes(routes!(people::invitations, people::invite))
        .routes(routes!(people::certificates))
        .routes(routes!(contacts::list, contacts::add))
        .routes(routes!(contacts::send_code))
        .routes(routes!(contacts::enter_code))
        .routes(routes!(contacts::remove))
        .routes(routes!(contacts::choose))
        .routes(routes!(compromises::open_cases, compromises::report))
        .routes(routes!(compromises::decide))
        .routes(routes!(court_requests::list, court_requests::record))
        .routes(routes!(court_requests::show))
        .routes(routes!(court_requests::decide))
        .routes(routes!(extracts::prepare))
        .routes(routes!(extracts::sign))
        .routes(routes!(extracts::show))
        .routes(routes!(extracts::look_up))
        .routes(routes!(prunings::list, prunings::propose))
        .routes(routes!(prunings::decide))
        .routes(routes!(journal::status))
        .routes(routes!(journal::events))
        .routes(routes!(journal::operator))
        .routes(routes!(journal::checkpoint))
        .routes(routes!(journal::health))
        .routes(routes!(log::checkpoint))
        .routes(routes!(log::minimum))
        .routes(routes!(auditors::subjects))
}

/// Strangers log in: little is taken from them.
fn logins() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(session::new_challenge)).routes(routes!(session::log_in))
}

/// Gateways report: a secret that they share with us stands for a login.
fn reports() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(sms::report))
}

/// Documents are sent with files: another limit.
fn uploads() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(documents::submit))
}

/// A large file comes in as long as something of it comes; who asks is known before any of it is read.
fn streams() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(uploads::bring))
}

/// The OpenAPI document, generated from the handlers.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut document = api().into_openapi();
    document.merge(logins().into_openapi());
    document.merge(reports().into_openapi());
    document.merge(uploads().into_openapi());
    document.merge(streams().into_openapi());
    document
}

/// Whether an address is this door's; everything else is a page.
#[must_use]
pub fn is_api(path: &str) -> bool {
    path.starts_with("/api/")
        || path == "/docs"
        || path.starts_with("/docs/")
        || path == "/checkpoint"
        || path == "/healthz"
        || path.starts_with("/log/")
}

/// Every address of the door, with its page for trying it out at `/docs/`.
pub fn router(app: Shared, limiter: Arc<limiter::Limiter>) -> Router {
    let document = openapi();
    let (api, _) = api().layer(DefaultBodyLimit::max(BODY_MAX_BYTES)).split_for_parts();
    let (logins, _) = logins().layer(DefaultBodyLimit::max(LOGIN_MAX_BYTES)).split_for_parts();
    let (reports, _) = reports().layer(DefaultBodyLimit::max(REPORT_MAX_BYTES)).split_for_parts();
    let (uploads, _) = uploads().layer(DefaultBodyLimit::max(UPLOAD_MAX_BYTES)).split_for_parts();
    let (streams, _) = streams().split_for_parts();
    let on_disk = from_fn_with_state(Arc::clone(&app), on_disk::wait);
    let soon = |seconds: u64| from_fn(move |request, next| limiter::within(seconds, request, next));
    let served = document.clone();
    // A tile's number is several parts of the address. What the sequencer commits is seen when it is on disk, not before.
    let tiles = Router::new()
        .route("/log/tile/{level}/{*index}", get(log::tile))
        .route("/log/tile/entries/{*index}", get(auditors::entries))
        .layer(soon(limiter::REQUEST_SECONDS))
        .with_state(Arc::clone(&app));
    Router::new()
        .merge(api.merge(logins).merge(reports).layer(on_disk.clone()).layer(soon(limiter::REQUEST_SECONDS)))
        .merge(uploads.layer(on_disk.clone()).layer(soon(limiter::UPLOAD_SECONDS)))
        .merge(streams.layer(on_disk))
        .with_state(Arc::clone(&app))
        .merge(tiles)
        .route("/api/v1/openapi.json", get(move || std::future::ready(Json(served.clone()))))
        .merge(SwaggerUi::new("/docs").url("/api/v1/swagger.json", document))
        .fallback(|| std::future::ready(ApiError::from(RefusalCode::NotFound)))
        .method_not_allowed_fallback(|| std::future::ready(ApiError::from(RefusalCode::MethodNotAllowed)))
        .layer(from_fn_with_state((Arc::clone(&app), limiter), limiter::limit))
        .layer(CatchPanicLayer::custom(|_| problem::panicked()))
        .layer(from_fn_with_state(app, problem::render))
        .layer(from_fn(headers))
}

/// Headers of every answer: nothing here is a page, nothing may be embedded, guessed at or kept by others.
async fn headers(request: axum::extract::Request, next: axum::middleware::Next) -> Response {
    const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                       connect-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'";
    let is_swagger = request.uri().path().starts_with("/docs");
    let mut response = next.run(request).await;
    let set = response.headers_mut();
    let csp = if is_swagger { CSP } else { "default-src 'none'; frame-ancestors 'none'" };
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, csp),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        set.insert(name, HeaderValue::from_static(value));
    }
    set.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
