//! Where everything stands: lines broken, pages filled.

use qrcodegen::{QrCode, QrCodeEcc};

use crate::letters::{Face, Fonts};
use crate::paper::{Block, Paper, Table};
use crate::{PAGES_MAX, PrintError};

/// A4, in points.
pub(crate) const PAGE_WIDTH: f32 = 595.276;
pub(crate) const PAGE_HEIGHT: f32 = 841.89;
pub(crate) const LEFT: f32 = 56.0;
pub(crate) const RIGHT: f32 = 42.0;
pub(crate) const WIDTH: f32 = PAGE_WIDTH - LEFT - RIGHT;
const TOP: f32 = 58.0;
const BOTTOM: f32 = PAGE_HEIGHT - 58.0;

const TITLE: f32 = 16.0;
const HEADING: f32 = 12.0;
const SUBHEADING: f32 = 10.0;
const BODY: f32 = 9.5;
const SMALL: f32 = 8.0;
const CELL: f32 = 7.5;
/// From line to line, in sizes of the letters.
const LEADING: f32 = 1.32;
/// Above the line on which letters stand, in sizes of the letters.
const ASCENT: f32 = 0.95;
const PAD: f32 = 3.0;
/// How much room there must be for a heading and what follows it; twice that where another heading may follow.
const KEEP: f32 = 60.0;
const FACT_NAME_WIDTH: f32 = 150.0;
const CODE_SIDE: f32 = 92.0;
/// The clear rim of a QR code, in modules (ISO/IEC 18004 section 9.1).
const CODE_RIM: f32 = 4.0;
const COLUMNS_MAX: usize = 16;

/// What is drawn, with the upper left corner of the page as origin.
#[derive(Debug)]
pub(crate) enum Mark {
    Text { x: f32, y: f32, size: f32, face: Face, grey: u8, text: String },
    Area { x: f32, y: f32, width: f32, height: f32, grey: u8 },
    Dark { areas: Vec<(f32, f32, f32, f32)> },
}

pub(crate) type Page = Vec<Mark>;

/// The pages of a paper: at least one, at most [`PAGES_MAX`].
pub(crate) fn pages(paper: &Paper, fonts: &Fonts) -> Result<Vec<Page>, PrintError> {
    let mut sheet = Sheet { fonts, pages: Vec::new(), page: Page::new(), y: TOP, full: false };
    for block in &paper.blocks {
        sheet.block(block)?;
        if sheet.full {
            sheet.cut(&paper.cut);
            break;
        }
    }
    sheet.pages.push(sheet.page);
    Ok(sheet.pages)
}

struct Sheet<'a> {
    fonts: &'a Fonts,
    pages: Vec<Page>,
    page: Page,
    y: f32,
    /// There is no further page.
    full: bool,
}

