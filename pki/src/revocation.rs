//! Whether a certificate was revoked at a moment, as far as evidence shows: evidence and time in, a status out.
//!
//! * Evidence counts only when its signature verifies and its signer may speak for the issuer.
//! * A revocation, once told, stands, however old the evidence; only a hold may be lifted by newer evidence.
//! * "Not revoked" needs fresh evidence ([`crate::policy::Freshness`]). Silence is never "good".
//!
//! Source: RFC 5280 §5 and §6.3; RFC 6960 §3.2, §4.2.2; EN 319 102-1 §5.2.5; nca-rk.md section 5.

use crate::algorithm::{SignatureAlgorithm, UnsupportedAlgorithm};
use crate::certificate::Certificate;
use crate::crl::{CertificateList, ReasonCode};
use crate::ocsp::OcspResponse;
use crate::path::{Budget, BudgetExhausted, VerifiedPath};
use crate::policy::{AlgorithmPolicy, AlgorithmTrust, Freshness, RevocationPolicy};
use crate::time::{Moment, Span};

mod from_crl;
mod from_ocsp;
mod weigh;

pub(crate) use from_crl::reasons_covered;
pub(crate) use weigh::is_harmless;
use weigh::weigh;

/// Certificates and revocation data at hand; nobody vouches for any of it.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// Certificates that may help to build paths or to check who signed evidence.
    pub certificates: Vec<Certificate>,
    /// CRLs, full and delta.
    pub crls: Vec<CertificateList>,
    /// OCSP responses.
    pub ocsp: Vec<OcspResponse>,
}

/// What kind of evidence settled a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProofSource {
    /// A CRL.
    Crl,
    /// An OCSP response.
    Ocsp,
}

impl ProofSource {
    /// A stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            ProofSource::Crl => "crl",
            ProofSource::Ocsp => "ocsp",
        }
    }
}

/// What kind of object a digest is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ObjectKind {
    /// A certificate.
    Certificate,
    /// A CRL.
    Crl,
    /// An OCSP response.
    OcspResponse,
}

/// An object that was used, by its digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UsedObject {
    /// What it is.
    pub kind: ObjectKind,
    /// SHA-256 of it, as received.
    pub sha256: [u8; 32],
}

impl UsedObject {
    pub(crate) fn certificate(certificate: &Certificate) -> Self {
        UsedObject { kind: ObjectKind::Certificate, sha256: certificate.sha256() }
    }
}

/// The item of evidence that settled a status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationProof {
    /// What it is.
    pub source: ProofSource,
    /// SHA-256 of it, as received.
    pub sha256: [u8; 32],
    /// Since when what it says is known.
    pub this_update: Moment,
    /// When newer information was promised.
    pub next_update: Option<Moment>,
    /// When an OCSP response was signed.
    pub produced_at: Option<Moment>,
    /// Why the certificate is revoked: the standard's word.
    pub revocation_reason: Option<&'static str>,
    /// What the item would not count without: the certificates of a signer other than the issuer, the evidence on them,
    /// the list a delta is put on, the lists for the other reasons.
    pub rests_on: Vec<UsedObject>,
}

impl RevocationProof {
    /// The item itself.
    pub fn object(&self) -> UsedObject {
        let kind = match self.source {
            ProofSource::Crl => ObjectKind::Crl,
            ProofSource::Ocsp => ObjectKind::OcspResponse,
        };
        UsedObject { kind, sha256: self.sha256 }
    }

    /// The item and all it rests on.
    pub fn objects(&self) -> impl Iterator<Item = UsedObject> {
        std::iter::once(self.object()).chain(self.rests_on.iter().copied())
    }
}

/// What is known of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Not revoked at the moment asked about, by fresh evidence.
    Good,
    /// Revoked for good; `since` may lie after the moment asked about, and the certificate was then good at it.
    Revoked {
        /// Revocation date.
        since: Moment,
        /// Why.
        reason: Option<ReasonCode>,
    },
    /// Suspended by the CA; may be lifted.
    OnHold {
        /// Since when.
        since: Moment,
    },
    /// Nothing says; English, for experts.
    Unknown {
        /// Why not.
        why: &'static str,
    },
}

/// A status, and by what it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The status.
    pub status: Status,
    /// `None` for an unknown status.
    pub proof: Option<RevocationProof>,
}

/// Which place a certificate has in its path: the docflow's stricter freshness is meant for the end of it alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The target.
    Target,
    /// A CA above it.
    Ca,
}

/// The question put to the evidence.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Whose status.
    pub certificate: &'a Certificate,
    /// Who issued it.
    pub issuer: &'a Certificate,
    /// The path it is in: whoever signs a CRL with another key than the issuer's must lead to the same anchor.
    pub path: &'a VerifiedPath,
    /// Its place in the path.
    pub place: Place,
    /// At which moment.
    pub at: Moment,
    /// What is demanded of evidence.
    pub policy: &'a RevocationPolicy,
    /// With what "not revoked" may be signed; `None`: with whatever is known.
    pub algorithms: Option<&'a AlgorithmPolicy>,
}

/// One authentic statement about the certificate.
#[derive(Debug, Clone)]
struct Statement {
    says: Says,
    /// For which reasons of revocation it speaks; less than [`ALL_REASONS`] only in a CRL for some reasons.
    covers: u16,
    proof: RevocationProof,
    /// It would say "not revoked" if it were signed with what is trusted.
    is_weak: bool,
}

