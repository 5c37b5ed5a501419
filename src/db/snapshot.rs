//! The whole database at one instant, read while others go on writing, and put into an empty one. For backups.
//!
//! SQLite is copied by its own `vacuum into`, PostgreSQL is read table by table in one transaction of the isolation level
//! repeatable read: no program of the server's is needed, and rows that were erased are in neither.

use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::stream::Stream;
use sqlx::sqlite::SqliteConnection;
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _, ReadBuf};

use super::dump::{Dump, Load};
use super::{Db, DbError, Engine, Pools, Row, Value, schema, statement};

/// Ending of the copy that SQLite is asked to make, beside its file.
const COPIED: &str = "snapshot";
/// Ending of a file that is being put back.
const RESTORING: &str = "restoring";
/// Name of the one part that a copy of SQLite has.
const FILE_PART: &str = "database";
/// Octets handed to PostgreSQL at once.
const CHUNK_BYTES: usize = 64 * 1024;

/// A part of a database: a table of PostgreSQL with its columns, or the whole file of SQLite, which has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// Its columns, in the order in which their values come.
    pub columns: Vec<String>,
}

/// The database at one instant: first it is asked, then its parts are read. [`Snapshot::forget`] gives back what it holds.
pub struct Snapshot {
    from: From,
}

enum From {
    Sqlite { copy: Box<Db>, file: PathBuf },
    Postgres(Dump),
}

impl Db {
    /// The database as it is now. What is committed later is not in it, and nobody waits for it.
    /// # Errors
    /// Any [`DbError`].
    pub async fn snapshot(&self) -> Result<Snapshot, DbError> {
        let from = match (&self.pools, &self.server) {
            (Pools::Sqlite { writer, .. }, _) => {
                let options = writer.connect_options();
                let file = with_ending(options.get_filename(), COPIED);
                remove(&file)?;
                private(&file)?;
                let mut connection: SqliteConnection =
                    options.as_ref().clone().create_if_missing(false).connect().await?;
                let name = file.display().to_string();
                sqlx::query("vacuum into $1").bind(name).execute(&mut connection).await?;
                connection.close().await?;
                From::Sqlite { copy: Box::new(Db::connect_existing(&sqlite_url(&file)).await?), file }
            }
            (Pools::Postgres(_), Some(server)) => From::Postgres(server.dump().await?),
            (Pools::Postgres(_), None) => return Err(DbError::Other("no server behind the pool".to_owned())),
        };
        Ok(Snapshot { from })
    }
}

impl Snapshot {
    /// Its parts, in the order in which they are put back.
    #[must_use]
    pub fn parts(&self) -> Vec<Part> {
        match &self.from {
            From::Sqlite { .. } => vec![Part { name: FILE_PART.to_owned(), columns: Vec::new() }],
            From::Postgres(dump) => dump.parts().to_vec(),
        }
    }

    /// The octets of a part. From then on it is not asked any more.
    /// # Errors
    /// Any [`DbError`]; the reader fails as the connection does.
    pub async fn read(&mut self, part: &Part) -> Result<Box<dyn AsyncRead + Unpin + Send + '_>, DbError> {
        match &mut self.from {
            From::Sqlite { copy, file } => {
                // Whatever it has written about itself is in the file then.
                copy.close().await;
                Ok(Box::new(tokio::fs::File::open(&*file).await.map_err(fault)?))
            }
            From::Postgres(dump) => Ok(Box::new(Chunks { stream: dump.read(part).await?, rest: None, given: 0 })),
        }
    }

    /// As [`Db::query`], of that instant.
    /// # Errors
    /// As [`Db::query`].
    pub async fn query(&mut self, sql: &'static str, params: &[Value]) -> Result<Vec<Row>, DbError> {
        statement::check_arity(sql, params.len())?;
        match &mut self.from {
            From::Sqlite { copy, .. } => copy.query(sql, params).await,
            From::Postgres(dump) => dump.query(sql, params).await,
        }
    }

    /// The newest step of the schema that it has seen.
    /// # Errors
    /// As [`Db::query`].
    pub async fn schema_version(&mut self) -> Result<i64, DbError> {
        const NEWEST: &str = "select max(version) as newest from _sqlx_migrations where success";
        let rows = self.query(NEWEST, &[]).await?;
        rows.first().map(|row| row.int("newest")).transpose().map(Option::unwrap_or_default)
    }

    /// Ends it: nothing of it stays.
    /// # Errors
    /// When the file cannot be removed or the connection not be closed.
    pub async fn forget(self) -> Result<(), DbError> {
        match self.from {
            From::Sqlite { copy, file } => {
                copy.close().await;
                remove(&file)
            }
            From::Postgres(dump) => dump.close().await,
        }
    }
}

/// An empty database on its way to be what a snapshot was.
pub struct Restoring {
    to: To,
}

enum To {
    Sqlite { file: PathBuf, draft: PathBuf },
    Postgres { load: Load, url: String },
}

