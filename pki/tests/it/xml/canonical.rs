//! Canonical forms against the examples that the standards print.

use qolhat_pki::xml::Document;
use qolhat_pki::xml::c14n::{C14nError, Canonicalization, Comments, Method, Selection};

use super::form;

const ALL: [Method; 3] = [Method::Inclusive10, Method::Inclusive11, Method::Exclusive];

fn of(method: Method, xml: &str, id: Option<&str>) -> String {
    form(&Canonicalization::new(method, Comments::Kept), &Document::parse(xml.as_bytes()).unwrap(), id)
}

fn without_comments(xml: &str) -> String {
    let plain = Canonicalization::new(Method::Inclusive10, Comments::Dropped);
    form(&plain, &Document::parse(xml.as_bytes()).unwrap(), None)
}

/// Source: Canonical XML 1.0 §3.1 (without its DTD), §3.2.
#[test]
fn instructions_comments_and_white_space_are_as_the_standard_prints_them() {
    let xml = "<?xml version=\"1.0\"?>\n\n<?xml-stylesheet   href=\"doc.xsl\"\n   type=\"text/xsl\"   ?>\n\n<doc>Hello, \
               world!<!-- Comment 1 --></doc>\n\n<?pi-without-data     ?>\n\n<!-- Comment 2 -->\n\n<!-- Comment 3 -->\n";
    let plain =
        "<?xml-stylesheet href=\"doc.xsl\"\n   type=\"text/xsl\"   ?>\n<doc>Hello, world!</doc>\n<?pi-without-data?>";
    assert_eq!(without_comments(xml), plain);
    let with = "<?xml-stylesheet href=\"doc.xsl\"\n   type=\"text/xsl\"   ?>\n<doc>Hello, world!<!-- Comment 1 --></doc>\n\
                <?pi-without-data?>\n<!-- Comment 2 -->\n<!-- Comment 3 -->";
    for method in ALL {
        assert_eq!(of(method, xml, None), with);
    }
    let xml = "<doc>\n   <clean>   </clean>\n   <dirty>   A   B   </dirty>\n   <mixed>\n      A\n      <clean>   \
               </clean>\n      B\n      <dirty>   A   B   </dirty>\n      C\n   </mixed>\n</doc>";
    assert_eq!(of(Method::Inclusive10, xml, None), xml);
    let xml = "<!-- a --><?p q?><r/><!-- b --><?s?>";
    assert_eq!(of(Method::Inclusive10, xml, None), "<!-- a -->\n<?p q?>\n<r></r>\n<!-- b -->\n<?s?>");
    assert_eq!(without_comments(xml), "<?p q?>\n<r></r>\n<?s?>");
}

/// Source: Canonical XML 1.0 §3.3 (without its DTD, so without the default it declares).
#[test]
fn tags_are_as_the_standard_prints_them() {
    let xml = "<doc>\n   <e1   />\n   <e2   ></e2>\n   <e3   name = \"elem3\"   id=\"elem3\"   />\n   \
               <e4   name=\"elem4\"   id=\"elem4\"   ></e4>\n   <e5 a:attr=\"out\" b:attr=\"sorted\" attr2=\"all\" \
               attr=\"I'm\"\n      xmlns:b=\"http://www.ietf.org\"\n      xmlns:a=\"http://www.w3.org\"\n      \
               xmlns=\"http://example.org\"/>\n   <e6 xmlns=\"\" xmlns:a=\"http://www.w3.org\">\n      \
               <e7 xmlns=\"http://www.ietf.org\">\n         <e8 xmlns=\"\" xmlns:a=\"http://www.w3.org\">\n            \
               <e9 xmlns=\"\" xmlns:a=\"http://www.ietf.org\"/>\n         </e8>\n      </e7>\n   </e6>\n</doc>";
    let form = "<doc>\n   <e1></e1>\n   <e2></e2>\n   <e3 id=\"elem3\" name=\"elem3\"></e3>\n   <e4 id=\"elem4\" \
                name=\"elem4\"></e4>\n   <e5 xmlns=\"http://example.org\" xmlns:a=\"http://www.w3.org\" \
                xmlns:b=\"http://www.ietf.org\" attr=\"I'm\" attr2=\"all\" b:attr=\"sorted\" a:attr=\"out\"></e5>\n   \
                <e6 xmlns:a=\"http://www.w3.org\">\n      <e7 xmlns=\"http://www.ietf.org\">\n         <e8 xmlns=\"\">\n\
                \u{20}           <e9 xmlns:a=\"http://www.ietf.org\"></e9>\n         </e8>\n      </e7>\n   </e6>\n</doc>";
    assert_eq!(of(Method::Inclusive10, xml, None), form);
    assert_eq!(of(Method::Inclusive11, xml, None), form);
}

