//! Tokens that prove nothing. Keeps: SIG-07, SIG-10.

use qolhat_pki::cms::SignedData;
use qolhat_pki::digest::{Digest, DigestAlgorithm};
use qolhat_pki::issue::augment::{Augmentation, augment};
use qolhat_pki::issue::cms_sign::{CertificateReference, Packaging};
use qolhat_pki::issue::fault::{TimeStampFault, build_wrong_time_stamp_token};
use qolhat_pki::issue::profile::{Profile, service_subject};
use qolhat_pki::issue::tsp_builder::{CertificateWish, TimeStampTemplate};
use qolhat_pki::oid;
use qolhat_pki::policy::SignaturePolicy;
use qolhat_pki::report::{Indication, SignatureReport};
use qolhat_pki::tsp::TimeStampToken;
use qolhat_pki::validate::Evidence;

use super::{Change, issue};
use crate::validate::stamps::{stamp, token_by, value_digest};
use crate::validate::{KEY_COMPROMISE, LISTED, TOMORROW, crl, good_evidence, judge, now, only, sign, sub};
use crate::workshop::{Kind, SeededRandom, World, at};

const STAMPED: &str = "2026-05-01T12:00:02Z";
const V2: CertificateReference = CertificateReference::V2;

fn verdict(world: &World, cms: &[u8], evidence: &Evidence) -> SignatureReport {
    only(judge(world, cms, evidence, &SignaturePolicy::default(), now()))
}

fn wrong(world: &World, imprint: &Digest, fault: TimeStampFault) -> Vec<u8> {
    let template = TimeStampTemplate {
        policy: oid::POLICY_TSA_GOST2015,
        imprint,
        serial: &[0x12],
        gen_time: at(STAMPED),
        accuracy_seconds: None,
        nonce: None,
        certificate: CertificateWish::Embed,
        reference: V2,
    };
    let (authority, other) = (&world.authority, &world.responder.certificate);
    build_wrong_time_stamp_token(
        &template,
        fault,
        &authority.key,
        &authority.certificate,
        other,
        &mut SeededRandom::new(2),
    )
    .unwrap()
}

