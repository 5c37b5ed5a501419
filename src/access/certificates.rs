//! Certificates registered to people (SIG-09), and whether they may be used.

use qolhat_pki::certificate::Certificate;
use sha2::{Digest as _, Sha256};

use crate::db::{Db, DbError, Row, Tx};
use crate::domain::time::Moment;
use crate::params;

/// Certificates identified at once.
const IDENTIFIED_AT_ONCE: i64 = 500;

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
    /// What it is called besides its digest; `None` for a row that [`identify`] has not seen yet.
    pub identity: Option<Identity>,
}

/// What a certificate is called besides the digest of its octets. The octets may be spelled in another way and the key may
/// be certified anew; whoever bars a certificate bars it under all its names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    /// SHA-256 of its issuer's name, DER: with the serial number, it is unique to the CA.
    pub issuer_sha256: [u8; 32],
    /// SHA-256 of its SubjectPublicKeyInfo, DER.
    pub spki_sha256: [u8; 32],
}

impl Identity {
    /// What `certificate` is called.
    #[must_use]
    pub fn of(certificate: &Certificate) -> Self {
        Self {
            issuer_sha256: Sha256::digest(certificate.issuer_der()).into(),
            spki_sha256: Sha256::digest(certificate.spki()).into(),
        }
    }
}

fn certificate(row: &Row) -> Result<CertificateRow, DbError> {
    let state = row.text("state")?;
    let identity = match (row.opt_bytes("issuer_sha256")?, row.opt_bytes("spki_sha256")?) {
        (Some(issuer), Some(spki)) => Some(Identity {
            issuer_sha256: digest(issuer, "certificate.issuer_sha256")?,
            spki_sha256: digest(spki, "certificate.spki_sha256")?,
        }),
        (None, _) | (_, None) => None,
    };
    Ok(CertificateRow {
        sha256: digest(row.bytes("sha256")?, "certificate.sha256")?,
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
        identity,
    })
}

fn digest(bytes: Vec<u8>, column: &str) -> Result<[u8; 32], DbError> {
    <[u8; 32]>::try_from(bytes).map_err(|bytes| DbError::Inconsistent {
        column: column.to_owned(),
        detail: format!("{} octets instead of 32", bytes.len()),
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
            row.first_seen_at,
            row.identity.map(|identity| identity.issuer_sha256.to_vec()),
            row.identity.map(|identity| identity.spki_sha256.to_vec())
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

/// The certificate of `row`, registered or not, its other spellings and those of its key, as far as they are registered.
///
/// # Errors
/// A fault of the database.
pub async fn alike(db: &Db, row: &CertificateRow) -> Result<Vec<CertificateRow>, DbError> {
    let rows = db.query(include_str!("sql/select_certificates_alike.sql"), &names(row)).await?;
    rows.iter().map(certificate).collect()
}

/// As [`alike`], locked until the transaction ends.
///
/// # Errors
/// A fault of the database.
pub async fn lock_alike(tx: &mut Tx, row: &CertificateRow) -> Result<Vec<CertificateRow>, DbError> {
    let rows = tx.query(include_str!("sql/lock_certificates_alike.sql"), &names(row)).await?;
    rows.iter().map(certificate).collect()
}

fn names(row: &CertificateRow) -> [crate::db::Value; 4] {
    params![
        row.sha256.to_vec(),
        row.identity.map(|identity| identity.issuer_sha256.to_vec()),
        row.serial.as_str(),
        row.identity.map(|identity| identity.spki_sha256.to_vec())
    ]
}

/// The active certificates by which a person acts for himself (`bin` is `None`) or for one organisation, locked until the
/// transaction ends.
///
/// # Errors
/// A fault of the database.
pub async fn lock_active_of_capacity(
    tx: &mut Tx,
    iin: &str,
    bin: Option<&str>,
) -> Result<Vec<CertificateRow>, DbError> {
    let params = params![iin, bin.unwrap_or_default()];
    let rows = tx.query(include_str!("sql/lock_certificates_of_capacity.sql"), &params).await?;
    rows.iter().map(certificate).collect()
}

/// Gives every certificate registered by an earlier program its further names; answers how many there were.
///
/// # Errors
/// A fault of the database.
pub async fn identify(db: &Db) -> Result<usize, DbError> {
    let mut identified = 0;
    loop {
        let rows =
            db.query(include_str!("sql/select_certificates_unidentified.sql"), &params![IDENTIFIED_AT_ONCE]).await?;
        if rows.is_empty() {
            return Ok(identified);
        }
        identified += rows.len();
        let mut tx = db.begin().await?;
        for row in &rows {
            let sha256 = row.bytes("sha256")?;
            let parsed = Certificate::from_der(&row.bytes("der")?).map_err(|error| DbError::Inconsistent {
                column: "certificate.der".to_owned(),
                detail: error.to_string(),
            })?;
            let Identity { issuer_sha256, spki_sha256 } = Identity::of(&parsed);
            let params = params![sha256, issuer_sha256, spki_sha256];
            tx.execute(include_str!("sql/update_certificate_identity.sql"), &params).await?;
        }
        tx.commit().await?;
    }
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
