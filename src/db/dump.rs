//! PostgreSQL read table by table, and filled so: `copy` in its text form, which any tool of PostgreSQL reads.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr as _;

use futures_util::stream::Stream;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgCopyIn};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Row as _};

use super::row::Native;
use super::snapshot::quoted;
use super::{DbError, Engine, Part, Row, Value, own, postgres, schema};

/// What an empty database has rows in: the steps of the schema, the one segment that they make, and the empty map. The
/// segments of the log are made as they are needed, and so belong to no dump.
const MADE_BY_STEPS: [&str; 3] = ["_sqlx_migrations", "journal_segment", "journal_map"];
/// The head comes first: as it grows, the segments are made that the entries go into.
const FIRST: &str = "log_head";
/// Most segments that one restore makes: 2^20 entries each.
const SEGMENTS_MAX: u32 = 100_000;

/// A transaction that sees the database as it was when it began.
pub(super) struct Dump {
    connection: PgConnection,
    parts: Vec<Part>,
}

impl Dump {
    pub(super) async fn begin(mut connection: PgConnection) -> Result<Self, DbError> {
        sqlx::raw_sql("begin isolation level repeatable read read only").execute(&mut connection).await?;
        let parts = parts(&mut connection).await?;
        Ok(Self { connection, parts })
    }

    pub(super) fn parts(&self) -> &[Part] {
        &self.parts
    }

    pub(super) async fn read(
        &mut self,
        part: &Part,
    ) -> Result<
        impl Stream<Item = Result<impl AsRef<[u8]> + Unpin + Send + use<>, sqlx::Error>> + Unpin + Send + use<'_>,
        DbError,
    > {
        // By a query: a table in segments is not copied by its name.
        let sql = format!("copy (select {} from {}) to stdout", columns(part)?, quoted(&part.name)?);
        Ok(self.connection.copy_out_raw(&sql).await?)
    }

    pub(super) async fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>, DbError> {
        Ok(own(postgres::bind(sql, params).fetch_all(&mut self.connection).await?, Native::Postgres))
    }

    pub(super) async fn close(self) -> Result<(), DbError> {
        Ok(self.connection.close().await?)
    }
}

/// A transaction that fills an empty database.
pub(super) struct Load {
    connection: PgConnection,
    is_begun: bool,
}

impl Load {
    /// `None` when the database is not empty, or is of another version of the schema.
    pub(super) async fn begin(url: &str, schema_version: i64) -> Result<Option<Self>, DbError> {
        let options = PgConnectOptions::from_str(url)
            .map_err(|_| DbError::Other("the postgres: URL cannot be read".to_owned()))?
            .application_name("qolhat");
        let mut connection = options.connect().await?;
        if !is_free(&mut connection, schema_version).await? {
            connection.close().await?;
            return Ok(None);
        }
        schema::migrator(Engine::Postgres).run_to(schema_version, &mut connection).await?;
        postgres::share_out(&mut connection).await?;
        for part in parts(&mut connection).await? {
            let sql = format!("select exists (select from {})", quoted(&part.name)?);
            let has_rows: bool = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut connection).await?;
            if has_rows && !MADE_BY_STEPS.contains(&part.name.as_str()) {
                connection.close().await?;
                return Ok(None);
            }
        }
        Ok(Some(Self { connection, is_begun: false }))
    }

    pub(super) async fn part(&mut self, part: &Part) -> Result<PgCopyIn<&mut PgConnection>, DbError> {
        if !self.is_begun {
            // The guard of the head may wait for the end of a transaction: here it makes each segment as it is asked to.
            let begin = "begin; set constraints all immediate; delete from journal_map";
            sqlx::raw_sql(begin).execute(&mut self.connection).await?;
            self.is_begun = true;
        }
        let sql = format!("copy {} ({}) from stdin", quoted(&part.name)?, columns(part)?);
        Ok(self.connection.copy_in_raw(&sql).await?)
    }

    /// What follows from a part that is in.
    pub(super) async fn settle(&mut self, part: &Part) -> Result<(), DbError> {
        const IDENTITY: &str = "select column_name::text from information_schema.columns \
            where table_schema = current_schema() and table_name = $1 and is_identity = 'YES'";
        if part.name == FIRST {
            self.make_segments().await?;
        }
        let numbered: Vec<String> =
            sqlx::query_scalar(IDENTITY).bind(&part.name).fetch_all(&mut self.connection).await?;
        for column in numbered {
            let (table, name) = (quoted(&part.name)?, quoted(&column)?);
            let sql = format!(
                "select setval(pg_get_serial_sequence($1, $2), (select coalesce(max({name}), 0) + 1 from {table}), false)"
            );
            let query = sqlx::query(AssertSqlSafe(sql)).bind(&part.name).bind(&column);
            query.execute(&mut self.connection).await?;
        }
        Ok(())
    }

    /// Has the log's own guard make the segments that a log of this size has: one each time the head is touched.
    async fn make_segments(&mut self) -> Result<(), DbError> {
        const LACKS: &str = "select coalesce((select max(past) from journal_segment) - 524288 \
            <= (select n from log_head), false)";
        for _ in 0..SEGMENTS_MAX {
            let lacks: bool = sqlx::query_scalar(LACKS).fetch_one(&mut self.connection).await?;
            if !lacks {
                return Ok(());
            }
            sqlx::raw_sql("update log_head set n = n").execute(&mut self.connection).await?;
        }
        Err(DbError::Other("the log has more segments than can be made".to_owned()))
    }

    pub(super) async fn commit(&mut self) -> Result<(), DbError> {
        sqlx::raw_sql("commit").execute(&mut self.connection).await?;
        Ok(())
    }
}

