//! Time stamps: what proves the time of a signature, and what does not. Keeps: SIG-07, SIG-10.

use qolhat_pki::cms::SignedData;
use qolhat_pki::crl::CertificateList;
use qolhat_pki::digest::{Digest, DigestAlgorithm};
use qolhat_pki::issue::augment::{Augmentation, augment};
use qolhat_pki::issue::cms_sign::{CertificateReference, Packaging};
use qolhat_pki::issue::tsp_builder::{CertificateWish, TimeStampTemplate, build_time_stamp_token};
use qolhat_pki::oid;
use qolhat_pki::policy::SignaturePolicy;
use qolhat_pki::report::{Indication, SignatureLevel, SignatureReport};
use qolhat_pki::trust::TrustStore;
use qolhat_pki::tsp::TimeStampToken;
use qolhat_pki::validate::{CmsInput, DetachedContent, Evidence, validate_cms, validate_time_stamp};

use super::forge::signer;
use super::{
    CONTENT, HOLD, KEY_COMPROMISE, LISTED, TOMORROW, anchors, crl, good_evidence, judge, now, only, sign, sub,
};
use crate::workshop::{Holder, Kind, SeededRandom, World, at};

const STAMPED: &str = "2026-05-01T12:00:02Z";
/// After the signer's certificate has ended, while that of the authority lives.
const LATER: &str = "2026-11-01T00:00:00Z";

pub fn token_by(authority: &Holder, imprint: &Digest, when: &str, reference: CertificateReference) -> Vec<u8> {
    let template = TimeStampTemplate {
        policy: oid::POLICY_TSA_GOST2015,
        imprint,
        serial: &[0x11],
        gen_time: at(when),
        accuracy_seconds: None,
        nonce: None,
        certificate: CertificateWish::Embed,
        reference,
    };
    build_time_stamp_token(&template, &authority.key, &authority.certificate, &mut SeededRandom::new(4)).unwrap()
}

pub fn value_digest(cms: &[u8]) -> Digest {
    DigestAlgorithm::Sha256.digest(SignedData::from_bytes(cms).unwrap().signer_infos()[0].signature())
}

pub fn stamp(cms: &[u8], token: Vec<u8>) -> Vec<u8> {
    augment(cms, &[Augmentation::SignatureTimeStamp { signer: 0, token }]).unwrap()
}

fn reason(report: &SignatureReport) -> Option<&'static str> {
    report.time_stamps[0].reason
}

#[test]
fn a_signature_proven_before_its_certificate_ended_stays_good() {
    for kind in [Kind::Rsa, Kind::Gost2015] {
        let mut world = World::new(kind);
        world.signer = signer(&world.ca, |template| template.not_after = at("2026-06-01T00:00:00Z"));
        let cms = sign(&mut world, Packaging::Detached);
        let token = token_by(&world.authority, &value_digest(&cms), STAMPED, CertificateReference::V1);
        let stamped = stamp(&cms, token);
        let evidence = good_evidence(&world);
        let report = only(judge(&world, &stamped, &evidence, &SignaturePolicy::default(), at(LATER)));
        assert_eq!(report.indication, Indication::TotalPassed, "{:?}", report.checks);
        assert_eq!((report.proven_at, report.judged_at), (Some(at(STAMPED)), at(STAMPED)));
        assert_eq!(report.level, SignatureLevel::CadesT);
        // Without the token it is out of bounds.
        let report = only(judge(&world, &cms, &evidence, &SignaturePolicy::default(), at(LATER)));
        assert_eq!(sub(&report), Some("OUT_OF_BOUNDS_NO_POE"));
    }
}

#[test]
fn a_signature_proven_before_the_revocation_stays_good_and_one_proven_after_it_does_not() {
    let mut world = World::new(Kind::Rsa);
    let cms = sign(&mut world, Packaging::Detached);
    let serial = world.signer.certificate.serial().to_vec();
    for (revoked, expected) in [("2026-05-01T12:00:03Z", None), ("2026-05-01T12:00:01Z", Some("REVOKED_NO_POE"))] {
        let token = token_by(&world.authority, &value_digest(&cms), STAMPED, CertificateReference::V2);
        let mut evidence = good_evidence(&world);
        evidence.crls[0] = crl(&world.ca, LISTED, TOMORROW, &[(&serial, revoked, Some(KEY_COMPROMISE))]);
        let report = only(judge(&world, &stamp(&cms, token), &evidence, &SignaturePolicy::default(), now()));
        assert_eq!(sub(&report), expected, "{revoked}");
    }
}

