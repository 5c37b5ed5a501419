//! The one that gives numbers. It takes what waits in the inbox, at most [`BATCH_MAX`] events at once, and makes of it
//! entries, nodes, subject links, openings and one checkpoint, all in one transaction: a log is either a batch longer and
//! signed, or as it was.
//!
//! Of several processes on one database one leads, while its lease lives ([`super::lease`]); the others look out for the
//! entries that their callers wait for, and for the end of the lease. Safety rests on the compare-and-swap of the head:
//! whoever lost the lead cannot append.
//!
//! Entries are made before the transaction begins, so that a leader that is stopped, or cut off, holds no locks on what
//! others need but for the moment of writing; past that the server ends its transaction.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use qolhat_pki::random::SecureRandom;
use qolhat_storage::fail_point;
use serde_json::Value as Json;
use tokio::sync::{Mutex, Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::draft::Waiting;
use super::entry::{Entry, Field, Opening, canonical_value, commit, leaf_hash, payload_value};
use super::lease::{Candidate, LEASE_MILLISECONDS, RENEWAL_MILLISECONDS};
use super::outside::{self, OutsideMemory};
use super::proof::Frontier;
use super::store::OpeningsText;
use super::subjects::SubjectLink;
use super::waiters::{Outcome, Waiters};
use super::{JournalError, LogIdentity, Sequenced, first_entry, must_fix, store};
use crate::db::{Db, DbError, Engine, Tx, Value};
use crate::domain::ids::EventId;
use crate::domain::time::Clock;
use crate::params;

/// Most events of one batch.
pub const BATCH_MAX: i64 = 1000;
/// How often the leader looks for events of other processes, in milliseconds: the longest wait for company that the
/// design allows a batch.
const LOOK_MILLISECONDS: u64 = 20;
/// The same where other processes are the exception, in milliseconds.
const LOOK_EMBEDDED_MILLISECONDS: u64 = 250;
/// How often one that follows looks for entries that somebody waits for, in milliseconds.
const FOLLOW_MILLISECONDS: u64 = 10;
/// How often it looks whether the lease has ended when nobody waits, in milliseconds.
const FOLLOW_IDLE_MILLISECONDS: u64 = 250;
/// How long after a failure the next try is made, in milliseconds.
const RETRY_MILLISECONDS: u64 = 250;
/// The same where the log itself is not as it should be: another try will hardly help.
const RETRY_SICK_MILLISECONDS: u64 = 2000;
/// How long one that has lost the lead leaves it to others, in milliseconds: two that each believe to lead do not take it
/// from one another without an end.
const BACK_OFF_MILLISECONDS: u64 = 500;
/// How long an orderly end waits for the lease to be given back, in milliseconds.
const RESIGN_MILLISECONDS: u64 = 500;

/// The handle of the running sequencer. It ends when the last handle is gone.
#[derive(Clone)]
pub(super) struct Sequencer {
    shared: Arc<Shared>,
    end: Arc<watch::Sender<()>>,
    task: Arc<Mutex<Option<JoinHandle<()>>>>,
}

struct Shared {
    work: Notify,
    waiters: Waiters,
}

/// What a sequencer works with.
pub(super) struct Tools {
    pub db: Db,
    pub identity: Arc<LogIdentity>,
    pub clock: Arc<dyn Clock>,
    pub rng: Box<dyn SecureRandom + Send>,
    /// Told each new checkpoint.
    pub newest: watch::Sender<Option<String>>,
    pub memory: Option<OutsideMemory>,
}

impl Sequencer {
    /// Makes sure that the log is whole, and starts: to lead it when nobody does, to follow otherwise.
    pub(super) async fn start(mut tools: Tools) -> Result<Self, JournalError> {
        let candidate = Candidate::new(tools.memory.as_ref(), tools.rng.as_mut());
        store::found(&tools.db, &tools.identity).await?;
        store::examine(&tools.db, &tools.identity).await?;
        let mut work = Work { tools, candidate, log: None, learnt: 0, written: None };
        work.log = work.try_to_lead().await?;
        if work.log.as_ref().is_some_and(|log| log.frontier.size() == 0) {
            work.batch().await?;
        }
        let shared = Arc::new(Shared { work: Notify::new(), waiters: Waiters::default() });
        let (end, gone) = watch::channel(());
        let task = tokio::spawn(run(work, Arc::clone(&shared), gone));
        Ok(Self { shared, end: Arc::new(end), task: Arc::new(Mutex::new(Some(task))) })
    }

    /// Ends the sequencer and gives the lead away.
    pub(super) async fn close(&self) {
        self.end.send_replace(());
        if let Some(task) = self.task.lock().await.take() {
            // Its end is what is waited for, however it ends.
            let _ = task.await;
        }
    }

    pub(super) fn wake(&self) {
        self.shared.work.notify_one();
    }

    pub(super) fn waiters(&self) -> &Waiters {
        &self.shared.waiters
    }
}

async fn run(mut work: Work, shared: Arc<Shared>, mut gone: watch::Receiver<()>) {
    let mut renewal = interval(Duration::from_millis(RENEWAL_MILLISECONDS));
    renewal.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let mut is_due = false;
        tokio::select! {
            () = shared.work.notified() => {}
            () = sleep(work.pause(&shared.waiters)) => {}
            _ = renewal.tick() => is_due = true,
            // Told to end, or the last handle is gone.
            _ = gone.changed() => return work.resign().await,
        }
        if let Err(error) = work.turn(&shared.waiters, is_due, &gone).await {
            // Nothing was appended, or it is not known: what was committed is read anew.
            work.log = None;
            sleep(Duration::from_millis(after(&error))).await;
            shared.work.notify_one();
        }
    }
}

