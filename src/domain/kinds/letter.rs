//! Official letter (письмо).
//!
//! ```json
//! {"type":"Letter","version":1,"number":"01-15/77","date":"2026-11-22",
//!  "sender":{"bin":"…","name":"…","address":"…","signatory":{"position":"…","name":"…"}},
//!  "addressee":{"bin":"…","name":"…","signatory":{"position":"…","name":"…"}},
//!  "in_reply_to":{"number":"…","date":"…"},"subject":"…","body":"…",
//!  "written_by":{"name":"…","phone":"+77010000001"},"attachments":[]}
//! ```
//! Optional: `in_reply_to` (the incoming letter that is answered), `written_by`, `attachments`, `address`,
//! `signatory` (of the addressee: the person to whom the letter is addressed). Only `body` may have
//! several lines, separated by line feeds.

use serde_json::{Value, json};

use super::parts::{
    Attachment, NAME_MAX_CHARS, NUMBER_MAX_CHARS, Reference, Requisites, attachments_json, insert_some,
    read_attachments, read_reference, read_requisites, reference_json, requisites_json,
};
use super::reader::{Lines, Reader};
use super::{Rules, require_two_sides, seal};
use crate::domain::document::DocumentKind;
use crate::domain::refusal::Refusal;
use crate::domain::time::CivilDate;

/// Longest body of a letter, in characters.
const BODY_MAX_CHARS: usize = 100_000;

/// A checked letter: made only by reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Outgoing number.
    pub number: String,
    /// Outgoing date.
    pub date: CivilDate,
    /// Who writes.
    pub sender: Requisites,
    /// To whom.
    pub addressee: Requisites,
    /// The letter that is answered.
    pub in_reply_to: Option<Reference>,
    /// About what.
    pub subject: String,
    /// The text; lines end with line feeds.
    pub body: String,
    /// The employee who prepared the letter.
    pub written_by: Option<Writer>,
    /// Files that belong to the letter.
    pub attachments: Vec<Attachment>,
}

/// The employee who prepared a letter and can be asked about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Writer {
    /// Surname and names.
    pub name: String,
    /// Telephone, as written by the sender.
    pub phone: Option<String>,
}

/// A letter being written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterDraft(pub Letter);

impl LetterDraft {
    /// A letter without annexes.
    #[must_use]
    pub fn new(
        number: &str,
        date: CivilDate,
        sender: Requisites,
        addressee: Requisites,
        subject: &str,
        body: &str,
    ) -> Self {
        Self(Letter {
            number: number.to_owned(),
            date,
            sender,
            addressee,
            in_reply_to: None,
            subject: subject.to_owned(),
            body: body.to_owned(),
            written_by: None,
            attachments: Vec::new(),
        })
    }

    /// The canonical bytes to be signed, with every rule checked.
    ///
    /// # Errors
    /// As [`super::parse_with`].
    pub fn seal(&self, rules: &Rules<'_>) -> Result<Vec<u8>, Refusal> {
        seal(DocumentKind::Letter, &self.0.to_json(), rules)
    }
}

impl Letter {
    /// The document as JSON; its canonical bytes read back to an equal letter.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut object = json!({
            "type": "Letter",
            "version": 1,
            "number": self.number,
            "date": self.date.to_string(),
            "sender": requisites_json(&self.sender),
            "addressee": requisites_json(&self.addressee),
            "subject": self.subject,
            "body": self.body,
            "attachments": attachments_json(&self.attachments),
        });
        let in_reply_to = self.in_reply_to.as_ref().map(reference_json);
        insert_some(&mut object, "in_reply_to", in_reply_to);
        let written_by = self.written_by.as_ref().map(|writer| {
            let mut person = json!({"name": writer.name});
            insert_some(&mut person, "phone", writer.phone.clone());
            person
        });
        insert_some(&mut object, "written_by", written_by);
        object
    }
}

pub(super) fn read(mut reader: Reader<'_>, rules: &Rules<'_>) -> Result<Letter, Refusal> {
    let number = reader.text("number", NUMBER_MAX_CHARS, Lines::One)?;
    let date = reader.date("date")?;
    let sender = read_requisites(&mut reader, "sender", rules.identifiers)?;
    let addressee = read_requisites(&mut reader, "addressee", rules.identifiers)?;
    require_two_sides(sender.party, addressee.party, reader.at("addressee"))?;
    let letter = Letter {
        number,
        date,
        sender,
        addressee,
        in_reply_to: read_reference(&mut reader, "in_reply_to")?,
        subject: reader.text("subject", NAME_MAX_CHARS, Lines::One)?,
        body: reader.text("body", BODY_MAX_CHARS, Lines::Many)?,
        written_by: read_writer(&mut reader)?,
        attachments: read_attachments(&mut reader)?,
    };
    reader.finish()?;
    Ok(letter)
}

fn read_writer(reader: &mut Reader<'_>) -> Result<Option<Writer>, Refusal> {
    let Some(mut person) = reader.optional_object("written_by")? else {
        return Ok(None);
    };
    let writer = Writer {
        name: person.text("name", NAME_MAX_CHARS, Lines::One)?,
        phone: person.optional_text("phone", NUMBER_MAX_CHARS, Lines::One)?,
    };
    person.finish()?;
    Ok(Some(writer))
}
