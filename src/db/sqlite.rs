//! SQLite: one connection that writes, a few that read, and how what was deleted is forgotten.

use std::str::FromStr as _;
use std::time::Duration;

use sqlx::query::Query;
use sqlx::sqlite::{
    SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Sqlite};

use super::{ACQUIRE_TIMEOUT, DbError, Pools, STATEMENT_CACHE_CAPACITY, Value};

const READERS_MAX: u32 = 4;
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// How often the write-ahead log is tried to be emptied in one go, and the wait for others in and after each try.
const FORGET_TRIES: u32 = 5;
const FORGET_PAUSE: Duration = Duration::from_millis(50);

/// Connects to the file that `url` names; it is made when absent.
pub(super) async fn connect(url: &str) -> Result<Pools, DbError> {
    let options = SqliteConnectOptions::from_str(url)
        .map_err(|_| DbError::Other("the sqlite: URL cannot be read".to_owned()))?
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .statement_cache_capacity(STATEMENT_CACHE_CAPACITY)
        // What is deleted is overwritten: an erased key is not left on a free page.
        .pragma("secure_delete", "on")
        // Without it INSERT OR REPLACE deletes a row past its delete trigger.
        .pragma("recursive_triggers", "on");
    let writer = pool(1).connect_with(options.clone()).await?;
    let readers = pool(READERS_MAX).connect_lazy_with(options.pragma("query_only", "on"));
    Ok(Pools::Sqlite { writer, readers })
}

/// A pool whose connections live as long as the process, but for one in whose transaction SQLite has given up by itself, as
/// it does when the disk is full: the driver goes on to believe that it is in a transaction and begins no other one.
fn pool(connections_max: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections_max)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .after_release(|connection, _| {
            Box::pin(async move {
                if connection.is_in_transaction() {
                    // The rollback that was asked for when the transaction was let go comes first.
                    connection.ping().await?;
                }
                Ok(!connection.is_in_transaction())
            })
        })
}

/// As [`super::Db::forget`].
pub(super) async fn forget(writer: &SqlitePool) -> Result<(), DbError> {
    // A connection of its own, which does not wait long: the writer is not kept from its work by a reader.
    let options = writer.connect_options().as_ref().clone().create_if_missing(false).busy_timeout(FORGET_PAUSE);
    let mut connection = options.connect().await?;
    let mut is_done = false;
    for _ in 0..FORGET_TRIES {
        // The first column says whether somebody was in the way: that is no error, the statement has done its best.
        let busy: i64 = sqlx::query_scalar("pragma wal_checkpoint(truncate)").fetch_one(&mut connection).await?;
        is_done = busy == 0;
        if is_done {
            break;
        }
        tokio::time::sleep(FORGET_PAUSE).await;
    }
    connection.close().await?;
    if is_done { Ok(()) } else { Err(DbError::Unavailable) }
}

/// The caller's text is a constant of ours, or one of ours widened by `statement.rs`; never data.
pub(super) fn bind(sql: &str, params: &[Value]) -> Query<'static, Sqlite, SqliteArguments> {
    let mut query = sqlx::query(AssertSqlSafe(sql.to_owned()));
    for value in params {
        query = match value {
            Value::Null => query.bind(None::<i64>),
            Value::Int(number) => query.bind(*number),
            Value::Text(text) => query.bind(text.clone()),
            Value::Bytes(bytes) => query.bind(bytes.clone()),
            Value::Id(id) => query.bind(id.as_bytes().to_vec()),
        };
    }
    query
}
