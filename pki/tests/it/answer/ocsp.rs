//! Keeps: SIG-05, SIG-07, SIG-10.

use qolhat_pki::answer::{Answer, AnswerStatus, OcspQuestion, ocsp_answer};
use qolhat_pki::certificate::Certificate;
use qolhat_pki::crl::ReasonCode;
use qolhat_pki::der::writer::Writer;
use qolhat_pki::digest::DigestAlgorithm;
use qolhat_pki::issue::ocsp_builder::{
    CertificateState, OcspRefusal, OcspTemplate, ResponderName, SingleAnswer, build_ocsp_refusal, build_ocsp_response,
    cert_id,
};
use qolhat_pki::issue::profile::{Profile, service_subject};
use qolhat_pki::ocsp::OcspResponse;
use qolhat_pki::oid;

use super::{MADE, NOW, TOMORROW, issue, twin};
use crate::workshop::{Holder, Kind, SeededRandom, World, at};

const GOOD: CertificateState = CertificateState::Good;

fn single(issuer: &Certificate, of: &Certificate, state: CertificateState) -> SingleAnswer {
    let id = cert_id(issuer, of.serial(), DigestAlgorithm::Sha256);
    SingleAnswer { cert_id: id, state, this_update: at(MADE), next_update: Some(at(TOMORROW)) }
}

/// A response by `responder` about the signer.
fn about<'a>(world: &World, responder: &'a Holder, change: impl FnOnce(&mut OcspTemplate<'a>)) -> OcspResponse {
    let mut template = OcspTemplate {
        responder: &responder.certificate,
        responder_name: ResponderName::ByName,
        produced_at: at(MADE),
        answers: vec![single(&world.ca.certificate, &world.signer.certificate, GOOD)],
        nonce: None,
        extended_revoke: true,
        certificates: vec![responder.certificate.clone()],
    };
    change(&mut template);
    let der = build_ocsp_response(&template, &responder.key, &mut SeededRandom::new(9)).unwrap();
    OcspResponse::from_der(&der).unwrap()
}

fn ask(world: &World, response: &OcspResponse, nonce: Option<&[u8]>, moment: &str) -> Answer {
    let issuers = [world.root.certificate.clone(), world.ca.certificate.clone()];
    let question = OcspQuestion { certificate: &world.signer.certificate, issuers: &issuers, at: at(moment), nonce };
    ocsp_answer(&question, response)
}

fn told(answer: &Answer) -> (&'static str, Option<&'static str>) {
    (answer.status.as_str(), answer.fault.map(|fault| fault.code()))
}

#[test]
fn the_issuer_itself_and_its_delegate_may_answer_by_name_and_by_key() {
    for kind in Kind::ALL {
        let world = World::new(kind);
        for responder in [&world.responder, &world.ca] {
            for name in [ResponderName::ByName, ResponderName::ByKey] {
                let response = about(&world, responder, |template| template.responder_name = name);
                let answer = ask(&world, &response, None, NOW);
                assert_eq!(told(&answer), ("good", None), "{kind:?} {name:?}");
                assert_eq!(answer.this_update, Some(at(MADE)));
                assert_eq!((answer.next_update, answer.produced_at), (Some(at(TOMORROW)), Some(at(MADE))));
            }
        }
    }
}