/// Source: Canonical XML 1.0 §3.4 (without its DTD: `normNames` and `normId` are character data here).
#[test]
fn characters_are_as_the_standard_prints_them() {
    let xml = "<doc>\n   <text>First line&#x0d;&#10;Second line</text>\n   <value>&#x32;</value>\n   \
               <compute><![CDATA[value>\"0\" && value<\"10\" ?\"valid\":\"error\"]]></compute>\n   \
               <compute expr='value>\"0\" &amp;&amp; value&lt;\"10\" ?\"valid\":\"error\"'>valid</compute>\n   \
               <norm attr=' &apos;   &#x20;&#13;&#xa;&#9;   &apos; '/>\n</doc>";
    let form = "<doc>\n   <text>First line&#xD;\nSecond line</text>\n   <value>2</value>\n   \
                <compute>value&gt;\"0\" &amp;&amp; value&lt;\"10\" ?\"valid\":\"error\"</compute>\n   \
                <compute expr=\"value>&quot;0&quot; &amp;&amp; value&lt;&quot;10&quot; \
                ?&quot;valid&quot;:&quot;error&quot;\">valid</compute>\n   <norm attr=\" '    &#xD;&#xA;&#x9;   ' \"></norm>\n\
                </doc>";
    for method in ALL {
        assert_eq!(of(method, xml, None), form);
    }
    assert_eq!(without_comments("<doc>&#169;</doc>"), "<doc>\u{a9}</doc>");
}

const ENVELOPE: &str = "<n0:pdu xmlns:n0=\"http://a.example\"><n1:elem2 xmlns:n1=\"http://b.example\" id=\"x\">\
                        <n3:stuff xmlns:n3=\"ftp://example.org\"/></n1:elem2></n0:pdu>";
const OTHER_ENVELOPE: &str = "<n2:pdu xmlns:n1=\"http://b.example\" xmlns:n2=\"http://foo.example\" xml:lang=\"fr\" \
                              xml:space=\"retain\"><n1:elem2 id=\"x\"><n3:stuff xmlns:n3=\"ftp://example.org\"/></n1:elem2>\
                              </n2:pdu>";

/// Source: Exclusive XML Canonicalization 1.0 §2.1, §2.2.
#[test]
fn an_element_moved_to_another_envelope_keeps_its_exclusive_form_alone() {
    let exclusive = "<n1:elem2 xmlns:n1=\"http://b.example\" id=\"x\"><n3:stuff xmlns:n3=\"ftp://example.org\"></n3:stuff>\
                     </n1:elem2>";
    assert_eq!(of(Method::Exclusive, ENVELOPE, Some("x")), exclusive);
    assert_eq!(of(Method::Exclusive, OTHER_ENVELOPE, Some("x")), exclusive);
    let inclusive = "<n1:elem2 xmlns:n0=\"http://a.example\" xmlns:n1=\"http://b.example\" id=\"x\"><n3:stuff \
                     xmlns:n3=\"ftp://example.org\"></n3:stuff></n1:elem2>";
    assert_eq!(of(Method::Inclusive10, ENVELOPE, Some("x")), inclusive);
    let inclusive = "<n1:elem2 xmlns:n1=\"http://b.example\" xmlns:n2=\"http://foo.example\" id=\"x\" xml:lang=\"fr\" \
                     xml:space=\"retain\"><n3:stuff xmlns:n3=\"ftp://example.org\"></n3:stuff></n1:elem2>";
    assert_eq!(of(Method::Inclusive10, OTHER_ENVELOPE, Some("x")), inclusive);
    assert_eq!(of(Method::Inclusive11, OTHER_ENVELOPE, Some("x")), inclusive);
}

