//! Which of the files is the signature, and what it is. People drop them in any order.

use qolhat_pki::cms::{CmsError, SignedData};
use qolhat_pki::oid;

use super::SIGNERS_MAX;
use crate::extract::format;
use crate::intake::MediaType;
use crate::signature::recognize::{NotCms, Recognized, is_key_store, recognize};

/// The mark of a text in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// Where the first file of an extract, `mimetype`, ends; and an octet more, should one have been put in.
const MIMETYPE_WITHIN_BYTES: usize = 70;
/// How the types of all ASiC containers begin.
const ASIC_TYPE: &[u8] = b"application/vnd.etsi.asic-";
/// How the signatures of an ASiC container are called, which need not tell its type.
const ASIC_NAMES: [&[u8]; 2] = [b"META-INF/signature", b"META-INF/ASiC"];

/// Why a file is not judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsupported {
    /// Nothing in it.
    Empty,
    /// XML: signatures in XML are not read yet.
    Xml,
    /// PDF: signatures in PDF are not read yet.
    Pdf,
    /// An ASiC container that is no extract.
    Asic,
    /// Another zip: an archive, an office document.
    Zip,
    /// A CMS that is no signature: an encrypted message.
    OtherMessage,
    /// A CMS that is cut off or breaks a rule.
    Broken,
    /// More signers than are judged.
    TooManySigners,
    /// A time stamp without what it was put on.
    TimeStamp,
    /// A key store: it should never have left its owner.
    KeyStore,
    /// An extract of a version that is not known.
    ExtractVersion,
    /// Nothing that is known.
    Unknown,
}

impl Unsupported {
    /// All, for the test that each has its texts.
    pub const ALL: [Self; 12] = [
        Self::Empty,
        Self::Xml,
        Self::Pdf,
        Self::Asic,
        Self::Zip,
        Self::OtherMessage,
        Self::Broken,
        Self::TooManySigners,
        Self::TimeStamp,
        Self::KeyStore,
        Self::ExtractVersion,
        Self::Unknown,
    ];

    /// A stable word; the texts are `verdict-unsupported-<word>-title` and `-detail`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Xml => "xml",
            Self::Pdf => "pdf",
            Self::Asic => "asic",
            Self::Zip => "zip",
            Self::OtherMessage => "other-message",
            Self::Broken => "broken",
            Self::TooManySigners => "too-many-signers",
            Self::TimeStamp => "time-stamp",
            Self::KeyStore => "key-store",
            Self::ExtractVersion => "extract-version",
            Self::Unknown => "unknown",
        }
    }

    /// The code of the error, as the command line has it.
    #[must_use]
    pub const fn error_code(self) -> &'static str {
        match self {
            Self::Xml | Self::Pdf | Self::Asic | Self::Zip | Self::OtherMessage | Self::TimeStamp | Self::KeyStore => {
                "unsupported-format"
            }
            Self::ExtractVersion => "unsupported-version",
            Self::TooManySigners => "too-many-signers",
            Self::Empty | Self::Broken | Self::Unknown => "malformed",
        }
    }
}

/// What is to be judged.
pub(super) enum Sorted {
    /// An extract, or what was one.
    Extract(Vec<u8>),
    /// A CMS and, when it is elsewhere, its content.
    Cms { data: SignedData, content: Option<Vec<u8>> },
    /// Nothing; English for experts.
    Unsupported(Unsupported, String),
}

/// The files in their order.
pub(super) struct Pile {
    pub(super) sorted: Sorted,
    /// The second file was the one to be judged.
    pub(super) swapped: bool,
    /// One of the two was not needed.
    pub(super) left_over: bool,
}

/// One file, looked at alone.
enum Look {
    Extract,
    Cms(SignedData),
    Unsupported(Unsupported, String),
}

impl Look {
    fn is_detached(&self) -> bool {
        match self {
            Self::Cms(data) => data.content().is_none(),
            Self::Extract | Self::Unsupported(..) => false,
        }
    }
}

/// Puts the files in order.
pub(super) fn sort(file: Vec<u8>, content: Option<Vec<u8>>) -> Pile {
    let content = content.filter(|content| !content.is_empty());
    let first = look(&file);
    let Some(content) = content else { return Pile::of(first, file, None, false) };
    if first.is_detached() {
        return Pile::of(first, file, Some(content), false);
    }
    let second = look(&content);
    let is_second = match (&first, &second) {
        // A message that carries its content may itself be what a detached one signs.
        (Look::Cms(_), second) => second.is_detached(),
        (Look::Extract | Look::Unsupported(..), Look::Cms(_)) => true,
        (Look::Unsupported(..), Look::Extract) => true,
        (Look::Extract | Look::Unsupported(..), Look::Extract | Look::Unsupported(..)) => false,
    };
    if is_second {
        Pile::of(second, content, Some(file).filter(|file| !file.is_empty()), true)
    } else {
        Pile::of(first, file, Some(content), false)
    }
}

