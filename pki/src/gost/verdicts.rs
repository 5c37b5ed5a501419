//! Verdicts on signatures, the same for a key that is new, one that is known, and OpenSSL's numbers and points.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::as_conversions, clippy::panic)]

use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::EcPoint;
use proptest::prelude::*;

use super::curve::{CurveSpec, GOST_2004_A, GOST_2015_A_256, GOST_2015_A_512};
use super::limbs;
use super::twin::{Seeded, Twin, big};
use super::*;

fn bytes<const N: usize>(value: &[u64; N]) -> Vec<u8> {
    let mut out = Vec::new();
    limbs::push_le_bytes(value, &mut out);
    out
}

fn small<const N: usize>(value: u64) -> [u64; N] {
    let mut out = [0; N];
    out[0] = value;
    out
}

/// RFC 7091 section 6.2 with OpenSSL's numbers and points.
fn twin_verifies<const N: usize, const C: u64>(
    twin: &mut Twin<N, C>,
    key: &EcPoint,
    digest: &BigNum,
    r: &BigNum,
    s: &BigNum,
) -> bool {
    let zero = BigNum::new().unwrap();
    if *r <= zero || *s <= zero || *r >= twin.q || *s >= twin.q {
        return false;
    }
    let mut context = BigNumContext::new().unwrap();
    let [mut e, mut v, mut z1, mut z2, mut minus_r, mut x, mut y, mut abscissa] =
        std::array::from_fn(|_| BigNum::new().unwrap());
    e.nnmod(digest, &twin.q, &mut context).unwrap();
    if e.num_bits() == 0 {
        e = BigNum::from_u32(1).unwrap();
    }
    v.mod_inverse(&e, &twin.q, &mut context).unwrap();
    z1.mod_mul(s, &v, &twin.q, &mut context).unwrap();
    minus_r.mod_sub(&twin.q, r, &twin.q, &mut context).unwrap();
    z2.mod_mul(&minus_r, &v, &twin.q, &mut context).unwrap();
    let mut sum = EcPoint::new(&twin.group).unwrap();
    sum.mul_full(&twin.group, &z1, key, &z2, &mut context).unwrap();
    if sum.is_infinity(&twin.group) {
        return false;
    }
    sum.affine_coordinates_gfp(&twin.group, &mut x, &mut y, &mut context).unwrap();
    abscissa.nnmod(&x, &twin.q, &mut context).unwrap();
    abscissa == *r
}

/// The verdict of all three, which must be one.
fn verdict<const N: usize, const C: u64>(
    twin: &mut Twin<N, C>,
    d: &[u64; N],
    digest: &[u64; N],
    r: &[u64; N],
    s: &[u64; N],
) -> bool {
    let curve = twin.spec.curve;
    let key = GostSecretKey::from_le_bytes(curve, &bytes(d)).unwrap().public_key();
    let (octets, signature) = (bytes(digest), [bytes(r), bytes(s)].concat());
    let cold = key.verify_prehashed(&octets, &signature);
    key.prepare();
    assert_eq!(key.verify_prehashed(&octets, &signature), cold, "{curve:?} known key");
    let base = twin.theirs(&twin.spec.base);
    let point = twin.multiple(&base, &big(d));
    let theirs = twin_verifies(twin, &point, &big(digest), &big(r), &big(s));
    assert_eq!(theirs, cold, "{curve:?} OpenSSL, d {} e {} r {} s {}", big(d), big(digest), big(r), big(s));
    cold
}

fn judges_edges_alike<const N: usize, const C: u64>(spec: &'static CurveSpec<N, C>) {
    let mut twin = Twin::new(spec);
    let order = &spec.order;
    let (q, one) = (*order.modulus(), small(1));
    let below = limbs::sub(&q, &one).0;
    let half = order.invert_vartime(&small(2)).unwrap();
    let e = order.reduce_vartime(Seeded::new(81).limbs());
    // The keys G, −G, 2G, G/2, −eG and one like any other.
    for d in [one, below, small(2), half, order.neg(&e), order.reduce_vartime(Seeded::new(82).limbs())] {
        let base_abscissa = order.reduce_vartime(spec.base.x.to_canonical());
        let edges = [[0; N], one, half, below, q, limbs::add(&q, &one).0, base_abscissa];
        for digest in [e, [0; N], below] {
            for r in &edges {
                for s in edges.iter().chain([&order.mul(&d, &order.reduce_vartime(*r))]) {
                    verdict(&mut twin, &d, &digest, r, s);
                }
            }
        }
        // The nonce one: k = 1 gives r = x(G), s = r·d + e. That is zero for x(G) = 1 and the key −eG.
        let s = order.add(&order.mul(&base_abscissa, &d), &e);
        assert_eq!(verdict(&mut twin, &d, &e, &base_abscissa, &s), !limbs::is_zero(&s));
    }
}

