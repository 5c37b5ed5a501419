//! Bounded inflating: exactly the promised octets out of exactly the given ones. Source: RFC 1951.

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};

/// The `size` octets that `compressed` holds. `None` when they are more or fewer, when octets are left after the last
/// block, or when it is no DEFLATE stream. `size` octets are allocated: the caller bounds them.
pub(super) fn inflate(compressed: &[u8], size: usize) -> Option<Vec<u8>> {
    let mut out = vec![0; size];
    let mut state = Box::<DecompressorOxide>::default();
    let flags = inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    let (status, consumed, written) = decompress(&mut state, compressed, &mut out, 0, flags);
    (status == TINFLStatus::Done && consumed == compressed.len() && written == size).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::inflate;

    /// "aaaaaaaaaa" as one fixed block.
    const TEN: [u8; 5] = [0x4b, 0x4c, 0x84, 0x01, 0x00];

    #[test]
    fn exactly_what_was_promised_comes_out() {
        assert_eq!(inflate(&TEN, 10).as_deref(), Some(&b"aaaaaaaaaa"[..]));
        assert_eq!(inflate(&[3, 0], 0).as_deref(), Some(&b""[..]));
        for size in [0, 9, 11] {
            assert_eq!(inflate(&TEN, size), None, "{size}");
        }
        assert_eq!(inflate(&[&TEN[..], &[0]].concat(), 10), None, "an octet after the last block");
        assert_eq!(inflate(&TEN[..2], 10), None);
        assert_eq!(inflate(&[], 0), None);
    }
}
