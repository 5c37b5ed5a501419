//! Who leads: taking the lead, looking out for what others have written, giving it back.

use std::time::Duration;

use tokio::time::timeout;

use super::super::batch::Log;
use super::super::heads::Heads;
use super::super::lease::LEASE_MILLISECONDS;
use super::super::waiters::Waiters;
use super::super::{JournalError, must_fix, outside, store};
use super::Work;
use crate::params;

/// How long an orderly end waits for the lease to be given back, in milliseconds.
const RESIGN_MILLISECONDS: u64 = 500;

impl Work {
    /// Renews the lease.
    pub(super) async fn renew(&mut self) -> Result<(), JournalError> {
        let Some(log) = &self.log else { return Ok(()) };
        let mut tx = self.tools.db.begin().await?;
        if tx.execute(include_str!("../sql/renew_lease.sql"), &params![LEASE_MILLISECONDS, log.epoch]).await? != 1 {
            return Err(JournalError::LeadLost);
        }
        Ok(tx.commit().await?)
    }

    /// Forgets what the leader knows of the log, but for that it leads: a batch of it was refused.
    pub(super) async fn read_anew(&mut self) -> Result<(), JournalError> {
        let Some(log) = self.log.take() else { return Err(JournalError::LeadLost) };
        let (head, frontier) = store::examine(&self.tools.db, &self.tools.identity).await?;
        if head.epoch != log.epoch {
            return Err(JournalError::LeadLost);
        }
        // Entries that were refused have moved neither the log nor its time.
        self.log = Some(Log { frontier, heads: Heads::default(), t_ms: head.t_ms, ..log });
        Ok(())
    }

    /// Tells those who wait here what others have sequenced.
    pub(super) async fn look_out(&mut self, waiters: &Waiters) -> Result<(), JournalError> {
        let events = waiters.events();
        if !events.is_empty() {
            let found = store::find_many(&self.tools.db, &events).await?;
            waiters.tell(found.into_iter().map(|(event, place)| (event, Ok(place))));
        }
        Ok(())
    }

    /// Takes note of the newest checkpoint of whoever leads: it is kept outside the database here as well, so that this
    /// process does not lead a database which has lost what it saw.
    async fn learn(&mut self, size: u64) -> Result<(), JournalError> {
        if size == self.learnt {
            return Ok(());
        }
        if let Some(stored) = store::latest_checkpoint(&self.tools.db).await? {
            self.learnt = stored.size;
            self.tools.newest.send_replace(Some(stored.note));
        }
        Ok(())
    }

    /// Takes the lead when nobody has it: then reads the log and makes sure that it agrees with its checkpoint, and with
    /// what is remembered outside and here.
    pub(super) async fn try_to_lead(&mut self) -> Result<Option<Log>, JournalError> {
        let (db, identity) = (&self.tools.db, &self.tools.identity);
        let head = store::head(db, identity).await?;
        if !head.is_free && head.leader != self.candidate.name() {
            self.learn(head.size).await?;
            return Ok(None);
        }
        if let Some(memory) = &self.tools.memory {
            outside::must_be_held(db, identity.verifier_key(), memory).await?;
        }
        self.tools.guard.must_be_held(db, identity.verifier_key()).await?;
        if let Some((size, root)) = self.appended
            && (head.size < size || store::root_at(db, size).await? != Some(root))
        {
            return Err(JournalError::Contradiction("it is not what this process has appended".to_owned()));
        }
        db.end_silent_writers("log_head").await?;
        let mut tx = db.begin().await?;
        let lease = params![self.candidate.name(), LEASE_MILLISECONDS, head.epoch];
        let Some(row) = tx.query_one(include_str!("../sql/take_lead.sql"), &lease).await? else { return Ok(None) };
        let head = store::read_head(&row)?;
        tx.commit().await?;
        // From here on nobody else appends: their epoch is older.
        let (_, frontier) = store::examine(db, identity).await?;
        must_fix(db, identity).await?;
        tracing::info!(log.leader = head.leader, log.epoch = head.epoch, log.size = head.size, "leads the log");
        Ok(Some(Log { frontier, t_ms: head.t_ms, epoch: head.epoch, heads: Heads::default(), is_ahead: false }))
    }

    /// Gives the lease back, so that the next one need not wait for its end.
    pub(super) async fn resign(&mut self) {
        let Some(log) = &self.log else { return };
        let released = async {
            let mut tx = self.tools.db.begin().await?;
            tx.execute(include_str!("../sql/release_lease.sql"), &params![log.epoch]).await?;
            tx.commit().await
        };
        // It ends by itself too.
        let _ = timeout(Duration::from_millis(RESIGN_MILLISECONDS), released).await;
    }
}
