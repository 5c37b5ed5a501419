//! What a container is and what each of its files is for, by names alone. Source: EN 319 162-1 §4.3.3, §4.4.3, A.1.

use std::borrow::Cow;
use std::collections::HashMap;

use super::findings::{Finding, FindingCode};
use super::zip::{self, ZipArchive, ZipEntry, ZipLimits};
use super::{META_INF, MIMETYPE};

/// The one signature of an ASiC-S.
pub(super) const ASIC_S_SIGNATURE: &str = "META-INF/signature.p7s";
/// The one time stamp of an ASiC-S.
pub(super) const ASIC_S_TIME_STAMP: &str = "META-INF/timestamp.tst";
const ASIC_S_MEDIA_TYPE: &str = "application/vnd.etsi.asic-s+zip";
const ASIC_E_MEDIA_TYPE: &str = "application/vnd.etsi.asic-e+zip";

/// The two kinds of container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ContainerKind {
    /// One file with one signature or time stamp.
    AsicS,
    /// Any number of both, tied by manifests.
    AsicE,
}

impl ContainerKind {
    /// The media type: the content of `mimetype`.
    pub const fn media_type(self) -> &'static str {
        match self {
            ContainerKind::AsicS => ASIC_S_MEDIA_TYPE,
            ContainerKind::AsicE => ASIC_E_MEDIA_TYPE,
        }
    }

    /// The word of the contract.
    pub const fn as_str(self) -> &'static str {
        match self {
            ContainerKind::AsicS => "asic-s",
            ContainerKind::AsicE => "asic-e",
        }
    }

    fn of_media_type(media_type: &[u8]) -> Option<Self> {
        [Self::AsicS, Self::AsicE].into_iter().find(|kind| kind.media_type().as_bytes() == media_type)
    }
}

/// Whether a container must tell its kind in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MimetypeRule {
    /// Without `mimetype` it is refused.
    Required,
    /// Without `mimetype` the kind is told by the comment of the archive, else by the other names.
    Optional,
}

/// What is demanded of a container beside what is demanded of its signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerPolicy {
    /// The standard leaves `mimetype` out where the extension of the file's name tells the kind; here a name is never known.
    pub mimetype: MimetypeRule,
    /// Of the archive.
    pub limits: ZipLimits,
}

impl Default for ContainerPolicy {
    /// With `mimetype`, as EU DSS demands by default.
    fn default() -> Self {
        ContainerPolicy { mimetype: MimetypeRule::Required, limits: ZipLimits::default() }
    }
}

/// What a file of a container is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// The file `mimetype`.
    Mimetype,
    /// What is signed or kept: every file outside `META-INF/`.
    Payload,
    /// ASiCManifest: what one signature or time stamp is over.
    Manifest,
    /// ASiCArchiveManifest: what one archive time stamp is over.
    ArchiveManifest,
    /// ASiCEvidenceRecordManifest: what one evidence record is over.
    EvidenceRecordManifest,
    /// A CAdES signature.
    Signature,
    /// A time-stamp token.
    TimeStamp,
    /// An evidence record of RFC 4998.
    EvidenceRecord,
    /// One of RFC 6283.
    XmlEvidenceRecord,
    /// XAdES signatures.
    XmlSignatures,
    /// Anything else in `META-INF/`.
    Other,
}

impl Role {
    /// A stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Role::Mimetype => "mimetype",
            Role::Payload => "payload",
            Role::Manifest => "manifest",
            Role::ArchiveManifest => "archive-manifest",
            Role::EvidenceRecordManifest => "evidence-record-manifest",
            Role::Signature => "signature",
            Role::TimeStamp => "time-stamp",
            Role::EvidenceRecord => "evidence-record",
            Role::XmlEvidenceRecord => "xml-evidence-record",
            Role::XmlSignatures => "xml-signatures",
            Role::Other => "other",
        }
    }

    /// By its name alone. A file that ends as a signature does is taken for one, whatever else its name says: none is overlooked.
    fn of(name: &str) -> Role {
        if name == MIMETYPE {
            return Role::Mimetype;
        }
        let Some(name) = name.strip_prefix(META_INF) else { return Role::Payload };
        let name = name.to_ascii_lowercase();
        let (stem, extension) = name.rsplit_once('.').unwrap_or((&name, ""));
        match extension {
            "p7s" | "p7m" => Role::Signature,
            "tst" => Role::TimeStamp,
            "ers" => Role::EvidenceRecord,
            "xml" if stem.contains("asicarchivemanifest") => Role::ArchiveManifest,
            "xml" if stem.contains("asicevidencerecordmanifest") => Role::EvidenceRecordManifest,
            "xml" if stem.contains("asicmanifest") => Role::Manifest,
            "xml" if stem.contains("signatures") => Role::XmlSignatures,
            "xml" if stem.contains("evidencerecord") => Role::XmlEvidenceRecord,
            _ => Role::Other,
        }
    }
}

