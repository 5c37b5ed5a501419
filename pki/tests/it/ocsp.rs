//! OCSP answers of the national CA, held against facts found by another program; messages made here; what is refused.

use std::path::Path;

use qolhat_pki::algorithm::VerifyError;
use qolhat_pki::certificate::Certificate;
use qolhat_pki::crl::ReasonCode;
use qolhat_pki::der::writer::Writer;
use qolhat_pki::der::{DerError, tag};
use qolhat_pki::digest::DigestAlgorithm;
use qolhat_pki::issue::ocsp_builder::{
    CertificateState, OcspRefusal, OcspTemplate, ResponderName, build_ocsp_refusal, build_ocsp_request,
    build_ocsp_response, cert_id,
};
use qolhat_pki::ocsp::{
    CertId, CertStatus, OCSP_ANSWERS_MAX, OCSP_CERTIFICATES_MAX, OCSP_MAX_BYTES, OcspRequest, OcspResponse,
    ResponderId, ResponseStatus,
};
use qolhat_pki::oid::{self, Oid};
use serde_json::Value;

use crate::workshop::{Kind, World, at, hex, shared};

const NOW: &str = "2026-05-01T12:00:00Z";

fn certificate(folder: &Path, file: &str) -> Certificate {
    Certificate::from_der(&std::fs::read(folder.join(file)).unwrap()).unwrap()
}

fn real_answers(folder: &Path) -> Vec<(String, Vec<u8>, Value)> {
    let index: Value = serde_json::from_slice(&std::fs::read(folder.join("index.json")).unwrap()).unwrap();
    let entries = index["files"].as_array().unwrap().iter().filter(|entry| entry["kind"] == "ocsp");
    let read = |entry: &Value| {
        let file = entry["file"].as_str().unwrap().to_owned();
        (file.clone(), std::fs::read(folder.join(file)).unwrap(), entry["expected"].clone())
    };
    entries.map(read).collect()
}

fn text<'a>(facts: &'a Value, key: &str) -> &'a str {
    facts[key].as_str().unwrap()
}

/// Keeps: SIG-07, SIG-10
#[test]
fn every_answer_of_the_national_responder_says_what_another_program_read_in_it() {
    let Some(folder) = shared("nca") else { return };
    let answers = real_answers(&folder);
    assert_eq!(answers.len(), 2);
    for (file, der, facts) in answers {
        let response = OcspResponse::from_der(&der).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert_eq!(facts["response_status"], 0, "{file}");
        assert_eq!(response.status(), ResponseStatus::Successful, "{file}");
        let basic = response.basic().unwrap();
        assert_eq!(basic.produced_at(), at(text(&facts, "produced_at")), "{file}");
        assert_eq!(basic.signature_oid().to_string(), text(&facts, "signature_oid"), "{file}");
        let extensions: Vec<_> = basic.extensions().iter().map(|extension| extension.oid.to_string()).collect();
        assert_eq!(Value::from(extensions), facts["extensions"], "{file}");
        assert_eq!(hex(basic.extension(oid::OCSP_NONCE).unwrap()), text(&facts, "nonce_hex"), "{file}");
        assert!(basic.extended_revoke() && basic.unknown_critical_extensions().is_empty(), "{file}");

        let said = facts["responses"].as_array().unwrap();
        assert_eq!(basic.responses().len(), said.len(), "{file}");
        for (answer, said) in basic.responses().iter().zip(said) {
            assert_eq!(answer.cert_id.hash_algorithm.to_string(), text(said, "hash_alg"), "{file}");
            assert_eq!(hex(&answer.cert_id.issuer_name_hash), text(said, "name_hash"), "{file}");
            assert_eq!(hex(&answer.cert_id.issuer_key_hash), text(said, "key_hash"), "{file}");
            assert_eq!(hex(&answer.cert_id.serial), text(said, "serial_hex"), "{file}");
            assert_eq!(answer.this_update, at(text(said, "this_update")), "{file}");
            assert_eq!((answer.next_update, answer.archive_cutoff, answer.never_issued), (None, None, false), "{file}");
            match answer.status {
                CertStatus::Good => assert_eq!(text(said, "status"), "good"),
                CertStatus::Revoked { at: since, reason } => {
                    assert_eq!(text(said, "status"), "revoked");
                    assert_eq!(since, at(text(said, "revoked_at")));
                    assert_eq!(reason.map(|reason| u64::from(reason.code())), said["reason"].as_u64());
                }
                CertStatus::Unknown => panic!("{file}"),
            }
        }
        let [responder] = basic.certificates() else { panic!("{file}") };
        assert_eq!(responder.subject().common_name().unwrap(), text(&facts, "responder_cn"), "{file}");
        assert_eq!(responder.extended_key_usage(), Some(&[oid::OCSP_SIGNING][..]), "{file}");
        assert!(matches!(basic.responder_id(), ResponderId::ByName(_)) && basic.responder_id().matches(responder));
        assert_eq!(basic.verify_signed_by(responder), Ok(()), "{file}");
    }
}

