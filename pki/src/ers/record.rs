//! The record as received: DER, because renewals are over its octets. Source: RFC 4998 §3.1, §4.1, §5.1.

use super::{ARCHIVE_TIME_STAMPS_MAX, EVIDENCE_RECORD_MAX_BYTES, HASHES_MAX};
use crate::der::{DerError, DerErrorKind, Reader, Rules, tag};
use crate::digest::DigestAlgorithm;
use crate::oid::Oid;
use crate::tsp::{TimeStampError, TimeStampToken};

/// Most digest algorithms named by one record.
const ALGORITHMS_MAX: usize = 32;

/// Why octets are no evidence record that is read here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ErsError {
    /// The encoding breaks a rule.
    #[error("the evidence record: {0}")]
    Malformed(#[from] DerError),
    /// More than a limit of this module.
    #[error("the evidence record is over the limit of {limit} {what}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many are read.
        limit: usize,
    },
    /// A time stamp that is not of RFC 3161.
    #[error(transparent)]
    TimeStamp(#[from] TimeStampError),
    /// A sequence, a chain or a hash tree without anything in it.
    #[error("the evidence record has an empty {0}")]
    Empty(&'static str),
}

impl ErsError {
    /// A stable word.
    pub const fn code(&self) -> &'static str {
        match self {
            ErsError::Malformed(_) => "evidence-record-malformed",
            ErsError::TooMany { .. } => "evidence-record-too-large",
            ErsError::TimeStamp(_) => "evidence-record-time-stamp",
            ErsError::Empty(_) => "evidence-record-empty",
        }
    }
}

/// One time stamp and the part of a hash tree that leads to it.
#[derive(Debug, Clone)]
pub struct ArchiveTimeStamp {
    /// The algorithm of the tree, as written; `None`: that of the token's imprint.
    pub digest_algorithm: Option<Oid>,
    /// The lists of the reduced tree, from the leaves to the root; `None`: the token is over one hash value itself.
    pub reduced_tree: Option<Vec<Vec<Vec<u8>>>>,
    /// The token.
    pub time_stamp: TimeStampToken,
}

impl ArchiveTimeStamp {
    /// The algorithm of the tree, when it is known here.
    pub fn algorithm(&self) -> Option<DigestAlgorithm> {
        let imprint = self.time_stamp.info().message_imprint.algorithm;
        DigestAlgorithm::from_oid(&self.digest_algorithm.unwrap_or(imprint))
    }
}

/// Time stamps of one hash algorithm, each but the first over the one before.
#[derive(Debug, Clone)]
pub struct ArchiveTimeStampChain {
    /// The chain as received: what the next chain is over.
    pub der: Vec<u8>,
    /// In the order received; at least one.
    pub time_stamps: Vec<ArchiveTimeStamp>,
}

/// An evidence record; nothing is verified.
#[derive(Debug, Clone)]
pub struct EvidenceRecord {
    /// The algorithms that the record says it uses.
    pub digest_algorithms: Vec<Oid>,
    /// Data that may help to verify is inside; they are not looked at.
    pub has_crypto_infos: bool,
    /// The data objects were archived encrypted: how is told in a form that is not known here.
    pub has_encryption_info: bool,
    /// In the order received; at least one.
    pub chains: Vec<ArchiveTimeStampChain>,
}

/// What is left of the limits.
struct Left {
    time_stamps: usize,
    hashes: usize,
}

