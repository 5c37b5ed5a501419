//! The canonical zip of an extract: one sequence of files has exactly one zip.
//!
//! Every entry is stored, dated 1980-01-01, without extra fields, comments, data descriptors or zip64; names are
//! plain ASCII; the order is `mimetype`, then the payload sorted by octets, then `META-INF/` sorted by octets. The
//! reader takes only names and contents from the file, writes every header anew and compares: an octet changed,
//! added or removed anywhere outside a content is refused here, and inside one by its CRC-32 here and by the signed
//! manifests later.
//!
//! Source: APPNOTE.TXT 6.3.3 sections 4.3.7, 4.3.12, 4.3.16; EN 319 162-1 section 4.4 and annex A.1.

use std::collections::BTreeSet;

use qolhat_pki::asic::zip::crc32;

use super::format::{META_INF, MIMETYPE, MIMETYPE_NAME};

/// The largest extract that is written or read, in bytes.
pub const EXTRACT_MAX_BYTES: usize = 2_147_483_647;
/// The most files an extract may hold, `mimetype` and `META-INF/` included.
pub const EXTRACT_ENTRIES_MAX: usize = 60_000;
/// The longest name of a file in an extract, in bytes.
pub const ENTRY_NAME_MAX_BYTES: usize = 200;

const LOCAL_SIGNATURE: u32 = 0x0403_4b50;
const CENTRAL_SIGNATURE: u32 = 0x0201_4b50;
const END_SIGNATURE: u32 = 0x0605_4b50;
const LOCAL_HEADER_BYTES: usize = 30;
/// Stored files need version 1.0.
const VERSION_NEEDED: u16 = 10;
/// Version 2.0 on MS-DOS: the only host for which no file attributes have to be told.
const VERSION_MADE_BY: u16 = 20;
/// Midnight.
const DOS_TIME: u16 = 0;
/// 1980-01-01: year 0, month 1, day 1.
const DOS_DATE: u16 = (1 << 5) | 1;

/// Why a set of files cannot be written as an extract.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackageError {
    /// A name outside the alphabet, too long, or not a plain relative path.
    #[error("the name {0:?} cannot stand in an extract")]
    Name(String),
    /// Two files with one name, or names that differ only in case, or a file that is also a folder.
    #[error("the name {0:?} is taken twice")]
    Twin(String),
    /// More than [`EXTRACT_ENTRIES_MAX`] files.
    #[error("more than {EXTRACT_ENTRIES_MAX} files")]
    TooManyFiles,
    /// The whole would pass [`EXTRACT_MAX_BYTES`].
    #[error("larger than {EXTRACT_MAX_BYTES} bytes")]
    TooLarge,
}

/// A departure from the canonical form: which part, what is wrong with it, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{part}: {reason} (at byte {offset})")]
pub struct PackageFault {
    /// The file concerned, or `zip` with the structure concerned.
    pub part: String,
    /// What is wrong, in English.
    pub reason: String,
    /// Offset in bytes of the first octet that shows it.
    pub offset: usize,
}

/// A file of a container that was read; the content points into the container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PackageEntry<'a> {
    /// The name, as stored.
    pub name: &'a str,
    /// The content.
    pub content: &'a [u8],
}

/// The canonical zip of `files` (name, content), `mimetype` not among them: it is put first by itself.
///
/// # Errors
/// [`PackageError`], for the first file that cannot be written.
pub fn write(files: &[(&str, &[u8])]) -> Result<Vec<u8>, PackageError> {
    if files.len() >= EXTRACT_ENTRIES_MAX {
        return Err(PackageError::TooManyFiles);
    }
    let mut entries: Vec<PackageEntry<'_>> =
        files.iter().map(|(name, content)| PackageEntry { name, content }).collect();
    entries.push(PackageEntry { name: MIMETYPE_NAME, content: MIMETYPE.as_bytes() });
    entries.sort_by(|a, b| rank(a.name).cmp(&rank(b.name)));
    check_names(&entries)?;

    let mut out = Vec::new();
    let mut central = Vec::new();
    for entry in &entries {
        let record = Record::of(entry, out.len()).ok_or(PackageError::TooLarge)?;
        out.extend(record.local_header());
        out.extend_from_slice(entry.content);
        central.extend(record.central_header());
        if out.len() + central.len() > EXTRACT_MAX_BYTES {
            return Err(PackageError::TooLarge);
        }
    }
    let end = end_record(entries.len(), central.len(), out.len()).ok_or(PackageError::TooLarge)?;
    out.extend(central);
    out.extend(end);
    if out.len() > EXTRACT_MAX_BYTES {
        return Err(PackageError::TooLarge);
    }
    Ok(out)
}

