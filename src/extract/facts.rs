//! What an extract is made from. The operation gathers it from the stores; nothing here is looked up later.

use serde_json::Value;

use super::records::PeriodRecord;
use super::talk::{About, TalkFacts};
use crate::domain::ids::{CaseId, CourtRequestId, DocumentId, ExtractId, SignatureId};
use crate::domain::party::{Bin, Iin, Party};
use crate::domain::time::{CivilDate, Moment};

/// All that an extract says.
#[derive(Debug, Clone)]
pub struct ExtractFacts {
    /// Its id.
    pub id: ExtractId,
    /// Its number in the register of extracts.
    pub number: u64,
    /// When the facts were gathered.
    pub made_at: Moment,
    /// The operator.
    pub operator: OperatorFacts,
    /// Who signs for the operator.
    pub officer: OfficerFacts,
    /// Who asked, on what ground, about what.
    pub request: RequestFacts,
    /// The documents, in the order wanted.
    pub documents: Vec<DocumentFacts>,
    /// The messages, where it is about a session or a message and not about documents.
    pub talk: Option<TalkFacts>,
    /// Cases of compromise that touch them.
    pub cases: Vec<CaseFacts>,
    /// The entries and the checkpoint.
    pub journal: JournalFacts,
    /// What was used to judge the certificates.
    pub evidence: EvidenceFacts,
}

/// The operator and his log.
#[derive(Debug, Clone)]
pub struct OperatorFacts {
    /// BIN.
    pub bin: Bin,
    /// Name.
    pub name: String,
    /// Origin of the log.
    pub log_origin: String,
    /// Verifier key of the log.
    pub log_key: String,
    /// Address of the public page where anybody looks up an extract's number; none where the service has no known address.
    pub registry: Option<String>,
}

/// The authorised officer.
#[derive(Debug, Clone)]
pub struct OfficerFacts {
    /// IIN: must be that of the certificate he signs with.
    pub iin: Iin,
    /// Name.
    pub name: String,
}

/// The request.
#[derive(Debug, Clone)]
pub struct RequestFacts {
    /// Who asked.
    pub asked_by: AskerFacts,
    /// The ground.
    pub ground: String,
    /// What was asked for, in the asker's words.
    pub scope: String,
    /// Whose entries of which time, where that was asked for.
    pub period: Option<PeriodFacts>,
    /// The session or the message, where that was asked for.
    pub about: Option<About>,
}

impl RequestFacts {
    /// The scope as it is registered and stands in the extract: the asker's words, and with a period whose and which, or the
    /// session or the message, so that nobody has to take them from the words.
    #[must_use]
    pub fn scope_words(&self) -> String {
        let period = self.period_record().map(|period| period.words());
        let about = self.about.map(|about| about.record().words());
        format!("{}{}", self.scope, period.or(about).unwrap_or_default())
    }

    pub(super) fn period_record(&self) -> Option<PeriodRecord> {
        let period = self.period?;
        Some(PeriodRecord { party: period.party.key(), from: period.from.to_string(), to: period.to.to_string() })
    }
}

/// A party, and the period of which everything of it was asked for.
#[derive(Debug, Clone, Copy)]
pub struct PeriodFacts {
    /// Whose entries.
    pub party: Party,
    /// The first instant.
    pub from: Moment,
    /// The instant that ends it, itself not in it.
    pub to: Moment,
}

/// Who asked.
#[derive(Debug, Clone)]
pub enum AskerFacts {
    /// A party to everything that is shown, and its name.
    Party(Party, String),
    /// A court or a body, by an approved request.
    CourtRequest {
        /// The id of its record.
        id: CourtRequestId,
        /// The court or the body.
        authority: String,
        /// The number that it gave its request.
        reference: String,
        /// The date of the request, `YYYY-MM-DD`.
        dated: String,
    },
}

/// A document.
#[derive(Debug, Clone)]
pub struct DocumentFacts {
    /// Its id.
    pub id: DocumentId,
    /// Code of its kind.
    pub kind: String,
    /// Its number.
    pub number: String,
    /// Its title.
    pub title: String,
    /// Its date.
    pub date: Option<CivilDate>,
    /// Code of its state.
    pub state: String,
    /// Who sent it, and his name.
    pub sender: (Party, String),
    /// To whom, and his name.
    pub recipient: (Party, String),
    /// Number and instant of the entry that recorded it.
    pub recorded: Option<(u64, Moment)>,
    /// The original.
    pub original: FileFacts,
    /// The attachments, in order.
    pub attachments: Vec<FileFacts>,
    /// The signatures, in the order made.
    pub signatures: Vec<SignatureFacts>,
    /// The operator's receipts: CMS with content.
    pub receipts: Vec<Vec<u8>>,
    /// The verification protocol.
    pub conditions: Vec<ConditionFacts>,
}

/// A file.
#[derive(Debug, Clone)]
pub struct FileFacts {
    /// Its real name.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Its octets.
    pub bytes: Vec<u8>,
}

