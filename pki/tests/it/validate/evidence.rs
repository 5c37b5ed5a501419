//! Revocation: what evidence is believed, and what it says. Keeps: SIG-06, SIG-08.

use qolhat_pki::cms::SignedData;
use qolhat_pki::crl::CertificateList;
use qolhat_pki::der::writer::Writer;
use qolhat_pki::digest::DigestAlgorithm;
use qolhat_pki::issue::cms_sign::Packaging;
use qolhat_pki::issue::ocsp_builder::{CertificateState, OcspTemplate, build_ocsp_response, cert_id};
use qolhat_pki::ocsp::OcspResponse;
use qolhat_pki::path::{Budget, PathOptions};
use qolhat_pki::policy::{Freshness, RevocationMode, RevocationPolicy, SignaturePolicy};
use qolhat_pki::report::{Indication, SignatureReport};
use qolhat_pki::validate::{Evidence, validate_path};

use super::{
    HOLD, KEY_COMPROMISE, LISTED, NOW, TOMORROW, anchors, build, crl, good_evidence, judge, now, only, sign, sub,
    template,
};
use crate::workshop::{Holder, Kind, SeededRandom, World, at};

/// The verdict with `crls` of the CA beside a good one of the root.
fn with_crls(world: &mut World, crls: Vec<qolhat_pki::crl::CertificateList>) -> SignatureReport {
    let cms = sign(world, Packaging::Detached);
    let mut evidence = Evidence { certificates: vec![world.ca.certificate.clone()], crls, ocsp: Vec::new() };
    evidence.crls.push(crl(&world.root, LISTED, TOMORROW, &[]));
    only(judge(world, &cms, &evidence, &SignaturePolicy::default(), now()))
}

fn ocsp(world: &World, responder: &Holder, state: CertificateState, when: &str) -> OcspResponse {
    let id = cert_id(&world.ca.certificate, world.signer.certificate.serial(), DigestAlgorithm::Sha256);
    let template = OcspTemplate::national(&responder.certificate, at(when), None, [(id, state)]);
    let der = build_ocsp_response(&template, &responder.key, &mut SeededRandom::new(3)).unwrap();
    OcspResponse::from_der(&der).unwrap()
}

/// The verdict with these OCSP answers on the signer and a good CRL of the root.
fn with_ocsp(world: &mut World, ocsp: Vec<OcspResponse>, policy: &SignaturePolicy) -> SignatureReport {
    let cms = sign(world, Packaging::Detached);
    let crls = vec![crl(&world.root, LISTED, TOMORROW, &[])];
    let evidence = Evidence { certificates: vec![world.ca.certificate.clone()], crls, ocsp };
    only(judge(world, &cms, &evidence, policy, now()))
}

fn is(report: &SignatureReport, indication: Indication, reason: Option<&str>) -> bool {
    (report.indication, sub(report)) == (indication, reason)
}

#[test]
fn silence_is_never_good() {
    let mut world = World::new(Kind::Rsa);
    let report = with_crls(&mut world, Vec::new());
    assert!(is(&report, Indication::Indeterminate, Some("TRY_LATER")), "{report:?}");
}

#[test]
fn a_revoked_certificate_without_an_earlier_proof_is_undecided_and_a_hold_asks_to_try_later() {
    let mut world = World::new(Kind::Rsa);
    let serial = world.signer.certificate.serial().to_vec();
    let list = crl(&world.ca, LISTED, TOMORROW, &[(&serial, "2026-05-01T11:00:00Z", Some(KEY_COMPROMISE))]);
    let report = with_crls(&mut world, vec![list]);
    assert!(is(&report, Indication::Indeterminate, Some("REVOKED_NO_POE")));
    assert_eq!(report.revoked_since, Some(at("2026-05-01T11:00:00Z")));
    assert_eq!(report.evidence_used[0].proof.revocation_reason, Some("keyCompromise"));

    let list = crl(&world.ca, LISTED, TOMORROW, &[(&serial, "2026-05-01T11:00:00Z", Some(HOLD))]);
    let report = with_crls(&mut world, vec![list]);
    assert!(is(&report, Indication::Indeterminate, Some("TRY_LATER")));
    assert_eq!(report.evidence_used[0].proof.revocation_reason, Some("certificateHold"));
}

