//! The signed answer. Source: RFC 6960 §4.2.1.

use std::ops::Range;

use super::{CertStatus, OCSP_ANSWERS_MAX, OCSP_CERTIFICATES_MAX, SingleResponse, nonce};
use crate::algorithm::{AlgorithmIdentifier, PublicKey, SignatureAlgorithm, UnsupportedAlgorithm, VerifyError};
use crate::certificate::Certificate;
use crate::der::{DerError, DerErrorKind, Reader, Rules, tag};
use crate::der::{shifted, signature_octets, span, value_span};
use crate::extension::{Extension, RawExtension, read_explicit};
use crate::name::Name;
use crate::name::read_element;
use crate::oid::{self, Oid};
use crate::path::names_match;
use crate::time::Moment;

/// BasicOCSPResponse.
pub struct BasicOcspResponse {
    der: Box<[u8]>,
    tbs: Range<usize>,
    responder: Responder,
    produced_at: Moment,
    responses: Vec<SingleResponse>,
    extensions: Vec<Extension>,
    unknown_critical: Vec<Oid>,
    signature_oid: Oid,
    signature_algorithm: Result<SignatureAlgorithm, UnsupportedAlgorithm>,
    signature: Range<usize>,
    certificates: Vec<Certificate>,
}

enum Responder {
    Name(Range<usize>),
    Key(Range<usize>),
}

/// How a responder names itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResponderId<'a> {
    /// By the subject of its certificate: the national form.
    ByName(Name<'a>),
    /// By the SHA-1 of the octets of the BIT STRING of its key.
    ByKey(&'a [u8]),
}

impl ResponderId<'_> {
    /// Whether `certificate` is that of the responder, as far as names go: a hint which certificate to try.
    pub fn matches(&self, certificate: &Certificate) -> bool {
        match self {
            ResponderId::ByName(name) => names_match(name, &certificate.subject()),
            ResponderId::ByKey(hash) => certificate.subject_public_key_sha1() == *hash,
        }
    }
}

impl BasicOcspResponse {
    /// The BasicOCSPResponse as received.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// What is signed: the ResponseData as received.
    pub fn tbs(&self) -> &[u8] {
        self.slice(&self.tbs)
    }

    /// Who answers.
    pub fn responder_id(&self) -> ResponderId<'_> {
        match &self.responder {
            Responder::Name(span) => ResponderId::ByName(Name::from_checked(self.slice(span))),
            Responder::Key(span) => ResponderId::ByKey(self.slice(span)),
        }
    }

    /// When the answer was signed.
    pub fn produced_at(&self) -> Moment {
        self.produced_at
    }

    /// The answers, at least one, none about the same CertID as another.
    pub fn responses(&self) -> &[SingleResponse] {
        &self.responses
    }

    /// The answer about the certificate of `issuer` with this serial number (contents octets of the INTEGER). Where it is
    /// answered under several digests, the worst answer: revoked, then unknown, then good.
    pub fn response_for(&self, serial: &[u8], issuer: &Certificate) -> Option<&SingleResponse> {
        let answers = self.responses.iter().filter(|answer| answer.cert_id.matches(serial, issuer));
        answers.min_by_key(|answer| match answer.status {
            CertStatus::Revoked { .. } => 0,
            CertStatus::Unknown => 1,
            CertStatus::Good => 2,
        })
    }

    /// Extensions of the response as a whole, in the order received.
    pub fn extensions(&self) -> &[Extension] {
        &self.extensions
    }

    /// The octets inside the extnValue of one extension.
    pub fn extension(&self, oid: Oid) -> Option<&[u8]> {
        self.extensions.iter().find(|extension| extension.oid == oid).map(|extension| extension.value.as_slice())
    }

    /// Critical extensions of the response as a whole that nothing here processes: it must then not be relied on.
    pub fn unknown_critical_extensions(&self) -> &[Oid] {
        &self.unknown_critical
    }

    /// The nonce, without the OCTET STRING that the standard and the national responder put around it inside extnValue.
    pub fn nonce(&self) -> Option<&[u8]> {
        self.extension(oid::OCSP_NONCE).map(nonce::unwrapped)
    }

    /// Whether the response carries the nonce `sent`: bare, or in one or two OCTET STRINGs, never in part.
    pub fn nonce_matches(&self, sent: &[u8]) -> bool {
        self.extension(oid::OCSP_NONCE).is_some_and(|value| nonce::carries(value, sent))
    }

    /// The responder answers "revoked on 1 January 1970" for what was never issued; such answers are read as unknown.
    pub fn extended_revoke(&self) -> bool {
        self.extension(oid::OCSP_EXTENDED_REVOKE).is_some()
    }

    /// The certificates embedded, the responder's own as a rule. They prove nothing by being there.
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// How the responder signed.
    /// # Errors
    /// When the algorithm or its parameters are not supported.
    pub fn signature_algorithm(&self) -> Result<SignatureAlgorithm, UnsupportedAlgorithm> {
        self.signature_algorithm
    }

    /// The identifier of the signature algorithm, supported or not.
    pub fn signature_oid(&self) -> Oid {
        self.signature_oid
    }

    /// The signature value.
    pub fn signature(&self) -> &[u8] {
        self.slice(&self.signature)
    }

    /// That `key` made the signature. Names, dates and the right to answer are not looked at.
    /// # Errors
    /// `Unsupported` for an algorithm not known here; else as [`PublicKey::verify_message`].
    pub fn verify_signature(&self, key: &PublicKey) -> Result<(), VerifyError> {
        let algorithm = self.signature_algorithm.map_err(|_| VerifyError::Unsupported)?;
        key.verify_message(algorithm, self.tbs(), self.signature())
    }

    /// That the key of `responder` made the signature. Names, dates and the right to answer are not looked at.
    /// # Errors
    /// `Unsupported` for an algorithm or key not known here; else as [`PublicKey::verify_message`].
    pub fn verify_signed_by(&self, responder: &Certificate) -> Result<(), VerifyError> {
        self.verify_signature(responder.public_key().map_err(|_| VerifyError::Unsupported)?)
    }

    /// Reads exactly one BasicOCSPResponse; the rules are told by [`super::OcspResponse::from_basic_der`].
    pub(super) fn from_der(der: &[u8]) -> Result<BasicOcspResponse, DerError> {
        let mut outer = Reader::new(der, Rules::Der);
        let mut basic = outer.sequence()?;
        outer.finish()?;
        let tbs = basic.expect(tag::SEQUENCE)?;
        let algorithm = AlgorithmIdentifier::read(&mut basic)?;
        let signature = signature_octets(&mut basic)?;
        let certificates = match basic.optional_context(0)? {
            Some(mut wrapped) => read_certificates(&mut wrapped)?,
            None => Vec::new(),
        };
        basic.finish()?;
        let data = ResponseData::read(basic.nested(&tbs)?)?;
        Ok(BasicOcspResponse {
            der: der.into(),
            tbs: span(&tbs),
            responder: data.responder,
            produced_at: data.produced_at,
            responses: data.responses,
            extensions: data.extensions,
            unknown_critical: data.unknown_critical,
            signature_oid: algorithm.oid,
            signature_algorithm: SignatureAlgorithm::from_identifier(&algorithm),
            signature,
            certificates,
        })
    }

    fn slice(&self, span: &Range<usize>) -> &[u8] {
        self.der.get(span.clone()).unwrap_or_default()
    }
}

