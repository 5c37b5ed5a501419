//! Reads the members of one JSON object: each member once, nothing left over, every wrong place named.

use serde_json::{Map, Value};

use crate::domain::jcs::pointer_with;
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::text;
use crate::domain::time::CivilDate;

/// An object being read. [`Reader::finish`] refuses what was not asked for.
pub(super) struct Reader<'a> {
    members: &'a Map<String, Value>,
    pointer: String,
    known: Vec<&'static str>,
}

/// Whether a text may have several lines.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lines {
    One,
    Many,
}

impl<'a> Reader<'a> {
    pub(super) fn new(value: &'a Value, pointer: String) -> Result<Self, Refusal> {
        match value {
            Value::Object(members) => Ok(Self { members, pointer, known: Vec::new() }),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                Err(malformed(&pointer, "not-an-object"))
            }
        }
    }

    /// Pointer of a member of this object.
    pub(super) fn at(&self, name: &str) -> String {
        pointer_with(&self.pointer, name)
    }

    /// Pointer of this object.
    pub(super) fn pointer(&self) -> &str {
        &self.pointer
    }

    fn take(&mut self, name: &'static str) -> Option<&'a Value> {
        self.known.push(name);
        self.members.get(name)
    }

    fn require(&mut self, name: &'static str) -> Result<&'a Value, Refusal> {
        self.take(name).ok_or_else(|| self.missing(name))
    }

    /// The refusal for a requisite that is absent or empty.
    pub(super) fn missing(&self, name: &str) -> Refusal {
        Refusal::new(RefusalCode::MissingRequisite).with("requisite", name).at(self.at(name))
    }

    /// A text that is not blank, has at most `max` characters and none that are forbidden.
    pub(super) fn text(&mut self, name: &'static str, max: usize, lines: Lines) -> Result<String, Refusal> {
        let value = self.require(name)?;
        let text = self.check_text(name, value, max, lines)?;
        if text.trim().is_empty() {
            return Err(self.missing(name));
        }
        Ok(text.to_owned())
    }

    /// A text that may be left out; when it is there, the rules of [`Reader::text`] hold.
    pub(super) fn optional_text(
        &mut self,
        name: &'static str,
        max: usize,
        lines: Lines,
    ) -> Result<Option<String>, Refusal> {
        if self.members.contains_key(name) {
            return self.text(name, max, lines).map(Some);
        }
        self.known.push(name);
        Ok(None)
    }

    fn check_text(&self, name: &str, value: &'a Value, max: usize, lines: Lines) -> Result<&'a str, Refusal> {
        let Value::String(text) = value else {
            return Err(malformed(&self.at(name), "not-a-text"));
        };
        if text.chars().count() > max {
            return Err(malformed(&self.at(name), "too-long").with("limit", max.to_string()));
        }
        if text.chars().any(|character| is_forbidden(character, lines)) {
            return Err(malformed(&self.at(name), "forbidden-character"));
        }
        Ok(text)
    }

    /// A whole number that is not negative.
    pub(super) fn whole(&mut self, name: &'static str) -> Result<i64, Refusal> {
        let value = self.require(name)?;
        let Some(number) = value.as_i64() else {
            return Err(malformed(&self.at(name), "not-a-whole-number"));
        };
        if number < 0 {
            return Err(malformed(&self.at(name), "negative"));
        }
        Ok(number)
    }

    pub(super) fn boolean(&mut self, name: &'static str) -> Result<bool, Refusal> {
        let value = self.require(name)?;
        value.as_bool().ok_or_else(|| malformed(&self.at(name), "not-yes-or-no"))
    }

    pub(super) fn date(&mut self, name: &'static str) -> Result<CivilDate, Refusal> {
        let text = self.text(name, 10, Lines::One)?;
        CivilDate::parse(&text)
            .map_err(|_| Refusal::new(RefusalCode::DateInvalid).with("reason", "not-a-date").at(self.at(name)))
    }

    pub(super) fn optional_date(&mut self, name: &'static str) -> Result<Option<CivilDate>, Refusal> {
        if self.members.contains_key(name) {
            return self.date(name).map(Some);
        }
        self.known.push(name);
        Ok(None)
    }

    pub(super) fn object(&mut self, name: &'static str) -> Result<Reader<'a>, Refusal> {
        let value = self.require(name)?;
        Reader::new(value, self.at(name))
    }

    pub(super) fn optional_object(&mut self, name: &'static str) -> Result<Option<Reader<'a>>, Refusal> {
        match self.take(name) {
            Some(value) => Reader::new(value, self.at(name)).map(Some),
            None => Ok(None),
        }
    }

    /// The objects of a list with at most `max` members; an absent list is empty.
    pub(super) fn objects(&mut self, name: &'static str, max: usize) -> Result<Vec<Reader<'a>>, Refusal> {
        let Some(value) = self.take(name) else {
            return Ok(Vec::new());
        };
        let pointer = self.at(name);
        let Value::Array(items) = value else {
            return Err(malformed(&pointer, "not-a-list"));
        };
        if items.len() > max {
            return Err(malformed(&pointer, "too-many-items").with("limit", max.to_string()));
        }
        items
            .iter()
            .enumerate()
            .map(|(index, item)| Reader::new(item, pointer_with(&pointer, &index.to_string())))
            .collect()
    }

    /// Refuses the first member that nobody asked for.
    pub(super) fn finish(self) -> Result<(), Refusal> {
        let stranger = self.members.keys().find(|name| !self.known.contains(&name.as_str()));
        match stranger {
            Some(name) => Err(malformed(&self.at(name), "unknown-member")),
            None => Ok(()),
        }
    }
}

/// Refusal of a member whose form is wrong. `reason` is a code with the text `reason-<code>`.
pub(super) fn malformed(pointer: &str, reason: &'static str) -> Refusal {
    Refusal::new(RefusalCode::MalformedContent).with("reason", reason).at(pointer)
}

/// Whether a text may not have `character`; one of several lines may have line feeds.
fn is_forbidden(character: char, lines: Lines) -> bool {
    text::is_forbidden(character) && !(character == '\n' && lines == Lines::Many)
}