impl EvidenceRecord {
    /// The record in `der`: exactly one EvidenceRecord of version 1.
    /// # Errors
    /// See [`ErsError`].
    pub fn from_der(der: &[u8]) -> Result<EvidenceRecord, ErsError> {
        if der.len() > EVIDENCE_RECORD_MAX_BYTES {
            return Err(ErsError::TooMany { what: "octets", limit: EVIDENCE_RECORD_MAX_BYTES });
        }
        let mut outer = Reader::new(der, Rules::Der);
        let mut fields = outer.sequence()?;
        outer.finish()?;
        let unknown = fields.error(DerErrorKind::Value("the version of the evidence record is not known"));
        if fields.small_uint()? != 1 {
            return Err(unknown.into());
        }
        let mut digest_algorithms = Vec::new();
        let mut named = fields.sequence()?;
        while !named.is_empty() {
            if digest_algorithms.len() >= ALGORITHMS_MAX {
                return Err(ErsError::TooMany { what: "digest algorithms", limit: ALGORITHMS_MAX });
            }
            digest_algorithms.push(algorithm(named.sequence()?)?);
        }
        let has_crypto_infos = fields.optional_context(0)?.is_some();
        let has_encryption_info = fields.optional_context(1)?.is_some();
        let mut sequence = fields.sequence()?;
        fields.finish()?;
        let mut left = Left { time_stamps: ARCHIVE_TIME_STAMPS_MAX, hashes: HASHES_MAX };
        let mut chains = Vec::new();
        while !sequence.is_empty() {
            let element = sequence.expect(tag::SEQUENCE)?;
            let time_stamps = read_chain(sequence.nested(&element)?, &mut left)?;
            chains.push(ArchiveTimeStampChain { der: element.raw.to_vec(), time_stamps });
        }
        if chains.is_empty() {
            return Err(ErsError::Empty("sequence"));
        }
        Ok(EvidenceRecord { digest_algorithms, has_crypto_infos, has_encryption_info, chains })
    }
}

/// The identifier of a digest; its parameters are nothing or NULL.
fn algorithm(mut fields: Reader<'_>) -> Result<Oid, DerError> {
    let identifier = fields.oid()?;
    if !fields.is_empty() {
        fields.null()?;
    }
    fields.finish()?;
    Ok(identifier)
}

fn read_chain(mut chain: Reader<'_>, left: &mut Left) -> Result<Vec<ArchiveTimeStamp>, ErsError> {
    let mut time_stamps = Vec::new();
    while !chain.is_empty() {
        let over = ErsError::TooMany { what: "time stamps", limit: ARCHIVE_TIME_STAMPS_MAX };
        left.time_stamps = left.time_stamps.checked_sub(1).ok_or(over)?;
        time_stamps.push(read_time_stamp(chain.sequence()?, left)?);
    }
    if time_stamps.is_empty() { Err(ErsError::Empty("chain")) } else { Ok(time_stamps) }
}

fn read_time_stamp(mut fields: Reader<'_>, left: &mut Left) -> Result<ArchiveTimeStamp, ErsError> {
    let digest_algorithm = fields.optional_context(0)?.map(algorithm).transpose()?;
    // Attributes document renewals; nothing in them is verified.
    fields.optional_context(1)?;
    let reduced_tree = fields.optional_context(2)?.map(|tree| read_tree(tree, left)).transpose()?;
    let token = fields.expect(tag::SEQUENCE)?;
    fields.finish()?;
    let time_stamp = TimeStampToken::from_der(token.raw)?;
    Ok(ArchiveTimeStamp { digest_algorithm, reduced_tree, time_stamp })
}

fn read_tree(mut tree: Reader<'_>, left: &mut Left) -> Result<Vec<Vec<Vec<u8>>>, ErsError> {
    let mut lists = Vec::new();
    while !tree.is_empty() {
        let mut hashes = tree.sequence()?;
        let mut list = Vec::new();
        while !hashes.is_empty() {
            let over = ErsError::TooMany { what: "hash values", limit: HASHES_MAX };
            left.hashes = left.hashes.checked_sub(1).ok_or(over)?;
            list.push(hashes.octet_string()?.into_owned());
        }
        // The first list must name something; a later one may hold nothing beside what is computed.
        if list.is_empty() && lists.is_empty() {
            return Err(ErsError::Empty("hash list"));
        }
        lists.push(list);
    }
    if lists.is_empty() { Err(ErsError::Empty("hash tree")) } else { Ok(lists) }
}
