//! Reading public keys of each kind; every bound is checked here, once.

use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{EcGroupRef, EcKey, EcPoint};
use openssl::error::ErrorStack;
use openssl::pkey::{Id, PKey, Public};
use openssl::rsa::Rsa;

use super::pss::PssParameters;
use super::public_key::{EcKeyMaterial, Material, malformed};
use super::{AlgorithmIdentifier, EcCurve, KeyError};
use crate::der::{Reader, Rules, tag};
use crate::gost::{Curve, GostPublicKey};
use crate::oid;

/// Smallest RSA modulus read. Whether so small a key may be trusted is for the policy.
pub const RSA_MODULUS_MIN_BITS: u32 = 1024;
/// Largest RSA modulus read: above it a verification costs too much.
pub const RSA_MODULUS_MAX_BITS: u32 = 16_384;
/// Largest RSA public exponent read, for the same reason.
pub const RSA_EXPONENT_MAX_BYTES: usize = 8;

/// Source: RFC 3279 §2.3.1.
pub(super) fn rsa(algorithm: &AlgorithmIdentifier<'_>, key: &[u8]) -> Result<(Material, u32), KeyError> {
    if !algorithm.has_no_parameters() {
        return Err(malformed("parameters of an RSA key"));
    }
    let (key, bits) = rsa_key(key)?;
    Ok((Material::Rsa(key), bits))
}

/// Without parameters the key takes every padding of RSASSA-PSS, with them only theirs. Source: RFC 4055 §1.2, §3.1.
pub(super) fn rsa_pss(algorithm: &AlgorithmIdentifier<'_>, key: &[u8]) -> Result<(Material, u32), KeyError> {
    let unsupported = KeyError::Unsupported { oid: algorithm.oid };
    let parameters = algorithm.parameters.map(PssParameters::from_der).transpose().map_err(|_| unsupported)?;
    let (key, bits) = rsa_key(key)?;
    Ok((Material::RsaPss(key, parameters), bits))
}

/// RSAPublicKey: a positive odd modulus of [`RSA_MODULUS_MIN_BITS`] to [`RSA_MODULUS_MAX_BITS`], and an odd exponent from 3
/// to [`RSA_EXPONENT_MAX_BYTES`]. Source: RFC 8017 appendix A.1.1.
fn rsa_key(key: &[u8]) -> Result<(PKey<Public>, u32), KeyError> {
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
    Ok((key, bits))
}

/// Source: RFC 5480 §2.1.1 and §2.2: named curves only.
pub(super) fn ec(algorithm: &AlgorithmIdentifier<'_>, point: &[u8]) -> Result<(Material, u32), KeyError> {
    let parameters = algorithm.parameters.ok_or(malformed("no curve"))?;
    let mut reader = Reader::new(parameters, Rules::Der);
    if reader.peek_tag() != Some(tag::OID) {
        return Err(KeyError::Unsupported { oid: algorithm.oid });
    }
    let name = reader.oid()?;
    reader.finish()?;
    let unsupported = KeyError::Unsupported { oid: name };
    let curve = EcCurve::from_oid(&name).ok_or(unsupported)?;
    let group = curve.group().map_err(|_| unsupported)?;
    // Uncompressed or compressed: the hybrid form is of no standard of certificates, the point at infinity is no key.
    if !matches!(point.first(), Some(2..=4)) {
        return Err(malformed("form of the EC point"));
    }
    // The library reads only points of the curve. The order of each of our curves is prime and its cofactor 1: every one
    // of its points but infinity has that order.
    let (key, order_len) = ec_key(&group, point).map_err(|_| malformed("EC point"))?;
    Ok((Material::Ec(EcKeyMaterial { curve, key, order_len }), curve.bits()))
}

fn ec_key(group: &EcGroupRef, point: &[u8]) -> Result<(PKey<Public>, usize), ErrorStack> {
    let mut context = BigNumContext::new()?;
    let point = EcPoint::from_bytes(group, point, &mut context)?;
    let mut order = BigNum::new()?;
    group.order(&mut order, &mut context)?;
    let key = PKey::from_ec_key(EcKey::from_public_key(group, &point)?)?;
    Ok((key, usize::try_from(order.num_bytes()).unwrap_or(0)))
}

/// Source: RFC 8410 §3, §4: no parameters. RFC 8032 §5.1.3, and what it leaves to the caller: an encoding of a number
/// past the field, and a point of small order, with which anybody could sign anything, are no keys.
pub(super) fn ed25519(algorithm: &AlgorithmIdentifier<'_>, key: &[u8]) -> Result<(Material, u32), KeyError> {
    if algorithm.parameters.is_some() {
        return Err(malformed("parameters of an Ed25519 key"));
    }
    let point: &[u8; 32] = key.try_into().map_err(|_| malformed("length of an Ed25519 key"))?;
    if !is_ed25519_point_of_a_key(point) {
        return Err(malformed("Ed25519 point"));
    }
    let key = PKey::public_key_from_raw_bytes(point, Id::ED25519).map_err(|_| malformed("Ed25519 point"))?;
    Ok((Material::Ed25519(key), 256))
}

/// The second coordinates of the eight points of small order, without the sign of the first: 0, 1, p - 1 and two more.
/// Little-endian.
const ED25519_SMALL_ORDER: [[u8; 32]; 5] = [
    [0; 32],
    [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    [
        0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f,
    ],
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf,
        0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20,
        0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
    ],
];

fn is_ed25519_point_of_a_key(point: &[u8; 32]) -> bool {
    let mut number = *point;
    if let Some(last) = number.last_mut() {
        *last &= 0x7f;
    }
    // p is 2^255 - 19: the numbers from it on begin, seen from the top, with 7fffff… and end in ed or more.
    let [low, middle @ .., high] = number;
    let is_past_field = high == 0x7f && middle.iter().all(|octet| *octet == 0xff) && low >= 0xed;
    !is_past_field && !ED25519_SMALL_ORDER.contains(&number)
}

/// Source: nca-rk facts read from certificates: parameters SEQUENCE { curve, digest }, key OCTET STRING { X ‖ Y }.
pub(super) fn gost(algorithm: &AlgorithmIdentifier<'_>, key: &[u8]) -> Result<(Material, u32), KeyError> {
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
