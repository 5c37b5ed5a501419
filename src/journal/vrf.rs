//! A verifiable random function: a name for each subject that only the operator can compute, that tells nothing of the
//! subject, and of which he can prove that it is the one name that the subject has under his key. Pure.
//!
//! ECVRF-EDWARDS25519-SHA512-TAI of RFC 9381 (suite 0x03). The public key stands in the log's first entry, so nobody can
//! choose another one later; that a key gives one name alone to each input also holds against the key's own holder
//! (RFC 9381 §3.1 "full uniqueness", which is why [`VrfPublicKey::parse`] refuses keys of small order).

use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
use curve25519_dalek::scalar::{Scalar, clamp_integer};
use curve25519_dalek::traits::IsIdentity as _;
use sha2::{Digest as _, Sha512};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The suite by its name in the standard.
pub const SUITE_NAME: &str = "ECVRF-EDWARDS25519-SHA512-TAI";
/// Octets of a proof: a point, a challenge, a scalar.
pub const PROOF_BYTES: usize = 80;
/// Octets of an output.
pub const OUTPUT_BYTES: usize = 64;

const SUITE: u8 = 0x03;
const CHALLENGE_BYTES: usize = 16;

/// An output of the function.
pub type Output = [u8; OUTPUT_BYTES];

/// The secret key. Source: RFC 9381 §5.5, RFC 8032 §5.1.5.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct VrfSecretKey {
    /// Clamped, as it multiplies: not reduced.
    scalar: [u8; 32],
    nonce_prefix: [u8; 32],
    #[zeroize(skip)]
    public: VrfPublicKey,
}

impl std::fmt::Debug for VrfSecretKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "VrfSecretKey({})", hex::encode(self.public.octets))
    }
}

/// The public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VrfPublicKey {
    octets: [u8; 32],
    point: EdwardsPoint,
}

impl VrfSecretKey {
    /// The key that 32 secret octets stand for.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let mut expanded: [u8; 64] = Sha512::digest(seed).into();
        let (mut scalar, mut nonce_prefix) = ([0_u8; 32], [0_u8; 32]);
        for (index, octet) in expanded.iter().enumerate() {
            let half = if index < 32 { &mut scalar } else { &mut nonce_prefix };
            if let Some(place) = half.get_mut(index % 32) {
                *place = *octet;
            }
        }
        expanded.zeroize();
        let scalar = clamp_integer(scalar);
        let point = EdwardsPoint::mul_base(&Scalar::from_bytes_mod_order(scalar));
        Self { scalar, nonce_prefix, public: VrfPublicKey { octets: point.compress().to_bytes(), point } }
    }

    /// Its public key.
    #[must_use]
    pub fn public(&self) -> VrfPublicKey {
        self.public
    }

    fn scalar(&self) -> Scalar {
        Scalar::from_bytes_mod_order(self.scalar)
    }

    /// The output for `alpha` without a proof: half the work.
    #[must_use]
    pub fn output(&self, alpha: &[u8]) -> Output {
        to_output(&(self.scalar() * self.public.point_of(alpha)))
    }

    /// The proof that the output for `alpha` is what it is. Source: RFC 9381 §5.1.
    #[must_use]
    pub fn prove(&self, alpha: &[u8]) -> [u8; PROOF_BYTES] {
        let base = self.public.point_of(alpha);
        let gamma = self.scalar() * base;
        // §5.4.2.2: the nonce is that of RFC 8032, of the point and not of the input.
        let mut hasher = Sha512::new();
        hasher.update(self.nonce_prefix);
        hasher.update(base.compress().as_bytes());
        let nonce = Scalar::from_bytes_mod_order_wide(&hasher.finalize().into());
        let challenge = challenge(&[self.public.point, base, gamma, EdwardsPoint::mul_base(&nonce), nonce * base]);
        let answer = nonce + to_scalar(&challenge) * self.scalar();
        let octets = gamma.compress().to_bytes().into_iter().chain(challenge).chain(answer.to_bytes());
        let mut proof = [0_u8; PROOF_BYTES];
        for (place, octet) in proof.iter_mut().zip(octets) {
            *place = octet;
        }
        proof
    }
}

impl VrfPublicKey {
    /// Reads a key; `None` for what is no point in its one encoding, or a point of small order (RFC 9381 §5.4.5): such a
    /// key would prove the same output for every input.
    #[must_use]
    pub fn parse(octets: &[u8; 32]) -> Option<Self> {
        let point = to_point(octets)?;
        (!point.is_small_order()).then_some(Self { octets: *octets, point })
    }

