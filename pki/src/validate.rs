//! The verdict on signatures: message, anchors, evidence, policy and moment in, a report out. The same input gives the
//! same report.
//!
//! A signature goes through the building blocks in the order of the standard: format, identification of the signing
//! certificate, cryptography, time stamps, X.509 validation at the proven moment (else at the moment asked about),
//! algorithms. The first thing that fails gives the verdict; everything asked stands in the checks.
//!
//! Source: ETSI EN 319 102-1 §5.2 to §5.6; RFC 5652; RFC 3161; EN 319 122-1; XML Signature 1.1.

use crate::certificate::Certificate;
use crate::cms::SignedData;
use crate::digest::{DigestAlgorithm, Digests};
use crate::path::{Budget, PathError, PathOptions, VerifiedPath};
use crate::policy::{RevocationPolicy, SignaturePolicy};
use crate::report::{
    EvidenceUsed, Indication, Rule, SignatureReport, TimeStampKind, TimeStampReport, ValidationReport,
};
use crate::time::Moment;
use crate::trust::TrustStore;
use crate::tsp::TimeStampToken;
use crate::xml::Document;

pub use crate::revocation::Evidence;

mod algorithms;
mod chain;
mod content;
mod counter;
mod crypto;
mod embedded;
mod level;
mod material;
mod proofs;
pub(crate) mod rules;
mod signature;
mod stamps;
mod time_stamp;
mod trust;
mod xml;

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
    let embedded = embedded::evidence_in(input.signed_data);
    let mut judge = signature::Judge {
        message: input.signed_data,
        content: content::Content::of(input),
        encapsulated: Some(input.signed_data.encapsulated_type()),
        anchors,
        tsa_anchors,
        evidence: &embedded::joined(evidence, &embedded),
        embedded: &embedded,
        policy,
        at,
        budget: Budget::default().with_keys(anchors.keys()),
    };
    let mut room = counter::COUNTER_SIGNATURES_MAX;
    let judged = input.signed_data.signer_infos().iter().map(|signer| {
        let mut report = judge.signature(signer);
        counter::judge(&mut judge, signer, &mut report, &mut room, counter::COUNTER_DEPTH_MAX);
        report
    });
    let signatures: Vec<SignatureReport> = judged.collect();
    let worst = signatures.iter().map(|signature| signature.indication).max();
    ValidationReport { indication: worst.unwrap_or(Indication::TotalFailed), at, signatures }
}

/// The verdict on every ds:Signature of an XML document at `at`, in document order, by the same building blocks as
/// [`validate_cms`]. Certificates in a KeyInfo count as evidence beside `evidence`. A document without signatures is
/// refuted; of more than [`crate::xml::dsig::SIGNATURES_MAX`] the rest is not judged, and the whole is then never passed.
///
/// What a signature covers stands in [`SignatureReport::covers`] and, by path and id, in the check
/// `xml-covers-document`: who acts on a part of a document must compare. Signatures are stacked here by habit: one that
/// fits the document only without the signatures after it is judged without them, and the check `xml-later-signatures`
/// says so.
pub fn validate_xml(
    document: &Document,
    anchors: &TrustStore,
    tsa_anchors: &TrustStore,
    evidence: &Evidence,
    policy: &SignaturePolicy,
    at: Moment,
) -> ValidationReport {
    xml::validate(document, &xml::Given { anchors, tsa_anchors, evidence, policy, at })
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
    let mut digest = |algorithm: DigestAlgorithm| match data {
        DetachedContent::Bytes(bytes) => Some(algorithm.digest(bytes)),
        DetachedContent::Digests(digests) => digests.get(algorithm).cloned(),
    };
    let proofs = proofs::Proofs::default();
    time_stamp::judge(token, TimeStampKind::Data, &mut digest, &context, &proofs, &mut Budget::default())
}

/// The path from `target` to an anchor that holds at `at` with nobody in it revoked, as far as `policy` asks, and by what
/// that is known. The intermediates may also sign evidence, and the certificates of the evidence build paths.
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
    let more = Evidence { certificates: intermediates.to_vec(), ..Evidence::default() };
    let evidence = &embedded::joined(evidence, &more);
    let asked = chain::Asked { trust, evidence, policy, algorithms: None, options, at };
    chain::validate(target, &asked, budget)
}
