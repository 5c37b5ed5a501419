//! From elements to an [`XmlSignature`]. Source: XML Signature 1.1 §4.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::reference::Reference;
use super::{
    DsigError, Ids, KeyInfo, Qualifying, REFERENCES_MAX, SignedInfo, TRANSFORMS_MAX, XmlSignature, algorithms,
    reference,
};
use crate::xml::c14n::{Canonicalization, Method, PREFIX_LIST_MAX};
use crate::xml::{Document, NodeId, NodeKind, names};

/// Most element children of one element of a signature.
const CHILDREN_MAX: usize = 64;
/// Characters of a foreign identifier that are told.
const NAME_TOLD_MAX: usize = 128;

impl XmlSignature {
    /// Reads the ds:Signature at `element`.
    ///
    /// # Errors
    /// See [`DsigError`].
    pub fn read(document: &Document, ids: &Ids<'_>, element: NodeId) -> Result<XmlSignature, DsigError> {
        let mut fields = Elements::of(document, element)?;
        let signed_info = fields.required("SignedInfo", "no SignedInfo")?;
        let value_element = fields.required("SignatureValue", "no SignatureValue after one SignedInfo")?;
        let key_info = fields.optional(names::DSIG, "KeyInfo");
        let mut objects = Vec::new();
        while let Some(object) = fields.optional(names::DSIG, "Object") {
            objects.push(object);
        }
        fields.finish()?;
        let signed_info = read_signed_info(document, signed_info)?;
        let value = base64(document, value_element).filter(|value| !value.is_empty());
        Ok(XmlSignature {
            element,
            signed_info,
            value_element,
            value: value.ok_or(DsigError::Malformed("the SignatureValue is not base64"))?,
            key_info: key_info.map(|element| KeyInfo::read(document, ids, element)).unwrap_or_default(),
            qualifying: Qualifying::read(document, element, &objects)?,
        })
    }
}

/// The octets of the first ds:SignatureValue in `signature`, whatever else is wrong with it; empty when there are none.
pub fn value_as_written(document: &Document, signature: NodeId) -> Vec<u8> {
    let mut values = document.child_elements(signature).filter(|one| document.is(*one, names::DSIG, "SignatureValue"));
    values.next().and_then(|value| base64(document, value)).unwrap_or_default()
}

fn read_signed_info(document: &Document, element: NodeId) -> Result<SignedInfo, DsigError> {
    let mut fields = Elements::of(document, element)?;
    let canonicalization = fields.required("CanonicalizationMethod", "no CanonicalizationMethod")?;
    let method = fields.required("SignatureMethod", "no SignatureMethod")?;
    let mut references = Vec::new();
    while let Some(found) = fields.optional(names::DSIG, "Reference") {
        if references.len() >= REFERENCES_MAX {
            return Err(DsigError::Malformed("more references than are looked at"));
        }
        references.push(found);
    }
    fields.finish()?;
    if references.is_empty() {
        return Err(DsigError::Malformed("a signature without a reference signs nothing"));
    }
    let canonicalization = canonicalization_of(document, canonicalization)?.ok_or_else(|| {
        let name = shortened(attribute_algorithm(document, canonicalization).unwrap_or_default());
        DsigError::UnsupportedAlgorithm { what: "canonicalisation", name }
    })?;
    Ok(SignedInfo {
        element,
        canonicalization,
        algorithm: algorithms::signature_method(document, method)?,
        references: references.into_iter().map(|one| Reference::read(document, one)).collect::<Result<_, _>>()?,
    })
}

impl Reference {
    fn read(document: &Document, element: NodeId) -> Result<Reference, DsigError> {
        let mut fields = Elements::of(document, element)?;
        let transforms = fields.optional(names::DSIG, "Transforms");
        let method = fields.required("DigestMethod", "no DigestMethod")?;
        let value = fields.required("DigestValue", "no DigestValue")?;
        fields.finish()?;
        let target = reference::target(document.attribute(element, "", "URI"))?;
        let (enveloped, canonicalization) = match transforms {
            Some(transforms) => read_transforms(document, transforms)?,
            None => (false, None),
        };
        let algorithm = algorithms::digest_method(document, method)?;
        let value = base64(document, value).ok_or(DsigError::Malformed("a DigestValue is not base64"))?;
        let digest = crate::digest::Digest::new(algorithm, value);
        Ok(Reference {
            element,
            target,
            enveloped,
            canonicalization: canonicalization.unwrap_or_else(reference::default_canonicalization),
            digest: digest.ok_or(DsigError::Malformed("a DigestValue is not as long as its digest"))?,
            kind: document.attribute(element, "", "Type").map(shortened),
        })
    }
}

