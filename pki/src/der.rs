//! Reading DER and BER: a walker over tag, length and value that keeps the octets as they were received.
//! Nothing that is hashed or verified is ever encoded again, so every element knows its own `raw` octets.
//! Source: X.690 (02/2021); RFC 5280 appendix B for the use in certificates.

use std::ops::Range;

mod canonical;
mod error;
mod reader;
pub mod writer;

pub use canonical::in_der;
pub use error::{DerError, DerErrorKind};
pub use reader::{BitString, Reader};

/// Deepest nesting read. The deepest object of the national CA (a time stamp inside a CMS) needs fewer than 20 levels.
pub const DEPTH_MAX: u8 = 32;

/// Identifier octets, as far as they fit one octet. Source: X.690 §8.1.2; X.680 §8.4.
pub mod tag {
    /// BOOLEAN.
    pub const BOOLEAN: u8 = 0x01;
    /// INTEGER.
    pub const INTEGER: u8 = 0x02;
    /// BIT STRING.
    pub const BIT_STRING: u8 = 0x03;
    /// OCTET STRING.
    pub const OCTET_STRING: u8 = 0x04;
    /// OCTET STRING cut into pieces; BER only.
    pub const OCTET_STRING_CONSTRUCTED: u8 = 0x24;
    /// NULL.
    pub const NULL: u8 = 0x05;
    /// OBJECT IDENTIFIER.
    pub const OID: u8 = 0x06;
    /// ENUMERATED.
    pub const ENUMERATED: u8 = 0x0a;
    /// UTF8String.
    pub const UTF8_STRING: u8 = 0x0c;
    /// NumericString.
    pub const NUMERIC_STRING: u8 = 0x12;
    /// PrintableString.
    pub const PRINTABLE_STRING: u8 = 0x13;
    /// TeletexString, also called T61String.
    pub const T61_STRING: u8 = 0x14;
    /// IA5String.
    pub const IA5_STRING: u8 = 0x16;
    /// UTCTime.
    pub const UTC_TIME: u8 = 0x17;
    /// GeneralizedTime.
    pub const GENERALIZED_TIME: u8 = 0x18;
    /// VisibleString.
    pub const VISIBLE_STRING: u8 = 0x1a;
    /// UniversalString.
    pub const UNIVERSAL_STRING: u8 = 0x1c;
    /// BMPString.
    pub const BMP_STRING: u8 = 0x1e;
    /// SEQUENCE and SEQUENCE OF.
    pub const SEQUENCE: u8 = 0x30;
    /// SET and SET OF.
    pub const SET: u8 = 0x31;

    /// `[n]` over a primitive type, `n` ≤ 30.
    pub const fn context(n: u8) -> u8 {
        0x80 | (n & 0x1f)
    }

    /// `[n]` EXPLICIT, or IMPLICIT over a constructed type, `n` ≤ 30.
    pub const fn context_constructed(n: u8) -> u8 {
        0xa0 | (n & 0x1f)
    }
}

/// Which encoding rules are enforced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rules {
    /// One encoding per value: definite minimal lengths, minimal integers, strings in one piece.
    Der,
    /// What CMS and PKCS#12 may use: indefinite and longer lengths, strings in pieces.
    Ber,
}

/// One element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tlv<'a> {
    /// The identifier octet.
    pub tag: u8,
    /// The whole element as received: header, value and, with an indefinite length, the end-of-contents octets.
    pub raw: &'a [u8],
    /// The contents octets.
    pub value: &'a [u8],
    /// Where `raw` starts in the octets of the outermost reader.
    pub offset: usize,
    /// The length was indefinite.
    pub indefinite: bool,
}

impl Tlv<'_> {
    /// Where `value` starts in the octets of the outermost reader.
    pub fn value_offset(&self) -> usize {
        let end_of_contents = if self.indefinite { 2 } else { 0 };
        let header = self.raw.len().saturating_sub(self.value.len()).saturating_sub(end_of_contents);
        self.offset.saturating_add(header)
    }

    /// An error about this element.
    pub fn error(&self, what: DerErrorKind) -> DerError {
        DerError { offset: self.offset, what }
    }
}

/// A BIT STRING of whole octets: where its octets are.
pub(crate) fn whole_octets(reader: &mut Reader<'_>) -> Result<Range<usize>, DerError> {
    let offset = reader.offset();
    let bits = reader.bit_string()?;
    if bits.unused != 0 {
        return Err(DerError { offset, what: DerErrorKind::BadBitString });
    }
    // The octets are the last ones of the element just read.
    let end = reader.offset();
    Ok(end.saturating_sub(bits.bytes.len())..end)
}

/// A signature: where its octets are. A BIT STRING that is no whole number of octets is kept as an empty signature, which
/// no key has made: so what it stands under can be read, named, and refused for its signature.
pub(crate) fn signature_octets(reader: &mut Reader<'_>) -> Result<Range<usize>, DerError> {
    let element = reader.expect(tag::BIT_STRING)?;
    let value = value_span(&element);
    let start = if element.value.first() == Some(&0) { value.start.saturating_add(1) } else { value.end };
    Ok(start..value.end)
}

/// Where the whole element is.
pub(crate) fn span(element: &Tlv<'_>) -> Range<usize> {
    element.offset..element.offset.saturating_add(element.raw.len())
}

/// Where its contents octets are.
pub(crate) fn value_span(element: &Tlv<'_>) -> Range<usize> {
    let start = element.value_offset();
    start..start.saturating_add(element.value.len())
}

/// An error of a reader that began at `offset` of the object.
pub(crate) fn shifted(error: DerError, offset: usize) -> DerError {
    DerError { offset: error.offset.saturating_add(offset), what: error.what }
}
