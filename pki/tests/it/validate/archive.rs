//! Long life: a signature outlives its certificate, its time-stamp authority and its responder as long as each proof is
//! renewed before it ends. Keeps: SIG-07, SIG-10, SIG-19.

use qolhat_pki::cms::{HashIndex, SignedData, archived_octets};
use qolhat_pki::digest::DigestAlgorithm;
use qolhat_pki::issue::archive::{archive_request, with_archive_time_stamp};
use qolhat_pki::issue::augment::{Augmentation, augment};
use qolhat_pki::issue::cms_sign::{CertificateReference, Packaging};
use qolhat_pki::issue::profile::{Profile, service_subject};
use qolhat_pki::oid;
use qolhat_pki::policy::{SignaturePolicy, TsaTerm};
use qolhat_pki::report::{Indication, SignatureLevel, SignatureReport, TimeStampKind};
use qolhat_pki::validate::Evidence;

use super::forge::issue;
use super::stamps::{stamp, token_by, value_digest};
use super::{CONTENT, KEY_COMPROMISE, LISTED, TOMORROW, anchors, crl, good_evidence, judge, only, sign, sub};
use crate::workshop::{Holder, Kind, World, at};

const STAMPED: &str = "2026-05-01T12:00:02Z";
/// Before anything of the world has ended.
pub const ARCHIVED: &str = "2026-06-01T00:00:00Z";
/// Signer, first authority, responder and CA have ended.
const AFTER: &str = "2027-06-01T00:00:00Z";
pub const RENEWED: &str = "2027-12-01T00:00:00Z";
/// The first archive authority has ended too.
pub const LONG_AFTER: &str = "2031-01-01T00:00:00Z";

/// An authority under the root itself, for this term.
pub fn authority(world: &World, from: &str, until: &str) -> Holder {
    issue(&world.root, Kind::Gost2015, &Profile::TimeStampAuthority, service_subject("МҰРАҒАТ"), |template| {
        (template.not_before, template.not_after) = (at(from), at(until));
    })
}

pub fn first_archive(world: &World) -> Holder {
    authority(world, "2026-01-01T00:00:00Z", "2028-01-01T00:00:00Z")
}

/// The message of the world's signer with a signature time stamp and everything that proves it (level LT).
pub fn long_term(world: &mut World) -> Vec<u8> {
    let cms = sign(world, Packaging::Detached);
    let token = token_by(&world.authority, &value_digest(&cms), STAMPED, CertificateReference::V2);
    let evidence = good_evidence(world);
    let lists = evidence.crls.iter().map(|list| Augmentation::Crl(list.der().to_vec()));
    let certificates = evidence.certificates.into_iter().map(Augmentation::Certificate);
    augment(&stamp(&cms, token), &certificates.chain(lists).collect::<Vec<_>>()).unwrap()
}

pub fn archive_by(cms: &[u8], authority: &Holder, when: &str) -> Vec<u8> {
    let content = DigestAlgorithm::Streebog512.digest(CONTENT);
    let request = archive_request(cms, 0, Some(&content), DigestAlgorithm::Streebog512).unwrap();
    let token = token_by(authority, &request.imprint, when, CertificateReference::V2);
    with_archive_time_stamp(cms, &request, &token).unwrap()
}

fn verdict(world: &World, cms: &[u8], when: &str) -> SignatureReport {
    only(judge(world, cms, &Evidence::default(), &SignaturePolicy::default(), at(when)))
}

fn is_good(report: &SignatureReport) -> bool {
    report.indication == Indication::TotalPassed && report.proven_at == Some(at(STAMPED))
}

fn archives(report: &SignatureReport) -> Vec<Option<&'static str>> {
    let archives = report.time_stamps.iter().filter(|stamp| stamp.kind == TimeStampKind::Archive);
    archives.map(|stamp| stamp.reason).collect()
}

#[test]
fn an_archived_signature_outlives_certificate_authority_and_responder() {
    let mut world = World::new(Kind::Gost2015);
    let cms = long_term(&mut world);
    let archived = archive_by(&cms, &first_archive(&world), ARCHIVED);
    let report = verdict(&world, &archived, AFTER);
    assert!(is_good(&report), "{:?} {:?}", report.checks, report.time_stamps);
    assert_eq!((report.level, archives(&report)), (SignatureLevel::CadesLta, vec![None]));
    // Everything covered is proven to have existed: value, certificates, lists, the first token.
    assert!(report.existence.iter().any(|proof| proof.since == at(ARCHIVED)));
}