#[test]
fn a_token_that_does_not_hold_proves_nothing_and_says_why() {
    let mut world = World::new(Kind::Rsa);
    let cms = sign(&mut world, Packaging::Detached);
    let evidence = good_evidence(&world);
    let value = value_digest(&cms);
    let stranger = World::new(Kind::Gost2015);
    let content = DigestAlgorithm::Sha256.digest(CONTENT);
    let sha1 = DigestAlgorithm::Sha1.digest(SignedData::from_bytes(&cms).unwrap().signer_infos()[0].signature());
    let v1 = CertificateReference::V1;
    for (token, why) in [
        (token_by(&world.authority, &content, STAMPED, v1), "time-stamp-imprint"),
        (token_by(&world.authority, &sha1, STAMPED, v1), "time-stamp-algorithms"),
        (token_by(&world.authority, &value, "2026-05-01T12:00:11Z", v1), "time-stamp-not-future"),
        (token_by(&world.signer, &value, STAMPED, v1), "time-stamp-path"),
        (token_by(&stranger.authority, &value, STAMPED, v1), "time-stamp-path"),
        (token_by(&world.authority, &value, "2025-05-01T12:00:00Z", v1), "time-stamp-path"),
    ] {
        let report = only(judge(&world, &stamp(&cms, token), &evidence, &SignaturePolicy::default(), now()));
        assert_eq!((report.proven_at, reason(&report)), (None, Some(why)));
        // The signature itself is judged at the moment asked about.
        assert_eq!((report.indication, report.judged_at), (Indication::TotalPassed, now()), "{why}");
    }
}

#[test]
fn a_token_of_a_revoked_authority_proves_nothing() {
    let mut world = World::new(Kind::Rsa);
    let cms = sign(&mut world, Packaging::Detached);
    let serial = world.authority.certificate.serial().to_vec();
    const SUPERSEDED: u8 = 4;
    for (since, why, proven) in [
        ("2026-05-01T12:00:00Z", Some(SUPERSEDED), false),
        ("2026-05-01T12:00:04Z", Some(SUPERSEDED), true),
        ("2026-05-01T12:00:04Z", Some(KEY_COMPROMISE), false),
        ("2026-05-01T12:00:04Z", None, false),
    ] {
        let mut evidence = good_evidence(&world);
        evidence.crls[0] = crl(&world.ca, LISTED, TOMORROW, &[(&serial, since, why)]);
        let token = token_by(&world.authority, &value_digest(&cms), STAMPED, CertificateReference::V1);
        let report = only(judge(&world, &stamp(&cms, token), &evidence, &SignaturePolicy::default(), now()));
        assert_eq!(report.proven_at.is_some(), proven, "{since} {why:?} {:?}", report.time_stamps[0].checks);
        assert_eq!(reason(&report).is_none(), proven);
    }
}

/// A CA learns what a revocation was for, and tells it anew: whoever keeps the older list gains nothing by it.
#[test]
fn of_two_reasons_for_revoking_an_authority_the_worse_one_holds_in_any_order() {
    let mut world = World::new(Kind::Rsa);
    let cms = sign(&mut world, Packaging::Detached);
    let serial = world.authority.certificate.serial().to_vec();
    const SUPERSEDED: u8 = 4;
    let (since, later) = ("2026-05-01T12:00:04Z", "2026-05-01T12:00:05Z");
    let list = |since, reason| crl(&world.ca, LISTED, TOMORROW, &[(&serial, since, reason)]);
    let harmless = list(since, Some(SUPERSEDED));
    let token = token_by(&world.authority, &value_digest(&cms), STAMPED, CertificateReference::V1);
    let stamped = stamp(&cms, token);
    let proven = |lists: [&CertificateList; 2]| {
        let mut evidence = good_evidence(&world);
        evidence.crls.remove(0);
        evidence.crls.extend(lists.map(Clone::clone));
        let report = only(judge(&world, &stamped, &evidence, &SignaturePolicy::default(), now()));
        report.proven_at.is_some()
    };
    assert!(proven([&harmless, &harmless]));
    for worse in [list(since, Some(KEY_COMPROMISE)), list(later, Some(KEY_COMPROMISE)), list(since, None)] {
        assert!(!proven([&harmless, &worse]));
        assert!(!proven([&worse, &harmless]));
    }
}

