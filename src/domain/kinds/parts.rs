//! Parts that several kinds share: who, under which contract, with which files.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::reader::{Lines, Reader, malformed};
use crate::domain::party::{Bin, IdentifierPolicy, Iin, Party};
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::time::CivilDate;

/// Longest name, address, subject or position, in characters.
pub const NAME_MAX_CHARS: usize = 1_000;
/// Longest number of a document or contract, in characters.
pub const NUMBER_MAX_CHARS: usize = 64;
/// Most files that one document lists.
pub const ATTACHMENTS_MAX: usize = 100;
/// Longest name of a file, in bytes of UTF-8 (what file systems allow).
pub const FILE_NAME_MAX_BYTES: usize = 255;
/// Largest file that a document may list, in bytes.
pub const ATTACHMENT_MAX_BYTES: u64 = 1024 * 1024 * 1024;

/// A side of a document: who it is and how it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requisites {
    /// IIN or BIN.
    pub party: Party,
    /// Full name of the organisation, or surname and names.
    pub name: String,
    /// Address and means of communication.
    pub address: Option<String>,
    /// The person who acts for this side, as the paper form names him.
    pub signatory: Option<Signatory>,
}

impl Requisites {
    /// A side with its number and name.
    #[must_use]
    pub fn new(party: Party, name: &str) -> Self {
        Self { party, name: name.to_owned(), address: None, signatory: None }
    }
}

/// Position and name of the person who acts. Source: Law on Accounting art. 7(3)(6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signatory {
    /// Position, such as director.
    pub position: String,
    /// Surname and initials or names.
    pub name: String,
}

/// A contract that the document refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Its number.
    pub number: String,
    /// Its date.
    pub date: CivilDate,
}

/// A file that belongs to the document. The document fixes its bytes through the digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Name without folders.
    pub name: String,
    /// Media type, such as `application/pdf`.
    pub media_type: String,
    /// Length in bytes.
    pub size: u64,
    /// SHA-256 of the bytes.
    pub sha256: [u8; 32],
}

impl Attachment {
    /// The entry for a file with these `bytes`.
    #[must_use]
    pub fn of(name: &str, media_type: &str, bytes: &[u8]) -> Self {
        Self {
            name: name.to_owned(),
            media_type: media_type.to_owned(),
            size: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            sha256: Sha256::digest(bytes).into(),
        }
    }
}

pub(super) fn read_requisites(
    reader: &mut Reader<'_>,
    name: &'static str,
    policy: IdentifierPolicy,
) -> Result<Requisites, Refusal> {
    let mut side = reader.object(name)?;
    let requisites = read_requisites_members(&mut side, policy)?;
    side.finish()?;
    Ok(requisites)
}

/// Reads the members and leaves the object open: some kinds add their own.
pub(super) fn read_requisites_members(side: &mut Reader<'_>, policy: IdentifierPolicy) -> Result<Requisites, Refusal> {
    let iin = read_iin(side, policy)?;
    let bin = read_bin(side, policy)?;
    let party = match (iin, bin) {
        (Some(iin), None) => Party::Person(iin),
        (None, Some(bin)) => Party::Organization(bin),
        (None, None) => return Err(side.missing("bin")),
        (Some(_), Some(_)) => return Err(malformed(side.pointer(), "both-iin-and-bin")),
    };
    Ok(Requisites {
        party,
        name: side.text("name", NAME_MAX_CHARS, Lines::One)?,
        address: side.optional_text("address", NAME_MAX_CHARS, Lines::One)?,
        signatory: read_signatory(side, "signatory")?,
    })
}

pub(super) fn read_iin(reader: &mut Reader<'_>, policy: IdentifierPolicy) -> Result<Option<Iin>, Refusal> {
    let text = reader.optional_text("iin", NUMBER_MAX_CHARS, Lines::One)?;
    text.map(|text| Iin::parse(&text, policy))
        .transpose()
        .map_err(|error| identifier("iin", error.code(), reader.at("iin")))
}

pub(super) fn read_bin(reader: &mut Reader<'_>, policy: IdentifierPolicy) -> Result<Option<Bin>, Refusal> {
    let text = reader.optional_text("bin", NUMBER_MAX_CHARS, Lines::One)?;
    text.map(|text| Bin::parse(&text, policy))
        .transpose()
        .map_err(|error| identifier("bin", error.code(), reader.at("bin")))
}

/// Refusal of an identifier. `what` and `reason` are codes with texts.
pub(super) fn identifier(what: &'static str, reason: &'static str, pointer: String) -> Refusal {
    Refusal::new(RefusalCode::IdentifierInvalid).with("identifier", what).with("reason", reason).at(pointer)
}

