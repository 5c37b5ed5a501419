//! Our arithmetic against OpenSSL's: its big numbers for p and q, its generic curve code for points.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::as_conversions, clippy::panic)]

use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{EcGroup, EcPoint};
use sha2::{Digest as _, Sha512};

use super::complete::base_multiple;
use super::curve::{CurveSpec, GOST_2004_A, GOST_2015_A_256, GOST_2015_A_512};
use super::field::{Field, Field256, Field512};
use super::limbs;
use super::multiples::{LimbMultiples, double_multiple, double_multiple_of_known};
use super::point::{Affine, Jacobian, to_affine};
use super::scalar::Order;
use crate::random::SecureRandom;

/// Random-looking octets that are the same in every run.
pub(super) struct Seeded {
    seed: u64,
    block: u64,
}

impl Seeded {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, block: 0 }
    }

    pub(super) fn limbs<const N: usize>(&mut self) -> [u64; N] {
        let mut octets = vec![0; 8 * N];
        self.fill(&mut octets);
        limbs::from_le_bytes(&octets).unwrap()
    }
}

impl SecureRandom for Seeded {
    fn fill(&mut self, out: &mut [u8]) {
        for chunk in out.chunks_mut(64) {
            let block = Sha512::new().chain_update(self.seed.to_le_bytes()).chain_update(self.block.to_le_bytes());
            chunk.copy_from_slice(&block.finalize()[..chunk.len()]);
            self.block += 1;
        }
    }
}

pub(super) fn big<const N: usize>(value: &[u64; N]) -> BigNum {
    let octets: Vec<u8> = value.iter().rev().flat_map(|limb| limb.to_be_bytes()).collect();
    BigNum::from_slice(&octets).unwrap()
}

fn small<const N: usize>(value: &BigNum) -> [u64; N] {
    let mut octets = value.to_vec_padded(8 * N as i32).unwrap();
    octets.reverse();
    limbs::from_le_bytes(&octets).unwrap()
}

/// A curve as OpenSSL's generic code sees it.
pub(super) struct Twin<const N: usize, const C: u64> {
    pub(super) spec: &'static CurveSpec<N, C>,
    pub(super) group: EcGroup,
    pub(super) p: BigNum,
    pub(super) q: BigNum,
    pub(super) context: BigNumContext,
}

/// A public key with its table.
struct Key<const N: usize, const C: u64> {
    point: Affine<N, C>,
    multiples: LimbMultiples<N, C>,
}

impl<const N: usize, const C: u64> Twin<N, C> {
    pub(super) fn new(spec: &'static CurveSpec<N, C>) -> Self {
        let mut context = BigNumContext::new().unwrap();
        let p = big(&Field::<N, C>::prime());
        let q = big(spec.order.modulus());
        let a = big(&spec.a.to_canonical());
        let b = big(&spec.b.to_canonical());
        let mut group =
            EcGroup::from_components(p.to_owned().unwrap(), a, b, &mut context).expect("components of a curve");
        let base = Self::point_of(&group, &mut context, &spec.base);
        let cofactor = BigNum::from_u32(spec.cofactor as u32).unwrap();
        group.set_generator(base, q.to_owned().unwrap(), cofactor).expect("generator");
        Self { spec, group, p, q, context }
    }

    fn point_of(group: &EcGroup, context: &mut BigNumContext, point: &Affine<N, C>) -> EcPoint {
        let mut out = EcPoint::new(group).unwrap();
        let (x, y) = (big(&point.x.to_canonical()), big(&point.y.to_canonical()));
        out.set_affine_coordinates_gfp(group, &x, &y, context).expect("point on the curve");
        out
    }

    pub(super) fn theirs(&mut self, point: &Affine<N, C>) -> EcPoint {
        Self::point_of(&self.group, &mut self.context, point)
    }

    pub(super) fn ours(&mut self, point: &EcPoint) -> Affine<N, C> {
        let (mut x, mut y) = (BigNum::new().unwrap(), BigNum::new().unwrap());
        point.affine_coordinates_gfp(&self.group, &mut x, &mut y, &mut self.context).expect("finite point");
        Affine { x: Field::from_limbs(small(&x)), y: Field::from_limbs(small(&y)) }
    }

