//! Evidence records: what they prove, and what breaks each rule.

use qolhat_pki::der::writer::Writer;
use qolhat_pki::digest::{Digest, DigestAlgorithm, DigestSet};
use qolhat_pki::ers::{EvidenceRecord, EvidenceRecordReport, validate_evidence_record};
use qolhat_pki::issue::cms_sign::CertificateReference;
use qolhat_pki::issue::ers_builder::{ErsBuilder, ToStamp};
use qolhat_pki::issue::profile::{self, Profile};
use qolhat_pki::policy::{AllowedAlgorithm, SignaturePolicy};
use qolhat_pki::validate::{DetachedContent, Evidence};

use crate::validate::anchors;
use crate::validate::stamps::token_by;
use crate::workshop::{Holder, Kind, SeededRandom, World, at, service_uris};

const SHA256: DigestAlgorithm = DigestAlgorithm::Sha256;
const SHA512: DigestAlgorithm = DigestAlgorithm::Sha512;
const FIRST: &str = "2026-03-01T00:00:00Z";
const SECOND: &str = "2026-06-01T00:00:00Z";
const THIRD: &str = "2026-09-01T00:00:00Z";
const ASKED: &str = "2026-12-01T00:00:00Z";
const ALPHA: &[u8] = b"alpha";
const BETA: &[u8] = b"beta";

fn token(authority: &Holder, stamped: &ToStamp, when: &str) -> Vec<u8> {
    token_by(authority, &stamped.digest, when, CertificateReference::V2)
}

fn digests(algorithm: DigestAlgorithm, objects: &[&[u8]]) -> Vec<Digest> {
    objects.iter().map(|object| algorithm.digest(object)).collect()
}

fn begin(builder: ErsBuilder, world: &World, algorithm: DigestAlgorithm, objects: &[&[u8]], when: &str) -> ErsBuilder {
    let stamped = builder.data(&digests(algorithm, objects)).unwrap();
    let token = token(&world.authority, &stamped, when);
    builder.begin(&stamped, token)
}

fn renew(builder: ErsBuilder, world: &World, when: &str) -> ErsBuilder {
    let stamped = builder.last_token().unwrap();
    let token = token(&world.authority, &stamped, when);
    builder.renew(&stamped, token)
}

fn judge_with(
    world: &World,
    record: &[u8],
    objects: &[&[u8]],
    policy: &SignaturePolicy,
    when: &str,
) -> EvidenceRecordReport {
    let record = EvidenceRecord::from_der(record).unwrap();
    let objects: Vec<DetachedContent<'_>> = objects.iter().map(|object| DetachedContent::Bytes(object)).collect();
    let evidence = Evidence { certificates: vec![world.ca.certificate.clone()], ..Evidence::default() };
    validate_evidence_record(&record, &objects, &anchors(world), &evidence, policy, at(when))
}

fn judge(world: &World, record: &[u8], objects: &[&[u8]]) -> EvidenceRecordReport {
    judge_with(world, record, objects, &SignaturePolicy::default(), ASKED)
}

fn details(report: &EvidenceRecordReport) -> String {
    let no = report.checks.iter().filter(|check| check.ok.as_bool() == Some(false));
    no.map(|check| format!("{}: {}\n", check.name, check.detail)).collect()
}

#[test]
fn one_object_or_a_group_is_proven_since_the_first_time_stamp() {
    for kind in [Kind::Rsa, Kind::Gost2015] {
        let world = World::new(kind);
        for algorithm in [SHA256, SHA512, DigestAlgorithm::Streebog512, DigestAlgorithm::Gost34311] {
            for objects in [&[ALPHA][..], &[ALPHA, BETA]] {
                let record = begin(ErsBuilder::new(), &world, algorithm, objects, FIRST).build();
                let report = judge(&world, &record, objects);
                assert!(report.holds, "{}", details(&report));
                assert_eq!((report.reason, report.other_hashes.len()), (None, 0));
                assert!(report.objects.iter().all(|object| object.since == Some(at(FIRST))));
            }
        }
    }
}

