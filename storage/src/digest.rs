//! The address of a blob, and the way to compute it.

use std::fmt;

use sha2::{Digest, Sha256};

/// SHA-256 of some bytes (FIPS 180-4), used as their address.
///
/// Not to be confused with the digest a signature covers: that one has an algorithm of its own.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentDigest([u8; 32]);

impl ContentDigest {
    /// The digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// A digest computed elsewhere, for example read back from a database.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes, first byte first.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads the 64 lower-case hexadecimal digits that [`ContentDigest::to_hex`] writes.
    ///
    /// Capitals are refused: an address has one spelling, so that a file name or a key can be compared
    /// as text. Doors that take digests from people make them lower-case first.
    ///
    /// # Errors
    /// [`ParseDigestError`] when the text is of another length or has another character.
    pub fn parse_hex(text: &str) -> Result<Self, ParseDigestError> {
        let found = text.len();
        if found != HEX_DIGITS {
            return Err(ParseDigestError::Length { found });
        }
        if let Some(position) = text.bytes().position(|byte| !is_lower_hex(byte)) {
            return Err(ParseDigestError::Digit { position });
        }
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| ParseDigestError::Length { found })?;
        Ok(Self(bytes))
    }

    /// 64 lower-case hexadecimal digits; the same as [`fmt::Display`].
    pub fn to_hex(&self) -> String {
        hex::encode(self.0)
    }
}

impl fmt::Display for ContentDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_hex())
    }
}

impl fmt::Debug for ContentDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContentDigest({self})")
    }
}

/// Why a text is not a digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseDigestError {
    /// Not 64 bytes of text.
    #[error("a SHA-256 digest is written with 64 hexadecimal digits; this text has {found} bytes")]
    Length {
        /// Its length in bytes.
        found: usize,
    },
    /// Something else than `0`-`9`, `a`-`f`.
    #[error("byte {position} of the digest is not a lower-case hexadecimal digit")]
    Digit {
        /// Its place, counted from 0.
        position: usize,
    },
}

/// Computes a [`ContentDigest`] piece by piece.
#[derive(Clone, Default)]
pub struct ContentHasher(Sha256);

impl ContentHasher {
    /// A hasher that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next piece.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all pieces in their order.
    pub fn finish(self) -> ContentDigest {
        ContentDigest(self.0.finalize().into())
    }
}

const HEX_DIGITS: usize = 64;

fn is_lower_hex(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn the_digest_is_sha_256_of_fips_180_4() {
        assert_eq!(ContentDigest::of(b"").to_hex(), EMPTY);
        assert_eq!(ContentDigest::of(b"abc").to_string(), ABC);
    }

    #[test]
    fn pieces_hash_as_their_whole() {
        let mut hasher = ContentHasher::new();
        hasher.update(b"a");
        hasher.update(b"");
        hasher.update(b"bc");
        assert_eq!(hasher.finish(), ContentDigest::of(b"abc"));
    }

    #[test]
    fn hexadecimal_text_is_read_back() {
        let digest = ContentDigest::parse_hex(ABC).unwrap();
        assert_eq!(digest, ContentDigest::of(b"abc"));
        assert_eq!(ContentDigest::from_bytes(*digest.as_bytes()), digest);
    }

    #[test]
    fn any_other_spelling_is_refused() {
        let length = |found| Err(ParseDigestError::Length { found });
        assert_eq!(ContentDigest::parse_hex(""), length(0));
        assert_eq!(ContentDigest::parse_hex(ABC.strip_suffix('d').unwrap()), length(63));
        assert_eq!(ContentDigest::parse_hex(&format!("{ABC}0")), length(65));
        let digit = |position| Err(ParseDigestError::Digit { position });
        assert_eq!(ContentDigest::parse_hex(&ABC.to_ascii_uppercase()), digit(0));
        assert_eq!(ContentDigest::parse_hex(&ABC.replace("5ad", "5a/")), digit(63));
        // Two bytes of Cyrillic in place of two digits: still 64 bytes, still refused.
        assert_eq!(ContentDigest::parse_hex(&ABC.replace("ad", "д")), digit(62));
    }
}
