//! What CRLs say, full ones and deltas. Source: RFC 5280 §5.2, §6.3.3.

use super::{ProofSource, Question, RevocationProof, Says, Statement, Window, is_fresh};
use crate::crl::{CertificateList, ReasonCode, RevokedEntry};
use crate::path::{Budget, BudgetExhausted};
use crate::revocation::Evidence;

mod scope;
mod signer;

pub(super) use signer::Signers;

/// A list that may be believed, and its entry of the certificate.
struct Usable<'a> {
    list: &'a CertificateList,
    /// For which reasons it speaks of the certificate.
    covers: u16,
    entry: Entry<'a>,
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
            Ok(covers) => usable.push(Usable { list, covers, entry: entry(question, list) }),
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
    let good = Says::Good { fresh: is_fresh(question, &window(list)) };
    let (says, reason) = match &one.entry {
        Entry::Twice => (Says::Unknown { fresh: true, why: "a CRL lists the certificate twice" }, None),
        // In a delta it says something only together with a base that is silent too.
        Entry::NotListed if !list.is_delta() || has_base(list, usable, |base| matches!(base, Entry::NotListed)) => {
            (good, None)
        }
        Entry::NotListed => return None,
        Entry::Listed(entry) => (listed(entry, list, usable, good)?, entry.reason),
    };
    Some(Statement { says, covers: one.covers, proof: proof(list, reason) })
}

fn listed(entry: &RevokedEntry<'_>, list: &CertificateList, usable: &[Usable<'_>], good: Says) -> Option<Says> {
    match entry.reason {
        Some(ReasonCode::CertificateHold) => Some(Says::OnHold { since: entry.revoked_at }),
        // Only a delta takes a certificate off; what its base says then no longer holds.
        Some(ReasonCode::RemoveFromCrl) => (list.is_delta() && has_base(list, usable, |_| true)).then_some(good),
        reason => Some(Says::Revoked { since: entry.revoked_at, reason }),
    }
}

/// Whether a list at hand that says `wanted` of the certificate is one on which `delta` may be put.
fn has_base(delta: &CertificateList, usable: &[Usable<'_>], wanted: impl Fn(&Entry<'_>) -> bool) -> bool {
    usable.iter().any(|full| full.list.is_base_of(delta) && wanted(&full.entry))
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
    }
}

/// For which reasons the list speaks of the certificate, when it may be believed; otherwise why not, or nothing when it
/// is not one of its issuer.
fn use_of(
    question: &Question<'_>,
    list: &CertificateList,
    evidence: &Evidence,
    signers: Signers,
    budget: &mut Budget,
) -> Result<Result<u16, Option<&'static str>>, BudgetExhausted> {
    if !scope::may_concern(question.certificate, list) {
        return Ok(Err(None));
    }
    if !list.unknown_critical_extensions().is_empty() {
        return Ok(Err(Some("the CRL has an unknown critical extension")));
    }
    // Before the scope: the names in a list are worth comparing only when its issuer wrote them.
    if !signer::is_signed(question, list, evidence, signers, budget)? {
        return Ok(Err(Some("the CRL is not signed by the issuer")));
    }
    let covered = scope::reasons_covered(question.certificate, list);
    Ok(covered.ok_or(Some("the certificate is outside the scope of the CRL")))
}
