//! Extracts as they are kept: prepared, then issued. Both are sealed under a key of the extract's own.

use qolhat_storage::ContentDigest;

use crate::db::{Db, DbError, Row, Tx, Value};
use crate::domain::ids::{CourtRequestId, DocumentId, EventId, ExtractId};
use crate::domain::party::Party;
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
    /// The request of a court that it answers.
    pub court_request: Option<CourtRequestId>,
    /// Whose period it opens.
    pub party: Option<Party>,
    /// The documents that it holds.
    pub documents: &'a [DocumentId],
}

/// What a second extract of one number runs into, on both engines.
pub const NUMBER_IS_TAKEN: [&str; 2] = ["extract_number_is_unique", "extract.number"];

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
    /// The event that tells the journal that it was issued.
    pub event: Option<EventId>,
    /// The request of a court that it answers.
    pub court_request: Option<CourtRequestId>,
}

/// An extract in a list.
#[derive(Debug, Clone)]
pub struct ListedExtract {
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
    /// IIN of the officer who prepared it.
    pub officer_iin: String,
}

fn listed(row: &Row) -> Result<ListedExtract, DbError> {
    Ok(ListedExtract {
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
        event: row.opt_id("event_id")?.map(EventId::from),
        court_request: row.opt_id("court_request_id")?.map(CourtRequestId::from),
    })
}

/// The number that the next extract takes, as it looks now.
///
/// # Errors
/// A fault of the database.
pub async fn next_number(db: &Db) -> Result<i64, DbError> {
    let row = db.query_one(include_str!("sql/select_next_extract_number.sql"), &[]).await?;
    row.map_or(Ok(1), |row| row.int("number"))
}

/// At most `limit` extracts, the newest first.
///
/// # Errors
/// A fault of the database.
pub async fn list(db: &Db, limit: i64) -> Result<Vec<ListedExtract>, DbError> {
    let rows = db.query(include_str!("sql/list_extracts.sql"), &params![limit]).await?;
    rows.iter().map(listed).collect()
}

/// At most `limit` issued extracts in all of whose documents `party` is sender or recipient, the newest first; none for a
/// court, and of periods its own alone.
///
/// # Errors
/// A fault of the database.
pub async fn of_party(db: &Db, party: &Party, limit: i64) -> Result<Vec<ListedExtract>, DbError> {
    let rows = db.query(include_str!("sql/list_extracts_of_party.sql"), &params![party.key(), limit]).await?;
    rows.iter().map(listed).collect()
}

/// Whether the extract is issued, is not for a court or of another party's period, and `party` is sender or recipient in all of
/// its documents.
///
/// # Errors
/// A fault of the database.
pub async fn is_of_party(db: &Db, id: ExtractId, party: &Party) -> Result<bool, DbError> {
    let asked = params![id.as_uuid(), party.key()];
    Ok(db.query_one(include_str!("sql/select_extract_is_of_party.sql"), &asked).await?.is_some())
}

/// The documents that an extract holds.
///
/// # Errors
/// A fault of the database.
pub async fn documents_of(db: &Db, id: ExtractId) -> Result<Vec<DocumentId>, DbError> {
    let rows = db.query(include_str!("sql/select_extract_documents.sql"), &params![id.as_uuid()]).await?;
    rows.iter().map(|row| row.id("document_id").map(DocumentId::from)).collect()
}

/// Keeps a prepared extract.
///
/// # Errors
/// [`DbError::Constraint`] names [`NUMBER_IS_TAKEN`] when another extract has taken its number; a fault of the database.
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
            new.prepared_address.as_bytes().to_vec(),
            new.court_request.map(|id| id.as_uuid()),
            new.party.as_ref().map(Party::key)
        ],
    )
    .await?;
    let rows: Vec<Vec<Value>> =
        new.documents.iter().map(|document| params![new.id.as_uuid(), document.as_uuid()].to_vec()).collect();
    tx.execute_many(include_str!("sql/insert_extract_document.sql"), &rows).await.map(drop)
}