/// The national nonce has eight octets in an OCTET STRING inside the OCTET STRING of the extension.
#[test]
fn the_nonce_of_a_real_answer_is_found_under_its_two_wrappings() {
    let Some(folder) = shared("nca") else { return };
    for (_, der, facts) in real_answers(&folder) {
        let response = OcspResponse::from_der(&der).unwrap();
        let sent = response.nonce().unwrap().to_vec();
        assert_eq!(sent.len(), 8);
        assert_eq!(text(&facts, "nonce_hex"), format!("0408{}", hex(&sent)));
        let basic = response.basic().unwrap();
        assert!(basic.nonce_matches(&sent));
        assert!(!basic.nonce_matches(&sent[1..]) && !basic.nonce_matches(&[]) && !basic.nonce_matches(&[0; 8]));
    }
}

fn real_pairs(folder: &Path) -> [(OcspResponse, Certificate, Vec<u8>); 2] {
    let answer = |file: &str| OcspResponse::from_der(&std::fs::read(folder.join(file)).unwrap()).unwrap();
    let head = certificate(folder, "certs/gost2015-512-org-head-sign-3a90343e.cer").serial().to_vec();
    let rsa = [
        0x42, 0x79, 0x39, 0x0a, 0x14, 0x1f, 0x53, 0x53, 0xa6, 0x29, 0x47, 0xb6, 0x1e, 0xd6, 0x5e, 0x81, 0x74, 0x14,
        0x67, 0xd1,
    ];
    [
        (answer("ocsp/revoked-gost2015.der"), certificate(folder, "ca/nca_gost2022_test.cer"), head),
        (answer("ocsp/good-rsa.der"), certificate(folder, "ca/nca_rsa_test.cer"), rsa.to_vec()),
    ]
}

/// The key hash of the GOST answer is over the header of the OCTET STRING inside the key, as the standard has it.
#[test]
fn a_real_answer_is_about_one_certificate_of_one_ca() {
    let Some(folder) = shared("nca") else { return };
    let [gost, rsa] = real_pairs(&folder);
    for (response, issuer, serial) in [&gost, &rsa] {
        let basic = response.basic().unwrap();
        let answer = basic.response_for(serial, issuer).unwrap();
        assert_eq!(answer.cert_id.der(), cert_id(issuer, serial, DigestAlgorithm::Sha256));
        assert_eq!(answer.cert_id.digest_algorithm(), Some(DigestAlgorithm::Sha256));
        assert!(basic.response_for(&serial[1..], issuer).is_none());
        assert!(basic.verify_signed_by(issuer).is_err(), "the responder is not the CA");
        // Signed by this CA, by which the responder is one of its own.
        assert_eq!(basic.certificates()[0].verify_signed_by(issuer), Ok(()));
    }
    assert!(gost.0.basic().unwrap().response_for(&gost.2, &rsa.1).is_none(), "another CA");

    let key = gost.1.subject_public_key_bits();
    assert_eq!(key[..3], [0x04, 0x81, 0x80]);
    let without_header = DigestAlgorithm::Sha256.digest(&key[3..]);
    let cert_id = &gost.0.basic().unwrap().responses()[0].cert_id;
    assert_ne!(cert_id.issuer_key_hash, without_header.as_bytes());
    let mut other = cert_id.clone();
    other.issuer_key_hash = without_header.as_bytes().to_vec();
    assert!(cert_id.matches(&gost.2, &gost.1) && !other.matches(&gost.2, &gost.1));
}

