//! ASiCManifest, ASiCArchiveManifest and ASiCEvidenceRecordManifest: which files one signature, time stamp or evidence
//! record is over, each with its digest.
//!
//! What is not exactly of the schema is refused: a manifest is what people sign, so it must have one meaning.
//!
//! Source: EN 319 162-1 annex A.4; schema `http://uri.etsi.org/02918/v1.2.1#`; RFC 3986 §2.1, §4.2.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::digest::{Digest, DigestAlgorithm};
use crate::xml::dsig::digest_of_uri;
use crate::xml::{Document, NodeId, NodeKind, XmlErrorKind};

/// The largest manifest that is read, in octets.
pub const MANIFEST_MAX_BYTES: usize = 16 * 1024 * 1024;
/// Most files one manifest names.
pub const REFERENCES_MAX: usize = 60_000;
/// Longest digest read, in characters, white space included.
const DIGEST_MAX_CHARS: usize = 512;

/// The namespace of manifests.
pub(super) const ASIC_NAMESPACE: &str = "http://uri.etsi.org/02918/v1.2.1#";
/// The namespace of digests in XML.
pub(super) const DS_NAMESPACE: &str = "http://www.w3.org/2000/09/xmldsig#";

/// Why octets are no manifest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// Over a limit of this module.
    #[error("the manifest is too large")]
    TooLarge,
    /// Not well-formed XML in UTF-8, or with a document type.
    #[error("it is no XML that is read here")]
    Xml,
    /// Not of the schema.
    #[error("it is no manifest: {0}")]
    Schema(&'static str),
    /// A reference that leads out of the container, or cannot be decoded.
    #[error("a reference leads nowhere in the container: {0}")]
    Uri(String),
    /// An extension that must be understood and is not.
    #[error("it has a critical extension that is not known")]
    CriticalExtension,
}

/// One file that a manifest names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The name in the archive.
    pub name: String,
    /// The algorithm's URI, as written.
    pub algorithm: String,
    /// The digest; `None` when the algorithm is not known here.
    pub digest: Option<Digest>,
}

/// What a manifest says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The name of the signature, time stamp or evidence record over it.
    pub assertion: String,
    /// The files, in the order written; at least one.
    pub references: Vec<Reference>,
}

/// The digest algorithm that `uri` names. GOST as the national software writes it; `urn:…:cpxmlsec:…` is RFC 9215's
/// predecessor in Russian software.
pub(super) fn digest_algorithm(uri: &str) -> Option<DigestAlgorithm> {
    match uri {
        "urn:ietf:params:xml:ns:cpxmlsec:algorithms:gostr34112012-512" => Some(DigestAlgorithm::Streebog512),
        "urn:ietf:params:xml:ns:cpxmlsec:algorithms:gostr34112012-256" => Some(DigestAlgorithm::Streebog256),
        other => digest_of_uri(other),
    }
}

/// The manifest in `bytes`.
/// # Errors
/// See [`ManifestError`].
pub fn read_manifest(bytes: &[u8]) -> Result<Manifest, ManifestError> {
    if bytes.len() > MANIFEST_MAX_BYTES {
        return Err(ManifestError::TooLarge);
    }
    // Not a library's tree: its time grows with the square of the attributes and declarations of one element.
    let document = Document::parse(bytes).map_err(|error| {
        let is_too_large = matches!(error.kind, XmlErrorKind::TooMany { .. });
        if is_too_large { ManifestError::TooLarge } else { ManifestError::Xml }
    })?;
    read_root(Node { document: &document, id: document.root() })
}

/// An element of a manifest.
#[derive(Clone, Copy)]
struct Node<'a> {
    document: &'a Document,
    id: NodeId,
}

impl<'a> Node<'a> {
    fn is(self, namespace: &str, local: &str) -> bool {
        self.document.is(self.id, namespace, local)
    }

    fn attribute(self, local: &str) -> Option<&'a str> {
        self.document.attribute(self.id, "", local)
    }
}

