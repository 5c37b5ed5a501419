//! Certificates of the shape the national CA issues. Source: RFC 5280 §4; nca-rk.md section 5.

use sha1::{Digest as _, Sha1};

use super::{IssueError, signed, subject_public_key, write_extension, write_signature_algorithm};
use crate::der::writer::Writer;
use crate::key::PrivateKey;
use crate::oid::{self, Oid};
use crate::random::SecureRandom;
use crate::time::Moment;

/// Bits of the key usage extension; bit 0 of the standard is the lowest. Source: RFC 5280 §4.2.1.3.
pub mod usage {
    /// digitalSignature.
    pub const DIGITAL_SIGNATURE: u32 = 1;
    /// nonRepudiation, also called contentCommitment.
    pub const NON_REPUDIATION: u32 = 1 << 1;
    /// keyEncipherment.
    pub const KEY_ENCIPHERMENT: u32 = 1 << 2;
    /// dataEncipherment.
    pub const DATA_ENCIPHERMENT: u32 = 1 << 3;
    /// keyAgreement.
    pub const KEY_AGREEMENT: u32 = 1 << 4;
    /// keyCertSign.
    pub const KEY_CERT_SIGN: u32 = 1 << 5;
    /// cRLSign.
    pub const CRL_SIGN: u32 = 1 << 6;
}

/// A certificate policy and where its practice statement is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyStatement {
    /// The policy.
    pub policy: Oid,
    /// URI of the certification practice statement.
    pub cps: Option<String>,
}

/// An extension as it is: for what the template has no field for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawExtension {
    /// The extension.
    pub identifier: Oid,
    /// Whether it is critical.
    pub critical: bool,
    /// Its value in DER.
    pub value: Vec<u8>,
}

/// Everything a certificate says. Empty lists and `None` leave their extension out.
#[derive(Debug, Clone)]
pub struct CertificateTemplate {
    /// Name of the issuer in DER: [`name`], or the subject of its certificate.
    pub issuer: Vec<u8>,
    /// Name of the subject in DER.
    pub subject: Vec<u8>,
    /// Serial number, big-endian and positive. See [`national_serial`].
    pub serial: Vec<u8>,
    /// First moment of validity.
    pub not_before: Moment,
    /// Last moment of validity.
    pub not_after: Moment,
    /// SubjectPublicKeyInfo in DER.
    pub public_key: Vec<u8>,
    /// `Some(path length)` makes a CA. Critical.
    pub ca: Option<Option<u64>>,
    /// Bits of [`usage`]; 0 leaves the extension out. Critical.
    pub key_usage: u32,
    /// Extended key usages, in order.
    pub extended_key_usage: Vec<Oid>,
    /// Whether they are critical: for time-stamp authorities (RFC 3161 §2.3).
    pub extended_key_usage_critical: bool,
    /// Policies.
    pub policies: Vec<PolicyStatement>,
    /// Where the full CRL is.
    pub crl_uris: Vec<String>,
    /// Where the delta CRL is.
    pub freshest_crl_uris: Vec<String>,
    /// Where the OCSP responder is.
    pub ocsp_uris: Vec<String>,
    /// Where the certificate of the issuer is.
    pub ca_issuer_uris: Vec<String>,
    /// Key identifier of the issuer.
    pub authority_key_id: Option<Vec<u8>>,
    /// The national extension telling what holds the key: [`oid::KEY_STORE_FILE`].
    pub key_store: Option<Oid>,
    /// id-pkix-ocsp-nocheck, for OCSP responders.
    pub ocsp_no_check: bool,
    /// Other extensions, after the ones above.
    pub more_extensions: Vec<RawExtension>,
}

