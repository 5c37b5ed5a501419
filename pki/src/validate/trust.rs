//! Whether the certificate behind a signature may be believed at the moment its signature is proven to have existed:
//! path, term, revocation, algorithms. CMS and XML signatures are judged here alike.
//!
//! Source: EN 319 102-1 §5.2.6, §5.2.8, §5.5.4, §5.6.2.

use super::chain::{self, Asked, Link};
use super::{algorithms, rules};
use crate::certificate::Certificate;
use crate::oid::Oid;
use crate::path::{Budget, PathError, VerifiedPath};
use crate::policy::{RevocationMode, SignaturePolicy};
use crate::report::{Check, CheckOutcome, DistrustedAlgorithm, Indication, Rule, SignatureReport, SubIndication};
use crate::revocation::{Evidence, Place, Status, WEAKLY_SIGNED};
use crate::time::Moment;
use crate::trust::TrustStore;

/// A verdict that is not TOTAL-PASSED.
pub(super) type Verdict = (Indication, SubIndication);

/// All that says that somebody was not revoked is signed with what is no longer trusted, or never was.
const WEAK_EVIDENCE: Verdict = (Indication::Indeterminate, SubIndication::CryptoConstraintsFailureNoPoe);

const BUDGET: &str = "the validation took more work than allowed";

/// Whom and what is believed.
pub(super) struct Trust<'a> {
    pub anchors: &'a TrustStore,
    /// Everything at hand.
    pub evidence: &'a Evidence,
    pub policy: &'a SignaturePolicy,
}

/// About what is asked.
pub(super) struct Subject<'a> {
    /// Of the signer.
    pub certificate: &'a Certificate,
    /// Every digest that the signature rests on.
    pub digests: &'a [Oid],
    /// The latest moment that a content time stamp proves: the signature is younger.
    pub lower: Option<Moment>,
}

impl Trust<'_> {
    /// Path, term, revocation and algorithms at `report.judged_at`, into the report. The same whatever was signed and how.
    ///
    /// # Errors
    /// The verdict when one of them does not hold.
    pub fn judge(
        &self,
        subject: &Subject<'_>,
        report: &mut SignatureReport,
        budget: &mut Budget,
    ) -> Result<(), Verdict> {
        let x509 = self.x509(subject.certificate, subject.lower, report, budget);
        if x509.is_ok() || x509 == Err(WEAK_EVIDENCE) {
            // The algorithms of the signature itself say more than those of the evidence.
            self.algorithms(subject.digests, report)?;
        }
        x509
    }

    fn x509(
        &self,
        certificate: &Certificate,
        lower: Option<Moment>,
        report: &mut SignatureReport,
        budget: &mut Budget,
    ) -> Result<(), Verdict> {
        let asked = Asked {
            trust: self.anchors,
            evidence: self.evidence,
            policy: &self.policy.revocation,
            algorithms: Some(&self.policy.algorithms),
            options: &self.policy.path,
            at: report.judged_at,
        };
        match chain::explain(certificate, &asked, budget) {
            Ok((path, links)) => {
                report.checks.push(Check::new(rules::PATH, true, ""));
                report.checks.push(Check::new(rules::VALIDITY, true, ""));
                report.evidence_used = links.iter().filter_map(chain::evidence_used).collect();
                report.path = Some(path);
                self.revocation(&links, lower, report)
            }
            Err(PathError::BudgetExhausted) => Err(exhausted(report, rules::PATH)),
            Err(error) => {
                report.path_error = Some(error.code());
                Err(path_failure(&error, lower, report))
            }
        }
    }

    /// Source: EN 319 102-1 §5.2.6.4, §5.3.4, §5.5.4.
    fn revocation(&self, links: &[Link], lower: Option<Moment>, report: &mut SignatureReport) -> Result<(), Verdict> {
        if self.policy.revocation.mode == RevocationMode::None {
            report.checks.push(Check::new(rules::REVOCATION, CheckOutcome::NotChecked, "the policy does not ask"));
            return Ok(());
        }
        let judged_at = report.judged_at;
        let mut worst: Option<(Verdict, String)> = None;
        for link in links {
            let subject = || link.certificate.subject().to_string();
            let found = match link.finding.status {
                Status::Good => None,
                Status::Revoked { since, .. } => {
                    report.revoked_since = report.revoked_since.map_or(Some(since), |known| Some(known.min(since)));
                    (since <= judged_at)
                        .then(|| (revoked(link.place, since, lower), format!("{} is revoked since {since}", subject())))
                }
                Status::OnHold { since } => {
                    report.revoked_since = report.revoked_since.or(Some(since));
                    let verdict = (Indication::Indeterminate, SubIndication::TryLater);
                    (since <= judged_at).then(|| (verdict, format!("{} is on hold since {since}", subject())))
                }
                Status::Unknown { why } => {
                    let try_later = (Indication::Indeterminate, SubIndication::TryLater);
                    let verdict = if why == WEAKLY_SIGNED { WEAK_EVIDENCE } else { try_later };
                    Some((verdict, format!("{}: {why}", subject())))
                }
            };
            let Some((verdict, detail)) = found else { continue };
            // A proven revocation says more than a status that is not known.
            let is_unknown = |verdict: &Verdict| verdict.1 == SubIndication::TryLater || *verdict == WEAK_EVIDENCE;
            let rank = |verdict: &Verdict| (verdict.0, !is_unknown(verdict));
            if worst.as_ref().is_none_or(|(known, _)| rank(&verdict) > rank(known)) {
                worst = Some((verdict, detail));
            }
        }
        let (verdict, detail) = worst.map_or((None, String::new()), |(verdict, detail)| (Some(verdict), detail));
        report.checks.push(Check::new(rules::REVOCATION, verdict.is_none(), detail));
        verdict.map_or(Ok(()), Err)
    }

    /// The algorithms of the signature and of every certificate below the anchor, at the earliest moment proven.
    fn algorithms(&self, digests: &[Oid], report: &mut SignatureReport) -> Result<(), Verdict> {
        let certificates = report.path.iter().flat_map(VerifiedPath::certificates);
        let worst = algorithms::distrusted(&self.policy.algorithms, report.judged_at, digests, certificates);
        report.checks.push(Check::new(
            rules::ALGORITHMS_TRUSTED,
            worst.is_none(),
            worst.as_ref().map_or_else(String::new, |(_, detail)| detail.clone()),
        ));
        report.distrusted = worst.map(|(distrusted, _)| distrusted);
        match report.distrusted {
            None => Ok(()),
            // What was trusted once may be proven by an earlier time stamp.
            Some(DistrustedAlgorithm { until: Some(_), .. }) if report.proven_at.is_none() => {
                Err((Indication::Indeterminate, SubIndication::CryptoConstraintsFailureNoPoe))
            }
            Some(_) => Err((Indication::Indeterminate, SubIndication::CryptoConstraintsFailure)),
        }
    }
}

