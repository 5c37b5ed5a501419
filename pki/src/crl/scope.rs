//! For which certificates and reasons a CRL speaks.

use crate::certificate::DistributionPointName;
use crate::certificate::points::{read_name, reasons};
use crate::der::{DerError, DerErrorKind, Reader, Tlv, tag};

/// issuingDistributionPoint. Source: RFC 5280 §5.2.5.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuingDistributionPoint {
    /// The point whose certificates are meant; `None` = those of any.
    pub name: Option<DistributionPointName>,
    /// Only certificates of end entities.
    pub only_user_certificates: bool,
    /// Only certificates of CAs.
    pub only_ca_certificates: bool,
    /// Only attribute certificates: no public-key certificate at all.
    pub only_attribute_certificates: bool,
    /// Only these reasons: bit 0 of the standard is the highest bit; `None` = all.
    pub only_some_reasons: Option<u16>,
    /// Entries may be of other issuers than that of the list.
    pub indirect: bool,
}

impl IssuingDistributionPoint {
    /// Reads the SEQUENCE.
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<IssuingDistributionPoint, DerError> {
        let mut fields = reader.sequence()?;
        if fields.is_empty() {
            return Err(fields.error(DerErrorKind::Value("an empty issuing distribution point")));
        }
        let name = match fields.optional_context(0)? {
            Some(mut choice) => Some(read_name(&mut choice)?),
            None => None,
        };
        let only_user_certificates = flag(&mut fields, 1)?;
        let only_ca_certificates = flag(&mut fields, 2)?;
        let only_some_reasons = fields.optional(tag::context(3))?.map(|element| reasons(&element)).transpose()?;
        let indirect = flag(&mut fields, 4)?;
        let only_attribute_certificates = flag(&mut fields, 5)?;
        fields.finish()?;
        let kinds = [only_user_certificates, only_ca_certificates, only_attribute_certificates];
        if kinds.iter().filter(|only| **only).count() > 1 {
            return Err(fields.error(DerErrorKind::Value("a list only of several kinds of certificates")));
        }
        Ok(IssuingDistributionPoint {
            name,
            only_user_certificates,
            only_ca_certificates,
            only_attribute_certificates,
            only_some_reasons,
            indirect,
        })
    }
}

/// `[n] IMPLICIT BOOLEAN DEFAULT FALSE`.
fn flag(fields: &mut Reader<'_>, n: u8) -> Result<bool, DerError> {
    match fields.optional(tag::context(n))? {
        None => Ok(false),
        Some(Tlv { value: [0], .. }) => Ok(false),
        Some(Tlv { value: [0xff], .. }) => Ok(true),
        Some(element) => Err(element.error(DerErrorKind::BadBoolean)),
    }
}