/// A changed octet anywhere in what is signed is noticed.
#[test]
fn a_changed_real_answer_does_not_verify() {
    let Some(folder) = shared("nca") else { return };
    for (response, ..) in real_pairs(&folder) {
        let basic = response.basic().unwrap();
        let start = response.der().windows(basic.tbs().len()).position(|window| window == basic.tbs()).unwrap();
        let mut changed = response.der().to_vec();
        for place in (start..start + basic.tbs().len()).step_by(17) {
            changed[place] ^= 1;
            if let Ok(response) = OcspResponse::from_der(&changed) {
                let basic = response.basic().unwrap();
                assert_eq!(basic.verify_signed_by(&basic.certificates()[0]), Err(VerifyError::BadSignature));
            }
            changed[place] ^= 1;
        }
    }
}

// Answers made here.

fn answer_about(world: &mut World, state: CertificateState, extended_revoke: bool) -> OcspResponse {
    let id = cert_id(&world.ca.certificate, world.signer.certificate.serial(), DigestAlgorithm::Sha256);
    let mut template = OcspTemplate::national(&world.responder.certificate, at(NOW), None, [(id, state)]);
    template.extended_revoke = extended_revoke;
    let der = build_ocsp_response(&template, &world.responder.key, &mut world.random).unwrap();
    OcspResponse::from_der(&der).unwrap()
}

/// Keeps: SIG-07
#[test]
fn revoked_in_1970_is_unknown_exactly_when_the_responder_says_so() {
    let mut world = World::new(Kind::Gost2015);
    let start = at("1970-01-01T00:00:00Z");
    let (serial, issuer) = (world.signer.certificate.serial().to_vec(), world.ca.certificate.clone());
    let mut status = |state, extended_revoke| {
        let response = answer_about(&mut world, state, extended_revoke);
        let answer = response.basic().unwrap().response_for(&serial, &issuer).unwrap().clone();
        (answer.status, answer.never_issued)
    };
    let hold = Some(ReasonCode::CertificateHold);
    assert_eq!(status(CertificateState::NeverIssued, true), (CertStatus::Unknown, true));
    let said = CertStatus::Revoked { at: start, reason: hold };
    assert_eq!(status(CertificateState::NeverIssued, false), (said, false));

    // A real hold, and every other answer, is what it says.
    let since = at("2026-02-01T00:00:00Z");
    let state = CertificateState::Revoked { at: since, reason: Some(6) };
    assert_eq!(status(state, true), (CertStatus::Revoked { at: since, reason: hold }, false));
    let state = CertificateState::Revoked { at: since, reason: None };
    assert_eq!(status(state, true), (CertStatus::Revoked { at: since, reason: None }, false));
    assert_eq!(status(CertificateState::Good, true), (CertStatus::Good, false));
    assert_eq!(status(CertificateState::Unknown, true), (CertStatus::Unknown, false));
}

#[test]
fn an_answer_of_every_kind_of_key_verifies_with_its_responder_and_nobody_else() {
    for kind in Kind::ALL {
        let mut world = World::new(kind);
        let id = cert_id(&world.ca.certificate, world.signer.certificate.serial(), DigestAlgorithm::Sha256);
        let answers = [(id, CertificateState::Good)];
        let nonce = [4, 3, 7, 8, 9];
        let mut template = OcspTemplate::national(&world.responder.certificate, at(NOW), Some(&nonce), answers);
        template.responder_name = ResponderName::ByKey;
        template.answers[0].next_update = Some(at("2026-05-02T00:00:00Z"));
        let der = build_ocsp_response(&template, &world.responder.key, &mut world.random).unwrap();
        let response = OcspResponse::from_der(&der).unwrap();
        let basic = response.basic().unwrap();
        assert!(matches!(basic.responder_id(), ResponderId::ByKey(hash) if hash.len() == 20));
        assert!(basic.responder_id().matches(&world.responder.certificate));
        assert!(!basic.responder_id().matches(&world.ca.certificate));
        assert_eq!(basic.verify_signed_by(&world.responder.certificate), Ok(()), "{kind:?}");
        assert_eq!(basic.verify_signed_by(&world.ca.certificate), Err(VerifyError::BadSignature), "{kind:?}");
        assert_eq!(basic.responses()[0].next_update, Some(at("2026-05-02T00:00:00Z")));
        assert_eq!(response.nonce(), Some(&[7, 8, 9][..]));

        // The same answer as signatures embed it.
        let embedded = OcspResponse::from_basic_der(basic.der()).unwrap();
        assert_eq!(embedded.der(), basic.der());
        assert_eq!(embedded.basic().unwrap().verify_signed_by(&world.responder.certificate), Ok(()), "{kind:?}");
    }
}

