//! The characters of a canonical form. Source: Canonical XML 1.0 §2.3.

use super::C14nError;

/// Octets are handed on in pieces of about this size.
const PIECE_BYTES: usize = 16 * 1024;

/// What is written, handed on piece by piece.
pub(super) struct Output<'s> {
    piece: String,
    handed_on: usize,
    limit: usize,
    sink: &'s mut dyn FnMut(&[u8]),
}

impl<'s> Output<'s> {
    pub fn new(limit: usize, sink: &'s mut dyn FnMut(&[u8])) -> Self {
        Output { piece: String::with_capacity(PIECE_BYTES), handed_on: 0, limit, sink }
    }

    /// Octets written.
    pub fn len(&self) -> usize {
        self.handed_on.saturating_add(self.piece.len())
    }

    pub fn raw(&mut self, text: &str) -> Result<(), C14nError> {
        if self.len().saturating_add(text.len()) > self.limit {
            return Err(C14nError::TooLong);
        }
        if self.piece.len().saturating_add(text.len()) > PIECE_BYTES {
            self.hand_on();
        }
        if text.len() > PIECE_BYTES {
            (self.sink)(text.as_bytes());
            self.handed_on = self.handed_on.saturating_add(text.len());
        } else {
            self.piece.push_str(text);
        }
        Ok(())
    }

    /// Character data.
    pub fn text(&mut self, text: &str) -> Result<(), C14nError> {
        self.escaped(text, |c| match c {
            '&' => Some("&amp;"),
            '<' => Some("&lt;"),
            '>' => Some("&gt;"),
            '\r' => Some("&#xD;"),
            _ => None,
        })
    }

    /// The value of an attribute or a declaration.
    pub fn value(&mut self, value: &str) -> Result<(), C14nError> {
        self.escaped(value, |c| match c {
            '&' => Some("&amp;"),
            '<' => Some("&lt;"),
            '"' => Some("&quot;"),
            '\t' => Some("&#x9;"),
            '\n' => Some("&#xA;"),
            '\r' => Some("&#xD;"),
            _ => None,
        })
    }

    fn escaped(&mut self, text: &str, escape: impl Fn(char) -> Option<&'static str>) -> Result<(), C14nError> {
        let mut rest = text;
        while let Some((place, special)) = rest.char_indices().find(|(_, c)| escape(*c).is_some()) {
            let (plain, tail) = rest.split_at_checked(place).unwrap_or((rest, ""));
            self.raw(plain)?;
            self.raw(escape(special).unwrap_or_default())?;
            rest = tail.get(special.len_utf8()..).unwrap_or_default();
        }
        self.raw(rest)
    }

    fn hand_on(&mut self) {
        (self.sink)(self.piece.as_bytes());
        self.handed_on = self.handed_on.saturating_add(self.piece.len());
        self.piece.clear();
    }

    /// Hands on the rest; answers the octets of all.
    pub fn finish(mut self) -> Result<usize, C14nError> {
        self.hand_on();
        Ok(self.handed_on)
    }
}
