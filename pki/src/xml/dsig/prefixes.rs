//! Prefixes that mean something only in values, as in `xsi:type="t:Order"`: exclusive canonicalisation does not see them,
//! so that their declarations can be changed under a signature. Source: Exclusive XML Canonicalization 1.0 §1.3.

use std::collections::BTreeSet;

use crate::xml::{Document, NodeId, NodeKind};

/// Steps taken for one signature; a document that needs more counts as one with an uncovered prefix.
pub(super) const STEPS_MAX: usize = 2_000_000;

/// A prefix that is mentioned in a value where the exclusive form of the document does not declare it, other than those
/// `listed` as inclusive. `steps` are those left.
pub(super) fn uncovered(document: &Document, listed: &BTreeSet<String>, steps: &mut usize) -> Option<String> {
    for element in document.elements() {
        let attributes = document.attributes(element).map(|attribute| attribute.value);
        let texts = document.children(element).filter_map(|child| match document.kind(child) {
            NodeKind::Text(text) => Some(text),
            NodeKind::Document | NodeKind::Element | NodeKind::Comment(_) | NodeKind::Instruction { .. } => None,
        });
        for value in attributes.chain(texts) {
            for prefix in mentions(value) {
                if !listed.contains(prefix) && is_declared_unseen(document, element, prefix, steps) {
                    return Some(prefix.chars().take(64).collect());
                }
            }
        }
    }
    None
}

/// What stands before a colon and could be a prefix.
fn mentions(value: &str) -> impl Iterator<Item = &str> {
    value.match_indices(':').filter_map(move |(colon, _)| {
        let before = value.get(..colon)?;
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        let name =
            before.len().saturating_sub(before.chars().rev().take_while(|c| is_name(*c)).map(char::len_utf8).sum());
        before.get(name..).filter(|prefix| !prefix.is_empty() && *prefix != "xml")
    })
}

/// Whether `prefix` is declared around `element` and no element from there down to `element` uses it in a name: then its
/// declaration is not in the form.
fn is_declared_unseen(document: &Document, element: NodeId, prefix: &str, steps: &mut usize) -> bool {
    for around in std::iter::once(element).chain(document.ancestors(element)) {
        let names = document.attributes(around).count().saturating_add(document.declarations(around).count());
        *steps = steps.saturating_sub(names.saturating_add(1));
        if *steps == 0 {
            return true;
        }
        let uses = document.prefix(around) == prefix || document.attributes(around).any(|one| one.prefix == prefix);
        if uses {
            return false;
        }
        if document.declarations(around).any(|(declared, _)| declared == prefix) {
            return true;
        }
    }
    false
}
