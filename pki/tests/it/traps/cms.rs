//! Messages with one thing wrong. Keeps: SIG-01, SIG-02.

use qolhat_pki::certificate::Certificate;
use qolhat_pki::cms::{CmsError, SignedData};
use qolhat_pki::der::writer::Writer;
use qolhat_pki::der::{DerErrorKind, Reader, Rules};
use qolhat_pki::issue::certificate_builder::CertificateTemplate;
use qolhat_pki::issue::fault::{MessageFault, SignerName, WrongMessage, signed_anew, with_indefinite_length};
use qolhat_pki::issue::profile::{KeyUse, Profile, service_subject};
use qolhat_pki::oid;
use qolhat_pki::policy::{EssRule, SignaturePolicy};
use qolhat_pki::report::{CryptoOutcome, Indication, SignatureLevel, SignatureReport};
use qolhat_pki::validate::{CmsInput, DetachedContent, validate_cms};

use super::answer;
use crate::validate::forge::signer;
use crate::validate::{CONTENT, SIGNED, anchors, failed, good_evidence, judge, now, only, sub};
use crate::workshop::{Holder, Kind, SeededRandom, World, at, head_of_organisation};

fn message<'a>(world: &'a World, carried: &'a [Certificate]) -> WrongMessage<'a> {
    WrongMessage {
        key: &world.signer.key,
        certificate: &world.signer.certificate,
        other: &world.responder.certificate,
        content: CONTENT,
        attached: false,
        signing_time: at(SIGNED),
        name: SignerName::IssuerAndSerial,
        carried,
    }
}

fn ordered(world: &World, fault: Option<MessageFault>) -> Vec<u8> {
    let carried = [world.signer.certificate.clone()];
    message(world, &carried).build(fault, &mut SeededRandom::new(31)).unwrap()
}

fn verdict(world: &World, cms: &[u8]) -> SignatureReport {
    only(judge(world, cms, &good_evidence(world), &SignaturePolicy::default(), now()))
}

#[track_caller]
fn refused(kind: Kind, fault: MessageFault, reason: &str, rule: &str) {
    let world = World::new(kind);
    let report = verdict(&world, &ordered(&world, Some(fault)));
    assert_ne!(report.indication, Indication::TotalPassed, "{}", fault.name());
    assert_eq!(sub(&report), Some(reason), "{}: {:?}", fault.name(), failed(&report));
    assert_eq!(answer(&report, rule), Some(false), "{}: {:?}", fault.name(), failed(&report));
}