/// A file of a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File<'a> {
    /// Its name in the archive.
    pub name: &'a str,
    /// Its content.
    pub content: Cow<'a, [u8]>,
    /// What it is for.
    pub role: Role,
}

/// A container whose archive keeps the rules.
#[derive(Debug, Clone)]
pub struct Container<'a> {
    /// Which kind.
    pub kind: ContainerKind,
    /// Every file, `mimetype` among them, in the order in which they lie; folders without content are left out.
    pub files: Vec<File<'a>>,
    /// What is wrong with the names, or worth knowing.
    pub findings: Vec<Finding>,
    /// Where in `files` a name stands.
    places: HashMap<&'a str, usize>,
}

impl<'a> Container<'a> {
    /// The container in `bytes`.
    /// # Errors
    /// The finding because of which there is nothing to judge: the archive breaks a rule, or it is no ASiC container.
    pub fn read(bytes: &'a [u8], policy: &ContainerPolicy) -> Result<Container<'a>, Finding> {
        let archive = zip::read_zip(bytes, &policy.limits)?;
        reserved_names(&archive)?;
        let kind = kind(&archive, policy)?;
        let files = archive.entries.into_iter().filter(|entry| !entry.is_folder());
        let files = files.map(|entry| File { name: entry.name, role: Role::of(entry.name), content: entry.content });
        let files: Vec<File<'a>> = files.collect();
        let places = files.iter().enumerate().map(|(place, file)| (file.name, place)).collect();
        let mut container = Container { kind, files, findings: Vec::new(), places };
        container.judge_names();
        Ok(container)
    }

    /// The file of that very name.
    pub fn file(&self, name: &str) -> Option<&File<'a>> {
        self.places.get(name).and_then(|place| self.files.get(*place))
    }

    /// The files of that role, in the order in which they lie.
    pub fn of_role(&self, role: Role) -> impl Iterator<Item = &File<'a>> {
        self.files.iter().filter(move |file| file.role == role)
    }

    fn judge_names(&mut self) {
        let mut found = Vec::new();
        for file in self.of_role(Role::Other) {
            found.push(Finding::new(
                FindingCode::UnknownFile,
                file.name,
                "no part of the container as the standard knows it",
            ));
        }
        if self.kind == ContainerKind::AsicS {
            self.judge_asic_s(&mut found);
        }
        self.findings.extend(found);
    }

    fn judge_asic_s(&self, found: &mut Vec<Finding>) {
        let payload: Vec<&str> = self.of_role(Role::Payload).map(|file| file.name).collect();
        if payload.len() != 1 {
            let detail = format!("an ASiC-S holds one file, this one {}", payload.len());
            found.push(Finding::new(FindingCode::PayloadCount, "zip", detail));
        }
        let mut assertions = 0_usize;
        for file in &self.files {
            let only = match file.role {
                Role::Signature => ASIC_S_SIGNATURE,
                Role::EvidenceRecord => "META-INF/evidencerecord.ers",
                Role::XmlEvidenceRecord => "META-INF/evidencerecord.xml",
                Role::XmlSignatures => "META-INF/signatures.xml",
                Role::TimeStamp if !self.is_archive_stamp(file) => ASIC_S_TIME_STAMP,
                Role::Manifest | Role::EvidenceRecordManifest => "none",
                Role::TimeStamp | Role::Mimetype | Role::Payload | Role::ArchiveManifest | Role::Other => continue,
            };
            assertions = assertions.saturating_add(1);
            if file.name != only {
                let detail = format!("an ASiC-S has no such file; its name would be {only}");
                found.push(Finding::new(FindingCode::NameInAsicS, file.name, detail));
            }
        }
        if assertions > 1 {
            found.push(Finding::new(
                FindingCode::SeveralAssertions,
                "zip",
                format!("{assertions} files assert something"),
            ));
        }
    }

    /// Tokens of archive manifests have names of their own; which manifest names them is asked later.
    fn is_archive_stamp(&self, file: &File<'_>) -> bool {
        file.name != ASIC_S_TIME_STAMP && self.of_role(Role::ArchiveManifest).next().is_some()
    }
}

