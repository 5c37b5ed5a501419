//! What CRLs say, full ones and deltas. Source: RFC 5280 §5.2, §6.3.3.

use super::{
    ObjectKind, ProofSource, Question, RevocationProof, Says, Statement, UsedObject, Window, is_fresh, is_well_signed,
    signer_in,
};
use crate::crl::{CertificateList, ReasonCode, RevokedEntry};
use crate::path::{Budget, BudgetExhausted};
use crate::revocation::Evidence;

mod scope;
mod signer;

pub(crate) use scope::reasons_covered;
pub(super) use signer::Signers;

/// A list that may be believed, and its entry of the certificate.
struct Usable<'a> {
    list: &'a CertificateList,
    /// For which reasons it speaks of the certificate.
    covers: u16,
    entry: Entry<'a>,
    /// Beside the issuer's key.
    rests_on: Vec<UsedObject>,
    /// Its signature is of algorithms that are trusted.
    is_well_signed: bool,
}

enum Entry<'a> {
    NotListed,
    Listed(RevokedEntry<'a>),
    /// More than once: which of them holds nobody can say.
    Twice,
}

/// Adds what the CRLs at hand say of the certificate; `why` becomes the reason when one of its issuer is of no use.
pub(super) fn statements(
    question: &Question<'_>,
    evidence: &Evidence,
    signers: Signers,
    statements: &mut Vec<Statement>,
    why: &mut &'static str,
    budget: &mut Budget,
) -> Result<(), BudgetExhausted> {
    let mut usable = Vec::new();
    for list in &evidence.crls {
        match use_of(question, list, evidence, signers, budget)? {
            Ok(list) => usable.push(list),
            Err(reason) => *why = reason.unwrap_or(why),
        }
    }
    statements.extend(usable.iter().filter_map(|one| statement(question, one, &usable)));
    Ok(())
}

fn entry<'a>(question: &Question<'_>, list: &'a CertificateList) -> Entry<'a> {
    match list.find_issued_by(&question.certificate.issuer(), question.certificate.serial()) {
        Err(_) => Entry::Twice,
        Ok(Some(entry)) => Entry::Listed(entry),
        Ok(None) => Entry::NotListed,
    }
}

fn statement(question: &Question<'_>, one: &Usable<'_>, usable: &[Usable<'_>]) -> Option<Statement> {
    let list = one.list;
    let is_fresh = is_fresh(question, &window(list));
    let good = Says::Good { fresh: is_fresh && one.is_well_signed };
    let mut base = None;
    let (says, reason) = match &one.entry {
        Entry::Twice => (Says::Unknown { fresh: true, why: "a CRL lists the certificate twice" }, None),
        Entry::NotListed if !list.is_delta() => (good, None),
        // In a delta it says something only together with a base that is silent too.
        Entry::NotListed => {
            base = Some(base_of(list, usable, |base| matches!(base, Entry::NotListed))?);
            (good, None)
        }
        // Only a delta takes a certificate off; what its base says then no longer holds.
        Entry::Listed(entry) if entry.reason == Some(ReasonCode::RemoveFromCrl) => {
            base = Some(base_of(list, usable, |_| true)?);
            (good, entry.reason)
        }
        Entry::Listed(entry) => (listed(entry), entry.reason),
    };
    let mut proof = proof(list, reason);
    proof.rests_on.clone_from(&one.rests_on);
    if let Some(base) = base {
        proof.rests_on.push(UsedObject { kind: ObjectKind::Crl, sha256: base.list.sha256() });
        proof.rests_on.extend_from_slice(&base.rests_on);
    }
    let is_weak = is_fresh && !one.is_well_signed && matches!(says, Says::Good { .. });
    Some(Statement { says, covers: one.covers, proof, is_weak })
}

fn listed(entry: &RevokedEntry<'_>) -> Says {
    match entry.reason {
        Some(ReasonCode::CertificateHold) => Says::OnHold { since: entry.revoked_at },
        reason => Says::Revoked { since: entry.revoked_at, reason },
    }
}

/// A list at hand that says `wanted` of the certificate and on which `delta` may be put; none when it is no delta.
fn base_of<'u, 'a>(
    delta: &CertificateList,
    usable: &'u [Usable<'a>],
    wanted: impl Fn(&Entry<'_>) -> bool,
) -> Option<&'u Usable<'a>> {
    usable.iter().find(|full| full.is_well_signed && full.list.is_base_of(delta) && wanted(&full.entry))
}

fn window(list: &CertificateList) -> Window {
    Window {
        source: ProofSource::Crl,
        this_update: list.this_update(),
        next_update: list.next_update(),
        remembers_expired_since: list.expired_certs_on_crl(),
    }
}

fn proof(list: &CertificateList, reason: Option<ReasonCode>) -> RevocationProof {
    RevocationProof {
        source: ProofSource::Crl,
        sha256: list.sha256(),
        this_update: list.this_update(),
        next_update: list.next_update(),
        produced_at: None,
        revocation_reason: reason.map(ReasonCode::as_str),
        rests_on: Vec::new(),
    }
}

/// The list, when it may be believed about the certificate; otherwise why not, or nothing when it is not one of its issuer.
fn use_of<'a>(
    question: &Question<'_>,
    list: &'a CertificateList,
    evidence: &Evidence,
    signers: Signers,
    budget: &mut Budget,
) -> Result<Result<Usable<'a>, Option<&'static str>>, BudgetExhausted> {
    if !scope::may_concern(question.certificate, list) {
        return Ok(Err(None));
    }
    if !list.unknown_critical_extensions().is_empty() {
        return Ok(Err(Some("the CRL has an unknown critical extension")));
    }
    // Before the scope: the names in a list are worth comparing only when its issuer wrote them.
    let Some(rests_on) = signer::signed(question, list, evidence, signers, budget)? else {
        return Ok(Err(Some("the CRL is not signed by the issuer")));
    };
    match scope::reasons_covered(question.certificate, list) {
        Some(covers) => {
            let signer = signer_in(&rests_on, evidence.certificates.iter().chain([question.path.anchor()]));
            let is_well_signed = is_well_signed(question, list.signature_algorithm(), signer, list.this_update());
            Ok(Ok(Usable { list, covers, entry: entry(question, list), rests_on, is_well_signed }))
        }
        None => Ok(Err(Some("the certificate is outside the scope of the CRL"))),
    }
}
