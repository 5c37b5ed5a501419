//! Messages on their way and those that went, as they are kept: their octets sealed.

use uuid::Uuid;

use crate::db::{Db, DbError, Row, Tx};
use crate::domain::address::{Address, Channel};
use crate::domain::ids::{EventId, MessageId, SessionId};
use crate::domain::time::Moment;
use crate::params;

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageState {
    /// It waits for its turn.
    Waiting,
    /// The mail server, or the gateway of short messages, took it.
    Sent,
    /// The gateway reported that its reader has it.
    Delivered,
    /// It was refused, or not taken in time; or the gateway reported that its reader will not have it.
    Failed,
}

impl MessageState {
    /// The word kept and shown.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }

    fn parse(code: &str) -> Option<Self> {
        [Self::Waiting, Self::Sent, Self::Delivered, Self::Failed].into_iter().find(|state| state.code() == code)
    }
}

/// A message about to be kept.
#[derive(Debug)]
pub struct NewMessage<'a> {
    /// Its id.
    pub id: MessageId,
    /// `code` or `notice`.
    pub purpose: &'static str,
    /// Key of the party for which its reader is written to.
    pub party: &'a str,
    /// IIN of its reader.
    pub iin: &'a str,
    /// The session that asked for it.
    pub session: Option<SessionId>,
    /// To which address.
    pub address: &'a Address,
    /// The `Message-ID` of a mail.
    pub mail_id: Option<&'a str>,
    /// SHA-256 of its octets.
    pub sha256: [u8; 32],
    /// How many they are.
    pub size_bytes: usize,
    /// Its key, wrapped.
    pub wrapped_key: Vec<u8>,
    /// Its octets, sealed.
    pub sealed: Vec<u8>,
    /// When it was made.
    pub made_at: Moment,
    /// From when on it is not tried any more.
    pub give_up_at: Moment,
    /// The event that tells the journal that it was made.
    pub event: EventId,
}

/// A message as it is kept.
#[derive(Debug, Clone)]
pub struct MessageRow {
    /// Its id.
    pub id: MessageId,
    /// `code` or `notice`.
    pub purpose: String,
    /// Key of the party for which its reader is written to.
    pub party: String,
    /// IIN of its reader.
    pub iin: String,
    /// The session that asked for it.
    pub session: Option<SessionId>,
    /// To which address.
    pub address: Address,
    /// The `Message-ID` of a mail.
    pub mail_id: Option<String>,
    /// By which mark the gateway knows a short message.
    pub gateway_id: Option<String>,
    /// SHA-256 of its octets.
    pub sha256: [u8; 32],
    /// Its key, wrapped.
    pub wrapped_key: Vec<u8>,
    /// Its octets, sealed.
    pub sealed: Vec<u8>,
    /// Where it stands.
    pub state: MessageState,
    /// When it was made.
    pub made_at: Moment,
    /// From when on it is not tried any more.
    pub give_up_at: Moment,
    /// How often it was tried, the try that is going on among them.
    pub attempts: i64,
    /// What came of the last try.
    pub last_reply: Option<String>,
    /// When it went, or was given up.
    pub ended_at: Option<Moment>,
}

fn message(row: &Row) -> Result<MessageRow, DbError> {
    let (channel, address, state) = (row.text("channel")?, row.text("address")?, row.text("state")?);
    let inconsistent = |column: &str, detail: String| DbError::Inconsistent { column: column.to_owned(), detail };
    let channel = Channel::parse(&channel).ok_or_else(|| inconsistent("message.channel", channel))?;
    Ok(MessageRow {
        id: MessageId::from(row.id("id")?),
        purpose: row.text("purpose")?,
        party: row.text("party")?,
        iin: row.text("iin")?,
        session: row.opt_id("session_id")?.map(SessionId::from),
        address: Address::parse(channel, &address)
            .map_err(|error| inconsistent("message.address", error.to_string()))?,
        mail_id: row.opt_text("mail_id")?,
        gateway_id: row.opt_text("gateway_id")?,
        sha256: row.array("sha256")?,
        wrapped_key: row.bytes("wrapped_key")?,
        sealed: row.bytes("sealed")?,
        state: MessageState::parse(&state).ok_or_else(|| inconsistent("message.state", state))?,
        made_at: row.moment("made_at")?,
        give_up_at: row.moment("give_up_at")?,
        attempts: row.int("attempts")?,
        last_reply: row.opt_text("last_reply")?,
        ended_at: row.opt_moment("ended_at")?,
    })
}

