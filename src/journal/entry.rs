//! One entry of the journal: its bytes, its commitments, and the openings that reveal them. Pure.
//!
//! An entry is canonical JSON (RFC 8785, whole numbers only), kept and hashed as written:
//! ```text
//! {"actor":C,"id":"uuid","kind":"document.recorded","log":"origin","payload":[C,…],"subj":[C,…],"t":ms,"v":1}
//! ```
//! where each `C` is `hex(SHA-256(0x02 ‖ salt ‖ JCS(value)))` with a random salt of 32 bytes. Who holds the
//! salt and the value can show what was committed to; who has lost them can learn nothing from `C`.

use std::fmt;
use std::io::Write as _;

use hex_simd::{AsOut as _, AsciiCase, encode_append};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::domain::jcs::{self, JcsError};
use crate::domain::time::Moment;

/// Longest entry. The tile format of tlog-tiles carries at most 65,535 bytes.
pub const ENTRY_MAX_BYTES: usize = 60 * 1024;
/// Most commitments in `payload`.
pub const PAYLOAD_FIELDS_MAX: usize = 64;
/// Most commitments in `subj`.
pub const SUBJECTS_MAX: usize = 32;
/// Longest `kind`.
pub const KIND_MAX_BYTES: usize = 64;
/// Longest canonical form of one committed value.
pub const VALUE_MAX_BYTES: usize = 64 * 1024;

/// Latest instant of an entry: the last millisecond of the year 9999.
pub const T_MS_MAX: i64 = 253_402_300_799_999;

const VERSION: i64 = 1;
/// Most entries have no field past these.
const DIGITS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
const LEAF_PREFIX: u8 = 0x00;
const COMMITMENT_PREFIX: u8 = 0x02;

/// Bytes or values that are not what an entry or an opening must be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// Not canonical JSON within the limits.
    #[error("an entry that is not canonical JSON: {0}")]
    NotCanonical(JcsError),
    /// A value that has no canonical form.
    #[error("a value that cannot be committed to: {0}")]
    Value(JcsError),
    /// Longer than [`ENTRY_MAX_BYTES`] or [`VALUE_MAX_BYTES`].
    #[error("{what} is {bytes} bytes long, the limit is {limit}")]
    TooLong {
        /// What is too long.
        what: &'static str,
        /// Its length.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// A member is missing, has another type or form, or is not expected.
    #[error("member {0} is missing or malformed")]
    Member(&'static str),
}

/// SHA-256 of an entry as a Merkle leaf. Source: RFC 6962 §2.1.
#[must_use]
pub fn leaf_hash(body: &[u8]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update([LEAF_PREFIX]);
    hasher.update(body);
    hasher.finalize().into()
}

/// What an entry says, with commitments still closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Commitment to who acted.
    pub actor: [u8; 32],
    /// The event's identifier.
    pub id: Uuid,
    /// What happened, such as `document.recorded`.
    pub kind: String,
    /// Origin of the log that the entry was written for.
    pub log: String,
    /// Commitments to `{"name": …, "value": …}`, one per field.
    pub payload: Vec<[u8; 32]>,
    /// Commitments to subject links, one per subject.
    pub subjects: Vec<[u8; 32]>,
    /// The operator's clock, milliseconds since 1970 in UTC; never decreases along the log.
    pub t_ms: i64,
}

impl Entry {
    /// Reads the bytes of an entry.
    /// # Errors
    /// Any [`EntryError`]: bytes that [`Entry::to_bytes`] would not have written are refused.
    pub fn parse(body: &[u8]) -> Result<Self, EntryError> {
        within("the entry", body.len(), ENTRY_MAX_BYTES)?;
        let value = jcs::parse_canonical(body).map_err(EntryError::NotCanonical)?;
        let members = value.as_object().ok_or(EntryError::Member("object"))?;
        if members.len() != 8 || member_int(&value, "v")? != VERSION {
            return Err(EntryError::Member("v"));
        }
        let t_ms = member_int(&value, "t")?;
        let kind = member_text(&value, "kind")?;
        if !(0..=T_MS_MAX).contains(&t_ms) {
            return Err(EntryError::Member("t"));
        }
        if !is_kind(&kind) {
            return Err(EntryError::Member("kind"));
        }
        Ok(Entry {
            actor: digest(members.get("actor")).ok_or(EntryError::Member("actor"))?,
            id: id_from_text(&member_text(&value, "id")?).ok_or(EntryError::Member("id"))?,
            kind,
            log: member_text(&value, "log")?,
            payload: digests(members.get("payload"), PAYLOAD_FIELDS_MAX).ok_or(EntryError::Member("payload"))?,
            subjects: digests(members.get("subj"), SUBJECTS_MAX).ok_or(EntryError::Member("subj"))?,
            t_ms,
        })
    }

