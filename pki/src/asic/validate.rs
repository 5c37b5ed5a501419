//! The verdict on a container: every signature over what its manifest names, every time stamp, and what is wrong or
//! uncovered. The same input gives the same report.
//!
//! Source: EN 319 162-1 §4.3.3, §4.4.3; EN 319 102-1 §5.3 to §5.6 for each signature.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::container::{ASIC_S_SIGNATURE, Container, ContainerKind, ContainerPolicy, File, Role};
use super::evidence_records;
use super::findings::{Finding, FindingCode};
use super::references::{self, FileDigests, Resolved, Standing};
use super::time_stamps::{self, Proofs};
use crate::cms::SignedData;
use crate::digest::DigestAlgorithm;
use crate::ers::EvidenceRecordReport;
use crate::policy::{AlgorithmTrust, SignaturePolicy};
use crate::report::{
    Check, Coverage, CryptoOutcome, Indication, SignatureReport, SubIndication, TimeStampReport, ValidationReport,
};
use crate::revocation::Evidence;
use crate::time::Moment;
use crate::trust::TrustStore;
use crate::validate::{CmsInput, DetachedContent, rules, validate_cms};

/// Most files of signatures looked at.
const SIGNATURE_FILES_MAX: usize = 64;

/// What a container is judged with.
pub(super) struct Inputs<'a> {
    pub anchors: &'a TrustStore,
    pub tsa_anchors: &'a TrustStore,
    pub evidence: &'a Evidence,
    pub policy: &'a SignaturePolicy,
    pub at: Moment,
}

/// A signature of a container.
#[derive(Debug, Clone)]
pub struct ContainerSignature {
    /// The file it is in; several signers of one file are several signatures.
    pub file: String,
    /// The manifest it is over; `None` in an ASiC-S, where it is over the file itself.
    pub manifest: Option<String>,
    /// The files it covers, in the order of the manifest: those that are what was signed. Signers of one file share it.
    pub covered: Arc<[String]>,
    /// The verdict on it and on what it covers.
    pub report: SignatureReport,
}

/// A time stamp of a container.
#[derive(Debug, Clone)]
pub struct ContainerTimeStamp {
    /// The file it is in.
    pub file: String,
    /// The manifest it is over; `None` when it is over the file of an ASiC-S itself.
    pub manifest: Option<String>,
    /// The files whose existence it proves when it is proven itself.
    pub covered: Vec<String>,
    /// The moment its algorithms were judged at: that of a later proof of it, else the one asked about.
    pub judged_at: Moment,
    /// What it proves.
    pub report: TimeStampReport,
}

/// An evidence record of a container.
#[derive(Debug, Clone)]
pub struct ContainerEvidenceRecord {
    /// The file it is in.
    pub file: String,
    /// The manifest that names its files; `None` in an ASiC-S.
    pub manifest: Option<String>,
    /// The files that every chain of it covers.
    pub covered: Vec<String>,
    /// What it proves; the data objects are the files of the manifest that are there, in its order, or the one file.
    pub report: EvidenceRecordReport,
}

/// A file of a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileReport {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// Its octets.
    pub size: usize,
    /// Its SHA-256.
    pub sha256: [u8; 32],
    /// The files of signatures and time stamps that cover it.
    pub covered_by: Vec<String>,
}

/// A file that is proven to have existed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvenFile {
    /// Its name.
    pub name: String,
    /// Since when, at the latest.
    pub since: Moment,
}

/// Everything found about a container.
#[derive(Debug, Clone)]
pub struct ContainerReport {
    /// The worst of the findings and the signatures; where nothing is signed, of time stamps and evidence records.
    pub indication: Indication,
    /// Its main reason; `None` exactly when TOTAL-PASSED.
    pub sub_indication: Option<SubIndication>,
    /// Which kind; `None` when it could not be told.
    pub kind: Option<ContainerKind>,
    /// The moment that was asked about.
    pub at: Moment,
    /// What is wrong with the container, or worth knowing.
    pub findings: Vec<Finding>,
    /// Every file, in the order in which they lie.
    pub files: Vec<FileReport>,
    /// The signatures, in the order in which their files lie.
    pub signatures: Vec<ContainerSignature>,
    /// The time stamps, in that order too.
    pub time_stamps: Vec<ContainerTimeStamp>,
    /// The evidence records, in that order too.
    pub evidence_records: Vec<ContainerEvidenceRecord>,
    /// What time stamps and evidence records prove, by name.
    pub proven: Vec<ProvenFile>,
}

