//! Waiting for the entry of an event.

use std::time::Duration;

use super::waiters::Expectation;
use super::{Journal, JournalError, Sequenced, store};
use crate::db::DbError;
use crate::domain::ids::EventId;

/// Why a wait ended without an entry.
#[derive(Debug)]
pub enum WaitError {
    /// Not in time. The event is kept and will be sequenced.
    TimedOut,
    /// It never will be, or the database does not say.
    Failed(JournalError),
}

/// After so many milliseconds one who waits asks the database for the first time, and then again and again.
const ASK_FIRST_MILLISECONDS: u64 = 150;
const ASK_AGAIN_MILLISECONDS: u64 = 1000;

impl Journal {
    /// Waits for the entry of an event.
    ///
    /// # Errors
    /// [`WaitError`].
    pub async fn wait(&self, event: EventId, longest: Duration) -> Result<Sequenced, WaitError> {
        match tokio::time::timeout(longest, self.wait_on(event)).await {
            Ok(answer) => answer.map_err(WaitError::Failed),
            // The sequencer may have written it between its last word and now.
            Err(_) => match store::find(&self.db, event).await {
                Ok(Some(found)) => Ok(found),
                Ok(None) | Err(JournalError::Database(DbError::Unavailable)) => Err(WaitError::TimedOut),
                Err(error) => Err(WaitError::Failed(error)),
            },
        }
    }

    /// Waits without end. Most waiters are told by the sequencer of this process, which leads or looks out for them; the
    /// database is asked for what was sequenced long ago, and in case that a word was lost.
    async fn wait_on(&self, event: EventId) -> Result<Sequenced, JournalError> {
        let mut ticket = match self.sequencer.waiters().expect(event) {
            Expectation::Sequenced(found) => return Ok(found),
            Expectation::Ticket(ticket) => ticket,
        };
        let unfit = |reason| JournalError::Unfit { id: event, reason };
        let mut pause = Duration::from_millis(ASK_FIRST_MILLISECONDS);
        loop {
            if let Ok(outcome) = tokio::time::timeout(pause, ticket.outcome()).await {
                return outcome.map_err(unfit);
            }
            match self.ask(event).await {
                Ok(Some(outcome)) => return outcome.map_err(unfit),
                // It is committed: whoever waits goes on waiting.
                Ok(None) | Err(JournalError::Database(DbError::Unavailable)) => {}
                Err(error) => return Err(error),
            }
            pause = Duration::from_millis(ASK_AGAIN_MILLISECONDS);
        }
    }

    /// What the database says of an event.
    async fn ask(&self, event: EventId) -> Result<Option<Result<Sequenced, String>>, JournalError> {
        if let Some(found) = store::find(&self.db, event).await? {
            return Ok(Some(Ok(found)));
        }
        Ok(store::quarantined(&self.db, event).await?.map(Err))
    }
}
