//! The token: a signed message whose content is a TSTInfo.

use std::fmt;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::{TstInfo, check_size};
use crate::cms::{CmsError, SignedData};
use crate::der::DerError;
use crate::digest::Digest;
use crate::oid;

/// Why octets are no time-stamp token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TimeStampError {
    /// Larger than [`super::TIME_STAMP_MAX_BYTES`], or the TSTInfo is malformed.
    #[error("the time stamp: {0}")]
    Malformed(#[from] DerError),
    /// Not a CMS SignedData.
    #[error("the message of the time stamp: {0}")]
    Message(#[from] CmsError),
    /// Signed, but not a TSTInfo.
    #[error("the content is not a time stamp")]
    NotATimeStamp,
    /// A token has exactly one signer. Source: RFC 3161 §2.4.2.
    #[error("the time stamp has {0} signers instead of one")]
    SignerCount(usize),
}

/// A time-stamp token, immutable; a copy shares the octets. Two are equal when their octets are.
#[derive(Clone)]
pub struct TimeStampToken {
    inner: Arc<Inner>,
}

struct Inner {
    der: Box<[u8]>,
    signed_data: SignedData,
    info: TstInfo,
}

impl TimeStampToken {
    /// The token in `der`: exactly one ContentInfo, in DER or BER, with one signer and a TSTInfo in DER. Nothing is
    /// verified.
    /// # Errors
    /// See [`TimeStampError`].
    pub fn from_der(der: &[u8]) -> Result<TimeStampToken, TimeStampError> {
        check_size(der)?;
        let signed_data = SignedData::from_bytes(der)?;
        if signed_data.encapsulated_type() != oid::TST_INFO {
            return Err(TimeStampError::NotATimeStamp);
        }
        let info = TstInfo::from_der(signed_data.content().ok_or(TimeStampError::NotATimeStamp)?)?;
        let signers = signed_data.signer_infos().len();
        if signers != 1 {
            return Err(TimeStampError::SignerCount(signers));
        }
        Ok(TimeStampToken { inner: Arc::new(Inner { der: der.into(), signed_data, info }) })
    }

    /// The token as received.
    pub fn der(&self) -> &[u8] {
        &self.inner.der
    }

    /// SHA-256 of the token as received.
    pub fn sha256(&self) -> [u8; 32] {
        Sha256::digest(self.der()).into()
    }

    /// The signed message: the authority's signature, and its certificate as a rule.
    pub fn signed_data(&self) -> &SignedData {
        &self.inner.signed_data
    }

    /// What the authority says.
    pub fn info(&self) -> &TstInfo {
        &self.inner.info
    }

    /// Whether the stamp is over this digest.
    pub fn is_over(&self, digest: &Digest) -> bool {
        self.info().message_imprint.digest() == Some(digest)
    }

    /// Whether the stamp answers a question with this digest and this nonce (a number, big-endian). Without a nonce in the
    /// question that of the token is not looked at.
    pub fn matches(&self, digest: &Digest, nonce: Option<&[u8]>) -> bool {
        self.is_over(digest) && nonce.is_none_or(|nonce| self.info().nonce_is(nonce))
    }
}

impl PartialEq for TimeStampToken {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner) || self.inner.der == other.inner.der
    }
}

impl Eq for TimeStampToken {}

impl fmt::Debug for TimeStampToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let info = self.info();
        write!(f, "TimeStampToken({}, {:?})", info.gen_time, info.message_imprint)
    }
}
