//! Whether every letter of a page has a drawing. A font that the file does not carry is replaced by one of ours, and ours
//! have Latin letters only: a Kazakh or Russian text in it would leave a page that looks whole and says nothing.

use hayro::hayro_interpret::font::{Glyph, GlyphId, GlyphRun, OutlineGlyph};
use hayro::hayro_interpret::hayro_cmap::BfString;
use hayro::hayro_interpret::util::TransformExt as _;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache,
    InterpreterSettings, SoftMask, interpret_page,
};
use hayro::hayro_syntax::page::Page;
use hayro::kurbo::{BezPath, Rect};

/// Whether a visible letter of `page` has no drawing in its font, or, when fonts were `substituted`, is not known to be
/// the letter that is meant.
pub fn any_missing<'a>(page: &'a Page<'a>, settings: &InterpreterSettings, substituted: bool) -> bool {
    let cache = InterpreterCache::new();
    let (width, height) = page.render_dimensions();
    let target = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
    let start = page.initial_transform(true).to_kurbo();
    let mut context = Context::new(start, target, &cache, page.xref(), settings.clone());
    let mut letters = Letters { substituted, any_missing: false };
    interpret_page(page, &mut context, &mut letters);
    letters.any_missing
}

/// A device that draws nothing and looks at each letter.
struct Letters {
    substituted: bool,
    any_missing: bool,
}

impl Letters {
    fn is_missing(&self, glyph: &OutlineGlyph) -> bool {
        match glyph.as_unicode() {
            Some(meant) if is_blank(&meant) => false,
            Some(_) => glyph.glyph_id() == GlyphId::NOTDEF,
            // A code without a meaning: in its own font it is what its author made it, in another it is anything.
            None => self.substituted || (glyph.glyph_id() == GlyphId::NOTDEF && glyph.char_code() > u32::from(b' ')),
        }
    }
}

fn is_blank(meant: &BfString) -> bool {
    let blank = |c: char| c.is_whitespace() || c.is_control() || c == '\u{ad}' || c == '\u{200b}';
    match meant {
        BfString::Char(c) => blank(*c),
        BfString::String(text) => text.chars().all(blank),
    }
}

impl<'a> Device<'a> for Letters {
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, _: DrawProps<'a>, mode: &DrawMode) {
        if self.any_missing || matches!(mode, DrawMode::Invisible) {
            return;
        }
        self.any_missing = run.glyphs().iter().any(|glyph| match &**glyph {
            Glyph::Outline(outline) => self.is_missing(outline),
            Glyph::Type3(_) => false,
        });
    }

    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn draw_image(&mut self, _: Image<'a, '_>, _: ImageDrawProps<'a>) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}
