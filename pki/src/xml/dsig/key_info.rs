//! Where the certificate is. A bare key (KeyValue) is never a signer: nobody answers for it.
//! Source: XML Signature 1.1 §4.5; WS-Security X.509 Token Profile 1.0 §3.

use super::CERTIFICATES_MAX;
use super::ids::Ids;
use super::read::base64;
use crate::certificate::Certificate;
use crate::digest::DigestAlgorithm;
use crate::xml::{Document, NodeId, names};

/// Elements of a KeyInfo looked at.
const ELEMENTS_MAX: usize = 256;

/// What a KeyInfo says about the signer's certificate.
#[derive(Debug, Clone, Default)]
pub struct KeyInfo {
    /// Certificates that it carries or points at in the same document, in order; those that cannot be read are left out.
    pub certificates: Vec<Certificate>,
    /// Subject key identifiers of a certificate that is elsewhere.
    pub key_ids: Vec<Vec<u8>>,
    /// SHA-1 digests of a certificate that is elsewhere.
    pub thumbprints: Vec<Vec<u8>>,
    /// Whether it holds a bare key.
    pub has_bare_key: bool,
}

impl KeyInfo {
    /// Reads a ds:KeyInfo; what is not known is passed over.
    pub(super) fn read(document: &Document, ids: &Ids<'_>, element: NodeId) -> KeyInfo {
        let mut found = KeyInfo::default();
        for one in document.child_elements(element).take(ELEMENTS_MAX) {
            if document.is(one, names::DSIG, "X509Data") {
                for part in document.child_elements(one).take(ELEMENTS_MAX) {
                    if document.is(part, names::DSIG, "X509Certificate") {
                        found.add(base64(document, part));
                    } else if document.is(part, names::DSIG, "X509SKI") {
                        found.key_ids.extend(base64(document, part));
                    }
                }
            } else if document.is(one, names::DSIG, "KeyValue") || document.is(one, names::DSIG11, "DEREncodedKeyValue")
            {
                found.has_bare_key = true;
            } else if document.is(one, names::WSSE, "SecurityTokenReference") {
                for part in document.child_elements(one).take(ELEMENTS_MAX) {
                    found.token(document, ids, part);
                }
            }
        }
        found
    }

    fn token(&mut self, document: &Document, ids: &Ids<'_>, part: NodeId) {
        let kind = |element| {
            let value = document.attribute(element, "", "ValueType").unwrap_or_default();
            value.rsplit('#').next().unwrap_or_default()
        };
        if document.is(part, names::WSSE, "KeyIdentifier") {
            match kind(part) {
                "X509v3" => self.add(base64(document, part)),
                "X509SubjectKeyIdentifier" => self.key_ids.extend(base64(document, part)),
                "ThumbprintSHA1" => self.thumbprints.extend(base64(document, part)),
                _ => {}
            }
        } else if document.is(part, names::WSSE, "Reference") {
            let id = document.attribute(part, "", "URI").and_then(|uri| uri.strip_prefix('#'));
            let token = id.and_then(|id| ids.owner(id).ok());
            let token = token.filter(|token| document.is(*token, names::WSSE, "BinarySecurityToken"));
            if let Some(token) = token.filter(|token| kind(*token) == "X509v3") {
                self.add(base64(document, token));
            }
        }
    }

    fn add(&mut self, der: Option<Vec<u8>>) {
        let certificate = der.and_then(|der| Certificate::from_der(&der).ok());
        if self.certificates.len() < CERTIFICATES_MAX {
            self.certificates.extend(certificate);
        }
    }

    /// Whether it points at this certificate.
    pub fn points_at(&self, certificate: &Certificate) -> bool {
        let by_key = certificate.subject_key_id().is_some_and(|id| self.key_ids.iter().any(|known| known == id));
        by_key || {
            !self.thumbprints.is_empty() && {
                let thumbprint = DigestAlgorithm::Sha1.digest(certificate.der());
                self.thumbprints.iter().any(|known| known == thumbprint.as_bytes())
            }
        }
    }
}
