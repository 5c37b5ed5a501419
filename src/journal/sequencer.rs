//! The one that gives numbers. It takes what waits in the inbox, at most [`BATCH_MAX`](super::inbox::BATCH_MAX) events at once,
//! and has a batch made of it ([`super::batch`]): entries, nodes, subject links, openings and one checkpoint, all written
//! together ([`flights`]). A log is either a batch longer and signed, or as it was. While a full batch is being written the next
//! one is made, and a server is given it to wait for the head; while a full one is being made what comes after it is read.
//!
//! Of several processes on one database one leads, while its lease lives ([`super::lease`]); the others look out for the
//! entries that their callers wait for, and for the end of the lease ([`lead`]). Safety rests on the compare-and-swap of the head:
//! whoever lost the lead cannot append.
//!
//! A server is given a batch as one statement ([`Db::together`]), so that a leader that is stopped, or cut off, holds no
//! locks on what others need.

mod doubt;
mod flights;
mod lead;

use std::collections::VecDeque;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use qolhat_pki::random::SecureRandom;
use qolhat_storage::fail_point;
use tokio::runtime::Builder;
use tokio::sync::{Mutex, Notify, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::batch::{Batch, Gone, Log, Rows};
use super::draft::Waiting;
use super::inbox::{BATCH_MAX, Before, Stock, Taken, stock};
use super::lease::{Candidate, RENEWAL_MILLISECONDS};
use super::outside::OutsideMemory;
use super::waiters::Waiters;
use super::witnesses::Guard;
use super::{JournalError, LogIdentity, first_entry, store};
use crate::db::{Db, DbError, Engine, Value};
use crate::domain::ids::EventId;
use crate::domain::time::Clock;
use doubt::Doubt;
use flights::{Flight, Landed, Made};

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

/// The handle of the running sequencer. It ends when the last handle is gone.
#[derive(Clone)]
pub(super) struct Sequencer {
    /// Under which this process leads, or would.
    name: Arc<str>,
    shared: Arc<Shared>,
    end: Arc<watch::Sender<()>>,
    /// Told when it has ended.
    ended: Arc<Mutex<Option<oneshot::Receiver<()>>>>,
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
    pub guard: Arc<Guard>,
}

impl Sequencer {
    /// Makes sure that the log is whole, and starts: to lead it when nobody does, to follow otherwise.
    ///
    /// Beside a server it has threads and connections of its own: everybody waits for it, and it must not wait for its turn
    /// behind what they do. One makes batches, and one sends them and hears the answers.
    pub(super) async fn start(mut tools: Tools) -> Result<Self, JournalError> {
        let candidate = Candidate::new(tools.memory.as_ref(), tools.rng.as_mut());
        let name = Arc::from(candidate.name());
        let shared = Arc::new(Shared { work: Notify::new(), waiters: Waiters::default() });
        let (end, gone) = watch::channel(());
        let (begun, begins) = oneshot::channel();
        let (ending, ended) = oneshot::channel();
        let (shared_here, engine) = (Arc::clone(&shared), tools.db.engine());
        let life = async move {
            tools.db = tools.db.for_sequencer();
            let db = tools.db.clone();
            match Work::begin(tools, candidate).await {
                Ok(mut work) => match begun.send(Ok(())) {
                    Ok(()) => run(work, shared_here, gone).await,
                    // Whoever began it has gone.
                    Err(_) => work.resign().await,
                },
                Err(error) => drop(begun.send(Err(error))),
            }
            db.leave().await;
        };
        match engine {
            Engine::Postgres => {
                let failed = |error: std::io::Error| DbError::Other(format!("no thread for the sequencer: {error}"));
                let thread = move || {
                    match Builder::new_multi_thread().worker_threads(1).thread_name("sequencer").enable_all().build() {
                        Ok(runtime) => runtime.block_on(life),
                        Err(error) => tracing::error!(error = %error, "no runtime for the sequencer"),
                    }
                    // Its runtime has ended as well.
                    let _ = ending.send(());
                };
                thread::Builder::new().name("sequencer".to_owned()).spawn(thread).map_err(failed)?;
            }
            // The connections are everybody's.
            Engine::Sqlite => drop(tokio::spawn(async move {
                life.await;
                let _ = ending.send(());
            })),
        }
        match begins.await {
            Ok(begun) => begun?,
            Err(_) => return Err(DbError::Other("the sequencer has ended at its beginning".to_owned()).into()),
        }
        Ok(Self { name, shared, end: Arc::new(end), ended: Arc::new(Mutex::new(Some(ended))) })
    }

    /// Ends the sequencer and gives the lead away.
    pub(super) async fn close(&self) {
        self.end.send_replace(());
        if let Some(ended) = self.ended.lock().await.take() {
            // Its end is what is waited for, however it ends.
            let _ = ended.await;
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
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
        | JournalError::Forked { .. }
        | JournalError::Witness { .. }
        | JournalError::NoEntry { .. } => {
            tracing::error!(error = %error, "the log is not sequenced; it is tried again");
            RETRY_SICK_MILLISECONDS
        }
    }
}

struct Work {
    tools: Tools,
    candidate: Candidate,
    /// `None` for one that follows, and after a failure.
    log: Option<Log>,
    /// Size of the newest checkpoint of others that was taken note of.
    learnt: u64,
    /// Size and root of what this process has appended last.
    appended: Option<(u64, [u8; 32])>,
    doubt: Doubt,
    /// How many of the next batches are written alone and take what they have seen one by one: after a full batch that was refused
    /// as a whole, came too early or took long.
    careful: u32,
    /// Most events of the next batch: half as many after one that could not be written, for that may have taken too long, and
    /// twice as many after one that was.
    most: u32,
}

/// What comes after a batch that is being made, while it is read.
type Ahead = JoinHandle<Result<Option<Stock>, JournalError>>;

impl Work {
    /// Makes sure that the log is whole, and takes the lead when nobody has it; an empty log is opened.
    async fn begin(tools: Tools, candidate: Candidate) -> Result<Self, JournalError> {
        store::found(&tools.db, &tools.identity).await?;
        store::examine(&tools.db, &tools.identity).await?;
        let mut work = Work {
            tools,
            candidate,
            log: None,
            learnt: 0,
            appended: None,
            doubt: Doubt::default(),
            careful: 0,
            most: BATCH_MAX,
        };
        work.log = work.try_to_lead().await?;
        if work.log.as_ref().is_some_and(|log| log.frontier.size() == 0) {
            let waiters = Waiters::default();
            let stock = work.read(Before::default()).await;
            if let Next::Batch(first) = work.next(stock, None).await? {
                let landed = work.write(*first, &waiters).await?;
                if landed == Landed::GuessedWrong {
                    work.read_anew().await?;
                }
            }
        }
        Ok(work)
    }

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
            if self.log.is_some() {
                // What was on its way until then has come to its end.
                self.look_out(waiters).await?;
            }
        }
        if renewal_is_due {
            self.renew().await?;
            self.doubt.pass();
        }
        self.drain(waiters, gone).await
    }

    /// Makes entries of all that waits, batch by batch.
    async fn drain(&mut self, waiters: &Waiters, gone: &watch::Receiver<()>) -> Result<(), JournalError> {
        let (mut flights, mut ahead): (VecDeque<Flight>, Option<Ahead>) = (VecDeque::new(), None);
        while self.log.is_some() && gone.has_changed().is_ok_and(|told| !told) {
            let before = flights.iter().map(|flight| flight.batch.positions);
            let stock = match ahead.take() {
                Some(ahead) => ahead.await.unwrap_or_else(|error| Err(DbError::Other(error.to_string()).into())),
                None => self.read(Before::new(before.clone())).await,
            };
            if let Ok(Some(Stock { positions, is_full: true, .. })) = &stock {
                // What comes after a full batch is read while that is being made.
                let read = self.read(Before::new(before.chain([*positions])));
                ahead = Some(tokio::spawn(read));
            }
            // After a full batch the next one is made while that is being written.
            let next = self.next(stock, flights.back().map(|flight| flight.batch.old_size)).await;
            // One that has no entries would let the next one pass.
            let has_entries = flights.back().is_some_and(|flight| flight.batch.size > flight.batch.old_size);
            let beside = match &next {
                Ok(Next::Batch(next)) if next.is_full && has_entries => self.flights_max() - 1,
                Ok(_) | Err(_) => 0,
            };
            if self.land_but(beside, &mut flights, waiters).await? == Landed::GuessedWrong {
                // The next one was made on top of it, and another one may be read.
                ahead = None;
                self.read_anew().await?;
                continue;
            }
            let next = match next? {
                Next::Batch(next) => *next,
                Next::Late => continue,
                Next::Nothing => break,
            };
            if next.is_full {
                if let Some(before) = flights.back_mut() {
                    // Not before the one that it rests on. One that has failed says nothing.
                    let _ = (&mut before.sent).await;
                }
                flights.push_back(self.launch(next));
                if flights.len() > 1 {
                    fail_point::at("sequencer: another batch on its way before one has landed");
                }
            } else if self.write(next, waiters).await? == Landed::GuessedWrong {
                ahead = None;
                self.read_anew().await?;
            } else {
                break;
            }
        }
        if self.land_but(0, &mut flights, waiters).await? == Landed::GuessedWrong {
            self.read_anew().await?;
        }
        Ok(())
    }

    /// Whether the next batch may rest on what is likely.
    const fn is_bold(&self) -> bool {
        self.careful == 0 && !self.doubt.is_there()
    }

    /// What opens a log.
    fn first(&mut self) -> Result<Taken, JournalError> {
        let Tools { identity, clock, rng, .. } = &mut self.tools;
        let body = first_entry::waiting(identity.origin(), &identity.pseudonyms.key().public())?;
        Ok(Taken { id: EventId::new(clock.now(), &mut **rng), body, reason: None })
    }

    /// Reads what waits past the batches `before`.
    fn read(&self, before: Before) -> impl Future<Output = Result<Option<Stock>, JournalError>> + Send + use<> {
        let (db, key) = (self.tools.db.clone(), self.tools.identity.inbox_key.clone());
        let (most, in_doubt) = (self.most, self.doubt.is_there());
        async move { stock(&db, &key, &before, most, in_doubt).await }
    }

    /// The next batch, made of what was read; the one before it, if that is on its way, began at the size `behind`.
    async fn next(
        &mut self,
        stock: Result<Option<Stock>, JournalError>,
        behind: Option<u64>,
    ) -> Result<Next, JournalError> {
        self.tools.guard.must_be_clear()?;
        match stock? {
            Some(stock) => self.batch(stock, behind).await,
            None => Ok(Next::Late),
        }
    }

    /// Makes a batch of `stock`, which comes behind one that began at that size.
    async fn batch(&mut self, stock: Stock, behind: Option<u64>) -> Result<Next, JournalError> {
        let Stock { mut taken, again, positions, is_full } = stock;
        let Some(mut log) = self.log.take() else { return Err(JournalError::LeadLost) };
        let (old_size, old_root) = (log.frontier.size(), log.frontier.root());
        // Any batch before this one has entries.
        if old_size == 0 {
            taken.insert(0, self.first()?);
        } else if positions.count == 0 {
            self.log = Some(log);
            return Ok(Next::Nothing);
        }
        let parsed: Vec<Result<Waiting<'_>, String>> = taken.iter().map(Taken::read).collect();
        let lost = log.heads.bring(&self.tools.db, parsed.iter().flatten(), self.doubt.is_there()).await?;
        let mut batch = Batch { log: &mut log, rows: Rows::default(), outcomes: Vec::with_capacity(taken.len()) };
        self.tools.make(&mut batch, &taken, &parsed, &lost);
        let Batch { rows, mut outcomes, .. } = batch;
        let is_bold = is_full && old_size > 0 && self.is_bold();
        let gone = if is_bold {
            Gone::Run(positions)
        } else {
            let events = taken.iter().skip(usize::from(old_size == 0)).map(|event| event.id);
            let again = again.iter().map(|(event, _)| *event);
            Gone::Each(events.chain(again).map(|event| Value::from(event.as_uuid())).collect())
        };
        let behind = behind.filter(|_| is_bold && self.flights_max() > 1);
        let (steps, note) = self.tools.steps(&log, (old_size, old_root), rows, gone, behind)?;
        let steps = steps.into();
        let write = Some(self.tools.db.together(&steps)?);
        outcomes.extend(again.into_iter().map(|(event, place)| (event, Ok(place))));
        let (size, root) = (log.frontier.size(), log.frontier.root());
        self.log = Some(log);
        let steps = behind.map(|_| steps);
        Ok(Next::Batch(Box::new(Made {
            write,
            steps,
            old_size,
            size,
            root,
            note,
            outcomes,
            positions,
            is_full,
            is_bold,
        })))
    }
}

/// What comes after a batch.
enum Next {
    Batch(Box<Made>),
    /// Something that was committed late lies before what is being written: it comes first.
    Late,
    Nothing,
}
