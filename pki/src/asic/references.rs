//! The manifests of a container against its files.

use std::collections::BTreeMap;

use super::container::{Container, Role};
use super::findings::{Finding, FindingCode};
use super::manifest::{Manifest, ManifestError, read_manifest};
use crate::digest::{Digest, DigestAlgorithm};
use crate::policy::{AlgorithmPolicy, AlgorithmTrust};
use crate::report::{CryptoOutcome, Indication, SubIndication};
use crate::time::Moment;

/// Most manifests looked at.
pub(super) const MANIFESTS_MAX: usize = 128;
/// Most files that all manifests together name.
const REFERENCES_OF_ALL_MAX: usize = 200_000;

/// The digests of the files, each computed once under each algorithm however many manifests ask.
pub(super) struct FileDigests<'c> {
    contents: BTreeMap<&'c str, &'c [u8]>,
    known: BTreeMap<(&'c str, DigestAlgorithm), Digest>,
}

impl<'c> FileDigests<'c> {
    pub fn of(container: &'c Container<'_>) -> Self {
        let contents = container.files.iter().map(|file| (file.name, file.content.as_ref())).collect();
        FileDigests { contents, known: BTreeMap::new() }
    }

    /// `None` when there is no such file.
    pub fn get(&mut self, name: &str, algorithm: DigestAlgorithm) -> Option<Digest> {
        let (name, content) = self.contents.get_key_value(name)?;
        let digest = self.known.entry((*name, algorithm)).or_insert_with(|| algorithm.digest(content));
        Some(digest.clone())
    }

    pub fn content(&self, name: &str) -> Option<&'c [u8]> {
        self.contents.get(name).copied()
    }
}

/// How one reference stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// The file is there and is the one.
    Fits(DigestAlgorithm),
    /// Another file is there.
    Differs,
    /// None is.
    Missing,
    /// The digest cannot be computed here.
    Unknown,
}

/// A manifest with how its references stand, in their order.
pub(super) struct Resolved {
    /// The file of the manifest.
    pub name: String,
    pub role: Role,
    pub manifest: Manifest,
    pub standing: Vec<Standing>,
}

/// What a manifest makes of a signature over it.
pub(super) struct Blame {
    pub verdict: (Indication, SubIndication),
    pub crypto: CryptoOutcome,
}

impl Resolved {
    /// The files that are what the manifest is of, with the algorithm by which that is known.
    pub fn fitting(&self) -> impl Iterator<Item = (&str, DigestAlgorithm)> {
        self.manifest.references.iter().zip(&self.standing).filter_map(|(reference, standing)| match standing {
            Standing::Fits(algorithm) => Some((reference.name.as_str(), *algorithm)),
            Standing::Differs | Standing::Missing | Standing::Unknown => None,
        })
    }

    /// The names that stand so.
    pub fn standing_so(&self, wanted: Standing) -> Vec<&str> {
        let pairs = self.manifest.references.iter().zip(&self.standing);
        pairs.filter(|(_, standing)| **standing == wanted).map(|(reference, _)| reference.name.as_str()).collect()
    }

    /// The worst that is wrong; `None` when every file fits.
    pub fn blame(&self) -> Option<Blame> {
        let has = |wanted| self.standing.contains(&wanted);
        if has(Standing::Differs) {
            let verdict = (Indication::TotalFailed, SubIndication::HashFailure);
            Some(Blame { verdict, crypto: CryptoOutcome::HashFailure })
        } else if has(Standing::Missing) {
            let verdict = (Indication::Indeterminate, SubIndication::SignedDataNotFound);
            Some(Blame { verdict, crypto: CryptoOutcome::NotChecked })
        } else if has(Standing::Unknown) {
            let verdict = (Indication::Indeterminate, SubIndication::CryptoConstraintsFailure);
            Some(Blame { verdict, crypto: CryptoOutcome::Unsupported })
        } else {
            None
        }
    }

    /// The digest algorithm of a file that fits which is not trusted at `at`, and how it stands: the worst one.
    pub fn distrusted(&self, policy: &AlgorithmPolicy, at: Moment) -> Option<(DigestAlgorithm, AlgorithmTrust)> {
        let judged = self.fitting().map(|(_, algorithm)| (algorithm, policy.digest(algorithm, at)));
        let mut bad: Vec<_> = judged.filter(|(_, trust)| *trust != AlgorithmTrust::Trusted).collect();
        let never = bad.iter().position(|(_, trust)| *trust == AlgorithmTrust::NotAllowed).unwrap_or(0);
        (!bad.is_empty()).then(|| bad.swap_remove(never))
    }
}

