//! Cases of compromise: the clock, the facts, the decision.

use axum::extract::State;
use axum::response::Response;
use qolhat_pki::certificate::Certificate;

use super::Clock;
use super::sheet::{Again, Sheet, marks_fields};
use crate::access::answers::Request;
use crate::access::cases::{self, CaseRow, CaseState};
use crate::access::certificates::{self, CertificateRow};
use crate::api::Shared;
use crate::api::input::Asked;
use crate::app::App;
use crate::docflow::store::{self, DocumentRow};
use crate::domain::ids::CaseId;
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::time::{format_field, parse_field};
use crate::operations::decide_compromise::{Decision, decide_compromise};
use crate::web::drawn;
use crate::web::fields;
use crate::web::form::Form;
use crate::web::pages::certificates::CertificateShown;
use crate::web::problem_page::PageError;
use crate::web::ui::{Problem, Ui};
use crate::web::visitor::{Insider, Visitor};

/// Most cases listed of either sort.
const CASES_MAX: i64 = 200;
/// Most contested documents listed.
const DOCUMENTS_MAX: i64 = 500;

/// A case with the certificate that it is about.
pub struct CaseShown {
    /// The case.
    pub row: CaseRow,
    /// The certificate.
    pub certificate: CertificateRow,
    /// The holder's name in the certificate.
    pub holder: String,
    /// The organisation in it; empty when there is none.
    pub organization: String,
    /// The officer's time.
    pub clock: Clock,
}

impl CaseShown {
    /// The case with what belongs to it.
    ///
    /// # Errors
    /// A fault of the database; `certificate-unknown` when it contradicts itself.
    pub async fn of(app: &App, ui: &Ui, row: CaseRow) -> Result<Self, PageError> {
        let certificate = certificates::load(&app.db, &row.certificate_sha256).await?;
        let certificate = certificate.ok_or(RefusalCode::CertificateUnknown)?;
        let facts = Certificate::from_der(&certificate.der).map(|parsed| parsed.subject_facts()).unwrap_or_default();
        Ok(Self {
            holder: facts.common_name.unwrap_or_else(|| certificate.iin.clone()),
            organization: facts.organization.unwrap_or_default(),
            clock: Clock::of(ui, row.due_at),
            certificate,
            row,
        })
    }

    /// Whether it waits for a decision.
    pub fn is_open(&self) -> bool {
        self.row.state == CaseState::Open
    }

    /// The class of the badge of its state.
    pub fn badge(&self) -> &'static str {
        match self.row.state {
            CaseState::Open => "wait",
            CaseState::Annulled => "bad",
            CaseState::Lifted => "ok",
        }
    }
}

async fn shown(app: &App, ui: &Ui, rows: Vec<CaseRow>) -> Result<Vec<CaseShown>, PageError> {
    let mut shown = Vec::with_capacity(rows.len());
    for row in rows {
        shown.push(CaseShown::of(app, ui, row).await?);
    }
    Ok(shown)
}

#[derive(askama::Template)]
#[template(path = "officer_compromises.html")]
struct Compromises<'a> {
    ui: &'a Ui,
    cases: Vec<CaseShown>,
    decided: Vec<CaseShown>,
    iin: String,
    /// The certificates of the holder who was asked for.
    found: Vec<CertificateShown>,
}

/// Whose certificates are looked for, to suspend one by a notice that was given by telephone or in writing.
#[derive(serde::Deserialize)]
pub struct Sought {
    #[serde(default)]
    iin: String,
}

