//! Messages that are malformed, ambiguous or made to be taken for others. Keeps: SIG-01, SIG-02.

use qolhat_pki::cms::SignedData;
use qolhat_pki::der::writer::Writer;
use qolhat_pki::digest::{DigestAlgorithm, DigestSet, Digests};
use qolhat_pki::issue::cms_sign::Packaging;
use qolhat_pki::oid;
use qolhat_pki::policy::{AllowedAlgorithm, EssRule, SignaturePolicy};
use qolhat_pki::report::{CryptoOutcome, Indication, SignatureLevel, SignatureReport};
use qolhat_pki::validate::{CmsInput, DetachedContent, validate_cms};

use super::forge::{Message, attribute, content_type, message_digest, protection, signing_time};
use super::{CONTENT, anchors, good_evidence, judge, now, only, sign, sub};
use crate::workshop::{Kind, World, at};

fn verdict(world: &World, message: &Message<'_>) -> SignatureReport {
    only(judge(world, &message.der(), &good_evidence(world), &SignaturePolicy::default(), now()))
}

fn answer(report: &SignatureReport, name: &str) -> Option<bool> {
    report.checks.iter().find(|check| check.name == name).unwrap().ok.as_bool()
}

#[track_caller]
fn is_format_failure(world: &World, message: &Message<'_>, rule: &str) {
    let report = verdict(world, message);
    assert_eq!((report.indication, sub(&report)), (Indication::TotalFailed, Some("FORMAT_FAILURE")), "{report:?}");
    assert_eq!(answer(&report, rule), Some(false), "{:?}", report.checks);
}

#[test]
fn the_messages_forged_here_are_good_until_something_is_wrong_with_them() {
    let world = World::new(Kind::Gost2015);
    let report = verdict(&world, &Message::by(&world.signer));
    assert_eq!(report.indication, Indication::TotalPassed, "{:?}", report.checks);
    assert_eq!(report.level, SignatureLevel::Cms, "nothing refers to the certificate");
    let unattributed = Message { signed: None, ..Message::by(&world.signer) };
    let report = verdict(&world, &unattributed);
    assert_eq!(report.indication, Indication::TotalPassed, "{:?}", report.checks);
    assert_eq!((answer(&report, "no-attribute-confusion"), answer(&report, "content-type")), (Some(true), None));
}

#[test]
fn an_attribute_signed_twice_is_a_format_failure() {
    let world = World::new(Kind::Gost2015);
    is_format_failure(&world, &Message::by(&world.signer).with(message_digest(&[7; 64])), "format");
    is_format_failure(&world, &Message::by(&world.signer).with(signing_time()), "format");
}

#[test]
fn signed_attributes_without_a_digest_or_a_type_are_a_format_failure() {
    let world = World::new(Kind::Gost2015);
    let digest = world.signer.key.digest_algorithm().digest(CONTENT);
    for attributes in [vec![content_type(oid::DATA)], vec![message_digest(digest.as_bytes())], Vec::new()] {
        is_format_failure(&world, &Message { signed: Some(attributes), ..Message::by(&world.signer) }, "format");
    }
}

#[test]
fn an_unsigned_signing_time_is_a_format_failure() {
    let world = World::new(Kind::Gost2015);
    let message = Message { unsigned: vec![signing_time()], ..Message::by(&world.signer) };
    is_format_failure(&world, &message, "format");
}

#[test]
fn the_signed_type_must_be_the_type_of_the_content() {
    let world = World::new(Kind::Gost2015);
    is_format_failure(&world, &Message { encapsulated: oid::TST_INFO, ..Message::by(&world.signer) }, "content-type");
}

#[test]
fn a_content_that_is_not_plain_data_must_be_signed_with_attributes() {
    let world = World::new(Kind::Gost2015);
    let message = Message { encapsulated: oid::TST_INFO, signed: None, ..Message::by(&world.signer) };
    is_format_failure(&world, &message, "content-type");
}

/// The signature over the attributes of one message, shown as one over a content that reads like them.
#[test]
fn signed_attributes_do_not_pass_as_a_content() {
    let world = World::new(Kind::Gost2015);
    let digest = world.signer.key.digest_algorithm().digest(CONTENT);
    let attributes = vec![content_type(oid::DATA), message_digest(digest.as_bytes()), signing_time()];
    let confused = Writer::build(|w| w.set_of_sorted(attributes));
    let message = Message { content: Some(&confused), signed: None, ..Message::by(&world.signer) };
    is_format_failure(&world, &message, "no-attribute-confusion");
}

