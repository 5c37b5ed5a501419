//! Sums of multiples of public points. Variable time: for verification and parsing only.
//!
//! A factor of N limbs is N factors of one limb each, for the point times 2^0, 2^64, 2^128 and so on. Where a table
//! has the odd multiples of all of these, 64 doublings serve all limbs of all factors; a point without such a table
//! takes 64 · N of them. The base point's table is made once, a key's when it verifies often.

use super::curve::CurveSpec;
use super::point::{Affine, Jacobian, to_affine};
use super::wnaf::{self, Wnaf};

/// Width of the signed digits of a factor of a point that has no table.
const COLD_WINDOW: u32 = 5;
/// Width for a key with a table: it holds `N` times 16 points, 16 KiB for the wide curve and 4 KiB for the others.
const KEY_WINDOW: u32 = 6;
/// Width for the base point: `N` times 128 points, 128 KiB or 32 KiB.
const BASE_WINDOW: u32 = 9;
const _: () =
    assert!(COLD_WINDOW <= wnaf::WINDOW_MAX && KEY_WINDOW <= wnaf::WINDOW_MAX && BASE_WINDOW <= wnaf::WINDOW_MAX);

/// Odd multiples of a point of order q times 2^(64·i), for each limb i of a factor.
pub(super) struct LimbMultiples<const N: usize, const C: u64> {
    window: u32,
    points: Vec<Affine<N, C>>,
}

/// The digits of a factor of one point, and the point's odd multiples.
struct Term<'a, const N: usize, const C: u64> {
    digits: Wnaf,
    multiples: &'a [Affine<N, C>],
}

impl<const N: usize, const C: u64> LimbMultiples<N, C> {
    /// The table of a key.
    pub(super) fn of_key(key: &Affine<N, C>, spec: &CurveSpec<N, C>) -> Self {
        Self::new(key, KEY_WINDOW, spec)
    }

    fn of_base(spec: &CurveSpec<N, C>) -> Self {
        Self::new(&spec.base, BASE_WINDOW, spec)
    }

    fn new(point: &Affine<N, C>, window: u32, spec: &CurveSpec<N, C>) -> Self {
        let mut points = Vec::with_capacity(N << (window - 2));
        let mut power = point.to_jacobian();
        for limb in 0..N {
            if limb > 0 {
                power = (0..64).fold(power, |point, _| point.double(spec));
            }
            points.extend(odd_multiples(power, window, spec));
        }
        Self { window, points: to_affine(&points) }
    }

    /// The terms of this point times `factor`, one for each limb.
    fn terms<'a>(&'a self, factor: &[u64; N]) -> impl Iterator<Item = Term<'a, N, C>> {
        let limbs = factor.map(|limb| Wnaf::new(&[limb], self.window));
        limbs.into_iter().zip(self.points.chunks(1 << (self.window - 2))).map(Term::from)
    }
}

impl<'a, const N: usize, const C: u64> From<(Wnaf, &'a [Affine<N, C>])> for Term<'a, N, C> {
    fn from((digits, multiples): (Wnaf, &'a [Affine<N, C>])) -> Self {
        Self { digits, multiples }
    }
}

/// `base_factor · G + key_factor · key`; the factors may be any integers of the width, the key is of order q.
pub(super) fn double_multiple<const N: usize, const C: u64>(
    spec: &CurveSpec<N, C>,
    base_factor: &[u64; N],
    key: &Affine<N, C>,
    key_factor: &[u64; N],
) -> Jacobian<N, C> {
    let key_multiples = to_affine(&odd_multiples(key.to_jacobian(), COLD_WINDOW, spec).collect::<Vec<_>>());
    let key_term = Term { digits: Wnaf::new(key_factor, COLD_WINDOW), multiples: &key_multiples };
    let terms: Vec<_> = base_multiples(spec).terms(base_factor).chain([key_term]).collect();
    sum(spec, &terms)
}

/// `base_factor · G + key_factor · key` for the key that `key_multiples` belong to; any factors.
pub(super) fn double_multiple_of_known<const N: usize, const C: u64>(
    spec: &CurveSpec<N, C>,
    base_factor: &[u64; N],
    key_multiples: &LimbMultiples<N, C>,
    key_factor: &[u64; N],
) -> Jacobian<N, C> {
    let terms: Vec<_> = base_multiples(spec).terms(base_factor).chain(key_multiples.terms(key_factor)).collect();
    sum(spec, &terms)
}

/// `factor · point` for a point of the curve of any order, even a small one.
pub(super) fn multiple_of_any<const N: usize, const C: u64>(
    point: &Affine<N, C>,
    factor: &[u64; N],
    spec: &CurveSpec<N, C>,
) -> Jacobian<N, C> {
    // The narrowest window needs the point alone: of a small order, its further multiples might be infinite.
    sum(spec, &[Term { digits: Wnaf::new(factor, 2), multiples: std::slice::from_ref(point) }])
}

fn base_multiples<const N: usize, const C: u64>(spec: &CurveSpec<N, C>) -> &LimbMultiples<N, C> {
    spec.base_multiples.get_or_init(|| LimbMultiples::of_base(spec))
}

/// The sum of all terms; the doublings are shared.
fn sum<const N: usize, const C: u64>(spec: &CurveSpec<N, C>, terms: &[Term<'_, N, C>]) -> Jacobian<N, C> {
    let length = terms.iter().map(|term| term.digits.len()).max().unwrap_or(0);
    let mut sum = Jacobian::INFINITY;
    for position in (0..length).rev() {
        sum = sum.double(spec);
        for term in terms {
            let Some((index, negative)) = term.digits.table_entry(position) else { continue };
            let Some(multiple) = term.multiples.get(index) else { continue };
            sum = if negative { sum.add_affine(&multiple.neg(), spec) } else { sum.add_affine(multiple, spec) };
        }
    }
    sum
}

/// `point` times 1, 3, 5, … up to 2^(window − 1) − 1. The point is of order q, so all of these are finite.
fn odd_multiples<const N: usize, const C: u64>(
    point: Jacobian<N, C>,
    window: u32,
    spec: &CurveSpec<N, C>,
) -> impl Iterator<Item = Jacobian<N, C>> {
    let twice = point.double(spec);
    std::iter::successors(Some(point), move |last| Some(last.add(&twice, spec))).take(1 << (window - 2))
}
