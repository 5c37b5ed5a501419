//! Messages: kept in the transaction of the act that sends them, sent by the worker of their way until the mail server, or the
//! gateway of short messages, takes them, and written down with what it said (JRN-10, JRN-12).
//!
//! None is lost: what is committed is tried until it is taken or its term is over. One may go twice: when the last answer is
//! not heard, it goes again under the same `Message-ID` or `id`. Each is sent by one worker at a time. A notice that does not
//! reach a phone goes by mail to the same person, where he has an address (NTF-05).

use qolhat_pki::random::SecureRandom;
use qolhat_pki::time::Span;
use qolhat_storage::envelope::{self, ContentKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::commit::{self, Act};
use super::{Fault, OperationError, send_notices, session_events};
use crate::app::{App, Way};
use crate::db::Tx;
use crate::domain::address::{Address, Channel};
use crate::domain::ids::{EventId, MessageId, SessionId, new_uuid};
use crate::domain::time::Moment;
use crate::extract::format::{field, kind};
use crate::journal::EventDraft;
use crate::notify::handing::{NotSent, Sent};
use crate::notify::letter::{self, Letter, NONCE_BYTES};
use crate::notify::outbox::{self, MessageRow, MessageState, NewMessage};
use crate::notify::text_message::{self, TextMessage};

/// Most messages sent in one round.
const SENT_AT_ONCE_MAX: usize = 100;
/// Before the second try, in seconds; doubled before each further one.
const PAUSE_FIRST_SECONDS: i64 = 10;
/// The longest pause between two tries, in seconds.
const PAUSE_MAX_SECONDS: i64 = 3600;
/// How long before its term is over a message is tried for the last time, in seconds: a code that comes then can be entered yet.
const LAST_TRY_SECONDS: i64 = 30;
/// What is added to the time that a message may take until another worker may follow who took it, in seconds.
const LEASE_EXTRA_SECONDS: i64 = 60;

/// A message about to be sent.
pub(super) struct NewLetter<'a> {
    /// `code` or `notice`.
    pub(super) purpose: &'static str,
    /// Key of the party for which its reader is written to.
    pub(super) party: &'a str,
    /// IIN of its reader.
    pub(super) iin: &'a str,
    /// The session that asked for it.
    pub(super) session: Option<SessionId>,
    pub(super) to: &'a Address,
    /// Of a mail; nothing of a short message.
    pub(super) subject: &'a str,
    pub(super) text: &'a str,
    /// The short message that did not arrive, when this one goes in its place.
    pub(super) instead_of: Option<MessageId>,
    pub(super) at: Moment,
    /// From when on it is of no use to anybody.
    pub(super) give_up_at: Moment,
    /// Who makes the service send it.
    pub(super) actor: Value,
}

/// The journal's name of a message.
#[must_use]
pub fn subject(message: MessageId) -> String {
    format!("message:{message}")
}

fn holder_name(message: MessageId) -> Vec<u8> {
    format!("message {message} holder operator").into_bytes()
}

/// A message as it goes, and how the journal names it.
struct Written {
    octets: Vec<u8>,
    mail_id: Option<String>,
    from: String,
}

/// Makes the octets of a message.
fn write(way: Way<'_>, id: MessageId, new: &NewLetter<'_>, nonce: [u8; NONCE_BYTES]) -> Result<Written, Fault> {
    let NewLetter { subject, text, at, .. } = *new;
    match (way, new.to) {
        (Way::Mail(mail), Address::Email(to)) => {
            let letter = Letter { id, from: &mail.sender, to, subject, text, at, nonce };
            let octets = letter::write(&letter).map_err(|error| Fault::Inconsistent(format!("a mail: {error}")))?;
            let mail_id = Some(letter::mail_id(id, &mail.sender));
            Ok(Written { octets, mail_id, from: mail.sender.address.to_string() })
        }
        (Way::Sms(sms), Address::Phone(to)) => {
            let message = TextMessage { id, from: &sms.sender, to, text, nonce };
            let octets = text_message::write(&message).map_err(|error| Fault::Inconsistent(error.to_string()))?;
            Ok(Written { octets, mail_id: None, from: sms.sender.clone() })
        }
        (Way::Mail(_), Address::Phone(_)) | (Way::Sms(_), Address::Email(_)) => {
            Err(Fault::Inconsistent("a message by a way that its address is not of".to_owned()))
        }
    }
}

