//! The second verifier of extracts, `tests/py/extract_verifier.py`: another program in another language, written from
//! `docs/extract-format.md`.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::path::Path;
use std::process::{Command, Stdio};

use qolhat::domain::time::Moment;
use qolhat::extract::operator::OperatorCard;
use qolhat_pki::trust::TrustStore;
use serde_json::Value;
use tempfile::TempDir;

/// What the reader brings.
pub struct Pins {
    pub anchors: TrustStore,
    pub operator: Option<String>,
    pub log_key: Option<String>,
    /// Witnesses that must have cosigned, and how many of them are enough.
    pub witnesses: Vec<String>,
    pub quorum: Option<usize>,
    pub at: Moment,
}

impl Pins {
    /// Without witnesses: the first key of the log is the one that counts.
    pub fn of(card: OperatorCard, anchors: TrustStore, at: Moment) -> Pins {
        let log_key = card.log_keys.first().cloned();
        Pins { anchors, operator: Some(card.operator), log_key, witnesses: Vec::new(), quorum: None, at }
    }
}

/// The indication of each file, with the reason; `None` with a word on stderr where there is no Python (never in CI).
pub fn second_opinion(pins: &Pins, files: &[Vec<u8>]) -> Option<Vec<(String, String)>> {
    let python = Command::new("python3").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !python.is_ok_and(|status| status.success()) {
        assert!(std::env::var_os("CI").is_none(), "no python3");
        eprintln!("SKIPPED: the second verifier of extracts (no python3)");
        return None;
    }
    let folder = TempDir::new().unwrap();
    let anchors = folder.path().join("anchors");
    std::fs::create_dir(&anchors).unwrap();
    for (number, anchor) in pins.anchors.anchors().iter().enumerate() {
        std::fs::write(anchors.join(format!("{number}.cer")), anchor.certificate().der()).unwrap();
    }
    let mut command = Command::new("python3");
    command.arg("-B").arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/py/extract_verifier.py"));
    command.arg("--anchors").arg(&anchors).args(["--at", &pins.at.to_string()]);
    command.args(pins.operator.iter().flat_map(|bin| ["--operator", bin]));
    command.args(pins.log_key.iter().flat_map(|key| ["--log-key", key]));
    command.args(pins.witnesses.iter().flat_map(|key| ["--witness", key]));
    command.args(pins.quorum.iter().flat_map(|needed| ["--witness-quorum".to_owned(), needed.to_string()]));
    for (number, file) in files.iter().enumerate() {
        let path = folder.path().join(format!("{number}.asice"));
        std::fs::write(&path, file).unwrap();
        command.arg(path);
    }
    let output = command.output().unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    let told: Vec<(String, String)> = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|line| {
            (line["indication"].as_str().unwrap().to_owned(), line["reason"].as_str().unwrap_or_default().to_owned())
        })
        .collect();
    assert_eq!(told.len(), files.len(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(told)
}
