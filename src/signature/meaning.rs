//! What a verdict means to a person. The word of the standard says what was found; the same word may mean that he must
//! wait, or that waiting does not help. Pure.

use qolhat_pki::nca::Purpose;
use qolhat_pki::report::{CheckOutcome, CryptoOutcome, Indication, SignatureReport, SubIndication};

use super::verdict::is_on_hold;
use crate::domain::time::Moment;

/// The question whether anybody of the path was revoked, as `qolhat_pki::validate::RULES` calls it.
const REVOCATION: &str = "certificate-revocation";
/// The codes of `qolhat_pki::path::PathError` that change what a verdict means.
const WRONG_PURPOSE: &str = "wrong-purpose";
const NOT_YET_VALID: &str = "not-yet-valid";

/// Every meaning that a verdict on a signature can have; the texts are `verdict-means-…` and `verdict-next-…`. First
/// the word of the standard, then what makes the same word mean something else to a person.
pub const MEANINGS: [&str; 30] = [
    "TOTAL-PASSED",
    "TOTAL-PASSED-proven",
    "TOTAL-PASSED-revoked-later",
    "TOTAL-PASSED-status-not-asked",
    "FORMAT_FAILURE",
    "HASH_FAILURE",
    "SIG_CRYPTO_FAILURE",
    "REVOKED",
    "EXPIRED",
    "NOT_YET_VALID",
    "SIG_CONSTRAINTS_FAILURE",
    "CHAIN_CONSTRAINTS_FAILURE",
    "CHAIN_CONSTRAINTS_FAILURE-login-key",
    "CERTIFICATE_CHAIN_GENERAL_FAILURE",
    "CRYPTO_CONSTRAINTS_FAILURE",
    "CRYPTO_CONSTRAINTS_FAILURE-unknown",
    "CRYPTO_CONSTRAINTS_FAILURE_NO_POE",
    "TIMESTAMP_ORDER_FAILURE",
    "NO_SIGNING_CERTIFICATE_FOUND",
    "NO_CERTIFICATE_CHAIN_FOUND",
    "REVOKED_NO_POE",
    "REVOKED_CA_NO_POE",
    "OUT_OF_BOUNDS_NO_POE",
    "OUT_OF_BOUNDS_NO_POE-early",
    "OUT_OF_BOUNDS_NOT_REVOKED",
    "TRY_LATER",
    "TRY_LATER-on-hold",
    "TRY_LATER-ended",
    "SIGNED_DATA_NOT_FOUND",
    "no-signatures",
];

/// What the verdict means to a person who asks at `at`: one of [`MEANINGS`].
#[must_use]
pub fn meaning(report: &SignatureReport, at: Moment) -> &'static str {
    let Some(sub) = report.sub_indication else { return meaning_of_passed(report) };
    let certificate = report.certificate.as_ref();
    let is_login_key = certificate.is_some_and(|certificate| certificate.purpose() == Purpose::Auth);
    let has_ended = certificate.is_some_and(|certificate| certificate.not_after() < at);
    let path_error = |code| report.path_error == Some(code);
    if sub == SubIndication::TryLater && is_on_hold(report) {
        "TRY_LATER-on-hold"
    } else if sub == SubIndication::TryLater && has_ended {
        // The CA need not remember certificates that have ended: waiting does not help.
        "TRY_LATER-ended"
    } else if sub == SubIndication::ChainConstraintsFailure && path_error(WRONG_PURPOSE) && is_login_key {
        "CHAIN_CONSTRAINTS_FAILURE-login-key"
    } else if sub == SubIndication::CryptoConstraintsFailure && report.crypto == CryptoOutcome::Unsupported {
        "CRYPTO_CONSTRAINTS_FAILURE-unknown"
    } else if sub == SubIndication::OutOfBoundsNoPoe && path_error(NOT_YET_VALID) {
        "OUT_OF_BOUNDS_NO_POE-early"
    } else {
        sub.as_str()
    }
}

fn meaning_of_passed(report: &SignatureReport) -> &'static str {
    if report.indication != Indication::TotalPassed {
        // Every other verdict has its reason; without one nothing good may be told.
        return SubIndication::FormatFailure.as_str();
    }
    if report.revoked_since.is_some() {
        "TOTAL-PASSED-revoked-later"
    } else if revocation_answer(report) != CheckOutcome::Yes {
        "TOTAL-PASSED-status-not-asked"
    } else if report.proven_at.is_some() {
        "TOTAL-PASSED-proven"
    } else {
        "TOTAL-PASSED"
    }
}

/// Whether it was shown that nobody of the path was revoked.
pub(super) fn revocation_answer(report: &SignatureReport) -> CheckOutcome {
    report.checks.iter().find(|check| check.name == REVOCATION).map_or(CheckOutcome::NotChecked, |check| check.ok)
}
