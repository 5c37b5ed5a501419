//! Verdicts: on every real message of the national test CA, and on messages made here to break one rule each.

pub mod archive;
mod evidence;
pub mod forge;
mod lists;
mod mathematics;
mod moments;
mod real;
pub mod stamps;
mod verdicts;

use qolhat_pki::cms::SignedData;
use qolhat_pki::crl::CertificateList;
use qolhat_pki::issue::cms_sign::{Packaging, SignRequest, SigningContent, sign_cms};
use qolhat_pki::issue::crl_builder::{CrlTemplate, RevokedEntry, build_crl};
use qolhat_pki::key::PrivateKey;
use qolhat_pki::policy::SignaturePolicy;
use qolhat_pki::report::{SignatureReport, SubIndication, ValidationReport};
use qolhat_pki::time::Moment;
use qolhat_pki::trust::TrustStore;
use qolhat_pki::validate::{CmsInput, DetachedContent, Evidence, validate_cms};

use crate::workshop::{Holder, SeededRandom, World, at};

pub const CONTENT: &[u8] = b"the content";
pub const SIGNED: &str = "2026-05-01T12:00:00Z";
pub const NOW: &str = "2026-05-01T12:00:10Z";
pub const LISTED: &str = "2026-05-01T12:00:05Z";

pub fn now() -> Moment {
    at(NOW)
}

pub fn sign(world: &mut World, packaging: Packaging) -> Vec<u8> {
    let request = SignRequest::new(SigningContent::Content(CONTENT), packaging, at(SIGNED));
    sign_cms(&world.signer.key, &world.signer.certificate, &request, &mut world.random).unwrap()
}

pub fn anchors(world: &World) -> TrustStore {
    TrustStore::from_certificates([world.root.certificate.clone()])
}

pub type Revoked<'a> = (&'a [u8], &'a str, Option<u8>);

pub const KEY_COMPROMISE: u8 = 1;
pub const HOLD: u8 = 6;

/// What a CRL of `issuer` says.
pub fn template(issuer: &Holder, this: &str, next: &str, revoked: &[Revoked<'_>]) -> CrlTemplate {
    let entry = |(serial, since, reason): &Revoked<'_>| RevokedEntry {
        serial: serial.to_vec(),
        revoked_at: at(since),
        reason: *reason,
        invalid_since: None,
    };
    CrlTemplate {
        issuer: issuer.certificate.subject_der().to_vec(),
        authority_key_id: issuer.certificate.subject_key_id().map(<[u8]>::to_vec),
        this_update: at(this),
        next_update: Some(at(next)),
        number: 7,
        base_number: None,
        entries: revoked.iter().map(entry).collect(),
        more_extensions: Vec::new(),
    }
}

pub fn build(template: &CrlTemplate, key: &PrivateKey) -> CertificateList {
    CertificateList::from_der(&build_crl(template, key, &mut SeededRandom::new(5)).unwrap()).unwrap()
}

pub fn crl(issuer: &Holder, this: &str, next: &str, revoked: &[Revoked<'_>]) -> CertificateList {
    build(&template(issuer, this, next, revoked), &issuer.key)
}

pub const TOMORROW: &str = "2026-05-02T12:00:00Z";

/// CRLs of the CA and the root in which nobody is listed, and the CA's certificate.
pub fn good_evidence(world: &World) -> Evidence {
    let crls = vec![crl(&world.ca, LISTED, TOMORROW, &[]), crl(&world.root, LISTED, TOMORROW, &[])];
    Evidence { certificates: vec![world.ca.certificate.clone()], crls, ocsp: Vec::new() }
}

pub fn judge(
    world: &World,
    cms: &[u8],
    evidence: &Evidence,
    policy: &SignaturePolicy,
    moment: Moment,
) -> ValidationReport {
    let data = SignedData::from_bytes(cms).unwrap();
    let detached = data.content().is_none().then_some(DetachedContent::Bytes(CONTENT));
    let input = CmsInput { signed_data: &data, detached };
    validate_cms(&input, &anchors(world), &anchors(world), evidence, policy, moment)
}

pub fn only(mut report: ValidationReport) -> SignatureReport {
    assert_eq!(report.signatures.len(), 1);
    report.signatures.pop().unwrap()
}

pub fn sub(report: &SignatureReport) -> Option<&'static str> {
    report.sub_indication.map(SubIndication::as_str)
}

pub fn failed(report: &SignatureReport) -> Vec<String> {
    let no = report.checks.iter().filter(|check| check.ok.as_bool() == Some(false));
    no.map(|check| format!("{}: {}", check.name, check.detail)).collect()
}
