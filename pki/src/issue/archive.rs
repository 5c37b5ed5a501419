//! Adding an archive time stamp: everything that proves a signature, bound by one token of today (CAdES-LTA).
//! Source: EN 319 122-1 §5.5.3.

use super::IssueError;
use super::augment::{Augmentation, augment};
use crate::cms::{HashIndex, SignedData, archived_octets};
use crate::digest::{Digest, DigestAlgorithm};
use crate::oid;

/// What a time-stamping authority is asked for an archive time stamp.
#[derive(Debug, Clone)]
pub struct ArchiveRequest {
    /// What the token must be over.
    pub imprint: Digest,
    signer: usize,
    index: Vec<u8>,
}

/// The request for the signer at `signer` of `cms`, counted from 0, under `digest`. `content` is the digest of the content
/// under the same algorithm, for a detached message; what is in the message counts first.
///
/// # Errors
/// `NoSuchSigner`, `ContentMissing`, `DigestMismatch`, `Malformed` when `cms` is no signed data.
pub fn archive_request(
    cms: &[u8],
    signer: usize,
    content: Option<&Digest>,
    digest: DigestAlgorithm,
) -> Result<ArchiveRequest, IssueError> {
    let message = SignedData::from_bytes(cms)?;
    let count = message.signer_infos().len();
    let of = message.signer_infos().get(signer).ok_or(IssueError::NoSuchSigner { signer, count })?;
    let content = match (message.content(), content) {
        (Some(inside), _) => digest.digest(inside),
        (None, Some(given)) if given.algorithm() == digest => given.clone(),
        (None, Some(given)) => {
            return Err(IssueError::DigestMismatch { expected: digest, found: given.algorithm() });
        }
        (None, None) => return Err(IssueError::ContentMissing),
    };
    let index = HashIndex::over(&message, of, digest);
    let octets = archived_octets(message.encapsulated_type(), &content, of, &index);
    Ok(ArchiveRequest { imprint: digest.digest(&octets), signer, index })
}

/// `cms`, for which `request` was made, with `token` as its newest archive time stamp.
///
/// # Errors
/// As [`augment`].
pub fn with_archive_time_stamp(cms: &[u8], request: &ArchiveRequest, token: &[u8]) -> Result<Vec<u8>, IssueError> {
    let (attribute, value) = (oid::ATS_HASH_INDEX_V3, request.index.clone());
    let token = augment(token, &[Augmentation::UnsignedAttribute { signer: 0, attribute, value }])?;
    let (signer, attribute) = (request.signer, oid::ARCHIVE_TIME_STAMP_V3);
    augment(cms, &[Augmentation::UnsignedAttribute { signer, attribute, value: token }])
}