/// Keeps a message, to be sent at once.
///
/// # Errors
/// A fault of the database.
pub async fn insert(tx: &mut Tx, new: &NewMessage<'_>) -> Result<(), DbError> {
    let values = params![
        new.id.as_uuid(),
        new.purpose,
        new.party,
        new.iin,
        new.session.map(|session| session.as_uuid()),
        new.address.as_str(),
        new.mail_id,
        new.sha256.to_vec(),
        i64::try_from(new.size_bytes).unwrap_or(i64::MAX),
        new.wrapped_key.clone(),
        new.sealed.clone(),
        new.made_at,
        new.give_up_at,
        new.event.as_uuid(),
        new.address.channel().code()
    ];
    tx.execute(include_str!("sql/insert_message.sql"), &values).await.map(drop)
}

/// A message.
///
/// # Errors
/// A fault of the database.
pub async fn load(db: &Db, id: MessageId) -> Result<Option<MessageRow>, DbError> {
    let row = db.query_one(include_str!("sql/select_message.sql"), &params![id.as_uuid()]).await?;
    row.as_ref().map(message).transpose()
}

/// The message of a way whose turn it is.
///
/// # Errors
/// A fault of the database.
pub async fn due(db: &Db, channel: Channel, now: Moment) -> Result<Option<MessageId>, DbError> {
    let row = db.query_one(include_str!("sql/select_message_due.sql"), &params![now, channel.code()]).await?;
    row.map(|row| row.id("id").map(MessageId::from)).transpose()
}

/// Takes a message for `taker` until an instant; `None` when another was faster. This try is counted.
///
/// # Errors
/// A fault of the database.
pub async fn take(
    tx: &mut Tx,
    id: MessageId,
    (taker, until): (Uuid, Moment),
    now: Moment,
) -> Result<Option<MessageRow>, DbError> {
    let values = params![id.as_uuid(), taker, until, now];
    let row = tx.query_one(include_str!("sql/take_message.sql"), &values).await?;
    row.as_ref().map(message).transpose()
}

/// Notes the end of a message that `taker` holds; answers whether he still held it.
///
/// # Errors
/// A fault of the database.
pub async fn end(
    tx: &mut Tx,
    (id, taker): (MessageId, Uuid),
    state: MessageState,
    (reply, gateway_id): (&str, Option<&str>),
    now: Moment,
) -> Result<bool, DbError> {
    let values = params![id.as_uuid(), taker, state.code(), reply, now, gateway_id];
    Ok(tx.execute(include_str!("sql/end_message.sql"), &values).await? == 1)
}

/// Notes what the gateway reported of a short message; answers whether that was not known yet. Whoever is sending it meanwhile
/// holds it no more.
///
/// # Errors
/// A fault of the database.
pub async fn report(
    tx: &mut Tx,
    id: MessageId,
    state: MessageState,
    (reply, gateway_id): (&str, &str),
    now: Moment,
) -> Result<bool, DbError> {
    let values = params![id.as_uuid(), state.code(), reply, now, gateway_id];
    Ok(tx.execute(include_str!("sql/report_message.sql"), &values).await? == 1)
}

/// Gives back a message that `taker` holds, to be tried again at an instant.
///
/// # Errors
/// A fault of the database.
pub async fn postpone(tx: &mut Tx, (id, taker): (MessageId, Uuid), reply: &str, until: Moment) -> Result<(), DbError> {
    let values = params![id.as_uuid(), taker, reply, until];
    tx.execute(include_str!("sql/postpone_message.sql"), &values).await.map(drop)
}

/// How many messages of a purpose were made to an address since an instant.
///
/// # Errors
/// A fault of the database.
pub async fn count(tx: &mut Tx, address: &Address, purpose: &str, since: Moment) -> Result<i64, DbError> {
    let row = tx.query_one(include_str!("sql/count_messages.sql"), &params![address.as_str(), purpose, since]).await?;
    row.map_or(Ok(0), |row| row.int("number"))
}
