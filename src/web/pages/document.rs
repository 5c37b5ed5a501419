//! One document as its party sees it: what it is, what it shows, who signed and when, the four conditions of legal
//! effect with their evidence, what happened, and what can be done now.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use serde_json::Value;

use super::destruction;
use super::documents::tone;
use crate::access::store as clients;
use crate::api::Shared;
use crate::api::download::{self, download};
use crate::api::input::{Asked as Query, Place as Path};
use crate::app::App;
use crate::docflow::store::FileRow;
use crate::docflow::{Side, State as DocumentState};
use crate::domain::document::DocumentKind;
use crate::domain::ids::{DocumentId, SignatureId};
use crate::domain::party::Party;
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::time::Moment;
use crate::intake::MediaType;
use crate::operations::OperationError;
use crate::operations::destroy_content::Destruction;
use crate::operations::read_document::{self, DocumentView};
use crate::operations::reject_document::reject_document;
use crate::operations::sign_document::{Acted, sign_document};
use crate::operations::withdraw_document::withdraw_document;
use crate::signature::store::SignatureRow;
use crate::visualization::{self, plain_image};
use crate::web::drawn;
use crate::web::form::Form;
use crate::web::problem_page::PageError;
use crate::web::shown::{FileShown, FormShown, View, plain_text};
use crate::web::sign_form::SignForm;
use crate::web::ui::{Problem, Ui};
use crate::web::visitor::{Insider, Visitor};

/// What was just done, told above the document.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    done: String,
}

/// Pages of one PDF that are shown; the rest is in the download.
const PAGES_SHOWN_MAX: u32 = 50;
/// How wide a page is drawn, in pixels.
const PAGE_WIDTH_PX: u32 = 1000;

/// Acts after which the page says what became of them.
const DONE: [&str; 6] = ["drafted", "signed", "rejected", "withdrawn", "accepted-offer", "destruction-asked"];

struct SignatureShown {
    row: SignatureRow,
    organization: String,
    serial: String,
    issuer: String,
    not_before: String,
    not_after: String,
    level: String,
    checks: Vec<CheckShown>,
}

struct CheckShown {
    tone: &'static str,
    question: String,
    detail: String,
    clause: String,
}

struct ConditionShown {
    holds: bool,
    text: String,
    clause: &'static str,
    evidence: Vec<(String, String)>,
}

/// A form above which a problem stands.
enum Failed {
    Nothing,
    Signing(Refusal),
    Ending(Refusal, String),
}

#[derive(askama::Template)]
#[template(path = "document.html")]
struct Page<'a> {
    ui: &'a Ui,
    view: &'a DocumentView,
    tone: &'static str,
    done: &'a str,
    sender_name: String,
    recipient_name: String,
    files: Vec<FileShown>,
    signatures: Vec<SignatureShown>,
    conditions: Vec<ConditionShown>,
    received_at: Option<Moment>,
    sign: Option<SignForm>,
    may_reject: bool,
    may_withdraw: bool,
    destruction: Option<Destruction>,
    may_ask_destruction: bool,
    reason: &'a str,
    sign_problem: Option<Problem>,
    problem: Option<Problem>,
}

impl Page<'_> {
    fn is_waiting(&self) -> bool {
        self.view.row.state() == DocumentState::Recording
    }

    fn step_tone(kind: &str) -> &'static str {
        match kind {
            "document.signed" | "document.recorded" | "document.received" => "ok",
            "document.rejected" | "document.check-failed" | "document.contested" => "bad",
            "document.check-pending" => "wait",
            _ => "",
        }
    }
}

pub fn document_id(text: &str) -> Result<DocumentId, Refusal> {
    DocumentId::parse(text).map_err(|_| Refusal::new(RefusalCode::DocumentUnknown))
}