/// How long to wait after a failure, in milliseconds; the failure is told.
fn after(error: &JournalError) -> u64 {
    match error {
        JournalError::LeadLost => {
            tracing::warn!("another process leads the log now");
            BACK_OFF_MILLISECONDS
        }
        JournalError::Database(DbError::Unavailable) => {
            tracing::warn!("the log cannot be sequenced while the database cannot be used");
            RETRY_MILLISECONDS
        }
        JournalError::Database(_)
        | JournalError::Unfit { .. }
        | JournalError::Entry(_)
        | JournalError::Checkpoint(_)
        | JournalError::OtherLog { .. }
        | JournalError::Contradiction(_)
        | JournalError::Outside { .. }
        | JournalError::Rollback { .. }
        | JournalError::OtherPseudonyms(_)
        | JournalError::Witness { .. }
        | JournalError::NoEntry { .. } => {
            tracing::error!(error = %error, "the log is not sequenced; it is tried again");
            RETRY_SICK_MILLISECONDS
        }
    }
}

/// What a batch did.
#[derive(Default)]
struct Done {
    taken: usize,
    outcomes: Vec<(EventId, Outcome)>,
}

/// The log as the leader knows it.
struct Log {
    frontier: Frontier,
    t_ms: i64,
    epoch: i64,
}

struct Work {
    tools: Tools,
    candidate: Candidate,
    /// `None` for one that follows, and after a failure.
    log: Option<Log>,
    /// Size of the newest checkpoint of others that was taken note of.
    learnt: u64,
    /// Size and root of what this process has appended last.
    written: Option<(u64, [u8; 32])>,
}

/// An event taken from the inbox.
struct Taken {
    id: EventId,
    body: String,
    waiting: Result<Waiting, String>,
}

/// Rows of a batch, gathered before they are written.
#[derive(Default)]
struct Rows {
    entries: Vec<Vec<Value>>,
    events: Vec<Vec<Value>>,
    nodes: Vec<Vec<Value>>,
    subjects: Vec<Vec<Value>>,
    secrets: Vec<Vec<Value>>,
    quarantine: Vec<Vec<Value>>,
}

/// A batch while it is made.
struct Batch {
    log: Log,
    old_size: u64,
    heads: HashMap<[u8; 32], SubjectHead>,
    rows: Rows,
    outcomes: Vec<(EventId, Outcome)>,
}

