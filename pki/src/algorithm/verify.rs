//! Whether a signature is a key's signature of a message.

use openssl::error::ErrorStack;
use openssl::md::{Md, MdRef};
use openssl::nid::Nid;
use openssl::pkey::{PKey, Public};
use openssl::pkey_ctx::PkeyCtx;
use openssl::rsa::Padding;
use openssl::sign::{RsaPssSaltlen, Verifier};

use super::pss::PssParameters;
use super::public_key::{EcKeyMaterial, Material};
use super::{PublicKey, SignatureAlgorithm};
use crate::der::writer::Writer;
use crate::digest::{Digest, DigestAlgorithm};
use crate::gost::Curve;

/// The library's numbers of SHA-512/224 and SHA-512/256, for which it has no functions of their own.
const NID_SHA512_224: i32 = 1094;
const NID_SHA512_256: i32 = 1095;

/// Why a signature is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// It is not this key's signature of the message.
    #[error("the signature does not verify")]
    BadSignature,
    /// The algorithm is not one of this key, or the digest not the one of the algorithm.
    #[error("the algorithm does not fit the key or the digest")]
    AlgorithmMismatch,
    /// The combination is not supported, such as RSA with a national digest.
    #[error("the combination of algorithms is not supported")]
    Unsupported,
}

impl PublicKey {
    /// Verifies `signature` over `message`, which is digested here where the algorithm signs a digest.
    /// # Errors
    /// See [`VerifyError`].
    pub fn verify_message(
        &self,
        algorithm: SignatureAlgorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), VerifyError> {
        match (&self.material, algorithm) {
            (Material::Ed25519(key), SignatureAlgorithm::Ed25519) => outcome(ed25519(key, message, signature)),
            _ => self.verify_digest(algorithm, &algorithm.digest().digest(message), signature),
        }
    }

    /// Verifies `signature` over a message with this digest. Ed25519 signs no digest: for it the message is needed.
    /// # Errors
    /// See [`VerifyError`].
    pub fn verify_digest(
        &self,
        algorithm: SignatureAlgorithm,
        digest: &Digest,
        signature: &[u8],
    ) -> Result<(), VerifyError> {
        if digest.algorithm() != algorithm.digest() {
            return Err(VerifyError::AlgorithmMismatch);
        }
        let digest = digest.as_bytes();
        let verified = match (&self.material, algorithm) {
            (Material::Rsa(key), SignatureAlgorithm::RsaPkcs1(hash)) => {
                // With a national digest there is no such signature.
                message_digest(hash).ok_or(VerifyError::Unsupported)?;
                rsa_pkcs1(key, hash, digest, signature)
            }
            (Material::Rsa(key), SignatureAlgorithm::RsaPss { hash, mgf_hash, salt_len }) => {
                let hash = message_digest(hash).ok_or(VerifyError::Unsupported)?;
                let mgf_hash = message_digest(mgf_hash).ok_or(VerifyError::Unsupported)?;
                rsa_pss(key, hash, mgf_hash, salt_len, digest, signature)
            }
            (Material::RsaPss(key, limits), SignatureAlgorithm::RsaPss { hash, mgf_hash, salt_len }) => {
                let used = PssParameters { hash, mgf_hash, salt_len };
                if limits.is_some_and(|limits| !limits.allow(used)) {
                    return Err(VerifyError::AlgorithmMismatch);
                }
                let hash = message_digest(hash).ok_or(VerifyError::Unsupported)?;
                let mgf_hash = message_digest(mgf_hash).ok_or(VerifyError::Unsupported)?;
                rsa_pss(key, hash, mgf_hash, salt_len, digest, signature)
            }
            (Material::Ec(EcKeyMaterial { key, .. }), SignatureAlgorithm::Ecdsa(hash)) => {
                let hash = message_digest(hash).ok_or(VerifyError::Unsupported)?;
                ecdsa(key, hash, digest, signature)
            }
            (Material::Ed25519(_), SignatureAlgorithm::Ed25519) => return Err(VerifyError::Unsupported),
            (Material::Gost(key), SignatureAlgorithm::Gost2015_512) if key.curve() == Curve::Gost2015A512 => {
                Ok(key.verify_prehashed(digest, signature))
            }
            (Material::Gost(key), SignatureAlgorithm::Gost2015_256) if key.curve() == Curve::Gost2015A256 => {
                Ok(key.verify_prehashed(digest, signature))
            }
            (Material::Gost(key), SignatureAlgorithm::Gost2004) if key.curve() == Curve::Gost2004A => {
                Ok(key.verify_prehashed(digest, signature))
            }
            (
                Material::Rsa(_) | Material::RsaPss(..) | Material::Ec(_) | Material::Ed25519(_) | Material::Gost(_),
                _,
            ) => return Err(VerifyError::AlgorithmMismatch),
        };
        outcome(verified)
    }
}