    /// The bytes that are stored and hashed.
    /// # Errors
    /// `TooLong` past [`ENTRY_MAX_BYTES`].
    pub fn to_bytes(&self) -> Result<Vec<u8>, EntryError> {
        let Entry { actor, id, kind, log, payload, subjects, t_ms } = self;
        let mut body = Vec::new();
        Parts { actor, id: *id, kind, log, payload, subjects, t_ms: *t_ms }.write(&mut body)?;
        Ok(body)
    }

    /// The operator's clock when the entry was made.
    #[must_use]
    pub fn at(&self) -> Moment {
        instant_of(self.t_ms)
    }

    /// The commitment that `field` opens, or `None` when the entry has no such field.
    #[must_use]
    pub fn commitment(&self, field: Field) -> Option<[u8; 32]> {
        match field {
            Field::Actor => Some(self.actor),
            Field::Payload(index) => self.payload.get(index).copied(),
            Field::Subject(index) => self.subjects.get(index).copied(),
        }
    }
}

/// The instant of an entry that says `t_ms`.
pub(super) fn instant_of(t_ms: i64) -> Moment {
    Moment::from_unix_micros(t_ms.saturating_mul(1000)).unwrap_or(Moment::MAX)
}

/// What an [`Entry`] says, borrowed.
pub(super) struct Parts<'a> {
    pub actor: &'a [u8; 32],
    pub id: Uuid,
    pub kind: &'a str,
    pub log: &'a str,
    pub payload: &'a [[u8; 32]],
    pub subjects: &'a [[u8; 32]],
    pub t_ms: i64,
}

impl Parts<'_> {
    /// Appends what [`Entry::to_bytes`] answers; after an error what was appended is of no use.
    pub(super) fn write(&self, body: &mut Vec<u8>) -> Result<(), EntryError> {
        let start = body.len();
        body.reserve(384 + 67 * (1 + self.payload.len() + self.subjects.len()));
        body.extend_from_slice(b"{\"actor\":");
        put_digest(self.actor, body);
        body.extend_from_slice(b",\"id\":");
        jcs::write_string(self.id.hyphenated().encode_lower(&mut Uuid::encode_buffer()), body);
        body.extend_from_slice(b",\"kind\":");
        jcs::write_string(self.kind, body);
        body.extend_from_slice(b",\"log\":");
        jcs::write_string(self.log, body);
        body.extend_from_slice(b",\"payload\":");
        put_digests(self.payload, body);
        body.extend_from_slice(b",\"subj\":");
        put_digests(self.subjects, body);
        // To memory: that does not fail.
        let _ = write!(body, ",\"t\":{},\"v\":{VERSION}}}", self.t_ms);
        within("the entry", body.len().saturating_sub(start), ENTRY_MAX_BYTES)
    }
}

/// Which commitment of an entry an opening belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// Who acted.
    Actor,
    /// A field of the event, by its place.
    Payload(usize),
    /// A subject of the event, by its place.
    Subject(usize),
}

impl fmt::Display for Field {
    /// `actor`, `payload.0`, `subj.0`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut written = Ok(());
        self.spell(|piece| written = written.and_then(|()| f.write_str(piece)));
        written
    }
}

impl Field {
    /// The canonical text, piece by piece.
    pub(super) fn spell(&self, mut put: impl FnMut(&str)) {
        let (word, index) = match self {
            Field::Actor => return put("actor"),
            Field::Payload(index) => ("payload.", index),
            Field::Subject(index) => ("subj.", index),
        };
        put(word);
        match DIGITS.get(*index) {
            Some(digit) => put(digit),
            None => put(&index.to_string()),
        }
    }

    /// Reads the canonical text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let field = match text.split_once('.') {
            None => Field::Actor,
            Some(("payload", index)) => Field::Payload(index.parse().ok()?),
            Some(("subj", index)) => Field::Subject(index.parse().ok()?),
            Some(_) => return None,
        };
        (field.to_string() == text).then_some(field)
    }
}

/// A salt and a value: what reveals one commitment. In JSON `{"salt": hex, "value": …}`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// 32 random bytes; lower-case hexadecimal in JSON.
    #[serde(with = "hex_bytes")]
    pub salt: [u8; 32],
    /// What was committed to.
    pub value: Value,
}

impl fmt::Debug for Opening {
    /// Neither salt nor value: openings hold personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Opening(…)")
    }
}

