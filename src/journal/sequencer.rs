//! The one that gives numbers. It takes what waits in the inbox, at most [`BATCH_MAX`](super::inbox::BATCH_MAX) events at once,
//! and has a batch made of it ([`super::batch`]): entries, nodes, subject links, openings and one checkpoint, all written
//! together. A log is either a batch longer and signed, or as it was. While a full batch is being written the next one is made,
//! and a server is given it to wait for the head; while a full one is being made what comes after it is read.
//!
//! Of several processes on one database one leads, while its lease lives ([`super::lease`]); the others look out for the
//! entries that their callers wait for, and for the end of the lease. Safety rests on the compare-and-swap of the head:
//! whoever lost the lead cannot append.
//!
//! A server is given a batch as one statement ([`Db::together`]), so that a leader that is stopped, or cut off, holds no
//! locks on what others need.

use std::collections::VecDeque;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use qolhat_pki::random::SecureRandom;
use qolhat_storage::fail_point;
use tokio::runtime::Builder;
use tokio::sync::{Mutex, Notify, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use super::batch::{Batch, Gone, Log, Rows};
use super::draft::Waiting;
use super::heads::Heads;
use super::inbox::{BATCH_MAX, Before, Positions, Stock, Taken, stock};
use super::lease::{Candidate, LEASE_MILLISECONDS, RENEWAL_MILLISECONDS};
use super::outside::{self, OutsideMemory};
use super::waiters::{Outcome, Waiters};
use super::witnesses::Guard;
use super::{JournalError, LogIdentity, first_entry, must_fix, store};
use crate::db::{Db, DbError, EXPECTED, Engine, Step, Together, Value};
use crate::domain::ids::EventId;
use crate::domain::time::Clock;
use crate::params;

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

/// Whether nothing is guessed after a wrong guess ([`GUESSED_WRONG`]). What the leader does not know any more is what was
/// sequenced before it read the log anew: a guess of it is wrong when its event was put in within a second of that, and may
/// wait behind a full inbox. So the doubt lasts for two renewals of the lease and until the inbox was empty once.
#[derive(Default)]
struct Doubt {
    renewals: u32,
    is_drained: bool,
}

impl Doubt {
    const RENEWALS: u32 = 3;

    fn begins() -> Self {
        Self { renewals: Self::RENEWALS, is_drained: false }
    }

    const fn is_there(&self) -> bool {
        self.renewals > 0
    }

    /// A renewal of the lease is due.
    fn pass(&mut self) {
        if self.renewals > 1 || self.is_drained {
            self.renewals = self.renewals.saturating_sub(1);
        }
    }
}

/// What became of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Landed {
    Written,
    /// Nothing of it was written.
    GuessedWrong,
}

/// A batch on its way into the database.
struct Flight {
    written: JoinHandle<Result<(), DbError>>,
    /// Told when it is on its way to the server.
    sent: oneshot::Receiver<()>,
    batch: Made,
}

/// What comes after a batch that is being made, while it is read.
type Ahead = JoinHandle<Result<Option<Stock>, JournalError>>;

/// A batch that is ready to be written.
struct Made {
    /// What writes it down; none once that has begun.
    write: Option<Together>,
    /// What that is made of, where it may come to the server before the batch that it rests on.
    steps: Option<Arc<[Step]>>,
    /// Of the log before it.
    old_size: u64,
    size: u64,
    root: [u8; 32],
    /// The new checkpoint, if the log has grown.
    note: Option<String>,
    outcomes: Vec<(EventId, Outcome)>,
    /// What it takes out of the inbox.
    positions: Positions,
    /// Whether more may wait.
    is_full: bool,
    /// Whether it rests on that nothing shows late within what it takes, or that it comes after the one before it.
    is_bold: bool,
}

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
        if let Some(log) = self.log.as_ref().filter(|_| renewal_is_due) {
            let lease = params![LEASE_MILLISECONDS, log.epoch];
            let mut tx = self.tools.db.begin().await?;
            if tx.execute(include_str!("sql/renew_lease.sql"), &lease).await? != 1 {
                return Err(JournalError::LeadLost);
            }
            tx.commit().await?;
        }
        if renewal_is_due {
            self.doubt.pass();
        }
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

    /// How many batches are on their way at once: a server is given the next one before it has written one, and begins it when
    /// that has landed, for it waits for the head.
    fn flights_max(&self) -> usize {
        match self.tools.db.engine() {
            Engine::Postgres if self.is_bold() => 2,
            Engine::Postgres | Engine::Sqlite => 1,
        }
    }

    /// Waits until no more than `most` are on their way, or none after one that came too early. After one that was guessed wrong
    /// the others, which rest on it, are refused.
    async fn land_but(
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

    /// Forgets what the leader knows of the log, but for that it leads: a batch of it was refused.
    async fn read_anew(&mut self) -> Result<(), JournalError> {
        let Some(log) = self.log.take() else { return Err(JournalError::LeadLost) };
        let (head, frontier) = store::examine(&self.tools.db, &self.tools.identity).await?;
        if head.epoch != log.epoch {
            return Err(JournalError::LeadLost);
        }
        // Entries that were refused have moved neither the log nor its time.
        self.log = Some(Log { frontier, heads: Heads::default(), t_ms: head.t_ms, ..log });
        Ok(())
    }

    /// Writes a batch and tells what became of its events. The one before it has landed.
    async fn write(&mut self, mut batch: Made, waiters: &Waiters) -> Result<Landed, JournalError> {
        let write = batch.write.take();
        fail_point::at("sequencer: batch signed, not written");
        let written = match write {
            Some(write) => self.tools.db.run(write).await,
            None => Err(twice()),
        };
        self.written(written, batch, waiters)
    }

    /// Begins to write a batch, beside which the next one is made. The one before it has landed.
    fn launch(&self, mut batch: Made) -> Flight {
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

    /// Waits until a batch is written, and tells what became of its events. The one before it has landed.
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
        self.tools.guard.must_be_held(db, identity.verifier_key()).await?;
        if let Some((size, root)) = self.appended
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
        let (_, frontier) = store::examine(db, identity).await?;
        must_fix(db, identity).await?;
        tracing::info!(log.leader = head.leader, log.epoch = head.epoch, log.size = head.size, "leads the log");
        Ok(Some(Log { frontier, t_ms: head.t_ms, epoch: head.epoch, heads: Heads::default(), is_ahead: false }))
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

fn twice() -> DbError {
    DbError::Other("a batch is written once".to_owned())
}

/// What comes after a batch.
enum Next {
    Batch(Box<Made>),
    /// Something that was committed late lies before what is being written: it comes first.
    Late,
    Nothing,
}
