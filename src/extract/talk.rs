//! What an extract of a session or of a message tells besides the journal's part: which one, the messages octet for octet,
//! and each step that the journal holds of them (JRN-10, JRN-12). All of it is made of the entries alone: what a client's
//! program says is not taken in (JRN-11).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::facts::{EntryFacts, JournalFacts};
use super::records::ExtractRecord;
use crate::domain::address::Channel;
use crate::domain::ids::{MessageId, SessionId};
use crate::domain::time::Moment;

/// What an extract is about when it is not about documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum AboutRecord {
    /// A session with its codes and messages: its id.
    Session(String),
    /// A message: its id.
    Message(String),
}

impl AboutRecord {
    /// The subject in the journal.
    #[must_use]
    pub fn identity(&self) -> String {
        match self {
            Self::Session(id) => format!("session:{id}"),
            Self::Message(id) => format!("message:{id}"),
        }
    }

    /// What the words of the scope end in, so that whoever reads only these reads the same.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Session(id) => format!(" [session {id}]"),
            Self::Message(id) => format!(" [message {id}]"),
        }
    }
}

/// A message that is in the extract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MessageRecord {
    /// Its id.
    pub id: String,
    /// Where its octets lie, as they were handed to the mail server or the gateway.
    pub path: String,
    /// Their SHA-256.
    pub sha256: String,
    /// How many they are.
    pub size: u64,
}

/// An entry of what the extract is about, in words of the journal: what it says and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepRecord {
    /// Number of the entry.
    pub entry: u64,
    /// Its instant, on the operator's clock.
    pub at: String,
    /// Its kind.
    pub kind: String,
    /// All that it says, by name.
    pub said: BTreeMap<String, Value>,
}

/// What an extract is about when it is not about documents.
#[derive(Debug, Clone)]
pub struct TalkFacts {
    /// The session or the message.
    pub about: About,
    /// The messages, in the order made, octet for octet.
    pub messages: Vec<(MessageId, Channel, Vec<u8>)>,
}

/// A session or a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// A session with its codes and messages.
    Session(SessionId),
    /// A message.
    Message(MessageId),
}

impl About {
    /// The same as it stands in the extract.
    #[must_use]
    pub fn record(&self) -> AboutRecord {
        match self {
            Self::Session(id) => AboutRecord::Session(id.to_string()),
            Self::Message(id) => AboutRecord::Message(id.to_string()),
        }
    }
}

/// The steps that the entries of `journal` tell of its subjects, the oldest first.
#[must_use]
pub fn steps(journal: &JournalFacts) -> Vec<StepRecord> {
    let listed: BTreeSet<u64> = journal.subjects.iter().flat_map(|subject| subject.entries.iter().copied()).collect();
    let mut entries: Vec<&EntryFacts> = journal.entries.iter().filter(|entry| listed.contains(&entry.seq)).collect();
    entries.sort_by_key(|entry| entry.seq);
    entries.into_iter().map(step).collect()
}

fn step(entry: &EntryFacts) -> StepRecord {
    let body: Value = serde_json::from_slice(&entry.body).unwrap_or_default();
    let millis = body.get("t").and_then(Value::as_i64).unwrap_or_default();
    let at = Moment::from_unix_micros(millis.saturating_mul(1000)).unwrap_or(Moment::MIN);
    let fields = entry.openings.iter().filter(|opening| opening.place == "payload");
    let said = fields.filter_map(|opening| {
        let name = opening.value.get("name")?.as_str()?;
        Some((name.to_owned(), opening.value.get("value")?.clone()))
    });
    StepRecord {
        entry: entry.seq,
        at: at.to_string(),
        kind: body.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned(),
        said: said.collect(),
    }
}

/// The keys of what "sent" says of the messages of an extract: of mails and of short messages.
#[must_use]
pub fn taken(extract: &ExtractRecord) -> Vec<&'static str> {
    let has = |end: &str| extract.messages.iter().any(|message| message.path.ends_with(end));
    let keys = [(has(".eml"), "talk-taken"), (has(".json"), "talk-taken-sms")];
    keys.into_iter().filter(|(is_there, _)| *is_there).map(|(_, key)| key).collect()
}

/// A value of a step for people: texts as they are, lists with semicolons, nothing as a dash.
#[must_use]
pub fn shown(value: &Value) -> String {
    match value {
        Value::Null => "—".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join("; "),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_is_shown_as_people_read_it() {
        assert_eq!(shown(&json!(null)), "—");
        assert_eq!(shown(&json!(["MAIL 250 ok", "RCPT 250 ok"])), "MAIL 250 ok; RCPT 250 ok");
        assert_eq!((shown(&json!(3)), shown(&json!("x"))), ("3".to_owned(), "x".to_owned()));
    }
}
