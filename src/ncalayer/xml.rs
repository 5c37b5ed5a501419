//! Signed XML as NCALayer makes it: one enveloped signature as the last child of the root, over the whole document with
//! its comments; what cannot be read is told in the words of the original. Source: nca-rk.md section 4.

use std::sync::Arc;

use qolhat_pki::issue::xml_sign::{Form, sign_xml};
use roxmltree::{Document, Error, ParsingOptions, TextPos};

use super::cms::SignFailure;
use super::{Key, Signer};
use crate::app::SharedRandom;

pub(super) use qolhat_pki::issue::xml_sign::Layout;

/// Largest document signed, in bytes.
const XML_MAX_BYTES: usize = 8 * 1024 * 1024;
/// Most nodes of one document.
const NODES_MAX: u32 = 1_000_000;
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
    parse(document).map_err(SignFailure::Failed)?;
    sign_xml(document, Form::Document, layout, &key.key, &key.certificate, rng).map_err(SignFailure::failed)
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
    use qolhat_pki::certificate::Certificate;
    use qolhat_pki::issue::certificate_builder::build_certificate;
    use qolhat_pki::issue::profile::{Issuer, Profile, service_subject};
    use qolhat_pki::key::PrivateKey;
    use qolhat_pki::policy::SignaturePolicy;
    use qolhat_pki::report::{Coverage, CryptoOutcome};
    use qolhat_pki::trust::TrustStore;
    use qolhat_pki::validate::{Evidence, validate_xml};

    use super::*;
    use crate::app::SystemRandom;
    use crate::domain::time::Moment;

    const LAYOUTS: [Layout; 3] = [Layout::Crlf, Layout::Lf, Layout::Compact];

    /// Whether every signature fits, and the last covers the whole document, as the validator sees it.
    fn holds(xml: &str) -> bool {
        let document = qolhat_pki::xml::Document::parse(xml.as_bytes()).unwrap();
        let (nobody, evidence, policy) = (TrustStore::default(), Evidence::default(), SignaturePolicy::default());
        let at = Moment::parse_rfc3339("2026-11-22T00:00:00Z").unwrap();
        let report = validate_xml(&document, &nobody, &nobody, &evidence, &policy, at);
        let fits = report.signatures.iter().all(|one| one.crypto == CryptoOutcome::Ok);
        fits && report.signatures.last().is_some_and(|last| last.covers == Coverage::All)
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
            assert!(holds(&read(name)), "{name}");
        }
        assert!(!holds(&read("derived/bad-content.xml")));
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
                    assert!(holds(&signed), "{signed}");
                    assert!(signed.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>"));
                    let twice = sign(&key, &signed, layout, &mut rng).unwrap();
                    assert!(holds(&twice), "{twice}");
                    assert_eq!(twice.matches("<ds:SignatureValue>").count(), 2, "{twice}");
                    let changed = signed.replacen("<ds:Signature ", " <ds:Signature ", 1);
                    assert!(!holds(&changed), "{changed}");
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
