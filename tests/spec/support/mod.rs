//! What the tests share.

pub mod blobs;
pub mod clients;
pub mod database;
pub mod extracts;
pub mod mail;
pub mod messages;
pub mod random;
pub mod renewal;
pub mod second_verifier;
pub mod server;
pub mod sms;
pub mod stage;

use std::path::{Path, PathBuf};

/// A folder of the shared material, or `None` with a word on stderr.
pub fn shared(name: &str) -> Option<PathBuf> {
    let root =
        std::env::var("QOLHAT_SHARED").unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../shared").to_owned());
    let folder = Path::new(&root).join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    // In CI nothing is skipped.
    assert!(std::env::var_os("CI").is_none(), "{name}: no shared folder: set QOLHAT_SHARED");
    eprintln!("SKIPPED: {name} (no shared folder)");
    None
}
