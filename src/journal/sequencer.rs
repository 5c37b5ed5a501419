//! The one that gives numbers. It takes what waits in the inbox, at most [`BATCH_MAX`] events at once, and makes of it
//! entries, nodes, subject links, openings and one checkpoint, all in one transaction: a log is either a batch longer and
//! signed, or as it was.
//!
//! Safety rests on the compare-and-swap of the head: whoever lost the lead cannot append.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use qolhat_pki::random::SecureRandom;
use serde_json::Value as Json;
use tokio::sync::{Notify, watch};

use super::draft::Waiting;
use super::entry::{Entry, Field, Opening, canonical_value, commit, leaf_hash, payload_value};
use super::proof::Frontier;
use super::subjects::SubjectLink;
use super::{JournalError, LogIdentity, Sequenced, first_entry, store};
use crate::db::{Db, Tx, Value};
use crate::domain::ids::EventId;
use crate::domain::time::Clock;
use crate::params;

/// Most events of one batch.
pub const BATCH_MAX: i64 = 1000;
/// How long a batch waits for company, in milliseconds.
const GATHER_MILLISECONDS: u64 = 3;
/// How often the inbox is looked at when nobody calls, in milliseconds.
const IDLE_MILLISECONDS: u64 = 1000;
/// How long after a failure the next batch is tried, in milliseconds.
const RETRY_MILLISECONDS: u64 = 250;
/// Entries remembered for their waiters.
const RECENT_MAX: usize = 8192;

/// What happened last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    /// So many entries.
    Size(u64),
    /// An event was put aside.
    Quarantined,
}

/// The handle of the running sequencer. It ends when the last handle is gone.
#[derive(Clone)]
pub(super) struct Sequencer {
    shared: Arc<Shared>,
    _alive: Arc<watch::Sender<()>>,
}

struct Shared {
    work: Notify,
    progress: watch::Sender<Progress>,
    recent: Mutex<Recent>,
}

#[derive(Default)]
struct Recent {
    order: VecDeque<EventId>,
    places: HashMap<EventId, Sequenced>,
}

impl Sequencer {
    /// Takes the lead of the log and starts; each new checkpoint is told to `newest`.
    pub(super) async fn start(
        db: Db,
        identity: Arc<LogIdentity>,
        clock: Arc<dyn Clock>,
        rng: Box<dyn SecureRandom + Send>,
        newest: watch::Sender<Option<String>>,
    ) -> Result<Self, JournalError> {
        let mut work = Work { db, identity, clock, rng, newest, log: None };
        let log = work.lead().await?;
        let is_new = log.frontier.size() == 0;
        let shared = Arc::new(Shared {
            work: Notify::new(),
            progress: watch::Sender::new(Progress::Size(log.frontier.size())),
            recent: Mutex::new(Recent::default()),
        });
        work.log = Some(log);
        if is_new {
            work.batch().await?;
        }
        let (alive, gone) = watch::channel(());
        tokio::spawn(run(work, Arc::clone(&shared), gone));
        Ok(Self { shared, _alive: Arc::new(alive) })
    }

    pub(super) fn wake(&self) {
        self.shared.work.notify_one();
    }

    pub(super) fn progress(&self) -> watch::Receiver<Progress> {
        self.shared.progress.subscribe()
    }

    pub(super) fn recent(&self, event: EventId) -> Option<Sequenced> {
        self.shared.recent.lock().unwrap_or_else(PoisonError::into_inner).places.get(&event).copied()
    }
}