fn read_root(root: Node<'_>) -> Result<Manifest, ManifestError> {
    if !root.is(ASIC_NAMESPACE, "ASiCManifest") {
        return Err(ManifestError::Schema("another root element"));
    }
    let mut children = elements(root)?.into_iter().peekable();
    let assertion = match children.next() {
        Some(first) if first.is(ASIC_NAMESPACE, "SigReference") => resolve(uri(first)?)?,
        Some(_) | None => return Err(ManifestError::Schema("the first element is not SigReference")),
    };
    let mut references = Vec::new();
    let mut root_files = 0_usize;
    while let Some(child) = children.next_if(|child| child.is(ASIC_NAMESPACE, "DataObjectReference")) {
        if references.len() >= REFERENCES_MAX {
            return Err(ManifestError::TooLarge);
        }
        if matches!(child.attribute("Rootfile"), Some("true" | "1")) {
            root_files = root_files.saturating_add(1);
        }
        references.push(read_reference(child)?);
    }
    if references.is_empty() {
        return Err(ManifestError::Schema("it names no file"));
    }
    if root_files > 1 {
        return Err(ManifestError::Schema("several root files"));
    }
    if let Some(child) = children.next_if(|child| child.is(ASIC_NAMESPACE, "ASiCManifestExtensions")) {
        read_extensions(child)?;
    }
    match children.next() {
        None => Ok(Manifest { assertion, references }),
        Some(_) => Err(ManifestError::Schema("an element where none may be")),
    }
}

fn read_reference(node: Node<'_>) -> Result<Reference, ManifestError> {
    let name = resolve(uri(node)?)?;
    let mut children = elements(node)?.into_iter();
    let (method, value) = match (children.next(), children.next()) {
        (Some(method), Some(value))
            if method.is(DS_NAMESPACE, "DigestMethod") && value.is(DS_NAMESPACE, "DigestValue") =>
        {
            (method, value)
        }
        _ => return Err(ManifestError::Schema("a reference without a digest")),
    };
    match children.next() {
        None => {}
        Some(node) if node.is(ASIC_NAMESPACE, "DataObjectReferenceExtensions") => read_extensions(node)?,
        Some(_) => return Err(ManifestError::Schema("an element where none may be")),
    }
    if children.next().is_some() || method.document.child_elements(method.id).next().is_some() {
        return Err(ManifestError::Schema("an element where none may be"));
    }
    let algorithm = method.attribute("Algorithm").ok_or(ManifestError::Schema("a digest without an algorithm"))?;
    let octets = digest_octets(value)?;
    let digest = match digest_algorithm(algorithm) {
        Some(known) => {
            let wrong = ManifestError::Schema("a digest of another length than its algorithm's");
            Some(Digest::new(known, octets).ok_or(wrong)?)
        }
        None => None,
    };
    Ok(Reference { name, algorithm: algorithm.to_owned(), digest })
}

/// One run of text: a comment inside would hide the rest of the value from some readers.
fn digest_octets(node: Node<'_>) -> Result<Vec<u8>, ManifestError> {
    let malformed = ManifestError::Schema("a digest that is not in base64");
    let text = node.document.simple_text(node.id).filter(|text| !text.is_empty()).ok_or_else(|| malformed.clone())?;
    if text.len() > DIGEST_MAX_CHARS {
        return Err(malformed);
    }
    let compact: String = text.chars().filter(|c| !matches!(c, ' ' | '\t' | '\r' | '\n')).collect();
    BASE64.decode(compact).map_err(|_| malformed)
}

/// Nothing in an extension is understood here; those that need not be are passed over.
fn read_extensions(node: Node<'_>) -> Result<(), ManifestError> {
    for extension in elements(node)? {
        if !extension.is(ASIC_NAMESPACE, "Extension") {
            return Err(ManifestError::Schema("an element where none may be"));
        }
        match extension.attribute("Critical") {
            Some("false" | "0") => {}
            Some(_) => return Err(ManifestError::CriticalExtension),
            None => return Err(ManifestError::Schema("an extension that does not say whether it is critical")),
        }
    }
    Ok(())
}