/// Keeps a message in the transaction of its act; answers its id and the event `message.made`, which belongs to that act.
/// After the commit the worker is woken by [`Way::wake`].
///
/// # Errors
/// A fault; the text may be too large.
pub(super) async fn put(
    app: &App,
    way: Way<'_>,
    tx: &mut Tx,
    new: &NewLetter<'_>,
) -> Result<(MessageId, EventDraft), OperationError> {
    let mut rng = app.rng.clone();
    let (id, event) = (MessageId::new(new.at, &mut rng), EventId::new(new.at, &mut rng));
    let mut nonce = [0_u8; NONCE_BYTES];
    SecureRandom::fill(&mut rng, &mut nonce);
    let written = write(way, id, new, nonce)?;
    let sha256 = <[u8; 32]>::from(Sha256::digest(&written.octets));
    let key = ContentKey::generate(&mut rng);
    let row = NewMessage {
        id,
        purpose: new.purpose,
        party: new.party,
        iin: new.iin,
        session: new.session,
        address: new.to,
        mail_id: written.mail_id.as_deref(),
        sha256,
        size_bytes: written.octets.len(),
        wrapped_key: envelope::wrap_key(&app.wrapping, &key, &holder_name(id), &mut rng)?,
        sealed: envelope::seal(&key, &written.octets, &mut rng)?,
        made_at: new.at,
        give_up_at: new.give_up_at,
        event,
    };
    outbox::insert(tx, &row).await?;
    Ok((id, made(&row, new, written.from)))
}

/// `message.made`: what goes to whom, by its digest.
fn made(row: &NewMessage<'_>, new: &NewLetter<'_>, from: String) -> EventDraft {
    let mut payload = vec![
        (field::MESSAGE_ID.to_owned(), json!(row.id.to_string())),
        (field::PARTY.to_owned(), json!(new.party)),
        (field::CHANNEL.to_owned(), json!(new.to.channel().code())),
        (field::PURPOSE.to_owned(), json!(new.purpose)),
        (field::FROM.to_owned(), json!(from)),
        (field::TO.to_owned(), json!(new.to.as_str())),
        (field::SHA256.to_owned(), json!(hex::encode(row.sha256))),
        (field::SIZE.to_owned(), json!(row.size_bytes)),
        ("made_at".to_owned(), json!(new.at.to_string())),
    ];
    payload.extend(row.mail_id.map(|mail_id| (field::MAIL_ID.to_owned(), json!(mail_id))));
    if new.to.channel() == Channel::Sms {
        payload.push((field::PARTS.to_owned(), json!(text_message::parts(new.text))));
    }
    payload.extend(new.session.map(|session| (field::SESSION_ID.to_owned(), json!(session.to_string()))));
    payload.extend(new.instead_of.map(|message| (field::INSTEAD_OF.to_owned(), json!(message.to_string()))));
    EventDraft {
        id: row.event,
        kind: kind::MESSAGE_MADE.to_owned(),
        subjects: subjects(row.id, new.party, new.session),
        payload,
        actor: new.actor.clone(),
    }
}

pub(super) fn subjects(message: MessageId, party: &str, session: Option<SessionId>) -> Vec<String> {
    let session = session.map(session_events::subject);
    [subject(message), format!("party:{party}")].into_iter().chain(session).collect()
}

/// The octets of a message, which must be those that were journaled.
///
/// # Errors
/// A fault; what does not hash to the digest kept is never handed out.
pub fn open(app: &App, row: &MessageRow) -> Result<Vec<u8>, Fault> {
    let key = envelope::unwrap_key(&app.wrapping, &row.wrapped_key, &holder_name(row.id))?;
    let octets = envelope::open(&key, &row.sealed)?;
    if <[u8; 32]>::from(Sha256::digest(&octets)) == row.sha256 {
        Ok(octets)
    } else {
        Err(Fault::Inconsistent(format!("message {} does not hash to its digest", row.id)))
    }
}

/// Sends what waits for its turn by one way; how many were tried.
///
/// # Errors
/// A fault of the database.
pub async fn send_due(app: &App, channel: Channel) -> Result<usize, OperationError> {
    let Some(way) = app.way(channel) else { return Ok(0) };
    let mut count = 0;
    for _ in 0..SENT_AT_ONCE_MAX {
        let now = app.clock.now();
        let Some(id) = outbox::due(&app.db, channel, now).await? else { break };
        let taker = new_uuid(now, &mut app.rng.clone());
        let lease = i64::try_from(way.timeout().as_secs()).unwrap_or(PAUSE_MAX_SECONDS) + LEASE_EXTRA_SECONDS;
        let mut tx = app.db.begin().await?;
        let taken = outbox::take(&mut tx, id, (taker, later(now, lease)), now).await?;
        tx.commit().await?;
        if let Some(row) = taken {
            send(app, way, &row, taker, now).await?;
            count += 1;
        }
    }
    Ok(count)
}

