//! A strict zip reader: only archives in which every reader sees the same files.
//!
//! The central directory is the list; every local header must say the same of its file. Headers, contents and data
//! descriptors must fill the archive from its first octet to the central directory, without a gap and without an
//! overlap; after the end record nothing follows. Stored and deflated files only, no encryption, no zip64, no parts.
//! Names: see [`NAME_MAX_BYTES`] and the module `names`; other than ASCII only as UTF-8 with its flag set.
//! A comment of the archive may only be `mimetype=` and a media type (EN 319 162-1 annex A.1); a file has none.
//!
//! What this refuses though some tools write it is refused on purpose: a container must not look different to two readers.
//!
//! Source: APPNOTE.TXT 6.3.3; EN 319 162-1 §4.3.3.1.

use std::borrow::Cow;

mod crc32;
mod directory;
mod error;
mod inflate;
mod local;
mod names;
mod write;

pub use crc32::crc32;
pub use error::{ZipError, ZipFault};
pub use names::NAME_MAX_BYTES;
pub use write::{NewFile, write_zip};

pub(crate) use names::key;

const LOCAL_SIGNATURE: u32 = 0x0403_4b50;
const CENTRAL_SIGNATURE: u32 = 0x0201_4b50;
const END_SIGNATURE: u32 = 0x0605_4b50;
const DESCRIPTOR_SIGNATURE: u32 = 0x0807_4b50;
const ZIP64_LOCATOR_SIGNATURE: u32 = 0x0706_4b50;

const FLAG_ENCRYPTED: u16 = 1;
/// How hard the compressor tried.
const FLAG_DEFLATE_OPTIONS: u16 = 0b110;
const FLAG_DESCRIPTOR: u16 = 1 << 3;
const FLAG_STRONG_ENCRYPTION: u16 = 1 << 6;
const FLAG_UTF8: u16 = 1 << 11;
const FLAG_MASKED: u16 = 1 << 13;
const METHOD_STORED: u16 = 0;
const METHOD_DEFLATED: u16 = 8;

/// How much an archive may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZipLimits {
    /// Octets of the archive.
    pub archive_max_bytes: usize,
    /// Files and folders.
    pub entries_max: usize,
    /// Octets that all deflated files together become.
    pub inflated_max_bytes: usize,
    /// How many times larger one deflated file of more than [`RATIO_FREE_BYTES`] may become.
    pub ratio_max: usize,
}

/// Deflated files of up to this many octets may be compressed as well as they can be: text of one letter is no attack.
pub const RATIO_FREE_BYTES: usize = 1024 * 1024;

impl Default for ZipLimits {
    /// 2 GiB less one octet, 60 000 files, 512 MiB inflated, 250 times.
    fn default() -> Self {
        ZipLimits {
            archive_max_bytes: 2_147_483_647,
            entries_max: 60_000,
            inflated_max_bytes: 512 * 1024 * 1024,
            ratio_max: 250,
        }
    }
}

/// A file, or a folder without content, of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZipEntry<'a> {
    /// The name; a folder's ends in `/`.
    pub name: &'a str,
    /// The content; stored files are not copied.
    pub content: Cow<'a, [u8]>,
    /// Whether it is stored, without extra fields and without a data descriptor: what `mimetype` must be.
    pub is_plain: bool,
}

impl ZipEntry<'_> {
    /// Whether it is a folder.
    pub fn is_folder(&self) -> bool {
        self.name.ends_with('/')
    }
}

/// An archive, read and checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZipArchive<'a> {
    /// The files in the order in which they lie.
    pub entries: Vec<ZipEntry<'a>>,
    /// The media type that the comment tells, without `mimetype=`.
    pub comment_media_type: Option<&'a str>,
}

/// Whether `bytes` begin as an archive with a file in it does: to tell formats apart.
pub fn looks_like_zip(bytes: &[u8]) -> bool {
    u32_at(bytes, 0) == Some(LOCAL_SIGNATURE)
}

/// The archive in `bytes`; every content is inflated and its CRC-32 compared.
/// # Errors
/// [`ZipError`]: the first rule broken, and where.
pub fn read_zip<'a>(bytes: &'a [u8], limits: &ZipLimits) -> Result<ZipArchive<'a>, ZipError> {
    if bytes.len() > limits.archive_max_bytes {
        return Err(ZipError::of_archive(ZipFault::TooLarge, limits.archive_max_bytes));
    }
    let end = directory::find_end(bytes)?;
    let mut records = directory::read_records(bytes, &end, limits)?;
    if let Some(name) = names::twin(records.iter().map(|record| record.name)) {
        return Err(ZipError::of(name, ZipFault::TwinNames, end.directory_offset));
    }
    records.sort_by_key(|record| record.offset);
    let mut inflated = 0_usize;
    let mut entries = Vec::with_capacity(records.len());
    let mut at = 0_usize;
    for (position, record) in records.iter().enumerate() {
        if record.offset != at {
            let fault = if record.offset > at { ZipFault::HiddenBytes } else { ZipFault::Overlap };
            return Err(ZipError::of(record.name, fault, at));
        }
        let next = position.checked_add(1).and_then(|next| records.get(next));
        let limit = next.map_or(end.directory_offset, |next| next.offset);
        let local = local::read(bytes, record, limit)?;
        if record.method == METHOD_DEFLATED {
            inflated = inflated.saturating_add(record.size);
            check_bomb(record, inflated, limits)?;
        }
        entries.push(local::open(record, &local)?);
        at = limit;
    }
    if at != end.directory_offset {
        return Err(ZipError::of_archive(ZipFault::HiddenBytes, at));
    }
    Ok(ZipArchive { entries, comment_media_type: end.comment_media_type })
}

/// Before anything is allocated.
fn check_bomb(record: &directory::Record<'_>, inflated: usize, limits: &ZipLimits) -> Result<(), ZipError> {
    let most = record.compressed_size.saturating_mul(limits.ratio_max);
    let swells = record.size > RATIO_FREE_BYTES && record.size > most;
    if inflated > limits.inflated_max_bytes || swells {
        return Err(ZipError::of(record.name, ZipFault::Bomb, record.offset));
    }
    Ok(())
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let field = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes(field.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let field = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(field.try_into().ok()?))
}

fn size_at(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32_at(bytes, at)?).ok()
}

fn length_at(bytes: &[u8], at: usize) -> Option<usize> {
    u16_at(bytes, at).map(usize::from)
}
