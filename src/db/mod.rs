//! The database: an enum of two native pools, one text per statement, no tree of repository traits.
//!
//! SQLite is the embedded default: one writing connection, a few reading ones, WAL, every commit flushed.
//! PostgreSQL is the same program with another URL. A statement is written once in `src/<module>/sql/`,
//! with `$1` placeholders, and serves both engines.
//!
//! To add a statement: put it in the capability's `sql/` folder with a comment saying how many rows and
//! which locks, load it with `include_str!`, pass `&params![…]`; a test prepares every file on both engines.
//! To add a table: a file in `migrations/sqlite` and in `migrations/postgres`, and a line in `schema.rs`.

mod bulk;
mod columns;
mod dump;
mod error;
mod flusher;
mod gate;
mod holders;
mod postgres;
mod rests;
mod row;
mod schema;
mod script;
mod snapshot;
mod sqlite;
mod statement;
mod tx;
mod value;

pub(crate) use columns::{Cells, Packed, PackedText};
pub use error::DbError;
pub(crate) use rests::{Rests, watching};
pub use row::Row;
pub(crate) use script::EXPECTED;
pub use script::Step;
pub(crate) use script::Together;
pub use snapshot::{Part, Restoring, Snapshot, newest_schema};
pub use tx::Tx;
pub use value::Value;

use std::time::Duration;

use sqlx::sqlite::SqlitePool;
use sqlx::{AssertSqlSafe, Executor as _};

use gate::{Gate, Opening};
use postgres::Server;
pub(crate) use postgres::connections;
use row::Native;
use tx::NativeTx;

/// Which engine is behind the URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// One file, embedded.
    Sqlite,
    /// A server.
    Postgres,
}

/// Connections of a process to its database. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    pools: Pools,
    /// Behind the pool, on PostgreSQL.
    server: Option<Server>,
}

/// A moment before something was read or committed: what was in the database then, and has come into it since, is still
/// there when [`Db::make_durable`] is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark(u64);

#[derive(Clone)]
enum Pools {
    Sqlite { writer: SqlitePool, readers: SqlitePool },
    Postgres(Gate),
}

const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(30);
const STATEMENT_CACHE_CAPACITY: usize = 512;

impl Db {
    /// Connects. `url` is `sqlite:PATH` (the file is made when absent) or `postgres://…`.
    /// # Errors
    /// `Unavailable` when the server or file cannot be reached; `Other` for another kind of URL. The URL is
    /// never repeated in an error, for it may hold a password.
    pub async fn connect(url: &str) -> Result<Db, DbError> {
        Self::connect_with(url, connections()).await
    }

    /// As [`Db::connect`], with at most so many connections for the operations on PostgreSQL.
    /// # Errors
    /// As [`Db::connect`].
    pub async fn connect_with(url: &str, connections: u32) -> Result<Db, DbError> {
        match url.split_once(':') {
            Some(("sqlite", _)) => Ok(Db { pools: sqlite::connect(url).await?, server: None }),
            Some(("postgres" | "postgresql", _)) => {
                let server = Server::connect(url, connections).await?;
                Ok(Db { pools: Pools::Postgres(server.application.clone()), server: Some(server) })
            }
            Some(_) | None => Err(DbError::Other("a database URL starts with sqlite: or postgres:".to_owned())),
        }
    }

    /// The same database as a sequencer sees it: on PostgreSQL in its role and over connections of its own, so that a flood of
    /// requests does not keep the log waiting. They belong to the runtime in which this is called: whoever ends it calls
    /// [`Db::leave`] before.
    #[must_use]
    pub fn for_sequencer(&self) -> Db {
        match &self.server {
            Some(server) => Db { pools: Pools::Postgres(server.lasting_sequencer()), server: self.server.clone() },
            None => self.clone(),
        }
    }

    /// Closes the connections of a value of [`Db::for_sequencer`], and no other ones. Nothing on SQLite, where they are everybody's.
    pub async fn leave(&self) {
        if let Pools::Postgres(gate) = &self.pools {
            gate.close().await;
        }
    }

    /// The same database as the owner of the journal's tables sees it: on PostgreSQL in the owner's role where the login is a
    /// member of it, else as the login itself. Only for what neither operations nor sequencer may.
    #[must_use]
    pub fn for_owner(&self) -> Db {
        match &self.server {
            Some(server) => Db { pools: Pools::Postgres(server.owner.clone()), server: self.server.clone() },
            None => self.clone(),
        }
    }

    /// Whether operations and sequencer act in database roles of their own, so that the database itself refuses to let the
    /// service change its journal. `None` on SQLite, which has no roles.
    /// # Errors
    /// When the database cannot be read.
    pub async fn roles_are_apart(&self) -> Result<Option<bool>, DbError> {
        match &self.server {
            Some(server) => server.roles_are_apart().await.map(Some),
            None => Ok(None),
        }
    }

