//! Canonical JSON: RFC 8785 (JCS) limited to what signed and hashed data needs.
//!
//! Objects, arrays, strings, booleans, null and whole numbers below 2^53; no fractions and no exponents,
//! because their canonical form rests on the printing of binary floating point. Members are sorted by
//! UTF-16 code units, there is no white space, and only the characters that JSON forces are escaped.

mod scan;

use std::cell::RefCell;
use std::fmt;

use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Largest text that is read, in bytes.
pub const JCS_MAX_BYTES: usize = 1024 * 1024;
/// Deepest nesting of arrays and objects.
pub const JCS_DEPTH_MAX: usize = 16;
/// Largest absolute value of a number: 2^53 - 1, which every JSON reader keeps exactly.
pub const JCS_INTEGER_MAX: i64 = (1 << 53) - 1;

/// Why a text or a value has no canonical form here. `pointer` is a JSON pointer (RFC 6901).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JcsError {
    /// More than [`JCS_MAX_BYTES`].
    #[error("longer than {JCS_MAX_BYTES} bytes")]
    TooLarge,
    /// Nested deeper than [`JCS_DEPTH_MAX`].
    #[error("nested deeper than {JCS_DEPTH_MAX} levels at {pointer}")]
    TooDeep {
        /// Where the limit was passed.
        pointer: String,
    },
    /// Not JSON in UTF-8.
    #[error("not JSON: line {line}, column {column}")]
    NotJson {
        /// Line, counted from 1.
        line: usize,
        /// Column in bytes, counted from 1.
        column: usize,
    },
    /// A member occurs twice in one object.
    #[error("a member occurs twice: {pointer}")]
    DuplicateKey {
        /// The member.
        pointer: String,
    },
    /// A number that is not whole or not below 2^53.
    #[error("not a whole number below 2^53: {pointer}")]
    Number {
        /// The number.
        pointer: String,
    },
    /// JSON, but not in the canonical form.
    #[error("not in canonical form from byte {offset} on")]
    NotCanonical {
        /// First byte that differs from the canonical form, counted from 0.
        offset: usize,
    },
}

/// The canonical bytes of `value`.
///
/// # Errors
/// [`JcsError::Number`], [`JcsError::TooDeep`], [`JcsError::TooLarge`].
/// Source: RFC 8785 §3.2.
pub fn to_canonical(value: &Value) -> Result<Vec<u8>, JcsError> {
    let mut out = Vec::new();
    let mut path = Vec::new();
    write_value(value, &mut out, &mut path)?;
    if out.len() > JCS_MAX_BYTES {
        return Err(JcsError::TooLarge);
    }
    Ok(out)
}

/// Reads bytes that must already be in canonical form.
///
/// # Errors
/// Every variant of [`JcsError`].
pub fn parse_canonical(bytes: &[u8]) -> Result<Value, JcsError> {
    let value = parse(bytes)?;
    let canonical = to_canonical(&value)?;
    if canonical != bytes {
        let same = canonical.iter().zip(bytes).take_while(|(a, b)| a == b);
        return Err(JcsError::NotCanonical { offset: same.count() });
    }
    Ok(value)
}

/// Whether `text` is in canonical form: as [`parse_canonical`] succeeds, without making anything of it.
#[must_use]
pub fn is_canonical(text: &str) -> bool {
    text.len() <= JCS_MAX_BYTES
        && match scan::value(text.as_bytes(), 0) {
            Ok(rest) => rest.is_empty(),
            // Rare spellings are left to the reader of everything.
            Err(scan::Doubt::Rare) => parse_canonical(text.as_bytes()).is_ok(),
            Err(scan::Doubt::Wrong) => false,
        }
}

/// Reads JSON in any spelling (white space, order, escapes) but with the limits of this module: no
/// member twice, whole numbers only, bounded size and depth.
///
/// # Errors
/// Every variant of [`JcsError`] but [`JcsError::NotCanonical`].
pub fn parse(bytes: &[u8]) -> Result<Value, JcsError> {
    if bytes.len() > JCS_MAX_BYTES {
        return Err(JcsError::TooLarge);
    }
    let state = RefCell::new(State::default());
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let read =
        Node { state: &state }.deserialize(&mut deserializer).and_then(|value| deserializer.end().map(|()| value));
    let failure = state.into_inner().failure;
    match (read, failure) {
        (_, Some(failure)) => Err(failure),
        (Ok(value), None) => Ok(value),
        (Err(error), None) => Err(JcsError::NotJson { line: error.line(), column: error.column() }),
    }
}

/// Appends `token` to a JSON pointer with the escapes of RFC 6901 §3.
#[must_use]
pub fn pointer_with(pointer: &str, token: &str) -> String {
    format!("{pointer}/{}", token.replace('~', "~0").replace('/', "~1"))
}