/// An error of the library while verifying means a signature it could not even decode.
fn outcome(verified: Result<bool, ErrorStack>) -> Result<(), VerifyError> {
    if verified.unwrap_or(false) { Ok(()) } else { Err(VerifyError::BadSignature) }
}

/// The digest for OpenSSL; `None` for the national ones.
pub(super) fn message_digest(algorithm: DigestAlgorithm) -> Option<&'static MdRef> {
    match algorithm {
        DigestAlgorithm::Sha1 => Some(Md::sha1()),
        DigestAlgorithm::Sha224 => Some(Md::sha224()),
        DigestAlgorithm::Sha256 => Some(Md::sha256()),
        DigestAlgorithm::Sha384 => Some(Md::sha384()),
        DigestAlgorithm::Sha512 => Some(Md::sha512()),
        DigestAlgorithm::Sha512_224 => Md::from_nid(Nid::from_raw(NID_SHA512_224)),
        DigestAlgorithm::Sha512_256 => Md::from_nid(Nid::from_raw(NID_SHA512_256)),
        DigestAlgorithm::Streebog256 | DigestAlgorithm::Streebog512 | DigestAlgorithm::Gost34311 => None,
    }
}

/// Source: RFC 8017 §8.2.2: the expected block is encoded and compared whole, so nothing in it is parsed. The library's
/// power alone is used: its envelope around a verification costs as much again as the power itself.
fn rsa_pkcs1(key: &PKey<Public>, hash: DigestAlgorithm, digest: &[u8], signature: &[u8]) -> Result<bool, ErrorStack> {
    let rsa = key.rsa()?;
    let length = usize::try_from(rsa.size()).unwrap_or(0);
    let Some(expected) = pkcs1_block(hash, digest, length).filter(|_| signature.len() == length) else {
        return Ok(false);
    };
    let mut block = vec![0; length];
    let written = rsa.public_decrypt(signature, &mut block, Padding::NONE)?;
    Ok(written == length && block == expected)
}

/// EMSA-PKCS1-v1_5 of `length` octets, with the NULL that RFC 8017 §9.2 note 1 wants; `None` when the key is too short.
fn pkcs1_block(hash: DigestAlgorithm, digest: &[u8], length: usize) -> Option<Vec<u8>> {
    /// At least so many octets of padding. Source: RFC 8017 §9.2 step 4.
    const PADDING_MIN_BYTES: usize = 8;
    let info = Writer::build(|w| {
        w.sequence(|w| {
            w.sequence(|w| {
                w.oid(&hash.oid());
                w.null();
            });
            w.octet_string(digest);
        });
    });
    let padding = length.checked_sub(info.len())?.checked_sub(3)?;
    if padding < PADDING_MIN_BYTES {
        return None;
    }
    let mut block = vec![0xff; padding.checked_add(2)?];
    *block.first_mut()? = 0x00;
    *block.get_mut(1)? = 0x01;
    block.push(0x00);
    block.extend_from_slice(&info);
    (block.len() == length).then_some(block)
}

/// Source: RFC 8017 §8.1.2; the salt has exactly the length the parameters say.
fn rsa_pss(
    key: &PKey<Public>,
    hash: &MdRef,
    mgf_hash: &MdRef,
    salt_len: u32,
    digest: &[u8],
    signature: &[u8],
) -> Result<bool, ErrorStack> {
    let mut context = PkeyCtx::new(key)?;
    context.verify_init()?;
    context.set_rsa_padding(Padding::PKCS1_PSS)?;
    context.set_signature_md(hash)?;
    context.set_rsa_mgf1_md(mgf_hash)?;
    let Ok(salt_len) = i32::try_from(salt_len) else {
        return Ok(false);
    };
    context.set_rsa_pss_saltlen(RsaPssSaltlen::custom(salt_len))?;
    context.verify(digest, signature)
}

/// Source: RFC 8032 §5.1.7. The library refuses S from the order on and compares R octet for octet.
fn ed25519(key: &PKey<Public>, message: &[u8], signature: &[u8]) -> Result<bool, ErrorStack> {
    Verifier::new_without_digest(key)?.verify_oneshot(signature, message)
}

/// Source: RFC 3279 §2.2.3; X9.62. The library reads strict DER and numbers from 1 to below the order only.
fn ecdsa(key: &PKey<Public>, hash: &MdRef, digest: &[u8], signature: &[u8]) -> Result<bool, ErrorStack> {
    let mut context = PkeyCtx::new(key)?;
    context.verify_init()?;
    context.set_signature_md(hash)?;
    context.verify(digest, signature)
}
