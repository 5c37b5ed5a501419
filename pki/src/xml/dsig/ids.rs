//! Which element an id means. Without a DTD no attribute is an ID by itself: those of the formats at hand count.
//! Source: xml:id; WS-Security §4.1; SAML 1.1 and 2.0; XML Signature §4.3.3.2.

use std::collections::BTreeMap;

use crate::xml::{Document, NodeId, names};

/// Attributes without a namespace that are ids.
const PLAIN: [&str; 6] = ["Id", "ID", "id", "AssertionID", "RequestID", "ResponseID"];

/// Why an id means no element.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// No element has it.
    #[error("no element has the id")]
    Missing,
    /// Two elements have it, by whichever attributes: programs differ on which one is meant.
    #[error("more than one element has the id")]
    Ambiguous,
}

/// Every id of a document.
#[derive(Debug, Default)]
pub struct Ids<'a> {
    owners: BTreeMap<&'a str, Option<NodeId>>,
}

impl<'a> Ids<'a> {
    /// The ids of `document`.
    pub fn of(document: &'a Document) -> Ids<'a> {
        let mut ids = Ids::default();
        for element in document.elements() {
            for attribute in document.attributes(element) {
                let is_id = match attribute.namespace {
                    "" => PLAIN.contains(&attribute.local),
                    names::WSU => attribute.local == "Id",
                    names::XML => attribute.local == "id",
                    _ => false,
                };
                if is_id {
                    // A program that knows xml:id passes over the white space around it. Source: xml:id §4.
                    let value =
                        if attribute.namespace == names::XML { attribute.value.trim() } else { attribute.value };
                    let owner = ids.owners.entry(value).or_insert(Some(element));
                    // One element may say its id twice.
                    *owner = owner.filter(|known| *known == element);
                }
            }
        }
        ids
    }

    /// The only element with this id.
    ///
    /// # Errors
    /// `Missing`, `Ambiguous`.
    pub fn owner(&self, id: &str) -> Result<NodeId, IdError> {
        self.owners.get(id).ok_or(IdError::Missing)?.ok_or(IdError::Ambiguous)
    }
}
