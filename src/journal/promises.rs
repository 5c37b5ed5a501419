//! Promises as they are kept: the first one on an event is the one that holds.

use super::draft::EventDraft;
use super::entry::Entry;
use super::promise::{MergeDelay, Promise, Promised};
use super::{Journal, JournalError, store};
use crate::db::{Row, Tx};
use crate::domain::ids::EventId;
use crate::domain::time::Moment;
use crate::params;

/// Promises read at once.
const PAGE: i64 = 500;

impl Journal {
    /// A signed promise that `event`, which is committed to the inbox, will be an entry within `delay`: for a caller who
    /// cannot wait for it. Nobody remembers it before [`Journal::keep_promise`].
    ///
    /// # Errors
    /// `Unfit` for what could not become an entry.
    pub fn promise(&self, event: &EventDraft, delay: MergeDelay) -> Result<Promised, JournalError> {
        let (promise, body) = Promise::for_event(self.origin(), event, self.clock.now(), delay)?;
        Ok(Promised { note: promise.sign(&self.identity)?, event: event.id, deadline: promise.deadline, body })
    }

    /// Keeps a promise, so that an audit sees when it is broken. A second one on the same event is not kept.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn keep_promise(&self, promised: &Promised) -> Result<(), JournalError> {
        let mut tx = self.db.begin().await?;
        let row = params![promised.event.as_uuid(), &promised.note, promised.deadline, self.clock.now()];
        tx.execute(include_str!("sql/insert_promise.sql"), &row).await?;
        Ok(tx.commit().await?)
    }

    /// The promise on an event, when one was given.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn promised(&self, event: EventId) -> Result<Option<String>, JournalError> {
        let row = self.db.query_one(include_str!("sql/select_promise.sql"), &params![event.as_uuid()]).await?;
        Ok(row.map(|row| row.text("note")).transpose()?)
    }
}

/// A promise that was kept in mind, and what became of its event.
pub(super) struct Remembered {
    /// The event by its row.
    pub(super) event: EventId,
    /// The signed note.
    pub(super) note: String,
    /// The entry of the event: its number and instant.
    pub(super) entry: Option<(u64, Moment)>,
}

/// A page of the promises after the one on `after`, by event; none at the end.
pub(super) async fn page(db: &mut Tx, after: EventId) -> Result<Vec<Remembered>, JournalError> {
    let rows = db.query(include_str!("sql/audit_promises.sql"), &params![after.as_uuid(), PAGE]).await?;
    rows.iter().map(remembered).collect()
}

fn remembered(row: &Row) -> Result<Remembered, JournalError> {
    let at = match (row.opt_bytes("body")?, row.opt_int("t_ms")?) {
        (Some(body), _) => Some(Entry::parse(&body)?.at()),
        (None, Some(t_ms)) => Some(store::instant(t_ms)?),
        (None, None) => None,
    };
    let entry = at.map(|at| Ok::<_, JournalError>((store::unsigned(row, "seq")?, at))).transpose()?;
    Ok(Remembered { event: EventId::from(row.id("event")?), note: row.text("note")?, entry })
}
