//! Evidence records: proof that data existed at a time, renewed before its algorithms and certificates ended.
//!
//! [`EvidenceRecord`] reads one as received; [`validate_evidence_record`] says since when each data object is proven.
//! Made by [`crate::issue::ers_builder`].
//!
//! Source: RFC 4998. Evidence records in XML (RFC 6283) are not read.

mod record;
mod tree;
mod validate;

pub use record::{ArchiveTimeStamp, ArchiveTimeStampChain, ErsError, EvidenceRecord};
pub use validate::{ArchiveTimeStampReport, EvidenceRecordReport, ObjectReport, validate_evidence_record};

pub(crate) use tree::group_hash;

/// Largest evidence record read, in octets.
pub const EVIDENCE_RECORD_MAX_BYTES: usize = 16 * 1024 * 1024;
/// Most archive time stamps of one record, all chains together: each is a signature to verify.
pub const ARCHIVE_TIME_STAMPS_MAX: usize = 64;
/// Most hash values of one record, all trees together.
pub const HASHES_MAX: usize = 200_000;
