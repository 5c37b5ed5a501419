//! One OCSP response. Source: RFC 6960 §3.2, §4.2.2; RFC 9654; RFC 5019 §4.

use super::{Answer, AnswerFault, AnswerStatus, issuers};
use crate::certificate::Certificate;
use crate::ocsp::{BasicOcspResponse, CertStatus, OcspResponse, ResponderId, SingleResponse};
use crate::oid;
use crate::path::{Budget, SignatureFit, names_match};
use crate::policy::OCSP_WITHOUT_NEXT_UPDATE_SECS;
use crate::time::{Moment, Span};

/// What is asked of a response.
#[derive(Debug, Clone, Copy)]
pub struct OcspQuestion<'a> {
    /// Whose status.
    pub certificate: &'a Certificate,
    /// CA certificates, believed; the issuer is to be among them.
    pub issuers: &'a [Certificate],
    /// At which moment.
    pub at: Moment,
    /// The nonce that was sent: what the extension carries, bare or in its OCTET STRING.
    pub nonce: Option<&'a [u8]>,
}

/// What `response` says of the certificate. The responder must be the issuer, by the very key that signed the certificate,
/// or hold a certificate by that key for OCSP signing that was valid when it answered and is at the moment asked about;
/// whether that certificate was revoked is not asked. The answer counts in [thisUpdate, nextUpdate), without nextUpdate
/// for [`OCSP_WITHOUT_NEXT_UPDATE_SECS`]. A certificate that expired before thisUpdate is good only by a responder whose
/// archiveCutoff reaches back to it.
pub fn ocsp_answer(question: &OcspQuestion<'_>, response: &OcspResponse) -> Answer {
    if let Some(fault) = AnswerFault::of_status(response.status()) {
        return Answer::refused(fault);
    }
    let Some(basic) = response.basic() else { return Answer::refused(AnswerFault::InternalError) };
    let mut budget = Budget::default();
    let issuers = match issuers::of(question.certificate, question.issuers, &mut budget) {
        Ok(issuers) => issuers,
        Err(fault) => return with_times(Answer::refused(fault), basic, None),
    };
    let mut refused = Answer::refused(AnswerFault::IssuerNotFound);
    for issuer in issuers {
        let answer = answer_under(question, issuer, response, basic, &mut budget);
        if answer.is_valid() {
            return answer;
        }
        refused = answer;
    }
    refused
}

fn answer_under(
    question: &OcspQuestion<'_>,
    issuer: &Certificate,
    response: &OcspResponse,
    basic: &BasicOcspResponse,
    budget: &mut Budget,
) -> Answer {
    // Of two certificates with one number the responder may say which one it means.
    let meant =
        |single: &&SingleResponse| single.cert_hash.as_ref().is_none_or(|hash| hash.is_of(question.certificate));
    let Some(single) = basic.response_for(question.certificate.serial(), issuer).filter(meant) else {
        return with_times(Answer::refused(AnswerFault::NotAnswered), basic, None);
    };
    let status = match single.status {
        CertStatus::Good => AnswerStatus::Good,
        CertStatus::Revoked { at, reason } => AnswerStatus::Revoked { at, reason },
        CertStatus::Unknown => AnswerStatus::Unknown,
    };
    let believed = authentic(question, issuer, response, basic, single, budget);
    let current = believed.and_then(|()| current(question, basic, single));
    let status = match (believed, current, status) {
        (Ok(()), Ok(()), status) | (Ok(()), Err(_), status @ AnswerStatus::Revoked { .. }) => status,
        (Ok(()), Err(_), AnswerStatus::Good | AnswerStatus::Unknown) | (Err(_), _, _) => AnswerStatus::Unknown,
    };
    let answer = Answer { fault: current.err(), status, this_update: None, next_update: None, produced_at: None };
    with_times(answer, basic, Some(single))
}

fn with_times(answer: Answer, basic: &BasicOcspResponse, single: Option<&SingleResponse>) -> Answer {
    Answer {
        this_update: single.map(|single| single.this_update),
        next_update: single.and_then(|single| single.next_update),
        produced_at: Some(basic.produced_at()),
        ..answer
    }
}

/// Signed by somebody who may answer, with nothing in it that is not understood, and to this question.
fn authentic(
    question: &OcspQuestion<'_>,
    issuer: &Certificate,
    response: &OcspResponse,
    basic: &BasicOcspResponse,
    single: &SingleResponse,
    budget: &mut Budget,
) -> Result<(), AnswerFault> {
    if !basic.unknown_critical_extensions().is_empty() || !single.unknown_critical_extensions.is_empty() {
        return Err(AnswerFault::UnknownCriticalExtension);
    }
    authorised(question, issuer, response, basic, budget)?;
    match question.nonce {
        Some(_) if basic.nonce().is_none() => Err(AnswerFault::NonceMissing),
        Some(sent) if !basic.nonce_matches(sent) => Err(AnswerFault::NonceMismatch),
        Some(_) | None => Ok(()),
    }
}

