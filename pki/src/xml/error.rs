//! Why octets are no document that is read here.

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("octet {offset}: {kind}")]
pub struct XmlError {
    /// Where reading stopped, in octets from the beginning.
    pub offset: usize,
    /// What was found there.
    pub kind: XmlErrorKind,
}

/// What is wrong with a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum XmlErrorKind {
    /// Not UTF-8, or declared as something else.
    #[error("the encoding is not UTF-8")]
    Encoding,
    /// Another version than 1.0.
    #[error("the version of XML is not 1.0")]
    Version,
    /// A document type declaration: entities, defaulted attributes, external files.
    #[error("a document type declaration is refused")]
    Doctype,
    /// A reference to an entity other than the five of XML.
    #[error("a reference to an unknown entity")]
    Entity,
    /// A character that XML does not allow.
    #[error("a character that is not allowed")]
    Character,
    /// Not a name, or not one with at most one prefix.
    #[error("not a name")]
    Name,
    /// A prefix that is not declared, or a declaration that is not allowed.
    #[error("a namespace rule is broken")]
    Namespace,
    /// Two attributes of one name.
    #[error("an attribute is there twice")]
    DuplicateAttribute,
    /// An end tag that does not match, or none.
    #[error("the tags do not match")]
    Tags,
    /// The document ends too early.
    #[error("the document ends too early")]
    End,
    /// Anything else against the grammar.
    #[error("not well-formed: {0}")]
    Syntax(&'static str),
    /// More than is read here.
    #[error("more {what} than {limit}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
}

impl XmlErrorKind {
    /// A stable code.
    pub const fn code(self) -> &'static str {
        match self {
            XmlErrorKind::Encoding => "unsupported-xml-encoding",
            XmlErrorKind::Version => "unsupported-xml-version",
            XmlErrorKind::Doctype => "xml-doctype-refused",
            XmlErrorKind::Entity => "xml-entity-refused",
            XmlErrorKind::Character
            | XmlErrorKind::Name
            | XmlErrorKind::Namespace
            | XmlErrorKind::DuplicateAttribute
            | XmlErrorKind::Tags
            | XmlErrorKind::End
            | XmlErrorKind::Syntax(_) => "malformed-xml",
            XmlErrorKind::TooMany { .. } => "xml-too-large",
        }
    }
}