async fn run(mut work: Work, shared: Arc<Shared>, mut gone: watch::Receiver<()>) {
    loop {
        tokio::select! {
            () = shared.work.notified() => {}
            () = tokio::time::sleep(Duration::from_millis(IDLE_MILLISECONDS)) => {}
            // The sender never sends: this ends when it is dropped with the last handle.
            _ = gone.changed() => return,
        }
        tokio::time::sleep(Duration::from_millis(GATHER_MILLISECONDS)).await;
        loop {
            match work.batch().await {
                Ok(done) => {
                    let more = done.taken >= usize::try_from(BATCH_MAX).unwrap_or(usize::MAX);
                    announce(&shared, done);
                    if !more {
                        break;
                    }
                }
                Err(JournalError::LeadLost) => {
                    // Nothing was appended. Who took the lead may be gone again, as a second service started by mistake
                    // is: the lead is taken back, and the head's compare-and-swap keeps the two apart.
                    tracing::warn!("another process has taken the lead of the log; taking it back");
                    work.log = None;
                    tokio::time::sleep(Duration::from_millis(RETRY_MILLISECONDS)).await;
                    shared.work.notify_one();
                    break;
                }
                Err(error) => {
                    tracing::error!(error = %error, "a batch was not sequenced; it is tried again");
                    work.log = None;
                    tokio::time::sleep(Duration::from_millis(RETRY_MILLISECONDS)).await;
                    shared.work.notify_one();
                    break;
                }
            }
        }
    }
}

fn announce(shared: &Shared, done: Done) {
    if done.taken == 0 {
        return;
    }
    {
        let mut recent = shared.recent.lock().unwrap_or_else(PoisonError::into_inner);
        for (event, place) in done.sequenced {
            recent.order.push_back(event);
            recent.places.insert(event, place);
        }
        while recent.order.len() > RECENT_MAX {
            if let Some(oldest) = recent.order.pop_front() {
                recent.places.remove(&oldest);
            }
        }
    }
    let progress = if done.quarantined { Progress::Quarantined } else { Progress::Size(done.size) };
    shared.progress.send_replace(progress);
}

/// What a batch did.
#[derive(Default)]
struct Done {
    taken: usize,
    size: u64,
    quarantined: bool,
    sequenced: Vec<(EventId, Sequenced)>,
    /// The new checkpoint, when there are new entries.
    note: Option<String>,
}

/// The log as the leader knows it.
struct Log {
    frontier: Frontier,
    t_ms: i64,
    epoch: i64,
}

struct Work {
    db: Db,
    identity: Arc<LogIdentity>,
    clock: Arc<dyn Clock>,
    rng: Box<dyn SecureRandom + Send>,
    newest: watch::Sender<Option<String>>,
    /// `None` after a failure: what was committed is then read anew.
    log: Option<Log>,
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
    /// Reads the log, makes sure that it agrees with its checkpoint, and takes the lead.
    async fn lead(&mut self) -> Result<Log, JournalError> {
        let mut tx = self.db.begin().await?;
        let head = store::head(&mut tx, &self.identity).await?;
        let leader = self.identity.origin();
        let row = tx
            .query_one(include_str!("sql/take_lead.sql"), &params![leader, head.epoch, head.beat])
            .await?
            .ok_or(JournalError::LeadLost)?;
        let epoch = row.int("epoch")?;
        tx.commit().await?;
        let frontier = store::frontier(&self.db, &head, &self.identity).await?;
        Ok(Log { frontier, t_ms: head.t_ms, epoch })
    }

    /// What opens a log.
    fn first(&mut self) -> Taken {
        let waiting = first_entry::waiting(self.identity.origin(), &self.identity.pseudonym_key.public());
        Taken { id: EventId::new(self.clock.now(), &mut *self.rng), body: String::new(), waiting: Ok(waiting) }
    }

    async fn batch(&mut self) -> Result<Done, JournalError> {
        let log = match self.log.take() {
            Some(log) => log,
            None => self.lead().await?,
        };
        let mut tx = self.db.begin().await?;
        let (taken, again) = take(&mut tx).await?;
        if taken.is_empty() && again == 0 && log.frontier.size() > 0 {
            drop(tx);
            self.log = Some(log);
            return Ok(Done::default());
        }
        let (log, mut done) = self.append(&mut tx, log, &taken).await?;
        tx.commit().await?;
        self.log = Some(log);
        if let Some(note) = done.note.take() {
            self.newest.send_replace(Some(note));
        }
        Ok(Done { taken: taken.len() + again, ..done })
    }

