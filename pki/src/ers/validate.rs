//! Since when the data objects of an evidence record are proven to have existed. Source: RFC 4998 §4.3, §5.3.

use std::collections::BTreeMap;

use super::record::{ArchiveTimeStamp, EvidenceRecord};
use super::tree::{self, Coverage};
use crate::der::writer::Writer;
use crate::digest::{Digest, DigestAlgorithm, Digests};
use crate::policy::{AlgorithmTrust, SignaturePolicy};
use crate::report::{Check, CheckOutcome, Rule, TimeStampReport};
use crate::revocation::Evidence;
use crate::time::Moment;
use crate::trust::TrustStore;
use crate::validate::{DetachedContent, rules, validate_time_stamp};

/// One archive time stamp.
#[derive(Debug, Clone)]
pub struct ArchiveTimeStampReport {
    /// The chain, from 0.
    pub chain: usize,
    /// The place in the chain, from 0.
    pub position: usize,
    /// The moment up to which it has to hold by itself: the time of the next one, else the moment asked about.
    pub judged_at: Moment,
    /// Whether it holds up to that moment: the token is proven, its authority's path is within its terms, and its
    /// algorithms are trusted.
    pub holds: bool,
    /// What the token proves by itself.
    pub report: TimeStampReport,
}

/// One data object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ObjectReport {
    /// Every chain covers it.
    pub covered: bool,
    /// Since when it is proven, at the latest.
    pub since: Option<Moment>,
}

/// Everything found about an evidence record.
#[derive(Debug, Clone)]
pub struct EvidenceRecordReport {
    /// Whether the record holds from its first time stamp to the moment asked about; what it covers is told for each
    /// data object.
    pub holds: bool,
    /// The first reason why not, or why an object is not covered: the name of the failed check's rule.
    pub reason: Option<&'static str>,
    /// The data objects, in the order given.
    pub objects: Vec<ObjectReport>,
    /// Hash values of the first time stamp's first list that belong to none of the objects: neighbours in the hash tree, or
    /// members of a group that are not at hand.
    pub other_hashes: Vec<Vec<u8>>,
    /// Every question asked.
    pub checks: Vec<Check>,
    /// The time stamps in the order of the record.
    pub time_stamps: Vec<ArchiveTimeStampReport>,
}

/// What `record` proves about `objects` (each as octets, or as digests under every algorithm of the record) at `at`.
/// The last time stamp has to hold at `at`, every other one at the time of the next: a record that was renewed too late, or
/// not any more, proves nothing.
pub fn validate_evidence_record(
    record: &EvidenceRecord,
    objects: &[DetachedContent<'_>],
    tsa_anchors: &TrustStore,
    evidence: &Evidence,
    policy: &SignaturePolicy,
    at: Moment,
) -> EvidenceRecordReport {
    let report = EvidenceRecordReport {
        holds: false,
        reason: None,
        objects: Vec::new(),
        other_hashes: Vec::new(),
        checks: Vec::new(),
        time_stamps: Vec::new(),
    };
    let mut judge = Judge { record, tsa_anchors, evidence, policy, at, report };
    judge.form();
    let algorithms = judge.algorithms();
    judge.order();
    let covered = judge.coverage(objects, &algorithms);
    judge.stamps();
    let mut report = judge.report;
    report.holds = report.reason.is_none();
    let all = covered.iter().all(|covered| *covered) && !covered.is_empty();
    report.checks.push(Check::new(rules::RECORD_OBJECTS, all, missing(&covered)));
    if !all && report.reason.is_none() {
        report.reason = Some(rules::RECORD_OBJECTS.name);
    }
    let first = report.time_stamps.first().map(|stamp| stamp.report.gen_time);
    let since = |covered: bool| if covered && report.holds { first } else { None };
    report.objects = covered.iter().map(|covered| ObjectReport { covered: *covered, since: since(*covered) }).collect();
    report
}

fn missing(covered: &[bool]) -> String {
    let missing: Vec<String> =
        covered.iter().enumerate().filter(|(_, covered)| !**covered).map(|(n, _)| n.to_string()).collect();
    if missing.is_empty() {
        String::new()
    } else {
        format!("not covered by every chain: object {}", missing.join(", "))
    }
}

struct Judge<'a> {
    record: &'a EvidenceRecord,
    tsa_anchors: &'a TrustStore,
    evidence: &'a Evidence,
    policy: &'a SignaturePolicy,
    at: Moment,
    report: EvidenceRecordReport,
}

