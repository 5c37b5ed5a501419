//! Extracts for a court: the register, a new one, what is inside, the officer's signature, the finished file.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use qolhat_storage::ContentDigest;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::api::Shared;
use crate::api::documents::download;
use crate::api::input::{Asked, Place};
use crate::app::App;
use crate::domain::ids::{DocumentId, ExtractId};
use crate::domain::party::{IdentifierPolicy, Party};
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::time::{Moment, parse_field};
use crate::extract::build::Prepared;
use crate::extract::format;
use crate::extract::records::{DocumentRecord, ExtractRecord};
use crate::extract::store::{self, ListedExtract};
use crate::operations::Fault;
use crate::operations::issue_extract::{self, DOCUMENTS_MAX, ExtractRequest, PartyPeriod};
use crate::web::drawn;
use crate::web::form::Form;
use crate::web::problem_page::PageError;
use crate::web::sign_form::SignForm;
use crate::web::ui::{Problem, Ui};
use crate::web::visitor::{Insider, Visitor};

/// Most extracts listed.
const EXTRACTS_MAX: i64 = 200;

#[derive(askama::Template)]
#[template(path = "officer_extracts.html")]
struct Extracts<'a> {
    ui: &'a Ui,
    extracts: Vec<ListedExtract>,
}

/// The register of extracts.
pub async fn list(State(app): State<Shared>, visitor: Visitor) -> Result<Response, PageError> {
    visitor.officer()?;
    let ui = Ui::of(&app, &visitor).await?;
    let extracts = store::list(&app.db, EXTRACTS_MAX).await?;
    drawn::page(&Extracts { ui: &ui, extracts })
}

/// A request as it was typed.
#[derive(Default)]
struct Typed {
    documents: String,
    party: String,
    from: String,
    to: String,
    asked_by: String,
    ground: String,
    scope: String,
}

impl Typed {
    fn of(form: &Form) -> Self {
        let text = |name: &str| form.text(name).to_owned();
        Self {
            documents: text("documents"),
            party: text("party"),
            from: text("from"),
            to: text("to"),
            asked_by: text("asked_by"),
            ground: text("ground"),
            scope: text("scope"),
        }
    }

    fn request(&self) -> Result<ExtractRequest, Refusal> {
        let documents = typed_documents(&self.documents)?;
        let period = typed_period([&self.party, &self.from, &self.to])?;
        if documents.is_empty() && period.is_none() {
            return Err(Refusal::new(RefusalCode::ExtractScopeEmpty).at("/documents"));
        }
        Ok(ExtractRequest {
            documents,
            period,
            asked_by: self.asked_by.clone(),
            ground: self.ground.clone(),
            scope: self.scope.clone(),
            court_request: None,
        })
    }
}

/// The documents that are listed, by white space.
pub(super) fn typed_documents(text: &str) -> Result<Vec<DocumentId>, Refusal> {
    let ids: Vec<&str> = text.split_whitespace().take(DOCUMENTS_MAX + 1).collect();
    if ids.len() > DOCUMENTS_MAX {
        return Err(issue_extract::too_many_documents());
    }
    let document = |id: &&str| DocumentId::parse(&id.to_ascii_lowercase());
    let documents = ids.iter().map(document).collect::<Result<Vec<_>, _>>();
    documents.map_err(|_| Refusal::new(RefusalCode::DocumentUnknown).at("/documents"))
}

/// Everything of one party in a period, when any of the fields for the party, the start and the end is filled.
pub(super) fn typed_period([party, from, to]: [&str; 3]) -> Result<Option<PartyPeriod>, Refusal> {
    if [party, from, to].iter().all(|field| field.is_empty()) {
        return Ok(None);
    }
    let wrong = |error: &str| {
        let refusal = Refusal::new(RefusalCode::IdentifierInvalid).with("identifier", party);
        refusal.with("reason", error).at("/party")
    };
    let party =
        Party::parse_key(party.trim(), IdentifierPolicy::AcceptTest).map_err(|error| wrong(&error.to_string()))?;
    let moment = |text: &str, pointer: &str| {
        let refusal = || Refusal::new(RefusalCode::DateInvalid).with("reason", text).at(pointer);
        parse_field(text).map_err(|_| refusal())
    };
    PartyPeriod::new(party, moment(from, "/from")?, moment(to, "/to")?).map(Some)
}

