//! An event on its way into the log. What could never become an entry is refused here, inside the transaction of the
//! act, and not found out later.

use hex_simd::{AsciiCase, encode_append};
use serde_json::Value;

use super::entry::{
    EntryError, PAYLOAD_FIELDS_MAX, SUBJECTS_MAX, VALUE_MAX_BYTES, canonical_value, digest_from_hex, field_name,
    is_kind, payload_value,
};
use super::subjects::{IDENTITY_MAX_BYTES, Pseudonyms};
use super::{JournalError, LogIdentity};
use crate::db::{self, Step};
use crate::domain::ids::EventId;
use crate::domain::jcs;
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

/// A draft as it lies in the inbox: lines, of which canonical JSON has none within. The kind; the pseudonyms of its subjects,
/// made by whoever commits the act, so that the one sequencer need not, and a [`BEGINS`] before one that seems to begin with
/// this event; the actor; and each field as it is committed to.
/// What is committed to is written once, by many, and looked at once more and hashed by the one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Waiting<'a> {
    pub kind: &'a str,
    pub subjects: Vec<Named>,
    /// Canonical JSON.
    pub actor: &'a str,
    /// Canonical JSON of each `{"name":…,"value":…}`.
    pub payload: Vec<&'a str>,
}

/// A subject of a waiting event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Named {
    /// Its pseudonym.
    pub subject: [u8; 32],
    /// Whether it seems to have no entry yet. Only a guess, which spares a look: two first entries of one subject the database
    /// refuses.
    pub begins: bool,
}

/// What stands before a subject that seems to begin.
const BEGINS: char = '+';
/// How much older than the event that begins it a subject's id may be, in milliseconds.
const BEGINS_WITHIN_MILLISECONDS: u64 = 1000;

impl Named {
    fn of(names: &Pseudonyms, identity: &str, event: EventId) -> Self {
        let (subject, is_new) = names.look_up(identity);
        Self { subject, begins: is_new && is_made_with(identity, event) }
    }

    fn put(self, text: &mut String) {
        if self.begins {
            text.push(BEGINS);
        }
        encode_append(self.subject, text, AsciiCase::Lower);
    }

    fn read(text: &str) -> Option<Self> {
        let (name, begins) = text.strip_prefix(BEGINS).map_or((text, false), |name| (name, true));
        Some(Self { subject: digest_from_hex(name)?, begins })
    }
}

/// Whether `identity`, such as `document:<uuid>`, has an id that was made when `event` was, give or take a moment.
fn is_made_with(identity: &str, event: EventId) -> bool {
    let made =
        |id: uuid::Uuid| id.get_timestamp().map(|at| at.to_unix()).map(|(s, ns)| s * 1000 + u64::from(ns) / 1_000_000);
    let id = identity.rsplit_once(':').and_then(|(_, id)| uuid::Uuid::try_parse(id).ok());
    match (id.and_then(made), made(event.as_uuid())) {
        (Some(id), Some(event)) => event.abs_diff(id) <= BEGINS_WITHIN_MILLISECONDS,
        (_, _) => false,
    }
}

impl<'a> Waiting<'a> {
    /// The lines of an event about these `subjects`.
    pub(super) fn to_text(
        kind: &str,
        subjects: &[Named],
        actor: &Value,
        payload: &[(String, Value)],
    ) -> Result<String, EntryError> {
        let mut text = format!("{kind}\n");
        for (index, subject) in subjects.iter().enumerate() {
            if index > 0 {
                text.push(' ');
            }
            subject.put(&mut text);
        }
        text.push('\n');
        text.push_str(&canonical_text(actor)?);
        for (name, value) in payload {
            text.push('\n');
            text.push_str(&canonical_text(&payload_value(name, value))?);
        }
        Ok(text)
    }

    /// Reads the lines of an event that an entry can be made of.
    ///
    /// # Errors
    /// Why none can be made; English.
    pub(super) fn read(text: &'a str) -> Result<Self, String> {
        let mut lines = text.split('\n');
        let kind = lines.next().filter(|kind| is_kind(kind)).ok_or("the kind is not of dotted words")?;
        let subjects = lines.next().ok_or("there are no subjects")?;
        let subjects: Option<Vec<Named>> = if subjects.is_empty() {
            Some(Vec::new())
        } else {
            subjects.split(' ').take(SUBJECTS_MAX + 1).map(Named::read).collect()
        };
        let subjects = subjects.ok_or("a subject is no pseudonym")?;
        let actor = lines.next().ok_or("there is no actor")?;
        let payload: Vec<&str> = lines.take(PAYLOAD_FIELDS_MAX + 1).collect();
        if subjects.len() > SUBJECTS_MAX || payload.len() > PAYLOAD_FIELDS_MAX {
            return Err("too many subjects or fields".to_owned());
        }
        let values = payload.iter().copied().chain([actor]);
        if values.clone().any(|value| value.len() > VALUE_MAX_BYTES || !jcs::is_canonical(value)) {
            return Err("a value is too long, or not in canonical form".to_owned());
        }
        let names: Option<Vec<&str>> = payload.iter().map(|field| field_name(field)).collect();
        if is_any_twice(&names.ok_or("a field has no name")?)
            || is_any_twice(&subjects.iter().map(|named| &named.subject).collect::<Vec<_>>())
        {
            return Err("a subject or a field stands twice".to_owned());
        }
        Ok(Waiting { kind, subjects, actor, payload })
    }
}

