//! The walk over a document that writes its form. Nesting is walked, not recursed into: strangers choose its depth.
//! Source: Canonical XML 1.0 §2; Exclusive XML Canonicalization 1.0 §3.

use std::collections::{BTreeMap, BTreeSet};

use super::scope::Scope;
use super::write::Output;
use super::{C14nError, Canonicalization, Comments, Method};
use crate::xml::document::{AttributeView, Document, NodeId, NodeKind};
use crate::xml::names;

/// The state of writing one form.
pub(super) struct Walk<'a, 's> {
    document: &'a Document,
    algorithm: &'a Canonicalization,
    without: &'a [NodeId],
    pub out: Output<'s>,
    /// Declarations in force in the document.
    scope: Scope<'a>,
    /// Declarations in force in what is written.
    rendered: Scope<'a>,
    /// The element of whose end tag the place is wanted, and the place.
    pub end_wanted: Option<NodeId>,
    pub end: usize,
    /// What may still be looked at.
    pub steps: usize,
}

/// What an element or a declaration costs; any other node costs one.
const ELEMENT_STEPS: usize = 4;

impl<'a, 's> Walk<'a, 's> {
    pub fn new(
        document: &'a Document,
        algorithm: &'a Canonicalization,
        without: &'a [NodeId],
        limit: usize,
        sink: &'s mut dyn FnMut(&[u8]),
    ) -> Self {
        Walk {
            document,
            algorithm,
            without,
            out: Output::new(limit, sink),
            scope: Scope::default(),
            rendered: Scope::default(),
            end_wanted: None,
            end: 0,
            steps: usize::MAX,
        }
    }

    /// What stands beside the root goes on lines of its own. Source: Canonical XML 1.0 §2.3.
    pub fn whole(&mut self) -> Result<(), C14nError> {
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
    pub fn part(&mut self, top: NodeId) -> Result<(), C14nError> {
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
                let is_element = document.element(node).is_some();
                if is_element && self.without.contains(&node) {
                    next = following(document, node, top);
                } else if is_element {
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
        let counted = document.declarations(element).count().saturating_add(1);
        self.spend(counted.saturating_mul(ELEMENT_STEPS))?;
        self.scope.enter(document.declarations(element));
        self.out.raw("<")?;
        self.name(prefix, local)?;
        let mut attributes: Vec<_> = document.attributes(element).collect();
        self.namespaces(element, inherited.is_some(), &attributes)?;
        for (local, value) in inherited.into_iter().flatten() {
            let is_own = attributes.iter().any(|one| one.namespace == names::XML && one.local == local);
            if !is_own {
                let namespace = names::XML;
                attributes.push(AttributeView { prefix: "xml", local, namespace, value });
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
    fn namespaces(&mut self, element: NodeId, is_top: bool, attributes: &[AttributeView<'a>]) -> Result<(), C14nError> {
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
                let listed = &self.algorithm.prefixes;
                if is_top {
                    candidates.extend(listed.iter().map(|one| if one == "#default" { "" } else { one }));
                } else {
                    // Farther down only a declaration changes what a listed prefix stands for.
                    let here = document.declarations(element).map(|(prefix, _)| prefix);
                    candidates
                        .extend(here.filter(|one| listed.contains(if one.is_empty() { "#default" } else { one })));
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

    fn spend(&mut self, steps: usize) -> Result<(), C14nError> {
        self.steps = self.steps.checked_sub(steps).ok_or(C14nError::TooMuchWork)?;
        Ok(())
    }

    fn leaf(&mut self, node: NodeId) -> Result<(), C14nError> {
        self.spend(1)?;
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
