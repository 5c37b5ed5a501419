//! One-time challenges and sessions as they are kept. A session's token is known to its holder alone: the database
//! keeps its SHA-256.

use crate::db::{Db, DbError, Tx};
use crate::domain::ids::ChallengeId;
use crate::domain::time::Moment;
use crate::params;

/// How long a challenge may be answered, in seconds.
pub const CHALLENGE_LIFETIME_SECONDS: i64 = 300;
/// How long a session lives, in seconds (ACC-09); it ends sooner with the certificate by which it was opened.
pub const SESSION_LIFETIME_SECONDS: i64 = 12 * 3600;
/// Length of a challenge's nonce, in bytes.
pub const NONCE_BYTES: usize = 32;

/// A session as it is kept.
#[derive(Debug, Clone)]
pub struct SessionRow {
    /// IIN of the person.
    pub iin: String,
    /// Key of the party for which the person acts.
    pub party: String,
    /// The certificate by which it was opened.
    pub certificate_sha256: Vec<u8>,
    /// Its DER.
    pub certificate_der: Vec<u8>,
    /// Until when.
    pub expires_at: Moment,
    /// State of the certificate now; when it is active, that of another of its key that is not.
    pub certificate_state: String,
}

/// A session about to be kept.
#[derive(Debug)]
pub struct NewSession<'a> {
    /// SHA-256 of its token.
    pub token_sha256: [u8; 32],
    /// IIN of the person.
    pub iin: &'a str,
    /// Key of the party for which the person acts.
    pub party: String,
    /// The certificate by which it is opened.
    pub certificate_sha256: [u8; 32],
    /// Since when.
    pub created_at: Moment,
    /// Until when.
    pub expires_at: Moment,
}

/// Uses a challenge up, whoever comes first; `false` when it was used before. Those that nobody could use any more are
/// dropped. A challenge is not kept before it is used: strangers ask for as many as they like.
///
/// # Errors
/// A fault of the database.
pub async fn use_challenge(
    tx: &mut Tx,
    id: ChallengeId,
    nonce: &[u8],
    now: Moment,
    expires_at: Moment,
) -> Result<bool, DbError> {
    tx.execute(include_str!("sql/delete_challenges_expired.sql"), &params![now]).await?;
    let values = params![id.as_uuid(), nonce.to_vec(), now, expires_at];
    Ok(tx.execute(include_str!("sql/use_challenge.sql"), &values).await? == 1)
}

/// Keeps a session.
///
/// # Errors
/// A fault of the database.
pub async fn insert(tx: &mut Tx, session: &NewSession<'_>) -> Result<(), DbError> {
    tx.execute(
        include_str!("sql/insert_session.sql"),
        &params![
            session.token_sha256.to_vec(),
            session.iin,
            session.party.as_str(),
            session.certificate_sha256.to_vec(),
            session.created_at,
            session.expires_at
        ],
    )
    .await
    .map(drop)
}

/// The session of a token.
///
/// # Errors
/// A fault of the database.
pub async fn load(db: &Db, token_sha256: &[u8; 32]) -> Result<Option<SessionRow>, DbError> {
    let row = db.query_one(include_str!("sql/select_session.sql"), &params![token_sha256.to_vec()]).await?;
    row.map(|row| {
        Ok(SessionRow {
            iin: row.text("iin")?,
            party: row.text("party")?,
            certificate_sha256: row.bytes("certificate_sha256")?,
            certificate_der: row.bytes("certificate_der")?,
            expires_at: row.moment("expires_at")?,
            certificate_state: row.text("certificate_state")?,
        })
    })
    .transpose()
}

/// Ends the session of a token.
///
/// # Errors
/// A fault of the database.
pub async fn end(tx: &mut Tx, token_sha256: &[u8; 32]) -> Result<(), DbError> {
    tx.execute(include_str!("sql/delete_session.sql"), &params![token_sha256.to_vec()]).await.map(drop)
}

/// Ends every session opened by a certificate (CMP-05).
///
/// # Errors
/// A fault of the database.
pub async fn end_all_of(tx: &mut Tx, certificate_sha256: &[u8; 32]) -> Result<u64, DbError> {
    tx.execute(include_str!("sql/delete_sessions_of_certificate.sql"), &params![certificate_sha256.to_vec()]).await
}