fn pointer_of(path: &[String]) -> String {
    path.iter().fold(String::new(), |pointer, token| pointer_with(&pointer, token))
}

fn write_value(value: &Value, out: &mut Vec<u8>, path: &mut Vec<String>) -> Result<(), JcsError> {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Number(number) => {
            let whole = number
                .as_i64()
                .filter(|n| n.unsigned_abs() <= JCS_INTEGER_MAX.unsigned_abs())
                .ok_or_else(|| JcsError::Number { pointer: pointer_of(path) })?;
            out.extend_from_slice(whole.to_string().as_bytes());
        }
        Value::String(text) => write_string(text, out),
        Value::Array(items) => {
            enter(path)?;
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                path.push(index.to_string());
                write_value(item, out, path)?;
                path.pop();
            }
            out.push(b']');
        }
        Value::Object(members) => {
            enter(path)?;
            let mut sorted: Vec<(&String, &Value)> = members.iter().collect();
            sorted.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            out.push(b'{');
            for (index, (name, member)) in sorted.into_iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_string(name, out);
                out.push(b':');
                path.push(name.clone());
                write_value(member, out, path)?;
                path.pop();
            }
            out.push(b'}');
        }
    }
    Ok(())
}

/// The path has one token per container entered so far.
fn enter(path: &[String]) -> Result<(), JcsError> {
    if path.len() >= JCS_DEPTH_MAX {
        return Err(JcsError::TooDeep { pointer: pointer_of(path) });
    }
    Ok(())
}

/// Appends the canonical form of a string, quotes and all.
pub(crate) fn write_string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let mut rest = text.as_bytes();
    // All that is escaped is ASCII: what lies between is copied as it is.
    while let Some((plain, byte, after)) = to_escape(rest) {
        out.extend_from_slice(plain);
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            0x08 => out.extend_from_slice(b"\\b"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            0x0c => out.extend_from_slice(b"\\f"),
            b'\r' => out.extend_from_slice(b"\\r"),
            control => out.extend_from_slice(format!("\\u{control:04x}").as_bytes()),
        }
        rest = after;
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

/// The first octet of `text` that JSON forces to be escaped, what stands before it and what after.
fn to_escape(text: &[u8]) -> Option<(&[u8], u8, &[u8])> {
    let place = text.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f))?;
    let (plain, rest) = text.split_at_checked(place)?;
    let (byte, after) = rest.split_first()?;
    Some((plain, *byte, after))
}

#[derive(Default)]
struct State {
    path: Vec<String>,
    failure: Option<JcsError>,
}

/// Reads one value. Our own failures go through `state`, since serde's error carries only text.
struct Node<'a> {
    state: &'a RefCell<State>,
}

