//! Attacks and traps, one wrong thing at a time, each with the reason that it must give. What is kept where stands in
//! docs/validation-coverage.md, which a test here holds against the tests.

mod cms;
mod counter;
mod coverage;
mod crl;
mod der;
mod keys;
mod ocsp;
mod path;
mod tsp;

use qolhat_pki::certificate::Certificate;
use qolhat_pki::crl::CertificateList;
use qolhat_pki::issue::certificate_builder::{CertificateTemplate, RawExtension, build_certificate};
use qolhat_pki::issue::profile::{Issuer, Profile, ServiceUris};
use qolhat_pki::key::PrivateKey;
use qolhat_pki::ocsp::OcspResponse;
use qolhat_pki::oid::Oid;
use qolhat_pki::path::{Budget, PathOptions};
use qolhat_pki::policy::RevocationPolicy;
use qolhat_pki::report::SignatureReport;
use qolhat_pki::validate::{Evidence, validate_path};

use crate::validate::{LISTED, TOMORROW, anchors, crl, now};
use crate::workshop::{Holder, SeededRandom, World, validity};

/// A GOST key, another one for each seed, with a certificate by `issuer` with the template changed by `change`.
fn issue(
    issuer: &Holder,
    seed: u64,
    profile: &Profile,
    subject: Vec<u8>,
    change: impl FnOnce(&mut CertificateTemplate),
) -> Holder {
    let mut random = SeededRandom::new(seed);
    let key = PrivateKey::generate_gost512(&mut random).unwrap();
    let named = Issuer::of(&issuer.certificate, ServiceUris::default()).unwrap();
    let mut template = profile.template(&named, subject, key.spki_der().unwrap(), validity()).unwrap();
    change(&mut template);
    let der = build_certificate(&template, &issuer.key, &mut random).unwrap();
    Holder { certificate: Certificate::from_der(&der).unwrap(), key }
}

/// Of a certificate before it is issued.
type Change = fn(&mut CertificateTemplate);

fn extension(identifier: Oid, critical: bool, value: Vec<u8>) -> RawExtension {
    RawExtension { identifier, critical, value }
}

/// The answer to this question in the report.
fn answer(report: &SignatureReport, rule: &str) -> Option<bool> {
    report.checks.iter().find(|check| check.name == rule).and_then(|check| check.ok.as_bool())
}

/// What is known of the signer of `world` by this evidence beside a good list of the root: "good" or why not.
fn status(world: &World, crls: Vec<CertificateList>, ocsp: Vec<OcspResponse>, known: &[&Holder]) -> String {
    let mut evidence = Evidence { crls, ocsp, ..Evidence::default() };
    evidence.crls.push(crl(&world.root, LISTED, TOMORROW, &[]));
    status_of(world, &world.signer.certificate, &evidence, known)
}

fn status_of(world: &World, target: &Certificate, evidence: &Evidence, known: &[&Holder]) -> String {
    let known = known.iter().map(|holder| holder.certificate.clone());
    let intermediates: Vec<_> = known.chain([world.ca.certificate.clone()]).collect();
    let (policy, options, mut budget) = (RevocationPolicy::default(), PathOptions::default(), Budget::default());
    match validate_path(target, &anchors(world), &intermediates, evidence, &policy, &options, now(), &mut budget) {
        Ok(_) => "good".to_owned(),
        Err(qolhat_pki::path::PathError::RevocationUnknown { why, .. }) => format!("revocation-unknown: {why}"),
        Err(error) => error.code().to_owned(),
    }
}
