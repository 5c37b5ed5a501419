//! Signatures over signatures. Source: RFC 5652 §11.4. Keeps: SIG-01, SIG-02.

use qolhat_pki::cms::SignedData;
use qolhat_pki::der::writer::Writer;
use qolhat_pki::issue::augment::{Augmentation, augment};
use qolhat_pki::issue::cms_sign::{CertificateReference, Packaging};
use qolhat_pki::issue::fault::{CounterFault, build_counter_signature};
use qolhat_pki::oid;
use qolhat_pki::policy::SignaturePolicy;
use qolhat_pki::report::{CryptoOutcome, Indication, SignatureLevel, SignatureReport};

use super::answer;
use crate::validate::stamps::token_by;
use crate::validate::{SIGNED, good_evidence, judge, now, only, sign, sub};
use crate::workshop::{Kind, SeededRandom, World, at};

fn value(cms: &[u8]) -> Vec<u8> {
    SignedData::from_bytes(cms).unwrap().signer_infos()[0].signature().to_vec()
}

/// A counter-signature over `value` by a second signer of the CA.
fn counter(
    world: &World,
    value: &[u8],
    fault: Option<CounterFault>,
) -> (Vec<u8>, qolhat_pki::certificate::Certificate) {
    let second = crate::validate::forge::signer(&world.ca, |_| {});
    let (other, random) = (&world.responder.certificate, &mut SeededRandom::new(8));
    let signer = (&second.key, &second.certificate);
    (build_counter_signature(value, fault, signer, other, at(SIGNED), random).unwrap(), second.certificate)
}

fn with(cms: &[u8], certificate: qolhat_pki::certificate::Certificate, counters: &[Vec<u8>]) -> Vec<u8> {
    let mut additions = vec![Augmentation::Certificate(certificate)];
    additions.extend(counters.iter().map(|value| Augmentation::UnsignedAttribute {
        signer: 0,
        attribute: oid::COUNTERSIGNATURE,
        value: value.clone(),
    }));
    augment(cms, &additions).unwrap()
}

fn verdict(world: &World, cms: &[u8]) -> SignatureReport {
    only(judge(world, cms, &good_evidence(world), &SignaturePolicy::default(), now()))
}

fn countered(fault: Option<CounterFault>) -> (SignatureReport, SignatureReport) {
    let mut world = World::new(Kind::Gost2015);
    let cms = sign(&mut world, Packaging::Detached);
    let (info, certificate) = counter(&world, &value(&cms), fault);
    let mut parent = verdict(&world, &with(&cms, certificate, &[info]));
    assert_eq!(parent.counter_signatures.len(), 1);
    let counter = parent.counter_signatures.pop().unwrap();
    (parent, counter)
}

#[test]
fn a_counter_signature_is_judged_by_itself_and_leaves_the_verdict_below() {
    let (parent, counter) = countered(None);
    assert_eq!((parent.indication, parent.level), (Indication::TotalPassed, SignatureLevel::CadesB));
    assert_eq!(
        (counter.indication, counter.crypto),
        (Indication::TotalPassed, CryptoOutcome::Ok),
        "{:?}",
        counter.checks
    );
    assert_eq!(counter.level, SignatureLevel::CadesB);
    assert_ne!(counter.certificate, parent.certificate);
    assert!(counter.path.is_some() && counter.evidence_used.len() == 2);
    assert_eq!(answer(&counter, "content-type"), None, "a value has no type");
}

#[track_caller]
fn refused(fault: CounterFault, indication: Indication, reason: &str, rule: &str) {
    let (parent, counter) = countered(Some(fault));
    assert_eq!(parent.indication, Indication::TotalPassed, "the signature below stands");
    assert_eq!((counter.indication, sub(&counter)), (indication, Some(reason)), "{:?}", counter.checks);
    assert_eq!(answer(&counter, rule), Some(false), "{:?}", counter.checks);
}

#[test]
fn a_counter_signature_with_a_content_type_is_a_format_failure() {
    refused(CounterFault::TypePresent, Indication::TotalFailed, "FORMAT_FAILURE", "format");
}

#[test]
fn a_counter_signature_over_another_value_is_a_hash_failure() {
    refused(CounterFault::OtherValue, Indication::TotalFailed, "HASH_FAILURE", "content-digest");
}

#[test]
fn a_counter_signature_without_a_digest_is_a_format_failure() {
    refused(CounterFault::DigestMissing, Indication::TotalFailed, "FORMAT_FAILURE", "format");
}

#[test]
fn a_counter_signature_that_names_another_certificate_names_none() {
    let (fault, indication) = (CounterFault::ReferenceOfAnother, Indication::Indeterminate);
    refused(fault, indication, "NO_SIGNING_CERTIFICATE_FOUND", "signing-certificate-reference");
}

#[test]
fn a_counter_signature_with_a_changed_value_is_refuted() {
    refused(CounterFault::SignatureChanged, Indication::TotalFailed, "SIG_CRYPTO_FAILURE", "signature-value");
    for fault in CounterFault::ALL {
        assert_eq!(CounterFault::named(fault.name()), Some(*fault));
    }
}

/// Copied to another signature by the same signer over the same content.
#[test]
fn a_counter_signature_of_another_signature_is_a_hash_failure() {
    let mut world = World::new(Kind::Gost2015);
    let (one, other) = (sign(&mut world, Packaging::Detached), sign(&mut world, Packaging::Detached));
    let (info, certificate) = counter(&world, &value(&one), None);
    let report = verdict(&world, &with(&other, certificate, &[info]));
    let counter = &report.counter_signatures[0];
    assert_eq!((counter.indication, sub(counter)), (Indication::TotalFailed, Some("HASH_FAILURE")));
    assert_eq!(report.indication, Indication::TotalPassed);
}

