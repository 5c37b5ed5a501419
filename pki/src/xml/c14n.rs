//! Canonical forms: the octets that a signature is over. Source: Canonical XML 1.0 and 1.1; Exclusive XML
//! Canonicalization 1.0.
//!
//! A form is of the whole document or of one element with everything in it, without some elements inside (the signatures
//! themselves). Other node sets, which only XPath makes, are not known here.

mod scope;
mod walk;
mod write;

use std::collections::BTreeSet;

use super::document::{Document, NodeId};
use walk::Walk;

/// Most prefixes of an InclusiveNamespaces list.
pub const PREFIX_LIST_MAX: usize = 64;

/// A canonicalisation algorithm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Canonicalization {
    /// Which rules.
    pub method: Method,
    /// Whether comments stay.
    pub comments: Comments,
    /// Prefixes that exclusive canonicalisation treats inclusively; `#default` is the default namespace. Sorted.
    pub prefixes: BTreeSet<String>,
}

/// The rules of a canonical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Canonical XML 1.0: namespaces and `xml:` attributes from around count.
    Inclusive10,
    /// Canonical XML 1.1: the same, but `xml:id` is not inherited.
    Inclusive11,
    /// Exclusive: only the namespaces that are used.
    Exclusive,
}

/// What becomes of comments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comments {
    /// They stay.
    Kept,
    /// They are left out.
    Dropped,
}

const ALGORITHMS: [(&str, Method, Comments); 6] = [
    ("http://www.w3.org/TR/2001/REC-xml-c14n-20010315", Method::Inclusive10, Comments::Dropped),
    ("http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments", Method::Inclusive10, Comments::Kept),
    ("http://www.w3.org/2006/12/xml-c14n11", Method::Inclusive11, Comments::Dropped),
    ("http://www.w3.org/2006/12/xml-c14n11#WithComments", Method::Inclusive11, Comments::Kept),
    ("http://www.w3.org/2001/10/xml-exc-c14n#", Method::Exclusive, Comments::Dropped),
    ("http://www.w3.org/2001/10/xml-exc-c14n#WithComments", Method::Exclusive, Comments::Kept),
];

/// Why there is no canonical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum C14nError {
    /// A namespace whose name is no absolute URI; the standard asks to fail. Source: Canonical XML 1.0 §1.3.
    #[error("a namespace has a relative name")]
    RelativeNamespace,
    /// Canonical XML 1.1 of a part of a document below an `xml:base`, whose joining is not supported.
    #[error("xml:base around a part of a document is not supported under Canonical XML 1.1")]
    BaseAround,
    /// The form is longer than allowed.
    #[error("the canonical form is longer than allowed")]
    TooLong,
    /// It is short, but of more nodes and declarations than are looked at.
    #[error("the canonical form is of more than is looked at")]
    TooMuchWork,
}

impl C14nError {
    /// A stable code.
    pub const fn code(self) -> &'static str {
        match self {
            C14nError::RelativeNamespace => "xml-relative-namespace",
            C14nError::BaseAround => "unsupported-xml-base",
            C14nError::TooLong => "xml-canonical-form-too-long",
            C14nError::TooMuchWork => "xml-too-much-work",
        }
    }
}

/// What a canonical form is of.
#[derive(Debug, Clone, Copy)]
pub struct Selection<'a> {
    /// [`Document::DOCUMENT`] or an element.
    pub top: NodeId,
    /// Elements left out with everything in them.
    pub without: &'a [NodeId],
}

impl<'a> Selection<'a> {
    /// The whole document.
    pub const DOCUMENT: Selection<'static> = Selection { top: Document::DOCUMENT, without: &[] };

    /// `top` and everything in it.
    pub const fn of(top: NodeId) -> Selection<'a> {
        Selection { top, without: &[] }
    }
}

impl Canonicalization {
    /// The algorithm without a prefix list.
    pub const fn new(method: Method, comments: Comments) -> Self {
        Canonicalization { method, comments, prefixes: BTreeSet::new() }
    }

    /// The algorithm with this identifier; `None` for everything that is no canonicalisation known here.
    pub fn from_uri(uri: &str) -> Option<Self> {
        let found = ALGORITHMS.iter().find(|(known, _, _)| *known == uri);
        found.map(|(_, method, comments)| Self::new(*method, *comments))
    }

    /// The identifier.
    pub fn uri(&self) -> &'static str {
        let found =
            ALGORITHMS.iter().find(|(_, method, comments)| *method == self.method && *comments == self.comments);
        found.map_or("", |(uri, _, _)| uri)
    }

    /// Hands the canonical form to `sink` in pieces, at most `limit` octets; answers their number.
    ///
    /// # Errors
    /// See [`C14nError`]; pieces may have been handed on before.
    pub fn write(
        &self,
        document: &Document,
        selection: &Selection<'_>,
        limit: usize,
        sink: &mut dyn FnMut(&[u8]),
    ) -> Result<usize, C14nError> {
        let mut steps = usize::MAX;
        self.write_within(document, selection, limit, &mut steps, sink)
    }

    /// As [`Canonicalization::write`], taking from `steps` what is looked at: comments and declarations that leave nothing
    /// in the form cost time all the same.
    ///
    /// # Errors
    /// See [`C14nError`]; pieces may have been handed on before.
    pub fn write_within(
        &self,
        document: &Document,
        selection: &Selection<'_>,
        limit: usize,
        steps: &mut usize,
        sink: &mut dyn FnMut(&[u8]),
    ) -> Result<usize, C14nError> {
        let mut walk = Walk::new(document, self, selection.without, limit, sink);
        walk.steps = *steps;
        let walked = Self::walk(&mut walk, selection.top);
        *steps = walk.steps;
        walked?;
        walk.out.finish()
    }

    fn walk(walk: &mut Walk<'_, '_>, top: NodeId) -> Result<(), C14nError> {
        if top == Document::DOCUMENT { walk.whole() } else { walk.part(top) }
    }

    /// The canonical form, at most `limit` octets.
    ///
    /// # Errors
    /// See [`C14nError`].
    pub fn octets(&self, document: &Document, selection: &Selection<'_>, limit: usize) -> Result<Vec<u8>, C14nError> {
        let mut octets = Vec::new();
        self.write(document, selection, limit, &mut |piece| octets.extend_from_slice(piece))?;
        Ok(octets)
    }

    /// The canonical form of the whole document and where the end tag of `element` begins in it.
    ///
    /// # Errors
    /// See [`C14nError`].
    pub fn octets_with_end(
        &self,
        document: &Document,
        element: NodeId,
        limit: usize,
    ) -> Result<(Vec<u8>, usize), C14nError> {
        let mut octets = Vec::new();
        let mut sink = |piece: &[u8]| octets.extend_from_slice(piece);
        let mut walk = Walk::new(document, self, &[], limit, &mut sink);
        walk.end_wanted = Some(element);
        walk.whole()?;
        let end = walk.end;
        walk.out.finish()?;
        Ok((octets, end))
    }
}