/// The document.
pub async fn show(
    State(app): State<Shared>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let insider = visitor.insider()?;
    let done = DONE.into_iter().find(|known| *known == asked.done).unwrap_or_default();
    draw(&app, &visitor, insider, document_id(&id)?, done, Failed::Nothing).await
}

async fn draw(
    app: &App,
    visitor: &Visitor,
    insider: &Insider,
    id: DocumentId,
    done: &str,
    failed: Failed,
) -> Result<Response, PageError> {
    let mut ui = Ui::of(app, visitor).await?;
    ui.here = format!("/documents/{id}");
    let view = read_document::read_document(app, &insider.caller, id).await?;
    let state = view.row.state();
    let mut files = Vec::new();
    let mut original = None;
    for row in &view.files {
        let view_of = match read_document::read_file(app, &insider.caller, id, row.ordinal).await {
            Ok((_, bytes)) => {
                let view_of = file_view(app, &ui, view.row.kind, row, &bytes).await;
                if row.ordinal == 0 {
                    original = Some(bytes);
                }
                view_of
            }
            Err(OperationError::Refused(refusal)) if refusal.code == RefusalCode::ContentDestroyed => View::Gone,
            // It is there and not held to be looked at: it is signed by the digests in its row.
            Err(OperationError::Refused(refusal)) if refusal.code == RefusalCode::UploadTooLarge => {
                if row.ordinal == 0 {
                    original = Some(Vec::new());
                }
                View::Download
            }
            Err(error) => return Err(error.into()),
        };
        files.push(FileShown { row: row.clone(), view: view_of });
    }
    let signs = insider.caller.must_sign().is_ok() && signs_now(view.side, state);
    let may_ask_destruction = insider.caller.must_sign().is_ok() && original.is_some() && may_be_given_up(state);
    // Nobody signs what he cannot read any more.
    let sign = original.filter(|_| signs).map(|original| sign_form(&ui, insider, &view, &original));
    let (sign_problem, problem, reason) = match failed {
        Failed::Nothing => (None, None, String::new()),
        Failed::Signing(refusal) => (Some(ui.problem(&refusal)), None, String::new()),
        Failed::Ending(refusal, reason) => (None, Some(ui.problem(&refusal)), reason),
    };
    let status =
        if sign_problem.is_some() || problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let may_end = insider.caller.must_sign().is_ok();
    let page = Page {
        tone: tone(state),
        done,
        sender_name: name_of(app, &view.row.sender).await?,
        recipient_name: name_of(app, &view.row.recipient).await?,
        files,
        signatures: view.signatures.iter().map(|row| signature_shown(&ui, row)).collect(),
        conditions: conditions(&ui, &view),
        received_at: view.history.iter().find(|item| Some(item.seq) == recorded(&view)).map(|item| item.at),
        sign,
        may_reject: may_end && view.side == Side::Recipient && state == DocumentState::Received,
        may_withdraw: may_end && view.side == Side::Sender && may_withdraw(view.row.kind, state),
        destruction: destruction::standing(app, insider, id).await?,
        may_ask_destruction,
        reason: &reason,
        sign_problem,
        problem,
        view: &view,
        ui: &ui,
    };
    drawn::page_with(status, &page)
}

fn recorded(view: &DocumentView) -> Option<u64> {
    view.row.recorded_seq.and_then(|seq| u64::try_from(seq).ok())
}

/// Whether this side's signature is what comes next.
fn signs_now(side: Side, state: DocumentState) -> bool {
    matches!((side, state), (Side::Sender, DocumentState::Draft) | (Side::Recipient, DocumentState::Received))
}

/// While it is being recorded or checked nobody gives it up.
fn may_be_given_up(state: DocumentState) -> bool {
    match state {
        DocumentState::Recording | DocumentState::CheckPending => false,
        DocumentState::Draft
        | DocumentState::Received
        | DocumentState::Accepted
        | DocumentState::Rejected
        | DocumentState::Withdrawn
        | DocumentState::CheckFailed => true,
    }
}

