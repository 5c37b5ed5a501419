//! The end record and the central directory. Source: APPNOTE.TXT 6.3.3 sections 4.3.12, 4.3.14 to 4.3.16, 4.5.

use super::error::{ZipError, ZipFault};
use super::{
    CENTRAL_SIGNATURE, END_SIGNATURE, FLAG_DEFLATE_OPTIONS, FLAG_DESCRIPTOR, FLAG_ENCRYPTED, FLAG_MASKED,
    FLAG_STRONG_ENCRYPTION, FLAG_UTF8, METHOD_DEFLATED, METHOD_STORED, ZIP64_LOCATOR_SIGNATURE, ZipLimits, length_at,
    names, size_at, u16_at, u32_at,
};

const END_BYTES: usize = 22;
const CENTRAL_BYTES: usize = 46;
const ZIP64_LOCATOR_BYTES: usize = 20;
/// Longest comment looked for; a media type has at most 255 characters. Source: RFC 6838 §4.2.
const COMMENT_MAX_BYTES: usize = 65_535;
const COMMENT_START: &str = "mimetype=";
/// Version 2.0: folders and DEFLATE.
const VERSION_MAX: u16 = 20;
const EXTRA_ZIP64: u16 = 0x0001;
const EXTRA_STRONG_ENCRYPTION: u16 = 0x0017;
const EXTRA_UNICODE_COMMENT: u16 = 0x6375;
const EXTRA_UNICODE_PATH: u16 = 0x7075;
/// Encryption by WinZip.
const EXTRA_AES: u16 = 0x9901;
const HOST_UNIX: u8 = 3;
const HOST_MACOS: u8 = 19;

/// What the end record says.
pub(super) struct End<'a> {
    pub entries: usize,
    pub directory_offset: usize,
    pub directory_end: usize,
    pub comment_media_type: Option<&'a str>,
}

/// What the central directory says of one file.
pub(super) struct Record<'a> {
    pub name: &'a str,
    pub version: u16,
    pub flags: u16,
    pub method: u16,
    pub crc: u32,
    pub compressed_size: usize,
    pub size: usize,
    pub offset: usize,
    pub has_extra: bool,
}

/// The end record, which must be the last thing of the archive.
pub(super) fn find_end(bytes: &[u8]) -> Result<End<'_>, ZipError> {
    let last = bytes.len().checked_sub(END_BYTES).ok_or(ZipError::of_archive(ZipFault::NotAZip, 0))?;
    let first = last.saturating_sub(COMMENT_MAX_BYTES);
    let found = (first..=last).rev().find(|at| u32_at(bytes, *at) == Some(END_SIGNATURE));
    let at = found.ok_or(ZipError::of_archive(ZipFault::NotAZip, last))?;
    let cut = || ZipError::of_archive(ZipFault::Truncated, at);
    let field = |offset| length_at(bytes, at.saturating_add(offset)).ok_or_else(cut);
    let long = |offset| size_at(bytes, at.saturating_add(offset)).ok_or_else(cut);

    let comment = bytes.get(at.saturating_add(END_BYTES)..).ok_or_else(cut)?;
    let comment_length = field(20)?;
    if comment.len() > comment_length {
        return Err(ZipError::of_archive(ZipFault::TrailingBytes, at.saturating_add(END_BYTES)));
    }
    if comment.len() < comment_length {
        return Err(cut());
    }
    let comment_media_type = media_type(comment).map_err(|fault| ZipError::of_archive(fault, at))?;

    let locator = at.checked_sub(ZIP64_LOCATOR_BYTES).and_then(|at| u32_at(bytes, at));
    let (entries, directory_size, directory_offset) = (field(10)?, long(12)?, long(16)?);
    let saturated = entries == 0xffff || directory_size == 0xffff_ffff || directory_offset == 0xffff_ffff;
    if locator == Some(ZIP64_LOCATOR_SIGNATURE) || saturated {
        return Err(ZipError::of_archive(ZipFault::Zip64, at));
    }
    if field(4)? != 0 || field(6)? != 0 || field(8)? != entries {
        return Err(ZipError::of_archive(ZipFault::SeveralParts, at));
    }
    match directory_offset.checked_add(directory_size) {
        Some(end) if end == at => Ok(End { entries, directory_offset, directory_end: at, comment_media_type }),
        Some(end) if end < at => Err(ZipError::of_archive(ZipFault::HiddenBytes, end)),
        Some(_) | None => Err(ZipError::of_archive(ZipFault::Directory, at)),
    }
}

/// The media type in a comment; `None` without a comment.
fn media_type(comment: &[u8]) -> Result<Option<&str>, ZipFault> {
    if comment.is_empty() {
        return Ok(None);
    }
    let text = std::str::from_utf8(comment).ok().and_then(|text| text.strip_prefix(COMMENT_START));
    let (kind, sub) = text.and_then(|text| text.split_once('/')).ok_or(ZipFault::Comment)?;
    // Source: RFC 6838 §4.2.
    let fits = |name: &str| {
        (1..=127).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
    };
    if fits(kind) && fits(sub) { Ok(text) } else { Err(ZipFault::Comment) }
}