fn later(now: Moment, seconds: i64) -> Moment {
    now.checked_add(Span::seconds(seconds)).unwrap_or(now)
}

/// One try of a message that is ours for a while.
async fn send(app: &App, way: Way<'_>, row: &MessageRow, taker: Uuid, now: Moment) -> Result<(), OperationError> {
    if now >= row.give_up_at {
        let reply = row.last_reply.clone().unwrap_or_else(|| "not tried in time".to_owned());
        return fail(app, way, row, taker, &NotSent { dialogue: Vec::new(), reply, for_good: false }).await;
    }
    let outcome = match open(app, row) {
        Ok(octets) => way.hand_in(row.id, &row.address, &octets).await,
        Err(fault) => {
            tracing::error!(fault = %fault, message.id = %row.id, "a message cannot be opened");
            Err(NotSent { dialogue: Vec::new(), reply: "the message cannot be opened".to_owned(), for_good: false })
        }
    };
    let not_sent = match outcome {
        Ok(sent) => return succeed(app, way, row, taker, &sent).await,
        Err(not_sent) => not_sent,
    };
    let next = next_try(app.clock.now(), row.attempts, row.give_up_at).filter(|_| !not_sent.for_good);
    let Some(next) = next else { return fail(app, way, row, taker, &not_sent).await };
    tracing::warn!(message.id = %row.id, message.attempt = row.attempts, reply = %not_sent.reply, "a message is not taken yet");
    let mut tx = app.db.begin().await?;
    outbox::postpone(&mut tx, (row.id, taker), &not_sent.reply, next).await?;
    Ok(tx.commit().await?)
}

/// When a message that was tried so often is tried again: after the pause, or, where its term would be over then, once more shortly
/// before that; `None` when there is no room for it.
fn next_try(now: Moment, attempts: i64, give_up_at: Moment) -> Option<Moment> {
    let next = later(now, pause(attempts));
    if next < give_up_at {
        return Some(next);
    }
    let last = give_up_at.checked_sub(Span::seconds(LAST_TRY_SECONDS))?;
    (last >= later(now, PAUSE_FIRST_SECONDS)).then_some(last)
}

/// Seconds before the next try after this many.
fn pause(attempts: i64) -> i64 {
    let doublings = u32::try_from(attempts.saturating_sub(1).max(0)).unwrap_or(u32::MAX).min(30);
    PAUSE_FIRST_SECONDS.saturating_mul(1_i64 << doublings).min(PAUSE_MAX_SECONDS)
}

async fn succeed(app: &App, way: Way<'_>, row: &MessageRow, taker: Uuid, sent: &Sent) -> Result<(), OperationError> {
    let reply = sent.dialogue.last().cloned().unwrap_or_default();
    let (mark_name, gateway_id) = match way {
        Way::Mail(_) => (field::QUEUE_ID, None),
        Way::Sms(_) => (field::GATEWAY_ID, sent.mark.as_deref()),
    };
    let payload = vec![(field::DIALOGUE.to_owned(), json!(sent.dialogue)), (mark_name.to_owned(), json!(sent.mark))];
    end(app, way, row, taker, Ended { state: MessageState::Sent, reply: &reply, gateway_id, payload }).await
}

async fn fail(app: &App, way: Way<'_>, row: &MessageRow, taker: Uuid, why: &NotSent) -> Result<(), OperationError> {
    let reason = if why.for_good { "refused" } else { "given-up" };
    tracing::warn!(message.id = %row.id, reply = %why.reply, reason, "a message did not go");
    let payload = vec![
        (field::DIALOGUE.to_owned(), json!(why.dialogue)),
        (field::REASON.to_owned(), json!(reason)),
        (field::REPLY.to_owned(), json!(why.reply)),
    ];
    end(app, way, row, taker, Ended { state: MessageState::Failed, reply: &why.reply, gateway_id: None, payload }).await
}

/// How a message ended.
struct Ended<'a> {
    state: MessageState,
    reply: &'a str,
    gateway_id: Option<&'a str>,
    payload: Vec<(String, Value)>,
}

