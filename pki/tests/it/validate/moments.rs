//! What is proven about time: content and signature time stamps against the life of the certificate.
//! Keeps: SIG-04, SIG-07, SIG-10.

use qolhat_pki::cms::SignedData;
use qolhat_pki::digest::DigestAlgorithm;
use qolhat_pki::issue::augment::{Augmentation, augment};
use qolhat_pki::issue::cms_sign::{CertificateReference, Packaging};
use qolhat_pki::issue::ocsp_builder::{CertificateState, OcspTemplate, build_ocsp_response, cert_id};
use qolhat_pki::issue::profile::{Profile, service_subject};
use qolhat_pki::ocsp::OcspResponse;
use qolhat_pki::oid;
use qolhat_pki::path::{Budget, PathOptions};
use qolhat_pki::policy::{AllowedAlgorithm, RevocationPolicy, SignaturePolicy, TsaRevocation};
use qolhat_pki::report::{Indication, SignatureLevel, SignatureReport, TimeStampKind};
use qolhat_pki::trust::TrustStore;
use qolhat_pki::validate::{CmsInput, DetachedContent, Evidence, validate_cms, validate_path};

use super::forge::{Message, attribute, issue, signer};
use super::stamps::{stamp, token_by, value_digest};
use super::{
    CONTENT, KEY_COMPROMISE, LISTED, TOMORROW, anchors, build, crl, good_evidence, judge, now, only, sign, sub,
    template,
};
use crate::workshop::{Holder, Kind, SeededRandom, World, at};

/// The message of `signer` whose content was stamped at `when` before it was signed.
fn over_stamped_content(world: &World, signer: &Holder, when: &str) -> Vec<u8> {
    let imprint = DigestAlgorithm::Streebog512.digest(CONTENT);
    let token = token_by(&world.authority, &imprint, when, CertificateReference::V2);
    Message::by(signer).with(attribute(oid::CONTENT_TIME_STAMP, &token)).der()
}

fn verdict(world: &World, cms: &[u8], evidence: &Evidence) -> SignatureReport {
    only(judge(world, cms, evidence, &SignaturePolicy::default(), now()))
}

fn of(report: &SignatureReport) -> (Indication, Option<&'static str>) {
    (report.indication, sub(report))
}

#[test]
fn a_content_stamped_before_the_signature_changes_nothing() {
    let world = World::new(Kind::Gost2015);
    let cms = over_stamped_content(&world, &world.signer, "2026-05-01T11:30:00Z");
    let report = verdict(&world, &cms, &good_evidence(&world));
    assert_eq!(of(&report), (Indication::TotalPassed, None), "{:?}", report.time_stamps);
    assert!(report.time_stamps[0].proven && report.time_stamps[0].kind == TimeStampKind::Content);
    assert_eq!(report.proven_at, None, "it proves that the signature is younger, not that it is older");
}

#[test]
fn a_signature_younger_than_the_revocation_is_refuted() {
    let world = World::new(Kind::Gost2015);
    let serial = world.signer.certificate.serial().to_vec();
    let cms = over_stamped_content(&world, &world.signer, "2026-05-01T11:30:00Z");
    for (since, expected) in [
        ("2026-05-01T11:00:00Z", (Indication::TotalFailed, Some("REVOKED"))),
        ("2026-05-01T11:45:00Z", (Indication::Indeterminate, Some("REVOKED_NO_POE"))),
    ] {
        let mut evidence = good_evidence(&world);
        evidence.crls[0] = crl(&world.ca, LISTED, TOMORROW, &[(&serial, since, Some(KEY_COMPROMISE))]);
        assert_eq!(of(&verdict(&world, &cms, &evidence)), expected, "{since}");
    }
}

#[test]
fn a_signature_younger_than_the_end_of_its_certificate_is_refuted() {
    let world = World::new(Kind::Gost2015);
    let ended = signer(&world.ca, |template| template.not_after = at("2026-03-01T00:00:00Z"));
    let report = verdict(&world, &over_stamped_content(&world, &ended, "2026-04-01T00:00:00Z"), &good_evidence(&world));
    assert_eq!(of(&report), (Indication::TotalFailed, Some("EXPIRED")), "{:?}", report.time_stamps);
    let report = verdict(&world, &over_stamped_content(&world, &ended, "2026-02-01T00:00:00Z"), &good_evidence(&world));
    assert_eq!(of(&report), (Indication::Indeterminate, Some("OUT_OF_BOUNDS_NO_POE")));
}