/// A consent binds once it is recorded; everything else may be taken back until it is answered.
fn may_withdraw(kind: DocumentKind, state: DocumentState) -> bool {
    match state {
        DocumentState::Draft | DocumentState::CheckPending => true,
        DocumentState::Received => kind != DocumentKind::OfferAcceptance,
        DocumentState::Recording
        | DocumentState::Accepted
        | DocumentState::Rejected
        | DocumentState::Withdrawn
        | DocumentState::CheckFailed => false,
    }
}

fn sign_form(ui: &Ui, insider: &Insider, view: &DocumentView, original: &[u8]) -> SignForm {
    let id = view.row.id;
    let file = view.files.first();
    let name = file.map(|file| file.name.clone()).unwrap_or_default();
    let (action, content_url) = (format!("/documents/{id}/sign"), format!("/documents/{id}/files/0"));
    let sign = match file.and_then(|file| Some((file.size_bytes, file.digests.as_ref()?))) {
        Some(measured) => SignForm::of_upload(action, measured, content_url, name),
        None => SignForm::of_file(action, original, content_url, name),
    };
    let mut sign = sign.for_caller(&insider.caller);
    (sign.title_key, sign.button_key) = match view.side {
        Side::Sender => ("page-document-send-title", "page-document-send-button"),
        Side::Recipient => ("page-document-sign-title", "page-document-sign-button"),
    };
    sign.lead = match view.side {
        Side::Sender => ui.t("page-document-send-lead"),
        Side::Recipient => ui.t("page-document-sign-lead"),
    };
    sign
}

/// How a file is shown. What cannot be drawn is a download, and no fault.
async fn file_view(app: &App, ui: &Ui, kind: DocumentKind, row: &FileRow, bytes: &[u8]) -> View {
    if row.ordinal == 0
        && let Some(form) = FormShown::of(ui, kind, bytes)
    {
        return View::Form(std::boxed::Box::new(form));
    }
    if plain_image(bytes).is_some() {
        return View::Picture;
    }
    if row.media_type == MediaType::Pdf.as_str() {
        let known = app.drawer.known_count(row.sha256);
        let count = match known {
            Some(count) => count,
            None => app.drawer.count(bytes).await,
        };
        return count.map_or(View::Download, |count| View::Pages { shown: count.min(PAGES_SHOWN_MAX), count });
    }
    plain_text(&row.media_type, bytes.to_vec()).map_or(View::Download, View::Text)
}

async fn name_of(app: &App, party: &Party) -> Result<String, PageError> {
    if *party == Party::Organization(app.operator.bin) {
        return Ok(app.operator.name.clone());
    }
    let client = clients::client(&app.db, party).await?;
    Ok(client.map_or_else(|| party.number(), |client| client.display_name))
}

fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// An instant of a report as people read it.
fn instant(ui: &Ui, value: &str) -> String {
    Moment::parse_rfc3339(value).map_or_else(|_| value.to_owned(), |at| ui.when(&at))
}

fn signature_shown(ui: &Ui, row: &SignatureRow) -> SignatureShown {
    let report: Value = serde_json::from_str(&row.report).unwrap_or(Value::Null);
    let checks = report.get("checks").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    SignatureShown {
        organization: text(&report, "/signer/organization").to_owned(),
        serial: text(&report, "/certificate/serial").to_owned(),
        issuer: text(&report, "/certificate/issuer").to_owned(),
        not_before: instant(ui, text(&report, "/certificate/not_before")),
        not_after: instant(ui, text(&report, "/certificate/not_after")),
        level: text(&report, "/level").to_owned(),
        checks: checks
            .iter()
            .map(|check| CheckShown {
                tone: match check.get("ok").and_then(Value::as_bool) {
                    Some(true) => "ok",
                    Some(false) => "bad",
                    None => "",
                },
                question: ui.word("check", text(check, "/name")),
                detail: text(check, "/detail").to_owned(),
                clause: text(check, "/clause").to_owned(),
            })
            .collect(),
        row: row.clone(),
    }
}

