//! One CRL, alone or with a delta. Source: RFC 5280 §5.2, §5.3, §6.3.3.

use super::{Answer, AnswerFault, AnswerStatus, issuers};
use crate::certificate::Certificate;
use crate::crl::{CertificateList, ReasonCode, RevokedEntry};
use crate::path::{Budget, SignatureFit, names_match};
use crate::revocation::{ALL_REASONS, reasons_covered};
use crate::time::Moment;

/// What is asked of a list.
#[derive(Debug, Clone, Copy)]
pub struct CrlQuestion<'a> {
    /// Whose status; `None`: only whether the list is authentic and current.
    pub certificate: Option<&'a Certificate>,
    /// CA certificates, believed; whoever signed the list is to be among them, and whoever issued the certificate.
    pub issuers: &'a [Certificate],
    /// At which moment.
    pub at: Moment,
}

/// What `list`, with `delta` put on it, says of the certificate. It must be signed by a key of an issuer that may sign
/// CRLs: for a certificate of the list's own issuer the key that signed the certificate, or one known to be of the same
/// authority; for any other certificate that of an indirect list which the certificate names. A delta must follow on the
/// list by its numbers and be signed by the same key; one that is older than the list adds nothing and is passed over.
/// The list is current in [thisUpdate, nextUpdate), with a delta in that of the delta. What is not listed is good only
/// when the list speaks of it, for all reasons, and of times when it had not expired.
pub fn crl_answer(question: &CrlQuestion<'_>, list: &CertificateList, delta: Option<&CertificateList>) -> Answer {
    let mut budget = Budget::default();
    let newest = delta.filter(|delta| !is_older(delta, list)).unwrap_or(list);
    let times = |answer: Answer| Answer {
        this_update: Some(newest.this_update()),
        next_update: newest.next_update(),
        ..answer
    };
    if let Err(fault) = authentic(question, list, delta, &mut budget) {
        return times(Answer::refused(fault));
    }
    let newer = delta.filter(|delta| !is_older(delta, list));
    let current = current(question.at, list, newest);
    let Some(certificate) = question.certificate else {
        return times(Answer { fault: current.err(), ..Answer::refused(AnswerFault::NotYetValid) });
    };
    let (status, fault) = match status(certificate, list, newer) {
        // A revocation stands; anything better needs a current list.
        Ok(status @ AnswerStatus::Revoked { .. }) => (status, current.err()),
        Ok(status) => match current.and_then(|()| remembers(certificate, newest)) {
            Ok(()) => (status, None),
            Err(fault) => (AnswerStatus::Unknown, Some(fault)),
        },
        Err(fault) => (AnswerStatus::Unknown, Some(fault)),
    };
    times(Answer { fault, status, ..Answer::refused(AnswerFault::NotYetValid) })
}

/// Numbers are of one issuer and scope, which the check of the delta makes sure of.
fn is_older(delta: &CertificateList, list: &CertificateList) -> bool {
    matches!((delta.crl_number(), list.crl_number()), (Some(delta), Some(list)) if delta < list)
}

/// Whoever signed may sign, may speak of the certificate, and nothing in either list is beyond understanding.
fn authentic(
    question: &CrlQuestion<'_>,
    list: &CertificateList,
    delta: Option<&CertificateList>,
    budget: &mut Budget,
) -> Result<(), AnswerFault> {
    let signer = signer(question, list, budget)?;
    understood(list)?;
    if list.is_delta() {
        return Err(AnswerFault::DeltaWithoutBase);
    }
    let Some(delta) = delta else { return Ok(()) };
    if !delta.is_delta() {
        return Err(AnswerFault::NotADelta);
    }
    // (c): the same issuer, scope and key; then the numbers. Source: RFC 5280 §5.2.4, §6.3.3 (c).
    if !names_match(&delta.issuer(), &list.issuer()) {
        return Err(AnswerFault::DeltaMismatch);
    }
    signed_by(delta, signer, budget)?;
    understood(delta)?;
    let is_of_scope = delta.issuing_distribution_point() == list.issuing_distribution_point();
    let follows = match (delta.base_crl_number(), delta.crl_number(), list.crl_number()) {
        (Some(base), Some(_), Some(number)) => base <= number,
        _ => false,
    };
    if is_of_scope && follows { Ok(()) } else { Err(AnswerFault::DeltaMismatch) }
}

fn understood(list: &CertificateList) -> Result<(), AnswerFault> {
    if list.unknown_critical_extensions().is_empty() { Ok(()) } else { Err(AnswerFault::UnknownCriticalExtension) }
}

fn signed_by(list: &CertificateList, signer: &Certificate, budget: &mut Budget) -> Result<(), AnswerFault> {
    match budget.remembered(list.sha256(), signer, |key| list.verify_signature(key).into())? {
        SignatureFit::Fits => Ok(()),
        SignatureFit::DoesNotFit => Err(AnswerFault::BadSignature),
        SignatureFit::Unsupported => Err(AnswerFault::UnsupportedAlgorithm),
    }
}

