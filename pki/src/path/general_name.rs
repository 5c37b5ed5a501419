//! GeneralName: the forms in which certificates, their constraints and revocation lists name things.
//!
//! Source: RFC 5280 section 4.2.1.6.

use crate::der::{DerError, DerErrorKind, Reader, Tlv};
use crate::name::Name;

/// One name, as octets of the object it was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GeneralName<'a> {
    /// rfc822Name.
    Email(&'a [u8]),
    /// dNSName.
    Dns(&'a [u8]),
    /// directoryName.
    Directory(Name<'a>),
    /// uniformResourceIdentifier.
    Uri(&'a [u8]),
    /// iPAddress: 4 or 16 octets; in constraints 8 or 32.
    Ip(&'a [u8]),
    /// otherName, x400Address, ediPartyName, registeredID: by context number.
    Other(u8, &'a [u8]),
}

/// How many names of one object are read, at most.
pub(crate) const GENERAL_NAMES_MAX: usize = 10_000;

impl<'a> GeneralName<'a> {
    /// The next name of `reader`.
    pub(crate) fn read(reader: &mut Reader<'a>) -> Result<Self, DerError> {
        let element = reader.read()?;
        GeneralName::from_element(reader, &element)
    }

    pub(crate) fn from_element(reader: &Reader<'a>, element: &Tlv<'a>) -> Result<Self, DerError> {
        Ok(match element.tag {
            0x81 => GeneralName::Email(element.value),
            0x82 => GeneralName::Dns(element.value),
            0x86 => GeneralName::Uri(element.value),
            0x87 => GeneralName::Ip(element.value),
            0xa4 => {
                // Name is a CHOICE, so the tag is explicit.
                let mut inner = reader.nested(element)?;
                let name = inner.read()?;
                inner.finish()?;
                GeneralName::Directory(Name::from_der(name.raw)?)
            }
            other if other & 0xc0 == 0x80 && other & 0x1f <= 8 => GeneralName::Other(other & 0x1f, element.value),
            _ => return Err(element.error(DerErrorKind::Value("not a general name"))),
        })
    }

    /// All names of a GeneralNames whose inside `reader` reads.
    pub(crate) fn read_all(reader: &mut Reader<'a>) -> Result<Vec<Self>, DerError> {
        let mut names = Vec::new();
        while !reader.is_empty() {
            if names.len() >= GENERAL_NAMES_MAX {
                return Err(reader.error(DerErrorKind::Value("too many names")));
            }
            names.push(GeneralName::read(reader)?);
        }
        Ok(names)
    }

    /// The context number of the form: what constraints are sorted by.
    pub(crate) const fn form(&self) -> u8 {
        match self {
            GeneralName::Email(_) => 1,
            GeneralName::Dns(_) => 2,
            GeneralName::Directory(_) => 4,
            GeneralName::Uri(_) => 6,
            GeneralName::Ip(_) => 7,
            GeneralName::Other(form, _) => *form,
        }
    }
}
