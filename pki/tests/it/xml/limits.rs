//! Documents made to exhaust a reader end soon, and with a reason.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use qolhat_pki::digest::DigestAlgorithm;
use qolhat_pki::report::{Indication, SubIndication, ValidationReport};
use qolhat_pki::xml::c14n::{C14nError, Canonicalization, Comments, Method, Selection};
use qolhat_pki::xml::{
    ATTRIBUTES_MAX, DEPTH_MAX, Document, NAMESPACE_MAX_BYTES, NAMESPACES_IN_SCOPE_MAX, NODES_MAX, XML_SIZE_MAX_BYTES,
    XmlErrorKind,
};

use super::{C14N, ENVELOPED, MALFORMED, enveloped, judged, only, outcome, reference, signature, signed_info};
use crate::workshop::{Kind, World};

/// Generous: the tests run unoptimised and side by side.
const SOON: Duration = Duration::from_secs(60);

fn too_many(xml: &str) -> Option<&'static str> {
    let error = Document::parse(xml.as_bytes()).err()?;
    let XmlErrorKind::TooMany { what, .. } = error.kind else { panic!("{error}") };
    Some(what)
}

fn nested(depth: usize) -> String {
    format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth))
}

#[test]
fn each_limit_holds_and_the_last_below_it_is_read() {
    assert_eq!(too_many(&nested(DEPTH_MAX)), None);
    assert_eq!(too_many(&nested(DEPTH_MAX + 1)), Some("nested elements"));
    assert_eq!(too_many(&nested(100_000)), Some("nested elements"));
    let attributes = |count: usize| {
        let all = (0..count).fold(String::new(), |mut all, n| {
            write!(all, " a{n}=''").unwrap();
            all
        });
        format!("<a{all}/>")
    };
    assert_eq!(too_many(&attributes(ATTRIBUTES_MAX)), None);
    assert_eq!(too_many(&attributes(ATTRIBUTES_MAX + 1)), Some("attributes"));
    let declared = |count: usize| {
        let open: String = (0..count).map(|n| format!("<a xmlns:p{n}='urn:{n}'>")).collect();
        format!("<r>{}{}</r>", open, "</a>".repeat(count))
    };
    assert_eq!(too_many(&declared(NAMESPACES_IN_SCOPE_MAX)), Some("nested elements"), "the nearer limit");
    let two = |count: usize| {
        let open: String = (0..count).map(|n| format!("<a xmlns:p{n}='urn:{n}' xmlns:q{n}='urn:{n}'>")).collect();
        format!("<r>{}{}</r>", open, "</a>".repeat(count))
    };
    assert_eq!(too_many(&two(NAMESPACES_IN_SCOPE_MAX / 2)), None);
    assert_eq!(too_many(&two(NAMESPACES_IN_SCOPE_MAX / 2 + 1)), Some("namespaces"));
    let named = |length: usize| format!("<a xmlns='urn:{}'/>", "x".repeat(length - 4));
    assert_eq!(too_many(&named(NAMESPACE_MAX_BYTES)), None);
    assert_eq!(too_many(&named(NAMESPACE_MAX_BYTES + 1)), Some("octets of a namespace"));
    assert_eq!(too_many(&format!("<a>{}</a>", "<b/>".repeat(NODES_MAX - 2))), None);
    assert_eq!(too_many(&format!("<a>{}</a>", "<b/>".repeat(NODES_MAX - 1))), Some("nodes"));
    assert_eq!(too_many(&" ".repeat(XML_SIZE_MAX_BYTES + 1)), Some("octets"));
}

#[test]
fn a_value_of_ten_megabytes_is_read_and_signed() {
    let mut world = World::new(Kind::Rsa);
    let long = format!("<a b='{}'/>", "x".repeat(10 * 1024 * 1024));
    let begun = Instant::now();
    let signed = enveloped(&mut world, &long);
    assert_eq!(outcome(&only(&world, &signed)), super::PASSED);
    assert!(begun.elapsed() < SOON);
}

/// Every element would repeat a long declaration: the form is cut off at the limit, not computed and thrown away.
#[test]
fn a_canonical_form_that_grows_with_the_square_of_the_document_is_cut_off() {
    let names: String = (0..512).fold(String::new(), |mut all, n| {
        write!(all, " xmlns:p{n}='urn:{n}:{}'", "x".repeat(4000)).unwrap();
        all
    });
    let body: String = (0..100_000).fold(String::new(), |mut all, n| {
        write!(all, "<p{}:e/>", n % 512).unwrap();
        all
    });
    let document = Document::parse(format!("<r{names}>{body}</r>").as_bytes()).unwrap();
    let begun = Instant::now();
    let exclusive = Canonicalization::new(Method::Exclusive, Comments::Dropped);
    let mut handed_on = 0;
    let written = exclusive.write(&document, &Selection::DOCUMENT, 50_000_000, &mut |piece| handed_on += piece.len());
    assert_eq!(written, Err(C14nError::TooLong));
    assert!(handed_on <= 50_000_000);
    let inclusive = Canonicalization::new(Method::Inclusive10, Comments::Dropped);
    assert!(inclusive.octets(&document, &Selection::DOCUMENT, 50_000_000).is_ok());
    assert!(begun.elapsed() < SOON);
}