#[test]
fn a_revocation_after_the_judged_moment_does_not_reach_back() {
    let mut world = World::new(Kind::Rsa);
    let serial = world.signer.certificate.serial().to_vec();
    let list =
        crl(&world.ca, "2026-05-01T13:00:00Z", TOMORROW, &[(&serial, "2026-05-01T12:30:00Z", Some(KEY_COMPROMISE))]);
    let report = with_crls(&mut world, vec![list]);
    assert!(is(&report, Indication::TotalPassed, None));
    assert_eq!(report.revoked_since, Some(at("2026-05-01T12:30:00Z")));
}

#[test]
fn an_old_list_that_tells_a_revocation_counts_and_one_that_does_not_says_nothing() {
    let mut world = World::new(Kind::Rsa);
    let serial = world.signer.certificate.serial().to_vec();
    let old = |revoked: &[super::Revoked<'_>], world: &World| {
        crl(&world.ca, "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z", revoked)
    };
    let list = old(&[(&serial, "2026-02-01T00:00:00Z", None)], &world);
    assert!(is(&with_crls(&mut world, vec![list]), Indication::Indeterminate, Some("REVOKED_NO_POE")));
    let list = old(&[], &world);
    assert!(is(&with_crls(&mut world, vec![list]), Indication::Indeterminate, Some("TRY_LATER")));
    // And a newer good one does not undo it.
    let both = vec![old(&[(&serial, "2026-02-01T00:00:00Z", None)], &world), crl(&world.ca, LISTED, TOMORROW, &[])];
    assert!(is(&with_crls(&mut world, both), Indication::Indeterminate, Some("REVOKED_NO_POE")));
}

#[test]
fn a_hold_that_newer_evidence_does_not_tell_is_lifted() {
    let mut world = World::new(Kind::Rsa);
    let serial = world.signer.certificate.serial().to_vec();
    let held = crl(
        &world.ca,
        "2026-04-01T00:00:00Z",
        "2026-06-01T00:00:00Z",
        &[(&serial, "2026-03-01T00:00:00Z", Some(HOLD))],
    );
    let lifted = crl(&world.ca, LISTED, TOMORROW, &[]);
    assert!(is(&with_crls(&mut world, vec![held.clone(), lifted]), Indication::TotalPassed, None));
    assert!(is(&with_crls(&mut world, vec![held]), Indication::Indeterminate, Some("TRY_LATER")));
}

/// `tbs`, in which every SHA-256 with RSA is made SHA-1 with RSA, signed so by `holder`.
fn under_sha1(tbs: &[u8], holder: &Holder) -> Vec<u8> {
    let [sha256, sha1] = [0x0b, 0x05].map(|last| [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, last]);
    let mut tbs = tbs.to_vec();
    for position in 0..tbs.len().saturating_sub(sha256.len()) {
        if tbs[position..].starts_with(&sha256) {
            tbs[position..position + sha1.len()].copy_from_slice(&sha1);
        }
    }
    let key = openssl::pkey::PKey::private_key_from_pkcs8(&holder.key.to_pkcs8_der().unwrap()).unwrap();
    let mut signer = openssl::sign::Signer::new(openssl::hash::MessageDigest::sha1(), &key).unwrap();
    let value = signer.sign_oneshot_to_vec(&tbs).unwrap();
    Writer::build(|w| {
        w.sequence(|w| {
            w.raw(&tbs);
            w.sequence(|w| {
                w.oid(&qolhat_pki::oid::SHA1_WITH_RSA);
                w.null();
            });
            w.bit_string(&value);
        });
    })
}

