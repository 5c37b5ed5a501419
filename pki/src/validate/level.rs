//! The level of a signature by its contents. Source: EN 319 122-1 §6.3.

use super::rules;
use crate::certificate::Certificate;
use crate::cms::SignerInfo;
use crate::path::names_match;
use crate::report::{CheckOutcome, SignatureLevel, TimeStampKind, TimeStampReport};
use crate::revocation::Evidence;

/// The level; a token counts when its imprint is over this very signature value, and evidence when the message brings it
/// along and it is about the signer's certificate or its issuer's list.
pub(super) fn level(
    signer: &SignerInfo,
    certificate: &Certificate,
    embedded: &Evidence,
    stamps: &[TimeStampReport],
) -> SignatureLevel {
    let refers = signer.signing_certificates().is_ok_and(|references| !references.is_empty());
    if !refers || !signer.signed_attributes_are_der() {
        return SignatureLevel::Cms;
    }
    if !stamps.iter().any(|stamp| stamp.kind == TimeStampKind::Signature && fits(stamp)) {
        return SignatureLevel::CadesB;
    }
    if !speaks_of(embedded, certificate) {
        SignatureLevel::CadesT
    } else if stamps.iter().any(|stamp| stamp.kind == TimeStampKind::Archive && fits(stamp)) {
        SignatureLevel::CadesLta
    } else {
        SignatureLevel::CadesLt
    }
}

fn fits(stamp: &TimeStampReport) -> bool {
    let imprint = stamp.checks.iter().find(|check| check.name == rules::STAMP_IMPRINT.name);
    imprint.is_some_and(|check| check.ok == CheckOutcome::Yes)
}

fn speaks_of(evidence: &Evidence, certificate: &Certificate) -> bool {
    let listed = evidence.crls.iter().any(|list| names_match(&list.issuer(), &certificate.issuer()));
    let mut answers = evidence.ocsp.iter().filter_map(|response| response.basic()).flat_map(|basic| basic.responses());
    listed || answers.any(|answer| answer.cert_id.serial == certificate.serial())
}
