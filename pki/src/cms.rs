//! CMS SignedData (RFC 5652): the limits that reader and writer share.

/// Largest CMS that is read or written, in octets.
pub const CMS_SIZE_MAX_BYTES: usize = 64 * 1024 * 1024;