/// Writes the verdict into the report; every question of `asked` has an answer then.
pub(super) fn conclude(report: &mut SignatureReport, verdict: Result<(), Verdict>, asked: &[Rule]) {
    let (indication, sub_indication) = match verdict {
        Ok(()) => (Indication::TotalPassed, None),
        Err((indication, sub)) => (indication, Some(sub)),
    };
    report.indication = indication;
    report.sub_indication = sub_indication;
    for rule in asked {
        if report.checks.iter().all(|check| check.name != rule.name) {
            report.checks.push(Check::new(*rule, CheckOutcome::NotChecked, ""));
        }
    }
}

/// The verdict when the work allowed is used up.
pub(super) fn exhausted(report: &mut SignatureReport, rule: Rule) -> Verdict {
    report.checks.push(Check::new(rule, CheckOutcome::NotChecked, BUDGET));
    (Indication::Indeterminate, SubIndication::CertificateChainGeneralFailure)
}

fn revoked(place: Place, since: Moment, lower: Option<Moment>) -> Verdict {
    match (place, lower) {
        // The content is proven to be younger than the revocation: so is the signature.
        (Place::Target, Some(lower)) if lower >= since => (Indication::TotalFailed, SubIndication::Revoked),
        (Place::Target, _) => (Indication::Indeterminate, SubIndication::RevokedNoPoe),
        (Place::Ca, _) => (Indication::Indeterminate, SubIndication::RevokedCaNoPoe),
    }
}

fn path_failure(error: &PathError, lower: Option<Moment>, report: &mut SignatureReport) -> Verdict {
    let indeterminate = |sub| (Indication::Indeterminate, sub);
    let (rule, verdict) = match error {
        PathError::NotYetValid { is_target: true, .. } if report.proven_at.is_some() => {
            (rules::VALIDITY, (Indication::TotalFailed, SubIndication::NotYetValid))
        }
        PathError::Expired { is_target: true, not_after, .. } if lower.is_some_and(|lower| lower > *not_after) => {
            (rules::VALIDITY, (Indication::TotalFailed, SubIndication::Expired))
        }
        PathError::NotYetValid { .. } | PathError::Expired { .. } => {
            (rules::VALIDITY, indeterminate(SubIndication::OutOfBoundsNoPoe))
        }
        PathError::NoPath { .. } | PathError::BadSignature { .. } => {
            (rules::PATH, indeterminate(SubIndication::NoCertificateChainFound))
        }
        PathError::UnsupportedAlgorithm { .. } | PathError::MalformedExtension { .. } | PathError::BudgetExhausted => {
            (rules::PATH, indeterminate(SubIndication::CertificateChainGeneralFailure))
        }
        PathError::WrongPurpose { .. }
        | PathError::NotACa { .. }
        | PathError::KeyUsage { .. }
        | PathError::PathTooLong { .. }
        | PathError::UnknownCriticalExtension { .. }
        | PathError::NameConstraints { .. }
        | PathError::Policy => (rules::PATH, indeterminate(SubIndication::ChainConstraintsFailure)),
        // `explain` never answers these two: they stand in its links.
        PathError::Revoked { .. } | PathError::RevocationUnknown { .. } => {
            (rules::REVOCATION, indeterminate(SubIndication::TryLater))
        }
    };
    if rule.name == rules::VALIDITY.name {
        report.checks.push(Check::new(rules::PATH, true, ""));
    }
    report.checks.push(Check::new(rule, false, error.to_string()));
    verdict
}
