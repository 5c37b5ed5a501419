//! The words of the standards for ours. Source: ETSI TS 119 102-2 §4.3.4, §4.3.11, §4.3.12, §4.4.4; RFC 3061; RFC 9231;
//! for the national digests the signatures in XML of the national programs.

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

/// An object identifier as a URI.
pub(super) fn oid(oid: Oid) -> String {
    format!("urn:oid:{oid}")
}

/// A word of this project as a URI.
pub(super) fn own(kind: &str, word: &str) -> String {
    format!("urn:qolhat:{kind}:{word}")
}
