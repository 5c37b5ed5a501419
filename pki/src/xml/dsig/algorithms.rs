//! The closed list of algorithm identifiers. Codes with a shared key (HMAC) are not on it: their key is no certificate's.
//! Source: XML Signature 1.1 §6; RFC 9231 §2; nca-rk.md section 4.

use super::read::{Elements, attribute_algorithm, no_children, shortened};
use super::{Document, DsigError, NodeId};
use crate::algorithm::{PSS_SALT_MAX_BYTES, SignatureAlgorithm};
use crate::digest::DigestAlgorithm as Digest;
use crate::xml::names;

const SIGNATURES: [(&str, SignatureAlgorithm); 15] = [
    (
        "urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:gostr34102015-gostr34112015-512",
        SignatureAlgorithm::Gost2015_512,
    ),
    (
        "urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:gostr34102015-gostr34112015-256",
        SignatureAlgorithm::Gost2015_256,
    ),
    ("http://www.w3.org/2001/04/xmldsig-more#gost34310-gost34311", SignatureAlgorithm::Gost2004),
    ("http://www.w3.org/2000/09/xmldsig#rsa-sha1", SignatureAlgorithm::RsaPkcs1(Digest::Sha1)),
    // Not the identifier of the standard: older programs of the national CA write it.
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha1", SignatureAlgorithm::RsaPkcs1(Digest::Sha1)),
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha224", SignatureAlgorithm::RsaPkcs1(Digest::Sha224)),
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", SignatureAlgorithm::RsaPkcs1(Digest::Sha256)),
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha384", SignatureAlgorithm::RsaPkcs1(Digest::Sha384)),
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha512", SignatureAlgorithm::RsaPkcs1(Digest::Sha512)),
    ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1", SignatureAlgorithm::Ecdsa(Digest::Sha1)),
    ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha224", SignatureAlgorithm::Ecdsa(Digest::Sha224)),
    ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", SignatureAlgorithm::Ecdsa(Digest::Sha256)),
    ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384", SignatureAlgorithm::Ecdsa(Digest::Sha384)),
    ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512", SignatureAlgorithm::Ecdsa(Digest::Sha512)),
    ("http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519", SignatureAlgorithm::Ed25519),
];

const DIGESTS: [(&str, Digest); 11] = [
    ("urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:gostr34112015-512", Digest::Streebog512),
    ("urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:gostr34112015-256", Digest::Streebog256),
    ("http://www.w3.org/2001/04/xmldsig-more#gost34311", Digest::Gost34311),
    ("http://www.w3.org/2000/09/xmldsig#sha1", Digest::Sha1),
    // Not the identifier of the standard: older programs of the national CA write it.
    ("http://www.w3.org/2001/04/xmldsig-more#sha1", Digest::Sha1),
    ("http://www.w3.org/2001/04/xmldsig-more#sha224", Digest::Sha224),
    ("http://www.w3.org/2001/04/xmlenc#sha256", Digest::Sha256),
    ("http://www.w3.org/2001/04/xmldsig-more#sha384", Digest::Sha384),
    ("http://www.w3.org/2001/04/xmlenc#sha512", Digest::Sha512),
    // No identifier of W3C or RFC 9231 names the shortened forms of SHA-512.
    ("urn:oid:2.16.840.1.101.3.4.2.5", Digest::Sha512_224),
    ("urn:oid:2.16.840.1.101.3.4.2.6", Digest::Sha512_256),
];

/// RSASSA-PSS with everything fixed by the identifier. Source: RFC 9231 §2.3.10.
const PSS: [(&str, Digest); 5] = [
    ("http://www.w3.org/2007/05/xmldsig-more#sha1-rsa-MGF1", Digest::Sha1),
    ("http://www.w3.org/2007/05/xmldsig-more#sha224-rsa-MGF1", Digest::Sha224),
    ("http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1", Digest::Sha256),
    ("http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1", Digest::Sha384),
    ("http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1", Digest::Sha512),
];

const PSS_WITH_PARAMETERS: &str = "http://www.w3.org/2007/05/xmldsig-more#rsa-pss";
const MGF1: &str = "http://www.w3.org/2007/05/xmldsig-more#MGF1";

/// The identifier under which the national CA's programs write a signature algorithm; `None` when they have none.
pub fn signature_uri(algorithm: SignatureAlgorithm) -> Option<&'static str> {
    SIGNATURES.iter().find(|(_, known)| *known == algorithm).map(|(uri, _)| *uri)
}

