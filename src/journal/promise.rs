//! The answer to who cannot wait: a promise, signed by the log's key, that an event will be an entry by a deadline. Past
//! it, a checkpoint without the entry and the promise together prove that the operator has left it out. Pure.

use qolhat_pki::time::Span;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::checkpoint::{CheckpointError, open_text};
use super::draft::EventDraft;
use super::entry::digest_from_hex;
use super::{JournalError, LogIdentity};
use crate::domain::ids::EventId;
use crate::domain::jcs;
use crate::domain::time::Moment;

/// First line of a promise: it can never be taken for a checkpoint, whose second line is a number.
const TITLE: &str = "qolhat-journal-promise/v1";
/// Longest time between a promise and its deadline, in seconds: a week.
const MERGE_SECONDS_MAX: u32 = 7 * 24 * 60 * 60;

/// How long after the promise the entry may come; a day unless configured otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u32")]
pub struct MergeDelay(u32);

impl Default for MergeDelay {
    fn default() -> Self {
        Self(24 * 60 * 60)
    }
}

impl TryFrom<u32> for MergeDelay {
    type Error = String;

    /// # Errors
    /// Anything but 1 to 604,800 seconds.
    fn try_from(seconds: u32) -> Result<Self, String> {
        if (1..=MERGE_SECONDS_MAX).contains(&seconds) {
            return Ok(Self(seconds));
        }
        Err(format!("a promise is due in 1 to {MERGE_SECONDS_MAX} seconds"))
    }
}

/// A promise as it is handed out.
#[derive(Debug, Clone)]
pub struct Promised {
    /// The signed note.
    pub note: String,
    /// The event that it is about.
    pub event: EventId,
    /// From then on the log holds the entry.
    pub deadline: Moment,
    /// What was accepted: the octets of which the note has the SHA-256.
    pub body: String,
}

/// What is promised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promise {
    /// Origin of the log.
    pub origin: String,
    /// The event: its entry names it.
    pub event: EventId,
    /// What was accepted: SHA-256 of [`body_of`].
    pub body: [u8; 32],
    /// From then on the log holds the entry.
    pub deadline: Moment,
}

/// The canonical JSON (RFC 8785) of `{"actor", "kind", "payload": {name: value, …}}` of an event: who brought it gets it with
/// the promise, and whoever is shown all openings of the entry can compute it. Its subjects are told by the fields
/// ([`super::naming`]). `None` for a value with no canonical form.
#[must_use]
pub fn body_of(kind: &str, actor: &Value, payload: &Map<String, Value>) -> Option<String> {
    let body = json!({"actor": actor, "kind": kind, "payload": payload});
    String::from_utf8(jcs::to_canonical(&body).ok()?).ok()
}

/// The digest of a body in a promise.
#[must_use]
pub fn digest_of(body: &str) -> [u8; 32] {
    Sha256::digest(body).into()
}

impl Promise {
    /// The promise for an event that is in the inbox at `now`, and the body of which it holds the digest.
    ///
    /// # Errors
    /// `Unfit` for a value with no canonical form.
    pub fn for_event(
        origin: &str,
        event: &EventDraft,
        now: Moment,
        delay: MergeDelay,
    ) -> Result<(Self, String), JournalError> {
        let unfit = || JournalError::Unfit { id: event.id, reason: "a value has no canonical form".to_owned() };
        let body = body_of(&event.kind, &event.actor, &event.payload.iter().cloned().collect()).ok_or_else(unfit)?;
        let deadline = now.checked_add(Span::seconds(i64::from(delay.0))).unwrap_or(Moment::MAX);
        let promise = Promise { origin: origin.to_owned(), event: event.id, body: digest_of(&body), deadline };
        Ok((promise, body))
    }

    fn to_text(&self) -> String {
        format!("{TITLE}\n{}\n{} {}\n{}\n", self.origin, self.event, hex::encode(self.body), self.deadline)
    }

    /// Signs it by the key of its log, as a note.
    ///
    /// # Errors
    /// As [`LogIdentity::sign_text`]; `OtherLog` for a promise of another log.
    pub fn sign(&self, identity: &LogIdentity) -> Result<String, CheckpointError> {
        if self.origin != identity.origin() {
            return Err(CheckpointError::OtherLog(self.origin.clone()));
        }
        identity.sign_text(&self.to_text())
    }

