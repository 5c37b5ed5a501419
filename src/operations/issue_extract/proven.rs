//! An extract that a court could not verify is found before it is handed out.

use std::time::Duration;

use qolhat_pki::report::Indication;

use super::super::gather_evidence::anchors_for_extracts;
use super::super::verify_extract::verify_extract;
use super::super::{Fault, OperationError};
use super::operator_card;
use crate::app::App;
use crate::domain::refusal::RefusalCode;
use crate::i18n::Language;

/// How often an extract is judged that nothing speaks against, and that is not proven yet.
const TRIES_MAX: usize = 8;
/// What the clock of a time-stamping authority may be ahead of ours is waited for in between.
const PAUSE: Duration = Duration::from_millis(500);

/// Judges an extract as a court does, on a thread where it hinders nobody; gives it back when it is proven.
///
/// # Errors
/// `service-unavailable` when nothing speaks against it but that evidence is missing, as when a responder did not answer in
/// time; a fault when it is wrong. What is wrong is in the log.
pub(super) async fn must_verify(app: &App, mut bytes: Vec<u8>) -> Result<Vec<u8>, OperationError> {
    for number in 1.. {
        let (anchors, card, now) = (anchors_for_extracts(&app.trust), operator_card(app), app.clock.now());
        let work = move || {
            let report = verify_extract(&bytes, &anchors, Some(&card), now);
            (bytes, report)
        };
        let (same, report) = tokio::task::spawn_blocking(work).await?;
        if report.exit_code() == 0 {
            return Ok(same);
        }
        let words = || report.lines(Language::En).join("; ");
        if report.indication != Indication::Indeterminate {
            return Err(Fault::Inconsistent(format!("the extract does not verify: {}", words())).into());
        }
        if number >= TRIES_MAX {
            tracing::warn!(extract.verdict = words(), "an extract that is not proven yet is not issued");
            break;
        }
        bytes = same;
        tokio::time::sleep(PAUSE).await;
    }
    Err(RefusalCode::ServiceUnavailable.into())
}
