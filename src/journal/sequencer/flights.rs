//! Batches on their way into the database: how they are sent, waited for and told of, and what a refusal means.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use qolhat_storage::fail_point;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::super::JournalError;
use super::super::inbox::{BATCH_MAX, Positions};
use super::super::waiters::{Outcome, Waiters};
use super::Work;
use super::doubt::Doubt;
use crate::db::{DbError, EXPECTED, Engine, Step, Together};
use crate::domain::ids::EventId;

/// What is broken where a batch rests on a wrong guess, the constraint and how SQLite names it: a subject gets a second first
/// entry, or an event a second place.
const GUESSED_WRONG: [&str; 4] = [
    "a_subject_counts_without_gaps",
    "journal_subject.subject, journal_subject.n",
    "journal_event_pkey",
    "journal_event.id",
];

/// How many batches are made with care after one that was bold and should not have been.
const CAREFUL: u32 = 8;
/// A batch that is waited for longer than this is not followed by another one before it has landed: that one's time runs already.
const LONG: Duration = Duration::from_secs(1);

/// What is broken where a full batch is refused as a whole: it takes what it has not seen, or what it rests on is not there.
const REFUSED: [&str; 2] = [EXPECTED, TOO_EARLY];
/// What is broken where that on which a batch rests is not there yet.
const TOO_EARLY: &str = "log_head_only_grows";

/// What became of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Landed {
    Written,
    /// Nothing of it was written.
    GuessedWrong,
}

/// A batch on its way into the database.
pub(super) struct Flight {
    written: JoinHandle<Result<(), DbError>>,
    /// Told when it is on its way to the server.
    pub(super) sent: oneshot::Receiver<()>,
    pub(super) batch: Made,
}

/// A batch that is ready to be written.
pub(super) struct Made {
    /// What writes it down; none once that has begun.
    pub(super) write: Option<Together>,
    /// What that is made of, where it may come to the server before the batch that it rests on.
    pub(super) steps: Option<Arc<[Step]>>,
    /// Of the log before it.
    pub(super) old_size: u64,
    pub(super) size: u64,
    pub(super) root: [u8; 32],
    /// The new checkpoint, if the log has grown.
    pub(super) note: Option<String>,
    pub(super) outcomes: Vec<(EventId, Outcome)>,
    /// What it takes out of the inbox.
    pub(super) positions: Positions,
    /// Whether more may wait.
    pub(super) is_full: bool,
    /// Whether it rests on that nothing shows late within what it takes, or that it comes after the one before it.
    pub(super) is_bold: bool,
}

impl Work {
    /// How many batches are on their way at once: a server is given the next one before it has written one, and begins it when
    /// that has landed, for it waits for the head.
    pub(super) fn flights_max(&self) -> usize {
        match self.tools.db.engine() {
            Engine::Postgres if self.is_bold() => 2,
            Engine::Postgres | Engine::Sqlite => 1,
        }
    }

    /// Waits until no more than `most` are on their way, or none after one that came too early. After one that was guessed wrong
    /// the others, which rest on it, are refused.
    pub(super) async fn land_but(
        &mut self,
        most: usize,
        flights: &mut VecDeque<Flight>,
        waiters: &Waiters,
    ) -> Result<Landed, JournalError> {
        while flights.len() > if self.is_bold() { most } else { 0 } {
            let Some(flight) = flights.pop_front() else { break };
            if self.land(flight, waiters).await? == Landed::GuessedWrong {
                for behind in flights.drain(..) {
                    match behind.written.await {
                        // The server has answered: it is gone, and comes no more.
                        Ok(Err(DbError::Constraint { .. })) => {}
                        // It was written all the same, or may be yet: only another epoch keeps it out.
                        Ok(Ok(())) => return Err(JournalError::LeadLost),
                        Ok(Err(error)) => return Err(error.into()),
                        Err(error) => return Err(DbError::Other(error.to_string()).into()),
                    }
                }
                return Ok(Landed::GuessedWrong);
            }
            if !flights.is_empty() {
                fail_point::at("sequencer: one has landed, another batch is on its way");
            }
        }
        Ok(Landed::Written)
    }