/// The identifier of a digest.
pub fn digest_uri(digest: Digest) -> &'static str {
    DIGESTS.iter().find(|(_, known)| *known == digest).map_or("", |(uri, _)| *uri)
}

/// The digest that an identifier names.
pub(crate) fn digest_of_uri(uri: &str) -> Option<Digest> {
    DIGESTS.iter().find(|(known, _)| *known == uri).map(|(_, digest)| *digest)
}

/// The digest that a ds:DigestMethod names.
///
/// # Errors
/// `UnsupportedAlgorithm` for one that is not known or has parameters; `Malformed` without an identifier.
pub fn digest_method(document: &Document, element: NodeId) -> Result<Digest, DsigError> {
    let uri = attribute_algorithm(document, element)?;
    let unsupported = || DsigError::UnsupportedAlgorithm { what: "digest", name: shortened(uri) };
    let digest = digest_of_uri(uri).ok_or_else(unsupported)?;
    if no_children(document, element) { Ok(digest) } else { Err(unsupported()) }
}

/// The algorithm that a ds:SignatureMethod names.
pub(super) fn signature_method(document: &Document, element: NodeId) -> Result<SignatureAlgorithm, DsigError> {
    let uri = attribute_algorithm(document, element)?;
    let unsupported = || DsigError::UnsupportedAlgorithm { what: "signature algorithm", name: shortened(uri) };
    if uri == PSS_WITH_PARAMETERS {
        return pss(document, element)?.ok_or_else(unsupported);
    }
    let fixed = PSS.iter().find(|(known, _)| *known == uri).and_then(|(_, hash)| pss_of(*hash));
    let plain = SIGNATURES.iter().find(|(known, _)| *known == uri).map(|(_, algorithm)| *algorithm);
    // A child would be a parameter that changes the algorithm: a length for a code, for one.
    plain.or(fixed).filter(|_| no_children(document, element)).ok_or_else(unsupported)
}

fn pss_of(hash: Digest) -> Option<SignatureAlgorithm> {
    let salt_len = u32::try_from(hash.output_len()).ok()?;
    Some(SignatureAlgorithm::RsaPss { hash, mgf_hash: hash, salt_len })
}

/// RSAPSSParams; `None` for what is not supported. A mask of its own must be named unless everything is SHA-256: what the
/// default is for other digests is read in two ways. Source: RFC 9231 §2.3.9.
fn pss(document: &Document, method: NodeId) -> Result<Option<SignatureAlgorithm>, DsigError> {
    let mut children = Elements::of(document, method)?;
    let Some(parameters) = children.optional(names::DSIG_MORE_2007, "RSAPSSParams") else {
        children.finish()?;
        return Ok(pss_of(Digest::Sha256));
    };
    children.finish()?;
    let mut fields = Elements::of(document, parameters)?;
    let digest_in = |fields: &mut Elements<'_>| match fields.optional(names::DSIG, "DigestMethod") {
        Some(method) => digest_method(document, method),
        None => Ok(Digest::Sha256),
    };
    let hash = digest_in(&mut fields)?;
    let mgf_hash = match fields.optional(names::DSIG_MORE_2007, "MaskGenerationFunction") {
        Some(function) => {
            if attribute_algorithm(document, function)? != MGF1 {
                return Ok(None);
            }
            let mut inner = Elements::of(document, function)?;
            let mgf_hash = digest_in(&mut inner)?;
            inner.finish()?;
            mgf_hash
        }
        None if hash == Digest::Sha256 => Digest::Sha256,
        None => return Ok(None),
    };
    let number = |element: NodeId| document.simple_text(element).and_then(|text| text.trim().parse::<u32>().ok());
    let salt_len = match fields.optional(names::DSIG_MORE_2007, "SaltLength") {
        Some(element) => number(element),
        None => u32::try_from(hash.output_len()).ok(),
    };
    let trailer = match fields.optional(names::DSIG_MORE_2007, "TrailerField") {
        Some(element) => number(element),
        None => Some(1),
    };
    fields.finish()?;
    let is_sha = |digest: Digest| PSS.iter().any(|(_, known)| *known == digest);
    let salt_len = salt_len.filter(|salt| *salt <= PSS_SALT_MAX_BYTES && trailer == Some(1));
    let salt_len = salt_len.filter(|_| is_sha(hash) && is_sha(mgf_hash));
    Ok(salt_len.map(|salt_len| SignatureAlgorithm::RsaPss { hash, mgf_hash, salt_len }))
}
