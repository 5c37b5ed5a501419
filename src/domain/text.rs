//! Text that people read: what it may not hold, whoever wrote it and wherever it is shown.

/// Whether `character` could make a text look other than it is: control characters (line feeds among them), marks that turn
/// or hide text, and code points that are not characters.
#[must_use]
pub fn is_forbidden(character: char) -> bool {
    let code = u32::from(character);
    character.is_control()
        || matches!(
            character,
            '\u{ad}'                    // soft hyphen
            | '\u{61c}'                 // Arabic letter mark
            | '\u{115f}' | '\u{1160}'   // Hangul fillers
            | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180e}'
            | '\u{200b}'..='\u{200f}'   // zero width, left-to-right and right-to-left marks
            | '\u{2028}'..='\u{202e}'   // separators, embeddings, overrides
            | '\u{2060}'..='\u{206f}'   // word joiner, isolates, deprecated format characters
            | '\u{3164}'
            | '\u{feff}'
            | '\u{fff0}'..='\u{fffd}'   // specials, among them the replacement character
            | '\u{ffa0}'
            | '\u{e000}'..='\u{f8ff}'   // private use
            | '\u{e0000}'..='\u{10ffff}' // tags, variation selectors, private use
        )
        || code & 0xfffe == 0xfffe
        || (0xfdd0..=0xfdef).contains(&code)
}

/// Whether one line of text shows all that it is.
#[must_use]
pub fn is_plain(line: &str) -> bool {
    !line.chars().any(is_forbidden)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_plain_when_everything_in_it_is_seen() {
        for plain in ["", "Акт № 7", "«Сарыарқа» ЖШС", "e\u{301}", "👍"] {
            assert!(is_plain(plain), "{plain:?}");
        }
        for hidden in ["a\nb", "a\tb", "\u{202e}fdp", "a\u{ad}b", "a\u{e0041}", "\u{fdd0}", "\u{1fffe}"] {
            assert!(!is_plain(hidden), "{hidden:?}");
        }
    }
}
