//! Login: a one-time text signed by an authentication or signing key opens a session (A2.15). The certificate is checked
//! as for signing: a key that may not sign may not log in either.

use qolhat_pki::certificate::Certificate;
use qolhat_pki::nca::Role;
use qolhat_pki::random::SecureRandom;
use sha2::{Digest as _, Sha256};

use super::check_signature::{self, Checked, Use};
use super::commit::{self, Act};
use super::session_events::{self, Device, Opened, Why};
use super::{Fault, OperationError, keep_signature, report_key_compromise};
use crate::access::certificates::{self, CertificateState};
use crate::access::rights::{Caller, Capability};
use crate::access::session::{
    self, Attempt, CHALLENGE_LIFETIME_SECONDS, NONCE_BYTES, NewSession, OPENED_PER_HOUR_MAX, REFUSED_PER_HOUR_MAX,
    SESSION_LIFETIME_SECONDS,
};
use crate::access::store;
use crate::app::App;
use crate::domain::ids::{ChallengeId, SessionId};
use crate::domain::party::{IdentifierPolicy, Iin, Party};
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::time::Moment;
use crate::signature::authority;
use qolhat_pki::time::Span;

/// How every text that opens a session begins. Nothing that begins so is taken as a document: whoever signs it logs in.
pub const LOGIN_PREFIX: &str = "qolhat-login/";
/// Random octets of a session's token.
const TOKEN_BYTES: usize = 32;

/// What is to be signed to log in.
#[derive(Debug, Clone)]
pub struct Challenge {
    /// Its id.
    pub id: ChallengeId,
    /// The exact text to sign.
    pub content: String,
    /// Until when it may be used, once.
    pub expires_at: Moment,
}

/// A new challenge. Nothing is kept of it: its text is made of its id and a key of the service, so that strangers who ask
/// for challenges cost the database nothing.
#[must_use]
pub fn new_challenge(app: &App) -> Challenge {
    challenge(app, ChallengeId::new(app.clock.now(), &mut app.rng.clone()))
}

/// The challenge of this id, as long as it may be answered: for whoever gets the text to sign it elsewhere.
///
/// # Errors
/// `challenge-expired`; `challenge-unknown` for an id that was not made yet.
pub fn open_challenge(app: &App, id: ChallengeId) -> Result<Challenge, Refusal> {
    let (challenge, now) = (challenge(app, id), app.clock.now());
    if now >= challenge.expires_at {
        return Err(Refusal::new(RefusalCode::ChallengeExpired));
    }
    // The id says when it was made: to the millisecond, so that it may be of this very one.
    if made_at(id).is_none_or(|made_at| made_at > now) {
        return Err(Refusal::new(RefusalCode::ChallengeUnknown));
    }
    Ok(challenge)
}

fn challenge(app: &App, id: ChallengeId) -> Challenge {
    let expires_at = later(made_at(id).unwrap_or(Moment::MIN), CHALLENGE_LIFETIME_SECONDS);
    Challenge { id, content: content(app, id, &nonce(app, id), expires_at), expires_at }
}

/// The instant in a UUIDv7 (RFC 9562 §5.7).
fn made_at(id: ChallengeId) -> Option<Moment> {
    let [m0, m1, m2, m3, m4, m5, ..] = *id.as_uuid().as_bytes();
    let millis = i64::from_be_bytes([0, 0, m0, m1, m2, m3, m4, m5]);
    Moment::from_unix_micros(millis.checked_mul(1000)?)
}

/// What nobody but this service can foretell of a challenge.
fn nonce(app: &App, id: ChallengeId) -> [u8; NONCE_BYTES] {
    app.login_key.nonce(id.as_uuid().as_bytes())
}

fn later(now: Moment, seconds: i64) -> Moment {
    now.checked_add(Span::seconds(seconds)).unwrap_or(now)
}

/// The text that is signed: it says for which service and until when, so that it is good for nothing else.
fn content(app: &App, id: ChallengeId, nonce: &[u8], expires_at: Moment) -> String {
    let bin = app.operator.bin;
    let nonce = hex::encode(nonce);
    format!("{LOGIN_PREFIX}v1\noperator: {bin}\nchallenge: {id}\nnonce: {nonce}\nexpires: {expires_at}\n")
}

