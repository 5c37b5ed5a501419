//! What the services of a demonstration CA answer: revocation lists, OCSP answers and time stamps, in the national
//! shapes (nca-rk.md section 6). Every request has an answer of its protocol; none is trusted.

use std::collections::HashSet;

use qolhat_pki::digest::{Digest, DigestAlgorithm};
use qolhat_pki::issue::IssueError;
use qolhat_pki::issue::certificate_builder::national_serial;
use qolhat_pki::issue::cms_sign::CertificateReference;
use qolhat_pki::issue::crl_builder::{CrlTemplate, build_crl};
use qolhat_pki::issue::ocsp_builder::{
    CertificateState, OcspRefusal, OcspTemplate, build_ocsp_refusal, build_ocsp_response,
};
use qolhat_pki::issue::tsp_builder::{
    CertificateWish, TimeStampRefusal, TimeStampTemplate, build_time_stamp_refusal, build_time_stamp_response,
    build_time_stamp_token,
};
use qolhat_pki::ocsp::{CertId, OcspRequest};
use qolhat_pki::random::SecureRandom;
use qolhat_pki::time::{Moment, Span};
use qolhat_pki::tsp::TimeStampRequest;

use super::DemoError;
use super::authority::Authority;
use super::register::{IssuedBy, Standing};

/// How long a list of the issuing CA counts, in hours, as the national one.
pub const CRL_HOURS: i64 = 27;
/// How long a list of the root counts, in days.
pub const ROOT_CRL_DAYS: i64 = 90;

/// What is to be wrong with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Twist {
    /// It is to another nonce. An answer to a question without a nonce stays as it is.
    WrongNonce,
    /// Its signature does not hold.
    BadSignature,
}

impl Authority {
    /// The full list of the root or of the issuing CA as of `now`, signed by that CA.
    ///
    /// # Errors
    /// When the key cannot sign.
    pub fn crl(&self, by: IssuedBy, now: Moment, rng: &mut dyn SecureRandom) -> Result<Vec<u8>, DemoError> {
        let now = now.truncate_to_seconds();
        let issuer = self.issuer(by);
        let (entries, number) = self.register().list(by, now);
        let term = match by {
            IssuedBy::Root => Span::days(ROOT_CRL_DAYS),
            IssuedBy::Ca => Span::hours(CRL_HOURS),
        };
        let template = CrlTemplate {
            issuer: issuer.certificate.subject_der().to_vec(),
            authority_key_id: issuer.certificate.subject_key_id().map(<[u8]>::to_vec),
            this_update: now,
            next_update: Some(now.checked_add(term).ok_or(DemoError::Time)?),
            number,
            base_number: None,
            entries,
            more_extensions: Vec::new(),
        };
        Ok(build_crl(&template, &issuer.key, rng)?)
    }

    /// The answer of the OCSP responder to the octets of a request at `now`: `malformedRequest` for what is none. A
    /// serial number never issued is answered in the national way, "revoked in 1970" with extended revoke declared; a
    /// certificate of another CA is "unknown".
    pub fn ocsp(&self, request: &[u8], now: Moment, rng: &mut dyn SecureRandom) -> Vec<u8> {
        self.ocsp_twisted(request, now, None, rng)
    }

    /// The same with something wrong about it.
    pub fn ocsp_twisted(
        &self,
        request: &[u8],
        now: Moment,
        twist: Option<Twist>,
        rng: &mut dyn SecureRandom,
    ) -> Vec<u8> {
        let now = now.truncate_to_seconds();
        let Ok(request) = OcspRequest::from_der(request) else {
            return build_ocsp_refusal(OcspRefusal::MalformedRequest);
        };
        if !request.unknown_critical_extensions().is_empty() {
            return build_ocsp_refusal(OcspRefusal::MalformedRequest);
        }
        // A certificate asked for twice is answered once: readers refuse two answers about one.
        let mut asked = HashSet::new();
        let questions = request.cert_ids().iter().filter(|id| asked.insert(identity(id)));
        let answers: Vec<_> = questions.map(|id| (id.der().to_vec(), self.state(id, now))).collect();
        let nonce = request.nonce_value().map(|nonce| echoed(nonce, twist));
        let template = OcspTemplate::national(&self.responder.certificate, now, nonce.as_deref(), answers);
        let key = if twist == Some(Twist::BadSignature) { &self.tsa.key } else { &self.responder.key };
        build_ocsp_response(&template, key, rng).unwrap_or_else(|_| build_ocsp_refusal(OcspRefusal::InternalError))
    }

