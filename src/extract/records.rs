//! The JSON files of an extract, as they are written and as they are read back: one set of types for both.
//! Unknown and repeated names are refused. Instants are RFC 3339 texts in UTC, digests lower-case hex.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::de::{Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::talk::{AboutRecord, MessageRecord, StepRecord};
use crate::domain::time::Moment;

/// `extract.json`: who made the extract, for whom, over which log, and what it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExtractRecord {
    /// [`super::format::FORMAT`].
    pub format: String,
    /// [`super::format::FORMAT_VERSION`].
    pub version: u32,
    /// The extract's id.
    pub id: String,
    /// Its number in the operator's register of extracts.
    pub number: u64,
    /// When the facts were gathered.
    pub made_at: String,
    /// Whose extract it is.
    pub operator: OperatorRecord,
    /// Over which log it is made.
    pub log: LogRecord,
    /// Who signs it for the operator.
    pub officer: OfficerRecord,
    /// Who asked for it and why.
    pub request: RequestRecord,
    /// Always [`SOURCE`]: what a client's own program says is no evidence and is not taken in.
    pub source: String,
    /// Ids of the documents, in the order of their folders.
    pub documents: Vec<String>,
    /// Cases of key compromise that touch these documents.
    pub cases: Vec<CaseRecord>,
    /// The messages, where it is about a session or a message.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<MessageRecord>,
    /// Each entry of what it is about, where that is a session or a message.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<StepRecord>,
}

/// What an extract is made from (A6.12).
pub const SOURCE: &str = "journals-and-stores-of-the-operator";

/// The operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperatorRecord {
    /// BIN.
    pub bin: String,
    /// Name.
    pub name: String,
}

/// The log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogRecord {
    /// The log's origin: first line of its checkpoints.
    pub origin: String,
    /// The log's verifier key in the form of C2SP signed-note.
    pub key: String,
}

/// The authorised officer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficerRecord {
    /// IIN.
    pub iin: String,
    /// Name.
    pub name: String,
}

/// On whose request, on what ground, about what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestRecord {
    /// Who asked.
    pub asked_by: AskedByRecord,
    /// The ground: a court's ruling, a party's letter.
    pub ground: String,
    /// What was asked for, in words; with a period these end in [`PeriodRecord::words`].
    pub scope: String,
    /// Whose entries of which time, where that was asked for, and not documents by their names.
    pub period: Option<PeriodRecord>,
    /// The session or the message, where that was asked for; with it these words end in [`AboutRecord::words`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<AboutRecord>,
}

/// A party, and the period of which everything of it was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeriodRecord {
    /// Key of the party.
    pub party: String,
    /// The first instant.
    pub from: String,
    /// The instant that ends it, itself not in it.
    pub to: String,
}

impl PeriodRecord {
    /// What the words of the scope end in, so that whoever reads only these reads the same.
    #[must_use]
    pub fn words(&self) -> String {
        format!(" [{} {}/{}]", self.party, self.from, self.to)
    }
}

/// Who asked: nobody else gets an extract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum AskedByRecord {
    /// A party to everything that is shown.
    Party(PartyRecord),
    /// A court or a body, by a request that two officers looked at.
    CourtRequest(CourtRequestRecord),
}

impl AskedByRecord {
    /// The asker for people to read: the same in all languages.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Party(party) => format!("{}, {}", party.name, party.key),
            Self::CourtRequest(request) => format!("{}, № {}, {}", request.authority, request.reference, request.dated),
        }
    }
}

/// A request of a court or a body, as the operator recorded it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CourtRequestRecord {
    /// The id of its record.
    pub id: String,
    /// The court or the body.
    pub authority: String,
    /// The number that it gave its request.
    pub reference: String,
    /// The date of the request, `YYYY-MM-DD`.
    pub dated: String,
}

