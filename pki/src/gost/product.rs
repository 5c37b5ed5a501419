//! Products and squares of limbs, and their folding back to the width of the field.
//!
//! The lower and the upper halves of a row's limb products are added in two separate chains of carries, each of which
//! the compiler turns into a run of add-with-carry: that is twice as fast as one chain through 128-bit sums. Loops are
//! written out, because the optimiser does not unroll nested ones of this size by itself. Nothing branches on a limb.
#![expect(
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::absurd_extreme_comparisons,
    reason = "arrays of a fixed width, indices bounded by it; carries are widened; a written-out loop begins at zero"
)]

/// Most limbs a factor has.
pub(super) const LIMBS_MAX: usize = 8;

/// The limbs of a product; those above twice the width are not used.
pub(super) type Wide = [u64; 2 * LIMBS_MAX];

/// Repeats a block with a constant in place of a loop variable.
macro_rules! for_each_limb {
    ($i:ident < $n:ident, $body:block) => {
        for_each_limb!(@ $i, $n, $body, 0 1 2 3 4 5 6 7)
    };
    (@ $i:ident, $n:ident, $body:block, $($index:literal)*) => {
        $({
            const $i: usize = $index;
            if $i < $n $body
        })*
    };
}

/// `a · b`.
#[inline(always)]
pub(super) fn multiply<const N: usize>(a: &[u64; N], b: &[u64; N]) -> Wide {
    let mut wide = [0; 2 * LIMBS_MAX];
    for_each_limb!(I < N, { add_row(&mut wide, I, 0, a[I], b) });
    wide
}

/// `a · a`: the products of two different limbs once, doubled, and the squares of the limbs.
#[inline(always)]
pub(super) fn square<const N: usize>(a: &[u64; N]) -> Wide {
    let mut wide = [0; 2 * LIMBS_MAX];
    for_each_limb!(I < N, {
        if I + 1 < N {
            add_row(&mut wide, I, I + 1, a[I], a);
        }
    });
    let mut doubling = false;
    for_each_limb!(I < N, {
        let (even, odd) = (wide[2 * I], wide[2 * I + 1]);
        (wide[2 * I], doubling) = even.carrying_add(even, doubling);
        (wide[2 * I + 1], doubling) = odd.carrying_add(odd, doubling);
    });
    let mut carry = false;
    for_each_limb!(I < N, {
        let (low, high) = a[I].carrying_mul(a[I], 0);
        (wide[2 * I], carry) = wide[2 * I].carrying_add(low, carry);
        (wide[2 * I + 1], carry) = wide[2 * I + 1].carrying_add(high, carry);
    });
    debug_assert!(!doubling && !carry, "a square has no more limbs than that");
    wide
}

/// Adds `factor · b · 2^(64·at)`, `b` without its limbs below `from`, and writes the limb above.
#[inline(always)]
fn add_row<const N: usize>(wide: &mut Wide, at: usize, from: usize, factor: u64, b: &[u64; N]) {
    let mut products = [(0, 0); N];
    for_each_limb!(J < N, {
        if J >= from {
            products[J] = b[J].carrying_mul(factor, 0);
        }
    });
    let mut low_carry = false;
    for_each_limb!(J < N, {
        if J >= from {
            (wide[at + J], low_carry) = wide[at + J].carrying_add(products[J].0, low_carry);
        }
    });
    let mut high_carry = false;
    for_each_limb!(J < N, {
        if J >= from && J + 1 < N {
            (wide[at + J + 1], high_carry) = wide[at + J + 1].carrying_add(products[J].1, high_carry);
        }
    });
    // The row with what was there is below 2^(64·(N + 1)), so the highest limb takes both carries.
    wide[at + N] = products[N - 1].1.wrapping_add(low_carry as u64).wrapping_add(high_carry as u64);
}

/// The lower 2·N limbs of `wide` as N limbs, congruent modulo 2^(64·N) − `factor`, for a factor below 2^10.
#[inline(always)]
pub(super) fn fold<const N: usize>(wide: &Wide, factor: u64) -> [u64; N] {
    let mut products = [(0, 0); N];
    for_each_limb!(I < N, { products[I] = wide[N + I].carrying_mul(factor, 0) });
    let mut out = [0; N];
    let mut low_carry = false;
    for_each_limb!(I < N, { (out[I], low_carry) = wide[I].carrying_add(products[I].0, low_carry) });
    let mut high_carry = false;
    for_each_limb!(I < N, {
        if I + 1 < N {
            (out[I + 1], high_carry) = out[I + 1].carrying_add(products[I].1, high_carry);
        }
    });
    // At most `factor`, so its product with it fits the lowest limb with room to spare.
    let top = products[N - 1].1 + low_carry as u64 + high_carry as u64;
    let mut addend = top * factor;
    let mut carry = false;
    for_each_limb!(I < N, {
        (out[I], carry) = out[I].carrying_add(addend, carry);
        addend = 0;
    });
    // An overflow leaves less than the square of `factor` behind, so this addition cannot carry.
    out[0] = out[0].wrapping_add(factor & 0u64.wrapping_sub(carry as u64));
    out
}
