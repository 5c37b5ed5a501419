//! Login by a key: a one-time text, signed by the reader's authentication or signing key.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::Response;
use serde::Deserialize;

use crate::access::preferences;
use crate::api::Shared;
use crate::api::download::download;
use crate::api::input::{Asked as Query, Place};
use crate::app::App;
use crate::domain::ids::ChallengeId;
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::operations::log_in;
use crate::operations::session_events::Device;
use crate::web::drawn;
use crate::web::form::{self, Form};
use crate::web::problem_page::{PageError, Typed};
use crate::web::sign_form::SignForm;
use crate::web::ui::{Problem, Ui};
use crate::web::visitor::{self, Insider, Visitor, safe_return};

#[derive(askama::Template)]
#[template(path = "login.html")]
struct Login<'a> {
    ui: &'a Ui,
    problem: Option<Problem>,
    sign: SignForm,
    challenge: String,
    expires_at: String,
    has_typed: bool,
}

/// Where the page comes from.
#[derive(Deserialize)]
pub struct From {
    #[serde(default, rename = "return")]
    back: String,
}

/// The address of the login that comes back to `here`.
pub fn address(here: &str) -> String {
    let back = form::pack(&[("return".to_owned(), here.to_owned())]);
    format!("/login?{back}")
}

/// The page with a new challenge.
pub async fn form(
    State(app): State<Shared>,
    visitor: Visitor,
    Query(from): Query<From>,
) -> Result<Response, PageError> {
    if visitor.insider.is_some() {
        return Ok(drawn::on_to(safe_return(&from.back)));
    }
    let hidden = Carried { back: safe_return(&from.back).to_owned(), typed: None };
    draw(&app, &visitor, StatusCode::OK, None, hidden).await
}

/// The page for whoever's session is over, with what he had typed.
///
/// # Errors
/// A fault of the database.
pub async fn after_ended(
    app: &App,
    visitor: &Visitor,
    refusal: &Refusal,
    typed: Option<Typed>,
    back: String,
) -> Result<Response, PageError> {
    draw(app, visitor, StatusCode::UNAUTHORIZED, Some(refusal), Carried { back, typed }).await
}

/// What is carried through the login.
struct Carried {
    back: String,
    typed: Option<Typed>,
}

impl Carried {
    fn of(form: &Form) -> Self {
        let path = form.text("typed_path");
        let typed = (!path.is_empty())
            .then(|| Typed { path: safe_return(path).to_owned(), fields: form::unpack(form.raw("typed_fields")) });
        Self { back: safe_return(form.text("return")).to_owned(), typed }
    }
}

async fn draw(
    app: &App,
    visitor: &Visitor,
    status: StatusCode,
    refusal: Option<&Refusal>,
    carried: Carried,
) -> Result<Response, PageError> {
    let ui = Ui::plain(app, visitor);
    let challenge = log_in::new_challenge(app);
    let what = ui.t("page-login-text");
    let mut sign = SignForm::of_text("/login".to_owned(), challenge.content.as_bytes(), "challenge", what);
    sign.download_url = format!("/login/texts/{}", challenge.id);
    sign.purpose = "any";
    sign.title_key = "page-login-sign-title";
    sign.button_key = "page-login-button";
    sign.hidden = vec![("challenge", challenge.id.to_string()), ("return", carried.back)];
    let has_typed = carried.typed.is_some();
    if let Some(typed) = carried.typed {
        sign.hidden.push(("typed_path", typed.path));
        sign.hidden.push(("typed_fields", form::pack(&typed.fields)));
    }
    let page = Login {
        ui: &ui,
        problem: refusal.map(|refusal| ui.problem(refusal)),
        sign,
        challenge: challenge.content,
        expires_at: ui.when(&challenge.expires_at),
        has_typed,
    };
    drawn::page_with(status, &page)
}

#[derive(askama::Template)]
#[template(path = "continue.html")]
struct Continue<'a> {
    ui: &'a Ui,
    typed: Typed,
}

/// The text of a challenge as a file, for whoever signs it with another program.
pub async fn text(State(app): State<Shared>, Place(id): Place<String>) -> Result<Response, PageError> {
    let id = ChallengeId::parse(&id).map_err(|_| RefusalCode::ChallengeUnknown)?;
    let challenge = log_in::open_challenge(&app, id)?;
    Ok(download(challenge.content.into_bytes(), "application/octet-stream", "login.txt"))
}

/// Opens a session by the signed challenge.
pub async fn log_in(
    State(app): State<Shared>,
    visitor: Visitor,
    device: Device,
    form: Form,
) -> Result<Response, PageError> {
    let carried = Carried::of(&form);
    let logged_in = match open(&app, &form, &device).await {
        Ok(logged_in) => logged_in,
        Err(error) => {
            let refusal = error.in_form()?;
            return draw(&app, &visitor, StatusCode::UNPROCESSABLE_ENTITY, Some(&refusal), carried).await;
        }
    };
    let language = preferences::language(&app.db, &logged_in.caller.iin.to_string()).await?;
    let mut response = match carried.typed {
        Some(typed) => {
            let insider = Insider::new(&app, logged_in.caller.clone(), logged_in.token.clone()).await?;
            let language = language.unwrap_or(visitor.language);
            let visitor = Visitor { language, insider: Some(insider), ended: None, here: "/".to_owned() };
            let ui = Ui::of(&app, &visitor).await?;
            drawn::page(&Continue { ui: &ui, typed })?
        }
        None => drawn::on_to(&first_page(&carried.back, &logged_in.caller)),
    };
    let cookies = [
        visitor::session_cookie(&app, &logged_in.token),
        language.and_then(|language| visitor::language_cookie(&app, language)),
    ];
    for cookie in cookies.into_iter().flatten() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Where a person starts: where he wanted to go, or at his work.
fn first_page(back: &str, caller: &crate::access::Caller) -> String {
    let start = match (caller.officer, caller.capability) {
        (true, _) => "/officer",
        (false, Some(_)) => "/documents",
        (false, None) => "/offers",
    };
    if back == "/" { start.to_owned() } else { back.to_owned() }
}

async fn open(app: &App, form: &Form, device: &Device) -> Result<log_in::LoggedIn, PageError> {
    let challenge = ChallengeId::parse(form.text("challenge")).map_err(|_| RefusalCode::ChallengeUnknown)?;
    let cms = form.cms()?;
    Ok(log_in::log_in(app, challenge, &cms, device).await?)
}

/// Ends the session.
pub async fn log_out(State(app): State<Shared>, visitor: Visitor, form: Form) -> Result<Response, PageError> {
    if visitor.insider.is_some() {
        let insider = form.insider(&visitor)?;
        log_in::log_out(&app, &insider.caller, insider.token()).await?;
    }
    let mut response = drawn::on_to("/");
    if let Some(cookie) = visitor::no_session_cookie(&app) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}
