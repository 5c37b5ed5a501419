//! Public conformance suites, fetched by package name (`make tools`) and never kept in the repository. Where they are
//! absent a test says so and passes; on a machine that must have them (CI=true) it fails.

use std::path::{Path, PathBuf};

mod certvalidator;
mod flips;
mod openssl_paths;
mod pkits;
mod resistance;

/// A folder of the suites: under QOLHAT_SUITES, else target/suites. `None` with a word on stderr when it is absent.
pub fn suite(name: &str) -> Option<PathBuf> {
    let root = std::env::var("QOLHAT_SUITES")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../target/suites").to_owned());
    let folder = Path::new(&root).join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var("CI").is_err(), "{} is absent: run make tools", folder.display());
    eprintln!("SKIPPED: {name} (no such folder under {root}; make tools fetches it)");
    None
}

/// The files of a folder with this ending, by name.
pub fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .collect();
    files.sort();
    files
}

/// The name of a file without folder and `ending`.
pub fn stem<'p>(path: &'p Path, ending: &str) -> &'p str {
    path.file_name().unwrap().to_str().unwrap().strip_suffix(ending).unwrap()
}
