#![allow(clippy::disallowed_methods, reason = "tests find their files and measure")]
//! Keys and signatures as the rest of the product uses them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::as_conversions, clippy::panic)]

use openssl::bn::BigNum;
use openssl::ec::EcPoint;

use super::curve::{CurveSpec, GOST_2004_A, GOST_2015_A_256, GOST_2015_A_512};
use super::field::Field;
use super::limbs;
use super::signature::PublicPoint;
use super::twin::{Seeded, Twin, coordinates};
use super::*;
use crate::digest::DigestAlgorithm;

fn key_pair(curve: Curve, seed: u64) -> (GostSecretKey, GostPublicKey) {
    let secret = GostSecretKey::generate(curve, &mut Seeded::new(seed)).unwrap();
    let public = secret.public_key();
    (secret, public)
}

fn digest_for(curve: Curve, message: &[u8]) -> Vec<u8> {
    let algorithm = match curve {
        Curve::Gost2015A512 => DigestAlgorithm::Streebog512,
        Curve::Gost2015A256 => DigestAlgorithm::Streebog256,
        Curve::Gost2004A => DigestAlgorithm::Gost34311,
    };
    algorithm.digest(message).as_bytes().to_vec()
}

fn bytes<const N: usize>(value: &[u64; N]) -> Vec<u8> {
    let mut out = Vec::new();
    limbs::push_le_bytes(value, &mut out);
    out
}

fn flipped(octets: &[u8], bit: usize) -> Vec<u8> {
    let mut out = octets.to_vec();
    out[bit / 8] ^= 1 << (bit % 8);
    out
}

/// Bits spread over `octets`, the first and the last among them.
fn sampled_bits(octets: &[u8]) -> impl Iterator<Item = usize> {
    let last = octets.len() * 8 - 1;
    (0..40).map(move |sample| sample * last / 39)
}

/// A signature by the Authority's own software. Numbers are hexadecimal; the signature is as it goes over the wire.
#[test]
fn a_real_signature_verifies_and_no_flipped_bit_does() {
    let path =
        std::env::var("QOLHAT_SHARED").unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared").into());
    let Ok(text) = std::fs::read_to_string(format!("{path}/nca/vectors/gost512.json")) else {
        eprintln!("SKIPPED: a_real_signature_verifies_and_no_flipped_bit_does (no shared folder)");
        return;
    };
    let vector: serde_json::Value = serde_json::from_str(&text).unwrap();
    let field = |name: &str| vector[name].as_str().unwrap().to_owned();
    let number = |name: &str| {
        let mut octets = BigNum::from_hex_str(&field(name)).unwrap().to_vec_padded(64).unwrap();
        octets.reverse();
        octets
    };
    let octets =
        |name: &str| BigNum::from_hex_str(&field(name)).unwrap().to_vec_padded(field(name).len() as i32 / 2).unwrap();

    let digest = DigestAlgorithm::Streebog512.digest(field("msg").as_bytes());
    assert_eq!(digest.as_bytes(), octets("digest"));
    let secret = GostSecretKey::from_le_bytes(Curve::Gost2015A512, &number("d")).unwrap();
    let public = secret.public_key();
    assert_eq!(public.to_le_bytes(), [number("qx"), number("qy")].concat());

    let signature = octets("sig");
    assert!(public.verify_prehashed(digest.as_bytes(), &signature));
    for bit in sampled_bits(&signature) {
        assert!(!public.verify_prehashed(digest.as_bytes(), &flipped(&signature, bit)), "bit {bit} of the signature");
    }
    for bit in sampled_bits(digest.as_bytes()) {
        assert!(!public.verify_prehashed(&flipped(digest.as_bytes(), bit), &signature), "bit {bit} of the digest");
    }
    let key = public.to_le_bytes();
    for bit in sampled_bits(&key) {
        let parsed = GostPublicKey::from_le_bytes(Curve::Gost2015A512, &flipped(&key, bit));
        assert_eq!(parsed.unwrap_err(), GostKeyError::NotOnCurve, "bit {bit} of the key");
    }
    // Halves exchanged, and each half from last octet to first: other countries' orders.
    let (r, s) = signature.split_at(64);
    assert!(!public.verify_prehashed(digest.as_bytes(), &[s, r].concat()));
    let reversed: Vec<u8> = signature.iter().rev().copied().collect();
    assert!(!public.verify_prehashed(digest.as_bytes(), &reversed));
}

