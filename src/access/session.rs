//! One-time challenges and sessions as they are kept. A session's token is known to its holder alone: the database
//! keeps its SHA-256. What a row says gives rights, so it bears a code under a key that is not in the database: whoever has
//! that alone can give nobody a session.

use hmac::{Hmac, KeyInit as _, Mac as _};
use qolhat_pki::time::Span;
use sha2::{Digest as _, Sha256};

use crate::db::{Db, DbError, Row, Tx};
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

/// The key under which sessions are kept: the same in every process of an installation.
pub struct SessionKey(Hmac<Sha256>);

impl SessionKey {
    /// A key of its own, derived from a secret of the installation.
    #[must_use]
    pub fn derive(secret: &[u8; 32]) -> Self {
        let mut mac = keyed(secret);
        mac.update(b"qolhat sessions v1");
        Self(keyed(&mac.finalize().into_bytes().into()))
    }

    fn over(&self, session: &NewSession<'_>) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        // All before the party have lengths that are known: no two sessions are one input.
        mac.update(&session.token_sha256);
        mac.update(session.id.as_uuid().as_bytes());
        mac.update(&session.certificate_sha256);
        mac.update(&session.created_at.unix_micros().to_be_bytes());
        mac.update(&session.expires_at.unix_micros().to_be_bytes());
        mac.update(&u64::try_from(session.iin.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(session.iin.as_bytes());
        mac.update(session.party.as_bytes());
        mac
    }
}

fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    // HMAC fills a key up to its block of 64 octets with zeros (RFC 2104 §2).
    let mut block = [0_u8; 64];
    block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
    Hmac::new(&block.into())
}

/// A session as it is kept, written by this service.
#[derive(Debug, Clone)]
pub struct SessionRow {
    /// Its id.
    pub id: SessionId,
    /// IIN of the person.
    pub iin: String,
    /// Key of the party for which the person acts.
    pub party: String,
    /// The certificate by which it was opened.
    pub certificate_sha256: [u8; 32],
    /// Its DER: it has that SHA-256.
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
pub async fn insert(tx: &mut Tx, key: &SessionKey, session: &NewSession<'_>) -> Result<(), DbError> {
    tx.execute(
        include_str!("sql/insert_session.sql"),
        &params![
            session.token_sha256.to_vec(),
            session.id.as_uuid(),
            session.iin,
            session.party.as_str(),
            session.certificate_sha256.to_vec(),
            session.created_at,
            session.expires_at,
            key.over(session).finalize().into_bytes().to_vec()
        ],
    )
    .await
    .map(drop)
}

/// The session of a token. One that this service did not write so is none, and an error of the log names it.
///
/// # Errors
/// A fault of the database.
pub async fn load(db: &Db, key: &SessionKey, token_sha256: &[u8; 32]) -> Result<Option<SessionRow>, DbError> {
    let row = db.query_one(include_str!("sql/select_session.sql"), &params![token_sha256.to_vec()]).await?;
    let Some(row) = row else { return Ok(None) };
    let Some((id, certificate_sha256)) = ours(&row, key)? else { return Ok(None) };
    let certificate_der = row.bytes("certificate_der")?;
    // Its roles are read from it.
    if <[u8; 32]>::from(Sha256::digest(&certificate_der)) != certificate_sha256 {
        tracing::error!(session.id = %id, "the certificate of a session is another one: somebody has written to the database");
        return Ok(None);
    }
    Ok(Some(SessionRow {
        id,
        iin: row.text("iin")?,
        party: row.text("party")?,
        certificate_sha256,
        certificate_der,
        expires_at: row.moment("expires_at")?,
        certificate_state: row.text("certificate_state")?,
    }))
}

/// Id and certificate of a session in `row`, when this service wrote it so.
fn ours(row: &Row, key: &SessionKey) -> Result<Option<(SessionId, [u8; 32])>, DbError> {
    let id = row.opt_id("id")?.map(SessionId::from);
    let octets = |column| row.bytes(column).map(|octets| <[u8; 32]>::try_from(octets).ok());
    if let (Some(id), Some(token_sha256), Some(certificate_sha256)) =
        (id, octets("token_sha256")?, octets("certificate_sha256")?)
    {
        let (iin, party) = (row.text("iin")?, row.text("party")?);
        let (created_at, expires_at) = (row.moment("created_at")?, row.moment("expires_at")?);
        let told = NewSession { token_sha256, id, iin: &iin, party, certificate_sha256, created_at, expires_at };
        if key.over(&told).verify_slice(&row.opt_bytes("mac")?.unwrap_or_default()).is_ok() {
            return Ok(Some((id, certificate_sha256)));
        }
    }
    let id = id.map(|id| id.to_string()).unwrap_or_default();
    tracing::error!(
        session.id = id,
        "this service did not write a session so: somebody else has written to the database"
    );
    Ok(None)
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

/// The sessions opened by a certificate that have not run out, and the key of the party of each; those that this service did
/// not write so are none.
///
/// # Errors
/// A fault of the database.
pub async fn open_of(
    tx: &mut Tx,
    key: &SessionKey,
    certificate_sha256: &[u8; 32],
    now: Moment,
) -> Result<Vec<(SessionId, String)>, DbError> {
    let asked = params![certificate_sha256.to_vec(), now];
    let mut open = Vec::new();
    for row in tx.query(include_str!("sql/select_sessions_of_certificate.sql"), &asked).await? {
        if let Some((id, _)) = ours(&row, key)? {
            open.push((id, row.text("party")?));
        }
    }
    Ok(open)
}

/// Ends every session opened by a certificate (CMP-05).
///
/// # Errors
/// A fault of the database.
pub async fn end_all_of(tx: &mut Tx, certificate_sha256: &[u8; 32]) -> Result<u64, DbError> {
    tx.execute(include_str!("sql/delete_sessions_of_certificate.sql"), &params![certificate_sha256.to_vec()]).await
}
