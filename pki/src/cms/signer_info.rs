//! One signer. Source: RFC 5652 §5.3.

use super::attributes::{
    AlgorithmProtection, Attribute, CertificateReference, DigestOfContent, SignedOver, faults, read_attributes, single,
};
use super::{CmsError, attributes};
use crate::algorithm::AlgorithmIdentifier;
use crate::certificate::Certificate;
use crate::der::writer::Writer;
use crate::der::{DerErrorKind, Reader, Rules, tag};
use crate::name::Name;
use crate::oid::{self, Oid};
use crate::path::names_match;
use crate::time::Moment;

/// How a signer names its certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignerIdentifier {
    /// By issuer (a Name in DER) and serial number (contents octets of the INTEGER): the national form.
    IssuerAndSerial {
        /// The issuer's name.
        issuer: Vec<u8>,
        /// The serial number.
        serial: Vec<u8>,
    },
    /// By subjectKeyIdentifier.
    SubjectKeyId(Vec<u8>),
}

/// What one signer wrote, as received.
#[derive(Debug, Clone)]
pub struct SignerInfo {
    version: u64,
    identifier: SignerIdentifier,
    digest_identifier: Vec<u8>,
    digest_algorithm: Oid,
    signature_identifier: Vec<u8>,
    signature: Vec<u8>,
    fields: Vec<u8>,
    signed_octets: Option<Vec<u8>>,
    signed: Vec<Attribute>,
    unsigned: Vec<Attribute>,
    message_digest: Option<DigestOfContent>,
    faults: Vec<&'static str>,
}

/// Reads the next SignerInfo of `signers`.
pub(super) fn read(signers: &mut Reader<'_>, over: SignedOver) -> Result<SignerInfo, CmsError> {
    let mut fields = signers.sequence()?;
    let whole = fields.remaining();
    let version = fields.small_uint()?;
    let identifier = read_identifier(&mut fields)?;
    let digest = AlgorithmIdentifier::read(&mut fields)?;
    let (digest_identifier, digest_algorithm) = (digest.raw.to_vec(), digest.oid);
    let (mut signed_octets, mut signed) = (None, Vec::new());
    if let Some(wrapper) = fields.optional(tag::context_constructed(0))? {
        // What is signed is the SET OF under its universal tag; the contents stay as received. Source: RFC 5652 §5.4.
        signed_octets = Some(Writer::build(|w| w.element(tag::SET, wrapper.value)));
        signed = read_attributes(fields.nested(&wrapper)?)?;
    }
    let signature_identifier = AlgorithmIdentifier::read(&mut fields)?.raw.to_vec();
    let signature = fields.octet_string()?.into_owned();
    let length = whole.len().saturating_sub(fields.remaining().len());
    let signed_fields = whole.get(..length).unwrap_or_default().to_vec();
    let unsigned = match fields.optional_context(1)? {
        Some(list) => read_attributes(list)?,
        None => Vec::new(),
    };
    fields.finish()?;
    let message_digest = single(&signed, oid::MESSAGE_DIGEST).and_then(attributes::octets);
    let faults = faults(over, signed_octets.is_some(), &signed, &unsigned);
    Ok(SignerInfo {
        version,
        identifier,
        digest_identifier,
        digest_algorithm,
        signature_identifier,
        signature,
        fields: signed_fields,
        signed_octets,
        signed,
        unsigned,
        message_digest,
        faults,
    })
}

fn read_identifier(fields: &mut Reader<'_>) -> Result<SignerIdentifier, CmsError> {
    match fields.peek_tag() {
        Some(tag::SEQUENCE) => {
            let mut pair = fields.sequence()?;
            let issuer = pair.expect(tag::SEQUENCE)?.raw;
            Name::from_der(issuer)?;
            let serial = pair.integer_bytes()?.to_vec();
            pair.finish()?;
            Ok(SignerIdentifier::IssuerAndSerial { issuer: issuer.to_vec(), serial })
        }
        Some(found) if found == tag::context(0) => Ok(SignerIdentifier::SubjectKeyId(fields.read()?.value.to_vec())),
        Some(_) | None => Err(fields.error(DerErrorKind::Value("the signer names no certificate")).into()),
    }
}

impl SignerInfo {
    /// CMSVersion as written.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// How the signer names its certificate.
    pub fn identifier(&self) -> &SignerIdentifier {
        &self.identifier
    }

    /// Whether `certificate` is the one named. Nothing is proven by a name: the signature, and the reference in the
    /// signed attributes, decide.
    pub fn matches_certificate(&self, certificate: &Certificate) -> bool {
        match &self.identifier {
            SignerIdentifier::IssuerAndSerial { issuer, serial } => {
                certificate.serial() == serial.as_slice()
                    && (certificate.issuer_der() == issuer.as_slice()
                        || Name::from_der(issuer).is_ok_and(|name| names_match(&name, &certificate.issuer())))
            }
            SignerIdentifier::SubjectKeyId(id) => certificate.subject_key_id() == Some(id.as_slice()),
        }
    }

    /// The digest of the content.
    pub fn digest_algorithm(&self) -> Oid {
        self.digest_algorithm
    }

