//! A database of a test's own on a PostgreSQL server: made, and gone with the value.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![allow(clippy::disallowed_methods, reason = "tests find their database")]

use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

pub struct OwnDatabase {
    server: String,
    name: String,
}

/// Says that something cannot be tried here, and why; in CI nothing is left out.
pub fn skipped(why: &str) {
    assert!(std::env::var_os("CI").is_none(), "{why}");
    eprintln!("SKIPPED: {why}");
}

impl OwnDatabase {
    /// Where QOLHAT_SPEC_DATABASE asks for PostgreSQL; otherwise tests take SQLite.
    pub async fn chosen() -> Option<Self> {
        match std::env::var("QOLHAT_SPEC_DATABASE").as_deref() {
            Ok("postgres") => Some(Self::make().await.expect("QOLHAT_TEST_POSTGRES names no server")),
            Ok("sqlite") | Err(_) => None,
            Ok(other) => panic!("QOLHAT_SPEC_DATABASE is postgres or sqlite, not {other}"),
        }
    }

    /// On the server that QOLHAT_TEST_POSTGRES names, or `None` with a word on stderr. Its user is a superuser.
    pub async fn make() -> Option<Self> {
        let Ok(url) = std::env::var("QOLHAT_TEST_POSTGRES") else {
            skipped("QOLHAT_TEST_POSTGRES does not say where a PostgreSQL is");
            return None;
        };
        Some(Self::on(&url).await)
    }

    /// On the server at `url`. Its user is a superuser.
    pub async fn on(url: &str) -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("spec_{}_{number}", std::process::id());
        run(url, &format!("create database {name}")).await;
        Self { server: url.to_owned(), name }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn url(&self) -> String {
        self.named(&self.name)
    }

    /// The server with another database.
    pub fn named(&self, name: &str) -> String {
        let (server, _) = self.server.rsplit_once('/').unwrap();
        format!("{server}/{name}")
    }

    /// Host and port of the server.
    pub fn address(&self) -> &str {
        let (_, rest) = self.server.split_once('@').unwrap();
        rest.split_once('/').unwrap().0
    }

    /// A connection as superuser.
    pub async fn raw(&self) -> PgConnection {
        PgConnection::connect(&self.url()).await.unwrap()
    }

    /// Runs `sql` on the server, outside of the database.
    pub async fn on_server(&self, sql: &str) {
        run(&self.server, sql).await;
    }

    /// The database as it is now, under another name: what a backup of today would be.
    pub async fn copy_as(&self, name: &str) {
        self.alone().await;
        self.on_server(&format!("create database {name} template {}", self.name)).await;
    }

    /// The database is again what was copied; the copy is gone.
    pub async fn put_back(&self, name: &str) {
        self.on_server(&format!("drop database {} with (force)", self.name)).await;
        self.on_server(&format!("alter database {name} rename to {}", self.name)).await;
    }

    /// Ends whatever is connected.
    async fn alone(&self) {
        self.on_server(&format!(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = '{}'",
            self.name
        ))
        .await;
    }

    /// Runs `sql` as a superuser who has disabled every trigger of the journal; the number of rows it touched.
    pub async fn behind_the_guards(&self, sql: &str) -> u64 {
        const DISABLE: &str = "do $$ declare guarded regclass; begin
            for guarded in select oid from pg_class where relkind in ('r', 'p') and
                (relname = 'log_head' or relname like 'journal%') loop
                execute format('alter table %s disable trigger all', guarded);
            end loop; end $$";
        let mut raw = self.raw().await;
        sqlx::raw_sql(DISABLE).execute(&mut raw).await.unwrap();
        let done = sqlx::query(AssertSqlSafe(sql.to_owned())).execute(&mut raw).await;
        done.unwrap_or_else(|error| panic!("{sql}: {error}")).rows_affected()
    }
}

impl Drop for OwnDatabase {
    fn drop(&mut self) {
        let (server, sql) = (self.server.clone(), format!("drop database if exists {} with (force)", self.name));
        // A test may have any kind of runtime, or none any more.
        let done = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(run(&server, &sql));
        });
        let _ = done.join();
    }
}

/// Tampering that is written for SQLite: octets and ids are written in another way on PostgreSQL.
pub fn for_postgresql(sql: &str) -> String {
    let mut pieces = sql.split("x'");
    let mut text = pieces.next().unwrap().to_owned();
    for piece in pieces {
        let (digits, rest) = piece.split_once('\'').unwrap();
        let is_id = digits.len() == 32;
        let (prefix, kind) = if is_id { ("", "uuid") } else { ("\\x", "bytea") };
        text.push_str(&format!("'{prefix}{digits}'::{kind}{rest}"));
    }
    for (sqlite, postgresql) in [
        ("as blob", "as bytea"),
        ("zeroblob(32)", "decode(repeat('00', 32), 'hex')"),
        ("randomblob(16)", "gen_random_uuid()"),
        ("randomblob(32)", "sha256(gen_random_uuid()::text::bytea)"),
        ("unhex(reason)", "reason::uuid"),
        ("unhex(printf('%016X', last - 1))", "int8send(last - 1)"),
        ("hex(state_event)", "state_event::text"),
    ] {
        text = text.replace(sqlite, postgresql);
    }
    text
}

async fn run(url: &str, sql: &str) {
    let mut admin = PgConnection::connect(url).await.unwrap();
    let done = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut admin).await;
    done.unwrap_or_else(|error| panic!("{sql}: {error}"));
}