/// Chains in the order of the record, with the algorithm of each where it has one that is known.
type Algorithms = Vec<Option<DigestAlgorithm>>;

impl Judge<'_> {
    fn ask(&mut self, rule: Rule, answer: Result<(), String>) {
        let holds = answer.is_ok();
        self.report.checks.push(Check::new(rule, CheckOutcome::from(holds), answer.err().unwrap_or_default()));
        if !holds && self.report.reason.is_none() {
            self.report.reason = Some(rule.name);
        }
    }

    fn flat(&self) -> Vec<(usize, usize, &ArchiveTimeStamp)> {
        let chains = self.record.chains.iter().enumerate();
        let stamps =
            chains.flat_map(|(chain, of)| of.time_stamps.iter().enumerate().map(move |(n, stamp)| (chain, n, stamp)));
        stamps.collect()
    }

    fn time(&self, chain: usize) -> Option<Moment> {
        let first = self.record.chains.get(chain)?.time_stamps.first()?;
        Some(first.time_stamp.info().gen_time)
    }

    fn form(&mut self) {
        let answer = if self.record.has_encryption_info {
            Err("unsupported: the data objects were archived encrypted".to_owned())
        } else {
            Ok(())
        };
        self.ask(rules::RECORD_FORM, answer);
    }

    /// One algorithm for each chain, known, named in the record, and trusted until the next chain begins.
    fn algorithms(&mut self) -> Algorithms {
        let mut faults = Vec::new();
        let mut algorithms = Vec::new();
        for (position, chain) in self.record.chains.iter().enumerate() {
            let mut found = chain.time_stamps.iter().map(ArchiveTimeStamp::algorithm);
            let first = found.next().flatten();
            let algorithm = first.filter(|first| found.all(|other| other == Some(*first)));
            algorithms.push(algorithm);
            let Some(algorithm) = algorithm else {
                faults.push(format!("chain {position} uses several algorithms, or one that is not known"));
                continue;
            };
            if !self.record.digest_algorithms.contains(&algorithm.oid()) {
                faults.push(format!("the record does not name {algorithm}"));
            }
            // The tree and the imprint of its token are of one algorithm: the root is what is stamped.
            if chain
                .time_stamps
                .iter()
                .any(|stamp| stamp.time_stamp.info().message_imprint.algorithm != algorithm.oid())
            {
                faults.push(format!("a token of chain {position} is over a digest of another algorithm"));
            }
            let until = position.checked_add(1).and_then(|next| self.time(next)).unwrap_or(self.at);
            if self.policy.algorithms.digest(algorithm, until) != AlgorithmTrust::Trusted {
                faults.push(format!("{algorithm} was not trusted any more at {until}"));
            }
        }
        let answer = if faults.is_empty() { Ok(()) } else { Err(faults.join("; ")) };
        self.ask(rules::RECORD_ALGORITHMS, answer);
        algorithms
    }

    /// Every time stamp is later than the one before it.
    fn order(&mut self) {
        let times: Vec<Moment> = self.flat().iter().map(|(.., stamp)| stamp.time_stamp.info().gen_time).collect();
        let wrong = times.windows(2).find_map(|pair| match pair {
            [earlier, later] if earlier >= later => Some((*earlier, *later)),
            _ => None,
        });
        let answer = match wrong {
            None => Ok(()),
            Some((earlier, later)) => Err(format!("a time stamp of {later} comes after one of {earlier}")),
        };
        self.ask(rules::RECORD_ORDER, answer);
    }

    /// Whether each object is covered by the first time stamp of every chain, and each other time stamp covers the one before.
    fn coverage(&mut self, objects: &[DetachedContent<'_>], algorithms: &Algorithms) -> Vec<bool> {
        let mut covered = vec![true; objects.len()];
        let mut faults = Vec::new();
        // Several chains may be of one algorithm; the objects may be large.
        let mut known: BTreeMap<DigestAlgorithm, Vec<Option<Digest>>> = BTreeMap::new();
        for (position, (chain, algorithm)) in self.record.chains.iter().zip(algorithms).enumerate() {
            let Some(algorithm) = *algorithm else {
                covered.fill(false);
                continue;
            };
            let before = (position > 0).then(|| self.chains_before(position, algorithm));
            let digests = known
                .entry(algorithm)
                .or_insert_with(|| objects.iter().map(|object| digest_of(object, algorithm)).collect());
            let wanted: Vec<Option<Digest>> =
                digests.iter().map(|digest| Some(leaf(digest.as_ref()?, before.as_ref()))).collect();
            let mut previous: Option<&ArchiveTimeStamp> = None;
            for (place, stamp) in chain.time_stamps.iter().enumerate() {
                let Coverage { holds, covers, others } = match previous {
                    None => tree::coverage(stamp, algorithm, &wanted),
                    Some(previous) => {
                        let token = algorithm.digest(previous.time_stamp.der());
                        tree::coverage(stamp, algorithm, &[Some(token)])
                    }
                };
                let renews = previous.is_none() || covers.first() == Some(&true);
                if !holds {
                    faults.push(format!("chain {position}, time stamp {place}: the token is not over its hash tree"));
                } else if !renews {
                    faults.push(format!("chain {position}, time stamp {place} does not cover the one before"));
                }
                if previous.is_none() {
                    covered.iter_mut().zip(covers).for_each(|(all, this)| *all = *all && this);
                    if position == 0 {
                        self.report.other_hashes = others;
                    }
                }
                previous = Some(stamp);
            }
        }
        let answer = if faults.is_empty() { Ok(()) } else { Err(faults.join("; ")) };
        self.ask(rules::RECORD_RENEWAL, answer);
        covered
    }

    /// The hash of the ArchiveTimeStampSequence before chain `position`. Source: RFC 4998 §5.2, step 3.
    fn chains_before(&self, position: usize, algorithm: DigestAlgorithm) -> Digest {
        let sequence = Writer::build(|w| {
            w.sequence(|w| self.record.chains.iter().take(position).for_each(|chain| w.raw(&chain.der)));
        });
        algorithm.digest(&sequence)
    }

    /// Every token, at the time of the next one.
    fn stamps(&mut self) {
        let mut reports = Vec::new();
        let mut faults = Vec::new();
        {
            let flat = self.flat();
            for (number, (chain, position, stamp)) in flat.iter().enumerate() {
                let next = number.checked_add(1).and_then(|next| flat.get(next));
                let next = next.map(|(.., next)| next.time_stamp.info().gen_time);
                let judged_at = next.map_or(self.at, |next| next.min(self.at));
                let report = self.stamp(stamp, judged_at);
                let expired = outside_its_term(&report, judged_at);
                let holds = report.proven && expired.is_none();
                if !holds {
                    let why = expired.or_else(|| report.reason.map(str::to_owned)).unwrap_or_default();
                    faults.push(format!("chain {chain}, time stamp {position} at {judged_at}: {why}"));
                }
                reports.push(ArchiveTimeStampReport { chain: *chain, position: *position, judged_at, holds, report });
            }
        }
        self.report.time_stamps = reports;
        let answer = if faults.is_empty() { Ok(()) } else { Err(faults.join("; ")) };
        self.ask(rules::RECORD_STAMPS, answer);
    }

    /// What the token is over was asked before; here its own imprint is what it is over.
    fn stamp(&self, stamp: &ArchiveTimeStamp, judged_at: Moment) -> TimeStampReport {
        let imprint = stamp.time_stamp.info().message_imprint.digest().cloned();
        let digests = imprint.map_or_else(Digests::default, Digests::from);
        let data = DetachedContent::Digests(&digests);
        validate_time_stamp(&stamp.time_stamp, &data, self.tsa_anchors, self.evidence, self.policy, judged_at)
    }
}

