//! Signed and unsigned attributes. Source: RFC 5652 §5.3 and §11; RFC 5035 §3 and §4; RFC 6211.

use super::{CmsError, bound};
use crate::certificate::Certificate;
use crate::der::writer::Writer;
use crate::der::{DerError, Reader, Rules, tag};
use crate::digest::DigestAlgorithm;
use crate::name::Name;
use crate::oid::{self, Oid};
use crate::path::names_match;
use crate::time::Moment;

/// Most attributes of one set.
const ATTRIBUTES_MAX: usize = 64;
/// Most values of one attribute.
const VALUES_MAX: usize = 64;
/// Most references to certificates in one attribute.
const REFERENCES_MAX: usize = 32;

/// The octets of a message-digest attribute.
pub(super) type DigestOfContent = Vec<u8>;

/// One attribute, as received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// Its type.
    pub oid: Oid,
    /// Its values, each one whole element.
    pub values: Vec<Vec<u8>>,
}

/// The signer's own word on its algorithms. Source: RFC 6211 §2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlgorithmProtection {
    /// AlgorithmIdentifier of the digest.
    pub digest_raw: Vec<u8>,
    /// AlgorithmIdentifier of the signature; absent where a MAC is named instead.
    pub signature_raw: Option<Vec<u8>>,
}

/// A reference to a certificate (ESSCertID, ESSCertIDv2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateReference {
    /// The digest; `None` for one that is not known here.
    pub digest_algorithm: Option<DigestAlgorithm>,
    /// The digest of the whole certificate.
    pub hash: Vec<u8>,
    /// Issuer (a Name in DER, `None` when no directory name is given) and serial number (contents octets).
    pub issuer_serial: Option<(Option<Vec<u8>>, Vec<u8>)>,
    /// First of its attribute: this one names the signer's certificate, the others those above it.
    pub is_first: bool,
}

impl CertificateReference {
    /// Whether `certificate` is the one referred to, in all that the reference says.
    pub fn is_of(&self, certificate: &Certificate) -> bool {
        let hash_fits = match self.digest_algorithm {
            // Known since the certificate was read.
            Some(DigestAlgorithm::Sha256) => certificate.sha256().as_slice() == self.hash,
            Some(digest) => digest.digest(certificate.der()).as_bytes() == self.hash,
            None => false,
        };
        hash_fits
            && self.issuer_serial.as_ref().is_none_or(|(issuer, serial)| names(certificate, issuer.as_deref(), serial))
    }
}

fn names(certificate: &Certificate, issuer: Option<&[u8]>, serial: &[u8]) -> bool {
    let issuer_fits = issuer.is_none_or(|issuer| {
        issuer == certificate.issuer_der()
            || Name::from_der(issuer).is_ok_and(|name| names_match(&name, &certificate.issuer()))
    });
    issuer_fits && certificate.serial() == serial
}

impl AlgorithmProtection {
    /// The value of the attribute.
    pub(super) fn read(value: &[u8]) -> Result<Self, DerError> {
        let mut outer = Reader::new(value, Rules::Ber);
        let mut fields = outer.sequence()?;
        outer.finish()?;
        let digest_raw = fields.expect(tag::SEQUENCE)?.raw.to_vec();
        let signature = fields.optional(tag::context_constructed(1))?;
        // [1] IMPLICIT: the same contents under the tag of a SEQUENCE.
        let signature_raw = signature.map(|element| Writer::build(|w| w.element(tag::SEQUENCE, element.value)));
        fields.optional(tag::context_constructed(2))?;
        fields.finish()?;
        Ok(AlgorithmProtection { digest_raw, signature_raw })
    }
}

/// The attributes that `reader` holds.
pub(super) fn read_attributes(mut reader: Reader<'_>) -> Result<Vec<Attribute>, CmsError> {
    let mut attributes = Vec::new();
    while !reader.is_empty() {
        bound("attributes", attributes.len(), ATTRIBUTES_MAX)?;
        let mut attribute = reader.sequence()?;
        let oid = attribute.oid()?;
        let mut set = attribute.set()?;
        attribute.finish()?;
        let mut values = Vec::new();
        while !set.is_empty() {
            bound("values of an attribute", values.len(), VALUES_MAX)?;
            values.push(set.read()?.raw.to_vec());
        }
        attributes.push(Attribute { oid, values });
    }
    Ok(attributes)
}

