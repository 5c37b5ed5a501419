//! Extracts as a party sees them: what an extract is, how to ask for one, and the issued ones about its documents alone.

use axum::extract::State;
use axum::response::Response;

use crate::api::Shared;
use crate::api::download;
use crate::api::input::Place;
use crate::domain::ids::ExtractId;
use crate::domain::refusal::RefusalCode;
use crate::extract::format::MIMETYPE;
use crate::extract::store::{self, ListedExtract};
use crate::operations::issue_extract::read_extract_as_party;
use crate::web::drawn;
use crate::web::problem_page::PageError;
use crate::web::ui::Ui;
use crate::web::visitor::Visitor;

/// Most extracts listed.
const EXTRACTS_MAX: i64 = 200;

#[derive(askama::Template)]
#[template(path = "extracts.html")]
struct Extracts<'a> {
    ui: &'a Ui,
    extracts: Vec<ListedExtract>,
    operator_bin: String,
}

/// The party's extracts.
pub async fn list(State(app): State<Shared>, visitor: Visitor) -> Result<Response, PageError> {
    let insider = visitor.insider()?;
    insider.caller.must_draft()?;
    let ui = Ui::of(&app, &visitor).await?;
    let extracts = store::of_party(&app.db, &insider.caller.party, EXTRACTS_MAX).await?;
    drawn::page(&Extracts { ui: &ui, extracts, operator_bin: app.operator.bin.to_string() })
}

/// An issued extract of the party, as a file.
pub async fn download(
    State(app): State<Shared>,
    visitor: Visitor,
    Place(id): Place<String>,
) -> Result<Response, PageError> {
    let insider = visitor.insider()?;
    let extract = ExtractId::parse(&id).map_err(|_| RefusalCode::ExtractUnknown)?;
    let bytes = read_extract_as_party(&app, &insider.caller, extract).await?;
    Ok(download::download(bytes, MIMETYPE, &format!("extract-{extract}.asice")))
}
