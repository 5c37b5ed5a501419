//! Entries of the journal that are past their term: what may go, a proposal of one officer, the decision of another. Each page shows
//! what will go. What is approved is done by `qolhat journal prune`, and by nobody's browser.

use axum::response::Response;

use super::sheet::{Again, Sheet, marks_fields, second_decision};
use crate::access::answers::Request;
use crate::app::App;
use crate::domain::ids::PruningId;
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::journal::prunings::{PruningRow, PruningState};
use crate::operations::decide_pruning::decide_pruning;
use crate::operations::propose_pruning::{list_prunings, propose_pruning};
use crate::operations::show_pruning::{Leaving, Prunable, what_leaves, what_may_go};
use crate::web::drawn;
use crate::web::fields;
use crate::web::form::Form;
use crate::web::problem_page::PageError;
use crate::web::ui::{Problem, Ui};
use crate::web::visitor::{Insider, Visitor};

/// Most prunings listed.
const PRUNINGS_MAX: i64 = 200;

/// The class of the badge of a state.
const fn badge(state: &PruningState) -> &'static str {
    match *state {
        PruningState::Proposed => "wait",
        PruningState::Approved | PruningState::Done => "ok",
        PruningState::Refused => "bad",
    }
}

/// A digest as people compare it.
fn hexadecimal(digest: &[u8; 32]) -> String {
    hex::encode(digest)
}

fn page_of(id: &str) -> String {
    format!("/officer/prunings/{id}")
}

#[derive(askama::Template)]
#[template(path = "officer_prunings.html")]
struct PruningsPage<'a> {
    ui: &'a Ui,
    problem: Option<Problem>,
    prunings: Vec<PruningRow>,
    prunable: Prunable,
    minimum: String,
    ground: String,
}

#[derive(askama::Template)]
#[template(path = "officer_pruning.html")]
struct PruningPage<'a> {
    ui: &'a Ui,
    problem: Option<Problem>,
    row: PruningRow,
    leaving: Leaving,
    /// Whether this officer proposed it: another one decides.
    is_own: bool,
    reason: String,
}

marks_fields!(PruningsPage, PruningPage);

impl PruningsPage<'_> {
    /// Whether one is open: another one cannot be proposed beside it.
    fn is_one_open(&self) -> bool {
        let is_open = |state: &PruningState| matches!(state, PruningState::Proposed | PruningState::Approved);
        self.prunings.iter().any(|row| is_open(&row.state))
    }

    /// Whether the number that was typed is not one up to which entries may go.
    fn is_minimum_wrong(&self) -> bool {
        let codes = [RefusalCode::PruningEarly, RefusalCode::PruningNotExported, RefusalCode::PruningHeld];
        let is_about = |problem: &Problem| codes.iter().any(|code| code.code() == problem.code);
        self.is_wrong("/minimum") || self.problem.as_ref().is_some_and(is_about)
    }
}

impl PruningPage<'_> {
    fn may_decide(&self) -> bool {
        self.row.state == PruningState::Proposed && !self.is_own
    }

    fn waits_for_another(&self) -> bool {
        self.row.state == PruningState::Proposed && self.is_own
    }

    fn waits_to_be_done(&self) -> bool {
        self.row.state == PruningState::Approved
    }
}

/// The prunings, what may go, and the form of a proposal.
pub struct Prunings;

impl Sheet for Prunings {
    type Of = ();

    async fn draw(app: &App, visitor: &Visitor, (): (), again: Again<'_>) -> Result<Response, PageError> {
        let insider = visitor.officer()?;
        let prunable = what_may_go(app, &insider.caller).await?;
        let suggested = || prunable.due.map(|due| due.to_string()).unwrap_or_default();
        let page = PruningsPage {
            ui: &Ui::of(app, visitor).await?,
            problem: again.problem(),
            prunings: list_prunings(app, &insider.caller, PRUNINGS_MAX).await?,
            minimum: if again.form().is_some() { again.typed("minimum") } else { suggested() },
            prunable,
            ground: again.typed("ground"),
        };
        drawn::page_with(again.status(), &page)
    }

    async fn act(app: &App, insider: &Insider, (): (), form: &Form, request: &Request) -> Result<String, PageError> {
        let no_number = |_| Refusal::new(RefusalCode::MalformedContent).with("reason", "not-a-number").at("/minimum");
        let minimum = form.text("minimum").parse().map_err(no_number)?;
        Ok(propose_pruning(app, &insider.caller, minimum, form.text("ground"), Some(request)).await?.to_string())
    }

    fn after((): (), pruning: &str) -> String {
        page_of(pruning)
    }
}

/// One pruning, and the decision of the second officer.
pub struct Pruning;

impl Sheet for Pruning {
    type Of = PruningId;

    fn named(text: &str) -> Result<PruningId, RefusalCode> {
        PruningId::parse(text).map_err(|_| RefusalCode::PruningUnknown)
    }

    async fn draw(app: &App, visitor: &Visitor, id: PruningId, again: Again<'_>) -> Result<Response, PageError> {
        let insider = visitor.officer()?;
        let (row, leaving) = what_leaves(app, &insider.caller, id).await?;
        let page = PruningPage {
            ui: &Ui::of(app, visitor).await?,
            problem: again.problem(),
            is_own: row.proposed_by == insider.caller.iin.to_string(),
            row,
            leaving,
            reason: again.typed("reason"),
        };
        drawn::page_with(again.status(), &page)
    }

    /// What has left does not come back: it is approved with a tick.
    fn missing(ui: &Ui, form: &Form) -> Option<Problem> {
        if form.text("decision") == "approve" { fields::unconfirmed(ui, form) } else { None }
    }

    async fn act(
        app: &App,
        insider: &Insider,
        id: PruningId,
        form: &Form,
        request: &Request,
    ) -> Result<String, PageError> {
        decide_pruning(app, &insider.caller, id, second_decision(form)?, Some(request)).await?;
        Ok(id.to_string())
    }

    fn after(id: PruningId, _: &str) -> String {
        page_of(&id.to_string())
    }
}
