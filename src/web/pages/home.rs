//! What this is, and the language of the pages.

use axum::extract::State;
use axum::http::header;
use axum::response::Response;

use crate::access::preferences;
use crate::api::Shared;
use crate::domain::refusal::RefusalCode;
use crate::i18n::Language;
use crate::web::drawn;
use crate::web::form::Form;
use crate::web::problem_page::PageError;
use crate::web::ui::Ui;
use crate::web::visitor::{Visitor, language_cookie, safe_return};

#[derive(askama::Template)]
#[template(path = "home.html")]
struct Home<'a> {
    ui: &'a Ui,
}

/// The first page. Whoever is logged in sees where he left off.
pub async fn show(State(app): State<Shared>, visitor: Visitor) -> Result<Response, PageError> {
    let ui = Ui::of(&app, &visitor).await?;
    if ui.is_officer() {
        return Ok(drawn::on_to("/officer"));
    }
    drawn::page(&Home { ui: &ui })
}

/// Chooses a language, for this browser and, when somebody is logged in, for the person.
pub async fn set_language(State(app): State<Shared>, visitor: Visitor, form: Form) -> Result<Response, PageError> {
    let language = Language::parse(form.text("language")).ok_or(RefusalCode::NotFound)?;
    if let Some(insider) = &visitor.insider {
        preferences::set_language(&app.db, &insider.caller.iin.to_string(), language, app.clock.now()).await?;
    }
    let mut response = drawn::on_to(safe_return(form.text("return")));
    if let Some(cookie) = language_cookie(&app, language) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}