/// Why a status is unknown when all that says "not revoked" is signed with what is not trusted.
pub(crate) const WEAKLY_SIGNED: &str = "the evidence on it is signed with an algorithm that is not trusted";

/// Every reason of ReasonFlags, in the bits in which it is read: bit 0 of the standard, which is unused, is the highest.
pub(crate) const ALL_REASONS: u16 = 0x7f80;

#[derive(Debug, Clone, Copy)]
enum Says {
    /// Not revoked; `fresh`: it counts for the moment asked about.
    Good {
        fresh: bool,
    },
    Revoked {
        since: Moment,
        reason: Option<ReasonCode>,
    },
    OnHold {
        since: Moment,
    },
    /// Neither: the responder does not know the certificate, or the list contradicts itself.
    Unknown {
        fresh: bool,
        why: &'static str,
    },
}

/// The status of the certificate in question. Empty evidence gives `Unknown`, never `Good`. Cost: at most one signature
/// check per item, under `budget`.
///
/// # Errors
/// [`BudgetExhausted`].
pub(crate) fn revocation_status(
    question: &Question<'_>,
    evidence: &Evidence,
    budget: &mut Budget,
) -> Result<Finding, BudgetExhausted> {
    let mut statements = Vec::new();
    let mut why = "there is no evidence on it";
    for response in &evidence.ocsp {
        match from_ocsp::statement(question, response, evidence, budget)? {
            Ok(statement) => statements.push(statement),
            Err(reason) => why = reason.unwrap_or(why),
        }
    }
    from_crl::statements(question, evidence, from_crl::Signers::Any, &mut statements, &mut why, budget)?;
    Ok(weigh(statements, question, why))
}

/// Whether "not revoked", signed with `algorithm` at `made`, is signed with what was trusted then and at the moment asked
/// about; `signer` is who signed in place of the issuer, whose own key and signature count as well. A revocation counts
/// however it is signed. Source: EN 319 102-1 §5.2.8, which asks it of everything that a verdict rests on.
fn is_well_signed(
    question: &Question<'_>,
    algorithm: Result<SignatureAlgorithm, UnsupportedAlgorithm>,
    signer: Option<&Certificate>,
    made: Moment,
) -> bool {
    let Some(policy) = question.algorithms else { return true };
    let at = made.max(question.at);
    let digest = |algorithm: Result<SignatureAlgorithm, UnsupportedAlgorithm>| {
        algorithm.is_ok_and(|algorithm| policy.digest(algorithm.digest(), at) == AlgorithmTrust::Trusted)
    };
    let key = |certificate: &Certificate| {
        let key = certificate.public_key();
        key.is_ok_and(|key| policy.key(key.key_algorithm_name(), key.bits(), at) == AlgorithmTrust::Trusted)
    };
    digest(algorithm) && signer.is_none_or(|signer| key(signer) && digest(signer.signature_algorithm()))
}

/// The certificate of who signed an item in place of the issuer: the first of what the item rests on.
fn signer_in<'c>(
    rests_on: &[UsedObject],
    mut certificates: impl Iterator<Item = &'c Certificate>,
) -> Option<&'c Certificate> {
    let first = rests_on.first().filter(|first| first.kind == ObjectKind::Certificate)?;
    certificates.find(|certificate| certificate.sha256() == first.sha256)
}

/// The times of an item of evidence.
struct Window {
    source: ProofSource,
    this_update: Moment,
    next_update: Option<Moment>,
    /// From when on the item does not forget expired certificates; `None`: it may forget them at once.
    remembers_expired_since: Option<Moment>,
}

/// Whether "not revoked", said in this window, counts for the question.
fn is_fresh(question: &Question<'_>, window: &Window) -> bool {
    let Window { source, this_update, next_update, .. } = window;
    // What was issued after the certificate ended may have dropped it: then it says nothing of it.
    let ended = question.certificate.not_after();
    let speaks = *this_update <= ended || window.remembers_expired_since.is_some_and(|since| since <= ended);
    if !speaks || next_update.is_some_and(|next| next < *this_update) {
        return false;
    }
    let until = match (next_update, source) {
        (Some(next), _) => Some(*next),
        (None, ProofSource::Ocsp) => {
            this_update.checked_add(Span::seconds(i64::from(question.policy.ocsp_without_next_update_secs)))
        }
        (None, ProofSource::Crl) => None,
    };
    let in_window = *this_update <= question.at && until.is_some_and(|until| question.at < until);
    let issued_after = *this_update >= question.at.truncate_to_seconds();
    (in_window || issued_after) && is_of_the_demanded_age(question, window)
}

fn is_of_the_demanded_age(question: &Question<'_>, window: &Window) -> bool {
    let issued_at_or_after = |moment: Moment| window.this_update >= moment.truncate_to_seconds();
    match (question.place, question.policy.freshness, window.source) {
        (Place::Ca, _, _) | (Place::Target, Freshness::Default, _) => true,
        (Place::Target, Freshness::IssuedAtOrAfter(moment), _) => issued_at_or_after(moment),
        (Place::Target, Freshness::CrlUntilNextUpdate(moment), ProofSource::Ocsp) => issued_at_or_after(moment),
        (Place::Target, Freshness::CrlUntilNextUpdate(_), ProofSource::Crl) => true,
    }
}
