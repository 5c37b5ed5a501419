//! Signature algorithms and public keys: a closed list, parameters checked when read.
//! Source: RFC 3279, RFC 4055, RFC 5480, RFC 5758, RFC 8410; for the national algorithms the objects of the national CA.
//! Parameters: NULL or absent with RSA PKCS#1 v1.5, digests and the national algorithms (real objects hold both);
//! absent with ECDSA and Ed25519; the whole structure with RSASSA-PSS, whose defaults are SHA-1.

mod curve;
mod key_cache;
mod key_read;
mod pss;
mod public_key;
mod raw;
mod verify;

pub use curve::EcCurve;
pub use key_cache::KeyCache;
pub use key_read::{RSA_EXPONENT_MAX_BYTES, RSA_MODULUS_MAX_BITS, RSA_MODULUS_MIN_BITS};
pub use pss::PSS_SALT_MAX_BYTES;
pub use public_key::{KeyError, PublicKey};
pub use raw::{RawAlgorithm, RawOutcome};
pub use verify::VerifyError;

use crate::der::{DerError, Reader, Rules, tag};
use crate::digest::DigestAlgorithm;
use crate::oid::{self, Oid};

/// An AlgorithmIdentifier as received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlgorithmIdentifier<'a> {
    /// The algorithm.
    pub oid: Oid,
    /// The parameters, a whole element; `None` when absent.
    pub parameters: Option<&'a [u8]>,
    /// The whole element.
    pub raw: &'a [u8],
}

/// How a signature was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignatureAlgorithm {
    /// RSA PKCS#1 v1.5.
    RsaPkcs1(DigestAlgorithm),
    /// RSASSA-PSS.
    RsaPss {
        /// Digest of the message.
        hash: DigestAlgorithm,
        /// Digest of the mask generation function.
        mgf_hash: DigestAlgorithm,
        /// Salt length in octets.
        salt_len: u32,
    },
    /// ECDSA on a named curve.
    Ecdsa(DigestAlgorithm),
    /// Ed25519: over the message itself, which is not digested before. In CMS it goes with SHA-512 (RFC 8419 §3).
    Ed25519,
    /// GOST 34.10-2015, 512 bits, with Streebog-512.
    Gost2015_512,
    /// GOST 34.10-2015, 256 bits, with Streebog-256.
    Gost2015_256,
    /// GOST 34.310-2004 with GOST 34.311-95.
    Gost2004,
}

/// An algorithm, or its parameters, that this library does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the algorithm {oid}, or its parameters, is not supported")]
pub struct UnsupportedAlgorithm {
    /// The algorithm.
    pub oid: Oid,
}

impl<'a> AlgorithmIdentifier<'a> {
    /// Reads the next element of `reader`.
    /// # Errors
    /// When it is no AlgorithmIdentifier.
    pub fn read(reader: &mut Reader<'a>) -> Result<Self, DerError> {
        let element = reader.expect(tag::SEQUENCE)?;
        let mut fields = reader.nested(&element)?;
        let oid = fields.oid()?;
        let parameters = if fields.is_empty() { None } else { Some(fields.any()?.raw) };
        fields.finish()?;
        Ok(AlgorithmIdentifier { oid, parameters, raw: element.raw })
    }

    /// The AlgorithmIdentifier in `raw`, a whole element.
    /// # Errors
    /// When it is not exactly one AlgorithmIdentifier.
    pub fn from_der(raw: &'a [u8]) -> Result<Self, DerError> {
        let mut reader = Reader::new(raw, Rules::Der);
        let identifier = Self::read(&mut reader)?;
        reader.finish()?;
        Ok(identifier)
    }

    /// No parameters, or NULL.
    pub fn has_no_parameters(&self) -> bool {
        matches!(self.parameters, None | Some([tag::NULL, 0]))
    }

    /// The digest this identifier names.
    /// # Errors
    /// When it is no known digest, or has parameters other than NULL.
    pub fn digest(&self) -> Result<DigestAlgorithm, UnsupportedAlgorithm> {
        DigestAlgorithm::from_oid(&self.oid)
            .filter(|_| self.has_no_parameters())
            .ok_or(UnsupportedAlgorithm { oid: self.oid })
    }
}