/// All values of the attributes of this type.
pub(super) fn values(attributes: &[Attribute], oid: Oid) -> Vec<&[u8]> {
    let of_type = attributes.iter().filter(|attribute| attribute.oid == oid);
    of_type.flat_map(|attribute| attribute.values.iter().map(Vec::as_slice)).collect()
}

/// The value of an attribute that is there once, with one value.
pub(super) fn single(attributes: &[Attribute], oid: Oid) -> Option<&[u8]> {
    match values(attributes, oid).as_slice() {
        [value] => Some(value),
        _ => None,
    }
}

/// The contents of an OCTET STRING that is the whole value.
pub(super) fn octets(value: &[u8]) -> Option<Vec<u8>> {
    let mut reader = Reader::new(value, Rules::Ber);
    let octets = reader.octet_string().ok()?.into_owned();
    reader.finish().ok()?;
    Some(octets)
}

/// The Time that is the whole value.
pub(super) fn time(value: &[u8]) -> Option<Moment> {
    let mut reader = Reader::new(value, Rules::Ber);
    let element = reader.read().ok()?;
    reader.finish().ok()?;
    Moment::from_der(&element).ok()
}

/// Whether a SET OF is in DER: its elements, and their order.
pub(super) fn is_der_set(set: &[u8]) -> bool {
    let mut reader = Reader::new(set, Rules::Der);
    let Ok(mut elements) = reader.set() else { return false };
    let mut last: &[u8] = &[];
    while !elements.is_empty() {
        let offset_before = elements.offset();
        let Ok(element) = elements.read() else { return false };
        if element.offset != offset_before || element.raw < last || !whole_in_der(element.raw, 0) {
            return false;
        }
        last = element.raw;
    }
    true
}

/// Whether every element inside is in DER too. Values that are strings of octets are not entered.
fn whole_in_der(raw: &[u8], depth: u8) -> bool {
    let mut reader = Reader::new(raw, Rules::Der);
    let Ok(element) = reader.read() else { return false };
    const CONSTRUCTED: u8 = 0x20;
    if element.tag & CONSTRUCTED == 0 {
        return true;
    }
    if depth >= crate::der::DEPTH_MAX {
        return false;
    }
    let mut inner = Reader::new(element.value, Rules::Der);
    while !inner.is_empty() {
        match inner.read() {
            Ok(child) if whole_in_der(child.raw, depth.saturating_add(1)) => {}
            Ok(_) | Err(_) => return false,
        }
    }
    true
}

/// The references of signingCertificate and signingCertificateV2.
pub(super) fn references(signed: &[Attribute]) -> Result<Vec<CertificateReference>, CmsError> {
    let mut found = Vec::new();
    for value in values(signed, oid::SIGNING_CERTIFICATE) {
        read_references(value, Some(DigestAlgorithm::Sha1), &mut found)?;
    }
    for value in values(signed, oid::SIGNING_CERTIFICATE_V2) {
        read_references(value, None, &mut found)?;
    }
    Ok(found)
}

/// `fixed`: the digest of version 1; version 2 names its own, SHA-256 when it names none.
fn read_references(
    value: &[u8],
    fixed: Option<DigestAlgorithm>,
    found: &mut Vec<CertificateReference>,
) -> Result<(), CmsError> {
    let mut outer = Reader::new(value, Rules::Ber);
    let mut fields = outer.sequence()?;
    outer.finish()?;
    let mut list = fields.sequence()?;
    let mut is_first = true;
    while !list.is_empty() {
        bound("references to certificates", found.len(), REFERENCES_MAX)?;
        let mut reference = list.sequence()?;
        let digest_algorithm = match (fixed, reference.peek_tag()) {
            (Some(fixed), _) => Some(fixed),
            (None, Some(tag::SEQUENCE)) => DigestAlgorithm::from_oid(&reference.sequence()?.oid()?),
            (None, _) => Some(DigestAlgorithm::Sha256),
        };
        let hash = reference.octet_string()?.into_owned();
        let issuer_serial = if reference.is_empty() { None } else { Some(read_issuer_serial(&mut reference)?) };
        reference.finish()?;
        found.push(CertificateReference { digest_algorithm, hash, issuer_serial, is_first });
        is_first = false;
    }
    if is_first {
        return Err(fields.error(crate::der::DerErrorKind::Value("no reference to a certificate")).into());
    }
    Ok(())
}

