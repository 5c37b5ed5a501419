//! What a validation found, as facts: nothing here decides and nothing here is text for people
//! (a check is translated by its name; `detail` is English for experts).
//!
//! Vocabulary: ETSI EN 319 102-1 section 5.1.3. As a file for other programs: [`etsi`].

use crate::certificate::Certificate;
use crate::cms::CertificateReference;
use crate::digest::Digest;
use crate::nca::SubjectFacts;
use crate::oid::Oid;
use crate::path::VerifiedPath;
use crate::revocation::RevocationProof;
use crate::time::Moment;

pub mod etsi;
mod xml_writer;

/// The verdict on one signature, or the worst one of several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Indication {
    /// Everything that had to be proven is proven.
    TotalPassed,
    /// Neither proven nor refuted: something is missing.
    Indeterminate,
    /// Refuted for good.
    TotalFailed,
}

impl Indication {
    /// The word of the standard.
    pub const fn as_str(self) -> &'static str {
        match self {
            Indication::TotalPassed => "TOTAL-PASSED",
            Indication::Indeterminate => "INDETERMINATE",
            Indication::TotalFailed => "TOTAL-FAILED",
        }
    }
}

/// The main reason of a verdict that is not TOTAL-PASSED.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each variant is the standard's own word, given by as_str")]
pub enum SubIndication {
    FormatFailure,
    HashFailure,
    SigCryptoFailure,
    Revoked,
    Expired,
    NotYetValid,
    SigConstraintsFailure,
    ChainConstraintsFailure,
    CertificateChainGeneralFailure,
    CryptoConstraintsFailure,
    CryptoConstraintsFailureNoPoe,
    TimestampOrderFailure,
    NoSigningCertificateFound,
    NoCertificateChainFound,
    RevokedNoPoe,
    RevokedCaNoPoe,
    OutOfBoundsNoPoe,
    OutOfBoundsNotRevoked,
    TryLater,
    SignedDataNotFound,
}

impl SubIndication {
    /// The word of the standard, as it stands in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            SubIndication::FormatFailure => "FORMAT_FAILURE",
            SubIndication::HashFailure => "HASH_FAILURE",
            SubIndication::SigCryptoFailure => "SIG_CRYPTO_FAILURE",
            SubIndication::Revoked => "REVOKED",
            SubIndication::Expired => "EXPIRED",
            SubIndication::NotYetValid => "NOT_YET_VALID",
            SubIndication::SigConstraintsFailure => "SIG_CONSTRAINTS_FAILURE",
            SubIndication::ChainConstraintsFailure => "CHAIN_CONSTRAINTS_FAILURE",
            SubIndication::CertificateChainGeneralFailure => "CERTIFICATE_CHAIN_GENERAL_FAILURE",
            SubIndication::CryptoConstraintsFailure => "CRYPTO_CONSTRAINTS_FAILURE",
            SubIndication::CryptoConstraintsFailureNoPoe => "CRYPTO_CONSTRAINTS_FAILURE_NO_POE",
            SubIndication::TimestampOrderFailure => "TIMESTAMP_ORDER_FAILURE",
            SubIndication::NoSigningCertificateFound => "NO_SIGNING_CERTIFICATE_FOUND",
            SubIndication::NoCertificateChainFound => "NO_CERTIFICATE_CHAIN_FOUND",
            SubIndication::RevokedNoPoe => "REVOKED_NO_POE",
            SubIndication::RevokedCaNoPoe => "REVOKED_CA_NO_POE",
            SubIndication::OutOfBoundsNoPoe => "OUT_OF_BOUNDS_NO_POE",
            SubIndication::OutOfBoundsNotRevoked => "OUT_OF_BOUNDS_NOT_REVOKED",
            SubIndication::TryLater => "TRY_LATER",
            SubIndication::SignedDataNotFound => "SIGNED_DATA_NOT_FOUND",
        }
    }
}

/// What the mathematics said, before any question of trust.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CryptoOutcome {
    /// Digest and signature value fit.
    Ok,
    /// The content is not what was signed.
    HashFailure,
    /// The signature value does not fit the key.
    SigCryptoFailure,
    /// Not computed: content or certificate missing, or the structure forbids it.
    NotChecked,
    /// An algorithm this crate does not know.
    Unsupported,
}

impl CryptoOutcome {
    /// The word of the contract.
    pub const fn as_str(self) -> &'static str {
        match self {
            CryptoOutcome::Ok => "ok",
            CryptoOutcome::HashFailure => "hash_failure",
            CryptoOutcome::SigCryptoFailure => "sig_crypto_failure",
            CryptoOutcome::NotChecked => "not_checked",
            CryptoOutcome::Unsupported => "unsupported",
        }
    }
}

