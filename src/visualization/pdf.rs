//! A page of a PDF, drawn. Interprets whatever the file says: it may take any time and memory, and panic. Only [`child`]
//! calls it.
//!
//! [`child`]: super::child

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_interpret::font::FontQuery;
use hayro::hayro_syntax::{LoadPdfError, Pdf};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings, render};

use super::{DrawError, HEIGHT_MAX_PX, View, letters};

/// How a PDF begins. What only contains one further down is something else first.
pub const MAGIC: &[u8] = b"%PDF-";

/// How many pages the document has; at least one.
///
/// # Errors
/// [`DrawError::Unreadable`], [`DrawError::Encrypted`].
pub fn page_count(pdf: Vec<u8>) -> Result<u32, DrawError> {
    let pdf = open(pdf)?;
    Ok(u32::try_from(pdf.pages().len()).unwrap_or(u32::MAX))
}

/// The PNG of a page, and whether every letter and image of it is known to be there.
///
/// # Errors
/// [`DrawError::Unreadable`], [`DrawError::Encrypted`], [`DrawError::NoSuchPage`].
pub fn draw_page(pdf: Vec<u8>, view: View) -> Result<(Vec<u8>, bool), DrawError> {
    let pdf = open(pdf)?;
    let index = usize::try_from(view.page() - 1).map_err(|_| DrawError::NoSuchPage)?;
    let page = pdf.pages().get(index).ok_or(DrawError::NoSuchPage)?;
    let size = scaled(page.render_dimensions(), view.width_px()).ok_or(DrawError::Unreadable)?;
    let doubts = Doubts::default();
    let settings = settings(&doubts);
    let shown = PixmapSettings { x_scale: size.0, y_scale: size.1, bg_color: WHITE };
    let pixels = render(page, &RenderCache::new(), &settings, &RenderSettings::default(), &shown);
    let png = pixels.into_png().map_err(|_| DrawError::GaveUp)?;
    let unread = page.raw().contains_key(b"Contents") && page.page_stream().is_none();
    let missing = unread || letters::any_missing(page, &settings, doubts.font_substituted());
    Ok((png, !missing && !doubts.of_content()))
}

fn open(pdf: Vec<u8>) -> Result<Pdf, DrawError> {
    if !pdf.starts_with(MAGIC) {
        return Err(DrawError::Unreadable);
    }
    let pdf = Pdf::new(pdf).map_err(|error| match error {
        LoadPdfError::Decryption(_) => DrawError::Encrypted,
        LoadPdfError::Invalid => DrawError::Unreadable,
    })?;
    if pdf.pages().is_empty() {
        return Err(DrawError::Unreadable);
    }
    Ok(pdf)
}

/// By what the sides of a page are multiplied so that it is `width_px` wide, or narrower when it would be too high.
/// The renderer cuts fractions of a pixel off: half of one more gives the width asked for.
fn scaled((width, height): (f32, f32), width_px: u16) -> Option<(f32, f32)> {
    if !(width.is_finite() && height.is_finite() && width > 0.0 && height > 0.0) {
        return None;
    }
    let fits = |pixels: u16, side: f32| (f32::from(pixels) + 0.5) / side;
    let scale = fits(width_px, width).min(fits(HEIGHT_MAX_PX, height));
    Some((scale.max(fits(1, width)), scale.max(fits(1, height))))
}

/// What the renderer could not do as the file wants it.
#[derive(Clone, Default)]
struct Doubts(Arc<Said>);

#[derive(Default)]
struct Said {
    content: AtomicBool,
    font: AtomicBool,
}

impl Doubts {
    /// A font or an image could not be read.
    fn of_content(&self) -> bool {
        self.0.content.load(Ordering::Relaxed)
    }

    /// A font that the file does not carry was asked for.
    fn font_substituted(&self) -> bool {
        self.0.font.load(Ordering::Relaxed)
    }
}

fn settings(doubts: &Doubts) -> InterpreterSettings {
    let (of_content, of_fonts) = (doubts.clone(), doubts.clone());
    InterpreterSettings {
        font_resolver: Arc::new(move |query| {
            of_fonts.0.font.store(true, Ordering::Relaxed);
            Some(match query {
                FontQuery::Standard(font) => font.get_font_data(),
                FontQuery::Fallback(font) => font.pick_standard_font().get_font_data(),
            })
        }),
        warning_sink: Arc::new(move |_| of_content.0.content.store(true, Ordering::Relaxed)),
        ..InterpreterSettings::default()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_page_is_as_wide_as_asked_for_unless_it_would_be_too_high() {
        let (x, y) = scaled((595.0, 842.0), 1000).unwrap();
        assert_eq!(((595.0 * x).floor(), (842.0 * y).floor()), (1000.0, 1415.0));
        let (x, y) = scaled((1.0, 1_000_000.0), 1000).unwrap();
        assert_eq!(((1.0 * x).floor(), (1_000_000.0 * y).floor()), (1.0, 4000.0));
        let (x, y) = scaled((3.0e38, 1.0), 2000).unwrap();
        assert!((3.0e38 * x).floor() <= 2000.0 && (1.0 * y).floor() >= 1.0);
        assert_eq!(scaled((f32::INFINITY, 1.0), 1000), None);
        assert_eq!(scaled((f32::NAN, 1.0), 1000), None);
    }
}
