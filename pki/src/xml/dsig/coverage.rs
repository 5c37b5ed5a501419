//! What a signature covers, told so that a reader can compare it with what is acted upon. The forms of wrapping attacks
//! differ in where the signed element is moved; what they share is that another element stands where the reader looks, and
//! that one is not covered.

use super::reference::Target;
use super::{Ids, XmlSignature, prefixes};
use crate::xml::c14n::{Comments, Method};
use crate::xml::{Document, NodeId, NodeKind, names};

/// What the references of a signature cover together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Covered {
    /// Whether it is the whole document but for signatures, in which nothing foreign is hidden.
    pub is_all: bool,
    /// Every reference in words: the path of the element and its id.
    pub parts: Vec<String>,
}

/// What `signature` covers when the `removed` later signatures are not looked at. Whether the digests fit is not asked.
pub fn covered(document: &Document, ids: &Ids<'_>, signature: &XmlSignature, removed: &[NodeId]) -> Covered {
    let mut parts = Vec::new();
    let mut nodes = Vec::new();
    let mut is_all = false;
    let mut steps = prefixes::STEPS_MAX;
    for reference in &signature.signed_info.references {
        let Ok(node) = reference.node(document, ids, signature.element) else { continue };
        let mut told = match &reference.target {
            Target::Document => "the whole document".to_owned(),
            Target::Id(id) => format!("{} (id {})", document.path(node), super::read::shortened(id)),
        };
        if reference.enveloped {
            told.push_str(" without the signature");
        }
        if reference.canonicalization.comments == Comments::Dropped {
            told.push_str(", comments not covered");
        }
        if node == Document::DOCUMENT || node == document.root() {
            let is_bare = node == Document::DOCUMENT || has_no_instructions_outside(document);
            let uncovered = match reference.canonicalization.method {
                Method::Exclusive => prefixes::uncovered(document, &reference.canonicalization.prefixes, &mut steps),
                Method::Inclusive10 | Method::Inclusive11 => None,
            };
            is_all |= is_bare && uncovered.is_none();
            if !is_bare {
                told.push_str(", instructions beside the root not covered");
            }
            if let Some(prefix) = uncovered {
                told.push_str(&format!(", the meaning of the prefix {prefix} not covered"));
            }
        }
        parts.push(told);
        nodes.push(node);
    }
    if !removed.is_empty() {
        parts.push(format!("{} later signature(s) not covered", removed.len()));
    }
    let hidden = std::iter::once(&signature.element)
        .chain(removed)
        .find_map(|element| foreign(document, *element, &nodes, signature.element));
    if let Some(hidden) = hidden {
        parts.push(format!("{} in a signature not covered", document.path(hidden)));
    }
    Covered { is_all: is_all && hidden.is_none(), parts }
}

/// An instruction beside the root, a style sheet for one, changes what is shown.
fn has_no_instructions_outside(document: &Document) -> bool {
    let mut outside = document.children(Document::DOCUMENT);
    outside.all(|node| !matches!(document.kind(node), NodeKind::Instruction { .. }))
}

/// Namespaces whose elements belong into a signature.
const OWN: [&str; 7] =
    [names::DSIG, names::DSIG11, names::DSIG_MORE_2007, names::EXC_C14N, names::XADES, names::XADES141, names::WSSE];

/// The first thing in a signature that a reader of the document might take for content and that nothing covers.
fn foreign(document: &Document, signature: NodeId, covered: &[NodeId], own: NodeId) -> Option<NodeId> {
    let mut next = Some(signature);
    while let Some(node) = next {
        // A part of the signature that has its own reference; the document and the root leave signatures out.
        if signature == own && node != signature && covered.contains(&node) {
            next = document.after(node, signature, false);
            continue;
        }
        let is_foreign = match document.kind(node) {
            NodeKind::Element => !OWN.contains(&document.namespace(node)),
            NodeKind::Text(text) => {
                let parent = document.parent(node);
                let in_object = parent.is_some_and(|parent| document.is(parent, names::DSIG, "Object"));
                in_object && !text.trim().is_empty()
            }
            NodeKind::Document | NodeKind::Comment(_) | NodeKind::Instruction { .. } => false,
        };
        if is_foreign {
            let element = if document.element(node).is_some() { Some(node) } else { document.parent(node) };
            return element;
        }
        next = document.after(node, signature, true);
    }
    None
}
