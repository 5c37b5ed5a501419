//! A client's person gives an e-mail address or a phone number, and shows that it is his: a one-time code goes there and comes
//! back (REG-12, REG-21, ACC-05). Who asked for a code, what was sent, what the mail server or the gateway said and each entered
//! code stand in the journal (JRN-10).

use openssl::memcmp;
use qolhat_pki::random::SecureRandom;
use qolhat_pki::time::Span;
use serde_json::json;

use super::commit::{self, Act};
use super::send_messages::{self, NewLetter};
use super::{OperationError, send_notices, session_events};
use crate::access::answers::Request;
use crate::access::codes::{self, CodeEnd, NewCode, OpenCode, SALT_BYTES};
use crate::access::contacts::{self, CONTACTS_MAX, Contact};
use crate::access::rights::Caller;
use crate::app::{App, Way};
use crate::db::Tx;
use crate::domain::address::{Address, Channel};
use crate::domain::ids::{CodeId, ContactId, EventId, MessageId, SessionId};
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::time::Moment;
use crate::extract::format::{field, kind};
use crate::i18n::{self, Language};
use crate::journal::EventDraft;

/// How long to wait when too many codes were asked for, in seconds: they are counted over an hour.
const COUNTED_SECONDS: i64 = 3600;

/// Who asks, in a session that the journal knows.
struct Asker<'a> {
    caller: &'a Caller,
    session: SessionId,
}

impl<'a> Asker<'a> {
    /// # Errors
    /// `not-a-client` before the agreement (ACC-06); `login-required` for a session without a name.
    fn of(caller: &'a Caller) -> Result<Self, Refusal> {
        caller.must_draft()?;
        let session = caller.session.ok_or_else(|| Refusal::new(RefusalCode::LoginRequired))?;
        Ok(Self { caller, session })
    }

    fn event(&self, app: &App, kind: &str, contact: &Contact, now: Moment) -> EventDraft {
        EventDraft {
            id: EventId::new(now, &mut app.rng.clone()),
            kind: kind.to_owned(),
            subjects: vec![session_events::subject(self.session), commit::party_subject(&self.caller.party)],
            payload: vec![
                (field::CONTACT_ID.to_owned(), json!(contact.id.to_string())),
                (field::SESSION_ID.to_owned(), json!(self.session.to_string())),
                (field::BY.to_owned(), json!(self.caller.iin.to_string())),
                (field::CHANNEL.to_owned(), json!(contact.address.channel().code())),
                (field::ADDRESS.to_owned(), json!(contact.address.as_str())),
            ],
            actor: commit::actor(self.caller),
        }
    }
}

fn way_of(app: &App, channel: Channel) -> Result<Way<'_>, Refusal> {
    app.way(channel).ok_or_else(|| Refusal::new(RefusalCode::ChannelUnavailable))
}

/// Takes down an address of the caller and sends a code there; answers its id.
///
/// # Errors
/// `not-a-client`, `channel-unavailable` where the service sends nothing by this way, `contact-exists`, `too-many-contacts`,
/// `rate-limited`.
///
/// Keeps: ACC-05, ACC-06, JRN-10.
pub async fn add_contact(
    app: &App,
    caller: &Caller,
    address: Address,
    language: Language,
    request: Option<&Request>,
) -> Result<ContactId, OperationError> {
    let now = app.clock.now();
    let (asker, way) = (Asker::of(caller)?, way_of(app, address.channel())?);
    let contact = Contact {
        id: ContactId::new(now, &mut app.rng.clone()),
        party: caller.party.key(),
        iin: caller.iin.to_string(),
        address,
        language,
        added_at: now,
        confirmed_at: None,
        wanted: Channel::Email,
    };
    let mut tx = app.db.begin().await?;
    if !contacts::insert(&mut tx, &contact).await? {
        return Err(Refusal::new(RefusalCode::ContactExists).at("/address").into());
    }
    // Itself among them: two at once see one another's, or wait for one another.
    if contacts::of_person_in(&mut tx, &caller.party, &contact.iin).await?.len() > CONTACTS_MAX {
        return Err(Refusal::new(RefusalCode::TooManyContacts).with("limit", CONTACTS_MAX.to_string()).into());
    }
    let mut events = vec![asker.event(app, kind::CONTACT_ADDED, &contact, now)];
    events.extend(make_code(app, way, &mut tx, &asker, &contact, now).await?);
    finish(app, tx, events, request.map(|request| (request, contact.id.to_string())), now).await?;
    way.wake();
    Ok(contact.id)
}

