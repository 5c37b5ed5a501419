//! OCSP answers with one thing wrong. Source of the rules: RFC 6960 §3.2, §4.2.

use sha1::{Digest as _, Sha1};

use super::{faults, inside, replace, signed_anew};
use crate::certificate::Certificate;
use crate::der::writer::Writer;
use crate::der::{Reader, Rules};
use crate::digest::DigestAlgorithm;
use crate::issue::ocsp_builder::{
    CertificateState, OcspTemplate, ResponderName, SingleAnswer, build_ocsp_response, cert_id,
};
use crate::issue::{IssueError, write_digest_algorithm, write_extension};
use crate::key::PrivateKey;
use crate::oid;
use crate::random::SecureRandom;
use crate::time::{Moment, Span};

faults! {
    /// What is wrong with an OCSP answer that says good.
    OcspFault {
        /// The CertID says SHA-256 and holds hashes of SHA-1.
        CertIdOtherDigest = "cert-id-other-digest",
        /// The CertID says SHA-256; the hash of the name is of SHA-256, that of the key of SHA-1.
        CertIdMixedDigests = "cert-id-mixed-digests",
        /// The hash of the key in the CertID is that of another CA with the name of this one.
        CertIdOtherKey = "cert-id-other-key",
        /// The hash of the name in the CertID is that of another CA.
        CertIdOtherName = "cert-id-other-name",
        /// The answer is about another serial number.
        CertIdOtherSerial = "cert-id-other-serial",
        /// The hashes of the CertID are cut to eight octets.
        CertIdTruncated = "cert-id-truncated",
        /// What is said is said of a moment after the answer was made.
        ThisUpdateAfterProducedAt = "this-update-after-produced-at",
        /// nextUpdate lies before thisUpdate.
        NextUpdateBeforeThisUpdate = "next-update-before-this-update",
        /// A critical extension that nobody knows, of the answer about the certificate.
        CriticalExtension = "critical-extension",
        /// The hash of a certificate in the answer is that of another certificate (CertHash of Common PKI).
        CertHashOfAnother = "cert-hash-of-another",
        /// The same certificate is answered twice.
        AnsweredTwice = "answered-twice",
        /// There is no answer inside.
        NoAnswer = "no-answer",
        /// The status says tryLater, and there is an answer.
        StatusTryLater = "status-try-later",
        /// One octet of the signature is changed.
        SignatureChanged = "signature-changed",
    }
}

/// The answer "good" about the certificate of `issuer` with this serial number (contents octets), at `made` for an hour, by
/// `responder` with `key`, but for one thing. `other` is another certificate, where the fault needs one.
/// # Errors
/// As [`build_ocsp_response`].
pub fn build_wrong_ocsp_response(
    fault: OcspFault,
    (issuer, serial): (&Certificate, &[u8]),
    responder: &Certificate,
    other: &Certificate,
    made: Moment,
    key: &PrivateKey,
    rng: &mut dyn SecureRandom,
) -> Result<Vec<u8>, IssueError> {
    let hour = |moment: Moment| moment.checked_add(Span::seconds(3600)).unwrap_or(moment);
    let answer = SingleAnswer {
        cert_id: wrong_cert_id(fault, issuer, serial, other),
        state: CertificateState::Good,
        this_update: if fault == OcspFault::ThisUpdateAfterProducedAt { hour(made) } else { made },
        next_update: Some(hour(hour(made))),
    };
    let template = OcspTemplate {
        responder,
        responder_name: ResponderName::ByName,
        produced_at: made,
        answers: vec![answer],
        nonce: None,
        extended_revoke: false,
        certificates: vec![responder.clone()],
    };
    let good = build_ocsp_response(&template, key, rng)?;
    let mut basic = signed_anew(&basic_of(&good)?, |fields| spoil(fields, fault, other, made), key, rng)?;
    if fault == OcspFault::SignatureChanged {
        basic = with_changed_signature(&basic);
    }
    const TRY_LATER: u8 = 3;
    let status = if fault == OcspFault::StatusTryLater { TRY_LATER } else { 0 };
    Ok(Writer::build(|w| {
        w.sequence(|w| {
            w.enumerated(status);
            w.context(0, |w| {
                w.sequence(|w| {
                    w.oid(&oid::OCSP_BASIC);
                    w.octet_string(&basic);
                });
            });
        });
    }))
}

