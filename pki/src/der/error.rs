//! What is wrong with an encoding, and where.

/// Octets that break the encoding rules or are not the type that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{what} at octet {offset}")]
pub struct DerError {
    /// Offset from the first octet of the outermost object.
    pub offset: usize,
    /// The rule that was broken.
    pub what: DerErrorKind,
}

/// The rule that was broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DerErrorKind {
    /// The object ends before its length says.
    #[error("the object ends too early")]
    Truncated,
    /// Octets are left after the last expected element.
    #[error("octets are left over")]
    TrailingOctets,
    /// Another type was expected.
    #[error("tag {expected:#04x} was expected, found {found:#04x}")]
    UnexpectedTag {
        /// The identifier octet asked for.
        expected: u8,
        /// The identifier octet found.
        found: u8,
    },
    /// A tag number above 30, which no supported object uses, or the reserved tag 0.
    #[error("the tag is not supported")]
    UnsupportedTag,
    /// SEQUENCE and SET are constructed, numbers and times are not.
    #[error("the constructed bit does not fit the type")]
    WrongForm,
    /// An indefinite length under DER, or on a primitive element.
    #[error("an indefinite length is not allowed here")]
    IndefiniteLength,
    /// A length written with more octets than it needs, under DER.
    #[error("the length is not minimal")]
    NonMinimalLength,
    /// A length of more than eight octets, or the reserved length octet 255.
    #[error("the length is too large")]
    LengthOverflow,
    /// End-of-contents octets outside an indefinite length.
    #[error("misplaced end of contents")]
    MisplacedEndOfContents,
    /// Deeper than [`super::DEPTH_MAX`].
    #[error("nested too deeply")]
    TooDeep,
    /// A string cut into pieces under DER.
    #[error("a string in pieces is not allowed here")]
    ConstructedString,
    /// An INTEGER without octets, or with a leading octet it does not need.
    #[error("the integer is not minimal")]
    NonMinimalInteger,
    /// A negative INTEGER, or one beyond the limit of the field.
    #[error("the integer is out of range")]
    IntegerOutOfRange,
    /// A BOOLEAN of another length than one octet or, under DER, neither 0 nor 255.
    #[error("not a boolean")]
    BadBoolean,
    /// A BIT STRING with an impossible count of unused bits, or with unused bits set under DER.
    #[error("not a bit string")]
    BadBitString,
    /// A NULL with contents.
    #[error("not a null")]
    BadNull,
    /// An OBJECT IDENTIFIER that is malformed or longer than [`crate::oid::OID_MAX_BYTES`].
    #[error("not an object identifier")]
    BadOid,
    /// A date or time that does not exist or is written in a form the rules refuse.
    #[error("not a valid time")]
    BadTime,
    /// A character string that does not decode.
    #[error("not a valid character string")]
    BadString,
    /// A field whose value the standard excludes.
    #[error("{0}")]
    Value(&'static str),
}
