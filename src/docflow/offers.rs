//! Offers, their versions and texts as they are kept. A version is immutable once published; a text that is missing
//! in a language is missing and never filled from another (REG-17).

use qolhat_storage::ContentDigest;

use super::store::digest;
use crate::db::{Db, DbError, Row, Tx};
use crate::domain::ids::{EventId, OfferId};
use crate::domain::time::Moment;
use crate::i18n::Language;
use crate::params;

/// An offer.
#[derive(Debug, Clone)]
pub struct OfferRow {
    /// Its id.
    pub id: OfferId,
    /// The line by which people know it.
    pub title: String,
    /// When it was first published.
    pub created_at: Moment,
    /// Since when it is withdrawn (REG-04).
    pub withdrawn_at: Option<Moment>,
}

/// A published version.
#[derive(Debug, Clone)]
pub struct VersionRow {
    /// Its number, from 1.
    pub version: i64,
    /// The language of the text that prevails.
    pub prevailing: Language,
    /// From when it may be accepted.
    pub in_force_from: Moment,
    /// When it was published.
    pub published_at: Moment,
    /// The event of its publication.
    pub event: EventId,
    /// The entry of that event, once sequenced.
    pub seq: Option<i64>,
}

/// The text of a version in one language.
#[derive(Debug, Clone)]
pub struct TextRow {
    /// The language.
    pub language: Language,
    /// SHA-256 of the text.
    pub sha256: ContentDigest,
    /// Its length in bytes.
    pub size_bytes: i64,
    /// Where it is kept: an offer is public, so its text is not sealed.
    pub blob_address: ContentDigest,
}

fn offer(row: &Row) -> Result<OfferRow, DbError> {
    Ok(OfferRow {
        id: OfferId::from(row.id("id")?),
        title: row.text("title")?,
        created_at: row.moment("created_at")?,
        withdrawn_at: row.opt_moment("withdrawn_at")?,
    })
}

fn language(row: &Row, column: &'static str) -> Result<Language, DbError> {
    let code = row.text(column)?;
    Language::parse(&code).ok_or(DbError::Inconsistent { column: column.to_owned(), detail: code })
}

/// Keeps an offer; one that is there already stays as it is.
///
/// # Errors
/// A fault of the database.
pub async fn insert(tx: &mut Tx, id: OfferId, title: &str, now: Moment) -> Result<(), DbError> {
    tx.execute(include_str!("sql/insert_offer.sql"), &params![id.as_uuid(), title, now]).await.map(drop)
}

/// The offer, locked until the transaction ends.
///
/// # Errors
/// A fault of the database.
pub async fn lock(tx: &mut Tx, id: OfferId) -> Result<Option<OfferRow>, DbError> {
    let row = tx.query_one(include_str!("sql/lock_offer.sql"), &params![id.as_uuid()]).await?;
    row.as_ref().map(offer).transpose()
}

/// The offer.
///
/// # Errors
/// A fault of the database.
pub async fn load(db: &Db, id: OfferId) -> Result<Option<OfferRow>, DbError> {
    let row = db.query_one(include_str!("sql/select_offer.sql"), &params![id.as_uuid()]).await?;
    row.as_ref().map(offer).transpose()
}

/// At most `limit` offers, the newest first.
///
/// # Errors
/// A fault of the database.
pub async fn list(db: &Db, limit: i64) -> Result<Vec<OfferRow>, DbError> {
    let rows = db.query(include_str!("sql/list_offers.sql"), &params![limit]).await?;
    rows.iter().map(offer).collect()
}

/// Marks a locked offer as withdrawn.
///
/// # Errors
/// A fault of the database.
pub async fn set_withdrawn(tx: &mut Tx, id: OfferId, now: Moment) -> Result<(), DbError> {
    tx.execute(include_str!("sql/update_offer_withdrawn.sql"), &params![id.as_uuid(), now]).await.map(drop)
}

/// The number and start of the newest version of a locked offer; `None` when there is none.
///
/// # Errors
/// A fault of the database.
pub async fn last_version(tx: &mut Tx, id: OfferId) -> Result<Option<(i64, Moment)>, DbError> {
    let row = tx.query_one(include_str!("sql/select_offer_last_version.sql"), &params![id.as_uuid()]).await?;
    let Some(row) = row else { return Ok(None) };
    let version = row.int("version")?;
    if version == 0 { Ok(None) } else { Ok(Some((version, row.moment("in_force_from")?))) }
}

/// Keeps a version.
///
/// # Errors
/// [`DbError::Constraint`] when the version is there already.
pub async fn insert_version(
    tx: &mut Tx,
    offer: OfferId,
    version: &VersionRow,
    published_by: &str,
) -> Result<(), DbError> {
    tx.execute(
        include_str!("sql/insert_offer_version.sql"),
        &params![
            offer.as_uuid(),
            version.version,
            version.prevailing.code(),
            version.in_force_from,
            version.published_at,
            published_by,
            version.event.as_uuid()
        ],
    )
    .await
    .map(drop)
}

/// The versions of an offer, oldest first.
///
/// # Errors
/// A fault of the database.
pub async fn versions(db: &Db, offer: OfferId) -> Result<Vec<VersionRow>, DbError> {
    let rows = db.query(include_str!("sql/select_offer_versions.sql"), &params![offer.as_uuid()]).await?;
    rows.iter().map(version).collect()
}

/// The versions of a locked offer, oldest first.
///
/// # Errors
/// A fault of the database.
pub async fn versions_of_locked(tx: &mut Tx, offer: OfferId) -> Result<Vec<VersionRow>, DbError> {
    let rows = tx.query(include_str!("sql/select_offer_versions.sql"), &params![offer.as_uuid()]).await?;
    rows.iter().map(version).collect()
}

fn version(row: &Row) -> Result<VersionRow, DbError> {
    Ok(VersionRow {
        version: row.int("version")?,
        prevailing: language(row, "prevailing")?,
        in_force_from: row.moment("in_force_from")?,
        published_at: row.moment("published_at")?,
        event: EventId::from(row.id("event_id")?),
        seq: row.opt_int("seq")?,
    })
}

/// Keeps the text of a version in one language.
///
/// # Errors
/// [`DbError::Constraint`] when the language is there already.
pub async fn insert_text(tx: &mut Tx, offer: OfferId, version: i64, text: &TextRow) -> Result<(), DbError> {
    tx.execute(
        include_str!("sql/insert_offer_text.sql"),
        &params![
            offer.as_uuid(),
            version,
            text.language.code(),
            text.sha256.as_bytes().to_vec(),
            text.size_bytes,
            text.blob_address.as_bytes().to_vec()
        ],
    )
    .await
    .map(drop)
}

/// The texts of a version.
///
/// # Errors
/// A fault of the database.
pub async fn texts(db: &Db, offer: OfferId, version: i64) -> Result<Vec<TextRow>, DbError> {
    let rows = db.query(include_str!("sql/select_offer_texts.sql"), &params![offer.as_uuid(), version]).await?;
    rows.iter()
        .map(|row| {
            Ok(TextRow {
                language: language(row, "language")?,
                sha256: digest(row, "sha256")?,
                size_bytes: row.int("size_bytes")?,
                blob_address: digest(row, "blob_address")?,
            })
        })
        .collect()
}
