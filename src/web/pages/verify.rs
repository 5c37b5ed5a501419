//! Anybody checks a file: an extract of ours, a signed file, a signature with its document. What is asked is answered and
//! forgotten.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use qolhat_storage::ContentDigest;

use crate::api::Shared;
use crate::app::App;
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::intake::Upload;
use crate::operations::OperationError;
use crate::operations::look_up_extract::look_up_extract;
use crate::operations::verify_file::{FileVerdict, INPUT_MAX_BYTES, verify_file};
use crate::signature::shown::Showing;
use crate::web::drawn;
use crate::web::form::Form;
use crate::web::problem_page::PageError;
use crate::web::ui::{Problem, Ui};
use crate::web::visitor::Visitor;

#[derive(askama::Template)]
#[template(path = "verify.html")]
struct Verify<'a> {
    ui: &'a Ui,
    limit: i64,
    problem: Option<Problem>,
    /// Name of the file and the verdict on it.
    judged: Option<(String, FileVerdict)>,
    /// What the register says of the number that an extract bears.
    registered: Option<InRegister>,
}

/// What the register of issued extracts says of a file that bears a number.
#[derive(Clone, Copy, PartialEq, Eq)]
enum InRegister {
    /// This very file was issued under it.
    Same,
    /// Another file was, or nobody can tell any more.
    Other,
    /// No file was.
    Unknown,
}

impl InRegister {
    fn is_same(self) -> bool {
        self == Self::Same
    }

    fn key(self) -> &'static str {
        match self {
            Self::Same => "page-registry-same",
            Self::Other => "page-registry-other",
            Self::Unknown => "page-registry-unknown",
        }
    }
}

/// What the register says; nothing of a file that is no extract, or one of another operator's.
async fn in_register(
    app: &App,
    verdict: &FileVerdict,
    sha256: &ContentDigest,
) -> Result<Option<InRegister>, OperationError> {
    let Some(extract) = verdict.extract.as_ref().filter(|extract| extract.pinned) else { return Ok(None) };
    match look_up_extract(app, extract.number).await {
        Ok(found) if found.is_file(sha256) == Some(true) => Ok(Some(InRegister::Same)),
        Ok(_) => Ok(Some(InRegister::Other)),
        Err(OperationError::Refused(refusal)) if refusal.code == RefusalCode::ExtractUnknown => {
            Ok(Some(InRegister::Unknown))
        }
        Err(error) => Err(error),
    }
}

impl Verify<'_> {
    /// The word of the verdict; `unread` when nothing was judged.
    fn indication(verdict: &FileVerdict) -> &'static str {
        verdict.indication.map_or("unread", |indication| indication.as_str())
    }

    fn tone(indication: &str) -> &'static str {
        match indication {
            "TOTAL-PASSED" => "ok",
            "TOTAL-FAILED" => "bad",
            _ => "wait",
        }
    }

    fn check_tone(ok: &Option<bool>) -> &'static str {
        match ok {
            Some(true) => "ok",
            Some(false) => "bad",
            None => "",
        }
    }

    fn report(verdict: &FileVerdict) -> String {
        serde_json::to_string_pretty(&verdict.report_json).unwrap_or_default()
    }
}

fn page<'a>(ui: &'a Ui, judged: Option<(String, FileVerdict)>, problem: Option<Problem>) -> Verify<'a> {
    Verify { ui, limit: i64::try_from(INPUT_MAX_BYTES).unwrap_or(i64::MAX), problem, judged, registered: None }
}

/// The form.
pub async fn form(State(app): State<Shared>, visitor: Visitor) -> Result<Response, PageError> {
    let ui = Ui::of(&app, &visitor).await?;
    drawn::page(&page(&ui, None, None))
}

/// The file in a field; of several nobody can say which is meant.
fn at_most_one(form: &mut Form, field: &str) -> Result<Option<Upload>, Refusal> {
    let mut files = form.take_files(field);
    match (files.pop(), files.is_empty()) {
        (file, true) => Ok(file),
        (_, false) => Err(Refusal::new(RefusalCode::SeveralFiles).at(format!("/{field}"))),
    }
}

/// The verdict.
pub async fn judge(State(app): State<Shared>, visitor: Visitor, mut form: Form) -> Result<Response, PageError> {
    let ui = Ui::of(&app, &visitor).await?;
    let missing = || Refusal::new(RefusalCode::MissingRequisite).with("requisite", "file").at("/file");
    let taken = at_most_one(&mut form, "file").and_then(|file| file.ok_or_else(missing));
    let taken = taken.and_then(|file| Ok((file, at_most_one(&mut form, "content")?)));
    let judged = match taken {
        Ok((file, content)) => {
            let content = content.map(|content| content.bytes);
            let sha256 = ContentDigest::of(&file.bytes);
            match verify_file(&app, file.bytes, content, Showing::Masked).await {
                Ok(verdict) => in_register(&app, &verdict, &sha256).await.map(|found| (file.name, verdict, found)),
                Err(error) => Err(error),
            }
        }
        Err(refusal) => Err(refusal.into()),
    };
    match judged {
        Ok((name, verdict, registered)) => {
            drawn::page(&Verify { registered, ..page(&ui, Some((name, verdict)), None) })
        }
        Err(error) => {
            let refusal = PageError::from(error).in_form()?;
            let problem = ui.problem(&refusal);
            drawn::page_with(StatusCode::UNPROCESSABLE_ENTITY, &page(&ui, None, Some(problem)))
        }
    }
}
