//! A document is brought: it becomes a draft, and its page is where it is looked at, signed and sent.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use crate::access::store as clients;
use crate::api::Shared;
use crate::app::App;
use crate::domain::document::DocumentKind;
use crate::domain::kinds::{self, Rules};
use crate::domain::money::VatTable;
use crate::domain::party::{Bin, Iin, Party};
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::intake::Upload;
use crate::operations::submit_document::{Original, SubmitDocument, submit_document};
use crate::web::drawn;
use crate::web::form::{self, Form};
use crate::web::problem_page::PageError;
use crate::web::ui::{Problem, Ui};
use crate::web::visitor::{Insider, Visitor};

/// The kinds that are brought as files.
const KINDS: [DocumentKind; 4] =
    [DocumentKind::ArbitraryFile, DocumentKind::CompletionAct, DocumentKind::PaymentInvoice, DocumentKind::Letter];

#[derive(Default)]
struct Typed {
    kind: String,
    recipient: String,
    number: String,
}

#[derive(askama::Template)]
#[template(path = "compose.html")]
struct Compose<'a> {
    ui: &'a Ui,
    kinds: Vec<&'static str>,
    typed: &'a Typed,
    counterparties: Vec<(String, String)>,
    limit: i64,
    limit_any: i64,
    problem: Option<Problem>,
}

/// The form.
pub async fn form(State(app): State<Shared>, visitor: Visitor) -> Result<Response, PageError> {
    let insider = visitor.insider()?;
    insider.caller.must_draft()?;
    draw(&app, &visitor, insider, &Typed::default(), None).await
}

async fn draw(
    app: &App,
    visitor: &Visitor,
    insider: &Insider,
    typed: &Typed,
    refusal: Option<&Refusal>,
) -> Result<Response, PageError> {
    let ui = Ui::of(app, visitor).await?;
    let page = Compose {
        kinds: KINDS.iter().map(|kind| kind.code()).collect(),
        typed,
        counterparties: clients::counterparties(&app.db, &insider.caller.party).await?,
        limit: i64::try_from(app.rules.limits.file_max_bytes).unwrap_or(i64::MAX),
        limit_any: i64::try_from(app.rules.limits.upload_max_bytes).unwrap_or(i64::MAX),
        problem: refusal.map(|refusal| ui.problem(refusal)),
        ui: &ui,
    };
    let status = if refusal.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    drawn::page_with(status, &page)
}

/// Keeps the document as a draft.
pub async fn submit(State(app): State<Shared>, visitor: Visitor, mut form: Form) -> Result<Response, PageError> {
    let insider = match form.insider(&visitor) {
        Ok(insider) => insider,
        Err(error) => {
            form::give_up(&app, visitor.insider.as_ref().map(|insider| &insider.caller), &form).await;
            return Err(error);
        }
    };
    insider.caller.must_draft()?;
    let typed = Typed {
        kind: form.text("kind").to_owned(),
        recipient: form.text("recipient").to_owned(),
        number: form.text("number").to_owned(),
    };
    let kept = keep(&app, insider, &typed, &mut form).await;
    // What a document has used is there no more; what none has used is not brought for nothing.
    form::give_up(&app, Some(&insider.caller), &form).await;
    match kept {
        Ok(document) => Ok(drawn::on_to(&format!("/documents/{document}?done=drafted"))),
        Err(error) => {
            let refusal = error.in_form()?;
            draw(&app, &visitor, insider, &typed, Some(&refusal)).await
        }
    }
}

async fn keep(app: &App, insider: &Insider, typed: &Typed, form: &mut Form) -> Result<String, PageError> {
    let (request, earlier) = form.request(app, insider).await?;
    if let Some(document) = earlier {
        return Ok(document);
    }
    let known = KINDS.into_iter().find(|kind| kind.code() == typed.kind);
    let kind =
        known.ok_or_else(|| Refusal::new(RefusalCode::UnknownKind).with("kind", typed.kind.as_str()).at("/kind"))?;
    let recipient = recipient(app, &typed.recipient, kind)?;
    let missing = || Refusal::new(RefusalCode::MissingRequisite).with("requisite", "original").at("/original");
    let mut originals = form.take_files("original");
    let ahead: Vec<Original> =
        form.ahead("original").map(|file| Original::Ahead { upload: file.upload, name: file.name.clone() }).collect();
    let original = match (originals.pop(), ahead.into_iter().next()) {
        (Some(original), None) if originals.is_empty() => Original::Here(canonical(app, kind, original)?),
        (None, Some(ahead)) => ahead,
        (_, _) => return Err(missing().into()),
    };
    let command = SubmitDocument {
        kind,
        recipient,
        number: Some(typed.number.clone()).filter(|number| !number.is_empty()),
        original,
        attachments: form.take_files("attachment"),
        cms: None,
    };
    let entered = submit_document(app, &insider.caller, command, Some(&request)).await?;
    Ok(entered.document.to_string())
}

/// The addressee: twelve digits of a BIN or of an IIN. A document with a structure of ours says it itself.
fn recipient(app: &App, text: &str, kind: DocumentKind) -> Result<Option<Party>, Refusal> {
    if text.is_empty() && kind != DocumentKind::ArbitraryFile {
        return Ok(None);
    }
    let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let policy = app.rules.identifiers;
    // Where the check digits fit both readings the layout tells: a BIN has 4, 5 or 6 in its fifth place, where an IIN has
    // the day of birth.
    let is_bin = digits.chars().nth(4).is_some_and(|c| matches!(c, '4'..='6'));
    let wrong = |error: crate::domain::party::IdentifierError, identifier: &'static str| {
        let refusal = Refusal::new(RefusalCode::IdentifierInvalid).with("identifier", identifier);
        refusal.with("reason", error.code()).at("/recipient")
    };
    if is_bin {
        Bin::parse(&digits, policy).map(Party::Organization).map(Some).map_err(|error| wrong(error, "bin"))
    } else {
        Iin::parse(&digits, policy).map(Party::Person).map(Some).map_err(|error| wrong(error, "iin"))
    }
}

/// A document with a structure of ours in the one spelling that is signed: white space and the order of members are
/// nobody's intention.
fn canonical(app: &App, kind: DocumentKind, upload: Upload) -> Result<Upload, Refusal> {
    if kind == DocumentKind::ArbitraryFile {
        return Ok(upload);
    }
    let vat = VatTable::builtin();
    let rules = Rules { identifiers: app.rules.identifiers, vat: &vat };
    let (_, bytes) = kinds::canonicalize(kind, &upload.bytes, &rules)?;
    Ok(Upload { name: upload.name, bytes })
}
