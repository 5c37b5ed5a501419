//! XAdES properties: the time that the signer claims, which certificate it means, time stamps over the value.
//! Source: EN 319 132-1 §5.2.1, §5.2.2, §5.3; XAdES 1.3.2 §7.

use super::algorithms::digest_method;
use super::read::{base64, canonicalization_of};
use super::{Document, DsigError, NodeId, names};
use crate::cms::CertificateReference;
use crate::time::Moment;
use crate::xml::c14n::Canonicalization;

/// Most time stamps and certificate digests looked at.
const ITEMS_MAX: usize = 16;

/// The XAdES properties of one signature.
#[derive(Debug, Clone)]
pub struct Qualifying {
    /// The SignedProperties, which count when a reference covers them.
    pub signed: Option<NodeId>,
    /// The SigningTime in them.
    pub signing_time: Option<Moment>,
    /// Which certificates they say the signer meant, first its own; `None` when they say nothing of it.
    pub certificates: Option<Vec<CertificateReference>>,
    /// Time stamps over the value.
    pub stamps: Vec<EncapsulatedStamp>,
}

/// A time stamp over the canonical form of the ds:SignatureValue.
#[derive(Debug, Clone)]
pub struct EncapsulatedStamp {
    /// The form.
    pub canonicalization: Canonicalization,
    /// The token in DER.
    pub token: Vec<u8>,
}

impl Qualifying {
    /// The properties in the ds:Object elements of `signature`.
    pub(super) fn read(
        document: &Document,
        signature: NodeId,
        objects: &[NodeId],
    ) -> Result<Option<Qualifying>, DsigError> {
        let inside = objects.iter().flat_map(|object| document.child_elements(*object));
        let mut all = inside.filter(|element| document.is(*element, names::XADES, "QualifyingProperties"));
        let Some(properties) = all.next() else { return Ok(None) };
        if all.next().is_some() {
            return Err(DsigError::Malformed("more than one QualifyingProperties"));
        }
        let target = document.attribute(properties, "", "Target").and_then(|target| target.strip_prefix('#'));
        if target.is_none() || target != document.attribute(signature, "", "Id") {
            return Err(DsigError::Malformed("the QualifyingProperties are of another signature"));
        }
        let signed = only(document, properties, "SignedProperties")?;
        let of_signature = match signed {
            Some(signed) => only(document, signed, "SignedSignatureProperties")?,
            None => None,
        };
        let (mut signing_time, mut certificates) = (None, None);
        if let Some(of_signature) = of_signature {
            if let Some(time) = only(document, of_signature, "SigningTime")? {
                let text = document.simple_text(time).map(str::trim).unwrap_or_default();
                let moment = Moment::parse_rfc3339(text).ok();
                signing_time = Some(moment.ok_or(DsigError::Malformed("the SigningTime is no time"))?);
            }
            certificates = certificate_references(document, of_signature)?;
        }
        Ok(Some(Qualifying { signed, signing_time, certificates, stamps: stamps(document, properties)? }))
    }
}

fn certificate_references(document: &Document, of: NodeId) -> Result<Option<Vec<CertificateReference>>, DsigError> {
    let (v1, v2) = (only(document, of, "SigningCertificate")?, only(document, of, "SigningCertificateV2")?);
    if v1.is_none() && v2.is_none() {
        return Ok(None);
    }
    let mut references = Vec::new();
    for named in [v1, v2].into_iter().flatten() {
        let mut is_first = true;
        for certificate in document.child_elements(named).take(ITEMS_MAX) {
            let digest = only(document, certificate, "CertDigest")?;
            let digest = digest.ok_or(DsigError::Malformed("a reference to a certificate without its digest"))?;
            let child = |local| document.child_elements(digest).find(|one| document.is(*one, names::DSIG, local));
            let (Some(method), Some(value)) = (child("DigestMethod"), child("DigestValue")) else {
                return Err(DsigError::Malformed("a reference to a certificate without its digest"));
            };
            references.push(CertificateReference {
                digest_algorithm: digest_method(document, method).ok(),
                hash: base64(document, value).unwrap_or_default(),
                issuer_serial: None,
                is_first: std::mem::take(&mut is_first),
            });
        }
    }
    Ok(Some(references))
}

fn stamps(document: &Document, properties: NodeId) -> Result<Vec<EncapsulatedStamp>, DsigError> {
    let mut found = Vec::new();
    let unsigned = match only(document, properties, "UnsignedProperties")? {
        Some(unsigned) => only(document, unsigned, "UnsignedSignatureProperties")?,
        None => None,
    };
    let Some(unsigned) = unsigned else { return Ok(found) };
    let stamps = document.child_elements(unsigned).filter(|one| document.is(*one, names::XADES, "SignatureTimeStamp"));
    for stamp in stamps.take(ITEMS_MAX) {
        let mut canonicalization = super::reference::default_canonicalization();
        for child in document.child_elements(stamp).take(ITEMS_MAX) {
            if document.is(child, names::DSIG, "CanonicalizationMethod") {
                let known = canonicalization_of(document, child)?;
                let unknown =
                    || DsigError::UnsupportedAlgorithm { what: "canonicalisation", name: "of a time stamp".to_owned() };
                canonicalization = known.ok_or_else(unknown)?;
            } else if document.is(child, names::XADES, "EncapsulatedTimeStamp") {
                let token = base64(document, child).unwrap_or_default();
                found.push(EncapsulatedStamp { canonicalization: canonicalization.clone(), token });
            }
        }
    }
    found.truncate(ITEMS_MAX);
    Ok(found)
}

/// The only child of this XAdES name.
fn only(document: &Document, parent: NodeId, local: &str) -> Result<Option<NodeId>, DsigError> {
    let mut found = document.child_elements(parent).filter(|one| document.is(*one, names::XADES, local));
    let first = found.next();
    if found.next().is_some() {
        return Err(DsigError::Malformed("a XAdES property is there twice"));
    }
    Ok(first)
}