#[test]
fn where_only_digests_are_given_the_confusion_is_not_called_excluded() {
    let world = World::new(Kind::Gost2015);
    let message = Message { signed: None, ..Message::by(&world.signer) }.der();
    let data = SignedData::from_bytes(&message).unwrap();
    let digests = digests(DigestAlgorithm::Streebog512, CONTENT);
    let input = CmsInput { signed_data: &data, detached: Some(DetachedContent::Digests(&digests)) };
    let anchors = anchors(&world);
    let report =
        only(validate_cms(&input, &anchors, &anchors, &good_evidence(&world), &SignaturePolicy::default(), now()));
    assert_eq!((report.indication, report.crypto), (Indication::TotalPassed, CryptoOutcome::Ok));
    assert_eq!(answer(&report, "no-attribute-confusion"), None);
}

fn digests(algorithm: DigestAlgorithm, content: &[u8]) -> Digests {
    let mut hasher = DigestSet::new(&[algorithm]);
    hasher.update(content);
    hasher.finish()
}

#[test]
fn the_signed_word_on_algorithms_must_name_those_used() {
    let world = World::new(Kind::Gost2015);
    let (digest, signature) = (oid::STREEBOG512, world.signer.key.signature_oid());
    let good = Message::by(&world.signer).with(protection(digest, signature));
    assert_eq!(verdict(&world, &good).indication, Indication::TotalPassed);
    for (digest, signature) in [(oid::SHA256, signature), (digest, oid::SHA256_WITH_RSA)] {
        let message = Message::by(&world.signer).with(protection(digest, signature));
        is_format_failure(&world, &message, "algorithms-agree");
    }
}

#[test]
fn a_digest_of_the_content_that_the_signature_does_not_use_never_passes() {
    let world = World::new(Kind::Gost2015);
    let digest = DigestAlgorithm::Sha256.digest(CONTENT);
    let message = Message {
        digest: oid::SHA256,
        signed: Some(vec![content_type(oid::DATA), message_digest(digest.as_bytes())]),
        ..Message::by(&world.signer)
    };
    let report = verdict(&world, &message);
    assert_ne!(report.indication, Indication::TotalPassed);
    assert_ne!(report.crypto, CryptoOutcome::Ok);
}

#[test]
fn a_signature_algorithm_of_another_kind_of_key_never_passes() {
    let world = World::new(Kind::Gost2015);
    let message = Message { signature: oid::SHA256_WITH_RSA, ..Message::by(&world.signer) };
    is_format_failure(&world, &message, "algorithms-agree");
    // And not when the digest is that algorithm's.
    let digest = DigestAlgorithm::Sha256.digest(CONTENT);
    let message = Message {
        digest: oid::SHA256,
        signed: Some(vec![content_type(oid::DATA), message_digest(digest.as_bytes())]),
        ..message
    };
    let report = verdict(&world, &message);
    assert_ne!(report.indication, Indication::TotalPassed);
    assert_ne!(report.crypto, CryptoOutcome::Ok);
}

#[test]
fn a_truncated_digest_of_the_content_is_a_hash_failure() {
    let world = World::new(Kind::Gost2015);
    let digest = world.signer.key.digest_algorithm().digest(CONTENT);
    let truncated = message_digest(&digest.as_bytes()[..20]);
    let message = Message { signed: Some(vec![content_type(oid::DATA), truncated]), ..Message::by(&world.signer) };
    let report = verdict(&world, &message);
    assert_eq!((report.indication, sub(&report)), (Indication::TotalFailed, Some("HASH_FAILURE")));
}

#[test]
fn an_unknown_algorithm_is_unsupported_and_never_passes() {
    let world = World::new(Kind::Gost2015);
    let of_another_vendor = qolhat_pki::oid::Oid::known("1.3.6.1.4.1.6801.1.5.8");
    for message in [
        Message { signature: of_another_vendor, ..Message::by(&world.signer) },
        Message { digest: of_another_vendor, ..Message::by(&world.signer) },
    ] {
        let report = verdict(&world, &message);
        assert_eq!(
            (report.crypto, report.indication, sub(&report)),
            (CryptoOutcome::Unsupported, Indication::Indeterminate, Some("CRYPTO_CONSTRAINTS_FAILURE"))
        );
        assert!(report.path.is_none() && answer(&report, "certificate-revocation").is_none());
    }
}

#[test]
fn a_policy_that_demands_a_reference_refuses_a_message_without_one() {
    let world = World::new(Kind::Gost2015);
    let policy = SignaturePolicy { ess: EssRule::Required, ..SignaturePolicy::default() };
    let report = only(judge(&world, &Message::by(&world.signer).der(), &good_evidence(&world), &policy, now()));
    assert_eq!((report.indication, sub(&report)), (Indication::Indeterminate, Some("SIG_CONSTRAINTS_FAILURE")));
    assert_eq!(report.crypto, CryptoOutcome::Ok);
}