/// Sends another code to an address of the caller: the one before is good no more.
///
/// # Errors
/// `not-a-client`, `channel-unavailable`, `contact-unknown` for another's too, `contact-confirmed`, `rate-limited`.
pub async fn send_code(
    app: &App,
    caller: &Caller,
    id: ContactId,
    request: Option<&Request>,
) -> Result<(), OperationError> {
    let now = app.clock.now();
    let asker = Asker::of(caller)?;
    let mut tx = app.db.begin().await?;
    let contact = own(&mut tx, caller, id).await?;
    let way = way_of(app, contact.address.channel())?;
    if contact.confirmed_at.is_some() {
        return Err(RefusalCode::ContactConfirmed.into());
    }
    let events = make_code(app, way, &mut tx, &asker, &contact, now).await?;
    finish(app, tx, events.into(), request.map(|request| (request, id.to_string())), now).await?;
    way.wake();
    Ok(())
}

/// Takes the code that the caller read in the message. An attempt counts whatever comes of it, and is written down.
///
/// # Errors
/// `not-a-client`, `contact-unknown`, `code-unknown` when none is open in this session, `code-expired`, `code-wrong`.
///
/// Keeps: ACC-05, ACC-07, ACC-08, JRN-10.
pub async fn enter_code(
    app: &App,
    caller: &Caller,
    id: ContactId,
    text: &str,
    request: Option<&Request>,
) -> Result<(), OperationError> {
    let now = app.clock.now();
    let asker = Asker::of(caller)?;
    let mut tx = app.db.begin().await?;
    let contact = own(&mut tx, caller, id).await?;
    let code = codes::attempt(&mut tx, id).await?.ok_or(RefusalCode::CodeUnknown)?;
    let (outcome, refusal) = judge(app, &asker, &contact, &code, text, now);
    let is_last = code.attempt >= app.codes.attempts;
    match &refusal {
        None => {
            codes::end(&mut tx, code.id, CodeEnd::Right).await?;
            contacts::confirm(&mut tx, id, now).await?;
        }
        Some(refusal) if is_last || refusal.code == RefusalCode::CodeExpired => {
            codes::end(&mut tx, code.id, CodeEnd::Spent).await?;
        }
        Some(_) => {}
    }
    let mut event = asker.event(app, kind::CODE_ENTERED, &contact, now);
    event.subjects.push(send_messages::subject(code.message));
    event.payload.extend([
        (field::CODE_ID.to_owned(), json!(code.id.to_string())),
        (field::MESSAGE_ID.to_owned(), json!(code.message.to_string())),
        (field::ATTEMPT.to_owned(), json!(code.attempt)),
        (field::OUTCOME.to_owned(), json!(outcome)),
        ("at".to_owned(), json!(now.to_string())),
    ]);
    let kept = request.filter(|_| refusal.is_none()).map(|request| (request, id.to_string()));
    finish(app, tx, vec![event], kept, now).await?;
    refusal.map_or(Ok(()), |refusal| Err(refusal.into()))
}