/// The files of `bytes`, in the order stored, `mimetype` left out. Nothing is copied.
///
/// # Errors
/// [`PackageFault`] naming the first part that is not exactly as [`write()`] would have made it.
pub fn read(bytes: &[u8]) -> Result<Vec<PackageEntry<'_>>, PackageFault> {
    if bytes.len() > EXTRACT_MAX_BYTES {
        return Err(fault("zip", "larger than an extract may be", EXTRACT_MAX_BYTES));
    }
    let mut entries: Vec<PackageEntry<'_>> = Vec::new();
    let mut central = Vec::new();
    let mut central_ends = Vec::new();
    let mut offset = 0;
    while starts_with_local_header(bytes, offset) {
        if entries.len() >= EXTRACT_ENTRIES_MAX {
            return Err(fault("zip", "more files than an extract may hold", offset));
        }
        let (entry, record, next) = read_entry(bytes, offset)?;
        if let Some(last) = entries.last()
            && rank(last.name) >= rank(entry.name)
        {
            return Err(fault(entry.name, "a name out of order or taken twice", offset));
        }
        central.extend(record.central_header());
        central_ends.push(central.len());
        entries.push(entry);
        offset = next;
    }
    check_names(&entries).map_err(|error| fault("zip", &error.to_string(), 0))?;
    compare_tail(
        bytes,
        offset,
        &central,
        |at| {
            let owner = central_ends.partition_point(|end| *end <= at);
            entries.get(owner).map_or("zip", |entry| entry.name)
        },
        entries.len(),
    )?;
    match entries.split_first() {
        Some((first, rest)) if first.name == MIMETYPE_NAME && first.content == MIMETYPE.as_bytes() => Ok(rest.to_vec()),
        Some(_) | None => Err(fault(MIMETYPE_NAME, "not the first file, or not the media type of ASiC-E", 0)),
    }
}

/// Whether `name` may stand in an extract: `[A-Za-z0-9._/-]`, a relative path without empty, `.` or `..` parts.
#[must_use]
pub fn name_is_safe(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= ENTRY_NAME_MAX_BYTES
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'/'))
        && name.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
}

/// What the headers say of one file.
struct Record<'a> {
    name: &'a [u8],
    name_len: u16,
    crc: u32,
    size: u32,
    offset: u32,
}

impl<'a> Record<'a> {
    fn of(entry: &PackageEntry<'a>, offset: usize) -> Option<Self> {
        Some(Self {
            name: entry.name.as_bytes(),
            name_len: u16::try_from(entry.name.len()).ok()?,
            crc: crc32(entry.content),
            size: u32::try_from(entry.content.len()).ok()?,
            offset: u32::try_from(offset).ok()?,
        })
    }

    /// The fields that both headers share: from "version needed" to the length of the name and of the extra field.
    fn common(&self, out: &mut Vec<u8>) {
        for field in [VERSION_NEEDED, 0, 0, DOS_TIME, DOS_DATE] {
            out.extend(field.to_le_bytes());
        }
        for field in [self.crc, self.size, self.size] {
            out.extend(field.to_le_bytes());
        }
        out.extend(self.name_len.to_le_bytes());
        out.extend(0u16.to_le_bytes());
    }

    fn local_header(&self) -> Vec<u8> {
        let mut out = LOCAL_SIGNATURE.to_le_bytes().to_vec();
        self.common(&mut out);
        out.extend_from_slice(self.name);
        out
    }

