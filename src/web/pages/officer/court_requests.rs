//! Requests of courts and bodies: the list, a new one, the second officer's decision, the extract that answers one.

use axum::extract::State;
use axum::response::Response;

use super::extracts::{typed_about, typed_documents, typed_period};
use super::sheet::{Again, Sheet, marks_fields, second_decision};
use crate::access::answers;
use crate::api::Shared;
use crate::app::App;
use crate::domain::ids::{CourtRequestId, DocumentId};
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::time::CivilDate;
use crate::extract::court::{self, CourtRow, CourtState};
use crate::extract::store::{self, ListedExtract};
use crate::operations::court_scope::{CourtScope, everything};
use crate::operations::decide_court_request::decide_court_request;
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
    session: String,
    message: String,
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
            session: text("session"),
            message: text("message"),
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
        let documents = typed_documents(&self.documents)?;
        let scope = match typed_about(&self.session, &self.message)? {
            None => CourtScope::new(&documents, period)?,
            Some(about) if documents.is_empty() && period.is_none() => CourtScope::About(about),
            Some(_) => return Err(Refusal::new(RefusalCode::ExtractScopeEmpty).at("/documents")),
        };
        Ok(NewCourtRequest {
            scope,
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

marks_fields!(RequestForm, Request);

/// A new request; another officer decides on its page.
pub struct NewRequest;

impl Sheet for NewRequest {
    type Of = ();

    async fn draw(app: &App, visitor: &Visitor, (): (), again: Again<'_>) -> Result<Response, PageError> {
        let ui = Ui::of(app, visitor).await?;
        let typed = again.form().map(Typed::of).unwrap_or_default();
        drawn::page_with(again.status(), &RequestForm { ui: &ui, problem: again.problem(), typed })
    }

    async fn act(
        app: &App,
        insider: &Insider,
        (): (),
        form: &Form,
        request: &answers::Request,
    ) -> Result<String, PageError> {
        let new = Typed::of(form).request()?;
        Ok(record_court_request(app, &insider.caller, new, Some(request)).await?.to_string())
    }

    fn after((): (), id: &str) -> String {
        page_of(id)
    }
}

fn page_of(id: &str) -> String {
    format!("/officer/court-requests/{id}")
}

#[derive(askama::Template)]
#[template(path = "officer_court_request.html")]
struct Request<'a> {
    ui: &'a Ui,
    problem: Option<Problem>,
    row: CourtRow,
    documents: Vec<DocumentId>,
    period: Option<PartyPeriod>,
    /// The subject that is asked for: a session or a message.
    about: Option<String>,
    extracts: Vec<ListedExtract>,
    /// Whether this officer recorded it: another one decides.
    is_own: bool,
    reason: String,
}

impl Request<'_> {
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

/// One request, and the decision of the second officer.
pub struct OneRequest;

impl Sheet for OneRequest {
    type Of = CourtRequestId;

    fn named(text: &str) -> Result<CourtRequestId, RefusalCode> {
        CourtRequestId::parse(text).map_err(|_| RefusalCode::CourtRequestUnknown)
    }

    async fn draw(app: &App, visitor: &Visitor, id: CourtRequestId, again: Again<'_>) -> Result<Response, PageError> {
        let insider = visitor.officer()?;
        let ui = Ui::of(app, visitor).await?;
        let row = read_court_request(app, &insider.caller, id).await?;
        let (documents, period, about) = match CourtScope::of(&row)? {
            CourtScope::Documents(documents) => (documents.into_iter().collect(), None, None),
            CourtScope::Period(period) => (Vec::new(), Some(period), None),
            CourtScope::About(about) => (Vec::new(), None, Some(about.record().identity())),
        };
        let page = Request {
            problem: again.problem(),
            ui: &ui,
            is_own: row.recorded_by == insider.caller.iin.to_string(),
            row,
            documents,
            period,
            about,
            extracts: store::of_court_request(&app.db, id).await?,
            reason: again.typed("reason"),
        };
        drawn::page_with(again.status(), &page)
    }

    async fn act(
        app: &App,
        insider: &Insider,
        id: CourtRequestId,
        form: &Form,
        request: &answers::Request,
    ) -> Result<String, PageError> {
        decide_court_request(app, &insider.caller, id, second_decision(form)?, Some(request)).await?;
        Ok(id.to_string())
    }

    fn after(id: CourtRequestId, _: &str) -> String {
        page_of(&id.to_string())
    }
}

/// The extract that answers an approved request: everything that it covers is gathered, and signed on the extract's page.
pub struct Answer;

impl Sheet for Answer {
    type Of = CourtRequestId;

    fn named(text: &str) -> Result<CourtRequestId, RefusalCode> {
        OneRequest::named(text)
    }

    async fn draw(app: &App, visitor: &Visitor, id: CourtRequestId, again: Again<'_>) -> Result<Response, PageError> {
        OneRequest::draw(app, visitor, id, again).await
    }

    async fn act(
        app: &App,
        insider: &Insider,
        id: CourtRequestId,
        _: &Form,
        request: &answers::Request,
    ) -> Result<String, PageError> {
        let asked = everything(&read_court_request(app, &insider.caller, id).await?)?;
        Ok(prepare_extract(app, &insider.caller, asked, request).await?.id.to_string())
    }

    fn after(_: CourtRequestId, extract: &str) -> String {
        format!("/officer/extracts/{extract}")
    }
}