#[test]
fn edge_signatures_by_edge_keys_are_judged_as_openssl_s_points_judge_them() {
    judges_edges_alike(&GOST_2015_A_512);
    judges_edges_alike(&GOST_2015_A_256);
    judges_edges_alike(&GOST_2004_A);
}

/// A sound signature is accepted; with `change` added to one of its numbers it is judged as OpenSSL's points do.
fn judges_changes_alike<const N: usize, const C: u64>(spec: &'static CurveSpec<N, C>, seed: u64, change: u64) {
    let mut twin = Twin::new(spec);
    let mut rng = Seeded::new(seed);
    let secret = GostSecretKey::generate(spec.curve, &mut rng).unwrap();
    let d: [u64; N] = limbs::from_le_bytes(&secret.to_le_bytes()).unwrap();
    let digest: [u64; N] = rng.limbs();
    let signature = secret.sign_prehashed(&bytes(&digest), &mut rng).unwrap();
    let (r, s) = signature.split_at(8 * N);
    let (r, s): ([u64; N], [u64; N]) = (limbs::from_le_bytes(r).unwrap(), limbs::from_le_bytes(s).unwrap());
    assert!(verdict(&mut twin, &d, &digest, &r, &s));
    let changed = |value: &[u64; N]| limbs::add(value, &small(change)).0;
    assert!(!verdict(&mut twin, &d, &changed(&digest), &r, &s));
    assert!(!verdict(&mut twin, &d, &digest, &changed(&r), &s));
    assert!(!verdict(&mut twin, &d, &digest, &r, &changed(&s)));
    assert!(!verdict(&mut twin, &changed(&d), &digest, &r, &s));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn signatures_and_changed_ones_are_judged_as_openssl_s_points_judge_them(seed: u64, change in 1..=u64::MAX >> 8) {
        judges_changes_alike(&GOST_2015_A_512, seed, change);
        judges_changes_alike(&GOST_2015_A_256, seed, change);
        judges_changes_alike(&GOST_2004_A, seed, change);
    }
}

#[test]
fn a_key_used_often_gets_a_table_that_its_clones_share_and_verdicts_stay() {
    for curve in Curve::ALL {
        let secret = GostSecretKey::generate(curve, &mut Seeded::new(91)).unwrap();
        let digest = vec![7; curve.coordinate_len()];
        let signature = secret.sign_prehashed(&digest, &mut Seeded::new(92)).unwrap();
        let mut forged = signature.clone();
        forged[0] ^= 1;
        let key = secret.public_key();
        let clone = key.clone();
        assert!(!key.is_prepared());
        for _ in 0..5 {
            assert!(key.verify_prehashed(&digest, &signature));
            assert!(!key.verify_prehashed(&digest, &forged));
        }
        assert!(key.is_prepared() && clone.is_prepared());
        assert!(clone.verify_prehashed(&digest, &signature) && !clone.verify_prehashed(&digest, &forged));
        let read_again = GostPublicKey::from_le_bytes(curve, &key.to_le_bytes()).unwrap();
        assert!(!read_again.is_prepared(), "another reading of the key begins anew");
        read_again.prepare();
        assert!(read_again.verify_prehashed(&digest, &signature) && read_again == key);
    }
}

#[test]
fn a_signature_that_is_none_costs_a_key_nothing() {
    let key = GostSecretKey::generate(Curve::Gost2015A512, &mut Seeded::new(93)).unwrap().public_key();
    for _ in 0..100 {
        assert!(!key.verify_prehashed(&[1; 64], &[0; 128]));
        assert!(!key.verify_prehashed(&[1; 63], &[1; 128]));
    }
    assert!(!key.is_prepared());
}

#[test]
fn one_key_verifies_on_many_threads_at_once() {
    let secret = GostSecretKey::generate(Curve::Gost2015A512, &mut Seeded::new(94)).unwrap();
    let digest = [5; 64];
    let signature = secret.sign_prehashed(&digest, &mut Seeded::new(95)).unwrap();
    let key = secret.public_key();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..5).for_each(|_| assert!(key.verify_prehashed(&digest, &signature))));
        }
    });
    assert!(key.is_prepared());
}
