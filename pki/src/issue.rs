//! Making what a CA, its responders and a signer make: for the demonstration world, for tests, and for raising the level
//! of signatures. Every product depends on its inputs and the given randomness alone. Shapes: nca-rk.md sections 3, 5 and 6.

pub mod archive;
pub mod augment;
pub mod certificate_builder;
pub mod cms_sign;
pub mod crl_builder;
pub mod ers_builder;
pub mod fault;
pub mod ocsp_builder;
mod parts;
pub mod profile;
pub mod tsp_builder;
pub mod unsigned;
pub mod xml_sign;

use crate::certificate::Certificate;
use crate::der::writer::Writer;
use crate::der::{DerError, Reader, Rules};
use crate::digest::DigestAlgorithm;
use crate::key::{PrivateKey, SignError};
use crate::oid::Oid;
use crate::random::SecureRandom;

/// Why something was not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IssueError {
    /// The certificate given is not that of the key.
    #[error("the certificate does not belong to the private key")]
    KeyMismatch,
    /// The key could not sign.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// The digest given is of another algorithm than the key signs with.
    #[error("the key signs {expected} digests, a {found} digest was given")]
    DigestMismatch {
        /// The algorithm of the key.
        expected: DigestAlgorithm,
        /// The algorithm given.
        found: DigestAlgorithm,
    },
    /// The content is needed and was not given.
    #[error("the content is needed: the message does not carry it")]
    ContentMissing,
    /// The content is not what the message or its signers hold.
    #[error("the content is not the one the message was signed over")]
    ContentMismatch,
    /// No signer at that position.
    #[error("no signer at position {signer}: the message has {count}")]
    NoSuchSigner {
        /// The position asked for, from 0.
        signer: usize,
        /// Signers in the message.
        count: usize,
    },
    /// The message or a piece given is not what it claims.
    #[error("malformed input: {what}")]
    Malformed {
        /// What is wrong with it.
        what: String,
    },
}

impl From<crate::cms::CmsError> for IssueError {
    fn from(error: crate::cms::CmsError) -> Self {
        IssueError::Malformed { what: error.to_string() }
    }
}

impl IssueError {
    fn malformed(what: &str) -> Self {
        IssueError::Malformed { what: what.to_owned() }
    }
}

impl From<DerError> for IssueError {
    fn from(error: DerError) -> Self {
        IssueError::Malformed { what: error.to_string() }
    }
}

/// `SEQUENCE { to_be_signed, signatureAlgorithm, BIT STRING }`: certificates and CRLs.
fn signed(to_be_signed: &[u8], key: &PrivateKey, rng: &mut dyn SecureRandom) -> Result<Vec<u8>, IssueError> {
    signed_with_certificates(to_be_signed, &[], key, rng)
}

/// The same with `[0]` certificates at the end, left out when there are none: OCSP answers.
fn signed_with_certificates(
    to_be_signed: &[u8],
    certificates: &[Certificate],
    key: &PrivateKey,
    rng: &mut dyn SecureRandom,
) -> Result<Vec<u8>, IssueError> {
    let signature = key.sign_message(to_be_signed, rng)?;
    Ok(Writer::build(|w| {
        w.sequence(|w| {
            w.raw(to_be_signed);
            write_signature_algorithm(w, key);
            w.bit_string(&signature);
            if !certificates.is_empty() {
                w.context(0, |w| {
                    w.sequence(|w| certificates.iter().for_each(|certificate| w.raw(certificate.der())));
                });
            }
        });
    }))
}

/// AlgorithmIdentifier with an explicit NULL, as the national CA writes it for every kind of key.
fn write_signature_algorithm(writer: &mut Writer, key: &PrivateKey) {
    writer.sequence(|w| {
        w.oid(&key.signature_oid());
        w.null();
    });
}

/// AlgorithmIdentifier of a digest, likewise with NULL.
fn write_digest_algorithm(writer: &mut Writer, algorithm: DigestAlgorithm) {
    writer.sequence(|w| {
        w.oid(&algorithm.oid());
        w.null();
    });
}

/// One Extension; `critical` is left out when false. Source: RFC 5280 §4.1.
fn write_extension(writer: &mut Writer, identifier: &Oid, critical: bool, value: &[u8]) {
    writer.sequence(|w| {
        w.oid(identifier);
        if critical {
            w.boolean(true);
        }
        w.octet_string(value);
    });
}

/// The octets of the BIT STRING of a SubjectPublicKeyInfo: what key identifiers and OCSP key hashes are over.
/// For GOST keys that includes the header of the OCTET STRING inside.
pub fn subject_public_key(spki: &[u8]) -> Result<Vec<u8>, IssueError> {
    let mut outer = Reader::new(spki, Rules::Der);
    let mut fields = outer.sequence()?;
    outer.finish()?;
    fields.read()?;
    Ok(fields.bit_string()?.bytes.to_vec())
}
