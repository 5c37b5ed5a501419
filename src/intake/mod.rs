//! Step 1, from untrusted bytes to something with a name: limits, type by content, digest.
//! An [`Upload`] is what came; only [`receive`] makes a [`Received`] of it, so that no later step asks whether a
//! file was looked at.

mod incoming;
mod measured;
mod media;
pub mod store;

pub use incoming::Incoming;
pub use measured::{HEAD_BYTES, Measured, Seen};
pub use media::MediaType;

use qolhat_pki::digest::Digests;
use qolhat_storage::ContentDigest;

use self::store::UploadRow;

use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::text;

/// Longest file name, in characters. Longer ones are refused, not cut: a name is part of what is signed.
pub const FILE_NAME_MAX_CHARS: usize = 255;

/// A file as it came.
#[derive(Debug)]
pub struct Upload {
    /// The name its sender gave it.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A file that may be kept: within the limits, its type known by content, its digest taken.
#[derive(Debug)]
pub struct Received {
    name: String,
    octets: Octets,
    media_type: String,
    sha256: ContentDigest,
}

/// Where the octets of a file are.
#[derive(Debug)]
enum Octets {
    /// Here.
    Held(Vec<u8>),
    /// In the store, where they came ahead of the document: nobody holds them.
    Kept { size_bytes: i64, digests: Digests },
}

impl Received {
    /// The name its sender gave it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its bytes; `None` when they came ahead and are in the store.
    #[must_use]
    pub fn held(&self) -> Option<&[u8]> {
        match &self.octets {
            Octets::Held(bytes) => Some(bytes),
            Octets::Kept { .. } => None,
        }
    }

    /// The digests that were taken of it as it came ahead.
    #[must_use]
    pub fn digests(&self) -> Option<&Digests> {
        match &self.octets {
            Octets::Held(_) => None,
            Octets::Kept { digests, .. } => Some(digests),
        }
    }

    /// How many bytes it has.
    #[must_use]
    pub fn size_bytes(&self) -> i64 {
        match &self.octets {
            Octets::Held(bytes) => i64::try_from(bytes.len()).unwrap_or(i64::MAX),
            Octets::Kept { size_bytes, .. } => *size_bytes,
        }
    }

    /// Its type by content, never by name.
    #[must_use]
    pub fn media_type(&self) -> &str {
        &self.media_type
    }

    /// SHA-256 of its bytes.
    #[must_use]
    pub const fn sha256(&self) -> ContentDigest {
        self.sha256
    }
}

/// The limits of one upload.
#[derive(Debug, Clone, Copy)]
pub struct UploadLimits {
    /// Largest file, in bytes.
    pub file_max_bytes: usize,
    /// Most files.
    pub files_max: usize,
}

/// A file that may be kept.
///
/// # Errors
/// `upload-too-large`, `malformed-content` for an empty file or a name that hides something. Source: A2.29, D8.
pub fn receive(upload: Upload, limits: UploadLimits) -> Result<Received, Refusal> {
    let Upload { name, bytes } = upload;
    if bytes.len() > limits.file_max_bytes {
        return Err(Refusal::new(RefusalCode::UploadTooLarge)
            .with("name", &name)
            .with("limit", limits.file_max_bytes.to_string()));
    }
    if bytes.is_empty() {
        return Err(Refusal::new(RefusalCode::MalformedContent).with("name", &name).with("reason", "empty-file"));
    }
    must_be_plain(&name)?;
    let media_type = MediaType::of(&bytes).as_str().to_owned();
    let sha256 = ContentDigest::of(&bytes);
    Ok(Received { name, octets: Octets::Held(bytes), media_type, sha256 })
}

/// An upload as a file of that name: its limits were kept when it came. `sha256` is that of the upload.
///
/// # Errors
/// `malformed-content` for a name that hides something.
pub fn receive_upload(name: String, upload: &UploadRow, sha256: ContentDigest) -> Result<Received, Refusal> {
    must_be_plain(&name)?;
    let octets = Octets::Kept { size_bytes: upload.size_bytes, digests: upload.digests.clone() };
    Ok(Received { name, octets, media_type: upload.media_type.clone(), sha256 })
}

fn must_be_plain(name: &str) -> Result<(), Refusal> {
    if name_is_plain(name) {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::MalformedContent)
        .with("name", name.escape_default().take(80).collect::<String>())
        .with("reason", "file-name"))
}

/// Whether a file name shows all that it is and names no folder.
fn name_is_plain(name: &str) -> bool {
    let chars = name.chars().count();
    (1..=FILE_NAME_MAX_CHARS).contains(&chars)
        && text::is_plain(name)
        && !name.contains(['/', '\\'])
        && name.trim() == name
        && name != "."
        && name != ".."
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const LIMITS: UploadLimits = UploadLimits { file_max_bytes: 8, files_max: 2 };

    fn upload(name: &str, bytes: &[u8]) -> Result<Received, Refusal> {
        receive(Upload { name: name.to_owned(), bytes: bytes.to_vec() }, LIMITS)
    }

    /// Keeps: DOC-05
    #[test]
    fn a_file_at_the_limit_is_taken_and_one_byte_more_is_refused() {
        assert!(upload("a.txt", b"12345678").is_ok());
        assert_eq!(upload("a.txt", b"123456789").unwrap_err().code, RefusalCode::UploadTooLarge);
        assert_eq!(upload("a.txt", b"").unwrap_err().code, RefusalCode::MalformedContent);
    }

    #[test]
    fn a_name_that_hides_something_is_refused() {
        for name in ["", " a", "a/b", "..", "a\u{202e}fdp.exe", "a\nb", "a\u{0}b", &"x".repeat(256)] {
            assert_eq!(upload(name, b"1").unwrap_err().code, RefusalCode::MalformedContent, "{name:?}");
        }
        assert!(upload(&"ұ".repeat(255), b"1").is_ok());
    }
}
