//! What a paper says.

/// A paper.
#[derive(Debug, Clone)]
pub struct Paper {
    /// Code of its language: `kk`, `ru`, `en`.
    pub language: &'static str,
    /// Its title: metadata, and the head of every page.
    pub title: String,
    /// What tells it from every other paper: the file's identity is made of it.
    pub identity: String,
    /// When it was made; no clock is read.
    pub made_at: Instant,
    /// What stands above every page, in bold: what kind of paper this is.
    pub mark: String,
    /// What stands at the foot of every page.
    pub foot: String,
    /// The last line of a paper that has more than [`crate::PAGES_MAX`] pages.
    pub cut: String,
    /// What it says, in order.
    pub blocks: Vec<Block>,
}

/// A second in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instant {
    /// Year.
    pub year: u16,
    /// Month from 1.
    pub month: u8,
    /// Day of the month from 1.
    pub day: u8,
    /// Hour.
    pub hour: u8,
    /// Minute.
    pub minute: u8,
    /// Second.
    pub second: u8,
}

/// A part of a paper.
#[derive(Debug, Clone)]
pub enum Block {
    /// The title above all.
    Title(String),
    /// A heading; never the last line of a page.
    Heading(String),
    /// A heading within one.
    Subheading(String),
    /// A paragraph.
    Text(String),
    /// A paragraph in small letters.
    Small(String),
    /// Names and values, in two columns.
    Facts(Vec<(String, String)>),
    /// A table.
    Table(Table),
    /// A QR code with words beside it.
    Code {
        /// What it holds.
        content: String,
        /// The words.
        text: String,
    },
}

/// A table. Its head is repeated on every page.
#[derive(Debug, Clone)]
pub struct Table {
    /// The head.
    pub head: Vec<String>,
    /// How wide the columns are, as shares of the whole; those of columns that are not named are 1.
    pub shares: Vec<u8>,
    /// The rows. A cell that is missing is empty, one beyond the head is not printed.
    pub rows: Vec<Vec<String>>,
}
