//! The text of a document, read from left to right: characters, names, literals, references.
//! Source: XML 1.0 §2.2, §2.3, §2.11, §3.3.3, §4.1, §4.6.

use super::error::{XmlError, XmlErrorKind};

/// What is left of a document.
pub(super) struct Scanner<'a> {
    text: &'a str,
    /// Octets read.
    pub offset: usize,
}

/// Where character data stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Content,
    Attribute,
}

impl<'a> Scanner<'a> {
    pub const fn new(text: &'a str) -> Self {
        Scanner { text, offset: 0 }
    }

    pub fn rest(&self) -> &'a str {
        self.text.get(self.offset..).unwrap_or_default()
    }

    pub const fn error(&self, kind: XmlErrorKind) -> XmlError {
        XmlError { offset: self.offset, kind }
    }

    pub const fn syntax<T>(&self, what: &'static str) -> Result<T, XmlError> {
        Err(self.error(XmlErrorKind::Syntax(what)))
    }

    pub fn is_at_end(&self) -> bool {
        self.offset >= self.text.len()
    }

    pub fn starts_with(&self, what: &str) -> bool {
        self.rest().starts_with(what)
    }

    /// Reads `what` when it is next.
    pub fn take(&mut self, what: &str) -> bool {
        let found = self.starts_with(what);
        if found {
            self.advance(what.len());
        }
        found
    }

    pub fn expect(&mut self, what: &str, said: &'static str) -> Result<(), XmlError> {
        if self.take(what) {
            Ok(())
        } else if self.is_at_end() {
            Err(self.error(XmlErrorKind::End))
        } else {
            self.syntax(said)
        }
    }

    fn advance(&mut self, octets: usize) {
        self.offset = self.offset.saturating_add(octets);
    }

    /// White space; whether there was any.
    pub fn space(&mut self) -> bool {
        let rest = self.rest();
        let length = rest.len().saturating_sub(rest.trim_start_matches(is_space).len());
        self.advance(length);
        length > 0
    }

    /// What stands before `end`, which is read too.
    pub fn until(&mut self, end: &str) -> Result<&'a str, XmlError> {
        let rest = self.rest();
        let length = rest.find(end).ok_or_else(|| self.error(XmlErrorKind::End))?;
        let found = rest.get(..length).unwrap_or_default();
        if let Some((place, _)) = found.char_indices().find(|(_, c)| !is_char(*c)) {
            self.advance(place);
            return Err(self.error(XmlErrorKind::Character));
        }
        self.advance(length.saturating_add(end.len()));
        Ok(found)
    }

    /// A Name, colons and all.
    pub fn name(&mut self) -> Result<&'a str, XmlError> {
        let rest = self.rest();
        let mut chars = rest.char_indices();
        match chars.next() {
            None => return Err(self.error(XmlErrorKind::End)),
            Some((_, first)) if !is_name_start(first) => return Err(self.error(XmlErrorKind::Name)),
            Some(_) => {}
        }
        let length = chars.find(|(_, c)| !is_name_char(*c)).map_or(rest.len(), |(place, _)| place);
        self.advance(length);
        Ok(rest.get(..length).unwrap_or_default())
    }

    /// A name with at most one prefix, which is empty when there is none.
    pub fn qualified_name(&mut self) -> Result<(&'a str, &'a str), XmlError> {
        let begin = self.offset;
        let name = self.name()?;
        let wrong = XmlError { offset: begin, kind: XmlErrorKind::Name };
        let Some((prefix, local)) = name.split_once(':') else { return Ok(("", name)) };
        let fits = !prefix.is_empty() && local.chars().next().is_some_and(is_name_start) && !local.contains(':');
        if fits { Ok((prefix, local)) } else { Err(wrong) }
    }

    /// `= "value"` with the quotes, as it is written.
    pub fn equals_literal(&mut self) -> Result<&'a str, XmlError> {
        self.space();
        self.expect("=", "an attribute without a value")?;
        self.space();
        if self.take("\"") {
            self.until("\"")
        } else if self.take("'") {
            self.until("'")
        } else if self.is_at_end() {
            Err(self.error(XmlErrorKind::End))
        } else {
            self.syntax("a value without quotes")
        }
    }

    /// The character data up to the next `<` or the end.
    pub fn character_data(&mut self) -> Result<&'a str, XmlError> {
        let rest = self.rest();
        let length = rest.find('<').unwrap_or(rest.len());
        let found = rest.get(..length).unwrap_or_default();
        if found.contains("]]>") {
            return self.syntax("]]> in character data");
        }
        self.advance(length);
        Ok(found)
    }

    /// Appends character data to `out` with references resolved and line ends and, in attributes, white space
    /// normalised. What a reference stands for is not normalised.
    pub fn resolve(&self, raw: &str, place: Place, out: &mut String) -> Result<(), XmlError> {
        let mut rest = raw;
        while let Some(found) = rest.find(['&', '\r', '\n', '\t', '<']) {
            let (plain, tail) = rest.split_at_checked(found).unwrap_or((rest, ""));
            self.plain(plain, out)?;
            let mut chars = tail.chars();
            let special = chars.next();
            rest = chars.as_str();
            let white = |c| if place == Place::Attribute { ' ' } else { c };
            match special {
                Some('&') => rest = self.reference(rest, out)?,
                Some('\r') => {
                    rest = rest.strip_prefix('\n').unwrap_or(rest);
                    out.push(white('\n'));
                }
                Some('<') => return self.syntax("< in a value"),
                Some(c) => out.push(white(c)),
                None => {}
            }
        }
        self.plain(rest, out)
    }

    fn plain(&self, text: &str, out: &mut String) -> Result<(), XmlError> {
        if text.chars().all(is_char) {
            out.push_str(text);
            Ok(())
        } else {
            Err(self.error(XmlErrorKind::Character))
        }
    }

    /// Resolves the reference that `text` begins with (its `&` is read); answers what follows.
    fn reference<'t>(&self, text: &'t str, out: &mut String) -> Result<&'t str, XmlError> {
        let (name, rest) = text.split_once(';').ok_or_else(|| self.error(XmlErrorKind::Entity))?;
        let resolved = match name {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "apos" => Some('\''),
            "quot" => Some('"'),
            other => {
                let number = other.strip_prefix('#').ok_or_else(|| self.error(XmlErrorKind::Entity))?;
                let (digits, radix) = number.strip_prefix('x').map_or((number, 10), |digits| (digits, 16));
                let plain = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
                let code = u32::from_str_radix(digits, radix).ok().filter(|_| plain);
                let resolved = code.and_then(char::from_u32).filter(|c| is_char(*c));
                Some(resolved.ok_or_else(|| self.error(XmlErrorKind::Character))?)
            }
        };
        out.extend(resolved);
        Ok(rest)
    }
}

/// Appends text that knows no references, with line ends as `\n`.
pub(super) fn lines(raw: &str, out: &mut String) {
    let mut rest = raw;
    while let Some((line, tail)) = rest.split_once('\r') {
        out.push_str(line);
        out.push('\n');
        rest = tail.strip_prefix('\n').unwrap_or(tail);
    }
    out.push_str(rest);
}

pub(super) const fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

/// Source: XML 1.0 production 2.
pub(super) const fn is_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..='\u{10FFFF}')
}

/// Source: XML 1.0 production 4.
const fn is_name_start(c: char) -> bool {
    matches!(c, ':' | '_' | 'A'..='Z' | 'a'..='z'
        | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}' | '\u{370}'..='\u{37D}'
        | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}'
        | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}')
}

/// Source: XML 1.0 production 4a.
const fn is_name_char(c: char) -> bool {
    is_name_start(c) || matches!(c, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}
