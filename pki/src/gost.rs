//! National signatures: GOST 34.10-2015 (the same mathematics as GOST R 34.10-2012) and the older GOST 34.310-2004.
//!
//! Octet orders are those of the National Certification Authority, found on its real signatures: coordinates, keys and
//! both halves `r || s` of a signature are little-endian and of fixed width, and so is the digest when it is read as a
//! number. That is neither the order of RFC 4491 nor that of RFC 9215.
//!
//! | module | holds |
//! |---|---|
//! | `curve` | the constants |
//! | `field`, `scalar`, `limbs`, `product` | numbers modulo p, modulo q, of fixed width, and their products |
//! | `point`, `multiples`, `wnaf` | public multiples, fast |
//! | `complete` | secret multiples, in constant time |
//! | `signature` | keys, signing and verifying, for a width |
//!
//! Source: RFC 7091 section 6. Secret numbers held by a key are wiped when it is dropped; copies the compiler leaves
//! in registers and on the stack while signing are not.

mod complete;
mod curve;
mod field;
mod limbs;
mod multiples;
mod point;
mod product;
mod scalar;
mod signature;
mod wnaf;

#[cfg(test)]
mod carries;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod twin;
#[cfg(test)]
mod verdicts;

use zeroize::Zeroizing;

use crate::random::SecureRandom;
use signature::{PublicPoint, SecretScalar};

/// The curves the National Certification Authority issues keys on, with their base points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Curve {
    /// GOST 34.10-2015, 512 bits, TC26 parameter set A: all keys issued today.
    Gost2015A512,
    /// GOST 34.10-2015, 256 bits, TC26 parameter set A, cofactor 4: defined, never seen in a certificate.
    Gost2015A256,
    /// GOST 34.310-2004, 256 bits, CryptoPro parameter set A: archives.
    Gost2004A,
}

impl Curve {
    /// Every curve.
    pub const ALL: [Self; 3] = [Self::Gost2015A512, Self::Gost2015A256, Self::Gost2004A];

    /// Octets of a coordinate, of a secret key, of the digest signed, and of half a signature: 64 or 32.
    pub const fn coordinate_len(self) -> usize {
        match self {
            Self::Gost2015A512 => 64,
            Self::Gost2015A256 | Self::Gost2004A => 32,
        }
    }
}

/// Why octets are no key of the curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GostKeyError {
    /// The encoding is of fixed width.
    #[error("key has {actual} octets where the curve has {expected}")]
    Length {
        /// Octets of a key of this kind on the curve.
        expected: usize,
        /// Octets given.
        actual: usize,
    },
    /// A coordinate is p or above: such a point has a second, shorter way to write it.
    #[error("coordinate of the public key is not below the field's prime")]
    CoordinateOutOfRange,
    /// The coordinates do not satisfy the curve's equation. Infinity has no coordinates and ends here too.
    #[error("public key is not a point of the curve")]
    NotOnCurve,
    /// On a curve with a cofactor: the point is not a multiple of the base point.
    #[error("public key is not in the subgroup of prime order")]
    NotInSubgroup,
    /// A secret key is zero, or the group order or above.
    #[error("secret key is not between zero and the group order")]
    ScalarOutOfRange,
    /// The random source gave no number in range in any of many attempts: it is broken.
    #[error("random source gave no usable secret key")]
    RandomSource,
}

/// A digest cannot be signed with the key: its width is not that of the curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("digest has {actual} octets where the curve signs {expected}")]
pub struct DigestLengthError {
    /// Octets the curve signs.
    pub expected: usize,
    /// Octets given.
    pub actual: usize,
}

/// A key that verifies: a finite point of the subgroup of prime order, checked when made.
#[derive(Clone)]
pub struct GostPublicKey(PublicWidth);

#[derive(Clone)]
enum PublicWidth {
    Wide(PublicPoint<8, 569>),
    Narrow(PublicPoint<4, 617>),
}

impl GostPublicKey {
    /// The key written as X || Y, each little-endian in `coordinate_len` octets.
    ///
    /// # Errors
    /// `Length`, `CoordinateOutOfRange`, `NotOnCurve`, `NotInSubgroup`.
    pub fn from_le_bytes(curve: Curve, xy: &[u8]) -> Result<Self, GostKeyError> {
        Ok(Self(match curve {
            Curve::Gost2015A512 => PublicWidth::Wide(PublicPoint::from_le_bytes(&curve::GOST_2015_A_512, xy)?),
            Curve::Gost2015A256 => PublicWidth::Narrow(PublicPoint::from_le_bytes(&curve::GOST_2015_A_256, xy)?),
            Curve::Gost2004A => PublicWidth::Narrow(PublicPoint::from_le_bytes(&curve::GOST_2004_A, xy)?),
        }))
    }

    /// X || Y, each little-endian: 128 or 64 octets.
    pub fn to_le_bytes(&self) -> Vec<u8> {
        match &self.0 {
            PublicWidth::Wide(point) => point.to_le_bytes(),
            PublicWidth::Narrow(point) => point.to_le_bytes(),
        }
    }

    /// The curve of the point.
    pub fn curve(&self) -> Curve {
        match &self.0 {
            PublicWidth::Wide(point) => point.curve(),
            PublicWidth::Narrow(point) => point.curve(),
        }
    }