#[test]
fn whoever_else_answers_is_refused_with_the_reason() {
    let world = World::new(Kind::Gost2015);
    let answered = |responder: &Holder| told(&ask(&world, &about(&world, responder, |_| {}), None, NOW));
    let name = || service_subject("OCSP RESPONDER");
    let another_ca = twin(&world.ca);
    let of_twin = issue(&another_ca, &Profile::OcspResponder, name(), |_| {});
    assert_eq!(answered(&of_twin), ("unknown", Some("responder-of-another-issuer")));
    let of_root = issue(&world.root, &Profile::OcspResponder, name(), |_| {});
    assert_eq!(answered(&of_root), ("unknown", Some("responder-of-another-issuer")));
    // Delegated by a delegate.
    let indirect = issue(&world.responder, &Profile::OcspResponder, name(), |_| {});
    assert_eq!(answered(&indirect), ("unknown", Some("responder-of-another-issuer")));
    assert_eq!(answered(&world.authority), ("unknown", Some("responder-purpose")));
    let anything = issue(&world.ca, &Profile::OcspResponder, name(), |template| {
        template.extended_key_usage = vec![oid::ANY_EXTENDED_KEY_USAGE];
    });
    assert_eq!(answered(&anything), ("unknown", Some("responder-purpose")));
    let silent = issue(&world.ca, &Profile::OcspResponder, name(), |template| template.extended_key_usage.clear());
    assert_eq!(answered(&silent), ("unknown", Some("responder-purpose")));
    assert_eq!(answered(&another_ca), ("unknown", Some("responder-of-another-issuer")));
    let unnamed = about(&world, &another_ca, |template| template.certificates.clear());
    assert_eq!(told(&ask(&world, &unnamed, None, NOW)), ("unknown", Some("bad-signature")));
    assert_eq!(answered(&world.root), ("unknown", Some("responder-of-another-issuer")));
    assert_eq!(answered(&world.signer), ("unknown", Some("responder-is-the-certificate")));
    let short = |from: &str, to: &str| {
        issue(&world.ca, &Profile::OcspResponder, name(), |template| {
            (template.not_before, template.not_after) = (at(from), at(to));
        })
    };
    let ended = ("unknown", Some("responder-expired"));
    assert_eq!(answered(&short("2026-01-01T00:00:00Z", "2026-04-01T00:00:00Z")), ended);
    assert_eq!(answered(&short("2026-01-01T00:00:00Z", "2026-05-01T11:30:00Z")), ended, "since it answered");
    let coming = short("2026-05-01T11:30:00Z", "2026-06-01T00:00:00Z");
    assert_eq!(answered(&coming), ("unknown", Some("responder-not-yet-valid")));
    let absent = about(&world, &world.responder, |template| template.certificates.clear());
    assert_eq!(told(&ask(&world, &absent, None, NOW)), ("unknown", Some("responder-not-found")));
}

#[test]
fn a_changed_octet_anywhere_in_what_is_signed_is_not_believed() {
    let world = World::new(Kind::Gost2015);
    let response = about(&world, &world.responder, |_| {});
    let der = response.der();
    let tbs = response.basic().unwrap().tbs();
    let start = der.windows(tbs.len()).position(|window| window == tbs).unwrap();
    let mut read = 0;
    for position in start..start + tbs.len() {
        let mut changed = der.to_vec();
        changed[position] ^= 1;
        let Ok(changed) = OcspResponse::from_der(&changed) else { continue };
        let answer = ask(&world, &changed, None, NOW);
        assert!(!answer.is_valid() && answer.status == AnswerStatus::Unknown, "{position}");
        read += 1;
    }
    assert!(read > 50, "{read}");
}

#[test]
fn of_several_answers_the_one_about_this_certificate_of_this_ca_counts() {
    let world = World::new(Kind::Gost2015);
    let (ca, signer) = (&world.ca.certificate, &world.signer.certificate);
    let revoked = CertificateState::Revoked { at: at("2026-04-01T00:00:00Z"), reason: Some(1) };
    let answers = |answers: Vec<SingleAnswer>| {
        told(&ask(&world, &about(&world, &world.responder, |template| template.answers = answers), None, NOW))
    };
    let another = single(ca, &world.authority.certificate, GOOD);
    assert_eq!(answers(vec![another.clone(), single(ca, signer, revoked)]), ("revoked", None));
    assert_eq!(answers(vec![another.clone()]), ("unknown", Some("certificate-not-answered")));
    // The same number under another CA, or under a CA of the same name and another key.
    let not_answered = ("unknown", Some("certificate-not-answered"));
    assert_eq!(answers(vec![single(&world.root.certificate, signer, GOOD)]), not_answered);
    assert_eq!(answers(vec![single(&twin(&world.ca).certificate, signer, GOOD)]), not_answered);
    // One certificate under two digests: the worse answer counts.
    for digest in [DigestAlgorithm::Sha1, DigestAlgorithm::Streebog512] {
        let other = SingleAnswer { cert_id: cert_id(ca, signer.serial(), digest), ..single(ca, signer, revoked) };
        assert_eq!(answers(vec![single(ca, signer, GOOD), other.clone()]), ("revoked", None));
        assert_eq!(answers(vec![other]), ("revoked", None));
    }
    // Hashes under the name of another digest.
    let mut mixed = cert_id(ca, signer.serial(), DigestAlgorithm::Sha256);
    let sha256 = mixed.windows(9).position(|window| window == oid::SHA256.content()).unwrap();
    mixed[sha256 + 8] = 6;
    assert_eq!(answers(vec![SingleAnswer { cert_id: mixed, ..single(ca, signer, GOOD) }]), not_answered);
}