/// Of some dozens at the most.
fn is_any_twice<T: PartialEq>(items: &[T]) -> bool {
    let mut rest = items;
    while let Some((first, others)) = rest.split_first() {
        if others.contains(first) {
            return true;
        }
        rest = others;
    }
    false
}

fn canonical_text(value: &Value) -> Result<String, EntryError> {
    // Canonical JSON is text.
    Ok(String::from_utf8(canonical_value(value)?).unwrap_or_default())
}

/// As [`super::Journal::entering`].
pub(super) fn entering(identity: &LogIdentity, events: &[EventDraft]) -> Result<Step, JournalError> {
    let rows: Result<_, _> = events.iter().map(|event| row(identity, event)).collect();
    Ok(Step::many(include_str!("sql/insert_inbox.sql"), rows?))
}

fn row(identity: &LogIdentity, event: &EventDraft) -> Result<Vec<db::Value>, JournalError> {
    let unfit = |reason: String| JournalError::Unfit { id: event.id, reason };
    if event.subjects.len() > SUBJECTS_MAX {
        return Err(unfit("too many subjects".to_owned()));
    }
    if event.subjects.iter().any(|subject| subject.is_empty() || subject.len() > IDENTITY_MAX_BYTES) {
        return Err(unfit("a subject is empty or too long".to_owned()));
    }
    let names = &identity.pseudonyms;
    let subjects: Vec<Named> = event.subjects.iter().map(|subject| Named::of(names, subject, event.id)).collect();
    let body = Waiting::to_text(&event.kind, &subjects, &event.actor, &event.payload)
        .map_err(|error| unfit(error.to_string()))?;
    Waiting::read(&body).map_err(unfit)?;
    let mac = identity.inbox_key.code(event.id, &body).to_vec();
    Ok(params![event.id.as_uuid(), body, mac].to_vec())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn an_event_is_read_as_it_was_put_in() {
        let payload = [("number".to_owned(), json!("АВ-17\n\"x\"")), ("count".to_owned(), json!(3))];
        let subjects = [Named { subject: [1; 32], begins: true }, Named { subject: [2; 32], begins: false }];
        let text = Waiting::to_text("document.recorded", &subjects, &json!({"iin": "1"}), &payload).unwrap();
        let waiting = Waiting::read(&text).unwrap();
        assert_eq!((waiting.kind, waiting.actor), ("document.recorded", r#"{"iin":"1"}"#));
        assert_eq!(waiting.subjects, subjects);
        let fields = [r#"{"name":"number","value":"АВ-17\n\"x\""}"#, r#"{"name":"count","value":3}"#];
        assert_eq!(waiting.payload, fields);
        let text = Waiting::to_text("log.opened", &[], &json!(null), &[]).unwrap();
        assert_eq!(text, "log.opened\n\nnull");
        assert!(Waiting::read(&text).unwrap().payload.is_empty());
    }

    #[test]
    fn a_subject_seems_to_begin_with_the_event_that_names_it_first_and_was_made_with_it() {
        let names = Pseudonyms::new(crate::journal::vrf::VrfSecretKey::from_seed(&[1; 32]));
        let mut rng = crate::app::SystemRandom;
        let at =
            |millis: i64| EventId::new(crate::domain::time::Moment::from_unix_micros(millis * 1000).unwrap(), &mut rng);
        let mut at = at;
        let (event, with, before) = (at(1_700_000_000_000), at(1_700_000_000_900), at(1_699_999_000_000));
        let begins = |identity: &str| Named::of(&names, identity, event).begins;
        let named = format!("document:{with}");
        assert!(begins(&named) && !begins(&named), "only once");
        for identity in ["party:bin:190640001204", &format!("document:{before}"), "seal", ""] {
            assert!(!begins(identity), "{identity}");
        }
    }

    #[test]
    fn what_could_not_become_an_entry_is_refused() {
        let (one, two) = ("01".repeat(32), "02".repeat(32));
        let field = r#"{"name":"a","value":1}"#;
        assert!(Waiting::read(&format!("a.b\n{one} {two}\n1\n{field}")).is_ok());
        for text in [
            String::new(),
            "{}".to_owned(),
            format!("A.b\n{one}\n1"),
            format!("a.b\n{one}"),
            format!("a.b\n{one} {one}\n1"),
            format!("a.b\n{one}  {two}\n1"),
            format!("a.b\n+{one} {one}\n1"),
            format!("a.b\n++{one}\n1"),
            format!("a.b\n{}\n1", one.to_uppercase().replace("01", "0A")),
            format!("a.b\n{}\n1", [one.as_str(); SUBJECTS_MAX + 1].join(" ")),
            format!("a.b\n{one}\n 1"),
            format!("a.b\n{one}\n1\n"),
            format!("a.b\n{one}\n1\n1"),
            format!("a.b\n{one}\n1\n{field}\n{field}"),
            format!("a.b\n{one}\n1\n{}", r#"{"name":"a","value":1,"w":1}"#),
            format!("a.b\n{one}\n1\n{}", r#"{"name":1,"value":1}"#),
            format!("a.b\n{one}\n1\n{}", r#"{"value":1,"name":"a"}"#),
            format!("a.b\n{one}\n1\n{}", r#"{"name":"a", "value":1}"#),
            format!("a.b\n{one}\n\"{}\"", "x".repeat(VALUE_MAX_BYTES)),
        ] {
            assert!(Waiting::read(&text).is_err(), "{text:.200}");
        }
    }
}
