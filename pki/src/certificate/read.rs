//! Reading a certificate, field by field. Source: RFC 5280 §4.1.

use std::sync::OnceLock;

use sha2::{Digest as _, Sha256};

use super::extensions::Known;
use super::{CERTIFICATE_MAX_BYTES, Fields, Inner, SERIAL_MAX_BYTES};
use crate::algorithm::{AlgorithmIdentifier, SignatureAlgorithm};
use crate::der::{
    DerError, DerErrorKind, Reader, Rules, shifted, signature_octets, span, tag, value_span, whole_octets,
};
use crate::extension::{Extension, read_extensions};
use crate::name;
use crate::time::Moment;

/// The parts of the certificate in `der`; the rules are told by [`super::Certificate::from_der`].
pub(super) fn read(der: &[u8]) -> Result<Inner, DerError> {
    if der.len() > CERTIFICATE_MAX_BYTES {
        return Err(at_start("the certificate is too large"));
    }
    let mut outer = Reader::new(der, Rules::Der);
    let mut certificate = outer.sequence()?;
    outer.finish()?;
    let tbs = certificate.expect(tag::SEQUENCE)?;
    let algorithm_offset = certificate.offset();
    let algorithm = AlgorithmIdentifier::read(&mut certificate)?;
    let signature = signature_octets(&mut certificate)?;
    certificate.finish()?;

    let mut body = certificate.nested(&tbs)?;
    let version = read_version(&mut body)?;
    let serial = body.expect(tag::INTEGER)?;
    Reader::new(serial.raw, Rules::Der).integer_bytes().map_err(|error| shifted(error, serial.offset))?;
    if serial.value.len() > SERIAL_MAX_BYTES {
        return Err(serial.error(DerErrorKind::Value("the serial number is too long")));
    }
    if AlgorithmIdentifier::read(&mut body)?.raw != algorithm.raw {
        let what = DerErrorKind::Value("the two signature algorithms differ");
        return Err(DerError { offset: algorithm_offset, what });
    }
    let issuer = name::read_element(&mut body)?;
    let mut validity = body.sequence()?;
    let not_before = Moment::from_certificate_time(&validity.read()?)?;
    let not_after = Moment::from_certificate_time(&validity.read()?)?;
    validity.finish()?;
    let subject = name::read_element(&mut body)?;
    let spki = body.expect(tag::SEQUENCE)?;
    let mut key = body.nested(&spki)?;
    AlgorithmIdentifier::read(&mut key)?;
    let key_bits = whole_octets(&mut key)?;
    key.finish()?;
    let (extensions, known) = read_rest(&mut body, version)?;

    let fields = Fields {
        tbs: span(&tbs),
        serial: value_span(&serial),
        issuer: span(&issuer),
        subject: span(&subject),
        spki: span(&spki),
        key_bits,
        signature,
    };
    Ok(Inner {
        der: der.into(),
        sha256: Sha256::digest(der).into(),
        version,
        fields,
        not_before,
        not_after,
        signature_oid: algorithm.oid,
        signature_algorithm: SignatureAlgorithm::from_identifier(&algorithm),
        extensions,
        known,
        public_key: OnceLock::new(),
        spki_sha256: OnceLock::new(),
        key_sha1: OnceLock::new(),
    })
}

/// The version; 1 when the field is absent, which it must be then. Source: RFC 5280 §4.1.2.1; X.690 §11.5.
fn read_version(body: &mut Reader<'_>) -> Result<u8, DerError> {
    let Some(mut wrapped) = body.optional_context(0)? else { return Ok(1) };
    let version = wrapped.small_uint()?;
    wrapped.finish()?;
    match version {
        1 => Ok(2),
        2 => Ok(3),
        _ => Err(wrapped.error(DerErrorKind::Value("the version is not known"))),
    }
}

/// What follows the key. Source: RFC 5280 §4.1.2.8 and §4.1.2.9.
fn read_rest(body: &mut Reader<'_>, version: u8) -> Result<(Vec<Extension>, Known), DerError> {
    for unique_identifier in [tag::context(1), tag::context(2)] {
        if body.optional(unique_identifier)?.is_some() && version < 2 {
            return Err(body.error(DerErrorKind::Value("a unique identifier in a certificate of version 1")));
        }
    }
    let Some(mut wrapped) = body.optional_context(3)? else {
        body.finish()?;
        return Ok((Vec::new(), Known::default()));
    };
    if version < 3 {
        return Err(wrapped.error(DerErrorKind::Value("extensions in a certificate before version 3")));
    }
    let extensions = read_extensions(&mut wrapped)?;
    wrapped.finish()?;
    body.finish()?;
    let known = Known::read(&extensions)?;
    Ok((extensions.into_iter().map(|extension| extension.to_owned()).collect(), known))
}

fn at_start(what: &'static str) -> DerError {
    DerError { offset: 0, what: DerErrorKind::Value(what) }
}
