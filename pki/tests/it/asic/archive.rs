//! Archive manifests: a chain of time stamps that keeps a container good after everything in it has ended.

use qolhat_pki::asic::ContainerKind;
use qolhat_pki::digest::DigestAlgorithm;
use qolhat_pki::issue::cms_sign::CertificateReference;
use qolhat_pki::issue::ers_builder::ErsBuilder;
use qolhat_pki::issue::profile::{Profile, service_subject};
use qolhat_pki::policy::SignaturePolicy;
use qolhat_pki::report::{Indication, SubIndication};

use super::containers::{Files, MANIFEST, SIGNATURE, asic_e, codes, container, judge, judge_at, manifest, verdict};
use crate::validate::forge::issue;
use crate::validate::stamps::token_by;
use crate::workshop::{Holder, Kind, World, at};

const FIRST: (&str, &str) = ("META-INF/ASiCArchiveManifest1.xml", "META-INF/timestamp001.tst");
const LAST: (&str, &str) = ("META-INF/ASiCArchiveManifest.xml", "META-INF/timestamp002.tst");
const EVERYTHING: [&str; 4] = ["a.txt", "құжат 1.txt", MANIFEST, SIGNATURE];
/// A year after every certificate of the world has ended.
const LATER: &str = "2028-01-01T00:00:00Z";

/// An authority under the root, which lives longer than that of the world.
fn lasting(world: &World) -> Holder {
    issue(&world.root, Kind::Rsa, &Profile::TimeStampAuthority, service_subject("МҰРАҒАТ"), |template| {
        template.not_after = at("2030-01-01T00:00:00Z");
    })
}

/// Puts an archive manifest over `names`, with a token of `when`; the last one is by the authority that lives longer.
fn archive(world: &World, files: &mut Files, (file, stamp): (&str, &str), names: &[&str], when: &str) {
    let lasting = lasting(world);
    let authority = if file == LAST.0 { &lasting } else { &world.authority };
    let over = manifest(stamp, files, names, DigestAlgorithm::Sha256);
    let imprint = DigestAlgorithm::Sha256.digest(&over);
    files.push((file.to_owned(), over));
    files.push((stamp.to_owned(), token_by(authority, &imprint, when, CertificateReference::V2)));
}

#[test]
fn an_archived_signature_stays_good_after_its_certificate_ended() {
    let mut world = World::new(Kind::Rsa);
    let mut files = asic_e(&mut world);
    let policy = super::containers_policy();
    let report = judge_at(&world, &container(ContainerKind::AsicE, &files), &policy, at(LATER));
    assert_eq!(verdict(&report), (Indication::Indeterminate, Some("OUT_OF_BOUNDS_NO_POE")));

    // By an authority that has ended too it is kept no longer than by its own certificate.
    let mut ended = files.clone();
    archive(&world, &mut ended, FIRST, &EVERYTHING, "2026-05-01T12:00:03Z");
    let report = judge_at(&world, &container(ContainerKind::AsicE, &ended), &policy, at(LATER));
    assert_eq!(verdict(&report), (Indication::Indeterminate, Some("OUT_OF_BOUNDS_NO_POE")));

    archive(&world, &mut files, LAST, &EVERYTHING, "2026-05-01T12:00:03Z");
    let report = judge_at(&world, &container(ContainerKind::AsicE, &files), &policy, at(LATER));
    assert_eq!(verdict(&report), (Indication::TotalPassed, None), "{:?} {:?}", report.findings, report.time_stamps);
    assert_eq!(report.signatures[0].report.proven_at, Some(at("2026-05-01T12:00:03Z")));
    assert_eq!(report.proven.len(), 5);
    assert_eq!(codes(&report), [] as [&str; 0]);
}

#[test]
fn what_the_archive_manifest_leaves_out_is_not_proven() {
    let mut world = World::new(Kind::Rsa);
    let good = asic_e(&mut world);
    for left_out in EVERYTHING {
        let names: Vec<&str> = EVERYTHING.into_iter().filter(|name| *name != left_out).collect();
        let mut files = good.clone();
        archive(&world, &mut files, LAST, &names, "2026-05-01T12:00:03Z");
        let report = judge_at(&world, &container(ContainerKind::AsicE, &files), &super::containers_policy(), at(LATER));
        assert_eq!(verdict(&report), (Indication::Indeterminate, Some("OUT_OF_BOUNDS_NO_POE")), "{left_out}");
        assert!(report.proven.iter().all(|proven| proven.name != left_out));
    }
}

