//! Walking over elements, one level at a time; and the primitive types.

use std::borrow::Cow;

use super::{DEPTH_MAX, DerError, DerErrorKind, Rules, Tlv, tag};
use crate::oid::Oid;

const INDEFINITE: u8 = 0x80;
const CONSTRUCTED: u8 = 0x20;
const CLASS: u8 = 0xc0;
const NUMBER: u8 = 0x1f;

/// The contents of a BIT STRING.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BitString<'a> {
    /// Bits of the last octet that do not count, 0 to 7.
    pub unused: u8,
    /// The octets, first bit first.
    pub bytes: &'a [u8],
}

impl BitString<'_> {
    /// Whether bit `n` (0 is the highest bit of the first octet) is present and set.
    pub fn bit(&self, n: usize) -> bool {
        let mask = 0x80_u8.checked_shr(u32::try_from(n % 8).unwrap_or(0)).unwrap_or(0);
        self.bytes.get(n / 8).is_some_and(|octet| octet & mask != 0)
    }
}

/// Reads the elements of one level in order.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    input: &'a [u8],
    offset: usize,
    depth: u8,
    rules: Rules,
}

impl<'a> Reader<'a> {
    /// A reader over a whole object.
    pub fn new(input: &'a [u8], rules: Rules) -> Self {
        Reader { input, offset: 0, depth: 0, rules }
    }

    /// No element is left.
    pub fn is_empty(&self) -> bool {
        self.input.is_empty()
    }

