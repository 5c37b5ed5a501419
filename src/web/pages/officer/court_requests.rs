//! Requests of courts and bodies: the list, a new one, the second officer's decision, the extract that answers one.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::extracts::{typed_documents, typed_period};
use crate::api::Shared;
use crate::api::input::Place;
use crate::app::App;
use crate::domain::ids::{CourtRequestId, DocumentId};
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::time::CivilDate;
use crate::extract::court::{self, CourtRow, CourtState};
use crate::extract::store::{self, ListedExtract};
use crate::operations::court_scope::{CourtScope, everything};
use crate::operations::decide_court_request::{CourtDecision, decide_court_request};
use crate::operations::issue_extract::{PartyPeriod, prepare_extract};
use crate::operations::record_court_request::{NewCourtRequest, read_court_request, record_court_request};
use crate::web::drawn;
use crate::web::fields;
use crate::web::form::Form;
use crate::web::problem_page::PageError;
use crate::web::ui::{Problem, Ui};
use crate::web::visitor::{Insider, Visitor};

/// Most requests listed.
const REQUESTS_MAX: i64 = 200;

/// The class of the badge of a state.
const fn badge(state: &CourtState) -> &'static str {
    match *state {
        CourtState::Recorded => "wait",
        CourtState::Approved | CourtState::Answered => "ok",
        CourtState::Refused => "bad",
    }
}

#[derive(askama::Template)]
#[template(path = "officer_court_requests.html")]
struct Requests<'a> {
    ui: &'a Ui,
    requests: Vec<CourtRow>,
}

/// The requests, the newest first.
pub async fn list(State(app): State<Shared>, visitor: Visitor) -> Result<Response, PageError> {
    visitor.officer()?;
    let ui = Ui::of(&app, &visitor).await?;
    let requests = court::list(&app.db, REQUESTS_MAX).await?;
    drawn::page(&Requests { ui: &ui, requests })
}

/// A request as it was typed.
#[derive(Default)]
struct Typed {
    authority: String,
    reference: String,
    dated: String,
    ground: String,
    words: String,
    documents: String,
    party: String,
    from: String,
    to: String,
    received_at: String,
    due_at: String,
}

impl Typed {
    fn of(form: &Form) -> Self {
        let text = |name: &str| form.text(name).to_owned();
        Self {
            authority: text("authority"),
            reference: text("reference"),
            dated: text("dated"),
            ground: text("ground"),
            words: text("words"),
            documents: text("documents"),
            party: text("party"),
            from: text("from"),
            to: text("to"),
            received_at: text("received_at"),
            due_at: text("due_at"),
        }
    }

    fn request(&self) -> Result<NewCourtRequest, Refusal> {
        let no_date = |_| Refusal::new(RefusalCode::DateInvalid).with("reason", "not-a-date").at("/dated");
        let period = typed_period([&self.party, &self.from, &self.to])?;
        Ok(NewCourtRequest {
            scope: CourtScope::new(&typed_documents(&self.documents)?, period)?,
            authority: self.authority.clone(),
            reference: self.reference.clone(),
            dated: CivilDate::parse(&self.dated).map_err(no_date)?,
            ground: self.ground.clone(),
            words: self.words.clone(),
            received_at: fields::instant(&self.received_at, "/received_at")?,
            due_at: fields::instant(&self.due_at, "/due_at")?,
        })
    }
}

#[derive(askama::Template)]
#[template(path = "officer_court_request_form.html")]
struct RequestForm<'a> {
    ui: &'a Ui,
    problem: Option<Problem>,
    typed: Typed,
}

impl RequestForm<'_> {
    fn is_wrong(&self, pointer: &str) -> bool {
        self.problem.as_ref().is_some_and(|problem| problem.is_at(pointer))
    }
}

/// The empty form.
pub async fn form(State(app): State<Shared>, visitor: Visitor) -> Result<Response, PageError> {
    visitor.officer()?;
    let ui = Ui::of(&app, &visitor).await?;
    drawn::page(&RequestForm { ui: &ui, problem: None, typed: Typed::default() })
}

/// Records a request; another officer decides on its page.
pub async fn record(State(app): State<Shared>, visitor: Visitor, form: Form) -> Result<Response, PageError> {
    let insider = form.officer(&visitor)?;
    let typed = Typed::of(&form);
    match record_as_typed(&app, insider, &form, &typed).await {
        Ok(id) => Ok(drawn::on_to(&format!("/officer/court-requests/{id}"))),
        Err(error) => {
            let refusal = error.in_form()?;
            let ui = Ui::of(&app, &visitor).await?;
            let problem = Some(ui.problem(&refusal));
            drawn::page_with(StatusCode::UNPROCESSABLE_ENTITY, &RequestForm { ui: &ui, problem, typed })
        }
    }
}

async fn record_as_typed(app: &App, insider: &Insider, form: &Form, typed: &Typed) -> Result<String, PageError> {
    let (request, earlier) = form.request(app, insider).await?;
    match earlier {
        Some(id) => Ok(id),
        None => Ok(record_court_request(app, &insider.caller, typed.request()?, Some(&request)).await?.to_string()),
    }
}

