//! RSASSA-PSS-params. Source: RFC 4055 §3.1; RFC 8017 appendix A.2.3.

use super::{AlgorithmIdentifier, SignatureAlgorithm, verify};
use crate::der::{DerError, DerErrorKind, Reader, Rules};
use crate::digest::DigestAlgorithm;
use crate::oid;

/// Longest PSS salt accepted, in octets.
pub const PSS_SALT_MAX_BYTES: u32 = 512;

/// How a signature was padded; inside a key, how its signatures must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PssParameters {
    /// Digest of the message.
    pub hash: DigestAlgorithm,
    /// Digest of the mask generation function.
    pub mgf_hash: DigestAlgorithm,
    /// Salt length in octets; inside a key the least.
    pub salt_len: u32,
}

impl PssParameters {
    /// The parameters in `raw`, a whole element, with the defaults of the standard where they are left out.
    pub(super) fn from_der(raw: &[u8]) -> Result<PssParameters, DerError> {
        let mut outer = Reader::new(raw, Rules::Der);
        let mut fields = outer.sequence()?;
        outer.finish()?;
        let mut parameters =
            PssParameters { hash: DigestAlgorithm::Sha1, mgf_hash: DigestAlgorithm::Sha1, salt_len: 20 };
        if let Some(mut wrapped) = fields.optional_context(0)? {
            parameters.hash = sha_digest(&mut wrapped)?;
            wrapped.finish()?;
        }
        if let Some(mut wrapped) = fields.optional_context(1)? {
            let mut mgf = wrapped.sequence()?;
            wrapped.finish()?;
            if mgf.oid()? != oid::MGF1 {
                return Err(mgf.error(DerErrorKind::Value("the mask generation function is not known")));
            }
            parameters.mgf_hash = sha_digest(&mut mgf)?;
            mgf.finish()?;
        }
        if let Some(mut wrapped) = fields.optional_context(2)? {
            let salt = wrapped.small_uint()?;
            wrapped.finish()?;
            parameters.salt_len = u32::try_from(salt)
                .ok()
                .filter(|salt| *salt <= PSS_SALT_MAX_BYTES)
                .ok_or(wrapped.error(DerErrorKind::IntegerOutOfRange))?;
        }
        if let Some(mut wrapped) = fields.optional_context(3)? {
            let trailer = wrapped.small_uint()?;
            wrapped.finish()?;
            if trailer != 1 {
                return Err(wrapped.error(DerErrorKind::Value("the trailer field is not 1")));
            }
        }
        fields.finish()?;
        Ok(parameters)
    }

    /// The algorithm of signatures padded so.
    pub(super) fn algorithm(self) -> SignatureAlgorithm {
        let PssParameters { hash, mgf_hash, salt_len } = self;
        SignatureAlgorithm::RsaPss { hash, mgf_hash, salt_len }
    }

    /// Whether a key with these parameters allows a signature padded like `used`: both digests the same, the salt at least
    /// as long. Source: RFC 4055 §3.3.
    pub(super) fn allow(self, used: PssParameters) -> bool {
        self.hash == used.hash && self.mgf_hash == used.mgf_hash && self.salt_len <= used.salt_len
    }
}

fn sha_digest(reader: &mut Reader<'_>) -> Result<DigestAlgorithm, DerError> {
    let identifier = AlgorithmIdentifier::read(reader)?;
    identifier
        .digest()
        .ok()
        .filter(|digest| verify::message_digest(*digest).is_some())
        .ok_or(reader.error(DerErrorKind::Value("the digest is not known")))
}