#[test]
fn a_question_without_its_issuer_is_not_answered() {
    let world = World::new(Kind::Gost2015);
    let response = about(&world, &world.responder, |_| {});
    let ask = |issuers: &[Certificate]| {
        let certificate = &world.signer.certificate;
        told(&ocsp_answer(&OcspQuestion { certificate, issuers, at: at(NOW), nonce: None }, &response))
    };
    assert_eq!(ask(&[]), ("unknown", Some("issuer-not-found")));
    assert_eq!(ask(std::slice::from_ref(&world.root.certificate)), ("unknown", Some("issuer-not-found")));
    assert_eq!(ask(&[twin(&world.ca).certificate]), ("unknown", Some("issuer-not-found")));
    assert_eq!(ask(&[twin(&world.ca).certificate, world.ca.certificate.clone()]), ("good", None));
}

#[test]
fn a_nonce_must_come_back_bare_or_wrapped_when_one_was_sent() {
    let world = World::new(Kind::Gost2015);
    let with = |nonce: Option<&'static [u8]>| about(&world, &world.responder, |template| template.nonce = nonce);
    let sent: &[u8] = &[8, 7, 6, 5];
    let ask = |response: &OcspResponse| told(&ask(&world, response, Some(sent), NOW));
    for value in [&[8, 7, 6, 5][..], &[4, 4, 8, 7, 6, 5], &[4, 6, 4, 4, 8, 7, 6, 5]] {
        assert_eq!(ask(&with(Some(value))), ("good", None), "{value:?}");
    }
    for value in [&[8, 7, 6, 4][..], &[4, 3, 8, 7, 6], &[4, 5, 8, 7, 6, 5, 0], &[4, 0]] {
        assert_eq!(ask(&with(Some(value))), ("unknown", Some("nonce-mismatch")), "{value:?}");
    }
    assert_eq!(ask(&with(None)), ("unknown", Some("nonce-missing")));
}

#[test]
fn an_answer_counts_in_its_window_and_at_neither_end_past_it() {
    let world = World::new(Kind::Gost2015);
    let response = |next: Option<&str>, produced: &str| {
        about(&world, &world.responder, |template| {
            template.produced_at = at(produced);
            template.answers[0].next_update = next.map(at);
        })
    };
    let bounded = response(Some(TOMORROW), MADE);
    for (moment, expected) in [
        ("2026-05-01T10:59:59.999999Z", ("unknown", Some("produced-in-future"))),
        (MADE, ("good", None)),
        ("2026-05-02T11:59:59.999999Z", ("good", None)),
        (TOMORROW, ("unknown", Some("expired"))),
    ] {
        assert_eq!(told(&ask(&world, &bounded, None, moment)), expected, "{moment}");
    }
    let open = response(None, MADE);
    assert_eq!(told(&ask(&world, &open, None, "2026-05-02T10:59:59Z")), ("good", None));
    assert_eq!(told(&ask(&world, &open, None, "2026-05-02T11:00:00Z")), ("unknown", Some("too-old")));
    // thisUpdate after signing: from the future although signed in the past.
    let early = response(Some(TOMORROW), "2026-05-01T10:00:00Z");
    let moment = "2026-05-01T10:30:00Z";
    assert_eq!(told(&ask(&world, &early, None, moment)), ("unknown", Some("not-yet-valid")));
    let late = response(Some(TOMORROW), "2026-05-01T13:00:00Z");
    assert_eq!(told(&ask(&world, &late, None, NOW)), ("unknown", Some("produced-in-future")));
}

