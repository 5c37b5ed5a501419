//! Every blob of one store put into another: a move to S3, a move back, a second copy.
//!
//! Both sides are proven: what is in the target already is hashed there, what is not is hashed while it is read, and the
//! target proves what it kept. So a good blob is never replaced by a bad one, and a bad one in the target is mended.

use qolhat_storage::{BlobStore as _, Blobs, ContentDigest, LIST_PAGE_MAX_ITEMS, StoreError};
use serde::Serialize;

use super::Fault;
use super::scrub_store::{Finding, NAMED_MAX};

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
    /// The first of those.
    pub findings: Vec<Finding>,
}

impl Copied {
    /// Whether the target has all that the source has.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.failed == 0
    }
}

/// Copies what follows `after` in order of address. `tell` is told after each page how far it is.
///
/// # Errors
/// A fault of either store other than a damaged blob of the source. Begun again it goes on: what is there stays.
pub async fn copy_store(
    from: &Blobs,
    to: &Blobs,
    after: Option<ContentDigest>,
    mut tell: impl FnMut(&Copied),
) -> Result<Copied, Fault> {
    let mut done = Copied::default();
    let mut after = after;
    loop {
        let page = from.list(after.as_ref(), LIST_PAGE_MAX_ITEMS).await?;
        let Some(last) = page.last() else { return Ok(done) };
        after = Some(last.address);
        for blob in &page {
            copy(from, to, &blob.address, &mut done).await?;
        }
        done.after = after.map(|address| address.to_hex());
        tell(&done);
    }
}

async fn copy(from: &Blobs, to: &Blobs, address: &ContentDigest, done: &mut Copied) -> Result<(), Fault> {
    let was_damaged = match to.verify(address).await {
        Ok(_) => {
            done.present += 1;
            return Ok(());
        }
        Err(StoreError::NotFound { .. }) => false,
        Err(StoreError::Corrupt { .. }) => true,
        Err(error) => return Err(error.into()),
    };
    let mut reader = match from.reader(address).await {
        Ok(reader) => reader,
        // Removed since it was listed.
        Err(StoreError::NotFound { .. }) => return Ok(()),
        Err(error) => return fail(address, &error, done),
    };
    // The reader fails where the end should be when the bytes do not fit: then nothing is kept.
    match to.put_stream(&mut reader, u64::MAX).await {
        Ok(stored) => {
            done.copied += 1;
            done.mended += u64::from(was_damaged);
            done.bytes = done.bytes.saturating_add(stored.size_bytes);
            Ok(())
        }
        Err(error @ StoreError::Source(_)) => fail(address, &error, done),
        Err(error) => Err(error.into()),
    }
}

fn fail(address: &ContentDigest, error: &StoreError, done: &mut Copied) -> Result<(), Fault> {
    done.failed += 1;
    if done.findings.len() < NAMED_MAX {
        let (address, state) = (address.to_hex(), "damaged".to_owned());
        done.findings.push(Finding { address, state, detail: error.to_string() });
    }
    Ok(())
}
