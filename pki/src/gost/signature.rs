//! Keys and signatures over a field of a given width.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use sha2::{Digest as _, Sha512};
use zeroize::Zeroizing;

use super::complete::base_multiple;
use super::curve::CurveSpec;
use super::field::Field;
use super::multiples::{LimbMultiples, double_multiple, double_multiple_of_known};
use super::point::Affine;
use super::{Curve, GostKeyError, limbs};
use crate::random::SecureRandom;

/// Numbers drawn before a random source is called broken. On no curve is more than half of what is drawn out of range.
const SCALAR_ATTEMPTS_MAX: u32 = 128;
/// Keeps the nonces apart from any other hash of the same key.
const NONCE_LABEL: &[u8] = b"qolhat GOST 34.10 nonce v1";
/// Verifications without a table before a key gets one. Making a table costs about as much as one of them, and with it
/// a verification costs half or a third: a key used more often than this is likely to be used again and again.
const COLD_USES_MAX: u32 = 3;

#[derive(Clone)]
pub(super) struct PublicPoint<const N: usize, const C: u64> {
    spec: &'static CurveSpec<N, C>,
    point: Affine<N, C>,
    known: Arc<Known<N, C>>,
}

/// What a key and its clones learn from being used. It changes how fast a signature is verified, nothing else.
struct Known<const N: usize, const C: u64> {
    /// Verifications begun without a table; stands still once there is one.
    cold_uses: AtomicU32,
    multiples: OnceLock<LimbMultiples<N, C>>,
}

impl<const N: usize, const C: u64> PublicPoint<N, C> {
    pub(super) fn from_le_bytes(spec: &'static CurveSpec<N, C>, xy: &[u8]) -> Result<Self, GostKeyError> {
        let (x, y) =
            split_halves(xy).ok_or(GostKeyError::Length { expected: 2 * limbs::octets(N), actual: xy.len() })?;
        let x = Field::from_canonical(x).ok_or(GostKeyError::CoordinateOutOfRange)?;
        let y = Field::from_canonical(y).ok_or(GostKeyError::CoordinateOutOfRange)?;
        let point = Affine { x, y };
        if !point.is_on_curve(spec) {
            return Err(GostKeyError::NotOnCurve);
        }
        if !point.is_in_subgroup(spec) {
            return Err(GostKeyError::NotInSubgroup);
        }
        Ok(Self::new(spec, point))
    }

    fn new(spec: &'static CurveSpec<N, C>, point: Affine<N, C>) -> Self {
        let known = Known { cold_uses: AtomicU32::new(0), multiples: OnceLock::new() };
        Self { spec, point, known: Arc::new(known) }
    }

    /// A key that was not checked, to test what no checked key reaches.
    #[cfg(test)]
    pub(super) fn unchecked(spec: &'static CurveSpec<N, C>, point: Affine<N, C>) -> Self {
        Self::new(spec, point)
    }

    /// Makes the table of the key's multiples, unless it is there.
    pub(super) fn prepare(&self) -> &LimbMultiples<N, C> {
        self.known.multiples.get_or_init(|| LimbMultiples::of_key(&self.point, self.spec))
    }

    pub(super) fn is_prepared(&self) -> bool {
        self.known.multiples.get().is_some()
    }

    /// The table, if there is one or the key has been used so often that it is worth making.
    fn multiples(&self) -> Option<&LimbMultiples<N, C>> {
        self.known.multiples.get().or_else(|| {
            let uses = self.known.cold_uses.fetch_add(1, Ordering::Relaxed);
            (uses >= COLD_USES_MAX).then(|| self.prepare())
        })
    }

    pub(super) fn to_le_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(2 * limbs::octets(N));
        limbs::push_le_bytes(&self.point.x.to_canonical(), &mut out);
        limbs::push_le_bytes(&self.point.y.to_canonical(), &mut out);
        out
    }

    pub(super) fn curve(&self) -> Curve {
        self.spec.curve
    }

    pub(super) fn verify(&self, digest: &[u8], signature: &[u8]) -> bool {
        self.verify_parsed(digest, signature).unwrap_or(false)
    }

    /// `None` for what is no signature at all.
    fn verify_parsed(&self, digest: &[u8], signature: &[u8]) -> Option<bool> {
        let order = &self.spec.order;
        let (r, s) = split_halves(signature)?;
        if !order.is_in_range(&r) || !order.is_in_range(&s) {
            return None;
        }
        let e_inverse = order.invert_vartime(&digest_number(self.spec, digest)?)?;
        let base_factor = order.mul(&s, &e_inverse);
        let key_factor = order.neg(&order.mul(&r, &e_inverse));
        let point = match self.multiples() {
            Some(known) => double_multiple_of_known(self.spec, &base_factor, known, &key_factor),
            None => double_multiple(self.spec, &base_factor, &self.point, &key_factor),
        };

        // r is the abscissa modulo q. Rather than divide the point's x, try every abscissa r stands for:
        // one or, for the curve of cofactor 4, up to four.
        let mut candidate = r;
        loop {
            if point.has_x(&Field::from_canonical(candidate)?) {
                return Some(true);
            }
            let (next, overflow) = limbs::add(&candidate, order.modulus());
            if overflow == 1 {
                return Some(false);
            }
            candidate = next;
        }
    }
}

