//! OCSP requests and responses: read once, strictly, and kept as received.
//! Whether the responder may speak for the CA, and whether its answer is fresh, is judged elsewhere; nothing here
//! verifies unless asked to. Source: RFC 6960 §4; RFC 9654; nca-rk.md section 6 for what the national responder writes.

mod basic;
mod cert_id;
mod nonce;
mod request;
mod single;

use std::fmt;
use std::sync::{Arc, OnceLock};

use sha2::{Digest as _, Sha256};

pub use basic::{BasicOcspResponse, ResponderId};
pub use cert_id::CertId;
pub use request::OcspRequest;
pub use single::{CertHash, CertStatus, SingleResponse};

use crate::der::shifted;
use crate::der::{DerError, DerErrorKind, Reader, Rules, tag};
use crate::oid;

/// Largest request or response read, in octets. Those of the national responder have about 2 000.
pub const OCSP_MAX_BYTES: usize = 256 * 1024;
/// Most certificates asked for in one request, or answered in one response.
pub const OCSP_ANSWERS_MAX: usize = 256;
/// Most certificates embedded in one response.
pub const OCSP_CERTIFICATES_MAX: usize = 16;

/// How a responder took a request. Source: RFC 6960 §4.2.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ResponseStatus {
    /// There is an answer.
    Successful,
    /// The request could not be read.
    MalformedRequest,
    /// The responder is broken.
    InternalError,
    /// Come back later.
    TryLater,
    /// Requests must be signed.
    SigRequired,
    /// Not for this responder, or not for this client.
    Unauthorized,
}

impl ResponseStatus {
    /// The word of the standard.
    pub const fn as_str(self) -> &'static str {
        match self {
            ResponseStatus::Successful => "successful",
            ResponseStatus::MalformedRequest => "malformedRequest",
            ResponseStatus::InternalError => "internalError",
            ResponseStatus::TryLater => "tryLater",
            ResponseStatus::SigRequired => "sigRequired",
            ResponseStatus::Unauthorized => "unauthorized",
        }
    }
}

/// An OCSP response, immutable; a copy shares the octets. Two are equal when their octets are.
#[derive(Clone)]
pub struct OcspResponse {
    inner: Arc<Inner>,
}

struct Inner {
    der: Box<[u8]>,
    sha256: OnceLock<[u8; 32]>,
    status: ResponseStatus,
    basic: Option<BasicOcspResponse>,
}

impl OcspResponse {
    /// The OCSPResponse in `der`: exactly one, in DER.
    /// # Errors
    /// When it is larger than [`OCSP_MAX_BYTES`], its status is not of the standard, it has an answer without being
    /// successful or the other way round, the answer is not a BasicOCSPResponse, or that is malformed
    /// (see [`OcspResponse::from_basic_der`]).
    pub fn from_der(der: &[u8]) -> Result<OcspResponse, DerError> {
        check_size(der)?;
        let mut outer = Reader::new(der, Rules::Der);
        let mut fields = outer.sequence()?;
        outer.finish()?;
        let unknown = fields.error(DerErrorKind::Value("the response status is not known"));
        let status = status(fields.enumerated()?).ok_or(unknown)?;
        let basic = match fields.optional_context(0)? {
            Some(wrapped) => Some(response_bytes(wrapped)?),
            None => None,
        };
        fields.finish()?;
        if basic.is_some() != (status == ResponseStatus::Successful) {
            return Err(fields.error(DerErrorKind::Value("status and answer contradict each other")));
        }
        Ok(OcspResponse::new(der, status, basic))
    }

    /// The BasicOCSPResponse in `der`, as signatures embed it (revocation-values of CAdES), taken as a successful
    /// response; [`OcspResponse::der`] is then that of the BasicOCSPResponse.
    /// # Errors
    /// When it is larger than [`OCSP_MAX_BYTES`], has no answer, more than [`OCSP_ANSWERS_MAX`] or one certificate
    /// answered twice, embeds more than [`OCSP_CERTIFICATES_MAX`] certificates or a malformed one, or an extension
    /// stands twice.
    pub fn from_basic_der(der: &[u8]) -> Result<OcspResponse, DerError> {
        check_size(der)?;
        Ok(OcspResponse::new(der, ResponseStatus::Successful, Some(BasicOcspResponse::from_der(der)?)))
    }

    fn new(der: &[u8], status: ResponseStatus, basic: Option<BasicOcspResponse>) -> OcspResponse {
        OcspResponse { inner: Arc::new(Inner { der: der.into(), sha256: OnceLock::new(), status, basic }) }
    }

    /// The response as received.
    pub fn der(&self) -> &[u8] {
        &self.inner.der
    }

    /// SHA-256 of [`OcspResponse::der`], computed when first asked for.
    pub fn sha256(&self) -> [u8; 32] {
        *self.inner.sha256.get_or_init(|| Sha256::digest(&self.inner.der).into())
    }

    /// How the responder took the request. Nobody signs it.
    pub fn status(&self) -> ResponseStatus {
        self.inner.status
    }

    /// The answer; there is one exactly when the status is successful.
    pub fn basic(&self) -> Option<&BasicOcspResponse> {
        self.inner.basic.as_ref()
    }

    /// The nonce of the answer, see [`BasicOcspResponse::nonce`].
    pub fn nonce(&self) -> Option<&[u8]> {
        self.basic()?.nonce()
    }
}

impl PartialEq for OcspResponse {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner) || self.inner.der == other.inner.der
    }
}

impl Eq for OcspResponse {}

impl fmt::Debug for OcspResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OcspResponse({}", self.status().as_str())?;
        if let Some(basic) = self.basic() {
            write!(f, ", {}, {} answers", basic.produced_at(), basic.responses().len())?;
        }
        f.write_str(")")
    }
}

fn check_size(der: &[u8]) -> Result<(), DerError> {
    if der.len() <= OCSP_MAX_BYTES {
        return Ok(());
    }
    Err(DerError { offset: 0, what: DerErrorKind::Value("the OCSP message is too large") })
}

fn status(code: u8) -> Option<ResponseStatus> {
    match code {
        0 => Some(ResponseStatus::Successful),
        1 => Some(ResponseStatus::MalformedRequest),
        2 => Some(ResponseStatus::InternalError),
        3 => Some(ResponseStatus::TryLater),
        5 => Some(ResponseStatus::SigRequired),
        6 => Some(ResponseStatus::Unauthorized),
        _ => None,
    }
}

/// `[0] EXPLICIT ResponseBytes`.
fn response_bytes(mut wrapped: Reader<'_>) -> Result<BasicOcspResponse, DerError> {
    let mut fields = wrapped.sequence()?;
    wrapped.finish()?;
    if fields.oid()? != oid::OCSP_BASIC {
        return Err(fields.error(DerErrorKind::Value("the type of the answer is not supported")));
    }
    let answer = fields.expect(tag::OCTET_STRING)?;
    fields.finish()?;
    BasicOcspResponse::from_der(answer.value).map_err(|error| shifted(error, answer.value_offset()))
}
