//! From octets to a [`Document`]. Source: XML 1.0 §2, §3.1; Namespaces in XML 1.0 §3, §5, §6.

mod namespaces;

use std::collections::BTreeMap;

use super::document::{Document, Element, Kind, Node, NodeId, Span};
use super::error::{XmlError, XmlErrorKind};
use super::scan::{self, Place, Scanner};
use super::{ATTRIBUTES_MAX, DEPTH_MAX, NAMESPACES_IN_SCOPE_MAX, NODES_MAX, XML_SIZE_MAX_BYTES, names};
use crate::digest::DigestAlgorithm;

impl Document {
    /// Reads a document in UTF-8, with or without a byte order mark.
    ///
    /// # Errors
    /// [`XmlError`] with the place: not well-formed, not UTF-8, with a DTD, or beyond a limit of [`crate::xml`].
    pub fn parse(bytes: &[u8]) -> Result<Document, XmlError> {
        let at = |offset, kind| XmlError { offset, kind };
        if bytes.len() > XML_SIZE_MAX_BYTES {
            return Err(at(0, XmlErrorKind::TooMany { what: "octets", limit: XML_SIZE_MAX_BYTES }));
        }
        let text = std::str::from_utf8(bytes).map_err(|error| at(error.valid_up_to(), XmlErrorKind::Encoding))?;
        Parser::new(text).document(true)
    }

    /// Reads a document that is text already: what it says about its encoding was true of octets that are gone.
    ///
    /// # Errors
    /// As [`Document::parse`].
    pub fn parse_text(text: &str) -> Result<Document, XmlError> {
        if text.len() > XML_SIZE_MAX_BYTES {
            let kind = XmlErrorKind::TooMany { what: "octets", limit: XML_SIZE_MAX_BYTES };
            return Err(XmlError { offset: 0, kind });
        }
        Parser::new(text).document(false)
    }
}

struct Parser<'a> {
    scanner: Scanner<'a>,
    document: Document,
    /// Elements that are open, with the names they were opened by.
    open: Vec<(NodeId, &'a str, &'a str)>,
    /// Of every prefix the declarations in force, the nearest last.
    scope: BTreeMap<&'a str, Vec<Span>>,
    /// Prefixes declared by the open elements, in order, and how many each of them declared.
    declared: Vec<&'a str>,
    counts: Vec<usize>,
    /// Every name of a namespace once, so that equal names are equal spans.
    names: BTreeMap<String, Span>,
    xml: Span,
}