/// A case of key compromise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseRecord {
    /// The case's id.
    pub id: String,
    /// SHA-256 of the certificate.
    pub certificate_sha256: String,
    /// When the officer received the notice.
    pub reported_at: String,
    /// Since when the holder declares the key compromised.
    pub compromised_since: String,
    /// From when on nothing signed with the key is taken; `null` while undecided.
    pub cut_off: Option<String>,
    /// `open`, `annulled` or `lifted`.
    pub state: String,
    /// Ids of the documents of this extract that the case contests.
    pub documents: Vec<String>,
}

/// `documents/<id>/document.json`: the facts of a document and its verification protocol.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentRecord {
    /// The document's id.
    pub id: String,
    /// Code of its kind.
    pub kind: String,
    /// Its number.
    pub number: String,
    /// Its title.
    pub title: String,
    /// The date it bears, `YYYY-MM-DD`.
    pub date: Option<String>,
    /// Its state when the extract was made.
    pub state: String,
    /// Who sent it.
    pub sender: PartyRecord,
    /// To whom.
    pub recipient: PartyRecord,
    /// Number of the journal entry that recorded it; `null` for one that was never recorded.
    pub recorded_entry: Option<u64>,
    /// The instant of that entry: the document's receipt.
    pub received_at: Option<String>,
    /// The original.
    pub original: FileRecord,
    /// The attachments, in order.
    pub attachments: Vec<FileRecord>,
    /// The signatures, in the order made.
    pub signatures: Vec<SignatureRecord>,
    /// Paths of the operator's receipts, in order.
    pub receipts: Vec<String>,
    /// The verification protocol: the four conditions of A5.2.3.
    pub conditions: Vec<ConditionRecord>,
}

/// A party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartyRecord {
    /// `iin:…` or `bin:…`.
    pub key: String,
    /// Name.
    pub name: String,
}

/// A file of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileRecord {
    /// Its real name.
    pub name: String,
    /// Where it lies in the extract.
    pub path: String,
    /// Its media type.
    pub media_type: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its SHA-256.
    pub sha256: String,
}

/// A client's signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignatureRecord {
    /// The signature's id.
    pub id: String,
    /// `sender` or `recipient`.
    pub side: String,
    /// Where the CMS lies, as it was received.
    pub path: String,
    /// SHA-256 of that file.
    pub sha256: String,
    /// Where the time stamp over the signature value lies, when it was fetched by the operator.
    pub time_stamp: Option<String>,
    /// SHA-256 of the signer's certificate.
    pub certificate_sha256: String,
    /// Name in the certificate.
    pub common_name: String,
    /// IIN in the certificate.
    pub iin: Option<String>,
    /// BIN in the certificate.
    pub bin: Option<String>,
    /// Code of the role in which the signer acted.
    pub role: String,
    /// The signer's own signing time: proves nothing.
    pub claimed_at: Option<String>,
    /// The instant of the time stamp.
    pub proven_at: Option<String>,
    /// The instant at which the operator judged the certificate.
    pub checked_at: String,
    /// The verdict of then.
    pub indication: String,
    /// Its reason.
    pub sub_indication: Option<String>,
    /// Number of the journal entry that recorded the signature.
    pub entry: Option<u64>,
    /// Cases of compromise that contest it.
    pub contested_by: Vec<String>,
}

/// One of the four conditions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConditionRecord {
    /// `authentic`, `certificate-valid`, `recorded` or `within-agreement`.
    pub condition: String,
    /// The clause of the agreement.
    pub clause: String,
    /// Whether it holds.
    pub holds: bool,
    /// By what that is shown.
    pub evidence: Value,
}

/// `statement.json`: what completeness is claimed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatementRecord {
    /// 1 inclusion, 2 gap-free up to the counters below, 3 besides complete up to a seal. See `docs/extract-format.md`.
    pub level: u8,
    /// The condition under which the claim holds, in English; the summaries say it in three languages.
    pub caveat: String,
    /// [`super::statement::TAIL_ASSERTED`]: on whose word it is that no subject has a later entry up to the checkpoint.
    pub tail: String,
    /// Size of the log at the checkpoint.
    pub size: u64,
    /// Root of the log at the checkpoint.
    pub root: String,
    /// Numbers of all entries in this extract, rising.
    pub entries: Vec<u64>,
    /// The seal of level 3.
    pub seal: Option<SealRecord>,
    /// The subjects of which every entry up to `count` is here.
    pub subjects: Vec<SubjectRecord>,
    /// What of the period asked for is not told; left out without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<PeriodShownRecord>,
}