/// An open session.
#[derive(Debug, Clone)]
pub struct LoggedIn {
    /// The secret by which requests name the session: 64 hexadecimal digits. Kept nowhere but by the caller.
    pub token: String,
    /// Who it is, for whom.
    pub caller: Caller,
    /// Name in the certificate.
    pub common_name: String,
    /// Until when.
    pub expires_at: Moment,
}

/// Opens a session by the signed challenge, and writes it into the journal. A challenge is used up by the attempt, whatever
/// comes of it.
///
/// # Errors
/// `challenge-unknown`, `challenge-expired`, every refusal of a signature; `certificate-status-unknown` when nobody
/// could say now whether the certificate is revoked; `rate-limited` for a certificate that opens more than
/// [`OPENED_PER_HOUR_MAX`] sessions in an hour.
///
/// Keeps: JRN-01, ACC-02, ACC-32.
pub async fn log_in(
    app: &App,
    challenge: ChallengeId,
    cms: &[u8],
    device: &Device,
) -> Result<LoggedIn, OperationError> {
    let now = app.clock.now();
    let challenge = open_challenge(app, challenge)?;
    let mut tx = app.db.begin().await?;
    let is_first =
        session::use_challenge(&mut tx, challenge.id, &nonce(app, challenge.id), now, challenge.expires_at).await?;
    tx.commit().await?;
    if !is_first {
        return Err(RefusalCode::ChallengeUnknown.into());
    }
    let refused = |sha256, error| refused(app, challenge.id, sha256, error, device, now);
    let checked = match check_signature::look_at(app, cms, challenge.content.as_bytes(), Use::Login, now).await {
        Ok(checked) => checked,
        Err(not_taken) => return Err(refused(not_taken.certificate_sha256, not_taken.error).await),
    };
    let sha256 = checked.signer.certificate_sha256;
    if let Some(refusal) = checked.waits_for {
        return Err(refused(Some(sha256), refusal.into()).await);
    }
    match open(app, challenge.id, &checked, device, now).await {
        Ok(logged_in) => Ok(logged_in),
        Err(error) => Err(refused(Some(sha256), error).await),
    }
}

async fn open(
    app: &App,
    challenge: ChallengeId,
    checked: &Checked,
    device: &Device,
    now: Moment,
) -> Result<LoggedIn, OperationError> {
    let mut token = [0_u8; TOKEN_BYTES];
    SecureRandom::fill(&mut app.rng.clone(), &mut token);
    let token = hex::encode(token);
    let expires_at = later(now, SESSION_LIFETIME_SECONDS).min(checked.certificate.not_after());
    let (signer, id) = (&checked.signer, SessionId::new(now, &mut app.rng.clone()));
    let sha256 = signer.certificate_sha256;
    let caller = caller(app, signer.iin, signer.party, sha256, signer.roles.clone(), Some(id)).await?;
    let told = Opened {
        id,
        challenge,
        cms_sha256: hex::encode(Sha256::digest(&checked.cms)),
        common_name: &signer.common_name,
        opened_at: now,
        expires_at,
        device,
    };
    let mut tx = app.db.begin().await?;
    keep_signature::must_be_usable(&mut tx, checked, now).await?;
    if session::tally(&mut tx, &sha256, Attempt::Opened, now).await? > OPENED_PER_HOUR_MAX {
        let seconds = 3600 - now.unix_seconds().rem_euclid(3600);
        return Err(Refusal::new(RefusalCode::RateLimited).with("seconds", seconds.to_string()).into());
    }
    session::forget_over(&mut tx, now).await?;
    session::insert(
        &mut tx,
        &app.session_key,
        &NewSession {
            token_sha256: digest(&token),
            id,
            iin: &signer.iin.to_string(),
            party: signer.party.key(),
            certificate_sha256: sha256,
            created_at: now,
            expires_at,
        },
    )
    .await?;
    let act = Act { events: vec![session_events::opened(app, &caller, &told)], notices: Vec::new(), request: None };
    commit::commit(app, tx, act, now).await?;
    Ok(LoggedIn { token, caller, common_name: signer.common_name.clone(), expires_at })
}

