//! Signatures and the evidence on them as they are kept.

use qolhat_storage::ContentDigest;

use crate::db::{Db, DbError, Row, Tx};
use crate::domain::ids::{CaseId, DocumentId, EventId, SignatureId};
use crate::domain::time::Moment;
use crate::params;

/// A signature as it is kept.
#[derive(Debug, Clone)]
pub struct SignatureRow {
    /// Its id.
    pub id: SignatureId,
    /// The document it is on.
    pub document: DocumentId,
    /// `sender` or `recipient`.
    pub side: String,
    /// IIN of the signer.
    pub iin: String,
    /// BIN of the organisation the signer speaks for.
    pub bin: Option<String>,
    /// The role code of the certificate.
    pub role: String,
    /// The signer's name as the certificate gives it.
    pub common_name: String,
    /// SHA-256 of the certificate.
    pub certificate_sha256: ContentDigest,
    /// SHA-256 of the CMS as received.
    pub cms_sha256: ContentDigest,
    /// Where the sealed CMS is.
    pub blob_address: ContentDigest,
    /// The signer's own signing time: proves nothing.
    pub claimed_at: Option<Moment>,
    /// From when the signature is proven by a time stamp.
    pub proven_at: Option<Moment>,
    /// The instant of receipt, at which the certificate was judged.
    pub checked_at: Moment,
    /// The verdict.
    pub indication: String,
    /// Its main reason.
    pub sub_indication: Option<String>,
    /// The report, JSON.
    pub report: String,
    /// The event that recorded it.
    pub event: EventId,
}

fn digest(row: &Row, column: &'static str) -> Result<ContentDigest, DbError> {
    <[u8; 32]>::try_from(row.bytes(column)?).map(ContentDigest::from_bytes).map_err(|bytes| DbError::Inconsistent {
        column: column.to_owned(),
        detail: format!("{} octets instead of 32", bytes.len()),
    })
}

impl SignatureRow {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            id: SignatureId::from(row.id("id")?),
            document: DocumentId::from(row.id("document_id")?),
            side: row.text("side")?,
            iin: row.text("iin")?,
            bin: row.opt_text("bin")?,
            role: row.text("role")?,
            common_name: row.text("common_name")?,
            certificate_sha256: digest(row, "certificate_sha256")?,
            cms_sha256: digest(row, "cms_sha256")?,
            blob_address: digest(row, "blob_address")?,
            claimed_at: row.opt_moment("claimed_at")?,
            proven_at: row.opt_moment("proven_at")?,
            checked_at: row.moment("checked_at")?,
            indication: row.text("indication")?,
            sub_indication: row.opt_text("sub_indication")?,
            report: row.text("report")?,
            event: EventId::from(row.id("event_id")?),
        })
    }
}

/// Keeps a signature; `value_sha256` names the act of signing, whatever it is wrapped in.
///
/// # Errors
/// [`DbError::Constraint`] when the side has signed the document already; it names `a_signature_value_is_recorded_once` when
/// this act of signing is kept already.
pub async fn insert(tx: &mut Tx, row: &SignatureRow, value_sha256: &[u8; 32]) -> Result<(), DbError> {
    tx.execute(
        include_str!("sql/insert_signature.sql"),
        &params![
            row.id.as_uuid(),
            row.document.as_uuid(),
            row.side.as_str(),
            row.iin.as_str(),
            row.bin.clone(),
            row.role.as_str(),
            row.common_name.as_str(),
            row.certificate_sha256.as_bytes().to_vec(),
            row.cms_sha256.as_bytes().to_vec(),
            row.blob_address.as_bytes().to_vec(),
            row.claimed_at,
            row.proven_at,
            row.checked_at,
            row.indication.as_str(),
            row.sub_indication.clone(),
            row.report.as_str(),
            row.event.as_uuid(),
            value_sha256
        ],
    )
    .await
    .map(drop)
}

/// Keeps the verdict that came after the evidence was had.
///
/// # Errors
/// A fault of the database.
pub async fn update_verdict(tx: &mut Tx, row: &SignatureRow) -> Result<(), DbError> {
    tx.execute(
        include_str!("sql/update_signature_verdict.sql"),
        &params![
            row.id.as_uuid(),
            row.proven_at,
            row.checked_at,
            row.indication.as_str(),
            row.sub_indication.clone(),
            row.report.as_str(),
            row.event.as_uuid()
        ],
    )
    .await
    .map(drop)
}

/// The signatures on a document, in the order of their receipt.
///
/// # Errors
/// A fault of the database.
pub async fn of_document(db: &Db, document: DocumentId) -> Result<Vec<SignatureRow>, DbError> {
    let rows = db.query(include_str!("sql/select_signatures.sql"), &params![document.as_uuid()]).await?;
    rows.iter().map(SignatureRow::from_row).collect()
}

/// The recorded signatures made by a certificate and proven at or after `since`, or not proven at all.
///
/// # Errors
/// A fault of the database.
pub async fn of_certificate_since(
    tx: &mut Tx,
    certificate_sha256: &[u8; 32],
    since: Moment,
) -> Result<Vec<SignatureRow>, DbError> {
    let rows = tx
        .query(include_str!("sql/select_signatures_of_certificate.sql"), &params![certificate_sha256.to_vec(), since])
        .await?;
    rows.iter().map(SignatureRow::from_row).collect()
}

/// A piece of evidence as it is kept.
#[derive(Debug, Clone)]
pub struct EvidenceRow {
    /// `time-stamp`, `ocsp`, `crl` or `certificate`.
    pub kind: String,
    /// SHA-256 of its bytes.
    pub sha256: ContentDigest,
    /// Where its bytes are.
    pub blob_address: ContentDigest,
    /// Whether they are sealed under the document's key; lists that speak of everybody are not.
    pub sealed: bool,
}

/// Keeps the evidence on a signature in place of what was there.
///
/// # Errors
/// A fault of the database.
pub async fn replace_evidence(tx: &mut Tx, signature: SignatureId, items: &[EvidenceRow]) -> Result<(), DbError> {
    tx.execute(include_str!("sql/delete_evidence.sql"), &params![signature.as_uuid()]).await?;
    for (ordinal, item) in (0_i64..).zip(items) {
        tx.execute(
            include_str!("sql/insert_evidence.sql"),
            &params![
                signature.as_uuid(),
                ordinal,
                item.kind.as_str(),
                item.sha256.as_bytes().to_vec(),
                item.blob_address.as_bytes().to_vec(),
                item.sealed
            ],
        )
        .await?;
    }
    Ok(())
}

/// The evidence on a signature.
///
/// # Errors
/// A fault of the database.
pub async fn evidence(db: &Db, signature: SignatureId) -> Result<Vec<EvidenceRow>, DbError> {
    let rows = db.query(include_str!("sql/select_evidence.sql"), &params![signature.as_uuid()]).await?;
    rows.iter()
        .map(|row| {
            Ok(EvidenceRow {
                kind: row.text("kind")?,
                sha256: digest(row, "sha256")?,
                blob_address: digest(row, "blob_address")?,
                sealed: row.int("sealed")? != 0,
            })
        })
        .collect()
}

/// Marks a signature as contested in a case (D14).
///
/// # Errors
/// A fault of the database.
pub async fn contest(
    tx: &mut Tx,
    document: DocumentId,
    case: CaseId,
    signature: SignatureId,
    event: EventId,
) -> Result<(), DbError> {
    tx.execute(
        include_str!("sql/insert_contest.sql"),
        &params![document.as_uuid(), case.as_uuid(), signature.as_uuid(), event.as_uuid()],
    )
    .await
    .map(drop)
}
