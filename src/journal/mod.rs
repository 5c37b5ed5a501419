//! Step 5, the append-only journal: entries hashed as written, subjects counted without gaps, signed checkpoints,
//! inclusion proofs. It takes a kind, subjects and values, and knows nothing of documents (design D3).
//!
//! An event is put into the inbox in the transaction of the act that it tells of ([`Journal::enqueue`]); one sequencer turns the
//! inbox into entries, many at once; [`Journal::wait`] answers when the entry is there.

pub mod audit;
mod batch;
pub mod checkpoint;
pub mod cosignature;
mod cosigned;
mod draft;
pub mod entry;
mod error;
mod exporting;
pub mod first_entry;
mod heads;
mod inbox;
mod inbox_key;
pub mod keeping;
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
pub mod reading;
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
mod waiting;
pub mod witnesses;

use std::sync::Arc;

use qolhat_pki::random::SecureRandom;
use tokio::sync::watch;

use crate::db::{Db, Step, Tx};
use crate::domain::ids::EventId;
use crate::domain::time::{Clock, Moment};

pub use checkpoint::LogIdentity;
pub use cosigned::Cosigned;
pub use draft::EventDraft;
pub use error::JournalError;
pub use exporting::{EXPORTED_BY_ANOTHER, Export};
pub use outside::OutsideMemory;
pub use rebuild::{RebuiltMap, rebuild_map};
pub use sealing::{MadeSeal, Sealed};
pub use store::{StoredCheckpoint, StoredEntry};
pub use waiting::WaitError;

use outside::Keeper;
use sequencer::{Sequencer, Tools};
use vrf::PROOF_BYTES;

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
            db: db.clone(),
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
        draft::entering(&self.identity, events)
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

    /// The numbers of all entries of a subject, of those that were pruned too.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn numbers_of_subject(&self, identity: &str) -> Result<Vec<u64>, JournalError> {
        store::numbers_of_subject(&self.db, &self.pseudonym(identity)).await
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