/// Whoever finds two answers with one digest has the CA sign the one and shows the other.
#[test]
fn not_revoked_is_not_believed_under_a_digest_that_is_not_trusted_and_revoked_is() {
    let mut world = World::new(Kind::Rsa);
    let serial = world.signer.certificate.serial().to_vec();
    let list = |world: &World, revoked: &[super::Revoked<'_>]| {
        let list = crl(&world.ca, LISTED, TOMORROW, revoked);
        CertificateList::from_der(&under_sha1(list.tbs(), &world.ca)).unwrap()
    };
    let good = list(&world, &[]);
    assert!(good.verify_signed_by(&world.ca.certificate).is_ok());
    let weak = Some("CRYPTO_CONSTRAINTS_FAILURE_NO_POE");
    assert!(is(&with_crls(&mut world, vec![good.clone()]), Indication::Indeterminate, weak));
    let trusted = crl(&world.ca, LISTED, TOMORROW, &[]);
    assert!(is(&with_crls(&mut world, vec![good, trusted.clone()]), Indication::TotalPassed, None));
    let revoked = list(&world, &[(&serial, "2026-02-01T00:00:00Z", None)]);
    assert!(is(&with_crls(&mut world, vec![trusted, revoked]), Indication::Indeterminate, Some("REVOKED_NO_POE")));

    let answer = ocsp(&world, &world.responder, CertificateState::Good, LISTED);
    let policy = SignaturePolicy::default();
    assert!(is(&with_ocsp(&mut world, vec![answer.clone()], &policy), Indication::TotalPassed, None));
    let answer = under_sha1(answer.basic().unwrap().tbs(), &world.responder);
    let answer = OcspResponse::from_basic_der(&answer).unwrap();
    assert!(answer.basic().unwrap().verify_signed_by(&world.responder.certificate).is_ok());
    let cms = sign(&mut world, Packaging::Detached);
    let certificates = vec![world.ca.certificate.clone(), world.responder.certificate.clone()];
    let evidence = Evidence { certificates, crls: vec![crl(&world.root, LISTED, TOMORROW, &[])], ocsp: vec![answer] };
    let report = only(judge(&world, &cms, &evidence, &policy, now()));
    assert!(is(&report, Indication::Indeterminate, weak));
}

#[test]
fn a_list_of_another_key_scope_or_form_is_not_believed() {
    let mut world = World::new(Kind::Rsa);
    let stranger = World::new(Kind::Rsa);
    let base = template(&world.ca, LISTED, TOMORROW, &[]);
    let other_key = build(&base, &stranger.ca.key);
    assert!(is(&with_crls(&mut world, vec![other_key]), Indication::Indeterminate, Some("TRY_LATER")));

    let mut delta = base.clone();
    delta.base_number = Some(3);
    let delta = build(&delta, &world.ca.key);
    assert!(is(&with_crls(&mut world, vec![delta]), Indication::Indeterminate, Some("TRY_LATER")));

    // Only CAs; only some reasons; an unknown critical extension.
    let point = qolhat_pki::oid::ISSUING_DISTRIBUTION_POINT;
    let unknown = qolhat_pki::oid::KEY_STORE_KIND;
    for (oid, value) in [
        (point, vec![0x30, 0x03, 0x82, 0x01, 0xff]),
        (point, vec![0x30, 0x04, 0x83, 0x02, 0x05, 0x60]),
        (unknown, vec![0x05, 0x00]),
    ] {
        let mut scoped = base.clone();
        let extension = qolhat_pki::issue::certificate_builder::RawExtension { identifier: oid, critical: true, value };
        scoped.more_extensions = vec![extension];
        let list = build(&scoped, &world.ca.key);
        assert!(is(&with_crls(&mut world, vec![list]), Indication::Indeterminate, Some("TRY_LATER")), "{oid}");
    }
}

#[test]
fn a_delta_counts_on_its_base_and_tells_revocations_alone() {
    let mut world = World::new(Kind::Rsa);
    let serial = world.signer.certificate.serial().to_vec();
    let old = || ("2026-04-30T00:00:00Z", "2026-05-01T00:00:00Z");
    let base = crl(&world.ca, old().0, old().1, &[]);
    let mut fresh = template(&world.ca, LISTED, TOMORROW, &[]);
    (fresh.number, fresh.base_number) = (9, Some(7));
    let delta = build(&fresh, &world.ca.key);
    assert!(is(&with_crls(&mut world, vec![base.clone(), delta]), Indication::TotalPassed, None));

    let mut revoking =
        template(&world.ca, LISTED, TOMORROW, &[(&serial, "2026-05-01T10:00:00Z", Some(KEY_COMPROMISE))]);
    (revoking.number, revoking.base_number) = (9, Some(7));
    let delta = build(&revoking, &world.ca.key);
    assert!(is(&with_crls(&mut world, vec![delta]), Indication::Indeterminate, Some("REVOKED_NO_POE")));

    let mut newer = fresh.clone();
    newer.base_number = Some(8);
    let delta = build(&newer, &world.ca.key);
    assert!(is(&with_crls(&mut world, vec![base, delta]), Indication::Indeterminate, Some("TRY_LATER")));
}