/// What is signed.
struct ResponseData {
    responder: Responder,
    produced_at: Moment,
    responses: Vec<SingleResponse>,
    extensions: Vec<Extension>,
    unknown_critical: Vec<Oid>,
}

impl ResponseData {
    fn read(mut fields: Reader<'_>) -> Result<ResponseData, DerError> {
        read_version(&mut fields)?;
        let responder = read_responder(&mut fields)?;
        let produced_at = Moment::from_generalized_seconds(&fields.read()?)?;
        let mut responses = read_responses(&mut fields.sequence()?)?;
        let extensions = read_explicit(&mut fields, 1)?;
        fields.finish()?;
        if extensions.iter().any(|extension| extension.oid == oid::OCSP_EXTENDED_REVOKE) {
            responses = responses.into_iter().map(SingleResponse::under_extended_revoke).collect();
        }
        let processed = [oid::OCSP_NONCE, oid::OCSP_EXTENDED_REVOKE];
        let unknown = extensions.iter().filter(|extension| extension.critical && !processed.contains(&extension.oid));
        Ok(ResponseData {
            responder,
            produced_at,
            responses,
            unknown_critical: unknown.map(|extension| extension.oid).collect(),
            extensions: extensions.into_iter().map(RawExtension::to_owned).collect(),
        })
    }
}

/// `[0] EXPLICIT Version DEFAULT v1`, which is the only one.
pub(super) fn read_version(fields: &mut Reader<'_>) -> Result<(), DerError> {
    let Some(mut wrapped) = fields.optional_context(0)? else { return Ok(()) };
    let version = wrapped.small_uint()?;
    wrapped.finish()?;
    if version == 0 { Ok(()) } else { Err(wrapped.error(DerErrorKind::Value("the version is not known"))) }
}

fn read_responder(fields: &mut Reader<'_>) -> Result<Responder, DerError> {
    if let Some(mut wrapped) = fields.optional_context(1)? {
        let subject = read_element(&mut wrapped)?;
        wrapped.finish()?;
        return Ok(Responder::Name(span(&subject)));
    }
    let Some(mut wrapped) = fields.optional_context(2)? else {
        return Err(fields.error(DerErrorKind::Value("the responder is not named")));
    };
    let hash = wrapped.expect(tag::OCTET_STRING)?;
    wrapped.finish()?;
    Ok(Responder::Key(value_span(&hash)))
}

fn read_responses(list: &mut Reader<'_>) -> Result<Vec<SingleResponse>, DerError> {
    let mut responses: Vec<SingleResponse> = Vec::new();
    while !list.is_empty() {
        if responses.len() >= OCSP_ANSWERS_MAX {
            return Err(list.error(DerErrorKind::Value("too many answers")));
        }
        let twice = list.error(DerErrorKind::Value("a certificate is answered twice"));
        let response = SingleResponse::read(list)?;
        if responses.iter().any(|known| known.cert_id.is_same(&response.cert_id)) {
            return Err(twice);
        }
        responses.push(response);
    }
    if responses.is_empty() { Err(list.error(DerErrorKind::Value("no answer"))) } else { Ok(responses) }
}

/// The inside of `[0] EXPLICIT SEQUENCE OF Certificate`.
fn read_certificates(wrapped: &mut Reader<'_>) -> Result<Vec<Certificate>, DerError> {
    let mut list = wrapped.sequence()?;
    wrapped.finish()?;
    let mut certificates = Vec::new();
    while !list.is_empty() {
        if certificates.len() >= OCSP_CERTIFICATES_MAX {
            return Err(list.error(DerErrorKind::Value("too many certificates")));
        }
        let element = list.expect(tag::SEQUENCE)?;
        certificates.push(Certificate::from_der(element.raw).map_err(|error| shifted(error, element.offset))?);
    }
    Ok(certificates)
}
