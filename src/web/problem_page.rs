//! What was not done, told on a page: what happened, to what, what to do next. Whoever has to log in first is brought to
//! the login and back, with everything that he had typed.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::drawn;
use super::pages::login;
use super::ui::{Problem, Ui};
use super::visitor::{Visitor, readable};
use crate::api::Shared;
use crate::api::problem::{ApiError, TRACE_ID, status_of};
use crate::domain::ids::new_uuid;
use crate::domain::refusal::{Refusal, RefusalCode};

/// What somebody had typed when his session was over.
#[derive(Debug, Clone)]
pub struct Typed {
    /// Where the form goes.
    pub path: String,
    /// Its texts.
    pub fields: Vec<(String, String)>,
}

/// Why a page is not what was asked for.
#[derive(Debug, Clone)]
pub struct PageError {
    error: ApiError,
    typed: Option<Typed>,
}

impl PageError {
    /// No session, and what was typed.
    pub fn ended(refusal: Refusal, typed: Typed) -> Self {
        Self { error: refusal.into(), typed: Some(typed) }
    }

    /// The refusal, when the form can be shown again with it; a missing session and a fault are told by a page.
    ///
    /// # Errors
    /// The error itself otherwise.
    pub fn in_form(self) -> Result<Refusal, Self> {
        match self.error.refusal() {
            Some(refusal) if self.typed.is_none() && status_of(refusal.code).is_client_error() => Ok(refusal.clone()),
            Some(_) | None => Err(self),
        }
    }
}

impl<E: Into<ApiError>> From<E> for PageError {
    fn from(error: E) -> Self {
        Self { error: error.into(), typed: None }
    }
}

impl IntoResponse for PageError {
    /// An empty answer that [`draw`] fills: only there are the reader and the request's number known.
    fn into_response(self) -> Response {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        if let Some(typed) = self.typed {
            response.extensions_mut().insert(typed);
        }
        response.extensions_mut().insert(self.error);
        response
    }
}

/// No such page.
pub async fn no_such_page() -> PageError {
    RefusalCode::NotFound.into()
}

/// The address is there, but not for this method.
pub async fn no_such_method() -> PageError {
    RefusalCode::MethodNotAllowed.into()
}

#[derive(askama::Template)]
#[template(path = "problem.html")]
struct ProblemPage<'a> {
    ui: &'a Ui,
    problem: Problem,
    status: u16,
    trace_id: &'a str,
    /// A fault of ours, or a part that is down: nothing the reader did.
    is_ours: bool,
}

/// Gives every request a number, and draws what was not done.
pub async fn draw(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let (headers, method) = (request.headers().clone(), request.method().clone());
    let here = request.uri().path_and_query().map_or("/", |here| here.as_str()).to_owned();
    let path: String = request.uri().path().chars().take(300).collect();
    let trace_id = new_uuid(app.clock.now(), &mut app.rng.clone()).to_string();
    let mut response = next.run(request).await;
    if let Some(error) = response.extensions_mut().remove::<ApiError>() {
        let typed = response.extensions_mut().remove::<Typed>();
        let refusal = error.into_refusal(&trace_id, &path);
        // Where the database does not answer, the page about it is drawn for a stranger.
        let here = readable(&method, &here);
        let visitor = match Visitor::of(&app, &headers, here).await {
            Ok(visitor) => visitor,
            Err(_) => Visitor::stranger(&headers, here),
        };
        response = answer(&app, visitor, refusal, typed, &method, &trace_id).await;
    }
    if let Ok(value) = HeaderValue::from_str(&trace_id) {
        response.headers_mut().insert(TRACE_ID, value);
    }
    response
}

async fn answer(
    app: &Shared,
    visitor: Visitor,
    refusal: Refusal,
    typed: Option<Typed>,
    method: &Method,
    trace_id: &str,
) -> Response {
    let needs_login = matches!(refusal.code, RefusalCode::LoginRequired | RefusalCode::SessionExpired);
    if needs_login {
        if *method == Method::GET && refusal.code == RefusalCode::LoginRequired {
            return drawn::on_to(&login::address(&visitor.here));
        }
        let back = if *method == Method::GET { visitor.here.clone() } else { "/".to_owned() };
        if let Ok(page) = login::after_ended(app, &visitor, &refusal, typed, back).await {
            return page;
        }
    }
    problem_page(app, &visitor, &refusal, trace_id)
}

fn problem_page(app: &Shared, visitor: &Visitor, refusal: &Refusal, trace_id: &str) -> Response {
    let ui = Ui::plain(app, visitor);
    let status = status_of(refusal.code);
    let is_ours = status.is_server_error();
    let problem = ui.problem(refusal);
    let page = ProblemPage { ui: &ui, problem, status: status.as_u16(), trace_id, is_ours };
    let mut response = match drawn::page_with(status, &page) {
        Ok(page) => page,
        Err(_) => (status, refusal.code.code()).into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(ui.language.code()));
    if let Some(seconds) = refusal.param("seconds").and_then(|seconds| HeaderValue::from_str(seconds).ok()) {
        headers.insert(header::RETRY_AFTER, seconds);
    }
    response
}