/// The seal by whose map completeness is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealRecord {
    /// Number of its entry.
    pub entry: u64,
    /// Size of the log that it seals.
    pub size: u64,
    /// `t` of its entry: milliseconds since 1970 UTC on the operator's clock.
    pub t: i64,
}

impl SealRecord {
    /// When the seal was made, by the operator's clock.
    #[must_use]
    pub fn at(&self) -> Moment {
        Moment::from_unix_micros(self.t.saturating_mul(1000)).unwrap_or(Moment::MAX)
    }
}

/// What the sealed map shows of a subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedRecord {
    /// How many entries it had; the newest of them is the one of that place here.
    pub count: u64,
    /// The other subject that stands in its place, when it had none and there is one.
    pub other: Option<MapLeafRecord>,
    /// The other halves on the way to its place, from the map's root down.
    pub hashes: Vec<String>,
}

/// A subject in the map.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MapLeafRecord {
    /// Its pseudonym.
    pub subject: String,
    /// How many entries it had.
    pub count: u64,
    /// The number of the newest.
    pub seq: u64,
    /// Its leaf hash.
    pub leaf: String,
}

/// A subject whose entries are all here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubjectRecord {
    /// Whose: `document:<id>`, `case:<id>`, `offer:<id>`, `party:<key>`.
    pub identity: String,
    /// The name under which the log knows it.
    pub pseudonym: String,
    /// The proof that it is: 80 octets in hex, by the key of the log's first entry.
    pub proof: String,
    /// What the seal shows of it; there with a seal, and not without one.
    pub sealed: Option<SealedRecord>,
    /// What of its history was pruned; there only where something was: its entries here are those that follow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pruned: Option<PrunedRecord>,
    /// How many entries it has, those that were pruned included.
    pub count: u64,
    /// The numbers of those that are here, rising.
    pub entries: Vec<u64>,
}

/// The beginning of a history that was pruned. That it is no longer than told is shown by the counter of the first entry here,
/// and by the seal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrunedRecord {
    /// How many of the subject's entries.
    pub count: u64,
    /// Number of the last of them.
    pub seq: u64,
    /// Its leaf hash.
    pub leaf: String,
    /// Its `t`, which its body tells.
    pub t: i64,
    /// Its body, the very octets that were hashed: it opens nothing, and tells when it was.
    pub body: String,
    /// From its leaf's sibling upwards: that it is entry `seq` under the checkpoint.
    pub hashes: Vec<String>,
}

/// What of the period asked for is not told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeriodShownRecord {
    /// Entries of the party in it that are closed, rising: what they said was erased after its term.
    pub closed: Vec<u64>,
    /// Documents recorded in it that are not here, in the order of their entries: they were destroyed.
    pub destroyed: Vec<String>,
}

/// `journal/openings/<seq>.json`: the values behind an entry's commitments that this extract reveals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpeningsRecord {
    /// The entry's number.
    pub seq: u64,
    /// The revealed values.
    pub openings: Vec<OpeningRecord>,
}

/// A revealed value: the commitment at this place is SHA-256(0x02 ‖ salt ‖ JCS(value)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpeningRecord {
    /// `actor`, `subj` or `payload`.
    pub place: String,
    /// Position in the entry's array, from 0; 0 for `actor`.
    pub index: usize,
    /// 32 octets in hex.
    pub salt: String,
    /// The value.
    pub value: Value,
}

/// `journal/proofs/<seq>.json`: the way from an entry to the checkpoint's root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProofRecord {
    /// The entry's number.
    pub seq: u64,
    /// Size of the log.
    pub size: u64,
    /// The entry's leaf hash.
    pub leaf: String,
    /// The hashes from the leaf's sibling upwards (RFC 6962 section 2.1.1).
    pub hashes: Vec<String>,
}

