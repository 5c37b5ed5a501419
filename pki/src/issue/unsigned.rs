//! Signing by a key that this library does not hold: one in a token. The message is prepared, what is to be signed goes
//! out, the signature comes in and is verified before it is written down.
//! Source: RFC 5652 §5; RFC 5753 §2.1.1, RFC 5754 §3 for the algorithms and their parameters.

use openssl::bn::BigNum;
use openssl::ecdsa::EcdsaSig;

use super::cms_sign::{CertificateReference, Packaging, SignRequest, SignedAttributes, SigningContent};
use super::parts::SignedDataParts;
use super::{IssueError, write_digest_algorithm};
use crate::algorithm::{EcCurve, PublicKey, SignatureAlgorithm};
use crate::certificate::Certificate;
use crate::der::writer::Writer;
use crate::digest::DigestAlgorithm;
use crate::key::SignError;

/// A SignedData of one signer that lacks its signature alone.
pub struct UnsignedCms {
    certificate: Certificate,
    algorithm: SignatureAlgorithm,
    attributes: SignedAttributes,
    parts: SignedDataParts,
}

impl UnsignedCms {
    /// The message of `request` to be signed by the key of `certificate`.
    /// # Errors
    /// `Malformed` for a key that [`token_algorithm`] does not name, `DigestMismatch` when a digest is given under another
    /// algorithm, `ContentMissing` when a digest is to be attached.
    pub fn new(certificate: &Certificate, request: &SignRequest<'_>) -> Result<Self, IssueError> {
        let algorithm = certificate.public_key().ok().and_then(token_algorithm);
        let algorithm = algorithm.ok_or_else(|| IssueError::malformed("no kind of key that tokens sign with here"))?;
        let digest = algorithm.digest();
        let (message_digest, content) = match (&request.content, request.packaging) {
            (SigningContent::Content(content), Packaging::Attached) => (digest.digest(content), Some(content.to_vec())),
            (SigningContent::Content(content), Packaging::Detached) => (digest.digest(content), None),
            (SigningContent::Digest(_), Packaging::Attached) => return Err(IssueError::ContentMissing),
            (SigningContent::Digest(given), Packaging::Detached) if given.algorithm() == digest => {
                (given.clone(), None)
            }
            (SigningContent::Digest(given), Packaging::Detached) => {
                return Err(IssueError::DigestMismatch { expected: digest, found: given.algorithm() });
            }
        };
        let attributes = SignedAttributes::new(
            certificate,
            request.content_type,
            request.signing_time,
            CertificateReference::V2,
            &message_digest,
        );
        let mut parts = SignedDataParts {
            version: 1,
            digest_algorithms: vec![Writer::build(|w| write_digest_algorithm(w, digest))],
            content_type: request.content_type,
            content,
            certificates: vec![certificate.der().to_vec()],
            revocations: Vec::new(),
            signer_infos: Vec::new(),
        };
        request.certificates.iter().for_each(|extra| parts.add_certificate(extra.der()));
        Ok(Self { certificate: certificate.clone(), algorithm, attributes, parts })
    }

    /// The octets that the key signs.
    pub fn to_be_signed(&self) -> Vec<u8> {
        self.attributes.to_be_signed()
    }

    /// The message with `signature`: PKCS#1 v1.5 octets, or an ECDSA-Sig-Value in DER.
    /// # Errors
    /// `KeyMismatch` when it is not the signature of the certificate's key over [`UnsignedCms::to_be_signed`].
    pub fn signed(mut self, signature: &[u8]) -> Result<Vec<u8>, IssueError> {
        let key = self.certificate.public_key().map_err(|_| IssueError::KeyMismatch)?;
        key.verify_message(self.algorithm, &self.to_be_signed(), signature).map_err(|_| IssueError::KeyMismatch)?;
        let oid = self.algorithm.oid().ok_or_else(|| IssueError::malformed("an algorithm without identifier"))?;
        let signer_info = self.attributes.signer_info(&self.certificate, self.algorithm.digest(), signature, |w| {
            w.sequence(|w| {
                w.oid(&oid);
                // Absent with ECDSA, NULL with RSA.
                if matches!(self.algorithm, SignatureAlgorithm::RsaPkcs1(_)) {
                    w.null();
                }
            });
        });
        self.parts.signer_infos.push(signer_info);
        Ok(self.parts.write())
    }
}

/// How a token signs with the key whose public half this is: PKCS#1 v1.5 with SHA-256, or ECDSA with the digest that goes
/// with the curve. `None` for all other keys and curves, the national ones too.
pub fn token_algorithm(key: &PublicKey) -> Option<SignatureAlgorithm> {
    if key.key_algorithm_name() == "RSA" && key.algorithm_oid() == crate::oid::RSA_ENCRYPTION {
        return Some(SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha256));
    }
    let curve = key.ec_curve()?;
    [
        (EcCurve::P256, DigestAlgorithm::Sha256),
        (EcCurve::P384, DigestAlgorithm::Sha384),
        (EcCurve::P521, DigestAlgorithm::Sha512),
    ]
    .into_iter()
    .find(|(known, _)| *known == curve)
    .map(|(_, digest)| SignatureAlgorithm::Ecdsa(digest))
}

/// The ECDSA-Sig-Value of the two halves that a token answers, each of the width of the order.
/// # Errors
/// `Sign` for octets that are no two halves.
pub fn ecdsa_signature_der(halves: &[u8]) -> Result<Vec<u8>, IssueError> {
    let failed = |_| IssueError::Sign(SignError::Failed);
    if halves.is_empty() || !halves.len().is_multiple_of(2) || halves.len() > 2 * 66 {
        return Err(IssueError::Sign(SignError::Failed));
    }
    let (r, s) = halves.split_at(halves.len() / 2);
    let (r, s) = (BigNum::from_slice(r).map_err(failed)?, BigNum::from_slice(s).map_err(failed)?);
    EcdsaSig::from_private_components(r, s).and_then(|signature| signature.to_der()).map_err(failed)
}
