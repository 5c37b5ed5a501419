//! docs/validation-coverage.md tells the truth: what it names exists, and no rule is left out.

use std::collections::HashMap;
use std::path::Path;

/// Rules of the checklist.
const ROWS: usize = 35;
/// Lines of attacks and traps.
const TRAPS: usize = 55;
/// Holes of NCANode.
const HOLES: usize = 5;

/// Every test of this crate, with the text of the files that hold one of that name.
fn tests_of(folder: &Path, found: &mut HashMap<String, String>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            tests_of(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let mut marked = false;
            for line in text.lines().map(str::trim_start) {
                let name = line.strip_prefix("fn ").and_then(|rest| rest.split(['(', ':']).next());
                // After the mark of a test, or as a claim inside a macro that marks it.
                let claim = name.filter(|_| marked || line.split_once('(').is_none_or(|(head, _)| head.contains(": ")));
                if let Some(name) = claim {
                    found.entry(name.to_owned()).or_default().push_str(&text);
                }
                marked = line.starts_with("#[test]") || (marked && (line.starts_with("#[") || line.starts_with("///")));
            }
        }
    }
}

/// The cells of every row of the tables under one heading.
fn table(document: &str, heading: &str) -> Vec<Vec<String>> {
    let section = document.split("\n## ").find(|section| section.starts_with(heading)).unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| ")).skip(1);
    rows.map(|row| row.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()).collect()
}

fn words(cell: &str) -> Vec<&str> {
    cell.split("<br>").map(|word| word.trim_matches('`')).filter(|word| !word.is_empty()).collect()
}

#[test]
fn every_rule_and_trap_of_the_checklist_is_kept_by_a_test_that_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut tests = HashMap::new();
    tests_of(&root.join("tests"), &mut tests);
    tests_of(&root.join("src"), &mut tests);
    let document = std::fs::read_to_string(root.join("../docs/validation-coverage.md")).unwrap();
    let rules = table(&document, "Rules");
    for (position, row) in (1..).zip(&rules) {
        assert_eq!(row[0], position.to_string(), "the rows are those of the checklist");
    }
    let (traps, holes) = (table(&document, "Attacks"), table(&document, "What NCANode"));
    assert_eq!((rules.len(), traps.len(), holes.len()), (ROWS, TRAPS, HOLES));
    let mut wrong = Vec::new();
    for row in rules.iter().chain(&traps).chain(&holes) {
        let [.., kept, reasons] = row.as_slice() else { panic!("{row:?}") };
        let named = words(kept);
        assert!(!named.is_empty(), "{row:?}");
        let missing = named.iter().filter(|name| !tests.contains_key(**name));
        wrong.extend(missing.map(|name| format!("{}: no test {name}", row[0])));
        let text: String = named.iter().filter_map(|name| tests.get(*name)).map(String::as_str).collect();
        let untold = words(reasons).into_iter().filter(|reason| !text.contains(reason));
        wrong.extend(untold.map(|reason| format!("{}: no test demands {reason}", row[0])));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