#[derive(askama::Template)]
#[template(path = "officer_extract_form.html")]
struct ExtractForm<'a> {
    ui: &'a Ui,
    problem: Option<Problem>,
    typed: Typed,
}

impl ExtractForm<'_> {
    fn is_wrong(&self, pointer: &str) -> bool {
        const OF_DOCUMENTS: [&str; 4] =
            ["document-unknown", "document-not-yet-received", "extract-scope-empty", "too-many-documents"];
        let about = |problem: &Problem| pointer == "/documents" && OF_DOCUMENTS.contains(&problem.code);
        self.problem.as_ref().is_some_and(|problem| problem.is_at(pointer) || about(problem))
    }
}

/// Of which document the extract shall be.
#[derive(Deserialize)]
pub struct About {
    #[serde(default)]
    document: String,
}

/// The empty form.
pub async fn form(
    State(app): State<Shared>,
    visitor: Visitor,
    Asked(about): Asked<About>,
) -> Result<Response, PageError> {
    visitor.officer()?;
    let ui = Ui::of(&app, &visitor).await?;
    let document = DocumentId::parse(&about.document).map(|id| id.to_string()).unwrap_or_default();
    let typed = Typed { documents: document, ..Typed::default() };
    drawn::page(&ExtractForm { ui: &ui, problem: None, typed })
}

/// Gathers an extract; the officer signs it on its own page.
pub async fn prepare(State(app): State<Shared>, visitor: Visitor, form: Form) -> Result<Response, PageError> {
    let insider = form.officer(&visitor)?;
    let typed = Typed::of(&form);
    match gather(&app, insider, &form, &typed).await {
        Ok(id) => Ok(drawn::on_to(&format!("/officer/extracts/{id}"))),
        Err(error) => {
            let refusal = error.in_form()?;
            let ui = Ui::of(&app, &visitor).await?;
            let problem = Some(ui.problem(&refusal));
            drawn::page_with(StatusCode::UNPROCESSABLE_ENTITY, &ExtractForm { ui: &ui, problem, typed })
        }
    }
}

async fn gather(app: &App, insider: &Insider, form: &Form, typed: &Typed) -> Result<ExtractId, PageError> {
    let (request, earlier) = form.request(app, insider).await?;
    match earlier {
        Some(object) => Ok(extract_id(&object)?),
        None => Ok(issue_extract::prepare_extract(app, &insider.caller, typed.request()?, &request).await?.id),
    }
}

/// The finished file.
struct Issued {
    sha256: String,
    size: usize,
}

#[derive(askama::Template)]
#[template(path = "officer_extract.html")]
struct Extract<'a> {
    ui: &'a Ui,
    problem: Option<Problem>,
    row: ListedExtract,
    record: ExtractRecord,
    made_at: Option<Moment>,
    documents: Vec<DocumentRecord>,
    summary: String,
    manifest: String,
    issued: Option<Issued>,
    sign: Option<SignForm>,
}

fn extract_id(text: &str) -> Result<ExtractId, RefusalCode> {
    ExtractId::parse(text).map_err(|_| RefusalCode::ExtractUnknown)
}

/// A part of the payload that we wrote ourselves.
fn part<T: DeserializeOwned>(prepared: &Prepared, name: &str) -> Result<T, Fault> {
    let wrong = |detail: String| Fault::Inconsistent(format!("{name} of an extract: {detail}"));
    let bytes = prepared.files.get(name).ok_or_else(|| wrong("is not there".to_owned()))?;
    serde_json::from_slice(bytes).map_err(|error| wrong(error.to_string()))
}

fn text(bytes: Option<&Vec<u8>>) -> String {
    bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default()
}

