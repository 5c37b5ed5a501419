//! Cases of key compromise as they are kept (CMP-01 to CMP-06).

use crate::db::{Db, DbError, Row, Tx};
use crate::domain::ids::{CaseId, DocumentId, EventId};
use crate::domain::time::Moment;
use crate::params;

/// The officer's time to decide, in seconds (A2.16).
pub const DECISION_SECONDS: i64 = 24 * 3600;

/// Where a case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseState {
    /// Reported; the certificate is suspended.
    Open,
    /// Confirmed; the certificate is annulled from its cut-off on.
    Annulled,
    /// The suspension is lifted at the holder's request.
    Lifted,
}

impl CaseState {
    /// The word kept and shown.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Annulled => "annulled",
            Self::Lifted => "lifted",
        }
    }

    /// The state named by `code`.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        match code {
            "open" => Some(Self::Open),
            "annulled" => Some(Self::Annulled),
            "lifted" => Some(Self::Lifted),
            _ => None,
        }
    }
}

/// A case as it is kept.
#[derive(Debug, Clone)]
pub struct CaseRow {
    /// Its id.
    pub id: CaseId,
    /// The certificate whose key is compromised.
    pub certificate_sha256: [u8; 32],
    /// IIN of the holder who reported.
    pub reported_by: String,
    /// When the notice was received (A8.9).
    pub reported_at: Moment,
    /// Since when the key is compromised, as the holder declares.
    pub compromised_since: Moment,
    /// The holder's words.
    pub circumstances: String,
    /// Until when the officer must decide.
    pub due_at: Moment,
    /// Where it stands.
    pub state: CaseState,
    /// When it was decided.
    pub decided_at: Option<Moment>,
    /// IIN of the officer who decided.
    pub decided_by: Option<String>,
    /// The cut-off that the officer set.
    pub cut_off: Option<Moment>,
    /// The event of the report.
    pub event: EventId,
}

fn case(row: &Row) -> Result<CaseRow, DbError> {
    let state = row.text("state")?;
    Ok(CaseRow {
        id: CaseId::from(row.id("id")?),
        certificate_sha256: <[u8; 32]>::try_from(row.bytes("certificate_sha256")?).map_err(|bytes| {
            DbError::Inconsistent {
                column: "compromise_case.certificate_sha256".to_owned(),
                detail: format!("{} octets instead of 32", bytes.len()),
            }
        })?,
        reported_by: row.text("reported_by")?,
        reported_at: row.moment("reported_at")?,
        compromised_since: row.moment("compromised_since")?,
        circumstances: row.text("circumstances")?,
        due_at: row.moment("due_at")?,
        state: CaseState::parse(&state)
            .ok_or(DbError::Inconsistent { column: "compromise_case.state".to_owned(), detail: state })?,
        decided_at: row.opt_moment("decided_at")?,
        decided_by: row.opt_text("decided_by")?,
        cut_off: row.opt_moment("cut_off")?,
        event: EventId::from(row.id("event_id")?),
    })
}

/// Keeps an open case.
///
/// # Errors
/// [`DbError::Constraint`] when the certificate has an open case already.
pub async fn insert(tx: &mut Tx, case: &CaseRow) -> Result<(), DbError> {
    tx.execute(
        include_str!("sql/insert_case.sql"),
        &params![
            case.id.as_uuid(),
            case.certificate_sha256.to_vec(),
            case.reported_by.as_str(),
            case.reported_at,
            case.compromised_since,
            case.circumstances.as_str(),
            case.due_at,
            case.event.as_uuid()
        ],
    )
    .await
    .map(drop)
}

/// The case, locked until the transaction ends.
///
/// # Errors
/// A fault of the database.
pub async fn lock(tx: &mut Tx, id: CaseId) -> Result<Option<CaseRow>, DbError> {
    let row = tx.query_one(include_str!("sql/lock_case.sql"), &params![id.as_uuid()]).await?;
    row.as_ref().map(case).transpose()
}

/// The case.
///
/// # Errors
/// A fault of the database.
pub async fn load(db: &Db, id: CaseId) -> Result<Option<CaseRow>, DbError> {
    let row = db.query_one(include_str!("sql/select_case.sql"), &params![id.as_uuid()]).await?;
    row.as_ref().map(case).transpose()
}

/// At most `limit` undecided cases, the most urgent first.
///
/// # Errors
/// A fault of the database.
pub async fn open(db: &Db, limit: i64) -> Result<Vec<CaseRow>, DbError> {
    let rows = db.query(include_str!("sql/list_cases.sql"), &params!["open", limit]).await?;
    rows.iter().map(case).collect()
}

/// At most `limit` decided cases, the newest decision first.
///
/// # Errors
/// A fault of the database.
pub async fn decided(db: &Db, limit: i64) -> Result<Vec<CaseRow>, DbError> {
    let rows = db.query(include_str!("sql/list_cases_decided.sql"), &params![limit]).await?;
    rows.iter().map(case).collect()
}

/// The cases that contest a signature of `document`.
///
/// # Errors
/// A fault of the database.
pub async fn of_document(db: &Db, document: DocumentId) -> Result<Vec<CaseRow>, DbError> {
    let rows = db.query(include_str!("sql/select_cases_of_document.sql"), &params![document.as_uuid()]).await?;
    rows.iter().map(case).collect()
}

/// Keeps the decision of a case that the transaction has locked.
///
/// # Errors
/// A fault of the database.
pub async fn decide(
    tx: &mut Tx,
    id: CaseId,
    state: CaseState,
    decided_at: Moment,
    decided_by: &str,
    cut_off: Option<Moment>,
) -> Result<(), DbError> {
    tx.execute(
        include_str!("sql/update_case.sql"),
        &params![id.as_uuid(), state.code(), decided_at, decided_by, cut_off],
    )
    .await
    .map(drop)
}
