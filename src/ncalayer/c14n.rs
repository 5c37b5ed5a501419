//! Canonical XML 1.0 with comments, inclusive: of a whole document and of one element in it. Source: W3C Canonical XML
//! 1.0 sections 2.2 to 2.4. Nesting is walked, not recursed into: strangers choose its depth.

use std::collections::BTreeMap;

use roxmltree::{Document, Node, NodeId};

/// The namespace of `xml:lang` and its like.
const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";

/// The canonical form of a document.
pub(super) struct Canonical {
    /// The form.
    pub text: String,
    /// Where the end tag of the root begins in it.
    pub root_end: usize,
}

/// The form of a whole document, but for the element `except`.
pub(super) fn document(document: &Document<'_>, except: Option<NodeId>) -> Canonical {
    let root = document.root_element();
    let mut canonical = Canonical { text: String::new(), root_end: 0 };
    let mut is_after_root = false;
    for node in document.root().children() {
        if node == root {
            canonical.root_end = write_tree(node, None, except, &mut canonical.text);
            is_after_root = true;
        } else if is_after_root {
            canonical.text.push('\n');
            write_leaf(node, &mut canonical.text);
        } else {
            write_leaf(node, &mut canonical.text);
            canonical.text.push('\n');
        }
    }
    canonical
}

/// The form of one element and what is in it; namespaces and `xml:` attributes of the elements around it count.
pub(super) fn element(element: Node<'_, '_>) -> String {
    let mut text = String::new();
    let mut inherited = BTreeMap::new();
    for ancestor in element.ancestors().skip(1).filter(Node::is_element) {
        for attribute in ancestor.attributes().filter(|one| one.namespace() == Some(XML_NAMESPACE)) {
            // The nearest one counts.
            inherited.entry(attribute.name()).or_insert_with(|| attribute.value());
        }
    }
    write_tree(element, Some(inherited), None, &mut text);
    text
}

/// Writes `top` and what is in it; answers where its end tag begins. `inherited` are attributes of ancestors when `top`
/// stands by itself.
fn write_tree(
    top: Node<'_, '_>,
    inherited: Option<BTreeMap<&str, &str>>,
    except: Option<NodeId>,
    out: &mut String,
) -> usize {
    write_start(top, inherited, out);
    let mut next = top.first_child();
    let mut at = top;
    loop {
        if let Some(node) = next {
            at = node;
            if except == Some(node.id()) {
                next = node.next_sibling();
                at = node.parent().unwrap_or(top);
            } else if node.is_element() {
                write_start(node, None, out);
                next = node.first_child();
            } else {
                write_leaf(node, out);
                next = node.next_sibling();
                at = node.parent().unwrap_or(top);
            }
            continue;
        }
        // `at` is an element all of whose children are written.
        let end = out.len();
        write_end(at, out);
        if at == top {
            return end;
        }
        next = at.next_sibling();
        at = at.parent().unwrap_or(top);
    }
}

/// The name as it is written: prefix and all.
fn qualified_name<'a>(element: Node<'a, '_>) -> &'a str {
    let written = element.document().input_text().get(element.range()).unwrap_or_default();
    let name = written.strip_prefix('<').unwrap_or(written);
    name.split(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>')).next().unwrap_or_default()
}

/// Prefixes in scope with their names; the default namespace is that of the empty prefix.
fn in_scope<'a>(element: Node<'a, '_>) -> BTreeMap<&'a str, &'a str> {
    element.namespaces().map(|one| (one.name().unwrap_or_default(), one.uri())).collect()
}

fn write_start(element: Node<'_, '_>, inherited: Option<BTreeMap<&str, &str>>, out: &mut String) {
    out.push('<');
    out.push_str(qualified_name(element));
    let stands_alone = inherited.is_some();
    let around = element.parent_element().filter(|_| !stands_alone).map(in_scope).unwrap_or_default();
    for (prefix, name) in in_scope(element) {
        if around.get(prefix).copied().unwrap_or_default() != name {
            out.push_str(if prefix.is_empty() { " xmlns" } else { " xmlns:" });
            out.push_str(prefix);
            write_value(name, out);
        }
    }
    for ((_, _), (name, value)) in attributes(element, inherited.unwrap_or_default()) {
        out.push(' ');
        out.push_str(&name);
        write_value(value, out);
    }
    out.push('>');
}

