//! What can be wrong with an extract: one stable word each, with its weight. The text for people is
//! `extract-fault-<word>`.

use qolhat_pki::report::{Indication, SubIndication};

/// The main reason of a verdict that is not TOTAL-PASSED; the first in this order is the one reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExtractSubIndication {
    /// The container or a JSON file is not what the format says.
    FormatFailure,
    /// A content is not the one that was signed.
    HashFailure,
    /// The operator is another than pinned, or the seal is not the operator's.
    OperatorMismatch,
    /// The log is another than pinned.
    LogMismatch,
    /// The second signature is not that of the officer named.
    OfficerMismatch,
    /// A note, entry, proof, opening or counter does not hold.
    JournalFailure,
    /// The documents say something else than the journal.
    FactsMismatch,
    /// No operator, or no log key, was pinned.
    OperatorNotPinned,
    /// A pinned witness has not cosigned.
    WitnessNotFound,
    /// When the checkpoint was, or how much later the seal is, is not proven.
    CheckpointNotProven,
    /// A lower level of completeness is shown than the reader demands.
    LevelNotShown,
    /// No time stamp proves that a signature was there when the journal says so.
    NoPoe,
    /// That of a signature or time stamp. Source: EN 319 102-1.
    Signature(SubIndication),
}

impl ExtractSubIndication {
    /// The word of the contract.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FormatFailure => "FORMAT_FAILURE",
            Self::HashFailure => "HASH_FAILURE",
            Self::OperatorMismatch => "OPERATOR_MISMATCH",
            Self::LogMismatch => "LOG_MISMATCH",
            Self::OfficerMismatch => "OFFICER_MISMATCH",
            Self::JournalFailure => "JOURNAL_FAILURE",
            Self::FactsMismatch => "FACTS_MISMATCH",
            Self::OperatorNotPinned => "OPERATOR_NOT_PINNED",
            Self::WitnessNotFound => "WITNESS_NOT_FOUND",
            Self::CheckpointNotProven => "CHECKPOINT_NOT_PROVEN",
            Self::LevelNotShown => "LEVEL_NOT_SHOWN",
            Self::NoPoe => "NO_POE",
            Self::Signature(sub) => sub.as_str(),
        }
    }

    /// Place in the order; the smaller is reported.
    pub(super) const fn rank(self) -> u8 {
        match self {
            Self::FormatFailure => 0,
            Self::HashFailure => 1,
            Self::OperatorMismatch => 2,
            Self::LogMismatch => 3,
            Self::OfficerMismatch => 4,
            Self::JournalFailure => 5,
            Self::FactsMismatch => 6,
            Self::OperatorNotPinned => 7,
            Self::WitnessNotFound => 8,
            Self::Signature(_) => 9,
            Self::CheckpointNotProven => 10,
            Self::NoPoe => 11,
            Self::LevelNotShown => 12,
        }
    }
}

macro_rules! faults {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $sub:ident;)+) => {
        /// A way in which an extract is not what it must be.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum FaultCode {
            $($(#[$doc])* $name,)+
            /// A signature or time stamp has this verdict.
            NotProven(Indication, SubIndication),
        }

        impl FaultCode {
            /// All words there are, for the test that each has a text.
            pub const WORDS: &'static [&'static str] = &[$($code,)+ "signature-failed", "signature-undetermined"];

            /// A stable word.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)+
                    Self::NotProven(Indication::TotalFailed, _) => "signature-failed",
                    Self::NotProven(Indication::Indeterminate | Indication::TotalPassed, _) => "signature-undetermined",
                }
            }

            /// The sub-indication that it leads to.
            #[must_use]
            pub const fn sub_indication(self) -> ExtractSubIndication {
                match self {
                    $(Self::$name => ExtractSubIndication::$sub,)+
                    Self::NotProven(_, sub) => ExtractSubIndication::Signature(sub),
                }
            }
        }
    };
}

