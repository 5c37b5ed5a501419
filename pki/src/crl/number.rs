//! The number of a CRL.

use std::fmt;

use crate::der::{DerError, DerErrorKind, Reader};

/// Longest number read, in octets. Source: RFC 5280 §5.2.3.
const NUMBER_MAX_BYTES: usize = 20;

/// cRLNumber or BaseCRLNumber: not negative, ordered as numbers are.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CrlNumber([u8; NUMBER_MAX_BYTES]);

impl CrlNumber {
    /// The number, when it fits.
    pub fn as_u64(self) -> Option<u64> {
        let (high, low) = self.0.split_last_chunk::<8>()?;
        high.iter().all(|octet| *octet == 0).then(|| u64::from_be_bytes(*low))
    }

    /// Reads an INTEGER and the end of `reader`.
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<CrlNumber, DerError> {
        let out_of_range = reader.error(DerErrorKind::IntegerOutOfRange);
        let content = reader.integer_bytes()?;
        reader.finish()?;
        let magnitude = content.strip_prefix(&[0]).unwrap_or(content);
        let negative = content.first().is_some_and(|octet| *octet >= 0x80);
        let start = NUMBER_MAX_BYTES.checked_sub(magnitude.len()).filter(|_| !negative).ok_or(out_of_range)?;
        let mut octets = [0; NUMBER_MAX_BYTES];
        octets.iter_mut().skip(start).zip(magnitude).for_each(|(octet, read)| *octet = *read);
        Ok(CrlNumber(octets))
    }
}

/// Decimal when it fits 64 bits, else hexadecimal with `0x`.
impl fmt::Display for CrlNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.as_u64() {
            Some(number) => write!(f, "{number}"),
            None => {
                f.write_str("0x")?;
                let mut significant = self.0.iter().skip_while(|octet| **octet == 0);
                significant.try_for_each(|octet| write!(f, "{octet:02x}"))
            }
        }
    }
}

impl fmt::Debug for CrlNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
