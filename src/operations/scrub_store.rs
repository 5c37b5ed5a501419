//! Every blob hashed again at a set rate, and every blob that the database names looked for: damage and loss are found
//! while there is still another copy. Reads alone; needs no key.
//!
//! The store and the database are walked side by side in order of address, so one address says how far it has come.

use std::collections::BTreeSet;
use std::time::Duration;

use qolhat_storage::{BlobStore as _, Blobs, ContentDigest, LIST_PAGE_MAX_ITEMS, ListedBlob, StoreError};
use serde::{Deserialize, Serialize};

use super::Fault;
use crate::db::Db;
use crate::params;

/// Findings that are named; more are counted.
pub const NAMED_MAX: usize = 10_000;
/// Blobs that cannot be read one after the other before it is the store that is at fault.
const UNREADABLE_MAX: u32 = 10;
/// How far a scrub may come without writing down where it is.
const UNSAVED_MAX_BLOBS: u64 = 64;
const UNSAVED_MAX_BYTES: u64 = 64 * 1024 * 1024;

/// How far a scrub has come and what it found; kept between runs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scrub {
    /// The last address that is done; none at the beginning.
    pub after: Option<String>,
    /// Blobs hashed.
    pub checked: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Blobs that no row names: left by a crash, or younger than the question.
    pub unnamed: u64,
    /// How many are damaged.
    pub damaged: u64,
    /// How many are named and not there.
    pub missing: u64,
    /// The first of both.
    pub findings: Vec<Finding>,
}

/// A blob that is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// Its address.
    pub address: String,
    /// `damaged`, `unreadable` or `missing`.
    pub state: String,
    /// What the store said.
    pub detail: String,
}

impl Scrub {
    /// Whether nothing was found.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.damaged == 0 && self.missing == 0
    }

    fn find(&mut self, address: &ContentDigest, state: &str, detail: String) {
        if self.findings.len() < NAMED_MAX {
            self.findings.push(Finding { address: address.to_hex(), state: state.to_owned(), detail });
        }
    }

    fn position(&self) -> Result<Option<ContentDigest>, Fault> {
        let parse = |text: &String| {
            ContentDigest::parse_hex(text).map_err(|error| Fault::Inconsistent(format!("where the scrub was: {error}")))
        };
        self.after.as_ref().map(parse).transpose()
    }
}

/// At most so many bytes in a second.
#[derive(Debug, Clone, Copy)]
pub struct Rate(pub Option<u64>);

impl Rate {
    /// The least time that `size_bytes` take.
    fn least(self, size_bytes: u64) -> Duration {
        let Some(per_second) = self.0.filter(|rate| *rate > 0) else { return Duration::ZERO };
        let whole = Duration::from_secs(size_bytes / per_second);
        let nanos = u128::from(size_bytes % per_second) * 1_000_000_000 / u128::from(per_second);
        whole.saturating_add(Duration::from_nanos(u64::try_from(nanos).unwrap_or_default()))
    }
}

/// Goes on from `scrub` to the end. `save` is told now and then how far it is.
///
/// # Errors
/// A fault of the database, or of a store that cannot be read at all; what was saved can be gone on from.
pub async fn scrub_store(
    blobs: &Blobs,
    db: &Db,
    mut scrub: Scrub,
    rate: Rate,
    mut save: impl FnMut(&Scrub) -> Result<(), Fault>,
) -> Result<Scrub, Fault> {
    let after = scrub.position()?;
    let first_shelf = after.map_or(0, |address| address.as_bytes().first().copied().unwrap_or_default());
    let mut walk = Walk { blobs, rate, unreadable: 0, unsaved: (0, 0) };
    let mut page = Page::default();
    for shelf in first_shelf..=u8::MAX {
        let mut named = named_on(db, shelf, scrub.position()?).await?;
        while let Some(blob) = page.next(blobs, scrub.position()?, shelf).await? {
            let lost: Vec<ContentDigest> = named.range(..blob.address).copied().collect();
            for address in lost {
                named.remove(&address);
                walk.look_for(&mut scrub, &address).await?;
            }
            let is_named = named.remove(&blob.address);
            walk.check(&mut scrub, &blob, is_named).await?;
            scrub.after = Some(blob.address.to_hex());
            if walk.has_come_far(blob.size_bytes) {
                save(&scrub)?;
            }
        }
        for address in &named {
            walk.look_for(&mut scrub, address).await?;
            scrub.after = Some(address.to_hex());
        }
        save(&scrub)?;
    }
    Ok(scrub)
}

