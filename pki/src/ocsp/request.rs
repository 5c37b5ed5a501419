//! The question. Source: RFC 6960 §4.1.

use super::basic::read_version;
use super::{CertId, OCSP_ANSWERS_MAX, check_size, nonce};
use crate::der::{DerError, DerErrorKind, Reader, Rules, tag};
use crate::extension::{Extension, RawExtension, read_explicit};
use crate::oid::{self, Oid};

/// OCSPRequest, as a responder receives it.
#[derive(Debug, Clone)]
pub struct OcspRequest {
    cert_ids: Vec<CertId>,
    extensions: Vec<Extension>,
    is_signed: bool,
}

impl OcspRequest {
    /// The OCSPRequest in `der`: exactly one, in DER. The name of who asks, his signature and the extensions of single
    /// questions are not read.
    /// # Errors
    /// When it is larger than [`super::OCSP_MAX_BYTES`], asks for no certificate or more than
    /// [`super::OCSP_ANSWERS_MAX`], or an extension stands twice.
    pub fn from_der(der: &[u8]) -> Result<OcspRequest, DerError> {
        check_size(der)?;
        let mut outer = Reader::new(der, Rules::Der);
        let mut request = outer.sequence()?;
        outer.finish()?;
        let mut fields = request.sequence()?;
        let is_signed = request.optional_context(0)?.is_some();
        request.finish()?;

        read_version(&mut fields)?;
        fields.optional(tag::context_constructed(1))?;
        let mut list = fields.sequence()?;
        let mut cert_ids = Vec::new();
        while !list.is_empty() {
            if cert_ids.len() >= OCSP_ANSWERS_MAX {
                return Err(list.error(DerErrorKind::Value("too many questions")));
            }
            let mut one = list.sequence()?;
            cert_ids.push(CertId::read(&mut one)?);
            one.optional(tag::context_constructed(0))?;
            one.finish()?;
        }
        if cert_ids.is_empty() {
            return Err(list.error(DerErrorKind::Value("no question")));
        }
        let extensions = read_explicit(&mut fields, 2)?.into_iter().map(RawExtension::to_owned).collect();
        fields.finish()?;
        Ok(OcspRequest { cert_ids, extensions, is_signed })
    }

    /// The certificates asked for, at least one.
    pub fn cert_ids(&self) -> &[CertId] {
        &self.cert_ids
    }

    /// Extensions of the request as a whole, in the order received.
    pub fn extensions(&self) -> &[Extension] {
        &self.extensions
    }

    /// The value of the nonce extension as received: what a responder repeats, octet for octet.
    pub fn nonce_value(&self) -> Option<&[u8]> {
        let nonce = self.extensions.iter().find(|extension| extension.oid == oid::OCSP_NONCE);
        nonce.map(|extension| extension.value.as_slice())
    }

    /// The nonce, without the OCTET STRING that the standard puts around it inside extnValue.
    pub fn nonce(&self) -> Option<&[u8]> {
        self.nonce_value().map(nonce::unwrapped)
    }

    /// Critical extensions of the request as a whole other than the nonce.
    pub fn unknown_critical_extensions(&self) -> Vec<Oid> {
        let unknown = self.extensions.iter().filter(|one| one.critical && one.oid != oid::OCSP_NONCE);
        unknown.map(|extension| extension.oid).collect()
    }

    /// Somebody signed it; the signature is not read.
    pub fn is_signed(&self) -> bool {
        self.is_signed
    }
}