impl Restoring {
    /// Begins to fill the database at `url`, whose schema is made as of `schema_version`; `None` when something is there.
    /// # Errors
    /// Any [`DbError`].
    pub async fn begin(url: &str, schema_version: i64) -> Result<Option<Restoring>, DbError> {
        let to = match url.strip_prefix("sqlite:") {
            Some(path) => {
                let file = PathBuf::from(path.trim_start_matches("//"));
                if file.exists() {
                    return Ok(None);
                }
                let draft = with_ending(&file, RESTORING);
                remove(&draft)?;
                To::Sqlite { file, draft }
            }
            None => match Load::begin(url, schema_version).await? {
                Some(load) => To::Postgres { load, url: url.to_owned() },
                None => return Ok(None),
            },
        };
        Ok(Some(Restoring { to }))
    }

    /// Puts a part in; parts come in the order of [`Snapshot::parts`].
    /// # Errors
    /// Any [`DbError`]; then nothing of it is kept.
    pub async fn part(&mut self, part: &Part, reader: &mut (dyn AsyncRead + Unpin + Send)) -> Result<(), DbError> {
        match &mut self.to {
            To::Sqlite { draft, .. } => {
                private(draft)?;
                let mut file = tokio::fs::OpenOptions::new().write(true).open(&*draft).await.map_err(fault)?;
                tokio::io::copy(reader, &mut file).await.map_err(fault)?;
                file.flush().await.map_err(fault)?;
                file.sync_all().await.map_err(fault)
            }
            To::Postgres { load, .. } => {
                let mut copy = load.part(part).await?;
                let mut chunk = vec![0; CHUNK_BYTES];
                loop {
                    match reader.read(&mut chunk).await {
                        Ok(0) => break,
                        Ok(count) => {
                            copy.send(chunk.get(..count).unwrap_or_default()).await?;
                        }
                        Err(error) => {
                            copy.abort(error.to_string()).await?;
                            return Err(fault(error));
                        }
                    }
                }
                copy.finish().await?;
                load.settle(part).await
            }
        }
    }

    /// All parts are in: the database, brought up to this program's schema, to be looked at before [`Restoring::publish`].
    /// # Errors
    /// Any [`DbError`].
    pub async fn loaded(&mut self) -> Result<Db, DbError> {
        let db = match &mut self.to {
            To::Sqlite { draft, .. } => Db::connect_existing(&sqlite_url(draft)).await?,
            To::Postgres { load, url } => {
                load.commit().await?;
                Db::connect(url).await?
            }
        };
        db.migrate().await?;
        Ok(db)
    }

    /// Puts the database where the service looks for it. On PostgreSQL it is there since it was loaded.
    /// # Errors
    /// When the file cannot be renamed durably.
    pub fn publish(self) -> Result<(), DbError> {
        let To::Sqlite { file, draft } = &self.to else { return Ok(()) };
        std::fs::rename(draft, file).map_err(fault)?;
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(fault)
    }

    /// Gives up. On PostgreSQL what was loaded and found wrong stays in the database, which is to be dropped.
    pub fn abandon(self) {
        if let To::Sqlite { draft, .. } = &self.to {
            let _ = remove(draft);
        }
    }
}

/// The newest step of this program's schema.
#[must_use]
pub fn newest_schema(engine: Engine) -> i64 {
    schema::expected(engine).last().map_or(0, |(version, _)| *version)
}

fn sqlite_url(file: &Path) -> String {
    format!("sqlite:{}", file.display())
}

fn with_ending(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

/// An empty file that its owner alone reads.
fn private(file: &Path) -> Result<(), DbError> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let opened = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(file);
    opened.map(drop).map_err(fault)
}

/// Removes a file of SQLite and what lies beside it.
fn remove(file: &Path) -> Result<(), DbError> {
    for ending in ["", "-wal", "-shm", "-journal"] {
        let mut name = file.as_os_str().to_owned();
        name.push(ending);
        match std::fs::remove_file(PathBuf::from(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(fault(error)),
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

fn fault(error: io::Error) -> DbError {
    if error.kind() == io::ErrorKind::StorageFull { DbError::Full } else { DbError::Other(error.to_string()) }
}

/// A stream of octets as a reader.
struct Chunks<S, B> {
    stream: S,
    rest: Option<B>,
    given: usize,
}

impl<S, B> AsyncRead for Chunks<S, B>
where
    S: Stream<Item = Result<B, sqlx::Error>> + Unpin,
    B: AsRef<[u8]> + Unpin,
{
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        loop {
            if let Some(chunk) = &this.rest {
                let left = chunk.as_ref().get(this.given..).unwrap_or_default();
                if !left.is_empty() {
                    let count = left.len().min(buffer.remaining());
                    buffer.put_slice(left.get(..count).unwrap_or_default());
                    this.given += count;
                    return Poll::Ready(Ok(()));
                }
            }
            match ready!(Pin::new(&mut this.stream).poll_next(context)) {
                None => return Poll::Ready(Ok(())),
                Some(Ok(chunk)) => (this.rest, this.given) = (Some(chunk), 0),
                Some(Err(error)) => return Poll::Ready(Err(io::Error::other(DbError::from(error)))),
            }
        }
    }
}

/// A name of ours in a statement.
pub(super) fn quoted(name: &str) -> Result<String, DbError> {
    let is_name = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_';
    if name.is_empty() || !name.bytes().all(is_name) {
        return Err(DbError::Other(format!("{name} is no name of a table or column of ours")));
    }
    Ok(format!("\"{name}\""))
}