/// The addresses with the first byte `shelf` that rows name, after `after`.
async fn named_on(db: &Db, shelf: u8, after: Option<ContentDigest>) -> Result<BTreeSet<ContentDigest>, Fault> {
    let from = vec![shelf];
    // Nothing is greater than the last shelf but what is longer.
    let to = shelf.checked_add(1).map_or_else(|| vec![u8::MAX; 33], |next| vec![next]);
    let sql = include_str!("sql/select_blob_addresses.sql");
    let mut named = BTreeSet::new();
    for row in db.query(sql, &params![from, to]).await? {
        named.insert(ContentDigest::from_bytes(row.array("address")?));
    }
    named.retain(|address| after.is_none_or(|after| *address > after));
    Ok(named)
}

/// Whether a row names the blob, but for what was destroyed on request.
///
/// # Errors
/// A fault of the database.
pub(super) async fn is_named(db: &Db, address: &ContentDigest) -> Result<bool, Fault> {
    let from = address.as_bytes().to_vec();
    // The next one in order: what is longer by an octet.
    let to = [address.as_bytes().as_slice(), &[0]].concat();
    Ok(!db.query(include_str!("sql/select_blob_addresses.sql"), &params![from, to]).await?.is_empty())
}

/// A page of the store's list, and how much of it is done.
#[derive(Default)]
struct Page {
    blobs: std::collections::VecDeque<ListedBlob>,
    ended: bool,
}

impl Page {
    /// The next blob on `shelf`.
    async fn next(
        &mut self,
        blobs: &Blobs,
        after: Option<ContentDigest>,
        shelf: u8,
    ) -> Result<Option<ListedBlob>, StoreError> {
        if self.blobs.is_empty() && !self.ended {
            self.blobs = blobs.list(after.as_ref(), LIST_PAGE_MAX_ITEMS).await?.into();
            self.ended = self.blobs.is_empty();
        }
        Ok(self.blobs.pop_front_if(|blob| blob.address.as_bytes().first() == Some(&shelf)))
    }
}

struct Walk<'a> {
    blobs: &'a Blobs,
    rate: Rate,
    unreadable: u32,
    unsaved: (u64, u64),
}

impl Walk<'_> {
    async fn check(&mut self, scrub: &mut Scrub, blob: &ListedBlob, is_named: bool) -> Result<(), Fault> {
        let least = tokio::time::sleep(self.rate.least(blob.size_bytes));
        let (verified, ()) = tokio::join!(self.blobs.verify(&blob.address), least);
        match verified {
            Ok(size_bytes) => {
                scrub.checked += 1;
                scrub.bytes = scrub.bytes.saturating_add(size_bytes);
                self.unreadable = 0;
            }
            // Removed since it was listed: what a row names is looked for once more.
            Err(StoreError::NotFound { .. }) if is_named => return self.look_for(scrub, &blob.address).await,
            Err(StoreError::NotFound { .. }) => return Ok(()),
            Err(error @ StoreError::Corrupt { .. }) => {
                scrub.damaged += 1;
                scrub.find(&blob.address, "damaged", error.to_string());
                self.unreadable = 0;
            }
            Err(error @ StoreError::Io { .. }) if self.unreadable < UNREADABLE_MAX => {
                scrub.damaged += 1;
                scrub.find(&blob.address, "unreadable", error.to_string());
                self.unreadable += 1;
            }
            Err(error) => return Err(error.into()),
        }
        scrub.unnamed += u64::from(!is_named);
        Ok(())
    }

    /// A blob that a row names and the list had not: it may have come since.
    async fn look_for(&self, scrub: &mut Scrub, address: &ContentDigest) -> Result<(), Fault> {
        if !self.blobs.contains(address).await? {
            scrub.missing += 1;
            scrub.find(address, "missing", StoreError::NotFound { address: *address }.to_string());
        }
        Ok(())
    }

    fn has_come_far(&mut self, size_bytes: u64) -> bool {
        let (blobs, bytes) = self.unsaved;
        self.unsaved = (blobs + 1, bytes.saturating_add(size_bytes));
        let is_far = self.unsaved.0 >= UNSAVED_MAX_BLOBS || self.unsaved.1 >= UNSAVED_MAX_BYTES;
        if is_far {
            self.unsaved = (0, 0);
        }
        is_far
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_bytes_in_a_second() {
        let rate = Rate(Some(2_000_000));
        assert_eq!(rate.least(1_000_000), Duration::from_millis(500));
        assert_eq!(rate.least(u64::MAX), Duration::from_secs(9_223_372_036_854).saturating_add(rate.least(1_551_615)));
        assert_eq!(Rate(None).least(1 << 40), Duration::ZERO);
        assert_eq!(Rate(Some(0)).least(1 << 40), Duration::ZERO);
    }
}
