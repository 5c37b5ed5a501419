//! Randomness for tests.

use qolhat::app::SystemRandom;
use qolhat_pki::key::{KeyFormatError, PrivateKey};
use qolhat_pki::random::SecureRandom;

#[path = "../../../pki/tests/it/kept_keys.rs"]
mod kept_keys;

/// That of the system, and RSA keys that are kept from one test to the next.
pub struct TestRandom;

impl SecureRandom for TestRandom {
    fn fill(&mut self, out: &mut [u8]) {
        SystemRandom.fill(out);
    }

    fn rsa_key(&mut self, bits: u32) -> Result<PrivateKey, KeyFormatError> {
        Ok(kept_keys::rsa_key(bits))
    }
}
