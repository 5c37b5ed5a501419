//! One time stamp, from whoever asked for it. Source: RFC 3161 §2.2, §2.3, §2.4.2; RFC 5816.

use crate::algorithm::SignatureAlgorithm;
use crate::certificate::Certificate;
use crate::digest::{Digest, DigestAlgorithm, Digests};
use crate::path::{Budget, PathError, PathOptions, PathPurpose, build_path};
use crate::policy::{AlgorithmPolicy, AlgorithmRule, AllowedAlgorithm, SignaturePolicy, TsaRevocation, TsaTerm};
use crate::report::TimeStampReport;
use crate::revocation::Evidence;
use crate::time::Moment;
use crate::trust::TrustStore;
use crate::tsp::{PkiStatus, TimeStampError, TimeStampResponse, TimeStampToken};
use crate::validate::{DetachedContent, validate_time_stamp};

/// What an authority sent.
#[derive(Debug, Clone)]
pub enum Stamp {
    /// A token, in a response that grants it or by itself.
    Token(TimeStampToken),
    /// A response without a token.
    Refused(PkiStatus),
    /// A signed TSTInfo that is no token: it has this many signers instead of one.
    Signers(usize),
}

/// What is asked of a stamp.
#[derive(Debug, Clone, Copy)]
pub struct StampQuestion<'a> {
    /// The octets of the digest of the data, under the algorithm of the token's imprint.
    pub imprint: &'a [u8],
    /// The number that was sent as nonce, big-endian.
    pub nonce: Option<&'a [u8]>,
    /// CAs that end the path of an authority.
    pub anchors: &'a TrustStore,
    /// Certificates that help to build it, or the authority's own.
    pub certificates: &'a [Certificate],
    /// The stamp may not be of a later time than this.
    pub at: Moment,
}

/// Why a stamp is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StampFault {
    /// The authority gave none.
    #[error("the authority answers {}", .0.as_str())]
    Refused(PkiStatus),
    /// More or less than one signer.
    #[error("the token has {0} signers instead of one")]
    SignerCount(usize),
    /// The digest, the signature or a key has an algorithm not known here.
    #[error("an algorithm of the token is not supported")]
    UnsupportedAlgorithm,
    /// It is over other data.
    #[error("the imprint is not that of the data")]
    ImprintMismatch,
    /// A critical extension, none of which is known.
    #[error("the token has an unknown critical extension")]
    UnknownCriticalExtension,
    /// The question had a nonce, the token has none.
    #[error("the token has no nonce")]
    NonceMissing,
    /// The token has another nonce.
    #[error("the nonce is not the one asked with")]
    NonceMismatch,
    /// genTime is after the moment asked about.
    #[error("the token is of a later time than the moment asked about")]
    GenTimeInFuture,
    /// The certificate of the authority is not at hand.
    #[error("the certificate of the authority is not at hand")]
    SignerNotFound,
    /// The signature does not verify, or breaks the rules of signed attributes.
    #[error("the signature does not verify")]
    BadSignature,
    /// The signed reference to the certificate is missing, or of another one.
    #[error("the signed reference to the authority's certificate does not fit")]
    CertificateReference,
    /// The authority's certificate does not lead to an anchor at genTime, or is not for time stamping.
    #[error(transparent)]
    Path(PathError),
    /// Evidence in the token tells that somebody of the path was revoked.
    #[error("a certificate of the authority is revoked")]
    Revoked,
    /// A question of the validation with this name had a bad answer.
    #[error("the question {0} has a bad answer")]
    Check(&'static str),
}

impl StampFault {
    /// A stable word in kebab case.
    pub fn code(&self) -> &'static str {
        match self {
            StampFault::Refused(status) => match status {
                PkiStatus::Granted => "granted",
                PkiStatus::GrantedWithMods => "granted-with-mods",
                PkiStatus::Rejection => "rejection",
                PkiStatus::Waiting => "waiting",
                PkiStatus::RevocationWarning => "revocation-warning",
                PkiStatus::RevocationNotification => "revocation-notification",
            },
            StampFault::SignerCount(_) => "signer-count",
            StampFault::UnsupportedAlgorithm => "unsupported-algorithm",
            StampFault::ImprintMismatch => "imprint-mismatch",
            StampFault::UnknownCriticalExtension => "unknown-critical-extension",
            StampFault::NonceMissing => "nonce-missing",
            StampFault::NonceMismatch => "nonce-mismatch",
            StampFault::GenTimeInFuture => "gen-time-in-future",
            StampFault::SignerNotFound => "signer-not-found",
            StampFault::BadSignature => "bad-signature",
            StampFault::CertificateReference => "certificate-reference",
            StampFault::Path(error) => error.code(),
            StampFault::Revoked => "revoked",
            StampFault::Check(name) => name,
        }
    }
}

/// What was found.
#[derive(Debug, Clone)]
pub struct StampAnswer {
    /// Why the stamp is not accepted; `None` when it is.
    pub fault: Option<StampFault>,
    /// The authority's certificate, when it is at hand.
    pub signer: Option<Certificate>,
}

impl Stamp {
    /// What is in `der`: a TimeStampResp, or a token by itself.
    /// # Errors
    /// When it is neither; see [`TimeStampError`]. A granted token with the wrong number of signers is none.
    pub fn from_der(der: &[u8]) -> Result<Stamp, TimeStampError> {
        let token = match TimeStampResponse::from_der(der) {
            Ok(response) => match response.token() {
                Some(token) => TimeStampToken::from_der(token),
                None => return Ok(Stamp::Refused(response.status())),
            },
            Err(_) => TimeStampToken::from_der(der),
        };
        match token {
            Ok(token) => Ok(Stamp::Token(token)),
            Err(TimeStampError::SignerCount(count)) => Ok(Stamp::Signers(count)),
            Err(error) => Err(error),
        }
    }