#[derive(askama::Template)]
#[template(path = "officer_court_request.html")]
struct Request<'a> {
    ui: &'a Ui,
    problem: Option<Problem>,
    row: CourtRow,
    documents: Vec<DocumentId>,
    period: Option<PartyPeriod>,
    extracts: Vec<ListedExtract>,
    /// Whether this officer recorded it: another one decides.
    is_own: bool,
    reason: String,
}

impl Request<'_> {
    fn is_wrong(&self, pointer: &str) -> bool {
        self.problem.as_ref().is_some_and(|problem| problem.is_at(pointer))
    }

    /// Whether the deadline is still ahead.
    fn is_in_time(&self) -> bool {
        self.ui.now < self.row.due_at
    }

    fn may_decide(&self) -> bool {
        self.row.state == CourtState::Recorded && self.is_in_time() && !self.is_own
    }

    fn waits_for_another(&self) -> bool {
        self.row.state == CourtState::Recorded && self.is_in_time() && self.is_own
    }

    fn may_answer(&self) -> bool {
        self.row.state == CourtState::Approved && self.is_in_time()
    }

    /// Whether the time went by without an answer.
    fn is_late(&self) -> bool {
        matches!(self.row.state, CourtState::Recorded | CourtState::Approved) && !self.is_in_time()
    }
}

fn request_id(text: &str) -> Result<CourtRequestId, RefusalCode> {
    CourtRequestId::parse(text).map_err(|_| RefusalCode::CourtRequestUnknown)
}

async fn draw(
    app: &App,
    visitor: &Visitor,
    id: CourtRequestId,
    refusal: Option<Refusal>,
    form: Option<&Form>,
) -> Result<Response, PageError> {
    let insider = visitor.officer()?;
    let ui = Ui::of(app, visitor).await?;
    let row = read_court_request(app, &insider.caller, id).await?;
    let (documents, period) = match CourtScope::of(&row)? {
        CourtScope::Documents(documents) => (documents.into_iter().collect(), None),
        CourtScope::Period(period) => (Vec::new(), Some(period)),
    };
    let status = if refusal.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = Request {
        problem: refusal.map(|refusal| ui.problem(&refusal)),
        ui: &ui,
        is_own: row.recorded_by == insider.caller.iin.to_string(),
        row,
        documents,
        period,
        extracts: store::of_court_request(&app.db, id).await?,
        reason: form.map(|form| form.raw("reason").to_owned()).unwrap_or_default(),
    };
    drawn::page_with(status, &page)
}

/// One request.
pub async fn show(
    State(app): State<Shared>,
    visitor: Visitor,
    Place(id): Place<String>,
) -> Result<Response, PageError> {
    visitor.officer()?;
    draw(&app, &visitor, request_id(&id)?, None, None).await
}

/// Approves or refuses a request.
pub async fn decide(
    State(app): State<Shared>,
    visitor: Visitor,
    Place(id): Place<String>,
    form: Form,
) -> Result<Response, PageError> {
    let insider = form.officer(&visitor)?;
    let id = request_id(&id)?;
    match decide_as_typed(&app, insider, id, &form).await {
        Ok(()) => Ok(drawn::on_to(&format!("/officer/court-requests/{id}"))),
        Err(error) => draw(&app, &visitor, id, Some(error.in_form()?), Some(&form)).await,
    }
}

async fn decide_as_typed(app: &App, insider: &Insider, id: CourtRequestId, form: &Form) -> Result<(), PageError> {
    let (request, earlier) = form.request(app, insider).await?;
    if earlier.is_none() {
        let decision = match form.text("decision") {
            "approve" => CourtDecision::Approve,
            "refuse" => CourtDecision::Refuse { reason: form.text("reason").to_owned() },
            _ => return Err(Refusal::new(RefusalCode::MalformedContent).with("reason", "form").into()),
        };
        decide_court_request(app, &insider.caller, id, decision, Some(&request)).await?;
    }
    Ok(())
}

/// Gathers everything that an approved request covers; the officer signs it on the extract's page.
pub async fn prepare(
    State(app): State<Shared>,
    visitor: Visitor,
    Place(id): Place<String>,
    form: Form,
) -> Result<Response, PageError> {
    let insider = form.officer(&visitor)?;
    let id = request_id(&id)?;
    match gather(&app, insider, id, &form).await {
        Ok(extract) => Ok(drawn::on_to(&format!("/officer/extracts/{extract}"))),
        Err(error) => draw(&app, &visitor, id, Some(error.in_form()?), None).await,
    }
}

async fn gather(app: &App, insider: &Insider, id: CourtRequestId, form: &Form) -> Result<String, PageError> {
    let (request, earlier) = form.request(app, insider).await?;
    match earlier {
        Some(extract) => Ok(extract),
        None => {
            let asked = everything(&read_court_request(app, &insider.caller, id).await?)?;
            Ok(prepare_extract(app, &insider.caller, asked, &request).await?.id.to_string())
        }
    }
}