    /// Makes the table with which this key and its clones verify two to three times as fast, unless it is there.
    ///
    /// A key makes it by itself when it has verified a few signatures; this is for keys known to verify many, such as
    /// those of trust anchors. It takes as long as one verification, and 16 KiB or, for the curves of 256 bits,
    /// 4 KiB, which the last of the clones gives back. Verdicts do not depend on it.
    pub fn prepare(&self) {
        match &self.0 {
            PublicWidth::Wide(point) => _ = point.prepare(),
            PublicWidth::Narrow(point) => _ = point.prepare(),
        }
    }

    /// Whether the table of [`Self::prepare`] is there.
    pub fn is_prepared(&self) -> bool {
        match &self.0 {
            PublicWidth::Wide(point) => point.is_prepared(),
            PublicWidth::Narrow(point) => point.is_prepared(),
        }
    }

    /// Whether `signature`, r || s with each half little-endian in `coordinate_len` octets, is this key's signature of
    /// `digest`.
    ///
    /// The digest is read as a little-endian number modulo the group order, zero counting as one. False as well for a
    /// digest or a signature of another width, and for r or s that is zero, or the group order or above.
    /// Source: RFC 7091 section 6.2.
    pub fn verify_prehashed(&self, digest: &[u8], signature: &[u8]) -> bool {
        match &self.0 {
            PublicWidth::Wide(point) => point.verify(digest, signature),
            PublicWidth::Narrow(point) => point.verify(digest, signature),
        }
    }
}

impl PartialEq for GostPublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.curve() == other.curve() && self.to_le_bytes() == other.to_le_bytes()
    }
}

impl Eq for GostPublicKey {}

impl std::fmt::Debug for GostPublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "GostPublicKey({:?}, ", self.curve())?;
        for octet in self.to_le_bytes() {
            write!(f, "{octet:02x}")?;
        }
        f.write_str(")")
    }
}

/// A key that signs: a number between zero and the group order, wiped when dropped and never printed.
pub struct GostSecretKey(SecretWidth);

enum SecretWidth {
    Wide(SecretScalar<8, 569>),
    Narrow(SecretScalar<4, 617>),
}

impl GostSecretKey {
    /// The key written little-endian in `coordinate_len` octets.
    ///
    /// # Errors
    /// `Length`, `ScalarOutOfRange`.
    pub fn from_le_bytes(curve: Curve, scalar: &[u8]) -> Result<Self, GostKeyError> {
        Ok(Self(match curve {
            Curve::Gost2015A512 => SecretWidth::Wide(SecretScalar::from_le_bytes(&curve::GOST_2015_A_512, scalar)?),
            Curve::Gost2015A256 => SecretWidth::Narrow(SecretScalar::from_le_bytes(&curve::GOST_2015_A_256, scalar)?),
            Curve::Gost2004A => SecretWidth::Narrow(SecretScalar::from_le_bytes(&curve::GOST_2004_A, scalar)?),
        }))
    }

    /// A new key, uniform over its range as far as `rng` is.
    ///
    /// # Errors
    /// `RandomSource` when `rng` is broken; with a sound one the chance is below 2^-128.
    pub fn generate(curve: Curve, rng: &mut dyn SecureRandom) -> Result<Self, GostKeyError> {
        Ok(Self(match curve {
            Curve::Gost2015A512 => SecretWidth::Wide(SecretScalar::generate(&curve::GOST_2015_A_512, rng)?),
            Curve::Gost2015A256 => SecretWidth::Narrow(SecretScalar::generate(&curve::GOST_2015_A_256, rng)?),
            Curve::Gost2004A => SecretWidth::Narrow(SecretScalar::generate(&curve::GOST_2004_A, rng)?),
        }))
    }

    /// The key's octets, little-endian: 64 or 32.
    pub fn to_le_bytes(&self) -> Zeroizing<Vec<u8>> {
        match &self.0 {
            SecretWidth::Wide(scalar) => scalar.to_le_bytes(),
            SecretWidth::Narrow(scalar) => scalar.to_le_bytes(),
        }
    }

    /// The curve the key belongs to.
    pub fn curve(&self) -> Curve {
        match &self.0 {
            SecretWidth::Wide(scalar) => scalar.curve(),
            SecretWidth::Narrow(scalar) => scalar.curve(),
        }
    }

    /// The key that verifies what this one signs, computed in constant time.
    pub fn public_key(&self) -> GostPublicKey {
        GostPublicKey(match &self.0 {
            SecretWidth::Wide(scalar) => PublicWidth::Wide(scalar.public_point()),
            SecretWidth::Narrow(scalar) => PublicWidth::Narrow(scalar.public_point()),
        })
    }

    /// The signature r || s of `digest`, each half little-endian in `coordinate_len` octets; constant time in the key.
    ///
    /// The nonce is a hash of the key, the digest and octets of `rng`: unpredictable if `rng` is, and if `rng` repeats
    /// itself, still never the same for two digests, so the key stays safe.
    ///
    /// # Errors
    /// When `digest` is not `coordinate_len` octets long.   Source: RFC 7091 section 6.1.
    pub fn sign_prehashed(&self, digest: &[u8], rng: &mut dyn SecureRandom) -> Result<Vec<u8>, DigestLengthError> {
        let signature = match &self.0 {
            SecretWidth::Wide(scalar) => scalar.sign(digest, rng),
            SecretWidth::Narrow(scalar) => scalar.sign(digest, rng),
        };
        signature.ok_or(DigestLengthError { expected: self.curve().coordinate_len(), actual: digest.len() })
    }
}

impl std::fmt::Debug for GostSecretKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "GostSecretKey({:?}, …)", self.curve())
    }
}
