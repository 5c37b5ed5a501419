//! Canonical forms: the octets that a signature is over. Source: Canonical XML 1.0 and 1.1; Exclusive XML
//! Canonicalization 1.0.
//!
//! A form is of the whole document or of one element with everything in it, without some elements inside (the signatures
//! themselves). Other node sets, which only XPath makes, are not known here.

mod scope;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use super::document::{Document, NodeId, NodeKind};
use super::names;
use scope::Scope;
use write::Output;

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
}

impl C14nError {
    /// A stable code.
    pub const fn code(self) -> &'static str {
        match self {
            C14nError::RelativeNamespace => "xml-relative-namespace",
            C14nError::BaseAround => "unsupported-xml-base",
            C14nError::TooLong => "xml-canonical-form-too-long",
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
        let mut walk = Walk {
            document,
            algorithm: self,
            without: selection.without,
            out: Output::new(limit, sink),
            scope: Scope::default(),
            rendered: Scope::default(),
            end_wanted: None,
            end: 0,
        };
        if selection.top == Document::DOCUMENT {
            walk.whole()?;
        } else {
            walk.part(selection.top)?;
        }
        walk.out.finish()
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
        let mut walk = Walk {
            document,
            algorithm: self,
            without: &[],
            out: Output::new(limit, &mut sink),
            scope: Scope::default(),
            rendered: Scope::default(),
            end_wanted: Some(element),
            end: 0,
        };
        walk.whole()?;
        let end = walk.end;
        walk.out.finish()?;
        Ok((octets, end))
    }
}

struct Walk<'a, 's> {
    document: &'a Document,
    algorithm: &'a Canonicalization,
    without: &'a [NodeId],
    out: Output<'s>,
    /// Declarations in force in the document.
    scope: Scope<'a>,
    /// Declarations in force in what is written.
    rendered: Scope<'a>,
    /// The element of whose end tag the place is wanted, and the place.
    end_wanted: Option<NodeId>,
    end: usize,
}

