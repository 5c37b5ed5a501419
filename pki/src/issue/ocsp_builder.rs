//! OCSP questions, and the answers of a responder of the national CA. Source: RFC 6960 §4; nca-rk.md section 6.

use sha1::{Digest as _, Sha1};

use super::{IssueError, signed_with_certificates, write_digest_algorithm, write_extension};
use crate::certificate::Certificate;
use crate::der::tag;
use crate::der::writer::Writer;
use crate::digest::DigestAlgorithm;
use crate::key::PrivateKey;
use crate::oid;
use crate::random::SecureRandom;
use crate::time::Moment;

/// CRLReason certificateHold: what the national responder answers for a certificate it never issued.
const CERTIFICATE_HOLD: u8 = 6;

/// A CertID in DER. `serial` is the content octets of the INTEGER. The national responder was seen to answer SHA-256.
/// The key hash is over the BIT STRING's octets: for GOST keys that includes the header of the OCTET STRING inside.
pub fn cert_id(issuer: &Certificate, serial: &[u8], algorithm: DigestAlgorithm) -> Vec<u8> {
    Writer::build(|w| {
        w.sequence(|w| {
            write_digest_algorithm(w, algorithm);
            w.octet_string(algorithm.digest(issuer.subject().raw()).as_bytes());
            w.octet_string(algorithm.digest(issuer.subject_public_key_bits()).as_bytes());
            w.integer_content(serial);
        });
    })
}

/// An OCSPRequest, not signed, for the certificate of `issuer` with this serial number; see [`build_ocsp_request`].
pub fn build_request(issuer: &Certificate, serial: &[u8], algorithm: DigestAlgorithm, nonce: Option<&[u8]>) -> Vec<u8> {
    build_ocsp_request(&[cert_id(issuer, serial, algorithm)], nonce)
}

/// An OCSPRequest, not signed, for certificates named by [`cert_id`]. `nonce`: 1 to 32 octets (RFC 9654 §2.1).
pub fn build_ocsp_request(cert_ids: &[Vec<u8>], nonce: Option<&[u8]>) -> Vec<u8> {
    Writer::build(|w| {
        w.sequence(|w| {
            w.sequence(|w| {
                w.sequence(|w| {
                    for cert_id in cert_ids {
                        w.sequence(|w| w.raw(cert_id));
                    }
                });
                if let Some(nonce) = nonce {
                    w.context(2, |w| {
                        w.sequence(|w| {
                            let value = Writer::build(|w| w.octet_string(nonce));
                            write_extension(w, &oid::OCSP_NONCE, false, &value);
                        });
                    });
                }
            });
        });
    })
}

/// What is known of one certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificateState {
    /// Not revoked.
    Good,
    /// Revoked.
    Revoked {
        /// Since when.
        at: Moment,
        /// CRLReason.
        reason: Option<u8>,
    },
    /// The responder knows nothing of it.
    Unknown,
    /// Never issued, said as the national responder says it: revoked on 1 January 1970, on hold.
    /// Source: RFC 6960 §2.2.
    NeverIssued,
}

/// The answer about one certificate.
#[derive(Debug, Clone)]
pub struct SingleAnswer {
    /// The CertID in DER, as the question had it.
    pub cert_id: Vec<u8>,
    /// What is known.
    pub state: CertificateState,
    /// Since when it is known.
    pub this_update: Moment,
    /// When more will be known; the national responder says nothing.
    pub next_update: Option<Moment>,
}

/// How the responder names itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResponderName {
    /// By the subject of its certificate: the national form.
    ByName,
    /// By the SHA-1 of its key.
    ByKey,
}

/// Everything an answer says.
#[derive(Debug, Clone)]
pub struct OcspTemplate<'a> {
    /// The certificate the responder signs with.
    pub responder: &'a Certificate,
    /// How it is named.
    pub responder_name: ResponderName,
    /// When the answer is made.
    pub produced_at: Moment,
    /// The answers.
    pub answers: Vec<SingleAnswer>,
    /// The value of the nonce extension of the question, octet for octet as received.
    pub nonce: Option<&'a [u8]>,
    /// Says that unknown serial numbers are answered as revoked; the national responder always does.
    pub extended_revoke: bool,
    /// Certificates embedded: the responder's own, as a rule; none when the CA itself answers.
    pub certificates: Vec<Certificate>,
}

