//! The three curves y² = x³ + ax + b over GF(p), with base points of prime order q.
//!
//! Source: RFC 7836 appendix A.1 and A.2 (512-A, 256-A), RFC 4357 section 11.4 (2004-A); the National Certification
//! Authority's key files and signatures agree with the first and the last.

use std::sync::OnceLock;

use super::Curve;
use super::complete::Comb;
use super::field::{Field, Field256, Field512};
use super::limbs::from_hex;
use super::multiples::LimbMultiples;
use super::point::Affine;
use super::scalar::Order;

/// A curve, its base point, and the tables of the base point's multiples, made on first use.
pub(super) struct CurveSpec<const N: usize, const C: u64> {
    pub(super) curve: Curve,
    pub(super) a: Field<N, C>,
    /// Whether a = −3, which saves multiplications.
    pub(super) a_is_minus_three: bool,
    pub(super) b: Field<N, C>,
    pub(super) order: Order<N>,
    /// Number of points on the curve divided by q.
    pub(super) cofactor: u64,
    pub(super) base: Affine<N, C>,
    /// Odd multiples of the base point, for verification.
    pub(super) base_multiples: OnceLock<LimbMultiples<N, C>>,
    /// Multiples of the base point's powers of 256, for signing.
    pub(super) base_comb: OnceLock<Comb<N, C>>,
}

/// id-tc26-gost-3410-12-512-paramSetA = 1.2.398.3.10.1.1.2.2.1.
pub(super) static GOST_2015_A_512: CurveSpec<8, 569> = CurveSpec {
    curve: Curve::Gost2015A512,
    a: Field512::from_limbs(from_hex(concat!(
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFDC4",
    ))),
    a_is_minus_three: true,
    b: Field512::from_limbs(from_hex(concat!(
        "E8C2505DEDFC86DDC1BD0B2B6667F1DA34B82574761CB0E879BD081CFD0B6265",
        "EE3CB090F30D27614CB4574010DA90DD862EF9D4EBEE4761503190785A71C760",
    ))),
    order: Order::new(from_hex(concat!(
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
        "27E69532F48D89116FF22B8D4E0560609B4B38ABFAD2B85DCACDB1411F10B275",
    ))),
    cofactor: 1,
    base: Affine {
        x: Field512::from_small(3),
        y: Field512::from_limbs(from_hex(concat!(
            "7503CFE87A836AE3A61B8816E25450E6CE5E1C93ACF1ABC1778064FDCBEFA921",
            "DF1626BE4FD036E93D75E6A50E3A41E98028FE5FC235F5B889A589CB5215F2A4",
        ))),
    },
    base_multiples: OnceLock::new(),
    base_comb: OnceLock::new(),
};

/// id-tc26-gost-3410-2012-256-paramSetA = 1.2.398.3.10.1.1.2.1.1.
pub(super) static GOST_2015_A_256: CurveSpec<4, 617> = CurveSpec {
    curve: Curve::Gost2015A256,
    a: Field256::from_limbs(from_hex("C2173F1513981673AF4892C23035A27CE25E2013BF95AA33B22C656F277E7335")),
    a_is_minus_three: false,
    b: Field256::from_limbs(from_hex("295F9BAE7428ED9CCC20E7C359A9D41A22FCCD9108E17BF7BA9337A6F8AE9513")),
    order: Order::new(from_hex("400000000000000000000000000000000FD8CDDFC87B6635C115AF556C360C67")),
    cofactor: 4,
    base: Affine {
        x: Field256::from_limbs(from_hex("91E38443A5E82C0D880923425712B2BB658B9196932E02C78B2582FE742DAA28")),
        y: Field256::from_limbs(from_hex("32879423AB1A0375895786C4BB46E9565FDE0B5344766740AF268ADB32322E5C")),
    },
    base_multiples: OnceLock::new(),
    base_comb: OnceLock::new(),
};

/// id-GostR3410-2001-CryptoPro-A-ParamSet = 1.2.398.3.10.1.1.1.1.1.
pub(super) static GOST_2004_A: CurveSpec<4, 617> = CurveSpec {
    curve: Curve::Gost2004A,
    a: Field256::from_limbs(from_hex("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFD94")),
    a_is_minus_three: true,
    b: Field256::from_small(0xA6),
    order: Order::new(from_hex("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF6C611070995AD10045841B09B761B893")),
    cofactor: 1,
    base: Affine {
        x: Field256::from_small(1),
        y: Field256::from_limbs(from_hex("8D91E471E0989CDA27DF505A453F2B7635294F2DDF23E3B122ACC99C9E9F1E14")),
    },
    base_multiples: OnceLock::new(),
    base_comb: OnceLock::new(),
};
