//! Characters: which are shown as they are, and how wide they are.

use std::fmt::Write as _;

use krilla::text::{Font, GlyphId, KrillaGlyph};
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::{FontRef, MetadataProvider as _, charmap::Charmap};

use crate::TEXT_MAX_CHARS;

/// A face of the letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Face {
    Regular,
    Bold,
}

/// Both faces of DejaVu Sans Condensed (Bitstream Vera licence: may be embedded): every Kazakh letter, the sign of the tenge.
pub(crate) struct Fonts {
    regular: Letters,
    bold: Letters,
}

pub(crate) struct Letters {
    pub(crate) font: Font,
    charmap: Charmap<'static>,
    metrics: GlyphMetrics<'static>,
    units: f32,
}

impl Fonts {
    /// `None` when the fonts that are compiled in are broken.
    pub(crate) fn new() -> Option<Self> {
        Some(Self {
            regular: Letters::new(dejavu::sans_condensed::regular())?,
            bold: Letters::new(dejavu::sans_condensed::bold())?,
        })
    }

    pub(crate) fn of(&self, face: Face) -> &Letters {
        match face {
            Face::Regular => &self.regular,
            Face::Bold => &self.bold,
        }
    }

    /// The text as it is printed: see [`visible`].
    pub(crate) fn visible(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        for c in text.chars().take(TEXT_MAX_CHARS) {
            match c {
                '\t' | '\n' | '\r' => out.push(' '),
                c if misleads(c) || !self.regular.has(c) || !self.bold.has(c) => {
                    // Writing to a String cannot fail.
                    let _ = write!(out, "[U+{:04X}]", u32::from(c));
                }
                c => out.push(c),
            }
        }
        let rest = text.chars().skip(TEXT_MAX_CHARS).count();
        if rest > 0 {
            let _ = write!(out, " [+{rest}]");
        }
        out
    }
}

impl Letters {
    fn new(bytes: &'static [u8]) -> Option<Self> {
        let face = FontRef::new(bytes).ok()?;
        let font = Font::new(bytes.into(), 0)?;
        let units = font.units_per_em();
        let metrics = face.glyph_metrics(Size::unscaled(), LocationRef::default());
        (units > 0.0).then(|| Self { font, charmap: face.charmap(), metrics, units })
    }

    fn has(&self, c: char) -> bool {
        self.charmap.map(c).is_some_and(|glyph| glyph.to_u32() != 0)
    }

    /// How wide a character is, in letters of size 1.
    fn width_of(&self, c: char) -> f32 {
        let glyph = self.charmap.map(c).unwrap_or_default();
        self.metrics.advance_width(glyph).unwrap_or_default() / self.units
    }

    /// How wide a text is in letters of this size, in points.
    pub(crate) fn width(&self, text: &str, size: f32) -> f32 {
        text.chars().map(|c| self.width_of(c)).sum::<f32>() * size
    }

    /// The glyphs of a text, one a character.
    pub(crate) fn glyphs(&self, text: &str) -> Vec<KrillaGlyph> {
        let glyph = |(at, c): (usize, char)| {
            let id = GlyphId::new(self.charmap.map(c).unwrap_or_default().to_u32());
            KrillaGlyph::new(id, self.width_of(c), 0.0, 0.0, 0.0, at..at + c.len_utf8(), None)
        };
        text.char_indices().map(glyph).collect()
    }

    /// The lines of a text that are at most `width` wide: broken between words, and within a word that is wider.
    pub(crate) fn lines(&self, text: &str, size: f32, width: f32) -> Vec<String> {
        let space = self.width(" ", size);
        let (mut lines, mut line, mut used) = (Vec::new(), String::new(), 0.0);
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            let wide = self.width(word, size);
            if !line.is_empty() && used + space + wide <= width {
                line.push(' ');
                line.push_str(word);
                used += space + wide;
                continue;
            }
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            used = 0.0;
            for c in word.chars() {
                let wide = self.width_of(c) * size;
                if used + wide > width && !line.is_empty() {
                    lines.push(std::mem::take(&mut line));
                    used = 0.0;
                }
                line.push(c);
                used += wide;
            }
        }
        if !line.is_empty() || lines.is_empty() {
            lines.push(line);
        }
        lines
    }
}

/// The text as it is printed. Line ends and tabs are blanks. A character that cannot be seen, that turns the text around,
/// that is written from right to left (it would stand in the wrong order here) or that the fonts lack is printed as
/// `[U+202E]`: nothing is dropped. What exceeds [`TEXT_MAX_CHARS`] is counted.
#[must_use]
pub fn visible(text: &str) -> String {
    Fonts::new().map_or_else(String::new, |fonts| fonts.visible(text))
}

/// Whether the character would not be seen as what it is.
fn misleads(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{2000}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{205f}'..='\u{206f}' | '\u{3000}' | '\u{3164}'
            | '\u{feff}' | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{fff0}'..='\u{ffff}'
            // From right to left.
            | '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefe}'
            | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}'
            // Of no meaning that readers share.
            | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{10ffff}')
}