#[test]
fn of_several_answers_the_one_asked_for_is_picked_and_the_worst_of_two() {
    let mut world = World::new(Kind::Gost2015);
    let (ca, root) = (world.ca.certificate.clone(), world.root.certificate.clone());
    let id = |issuer: &Certificate, serial: u8, digest| cert_id(issuer, &[serial], digest);
    let revoked = CertificateState::Revoked { at: at("2026-02-01T00:00:00Z"), reason: None };
    let answers = [
        (id(&root, 5, DigestAlgorithm::Sha256), revoked),
        (id(&ca, 6, DigestAlgorithm::Sha256), CertificateState::Unknown),
        (id(&ca, 5, DigestAlgorithm::Sha256), CertificateState::Good),
        (id(&ca, 7, DigestAlgorithm::Sha256), CertificateState::Good),
        (id(&ca, 7, DigestAlgorithm::Sha1), revoked),
        (id(&ca, 8, DigestAlgorithm::Streebog512), CertificateState::Unknown),
        (id(&ca, 8, DigestAlgorithm::Sha1), CertificateState::Good),
    ];
    let template = OcspTemplate::national(&world.responder.certificate, at(NOW), None, answers);
    let der = build_ocsp_response(&template, &world.responder.key, &mut world.random).unwrap();
    let response = OcspResponse::from_der(&der).unwrap();
    let status = |issuer, serial: u8| response.basic().unwrap().response_for(&[serial], issuer).map(|one| one.status);
    assert_eq!(status(&ca, 5), Some(CertStatus::Good));
    assert_eq!(status(&ca, 6), Some(CertStatus::Unknown));
    assert!(matches!(status(&ca, 7), Some(CertStatus::Revoked { .. })));
    assert_eq!(status(&ca, 8), Some(CertStatus::Unknown));
    assert!(matches!(status(&root, 5), Some(CertStatus::Revoked { .. })));
    assert_eq!((status(&ca, 9), status(&root, 6)), (None, None));
}

#[test]
fn a_refusal_is_read_and_has_no_answer() {
    for (refusal, status) in [
        (OcspRefusal::MalformedRequest, ResponseStatus::MalformedRequest),
        (OcspRefusal::InternalError, ResponseStatus::InternalError),
        (OcspRefusal::TryLater, ResponseStatus::TryLater),
        (OcspRefusal::SignatureRequired, ResponseStatus::SigRequired),
        (OcspRefusal::Unauthorized, ResponseStatus::Unauthorized),
    ] {
        let response = OcspResponse::from_der(&build_ocsp_refusal(refusal)).unwrap();
        assert_eq!((response.status(), response.basic().is_none(), response.nonce()), (status, true, None));
    }
}

// Messages put together by hand, signed by nobody.

fn refusal<T>(result: Result<T, DerError>) -> String {
    result.err().unwrap().what.to_string()
}

fn extension(id: Oid, critical: bool, value: &[u8]) -> Vec<u8> {
    Writer::build(|w| {
        w.sequence(|w| {
            w.oid(&id);
            if critical {
                w.boolean(true);
            }
            w.octet_string(value);
        });
    })
}

/// A CertID of nobody.
fn bare_id(serial: u16, parameters: &[u8]) -> Vec<u8> {
    Writer::build(|w| {
        w.sequence(|w| {
            w.sequence(|w| {
                w.oid(&oid::SHA1);
                w.raw(parameters);
            });
            w.octet_string(&[1; 20]);
            w.octet_string(&[2; 20]);
            w.integer_u64(serial.into());
        });
    })
}

fn bare_answer(id: &[u8], status: &[u8], extensions: &[Vec<u8>]) -> Vec<u8> {
    Writer::build(|w| {
        w.sequence(|w| {
            w.raw(id);
            w.raw(status);
            w.generalized_time(at(NOW));
            if !extensions.is_empty() {
                w.context(1, |w| w.sequence(|w| w.raw(&extensions.concat())));
            }
        });
    })
}