fn conditions(ui: &Ui, view: &DocumentView) -> Vec<ConditionShown> {
    let shown = |finding: &crate::docflow::protocol::Finding| ConditionShown {
        holds: finding.holds,
        text: ui.word("condition", finding.condition),
        clause: finding.clause,
        evidence: evidence(ui, &finding.evidence),
    };
    view.conditions.iter().map(shown).collect()
}

/// The evidence of a condition, one line a fact.
fn evidence(ui: &Ui, evidence: &Value) -> Vec<(String, String)> {
    let mut lines = Vec::new();
    for (name, value) in evidence.as_object().into_iter().flatten() {
        let label = ui.word("page-evidence", &name.replace('_', "-"));
        match value {
            Value::String(text) => lines.push((label, said(ui, name, text))),
            Value::Number(number) => lines.push((label, number.to_string())),
            Value::Array(items) => {
                for item in items {
                    lines.push((label.clone(), source(ui, item)));
                }
            }
            Value::Null | Value::Bool(_) | Value::Object(_) => {}
        }
    }
    lines
}

fn said(ui: &Ui, name: &str, text: &str) -> String {
    match name {
        "indication" => format!("{text} ({})", ui.word("indication", text)),
        "sub_indication" => format!("{text} ({})", ui.word("subindication", text)),
        "sender" | "recipient" if text == "operator" => ui.t("page-evidence-own-offer"),
        "sender" | "recipient" => ui.t1("page-evidence-acceptance", "id", text),
        _ => instant(ui, text),
    }
}

/// A source of revocation evidence, or the id of a case.
fn source(ui: &Ui, item: &Value) -> String {
    if let Some(case) = item.as_str() {
        return case.to_owned();
    }
    format!(
        "{} {}, {}: {}",
        text(item, "/source").to_uppercase(),
        instant(ui, text(item, "/this_update")),
        text(item, "/subject"),
        text(item, "/status"),
    )
}

/// A file, always as a download: what a party sent is never shown as ours.
pub async fn file(
    State(app): State<Shared>,
    visitor: Visitor,
    Path((id, ordinal)): Path<(String, i64)>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let insider = visitor.insider()?;
    let opened = read_document::open_file(&app, &insider.caller, document_id(&id)?, ordinal).await?;
    Ok(download::file(&headers, opened).await?)
}

/// A picture, as a picture.
pub async fn image(
    State(app): State<Shared>,
    visitor: Visitor,
    Path((id, ordinal)): Path<(String, i64)>,
) -> Result<Response, PageError> {
    let insider = visitor.insider()?;
    let (_, bytes) = read_document::read_file(&app, &insider.caller, document_id(&id)?, ordinal).await?;
    let image = plain_image(&bytes).ok_or(RefusalCode::NotFound)?;
    Ok(drawn::picture(image.kind.media_type(), bytes))
}

/// A page of a PDF, drawn as a picture.
pub async fn page(
    State(app): State<Shared>,
    visitor: Visitor,
    Path((id, ordinal, page)): Path<(String, i64, u32)>,
) -> Result<Response, PageError> {
    let insider = visitor.insider()?;
    let (row, bytes) = read_document::read_file(&app, &insider.caller, document_id(&id)?, ordinal).await?;
    let asked = visualization::View::new(page, PAGE_WIDTH_PX).map_err(|_| RefusalCode::NotFound)?;
    let drawing = match app.drawer.known_page(row.sha256, asked) {
        Some(drawing) => drawing,
        None => app.drawer.page(&bytes, asked).await,
    };
    match drawing {
        Ok(drawing) if drawing.is_complete() => Ok(drawn::picture("image/png", drawing.png().to_vec())),
        // A page from which something is missing looks like another document: in its place stands the word that says so.
        Ok(_) => Err(RefusalCode::NotFound.into()),
        Err(error) if error.is_final() => Err(RefusalCode::NotFound.into()),
        Err(_) => Err(RefusalCode::ServiceUnavailable.into()),
    }
}

