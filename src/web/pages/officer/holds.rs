//! Legal holds: those that stand, a new one, and lifting one. Each with the ground that is written down.

use axum::response::Response;
use uuid::Uuid;

use super::sheet::{Again, Sheet, marks_fields};
use crate::access::answers::Request;
use crate::app::App;
use crate::docflow::destruction::HoldRow;
use crate::domain::ids::DocumentId;
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::operations::hold_document::{lift_hold, list_holds, place_hold, read_hold};
use crate::web::drawn;
use crate::web::form::Form;
use crate::web::problem_page::PageError;
use crate::web::ui::{Problem, Ui};
use crate::web::visitor::{Insider, Visitor};

/// The class of the badge and the word of a hold.
const fn state(hold: &HoldRow) -> (&'static str, &'static str) {
    if hold.lifted_at.is_none() { ("wait", "standing") } else { ("", "lifted") }
}

fn page_of(id: &str) -> String {
    format!("/officer/holds/{id}")
}

#[derive(askama::Template)]
#[template(path = "officer_holds.html")]
struct HoldsPage<'a> {
    ui: &'a Ui,
    problem: Option<Problem>,
    holds: Vec<HoldRow>,
    document: String,
    ground: String,
}

#[derive(askama::Template)]
#[template(path = "officer_hold.html")]
struct HoldPage<'a> {
    ui: &'a Ui,
    problem: Option<Problem>,
    hold: HoldRow,
    reason: String,
}

marks_fields!(HoldsPage, HoldPage);

impl HoldsPage<'_> {
    /// Whether the document that was typed is not one, or not one that can be held.
    fn is_document_wrong(&self) -> bool {
        let codes = [RefusalCode::DocumentUnknown, RefusalCode::ContentDestroyed];
        self.problem.as_ref().is_some_and(|problem| codes.iter().any(|code| code.code() == problem.code))
    }
}

/// The holds, those that stand first, and the form of a new one.
pub struct Holds;

impl Sheet for Holds {
    type Of = ();

    async fn draw(app: &App, visitor: &Visitor, (): (), again: Again<'_>) -> Result<Response, PageError> {
        let insider = visitor.officer()?;
        let page = HoldsPage {
            ui: &Ui::of(app, visitor).await?,
            problem: again.problem(),
            holds: list_holds(app, &insider.caller).await?,
            document: again.typed("document"),
            ground: again.typed("ground"),
        };
        drawn::page_with(again.status(), &page)
    }

    async fn act(app: &App, insider: &Insider, (): (), form: &Form, request: &Request) -> Result<String, PageError> {
        let unknown = |_| Refusal::new(RefusalCode::DocumentUnknown).at("/document");
        let document = DocumentId::parse(form.text("document")).map_err(unknown)?;
        Ok(place_hold(app, &insider.caller, document, form.text("ground"), Some(request)).await?.to_string())
    }

    fn after((): (), hold: &str) -> String {
        page_of(hold)
    }
}

/// One hold, and lifting it.
pub struct Hold;

impl Sheet for Hold {
    type Of = Uuid;

    fn named(text: &str) -> Result<Uuid, RefusalCode> {
        Uuid::parse_str(text).map_err(|_| RefusalCode::NotFound)
    }

    async fn draw(app: &App, visitor: &Visitor, id: Uuid, again: Again<'_>) -> Result<Response, PageError> {
        let insider = visitor.officer()?;
        let page = HoldPage {
            ui: &Ui::of(app, visitor).await?,
            problem: again.problem(),
            hold: read_hold(app, &insider.caller, id).await?,
            reason: again.typed("reason"),
        };
        drawn::page_with(again.status(), &page)
    }

    async fn act(app: &App, insider: &Insider, id: Uuid, form: &Form, request: &Request) -> Result<String, PageError> {
        let hold = read_hold(app, &insider.caller, id).await?;
        lift_hold(app, &insider.caller, (hold.document, id), form.text("reason"), Some(request)).await?;
        Ok(id.to_string())
    }

    fn after(id: Uuid, _: &str) -> String {
        page_of(&id.to_string())
    }
}
