//! What a printed paper keeps: every letter, the same octets, PDF/A, bounds. Read back by other programs: poppler, qpdf.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use std::path::Path;
use std::process::Command;

use qolhat_print::{Block, Instant, PAGES_MAX, Paper, TEXT_MAX_CHARS, Table, print, visible};

const KAZAKH: &str = "АаӘәБбВвГгҒғДдЕеЁёЖжЗзИиЙйКкҚқЛлМмНнҢңОоӨөПпРрСсТтУуҰұҮүФфХхҺһЦцЧчШшЩщЪъЫыІіЬьЭэЮюЯя₸«»—№";

fn paper(blocks: Vec<Block>) -> Paper {
    Paper {
        language: "kk",
        title: "Журналдан үзінді № 3".to_owned(),
        identity: "extract 3 kk".to_owned(),
        made_at: Instant { year: 2026, month: 11, day: 22, hour: 5, minute: 15, second: 2 },
        mark: "Электрондық құжаттың көшірмесі · Копия электронного документа".to_owned(),
        foot: "foot".to_owned(),
        cut: "the paper ends here".to_owned(),
        blocks,
    }
}

fn table(rows: usize, cell: &str) -> Block {
    let row = |number: usize| vec![format!("row-{number}"), cell.to_owned()];
    Block::Table(Table {
        head: vec!["heada".to_owned(), "headb".to_owned()],
        shares: vec![1, 3],
        rows: (0..rows).map(row).collect(),
    })
}

fn kept(folder: &Path, bytes: &[u8]) -> std::path::PathBuf {
    let file = folder.join("paper.pdf");
    std::fs::write(&file, bytes).unwrap();
    file
}

fn run(program: &str, arguments: &[&str], file: &Path, after: &[&str]) -> String {
    let done = Command::new(program).args(arguments).arg(file).args(after).output().expect("make tools installs it");
    assert!(done.status.success(), "{program}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

fn text_of(paper: &Paper) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = kept(folder.path(), &print(paper).unwrap());
    run("pdftotext", &["-layout"], &file, &["-"])
}

fn text_of_one(text: &str) -> String {
    text_of(&paper(vec![Block::Text(text.to_owned())]))
}

/// Without blanks and line ends: where lines break is not asked.
fn run_together(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Keeps: JRN-10
#[test]
fn another_reader_gets_every_kazakh_letter_in_both_faces() {
    let text = text_of(&paper(vec![Block::Title(KAZAKH.to_owned()), Block::Text(KAZAKH.to_owned())]));
    assert_eq!(run_together(&text).matches(KAZAKH).count(), 2, "{text}");
}

/// Keeps: JRN-10
#[test]
fn the_same_paper_gives_the_same_octets() {
    let paper = paper(vec![
        Block::Title("Т".to_owned()),
        table(200, KAZAKH),
        Block::Code { content: "https://edo.example.kz/registry".to_owned(), text: "t".to_owned() },
    ]);
    assert_eq!(print(&paper).unwrap(), print(&paper).unwrap());
}

/// Keeps: JRN-10
#[test]
fn the_file_says_that_it_is_pdf_a_and_other_readers_find_no_fault() {
    let all = paper(vec![
        Block::Heading("heading".to_owned()),
        Block::Facts(vec![("name".to_owned(), "value".to_owned())]),
        table(100, KAZAKH),
    ]);
    let folder = tempfile::tempdir().unwrap();
    let bytes = print(&all).unwrap();
    let file = kept(folder.path(), &bytes);
    run("qpdf", &["--check"], &file, &[]);
    let info = run("pdfinfo", &["-meta"], &file, &[]);
    assert!(info.contains("<pdfaid:part>2</pdfaid:part>"), "{info}");
    assert!(info.contains("<pdfaid:conformance>U</pdfaid:conformance>"), "{info}");
    assert!(run("pdfinfo", &[], &file, &[]).contains("Журналдан үзінді № 3"));
    let fonts = run("pdffonts", &[], &file, &[]);
    assert_eq!(fonts.lines().skip(2).count(), 2, "{fonts}");
    for font in fonts.lines().skip(2) {
        let words: Vec<&str> = font.split_whitespace().collect();
        assert!(
            font.contains("DejaVuSansCondensed") && words.iter().filter(|word| **word == "yes").count() == 3,
            "{font}"
        );
    }
    assert!(bytes.len() < 120_000, "only a part of each font is embedded: {}", bytes.len());
}

#[test]
fn what_cannot_be_seen_or_turns_the_text_around_is_printed_by_its_number() {
    assert_eq!(visible("a\u{202e}b\u{200b}c\u{0}d\u{feff}"), "a[U+202E]b[U+200B]c[U+0000]d[U+FEFF]");
    assert_eq!(visible("one\ntwo\tthree"), "one two three");
    for (hostile, shown) in [
        ("слово\u{202e}задом", "слово[U+202E]задом"),
        ("漢字 and 🦀", "[U+6F22][U+5B57]and[U+1F980]"),
        ("שלום", "[U+05E9][U+05DC][U+05D5][U+05DD]"),
        ("\u{e000}\u{fffd}\u{10ffff}", "[U+E000][U+FFFD][U+10FFFF]"),
    ] {
        let text = text_of_one(hostile);
        assert!(run_together(&text).contains(shown), "{text}");
    }
}

#[test]
fn every_character_there_is_can_be_printed() {
    let all: Vec<char> = (0..=0x2_ffff_u32).filter_map(char::from_u32).collect();
    let blocks = all.chunks(TEXT_MAX_CHARS).map(|chunk| Block::Small(chunk.iter().collect())).collect();
    assert!(print(&paper(blocks)).unwrap().starts_with(b"%PDF-"));
}

#[test]
fn a_word_of_ten_thousand_letters_is_broken_and_whole() {
    let word = "Ғ".repeat(10_000);
    let text =
        text_of(&paper(vec![table(1, &word), Block::Text(word.clone()), Block::Facts(vec![(word.clone(), word)])]));
    assert_eq!(text.matches('Ғ').count(), 40_000);
}

#[test]
fn a_text_that_is_too_long_says_how_much_is_missing() {
    let text = text_of_one(&"щ".repeat(TEXT_MAX_CHARS + 7));
    assert_eq!(text.matches('щ').count(), TEXT_MAX_CHARS);
    assert!(text.contains("[+7]"));
    assert!(!text_of_one(&"щ".repeat(TEXT_MAX_CHARS)).contains("[+"));
}

#[test]
fn a_table_repeats_its_head_on_every_page_and_loses_no_row() {
    let text = text_of(&paper(vec![table(1_000, "cell")]));
    let pages: Vec<&str> = text.split('\u{c}').filter(|page| !page.trim().is_empty()).collect();
    assert!(pages.len() > 5);
    for (number, page) in (1..).zip(&pages) {
        assert_eq!(page.matches("heada").count(), 1, "{page}");
        assert!(page.contains("Копия электронного документа"), "{page}");
        assert!(page.contains(&format!("{number} / {}", pages.len())), "{page}");
    }
    for row in 0..1_000 {
        assert!(text.contains(&format!("row-{row} ")), "{row}");
    }
}

#[test]
fn a_paper_that_would_be_endless_ends_and_says_so() {
    let text = text_of(&paper(vec![table(100_000, "cell"), Block::Text("never".to_owned())]));
    let pages = text.split('\u{c}').filter(|page| !page.trim().is_empty()).count();
    assert_eq!(pages, PAGES_MAX);
    assert!(text.contains("the paper ends here") && !text.contains("never"));
}