impl Opening {
    /// The commitment that this opens.
    /// # Errors
    /// `Value` when the value has no canonical form, `TooLong` past [`VALUE_MAX_BYTES`].
    pub fn commitment(&self) -> Result<[u8; 32], EntryError> {
        Ok(commit(&self.salt, &canonical_value(&self.value)?))
    }

    /// Whether this opens `commitment`.
    #[must_use]
    pub fn opens(&self, commitment: &[u8; 32]) -> bool {
        self.commitment().is_ok_and(|own| own == *commitment)
    }

    /// Name and value, when this opens a payload field.
    #[must_use]
    pub fn payload_field(&self) -> Option<(&str, &Value)> {
        let members = self.value.as_object().filter(|members| members.len() == 2)?;
        Some((members.get("name")?.as_str()?, members.get("value")?))
    }
}

/// `SHA-256(0x02 ‖ salt ‖ canonical value)`.
pub(super) fn commit(salt: &[u8; 32], canonical: &[u8]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update([COMMITMENT_PREFIX]);
    hasher.update(salt);
    hasher.update(canonical);
    hasher.finalize().into()
}

/// The canonical form of a value, within its limit.
pub(super) fn canonical_value(value: &Value) -> Result<Vec<u8>, EntryError> {
    let canonical = jcs::to_canonical(value).map_err(EntryError::Value)?;
    within("a committed value", canonical.len(), VALUE_MAX_BYTES)?;
    Ok(canonical)
}

/// The value of a payload field as it is committed to.
pub(super) fn payload_value(name: &str, value: &Value) -> Value {
    json!({"name": name, "value": value})
}

/// The name in the canonical form of a payload field, as it is spelled there.
pub(super) fn field_name(canonical: &str) -> Option<&str> {
    // The value may be anything: a name ends at the first quote that no backslash stands before.
    let name = canonical.strip_prefix("{\"name\":\"")?;
    let mut is_escaped = false;
    let end = name.bytes().position(|byte| {
        let ends = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        ends
    })?;
    let (name, rest) = name.split_at_checked(end)?;
    // Nothing sorts between the two, and one more member would stand after the value.
    let value = rest.strip_prefix("\",\"value\":")?.strip_suffix('}')?;
    jcs::is_canonical(value).then_some(name)
}

fn put_digest(digest: &[u8; 32], body: &mut Vec<u8>) {
    body.push(b'"');
    encode_append(digest, body, AsciiCase::Lower);
    body.push(b'"');
}

fn put_digests(digests: &[[u8; 32]], body: &mut Vec<u8>) {
    body.push(b'[');
    for (index, digest) in digests.iter().enumerate() {
        if index > 0 {
            body.push(b',');
        }
        put_digest(digest, body);
    }
    body.push(b']');
}

/// Dotted lower-case words: `document.recorded`.
pub(super) fn is_kind(kind: &str) -> bool {
    let word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    kind.len() <= KIND_MAX_BYTES && kind.split('.').all(word)
}

/// 64 lower-case hexadecimal digits.
pub(super) fn digest_from_hex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0_u8; 32];
    let is_lower = text.len() == 64 && !text.bytes().any(|byte| byte.is_ascii_uppercase());
    let decoded = is_lower && hex_simd::decode(text.as_bytes(), bytes.as_mut_slice().as_out()).is_ok();
    decoded.then_some(bytes)
}

fn id_from_text(text: &str) -> Option<Uuid> {
    let id = Uuid::try_parse(text).ok()?;
    (id.to_string() == text).then_some(id)
}

fn digest(value: Option<&Value>) -> Option<[u8; 32]> {
    digest_from_hex(value?.as_str()?)
}

fn digests(value: Option<&Value>, limit: usize) -> Option<Vec<[u8; 32]>> {
    let items = value?.as_array().filter(|items| items.len() <= limit)?;
    items.iter().map(|item| digest(Some(item))).collect()
}

fn member_int(value: &Value, name: &'static str) -> Result<i64, EntryError> {
    value.get(name).and_then(Value::as_i64).ok_or(EntryError::Member(name))
}

fn member_text(value: &Value, name: &'static str) -> Result<String, EntryError> {
    value.get(name).and_then(Value::as_str).map(str::to_owned).ok_or(EntryError::Member(name))
}

fn within(what: &'static str, bytes: usize, limit: usize) -> Result<(), EntryError> {
    if bytes > limit {
        return Err(EntryError::TooLong { what, bytes, limit });
    }
    Ok(())
}

