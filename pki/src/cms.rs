//! CMS SignedData, read once and kept as received: in DER or BER, attached or detached, with any number of signers.
//!
//! Nothing is judged here. What breaks the rules for one signer's attributes is told by
//! [`SignerInfo::attribute_faults`], so that one bad signer does not hide the others.
//!
//! Source: RFC 5652 §5; RFC 5035 (ESS); RFC 6211 (algorithm protection); RFC 5940 (OCSP inside). Written by
//! [`crate::issue::cms_sign`].

use std::fmt;
use std::sync::Arc;

use crate::certificate::Certificate;
use crate::der::{DerError, DerErrorKind, Reader, Rules, Tlv, tag};
use crate::oid::{self, Oid};

mod attributes;
mod hash_index;
mod signer_info;

pub use attributes::{AlgorithmProtection, Attribute, CertificateReference};
pub use hash_index::{HashIndex, INDEX_ENTRIES_MAX, Indexed, archived_octets};
pub use signer_info::{SignerIdentifier, SignerInfo};

/// Largest CMS, in octets.
pub const CMS_SIZE_MAX_BYTES: usize = 64 * 1024 * 1024;
/// Most signers of one message.
pub const SIGNERS_MAX: usize = 64;
/// Most certificates carried by one message.
pub const CERTIFICATES_MAX: usize = 256;
/// Most CRLs and OCSP responses carried by one message.
pub const REVOCATIONS_MAX: usize = 256;

/// Why octets are no SignedData.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CmsError {
    /// The encoding breaks a rule.
    #[error(transparent)]
    Malformed(#[from] DerError),
    /// A ContentInfo of another type.
    #[error("the message is of type {0}, not signed data")]
    NotSignedData(Oid),
    /// More than a limit of this module.
    #[error("the message is over the limit of {limit} {what}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many are read.
        limit: usize,
    },
}

/// A SignedData, immutable; a copy shares the octets.
#[derive(Clone)]
pub struct SignedData {
    inner: Arc<Inner>,
}

struct Inner {
    version: u64,
    digest_algorithms: Vec<Oid>,
    encapsulated_type: Oid,
    content: Option<Vec<u8>>,
    certificates: Vec<Certificate>,
    other_certificates: Vec<Vec<u8>>,
    crls: Vec<Vec<u8>>,
    ocsp_responses: Vec<Vec<u8>>,
    other_revocations: Vec<Vec<u8>>,
    signer_infos: Vec<SignerInfo>,
}

impl SignedData {
    /// The SignedData in `bytes`: exactly one ContentInfo, in DER or BER.
    /// # Errors
    /// See [`CmsError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<SignedData, CmsError> {
        if bytes.len() > CMS_SIZE_MAX_BYTES {
            return Err(CmsError::TooMany { what: "octets", limit: CMS_SIZE_MAX_BYTES });
        }
        let mut outer = Reader::new(bytes, Rules::Ber);
        let mut content_info = outer.sequence()?;
        outer.finish()?;
        let content_type = content_info.oid()?;
        if content_type != oid::SIGNED_DATA {
            return Err(CmsError::NotSignedData(content_type));
        }
        let wrapper = content_info.expect(tag::context_constructed(0))?;
        content_info.finish()?;
        let mut wrapped = content_info.nested(&wrapper)?;
        let mut fields = wrapped.sequence()?;
        wrapped.finish()?;
        let inner = read_signed_data(&mut fields)?;
        Ok(SignedData { inner: Arc::new(inner) })
    }

    /// CMSVersion as written.
    pub fn version(&self) -> u64 {
        self.inner.version
    }

    /// The digest algorithms announced for all signers, in the order received.
    pub fn digest_algorithms(&self) -> &[Oid] {
        &self.inner.digest_algorithms
    }

    /// eContentType.
    pub fn encapsulated_type(&self) -> Oid {
        self.inner.encapsulated_type
    }

    /// The content, when the message carries it; pieces of a BER string are joined.
    pub fn content(&self) -> Option<&[u8]> {
        self.inner.content.as_deref()
    }

    /// The certificates carried, in the order received; nobody vouches for them.
    pub fn certificates(&self) -> &[Certificate] {
        &self.inner.certificates
    }

    /// How many entries of the certificate list are not certificates that can be read (attribute certificates, damage).
    pub fn unread_certificates(&self) -> usize {
        self.inner.other_certificates.len()
    }

    /// Every entry of the certificate list as it is encoded, those that cannot be read too.
    pub fn certificate_choices(&self) -> impl Iterator<Item = &[u8]> {
        let read = self.inner.certificates.iter().map(Certificate::der);
        read.chain(self.inner.other_certificates.iter().map(Vec::as_slice))
    }

    /// Every entry of the revocation list as it is encoded: CRLs, and other forms with what wraps them.
    pub fn revocation_choices(&self) -> impl Iterator<Item = &[u8]> {
        self.inner.crls.iter().chain(&self.inner.other_revocations).map(Vec::as_slice)
    }

    /// The CRLs carried, each a whole CertificateList in DER, not looked at.
    pub fn crls(&self) -> &[Vec<u8>] {
        &self.inner.crls
    }

    /// The OCSP responses carried, each a whole OCSPResponse in DER, not looked at. Source: RFC 5940 §2.1.
    pub fn ocsp_responses(&self) -> &[Vec<u8>] {
        &self.inner.ocsp_responses
    }

    /// The signers in the order received.
    pub fn signer_infos(&self) -> &[SignerInfo] {
        &self.inner.signer_infos
    }
}

