//! A short message as it goes: all of its octets, made once. What was journaled is what is handed to the gateway, however
//! often it is tried.

use serde::{Deserialize, Serialize};

use crate::domain::ids::MessageId;
use crate::domain::phone::PhoneNumber;
use crate::domain::text::is_forbidden;

/// Octets of randomness in each message.
pub const NONCE_BYTES: usize = 16;
/// Most parts of one message: each is paid for.
pub const PARTS_MAX: usize = 4;

/// Characters of a message of one part in the letters of GSM, and of each of several. Source: 3GPP TS 23.040 §9.2.3.24.1.
const GSM_UNITS: (usize, usize) = (160, 153);
/// The same in UTF-16.
const UTF16_UNITS: (usize, usize) = (70, 67);
/// The letters of GSM besides those of ASCII. Source: 3GPP TS 23.038 §6.2.1.
const GSM_OTHER: &str = "£¥èéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà";
/// Those that take two places. Source: 3GPP TS 23.038 §6.2.1.1.
const GSM_TWICE: &str = "^{}\\[~]|€";

/// What a message says.
pub struct TextMessage<'a> {
    /// The message.
    pub id: MessageId,
    /// The name that the phone shows.
    pub from: &'a str,
    /// To whom.
    pub to: &'a PhoneNumber,
    /// The text: one line.
    pub text: &'a str,
    /// Randomness beside the text: from a digest of the whole nobody guesses the few digits of a code in it.
    pub nonce: [u8; NONCE_BYTES],
}

/// Why a message cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum TextMessageError {
    /// It is longer than [`PARTS_MAX`].
    #[error("an SMS of {0} parts, of which {PARTS_MAX} are allowed")]
    TooLong(usize),
    /// It cannot be written.
    #[error("SMS: {0}")]
    Json(#[from] serde_json::Error),
}

/// The body of a request, in the order in which it is written.
#[derive(Serialize, Deserialize)]
struct Body<'a> {
    id: String,
    from: &'a str,
    to: &'a str,
    text: String,
    nonce: String,
}

/// The octets of a message: a JSON object of `id`, `from`, `to`, `text` and `nonce`.
///
/// # Errors
/// [`TextMessageError`].
pub fn write(message: &TextMessage<'_>) -> Result<Vec<u8>, TextMessageError> {
    let text: String = message.text.chars().map(|c| if is_forbidden(c) { ' ' } else { c }).collect();
    let count = parts(&text);
    if count > PARTS_MAX {
        return Err(TextMessageError::TooLong(count));
    }
    let body = Body {
        id: message.id.to_string(),
        from: message.from,
        to: message.to.as_str(),
        text,
        nonce: hex::encode(message.nonce),
    };
    Ok(serde_json::to_vec(&body)?)
}

/// The text in the octets of a message; `None` when they are none.
#[must_use]
pub fn text_of(octets: &[u8]) -> Option<String> {
    serde_json::from_slice::<Body<'_>>(octets).ok().map(|body| body.text)
}

/// Of how many parts a text is, as networks cut and count it.
#[must_use]
pub fn parts(text: &str) -> usize {
    let gsm: Option<Vec<usize>> = text.chars().map(gsm_places).collect();
    match gsm {
        Some(places) => cut(&places, GSM_UNITS),
        None => cut(&text.chars().map(char::len_utf16).collect::<Vec<_>>(), UTF16_UNITS),
    }
}

/// How many places a character takes in the letters of GSM; `None` when it is not one of them.
fn gsm_places(character: char) -> Option<usize> {
    let is_plain = matches!(character, '\n' | '\r' | ' '..='Z' | 'a'..='z' | '_');
    if GSM_TWICE.contains(character) {
        Some(2)
    } else if is_plain || GSM_OTHER.contains(character) {
        Some(1)
    } else {
        None
    }
}

/// The parts of characters that take so many places: no character is cut in two.
fn cut(places: &[usize], (one, each): (usize, usize)) -> usize {
    if places.iter().sum::<usize>() <= one {
        return 1;
    }
    let (mut parts, mut used) = (1, 0);
    for place in places {
        if used + place > each {
            (parts, used) = (parts + 1, 0);
        }
        used += place;
    }
    parts
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use crate::domain::testing::CountingRandom;
    use crate::domain::time::Moment;
    use crate::i18n::{self, Language};

    fn written(text: &str) -> Result<Vec<u8>, TextMessageError> {
        let to = PhoneNumber::parse("+77011234567").unwrap();
        let at = Moment::from_civil(2026, 11, 22, 5, 15, 2).unwrap();
        let id = MessageId::new(at, &mut CountingRandom::default());
        write(&TextMessage { id, from: "Qolhat", to: &to, text, nonce: [7; NONCE_BYTES] })
    }

    #[test]
    fn a_text_is_cut_and_counted_as_networks_do() {
        for (character, one, each) in [('a', 160, 153), ('é', 160, 153), ('б', 70, 67), ('ә', 70, 67), ('`', 70, 67)]
        {
            let of = |count: usize| parts(&character.to_string().repeat(count));
            assert_eq!((of(0), of(one), of(one + 1), of(2 * each), of(2 * each + 1)), (1, 1, 2, 2, 3), "{character}");
        }
        // Two places each, and none of them is cut in two.
        let of = |character: &str, count: usize| parts(&character.repeat(count));
        assert_eq!((of("€", 80), of("€", 81), of("€", 152), of("€", 153)), (1, 2, 2, 3));
        assert_eq!((of("👍", 35), of("👍", 36), of("👍", 66), of("👍", 67)), (1, 2, 2, 3));
        assert_eq!(parts(&format!("{}ә", "a".repeat(70))), 2, "one letter of another alphabet changes it all");
    }

    #[test]
    fn the_octets_are_the_same_each_time_and_nothing_misleads_in_them() {
        let octets = written("Код: 123456\nx\u{202e}").unwrap();
        assert_eq!(octets, written("Код: 123456\nx\u{202e}").unwrap());
        assert_eq!(text_of(&octets).as_deref(), Some("Код: 123456 x "));
        let told: serde_json::Value = serde_json::from_slice(&octets).unwrap();
        assert_eq!((told["from"].as_str(), told["to"].as_str()), (Some("Qolhat"), Some("+77011234567")));
        assert_eq!(told["nonce"].as_str().map(str::len), Some(2 * NONCE_BYTES));
        assert_eq!(text_of(b"{}"), None);
    }

    #[test]
    fn a_text_over_the_bound_is_not_made() {
        assert!(written(&"б".repeat(67 * PARTS_MAX)).is_ok());
        assert!(matches!(written(&"б".repeat(67 * PARTS_MAX + 1)), Err(TextMessageError::TooLong(5))));
    }

    #[test]
    fn a_code_goes_in_one_part_in_every_language() {
        for language in Language::ALL {
            let text = i18n::text(language, "sms-code", &[("code", "ABCDEFGHJKLM"), ("minutes", "60")]);
            assert!(text.contains("ABCDEFGHJKLM") && parts(&text) == 1, "{text}");
        }
    }
}