#[test]
fn digests_alone_are_enough() {
    let world = World::new(Kind::Rsa);
    let record = begin(ErsBuilder::new(), &world, SHA256, &[ALPHA], FIRST).build();
    let record = EvidenceRecord::from_der(&record).unwrap();
    for (algorithm, covered) in [(SHA256, true), (SHA512, false)] {
        let mut set = DigestSet::new(&[algorithm]);
        set.update(ALPHA);
        let digests = set.finish();
        let evidence = Evidence { certificates: vec![world.ca.certificate.clone()], ..Evidence::default() };
        let objects = [DetachedContent::Digests(&digests)];
        let policy = SignaturePolicy::default();
        let report = validate_evidence_record(&record, &objects, &anchors(&world), &evidence, &policy, at(ASKED));
        assert_eq!(report.objects[0].covered, covered);
    }
}

#[test]
fn renewed_by_time_stamps_and_by_a_new_tree_it_holds() {
    let world = World::new(Kind::Rsa);
    let objects = [ALPHA, BETA];
    let first = begin(ErsBuilder::new(), &world, SHA256, &objects, FIRST);
    let renewed = renew(first.clone(), &world, SECOND);
    let rehashed = begin(renewed.clone(), &world, SHA512, &objects, THIRD);
    let again = renew(rehashed.clone(), &world, "2026-10-01T00:00:00Z");
    for (record, stamps) in [(&first, 1), (&renewed, 2), (&rehashed, 3), (&again, 4)] {
        let report = judge(&world, &record.build(), &objects);
        assert!(report.holds, "{}", details(&report));
        assert_eq!(report.time_stamps.len(), stamps);
        assert!(report.objects.iter().all(|object| object.since == Some(at(FIRST))));
    }
    let judged: Vec<_> =
        judge(&world, &again.build(), &objects).time_stamps.iter().map(|stamp| stamp.judged_at).collect();
    assert_eq!(judged, [at(SECOND), at(THIRD), at("2026-10-01T00:00:00Z"), at(ASKED)]);
}

#[test]
fn neighbours_in_the_tree_are_listed_and_prove_nothing_of_others() {
    let world = World::new(Kind::Rsa);
    let builder = ErsBuilder::new();
    let neighbours = |list: &[&[u8]]| digests(SHA256, list);
    let stamped = builder.data(&digests(SHA256, &[ALPHA])).unwrap();
    let stamped = stamped.among(&[neighbours(&[b"n1"]), neighbours(&[b"n2", b"n3"]), Vec::new()]);
    let record = builder.begin(&stamped, token(&world.authority, &stamped, FIRST)).build();
    let report = judge(&world, &record, &[ALPHA]);
    assert!(report.holds && report.objects[0].covered, "{}", details(&report));
    // A neighbour higher up is no data object of this record.
    for other in [b"n1", b"n2", b"n3"] {
        let report = judge(&world, &record, &[&other[..]]);
        assert_eq!((report.objects[0].covered, report.reason), (false, Some("evidence-record-objects")));
    }
    // Those of the first list may be; here one member of the group is not at hand.
    let record = begin(ErsBuilder::new(), &world, SHA256, &[ALPHA, BETA, b"gamma"], FIRST).build();
    let report = judge(&world, &record, &[ALPHA, BETA]);
    assert_eq!((report.holds, report.other_hashes), (true, vec![SHA256.digest(b"gamma").as_bytes().to_vec()]));
}

#[test]
fn an_object_that_is_missing_or_changed_is_not_proven() {
    let world = World::new(Kind::Rsa);
    let record = begin(ErsBuilder::new(), &world, SHA256, &[ALPHA, BETA], FIRST).build();
    let report = judge(&world, &record, &[ALPHA, b"changed"]);
    assert_eq!((report.holds, report.reason), (true, Some("evidence-record-objects")));
    assert_eq!(report.objects.iter().map(|object| object.since).collect::<Vec<_>>(), [Some(at(FIRST)), None]);
    assert_eq!(report.other_hashes.len(), 1);
    assert_eq!(judge(&world, &record, &[]).reason, Some("evidence-record-objects"));
    // Left out of the renewed tree, it is not proven any more.
    let builder = begin(ErsBuilder::new(), &world, SHA256, &[ALPHA, BETA], FIRST);
    let report = judge(&world, &begin(builder, &world, SHA512, &[ALPHA], SECOND).build(), &[ALPHA, BETA]);
    assert_eq!(report.objects.iter().map(|object| object.covered).collect::<Vec<_>>(), [true, false]);
}