#[test]
fn a_signature_older_than_its_certificate_is_refuted() {
    let mut world = World::new(Kind::Gost2015);
    let early = signer(&world.ca, |template| template.not_before = at("2026-05-01T12:00:05Z"));
    world.signer = early;
    let cms = sign(&mut world, Packaging::Detached);
    let token = token_by(&world.authority, &value_digest(&cms), "2026-05-01T12:00:02Z", CertificateReference::V2);
    let report = verdict(&world, &stamp(&cms, token), &good_evidence(&world));
    assert_eq!(of(&report), (Indication::TotalFailed, Some("NOT_YET_VALID")));
    // Without a proof nothing says that it is older.
    assert_eq!(of(&verdict(&world, &cms, &good_evidence(&world))), (Indication::TotalPassed, None));
}

#[test]
fn a_content_stamped_after_the_signature_is_out_of_order() {
    let world = World::new(Kind::Gost2015);
    let cms = over_stamped_content(&world, &world.signer, "2026-05-01T12:00:04Z");
    let token = token_by(&world.authority, &value_digest(&cms), "2026-05-01T12:00:02Z", CertificateReference::V2);
    let report = verdict(&world, &stamp(&cms, token), &good_evidence(&world));
    assert_eq!(of(&report), (Indication::Indeterminate, Some("TIMESTAMP_ORDER_FAILURE")));
}

#[test]
fn a_content_time_stamp_over_another_content_proves_nothing() {
    let world = World::new(Kind::Gost2015);
    let imprint = DigestAlgorithm::Streebog512.digest(b"another content");
    let token = token_by(&world.authority, &imprint, "2026-05-01T11:30:00Z", CertificateReference::V2);
    let cms = Message::by(&world.signer).with(attribute(oid::CONTENT_TIME_STAMP, &token)).der();
    let report = verdict(&world, &cms, &good_evidence(&world));
    assert_eq!(report.time_stamps[0].reason, Some("time-stamp-imprint"));
    assert_eq!(report.indication, Indication::TotalPassed);
}

#[test]
fn the_earliest_of_several_proofs_counts() {
    let mut world = World::new(Kind::Gost2015);
    let cms = sign(&mut world, Packaging::Detached);
    let (early, late) = ("2026-05-01T12:00:02Z", "2026-05-01T12:00:06Z");
    let token = |when| token_by(&world.authority, &value_digest(&cms), when, CertificateReference::V2);
    let report = verdict(&world, &stamp(&stamp(&cms, token(late)), token(early)), &good_evidence(&world));
    assert_eq!((report.time_stamps.len(), report.proven_at), (2, Some(at(early))));
}

#[test]
fn more_tokens_than_are_looked_at_are_told() {
    let mut world = World::new(Kind::Gost2015);
    let cms = sign(&mut world, Packaging::Detached);
    let tokens = (0..17).map(|second| {
        let when = format!("2026-05-01T11:59:{second:02}Z");
        let token = token_by(&world.authority, &value_digest(&cms), &when, CertificateReference::V2);
        Augmentation::SignatureTimeStamp { signer: 0, token }
    });
    let stamped = augment(&cms, &tokens.collect::<Vec<_>>()).unwrap();
    let report = verdict(&world, &stamped, &good_evidence(&world));
    assert_eq!(report.time_stamps.len(), 16);
    assert!(report.checks.iter().any(|check| check.name == "time-stamp-readable" && check.ok.as_bool() == Some(false)));
}

#[test]
fn an_ended_algorithm_is_good_where_a_time_stamp_of_a_living_one_proves_it() {
    let mut world = World::new(Kind::Rsa);
    let stamping = World::new(Kind::Gost2015);
    let cms = sign(&mut world, Packaging::Detached);
    let mut policy = SignaturePolicy::default();
    for rule in &mut policy.algorithms.rules {
        if rule.algorithm == AllowedAlgorithm::Digest(DigestAlgorithm::Sha256) {
            // After the lists were made: what is signed so later proves nothing.
            rule.trusted_until = Some(at("2026-05-01T12:00:06Z"));
        }
    }
    let judge = |cms: &[u8]| {
        let data = SignedData::from_bytes(cms).unwrap();
        let input = CmsInput { signed_data: &data, detached: Some(DetachedContent::Bytes(CONTENT)) };
        let mut evidence = good_evidence(&world);
        evidence.certificates.push(stamping.ca.certificate.clone());
        let tsa_anchors = TrustStore::from_certificates([stamping.root.certificate.clone()]);
        only(validate_cms(&input, &anchors(&world), &tsa_anchors, &evidence, &policy, now()))
    };
    assert_eq!(of(&judge(&cms)), (Indication::Indeterminate, Some("CRYPTO_CONSTRAINTS_FAILURE_NO_POE")));
    let value = SignedData::from_bytes(&cms).unwrap().signer_infos()[0].signature().to_vec();
    let over = |algorithm: DigestAlgorithm, authority| {
        let token = token_by(authority, &algorithm.digest(&value), "2026-05-01T12:00:02Z", CertificateReference::V2);
        judge(&stamp(&cms, token))
    };
    let proven = over(DigestAlgorithm::Streebog512, &stamping.authority);
    assert_eq!(of(&proven), (Indication::TotalPassed, None), "{:?}", proven.time_stamps);
    // The ended digest proves nothing in the token either.
    let report = over(DigestAlgorithm::Sha256, &stamping.authority);
    assert_eq!((report.time_stamps[0].reason, report.proven_at), (Some("time-stamp-algorithms"), None));
}