/// Open cases, the most urgent first, and those that are decided; the certificates of a holder who gives notice.
pub async fn list(
    State(app): State<Shared>,
    visitor: Visitor,
    Asked(sought): Asked<Sought>,
) -> Result<Response, PageError> {
    let insider = visitor.officer()?;
    let ui = Ui::of(&app, &visitor).await?;
    let iin: String = sought.iin.chars().filter(char::is_ascii_digit).take(12).collect();
    let rows = certificates::of_holder(&app.db, &iin).await?;
    let found = rows.into_iter().map(|row| CertificateShown::of(&ui, insider, row)).collect();
    let cases = shown(&app, &ui, cases::open(&app.db, CASES_MAX).await?).await?;
    let decided = shown(&app, &ui, cases::decided(&app.db, CASES_MAX).await?).await?;
    drawn::page(&Compromises { ui: &ui, cases, decided, iin, found })
}

/// What the officer typed.
struct Typed {
    cut_off: String,
    request: String,
}

#[derive(askama::Template)]
#[template(path = "officer_compromise.html")]
struct Compromise<'a> {
    ui: &'a Ui,
    problem: Option<Problem>,
    case: CaseShown,
    documents: Vec<DocumentRow>,
    typed: Typed,
}

marks_fields!(Compromise);

/// One case, and the decision on it.
pub struct Case;

impl Sheet for Case {
    type Of = CaseId;

    fn named(text: &str) -> Result<CaseId, RefusalCode> {
        CaseId::parse(text).map_err(|_| RefusalCode::CaseUnknown)
    }

    async fn draw(app: &App, visitor: &Visitor, id: CaseId, again: Again<'_>) -> Result<Response, PageError> {
        let ui = Ui::of(app, visitor).await?;
        let row = load(app, id).await?;
        let documents = store::contested_in(&app.db, row.id, DOCUMENTS_MAX).await?;
        let is_lift = again.form().is_some_and(|form| form.text("decision") == "lift");
        let cut_off = match again.form() {
            Some(form) if !is_lift => form.text("cut_off").to_owned(),
            Some(_) | None => format_field(row.compromised_since),
        };
        let typed = Typed { cut_off, request: again.typed("request") };
        let case = CaseShown::of(app, &ui, row).await?;
        drawn::page_with(again.status(), &Compromise { ui: &ui, problem: again.problem(), case, documents, typed })
    }

    fn missing(ui: &Ui, form: &Form) -> Option<Problem> {
        missing(ui, form)
    }

    async fn act(
        app: &App,
        insider: &Insider,
        id: CaseId,
        form: &Form,
        request: &Request,
    ) -> Result<String, PageError> {
        let decision = decision(&load(app, id).await?, form)?;
        decide_compromise(app, &insider.caller, id, decision, Some(request)).await?;
        Ok(id.to_string())
    }

    fn after(id: CaseId, _: &str) -> String {
        format!("/officer/compromises/{id}")
    }
}

async fn load(app: &App, id: CaseId) -> Result<CaseRow, PageError> {
    Ok(cases::load(&app.db, id).await?.ok_or(RefusalCode::CaseUnknown)?)
}

/// What is not in the form and must be: a tick for what cannot be undone, the holder's words for what he asked for.
fn missing(ui: &Ui, form: &Form) -> Option<Problem> {
    if form.text("decision") == "lift" {
        return form
            .text("request")
            .is_empty()
            .then(|| fields::left_out(ui, "request", "page-officer-case-no-request"));
    }
    fields::unconfirmed(ui, form)
}

fn decision(case: &CaseRow, form: &Form) -> Result<Decision, Refusal> {
    if form.text("decision") == "lift" {
        return Ok(Decision::Lift { request: form.text("request").to_owned() });
    }
    // What cannot be undone is done only when it is asked for by name.
    if form.text("decision") != "annul" {
        return Err(Refusal::new(RefusalCode::MalformedContent).with("reason", "form"));
    }
    let typed = form.text("cut_off");
    // The field holds whole seconds; left as it was drawn it means the declared instant itself.
    if parse_field(typed) == Ok(case.compromised_since.truncate_to_seconds()) {
        return Ok(Decision::Annul { cut_off: case.compromised_since });
    }
    Ok(Decision::Annul { cut_off: fields::instant(typed, "/cut_off")? })
}
