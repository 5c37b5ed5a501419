//! What is read as a document and what is refused.

use qolhat_pki::xml::{Document, NodeKind, XmlErrorKind};

fn kind(xml: &str) -> XmlErrorKind {
    Document::parse(xml.as_bytes()).unwrap_err().kind
}

fn is_read(xml: &str) -> bool {
    Document::parse(xml.as_bytes()).is_ok()
}

/// Keeps: SIG-01
#[test]
fn a_dtd_is_refused_whatever_is_in_it() {
    let bomb = "<!DOCTYPE lolz [<!ENTITY lol 'lol'><!ENTITY lol2 '&lol;&lol;&lol;'>]><lolz>&lol2;</lolz>";
    let external = "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>";
    let parameter = "<!DOCTYPE a [<!ENTITY % x SYSTEM 'http://127.0.0.1/x.dtd'>%x;]><a/>";
    let defaulted = "<!DOCTYPE a [<!ATTLIST a Id ID 'signed'>]><a/>";
    for xml in [bomb, external, parameter, defaulted, "<!DOCTYPE a><a/>", "<!-- x --><!DOCTYPE a SYSTEM 'a'><a/>"] {
        assert_eq!(kind(xml), XmlErrorKind::Doctype, "{xml}");
    }
    assert_eq!(kind("<a>&x;</a>"), XmlErrorKind::Entity);
    assert_eq!(kind("<a b='&x;'/>"), XmlErrorKind::Entity);
    assert_eq!(kind("<a>&amp</a>"), XmlErrorKind::Entity);
}

#[test]
fn what_is_not_well_formed_is_refused() {
    for xml in [
        "",
        " ",
        "a",
        "<a>",
        "<a",
        "<a/><b/>",
        "<a/>x",
        "x<a/>",
        "<a></b>",
        "<a></a",
        "<a b/>",
        "<a b=c/>",
        "<a b='1'c='2'/>",
        "<a b='1' b='2'/>",
        "<a b='<'/>",
        "<a>]]></a>",
        "<a><!-- -- --></a>",
        "<a><!-- ---></a>",
        "<a><![CDATA[</a>",
        "<a>&#0;</a>",
        "<a>&#xFFFE;</a>",
        "<a>&#xD800;</a>",
        "<a>&#x110000;</a>",
        "<a>&#;</a>",
        "<a>&#x;</a>",
        "<a>&#+5;</a>",
        "<a>\u{1}</a>",
        "<a>\u{FFFE}</a>",
        "<a b='\u{0}'/>",
        "<1/>",
        "<-a/>",
        "< a/>",
        "<a ></ a>",
        "<a/ >",
        "<a b = '1'/ >",
        "<?xml version='1.0'?>",
        " <?xml version='1.0'?><a/>",
        "<a><?xml version='1.0'?></a>",
        "<a><?XML x?></a>",
        "<a><?p></a>",
        "<a><?1?></a>",
        "<?xml?><a/>",
        "<?xml encoding='UTF-8' version='1.0'?><a/>",
        "<?xml version='1.0' standalone='maybe'?><a/>",
        "<?xml version='1.0'encoding='UTF-8'?><a/>",
        "<a><!ELEMENT a></a>",
        "<![CDATA[x]]><a/>",
        "<a/><![CDATA[x]]>",
        "&#32;<a/>",
        "<a>&lt</a>",
        "<a><b></a></b>",
        "<a b=\"1'/>",
        "<a><!- x --></a>",
        "<a><?p x></a>",
        "</a>",
        "<a/></a>",
        "<>x</>",
    ] {
        assert!(!is_read(xml), "{xml}");
    }
}

#[test]
fn namespace_rules_are_kept() {
    for xml in [
        "<p:a/>",
        "<a p:b='1'/>",
        "<a xmlns:p=''/>",
        "<a xmlns:xmlns='urn:x'/>",
        "<a xmlns:xml='urn:x'/>",
        "<a xmlns='http://www.w3.org/XML/1998/namespace'/>",
        "<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>",
        "<a xmlns='http://www.w3.org/2000/xmlns/'/>",
        "<xmlns:a/>",
        "<a:b:c xmlns:a='urn:x'/>",
        "<:a/>",
        "<a:/>",
        "<a xmlns:p='urn:x' xmlns:q='urn:x' p:b='1' q:b='2'/>",
        "<a xmlns:p='urn:x' xmlns:p='urn:y'/>",
        "<a xmlns='' xmlns=''/>",
        "<a:1 xmlns:a='urn:x'/>",
        "<a><?p:q x?></a>",
        "<a><b xmlns:p='urn:x'/><p:c/></a>",
        "<p:a xmlns:p='urn:x'></q:a>",
        "<p:a xmlns:p='urn:x' xmlns:q='urn:x'></q:a>",
    ] {
        assert!(!is_read(xml), "{xml}");
    }
    for xml in [
        "<a xmlns:xml='http://www.w3.org/XML/1998/namespace' xml:lang='kk'/>",
        "<a xmlns:p='urn:x' p:b='1' b='2'/>",
        "<a xmlns='urn:x'><b xmlns=''/></a>",
        "<a xmlns:p='urn:x' xmlns='urn:x' p:b='1' b='2'/>",
        "<құжат қол='қойды'/>",
    ] {
        assert!(is_read(xml), "{xml}");
    }
}

