//! The evidence records of a container: over the file of an ASiC-S, or over the files that an ASiCEvidenceRecordManifest
//! names. Source: EN 319 162-1 §4.3.3.2, §4.4.3.2, A.5; RFC 4998.

use super::container::{Container, ContainerKind, Role};
use super::findings::{Finding, FindingCode};
use super::references::{Resolved, Standing};
use super::time_stamps::Proofs;
use super::validate::{ContainerEvidenceRecord, Inputs, unproven as unproven_stamp};
use crate::ers::{EvidenceRecord, EvidenceRecordReport, validate_evidence_record};
use crate::report::{Indication, SubIndication};
use crate::validate::{DetachedContent, rules};

/// Most evidence records looked at: each may be of many time stamps, and all files are hashed for it.
const EVIDENCE_RECORDS_MAX: usize = 4;

/// The reports on all evidence records, in the order in which their files lie, and what they prove.
pub(super) fn judge(
    container: &Container<'_>,
    resolved: &[Resolved],
    inputs: &Inputs<'_>,
    proofs: &mut Proofs,
    found: &mut Vec<Finding>,
) -> Vec<ContainerEvidenceRecord> {
    let files: Vec<_> = container.of_role(Role::EvidenceRecord).collect();
    if files.len() > EVIDENCE_RECORDS_MAX {
        let detail = format!("{} evidence records, of which {EVIDENCE_RECORDS_MAX} are looked at", files.len());
        found.push(Finding::new(FindingCode::TooMany, "zip", detail));
    }
    let mut reports = Vec::new();
    for file in files.into_iter().take(EVIDENCE_RECORDS_MAX) {
        let record = match EvidenceRecord::from_der(&file.content) {
            Ok(record) => record,
            Err(error) => {
                found.push(Finding::new(FindingCode::EvidenceRecord, file.name, error.to_string()));
                continue;
            }
        };
        let manifest = resolved
            .iter()
            .find(|manifest| manifest.role == Role::EvidenceRecordManifest && manifest.manifest.assertion == file.name);
        let names: Vec<&str> = match (manifest, container.kind) {
            (Some(manifest), _) => present(manifest),
            (None, ContainerKind::AsicS) => container.of_role(Role::Payload).map(|file| file.name).collect(),
            (None, ContainerKind::AsicE) => {
                found.push(Finding::new(FindingCode::ManifestMissing, file.name, "no manifest names it"));
                continue;
            }
        };
        let objects = names.iter().filter_map(|name| container.file(name));
        let objects: Vec<DetachedContent<'_>> = objects.map(|file| DetachedContent::Bytes(&file.content)).collect();
        let (tsa, evidence, policy) = (inputs.tsa_anchors, inputs.evidence, inputs.policy);
        let report = validate_evidence_record(&record, &objects, tsa, evidence, policy, inputs.at);
        let mut covered = Vec::new();
        for (name, object) in names.iter().zip(&report.objects) {
            if object.covered {
                covered.push((*name).to_owned());
            }
            if let Some(since) = object.since {
                proofs.add(name, since);
            }
        }
        let manifest = manifest.map(|manifest| manifest.name.clone());
        reports.push(ContainerEvidenceRecord { file: file.name.to_owned(), manifest, covered, report });
    }
    reports
}

/// The files of the manifest that are there, each once; what is missing or another file is told apart.
fn present(manifest: &Resolved) -> Vec<&str> {
    let pairs = manifest.manifest.references.iter().zip(&manifest.standing);
    let there = pairs.filter(|(_, standing)| **standing != Standing::Missing);
    let mut known = std::collections::HashSet::new();
    there.map(|(reference, _)| reference.name.as_str()).filter(|name| known.insert(*name)).collect()
}

/// The verdict on a record that has to stand alone; `None` when it proves every object.
pub(super) fn unproven(report: &EvidenceRecordReport) -> Option<(Indication, SubIndication)> {
    let reason = report.reason?;
    let is = |rule: crate::report::Rule| reason == rule.name;
    Some(if is(rules::RECORD_OBJECTS) || is(rules::RECORD_RENEWAL) {
        (Indication::TotalFailed, SubIndication::HashFailure)
    } else if is(rules::RECORD_FORM) {
        (Indication::Indeterminate, SubIndication::SigConstraintsFailure)
    } else if is(rules::RECORD_ORDER) {
        (Indication::Indeterminate, SubIndication::TimestampOrderFailure)
    } else if is(rules::RECORD_STAMPS) {
        let broken = report.time_stamps.iter().find(|stamp| !stamp.holds);
        let verdict = broken.and_then(|stamp| unproven_stamp(&stamp.report));
        // The token is proven, but its authority's term had ended.
        verdict.unwrap_or((Indication::Indeterminate, SubIndication::OutOfBoundsNoPoe))
    } else {
        (Indication::Indeterminate, SubIndication::CryptoConstraintsFailureNoPoe)
    })
}