    /// As [`Db::connect`], to a database that is there: nothing is made.
    /// # Errors
    /// As [`Db::connect`]; `Other` when the file is not there.
    pub async fn connect_existing(url: &str) -> Result<Db, DbError> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            let path = path.trim_start_matches("//");
            if !std::path::Path::new(path).is_file() {
                return Err(DbError::Other(format!("there is no database file {path}")));
            }
        }
        Self::connect(url).await
    }

    /// Ends transactions of other processes of ours that have written to `table` and fallen silent for more than a second:
    /// nothing else lets go of what they hold before their process wakes up. Nothing on SQLite, where a stopped process
    /// must be ended by hand.
    /// # Errors
    /// When the database cannot be used.
    pub async fn end_silent_writers(&self, table: &'static str) -> Result<(), DbError> {
        match (&self.server, &self.pools) {
            (Some(server), Pools::Postgres(gate)) => server.end_silent_writers(gate, table).await,
            (_, _) => Ok(()),
        }
    }

    /// Brings the schema up to this program's version. Safe to repeat; forward only.
    /// # Errors
    /// `Other` when a step that was applied before differs from ours, or the inbox must be empty first and is not.
    pub async fn migrate(&self) -> Result<(), DbError> {
        let migrator = schema::migrator(self.engine());
        match (&self.pools, &self.server) {
            (Pools::Sqlite { writer, .. }, _) => {
                const APPLIED: &str = "select version from _sqlx_migrations where success";
                // A new database has no such table.
                let applied = sqlx::query_scalar::<_, i64>(APPLIED).fetch_all(writer).await.unwrap_or_default();
                if schema::needs_an_empty_inbox(&applied)
                    && sqlx::query(schema::WAITING).fetch_optional(writer).await?.is_some()
                {
                    return Err(DbError::Other(schema::EVENTS_WAIT.to_owned()));
                }
                migrator.run(writer).await?
            }
            (Pools::Postgres(_), Some(server)) => {
                server.migrate(&migrator, &schema::expected(Engine::Postgres)).await?
            }
            (Pools::Postgres(_), None) => return Err(DbError::Other("no server behind the pool".to_owned())),
        }
        Ok(())
    }

    /// Whether the schema is exactly this program's version: every step applied, none changed, none newer.
    /// # Errors
    /// When the database cannot be read; a database without any schema is `false`.
    pub async fn schema_is_current(&self) -> Result<bool, DbError> {
        const APPLIED: &str = "select version, checksum from _sqlx_migrations where success order by version";
        let rows = match &self.pools {
            Pools::Sqlite { readers, .. } => {
                sqlx::query(APPLIED).fetch_all(readers).await.map(|rows| own(rows, Native::Sqlite))
            }
            Pools::Postgres(gate) => {
                let mut lent = gate.lend().await?;
                lent.answer(sqlx::query(APPLIED)).await?.map(|rows| own(rows, Native::Postgres))
            }
        };
        let rows = match rows {
            Err(error) if error::is_missing_table(&error) => return Ok(false),
            other => other?,
        };
        let mut applied = Vec::with_capacity(rows.len());
        for row in rows {
            applied.push((row.int("version")?, row.bytes("checksum")?));
        }
        Ok(applied == schema::expected(self.engine()))
    }

    /// Which engine this is. Statements must not depend on it.
    #[must_use]
    pub fn engine(&self) -> Engine {
        match &self.pools {
            Pools::Sqlite { .. } => Engine::Sqlite,
            Pools::Postgres(_) => Engine::Postgres,
        }
    }

    /// Begins a writing transaction. On SQLite it waits for its turn: there is one writer. On PostgreSQL it begins with its
    /// first statement, which waits for a connection.
    /// # Errors
    /// `Unavailable` when no connection comes free in time.
    pub async fn begin(&self) -> Result<Tx, DbError> {
        let native = match &self.pools {
            Pools::Sqlite { writer, .. } => NativeTx::Sqlite(writer.begin_with("begin immediate").await?),
            Pools::Postgres(gate) => NativeTx::Postgres(Opening::Pending(gate.clone())),
        };
        Ok(Tx { native })
    }

    /// Begins a transaction that only reads: all of it sees the database as it is now, whatever is written meanwhile.
    /// # Errors
    /// `Unavailable` when no connection comes free in time.
    pub async fn begin_reading(&self) -> Result<Tx, DbError> {
        let native = match &self.pools {
            Pools::Sqlite { readers, .. } => NativeTx::Sqlite(readers.begin().await?),
            Pools::Postgres(gate) => {
                let begun = gate.begin("begin isolation level repeatable read read only").await?;
                NativeTx::Postgres(Opening::Begun(begun))
            }
        };
        Ok(Tx { native })
    }

    /// Rows of a reading statement, outside any transaction: what is committed now.
    /// # Errors
    /// Any [`DbError`] but `Full`.
    pub async fn query(&self, sql: &'static str, params: &[Value]) -> Result<Vec<Row>, DbError> {
        statement::check_arity(sql, params.len())?;
        self.fetch(sql, params).await
    }

    /// The only row of a reading statement, or `None`.
    /// # Errors
    /// As [`Db::query`], and `Other` when there is more than one row.
    pub async fn query_one(&self, sql: &'static str, params: &[Value]) -> Result<Option<Row>, DbError> {
        only(sql, self.query(sql, params).await?)
    }

    /// Rows whose column is among `keys`: the statement says `… in ($1)` and has no other placeholder.
    /// The order of rows is not defined. Any number of keys; on PostgreSQL one round trip, on SQLite one for 64.
    /// # Errors
    /// As [`Db::query`].
    pub async fn query_in(&self, sql: &'static str, keys: &[Value]) -> Result<Vec<Row>, DbError> {
        if let Pools::Postgres(gate) = &self.pools
            && let Some(written) = bulk::Written::among(sql, keys)
        {
            return Ok(own(gate.read(|| written.clone().query()).await?, Native::Postgres));
        }
        let mut rows = Vec::new();
        for chunk in chunks(keys) {
            let wide = statement::widen_in(sql, chunk.len())?;
            rows.append(&mut self.fetch(&wide, chunk).await?);
        }
        Ok(rows)
    }

    /// Has the engine parse and plan a statement without running it.
    /// # Errors
    /// `Other` with the engine's words when it refuses.
    pub async fn prepare_check(&self, sql: &str) -> Result<(), DbError> {
        match &self.pools {
            Pools::Sqlite { readers, .. } => {
                let sql = sqlx::SqlSafeStr::into_sql_str(AssertSqlSafe(sql.to_owned()));
                readers.acquire().await?.prepare(sql).await?;
            }
            Pools::Postgres(gate) => gate.lend().await?.prepare(sql.to_owned()).await?,
        }
        Ok(())
    }

    /// Has the engine forget what was deleted: no copy of it stays in the write-ahead log of SQLite. On PostgreSQL dead rows
    /// and archived log go with vacuuming ([`Db::rewrite`]) and the retention of backups, which are the server's.
    /// # Errors
    /// As [`Db::query`]; `Unavailable` while somebody goes on reading what was: nothing is forgotten then, and the same may
    /// succeed later.
    pub async fn forget(&self) -> Result<(), DbError> {
        match &self.pools {
            Pools::Sqlite { writer, .. } => sqlite::forget(writer).await,
            Pools::Postgres(_) => Ok(()),
        }
    }

    /// Writes `tables` anew without what was deleted from them, and gives the old pages back: `vacuum (full)` of PostgreSQL
    /// by the login itself, which must own them. Holds each of them from everybody while it is written. On SQLite deleted
    /// rows are overwritten at once, and this does what [`Db::forget`] does.
    /// # Errors
    /// `Other` when the login does not own a table; else as [`Db::forget`].
    pub async fn rewrite(&self, tables: &[&'static str]) -> Result<(), DbError> {
        match &self.server {
            Some(server) => server.rewrite(tables).await,
            None => self.forget().await,
        }
    }

    /// Now, before something is read or committed that [`Db::make_durable`] is to make durable.
    #[must_use]
    pub fn mark(&self) -> Mark {
        Mark(self.server.as_ref().map_or(0, |server| server.flusher.mark()))
    }

    /// Makes durable whatever was committed before, by `Tx::commit_lazily_with` too: what was read or committed after `since`
    /// is then on disk. Costs a question where it is already.
    /// # Errors
    /// Any [`DbError`]: then it is not known to be durable. `Unavailable` also when the server was begun anew since: what was
    /// seen then may have been lost.
    pub async fn make_durable(&self, since: Mark) -> Result<(), DbError> {
        if let Some(server) = &self.server {
            server.flusher.flush(since.0).await?;
        }
        Ok(())
    }

    /// Waits for work in progress and closes all connections. Clones of this value become useless.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Postgres(gate) => gate.close().await,
        }
        if let Some(server) = &self.server {
            server.close().await;
        }
    }

    async fn fetch(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>, DbError> {
        match &self.pools {
            Pools::Sqlite { readers, .. } => {
                Ok(own(sqlite::bind(sql, params).fetch_all(readers).await?, Native::Sqlite))
            }
            Pools::Postgres(gate) => Ok(own(gate.read(|| postgres::bind(sql, params)).await?, Native::Postgres)),
        }
    }
}

fn check_arities(sql: &str, rows: &[Vec<Value>]) -> Result<(), DbError> {
    let wanted = statement::placeholder_count(sql);
    match rows.iter().find(|row| row.len() != wanted) {
        Some(row) => statement::check_arity(sql, row.len()),
        None => Ok(()),
    }
}

fn own<R>(rows: Vec<R>, native: fn(R) -> Native) -> Vec<Row> {
    rows.into_iter().map(|row| Row(native(row))).collect()
}

fn only(sql: &str, rows: Vec<Row>) -> Result<Option<Row>, DbError> {
    if rows.len() > 1 {
        return Err(DbError::Other(format!("{} rows where one belongs: {sql}", rows.len())));
    }
    Ok(rows.into_iter().next())
}

/// Cuts into pieces of the few sizes that texts are widened to.
fn chunks<T>(mut items: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let size = statement::CHUNK_SIZES.into_iter().find(|size| *size <= items.len())?;
        let (chunk, rest) = items.split_at_checked(size)?;
        items = rest;
        Some(chunk)
    })
}
