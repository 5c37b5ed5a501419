//! In the place of the tests' keys that are kept from one run to the next: here each is made anew.

use qolhat_pki::key::PrivateKey;

/// A new RSA key of `bits`.
pub fn rsa_key(bits: u32) -> PrivateKey {
    PrivateKey::generate_rsa(bits).unwrap()
}
