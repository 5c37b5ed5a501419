//! Certification paths: from a certificate up to an anchor, by RFC 5280 section 6.1.
//!
//! A path ends at the first anchor it reaches. The anchor is a name and a key: its dates are not judged, its pathLen
//! and nameConstraints are. A target that is itself an anchor (octet for octet) is a path of one, its dates judged.
//! Candidates are found by name, key identifiers only order them, and a candidate counts only when its key verifies
//! the certificate below; so twins with one name and two keys, cross-certificates and loops need no special care.
//! Several paths may fail for several reasons: the reason of the path that came nearest is reported ([`PathError`]).
//! Revocation is not judged here (see revocation checking and `validate_path`).

mod budget;
mod general_name;
mod judge;
mod name_constraints;
mod names;
mod policy_graph;
mod purpose;
mod search;

pub use budget::Budget;
pub(crate) use budget::{BudgetExhausted, SignatureFit};
pub(crate) use general_name::GeneralName;
pub use names::names_match;
pub(crate) use search::search;

use crate::certificate::Certificate;
use crate::oid::Oid;
use crate::time::Moment;
use crate::trust::TrustStore;

/// What the target's key was used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PathPurpose {
    /// Not judged.
    Any,
    /// Signing documents: nonRepudiation, where there is a keyUsage at all.
    Sign,
    /// Authentication: digitalSignature, and clientAuth where there is an extendedKeyUsage.
    Auth,
    /// Answering OCSP: extendedKeyUsage OCSPSigning.
    Ocsp,
    /// Time stamping: extendedKeyUsage timeStamping, critical and alone.
    Tsa,
    /// Signing CRLs: cRLSign, where there is a keyUsage at all.
    CrlSign,
}

impl PathPurpose {
    /// A stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            PathPurpose::Any => "any",
            PathPurpose::Sign => "sign",
            PathPurpose::Auth => "auth",
            PathPurpose::Ocsp => "ocsp",
            PathPurpose::Tsa => "tsa",
            PathPurpose::CrlSign => "crl-sign",
        }
    }
}

/// How many intermediates a path may have unless the caller says otherwise.
pub const PATH_INTERMEDIATES_MAX: usize = 8;
/// How many intermediates a caller may ask for at most (the search is recursive).
pub const PATH_INTERMEDIATES_LIMIT: usize = 32;

/// The inputs of RFC 5280 6.1.1 that are not certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathOptions {
    /// user-initial-policy-set; empty = anyPolicy.
    pub initial_policies: Vec<Oid>,
    /// initial-explicit-policy.
    pub explicit_policy: bool,
    /// initial-policy-mapping-inhibit.
    pub inhibit_policy_mapping: bool,
    /// initial-any-policy-inhibit.
    pub inhibit_any_policy: bool,
    /// Intermediates between target and anchor, at most; capped by [`PATH_INTERMEDIATES_LIMIT`].
    pub max_depth: usize,
    /// Demands on the target.
    pub purpose: PathPurpose,
}

impl Default for PathOptions {
    fn default() -> Self {
        PathOptions {
            initial_policies: Vec::new(),
            explicit_policy: false,
            inhibit_policy_mapping: false,
            inhibit_any_policy: false,
            max_depth: PATH_INTERMEDIATES_MAX,
            purpose: PathPurpose::Any,
        }
    }
}

impl PathOptions {
    /// Default options for one purpose.
    pub fn for_purpose(purpose: PathPurpose) -> Self {
        PathOptions { purpose, ..PathOptions::default() }
    }

    /// Default options without a demand on the target's purpose.
    pub fn for_any_purpose() -> Self {
        PathOptions::default()
    }

    /// Default options for a signer of documents.
    pub fn for_signing() -> Self {
        PathOptions::for_purpose(PathPurpose::Sign)
    }
}

/// A path that holds at a moment; only [`build_path`] makes one.
#[derive(Debug, Clone)]
pub struct VerifiedPath {
    /// Target first; the anchor is apart, unless the target is the anchor.
    pub(crate) certificates: Vec<Certificate>,
    pub(crate) anchor: Certificate,
    pub(crate) policies: Vec<Oid>,
    pub(crate) at: Moment,
}

impl VerifiedPath {
    /// The target.
    pub fn target(&self) -> Option<&Certificate> {
        self.certificates.first()
    }

    /// Target and intermediates, without the anchor (for a target that is an anchor: the target).
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// The certificate the anchor was taken from.
    pub fn anchor(&self) -> &Certificate {
        &self.anchor
    }

    /// Whether the target is itself the anchor.
    pub fn is_anchor_alone(&self) -> bool {
        matches!(self.certificates.as_slice(), [only] if only.der() == self.anchor.der())
    }

    /// Target to anchor, each certificate once.
    pub fn chain(&self) -> impl Iterator<Item = &Certificate> {
        let anchor = (!self.is_anchor_alone()).then_some(&self.anchor);
        self.certificates.iter().chain(anchor)
    }

    /// Each certificate that somebody else issued, with its issuer, target first: those whose revocation can be asked about.
    pub fn links(&self) -> impl Iterator<Item = (&Certificate, &Certificate)> {
        self.chain().zip(self.chain().skip(1))
    }

    /// The user-constrained policy set, sorted; anyPolicy stands for itself.
    pub fn policies(&self) -> &[Oid] {
        &self.policies
    }

    /// The moment it was judged at.
    pub fn at(&self) -> Moment {
        self.at
    }
}

