//! Extracts as a party sees them: what an extract is, how to ask for one, and the issued ones about its documents alone.

use axum::extract::State;
use axum::response::Response;

use crate::api::Shared;
use crate::api::input::Place;
use crate::app::App;
use crate::domain::ids::ExtractId;
use crate::domain::refusal::RefusalCode;
use crate::extract::store::Registered;
use crate::web::drawn;
use crate::web::problem_page::PageError;
use crate::web::ui::Ui;
use crate::web::visitor::{Insider, Visitor};

#[derive(askama::Template)]
#[template(path = "extracts.html")]
struct Extracts<'a> {
    ui: &'a Ui,
    extracts: Vec<Registered>,
    operator_bin: String,
}

/// The party's extracts.
pub async fn list(State(app): State<Shared>, visitor: Visitor) -> Result<Response, PageError> {
    let insider = visitor.insider()?;
    insider.caller.must_draft()?;
    let ui = Ui::of(&app, &visitor).await?;
    let extracts = of_party(&app, insider).await?;
    drawn::page(&Extracts { ui: &ui, extracts, operator_bin: app.operator.bin.to_string() })
}

/// The issued extracts that hold documents of the party alone.
async fn of_party(_app: &App, _insider: &Insider) -> Result<Vec<Registered>, PageError> {
    // TODO(extracts-of-party): the one place that lists them, once the store knows them by party.
    Ok(Vec::new())
}

/// An issued extract of the party, as a file.
pub async fn download(
    State(_app): State<Shared>,
    visitor: Visitor,
    Place(id): Place<String>,
) -> Result<Response, PageError> {
    let insider = visitor.insider()?;
    insider.caller.must_draft()?;
    let _extract = ExtractId::parse(&id).map_err(|_| RefusalCode::ExtractUnknown)?;
    // TODO(extracts-of-party): the one place that hands it out, once an operation reads it as a party.
    Err(RefusalCode::ExtractUnknown.into())
}
