//! Every blob of one store put into another: a move to S3, a move back, a second copy.
//!
//! Both sides are proven: what is in the target already is hashed there, what is not is hashed while it is read, and the
//! target proves what it kept. So a good blob is never replaced by a bad one, and a bad one in the target is mended.
//!
//! Exported segments of the journal are known by how they begin; a target with locks is asked to hold them at least as long
//! as the source does.

use std::io::Cursor;

use qolhat_storage::{BlobReader, BlobStore as _, Blobs, ContentDigest, LIST_PAGE_MAX_ITEMS, LockTerm, StoreError};
use serde::Serialize;
use tokio::io::{AsyncReadExt as _, sink};

use super::Fault;
use super::scrub_store::{Finding, NAMED_MAX};
use super::segment_locks::{for_the_store, needed};
use crate::domain::time::Moment;
use crate::journal::segment;

/// Largest blob that is looked into: no segment is larger.
const SEGMENT_MAX_BYTES: u64 = qolhat_storage::GET_MAX_BYTES;

/// What a copy did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Copied {
    /// The last address that is done.
    pub after: Option<String>,
    /// Blobs put into the target.
    pub copied: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Blobs that were there already, whole.
    pub present: u64,
    /// Blobs that were there already, damaged, and were mended.
    pub mended: u64,
    /// Blobs that the source has and cannot give.
    pub failed: u64,
    /// Exported segments that the target holds under a lock.
    pub held: u64,
    /// Exported segments within their term that the target, which has no locks, does not hold.
    pub unheld: u64,
    /// Exported segments that the target was asked to hold and does not.
    pub unlocked: u64,
    /// The first of those, and of the failed.
    pub findings: Vec<Finding>,
}

impl Copied {
    /// Whether the target has all that the source has, and holds what it was asked to hold.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.failed == 0 && self.unlocked == 0
    }

    fn find(&mut self, address: &ContentDigest, state: &str, detail: String) {
        if self.findings.len() < NAMED_MAX {
            self.findings.push(Finding { address: address.to_hex(), state: state.to_owned(), detail });
        }
    }
}

/// Copies what follows `after` in order of address; segments whose term is not over at `now` are held. `tell` is told after
/// each page how far it is.
///
/// # Errors
/// A fault of either store other than a damaged blob of the source. Begun again it goes on: what is there stays.
pub async fn copy_store(
    from: &Blobs,
    to: &Blobs,
    after: Option<ContentDigest>,
    now: Moment,
    mut tell: impl FnMut(&Copied),
) -> Result<Copied, Fault> {
    let mut done = Copied::default();
    let mut after = after;
    loop {
        let page = from.list(after.as_ref(), LIST_PAGE_MAX_ITEMS).await?;
        let Some(last) = page.last() else { return Ok(done) };
        after = Some(last.address);
        for blob in &page {
            copy(from, to, &blob.address, now, &mut done).await?;
        }
        done.after = after.map(|address| address.to_hex());
        tell(&done);
    }
}

async fn copy(from: &Blobs, to: &Blobs, address: &ContentDigest, now: Moment, done: &mut Copied) -> Result<(), Fault> {
    let (outcome, segment) = copy_looking(from, to, address).await?;
    match outcome {
        Outcome::Present => done.present += 1,
        Outcome::Copied { bytes, mended } => {
            done.copied += 1;
            done.mended += u64::from(mended);
            done.bytes = done.bytes.saturating_add(bytes);
        }
        // Removed since it was listed.
        Outcome::Absent => {}
        Outcome::Damaged(error) => {
            done.failed += 1;
            done.find(address, "damaged", error.to_string());
        }
    }
    match segment {
        Some(octets) => hold(from, to, (address, &octets), now, done).await,
        None => Ok(()),
    }
}

