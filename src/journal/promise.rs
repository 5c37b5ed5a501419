//! The answer to who cannot wait: a promise, signed by the log's key, that an event will be an entry by a deadline. Past
//! it, a checkpoint without the entry and the promise together prove that the operator has left it out. Pure.

use sha2::{Digest as _, Sha256};

use serde_json::{Value, json};

use super::checkpoint::{Checkpoint, CheckpointError, open_text};
use super::draft::EventDraft;
use super::entry::digest_from_hex;
use super::{JournalError, LogIdentity};
use crate::domain::ids::EventId;
use crate::domain::jcs;
use crate::domain::time::Moment;

/// First line of a promise: it can never be taken for a checkpoint, whose second line is a number.
const TITLE: &str = "qolhat-journal-promise/v1";
/// How long after the promise the entry may come, in seconds: a day.
pub const MERGE_SECONDS: i64 = 24 * 60 * 60;

/// What is promised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promise {
    /// Origin of the log.
    pub origin: String,
    /// The event: its entry names it.
    pub event: EventId,
    /// What was accepted: see [`body_digest`].
    pub body: [u8; 32],
    /// From then on the log holds the entry.
    pub deadline: Moment,
}

/// Where a promise stands when it is held against a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The entry is there.
    Kept,
    /// Not yet due.
    Pending,
    /// Due, and the entry is not there: the operator has left it out.
    Broken,
}

/// SHA-256 of the canonical JSON (RFC 8785) of `{"actor", "kind", "payload": [[name, value], …], "subjects": […]}` of an
/// event: whoever brought it can compute it, and so can whoever is shown the openings of its entry.
///
/// # Errors
/// `Unfit` for a value with no canonical form.
pub fn body_digest(event: &EventDraft) -> Result<[u8; 32], JournalError> {
    let payload: Vec<Value> = event.payload.iter().map(|(name, value)| json!([name, value])).collect();
    let body = json!({"actor": event.actor, "kind": event.kind, "payload": payload, "subjects": event.subjects});
    let body =
        jcs::to_canonical(&body).map_err(|error| JournalError::Unfit { id: event.id, reason: error.to_string() })?;
    Ok(Sha256::digest(body).into())
}

impl Promise {
    /// The promise for an event that is in the inbox at `now`.
    ///
    /// # Errors
    /// As [`body_digest`].
    pub fn for_event(origin: &str, event: &EventDraft, now: Moment) -> Result<Self, JournalError> {
        let deadline =
            Moment::from_unix_micros(now.unix_micros().saturating_add(MERGE_SECONDS.saturating_mul(1_000_000)));
        Ok(Promise {
            origin: origin.to_owned(),
            event: event.id,
            body: body_digest(event)?,
            deadline: deadline.unwrap_or(Moment::MAX),
        })
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

    /// Where the promise stands in the light of a `checkpoint` of the same log that is proven to be no older than `made_at`,
    /// by a time stamp say; `is_entry` tells whether an entry of this event is proven to be in it.
    ///
    /// # Errors
    /// `OtherLog` for a checkpoint of another log, which says nothing.
    pub fn standing(
        &self,
        checkpoint: &Checkpoint,
        made_at: Moment,
        is_entry: bool,
    ) -> Result<Standing, CheckpointError> {
        if checkpoint.origin != self.origin {
            return Err(CheckpointError::OtherLog(checkpoint.origin.clone()));
        }
        Ok(match is_entry {
            true => Standing::Kept,
            false if made_at < self.deadline => Standing::Pending,
            false => Standing::Broken,
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
        Promise::for_event("log.example/1", &event(), at("2026-11-22T09:00:00Z")).unwrap()
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
    fn a_promise_past_its_deadline_without_an_entry_is_broken() {
        let (promise, checkpoint) =
            (promise(), Checkpoint { origin: "log.example/1".to_owned(), size: 9, root: [0; 32] });
        let standing = |made_at: &str, is_entry| promise.standing(&checkpoint, at(made_at), is_entry);
        assert_eq!(standing("2026-11-23T08:59:59.999999Z", false), Ok(Standing::Pending));
        assert_eq!(standing("2026-11-23T09:00:00Z", false), Ok(Standing::Broken));
        assert_eq!(standing("2026-11-23T09:00:00Z", true), Ok(Standing::Kept));
        let other = Checkpoint { origin: "log.example/2".to_owned(), ..checkpoint.clone() };
        assert!(promise.standing(&other, at("2026-11-23T09:00:00Z"), false).is_err());
    }

    #[test]
    fn the_digest_of_a_body_tells_one_event_from_another() {
        let one = body_digest(&event()).unwrap();
        assert_eq!(one, body_digest(&event()).unwrap());
        let other = EventDraft { payload: vec![("number".to_owned(), json!("6"))], ..event() };
        assert_ne!(one, body_digest(&other).unwrap());
    }
}
