//! The nonce: what ties an answer to its question.
//!
//! The standard puts an OCTET STRING into extnValue, which is an OCTET STRING already (RFC 8954 §2.1), and so does the
//! national responder. Older software puts the octets into extnValue bare. A responder echoes whatever it was sent.

use crate::der::{Reader, Rules, tag};

/// The octets of the nonce in the value of the extension: those of the OCTET STRING when the value is exactly one, else
/// the value itself.
pub(super) fn unwrapped(value: &[u8]) -> &[u8] {
    let mut reader = Reader::new(value, Rules::Der);
    match reader.expect(tag::OCTET_STRING) {
        Ok(inner) if reader.is_empty() => inner.value,
        Ok(_) | Err(_) => value,
    }
}

/// Whether the value of the extension carries `sent`: bare, or in one or two OCTET STRINGs.
pub(super) fn carries(value: &[u8], sent: &[u8]) -> bool {
    let once = unwrapped(value);
    !sent.is_empty() && [value, once, unwrapped(once)].contains(&sent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_found_bare_and_wrapped_and_never_in_part() {
        let sent = [1, 2, 3];
        for value in [&[1, 2, 3][..], &[4, 3, 1, 2, 3], &[4, 5, 4, 3, 1, 2, 3]] {
            assert!(carries(value, &sent), "{value:?}");
        }
        for value in [&[][..], &[4, 0], &[1, 2], &[0, 1, 2, 3], &[4, 3, 1, 2, 3, 0], &[4, 7, 4, 5, 4, 3, 1, 2, 3]] {
            assert!(!carries(value, &sent), "{value:?}");
        }
        assert!(!carries(&[4, 0], &[]));
        assert_eq!(unwrapped(&[4, 2, 9, 9]), [9, 9]);
        assert_eq!(unwrapped(&[4, 3, 9, 9]), [4, 3, 9, 9]);
    }
}