    /// Its encoding.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 32] {
        self.octets
    }

    /// The output for `alpha` that `proof` proves; `None` when it proves nothing. Source: RFC 9381 §5.3.
    #[must_use]
    pub fn verify(&self, alpha: &[u8], proof: &[u8; PROOF_BYTES]) -> Option<Output> {
        let (gamma, rest) = proof.split_first_chunk::<32>()?;
        let (told, answer) = rest.split_first_chunk::<CHALLENGE_BYTES>()?;
        let gamma = to_point(gamma)?;
        // Not below the group's order: a second encoding of the same proof.
        let answer: Option<Scalar> = Scalar::from_canonical_bytes(answer.try_into().ok()?).into();
        let (answer, c) = (answer?, to_scalar(told));
        let base = self.point_of(alpha);
        let u = EdwardsPoint::mul_base(&answer) - c * self.point;
        let v = answer * base - c * gamma;
        (challenge(&[self.point, base, gamma, u, v]) == *told).then(|| to_output(&gamma))
    }

    /// The point that stands for `alpha`: try and increment. Source: RFC 9381 §5.4.1.1.
    fn point_of(&self, alpha: &[u8]) -> EdwardsPoint {
        // Each try fails by chance one time in two: that 256 fail will not be seen.
        for counter in 0..=u8::MAX {
            let mut hasher = Sha512::new();
            hasher.update([SUITE, 0x01]);
            hasher.update(self.octets);
            hasher.update(alpha);
            hasher.update([counter, 0x00]);
            let hash: [u8; 64] = hasher.finalize().into();
            let point = hash.first_chunk::<32>().and_then(to_point).map(|point| point.mul_by_cofactor());
            if let Some(point) = point.filter(|point| !point.is_identity()) {
                return point;
            }
        }
        EdwardsPoint::default()
    }
}

/// A point in its one encoding: a coordinate past the prime, or the sign of zero, is no second one. Source: RFC 8032 §5.1.3.
fn to_point(octets: &[u8; 32]) -> Option<EdwardsPoint> {
    is_its_one_encoding(octets).then(|| CompressedEdwardsY(*octets).decompress())?
}

/// Told by the octets alone: to encode a point again, which tells it too, takes as long as to decode it.
fn is_its_one_encoding(octets: &[u8; 32]) -> bool {
    /// The prime 2^255 - 19, lowest octet first: its first octet, those between, its last.
    const PRIME: (u8, u8, u8) = (0xed, 0xff, 0x7f);
    let [first, between @ .., last] = octets;
    let (is_negative, last) = (last >> 7 == 1, last & 0x7f);
    let is_near_prime = last == PRIME.2 && between.iter().all(|octet| *octet == PRIME.1);
    let is_past = is_near_prime && *first >= PRIME.0;
    // The points whose other coordinate is zero, which has no sign: those at 1 and at -1.
    let is_one = *first == 1 && last == 0 && between.iter().all(|octet| *octet == 0);
    let is_minus_one = is_near_prime && *first == PRIME.0 - 1;
    !(is_past || is_negative && (is_one || is_minus_one))
}

fn to_scalar(challenge: &[u8; CHALLENGE_BYTES]) -> Scalar {
    Scalar::from(u128::from_le_bytes(*challenge))
}

/// Source: RFC 9381 §5.4.3.
fn challenge(points: &[EdwardsPoint; 5]) -> [u8; CHALLENGE_BYTES] {
    let mut hasher = Sha512::new();
    hasher.update([SUITE, 0x02]);
    for point in points {
        hasher.update(point.compress().as_bytes());
    }
    hasher.update([0x00]);
    let hash: [u8; 64] = hasher.finalize().into();
    hash.first_chunk::<CHALLENGE_BYTES>().copied().unwrap_or_default()
}

