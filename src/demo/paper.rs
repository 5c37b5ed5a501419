//! A sheet of PDF such as people attach to an act: one A4 page with a heading, text, a table of works and places to sign.
//! In Latin letters: the fonts that every reader has know no others, and we carry none.

/// Left and right edge of the text, in points.
const EDGES: (u16, u16) = (57, 538);
/// Left edges of the columns of the table, in points.
const COLUMNS: [u16; 5] = [62, 292, 352, 402, 472];
/// Height of a row of the table, in points.
const ROW: u16 = 22;

const TEXT: [&str; 7] = [
    "The executor has performed, and the customer has taken over, the works of the table below in full and on time,",
    "under contract 5, for the month that ended before the date of the act.",
    "",
    "1. Software maintenance: three incidents were closed, the last of them within the hour; updates were installed",
    "on every server; backups were restored once, for a trial, and were whole.",
    "2. Information security audit: accounts, keys and journals were looked through. Findings and the order in which",
    "they should be mended were given to the customer's officer.",
];

const WORKS: [[&str; 5]; 4] = [
    ["Work", "Unit", "Quantity", "Price, KZT", "Sum, KZT"],
    ["Software maintenance", "hour", "1.5", "10 000.00", "15 000.00"],
    ["Information security audit", "service", "1", "250 000.55", "250 000.55"],
    ["Total, VAT as in the act", "", "", "", "265 000.55"],
];

/// A PDF of one page under the heading `title` (ASCII; other characters become question marks).
#[must_use]
pub fn pdf(title: &str) -> Vec<u8> {
    let content = sheet(title).join("\n");
    file(&[
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
         /Resources << /Font << /F1 5 0 R /F2 6 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold >>".to_owned(),
    ])
}

/// The operators that draw the page, from its head to its foot.
fn sheet(title: &str) -> Vec<String> {
    let (left, right) = EDGES;
    let mut drawn = vec![words("F2", 18, left, 770, title), rule(left, right, 758)];
    let mut below = 732_u16;
    for line in TEXT {
        drawn.push(words("F1", 9, left, below, line));
        below = below.saturating_sub(14);
    }
    below = below.saturating_sub(ROW);
    for (number, row) in WORKS.iter().enumerate() {
        let font = if number == 0 || number.saturating_add(1) == WORKS.len() { "F2" } else { "F1" };
        drawn.push(format!("{left} {below} {} {ROW} re S", right.saturating_sub(left)));
        let line = below.saturating_add(7);
        drawn.extend(row.iter().zip(COLUMNS).map(|(cell, column)| words(font, 9, column, line, cell)));
        below = below.saturating_sub(ROW);
    }
    for (edge, side) in [(left, "For the executor"), (310, "For the customer")] {
        let line = below.saturating_sub(60);
        drawn.push(rule(edge, edge.saturating_add(200), line));
        drawn.push(words("F1", 9, edge, line.saturating_sub(12), side));
    }
    drawn.push(words("F1", 8, left, 40, "Demonstration: no such works were done and nothing is owed."));
    drawn
}

fn rule(from: u16, to: u16, height: u16) -> String {
    format!("0.7 w {from} {height} m {to} {height} l S")
}

fn words(font: &str, size: u16, across: u16, height: u16, text: &str) -> String {
    let shown: String = text
        .chars()
        .map(|c| if c.is_ascii() && !c.is_ascii_control() { c } else { '?' })
        .flat_map(|c| if matches!(c, '(' | ')' | '\\') { vec!['\\', c] } else { vec![c] })
        .collect();
    format!("BT /{font} {size} Tf {across} {height} Td ({shown}) Tj ET")
}

/// The file of `objects`, numbered from 1, with the table that points at each.
fn file(objects: &[String]) -> Vec<u8> {
    let mut file = "%PDF-1.4\n".to_owned();
    let mut offsets = Vec::new();
    for (number, object) in (1..).zip(objects) {
        offsets.push(file.len());
        file.push_str(&format!("{number} 0 obj\n{object}\nendobj\n"));
    }
    let table = file.len();
    let count = objects.len().saturating_add(1);
    file.push_str(&format!("xref\n0 {count}\n0000000000 65535 f \n"));
    for offset in offsets {
        file.push_str(&format!("{offset:010} 00000 n \n"));
    }
    file.push_str(&format!("trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n"));
    file.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_a_pdf_whose_table_points_at_its_objects() {
        let file = String::from_utf8(pdf("Act (1) №")).unwrap_or_default();
        assert!(file.starts_with("%PDF-1.4\n") && file.ends_with("%%EOF\n") && file.contains("(Act \\(1\\) ?)"));
        for number in 1..=6 {
            let object = file.find(&format!("\n{number} 0 obj")).unwrap_or_default().saturating_add(1);
            assert!(file.contains(&format!("{object:010} 00000 n ")), "object {number}");
        }
    }
}
