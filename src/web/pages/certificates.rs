//! A person's certificates and the report that a key is compromised; the people of a party and whom it invited.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use qolhat_pki::certificate::Certificate;
use serde::Deserialize;

use crate::access::cases::{self, CaseRow};
use crate::access::certificates::{self, CertificateRow, CertificateState};
use crate::access::store::{self, Invitation, Member};
use crate::api::Shared;
use crate::api::input::{self, Asked, Place};
use crate::app::App;
use crate::domain::ids::CaseId;
use crate::domain::party::{Iin, Party};
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::operations::add_employee::{self, AddEmployee};
use crate::operations::invite_counterparty::invite_counterparty;
use crate::operations::log_in;
use crate::operations::report_key_compromise::{ReportKeyCompromise, report_key_compromise};
use crate::web::drawn;
use crate::web::fields;
use crate::web::form::Form;
use crate::web::problem_page::PageError;
use crate::web::ui::{Problem, Ui};
use crate::web::visitor::{Insider, Visitor};

/// Most invitations listed.
const INVITATIONS_MAX: i64 = 500;

/// A certificate as its holder sees it.
/// A certificate as pages show it.
pub struct CertificateShown {
    /// The certificate.
    pub row: CertificateRow,
    /// SHA-256 of it, hexadecimal.
    pub sha256: String,
    /// The organisation it speaks for; empty for a natural person.
    organization: String,
    /// Whether this session was opened by it.
    is_current: bool,
    is_expired: bool,
}

impl CertificateShown {
    /// The certificate in `row`, for this reader.
    pub fn of(ui: &Ui, insider: &Insider, row: CertificateRow) -> Self {
        let facts = Certificate::from_der(&row.der).map(|parsed| parsed.subject_facts()).unwrap_or_default();
        Self {
            sha256: hex::encode(row.sha256),
            organization: facts.organization.unwrap_or_default(),
            is_current: row.sha256 == insider.caller.certificate_sha256,
            is_expired: row.not_after < ui.now,
            row,
        }
    }

    /// The class of its state's badge.
    pub fn badge(&self) -> &'static str {
        match self.row.state {
            CertificateState::Active => "ok",
            CertificateState::Suspended => "wait",
            CertificateState::Annulled => "bad",
        }
    }

    fn is_active(&self) -> bool {
        self.row.state == CertificateState::Active
    }
}

#[derive(askama::Template)]
#[template(path = "certificates.html")]
struct Certificates<'a> {
    ui: &'a Ui,
    certificates: Vec<CertificateShown>,
    /// The case that was opened a moment ago.
    reported: Option<CaseRow>,
}

/// What was done before.
#[derive(Deserialize)]
pub struct After {
    #[serde(default)]
    reported: String,
}

/// The person's certificates, in all capacities.
pub async fn list(
    State(app): State<Shared>,
    visitor: Visitor,
    Asked(after): Asked<After>,
) -> Result<Response, PageError> {
    let insider = visitor.insider()?;
    let ui = Ui::of(&app, &visitor).await?;
    let rows = certificates::of_holder(&app.db, &insider.caller.iin.to_string()).await?;
    let shown = rows.into_iter().map(|row| CertificateShown::of(&ui, insider, row)).collect();
    let reported = match CaseId::parse(&after.reported) {
        Ok(id) => cases::load(&app.db, id).await?.filter(|case| case.reported_by == insider.caller.iin.to_string()),
        Err(_) => None,
    };
    drawn::page(&Certificates { ui: &ui, certificates: shown, reported })
}

#[derive(askama::Template)]
#[template(path = "compromise.html")]
struct Compromise<'a> {
    ui: &'a Ui,
    problem: Option<Problem>,
    certificate: CertificateShown,
    compromised_since: String,
    circumstances: String,
}

impl Compromise<'_> {
    fn is_wrong(&self, pointer: &str) -> bool {
        self.problem.as_ref().is_some_and(|problem| problem.is_at(pointer))
    }
}

