//! Keeps the layers apart (style section 2): a capability knows no other capability, pure code reads no clock, every
//! text exists in three languages.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const CAPABILITIES: [&str; 7] = ["access", "docflow", "extract", "intake", "journal", "notify", "signature"];
const PURE: [&str; 4] = ["src/domain", "src/extract", "src/docflow/decide.rs", "pki/src"];
const CLOCKS: [&str; 5] =
    ["SystemTime::now", "Instant::now", "Timestamp::now", "Zoned::now", "SystemTime::UNIX_EPOCH.elapsed"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources(at: &Path) -> Vec<PathBuf> {
    if at.is_file() {
        return vec![at.to_owned()];
    }
    let Ok(entries) = fs::read_dir(at) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries.flatten().flat_map(|entry| sources(&entry.path())).collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "rs"));
    files.sort();
    files
}

/// The lines of code: comments do not count.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"))
}

fn imports_of_others(capability: &str, text: &str) -> Vec<usize> {
    let others: Vec<String> = CAPABILITIES
        .iter()
        .filter(|other| **other != capability)
        .flat_map(|other| [format!("crate::{other}::"), format!("crate::{other};"), format!("crate::{{{other}")])
        .collect();
    code(text)
        .filter(|(_, line)| others.iter().any(|other| line.contains(other)))
        .map(|(number, _)| number + 1)
        .collect()
}

fn clock_readings(text: &str) -> Vec<usize> {
    code(text)
        .filter(|(_, line)| CLOCKS.iter().any(|clock| line.contains(clock)))
        .map(|(number, _)| number + 1)
        .collect()
}

fn keys(text: &str) -> BTreeSet<String> {
    text.lines()
        .filter(|line| line.starts_with(|c: char| c.is_ascii_alphabetic()))
        .filter_map(|line| line.split_once('=').map(|(key, _)| key.trim().to_owned()))
        .collect()
}

#[test]
fn a_capability_imports_no_other_capability() {
    let mut wrong = Vec::new();
    for capability in CAPABILITIES {
        for file in sources(&root().join("src").join(capability)) {
            let text = fs::read_to_string(&file).unwrap();
            wrong.extend(imports_of_others(capability, &text).iter().map(|line| format!("{}:{line}", file.display())));
        }
    }
    assert!(wrong.is_empty(), "a capability imports another:\n{}", wrong.join("\n"));
}

#[test]
fn pure_code_reads_no_clock() {
    let mut wrong = Vec::new();
    for place in PURE {
        for file in sources(&root().join(place)) {
            if file.ends_with("tests.rs") {
                continue;
            }
            let text = fs::read_to_string(&file).unwrap();
            wrong.extend(clock_readings(&text).iter().map(|line| format!("{}:{line}", file.display())));
        }
    }
    assert!(wrong.is_empty(), "pure code reads the clock:\n{}", wrong.join("\n"));
}

#[test]
fn every_text_exists_in_three_languages() {
    let of = |language: &str| keys(&fs::read_to_string(root().join(format!("src/i18n/{language}.ftl"))).unwrap());
    let (kk, ru, en) = (of("kk"), of("ru"), of("en"));
    for (language, known) in [("kk", &kk), ("ru", &ru), ("en", &en)] {
        let missing: Vec<_> = kk.union(&ru).chain(&en).filter(|key| !known.contains(*key)).collect();
        assert!(missing.is_empty(), "missing in {language}: {missing:?}");
    }
}

#[test]
fn the_checks_see_what_they_look_for() {
    assert_eq!(imports_of_others("docflow", "use crate::domain::x;\nuse crate::journal::Journal;\n"), [2]);
    assert!(imports_of_others("journal", "// crate::docflow::x\nuse crate::journal::entry;\n").is_empty());
    assert_eq!(clock_readings("let t = std::time::SystemTime::now();"), [1]);
    assert_eq!(keys("# a\none = 1\n    .attr = 2\ntwo = 2\n").len(), 2);
}