impl fmt::Debug for SignedData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedData")
            .field("encapsulated_type", &self.inner.encapsulated_type)
            .field("attached", &self.inner.content.is_some())
            .field("signers", &self.inner.signer_infos.len())
            .finish_non_exhaustive()
    }
}

fn read_signed_data(fields: &mut Reader<'_>) -> Result<Inner, CmsError> {
    let version = fields.small_uint()?;
    if version > 5 {
        return Err(fields.error(DerErrorKind::Value("the version of SignedData is not known")).into());
    }
    let mut digest_algorithms = Vec::new();
    let mut announced = fields.set()?;
    while !announced.is_empty() {
        bound("digest algorithms", digest_algorithms.len(), SIGNERS_MAX)?;
        digest_algorithms.push(announced.sequence()?.oid()?);
    }
    let (encapsulated_type, content) = read_encapsulated(fields)?;

    let mut certificates = Vec::new();
    let mut other_certificates = Vec::new();
    if let Some(mut list) = fields.optional_context(0)? {
        let mut seen = 0_usize;
        while !list.is_empty() {
            bound("certificates", seen, CERTIFICATES_MAX)?;
            seen = seen.saturating_add(1);
            let choice = list.read()?.raw;
            match Certificate::from_der(choice) {
                Ok(certificate) => certificates.push(certificate),
                Err(_) => other_certificates.push(choice.to_vec()),
            }
        }
    }
    let (mut crls, mut ocsp_responses, mut other_revocations) = (Vec::new(), Vec::new(), Vec::new());
    if let Some(mut list) = fields.optional_context(1)? {
        while !list.is_empty() {
            bound("CRLs and OCSP responses", crls.len().saturating_add(other_revocations.len()), REVOCATIONS_MAX)?;
            let choice = list.read()?;
            if choice.tag == tag::SEQUENCE {
                crls.push(choice.raw.to_vec());
            } else {
                ocsp_responses.extend(ocsp_response(&list, &choice)?);
                other_revocations.push(choice.raw.to_vec());
            }
        }
    }
    let mut signer_infos = Vec::new();
    let mut signers = fields.set()?;
    while !signers.is_empty() {
        bound("signers", signer_infos.len(), SIGNERS_MAX)?;
        signer_infos.push(signer_info::read(&mut signers, attributes::SignedOver::Content)?);
    }
    fields.finish()?;
    Ok(Inner {
        version,
        digest_algorithms,
        encapsulated_type,
        content,
        certificates,
        other_certificates,
        crls,
        ocsp_responses,
        other_revocations,
        signer_infos,
    })
}

fn read_encapsulated(fields: &mut Reader<'_>) -> Result<(Oid, Option<Vec<u8>>), CmsError> {
    let mut encapsulated = fields.sequence()?;
    let content_type = encapsulated.oid()?;
    let content = match encapsulated.optional_context(0)? {
        Some(mut wrapped) => {
            let content = wrapped.octet_string()?.into_owned();
            wrapped.finish()?;
            Some(content)
        }
        None => None,
    };
    encapsulated.finish()?;
    Ok((content_type, content))
}

/// The response in `[1] OtherRevocationInfoFormat`; `None` for another format.
fn ocsp_response(list: &Reader<'_>, choice: &Tlv<'_>) -> Result<Option<Vec<u8>>, CmsError> {
    if choice.tag != tag::context_constructed(1) {
        return Err(choice.error(DerErrorKind::Value("an unknown choice in the revocation list")).into());
    }
    let mut format = list.nested(choice)?;
    let identifier = format.oid()?;
    let response = format.any()?.raw;
    format.finish()?;
    Ok((identifier == oid::REVOCATION_INFO_OCSP).then(|| response.to_vec()))
}

/// Refuses one more element when `present` have reached `limit`.
fn bound(what: &'static str, present: usize, limit: usize) -> Result<(), CmsError> {
    if present < limit { Ok(()) } else { Err(CmsError::TooMany { what, limit }) }
}
