//! What can go wrong with the database, in the few kinds that callers treat differently.

use sqlx::error::{DatabaseError, ErrorKind};

/// A failed statement or connection.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The same may succeed later: no connection, a lock held too long, a lost race between transactions, a server going
    /// down. Nothing was done, unless the connection broke while a commit, or a statement that is a transaction of its own,
    /// was on its way: then look again. The cause is in the log.
    #[error("the database cannot be used now")]
    Unavailable,
    /// No space is left; the transaction was rolled back whole.
    #[error("the database has no space left")]
    Full,
    /// A rule of the schema was broken.
    #[error("{}: {detail}", name.as_deref().unwrap_or("a constraint"))]
    Constraint {
        /// The constraint's name. SQLite tells no name for keys and unique indexes: there it is
        /// `table.column` (several joined by `, `).
        name: Option<String>,
        /// The engine's own words.
        detail: String,
    },
    /// A row that contradicts what the program believes about it.
    #[error("column {column}: {detail}")]
    Inconsistent {
        /// The column.
        column: String,
        /// What is wrong with it.
        detail: String,
    },
    /// Anything else: a mistake in a statement, a broken file.
    #[error("{0}")]
    Other(String),
}

impl DbError {
    /// Whether this is the violation of a constraint known by one of `names`: its own name, and for keys
    /// on SQLite `table.column`.
    pub fn violates(&self, names: &[&str]) -> bool {
        match self {
            DbError::Constraint { name: Some(name), .. } => names.contains(&name.as_str()),
            DbError::Constraint { name: None, .. }
            | DbError::Unavailable
            | DbError::Full
            | DbError::Inconsistent { .. }
            | DbError::Other(_) => false,
        }
    }
}

/// Extended result codes keep the primary code in the low byte (sqlite.org/rescode.html).
const SQLITE_PRIMARY_CODE_MASK: i64 = 0xff;
const SQLITE_BUSY: i64 = 5;
const SQLITE_LOCKED: i64 = 6;
const SQLITE_IOERR: i64 = 10;
const SQLITE_FULL: i64 = 13;
const SQLITE_CANTOPEN: i64 = 14;
const SQLITE_CONSTRAINT: i64 = 19;

impl From<sqlx::Error> for DbError {
    #[allow(clippy::wildcard_enum_match_arm, reason = "a non-exhaustive enum of the library")]
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(error) => {
                if error.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
                    from_sqlite(error.as_ref())
                } else {
                    from_postgres(error.as_ref())
                }
            }
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::BeginFailed => unavailable(&error),
            other => DbError::Other(other.to_string()),
        }
    }
}

impl From<sqlx::migrate::MigrateError> for DbError {
    #[allow(clippy::wildcard_enum_match_arm, reason = "a non-exhaustive enum of the library")]
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        match error {
            sqlx::migrate::MigrateError::Execute(error) => error.into(),
            sqlx::migrate::MigrateError::ExecuteMigration(error, version) => match DbError::from(error) {
                DbError::Other(detail) => DbError::Other(format!("migration {version}: {detail}")),
                known @ (DbError::Unavailable
                | DbError::Full
                | DbError::Constraint { .. }
                | DbError::Inconsistent { .. }) => known,
            },
            other => DbError::Other(other.to_string()),
        }
    }
}

fn unavailable(error: &dyn std::fmt::Display) -> DbError {
    tracing::warn!(error = %error, "the database cannot be used now");
    DbError::Unavailable
}

fn from_sqlite(error: &dyn DatabaseError) -> DbError {
    let code: i64 = error.code().and_then(|code| code.parse().ok()).unwrap_or_default();
    match code & SQLITE_PRIMARY_CODE_MASK {
        SQLITE_BUSY | SQLITE_LOCKED | SQLITE_IOERR | SQLITE_CANTOPEN => unavailable(&error),
        SQLITE_FULL => DbError::Full,
        SQLITE_CONSTRAINT => {
            DbError::Constraint { name: sqlite_constraint_name(error), detail: error.message().to_owned() }
        }
        _ => DbError::Other(error.to_string()),
    }
}

/// SQLite says `UNIQUE constraint failed: session.token`, `CHECK constraint failed: size_is_positive`, or the
/// text of a trigger's RAISE alone.
fn sqlite_constraint_name(error: &dyn DatabaseError) -> Option<String> {
    match error.message().split_once(" constraint failed: ") {
        Some((_, name)) => Some(name.trim_start_matches("index ").trim_matches('\'').to_owned()),
        None if error.kind() == ErrorKind::Other => Some(error.message().to_owned()),
        None => None,
    }
}

fn from_postgres(error: &dyn DatabaseError) -> DbError {
    let code = error.code().unwrap_or_default().into_owned();
    let (class, _) = code.split_at_checked(2).unwrap_or_default();
    match (class, code.as_str()) {
        (_, "53100") => DbError::Full,
        ("23", _) => {
            DbError::Constraint { name: error.constraint().map(str::to_owned), detail: error.message().to_owned() }
        }
        // 08 connection, 40 rolled back to keep transactions apart, 53 resources, 55 lock, 57 shutdown, 58 I/O,
        // 25006 a standby that has not been promoted, 25P03 a transaction in which the process was silent too long.
        ("08" | "40" | "53" | "55" | "57" | "58", _) | (_, "25006" | "25P03") => unavailable(&error),
        _ => DbError::Other(error.to_string()),
    }
}

/// Whether a statement failed because a table it names does not exist.
pub(super) fn is_missing_table(error: &sqlx::Error) -> bool {
    let Some(error) = error.as_database_error() else { return false };
    error.code().as_deref() == Some("42P01") || error.message().starts_with("no such table")
}
