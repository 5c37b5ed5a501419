//! A document in memory: nodes in document order, all text in one pool.

use crate::digest::Digest;

/// A node of one document. It means nothing in another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(super) u32);

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeKind<'a> {
    /// The document itself: the parent of the root element and of what stands beside it.
    Document,
    /// An element.
    Element,
    /// Character data with references resolved and line ends as `\n`; never beside another text.
    Text(&'a str),
    /// What stands between `<!--` and `-->`.
    Comment(&'a str),
    /// A processing instruction.
    Instruction {
        /// Its name.
        target: &'a str,
        /// What follows, without the white space before; may be empty.
        data: &'a str,
    },
}

/// An attribute; namespace declarations are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttributeView<'a> {
    /// Empty without one.
    pub prefix: &'a str,
    /// The name without prefix.
    pub local: &'a str,
    /// Empty for an attribute without prefix.
    pub namespace: &'a str,
    /// Normalised as XML says for character data.
    pub value: &'a str,
}

/// A piece of the pool.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub start: u32,
    pub end: u32,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Attribute {
    pub prefix: Span,
    pub local: Span,
    pub namespace: Span,
    pub value: Span,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Declaration {
    pub prefix: Span,
    pub uri: Span,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Element {
    pub prefix: Span,
    pub local: Span,
    pub namespace: Span,
    /// Places in the list of attributes.
    pub attributes: (u32, u32),
    /// Places in the list of declarations.
    pub declarations: (u32, u32),
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Document,
    Element(Element),
    Text(Span),
    Comment(Span),
    Instruction { target: Span, data: Span },
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    pub kind: Kind,
    pub parent: Option<NodeId>,
    pub first_child: Option<NodeId>,
    pub last_child: Option<NodeId>,
    pub next_sibling: Option<NodeId>,
}

/// A well-formed document without a DTD. Made by [`Document::parse`] alone.
#[derive(Debug, Clone)]
pub struct Document {
    pub(super) pool: String,
    pub(super) nodes: Vec<Node>,
    pub(super) attributes: Vec<Attribute>,
    pub(super) declarations: Vec<Declaration>,
    pub(super) root: NodeId,
    pub(super) sha256: Digest,
}

pub(super) fn index(position: u32) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}

impl Document {
    /// The document itself.
    pub const DOCUMENT: NodeId = NodeId(0);

    /// SHA-256 of the octets that were read.
    pub const fn sha256(&self) -> &Digest {
        &self.sha256
    }

    /// The root element.
    pub const fn root(&self) -> NodeId {
        self.root
    }

    /// What the node is.
    pub fn kind(&self, node: NodeId) -> NodeKind<'_> {
        match self.node(node).map(|node| node.kind) {
            Some(Kind::Element(_)) => NodeKind::Element,
            Some(Kind::Text(text)) => NodeKind::Text(self.text(text)),
            Some(Kind::Comment(text)) => NodeKind::Comment(self.text(text)),
            Some(Kind::Instruction { target, data }) => {
                NodeKind::Instruction { target: self.text(target), data: self.text(data) }
            }
            Some(Kind::Document) | None => NodeKind::Document,
        }
    }

    /// The node around; `None` of the document alone.
    pub fn parent(&self, node: NodeId) -> Option<NodeId> {
        self.node(node)?.parent
    }

    /// The first node inside.
    pub fn first_child(&self, node: NodeId) -> Option<NodeId> {
        self.node(node)?.first_child
    }

    /// The next node inside the same parent.
    pub fn next_sibling(&self, node: NodeId) -> Option<NodeId> {
        self.node(node)?.next_sibling
    }

    /// The nodes inside, in order.
    pub fn children(&self, node: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(self.first_child(node), |child| self.next_sibling(*child))
    }

    /// The elements inside, in order.
    pub fn child_elements(&self, node: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.children(node).filter(|child| self.element(*child).is_some())
    }

    /// The node and everything in it, in document order.
    pub fn subtree(&self, top: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(Some(top), move |node| self.after(*node, top, true))
    }

    /// The next node in document order within `top`; with `inside` the children of `node` come first.
    pub(super) fn after(&self, node: NodeId, top: NodeId, inside: bool) -> Option<NodeId> {
        if let Some(child) = self.first_child(node).filter(|_| inside) {
            return Some(child);
        }
        let mut at = node;
        while at != top {
            if let Some(sibling) = self.next_sibling(at) {
                return Some(sibling);
            }
            at = self.parent(at)?;
        }
        None
    }

    /// The nodes around, nearest first.
    pub fn ancestors(&self, node: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(self.parent(node), |around| self.parent(*around))
    }

    /// Whether `node` is `top` or inside it.
    pub fn is_within(&self, node: NodeId, top: NodeId) -> bool {
        node == top || self.ancestors(node).any(|around| around == top)
    }

    /// Every element, in document order.
    pub fn elements(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.subtree(Self::DOCUMENT).filter(|node| self.element(*node).is_some())
    }

    /// The prefix of an element; empty without one and for other nodes.
    pub fn prefix(&self, node: NodeId) -> &str {
        self.element(node).map_or("", |element| self.text(element.prefix))
    }

    /// The name of an element without prefix; empty for other nodes.
    pub fn local_name(&self, node: NodeId) -> &str {
        self.element(node).map_or("", |element| self.text(element.local))
    }

    /// The namespace of an element; empty for none and for other nodes.
    pub fn namespace(&self, node: NodeId) -> &str {
        self.element(node).map_or("", |element| self.text(element.namespace))
    }

    /// Whether the node is an element of this name.
    pub fn is(&self, node: NodeId, namespace: &str, local: &str) -> bool {
        self.element(node).is_some() && self.local_name(node) == local && self.namespace(node) == namespace
    }

    /// The attributes of an element as they are written.
    pub fn attributes(&self, node: NodeId) -> impl Iterator<Item = AttributeView<'_>> {
        let range = self.element(node).map_or(0..0, |element| index(element.attributes.0)..index(element.attributes.1));
        self.attributes.get(range).unwrap_or_default().iter().map(|attribute| AttributeView {
            prefix: self.text(attribute.prefix),
            local: self.text(attribute.local),
            namespace: self.text(attribute.namespace),
            value: self.text(attribute.value),
        })
    }

    /// The value of an attribute; `namespace` is empty for one without prefix.
    pub fn attribute(&self, node: NodeId, namespace: &str, local: &str) -> Option<&str> {
        let mut attributes = self.attributes(node);
        attributes.find(|one| one.local == local && one.namespace == namespace).map(|one| one.value)
    }

    /// The namespace declarations written on an element: prefix (empty: the default) and name.
    pub fn declarations(&self, node: NodeId) -> impl Iterator<Item = (&str, &str)> {
        let range =
            self.element(node).map_or(0..0, |element| index(element.declarations.0)..index(element.declarations.1));
        let declarations = self.declarations.get(range).unwrap_or_default();
        declarations.iter().map(|one| (self.text(one.prefix), self.text(one.uri)))
    }

    /// The character data of an element that holds nothing but character data; `None` when anything else is inside, a
    /// comment too: what a comment splits in two is read in two ways.
    pub fn simple_text(&self, node: NodeId) -> Option<&str> {
        self.element(node)?;
        let Some(child) = self.first_child(node) else { return Some("") };
        match self.kind(child) {
            NodeKind::Text(text) if self.next_sibling(child).is_none() => Some(text),
            NodeKind::Text(_)
            | NodeKind::Document
            | NodeKind::Element
            | NodeKind::Comment(_)
            | NodeKind::Instruction { .. } => None,
        }
    }

    /// Where an element is: `/Envelope/Body[2]`, prefixes left out, the number where a sibling has the same name. At most
    /// 32 steps are told.
    pub fn path(&self, node: NodeId) -> String {
        let mut steps: Vec<String> = Vec::new();
        let around = std::iter::once(node).chain(self.ancestors(node)).filter(|one| self.element(*one).is_some());
        for element in around {
            if steps.len() == PATH_STEPS_MAX {
                steps.push("...".to_owned());
                break;
            }
            let twins = || {
                let siblings = self.parent(element).into_iter().flat_map(|parent| self.children(parent));
                let siblings = siblings.take(SIBLINGS_COUNTED_MAX);
                siblings.filter(|one| self.is(*one, self.namespace(element), self.local_name(element)))
            };
            let name = shortened(self.local_name(element));
            steps.push(match twins().position(|one| one == element) {
                Some(0) if twins().nth(1).is_none() => name,
                Some(before) => format!("{name}[{}]", before.saturating_add(1)),
                None => format!("{name}[?]"),
            });
        }
        steps.reverse();
        format!("/{}", steps.join("/"))
    }

    /// The name of an element with its prefix.
    pub(super) fn qualified(&self, node: NodeId) -> (&str, &str) {
        (self.prefix(node), self.local_name(node))
    }

    pub(super) fn node(&self, node: NodeId) -> Option<&Node> {
        self.nodes.get(index(node.0))
    }

    pub(super) fn element(&self, node: NodeId) -> Option<&Element> {
        match &self.node(node)?.kind {
            Kind::Element(element) => Some(element),
            Kind::Document | Kind::Text(_) | Kind::Comment(_) | Kind::Instruction { .. } => None,
        }
    }

    pub(super) fn text(&self, span: Span) -> &str {
        self.pool.get(index(span.start)..index(span.end)).unwrap_or_default()
    }

    /// Prefixes in force on an element with their namespaces, `xml` left out; an undeclared default is left out too.
    pub(super) fn in_scope(&self, node: NodeId) -> std::collections::BTreeMap<&str, &str> {
        let mut scope = std::collections::BTreeMap::new();
        for element in std::iter::once(node).chain(self.ancestors(node)) {
            for (prefix, uri) in self.declarations(element) {
                // The nearest one counts.
                scope.entry(prefix).or_insert(uri);
            }
        }
        scope.retain(|prefix, uri| !uri.is_empty() && *prefix != "xml");
        scope
    }
}

/// Steps of a path that are told.
const PATH_STEPS_MAX: usize = 32;
/// Siblings among which an element's number is counted; farther on it is not told.
const SIBLINGS_COUNTED_MAX: usize = 1000;
/// Characters of a foreign name that are told.
const NAME_TOLD_MAX: usize = 64;

fn shortened(name: &str) -> String {
    let mut told: String = name.chars().take(NAME_TOLD_MAX).collect();
    if told.len() < name.len() {
        told.push_str("...");
    }
    told
}
