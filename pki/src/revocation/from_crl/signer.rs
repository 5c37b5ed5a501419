//! Who may sign a CRL: the issuer of the certificate, and whoever has a certificate for it under the same anchor.
//! Source: RFC 5280 §6.3.3 (f), (g).

use super::{Entry, entry, scope, statements};
use crate::certificate::Certificate;
use crate::crl::CertificateList;
use crate::path::{
    Budget, BudgetExhausted, PathError, PathOptions, PathPurpose, SignatureFit, VerifiedPath, build_path, names_match,
};
use crate::revocation::{ALL_REASONS, Evidence, Place, Question, RevocationProof, Status, UsedObject, weigh};
use crate::trust::TrustStore;

/// Whose signature on a list counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::revocation) enum Signers {
    /// That of the issuer and of everybody with a certificate for it.
    Any,
    /// That of the issuer's own key: for the question whether somebody else of [`Signers::Any`] is revoked.
    IssuerAlone,
}

/// What the signature rests on beside the issuer's key, when somebody made it who may.
pub(super) fn signed(
    question: &Question<'_>,
    list: &CertificateList,
    evidence: &Evidence,
    signers: Signers,
    budget: &mut Budget,
) -> Result<Option<Vec<UsedObject>>, BudgetExhausted> {
    let issuer = question.issuer;
    let issuer_may = issuer.key_usage().is_none_or(|usage| usage.crl_sign());
    if issuer_may && names_match(&issuer.subject(), &list.issuer()) && made_by(list, issuer, budget)? {
        return Ok(Some(Vec::new()));
    }
    if signers == Signers::IssuerAlone {
        return Ok(None);
    }
    for candidate in evidence.certificates.iter().chain([question.path.anchor()]) {
        budget.candidate()?;
        let named = candidate.key_usage().is_some_and(|usage| usage.crl_sign())
            && candidate.spki() != issuer.spki()
            && names_match(&candidate.subject(), &list.issuer());
        if !named || !made_by(list, candidate, budget)? {
            continue;
        }
        if let Some(rests_on) = entitled(question, candidate, list, evidence, budget)? {
            return Ok(Some(rests_on));
        }
    }
    Ok(None)
}

fn made_by(list: &CertificateList, signer: &Certificate, budget: &mut Budget) -> Result<bool, BudgetExhausted> {
    let fit = budget.remembered(list.sha256(), signer, |key| list.verify_signature(key).into())?;
    Ok(fit == SignatureFit::Fits)
}

/// What the list rests on when a path that held when it was made leads from its signer to the anchor of the certificate's
/// own path, and nobody in it was revoked then: that path, and the evidence on it.
fn entitled(
    question: &Question<'_>,
    signer: &Certificate,
    list: &CertificateList,
    evidence: &Evidence,
    budget: &mut Budget,
) -> Result<Option<Vec<UsedObject>>, BudgetExhausted> {
    let anchor = TrustStore::from_certificates([question.path.anchor().clone()]);
    let options = PathOptions::for_purpose(PathPurpose::CrlSign);
    match build_path(signer, &anchor, &evidence.certificates, list.this_update(), &options, budget) {
        Ok(path) => {
            let evidence_used = nobody_is_revoked(question, &path, list, evidence, budget)?;
            let certificates = path.chain().map(UsedObject::certificate);
            Ok(evidence_used.map(|evidence_used| certificates.chain(evidence_used).collect()))
        }
        Err(PathError::BudgetExhausted) => Err(BudgetExhausted),
        Err(_) => Ok(None),
    }
}

/// The evidence on everybody in the path, when nobody was revoked.
fn nobody_is_revoked(
    question: &Question<'_>,
    path: &VerifiedPath,
    list: &CertificateList,
    evidence: &Evidence,
    budget: &mut Budget,
) -> Result<Option<Vec<UsedObject>>, BudgetExhausted> {
    let mut used = Vec::new();
    for (certificate, issuer) in path.links() {
        // The CAs of the path in question are judged in their own places.
        let judged_there = question.path.certificates().iter().skip(1).any(|known| known.der() == certificate.der());
        if judged_there {
            continue;
        }
        let own = Question { certificate, issuer, place: Place::Ca, at: list.this_update(), ..*question };
        let (mut found, mut why) = (Vec::new(), "");
        statements(&own, evidence, Signers::IssuerAlone, &mut found, &mut why, budget)?;
        let finding = weigh(found, &own, why);
        let stands = match finding.status {
            Status::Good => true,
            // A CA may have the lists of all its certificates signed by that signer, his own among them.
            Status::Unknown { .. } => covers_itself(&own, list),
            Status::Revoked { .. } | Status::OnHold { .. } => false,
        };
        if !stands {
            return Ok(None);
        }
        used.extend(finding.proof.iter().flat_map(RevocationProof::objects));
    }
    Ok(Some(used))
}

fn covers_itself(own: &Question<'_>, list: &CertificateList) -> bool {
    !list.is_delta()
        && scope::reasons_covered(own.certificate, list) == Some(ALL_REASONS)
        && matches!(entry(own, list), Entry::NotListed)
}
