//! PostgreSQL: who the process is there, and how long one that has gone silent may hold what others wait for.

use std::str::FromStr as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::postgres::{PgArguments, PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Postgres, Row as _};
use tokio::time::timeout;

use super::dump::Dump;
use super::flusher::Flusher;
use super::gate::Gate;
use super::row::{PgId, PgNull};
use super::{ACQUIRE_TIMEOUT, DbError, STATEMENT_CACHE_CAPACITY, Value, schema};

/// What the operations do: may put events into the inbox, and append or change nothing in the journal.
const APPLICATION: &str = "qolhat_application";
/// What the sequencer does: may append, and move the head.
const SEQUENCER: &str = "qolhat_sequencer";
/// Who owns the journal's tables: may remove what was pruned.
const OWNER: &str = "qolhat_owner";

/// Connections of the operations for each processor, when nobody says how many. Each is a process of the server, which is often
/// on the same machine: more of them than the processors can run only take turns. Measured on two processors, acts of 32 and
/// 256 callers at once: with 8 connections a tenth and a quarter more than with 32.
const CONNECTIONS_PER_PROCESSOR: usize = 4;
/// The same at the least: one may be held by who reads much.
const CONNECTIONS_LEAST: u32 = 8;
/// The same at the most: the server may have several such processes.
const CONNECTIONS_MOST: u32 = 32;
/// Connections of the sequencer: two write, one reads ahead, one looks.
const SEQUENCER_CONNECTIONS_MAX: u32 = 4;
const OWNER_CONNECTIONS_MAX: u32 = 2;
const SEQUENCER_ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a connection that is given back to the pool may take to say that it is there.
const RELEASE_PATIENCE: Duration = Duration::from_secs(5);
/// How long an answer of the server may take before the process gives the connection up. A leader that waits for one that was
/// lost on the way would not lead again, and would not follow either.
const SEQUENCER_SILENT_MAX: Duration = Duration::from_secs(10);
/// The same of operations and audits, of which some read a whole log. No shorter than the network itself tries to be heard.
const SILENT_MAX: Duration = Duration::from_secs(15 * 60);
/// When the server gives up on a process that has fallen silent, in milliseconds: one that was stopped, or cut off, must
/// not hold for ever what others wait for.
#[derive(Clone, Copy)]
struct Patience {
    /// Between two statements of a transaction.
    idle: u32,
    /// Within one statement; 0 has no end.
    statement: u32,
}

const PATIENCE: Patience = Patience { idle: 30_000, statement: 0 };
/// The whole log waits for a transaction of the sequencer.
const SEQUENCER_PATIENCE: Patience = Patience { idle: 3_000, statement: 4_000 };

/// Connections of the operations, when nobody says how many: four for each processor of this machine, 8 to 32.
pub(crate) fn connections() -> u32 {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    connections_for(processors)
}

fn connections_for(processors: usize) -> u32 {
    let wanted = u32::try_from(processors.saturating_mul(CONNECTIONS_PER_PROCESSOR)).unwrap_or(CONNECTIONS_MOST);
    wanted.clamp(CONNECTIONS_LEAST, CONNECTIONS_MOST)
}

/// The connections of a process.
#[derive(Clone)]
pub(super) struct Server {
    /// Of the operations.
    pub(super) application: Gate,
    /// Of the owner.
    pub(super) owner: Gate,
    /// Of those who sequence, and have not left.
    sequencers: Arc<Mutex<Vec<Gate>>>,
    /// What makes durable.
    pub(super) flusher: Flusher,
    options: PgConnectOptions,
}

impl Server {
    /// With at most so many `connections` for the operations.
    pub(super) async fn connect(url: &str, connections: u32) -> Result<Self, DbError> {
        let options = PgConnectOptions::from_str(url)
            .map_err(|_| DbError::Other("the postgres: URL cannot be read".to_owned()))?
            .application_name("qolhat")
            .statement_cache_capacity(STATEMENT_CACHE_CAPACITY);
        // Whether the server answers. The pools connect when they are asked to: by then the roles are made.
        let mut first = options.connect().await?;
        settle_application(&mut first).await?;
        let flusher = Flusher::new(first, options.clone());
        let application = pool(APPLICATION, PATIENCE, &flusher).max_connections(connections);
        let owner = pool(OWNER, PATIENCE, &flusher).max_connections(OWNER_CONNECTIONS_MAX);
        Ok(Self {
            application: Gate::new(
                application.connect_lazy_with(options.clone()),
                connections,
                Some(SILENT_MAX),
                &flusher,
            ),
            owner: Gate::new(owner.connect_lazy_with(options.clone()), OWNER_CONNECTIONS_MAX, None, &flusher),
            sequencers: Arc::default(),
            flusher,
            options,
        })
    }

