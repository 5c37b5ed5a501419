//! Multiples of the base point by secret factors: the same instructions and the same memory for every factor.
//!
//! Points are (X : Y : Z), infinity is (0 : 1 : 0), and one formula adds any two points of the subgroup, equal,
//! opposite or infinite, without a branch. Source: Renes, Costello, Batina, "Complete addition formulas for prime
//! order elliptic curves" (eprint 2015/1060), algorithm 1. It fails only for two points whose difference has order 2,
//! and the subgroup, being of odd order, has no such pair: so it serves the curve of cofactor 4 too.

use subtle::{ConditionallySelectable, ConstantTimeEq};
use zeroize::Zeroizing;

use super::curve::CurveSpec;
use super::field::Field;
use super::limbs;
use super::point::{Affine, to_affine};

/// Magnitude of the largest digit, and the number of multiples kept for each pair of digits.
const DIGIT_MAX: u8 = 8;

/// For each octet of a factor the first eight multiples of G · 256^octet.
pub(super) struct Comb<const N: usize, const C: u64>(Vec<[Affine<N, C>; 8]>);

/// The point (x/z, y/z).
#[derive(Clone, Copy)]
struct Projective<const N: usize, const C: u64> {
    x: Field<N, C>,
    y: Field<N, C>,
    z: Field<N, C>,
}

/// `factor · G` for 0 < `factor` < q.
pub(super) fn base_multiple<const N: usize, const C: u64>(spec: &CurveSpec<N, C>, factor: &[u64; N]) -> Affine<N, C> {
    let comb = spec.base_comb.get_or_init(|| Comb::new(spec));
    // The digits are signed, so the factor must leave the top bit free; q − factor does when the factor does not.
    let opposite = Zeroizing::new(spec.order.neg(factor));
    let top_bit = limbs::bit(factor, 64 * N - 1);
    let short = Zeroizing::new(limbs::select(factor, &opposite, 0u64.wrapping_sub(top_bit)));
    let digits = signed_digits(&short);

    let mut product = Projective::INFINITY;
    for (row, pair) in comb.0.iter().zip(digits.as_chunks::<2>().0) {
        product = product.add(&multiple(row, pair[1]), spec);
    }
    for _ in 0..4 {
        product = product.add(&product, spec);
    }
    for (row, pair) in comb.0.iter().zip(digits.as_chunks::<2>().0) {
        product = product.add(&multiple(row, pair[0]), spec);
    }

    let z_inverse = product.z.invert();
    let y = product.y.mul(&z_inverse);
    Affine { x: product.x.mul(&z_inverse), y: Field::conditional_select(&y, &y.neg(), top_bit.ct_eq(&1)) }
}

impl<const N: usize, const C: u64> Comb<N, C> {
    fn new(spec: &CurveSpec<N, C>) -> Self {
        let mut multiples = Vec::with_capacity(64 * N);
        let mut power = spec.base.to_jacobian();
        for _ in 0..limbs::octets(N) {
            let mut multiple = power;
            for _ in 1..DIGIT_MAX {
                multiples.push(multiple);
                multiple = multiple.add(&power, spec);
            }
            multiples.push(multiple);
            // 256 is 32 times the eighth multiple.
            power = (0..5).fold(multiple, |point, _| point.double(spec));
        }
        Self(to_affine(&multiples).as_chunks::<8>().0.to_vec())
    }
}

/// Digits of weight 16^position between −8 and 8, for a number below 2^(64·N − 1); two for each octet.
fn signed_digits<const N: usize>(number: &[u64; N]) -> Zeroizing<Vec<i8>> {
    let mut octets = Zeroizing::new(Vec::with_capacity(limbs::octets(N)));
    limbs::push_le_bytes(number, &mut octets);
    let mut digits = Zeroizing::new(Vec::with_capacity(2 * octets.len()));
    for octet in octets.iter() {
        digits.push((octet & 15).cast_signed());
        digits.push((octet >> 4).cast_signed());
    }
    let mut carry = 0;
    if let Some((last, lower)) = digits.split_last_mut() {
        for digit in lower {
            *digit += carry;
            carry = (*digit + 8) >> 4;
            *digit -= carry << 4;
        }
        *last += carry;
    }
    digits
}

/// The multiple of a row's point by `digit`, found by reading the whole row.
fn multiple<const N: usize, const C: u64>(row: &[Affine<N, C>; 8], digit: i8) -> Projective<N, C> {
    let sign = digit >> 7;
    let magnitude = ((digit ^ sign) - sign).cast_unsigned();
    let mut out = Projective::INFINITY;
    for (index, entry) in (1..=DIGIT_MAX).zip(row) {
        let found = index.ct_eq(&magnitude);
        out.x.conditional_assign(&entry.x, found);
        out.y.conditional_assign(&entry.y, found);
        out.z.conditional_assign(&Field::ONE, found);
    }
    let opposite = out.y.neg();
    out.y.conditional_assign(&opposite, sign.ct_eq(&-1));
    out
}

impl<const N: usize, const C: u64> Projective<N, C> {
    const INFINITY: Self = Self { x: Field::ZERO, y: Field::ONE, z: Field::ZERO };

    fn add(&self, other: &Self, spec: &CurveSpec<N, C>) -> Self {
        let times_a = |value: &Field<N, C>| {
            if spec.a_is_minus_three { value.double().add(value).neg() } else { spec.a.mul(value) }
        };
        let times_3b = |value: &Field<N, C>| {
            let product = spec.b.mul(value);
            product.double().add(&product)
        };
        let xx = self.x.mul(&other.x);
        let yy = self.y.mul(&other.y);
        let zz = self.z.mul(&other.z);
        let cross = |a1: &Field<N, C>, b1: &Field<N, C>, a2: &Field<N, C>, b2: &Field<N, C>, direct: &Field<N, C>| {
            a1.add(b1).mul(&a2.add(b2)).sub(direct)
        };
        let xy = cross(&self.x, &self.y, &other.x, &other.y, &xx.add(&yy));
        let xz = cross(&self.x, &self.z, &other.x, &other.z, &xx.add(&zz));
        let yz = cross(&self.y, &self.z, &other.y, &other.z, &yy.add(&zz));

        let z_part = times_3b(&zz).add(&times_a(&xz));
        let minus = yy.sub(&z_part);
        let plus = yy.add(&z_part);
        let a_zz = times_a(&zz);
        let numerator = xx.double().add(&xx).add(&a_zz);
        let mixed = times_3b(&xz).add(&times_a(&xx.sub(&a_zz)));
        Self {
            x: xy.mul(&minus).sub(&yz.mul(&mixed)),
            y: minus.mul(&plus).add(&numerator.mul(&mixed)),
            z: yz.mul(&plus).add(&xy.mul(&numerator)),
        }
    }
}