#[test]
fn a_revocation_stands_though_the_answer_is_old_and_an_unknown_is_no_good() {
    let world = World::new(Kind::Gost2015);
    let with = |state| about(&world, &world.responder, |template| template.answers[0].state = state);
    let since = at("2026-04-01T00:00:00Z");
    let revoked = with(CertificateState::Revoked { at: since, reason: Some(1) });
    let answer = ask(&world, &revoked, None, NOW);
    let expected = AnswerStatus::Revoked { at: since, reason: Some(ReasonCode::KeyCompromise) };
    assert_eq!((answer.status, answer.fault), (expected, None));
    let answer = ask(&world, &revoked, None, "2026-06-01T00:00:00Z");
    assert_eq!((answer.status, told(&answer)), (expected, ("revoked", Some("expired"))));
    assert_eq!(told(&ask(&world, &with(CertificateState::Unknown), None, NOW)), ("unknown", None));
    assert_eq!(told(&ask(&world, &with(CertificateState::NeverIssued), None, NOW)), ("unknown", None));
    // Without the extension that gives it its meaning it is a revocation like any other.
    let plain = about(&world, &world.responder, |template| {
        template.extended_revoke = false;
        template.answers[0].state = CertificateState::NeverIssued;
    });
    assert_eq!(told(&ask(&world, &plain, None, NOW)), ("revoked", None));
}

#[test]
fn a_responder_without_an_answer_says_why() {
    let world = World::new(Kind::Gost2015);
    for (refusal, code) in [
        (OcspRefusal::MalformedRequest, "malformed-request"),
        (OcspRefusal::InternalError, "internal-error"),
        (OcspRefusal::TryLater, "try-later"),
        (OcspRefusal::SignatureRequired, "sig-required"),
        (OcspRefusal::Unauthorized, "unauthorized"),
    ] {
        let response = OcspResponse::from_der(&build_ocsp_refusal(refusal)).unwrap();
        let answer = ask(&world, &response, None, NOW);
        assert_eq!((told(&answer), answer.produced_at), (("unknown", Some(code)), None));
    }
}

#[test]
fn a_certificate_that_had_expired_is_good_only_by_a_responder_that_remembers() {
    let world = World::new(Kind::Gost2015);
    let ended = issue(&world.ca, &Profile::InformationSystem, service_subject("Ескі жүйе"), |template| {
        template.not_after = at("2026-03-01T00:00:00Z");
    });
    let with = |state| {
        about(&world, &world.responder, |template| {
            template.answers = vec![single(&world.ca.certificate, &ended.certificate, state)];
        })
    };
    let issuers = [world.ca.certificate.clone()];
    let question = OcspQuestion { certificate: &ended.certificate, issuers: &issuers, at: at(NOW), nonce: None };
    let code = Some("certificate-expired-before");
    assert_eq!(told(&ocsp_answer(&question, &with(GOOD))), ("unknown", code));
    let revoked = CertificateState::Revoked { at: at("2026-02-01T00:00:00Z"), reason: None };
    assert_eq!(told(&ocsp_answer(&question, &with(revoked))), ("revoked", None));
}

/// A signed response with these extensions, one of them critical.
fn with_extension(world: &World, of_answer: bool) -> OcspResponse {
    let extension = Writer::build(|w| {
        w.sequence(|w| {
            w.oid(&oid::CRL_NUMBER);
            w.boolean(true);
            w.octet_string(&[2, 1, 1]);
        });
    });
    let id = cert_id(&world.ca.certificate, world.signer.certificate.serial(), DigestAlgorithm::Sha256);
    let extensions = |w: &mut Writer| w.context(1, |w| w.sequence(|w| w.raw(&extension)));
    let data = Writer::build(|w| {
        w.sequence(|w| {
            w.context(1, |w| w.raw(world.responder.certificate.subject_der()));
            w.generalized_time(at(MADE));
            w.sequence(|w| {
                w.sequence(|w| {
                    w.raw(&id);
                    w.context_primitive(0, &[]);
                    w.generalized_time(at(MADE));
                    if of_answer {
                        extensions(w);
                    }
                });
            });
            if !of_answer {
                extensions(w);
            }
        });
    });
    let signature = world.responder.key.sign_message(&data, &mut SeededRandom::new(3)).unwrap();
    let basic = Writer::build(|w| {
        w.sequence(|w| {
            w.raw(&data);
            w.sequence(|w| w.oid(&oid::GOST2015_512_SIGNATURE));
            w.bit_string(&signature);
            w.context(0, |w| w.sequence(|w| w.raw(world.responder.certificate.der())));
        });
    });
    OcspResponse::from_basic_der(&basic).unwrap()
}

#[test]
fn an_unknown_critical_extension_anywhere_makes_the_answer_useless() {
    let world = World::new(Kind::Gost2015);
    for of_answer in [true, false] {
        let answer = ask(&world, &with_extension(&world, of_answer), None, NOW);
        assert_eq!(told(&answer), ("unknown", Some("unknown-critical-extension")));
    }
}
