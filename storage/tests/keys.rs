#![allow(clippy::disallowed_methods, reason = "tests find their files and measure")]
//! Wrapped keys: for one holder, under one wrapping key, or not at all.

use qolhat_storage::envelope::{
    ContentKey, KeyError, WRAPPED_KEY_BYTES, WrappingKey, open, seal, unwrap_key, wrap_key,
};

use crate::support::{Predictable, Sevens};

const HOLDER: &[u8] = b"document 1, holder 1";

struct Wrapped {
    wrapping: WrappingKey,
    bytes: Vec<u8>,
    /// Something sealed under the content key, to recognise it by.
    envelope: Vec<u8>,
}

fn wrapped() -> Wrapped {
    let mut random = Predictable::from(7);
    let wrapping = WrappingKey::generate(&mut random);
    let key = ContentKey::generate(&mut random);
    Wrapped {
        bytes: wrap_key(&wrapping, &key, HOLDER, &mut random).unwrap(),
        envelope: seal(&key, b"content", &mut random).unwrap(),
        wrapping,
    }
}

fn refusal(wrapping: &WrappingKey, bytes: &[u8], holder: &[u8]) -> KeyError {
    unwrap_key(wrapping, bytes, holder).err().unwrap()
}

/// Keeps: SEC-02
#[test]
fn a_key_wrapped_for_a_holder_is_unwrapped_for_him() {
    let wrapped = wrapped();

    let key = unwrap_key(&wrapped.wrapping, &wrapped.bytes, HOLDER).unwrap();

    assert_eq!(open(&key, &wrapped.envelope).unwrap(), b"content");
    assert_eq!(wrapped.bytes.len(), WRAPPED_KEY_BYTES);
}

#[test]
fn a_key_wrapped_twice_looks_different_and_is_the_same() {
    let mut random = Predictable::from(8);
    let wrapping = WrappingKey::generate(&mut random);
    let key = ContentKey::generate(&mut random);
    let envelope = seal(&key, b"content", &mut random).unwrap();

    let first = wrap_key(&wrapping, &key, b"holder 1", &mut random).unwrap();
    let second = wrap_key(&wrapping, &key, b"holder 2", &mut random).unwrap();

    assert_ne!(first[12..], second[12..]);
    for (bytes, holder) in [(first, b"holder 1"), (second, b"holder 2")] {
        let key = unwrap_key(&wrapping, &bytes, holder).unwrap();
        assert_eq!(open(&key, &envelope).unwrap(), b"content");
    }
}

#[test]
fn a_key_wrapped_for_another_holder_is_refused() {
    let wrapped = wrapped();

    for other in [b"document 1, holder 2".as_slice(), b"document 2, holder 1", b"document 1, holder 1 ", b""] {
        assert_eq!(refusal(&wrapped.wrapping, &wrapped.bytes, other), KeyError::Refused);
    }
}

#[test]
fn another_wrapping_key_is_told_from_damage() {
    let wrapped = wrapped();
    let other = WrappingKey::from_bytes([1; 32]);

    assert_eq!(refusal(&other, &wrapped.bytes, HOLDER), KeyError::OtherWrappingKey);
    assert_ne!(other.mark(), wrapped.wrapping.mark());
}

#[test]
fn another_wrapping_key_is_refused_even_under_a_forged_mark() {
    let wrapped = wrapped();
    let other = WrappingKey::from_bytes([1; 32]);
    let mut forged = wrapped.bytes;
    forged[4..12].copy_from_slice(&other.mark());

    assert_eq!(refusal(&other, &forged, HOLDER), KeyError::Refused);
}

#[test]
fn every_flipped_byte_of_a_wrapped_key_is_refused() {
    let wrapped = wrapped();
    for position in 0..wrapped.bytes.len() {
        let mut flipped = wrapped.bytes.clone();
        flipped[position] ^= 1;

        let expected = match position {
            0..4 => KeyError::NotAWrappedKey,
            4..12 => KeyError::OtherWrappingKey,
            _ => KeyError::Refused,
        };
        assert_eq!(refusal(&wrapped.wrapping, &flipped, HOLDER), expected);
    }
}

#[test]
fn a_wrapped_key_of_another_length_is_refused() {
    let wrapped = wrapped();
    let mut longer = wrapped.bytes.clone();
    longer.push(0);

    for bytes in [&wrapped.bytes[..83], &longer, &[], b"QLK1"] {
        assert_eq!(refusal(&wrapped.wrapping, bytes, HOLDER), KeyError::NotAWrappedKey);
    }
}

#[test]
fn a_wrapping_key_is_read_from_hexadecimal_digits_only() {
    let lower = "ab".repeat(32);
    let parsed = WrappingKey::parse_hex(&lower).unwrap();
    let upper = WrappingKey::parse_hex(&lower.to_uppercase()).unwrap();
    assert_eq!(parsed.mark(), WrappingKey::from_bytes([0xab; 32]).mark());
    assert_eq!(parsed.mark(), upper.mark());

    for text in ["", "ab", &lower[1..], &format!("{lower}\n"), &"xy".repeat(32)] {
        let error = WrappingKey::parse_hex(text).err().unwrap();
        assert_eq!(error, KeyError::NotHex);
        assert!(text.is_empty() || !error.to_string().contains(text));
    }
}

const GOLDEN_WRAPPED: &str = "514c4b31d2e24a20284eff6a0707070707070707070707070707070707070707070707070f5e9543\
    88dbae281b2727296dbcce6dce3e6a2764e0d103c8ffc36dffda47428d060a4fb1bc4340565474be\
    0d2c6781";

/// The format is read for decades: these bytes were computed by another implementation.
#[test]
fn the_format_of_a_wrapped_key_is_what_another_implementation_makes_of_it() {
    let wrapping = WrappingKey::from_bytes([9; 32]);
    let key = ContentKey::generate(&mut Sevens);

    let bytes = wrap_key(&wrapping, &key, HOLDER, &mut Sevens).unwrap();

    assert_eq!(hex::encode(&bytes), GOLDEN_WRAPPED);
}