/// What an entered code is, as the journal says it, and the refusal when it is not the right one.
fn judge(
    app: &App,
    asker: &Asker<'_>,
    contact: &Contact,
    code: &OpenCode,
    text: &str,
    now: Moment,
) -> (&'static str, Option<Refusal>) {
    let refuse = |code| Some(Refusal::new(code));
    if code.session != asker.session {
        return ("other-session", refuse(RefusalCode::CodeUnknown));
    }
    if now >= code.expires_at {
        return ("expired", refuse(RefusalCode::CodeExpired));
    }
    let hash = codes::entered(text).map(|entered| app.code_key.hash(contact.id, &code.salt, &entered));
    if hash.is_some_and(|hash| hash.len() == code.hash.len() && memcmp::eq(&hash, &code.hash)) {
        return ("right", None);
    }
    let left = app.codes.attempts.saturating_sub(code.attempt).max(0);
    ("wrong", Some(Refusal::new(RefusalCode::CodeWrong).with("left", left.to_string()).at("/code")))
}

/// Forgets an address of the caller: nothing is sent there from now on.
///
/// # Errors
/// `not-a-client`, `contact-unknown`.
pub async fn remove_contact(app: &App, caller: &Caller, id: ContactId) -> Result<(), OperationError> {
    let now = app.clock.now();
    let asker = Asker::of(caller)?;
    let mut tx = app.db.begin().await?;
    let contact = own(&mut tx, caller, id).await?;
    codes::replace(&mut tx, id).await?;
    contacts::delete(&mut tx, id).await?;
    let event = asker.event(app, kind::CONTACT_REMOVED, &contact, now);
    finish(app, tx, vec![event], None, now).await
}

/// Notes by which way the caller wants to be written to for the party for which he acts. Where he has no confirmed address of it,
/// he is written to by the other.
///
/// # Errors
/// `not-a-client`, `channel-unavailable`.
///
/// Keeps: ACC-05.
pub async fn choose_channel(
    app: &App,
    caller: &Caller,
    channel: Channel,
    request: Option<&Request>,
) -> Result<(), OperationError> {
    let now = app.clock.now();
    let asker = Asker::of(caller)?;
    way_of(app, channel)?;
    let mut tx = app.db.begin().await?;
    contacts::choose(&mut tx, (&caller.party, &caller.iin.to_string()), channel, now).await?;
    let event = EventDraft {
        id: EventId::new(now, &mut app.rng.clone()),
        kind: kind::CONTACT_CHOSEN.to_owned(),
        subjects: vec![session_events::subject(asker.session), commit::party_subject(&caller.party)],
        payload: vec![
            (field::SESSION_ID.to_owned(), json!(asker.session.to_string())),
            (field::BY.to_owned(), json!(caller.iin.to_string())),
            (field::CHANNEL.to_owned(), json!(channel.code())),
            ("at".to_owned(), json!(now.to_string())),
        ],
        actor: commit::actor(caller),
    };
    finish(app, tx, vec![event], request.map(|request| (request, channel.code().to_owned())), now).await
}

/// An address of the caller as it stands.
#[derive(Debug)]
pub struct ListedContact {
    /// The address.
    pub contact: Contact,
    /// Whether notices go there.
    pub carries_notices: bool,
}

/// The addresses of the caller, for the party for which he acts.
///
/// # Errors
/// `not-a-client`.
pub async fn list_contacts(app: &App, caller: &Caller) -> Result<Vec<ListedContact>, OperationError> {
    caller.must_draft()?;
    let known = contacts::of_person(&app.db, &caller.party, &caller.iin.to_string()).await?;
    let confirmed: Vec<Contact> = known.iter().filter(|contact| contact.confirmed_at.is_some()).cloned().collect();
    let is_open = |channel| app.way(channel).is_some_and(|way| way.notices());
    let listed = known.into_iter().map(|contact| ListedContact {
        carries_notices: contact.confirmed_at.is_some() && send_notices::carries(&contact, &confirmed, is_open),
        contact,
    });
    Ok(listed.collect())
}

/// An address of the caller, locked. Another person's, or his own for another party, is unknown to him here.
async fn own(tx: &mut Tx, caller: &Caller, id: ContactId) -> Result<Contact, OperationError> {
    let contact = contacts::lock(tx, id).await?;
    let is_own = |contact: &Contact| contact.party == caller.party.key() && contact.iin == caller.iin.to_string();
    Ok(contact.filter(is_own).ok_or(RefusalCode::ContactUnknown)?)
}