/// Source: RFC 9381 §5.2.
fn to_output(gamma: &EdwardsPoint) -> Output {
    let mut hasher = Sha512::new();
    hasher.update([SUITE, 0x03]);
    hasher.update(gamma.mul_by_cofactor().compress().as_bytes());
    hasher.update([0x00]);
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    /// Seed, public key, input, proof, output. Source: RFC 9381, appendix B.3, examples 16 to 18.
    const EXAMPLES: [[&str; 5]; 3] = [
        [
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "8657106690b5526245a92b003bb079ccd1a92130477671f6fc01ad16f26f723f26f8a57ccaed74ee1b190bed1f479d97\
             27d2d0f9b005a6e456a35d4fb0daab1268a1b0db10836d9826a528ca76567805",
            "90cf1df3b703cce59e2a35b925d411164068269d7b2d29f3301c03dd757876ff66b71dda49d2de59d03450451af02679\
             8e8f81cd2e333de5cdf4f3e140fdd8ae",
        ],
        [
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "f3141cd382dc42909d19ec5110469e4feae18300e94f304590abdced48aed5933bf0864a62558b3ed7f2fea45c92a465\
             301b3bbf5e3e54ddf2d935be3b67926da3ef39226bbc355bdc9850112c8f4b02",
            "eb4440665d3891d668e7e0fcaf587f1b4bd7fbfe99d0eb2211ccec90496310eb5e33821bc613efb94db5e5b54c70a848\
             a0bef4553a41befc57663b56373a5031",
        ],
        [
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "9bc0f79119cc5604bf02d23b4caede71393cedfbb191434dd016d30177ccbf8096bb474e53895c362d8628ee9f9ea3c0\
             e52c7a5c691b6c18c9979866568add7a2d41b00b05081ed0f58ee5e31b3a970e",
            "645427e5d00c62a23fb703732fa5d892940935942101e456ecca7bb217c61c452118fec1219202a0edcf038bb6373241\
             578be7217ba85a2687f7a0310b2df19f",
        ],
    ];

    fn octets<const N: usize>(text: &str) -> [u8; N] {
        hex::decode(text).unwrap().try_into().unwrap()
    }

    #[test]
    fn an_encoding_is_the_one_of_its_point_when_the_point_is_encoded_so() {
        let mut seen = [0_u32; 2];
        let edges = [0_u8, 1, 2, 0xeb, 0xec, 0xed, 0xee, 0xff];
        let ends = [0_u8, 1, 0x7e, 0x7f, 0x80, 0x81, 0xfe, 0xff];
        for first in edges {
            for between in [0_u8, 1, 0xfe, 0xff] {
                for last in ends {
                    let mut octets = [between; 32];
                    (octets[0], octets[31]) = (first, last);
                    let Some(point) = CompressedEdwardsY(octets).decompress() else { continue };
                    let is_its_own = point.compress().as_bytes() == &octets;
                    assert_eq!(to_point(&octets).is_some(), is_its_own, "{}", hex::encode(octets));
                    seen[usize::from(is_its_own)] += 1;
                }
            }
        }
        assert!(seen[0] >= 4 && seen[1] >= 20, "{seen:?}");
    }

    /// Keeps: JRN-03
    #[test]
    fn the_examples_of_the_standard_are_made_and_verified() {
        for [seed, public, alpha, proof, output] in EXAMPLES {
            let (key, alpha) = (VrfSecretKey::from_seed(&octets(seed)), hex::decode(alpha).unwrap());
            assert_eq!(key.public().to_bytes(), octets(public));
            assert_eq!(hex::encode(key.prove(&alpha)), proof);
            assert_eq!(hex::encode(key.output(&alpha)), output);

            let public = VrfPublicKey::parse(&octets(public)).unwrap();
            assert_eq!(public.verify(&alpha, &octets(proof)), Some(octets(output)));
        }
    }

    /// The library before this one, which is in the program as well, multiplies by other instructions of the processor where
    /// this one does by AVX-512 IFMA. Keeps: JRN-03
    #[test]
    fn a_name_is_the_same_by_other_instructions() {
        for number in 0..64_u8 {
            let key = VrfSecretKey::from_seed(&[number; 32]);
            let alpha = vec![number; usize::from(number) * 4];
            assert_eq!(key.public().verify(&alpha, &key.prove(&alpha)), Some(key.output(&alpha)), "{number}");

            let point = key.public().point_of(&alpha);
            let before = curve25519_dalek_4::edwards::CompressedEdwardsY(point.compress().to_bytes()).decompress();
            let scalar = curve25519_dalek_4::scalar::Scalar::from_bytes_mod_order(key.scalar);
            let product = (before.unwrap() * scalar).compress().to_bytes();
            assert_eq!((point * key.scalar()).compress().to_bytes(), product, "{number}");
        }
    }

    #[test]
    fn a_proof_with_any_bit_changed_or_for_another_input_or_key_proves_nothing() {
        let key = VrfSecretKey::from_seed(&[7; 32]);
        let proof = key.prove(b"document:1");
        assert_eq!(key.public().verify(b"document:1", &proof), Some(key.output(b"document:1")));

        for bit in 0..PROOF_BYTES * 8 {
            let mut other = proof;
            other[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(key.public().verify(b"document:1", &other), None, "{bit}");
        }
        assert_eq!(key.public().verify(b"document:2", &proof), None);
        assert_eq!(VrfSecretKey::from_seed(&[8; 32]).public().verify(b"document:1", &proof), None);
    }

    /// The same scalar past the order of the group is a second encoding, and no second proof.
    #[test]
    fn a_scalar_past_the_order_is_refused() {
        let order = octets::<32>("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
        let key = VrfSecretKey::from_seed(&[7; 32]);
        let mut proof = key.prove(b"x");
        let mut carry = 0_u16;
        for (place, octet) in proof[48..].iter_mut().zip(order) {
            carry += u16::from(*place) + u16::from(octet);
            *place = u8::try_from(carry & 0xff).unwrap();
            carry >>= 8;
        }
        assert_eq!(carry, 0);
        assert_eq!(key.public().verify(b"x", &proof), None);
    }

    #[test]
    fn a_key_of_small_order_or_in_a_second_encoding_is_no_key() {
        for small in [
            "0100000000000000000000000000000000000000000000000000000000000000",
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0000000000000000000000000000000000000000000000000000000000000080",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
            // y = p + 1, which is y = 1; and x = 0 with a sign.
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "0100000000000000000000000000000000000000000000000000000000000080",
        ] {
            assert!(VrfPublicKey::parse(&octets(small)).is_none(), "{small}");
        }
        assert!(VrfPublicKey::parse(&VrfSecretKey::from_seed(&[1; 32]).public().to_bytes()).is_some());
    }
}
