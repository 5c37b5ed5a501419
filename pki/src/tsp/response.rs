//! The answer. Source: RFC 3161 §2.4.2.

use super::check_size;
use crate::der::{DerError, DerErrorKind, Reader, Rules, tag};

/// Most lines of status text kept, and the longest one, in octets.
const TEXTS_MAX: usize = 16;
const TEXT_MAX_BYTES: usize = 1024;

/// PKIStatus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PkiStatus {
    /// Stamped as asked.
    Granted,
    /// Stamped, not quite as asked.
    GrantedWithMods,
    /// Refused.
    Rejection,
    /// Not yet.
    Waiting,
    /// Refused; a revocation is near.
    RevocationWarning,
    /// Refused; a revocation has happened.
    RevocationNotification,
}

impl PkiStatus {
    /// The word of the standard.
    pub const fn as_str(self) -> &'static str {
        match self {
            PkiStatus::Granted => "granted",
            PkiStatus::GrantedWithMods => "grantedWithMods",
            PkiStatus::Rejection => "rejection",
            PkiStatus::Waiting => "waiting",
            PkiStatus::RevocationWarning => "revocationWarning",
            PkiStatus::RevocationNotification => "revocationNotification",
        }
    }

    /// There is a token.
    pub const fn is_granted(self) -> bool {
        match self {
            PkiStatus::Granted | PkiStatus::GrantedWithMods => true,
            PkiStatus::Rejection
            | PkiStatus::Waiting
            | PkiStatus::RevocationWarning
            | PkiStatus::RevocationNotification => false,
        }
    }

    fn from_code(code: u64) -> Option<PkiStatus> {
        match code {
            0 => Some(PkiStatus::Granted),
            1 => Some(PkiStatus::GrantedWithMods),
            2 => Some(PkiStatus::Rejection),
            3 => Some(PkiStatus::Waiting),
            4 => Some(PkiStatus::RevocationWarning),
            5 => Some(PkiStatus::RevocationNotification),
            _ => None,
        }
    }
}

/// PKIFailureInfo: why an authority refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PkiFailure {
    /// The digest algorithm is not accepted.
    BadAlg,
    /// The request is not permitted or not supported.
    BadRequest,
    /// The request could not be read.
    BadDataFormat,
    /// The clock of the authority is not available.
    TimeNotAvailable,
    /// The policy is not supported.
    UnacceptedPolicy,
    /// A requested extension is not supported.
    UnacceptedExtension,
    /// Requested additional information is not available.
    AddInfoNotAvailable,
    /// The authority is broken.
    SystemFailure,
}

impl PkiFailure {
    /// Every reason with its bit.
    const BITS: [(usize, PkiFailure); 8] = [
        (0, PkiFailure::BadAlg),
        (2, PkiFailure::BadRequest),
        (5, PkiFailure::BadDataFormat),
        (14, PkiFailure::TimeNotAvailable),
        (15, PkiFailure::UnacceptedPolicy),
        (16, PkiFailure::UnacceptedExtension),
        (17, PkiFailure::AddInfoNotAvailable),
        (25, PkiFailure::SystemFailure),
    ];

    /// The word of the standard.
    pub const fn as_str(self) -> &'static str {
        match self {
            PkiFailure::BadAlg => "badAlg",
            PkiFailure::BadRequest => "badRequest",
            PkiFailure::BadDataFormat => "badDataFormat",
            PkiFailure::TimeNotAvailable => "timeNotAvailable",
            PkiFailure::UnacceptedPolicy => "unacceptedPolicy",
            PkiFailure::UnacceptedExtension => "unacceptedExtension",
            PkiFailure::AddInfoNotAvailable => "addInfoNotAvailable",
            PkiFailure::SystemFailure => "systemFailure",
        }
    }
}

/// TimeStampResp.
#[derive(Debug, Clone)]
pub struct TimeStampResponse {
    status: PkiStatus,
    texts: Vec<String>,
    failures: Vec<PkiFailure>,
    token: Option<Vec<u8>>,
}

impl TimeStampResponse {
    /// The TimeStampResp in `der`: exactly one. The token is only cut out, see `TimeStampToken::from_der`.
    /// # Errors
    /// When it is larger than [`super::TIME_STAMP_MAX_BYTES`], its status is not of the standard, or there is a token
    /// without the status granted or the other way round.
    pub fn from_der(der: &[u8]) -> Result<TimeStampResponse, DerError> {
        check_size(der)?;
        // The token is a CMS message, which may be BER; what is around it is not signed by anybody.
        let mut outer = Reader::new(der, Rules::Ber);
        let mut response = outer.sequence()?;
        outer.finish()?;
        let mut info = response.sequence()?;
        let unknown = info.error(DerErrorKind::Value("the status is not known"));
        let status = PkiStatus::from_code(info.small_uint()?).ok_or(unknown)?;
        let texts = read_texts(&mut info)?;
        let failures = read_failures(&mut info)?;
        info.finish()?;
        let token = response.optional(tag::SEQUENCE)?.map(|element| element.raw.to_vec());
        response.finish()?;
        if token.is_some() != status.is_granted() {
            return Err(response.error(DerErrorKind::Value("status and token contradict each other")));
        }
        Ok(TimeStampResponse { status, texts, failures, token })
    }

    /// How the authority took the request. Nobody signs it.
    pub fn status(&self) -> PkiStatus {
        self.status
    }

    /// Text for people, line by line, as the authority wrote it.
    pub fn texts(&self) -> &[String] {
        &self.texts
    }

    /// Why it refused; reasons not of the standard are left out.
    pub fn failures(&self) -> &[PkiFailure] {
        &self.failures
    }

    /// The token as received: a ContentInfo; there is one exactly when the status is granted.
    pub fn token(&self) -> Option<&[u8]> {
        self.token.as_deref()
    }
}

/// PKIFreeText.
fn read_texts(info: &mut Reader<'_>) -> Result<Vec<String>, DerError> {
    let mut texts = Vec::new();
    let Some(list) = info.optional(tag::SEQUENCE)? else { return Ok(texts) };
    let mut list = info.nested(&list)?;
    while !list.is_empty() {
        let line = list.expect(tag::UTF8_STRING)?;
        let text = std::str::from_utf8(line.value).map_err(|_| line.error(DerErrorKind::BadString))?;
        if texts.len() >= TEXTS_MAX || text.len() > TEXT_MAX_BYTES {
            return Err(line.error(DerErrorKind::Value("too much text")));
        }
        texts.push(text.to_owned());
    }
    Ok(texts)
}

fn read_failures(info: &mut Reader<'_>) -> Result<Vec<PkiFailure>, DerError> {
    if info.peek_tag() != Some(tag::BIT_STRING) {
        return Ok(Vec::new());
    }
    let bits = info.bit_string()?;
    Ok(PkiFailure::BITS.into_iter().filter(|(bit, _)| bits.bit(*bit)).map(|(_, failure)| failure).collect())
}