/// IssuerSerial: the directory name among the GeneralNames, and the serial number.
fn read_issuer_serial(reference: &mut Reader<'_>) -> Result<(Option<Vec<u8>>, Vec<u8>), CmsError> {
    let mut fields = reference.sequence()?;
    let mut names = fields.sequence()?;
    let mut issuer = None;
    while !names.is_empty() {
        let name = names.read()?;
        if name.tag == tag::context_constructed(4) {
            let directory_name = names.nested(&name)?.expect(tag::SEQUENCE)?.raw;
            Name::from_der(directory_name)?;
            issuer = Some(directory_name.to_vec());
        }
    }
    let serial = fields.integer_bytes()?.to_vec();
    fields.finish()?;
    Ok((issuer, serial))
}

/// Attributes that must be signed, once, with one value; their text says what is wrong when they are not.
const SINGLE: [(Oid, &str); 6] = [
    (oid::CONTENT_TYPE, "content-type is not there once with one value"),
    (oid::MESSAGE_DIGEST, "message-digest is not there once with one value"),
    (oid::SIGNING_TIME, "signing-time is not there once with one value"),
    (oid::SIGNING_CERTIFICATE, "signing-certificate is not there once with one value"),
    (oid::SIGNING_CERTIFICATE_V2, "signing-certificate-v2 is not there once with one value"),
    (oid::ALGORITHM_PROTECTION, "algorithm-protection is not there once with one value"),
];

/// What a SignerInfo is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SignedOver {
    /// A content, which has a type.
    Content,
    /// The value of another signature, which has none: a counter-signature. Source: RFC 5652 §11.4.
    SignatureValue,
}

/// In what the attributes of one signer break the rules.
pub(super) fn faults(
    over: SignedOver,
    has_signed: bool,
    signed: &[Attribute],
    unsigned: &[Attribute],
) -> Vec<&'static str> {
    let mut faults = Vec::new();
    for (position, attribute) in signed.iter().enumerate() {
        if signed.iter().take(position).any(|earlier| earlier.oid == attribute.oid) {
            faults.push("a signed attribute is there twice");
        }
    }
    for attribute in signed.iter().chain(unsigned) {
        if attribute.values.is_empty() {
            faults.push("an attribute has no value");
        }
    }
    for (oid, what) in SINGLE {
        let present = signed.iter().any(|attribute| attribute.oid == oid);
        if present && single(signed, oid).is_none() {
            faults.push(what);
        }
        if unsigned.iter().any(|attribute| attribute.oid == oid) {
            faults.push("an attribute that must be signed is among the unsigned ones");
        }
    }
    if signed.iter().any(|attribute| attribute.oid == oid::COUNTERSIGNATURE) {
        faults.push("a counter-signature is among the signed attributes");
    }
    if has_signed {
        faults.extend(missing_or_malformed(over, signed));
    }
    faults.dedup();
    faults
}

fn missing_or_malformed(over: SignedOver, signed: &[Attribute]) -> Vec<&'static str> {
    let mut faults = Vec::new();
    let value = |oid| single(signed, oid);
    match value(oid::CONTENT_TYPE) {
        _ if over == SignedOver::SignatureValue => {
            if signed.iter().any(|attribute| attribute.oid == oid::CONTENT_TYPE) {
                faults.push("a counter-signature has a content-type");
            }
        }
        None => faults.push("the signed attributes have no content-type"),
        Some(value) if Reader::new(value, Rules::Ber).oid().is_err() => faults.push("content-type is malformed"),
        Some(_) => {}
    }
    match value(oid::MESSAGE_DIGEST) {
        None => faults.push("the signed attributes have no message-digest"),
        Some(value) if octets(value).is_none() => faults.push("message-digest is malformed"),
        Some(_) => {}
    }
    if value(oid::SIGNING_TIME).is_some_and(|value| time(value).is_none()) {
        faults.push("signing-time is malformed");
    }
    if value(oid::ALGORITHM_PROTECTION).is_some_and(|value| AlgorithmProtection::read(value).is_err()) {
        faults.push("algorithm-protection is malformed");
    }
    if references(signed).is_err() {
        faults.push("the reference to the signing certificate is malformed");
    }
    faults
}
