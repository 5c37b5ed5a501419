//! A transaction, on either engine.

use std::panic::Location;

use qolhat_storage::fail_point;
use sqlx::{Sqlite, Transaction};

use super::gate::Opening;
use super::row::Native;
use super::script::{self, Step};
use super::{DbError, Row, Value, bulk, check_arities, chunks, only, own, postgres, sqlite, statement};

/// A writing transaction. Dropped without [`Tx::commit`] it is rolled back.
pub struct Tx {
    pub(super) native: NativeTx,
}

/// When a commit is to be on disk.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flush {
    Now,
    WithTheNext,
}

/// A fail point at a commit.
fn pass(place: &Location<'_>, when: &str) {
    if cfg!(feature = "torture") {
        fail_point::at(&format!("commit {}:{}: {when}", place.file(), place.line()));
    }
}

pub(super) enum NativeTx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Opening),
}

impl Tx {
    /// Runs a statement; the number of rows it touched.
    /// # Errors
    /// Any [`DbError`]. On PostgreSQL a failed statement spoils the transaction: drop it.
    pub async fn execute(&mut self, sql: &'static str, params: &[Value]) -> Result<u64, DbError> {
        statement::check_arity(sql, params.len())?;
        self.run(sql, params).await
    }

    /// Runs `insert … values ($1, …)` for many rows in few round trips; the number of rows it touched.
    /// Every row has one value per placeholder, and the statement has no placeholder outside the tuple.
    /// # Errors
    /// As [`Tx::execute`].
    pub async fn execute_many(&mut self, sql: &'static str, rows: &[Vec<Value>]) -> Result<u64, DbError> {
        check_arities(sql, rows)?;
        if let NativeTx::Postgres(tx) = &mut self.native
            && let Some(query) = bulk::insert(sql, rows)
        {
            return tx.begun().await?.execute(query).await;
        }
        let mut touched = 0;
        for chunk in chunks(rows) {
            let wide = statement::widen_values(sql, chunk.len())?;
            touched += self.run(&wide, &chunk.concat()).await?;
        }
        Ok(touched)
    }

    /// Runs a statement that says `… in ($1)` and has no other placeholder; the number of rows it touched.
    /// # Errors
    /// As [`Tx::execute`].
    pub async fn execute_in(&mut self, sql: &'static str, keys: &[Value]) -> Result<u64, DbError> {
        if let NativeTx::Postgres(tx) = &mut self.native
            && let Some(query) = bulk::among(sql, keys)
        {
            return tx.begun().await?.execute(query).await;
        }
        let mut touched = 0;
        for chunk in chunks(keys) {
            touched += self.run(&statement::widen_in(sql, chunk.len())?, chunk).await?;
        }
        Ok(touched)
    }

    /// Rows of a statement inside this transaction, such as `… returning`.
    /// # Errors
    /// As [`Tx::execute`].
    pub async fn query(&mut self, sql: &'static str, params: &[Value]) -> Result<Vec<Row>, DbError> {
        statement::check_arity(sql, params.len())?;
        self.fetch(sql, params).await
    }

    /// The only row of a statement, or `None`.
    /// # Errors
    /// As [`Tx::execute`], and `Other` when there is more than one row.
    pub async fn query_one(&mut self, sql: &'static str, params: &[Value]) -> Result<Option<Row>, DbError> {
        only(sql, self.query(sql, params).await?)
    }

    /// As [`super::Db::query_in`], inside this transaction.
    /// # Errors
    /// As [`Tx::execute`].
    pub async fn query_in(&mut self, sql: &'static str, keys: &[Value]) -> Result<Vec<Row>, DbError> {
        if let NativeTx::Postgres(tx) = &mut self.native
            && let Some(query) = bulk::among(sql, keys)
        {
            return Ok(own(tx.begun().await?.rows(query).await?, Native::Postgres));
        }
        let mut rows = Vec::new();
        for chunk in chunks(keys) {
            let wide = statement::widen_in(sql, chunk.len())?;
            rows.append(&mut self.fetch(&wide, chunk).await?);
        }
        Ok(rows)
    }

    /// Makes the transaction durable. When this returns an error the outcome may be unknown: look again.
    ///
    /// Built with the feature `torture`, it has a fail point before and after it, named by the place of the call.
    /// # Errors
    /// Any [`DbError`].
    #[track_caller]
    pub fn commit(self) -> impl Future<Output = Result<(), DbError>> + Send {
        self.end(Flush::Now, Location::caller())
    }

    /// Does all `steps` and commits, and leaves it to the next commit that is made durable to make this one durable as well: for
    /// what nobody is told of before something that was committed later is seen, such as the entry that a sequencer makes of an
    /// event among the steps. Whoever cannot wait for that calls [`super::Db::make_durable`], and so do the doors for whoever
    /// was told of what others see meanwhile. No step may rest on what another one writes. On PostgreSQL they are one
    /// statement, and the whole transaction where nothing was done in it before. On SQLite the commit is durable as any other.
    /// # Errors
    /// As [`Tx::execute`]: then nothing was done. As [`Tx::commit`].
    #[track_caller]
    pub(crate) fn commit_lazily_with(self, steps: &[Step]) -> impl Future<Output = Result<(), DbError>> + Send {
        self.end_with(steps, Location::caller())
    }

    async fn end_with(mut self, steps: &[Step], place: &'static Location<'static>) -> Result<(), DbError> {
        script::check(steps)?;
        if let NativeTx::Postgres(Opening::Pending(gate)) = &self.native
            && let Some(whole) = script::whole(steps, Flush::WithTheNext)
        {
            let gate = gate.clone();
            pass(place, "before");
            gate.lend().await?.execute(whole.query()).await?;
            pass(place, "after");
            return Ok(());
        }
        self.run_together(steps).await?;
        self.end(Flush::WithTheNext, place).await
    }

    async fn end(self, flush: Flush, place: &'static Location<'static>) -> Result<(), DbError> {
        pass(place, "before");
        match (self.native, flush) {
            (NativeTx::Sqlite(tx), _) => tx.commit().await?,
            // Nothing was done in it.
            (NativeTx::Postgres(Opening::Pending(_)), _) => {}
            (NativeTx::Postgres(Opening::Begun(tx)), Flush::Now) => tx.end("commit").await?,
            // The server's log is written in order: a later commit that is waited for takes this one along.
            (NativeTx::Postgres(Opening::Begun(tx)), Flush::WithTheNext) => {
                tx.end("set local synchronous_commit = off; commit").await?
            }
        }
        pass(place, "after");
        Ok(())
    }

    async fn run(&mut self, sql: &str, params: &[Value]) -> Result<u64, DbError> {
        match &mut self.native {
            NativeTx::Sqlite(tx) => Ok(sqlite::bind(sql, params).execute(&mut **tx).await?.rows_affected()),
            NativeTx::Postgres(tx) => tx.begun().await?.execute(postgres::bind(sql, params)).await,
        }
    }

    async fn fetch(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>, DbError> {
        match &mut self.native {
            NativeTx::Sqlite(tx) => Ok(own(sqlite::bind(sql, params).fetch_all(&mut **tx).await?, Native::Sqlite)),
            NativeTx::Postgres(tx) => {
                Ok(own(tx.begun().await?.rows(postgres::bind(sql, params)).await?, Native::Postgres))
            }
        }
    }
}