impl<'a> OcspTemplate<'a> {
    /// The national form: named by subject, extended revoke declared, the responder's certificate embedded,
    /// what is said valid from the moment it is said, without an end.
    pub fn national(
        responder: &'a Certificate,
        produced_at: Moment,
        nonce: Option<&'a [u8]>,
        answers: impl IntoIterator<Item = (Vec<u8>, CertificateState)>,
    ) -> Self {
        let answers = answers.into_iter().map(|(cert_id, state)| SingleAnswer {
            cert_id,
            state,
            this_update: produced_at,
            next_update: None,
        });
        OcspTemplate {
            responder,
            responder_name: ResponderName::ByName,
            produced_at,
            answers: answers.collect(),
            nonce,
            extended_revoke: true,
            certificates: vec![responder.clone()],
        }
    }
}

/// A successful OCSPResponse, signed with `key`. It is not checked that `key` is that of the responder: wrong answers
/// are made here too, for tests.
/// # Errors
/// `Sign` when the key cannot sign.
pub fn build_ocsp_response(
    template: &OcspTemplate<'_>,
    key: &PrivateKey,
    rng: &mut dyn SecureRandom,
) -> Result<Vec<u8>, IssueError> {
    let key_hash = Sha1::digest(template.responder.subject_public_key_bits());
    let response_data = Writer::build(|w| {
        w.sequence(|w| {
            match template.responder_name {
                ResponderName::ByName => w.context(1, |w| w.raw(template.responder.subject().raw())),
                ResponderName::ByKey => w.context(2, |w| w.octet_string(&key_hash)),
            }
            w.generalized_time(template.produced_at);
            w.sequence(|w| template.answers.iter().for_each(|answer| write_answer(w, answer)));
            if template.nonce.is_some() || template.extended_revoke {
                w.context(1, |w| w.sequence(|w| write_extensions(w, template)));
            }
        });
    });
    let basic = signed_with_certificates(&response_data, &template.certificates, key, rng)?;
    Ok(Writer::build(|w| {
        w.sequence(|w| {
            w.enumerated(0);
            w.context(0, |w| {
                w.sequence(|w| {
                    w.oid(&oid::OCSP_BASIC);
                    w.octet_string(&basic);
                });
            });
        });
    }))
}

/// Why a responder gives no answer. Source: RFC 6960 §4.2.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OcspRefusal {
    /// The question could not be read.
    MalformedRequest,
    /// The responder is broken.
    InternalError,
    /// Come back later: the national responder under load.
    TryLater,
    /// Questions must be signed.
    SignatureRequired,
    /// Not for this responder, or not for this client.
    Unauthorized,
}

/// An OCSPResponse that carries no answer. It is never signed.
pub fn build_ocsp_refusal(refusal: OcspRefusal) -> Vec<u8> {
    let status = match refusal {
        OcspRefusal::MalformedRequest => 1,
        OcspRefusal::InternalError => 2,
        OcspRefusal::TryLater => 3,
        OcspRefusal::SignatureRequired => 5,
        OcspRefusal::Unauthorized => 6,
    };
    Writer::build(|w| w.sequence(|w| w.enumerated(status)))
}

fn write_answer(writer: &mut Writer, answer: &SingleAnswer) {
    writer.sequence(|w| {
        w.raw(&answer.cert_id);
        match answer.state {
            CertificateState::Good => w.context_primitive(0, &[]),
            CertificateState::Revoked { at, reason } => {
                write_revoked(w, reason, |w| w.generalized_time(at));
            }
            CertificateState::Unknown => w.context_primitive(2, &[]),
            CertificateState::NeverIssued => write_revoked(w, Some(CERTIFICATE_HOLD), |w| {
                w.element(tag::GENERALIZED_TIME, b"19700101000000Z");
            }),
        }
        w.generalized_time(answer.this_update);
        if let Some(next_update) = answer.next_update {
            w.context(0, |w| w.generalized_time(next_update));
        }
    });
}

fn write_revoked(writer: &mut Writer, reason: Option<u8>, at: impl FnOnce(&mut Writer)) {
    writer.context(1, |w| {
        at(w);
        if let Some(reason) = reason {
            w.context(0, |w| w.enumerated(reason));
        }
    });
}

fn write_extensions(writer: &mut Writer, template: &OcspTemplate<'_>) {
    if let Some(nonce) = template.nonce {
        write_extension(writer, &oid::OCSP_NONCE, false, nonce);
    }
    if template.extended_revoke {
        write_extension(writer, &oid::OCSP_EXTENDED_REVOKE, false, &Writer::build(Writer::null));
    }
}