/// The signature of the message itself is over a content with a type, and is no counter-signature; nor the other way round.
#[test]
fn a_signer_is_not_taken_for_a_counter_signer() {
    let mut world = World::new(Kind::Gost2015);
    let cms = sign(&mut world, Packaging::Detached);
    let data = SignedData::from_bytes(&cms).unwrap();
    let own = Writer::build(|w| w.sequence(|w| w.raw(data.signer_infos()[0].fields_until_signature())));
    let report = verdict(&world, &with(&cms, world.signer.certificate.clone(), &[own]));
    let counter = &report.counter_signatures[0];
    assert_eq!((counter.indication, sub(counter)), (Indication::TotalFailed, Some("FORMAT_FAILURE")));
    assert_eq!(report.indication, Indication::TotalPassed);
}

#[test]
fn what_is_no_counter_signature_is_told_and_the_signature_below_stands() {
    let mut world = World::new(Kind::Gost2015);
    let cms = sign(&mut world, Packaging::Detached);
    let signer = world.signer.certificate.clone();
    let report = verdict(&world, &with(&cms, signer, &[vec![0x30, 3, 2, 1, 1], vec![5, 0]]));
    assert_eq!((report.indication, report.counter_signatures.len()), (Indication::TotalPassed, 0));
    let told = report.checks.iter().filter(|check| check.name == "counter-signature-readable");
    assert_eq!(told.filter(|check| check.ok.as_bool() == Some(false)).count(), 2);
}

/// The SignerInfo with `attribute` unsigned, as the only one.
fn bearing(info: &[u8], kind: oid::Oid, value: &[u8]) -> Vec<u8> {
    let inside = qolhat_pki::der::Reader::new(info, qolhat_pki::der::Rules::Der).read().unwrap().value.to_vec();
    let attribute = crate::validate::forge::attribute(kind, value);
    Writer::build(|w| {
        w.sequence(|w| {
            w.raw(&inside);
            w.element(0xa1, &attribute);
        });
    })
}

fn signature_of(info: &[u8]) -> Vec<u8> {
    let mut fields = qolhat_pki::der::Reader::new(info, qolhat_pki::der::Rules::Der).sequence().unwrap();
    let mut last = Vec::new();
    while let Some(tag) = fields.peek_tag() {
        let field = fields.read().unwrap();
        if tag == qolhat_pki::der::tag::OCTET_STRING {
            last = field.value.to_vec();
        }
    }
    last
}

#[test]
fn a_counter_signature_over_a_counter_signature_is_judged_and_a_tower_of_them_ends() {
    let mut world = World::new(Kind::Gost2015);
    let cms = sign(&mut world, Packaging::Detached);
    // Each over the one below, which is put together from the top.
    let tower = |height: usize| {
        let mut infos = Vec::new();
        let mut below = value(&cms);
        for _ in 0..height {
            let (info, _) = counter(&world, &below, None);
            below = signature_of(&info);
            infos.push(info);
        }
        let top = infos.pop().unwrap();
        infos.into_iter().rev().fold(top, |above, info| bearing(&info, oid::COUNTERSIGNATURE, &above))
    };
    let (_, certificate) = counter(&world, b"", None);
    let report = verdict(&world, &with(&cms, certificate.clone(), &[tower(2)]));
    let (first, second) = (&report.counter_signatures[0], &report.counter_signatures[0].counter_signatures[0]);
    assert_eq!((first.indication, second.indication), (Indication::TotalPassed, Indication::TotalPassed));
    let report = verdict(&world, &with(&cms, certificate, &[tower(6)]));
    let (mut level, mut depth) = (&report, 0);
    while let Some(next) = level.counter_signatures.first() {
        (level, depth) = (next, depth + 1);
    }
    assert_eq!((report.indication, depth), (Indication::TotalPassed, 4));
    assert_eq!(answer(level, "counter-signature-readable"), Some(false));
}

#[test]
fn more_counter_signatures_than_are_looked_at_are_told() {
    let mut world = World::new(Kind::Gost2015);
    let cms = sign(&mut world, Packaging::Detached);
    let (info, certificate) = counter(&world, &value(&cms), None);
    // One attribute each: an attribute may hold no more than 64 values, and a signer no more attributes.
    let report = verdict(&world, &with(&cms, certificate, &vec![info; 40]));
    assert_eq!((report.indication, report.counter_signatures.len()), (Indication::TotalPassed, 32));
    assert_eq!(answer(&report, "counter-signature-readable"), Some(false));
}

/// The time stamp of a counter-signature is over its own value and proves its own time.
#[test]
fn a_counter_signature_has_time_stamps_of_its_own() {
    let mut world = World::new(Kind::Gost2015);
    let cms = sign(&mut world, Packaging::Detached);
    let (info, certificate) = counter(&world, &value(&cms), None);
    let stamped = |over: &[u8]| {
        let digest = qolhat_pki::digest::DigestAlgorithm::Sha256.digest(over);
        let token = token_by(&world.authority, &digest, "2026-05-01T12:00:02Z", CertificateReference::V2);
        let bearing = bearing(&info, oid::SIGNATURE_TIME_STAMP, &token);
        verdict(&world, &with(&cms, certificate.clone(), &[bearing]))
    };
    let good = stamped(&signature_of(&info));
    assert_eq!(good.counter_signatures[0].proven_at, Some(at("2026-05-01T12:00:02Z")));
    assert_eq!((good.counter_signatures[0].level, good.proven_at), (SignatureLevel::CadesT, None));
    let of_parent = stamped(&value(&cms));
    assert_eq!(of_parent.counter_signatures[0].time_stamps[0].reason, Some("time-stamp-imprint"));
}
