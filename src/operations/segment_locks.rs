//! Locks on exported segments: for how long one is asked for, and having copies of segments held as long as the first ones.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use qolhat_storage::{Blobs, ContentDigest, LockTerm, StoreError};

use super::Fault;
use crate::db::Db;
use crate::domain::retention;
use crate::domain::time::{CivilDate, Moment};
use crate::journal::segment::Segment;
use crate::journal::{Export, reading};

/// What having segments held has come to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Held {
    /// Segments that the store holds until the instant that they need.
    pub held: u64,
    /// Segments that were under a lock elsewhere, which this store does not have.
    pub unheld: u64,
}

/// Until when a segment must be held when its term is counted from `from`: the journal's own.
pub(super) fn term_from(from: Moment) -> Result<Moment, Fault> {
    let until = retention::journal_until(from).map(CivilDate::start_of_day);
    until.ok_or_else(|| Fault::Inconsistent("the clock shows no day that a lock can end on".to_owned()))
}

/// An instant as stores take it.
pub(super) fn for_the_store(at: Moment) -> Result<SystemTime, Fault> {
    let micros = u64::try_from(at.unix_micros()).ok();
    let time = micros.and_then(|micros| UNIX_EPOCH.checked_add(Duration::from_micros(micros)));
    time.ok_or_else(|| Fault::Inconsistent(format!("no store counts {at}")))
}

/// An instant as stores tell it; a fraction of a microsecond is left out.
pub(super) fn from_the_store(at: SystemTime) -> Result<Moment, Fault> {
    let micros = at.duration_since(UNIX_EPOCH).ok().and_then(|since| i64::try_from(since.as_micros()).ok());
    let moment = micros.and_then(Moment::from_unix_micros);
    moment.ok_or_else(|| Fault::Inconsistent("a store tells an instant of no calendar".to_owned()))
}

/// Until when the export is to be held: as it was recorded, else as it would be under a lock from its day on.
fn until(export: &Export) -> Result<Moment, Fault> {
    match export.locked_until {
        Some(until) => Ok(until),
        None => term_from(export.made_at),
    }
}

/// Has the store hold every exported segment of `db` that is within its term at `now` as long as the database says. One that
/// is not there is passed over: the audit names it.
///
/// # Errors
/// `LockShorter` and what else the store answers; a fault of the database.
///
/// Keeps: JRN-03.
pub async fn hold_exports(db: &Db, blobs: &Blobs, now: Moment) -> Result<Held, Fault> {
    let (mut done, mut next) = (Held::default(), 0);
    loop {
        let page = reading::exports(db, next).await?;
        let Some(last) = page.last() else { return Ok(done) };
        next = last.to;
        for export in &page {
            let until = until(export)?;
            if until <= now {
                continue;
            }
            if !blobs.locks() {
                done.unheld += u64::from(export.locked_until.is_some());
                continue;
            }
            let term = LockTerm::until(for_the_store(until)?);
            match blobs.hold(&ContentDigest::from_bytes(export.sha256), term).await {
                Ok(_) => done.held += 1,
                Err(StoreError::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// Until when a copy of what may be a segment is to be held at least: its own term, and as long as `source` holds it. `None`
/// when it is no segment, or past that.
pub(super) async fn needed(
    bytes: &[u8],
    source: &Blobs,
    address: &ContentDigest,
    now: Moment,
) -> Result<Option<Moment>, Fault> {
    let Some(ends_at) = Segment::parse(bytes).ok().and_then(|segment| segment.ends_at().ok()) else { return Ok(None) };
    // Whoever wrote it may not have it held for longer than one that is exported now.
    let mut until = term_from(ends_at).unwrap_or(Moment::MAX).min(term_from(now)?);
    match source.held_until(address).await {
        Ok(Some(held)) => until = until.max(from_the_store(held)?),
        Ok(None) | Err(StoreError::NotFound { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(Some(until).filter(|until| *until > now))
}