    /// Reads a signed promise and checks it with the log's `verifier_key`.
    ///
    /// # Errors
    /// [`CheckpointError`]: not signed by that key, of another log, or not exactly what [`Promise::sign`] writes.
    pub fn open(note: &str, verifier_key: &str) -> Result<Self, CheckpointError> {
        let (origin, text) = open_text(note, verifier_key)?;
        let promise =
            Self::read(&text).filter(|promise| promise.to_text() == text).ok_or(CheckpointError::Malformed)?;
        if promise.origin == origin { Ok(promise) } else { Err(CheckpointError::OtherLog(promise.origin)) }
    }

    fn read(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let (title, origin, what, deadline) = (lines.next()?, lines.next()?, lines.next()?, lines.next()?);
        let (event, body) = what.split_once(' ')?;
        (title == TITLE && lines.next().is_none()).then_some(Promise {
            origin: origin.to_owned(),
            event: EventId::parse(event).ok()?,
            body: digest_from_hex(body)?,
            deadline: Moment::parse_rfc3339(deadline).ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn identity(seed: u8) -> LogIdentity {
        LogIdentity::from_seed("log.example/1", &[seed; 32], [0; 32]).unwrap()
    }

    fn at(text: &str) -> Moment {
        Moment::parse_rfc3339(text).unwrap()
    }

    fn event() -> EventDraft {
        EventDraft {
            id: EventId::from(uuid::Uuid::from_u128(7)),
            kind: "document.recorded".to_owned(),
            subjects: vec!["document:1".to_owned()],
            payload: vec![("number".to_owned(), json!("5"))],
            actor: json!({"iin": "123456789011"}),
        }
    }

    fn promise() -> Promise {
        let (origin, now) = ("log.example/1", at("2026-11-22T09:00:00Z"));
        Promise::for_event(origin, &event(), now, MergeDelay::default()).unwrap().0
    }

    #[test]
    fn a_promise_is_opened_with_the_verifier_key_alone_and_any_octet_changed_is_refused() {
        let (promise, ours) = (promise(), identity(1));
        let note = promise.sign(&ours).unwrap();
        assert_eq!(Promise::open(&note, ours.verifier_key()).unwrap(), promise);
        assert_eq!(Promise::open(&note, identity(2).verifier_key()), Err(CheckpointError::NotSigned));
        for place in 0..note.len() {
            let mut bytes = note.clone().into_bytes();
            *bytes.get_mut(place).unwrap() ^= 1;
            let Ok(changed) = String::from_utf8(bytes) else { continue };
            assert!(Promise::open(&changed, ours.verifier_key()).is_err(), "octet {place}");
        }
    }

    #[test]
    fn another_text_by_the_logs_key_is_no_promise() {
        let ours = identity(1);
        for text in [
            "qolhat-journal-promise/v1\nlog.example/1\n",
            "qolhat-journal-promise/v2\nlog.example/1\n00000000-0000-0000-0000-000000000007 00\n2026-11-22T09:00:00Z\n",
        ] {
            let note = ours.sign_text(text).unwrap();
            assert_eq!(Promise::open(&note, ours.verifier_key()), Err(CheckpointError::Malformed));
        }
        let checkpoint = ours.sign(3, [9; 32]).unwrap();
        assert_eq!(Promise::open(&checkpoint, ours.verifier_key()), Err(CheckpointError::Malformed));
        let other = Promise { origin: "log.example/2".to_owned(), ..promise() };
        assert!(matches!(other.sign(&ours), Err(CheckpointError::OtherLog(_))));
    }

    #[test]
    fn the_digest_of_a_body_tells_one_event_from_another() {
        let digest = |event: &EventDraft| {
            let now = at("2026-11-22T09:00:00Z");
            let (promise, body) = Promise::for_event("log.example/1", event, now, MergeDelay::default()).unwrap();
            assert_eq!(promise.body, digest_of(&body));
            promise.body
        };
        let one = digest(&event());
        assert_eq!(one, digest(&event()));
        assert_ne!(one, digest(&EventDraft { payload: vec![("number".to_owned(), json!("6"))], ..event() }));
        // In whatever order the fields were written down.
        let two = vec![("a".to_owned(), json!(1)), ("b".to_owned(), json!(2))];
        let turned = two.iter().rev().cloned().collect();
        let with = |payload| digest(&EventDraft { payload, ..event() });
        assert_eq!(with(two), with(turned));
    }

    #[test]
    fn a_promise_is_due_within_a_week() {
        assert!(MergeDelay::try_from(0).is_err() && MergeDelay::try_from(MERGE_SECONDS_MAX + 1).is_err());
        assert!(MergeDelay::try_from(1).is_ok() && MergeDelay::try_from(MERGE_SECONDS_MAX).is_ok());
    }
}