    /// Writes `taken` at the end of the log.
    async fn append(&mut self, tx: &mut Tx, mut log: Log, taken: &[Taken]) -> Result<(Log, Done), JournalError> {
        let old_size = log.frontier.size();
        let now_ms = self.clock.now().unix_micros().div_euclid(1000);
        let (mut heads, lost) = subject_heads(tx, taken).await?;
        let (mut rows, mut done) = (Rows::default(), Done::default());
        let first = (old_size == 0).then(|| self.first());
        for event in first.iter().chain(taken) {
            let made = match &event.waiting {
                Ok(waiting) if waiting.pseudonyms().any(|subject| lost.contains(&subject)) => {
                    Err(SUBJECT_LOST.to_owned())
                }
                Ok(waiting) => {
                    let t_ms = now_ms.max(log.t_ms);
                    self.entry(event.id, waiting, t_ms, log.frontier.size(), &mut heads, &mut rows)
                        .map_err(|error| error.to_string())
                }
                Err(reason) => Err(reason.clone()),
            };
            match made {
                Ok(sequenced) => {
                    log.t_ms = now_ms.max(log.t_ms);
                    let completed = log.frontier.push(sequenced.leaf);
                    if !completed.is_empty() {
                        rows.nodes.push(params![store::signed(sequenced.seq), completed.concat()].to_vec());
                    }
                    done.sequenced.push((event.id, sequenced));
                }
                Err(reason) => {
                    done.quarantined = true;
                    tracing::error!(event.id = %event.id, reason, "an event cannot become an entry");
                    let row = params![event.id.as_uuid(), event.body.as_str(), reason, self.clock.now()];
                    tx.execute(include_str!("sql/insert_quarantine.sql"), &row).await?;
                }
            }
        }
        done.size = log.frontier.size();
        if done.size > old_size {
            done.note = Some(self.write(tx, &log, old_size, rows, &heads).await?);
        }
        Ok((log, done))
    }

