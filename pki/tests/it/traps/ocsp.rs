//! OCSP answers that must not be believed. Keeps: SIG-06, SIG-08.

use qolhat_pki::certificate::Certificate;
use qolhat_pki::digest::DigestAlgorithm;
use qolhat_pki::issue::fault::{OcspFault, build_wrong_ocsp_response, signed_anew};
use qolhat_pki::issue::ocsp_builder::{
    CertificateState, OcspRefusal, OcspTemplate, ResponderName, SingleAnswer, build_ocsp_refusal, build_ocsp_response,
    cert_id,
};
use qolhat_pki::issue::profile::{Profile, service_subject};
use qolhat_pki::ocsp::OcspResponse;
use qolhat_pki::oid;
use qolhat_pki::policy::SignaturePolicy;
use qolhat_pki::report::Indication;
use qolhat_pki::validate::Evidence;

use super::{Change, answer, extension, issue, status, status_of};
use crate::validate::{LISTED, TOMORROW, crl, judge, now, only, sign, sub};
use crate::workshop::{Holder, Kind, SeededRandom, World, at, head_of_organisation};

const UNTRUSTED: &str = "revocation-unknown: the answer is not signed by a responder of the issuer";
const SILENT: &str = "revocation-unknown: there is no evidence on it";

fn wrong(world: &World, fault: OcspFault) -> Vec<u8> {
    let about = (&world.ca.certificate, world.signer.certificate.serial());
    // Another CA, with another name or with that of ours.
    let namesake = issue(&world.root, 5, &Profile::IssuingCa, ca_name(world), |_| {}).certificate;
    let other = if fault == OcspFault::CertIdOtherKey { namesake } else { world.root.certificate.clone() };
    let (responder, made, random) = (&world.responder, at(LISTED), &mut SeededRandom::new(6));
    let certificate = &responder.certificate;
    build_wrong_ocsp_response(fault, about, certificate, &other, made, &responder.key, random).unwrap()
}

fn ca_name(world: &World) -> Vec<u8> {
    world.ca.certificate.subject_der().to_vec()
}