/// A certificate of the reader; nobody else's is there for him, but for the officer, who takes notices down.
async fn own(app: &App, ui: &Ui, insider: &Insider, sha256: &str) -> Result<CertificateShown, PageError> {
    if insider.caller.officer {
        let sha256 = input::sha256(sha256, "/certificate").map_err(|_| RefusalCode::CertificateUnknown)?;
        let row = certificates::load(&app.db, &sha256).await?.ok_or(RefusalCode::CertificateUnknown)?;
        return Ok(CertificateShown::of(ui, insider, row));
    }
    let rows = certificates::of_holder(&app.db, &insider.caller.iin.to_string()).await?;
    let row = rows.into_iter().find(|row| hex::encode(row.sha256) == sha256).ok_or(RefusalCode::CertificateUnknown)?;
    Ok(CertificateShown::of(ui, insider, row))
}

/// The form of a report.
pub async fn form(
    State(app): State<Shared>,
    visitor: Visitor,
    Place(sha256): Place<String>,
) -> Result<Response, PageError> {
    let insider = visitor.insider()?;
    let ui = Ui::of(&app, &visitor).await?;
    let certificate = own(&app, &ui, insider, &sha256).await?;
    let (compromised_since, circumstances) = (String::new(), String::new());
    drawn::page(&Compromise { ui: &ui, problem: None, certificate, compromised_since, circumstances })
}

#[derive(askama::Template)]
#[template(path = "compromise_done.html")]
struct Done<'a> {
    ui: &'a Ui,
    case: CaseRow,
}

/// Reports that a key is compromised. Whoever reported the key of his own session has no session any more: he is told at
/// once what was done, and not sent to a page that he may not read.
pub async fn report(
    State(app): State<Shared>,
    visitor: Visitor,
    Place(sha256): Place<String>,
    form: Form,
) -> Result<Response, PageError> {
    let insider = form.insider(&visitor)?;
    let ui = Ui::of(&app, &visitor).await?;
    let certificate = own(&app, &ui, insider, &sha256).await?;
    let problem = match missing(&ui, &form) {
        Some(problem) => problem,
        None => match report_as_typed(&app, insider, &certificate.row, &form).await {
            Ok(case) => return reported(&app, &visitor, insider, case).await,
            Err(error) => ui.problem(&error.in_form()?),
        },
    };
    let page = Compromise {
        ui: &ui,
        problem: Some(problem),
        certificate,
        compromised_since: form.text("compromised_since").to_owned(),
        circumstances: form.raw("circumstances").to_owned(),
    };
    drawn::page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

fn missing(ui: &Ui, form: &Form) -> Option<Problem> {
    if form.text("circumstances").is_empty() {
        return Some(fields::left_out(ui, "circumstances", "page-compromise-no-circumstances"));
    }
    fields::unconfirmed(ui, form)
}

async fn report_as_typed(
    app: &App,
    insider: &Insider,
    certificate: &CertificateRow,
    form: &Form,
) -> Result<CaseRow, PageError> {
    let (request, earlier) = form.request(app, insider).await?;
    let id = match earlier.as_deref().and_then(|object| CaseId::parse(object).ok()) {
        Some(id) => id,
        None => {
            let command = ReportKeyCompromise {
                certificate: None,
                certificate_sha256: Some(certificate.sha256),
                compromised_since: fields::instant(form.text("compromised_since"), "/compromised_since")?,
                circumstances: form.raw("circumstances").to_owned(),
            };
            report_key_compromise(app, &insider.caller, command, Some(&request)).await?
        }
    };
    Ok(cases::load(&app.db, id).await?.ok_or(RefusalCode::CaseUnknown)?)
}

async fn reported(app: &App, visitor: &Visitor, insider: &Insider, case: CaseRow) -> Result<Response, PageError> {
    if log_in::caller_of(app, insider.token()).await.is_ok() {
        if insider.caller.officer {
            return Ok(drawn::on_to(&format!("/officer/compromises/{}", case.id)));
        }
        return Ok(drawn::on_to(&format!("/certificates?reported={}", case.id)));
    }
    let here = "/certificates".to_owned();
    let stranger = Visitor { language: visitor.language, insider: None, ended: None, here };
    drawn::page(&Done { ui: &Ui::plain(app, &stranger), case })
}

/// What was typed on the page of people.
#[derive(Default)]
struct Typed {
    iin: String,
    display_name: String,
    kind: String,
    party: String,
}

impl Typed {
    fn of(form: &Form) -> Self {
        let text = |name: &str| form.text(name).to_owned();
        Self { iin: text("iin"), display_name: text("display_name"), kind: text("kind"), party: text("party") }
    }
}

#[derive(askama::Template)]
#[template(path = "people.html")]
struct People<'a> {
    ui: &'a Ui,
    problem: Option<Problem>,
    members: Vec<Member>,
    invitations: Vec<Invitation>,
    may_add: bool,
    typed: Typed,
}

