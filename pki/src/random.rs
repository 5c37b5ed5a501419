//! Where random octets come from: the caller, since this crate asks the operating system for nothing.

use crate::key::{KeyFormatError, PrivateKey};

/// A source of octets nobody can predict, for keys, nonces and serial numbers.
pub trait SecureRandom {
    /// Overwrites all of `out`. An implementation that cannot get randomness must stop the process, not return.
    fn fill(&mut self, out: &mut [u8]);

    /// A new RSA key of `bits`. Unless an implementation has its own, OpenSSL makes it of its own randomness.
    ///
    /// # Errors
    /// As [`PrivateKey::generate_rsa`].
    fn rsa_key(&mut self, bits: u32) -> Result<PrivateKey, KeyFormatError> {
        PrivateKey::generate_rsa(bits)
    }
}