/// Makes a code, keeps it and the message that carries it; answers the events.
async fn make_code(
    app: &App,
    way: Way<'_>,
    tx: &mut Tx,
    asker: &Asker<'_>,
    contact: &Contact,
    now: Moment,
) -> Result<[EventDraft; 2], OperationError> {
    let address = contact.address.counted_as();
    let (of_person, of_address) = codes::counted(tx, &contact.iin, &address, now).await?;
    if of_person.max(of_address) >= app.codes.per_hour {
        return Err(Refusal::new(RefusalCode::RateLimited).with("seconds", COUNTED_SECONDS.to_string()).into());
    }
    let mut rng = app.rng.clone();
    let (id, mut salt) = (CodeId::new(now, &mut rng), [0_u8; SALT_BYTES]);
    SecureRandom::fill(&mut rng, &mut salt);
    let code = codes::draw(app.codes.alphabet, app.codes.length, &mut rng);
    let expires_at = now.checked_add(Span::seconds(app.codes.lifetime_seconds)).unwrap_or(now);
    let (message, made) = send_code_message(app, way, tx, asker, contact, (&code, expires_at), now).await?;
    let new = NewCode {
        id,
        contact: contact.id,
        session: asker.session,
        iin: &contact.iin,
        address: &address,
        salt,
        hash: app.code_key.hash(contact.id, &salt, &code),
        made_at: now,
        expires_at,
        message,
    };
    codes::insert(tx, &new).await?;
    let mut event = asker.event(app, kind::CODE_MADE, contact, now);
    event.subjects.push(send_messages::subject(message));
    event.payload.extend([
        (field::CODE_ID.to_owned(), json!(id.to_string())),
        (field::MESSAGE_ID.to_owned(), json!(message.to_string())),
        (field::PURPOSE.to_owned(), json!("confirm-contact")),
        ("made_at".to_owned(), json!(now.to_string())),
        (field::EXPIRES_AT.to_owned(), json!(expires_at.to_string())),
    ]);
    Ok([event, made])
}

async fn send_code_message(
    app: &App,
    way: Way<'_>,
    tx: &mut Tx,
    asker: &Asker<'_>,
    contact: &Contact,
    (code, expires_at): (&str, Moment),
    now: Moment,
) -> Result<(MessageId, EventDraft), OperationError> {
    let say = |key: &str, values: &[(&str, &str)]| i18n::text(contact.language, key, values);
    let (operator, minutes) = (app.operator.name.as_str(), (app.codes.lifetime_seconds / 60).to_string());
    let (subject, text) = match way {
        Way::Sms(_) => (String::new(), say("sms-code", &[("code", code), ("minutes", &minutes)])),
        Way::Mail(_) => {
            let lines = [
                say("mail-code-code", &[("code", code)]),
                String::new(),
                say("mail-code-term", &[("minutes", &minutes)]),
                say("mail-code-warning", &[]),
                String::new(),
                say("mail-signature", &[("operator", operator)]),
                String::new(),
            ];
            (say("mail-code-subject", &[("operator", operator)]), lines.join("\n"))
        }
    };
    let letter = NewLetter {
        purpose: "code",
        party: &contact.party,
        iin: &contact.iin,
        session: Some(asker.session),
        to: &contact.address,
        subject: &subject,
        text: &text,
        instead_of: None,
        at: now,
        give_up_at: expires_at,
        actor: commit::actor(asker.caller),
    };
    send_messages::put(app, way, tx, &letter).await
}

async fn finish(
    app: &App,
    tx: Tx,
    events: Vec<EventDraft>,
    request: Option<(&Request, String)>,
    now: Moment,
) -> Result<(), OperationError> {
    commit::commit(app, tx, Act { events, notices: Vec::new(), request }, now).await?;
    Ok(())
}