/// All records of the central directory, which they must fill.
pub(super) fn read_records<'a>(
    bytes: &'a [u8],
    end: &End<'_>,
    limits: &ZipLimits,
) -> Result<Vec<Record<'a>>, ZipError> {
    if end.entries > limits.entries_max {
        return Err(ZipError::of_archive(ZipFault::TooManyEntries, end.directory_offset));
    }
    // Nothing beyond its end is looked at.
    let bytes = bytes.get(..end.directory_end).unwrap_or_default();
    let mut records = Vec::with_capacity(end.entries);
    let mut at = end.directory_offset;
    for _ in 0..end.entries {
        let (record, next) = read_record(bytes, at)?;
        records.push(record);
        at = next;
    }
    if at != end.directory_end {
        return Err(ZipError::of_archive(ZipFault::Directory, at));
    }
    Ok(records)
}

fn read_record(bytes: &[u8], at: usize) -> Result<(Record<'_>, usize), ZipError> {
    let malformed = || ZipError::of_archive(ZipFault::Directory, at);
    let long = |offset: usize| at.checked_add(offset).and_then(|at| u32_at(bytes, at)).ok_or_else(malformed);
    let short = |offset: usize| at.checked_add(offset).and_then(|at| u16_at(bytes, at)).ok_or_else(malformed);
    let size = |offset| long(offset).and_then(|size| usize::try_from(size).map_err(|_| malformed()));
    if long(0)? != CENTRAL_SIGNATURE {
        return Err(malformed());
    }
    let (flags, method) = (short(8)?, short(10)?);
    let name_at = at.saturating_add(CENTRAL_BYTES);
    let extra_at = name_at.saturating_add(usize::from(short(28)?));
    let comment_at = extra_at.saturating_add(usize::from(short(30)?));
    let next = comment_at.saturating_add(usize::from(short(32)?));
    let name = read_name(bytes.get(name_at..extra_at).ok_or_else(malformed)?, flags, name_at)?;
    let extra = bytes.get(extra_at..comment_at).ok_or_else(malformed)?;
    bytes.get(comment_at..next).ok_or_else(malformed)?;

    let fault = |fault| ZipError::of(name, fault, at);
    let record = Record {
        name,
        version: short(6)?,
        flags,
        method,
        crc: long(16)?,
        compressed_size: size(20)?,
        size: size(24)?,
        offset: size(42)?,
        has_extra: !extra.is_empty(),
    };
    if next != comment_at {
        return Err(fault(ZipFault::EntryComment));
    }
    if [record.compressed_size, record.size, record.offset].contains(&0xffff_ffff) {
        return Err(fault(ZipFault::Zip64));
    }
    check_extra(extra).map_err(fault)?;
    check_features(&record).map_err(fault)?;
    if short(34)? != 0 {
        return Err(fault(ZipFault::SeveralParts));
    }
    check_type(name, short(4)?, long(38)?).map_err(fault)?;
    if name.ends_with('/') && record.size != 0 {
        return Err(fault(ZipFault::FolderWithContent));
    }
    Ok((record, next))
}

fn read_name(octets: &[u8], flags: u16, at: usize) -> Result<&str, ZipError> {
    let shown = String::from_utf8_lossy(octets);
    let name = match std::str::from_utf8(octets) {
        // Without the flag readers take the name for that of some code page: different readers, different names.
        Ok(name) if name.is_ascii() || flags & FLAG_UTF8 != 0 => name,
        Ok(_) | Err(_) => return Err(ZipError::of(&shown, ZipFault::NameEncoding, at)),
    };
    match names::fault(name) {
        None => Ok(name),
        Some(why) => Err(ZipError::of(name, ZipFault::Name(why), at)),
    }
}

fn check_features(record: &Record<'_>) -> Result<(), ZipFault> {
    if record.flags & (FLAG_ENCRYPTED | FLAG_STRONG_ENCRYPTION | FLAG_MASKED) != 0 {
        return Err(ZipFault::Encrypted);
    }
    if record.flags & !(FLAG_DEFLATE_OPTIONS | FLAG_DESCRIPTOR | FLAG_UTF8) != 0 {
        return Err(ZipFault::Flags(record.flags));
    }
    if record.method != METHOD_STORED && record.method != METHOD_DEFLATED {
        return Err(ZipFault::Method(record.method));
    }
    if record.version > VERSION_MAX {
        return Err(ZipFault::Version(record.version));
    }
    if record.method == METHOD_STORED && record.size != record.compressed_size {
        return Err(ZipFault::StoredSizes);
    }
    Ok(())
}

/// A sequence of blocks that fill the field, none of which changes what the file is.
pub(super) fn check_extra(mut extra: &[u8]) -> Result<(), ZipFault> {
    while !extra.is_empty() {
        let (identifier, length) = (u16_at(extra, 0), length_at(extra, 2));
        let rest = length.and_then(|length| extra.get(4_usize.saturating_add(length)..));
        let (Some(identifier), Some(rest)) = (identifier, rest) else { return Err(ZipFault::ExtraField) };
        match identifier {
            EXTRA_ZIP64 => return Err(ZipFault::Zip64),
            EXTRA_STRONG_ENCRYPTION | EXTRA_AES => return Err(ZipFault::Encrypted),
            EXTRA_UNICODE_PATH | EXTRA_UNICODE_COMMENT => return Err(ZipFault::ExtraField),
            _ => extra = rest,
        }
    }
    Ok(())
}

/// Files and folders only: a link's content would be a name.
fn check_type(name: &str, made_by: u16, attributes: u32) -> Result<(), ZipFault> {
    let [_, host] = made_by.to_le_bytes();
    if host != HOST_UNIX && host != HOST_MACOS {
        return Ok(());
    }
    match (attributes >> 16) & 0o170_000 {
        0 | 0o100_000 => Ok(()),
        0o040_000 if name.ends_with('/') => Ok(()),
        _ => Err(ZipFault::NotAFile),
    }
}