#[test]
fn a_later_token_keeps_an_earlier_one_whose_algorithm_has_ended() {
    let mut world = World::new(Kind::Rsa);
    let mut files = asic_e(&mut world);
    archive(&world, &mut files, FIRST, &EVERYTHING, "2026-05-01T12:00:03Z");
    let renewed = [EVERYTHING.as_slice(), &[FIRST.0, FIRST.1]].concat();
    let mut with_last = files.clone();
    archive(&world, &mut with_last, LAST, &renewed, "2026-06-01T12:00:00Z");
    let report = judge_at(&world, &container(ContainerKind::AsicE, &with_last), &super::containers_policy(), at(LATER));
    assert_eq!(verdict(&report), (Indication::TotalPassed, None));
    let judged: Vec<_> = report.time_stamps.iter().map(|stamp| (stamp.file.as_str(), stamp.judged_at)).collect();
    assert_eq!(judged, [(FIRST.1, at("2026-06-01T12:00:00Z")), (LAST.1, at(LATER))]);
    let first = report.proven.iter().find(|proven| proven.name == "a.txt").unwrap();
    assert_eq!(first.since, at("2026-05-01T12:00:03Z"));

    // SHA-256 ends between the two and the moment asked about: nothing that only rests on it is proven any more.
    let mut policy = SignaturePolicy::default();
    for rule in &mut policy.algorithms.rules {
        if rule.algorithm == qolhat_pki::policy::AllowedAlgorithm::Digest(DigestAlgorithm::Sha256) {
            rule.trusted_until = Some(at("2027-01-01T00:00:00Z"));
        }
    }
    let anchors = crate::validate::anchors(&world);
    let evidence = crate::validate::good_evidence(&world);
    let judged = qolhat_pki::asic::validate_container(
        &container(ContainerKind::AsicE, &with_last),
        &anchors,
        &anchors,
        &evidence,
        &policy,
        &super::containers_policy(),
        at(LATER),
    );
    assert_ne!(judged.indication, Indication::TotalPassed);
    assert!(judged.proven.is_empty(), "{:?}", judged.proven);
}

#[test]
fn a_broken_archive_chain_is_told() {
    let mut world = World::new(Kind::Rsa);
    let mut files = asic_e(&mut world);
    archive(&world, &mut files, FIRST, &EVERYTHING, "2026-05-01T12:00:03Z");
    let all = [EVERYTHING.as_slice(), &[FIRST.0, FIRST.1]].concat();
    archive(&world, &mut files, LAST, &all, "2026-05-01T12:00:05Z");
    assert_eq!(verdict(&judge(&world, &container(ContainerKind::AsicE, &files))), (Indication::TotalPassed, None));
    // The first token exchanged after the second one was made.
    let mut exchanged = files.clone();
    let over = DigestAlgorithm::Sha256.digest(&exchanged[4].1);
    exchanged[5].1 = token_by(&world.authority, &over, "2026-05-01T12:00:01Z", CertificateReference::V1);
    let report = judge(&world, &container(ContainerKind::AsicE, &exchanged));
    assert_eq!(codes(&report), ["asic-data-object-digest"]);
    assert_eq!(report.sub_indication, Some(SubIndication::HashFailure));
    // A token in an archive manifest that is older than what it says to keep: the younger one is not kept by it.
    let mut files = files[..4].to_vec();
    archive(&world, &mut files, FIRST, &EVERYTHING, "2026-05-01T12:00:05Z");
    archive(&world, &mut files, LAST, &all, "2026-05-01T12:00:03Z");
    let report = judge(&world, &container(ContainerKind::AsicE, &files));
    assert_eq!(report.time_stamps[0].judged_at, at(crate::validate::NOW));
}