    /// The octets not read yet.
    pub fn remaining(&self) -> &'a [u8] {
        self.input
    }

    /// Where the next element starts, from the first octet of the outermost object.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// The rules that are enforced.
    pub fn rules(&self) -> Rules {
        self.rules
    }

    /// The identifier octet of the next element.
    pub fn peek_tag(&self) -> Option<u8> {
        self.input.first().copied()
    }

    /// The next element, whatever it is.
    /// # Errors
    /// When its header breaks the rules or it does not fit the octets left.
    pub fn read(&mut self) -> Result<Tlv<'a>, DerError> {
        let header = Header::read(self.input, self.rules).map_err(|what| self.error(what))?;
        let body = self.input.get(header.octets..).unwrap_or_default();
        let (value_length, total) = match header.length {
            Some(length) => (length, header.octets.checked_add(length)),
            None => {
                let length = self.find_end_of_contents(body).map_err(|what| self.error(what))?;
                (length, header.octets.checked_add(length).and_then(|end| end.checked_add(2)))
            }
        };
        let split = total.and_then(|total| self.input.split_at_checked(total));
        let (raw, rest) = split.ok_or(self.error(DerErrorKind::Truncated))?;
        let value = body.get(..value_length).ok_or(self.error(DerErrorKind::Truncated))?;
        let indefinite = header.length.is_none();
        let element = Tlv { tag: header.tag, raw, value, offset: self.offset, indefinite };
        self.input = rest;
        self.offset = self.offset.saturating_add(raw.len());
        Ok(element)
    }

    /// The next element, whatever it is: an ANY of the standards.
    /// # Errors
    /// As [`Reader::read`].
    pub fn any(&mut self) -> Result<Tlv<'a>, DerError> {
        self.read()
    }

    /// The next element, which must have this tag.
    /// # Errors
    /// As [`Reader::read`], or `UnexpectedTag`.
    pub fn expect(&mut self, expected: u8) -> Result<Tlv<'a>, DerError> {
        match self.peek_tag() {
            Some(found) if found == expected => self.read(),
            Some(found) => Err(self.error(DerErrorKind::UnexpectedTag { expected, found })),
            None => Err(self.error(DerErrorKind::Truncated)),
        }
    }

    /// The next element when it has this tag; nothing is read otherwise.
    /// # Errors
    /// As [`Reader::read`].
    pub fn optional(&mut self, tag: u8) -> Result<Option<Tlv<'a>>, DerError> {
        if self.peek_tag() == Some(tag) { self.read().map(Some) } else { Ok(None) }
    }

    /// A reader over the contents of `element`, one level deeper.
    /// # Errors
    /// `TooDeep` beyond [`DEPTH_MAX`].
    pub fn nested(&self, element: &Tlv<'a>) -> Result<Reader<'a>, DerError> {
        if self.depth >= DEPTH_MAX {
            return Err(element.error(DerErrorKind::TooDeep));
        }
        Ok(Reader {
            input: element.value,
            offset: element.value_offset(),
            depth: self.depth.saturating_add(1),
            rules: self.rules,
        })
    }

    /// Like [`Reader::nested`], under other rules: signed attributes are DER inside a BER message.
    /// # Errors
    /// `TooDeep` beyond [`DEPTH_MAX`].
    pub fn nested_with(&self, element: &Tlv<'a>, rules: Rules) -> Result<Reader<'a>, DerError> {
        let mut nested = self.nested(element)?;
        nested.rules = rules;
        Ok(nested)
    }

    /// The inside of the next element, a SEQUENCE.
    /// # Errors
    /// As [`Reader::expect`] and [`Reader::nested`].
    pub fn sequence(&mut self) -> Result<Reader<'a>, DerError> {
        let element = self.expect(tag::SEQUENCE)?;
        self.nested(&element)
    }

    /// The inside of the next element, a SET.
    /// # Errors
    /// As [`Reader::expect`] and [`Reader::nested`].
    pub fn set(&mut self) -> Result<Reader<'a>, DerError> {
        let element = self.expect(tag::SET)?;
        self.nested(&element)
    }

    /// The inside of `[n]`, constructed, when it comes next.
    /// # Errors
    /// As [`Reader::optional`] and [`Reader::nested`].
    pub fn optional_context(&mut self, n: u8) -> Result<Option<Reader<'a>>, DerError> {
        match self.optional(tag::context_constructed(n))? {
            Some(element) => self.nested(&element).map(Some),
            None => Ok(None),
        }
    }

    /// Ends the level.
    /// # Errors
    /// `TrailingOctets` when elements are left.
    pub fn finish(&self) -> Result<(), DerError> {
        if self.is_empty() { Ok(()) } else { Err(self.error(DerErrorKind::TrailingOctets)) }
    }

    /// OBJECT IDENTIFIER.
    /// # Errors
    /// As [`Reader::expect`], or `BadOid`.
    pub fn oid(&mut self) -> Result<Oid, DerError> {
        let element = self.expect(tag::OID)?;
        Oid::from_content(element.value).ok_or(element.error(DerErrorKind::BadOid))
    }

    /// The contents octets of an INTEGER: two's complement, big-endian, at least one octet.
    /// # Errors
    /// As [`Reader::expect`], or `NonMinimalInteger` (under BER only for an empty one).
    pub fn integer_bytes(&mut self) -> Result<&'a [u8], DerError> {
        let element = self.expect(tag::INTEGER)?;
        integer_content(&element, self.rules)
    }

    /// An INTEGER from 0 to 2⁶⁴−1.
    /// # Errors
    /// As [`Reader::integer_bytes`], or `IntegerOutOfRange`.
    pub fn small_uint(&mut self) -> Result<u64, DerError> {
        let element = self.expect(tag::INTEGER)?;
        unsigned(&element, self.rules)
    }

    /// An ENUMERATED from 0 to 255.
    /// # Errors
    /// As [`Reader::expect`], `NonMinimalInteger` or `IntegerOutOfRange`.
    pub fn enumerated(&mut self) -> Result<u8, DerError> {
        let element = self.expect(tag::ENUMERATED)?;
        let value = unsigned(&element, self.rules)?;
        u8::try_from(value).map_err(|_| element.error(DerErrorKind::IntegerOutOfRange))
    }

    /// BOOLEAN.
    /// # Errors
    /// As [`Reader::expect`], or `BadBoolean`.
    pub fn boolean(&mut self) -> Result<bool, DerError> {
        let element = self.expect(tag::BOOLEAN)?;
        match (element.value, self.rules) {
            ([0], _) => Ok(false),
            ([0xff], _) | ([_], Rules::Ber) => Ok(true),
            _ => Err(element.error(DerErrorKind::BadBoolean)),
        }
    }

    /// A BOOLEAN DEFAULT FALSE: false when another element, or none, comes next.
    /// An explicit FALSE is accepted under DER too: it is common in certificates, and nothing is encoded again.
    /// # Errors
    /// As [`Reader::boolean`].
    pub fn boolean_or_false(&mut self) -> Result<bool, DerError> {
        if self.peek_tag() == Some(tag::BOOLEAN) { self.boolean() } else { Ok(false) }
    }

    /// BIT STRING in one piece.
    /// # Errors
    /// As [`Reader::expect`], or `BadBitString`.
    pub fn bit_string(&mut self) -> Result<BitString<'a>, DerError> {
        let element = self.expect(tag::BIT_STRING)?;
        bit_string_content(&element, self.rules)
    }

    /// OCTET STRING; under BER its pieces are joined.
    /// # Errors
    /// As [`Reader::expect`], `ConstructedString` under DER, or `TooDeep`.
    pub fn octet_string(&mut self) -> Result<Cow<'a, [u8]>, DerError> {
        if self.peek_tag() != Some(tag::OCTET_STRING_CONSTRUCTED) {
            return self.expect(tag::OCTET_STRING).map(|element| Cow::Borrowed(element.value));
        }
        let element = self.read()?;
        self.joined_octets(&element).map(Cow::Owned)
    }

    /// The octets of a constructed element whose contents are pieces of an OCTET STRING (also `[n] IMPLICIT`).
    /// # Errors
    /// When a piece is no OCTET STRING, or they are nested beyond [`DEPTH_MAX`].
    pub fn joined_octets(&self, element: &Tlv<'a>) -> Result<Vec<u8>, DerError> {
        if self.rules == Rules::Der {
            return Err(element.error(DerErrorKind::ConstructedString));
        }
        let mut joined = Vec::new();
        let mut open = vec![self.nested(element)?];
        while let Some(level) = open.last_mut() {
            if level.is_empty() {
                open.pop();
            } else if level.peek_tag() == Some(tag::OCTET_STRING_CONSTRUCTED) {
                let piece = level.read()?;
                let inside = level.nested(&piece)?;
                open.push(inside);
            } else {
                joined.extend_from_slice(level.expect(tag::OCTET_STRING)?.value);
            }
        }
        Ok(joined)
    }

    /// NULL.
    /// # Errors
    /// As [`Reader::expect`], or `BadNull`.
    pub fn null(&mut self) -> Result<(), DerError> {
        let element = self.expect(tag::NULL)?;
        if element.value.is_empty() { Ok(()) } else { Err(element.error(DerErrorKind::BadNull)) }
    }

    /// An error at the next element.
    pub fn error(&self, what: DerErrorKind) -> DerError {
        DerError { offset: self.offset, what }
    }

    /// The count of octets before the end-of-contents octets that close this level. Definite elements are stepped over,
    /// so the work is linear, and only a counter remembers the open indefinite ones.
    fn find_end_of_contents(&self, body: &[u8]) -> Result<usize, DerErrorKind> {
        let mut open = 0_u8;
        let mut at = 0_usize;
        loop {
            let rest = body.get(at..).unwrap_or_default();
            if let [0, 0, ..] = rest {
                if open == 0 {
                    return Ok(at);
                }
                open = open.saturating_sub(1);
                at = at.saturating_add(2);
                continue;
            }
            let header = Header::read(rest, self.rules)?;
            let length = header.length.unwrap_or(0);
            if header.length.is_none() {
                open = open.saturating_add(1);
                if open.saturating_add(self.depth) >= DEPTH_MAX {
                    return Err(DerErrorKind::TooDeep);
                }
            }
            at = at
                .checked_add(header.octets)
                .and_then(|at| at.checked_add(length))
                .filter(|at| *at <= body.len())
                .ok_or(DerErrorKind::Truncated)?;
        }
    }
}