/// Source: RFC 6960 §4.2.2.2. The reason is that of the candidate that came last.
fn authorised(
    question: &OcspQuestion<'_>,
    issuer: &Certificate,
    response: &OcspResponse,
    basic: &BasicOcspResponse,
    budget: &mut Budget,
) -> Result<(), AnswerFault> {
    let id = basic.responder_id();
    let mut fault = AnswerFault::ResponderNotFound;
    if is_named(&id, issuer) {
        match signed_by(issuer, response, basic, budget) {
            Ok(()) => return Ok(()),
            Err(reason) => fault = reason,
        }
    }
    let candidates = basic.certificates().iter().chain(question.issuers);
    for candidate in candidates.filter(|candidate| is_named(&id, candidate) && candidate.spki() != issuer.spki()) {
        budget.candidate()?;
        let delegated = delegated(question, issuer, candidate, basic.produced_at(), budget);
        match delegated.and_then(|()| signed_by(candidate, response, basic, budget)) {
            Ok(()) => return Ok(()),
            Err(reason) => fault = reason,
        }
    }
    Err(fault)
}

fn is_named(id: &ResponderId<'_>, certificate: &Certificate) -> bool {
    match id {
        ResponderId::ByName(name) => names_match(name, &certificate.subject()),
        ResponderId::ByKey(_) => id.matches(certificate),
    }
}

fn signed_by(
    certificate: &Certificate,
    response: &OcspResponse,
    basic: &BasicOcspResponse,
    budget: &mut Budget,
) -> Result<(), AnswerFault> {
    match budget.remembered(response.sha256(), certificate, |key| basic.verify_signature(key).into())? {
        SignatureFit::Fits => Ok(()),
        SignatureFit::DoesNotFit => Err(AnswerFault::BadSignature),
        SignatureFit::Unsupported => Err(AnswerFault::UnsupportedAlgorithm),
    }
}

/// Whether the very key that issued the certificate asked about delegated the answering to this one.
fn delegated(
    question: &OcspQuestion<'_>,
    issuer: &Certificate,
    responder: &Certificate,
    produced_at: Moment,
    budget: &mut Budget,
) -> Result<(), AnswerFault> {
    if responder.der() == question.certificate.der() {
        return Err(AnswerFault::ResponderIsTheCertificate);
    }
    let is_of_issuer = names_match(&responder.issuer(), &issuer.subject())
        && budget.certificate_signed_by(responder, issuer)? == SignatureFit::Fits;
    if !is_of_issuer {
        return Err(AnswerFault::ResponderOfAnotherIssuer);
    }
    // Any extended usage is not this one: the delegation must be said. Source: RFC 6960 §4.2.2.2.
    let may_answer = responder.extended_key_usage().is_some_and(|usages| usages.contains(&oid::OCSP_SIGNING))
        && responder.key_usage().is_none_or(|usage| usage.digital_signature() || usage.non_repudiation());
    if !may_answer {
        return Err(AnswerFault::ResponderPurpose);
    }
    if !responder.unknown_critical_extensions().is_empty() {
        return Err(AnswerFault::UnknownCriticalExtension);
    }
    for moment in [produced_at, question.at] {
        if moment < responder.not_before() {
            return Err(AnswerFault::ResponderNotYetValid);
        }
        if moment > responder.not_after() {
            return Err(AnswerFault::ResponderExpired);
        }
    }
    Ok(())
}

fn current(question: &OcspQuestion<'_>, basic: &BasicOcspResponse, single: &SingleResponse) -> Result<(), AnswerFault> {
    let at = question.at;
    if basic.produced_at() > at {
        return Err(AnswerFault::ProducedInFuture);
    }
    // Of a moment after the one at which it signed a responder knows nothing either. Source: RFC 6960 §2.4.
    if single.this_update > at || single.this_update > basic.produced_at() {
        return Err(AnswerFault::NotYetValid);
    }
    match single.next_update {
        Some(next) if at >= next => return Err(AnswerFault::Expired),
        Some(_) => {}
        None => {
            let until = single.this_update.checked_add(Span::seconds(i64::from(OCSP_WITHOUT_NEXT_UPDATE_SECS)));
            if until.is_none_or(|until| at >= until) {
                return Err(AnswerFault::TooOld);
            }
        }
    }
    let ended = question.certificate.not_after();
    let remembers = single.this_update <= ended || single.archive_cutoff.is_some_and(|cutoff| cutoff <= ended);
    let is_good = matches!(single.status, CertStatus::Good);
    if is_good && !remembers { Err(AnswerFault::Forgotten) } else { Ok(()) }
}