    /// The token, when there is one.
    pub fn token(&self) -> Option<&TimeStampToken> {
        match self {
            Stamp::Token(token) => Some(token),
            Stamp::Refused(_) | Stamp::Signers(_) => None,
        }
    }

    /// The digest algorithm of the imprint, when it is known.
    pub fn imprint_algorithm(&self) -> Option<DigestAlgorithm> {
        Some(self.token()?.info().message_imprint.digest()?.algorithm())
    }
}

/// Whether `stamp` answers the question. The authority's certificate and path are judged at genTime: that it has expired
/// since is no fault. Nor is an algorithm that is no longer trusted, which is for whoever relies on the stamp to judge;
/// one that is not known is. Revocation counts as far as the token itself brings evidence of it.
pub fn stamp_answer(question: &StampQuestion<'_>, stamp: &Stamp) -> StampAnswer {
    let refused = |fault| StampAnswer { fault: Some(fault), signer: None };
    let token = match stamp {
        Stamp::Token(token) => token,
        Stamp::Refused(status) => return refused(StampFault::Refused(*status)),
        Stamp::Signers(count) => return refused(StampFault::SignerCount(*count)),
    };
    let imprint = token.info().message_imprint.digest();
    let digests = imprint.and_then(|digest| Digest::new(digest.algorithm(), question.imprint)).map(Digests::from);
    let digests = digests.unwrap_or_default();
    let policy = SignaturePolicy {
        algorithms: every_algorithm(),
        tsa_revocation: TsaRevocation::WhenKnown,
        tsa_term: TsaTerm::GenTime,
        ..SignaturePolicy::default()
    };
    let evidence = Evidence { certificates: question.certificates.to_vec(), ..Evidence::default() };
    let data = DetachedContent::Digests(&digests);
    let report = validate_time_stamp(token, &data, question.anchors, &evidence, &policy, question.at);
    let fault = plain(question, token).err().or_else(|| judged(question, token, &report));
    StampAnswer { fault, signer: report.certificate }
}

/// What is seen without any key.
fn plain(question: &StampQuestion<'_>, token: &TimeStampToken) -> Result<(), StampFault> {
    let info = token.info();
    let imprint = info.message_imprint.digest().ok_or(StampFault::UnsupportedAlgorithm)?;
    if imprint.as_bytes() != question.imprint {
        return Err(StampFault::ImprintMismatch);
    }
    if !info.unknown_critical_extensions().is_empty() {
        return Err(StampFault::UnknownCriticalExtension);
    }
    match question.nonce {
        Some(_) if info.nonce.is_none() => return Err(StampFault::NonceMissing),
        Some(sent) if !info.nonce_is(sent) => return Err(StampFault::NonceMismatch),
        Some(_) | None => {}
    }
    if info.gen_time > question.at { Err(StampFault::GenTimeInFuture) } else { Ok(()) }
}

/// What the report has against the token, in our words.
fn judged(question: &StampQuestion<'_>, token: &TimeStampToken, report: &TimeStampReport) -> Option<StampFault> {
    let name = report.reason?;
    Some(match name {
        "time-stamp-signature" => match &report.certificate {
            None => StampFault::SignerNotFound,
            Some(signer) if !is_known_algorithm(token, signer) => StampFault::UnsupportedAlgorithm,
            Some(_) => StampFault::BadSignature,
        },
        "time-stamp-certificate-reference" => StampFault::CertificateReference,
        "time-stamp-path" => path_error(question, token, report).map_or(StampFault::Check(name), StampFault::Path),
        "time-stamp-revocation" => StampFault::Revoked,
        "time-stamp-algorithms" => StampFault::UnsupportedAlgorithm,
        other => StampFault::Check(other),
    })
}

fn is_known_algorithm(token: &TimeStampToken, signer: &Certificate) -> bool {
    let (Some(info), Ok(key)) = (token.signed_data().signer_infos().first(), signer.public_key()) else { return false };
    let digest = info.digest_identifier().digest();
    digest.is_ok_and(|digest| SignatureAlgorithm::for_cms(&info.signature_algorithm(), digest, key).is_ok())
}

/// The report tells the error in words only.
fn path_error(question: &StampQuestion<'_>, token: &TimeStampToken, report: &TimeStampReport) -> Option<PathError> {
    let target = report.certificate.as_ref()?;
    let embedded = token.signed_data().certificates();
    let certificates: Vec<Certificate> = embedded.iter().chain(question.certificates).cloned().collect();
    let options = PathOptions::for_purpose(PathPurpose::Tsa);
    let at = token.info().gen_time;
    build_path(target, question.anchors, &certificates, at, &options, &mut Budget::default()).err()
}

/// Everything that can be computed, without an end.
fn every_algorithm() -> AlgorithmPolicy {
    let keys = ["RSA", "EC", "Ed25519", "GOST2004", "GOST2015-256", "GOST2015-512"];
    let digests = DigestAlgorithm::ALL.into_iter().map(AllowedAlgorithm::Digest);
    let keys = keys.into_iter().map(|name| AllowedAlgorithm::Key(name, 0));
    let rules = digests.chain(keys).map(|algorithm| AlgorithmRule { algorithm, trusted_until: None });
    AlgorithmPolicy { rules: rules.collect() }
}