impl SignatureAlgorithm {
    /// The signature algorithm an identifier names.
    /// # Errors
    /// When the algorithm or its parameters are not known.
    pub fn from_identifier(identifier: &AlgorithmIdentifier<'_>) -> Result<Self, UnsupportedAlgorithm> {
        let unsupported = UnsupportedAlgorithm { oid: identifier.oid };
        if identifier.oid == oid::RSASSA_PSS {
            let parameters = identifier.parameters.and_then(|raw| pss::PssParameters::from_der(raw).ok());
            return parameters.map(pss::PssParameters::algorithm).ok_or(unsupported);
        }
        let algorithm = Self::from_oid(&identifier.oid).ok_or(unsupported)?;
        let parameters_fit = match algorithm {
            SignatureAlgorithm::Ecdsa(_) | SignatureAlgorithm::Ed25519 => identifier.parameters.is_none(),
            SignatureAlgorithm::RsaPkcs1(_)
            | SignatureAlgorithm::RsaPss { .. }
            | SignatureAlgorithm::Gost2015_512
            | SignatureAlgorithm::Gost2015_256
            | SignatureAlgorithm::Gost2004 => identifier.has_no_parameters(),
        };
        if parameters_fit { Ok(algorithm) } else { Err(unsupported) }
    }

    /// The algorithm of a SignerInfo. Beside signature algorithms it may hold the identifier of the public key
    /// (RFC 3370 §3.2 allows it for RSA; the native library of the national CA writes it for GOST); the digest is then
    /// `digest`, the one the SignerInfo names beside it.
    /// # Errors
    /// When the algorithm or its parameters are not known, or it names a key other than `key`.
    pub fn for_cms(
        identifier: &AlgorithmIdentifier<'_>,
        digest: DigestAlgorithm,
        key: &PublicKey,
    ) -> Result<Self, UnsupportedAlgorithm> {
        let named_by_key = match identifier.oid {
            oid::RSA_ENCRYPTION => SignatureAlgorithm::RsaPkcs1(digest),
            oid::GOST2004_KEY => SignatureAlgorithm::Gost2004,
            oid::GOST2015_512_KEY => SignatureAlgorithm::Gost2015_512,
            oid::GOST2015_256_KEY => SignatureAlgorithm::Gost2015_256,
            _ => return Self::from_identifier(identifier),
        };
        let fits = key.algorithm_oid() == identifier.oid && named_by_key.digest() == digest;
        if fits && (identifier.has_no_parameters() || named_by_key.is_gost()) {
            Ok(named_by_key)
        } else {
            Err(UnsupportedAlgorithm { oid: identifier.oid })
        }
    }

    /// The digest that is signed; for Ed25519, which signs the message itself, the digest that its mathematics use and that
    /// goes with it in CMS.
    pub const fn digest(self) -> DigestAlgorithm {
        match self {
            SignatureAlgorithm::RsaPkcs1(digest) | SignatureAlgorithm::Ecdsa(digest) => digest,
            SignatureAlgorithm::RsaPss { hash, .. } => hash,
            SignatureAlgorithm::Ed25519 => DigestAlgorithm::Sha512,
            SignatureAlgorithm::Gost2015_512 => DigestAlgorithm::Streebog512,
            SignatureAlgorithm::Gost2015_256 => DigestAlgorithm::Streebog256,
            SignatureAlgorithm::Gost2004 => DigestAlgorithm::Gost34311,
        }
    }

    /// The identifier; `None` for a combination that has none (ECDSA or RSA with a national digest).
    pub fn oid(self) -> Option<Oid> {
        if matches!(self, SignatureAlgorithm::RsaPss { .. }) {
            return Some(oid::RSASSA_PSS);
        }
        BY_OID.iter().find(|(_, algorithm)| *algorithm == self).map(|(oid, _)| *oid)
    }

    /// One of the national algorithms.
    pub const fn is_gost(self) -> bool {
        match self {
            SignatureAlgorithm::Gost2015_512 | SignatureAlgorithm::Gost2015_256 | SignatureAlgorithm::Gost2004 => true,
            SignatureAlgorithm::RsaPkcs1(_)
            | SignatureAlgorithm::RsaPss { .. }
            | SignatureAlgorithm::Ecdsa(_)
            | SignatureAlgorithm::Ed25519 => false,
        }
    }

    fn from_oid(oid: &Oid) -> Option<Self> {
        BY_OID.iter().find(|(known, _)| known == oid).map(|(_, algorithm)| *algorithm)
    }
}

impl DigestAlgorithm {
    /// The digest with this identifier.
    pub fn from_oid(oid: &Oid) -> Option<DigestAlgorithm> {
        DigestAlgorithm::ALL.into_iter().find(|algorithm| algorithm.oid() == *oid)
    }

    /// The identifier.
    pub const fn oid(self) -> Oid {
        match self {
            DigestAlgorithm::Sha1 => oid::SHA1,
            DigestAlgorithm::Sha224 => oid::SHA224,
            DigestAlgorithm::Sha256 => oid::SHA256,
            DigestAlgorithm::Sha384 => oid::SHA384,
            DigestAlgorithm::Sha512 => oid::SHA512,
            DigestAlgorithm::Sha512_224 => oid::SHA512_224,
            DigestAlgorithm::Sha512_256 => oid::SHA512_256,
            DigestAlgorithm::Streebog256 => oid::STREEBOG256,
            DigestAlgorithm::Streebog512 => oid::STREEBOG512,
            DigestAlgorithm::Gost34311 => oid::GOST34311,
        }
    }
}