#[test]
fn what_a_key_signs_its_public_key_verifies_and_another_does_not() {
    for curve in Curve::ALL {
        let mut rng = Seeded::new(21);
        for round in 0..20u64 {
            let (secret, public) = key_pair(curve, round);
            let (_, stranger) = key_pair(curve, round + 1000);
            let digest = digest_for(curve, &round.to_le_bytes());
            let signature = secret.sign_prehashed(&digest, &mut rng).unwrap();
            assert_eq!(signature.len(), 2 * curve.coordinate_len());
            assert!(public.verify_prehashed(&digest, &signature), "{curve:?} {round}");
            assert!(!stranger.verify_prehashed(&digest, &signature));
            assert!(!public.verify_prehashed(&digest_for(curve, b"something else"), &signature));
            for bit in sampled_bits(&signature).step_by(4) {
                assert!(!public.verify_prehashed(&digest, &flipped(&signature, bit)));
            }
        }
    }
}

#[test]
fn a_key_written_is_read_back() {
    for curve in Curve::ALL {
        let (secret, public) = key_pair(curve, 5);
        assert_eq!((secret.curve(), public.curve()), (curve, curve));
        assert_eq!(GostPublicKey::from_le_bytes(curve, &public.to_le_bytes()).unwrap(), public);
        let again = GostSecretKey::from_le_bytes(curve, &secret.to_le_bytes()).unwrap();
        assert_eq!(again.public_key(), public);
    }
}

#[test]
fn a_key_signature_or_digest_of_another_width_is_refused() {
    for curve in Curve::ALL {
        let width = curve.coordinate_len();
        let (secret, public) = key_pair(curve, 6);
        let digest = digest_for(curve, b"");
        let signature = secret.sign_prehashed(&digest, &mut Seeded::new(1)).unwrap();
        let longer = |octets: &[u8]| [octets, &[0]].concat();
        for wrong in [&signature[1..], &signature[..2 * width - 1], &longer(&signature), &signature[..width], &[]] {
            assert!(!public.verify_prehashed(&digest, wrong));
        }
        for wrong in [&digest[1..], &longer(&digest), &[], &[0; 96 + 32][..128 - width / 2]] {
            assert!(!public.verify_prehashed(wrong, &signature));
            let refused = secret.sign_prehashed(wrong, &mut Seeded::new(1)).unwrap_err();
            assert_eq!(refused, DigestLengthError { expected: width, actual: wrong.len() });
        }
        let key = public.to_le_bytes();
        for wrong in [&key[1..], &longer(&key), &key[..width], &[]] {
            let refused = GostPublicKey::from_le_bytes(curve, wrong).unwrap_err();
            assert_eq!(refused, GostKeyError::Length { expected: 2 * width, actual: wrong.len() });
            let refused = GostSecretKey::from_le_bytes(curve, &longer(&key)).unwrap_err();
            assert_eq!(refused, GostKeyError::Length { expected: width, actual: 2 * width + 1 });
        }
    }
}

fn public_key<const N: usize, const C: u64>(
    spec: &CurveSpec<N, C>,
    x: &[u64; N],
    y: &[u64; N],
) -> Result<GostPublicKey, GostKeyError> {
    GostPublicKey::from_le_bytes(spec.curve, &[bytes(x), bytes(y)].concat())
}

