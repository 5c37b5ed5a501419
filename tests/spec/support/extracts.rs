//! What whoever was handed an extract brings to judge it, and what lies in it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use qolhat::app::{App, Trust};
use qolhat::domain::time::Moment;
use qolhat::extract::package;
use qolhat::operations::issue_extract::operator_card;
use qolhat::operations::verify_extract::{ExtractReport, verify_extract};
use qolhat_pki::trust::TrustStore;

use super::second_verifier::Pins;

/// The anchors of people and systems, and those of time-stamping authorities.
pub fn anchors_of(trust: &Trust) -> TrustStore {
    let anchors = trust.anchors.anchors().iter().chain(trust.tsa_anchors.anchors());
    TrustStore::from_certificates(anchors.map(|anchor| anchor.certificate().clone()))
}

/// What the verifier says, at the moment `at`, of an extract of this operator.
pub fn judged(app: &App, extract: &[u8], at: Moment) -> ExtractReport {
    verify_extract(extract, &anchors_of(&app.trust), Some(&operator_card(app)), at)
}

/// What the second verifier is given to judge the same.
pub fn pins(app: &App, at: Moment) -> Pins {
    Pins::of(operator_card(app), anchors_of(&app.trust), at)
}

/// A file of an extract.
pub fn file_of(extract: &[u8], name: &str) -> Vec<u8> {
    let entries = package::read(extract).unwrap();
    entries.iter().find(|entry| entry.name == name).unwrap_or_else(|| panic!("no {name}")).content.to_vec()
}
