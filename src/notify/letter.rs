//! A mail as it goes: all of its octets, made once. What was journaled is what is sent, however often it is tried.

use std::time::{Duration, SystemTime};

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::{Address, address::AddressError};

use crate::domain::email::EmailAddress;
use crate::domain::ids::MessageId;
use crate::domain::text::is_forbidden;
use crate::domain::time::Moment;

/// Largest mail, in bytes: ours are short texts.
pub const LETTER_MAX_BYTES: usize = 32 * 1024;
/// Longest subject, in characters; the rest is cut.
pub const SUBJECT_MAX_CHARS: usize = 150;
/// Octets of randomness in each mail.
pub const NONCE_BYTES: usize = 16;

/// From whom our mails come.
#[derive(Debug, Clone)]
pub struct Sender {
    /// Name for people.
    pub name: String,
    /// The address.
    pub address: EmailAddress,
}

/// What a mail says.
#[derive(Debug)]
pub struct Letter<'a> {
    /// The message.
    pub id: MessageId,
    /// From whom.
    pub from: &'a Sender,
    /// To whom.
    pub to: &'a EmailAddress,
    /// The subject: one line.
    pub subject: &'a str,
    /// The text.
    pub text: &'a str,
    /// When it was made.
    pub at: Moment,
    /// Randomness that stands in the mail: from a digest of the whole nobody guesses the few digits of a code in it.
    pub nonce: [u8; NONCE_BYTES],
}

/// Why a mail cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum LetterError {
    /// It is larger than [`LETTER_MAX_BYTES`].
    #[error("a mail of {0} bytes, of which {LETTER_MAX_BYTES} are allowed")]
    TooLarge(usize),
    /// The writer of mails does not take an address that we took.
    #[error("address: {0}")]
    Address(#[from] AddressError),
    /// It cannot be written.
    #[error("mail: {0}")]
    Mail(#[from] lettre::error::Error),
}

/// The `Message-ID` of a message: the same at each try, so that a mailbox that gets it twice shows it once.
#[must_use]
pub fn mail_id(id: MessageId, from: &Sender) -> String {
    format!("<{id}@{}>", from.address.as_str().rsplit('@').next().unwrap_or_default())
}

/// The octets of a mail: headers, an empty line, the text; seven bits, lines of RFC 5322.
///
/// # Errors
/// [`LetterError`].
pub fn write(letter: &Letter<'_>) -> Result<Vec<u8>, LetterError> {
    // What is made of more than this does not become less.
    if letter.text.len() > LETTER_MAX_BYTES {
        return Err(LetterError::TooLarge(letter.text.len()));
    }
    let seconds = u64::try_from(letter.at.unix_seconds()).unwrap_or_default();
    let message = Message::builder()
        .from(Mailbox::new(Some(one_line(&letter.from.name)), address(&letter.from.address)?))
        .to(Mailbox::new(None, address(letter.to)?))
        .subject(one_line(letter.subject))
        .date(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
        .message_id(Some(mail_id(letter.id, letter.from)))
        // Source: RFC 3834 §5: nobody's program answers to it.
        .raw_header(raw("Auto-Submitted", "auto-generated"))
        .raw_header(raw("X-Qolhat-Nonce", &hex::encode(letter.nonce)))
        .header(ContentType::TEXT_PLAIN)
        .body(letter.text.to_owned())?;
    let octets = message.formatted();
    if octets.len() > LETTER_MAX_BYTES { Err(LetterError::TooLarge(octets.len())) } else { Ok(octets) }
}

fn raw(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

pub(super) fn address(address: &EmailAddress) -> Result<Address, AddressError> {
    address.as_str().parse()
}

/// The text without what could end a header or hide in it, cut to the longest subject.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if is_forbidden(c) { ' ' } else { c }).take(SUBJECT_MAX_CHARS).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::domain::testing::CountingRandom;

    fn written(subject: &str, text: &str) -> Result<String, LetterError> {
        let from = Sender {
            name: "Оператор\r\nBcc: x@y.kz".to_owned(),
            address: EmailAddress::parse("no-reply@e.kz").unwrap(),
        };
        let to = EmailAddress::parse("head@a.kz").unwrap();
        let at = Moment::from_civil(2026, 11, 22, 5, 15, 2).unwrap();
        let id = MessageId::new(at, &mut CountingRandom::default());
        let letter = Letter { id, from: &from, to: &to, subject, text, at, nonce: [7; NONCE_BYTES] };
        write(&letter).map(|octets| String::from_utf8(octets).unwrap())
    }

    /// The names of the headers.
    fn headers(mail: &str) -> Vec<&str> {
        let head = mail.split("\r\n\r\n").next().unwrap();
        head.split("\r\n").filter(|line| !line.starts_with(' ')).map(|line| line.split(':').next().unwrap()).collect()
    }

    #[test]
    fn a_mail_is_the_same_each_time_and_seven_bits() {
        let mail = written("Растау коды", "Код: 123456\nЖеті биттен артық\n").unwrap();
        assert_eq!(mail, written("Растау коды", "Код: 123456\nЖеті биттен артық\n").unwrap());
        assert!(mail.is_ascii() && mail.lines().all(|line| line.len() <= 998));
        assert!(
            mail.contains("Date: Sun, 22 Nov 2026 05:15:02 +0000") && mail.contains("Auto-Submitted: auto-generated")
        );
        assert!(mail.contains("@e.kz>\r\n"), "{mail}");
    }

    #[test]
    fn nothing_in_a_subject_or_a_name_becomes_a_header() {
        let expected = headers(&written("a", "b").unwrap()).len();
        for hostile in ["a\r\nBcc: x@y.kz", "a\nX: y", "a\r\n\r\nbody", "\u{2028}a", "a\0b", "ә\r\nBcc: x@y.kz"] {
            let mail = written(hostile, "b").unwrap();
            let found = headers(&mail);
            assert_eq!((found.len(), found.contains(&"Bcc"), found.contains(&"X")), (expected, false, false), "{mail}");
        }
        let long = written(&"x".repeat(10_000), "b").unwrap();
        assert!(long.len() < 2_000);
    }

    #[test]
    fn a_mail_over_the_bound_is_not_made() {
        assert!(written("a", &"x".repeat(LETTER_MAX_BYTES / 2)).is_ok());
        for text in
            ["x".repeat(LETTER_MAX_BYTES + 1), "x".repeat(LETTER_MAX_BYTES - 10), "ә".repeat(LETTER_MAX_BYTES / 2)]
        {
            assert!(matches!(written("a", &text), Err(LetterError::TooLarge(_))), "{}", text.len());
        }
    }
}
