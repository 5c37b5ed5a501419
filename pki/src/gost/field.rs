//! Arithmetic modulo p = 2^(64·N) − C, the shape of both national primes: 2^512 − 569 and 2^256 − 617.
//!
//! A value is any N-limb integer; it stands for its residue. So every operation reduces only to below 2^(64·N):
//! what leaves the top limb comes back at the bottom times C. The unique representative below p is made where one is
//! needed, for octets and for comparison. No operation branches on a value or looks up memory by one, so the time
//! does not depend on operands; `invert` follows the bits of p, which are public.
#![expect(
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::needless_range_loop,
    reason = "arrays of a fixed width, indices bounded by it; carries are widened, halves of products truncated"
)]

use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use super::limbs;
use super::product::{self, LIMBS_MAX};

/// A residue modulo 2^(64·N) − C, for N of at most 8.
#[derive(Clone, Copy)]
pub(super) struct Field<const N: usize, const C: u64>([u64; N]);

/// The prime of the 512-bit curve, 2^512 − 569.
pub(super) type Field512 = Field<8, 569>;
/// The prime of both 256-bit curves, 2^256 − 617.
pub(super) type Field256 = Field<4, 617>;

impl<const N: usize, const C: u64> Field<N, C> {
    pub(super) const ZERO: Self = Self([0; N]);
    pub(super) const ONE: Self = Self::from_small(1);
    const FITS: () = assert!(N <= LIMBS_MAX && N > 0 && C < 1 << 10);

    /// The residue of a small number.
    pub(super) const fn from_small(value: u64) -> Self {
        let mut out = [0; N];
        out[0] = value;
        Self(out)
    }

    /// The residue of `value`, which may be p or above.
    pub(super) const fn from_limbs(value: [u64; N]) -> Self {
        Self(value)
    }

    /// The residue of `value`, or `None` when it is not below p.
    pub(super) fn from_canonical(value: [u64; N]) -> Option<Self> {
        limbs::is_below(&value, &Self::prime()).then_some(Self(value))
    }

    /// p itself.
    pub(super) const fn prime() -> [u64; N] {
        let () = Self::FITS;
        let mut out = [u64::MAX; N];
        out[0] = 0u64.wrapping_sub(C);
        out
    }

    /// The representative below p.
    pub(super) fn to_canonical(self) -> [u64; N] {
        // Adding C overflows exactly when the value is p or above, and leaves the value minus p.
        let (shifted, carry) = limbs::add(&self.0, &Self::from_small(C).0);
        limbs::select(&self.0, &shifted, 0u64.wrapping_sub(carry))
    }

    /// Whether the residue is zero; fast, for numbers anybody may know.
    #[inline]
    pub(super) fn is_zero_vartime(&self) -> bool {
        // Zero is written as 0 or as p, and hardly any other number has the lowest limb of either.
        (self.0[0] == 0 || self.0[0] == Self::prime()[0]) && (limbs::is_zero(&self.0) || self.0 == Self::prime())
    }

    pub(super) fn is_zero(&self) -> Choice {
        self.to_canonical().as_slice().ct_eq(&[0; N])
    }

    #[inline]
    pub(super) fn add(&self, other: &Self) -> Self {
        let mut out = [0; N];
        let mut carry = false;
        for i in 0..N {
            (out[i], carry) = self.0[i].carrying_add(other.0[i], carry);
        }
        let mut addend = C & mask(carry);
        carry = false;
        for limb in &mut out {
            (*limb, carry) = limb.carrying_add(addend, carry);
            addend = 0;
        }
        // A second overflow leaves less than C behind, so this addition cannot carry.
        out[0] = out[0].wrapping_add(C & mask(carry));
        Self(out)
    }

    #[inline]
    pub(super) fn sub(&self, other: &Self) -> Self {
        let mut out = [0; N];
        let mut borrow = false;
        for i in 0..N {
            (out[i], borrow) = self.0[i].borrowing_sub(other.0[i], borrow);
        }
        let mut subtrahend = C & mask(borrow);
        borrow = false;
        for limb in &mut out {
            (*limb, borrow) = limb.borrowing_sub(subtrahend, borrow);
            subtrahend = 0;
        }
        // A second underflow leaves at least 2^(64·N) − C, so this subtraction cannot borrow.
        out[0] = out[0].wrapping_sub(C & mask(borrow));
        Self(out)
    }

    pub(super) fn neg(&self) -> Self {
        Self::ZERO.sub(self)
    }

    #[inline]
    pub(super) fn double(&self) -> Self {
        self.add(self)
    }

    /// The residue that doubled gives `self`.
    #[inline]
    pub(super) fn half(&self) -> Self {
        // An odd value takes p on top, as 2^(64·N) − C; the sum is even and its bit 64·N survives in `top`.
        let odd = self.0[0] & 1;
        let mut even = [0; N];
        let mut borrow = false;
        let mut subtrahend = C & 0u64.wrapping_sub(odd);
        for i in 0..N {
            (even[i], borrow) = self.0[i].borrowing_sub(subtrahend, borrow);
            subtrahend = 0;
        }
        let top = odd.wrapping_sub(borrow as u64);
        let mut out = [0; N];
        for i in 0..N {
            let above = if i + 1 < N { even[i + 1] } else { top };
            out[i] = (even[i] >> 1) | (above << 63);
        }
        Self(out)
    }

    pub(super) fn mul(&self, other: &Self) -> Self {
        Self(product::fold(&product::multiply(&self.0, &other.0), C))
    }

    pub(super) fn square(&self) -> Self {
        Self(product::fold(&product::square(&self.0), C))
    }

    /// The inverse, or zero for zero; fast, for numbers anybody may know.
    pub(super) fn invert_vartime(&self) -> Self {
        Self(limbs::invert_vartime(&self.to_canonical(), &Self::prime()).unwrap_or([0; N]))
    }

    /// `self` squared `count` times over.
    fn square_times(&self, count: u32) -> Self {
        let mut out = *self;
        for _ in 0..count {
            out = out.square();
        }
        out
    }

    /// The inverse, or zero for zero: the power p − 2 (Fermat).
    pub(super) fn invert(&self) -> Self {
        // p − 2 is ones down to the last ten bits, and those are 2^10 − C − 2.
        const LOW_BITS: u32 = 10;
        let ones = 64 * N as u32 - LOW_BITS;
        let mut power = *self;
        let mut length = 1;
        for i in (0..ones.ilog2()).rev() {
            power = power.square_times(length).mul(&power);
            length *= 2;
            if (ones >> i) & 1 == 1 {
                power = power.square().mul(self);
                length += 1;
            }
        }
        let low = (1 << LOW_BITS) - C - 2;
        for i in (0..LOW_BITS).rev() {
            power = power.square();
            if (low >> i) & 1 == 1 {
                power = power.mul(self);
            }
        }
        power
    }
}

/// All ones when `set`, zero otherwise.
#[inline(always)]
const fn mask(set: bool) -> u64 {
    0u64.wrapping_sub(set as u64)
}

impl<const N: usize, const C: u64> ConditionallySelectable for Field<N, C> {
    fn conditional_select(a: &Self, b: &Self, choice: Choice) -> Self {
        let mut out = [0; N];
        for i in 0..N {
            out[i] = u64::conditional_select(&a.0[i], &b.0[i], choice);
        }
        Self(out)
    }
}

impl<const N: usize, const C: u64> ConstantTimeEq for Field<N, C> {
    fn ct_eq(&self, other: &Self) -> Choice {
        self.sub(other).is_zero()
    }
}
