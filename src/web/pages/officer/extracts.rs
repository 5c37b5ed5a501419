//! Extracts for a court: the register, a new one, what is inside, the officer's signature, the finished file.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use qolhat_storage::ContentDigest;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::sheet::{Again, Sheet};
use crate::access::answers::Request;
use crate::api::Shared;
use crate::api::download::download;
use crate::api::input::{Asked, Place};
use crate::app::App;
use crate::domain::ids::{DocumentId, ExtractId, MessageId, SessionId};
use crate::domain::party::{IdentifierPolicy, Party};
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::time::{Moment, parse_field};
use crate::extract::build::Prepared;
use crate::extract::format;
use crate::extract::records::{DocumentRecord, ExtractRecord};
use crate::extract::store::{self, ListedExtract};
use crate::operations::Fault;
use crate::operations::issue_extract::{self, About, Asker, DOCUMENTS_MAX, ExtractRequest, PartyPeriod};
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
    session: String,
    message: String,
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
            session: text("session"),
            message: text("message"),
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
        let about = typed_about(&self.session, &self.message)?;
        if documents.is_empty() && period.is_none() && about.is_none() {
            return Err(Refusal::new(RefusalCode::ExtractScopeEmpty).at("/documents"));
        }
        Ok(ExtractRequest {
            documents,
            period,
            about,
            asker: Asker::Party {
                party: typed_party(&self.asked_by, "/asked_by")?,
                ground: self.ground.clone(),
                words: self.scope.clone(),
            },
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

/// The session or the message, when the field of one is filled.
pub(super) fn typed_about(session: &str, message: &str) -> Result<Option<About>, Refusal> {
    let refuse = |code, pointer: &str| Refusal::new(code).at(pointer);
    match (session, message) {
        ("", "") => Ok(None),
        (id, "") => match SessionId::parse(&id.to_ascii_lowercase()) {
            Ok(id) => Ok(Some(About::Session(id))),
            Err(_) => Err(refuse(RefusalCode::SessionUnknown, "/session")),
        },
        ("", id) => match MessageId::parse(&id.to_ascii_lowercase()) {
            Ok(id) => Ok(Some(About::Message(id))),
            Err(_) => Err(refuse(RefusalCode::MessageUnknown, "/message")),
        },
        (_, _) => Err(refuse(RefusalCode::ExtractScopeEmpty, "/message")),
    }
}

/// Everything of one party in a period, when any of the fields for the party, the start and the end is filled.
pub(super) fn typed_period([party, from, to]: [&str; 3]) -> Result<Option<PartyPeriod>, Refusal> {
    if [party, from, to].iter().all(|field| field.is_empty()) {
        return Ok(None);
    }
    let party = typed_party(party, "/party")?;
    let moment = |text: &str, pointer: &str| {
        let refusal = || Refusal::new(RefusalCode::DateInvalid).with("reason", text).at(pointer);
        parse_field(text).map_err(|_| refusal())
    };
    PartyPeriod::new(party, moment(from, "/from")?, moment(to, "/to")?).map(Some)
}

fn typed_party(text: &str, pointer: &str) -> Result<Party, Refusal> {
    let wrong = |error: &str| {
        let refusal = Refusal::new(RefusalCode::IdentifierInvalid).with("identifier", text);
        refusal.with("reason", error).at(pointer)
    };
    Party::parse_key(text.trim(), IdentifierPolicy::AcceptTest).map_err(|error| wrong(&error.to_string()))
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
        let about = |problem: &Problem| match pointer {
            "/documents" => OF_DOCUMENTS.contains(&problem.code) && problem.pointer != "/message",
            "/session" => problem.code == RefusalCode::SessionUnknown.code(),
            "/message" => problem.code == RefusalCode::MessageUnknown.code(),
            _ => false,
        };
        self.problem.as_ref().is_some_and(|problem| problem.is_at(pointer) || about(problem))
    }
}

/// Of what the extract shall be.
#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    document: String,
    #[serde(default)]
    session: String,
    #[serde(default)]
    message: String,
}

/// The empty form.
pub async fn form(
    State(app): State<Shared>,
    visitor: Visitor,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response, PageError> {
    visitor.officer()?;
    let ui = Ui::of(&app, &visitor).await?;
    let id = |text: &str| DocumentId::parse(text).map(|id| id.to_string()).unwrap_or_default();
    let typed = Typed {
        documents: id(&wanted.document),
        session: id(&wanted.session),
        message: id(&wanted.message),
        ..Typed::default()
    };
    drawn::page(&ExtractForm { ui: &ui, problem: None, typed })
}

/// A new extract; the officer signs it on its own page.
pub struct NewExtract;

impl Sheet for NewExtract {
    type Of = ();

    async fn draw(app: &App, visitor: &Visitor, (): (), again: Again<'_>) -> Result<Response, PageError> {
        let ui = Ui::of(app, visitor).await?;
        let typed = again.form().map(Typed::of).unwrap_or_default();
        drawn::page_with(again.status(), &ExtractForm { ui: &ui, problem: again.problem(), typed })
    }

    async fn act(app: &App, insider: &Insider, (): (), form: &Form, request: &Request) -> Result<String, PageError> {
        let asked = Typed::of(form).request()?;
        Ok(issue_extract::prepare_extract(app, &insider.caller, asked, request).await?.id.to_string())
    }

    fn after((): (), extract: &str) -> String {
        page_of(extract)
    }
}

fn page_of(extract: &str) -> String {
    format!("/officer/extracts/{extract}")
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

/// One extract: to be signed, or issued.
pub struct OneExtract;

impl Sheet for OneExtract {
    type Of = ExtractId;

    fn named(text: &str) -> Result<ExtractId, RefusalCode> {
        extract_id(text)
    }

    async fn draw(app: &App, visitor: &Visitor, id: ExtractId, again: Again<'_>) -> Result<Response, PageError> {
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
                let sign = SignForm::of_file(page_of(&id.to_string()), &prepared.manifest_officer, url, what);
                (None, Some(sign.for_caller(&insider.caller)))
            }
        };
        let page = Extract {
            problem: again.problem(),
            made_at: Moment::parse_rfc3339(&record.made_at).ok(),
            summary: text(prepared.files.get(&format::summary(ui.language.code()))),
            manifest: text(Some(&prepared.manifest_officer)),
            ui: &ui,
            row,
            record,
            documents,
            issued,
            sign,
        };
        drawn::page_with(again.status(), &page)
    }

    /// Issues the extract by the officer's signature.
    async fn act(
        app: &App,
        insider: &Insider,
        id: ExtractId,
        form: &Form,
        request: &Request,
    ) -> Result<String, PageError> {
        issue_extract::issue_extract(app, &insider.caller, id, &form.cms()?, Some(request)).await?;
        Ok(id.to_string())
    }

    fn after(id: ExtractId, _: &str) -> String {
        page_of(&id.to_string())
    }
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