impl People<'_> {
    fn is_wrong(&self, pointer: &str) -> bool {
        self.problem.as_ref().is_some_and(|problem| problem.is_at(pointer))
    }
}

/// A form that was not taken: why, and what was typed.
struct Refused {
    refusal: Refusal,
    typed: Typed,
}

async fn draw_people(app: &App, visitor: &Visitor, refused: Option<Refused>) -> Result<Response, PageError> {
    let insider = visitor.insider()?;
    insider.caller.must_draft()?;
    let mut ui = Ui::of(app, visitor).await?;
    // A form that was not taken is shown at its own address, which cannot be read.
    "/people".clone_into(&mut ui.here);
    let party = &insider.caller.party;
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = People {
        problem: refused.as_ref().map(|refused| ui.problem(&refused.refusal)),
        members: store::members(&app.db, party).await?,
        invitations: store::invitations_made(&app.db, party, INVITATIONS_MAX).await?,
        may_add: ui.may_sign() && matches!(party, Party::Organization(_)),
        typed: refused.map(|refused| refused.typed).unwrap_or_default(),
        ui: &ui,
    };
    drawn::page_with(status, &page)
}

/// The people of the reader's party, and whom it invited.
pub async fn people(State(app): State<Shared>, visitor: Visitor) -> Result<Response, PageError> {
    draw_people(&app, &visitor, None).await
}

/// Lets an employee prepare documents.
pub async fn add_employee(State(app): State<Shared>, visitor: Visitor, form: Form) -> Result<Response, PageError> {
    let insider = form.insider(&visitor)?;
    match add_as_typed(&app, insider, &form).await {
        Ok(()) => Ok(drawn::on_to("/people")),
        Err(error) => {
            let refused = Refused { refusal: error.in_form()?, typed: Typed::of(&form) };
            draw_people(&app, &visitor, Some(refused)).await
        }
    }
}

async fn add_as_typed(app: &App, insider: &Insider, form: &Form) -> Result<(), PageError> {
    let (request, earlier) = form.request(app, insider).await?;
    if earlier.is_none() {
        let iin = Iin::parse(form.text("iin"), app.rules.identifiers).map_err(|error| {
            let refusal = Refusal::new(RefusalCode::IdentifierInvalid).with("identifier", "iin");
            refusal.with("reason", error.code()).at("/iin")
        })?;
        let command = AddEmployee { iin, display_name: form.text("display_name").to_owned() };
        add_employee::add_employee(app, &insider.caller, command, Some(&request)).await?;
    }
    Ok(())
}

/// Invites a counterparty.
pub async fn invite(State(app): State<Shared>, visitor: Visitor, form: Form) -> Result<Response, PageError> {
    let insider = form.insider(&visitor)?;
    match invite_as_typed(&app, insider, &form).await {
        Ok(()) => Ok(drawn::on_to("/people")),
        Err(error) => {
            let refused = Refused { refusal: error.in_form()?, typed: Typed::of(&form) };
            draw_people(&app, &visitor, Some(refused)).await
        }
    }
}

async fn invite_as_typed(app: &App, insider: &Insider, form: &Form) -> Result<(), PageError> {
    let (request, earlier) = form.request(app, insider).await?;
    if earlier.is_none() {
        let kind = if form.text("kind") == "iin" { "iin" } else { "bin" };
        let invitee = input::party(app, &format!("{kind}:{}", form.text("party")), "/party")?;
        invite_counterparty(app, &insider.caller, invitee, Some(&request)).await?;
    }
    Ok(())
}
