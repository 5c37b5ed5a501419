//! Certificates registered to people (SIG-09), and whether they may be used.

use crate::db::{Db, DbError, Row, Tx};
use crate::domain::time::Moment;
use crate::params;

/// Whether a registered certificate may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificateState {
    /// It may.
    Active,
    /// A compromise is reported and not decided (CMP-05).
    Suspended,
    /// A compromise is confirmed: nothing signed by it is recorded any more (CMP-06).
    Annulled,
}

impl CertificateState {
    /// The word kept and shown.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Annulled => "annulled",
        }
    }

    /// The state named by `code`.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        match code {
            "active" => Some(Self::Active),
            "suspended" => Some(Self::Suspended),
            "annulled" => Some(Self::Annulled),
            _ => None,
        }
    }
}

/// A certificate as it is registered.
#[derive(Debug, Clone)]
pub struct CertificateRow {
    /// SHA-256 of its DER.
    pub sha256: [u8; 32],
    /// Its DER.
    pub der: Vec<u8>,
    /// Its serial number, hexadecimal.
    pub serial: String,
    /// IIN of its holder.
    pub iin: String,
    /// BIN of the organisation it speaks for.
    pub bin: Option<String>,
    /// First instant of its validity.
    pub not_before: Moment,
    /// Last instant of its validity.
    pub not_after: Moment,
    /// When it was first used here.
    pub first_seen_at: Moment,
    /// Whether it may be used.
    pub state: CertificateState,
    /// From when on nothing signed by it is accepted.
    pub cut_off: Option<Moment>,
}

fn certificate(row: &Row) -> Result<CertificateRow, DbError> {
    let state = row.text("state")?;
    Ok(CertificateRow {
        sha256: <[u8; 32]>::try_from(row.bytes("sha256")?).map_err(|bytes| DbError::Inconsistent {
            column: "certificate.sha256".to_owned(),
            detail: format!("{} octets instead of 32", bytes.len()),
        })?,
        der: row.bytes("der")?,
        serial: row.text("serial")?,
        iin: row.text("iin")?,
        bin: row.opt_text("bin")?,
        not_before: row.moment("not_before")?,
        not_after: row.moment("not_after")?,
        first_seen_at: row.moment("first_seen_at")?,
        state: CertificateState::parse(&state)
            .ok_or(DbError::Inconsistent { column: "certificate.state".to_owned(), detail: state })?,
        cut_off: row.opt_moment("cut_off")?,
    })
}

/// Registers a certificate; one that is registered stays as it is. State and cut-off of `row` are not looked at.
///
/// # Errors
/// A fault of the database.
pub async fn register(tx: &mut Tx, row: &CertificateRow) -> Result<(), DbError> {
    tx.execute(
        include_str!("sql/insert_certificate.sql"),
        &params![
            row.sha256.to_vec(),
            row.der.clone(),
            row.serial.as_str(),
            row.iin.as_str(),
            row.bin.clone(),
            row.not_before,
            row.not_after,
            row.first_seen_at
        ],
    )
    .await
    .map(drop)
}

/// The registered certificate.
///
/// # Errors
/// A fault of the database.
pub async fn load(db: &Db, sha256: &[u8; 32]) -> Result<Option<CertificateRow>, DbError> {
    let row = db.query_one(include_str!("sql/select_certificate.sql"), &params![sha256.to_vec()]).await?;
    row.as_ref().map(certificate).transpose()
}

/// The registered certificate, locked until the transaction ends.
///
/// # Errors
/// A fault of the database.
pub async fn lock(tx: &mut Tx, sha256: &[u8; 32]) -> Result<Option<CertificateRow>, DbError> {
    let row = tx.query_one(include_str!("sql/lock_certificate.sql"), &params![sha256.to_vec()]).await?;
    row.as_ref().map(certificate).transpose()
}

/// The certificates of one person.
///
/// # Errors
/// A fault of the database.
pub async fn of_holder(db: &Db, iin: &str) -> Result<Vec<CertificateRow>, DbError> {
    let rows = db.query(include_str!("sql/select_certificates_of_holder.sql"), &params![iin]).await?;
    rows.iter().map(certificate).collect()
}

/// Sets the state of a certificate that the transaction has locked.
///
/// # Errors
/// A fault of the database.
pub async fn set_state(
    tx: &mut Tx,
    sha256: &[u8; 32],
    state: CertificateState,
    cut_off: Option<Moment>,
) -> Result<(), DbError> {
    tx.execute(include_str!("sql/update_certificate_state.sql"), &params![sha256.to_vec(), state.code(), cut_off])
        .await
        .map(drop)
}