#[test]
fn an_answer_of_the_responder_is_believed_when_the_issuer_made_him_one() {
    let mut world = World::new(Kind::Gost2015);
    let policy = SignaturePolicy::default();
    let good = ocsp(&world, &world.responder, CertificateState::Good, LISTED);
    let report = with_ocsp(&mut world, vec![good], &policy);
    assert!(is(&report, Indication::TotalPassed, None));
    assert_eq!(report.evidence_used[0].proof.source.as_str(), "ocsp");

    let by_the_ca = ocsp(&world, &world.ca, CertificateState::Good, LISTED);
    assert!(is(&with_ocsp(&mut world, vec![by_the_ca], &policy), Indication::TotalPassed, None));

    // Not for answering; of another CA; the very certificate asked about.
    let authority = ocsp(&world, &world.authority, CertificateState::Good, LISTED);
    let stranger = World::new(Kind::Gost2015);
    let _ = stranger;
    let other = World::new(Kind::Rsa);
    let of_another = ocsp(&world, &other.responder, CertificateState::Good, LISTED);
    let itself = ocsp(&world, &world.signer, CertificateState::Good, LISTED);
    for (name, answer) in [("tsa", authority), ("stranger", of_another), ("itself", itself)] {
        let report = with_ocsp(&mut world, vec![answer], &policy);
        assert!(is(&report, Indication::Indeterminate, Some("TRY_LATER")), "{name}");
    }
}

#[test]
fn an_answer_says_what_it_says() {
    let mut world = World::new(Kind::Rsa);
    let policy = SignaturePolicy::default();
    let revoked = CertificateState::Revoked { at: at("2026-05-01T11:00:00Z"), reason: Some(KEY_COMPROMISE) };
    let hold = CertificateState::Revoked { at: at("2026-05-01T11:00:00Z"), reason: Some(HOLD) };
    for (state, reason) in [
        (revoked, "REVOKED_NO_POE"),
        (hold, "TRY_LATER"),
        (CertificateState::Unknown, "TRY_LATER"),
        (CertificateState::NeverIssued, "TRY_LATER"),
    ] {
        let answer = ocsp(&world, &world.responder, state, LISTED);
        let report = with_ocsp(&mut world, vec![answer], &policy);
        assert!(is(&report, Indication::Indeterminate, Some(reason)), "{state:?} {:?}", report.checks);
        if state == CertificateState::NeverIssued {
            assert_eq!(report.revoked_since, None);
        }
    }
}

#[test]
fn an_answer_counts_for_a_day_and_for_the_receipt_only_when_made_at_it() {
    let mut world = World::new(Kind::Rsa);
    let receipt = |freshness| SignaturePolicy {
        revocation: RevocationPolicy { freshness, ..RevocationPolicy::default() },
        ..SignaturePolicy::default()
    };
    let yesterday = ocsp(&world, &world.responder, CertificateState::Good, "2026-04-30T12:30:00Z");
    let older = ocsp(&world, &world.responder, CertificateState::Good, "2026-04-30T12:00:00Z");
    let now_made = ocsp(&world, &world.responder, CertificateState::Good, NOW);
    let default = SignaturePolicy::default();
    assert!(is(&with_ocsp(&mut world, vec![yesterday.clone()], &default), Indication::TotalPassed, None));
    assert!(is(&with_ocsp(&mut world, vec![older], &default), Indication::Indeterminate, Some("TRY_LATER")));
    for freshness in [Freshness::IssuedAtOrAfter(now()), Freshness::CrlUntilNextUpdate(now())] {
        let policy = receipt(freshness);
        let report = with_ocsp(&mut world, vec![yesterday.clone()], &policy);
        assert!(is(&report, Indication::Indeterminate, Some("TRY_LATER")));
        assert!(is(&with_ocsp(&mut world, vec![now_made.clone()], &policy), Indication::TotalPassed, None));
    }
    // A CRL of the morning is enough only where the installation says so.
    let morning = crl(&world.ca, "2026-05-01T06:00:00Z", TOMORROW, &[]);
    let cms = sign(&mut world, Packaging::Detached);
    let mut evidence = good_evidence(&world);
    evidence.crls[0] = morning;
    let strict = only(judge(&world, &cms, &evidence, &receipt(Freshness::IssuedAtOrAfter(now())), now()));
    assert!(is(&strict, Indication::Indeterminate, Some("TRY_LATER")));
    let lists = only(judge(&world, &cms, &evidence, &receipt(Freshness::CrlUntilNextUpdate(now())), now()));
    assert!(is(&lists, Indication::TotalPassed, None));
}

