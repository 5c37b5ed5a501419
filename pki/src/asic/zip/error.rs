//! Which rule an archive breaks, and where.

use std::fmt::Write as _;

/// The rule that was broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ZipFault {
    /// No end record.
    #[error("it is no zip archive")]
    NotAZip,
    /// Over the limit of octets.
    #[error("the archive is too large")]
    TooLarge,
    /// Over the limit of files.
    #[error("the archive has too many files")]
    TooManyEntries,
    /// Octets follow the end record.
    #[error("octets follow the end of the archive")]
    TrailingBytes,
    /// A comment of the archive that is no media type.
    #[error("the comment of the archive is not a media type")]
    Comment,
    /// A comment of a file.
    #[error("the file has a comment")]
    EntryComment,
    /// More than one part.
    #[error("the archive has several parts")]
    SeveralParts,
    /// Zip64 structures.
    #[error("zip64 is not supported")]
    Zip64,
    /// The central directory is not where the end record says, or its records do not fill it.
    #[error("the central directory is malformed")]
    Directory,
    /// Octets that belong to no file.
    #[error("octets belong to no file")]
    HiddenBytes,
    /// Two files share octets.
    #[error("files overlap")]
    Overlap,
    /// The local header says something else than the central directory.
    #[error("the local header and the central directory differ in {0}")]
    HeadersDiffer(&'static str),
    /// The data descriptor says something else than the central directory.
    #[error("the data descriptor and the central directory differ")]
    Descriptor,
    /// The file ends before its size.
    #[error("the file is cut off")]
    Truncated,
    /// A name that leads elsewhere.
    #[error("the name is not allowed: {0}")]
    Name(&'static str),
    /// A name that is not UTF-8, or not ASCII and without the flag of UTF-8.
    #[error("the name is not told to be UTF-8")]
    NameEncoding,
    /// Two names that are the same to some file system.
    #[error("two files have the same name, or names that differ only in case or in Unicode form")]
    TwinNames,
    /// The extra field is malformed or gives the file another name.
    #[error("the extra field is not allowed")]
    ExtraField,
    /// Encrypted.
    #[error("the file is encrypted")]
    Encrypted,
    /// Another method than stored and deflated.
    #[error("the compression method {0} is not supported")]
    Method(u16),
    /// A feature that needs a later version of the format.
    #[error("version {0} of the format is not supported")]
    Version(u16),
    /// A flag that is not supported.
    #[error("the flags {0:#06x} are not supported")]
    Flags(u16),
    /// A link or a device.
    #[error("it is not a regular file")]
    NotAFile,
    /// A folder with content.
    #[error("a folder has content")]
    FolderWithContent,
    /// Deflated beyond the limits.
    #[error("the file becomes too large")]
    Bomb,
    /// The compressed data are not what the sizes say.
    #[error("the compressed data are damaged")]
    Inflate,
    /// The CRC-32 does not fit.
    #[error("the content does not fit its CRC-32")]
    Crc,
    /// A stored file with two sizes.
    #[error("a stored file has two sizes")]
    StoredSizes,
}

impl ZipFault {
    /// A stable word.
    pub const fn code(self) -> &'static str {
        match self {
            ZipFault::NotAZip => "not-a-zip",
            ZipFault::TooLarge => "zip-too-large",
            ZipFault::TooManyEntries => "zip-too-many-files",
            ZipFault::TrailingBytes => "zip-trailing-bytes",
            ZipFault::Comment => "zip-comment",
            ZipFault::EntryComment => "zip-file-comment",
            ZipFault::SeveralParts => "unsupported-zip-parts",
            ZipFault::Zip64 => "unsupported-zip64",
            ZipFault::Directory => "zip-directory",
            ZipFault::HiddenBytes => "zip-hidden-bytes",
            ZipFault::Overlap => "zip-overlap",
            ZipFault::HeadersDiffer(_) => "zip-headers-differ",
            ZipFault::Descriptor => "zip-data-descriptor",
            ZipFault::Truncated => "zip-truncated",
            ZipFault::Name(_) => "zip-name",
            ZipFault::NameEncoding => "zip-name-encoding",
            ZipFault::TwinNames => "zip-twin-names",
            ZipFault::ExtraField => "zip-extra-field",
            ZipFault::Encrypted => "unsupported-zip-encryption",
            ZipFault::Method(_) => "unsupported-zip-method",
            ZipFault::Version(_) => "unsupported-zip-version",
            ZipFault::Flags(_) => "unsupported-zip-flags",
            ZipFault::NotAFile => "zip-not-a-file",
            ZipFault::FolderWithContent => "zip-folder-with-content",
            ZipFault::Bomb => "zip-bomb",
            ZipFault::Inflate => "zip-inflate",
            ZipFault::Crc => "zip-crc",
            ZipFault::StoredSizes => "zip-stored-sizes",
        }
    }

    /// Whether it is a feature of the format that is not supported here, rather than a fault.
    pub const fn is_unsupported(self) -> bool {
        matches!(
            self,
            ZipFault::SeveralParts
                | ZipFault::Zip64
                | ZipFault::Encrypted
                | ZipFault::Method(_)
                | ZipFault::Version(_)
                | ZipFault::Flags(_)
        )
    }
}

/// A rule broken by one part of an archive.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{part}: {fault} (at octet {offset})")]
pub struct ZipError {
    /// The rule.
    pub fault: ZipFault,
    /// The file concerned, with everything but ASCII letters that print escaped; `zip` for the archive itself.
    pub part: String,
    /// Where, in octets from the beginning of the archive.
    pub offset: usize,
}

/// Most characters of a refused name that are repeated in an error.
const PART_MAX_CHARS: usize = 100;

impl ZipError {
    pub(super) fn of_archive(fault: ZipFault, offset: usize) -> Self {
        ZipError { fault, part: "zip".to_owned(), offset }
    }

    pub(super) fn of(name: &str, fault: ZipFault, offset: usize) -> Self {
        let mut part = String::new();
        for c in name.chars().take(PART_MAX_CHARS) {
            // Letters of any script may be shown; what hides or moves text may not.
            if c.is_alphanumeric() || (c.is_ascii() && !c.is_control()) {
                part.push(c);
            } else {
                let _ = write!(part, "{}", c.escape_unicode());
            }
        }
        ZipError { fault, part, offset }
    }
}
