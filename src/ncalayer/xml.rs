//! Signed XML as NCALayer makes it: one enveloped signature as the last child of the root, over the whole document with
//! its comments. Source: nca-rk.md section 4; XML Signature Syntax and Processing sections 3.1 and 4.

use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use qolhat_pki::gost::{Curve, GostSecretKey};
use qolhat_pki::key::PrivateKey;
use roxmltree::{Document, Error, Node, ParsingOptions, TextPos};

use super::cms::SignFailure;
use super::{Key, Signer, c14n};
use crate::app::SharedRandom;

/// Largest document signed, in bytes.
const XML_MAX_BYTES: usize = 8 * 1024 * 1024;
/// Most nodes of one document.
const NODES_MAX: u32 = 1_000_000;
/// Characters of base64 in a line.
const COLUMNS: usize = 76;

const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
const CANONICAL: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
const GOST: &str = "urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:";
/// As Java writes it, whatever the document said of itself.
const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>";

/// What stands between the elements of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// Line ends of Windows: commonUtils.
    Crlf,
    /// Line ends of Unix: basics of version 1.2.
    Lf,
    /// Nothing: basics of version 1.4.
    Compact,
}

impl Layout {
    const fn line_end(self) -> &'static str {
        match self {
            Self::Crlf => "\r\n",
            Self::Lf => "\n",
            Self::Compact => "",
        }
    }
}

/// Whether all of `documents` can be read: before a window would open.
///
/// # Errors
/// What Java's parser says of the first that cannot.
pub(super) fn check(documents: &[String]) -> Result<(), String> {
    documents.iter().try_for_each(|document| parse(document).map(drop))
}

/// The documents with a signature by `key` each.
///
/// # Errors
/// [`SignFailure`] of the first that was not signed.
pub(super) async fn sign_all(
    signer: &Arc<Signer>,
    key: &Arc<Key>,
    documents: Vec<String>,
    layout: Layout,
) -> Result<Vec<String>, SignFailure> {
    let _turn = signer.signing.acquire().await.map_err(SignFailure::failed)?;
    let (key, mut rng) = (Arc::clone(key), signer.options.rng.clone());
    let sign_each = move || documents.iter().map(|document| sign(&key, document, layout, &mut rng)).collect();
    tokio::task::spawn_blocking(sign_each).await.map_err(SignFailure::failed)?
}

fn sign(key: &Key, document: &str, layout: Layout, rng: &mut SharedRandom) -> Result<String, SignFailure> {
    let (signature_method, digest_method) = methods(key)?;
    let parsed = parse(document).map_err(SignFailure::Failed)?;
    let canonical = c14n::document(&parsed, None);
    let algorithm = key.key.digest_algorithm();
    let digest = broken(algorithm.digest(canonical.text.as_bytes()).as_bytes(), layout);
    let (before, after) =
        canonical.text.split_at_checked(canonical.root_end).ok_or_else(|| SignFailure::failed("no root"))?;
    let begun = format!(
        "{DECLARATION}{before}<ds:Signature xmlns:ds=\"{DSIG}\">{end}{}",
        signed_info(&signature_method, &digest_method, &digest, layout),
        end = layout.line_end()
    );
    // What is signed is what a reader finds: the form of the element inside its document.
    let unfinished = format!("{begun}</ds:Signature>{after}");
    let read_again = parse(&unfinished).map_err(SignFailure::Failed)?;
    let info = last_signature(&read_again).and_then(|signature| child(signature, "SignedInfo"));
    let info = c14n::element(info.ok_or_else(|| SignFailure::failed("no SignedInfo"))?);
    let value = key.key.sign_message(info.as_bytes(), rng).map_err(SignFailure::failed)?;
    let (value, certificate) = (own_lines(&value, layout), own_lines(key.certificate.der(), layout));
    let lines = [
        format!("{begun}<ds:SignatureValue>{value}</ds:SignatureValue>"),
        "<ds:KeyInfo>".to_owned(),
        "<ds:X509Data>".to_owned(),
        format!("<ds:X509Certificate>{certificate}</ds:X509Certificate>"),
        "</ds:X509Data>".to_owned(),
        "</ds:KeyInfo>".to_owned(),
        format!("</ds:Signature>{after}"),
    ];
    Ok(lines.join(layout.line_end()))
}

/// SignatureMethod and DigestMethod, as they were seen in signatures that verify.
fn methods(key: &Key) -> Result<(String, String), SignFailure> {
    let is_512 = |key: &GostSecretKey| key.curve() == Curve::Gost2015A512;
    match &key.key {
        PrivateKey::Rsa(_) => Ok((
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256".to_owned(),
            "http://www.w3.org/2001/04/xmlenc#sha256".to_owned(),
        )),
        PrivateKey::Gost(key) if is_512(key) => {
            Ok((format!("{GOST}gostr34102015-gostr34112015-512"), format!("{GOST}gostr34112015-512")))
        }
        PrivateKey::Gost(_) => Err(SignFailure::failed("XML is signed with RSA keys and GOST keys of 512 bits only")),
    }
}

