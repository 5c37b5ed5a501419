//! `qolhat promise verify`: whoever was answered `recording` holds the operator to his signed promise. Offline: the answer as
//! it was saved, the log's key, and an extract where the operator issued one.

use serde::Deserialize;

use super::output::{CliError, Output};
use super::{Answer, PromiseVerifyArgs, extract, input};
use crate::domain::time::format_local;
use crate::extract::package::EXTRACT_MAX_BYTES;
use crate::journal::checkpoint::CheckpointError;
use crate::operations::verify_extract::verify_extract;
use crate::operations::verify_promise::{Besides, PromiseReport, Standing, verify_promise};

/// Largest answer read, in bytes.
const ANSWER_MAX_BYTES: u64 = 1024 * 1024;

/// A promise as the service answers it.
#[derive(Deserialize)]
struct Saved {
    note: String,
    #[serde(default)]
    body: Option<String>,
}

/// The answer of an act, of which the promise is all that matters here.
#[derive(Deserialize)]
struct SavedAnswer {
    promise: Saved,
}

/// Judges the promise.
pub fn verify(args: &PromiseVerifyArgs, output: &Output) -> Result<Answer, CliError> {
    let at = input::moment(args.at.as_deref())?;
    let name = args.file.display().to_string();
    let malformed = |detail: &str| CliError::malformed(&name, detail);
    let text =
        String::from_utf8(input::file_up_to(&args.file, ANSWER_MAX_BYTES)?).map_err(|_| malformed("not UTF-8"))?;
    let saved = match text.trim_start().starts_with('{') {
        true => serde_json::from_str::<SavedAnswer>(&text)
            .map(|answer| answer.promise)
            .or_else(|_| serde_json::from_str::<Saved>(&text))
            .map_err(|_| malformed("an answer without a promise"))?,
        false => Saved { note: text, body: None },
    };
    let (anchors, card) = extract::pins(&args.whose)?;
    let card = card.ok_or_else(|| {
        CliError::usage("--operator and --log-key, or an operator.json in a trust folder, say whose promise it is")
    })?;
    let report = match &args.extract {
        Some(file) => {
            if anchors.is_empty() {
                return Err(CliError::no_anchors());
            }
            let limit = u64::try_from(EXTRACT_MAX_BYTES).unwrap_or(u64::MAX);
            Some(verify_extract(&input::file_up_to(file, limit)?, &anchors, Some(&card), at))
        }
        None => None,
    };
    let besides = Besides { body: saved.body.as_deref(), extract: report.as_ref() };
    let judged = verify_promise(&saved.note, &card.log_keys, besides, at).map_err(|error| match error {
        CheckpointError::VerifierKey => CliError::usage("a --log-key cannot be read"),
        CheckpointError::Malformed
        | CheckpointError::NotSigned
        | CheckpointError::WrongSignature
        | CheckpointError::OtherLog(_) => malformed("not a signed promise"),
    })?;
    tell(&judged, output);
    Ok((judged.standing == Standing::Kept).into())
}

fn tell(judged: &PromiseReport, output: &Output) {
    output.answer(&judged.to_json(), |page| {
        let standing = page.word("promise", judged.standing.code());
        page.raw(standing);
        if let Some(reason) = judged.reason {
            let reason = page.word("promise-reason", reason);
            page.raw(format!("  {reason}"));
        }
        if let Some(promise) = &judged.promise {
            page.line("cli-promise-event", &[("event", &promise.event.to_string()), ("log", &promise.origin)]);
            page.line("cli-promise-deadline", &[("at", &format_local(promise.deadline))]);
        }
        if let Some((seq, at)) = judged.entry {
            page.line("cli-promise-entry", &[("seq", &seq.to_string()), ("at", &format_local(at))]);
        }
    });
}