pub(super) fn read_signatory(reader: &mut Reader<'_>, name: &'static str) -> Result<Option<Signatory>, Refusal> {
    let Some(mut person) = reader.optional_object(name)? else {
        return Ok(None);
    };
    let signatory = Signatory {
        position: person.text("position", NAME_MAX_CHARS, Lines::One)?,
        name: person.text("name", NAME_MAX_CHARS, Lines::One)?,
    };
    person.finish()?;
    Ok(Some(signatory))
}

pub(super) fn read_reference(reader: &mut Reader<'_>, name: &'static str) -> Result<Option<Reference>, Refusal> {
    let Some(mut object) = reader.optional_object(name)? else {
        return Ok(None);
    };
    let reference =
        Reference { number: object.text("number", NUMBER_MAX_CHARS, Lines::One)?, date: object.date("date")? };
    object.finish()?;
    Ok(Some(reference))
}

pub(super) fn read_attachments(reader: &mut Reader<'_>) -> Result<Vec<Attachment>, Refusal> {
    let mut names = BTreeSet::new();
    let mut attachments = Vec::new();
    for mut file in reader.objects("attachments", ATTACHMENTS_MAX)? {
        let attachment = Attachment {
            name: read_file_name(&mut file)?,
            media_type: read_media_type(&mut file)?,
            size: read_size(&mut file)?,
            sha256: read_sha256(&mut file, "sha256")?,
        };
        // Names that differ by case only would fall together on some file systems.
        if !names.insert(attachment.name.to_lowercase()) {
            return Err(malformed(&file.at("name"), "duplicate-name"));
        }
        file.finish()?;
        attachments.push(attachment);
    }
    Ok(attachments)
}

fn read_file_name(file: &mut Reader<'_>) -> Result<String, Refusal> {
    let name = file.text("name", FILE_NAME_MAX_BYTES, Lines::One)?;
    if name.len() > FILE_NAME_MAX_BYTES {
        return Err(malformed(&file.at("name"), "too-long").with("limit", FILE_NAME_MAX_BYTES.to_string()));
    }
    let folder = name.contains(['/', '\\', ':']);
    let edge = name.starts_with(['.', ' ']) || name.ends_with(['.', ' ']);
    if folder || edge {
        return Err(malformed(&file.at("name"), "file-name"));
    }
    Ok(name)
}

fn read_media_type(file: &mut Reader<'_>) -> Result<String, Refusal> {
    let text = file.text("media_type", 100, Lines::One)?;
    let token = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"!#$&^_.+-".contains(&b))
    };
    match text.split_once('/') {
        Some((kind, subtype)) if token(kind) && token(subtype) => Ok(text),
        Some(_) | None => Err(malformed(&file.at("media_type"), "media-type")),
    }
}

fn read_size(file: &mut Reader<'_>) -> Result<u64, Refusal> {
    let size = file.whole("size")?;
    match u64::try_from(size) {
        Ok(size) if (1..=ATTACHMENT_MAX_BYTES).contains(&size) => Ok(size),
        Ok(_) | Err(_) => Err(malformed(&file.at("size"), "file-size")),
    }
}

pub(super) fn read_sha256(reader: &mut Reader<'_>, name: &'static str) -> Result<[u8; 32], Refusal> {
    let text = reader.text(name, 64, Lines::One)?;
    let mut digest = [0_u8; 32];
    let lower_case = !text.bytes().any(|byte| byte.is_ascii_uppercase());
    if lower_case && hex::decode_to_slice(&text, &mut digest).is_ok() {
        return Ok(digest);
    }
    Err(malformed(&reader.at(name), "not-a-digest"))
}

/// A member that is left out when there is no value, since an absent member has no second spelling.
pub(super) fn insert_some(object: &mut Value, name: &str, value: Option<impl Into<Value>>) {
    if let (Value::Object(members), Some(value)) = (object, value) {
        members.insert(name.to_owned(), value.into());
    }
}

pub(super) fn requisites_json(side: &Requisites) -> Value {
    let mut object = json!({"name": side.name});
    match side.party {
        Party::Person(iin) => insert_some(&mut object, "iin", Some(iin.to_string())),
        Party::Organization(bin) => insert_some(&mut object, "bin", Some(bin.to_string())),
    }
    insert_some(&mut object, "address", side.address.clone());
    let signatory = side.signatory.as_ref().map(signatory_json);
    insert_some(&mut object, "signatory", signatory);
    object
}

pub(super) fn signatory_json(person: &Signatory) -> Value {
    json!({"position": person.position, "name": person.name})
}

pub(super) fn reference_json(reference: &Reference) -> Value {
    json!({"number": reference.number, "date": reference.date.to_string()})
}

pub(super) fn attachments_json(attachments: &[Attachment]) -> Value {
    let files = attachments.iter().map(|file| {
        json!({
            "name": file.name,
            "media_type": file.media_type,
            "size": file.size,
            "sha256": hex::encode(file.sha256),
        })
    });
    Value::Array(files.collect())
}
