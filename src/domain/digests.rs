//! Digests of one content under several algorithms, as they are kept and shown: `sha256:… streebog512:…`.

use qolhat_pki::digest::{Digest, DigestAlgorithm, Digests};

/// What is taken of a large file when nobody says what its signatures will need: the digests of the keys that are issued now.
/// SHA-256 is always taken.
pub const USUAL: [DigestAlgorithm; 4] =
    [DigestAlgorithm::Sha256, DigestAlgorithm::Sha512, DigestAlgorithm::Streebog256, DigestAlgorithm::Streebog512];

/// What may be asked for. SHA-1 and the short digests are not among them: no signature with them is taken.
pub const ALLOWED: [DigestAlgorithm; 6] = [
    DigestAlgorithm::Sha256,
    DigestAlgorithm::Sha384,
    DigestAlgorithm::Sha512,
    DigestAlgorithm::Streebog256,
    DigestAlgorithm::Streebog512,
    DigestAlgorithm::Gost34311,
];

/// Algorithms named with commas between; `None` when one of them is not among [`ALLOWED`].
#[must_use]
pub fn algorithms(text: &str) -> Option<Vec<DigestAlgorithm>> {
    text.split(',').map(|name| ALLOWED.into_iter().find(|allowed| allowed.name() == name.trim())).collect()
}

/// The text that [`parse`] reads back.
#[must_use]
pub fn to_text(digests: &Digests) -> String {
    let one = |digest: &Digest| format!("{}:{}", digest.algorithm().name(), hex::encode(digest.as_bytes()));
    digests.iter().map(one).collect::<Vec<_>>().join(" ")
}

/// The digests in a text of [`to_text`].
///
/// # Errors
/// What of it is no digest.
pub fn parse(text: &str) -> Result<Digests, String> {
    let one = |piece: &str| {
        let (name, value) = piece.split_once(':')?;
        Digest::new(DigestAlgorithm::from_name(name)?, hex::decode(value).ok()?)
    };
    text.split(' ').map(|piece| one(piece).ok_or_else(|| format!("not a digest: {piece}"))).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn digests_are_read_back_as_they_were() {
        let digests: Digests = ALLOWED.iter().map(|algorithm| algorithm.digest(b"abc")).collect();
        assert_eq!(parse(&to_text(&digests)).unwrap(), digests);
        for wrong in ["", "sha256", "sha256:00", "md5:00", "sha256:zz"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_weak_or_unknown_digest_cannot_be_asked_for() {
        assert_eq!(algorithms("sha256, gost34311-95").unwrap(), [DigestAlgorithm::Sha256, DigestAlgorithm::Gost34311]);
        for wrong in ["", "sha1", "sha224", "md5", "sha256,", "sha256;sha512"] {
            assert_eq!(algorithms(wrong), None, "{wrong}");
        }
    }
}
