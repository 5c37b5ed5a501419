//! Writing the plainest archive: files stored, in the order given, dated 1980-01-01, without extra fields, comments,
//! data descriptors or zip64. The same files give the same octets.

use super::crc32::crc32;
use super::error::{ZipError, ZipFault};
use super::{CENTRAL_SIGNATURE, END_SIGNATURE, FLAG_UTF8, LOCAL_SIGNATURE, ZipLimits, names};

/// Stored files need version 1.0.
const VERSION_NEEDED: u16 = 10;
/// Version 2.0 on MS-DOS: the only host for which no file attributes have to be told.
const VERSION_MADE_BY: u16 = 20;
/// Midnight.
const DOS_TIME: u16 = 0;
/// 1980-01-01: year 0, month 1, day 1.
const DOS_DATE: u16 = (1 << 5) | 1;

/// A file to be written.
#[derive(Debug, Clone, Copy)]
pub struct NewFile<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its content.
    pub content: &'a [u8],
}

/// The archive of `files`, in their order.
/// # Errors
/// `Name`, `TwinNames`, `TooManyEntries` or `TooLarge`: what [`super::read_zip`] would not read with the default limits.
pub fn write_zip(files: &[NewFile<'_>]) -> Result<Vec<u8>, ZipError> {
    let limits = ZipLimits::default();
    let too_large = || ZipError::of_archive(ZipFault::TooLarge, limits.archive_max_bytes);
    if files.len() > limits.entries_max {
        return Err(ZipError::of_archive(ZipFault::TooManyEntries, 0));
    }
    for file in files {
        if let Some(why) = names::fault(file.name) {
            return Err(ZipError::of(file.name, ZipFault::Name(why), 0));
        }
    }
    if let Some(name) = names::twin(files.iter().map(|file| file.name)) {
        return Err(ZipError::of(name, ZipFault::TwinNames, 0));
    }
    let (mut out, mut central) = (Vec::new(), Vec::new());
    for file in files {
        let common = common(file).ok_or_else(too_large)?;
        let offset = u32::try_from(out.len()).map_err(|_| too_large())?;
        central.extend(CENTRAL_SIGNATURE.to_le_bytes());
        central.extend(VERSION_MADE_BY.to_le_bytes());
        central.extend_from_slice(&common);
        // Comment length, number of the part, internal attributes; external attributes.
        central.extend([0; 10]);
        central.extend(offset.to_le_bytes());
        central.extend_from_slice(file.name.as_bytes());

        out.extend(LOCAL_SIGNATURE.to_le_bytes());
        out.extend(common);
        out.extend_from_slice(file.name.as_bytes());
        out.extend_from_slice(file.content);
        if out.len().saturating_add(central.len()) > limits.archive_max_bytes {
            return Err(too_large());
        }
    }
    let end = end_record(files.len(), central.len(), out.len()).ok_or_else(too_large)?;
    out.extend(central);
    out.extend(end);
    if out.len() > limits.archive_max_bytes { Err(too_large()) } else { Ok(out) }
}

/// The fields that both headers share.
fn common(file: &NewFile<'_>) -> Option<Vec<u8>> {
    let flags = if file.name.is_ascii() { 0 } else { FLAG_UTF8 };
    let size = u32::try_from(file.content.len()).ok()?;
    let name_length = u16::try_from(file.name.len()).ok()?;
    let mut out = Vec::new();
    for field in [VERSION_NEEDED, flags, 0, DOS_TIME, DOS_DATE] {
        out.extend(field.to_le_bytes());
    }
    for field in [crc32(file.content), size, size] {
        out.extend(field.to_le_bytes());
    }
    out.extend(name_length.to_le_bytes());
    out.extend(0_u16.to_le_bytes());
    Some(out)
}

fn end_record(entries: usize, central_len: usize, central_offset: usize) -> Option<Vec<u8>> {
    let entries = u16::try_from(entries).ok()?;
    let mut out = END_SIGNATURE.to_le_bytes().to_vec();
    for field in [0, 0, entries, entries] {
        out.extend(field.to_le_bytes());
    }
    out.extend(u32::try_from(central_len).ok()?.to_le_bytes());
    out.extend(u32::try_from(central_offset).ok()?.to_le_bytes());
    out.extend(0_u16.to_le_bytes());
    Some(out)
}