impl Batch {
    fn new(log: Log, heads: HashMap<[u8; 32], SubjectHead>) -> Self {
        let old_size = log.frontier.size();
        Self { log, old_size, heads, rows: Rows::default(), outcomes: Vec::new() }
    }

    fn changed_heads(&self) -> Vec<Vec<Value>> {
        let changed = self.heads.iter().filter(|(_, head)| head.changed);
        let row = |(subject, head): (&[u8; 32], &SubjectHead)| {
            params![subject.to_vec(), store::signed(head.n), store::signed(head.seq), head.leaf.to_vec()].to_vec()
        };
        changed.map(row).collect()
    }
}

/// The newest entry of a subject.
#[derive(Clone, Copy)]
struct SubjectHead {
    n: u64,
    seq: u64,
    leaf: [u8; 32],
    changed: bool,
}

impl Work {
    /// Until the next look when nobody calls.
    fn pause(&self, waiters: &Waiters) -> Duration {
        Duration::from_millis(match (&self.log, self.tools.db.engine()) {
            (Some(_), Engine::Postgres) => LOOK_MILLISECONDS,
            (Some(_), Engine::Sqlite) => LOOK_EMBEDDED_MILLISECONDS,
            (None, _) if waiters.nobody_waits() => FOLLOW_IDLE_MILLISECONDS,
            (None, _) => FOLLOW_MILLISECONDS,
        })
    }

    /// Leads or follows, once.
    async fn turn(
        &mut self,
        waiters: &Waiters,
        renewal_is_due: bool,
        gone: &watch::Receiver<()>,
    ) -> Result<(), JournalError> {
        if self.log.is_none() {
            self.look_out(waiters).await?;
            self.log = self.try_to_lead().await?;
        }
        if let Some(log) = self.log.as_ref().filter(|_| renewal_is_due) {
            let lease = params![LEASE_MILLISECONDS, log.epoch];
            let mut tx = self.tools.db.begin().await?;
            if tx.execute(include_str!("sql/renew_lease.sql"), &lease).await? != 1 {
                return Err(JournalError::LeadLost);
            }
            tx.commit().await?;
        }
        while self.log.is_some() && gone.has_changed().is_ok_and(|told| !told) {
            let done = self.batch().await?;
            waiters.tell(done.outcomes);
            fail_point::at("sequencer: callers told");
            if done.taken < usize::try_from(BATCH_MAX).unwrap_or(usize::MAX) {
                break;
            }
        }
        Ok(())
    }

