//! Certificates and CRLs with one thing wrong. Source of the rules: RFC 5280 §4.1, §5.1; X.690 §8, §10, §11.

use super::{faults, inside, replace, signed_anew, with_indefinite_length, with_long_length};
use crate::der::tag;
use crate::der::writer::Writer;
use crate::issue::IssueError;
use crate::issue::certificate_builder::{CertificateTemplate, build_certificate};
use crate::issue::crl_builder::{CrlTemplate, build_crl};
use crate::key::PrivateKey;
use crate::oid;
use crate::random::SecureRandom;

faults! {
    /// What is wrong with a certificate.
    CertificateFault {
        /// The term has more length octets than it needs.
        LongLength = "long-length",
        /// The term has an indefinite length.
        IndefiniteLength = "indefinite-length",
        /// The serial number has a leading zero octet that it does not need.
        SerialPadded = "serial-padded",
        /// The serial number has 21 octets.
        SerialTooLong = "serial-too-long",
        /// The serial number has no octet.
        SerialEmpty = "serial-empty",
        /// The signed algorithm is another one than that beside the signature.
        OtherAlgorithmInside = "other-algorithm-inside",
        /// The first extension stands twice.
        ExtensionTwice = "extension-twice",
        /// An extension says critical with the octet 1, which is BER for TRUE.
        BooleanNotDer = "boolean-not-der",
        /// The list of extensions is there and empty.
        ExtensionsEmpty = "extensions-empty",
        /// The version is 1, and there are extensions.
        ExtensionsInVersion1 = "extensions-in-version-1",
        /// The version is one that does not exist.
        UnknownVersion = "unknown-version",
        /// A UTCTime without seconds.
        TimeWithoutSeconds = "time-without-seconds",
        /// A UTCTime of another zone than Z.
        TimeWithOffset = "time-with-offset",
        /// A GeneralizedTime before 2050.
        GeneralizedTimeTooEarly = "generalized-time-too-early",
        /// A GeneralizedTime with a fraction of a second.
        TimeWithFraction = "time-with-fraction",
        /// A date that does not exist.
        NoSuchDate = "no-such-date",
        /// A field after the extensions.
        TrailingField = "trailing-field",
        /// An octet after the certificate.
        TrailingOctet = "trailing-octet",
    }
}

/// The certificate `template` describes but for one thing, signed as it is.
/// # Errors
/// As [`build_certificate`].
pub fn build_wrong_certificate(
    template: &CertificateTemplate,
    fault: CertificateFault,
    issuer_key: &PrivateKey,
    rng: &mut dyn SecureRandom,
) -> Result<Vec<u8>, IssueError> {
    let good = build_certificate(template, issuer_key, rng)?;
    if fault == CertificateFault::TrailingOctet {
        return Ok([good.as_slice(), &[0]].concat());
    }
    signed_anew(&good, |fields| spoil(fields, fault), issuer_key, rng)
}

/// Places of the fields of a TBSCertificate as it is built here.
const VERSION: usize = 0;
const SERIAL: usize = 1;
const ALGORITHM: usize = 2;
const TERM: usize = 4;
const EXTENSIONS: usize = 7;

fn spoil(fields: &mut Vec<Vec<u8>>, fault: CertificateFault) {
    let serial = |octets: &[u8]| Writer::build(|w| w.element(tag::INTEGER, octets));
    let from = |tag, text: &str| term_from(tag, text.as_bytes());
    match fault {
        CertificateFault::LongLength => replace(fields, TERM, with_long_length),
        CertificateFault::IndefiniteLength => replace(fields, TERM, with_indefinite_length),
        CertificateFault::SerialPadded => replace(fields, SERIAL, |_| serial(&[0, 0x11])),
        CertificateFault::SerialTooLong => replace(fields, SERIAL, |_| serial(&[0x11; 21])),
        CertificateFault::SerialEmpty => replace(fields, SERIAL, |_| serial(&[])),
        CertificateFault::OtherAlgorithmInside => replace(fields, ALGORITHM, |_| other_algorithm()),
        CertificateFault::ExtensionTwice => extensions(fields, |list| list.extend(list.first().cloned())),
        CertificateFault::BooleanNotDer => extensions(fields, |list| list.push(loosely_critical())),
        CertificateFault::ExtensionsEmpty => extensions(fields, Vec::clear),
        CertificateFault::ExtensionsInVersion1 => {
            fields.drain(..fields.len().min(1));
        }
        CertificateFault::UnknownVersion => {
            replace(fields, VERSION, |_| Writer::build(|w| w.context(0, |w| w.integer_u64(7))));
        }
        CertificateFault::TimeWithoutSeconds => replace(fields, TERM, |_| from(tag::UTC_TIME, "2601010000Z")),
        CertificateFault::TimeWithOffset => replace(fields, TERM, |_| from(tag::UTC_TIME, "260101000000+0500")),
        CertificateFault::GeneralizedTimeTooEarly => {
            replace(fields, TERM, |_| from(tag::GENERALIZED_TIME, "20260101000000Z"));
        }
        CertificateFault::TimeWithFraction => {
            replace(fields, TERM, |_| from(tag::GENERALIZED_TIME, "20500101000000.5Z"))
        }
        CertificateFault::NoSuchDate => replace(fields, TERM, |_| from(tag::UTC_TIME, "260230000000Z")),
        CertificateFault::TrailingField => fields.push(Writer::build(Writer::null)),
        CertificateFault::TrailingOctet => {}
    }
}