    fn state(&self, id: &CertId, now: Moment) -> CertificateState {
        if !id.matches(&id.serial, &self.ca.certificate) {
            return CertificateState::Unknown;
        }
        match self.register().standing(&id.serial, IssuedBy::Ca, now) {
            Standing::Unknown => CertificateState::NeverIssued,
            Standing::Good => CertificateState::Good,
            Standing::Revoked(revocation) => {
                let reason = Some(revocation.reason.code()).filter(|code| *code != 0);
                CertificateState::Revoked { at: revocation.at, reason }
            }
        }
    }

    /// The answer of the time-stamp authority to the octets of a request at `now`: a rejection for what cannot be read,
    /// for a digest that is not accepted, a policy of somebody else and any extension.
    pub fn tsp(&self, request: &[u8], now: Moment, rng: &mut dyn SecureRandom) -> Vec<u8> {
        self.tsp_twisted(request, now, None, rng)
    }

    /// The same with something wrong about it.
    pub fn tsp_twisted(
        &self,
        request: &[u8],
        now: Moment,
        twist: Option<Twist>,
        rng: &mut dyn SecureRandom,
    ) -> Vec<u8> {
        match TimeStampRequest::from_der(request) {
            Ok(request) => self.stamp(&request, now, twist, rng),
            Err(error) => build_time_stamp_refusal(TimeStampRefusal::BadDataFormat, Some(&error.to_string())),
        }
    }

    fn stamp(
        &self,
        request: &TimeStampRequest,
        now: Moment,
        twist: Option<Twist>,
        rng: &mut dyn SecureRandom,
    ) -> Vec<u8> {
        let refuse = |refusal| build_time_stamp_refusal(refusal, None);
        let policy = self.branch().tsa_policy();
        if !request.extensions.is_empty() {
            return refuse(TimeStampRefusal::UnacceptedExtension);
        }
        if request.policy.is_some_and(|wished| wished != policy) {
            return refuse(TimeStampRefusal::UnacceptedPolicy);
        }
        let Some(imprint) = request.message_imprint.digest().filter(|digest| is_accepted(digest)) else {
            return refuse(TimeStampRefusal::BadAlgorithm);
        };
        let mut random = [0_u8; 20];
        rng.fill(&mut random);
        let nonce = request.nonce.as_deref().map(|nonce| echoed(nonce, twist));
        let template = TimeStampTemplate {
            policy,
            imprint,
            serial: &national_serial(random),
            gen_time: now.truncate_to_seconds(),
            accuracy_seconds: None,
            nonce: nonce.as_deref(),
            certificate: if request.cert_req { CertificateWish::Embed } else { CertificateWish::Omit },
            reference: CertificateReference::V1,
        };
        match self.token(&template, twist, rng) {
            Ok(token) => build_time_stamp_response(&token),
            Err(_) => refuse(TimeStampRefusal::SystemFailure),
        }
    }

    fn token(
        &self,
        template: &TimeStampTemplate<'_>,
        twist: Option<Twist>,
        rng: &mut dyn SecureRandom,
    ) -> Result<Vec<u8>, IssueError> {
        let mut token = build_time_stamp_token(template, &self.tsa.key, &self.tsa.certificate, rng)?;
        if twist == Some(Twist::BadSignature) {
            // The signature value is the last thing in a token.
            change_last_octet(&mut token);
        }
        Ok(token)
    }
}

/// SHA-1 is broken: the national authority still stamps it, nothing here needs it.
fn is_accepted(digest: &Digest) -> bool {
    match digest.algorithm() {
        DigestAlgorithm::Streebog256
        | DigestAlgorithm::Streebog512
        | DigestAlgorithm::Gost34311
        | DigestAlgorithm::Sha224
        | DigestAlgorithm::Sha256
        | DigestAlgorithm::Sha384
        | DigestAlgorithm::Sha512
        | DigestAlgorithm::Sha512_224
        | DigestAlgorithm::Sha512_256 => true,
        DigestAlgorithm::Sha1 => false,
    }
}

fn identity(id: &CertId) -> (qolhat_pki::oid::Oid, &[u8], &[u8], &[u8]) {
    (id.hash_algorithm, &id.issuer_name_hash, &id.issuer_key_hash, &id.serial)
}

/// The nonce as it goes back: octet for octet, unless it is to be wrong.
fn echoed(nonce: &[u8], twist: Option<Twist>) -> Vec<u8> {
    let mut nonce = nonce.to_vec();
    if twist == Some(Twist::WrongNonce) {
        change_last_octet(&mut nonce);
    }
    nonce
}

/// Changes the lowest bit of the last octet: lengths and signs of what it ends stay.
pub(super) fn change_last_octet(octets: &mut [u8]) {
    if let Some(last) = octets.last_mut() {
        *last ^= 1;
    }
}