fn wrong_cert_id(fault: OcspFault, issuer: &Certificate, serial: &[u8], other: &Certificate) -> Vec<u8> {
    let sha256 = |octets: &[u8]| DigestAlgorithm::Sha256.digest(octets).as_bytes().to_vec();
    let sha1 = |octets: &[u8]| Sha1::digest(octets).to_vec();
    let (name, key) = (issuer.subject_der(), issuer.subject_public_key_bits());
    let of = |name: Vec<u8>, key: Vec<u8>| {
        Writer::build(|w| {
            w.sequence(|w| {
                write_digest_algorithm(w, DigestAlgorithm::Sha256);
                w.octet_string(&name);
                w.octet_string(&key);
                w.integer_content(serial);
            });
        })
    };
    let cut = |hash: Vec<u8>| hash.into_iter().take(8).collect();
    match fault {
        OcspFault::CertIdOtherDigest => of(sha1(name), sha1(key)),
        OcspFault::CertIdMixedDigests => of(sha256(name), sha1(key)),
        OcspFault::CertIdOtherKey => of(sha256(name), sha256(other.subject_public_key_bits())),
        OcspFault::CertIdOtherName => of(sha256(other.subject_der()), sha256(key)),
        OcspFault::CertIdTruncated => of(cut(sha256(name)), cut(sha256(key))),
        OcspFault::CertIdOtherSerial => cert_id(issuer, other.serial(), DigestAlgorithm::Sha256),
        OcspFault::ThisUpdateAfterProducedAt
        | OcspFault::NextUpdateBeforeThisUpdate
        | OcspFault::CriticalExtension
        | OcspFault::CertHashOfAnother
        | OcspFault::AnsweredTwice
        | OcspFault::NoAnswer
        | OcspFault::StatusTryLater
        | OcspFault::SignatureChanged => cert_id(issuer, serial, DigestAlgorithm::Sha256),
    }
}

/// The BasicOCSPResponse inside a successful response.
fn basic_of(response: &[u8]) -> Result<Vec<u8>, IssueError> {
    let mut fields = Reader::new(response, Rules::Der).sequence()?;
    fields.read()?;
    let wrapped = fields.read()?;
    let mut bytes = fields.nested(&wrapped)?.sequence()?;
    bytes.read()?;
    Ok(bytes.octet_string()?.to_vec())
}

fn spoil(fields: &mut [Vec<u8>], fault: OcspFault, other: &Certificate, made: Moment) {
    const ANSWERS: usize = 2;
    const NEXT_UPDATE: usize = 3;
    let list = |answers: &[Vec<u8>]| Writer::build(|w| w.sequence(|w| answers.iter().for_each(|answer| w.raw(answer))));
    let changed = |answers: &[u8], change: &dyn Fn(&mut Vec<Vec<u8>>)| {
        let mut answer = inside(answers).first().map(|first| inside(first)).unwrap_or_default();
        change(&mut answer);
        list(&[list(&answer)])
    };
    let extension = |identifier, critical, value: &[u8]| {
        Writer::build(|w| w.context(1, |w| w.sequence(|w| write_extension(w, &identifier, critical, value))))
    };
    match fault {
        OcspFault::NextUpdateBeforeThisUpdate => replace(fields, ANSWERS, |answers| {
            let before = made.checked_sub(Span::seconds(3600)).unwrap_or(made);
            let field = Writer::build(|w| w.context(0, |w| w.generalized_time(before)));
            changed(answers, &|answer| replace(answer, NEXT_UPDATE, |_| field.clone()))
        }),
        OcspFault::CriticalExtension => replace(fields, ANSWERS, |answers| {
            changed(answers, &|answer| answer.push(extension(oid::KEY_STORE_KIND, true, &[5, 0])))
        }),
        OcspFault::CertHashOfAnother => replace(fields, ANSWERS, |answers| {
            let value = Writer::build(|w| {
                w.sequence(|w| {
                    write_digest_algorithm(w, DigestAlgorithm::Sha256);
                    w.octet_string(&other.sha256());
                });
            });
            changed(answers, &|answer| answer.push(extension(oid::OCSP_CERT_HASH, false, &value)))
        }),
        OcspFault::AnsweredTwice => replace(fields, ANSWERS, |answers| {
            let answers = inside(answers);
            list(&[answers.clone(), answers].concat())
        }),
        OcspFault::NoAnswer => replace(fields, ANSWERS, |_| list(&[])),
        OcspFault::CertIdOtherDigest
        | OcspFault::CertIdMixedDigests
        | OcspFault::CertIdOtherKey
        | OcspFault::CertIdOtherName
        | OcspFault::CertIdOtherSerial
        | OcspFault::CertIdTruncated
        | OcspFault::ThisUpdateAfterProducedAt
        | OcspFault::StatusTryLater
        | OcspFault::SignatureChanged => {}
    }
}

/// The last octet of the signature changed.
fn with_changed_signature(basic: &[u8]) -> Vec<u8> {
    let mut fields = inside(basic);
    replace(&mut fields, 2, |signature| {
        let mut changed = signature.to_vec();
        changed.last_mut().into_iter().for_each(|octet| *octet ^= 1);
        changed
    });
    Writer::build(|w| w.sequence(|w| fields.iter().for_each(|field| w.raw(field))))
}