#[test]
fn a_list_issued_after_the_certificate_ended_says_nothing_of_it() {
    let mut world = World::new(Kind::Rsa);
    let cms = sign(&mut world, Packaging::Detached);
    let mut evidence = good_evidence(&world);
    evidence.crls[0] = crl(&world.ca, "2027-02-01T00:00:00Z", "2027-03-01T00:00:00Z", &[]);
    let report = only(judge(&world, &cms, &evidence, &SignaturePolicy::default(), now()));
    assert!(is(&report, Indication::Indeterminate, Some("TRY_LATER")));
}

#[test]
fn a_revoked_ca_is_told_as_such_and_the_whole_chain_is_asked() {
    let mut world = World::new(Kind::Rsa);
    let cms = sign(&mut world, Packaging::Detached);
    let mut evidence = good_evidence(&world);
    let serial = world.ca.certificate.serial().to_vec();
    evidence.crls[1] = crl(&world.root, LISTED, TOMORROW, &[(&serial, "2026-04-01T00:00:00Z", None)]);
    let report = only(judge(&world, &cms, &evidence, &SignaturePolicy::default(), now()));
    assert!(is(&report, Indication::Indeterminate, Some("REVOKED_CA_NO_POE")));
    evidence.crls.remove(1);
    let report = only(judge(&world, &cms, &evidence, &SignaturePolicy::default(), now()));
    assert!(is(&report, Indication::Indeterminate, Some("TRY_LATER")));
    let leaf =
        SignaturePolicy { revocation: RevocationPolicy::with_mode(RevocationMode::Leaf), ..SignaturePolicy::default() };
    assert!(is(&only(judge(&world, &cms, &evidence, &leaf, now())), Indication::TotalPassed, None));
}

#[test]
fn evidence_inside_the_message_counts() {
    let mut world = World::new(Kind::Gost2015);
    let cms = sign(&mut world, Packaging::Detached);
    let evidence = good_evidence(&world);
    let mut additions: Vec<_> =
        evidence.crls.iter().map(|list| qolhat_pki::issue::augment::Augmentation::Crl(list.der().to_vec())).collect();
    additions.push(qolhat_pki::issue::augment::Augmentation::Certificate(world.ca.certificate.clone()));
    let full = qolhat_pki::issue::augment::augment(&cms, &additions).unwrap();
    assert!(SignedData::from_bytes(&full).unwrap().crls().len() == 2);
    let report = only(judge(&world, &full, &Evidence::default(), &SignaturePolicy::default(), now()));
    assert!(is(&report, Indication::TotalPassed, None));
}

#[test]
fn a_path_is_judged_with_its_revocation() {
    let world = World::new(Kind::Rsa);
    let serial = world.signer.certificate.serial().to_vec();
    let judge = |evidence: &Evidence| {
        validate_path(
            &world.signer.certificate,
            &anchors(&world),
            std::slice::from_ref(&world.ca.certificate),
            evidence,
            &RevocationPolicy::default(),
            &PathOptions::for_signing(),
            now(),
            &mut Budget::default(),
        )
        .map(|(_, used)| used.len())
        .map_err(|error| error.code())
    };
    let mut evidence = good_evidence(&world);
    assert_eq!(judge(&evidence), Ok(2));
    evidence.crls[0] = crl(&world.ca, LISTED, TOMORROW, &[(&serial, "2026-05-01T11:00:00Z", Some(HOLD))]);
    assert_eq!(judge(&evidence), Err("revoked"));
    evidence.crls.remove(0);
    assert_eq!(judge(&evidence), Err("revocation-unknown"));
}
