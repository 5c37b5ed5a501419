//! Anybody checks a file: an extract of ours, a signed file, a signature with its document. What is asked is answered and
//! forgotten.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use crate::api::Shared;
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::intake::Upload;
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
    Verify { ui, limit: i64::try_from(INPUT_MAX_BYTES).unwrap_or(i64::MAX), problem, judged }
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
            verify_file(&app, file.bytes, content, Showing::Masked).await.map(|verdict| (file.name, verdict))
        }
        Err(refusal) => Err(refusal.into()),
    };
    match judged {
        Ok(judged) => drawn::page(&page(&ui, Some(judged), None)),
        Err(error) => {
            let refusal = PageError::from(error).in_form()?;
            let problem = ui.problem(&refusal);
            drawn::page_with(StatusCode::UNPROCESSABLE_ENTITY, &page(&ui, None, Some(problem)))
        }
    }
}