async fn draw(
    app: &App,
    visitor: &Visitor,
    id: ExtractId,
    status: StatusCode,
    refusal: Option<Refusal>,
) -> Result<Response, PageError> {
    let insider = visitor.officer()?;
    let ui = Ui::of(app, visitor).await?;
    let row = store::registration(&app.db, id).await?.ok_or(RefusalCode::ExtractUnknown)?;
    let prepared = issue_extract::read_prepared(app, &insider.caller, id).await?;
    let record: ExtractRecord = part(&prepared, format::EXTRACT)?;
    let documents = record.documents.iter().map(|id| part(&prepared, &format::document(id)));
    let documents = documents.collect::<Result<Vec<DocumentRecord>, Fault>>()?;
    let (issued, sign) = match row.issued_at {
        Some(_) => {
            let file = issue_extract::read_extract(app, &insider.caller, id).await?;
            (Some(Issued { sha256: ContentDigest::of(&file).to_hex(), size: file.len() }), None)
        }
        // Another officer is told who signs; a form would lead him nowhere.
        None if row.officer_iin != insider.caller.iin.to_string() => (None, None),
        None => {
            let url = format!("/officer/extracts/{id}/manifest");
            let what = ui.t1("page-officer-extract-manifest-of", "number", row.number);
            let sign = SignForm::of_file(format!("/officer/extracts/{id}"), &prepared.manifest_officer, url, what);
            (None, Some(sign.for_caller(&insider.caller)))
        }
    };
    drawn::page_with(
        status,
        &Extract {
            problem: refusal.map(|refusal| ui.problem(&refusal)),
            made_at: Moment::parse_rfc3339(&record.made_at).ok(),
            summary: text(prepared.files.get(&format::summary(ui.language.code()))),
            manifest: text(Some(&prepared.manifest_officer)),
            ui: &ui,
            row,
            record,
            documents,
            issued,
            sign,
        },
    )
}

/// One extract: to be signed, or issued.
pub async fn show(
    State(app): State<Shared>,
    visitor: Visitor,
    Place(id): Place<String>,
) -> Result<Response, PageError> {
    visitor.officer()?;
    draw(&app, &visitor, extract_id(&id)?, StatusCode::OK, None).await
}

/// Issues the extract by the officer's signature.
pub async fn sign(
    State(app): State<Shared>,
    visitor: Visitor,
    Place(id): Place<String>,
    form: Form,
) -> Result<Response, PageError> {
    let insider = form.officer(&visitor)?;
    let extract = extract_id(&id)?;
    match issue(&app, insider, extract, &form).await {
        Ok(()) => Ok(drawn::on_to(&format!("/officer/extracts/{extract}"))),
        Err(error) => {
            let refusal = error.in_form()?;
            draw(&app, &visitor, extract, StatusCode::UNPROCESSABLE_ENTITY, Some(refusal)).await
        }
    }
}

async fn issue(app: &App, insider: &Insider, extract: ExtractId, form: &Form) -> Result<(), PageError> {
    let (request, earlier) = form.request(app, insider).await?;
    if earlier.is_none() {
        let cms = form.cms()?;
        issue_extract::issue_extract(app, &insider.caller, extract, &cms, Some(&request)).await?;
    }
    Ok(())
}

/// The octets that the officer signs.
pub async fn manifest(
    State(app): State<Shared>,
    visitor: Visitor,
    Place(id): Place<String>,
) -> Result<Response, PageError> {
    let insider = visitor.officer()?;
    let extract = extract_id(&id)?;
    let bytes = issue_extract::read_manifest(&app, &insider.caller, extract).await?;
    Ok(download(bytes, "application/octet-stream", &format!("extract-{extract}-manifest.xml")).into_response())
}

/// The issued extract.
pub async fn file(
    State(app): State<Shared>,
    visitor: Visitor,
    Place(id): Place<String>,
) -> Result<Response, PageError> {
    let insider = visitor.officer()?;
    let extract = extract_id(&id)?;
    let bytes = issue_extract::read_extract(&app, &insider.caller, extract).await?;
    Ok(download(bytes, format::MIMETYPE, &format!("extract-{extract}.asice")))
}