/// The elements inside; text other than white space is not of the schema.
fn elements(node: Node<'_>) -> Result<Vec<Node<'_>>, ManifestError> {
    let mut found = Vec::new();
    for child in node.document.children(node.id) {
        match node.document.kind(child) {
            NodeKind::Element => found.push(Node { document: node.document, id: child }),
            NodeKind::Text(text) if !text.trim_matches([' ', '\t', '\r', '\n']).is_empty() => {
                return Err(ManifestError::Schema("text between the elements"));
            }
            NodeKind::Document | NodeKind::Text(_) | NodeKind::Comment(_) | NodeKind::Instruction { .. } => {}
        }
    }
    Ok(found)
}

fn uri(node: Node<'_>) -> Result<&str, ManifestError> {
    node.attribute("URI").ok_or(ManifestError::Schema("a reference without a URI"))
}

/// The name in the archive that a relative reference leads to, from the root of the container.
fn resolve(uri: &str) -> Result<String, ManifestError> {
    let nowhere = || ManifestError::Uri(uri.chars().take(200).collect::<String>().escape_debug().to_string());
    let path = uri.strip_prefix("./").unwrap_or(uri);
    let first = path.split('/').next().unwrap_or_default();
    // A scheme, an authority, a query or a fragment: not a file of the container.
    if path.is_empty() || path.starts_with('/') || first.contains(':') || path.contains(['?', '#', '\\']) {
        return Err(nowhere());
    }
    let name = percent_decoded(path).ok_or_else(nowhere)?;
    // Such names stand in no archive that was read; told here, so that an escaped `..` is called what it is.
    let leads_out = |part: &str| part.is_empty() || part == "." || part == "..";
    if name.contains('\\') || name.chars().any(char::is_control) || name.split('/').any(leads_out) {
        return Err(nowhere());
    }
    Ok(name)
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(octet) = rest.next() {
        if octet != b'%' {
            octets.push(octet);
            continue;
        }
        let mut digit = || rest.next().and_then(|digit| char::from(digit).to_digit(16));
        let (high, low) = (digit()?, digit()?);
        octets.push(u8::try_from(high << 4 | low).ok()?);
    }
    String::from_utf8(octets).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn references_lead_to_names_and_nowhere_else() {
        for (uri, name) in [
            ("a.txt", "a.txt"),
            ("./a.txt", "a.txt"),
            ("a%20b.txt", "a b.txt"),
            ("a+b.txt", "a+b.txt"),
            ("100%25.txt", "100%.txt"),
            ("%D2%9B%D2%B1%D0%B6%D0%B0%D1%82.pdf", "құжат.pdf"),
            ("құжат.pdf", "құжат.pdf"),
            ("META-INF/signature001.p7s", "META-INF/signature001.p7s"),
            ("x/a:b", "x/a:b"),
        ] {
            assert_eq!(resolve(uri).unwrap(), name);
        }
        for uri in [
            "",
            "/a",
            "//host/a",
            "../a",
            "a/../b",
            "%2e%2e/a",
            "a%2f..%2fb",
            "file:a",
            "http://x/a",
            "a?b",
            "a#b",
            "a\\b",
            "a%5cb",
            "a%00",
            "a%",
            "a%2",
            "a%zz",
            "a%ff",
            "a//b",
            "./",
            "a/.",
            "%0a",
            "a%+1",
        ] {
            assert!(matches!(resolve(uri), Err(ManifestError::Uri(_))), "{uri}");
        }
    }

    #[test]
    fn every_digest_is_read_back_by_its_uri() {
        for algorithm in DigestAlgorithm::ALL {
            assert_eq!(digest_algorithm(crate::xml::dsig::digest_uri(algorithm)), Some(algorithm));
        }
    }
}
