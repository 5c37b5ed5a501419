//! The search for a path: by growing length, depth first within one, every step proven by a signature before it is taken.

use std::collections::HashMap;

use super::budget::SignatureFit;
use super::judge::judge_chain;
use super::names::{NameKey, names_match};
use super::{Budget, PATH_INTERMEDIATES_LIMIT, PathError, PathOptions, VerifiedPath};
use crate::certificate::Certificate;
use crate::name::Name;
use crate::time::Moment;
use crate::trust::TrustStore;

/// Says whether a path that holds by RFC 5280 6.1 is wanted (its revocation is judged there).
pub(crate) type Accept<'f> = dyn FnMut(&VerifiedPath, &mut Budget) -> Result<(), PathError> + 'f;

/// As [`super::build_path`], and every path found must be accepted by `accept`; if it is not, the search goes on.
/// Shorter paths come first: in a mesh of cross-certificates a deep detour does not use up the budget before the way out.
pub(crate) fn search(
    target: &Certificate,
    trust: &TrustStore,
    intermediates: &[Certificate],
    at: Moment,
    options: &PathOptions,
    budget: &mut Budget,
    accept: &mut Accept<'_>,
) -> Result<VerifiedPath, PathError> {
    let pool = Pool::of(intermediates);
    let deepest = options.max_depth.min(PATH_INTERMEDIATES_LIMIT);
    let mut search = Search { trust, pool, at, options, budget, accept, deepest, reached: false };
    if trust.contains(target) {
        return search.finish(std::slice::from_ref(target), target);
    }
    let mut best = nothing_found();
    for depth in 0..=deepest {
        search.reached = false;
        best = match search.extend(&mut vec![target.clone()], depth) {
            Ok(path) => return Ok(path),
            Err(PathError::BudgetExhausted) => return Err(PathError::BudgetExhausted),
            Err(error) => best.or_better(error),
        };
        if !search.reached {
            break;
        }
    }
    // Written out only when nothing else was found: most searches end before.
    let nobody = matches!(&best, PathError::NoPath { issuer } if issuer.is_empty());
    Err(if nobody { PathError::NoPath { issuer: target.issuer().to_string() } } else { best })
}

/// Nothing yet: [`search`] says whose issuer is missing.
const fn nothing_found() -> PathError {
    PathError::NoPath { issuer: String::new() }
}

/// So many intermediates are looked through one by one; more are put in order by name first.
const FEW: usize = 32;

/// The intermediates by the name they bear.
enum Pool<'a> {
    Few(&'a [Certificate]),
    Many(HashMap<NameKey, Vec<&'a Certificate>>),
}

impl<'a> Pool<'a> {
    fn of(intermediates: &'a [Certificate]) -> Pool<'a> {
        if intermediates.len() <= FEW {
            return Pool::Few(intermediates);
        }
        let mut by_name: HashMap<NameKey, Vec<&Certificate>> = HashMap::new();
        for certificate in intermediates {
            if let Some(key) = NameKey::of(&certificate.subject()) {
                by_name.entry(key).or_default().push(certificate);
            }
        }
        Pool::Many(by_name)
    }

    fn named(&self, name: &Name<'_>) -> Vec<&'a Certificate> {
        match self {
            Pool::Few(all) => all.iter().filter(|one| names_match(&one.subject(), name)).collect(),
            Pool::Many(by_name) => NameKey::of(name).and_then(|key| by_name.get(&key)).cloned().unwrap_or_default(),
        }
    }
}

struct Search<'a, 'f> {
    trust: &'a TrustStore,
    pool: Pool<'a>,
    at: Moment,
    options: &'a PathOptions,
    budget: &'a mut Budget,
    accept: &'a mut Accept<'f>,
    /// Intermediates of a path, at most.
    deepest: usize,
    /// Whether this round saw a chain of its full length; if none, no round after it can.
    reached: bool,
}

impl Search<'_, '_> {
    /// Tries every issuer of the last certificate of `chain`, for a path that has `left` intermediates more than the
    /// chain. Recursion is bounded by the depth option and its cap.
    fn extend(&mut self, chain: &mut Vec<Certificate>, left: usize) -> Result<VerifiedPath, PathError> {
        let Some(current) = chain.last().cloned() else {
            return Err(PathError::NoPath { issuer: String::new() });
        };
        match left.checked_sub(1) {
            None => self.end(chain, &current),
            Some(left) => self.climb(chain, &current, left),
        }
    }

    /// The anchors above `current`, the last of a chain of full length.
    fn end(&mut self, chain: &[Certificate], current: &Certificate) -> Result<VerifiedPath, PathError> {
        self.reached = true;
        let mut best = nothing_found();
        let trust = self.trust;
        for anchor in trust.named(&current.issuer()) {
            best = match self.signed_by(current, anchor.certificate())? {
                Some(error) => best.or_better(error),
                None => match self.finish(chain, anchor.certificate()) {
                    Ok(path) => return Ok(path),
                    Err(PathError::BudgetExhausted) => return Err(PathError::BudgetExhausted),
                    Err(error) => best.or_better(error),
                },
            };
        }
        if chain.len() <= self.deepest {
            return Err(best);
        }
        // Nobody goes further up than here; that somebody could is worth telling.
        for candidate in self.candidates(current, chain)? {
            best = best.or_better(match self.signed_by(current, &candidate)? {
                Some(error) => error,
                None => PathError::PathTooLong { subject: candidate.subject().to_string() },
            });
        }
        Err(best)
    }

    /// The intermediates above `current`, and what is above them.
    fn climb(
        &mut self,
        chain: &mut Vec<Certificate>,
        current: &Certificate,
        left: usize,
    ) -> Result<VerifiedPath, PathError> {
        let mut best = nothing_found();
        for candidate in self.candidates(current, chain)? {
            best = match self.signed_by(current, &candidate)? {
                Some(error) => best.or_better(error),
                None => {
                    chain.push(candidate);
                    let outcome = self.extend(chain, left);
                    chain.pop();
                    match outcome {
                        Ok(path) => return Ok(path),
                        Err(PathError::BudgetExhausted) => return Err(PathError::BudgetExhausted),
                        Err(error) => best.or_better(error),
                    }
                }
            };
        }
        Err(best)
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
        let mut found = Vec::new();
        for candidate in self.pool.named(&current.issuer()) {
            self.budget.candidate()?;
            if self.trust.is_anchor_again(candidate) {
                continue;
            }
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
