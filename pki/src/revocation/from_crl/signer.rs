//! Who may sign a CRL: the issuer of the certificate, and whoever has a certificate for it under the same anchor.
//! Source: RFC 5280 §6.3.3 (f), (g).

use super::{Entry, entry, scope, statements};
use crate::certificate::Certificate;
use crate::crl::CertificateList;
use crate::path::{
    Budget, BudgetExhausted, PathError, PathOptions, PathPurpose, SignatureFit, VerifiedPath, build_path, names_match,
};
use crate::revocation::{ALL_REASONS, Evidence, Place, Question, Status, weigh};
use crate::trust::TrustStore;

/// Whose signature on a list counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::revocation) enum Signers {
    /// That of the issuer and of everybody with a certificate for it.
    Any,
    /// That of the issuer's own key: for the question whether somebody else of [`Signers::Any`] is revoked.
    IssuerAlone,
}

/// Whether somebody signed the list who may.
pub(super) fn is_signed(
    question: &Question<'_>,
    list: &CertificateList,
    evidence: &Evidence,
    signers: Signers,
    budget: &mut Budget,
) -> Result<bool, BudgetExhausted> {
    let issuer = question.issuer;
    let issuer_may = issuer.key_usage().is_none_or(|usage| usage.crl_sign());
    if issuer_may && names_match(&issuer.subject(), &list.issuer()) && made_by(list, issuer, budget)? {
        return Ok(true);
    }
    if signers == Signers::IssuerAlone {
        return Ok(false);
    }
    for candidate in evidence.certificates.iter().chain([question.path.anchor()]) {
        budget.candidate()?;
        let named = candidate.key_usage().is_some_and(|usage| usage.crl_sign())
            && candidate.spki() != issuer.spki()
            && names_match(&candidate.subject(), &list.issuer());
        if named && made_by(list, candidate, budget)? && is_entitled(question, candidate, list, evidence, budget)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn made_by(list: &CertificateList, signer: &Certificate, budget: &mut Budget) -> Result<bool, BudgetExhausted> {
    let fit = budget.remembered(list.sha256(), signer, |key| list.verify_signature(key).into())?;
    Ok(fit == SignatureFit::Fits)
}

/// Whether a path that held when the list was made leads from its signer to the anchor of the certificate's own path,
/// and nobody in it was revoked then.
fn is_entitled(
    question: &Question<'_>,
    signer: &Certificate,
    list: &CertificateList,
    evidence: &Evidence,
    budget: &mut Budget,
) -> Result<bool, BudgetExhausted> {
    let anchor = TrustStore::from_certificates([question.path.anchor().clone()]);
    let options = PathOptions::for_purpose(PathPurpose::CrlSign);
    match build_path(signer, &anchor, &evidence.certificates, list.this_update(), &options, budget) {
        Ok(path) => nobody_is_revoked(question, &path, list, evidence, budget),
        Err(PathError::BudgetExhausted) => Err(BudgetExhausted),
        Err(_) => Ok(false),
    }
}

fn nobody_is_revoked(
    question: &Question<'_>,
    path: &VerifiedPath,
    list: &CertificateList,
    evidence: &Evidence,
    budget: &mut Budget,
) -> Result<bool, BudgetExhausted> {
    for (certificate, issuer) in path.links() {
        // The CAs of the path in question are judged in their own places.
        let judged_there = question.path.certificates().iter().skip(1).any(|known| known.der() == certificate.der());
        if judged_there {
            continue;
        }
        let own = Question { certificate, issuer, place: Place::Ca, at: list.this_update(), ..*question };
        let (mut found, mut why) = (Vec::new(), "");
        statements(&own, evidence, Signers::IssuerAlone, &mut found, &mut why, budget)?;
        let stands = match weigh(found, &own, why).status {
            Status::Good => true,
            // A CA may have the lists of all its certificates signed by that signer, his own among them.
            Status::Unknown { .. } => covers_itself(&own, list),
            Status::Revoked { .. } | Status::OnHold { .. } => false,
        };
        if !stands {
            return Ok(false);
        }
    }
    Ok(true)
}

fn covers_itself(own: &Question<'_>, list: &CertificateList) -> bool {
    !list.is_delta()
        && scope::reasons_covered(own.certificate, list) == Some(ALL_REASONS)
        && matches!(entry(own, list), Entry::NotListed)
}
