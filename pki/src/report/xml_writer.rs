//! Writes XML 1.0 that any reader takes: well-formed by construction, indented, the same octets for the same calls.
//!
//! Names of elements and attributes are the program's own; texts may be anybody's. Source: XML 1.0 §2.2, §2.4, §2.11.

/// Blanks for each level of nesting.
const INDENT: &str = "  ";

/// A document in the making.
pub(super) struct XmlWriter {
    out: String,
    depth: usize,
}

impl XmlWriter {
    /// The document with this root.
    pub fn document(root: &'static str, namespaces: &[(&str, &str)], write: impl FnOnce(&mut XmlWriter)) -> String {
        let mut writer = XmlWriter { out: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned(), depth: 0 };
        writer.element_with(root, namespaces, write);
        writer.out
    }

    /// An element that holds what `write` writes, elements only.
    pub fn element(&mut self, name: &'static str, write: impl FnOnce(&mut XmlWriter)) {
        self.element_with(name, &[], write);
    }

    /// As [`XmlWriter::element`], with attributes.
    pub fn element_with(
        &mut self,
        name: &'static str,
        attributes: &[(&str, &str)],
        write: impl FnOnce(&mut XmlWriter),
    ) {
        self.begin(name, attributes);
        let empty = self.out.len();
        self.out.push_str(">\n");
        let begun = self.out.len();
        self.depth = self.depth.saturating_add(1);
        write(self);
        self.depth = self.depth.saturating_sub(1);
        if self.out.len() == begun {
            self.out.truncate(empty);
            self.out.push_str("/>\n");
        } else {
            self.indent();
            self.end(name);
        }
    }

    /// An element without contents.
    pub fn empty(&mut self, name: &'static str, attributes: &[(&str, &str)]) {
        self.element_with(name, attributes, |_| {});
    }

    /// An element that holds a text.
    pub fn text(&mut self, name: &'static str, text: &str) {
        self.begin(name, &[]);
        self.out.push('>');
        escape(&mut self.out, text, Place::Text);
        self.end(name);
    }

    fn begin(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.indent();
        self.out.push('<');
        self.out.push_str(name);
        for (name, value) in attributes {
            self.out.push(' ');
            self.out.push_str(name);
            self.out.push_str("=\"");
            escape(&mut self.out, value, Place::Attribute);
            self.out.push('"');
        }
    }

    fn end(&mut self, name: &str) {
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push_str(">\n");
    }

    fn indent(&mut self) {
        for _ in 0..self.depth {
            self.out.push_str(INDENT);
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Text,
    Attribute,
}

/// Adds `text` so that a reader gets it back, but for what XML cannot hold at all: that becomes U+FFFD.
fn escape(out: &mut String, text: &str, place: Place) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // A reader makes a line feed of it unless it is written as a reference.
            '\r' => out.push_str("&#13;"),
            // In attributes a reader makes blanks of these.
            '\t' if place == Place::Attribute => out.push_str("&#9;"),
            '\n' if place == Place::Attribute => out.push_str("&#10;"),
            '\t' | '\n' => out.push(character),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push(char::REPLACEMENT_CHARACTER),
            character => out.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::XmlWriter;

    #[test]
    fn what_markup_is_made_of_is_escaped_and_what_xml_cannot_hold_is_replaced() {
        let text = "<a b=\"c\">&amp;\r\n\t\0\u{b}\u{1f}\u{fffe}\u{ffff}]]>";
        let document = XmlWriter::document("r", &[("k", text)], |w| {
            w.text("t", text);
            w.empty("e", &[]);
            w.element("none", |_| {});
        });
        let in_text = "&lt;a b=&quot;c&quot;&gt;&amp;amp;&#13;\n\t\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}]]&gt;";
        let in_attribute = in_text.replace('\n', "&#10;").replace('\t', "&#9;");
        assert_eq!(
            document,
            format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<r k=\"{in_attribute}\">\n  <t>{in_text}</t>\n  <e/>\n  \
                 <none/>\n</r>\n"
            )
        );
    }
}
