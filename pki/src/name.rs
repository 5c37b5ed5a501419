//! Distinguished names. Two names are equal when their octets are: the national CA writes the same name in one way only,
//! and two of its CAs differ in a single letter. Source: RFC 5280 §4.1.2.4; RFC 4514 for the readable form.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use crate::der::{DerError, DerErrorKind, Reader, Rules, Tlv, shifted, tag};
use crate::oid::{self, Oid};

/// Most attributes of one name.
pub const NAME_ATTRIBUTES_MAX: usize = 64;

/// A name inside the object it was read from, with its octets as received.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Name<'a> {
    raw: &'a [u8],
}

/// One attribute of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attribute<'a> {
    /// The type.
    pub oid: Oid,
    /// The value: any element.
    pub value: Tlv<'a>,
    /// It stands in one relative name together with the attribute before it (`+` in the readable form).
    pub joined: bool,
}

/// The next element of `reader`, checked to be a Name.
/// # Errors
/// As [`Name::from_der`].
pub(crate) fn read_element<'a>(reader: &mut Reader<'a>) -> Result<Tlv<'a>, DerError> {
    let element = reader.expect(tag::SEQUENCE)?;
    Name::from_der(element.raw).map_err(|error| shifted(error, element.offset))?;
    Ok(element)
}

impl<'a> Name<'a> {
    /// The name in `raw`, a whole DER element.
    /// # Errors
    /// When it is not a sequence of non-empty sets of type and value, or has more than [`NAME_ATTRIBUTES_MAX`] attributes.
    pub fn from_der(raw: &'a [u8]) -> Result<Name<'a>, DerError> {
        let mut attributes = Attributes::new(raw)?;
        let mut count = 0_usize;
        while attributes.step()?.is_some() {
            count = count.saturating_add(1);
            if count > NAME_ATTRIBUTES_MAX {
                return Err(attributes.names.error(DerErrorKind::Value("a name has too many attributes")));
            }
        }
        Ok(Name { raw })
    }

    /// A name whose octets were checked when the object around it was read.
    pub(crate) fn from_checked(raw: &'a [u8]) -> Name<'a> {
        Name { raw }
    }

    /// The octets as received.
    pub fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// No attribute at all.
    pub fn is_empty(&self) -> bool {
        self.attributes().next().is_none()
    }

    /// The attributes in the order issued.
    pub fn attributes(&self) -> impl Iterator<Item = Attribute<'a>> + use<'a> {
        let mut attributes = Attributes::new(self.raw).ok();
        std::iter::from_fn(move || attributes.as_mut().and_then(|attributes| attributes.step().ok().flatten()))
    }

    /// The first attribute of this type that decodes as text.
    pub fn first_text(&self, oid: Oid) -> Option<Cow<'a, str>> {
        self.attributes().filter(|attribute| attribute.oid == oid).find_map(|attribute| attribute.text().ok())
    }

    /// CN, as text.
    pub fn common_name(&self) -> Option<Cow<'a, str>> {
        self.first_text(oid::COMMON_NAME)
    }
}

/// As [`Name::first_text`], of attributes that were read before.
pub(crate) fn first_text<'a>(attributes: &[Attribute<'a>], oid: Oid) -> Option<Cow<'a, str>> {
    attributes.iter().filter(|attribute| attribute.oid == oid).find_map(|attribute| attribute.text().ok())
}

impl<'a> Attribute<'a> {
    /// The value as text: UTF8String, PrintableString, NumericString, IA5String, VisibleString, TeletexString (ASCII only),
    /// BMPString and UniversalString.
    /// # Errors
    /// `BadString` when the octets are no text of their type, or it is another type.
    pub fn text(&self) -> Result<Cow<'a, str>, DerError> {
        text(self.value.tag, self.value.value).ok_or(self.value.error(DerErrorKind::BadString))
    }

    /// The short name of the type, such as `CN`; `None` for types rarely met.
    pub fn short_name(&self) -> Option<&'static str> {
        SHORT_NAMES.iter().find(|(oid, _)| *oid == self.oid).map(|(_, name)| *name)
    }
}

/// `CN=…,O=…` in the order issued, with the escapes of RFC 4514; a value that is no text is written in hexadecimal.
impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, attribute) in self.attributes().enumerate() {
            if position > 0 {
                f.write_char(if attribute.joined { '+' } else { ',' })?;
            }
            match attribute.short_name() {
                Some(name) => f.write_str(name)?,
                None => write!(f, "{}", attribute.oid)?,
            }
            f.write_char('=')?;
            match attribute.text() {
                Ok(text) => write_escaped(f, &text)?,
                Err(_) => {
                    f.write_char('#')?;
                    attribute.value.raw.iter().try_for_each(|octet| write!(f, "{octet:02x}"))?;
                }
            }
        }
        Ok(())
    }
}

const SHORT_NAMES: [(Oid, &str); 15] = [
    (oid::COMMON_NAME, "CN"),
    (oid::SURNAME, "SN"),
    (oid::SERIAL_NUMBER, "SERIALNUMBER"),
    (oid::COUNTRY, "C"),
    (oid::LOCALITY, "L"),
    (oid::STATE, "ST"),
    (oid::STREET, "STREET"),
    (oid::ORGANIZATION, "O"),
    (oid::ORGANIZATIONAL_UNIT, "OU"),
    (oid::TITLE, "T"),
    (oid::BUSINESS_CATEGORY, "BC"),
    (oid::GIVEN_NAME, "G"),
    (oid::USER_ID, "UID"),
    (oid::DOMAIN_COMPONENT, "DC"),
    (oid::EMAIL_ADDRESS, "E"),
];

