//! The connections of a PostgreSQL pool, lent without asking the server each time whether it is still there: the library asks
//! before it lends a connection and again when it takes it back, which is two of the five round trips of a small act.
//!
//! A connection that was used a moment ago is trusted, and no longer than a server takes to be started anew: an older one is
//! asked. One that failed, or whose use was broken off in the middle, is never lent again; when one was lost, the others that
//! are at hand are trusted no more.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, PgDatabaseError, PgPool, PgRow, PgSeverity};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Executor as _, PgConnection, Postgres};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{interval, timeout};

use super::flusher::Flusher;
use super::holders::{Held, Holders};
use super::rests::has_asked;
use super::{ACQUIRE_TIMEOUT, DbError, Mark};

/// A connection that nobody wanted for two of these is given back to the pool, which asks it before it lends it again.
const TRUSTED: Duration = Duration::from_millis(50);
/// A connection that was lent again and again for so many of these, half an hour, is given back to the pool too, which closes
/// what has lived long enough: a server's process gathers memory.
const LONGEST: u64 = 30 * 60 * 20;

/// Lends the connections of a pool. Cheap to clone.
#[derive(Clone)]
pub(super) struct Gate {
    pool: PgPool,
    /// As many as the pool may open: who has one never waits for the pool.
    permits: Arc<Semaphore>,
    idle: Arc<Mutex<Idle>>,
    holders: Holders,
    flusher: Flusher,
    /// How long the server may be silent before it is taken to be gone; `None` has no end.
    silent_max: Option<Duration>,
}

/// Connections that were used a moment ago.
#[derive(Default)]
struct Idle {
    newer: Vec<Hot>,
    older: Vec<Hot>,
    /// How often the older ones were given back.
    ticks: u64,
}

/// A connection of the pool that is kept at hand.
struct Hot {
    connection: PoolConnection<Postgres>,
    /// In which life of the server it was made.
    life: Mark,
    /// The tick at which the pool gave it.
    since: u64,
    /// Whether it was at hand and not asked whether its server is still there.
    is_trusted: bool,
}

/// A connection while it is lent. In a transaction that was neither committed nor ended it is rolled back when dropped.
pub(super) struct Lent {
    /// `None` once given back.
    connection: Option<Hot>,
    /// Whether a statement is on its way: if it is dropped then, nobody knows what the server says next.
    is_busy: bool,
    /// Whether the last answer did not come in time.
    was_silent: bool,
    is_open: bool,
    /// Whether a statement of the transaction has failed: the server goes on to do nothing, and takes a commit for a rollback.
    is_spoiled: bool,
    gate: Gate,
    permit: Option<OwnedSemaphorePermit>,
    _held: Held,
}

/// A transaction that begins with its first statement: one of a single statement is no more than that.
pub(super) enum Opening {
    Pending(Gate),
    Begun(Lent),
}

impl Opening {
    /// The connection, in the transaction.
    pub(super) async fn begun(&mut self) -> Result<&mut Lent, DbError> {
        if let Self::Pending(gate) = self {
            *self = Self::Begun(gate.begin("begin").await?);
        }
        match self {
            Self::Begun(lent) => Ok(lent),
            // It was begun just now.
            Self::Pending(_) => Err(DbError::Unavailable),
        }
    }
}

impl Gate {
    /// A gate to all `connections` of `pool`, which waits for an answer for `silent_max`: of a server that is gone the network
    /// says nothing to one who only listens.
    pub(super) fn new(pool: PgPool, connections: u32, silent_max: Option<Duration>, flusher: &Flusher) -> Self {
        let permits = Arc::new(Semaphore::new(usize::try_from(connections).unwrap_or(Semaphore::MAX_PERMITS)));
        let idle = Arc::default();
        tokio::spawn(give_back(Arc::downgrade(&idle)));
        Self { pool, permits, idle, holders: Holders::default(), flusher: flusher.clone(), silent_max }
    }

