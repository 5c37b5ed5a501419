//! Large files that came ahead of their documents, as they are kept.

use qolhat_pki::digest::{DigestAlgorithm, Digests};
use qolhat_storage::ContentDigest;

use crate::db::{Db, DbError, Row, Tx};
use crate::domain::digests;
use crate::domain::ids::UploadId;
use crate::domain::party::{Iin, Party};
use crate::domain::time::Moment;
use crate::params;

/// An upload that is here.
#[derive(Debug, Clone)]
pub struct UploadRow {
    /// Its id.
    pub id: UploadId,
    /// When its last octet came.
    pub finished_at: Moment,
    /// When it ends unless a document uses it.
    pub ends_at: Moment,
    /// Bytes of the plaintext.
    pub size_bytes: i64,
    /// Its media type by its first octets.
    pub media_type: String,
    /// Its digests, SHA-256 among them.
    pub digests: Digests,
    /// Where the sealed bytes are.
    pub blob_address: ContentDigest,
    /// The key of its content, wrapped for the operator.
    pub wrapped_key: Vec<u8>,
}

impl UploadRow {
    /// SHA-256 of the plaintext.
    ///
    /// # Errors
    /// [`DbError::Inconsistent`] when it is not among the digests.
    pub fn sha256(&self) -> Result<ContentDigest, DbError> {
        let digest = self.digests.get(DigestAlgorithm::Sha256).and_then(|digest| digest.as_bytes().try_into().ok());
        digest
            .map(ContentDigest::from_bytes)
            .ok_or_else(|| DbError::Inconsistent { column: "digests".to_owned(), detail: "no SHA-256".to_owned() })
    }

    fn from_row(row: &Row) -> Result<Self, DbError> {
        let wrong = |detail| DbError::Inconsistent { column: "digests".to_owned(), detail };
        Ok(Self {
            id: UploadId::from(row.id("id")?),
            finished_at: row.moment("finished_at")?,
            ends_at: row.moment("ends_at")?,
            size_bytes: row.int("size_bytes")?,
            media_type: row.text("media_type")?,
            digests: digests::parse(&row.text("digests")?).map_err(wrong)?,
            blob_address: ContentDigest::from_bytes(row.array("blob_address")?),
            wrapped_key: row.bytes("wrapped_key")?,
        })
    }
}

/// How many uploads there are, coming in and here.
#[derive(Debug, Clone, Copy)]
pub struct Count {
    /// Of all parties.
    pub of_all: i64,
    /// Of the one asked about.
    pub of_party: i64,
}

/// Counts uploads.
///
/// # Errors
/// A fault of the database.
pub async fn count(tx: &mut Tx, party: &Party) -> Result<Count, DbError> {
    let row = tx.query_one(include_str!("sql/count_uploads.sql"), &params![party.key()]).await?;
    row.map_or(Ok(Count { of_all: 0, of_party: 0 }), |row| {
        Ok(Count { of_all: row.int("of_all")?, of_party: row.int("of_party")? })
    })
}

/// Keeps that an upload of `party` begins to come in.
///
/// # Errors
/// A fault of the database.
pub async fn begin(
    tx: &mut Tx,
    id: UploadId,
    (party, iin): (&Party, &Iin),
    now: Moment,
    ends_at: Moment,
) -> Result<(), DbError> {
    let row = params![id.as_uuid(), party.key(), iin.to_string(), now, ends_at];
    tx.execute(include_str!("sql/insert_upload.sql"), &row).await.map(drop)
}

/// Keeps that an upload is still coming in; `false` when it was given up for dead.
///
/// # Errors
/// A fault of the database.
pub async fn touch(tx: &mut Tx, id: UploadId, now: Moment) -> Result<bool, DbError> {
    Ok(tx.execute(include_str!("sql/touch_upload.sql"), &params![id.as_uuid(), now]).await? == 1)
}

/// Keeps that an upload is here; `false` when it was given up for dead.
///
/// # Errors
/// A fault of the database.
pub async fn finish(tx: &mut Tx, row: &UploadRow) -> Result<bool, DbError> {
    let row = params![
        row.id.as_uuid(),
        row.finished_at,
        row.ends_at,
        row.size_bytes,
        row.media_type.as_str(),
        digests::to_text(&row.digests),
        row.blob_address.as_bytes().to_vec(),
        row.wrapped_key.clone()
    ];
    Ok(tx.execute(include_str!("sql/finish_upload.sql"), &row).await? == 1)
}

/// Forgets an upload that came to nothing.
///
/// # Errors
/// A fault of the database.
pub async fn forget(tx: &mut Tx, id: UploadId) -> Result<(), DbError> {
    tx.execute(include_str!("sql/delete_upload_unfinished.sql"), &params![id.as_uuid()]).await.map(drop)
}

/// An upload of `party` that is here and has not ended.
///
/// # Errors
/// A fault of the database.
pub async fn load(db: &Db, id: UploadId, party: &Party, now: Moment) -> Result<Option<UploadRow>, DbError> {
    let row = db.query_one(include_str!("sql/select_upload.sql"), &params![id.as_uuid(), party.key(), now]).await?;
    row.as_ref().map(UploadRow::from_row).transpose()
}

/// The uploads of `party` that are here and have not ended, the oldest first.
///
/// # Errors
/// A fault of the database.
pub async fn of_party(db: &Db, party: &Party, now: Moment) -> Result<Vec<UploadRow>, DbError> {
    let rows = db.query(include_str!("sql/select_uploads_of_party.sql"), &params![party.key(), now]).await?;
    rows.iter().map(UploadRow::from_row).collect()
}

/// Takes an upload of `party` off the list, for a document or for nothing: the address of its blob; `None` when somebody was
/// faster.
///
/// # Errors
/// A fault of the database.
pub async fn take(tx: &mut Tx, id: UploadId, party: &Party, now: Moment) -> Result<Option<ContentDigest>, DbError> {
    let row = tx.query_one(include_str!("sql/take_upload.sql"), &params![id.as_uuid(), party.key(), now]).await?;
    row.map(|row| row.array("blob_address").map(ContentDigest::from_bytes)).transpose()
}

/// Whether any upload has ended, or has stood still since `dead_before`.
///
/// # Errors
/// A fault of the database.
pub async fn is_any_due(db: &Db, now: Moment, dead_before: Moment) -> Result<bool, DbError> {
    Ok(db.query_one(include_str!("sql/select_upload_due.sql"), &params![now, dead_before]).await?.is_some())
}

/// Takes off the list what has ended or has stood still since `dead_before`: how many, and the blobs of those that were here.
///
/// # Errors
/// A fault of the database.
pub async fn take_due(tx: &mut Tx, now: Moment, dead_before: Moment) -> Result<(usize, Vec<ContentDigest>), DbError> {
    let rows = tx.query(include_str!("sql/delete_uploads_due.sql"), &params![now, dead_before]).await?;
    let mut blobs = Vec::new();
    for row in &rows {
        if row.opt_bytes("blob_address")?.is_some() {
            blobs.push(ContentDigest::from_bytes(row.array("blob_address")?));
        }
    }
    Ok((rows.len(), blobs))
}