#[test]
fn without_archive_data_it_is_indeterminate_and_says_why() {
    let mut world = World::new(Kind::Gost2015);
    let cms = long_term(&mut world);
    let report = verdict(&world, &cms, AFTER);
    assert_eq!((report.indication, sub(&report)), (Indication::Indeterminate, Some("OUT_OF_BOUNDS_NO_POE")));
    assert_eq!((report.time_stamps[0].reason, report.proven_at), (Some("time-stamp-term"), None));
    assert_eq!(report.level, SignatureLevel::CadesLt);
    // While its authority lives the time stamp alone is enough.
    assert!(is_good(&verdict(&world, &cms, "2026-12-31T00:00:00Z")));
    // A policy for tokens that a journal proves asks about their own time only.
    let policy = SignaturePolicy { tsa_term: TsaTerm::GenTime, ..SignaturePolicy::default() };
    assert!(is_good(&only(judge(&world, &cms, &Evidence::default(), &policy, at(AFTER)))));
}

#[test]
fn each_archive_time_stamp_lives_until_the_next() {
    let mut world = World::new(Kind::Gost2015);
    let archived = archive_by(&long_term(&mut world), &first_archive(&world), ARCHIVED);
    let second = authority(&world, "2027-01-01T00:00:00Z", "2033-01-01T00:00:00Z");
    let renewed = archive_by(&archived, &second, RENEWED);
    let report = verdict(&world, &renewed, LONG_AFTER);
    assert!(is_good(&report), "{:?}", report.time_stamps);
    assert_eq!(archives(&report), [None, None]);
    let report = verdict(&world, &archived, LONG_AFTER);
    assert_eq!((sub(&report), archives(&report)), (Some("OUT_OF_BOUNDS_NO_POE"), vec![Some("time-stamp-term")]));
}

/// The trap of validation.md section 2.1: a time stamp whose own certificates end before the renewal.
#[test]
fn a_renewal_after_the_end_of_the_authority_renews_nothing() {
    let mut world = World::new(Kind::Gost2015);
    let archived = archive_by(&long_term(&mut world), &first_archive(&world), ARCHIVED);
    let second = authority(&world, "2027-01-01T00:00:00Z", "2033-01-01T00:00:00Z");
    let late = archive_by(&archived, &second, "2028-06-01T00:00:00Z");
    let report = verdict(&world, &late, LONG_AFTER);
    assert_eq!(archives(&report), [None, Some("time-stamp-term")]);
    assert_eq!((report.indication, report.time_stamps[0].reason), (Indication::Indeterminate, Some("time-stamp-term")));
    // The newest proves that the signature existed, but after everything had ended.
    assert_eq!(report.proven_at, Some(at("2028-06-01T00:00:00Z")));
}

#[test]
fn what_is_taken_out_of_the_message_breaks_the_archive_time_stamp() {
    let mut world = World::new(Kind::Gost2015);
    let cms = long_term(&mut world);
    // The archive was made over one more certificate than the message holds.
    let more = augment(&cms, &[Augmentation::Certificate(world.responder.certificate.clone())]).unwrap();
    let content = DigestAlgorithm::Streebog512.digest(CONTENT);
    let request = archive_request(&more, 0, Some(&content), DigestAlgorithm::Streebog512).unwrap();
    let token = token_by(&first_archive(&world), &request.imprint, ARCHIVED, CertificateReference::V2);
    let broken = with_archive_time_stamp(&cms, &request, &token).unwrap();
    let report = verdict(&world, &broken, AFTER);
    assert_eq!((archives(&report), report.proven_at), (vec![Some("archive-time-stamp-index")], None));
    assert_eq!(report.indication, Indication::Indeterminate);
    let whole = with_archive_time_stamp(&more, &request, &token).unwrap();
    assert!(is_good(&verdict(&world, &whole, AFTER)));
}

#[test]
fn what_is_added_afterwards_is_told_as_not_covered() {
    let mut world = World::new(Kind::Gost2015);
    let archived = archive_by(&long_term(&mut world), &first_archive(&world), ARCHIVED);
    let (attribute, value) = (oid::SIGNATURE_POLICY, vec![0x05, 0x00]);
    let additions = [
        Augmentation::Certificate(world.responder.certificate.clone()),
        Augmentation::UnsignedAttribute { signer: 0, attribute, value },
    ];
    let report = verdict(&world, &augment(&archived, &additions).unwrap(), AFTER);
    assert!(is_good(&report));
    let left_out = &report.time_stamps.last().unwrap().left_out;
    assert_eq!(left_out.len(), 2, "{left_out:?}");
    assert!(left_out.iter().any(|what| what.contains(&oid::SIGNATURE_POLICY.to_string())), "{left_out:?}");
}

