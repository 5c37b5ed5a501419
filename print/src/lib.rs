//! Papers for people as PDF/A-2u: what a paper says in, octets out. The same paper gives the same octets.
//!
//! * [`Paper`] is what is said: headings, texts, facts, tables, a QR code;
//! * `letters` makes every character visible and knows how wide it is, `layout` breaks lines and pages, `draw` writes
//!   the file.
//!
//! Texts come from outside: nothing that a name holds can turn the text around, hide in it, or make the paper endless
//! ([`PAGES_MAX`], [`TEXT_MAX_CHARS`]). Only the used part of the fonts is embedded.

mod draw;
mod layout;
mod letters;
mod paper;

pub use letters::visible;
pub use paper::{Block, Instant, Paper, Table};

/// The most pages of a paper; what does not fit is cut, and the last line says so in the words of [`Paper::cut`].
pub const PAGES_MAX: usize = 300;
/// The most characters of one text; the rest is cut, and `[+N]` says how many are missing.
pub const TEXT_MAX_CHARS: usize = 20_000;

/// Why a paper was not printed.
#[derive(Debug, thiserror::Error)]
pub enum PrintError {
    /// The fonts that are compiled in cannot be read.
    #[error("the fonts cannot be read")]
    Fonts,
    /// What is to stand in the QR code is too long for one.
    #[error("too long for a QR code: {0} bytes")]
    Code(usize),
    /// The writer of PDF refused: the file would not be PDF/A.
    #[error("not PDF/A: {0}")]
    Pdf(String),
}

/// The PDF/A-2u of a paper.
///
/// # Errors
/// [`PrintError`]; what texts hold is no reason for one.
pub fn print(paper: &Paper) -> Result<Vec<u8>, PrintError> {
    let fonts = letters::Fonts::new().ok_or(PrintError::Fonts)?;
    let pages = layout::pages(paper, &fonts)?;
    draw::pdf(paper, &pages, &fonts)
}
