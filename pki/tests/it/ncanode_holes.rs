//! Five things that NCANode leaves unchecked, and that are checked here. Each test is the whole story: what is wrong, that
//! it is refused (or kept), and why.
//!
//! Keeps: SIG-04, SIG-06, SIG-07, SIG-08.

use qolhat_pki::digest::DigestAlgorithm;
use qolhat_pki::issue::cms_sign::{CertificateReference, Packaging};
use qolhat_pki::issue::fault::{OcspFault, TimeStampFault, build_wrong_ocsp_response, build_wrong_time_stamp_token};
use qolhat_pki::issue::ocsp_builder::{
    CertificateState, OcspRefusal, OcspTemplate, build_ocsp_refusal, build_ocsp_response, cert_id,
};
use qolhat_pki::issue::tsp_builder::{CertificateWish, TimeStampTemplate};
use qolhat_pki::ocsp::OcspResponse;
use qolhat_pki::oid;
use qolhat_pki::policy::SignaturePolicy;
use qolhat_pki::report::{Indication, SignatureReport};
use qolhat_pki::time::Moment;
use qolhat_pki::validate::Evidence;

use crate::validate::forge::signer;
use crate::validate::stamps::{stamp, token_by, value_digest};
use crate::validate::{
    KEY_COMPROMISE, LISTED, TOMORROW, build, crl, good_evidence, judge, now, only, sign, sub, template,
};
use crate::workshop::{Holder, Kind, SeededRandom, World, at};

const STAMPED: &str = "2026-05-01T12:00:02Z";
const REFUSED: (Indication, Option<&str>) = (Indication::Indeterminate, Some("TRY_LATER"));
const PASSED: (Indication, Option<&str>) = (Indication::TotalPassed, None);

fn verdict(world: &World, cms: &[u8], evidence: &Evidence, moment: Moment) -> SignatureReport {
    only(judge(world, cms, evidence, &SignaturePolicy::default(), moment))
}

fn of(report: &SignatureReport) -> (Indication, Option<&'static str>) {
    (report.indication, sub(report))
}

/// Why the revocation is not known.
fn why(report: &SignatureReport) -> String {
    let check = report.checks.iter().find(|check| check.name == "certificate-revocation").unwrap();
    assert_eq!(check.ok.as_bool(), Some(false), "{check:?}");
    check.detail.clone()
}

fn with_answer(world: &World, cms: &[u8], answer: Vec<u8>) -> SignatureReport {
    let evidence = Evidence {
        certificates: vec![world.ca.certificate.clone()],
        crls: vec![crl(&world.root, LISTED, TOMORROW, &[])],
        ocsp: vec![OcspResponse::from_der(&answer).unwrap()],
    };
    verdict(world, cms, &evidence, now())
}

/// The answer "good" about the signer, by whoever.
fn good_answer(world: &World, responder: &Holder, when: &str) -> Vec<u8> {
    let id = cert_id(&world.ca.certificate, world.signer.certificate.serial(), DigestAlgorithm::Sha256);
    let template = OcspTemplate::national(&responder.certificate, at(when), None, [(id, CertificateState::Good)]);
    build_ocsp_response(&template, &responder.key, &mut SeededRandom::new(3)).unwrap()
}

/// NCANode takes the first answer of an OCSP response as it comes: whoever signed it, whomever it is about, however old.
#[test]
fn an_ocsp_answer_is_believed_only_when_its_signature_its_certificate_and_its_time_are_right() {
    let mut world = World::new(Kind::Gost2015);
    let cms = sign(&mut world, Packaging::Detached);
    assert_eq!(of(&with_answer(&world, &cms, good_answer(&world, &world.responder, LISTED))), PASSED);

    let (responder, serial) = (&world.responder, world.signer.certificate.serial());
    let wrong = |fault| {
        build_wrong_ocsp_response(
            fault,
            (&world.ca.certificate, serial),
            &responder.certificate,
            &world.root.certificate,
            at(LISTED),
            &responder.key,
            &mut SeededRandom::new(1),
        )
        .unwrap()
    };
    let stranger = World::new(Kind::Rsa);
    for (answer, reason) in [
        (wrong(OcspFault::SignatureChanged), "is not signed by a responder of the issuer"),
        (good_answer(&world, &stranger.responder, LISTED), "is not signed by a responder of the issuer"),
        (wrong(OcspFault::CertIdOtherSerial), "there is no evidence on it"),
        (wrong(OcspFault::CertIdOtherName), "there is no evidence on it"),
        (good_answer(&world, &world.responder, "2026-04-01T12:00:00Z"), "no evidence on it is fresh enough"),
    ] {
        let report = with_answer(&world, &cms, answer);
        assert_eq!(of(&report), REFUSED, "{reason}");
        assert!(why(&report).contains(reason), "{} instead of {reason}", why(&report));
    }
}