/// Digests and salts as lower-case hexadecimal.
mod hex_bytes {
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub fn serialize<S: Serializer>(bytes: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
        let text = String::deserialize(deserializer)?;
        super::digest_from_hex(&text).ok_or_else(|| de::Error::custom("not 64 lower-case hexadecimal digits"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    fn sample() -> Entry {
        Entry {
            actor: [1; 32],
            id: Uuid::from_u128(7),
            kind: "document.recorded".to_owned(),
            log: "log.example/1".to_owned(),
            payload: vec![[2; 32], [3; 32]],
            subjects: vec![[4; 32]],
            t_ms: 1_790_000_000_123,
        }
    }

    #[test]
    fn an_entry_is_read_back_from_the_bytes_it_was_written_as() {
        let body = sample().to_bytes().unwrap();

        assert_eq!(Entry::parse(&body).unwrap(), sample());
        assert!(body.starts_with(b"{\"actor\":\"0101"));
        // An origin may need escapes.
        let odd = Entry { log: "a\"\\\u{1}é".to_owned(), payload: Vec::new(), ..sample() };
        assert_eq!(Entry::parse(&odd.to_bytes().unwrap()).unwrap(), odd);
    }

    #[test]
    fn an_entry_spelled_in_another_way_is_refused() {
        let body = String::from_utf8(sample().to_bytes().unwrap()).unwrap();
        let spellings = [
            body.replacen(',', ", ", 1),
            body.replace("\"v\":1", "\"v\":2"),
            body.replace("\"v\":1", "\"v\":1,\"w\":1"),
            body.replace("\"t\":1790000000123", "\"t\":-1"),
            body.replace("document.recorded", "Document recorded"),
            body.replace("00000000-0000-0000-0000-000000000007", "00000000000000000000000000000007"),
            body.replace("0101", "01"),
            body.replace("\"subj\":[\"04", "\"subj\":[\"0X"),
            String::new(),
            "[]".to_owned(),
        ];
        for spelling in spellings {
            assert!(Entry::parse(spelling.as_bytes()).is_err(), "{spelling}");
        }
    }

    #[test]
    fn an_entry_at_the_limit_is_read_and_one_byte_more_is_refused() {
        let mut entry = sample();
        let rest = entry.to_bytes().unwrap().len() - entry.log.len();
        entry.log = "l".repeat(ENTRY_MAX_BYTES - rest);
        let body = entry.to_bytes().unwrap();
        assert_eq!(body.len(), ENTRY_MAX_BYTES);
        assert!(Entry::parse(&body).is_ok());

        entry.log.push('l');

        assert!(matches!(entry.to_bytes(), Err(EntryError::TooLong { .. })));
    }

    #[test]
    fn an_opening_with_another_salt_or_value_opens_nothing() {
        let opening = Opening { salt: [9; 32], value: payload_value("number", &json!("АВ-17")) };
        let commitment = opening.commitment().unwrap();
        assert!(opening.opens(&commitment));
        assert_eq!(opening.payload_field(), Some(("number", &json!("АВ-17"))));

        let mut other = opening.clone();
        other.salt[31] ^= 1;
        assert!(!other.opens(&commitment));
        let other = Opening { value: payload_value("number", &json!("АВ-18")), ..opening };
        assert!(!other.opens(&commitment));
    }

    #[test]
    fn a_commitment_is_the_published_formula() {
        let opening = Opening { salt: [0; 32], value: json!({"b": 1, "a": "x"}) };
        let by_hand = Sha256::digest([&[2_u8][..], &[0; 32], br#"{"a":"x","b":1}"#].concat());

        assert_eq!(opening.commitment().unwrap()[..], by_hand[..]);
    }

    #[test]
    fn an_opening_in_json_is_read_strictly() {
        let opening = Opening { salt: [0xab; 32], value: json!(["x", 1]) };
        let text = serde_json::to_string(&opening).unwrap();
        assert_eq!(serde_json::from_str::<Opening>(&text).unwrap(), opening);

        assert!(serde_json::from_str::<Opening>(&text.replace("abab", "ABAB")).is_err());
        assert!(serde_json::from_str::<Opening>(&text.replace("abab", "ab")).is_err());
        assert!(serde_json::from_str::<Opening>(&text.replace("\"salt\"", "\"more\":1,\"salt\"")).is_err());
    }

    #[test]
    fn field_names_have_one_spelling() {
        for field in [Field::Actor, Field::Payload(0), Field::Subject(12)] {
            assert_eq!(Field::parse(&field.to_string()), Some(field));
        }
        for text in ["", "Actor", "payload", "payload.", "payload.01", "payload.-1", "subj.+1", "subj.1.1"] {
            assert_eq!(Field::parse(text), None, "{text}");
        }
    }
}