fn bare_basic(answers: &[u8], extensions: &[Vec<u8>], certificates: &[u8]) -> Vec<u8> {
    Writer::build(|w| {
        w.sequence(|w| {
            w.sequence(|w| {
                w.context(2, |w| w.octet_string(&[3; 20]));
                w.generalized_time(at(NOW));
                w.sequence(|w| w.raw(answers));
                if !extensions.is_empty() {
                    w.context(1, |w| w.sequence(|w| w.raw(&extensions.concat())));
                }
            });
            w.sequence(|w| w.oid(&oid::GOST2015_512_SIGNATURE));
            w.bit_string(&[0; 128]);
            if !certificates.is_empty() {
                w.context(0, |w| w.sequence(|w| w.raw(certificates)));
            }
        });
    })
}

fn bare_response(status: u8, kind: Oid, basic: Option<&[u8]>) -> Vec<u8> {
    Writer::build(|w| {
        w.sequence(|w| {
            w.enumerated(status);
            if let Some(basic) = basic {
                w.context(0, |w| {
                    w.sequence(|w| {
                        w.oid(&kind);
                        w.octet_string(basic);
                    });
                });
            }
        });
    })
}

const GOOD: [u8; 2] = [0x80, 0];

#[test]
fn status_and_answer_must_agree() {
    let basic = bare_basic(&bare_answer(&bare_id(5, &[]), &GOOD, &[]), &[], &[]);
    let read = |status, kind, basic| OcspResponse::from_der(&bare_response(status, kind, basic));
    assert!(read(0, oid::OCSP_BASIC, Some(&basic)).is_ok());
    let message = "status and answer contradict each other";
    assert_eq!(refusal(read(0, oid::OCSP_BASIC, None)), message);
    assert_eq!(refusal(read(3, oid::OCSP_BASIC, Some(&basic))), message);
    assert_eq!(refusal(read(0, oid::OCSP_NONCE, Some(&basic))), "the type of the answer is not supported");
    for status in [4, 7, 100] {
        assert_eq!(refusal(read(status, oid::OCSP_BASIC, None)), "the response status is not known");
    }
}

#[test]
fn a_certificate_answered_twice_is_refused_however_its_parameters_are_written() {
    let one = bare_answer(&bare_id(5, &[]), &GOOD, &[]);
    let other = bare_answer(&bare_id(6, &[]), &GOOD, &[]);
    let read = |answers: &[&[u8]]| OcspResponse::from_basic_der(&bare_basic(&answers.concat(), &[], &[]));
    assert!(read(&[&one, &other]).is_ok());
    assert_eq!(refusal(read(&[&one, &other, &one])), "a certificate is answered twice");
    let unknown = [0x82, 0];
    let with_null = bare_answer(&bare_id(5, &[5, 0]), &unknown, &[]);
    assert_eq!(refusal(read(&[&one, &with_null])), "a certificate is answered twice");
    assert_eq!(refusal(read(&[])), "no answer");
}

#[test]
fn counts_and_sizes_are_bounded() {
    let answers = |count: usize| -> Vec<u8> {
        (0..count).flat_map(|n| bare_answer(&bare_id(u16::try_from(n).unwrap(), &[]), &GOOD, &[])).collect()
    };
    assert!(OcspResponse::from_basic_der(&bare_basic(&answers(OCSP_ANSWERS_MAX), &[], &[])).is_ok());
    let too_many = bare_basic(&answers(OCSP_ANSWERS_MAX + 1), &[], &[]);
    assert_eq!(refusal(OcspResponse::from_basic_der(&too_many)), "too many answers");

    let world = World::new(Kind::Gost2015);
    let certificates = |count| world.ca.certificate.der().repeat(count);
    let with = |count| OcspResponse::from_basic_der(&bare_basic(&answers(1), &[], &certificates(count)));
    assert_eq!(with(OCSP_CERTIFICATES_MAX).unwrap().basic().unwrap().certificates().len(), OCSP_CERTIFICATES_MAX);
    assert_eq!(refusal(with(OCSP_CERTIFICATES_MAX + 1)), "too many certificates");
    assert!(OcspResponse::from_basic_der(&bare_basic(&answers(1), &[], &[0x30, 0])).is_err(), "no certificate");

    let large = vec![0x30; OCSP_MAX_BYTES + 1];
    for refused in [OcspResponse::from_der(&large).err(), OcspResponse::from_basic_der(&large).err()] {
        assert_eq!(refused.unwrap().what.to_string(), "the OCSP message is too large");
    }
    assert_eq!(refusal(OcspRequest::from_der(&large)), "the OCSP message is too large");
    let ids: Vec<_> = (0..=OCSP_ANSWERS_MAX).map(|n| bare_id(u16::try_from(n).unwrap(), &[])).collect();
    assert_eq!(refusal(OcspRequest::from_der(&build_ocsp_request(&ids, None))), "too many questions");
    assert!(OcspRequest::from_der(&build_ocsp_request(&ids[1..], None)).is_ok());
}

