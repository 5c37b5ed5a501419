//! Where random octets come from: the caller, since this crate asks the operating system for nothing.

/// A source of octets nobody can predict, for keys, nonces and serial numbers.
pub trait SecureRandom {
    /// Overwrites all of `out`. An implementation that cannot get randomness must stop the process, not return.
    fn fill(&mut self, out: &mut [u8]);
}
