//! Arithmetic modulo the group order q, in Montgomery products; numbers in and out are plain integers.
//!
//! `add`, `sub` and `mul` take the same time whatever the operands, since signing runs them on the key and the nonce.
//! What is named `vartime` is for numbers anybody may know.
#![expect(
    clippy::indexing_slicing,
    clippy::needless_range_loop,
    reason = "arrays of a fixed width, indices bounded by it"
)]

use super::limbs::{self, add_carry, mul_add};

/// A group order with what Montgomery multiplication needs to know of it.
pub(super) struct Order<const N: usize> {
    q: [u64; N],
    /// 2^(128·N) mod q: a Montgomery product with it undoes the division by 2^(64·N).
    r_squared: [u64; N],
    /// −1/q modulo 2^64.
    negated_inverse: u64,
}

impl<const N: usize> Order<N> {
    /// Prepares the odd order `q`.
    pub(super) const fn new(q: [u64; N]) -> Self {
        // Each step doubles the number of right bits of the inverse, from the three that q has of itself.
        let mut inverse = q[0];
        let mut step = 0;
        while step < 5 {
            inverse = inverse.wrapping_mul(2u64.wrapping_sub(q[0].wrapping_mul(inverse)));
            step += 1;
        }
        let mut r_squared = [0; N];
        r_squared[0] = 1;
        let mut doubled = 0;
        while doubled < 128 * N {
            r_squared = add_mod(&r_squared, &r_squared, &q);
            doubled += 1;
        }
        Self { q, r_squared, negated_inverse: 0u64.wrapping_sub(inverse) }
    }

    /// q itself.
    pub(super) const fn modulus(&self) -> &[u64; N] {
        &self.q
    }

    /// Number of bits of the top limb above the highest bit of q.
    pub(super) const fn top_zeros(&self) -> u32 {
        self.q[N - 1].leading_zeros()
    }

    /// Whether 0 < `value` < q, the range of keys, nonces and both halves of a signature.
    pub(super) fn is_in_range(&self, value: &[u64; N]) -> bool {
        limbs::is_below(value, &self.q) & !limbs::is_zero(value)
    }

    /// `value` mod q. All our orders are above 2^(64·N − 2), so at most four subtractions are made.
    pub(super) fn reduce_vartime(&self, mut value: [u64; N]) -> [u64; N] {
        loop {
            let (reduced, borrow) = limbs::sub(&value, &self.q);
            if borrow == 1 {
                return value;
            }
            value = reduced;
        }
    }

    /// `a + b` mod q, both below q.
    pub(super) fn add(&self, a: &[u64; N], b: &[u64; N]) -> [u64; N] {
        add_mod(a, b, &self.q)
    }

    /// −`a` mod q, for `a` below q.
    pub(super) fn neg(&self, a: &[u64; N]) -> [u64; N] {
        let (negated, borrow) = limbs::sub(&[0; N], a);
        let (wrapped, _) = limbs::add(&negated, &self.q);
        limbs::select(&negated, &wrapped, 0u64.wrapping_sub(borrow))
    }

    /// `a · b` mod q, one of them below q.
    pub(super) fn mul(&self, a: &[u64; N], b: &[u64; N]) -> [u64; N] {
        self.montgomery_product(&self.montgomery_product(a, b), &self.r_squared)
    }

    /// 1/`a` mod q, or `None` for zero.
    pub(super) fn invert_vartime(&self, a: &[u64; N]) -> Option<[u64; N]> {
        limbs::invert_vartime(a, &self.q)
    }

    /// `a · b / 2^(64·N)` mod q, one of them below q.
    fn montgomery_product(&self, a: &[u64; N], b: &[u64; N]) -> [u64; N] {
        let mut acc = [0; N];
        let mut top = 0;
        for i in 0..N {
            let mut carry = 0;
            for j in 0..N {
                (acc[j], carry) = mul_add(acc[j], a[i], b[j], carry);
            }
            let (sum, overflow) = add_carry(top, carry, 0);
            // The multiple of q that clears the lowest limb, which is then dropped.
            let factor = acc[0].wrapping_mul(self.negated_inverse);
            let (_, mut carry) = mul_add(acc[0], factor, self.q[0], 0);
            for j in 1..N {
                (acc[j - 1], carry) = mul_add(acc[j], factor, self.q[j], carry);
            }
            (acc[N - 1], carry) = add_carry(sum, carry, 0);
            top = overflow + carry;
        }
        subtract_once(&acc, top, &self.q)
    }
}

/// `a + b` mod q, both below q.
const fn add_mod<const N: usize>(a: &[u64; N], b: &[u64; N], q: &[u64; N]) -> [u64; N] {
    let (sum, carry) = limbs::add(a, b);
    subtract_once(&sum, carry, q)
}

/// `value + top · 2^(64·N)`, which is below 2·q, reduced to below q.
const fn subtract_once<const N: usize>(value: &[u64; N], top: u64, q: &[u64; N]) -> [u64; N] {
    let (reduced, borrow) = limbs::sub(value, q);
    // Below q only when the subtraction borrows and there is no limb above to borrow from.
    let keep = borrow & (1 ^ top);
    limbs::select(&reduced, value, 0u64.wrapping_sub(keep))
}