    /// factor · point, by OpenSSL.
    pub(super) fn multiple(&mut self, point: &EcPoint, factor: &BigNum) -> EcPoint {
        let mut out = EcPoint::new(&self.group).unwrap();
        out.mul2(&self.group, point, factor, &mut self.context).unwrap();
        out
    }

    /// A point of the curve, of any order, with the first abscissa from `x` on that has one.
    pub(super) fn point_from_x(&mut self, mut x: [u64; N]) -> Affine<N, C> {
        loop {
            let abscissa = Field::from_limbs(x);
            let right = abscissa.square().add(&self.spec.a).mul(&abscissa).add(&self.spec.b);
            let mut root = BigNum::new().unwrap();
            if root.mod_sqrt(&big(&right.to_canonical()), &self.p, &mut self.context).is_ok() {
                let point = Affine { x: abscissa, y: Field::from_limbs(small(&root)) };
                if point.is_on_curve(self.spec) {
                    return point;
                }
            }
            x = limbs::add(&x, &one()).0;
        }
    }

    fn assert_equal(&mut self, ours: &Jacobian<N, C>, theirs: &EcPoint, case: &str) {
        assert_eq!(ours.is_infinity(), theirs.is_infinity(&self.group), "{case}");
        if !ours.is_infinity() {
            let (ours, theirs) = (to_affine(&[*ours])[0], self.ours(theirs));
            assert_eq!(coordinates(&ours), coordinates(&theirs), "{case}");
        }
    }

    /// Compares base_factor · G + key_factor · key, for a key without and with a table.
    fn assert_double_multiple(&mut self, base_factor: &[u64; N], key: &Key<N, C>, key_factor: &[u64; N], case: &str) {
        let key_point = self.theirs(&key.point);
        let mut expected = EcPoint::new(&self.group).unwrap();
        expected.mul_full(&self.group, &big(base_factor), &key_point, &big(key_factor), &mut self.context).unwrap();
        let sum = double_multiple(self.spec, base_factor, &key.point, key_factor);
        self.assert_equal(&sum, &expected, case);
        let sum = double_multiple_of_known(self.spec, base_factor, &key.multiples, key_factor);
        self.assert_equal(&sum, &expected, &format!("known key: {case}"));
    }

    fn key(&self, point: Affine<N, C>) -> Key<N, C> {
        Key { point, multiples: LimbMultiples::of_key(&point, self.spec) }
    }

    fn random_key(&mut self, rng: &mut Seeded) -> Key<N, C> {
        let factor = big(&rng.limbs::<N>());
        let base = self.theirs(&self.spec.base);
        let point = self.multiple(&base, &factor);
        let point = self.ours(&point);
        self.key(point)
    }
}

pub(super) fn coordinates<const N: usize, const C: u64>(point: &Affine<N, C>) -> ([u64; N], [u64; N]) {
    (point.x.to_canonical(), point.y.to_canonical())
}

fn one<const N: usize>() -> [u64; N] {
    Field::<N, 1>::ONE.to_canonical()
}

/// Zero, one and their like, p and q with their neighbours, powers of two, the greatest numbers of the width.
fn edges<const N: usize>(modulus: &[u64; N], fold: u64) -> Vec<[u64; N]> {
    let mut out = vec![[0; N], [u64::MAX; N]];
    for small in [1, 2, 3, fold - 1, fold, fold + 1, fold * fold, u64::MAX] {
        let mut value = [0; N];
        value[0] = small;
        out.push(value);
        out.push(limbs::sub(&[0; N], &value).0);
        out.push(limbs::sub(modulus, &value).0);
        out.push(limbs::add(modulus, &value).0);
    }
    for shift in 0..64 * N {
        let mut value = [0; N];
        value[shift / 64] = 1 << (shift % 64);
        out.push(value);
    }
    out.push(*modulus);
    out
}

