//! Signing XML in the forms of the national CA's programs: enveloped over the whole document, over one element by its
//! `Id`, and in a WS-Security header. Source: XML Signature 1.1 §3.1; nca-rk.md section 4.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::IssueError;
use crate::certificate::Certificate;
use crate::key::PrivateKey;
use crate::random::SecureRandom;
use crate::xml::c14n::{Canonicalization, Comments, Method, Selection};
use crate::xml::dsig::{self, Ids};
use crate::xml::{Document, NodeId, names};

/// Longest canonical form that is signed, in octets.
pub const CANONICAL_MAX_BYTES: usize = 64 * 1024 * 1024;

/// Characters of base64 in a line.
const COLUMNS: usize = 76;
/// As Java writes it, whatever the document said of itself.
const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>";
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const BASE64_BINARY: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary";
const X509_V3: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3";

/// What stands between the elements of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Line ends of Unix, but base64 broken by `&#13;` and one: Java on Windows, the samples of the national CA.
    Santuario,
    /// Line ends of Windows.
    Crlf,
    /// Line ends of Unix.
    Lf,
    /// Nothing.
    Compact,
}

impl Layout {
    const fn line_end(self) -> &'static str {
        match self {
            Layout::Crlf => "\r\n",
            Layout::Santuario | Layout::Lf => "\n",
            Layout::Compact => "",
        }
    }

    /// Between lines of base64.
    const fn base64_end(self) -> &'static str {
        match self {
            Layout::Santuario => "&#13;\n",
            Layout::Crlf | Layout::Lf | Layout::Compact => self.line_end(),
        }
    }
}

