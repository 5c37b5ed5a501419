//! What an OCSP response says. Source: RFC 6960 §3.2, §4.2.2.2.

use super::{
    ALL_REASONS, ProofSource, Question, RevocationProof, Says, Statement, UsedObject, Window, from_crl, is_fresh,
    is_well_signed, signer_in,
};
use crate::certificate::Certificate;
use crate::crl::ReasonCode;
use crate::ocsp::{BasicOcspResponse, CertStatus, OcspResponse, SingleResponse};
use crate::oid;
use crate::path::{Budget, BudgetExhausted, SignatureFit, names_match};
use crate::revocation::Evidence;

/// What `response` says of the certificate; otherwise why not, or nothing when it is about others.
pub(super) fn statement(
    question: &Question<'_>,
    response: &OcspResponse,
    evidence: &Evidence,
    budget: &mut Budget,
) -> Result<Result<Statement, Option<&'static str>>, BudgetExhausted> {
    let Some(basic) = response.basic() else { return Ok(Err(Some("the responder gave no answer"))) };
    let Some(answer) = basic.response_for(question.certificate.serial(), question.issuer) else { return Ok(Err(None)) };
    if !basic.unknown_critical_extensions().is_empty() || !answer.unknown_critical_extensions.is_empty() {
        return Ok(Err(Some("the answer has an unknown critical extension")));
    }
    // What a responder says of a moment after the one at which it signed, it cannot know. Source: RFC 6960 §2.4.
    if answer.this_update > basic.produced_at() {
        return Ok(Err(Some("the answer is about a moment after it was made")));
    }
    if answer.cert_hash.as_ref().is_some_and(|hash| !hash.is_of(question.certificate)) {
        return Ok(Err(Some("the answer is about another certificate of this number")));
    }
    let Some(rests_on) = authorised(question, response, basic, evidence, budget)? else {
        return Ok(Err(Some("the answer is not signed by a responder of the issuer")));
    };
    let signer = signer_in(&rests_on, basic.certificates().iter().chain(&evidence.certificates));
    let is_well_signed = is_well_signed(question, basic.signature_algorithm(), signer, basic.produced_at());
    let mut statement = read(question, response, basic, answer, is_well_signed);
    statement.proof.rests_on = rests_on;
    Ok(Ok(statement))
}

fn read(
    question: &Question<'_>,
    response: &OcspResponse,
    basic: &BasicOcspResponse,
    answer: &SingleResponse,
    is_well_signed: bool,
) -> Statement {
    let window = Window {
        source: ProofSource::Ocsp,
        this_update: answer.this_update,
        next_update: answer.next_update,
        // Whoever tells the digest of a certificate that has ended has not forgotten it.
        remembers_expired_since: match answer.cert_hash {
            Some(_) => Some(question.certificate.not_after()),
            None => answer.archive_cutoff,
        },
    };
    let fresh = is_fresh(question, &window);
    let (says, reason) = match answer.status {
        CertStatus::Good => (Says::Good { fresh: fresh && is_well_signed }, None),
        CertStatus::Unknown => (Says::Unknown { fresh, why: "the responder does not know the certificate" }, None),
        CertStatus::Revoked { at, reason: Some(ReasonCode::CertificateHold) } => {
            (Says::OnHold { since: at }, Some(ReasonCode::CertificateHold))
        }
        CertStatus::Revoked { at, reason } => (Says::Revoked { since: at, reason }, reason),
    };
    let proof = RevocationProof {
        source: ProofSource::Ocsp,
        sha256: response.sha256(),
        this_update: answer.this_update,
        next_update: answer.next_update,
        produced_at: Some(basic.produced_at()),
        revocation_reason: reason.map(ReasonCode::as_str),
        rests_on: Vec::new(),
    };
    let is_weak = fresh && !is_well_signed && matches!(says, Says::Good { .. });
    Statement { says, covers: ALL_REASONS, proof, is_weak }
}

/// What the signature rests on beside the issuer, when the issuer itself made it or a responder to whom the same key
/// delegated it.
fn authorised(
    question: &Question<'_>,
    response: &OcspResponse,
    basic: &BasicOcspResponse,
    evidence: &Evidence,
    budget: &mut Budget,
) -> Result<Option<Vec<UsedObject>>, BudgetExhausted> {
    let responder_id = basic.responder_id();
    let signed_by = |certificate: &Certificate, budget: &mut Budget| {
        budget.remembered(response.sha256(), certificate, |key| basic.verify_signature(key).into())
    };
    if responder_id.matches(question.issuer) && signed_by(question.issuer, budget)? == SignatureFit::Fits {
        return Ok(Some(Vec::new()));
    }
    let candidates = basic.certificates().iter().chain(&evidence.certificates);
    for candidate in candidates.filter(|candidate| responder_id.matches(candidate)) {
        budget.candidate()?;
        // Nobody answers for himself.
        let delegated = candidate.der() != question.certificate.der()
            && may_answer(candidate, basic)
            && names_match(&candidate.issuer(), &question.issuer.subject())
            && budget.certificate_signed_by(candidate, question.issuer)? == SignatureFit::Fits;
        if !delegated || signed_by(candidate, budget)? != SignatureFit::Fits {
            continue;
        }
        if let Some(mut rests_on) = not_revoked(question, candidate, basic, evidence, budget)? {
            rests_on.insert(0, UsedObject::certificate(candidate));
            return Ok(Some(rests_on));
        }
    }
    Ok(None)
}

/// The responder's certificate by itself: for answering, and valid when it answered.
fn may_answer(candidate: &Certificate, basic: &BasicOcspResponse) -> bool {
    candidate.extended_key_usage().is_some_and(|usages| usages.contains(&oid::OCSP_SIGNING))
        && candidate.key_usage().is_none_or(|usage| usage.digital_signature() || usage.non_repudiation())
        && candidate.unknown_critical_extensions().is_empty()
        && candidate.valid_at(basic.produced_at())
}

/// By what the responder is known not to be revoked: not asked when its CA says so (nocheck); otherwise a CRL must show it.
fn not_revoked(
    question: &Question<'_>,
    candidate: &Certificate,
    basic: &BasicOcspResponse,
    evidence: &Evidence,
    budget: &mut Budget,
) -> Result<Option<Vec<UsedObject>>, BudgetExhausted> {
    if candidate.has_ocsp_nocheck() {
        return Ok(Some(Vec::new()));
    }
    let own = Question { certificate: candidate, place: super::Place::Ca, at: basic.produced_at(), ..*question };
    let (mut statements, mut why) = (Vec::new(), "");
    from_crl::statements(&own, evidence, from_crl::Signers::Any, &mut statements, &mut why, budget)?;
    let finding = super::weigh(statements, &own, why);
    let good = finding.status == super::Status::Good;
    Ok(good.then(|| finding.proof.iter().flat_map(RevocationProof::objects).collect()))
}
