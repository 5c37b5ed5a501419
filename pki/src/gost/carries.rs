//! Carries that random numbers never make: limbs all ones, zero, or beside the constants of the field.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::as_conversions)]

use openssl::bn::{BigNum, BigNumContext};
use proptest::prelude::*;

use super::field::Field;
use super::limbs;
use super::twin::big;
use super::wnaf::{WINDOW_MAX, Wnaf};

/// Limbs on which carries run far, among others that look random.
fn limb() -> impl Strategy<Value = u64> {
    prop_oneof![
        4 => Just(u64::MAX),
        3 => Just(0),
        1 => Just(1),
        1 => Just(1 << 63),
        1 => 0..2000u64,
        1 => (0..2000u64).prop_map(|below| u64::MAX - below),
        3 => any::<u64>(),
    ]
}

fn number<const N: usize>() -> impl Strategy<Value = [u64; N]> {
    proptest::collection::vec(limb(), N).prop_map(|limbs| limbs.try_into().unwrap())
}

fn assert_field<const N: usize, const C: u64>(a: [u64; N], b: [u64; N]) {
    let mut context = BigNumContext::new().unwrap();
    let p = big(&Field::<N, C>::prime());
    let (a_big, b_big) = (big(&a), big(&b));
    let (a, b) = (Field::<N, C>::from_limbs(a), Field::<N, C>::from_limbs(b));
    let mut expected = BigNum::new().unwrap();
    let check = |ours: Field<N, C>, expected: &BigNum, what: &str| {
        assert_eq!(big(&ours.to_canonical()), *expected, "{what} of {a_big} and {b_big}");
    };
    expected.mod_mul(&a_big, &b_big, &p, &mut context).unwrap();
    check(a.mul(&b), &expected, "product");
    check(b.mul(&a), &expected, "product");
    expected.mod_sqr(&a_big, &p, &mut context).unwrap();
    check(a.square(), &expected, "square");
    check(a.mul(&a), &expected, "square");
    expected.mod_add(&a_big, &b_big, &p, &mut context).unwrap();
    check(a.add(&b), &expected, "sum");
    expected.mod_sub(&a_big, &b_big, &p, &mut context).unwrap();
    check(a.sub(&b), &expected, "difference");
    check(a.half().double(), &big(&a.to_canonical()), "twice the half");
    assert_eq!(a.sub(&b).is_zero_vartime(), a.to_canonical() == b.to_canonical());
}

fn assert_digits<const N: usize>(number: [u64; N], window: u32) {
    let digits = Wnaf::new(&number, window);
    let mut sum = BigNum::new().unwrap();
    let mut last_set = None;
    for position in (0..digits.len()).rev() {
        sum = &sum + &sum;
        let Some((index, negative)) = digits.table_entry(position) else { continue };
        assert!(index < 1 << (window - 2), "the table has such an entry");
        assert!(last_set.is_none_or(|above| above - position >= window as usize), "digits stand apart");
        last_set = Some(position);
        let digit = BigNum::from_u32(2 * index as u32 + 1).unwrap();
        sum = if negative { &sum - &digit } else { &sum + &digit };
    }
    assert_eq!(sum, big(&number), "window {window}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn long_carries_in_the_512_bit_field_agree_with_big_numbers(a in number::<8>(), b in number::<8>()) {
        assert_field::<8, 569>(a, b);
    }

    #[test]
    fn long_carries_in_the_256_bit_field_agree_with_big_numbers(a in number::<4>(), b in number::<4>()) {
        assert_field::<4, 617>(a, b);
    }

    #[test]
    fn signed_digits_add_up_to_the_number(wide in number::<8>(), narrow in number::<1>(), window in 2..=WINDOW_MAX) {
        assert_digits(wide, window);
        assert_digits(narrow, window);
    }

    #[test]
    fn bits_are_cut_across_limbs(value in number::<4>(), index in 0..300usize, count in 1..=63u32) {
        let expected = (0..count as usize).map(|bit| limbs::bit(&value, index + bit) << bit).sum::<u64>();
        prop_assert_eq!(limbs::bits(&value, index, count), expected);
    }
}
