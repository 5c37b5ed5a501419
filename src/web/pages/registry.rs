//! Anybody asks the register whether an extract was issued under a number, and which file it is.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use crate::api::Shared;
use crate::api::input::Asked;
use crate::domain::refusal::RefusalCode;
use crate::operations::OperationError;
use crate::operations::look_up_extract::{RegisteredExtract, look_up_extract};
use crate::web::drawn;
use crate::web::problem_page::PageError;
use crate::web::ui::{Problem, Ui};
use crate::web::visitor::Visitor;

/// Longest number that is read, in octets.
const NUMBER_MAX_BYTES: usize = 20;

/// The number asked about.
#[derive(Deserialize)]
pub struct About {
    #[serde(default)]
    number: String,
}

#[derive(askama::Template)]
#[template(path = "registry.html")]
struct Registry<'a> {
    ui: &'a Ui,
    problem: Option<Problem>,
    number: String,
    found: Option<RegisteredExtract>,
}

/// The form, and the answer.
pub async fn show(
    State(app): State<Shared>,
    visitor: Visitor,
    Asked(about): Asked<About>,
) -> Result<Response, PageError> {
    let ui = Ui::of(&app, &visitor).await?;
    let number = about.number.trim();
    if number.is_empty() {
        return drawn::page(&Registry { ui: &ui, problem: None, number: String::new(), found: None });
    }
    let read: Option<u64> =
        Some(number).filter(|number| number.len() <= NUMBER_MAX_BYTES).and_then(|number| number.parse().ok());
    let answer = match read {
        Some(number) => look_up_extract(&app, number).await,
        None => Err(OperationError::from(RefusalCode::ExtractUnknown)),
    };
    match answer {
        Ok(found) => {
            drawn::page(&Registry { ui: &ui, problem: None, number: found.number.to_string(), found: Some(found) })
        }
        Err(error) => {
            let problem = Some(ui.problem(&PageError::from(error).in_form()?));
            // What is no number is not shown again.
            let number = read.map(|number| number.to_string()).unwrap_or_default();
            drawn::page_with(StatusCode::NOT_FOUND, &Registry { ui: &ui, problem, number, found: None })
        }
    }
}