fn signed_info(signature_method: &str, digest_method: &str, digest: &str, layout: Layout) -> String {
    let lines = [
        "<ds:SignedInfo>".to_owned(),
        format!("<ds:CanonicalizationMethod Algorithm=\"{CANONICAL}\"/>"),
        format!("<ds:SignatureMethod Algorithm=\"{signature_method}\"/>"),
        "<ds:Reference URI=\"\">".to_owned(),
        "<ds:Transforms>".to_owned(),
        format!("<ds:Transform Algorithm=\"{DSIG}enveloped-signature\"/>"),
        format!("<ds:Transform Algorithm=\"{CANONICAL}#WithComments\"/>"),
        "</ds:Transforms>".to_owned(),
        format!("<ds:DigestMethod Algorithm=\"{digest_method}\"/>"),
        format!("<ds:DigestValue>{digest}</ds:DigestValue>"),
        "</ds:Reference>".to_owned(),
        "</ds:SignedInfo>".to_owned(),
        String::new(),
    ];
    lines.join(layout.line_end())
}

/// Base64, in lines where the layout has lines.
fn broken(bytes: &[u8], layout: Layout) -> String {
    let base64 = BASE64_STANDARD.encode(bytes);
    if layout == Layout::Compact {
        return base64;
    }
    let mut lines = Vec::new();
    let mut rest = base64.as_str();
    while let Some((line, after)) = rest.split_at_checked(COLUMNS) {
        lines.push(line);
        rest = after;
    }
    lines.push(rest);
    lines.retain(|line| !line.is_empty());
    lines.join(layout.line_end())
}

/// The same on lines of its own.
fn own_lines(bytes: &[u8], layout: Layout) -> String {
    let end = layout.line_end();
    format!("{end}{}{end}", broken(bytes, layout))
}

/// The signature that was put in last.
fn last_signature<'a, 'i>(document: &'a Document<'i>) -> Option<Node<'a, 'i>> {
    document.root_element().last_element_child().filter(|node| node.has_tag_name((DSIG, "Signature")))
}

fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|child| child.has_tag_name((DSIG, name)))
}

/// Reads a document; one with a DTD is refused, for its entities.
fn parse(xml: &str) -> Result<Document<'_>, String> {
    if xml.len() > XML_MAX_BYTES {
        return Err(format!("a document larger than {XML_MAX_BYTES} bytes is not signed here"));
    }
    let options = ParsingOptions { nodes_limit: NODES_MAX, ..ParsingOptions::default() };
    Document::parse_with_options(xml, options).map_err(|error| java_words(&error, xml))
}

/// What the parser of the original says.
fn java_words(error: &Error, xml: &str) -> String {
    let (place, what) = if matches!(error, Error::UnclosedRootNode | Error::UnexpectedEndOfStream) {
        (end_of(xml), "XML document structures must start and end within the same entity.".to_owned())
    } else if matches!(error, Error::NoRootNode) {
        (end_of(xml), "Premature end of file.".to_owned())
    } else if let Error::UnexpectedCloseTag(name, _, place) = error {
        let end_tag = format!("\"{name}\" must be terminated by the matching end-tag \"</{name}>\".");
        (*place, format!("The element type {end_tag}"))
    } else {
        (error.pos(), error.to_string())
    };
    format!("org.xml.sax.SAXParseException; lineNumber: {}; columnNumber: {}; {what}", place.row, place.col)
}