impl Sheet<'_> {
    fn block(&mut self, block: &Block) -> Result<(), PrintError> {
        match block {
            Block::Title(text) => self.paragraph(text, TITLE, Face::Bold, 6.0),
            Block::Heading(text) => self.heading(text, HEADING, 12.0, 2.0 * KEEP),
            Block::Subheading(text) => self.heading(text, SUBHEADING, 7.0, KEEP),
            Block::Text(text) => self.paragraph(text, BODY, Face::Regular, 4.0),
            Block::Small(text) => self.paragraph(text, SMALL, Face::Regular, 3.0),
            Block::Facts(facts) => self.facts(facts),
            Block::Table(table) => self.table(table),
            Block::Code { content, text } => self.code(content, text)?,
        }
        Ok(())
    }

    fn room(&self) -> f32 {
        BOTTOM - self.y
    }

    /// Begins a page when there is less room than this. `false`: there is no further page.
    fn need(&mut self, height: f32) -> bool {
        if self.room() >= height || self.full {
            return !self.full;
        }
        if self.pages.len() + 1 >= PAGES_MAX {
            self.full = true;
            return false;
        }
        self.pages.push(std::mem::take(&mut self.page));
        self.y = TOP;
        true
    }

    fn cut(&mut self, text: &str) {
        let text = self.fonts.visible(text);
        for line in self.fonts.of(Face::Bold).lines(&text, BODY, WIDTH).into_iter().take(2) {
            self.put(LEFT, &line, BODY, Face::Bold);
            self.y += BODY * LEADING;
        }
    }

    /// A line at the present height, which stays.
    fn put(&mut self, x: f32, text: &str, size: f32, face: Face) {
        let y = self.y + size * ASCENT;
        self.page.push(Mark::Text { x, y, size, face, grey: 0, text: text.to_owned() });
    }

    fn heading(&mut self, text: &str, size: f32, above: f32, keep: f32) {
        if !self.need(above + keep) {
            return;
        }
        if self.y > TOP {
            self.y += above;
        }
        self.paragraph(text, size, Face::Bold, 3.0);
    }

    fn paragraph(&mut self, text: &str, size: f32, face: Face, below: f32) {
        let text = self.fonts.visible(text);
        for line in self.fonts.of(face).lines(&text, size, WIDTH) {
            if !self.need(size * LEADING) {
                return;
            }
            self.put(LEFT, &line, size, face);
            self.y += size * LEADING;
        }
        self.y += below;
    }

    fn facts(&mut self, facts: &[(String, String)]) {
        let columns = [(LEFT, FACT_NAME_WIDTH - 8.0), (LEFT + FACT_NAME_WIDTH, WIDTH - FACT_NAME_WIDTH)];
        for (name, value) in facts {
            let cells = [(name, Face::Regular), (value, Face::Regular)];
            let cells: Vec<Cell> =
                columns.iter().zip(cells).map(|(place, cell)| self.cell(place, cell, BODY)).collect();
            self.row(&cells, BODY, None);
            self.y += 1.0;
        }
        self.y += 4.0;
    }

    fn cell(&self, (x, width): &(f32, f32), (text, face): (&String, Face), size: f32) -> Cell {
        let text = self.fonts.visible(text);
        Cell { x: *x, face, lines: self.fonts.of(face).lines(&text, size, *width) }
    }

    fn table(&mut self, table: &Table) {
        let places = columns(table);
        let cells = |sheet: &Self, row: &[String], face: Face| -> Vec<Cell> {
            let inner = places.iter().map(|(x, width)| (x + PAD, width - 2.0 * PAD));
            inner.zip(row).map(|(place, text)| sheet.cell(&place, (text, face), CELL)).collect()
        };
        let head = cells(self, &table.head, Face::Bold);
        let head = Head { height: row_height(&head, CELL) + 2.0 * PAD, cells: head };
        if !self.need(head.height + KEEP / 2.0) {
            return;
        }
        self.head(&head);
        for row in &table.rows {
            let row = cells(self, row, Face::Regular);
            self.row(&row, CELL, Some(&head));
            if self.full {
                return;
            }
        }
        self.y += 8.0;
    }

    fn head(&mut self, head: &Head) {
        self.page.push(Mark::Area { x: LEFT, y: self.y, width: WIDTH, height: head.height, grey: 228 });
        self.y += PAD;
        let top = self.y;
        for cell in &head.cells {
            self.y = top;
            for line in &cell.lines {
                self.put(cell.x, line, CELL, cell.face);
                self.y += CELL * LEADING;
            }
        }
        self.y = top + head.height - PAD;
    }

    /// The cells side by side. A row stays on one page when a page holds it; a higher one goes on over pages.
    fn row(&mut self, cells: &[Cell], size: f32, head: Option<&Head>) {
        let step = size * LEADING;
        let pad = if head.is_some() { PAD } else { 0.0 };
        let height = row_height(cells, size) + 2.0 * pad;
        let page = BOTTOM - TOP - head.map_or(0.0, |head| head.height);
        if height <= page {
            if self.turn(height, head) {
                self.whole_row(cells, size, pad, height);
                self.rule(head);
            }
            return;
        }
        self.y += pad;
        let count = cells.iter().map(|cell| cell.lines.len()).max().unwrap_or(0);
        for number in 0..count {
            if !self.turn(step + pad, head) {
                return;
            }
            for cell in cells {
                if let Some(line) = cell.lines.get(number) {
                    self.put(cell.x, line, size, cell.face);
                }
            }
            self.y += step;
        }
        self.y += pad;
        self.rule(head);
    }

    /// Cell after cell, so that a reader of the file gets each text whole.
    fn whole_row(&mut self, cells: &[Cell], size: f32, pad: f32, height: f32) {
        let top = self.y;
        for cell in cells {
            self.y = top + pad;
            for line in &cell.lines {
                self.put(cell.x, line, size, cell.face);
                self.y += size * LEADING;
            }
        }
        self.y = top + height;
    }

    /// The line below a row of a table.
    fn rule(&mut self, head: Option<&Head>) {
        if head.is_some() {
            self.page.push(Mark::Area { x: LEFT, y: self.y, width: WIDTH, height: 0.5, grey: 170 });
        }
    }

    /// [`Sheet::need`], with the table's head on the new page.
    fn turn(&mut self, height: f32, head: Option<&Head>) -> bool {
        let before = self.pages.len();
        if !self.need(height) {
            return false;
        }
        if let Some(head) = head.filter(|_| self.pages.len() > before) {
            self.head(head);
        }
        true
    }

    fn code(&mut self, content: &str, text: &str) -> Result<(), PrintError> {
        let code = QrCode::encode_text(content, QrCodeEcc::Quartile).map_err(|_| PrintError::Code(content.len()))?;
        if !self.need(CODE_SIDE + 6.0) {
            return Ok(());
        }
        let count = i16::try_from(code.size()).map_or(0.0, f32::from) + 2.0 * CODE_RIM;
        let side = CODE_SIDE / count;
        let place = |at: i32| (i16::try_from(at).map_or(0.0, f32::from) + CODE_RIM) * side;
        let dark = (0..code.size()).flat_map(|y| (0..code.size()).map(move |x| (x, y)));
        let areas = dark.filter(|(x, y)| code.get_module(*x, *y));
        let areas = areas.map(|(x, y)| (LEFT + place(x), self.y + place(y), side, side)).collect();
        let top = self.y;
        self.page.push(Mark::Dark { areas });
        let text = self.fonts.visible(text);
        let left = CODE_SIDE + 8.0;
        self.y += CODE_RIM * side;
        for line in self.fonts.of(Face::Regular).lines(&text, BODY, WIDTH - left) {
            if self.y + BODY * LEADING > top + CODE_SIDE {
                break;
            }
            self.put(LEFT + left, &line, BODY, Face::Regular);
            self.y += BODY * LEADING;
        }
        self.y = top + CODE_SIDE + 6.0;
        Ok(())
    }
}

struct Cell {
    x: f32,
    face: Face,
    lines: Vec<String>,
}

struct Head {
    height: f32,
    cells: Vec<Cell>,
}

/// Left edge and width of every column.
fn columns(table: &Table) -> Vec<(f32, f32)> {
    let share = |number: usize| f32::from(table.shares.get(number).copied().unwrap_or(1).max(1));
    let count = table.head.len().min(COLUMNS_MAX);
    let whole: f32 = (0..count).map(share).sum();
    let mut x = LEFT;
    (0..count)
        .map(|number| {
            let width = WIDTH * share(number) / whole;
            let place = (x, width);
            x += width;
            place
        })
        .collect()
}

fn row_height(cells: &[Cell], size: f32) -> f32 {
    lines_height(cells.iter().map(|cell| cell.lines.len()).max().unwrap_or(0), size)
}

fn lines_height(lines: usize, size: f32) -> f32 {
    // More lines than a page has are all alike here.
    f32::from(u16::try_from(lines).unwrap_or(u16::MAX)) * size * LEADING
}