    fn central_header(&self) -> Vec<u8> {
        let mut out = CENTRAL_SIGNATURE.to_le_bytes().to_vec();
        out.extend(VERSION_MADE_BY.to_le_bytes());
        self.common(&mut out);
        // Comment length, disk number, internal attributes; then external attributes.
        out.extend([0; 6]);
        out.extend([0; 4]);
        out.extend(self.offset.to_le_bytes());
        out.extend_from_slice(self.name);
        out
    }
}

fn end_record(entries: usize, central_len: usize, central_offset: usize) -> Option<Vec<u8>> {
    let entries = u16::try_from(entries).ok()?;
    let mut out = END_SIGNATURE.to_le_bytes().to_vec();
    for field in [0, 0, entries, entries] {
        out.extend(field.to_le_bytes());
    }
    out.extend(u32::try_from(central_len).ok()?.to_le_bytes());
    out.extend(u32::try_from(central_offset).ok()?.to_le_bytes());
    out.extend(0u16.to_le_bytes());
    Some(out)
}

/// The order of files: `mimetype`, payload, `META-INF/`.
fn rank(name: &str) -> (u8, &str) {
    match name {
        MIMETYPE_NAME => (0, name),
        _ if name.starts_with(META_INF) => (2, name),
        _ => (1, name),
    }
}

fn check_names(entries: &[PackageEntry<'_>]) -> Result<(), PackageError> {
    let mut taken = BTreeSet::new();
    for entry in entries {
        if !name_is_safe(entry.name) {
            return Err(PackageError::Name(entry.name.to_owned()));
        }
        if !taken.insert(entry.name.to_ascii_lowercase()) {
            return Err(PackageError::Twin(entry.name.to_owned()));
        }
    }
    for name in &taken {
        let folders = name.match_indices('/').filter_map(|(at, _)| name.get(..at));
        if folders.into_iter().any(|folder| taken.contains(folder)) {
            return Err(PackageError::Twin(name.clone()));
        }
    }
    Ok(())
}

fn starts_with_local_header(bytes: &[u8], offset: usize) -> bool {
    bytes.get(offset..).is_some_and(|rest| rest.starts_with(&LOCAL_SIGNATURE.to_le_bytes()))
}

/// Reads the entry whose local header begins at `offset`; answers where the next one begins.
fn read_entry(bytes: &[u8], offset: usize) -> Result<(PackageEntry<'_>, Record<'_>, usize), PackageFault> {
    let cut = |what: &str| fault("zip", &format!("{what} is cut off"), bytes.len());
    let name_at = offset + LOCAL_HEADER_BYTES;
    let size = u32_at(bytes, offset + 18).ok_or_else(|| cut("a local header"))?;
    let name_len = u16_at(bytes, offset + 26).ok_or_else(|| cut("a local header"))?;
    let content_at = name_at + usize::from(name_len);
    let name = bytes.get(name_at..content_at).ok_or_else(|| cut("a file name"))?;
    let name = std::str::from_utf8(name)
        .ok()
        .filter(|name| name_is_safe(name))
        .ok_or_else(|| fault("zip", "a file name that cannot stand in an extract", name_at))?;
    let end = usize::try_from(size)
        .ok()
        .and_then(|size| content_at.checked_add(size))
        .filter(|end| *end <= bytes.len())
        .ok_or_else(|| fault(name, "the content is cut off", offset + 18))?;
    let content = bytes.get(content_at..end).ok_or_else(|| cut("a content"))?;

    let entry = PackageEntry { name, content };
    let record = Record::of(&entry, offset).ok_or_else(|| fault(name, "too large", offset))?;
    let expected = record.local_header();
    let found = bytes.get(offset..content_at).unwrap_or_default();
    match first_difference(found, &expected) {
        None => Ok((entry, record, end)),
        Some(at @ 14..18) => Err(fault(name, "the content does not fit its CRC-32", offset + at)),
        Some(at) => Err(fault(name, "the local header is not in the canonical form", offset + at)),
    }
}

/// Compares all that follows the last content with the central directory and the end record as they must be.
/// `owner` names the file whose record lies at an offset of the central directory.
fn compare_tail<'a>(
    bytes: &[u8],
    offset: usize,
    central: &[u8],
    owner: impl Fn(usize) -> &'a str,
    files: usize,
) -> Result<(), PackageFault> {
    let tail = bytes.get(offset..).unwrap_or_default();
    let (records, rest) = tail.split_at_checked(central.len()).unwrap_or((tail, &[]));
    if let Some(at) = first_difference(records, central) {
        return Err(fault(owner(at), "its central directory record is not in the canonical form", offset + at));
    }
    let end = end_record(files, central.len(), offset)
        .ok_or_else(|| fault("zip", "more files than an extract may hold", offset))?;
    match first_difference(rest, &end) {
        None => Ok(()),
        Some(at) => {
            let reason = if at == end.len() {
                "octets after the end record"
            } else {
                "the end record is not in the canonical form"
            };
            Err(fault("zip", reason, offset + central.len() + at))
        }
    }
}

