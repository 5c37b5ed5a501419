//! What a file is, by its content. The list is closed: what is not on it is kept and handed out as octets, never
//! shown.

/// A type of content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaType {
    /// PDF.
    Pdf,
    /// PNG image.
    Png,
    /// JPEG image.
    Jpeg,
    /// JSON text.
    Json,
    /// XML text.
    Xml,
    /// Other text in UTF-8.
    Text,
    /// ZIP container, also of office documents.
    Zip,
    /// Anything else.
    Octets,
}

impl MediaType {
    /// The type of `bytes`, told by their first octets and, for texts, by their encoding.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        if let Some(kind) = Self::by_magic(bytes) {
            return kind;
        }
        match std::str::from_utf8(bytes) {
            Ok(text) if text.starts_with('{') => Self::Json,
            Ok(text) if !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}')) => {
                Self::Text
            }
            _ => Self::Octets,
        }
    }

    /// The type of a file that nobody holds, by its first octets: what is not told by them may be no text further on.
    #[must_use]
    pub fn of_head(head: &[u8]) -> Self {
        Self::by_magic(head).unwrap_or(Self::Octets)
    }

    fn by_magic(bytes: &[u8]) -> Option<Self> {
        const MAGIC: [(&[u8], MediaType); 5] = [
            (b"%PDF-", MediaType::Pdf),
            (b"\x89PNG\r\n\x1a\n", MediaType::Png),
            (b"\xff\xd8\xff", MediaType::Jpeg),
            (b"PK\x03\x04", MediaType::Zip),
            (b"<?xml", MediaType::Xml),
        ];
        MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|(_, kind)| *kind)
    }

    /// The name of the type in HTTP and in extracts.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Json => "application/json",
            Self::Xml => "application/xml",
            Self::Text => "text/plain",
            Self::Zip => "application/zip",
            Self::Octets => "application/octet-stream",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_told_by_content() {
        assert_eq!(MediaType::of(b"%PDF-1.7\n"), MediaType::Pdf);
        assert_eq!(MediaType::of("Келісім\u{c}\n".as_bytes()), MediaType::Text);
        assert_eq!(MediaType::of(b"{\"a\":1}"), MediaType::Json);
        assert_eq!(MediaType::of(b"MZ\x00\x01"), MediaType::Octets);
        assert_eq!(MediaType::of(b"\xff\xfe"), MediaType::Octets);
        assert_eq!(MediaType::of_head(b"%PDF-1.7"), MediaType::Pdf);
        assert_eq!(MediaType::of_head(b"plain so far"), MediaType::Octets);
    }
}
