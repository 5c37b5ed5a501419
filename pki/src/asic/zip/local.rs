//! The local header of a file, its content, and the data descriptor after it.
//! Source: APPNOTE.TXT 6.3.3 sections 4.3.7 to 4.3.9.

use std::borrow::Cow;

use super::crc32::crc32;
use super::directory::{Record, check_extra};
use super::error::{ZipError, ZipFault};
use super::inflate::inflate;
use super::{
    DESCRIPTOR_SIGNATURE, FLAG_DESCRIPTOR, LOCAL_SIGNATURE, METHOD_STORED, ZipEntry, length_at, size_at, u16_at, u32_at,
};

const LOCAL_BYTES: usize = 30;

/// A file where it lies.
pub(super) struct Local<'a> {
    compressed: &'a [u8],
    has_extra: bool,
}

/// The file of `record`: what lies up to `limit` must be its header, its content and, where told, its descriptor.
pub(super) fn read<'a>(bytes: &'a [u8], record: &Record<'a>, limit: usize) -> Result<Local<'a>, ZipError> {
    let fault = |fault| ZipError::of(record.name, fault, record.offset);
    // Nothing of what follows belongs to this file.
    let bytes = bytes.get(..limit).and_then(|bytes| bytes.get(record.offset..)).unwrap_or_default();
    let name_length = length_at(bytes, 26).ok_or_else(|| fault(ZipFault::Overlap))?;
    let extra_length = length_at(bytes, 28).ok_or_else(|| fault(ZipFault::Overlap))?;
    let extra_at = LOCAL_BYTES.saturating_add(name_length);
    let content_at = extra_at.saturating_add(extra_length);
    let content_end = content_at.saturating_add(record.compressed_size);

    compare(bytes, record, bytes.get(LOCAL_BYTES..extra_at)).map_err(fault)?;
    let extra = bytes.get(extra_at..content_at).ok_or_else(|| fault(ZipFault::Overlap))?;
    check_extra(extra).map_err(fault)?;
    let compressed = bytes.get(content_at..content_end).ok_or_else(|| fault(ZipFault::Overlap))?;
    let rest = bytes.get(content_end..).unwrap_or_default();
    if record.flags & FLAG_DESCRIPTOR != 0 {
        descriptor(rest, record).map_err(fault)?;
    } else if !rest.is_empty() {
        return Err(fault(ZipFault::HiddenBytes));
    }
    Ok(Local { compressed, has_extra: !extra.is_empty() })
}

/// Every field that both headers have and that says what the file is.
fn compare(bytes: &[u8], record: &Record<'_>, name: Option<&[u8]>) -> Result<(), ZipFault> {
    if u32_at(bytes, 0) != Some(LOCAL_SIGNATURE) {
        return Err(ZipFault::HeadersDiffer("signature"));
    }
    if name != Some(record.name.as_bytes()) {
        return Err(ZipFault::HeadersDiffer("name"));
    }
    if u16_at(bytes, 6) != Some(record.flags) {
        return Err(ZipFault::HeadersDiffer("flags"));
    }
    if u16_at(bytes, 8) != Some(record.method) {
        return Err(ZipFault::HeadersDiffer("method"));
    }
    // With a descriptor the header may leave any of them to it.
    let left = record.flags & FLAG_DESCRIPTOR != 0;
    let crc = u32_at(bytes, 14);
    if crc != Some(record.crc) && !(left && crc == Some(0)) {
        return Err(ZipFault::HeadersDiffer("CRC-32"));
    }
    for (at, told) in [(18, record.compressed_size), (22, record.size)] {
        let found = size_at(bytes, at);
        if found != Some(told) && !(left && found == Some(0)) {
            return Err(ZipFault::HeadersDiffer("size"));
        }
    }
    Ok(())
}

/// Exactly one data descriptor, with its signature or without. A CRC-32 that looks like the signature changes nothing:
/// the length tells the two forms apart.
fn descriptor(rest: &[u8], record: &Record<'_>) -> Result<(), ZipFault> {
    let fields = match rest.len() {
        12 => rest,
        16 if u32_at(rest, 0) == Some(DESCRIPTOR_SIGNATURE) => rest.get(4..).unwrap_or_default(),
        16 => return Err(ZipFault::Descriptor),
        0..12 => return Err(ZipFault::Overlap),
        _ => return Err(ZipFault::HiddenBytes),
    };
    let found = (u32_at(fields, 0), size_at(fields, 4), size_at(fields, 8));
    if found == (Some(record.crc), Some(record.compressed_size), Some(record.size)) {
        Ok(())
    } else {
        Err(ZipFault::Descriptor)
    }
}

/// The content, as it was before it was compressed.
pub(super) fn open<'a>(record: &Record<'a>, local: &Local<'a>) -> Result<ZipEntry<'a>, ZipError> {
    let fault = |fault| ZipError::of(record.name, fault, record.offset);
    let stored = record.method == METHOD_STORED;
    let content = if stored {
        Cow::Borrowed(local.compressed)
    } else {
        Cow::Owned(inflate(local.compressed, record.size).ok_or_else(|| fault(ZipFault::Inflate))?)
    };
    if crc32(&content) != record.crc {
        return Err(fault(ZipFault::Crc));
    }
    let is_plain = stored && !local.has_extra && !record.has_extra && record.flags & FLAG_DESCRIPTOR == 0;
    Ok(ZipEntry { name: record.name, content, is_plain })
}