fn field_matches<const N: usize, const C: u64>(seed: u64) {
    let mut context = BigNumContext::new().unwrap();
    let p = big(&Field::<N, C>::prime());
    let half = {
        let mut half = BigNum::new().unwrap();
        half.mod_inverse(&BigNum::from_u32(2).unwrap(), &p, &mut context).unwrap();
        half
    };
    let mut rng = Seeded::new(seed);
    let mut values = edges(&Field::<N, C>::prime(), C);
    values.extend((0..100).map(|_| rng.limbs::<N>()));

    for (index, a_limbs) in values.iter().enumerate() {
        let (a, a_big) = (Field::<N, C>::from_limbs(*a_limbs), big(a_limbs));
        let mut expected = BigNum::new().unwrap();
        let check = |ours: Field<N, C>, expected: &BigNum, what: &str| {
            assert_eq!(big(&ours.to_canonical()), *expected, "{what} of {a_big}");
        };
        expected.nnmod(&a_big, &p, &mut context).unwrap();
        check(a, &expected, "residue");
        assert_eq!(bool::from(a.is_zero()), expected.num_bits() == 0);
        assert_eq!(a.is_zero_vartime(), expected.num_bits() == 0);
        assert_eq!(Field::<N, C>::from_canonical(*a_limbs).is_some(), a_big < p);
        expected.mod_sqr(&a_big, &p, &mut context).unwrap();
        check(a.square(), &expected, "square");
        expected.mod_mul(&a_big, &half, &p, &mut context).unwrap();
        check(a.half(), &expected, "half");
        expected.mod_sub(&BigNum::new().unwrap(), &a_big, &p, &mut context).unwrap();
        check(a.neg(), &expected, "opposite");
        match expected.mod_inverse(&a_big, &p, &mut context) {
            Ok(()) => (),
            Err(_) => expected = BigNum::new().unwrap(),
        }
        check(a.invert(), &expected, "inverse, or zero for zero");
        check(a.invert_vartime(), &expected, "inverse, or zero for zero");
        // Every edge meets every edge; random numbers meet a few.
        for b_limbs in values.iter().skip(if index < 40 { 0 } else { index }).take(150) {
            let (b, b_big) = (Field::<N, C>::from_limbs(*b_limbs), big(b_limbs));
            expected.mod_add(&a_big, &b_big, &p, &mut context).unwrap();
            check(a.add(&b), &expected, "sum");
            expected.mod_sub(&a_big, &b_big, &p, &mut context).unwrap();
            check(a.sub(&b), &expected, "difference");
            expected.mod_mul(&a_big, &b_big, &p, &mut context).unwrap();
            check(a.mul(&b), &expected, "product");
        }
    }
}

#[test]
fn the_512_bit_field_agrees_with_big_numbers() {
    field_matches::<8, 569>(1);
}

#[test]
fn the_256_bit_field_agrees_with_big_numbers() {
    field_matches::<4, 617>(2);
}

fn order_matches<const N: usize>(order: &Order<N>, seed: u64) {
    let mut context = BigNumContext::new().unwrap();
    let q = big(order.modulus());
    let mut rng = Seeded::new(seed);
    let mut values = edges(order.modulus(), 7);
    values.extend((0..100).map(|_| rng.limbs::<N>()));

    for (index, any_limbs) in values.iter().enumerate() {
        let any = big(any_limbs);
        let mut expected = BigNum::new().unwrap();
        expected.nnmod(&any, &q, &mut context).unwrap();
        let a = order.reduce_vartime(*any_limbs);
        assert_eq!(big(&a), expected, "residue of {any}");
        assert_eq!(order.is_in_range(any_limbs), any < q && any.num_bits() != 0);
        let a_big = big(&a);
        expected.mod_sub(&BigNum::new().unwrap(), &a_big, &q, &mut context).unwrap();
        assert_eq!(big(&order.neg(&a)), expected, "opposite of {a_big}");
        match expected.mod_inverse(&a_big, &q, &mut context) {
            Ok(()) => {
                assert_eq!(order.invert_vartime(&a).map(|inverse| big(&inverse)), Some(expected.to_owned().unwrap()))
            }
            Err(_) => assert_eq!(order.invert_vartime(&a), None, "zero has no inverse"),
        }
        for b_limbs in values.iter().skip(index).take(120) {
            let b = order.reduce_vartime(*b_limbs);
            expected.mod_add(&a_big, &big(&b), &q, &mut context).unwrap();
            assert_eq!(big(&order.add(&a, &b)), expected, "sum");
            expected.mod_mul(&a_big, &big(&b), &q, &mut context).unwrap();
            assert_eq!(big(&order.mul(&a, &b)), expected, "product");
            // One factor may be any number of the width.
            assert_eq!(big(&order.mul(b_limbs, &a)), expected, "product");
        }
    }
}

