//! One reference: what it means, its octets, their digest. Source: XML Signature 1.1 §4.4.3.

use super::DsigError;
use super::ids::{IdError, Ids};
use super::read::shortened;
use crate::digest::{Digest, Hasher};
use crate::xml::c14n::{C14nError, Canonicalization, Comments, Method, Selection};
use crate::xml::{Document, NodeId};

/// Octets of canonical forms made for one document, all references together.
pub const CANONICAL_MAX_BYTES: usize = 256 * 1024 * 1024;

/// What is looked at for these forms: nodes, an element and each of its declarations counted as four.
pub const STEPS_MAX: usize = 128_000_000;

/// What a reference points at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The document it stands in.
    Document,
    /// The element with this id.
    Id(String),
}

/// A ds:Reference.
#[derive(Debug, Clone)]
pub struct Reference {
    /// The element.
    pub element: NodeId,
    /// What is signed.
    pub target: Target,
    /// Whether the signature itself is left out.
    pub enveloped: bool,
    /// Its form; without one in the document Canonical XML 1.0 without comments.
    pub canonicalization: Canonicalization,
    /// The digest it must have.
    pub digest: Digest,
    /// The attribute `Type`, shortened: a hint that nothing rests on.
    pub kind: Option<String>,
}

/// Why there is nothing to compare with the digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// The id means no element.
    #[error(transparent)]
    Id(#[from] IdError),
    /// What is referenced is what is left out.
    #[error("the reference covers nothing: it points into the signature that it leaves out")]
    Nothing,
    /// There is no canonical form.
    #[error(transparent)]
    Form(#[from] C14nError),
}

/// The work that is left for one document.
#[derive(Debug)]
pub struct Work {
    octets: usize,
    steps: usize,
}

impl Default for Work {
    /// [`CANONICAL_MAX_BYTES`] and [`STEPS_MAX`] for all references.
    fn default() -> Self {
        Work { octets: CANONICAL_MAX_BYTES, steps: STEPS_MAX }
    }
}

impl Reference {
    /// The element referenced, or the document.
    ///
    /// # Errors
    /// `Id`; `Nothing`.
    pub fn node(&self, document: &Document, ids: &Ids<'_>, signature: NodeId) -> Result<NodeId, ReferenceError> {
        let node = match &self.target {
            Target::Document => Document::DOCUMENT,
            Target::Id(id) => ids.owner(id)?,
        };
        let is_left_out = |node| self.enveloped && document.is_within(node, signature);
        if is_left_out(node) || (node == Document::DOCUMENT && is_left_out(document.root())) {
            return Err(ReferenceError::Nothing);
        }
        Ok(node)
    }

    /// Whether `later` signatures stand in what this reference covers, so that it was made before them.
    pub fn holds(&self, document: &Document, ids: &Ids<'_>, signature: NodeId, later: &[NodeId]) -> bool {
        let node = self.node(document, ids, signature);
        node.is_ok_and(|node| self.enveloped && later.iter().any(|other| document.is_within(*other, node)))
    }

    /// Whether the digest is that of what is referenced, `without` these elements (the signature itself where it is left
    /// out comes on top).
    ///
    /// # Errors
    /// See [`ReferenceError`].
    pub fn fits(
        &self,
        document: &Document,
        ids: &Ids<'_>,
        signature: NodeId,
        without: &[NodeId],
        work: &mut Work,
    ) -> Result<bool, ReferenceError> {
        let computed = self.computed(document, ids, signature, without, work)?;
        Ok(computed == self.digest)
    }

    /// The digest of what is referenced, as [`Reference::fits`] compares it.
    ///
    /// # Errors
    /// See [`ReferenceError`].
    pub fn computed(
        &self,
        document: &Document,
        ids: &Ids<'_>,
        signature: NodeId,
        without: &[NodeId],
        work: &mut Work,
    ) -> Result<Digest, ReferenceError> {
        let top = self.node(document, ids, signature)?;
        let mut left_out = without.to_vec();
        if self.enveloped {
            left_out.push(signature);
        }
        let selection = Selection { top, without: &left_out };
        let mut hasher = Hasher::new(self.digest.algorithm());
        let mut octets = 0_usize;
        let mut sink = |piece: &[u8]| {
            octets = octets.saturating_add(piece.len());
            hasher.update(piece);
        };
        let written = self.canonicalization.write_within(document, &selection, work.octets, &mut work.steps, &mut sink);
        work.octets = work.octets.saturating_sub(octets);
        written?;
        Ok(hasher.finish())
    }
}

/// What a URI points at. Other documents are not fetched, and pointers that choose by anything but an id not followed.
pub(super) fn target(uri: Option<&str>) -> Result<Target, DsigError> {
    let unsupported = |name: &str| Err(DsigError::UnsupportedReference { what: "reference", name: shortened(name) });
    match uri {
        None => unsupported("without a URI"),
        Some("") => Ok(Target::Document),
        Some(uri) => match uri.strip_prefix('#') {
            Some(id) if !id.is_empty() && !id.contains(['(', '%']) => Ok(Target::Id(id.to_owned())),
            Some(_) | None => unsupported(uri),
        },
    }
}

/// Source: XML Signature 1.1 §4.4.3.2, the last step of the reference processing model.
pub(super) const fn default_canonicalization() -> Canonicalization {
    Canonicalization::new(Method::Inclusive10, Comments::Dropped)
}
