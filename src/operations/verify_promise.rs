//! Holds a signed promise against an extract: whether the operator has kept it. Pure: the log's key, an extract that was
//! judged, and a moment (JRN-10).
//!
//! A log cannot prove in short that it holds no entry of an event. The whole history of one of the event's subjects can,
//! under a checkpoint of after the deadline: the event would be in it. Which subjects these are the promised body tells.

use qolhat_pki::report::Indication;
use serde_json::{Map, Value, json};

use super::verify_extract::{ExtractReport, JudgedEntry};
use crate::domain::time::Moment;
use crate::journal::checkpoint::CheckpointError;
use crate::journal::naming::subject_family;
use crate::journal::promise::{Promise, body_of, digest_of};

/// Where a promise stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The entry is shown.
    Kept,
    /// Not due yet.
    Pending,
    /// Due, and nothing given shows the entry or its absence: it is the operator's turn to show it.
    Overdue,
    /// Due, and the history that would hold the entry has none; or the entry says something else, or came too late.
    Broken,
    /// No promise of this log.
    Invalid,
}

impl Standing {
    /// The word for programs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Pending => "pending",
            Self::Overdue => "overdue",
            Self::Broken => "broken",
            Self::Invalid => "invalid",
        }
    }
}

/// What is said of a promise.
#[derive(Debug, Clone)]
pub struct PromiseReport {
    /// Where it stands.
    pub standing: Standing,
    /// Why, where the standing does not say it all: a stable word.
    pub reason: Option<&'static str>,
    /// The promise, when it is one.
    pub promise: Option<Promise>,
    /// The entry of the event: its number and instant.
    pub entry: Option<(u64, Moment)>,
    /// The moment asked about.
    pub at: Moment,
}

/// What is known of a promise beside its note.
#[derive(Debug, Clone, Copy)]
pub struct Besides<'a> {
    /// What was accepted, as it came with the promise.
    pub body: Option<&'a str>,
    /// An extract of the same log, judged at the same moment.
    pub extract: Option<&'a ExtractReport>,
}

/// Judges the promise in `note`, which the log of one of `log_keys` must have signed, at the moment `at`.
///
/// # Errors
/// [`CheckpointError::Malformed`] or [`CheckpointError::VerifierKey`] for what is no note or no key. A note by another key is
/// an answer: `Invalid`.
pub fn verify_promise(
    note: &str,
    log_keys: &[String],
    besides: Besides<'_>,
    at: Moment,
) -> Result<PromiseReport, CheckpointError> {
    let mut report = PromiseReport { standing: Standing::Invalid, reason: None, promise: None, entry: None, at };
    let Some((promise, key)) = opened(note, log_keys)? else {
        report.reason = Some("not-signed");
        return Ok(report);
    };
    let body = besides.body.map(|body| (body, digest_of(body) == promise.body));
    let (standing, reason, entry) = match body {
        Some((_, false)) => (Standing::Invalid, Some("body-differs"), None),
        Some((body, true)) => judged(&promise, key, Some(body), besides.extract, at),
        None => judged(&promise, key, None, besides.extract, at),
    };
    Ok(PromiseReport { standing, reason, promise: Some(promise), entry, at })
}

fn opened<'k>(note: &str, log_keys: &'k [String]) -> Result<Option<(Promise, &'k str)>, CheckpointError> {
    for key in log_keys {
        match Promise::open(note, key) {
            Ok(promise) => return Ok(Some((promise, key))),
            Err(CheckpointError::NotSigned | CheckpointError::OtherLog(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

type Judged = (Standing, Option<&'static str>, Option<(u64, Moment)>);

fn judged(promise: &Promise, log_key: &str, body: Option<&str>, extract: Option<&ExtractReport>, at: Moment) -> Judged {
    let due = if at < promise.deadline { Standing::Pending } else { Standing::Overdue };
    let Some(report) = extract else { return (due, None, None) };
    // An extract that is not proven shows nothing, and one of another log says nothing of this one.
    let of_log = report.extract.as_ref().is_some_and(|extract| extract.log.key == log_key);
    if report.indication != Indication::TotalPassed || !of_log {
        return (due, Some("extract-not-proven"), None);
    }
    let id = promise.event.to_string();
    if let Some(entry) = report.entries.iter().find(|entry| entry.included && entry.id == id) {
        let place = Some((entry.seq, entry.at));
        return match says(entry) {
            Some(digest) if digest != promise.body => (Standing::Broken, Some("another-body"), place),
            // From the deadline on the log was to hold it.
            Some(_) | None if entry.at > promise.deadline => (Standing::Broken, Some("late"), place),
            Some(_) => (Standing::Kept, None, place),
            // Not all of it is opened here: that there is an entry of this event is shown.
            None => (Standing::Kept, Some("body-not-shown"), place),
        };
    }
    let stamp = report.checkpoint.as_ref().and_then(|checkpoint| checkpoint.time_stamp.as_ref());
    let is_later = stamp.is_some_and(|stamp| stamp.proven && promise.deadline <= stamp.gen_time);
    if !is_later {
        return (due, Some("checkpoint-before-deadline"), None);
    }
    match body {
        None => (due, Some("body-not-given"), None),
        Some(body) if is_shown_whole(body, report) => (Standing::Broken, Some("left-out"), None),
        Some(_) => (due, Some("history-not-shown"), None),
    }
}

/// The digest of what an entry says, when all of it is opened.
fn says(entry: &JudgedEntry) -> Option<[u8; 32]> {
    let actor = entry.actor.as_ref().filter(|_| entry.fields.len() == entry.committed)?;
    let payload: Map<String, Value> = entry.fields.clone().into_iter().collect();
    body_of(&entry.kind, actor, &payload).map(|body| digest_of(&body))
}

/// Whether the whole history of a subject that the body tells is in the extract. One whose beginning was pruned is not: the
/// entry may have gone with it.
fn is_shown_whole(body: &str, report: &ExtractReport) -> bool {
    let Some(statement) = report.statement.as_ref().filter(|_| report.complete) else { return false };
    let Ok(body) = serde_json::from_str::<Value>(body) else { return false };
    let kind = body.get("kind").and_then(Value::as_str).unwrap_or_default();
    let told = body.get("payload").and_then(Value::as_object).into_iter().flatten().filter_map(|(name, value)| {
        let family = subject_family(kind, name)?;
        Some(format!("{family}:{}", value.as_str()?))
    });
    let told: Vec<String> = told.collect();
    statement.subjects.iter().any(|subject| subject.pruned.is_none() && told.contains(&subject.identity))
}

impl PromiseReport {
    /// As one JSON object.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "standing": self.standing.code(),
            "reason": self.reason,
            "at": self.at.to_string(),
            "promise": self.promise.as_ref().map(|promise| json!({
                "origin": promise.origin,
                "event": promise.event.to_string(),
                "body_sha256": hex::encode(promise.body),
                "deadline": promise.deadline.to_string(),
            })),
            "entry": self.entry.map(|(seq, at)| json!({"seq": seq, "at": at.to_string()})),
        })
    }
}
