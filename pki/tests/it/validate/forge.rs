//! Messages and certificates that no honest program makes.

use qolhat_pki::certificate::Certificate;
use qolhat_pki::der::writer::{Writer, sorted};
use qolhat_pki::issue::certificate_builder::{CertificateTemplate, build_certificate};
use qolhat_pki::issue::profile::{Issuer, Profile};
use qolhat_pki::oid::{self, Oid};

use super::{CONTENT, SIGNED};
use crate::workshop::{Holder, Kind, SeededRandom, at, head_of_organisation, service_uris, validity};

/// A message with one signer, whose parts are put together as told and signed.
pub struct Message<'a> {
    pub signer: &'a Holder,
    pub encapsulated: Oid,
    /// Inside; `None` = detached.
    pub content: Option<&'a [u8]>,
    pub digest: Oid,
    pub signature: Oid,
    /// Whole attributes; `None` = the content itself is signed.
    pub signed: Option<Vec<Vec<u8>>>,
    pub unsigned: Vec<Vec<u8>>,
    /// The certificates inside.
    pub carried: Vec<Certificate>,
}

impl<'a> Message<'a> {
    /// A good one over [`CONTENT`], detached, without a reference to the certificate.
    pub fn by(signer: &'a Holder) -> Message<'a> {
        let digest = signer.key.digest_algorithm();
        let value = digest.digest(CONTENT);
        Message {
            signer,
            encapsulated: oid::DATA,
            content: None,
            digest: digest.oid(),
            signature: signer.key.signature_oid(),
            signed: Some(vec![content_type(oid::DATA), message_digest(value.as_bytes()), signing_time()]),
            unsigned: Vec::new(),
            carried: vec![signer.certificate.clone()],
        }
    }

    pub fn with(mut self, attribute: Vec<u8>) -> Message<'a> {
        self.signed.as_mut().unwrap().push(attribute);
        self
    }

    /// What is signed: the attributes as a SET OF, or the content.
    fn signed_octets(&self) -> Vec<u8> {
        match &self.signed {
            Some(attributes) => Writer::build(|w| w.set_of_sorted(attributes.clone())),
            None => self.content.unwrap_or(CONTENT).to_vec(),
        }
    }

    pub fn der(&self) -> Vec<u8> {
        let value = self.signer.key.sign_message(&self.signed_octets(), &mut SeededRandom::new(8)).unwrap();
        let algorithm = |w: &mut Writer, oid: &Oid| {
            w.sequence(|w| {
                w.oid(oid);
                w.null();
            });
        };
        let certificate = &self.signer.certificate;
        let signer_info = Writer::build(|w| {
            w.sequence(|w| {
                w.integer_u64(1);
                w.sequence(|w| {
                    w.raw(certificate.issuer_der());
                    w.integer_content(certificate.serial());
                });
                algorithm(w, &self.digest);
                if let Some(attributes) = &self.signed {
                    w.element(0xa0, &sorted(attributes.clone()));
                }
                algorithm(w, &self.signature);
                w.octet_string(&value);
                if !self.unsigned.is_empty() {
                    w.element(0xa1, &sorted(self.unsigned.clone()));
                }
            });
        });
        Writer::build(|w| {
            w.sequence(|w| {
                w.oid(&oid::SIGNED_DATA);
                w.context(0, |w| {
                    w.sequence(|w| {
                        w.integer_u64(1);
                        w.set(|w| algorithm(w, &self.digest));
                        w.sequence(|w| {
                            w.oid(&self.encapsulated);
                            if let Some(content) = self.content {
                                w.context(0, |w| w.octet_string(content));
                            }
                        });
                        w.context(0, |w| self.carried.iter().for_each(|carried| w.raw(carried.der())));
                        w.set(|w| w.raw(&signer_info));
                    });
                });
            });
        })
    }
}

/// An attribute with one value.
pub fn attribute(kind: Oid, value: &[u8]) -> Vec<u8> {
    Writer::build(|w| {
        w.sequence(|w| {
            w.oid(&kind);
            w.set(|w| w.raw(value));
        });
    })
}

pub fn content_type(kind: Oid) -> Vec<u8> {
    attribute(oid::CONTENT_TYPE, &Writer::build(|w| w.oid(&kind)))
}

pub fn message_digest(octets: &[u8]) -> Vec<u8> {
    attribute(oid::MESSAGE_DIGEST, &Writer::build(|w| w.octet_string(octets)))
}

pub fn signing_time() -> Vec<u8> {
    attribute(oid::SIGNING_TIME, &Writer::build(|w| w.time(at(SIGNED))))
}

/// CMSAlgorithmProtection that names these two.
pub fn protection(digest: Oid, signature: Oid) -> Vec<u8> {
    let value = Writer::build(|w| {
        w.sequence(|w| {
            w.sequence(|w| w.oid(&digest));
            w.context(1, |w| w.oid(&signature));
        });
    });
    attribute(oid::ALGORITHM_PROTECTION, &value)
}

/// A certificate by `issuer` with the template changed by `change`.
pub fn issue(
    issuer: &Holder,
    kind: Kind,
    profile: &Profile,
    subject: Vec<u8>,
    change: impl FnOnce(&mut CertificateTemplate),
) -> Holder {
    let mut random = SeededRandom::new(77);
    let key = kind.key(&mut random);
    let uris = Issuer::of(&issuer.certificate, service_uris()).unwrap();
    let mut template = profile.template(&uris, subject, key.spki_der().unwrap(), validity()).unwrap();
    change(&mut template);
    let der = build_certificate(&template, &issuer.key, &mut random).unwrap();
    Holder { certificate: Certificate::from_der(&der).unwrap(), key }
}

/// A signer of `issuer` with the template changed by `change`.
pub fn signer(issuer: &Holder, change: impl FnOnce(&mut CertificateTemplate)) -> Holder {
    let profile = Profile::LegalEntity(qolhat_pki::issue::profile::KeyUse::Sign, Vec::new());
    issue(issuer, Kind::Gost2015, &profile, head_of_organisation(), change)
}
