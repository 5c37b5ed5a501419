//! Step 5, the append-only journal: entries hashed as written, subjects counted without gaps, signed checkpoints,
//! inclusion proofs. It takes a kind, subjects and values, and knows nothing of documents (design D3).
//!
//! An event is put into the inbox in the transaction of the act that it tells of ([`Journal::enqueue`]); one sequencer turns the
//! inbox into entries, many at once; [`Journal::wait`] answers when the entry is there.

pub mod audit;
mod batch;
pub mod checkpoint;
pub mod cosignature;
mod draft;
pub mod entry;
mod exporting;
pub mod first_entry;
mod heads;
mod inbox;
mod lease;
pub mod map;
pub mod naming;
mod openings;
pub mod outside;
pub mod promise;
mod promises;
pub mod proof;
pub mod pruning;
pub mod prunings;
mod rebuild;
pub mod seal;
mod sealing;
pub mod segment;
mod sequencer;
pub mod snapshot;
mod store;
pub mod subjects;
pub mod tiles;
pub mod vrf;
mod waiters;
pub mod witnesses;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use qolhat_pki::random::SecureRandom;
use tokio::sync::watch;

use crate::db::{Db, DbError, Step, Tx};
use crate::domain::ids::EventId;
use crate::domain::time::{CivilDate, Clock, Moment};

pub use checkpoint::LogIdentity;
pub use draft::EventDraft;
pub use exporting::{EXPORTED_BY_ANOTHER, Export};
pub use outside::OutsideMemory;
pub use rebuild::{RebuiltMap, rebuild_map};
pub use sealing::{MadeSeal, Sealed};
pub use store::{StoredCheckpoint, StoredEntry};

use checkpoint::CheckpointError;
use cosignature::WitnessKey;
use entry::EntryError;
use outside::Keeper;
use sealing::Wanted;
use sequencer::{Sequencer, Tools};
use vrf::PROOF_BYTES;
use waiters::Expectation;

/// Why the journal cannot do what is asked.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The database.
    #[error(transparent)]
    Database(#[from] DbError),
    /// An event that could not become an entry.
    #[error("event {id}: {reason}")]
    Unfit {
        /// The event.
        id: EventId,
        /// Why.
        reason: String,
    },
    /// A value with no canonical form, or past a limit.
    #[error(transparent)]
    Entry(#[from] EntryError),
    /// A checkpoint that cannot be signed or is not ours.
    #[error("checkpoint: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// The database holds the log of another origin.
    #[error("the database holds the log {found}, not {wanted}")]
    OtherLog {
        /// In the database.
        found: String,
        /// In the configuration.
        wanted: String,
    },
    /// What is kept contradicts itself or its checkpoint: nothing is appended to it.
    #[error("the log contradicts itself: {0}; run the journal audit")]
    Contradiction(String),
    /// The checkpoint kept outside the database cannot be read or written.
    #[error("{path}: {detail}")]
    Outside {
        /// The file.
        path: String,
        /// What is wrong.
        detail: String,
    },
    /// The database holds less, or something else, than was signed before: it was put back, or is another one.
    #[error(
        "{what}: {path} remembers {remembered} entries, the database has {size}; nothing is appended. Restore the newest \
        database, or begin a log of a new origin"
    )]
    Rollback {
        /// The file that remembers.
        path: String,
        /// Entries of the checkpoint remembered.
        remembered: u64,
        /// Entries in the database.
        size: u64,
        /// What contradicts.
        what: String,
    },
    /// The log's first entry fixes another key of pseudonyms, or none: every subject would begin anew.
    #[error("the log's first entry does not fix the key of pseudonyms configured: {0}")]
    OtherPseudonyms(String),
    /// A witness says that the log is not what it cosigned: nothing is appended until somebody has looked.
    #[error(
        "{url} says that this log is not the one that it cosigned: {what}; nothing is appended. Audit the journal against \
        the witness, then start anew"
    )]
    Forked {
        /// The witness.
        url: String,
        /// What it says.
        what: String,
    },
    /// A witness cannot be asked as configured.
    #[error("witness {url}: {detail}")]
    Witness {
        /// Its address.
        url: String,
        /// What is wrong.
        detail: String,
    },
    /// Another process leads the log now.
    #[error("another process has taken the lead of the log")]
    LeadLost,
    /// No such entry, or past the size asked for.
    #[error("there is no entry {seq} in a log of {size}")]
    NoEntry {
        /// The number asked for.
        seq: u64,
        /// The size.
        size: u64,
    },
}

/// Where an event stands in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sequenced {
    /// Number of its entry, from 0.
    pub seq: u64,
    /// Instant of its entry.
    pub at: Moment,
    /// Leaf hash of its entry.
    pub leaf: [u8; 32],
}

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