/// Namespace and local name, by which attributes are sorted, with written name and value.
fn attributes<'a>(
    element: Node<'a, '_>,
    inherited: BTreeMap<&'a str, &'a str>,
) -> BTreeMap<(&'a str, &'a str), (String, &'a str)> {
    let text = element.document().input_text();
    let from_around =
        inherited.into_iter().map(|(name, value)| ((XML_NAMESPACE, name), (format!("xml:{name}"), value)));
    let own = element.attributes().map(|attribute| {
        let written = text.get(attribute.range_qname()).unwrap_or_default().to_owned();
        ((attribute.namespace().unwrap_or_default(), attribute.name()), (written, attribute.value()))
    });
    // Its own attribute replaces one from around.
    from_around.chain(own).collect()
}

fn write_end(element: Node<'_, '_>, out: &mut String) {
    out.push_str("</");
    out.push_str(qualified_name(element));
    out.push('>');
}

fn write_leaf(node: Node<'_, '_>, out: &mut String) {
    let text = node.text().unwrap_or_default();
    if let Some(instruction) = node.pi() {
        out.push_str("<?");
        out.push_str(instruction.target);
        if let Some(value) = instruction.value.filter(|value| !value.is_empty()) {
            out.push(' ');
            out.push_str(&one_line_end(value));
        }
        out.push_str("?>");
    } else if node.is_comment() {
        out.push_str("<!--");
        out.push_str(&one_line_end(text));
        out.push_str("-->");
    } else {
        write_text(text, out);
    }
}

/// Line ends as a parser hands them on; the one used here does that in text and attributes alone.
fn one_line_end(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

fn write_text(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#xD;"),
            other => out.push(other),
        }
    }
}