/// On a file system without case they would be the real ones.
fn reserved_names(archive: &ZipArchive<'_>) -> Result<(), Finding> {
    for entry in &archive.entries {
        let first = entry.name.split('/').next().unwrap_or_default();
        let key = zip::key(first);
        let disguised = (key == "meta-inf" && first != "META-INF") || (key == MIMETYPE && first != MIMETYPE);
        // A file called META-INF, or files in a folder called mimetype.
        let misused = (first == "META-INF" && entry.name == first) || (first == MIMETYPE && entry.name != first);
        if disguised || misused {
            return Err(Finding::new(FindingCode::ReservedName, entry.name, "it could be taken for a reserved name"));
        }
    }
    Ok(())
}

fn kind(archive: &ZipArchive<'_>, policy: &ContainerPolicy) -> Result<ContainerKind, Finding> {
    let commented = archive.comment_media_type;
    let told = archive.entries.iter().position(|entry| entry.name == MIMETYPE);
    let kind = match told.and_then(|at| archive.entries.get(at).map(|entry| (at, entry))) {
        Some((at, entry)) => mimetype(at, entry)?,
        None if policy.mimetype == MimetypeRule::Required => {
            return Err(Finding::new(FindingCode::MimetypeMissing, "zip", "there is no file mimetype"));
        }
        None => match commented.and_then(|commented| ContainerKind::of_media_type(commented.as_bytes())) {
            Some(kind) => kind,
            None => guessed(archive).ok_or_else(|| {
                Finding::new(FindingCode::MediaType, "zip", "neither a media type nor a signature tells a container")
            })?,
        },
    };
    // A comment may also be the media type of the one file inside.
    let differs = commented.and_then(|commented| ContainerKind::of_media_type(commented.as_bytes()));
    if differs.is_some_and(|commented| commented != kind) {
        return Err(Finding::new(FindingCode::CommentDiffers, "zip", "the comment names the other kind of container"));
    }
    Ok(kind)
}

fn mimetype(at: usize, entry: &ZipEntry<'_>) -> Result<ContainerKind, Finding> {
    if at != 0 {
        return Err(Finding::new(FindingCode::MimetypePlace, MIMETYPE, "it is not the first file"));
    }
    if !entry.is_plain {
        let detail = "it is compressed, or has an extra field or a data descriptor";
        return Err(Finding::new(FindingCode::MimetypePlace, MIMETYPE, detail));
    }
    ContainerKind::of_media_type(&entry.content).ok_or_else(|| {
        let detail =
            String::from_utf8_lossy(entry.content.get(..100).unwrap_or(&entry.content)).escape_debug().to_string();
        Finding::new(FindingCode::MediaType, MIMETYPE, detail)
    })
}

/// By the names, where nothing tells it.
fn guessed(archive: &ZipArchive<'_>) -> Option<ContainerKind> {
    let roles: Vec<Role> =
        archive.entries.iter().filter(|entry| !entry.is_folder()).map(|entry| Role::of(entry.name)).collect();
    let has = |role| roles.contains(&role);
    if has(Role::Manifest) || has(Role::EvidenceRecordManifest) {
        return Some(ContainerKind::AsicE);
    }
    let asserts =
        [Role::Signature, Role::TimeStamp, Role::EvidenceRecord, Role::XmlSignatures, Role::XmlEvidenceRecord];
    let one = roles.iter().filter(|role| **role == Role::Payload).count() == 1;
    let found = asserts.into_iter().any(has);
    found.then_some(if one { ContainerKind::AsicS } else { ContainerKind::AsicE })
}