impl Node<'_> {
    fn fail<T, E: de::Error>(&self, make: impl FnOnce(String) -> JcsError) -> Result<T, E> {
        let mut state = self.state.borrow_mut();
        let failure = make(pointer_of(&state.path));
        state.failure.get_or_insert(failure);
        Err(E::custom("refused"))
    }

    fn child<E: de::Error, T>(&self, token: String, read: impl FnOnce(Node<'_>) -> Result<T, E>) -> Result<T, E> {
        self.state.borrow_mut().path.push(token);
        let value = read(Node { state: self.state })?;
        self.state.borrow_mut().path.pop();
        Ok(value)
    }

    fn enter<E: de::Error>(&self) -> Result<(), E> {
        if self.state.borrow().path.len() >= JCS_DEPTH_MAX {
            return self.fail(|pointer| JcsError::TooDeep { pointer });
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Value, E> {
        if value.unsigned_abs() > JCS_INTEGER_MAX.unsigned_abs() {
            return self.fail(|pointer| JcsError::Number { pointer });
        }
        Ok(Value::Number(Number::from(value)))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Value, E> {
        match i64::try_from(value) {
            Ok(value) => self.visit_i64(value),
            Err(_) => self.fail(|pointer| JcsError::Number { pointer }),
        }
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Value, E> {
        self.fail(|pointer| JcsError::Number { pointer })
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        self.enter()?;
        let mut values = Vec::new();
        while let Some(value) = self.child(values.len().to_string(), |node| items.next_element_seed(node))? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        self.enter()?;
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = self.child(name.clone(), |node| {
                if object.contains_key(&name) {
                    return node.fail(|pointer| JcsError::DuplicateKey { pointer });
                }
                members.next_value_seed(node)
            })?;
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use serde_json::json;

    fn canonical(value: &Value) -> String {
        String::from_utf8(to_canonical(value).unwrap()).unwrap()
    }

    #[test]
    fn members_are_sorted_by_utf16_code_units() {
        // RFC 8785 §3.2.3: U+1F600 (surrogates d83d…) comes before U+FB33.
        let value = json!({"\u{20ac}": 1, "\r": 2, "\u{fb33}": 3, "1": 4, "\u{1f600}": 5, "\u{80}": 6, "\u{f6}": 7});
        assert_eq!(
            canonical(&value),
            "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"\u{f6}\":7,\"\u{20ac}\":1,\"\u{1f600}\":5,\"\u{fb33}\":3}"
        );
    }

    #[test]
    fn only_what_json_forces_is_escaped() {
        let value = json!("\u{0}\u{8}\t\n\u{c}\r\u{1f}\"\\/қ\u{7f}\u{2028}");
        assert_eq!(canonical(&value), "\"\\u0000\\b\\t\\n\\f\\r\\u001f\\\"\\\\/қ\u{7f}\u{2028}\"");
    }

    #[test]
    fn canonical_text_reads_back_and_writes_the_same_bytes() {
        for text in [
            "{}",
            "[]",
            "null",
            "-1",
            "0",
            "9007199254740991",
            "-9007199254740991",
            r#"{"a":[1,{"b":"қолхат"}],"ä":true}"#,
        ] {
            let value = parse_canonical(text.as_bytes()).unwrap();
            assert_eq!(canonical(&value), text);
        }
    }

    #[test]
    fn other_spellings_of_the_same_value_are_refused_with_their_place() {
        for (text, offset) in [
            ("{ }", 1),
            ("[1, 2]", 3),
            ("{\"b\":1,\"a\":2}", 2),
            (r#""\u049b""#, 1),
            (r#""\/""#, 1),
            ("1\n", 1),
            (r#""\u000A""#, 2),
        ] {
            assert_eq!(parse_canonical(text.as_bytes()), Err(JcsError::NotCanonical { offset }), "{text}");
            assert!(parse(text.as_bytes()).is_ok());
        }
    }

    #[test]
    fn fractions_exponents_and_large_numbers_are_refused() {
        for text in [
            "1.0",
            "1e3",
            "-0",
            "9007199254740992",
            "-9007199254740992",
            "9223372036854775808",
            "18446744073709551616",
            "1e400",
        ] {
            let wrapped = format!("{{\"a\":[{text}]}}");
            let error = parse(wrapped.as_bytes()).unwrap_err();
            let number = JcsError::Number { pointer: "/a/0".to_owned() };
            if text == "1e400" {
                assert!(matches!(error, JcsError::NotJson { .. }));
            } else {
                assert_eq!(error, number, "{text}");
            }
        }
        assert!(matches!(to_canonical(&json!(0.5)), Err(JcsError::Number { .. })));
        assert!(matches!(to_canonical(&json!(9_007_199_254_740_992_i64)), Err(JcsError::Number { .. })));
        assert!(matches!(to_canonical(&json!(i64::MIN)), Err(JcsError::Number { .. })));
    }

    #[test]
    fn a_member_twice_is_refused_even_when_the_values_agree() {
        let error = parse(br#"{"x":{"a~/b":1,"a~/b":1}}"#).unwrap_err();
        let pointer = "/x/a~0~1b".to_owned();
        assert_eq!(error, JcsError::DuplicateKey { pointer });
        assert!(matches!(parse(br#"{"a":1,"\u0061":2}"#), Err(JcsError::DuplicateKey { .. })));
    }

    #[test]
    fn depth_is_bounded_at_sixteen() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse_canonical(nested(JCS_DEPTH_MAX).as_bytes()).is_ok());
        let error = parse_canonical(nested(JCS_DEPTH_MAX + 1).as_bytes()).unwrap_err();
        assert!(matches!(error, JcsError::TooDeep { .. }));
        assert!(matches!(parse(nested(200_000).as_bytes()), Err(JcsError::TooDeep { .. })));
        let mut value = json!(1);
        for _ in 0..=JCS_DEPTH_MAX {
            value = json!([value]);
        }
        assert!(matches!(to_canonical(&value), Err(JcsError::TooDeep { .. })));
    }

    #[test]
    fn size_is_bounded() {
        let text = |length: usize| format!("\"{}\"", "a".repeat(length - 2));
        assert!(parse_canonical(text(JCS_MAX_BYTES).as_bytes()).is_ok());
        assert_eq!(parse_canonical(text(JCS_MAX_BYTES + 1).as_bytes()), Err(JcsError::TooLarge));
    }

    #[test]
    fn bytes_that_are_not_json_say_where() {
        for bad in [
            &b"{\"a\":}"[..],
            b"\xff\xfe",
            b"\"\xd0\"",
            b"[1,]",
            b"{} {}",
            b"\"\\ud800\"",
            b"\"\n\"",
            b"",
            b"\xef\xbb\xbf{}",
            b"NaN",
        ] {
            assert!(matches!(parse(bad), Err(JcsError::NotJson { .. })), "{bad:?}");
        }
        assert_eq!(parse(b"{\"a\":}"), Err(JcsError::NotJson { line: 1, column: 6 }));
    }
}