/// A signature as it was received.
pub async fn signature(
    State(app): State<Shared>,
    visitor: Visitor,
    Path((id, signature)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let insider = visitor.insider()?;
    let signature = SignatureId::parse(&signature).map_err(|_| RefusalCode::DocumentUnknown)?;
    let bytes = read_document::read_signature(&app, &insider.caller, document_id(&id)?, signature).await?;
    Ok(download(bytes, "application/pkcs7-signature", &format!("{signature}.p7s")))
}

/// A receipt of the operator.
pub async fn receipt(
    State(app): State<Shared>,
    visitor: Visitor,
    Path((id, number)): Path<(String, i64)>,
) -> Result<Response, PageError> {
    let insider = visitor.insider()?;
    let view = read_document::read_document(&app, &insider.caller, document_id(&id)?).await?;
    let found = view.receipts.into_iter().find(|receipt| receipt.number == number);
    let receipt = found.ok_or(RefusalCode::NotFound)?;
    Ok(download(receipt.cms, "application/pkcs7-mime", &format!("receipt-{number}.p7m")))
}

/// Signs: the addressee what he received, the sender his draft.
pub async fn sign(
    State(app): State<Shared>,
    visitor: Visitor,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, PageError> {
    let insider = form.insider(&visitor)?;
    let id = document_id(&id)?;
    let signed = async {
        let (request, earlier) = form.request(&app, insider).await?;
        if earlier.is_none() {
            let cms = form.cms()?;
            sign_document(&app, &insider.caller, id, &cms, Some(&request)).await?;
        }
        Ok::<_, PageError>(())
    };
    match signed.await {
        Ok(()) => Ok(drawn::on_to(&format!("/documents/{id}?done=signed"))),
        Err(error) => {
            let refusal = error.in_form()?;
            draw(&app, &visitor, insider, id, "", Failed::Signing(refusal)).await
        }
    }
}

/// Refuses, with a reason that the sender sees.
pub async fn reject(
    State(app): State<Shared>,
    visitor: Visitor,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, PageError> {
    end(&app, &visitor, &id, &form, Ending::Rejection).await
}

/// Takes back, with a reason.
pub async fn withdraw(
    State(app): State<Shared>,
    visitor: Visitor,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, PageError> {
    end(&app, &visitor, &id, &form, Ending::Withdrawal).await
}

#[derive(Clone, Copy)]
enum Ending {
    Rejection,
    Withdrawal,
}

async fn end(app: &App, visitor: &Visitor, id: &str, form: &Form, ending: Ending) -> Result<Response, PageError> {
    let insider = form.insider(visitor)?;
    let id = document_id(id)?;
    let reason = form.text("reason");
    match do_end(app, insider, id, form, ending).await {
        Ok(()) => {
            let done = match ending {
                Ending::Rejection => "rejected",
                Ending::Withdrawal => "withdrawn",
            };
            Ok(drawn::on_to(&format!("/documents/{id}?done={done}")))
        }
        Err(error) => {
            let refusal = error.in_form()?;
            draw(app, visitor, insider, id, "", Failed::Ending(refusal, reason.to_owned())).await
        }
    }
}

async fn do_end(app: &App, insider: &Insider, id: DocumentId, form: &Form, ending: Ending) -> Result<(), PageError> {
    let (request, earlier) = form.request(app, insider).await?;
    if earlier.is_some() {
        return Ok(());
    }
    let (caller, reason) = (&insider.caller, form.text("reason"));
    let _: Acted = match ending {
        Ending::Rejection => reject_document(app, caller, id, reason, Some(&request)).await?,
        Ending::Withdrawal => withdraw_document(app, caller, id, reason, Some(&request)).await?,
    };
    Ok(())
}
