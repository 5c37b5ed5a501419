//! Makes durable what was committed lazily: one session of its own to the server, which everybody shares. As long as it lives
//! the server was not begun anew, and has lost nothing of what was seen meanwhile.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, PgConnection};
use tokio::runtime::Handle;
use tokio::sync::{Mutex, Notify};
use tokio::time::timeout;

use super::DbError;
use super::postgres::settle_application;

/// How often the session is asked whether it lives.
const LOOK: Duration = Duration::from_millis(500);
/// And how often a new one is tried.
const TRY: Duration = Duration::from_millis(100);
/// How long a new session, or an answer to that, is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long the disk, or the network, may take for a flush: everybody waits for it.
const FLUSH_PATIENCE: Duration = Duration::from_secs(10);

/// A commit that has written something waits for the server's log up to itself. Where all of the log is on disk already nothing
/// is written; a server with synchronous standbys is not asked whether they have it.
const FLUSH: &str = "select pg_logical_emit_message(true, 'qolhat', '') \
    where pg_current_wal_insert_lsn() > pg_current_wal_flush_lsn() \
        or current_setting('synchronous_standby_names') <> ''";

/// The session. Cheap to clone.
#[derive(Clone)]
pub(super) struct Flusher(Arc<Shared>);

struct Shared {
    options: PgConnectOptions,
    /// In which the session lives, whoever asks for it: another one may end before.
    runtime: Handle,
    session: Mutex<Session>,
    /// The number of the session that lives; 0 while there is none.
    current: AtomicU64,
    /// How many flushes were begun.
    begun: AtomicU64,
    is_closed: AtomicBool,
    /// Something was lost: the session is to be looked at.
    doubt: Notify,
}

struct Session {
    /// `None` while there is none, or while it is asked.
    connection: Option<PgConnection>,
    /// The number of the last one that was made.
    made: u64,
    /// The last flush that came to an end, and the session by which it was done; 0 when it failed.
    last: (u64, u64),
}

impl Flusher {
    /// Over `connection`, and others like it when that is gone.
    pub(super) fn new(connection: PgConnection, options: PgConnectOptions) -> Self {
        let session = Mutex::new(Session { connection: Some(connection), made: 1, last: (0, 0) });
        let shared = Arc::new(Shared {
            options,
            runtime: Handle::current(),
            session,
            current: AtomicU64::new(1),
            begun: AtomicU64::new(0),
            is_closed: AtomicBool::new(false),
            doubt: Notify::new(),
        });
        tokio::spawn(look_after(Arc::downgrade(&shared)));
        Self(shared)
    }

    /// The session that lives, as far as is known.
    pub(super) fn mark(&self) -> u64 {
        self.0.current.load(Ordering::SeqCst)
    }

    /// The session that lives now: whoever has a connection that was there before this was asked, and still is there
    /// afterwards, has it to the server in the same life.
    pub(super) async fn alive(&self) -> Result<u64, DbError> {
        let shared = Arc::clone(&self.0);
        // In a task of its own, as a flush.
        let looked = self.0.runtime.spawn(async move { shared.look().await });
        // It asks at most twice. The runtime may have ended, or stand still.
        match timeout(PATIENCE * 3, looked).await {
            Ok(Ok(())) if self.mark() > 0 => Ok(self.mark()),
            Ok(_) | Err(_) => Err(DbError::Unavailable),
        }
    }

    /// A connection was lost, perhaps all of them.
    pub(super) fn doubt(&self) {
        self.0.doubt.notify_one();
    }

    /// Flushes, or waits for a flush that was begun after this was called. By the session `since` alone: with another one the
    /// server may have been begun anew.
    pub(super) async fn flush(&self, since: u64) -> Result<(), DbError> {
        let shared = Arc::clone(&self.0);
        let ticket = shared.begun.load(Ordering::SeqCst);
        // In a task of its own: whoever gives up waiting does not break off what others wait for.
        let done = self.0.runtime.spawn(async move { shared.flush(since, ticket).await });
        done.await.unwrap_or(Err(DbError::Unavailable))
    }

    pub(super) async fn close(&self) {
        self.0.is_closed.store(true, Ordering::SeqCst);
        self.0.current.store(0, Ordering::SeqCst);
        let connection = self.0.session.lock().await.connection.take();
        if let Some(connection) = connection
            && let Err(error) = connection.close().await
        {
            tracing::debug!(error = %error, "the flushing session ended badly");
        }
    }
}

impl Shared {
    async fn flush(&self, since: u64, ticket: u64) -> Result<(), DbError> {
        let mut session = self.session.lock().await;
        let (last, by) = session.last;
        if last <= ticket {
            if since == 0 || since != self.current.load(Ordering::SeqCst) {
                return Err(gone());
            }
            let number = self.begun.fetch_add(1, Ordering::SeqCst).saturating_add(1);
            let done = self.ask(&mut session, |mut connection| async move {
                let done = timeout(FLUSH_PATIENCE, sqlx::raw_sql(FLUSH).execute(&mut connection)).await;
                done.unwrap_or(Err(sqlx::Error::PoolTimedOut)).map(|_| connection)
            });
            let done = done.await;
            session.last = (number, if done.is_ok() { since } else { 0 });
            return done;
        }
        if since != 0 && by == since { Ok(()) } else { Err(gone()) }
    }

    /// Asks the session something; one that does not answer well is ended.
    async fn ask<F>(&self, session: &mut Session, what: impl FnOnce(PgConnection) -> F) -> Result<(), DbError>
    where
        F: Future<Output = Result<PgConnection, sqlx::Error>>,
    {
        let Some(connection) = session.connection.take() else { return Err(gone()) };
        match what(connection).await {
            Ok(connection) => {
                session.connection = Some(connection);
                Ok(())
            }
            Err(error) => {
                self.current.store(0, Ordering::SeqCst);
                self.doubt.notify_one();
                Err(error.into())
            }
        }
    }

    /// Sees to it that there is a session that lives.
    async fn look(&self) {
        let mut session = self.session.lock().await;
        if self.is_closed.load(Ordering::SeqCst) {
            return;
        }
        if session.connection.is_some() {
            let lives = self.ask(&mut session, |mut connection| async move {
                let answer = timeout(PATIENCE, connection.ping()).await;
                answer.unwrap_or(Err(sqlx::Error::PoolTimedOut)).map(|()| connection)
            });
            if lives.await.is_ok() {
                return;
            }
        }
        let made = timeout(PATIENCE, async {
            let mut connection = self.options.connect().await?;
            settle_application(&mut connection).await?;
            Ok::<_, sqlx::Error>(connection)
        });
        // What is in the way is logged by whoever is kept from his work.
        let Ok(Ok(connection)) = made.await else { return };
        session.made = session.made.saturating_add(1);
        session.connection = Some(connection);
        if !self.is_closed.load(Ordering::SeqCst) {
            self.current.store(session.made, Ordering::SeqCst);
        }
    }
}

fn gone() -> DbError {
    tracing::warn!("the database was out of reach since something was read: it is not told");
    DbError::Unavailable
}

/// Keeps a session alive, as long as there is a flusher.
async fn look_after(shared: Weak<Shared>) {
    loop {
        {
            let Some(shared) = shared.upgrade() else { return };
            let pause = if shared.current.load(Ordering::SeqCst) == 0 { TRY } else { LOOK };
            let _ = timeout(pause, shared.doubt.notified()).await;
            if shared.is_closed.load(Ordering::SeqCst) {
                return;
            }
            shared.look().await;
        }
        // A server that is being begun anew refuses at once.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