#[test]
fn extensions_are_read_and_critical_ones_nobody_knows_are_reported() {
    let unknown = |n: u32| Oid::parse_dotted(&format!("1.2.3.{n}")).unwrap();
    let cutoff = extension(oid::OCSP_ARCHIVE_CUTOFF, true, b"\x18\x0f20150101000000Z");
    let single = [cutoff.clone(), extension(unknown(1), true, &[]), extension(unknown(2), false, &[])];
    let whole = [
        extension(oid::OCSP_NONCE, true, &[9]),
        extension(oid::OCSP_EXTENDED_REVOKE, true, &[5, 0]),
        extension(unknown(3), true, &[]),
    ];
    let der = bare_basic(&bare_answer(&bare_id(5, &[]), &GOOD, &single), &whole, &[]);
    let response = OcspResponse::from_basic_der(&der).unwrap();
    let basic = response.basic().unwrap();
    assert_eq!(basic.unknown_critical_extensions(), [unknown(3)]);
    assert_eq!(basic.responses()[0].unknown_critical_extensions, [unknown(1)]);
    assert_eq!(basic.responses()[0].archive_cutoff, Some(at("2015-01-01T00:00:00Z")));
    assert_eq!(basic.responses()[0].extensions.len(), 3);
    assert_eq!(response.nonce(), Some(&[9][..]), "bare, as older software writes it");

    let twice = [cutoff.clone(), cutoff];
    let der = bare_basic(&bare_answer(&bare_id(5, &[]), &GOOD, &twice), &[], &[]);
    assert_eq!(refusal(OcspResponse::from_basic_der(&der)), "an extension stands twice");
    let twice = [extension(oid::OCSP_NONCE, false, &[9]), extension(oid::OCSP_NONCE, false, &[8])];
    let der = bare_basic(&bare_answer(&bare_id(5, &[]), &GOOD, &[]), &twice, &[]);
    assert_eq!(refusal(OcspResponse::from_basic_der(&der)), "an extension stands twice");
}

#[test]
fn a_status_that_is_none_is_refused() {
    let read = |status: &[u8]| {
        OcspResponse::from_basic_der(&bare_basic(&bare_answer(&bare_id(5, &[]), status, &[]), &[], &[]))
    };
    assert!(read(&[0x82, 0]).is_ok());
    for status in [&[0x80, 1, 0][..], &[0x82, 2, 5, 0], &[0x83, 0], &[0xa0, 2, 5, 0], &[0xa1, 0], &[5, 0]] {
        assert!(read(status).is_err(), "{status:02x?}");
    }
    let revoked = |write: &dyn Fn(&mut Writer)| read(&Writer::build(|w| w.context(1, write)));
    assert!(revoked(&|w| w.generalized_time(at(NOW))).is_ok());
    assert!(revoked(&|w| w.element(tag::UTC_TIME, b"260501120000Z")).is_err());
    assert!(revoked(&|w| w.element(tag::GENERALIZED_TIME, b"20260501120000.5Z")).is_err());
    let with_reason = |code: u8| {
        revoked(&move |w: &mut Writer| {
            w.generalized_time(at(NOW));
            w.context(0, |w| w.enumerated(code));
        })
    };
    assert!(with_reason(10).is_ok());
    assert_eq!(refusal(with_reason(7)), "the reason is not known");
}