/// The level a signature has by what it contains; whether the contents hold is the verdict's business.
///
/// Source: ETSI EN 319 122-1 section 6.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SignatureLevel {
    /// Plain CMS: no reference to the signing certificate is signed.
    Cms,
    /// With a signed reference to the signing certificate.
    CadesB,
    /// And a signature time stamp over this very signature value.
    CadesT,
    /// And revocation evidence about the signer inside.
    CadesLt,
    /// And an archive time stamp.
    CadesLta,
    /// An XML signature, whatever properties it has.
    XmlDsig,
}

impl SignatureLevel {
    /// The word of the contract.
    pub const fn as_str(self) -> &'static str {
        match self {
            SignatureLevel::Cms => "CMS",
            SignatureLevel::CadesB => "CAdES-B",
            SignatureLevel::CadesT => "CAdES-T",
            SignatureLevel::CadesLt => "CAdES-LT",
            SignatureLevel::CadesLta => "CAdES-LTA",
            SignatureLevel::XmlDsig => "XMLDSig",
        }
    }
}

/// How much of the document the signature covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Coverage {
    /// All of it; a CMS signature always does, an XML signature when only signatures are left out.
    All,
    /// A part of it: which one is told by a check.
    Part,
}

impl Coverage {
    /// The word of the contract.
    pub const fn as_str(self) -> &'static str {
        match self {
            Coverage::All => "all",
            Coverage::Part => "part",
        }
    }
}

/// The answer to one question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CheckOutcome {
    /// It holds.
    Yes,
    /// It does not hold.
    No,
    /// It could not be asked, or the policy does not ask it.
    NotChecked,
}

impl CheckOutcome {
    /// `Some(true)`, `Some(false)`, or `None` when not checked.
    pub const fn as_bool(self) -> Option<bool> {
        match self {
            CheckOutcome::Yes => Some(true),
            CheckOutcome::No => Some(false),
            CheckOutcome::NotChecked => None,
        }
    }
}

impl From<bool> for CheckOutcome {
    fn from(holds: bool) -> Self {
        if holds { CheckOutcome::Yes } else { CheckOutcome::No }
    }
}

/// A question a validation may ask: a stable name for translators and the clause that asks it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Kebab-case, never reused for another question.
    pub name: &'static str,
    /// Standard and clause.
    pub clause: &'static str,
}

/// One question asked of one object, and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The rule's name (see [`crate::validate::RULES`]).
    pub name: &'static str,
    /// The answer.
    pub ok: CheckOutcome,
    /// The rule's clause.
    pub clause: &'static str,
    /// English, for experts; empty when the name says all.
    pub detail: String,
}

impl Check {
    /// The answer to `rule`.
    pub fn new(rule: Rule, ok: impl Into<CheckOutcome>, detail: impl Into<String>) -> Self {
        Check { name: rule.name, ok: ok.into(), clause: rule.clause, detail: detail.into() }
    }
}

/// Which item of evidence settled the status of which certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceUsed {
    /// Whose status.
    pub certificate: Certificate,
    /// `good` or `revoked`.
    pub status: &'static str,
    /// Since when the certificate is revoked or on hold, when it is.
    pub revoked_since: Option<Moment>,
    /// The CRL or OCSP response.
    pub proof: RevocationProof,
}

/// An algorithm that was not trusted when it had to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DistrustedAlgorithm {
    /// Which one; `None` when it cannot be read.
    pub algorithm: Option<Oid>,
    /// SHA-256 of the certificate whose key or signature it is of; `None` for one of the signature or token itself.
    pub certificate_sha256: Option<[u8; 32]>,
    /// The first moment at which it was no longer trusted; `None` when it never was.
    pub until: Option<Moment>,
}

/// What one time-stamp token proves and why.
#[derive(Debug, Clone)]
pub struct TimeStampReport {
    /// Over what the token was looked at.
    pub kind: TimeStampKind,
    /// SHA-256 of the token, as received.
    pub sha256: [u8; 32],
    /// The token's own time; trusted only when `proven`.
    pub gen_time: Moment,
    /// The TSA's policy.
    pub policy: Oid,
    /// The digest of the imprint.
    pub imprint_algorithm: Oid,
    /// Serial number of the token, lower-case hexadecimal of the INTEGER's octets.
    pub serial: String,
    /// Whether everything holds, so that `gen_time` is a proof of existence.
    pub proven: bool,
    /// The first reason why not: the name of the failed check's rule.
    pub reason: Option<&'static str>,
    /// The TSA's certificate, when it was found.
    pub certificate: Option<Certificate>,
    /// Path from it to an anchor, judged at `gen_time`.
    pub path: Option<VerifiedPath>,
    /// Since when a later token proves this one to exist: it had to hold only until then.
    pub exists_since: Option<Moment>,
    /// What of the message an archive time stamp does not cover, for experts.
    pub left_out: Vec<String>,
    /// Every question asked.
    pub checks: Vec<Check>,
    /// Revocation evidence about the TSA's certificates.
    pub evidence_used: Vec<EvidenceUsed>,
    /// The worst of the algorithms that are not trusted.
    pub distrusted: Option<DistrustedAlgorithm>,
}