/// Offset of the first octet in which two strings differ; the shorter length when one begins the other.
fn first_difference(found: &[u8], expected: &[u8]) -> Option<usize> {
    if found == expected {
        return None;
    }
    let common = found.iter().zip(expected).position(|(a, b)| a != b);
    Some(common.unwrap_or_else(|| found.len().min(expected.len())))
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let field = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes(field.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let field = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(field.try_into().ok()?))
}

fn fault(part: &str, reason: &str, offset: usize) -> PackageFault {
    PackageFault { part: part.to_owned(), reason: reason.to_owned(), offset }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::as_conversions, clippy::panic)]
    use super::*;

    fn sample() -> Vec<u8> {
        write(&[("META-INF/x.xml", b"<x/>"), ("b.txt", b"bb"), ("a/c.txt", b""), ("a.txt", b"alpha")]).unwrap()
    }

    #[test]
    fn what_was_written_is_read_in_the_canonical_order() {
        let bytes = sample();
        let names: Vec<_> = read(&bytes).unwrap().iter().map(|entry| entry.name).collect();
        assert_eq!(names, ["a.txt", "a/c.txt", "b.txt", "META-INF/x.xml"]);
        assert_eq!(&bytes[38..38 + MIMETYPE.len()], MIMETYPE.as_bytes(), "media type at its well-known offset");
    }

    #[test]
    fn any_octet_changed_added_or_removed_is_refused() {
        let bytes = sample();
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut changed = bytes.clone();
                changed[at] ^= 1 << bit;
                assert!(read(&changed).is_err(), "bit {bit} of byte {at}");
            }
            let mut shorter = bytes.clone();
            shorter.remove(at);
            assert!(read(&shorter).is_err(), "without byte {at}");
        }
        for at in 0..=bytes.len() {
            for byte in [0, b'P', 0xff] {
                let mut longer = bytes.clone();
                longer.insert(at, byte);
                assert!(read(&longer).is_err(), "byte {byte} put in at {at}");
            }
        }
    }

    #[test]
    fn a_changed_content_is_named() {
        let mut bytes = sample();
        let at = bytes.windows(5).position(|window| window == b"alpha").unwrap();
        bytes[at] ^= 1;
        assert_eq!(read(&bytes).unwrap_err().part, "a.txt");
    }

    #[test]
    fn names_that_could_mislead_a_tool_are_refused() {
        for name in ["../x", "/x", "a//b", "a/./b", "a\\b", "a b", "é", "", "a/", "C:x", &"n".repeat(201)] {
            assert_eq!(write(&[(name, b"")]), Err(PackageError::Name(name.to_owned())));
        }
        for (one, other) in [("a", "a"), ("a", "A"), ("a", "a/b"), ("META-INF/x", "meta-inf/X")] {
            assert!(matches!(write(&[(one, b""), (other, b"")]), Err(PackageError::Twin(_))), "{one} {other}");
        }
        assert!(write(&[(&"n".repeat(200), b"")]).is_ok());
    }
}
