//! Prunings as they are kept: proposed by one officer, decided by another, done by whoever owns the tables.

use super::store;
use crate::db::{Db, DbError, Row, Tx};
use crate::domain::ids::{EventId, PruningId};
use crate::domain::time::Moment;
use crate::params;

/// What violates that one pruning is open at a time.
pub const ONE_IS_OPEN: [&str; 2] = ["one_pruning_is_open", "pruning.is_open"];

/// Where a pruning stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PruningState {
    /// Proposed by one officer; waits for another.
    Proposed,
    /// Approved: it may be done.
    Approved,
    /// Refused.
    Refused,
    /// Done.
    Done,
}

impl PruningState {
    /// The word kept and shown.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Done => "done",
        }
    }

    /// The state named by `code`.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        [Self::Proposed, Self::Approved, Self::Refused, Self::Done].into_iter().find(|state| state.code() == code)
    }
}

/// A pruning as it is kept.
#[derive(Debug, Clone)]
pub struct PruningRow {
    /// Its id.
    pub id: PruningId,
    /// The first entry that was held when it was proposed.
    pub from: u64,
    /// The first entry that is held afterwards.
    pub to: u64,
    /// On what ground.
    pub ground: String,
    /// Where it stands.
    pub state: PruningState,
    /// IIN of the officer who proposed it.
    pub proposed_by: String,
    /// When.
    pub proposed_at: Moment,
    /// The event that tells of it.
    pub proposed_event: EventId,
    /// IIN of the officer who decided.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<Moment>,
    /// The event that tells of it.
    pub decided_event: Option<EventId>,
    /// Why it was refused.
    pub reason: Option<String>,
}

fn pruning(row: &Row) -> Result<PruningRow, DbError> {
    let state = row.text("state")?;
    Ok(PruningRow {
        id: PruningId::from(row.id("id")?),
        from: store::unsigned(row, "first")?,
        to: store::unsigned(row, "past")?,
        ground: row.text("ground")?,
        state: PruningState::parse(&state).ok_or_else(|| store::inconsistent("pruning.state", &state))?,
        proposed_by: row.text("proposed_by")?,
        proposed_at: row.moment("proposed_at")?,
        proposed_event: EventId::from(row.id("proposed_event")?),
        decided_by: row.opt_text("decided_by")?,
        decided_at: row.opt_moment("decided_at")?,
        decided_event: row.opt_id("decided_event")?.map(EventId::from),
        reason: row.opt_text("reason")?,
    })
}

/// Keeps a proposed pruning; what was decided is not looked at.
///
/// # Errors
/// [`ONE_IS_OPEN`]; a fault of the database.
pub async fn insert(tx: &mut Tx, new: &PruningRow) -> Result<(), DbError> {
    let row = params![
        new.id.as_uuid(),
        store::signed(new.from),
        store::signed(new.to),
        &new.ground,
        &new.proposed_by,
        new.proposed_at,
        new.proposed_event.as_uuid()
    ];
    tx.execute(include_str!("sql/insert_pruning.sql"), &row).await.map(drop)
}

/// The pruning, locked until the transaction ends.
///
/// # Errors
/// A fault of the database.
pub async fn lock(tx: &mut Tx, id: PruningId) -> Result<Option<PruningRow>, DbError> {
    let row = tx.query_one(include_str!("sql/lock_pruning.sql"), &params![id.as_uuid()]).await?;
    row.as_ref().map(pruning).transpose()
}

/// The pruning.
///
/// # Errors
/// A fault of the database.
pub async fn load(db: &Db, id: PruningId) -> Result<Option<PruningRow>, DbError> {
    let row = db.query_one(include_str!("sql/select_pruning.sql"), &params![id.as_uuid()]).await?;
    row.as_ref().map(pruning).transpose()
}

/// At most `limit` prunings, the newest first.
///
/// # Errors
/// A fault of the database.
pub async fn list(db: &Db, limit: i64) -> Result<Vec<PruningRow>, DbError> {
    let rows = db.query(include_str!("sql/list_prunings.sql"), &params![limit]).await?;
    rows.iter().map(pruning).collect()
}

/// The pruning that is proposed or approved and not done.
///
/// # Errors
/// A fault of the database.
pub async fn open(db: &Db) -> Result<Option<PruningRow>, DbError> {
    let row = db.query_one(include_str!("sql/select_pruning_open.sql"), &[]).await?;
    row.as_ref().map(pruning).transpose()
}

/// Keeps the decision on a pruning that the transaction has locked: who, when and in which event.
///
/// # Errors
/// [`DbError::Constraint`] when the decider proposed it; a fault of the database.
pub async fn decide(
    tx: &mut Tx,
    id: PruningId,
    state: PruningState,
    (by, at, event): (&str, Moment, EventId),
    reason: Option<&str>,
) -> Result<(), DbError> {
    let row = params![id.as_uuid(), state.code(), by, at, event.as_uuid(), reason];
    tx.execute(include_str!("sql/decide_pruning.sql"), &row).await.map(drop)
}

/// Marks an approved pruning as done; whether it was not.
///
/// # Errors
/// A fault of the database.
pub async fn finish(tx: &mut Tx, id: PruningId, event: EventId) -> Result<bool, DbError> {
    Ok(tx.execute(include_str!("sql/finish_pruning.sql"), &params![id.as_uuid(), event.as_uuid()]).await? > 0)
}