/// What is signed, and where the signature goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form<'a> {
    /// The whole document with its comments; the signature is the last child of the root.
    Document,
    /// The element with this `Id`, with its comments; the signature is the last child of the root.
    Element(&'a str),
    /// The element with this `wsu:Id`; the signature is the last child of the document's wsse:Security.
    Security(&'a str),
}

/// `document` with one more signature by `key`. It is written anew in canonical form after an XML declaration, as the
/// programs of the national CA do; what earlier signatures cover stays the same.
///
/// # Errors
/// `KeyMismatch` when the certificate is not that of the key; `Malformed` when the document cannot be read, is too long,
/// or holds no such element; `Sign` when the key cannot sign.
pub fn sign_xml(
    document: &str,
    form: Form<'_>,
    layout: Layout,
    key: &PrivateKey,
    certificate: &Certificate,
    rng: &mut dyn SecureRandom,
) -> Result<String, IssueError> {
    if !key.belongs_to(certificate) {
        return Err(IssueError::KeyMismatch);
    }
    let parsed = read(document)?;
    let place = place(&parsed, form)?;
    let digest = digest(&parsed, form, place, key)?;
    let whole = Canonicalization::new(Method::Inclusive10, Comments::Kept);
    let (octets, end) =
        whole.octets_with_end(&parsed, place, CANONICAL_MAX_BYTES).map_err(|error| malformed(&error.to_string()))?;
    let text = String::from_utf8(octets).map_err(|_| malformed("the document is not text"))?;
    let (before, after) = text.split_at_checked(end).ok_or_else(|| malformed("no place for a signature"))?;
    let begun = format!(
        "{DECLARATION}{before}<ds:Signature xmlns:ds=\"{}\">{}{}",
        names::DSIG,
        layout.line_end(),
        signed_info(form, key, &digest, layout)?,
    );
    // What is signed is what a reader finds: the form of the element inside its document.
    let signed_info = signed_info_octets(&format!("{begun}</ds:Signature>{after}"), form)?;
    let value = key.sign_message(&signed_info, rng)?;
    let lines = [
        format!("{begun}<ds:SignatureValue>{}</ds:SignatureValue>", own_lines(&value, layout)),
        "<ds:KeyInfo>".to_owned(),
        key_info(form, certificate, layout),
        "</ds:KeyInfo>".to_owned(),
        format!("</ds:Signature>{after}"),
    ];
    Ok(lines.join(layout.line_end()))
}

fn malformed(what: &str) -> IssueError {
    IssueError::malformed(what)
}

fn read(document: &str) -> Result<Document, IssueError> {
    Document::parse_text(document).map_err(|error| malformed(&error.to_string()))
}

/// The element whose last child the signature becomes.
fn place(document: &Document, form: Form<'_>) -> Result<NodeId, IssueError> {
    match form {
        Form::Document | Form::Element(_) => Ok(document.root()),
        Form::Security(_) => {
            let mut found = document.elements().filter(|one| document.is(*one, names::WSSE, "Security"));
            found.next().ok_or_else(|| malformed("the document has no wsse:Security"))
        }
    }
}

/// The element signed.
fn target(document: &Document, form: Form<'_>) -> Result<NodeId, IssueError> {
    match form {
        Form::Document => Ok(Document::DOCUMENT),
        Form::Element(id) | Form::Security(id) => {
            Ids::of(document).owner(id).map_err(|error| malformed(&error.to_string()))
        }
    }
}

/// The form of what is signed. Source: nca-rk.md section 4.
const fn transform(form: Form<'_>) -> Canonicalization {
    match form {
        Form::Document | Form::Element(_) => Canonicalization::new(Method::Inclusive10, Comments::Kept),
        Form::Security(_) => Canonicalization::new(Method::Exclusive, Comments::Dropped),
    }
}

/// The form of SignedInfo. Source: nca-rk.md section 4.
const fn of_signed_info(form: Form<'_>) -> Canonicalization {
    match form {
        Form::Document => Canonicalization::new(Method::Inclusive10, Comments::Dropped),
        Form::Element(_) | Form::Security(_) => Canonicalization::new(Method::Exclusive, Comments::Dropped),
    }
}

/// The digest in base64. An element that the signature would come to stand in cannot be signed without leaving it out.
fn digest(document: &Document, form: Form<'_>, place: NodeId, key: &PrivateKey) -> Result<Vec<u8>, IssueError> {
    let target = target(document, form)?;
    if target != Document::DOCUMENT && document.is_within(place, target) {
        return Err(malformed("the element would hold its own signature"));
    }
    let octets = transform(form).octets(document, &Selection::of(target), CANONICAL_MAX_BYTES);
    let octets = octets.map_err(|error| malformed(&error.to_string()))?;
    Ok(key.digest_algorithm().digest(&octets).as_bytes().to_vec())
}

fn signed_info(form: Form<'_>, key: &PrivateKey, digest: &[u8], layout: Layout) -> Result<String, IssueError> {
    let method = dsig::signature_uri(key.signature_algorithm());
    let method = method.ok_or_else(|| malformed("the algorithm of the key has no name in XML"))?;
    let (uri, enveloped) = match form {
        Form::Document => (String::new(), Some(format!("<ds:Transform Algorithm=\"{ENVELOPED}\"/>"))),
        Form::Element(id) | Form::Security(id) => (format!("#{}", in_attribute(id)), None),
    };
    let mut lines = vec![
        "<ds:SignedInfo>".to_owned(),
        format!("<ds:CanonicalizationMethod Algorithm=\"{}\"/>", of_signed_info(form).uri()),
        format!("<ds:SignatureMethod Algorithm=\"{method}\"/>"),
        format!("<ds:Reference URI=\"{uri}\">"),
        "<ds:Transforms>".to_owned(),
    ];
    lines.extend(enveloped);
    lines.extend([
        format!("<ds:Transform Algorithm=\"{}\"/>", transform(form).uri()),
        "</ds:Transforms>".to_owned(),
        format!("<ds:DigestMethod Algorithm=\"{}\"/>", dsig::digest_uri(key.digest_algorithm())),
        format!("<ds:DigestValue>{}</ds:DigestValue>", broken(digest, layout)),
        "</ds:Reference>".to_owned(),
        "</ds:SignedInfo>".to_owned(),
        String::new(),
    ]);
    Ok(lines.join(layout.line_end()))
}

fn in_attribute(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

fn signed_info_octets(unfinished: &str, form: Form<'_>) -> Result<Vec<u8>, IssueError> {
    let document = read(unfinished)?;
    let signature = document.child_elements(place(&document, form)?).last();
    let info = signature.and_then(|signature| document.child_elements(signature).next());
    let info = info.ok_or_else(|| malformed("no SignedInfo"))?;
    let octets = of_signed_info(form).octets(&document, &Selection::of(info), CANONICAL_MAX_BYTES);
    octets.map_err(|error| malformed(&error.to_string()))
}

fn key_info(form: Form<'_>, certificate: &Certificate, layout: Layout) -> String {
    let lines = match form {
        Form::Document | Form::Element(_) => vec![
            "<ds:X509Data>".to_owned(),
            format!("<ds:X509Certificate>{}</ds:X509Certificate>", own_lines(certificate.der(), layout)),
            "</ds:X509Data>".to_owned(),
        ],
        Form::Security(_) => vec![format!(
            "<wsse:SecurityTokenReference xmlns:wsse=\"{}\"><wsse:KeyIdentifier EncodingType=\"{BASE64_BINARY}\" \
             ValueType=\"{X509_V3}\">{}</wsse:KeyIdentifier></wsse:SecurityTokenReference>",
            names::WSSE,
            BASE64_STANDARD.encode(certificate.der()),
        )],
    };
    lines.join(layout.line_end())
}

/// Base64, in lines where the layout has lines.
fn broken(bytes: &[u8], layout: Layout) -> String {
    let base64 = BASE64_STANDARD.encode(bytes);
    let mut lines = Vec::new();
    let mut rest = base64.as_str();
    while let Some((line, after)) = rest.split_at_checked(COLUMNS).filter(|_| layout != Layout::Compact) {
        lines.push(line);
        rest = after;
    }
    lines.push(rest);
    lines.retain(|line| !line.is_empty());
    lines.join(layout.base64_end())
}

/// The same on lines of its own.
fn own_lines(bytes: &[u8], layout: Layout) -> String {
    let end = layout.line_end();
    format!("{end}{}{end}", broken(bytes, layout))
}
