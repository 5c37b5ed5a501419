//! What a signed file is, told by its content, never by its name.

use qolhat_pki::armor;
use qolhat_pki::cms::{CmsError, SignedData};
use qolhat_pki::der::{Reader, Rules};
use qolhat_pki::oid;

/// First octets of a zip.
const ZIP: &[u8] = b"PK";
/// Where the type of a message must stand: after at most two tags with lengths of five octets.
const TYPE_WITHIN_BYTES: usize = 32;

/// What may stand before a text in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What a file is.
#[derive(Debug)]
pub enum Recognized {
    /// A zip: an extract or some other container.
    Zip,
    /// XML, signed or not.
    Xml,
    /// One CMS.
    Cms(Cms),
    /// None of these.
    Other(NotCms),
}

/// A CMS as it was in its file.
#[derive(Debug)]
pub struct Cms {
    /// Its octets, after PEM or base64 is taken off.
    pub octets: Vec<u8>,
    /// The same, read.
    pub data: SignedData,
}

/// Why a file is no CMS.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotCms {
    /// Nothing in DER, PEM or base64, or more than one object.
    #[error("not one CMS in DER, PEM or base64")]
    NotOne,
    /// A message of another type.
    #[error("{0}")]
    OtherMessage(CmsError),
    /// It says that it is signed data, and is cut off or breaks a rule.
    #[error("{0}")]
    Broken(CmsError),
    /// Nothing that reads as a message.
    #[error("{0}")]
    Unlike(CmsError),
}

/// What the file is.
#[must_use]
pub fn recognize(bytes: &[u8]) -> Recognized {
    if bytes.starts_with(ZIP) {
        return Recognized::Zip;
    }
    let text = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    if text.trim_ascii_start().starts_with(b"<") {
        return Recognized::Xml;
    }
    match cms(bytes) {
        Ok(cms) => Recognized::Cms(cms),
        Err(error) => Recognized::Other(error),
    }
}

/// The one CMS in `bytes`: DER, BER, PEM or base64.
///
/// # Errors
/// [`NotCms`].
pub fn cms(bytes: &[u8]) -> Result<Cms, NotCms> {
    let mut found = armor::decode_any(bytes);
    let (Some(octets), true) = (found.pop(), found.is_empty()) else { return Err(NotCms::NotOne) };
    match SignedData::from_bytes(&octets) {
        Ok(data) => Ok(Cms { octets, data }),
        Err(error @ CmsError::NotSignedData(_)) => Err(NotCms::OtherMessage(error)),
        Err(error) if names_signed_data(&octets) => Err(NotCms::Broken(error)),
        Err(error) => Err(NotCms::Unlike(error)),
    }
}

/// Whether octets that do not read as a message begin with the type of signed data.
fn names_signed_data(octets: &[u8]) -> bool {
    let wanted = oid::SIGNED_DATA;
    let begin = octets.get(..TYPE_WITHIN_BYTES).unwrap_or(octets);
    begin.windows(wanted.content().len()).any(|window| window == wanted.content())
}

/// `SEQUENCE { INTEGER 3, SEQUENCE { OID data, …` is the beginning of a PKCS#12 and of nothing else here.
#[must_use]
pub fn is_key_store(bytes: &[u8]) -> bool {
    let Ok(mut fields) = Reader::new(bytes, Rules::Ber).sequence() else { return false };
    fields.small_uint() == Ok(3)
        && fields
            .sequence()
            .and_then(|mut safe| safe.oid())
            .is_ok_and(|found| found == oid::DATA || found == oid::SIGNED_DATA)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_message_cut_off_is_told_from_octets_that_are_none() {
        let cut = hex::decode("30820fff06092a864886f70d010702a0820ff030820fec020101").unwrap();
        assert!(matches!(cms(&cut), Err(NotCms::Broken(_))));
        assert!(matches!(cms(b"0123: a text that begins like a SEQUENCE"), Err(NotCms::Unlike(_))));
        assert!(matches!(
            cms(&hex::decode("300f06092a864886f70d010703a0020500").unwrap()),
            Err(NotCms::OtherMessage(_))
        ));
        assert_eq!(cms(b"garbage").unwrap_err(), NotCms::NotOne);
        assert!(matches!(recognize(b" \n<a/>"), Recognized::Xml));
        assert!(matches!(recognize(b"PK\x03\x04"), Recognized::Zip));
    }
}
