//! The question. Source: RFC 3161 §2.4.1.

use super::{MessageImprint, check_size, read_implicit_extensions, read_version};
use crate::der::{DerError, Reader, Rules, tag};
use crate::extension::Extension;
use crate::oid::Oid;

/// TimeStampReq, as an authority receives it.
#[derive(Debug, Clone)]
pub struct TimeStampRequest {
    /// What is to be stamped.
    pub message_imprint: MessageImprint,
    /// The policy wished for.
    pub policy: Option<Oid>,
    /// A number to be echoed: contents octets of the INTEGER.
    pub nonce: Option<Vec<u8>>,
    /// Whether the token shall hold the certificate of the authority.
    pub cert_req: bool,
    /// Extensions, none of which is known here.
    pub extensions: Vec<Extension>,
}

impl TimeStampRequest {
    /// The TimeStampReq in `der`: exactly one, in DER.
    /// # Errors
    /// When it is larger than [`super::TIME_STAMP_MAX_BYTES`], of another version than 1, the digest does not have the
    /// length of its algorithm, or an extension stands twice.
    pub fn from_der(der: &[u8]) -> Result<TimeStampRequest, DerError> {
        check_size(der)?;
        let mut outer = Reader::new(der, Rules::Der);
        let mut fields = outer.sequence()?;
        outer.finish()?;
        read_version(&mut fields)?;
        let message_imprint = MessageImprint::read(&mut fields)?;
        let policy = if fields.peek_tag() == Some(tag::OID) { Some(fields.oid()?) } else { None };
        let nonce = match fields.peek_tag() {
            Some(tag::INTEGER) => Some(fields.integer_bytes()?.to_vec()),
            Some(_) | None => None,
        };
        let cert_req = fields.boolean_or_false()?;
        let extensions = read_implicit_extensions(&mut fields, 0)?;
        fields.finish()?;
        Ok(TimeStampRequest { message_imprint, policy, nonce, cert_req, extensions })
    }
}