/// The log of one installation. Cheap to clone.
#[derive(Clone)]
pub struct Journal {
    db: Db,
    identity: Arc<LogIdentity>,
    clock: Arc<dyn Clock>,
    sequencer: Sequencer,
    keeper: Option<Keeper>,
    newest: watch::Receiver<Option<String>>,
    guard: Arc<witnesses::Guard>,
}

/// A checkpoint as its witnesses left it.
#[derive(Debug, Clone)]
pub struct Cosigned {
    /// The note, the cosignatures in it.
    pub note: String,
    /// Verifier keys of the configured witnesses that have not cosigned it.
    pub missing: Vec<String>,
    /// One of these has cosigned a larger one meanwhile.
    pub is_overtaken: bool,
}

impl Journal {
    /// Opens the log in `db`, makes sure that it agrees with its last checkpoint and with what `memory` holds of it outside
    /// the database, and starts to sequence.
    ///
    /// # Errors
    /// [`JournalError`]; a log that contradicts itself or was put back is not appended to.
    pub async fn open(
        db: Db,
        identity: LogIdentity,
        clock: Arc<dyn Clock>,
        rng: Box<dyn SecureRandom + Send>,
        memory: Option<OutsideMemory>,
    ) -> Result<Self, JournalError> {
        let identity = Arc::new(identity);
        if let Some(memory) = &memory {
            outside::must_be_held(&db, identity.verifier_key(), memory).await?;
        }
        let guard = Arc::new(witnesses::Guard::default());
        let newest = watch::Sender::new(None);
        let receiver = newest.subscribe();
        let tools = Tools {
            db: db.for_sequencer(),
            identity: Arc::clone(&identity),
            clock: Arc::clone(&clock),
            rng,
            newest: newest.clone(),
            memory: memory.clone(),
            guard: Arc::clone(&guard),
        };
        let sequencer = Sequencer::start(tools).await?;
        must_fix(&db, &identity).await?;
        let keeper = memory.map(|memory| Keeper::start(memory, identity.verifier_key(), newest.subscribe()));
        let journal = Self { db, identity, clock, sequencer, keeper, newest: receiver, guard };
        if let Some(stored) = journal.latest_checkpoint().await? {
            newest.send_if_modified(|known| known.is_none().then(|| *known = Some(stored.note)).is_some());
        }
        journal.keep_outside().await?;
        Ok(journal)
    }

    /// Writes the newest checkpoint outside the database now, where there is such a memory: on an orderly stop.
    ///
    /// # Errors
    /// `Outside` when it cannot be written.
    pub async fn keep_outside(&self) -> Result<(), JournalError> {
        match &self.keeper {
            Some(keeper) => keeper.keep().await,
            None => Ok(()),
        }
    }

    /// What puts events into the inbox, in order, in the transaction of the act. One that is there or sequenced already comes to
    /// nothing. After the commit comes [`Journal::wake`].
    ///
    /// # Errors
    /// `Unfit` for what could not become an entry.
    pub(crate) fn entering(&self, events: &[EventDraft]) -> Result<Step, JournalError> {
        draft::entering(&self.identity.pseudonyms, events)
    }

    /// Puts an event into the inbox, as `Journal::entering`.
    ///
    /// # Errors
    /// `Unfit` for what could not become an entry; a fault of the database.
    pub async fn enqueue(&self, tx: &mut Tx, event: &EventDraft) -> Result<(), JournalError> {
        Ok(tx.run_together(&[self.entering(std::slice::from_ref(event))?]).await?)
    }

    /// Erases what the entry `seq` says and who acted, salts and values, in the transaction of whoever may; whether there was
    /// anything left. A promise of it goes too, for its digest tells what was said. The entry, its proofs and its place among
    /// the entries of its subjects stay. The first entry is kept.
    ///
    /// # Errors
    /// A fault of the database; it refuses for entry 0.
    pub async fn erase_openings(&self, tx: &mut Tx, seq: u64) -> Result<bool, JournalError> {
        let of = crate::params![store::signed(seq)];
        let erased = tx.execute(include_str!("sql/delete_openings.sql"), &of).await? > 0;
        tx.execute(include_str!("sql/delete_promise.sql"), &of).await?;
        Ok(erased)
    }

    /// Ends the sequencer of this process, so that another one may lead at once: on an orderly stop. What was committed is
    /// sequenced by others, or later.
    pub async fn close(&self) {
        self.sequencer.close().await;
    }

    /// Tells the sequencer that something was committed to the inbox.
    pub fn wake(&self) {
        self.sequencer.wake();
    }

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