/// Each claim: the fault ordered, and the question about the token that is answered with no.
macro_rules! tokens {
    ($($(#[$doc:meta])* fn $claim:ident: $fault:ident => $rule:literal;)+) => {
        $(
            $(#[$doc])*
            #[test]
            fn $claim() {
                let mut world = World::new(Kind::Gost2015);
                let cms = sign(&mut world, Packaging::Detached);
                let token = wrong(&world, &value_digest(&cms), TimeStampFault::$fault);
                let report = verdict(&world, &stamp(&cms, token), &good_evidence(&world));
                assert_eq!(report.proven_at, None);
                // The signature itself is judged at the moment asked about.
                assert_eq!((report.indication, report.judged_at), (Indication::TotalPassed, now()));
                let reason = match report.time_stamps.first() {
                    Some(stamp) => stamp.reason,
                    None => report.checks.iter().find(|check| check.ok.as_bool() == Some(false)).map(|check| check.name),
                };
                assert_eq!(reason, Some($rule), "{:?}", report.time_stamps);
            }
        )+

        #[test]
        fn every_fault_of_a_token_is_ordered_by_its_name() {
            let here = [$(TimeStampFault::$fault,)+];
            for fault in TimeStampFault::ALL {
                assert_eq!(TimeStampFault::named(fault.name()), Some(*fault));
                assert!(here.contains(fault), "{}", fault.name());
            }
        }
    };
}

tokens! {
    fn a_token_with_two_signers_proves_nothing: TwoSigners => "time-stamp-readable";
    fn a_token_without_a_signer_proves_nothing: NoSigner => "time-stamp-readable";
    fn a_token_that_names_no_certificate_proves_nothing: NoReference => "time-stamp-certificate-reference";
    fn a_token_that_names_another_certificate_proves_nothing: ReferenceOfAnother => "time-stamp-certificate-reference";
    fn a_token_signed_without_attributes_proves_nothing: NoAttributes => "time-stamp-signature";
    fn a_token_of_type_data_proves_nothing: TypeData => "time-stamp-readable";
    fn a_token_whose_signed_type_is_data_proves_nothing: SignedTypeData => "time-stamp-signature";
    fn a_token_with_the_digest_of_other_octets_proves_nothing: OtherDigest => "time-stamp-signature";
    fn a_token_over_a_truncated_hash_proves_nothing: ImprintTruncated => "time-stamp-readable";
    fn a_token_of_another_version_proves_nothing: UnknownVersion => "time-stamp-readable";
    fn a_token_with_an_unknown_critical_extension_proves_nothing: CriticalExtension => "time-stamp-imprint";
    fn a_token_whose_time_is_a_utc_time_proves_nothing: UtcTime => "time-stamp-readable";
    fn a_token_with_octets_after_its_content_proves_nothing: TrailingOctet => "time-stamp-readable";
    fn a_token_without_the_certificate_of_its_authority_proves_nothing: OtherCertificateInside => "time-stamp-signature";
    fn a_token_with_a_changed_signature_proves_nothing: SignatureChanged => "time-stamp-signature";
}

/// A good token, over the value of another signature by the same signer over the same content.
#[test]
fn a_token_copied_from_another_signature_proves_nothing() {
    let mut world = World::new(Kind::Gost2015);
    let (one, other) = (sign(&mut world, Packaging::Detached), sign(&mut world, Packaging::Attached));
    assert_ne!(value_digest(&one), value_digest(&other), "each signature has a nonce of its own");
    let token = token_by(&world.authority, &value_digest(&one), STAMPED, V2);
    let evidence = good_evidence(&world);
    assert_eq!(verdict(&world, &stamp(&one, token.clone()), &evidence).proven_at, Some(at(STAMPED)));
    let copied = verdict(&world, &stamp(&other, token), &evidence);
    assert_eq!((copied.proven_at, copied.time_stamps[0].reason), (None, Some("time-stamp-imprint")));
}

#[test]
fn a_token_from_the_future_proves_nothing() {
    let mut world = World::new(Kind::Gost2015);
    let cms = sign(&mut world, Packaging::Detached);
    let token = |when| token_by(&world.authority, &value_digest(&cms), when, V2);
    let evidence = good_evidence(&world);
    let future = verdict(&world, &stamp(&cms, token("2026-05-01T12:00:11Z")), &evidence);
    assert_eq!((future.proven_at, future.time_stamps[0].reason), (None, Some("time-stamp-not-future")));
    let present = verdict(&world, &stamp(&cms, token(crate::validate::NOW)), &evidence);
    assert_eq!(present.proven_at, Some(now()));
}

#[test]
fn a_token_of_a_revoked_authority_is_refused_and_one_older_than_the_compromise_needs_a_proof() {
    let mut world = World::new(Kind::Gost2015);
    let cms = sign(&mut world, Packaging::Detached);
    let serial = world.authority.certificate.serial().to_vec();
    let stamped = stamp(&cms, token_by(&world.authority, &value_digest(&cms), STAMPED, V2));
    for since in ["2026-05-01T12:00:01Z", "2026-05-01T12:00:04Z"] {
        let mut evidence = good_evidence(&world);
        evidence.crls[0] = crl(&world.ca, LISTED, TOMORROW, &[(&serial, since, Some(KEY_COMPROMISE))]);
        let report = verdict(&world, &stamped, &evidence);
        assert_eq!((report.proven_at, report.time_stamps[0].reason), (None, Some("time-stamp-revocation")), "{since}");
    }
}

/// The authority's purpose must be time stamping alone, in a critical extension. Source: RFC 3161 §2.3.
#[test]
fn an_authority_that_is_for_something_else_too_proves_nothing() {
    let mut world = World::new(Kind::Gost2015);
    let cms = sign(&mut world, Packaging::Detached);
    let changes: [(&str, Change); 4] = [
        ("not critical", |template| template.extended_key_usage_critical = false),
        ("another one beside it", |template| template.extended_key_usage.push(oid::CLIENT_AUTH)),
        ("any", |template| template.extended_key_usage = vec![oid::ANY_EXTENDED_KEY_USAGE]),
        ("none", |template| template.extended_key_usage.clear()),
    ];
    let profile = Profile::TimeStampAuthority;
    for (what, change) in changes {
        let authority = issue(&world.ca, 41, &profile, service_subject("УАҚЫТ"), change);
        let token = token_by(&authority, &value_digest(&cms), STAMPED, V2);
        let report = verdict(&world, &stamp(&cms, token), &good_evidence(&world));
        assert_eq!((report.proven_at, report.time_stamps[0].reason), (None, Some("time-stamp-path")), "{what}");
    }
    let authority = issue(&world.ca, 41, &profile, service_subject("УАҚЫТ"), |_| {});
    let token = token_by(&authority, &value_digest(&cms), STAMPED, V2);
    assert_eq!(verdict(&world, &stamp(&cms, token), &good_evidence(&world)).proven_at, Some(at(STAMPED)));
}

/// The authority's certificate ends, and nothing newer proves the token: nobody tells what became of its key.
#[test]
fn a_token_whose_authority_ended_before_it_was_renewed_proves_nothing() {
    let mut world = World::new(Kind::Gost2015);
    let cms = sign(&mut world, Packaging::Detached);
    let authority = issue(&world.ca, 42, &Profile::TimeStampAuthority, service_subject("УАҚЫТ"), |template| {
        template.not_after = at("2026-05-01T12:00:04Z");
    });
    let token = token_by(&authority, &value_digest(&cms), STAMPED, V2);
    let report = verdict(&world, &stamp(&cms, token), &good_evidence(&world));
    assert_eq!((report.proven_at, report.time_stamps[0].reason), (None, Some("time-stamp-term")));
}

/// The same token twice proves what it proves once.
#[test]
fn a_token_that_stands_twice_proves_no_more() {
    let mut world = World::new(Kind::Gost2015);
    let cms = sign(&mut world, Packaging::Detached);
    let token = token_by(&world.authority, &value_digest(&cms), STAMPED, V2);
    let twice = stamp(&stamp(&cms, token.clone()), token.clone());
    let report = verdict(&world, &twice, &good_evidence(&world));
    assert_eq!((report.proven_at, report.time_stamps.len()), (Some(at(STAMPED)), 2));
    let once = verdict(&world, &stamp(&cms, token), &good_evidence(&world));
    assert_eq!((once.indication, once.level, once.existence), (report.indication, report.level, report.existence));
}

#[test]
fn a_token_answers_its_own_question_alone() {
    let world = World::new(Kind::Gost2015);
    let (digest, other) = (DigestAlgorithm::Sha256.digest(b"asked"), DigestAlgorithm::Sha256.digest(b"another"));
    let template = TimeStampTemplate {
        policy: oid::POLICY_TSA_GOST2015,
        imprint: &digest,
        serial: &[1],
        gen_time: at(STAMPED),
        accuracy_seconds: Some(1),
        nonce: Some(&[0x11, 0x22]),
        certificate: CertificateWish::Embed,
        reference: V2,
    };
    let (key, certificate) = (&world.authority.key, &world.authority.certificate);
    let der =
        qolhat_pki::issue::tsp_builder::build_time_stamp_token(&template, key, certificate, &mut SeededRandom::new(1));
    let token = TimeStampToken::from_der(&der.unwrap()).unwrap();
    assert!(token.matches(&digest, Some(&[0x11, 0x22])));
    assert!(!token.matches(&digest, Some(&[0x11, 0x23])), "another nonce");
    assert!(!token.matches(&other, Some(&[0x11, 0x22])), "another digest");
    // The same octets under another name of the digest.
    let sha512 = DigestAlgorithm::Sha512.digest(b"asked");
    assert!(!token.matches(&sha512, None));
}

/// A content time stamp later than the signature's: the times contradict each other.
#[test]
fn times_out_of_order_are_told() {
    let world = World::new(Kind::Gost2015);
    let imprint = DigestAlgorithm::Streebog512.digest(crate::validate::CONTENT);
    let over_content = token_by(&world.authority, &imprint, "2026-05-01T12:00:05Z", V2);
    let attribute = crate::validate::forge::attribute(oid::CONTENT_TIME_STAMP, &over_content);
    let cms = crate::validate::forge::Message::by(&world.signer).with(attribute).der();
    let value = SignedData::from_bytes(&cms).unwrap().signer_infos()[0].signature().to_vec();
    let token = token_by(&world.authority, &DigestAlgorithm::Sha256.digest(&value), STAMPED, V2);
    let stamped = augment(&cms, &[Augmentation::SignatureTimeStamp { signer: 0, token }]).unwrap();
    let report = verdict(&world, &stamped, &good_evidence(&world));
    assert_eq!((report.indication, sub(&report)), (Indication::Indeterminate, Some("TIMESTAMP_ORDER_FAILURE")));
}