#[test]
fn a_token_over_another_manifest_proves_nothing() {
    let mut world = World::new(Kind::Rsa);
    let mut files = asic_e(&mut world);
    archive(&world, &mut files, LAST, &EVERYTHING, "2026-05-01T12:00:03Z");
    let other = DigestAlgorithm::Sha256.digest(b"other");
    files[5].1 = token_by(&world.authority, &other, "2026-05-01T12:00:03Z", CertificateReference::V2);
    let report = judge(&world, &container(ContainerKind::AsicE, &files));
    assert_eq!((report.proven.len(), report.time_stamps[0].report.reason), (0, Some("time-stamp-imprint")));
    // The signature is judged without it.
    assert_eq!(verdict(&report), (Indication::TotalPassed, None));
    assert_eq!(report.signatures[0].report.proven_at, None);
}

/// An evidence record over `names`, made at the time of the first token.
fn record(world: &World, files: &Files, names: &[&str]) -> Vec<u8> {
    let content = |name: &&str| &files.iter().find(|(known, _)| known == name).unwrap().1;
    let digests: Vec<_> = names.iter().map(|name| DigestAlgorithm::Sha256.digest(content(name))).collect();
    let builder = ErsBuilder::new();
    let stamped = builder.data(&digests).unwrap();
    let token = token_by(&world.authority, &stamped.digest, "2026-05-01T12:00:03Z", CertificateReference::V2);
    builder.begin(&stamped, token).build()
}

const RECORD: (&str, &str) = ("META-INF/ASiCEvidenceRecordManifest001.xml", "META-INF/evidencerecord001.ers");

#[test]
fn an_evidence_record_proves_the_files_that_its_manifest_names() {
    let mut world = World::new(Kind::Rsa);
    let good = asic_e(&mut world);
    let passed = (Indication::TotalPassed, None);
    let with = |named: &[&str], covered: &[&str]| {
        let mut files = good.clone();
        files.push((RECORD.0.to_owned(), manifest(RECORD.1, &files, named, DigestAlgorithm::Sha256)));
        files.push((RECORD.1.to_owned(), record(&world, &files, covered)));
        files
    };
    let report = judge(&world, &container(ContainerKind::AsicE, &with(&EVERYTHING, &EVERYTHING)));
    assert_eq!((verdict(&report), report.findings.len()), (passed, 0), "{:?}", report.evidence_records);
    assert_eq!((report.proven.len(), report.evidence_records[0].covered.len()), (4, 4));
    assert_eq!(report.signatures[0].report.proven_at, Some(at("2026-05-01T12:00:03Z")));
    // One file is in the manifest and not in the record.
    let report = judge(&world, &container(ContainerKind::AsicE, &with(&EVERYTHING, &EVERYTHING[1..])));
    assert_eq!((report.evidence_records[0].report.reason, report.proven.len()), (Some("evidence-record-objects"), 3));
    assert_eq!(report.signatures[0].report.proven_at, None);
    // A record that no manifest names, and one that cannot be read.
    let mut alone = good.clone();
    alone.push((RECORD.1.to_owned(), record(&world, &good, &EVERYTHING)));
    assert_eq!(codes(&judge(&world, &container(ContainerKind::AsicE, &alone))), ["asic-signature-without-manifest"]);
    let mut junk = with(&EVERYTHING, &EVERYTHING);
    junk[5].1.truncate(100);
    assert_eq!(codes(&judge(&world, &container(ContainerKind::AsicE, &junk))), ["asic-evidence-record"]);
}

#[test]
fn an_asic_s_with_an_evidence_record_alone_is_judged_by_it() {
    let world = World::new(Kind::Rsa);
    let files: Files = vec![("a.txt".to_owned(), b"alpha".to_vec())];
    for (changed, expected) in
        [(false, (Indication::TotalPassed, None)), (true, (Indication::TotalFailed, Some("HASH_FAILURE")))]
    {
        let mut files = files.clone();
        files.push(("META-INF/evidencerecord.ers".to_owned(), record(&world, &files, &["a.txt"])));
        if changed {
            files[0].1 = b"other".to_vec();
        }
        let report = judge(&world, &container(ContainerKind::AsicS, &files));
        assert_eq!(verdict(&report), expected, "{:?} {:?}", report.findings, report.evidence_records);
        assert_eq!(report.proven.len(), usize::from(!changed));
    }
}
