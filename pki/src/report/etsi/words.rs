//! The words of the standards for ours. Source: ETSI TS 119 102-2 §4.3.4, §4.3.11, §4.3.12, §4.4.4; RFC 3061; RFC 9231;
//! for the national digests the signatures in XML of the national programs.

use crate::digest::DigestAlgorithm;
use crate::oid::Oid;
use crate::report::{Check, CheckOutcome, Indication, SignatureReport, SubIndication, TimeStampKind};

pub(super) const CONSTRAINT_APPLIED: &str = "urn:etsi:019102:constraintStatus:applied";
pub(super) const CONSTRAINT_DISABLED: &str = "urn:etsi:019102:constraintStatus:disabled";
/// A moment that the validation proved.
pub(super) const POE_VALIDATION: &str = "urn:etsi:019102:poetype:validation";
/// A moment that the caller said.
pub(super) const POE_PROVIDED: &str = "urn:etsi:019102:poetype:provided";

/// The verdict on a signature.
pub(super) const fn main_indication(indication: Indication) -> &'static str {
    match indication {
        Indication::TotalPassed => "urn:etsi:019102:mainindication:total-passed",
        Indication::Indeterminate => "urn:etsi:019102:mainindication:indeterminate",
        Indication::TotalFailed => "urn:etsi:019102:mainindication:total-failed",
    }
}

/// The status of a step: of one question, or of a time stamp.
pub(super) const fn step_indication(indication: Indication) -> &'static str {
    match indication {
        Indication::TotalPassed => "urn:etsi:019102:mainindication:passed",
        Indication::Indeterminate => "urn:etsi:019102:mainindication:indeterminate",
        Indication::TotalFailed => "urn:etsi:019102:mainindication:failed",
    }
}

/// How an answer stands in a report whose verdict is `verdict`; `None` when the question was not asked. A "no" is not
/// more certain than the verdict it leads to.
pub(super) const fn answer(check: &Check, verdict: Indication) -> Option<Indication> {
    match (check.ok, verdict) {
        (CheckOutcome::Yes, _) => Some(Indication::TotalPassed),
        (CheckOutcome::No, Indication::Indeterminate) => Some(Indication::Indeterminate),
        (CheckOutcome::No, Indication::TotalPassed | Indication::TotalFailed) => Some(Indication::TotalFailed),
        (CheckOutcome::NotChecked, _) => None,
    }
}

/// The reason of a verdict.
pub(super) fn sub_indication(sub: SubIndication) -> String {
    format!("urn:etsi:019102:subindication:{}", sub.as_str())
}

/// The process of EN 319 102-1 that a signature went through: by the time stamps that were judged.
pub(super) fn process(signature: &SignatureReport) -> &'static str {
    let judged = |kind| signature.time_stamps.iter().any(|stamp| stamp.kind == kind);
    if judged(TimeStampKind::Archive) {
        "urn:etsi:019102:validationprocess:LTA"
    } else if signature.time_stamps.is_empty() {
        "urn:etsi:019102:validationprocess:Basic"
    } else {
        "urn:etsi:019102:validationprocess:LTVM"
    }
}

/// The element of a time stamp among the attributes, and whether the attribute is signed.
pub(super) const fn stamp_attribute(kind: TimeStampKind) -> Option<(&'static str, bool)> {
    match kind {
        TimeStampKind::Content => Some(("AllDataObjectsTimeStamp", true)),
        TimeStampKind::Signature => Some(("SignatureTimeStamp", false)),
        TimeStampKind::Archive => Some(("ArchiveTimeStamp", false)),
        TimeStampKind::Data => None,
    }
}

/// A digest in DigestMethod.
pub(super) const fn digest_method(algorithm: DigestAlgorithm) -> &'static str {
    match algorithm {
        DigestAlgorithm::Sha1 => "http://www.w3.org/2000/09/xmldsig#sha1",
        DigestAlgorithm::Sha224 => "http://www.w3.org/2001/04/xmldsig-more#sha224",
        DigestAlgorithm::Sha256 => "http://www.w3.org/2001/04/xmlenc#sha256",
        DigestAlgorithm::Sha384 => "http://www.w3.org/2001/04/xmldsig-more#sha384",
        DigestAlgorithm::Sha512 => "http://www.w3.org/2001/04/xmlenc#sha512",
        // No URI of W3C or RFC 9231 names the shortened forms of SHA-512: the identifier as a URN. Source: RFC 8017 annex B.
        DigestAlgorithm::Sha512_224 => "urn:oid:2.16.840.1.101.3.4.2.5",
        DigestAlgorithm::Sha512_256 => "urn:oid:2.16.840.1.101.3.4.2.6",
        DigestAlgorithm::Streebog256 => "urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:gostr34112015-256",
        DigestAlgorithm::Streebog512 => "urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:gostr34112015-512",
        DigestAlgorithm::Gost34311 => "http://www.w3.org/2001/04/xmldsig-more#gost34311",
    }
}

/// An object identifier as a URI.
pub(super) fn oid(oid: Oid) -> String {
    format!("urn:oid:{oid}")
}

/// A word of this project as a URI.
pub(super) fn own(kind: &str, word: &str) -> String {
    format!("urn:qolhat:{kind}:{word}")
}
