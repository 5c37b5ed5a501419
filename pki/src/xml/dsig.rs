//! Signatures in a document, read strictly: what is not in the standard's grammar is malformed, and what is not on the
//! closed lists below (algorithms, transforms, references) is unsupported. Nothing here says that a signature is good.
//!
//! The grammar is kept to the letter because whatever is passed over here is what forged signatures are made of: two
//! SignedInfo, comments inside values, transforms that choose what is signed, digests cut short, codes with a shared key.
//!
//! Source: XML Signature Syntax and Processing 1.1; RFC 9231; WS-Security X.509 Token Profile 1.0; EN 319 132-1; nca-rk.md
//! section 4.

mod algorithms;
mod coverage;
mod ids;
mod key_info;
mod prefixes;
mod read;
mod reference;
mod xades;

pub(crate) use algorithms::digest_of_uri;
pub use algorithms::{digest_method, digest_uri, signature_uri};
pub use coverage::{Covered, covered};
pub use ids::{IdError, Ids};
pub use key_info::KeyInfo;
pub use read::value_as_written;
pub use reference::{CANONICAL_MAX_BYTES, Reference, ReferenceError, STEPS_MAX, Target, Work};
pub use xades::{EncapsulatedStamp, Qualifying};

use super::c14n::{C14nError, Canonicalization, Selection};
use super::document::{Document, NodeId};
use super::names;
use crate::algorithm::{PublicKey, RawAlgorithm, SignatureAlgorithm};

/// Most signatures of one document.
pub const SIGNATURES_MAX: usize = 64;
/// Most references of one signature.
pub const REFERENCES_MAX: usize = 32;
/// Most transforms of one reference.
pub const TRANSFORMS_MAX: usize = 8;
/// Most certificates looked at in one KeyInfo.
pub const CERTIFICATES_MAX: usize = 16;
/// Longest canonical form of a SignedInfo, in octets.
pub const SIGNED_INFO_MAX_BYTES: usize = 1024 * 1024;

/// Why an element is no signature that can be checked here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DsigError {
    /// It is not what the standard says a signature is.
    #[error("{0}")]
    Malformed(&'static str),
    /// An algorithm that is not known here, a code with a shared key among them.
    #[error("the {what} {name} is not supported")]
    UnsupportedAlgorithm {
        /// Which of the algorithms.
        what: &'static str,
        /// Its identifier, shortened.
        name: String,
    },
    /// What is signed is told in a way that is not followed here.
    #[error("the {what} {name} is not supported")]
    UnsupportedReference {
        /// A transform or a reference.
        what: &'static str,
        /// Its identifier, shortened.
        name: String,
    },
}

impl DsigError {
    /// A stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            DsigError::Malformed(_) => "malformed-xml-signature",
            DsigError::UnsupportedAlgorithm { .. } => "unsupported-algorithm",
            DsigError::UnsupportedReference { .. } => "unsupported-xml-reference",
        }
    }
}

/// A signature as it stands in a document.
#[derive(Debug, Clone)]
pub struct XmlSignature {
    /// The ds:Signature.
    pub element: NodeId,
    /// What is signed.
    pub signed_info: SignedInfo,
    /// The ds:SignatureValue.
    pub value_element: NodeId,
    /// Its octets.
    pub value: Vec<u8>,
    /// What it says about the key.
    pub key_info: KeyInfo,
    /// Its XAdES properties, when it has some.
    pub qualifying: Option<Qualifying>,
}

/// The part of a signature that the value is over.
#[derive(Debug, Clone)]
pub struct SignedInfo {
    /// The ds:SignedInfo.
    pub element: NodeId,
    /// Its canonical form.
    pub canonicalization: Canonicalization,
    /// How the value was made.
    pub algorithm: SignatureAlgorithm,
    /// What else is signed; never empty.
    pub references: Vec<Reference>,
}

/// The first [`SIGNATURES_MAX`] ds:Signature elements of a document, in document order, and whether there are more.
pub fn signatures(document: &Document) -> (Vec<NodeId>, bool) {
    let mut all = document.elements().filter(|element| document.is(*element, names::DSIG, "Signature"));
    let found: Vec<NodeId> = all.by_ref().take(SIGNATURES_MAX).collect();
    (found, all.next().is_some())
}

/// Those of `signatures` that stand after `element` inside the same parent: made later, where signatures are stacked.
pub fn later_siblings(document: &Document, element: NodeId, signatures: &[NodeId]) -> Vec<NodeId> {
    let parent = document.parent(element);
    let later = signatures.iter().filter(|other| **other > element && document.parent(**other) == parent);
    later.copied().collect()
}

impl SignedInfo {
    /// The octets that the value is over, as they stand in the document.
    ///
    /// # Errors
    /// As [`Canonicalization::write`], beyond [`SIGNED_INFO_MAX_BYTES`] too.
    pub fn octets(&self, document: &Document) -> Result<Vec<u8>, C14nError> {
        self.canonicalization.octets(document, &Selection::of(self.element), SIGNED_INFO_MAX_BYTES)
    }
}

impl XmlSignature {
    /// Whether the value is by `key` over the SignedInfo, its octets given.
    pub fn value_is_by(&self, key: &PublicKey, signed_info: &[u8]) -> bool {
        RawAlgorithm::of_xml(self.signed_info.algorithm).verified(key, signed_info, &self.value).is_ok()
    }
}