/// A wrong thing by its name, how the record is made, and the reason it must have.
type Wrong = (&'static str, fn(&World) -> Vec<u8>, &'static str);

fn first(world: &World) -> ErsBuilder {
    begin(ErsBuilder::new(), world, SHA256, &[ALPHA], FIRST)
}

fn stamped_by(builder: ErsBuilder, stamped: &ToStamp, over: &Digest, world: &World, when: &str) -> ErsBuilder {
    builder.renew(stamped, token_by(&world.authority, over, when, CertificateReference::V2))
}

const WRONGS: &[Wrong] = &[
    (
        "the token is over other data",
        |w| {
            let builder = ErsBuilder::new();
            let stamped = builder.data(&digests(SHA256, &[ALPHA, BETA])).unwrap();
            builder
                .begin(&stamped, token_by(&w.authority, &SHA256.digest(b"x"), FIRST, CertificateReference::V2))
                .build()
        },
        "evidence-record-renewal",
    ),
    (
        "the renewal is over other data",
        |w| {
            let builder = first(w);
            let stamped = builder.last_token().unwrap();
            stamped_by(builder, &stamped, &SHA256.digest(b"x"), w, SECOND).build()
        },
        "evidence-record-renewal",
    ),
    (
        "the renewal is over the data again",
        |w| {
            let builder = first(w);
            let stamped = ErsBuilder::new().data(&digests(SHA256, &[ALPHA])).unwrap();
            stamped_by(builder, &stamped, &stamped.digest, w, SECOND).build()
        },
        "evidence-record-renewal",
    ),
    (
        "the renewal skips one",
        |w| {
            let builder = first(w);
            let skipped = builder.last_token().unwrap();
            let builder = renew(builder, w, SECOND);
            stamped_by(builder, &skipped, &skipped.digest, w, THIRD).build()
        },
        "evidence-record-renewal",
    ),
    (
        "the renewal is earlier",
        |w| renew(begin(ErsBuilder::new(), w, SHA256, &[ALPHA], SECOND), w, FIRST).build(),
        "evidence-record-order",
    ),
    ("the renewal is of the same second", |w| renew(first(w), w, FIRST).build(), "evidence-record-order"),
    (
        "a new tree is earlier",
        |w| begin(begin(ErsBuilder::new(), w, SHA256, &[ALPHA], SECOND), w, SHA512, &[ALPHA], FIRST).build(),
        "evidence-record-order",
    ),
    (
        "another algorithm in one chain",
        |w| {
            let builder = first(w);
            let EvidenceRecord { chains, .. } = EvidenceRecord::from_der(&builder.build()).unwrap();
            let over = SHA512.digest(chains[0].time_stamps[0].time_stamp.der());
            let stamped = ErsBuilder::new().data(&[over]).unwrap();
            let token = token(&w.authority, &stamped, SECOND);
            builder.renew(&stamped, token).build()
        },
        "evidence-record-algorithms",
    ),
    (
        "an algorithm that never was trusted",
        |w| begin(ErsBuilder::new(), w, DigestAlgorithm::Sha1, &[ALPHA], FIRST).build(),
        "evidence-record-algorithms",
    ),
    (
        "the record does not name its algorithm",
        |w| {
            let oid = SHA256.oid();
            let der = first(w).build();
            // The first one stands in the list of the record.
            let at = der.windows(oid.content().len()).position(|window| window == oid.content()).unwrap();
            let mut der = der;
            der[at + oid.content().len() - 1] = 2;
            der
        },
        "evidence-record-algorithms",
    ),
    (
        "the new tree is over the data alone",
        |w| {
            let builder = first(w);
            let stamped = ErsBuilder::new().data(&digests(SHA512, &[ALPHA])).unwrap();
            let token = token(&w.authority, &stamped, SECOND);
            builder.begin(&stamped, token).build()
        },
        "evidence-record-objects",
    ),
    (
        "the new tree is over another sequence",
        |w| {
            let other = begin(ErsBuilder::new(), w, SHA256, &[BETA], FIRST);
            let stamped = other.data(&digests(SHA512, &[ALPHA])).unwrap();
            let token = token(&w.authority, &stamped, SECOND);
            first(w).begin(&stamped, token).build()
        },
        "evidence-record-objects",
    ),
    (
        "the chains are exchanged",
        |w| {
            let whole = begin(first(w), w, SHA512, &[ALPHA], SECOND).build();
            let EvidenceRecord { chains, .. } = EvidenceRecord::from_der(&whole).unwrap();
            written(&[SHA256, SHA512], &[&chains[1].der, &chains[0].der], &[])
        },
        "evidence-record-order",
    ),
    (
        "the first chain is left out",
        |w| {
            let whole = begin(first(w), w, SHA512, &[ALPHA], SECOND).build();
            let EvidenceRecord { chains, .. } = EvidenceRecord::from_der(&whole).unwrap();
            written(&[SHA512], &[&chains[1].der], &[])
        },
        "evidence-record-objects",
    ),
    (
        "it was archived encrypted",
        |w| {
            let EvidenceRecord { chains, .. } = EvidenceRecord::from_der(&first(w).build()).unwrap();
            let information = Writer::build(|w| {
                w.context(1, |w| {
                    w.oid(&qolhat_pki::oid::DATA);
                    w.null();
                })
            });
            written(&[SHA256], &[&chains[0].der], &information)
        },
        "evidence-record-form",
    ),
    (
        "a token by nobody we trust",
        |w| {
            let stamped = ErsBuilder::new().data(&digests(SHA256, &[ALPHA])).unwrap();
            let token = token(&w.signer, &stamped, FIRST);
            ErsBuilder::new().begin(&stamped, token).build()
        },
        "evidence-record-time-stamps",
    ),
    (
        "a token from the future",
        |w| begin(ErsBuilder::new(), w, SHA256, &[ALPHA], "2026-12-02T00:00:00Z").build(),
        "evidence-record-time-stamps",
    ),
];