/// Why there is no path, the most telling reason of all candidates.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the fields are told by the message of each variant")]
pub enum PathError {
    /// Nobody of that name is known.
    #[error("no certificate of the issuer \"{issuer}\" leads to an anchor")]
    NoPath { issuer: String },
    /// Somebody of that name is known and did not sign it.
    #[error("the signature on \"{subject}\" does not verify with the issuer's key")]
    BadSignature { subject: String },
    /// The algorithm of a signature or key is not one of ours.
    #[error("the signature on \"{subject}\" has an algorithm that is not supported")]
    UnsupportedAlgorithm { subject: String },
    /// An extension is there and cannot be read.
    #[error("\"{subject}\" has a malformed extension: {what}")]
    MalformedExtension { subject: String, what: &'static str },
    /// RFC 5280 6.1.4 (k).
    #[error("\"{subject}\" is not a certification authority")]
    NotACa { subject: String },
    /// RFC 5280 6.1.4 (n).
    #[error("the keyUsage of \"{subject}\" does not allow signing certificates")]
    KeyUsage { subject: String },
    /// RFC 5280 6.1.4 (l), (m), or more intermediates than asked for.
    #[error("the path is longer than \"{subject}\" or the caller allows")]
    PathTooLong { subject: String },
    /// RFC 5280 6.1.4 (o), 6.1.5 (f).
    #[error("\"{subject}\" has the unknown critical extension {oid}")]
    UnknownCriticalExtension { subject: String, oid: Oid },
    /// RFC 5280 6.1.3 (b), (c).
    #[error("a name in \"{subject}\" is outside the name constraints above it: {what}")]
    NameConstraints { subject: String, what: &'static str },
    /// RFC 5280 6.1.3 (f), 6.1.4 (a), 6.1.5 (g).
    #[error("the certificate policies of the path do not fit")]
    Policy,
    /// The target is for something else.
    #[error("\"{subject}\" is not for the purpose {purpose}")]
    WrongPurpose { subject: String, purpose: &'static str },
    /// RFC 5280 6.1.3 (a)(2).
    #[error("\"{subject}\" is not valid before {not_before}")]
    NotYetValid { subject: String, not_before: Moment, is_target: bool },
    /// RFC 5280 6.1.3 (a)(2).
    #[error("\"{subject}\" is not valid after {not_after}")]
    Expired { subject: String, not_after: Moment, is_target: bool },
    /// Found by `validate_path`.
    #[error("\"{subject}\" is revoked since {since}")]
    Revoked { subject: String, since: Moment },
    /// Found by `validate_path`.
    #[error("nothing fresh enough says whether \"{subject}\" is revoked: {why}")]
    RevocationUnknown { subject: String, why: &'static str },
    /// The work allowed is used up; final, whatever else might have been found.
    #[error("the search for a path took more work than allowed")]
    BudgetExhausted,
}

impl PathError {
    /// A stable code, kebab-case.
    pub const fn code(&self) -> &'static str {
        match self {
            PathError::NoPath { .. } => "no-path",
            PathError::BadSignature { .. } => "bad-signature",
            PathError::UnsupportedAlgorithm { .. } => "unsupported-algorithm",
            PathError::MalformedExtension { .. } => "malformed-extension",
            PathError::NotACa { .. } => "not-a-ca",
            PathError::KeyUsage { .. } => "key-usage",
            PathError::PathTooLong { .. } => "path-too-long",
            PathError::UnknownCriticalExtension { .. } => "unknown-critical-extension",
            PathError::NameConstraints { .. } => "name-constraints",
            PathError::Policy => "policy",
            PathError::WrongPurpose { .. } => "wrong-purpose",
            PathError::NotYetValid { .. } => "not-yet-valid",
            PathError::Expired { .. } => "expired",
            PathError::Revoked { .. } => "revoked",
            PathError::RevocationUnknown { .. } => "revocation-unknown",
            PathError::BudgetExhausted => "budget-exhausted",
        }
    }

    /// How near the path came: among failed paths the greatest is reported, the first among equals.
    const fn rank(&self) -> u8 {
        match self {
            PathError::NoPath { .. } => 0,
            PathError::UnsupportedAlgorithm { .. } => 1,
            PathError::BadSignature { .. } => 2,
            PathError::PathTooLong { .. } => 3,
            PathError::NotACa { .. } => 4,
            PathError::KeyUsage { .. } => 5,
            PathError::MalformedExtension { .. } => 6,
            PathError::UnknownCriticalExtension { .. } => 7,
            PathError::NameConstraints { .. } => 8,
            PathError::Policy => 9,
            PathError::WrongPurpose { .. } => 10,
            PathError::NotYetValid { .. } => 11,
            PathError::Expired { .. } => 12,
            PathError::RevocationUnknown { .. } => 13,
            PathError::Revoked { .. } => 14,
            PathError::BudgetExhausted => u8::MAX,
        }
    }

    /// The more telling of the two.
    pub(crate) fn or_better(self, other: PathError) -> PathError {
        if other.rank() > self.rank() { other } else { self }
    }
}

impl From<BudgetExhausted> for PathError {
    fn from(_: BudgetExhausted) -> Self {
        PathError::BudgetExhausted
    }
}

/// The path from `target` to an anchor of `trust` that holds at `at`; `intermediates` are believed only as far as
/// signatures lead. Cost: one signature check per candidate with a fitting name, under `budget`.
///
/// # Errors
/// The most telling reason over all candidate paths; [`PathError::BudgetExhausted`] ends the search at once.
///
/// Source: RFC 5280 section 6.1, RFC 9618, RFC 4158 (search).
pub fn build_path(
    target: &Certificate,
    trust: &TrustStore,
    intermediates: &[Certificate],
    at: Moment,
    options: &PathOptions,
    budget: &mut Budget,
) -> Result<VerifiedPath, PathError> {
    search(target, trust, intermediates, at, options, budget, &mut |_, _| Ok(()))
}