#[test]
fn a_token_of_an_authority_on_hold_proves_nothing_while_nothing_else_proves_it_older() {
    let mut world = World::new(Kind::Rsa);
    let cms = sign(&mut world, Packaging::Detached);
    let serial = world.authority.certificate.serial().to_vec();
    let token = token_by(&world.authority, &value_digest(&cms), STAMPED, CertificateReference::V1);
    let stamped = stamp(&cms, token);
    for (since, expected) in [
        ("2026-05-01T12:00:01Z", Some("time-stamp-revocation")),
        ("2026-05-01T12:00:04Z", Some("time-stamp-revocation")),
        ("2026-05-01T12:00:11Z", None),
    ] {
        let mut evidence = good_evidence(&world);
        evidence.crls[0] = crl(&world.ca, LISTED, TOMORROW, &[(&serial, since, Some(HOLD))]);
        let report = only(judge(&world, &stamped, &evidence, &SignaturePolicy::default(), now()));
        assert_eq!(reason(&report), expected, "{since}");
    }
}

#[test]
fn a_token_ends_at_the_anchors_of_time_stamps_alone() {
    let mut world = World::new(Kind::Rsa);
    let cms = sign(&mut world, Packaging::Detached);
    let token = token_by(&world.authority, &value_digest(&cms), STAMPED, CertificateReference::V1);
    let stamped = stamp(&cms, token);
    let data = SignedData::from_bytes(&stamped).unwrap();
    let input = CmsInput { signed_data: &data, detached: Some(DetachedContent::Bytes(CONTENT)) };
    let policy = SignaturePolicy::default();
    let report = validate_cms(&input, &anchors(&world), &TrustStore::default(), &good_evidence(&world), &policy, now());
    let report = only(report);
    assert_eq!((report.proven_at, reason(&report)), (None, Some("time-stamp-path")));
}

#[test]
fn a_token_over_data_is_judged_alone() {
    let world = World::new(Kind::Gost2015);
    let token =
        token_by(&world.authority, &DigestAlgorithm::Streebog512.digest(CONTENT), STAMPED, CertificateReference::V2);
    let token = TimeStampToken::from_der(&token).unwrap();
    let evidence = Evidence { certificates: vec![world.ca.certificate.clone()], ..Evidence::default() };
    let over = |data: &[u8], moment| {
        let data = DetachedContent::Bytes(data);
        validate_time_stamp(&token, &data, &anchors(&world), &evidence, &SignaturePolicy::default(), moment)
    };
    assert!(over(CONTENT, now()).proven);
    assert_eq!(over(b"other", now()).reason, Some("time-stamp-imprint"));
    assert_eq!(over(CONTENT, at("2026-05-01T12:00:01Z")).reason, Some("time-stamp-not-future"));
}

#[test]
fn an_attribute_that_is_no_token_proves_nothing() {
    let mut world = World::new(Kind::Rsa);
    let cms = sign(&mut world, Packaging::Detached);
    let stamped = stamp(&cms, vec![0x30, 0x03, 0x02, 0x01, 0x01]);
    let report = only(judge(&world, &stamped, &good_evidence(&world), &SignaturePolicy::default(), now()));
    assert_eq!((report.proven_at, report.level), (None, SignatureLevel::CadesB));
    assert!(report.checks.iter().any(|check| check.name == "time-stamp-readable" && check.ok.as_bool() == Some(false)));
}