/// A client's signature.
#[derive(Debug, Clone)]
pub struct SignatureFacts {
    /// Its id.
    pub id: SignatureId,
    /// `sender` or `recipient`.
    pub side: String,
    /// The CMS as received, octet for octet.
    pub cms: Vec<u8>,
    /// The time stamp token over the signature value that the operator fetched on receipt.
    pub time_stamp: Option<Vec<u8>>,
    /// SHA-256 of the signer's certificate.
    pub certificate_sha256: [u8; 32],
    /// Name in the certificate.
    pub common_name: String,
    /// IIN in the certificate.
    pub iin: Option<Iin>,
    /// BIN in the certificate.
    pub bin: Option<Bin>,
    /// Code of the role.
    pub role: String,
    /// The signer's own signing time.
    pub claimed_at: Option<Moment>,
    /// Instant of the time stamp.
    pub proven_at: Option<Moment>,
    /// Instant at which the certificate was judged.
    pub checked_at: Moment,
    /// Indication of that judgement.
    pub indication: String,
    /// Its sub-indication.
    pub sub_indication: Option<String>,
    /// Number of the entry that recorded the signature.
    pub entry: Option<u64>,
    /// Cases that contest it.
    pub contested_by: Vec<CaseId>,
}

/// One of the four conditions.
#[derive(Debug, Clone)]
pub struct ConditionFacts {
    /// Its word.
    pub condition: String,
    /// The clause of the agreement.
    pub clause: String,
    /// Whether it holds.
    pub holds: bool,
    /// The evidence.
    pub evidence: Value,
}

/// A case of key compromise.
#[derive(Debug, Clone)]
pub struct CaseFacts {
    /// Its id.
    pub id: CaseId,
    /// SHA-256 of the certificate.
    pub certificate_sha256: [u8; 32],
    /// When the notice was received.
    pub reported_at: Moment,
    /// Since when the key is declared compromised.
    pub compromised_since: Moment,
    /// The cut-off, once decided.
    pub cut_off: Option<Moment>,
    /// `open`, `annulled` or `lifted`.
    pub state: String,
    /// Documents of this extract that it contests.
    pub documents: Vec<DocumentId>,
}

/// Entries, proofs and the checkpoint that they lead to.
#[derive(Debug, Clone)]
pub struct JournalFacts {
    /// The entries, in any order.
    pub entries: Vec<EntryFacts>,
    /// The signed note.
    pub checkpoint: String,
    /// Size of the log at the checkpoint.
    pub size: u64,
    /// Root of the log at the checkpoint.
    pub root: [u8; 32],
    /// Time stamp token over the SHA-256 of the note's octets.
    pub time_stamp: Option<Vec<u8>>,
    /// The subjects of which every entry is here.
    pub subjects: Vec<SubjectFacts>,
    /// The seal that shows how many entries each had when it was made.
    pub seal: Option<SealFacts>,
}

/// A seal of the log.
#[derive(Debug, Clone, Copy)]
pub struct SealFacts {
    /// Number of its entry, which is among those here.
    pub entry: u64,
    /// Size of the log that it seals.
    pub size: u64,
}

/// An entry.
#[derive(Debug, Clone)]
pub struct EntryFacts {
    /// Its number.
    pub seq: u64,
    /// Its body, octet for octet.
    pub body: Vec<u8>,
    /// Its leaf hash.
    pub leaf: [u8; 32],
    /// The values to reveal.
    pub openings: Vec<OpeningFacts>,
    /// The hashes from the leaf to the root of [`JournalFacts::size`].
    pub proof: Vec<[u8; 32]>,
}

/// A value to reveal.
#[derive(Debug, Clone)]
pub struct OpeningFacts {
    /// `actor`, `subj` or `payload`.
    pub place: String,
    /// Position in the entry's array.
    pub index: usize,
    /// The salt.
    pub salt: [u8; 32],
    /// The value.
    pub value: Value,
}

/// A subject whose entries are all here.
#[derive(Debug, Clone)]
pub struct SubjectFacts {
    /// `document:<id>`, `case:<id>`, `offer:<id>`, `party:<key>`.
    pub identity: String,
    /// Its pseudonym in the log.
    pub pseudonym: String,
    /// The proof that this is the pseudonym of that identity.
    pub proof: [u8; 80],
    /// What the sealed map shows of it, where the extract has a seal.
    pub sealed: Option<SealedFacts>,
    /// What of its history was pruned.
    pub pruned: Option<PrunedFacts>,
    /// Numbers of its entries, from its first to its last; where some were pruned, of those that follow.
    pub entries: Vec<u64>,
}

/// The beginning of a history that was pruned.
#[derive(Debug, Clone)]
pub struct PrunedFacts {
    /// How many entries.
    pub count: u64,
    /// Number of the last of them.
    pub seq: u64,
    /// Its leaf hash.
    pub leaf: [u8; 32],
    /// Its instant.
    pub at: Moment,
    /// Its body, octet for octet.
    pub body: Vec<u8>,
    /// That it is in the log of the checkpoint.
    pub proof: Vec<[u8; 32]>,
}

/// What the sealed map shows of a subject.
#[derive(Debug, Clone)]
pub struct SealedFacts {
    /// Another subject that stands in its place.
    pub other: Option<OtherSubjectFacts>,
    /// The other halves on the way to its place, from the map's root down.
    pub hashes: Vec<[u8; 32]>,
}

/// A subject that stands where another one would.
#[derive(Debug, Clone, Copy)]
pub struct OtherSubjectFacts {
    /// Its pseudonym.
    pub subject: [u8; 32],
    /// How many entries it had.
    pub count: u64,
    /// The number of the newest.
    pub seq: u64,
    /// Its leaf hash.
    pub leaf: [u8; 32],
}

/// What the certificates were judged by. Doubles are written once.
#[derive(Debug, Clone, Default)]
pub struct EvidenceFacts {
    /// Certificates, DER.
    pub certificates: Vec<Vec<u8>>,
    /// OCSP responses, DER.
    pub ocsp: Vec<Vec<u8>>,
    /// Revocation lists, DER.
    pub crls: Vec<Vec<u8>>,
}