/// Whether there is no schema, or the one of this version.
async fn is_free(connection: &mut PgConnection, schema_version: i64) -> Result<bool, DbError> {
    const HAS_STEPS: &str = "select to_regclass('_sqlx_migrations') is not null";
    const ANY_TABLE: &str = "select exists (select from pg_class where relkind in ('r', 'p') \
        and relnamespace = current_schema()::regnamespace)";
    const NEWEST: &str = "select coalesce(max(version), 0) from _sqlx_migrations";
    let has_steps: bool = sqlx::query_scalar(HAS_STEPS).fetch_one(&mut *connection).await?;
    if !has_steps {
        let any: bool = sqlx::query_scalar(ANY_TABLE).fetch_one(&mut *connection).await?;
        return Ok(!any);
    }
    let newest: i64 = sqlx::query_scalar(NEWEST).fetch_one(connection).await?;
    Ok(newest == schema_version)
}

/// The tables of ours with their columns, each after those that its rows refer to.
async fn parts(connection: &mut PgConnection) -> Result<Vec<Part>, DbError> {
    const COLUMNS: &str = "select c.relname::text as part, a.attname::text as name from pg_class c \
        join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' \
        where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not c.relispartition \
            and c.relname not in ('_sqlx_migrations', 'journal_segment') \
        order by c.relname, a.attnum";
    const REFERENCES: &str = "select distinct child.relname::text as child, parent.relname::text as parent \
        from pg_constraint k join pg_class child on child.oid = k.conrelid join pg_class parent on parent.oid = k.confrelid \
        where k.contype = 'f' and child.relnamespace = current_schema()::regnamespace and child.oid <> parent.oid";
    let mut waiting: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in sqlx::query(COLUMNS).fetch_all(&mut *connection).await? {
        waiting.entry(row.try_get("part")?).or_default().push(row.try_get("name")?);
    }
    let mut references: BTreeSet<(String, String)> = BTreeSet::new();
    for row in sqlx::query(REFERENCES).fetch_all(connection).await? {
        references.insert((row.try_get("child")?, row.try_get("parent")?));
    }
    let mut parts = Vec::with_capacity(waiting.len());
    if let Some(columns) = waiting.remove(FIRST) {
        parts.push(Part { name: FIRST.to_owned(), columns });
    }
    while !waiting.is_empty() {
        let is_ready =
            |name: &&String| !references.iter().any(|(child, parent)| child == *name && waiting.contains_key(parent));
        let Some(name) = waiting.keys().find(is_ready).cloned() else {
            return Err(DbError::Other("tables refer to each other in a circle".to_owned()));
        };
        let columns = waiting.remove(&name).unwrap_or_default();
        parts.push(Part { name, columns });
    }
    Ok(parts)
}

fn columns(part: &Part) -> Result<String, DbError> {
    let columns: Result<Vec<String>, DbError> = part.columns.iter().map(|column| quoted(column)).collect();
    Ok(columns?.join(", "))
}