/// What a time stamp covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimeStampKind {
    /// The signature value (unsigned attribute): the signature existed then.
    Signature,
    /// The content (signed attribute): the signature was made after it.
    Content,
    /// The whole signature with what proves it (unsigned attribute): it all existed then.
    Archive,
    /// Data given by the caller.
    Data,
}

impl TimeStampKind {
    /// A stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            TimeStampKind::Signature => "signature",
            TimeStampKind::Content => "content",
            TimeStampKind::Archive => "archive",
            TimeStampKind::Data => "data",
        }
    }
}

/// What of a signature is named in a report by its octets or digests. No verdict rests on it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SignatureMaterial {
    /// The signature value.
    pub value: Vec<u8>,
    /// Digest of what the key signed, under the signature's own digest algorithm; `None` when it is not known or not at
    /// hand.
    pub representation: Option<Digest>,
    /// Digest of the document that was looked at: SHA-256 when its octets are at hand, else the one that was given.
    pub document: Option<Digest>,
    /// Whether the document was given by its digest alone.
    pub document_by_digest: bool,
    /// What the signer wrote as the digest of the document.
    pub claimed_digest: Option<Vec<u8>>,
    /// The signed references to certificates.
    pub references: Vec<CertificateReference>,
}

/// What a proof of existence is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ExistingObject {
    /// A signature value.
    Signature,
    /// A certificate.
    Certificate,
    /// A CRL.
    Crl,
    /// An OCSP response.
    Ocsp,
    /// A time-stamp token.
    TimeStamp,
}

impl ExistingObject {
    /// A stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            ExistingObject::Signature => "signature",
            ExistingObject::Certificate => "certificate",
            ExistingObject::Crl => "crl",
            ExistingObject::Ocsp => "ocsp",
            ExistingObject::TimeStamp => "time-stamp",
        }
    }
}

/// A proof of existence. Source: EN 319 102-1 §5.6.2.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Existence {
    /// Of what.
    pub object: ExistingObject,
    /// SHA-256 of its octets (of a signature: of the value).
    pub sha256: [u8; 32],
    /// Since when it is proven to exist.
    pub since: Moment,
}

/// Everything found about one signature.
#[derive(Debug, Clone)]
pub struct SignatureReport {
    /// The verdict.
    pub indication: Indication,
    /// Its main reason; `None` exactly when TOTAL-PASSED.
    pub sub_indication: Option<SubIndication>,
    /// The mathematics alone.
    pub crypto: CryptoOutcome,
    /// By contents.
    pub level: SignatureLevel,
    /// The certificate used, when one was found.
    pub certificate: Option<Certificate>,
    /// Whom it names.
    pub signer: Option<SubjectFacts>,
    /// The signer's own signing time: proves nothing.
    pub claimed_at: Option<Moment>,
    /// Earliest time proven by a signature time stamp.
    pub proven_at: Option<Moment>,
    /// The moment the certificate was judged at: `proven_at`, else the caller's moment.
    pub judged_at: Moment,
    /// How much is covered.
    pub covers: Coverage,
    /// Signature algorithm and digest, as object identifiers; [`crate::oid::NO_ALGORITHM`] where an XML signature names
    /// one that is not known (a check tells its name).
    pub signature_algorithm: Oid,
    /// Digest of the content; of several the first.
    pub digest_algorithm: Oid,
    /// What identifies the signature and its document.
    pub material: SignatureMaterial,
    /// Every question asked, in order.
    pub checks: Vec<Check>,
    /// Path from the signer's certificate to an anchor, when one holds at `judged_at`.
    pub path: Option<VerifiedPath>,
    /// Why there is none: the code of the path error.
    pub path_error: Option<&'static str>,
    /// Since when the signer or a CA of the chain is revoked, whether before or after `judged_at`.
    pub revoked_since: Option<Moment>,
    /// The evidence behind the statuses, in the order of the chain.
    pub evidence_used: Vec<EvidenceUsed>,
    /// The worst of the algorithms that were not trusted.
    pub distrusted: Option<DistrustedAlgorithm>,
    /// Every time-stamp token looked at: over the content, over the signature value, archive from the newest on.
    pub time_stamps: Vec<TimeStampReport>,
    /// What its time stamps prove, sorted by digest.
    pub existence: Vec<Existence>,
    /// Those over the value of this signature, each judged by itself: this verdict does not depend on them.
    pub counter_signatures: Vec<SignatureReport>,
}

/// Everything found about one CMS message or XML document.
#[derive(Debug, Clone)]
pub struct ValidationReport {
    /// The worst of the signatures; TOTAL-FAILED when there is none.
    pub indication: Indication,
    /// The moment that was asked about.
    pub at: Moment,
    /// In the order of the message.
    pub signatures: Vec<SignatureReport>,
}