/// Each claim: the fault ordered, and what is then known of the certificate; "unread" when it is no answer at all.
macro_rules! answers {
    ($($(#[$doc:meta])* fn $claim:ident: $fault:ident => $status:expr;)+) => {
        $(
            $(#[$doc])*
            #[test]
            fn $claim() {
                let world = World::new(Kind::Gost2015);
                let der = wrong(&world, OcspFault::$fault);
                let found = match OcspResponse::from_der(&der) {
                    Ok(response) => status(&world, Vec::new(), vec![response], &[]),
                    Err(_) => "unread".to_owned(),
                };
                assert_eq!(found, $status, "{}", OcspFault::$fault.name());
            }
        )+

        #[test]
        fn every_fault_of_an_answer_is_ordered_by_its_name() {
            let here = [$(OcspFault::$fault,)+];
            for fault in OcspFault::ALL {
                assert_eq!(OcspFault::named(fault.name()), Some(*fault));
                assert!(here.contains(fault), "{}", fault.name());
            }
        }
    };
}

answers! {
    fn an_answer_whose_hashes_are_of_another_digest_than_it_says_is_about_nobody: CertIdOtherDigest => SILENT;
    fn an_answer_that_mixes_two_digests_is_about_nobody: CertIdMixedDigests => SILENT;
    fn an_answer_about_the_certificates_of_another_key_of_that_name_is_not_taken: CertIdOtherKey => SILENT;
    fn an_answer_about_the_certificates_of_another_name_is_not_taken: CertIdOtherName => SILENT;
    fn an_answer_about_another_number_is_not_taken: CertIdOtherSerial => SILENT;
    fn an_answer_with_cut_hashes_is_about_nobody: CertIdTruncated => SILENT;
    fn an_answer_about_a_moment_after_it_was_made_is_not_believed: ThisUpdateAfterProducedAt
        => "revocation-unknown: the answer is about a moment after it was made";
    fn an_answer_that_ends_before_it_begins_is_not_fresh: NextUpdateBeforeThisUpdate
        => "revocation-unknown: no evidence on it is fresh enough";
    fn an_answer_with_an_unknown_critical_extension_is_not_believed: CriticalExtension
        => "revocation-unknown: the answer has an unknown critical extension";
    fn an_answer_with_the_hash_of_another_certificate_is_not_believed: CertHashOfAnother
        => "revocation-unknown: the answer is about another certificate of this number";
    fn an_answer_that_answers_twice_is_none: AnsweredTwice => "unread";
    fn a_response_without_an_answer_is_none: NoAnswer => "unread";
    fn a_response_that_says_try_later_and_answers_is_none: StatusTryLater => "unread";
    fn an_answer_with_a_changed_signature_is_not_believed: SignatureChanged => UNTRUSTED;
}

/// A good answer about the signer by `responder`, as the CA `ca` numbers it.
fn good(ca: &Certificate, responder: &Holder, serial: &[u8], this: &str, next: Option<&str>) -> OcspResponse {
    let answer = SingleAnswer {
        cert_id: cert_id(ca, serial, DigestAlgorithm::Sha256),
        state: CertificateState::Good,
        this_update: at(this),
        next_update: next.map(at),
    };
    let template = OcspTemplate {
        responder: &responder.certificate,
        responder_name: ResponderName::ByKey,
        produced_at: at(this),
        answers: vec![answer],
        nonce: None,
        extended_revoke: false,
        certificates: vec![responder.certificate.clone()],
    };
    OcspResponse::from_der(&build_ocsp_response(&template, &responder.key, &mut SeededRandom::new(3)).unwrap()).unwrap()
}

#[test]
fn last_month_s_good_is_not_today_s() {
    let world = World::new(Kind::Gost2015);
    let serial = world.signer.certificate.serial();
    let judged = |this, next| {
        status(&world, Vec::new(), vec![good(&world.ca.certificate, &world.responder, serial, this, next)], &[])
    };
    let stale = "revocation-unknown: no evidence on it is fresh enough";
    assert_eq!(judged("2026-04-01T12:00:00Z", None), stale);
    assert_eq!(judged("2026-04-01T12:00:00Z", Some("2026-04-08T12:00:00Z")), stale);
    // The end does not count, the moment before does.
    assert_eq!(judged("2026-04-01T12:00:00Z", Some(crate::validate::NOW)), stale);
    assert_eq!(judged("2026-04-01T12:00:00Z", Some("2026-05-01T12:00:11Z")), "good");
}

#[test]
fn an_answer_of_another_ca_about_the_same_number_is_not_taken() {
    let world = World::new(Kind::Gost2015);
    let other = issue(&world.root, 11, &Profile::IssuingCa, service_subject("БАСҚА ОРТАЛЫҚ"), |_| {});
    let responder = issue(&other, 12, &Profile::OcspResponder, service_subject("OCSP"), |_| {});
    let serial = world.signer.certificate.serial();
    let of_other = good(&other.certificate, &responder, serial, LISTED, None);
    assert_eq!(status(&world, Vec::new(), vec![of_other], &[&other, &responder]), SILENT);
    // Nor when its responder names our CA.
    let of_ours = good(&world.ca.certificate, &responder, serial, LISTED, None);
    assert_eq!(status(&world, Vec::new(), vec![of_ours], &[&other, &responder]), UNTRUSTED);
}

/// The CA has a new key; the responder's certificate is by the old one. Source: RFC 6960 §4.2.2.2.
#[test]
fn a_responder_made_one_by_the_old_key_of_the_ca_is_not_believed() {
    let world = World::new(Kind::Gost2015);
    let old = issue(&world.root, 21, &Profile::IssuingCa, ca_name(&world), |_| {});
    let responder = issue(&old, 22, &Profile::OcspResponder, service_subject("OCSP"), |_| {});
    let answer = good(&world.ca.certificate, &responder, world.signer.certificate.serial(), LISTED, None);
    assert_eq!(status(&world, Vec::new(), vec![answer], &[&old, &responder]), UNTRUSTED);
}

/// Delegated by somebody to whom the CA delegated: not directly.
#[test]
fn a_responder_made_one_by_a_ca_below_is_not_believed() {
    let world = World::new(Kind::Gost2015);
    let below = issue(&world.ca, 23, &Profile::IssuingCa, service_subject("ТӨМЕНГІ"), |_| {});
    let responder = issue(&below, 24, &Profile::OcspResponder, service_subject("OCSP"), |_| {});
    let answer = good(&world.ca.certificate, &responder, world.signer.certificate.serial(), LISTED, None);
    assert_eq!(status(&world, Vec::new(), vec![answer], &[&below, &responder]), UNTRUSTED);
}

#[test]
fn a_responder_that_is_not_for_answering_is_not_believed() {
    let world = World::new(Kind::Gost2015);
    let changes: [(&str, Change); 4] = [
        ("no purpose", |template| template.extended_key_usage.clear()),
        ("any purpose", |template| template.extended_key_usage = vec![oid::ANY_EXTENDED_KEY_USAGE]),
        ("no signing", |template| template.key_usage = qolhat_pki::issue::certificate_builder::usage::KEY_ENCIPHERMENT),
        ("unknown critical extension", |template| {
            template.more_extensions.push(extension(oid::ROLE_HEAD, true, vec![5, 0]));
        }),
    ];
    for (what, change) in changes {
        let responder = issue(&world.ca, 25, &Profile::OcspResponder, service_subject("OCSP"), change);
        let answer = good(&world.ca.certificate, &responder, world.signer.certificate.serial(), LISTED, None);
        assert_eq!(status(&world, Vec::new(), vec![answer], &[&responder]), UNTRUSTED, "{what}");
    }
}

/// The certificate itself may say that it answers: of itself it does not.
#[test]
fn a_certificate_that_may_answer_does_not_answer_for_itself() {
    let mut world = World::new(Kind::Gost2015);
    world.signer = issue(&world.ca, 26, &Profile::OcspResponder, head_of_organisation(), |_| {});
    let serial = world.signer.certificate.serial().to_vec();
    let answer = good(&world.ca.certificate, &world.signer, &serial, LISTED, None);
    assert_eq!(status(&world, Vec::new(), vec![answer], &[]), UNTRUSTED);
}

#[test]
fn no_refusal_of_a_responder_says_not_revoked() {
    let mut world = World::new(Kind::Gost2015);
    let cms = sign(&mut world, qolhat_pki::issue::cms_sign::Packaging::Detached);
    for refusal in [
        OcspRefusal::TryLater,
        OcspRefusal::MalformedRequest,
        OcspRefusal::InternalError,
        OcspRefusal::SignatureRequired,
        OcspRefusal::Unauthorized,
    ] {
        let response = OcspResponse::from_der(&build_ocsp_refusal(refusal)).unwrap();
        assert_eq!(
            status(&world, Vec::new(), vec![response.clone()], &[]),
            "revocation-unknown: the responder gave no answer",
            "{refusal:?}"
        );
        let evidence = Evidence {
            certificates: vec![world.ca.certificate.clone()],
            crls: vec![crl(&world.root, LISTED, TOMORROW, &[])],
            ocsp: vec![response],
        };
        let report = only(judge(&world, &cms, &evidence, &SignaturePolicy::default(), now()));
        assert_eq!((report.indication, sub(&report)), (Indication::Indeterminate, Some("TRY_LATER")), "{refusal:?}");
        assert_eq!(answer_to(&report), Some(false));
    }
}

fn answer_to(report: &qolhat_pki::report::SignatureReport) -> Option<bool> {
    answer(report, "certificate-revocation")
}

#[test]
fn an_answer_with_another_nonce_is_told_from_the_one_asked_for() {
    let world = World::new(Kind::Gost2015);
    let with = |nonce: Option<&[u8]>| {
        let id = cert_id(&world.ca.certificate, world.signer.certificate.serial(), DigestAlgorithm::Sha256);
        let responder = &world.responder;
        let template =
            OcspTemplate::national(&responder.certificate, at(LISTED), nonce, [(id, CertificateState::Good)]);
        let der = build_ocsp_response(&template, &responder.key, &mut SeededRandom::new(3)).unwrap();
        OcspResponse::from_der(&der).unwrap()
    };
    let sent = [7; 16];
    let matches = |response: OcspResponse| response.basic().unwrap().nonce_matches(&sent);
    assert!(matches(with(Some(&[&[4, 16][..], &sent].concat()))));
    assert!(!matches(with(Some(&[&[4, 16][..], &[8; 16]].concat()))), "another one");
    assert!(!matches(with(Some(&[&[4, 8][..], &[7; 8]].concat()))), "a part of it");
    assert!(!matches(with(None)), "none");
}

/// Of a certificate that has ended a responder need not remember anything, unless it says that it does.
#[test]
fn an_answer_made_after_the_certificate_ended_counts_only_with_an_archive_cutoff_or_its_hash() {
    let mut world = World::new(Kind::Gost2015);
    let ended = "2026-05-01T12:00:15Z";
    world.signer = crate::validate::forge::signer(&world.ca, |template| template.not_after = at(ended));
    let after = "2026-05-01T12:00:20Z";
    let serial = world.signer.certificate.serial();
    let plain = good(&world.ca.certificate, &world.responder, serial, after, None);
    let with = |identifier, value: Vec<u8>| {
        let field = qolhat_pki::der::writer::Writer::build(|w| {
            w.context(1, |w| {
                w.sequence(|w| {
                    w.sequence(|w| {
                        w.oid(&identifier);
                        w.octet_string(&value);
                    });
                });
            });
        });
        let basic = plain.basic().unwrap().der().to_vec();
        let add = |fields: &mut Vec<Vec<u8>>| {
            let mut answers = qolhat_pki::der::Reader::new(&fields[2], qolhat_pki::der::Rules::Der).sequence().unwrap();
            let answer = answers.read().unwrap().value.to_vec();
            fields[2] = qolhat_pki::der::writer::Writer::build(|w| {
                w.sequence(|w| w.element(0x30, &[answer.as_slice(), &field].concat()));
            });
        };
        let basic = signed_anew(&basic, add, &world.responder.key, &mut SeededRandom::new(3)).unwrap();
        OcspResponse::from_basic_der(&basic).unwrap()
    };
    let time = |text: &[u8]| [&[0x18, 15][..], text].concat();
    let hash = |certificate: &Certificate| {
        qolhat_pki::der::writer::Writer::build(|w| {
            w.sequence(|w| {
                w.sequence(|w| w.oid(&oid::SHA256));
                w.octet_string(&certificate.sha256());
            });
        })
    };
    let judged = |response: OcspResponse| {
        let crls = vec![crl(&world.root, LISTED, TOMORROW, &[])];
        let evidence = Evidence { crls, ocsp: vec![response], ..Evidence::default() };
        status_of(&world, &world.signer.certificate, &evidence, &[])
    };
    assert_eq!(judged(plain.clone()), "revocation-unknown: no evidence on it is fresh enough");
    assert_eq!(judged(with(oid::OCSP_ARCHIVE_CUTOFF, time(b"20260501120000Z"))), "good");
    assert_eq!(
        judged(with(oid::OCSP_ARCHIVE_CUTOFF, time(b"20260501120016Z"))),
        "revocation-unknown: no evidence on it is fresh enough"
    );
    assert_eq!(judged(with(oid::OCSP_CERT_HASH, hash(&world.signer.certificate))), "good");
    assert_eq!(
        judged(with(oid::OCSP_CERT_HASH, hash(&world.ca.certificate))),
        "revocation-unknown: the answer is about another certificate of this number"
    );
}