/// An attribute before namespaces are known.
struct Raw<'a> {
    prefix: &'a str,
    local: &'a str,
    value: Span,
    offset: usize,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Self {
        let node = |kind| Node { kind, parent: None, first_child: None, last_child: None, next_sibling: None };
        let document = Document {
            pool: String::new(),
            nodes: vec![node(Kind::Document)],
            attributes: Vec::new(),
            declarations: Vec::new(),
            root: Document::DOCUMENT,
            sha256: DigestAlgorithm::Sha256.digest(text.as_bytes()),
        };
        let mut parser = Parser {
            scanner: Scanner::new(text),
            document,
            open: Vec::new(),
            scope: BTreeMap::new(),
            declared: Vec::new(),
            counts: Vec::new(),
            names: BTreeMap::new(),
            xml: Span::default(),
        };
        parser.xml = parser.pooled(names::XML);
        parser.names.insert(names::XML.to_owned(), parser.xml);
        parser
    }

    fn document(mut self, is_octets: bool) -> Result<Document, XmlError> {
        self.scanner.take("\u{feff}");
        if self.scanner.rest().strip_prefix("<?xml").is_some_and(|rest| rest.starts_with(scan::is_space)) {
            self.declaration(is_octets)?;
        }
        let mut has_root = false;
        loop {
            self.scanner.space();
            if self.scanner.is_at_end() {
                break;
            }
            if self.scanner.starts_with("<!DOCTYPE") {
                return Err(self.scanner.error(XmlErrorKind::Doctype));
            }
            if self.scanner.starts_with("<?") || self.scanner.starts_with("<!") {
                self.markup()?;
            } else if self.scanner.starts_with("<") && !has_root {
                has_root = true;
                self.tree()?;
            } else {
                return self.scanner.syntax("something beside the root element");
            }
        }
        if has_root { Ok(self.document) } else { Err(self.scanner.error(XmlErrorKind::End)) }
    }

    /// Source: XML 1.0 productions 23 to 26, 32, 80.
    fn declaration(&mut self, is_octets: bool) -> Result<(), XmlError> {
        self.scanner.take("<?xml");
        let pseudo = |scanner: &mut Scanner<'a>, name: &str| -> Result<Option<&'a str>, XmlError> {
            let begin = scanner.offset;
            if scanner.space() && scanner.take(name) {
                return scanner.equals_literal().map(Some);
            }
            scanner.offset = begin;
            Ok(None)
        };
        if pseudo(&mut self.scanner, "version")? != Some("1.0") {
            return Err(self.scanner.error(XmlErrorKind::Version));
        }
        if let Some(encoding) = pseudo(&mut self.scanner, "encoding")? {
            let mut letters = encoding.chars();
            let is_name = letters.next().is_some_and(|c| c.is_ascii_alphabetic())
                && letters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'));
            let is_known = ["utf-8", "utf8", "us-ascii"].iter().any(|known| encoding.eq_ignore_ascii_case(known));
            if !is_name || (is_octets && !is_known) {
                return Err(self.scanner.error(XmlErrorKind::Encoding));
            }
        }
        if pseudo(&mut self.scanner, "standalone")?.is_some_and(|value| value != "yes" && value != "no") {
            return self.scanner.syntax("the XML declaration");
        }
        self.scanner.space();
        self.scanner.expect("?>", "the XML declaration")
    }

    /// The root element and everything in it.
    fn tree(&mut self) -> Result<(), XmlError> {
        self.start_tag()?;
        while !self.open.is_empty() {
            if self.scanner.is_at_end() {
                return Err(self.scanner.error(XmlErrorKind::End));
            }
            if self.scanner.take("</") {
                self.end_tag()?;
            } else if self.scanner.take("<![CDATA[") {
                let raw = self.scanner.until("]]>")?;
                let begin = self.place();
                scan::lines(raw, &mut self.document.pool);
                self.character_data(begin)?;
            } else if self.scanner.starts_with("<?") || self.scanner.starts_with("<!") {
                self.markup()?;
            } else if self.scanner.starts_with("<") {
                self.start_tag()?;
            } else {
                let raw = self.scanner.character_data()?;
                let begin = self.place();
                self.scanner.resolve(raw, Place::Content, &mut self.document.pool)?;
                self.character_data(begin)?;
            }
        }
        Ok(())
    }

    /// A comment or an instruction.
    fn markup(&mut self) -> Result<(), XmlError> {
        if self.scanner.take("<!--") {
            let raw = self.scanner.until("--")?;
            self.scanner.expect(">", "-- in a comment")?;
            let begin = self.place();
            scan::lines(raw, &mut self.document.pool);
            let text = self.since(begin);
            return self.add(Kind::Comment(text)).map(drop);
        }
        if !self.scanner.take("<?") {
            return self.scanner.syntax("a declaration");
        }
        let begin = self.scanner.offset;
        let target = self.scanner.name()?;
        if target.eq_ignore_ascii_case("xml") || target.contains(':') {
            return Err(XmlError { offset: begin, kind: XmlErrorKind::Name });
        }
        let has_space = self.scanner.space();
        let raw = self.scanner.until("?>")?;
        if !has_space && !raw.is_empty() {
            return self.scanner.syntax("an instruction");
        }
        let target = self.pooled(target);
        let begin = self.place();
        scan::lines(raw, &mut self.document.pool);
        let data = self.since(begin);
        self.add(Kind::Instruction { target, data }).map(drop)
    }

    fn start_tag(&mut self) -> Result<(), XmlError> {
        if self.open.len() >= DEPTH_MAX {
            return Err(self.scanner.error(XmlErrorKind::TooMany { what: "nested elements", limit: DEPTH_MAX }));
        }
        self.scanner.expect("<", "a tag")?;
        let begin = self.scanner.offset;
        let (prefix, local) = self.scanner.qualified_name()?;
        let first_declaration = self.document.declarations.len();
        let mut raw = Vec::new();
        let is_empty = loop {
            let has_space = self.scanner.space();
            if self.scanner.take("/>") {
                break true;
            }
            if self.scanner.take(">") {
                break false;
            }
            if self.scanner.is_at_end() {
                return Err(self.scanner.error(XmlErrorKind::End));
            }
            if !has_space {
                return self.scanner.syntax("a tag");
            }
            let declared = self.document.declarations.len().saturating_sub(first_declaration);
            if raw.len().saturating_add(declared) >= ATTRIBUTES_MAX {
                return Err(self.scanner.error(XmlErrorKind::TooMany { what: "attributes", limit: ATTRIBUTES_MAX }));
            }
            self.attribute(first_declaration, &mut raw)?;
        };
        let declared = self.document.declarations.len().saturating_sub(first_declaration);
        self.counts.push(declared);
        if self.declared.len() > NAMESPACES_IN_SCOPE_MAX {
            let kind = XmlErrorKind::TooMany { what: "namespaces", limit: NAMESPACES_IN_SCOPE_MAX };
            return Err(self.scanner.error(kind));
        }
        let namespace = self.resolved(prefix, begin)?;
        if prefix == "xmlns" {
            return Err(XmlError { offset: begin, kind: XmlErrorKind::Namespace });
        }
        let declarations = (number(first_declaration), number(self.document.declarations.len()));
        let attributes = self.attributes(raw)?;
        let element =
            Element { prefix: self.pooled(prefix), local: self.pooled(local), namespace, attributes, declarations };
        let node = self.add(Kind::Element(element))?;
        if self.open.is_empty() {
            self.document.root = node;
        }
        self.open.push((node, prefix, local));
        if is_empty { self.close() } else { Ok(()) }
    }

    fn end_tag(&mut self) -> Result<(), XmlError> {
        let begin = self.scanner.offset;
        let name = self.scanner.qualified_name()?;
        self.scanner.space();
        self.scanner.expect(">", "an end tag")?;
        if self.open.last().is_none_or(|(_, prefix, local)| (*prefix, *local) != name) {
            return Err(XmlError { offset: begin, kind: XmlErrorKind::Tags });
        }
        self.close()
    }

    /// The pool from `begin` on is character data: a new text, or more of the one before.
    fn character_data(&mut self, begin: u32) -> Result<(), XmlError> {
        let text = self.since(begin);
        if text.start == text.end {
            return Ok(());
        }
        let before = self.parent().and_then(|parent| self.document.node(parent)?.last_child);
        let before = before.and_then(|node| self.document.nodes.get_mut(super::document::index(node.0)));
        if let Some(Node { kind: Kind::Text(known), .. }) = before
            && known.end == text.start
        {
            known.end = text.end;
            return Ok(());
        }
        self.add(Kind::Text(text)).map(drop)
    }

    fn parent(&self) -> Option<NodeId> {
        Some(self.open.last().map_or(Document::DOCUMENT, |(node, _, _)| *node))
    }

    fn add(&mut self, kind: Kind) -> Result<NodeId, XmlError> {
        if self.document.nodes.len() >= NODES_MAX {
            return Err(self.scanner.error(XmlErrorKind::TooMany { what: "nodes", limit: NODES_MAX }));
        }
        let id = NodeId(number(self.document.nodes.len()));
        let parent = self.parent();
        self.document.nodes.push(Node { kind, parent, first_child: None, last_child: None, next_sibling: None });
        let last = parent.and_then(|parent| {
            let parent = self.document.nodes.get_mut(super::document::index(parent.0))?;
            parent.first_child.get_or_insert(id);
            parent.last_child.replace(id)
        });
        if let Some(last) = last.and_then(|last| self.document.nodes.get_mut(super::document::index(last.0))) {
            last.next_sibling = Some(id);
        }
        Ok(id)
    }

    fn place(&self) -> u32 {
        number(self.document.pool.len())
    }

    fn since(&self, begin: u32) -> Span {
        Span { start: begin, end: self.place() }
    }

    fn pooled(&mut self, text: &str) -> Span {
        let begin = self.place();
        self.document.pool.push_str(text);
        self.since(begin)
    }
}

/// Everything counted here is below the limit on octets.
fn number(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}