struct Header {
    tag: u8,
    octets: usize,
    /// `None` when indefinite.
    length: Option<usize>,
}

impl Header {
    fn read(input: &[u8], rules: Rules) -> Result<Header, DerErrorKind> {
        let (tag, first, rest) = match input {
            [0, 0, ..] => return Err(DerErrorKind::MisplacedEndOfContents),
            [tag, first, rest @ ..] => (*tag, *first, rest),
            [_] | [] => return Err(DerErrorKind::Truncated),
        };
        check_form(tag, rules)?;
        if first < INDEFINITE {
            return Ok(Header { tag, octets: 2, length: Some(usize::from(first)) });
        }
        if first == INDEFINITE {
            return match rules {
                Rules::Ber if tag & CONSTRUCTED != 0 => Ok(Header { tag, octets: 2, length: None }),
                Rules::Ber | Rules::Der => Err(DerErrorKind::IndefiniteLength),
            };
        }
        let count = usize::from(first & 0x7f);
        if count > 8 {
            return Err(DerErrorKind::LengthOverflow);
        }
        let octets = rest.get(..count).ok_or(DerErrorKind::Truncated)?;
        let length = octets.iter().fold(0_u64, |length, octet| (length << 8) | u64::from(*octet));
        if rules == Rules::Der && (length < 0x80 || octets.first() == Some(&0)) {
            return Err(DerErrorKind::NonMinimalLength);
        }
        let length = usize::try_from(length).map_err(|_| DerErrorKind::LengthOverflow)?;
        Ok(Header { tag, octets: count.saturating_add(2), length: Some(length) })
    }
}

