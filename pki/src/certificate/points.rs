//! Addresses: where CRLs, OCSP answers and the issuer's certificate are.

use crate::der::{DerError, DerErrorKind, Reader, Tlv, tag};
use crate::name::Name;
use crate::oid::{self, Oid};

/// Most addresses kept of one extension; the national CA writes at most four.
const URIS_MAX: usize = 64;
/// Longest address kept, in octets.
const URI_MAX_BYTES: usize = 2048;
/// Most names and points read of one extension.
const NAMES_MAX: usize = 1024;

/// One point of cRLDistributionPoints or freshestCRL. Source: RFC 5280 §4.2.1.13.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DistributionPoint {
    /// Its name.
    pub name: Option<DistributionPointName>,
    /// The reasons its CRL covers: bit 0 of the standard is the highest bit; `None` = all.
    pub reasons: Option<u16>,
    /// Who signs its CRL when it is not the issuer of the certificate: whole GeneralName elements; empty when absent.
    pub crl_issuer: Vec<Vec<u8>>,
}

/// How a point is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DistributionPointName {
    /// fullName: whole GeneralName elements.
    Full(Vec<Vec<u8>>),
    /// nameRelativeToCRLIssuer: the contents of the SET.
    RelativeToIssuer(Vec<u8>),
}

impl DistributionPoint {
    /// The addresses in the name, cleaned as those of all extensions are.
    fn uris(&self, into: &mut Vec<String>) {
        if let Some(DistributionPointName::Full(names)) = &self.name {
            for name in names {
                let uri = Reader::new(name, crate::der::Rules::Der).expect(tag::context(6));
                if let Ok(uri) = uri {
                    push_uris(uri.value, into);
                }
            }
        }
    }
}

/// The points of an extension; `reader` is before the SEQUENCE.
pub(super) fn read_points(reader: &mut Reader<'_>) -> Result<Vec<DistributionPoint>, DerError> {
    let mut list = reader.sequence()?;
    if list.is_empty() {
        return Err(list.error(DerErrorKind::Value("no distribution point")));
    }
    let mut points = Vec::new();
    while !list.is_empty() {
        if points.len() >= NAMES_MAX {
            return Err(list.error(DerErrorKind::Value("too many distribution points")));
        }
        points.push(read_point(&mut list)?);
    }
    Ok(points)
}

/// The addresses of all points, each once, in order.
pub(super) fn uris_of(points: &[DistributionPoint]) -> Vec<String> {
    let mut uris = Vec::new();
    points.iter().for_each(|point| point.uris(&mut uris));
    uris
}

/// The addresses of authorityInfoAccess: those of OCSP responders and those of the issuer's certificates.
/// Source: RFC 5280 §4.2.2.1.
pub(super) fn read_access(reader: &mut Reader<'_>) -> Result<(Vec<String>, Vec<String>), DerError> {
    let mut list = reader.sequence()?;
    let (mut ocsp, mut ca_issuers) = (Vec::new(), Vec::new());
    while !list.is_empty() {
        let mut description = list.sequence()?;
        let method: Oid = description.oid()?;
        let location = description.read()?;
        description.finish()?;
        if location.tag != tag::context(6) {
            continue;
        }
        match method {
            oid::OCSP => push_uris(location.value, &mut ocsp),
            oid::CA_ISSUERS => push_uris(location.value, &mut ca_issuers),
            _ => {}
        }
    }
    Ok((ocsp, ca_issuers))
}

fn read_point(list: &mut Reader<'_>) -> Result<DistributionPoint, DerError> {
    let mut fields = list.sequence()?;
    let name = match fields.optional_context(0)? {
        Some(mut choice) => Some(read_name(&mut choice)?),
        None => None,
    };
    let reasons = fields.optional(tag::context(1))?.map(|element| reasons(&element)).transpose()?;
    let crl_issuer = match fields.optional_context(2)? {
        Some(mut names) => general_names(&mut names)?,
        None => Vec::new(),
    };
    fields.finish()?;
    if name.is_none() && crl_issuer.is_empty() {
        return Err(fields.error(DerErrorKind::Value("a distribution point without name and issuer")));
    }
    Ok(DistributionPoint { name, reasons, crl_issuer })
}

pub(crate) fn read_name(choice: &mut Reader<'_>) -> Result<DistributionPointName, DerError> {
    let element = choice.read()?;
    choice.finish()?;
    if element.tag == tag::context_constructed(0) {
        return general_names(&mut choice.nested(&element)?).map(DistributionPointName::Full);
    }
    if element.tag == tag::context_constructed(1) && !element.value.is_empty() {
        return Ok(DistributionPointName::RelativeToIssuer(element.value.to_vec()));
    }
    Err(element.error(DerErrorKind::Value("not the name of a distribution point")))
}

pub(crate) fn general_names(names: &mut Reader<'_>) -> Result<Vec<Vec<u8>>, DerError> {
    let mut read = Vec::new();
    while !names.is_empty() {
        let element = names.read()?;
        if read.len() >= NAMES_MAX {
            return Err(element.error(DerErrorKind::Value("too many names")));
        }
        if element.tag & 0xc0 != 0x80 || element.tag & 0x1f > 8 {
            return Err(element.error(DerErrorKind::Value("not a general name")));
        }
        if element.tag == tag::context_constructed(4) {
            Name::from_der(element.value).map_err(|error| crate::der::shifted(error, element.value_offset()))?;
        }
        read.push(element.raw.to_vec());
    }
    if read.is_empty() {
        return Err(names.error(DerErrorKind::Value("no name")));
    }
    Ok(read)
}

/// ReasonFlags, `[1] IMPLICIT BIT STRING`.
pub(crate) fn reasons(element: &Tlv<'_>) -> Result<u16, DerError> {
    match element.value {
        [unused, first] if *unused <= 7 => Ok(u16::from_be_bytes([*first, 0])),
        [unused, first, second] if *unused <= 7 => Ok(u16::from_be_bytes([*first, *second])),
        [0] => Ok(0),
        _ => Err(element.error(DerErrorKind::BadBitString)),
    }
}

/// The addresses in one uniformResourceIdentifier. The CAs of 2018 hold several in one, parted by a line break and
/// `URL=`; the same address may stand twice. What is no printable ASCII is no address.
fn push_uris(value: &[u8], into: &mut Vec<String>) {
    let Ok(text) = std::str::from_utf8(value) else { return };
    for word in text.split_ascii_whitespace() {
        let uri = word.strip_prefix("URL=").unwrap_or(word);
        let fits = (1..=URI_MAX_BYTES).contains(&uri.len()) && uri.bytes().all(|octet| octet.is_ascii_graphic());
        if fits && into.len() < URIS_MAX && !into.iter().any(|known| known == uri) {
            into.push(uri.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn uris(value: &str) -> Vec<String> {
        let mut uris = Vec::new();
        push_uris(value.as_bytes(), &mut uris);
        uris
    }

    #[test]
    fn one_address_field_with_a_line_break_holds_several_addresses() {
        assert_eq!(uris("http://a/1.crl\nURL=http://b/2.crl\r\n"), ["http://a/1.crl", "http://b/2.crl"]);
        assert_eq!(uris(" http://a \n URL=http://a"), ["http://a"]);
        assert_eq!(uris("\n"), [""; 0]);
        assert_eq!(uris("http://\u{430}\u{0}"), [""; 0]);
        assert_eq!(uris(&(0..100).map(|n| format!("http://{n}\n")).collect::<String>()).len(), URIS_MAX);
    }
}
