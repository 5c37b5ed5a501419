//! OpenSSL's own curve arithmetic, for which these curves are curves like any other.

use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{EcGroup, EcPoint};
use qolhat_pki::gost::{Curve, GostPublicKey};

/// A signature to verify as RFC 7091 section 6.2 says, all numbers read beforehand.
pub(crate) struct Verifier {
    group: EcGroup,
    order: BigNum,
    key: EcPoint,
    digest: BigNum,
    r: BigNum,
    s: BigNum,
}

/// p, a, b, x and y of the base point, and q, in hexadecimal.
struct Numbers {
    p: &'static str,
    a: &'static str,
    b: &'static str,
    x: &'static str,
    y: &'static str,
    q: &'static str,
}

/// Source: RFC 7836 appendix A.1.
const WIDE: Numbers = Numbers {
    p: concat!(
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFDC7"
    ),
    a: concat!(
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFDC4"
    ),
    b: concat!(
        "E8C2505DEDFC86DDC1BD0B2B6667F1DA34B82574761CB0E879BD081CFD0B6265",
        "EE3CB090F30D27614CB4574010DA90DD862EF9D4EBEE4761503190785A71C760"
    ),
    x: "03",
    y: concat!(
        "7503CFE87A836AE3A61B8816E25450E6CE5E1C93ACF1ABC1778064FDCBEFA921",
        "DF1626BE4FD036E93D75E6A50E3A41E98028FE5FC235F5B889A589CB5215F2A4"
    ),
    q: concat!(
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
        "27E69532F48D89116FF22B8D4E0560609B4B38ABFAD2B85DCACDB1411F10B275"
    ),
};

/// Source: RFC 4357 section 11.4.
const NARROW: Numbers = Numbers {
    p: "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFD97",
    a: "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFD94",
    b: "A6",
    x: "01",
    y: "8D91E471E0989CDA27DF505A453F2B7635294F2DDF23E3B122ACC99C9E9F1E14",
    q: "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF6C611070995AD10045841B09B761B893",
};

impl Verifier {
    /// `None` for the curve that has no yardstick here.
    pub(crate) fn new(key: &GostPublicKey, digest: &[u8], signature: &[u8]) -> Option<Self> {
        let numbers = match key.curve() {
            Curve::Gost2015A512 => WIDE,
            Curve::Gost2004A => NARROW,
            Curve::Gost2015A256 => return None,
        };
        let hex = |digits: &str| BigNum::from_hex_str(digits).expect("a number");
        let number =
            |octets: &[u8]| BigNum::from_slice(&octets.iter().rev().copied().collect::<Vec<_>>()).expect("a number");
        let mut context = BigNumContext::new().expect("a context");
        let mut group =
            EcGroup::from_components(hex(numbers.p), hex(numbers.a), hex(numbers.b), &mut context).expect("a curve");
        let mut point = |x: &BigNum, y: &BigNum| {
            let mut point = EcPoint::new(&group).expect("a point");
            point.set_affine_coordinates_gfp(&group, x, y, &mut context).expect("a point of the curve");
            point
        };
        let base = point(&hex(numbers.x), &hex(numbers.y));
        let octets = key.to_le_bytes();
        let (x, y) = octets.split_at(octets.len() / 2);
        let key = point(&number(x), &number(y));
        let one = BigNum::from_u32(1).expect("a number");
        group.set_generator(base, hex(numbers.q), one).expect("a base point");
        let (r, s) = signature.split_at(signature.len() / 2);
        Some(Self { group, order: hex(numbers.q), key, digest: number(digest), r: number(r), s: number(s) })
    }

    pub(crate) fn verify(&self) -> bool {
        self.abscissa().is_ok_and(|abscissa| abscissa == self.r)
    }

    /// The abscissa of the sum s/e · G − r/e · Q, modulo q.
    fn abscissa(&self) -> Result<BigNum, openssl::error::ErrorStack> {
        let Self { group, order, key, digest, r, s } = self;
        let mut context = BigNumContext::new()?;
        let [mut inverse, mut base_factor, mut opposite, mut key_factor] =
            [BigNum::new()?, BigNum::new()?, BigNum::new()?, BigNum::new()?];
        inverse.mod_inverse(digest, order, &mut context)?;
        base_factor.mod_mul(s, &inverse, order, &mut context)?;
        opposite.checked_sub(order, r)?;
        key_factor.mod_mul(&opposite, &inverse, order, &mut context)?;
        let mut sum = EcPoint::new(group)?;
        sum.mul_full(group, &base_factor, key, &key_factor, &mut context)?;
        let (mut x, mut y, mut abscissa) = (BigNum::new()?, BigNum::new()?, BigNum::new()?);
        sum.affine_coordinates_gfp(group, &mut x, &mut y, &mut context)?;
        abscissa.nnmod(&x, order, &mut context)?;
        Ok(abscissa)
    }
}