#[test]
fn only_utf_8_of_version_1_0_is_read() {
    assert!(is_read("\u{feff}<?xml version='1.0' encoding='utf-8'?><a/>"));
    assert_eq!(kind("<?xml version='1.1'?><a/>"), XmlErrorKind::Version);
    assert_eq!(kind("<?xml version='1.0' encoding='windows-1251'?><a/>"), XmlErrorKind::Encoding);
    assert!(Document::parse_text("<?xml version='1.0' encoding='windows-1251'?><a/>").is_ok());
    assert_eq!(Document::parse(b"<a>\xff</a>").unwrap_err().kind, XmlErrorKind::Encoding);
    let utf_16: Vec<u8> = "\u{feff}<a/>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(Document::parse(&utf_16).unwrap_err().kind, XmlErrorKind::Encoding);
}

#[test]
fn character_data_are_kept_as_they_are_meant() {
    let document = Document::parse(b"<a b=' x\r\n\ty&#13;&#10; '>1\r\n2\r3&#13;<![CDATA[<&\r\n]]>4</a>").unwrap();
    assert_eq!(document.attribute(document.root(), "", "b"), Some(" x  y\r\n "));
    assert_eq!(document.simple_text(document.root()), Some("1\n2\n3\r<&\n4"));
    let document = Document::parse(b"<a>1<!--x\r\ny-->2<?p  z\r ?></a>").unwrap();
    assert_eq!(document.simple_text(document.root()), None);
    let kinds: Vec<_> = document.children(document.root()).map(|node| document.kind(node)).collect();
    let instruction = NodeKind::Instruction { target: "p", data: "z\n " };
    assert_eq!(kinds, [NodeKind::Text("1"), NodeKind::Comment("x\ny"), NodeKind::Text("2"), instruction]);
}

#[test]
fn prefixes_namespaces_and_places_are_told() {
    let document =
        Document::parse(b"<p:a xmlns:p='urn:p' xmlns='urn:d'><b/><b p:c='1' c='2'/><p:b xmlns:p='urn:q'/></p:a>")
            .unwrap();
    let root = document.root();
    assert_eq!((document.prefix(root), document.local_name(root), document.namespace(root)), ("p", "a", "urn:p"));
    let children: Vec<_> = document.child_elements(root).collect();
    let told: Vec<_> = children.iter().map(|child| (document.namespace(*child), document.path(*child))).collect();
    let expected = [("urn:d", "/a/b[1]"), ("urn:d", "/a/b[2]"), ("urn:q", "/a/b")];
    assert_eq!(told, expected.map(|(namespace, path)| (namespace, path.to_owned())));
    assert_eq!(document.attribute(children[1], "urn:p", "c"), Some("1"));
    assert_eq!(document.attribute(children[1], "", "c"), Some("2"));
}

mod properties {
    use proptest::prelude::*;
    use qolhat_pki::xml::Document;
    use qolhat_pki::xml::c14n::{Canonicalization, Comments, Method, Selection};

    fn piece() -> impl Strategy<Value = String> {
        let pieces = [
            "<a>",
            "</a>",
            "<p:b xmlns:p='urn:p'>",
            "</p:b>",
            "<c xmlns='urn:c' d=\"&#13;\"/>",
            "<!-- x -->",
            "<?p q?>",
            "x",
            "\r\n",
            "&amp;",
            "&#x9;",
            "<![CDATA[<]]>",
            " ",
            "]]",
            ">",
            "<",
            "&",
            "'",
            "\"",
            "/>",
            "xmlns:p=''",
            "қ",
        ];
        prop_oneof![8 => prop::sample::select(pieces.to_vec()).prop_map(str::to_owned), 1 => any::<String>()]
    }

    proptest! {
        /// Whatever the octets are, there is an answer; what is read has a canonical form that is read as itself.
        #[test]
        fn any_octets_are_read_or_refused_and_a_canonical_form_is_its_own(pieces in prop::collection::vec(piece(), 0..24)) {
            let text = pieces.concat();
            for candidate in [text.clone(), format!("<r>{text}</r>")] {
                let Ok(document) = Document::parse(candidate.as_bytes()) else { continue };
                for method in [Method::Inclusive10, Method::Inclusive11, Method::Exclusive] {
                    let algorithm = Canonicalization::new(method, Comments::Kept);
                    let Ok(once) = algorithm.octets(&document, &Selection::DOCUMENT, usize::MAX) else { continue };
                    let again = Document::parse(&once).unwrap();
                    prop_assert_eq!(&algorithm.octets(&again, &Selection::DOCUMENT, usize::MAX).unwrap(), &once);
                }
            }
        }

        #[test]
        fn octets_of_any_kind_do_no_harm(octets in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = Document::parse(&octets);
        }
    }
}