    /// Writes a batch and tells what became of its events. The one before it has landed.
    pub(super) async fn write(&mut self, mut batch: Made, waiters: &Waiters) -> Result<Landed, JournalError> {
        let write = batch.write.take();
        fail_point::at("sequencer: batch signed, not written");
        let written = match write {
            Some(write) => self.tools.db.run(write).await,
            None => Err(twice()),
        };
        self.written(written, batch, waiters)
    }

    /// Begins to write a batch, beside which the next one is made. The one before it has landed, or is on its way to the server.
    pub(super) fn launch(&self, mut batch: Made) -> Flight {
        let (db, write) = (self.tools.db.clone(), batch.write.take());
        fail_point::at("sequencer: batch signed, not written");
        let (sending, sent) = oneshot::channel();
        let written = tokio::spawn(async move {
            match write {
                // Nobody may wait for it.
                Some(write) => {
                    db.run_telling(write, || {
                        let _ = sending.send(());
                    })
                    .await
                }
                None => Err(twice()),
            }
        });
        Flight { written, sent, batch }
    }

    /// Waits until a batch is written, and tells what became of its events. The one before it has landed by then.
    async fn land(&mut self, flight: Flight, waiters: &Waiters) -> Result<Landed, JournalError> {
        let Flight { mut written, batch, .. } = flight;
        let answer = match timeout(LONG, &mut written).await {
            Ok(answer) => answer,
            Err(_) => {
                self.careful = CAREFUL;
                written.await
            }
        };
        let mut written = answer.map_err(|error| DbError::Other(error.to_string()))?;
        if let (Err(error), Some(steps)) = (&written, &batch.steps)
            && error.violates(&[TOO_EARLY])
        {
            // It came to the server before the one that it rests on. So has the next one, or would.
            self.careful = CAREFUL;
            written = self.tools.db.run(self.tools.db.together(steps)?).await;
        }
        self.written(written, batch, waiters)
    }

    fn written(
        &mut self,
        written: Result<(), DbError>,
        batch: Made,
        waiters: &Waiters,
    ) -> Result<Landed, JournalError> {
        match written {
            Ok(()) => {}
            // Nothing was written.
            Err(error) if !self.doubt.is_there() && error.violates(&GUESSED_WRONG) => {
                tracing::warn!(database.error = %error, "a subject has entries, or an event its place, unexpectedly");
                self.doubt = Doubt::begins();
                return Ok(Landed::GuessedWrong);
            }
            // Something that was committed late lies among what it takes, or it came to the server before the one it rests on.
            Err(error) if batch.is_bold && error.violates(&REFUSED) => {
                tracing::info!(database.error = %error, "a full batch was refused as a whole, and is made anew");
                self.careful = CAREFUL;
                return Ok(Landed::GuessedWrong);
            }
            // The head was moved by another one, or the events were taken.
            Err(error) if error.violates(&[EXPECTED]) => return Err(JournalError::LeadLost),
            Err(error) => {
                self.most = (self.most / 2).max(1);
                self.careful = CAREFUL;
                return Err(error.into());
            }
        }
        fail_point::at("sequencer: committed, nobody told");
        self.doubt.is_drained = !batch.is_full;
        self.most = self.most.saturating_mul(2).min(BATCH_MAX);
        self.careful = self.careful.saturating_sub(1);
        self.appended = Some((batch.size, batch.root));
        if let Some(note) = batch.note {
            self.tools.newest.send_replace(Some(note));
        }
        waiters.tell(batch.outcomes);
        fail_point::at("sequencer: callers told");
        Ok(Landed::Written)
    }
}

fn twice() -> DbError {
    DbError::Other("a batch is written once".to_owned())
}
