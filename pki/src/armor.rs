//! The wrappings in which objects arrive: DER or BER as it is, PEM with one or many objects, base64 with or without
//! line breaks. What is inside is not looked at beyond its outermost header.
//!
//! Source: RFC 7468 (lax parsing, §3); nca-rk.md section 3 for what NCALayer gives.

use base64::Engine as _;
use base64::engine::general_purpose::GeneralPurposeConfig;
use base64::engine::{DecodePaddingMode, GeneralPurpose};

/// Most objects taken from one text.
pub const OBJECTS_MAX: usize = 4096;
/// Largest text read as PEM or base64, in octets.
pub const ARMOR_MAX_BYTES: usize = 128 * 1024 * 1024;

/// Base64 as people paste it: padding may be missing.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const DASHES: &[u8] = b"-----";

/// The objects in `bytes`, in order: as they are when they begin like DER or BER, else taken out of PEM or base64.
/// Nothing when it is none of these; a PEM block that does not decode is left out. A private key in PEM is not an object
/// of this kind and is left out too.
pub fn decode_any(bytes: &[u8]) -> Vec<Vec<u8>> {
    const SEQUENCE: u8 = 0x30;
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii();
    if text.len() > ARMOR_MAX_BYTES {
        return Vec::new();
    }
    if find(text, BEGIN).is_some() && text.first() != Some(&SEQUENCE) {
        return pem(text);
    }
    // A text in base64 may begin with the digit 0, which is the tag of a SEQUENCE: a DER object says its own length.
    if bytes.first() == Some(&SEQUENCE) && !is_base64(text) {
        return vec![bytes.to_vec()];
    }
    base64(text).filter(|object| object.first() == Some(&SEQUENCE)).into_iter().collect()
}

fn pem(text: &[u8]) -> Vec<Vec<u8>> {
    let mut objects = Vec::new();
    let mut rest = text;
    while let Some((label, body, after)) = next_block(rest) {
        rest = after;
        if objects.len() >= OBJECTS_MAX {
            break;
        }
        if !label.ends_with(b"PRIVATE KEY") {
            objects.extend(base64(body));
        }
    }
    objects
}

/// Label, body and what follows the next block.
fn next_block(text: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let after_begin = text.get(find(text, BEGIN)?.checked_add(BEGIN.len())?..)?;
    let label_end = find(after_begin, DASHES)?;
    let label = after_begin.get(..label_end)?;
    let body_on = after_begin.get(label_end.checked_add(DASHES.len())?..)?;
    let body_end = find(body_on, END)?;
    let after_end = body_on.get(body_end.checked_add(END.len())?..)?;
    let after = after_end.get(find(after_end, DASHES)?.checked_add(DASHES.len())?..)?;
    Some((label, body_on.get(..body_end)?, after))
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}

fn is_base64(text: &[u8]) -> bool {
    text.iter().all(|octet| octet.is_ascii_alphanumeric() || b"+/= \r\n\t".contains(octet))
}

fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let compact: Vec<u8> = text.iter().copied().filter(|octet| !octet.is_ascii_whitespace()).collect();
    LENIENT.decode(compact).ok().filter(|object| !object.is_empty())
}