#[test]
fn numbers_modulo_the_group_orders_agree_with_big_numbers() {
    order_matches(&GOST_2015_A_512.order, 3);
    order_matches(&GOST_2015_A_256.order, 4);
    order_matches(&GOST_2004_A.order, 5);
}

fn public_multiples_match<const N: usize, const C: u64>(spec: &'static CurveSpec<N, C>, seed: u64) {
    let mut twin = Twin::new(spec);
    let mut rng = Seeded::new(seed);
    for round in 0..100 {
        let key = twin.random_key(&mut rng);
        assert!(key.point.is_on_curve(spec) && key.point.is_in_subgroup(spec));
        let (base_factor, key_factor) = (rng.limbs(), rng.limbs());
        twin.assert_double_multiple(&base_factor, &key, &key_factor, &format!("round {round}"));
    }
    let key = twin.random_key(&mut rng);
    let edge_factors = edges(spec.order.modulus(), 7);
    for (index, factor) in edge_factors.iter().enumerate().step_by(3) {
        let other = edge_factors[edge_factors.len() - 1 - index];
        twin.assert_double_multiple(factor, &key, &[0; N], "key factor zero");
        twin.assert_double_multiple(&[0; N], &key, factor, "base factor zero");
        twin.assert_double_multiple(factor, &key, &other, "edge factors");
    }
}

#[test]
fn public_multiples_on_the_512_bit_curve_agree() {
    public_multiples_match(&GOST_2015_A_512, 6);
}

#[test]
fn public_multiples_on_the_256_bit_curve_of_cofactor_four_agree() {
    public_multiples_match(&GOST_2015_A_256, 7);
}

#[test]
fn public_multiples_on_the_2004_curve_agree() {
    public_multiples_match(&GOST_2004_A, 8);
}

/// Keys that are small multiples of the base point make partial sums equal, opposite and infinite on the way.
fn meeting_sums_match<const N: usize, const C: u64>(spec: &'static CurveSpec<N, C>, seed: u64) {
    let mut twin = Twin::new(spec);
    let mut rng = Seeded::new(seed);
    let base = twin.theirs(&spec.base);
    for multiplier in [1i32, -1, 2, -2, 3, -15, 17, -127] {
        let mut factor = BigNum::from_u32(multiplier.unsigned_abs()).unwrap();
        factor.set_negative(multiplier < 0);
        let point = twin.multiple(&base, &factor);
        let key = twin.ours(&point);
        let key = twin.key(key);
        for base_factor in 0..24u64 {
            for key_factor in 0..24u64 {
                let (mut u, mut v) = ([0; N], [0; N]);
                (u[0], v[0]) = (base_factor, key_factor);
                twin.assert_double_multiple(&u, &key, &v, &format!("{base_factor}G + {key_factor}·({multiplier}G)"));
            }
        }
        for _ in 0..5 {
            // v random; u = v·m and u = −v·m: the two halves of the sum are equal, or opposite.
            let v = spec.order.reduce_vartime(rng.limbs());
            let mut m = [0; N];
            m[0] = u64::from(multiplier.unsigned_abs());
            let u = spec.order.mul(&m, &v);
            twin.assert_double_multiple(&u, &key, &v, "equal or opposite halves");
            twin.assert_double_multiple(&spec.order.neg(&u), &key, &v, "opposite or equal halves");
            twin.assert_double_multiple(&v, &key, &v, "the same factor twice");
        }
    }
}