pub(super) struct SecretScalar<const N: usize, const C: u64> {
    spec: &'static CurveSpec<N, C>,
    scalar: Zeroizing<[u64; N]>,
}

impl<const N: usize, const C: u64> SecretScalar<N, C> {
    pub(super) fn from_le_bytes(spec: &'static CurveSpec<N, C>, scalar: &[u8]) -> Result<Self, GostKeyError> {
        let parsed = limbs::from_le_bytes(scalar).map(Zeroizing::new);
        let scalar = parsed.ok_or(GostKeyError::Length { expected: limbs::octets(N), actual: scalar.len() })?;
        if !spec.order.is_in_range(&scalar) {
            return Err(GostKeyError::ScalarOutOfRange);
        }
        Ok(Self { spec, scalar })
    }

    pub(super) fn generate(spec: &'static CurveSpec<N, C>, rng: &mut dyn SecureRandom) -> Result<Self, GostKeyError> {
        let mut drawn = Zeroizing::new(vec![0; limbs::octets(N)]);
        for _ in 0..SCALAR_ATTEMPTS_MAX {
            rng.fill(&mut drawn);
            if let Some(scalar) = scalar_in_range(spec, &drawn) {
                return Ok(Self { spec, scalar });
            }
        }
        Err(GostKeyError::RandomSource)
    }

    pub(super) fn to_le_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut out = Zeroizing::new(Vec::with_capacity(limbs::octets(N)));
        limbs::push_le_bytes(&self.scalar, &mut out);
        out
    }

    pub(super) fn curve(&self) -> Curve {
        self.spec.curve
    }

    pub(super) fn public_point(&self) -> PublicPoint<N, C> {
        PublicPoint::new(self.spec, base_multiple(self.spec, &self.scalar))
    }

    /// The signature, or `None` when the digest has another width than the field.
    pub(super) fn sign(&self, digest: &[u8], rng: &mut dyn SecureRandom) -> Option<Vec<u8>> {
        let order = &self.spec.order;
        let e = digest_number(self.spec, digest)?;
        // Each turn fails with a chance of at most one half (a nonce out of range), and turns are independent even
        // when `rng` is not, because their number is part of what is hashed.
        for turn in 0u64.. {
            let Some(nonce) = self.nonce(digest, turn, rng) else { continue };
            let r = order.reduce_vartime(base_multiple(self.spec, &nonce).x.to_canonical());
            let key_part = Zeroizing::new(order.mul(&r, &self.scalar));
            let nonce_part = Zeroizing::new(order.mul(&nonce, &e));
            let s = order.add(&key_part, &nonce_part);
            if limbs::is_zero(&r) || limbs::is_zero(&s) {
                continue;
            }
            let mut signature = Vec::with_capacity(2 * limbs::octets(N));
            limbs::push_le_bytes(&r, &mut signature);
            limbs::push_le_bytes(&s, &mut signature);
            return Some(signature);
        }
        None
    }

    /// A number that neither the digest nor `rng` alone tells; `None` when it falls out of range.
    fn nonce(&self, digest: &[u8], turn: u64, rng: &mut dyn SecureRandom) -> Option<Zeroizing<[u64; N]>> {
        let mut random = Zeroizing::new([0; 64]);
        rng.fill(random.as_mut_slice());
        // Every part but the label has a width fixed by the curve, so no two inputs run together.
        let hash = Sha512::new()
            .chain_update(NONCE_LABEL)
            .chain_update(self.to_le_bytes())
            .chain_update(digest)
            .chain_update(turn.to_le_bytes())
            .chain_update(random.as_slice())
            .finalize();
        let hash = Zeroizing::new(<[u8; 64]>::from(hash));
        scalar_in_range(self.spec, hash.get(..limbs::octets(N))?)
    }
}

/// The number of `octets` without the bits above the group order's, if it is then between zero and the order.
fn scalar_in_range<const N: usize, const C: u64>(spec: &CurveSpec<N, C>, octets: &[u8]) -> Option<Zeroizing<[u64; N]>> {
    let mut scalar = Zeroizing::new(limbs::from_le_bytes(octets)?);
    if let Some(top) = scalar.last_mut() {
        *top &= u64::MAX >> spec.order.top_zeros();
    }
    spec.order.is_in_range(&scalar).then_some(scalar)
}

/// A digest as a number modulo the group order; zero counts as one. `None` for another width than the field's.
fn digest_number<const N: usize, const C: u64>(spec: &CurveSpec<N, C>, digest: &[u8]) -> Option<[u64; N]> {
    let mut number = spec.order.reduce_vartime(limbs::from_le_bytes(digest)?);
    if limbs::is_zero(&number) {
        *number.first_mut()? = 1;
    }
    Some(number)
}

/// Two little-endian numbers of the same width, one after the other.
fn split_halves<const N: usize>(octets: &[u8]) -> Option<([u64; N], [u64; N])> {
    let (first, second) = octets.split_at_checked(limbs::octets(N))?;
    Some((limbs::from_le_bytes(first)?, limbs::from_le_bytes(second)?))
}