/// Each claim: the fault ordered, the reason that the verdict gives, and the question that is answered with no.
macro_rules! refusals {
    ($($(#[$doc:meta])* fn $claim:ident: $fault:ident, $kind:ident => $reason:literal, $rule:literal;)+) => {
        $(
            $(#[$doc])*
            #[test]
            fn $claim() {
                refused(Kind::$kind, MessageFault::$fault, $reason, $rule);
            }
        )+
        const REFUSED: &[MessageFault] = &[$(MessageFault::$fault,)+];
    };
}

refusals! {
    fn attributes_signed_under_the_tag_they_are_carried_with_fail: AttributesSignedAsCarried, Gost2015
        => "SIG_CRYPTO_FAILURE", "signature-value";
    fn an_empty_field_of_signed_attributes_is_a_format_failure: AttributesEmpty, Gost2015
        => "FORMAT_FAILURE", "format";
    fn an_attribute_without_a_value_is_a_format_failure: AttributeWithoutValue, Gost2015
        => "FORMAT_FAILURE", "format";
    fn attributes_shown_as_a_content_are_a_format_failure: AttributesAsContent, Gost2015
        => "FORMAT_FAILURE", "no-attribute-confusion";
    fn a_message_digest_that_stands_twice_is_a_format_failure: DigestTwice, Gost2015
        => "FORMAT_FAILURE", "format";
    fn a_message_digest_of_two_values_is_a_format_failure: DigestTwoValues, Gost2015
        => "FORMAT_FAILURE", "format";
    fn a_missing_message_digest_is_a_format_failure: DigestMissing, Gost2015
        => "FORMAT_FAILURE", "format";
    fn an_unsigned_message_digest_is_a_format_failure: DigestUnsigned, Gost2015
        => "FORMAT_FAILURE", "format";
    fn a_message_digest_of_twenty_octets_is_a_hash_failure: DigestTruncated, Rsa
        => "HASH_FAILURE", "content-digest";
    fn a_message_digest_with_an_octet_more_is_a_hash_failure: DigestTooLong, Rsa
        => "HASH_FAILURE", "content-digest";
    fn a_missing_content_type_is_a_format_failure: TypeMissing, Gost2015
        => "FORMAT_FAILURE", "format";
    fn a_content_type_of_two_values_is_a_format_failure: TypeTwoValues, Gost2015
        => "FORMAT_FAILURE", "format";
    fn a_content_said_to_be_another_type_than_was_signed_is_a_format_failure: TypeSwitched, Gost2015
        => "FORMAT_FAILURE", "content-type";
    fn a_content_of_another_type_said_to_be_data_is_a_format_failure: TypeSwitchedToData, Gost2015
        => "FORMAT_FAILURE", "content-type";
    fn a_content_that_is_not_data_without_attributes_is_a_format_failure: TypeSwitchedUnattributed, Gost2015
        => "FORMAT_FAILURE", "content-type";
    fn a_signing_time_that_is_not_signed_is_a_format_failure: TimeUnsigned, Gost2015
        => "FORMAT_FAILURE", "format";
    fn a_signing_time_of_two_values_is_a_format_failure: TimeTwoValues, Gost2015
        => "FORMAT_FAILURE", "format";
    fn a_counter_signature_among_the_signed_attributes_is_a_format_failure: CounterSigned, Gost2015
        => "FORMAT_FAILURE", "format";
    /// The empty content is the content: it is not taken for "elsewhere".
    fn an_empty_content_inside_is_not_the_one_given_beside_it: ContentEmpty, Gost2015
        => "HASH_FAILURE", "content-digest";
    fn a_content_exchanged_inside_is_a_hash_failure: ContentSwapped, Gost2015
        => "HASH_FAILURE", "content-digest";
    fn a_reference_of_another_certificate_names_none: ReferenceOfAnother, Gost2015
        => "NO_SIGNING_CERTIFICATE_FOUND", "signing-certificate-reference";
    fn references_of_both_versions_in_conflict_name_none: ReferencesInConflict, Gost2015
        => "NO_SIGNING_CERTIFICATE_FOUND", "signing-certificate-reference";
    fn a_reference_of_version_1_in_conflict_with_version_2_names_none: ReferencesInConflictV1, Gost2015
        => "NO_SIGNING_CERTIFICATE_FOUND", "signing-certificate-reference";
    fn a_reference_with_the_number_of_another_certificate_names_none: ReferenceSerialOfAnother, Gost2015
        => "NO_SIGNING_CERTIFICATE_FOUND", "signing-certificate-reference";
    fn a_reference_by_a_truncated_hash_names_none: ReferenceTruncated, Gost2015
        => "NO_SIGNING_CERTIFICATE_FOUND", "signing-certificate-reference";
    fn a_reference_that_is_none_is_a_format_failure: ReferenceMalformed, Gost2015
        => "FORMAT_FAILURE", "format";
    fn an_algorithm_protection_of_another_digest_is_a_format_failure: ProtectionOfOtherDigest, Gost2015
        => "FORMAT_FAILURE", "algorithms-agree";
    fn an_algorithm_protection_of_another_signature_algorithm_is_a_format_failure: ProtectionOfOtherSignature, Rsa
        => "FORMAT_FAILURE", "algorithms-agree";
    fn an_algorithm_protection_without_a_signature_algorithm_is_a_format_failure: ProtectionOfNone, Rsa
        => "FORMAT_FAILURE", "algorithms-agree";
    fn a_content_digested_otherwise_than_the_attributes_is_a_format_failure: DigestOfAnotherKind, Rsa
        => "FORMAT_FAILURE", "algorithms-agree";
    fn an_rsa_key_does_not_sign_by_ecdsa: SignatureSaidEcdsa, Rsa
        => "SIG_CRYPTO_FAILURE", "signature-value";
    fn a_national_key_does_not_sign_by_rsa: SignatureSaidRsa, Gost2015
        => "FORMAT_FAILURE", "algorithms-agree";
    fn a_key_of_512_bits_does_not_sign_by_the_algorithm_of_256: SignatureSaidGost256, Gost2015
        => "FORMAT_FAILURE", "algorithms-agree";
    fn a_key_of_2015_does_not_sign_by_the_algorithm_of_2001: SignatureSaidGost2001, Gost2015
        => "CRYPTO_CONSTRAINTS_FAILURE", "algorithms-known";
    fn a_changed_signature_value_is_refuted: SignatureChanged, Gost2015
        => "SIG_CRYPTO_FAILURE", "signature-value";
}

/// Those that are no refusal, or are refused when read: each has a test of its own below.
const OTHERS: [MessageFault; 6] = [
    MessageFault::AttributesUnsorted,
    MessageFault::AttributesSignedInOrder,
    MessageFault::AttributesLongLength,
    MessageFault::AttributesSignedInDer,
    MessageFault::ContentAsAttributes,
    MessageFault::TrailingOctet,
];

#[test]
fn every_fault_of_a_message_is_ordered_by_its_name() {
    for fault in MessageFault::ALL {
        assert_eq!(MessageFault::named(fault.name()), Some(*fault));
        assert!(REFUSED.contains(fault) || OTHERS.contains(fault), "{}", fault.name());
    }
    let names: std::collections::HashSet<_> = MessageFault::ALL.iter().map(|fault| fault.name()).collect();
    assert_eq!(names.len(), MessageFault::ALL.len());
    for kind in Kind::ALL {
        let world = World::new(kind);
        let report = verdict(&world, &ordered(&world, None));
        assert_eq!((report.indication, report.level), (Indication::TotalPassed, SignatureLevel::CadesB), "{kind:?}");
    }
}

/// What is signed is told, and what is not DER is no CAdES. Source: RFC 5652 §5.4.
#[test]
fn attributes_that_are_not_der_verify_as_received_or_in_der_and_are_no_cades() {
    let world = World::new(Kind::Gost2015);
    for (fault, detail) in [
        (MessageFault::AttributesUnsorted, "over the attributes as received, which are not DER"),
        (MessageFault::AttributesLongLength, "over the attributes as received, which are not DER"),
        (MessageFault::AttributesSignedInOrder, "over the attributes in DER, in which they were not received"),
        (MessageFault::AttributesSignedInDer, "over the attributes in DER, in which they were not received"),
    ] {
        let report = verdict(&world, &ordered(&world, Some(fault)));
        assert_eq!((report.crypto, report.level), (CryptoOutcome::Ok, SignatureLevel::Cms), "{}", fault.name());
        let told = report.checks.iter().find(|check| check.name == "signature-value").unwrap();
        assert_eq!(told.detail, detail, "{}", fault.name());
    }
}

/// The other way round: a signature over a content of the attacker's choice, without attributes, shown as one over the
/// attributes that the content spells. Nothing in the message tells it from an honest one without a reference, so it is
/// never CAdES, and a policy that asks for the reference refuses it.
#[test]
fn a_content_shown_as_attributes_is_no_cades_and_a_policy_for_references_refuses_it() {
    let world = World::new(Kind::Gost2015);
    let cms = ordered(&world, Some(MessageFault::ContentAsAttributes));
    assert_eq!(verdict(&world, &cms).level, SignatureLevel::Cms);
    let policy = SignaturePolicy { ess: EssRule::Required, ..SignaturePolicy::default() };
    let report = only(judge(&world, &cms, &good_evidence(&world), &policy, now()));
    assert_eq!((report.indication, sub(&report)), (Indication::Indeterminate, Some("SIG_CONSTRAINTS_FAILURE")));
    assert_eq!(answer(&report, "signing-certificate-reference"), Some(false));
}

#[test]
fn octets_after_the_message_are_refused() {
    let world = World::new(Kind::Gost2015);
    let error = SignedData::from_bytes(&ordered(&world, Some(MessageFault::TrailingOctet))).unwrap_err();
    assert!(matches!(error, CmsError::Malformed(error) if error.what == DerErrorKind::TrailingOctets), "{error}");
    // And inside, after the signers.
    let good = ordered(&world, None);
    let mut inside = Reader::new(&good, Rules::Der).sequence().unwrap();
    inside.oid().unwrap();
    let signed_data = inside.optional_context(0).unwrap().unwrap().read().unwrap();
    let longer = Writer::build(|w| {
        w.sequence(|w| {
            w.oid(&oid::SIGNED_DATA);
            w.context(0, |w| {
                w.sequence(|w| {
                    w.raw(signed_data.value);
                    w.null();
                });
            });
        });
    });
    let error = SignedData::from_bytes(&longer).unwrap_err();
    assert!(matches!(error, CmsError::Malformed(error) if error.what == DerErrorKind::TrailingOctets), "{error}");
}

#[test]
fn an_empty_content_inside_is_a_content_and_not_a_detached_message() {
    let world = World::new(Kind::Gost2015);
    let data = SignedData::from_bytes(&ordered(&world, Some(MessageFault::ContentEmpty))).unwrap();
    assert_eq!(data.content(), Some(&[][..]));
    let over = |detached: Option<&[u8]>| {
        let input = CmsInput { signed_data: &data, detached: detached.map(DetachedContent::Bytes) };
        let anchors = anchors(&world);
        only(validate_cms(&input, &anchors, &anchors, &good_evidence(&world), &SignaturePolicy::default(), now()))
    };
    for detached in [None, Some(CONTENT), Some(&[][..])] {
        let report = over(detached);
        assert_eq!((report.indication, sub(&report)), (Indication::TotalFailed, Some("HASH_FAILURE")), "{detached:?}");
    }
}

/// A holder of the key of `holder`, with another certificate.
fn again(holder: &Holder, issuer: &Holder, change: impl FnOnce(&mut CertificateTemplate)) -> Certificate {
    let renewed = signer(issuer, change);
    assert_eq!(renewed.certificate.spki(), holder.certificate.spki(), "the same key");
    assert_ne!(renewed.certificate.der(), holder.certificate.der());
    renewed.certificate
}

/// The same key, another certificate: a renewed one, one of another identity, one of another number. With the signed
/// reference none of them is taken for the signer's, named by key identifier or by number.
#[test]
fn a_certificate_exchanged_for_one_of_the_same_key_is_refused() {
    let mut world = World::new(Kind::Gost2015);
    world.signer = signer(&world.ca, |_| {});
    let renewed = again(&world.signer, &world.ca, |template| template.not_after = at("2027-06-01T00:00:00Z"));
    let identity = again(&world.signer, &world.ca, |template| {
        template.subject = service_subject("БАСҚА АДАМ");
    });
    assert_eq!(renewed.serial(), world.signer.certificate.serial(), "the number follows from the key");
    for (what, exchanged) in [("renewed", &renewed), ("other identity", &identity)] {
        for name in [SignerName::IssuerAndSerial, SignerName::KeyIdentifier] {
            let carried = [exchanged.clone()];
            let cms = WrongMessage { name, ..message(&world, &carried) };
            let report = verdict(&world, &cms.build(None, &mut SeededRandom::new(1)).unwrap());
            assert_eq!(report.crypto, CryptoOutcome::Ok, "{what}: the key is the same");
            assert_eq!(
                (report.indication, sub(&report)),
                (Indication::Indeterminate, Some("NO_SIGNING_CERTIFICATE_FOUND")),
                "{what} {name:?}"
            );
            // With the right one beside it, in whatever order, the right one is taken.
            for carried in [
                [exchanged.clone(), world.signer.certificate.clone()],
                [world.signer.certificate.clone(), exchanged.clone()],
            ] {
                let cms = WrongMessage { name, ..message(&world, &carried) };
                let report = verdict(&world, &cms.build(None, &mut SeededRandom::new(1)).unwrap());
                assert_eq!(report.certificate.as_ref(), Some(&world.signer.certificate), "{what} {name:?}");
                assert_eq!(report.indication, Indication::TotalPassed);
            }
        }
    }
}

/// The certificate of `ca` for another key with the key identifier of `victim`.
fn with_the_identifier_of(victim: &Certificate, ca: &Holder) -> Certificate {
    let other = super::issue(ca, 9, &Profile::LegalEntity(KeyUse::Sign, Vec::new()), head_of_organisation(), |_| {});
    let (own, wanted) = (other.certificate.subject_key_id().unwrap().to_vec(), victim.subject_key_id().unwrap());
    let swap = |fields: &mut Vec<Vec<u8>>| {
        let extensions = fields.last_mut().unwrap();
        let place = extensions.windows(own.len()).position(|window| window == own).unwrap();
        extensions[place..place + own.len()].copy_from_slice(wanted);
    };
    let der = signed_anew(other.certificate.der(), swap, &ca.key, &mut SeededRandom::new(2)).unwrap();
    Certificate::from_der(&der).unwrap()
}

/// Two certificates with one key identifier and two keys.
#[test]
fn a_collision_of_key_identifiers_is_decided_by_the_key() {
    let world = World::new(Kind::Gost2015);
    let collision = with_the_identifier_of(&world.signer.certificate, &world.ca);
    assert_eq!(collision.subject_key_id(), world.signer.certificate.subject_key_id());
    let both = [collision.clone(), world.signer.certificate.clone()];
    let named = |carried| WrongMessage { name: SignerName::KeyIdentifier, ..message(&world, carried) };
    // Without a signed reference too: the key that made the signature tells.
    for fault in [None, Some(MessageFault::ContentAsAttributes)] {
        let report = verdict(&world, &named(&both).build(fault, &mut SeededRandom::new(3)).unwrap());
        assert_eq!(report.indication, Indication::TotalPassed, "{:?}", failed(&report));
        assert_eq!(report.certificate.as_ref(), Some(&world.signer.certificate));
    }
    let alone = [collision];
    let report = verdict(&world, &named(&alone).build(None, &mut SeededRandom::new(3)).unwrap());
    assert_eq!((report.indication, sub(&report)), (Indication::TotalFailed, Some("SIG_CRYPTO_FAILURE")));
}

#[test]
fn a_message_with_indefinite_lengths_and_a_content_in_pieces_is_read_as_the_same() {
    let world = World::new(Kind::Gost2015);
    let carried = [world.signer.certificate.clone()];
    let attached = WrongMessage { attached: true, ..message(&world, &carried) };
    let good = attached.build(None, &mut SeededRandom::new(4)).unwrap();
    let content = Writer::build(|w| w.octet_string(CONTENT));
    let pieces = [&[0x24, 0x80, 4, 3][..], &CONTENT[..3], &[0x24, 0x80, 4, 8], &CONTENT[3..], &[0, 0, 0, 0]].concat();
    // The outer lengths become indefinite, so that the pieces fit.
    let mut fields = Reader::new(&good, Rules::Der).sequence().unwrap();
    let kind = fields.read().unwrap().raw.to_vec();
    let mut wrapped = fields.optional_context(0).unwrap().unwrap();
    let signed_data = wrapped.read().unwrap();
    let place = signed_data.value.windows(content.len()).position(|window| window == content).unwrap();
    let header = place - 2 - oid::DATA.content().len() - 2 - 2;
    assert_eq!(signed_data.value[header], 0x30);
    let encapsulated =
        [&[0x30, 0x80][..], &Writer::build(|w| w.oid(&oid::DATA)), &[0xa0, 0x80], &pieces, &[0, 0, 0, 0]].concat();
    let rest = &signed_data.value[place + content.len()..];
    let inner = [&signed_data.value[..header], &encapsulated, rest].concat();
    let wrap = |tag: u8, value: &[u8]| with_indefinite_length(&Writer::build(|w| w.element(tag, value)));
    let ber = wrap(0x30, &[kind, wrap(0xa0, &wrap(0x30, &inner))].concat());
    let data = SignedData::from_bytes(&ber).unwrap();
    assert_eq!(data.content(), Some(CONTENT));
    assert_eq!(verdict(&world, &ber).indication, Indication::TotalPassed);
}

/// A certificate is DER also inside a BER message: in another encoding it is another one, and nobody's.
#[test]
fn a_certificate_in_ber_inside_a_message_is_not_taken_for_the_signer_s() {
    let world = World::new(Kind::Gost2015);
    let good = ordered(&world, None);
    let certificate = world.signer.certificate.der();
    let place = good.windows(certificate.len()).position(|window| window == certificate).unwrap();
    let mut spoilt = good.clone();
    // TRUE as 01.
    let critical = certificate.windows(3).position(|window| window == [1, 1, 0xff]).unwrap();
    spoilt[place + critical + 2] = 1;
    let data = SignedData::from_bytes(&spoilt).unwrap();
    assert_eq!((data.certificates().len(), data.unread_certificates()), (0, 1));
    let report = verdict(&world, &spoilt);
    assert_eq!((report.indication, sub(&report)), (Indication::Indeterminate, Some("NO_SIGNING_CERTIFICATE_FOUND")));
}

#[test]
fn signers_and_certificates_beyond_the_limits_are_refused() {
    let world = World::new(Kind::Gost2015);
    let write = |certificates: usize, signers: usize| {
        Writer::build(|w| {
            w.sequence(|w| {
                w.oid(&oid::SIGNED_DATA);
                w.context(0, |w| {
                    w.sequence(|w| {
                        w.integer_u64(1);
                        w.set(|_| {});
                        w.sequence(|w| w.oid(&oid::DATA));
                        w.context(0, |w| (0..certificates).for_each(|_| w.raw(&[0x30, 0])));
                        let info = signer_info(&world);
                        w.set(|w| (0..signers).for_each(|_| w.raw(&info)));
                    });
                });
            });
        })
    };
    assert!(SignedData::from_bytes(&write(256, 64)).is_ok());
    for (certificates, signers, what) in [(257, 1, "certificates"), (1, 65, "signers")] {
        let error = SignedData::from_bytes(&write(certificates, signers)).unwrap_err();
        assert!(matches!(error, CmsError::TooMany { what: told, .. } if told == what), "{error}");
    }
}

fn signer_info(world: &World) -> Vec<u8> {
    let data = SignedData::from_bytes(&ordered(world, None)).unwrap();
    Writer::build(|w| w.sequence(|w| w.raw(data.signer_infos()[0].fields_until_signature())))
}
