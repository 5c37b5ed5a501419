//! Extracts as they are kept: prepared, then issued. Both are sealed under a key of the extract's own.

use qolhat_storage::ContentDigest;

use crate::db::{Db, DbError, Row, Tx};
use crate::domain::ids::{EventId, ExtractId};
use crate::domain::time::Moment;
use crate::params;

/// An extract about to be kept.
#[derive(Debug)]
pub struct NewExtract<'a> {
    /// Its id.
    pub id: ExtractId,
    /// Its number in the register.
    pub number: i64,
    /// IIN of the officer who prepared it and must sign it.
    pub officer_iin: &'a str,
    /// What was asked for.
    pub scope: &'a str,
    /// On what ground.
    pub ground: &'a str,
    /// When it was prepared.
    pub prepared_at: Moment,
    /// Its key, wrapped for the operator.
    pub wrapped_key: Vec<u8>,
    /// Where the sealed payload is.
    pub prepared_address: ContentDigest,
}

/// An extract as it is kept.
#[derive(Debug, Clone)]
pub struct ExtractRow {
    /// IIN of the officer who prepared it.
    pub officer_iin: String,
    /// Its number in the register.
    pub number: i64,
    /// Its key, wrapped for the operator.
    pub wrapped_key: Vec<u8>,
    /// Where the sealed payload is.
    pub prepared_address: ContentDigest,
    /// Where the sealed extract is, once issued.
    pub issued_address: Option<ContentDigest>,
}

fn address(bytes: Vec<u8>, column: &'static str) -> Result<ContentDigest, DbError> {
    <[u8; 32]>::try_from(bytes).map(ContentDigest::from_bytes).map_err(|bytes| DbError::Inconsistent {
        column: column.to_owned(),
        detail: format!("{} octets instead of 32", bytes.len()),
    })
}

fn extract(row: &Row) -> Result<ExtractRow, DbError> {
    let issued = row.opt_bytes("issued_address")?;
    Ok(ExtractRow {
        officer_iin: row.text("officer_iin")?,
        number: row.int("number")?,
        wrapped_key: row.bytes("wrapped_key")?,
        prepared_address: address(row.bytes("prepared_address")?, "extract.prepared_address")?,
        issued_address: issued.map(|bytes| address(bytes, "extract.issued_address")).transpose()?,
    })
}

/// The number that the next extract takes.
///
/// # Errors
/// A fault of the database.
pub async fn next_number(tx: &mut Tx) -> Result<i64, DbError> {
    let row = tx.query_one(include_str!("sql/select_next_extract_number.sql"), &[]).await?;
    row.map_or(Ok(1), |row| row.int("number"))
}

/// Keeps a prepared extract.
///
/// # Errors
/// A fault of the database.
pub async fn insert(tx: &mut Tx, new: &NewExtract<'_>) -> Result<(), DbError> {
    tx.execute(
        include_str!("sql/insert_extract.sql"),
        &params![
            new.id.as_uuid(),
            new.number,
            new.officer_iin,
            new.scope,
            new.ground,
            new.prepared_at,
            new.wrapped_key.clone(),
            new.prepared_address.as_bytes().to_vec()
        ],
    )
    .await
    .map(drop)
}

/// The extract.
///
/// # Errors
/// A fault of the database.
pub async fn load(db: &Db, id: ExtractId) -> Result<Option<ExtractRow>, DbError> {
    let row = db.query_one(include_str!("sql/select_extract.sql"), &params![id.as_uuid()]).await?;
    row.as_ref().map(extract).transpose()
}

/// An extract as the register of extracts shows it.
#[derive(Debug, Clone)]
pub struct Registered {
    /// Its id.
    pub id: ExtractId,
    /// Its number in the register.
    pub number: i64,
    /// `prepared` or `issued`.
    pub state: String,
    /// What was asked for.
    pub scope: String,
    /// On what ground.
    pub ground: String,
    /// When it was prepared.
    pub prepared_at: Moment,
    /// When it was issued.
    pub issued_at: Option<Moment>,
    /// IIN of the officer who prepared it and must sign it.
    pub officer_iin: String,
}

fn registered(row: &Row) -> Result<Registered, DbError> {
    Ok(Registered {
        id: ExtractId::from(row.id("id")?),
        number: row.int("number")?,
        state: row.text("state")?,
        scope: row.text("scope")?,
        ground: row.text("ground")?,
        prepared_at: row.moment("prepared_at")?,
        issued_at: row.opt_moment("issued_at")?,
        officer_iin: row.text("officer_iin")?,
    })
}

/// At most `limit` extracts of the register, the newest first.
///
/// # Errors
/// A fault of the database.
pub async fn list(db: &Db, limit: i64) -> Result<Vec<Registered>, DbError> {
    let rows = db.query(include_str!("sql/list_extracts.sql"), &params![limit]).await?;
    rows.iter().map(registered).collect()
}

/// The extract as the register shows it.
///
/// # Errors
/// A fault of the database.
pub async fn registration(db: &Db, id: ExtractId) -> Result<Option<Registered>, DbError> {
    let row = db.query_one(include_str!("sql/select_extract_registered.sql"), &params![id.as_uuid()]).await?;
    row.as_ref().map(registered).transpose()
}

/// Marks a prepared extract as issued; `false` when it is issued already.
///
/// # Errors
/// A fault of the database.
pub async fn set_issued(
    tx: &mut Tx,
    id: ExtractId,
    now: Moment,
    issued_address: &ContentDigest,
    event: EventId,
) -> Result<bool, DbError> {
    tx.execute(
        include_str!("sql/update_extract_issued.sql"),
        &params![id.as_uuid(), now, issued_address.as_bytes().to_vec(), event.as_uuid()],
    )
    .await
    .map(|rows| rows == 1)
}