/// Walks the relative names and, inside each, its attributes.
struct Attributes<'a> {
    names: Reader<'a>,
    current: Option<Reader<'a>>,
    joined: bool,
}

impl<'a> Attributes<'a> {
    fn new(raw: &'a [u8]) -> Result<Self, DerError> {
        let mut outer = Reader::new(raw, Rules::Der);
        let names = outer.sequence()?;
        outer.finish()?;
        Ok(Attributes { names, current: None, joined: false })
    }

    fn step(&mut self) -> Result<Option<Attribute<'a>>, DerError> {
        let mut set = match self.current.take().filter(|set| !set.is_empty()) {
            Some(set) => set,
            None if self.names.is_empty() => return Ok(None),
            None => {
                self.joined = false;
                self.names.set()?
            }
        };
        let mut pair = set.sequence()?;
        let (oid, value) = (pair.oid()?, pair.any()?);
        pair.finish()?;
        self.current = Some(set);
        let joined = std::mem::replace(&mut self.joined, true);
        Ok(Some(Attribute { oid, value, joined }))
    }
}

/// The text in the contents octets of a character string.
pub(crate) fn text(string_tag: u8, octets: &[u8]) -> Option<Cow<'_, str>> {
    match string_tag {
        tag::UTF8_STRING => std::str::from_utf8(octets).ok().map(Cow::Borrowed),
        tag::PRINTABLE_STRING | tag::NUMERIC_STRING | tag::IA5_STRING | tag::VISIBLE_STRING | tag::T61_STRING => {
            let ascii = octets.is_ascii().then_some(octets)?;
            std::str::from_utf8(ascii).ok().map(Cow::Borrowed)
        }
        tag::BMP_STRING => {
            let (pairs, []) = octets.as_chunks::<2>() else { return None };
            let units = pairs.iter().map(|pair| u16::from_be_bytes(*pair));
            char::decode_utf16(units).collect::<Result<String, _>>().ok().map(Cow::Owned)
        }
        tag::UNIVERSAL_STRING => {
            let (quads, []) = octets.as_chunks::<4>() else { return None };
            let characters = quads.iter().map(|quad| char::from_u32(u32::from_be_bytes(*quad)));
            characters.collect::<Option<String>>().map(Cow::Owned)
        }
        _ => None,
    }
}

fn write_escaped(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    let last = text.chars().count().saturating_sub(1);
    for (position, character) in text.chars().enumerate() {
        match character {
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => write!(f, "\\{character}")?,
            '#' | ' ' if position == 0 => write!(f, "\\{character}")?,
            ' ' if position == last => f.write_str("\\ ")?,
            control if control.is_control() => {
                let mut utf8 = [0; 4];
                control.encode_utf8(&mut utf8).bytes().try_for_each(|octet| write!(f, "\\{octet:02x}"))?;
            }
            plain => f.write_char(plain)?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::as_conversions, clippy::panic)]
    use super::*;
    use crate::der::writer::Writer;

    fn name(attributes: &[&[(Oid, u8, &[u8])]]) -> Vec<u8> {
        Writer::build(|w| {
            w.sequence(|w| {
                for relative in attributes {
                    w.set(|w| {
                        for (oid, tag, value) in *relative {
                            w.sequence(|w| {
                                w.oid(oid);
                                w.element(*tag, value);
                            });
                        }
                    });
                }
            });
        })
    }

    #[test]
    fn the_readable_form_keeps_the_order_and_escapes_what_would_deceive() {
        let raw = name(&[
            &[(oid::COMMON_NAME, tag::UTF8_STRING, " А,О=\"Б\"\n ".as_bytes())],
            &[(oid::ORGANIZATION, tag::BMP_STRING, &[0x04, 0x10]), (oid::COUNTRY, tag::PRINTABLE_STRING, b"KZ")],
            &[(oid::SHA1, tag::INTEGER, &[5])],
        ]);
        let name = Name::from_der(&raw).unwrap();
        assert_eq!(name.to_string(), "CN=\\ А\\,О=\\\"Б\\\"\\0a\\ ,O=А+C=KZ,1.3.14.3.2.26=#020105");
        assert_eq!(name.common_name().unwrap(), " А,О=\"Б\"\n ");
    }

    #[test]
    fn an_empty_relative_name_trailing_fields_and_too_many_attributes_are_refused() {
        assert!(Name::from_der(&name(&[&[]])).is_err());
        assert!(Name::from_der(&[0x30, 0x00, 0x00]).is_err());
        let attribute: &[(Oid, u8, &[u8])] = &[(oid::COUNTRY, tag::PRINTABLE_STRING, b"KZ")];
        assert!(Name::from_der(&name(&[attribute; NAME_ATTRIBUTES_MAX])).is_ok());
        assert!(Name::from_der(&name(&[attribute; NAME_ATTRIBUTES_MAX + 1])).is_err());
        assert!(Name::from_der(&[0x30, 0x00]).unwrap().is_empty());
    }

    #[test]
    fn octets_that_are_no_text_are_not_guessed() {
        for (tag, octets) in [
            (tag::UTF8_STRING, &[0xff][..]),
            (tag::PRINTABLE_STRING, &[0xd0, 0x90]),
            (tag::BMP_STRING, &[0x04]),
            (tag::BMP_STRING, &[0xd8, 0x00]),
            (tag::UNIVERSAL_STRING, &[0, 0x11, 0, 0]),
            (tag::INTEGER, &[1]),
        ] {
            assert_eq!(text(tag, octets), None);
        }
    }
}