/// Writes down that a registered key opened no session, as far as an hour's bound goes: who holds it must learn of it. What
/// strangers bring leaves nothing. A failure here does not hide the refusal, which is handed back.
async fn refused(
    app: &App,
    challenge: ChallengeId,
    certificate_sha256: Option<[u8; 32]>,
    error: OperationError,
    device: &Device,
    now: Moment,
) -> OperationError {
    if let (OperationError::Refused(refusal), Some(sha256)) = (&error, certificate_sha256)
        && let Err(fault) = journal_refused(app, challenge, sha256, refusal.code.code(), device, now).await
    {
        tracing::error!(fault = %fault, "a refused login was not journaled");
    }
    error
}

async fn journal_refused(
    app: &App,
    challenge: ChallengeId,
    sha256: [u8; 32],
    code: &str,
    device: &Device,
    now: Moment,
) -> Result<(), Fault> {
    let Some(certificate) = certificates::load(&app.db, &sha256).await? else { return Ok(()) };
    let mut tx = app.db.begin().await?;
    let count = session::tally(&mut tx, &sha256, Attempt::Refused, now).await?;
    if count <= REFUSED_PER_HOUR_MAX {
        let party = report_key_compromise::party_key(&certificate);
        let event = session_events::refused(app, (&party, sha256), challenge, (code, count), device, now);
        app.journal.enqueue(&mut tx, &event).await?;
    }
    tx.commit().await?;
    app.journal.wake();
    Ok(())
}

fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Whose session `token` names. Of its row everything that gives rights is under a code of the service ([`session::load`]): the
/// person, the party, the certificate and with it the roles, the end. Who is an officer says the configuration; the members of a
/// party and the states of certificates stand in rows of their own, without a code.
///
/// # Errors
/// `login-required`, `session-expired`; `key-compromised` when the certificate is suspended or annulled meanwhile.
pub async fn caller_of(app: &App, token: &str) -> Result<Caller, OperationError> {
    if token.len() != TOKEN_BYTES * 2 {
        return Err(RefusalCode::LoginRequired.into());
    }
    let row = session::load(&app.db, &app.session_key, &digest(token)).await?.ok_or(RefusalCode::LoginRequired)?;
    if app.clock.now() >= row.expires_at {
        return Err(RefusalCode::SessionExpired.into());
    }
    if row.certificate_state != CertificateState::Active.code() {
        return Err(Refusal::new(RefusalCode::KeyCompromised).with("since", "").into());
    }
    // What was kept was judged when it came in.
    let iin = Iin::parse(&row.iin, IdentifierPolicy::AcceptTest);
    let party = Party::parse_key(&row.party, IdentifierPolicy::AcceptTest);
    let certificate = Certificate::from_der(&row.certificate_der);
    match (iin, party, certificate) {
        (Ok(iin), Ok(party), Ok(certificate)) => {
            caller(app, iin, party, row.certificate_sha256, certificate.roles(), Some(row.id)).await
        }
        _ => Err(Fault::Inconsistent("a session that names nobody".to_owned()).into()),
    }
}

async fn caller(
    app: &App,
    iin: Iin,
    party: Party,
    certificate_sha256: [u8; 32],
    roles: Vec<Role>,
    session: Option<SessionId>,
) -> Result<Caller, OperationError> {
    let member = store::membership(&app.db, &party, &iin.to_string()).await?;
    let mut capability = member.map(|member| member.capability);
    let by_role = party.bin().is_some() && authority::session_binds(&roles, &party, None).is_ok();
    if capability != Some(Capability::Sign) && by_role && store::client(&app.db, &party).await?.is_some() {
        capability = Some(Capability::Sign);
    }
    let for_the_operator = party == Party::Organization(app.operator.bin);
    Ok(Caller {
        iin,
        party,
        certificate_sha256,
        roles,
        capability,
        officer: for_the_operator && app.operator.officers.contains(&iin),
        session,
    })
}

/// Ends the caller's session.
///
/// # Errors
/// A fault of the database.
pub async fn log_out(app: &App, caller: &Caller, token: &str) -> Result<(), OperationError> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let Some(session) = session::end(&mut tx, &digest(token)).await? else { return Ok(tx.commit().await?) };
    let event = session_events::ended(app, caller, (session, &caller.party.key()), &Why::LoggedOut, now);
    let act = Act { events: vec![event], notices: Vec::new(), request: None };
    commit::commit(app, tx, act, now).await?;
    Ok(())
}