impl ContainerReport {
    /// The signatures as those of a message, for a report that has no place for findings: where these make the container
    /// worse than a signature is, so is the signature there.
    pub fn as_validation(&self) -> ValidationReport {
        let verdicts = || self.findings.iter().filter_map(Finding::verdict);
        let mut signatures: Vec<SignatureReport> = self.signatures.iter().map(|one| one.report.clone()).collect();
        for signature in &mut signatures {
            verdicts().for_each(|verdict| worsen(signature, verdict));
        }
        ValidationReport { indication: self.indication, at: self.at, signatures }
    }
}

/// The verdict on the container `bytes` at `at`. `evidence` counts beside what signatures and tokens bring along.
/// A container that breaks a rule of its archive or tells no kind has findings and nothing else.
pub fn validate_container(
    bytes: &[u8],
    anchors: &TrustStore,
    tsa_anchors: &TrustStore,
    evidence: &Evidence,
    policy: &SignaturePolicy,
    container_policy: &ContainerPolicy,
    at: Moment,
) -> ContainerReport {
    let mut report = ContainerReport {
        indication: Indication::TotalPassed,
        sub_indication: None,
        kind: None,
        at,
        findings: Vec::new(),
        files: Vec::new(),
        signatures: Vec::new(),
        time_stamps: Vec::new(),
        evidence_records: Vec::new(),
        proven: Vec::new(),
    };
    match Container::read(bytes, container_policy) {
        Ok(container) => {
            let inputs = Inputs { anchors, tsa_anchors, evidence, policy, at };
            judge(&container, &inputs, &mut report);
        }
        Err(finding) => report.findings.push(finding),
    }
    conclude(&mut report);
    report
}

fn judge(container: &Container<'_>, inputs: &Inputs<'_>, report: &mut ContainerReport) {
    report.kind = Some(container.kind);
    report.findings.clone_from(&container.findings);
    let mut digests = FileDigests::of(container);
    let (resolved, found) = references::resolve(container, &mut digests);
    report.findings.extend(found);
    let mut proofs = Proofs::default();
    // An evidence record may prove a time stamp, not the other way round: it has its own renewals.
    let records = evidence_records::judge(container, &resolved, inputs, &mut proofs, &mut report.findings);
    report.evidence_records = records;
    report.time_stamps = time_stamps::judge(container, &resolved, inputs, &mut proofs, &mut report.findings);
    signatures(container, &resolved, inputs, &proofs, report);
    unsupported(container, &mut report.findings);
    report.files = files(container, &mut digests, report);
    coverage(container, report);
    report.proven = proofs.into_iter().map(|(name, since)| ProvenFile { name, since }).collect();
}

fn signatures(
    container: &Container<'_>,
    resolved: &[Resolved],
    inputs: &Inputs<'_>,
    proofs: &Proofs,
    report: &mut ContainerReport,
) {
    let files: Vec<_> = container.of_role(Role::Signature).collect();
    if files.len() > SIGNATURE_FILES_MAX {
        let detail = format!("{} files of signatures, of which {SIGNATURE_FILES_MAX} are looked at", files.len());
        report.findings.push(Finding::new(FindingCode::TooMany, "zip", detail));
    }
    let payload: Vec<&str> = container.of_role(Role::Payload).map(|file| file.name).collect();
    for file in files.into_iter().take(SIGNATURE_FILES_MAX) {
        let message = match SignedData::from_bytes(&file.content) {
            Ok(message) if !message.signer_infos().is_empty() => message,
            Ok(_) => {
                report.findings.push(Finding::new(FindingCode::Signature, file.name, "it has no signer"));
                continue;
            }
            Err(error) => {
                report.findings.push(Finding::new(FindingCode::Signature, file.name, error.to_string()));
                continue;
            }
        };
        if message.content().is_some() {
            report.findings.push(Finding::new(FindingCode::NotDetached, file.name, "it carries its content"));
        }
        let manifest = match container.kind {
            ContainerKind::AsicE => resolved.iter().find(|manifest| manifest.manifest.assertion == file.name),
            ContainerKind::AsicS => None,
        };
        let over = match (container.kind, manifest) {
            (ContainerKind::AsicE, Some(manifest)) => container.file(&manifest.name),
            (ContainerKind::AsicE, None) => {
                report.findings.push(Finding::new(FindingCode::ManifestMissing, file.name, "no manifest names it"));
                None
            }
            // Another name is told apart; a signature under it is over nothing.
            (ContainerKind::AsicS, _) if file.name == ASIC_S_SIGNATURE => only_file(container),
            (ContainerKind::AsicS, _) => None,
        };
        let of_file = SignatureFile { file, message, over, manifest, payload: &payload };
        report.signatures.extend(of_file.judge(inputs, proofs));
    }
}

/// The file of an ASiC-S; of several none is the one that was signed.
fn only_file<'c, 'a>(container: &'c Container<'a>) -> Option<&'c File<'a>> {
    let mut payload = container.of_role(Role::Payload);
    let first = payload.next();
    if payload.next().is_none() { first } else { None }
}