impl Pile {
    fn of(look: Look, bytes: Vec<u8>, other: Option<Vec<u8>>, swapped: bool) -> Self {
        match look {
            Look::Cms(data) => {
                let sorted = Sorted::Cms { data, content: other };
                Self { sorted, swapped, left_over: false }
            }
            Look::Extract => Self { sorted: Sorted::Extract(bytes), swapped, left_over: other.is_some() },
            Look::Unsupported(why, detail) => {
                Self { sorted: Sorted::Unsupported(why, detail), swapped, left_over: false }
            }
        }
    }
}

fn look(bytes: &[u8]) -> Look {
    let unsupported = |why, detail: &str| Look::Unsupported(why, detail.to_owned());
    if bytes.is_empty() {
        return unsupported(Unsupported::Empty, "an empty file");
    }
    if MediaType::of(bytes) == MediaType::Pdf {
        return unsupported(Unsupported::Pdf, "PDF");
    }
    match recognize(bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes)) {
        Recognized::Xml => unsupported(Unsupported::Xml, "XML"),
        Recognized::Zip if is_extract(bytes) => Look::Extract,
        Recognized::Zip if is_asic(bytes) => unsupported(Unsupported::Asic, "an ASiC container that is no extract"),
        Recognized::Zip => unsupported(Unsupported::Zip, "a zip"),
        Recognized::Cms(cms) => message(cms.data),
        Recognized::Other(_) if is_key_store(bytes) => unsupported(Unsupported::KeyStore, "PKCS#12"),
        Recognized::Other(error) => {
            let why = match &error {
                NotCms::Broken(CmsError::TooMany { what: "signers", .. }) => Unsupported::TooManySigners,
                NotCms::Broken(_) => Unsupported::Broken,
                NotCms::OtherMessage(_) => Unsupported::OtherMessage,
                NotCms::NotOne | NotCms::Unlike(_) => Unsupported::Unknown,
            };
            unsupported(why, &error.to_string())
        }
    }
}

fn message(data: SignedData) -> Look {
    let signers = data.signer_infos().len();
    if signers > SIGNERS_MAX {
        return Look::Unsupported(Unsupported::TooManySigners, format!("{signers} signers, judged are {SIGNERS_MAX}"));
    }
    if data.encapsulated_type() == oid::TST_INFO {
        return Look::Unsupported(Unsupported::TimeStamp, "a time stamp token".to_owned());
    }
    Look::Cms(data)
}

/// Whether the zip is an extract, or was one before somebody changed it: both its type, which stands first, and the name
/// of the format, which stands in several of its files, would have to be gone for it to be taken for something else.
#[must_use]
pub fn is_extract(bytes: &[u8]) -> bool {
    let begin = bytes.get(..MIMETYPE_WITHIN_BYTES).unwrap_or(bytes);
    let begins_like_one = [format::MIMETYPE_NAME, format::MIMETYPE].iter().any(|mark| holds(begin, mark.as_bytes()));
    begins_like_one && (holds(bytes, format::FORMAT.as_bytes()) || lists(bytes, format::EXTRACT.as_bytes()))
}

/// Whether the directory of a zip lists a file of this name: names are never compressed, what is in the files may be. An
/// extract packed anew would otherwise be judged as any container is, without its operator, and be good by anybody's key.
fn lists(bytes: &[u8], name: &[u8]) -> bool {
    const HEADER_BYTES: usize = 46;
    const NAME_LENGTH_AT: usize = 28;
    bytes.windows(HEADER_BYTES.saturating_add(name.len())).any(|window| {
        let length = window.get(NAME_LENGTH_AT..NAME_LENGTH_AT.saturating_add(2));
        window.starts_with(b"PK\x01\x02")
            && window.ends_with(name)
            && length.is_some_and(|length| {
                length.iter().rev().fold(0, |n, octet| n * 256 + usize::from(*octet)) == name.len()
            })
    })
}

fn is_asic(bytes: &[u8]) -> bool {
    let begin = bytes.get(..MIMETYPE_WITHIN_BYTES).unwrap_or(bytes);
    holds(begin, ASIC_TYPE) || ASIC_NAMES.iter().any(|name| holds(bytes, name))
}

fn holds(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}