/// Version 1 of the reference is of the signer's certificate, version 2 of another one.
#[test]
fn two_signed_references_that_differ_name_no_certificate() {
    let world = World::new(Kind::Gost2015);
    let reference =
        |hash: &[u8]| Writer::build(|w| w.sequence(|w| w.sequence(|w| w.sequence(|w| w.octet_string(hash)))));
    let fitting = DigestAlgorithm::Sha1.digest(world.signer.certificate.der());
    let other = DigestAlgorithm::Sha256.digest(world.responder.certificate.der());
    let v1 = attribute(oid::SIGNING_CERTIFICATE, &reference(fitting.as_bytes()));
    let v2 = attribute(oid::SIGNING_CERTIFICATE_V2, &reference(other.as_bytes()));
    let agreed = Message::by(&world.signer).with(v1.clone());
    assert_eq!(verdict(&world, &agreed).indication, Indication::TotalPassed);
    let report = verdict(&world, &Message::by(&world.signer).with(v1).with(v2));
    assert_eq!((report.indication, sub(&report)), (Indication::Indeterminate, Some("NO_SIGNING_CERTIFICATE_FOUND")));
}

#[test]
fn a_signer_whose_certificate_is_nowhere_is_undecided() {
    let world = World::new(Kind::Gost2015);
    let message = Message { carried: Vec::new(), ..Message::by(&world.signer) }.der();
    let mut evidence = good_evidence(&world);
    // Somebody else's certificate is not taken for it.
    evidence.certificates.push(world.authority.certificate.clone());
    let report = only(judge(&world, &message, &evidence, &SignaturePolicy::default(), now()));
    assert_eq!((report.indication, sub(&report)), (Indication::Indeterminate, Some("NO_SIGNING_CERTIFICATE_FOUND")));
    assert_eq!((report.crypto, report.certificate.is_none()), (CryptoOutcome::NotChecked, true));
    // Given beside the message it is found.
    evidence.certificates.push(world.signer.certificate.clone());
    let report = only(judge(&world, &message, &evidence, &SignaturePolicy::default(), now()));
    assert_eq!(report.indication, Indication::TotalPassed);
}

#[test]
fn a_digest_given_under_another_algorithm_must_still_be_that_of_the_content_inside() {
    let mut world = World::new(Kind::Gost2015);
    let cms = sign(&mut world, Packaging::Attached);
    let data = SignedData::from_bytes(&cms).unwrap();
    let anchors = anchors(&world);
    let evidence = good_evidence(&world);
    let judge = |digests: &Digests| {
        let input = CmsInput { signed_data: &data, detached: Some(DetachedContent::Digests(digests)) };
        only(validate_cms(&input, &anchors, &anchors, &evidence, &SignaturePolicy::default(), now()))
    };
    assert_eq!(judge(&digests(DigestAlgorithm::Sha1, CONTENT)).indication, Indication::TotalPassed);
    let report = judge(&digests(DigestAlgorithm::Sha1, b"another content"));
    assert_eq!((report.indication, sub(&report)), (Indication::TotalFailed, Some("HASH_FAILURE")));
}

#[test]
fn every_question_has_an_answer_also_when_the_mathematics_fails() {
    let mut world = World::new(Kind::Gost2015);
    let cms = sign(&mut world, Packaging::Detached);
    let data = SignedData::from_bytes(&cms).unwrap();
    let input = CmsInput { signed_data: &data, detached: Some(DetachedContent::Bytes(b"other")) };
    let anchors = anchors(&world);
    let report =
        only(validate_cms(&input, &anchors, &anchors, &good_evidence(&world), &SignaturePolicy::default(), now()));
    assert_eq!(report.crypto, CryptoOutcome::HashFailure);
    for name in ["certificate-path", "certificate-validity", "certificate-revocation", "algorithms-trusted"] {
        assert_eq!(answer(&report, name), None, "{name}");
    }
    assert!(report.evidence_used.is_empty() && report.time_stamps.is_empty());
}

#[test]
fn an_algorithm_whose_time_is_over_needs_a_proof_from_before() {
    let mut world = World::new(Kind::Gost2015);
    let cms = sign(&mut world, Packaging::Detached);
    let ending = |until: Option<&str>| {
        let mut policy = SignaturePolicy::default();
        let of_digest = AllowedAlgorithm::Digest(DigestAlgorithm::Streebog512);
        policy.algorithms.rules.retain(|rule| rule.algorithm != of_digest || until.is_some());
        for rule in policy.algorithms.rules.iter_mut().filter(|rule| rule.algorithm == of_digest) {
            rule.trusted_until = until.map(at);
        }
        policy
    };
    let judge = |policy: &SignaturePolicy| only(judge(&world, &cms, &good_evidence(&world), policy, now()));
    let over = judge(&ending(Some("2026-05-01T00:00:00Z")));
    assert_eq!((over.indication, sub(&over)), (Indication::Indeterminate, Some("CRYPTO_CONSTRAINTS_FAILURE_NO_POE")));
    let never = judge(&ending(None));
    assert_eq!((never.indication, sub(&never)), (Indication::Indeterminate, Some("CRYPTO_CONSTRAINTS_FAILURE")));
    assert_eq!(judge(&ending(Some("2026-05-02T00:00:00Z"))).indication, Indication::TotalPassed);
}
