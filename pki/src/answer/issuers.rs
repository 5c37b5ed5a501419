//! Who of the certificates given issued the one asked about.

use super::AnswerFault;
use crate::certificate::Certificate;
use crate::path::{Budget, BudgetExhausted, SignatureFit, names_match};

impl From<BudgetExhausted> for AnswerFault {
    fn from(_: BudgetExhausted) -> Self {
        AnswerFault::BudgetExhausted
    }
}

/// Those of `given` with the issuer's name whose key signed `certificate`, each name and key once.
pub(super) fn of<'a>(
    certificate: &Certificate,
    given: &'a [Certificate],
    budget: &mut Budget,
) -> Result<Vec<&'a Certificate>, AnswerFault> {
    let mut found: Vec<&Certificate> = Vec::new();
    let mut fault = AnswerFault::IssuerNotFound;
    for candidate in given.iter().filter(|candidate| names_match(&candidate.subject(), &certificate.issuer())) {
        budget.candidate()?;
        match budget.certificate_signed_by(certificate, candidate)? {
            SignatureFit::Fits if found.iter().any(|known| is_same_authority(known, candidate)) => {}
            SignatureFit::Fits => found.push(candidate),
            SignatureFit::Unsupported => fault = AnswerFault::UnsupportedAlgorithm,
            SignatureFit::DoesNotFit => {}
        }
    }
    if found.is_empty() { Err(fault) } else { Ok(found) }
}

/// The same name and key, in whatever certificates.
pub(super) fn is_same_authority(a: &Certificate, b: &Certificate) -> bool {
    a.spki() == b.spki() && names_match(&a.subject(), &b.subject())
}