#[test]
fn many_references_and_many_signatures_are_bounded() {
    let world = World::new(Kind::Rsa);
    let many = |count: usize| {
        let info = signed_info(C14N, &reference("", &[ENVELOPED]).repeat(count));
        signature(&info, &world.signer, "")
            .replace("{digest}", &BASE64_STANDARD.encode([0; 32]))
            .replace("{value}", "AAAA")
    };
    let xml = format!("<a>{}</a>", many(33));
    assert_eq!(outcome(&only(&world, &xml)), MALFORMED);
    let xml = format!("<a>{}</a>", many(10_000));
    assert_eq!(outcome(&only(&world, &xml)), MALFORMED);

    let report = judged(&world, &format!("<a>{}</a>", many(1).repeat(65)));
    assert_eq!(report.signatures.len(), 64);
    assert_ne!(report.indication, Indication::TotalPassed);
}

/// A large document with many signatures that all fail costs no more than the work allowed for one document.
#[test]
fn the_work_for_one_document_is_bounded() {
    let world = World::new(Kind::Rsa);
    let one = signature(&signed_info(C14N, &reference("", &[ENVELOPED]).repeat(32)), &world.signer, "");
    let one = one.replace("{digest}", &BASE64_STANDARD.encode([0; 32])).replace("{value}", "AAAA");
    let xml = format!("<a>{}{}</a>", "x".repeat(4 * 1024 * 1024), one.repeat(64));
    let begun = Instant::now();
    let report = judged(&world, &xml);
    assert!(report.signatures.iter().all(|signature| signature.indication != Indication::TotalPassed));
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
}

/// What leaves nothing in a canonical form, comments for one, is walked over for every reference all the same.
#[test]
fn comments_that_leave_nothing_in_the_form_count_as_work() {
    let world = World::new(Kind::Rsa);
    let digest = DigestAlgorithm::Sha256.digest(b"<x Id=\"x\"></x>");
    let one = signature(&signed_info(C14N, &reference("#x", &[]).repeat(32)), &world.signer, "");
    let one = one.replace("{digest}", &BASE64_STANDARD.encode(digest.as_bytes())).replace("{value}", "AAAA");
    let document = |signatures: usize, comments: usize| {
        format!("<a><x Id='x'>{}</x>{}</a>", "<!---->".repeat(comments), one.repeat(signatures))
    };
    let few = judged(&world, &document(2, 1000));
    let reasons = |report: &ValidationReport| -> Vec<Option<SubIndication>> {
        report.signatures.iter().map(|signature| signature.sub_indication).collect()
    };
    assert_eq!(reasons(&few), [Some(SubIndication::SigCryptoFailure); 2], "the digests fit");
    let begun = Instant::now();
    let many = judged(&world, &document(64, 900_000));
    assert_eq!(reasons(&many).first(), Some(&Some(SubIndication::SigCryptoFailure)));
    assert_eq!(reasons(&many).last(), Some(&Some(SubIndication::SignedDataNotFound)));
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
}

#[test]
fn the_steps_of_a_form_are_taken_from_those_that_are_left() {
    let document = Document::parse(b"<a xmlns:p='urn:p'><!--c--><b/>t</a>").unwrap();
    let form = Canonicalization::new(Method::Exclusive, Comments::Dropped);
    // Two elements and a declaration at four each, a comment and a text at one.
    for (given, outcome) in [(14, Ok(15)), (13, Err(C14nError::TooMuchWork))] {
        let mut steps = given;
        let written = form.write_within(&document, &Selection::DOCUMENT, 1000, &mut steps, &mut |_| {});
        assert_eq!(written, outcome, "{given}");
    }
}

/// The list is of the prefixes that mean something in values; it was looked through for every element.
#[test]
fn a_long_list_of_prefixes_costs_nothing_where_nothing_is_declared() {
    let elements = "<e/>".repeat(200_000);
    let document = Document::parse(format!("<r xmlns='urn:r' xmlns:p0='urn:0'>{elements}</r>").as_bytes()).unwrap();
    let timed = |count: usize| {
        let mut form = Canonicalization::new(Method::Exclusive, Comments::Dropped);
        form.prefixes.extend((0..count).map(|n| format!("p{n}")));
        form.prefixes.insert("#default".to_owned());
        let begun = Instant::now();
        let written = form.octets(&document, &Selection::DOCUMENT, 50_000_000).unwrap();
        (written, begun.elapsed())
    };
    let ((one, quick), (many, slow)) = (timed(1), timed(63));
    assert_eq!(one, many);
    assert!(one.starts_with(b"<r xmlns=\"urn:r\" xmlns:p0=\"urn:0\"><e></e>"));
    assert!(slow < quick * 8 + Duration::from_millis(200), "{quick:?} {slow:?}");
}
