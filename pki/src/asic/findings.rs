//! What is said of a container apart from its signatures: a stable code, the clause, and how much it weighs.

use std::fmt;

use super::zip::{ZipError, ZipFault};
use crate::report::{Indication, SubIndication};

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Good to know; changes no verdict.
    Note,
    /// Something here cannot be judged: the container is INDETERMINATE at best.
    Unsupported,
    /// A rule is broken: the container is refuted.
    Fault,
}

/// What is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FindingCode {
    /// The archive breaks a rule of its own.
    Zip(ZipFault),
    /// `mimetype` is not the first file, or is compressed, or has an extra field or a data descriptor.
    MimetypePlace,
    /// There is no `mimetype` and the policy wants one.
    MimetypeMissing,
    /// The media type is none of a container.
    MediaType,
    /// The comment of the archive names another container than `mimetype`.
    CommentDiffers,
    /// A name that is `mimetype` or `META-INF/` but for its case.
    ReservedName,
    /// A file of `META-INF/` with a name that the standard does not know.
    UnknownFile,
    /// An ASiC-S has another number of files than one.
    PayloadCount,
    /// A signature or time stamp that an ASiC-S does not have under this name.
    NameInAsicS,
    /// Signatures or time stamps in more files than one in an ASiC-S.
    SeveralAssertions,
    /// More signatures, manifests or time stamps than are looked at.
    TooMany,
    /// A manifest that is not one.
    Manifest,
    /// A manifest with a critical extension that is not known.
    ManifestExtension,
    /// A manifest names a signature or time stamp that is not there.
    AssertionMissing,
    /// A signature or time stamp that no manifest names.
    ManifestMissing,
    /// A signature or time stamp that several manifests name.
    SeveralManifests,
    /// A manifest names a file that is not there.
    DataObjectMissing,
    /// A file is not the one that the manifest is of.
    DataObjectDigest,
    /// The digest algorithm of a manifest is not known.
    DigestUnknown,
    /// A file of signatures in XML.
    XmlSignature,
    /// An evidence record in XML.
    XmlEvidenceRecord,
    /// An evidence record that cannot be read.
    EvidenceRecord,
    /// A signature that cannot be read.
    Signature,
    /// A signature that carries its content.
    NotDetached,
    /// A time stamp that cannot be read.
    TimeStamp,
    /// A file that no signature covers.
    NotCovered,
    /// There is no signature, time stamp or evidence record.
    NothingSigned,
}