#[test]
fn sums_of_equal_and_opposite_points_agree() {
    meeting_sums_match(&GOST_2015_A_512, 9);
    meeting_sums_match(&GOST_2015_A_256, 10);
    meeting_sums_match(&GOST_2004_A, 11);
}

fn secret_multiples_match<const N: usize, const C: u64>(spec: &'static CurveSpec<N, C>, seed: u64) {
    let mut twin = Twin::new(spec);
    let mut rng = Seeded::new(seed);
    let mut factors = edges(spec.order.modulus(), 7);
    factors.extend((0..200).map(|_| rng.limbs::<N>()));
    // Digits that all carry, that all are greatest, and pairs of them.
    for octet in [0x08, 0x80, 0x88, 0x77, 0x78, 0x87, 0x0f, 0xf0, 0xf8, 0x8f] {
        factors.push([u64::from_le_bytes([octet; 8]); N]);
    }
    factors.extend((1..300).map(|value| {
        let mut factor = [0; N];
        factor[0] = value;
        factor
    }));
    for factor in factors {
        let factor = spec.order.reduce_vartime(factor);
        if !spec.order.is_in_range(&factor) {
            continue;
        }
        let mut expected = EcPoint::new(&twin.group).unwrap();
        expected.mul_generator2(&twin.group, &big(&factor), &mut twin.context).unwrap();
        let expected = twin.ours(&expected);
        assert_eq!(coordinates(&base_multiple(spec, &factor)), coordinates(&expected), "{}", big(&factor));
    }
}

#[test]
fn secret_multiples_of_the_base_points_agree() {
    secret_multiples_match(&GOST_2015_A_512, 12);
    secret_multiples_match(&GOST_2015_A_256, 13);
    secret_multiples_match(&GOST_2004_A, 14);
}

#[test]
fn a_point_outside_the_subgroup_is_told_from_one_inside() {
    let mut twin = Twin::new(&GOST_2015_A_256);
    let order = twin.q.to_owned().unwrap();
    let mut of_small_order = 0;
    for x in 1..40 {
        let point = twin.point_from_x([x, 0, 0, 0]);
        let theirs = twin.theirs(&point);
        let remainder = twin.multiple(&theirs, &order);
        let inside = remainder.is_infinity(&twin.group);
        assert_eq!(point.is_in_subgroup(&GOST_2015_A_256), inside, "x = {x}");
        if !inside {
            let remainder = twin.ours(&remainder);
            assert!(!remainder.is_in_subgroup(&GOST_2015_A_256), "a point of order 2 or 4");
            of_small_order += 1;
        }
    }
    assert!((15..39).contains(&of_small_order), "three quarters of the points are outside: {of_small_order}");
}

#[test]
fn the_constants_are_the_curves() {
    fn check<const N: usize, const C: u64>(spec: &'static CurveSpec<N, C>) {
        let mut twin = Twin::new(spec);
        let mut context = BigNumContext::new().unwrap();
        assert!(twin.p.is_prime(64, &mut context).unwrap() && twin.q.is_prime(64, &mut context).unwrap());
        assert!(spec.base.is_on_curve(spec));
        let base = twin.theirs(&spec.base);
        let order = twin.q.to_owned().unwrap();
        assert!(twin.multiple(&base, &order).is_infinity(&twin.group));
        let minus_three = Field::<N, C>::from_small(3).neg().to_canonical();
        assert_eq!(spec.a_is_minus_three, spec.a.to_canonical() == minus_three);
    }
    check(&GOST_2015_A_512);
    check(&GOST_2015_A_256);
    check(&GOST_2004_A);
    assert_eq!(big(&Field512::prime()).num_bits(), 512);
    assert_eq!(big(&Field256::prime()).num_bits(), 256);
}
