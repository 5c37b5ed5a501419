//! Requests to destroy content, and legal holds, as they are kept.

use qolhat_storage::ContentDigest;
use uuid::Uuid;

use super::store::digest;
use crate::db::{Db, DbError, Row, Tx};
use crate::domain::ids::{DocumentId, EventId};
use crate::domain::party::Party;
use crate::domain::time::Moment;
use crate::params;

/// A party's request.
#[derive(Debug)]
pub struct NewRequest<'a> {
    /// The document.
    pub document: DocumentId,
    /// Who asks.
    pub party: &'a Party,
    /// His signature over the request.
    pub cms: &'a [u8],
    /// When.
    pub requested_at: Moment,
    /// Until when the law keeps the content.
    pub kept_until: Option<Moment>,
    /// Its event.
    pub event: EventId,
}

/// A request as it is kept.
#[derive(Debug, Clone, Copy)]
pub struct RequestRow {
    /// When it was made.
    pub requested_at: Moment,
    /// Until when the law keeps the content.
    pub kept_until: Option<Moment>,
}

/// A legal hold.
#[derive(Debug, Clone)]
pub struct HoldRow {
    /// Its id.
    pub id: Uuid,
    /// The document.
    pub document: DocumentId,
    /// On what ground it was placed.
    pub ground: String,
    /// IIN of the officer who placed it.
    pub placed_by: String,
    /// When.
    pub placed_at: Moment,
    /// IIN of the officer who lifted it.
    pub lifted_by: Option<String>,
    /// When.
    pub lifted_at: Option<Moment>,
}

/// Keeps a request and takes the party's key away; `false` when it has asked already.
///
/// # Errors
/// A fault of the database.
pub async fn insert_request(tx: &mut Tx, new: &NewRequest<'_>) -> Result<bool, DbError> {
    let row = params![
        new.document.as_uuid(),
        new.party.key(),
        new.cms.to_vec(),
        new.requested_at,
        new.kept_until,
        new.event.as_uuid()
    ];
    if tx.execute(include_str!("sql/insert_destruction_request.sql"), &row).await? == 0 {
        return Ok(false);
    }
    tx.execute(include_str!("sql/delete_key.sql"), &params![new.document.as_uuid(), new.party.key()]).await?;
    Ok(true)
}

/// A party's request.
///
/// # Errors
/// A fault of the database.
pub async fn request(db: &Db, document: DocumentId, party: &Party) -> Result<Option<RequestRow>, DbError> {
    let of = params![document.as_uuid(), party.key()];
    let row = db.query_one(include_str!("sql/select_destruction_request.sql"), &of).await?;
    let read = |row: Row| {
        Ok(RequestRow { requested_at: row.moment("requested_at")?, kept_until: row.opt_moment("kept_until")? })
    };
    row.map(read).transpose()
}

/// When the content was destroyed, if it was.
///
/// # Errors
/// A fault of the database.
pub async fn destroyed_at(db: &Db, document: DocumentId) -> Result<Option<Moment>, DbError> {
    let row = db.query_one(include_str!("sql/select_destroyed.sql"), &params![document.as_uuid()]).await?;
    row.map(|row| row.moment("at")).transpose()
}

/// Whether the content is destroyed, inside a transaction that holds the lock of the document.
///
/// # Errors
/// A fault of the database.
pub async fn is_destroyed(tx: &mut Tx, document: DocumentId) -> Result<bool, DbError> {
    Ok(tx.query_one(include_str!("sql/select_destroyed.sql"), &params![document.as_uuid()]).await?.is_some())
}

/// At most `most` documents past `after`, in order, whose content nobody holds and nothing that is kept here keeps any more.
///
/// # Errors
/// A fault of the database.
pub async fn due(
    db: &Db,
    operator: &Party,
    now: Moment,
    (most, after): (i64, DocumentId),
) -> Result<Vec<DocumentId>, DbError> {
    let page = params![operator.key(), now, most, after.as_uuid()];
    let rows = db.query(include_str!("sql/select_destruction_due.sql"), &page).await?;
    rows.iter().map(|row| Ok(DocumentId::from(row.id("document_id")?))).collect()
}

/// How many parties besides the operator hold the content.
///
/// # Errors
/// A fault of the database.
pub async fn holders(tx: &mut Tx, document: DocumentId, operator: &Party) -> Result<i64, DbError> {
    let of = params![document.as_uuid(), operator.key()];
    let row = tx.query_one(include_str!("sql/count_other_holders.sql"), &of).await?;
    row.map_or(Ok(0), |row| row.int("holders"))
}

/// Erases every key of the document; answers the blobs that nobody can read any more.
///
/// # Errors
/// A fault of the database.
pub async fn destroy(
    tx: &mut Tx,
    document: DocumentId,
    at: Moment,
    event: EventId,
) -> Result<Vec<ContentDigest>, DbError> {
    let mut blobs = Vec::new();
    for row in tx.query(include_str!("sql/select_sealed_blobs.sql"), &params![document.as_uuid()]).await? {
        blobs.push(digest(&row, "blob_address")?);
    }
    tx.execute(include_str!("sql/delete_keys.sql"), &params![document.as_uuid()]).await?;
    tx.execute(include_str!("sql/insert_destroyed.sql"), &params![document.as_uuid(), at, event.as_uuid()]).await?;
    Ok(blobs)
}

/// Writes down that the journal's entries reveal something of a document whose content is destroyed `at`.
///
/// # Errors
/// A fault of the database.
pub async fn insert_unerased(tx: &mut Tx, document: DocumentId, at: Moment) -> Result<(), DbError> {
    tx.execute(include_str!("sql/insert_unerased.sql"), &params![document.as_uuid(), at]).await.map(drop)
}

