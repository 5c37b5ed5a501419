//! A party asks, by its signature, that the content of a document be destroyed: what it means, the text that is signed, and
//! how an earlier request stands.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::document::document_id;
use crate::api::Shared;
use crate::api::download::download;
use crate::api::input::Place;
use crate::app::App;
use crate::domain::ids::DocumentId;
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::operations::OperationError;
use crate::operations::destroy_content::{self, Destruction, request_destruction, request_text};
use crate::web::drawn;
use crate::web::form::Form;
use crate::web::problem_page::PageError;
use crate::web::sign_form::SignForm;
use crate::web::ui::{Problem, Ui};
use crate::web::visitor::{Insider, Visitor};

#[derive(askama::Template)]
#[template(path = "destruction.html")]
struct Page<'a> {
    ui: &'a Ui,
    id: DocumentId,
    text: String,
    sign: SignForm,
    problem: Option<Problem>,
}

/// How the request of the caller's party stands; `None` when it has not asked.
pub async fn standing(app: &App, insider: &Insider, id: DocumentId) -> Result<Option<Destruction>, PageError> {
    match destroy_content::standing(app, &insider.caller, id).await {
        Ok(destruction) => Ok(Some(destruction)),
        Err(OperationError::Refused(refusal)) if refusal.code == RefusalCode::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The form; the document's own page once the party has asked.
pub async fn form(
    State(app): State<Shared>,
    visitor: Visitor,
    Place(id): Place<String>,
) -> Result<Response, PageError> {
    let insider = visitor.insider()?;
    draw(&app, &visitor, insider, document_id(&id)?, None).await
}

async fn draw(
    app: &App,
    visitor: &Visitor,
    insider: &Insider,
    id: DocumentId,
    refusal: Option<Refusal>,
) -> Result<Response, PageError> {
    let text = request_text(app, &insider.caller, id).await?;
    if standing(app, insider, id).await?.is_some() {
        return Ok(drawn::on_to(&format!("/documents/{id}")));
    }
    let mut ui = Ui::of(app, visitor).await?;
    let path = format!("/documents/{id}/destruction");
    ui.here.clone_from(&path);
    let mut sign = SignForm::of_file(path.clone(), &text, format!("{path}/text"), ui.t("page-destruction-request"))
        .for_caller(&insider.caller);
    (sign.title_key, sign.button_key) = ("page-destruction-sign-title", "page-destruction-sign-button");
    let status = if refusal.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = Page {
        problem: refusal.map(|refusal| ui.problem(&refusal)),
        text: String::from_utf8_lossy(&text).into_owned(),
        ui: &ui,
        id,
        sign,
    };
    drawn::page_with(status, &page)
}

/// The text that is signed, as a file.
pub async fn text(
    State(app): State<Shared>,
    visitor: Visitor,
    Place(id): Place<String>,
) -> Result<Response, PageError> {
    let insider = visitor.insider()?;
    let text = request_text(&app, &insider.caller, document_id(&id)?).await?;
    Ok(download(text, "application/json", "destruction-request.json"))
}

/// Asks.
pub async fn ask(
    State(app): State<Shared>,
    visitor: Visitor,
    Place(id): Place<String>,
    form: Form,
) -> Result<Response, PageError> {
    let insider = form.insider(&visitor)?;
    let id = document_id(&id)?;
    let asked = async {
        let (request, earlier) = form.request(&app, insider).await?;
        if earlier.is_none() {
            request_destruction(&app, &insider.caller, id, &form.cms()?, Some(&request)).await?;
        }
        Ok::<_, PageError>(())
    };
    match asked.await {
        Ok(()) => Ok(drawn::on_to(&format!("/documents/{id}?done=destruction-asked"))),
        Err(error) => draw(&app, &visitor, insider, id, Some(error.in_form()?)).await,
    }
}
