//! Signed messages, time stamps, answers of a responder.

use qolhat_pki::cms::SignedData;
use qolhat_pki::ocsp::{OcspRequest, OcspResponse};
use qolhat_pki::policy::{RevocationMode, RevocationPolicy, SignaturePolicy};
use qolhat_pki::report::{Indication, ValidationReport, etsi};
use qolhat_pki::tsp::{TimeStampRequest, TimeStampResponse, TimeStampToken};
use qolhat_pki::validate::{CmsInput, DetachedContent, Evidence, validate_cms, validate_time_stamp};

use super::objects::stands;
use super::{Claim, Known, claim, known, says_only_what_is_known};
use crate::fixture::{CONTENT, FIXTURE, NEVER_SIGNED};
use crate::seeds;

static MESSAGES: Known = Known::new(|| known(signatures, seeds::cms()));
static STAMPS: Known = Known::new(|| known(stamps, seeds::tsp()));
static ANSWERS: Known = Known::new(|| known(answers, seeds::ocsp()));

/// The default, and the one for real objects, about which there is no fresh evidence.
pub(super) fn without_revocation() -> SignaturePolicy {
    SignaturePolicy { revocation: RevocationPolicy::with_mode(RevocationMode::None), ..SignaturePolicy::default() }
}

fn judged(data: &SignedData, detached: &[u8], real: bool) -> ValidationReport {
    let detached = data.content().is_none().then_some(DetachedContent::Bytes(detached));
    let input = CmsInput { signed_data: data, detached };
    if real {
        let anchors = &FIXTURE.real_anchors;
        let evidence = Evidence::default();
        return validate_cms(&input, anchors, anchors, &evidence, &without_revocation(), FIXTURE.real_now);
    }
    let anchors = &FIXTURE.anchors;
    validate_cms(&input, anchors, anchors, &FIXTURE.evidence, &SignaturePolicy::default(), FIXTURE.now)
}

fn signatures(data: &[u8]) -> Vec<Claim> {
    let Ok(message) = SignedData::from_bytes(data) else { return Vec::new() };
    let mut claims = Vec::new();
    for (real, detached) in [(false, CONTENT), (true, &FIXTURE.real_content)] {
        if real && FIXTURE.real_anchors.is_empty() {
            continue;
        }
        let report = judged(&message, detached, real);
        let _ = etsi::to_xml(&report);
        let content = message.content().unwrap_or(detached);
        let mut all = true;
        for (signature, signer) in report.signatures.iter().zip(message.signer_infos()) {
            let passed = signature.indication == Indication::TotalPassed;
            all &= passed;
            if passed {
                let certificate = signature.certificate.as_ref().expect("who passed is known").sha256();
                // Attributes are verified in DER too when they were received in another order: they say the same.
                let attributes = signer.signed_octets_in_der().or(signer.signed_octets().map(<[u8]>::to_vec));
                claims.push(claim(&[&certificate, &attributes.unwrap_or_default(), content]));
            }
        }
        let has_passed = report.indication == Indication::TotalPassed;
        assert!(!has_passed || all && !report.signatures.is_empty(), "the whole passes only when all parts do");
    }
    claims
}

/// A message: read, judged by the minted authority and by the real ones, reported.
pub fn cms(data: &[u8]) {
    let Ok(message) = SignedData::from_bytes(data) else { return };
    says_only_what_is_known(signatures(data), &MESSAGES);
    if message.content().is_none() {
        let report = judged(&message, NEVER_SIGNED, false);
        let passed = report.signatures.iter().any(|one| one.indication == Indication::TotalPassed);
        assert!(!passed, "content that nobody signed passes");
    }
}

fn stamps(data: &[u8]) -> Vec<Claim> {
    let Ok(token) = TimeStampToken::from_der(data) else { return Vec::new() };
    let (evidence, policy) = (&FIXTURE.evidence, SignaturePolicy::default());
    let judge = |content| {
        let content = DetachedContent::Bytes(content);
        validate_time_stamp(&token, &content, &FIXTURE.anchors, evidence, &policy, FIXTURE.now)
    };
    assert!(!judge(NEVER_SIGNED).proven, "a token over something else proves this");
    let report = judge(CONTENT);
    if !report.proven {
        return Vec::new();
    }
    vec![claim(&[report.gen_time.to_string().as_bytes(), report.serial.as_bytes(), report.policy.content()])]
}

/// Requests, responses and tokens of a time-stamp authority.
pub fn tsp(data: &[u8]) {
    let _ = TimeStampRequest::from_der(data);
    if let Ok(response) = TimeStampResponse::from_der(data) {
        let _ = (response.status().as_str(), response.texts(), response.failures());
        if let Some(token) = response.token() {
            says_only_what_is_known(stamps(token), &STAMPS);
        }
    }
    if let Ok(token) = TimeStampToken::from_der(data) {
        let info = token.info();
        let _ = (info.serial_hex(), info.unknown_critical_extensions(), info.nonce_is(b"nonce"));
        says_only_what_is_known(stamps(data), &STAMPS);
    }
}

fn answers(data: &[u8]) -> Vec<Claim> {
    let Ok(response) = OcspResponse::from_der(data) else { return Vec::new() };
    let Some(basic) = response.basic() else { return Vec::new() };
    let evidence = Evidence { ocsp: vec![response.clone()], ..Evidence::default() };
    if stands(&evidence) { vec![claim(&[basic.tbs()])] } else { Vec::new() }
}

/// Requests and responses of a responder, and what they say of the signer.
pub fn ocsp(data: &[u8]) {
    if let Ok(request) = OcspRequest::from_der(data) {
        let _ = (request.cert_ids(), request.nonce(), request.unknown_critical_extensions(), request.is_signed());
    }
    let _ = OcspResponse::from_basic_der(data);
    let Ok(response) = OcspResponse::from_der(data) else { return };
    if let Some(basic) = response.basic() {
        let world = &FIXTURE.world;
        let _ = basic.response_for(world.signer.certificate.serial(), &world.ca.certificate);
        let _ = basic.verify_signed_by(&world.responder.certificate);
    }
    says_only_what_is_known(answers(data), &ANSWERS);
}