    /// The entry of an event, if it is sequenced.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn find(&self, event: EventId) -> Result<Option<Sequenced>, JournalError> {
        store::find(&self.db, event).await
    }

    /// The newest checkpoint; `None` before the first entry.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn latest_checkpoint(&self) -> Result<Option<StoredCheckpoint>, JournalError> {
        store::latest_checkpoint(&self.db).await
    }

    /// Keeps a time stamp over the SHA-256 of the note of the checkpoint of `size`; a second one is not kept.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn save_time_stamp(&self, size: u64, token: &[u8]) -> Result<(), JournalError> {
        store::save_time_stamp(&self.db, size, token, self.clock.now()).await
    }

    /// The hashes from the leaf of entry `seq` to the root of the log of `size`. Source: RFC 6962 §2.1.1.
    ///
    /// # Errors
    /// `NoEntry`; a fault of the database.
    pub async fn inclusion_proof(&self, seq: u64, size: u64) -> Result<Vec<[u8; 32]>, JournalError> {
        store::inclusion_proof(&self.db, seq, size).await
    }

    /// The hashes that show that the log of `size` begins with the log of `old_size`; none for an old size of 0.
    /// Source: RFC 6962 §2.1.2.
    ///
    /// # Errors
    /// `NoEntry` for an old size past `size`; a fault of the database.
    pub async fn consistency_proof(&self, old_size: u64, size: u64) -> Result<Vec<[u8; 32]>, JournalError> {
        store::consistency_proof(&self.db, old_size, size).await
    }

    /// The octets of a hash tile; `None` for a tile past the size of the log.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn tile(&self, tile: &tiles::Tile) -> Result<Option<Vec<u8>>, JournalError> {
        tiles::read(&self.db, tile).await
    }

    /// The newest checkpoint with the cosignatures that are known of it; `None` before the first entry.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn cosigned_checkpoint(&self) -> Result<Option<String>, JournalError> {
        let Some(stored) = self.latest_checkpoint().await? else { return Ok(None) };
        witnesses::with_cosignatures(&self.db, &stored).await.map(Some)
    }

    /// The note of `stored` with the cosignatures on it; witnesses that have not cosigned it are asked now, and waited for a few
    /// seconds. A witness cosigns no checkpoint behind the last one it saw: one that another has overtaken lacks it for good.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn cosigned(&self, stored: &StoredCheckpoint) -> Result<Cosigned, JournalError> {
        let Some(witnesses) = self.guard.asked() else {
            return Ok(Cosigned { note: stored.note.clone(), missing: Vec::new(), is_overtaken: false });
        };
        let tasks = witnesses.tasks(&self.db, self.identity.verifier_key(), &self.clock, &self.guard);
        let answers = join_all(tasks.iter().map(|task| task.answers(stored))).await;
        let note = witnesses::with_cosignatures(&self.db, stored).await?;
        let (mut missing, mut is_overtaken) = (Vec::new(), false);
        for (task, has_answered) in tasks.iter().zip(answers) {
            let key = WitnessKey::parse(task.verifier_key());
            if key.and_then(|key| key.cosigned(&note)).is_none() {
                is_overtaken |= has_answered;
                missing.push(task.verifier_key().to_owned());
            }
        }
        Ok(Cosigned { note, missing, is_overtaken })
    }

    /// Starts to have every checkpoint cosigned by `witnesses`, in the background: nothing waits for them. When one of them
    /// says that the log is another than it cosigned, nothing is appended any more; and they are asked whenever this process
    /// takes the lead.
    pub fn have_cosigned(&self, witnesses: &witnesses::Witnesses) {
        self.guard.ask(witnesses);
        for task in witnesses.tasks(&self.db, self.identity.verifier_key(), &self.clock, &self.guard) {
            tokio::spawn(task.run(self.newest.clone()));
        }
    }

    /// An entry with the openings that are not erased.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn entry(&self, seq: u64) -> Result<Option<StoredEntry>, JournalError> {
        store::entry(&self.db, seq).await
    }

    /// Several entries, each as [`Journal::entry`] gives it, in the order asked for; a number without an entry is left out.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn entries(&self, numbers: &[u64]) -> Result<Vec<StoredEntry>, JournalError> {
        store::entries(&self.db, numbers).await
    }

    /// The numbers of all entries of a subject (`document:<id>`) that are held, in order.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn entries_of_subject(&self, identity: &str) -> Result<Vec<u64>, JournalError> {
        store::entries_of_subject(&self.db, &self.pseudonym(identity)).await
    }

    /// What of the history of a subject was pruned: then [`Journal::entries_of_subject`] begins after it. `None` when nothing
    /// was.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn pruned_part(&self, identity: &str) -> Result<Option<pruning::PrunedPart>, JournalError> {
        pruning::pruned_part(&self.db, &self.pseudonym(identity)).await
    }

    /// The instant of an entry, of one that was pruned too.
    ///
    /// # Errors
    /// `NoEntry`; a fault of the database.
    pub async fn instant_of(&self, seq: u64) -> Result<Moment, JournalError> {
        pruning::instant_of(&self.db, seq).await
    }

    /// The minimum index (C2SP tlog-tiles): the first entry that is held, but for entry 0, which always is. 0 for all.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn minimum(&self) -> Result<u64, JournalError> {
        pruning::minimum(&self.db).await
    }

    /// The pseudonym of a subject in the log.
    #[must_use]
    pub fn pseudonym(&self, identity: &str) -> [u8; 32] {
        self.identity.pseudonyms.of(identity)
    }

    /// The proof that this pseudonym is the subject's.
    #[must_use]
    pub fn pseudonym_proof(&self, identity: &str) -> [u8; PROOF_BYTES] {
        self.identity.pseudonyms.key().prove(identity.as_bytes())
    }

    /// Seals the log as it is at its newest checkpoint, when `day` has no seal yet; `event` is the id that its entry gets.
    /// `None` when there is nothing to do.
    ///
    /// # Errors
    /// A fault of the database; `Contradiction` for a map that is not what was sealed.
    pub async fn seal_the_day(&self, event: EventId, day: CivilDate) -> Result<Option<MadeSeal>, JournalError> {
        self.seal(event, day, Wanted::ForTheDay).await
    }

    /// Seals the log as it is at its newest checkpoint.
    ///
    /// # Errors
    /// As [`Journal::seal_the_day`].
    pub async fn seal_now(&self, event: EventId, day: CivilDate) -> Result<Option<MadeSeal>, JournalError> {
        self.seal(event, day, Wanted::Now).await
    }

    async fn seal(&self, event: EventId, day: CivilDate, wanted: Wanted) -> Result<Option<MadeSeal>, JournalError> {
        let made = sealing::seal(&self.db, &self.identity.pseudonyms, self.origin(), (event, &day.to_string()), wanted)
            .await?;
        self.wake();
        Ok(made)
    }

    /// What the newest seal shows of these subjects; `None` while the next one is being made.
    ///
    /// # Errors
    /// As [`Journal::seal_the_day`].
    pub async fn sealed(&self, identities: &[&str]) -> Result<Option<Sealed>, JournalError> {
        let subjects: Vec<[u8; 32]> = identities.iter().map(|identity| self.pseudonym(identity)).collect();
        sealing::proofs(&self.db, &subjects).await
    }

    /// The first seals of their days that the operator has not signed yet, the oldest first, at most `most`.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn seals_unsigned(&self, most: u32) -> Result<Vec<MadeSeal>, JournalError> {
        sealing::unsigned(&self.db, i64::from(most)).await
    }

    /// Keeps the operator's signature over a seal; a second one is not kept.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn save_seal_signature(&self, event: EventId, cms: &[u8]) -> Result<(), JournalError> {
        sealing::keep_signature(&self.db, event, cms, self.clock.now()).await
    }

    /// Origin of the log.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.identity.origin()
    }

    /// The public key of the log in its text form.
    #[must_use]
    pub fn verifier_key(&self) -> &str {
        self.identity.verifier_key()
    }

    /// Signs another text than a checkpoint by the log's key.
    ///
    /// # Errors
    /// As [`LogIdentity::sign_text`].
    pub fn sign_text(&self, text: &str) -> Result<String, JournalError> {
        Ok(self.identity.sign_text(text)?)
    }

    /// Replays the whole log (see [`audit`]).
    ///
    /// # Errors
    /// A fault of the database; what is wrong with the log stands in the report.
    pub async fn audit(&self) -> Result<audit::AuditReport, JournalError> {
        let names = Some(self.identity.pseudonyms.key());
        audit::run_with(&self.db, self.verifier_key(), audit::Against { memory: None, names }).await
    }
}

/// That the first entry fixes the key by which pseudonyms are made here.
async fn must_fix(db: &Db, identity: &LogIdentity) -> Result<(), JournalError> {
    // Without a lead another process may be about to write it; then it looks for itself.
    let Some(stored) = store::entry(db, 0).await? else { return Ok(()) };
    let (entry, fields) = stored.proven()?;
    let key = first_entry::vrf_key(&entry.kind, (entry.payload.len(), entry.subjects.len()), &fields)
        .map_err(JournalError::OtherPseudonyms)?;
    if key == identity.pseudonyms.key().public() {
        return Ok(());
    }
    Err(JournalError::OtherPseudonyms(format!("{} stands there", hex::encode(key.to_bytes()))))
}

/// What an audit outside of a running journal asks of the log in a database.
pub mod reading {
    use super::segment::Segment;
    use super::{Db, EventId, Export, JournalError, Sequenced, StoredEntry, exporting, pruning, store};

    /// Some of the segments that lie outside the database, from the one that begins with entry `from` on, in order; none at
    /// the end.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn exports(db: &Db, from: u64) -> Result<Vec<Export>, JournalError> {
        exporting::exports(db, from).await
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
}