/// NCANode looks a number up in whatever list it could download, without the list's signature and its end.
#[test]
fn a_list_is_believed_only_when_its_signature_is_the_ca_s_and_its_time_is_not_over() {
    let mut world = World::new(Kind::Gost2015);
    let cms = sign(&mut world, Packaging::Detached);
    let with = |list| {
        let crls = vec![list, crl(&world.root, LISTED, TOMORROW, &[])];
        let evidence = Evidence { certificates: vec![world.ca.certificate.clone()], crls, ocsp: Vec::new() };
        verdict(&world, &cms, &evidence, now())
    };
    assert_eq!(of(&with(crl(&world.ca, LISTED, TOMORROW, &[]))), PASSED);
    let honest = template(&world.ca, LISTED, TOMORROW, &[]);
    for (list, reason) in [
        (build(&honest, &world.signer.key), "the CRL is not signed by the issuer"),
        (crl(&world.ca, "2026-04-01T00:00:00Z", "2026-04-02T00:00:00Z", &[]), "no evidence on it is fresh enough"),
    ] {
        let report = with(list);
        assert_eq!(of(&report), REFUSED, "{reason}");
        assert!(why(&report).contains(reason), "{}", why(&report));
    }
}

/// NCANode prints a time stamp and verifies nothing of it: neither what it is over, nor who signed it, nor who that is.
#[test]
fn a_time_stamp_proves_a_time_only_when_its_imprint_its_signature_and_its_chain_hold() {
    let mut world = World::new(Kind::Gost2015);
    let cms = sign(&mut world, Packaging::Detached);
    let evidence = good_evidence(&world);
    let imprint = value_digest(&cms);
    let v2 = CertificateReference::V2;
    let good = verdict(&world, &stamp(&cms, token_by(&world.authority, &imprint, STAMPED, v2)), &evidence, now());
    assert_eq!((good.proven_at, good.time_stamps[0].reason), (Some(at(STAMPED)), None));

    let stranger = World::new(Kind::Gost2004);
    let template = TimeStampTemplate {
        policy: oid::POLICY_TSA_GOST2015,
        imprint: &imprint,
        serial: &[1],
        gen_time: at(STAMPED),
        accuracy_seconds: None,
        nonce: None,
        certificate: CertificateWish::Embed,
        reference: v2,
    };
    let (key, certificate) = (&world.authority.key, &world.authority.certificate);
    let (changed, random) = (TimeStampFault::SignatureChanged, &mut SeededRandom::new(1));
    let unsigned = build_wrong_time_stamp_token(&template, changed, key, certificate, certificate, random).unwrap();
    let over_content = token_by(&world.authority, &DigestAlgorithm::Sha256.digest(b"the content"), STAMPED, v2);
    for (token, reason) in [
        (over_content, "time-stamp-imprint"),
        (unsigned, "time-stamp-signature"),
        (token_by(&stranger.authority, &imprint, STAMPED, v2), "time-stamp-path"),
    ] {
        let report = verdict(&world, &stamp(&cms, token), &evidence, now());
        assert_eq!((report.proven_at, report.time_stamps[0].reason), (None, Some(reason)));
    }
}

/// NCANode calls a certificate active when its number is in no list at hand, and when nobody answered.
#[test]
fn a_certificate_nobody_speaks_of_is_undecided_and_never_good() {
    let mut world = World::new(Kind::Gost2015);
    let cms = sign(&mut world, Packaging::Detached);
    let others = crl(&world.root, LISTED, TOMORROW, &[]);
    let with = |crls, ocsp| {
        let evidence = Evidence { certificates: vec![world.ca.certificate.clone()], crls, ocsp };
        verdict(&world, &cms, &evidence, now())
    };
    let later = OcspResponse::from_der(&build_ocsp_refusal(OcspRefusal::TryLater)).unwrap();
    for (report, reason) in [
        // A list that is not the CA's does not name the certificate, of course.
        (with(vec![others.clone()], Vec::new()), "there is no evidence on it"),
        (with(Vec::new(), Vec::new()), "there is no evidence on it"),
        (with(vec![others], vec![later]), "the responder gave no answer"),
    ] {
        assert_eq!(of(&report), REFUSED);
        assert!(why(&report).contains(reason), "{}", why(&report));
    }
    // A revocation that is told does count, of course.
    let serial = world.signer.certificate.serial();
    let told = crl(&world.ca, LISTED, TOMORROW, &[(serial, "2026-05-01T11:00:00Z", Some(KEY_COMPROMISE))]);
    assert_eq!(sub(&with(vec![told], Vec::new())), Some("REVOKED_NO_POE"));
}

/// NCANode judges the certificate at today's date: once it has ended, every signature made with it fails.
#[test]
fn an_old_signature_with_a_good_time_stamp_outlives_its_certificate() {
    let mut world = World::new(Kind::Gost2015);
    world.signer = signer(&world.ca, |template| template.not_after = at("2026-06-01T00:00:00Z"));
    let cms = sign(&mut world, Packaging::Detached);
    let stamped = stamp(&cms, token_by(&world.authority, &value_digest(&cms), STAMPED, CertificateReference::V2));
    let (evidence, later) = (good_evidence(&world), at("2026-12-01T00:00:00Z"));
    assert!(world.signer.certificate.not_after() < later && later < world.authority.certificate.not_after());
    let report = verdict(&world, &stamped, &evidence, later);
    assert_eq!(of(&report), PASSED, "{:?}", report.checks);
    assert_eq!((report.judged_at, report.proven_at), (at(STAMPED), Some(at(STAMPED))));
    // Without the time stamp nothing proves that it is older than the end; that is no refutation either.
    let report = verdict(&world, &cms, &evidence, later);
    assert_eq!(of(&report), (Indication::Indeterminate, Some("OUT_OF_BOUNDS_NO_POE")));
}