/// The extract.
///
/// # Errors
/// A fault of the database.
pub async fn load(db: &Db, id: ExtractId) -> Result<Option<ExtractRow>, DbError> {
    let row = db.query_one(include_str!("sql/select_extract.sql"), &params![id.as_uuid()]).await?;
    row.as_ref().map(extract).transpose()
}

/// The extracts prepared under a request of a court, in the order of their numbers.
///
/// # Errors
/// A fault of the database.
pub async fn of_court_request(db: &Db, id: CourtRequestId) -> Result<Vec<ListedExtract>, DbError> {
    let rows = db.query(include_str!("sql/list_extracts_of_court_request.sql"), &params![id.as_uuid()]).await?;
    rows.iter().map(listed).collect()
}

/// The extract as the register shows it.
///
/// # Errors
/// A fault of the database.
pub async fn registration(db: &Db, id: ExtractId) -> Result<Option<ListedExtract>, DbError> {
    let row = db.query_one(include_str!("sql/select_extract_registered.sql"), &params![id.as_uuid()]).await?;
    row.as_ref().map(listed).transpose()
}

/// When the extract of this number was issued, and the event that says so; `None` when none was.
///
/// # Errors
/// A fault of the database.
pub async fn issued_under(db: &Db, number: i64) -> Result<Option<(Moment, EventId)>, DbError> {
    let row = db.query_one(include_str!("sql/select_extract_of_number.sql"), &params![number]).await?;
    row.map(|row| Ok((row.moment("issued_at")?, EventId::from(row.id("event_id")?)))).transpose()
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

/// Erases the keys of what was prepared under `request` and is not issued; answers the blobs that nobody can read any more.
///
/// # Errors
/// A fault of the database.
pub async fn destroy_twins(tx: &mut Tx, request: CourtRequestId) -> Result<Vec<ContentDigest>, DbError> {
    let gone = params![Vec::<u8>::new(), request.as_uuid()];
    prepared_blobs(&tx.query(include_str!("sql/destroy_twins_of_court_request.sql"), &gone).await?)
}

/// Whether anything was prepared before `before` and is not issued.
///
/// # Errors
/// A fault of the database.
pub async fn is_any_stale(db: &Db, before: Moment) -> Result<bool, DbError> {
    Ok(db.query_one(include_str!("sql/select_stale_extract.sql"), &params![before]).await?.is_some())
}

/// Erases the keys of what was prepared before `before` and is not issued; answers the blobs that nobody can read any more.
///
/// # Errors
/// A fault of the database.
pub async fn destroy_stale(tx: &mut Tx, before: Moment) -> Result<Vec<ContentDigest>, DbError> {
    let gone = params![Vec::<u8>::new(), before];
    prepared_blobs(&tx.query(include_str!("sql/destroy_stale_extracts.sql"), &gone).await?)
}

fn prepared_blobs(rows: &[Row]) -> Result<Vec<ContentDigest>, DbError> {
    rows.iter().map(|row| address(row.bytes("prepared_address")?, "extract.prepared_address")).collect()
}

/// Erases the keys of the operator's own copies of extracts that hold `document`; answers the blobs that nobody can read
/// any more. What was handed out stays whole, and the register goes on to know it.
///
/// # Errors
/// A fault of the database.
pub async fn destroy_copies(tx: &mut Tx, document: DocumentId) -> Result<Vec<ContentDigest>, DbError> {
    let gone = params![Vec::<u8>::new(), document.as_uuid()];
    let mut blobs = Vec::new();
    for row in tx.query(include_str!("sql/destroy_extracts_of_document.sql"), &gone).await? {
        blobs.push(address(row.bytes("prepared_address")?, "extract.prepared_address")?);
        if let Some(issued) = row.opt_bytes("issued_address")? {
            blobs.push(address(issued, "extract.issued_address")?);
        }
    }
    Ok(blobs)
}
