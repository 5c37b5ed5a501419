//! The content of a message, digested once under each algorithm however many signers and time stamps ask.

use super::{CmsInput, DetachedContent};
use crate::digest::{Digest, DigestAlgorithm};

/// The content inside the message, the one given beside it, or both.
pub(super) struct Content<'a> {
    inside: Option<&'a [u8]>,
    given: Option<DetachedContent<'a>>,
    /// One is inside and another one was given.
    differs: bool,
    known: Vec<Digest>,
}

impl<'a> Content<'a> {
    pub fn of(input: &CmsInput<'a>) -> Self {
        let inside = input.signed_data.content();
        let mut content = Content { inside, given: input.detached, differs: false, known: Vec::new() };
        content.differs = match (inside, input.detached) {
            (Some(inside), Some(DetachedContent::Bytes(given))) => inside != given,
            // Every digest given, also one that no signer asks for.
            (Some(_), Some(DetachedContent::Digests(given))) => {
                given.iter().any(|digest| content.digest(digest.algorithm()).as_ref() != Some(digest))
            }
            (None, _) | (_, None) => false,
        };
        content
    }

    /// Octets that are at hand, such as the value of another signature.
    pub fn of_octets(octets: &'a [u8]) -> Self {
        Content { inside: Some(octets), given: None, differs: false, known: Vec::new() }
    }

    /// Whether one content is inside and another one was given.
    pub fn differs(&self) -> bool {
        self.differs
    }

    /// The octets, when they are at hand.
    pub fn bytes(&self) -> Option<&'a [u8]> {
        self.inside.or(match self.given {
            Some(DetachedContent::Bytes(bytes)) => Some(bytes),
            Some(DetachedContent::Digests(_)) | None => None,
        })
    }

    /// Its digest, when the octets or this digest are at hand.
    pub fn digest(&mut self, algorithm: DigestAlgorithm) -> Option<Digest> {
        if let Some(known) = self.known.iter().find(|digest| digest.algorithm() == algorithm) {
            return Some(known.clone());
        }
        let digest = match (self.bytes(), self.given) {
            (Some(bytes), _) => algorithm.digest(bytes),
            (None, Some(DetachedContent::Digests(digests))) => return digests.get(algorithm).cloned(),
            (None, _) => return None,
        };
        self.known.push(digest.clone());
        Some(digest)
    }
}
