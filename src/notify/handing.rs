//! What comes of handing a message over, whatever the way: what was said to one another is what a court asks for (JRN-10,
//! JRN-12).

use crate::domain::text::is_forbidden;

/// Longest reply that is kept, in characters.
const REPLY_MAX_CHARS: usize = 300;

/// What became of one try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// What was said to each step: `MAIL 250 …`, `RCPT …`, `DATA …`, `END …`; of a gateway `POST 200 …`.
    pub dialogue: Vec<String>,
    /// By which mark the other side knows the message, where it told one.
    pub mark: Option<String>,
}

/// A try that came to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotSent {
    /// What was said before.
    pub dialogue: Vec<String>,
    /// At which step it ended, and how.
    pub reply: String,
    /// Whether another try would end the same way: this very message was refused for good.
    pub for_good: bool,
}

impl NotSent {
    /// A try that ended before anybody spoke.
    pub(super) fn silent(reply: &str, for_good: bool) -> Self {
        Self { dialogue: Vec::new(), reply: plain(reply), for_good }
    }
}

/// Others' words without what could mislead, cut.
#[must_use]
pub fn plain(text: &str) -> String {
    let plain: String = text.chars().map(|c| if is_forbidden(c) { ' ' } else { c }).take(REPLY_MAX_CHARS).collect();
    plain.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_words_are_cut_and_do_not_mislead() {
        let told = plain(&format!("250 a\r\n\u{202e}b {}", "x".repeat(1000)));
        assert_eq!(told.chars().count(), REPLY_MAX_CHARS);
        assert!(!told.chars().any(is_forbidden));
    }
}