impl FindingCode {
    /// A stable word. Those that begin with `unsupported-` are of what is not judged here.
    pub const fn as_str(self) -> &'static str {
        match self {
            FindingCode::Zip(fault) => fault.code(),
            FindingCode::MimetypePlace => "asic-mimetype-place",
            FindingCode::MimetypeMissing => "asic-mimetype-missing",
            FindingCode::MediaType => "unsupported-media-type",
            FindingCode::CommentDiffers => "asic-comment-differs",
            FindingCode::ReservedName => "asic-reserved-name",
            FindingCode::UnknownFile => "asic-unknown-file",
            FindingCode::PayloadCount => "asic-payload-count",
            FindingCode::NameInAsicS => "asic-s-name",
            FindingCode::SeveralAssertions => "asic-s-several-assertions",
            FindingCode::TooMany => "asic-too-many",
            FindingCode::Manifest => "asic-manifest",
            FindingCode::ManifestExtension => "unsupported-manifest-extension",
            FindingCode::AssertionMissing => "asic-manifest-without-signature",
            FindingCode::ManifestMissing => "asic-signature-without-manifest",
            FindingCode::SeveralManifests => "asic-signature-of-several-manifests",
            FindingCode::DataObjectMissing => "asic-data-object-missing",
            FindingCode::DataObjectDigest => "asic-data-object-digest",
            FindingCode::DigestUnknown => "unsupported-manifest-digest",
            FindingCode::XmlSignature => "unsupported-xades",
            FindingCode::XmlEvidenceRecord => "unsupported-xml-evidence-record",
            FindingCode::EvidenceRecord => "asic-evidence-record",
            FindingCode::Signature => "asic-signature",
            FindingCode::NotDetached => "asic-signature-not-detached",
            FindingCode::TimeStamp => "asic-time-stamp",
            FindingCode::NotCovered => "asic-file-not-covered",
            FindingCode::NothingSigned => "asic-nothing-signed",
        }
    }

    /// Where it is written.
    pub const fn clause(self) -> &'static str {
        match self {
            FindingCode::Zip(_) => "EN 319 162-1 4.2, 4.3.3.1; APPNOTE.TXT 6.3.3",
            FindingCode::MimetypePlace
            | FindingCode::MimetypeMissing
            | FindingCode::MediaType
            | FindingCode::CommentDiffers => "EN 319 162-1 4.3.3.1, 4.4.3.1, A.1",
            FindingCode::ReservedName | FindingCode::UnknownFile => "EN 319 162-1 4.3.3.2, 4.4.3.2",
            FindingCode::PayloadCount | FindingCode::NameInAsicS | FindingCode::SeveralAssertions => {
                "EN 319 162-1 4.3.3.2"
            }
            FindingCode::TooMany
            | FindingCode::AssertionMissing
            | FindingCode::ManifestMissing
            | FindingCode::SeveralManifests
            | FindingCode::NotCovered
            | FindingCode::NothingSigned => "EN 319 162-1 4.4.3.2",
            FindingCode::Manifest
            | FindingCode::ManifestExtension
            | FindingCode::DataObjectMissing
            | FindingCode::DataObjectDigest
            | FindingCode::DigestUnknown => "EN 319 162-1 A.4",
            FindingCode::XmlSignature | FindingCode::Signature | FindingCode::NotDetached | FindingCode::TimeStamp => {
                "EN 319 162-1 4.3.3.3, 4.4.3.3"
            }
            FindingCode::XmlEvidenceRecord | FindingCode::EvidenceRecord => "EN 319 162-1 A.5; RFC 4998; RFC 6283",
        }
    }

    /// How much it weighs.
    pub const fn severity(self) -> Severity {
        match self {
            FindingCode::Zip(fault) if fault.is_unsupported() => Severity::Unsupported,
            FindingCode::UnknownFile
            | FindingCode::SeveralAssertions
            | FindingCode::NotDetached
            | FindingCode::NotCovered => Severity::Note,
            FindingCode::MediaType
            | FindingCode::ManifestExtension
            | FindingCode::DigestUnknown
            | FindingCode::XmlSignature
            | FindingCode::XmlEvidenceRecord
            | FindingCode::TooMany => Severity::Unsupported,
            FindingCode::Zip(_)
            | FindingCode::MimetypePlace
            | FindingCode::MimetypeMissing
            | FindingCode::CommentDiffers
            | FindingCode::ReservedName
            | FindingCode::PayloadCount
            | FindingCode::NameInAsicS
            | FindingCode::Manifest
            | FindingCode::AssertionMissing
            | FindingCode::ManifestMissing
            | FindingCode::SeveralManifests
            | FindingCode::DataObjectMissing
            | FindingCode::DataObjectDigest
            | FindingCode::EvidenceRecord
            | FindingCode::Signature
            | FindingCode::TimeStamp
            | FindingCode::NothingSigned => Severity::Fault,
        }
    }
}

/// One finding.
#[derive(Clone, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub code: FindingCode,
    /// The file concerned, or `zip` for the archive itself.
    pub part: String,
    /// English, for experts.
    pub detail: String,
}

impl Finding {
    pub(super) fn new(code: FindingCode, part: &str, detail: impl Into<String>) -> Self {
        Finding { code, part: part.to_owned(), detail: detail.into() }
    }

    /// What it makes of the container; `None` for a note.
    pub fn verdict(&self) -> Option<(Indication, SubIndication)> {
        match self.code.severity() {
            Severity::Note => None,
            Severity::Unsupported => Some((Indication::Indeterminate, SubIndication::SigConstraintsFailure)),
            Severity::Fault if self.code == FindingCode::DataObjectDigest => {
                Some((Indication::TotalFailed, SubIndication::HashFailure))
            }
            // It may be elsewhere.
            Severity::Fault if self.code == FindingCode::DataObjectMissing => {
                Some((Indication::Indeterminate, SubIndication::SignedDataNotFound))
            }
            Severity::Fault => Some((Indication::TotalFailed, SubIndication::FormatFailure)),
        }
    }
}

impl fmt::Debug for Finding {
    /// `part: code (detail)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.part, self.code.as_str(), self.detail)
    }
}

impl From<ZipError> for Finding {
    fn from(error: ZipError) -> Self {
        Finding {
            code: FindingCode::Zip(error.fault),
            detail: format!("{} at octet {}", error.fault, error.offset),
            part: error.part,
        }
    }
}
