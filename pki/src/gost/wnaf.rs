//! Numbers as sparse signed digits, so that a multiplication needs few additions. Variable time: public numbers only.

use super::limbs;

/// Widest window whose digits fit an `i8`.
pub(super) const WINDOW_MAX: u32 = 8;

/// Digits of weight 2^position, each zero or odd and below 2^(window − 1) in magnitude; of any `window` neighbours at
/// most one is not zero.
pub(super) struct Wnaf(Vec<i8>);

impl Wnaf {
    /// The digits of `number`, for a window of 2 to [`WINDOW_MAX`].
    pub(super) fn new<const N: usize>(number: &[u64; N], window: u32) -> Self {
        let mut digits = Vec::with_capacity(64 * N + 1);
        let mut carry = 0;
        // One position past the width, for the last carry.
        while digits.len() <= 64 * N {
            let position = digits.len();
            if limbs::bit(number, position) == carry {
                digits.push(0);
                continue;
            }
            let chunk = (0..).zip(position..).take(window.try_into().unwrap_or(0));
            let chunk = chunk.fold(carry, |sum, (shift, at): (u32, usize)| sum + (limbs::bit(number, at) << shift));
            carry = chunk >> (window - 1);
            let digit = i16::try_from(chunk).unwrap_or(0) - i16::from(carry == 1) * (1 << window);
            digits.push(i8::try_from(digit).unwrap_or(0));
            digits.extend((1..window).map(|_| 0));
        }
        let significant = digits.iter().rposition(|digit| *digit != 0).map_or(0, |last| last + 1);
        digits.truncate(significant);
        Self(digits)
    }

    /// Number of positions up to the highest digit that is not zero.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Where a table of the odd multiples 1, 3, 5, … has the digit at `position`, and whether the digit is negative;
    /// `None` for zero.
    pub(super) fn table_entry(&self, position: usize) -> Option<(usize, bool)> {
        let digit = *self.0.get(position)?;
        (digit != 0).then(|| (usize::from(digit.unsigned_abs() / 2), digit < 0))
    }
}