/// `None` when the object is not at hand under this algorithm.
fn digest_of(object: &DetachedContent<'_>, algorithm: DigestAlgorithm) -> Option<Digest> {
    match object {
        DetachedContent::Bytes(bytes) => Some(algorithm.digest(bytes)),
        DetachedContent::Digests(digests) => digests.get(algorithm).cloned(),
    }
}

/// The hash value that has to be among the leaves: the digest of the object, or in a later chain that digest and the hash of
/// the chains before, hashed. Source: RFC 4998 §5.2, step 4.
fn leaf(digest: &Digest, before: Option<&Digest>) -> Digest {
    match before {
        None => digest.clone(),
        Some(before) => digest.algorithm().digest(&[digest.as_bytes(), before.as_bytes()].concat()),
    }
}

/// The certificate of the token's path whose term had ended at `at`. Source: RFC 4998 §5.3: each time stamp must be
/// valid relative to the time of the next one, and the last one when it is verified.
fn outside_its_term(report: &TimeStampReport, at: Moment) -> Option<String> {
    let certificates = report.path.iter().flat_map(|path| path.certificates());
    let ended = certificates.into_iter().find(|certificate| certificate.not_after() < at)?;
    Some(format!("the certificate of {} ended at {}", ended.subject(), ended.not_after()))
}
