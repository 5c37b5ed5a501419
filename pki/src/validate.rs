//! The verdict on signatures: message, anchors, evidence, policy and moment in, a report out. The same input gives the
//! same report.
//!
//! A signature goes through the building blocks in the order of the standard: format, identification of the signing
//! certificate, cryptography, time stamps, X.509 validation at the proven moment (else at the moment asked about),
//! algorithms. The first thing that fails gives the verdict; everything asked stands in the checks.
//!
//! Source: ETSI EN 319 102-1 §5.2 to §5.6; RFC 5652; RFC 3161; EN 319 122-1.

use crate::certificate::Certificate;
use crate::cms::{SignedData, SignerInfo};
use crate::crl::CertificateList;
use crate::digest::Digests;
use crate::ocsp::OcspResponse;
use crate::path::{Budget, PathError, PathOptions, VerifiedPath};
use crate::policy::{RevocationPolicy, SignaturePolicy};
use crate::report::{EvidenceUsed, Indication, Rule, SignatureReport, TimeStampReport, ValidationReport};
use crate::time::Moment;
use crate::trust::TrustStore;
use crate::tsp::TimeStampToken;

pub use crate::revocation::Evidence;

mod chain;
mod crypto;
mod rules;
mod signature;
mod time_stamp;

/// Every question a validation asks, with its clause. A name is never reused for another question.
pub const RULES: &[Rule] = rules::ALL;

/// What was signed, when the message does not carry it.
#[derive(Debug, Clone, Copy)]
pub enum DetachedContent<'a> {
    /// The content.
    Bytes(&'a [u8]),
    /// Its digests, under every algorithm that may be asked for.
    Digests(&'a Digests),
}

/// A message to judge.
#[derive(Debug, Clone, Copy)]
pub struct CmsInput<'a> {
    /// The message.
    pub signed_data: &'a SignedData,
    /// The content, when it is elsewhere. Given beside a content inside, both must be the same.
    pub detached: Option<DetachedContent<'a>>,
}

/// The verdict on every signature of a message at `at`. Revocation data and certificates inside the message count as
/// evidence beside `evidence`. A message without signers is refuted.
pub fn validate_cms(
    input: &CmsInput<'_>,
    anchors: &TrustStore,
    tsa_anchors: &TrustStore,
    evidence: &Evidence,
    policy: &SignaturePolicy,
    at: Moment,
) -> ValidationReport {
    let evidence = with_embedded(evidence, input.signed_data);
    let mut budget = Budget::default();
    let mut judge =
        signature::Judge { input, anchors, tsa_anchors, evidence: &evidence, policy, at, budget: &mut budget };
    let signatures: Vec<SignatureReport> =
        input.signed_data.signer_infos().iter().map(|signer| judge.signature(signer)).collect();
    let worst = signatures.iter().map(|signature| signature.indication).max();
    ValidationReport { indication: worst.unwrap_or(Indication::TotalFailed), at, signatures }
}

/// What `token` proves about `data` when it is judged at `at`.
pub fn validate_time_stamp(
    token: &TimeStampToken,
    data: &DetachedContent<'_>,
    tsa_anchors: &TrustStore,
    evidence: &Evidence,
    policy: &SignaturePolicy,
    at: Moment,
) -> TimeStampReport {
    let context = time_stamp::Context { tsa_anchors, evidence, policy, at };
    time_stamp::judge(token, crate::report::TimeStampKind::Data, data, &context, &mut Budget::default())
}

/// The path from `target` to an anchor that holds at `at` with nobody in it revoked, as far as `policy` asks, and by what
/// that is known.
///
/// # Errors
/// As [`crate::path::build_path`]; [`PathError::Revoked`] (a hold too), [`PathError::RevocationUnknown`].
#[expect(clippy::too_many_arguments, reason = "the inputs of RFC 5280 6.1.1 and the evidence")]
pub fn validate_path(
    target: &Certificate,
    trust: &TrustStore,
    intermediates: &[Certificate],
    evidence: &Evidence,
    policy: &RevocationPolicy,
    options: &PathOptions,
    at: Moment,
    budget: &mut Budget,
) -> Result<(VerifiedPath, Vec<EvidenceUsed>), PathError> {
    let asked = chain::Asked { trust, intermediates, evidence, policy, options, at };
    chain::validate(target, &asked, budget)
}

/// The evidence given, and what the message carries: certificates, CRLs, OCSP responses, and the values put in as
/// unsigned attributes.
fn with_embedded(evidence: &Evidence, message: &SignedData) -> Evidence {
    let mut all = evidence.clone();
    all.certificates.extend(message.certificates().iter().cloned());
    all.crls.extend(message.crls().iter().filter_map(|der| CertificateList::from_der(der).ok()));
    all.ocsp.extend(message.ocsp_responses().iter().filter_map(|der| OcspResponse::from_der(der).ok()));
    for signer in message.signer_infos() {
        add_values(signer, &mut all);
    }
    all
}

/// certificate-values and revocation-values. Source: EN 319 122-1 annex A.1.1.2 and A.1.2.2. What cannot be read is left
/// out: missing evidence shows by itself.
fn add_values(signer: &SignerInfo, all: &mut Evidence) {
    use crate::der::{Reader, Rules};
    use crate::oid;
    /// Most elements taken of one attribute.
    const VALUES_MAX: usize = 256;
    for attribute in signer.unsigned_attributes() {
        for value in &attribute.values {
            let mut reader = Reader::new(value, Rules::Ber);
            let Ok(mut fields) = reader.sequence() else { continue };
            if attribute.oid == oid::CERTIFICATE_VALUES {
                for _ in 0..VALUES_MAX {
                    let Ok(element) = fields.read() else { break };
                    all.certificates.extend(Certificate::from_der(element.raw).ok());
                }
            } else if attribute.oid == oid::REVOCATION_VALUES {
                let lists = fields.optional_context(0).ok().flatten().and_then(|mut list| list.sequence().ok());
                for element in elements(lists, VALUES_MAX) {
                    all.crls.extend(CertificateList::from_der(&element).ok());
                }
                let answers = fields.optional_context(1).ok().flatten().and_then(|mut list| list.sequence().ok());
                for element in elements(answers, VALUES_MAX) {
                    all.ocsp.extend(OcspResponse::from_basic_der(&element).ok());
                }
            }
        }
    }
}

fn elements(list: Option<crate::der::Reader<'_>>, most: usize) -> Vec<Vec<u8>> {
    let Some(mut list) = list else { return Vec::new() };
    let mut found = Vec::new();
    while let (true, Ok(element)) = (found.len() < most && !list.is_empty(), list.read()) {
        found.push(element.raw.to_vec());
    }
    found
}