fn write_value(value: &str, out: &mut String) {
    out.push_str("=\"");
    for c in value.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '"' => out.push_str("&quot;"),
            '\t' => out.push_str("&#x9;"),
            '\n' => out.push_str("&#xA;"),
            '\r' => out.push_str("&#xD;"),
            other => out.push(other),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn canonical(xml: &str) -> String {
        document(&Document::parse(xml).unwrap(), None).text
    }

    /// Source: Canonical XML 1.0 sections 3.1, 3.2, 3.3 (without its DTD) and 3.4.
    #[test]
    fn the_examples_of_the_standard_come_out_as_they_are_printed_there() {
        for (xml, form) in [
            (
                "<?xml version=\"1.0\"?>\n\n<?xml-stylesheet   href=\"doc.xsl\"\n   type=\"text/xsl\"   ?>\n\n<doc>Hello, \
                 world!<!-- Comment 1 --></doc>\n\n<?pi-without-data     ?>\n\n<!-- Comment 2 -->\n\n<!-- Comment 3 -->\n",
                "<?xml-stylesheet href=\"doc.xsl\"\n   type=\"text/xsl\"   ?>\n<doc>Hello, world!<!-- Comment 1 --></doc>\n\
                 <?pi-without-data?>\n<!-- Comment 2 -->\n<!-- Comment 3 -->",
            ),
            (
                "<doc>\n   <clean>   </clean>\n   <mixed>\n      A\n      <clean>   </clean>\n   </mixed>\n</doc>",
                "<doc>\n   <clean>   </clean>\n   <mixed>\n      A\n      <clean>   </clean>\n   </mixed>\n</doc>",
            ),
            (
                "<doc>\n   <e1   />\n   <e2   ></e2>\n   <e3   name = \"elem3\"   id=\"elem3\"   />\n   \
                 <e5 a:attr=\"out\" b:attr=\"sorted\" attr2=\"all\" attr=\"I'm\"\n      \
                 xmlns:b=\"http://www.ietf.org\"\n      xmlns:a=\"http://www.w3.org\"\n      \
                 xmlns=\"http://example.org\"/>\n   <e6 xmlns=\"\" xmlns:a=\"http://www.w3.org\">\n      \
                 <e7 xmlns=\"http://www.ietf.org\">\n         <e8 xmlns=\"\" xmlns:a=\"http://www.w3.org\">\n            \
                 <e9 xmlns=\"\" xmlns:a=\"http://www.ietf.org\"/>\n         </e8>\n      </e7>\n   </e6>\n</doc>",
                "<doc>\n   <e1></e1>\n   <e2></e2>\n   <e3 id=\"elem3\" name=\"elem3\"></e3>\n   \
                 <e5 xmlns=\"http://example.org\" xmlns:a=\"http://www.w3.org\" xmlns:b=\"http://www.ietf.org\" \
                 attr=\"I'm\" attr2=\"all\" b:attr=\"sorted\" a:attr=\"out\"></e5>\n   \
                 <e6 xmlns:a=\"http://www.w3.org\">\n      <e7 xmlns=\"http://www.ietf.org\">\n         \
                 <e8 xmlns=\"\">\n            <e9 xmlns:a=\"http://www.ietf.org\"></e9>\n         </e8>\n      </e7>\n   \
                 </e6>\n</doc>",
            ),
            (
                "<doc>\n   <text>First line&#x0d;&#10;Second line</text>\n   <value>&#x32;</value>\n   \
                 <compute><![CDATA[value>\"0\" && value<\"10\" ?\"valid\":\"error\"]]></compute>\n   \
                 <compute expr='value>\"0\" &amp;&amp; value&lt;\"10\" ?\"valid\":\"error\"'>valid</compute>\n   \
                 <norm attr=' &apos;   &#x20;&#13;&#xa;&#9;   &apos; '/>\n</doc>",
                "<doc>\n   <text>First line&#xD;\nSecond line</text>\n   <value>2</value>\n   \
                 <compute>value&gt;\"0\" &amp;&amp; value&lt;\"10\" ?\"valid\":\"error\"</compute>\n   \
                 <compute expr=\"value>&quot;0&quot; &amp;&amp; value&lt;&quot;10&quot; ?&quot;valid&quot;:&quot;error&quot;\">\
                 valid</compute>\n   <norm attr=\" '    &#xD;&#xA;&#x9;   ' \"></norm>\n</doc>",
            ),
        ] {
            assert_eq!(canonical(xml), form);
            assert_eq!(canonical(form), form, "the form of a form is itself");
        }
    }

    #[test]
    fn line_ends_are_those_of_a_parser_everywhere() {
        let form = canonical("<!--a\r\nb-->\r\n<a b='1\r\n2'>x\r\ny\rz<?p q\r\nr?></a>\r\n");
        assert_eq!(form, "<!--a\nb-->\n<a b=\"1 2\">x\ny\nz<?p q\nr?></a>");
    }

    #[test]
    fn one_element_takes_namespaces_and_xml_attributes_of_those_around_it() {
        let xml = "<a xmlns='urn:a' xmlns:p='urn:p' xml:lang='kk' xml:space='preserve' id='1'><p:b xml:lang='ru'><c \
                   xmlns='' xml:base='x' d='2'/></p:b></a>";
        let parsed = Document::parse(xml).unwrap();
        let inner = parsed.descendants().find(|node| node.has_tag_name("c")).unwrap();
        let form = "<c xmlns:p=\"urn:p\" d=\"2\" xml:base=\"x\" xml:lang=\"ru\" xml:space=\"preserve\"></c>";
        assert_eq!(element(inner), form);
    }

    #[test]
    fn an_element_is_left_out_whole_and_depth_is_no_danger() {
        let parsed = Document::parse("<a>1<b>2<c/></b>3<d/></a>").unwrap();
        let left_out = parsed.descendants().find(|node| node.has_tag_name("b")).unwrap();
        let form = document(&parsed, Some(left_out.id()));
        assert_eq!(form.text, "<a>13<d></d></a>");
        assert_eq!(form.text.get(form.root_end..), Some("</a>"));
        let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
        assert_eq!(canonical(&deep), deep);
    }
}
