//! What the process makes of a verdict. Validation never bends to the process (design D5): the report stays as it is,
//! and here it is read as a yes, a wait or a no with its own code.

use qolhat_pki::report::{CryptoOutcome, Indication, SignatureReport, SubIndication, ValidationReport};

use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::time::Moment;

/// RFC 5280 reason of a suspended certificate.
const CERTIFICATE_HOLD: &str = "certificateHold";

/// What follows from a report.
#[derive(Debug)]
pub enum Verdict {
    /// The signature is good and its certificate is proven valid.
    Passed,
    /// The mathematics is right, but nobody could say now whether the certificate is revoked.
    Wait(Refusal),
    /// It is not to be recorded.
    No(Refusal),
}

/// What follows from `report`, which must be about exactly one signature.
#[must_use]
pub fn of(report: &ValidationReport) -> Verdict {
    let [signature] = report.signatures.as_slice() else {
        return Verdict::No(match report.signatures.len() {
            0 => Refusal::new(RefusalCode::SignatureMissing),
            count => Refusal::new(RefusalCode::SeveralSigners).with("count", count.to_string()),
        });
    };
    match signature.crypto {
        CryptoOutcome::HashFailure => return no(RefusalCode::SignatureContentMismatch),
        CryptoOutcome::SigCryptoFailure => return no(RefusalCode::SignatureInvalid),
        CryptoOutcome::Unsupported => {
            let reason = signature.signature_algorithm.to_string();
            return Verdict::No(Refusal::new(RefusalCode::SignatureUnsupported).with("reason", reason));
        }
        CryptoOutcome::Ok | CryptoOutcome::NotChecked => {}
    }
    if signature.indication == Indication::TotalPassed && signature.crypto == CryptoOutcome::Ok {
        return Verdict::Passed;
    }
    refused(signature)
}

fn no(code: RefusalCode) -> Verdict {
    Verdict::No(Refusal::new(code))
}

/// The reason why a signature whose mathematics holds is not good, or cannot be called good now.
fn refused(signature: &SignatureReport) -> Verdict {
    let Some(sub) = signature.sub_indication else { return no(RefusalCode::SignatureInvalid) };
    match sub {
        SubIndication::TryLater if is_on_hold(signature) => no(RefusalCode::CertificateOnHold),
        SubIndication::TryLater => {
            let reason = signature
                .checks
                .iter()
                .find(|check| check.name.contains("revocation") && check.ok.as_bool() != Some(true))
                .map_or_else(String::new, |check| check.detail.clone());
            Verdict::Wait(Refusal::new(RefusalCode::CertificateStatusUnknown).with("reason", reason))
        }
        SubIndication::Revoked | SubIndication::RevokedNoPoe | SubIndication::RevokedCaNoPoe => {
            let since = signature.revoked_since.map_or_else(String::new, |at| at.to_string());
            Verdict::No(Refusal::new(RefusalCode::CertificateRevoked).with("since", since))
        }
        SubIndication::Expired | SubIndication::OutOfBoundsNoPoe | SubIndication::OutOfBoundsNotRevoked => {
            out_of_bounds(signature)
        }
        SubIndication::NotYetValid => out_of_bounds(signature),
        SubIndication::NoCertificateChainFound
        | SubIndication::CertificateChainGeneralFailure
        | SubIndication::ChainConstraintsFailure => untrusted(signature),
        SubIndication::NoSigningCertificateFound | SubIndication::SigConstraintsFailure => {
            no(RefusalCode::SignatureInvalid)
        }
        SubIndication::HashFailure | SubIndication::SignedDataNotFound => no(RefusalCode::SignatureContentMismatch),
        SubIndication::CryptoConstraintsFailure | SubIndication::CryptoConstraintsFailureNoPoe => {
            let reason = signature.signature_algorithm.to_string();
            Verdict::No(Refusal::new(RefusalCode::SignatureUnsupported).with("reason", reason))
        }
        SubIndication::FormatFailure | SubIndication::SigCryptoFailure | SubIndication::TimestampOrderFailure => {
            no(RefusalCode::SignatureInvalid)
        }
        _ => no(RefusalCode::SignatureInvalid),
    }
}

/// That the certificate of a good signature was still good at receipt: an older time stamp proves when it was signed, and
/// both instants count (A5.2.3.2).
///
/// # Errors
/// `certificate-expired`, `certificate-not-yet-valid`, `certificate-on-hold`, `certificate-revoked`.
pub fn at_receipt(signature: &SignatureReport, receipt: Moment) -> Result<(), Refusal> {
    let Some(certificate) = signature.certificate.as_ref() else {
        return Err(Refusal::new(RefusalCode::SignatureInvalid));
    };
    if !certificate.valid_at(receipt) {
        return Err(bounds(certificate.not_before(), certificate.not_after(), receipt));
    }
    match signature.revoked_since.filter(|since| *since <= receipt) {
        None => Ok(()),
        Some(_) if is_on_hold(signature) => Err(Refusal::new(RefusalCode::CertificateOnHold)),
        Some(since) => Err(Refusal::new(RefusalCode::CertificateRevoked).with("since", since.to_string())),
    }
}

/// Whether somebody of the path is suspended by the CA, and not revoked for good.
pub(super) fn is_on_hold(signature: &SignatureReport) -> bool {
    signature.evidence_used.iter().any(|used| used.proof.revocation_reason == Some(CERTIFICATE_HOLD))
}

fn untrusted(signature: &SignatureReport) -> Verdict {
    let issuer =
        signature.certificate.as_ref().map_or_else(String::new, |certificate| certificate.issuer().to_string());
    Verdict::No(Refusal::new(RefusalCode::CertificateUntrusted).with("issuer", issuer))
}

fn out_of_bounds(signature: &SignatureReport) -> Verdict {
    let Some(certificate) = signature.certificate.as_ref() else { return no(RefusalCode::SignatureInvalid) };
    Verdict::No(bounds(certificate.not_before(), certificate.not_after(), signature.judged_at))
}

/// The refusal for a certificate used at `at`, outside its validity.
fn bounds(not_before: Moment, not_after: Moment, at: Moment) -> Refusal {
    if at < not_before {
        Refusal::new(RefusalCode::CertificateNotYetValid)
            .with("not_before", not_before.to_string())
            .with("at", at.to_string())
    } else {
        Refusal::new(RefusalCode::CertificateExpired)
            .with("not_after", not_after.to_string())
            .with("at", at.to_string())
    }
}
