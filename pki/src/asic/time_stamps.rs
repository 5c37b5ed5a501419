//! The time stamps of a container: over the file of an ASiC-S, over manifests, and the chain of archive manifests, in
//! which a later token proves that the earlier one existed while its algorithms were trusted.
//! Source: EN 319 162-1 §4.3.3.2, §4.4.3.2, A.7; EN 319 102-1 §5.6.

use std::collections::BTreeMap;

use super::container::{ASIC_S_TIME_STAMP, Container, ContainerKind, Role};
use super::findings::{Finding, FindingCode};
use super::references::Resolved;
use super::validate::{ContainerTimeStamp, Inputs};
use crate::policy::AlgorithmTrust;
use crate::time::Moment;
use crate::tsp::TimeStampToken;
use crate::validate::{DetachedContent, validate_time_stamp};

/// Most tokens looked at.
const TIME_STAMPS_MAX: usize = 64;

/// A token with what it is over.
struct Stamp<'a> {
    name: &'a str,
    token: TimeStampToken,
    data: &'a [u8],
    /// `None`: over the file of an ASiC-S itself.
    manifest: Option<&'a Resolved>,
    /// The file that `data` is.
    over: &'a str,
}

/// Since when files are proven to have existed: the earliest proof of each.
#[derive(Default)]
pub(super) struct Proofs(BTreeMap<String, Moment>);

impl Proofs {
    pub fn add(&mut self, name: &str, since: Moment) {
        self.0.entry(name.to_owned()).and_modify(|known| *known = since.min(*known)).or_insert(since);
    }

    pub fn since(&self, name: &str) -> Option<Moment> {
        self.0.get(name).copied()
    }

    pub fn into_iter(self) -> impl Iterator<Item = (String, Moment)> {
        self.0.into_iter()
    }
}

/// The reports on all tokens, in the order in which their files lie, and what they prove.
pub(super) fn judge(
    container: &Container<'_>,
    resolved: &[Resolved],
    inputs: &Inputs<'_>,
    proofs: &mut Proofs,
    found: &mut Vec<Finding>,
) -> Vec<ContainerTimeStamp> {
    let mut stamps = collect(container, resolved, found);
    // The latest first: it may prove something of an earlier one.
    stamps.sort_by_key(|(position, stamp)| (std::cmp::Reverse(stamp.token.info().gen_time), *position));
    let mut reports: Vec<(usize, ContainerTimeStamp)> = Vec::new();
    for (position, stamp) in stamps {
        let judged_at = proofs.since(stamp.name).map_or(inputs.at, |since| since.min(inputs.at));
        let report = validate_time_stamp(
            &stamp.token,
            &DetachedContent::Bytes(stamp.data),
            inputs.tsa_anchors,
            inputs.evidence,
            inputs.policy,
            judged_at,
        );
        let covered = covered(&stamp, inputs, judged_at);
        if report.proven {
            covered.iter().for_each(|name| proofs.add(name, report.gen_time));
        }
        let manifest = stamp.manifest.map(|manifest| manifest.name.clone());
        let file = stamp.name.to_owned();
        reports.push((position, ContainerTimeStamp { file, manifest, covered, judged_at, report }));
    }
    reports.sort_by_key(|(position, _)| *position);
    reports.into_iter().map(|(_, report)| report).collect()
}

fn collect<'a>(
    container: &'a Container<'_>,
    resolved: &'a [Resolved],
    found: &mut Vec<Finding>,
) -> Vec<(usize, Stamp<'a>)> {
    let files: Vec<_> = container.of_role(Role::TimeStamp).collect();
    if files.len() > TIME_STAMPS_MAX {
        let detail = format!("{} time stamps, of which {TIME_STAMPS_MAX} are looked at", files.len());
        found.push(Finding::new(FindingCode::TooMany, "zip", detail));
    }
    let mut stamps = Vec::new();
    for (position, file) in files.into_iter().take(TIME_STAMPS_MAX).enumerate() {
        let token = match TimeStampToken::from_der(&file.content) {
            Ok(token) => token,
            Err(error) => {
                found.push(Finding::new(FindingCode::TimeStamp, file.name, error.to_string()));
                continue;
            }
        };
        let manifest = resolved.iter().find(|manifest| manifest.manifest.assertion == file.name);
        let over = match (manifest, container.kind) {
            (Some(manifest), _) => container.file(&manifest.name),
            (None, ContainerKind::AsicS) if file.name == ASIC_S_TIME_STAMP => container.of_role(Role::Payload).next(),
            (None, ContainerKind::AsicS | ContainerKind::AsicE) => None,
        };
        let Some(over) = over else {
            found.push(Finding::new(FindingCode::ManifestMissing, file.name, "no manifest names it"));
            continue;
        };
        stamps.push((position, Stamp { name: file.name, token, data: &over.content, manifest, over: over.name }));
    }
    stamps
}

/// The files whose existence follows from that of what is stamped, by digests trusted at `at`.
fn covered(stamp: &Stamp<'_>, inputs: &Inputs<'_>, at: Moment) -> Vec<String> {
    let mut covered = vec![stamp.over.to_owned()];
    let fitting = stamp.manifest.into_iter().flat_map(Resolved::fitting);
    let trusted =
        fitting.filter(|(_, algorithm)| inputs.policy.algorithms.digest(*algorithm, at) == AlgorithmTrust::Trusted);
    covered.extend(trusted.map(|(name, _)| name.to_owned()));
    covered
}