impl CertificateTemplate {
    /// A certificate for `public_key` that says nothing beyond its names and times; its serial number follows from the key.
    /// # Errors
    /// `Malformed` when `public_key` is no SubjectPublicKeyInfo.
    pub fn new(
        issuer: Vec<u8>,
        subject: Vec<u8>,
        not_before: Moment,
        not_after: Moment,
        public_key: Vec<u8>,
    ) -> Result<Self, IssueError> {
        Ok(CertificateTemplate {
            serial: national_serial(key_identifier(&public_key)?).to_vec(),
            issuer,
            subject,
            not_before,
            not_after,
            public_key,
            ca: None,
            key_usage: 0,
            extended_key_usage: Vec::new(),
            extended_key_usage_critical: false,
            policies: Vec::new(),
            crl_uris: Vec::new(),
            freshest_crl_uris: Vec::new(),
            ocsp_uris: Vec::new(),
            ca_issuer_uris: Vec::new(),
            authority_key_id: None,
            key_store: None,
            ocsp_no_check: false,
            more_extensions: Vec::new(),
        })
    }
}

/// The certificate `template` describes, signed by `issuer_key`, in DER.
/// Nothing is checked against the issuer's certificate: wrong certificates are made here too, for tests.
/// # Errors
/// `Malformed` for a public key that is no SubjectPublicKeyInfo, `Sign` when the key cannot sign.
pub fn build_certificate(
    template: &CertificateTemplate,
    issuer_key: &PrivateKey,
    rng: &mut dyn SecureRandom,
) -> Result<Vec<u8>, IssueError> {
    let key_identifier = key_identifier(&template.public_key)?;
    let to_be_signed = Writer::build(|w| {
        w.sequence(|w| {
            w.context(0, |w| w.integer_u64(2));
            w.integer(&template.serial);
            write_signature_algorithm(w, issuer_key);
            w.raw(&template.issuer);
            w.sequence(|w| {
                w.time(template.not_before);
                w.time(template.not_after);
            });
            w.raw(&template.subject);
            w.raw(&template.public_key);
            w.context(3, |w| w.sequence(|w| write_extensions(w, template, &key_identifier)));
        });
    });
    signed(&to_be_signed, issuer_key, rng)
}

/// SHA-1 of the octets of the key: the subject key identifier of the 2015 generation.
/// # Errors
/// `Malformed` when `spki` is no SubjectPublicKeyInfo.
pub fn key_identifier(spki: &[u8]) -> Result<[u8; 20], IssueError> {
    Ok(Sha1::digest(subject_public_key(spki)?).into())
}

/// The serial number the national CA gives the key with this identifier: the top bit cleared, a zero top nibble made 1.
pub fn national_serial(key_identifier: [u8; 20]) -> [u8; 20] {
    let mut serial = key_identifier;
    let [first, ..] = &mut serial;
    *first &= 0x7f;
    if *first < 0x10 {
        *first |= 0x10;
    }
    serial
}

/// A Name of single-valued attributes in the order given. Country and serial number are printable, e-mail and domain
/// component IA5, all others UTF-8. Source: nca-rk.md section 5; RFC 5280 appendix A.1.
pub fn name(attributes: &[(Oid, &str)]) -> Vec<u8> {
    Writer::build(|w| {
        w.sequence(|w| {
            for (attribute, value) in attributes {
                w.set(|w| {
                    w.sequence(|w| {
                        w.oid(attribute);
                        if *attribute == oid::COUNTRY || *attribute == oid::SERIAL_NUMBER {
                            w.printable(value);
                        } else if *attribute == oid::EMAIL_ADDRESS || *attribute == oid::DOMAIN_COMPONENT {
                            w.ia5(value);
                        } else {
                            w.utf8(value);
                        }
                    });
                });
            }
        });
    })
}

