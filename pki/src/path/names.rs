//! Comparing distinguished names: octets first, then as RFC 5280 section 7.1 asks, text by text without regard to
//! case, surplus space and string type. (Normalisation beyond that, the NFKC step of RFC 4518, is not done: names
//! that differ only there are different.) A match never proves anything; the signature does.

use crate::der::tag;
use crate::name::{Attribute, Name, text};
use crate::oid::Oid;

/// One attribute of a name, ready to compare.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Folded {
    kind: Oid,
    value: Value,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Value {
    /// A DirectoryString of whatever type, folded.
    Text(String),
    /// IA5String, folded (e-mail addresses, domain components).
    Ascii(String),
    /// Anything else: tag and octets.
    Other(u8, Vec<u8>),
}

/// One relative distinguished name, its attributes sorted.
type Rdn = Vec<Folded>;

/// Whether two names are the same. An empty name is the same as none, not even another empty one.
pub fn names_match(a: &Name<'_>, b: &Name<'_>) -> bool {
    if a.raw() == b.raw() {
        return !a.is_empty();
    }
    // Most names compared are of others, and differ in one of their first attributes: that costs no memory to see,
    // and mostly they need not even be read.
    if surely_differ(a.raw(), b.raw()) {
        return false;
    }
    let (mut left, mut right) = (a.attributes(), b.attributes());
    let mut any = false;
    loop {
        match (left.next(), right.next()) {
            (None, None) => return any,
            (Some(one), Some(other)) if !one.joined && !other.joined => {
                if !is_same(&one, &other) {
                    // Within a relative name of several attributes their order does not matter.
                    let is_joined = |next: Option<Attribute<'_>>| next.is_some_and(|next| next.joined);
                    return (is_joined(left.next()) || is_joined(right.next())) && rdns_match(a, b);
                }
            }
            (Some(_), Some(_)) => return rdns_match(a, b),
            (Some(left), None) | (None, Some(left)) => return left.joined && rdns_match(a, b),
        }
        any = true;
    }
}

/// Whether two names surely differ: in their count of sets, or, in the first sets that are not the same octets and have one
/// attribute each, in its type or in a letter of its text. `false` says nothing.
fn surely_differ(a: &[u8], b: &[u8]) -> bool {
    let (Some(mut a), Some(mut b)) = (sets(a), sets(b)) else { return false };
    loop {
        match (first_set(a), first_set(b)) {
            (Some((one, left)), Some((other, right))) if one == other => (a, b) = (left, right),
            (Some((one, _)), Some((other, _))) => {
                let (Some((kind, text)), Some((other_kind, other_text))) = (only_pair(one), only_pair(other)) else {
                    return false;
                };
                return kind != other_kind || letters_part(text, other_text);
            }
            // One is the beginning of the other.
            (Some(_), None) => return b.is_empty(),
            (None, Some(_)) => return a.is_empty(),
            (None, None) => return false,
        }
    }
}

/// The sets of a name whose length is written in one or two octets.
fn sets(raw: &[u8]) -> Option<&[u8]> {
    match raw {
        [tag::SEQUENCE, length, sets @ ..] if *length < 0x80 => Some(sets),
        [tag::SEQUENCE, 0x81, _, sets @ ..] => Some(sets),
        _ => None,
    }
}

/// The first set, whole, and those after it; `None` at the end, and for a set of more than 127 octets.
fn first_set(sets: &[u8]) -> Option<(&[u8], &[u8])> {
    match sets {
        [tag::SET, length, ..] if *length < 0x80 => sets.split_at_checked(usize::from(*length) + 2),
        _ => None,
    }
}

/// Whether after the same octets, but for the case of ASCII letters, another ASCII letter follows in each, or in one where the
/// other ends: then the folded texts differ there too.
fn letters_part(a: &[u8], b: &[u8]) -> bool {
    let same = a.iter().zip(b).take_while(|(a, b)| a.eq_ignore_ascii_case(b)).count();
    let is_letter = |octet: Option<&u8>| octet.is_none_or(u8::is_ascii_alphanumeric);
    let (a, b) = (a.get(same), b.get(same));
    (a.is_some() || b.is_some()) && is_letter(a) && is_letter(b)
}

/// The last octet of the type 2.5.4.x and the text, in UTF-8 or printable letters, of a set of one attribute.
fn only_pair(set: &[u8]) -> Option<(u8, &[u8])> {
    match *set {
        [tag::SET, whole, tag::SEQUENCE, pair, tag::OID, 3, 0x55, 0x04, kind, string, length, ref text @ ..]
            if pair.checked_add(2) == Some(whole) && length.checked_add(7) == Some(pair) =>
        {
            matches!(string, tag::UTF8_STRING | tag::PRINTABLE_STRING).then_some((kind, text))
        }
        _ => None,
    }
}

fn rdns_match(a: &Name<'_>, b: &Name<'_>) -> bool {
    let a = rdns(a);
    !a.is_empty() && a == rdns(b)
}

