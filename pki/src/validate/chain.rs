//! Path and revocation together: a path in which somebody is revoked is not taken while another one is left.
//! Source: RFC 5280 §6.1, §6.3; EN 319 102-1 §5.2.6.

use crate::certificate::Certificate;
use crate::path::{Budget, PathError, PathOptions, VerifiedPath, search};
use crate::policy::{AlgorithmPolicy, RevocationMode, RevocationPolicy};
use crate::report::EvidenceUsed;
use crate::revocation::{Evidence, Finding, Place, Question, Status, revocation_status};
use crate::time::Moment;
use crate::trust::TrustStore;

/// What is asked of a path.
pub(super) struct Asked<'a> {
    pub trust: &'a TrustStore,
    /// Its certificates build the path.
    pub evidence: &'a Evidence,
    pub policy: &'a RevocationPolicy,
    /// With what evidence may be signed; `None`: with whatever is known.
    pub algorithms: Option<&'a AlgorithmPolicy>,
    pub options: &'a PathOptions,
    pub at: Moment,
}

/// What is known of one certificate of a path.
pub(super) struct Link {
    pub certificate: Certificate,
    pub place: Place,
    pub finding: Finding,
}

/// As [`super::validate_path`].
pub(super) fn validate(
    target: &Certificate,
    asked: &Asked<'_>,
    budget: &mut Budget,
) -> Result<(VerifiedPath, Vec<EvidenceUsed>), PathError> {
    let mut used = Vec::new();
    let mut accept = |path: &VerifiedPath, budget: &mut Budget| {
        let links = links(path, asked, budget)?;
        for link in &links {
            stands(link, asked.at)?;
        }
        used = links.iter().filter_map(evidence_used).collect();
        Ok(())
    };
    let path = search(target, asked.trust, &asked.evidence.certificates, asked.at, asked.options, budget, &mut accept)?;
    Ok((path, used))
}

/// A path and what is known of everybody in it, good or not: the one that holds when there is one.
pub(super) fn explain(
    target: &Certificate,
    asked: &Asked<'_>,
    budget: &mut Budget,
) -> Result<(VerifiedPath, Vec<Link>), PathError> {
    let mut good = None;
    let mut first = None;
    let mut accept = |path: &VerifiedPath, budget: &mut Budget| {
        let links = links(path, asked, budget)?;
        match links.iter().try_for_each(|link| stands(link, asked.at)) {
            Ok(()) => good = Some(links),
            Err(error) => {
                first.get_or_insert_with(|| (path.clone(), links));
                return Err(error);
            }
        }
        Ok(())
    };
    match search(target, asked.trust, &asked.evidence.certificates, asked.at, asked.options, budget, &mut accept) {
        Ok(path) => Ok((path, good.unwrap_or_default())),
        Err(error @ (PathError::Revoked { .. } | PathError::RevocationUnknown { .. })) => first.ok_or(error),
        Err(error) => Err(error),
    }
}

/// Everybody of the path about whom the policy asks, target first.
fn links(path: &VerifiedPath, asked: &Asked<'_>, budget: &mut Budget) -> Result<Vec<Link>, PathError> {
    let mut links = Vec::new();
    for (position, (certificate, issuer)) in path.links().enumerate() {
        let place = if position == 0 { Place::Target } else { Place::Ca };
        let wanted = match (asked.policy.mode, place) {
            (RevocationMode::Chain, _) | (RevocationMode::Leaf, Place::Target) => true,
            (RevocationMode::Leaf, Place::Ca) | (RevocationMode::None, _) => false,
        };
        if wanted {
            let (at, policy, algorithms) = (asked.at, asked.policy, asked.algorithms);
            let question = Question { certificate, issuer, path, place, at, policy, algorithms };
            let finding = revocation_status(&question, asked.evidence, budget)?;
            links.push(Link { certificate: certificate.clone(), place, finding });
        }
    }
    Ok(links)
}

/// That the certificate was not revoked at `at`.
fn stands(link: &Link, at: Moment) -> Result<(), PathError> {
    let subject = || link.certificate.subject().to_string();
    match link.finding.status {
        Status::Good => Ok(()),
        Status::Revoked { since, .. } | Status::OnHold { since } if since > at => Ok(()),
        Status::Revoked { since, .. } | Status::OnHold { since } => {
            Err(PathError::Revoked { subject: subject(), since })
        }
        Status::Unknown { why } => Err(PathError::RevocationUnknown { subject: subject(), why }),
    }
}

/// By what the status is known.
pub(super) fn evidence_used(link: &Link) -> Option<EvidenceUsed> {
    let proof = link.finding.proof.clone()?;
    let (status, revoked_since) = match link.finding.status {
        Status::Good => ("good", None),
        Status::Revoked { since, .. } | Status::OnHold { since } => ("revoked", Some(since)),
        Status::Unknown { .. } => ("unknown", None),
    };
    Some(EvidenceUsed { certificate: link.certificate.clone(), status, revoked_since, proof })
}
