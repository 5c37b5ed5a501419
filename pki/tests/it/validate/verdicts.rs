//! One rule broken at a time.

use qolhat_pki::cms::SignedData;
use qolhat_pki::issue::cms_sign::{Packaging, SignRequest, SigningContent, add_signer, sign_cms};
use qolhat_pki::issue::profile::{KeyUse, Profile};
use qolhat_pki::policy::{EssRule, SignaturePolicy};
use qolhat_pki::report::{CryptoOutcome, Indication, SignatureLevel};
use qolhat_pki::trust::TrustStore;
use qolhat_pki::validate::{CmsInput, DetachedContent, Evidence, RULES, validate_cms};

use super::{CONTENT, NOW, SIGNED, anchors, failed, good_evidence, judge, now, only, sign, sub};
use crate::workshop::{Kind, SeededRandom, World, at, head_of_organisation, service_uris};

/// Keeps: SIG-01
#[test]
fn a_good_signature_of_every_kind_of_key_passes() {
    for kind in Kind::ALL {
        let mut world = World::new(kind);
        for packaging in [Packaging::Attached, Packaging::Detached] {
            let cms = sign(&mut world, packaging);
            let report = only(judge(&world, &cms, &good_evidence(&world), &SignaturePolicy::default(), now()));
            assert_eq!(report.indication, Indication::TotalPassed, "{kind:?} {:?}", failed(&report));
            assert_eq!((report.level, report.crypto), (SignatureLevel::CadesB, CryptoOutcome::Ok));
            assert_eq!((report.proven_at, report.judged_at), (None, now()));
            assert_eq!(report.evidence_used.len(), 2);
        }
    }
}

/// Any octet of content, attributes or value changed: never passed. Keeps: SIG-01
#[test]
fn no_changed_octet_of_a_message_passes() {
    let mut world = World::new(Kind::Gost2015);
    let cms = sign(&mut world, Packaging::Attached);
    let evidence = good_evidence(&world);
    let policy = SignaturePolicy::default();
    let good = only(judge(&world, &cms, &evidence, &policy, now()));
    assert_eq!(good.indication, Indication::TotalPassed);
    let certificate = world.signer.certificate.der().to_vec();
    let inside = cms.windows(certificate.len()).position(|window| window == certificate).unwrap();
    let mut passed = Vec::new();
    // Every fifth octet keeps the test short; the certificate's own octets are another test's.
    for place in (0..cms.len()).step_by(5).filter(|place| !(inside..inside + certificate.len()).contains(place)) {
        let mut changed = cms.clone();
        changed[place] ^= 0x01;
        let Ok(data) = SignedData::from_bytes(&changed) else { continue };
        let input = CmsInput { signed_data: &data, detached: None };
        let report = validate_cms(&input, &anchors(&world), &anchors(&world), &evidence, &policy, now());
        if report.indication == Indication::TotalPassed && data.content() != Some(CONTENT) {
            passed.push(place);
        }
    }
    assert!(passed.is_empty(), "{passed:?}");
}

/// Keeps: SIG-01
#[test]
fn other_content_is_a_hash_failure_and_another_key_a_failed_signature() {
    let mut world = World::new(Kind::Rsa);
    let cms = sign(&mut world, Packaging::Detached);
    let data = SignedData::from_bytes(&cms).unwrap();
    let evidence = good_evidence(&world);
    let policy = SignaturePolicy::default();
    let over = |content: Option<&[u8]>| {
        let input = CmsInput { signed_data: &data, detached: content.map(DetachedContent::Bytes) };
        only(validate_cms(&input, &anchors(&world), &anchors(&world), &evidence, &policy, now()))
    };
    let other = over(Some(b"the contents"));
    assert_eq!(
        (other.indication, sub(&other), other.crypto.as_str()),
        (Indication::TotalFailed, Some("HASH_FAILURE"), "hash_failure")
    );
    let none = over(None);
    assert_eq!(
        (none.indication, sub(&none), none.crypto.as_str()),
        (Indication::Indeterminate, Some("SIGNED_DATA_NOT_FOUND"), "not_checked")
    );

    // The value of another message under the same certificate.
    let request = SignRequest::new(SigningContent::Content(b"another"), Packaging::Detached, at(SIGNED));
    let another = sign_cms(&world.signer.key, &world.signer.certificate, &request, &mut SeededRandom::new(9)).unwrap();
    let value = SignedData::from_bytes(&another).unwrap().signer_infos()[0].signature().to_vec();
    let own = data.signer_infos()[0].signature();
    let place = cms.windows(own.len()).position(|window| window == own).unwrap();
    let mut swapped = cms.clone();
    swapped[place..place + own.len()].copy_from_slice(&value);
    let report = only(judge(&world, &swapped, &evidence, &policy, now()));
    assert_eq!((report.indication, sub(&report)), (Indication::TotalFailed, Some("SIG_CRYPTO_FAILURE")));
}

