//! XML as signatures need it: a document that keeps what a signature covers (prefixes, comments, instructions, exact
//! character data), its canonical forms, and the signatures in it.
//!
//! [`Document`] is read by an own strict reader and not by a library: the libraries at hand either lose the prefixes of
//! names and the line ends of comments, or pass over what is not well-formed (names, characters, `--` in comments), and a
//! verifier that reads another document than the one who acts on it is how signatures are forged. Without a DTD, which is
//! refused, the grammar is small. No entities, no defaulted attributes, nothing fetched; every list is bounded and nesting
//! is walked, never recursed into.
//!
//! Source: XML 1.0 (fifth edition); Namespaces in XML 1.0 (third edition).

pub mod c14n;
mod document;
pub mod dsig;
mod error;
pub mod names;
mod parse;
mod scan;

pub use document::{AttributeView, Document, NodeId, NodeKind};
pub use error::{XmlError, XmlErrorKind};

/// Largest document read, in octets.
pub const XML_SIZE_MAX_BYTES: usize = 32 * 1024 * 1024;
/// Most nodes of a document: elements, pieces of text, comments, instructions.
pub const NODES_MAX: usize = 1_000_000;
/// Deepest nesting of elements.
pub const DEPTH_MAX: usize = 1024;
/// Most attributes and namespace declarations of one element.
pub const ATTRIBUTES_MAX: usize = 1024;
/// Most namespace declarations in force in one place.
pub const NAMESPACES_IN_SCOPE_MAX: usize = 1024;
/// Longest name of a namespace, in octets. Canonical forms compare and repeat these names for every element.
pub const NAMESPACE_MAX_BYTES: usize = 4096;
