//! What an audit outside of a running journal asks of the log in a database.

use super::segment::Segment;
use super::{Export, JournalError, Sequenced, StoredEntry, exporting, pruning, store};
use crate::db::Db;
use crate::domain::ids::EventId;

/// Some of the segments that lie outside the database, from the one that begins with entry `from` on, in order; none at
/// the end.
///
/// # Errors
/// A fault of the database.
pub async fn exports(db: &Db, from: u64) -> Result<Vec<Export>, JournalError> {
    exporting::exports(db, from).await
}

/// The segment outside the database that holds the entry `seq`.
///
/// # Errors
/// A fault of the database.
pub async fn export_of(db: &Db, seq: u64) -> Result<Option<Export>, JournalError> {
    exporting::export_of(db, seq).await
}

/// The numbers of all entries of the subject with this pseudonym, of those that were pruned too.
///
/// # Errors
/// A fault of the database.
pub async fn numbers_of_subject(db: &Db, pseudonym: &[u8; 32]) -> Result<Vec<u64>, JournalError> {
    store::numbers_of_subject(db, pseudonym).await
}

/// As [`super::Journal::minimum`].
///
/// # Errors
/// A fault of the database.
pub async fn minimum(db: &Db) -> Result<u64, JournalError> {
    pruning::minimum(db).await
}

/// The places of those events that have one.
///
/// # Errors
/// A fault of the database.
pub async fn find_many(db: &Db, events: &[EventId]) -> Result<Vec<(EventId, Sequenced)>, JournalError> {
    store::find_many(db, events).await
}

/// What is wrong with `segment` as a part of the log in `db`; `None` when it is one.
///
/// # Errors
/// A fault of the database.
pub async fn contradiction(db: &Db, segment: &Segment) -> Result<Option<&'static str>, JournalError> {
    exporting::must_fit(db, segment).await
}

/// The place of an event's entry.
///
/// # Errors
/// A fault of the database.
pub async fn find(db: &Db, event: EventId) -> Result<Option<Sequenced>, JournalError> {
    store::find(db, event).await
}

/// Whether an event waits to become an entry, or could not.
///
/// # Errors
/// A fault of the database.
pub async fn waits(db: &Db, event: EventId) -> Result<bool, JournalError> {
    store::waits(db, event).await
}

/// An entry with the openings that are not erased.
///
/// # Errors
/// A fault of the database.
pub async fn entry(db: &Db, seq: u64) -> Result<Option<StoredEntry>, JournalError> {
    store::entry(db, seq).await
}

/// The numbers of all entries of the subject with this pseudonym, in order.
///
/// # Errors
/// A fault of the database.
pub async fn entries_of_subject(db: &Db, pseudonym: &[u8; 32]) -> Result<Vec<u64>, JournalError> {
    store::entries_of_subject(db, pseudonym).await
}
