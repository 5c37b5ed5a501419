//! Which names a file of an archive may have, and which names are twins.
//!
//! A name must mean the same file to every reader and file system: a relative path without tricks. Two names are twins
//! when some file system takes one for the other: after Unicode normalisation, folding of case, and without what is not
//! seen or not kept (zero-width characters, dots and spaces at the end of a part).

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization;

/// Longest name, in octets.
pub const NAME_MAX_BYTES: usize = 1024;

/// Why `name` may not stand in an archive; a folder's name ends in `/`.
pub(super) fn fault(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        return Some("it is empty");
    }
    if name.len() > NAME_MAX_BYTES {
        return Some("it is too long");
    }
    if name.starts_with('/') {
        return Some("it is absolute");
    }
    if name.contains('\\') {
        return Some("it has a backslash");
    }
    if name.chars().any(|c| c.is_control() || is_direction(c)) {
        return Some("it has a control character");
    }
    if let [drive, b':', ..] = name.as_bytes()
        && drive.is_ascii_alphabetic()
    {
        return Some("it names a drive");
    }
    let path = name.strip_suffix('/').unwrap_or(name);
    // A part of dots and spaces alone is the folder itself or the one above on some systems.
    let hollow = |part: &str| part.trim_matches(['.', ' ']).is_empty();
    path.split('/').any(hollow).then_some("a part of its path is empty or made of dots")
}

/// Characters that change the direction of what is shown: `invoice\u{202e}fdp.exe` looks like a PDF.
const fn is_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

/// What twins have in common.
pub(crate) fn key(name: &str) -> String {
    let path = name.strip_suffix('/').unwrap_or(name);
    let folded: String = path
        .nfd()
        .filter(|c| !is_invisible(*c))
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .nfc()
        .collect();
    let parts: Vec<&str> = folded.split('/').map(|part| part.trim_end_matches(['.', ' '])).collect();
    parts.join("/")
}

const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

/// The first of `names` that is a twin of an earlier one, or lies in a folder that is a file.
pub(super) fn twin<'a>(names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut taken: BTreeMap<String, &str> = BTreeMap::new();
    for name in names {
        if taken.insert(key(name), name).is_some() {
            return Some(name);
        }
    }
    let is_file = |folder: &str| taken.get(folder).is_some_and(|name| !name.ends_with('/'));
    taken.iter().find_map(|(key, name)| {
        let mut folders = key.match_indices('/').filter_map(|(at, _)| key.get(..at));
        folders.any(is_file).then_some(*name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_some_file_system_confuses_are_twins() {
        for (one, other) in [
            ("a.txt", "A.TXT"),
            ("й.txt", "и\u{306}.txt"),
            ("Й.txt", "и\u{306}.txt"),
            ("straße", "STRASSE"),
            ("a.txt", "a.txt."),
            ("a /b", "a/b"),
            ("a\u{200b}b", "ab"),
            ("a/", "a"),
            ("a", "a/b"),
            ("A/b", "a"),
            ("ΟΔΟΣ", "οδος"),
        ] {
            assert!(twin([one, other].into_iter()).is_some(), "{one:?} {other:?}");
        }
        for (one, other) in [("a.txt", "b.txt"), ("a/", "a/b"), ("и.txt", "й.txt"), ("a-b", "a/b"), ("а.txt", "a.txt")]
        {
            assert_eq!(twin([one, other].into_iter()), None, "{one:?} {other:?}");
        }
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        for name in [
            "",
            "/",
            "/a",
            "a//b",
            "../a",
            "a/../b",
            "a/..",
            "./a",
            "a/.",
            "a\\b",
            "C:a",
            "c:/a",
            "a\0",
            "a\nb",
            "a\u{7f}",
            "a\u{85}",
            ".. /a",
            "...",
            "a/ /b",
            "x\u{202e}fdp.exe",
            "//",
            "a//",
        ] {
            assert!(fault(name).is_some(), "{name:?}");
        }
        assert!(fault(&"a".repeat(NAME_MAX_BYTES + 1)).is_some());
        for name in ["a", "a/b", "a/", "..a", "a..b", ".hidden", "12:30.txt", "Құжат №1.pdf", "a b", "100%.txt"]
        {
            assert_eq!(fault(name), None, "{name:?}");
        }
    }
}