/// A token is as good as the weakest signature on the certificates of its authority.
#[test]
fn a_token_whose_authority_has_an_ended_algorithm_in_its_path_proves_nothing() {
    let world = World::new(Kind::Gost2015);
    let rsa = World::new(Kind::Rsa);
    // A GOST authority under an RSA CA: the token itself has nothing of SHA-256.
    let authority = issue(&rsa.ca, Kind::Gost2015, &Profile::TimeStampAuthority, service_subject("УАҚЫТ"), |_| {});
    let imprint = DigestAlgorithm::Streebog512.digest(CONTENT);
    let token = token_by(&authority, &imprint, "2026-05-01T12:00:02Z", CertificateReference::V2);
    let token = qolhat_pki::tsp::TimeStampToken::from_der(&token).unwrap();
    let evidence = Evidence { certificates: vec![rsa.ca.certificate.clone()], ..Evidence::default() };
    let judge = |policy: &SignaturePolicy| {
        let data = DetachedContent::Bytes(CONTENT);
        qolhat_pki::validate::validate_time_stamp(&token, &data, &anchors(&rsa), &evidence, policy, now())
    };
    let mut policy = SignaturePolicy::default();
    assert!(judge(&policy).proven);
    policy.algorithms.rules.retain(|rule| rule.algorithm != AllowedAlgorithm::Digest(DigestAlgorithm::Sha256));
    assert_eq!(judge(&policy).reason, Some("time-stamp-algorithms"));
    drop(world);
}

#[test]
fn where_the_policy_demands_it_an_authority_of_unknown_status_proves_nothing() {
    let mut world = World::new(Kind::Gost2015);
    let cms = sign(&mut world, Packaging::Detached);
    let token = token_by(&world.authority, &value_digest(&cms), "2026-05-01T12:00:02Z", CertificateReference::V2);
    let stamped = stamp(&cms, token);
    let strict = SignaturePolicy { tsa_revocation: TsaRevocation::Required, ..SignaturePolicy::default() };
    let mut evidence = good_evidence(&world);
    let report = only(judge(&world, &stamped, &evidence, &strict, now()));
    assert_eq!(report.proven_at, Some(at("2026-05-01T12:00:02Z")));
    assert_eq!(report.time_stamps[0].evidence_used.len(), 2);
    evidence.crls.remove(1);
    let report = only(judge(&world, &stamped, &evidence, &strict, now()));
    assert_eq!((report.proven_at, report.time_stamps[0].reason), (None, Some("time-stamp-revocation")));
}

#[test]
fn a_level_is_long_term_only_with_evidence_about_the_signer_inside() {
    let mut world = World::new(Kind::Gost2015);
    let cms = sign(&mut world, Packaging::Detached);
    let token = token_by(&world.authority, &value_digest(&cms), "2026-05-01T12:00:02Z", CertificateReference::V2);
    let stamped = stamp(&cms, token);
    let inside = |list: qolhat_pki::crl::CertificateList| {
        let with = augment(&stamped, &[Augmentation::Crl(list.der().to_vec())]).unwrap();
        verdict(&world, &with, &good_evidence(&world)).level
    };
    assert_eq!(inside(crl(&world.ca, LISTED, TOMORROW, &[])), SignatureLevel::CadesLt);
    assert_eq!(inside(crl(&world.root, LISTED, TOMORROW, &[])), SignatureLevel::CadesT);
}