/// Writes down how a message ended: state and entry in one transaction. Nothing is written when another worker has taken it
/// meanwhile: he will; nor when the gateway has reported its end already.
async fn end(app: &App, way: Way<'_>, row: &MessageRow, taker: Uuid, ended: Ended<'_>) -> Result<(), OperationError> {
    let now = app.clock.now();
    let kind = if ended.state == MessageState::Sent { kind::MESSAGE_SENT } else { kind::MESSAGE_FAILED };
    let mut payload = told_of(row, &way.machine(), now);
    payload.push((field::ATTEMPT.to_owned(), json!(row.attempts)));
    payload.extend(ended.payload);
    let mut tx = app.db.begin().await?;
    let noted = (ended.reply, ended.gateway_id);
    if outbox::end(&mut tx, (row.id, taker), ended.state, noted, now).await? {
        finish(app, tx, row, event(app, row, kind, payload, now), now).await?;
    }
    Ok(())
}

/// What each entry of the end of a message says: which one it was, to whom it went, who was to take it.
pub(super) fn told_of(row: &MessageRow, machine: &str, now: Moment) -> Vec<(String, Value)> {
    let machine_name = match row.address.channel() {
        Channel::Email => field::RELAY,
        Channel::Sms => field::GATEWAY,
    };
    let mut payload = vec![
        (field::MESSAGE_ID.to_owned(), json!(row.id.to_string())),
        (field::SHA256.to_owned(), json!(hex::encode(row.sha256))),
        (field::TO.to_owned(), json!(row.address.as_str())),
        (machine_name.to_owned(), json!(machine)),
        ("at".to_owned(), json!(now.to_string())),
    ];
    payload.extend(row.mail_id.as_ref().map(|mail_id| (field::MAIL_ID.to_owned(), json!(mail_id))));
    payload
}

/// An entry of the service itself about a message.
pub(super) fn event(app: &App, row: &MessageRow, kind: &str, payload: Vec<(String, Value)>, now: Moment) -> EventDraft {
    EventDraft {
        id: EventId::new(now, &mut app.rng.clone()),
        kind: kind.to_owned(),
        subjects: subjects(row.id, &row.party, row.session),
        payload,
        actor: json!({"operator": app.operator.bin.to_string()}),
    }
}

/// Commits the end of a message; of one that failed, with the mail that goes in its place.
pub(super) async fn finish(
    app: &App,
    mut tx: Tx,
    row: &MessageRow,
    ended: EventDraft,
    now: Moment,
) -> Result<(), OperationError> {
    let mut events = vec![ended];
    if events.iter().any(|event| event.kind == kind::MESSAGE_FAILED) {
        events.extend(send_notices::fall_back(app, &mut tx, row, now).await?);
    }
    let falls_back = events.len() > 1;
    commit::commit(app, tx, Act { events, notices: Vec::new(), request: None }, now).await?;
    if falls_back {
        app.wake_ways();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// The seconds at which a message is tried that is good for so many, each try taking `each` of them.
    fn tries(seconds: i64, each: i64) -> Vec<i64> {
        let at = |seconds: i64| Moment::from_unix_micros((1_800_000_000 + seconds) * 1_000_000).unwrap();
        let (mut tried, mut now) = (Vec::new(), at(0));
        loop {
            tried.push(now.unix_seconds() - at(0).unix_seconds());
            let ended = later(now, each);
            match next_try(ended, i64::try_from(tried.len()).unwrap(), at(seconds)) {
                Some(next) => now = next,
                None => return tried,
            }
        }
    }

    #[test]
    fn the_last_try_is_shortly_before_the_term_is_over() {
        assert_eq!(tries(300, 0), [0, 10, 30, 70, 150, 270]);
        assert_eq!(tries(300, 30), [0, 40, 90, 160, 270]);
        assert_eq!(tries(60, 0), [0, 10, 30]);
        assert_eq!(tries(20, 0), [0, 10]);
        let hours = 48 * 3600;
        assert_eq!(tries(hours, 0).last(), Some(&(hours - LAST_TRY_SECONDS)));
    }

    #[test]
    fn pauses_double_up_to_an_hour() {
        let pauses: Vec<i64> = [1, 2, 3, 9, 10, 11, 1000, i64::MAX, 0].into_iter().map(pause).collect();
        assert_eq!(pauses, [10, 20, 40, 2560, 3600, 3600, 3600, 3600, 10]);
    }
}