/// Keeps: SIG-01
#[test]
fn a_content_inside_and_another_one_given_fail() {
    let mut world = World::new(Kind::Rsa);
    let cms = sign(&mut world, Packaging::Attached);
    let data = SignedData::from_bytes(&cms).unwrap();
    let input = CmsInput { signed_data: &data, detached: Some(DetachedContent::Bytes(b"other")) };
    let report = validate_cms(
        &input,
        &anchors(&world),
        &anchors(&world),
        &good_evidence(&world),
        &SignaturePolicy::default(),
        now(),
    );
    assert_eq!(sub(&only(report)), Some("HASH_FAILURE"));
}

/// Keeps: SIG-03
#[test]
fn a_key_for_login_does_not_sign() {
    let mut world = World::new(Kind::Gost2015);
    let holder = world.ca.issue(
        Kind::Gost2015,
        &Profile::LegalEntity(KeyUse::Auth, Vec::new()),
        head_of_organisation(),
        service_uris(),
        &mut world.random,
    );
    world.signer = holder;
    let cms = sign(&mut world, Packaging::Detached);
    let report = only(judge(&world, &cms, &good_evidence(&world), &SignaturePolicy::default(), now()));
    assert_eq!((report.indication, sub(&report)), (Indication::Indeterminate, Some("CHAIN_CONSTRAINTS_FAILURE")));
    assert_eq!(report.path_error, Some("wrong-purpose"));
}

/// Keeps: SIG-04
#[test]
fn outside_its_term_and_without_a_time_stamp_nothing_is_proven() {
    let mut world = World::new(Kind::Gost2015);
    let cms = sign(&mut world, Packaging::Detached);
    for moment in ["2025-12-31T23:59:59Z", "2027-01-01T00:00:01Z"] {
        let report = only(judge(&world, &cms, &good_evidence(&world), &SignaturePolicy::default(), at(moment)));
        assert_eq!(
            (report.indication, sub(&report)),
            (Indication::Indeterminate, Some("OUT_OF_BOUNDS_NO_POE")),
            "{moment}"
        );
    }
}

/// Keeps: SIG-05
#[test]
fn a_stranger_with_the_names_of_ours_is_not_believed() {
    let (mut stranger, world) = (World::new(Kind::Gost2015), World::new(Kind::Rsa));
    let cms = sign(&mut stranger, Packaging::Detached);
    let mut evidence = good_evidence(&stranger);
    evidence.certificates.push(stranger.root.certificate.clone());
    let report = only(judge(&world, &cms, &evidence, &SignaturePolicy::default(), now()));
    assert_eq!((report.indication, sub(&report)), (Indication::Indeterminate, Some("NO_CERTIFICATE_CHAIN_FOUND")));
    let nobody = TrustStore::default();
    let data = SignedData::from_bytes(&cms).unwrap();
    let input = CmsInput { signed_data: &data, detached: Some(DetachedContent::Bytes(CONTENT)) };
    let report = validate_cms(&input, &nobody, &nobody, &evidence, &SignaturePolicy::default(), now());
    assert_eq!(report.indication, Indication::Indeterminate);
}

/// A renewed certificate of the same key and name is another certificate. Keeps: SIG-02
#[test]
fn a_signed_reference_of_another_certificate_is_refused() {
    let mut world = World::new(Kind::Rsa);
    let cms = sign(&mut world, Packaging::Detached);
    // The reference is a SHA-256 of the certificate: one octet of it changed, and the attributes signed anew.
    let data = SignedData::from_bytes(&cms).unwrap();
    let signer = &data.signer_infos()[0];
    let reference = signer.signing_certificates().unwrap().remove(0);
    let octets = signer.signed_octets().unwrap().to_vec();
    let place = octets.windows(32).position(|window| window == reference.hash).unwrap();
    let mut changed = octets.clone();
    changed[place] ^= 1;
    let value = world.signer.key.sign_message(&changed, &mut world.random).unwrap();
    let mut forged = cms.clone();
    let at_attributes = forged.windows(32).position(|window| window == reference.hash).unwrap();
    forged[at_attributes] ^= 1;
    let at_value = forged.windows(value.len()).position(|window| window == signer.signature()).unwrap();
    forged[at_value..at_value + value.len()].copy_from_slice(&value);
    let report = only(judge(&world, &forged, &good_evidence(&world), &SignaturePolicy::default(), now()));
    assert_eq!(report.crypto, CryptoOutcome::Ok, "{:?}", failed(&report));
    assert_eq!((report.indication, sub(&report)), (Indication::Indeterminate, Some("NO_SIGNING_CERTIFICATE_FOUND")));
}