    async fn write(
        &mut self,
        tx: &mut Tx,
        log: &Log,
        old_size: u64,
        rows: Rows,
        heads: &HashMap<[u8; 32], SubjectHead>,
    ) -> Result<String, JournalError> {
        let (size, root) = (log.frontier.size(), log.frontier.root());
        let head = params![store::signed(size), root.to_vec(), log.t_ms, store::signed(old_size), log.epoch];
        if tx.execute(include_str!("sql/update_head.sql"), &head).await? != 1 {
            return Err(JournalError::LeadLost);
        }
        tx.execute_many(include_str!("sql/insert_entries.sql"), &rows.entries).await?;
        tx.execute_many(include_str!("sql/insert_events.sql"), &rows.events).await?;
        tx.execute_many(include_str!("sql/insert_nodes.sql"), &rows.nodes).await?;
        tx.execute_many(include_str!("sql/insert_subjects.sql"), &rows.subjects).await?;
        tx.execute_many(include_str!("sql/insert_secrets.sql"), &rows.secrets).await?;
        let changed: Vec<Vec<Value>> = heads
            .iter()
            .filter(|(_, head)| head.changed)
            .map(|(subject, head)| {
                let (n, seq) = (store::signed(head.n), store::signed(head.seq));
                params![subject.to_vec(), n, seq, head.leaf.to_vec()].to_vec()
            })
            .collect();
        tx.execute_many(include_str!("sql/upsert_subject_heads.sql"), &changed).await?;
        let previous = tx.query_one(include_str!("sql/select_last_checkpoint_size.sql"), &[]).await?;
        let previous = previous.map(|row| store::unsigned(&row, "size")).transpose()?.unwrap_or_default();
        let (note, link) = (self.identity.sign(size, root)?, self.identity.sign_link(size, previous)?);
        let checkpoint = params![store::signed(size), root.to_vec(), note.as_str(), self.clock.now(), link];
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
        let mut secrets = Vec::new();
        let mut close = |field: Field, value: Json| -> Result<[u8; 32], JournalError> {
            let mut salt = [0_u8; 32];
            self.rng.fill(&mut salt);
            let canonical = canonical_value(&value)?;
            let commitment = commit(&salt, &canonical);
            debug_assert!(Opening { salt, value }.opens(&commitment));
            let text = String::from_utf8_lossy(&canonical).into_owned();
            secrets.push(params![store::signed(seq), field.to_string(), salt.to_vec(), text].to_vec());
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
        let log = self.identity.origin().to_owned();
        let entry = Entry { actor, id: id.as_uuid(), kind: waiting.kind.clone(), log, payload, subjects, t_ms };
        let body = entry.to_bytes()?;
        let leaf = leaf_hash(&body);
        for link in links {
            rows.subjects.push(params![link.subject.to_vec(), store::signed(link.n), store::signed(seq)].to_vec());
            heads.insert(link.subject, SubjectHead { n: link.n, seq, leaf, changed: true });
        }
        rows.secrets.append(&mut secrets);
        rows.events.push(params![id.as_uuid(), store::signed(seq)].to_vec());
        rows.entries.push(params![store::signed(seq), id.as_uuid(), leaf.to_vec(), body].to_vec());
        Ok(Sequenced { seq, at: entry.at(), leaf })
    }
}

/// The oldest waiting events in order, and how many were there that are sequenced already.
async fn take(tx: &mut Tx) -> Result<(Vec<Taken>, usize), JournalError> {
    let mut rows = Vec::new();
    let mut again = 0;
    for row in tx.query(include_str!("sql/take_inbox.sql"), &params![BATCH_MAX]).await? {
        if row.opt_int("already")?.is_some() {
            again += 1;
            continue;
        }
        let is_stray = row.opt_int("stray")?.is_some();
        rows.push((row.int("position")?, EventId::from(row.id("id")?), row.text("body")?, is_stray));
    }
    rows.sort_by_key(|(position, ..)| *position);
    let taken = rows.into_iter().map(|(_, id, body, is_stray)| {
        let waiting = serde_json::from_str::<Waiting>(&body).map_err(|error| error.to_string());
        let waiting = waiting.and_then(|waiting| waiting.check().map(|()| waiting));
        let waiting = if is_stray { Err(STRAY.to_owned()) } else { waiting };
        Taken { id, body, waiting }
    });
    Ok((taken.collect(), again))
}

/// Why an event of a subject cannot become an entry whose newest entry is not known: it would be counted as the first.
const SUBJECT_LOST: &str = "the newest entry of one of its subjects is not known; run the journal audit";
/// Why an event cannot become an entry in whose place something else stands.
const STRAY: &str = "a row of the index stands in its place and leads to no entry of it; run the journal audit";

/// The newest entries of the subjects that `taken` names, and the subjects that have entries while that is not kept.
async fn subject_heads(
    tx: &mut Tx,
    taken: &[Taken],
) -> Result<(HashMap<[u8; 32], SubjectHead>, HashSet<[u8; 32]>), JournalError> {
    let waiting = taken.iter().filter_map(|event| event.waiting.as_ref().ok());
    let mut subjects: Vec<[u8; 32]> = waiting.flat_map(Waiting::pseudonyms).collect();
    subjects.sort_unstable();
    subjects.dedup();
    let keys: Vec<Value> = subjects.iter().map(|subject| Value::from(subject.to_vec())).collect();
    let mut heads = HashMap::new();
    for row in tx.query_in(include_str!("sql/select_subject_heads.sql"), &keys).await? {
        let head = SubjectHead { n: store::unsigned(&row, "n")?, seq: 0, leaf: row.array("leaf")?, changed: false };
        heads.insert(row.array::<32>("subject")?, head);
    }
    let new: Vec<Value> =
        subjects.iter().filter(|subject| !heads.contains_key(*subject)).map(|new| Value::from(new.to_vec())).collect();
    let mut lost = HashSet::new();
    for row in tx.query_in(include_str!("sql/select_known_subjects.sql"), &new).await? {
        lost.insert(row.array::<32>("subject")?);
    }
    Ok((heads, lost))
}