    /// Tells those who wait here what others have sequenced.
    async fn look_out(&mut self, waiters: &Waiters) -> Result<(), JournalError> {
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
    async fn try_to_lead(&mut self) -> Result<Option<Log>, JournalError> {
        let (db, identity) = (&self.tools.db, &self.tools.identity);
        let head = store::head(db, identity).await?;
        if !head.is_free && head.leader != self.candidate.name() {
            self.learn(head.size).await?;
            return Ok(None);
        }
        if let Some(memory) = &self.tools.memory {
            outside::must_be_held(db, identity.verifier_key(), memory).await?;
        }
        if let Some((size, root)) = self.written
            && (head.size < size || store::root_at(db, size).await? != Some(root))
        {
            return Err(JournalError::Contradiction("it is not what this process has appended".to_owned()));
        }
        db.end_silent_writers("log_head").await?;
        let mut tx = db.begin().await?;
        let lease = params![self.candidate.name(), LEASE_MILLISECONDS, head.epoch];
        let Some(row) = tx.query_one(include_str!("sql/take_lead.sql"), &lease).await? else { return Ok(None) };
        let head = store::read_head(&row)?;
        tx.commit().await?;
        // From here on nobody else appends: their epoch is older.
        let frontier = store::examine(db, identity).await?;
        must_fix(db, identity).await?;
        tracing::info!(log.leader = head.leader, log.epoch = head.epoch, log.size = head.size, "leads the log");
        Ok(Some(Log { frontier, t_ms: head.t_ms, epoch: head.epoch }))
    }

    /// Gives the lease back, so that the next one need not wait for its end.
    async fn resign(&mut self) {
        let Some(log) = &self.log else { return };
        let released = async {
            let mut tx = self.tools.db.begin().await?;
            tx.execute(include_str!("sql/release_lease.sql"), &params![log.epoch]).await?;
            tx.commit().await
        };
        // It ends by itself too.
        let _ = tokio::time::timeout(Duration::from_millis(RESIGN_MILLISECONDS), released).await;
    }

    /// What opens a log.
    fn first(&mut self) -> Taken {
        let Tools { identity, clock, rng, .. } = &mut self.tools;
        let waiting = first_entry::waiting(identity.origin(), &identity.pseudonyms.key().public());
        Taken { id: EventId::new(clock.now(), &mut **rng), body: String::new(), waiting: Ok(waiting) }
    }

    async fn batch(&mut self) -> Result<Done, JournalError> {
        let Stock { taken, again } = stock(&self.tools.db).await?;
        let is_new = self.log.as_ref().is_some_and(|log| log.frontier.size() == 0);
        if taken.is_empty() && again.is_empty() && !is_new {
            return Ok(Done::default());
        }
        let Some(log) = self.log.take() else { return Err(JournalError::LeadLost) };
        let (heads, lost) = subject_heads(&self.tools.db, &taken).await?;
        let mut batch = Batch::new(log, heads);
        self.make(&mut batch, &taken, &lost);
        let mut keys: Vec<Value> = taken.iter().map(|event| Value::from(event.id.as_uuid())).collect();
        keys.extend(again.iter().map(|(event, _)| Value::from(event.as_uuid())));
        let note = self.write(&batch, &keys).await?;
        let (size, root) = (batch.log.frontier.size(), batch.log.frontier.root());
        self.written = Some((size, root));
        self.log = Some(batch.log);
        if let Some(note) = note {
            self.tools.newest.send_replace(Some(note));
        }
        batch.outcomes.extend(again.into_iter().map(|(event, place)| (event, Ok(place))));
        Ok(Done { taken: keys.len(), outcomes: batch.outcomes })
    }

    /// Makes entries of `taken` at the end of the log; what cannot become one is put aside.
    fn make(&mut self, batch: &mut Batch, taken: &[Taken], lost: &HashSet<[u8; 32]>) {
        let now = self.tools.clock.now();
        let t_ms = now.unix_micros().div_euclid(1000).max(batch.log.t_ms);
        let first = (batch.old_size == 0).then(|| self.first());
        for event in first.iter().chain(taken) {
            let made = match &event.waiting {
                Ok(waiting) if waiting.pseudonyms().any(|subject| lost.contains(&subject)) => {
                    Err(SUBJECT_LOST.to_owned())
                }
                Ok(waiting) => {
                    let seq = batch.log.frontier.size();
                    self.entry(event.id, waiting, t_ms, seq, &mut batch.heads, &mut batch.rows)
                        .map_err(|error| error.to_string())
                }
                Err(reason) => Err(reason.clone()),
            };
            match &made {
                Ok(sequenced) => {
                    batch.log.t_ms = t_ms;
                    let completed = batch.log.frontier.push(sequenced.leaf);
                    if !completed.is_empty() {
                        batch.rows.nodes.push(params![store::signed(sequenced.seq), completed.concat()].to_vec());
                    }
                }
                Err(reason) => {
                    tracing::error!(event.id = %event.id, reason, "an event cannot become an entry");
                    let row = params![event.id.as_uuid(), event.body.as_str(), reason.as_str(), now];
                    batch.rows.quarantine.push(row.to_vec());
                }
            }
            batch.outcomes.push((event.id, made));
        }
    }

    /// Writes a batch down and takes its events, the rows of the inbox that `keys` name, out of the inbox: all or nothing.
    /// Answers the new checkpoint, if the log has grown.
    async fn write(&mut self, batch: &Batch, keys: &[Value]) -> Result<Option<String>, JournalError> {
        let Batch { log, rows, old_size, .. } = batch;
        let (size, root) = (log.frontier.size(), log.frontier.root());
        let mut tx = self.tools.db.begin().await?;
        // First of all: whoever has lost the lead goes no further.
        let (new, old) = (store::signed(size), store::signed(*old_size));
        let head = params![new, root.to_vec(), log.t_ms, old, log.epoch, LEASE_MILLISECONDS];
        if tx.execute(include_str!("sql/update_head.sql"), &head).await? != 1 {
            return Err(JournalError::LeadLost);
        }
        for row in &rows.quarantine {
            tx.execute(include_str!("sql/insert_quarantine.sql"), row).await?;
        }
        tx.execute_many(include_str!("sql/insert_entries.sql"), &rows.entries).await?;
        tx.execute_many(include_str!("sql/insert_events.sql"), &rows.events).await?;
        tx.execute_many(include_str!("sql/insert_nodes.sql"), &rows.nodes).await?;
        tx.execute_many(include_str!("sql/insert_subjects.sql"), &rows.subjects).await?;
        tx.execute_many(include_str!("sql/insert_secrets.sql"), &rows.secrets).await?;
        tx.execute_many(include_str!("sql/upsert_subject_heads.sql"), &batch.changed_heads()).await?;
        if tx.execute_in(include_str!("sql/delete_inbox.sql"), keys).await? != store::unsigned_len(keys.len()) {
            return Err(JournalError::LeadLost);
        }
        fail_point::at("sequencer: batch written, not signed");
        let note = if size > *old_size { Some(self.sign(&mut tx, size, root).await?) } else { None };
        fail_point::at("sequencer: checkpoint signed, not committed");
        tx.commit().await?;
        fail_point::at("sequencer: committed, nobody told");
        Ok(note)
    }

    /// Signs the log as it will be when `tx` is committed.
    async fn sign(&mut self, tx: &mut Tx, size: u64, root: [u8; 32]) -> Result<String, JournalError> {
        let identity = &self.tools.identity;
        let previous = tx.query_one(include_str!("sql/select_last_checkpoint_size.sql"), &[]).await?;
        let previous = previous.map(|row| store::unsigned(&row, "size")).transpose()?.unwrap_or_default();
        let (note, link) = (identity.sign(size, root)?, identity.sign_link(size, previous)?);
        let checkpoint = params![store::signed(size), root.to_vec(), note.as_str(), self.tools.clock.now(), link];
        tx.execute(include_str!("sql/insert_checkpoint.sql"), &checkpoint).await?;
        Ok(note)
    }

    /// The entry of one event, and its rows.
    fn entry(
        &mut self,
        id: EventId,
        waiting: &Waiting,
        t_ms: i64,
        seq: u64,
        heads: &mut HashMap<[u8; 32], SubjectHead>,
        rows: &mut Rows,
    ) -> Result<Sequenced, JournalError> {
        let (mut facts, mut opened) = (OpeningsText::default(), OpeningsText::default());
        let mut close = |field: Field, value: Json| -> Result<[u8; 32], JournalError> {
            let mut salt = [0_u8; 32];
            self.tools.rng.fill(&mut salt);
            let canonical = canonical_value(&value)?;
            let commitment = commit(&salt, &canonical);
            debug_assert!(Opening { salt, value }.opens(&commitment));
            let part = if matches!(field, Field::Subject(_)) { &mut opened } else { &mut facts };
            part.push(field, &salt, &String::from_utf8_lossy(&canonical));
            Ok(commitment)
        };
        let actor = close(Field::Actor, waiting.actor.clone())?;
        let mut payload = Vec::new();
        for (index, (name, value)) in waiting.payload.iter().enumerate() {
            payload.push(close(Field::Payload(index), payload_value(name, value))?);
        }
        let mut links = Vec::new();
        let mut subjects = Vec::new();
        for (index, subject) in waiting.pseudonyms().enumerate() {
            let before = heads.get(&subject);
            let n = before.map_or(1, |head| head.n + 1);
            let link = SubjectLink { subject, n, prev: before.map(|head| head.leaf) };
            subjects.push(close(Field::Subject(index), link.to_value())?);
            links.push(link);
        }
        let log = self.tools.identity.origin().to_owned();
        let entry = Entry { actor, id: id.as_uuid(), kind: waiting.kind.clone(), log, payload, subjects, t_ms };
        let body = entry.to_bytes()?;
        let leaf = leaf_hash(&body);
        for link in links {
            rows.subjects.push(params![link.subject.to_vec(), store::signed(link.n), store::signed(seq)].to_vec());
            heads.insert(link.subject, SubjectHead { n: link.n, seq, leaf, changed: true });
        }
        for (part, openings) in [("facts", facts.finish()), ("links", opened.finish())] {
            if let Some(openings) = openings {
                rows.secrets.push(params![store::signed(seq), part, openings].to_vec());
            }
        }
        rows.events.push(params![id.as_uuid(), store::signed(seq)].to_vec());
        rows.entries.push(params![store::signed(seq), id.as_uuid(), leaf.to_vec(), body].to_vec());
        Ok(Sequenced { seq, at: entry.at(), leaf })
    }
}

/// What waits in the inbox.
struct Stock {
    taken: Vec<Taken>,
    /// What was sequenced before, in another transaction that put the same event into the inbox.
    again: Vec<(EventId, Sequenced)>,
}

/// The oldest waiting events in order.
async fn stock(db: &Db) -> Result<Stock, JournalError> {
    let rows = db.query(include_str!("sql/select_inbox.sql"), &params![BATCH_MAX]).await?;
    let mut indexed = Vec::new();
    for row in &rows {
        if row.opt_int("place")?.is_some() {
            indexed.push(EventId::from(row.id("id")?));
        }
    }
    let again = store::find_many(db, &indexed).await?;
    let mut taken = Vec::with_capacity(rows.len());
    for row in rows {
        let (id, body) = (EventId::from(row.id("id")?), row.text("body")?);
        if again.iter().any(|(event, _)| *event == id) {
            continue;
        }
        let waiting = serde_json::from_str::<Waiting>(&body).map_err(|error| error.to_string());
        let waiting = waiting.and_then(|waiting| waiting.check_shape().map(|()| waiting));
        let waiting = if indexed.contains(&id) { Err(STRAY.to_owned()) } else { waiting };
        taken.push(Taken { id, body, waiting });
    }
    Ok(Stock { taken, again })
}

/// Why an event of a subject cannot become an entry whose newest entry is not known: it would be counted as the first.
const SUBJECT_LOST: &str = "the newest entry of one of its subjects is not known; run the journal audit";
/// Why an event cannot become an entry in whose place something else stands.
const STRAY: &str = "a row of the index stands in its place and leads to no entry of it; run the journal audit";

/// The newest entries of the subjects that `taken` names, and the subjects that have entries while that is not kept.
async fn subject_heads(
    db: &Db,
    taken: &[Taken],
) -> Result<(HashMap<[u8; 32], SubjectHead>, HashSet<[u8; 32]>), JournalError> {
    let waiting = taken.iter().filter_map(|event| event.waiting.as_ref().ok());
    let mut subjects: Vec<[u8; 32]> = waiting.flat_map(Waiting::pseudonyms).collect();
    subjects.sort_unstable();
    subjects.dedup();
    let keys: Vec<Value> = subjects.iter().map(|subject| Value::from(subject.to_vec())).collect();
    let mut heads = HashMap::new();
    for row in db.query_in(include_str!("sql/select_subject_heads.sql"), &keys).await? {
        let head = SubjectHead { n: store::unsigned(&row, "n")?, seq: 0, leaf: row.array("leaf")?, changed: false };
        heads.insert(row.array::<32>("subject")?, head);
    }
    let new: Vec<Value> =
        subjects.iter().filter(|subject| !heads.contains_key(*subject)).map(|new| Value::from(new.to_vec())).collect();
    let mut lost = HashSet::new();
    for row in db.query_in(include_str!("sql/select_known_subjects.sql"), &new).await? {
        lost.insert(row.array::<32>("subject")?);
    }
    Ok((heads, lost))
}