/// The place after the last character.
fn end_of(xml: &str) -> TextPos {
    let last_line = xml.rsplit('\n').next().unwrap_or_default();
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX).saturating_add(1);
    TextPos::new(number(xml.matches('\n').count()), number(last_line.chars().count()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, reason = "tests, which find their files")]
    use qolhat_pki::algorithm::SignatureAlgorithm;
    use qolhat_pki::certificate::Certificate;
    use qolhat_pki::digest::DigestAlgorithm;
    use qolhat_pki::issue::certificate_builder::build_certificate;
    use qolhat_pki::issue::profile::{Issuer, Profile, service_subject};

    use super::*;
    use crate::app::SystemRandom;
    use crate::domain::time::Moment;

    const LAYOUTS: [Layout; 3] = [Layout::Crlf, Layout::Lf, Layout::Compact];

    fn text(node: Option<Node<'_, '_>>) -> Option<Vec<u8>> {
        let text: String = node?.text()?.chars().filter(|c| !c.is_ascii_whitespace()).collect();
        BASE64_STANDARD.decode(text).ok()
    }

    /// Whether the last child of the root is a signature over all that is around it, as a court's program would see it.
    fn holds(xml: &str) -> Option<bool> {
        let document = parse(xml).ok()?;
        let signature = last_signature(&document)?;
        let info = child(signature, "SignedInfo")?;
        let certificate = child(child(signature, "KeyInfo")?, "X509Data")?;
        let certificate = Certificate::from_der(&text(child(certificate, "X509Certificate"))?).ok()?;
        let method = child(info, "SignatureMethod")?.attribute("Algorithm")?;
        let algorithm = match method.ends_with("rsa-sha256") {
            true => SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha256),
            false => SignatureAlgorithm::Gost2015_512,
        };
        let digest =
            if method.ends_with("rsa-sha256") { DigestAlgorithm::Sha256 } else { DigestAlgorithm::Streebog512 };
        let around = c14n::document(&document, Some(signature.id())).text;
        let same =
            text(child(child(info, "Reference")?, "DigestValue"))? == digest.digest(around.as_bytes()).as_bytes();
        let (info, value) = (c14n::element(info), text(child(signature, "SignatureValue"))?);
        Some(same && certificate.public_key().ok()?.verify_message(algorithm, info.as_bytes(), &value).is_ok())
    }

    fn key(key: PrivateKey) -> Key {
        let subject = service_subject("ҚОЛ ҚОЮШЫ");
        let issuer = Issuer::itself(subject.clone(), &key.spki_der().unwrap()).unwrap();
        let term = (
            Moment::parse_rfc3339("2026-01-01T00:00:00Z").unwrap(),
            Moment::parse_rfc3339("2027-01-01T00:00:00Z").unwrap(),
        );
        let template = Profile::RootCa.template(&issuer, subject, key.spki_der().unwrap(), term).unwrap();
        let certificate = build_certificate(&template, &key, &mut SystemRandom).unwrap();
        Key { key, certificate: Certificate::from_der(&certificate).unwrap() }
    }

    fn keys() -> [Key; 2] {
        let gost = PrivateKey::generate_gost512(&mut SystemRandom).unwrap();
        [key(gost), key(PrivateKey::generate_rsa(2048).unwrap())]
    }

    #[test]
    fn real_signatures_hold_and_changed_ones_do_not() {
        let shared = std::env::var("QOLHAT_SHARED");
        let shared = shared.unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../shared").to_owned());
        let folder = std::path::Path::new(&shared).join("nca/xml");
        let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
        if !folder.is_dir() {
            eprintln!("SKIPPED: nca/xml (no shared folder)");
            return;
        }
        for name in ["enveloped-gost2015-a.xml", "enveloped-rsa.xml", "ncalayer-rs-xml_simple.xml"] {
            assert_eq!(holds(&read(name)), Some(true), "{name}");
        }
        assert_eq!(holds(&read("derived/bad-content.xml")), Some(false));
        // What another program signed, signed here: the same digest.
        let theirs = read("ncalayer-rs-xml_simple.xml");
        let digest = |xml: &str| xml.split("DigestValue>").nth(1).unwrap().replace("&#13;", "").replace('\n', "");
        let [gost, _] = keys();
        let input = read("ncalayer-rs-xml_simple.input.xml");
        let ours = sign(&gost, &input, Layout::Lf, &mut SharedRandom::new(SystemRandom)).unwrap();
        assert_eq!(digest(&ours), digest(&theirs));
    }

    #[test]
    fn what_is_signed_here_holds_in_every_layout_and_is_stacked_when_signed_again() {
        let mut rng = SharedRandom::new(SystemRandom);
        let documents = [
            "<tag>data</tag>",
            "<tag/>",
            "\u{feff}<?xml version='1.0' encoding='windows-1251'?>\r\n<!-- a --><a b='&#10;\"'>x &amp; &#13; y</a><?p q?>",
            "<p:a xmlns:p='urn:p' xmlns='urn:d' xml:lang='kk' p:b='1' b='2'><c xmlns=''/><![CDATA[<]]><!-- in --></p:a>",
            "<a xmlns:ds='urn:not-signatures'><ds:Signature/></a>",
        ];
        for key in keys() {
            for document in documents {
                for layout in LAYOUTS {
                    let signed = sign(&key, document, layout, &mut rng).unwrap();
                    assert_eq!(holds(&signed), Some(true), "{signed}");
                    assert!(signed.starts_with(DECLARATION));
                    let twice = sign(&key, &signed, layout, &mut rng).unwrap();
                    assert_eq!(
                        (holds(&twice), twice.matches("<ds:SignatureValue>").count()),
                        (Some(true), 2),
                        "{twice}"
                    );
                    let changed = signed.replacen("<ds:Signature ", " <ds:Signature ", 1);
                    assert_eq!(holds(&changed), Some(false), "{changed}");
                }
            }
        }
    }

    #[test]
    fn what_cannot_be_read_is_refused_in_the_words_of_the_original() {
        for (xml, told) in [
            ("<this>is not a valid XML", "lineNumber: 1; columnNumber: 25; XML document structures must"),
            ("<a>\n<b>\n</a>", "lineNumber: 3; columnNumber: 1; The element type \"b\" must be terminated by"),
            ("", "Premature end of file."),
            ("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "XML with DTD"),
            ("<a>&b;</a>", "lineNumber: 1; columnNumber: 4;"),
            ("{}", "lineNumber: 1; columnNumber: 1;"),
        ] {
            let error = check(&[xml.to_owned()]).unwrap_err();
            assert!(error.starts_with("org.xml.sax.SAXParseException; ") && error.contains(told), "{xml}: {error}");
        }
        assert!(check(&["<a/>".to_owned(), format!("<a>{}</a>", "x".repeat(XML_MAX_BYTES))]).is_err());
    }
}
