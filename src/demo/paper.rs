//! A page of PDF with one line of text: enough of a document for people to open.

/// A PDF of one page that says `line` (ASCII; other characters become question marks).
#[must_use]
pub fn pdf(line: &str) -> Vec<u8> {
    let shown: String = line
        .chars()
        .map(|c| if c.is_ascii() && !c.is_ascii_control() { c } else { '?' })
        .flat_map(|c| if matches!(c, '(' | ')' | '\\') { vec!['\\', c] } else { vec![c] })
        .collect();
    let content = format!("BT /F1 24 Tf 72 760 Td ({shown}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
         /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut file = "%PDF-1.4\n".to_owned();
    let mut offsets = Vec::new();
    for (number, object) in (1..).zip(&objects) {
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
        let first = file.find("1 0 obj").unwrap_or_default();
        assert!(file.contains(&format!("{first:010} 00000 n ")));
    }
}
