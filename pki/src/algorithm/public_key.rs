//! Public keys from SubjectPublicKeyInfo.

use openssl::pkey::{PKey, Public};

use super::pss::PssParameters;
use super::{AlgorithmIdentifier, EcCurve, key_read};
use crate::der::{DerError, Reader, Rules};
use crate::gost::{Curve, GostPublicKey};
use crate::oid::{self, Oid};

/// A public key, checked: its point lies on the curve, its modulus and exponent are within bounds.
#[derive(Clone)]
pub struct PublicKey {
    pub(super) material: Material,
    spki: Box<[u8]>,
    bits: u32,
}

#[derive(Clone)]
pub(super) enum Material {
    Rsa(PKey<Public>),
    /// A key for RSASSA-PSS alone, and how its signatures must be padded when it says so. Source: RFC 4055 §1.2.
    RsaPss(PKey<Public>, Option<PssParameters>),
    Ec(EcKeyMaterial),
    Ed25519(PKey<Public>),
    Gost(GostPublicKey),
}

#[derive(Clone)]
pub(super) struct EcKeyMaterial {
    pub curve: EcCurve,
    pub key: PKey<Public>,
    /// Octets of the order of the curve.
    pub order_len: usize,
}

/// Why a SubjectPublicKeyInfo gives no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// A kind of key, a curve or parameters this library does not know.
    #[error("the key algorithm or parameter {oid} is not supported")]
    Unsupported {
        /// The identifier that is not known.
        oid: Oid,
    },
    /// A broken encoding, a point off the curve, a modulus or exponent out of bounds.
    #[error("malformed public key: {what}")]
    Malformed {
        /// What is wrong.
        what: &'static str,
    },
}

impl From<DerError> for KeyError {
    fn from(_: DerError) -> Self {
        malformed("encoding")
    }
}

impl PublicKey {
    /// The key in `spki`, a whole SubjectPublicKeyInfo in DER.
    /// # Errors
    /// `Unsupported` for algorithms, curves and parameters not listed here, `Malformed` for anything else.
    pub fn from_spki(spki: &[u8]) -> Result<PublicKey, KeyError> {
        let mut outer = Reader::new(spki, Rules::Der);
        let mut fields = outer.sequence()?;
        outer.finish()?;
        let algorithm = AlgorithmIdentifier::read(&mut fields)?;
        let key = fields.bit_string()?;
        fields.finish()?;
        if key.unused != 0 {
            return Err(malformed("not a whole number of octets"));
        }
        let (material, bits) = match algorithm.oid {
            oid::RSA_ENCRYPTION => key_read::rsa(&algorithm, key.bytes)?,
            oid::RSASSA_PSS => key_read::rsa_pss(&algorithm, key.bytes)?,
            oid::EC_PUBLIC_KEY => key_read::ec(&algorithm, key.bytes)?,
            oid::ED25519 => key_read::ed25519(&algorithm, key.bytes)?,
            oid::GOST2015_512_KEY | oid::GOST2015_256_KEY | oid::GOST2004_KEY => key_read::gost(&algorithm, key.bytes)?,
            other => return Err(KeyError::Unsupported { oid: other }),
        };
        Ok(PublicKey { material, spki: spki.into(), bits })
    }

    /// The SubjectPublicKeyInfo as received.
    pub fn spki_der(&self) -> &[u8] {
        &self.spki
    }

    /// `RSA`, `EC`, `Ed25519`, `GOST2004`, `GOST2015-256` or `GOST2015-512`.
    pub fn key_algorithm_name(&self) -> &'static str {
        match &self.material {
            Material::Rsa(_) | Material::RsaPss(..) => "RSA",
            Material::Ec(_) => "EC",
            Material::Ed25519(_) => "Ed25519",
            Material::Gost(key) => match key.curve() {
                Curve::Gost2004A => "GOST2004",
                Curve::Gost2015A256 => "GOST2015-256",
                Curve::Gost2015A512 => "GOST2015-512",
            },
        }
    }

    /// The identifier of the key algorithm.
    pub fn algorithm_oid(&self) -> Oid {
        match &self.material {
            Material::Rsa(_) => oid::RSA_ENCRYPTION,
            Material::RsaPss(..) => oid::RSASSA_PSS,
            Material::Ec(_) => oid::EC_PUBLIC_KEY,
            Material::Ed25519(_) => oid::ED25519,
            Material::Gost(key) => match key.curve() {
                Curve::Gost2004A => oid::GOST2004_KEY,
                Curve::Gost2015A256 => oid::GOST2015_256_KEY,
                Curve::Gost2015A512 => oid::GOST2015_512_KEY,
            },
        }
    }

    /// Size of the modulus or of the curve's field, in bits.
    pub fn bits(&self) -> u32 {
        self.bits
    }

    /// The key, when it is a national one.
    pub fn gost(&self) -> Option<&GostPublicKey> {
        match &self.material {
            Material::Gost(key) => Some(key),
            Material::Rsa(_) | Material::RsaPss(..) | Material::Ec(_) | Material::Ed25519(_) => None,
        }
    }

    /// The curve of an ECDSA key.
    pub fn ec_curve(&self) -> Option<EcCurve> {
        match &self.material {
            Material::Ec(key) => Some(key.curve),
            Material::Rsa(_) | Material::RsaPss(..) | Material::Ed25519(_) | Material::Gost(_) => None,
        }
    }
}

/// Two keys are equal when their SubjectPublicKeyInfo are, octet for octet.
impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.spki == other.spki
    }
}

impl Eq for PublicKey {}

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PublicKey({}, {} bits)", self.key_algorithm_name(), self.bits)
    }
}

pub(super) fn malformed(what: &'static str) -> KeyError {
    KeyError::Malformed { what }
}
