//! Several statements that are done together or not at all, in one round trip where the engine is a server: PostgreSQL is
//! given them as one statement, so that a process that falls silent in the middle holds nothing.

use std::sync::Arc;

use qolhat_storage::fail_point;

use sqlx::Postgres;
use sqlx::postgres::PgArguments;
use sqlx::query::Query;

use super::bulk::{Bound, Written};
use super::columns::{self, Cells};
use super::tx::{Flush, NativeTx};
use super::{Db, DbError, Engine, Pools, Tx, Value, statement};

/// The name of the constraint that is broken where a step touches another number of rows than expected.
pub(crate) const EXPECTED: &str = "what_was_expected_is_there";

/// One statement of several that are done together.
pub struct Step {
    sql: &'static str,
    what: What,
    expected: Option<u64>,
}

/// Steps that are ready to be done together.
pub(crate) enum Together {
    /// As one statement with its parameters in the server's form.
    Whole(Query<'static, Postgres, PgArguments>),
    Each(Arc<[Step]>),
}

enum What {
    Once(Vec<Value>),
    Many(Vec<Vec<Value>>),
    Columns(Vec<Cells>),
    Among(Vec<Value>),
}

impl Step {
    /// A statement with its parameters.
    #[must_use]
    pub fn once(sql: &'static str, params: &[Value]) -> Self {
        Self { sql, what: What::Once(params.to_vec()), expected: None }
    }

    /// As [`Tx::execute_many`].
    #[must_use]
    pub fn many(sql: &'static str, rows: Vec<Vec<Value>>) -> Self {
        Self { sql, what: What::Many(rows), expected: None }
    }

    /// As [`Step::many`], of rows that are kept by column.
    #[must_use]
    pub(crate) fn columns(sql: &'static str, columns: Vec<Cells>) -> Self {
        Self { sql, what: What::Columns(columns), expected: None }
    }

    /// As [`Tx::execute_in`].
    #[must_use]
    pub fn among(sql: &'static str, keys: Vec<Value>) -> Self {
        Self { sql, what: What::Among(keys), expected: None }
    }

    /// Nothing of the whole is done unless this step touches exactly so many rows.
    #[must_use]
    pub fn expecting(self, rows: u64) -> Self {
        Self { expected: Some(rows), ..self }
    }

    fn is_empty(&self) -> bool {
        match &self.what {
            What::Once(_) => false,
            What::Many(rows) => rows.is_empty(),
            What::Columns(columns) => columns.iter().all(|column| column.len() == 0),
            What::Among(keys) => keys.is_empty(),
        }
    }

    fn written(&self) -> Option<Written<'_>> {
        match &self.what {
            What::Once(params) => Some(Written::one(self.sql, params)),
            What::Many(rows) => match rows.as_slice() {
                [row] => Some(Written::one(self.sql, row)),
                rows => Written::insert(self.sql, rows),
            },
            What::Columns(columns) => match columns::len(columns)? {
                1 => Some(Written::own(self.sql, columns::rows(columns).pop()?)),
                _ => Written::insert_cells(self.sql, columns),
            },
            What::Among(keys) => Written::among(self.sql, keys),
        }
    }

    async fn run(&self, tx: &mut Tx) -> Result<(), DbError> {
        let touched = match &self.what {
            What::Once(params) => tx.execute(self.sql, params).await?,
            What::Many(rows) => tx.execute_many(self.sql, rows).await?,
            What::Columns(columns) => tx.execute_many(self.sql, &columns::rows(columns)).await?,
            What::Among(keys) => tx.execute_in(self.sql, keys).await?,
        };
        match self.expected {
            Some(expected) if touched != expected => Err(DbError::Constraint {
                name: Some(EXPECTED.to_owned()),
                detail: format!("{touched} rows instead of {expected}: {}", self.sql),
            }),
            Some(_) | None => Ok(()),
        }
    }
}

impl Db {
    /// Steps that are to be done together, written out as far as that needs no connection. No step may rest on what another
    /// one writes: on PostgreSQL they all see the database as it was before, and are one statement.
    ///
    /// # Errors
    /// `Other` for a step with another number of parameters than its statement has.
    pub(crate) fn together(&self, steps: &Arc<[Step]>) -> Result<Together, DbError> {
        check(steps)?;
        let whole = match self.engine() {
            Engine::Postgres => whole(steps, Flush::Now).map(Written::query),
            Engine::Sqlite => None,
        };
        Ok(whole.map_or_else(|| Together::Each(Arc::clone(steps)), Together::Whole))
    }