fn refuses_false_points<const N: usize, const C: u64>(spec: &'static CurveSpec<N, C>) {
    let (x, y) = coordinates(&spec.base);
    assert!(public_key(spec, &x, &y).is_ok());
    let plus_one = limbs::add(&y, &Field::<N, C>::ONE.to_canonical()).0;
    assert_eq!(public_key(spec, &x, &plus_one).unwrap_err(), GostKeyError::NotOnCurve);
    assert_eq!(public_key(spec, &y, &x).unwrap_err(), GostKeyError::NotOnCurve);
    assert_eq!(public_key(spec, &[0; N], &[0; N]).unwrap_err(), GostKeyError::NotOnCurve);

    // The same residue written a second way: the least abscissa of a point, plus p.
    let point = Twin::new(spec).point_from_x([0; N]);
    let (x, y) = coordinates(&point);
    assert!(matches!(public_key(spec, &x, &y), Ok(_) | Err(GostKeyError::NotInSubgroup)));
    let (x_again, overflow) = limbs::add(&x, &Field::<N, C>::prime());
    assert_eq!(overflow, 0, "the abscissa is small enough");
    assert_eq!(public_key(spec, &x_again, &y).unwrap_err(), GostKeyError::CoordinateOutOfRange);
    let out_of_range = [Field::<N, C>::prime(), [u64::MAX; N]];
    for value in out_of_range {
        assert_eq!(public_key(spec, &value, &y).unwrap_err(), GostKeyError::CoordinateOutOfRange);
        assert_eq!(public_key(spec, &x, &value).unwrap_err(), GostKeyError::CoordinateOutOfRange);
    }
}

#[test]
fn a_public_key_off_the_curve_or_not_canonical_is_refused() {
    refuses_false_points(&GOST_2015_A_512);
    refuses_false_points(&GOST_2015_A_256);
    refuses_false_points(&GOST_2004_A);
}

#[test]
fn a_public_key_outside_the_subgroup_is_refused() {
    let spec = &GOST_2015_A_256;
    let mut twin = Twin::new(spec);
    let order = twin.q.to_owned().unwrap();
    let base = twin.theirs(&spec.base);
    let found = (1..).find_map(|x| {
        let point = twin.point_from_x([x, 0, 0, 0]);
        let theirs = twin.theirs(&point);
        let remainder = twin.multiple(&theirs, &order);
        (!remainder.is_infinity(&twin.group)).then_some(remainder)
    });
    let of_small_order = found.unwrap();
    let mut shifted = EcPoint::new(&twin.group).unwrap();
    shifted.add(&twin.group, &base, &of_small_order, &mut twin.context).unwrap();
    for point in [of_small_order, shifted] {
        let (x, y) = coordinates(&twin.ours(&point));
        assert_eq!(public_key(spec, &x, &y).unwrap_err(), GostKeyError::NotInSubgroup);
    }
}

#[test]
fn a_secret_key_out_of_range_is_refused() {
    fn check<const N: usize, const C: u64>(spec: &'static CurveSpec<N, C>) {
        let q = spec.order.modulus();
        let one = Field::<N, C>::ONE.to_canonical();
        for wrong in [[0; N], *q, limbs::add(q, &one).0, [u64::MAX; N]] {
            let refused = GostSecretKey::from_le_bytes(spec.curve, &bytes(&wrong)).unwrap_err();
            assert_eq!(refused, GostKeyError::ScalarOutOfRange);
        }
        for right in [one, limbs::sub(q, &one).0] {
            let secret = GostSecretKey::from_le_bytes(spec.curve, &bytes(&right)).unwrap();
            assert_eq!(secret.public_key().to_le_bytes()[..8 * N], bytes(&spec.base.x.to_canonical()));
            let digest = digest_for(spec.curve, b"least and greatest key");
            let signature = secret.sign_prehashed(&digest, &mut Seeded::new(2)).unwrap();
            assert!(secret.public_key().verify_prehashed(&digest, &signature));
        }
    }
    check(&GOST_2015_A_512);
    check(&GOST_2015_A_256);
    check(&GOST_2004_A);
}

/// e for which (r, s) is a signature with this nonce and key: (s − r·d)/k.
fn digest_for_signature<const N: usize, const C: u64>(
    spec: &CurveSpec<N, C>,
    r: &[u64; N],
    s: &[u64; N],
    k: &[u64; N],
    d: &[u64; N],
) -> [u64; N] {
    let difference = spec.order.add(s, &spec.order.neg(&spec.order.mul(r, d)));
    spec.order.mul(&difference, &spec.order.invert_vartime(k).unwrap())
}

