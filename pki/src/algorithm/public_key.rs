//! Public keys from SubjectPublicKeyInfo.

use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{EcGroup, EcKey, EcPoint};
use openssl::nid::Nid;
use openssl::pkey::{PKey, Public};
use openssl::rsa::Rsa;

use super::AlgorithmIdentifier;
use crate::der::{DerError, Reader, Rules, tag};
use crate::gost::{Curve, GostPublicKey};
use crate::oid::{self, Oid};

/// Smallest RSA modulus read. Whether so small a key may be trusted is for the policy.
pub const RSA_MODULUS_MIN_BITS: u32 = 1024;
/// Largest RSA modulus read: above it a verification costs too much.
pub const RSA_MODULUS_MAX_BITS: u32 = 16_384;
/// Largest RSA public exponent read, for the same reason.
pub const RSA_EXPONENT_MAX_BYTES: usize = 8;

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
    Ec(EcCurve, PKey<Public>),
    Gost(GostPublicKey),
}

/// The named curves of ECDSA keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EcCurve {
    /// P-256.
    P256,
    /// P-384.
    P384,
    /// P-521.
    P521,
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
            oid::RSA_ENCRYPTION => rsa(&algorithm, key.bytes)?,
            oid::EC_PUBLIC_KEY => ec(&algorithm, key.bytes)?,
            oid::GOST2015_512_KEY | oid::GOST2015_256_KEY | oid::GOST2004_KEY => gost(&algorithm, key.bytes)?,
            other => return Err(KeyError::Unsupported { oid: other }),
        };
        Ok(PublicKey { material, spki: spki.into(), bits })
    }

    /// The SubjectPublicKeyInfo as received.
    pub fn spki_der(&self) -> &[u8] {
        &self.spki
    }

    /// `RSA`, `EC`, `GOST2004`, `GOST2015-256` or `GOST2015-512`.
    pub fn key_algorithm_name(&self) -> &'static str {
        match &self.material {
            Material::Rsa(_) => "RSA",
            Material::Ec(..) => "EC",
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
            Material::Ec(..) => oid::EC_PUBLIC_KEY,
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
            Material::Rsa(_) | Material::Ec(..) => None,
        }
    }

    /// The curve of an ECDSA key.
    pub fn ec_curve(&self) -> Option<EcCurve> {
        match &self.material {
            Material::Ec(curve, _) => Some(*curve),
            Material::Rsa(_) | Material::Gost(_) => None,
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

fn malformed(what: &'static str) -> KeyError {
    KeyError::Malformed { what }
}

/// RSAPublicKey. Source: RFC 8017 appendix A.1.1.
fn rsa(algorithm: &AlgorithmIdentifier<'_>, key: &[u8]) -> Result<(Material, u32), KeyError> {
    if !algorithm.has_no_parameters() {
        return Err(malformed("parameters of an RSA key"));
    }
    let mut outer = Reader::new(key, Rules::Der);
    let mut fields = outer.sequence()?;
    outer.finish()?;
    let (modulus, exponent) = (fields.integer_bytes()?, fields.integer_bytes()?);
    fields.finish()?;
    let modulus = positive(modulus).ok_or(malformed("RSA modulus"))?;
    let exponent = positive(exponent).ok_or(malformed("RSA exponent"))?;
    let is_odd = |number: &[u8]| number.last().is_some_and(|octet| octet & 1 == 1);
    let bits = bit_length(modulus);
    if !(RSA_MODULUS_MIN_BITS..=RSA_MODULUS_MAX_BITS).contains(&bits) || !is_odd(modulus) {
        return Err(malformed("RSA modulus"));
    }
    // An exponent of 1 would make every message its own signature.
    if exponent.len() > RSA_EXPONENT_MAX_BYTES || exponent == [1] || !is_odd(exponent) {
        return Err(malformed("RSA exponent"));
    }
    let key = BigNum::from_slice(modulus)
        .and_then(|modulus| Rsa::from_public_components(modulus, BigNum::from_slice(exponent)?))
        .and_then(PKey::from_rsa)
        .map_err(|_| malformed("RSA key"))?;
    Ok((Material::Rsa(key), bits))
}

/// Source: RFC 5480 §2.1.1 and §2.2: named curves only.
fn ec(algorithm: &AlgorithmIdentifier<'_>, point: &[u8]) -> Result<(Material, u32), KeyError> {
    let parameters = algorithm.parameters.ok_or(malformed("no curve"))?;
    let mut reader = Reader::new(parameters, Rules::Der);
    if reader.peek_tag() != Some(tag::OID) {
        return Err(KeyError::Unsupported { oid: algorithm.oid });
    }
    let name = reader.oid()?;
    reader.finish()?;
    let (curve, nid, bits) = match name {
        oid::SECP256R1 => (EcCurve::P256, Nid::X9_62_PRIME256V1, 256),
        oid::SECP384R1 => (EcCurve::P384, Nid::SECP384R1, 384),
        oid::SECP521R1 => (EcCurve::P521, Nid::SECP521R1, 521),
        other => return Err(KeyError::Unsupported { oid: other }),
    };
    if !matches!(point.first(), Some(2..=4)) {
        return Err(malformed("form of the EC point"));
    }
    let key = (|| {
        let group = EcGroup::from_curve_name(nid)?;
        let mut context = BigNumContext::new()?;
        let point = EcPoint::from_bytes(&group, point, &mut context)?;
        let key = EcKey::from_public_key(&group, &point)?;
        key.check_key()?;
        PKey::from_ec_key(key)
    })()
    .map_err(|_| malformed("EC point"))?;
    Ok((Material::Ec(curve, key), bits))
}

/// Source: nca-rk facts read from certificates: parameters SEQUENCE { curve, digest }, key OCTET STRING { X ‖ Y }.
fn gost(algorithm: &AlgorithmIdentifier<'_>, key: &[u8]) -> Result<(Material, u32), KeyError> {
    let (curve, parameter_set, digest, bits) = match algorithm.oid {
        oid::GOST2015_512_KEY => (Curve::Gost2015A512, oid::GOST2015_512_PARAMETERS_A, oid::STREEBOG512, 512),
        oid::GOST2015_256_KEY => (Curve::Gost2015A256, oid::GOST2015_256_PARAMETERS_A, oid::STREEBOG256, 256),
        _ => (Curve::Gost2004A, oid::GOST2004_PARAMETERS_A, oid::GOST2004_DIGEST_PARAMETERS, 256),
    };
    let parameters = algorithm.parameters.ok_or(malformed("no curve"))?;
    let mut outer = Reader::new(parameters, Rules::Der);
    let mut fields = outer.sequence()?;
    outer.finish()?;
    for expected in [parameter_set, digest] {
        let found = fields.oid()?;
        if found != expected {
            return Err(KeyError::Unsupported { oid: found });
        }
    }
    fields.finish()?;
    let mut outer = Reader::new(key, Rules::Der);
    let coordinates = outer.expect(tag::OCTET_STRING)?.value;
    outer.finish()?;
    let key = GostPublicKey::from_le_bytes(curve, coordinates).map_err(|_| malformed("GOST point"))?;
    Ok((Material::Gost(key), bits))
}

/// The magnitude of a positive INTEGER, without its sign octet.
fn positive(content: &[u8]) -> Option<&[u8]> {
    match content {
        [] | [0] => None,
        [0, magnitude @ ..] => Some(magnitude),
        [first, ..] if *first >= 0x80 => None,
        magnitude => Some(magnitude),
    }
}

fn bit_length(magnitude: &[u8]) -> u32 {
    let octets = u32::try_from(magnitude.len()).unwrap_or(u32::MAX);
    let leading = magnitude.first().map_or(0, |octet| octet.leading_zeros());
    octets.saturating_mul(8).saturating_sub(leading)
}