    /// Does all of `together` in a transaction of its own and makes it durable, or nothing at all.
    ///
    /// # Errors
    /// Any [`DbError`]; a violation of [`EXPECTED`] when a step touches another number of rows than it expects. As after
    /// [`Tx::commit`], the outcome of an error may be unknown: look again.
    pub(crate) async fn run(&self, together: Together) -> Result<(), DbError> {
        self.run_telling(together, || {}).await
    }

    /// As [`Db::run`]; says when it is on its way, as far as that needs no connection to be opened any more.
    ///
    /// # Errors
    /// As [`Db::run`].
    pub(crate) async fn run_telling(&self, together: Together, begins: impl FnOnce()) -> Result<(), DbError> {
        let steps = match (together, &self.pools) {
            (Together::Whole(query), Pools::Postgres(gate)) => {
                let mut lent = gate.lend().await?;
                begins();
                return lent.execute(query).await.map(drop);
            }
            (Together::Whole(_), Pools::Sqlite { .. }) => {
                return Err(DbError::Other("steps that were written out for another engine".to_owned()));
            }
            (Together::Each(steps), _) => steps,
        };
        let mut tx = self.begin().await?;
        for step in &*steps {
            step.run(&mut tx).await?;
        }
        fail_point::at("together: written, not committed");
        tx.commit().await
    }
}

impl Tx {
    /// Does all `steps`. As in [`Db::together`] no step may rest on what another one writes, and on PostgreSQL they are one
    /// statement.
    ///
    /// # Errors
    /// As [`Db::run`].
    pub(crate) async fn run_together(&mut self, steps: &[Step]) -> Result<(), DbError> {
        check(steps)?;
        if let NativeTx::Postgres(tx) = &mut self.native
            && let Some(whole) = whole(steps, Flush::Now)
        {
            return tx.begun().await?.execute(whole.query()).await.map(drop);
        }
        for step in steps {
            step.run(self).await?;
        }
        Ok(())
    }
}

pub(super) fn check(steps: &[Step]) -> Result<(), DbError> {
    steps.iter().try_for_each(|step| match &step.what {
        What::Once(params) => statement::check_arity(step.sql, params.len()),
        What::Many(rows) => super::check_arities(step.sql, rows),
        What::Columns(columns) => match columns::len(columns) {
            Some(_) => statement::check_arity(step.sql, columns.len()),
            None => Err(DbError::Other(format!("columns of several lengths: {}", step.sql))),
        },
        What::Among(_) => Ok(()),
    })
}

/// What makes a statement that is a transaction of its own one that is not waited for.
const LAZILY: &str = "set_config('synchronous_commit', 'off', true)";

/// One statement that does all steps; `None` when one of them has not the shape for it.
pub(super) fn whole(steps: &[Step], flush: Flush) -> Option<Written<'_>> {
    if steps.iter().any(|step| step.is_empty() && step.expected.is_some_and(|expected| expected > 0)) {
        return None;
    }
    let steps: Vec<&Step> = steps.iter().filter(|step| !step.is_empty()).collect();
    if let ([step], Flush::WithTheNext) = (steps.as_slice(), flush)
        && step.expected.is_none()
    {
        // Alone it is cheaper. Where it touches nothing the commit is waited for, which does no harm.
        let Written { sql, bound } = step.written()?;
        return Some(Written { sql: format!("{sql} returning {LAZILY}"), bound });
    }
    let (mut parts, mut demands, mut bound) = (Vec::new(), Vec::new(), Vec::new());
    for (number, step) in steps.into_iter().enumerate() {
        let written = step.written()?;
        let counted = if step.expected.is_some() { " returning 1" } else { "" };
        parts.push(format!("step_{number} as ({}{counted})", statement::shifted(&written.sql, bound.len())));
        bound.extend(written.bound);
        if let Some(expected) = step.expected {
            bound.push(Bound::Count(i64::try_from(expected).ok()?));
            demands.push(format!("(select count(*) from step_{number}) = ${}", bound.len()));
        }
    }
    if parts.is_empty() {
        return None;
    }
    let mut what = Vec::new();
    if flush == Flush::WithTheNext {
        what.push(LAZILY.to_owned());
    }
    if !demands.is_empty() {
        // The function is called to refuse, and not each time to say that all is well.
        what.push(format!("case when {} then true else must_hold(false) end", demands.join(" and ")));
    }
    let what = if what.is_empty() { "1".to_owned() } else { what.join(", ") };
    Some(Written { sql: format!("with {} select {what}", parts.join(", ")), bound })
}