/// Whose key signed the list, of those whose key may speak of the certificate.
fn signer<'a>(
    question: &CrlQuestion<'a>,
    list: &CertificateList,
    budget: &mut Budget,
) -> Result<&'a Certificate, AnswerFault> {
    let mut fault = AnswerFault::IssuerNotFound;
    for candidate in question.issuers.iter().filter(|candidate| names_match(&candidate.subject(), &list.issuer())) {
        budget.candidate()?;
        let outcome = match candidate.key_usage() {
            Some(usage) if !usage.crl_sign() => Err(AnswerFault::NoCrlSign),
            Some(_) | None => signed_by(list, candidate, budget),
        };
        match outcome.and_then(|()| may_speak(question, list, candidate, budget)) {
            Ok(()) => return Ok(candidate),
            // The reason of one who signed tells more than that of a namesake who did not.
            Err(AnswerFault::BadSignature) if fault != AnswerFault::IssuerNotFound => {}
            Err(reason) => fault = reason,
        }
    }
    Err(fault)
}

/// Whether a list signed by `signer` can be about the certificate at all.
fn may_speak(
    question: &CrlQuestion<'_>,
    list: &CertificateList,
    signer: &Certificate,
    budget: &mut Budget,
) -> Result<(), AnswerFault> {
    let Some(certificate) = question.certificate else { return Ok(()) };
    let is_direct = names_match(&list.issuer(), &certificate.issuer());
    let is_known = |given: &Certificate| names_match(&given.subject(), &certificate.issuer());
    if !is_direct && !question.issuers.iter().any(is_known) {
        // An indirect list speaks of certificates by the name of their issuer; the certificate itself names the list's
        // issuer, which the scope makes sure of.
        return Ok(());
    }
    let authorities = issuers::of(certificate, question.issuers, budget)?;
    if !is_direct {
        return Ok(());
    }
    for authority in authorities {
        if is_of_one_authority(authority, signer, question.issuers, budget)? {
            return Ok(());
        }
    }
    Err(AnswerFault::AnotherKey)
}

/// Two keys of one name are one authority's when one signed the other or the same key signed both: a namesake is not.
fn is_of_one_authority(
    a: &Certificate,
    b: &Certificate,
    given: &[Certificate],
    budget: &mut Budget,
) -> Result<bool, AnswerFault> {
    if a.spki() == b.spki() || vouches(a, b, budget)? || vouches(b, a, budget)? {
        return Ok(true);
    }
    for above in given {
        budget.candidate()?;
        if vouches(above, a, budget)? && vouches(above, b, budget)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn vouches(above: &Certificate, below: &Certificate, budget: &mut Budget) -> Result<bool, AnswerFault> {
    Ok(names_match(&above.subject(), &below.issuer())
        && budget.certificate_signed_by(below, above)? == SignatureFit::Fits)
}

/// The window of the newest list; the full one must at least have been there.
fn current(at: Moment, list: &CertificateList, newest: &CertificateList) -> Result<(), AnswerFault> {
    if list.this_update() > at || newest.this_update() > at {
        return Err(AnswerFault::NotYetValid);
    }
    match newest.next_update() {
        None => Err(AnswerFault::NoNextUpdate),
        Some(next) if at >= next => Err(AnswerFault::Expired),
        Some(_) => Ok(()),
    }
}

/// A list made after the certificate expired may have dropped it, unless it says that it keeps such.
fn remembers(certificate: &Certificate, newest: &CertificateList) -> Result<(), AnswerFault> {
    let ended = certificate.not_after();
    let keeps = newest.expired_certs_on_crl().is_some_and(|since| since <= ended);
    if newest.this_update() <= ended || keeps { Ok(()) } else { Err(AnswerFault::Forgotten) }
}

fn status(
    certificate: &Certificate,
    list: &CertificateList,
    delta: Option<&CertificateList>,
) -> Result<AnswerStatus, AnswerFault> {
    let covered = reasons_covered(certificate, list).ok_or(AnswerFault::OutOfScope)?;
    let unlisted = || if covered == ALL_REASONS { Ok(AnswerStatus::Good) } else { Err(AnswerFault::OnlySomeReasons) };
    let in_full = entry(certificate, list)?;
    let in_delta = delta.map(|delta| entry(certificate, delta)).transpose()?.flatten();
    match (in_full, in_delta) {
        (_, Some(entry)) if entry.reason != Some(ReasonCode::RemoveFromCrl) => Ok(revoked(&entry)),
        // Only a hold is lifted: a revocation for good stands even when the delta takes it off.
        (Some(entry), Some(_)) if entry.reason == Some(ReasonCode::CertificateHold) => unlisted(),
        (Some(entry), _) if entry.reason == Some(ReasonCode::RemoveFromCrl) => Err(AnswerFault::RemovedInFullList),
        (Some(entry), _) => Ok(revoked(&entry)),
        (None, _) => unlisted(),
    }
}

fn entry<'a>(certificate: &Certificate, list: &'a CertificateList) -> Result<Option<RevokedEntry<'a>>, AnswerFault> {
    list.find_issued_by(&certificate.issuer(), certificate.serial()).map_err(|_| AnswerFault::ListedTwice)
}

const fn revoked(entry: &RevokedEntry<'_>) -> AnswerStatus {
    AnswerStatus::Revoked { at: entry.revoked_at, reason: entry.reason }
}