#[test]
fn a_request_is_read_as_it_was_made() {
    let world = World::new(Kind::Gost2015);
    let (ca, serial) = (&world.ca.certificate, world.signer.certificate.serial());
    let ids = [cert_id(ca, serial, DigestAlgorithm::Sha256), cert_id(ca, &[0x80], DigestAlgorithm::Streebog512)];
    let request = OcspRequest::from_der(&build_ocsp_request(&ids, Some(&[1, 2, 3]))).unwrap();
    assert_eq!(request.cert_ids().iter().map(CertId::der).collect::<Vec<_>>(), ids);
    assert!(
        request.cert_ids()[0].matches(serial, ca) && !request.cert_ids()[0].matches(serial, &world.root.certificate)
    );
    assert!(request.cert_ids()[1].matches(&[0x80], ca));
    assert_eq!(request.nonce_value(), Some(&[4, 3, 1, 2, 3][..]));
    assert_eq!(request.nonce(), Some(&[1, 2, 3][..]));
    assert!(!request.is_signed() && request.unknown_critical_extensions().is_empty());

    let request = OcspRequest::from_der(&build_ocsp_request(&ids[..1], None)).unwrap();
    assert_eq!((request.nonce(), request.extensions().len()), (None, 0));
    assert_eq!(refusal(OcspRequest::from_der(&build_ocsp_request(&[], None))), "no question");
}

/// Source: RFC 6960 §4.1.1: name of who asks, a signature, extensions of single questions.
#[test]
fn what_a_request_may_hold_besides_is_stepped_over() {
    let der = Writer::build(|w| {
        w.sequence(|w| {
            w.sequence(|w| {
                w.context(0, |w| w.integer_u64(0));
                w.context(1, |w| w.general_name_uri("http://asks"));
                w.sequence(|w| {
                    w.sequence(|w| {
                        w.raw(&bare_id(5, &[]));
                        w.context(0, |w| w.sequence(|w| w.raw(&extension(oid::OCSP_NONCE, false, &[1]))));
                    });
                });
            });
            w.context(0, |w| w.sequence(|w| w.null()));
        });
    });
    let request = OcspRequest::from_der(&der).unwrap();
    assert!(request.is_signed());
    assert_eq!((request.cert_ids().len(), request.nonce()), (1, None));
    assert!(!request.cert_ids()[0].matches(&[5], &World::new(Kind::Gost2015).ca.certificate));
}

/// Reads `der` as everything it may be and asks everything of what was read.
fn exercise(der: &[u8], issuer: &Certificate) -> bool {
    let request = OcspRequest::from_der(der);
    let _ = request.as_ref().map(|request| (request.nonce().map(<[u8]>::len), request.unknown_critical_extensions()));
    let response = OcspResponse::from_der(der).or_else(|_| OcspResponse::from_basic_der(der));
    if let Ok(response) = &response {
        let _ = (response.nonce(), format!("{response:?}"), response.sha256());
        if let Some(basic) = response.basic() {
            let _ = (basic.responder_id().matches(issuer), basic.response_for(&[5], issuer), basic.nonce_matches(&[1]));
            assert!(!basic.responses().is_empty());
        }
    }
    request.is_ok() || response.is_ok()
}

#[test]
fn no_truncation_is_a_message_and_no_changed_octet_stops_the_reader() {
    let mut world = World::new(Kind::Gost2015);
    let ca = world.ca.certificate.clone();
    let id = cert_id(&ca, &[5], DigestAlgorithm::Sha256);
    let mut samples = vec![
        answer_about(&mut world, CertificateState::NeverIssued, true).der().to_vec(),
        build_ocsp_request(&[id.clone(), id], Some(&[1, 2, 3])),
        build_ocsp_refusal(OcspRefusal::TryLater),
    ];
    let cutoff = extension(oid::OCSP_ARCHIVE_CUTOFF, true, b"\x18\x0f20150101000000Z");
    samples.push(bare_basic(&bare_answer(&bare_id(5, &[]), &GOOD, &[cutoff]), &[], &[]));
    if let Some(folder) = shared("nca") {
        samples.extend(real_answers(&folder).into_iter().map(|(_, der, _)| der));
    }
    for sample in samples {
        assert!(exercise(&sample, &ca));
        for end in 0..sample.len() {
            assert!(!exercise(&sample[..end], &ca), "the first {end}");
        }
        let mut changed = sample.clone();
        for place in 0..sample.len() {
            for mask in [0x01, 0x20, 0x80, 0xff] {
                changed[place] ^= mask;
                exercise(&changed, &ca);
                changed[place] = sample[place];
            }
        }
    }
}
