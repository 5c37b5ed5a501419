//! One-time challenges and sessions as they are kept. A session's token is known to its holder alone: the database
//! keeps its SHA-256.

use qolhat_pki::time::Span;

use crate::db::{Db, DbError, Tx};
use crate::domain::ids::{ChallengeId, SessionId};
use crate::domain::time::Moment;
use crate::params;

/// How long a challenge may be answered, in seconds.
pub const CHALLENGE_LIFETIME_SECONDS: i64 = 300;
/// How long a session lives, in seconds (ACC-09); it ends sooner with the certificate by which it was opened.
pub const SESSION_LIFETIME_SECONDS: i64 = 12 * 3600;
/// Most sessions that one certificate opens in an hour: each is an entry of the journal, and anybody with a key of the CA may
/// open one.
pub const OPENED_PER_HOUR_MAX: i64 = 240;
/// Most refused logins of one certificate that the journal takes in an hour; further ones are counted.
pub const REFUSED_PER_HOUR_MAX: i64 = 10;
/// How long a session that has run out is still known, so that its holder is told what has become of it, in hours.
const KNOWN_AFTER_END_HOURS: i64 = 24;
/// Length of a challenge's nonce, in bytes.
pub const NONCE_BYTES: usize = 32;

/// A session as it is kept.
#[derive(Debug, Clone)]
pub struct SessionRow {
    /// Its id; `None` for one opened by a program of before there were ids.
    pub id: Option<SessionId>,
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
    /// Its id.
    pub id: SessionId,
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
            session.id.as_uuid(),
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
            id: row.opt_id("id")?.map(SessionId::from),
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

/// Forgets the sessions that ran out long ago, and the tallies of hours that are over.
///
/// # Errors
/// A fault of the database.
pub async fn forget_over(tx: &mut Tx, now: Moment) -> Result<(), DbError> {
    let long_ago = now.checked_sub(Span::hours(KNOWN_AFTER_END_HOURS)).unwrap_or(Moment::MIN);
    tx.execute(include_str!("sql/delete_sessions_over.sql"), &params![long_ago]).await?;
    tx.execute(include_str!("sql/delete_login_tallies.sql"), &params![hour_of(now)]).await.map(drop)
}

fn hour_of(now: Moment) -> i64 {
    now.unix_seconds().div_euclid(3600)
}

/// What came of a login.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    /// A session was opened.
    Opened,
    /// None was.
    Refused,
}

/// Counts an attempt of a certificate; answers which one of this outcome it is in this hour, from 1.
///
/// # Errors
/// A fault of the database.
pub async fn tally(tx: &mut Tx, certificate_sha256: &[u8; 32], attempt: Attempt, now: Moment) -> Result<i64, DbError> {
    let (opened, refused, column) = match attempt {
        Attempt::Opened => (1_i64, 0_i64, "opened"),
        Attempt::Refused => (0, 1, "refused"),
    };
    let values = params![certificate_sha256.to_vec(), hour_of(now), opened, refused];
    let row = tx.query_one(include_str!("sql/upsert_login_tally.sql"), &values).await?;
    row.map_or(Ok(i64::MAX), |row| row.int(column))
}

/// Ends the session of a token; answers its id when it was there and has one.
///
/// # Errors
/// A fault of the database.
pub async fn end(tx: &mut Tx, token_sha256: &[u8; 32]) -> Result<Option<SessionId>, DbError> {
    let row = tx.query_one(include_str!("sql/delete_session.sql"), &params![token_sha256.to_vec()]).await?;
    Ok(row.map(|row| row.opt_id("id")).transpose()?.flatten().map(SessionId::from))
}

/// The sessions opened by a certificate that have not run out, and the key of the party of each.
///
/// # Errors
/// A fault of the database.
pub async fn open_of(
    tx: &mut Tx,
    certificate_sha256: &[u8; 32],
    now: Moment,
) -> Result<Vec<(SessionId, String)>, DbError> {
    let asked = params![certificate_sha256.to_vec(), now];
    let rows = tx.query(include_str!("sql/select_sessions_of_certificate.sql"), &asked).await?;
    rows.iter().map(|row| Ok((SessionId::from(row.id("id")?), row.text("party")?))).collect()
}

/// Ends every session opened by a certificate (CMP-05).
///
/// # Errors
/// A fault of the database.
pub async fn end_all_of(tx: &mut Tx, certificate_sha256: &[u8; 32]) -> Result<u64, DbError> {
    tx.execute(include_str!("sql/delete_sessions_of_certificate.sql"), &params![certificate_sha256.to_vec()]).await
}
