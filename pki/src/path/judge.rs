//! One chain, judged from the anchor down. Signatures were checked when the chain was built.
//!
//! What no time can mend is reported before dates, so that `expired` means: expired and nothing else.
//!
//! Source: RFC 5280 sections 6.1.2 to 6.1.5.

use super::name_constraints::{NameConstraints, NameFailure};
use super::policy_graph::{CertificatePolicyFacts, PolicyState};
use super::purpose::check_purpose;
use super::{Budget, PathError, PathOptions, VerifiedPath, names_match};
use crate::algorithm::AlgorithmIdentifier;
use crate::certificate::Certificate;
use crate::der::{Reader, Rules, tag};
use crate::oid::EC_PUBLIC_KEY;
use crate::time::Moment;

/// The path `chain` (target first) under `anchor`, if it holds. A chain of the anchor alone is judged as a target.
pub(super) fn judge_chain(
    chain: &[Certificate],
    anchor: &Certificate,
    at: Moment,
    options: &PathOptions,
    budget: &mut Budget,
) -> Result<VerifiedPath, PathError> {
    let Some(target) = chain.first() else {
        return Err(PathError::NoPath { issuer: String::new() });
    };
    let alone = target.der() == anchor.der();
    let mut state = State {
        names: NameConstraints::default(),
        path_left: usize::MAX,
        policies: PolicyState::new(
            &options.initial_policies,
            options.explicit_policy,
            options.inhibit_policy_mapping,
            options.inhibit_any_policy,
            chain.len(),
        ),
    };
    if !alone {
        state.enter_below(anchor)?;
    }
    for (above_target, certificate) in chain.iter().enumerate().rev() {
        let is_target = above_target == 0;
        let policies = policy_facts(certificate);
        if is_target || !policies.self_issued {
            state.names.check(certificate, budget).map_err(|failure| name_error(certificate, failure))?;
        }
        state.policies.process(&policies, is_target).map_err(|_| PathError::Policy)?;
        refuse_unknown_critical(certificate)?;
        if !is_target {
            state.pass_through(certificate, &policies)?;
        }
    }
    refuse_explicit_curve(target)?;
    check_purpose(target, options.purpose)?;
    let policies = state.policies.finish(&policy_facts(target)).map_err(|_| PathError::Policy)?;
    check_dates(chain, at)?;
    Ok(VerifiedPath { certificates: chain.to_vec(), anchor: anchor.clone(), policies, at })
}

/// The state variables of 6.1.2 that are not dates or keys.
struct State<'a> {
    names: NameConstraints<'a>,
    /// max_path_length.
    path_left: usize,
    policies: PolicyState,
}

impl<'a> State<'a> {
    /// The anchor's own constraints. RFC 5280 leaves them to the application; RFC 5937 says how.
    fn enter_below(&mut self, anchor: &'a Certificate) -> Result<(), PathError> {
        require_cert_sign(anchor)?;
        self.path_left = path_length(anchor);
        self.add_name_constraints(anchor)
    }

    /// 6.1.4, in the order of the clause.
    fn pass_through(&mut self, ca: &'a Certificate, policies: &CertificatePolicyFacts<'_>) -> Result<(), PathError> {
        self.policies.prepare_next(policies).map_err(|_| PathError::Policy)?;
        self.add_name_constraints(ca)?;
        if !ca.basic_constraints().is_some_and(|constraints| constraints.ca) {
            return Err(PathError::NotACa { subject: ca.subject().to_string() });
        }
        if !policies.self_issued {
            let too_long = || PathError::PathTooLong { subject: ca.subject().to_string() };
            self.path_left = self.path_left.checked_sub(1).ok_or_else(too_long)?;
        }
        self.path_left = self.path_left.min(path_length(ca));
        require_cert_sign(ca)
    }

    fn add_name_constraints(&mut self, ca: &'a Certificate) -> Result<(), PathError> {
        let Some(constraints) = ca.name_constraints() else { return Ok(()) };
        let subject = || ca.subject().to_string();
        self.names
            .add(constraints)
            .map_err(|_| PathError::MalformedExtension { subject: subject(), what: "nameConstraints" })
    }
}

fn path_length(ca: &Certificate) -> usize {
    let limit = ca.basic_constraints().and_then(|constraints| constraints.path_len);
    limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX))
}

fn require_cert_sign(ca: &Certificate) -> Result<(), PathError> {
    match ca.key_usage() {
        Some(usage) if !usage.key_cert_sign() => Err(PathError::KeyUsage { subject: ca.subject().to_string() }),
        Some(_) | None => Ok(()),
    }
}

fn refuse_unknown_critical(certificate: &Certificate) -> Result<(), PathError> {
    match certificate.unknown_critical_extensions().first() {
        Some(oid) => Err(PathError::UnknownCriticalExtension { subject: certificate.subject().to_string(), oid: *oid }),
        None => Ok(()),
    }
}

/// A curve that its own certificate describes may be one on which signatures are easily forged. In a CA's certificate the
/// signature below it shows that the key is of a known kind; the target's key nobody has used yet.
///
/// Source: RFC 5480 section 2.1.1.
fn refuse_explicit_curve(target: &Certificate) -> Result<(), PathError> {
    let identifier =
        Reader::new(target.spki(), Rules::Der).sequence().and_then(|mut key| AlgorithmIdentifier::read(&mut key));
    let is_explicit = identifier.is_ok_and(|identifier| {
        let named = identifier.parameters.is_some_and(|parameters| parameters.first() == Some(&tag::OID));
        identifier.oid == EC_PUBLIC_KEY && !named
    });
    if is_explicit { Err(PathError::UnsupportedAlgorithm { subject: target.subject().to_string() }) } else { Ok(()) }
}

fn policy_facts(certificate: &Certificate) -> CertificatePolicyFacts<'_> {
    let constraints = certificate.policy_constraints();
    CertificatePolicyFacts {
        policies: certificate.policies(),
        mappings: certificate.policy_mappings(),
        require_explicit: constraints.and_then(|constraints| constraints.require_explicit_policy),
        inhibit_mapping: constraints.and_then(|constraints| constraints.inhibit_policy_mapping),
        inhibit_any: certificate.inhibit_any_policy(),
        self_issued: names_match(&certificate.subject(), &certificate.issuer()),
    }
}

fn name_error(certificate: &Certificate, failure: NameFailure) -> PathError {
    let subject = certificate.subject().to_string();
    match failure {
        NameFailure::Outside(what) => PathError::NameConstraints { subject, what },
        NameFailure::Malformed(what) => PathError::MalformedExtension { subject, what },
        NameFailure::Budget => PathError::BudgetExhausted,
    }
}

/// 6.1.3 (a)(2); both ends count. The target's own date is told first.
fn check_dates(chain: &[Certificate], at: Moment) -> Result<(), PathError> {
    for (index, certificate) in chain.iter().enumerate() {
        let is_target = index == 0;
        let subject = || certificate.subject().to_string();
        if at < certificate.not_before() {
            let not_before = certificate.not_before();
            return Err(PathError::NotYetValid { subject: subject(), not_before, is_target });
        }
        if at > certificate.not_after() {
            return Err(PathError::Expired { subject: subject(), not_after: certificate.not_after(), is_target });
        }
    }
    Ok(())
}
