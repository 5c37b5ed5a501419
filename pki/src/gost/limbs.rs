//! Fixed-width integers as little-endian arrays of 64-bit limbs: carries, octets, comparison.
//!
//! Nothing here knows a modulus. Unless a name says `vartime`, the time taken depends on the width alone.
#![expect(
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "arrays of a fixed width, indices bounded by it; halves of 128-bit products are taken by truncation"
)]

use crypto_bigint::{Odd, Uint};

/// Sum of two limbs and a carry of 0 or 1, with the carry out.
#[inline(always)]
pub(super) const fn add_carry(a: u64, b: u64, carry: u64) -> (u64, u64) {
    let (sum, first) = a.overflowing_add(b);
    let (sum, second) = sum.overflowing_add(carry);
    (sum, (first | second) as u64)
}

/// Difference of two limbs and a borrow of 0 or 1, with the borrow out.
#[inline(always)]
pub(super) const fn sub_borrow(a: u64, b: u64, borrow: u64) -> (u64, u64) {
    let (difference, first) = a.overflowing_sub(b);
    let (difference, second) = difference.overflowing_sub(borrow);
    (difference, (first | second) as u64)
}

/// `acc + a * b + carry` as low and high limb; it cannot overflow 128 bits.
#[inline(always)]
pub(super) const fn mul_add(acc: u64, a: u64, b: u64, carry: u64) -> (u64, u64) {
    let wide = (a as u128) * (b as u128) + (acc as u128) + (carry as u128);
    (wide as u64, (wide >> 64) as u64)
}

/// Sum and the carry out of the top limb.
pub(super) const fn add<const N: usize>(a: &[u64; N], b: &[u64; N]) -> ([u64; N], u64) {
    let mut sum = [0; N];
    let mut carry = 0;
    let mut i = 0;
    while i < N {
        (sum[i], carry) = add_carry(a[i], b[i], carry);
        i += 1;
    }
    (sum, carry)
}

/// Difference and the borrow out of the top limb: 1 exactly when `a < b`.
pub(super) const fn sub<const N: usize>(a: &[u64; N], b: &[u64; N]) -> ([u64; N], u64) {
    let mut difference = [0; N];
    let mut borrow = 0;
    let mut i = 0;
    while i < N {
        (difference[i], borrow) = sub_borrow(a[i], b[i], borrow);
        i += 1;
    }
    (difference, borrow)
}

/// `b` when `mask` is all ones, `a` when it is zero.
pub(super) const fn select<const N: usize>(a: &[u64; N], b: &[u64; N], mask: u64) -> [u64; N] {
    let mut out = [0; N];
    let mut i = 0;
    while i < N {
        out[i] = a[i] ^ (mask & (a[i] ^ b[i]));
        i += 1;
    }
    out
}

/// Whether `a` is below `b`.
pub(super) const fn is_below<const N: usize>(a: &[u64; N], b: &[u64; N]) -> bool {
    sub(a, b).1 == 1
}

/// Whether all limbs are zero.
pub(super) fn is_zero<const N: usize>(a: &[u64; N]) -> bool {
    a.iter().fold(0, |all, limb| all | *limb) == 0
}

/// The bit of weight `2^index`; zero beyond the width.
pub(super) fn bit<const N: usize>(a: &[u64; N], index: usize) -> u64 {
    a.get(index / 64).map_or(0, |limb| (limb >> (index % 64)) & 1)
}

/// The `count` bits from `index` on as a number, for a count of 1 to 63; those beyond the width are zero.
pub(super) fn bits<const N: usize>(a: &[u64; N], index: usize, count: u32) -> u64 {
    let shift = index % 64;
    let low = a.get(index / 64).map_or(0, |limb| limb >> shift);
    // Shifted in two steps, since a shift by 64 is none.
    let high = a.get(index / 64 + 1).map_or(0, |limb| (limb << 1) << (63 - shift));
    (low | high) & ((1 << count) - 1)
}

/// 1/`a` modulo the odd `modulus`, or `None` when there is none.
pub(super) fn invert_vartime<const N: usize>(a: &[u64; N], modulus: &[u64; N]) -> Option<[u64; N]> {
    let modulus: Odd<Uint<N>> = Option::from(Uint::from_words(*modulus).to_odd())?;
    let inverse: Uint<N> = Option::from(Uint::from_words(*a).invert_odd_mod_vartime(&modulus))?;
    Some(inverse.to_words())
}

/// Number of octets of an `N`-limb integer.
pub(super) const fn octets(limbs: usize) -> usize {
    limbs * 8
}

/// The integer whose little-endian octets are `bytes`, or `None` when there are not exactly `8 * N` of them.
pub(super) fn from_le_bytes<const N: usize>(bytes: &[u8]) -> Option<[u64; N]> {
    let (chunks, rest) = bytes.as_chunks::<8>();
    if chunks.len() != N || !rest.is_empty() {
        return None;
    }
    let mut out = [0; N];
    for (limb, chunk) in out.iter_mut().zip(chunks) {
        *limb = u64::from_le_bytes(*chunk);
    }
    Some(out)
}

/// Appends the `8 * N` little-endian octets of `a`.
pub(super) fn push_le_bytes<const N: usize>(a: &[u64; N], out: &mut Vec<u8>) {
    for limb in a {
        out.extend_from_slice(&limb.to_le_bytes());
    }
}

/// The integer written as `16 * N` big-endian hexadecimal digits; for constants, where a wrong digit stops the build.
pub(super) const fn from_hex<const N: usize>(digits: &str) -> [u64; N] {
    let digits = digits.as_bytes();
    assert!(digits.len() == N * 16, "one limb is sixteen digits");
    let mut out = [0; N];
    let mut i = 0;
    while i < digits.len() {
        let value = match digits[i] {
            digit @ b'0'..=b'9' => digit - b'0',
            digit => {
                assert!(digit >= b'A' && digit <= b'F', "not an upper-case hexadecimal digit");
                digit - b'A' + 10
            }
        };
        let limb = N - 1 - i / 16;
        out[limb] = (out[limb] << 4) | value as u64;
        i += 1;
    }
    out
}
