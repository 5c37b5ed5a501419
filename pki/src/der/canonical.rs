//! From BER to DER: what a signer must have signed when what was received is not what it is over.
//! Source: RFC 5652 §5.4; X.690 §10 and §11.

use super::writer::{Writer, sorted};
use super::{DEPTH_MAX, Reader, Rules, tag};

const CONSTRUCTED: u8 = 0x20;

/// The one element in `ber` in DER: lengths definite and minimal, octet strings in one piece, sets sorted, TRUE as `ff`.
/// Pieces of other strings and numbers with octets that they do not need stay as they are. `None` when it is not exactly
/// one element, or nested beyond [`DEPTH_MAX`].
pub fn in_der(ber: &[u8]) -> Option<Vec<u8>> {
    let mut reader = Reader::new(ber, Rules::Ber);
    let encoded = next_in_der(&mut reader, DEPTH_MAX)?;
    reader.is_empty().then_some(encoded)
}

/// The next element of `reader`. Recursion is bounded by `depth_left`.
fn next_in_der(reader: &mut Reader<'_>, depth_left: u8) -> Option<Vec<u8>> {
    if reader.peek_tag() == Some(tag::OCTET_STRING_CONSTRUCTED) {
        let octets = reader.octet_string().ok()?;
        return Some(Writer::build(|w| w.octet_string(&octets)));
    }
    let element = reader.read().ok()?;
    if element.tag & CONSTRUCTED == 0 {
        return Some(Writer::build(|w| match (element.tag, element.value) {
            (tag::BOOLEAN, [value]) => w.boolean(*value != 0),
            (tag, value) => w.element(tag, value),
        }));
    }
    let depth_left = depth_left.checked_sub(1)?;
    let mut inside = Reader::new(element.value, Rules::Ber);
    let mut elements = Vec::new();
    while !inside.is_empty() {
        elements.push(next_in_der(&mut inside, depth_left)?);
    }
    let contents = if element.tag == tag::SET { sorted(elements) } else { elements.concat() };
    Some(Writer::build(|w| w.element(element.tag, &contents)))
}