    /// A connection. Nobody who has one asks for another one ([`Holders`]).
    pub(super) async fn lend(&self) -> Result<Lent, DbError> {
        let held = self.holders.enter();
        let wait = timeout(ACQUIRE_TIMEOUT, Arc::clone(&self.permits).acquire_owned());
        let permit = wait.await.map_err(|_| sqlx::Error::PoolTimedOut)?.map_err(|_| sqlx::Error::PoolClosed)?;
        let known = locked(&self.idle).take();
        let connection = match known {
            Some(connection) => Hot { is_trusted: true, ..connection },
            None => {
                let connection = self.pool.acquire().await?;
                let life = Mark(self.flusher.alive().await?);
                Hot { connection, life, since: locked(&self.idle).ticks, is_trusted: false }
            }
        };
        let (connection, gate) = (Some(connection), self.clone());
        Ok(Lent {
            connection,
            is_busy: false,
            was_silent: false,
            is_open: false,
            is_spoiled: false,
            gate,
            permit: Some(permit),
            _held: held,
        })
    }

    /// A connection in a transaction. Nothing is lost with one that turns out to be gone: another one is tried.
    pub(super) async fn begin(&self, sql: &'static str) -> Result<Lent, DbError> {
        loop {
            let mut lent = self.lend().await?;
            // From the first word on: what fails half way is rolled back.
            lent.is_open = true;
            match lent.raw(sql).await {
                Ok(()) => return Ok(lent),
                Err(DbError::Unavailable) if lent.was_lost() => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Rows of a statement that changes nothing, in no transaction: one that went with its connection is asked again.
    pub(super) async fn read(
        &self,
        query: impl Fn() -> Query<'static, Postgres, PgArguments>,
    ) -> Result<Vec<PgRow>, DbError> {
        loop {
            let mut lent = self.lend().await?;
            match lent.rows(query()).await {
                Err(DbError::Unavailable) if lent.was_lost() => {}
                answer => return answer,
            }
        }
    }

    /// Closes all that are not lent, and lends none any more.
    pub(super) async fn close(&self) {
        self.permits.close();
        let idle = std::mem::take(&mut *locked(&self.idle));
        drop(idle);
        self.pool.close().await;
    }

    /// Whether it lends none any more.
    pub(super) fn is_closed(&self) -> bool {
        self.permits.is_closed()
    }

    /// A server that has let go of one connection may have let go of all: others are opened in their place.
    fn distrust(&self) {
        let idle = {
            let mut idle = locked(&self.idle);
            (std::mem::take(&mut idle.newer), std::mem::take(&mut idle.older))
        };
        for hot in idle.0.into_iter().chain(idle.1) {
            // Whoever has gone silent is not asked: its place in the pool is free at once.
            drop(hot.connection.detach());
        }
        self.flusher.doubt();
    }

    fn take_back(&self, connection: Hot) {
        let mut idle = locked(&self.idle);
        if idle.ticks.saturating_sub(connection.since) > LONGEST {
            drop(idle);
            return drop(connection);
        }
        idle.newer.push(connection);
        // The pool looks after them from here on.
        let closed = if self.permits.is_closed() { std::mem::take(&mut *idle) } else { Idle::default() };
        drop(idle);
        drop(closed);
    }
}

impl Idle {
    fn take(&mut self) -> Option<Hot> {
        self.newer.pop().or_else(|| self.older.pop())
    }
}

fn locked(idle: &Mutex<Idle>) -> MutexGuard<'_, Idle> {
    idle.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Gives what nobody wants back to the pool, as long as there is a gate.
async fn give_back(idle: Weak<Mutex<Idle>>) {
    let mut tick = interval(TRUSTED);
    loop {
        tick.tick().await;
        let Some(idle) = idle.upgrade() else { return };
        let old = {
            let mut idle = locked(&idle);
            idle.ticks += 1;
            let newer = std::mem::take(&mut idle.newer);
            std::mem::replace(&mut idle.older, newer)
        };
        drop(old);
    }
}

impl Lent {
    /// The connection, for one statement; its answer goes to [`Lent::done`].
    fn start(&mut self) -> Result<&mut PgConnection, DbError> {
        self.is_busy = true;
        let hot = self.connection.as_mut().ok_or(sqlx::Error::PoolClosed)?;
        has_asked(hot.life);
        Ok(&mut hot.connection)
    }

    fn done<T>(&mut self, answer: Result<T, sqlx::Error>) -> Result<T, DbError> {
        self.note(&answer);
        Ok(answer?)
    }

    /// What an answer says of the connection, and of the transaction on it.
    fn note<T>(&mut self, answer: &Result<T, sqlx::Error>) {
        self.is_busy = matches!(answer, Err(error) if !is_in_order_after(error));
        self.was_silent = matches!(answer, Err(sqlx::Error::Io(error)) if error.kind() == io::ErrorKind::TimedOut);
        if self.is_busy {
            self.gate.distrust();
        }
        self.is_spoiled = self.is_spoiled || self.is_open && answer.is_err();
    }

    /// Whether the last statement failed because the connection is gone, which was trusted to be there. One that was given up
    /// may still be at work: it is not asked again.
    fn was_lost(&self) -> bool {
        self.is_busy && !self.was_silent && self.connection.as_ref().is_some_and(|hot| hot.is_trusted)
    }

    /// Rows of a statement.
    pub(super) async fn rows(&mut self, query: Query<'static, Postgres, PgArguments>) -> Result<Vec<PgRow>, DbError> {
        Ok(self.answer(query).await??)
    }

    /// As [`Lent::rows`], with the library's own error.
    pub(super) async fn answer(
        &mut self,
        query: Query<'static, Postgres, PgArguments>,
    ) -> Result<Result<Vec<PgRow>, sqlx::Error>, DbError> {
        let longest = self.gate.silent_max;
        let answer = within(longest, query.fetch_all(self.start()?)).await;
        self.note(&answer);
        Ok(answer)
    }

    /// The number of rows that a statement touches.
    pub(super) async fn execute(&mut self, query: Query<'static, Postgres, PgArguments>) -> Result<u64, DbError> {
        let longest = self.gate.silent_max;
        let answer = within(longest, query.execute(self.start()?)).await;
        Ok(self.done(answer)?.rows_affected())
    }

    /// Runs statements without parameters in one round trip.
    pub(super) async fn raw(&mut self, sql: &'static str) -> Result<(), DbError> {
        let longest = self.gate.silent_max;
        let answer = within(longest, sqlx::raw_sql(sql).execute(self.start()?)).await;
        self.done(answer).map(drop)
    }

    /// Commits the transaction by `sql`; one in which a statement has failed is refused, and rolled back.
    pub(super) async fn end(mut self, sql: &'static str) -> Result<(), DbError> {
        if self.is_spoiled {
            return Err(DbError::Other("a transaction in which a statement has failed is not committed".to_owned()));
        }
        self.raw(sql).await?;
        self.is_open = false;
        Ok(())
    }

    /// Has the server parse and plan a statement.
    pub(super) async fn prepare(&mut self, sql: String) -> Result<(), DbError> {
        let answer = self.start()?.prepare(sqlx::SqlSafeStr::into_sql_str(AssertSqlSafe(sql))).await.map(drop);
        self.done(answer)
    }
}

/// An answer, unless it takes longer than `longest`.
async fn within<T>(
    longest: Option<Duration>,
    answer: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    match longest {
        Some(longest) => {
            timeout(longest, answer).await.unwrap_or_else(|_| Err(io::Error::from(io::ErrorKind::TimedOut).into()))
        }
        None => answer.await,
    }
}

/// What the database refuses leaves the connection in order, but for its last word before it ends it.
fn is_in_order_after(error: &sqlx::Error) -> bool {
    let told = error.as_database_error().and_then(|error| error.try_downcast_ref::<PgDatabaseError>());
    told.is_some_and(|told| !matches!(told.severity(), PgSeverity::Fatal | PgSeverity::Panic))
}

impl Drop for Lent {
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take() else { return };
        if self.is_busy {
            // The server ends what was begun when the connection ends.
            drop(connection.connection.detach());
            return;
        }
        if !self.is_open {
            return self.gate.take_back(connection);
        }
        let (gate, permit) = (self.gate.clone(), self.permit.take());
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(async move {
                let rollback = sqlx::raw_sql("rollback").execute(&mut *connection.connection);
                match within(gate.silent_max, rollback).await {
                    Ok(_) => gate.take_back(connection),
                    Err(_) => drop(connection.connection.detach()),
                }
                drop(permit);
            })),
            Err(_) => drop(connection.connection.detach()),
        }
    }
}
