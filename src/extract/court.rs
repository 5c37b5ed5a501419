//! Requests of courts and bodies for extracts, as they are kept (POA-03).

use crate::db::{Db, DbError, Row, Tx};
use crate::domain::ids::{CourtRequestId, EventId};
use crate::domain::time::Moment;
use crate::params;

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CourtState {
    /// Recorded by one officer; waits for another.
    Recorded,
    /// Approved: an extract may be issued under it.
    Approved,
    /// Refused.
    Refused,
    /// An extract was issued under it.
    Answered,
}

impl CourtState {
    /// The word kept and shown.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Answered => "answered",
        }
    }

    /// The state named by `code`.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        [Self::Recorded, Self::Approved, Self::Refused, Self::Answered].into_iter().find(|state| state.code() == code)
    }
}

/// A request as it is kept.
#[derive(Debug, Clone)]
pub struct CourtRow {
    /// Its id.
    pub id: CourtRequestId,
    /// The court or the body.
    pub authority: String,
    /// The number that it gave its request.
    pub reference: String,
    /// The date of the request, `YYYY-MM-DD`.
    pub dated: String,
    /// On what ground it asks.
    pub ground: String,
    /// What it asks for, in its own words.
    pub words: String,
    /// What may be given: canonical JSON, read by the operation.
    pub scope: String,
    /// When the operator received it.
    pub received_at: Moment,
    /// Until when it may be answered; that instant is not in it.
    pub due_at: Moment,
    /// Where it stands.
    pub state: CourtState,
    /// IIN of the officer who recorded it.
    pub recorded_by: String,
    /// When.
    pub recorded_at: Moment,
    /// IIN of the officer who decided.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<Moment>,
    /// Why it was refused.
    pub reason: Option<String>,
}

fn court(row: &Row) -> Result<CourtRow, DbError> {
    let state = row.text("state")?;
    Ok(CourtRow {
        id: CourtRequestId::from(row.id("id")?),
        authority: row.text("authority")?,
        reference: row.text("reference")?,
        dated: row.text("dated")?,
        ground: row.text("ground")?,
        words: row.text("words")?,
        scope: row.text("scope")?,
        received_at: row.moment("received_at")?,
        due_at: row.moment("due_at")?,
        state: CourtState::parse(&state)
            .ok_or(DbError::Inconsistent { column: "court_request.state".to_owned(), detail: state })?,
        recorded_by: row.text("recorded_by")?,
        recorded_at: row.moment("recorded_at")?,
        decided_by: row.opt_text("decided_by")?,
        decided_at: row.opt_moment("decided_at")?,
        reason: row.opt_text("reason")?,
    })
}

/// Keeps a recorded request.
///
/// # Errors
/// A fault of the database.
pub async fn insert(tx: &mut Tx, new: &CourtRow, event: EventId) -> Result<(), DbError> {
    let row = params![
        new.id.as_uuid(),
        &new.authority,
        &new.reference,
        &new.dated,
        &new.ground,
        &new.words,
        &new.scope,
        new.received_at,
        new.due_at,
        &new.recorded_by,
        new.recorded_at,
        event.as_uuid()
    ];
    tx.execute(include_str!("sql/insert_court_request.sql"), &row).await.map(drop)
}

/// The request, locked until the transaction ends.
///
/// # Errors
/// A fault of the database.
pub async fn lock(tx: &mut Tx, id: CourtRequestId) -> Result<Option<CourtRow>, DbError> {
    let row = tx.query_one(include_str!("sql/lock_court_request.sql"), &params![id.as_uuid()]).await?;
    row.as_ref().map(court).transpose()
}

/// The request.
///
/// # Errors
/// A fault of the database.
pub async fn load(db: &Db, id: CourtRequestId) -> Result<Option<CourtRow>, DbError> {
    let row = db.query_one(include_str!("sql/select_court_request.sql"), &params![id.as_uuid()]).await?;
    row.as_ref().map(court).transpose()
}

/// At most `limit` requests, the newest first.
///
/// # Errors
/// A fault of the database.
pub async fn list(db: &Db, limit: i64) -> Result<Vec<CourtRow>, DbError> {
    let rows = db.query(include_str!("sql/list_court_requests.sql"), &params![limit]).await?;
    rows.iter().map(court).collect()
}

/// The requests that may still be answered at `now`.
///
/// # Errors
/// A fault of the database.
pub async fn open(db: &Db, now: Moment) -> Result<Vec<CourtRow>, DbError> {
    let rows = db.query(include_str!("sql/list_court_requests_open.sql"), &params![now]).await?;
    rows.iter().map(court).collect()
}

/// As [`open`], inside a transaction.
///
/// # Errors
/// A fault of the database.
pub async fn open_now(tx: &mut Tx, now: Moment) -> Result<Vec<CourtRow>, DbError> {
    let rows = tx.query(include_str!("sql/list_court_requests_open.sql"), &params![now]).await?;
    rows.iter().map(court).collect()
}

/// Keeps the decision on a request that the transaction has locked: who, when and in which event.
///
/// # Errors
/// [`DbError::Constraint`] when the decider recorded it; a fault of the database.
pub async fn decide(
    tx: &mut Tx,
    id: CourtRequestId,
    state: CourtState,
    (by, at, event): (&str, Moment, EventId),
    reason: Option<&str>,
) -> Result<(), DbError> {
    let row = params![id.as_uuid(), state.code(), by, at, event.as_uuid(), reason];
    tx.execute(include_str!("sql/decide_court_request.sql"), &row).await.map(drop)
}

/// Marks a request that the transaction has locked as answered.
///
/// # Errors
/// A fault of the database.
pub async fn set_answered(tx: &mut Tx, id: CourtRequestId) -> Result<(), DbError> {
    tx.execute(include_str!("sql/answer_court_request.sql"), &params![id.as_uuid()]).await.map(drop)
}