/// Has the target hold what it has got, when it is a segment within its term.
async fn hold(
    from: &Blobs,
    to: &Blobs,
    (address, octets): (&ContentDigest, &[u8]),
    now: Moment,
    done: &mut Copied,
) -> Result<(), Fault> {
    let Some(until) = needed(octets, from, address, now).await? else { return Ok(()) };
    match to.hold(address, LockTerm::until(for_the_store(until)?)).await {
        Ok(Some(_)) => done.held += 1,
        Ok(None) => done.unheld += 1,
        Err(error @ (StoreError::LockShorter { .. } | StoreError::Denied { .. })) => {
            done.unlocked += 1;
            done.find(address, "unlocked", error.to_string());
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// What became of one blob.
pub(super) enum Outcome {
    /// It was there already, whole.
    Present,
    /// It was put there.
    Copied {
        /// Its size.
        bytes: u64,
        /// Whether a damaged one was there.
        mended: bool,
    },
    /// The source has none, nor has the target.
    Absent,
    /// The source cannot give it, and the target has none that is whole.
    Damaged(StoreError),
}

/// Copies one blob; both sides are proven.
pub(super) async fn copy_one(from: &Blobs, to: &Blobs, address: &ContentDigest) -> Result<Outcome, Fault> {
    Ok(copy_looking(from, to, address).await?.0)
}

/// The same; answers besides the octets of what begins as a segment and is whole in the target now.
async fn copy_looking(from: &Blobs, to: &Blobs, address: &ContentDigest) -> Result<(Outcome, Option<Vec<u8>>), Fault> {
    let present = match to.reader(address).await {
        Ok(reader) => look(reader).await,
        Err(error) => Err(error),
    };
    let mended = match present {
        Ok(segment) => return Ok((Outcome::Present, segment)),
        Err(StoreError::NotFound { .. }) => false,
        Err(StoreError::Corrupt { .. }) => true,
        Err(error) => return Err(error.into()),
    };
    let mut reader = match from.reader(address).await {
        Ok(reader) => reader,
        Err(StoreError::NotFound { .. }) => return Ok((Outcome::Absent, None)),
        Err(error) => return Ok((Outcome::Damaged(error), None)),
    };
    let begun = match begin(&mut reader).await {
        Ok(begun) => begun,
        Err(error) => return Ok((Outcome::Damaged(error), None)),
    };
    if begun == segment::TITLE {
        return copy_segment(reader, begun, to, mended).await;
    }
    // The reader fails where the end should be when the bytes do not fit: then nothing is kept.
    match to.put_stream(&mut Cursor::new(begun).chain(reader), u64::MAX).await {
        Ok(stored) => Ok((Outcome::Copied { bytes: stored.size_bytes, mended }, None)),
        Err(error @ StoreError::Source(_)) => Ok((Outcome::Damaged(error), None)),
        Err(error) => Err(error.into()),
    }
}

async fn copy_segment(
    reader: BlobReader,
    begun: Vec<u8>,
    to: &Blobs,
    mended: bool,
) -> Result<(Outcome, Option<Vec<u8>>), Fault> {
    let octets = match whole(reader, begun).await {
        Ok(octets) => octets,
        Err(error) => return Ok((Outcome::Damaged(error), None)),
    };
    let bytes = u64::try_from(octets.len()).unwrap_or(u64::MAX);
    to.put(octets.clone()).await?;
    Ok((Outcome::Copied { bytes, mended }, Some(octets)))
}

/// Reads a blob to its end, by which it is proven; answers the octets of what begins as a segment.
async fn look(mut reader: BlobReader) -> Result<Option<Vec<u8>>, StoreError> {
    let begun = begin(&mut reader).await?;
    if begun == segment::TITLE {
        return whole(reader, begun).await.map(Some);
    }
    let read = tokio::io::copy(&mut reader, &mut sink()).await;
    read.map(|_| None).map_err(|error| reader.failed(error))
}

/// As many octets as a segment's first line has, or all there are.
async fn begin(reader: &mut BlobReader) -> Result<Vec<u8>, StoreError> {
    let mut begun = Vec::with_capacity(segment::TITLE.len());
    let most = u64::try_from(segment::TITLE.len()).unwrap_or(u64::MAX);
    let read = (&mut *reader).take(most).read_to_end(&mut begun).await;
    read.map_err(|error| reader.failed(error))?;
    Ok(begun)
}

async fn whole(mut reader: BlobReader, begun: Vec<u8>) -> Result<Vec<u8>, StoreError> {
    let mut octets = begun;
    let read = (&mut reader).take(SEGMENT_MAX_BYTES).read_to_end(&mut octets).await;
    let read = read.map_err(|error| reader.failed(error))?;
    // The reader says at the end alone whether they fit.
    match u64::try_from(read) {
        Ok(read) if read < SEGMENT_MAX_BYTES => Ok(octets),
        _ => Err(StoreError::TooLarge { limit_bytes: SEGMENT_MAX_BYTES }),
    }
}
