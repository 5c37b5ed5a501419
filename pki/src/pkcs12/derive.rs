//! Keys from passwords as PKCS#12 makes them. Source: RFC 7292 appendix B.

use sha1::Sha1;
use sha2::{Sha256, Sha512};
use zeroize::Zeroizing;

/// What the derived octets are for: the diversifier ID of appendix B.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    Key,
    Iv,
    Mac,
}

impl Use {
    fn id(self) -> u8 {
        match self {
            Use::Key => 1,
            Use::Iv => 2,
            Use::Mac => 3,
        }
    }
}

/// The hash the derivation runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hash {
    Sha1,
    Sha256,
    Sha512,
}

/// The password as appendix B.1 wants it: UTF-16 big-endian with a closing zero.
pub(super) fn bmp_password(password: &str) -> Zeroizing<Vec<u8>> {
    let units = password.encode_utf16().count();
    // The exact capacity: a reallocation would leave a copy behind.
    let mut out = Zeroizing::new(Vec::with_capacity(units.saturating_mul(2).saturating_add(2)));
    for unit in password.encode_utf16() {
        out.extend_from_slice(&unit.to_be_bytes());
    }
    out.extend_from_slice(&[0, 0]);
    out
}

/// `length` octets from a password in the form of [`bmp_password`].
/// Cost: `iterations` hashes per 20, 32 or 64 octets; the caller bounds them.
pub(super) fn derive(
    hash: Hash,
    purpose: Use,
    password: &[u8],
    salt: &[u8],
    iterations: u32,
    length: usize,
) -> Zeroizing<Vec<u8>> {
    match hash {
        Hash::Sha1 => derive_with::<Sha1>(64, purpose, password, salt, iterations, length),
        Hash::Sha256 => derive_with::<Sha256>(64, purpose, password, salt, iterations, length),
        Hash::Sha512 => derive_with::<Sha512>(128, purpose, password, salt, iterations, length),
    }
}

fn derive_with<D: sha1::Digest>(
    block: usize,
    purpose: Use,
    password: &[u8],
    salt: &[u8],
    iterations: u32,
    length: usize,
) -> Zeroizing<Vec<u8>> {
    let diversifier = vec![purpose.id(); block];
    let mut input = Zeroizing::new(stretched(salt, block));
    let salt_length = input.len();
    let password = Zeroizing::new(stretched(password, block));
    input.reserve_exact(password.len());
    input.extend_from_slice(&password);
    debug_assert_eq!(input.len(), salt_length + password.len());

    let mut out = Zeroizing::new(Vec::with_capacity(length.saturating_add(64)));
    while out.len() < length {
        let mut a = D::new().chain_update(&diversifier).chain_update(input.as_slice()).finalize();
        for _ in 1..iterations {
            a = D::digest(&a);
        }
        out.extend_from_slice(&a);

        let b = Zeroizing::new(a.iter().copied().cycle().take(block).collect::<Vec<u8>>());
        for chunk in input.chunks_exact_mut(block) {
            add_with_one(chunk, &b);
        }
    }
    out.truncate(length);
    out
}

/// `bytes` repeated up to the next multiple of `block`; nothing stays nothing.
fn stretched(bytes: &[u8], block: usize) -> Vec<u8> {
    let length = bytes.len().div_ceil(block).saturating_mul(block);
    bytes.iter().copied().cycle().take(length).collect()
}

/// `target = target + addend + 1` as big-endian numbers of equal length, the carry out dropped.
fn add_with_one(target: &mut [u8], addend: &[u8]) {
    let mut carry = 1u16;
    for (t, a) in target.iter_mut().zip(addend).rev() {
        let sum = u16::from(*t) + u16::from(*a) + carry;
        let [high, low] = sum.to_be_bytes();
        *t = low;
        carry = u16::from(high);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn sha1(purpose: Use, password: &str, salt: [u8; 8], iterations: u32, length: usize) -> String {
        derive(Hash::Sha1, purpose, &bmp_password(password), &salt, iterations, length)
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect()
    }

    #[test]
    fn published_vectors_of_the_sha1_derivation_agree() {
        let salt = 0x0A58_CF64_530D_823F_u64.to_be_bytes();
        assert_eq!(sha1(Use::Key, "smeg", salt, 1, 24), "8aaae6297b6cb04642ab5b077851284eb7128f1a2a7fbca3");
        assert_eq!(sha1(Use::Iv, "smeg", salt, 1, 8), "79993dfe048d3b76");
        assert_eq!(
            sha1(Use::Mac, "smeg", 0x3D83_C0E4_546A_C140_u64.to_be_bytes(), 1, 20),
            "8d967d88f6caa9d714800ab3d48051d63f73a312"
        );
        assert_eq!(
            sha1(Use::Key, "queeg", 0x05DE_C959_ACFF_72F7_u64.to_be_bytes(), 1000, 24),
            "ed2034e36328830ff09df1e1a07dd357185dac0d4f9eb3d4"
        );
    }

    #[test]
    fn a_password_outside_the_basic_plane_takes_two_units() {
        assert_eq!(bmp_password("ҚA𝄞").as_slice(), [0x04, 0x9a, 0, 0x41, 0xd8, 0x34, 0xdd, 0x1e, 0, 0]);
    }
}