struct SignatureFile<'s, 'a> {
    file: &'s File<'a>,
    message: SignedData,
    /// What it is over; `None` when that is not told.
    over: Option<&'s File<'a>>,
    manifest: Option<&'s Resolved>,
    payload: &'s [&'s str],
}

impl SignatureFile<'_, '_> {
    fn judge(&self, inputs: &Inputs<'_>, proofs: &Proofs) -> Vec<ContainerSignature> {
        let proven = self.proven(proofs).filter(|since| *since <= inputs.at);
        let moment = proven.unwrap_or(inputs.at);
        let detached = self.over.map(|over| DetachedContent::Bytes(&over.content));
        let input = CmsInput { signed_data: &self.message, detached };
        let (anchors, tsa_anchors) = (inputs.anchors, inputs.tsa_anchors);
        let judged = validate_cms(&input, anchors, tsa_anchors, inputs.evidence, inputs.policy, moment);
        let covered: Arc<[String]> = self.covered().into();
        let known: HashSet<&str> = covered.iter().map(String::as_str).collect();
        let covers_all = self.payload.iter().all(|name| known.contains(name));
        let of_one = |mut report: SignatureReport| {
            report.covers = if covers_all { Coverage::All } else { Coverage::Part };
            if let Some(since) = proven {
                report.proven_at = Some(report.proven_at.map_or(since, |known| known.min(since)));
            }
            self.settle(&mut report, inputs.policy);
            let manifest = self.manifest.map(|manifest| manifest.name.clone());
            ContainerSignature { file: self.file.name.to_owned(), manifest, covered: Arc::clone(&covered), report }
        };
        judged.signatures.into_iter().map(of_one).collect()
    }

    /// Since when the signature together with everything it is over is proven to have existed.
    fn proven(&self, proofs: &Proofs) -> Option<Moment> {
        let over = self.over?;
        let mut latest = proofs.since(self.file.name)?.max(proofs.since(over.name)?);
        for reference in self.manifest.iter().flat_map(|manifest| &manifest.manifest.references) {
            latest = latest.max(proofs.since(&reference.name)?);
        }
        Some(latest)
    }

    fn covered(&self) -> Vec<String> {
        match (self.manifest, self.over) {
            (Some(manifest), Some(_)) => manifest.fitting().map(|(name, _)| name.to_owned()).collect(),
            (None, Some(over)) => vec![over.name.to_owned()],
            (_, None) => Vec::new(),
        }
    }

    /// What the manifest and the files make of the verdict on the signature over the manifest.
    fn settle(&self, report: &mut SignatureReport, policy: &SignaturePolicy) {
        if self.over.is_none() {
            report.checks.push(Check::new(rules::DATA_OBJECTS_NAMED, false, "what it is over is not told"));
            worsen(report, (Indication::TotalFailed, SubIndication::FormatFailure));
            return;
        }
        report.checks.push(Check::new(rules::DATA_OBJECTS_NAMED, true, ""));
        let Some(manifest) = self.manifest else { return };
        let missing = manifest.standing_so(Standing::Missing);
        report.checks.push(Check::new(rules::DATA_OBJECTS_FOUND, missing.is_empty(), missing.join(", ")));
        let wrong = [manifest.standing_so(Standing::Differs), manifest.standing_so(Standing::Unknown)].concat();
        report.checks.push(Check::new(rules::DATA_OBJECTS_DIGEST, wrong.is_empty(), wrong.join(", ")));
        if let Some(blame) = manifest.blame() {
            if report.crypto == CryptoOutcome::Ok {
                report.crypto = blame.crypto;
            }
            worsen(report, blame.verdict);
        }
        let distrusted = manifest.distrusted(&policy.algorithms, report.judged_at);
        let detail = distrusted.map_or_else(String::new, |(algorithm, _)| format!("the digest {algorithm}"));
        report.checks.push(Check::new(rules::DATA_OBJECTS_ALGORITHMS, distrusted.is_none(), detail));
        match distrusted {
            None => {}
            Some((_, AlgorithmTrust::Until(_))) if report.proven_at.is_none() => {
                worsen(report, (Indication::Indeterminate, SubIndication::CryptoConstraintsFailureNoPoe));
            }
            Some(_) => worsen(report, (Indication::Indeterminate, SubIndication::CryptoConstraintsFailure)),
        }
    }
}

/// The first reason stays unless the new verdict is worse.
fn worsen(report: &mut SignatureReport, (indication, sub): (Indication, SubIndication)) {
    if indication > report.indication {
        report.indication = indication;
        report.sub_indication = Some(sub);
    }
}