#[test]
fn attributes_of_xml_from_around_are_inherited_by_the_rules_of_each_version() {
    let xml = "<a xml:lang='kk' xml:id='one' xml:base='urn:x'><b xml:lang='ru'><c Id='x' xml:space='default'/></b></a>";
    let all = "<c Id=\"x\" xml:base=\"urn:x\" xml:id=\"one\" xml:lang=\"ru\" xml:space=\"default\"></c>";
    assert_eq!(of(Method::Inclusive10, xml, Some("x")), all);
    assert_eq!(of(Method::Exclusive, xml, Some("x")), "<c Id=\"x\" xml:space=\"default\"></c>");
    let without_base = xml.replace(" xml:base='urn:x'", "");
    assert_eq!(
        of(Method::Inclusive11, &without_base, Some("x")),
        "<c Id=\"x\" xml:lang=\"ru\" xml:space=\"default\"></c>"
    );
    let document = Document::parse(xml.as_bytes()).unwrap();
    let c = document.elements().last().unwrap();
    let version_11 = Canonicalization::new(Method::Inclusive11, Comments::Kept);
    assert_eq!(version_11.octets(&document, &Selection::of(c), 1000), Err(C14nError::BaseAround));
}

#[test]
fn inclusive_prefixes_of_an_exclusive_form_are_declared_where_they_are_in_force() {
    let xml = "<a xmlns='urn:d' xmlns:p='urn:p' xmlns:q='urn:q'><q:b Id='x' xmlns:p='urn:p2'><c xmlns='' xmlns:p='urn:p'/></q:b></a>";
    let mut exclusive = Canonicalization::new(Method::Exclusive, Comments::Kept);
    exclusive.prefixes.extend(["p", "#default", "unknown"].map(str::to_owned));
    let document = Document::parse(xml.as_bytes()).unwrap();
    assert_eq!(
        form(&exclusive, &document, Some("x")),
        "<q:b xmlns=\"urn:d\" xmlns:p=\"urn:p2\" xmlns:q=\"urn:q\" Id=\"x\"><c xmlns=\"\" xmlns:p=\"urn:p\"></c></q:b>"
    );
    assert_eq!(of(Method::Exclusive, xml, Some("x")), "<q:b xmlns:q=\"urn:q\" Id=\"x\"><c></c></q:b>");
}

/// Source: Canonical XML 1.0 §1.3.
#[test]
fn a_relative_namespace_has_no_canonical_form() {
    let document = Document::parse(b"<a xmlns='relative'/>").unwrap();
    for method in ALL {
        let octets = Canonicalization::new(method, Comments::Kept).octets(&document, &Selection::DOCUMENT, 1000);
        assert_eq!(octets, Err(C14nError::RelativeNamespace));
    }
}

#[test]
fn elements_are_left_out_with_everything_in_them() {
    let document = Document::parse(b"<a>1<b><c/></b>2<d><b/>3</d></a>").unwrap();
    let without: Vec<_> = document.elements().filter(|one| document.local_name(*one) == "b").collect();
    let plain = Canonicalization::new(Method::Inclusive10, Comments::Kept);
    let selection = Selection { top: Document::DOCUMENT, without: &without };
    assert_eq!(plain.octets(&document, &selection, 1000).unwrap(), b"<a>12<d>3</d></a>");
}