/// Whether the signature itself is left out, and the canonical form, which must come last: what another transform would
/// make of its octets is not followed.
fn read_transforms(document: &Document, element: NodeId) -> Result<(bool, Option<Canonicalization>), DsigError> {
    const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
    let mut fields = Elements::of(document, element)?;
    let (mut enveloped, mut canonicalization) = (false, None);
    let mut count = 0_usize;
    while let Some(transform) = fields.optional(names::DSIG, "Transform") {
        count = count.saturating_add(1);
        if count > TRANSFORMS_MAX {
            return Err(DsigError::Malformed("more transforms than are looked at"));
        }
        let uri = attribute_algorithm(document, transform)?;
        let unsupported = || DsigError::UnsupportedReference { what: "transform", name: shortened(uri) };
        if canonicalization.is_some() {
            return Err(unsupported());
        }
        if uri == ENVELOPED {
            enveloped = true;
            if !no_children(document, transform) {
                return Err(unsupported());
            }
        } else {
            canonicalization = Some(canonicalization_of(document, transform)?.ok_or_else(unsupported)?);
        }
    }
    fields.finish()?;
    if count == 0 {
        return Err(DsigError::Malformed("an empty list of transforms"));
    }
    Ok((enveloped, canonicalization))
}

/// The canonicalisation that an element names, with its prefixes; `None` for another algorithm.
pub(super) fn canonicalization_of(document: &Document, element: NodeId) -> Result<Option<Canonicalization>, DsigError> {
    let Some(mut found) = Canonicalization::from_uri(attribute_algorithm(document, element)?) else { return Ok(None) };
    let mut children = Elements::of(document, element)?;
    if found.method == Method::Exclusive
        && let Some(list) = children.optional(names::EXC_C14N, "InclusiveNamespaces")
    {
        let written = document.attribute(list, "", "PrefixList").unwrap_or_default();
        for prefix in written.split_ascii_whitespace() {
            if found.prefixes.len() >= PREFIX_LIST_MAX {
                return Err(DsigError::Malformed("more inclusive namespaces than are looked at"));
            }
            found.prefixes.insert(prefix.to_owned());
        }
        if !no_children(document, list) {
            return Err(DsigError::Malformed("a list of prefixes with something inside"));
        }
    }
    children.finish()?;
    Ok(Some(found))
}

/// The element children of an element that has no character data of its own, taken in order.
pub(super) struct Elements<'d> {
    document: &'d Document,
    left: std::collections::VecDeque<NodeId>,
}

impl<'d> Elements<'d> {
    pub fn of(document: &'d Document, element: NodeId) -> Result<Self, DsigError> {
        let mut left = std::collections::VecDeque::new();
        for child in document.children(element) {
            match document.kind(child) {
                NodeKind::Element if left.len() < CHILDREN_MAX => left.push_back(child),
                NodeKind::Element => return Err(DsigError::Malformed("more elements than are looked at")),
                NodeKind::Text(text) if !text.trim_matches(is_space).is_empty() => {
                    return Err(DsigError::Malformed("character data between elements"));
                }
                NodeKind::Text(_) | NodeKind::Comment(_) | NodeKind::Instruction { .. } | NodeKind::Document => {}
            }
        }
        Ok(Elements { document, left })
    }

    /// Takes the next one when it has this name.
    pub fn optional(&mut self, namespace: &str, local: &str) -> Option<NodeId> {
        let next = *self.left.front()?;
        if self.document.is(next, namespace, local) { self.left.pop_front() } else { None }
    }

    /// Takes the next one, which must have this name of XML Signature.
    pub fn required(&mut self, local: &str, otherwise: &'static str) -> Result<NodeId, DsigError> {
        self.optional(names::DSIG, local).ok_or(DsigError::Malformed(otherwise))
    }

    /// Nothing is left.
    pub fn finish(self) -> Result<(), DsigError> {
        if self.left.is_empty() { Ok(()) } else { Err(DsigError::Malformed("an element that does not belong here")) }
    }
}

/// The attribute `Algorithm`.
pub(super) fn attribute_algorithm(document: &Document, element: NodeId) -> Result<&str, DsigError> {
    document.attribute(element, "", "Algorithm").ok_or(DsigError::Malformed("a method without an algorithm"))
}

/// Nothing but white space is inside.
pub(super) fn no_children(document: &Document, element: NodeId) -> bool {
    Elements::of(document, element).is_ok_and(|children| children.finish().is_ok())
}

/// The octets of an element that holds base64 and nothing else; white space, `&#13;` too, is passed over.
pub(super) fn base64(document: &Document, element: NodeId) -> Option<Vec<u8>> {
    let text: String = document.simple_text(element)?.chars().filter(|c| !is_space(*c)).collect();
    BASE64_STANDARD.decode(text).ok()
}

const fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

/// A foreign identifier as it is told.
pub(super) fn shortened(name: &str) -> String {
    name.chars().take(NAME_TOLD_MAX).collect()
}