fn unsupported(container: &Container<'_>, found: &mut Vec<Finding>) {
    for file in container.of_role(Role::XmlSignatures) {
        found.push(Finding::new(
            FindingCode::XmlSignature,
            file.name,
            "signatures in XML are not judged in a container",
        ));
    }
    for file in container.of_role(Role::XmlEvidenceRecord) {
        found.push(Finding::new(FindingCode::XmlEvidenceRecord, file.name, "evidence records in XML are not judged"));
    }
}

fn files(container: &Container<'_>, digests: &mut FileDigests<'_>, report: &ContainerReport) -> Vec<FileReport> {
    let mut covering = covering(report);
    let mut reports = Vec::new();
    for file in &container.files {
        let digest = digests.get(file.name, DigestAlgorithm::Sha256);
        let sha256 = digest.and_then(|digest| digest.as_bytes().try_into().ok()).unwrap_or_default();
        reports.push(FileReport {
            name: file.name.to_owned(),
            role: file.role,
            size: file.content.len(),
            sha256,
            covered_by: covering.remove(file.name).unwrap_or_default(),
        });
    }
    reports
}

/// The files of signatures, time stamps and evidence records by the name of what they cover.
fn covering(report: &ContainerReport) -> HashMap<&str, Vec<String>> {
    let signatures = report.signatures.iter().map(|signature| (&signature.file, &*signature.covered));
    let stamps = report.time_stamps.iter().map(|stamp| (&stamp.file, stamp.covered.as_slice()));
    let records = report.evidence_records.iter().map(|record| (&record.file, record.covered.as_slice()));
    let mut covering: HashMap<&str, Vec<String>> = HashMap::new();
    for (file, covered) in signatures.chain(stamps).chain(records) {
        for name in covered {
            let by = covering.entry(name).or_default();
            // Signers of one file stand side by side.
            if by.last() != Some(file) {
                by.push(file.clone());
            }
        }
    }
    covering
}

/// Files that nothing covers are told: whoever opens the container sees them beside the signed ones.
fn coverage(container: &Container<'_>, report: &mut ContainerReport) {
    let asserts =
        !report.signatures.is_empty() || !report.time_stamps.is_empty() || !report.evidence_records.is_empty();
    for file in &report.files {
        if asserts && file.role == Role::Payload && file.covered_by.is_empty() {
            report.findings.push(Finding::new(
                FindingCode::NotCovered,
                &file.name,
                "no signature, time stamp or evidence record covers it",
            ));
        }
    }
    let roles = [Role::Signature, Role::TimeStamp, Role::EvidenceRecord, Role::XmlEvidenceRecord, Role::XmlSignatures];
    if !container.files.iter().any(|file| roles.contains(&file.role)) {
        report.findings.push(Finding::new(
            FindingCode::NothingSigned,
            "zip",
            "there is no signature and no time stamp",
        ));
    }
}

/// The worst, and of equal ones the first: findings, signatures, and where there is no signature the time stamps and evidence records.
fn conclude(report: &mut ContainerReport) {
    let findings = report.findings.iter().filter_map(Finding::verdict);
    let signatures = report
        .signatures
        .iter()
        .filter_map(|signature| Some((signature.report.indication, signature.report.sub_indication?)));
    let alone = report.signatures.is_empty();
    let stamps = report.time_stamps.iter().filter(|_| alone).filter_map(|stamp| unproven(&stamp.report));
    let records = report.evidence_records.iter().filter(|_| alone);
    let records = records.filter_map(|record| evidence_records::unproven(&record.report));
    for (indication, sub) in findings.chain(signatures).chain(stamps).chain(records) {
        if indication > report.indication {
            report.indication = indication;
            report.sub_indication = Some(sub);
        }
    }
}

/// The verdict on a token that has to stand alone; `None` when it is proven.
pub(super) fn unproven(report: &TimeStampReport) -> Option<(Indication, SubIndication)> {
    let reason = report.reason?;
    let is = |rule: crate::report::Rule| reason == rule.name;
    Some(if is(rules::STAMP_IMPRINT) {
        (Indication::TotalFailed, SubIndication::HashFailure)
    } else if is(rules::STAMP_SIGNATURE) && report.certificate.is_some() {
        (Indication::TotalFailed, SubIndication::SigCryptoFailure)
    } else if is(rules::STAMP_SIGNATURE) || is(rules::STAMP_REFERENCE) {
        (Indication::Indeterminate, SubIndication::NoSigningCertificateFound)
    } else if is(rules::STAMP_NOT_FUTURE) {
        (Indication::Indeterminate, SubIndication::TimestampOrderFailure)
    } else if is(rules::STAMP_PATH) {
        (Indication::Indeterminate, SubIndication::NoCertificateChainFound)
    } else if is(rules::STAMP_REVOCATION) {
        (Indication::Indeterminate, SubIndication::RevokedNoPoe)
    } else {
        (Indication::Indeterminate, SubIndication::CryptoConstraintsFailureNoPoe)
    })
}