    /// Applies the steps that are due, then says who may do what. Both as the login itself.
    /// A login that may change no table is enough where no step is due. The pools are not asked: their connections take on
    /// roles that are made here.
    pub(super) async fn migrate(&self, migrator: &Migrator, expected: &[(i64, Vec<u8>)]) -> Result<(), DbError> {
        const APPLIED: &str = "select version, checksum from _sqlx_migrations where success order by version";
        let mut connection = self.options.connect().await?;
        let applied = sqlx::query_as::<_, (i64, Vec<u8>)>(APPLIED).fetch_all(&mut connection).await;
        let applied = applied.unwrap_or_default();
        if applied != expected {
            let versions: Vec<i64> = applied.iter().map(|(version, _)| *version).collect();
            if schema::needs_an_empty_inbox(&versions)
                && sqlx::query(schema::WAITING).fetch_optional(&mut connection).await?.is_some()
            {
                connection.close().await?;
                return Err(DbError::Other(schema::EVENTS_WAIT.to_owned()));
            }
            migrator.run(&mut connection).await?;
        }
        share_out(&mut connection).await?;
        Ok(connection.close().await?)
    }

    /// As [`Server::sequencer`], to be closed with the others.
    pub(super) fn lasting_sequencer(&self) -> Gate {
        let gate = self.sequencer();
        let mut open = self.sequencers.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|gate| !gate.is_closed());
        open.push(gate.clone());
        gate
    }

    /// Connections for one who sequences.
    fn sequencer(&self) -> Gate {
        let pool = pool(SEQUENCER, SEQUENCER_PATIENCE, &self.flusher)
            .max_connections(SEQUENCER_CONNECTIONS_MAX)
            .acquire_timeout(SEQUENCER_ACQUIRE_TIMEOUT)
            .connect_lazy_with(self.options.clone());
        Gate::new(pool, SEQUENCER_CONNECTIONS_MAX, Some(SEQUENCER_SILENT_MAX), &self.flusher)
    }

    /// The database as it is now, to be read table by table.
    pub(super) async fn dump(&self) -> Result<Dump, DbError> {
        let mut connection = self.options.connect().await?;
        // No end of patience: a long table is read as fast as it can be written down.
        settle(&mut connection, APPLICATION, Patience { idle: 0, statement: 0 }).await?;
        Dump::begin(connection).await
    }

    /// Whether operations and sequencer act in roles of their own.
    pub(super) async fn roles_are_apart(&self) -> Result<bool, DbError> {
        let mut apart = true;
        let sequencer = self.sequencer();
        for (gate, role) in [(&self.application, APPLICATION), (&sequencer, SEQUENCER)] {
            let rows = gate.lend().await?.rows(sqlx::query("select current_user::text")).await?;
            apart = apart && rows.first().and_then(|row| row.try_get::<String, _>(0).ok()).as_deref() == Some(role);
        }
        sequencer.close().await;
        Ok(apart)
    }

    /// Ends the sessions of our own login that have written to `table` in a transaction and then left the server waiting for
    /// a word. A timeout does so too, but not within a COPY whose rows do not come.
    pub(super) async fn end_silent_writers(&self, gate: &Gate, table: &'static str) -> Result<(), DbError> {
        const END: &str = "select pg_terminate_backend(a.pid) from pg_stat_activity a \
            where a.pid <> pg_backend_pid() and a.usename = session_user and a.wait_event = 'ClientRead' \
                and a.state_change < clock_timestamp() - interval '1 second' \
                and exists (select from pg_locks l where l.pid = a.pid and l.relation = to_regclass($1) \
                    and l.database = (select oid from pg_database where datname = current_database()) \
                    and l.mode = 'RowExclusiveLock' and l.granted)";
        // Whose sessions they are tells the login, not the role that it has taken on.
        let mut tx = gate.begin("begin; set local role none").await?;
        let ended = tx.execute(sqlx::query(END).bind(table)).await?;
        if ended > 0 {
            tracing::warn!(session.count = ended, "sessions that had fallen silent were ended");
        }
        tx.end("commit").await
    }

    /// As [`super::Db::rewrite`].
    pub(super) async fn rewrite(&self, tables: &[&'static str]) -> Result<(), DbError> {
        // A vacuum passes by what it may not touch with a warning: that is asked first.
        const OWNED: &str = "select coalesce((select pg_has_role(relowner, 'usage') from pg_class \
            where oid = to_regclass($1)), false)";
        let mut connection = self.options.connect().await?;
        for table in tables {
            let owned: bool = sqlx::query_scalar(OWNED).bind(*table).fetch_one(&mut connection).await?;
            if !owned {
                return Err(DbError::Other(format!("this login does not own {table}; take the one that migrates")));
            }
            // A name of ours.
            sqlx::raw_sql(AssertSqlSafe(format!("vacuum (full) {table}"))).execute(&mut connection).await?;
        }
        // The pages of before are gone from the tables; the write-ahead log is let go of as early as the server may.
        sqlx::raw_sql("checkpoint").execute(&mut connection).await.map(drop).or_else(may_not)?;
        Ok(connection.close().await?)
    }

    pub(super) async fn close(&self) {
        self.flusher.close().await;
        self.owner.close().await;
        let sequencers = std::mem::take(&mut *self.sequencers.lock().unwrap_or_else(PoisonError::into_inner));
        for gate in sequencers {
            gate.close().await;
        }
        self.application.close().await;
    }
}