fn is_same(a: &Attribute<'_>, b: &Attribute<'_>) -> bool {
    if a.oid != b.oid {
        return false;
    }
    if (a.value.tag, a.value.value) == (b.value.tag, b.value.value) {
        return true;
    }
    let differ = match (text(a.value.tag, a.value.value), text(b.value.tag, b.value.value)) {
        (Some(a), Some(b)) => letters(&a).ne(letters(&b)),
        (Some(_), None) | (None, Some(_)) | (None, None) => false,
    };
    !differ && folded(a) == folded(b)
}

/// The letters of a text without case and space: where these differ so do the folded texts.
fn letters(text: &str) -> impl Iterator<Item = char> {
    // The sigma at the end of a word has its own small letter.
    let small = |c: char| c.to_lowercase().map(|c| if c == 'ς' { 'σ' } else { c });
    text.chars().filter(|c| !c.is_whitespace()).flat_map(small)
}

/// A name in the form in which names are compared: two keys are equal exactly when [`names_match`] says so.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct NameKey(Vec<Rdn>);

impl NameKey {
    /// `None` for an empty name, which is the same as none.
    pub(super) fn of(name: &Name<'_>) -> Option<NameKey> {
        let rdns = rdns(name);
        (!rdns.is_empty()).then_some(NameKey(rdns))
    }
}

/// Whether `name` lies in the subtree `base`: its first RDNs are those of `base`.
///
/// Source: RFC 5280 section 4.2.1.10.
pub(super) fn is_within(name: &Name<'_>, base: &Name<'_>) -> bool {
    let (name, base) = (rdns(name), rdns(base));
    name.get(..base.len()).is_some_and(|first| first == base.as_slice())
}

fn rdns(name: &Name<'_>) -> Vec<Rdn> {
    let mut rdns: Vec<Rdn> = Vec::new();
    for attribute in name.attributes() {
        let folded = folded(&attribute);
        match rdns.last_mut() {
            Some(rdn) if attribute.joined => rdn.push(folded),
            Some(_) | None => rdns.push(vec![folded]),
        }
    }
    for rdn in &mut rdns {
        rdn.sort_unstable();
    }
    rdns
}

fn folded(attribute: &Attribute<'_>) -> Folded {
    let (value_tag, octets) = (attribute.value.tag, attribute.value.value);
    let value = match text(value_tag, octets) {
        Some(text) if value_tag == tag::IA5_STRING => Value::Ascii(fold(&text)),
        Some(text) => Value::Text(fold(&text)),
        None => Value::Other(value_tag, octets.to_vec()),
    };
    Folded { kind: attribute.oid, value }
}

/// Lower case, no space at the ends, one space for several within.
fn fold(text: &str) -> String {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    /// One set for each slice of (type, string tag, text).
    fn name(sets: &[&[(u8, u8, &[u8])]]) -> Vec<u8> {
        let element = |tag: u8, content: Vec<u8>| [vec![tag, u8::try_from(content.len()).unwrap()], content].concat();
        let pair = |(kind, string, text): &(u8, u8, &[u8])| {
            let kind = element(tag::OID, vec![0x55, 0x04, *kind]);
            element(tag::SEQUENCE, [kind, element(*string, text.to_vec())].concat())
        };
        let sets = sets.iter().map(|set| element(tag::SET, set.iter().flat_map(pair).collect()));
        element(tag::SEQUENCE, sets.flatten().collect())
    }

    #[test]
    fn names_that_surely_differ_are_not_the_same_when_read_whole() {
        let texts: [&[u8]; 16] = [
            b"A",
            b"a",
            b" a",
            b"a  ",
            b"b",
            b"",
            b"K",
            "\u{212a}".as_bytes(),
            "Ә".as_bytes(),
            b"\xff",
            b"Test CA",
            b"test ca",
            b"Test  CA",
            b"Test CAB",
            "Test Σ".as_bytes(),
            "Test ΣA".as_bytes(),
        ];
        let mut names = Vec::new();
        for text in texts {
            for (kind, string) in
                [(3, tag::UTF8_STRING), (3, tag::PRINTABLE_STRING), (3, tag::IA5_STRING), (6, tag::UTF8_STRING)]
            {
                let (one, other) = ((kind, string, text), (10, tag::UTF8_STRING, b"c".as_slice()));
                names.extend([
                    name(&[&[one]]),
                    name(&[&[one], &[other]]),
                    name(&[&[one, other]]),
                    name(&[&[other, one]]),
                ]);
            }
        }
        let mut seen = 0;
        for a in &names {
            for b in &names {
                let (Ok(left), Ok(right)) = (Name::from_der(a), Name::from_der(b)) else { continue };
                if surely_differ(a, b) {
                    seen += 1;
                    assert!(!rdns_match(&left, &right), "{a:02x?} {b:02x?}");
                }
                assert_eq!(names_match(&left, &right), rdns_match(&left, &right), "{a:02x?} {b:02x?}");
            }
        }
        assert!(seen > 1000, "{seen}");
    }
}