fn refuses_halves_out_of_range<const N: usize, const C: u64>(spec: &'static CurveSpec<N, C>) {
    let q = spec.order.modulus();
    let d = spec.order.reduce_vartime(Seeded::new(31).limbs());
    let key = GostSecretKey::from_le_bytes(spec.curve, &bytes(&d)).unwrap().public_key();
    // The nonce one gives the base point's abscissa, so both halves are small enough to add q.
    let one = Field::<N, C>::ONE.to_canonical();
    let r = spec.order.reduce_vartime(spec.base.x.to_canonical());
    let mut s = [0; N];
    s[0] = 5;
    let digest = bytes(&digest_for_signature(spec, &r, &s, &one, &d));
    let verify = |r: &[u64; N], s: &[u64; N]| key.verify_prehashed(&digest, &[bytes(r), bytes(s)].concat());
    assert!(verify(&r, &s));
    let wrong_halves = |half: &[u64; N]| {
        let (plus_order, overflow) = limbs::add(half, q);
        assert_eq!(overflow, 0);
        [[0; N], *q, plus_order, limbs::add(q, &one).0, [u64::MAX; N]]
    };
    for wrong in wrong_halves(&r) {
        assert!(!verify(&wrong, &s));
    }
    for wrong in wrong_halves(&s) {
        assert!(!verify(&r, &wrong));
    }
    assert!(!verify(&[0; N], &[0; N]));
    assert!(!verify(&r, &spec.order.neg(&s)), "−s is no second signature");
}

#[test]
fn a_signature_with_a_half_out_of_range_is_refused() {
    refuses_halves_out_of_range(&GOST_2015_A_512);
    refuses_halves_out_of_range(&GOST_2015_A_256);
    refuses_halves_out_of_range(&GOST_2004_A);
}

fn verifies_an_abscissa_above_the_order<const N: usize, const C: u64>(spec: &'static CurveSpec<N, C>) {
    // R has an abscissa of at least q. With Q = R − G, r = x(R) mod q and s = e = −r the sum verified is G + Q = R.
    let mut twin = Twin::new(spec);
    let above = twin.point_from_x(limbs::add(spec.order.modulus(), &Field::<N, C>::ONE.to_canonical()).0);
    let r = spec.order.reduce_vartime(above.x.to_canonical());
    assert!(r != above.x.to_canonical());
    let mut minus_base = twin.theirs(&spec.base);
    minus_base.invert2(&twin.group, &mut twin.context).unwrap();
    let above = twin.theirs(&above);
    let mut key = EcPoint::new(&twin.group).unwrap();
    key.add(&twin.group, &above, &minus_base, &mut twin.context).unwrap();
    let key = twin.ours(&key);
    let s = spec.order.neg(&r);
    // On the curve of cofactor 4 the point may lie outside the subgroup; the equation is the same.
    let key = PublicPoint::unchecked(spec, key);
    assert!(key.verify(&bytes(&s), &[bytes(&r), bytes(&s)].concat()));
}

#[test]
fn an_abscissa_above_the_group_order_is_reduced() {
    verifies_an_abscissa_above_the_order(&GOST_2015_A_512);
    verifies_an_abscissa_above_the_order(&GOST_2015_A_256);
    verifies_an_abscissa_above_the_order(&GOST_2004_A);
}

fn refuses_infinity<const N: usize, const C: u64>(spec: &'static CurveSpec<N, C>) {
    // s = r·d makes the verified sum infinite whatever the digest.
    let d = spec.order.reduce_vartime(Seeded::new(41).limbs());
    let key = GostSecretKey::from_le_bytes(spec.curve, &bytes(&d)).unwrap().public_key();
    for seed in 0..5 {
        let r = spec.order.reduce_vartime(Seeded::new(seed).limbs());
        let s = spec.order.mul(&r, &d);
        let digest = digest_for(spec.curve, b"infinity");
        assert!(!key.verify_prehashed(&digest, &[bytes(&r), bytes(&s)].concat()));
    }
}

#[test]
fn a_signature_that_leads_to_infinity_is_refused() {
    refuses_infinity(&GOST_2015_A_512);
    refuses_infinity(&GOST_2015_A_256);
    refuses_infinity(&GOST_2004_A);
}

