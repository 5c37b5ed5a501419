//! Looks whether octets are canonical JSON without making values of them: what is written a thousand times a second is
//! looked at once more before it is hashed.

use super::{JCS_DEPTH_MAX, JCS_INTEGER_MAX};

/// Why octets were not found canonical.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doubt {
    /// They are not.
    Wrong,
    /// They have an escape, or a member's name outside of ASCII: those are not judged here.
    Rare,
}

/// Passes one value at the start of `text`, `depth` levels down; what comes after it.
pub(super) fn value(text: &[u8], depth: usize) -> Result<&[u8], Doubt> {
    match text.first().ok_or(Doubt::Wrong)? {
        b'"' => string(text).map(|(_, rest)| rest),
        b'{' => within(depth).and_then(|()| object(text, depth + 1)),
        b'[' => within(depth).and_then(|()| array(text, depth + 1)),
        b't' => word(text, b"true"),
        b'f' => word(text, b"false"),
        b'n' => word(text, b"null"),
        _ => number(text),
    }
}

const fn within(depth: usize) -> Result<(), Doubt> {
    if depth < JCS_DEPTH_MAX { Ok(()) } else { Err(Doubt::Wrong) }
}

fn word<'a>(text: &'a [u8], word: &[u8]) -> Result<&'a [u8], Doubt> {
    text.strip_prefix(word).ok_or(Doubt::Wrong)
}

fn string(text: &[u8]) -> Result<(&[u8], &[u8]), Doubt> {
    let inner = word(text, b"\"")?;
    let end = inner.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f)).ok_or(Doubt::Wrong)?;
    let (name, rest) = inner.split_at_checked(end).ok_or(Doubt::Wrong)?;
    match rest.split_first() {
        Some((b'"', rest)) => Ok((name, rest)),
        Some((b'\\', _)) => Err(Doubt::Rare),
        Some(_) | None => Err(Doubt::Wrong),
    }
}

fn number(text: &[u8]) -> Result<&[u8], Doubt> {
    let unsigned = text.strip_prefix(b"-").unwrap_or(text);
    let length = unsigned.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = unsigned.split_at_checked(length).ok_or(Doubt::Wrong)?;
    let is_negative = unsigned.len() < text.len();
    let is_plain = match digits {
        [] => false,
        [b'0'] => !is_negative,
        [first, ..] => *first != b'0',
    };
    let magnitude = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse::<i64>().ok());
    if is_plain && magnitude.is_some_and(|magnitude| magnitude <= JCS_INTEGER_MAX) {
        Ok(rest)
    } else {
        Err(Doubt::Wrong)
    }
}

fn array(text: &[u8], depth: usize) -> Result<&[u8], Doubt> {
    let mut rest = word(text, b"[")?;
    if let Some(rest) = rest.strip_prefix(b"]") {
        return Ok(rest);
    }
    loop {
        rest = value(rest, depth)?;
        match rest.split_first() {
            Some((b',', more)) => rest = more,
            Some((b']', rest)) => return Ok(rest),
            Some(_) | None => return Err(Doubt::Wrong),
        }
    }
}

fn object(text: &[u8], depth: usize) -> Result<&[u8], Doubt> {
    let mut rest = word(text, b"{")?;
    if let Some(rest) = rest.strip_prefix(b"}") {
        return Ok(rest);
    }
    let mut before: Option<&[u8]> = None;
    loop {
        let (name, after) = string(rest)?;
        if !name.is_ascii() {
            return Err(Doubt::Rare);
        }
        // The order of ASCII is that of UTF-16.
        if before.is_some_and(|before| before >= name) {
            return Err(Doubt::Wrong);
        }
        before = Some(name);
        rest = value(word(after, b":")?, depth)?;
        match rest.split_first() {
            Some((b',', more)) => rest = more,
            Some((b'}', rest)) => return Ok(rest),
            Some(_) | None => return Err(Doubt::Wrong),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]
    use super::super::{is_canonical, parse_canonical, to_canonical};
    use serde_json::json;

    /// Every octet of texts of all kinds replaced, removed and doubled: the two ways to judge never differ.
    #[test]
    fn what_is_passed_is_what_the_reader_takes() {
        let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        let mut texts: Vec<String> = [
            r#"{"actor":{"iin":"790640001204","party":"bin:1"},"n":-17,"payload":[["a",1],["б","в"]],"z":null}"#,
            r#"{"":0,"A":[true,false,null],"a":{},"b":[],"c":"\u0001\"\\x"}"#,
            r#"{"é":1,"€":2,"😀":3,"דּ":4}"#,
            "9007199254740991",
            "-9007199254740992",
            "12345678901234567890",
            "-0",
            "01",
            "1.0",
            "1e3",
            "\"\u{7f}\"",
        ]
        .map(str::to_owned)
        .to_vec();
        texts.extend([15, 16, 17].map(deep));
        texts.push(String::from_utf8_lossy(&to_canonical(&json!({"х": [1, {"у": "z\n"}]})).unwrap_or_default()).into());
        let mut judged = 0;
        let mut judge = |bytes: &[u8]| {
            if let Ok(text) = std::str::from_utf8(bytes) {
                assert_eq!(is_canonical(text), parse_canonical(bytes).is_ok(), "{text}");
                judged += 1;
            }
        };
        for text in &texts {
            let bytes = text.as_bytes();
            judge(bytes);
            for place in 0..bytes.len() {
                let (before, after) = (&bytes[..place], &bytes[place..]);
                for other in *b"\"\\{}[]:,-0129. \na\x01" {
                    judge(&[before, &[other], after].concat());
                    judge(&[before, &[other], &after[1..]].concat());
                }
                judge(&[before, &after[1..]].concat());
                judge(&[before, &after[..1], after].concat());
            }
        }
        assert!(judged > 5000);
    }
}