impl<'a> Walk<'a, '_> {
    /// What stands beside the root goes on lines of its own. Source: Canonical XML 1.0 §2.3.
    fn whole(&mut self) -> Result<(), C14nError> {
        let document = self.document;
        let mut is_after_root = false;
        for node in document.children(Document::DOCUMENT) {
            if node == document.root() {
                self.tree(node, BTreeMap::new())?;
                is_after_root = true;
                continue;
            }
            let is_written = match document.kind(node) {
                NodeKind::Comment(_) => self.algorithm.comments == Comments::Kept,
                NodeKind::Document | NodeKind::Element | NodeKind::Text(_) | NodeKind::Instruction { .. } => true,
            };
            if is_written && is_after_root {
                self.out.raw("\n")?;
            }
            self.leaf(node)?;
            if is_written && !is_after_root {
                self.out.raw("\n")?;
            }
        }
        Ok(())
    }

    /// One element; what it has from around is written on it. Source: Canonical XML 1.0 §2.4; 1.1 §2.4.
    fn part(&mut self, top: NodeId) -> Result<(), C14nError> {
        let document = self.document;
        if let Some(around) = document.parent(top) {
            self.scope.enter(document.in_scope(around));
        }
        let mut inherited = BTreeMap::new();
        for element in document.ancestors(top) {
            for attribute in document.attributes(element).filter(|attribute| attribute.namespace == names::XML) {
                let is_inherited = match self.algorithm.method {
                    Method::Inclusive10 => true,
                    Method::Inclusive11 if attribute.local == "base" => return Err(C14nError::BaseAround),
                    Method::Inclusive11 => matches!(attribute.local, "lang" | "space"),
                    Method::Exclusive => false,
                };
                if is_inherited {
                    // The nearest one counts.
                    inherited.entry(attribute.local).or_insert(attribute.value);
                }
            }
        }
        self.tree(top, inherited)
    }

    fn tree(&mut self, top: NodeId, inherited: BTreeMap<&'a str, &'a str>) -> Result<(), C14nError> {
        let document = self.document;
        let mut inherited = Some(inherited);
        let mut next = Some(top);
        let mut open: Vec<NodeId> = Vec::new();
        loop {
            while let Some(node) = next {
                if self.without.contains(&node) {
                    next = following(document, node, top);
                } else if document.element(node).is_some() {
                    self.start(node, inherited.take())?;
                    open.push(node);
                    next = document.first_child(node);
                } else {
                    self.leaf(node)?;
                    next = following(document, node, top);
                }
            }
            let Some(element) = open.pop() else { return Ok(()) };
            self.end(element)?;
            next = following(document, element, top);
        }
    }

    /// `inherited` of the top alone.
    fn start(&mut self, element: NodeId, inherited: Option<BTreeMap<&'a str, &'a str>>) -> Result<(), C14nError> {
        let document = self.document;
        let (prefix, local) = document.qualified(element);
        self.scope.enter(document.declarations(element));
        self.out.raw("<")?;
        self.name(prefix, local)?;
        let mut attributes: Vec<_> = document.attributes(element).collect();
        self.namespaces(element, inherited.is_some(), &attributes)?;
        for (local, value) in inherited.into_iter().flatten() {
            let is_own = attributes.iter().any(|one| one.namespace == names::XML && one.local == local);
            if !is_own {
                let namespace = names::XML;
                attributes.push(super::AttributeView { prefix: "xml", local, namespace, value });
            }
        }
        attributes.sort_unstable_by(|a, b| (a.namespace, a.local).cmp(&(b.namespace, b.local)));
        for attribute in attributes {
            self.out.raw(" ")?;
            self.name(attribute.prefix, attribute.local)?;
            self.out.raw("=\"")?;
            self.out.value(attribute.value)?;
            self.out.raw("\"")?;
        }
        self.out.raw(">")
    }

    /// Declares what is in force here and not yet in what is written around.
    fn namespaces(
        &mut self,
        element: NodeId,
        is_top: bool,
        attributes: &[super::AttributeView<'a>],
    ) -> Result<(), C14nError> {
        let document = self.document;
        let mut candidates: BTreeSet<&'a str> = BTreeSet::new();
        match self.algorithm.method {
            Method::Inclusive10 | Method::Inclusive11 if is_top => candidates.extend(self.scope.prefixes()),
            Method::Inclusive10 | Method::Inclusive11 => {
                candidates.extend(document.declarations(element).map(|(prefix, _)| prefix));
            }
            Method::Exclusive => {
                candidates.insert(document.prefix(element));
                candidates.extend(attributes.iter().map(|one| one.prefix).filter(|prefix| !prefix.is_empty()));
                for listed in &self.algorithm.prefixes {
                    candidates.insert(if listed == "#default" { "" } else { listed });
                }
            }
        }
        let mut written = Vec::new();
        for prefix in candidates {
            let uri = self.scope.uri(prefix);
            if prefix == "xml" || uri == self.rendered.uri(prefix) {
                continue;
            }
            if uri.is_empty() && !prefix.is_empty() {
                // A prefix of the list that is not in force here.
                continue;
            }
            if !uri.is_empty() && !is_absolute(uri) {
                return Err(C14nError::RelativeNamespace);
            }
            self.out.raw(if prefix.is_empty() { " xmlns" } else { " xmlns:" })?;
            self.out.raw(prefix)?;
            self.out.raw("=\"")?;
            self.out.value(uri)?;
            self.out.raw("\"")?;
            written.push((prefix, uri));
        }
        self.rendered.enter(written);
        Ok(())
    }

    fn end(&mut self, element: NodeId) -> Result<(), C14nError> {
        if self.end_wanted == Some(element) {
            self.end = self.out.len();
        }
        let (prefix, local) = self.document.qualified(element);
        self.out.raw("</")?;
        self.name(prefix, local)?;
        self.out.raw(">")?;
        self.scope.leave();
        self.rendered.leave();
        Ok(())
    }

    fn leaf(&mut self, node: NodeId) -> Result<(), C14nError> {
        match self.document.kind(node) {
            NodeKind::Text(text) => self.out.text(text),
            NodeKind::Comment(text) if self.algorithm.comments == Comments::Kept => {
                self.out.raw("<!--")?;
                self.out.raw(text)?;
                self.out.raw("-->")
            }
            NodeKind::Instruction { target, data } => {
                self.out.raw("<?")?;
                self.out.raw(target)?;
                if !data.is_empty() {
                    self.out.raw(" ")?;
                    self.out.raw(data)?;
                }
                self.out.raw("?>")
            }
            NodeKind::Comment(_) | NodeKind::Document | NodeKind::Element => Ok(()),
        }
    }

    fn name(&mut self, prefix: &str, local: &str) -> Result<(), C14nError> {
        if !prefix.is_empty() {
            self.out.raw(prefix)?;
            self.out.raw(":")?;
        }
        self.out.raw(local)
    }
}

/// The next node with the same parent, within `top`.
fn following(document: &Document, node: NodeId, top: NodeId) -> Option<NodeId> {
    if node == top { None } else { document.next_sibling(node) }
}

/// Whether a name begins with a scheme. Source: RFC 3986 §3.1.
fn is_absolute(uri: &str) -> bool {
    let Some((scheme, _)) = uri.split_once(':') else { return false };
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}
