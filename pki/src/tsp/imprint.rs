//! What is stamped.

use std::fmt;

use crate::algorithm::AlgorithmIdentifier;
use crate::der::{DerError, DerErrorKind, Reader, tag};
use crate::digest::Digest;
use crate::oid::Oid;

/// Longest digest of an unknown algorithm kept, in octets.
const IMPRINT_MAX_BYTES: usize = 128;

/// MessageImprint: a digest and its algorithm, known here or not. Source: RFC 3161 §2.4.1.
#[derive(Clone, PartialEq, Eq)]
pub struct MessageImprint {
    /// The digest algorithm.
    pub algorithm: Oid,
    /// The octets of the digest.
    pub octets: Vec<u8>,
    digest: Option<Digest>,
}

impl MessageImprint {
    /// The digest, when the algorithm is known.
    pub fn digest(&self) -> Option<&Digest> {
        self.digest.as_ref()
    }

    /// Whether it is the digest of `data`; not when the algorithm is unknown.
    pub fn is_of(&self, data: &[u8]) -> bool {
        self.digest().is_some_and(|digest| digest.algorithm().digest(data) == *digest)
    }

    /// Reads the SEQUENCE; a known digest must have its length.
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<MessageImprint, DerError> {
        let mut fields = reader.sequence()?;
        let identifier = AlgorithmIdentifier::read(&mut fields)?;
        let octets = fields.expect(tag::OCTET_STRING)?;
        fields.finish()?;
        let wrong_length = octets.error(DerErrorKind::Value("the digest does not have the length of its algorithm"));
        let digest = match identifier.digest() {
            Ok(algorithm) => Some(Digest::new(algorithm, octets.value).ok_or(wrong_length)?),
            Err(_) if octets.value.len() > IMPRINT_MAX_BYTES => return Err(wrong_length),
            Err(_) => None,
        };
        Ok(MessageImprint { algorithm: identifier.oid, octets: octets.value.to_vec(), digest })
    }
}

impl fmt::Debug for MessageImprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.algorithm)?;
        self.octets.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}