/// Keeps: SIG-02
#[test]
fn a_message_without_the_certificate_of_its_signer_is_undecided() {
    let mut world = World::new(Kind::Rsa);
    let cms = sign(&mut world, Packaging::Detached);
    let certificate = world.signer.certificate.der();
    let place = cms.windows(certificate.len()).position(|window| window == certificate).unwrap();
    let mut without = cms.clone();
    // Another serial number: the certificate inside is no longer the one named.
    without[place + 20] ^= 1;
    let report = only(judge(&world, &without, &good_evidence(&world), &SignaturePolicy::default(), now()));
    assert_ne!(report.indication, Indication::TotalPassed);
}

/// Keeps: SIG-09
#[test]
fn each_of_several_signers_is_judged_by_itself_and_the_worst_decides() {
    let mut world = World::new(Kind::Gost2015);
    let cms = sign(&mut world, Packaging::Attached);
    let second = World::new(Kind::Rsa);
    let both =
        add_signer(&cms, &second.signer.key, &second.signer.certificate, None, at(SIGNED), &mut world.random).unwrap();
    let data = SignedData::from_bytes(&both).unwrap();
    let input = CmsInput { signed_data: &data, detached: None };
    let report = validate_cms(
        &input,
        &anchors(&world),
        &anchors(&world),
        &good_evidence(&world),
        &SignaturePolicy::default(),
        now(),
    );
    assert_eq!(report.signatures.len(), 2);
    assert!(report.signatures.iter().all(|signature| signature.crypto == CryptoOutcome::Ok));
    assert_eq!(report.signatures.iter().filter(|signature| signature.indication == Indication::TotalPassed).count(), 1);
    assert_eq!(report.indication, Indication::Indeterminate);
}

#[test]
fn a_policy_that_asks_for_a_reference_is_kept_by_messages_that_have_one() {
    let mut world = World::new(Kind::Rsa);
    let cms = sign(&mut world, Packaging::Detached);
    let policy = SignaturePolicy { ess: EssRule::Required, ..SignaturePolicy::default() };
    assert_eq!(only(judge(&world, &cms, &good_evidence(&world), &policy, now())).indication, Indication::TotalPassed);
}

#[test]
fn the_same_input_gives_the_same_report() {
    let mut world = World::new(Kind::Rsa);
    let cms = sign(&mut world, Packaging::Detached);
    let evidence = good_evidence(&world);
    let run = || format!("{:?}", judge(&world, &cms, &evidence, &SignaturePolicy::default(), at(NOW)));
    assert_eq!(run(), run());
}

#[test]
fn rules_have_names_of_their_own() {
    for (place, rule) in RULES.iter().enumerate() {
        assert!(RULES[..place].iter().all(|earlier| earlier.name != rule.name), "{}", rule.name);
    }
}

#[test]
fn nothing_signed_is_refuted() {
    let world = World::new(Kind::Rsa);
    let empty = qolhat_pki::issue::augment::augment(
        &{
            let mut world = World::new(Kind::Rsa);
            sign(&mut world, Packaging::Attached)
        },
        &[],
    );
    assert!(empty.is_ok());
    let input_der = qolhat_pki::der::writer::Writer::build(|w| {
        w.sequence(|w| {
            w.oid(&qolhat_pki::oid::SIGNED_DATA);
            w.context(0, |w| {
                w.sequence(|w| {
                    w.integer_u64(1);
                    w.set(|_| {});
                    w.sequence(|w| w.oid(&qolhat_pki::oid::DATA));
                    w.set(|_| {});
                });
            });
        });
    });
    let data = SignedData::from_bytes(&input_der).unwrap();
    let input = CmsInput { signed_data: &data, detached: Some(DetachedContent::Bytes(CONTENT)) };
    let report = validate_cms(
        &input,
        &anchors(&world),
        &anchors(&world),
        &Evidence::default(),
        &SignaturePolicy::default(),
        now(),
    );
    assert_eq!((report.indication, report.signatures.len()), (Indication::TotalFailed, 0));
}
