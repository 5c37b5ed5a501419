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

pub(crate) use from_crl::reasons_covered;

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

fn weigh(mut statements: Vec<Statement>, question: &Question<'_>, why: &'static str) -> Finding {
    put_together(&mut statements);
    let known = |status, statement: &Statement| Finding { status, proof: Some(statement.proof.clone()) };
    let known_together = |status, statement: &Statement, other: &Statement| {
        let mut proof = statement.proof.clone();
        if other.proof.sha256 != proof.sha256 {
            proof.rests_on.extend(other.proof.objects());
        }
        Finding { status, proof: Some(proof) }
    };
    let unknown = |why| Finding { status: Status::Unknown { why }, proof: None };
    // The earliest date of all that tell a revocation: a later list may not move it forward in time.
    let revoked = statements.iter().filter_map(|statement| match statement.says {
        Says::Revoked { since, reason } => Some((since, reason, statement)),
        Says::Good { .. } | Says::OnHold { .. } | Says::Unknown { .. } => None,
    });
    let held = held_at(&statements, question.at);
    // The worst reason of all: a CA may learn later what the revocation was for, and tell it anew for the same date.
    let worst = revoked.clone().min_by_key(|(since, reason, _)| (harm(*reason), *since));
    let earliest = revoked.min_by_key(|(since, reason, _)| (*since, harm(*reason)));
    if let (Some((since, _, statement)), Some((_, reason, told_by))) = (earliest, worst) {
        // A revocation after the moment asked about leaves the hold of that moment as it was.
        return match held.filter(|_| since > question.at) {
            Some((since, held)) => known(Status::OnHold { since }, held),
            None => known_together(Status::Revoked { since, reason }, statement, told_by),
        };
    }
    let newest = statements.iter().filter(|statement| counts(&statement.says)).max_by_key(|statement| {
        // Of two statements of one instant the worse one decides.
        let rank = match statement.says {
            Says::OnHold { .. } | Says::Revoked { .. } => 2,
            Says::Unknown { .. } => 1,
            Says::Good { .. } => 0,
        };
        (statement.proof.this_update, rank)
    });
    let unknown_told = statements.iter().find_map(|statement| match statement.says {
        Says::Unknown { fresh: true, why } => Some(why),
        Says::Unknown { fresh: false, .. } | Says::Good { .. } | Says::Revoked { .. } | Says::OnHold { .. } => None,
    });
    match (newest.map(|statement| (statement.says, statement)), unknown_told) {
        (Some((Says::OnHold { since }, statement)), _) => known(Status::OnHold { since }, statement),
        (Some(_), Some(why)) => unknown(why),
        (Some((_, statement)), None) => match held {
            Some((since, held)) => known(Status::OnHold { since }, held),
            None => known(Status::Good, statement),
        },
        (None, _) if statements.is_empty() => unknown(why),
        (None, _) if statements.iter().any(|statement| statement.is_weak) => unknown(WEAKLY_SIGNED),
        (None, _) => unknown("no evidence on it is fresh enough"),
    }
}

/// How bad the reason of a revocation is for what was made before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Harm {
    /// The key was, or may have been, in other hands.
    Told,
    /// Nothing is said.
    NotExcluded,
    /// The key was in no other hands.
    Excluded,
}

/// Source: RFC 3161 §4 (1).
const fn harm(reason: Option<ReasonCode>) -> Harm {
    match reason {
        Some(
            ReasonCode::Unspecified
            | ReasonCode::AffiliationChanged
            | ReasonCode::Superseded
            | ReasonCode::CessationOfOperation,
        ) => Harm::Excluded,
        Some(
            ReasonCode::KeyCompromise
            | ReasonCode::CaCompromise
            | ReasonCode::CertificateHold
            | ReasonCode::RemoveFromCrl
            | ReasonCode::PrivilegeWithdrawn
            | ReasonCode::AaCompromise,
        ) => Harm::Told,
        None => Harm::NotExcluded,
    }
}

/// Whether the reason of a revocation says that what was made before it stands.
pub(crate) fn is_harmless(reason: Option<ReasonCode>) -> bool {
    harm(reason) == Harm::Excluded
}

/// Lists for some reasons say "not revoked" only together: when they cover every reason, as one statement of the age of
/// the oldest. Source: RFC 5280 §6.3.3 (e).
fn put_together(statements: &mut Vec<Statement>) {
    let is_part = |statement: &Statement| {
        matches!(statement.says, Says::Good { .. }) && statement.covers & ALL_REASONS != ALL_REASONS
    };
    let parts: Vec<Statement> = statements.extract_if(.., |statement| is_part(statement)).collect();
    let fresh = || parts.iter().filter(|part| matches!(part.says, Says::Good { fresh: true }));
    let covered = fresh().fold(0, |covered, part| covered | part.covers);
    if covered & ALL_REASONS == ALL_REASONS {
        let oldest = fresh().min_by_key(|part| part.proof.this_update).cloned();
        statements.extend(oldest.map(|mut part| {
            let others = fresh().filter(|other| other.proof.sha256 != part.proof.sha256);
            part.proof.rests_on.extend(others.flat_map(|other| other.proof.objects()));
            Statement { covers: ALL_REASONS, ..part }
        }));
    }
}

/// The hold that was in force at `at`: told by evidence of that time or later, or by older evidence that nothing says
/// was lifted.
fn held_at(statements: &[Statement], at: Moment) -> Option<(Moment, &Statement)> {
    let lifted_after = |told: Moment| {
        let good = |statement: &&Statement| matches!(statement.says, Says::Good { fresh: true });
        statements.iter().filter(good).any(|statement| statement.proof.this_update > told)
    };
    statements.iter().find_map(|held| match held.says {
        Says::OnHold { since } if since <= at => {
            let told = held.proof.this_update;
            (told >= at || !lifted_after(told)).then_some((since, held))
        }
        Says::OnHold { .. } | Says::Good { .. } | Says::Revoked { .. } | Says::Unknown { .. } => None,
    })
}

const fn counts(says: &Says) -> bool {
    match says {
        Says::Good { fresh } | Says::Unknown { fresh, .. } => *fresh,
        Says::Revoked { .. } | Says::OnHold { .. } => true,
    }
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
