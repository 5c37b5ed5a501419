//! The search for a path: depth first, every step proven by a signature before it is taken.

use super::budget::SignatureFit;
use super::judge::judge_chain;
use super::{Budget, PATH_INTERMEDIATES_LIMIT, PathError, PathOptions, VerifiedPath, names_match};
use crate::certificate::Certificate;
use crate::time::Moment;
use crate::trust::TrustStore;

/// Says whether a path that holds by RFC 5280 6.1 is wanted (its revocation is judged there).
pub(crate) type Accept<'f> = dyn FnMut(&VerifiedPath, &mut Budget) -> Result<(), PathError> + 'f;

/// As [`super::build_path`], and every path found must be accepted by `accept`; if it is not, the search goes on.
pub(crate) fn search(
    target: &Certificate,
    trust: &TrustStore,
    intermediates: &[Certificate],
    at: Moment,
    options: &PathOptions,
    budget: &mut Budget,
    accept: &mut Accept<'_>,
) -> Result<VerifiedPath, PathError> {
    let mut search = Search { trust, intermediates, at, options, budget, accept };
    if trust.contains(target) {
        return search.finish(std::slice::from_ref(target), target);
    }
    search.extend(&mut vec![target.clone()])
}

struct Search<'a, 'f> {
    trust: &'a TrustStore,
    intermediates: &'a [Certificate],
    at: Moment,
    options: &'a PathOptions,
    budget: &'a mut Budget,
    accept: &'a mut Accept<'f>,
}

impl Search<'_, '_> {
    /// Tries every issuer of the last certificate of `chain`. Recursion is bounded by the depth option and its cap.
    fn extend(&mut self, chain: &mut Vec<Certificate>) -> Result<VerifiedPath, PathError> {
        let Some(current) = chain.last().cloned() else {
            return Err(PathError::NoPath { issuer: String::new() });
        };
        let mut best = PathError::NoPath { issuer: String::new() };
        let trust = self.trust;
        for anchor in trust.named(&current.issuer()) {
            best = match self.signed_by(&current, anchor.certificate())? {
                Some(error) => best.or_better(error),
                None => match self.finish(chain, anchor.certificate()) {
                    Ok(path) => return Ok(path),
                    Err(PathError::BudgetExhausted) => return Err(PathError::BudgetExhausted),
                    Err(error) => best.or_better(error),
                },
            };
        }
        let may_go_on = chain.len() <= self.options.max_depth.min(PATH_INTERMEDIATES_LIMIT);
        for candidate in self.candidates(&current, chain)? {
            best = match self.signed_by(&current, &candidate)? {
                Some(error) => best.or_better(error),
                None if !may_go_on => {
                    best.or_better(PathError::PathTooLong { subject: candidate.subject().to_string() })
                }
                None => {
                    chain.push(candidate);
                    let outcome = self.extend(chain);
                    chain.pop();
                    match outcome {
                        Ok(path) => return Ok(path),
                        Err(PathError::BudgetExhausted) => return Err(PathError::BudgetExhausted),
                        Err(error) => best.or_better(error),
                    }
                }
            };
        }
        // Written out only when nothing else was found: most searches end before.
        Err(match best {
            PathError::NoPath { issuer } if issuer.is_empty() => {
                PathError::NoPath { issuer: current.issuer().to_string() }
            }
            other => other,
        })
    }

    fn finish(&mut self, chain: &[Certificate], anchor: &Certificate) -> Result<VerifiedPath, PathError> {
        let path = judge_chain(chain, anchor, self.at, self.options, self.budget)?;
        (self.accept)(&path, self.budget)?;
        Ok(path)
    }

    /// `None` when `issuer`'s key made the signature, else how that failure counts.
    fn signed_by(&mut self, certificate: &Certificate, issuer: &Certificate) -> Result<Option<PathError>, PathError> {
        self.budget.candidate()?;
        let subject = || certificate.subject().to_string();
        Ok(match self.budget.certificate_signed_by(certificate, issuer)? {
            SignatureFit::Fits => None,
            SignatureFit::Unsupported => Some(PathError::UnsupportedAlgorithm { subject: subject() }),
            // A twin of the issuer with another key says nothing about the signature.
            SignatureFit::DoesNotFit if hint(certificate, issuer) == Hint::Other => {
                Some(PathError::NoPath { issuer: certificate.issuer().to_string() })
            }
            SignatureFit::DoesNotFit => Some(PathError::BadSignature { subject: subject() }),
        })
    }

    /// Possible issuers among the intermediates, likely ones first. One with the name and key of an anchor is that
    /// anchor; one with the name and key of a certificate already in the chain would be a loop.
    fn candidates(&mut self, current: &Certificate, chain: &[Certificate]) -> Result<Vec<Certificate>, PathError> {
        let issuer = current.issuer();
        let mut found = Vec::new();
        for candidate in self.intermediates {
            if !names_match(&candidate.subject(), &issuer) || self.trust.is_anchor_again(candidate) {
                continue;
            }
            self.budget.candidate()?;
            let in_chain = |link: &Certificate| {
                link.der() == candidate.der()
                    || (link.spki() == candidate.spki() && names_match(&link.subject(), &candidate.subject()))
            };
            if chain.iter().any(in_chain) || found.iter().any(|known: &Certificate| known.der() == candidate.der()) {
                continue;
            }
            found.push(candidate.clone());
        }
        let valid_now = |c: &Certificate| c.not_before() <= self.at && self.at <= c.not_after();
        found.sort_by_key(|candidate| (hint(current, candidate), !valid_now(candidate)));
        Ok(found)
    }
}

/// What the key identifiers say. They are nobody's proof, only an order of trial (RFC 4158 3.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Hint {
    Same,
    Silent,
    Other,
}

fn hint(certificate: &Certificate, issuer: &Certificate) -> Hint {
    let wanted = certificate.authority_key_id().and_then(|aki| aki.key_id.as_deref());
    match (wanted, issuer.subject_key_id()) {
        (Some(wanted), Some(has)) if wanted == has => Hint::Same,
        (Some(_), Some(_)) => Hint::Other,
        _ => Hint::Silent,
    }
}
