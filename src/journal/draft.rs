//! An event on its way into the log. What could never become an entry is refused here, inside the transaction of the
//! act, and not found out later.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::JournalError;
use super::entry::{PAYLOAD_FIELDS_MAX, SUBJECTS_MAX, canonical_value, digest_from_hex, is_kind, payload_value};
use super::subjects::{IDENTITY_MAX_BYTES, Pseudonyms};
use crate::db::Tx;
use crate::domain::ids::EventId;
use crate::params;

/// Something that happened, to be written down.
#[derive(Debug, Clone)]
pub struct EventDraft {
    /// Its id: an event is written down once, however often it is tried.
    pub id: EventId,
    /// What happened, such as `document.recorded`.
    pub kind: String,
    /// What it is about: `document:<id>`, `party:<key>` …; each once.
    pub subjects: Vec<String>,
    /// What is said of it, by name; each is committed to on its own.
    pub payload: Vec<(String, Value)>,
    /// Who did it.
    pub actor: Value,
}

/// A draft as it lies in the inbox.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Waiting {
    pub kind: String,
    /// Pseudonyms, 64 hexadecimal digits: made by whoever commits the act, so that the one sequencer need not.
    pub subjects: Vec<String>,
    pub payload: Vec<(String, Value)>,
    pub actor: Value,
}

impl Waiting {
    /// The pseudonyms of its subjects.
    pub(super) fn pseudonyms(&self) -> impl Iterator<Item = [u8; 32]> {
        self.subjects.iter().filter_map(|subject| digest_from_hex(subject))
    }

    /// Whether an entry can be made of it, but for the form of its values: whoever makes the entry meets that anyway.
    pub(super) fn check_shape(&self) -> Result<(), String> {
        if !is_kind(&self.kind) {
            return Err(format!("the kind {:?} is not of dotted words", self.kind));
        }
        if self.subjects.len() > SUBJECTS_MAX || self.payload.len() > PAYLOAD_FIELDS_MAX {
            return Err("too many subjects or fields".to_owned());
        }
        let names: BTreeSet<&str> = self.payload.iter().map(|(name, _)| name.as_str()).collect();
        let subjects: BTreeSet<&str> = self.subjects.iter().map(String::as_str).collect();
        if names.len() != self.payload.len() || subjects.len() != self.subjects.len() {
            return Err("a subject or a field stands twice".to_owned());
        }
        if self.subjects.iter().any(|subject| digest_from_hex(subject).is_none()) {
            return Err("a subject is no pseudonym".to_owned());
        }
        Ok(())
    }

    /// Whether an entry can be made of it.
    pub(super) fn check(&self) -> Result<(), String> {
        self.check_shape()?;
        let values = self.payload.iter().map(|(name, value)| payload_value(name, value));
        for value in values.chain(std::iter::once(self.actor.clone())) {
            canonical_value(&value).map_err(|error| error.to_string())?;
        }
        Ok(())
    }
}

/// As [`super::Journal::enqueue`].
pub(super) async fn enqueue(tx: &mut Tx, names: &Pseudonyms, event: &EventDraft) -> Result<(), JournalError> {
    let unfit = |reason: String| JournalError::Unfit { id: event.id, reason };
    if event.subjects.len() > SUBJECTS_MAX {
        return Err(unfit("too many subjects".to_owned()));
    }
    if event.subjects.iter().any(|subject| subject.is_empty() || subject.len() > IDENTITY_MAX_BYTES) {
        return Err(unfit("a subject is empty or too long".to_owned()));
    }
    let waiting = Waiting {
        kind: event.kind.clone(),
        subjects: event.subjects.iter().map(|subject| hex::encode(names.of(subject))).collect(),
        payload: event.payload.clone(),
        actor: event.actor.clone(),
    };
    waiting.check().map_err(unfit)?;
    let body = serde_json::to_string(&waiting).map_err(|error| unfit(error.to_string()))?;
    tx.execute(include_str!("sql/insert_inbox.sql"), &params![event.id.as_uuid(), body]).await?;
    Ok(())
}
