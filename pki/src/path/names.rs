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
    // Most names compared are of others, and differ in their first attributes: that costs no memory to see.
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
