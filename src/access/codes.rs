//! One-time codes: made of randomness, kept as a salted hash under a key of the service, good once, for a while, for the
//! session that asked for them (ACC-05, ACC-07, ACC-08).

use qolhat_pki::random::SecureRandom;
use qolhat_pki::time::Span;
use serde::Deserialize;

use crate::db::{Db, DbError, Tx, Value};
use crate::domain::ids::{CodeId, ContactId, MessageId, SessionId};
use crate::domain::time::Moment;
use crate::params;

/// Octets of a salt.
pub const SALT_BYTES: usize = 16;
/// Longest text that is looked at as a code, in bytes.
pub const ENTERED_MAX_BYTES: usize = 64;
/// For how long codes are counted, in hours: rows older than that are of no use.
const COUNTED_HOURS: i64 = 1;

/// Of what codes are made. Letters and digits are those that nobody takes for one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Alphabet {
    /// `0` to `9`.
    Digits,
    /// Capital letters and digits without `0`, `1`, `I` and `O`.
    LettersAndDigits,
}

impl Alphabet {
    const fn characters(self) -> &'static [u8] {
        match self {
            Self::Digits => b"0123456789",
            Self::LettersAndDigits => b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ",
        }
    }
}

/// A code of `length` characters, each as likely as any other.
pub fn draw(alphabet: Alphabet, length: usize, rng: &mut dyn SecureRandom) -> String {
    let characters = alphabet.characters();
    // The largest multiple of their number that an octet can count to: what lies above would favour the first ones.
    let fair = 256 - 256 % characters.len();
    let mut code = String::with_capacity(length);
    while code.len() < length {
        let mut octet = [0_u8; 1];
        rng.fill(&mut octet);
        let drawn = usize::from(octet[0]);
        if drawn < fair
            && let Some(character) = characters.get(drawn % characters.len())
        {
            code.push(char::from(*character));
        }
    }
    code
}

/// What somebody typed, as codes are written: without white space, in capital letters.
#[must_use]
pub fn entered(text: &str) -> Option<String> {
    let code: String = text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect();
    (text.len() <= ENTERED_MAX_BYTES && !code.is_empty()).then_some(code)
}

/// A code about to be kept.
#[derive(Debug)]
pub struct NewCode<'a> {
    /// Its id.
    pub id: CodeId,
    /// The address that it confirms.
    pub contact: ContactId,
    /// The session that asked for it.
    pub session: SessionId,
    /// IIN of the person.
    pub iin: &'a str,
    /// The address as it is counted by.
    pub address: &'a str,
    /// What makes its hash its own.
    pub salt: [u8; SALT_BYTES],
    /// The hash.
    pub hash: [u8; 32],
    /// When it was made.
    pub made_at: Moment,
    /// Until when it is good.
    pub expires_at: Moment,
    /// The message that carries it.
    pub message: MessageId,
}

/// The open code of an address, with the attempt that is being made counted already.
#[derive(Debug)]
pub struct OpenCode {
    /// Its id.
    pub id: CodeId,
    /// The session that asked for it.
    pub session: SessionId,
    /// What makes its hash its own.
    pub salt: Vec<u8>,
    /// The hash.
    pub hash: Vec<u8>,
    /// Until when it is good.
    pub expires_at: Moment,
    /// Which attempt this is, from 1.
    pub attempt: i64,
    /// The message that carried it.
    pub message: MessageId,
}

/// How a code ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeEnd {
    /// It came back.
    Right,
    /// It is too old, or was guessed at too often.
    Spent,
}

/// Keeps a code; an earlier one of the same address is good no more.
///
/// # Errors
/// A fault of the database.
pub async fn insert(tx: &mut Tx, new: &NewCode<'_>) -> Result<(), DbError> {
    let over = new.made_at.checked_sub(Span::hours(COUNTED_HOURS * 24)).unwrap_or(Moment::MIN);
    tx.execute(include_str!("sql/delete_codes_over.sql"), &params![over]).await?;
    replace(tx, new.contact).await?;
    let values = params![
        new.id.as_uuid(),
        new.contact.as_uuid(),
        new.session.as_uuid(),
        new.iin,
        new.address,
        new.salt.to_vec(),
        new.hash.to_vec(),
        new.made_at,
        new.expires_at,
        new.message.as_uuid()
    ];
    tx.execute(include_str!("sql/insert_code.sql"), &values).await.map(drop)
}

