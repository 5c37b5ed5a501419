//! Notices as they are kept.

use crate::db::{Db, DbError, Tx};
use crate::domain::ids::{DocumentId, EventId};
use crate::domain::party::Party;
use crate::domain::time::Moment;
use crate::params;

/// A notice about to be kept.
#[derive(Debug, Clone)]
pub struct NewNotice {
    /// To whom.
    pub party: Party,
    /// What happened: the kind of the event.
    pub kind: &'static str,
    /// To which document.
    pub document: Option<DocumentId>,
    /// The event that it tells of.
    pub event: EventId,
    /// When.
    pub created_at: Moment,
}

/// A notice as it is read.
#[derive(Debug, Clone)]
pub struct Notice {
    /// Its place in the feed.
    pub position: i64,
    /// What happened.
    pub kind: String,
    /// To which document.
    pub document: Option<DocumentId>,
    /// When.
    pub created_at: Moment,
    /// The journal's entry.
    pub seq: i64,
}

/// Keeps a notice.
///
/// # Errors
/// A fault of the database.
pub async fn insert(tx: &mut Tx, notice: &NewNotice) -> Result<(), DbError> {
    tx.execute(
        include_str!("sql/insert_notice.sql"),
        &params![
            notice.party.key(),
            notice.kind,
            notice.document.map(|id| id.as_uuid()),
            notice.event.as_uuid(),
            notice.created_at
        ],
    )
    .await
    .map(drop)
}

/// At most `limit` notices of `party` after the place `after`.
///
/// # Errors
/// A fault of the database.
pub async fn feed(db: &Db, party: &Party, after: i64, limit: i64) -> Result<Vec<Notice>, DbError> {
    let rows = db.query(include_str!("sql/select_notices.sql"), &params![party.key(), after, limit]).await?;
    rows.iter()
        .map(|row| {
            Ok(Notice {
                position: row.int("position")?,
                kind: row.text("kind")?,
                document: row.opt_id("document_id")?.map(DocumentId::from),
                created_at: row.moment("created_at")?,
                seq: row.int("seq")?,
            })
        })
        .collect()
}