    /// As [`SignerInfo::digest_algorithm`], with parameters.
    pub fn digest_identifier(&self) -> AlgorithmIdentifier<'_> {
        stored(&self.digest_identifier)
    }

    /// The signature algorithm, as written: the native library of the national CA writes that of the key.
    pub fn signature_algorithm(&self) -> AlgorithmIdentifier<'_> {
        stored(&self.signature_identifier)
    }

    /// The signature value.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// Everything from the version to the signature value, encoded as received: what an archive time stamp covers.
    /// Source: EN 319 122-1 §5.5.3.
    pub fn fields_until_signature(&self) -> &[u8] {
        &self.fields
    }

    /// Whether attributes are signed, and not the content itself.
    pub fn has_signed_attributes(&self) -> bool {
        self.signed_octets.is_some()
    }

    /// What is signed when attributes are: their SET OF, contents as received.
    pub fn signed_octets(&self) -> Option<&[u8]> {
        self.signed_octets.as_deref()
    }

    /// Whether the signed attributes are in DER, order included; without any, true.
    pub fn signed_attributes_are_der(&self) -> bool {
        self.signed_octets.as_deref().is_none_or(attributes::is_der_set)
    }

    /// The signed attributes in DER, when they are not in it as received: what a signer signs who encodes them anew, as
    /// RFC 5652 §5.4 asks. `None` when they are in DER, or there are none.
    pub fn signed_octets_in_der(&self) -> Option<Vec<u8>> {
        let received = self.signed_octets.as_deref()?;
        crate::der::in_der(received).filter(|encoded| encoded != received)
    }

    /// The signed attributes in the order received.
    pub fn signed_attributes(&self) -> &[Attribute] {
        &self.signed
    }

    /// The unsigned attributes in the order received.
    pub fn unsigned_attributes(&self) -> &[Attribute] {
        &self.unsigned
    }

    /// The content-type attribute, when it is there once with one readable value.
    pub fn content_type(&self) -> Option<Oid> {
        let value = single(&self.signed, oid::CONTENT_TYPE)?;
        Reader::new(value, Rules::Ber).oid().ok()
    }

    /// The message-digest attribute, when it is there once with one readable value.
    pub fn message_digest(&self) -> Option<&[u8]> {
        self.message_digest.as_deref()
    }

    /// The time the signer claims.
    pub fn signing_time(&self) -> Option<Moment> {
        attributes::time(single(&self.signed, oid::SIGNING_TIME)?)
    }

    /// The references to certificates that are signed, version 1 before version 2.
    /// # Errors
    /// When an attribute of references is malformed.
    pub fn signing_certificates(&self) -> Result<Vec<CertificateReference>, CmsError> {
        attributes::references(&self.signed)
    }

    /// The CMSAlgorithmProtection attribute, when it is there once and readable.
    pub fn algorithm_protection(&self) -> Option<AlgorithmProtection> {
        AlgorithmProtection::read(single(&self.signed, oid::ALGORITHM_PROTECTION)?).ok()
    }

    /// The tokens over the signature value, each a whole ContentInfo, not looked at.
    pub fn signature_time_stamps(&self) -> Vec<&[u8]> {
        attributes::values(&self.unsigned, oid::SIGNATURE_TIME_STAMP)
    }

    /// The tokens over the content that the signer signed together with it.
    pub fn content_time_stamps(&self) -> Vec<&[u8]> {
        attributes::values(&self.signed, oid::CONTENT_TIME_STAMP)
    }

    /// The archive time stamps of version 3, each a whole ContentInfo, not looked at.
    pub fn archive_time_stamps(&self) -> Vec<&[u8]> {
        attributes::values(&self.unsigned, oid::ARCHIVE_TIME_STAMP_V3)
    }

    /// The signatures over the value of this one, each as it stands in its attribute, or why it cannot be read. Whether it
    /// is one over this value is not looked at. Source: RFC 5652 §11.4.
    pub fn counter_signatures(&self) -> Vec<Result<SignerInfo, CmsError>> {
        let values = attributes::values(&self.unsigned, oid::COUNTERSIGNATURE);
        let read = |value: &[u8]| {
            let mut reader = Reader::new(value, Rules::Ber);
            let signer = read(&mut reader, SignedOver::SignatureValue)?;
            reader.finish()?;
            Ok(signer)
        };
        values.into_iter().map(read).collect()
    }

    /// Whether there is a token over the signature value.
    pub fn has_signature_time_stamp(&self) -> bool {
        self.unsigned.iter().any(|attribute| attribute.oid == oid::SIGNATURE_TIME_STAMP)
    }

    /// In what the attributes break RFC 5652 §5.3 and §11 (English, for experts); empty when in nothing. A signature with
    /// a fault is not to be accepted.
    pub fn attribute_faults(&self) -> &[&'static str] {
        &self.faults
    }
}

/// An identifier that was read once and kept whole.
fn stored(raw: &[u8]) -> AlgorithmIdentifier<'_> {
    let read = AlgorithmIdentifier::read(&mut Reader::new(raw, Rules::Ber));
    read.unwrap_or(AlgorithmIdentifier { oid: oid::DATA, parameters: None, raw })
}