faults! {
    /// The zip is not the canonical one of its files.
    Container = "container-not-canonical", FormatFailure;
    /// A file that must be there is not.
    FileMissing = "file-missing", FormatFailure;
    /// A file that nothing in the extract speaks of.
    FileUnexpected = "file-unexpected", FormatFailure;
    /// Not the JSON that the format asks for.
    Json = "json-malformed", FormatFailure;
    /// A manifest is not the canonical one of the payload.
    Manifest = "manifest-not-canonical", FormatFailure;
    /// Not one CMS with one signer.
    SignatureForm = "signature-malformed", FormatFailure;
    /// Not a time stamp token, certificate, OCSP response or CRL.
    EvidenceForm = "evidence-malformed", FormatFailure;
    /// A file differs from its digest in a manifest, in its document, or in its own name.
    Digest = "digest-differs", HashFailure;
    /// A manifest lists a file that is not there, or leaves one out.
    ManifestList = "manifest-list-differs", HashFailure;
    /// The CMS carries another content than the file it signs.
    SignedContent = "signed-content-differs", HashFailure;
    /// Another operator than pinned.
    OperatorDiffers = "operator-differs", OperatorMismatch;
    /// The seal is not that of the operator's information system.
    SealDiffers = "seal-is-not-the-operators", OperatorMismatch;
    /// Another log or log key than pinned.
    LogDiffers = "log-differs", LogMismatch;
    /// The officer's signature is not that of the officer named.
    OfficerDiffers = "officer-differs", OfficerMismatch;
    /// The binding note is not by the log key over these four files.
    Binding = "binding-does-not-hold", JournalFailure;
    /// The checkpoint is not signed by the log key.
    CheckpointSignature = "checkpoint-not-signed", JournalFailure;
    /// The checkpoint has another origin, size or root than told.
    CheckpointDiffers = "checkpoint-differs", JournalFailure;
    /// A time stamp over something else than the checkpoint.
    CheckpointTimeStamp = "checkpoint-time-stamp-differs", JournalFailure;
    /// Not an entry of this log.
    Entry = "entry-malformed", JournalFailure;
    /// The body does not have the leaf hash told.
    Leaf = "leaf-differs", JournalFailure;
    /// The inclusion proof does not lead to the checkpoint.
    Proof = "proof-does-not-hold", JournalFailure;
    /// A revealed value is not the one committed to.
    Opening = "opening-does-not-fit", JournalFailure;
    /// The clock of the entries goes back.
    TimeOrder = "entry-time-goes-back", JournalFailure;
    /// An entry tells a later time than that by which the log is proven to hold it.
    TimeAhead = "entry-later-than-proof", JournalFailure;
    /// The statement contradicts itself or claims what version 1 cannot.
    Statement = "statement-malformed", JournalFailure;
    /// The entries of a subject are not its whole history.
    Chain = "subject-history-broken", JournalFailure;
    /// Nothing shows that the pseudonym is the one that the subject has under the key of the log's first entry.
    Pseudonym = "pseudonym-not-proven", JournalFailure;
    /// Nothing shows that a beginning that is called pruned may be gone: that its last entry is in the log and past its term.
    Pruned = "pruned-not-proven", JournalFailure;
    /// The seal named is none, or its map does not show what is told of a subject.
    Seal = "seal-does-not-show", JournalFailure;
    /// The seal named was made more than a day before the checkpoint was stamped.
    SealAge = "seal-too-old", JournalFailure;
    /// The document says something else than its journal entry.
    DocumentDiffers = "document-differs-from-journal", FactsMismatch;
    /// An entry does not reveal what is needed.
    FieldMissing = "entry-field-not-revealed", FactsMismatch;
    /// The state told is not the one that the entries lead to.
    StateDiffers = "state-differs-from-journal", FactsMismatch;
    /// A signature that the document must have is not there.
    SignatureMissing = "signature-missing", FactsMismatch;
    /// The certificate is not the one told, or not one of the party.
    SignerDiffers = "signer-differs", FactsMismatch;
    /// The certificate gives its holder no right to bind the party by such a document.
    SignerAuthority = "signer-may-not-bind", FactsMismatch;
    /// A text for people says something else than the records.
    TextDiffers = "text-differs-from-records", FactsMismatch;
    /// A receipt is not the operator's for this document.
    ReceiptDiffers = "receipt-differs", FactsMismatch;
    /// The extract is not of the party and period that it tells.
    Scope = "scope-differs-from-journal", FactsMismatch;
    /// A message is told otherwise than the journal does.
    MessageDiffers = "message-differs-from-journal", FactsMismatch;
    /// Who asked is not a party to what is shown.
    Asker = "asker-is-no-party", FactsMismatch;
    /// A case of compromise is told otherwise than the journal does, or kept back.
    CaseDiffers = "case-differs-from-journal", FactsMismatch;
    /// No operator or no log key was pinned.
    OperatorNotPinned = "operator-not-pinned", OperatorNotPinned;
    /// A pinned witness has not cosigned the checkpoint.
    WitnessMissing = "witness-missing", WitnessNotFound;
    /// The checkpoint has no time stamp, or one of more than a day before the seal.
    CheckpointAge = "checkpoint-time-not-proven", CheckpointNotProven;
    /// A lower level of completeness than demanded.
    LevelLow = "level-not-shown", LevelNotShown;
    /// No time stamp of before the entry is on the signature.
    SignatureTime = "signature-time-not-proven", NoPoe;
}

impl FaultCode {
    /// Refuted, or neither proven nor refuted.
    #[must_use]
    pub const fn indication(self) -> Indication {
        if let Self::NotProven(indication, _) = self {
            indication
        } else if matches!(
            self,
            Self::OperatorNotPinned | Self::WitnessMissing | Self::CheckpointAge | Self::SignatureTime | Self::LevelLow
        ) {
            Indication::Indeterminate
        } else {
            Indication::TotalFailed
        }
    }
}

/// Something wrong with a named part of an extract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The file concerned, or `zip` for the container's own structure, or `operator.json` for the reader's pins.
    pub part: String,
    /// What is wrong.
    pub code: FaultCode,
    /// What exactly, in English, for experts.
    pub detail: String,
}
