//! Promises as they are kept: the first one on an event is the one that holds.

use super::draft::EventDraft;
use super::promise::{MergeDelay, Promise, Promised};
use super::{Journal, JournalError};
use crate::db::Tx;
use crate::domain::ids::EventId;
use crate::params;

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

/// How many promises are open, and the note of the one that is due first.
pub(super) async fn open(db: &mut Tx) -> Result<(i64, Option<String>), JournalError> {
    let Some(row) = db.query_one(include_str!("sql/audit_promises.sql"), &[]).await? else { return Ok((0, None)) };
    Ok((row.int("open")?, row.opt_text("note")?))
}
