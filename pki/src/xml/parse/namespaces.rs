//! Attributes, and which prefix stands for which namespace. Source: Namespaces in XML 1.0 §3, §5, §6.

use super::{Parser, Raw, number};
use crate::xml::document::{Attribute, Declaration, Span};
use crate::xml::error::{XmlError, XmlErrorKind};
use crate::xml::scan::Place;
use crate::xml::{NAMESPACE_MAX_BYTES, names};

impl<'a> Parser<'a> {
    /// One attribute: a declaration is put in force, another one goes to `raw`.
    pub(super) fn attribute(&mut self, first_declaration: usize, raw: &mut Vec<Raw<'a>>) -> Result<(), XmlError> {
        let offset = self.scanner.offset;
        let (prefix, local) = self.scanner.qualified_name()?;
        let literal = self.scanner.equals_literal()?;
        let begin = self.place();
        self.scanner.resolve(literal, Place::Attribute, &mut self.document.pool)?;
        let value = self.since(begin);
        let declares = match (prefix, local) {
            ("", "xmlns") => "",
            ("xmlns", declared) => declared,
            _ => {
                raw.push(Raw { prefix, local, value, offset });
                return Ok(());
            }
        };
        let uri = self.document.text(value);
        // Source: Namespaces in XML 1.0 §3, the constraints on reserved and undeclared prefixes.
        let allowed = declares != "xmlns"
            && uri != names::XMLNS
            && (declares == "xml") == (uri == names::XML)
            && (declares.is_empty() || !uri.is_empty());
        if !allowed {
            return Err(XmlError { offset, kind: XmlErrorKind::Namespace });
        }
        let mut here =
            self.declared.iter().rev().take(self.document.declarations.len().saturating_sub(first_declaration));
        if here.any(|known| *known == declares) {
            return Err(XmlError { offset, kind: XmlErrorKind::DuplicateAttribute });
        }
        if uri.len() > NAMESPACE_MAX_BYTES {
            let kind = XmlErrorKind::TooMany { what: "octets of a namespace", limit: NAMESPACE_MAX_BYTES };
            return Err(XmlError { offset, kind });
        }
        let uri = *self.names.entry(uri.to_owned()).or_insert(if uri.is_empty() { Span::default() } else { value });
        let prefix = self.pooled(declares);
        self.document.declarations.push(Declaration { prefix, uri });
        self.declared.push(declares);
        self.scope.entry(declares).or_default().push(uri);
        Ok(())
    }

    /// Resolves the namespaces of attributes and looks for twins.
    pub(super) fn attributes(&mut self, raw: Vec<Raw<'a>>) -> Result<(u32, u32), XmlError> {
        let first = self.document.attributes.len();
        let mut known = std::collections::BTreeSet::new();
        let mut found = Vec::with_capacity(raw.len());
        for one in raw {
            let namespace =
                if one.prefix.is_empty() { Span::default() } else { self.resolved(one.prefix, one.offset)? };
            if !known.insert((namespace.start, namespace.end, one.local)) {
                return Err(XmlError { offset: one.offset, kind: XmlErrorKind::DuplicateAttribute });
            }
            found.push((namespace, one));
        }
        for (namespace, one) in found {
            let (prefix, local) = (self.pooled(one.prefix), self.pooled(one.local));
            self.document.attributes.push(Attribute { prefix, local, namespace, value: one.value });
        }
        Ok((number(first), number(self.document.attributes.len())))
    }

    /// The namespace of a prefix in force.
    pub(super) fn resolved(&self, prefix: &str, offset: usize) -> Result<Span, XmlError> {
        if prefix == "xml" {
            return Ok(self.xml);
        }
        match self.scope.get(prefix).and_then(|declared| declared.last()) {
            Some(uri) => Ok(*uri),
            None if prefix.is_empty() => Ok(Span::default()),
            None => Err(XmlError { offset, kind: XmlErrorKind::Namespace }),
        }
    }

    /// Ends the innermost element and takes back what it declared.
    pub(super) fn close(&mut self) -> Result<(), XmlError> {
        self.open.pop();
        for _ in 0..self.counts.pop().unwrap_or_default() {
            let Some(prefix) = self.declared.pop() else { break };
            if let Some(declared) = self.scope.get_mut(prefix) {
                declared.pop();
            }
        }
        Ok(())
    }
}
