//! Keeps the layers apart (style section 2): a capability knows no other capability, pure code reads no clock, every
//! text exists in three languages.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const CAPABILITIES: [&str; 8] =
    ["access", "docflow", "extract", "intake", "journal", "notify", "signature", "visualization"];
/// Where the system's clock enters: everything else is given the time.
const CLOCK_DOOR: &str = "src/app.rs";
const CLOCKED: [&str; 4] = ["src", "pki/src", "print/src", "storage/src"];
const CLOCKS: [&str; 5] = ["SystemTime::now", "Instant::now", "Timestamp::now", "Zoned::now", ".elapsed()"];

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

/// The other capabilities that `text` names, by path or in a group `use crate::{…}` over any number of lines.
fn others_named(capability: &str, text: &str) -> BTreeSet<&'static str> {
    let code: String = code(text).flat_map(|(_, line)| line.chars().chain(['\n'])).collect();
    let named: BTreeSet<String> = code.split("crate::").skip(1).flat_map(first_words).collect();
    CAPABILITIES.into_iter().filter(|other| *other != capability && named.contains(*other)).collect()
}

/// The first words of the paths that follow `crate::`: one, or each of a group.
fn first_words(after: &str) -> Vec<String> {
    let word = |path: &str| path.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let Some(group) = after.strip_prefix('{') else { return vec![word(after)] };
    let mut depth = 1;
    let mut paths = vec![String::new()];
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => paths.push(String::new()),
            _ if depth == 1 => paths.last_mut().unwrap().push(c),
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    paths.iter().map(|path| word(path)).collect()
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

/// The types of `text` that stand in the OpenAPI document.
fn schemas(text: &str) -> Vec<String> {
    let mut is_schema = false;
    let mut names = Vec::new();
    for (_, line) in code(text) {
        let words: Vec<&str> =
            line.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).collect();
        if line.starts_with("#[derive(") {
            is_schema = words.contains(&"ToSchema");
        }
        let kind = words.iter().position(|word| ["struct", "enum"].contains(word));
        if let Some(name) = kind.filter(|place| *place <= 1).and_then(|place| words.get(place + 1))
            && std::mem::take(&mut is_schema)
        {
            names.push((*name).to_owned());
        }
    }
    names
}

#[test]
fn a_capability_imports_no_other_capability() {
    let mut wrong = Vec::new();
    for capability in CAPABILITIES {
        let files = sources(&root().join("src").join(capability));
        assert!(!files.is_empty(), "src/{capability} is gone: change CAPABILITIES with it");
        for file in files {
            let others = others_named(capability, &fs::read_to_string(&file).unwrap());
            wrong.extend(others.iter().map(|other| format!("{} imports {other}", file.display())));
        }
    }
    assert!(wrong.is_empty(), "operations are where capabilities meet; move the step there:\n{}", wrong.join("\n"));
}

#[test]
fn only_the_clock_door_reads_the_clock() {
    let mut wrong = Vec::new();
    for place in CLOCKED {
        let files = sources(&root().join(place));
        assert!(!files.is_empty(), "{place} is gone: change CLOCKED with it");
        for file in files.iter().filter(|file| !file.ends_with(CLOCK_DOOR)) {
            let text = fs::read_to_string(file).unwrap();
            wrong.extend(clock_readings(&text).iter().map(|line| format!("{}:{line}", file.display())));
        }
    }
    assert!(wrong.is_empty(), "take the time from domain::time::Clock instead:\n{}", wrong.join("\n"));
}

#[test]
fn every_text_exists_in_three_languages() {
    let of = |language: &str| {
        let text = |name: String| fs::read_to_string(root().join("src/i18n").join(name)).unwrap();
        keys(&(text(format!("{language}.ftl")) + &text(format!("pages.{language}.ftl"))))
    };
    let (kk, ru, en) = (of("kk"), of("ru"), of("en"));
    assert!(!kk.is_empty());
    for (language, known) in [("kk", &kk), ("ru", &ru), ("en", &en)] {
        let missing: Vec<_> = kk.union(&ru).chain(&en).filter(|key| !known.contains(*key)).collect();
        assert!(missing.is_empty(), "write these keys in src/i18n/{language}.ftl: {missing:?}");
    }
}

/// The OpenAPI document keeps one schema of a name: of two types that are called alike it describes one, for both addresses.
#[test]
fn every_schema_of_the_api_has_a_name_of_its_own() {
    let mut known = BTreeSet::new();
    let mut twice = Vec::new();
    for file in sources(&root().join("src/api")) {
        for name in schemas(&fs::read_to_string(&file).unwrap()) {
            if !known.insert(name.clone()) {
                twice.push(format!("{}: {name}", file.display()));
            }
        }
    }
    assert!(!known.is_empty());
    assert!(twice.is_empty(), "name these after what they are for:\n{}", twice.join("\n"));
}

#[test]
fn the_checks_see_what_they_look_for() {
    let named = |text| others_named("docflow", text).into_iter().collect::<Vec<_>>();
    assert_eq!(named("use crate::domain::x;\nuse crate::journal::Journal;\n"), ["journal"]);
    assert_eq!(named("use crate::{\n    db::{Db, extract},\n    notify::{self, store},\n};\n"), ["notify"]);
    assert_eq!(named("let x = crate::access::rights::X;"), ["access"]);
    assert!(named("// crate::journal::x\nuse crate::docflow::state;\nuse crate::db::journal;\n").is_empty());
    assert_eq!(clock_readings("let t = std::time::SystemTime::now();"), [1]);
    let types =
        "#[derive(Serialize, ToSchema)]\n/// One.\npub struct One {\n#[derive(ToSchema)]\n#[serde(x)]\nenum Two {\n";
    assert_eq!(schemas(&format!("{types}#[derive(Debug)]\nstruct Three;\n")), ["One", "Two"]);
    assert_eq!(keys("# a\none = 1\n    .attr = 2\ntwo = 2\n").len(), 2);
}