const BY_OID: [(Oid, SignatureAlgorithm); 16] = [
    (oid::SHA1_WITH_RSA, SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha1)),
    (oid::SHA224_WITH_RSA, SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha224)),
    (oid::SHA256_WITH_RSA, SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha256)),
    (oid::SHA384_WITH_RSA, SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha384)),
    (oid::SHA512_WITH_RSA, SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha512)),
    (oid::SHA512_224_WITH_RSA, SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha512_224)),
    (oid::SHA512_256_WITH_RSA, SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha512_256)),
    (oid::ECDSA_WITH_SHA1, SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha1)),
    (oid::ECDSA_WITH_SHA224, SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha224)),
    (oid::ECDSA_WITH_SHA256, SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha256)),
    (oid::ECDSA_WITH_SHA384, SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha384)),
    (oid::ECDSA_WITH_SHA512, SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha512)),
    (oid::ED25519, SignatureAlgorithm::Ed25519),
    (oid::GOST2015_512_SIGNATURE, SignatureAlgorithm::Gost2015_512),
    (oid::GOST2015_256_SIGNATURE, SignatureAlgorithm::Gost2015_256),
    (oid::GOST2004_SIGNATURE, SignatureAlgorithm::Gost2004),
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::as_conversions, clippy::panic)]
    use super::*;
    use crate::der::writer::Writer;

    fn identifier(oid: Oid, parameters: &[u8]) -> Vec<u8> {
        Writer::build(|w| {
            w.sequence(|w| {
                w.oid(&oid);
                w.raw(parameters);
            });
        })
    }

    fn read(raw: &[u8]) -> Result<SignatureAlgorithm, UnsupportedAlgorithm> {
        SignatureAlgorithm::from_identifier(&AlgorithmIdentifier::from_der(raw).unwrap())
    }

    #[test]
    fn every_algorithm_is_known_by_its_identifier_and_nothing_else() {
        for (oid, algorithm) in BY_OID {
            assert_eq!(algorithm.oid(), Some(oid));
            assert_eq!(read(&identifier(oid, &[])), Ok(algorithm));
            let with_null = read(&identifier(oid, &[5, 0]));
            let takes_none = matches!(algorithm, SignatureAlgorithm::Ecdsa(_) | SignatureAlgorithm::Ed25519);
            assert_eq!(with_null.is_ok(), !takes_none, "{oid}");
            assert_eq!(read(&identifier(oid, &[0x30, 0])), Err(UnsupportedAlgorithm { oid }));
        }
        for other in [oid::RSA_ENCRYPTION, oid::SHA256, oid::GAMMA_ARC, oid::GOST2004_KEY] {
            assert_eq!(read(&identifier(other, &[])), Err(UnsupportedAlgorithm { oid: other }));
        }
        assert_eq!(SignatureAlgorithm::Ecdsa(DigestAlgorithm::Streebog512).oid(), None);
    }

    #[test]
    fn pss_parameters_are_read_with_their_defaults_and_bounded() {
        let sha256 = identifier(oid::SHA256, &[5, 0]);
        let whole = |salt: u64, trailer: u64, mgf: Oid, digest: &[u8]| {
            Writer::build(|w| {
                w.sequence(|w| {
                    w.context(0, |w| w.raw(digest));
                    w.context(1, |w| w.raw(&identifier(mgf, digest)));
                    w.context(2, |w| w.integer_u64(salt));
                    w.context(3, |w| w.integer_u64(trailer));
                });
            })
        };
        let pss = |parameters: &[u8]| read(&identifier(oid::RSASSA_PSS, parameters));
        let sha1 = DigestAlgorithm::Sha1;
        let defaults = SignatureAlgorithm::RsaPss { hash: sha1, mgf_hash: sha1, salt_len: 20 };
        assert_eq!(pss(&[0x30, 0]), Ok(defaults));
        let digest = DigestAlgorithm::Sha256;
        let expected = SignatureAlgorithm::RsaPss { hash: digest, mgf_hash: digest, salt_len: 32 };
        assert_eq!(pss(&whole(32, 1, oid::MGF1, &sha256)), Ok(expected));
        assert!(pss(&[]).is_err(), "absent");
        assert!(pss(&[5, 0]).is_err(), "NULL");
        assert!(pss(&whole(513, 1, oid::MGF1, &sha256)).is_err(), "salt");
        assert!(pss(&whole(32, 2, oid::MGF1, &sha256)).is_err(), "trailer");
        assert!(pss(&whole(32, 1, oid::SHA256, &sha256)).is_err(), "mask");
        assert!(pss(&whole(32, 1, oid::MGF1, &identifier(oid::STREEBOG256, &[]))).is_err(), "digest");
    }
}