/// At most `most` documents of which the journal's entries reveal something that may be erased `now`, in order of when
/// that was due: those past `after`.
///
/// # Errors
/// A fault of the database.
pub async fn unerased_due(
    db: &Db,
    now: Moment,
    most: i64,
    after: (Moment, DocumentId),
) -> Result<Vec<(Moment, DocumentId)>, DbError> {
    let page = params![now, most, after.0, after.1.as_uuid()];
    let rows = db.query(include_str!("sql/select_unerased_due.sql"), &page).await?;
    rows.iter().map(|row| Ok((row.moment("due_at")?, DocumentId::from(row.id("document_id")?)))).collect()
}

/// Notes when the next entry of the document may be erased.
///
/// # Errors
/// A fault of the database.
pub async fn move_unerased(tx: &mut Tx, document: DocumentId, due_at: Moment) -> Result<(), DbError> {
    tx.execute(include_str!("sql/move_unerased.sql"), &params![document.as_uuid(), due_at]).await.map(drop)
}

/// Strikes off a document of which nothing is left to erase.
///
/// # Errors
/// A fault of the database.
pub async fn delete_unerased(tx: &mut Tx, document: DocumentId) -> Result<(), DbError> {
    tx.execute(include_str!("sql/delete_unerased.sql"), &params![document.as_uuid()]).await.map(drop)
}

/// Writes down blobs that are to be taken away.
///
/// # Errors
/// A fault of the database.
pub async fn insert_unswept(tx: &mut Tx, blobs: &[ContentDigest], at: Moment) -> Result<(), DbError> {
    for address in blobs {
        tx.execute(include_str!("sql/insert_unswept.sql"), &params![address.as_bytes().to_vec(), at]).await?;
    }
    Ok(())
}

/// At most `most` blobs that are still to be taken away, the oldest first.
///
/// # Errors
/// A fault of the database.
pub async fn unswept(db: &Db, most: i64) -> Result<Vec<ContentDigest>, DbError> {
    let rows = db.query(include_str!("sql/select_unswept.sql"), &params![most]).await?;
    rows.iter().map(|row| digest(row, "address")).collect()
}

/// Strikes off what is gone.
///
/// # Errors
/// A fault of the database.
pub async fn delete_unswept(tx: &mut Tx, blobs: &[ContentDigest]) -> Result<(), DbError> {
    for address in blobs {
        tx.execute(include_str!("sql/delete_unswept.sql"), &params![address.as_bytes().to_vec()]).await?;
    }
    Ok(())
}

/// Places a hold.
///
/// # Errors
/// A fault of the database.
pub async fn insert_hold(
    tx: &mut Tx,
    document: DocumentId,
    (id, event): (Uuid, EventId),
    (ground, by): (&str, &str),
    at: Moment,
) -> Result<(), DbError> {
    let row = params![id, document.as_uuid(), ground, by, at, event.as_uuid()];
    tx.execute(include_str!("sql/insert_hold.sql"), &row).await.map(drop)
}

/// Lifts a hold; `false` when there is none to lift.
///
/// # Errors
/// A fault of the database.
pub async fn lift_hold(
    tx: &mut Tx,
    document: DocumentId,
    (id, event): (Uuid, EventId),
    by: &str,
    at: Moment,
) -> Result<bool, DbError> {
    let row = params![by, at, event.as_uuid(), id, document.as_uuid()];
    Ok(tx.execute(include_str!("sql/lift_hold.sql"), &row).await? == 1)
}

fn hold(row: &Row) -> Result<HoldRow, DbError> {
    Ok(HoldRow {
        id: row.id("id")?,
        document: DocumentId::from(row.id("document_id")?),
        ground: row.text("ground")?,
        placed_by: row.text("placed_by")?,
        placed_at: row.moment("placed_at")?,
        lifted_by: row.opt_text("lifted_by")?,
        lifted_at: row.opt_moment("lifted_at")?,
    })
}

/// The documents that a hold keeps now.
///
/// # Errors
/// A fault of the database.
pub async fn held(db: &Db) -> Result<Vec<DocumentId>, DbError> {
    let rows = db.query(include_str!("sql/select_held.sql"), &[]).await?;
    rows.iter().map(|row| Ok(DocumentId::from(row.id("document_id")?))).collect()
}

/// The holds on a document, the oldest first.
///
/// # Errors
/// A fault of the database.
pub async fn holds(db: &Db, document: DocumentId) -> Result<Vec<HoldRow>, DbError> {
    let rows = db.query(include_str!("sql/select_holds.sql"), &params![document.as_uuid()]).await?;
    rows.iter().map(hold).collect()
}

/// At most `most` holds on whatever documents: those that stand first, then the newest.
///
/// # Errors
/// A fault of the database.
pub async fn all_holds(db: &Db, most: i64) -> Result<Vec<HoldRow>, DbError> {
    let rows = db.query(include_str!("sql/select_all_holds.sql"), &params![most]).await?;
    rows.iter().map(hold).collect()
}

/// One hold.
///
/// # Errors
/// A fault of the database.
pub async fn hold_of_id(db: &Db, id: Uuid) -> Result<Option<HoldRow>, DbError> {
    db.query_one(include_str!("sql/select_hold.sql"), &params![id]).await?.as_ref().map(hold).transpose()
}

/// As [`holds`], inside a transaction that holds the lock of the document.
///
/// # Errors
/// A fault of the database.
pub async fn holds_now(tx: &mut Tx, document: DocumentId) -> Result<Vec<HoldRow>, DbError> {
    let rows = tx.query(include_str!("sql/select_holds.sql"), &params![document.as_uuid()]).await?;
    rows.iter().map(hold).collect()
}