/// The content of a receipt: what was received, when, and where it stands in the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptRecord {
    /// [`RECEIPT_TYPE`].
    pub r#type: String,
    /// [`RECEIPT_VERSION`].
    pub version: u32,
    /// Its number among the operator's receipts.
    pub number: u64,
    /// The document's id.
    pub document_id: String,
    /// Code of its kind.
    pub kind: String,
    /// The number its author gave it.
    pub document_number: String,
    /// Its title.
    pub title: String,
    /// Who sent it.
    pub sender: ReceiptPartyRecord,
    /// To whom.
    pub recipient: ReceiptPartyRecord,
    /// SHA-256 of the original.
    pub content_sha256: String,
    /// The attachments, in order.
    pub attachments: Vec<ReceiptFileRecord>,
    /// SHA-256 of the sender's CMS.
    pub signature_sha256: Option<String>,
    /// The instant of the entry that recorded the document.
    pub received_at: String,
    /// Where that entry stands.
    pub journal: ReceiptJournalRecord,
    /// Whose receipt it is.
    pub operator: OperatorRecord,
    /// The same for people, by code of the language.
    pub text: BTreeMap<String, String>,
}

/// What a receipt calls itself.
pub const RECEIPT_TYPE: &str = "Receipt";
/// The version of receipts.
pub const RECEIPT_VERSION: u32 = 1;

/// A party in a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptPartyRecord {
    /// `iin:…` or `bin:…`.
    pub party: String,
    /// Name.
    pub name: String,
}

/// An attachment in a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptFileRecord {
    /// Its real name.
    pub name: String,
    /// Its SHA-256.
    pub sha256: String,
}

/// An entry in a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptJournalRecord {
    /// Origin of the log.
    pub origin: String,
    /// Its verifier key.
    pub key: String,
    /// Number of the entry.
    pub entry: u64,
    /// Its leaf hash.
    pub leaf: String,
}

/// The largest JSON file of ours that is read, in bytes.
pub const RECORD_MAX_BYTES: usize = 16 * 1024 * 1024;

/// The JSON of a record: indented, one octet string per value, ending in a line feed.
///
/// # Errors
/// Only when a value holds what JSON cannot say.
pub fn to_json<T: Serialize>(record: &T) -> Result<Vec<u8>, serde_json::Error> {
    let mut out = serde_json::to_vec_pretty(record)?;
    out.push(b'\n');
    Ok(out)
}

/// Reads a record.
///
/// # Errors
/// What is wrong and in which line, in English.
pub fn from_json<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, String> {
    if bytes.len() > RECORD_MAX_BYTES {
        return Err(format!("larger than {RECORD_MAX_BYTES} bytes"));
    }
    // Of two members with one name a free value would keep the last, another reader perhaps the first.
    serde_json::from_slice::<EachNameOnce>(bytes).map_err(|error| error.to_string())?;
    serde_json::from_slice(bytes).map_err(|error| error.to_string())
}

/// Any JSON in which no object has a name twice.
struct EachNameOnce;

impl<'de> Deserialize<'de> for EachNameOnce {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EachNameOnce)
    }
}

impl<'de> Visitor<'de> for EachNameOnce {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self, A::Error> {
        while items.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self, A::Error> {
        let mut names = BTreeSet::new();
        while let Some(name) = members.next_key::<String>()? {
            members.next_value::<Self>()?;
            if let Some(twice) = names.replace(name) {
                return Err(A::Error::custom(format!("the name {twice:?} stands twice")));
            }
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_name_twice_is_refused_at_any_depth() {
        assert!(from_json::<Value>(br#"{"a":[{"b":1,"c":-1.5,"d":null,"e":"x","f":true}]}"#).is_ok());
        for twice in [r#"{"a":1,"a":1}"#, r#"[{"a":{"b":1,"b":2}}]"#, r#"{"a":1,"\u0061":2}"#] {
            assert!(from_json::<Value>(twice.as_bytes()).unwrap_err().contains("twice"), "{twice}");
        }
        assert!(from_json::<Value>("[".repeat(1000).as_bytes()).is_err());
        assert!(from_json::<Value>(b"{} x").is_err());
    }
}