fn check_form(tag: u8, rules: Rules) -> Result<(), DerErrorKind> {
    let constructed = tag & CONSTRUCTED != 0;
    match tag & NUMBER {
        NUMBER => Err(DerErrorKind::UnsupportedTag),
        _ if tag & CLASS != 0 => Ok(()),
        0 => Err(DerErrorKind::UnsupportedTag),
        // SEQUENCE and SET, with EXTERNAL and EMBEDDED PDV.
        8 | 11 | 16 | 17 if constructed => Ok(()),
        8 | 11 | 16 | 17 => Err(DerErrorKind::WrongForm),
        // BIT STRING, OCTET STRING and the character strings may come in pieces under BER.
        3 | 4 | 12 | 18..=22 | 25..=30 if constructed => match rules {
            Rules::Der => Err(DerErrorKind::ConstructedString),
            Rules::Ber => Ok(()),
        },
        _ if constructed => Err(DerErrorKind::WrongForm),
        _ => Ok(()),
    }
}

fn integer_content<'a>(element: &Tlv<'a>, rules: Rules) -> Result<&'a [u8], DerError> {
    let minimal = match element.value {
        [] => false,
        [0x00, next, ..] => rules == Rules::Ber || *next >= 0x80,
        [0xff, next, ..] => rules == Rules::Ber || *next < 0x80,
        _ => true,
    };
    if minimal { Ok(element.value) } else { Err(element.error(DerErrorKind::NonMinimalInteger)) }
}

fn unsigned(element: &Tlv<'_>, rules: Rules) -> Result<u64, DerError> {
    let content = integer_content(element, rules)?;
    let out_of_range = element.error(DerErrorKind::IntegerOutOfRange);
    if content.first().is_some_and(|octet| *octet >= 0x80) {
        return Err(out_of_range);
    }
    let zeros = content.iter().take_while(|octet| **octet == 0).count();
    let significant = content.get(zeros..).unwrap_or_default();
    if significant.len() > 8 {
        return Err(out_of_range);
    }
    Ok(significant.iter().fold(0_u64, |value, octet| (value << 8) | u64::from(*octet)))
}

fn bit_string_content<'a>(element: &Tlv<'a>, rules: Rules) -> Result<BitString<'a>, DerError> {
    let bad = element.error(DerErrorKind::BadBitString);
    let (unused, bytes) = element.value.split_first().ok_or(bad)?;
    let padding = match (*unused, bytes.last()) {
        (0, _) => 0,
        (1..=7, Some(last)) => last & !(0xff_u8 << unused),
        _ => return Err(bad),
    };
    if rules == Rules::Der && padding != 0 {
        return Err(bad);
    }
    Ok(BitString { unused: *unused, bytes })
}
