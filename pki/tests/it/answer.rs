//! One OCSP response, one CRL, one time stamp, asked by themselves: every cause of a refusal, told by its code.

use qolhat_pki::certificate::Certificate;
use qolhat_pki::issue::certificate_builder::{CertificateTemplate, build_certificate};
use qolhat_pki::issue::profile::{Issuer, Profile};

use crate::workshop::{Holder, Kind, SeededRandom, service_uris, validity};

mod crl;
mod ocsp;
mod stamp;

/// The moment asked about, and one before it at which answers are made.
const NOW: &str = "2026-05-01T12:00:00Z";
const MADE: &str = "2026-05-01T11:00:00Z";
const TOMORROW: &str = "2026-05-02T12:00:00Z";

/// A new GOST key with a certificate by `by`, changed as told.
fn issue(by: &Holder, profile: &Profile, subject: Vec<u8>, change: impl FnOnce(&mut CertificateTemplate)) -> Holder {
    let mut random = SeededRandom::new(77);
    let key = Kind::Gost2015.key(&mut random);
    let issuer = Issuer::of(&by.certificate, service_uris()).unwrap();
    let mut template = profile.template(&issuer, subject, key.spki_der().unwrap(), validity()).unwrap();
    change(&mut template);
    let der = build_certificate(&template, &by.key, &mut random).unwrap();
    Holder { certificate: Certificate::from_der(&der).unwrap(), key }
}

/// The same certificate with another key and by another key.
fn twin(of: &Holder) -> Holder {
    let mut random = SeededRandom::new(78);
    let key = Kind::Gost2015.key(&mut random);
    let subject = of.certificate.subject().raw().to_vec();
    let issuer = Issuer::itself(subject.clone(), &key.spki_der().unwrap()).unwrap();
    let template = Profile::RootCa.template(&issuer, subject, key.spki_der().unwrap(), validity()).unwrap();
    let der = build_certificate(&template, &key, &mut random).unwrap();
    Holder { certificate: Certificate::from_der(&der).unwrap(), key }
}