/// A term that begins with this time.
fn term_from(tag: u8, text: &[u8]) -> Vec<u8> {
    Writer::build(|w| {
        w.sequence(|w| {
            w.element(tag, text);
            w.element(tag::UTC_TIME, b"270101000000Z");
        });
    })
}

/// An AlgorithmIdentifier that no key here signs with.
fn other_algorithm() -> Vec<u8> {
    Writer::build(|w| w.sequence(|w| w.oid(&oid::ECDSA_WITH_SHA384)))
}

/// Extension with the BOOLEAN `01`.
fn loosely_critical() -> Vec<u8> {
    Writer::build(|w| {
        w.sequence(|w| {
            w.oid(&oid::ISSUER_ALT_NAME);
            w.element(tag::BOOLEAN, &[1]);
            w.octet_string(&[0x30, 0]);
        });
    })
}

fn extensions(fields: &mut [Vec<u8>], change: impl FnOnce(&mut Vec<Vec<u8>>)) {
    replace(fields, EXTENSIONS, |wrapped| with_list(wrapped, 3, change));
}

/// `[n] EXPLICIT SEQUENCE OF` with its elements changed.
fn with_list(wrapped: &[u8], n: u8, change: impl FnOnce(&mut Vec<Vec<u8>>)) -> Vec<u8> {
    let mut list = inside(wrapped).first().map(|list| inside(list)).unwrap_or_default();
    change(&mut list);
    Writer::build(|w| w.context(n, |w| w.sequence(|w| list.iter().for_each(|element| w.raw(element)))))
}

faults! {
    /// What is wrong with a CRL.
    CrlFault {
        /// The name of the issuer has more length octets than it needs.
        LongLength = "long-length",
        /// The signed algorithm is another one than that beside the signature.
        OtherAlgorithmInside = "other-algorithm-inside",
        /// thisUpdate is a GeneralizedTime before 2050.
        GeneralizedTimeTooEarly = "generalized-time-too-early",
        /// The first extension stands twice.
        ExtensionTwice = "extension-twice",
        /// There are extensions, and the version is 1.
        ExtensionsInVersion1 = "extensions-in-version-1",
        /// A field after the extensions.
        TrailingField = "trailing-field",
        /// An octet after the list.
        TrailingOctet = "trailing-octet",
    }
}

/// The CRL `template` describes but for one thing, signed as it is.
/// # Errors
/// As [`build_crl`].
pub fn build_wrong_crl(
    template: &CrlTemplate,
    fault: CrlFault,
    issuer_key: &PrivateKey,
    rng: &mut dyn SecureRandom,
) -> Result<Vec<u8>, IssueError> {
    let good = build_crl(template, issuer_key, rng)?;
    if fault == CrlFault::TrailingOctet {
        return Ok([good.as_slice(), &[0]].concat());
    }
    signed_anew(&good, |fields| spoil_list(fields, fault), issuer_key, rng)
}

fn spoil_list(fields: &mut Vec<Vec<u8>>, fault: CrlFault) {
    const ALGORITHM: usize = 1;
    const ISSUER: usize = 2;
    const THIS_UPDATE: usize = 3;
    let last = fields.len().saturating_sub(1);
    match fault {
        CrlFault::LongLength => replace(fields, ISSUER, with_long_length),
        CrlFault::OtherAlgorithmInside => replace(fields, ALGORITHM, |_| other_algorithm()),
        CrlFault::GeneralizedTimeTooEarly => {
            replace(fields, THIS_UPDATE, |_| Writer::build(|w| w.element(tag::GENERALIZED_TIME, b"20260501120005Z")));
        }
        CrlFault::ExtensionTwice => {
            replace(fields, last, |wrapped| with_list(wrapped, 0, |list| list.extend(list.first().cloned())));
        }
        CrlFault::ExtensionsInVersion1 => {
            fields.drain(..fields.len().min(1));
        }
        CrlFault::TrailingField => fields.push(Writer::build(Writer::null)),
        CrlFault::TrailingOctet => {}
    }
}