/// Makes the open code of an address good for nothing.
///
/// # Errors
/// A fault of the database.
pub async fn replace(tx: &mut Tx, contact: ContactId) -> Result<(), DbError> {
    tx.execute(include_str!("sql/replace_codes.sql"), &params![contact.as_uuid()]).await.map(drop)
}

/// How many codes were made in the last hour for a person, and for an address.
///
/// # Errors
/// A fault of the database.
pub async fn counted(tx: &mut Tx, iin: &str, address: &str, now: Moment) -> Result<(i64, i64), DbError> {
    let since = now.checked_sub(Span::hours(COUNTED_HOURS)).unwrap_or(Moment::MIN);
    let row = tx.query_one(include_str!("sql/count_codes.sql"), &params![iin, address, since]).await?;
    row.map_or(Ok((0, 0)), |row| Ok((row.int("of_person")?, row.int("of_address")?)))
}

/// The open code of an address: this attempt counts from here on, whatever becomes of it.
///
/// # Errors
/// A fault of the database.
pub async fn attempt(tx: &mut Tx, contact: ContactId) -> Result<Option<OpenCode>, DbError> {
    let row = tx.query_one(include_str!("sql/lock_code.sql"), &params![contact.as_uuid()]).await?;
    row.map(|row| {
        Ok(OpenCode {
            id: CodeId::from(row.id("id")?),
            session: SessionId::from(row.id("session_id")?),
            salt: row.bytes("salt")?,
            hash: row.bytes("hash")?,
            expires_at: row.moment("expires_at")?,
            attempt: row.int("attempts")?,
            message: MessageId::from(row.id("message_id")?),
        })
    })
    .transpose()
}

/// Until when a code that one of these messages carried can still be entered, at the longest; `None` when none can.
///
/// # Errors
/// A fault of the database.
pub async fn good_until(db: &Db, messages: &[MessageId], now: Moment) -> Result<Option<Moment>, DbError> {
    let keys: Vec<Value> = messages.iter().map(|message| Value::from(message.as_uuid())).collect();
    let rows = db.query_in(include_str!("sql/select_codes_open.sql"), &keys).await?;
    let ends = rows.iter().map(|row| row.moment("expires_at")).collect::<Result<Vec<_>, _>>()?;
    Ok(ends.into_iter().filter(|end| now < *end).max())
}

/// Ends a code.
///
/// # Errors
/// A fault of the database.
pub async fn end(tx: &mut Tx, id: CodeId, end: CodeEnd) -> Result<(), DbError> {
    let state = match end {
        CodeEnd::Right => "right",
        CodeEnd::Spent => "spent",
    };
    tx.execute(include_str!("sql/end_code.sql"), &params![id.as_uuid(), state]).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::testing::CountingRandom;

    #[test]
    fn a_code_is_of_its_alphabet_and_length_and_favours_no_character() {
        for (alphabet, length) in [(Alphabet::Digits, 6), (Alphabet::LettersAndDigits, 12)] {
            let mut rng = CountingRandom::default();
            let count = 256 - 256 % alphabet.characters().len();
            let drawn: String = (0..count / length + 1).map(|_| draw(alphabet, length, &mut rng)).collect();
            let (_, drawn) = (draw(alphabet, length, &mut rng), drawn.into_bytes());
            assert!(drawn.iter().all(|octet| alphabet.characters().contains(octet)));
            let counts = alphabet.characters().iter().map(|one| drawn.iter().filter(|octet| *octet == one).count());
            let counts: Vec<usize> = counts.collect();
            let (least, most) = (counts.iter().min().copied(), counts.iter().max().copied());
            assert!(most.unwrap_or_default() - least.unwrap_or_default() <= 2, "{counts:?}");
        }
    }

    #[test]
    fn what_is_typed_is_read_as_codes_are_written_and_not_without_end() {
        assert_eq!(entered(" 12 34 56\n").as_deref(), Some("123456"));
        assert_eq!(entered("ab2c").as_deref(), Some("AB2C"));
        assert_eq!(entered(""), None);
        assert_eq!(entered(&"1".repeat(ENTERED_MAX_BYTES)).map(|code| code.len()), Some(ENTERED_MAX_BYTES));
        assert_eq!(entered(&"1".repeat(ENTERED_MAX_BYTES + 1)), None);
    }
}