#[test]
fn revocation_values_of_a_signer_count_as_evidence() {
    let mut world = World::new(Kind::Gost2015);
    let cms = sign(&mut world, Packaging::Detached);
    let lists = [crl(&world.ca, LISTED, TOMORROW, &[]), crl(&world.root, LISTED, TOMORROW, &[])];
    let value = qolhat_pki::der::writer::Writer::build(|w| {
        w.sequence(|w| w.context(0, |w| w.sequence(|w| lists.iter().for_each(|list| w.raw(list.der())))));
    });
    let certificates = qolhat_pki::der::writer::Writer::build(|w| w.sequence(|w| w.raw(world.ca.certificate.der())));
    let add = |attribute, value| Augmentation::UnsignedAttribute { signer: 0, attribute, value };
    let additions = [add(oid::REVOCATION_VALUES, value), add(oid::CERTIFICATE_VALUES, certificates)];
    let full = augment(&cms, &additions).unwrap();
    assert_eq!(of(&verdict(&world, &full, &Evidence::default())), (Indication::TotalPassed, None));
    let without = verdict(&world, &cms, &Evidence::default());
    assert_eq!(of(&without), (Indication::Indeterminate, Some("NO_CERTIFICATE_CHAIN_FOUND")));
}

fn answer(world: &World, responder: &Holder, about: &Holder, when: &str) -> OcspResponse {
    let id = cert_id(&world.ca.certificate, about.certificate.serial(), DigestAlgorithm::Sha256);
    let template = OcspTemplate::national(&responder.certificate, at(when), None, [(id, CertificateState::Good)]);
    let der = build_ocsp_response(&template, &responder.key, &mut SeededRandom::new(3)).unwrap();
    OcspResponse::from_der(&der).unwrap()
}

fn path(world: &World, target: &Holder, evidence: &Evidence) -> &'static str {
    let (policy, options, intermediates) =
        (RevocationPolicy::default(), PathOptions::default(), [world.ca.certificate.clone()]);
    let (target, mut budget) = (&target.certificate, Budget::default());
    validate_path(target, &anchors(world), &intermediates, evidence, &policy, &options, now(), &mut budget)
        .map_or_else(|error| error.code(), |_| "good")
}

#[test]
fn a_responder_does_not_answer_for_himself() {
    let world = World::new(Kind::Gost2015);
    let crls = vec![crl(&world.root, LISTED, TOMORROW, &[])];
    let ocsp = vec![answer(&world, &world.responder, &world.responder, LISTED)];
    let evidence = Evidence { crls, ocsp, ..Evidence::default() };
    assert_eq!(path(&world, &world.responder, &evidence), "revocation-unknown");
}

#[test]
fn a_responder_without_nocheck_is_believed_only_when_a_list_shows_that_he_stands() {
    let world = World::new(Kind::Gost2015);
    let responder = issue(&world.ca, Kind::Gost2015, &Profile::OcspResponder, service_subject("OCSP"), |template| {
        template.ocsp_no_check = false;
    });
    let ocsp = || vec![answer(&world, &responder, &world.signer, LISTED)];
    let judged = |list: Option<qolhat_pki::crl::CertificateList>| {
        // The list is not fresh for the signer: it was made before he was asked about, and has ended.
        let crls = list.into_iter().chain([crl(&world.root, LISTED, TOMORROW, &[])]).collect();
        path(&world, &world.signer, &Evidence { crls, ocsp: ocsp(), ..Evidence::default() })
    };
    let (this, next) = ("2026-05-01T00:00:00Z", "2026-05-01T12:00:07Z");
    let serial = responder.certificate.serial().to_vec();
    assert_eq!(judged(None), "revocation-unknown");
    assert_eq!(judged(Some(crl(&world.ca, this, next, &[]))), "good");
    let revoked = crl(&world.ca, this, next, &[(&serial, "2026-04-01T00:00:00Z", None)]);
    assert_eq!(judged(Some(revoked)), "revocation-unknown");
    let held = build(&template(&world.ca, this, next, &[(&serial, "2026-04-01T00:00:00Z", Some(6))]), &world.ca.key);
    assert_eq!(judged(Some(held)), "revocation-unknown");
}

#[test]
fn a_responder_whose_certificate_had_ended_is_not_believed() {
    let world = World::new(Kind::Gost2015);
    let ended = issue(&world.ca, Kind::Gost2015, &Profile::OcspResponder, service_subject("OCSP"), |template| {
        template.not_after = at("2026-05-01T12:00:00Z");
    });
    let judged = |when: &str| {
        let crls = vec![crl(&world.root, LISTED, TOMORROW, &[])];
        let ocsp = vec![answer(&world, &ended, &world.signer, when)];
        path(&world, &world.signer, &Evidence { crls, ocsp, ..Evidence::default() })
    };
    assert_eq!(judged("2026-05-01T12:00:00Z"), "good");
    assert_eq!(judged(LISTED), "revocation-unknown");
}