/// The order is that of the certificates of 2022 and later.
fn write_extensions(writer: &mut Writer, template: &CertificateTemplate, key_identifier: &[u8]) {
    let w = writer;
    if let Some(path_length) = template.ca {
        write_extension(w, &oid::BASIC_CONSTRAINTS, true, &basic_constraints(path_length));
    }
    if !template.extended_key_usage.is_empty() {
        let critical = template.extended_key_usage_critical;
        write_extension(w, &oid::EXTENDED_KEY_USAGE, critical, &oids(&template.extended_key_usage));
    }
    if !template.policies.is_empty() {
        write_extension(w, &oid::CERTIFICATE_POLICIES, false, &policies(&template.policies));
    }
    if !template.crl_uris.is_empty() {
        write_extension(w, &oid::CRL_DISTRIBUTION_POINTS, false, &distribution_point(&template.crl_uris));
    }
    if !template.freshest_crl_uris.is_empty() {
        write_extension(w, &oid::FRESHEST_CRL, false, &distribution_point(&template.freshest_crl_uris));
    }
    if template.key_usage != 0 {
        let bits = Writer::build(|w| w.named_bits(template.key_usage));
        write_extension(w, &oid::KEY_USAGE, true, &bits);
    }
    if !(template.ca_issuer_uris.is_empty() && template.ocsp_uris.is_empty()) {
        write_extension(w, &oid::AUTHORITY_INFO_ACCESS, false, &information_access(template));
    }
    if template.ocsp_no_check {
        write_extension(w, &oid::OCSP_NOCHECK, false, &Writer::build(Writer::null));
    }
    let identifier = Writer::build(|w| w.octet_string(key_identifier));
    write_extension(w, &oid::SUBJECT_KEY_ID, false, &identifier);
    if let Some(authority) = &template.authority_key_id {
        write_extension(w, &oid::AUTHORITY_KEY_ID, false, &authority_key_identifier(authority));
    }
    if let Some(kind) = template.key_store {
        write_extension(w, &oid::KEY_STORE_KIND, false, &oids(&[kind]));
    }
    for extension in &template.more_extensions {
        write_extension(w, &extension.identifier, extension.critical, &extension.value);
    }
}

fn basic_constraints(path_length: Option<u64>) -> Vec<u8> {
    Writer::build(|w| {
        w.sequence(|w| {
            w.boolean(true);
            if let Some(length) = path_length {
                w.integer_u64(length);
            }
        });
    })
}

fn oids(identifiers: &[Oid]) -> Vec<u8> {
    Writer::build(|w| w.sequence(|w| identifiers.iter().for_each(|identifier| w.oid(identifier))))
}

fn policies(statements: &[PolicyStatement]) -> Vec<u8> {
    Writer::build(|w| {
        w.sequence(|w| {
            for statement in statements {
                w.sequence(|w| {
                    w.oid(&statement.policy);
                    if let Some(cps) = &statement.cps {
                        w.sequence(|w| {
                            w.sequence(|w| {
                                w.oid(&oid::CPS_QUALIFIER);
                                w.ia5(cps);
                            });
                        });
                    }
                });
            }
        });
    })
}

/// One DistributionPoint with all URIs as alternative names of it.
fn distribution_point(uris: &[String]) -> Vec<u8> {
    Writer::build(|w| {
        w.sequence(|w| {
            w.sequence(|w| {
                w.context(0, |w| {
                    w.context(0, |w| uris.iter().for_each(|uri| w.general_name_uri(uri)));
                });
            });
        });
    })
}

fn information_access(template: &CertificateTemplate) -> Vec<u8> {
    let issuers = template.ca_issuer_uris.iter().map(|uri| (oid::CA_ISSUERS, uri));
    let responders = template.ocsp_uris.iter().map(|uri| (oid::OCSP, uri));
    Writer::build(|w| {
        w.sequence(|w| {
            for (method, uri) in issuers.chain(responders) {
                w.sequence(|w| {
                    w.oid(&method);
                    w.general_name_uri(uri);
                });
            }
        });
    })
}

/// AuthorityKeyIdentifier with the key identifier alone.
pub(super) fn authority_key_identifier(key_identifier: &[u8]) -> Vec<u8> {
    Writer::build(|w| w.sequence(|w| w.context_primitive(0, key_identifier)))
}
