//! What a browser may be shown of a file that a stranger sent. It never gets the file itself to interpret: a PDF is drawn
//! here, page by page, into PNG, so that its scripts, links, forms and attachments stay octets; of images only plain
//! raster ones are shown ([`plain_image`]). What cannot be drawn is offered for download.
//!
//! Drawing interprets hostile input. It happens in a process of its own ([`child`]), which gives up memory, processor
//! time, files and network before it reads the first octet, and whose death costs a page and nothing else; [`Drawer`]
//! starts such processes, ends them and remembers what they drew.
//!
//! A drawing is not the document: what was signed is the file.

mod cache;
pub mod child;
mod drawer;
mod image;
mod letters;
mod pdf;

pub use drawer::{Drawer, DrawerLimits};
pub use image::{IMAGE_MAX_PIXELS, ImageKind, PlainImage, plain_image};

use std::sync::Arc;

/// Largest PDF that is drawn, in bytes.
pub const INPUT_MAX_BYTES: usize = 32 * 1024 * 1024;
/// The last page that is drawn. Of a longer document the rest is read in the file.
pub const PAGES_MAX: u32 = 200;
/// The narrowest drawing, in pixels.
pub const WIDTH_MIN_PX: u16 = 64;
/// The widest drawing, in pixels.
pub const WIDTH_MAX_PX: u16 = 2000;
/// The highest drawing, in pixels: a page that would be higher is drawn smaller, narrower than asked for. With
/// [`WIDTH_MAX_PX`] it bounds the area at 8 megapixels, twice an A4 page of the greatest width.
pub const HEIGHT_MAX_PX: u16 = 4000;
/// Largest PNG taken from the process that draws, in bytes: more than three octets for each pixel of the largest page.
pub const PNG_MAX_BYTES: usize = 32 * 1024 * 1024;

/// What is asked for: a page of a document and how wide it is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct View {
    page: u32,
    width_px: u16,
}

impl View {
    /// Page `page` (the first is 1), `width_px` pixels wide.
    ///
    /// # Errors
    /// [`DrawError::NoSuchPage`] past [`PAGES_MAX`], [`DrawError::Width`] out of [`WIDTH_MIN_PX`] to [`WIDTH_MAX_PX`].
    pub fn new(page: u32, width_px: u32) -> Result<Self, DrawError> {
        if !(1..=PAGES_MAX).contains(&page) {
            return Err(DrawError::NoSuchPage);
        }
        let width_px = u16::try_from(width_px).map_err(|_| DrawError::Width)?;
        if !(WIDTH_MIN_PX..=WIDTH_MAX_PX).contains(&width_px) {
            return Err(DrawError::Width);
        }
        Ok(Self { page, width_px })
    }

    /// The page; the first is 1.
    #[must_use]
    pub const fn page(self) -> u32 {
        self.page
    }

    /// The width, in pixels.
    #[must_use]
    pub const fn width_px(self) -> u16 {
        self.width_px
    }
}

/// A page as it was drawn; a clone shares the octets.
#[derive(Clone)]
pub struct Drawing {
    png: Arc<[u8]>,
    complete: bool,
}

impl Drawing {
    /// The PNG.
    #[must_use]
    pub fn png(&self) -> &Arc<[u8]> {
        &self.png
    }

    /// Whether every letter and image of the page is known to be drawn. When not — a font that the file does not carry, an
    /// image that could not be read — a reader must be told to look at the file itself.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.complete
    }
}

impl std::fmt::Debug for Drawing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Drawing").field("png_bytes", &self.png.len()).field("complete", &self.complete).finish()
    }
}

/// Why there is no drawing. Whoever asked offers the file for download instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DrawError {
    /// Not a PDF, or one too broken to be read, or without pages.
    #[error("not a readable PDF")]
    Unreadable,
    /// It opens by a password only.
    #[error("the PDF is encrypted")]
    Encrypted,
    /// The document has no such page, or it is past [`PAGES_MAX`].
    #[error("no such page")]
    NoSuchPage,
    /// The width is out of bounds.
    #[error("the width is out of bounds")]
    Width,
    /// Larger than [`INPUT_MAX_BYTES`].
    #[error("the PDF is too large to be drawn")]
    TooLarge,
    /// The process that draws fell over, or asked for more memory or processor time than it may have.
    #[error("the PDF costs more than its drawing may, or the renderer fell over it")]
    GaveUp,
    /// It took too long by the clock: the machine may be busy.
    #[error("drawing took too long")]
    TimedOut,
    /// Too many drawings are waited for already.
    #[error("too many drawings are under way")]
    Busy,
    /// The process that draws cannot be started: a fault of ours.
    #[error("the process that draws cannot be started: {0}")]
    NotStarted(std::io::ErrorKind),
}

impl DrawError {
    /// Whether the next attempt on the same file will end in the same way.
    #[must_use]
    pub const fn is_final(self) -> bool {
        match self {
            Self::Unreadable | Self::Encrypted | Self::NoSuchPage | Self::Width | Self::TooLarge | Self::GaveUp => true,
            Self::TimedOut | Self::Busy | Self::NotStarted(_) => false,
        }
    }
}
