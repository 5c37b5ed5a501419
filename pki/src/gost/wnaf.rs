//! Numbers as sparse signed digits, so that a multiplication needs few additions. Variable time: public numbers only.

use super::limbs;

/// Widest window.
pub(super) const WINDOW_MAX: u32 = 12;

/// Digits of weight 2^position, each zero or odd and below 2^(window − 1) in magnitude; of any `window` neighbours at
/// most one is not zero.
pub(super) struct Wnaf(Vec<i16>);

impl Wnaf {
    /// The digits of `number`, for a window of 2 to [`WINDOW_MAX`].
    pub(super) fn new<const N: usize>(number: &[u64; N], window: u32) -> Self {
        let window = window.clamp(2, WINDOW_MAX);
        // One position past the width, for the last carry.
        let mut digits = vec![0; 64 * N + 1];
        let mut carry = 0;
        let mut position = 0;
        let mut significant = 0;
        while let Some(digit) = digits.get_mut(position) {
            if limbs::bit(number, position) == carry {
                position += 1;
                continue;
            }
            // Odd: the carry and the lowest bit differ.
            let chunk = limbs::bits(number, position, window) + carry;
            carry = chunk >> (window - 1);
            *digit = i16::try_from(chunk).unwrap_or(0) - i16::from(carry == 1) * (1 << window);
            significant = position + 1;
            position = significant + usize::try_from(window - 1).unwrap_or(0);
        }
        digits.truncate(significant);
        Self(digits)
    }

    /// Number of positions up to the highest digit that is not zero.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Where a table of the odd multiples 1, 3, 5, … has the digit at `position`, and whether the digit is negative;
    /// `None` for zero.
    #[inline]
    pub(super) fn table_entry(&self, position: usize) -> Option<(usize, bool)> {
        let digit = *self.0.get(position)?;
        (digit != 0).then(|| (usize::from(digit.unsigned_abs() / 2), digit < 0))
    }
}