/// Says who may do what.
pub(super) async fn share_out(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(include_str!("../../migrations/roles.sql")).execute(connection).await.map(drop)
}

/// That the login may not have the server checkpoint is no fault: the server does so by itself.
fn may_not(error: sqlx::Error) -> Result<(), sqlx::Error> {
    let code = error.as_database_error().and_then(|error| error.code().map(std::borrow::Cow::into_owned));
    if code.as_deref() == Some("42501") { Ok(()) } else { Err(error) }
}

/// A pool whose connections take on `role` where the login is a member of it.
fn pool(role: &'static str, patience: Patience, flusher: &Flusher) -> PgPoolOptions {
    let flusher = flusher.clone();
    let options = PgPoolOptions::new().acquire_timeout(ACQUIRE_TIMEOUT).after_connect(move |connection, _| {
        // Perhaps in the place of one that was lost.
        flusher.doubt();
        Box::pin(settle(connection, role, patience))
    });
    // Asked before it is taken back, and not for longer than this: of a network that is silent a place would be lost until
    // the system gives the connection up.
    options.after_release(|connection, _| {
        Box::pin(async { Ok(matches!(timeout(RELEASE_PATIENCE, connection.ping()).await, Ok(Ok(())))) })
    })
}

/// As every connection of the operations.
pub(super) async fn settle_application(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    settle(connection, APPLICATION, PATIENCE).await
}

async fn settle(connection: &mut PgConnection, role: &'static str, patience: Patience) -> Result<(), sqlx::Error> {
    // A commit that is told of is on disk, whatever the login's settings say.
    // A transaction that waits for another one goes on from what that has left.
    // Every statement of ours goes by the same way whatever its parameters: to plan a small one takes longer than to run it.
    const PATIENCE: &str = "select set_config('idle_in_transaction_session_timeout', $1, false), \
        set_config('statement_timeout', $2, false), set_config('plan_cache_mode', 'force_generic_plan', false), \
        set_config('default_transaction_isolation', 'read committed', false), \
        set_config('synchronous_commit', case current_setting('synchronous_commit') when 'off' then 'on' \
            else current_setting('synchronous_commit') end, false)";
    const ROLE: &str =
        "select set_config('role', rolname, false) from pg_roles where rolname = $1 and pg_has_role(oid, 'member')";
    let (idle, statement) = (patience.idle.to_string(), patience.statement.to_string());
    sqlx::query(PATIENCE).bind(idle).bind(statement).execute(&mut *connection).await?;
    sqlx::query(ROLE).bind(role).execute(&mut *connection).await?;
    Ok(())
}

/// The caller's text is a constant of ours, or one of ours widened by `statement.rs`; never data.
pub(super) fn bind(sql: &str, params: &[Value]) -> Query<'static, Postgres, PgArguments> {
    let mut query = sqlx::query(AssertSqlSafe(sql.to_owned()));
    for value in params {
        query = bind_one(query, value);
    }
    query
}

/// With one more parameter.
pub(super) fn bind_one(
    query: Query<'static, Postgres, PgArguments>,
    value: &Value,
) -> Query<'static, Postgres, PgArguments> {
    match value {
        Value::Null => query.bind(PgNull),
        Value::Int(number) => query.bind(*number),
        Value::Text(text) => query.bind(text.as_str()),
        Value::Bytes(bytes) => query.bind(bytes.as_slice()),
        Value::Id(id) => query.bind(PgId(*id)),
    }
}

#[cfg(test)]
mod tests {
    use super::connections_for;

    #[test]
    fn connections_go_with_the_processors_within_bounds() {
        for (processors, connections) in [(0, 8), (1, 8), (2, 8), (3, 12), (8, 32), (64, 32), (usize::MAX, 32)] {
            assert_eq!(connections_for(processors), connections, "{processors}");
        }
    }
}
