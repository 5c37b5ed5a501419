//! CMS SignedData (RFC 5652): its bound. Written by [`crate::issue::cms_sign`]; there is no reader yet.

/// Largest CMS, in octets.
pub const CMS_SIZE_MAX_BYTES: usize = 64 * 1024 * 1024;