/// What an archive time stamp binds through its index is bound no better than by the digest of the index.
#[test]
fn an_index_under_a_digest_that_is_not_trusted_covers_nothing() {
    let mut world = World::new(Kind::Gost2015);
    let cms = long_term(&mut world);
    let content = DigestAlgorithm::Streebog512.digest(CONTENT);
    let archived = |index: DigestAlgorithm| {
        let message = SignedData::from_bytes(&cms).unwrap();
        let signer = &message.signer_infos()[0];
        let index = HashIndex::over(&message, signer, index);
        let octets = archived_octets(message.encapsulated_type(), &content, signer, &index);
        let imprint = DigestAlgorithm::Streebog512.digest(&octets);
        let token = token_by(&first_archive(&world), &imprint, ARCHIVED, CertificateReference::V2);
        let add = |attribute, value| [Augmentation::UnsignedAttribute { signer: 0, attribute, value }];
        let token = augment(&token, &add(oid::ATS_HASH_INDEX_V3, index)).unwrap();
        augment(&cms, &add(oid::ARCHIVE_TIME_STAMP_V3, token)).unwrap()
    };
    assert!(is_good(&verdict(&world, &archived(DigestAlgorithm::Sha256), AFTER)));
    let report = verdict(&world, &archived(DigestAlgorithm::Sha1), AFTER);
    assert_eq!((archives(&report), report.proven_at), (vec![Some("time-stamp-algorithms")], None));
    assert_eq!((report.indication, sub(&report)), (Indication::Indeterminate, Some("OUT_OF_BOUNDS_NO_POE")));
}

#[test]
fn an_archive_time_stamp_is_over_this_signature_alone() {
    let mut world = World::new(Kind::Gost2015);
    let cms = long_term(&mut world);
    let content = DigestAlgorithm::Streebog512.digest(b"another content");
    let request = archive_request(&cms, 0, Some(&content), DigestAlgorithm::Streebog512).unwrap();
    let token = token_by(&first_archive(&world), &request.imprint, ARCHIVED, CertificateReference::V2);
    let report = verdict(&world, &with_archive_time_stamp(&cms, &request, &token).unwrap(), AFTER);
    assert_eq!(archives(&report), [Some("time-stamp-imprint")]);
    assert_eq!((report.indication, report.level), (Indication::Indeterminate, SignatureLevel::CadesLt));
    // Without an index nothing says what it covers.
    let (attribute, value) = (oid::ARCHIVE_TIME_STAMP_V3, token);
    let bare = augment(&cms, &[Augmentation::UnsignedAttribute { signer: 0, attribute, value }]).unwrap();
    assert_eq!(archives(&verdict(&world, &bare, AFTER)), [Some("archive-time-stamp-index")]);
}

/// The trap of validation.md section 2.1: a key compromised after genTime; the proof of existence decides.
#[test]
fn a_compromised_authority_is_believed_for_what_was_covered_before() {
    let mut world = World::new(Kind::Gost2015);
    let archived = archive_by(&long_term(&mut world), &first_archive(&world), ARCHIVED);
    let serial = world.authority.certificate.serial().to_vec();
    for (since, expected) in [("2026-06-02T00:00:00Z", None), ("2026-05-15T00:00:00Z", Some("time-stamp-revocation"))] {
        let told =
            crl(&world.ca, "2026-07-01T00:00:00Z", "2026-07-02T00:00:00Z", &[(&serial, since, Some(KEY_COMPROMISE))]);
        let evidence = Evidence { crls: vec![told], ..Evidence::default() };
        let report = only(judge(&world, &archived, &evidence, &SignaturePolicy::default(), at(AFTER)));
        assert_eq!(report.time_stamps[0].reason, expected, "{since}");
        // The archive time stamp is by another authority: it still proves the signature.
        let proven = if expected.is_none() { STAMPED } else { ARCHIVED };
        assert_eq!(report.proven_at, Some(at(proven)), "{since}");
    }
}

#[test]
fn a_token_younger_than_the_one_that_covers_it_is_out_of_order() {
    let mut world = World::new(Kind::Gost2015);
    let cms = sign(&mut world, Packaging::Detached);
    let token = token_by(&world.authority, &value_digest(&cms), "2026-06-15T00:00:00Z", CertificateReference::V2);
    let archived = archive_by(&stamp(&cms, token), &first_archive(&world), ARCHIVED);
    let report = only(judge(&world, &archived, &good_evidence(&world), &SignaturePolicy::default(), at(AFTER)));
    assert_eq!((report.indication, sub(&report)), (Indication::Indeterminate, Some("TIMESTAMP_ORDER_FAILURE")));
}

/// Every octet of what an archive time stamp covers is bound: none may change without a verdict that changes.
#[test]
fn no_octet_under_an_archive_time_stamp_changes_unseen() {
    let mut world = World::new(Kind::Gost2015);
    let archived = archive_by(&long_term(&mut world), &first_archive(&world), ARCHIVED);
    assert_eq!(anchors(&world).anchors().len(), 1);
    let good = crl(&world.ca, LISTED, TOMORROW, &[]);
    let place = archived.windows(good.der().len()).position(|window| window == good.der()).unwrap();
    for position in (place..place + good.der().len()).step_by(7) {
        let mut changed = archived.clone();
        changed[position] ^= 0x01;
        if SignedData::from_bytes(&changed).is_ok() {
            assert!(!is_good(&verdict(&world, &changed, AFTER)), "octet {position}");
        }
    }
}