fn verifies_for_the_base_point_as_key<const N: usize, const C: u64>(spec: &'static CurveSpec<N, C>) {
    let one = Field::<N, C>::ONE.to_canonical();
    for d in [one, spec.order.neg(&one)] {
        let key = GostSecretKey::from_le_bytes(spec.curve, &bytes(&d)).unwrap();
        let digest = digest_for(spec.curve, b"a very weak key");
        let signature = key.sign_prehashed(&digest, &mut Seeded::new(3)).unwrap();
        assert!(key.public_key().verify_prehashed(&digest, &signature));
        // s = −r·d: both terms of the verified sum are the same point.
        let k = spec.order.reduce_vartime(Seeded::new(51).limbs());
        let nonce_key = GostSecretKey::from_le_bytes(spec.curve, &bytes(&k)).unwrap().public_key();
        let x = limbs::from_le_bytes(&nonce_key.to_le_bytes()[..8 * N]).unwrap();
        let r = spec.order.reduce_vartime(x);
        let s = spec.order.neg(&spec.order.mul(&r, &d));
        let digest = bytes(&digest_for_signature(spec, &r, &s, &k, &d));
        assert!(key.public_key().verify_prehashed(&digest, &[bytes(&r), bytes(&s)].concat()));
    }
}

#[test]
fn the_base_point_and_its_opposite_work_as_keys() {
    verifies_for_the_base_point_as_key(&GOST_2015_A_512);
    verifies_for_the_base_point_as_key(&GOST_2015_A_256);
    verifies_for_the_base_point_as_key(&GOST_2004_A);
}

fn reads_zero_as_one<const N: usize, const C: u64>(spec: &'static CurveSpec<N, C>) {
    let (secret, public) = key_pair(spec.curve, 61);
    let one = Field::<N, C>::ONE.to_canonical();
    let signature = secret.sign_prehashed(&bytes(&[0; N]), &mut Seeded::new(4)).unwrap();
    for same in [[0; N], *spec.order.modulus(), one] {
        assert!(public.verify_prehashed(&bytes(&same), &signature));
    }
    let mut two = [0; N];
    two[0] = 2;
    assert!(!public.verify_prehashed(&bytes(&two), &signature));
}

#[test]
fn a_digest_that_is_zero_counts_as_one() {
    reads_zero_as_one(&GOST_2015_A_512);
    reads_zero_as_one(&GOST_2015_A_256);
    reads_zero_as_one(&GOST_2004_A);
}

/// A source of randomness that broke and always gives the same octet.
struct Stuck(u8);

impl SecureRandom for Stuck {
    fn fill(&mut self, out: &mut [u8]) {
        out.fill(self.0);
    }
}

#[test]
fn a_broken_random_source_never_repeats_a_nonce_for_two_digests_or_keys() {
    for curve in Curve::ALL {
        let mut seen = std::collections::BTreeSet::new();
        for (key, message) in [(1, "a"), (1, "b"), (2, "a"), (2, "b")] {
            let (secret, public) = key_pair(curve, key);
            let digest = digest_for(curve, message.as_bytes());
            let signature = secret.sign_prehashed(&digest, &mut Stuck(0)).unwrap();
            assert!(public.verify_prehashed(&digest, &signature));
            assert!(seen.insert(signature[..curve.coordinate_len()].to_vec()));
        }
        let (secret, _) = key_pair(curve, 1);
        let digest = digest_for(curve, b"a");
        let other = secret.sign_prehashed(&digest, &mut Stuck(1)).unwrap();
        assert!(seen.insert(other[..curve.coordinate_len()].to_vec()), "random octets count as well");
    }
}

#[test]
fn a_key_is_not_made_from_a_stuck_random_source() {
    for curve in Curve::ALL {
        for stuck in [0, 0xff] {
            let refused = GostSecretKey::generate(curve, &mut Stuck(stuck)).unwrap_err();
            assert_eq!(refused, GostKeyError::RandomSource);
        }
    }
}

#[test]
fn a_secret_key_is_not_printed() {
    for curve in Curve::ALL {
        let (secret, _) = key_pair(curve, 7);
        assert_eq!(format!("{secret:?}"), format!("GostSecretKey({curve:?}, …)"));
    }
}