/// An EvidenceRecord of given chains, with fields before them.
fn written(algorithms: &[DigestAlgorithm], chains: &[&[u8]], fields: &[u8]) -> Vec<u8> {
    Writer::build(|w| {
        w.sequence(|w| {
            w.integer_u64(1);
            w.sequence(|w| algorithms.iter().for_each(|algorithm| w.sequence(|w| w.oid(&algorithm.oid()))));
            w.raw(fields);
            w.sequence(|w| chains.iter().for_each(|chain| w.raw(chain)));
        });
    })
}

#[test]
fn every_wrong_record_is_refused_by_name() {
    let world = World::new(Kind::Rsa);
    let mut failed = Vec::new();
    for (what, make, reason) in WRONGS {
        let report = judge(&world, &make(&world), &[ALPHA]);
        let proven = report.objects.iter().any(|object| object.since.is_some());
        if report.reason != Some(reason) || proven {
            failed.push(format!("{what}: {:?} {}", report.reason, details(&report)));
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

/// The first authority's certificate ends at the beginning of August; what renews it before is good, what comes after is
/// too late.
#[test]
fn a_renewal_after_the_end_of_the_authority_is_too_late() {
    let world = World::new(Kind::Rsa);
    let mut random = SeededRandom::new(77);
    let term = (at("2026-01-01T00:00:00Z"), at("2026-08-01T00:00:00Z"));
    let subject = profile::service_subject("ЕСКІ УАҚЫТ БЕЛГІСІ");
    let old = world.ca.issue_for(Kind::Rsa, &Profile::TimeStampAuthority, subject, service_uris(), term, &mut random);
    let stamped = ErsBuilder::new().data(&digests(SHA256, &[ALPHA])).unwrap();
    let first = ErsBuilder::new().begin(&stamped, token(&old, &stamped, FIRST));
    for (when, reason) in [(SECOND, None), (THIRD, Some("evidence-record-time-stamps"))] {
        let report = judge(&world, &renew(first.clone(), &world, when).build(), &[ALPHA]);
        assert_eq!(report.reason, reason, "{}", details(&report));
        let report = judge(&world, &begin(first.clone(), &world, SHA512, &[ALPHA], when).build(), &[ALPHA]);
        assert_eq!(report.reason, reason, "{}", details(&report));
    }
    // Not renewed at all: it held for as long as the authority's certificate.
    for (when, holds) in [("2026-08-01T00:00:00Z", true), ("2026-08-01T00:00:01Z", false)] {
        let report = judge_with(&world, &first.build(), &[ALPHA], &SignaturePolicy::default(), when);
        assert_eq!((report.holds, report.objects[0].since.is_some()), (holds, holds));
    }
}

#[test]
fn an_algorithm_that_ended_is_good_only_when_renewed_before() {
    let world = World::new(Kind::Gost2015);
    let mut policy = SignaturePolicy::default();
    for rule in &mut policy.algorithms.rules {
        if rule.algorithm == AllowedAlgorithm::Digest(SHA256) {
            rule.trusted_until = Some(at("2026-08-01T00:00:00Z"));
        }
    }
    let in_time = begin(first(&world), &world, SHA512, &[ALPHA], SECOND).build();
    let report = judge_with(&world, &in_time, &[ALPHA], &policy, ASKED);
    assert!(report.holds, "{}", details(&report));
    let too_late = begin(first(&world), &world, SHA512, &[ALPHA], THIRD).build();
    assert_eq!(judge_with(&world, &too_late, &[ALPHA], &policy, ASKED).reason, Some("evidence-record-algorithms"));
    // A new token over the old algorithm's hash does not help.
    let same = renew(first(&world), &world, SECOND).build();
    assert_eq!(judge_with(&world, &same, &[ALPHA], &policy, ASKED).reason, Some("evidence-record-algorithms"));
}

#[test]
fn what_is_no_record_is_refused_and_no_change_of_one_is_unnoticed() {
    let world = World::new(Kind::Rsa);
    let record = begin(renew(first(&world), &world, SECOND), &world, SHA512, &[ALPHA], THIRD).build();
    for cut in [0, 1, 10, record.len() / 2, record.len() - 1] {
        assert!(EvidenceRecord::from_der(&record[..cut]).is_err());
    }
    assert!(EvidenceRecord::from_der(&[&record[..], &[0]].concat()).is_err());
    assert!(EvidenceRecord::from_der(&written(&[SHA256], &[], &[])).is_err());
    assert!(EvidenceRecord::from_der(&written(&[SHA256], &[&[0x30, 0]], &[])).is_err());
    let many = first(&world);
    let EvidenceRecord { chains, .. } = EvidenceRecord::from_der(&many.build()).unwrap();
    assert!(EvidenceRecord::from_der(&written(&[SHA256], &vec![&chains[0].der[..]; 65], &[])).is_err());
    // A bit of every ninth octet: unreadable, or it proves nothing, or (an unsigned part) what it proved before.
    for place in (0..record.len()).step_by(9) {
        let mut changed = record.clone();
        changed[place] ^= 1 << (place % 8);
        let Ok(read) = EvidenceRecord::from_der(&changed) else { continue };
        let evidence = Evidence { certificates: vec![world.ca.certificate.clone()], ..Evidence::default() };
        let objects = [DetachedContent::Bytes(ALPHA)];
        let policy = SignaturePolicy::default();
        let report = validate_evidence_record(&read, &objects, &anchors(&world), &evidence, &policy, at(ASKED));
        assert!(report.objects[0].since.is_none_or(|since| since == at(FIRST)), "octet {place}");
    }
}