/// Every manifest that can be read, and what is wrong with them.
pub(super) fn resolve(container: &Container<'_>, digests: &mut FileDigests<'_>) -> (Vec<Resolved>, Vec<Finding>) {
    let (mut resolved, mut found) = (Vec::new(), Vec::new());
    let is_manifest = |role| matches!(role, Role::Manifest | Role::ArchiveManifest | Role::EvidenceRecordManifest);
    let manifests: Vec<_> = container.files.iter().filter(|file| is_manifest(file.role)).collect();
    if manifests.len() > MANIFESTS_MAX {
        let detail = format!("{} manifests, of which {MANIFESTS_MAX} are looked at", manifests.len());
        found.push(Finding::new(FindingCode::TooMany, "zip", detail));
    }
    let mut named = 0_usize;
    for file in manifests.into_iter().take(MANIFESTS_MAX) {
        let manifest = match read_manifest(&file.content) {
            Ok(manifest) => manifest,
            Err(error @ ManifestError::CriticalExtension) => {
                found.push(Finding::new(FindingCode::ManifestExtension, file.name, error.to_string()));
                continue;
            }
            Err(error) => {
                found.push(Finding::new(FindingCode::Manifest, file.name, error.to_string()));
                continue;
            }
        };
        named = named.saturating_add(manifest.references.len());
        if named > REFERENCES_OF_ALL_MAX {
            let detail = format!("all manifests together name more than {REFERENCES_OF_ALL_MAX} files");
            found.push(Finding::new(FindingCode::TooMany, file.name, detail));
            break;
        }
        let standing = manifest.references.iter().map(|reference| match &reference.digest {
            _ if digests.content(&reference.name).is_none() => Standing::Missing,
            None => Standing::Unknown,
            Some(digest) if digests.get(&reference.name, digest.algorithm()).as_ref() == Some(digest) => {
                Standing::Fits(digest.algorithm())
            }
            Some(_) => Standing::Differs,
        });
        let standing: Vec<Standing> = standing.collect();
        for (reference, standing) in manifest.references.iter().zip(&standing) {
            let code = match standing {
                Standing::Fits(_) => continue,
                Standing::Differs => FindingCode::DataObjectDigest,
                Standing::Missing => FindingCode::DataObjectMissing,
                Standing::Unknown => FindingCode::DigestUnknown,
            };
            found.push(Finding::new(code, &reference.name, format!("as {} names it", file.name)));
        }
        resolved.push(Resolved { name: file.name.to_owned(), role: file.role, manifest, standing });
    }
    tie(container, &resolved, &mut found);
    (resolved, found)
}

/// One manifest for one signature, time stamp or evidence record, and the other way round.
fn tie(container: &Container<'_>, resolved: &[Resolved], found: &mut Vec<Finding>) {
    let mut named: BTreeMap<&str, usize> = BTreeMap::new();
    for one in resolved {
        let assertion = one.manifest.assertion.as_str();
        let count = named.entry(assertion).or_insert(0);
        *count = count.saturating_add(1);
        let role = container.file(assertion).map(|file| file.role);
        // Signatures in XML name their files themselves.
        let fits = match one.role {
            Role::ArchiveManifest => role == Some(Role::TimeStamp),
            Role::EvidenceRecordManifest => {
                matches!(role, Some(Role::EvidenceRecord | Role::XmlEvidenceRecord))
            }
            Role::Manifest => matches!(role, Some(Role::Signature | Role::TimeStamp)),
            Role::Mimetype
            | Role::Payload
            | Role::Signature
            | Role::TimeStamp
            | Role::EvidenceRecord
            | Role::XmlEvidenceRecord
            | Role::XmlSignatures
            | Role::Other => false,
        };
        if !fits {
            let detail = format!("what it names is not there, or not of its kind: {assertion}");
            found.push(Finding::new(FindingCode::AssertionMissing, &one.name, detail));
        }
    }
    for (assertion, count) in named {
        if count > 1 {
            let detail = format!("{count} manifests name it");
            found.push(Finding::new(FindingCode::SeveralManifests, assertion, detail));
        }
    }
}
