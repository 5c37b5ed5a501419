//! Modules of pages and libraries of others, in Node.js, against the signer.

use std::process::Command;

use super::pages::npm;
use super::support::signer_of;
use crate::support::stage::Stage;

/// Runs the tests of `tests/js`; what they skip they say.
#[tokio::test(flavor = "multi_thread")]
async fn the_signing_module_and_the_public_client_library_complete_every_exchange() {
    let stage = Stage::set().await;
    let (_signer, address) = signer_of(&stage, "head-a").await;
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/js");
    let modules = npm("ncalayer-js-client");
    let mut tests: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    tests.retain(|path| path.to_string_lossy().ends_with(".test.mjs"));
    tests.sort();
    let mut command = Command::new("node");
    command
        .arg("--test")
        .args(&tests)
        .env("QOLHAT_NCALAYER", format!("ws://{address}/"))
        .env("QOLHAT_NPM", modules.parent().unwrap());
    command.env(
        "QOLHAT_SHARED",
        std::env::var("QOLHAT_SHARED").unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../shared").to_owned()),
    );
    let run = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let told = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{told}\n{}", String::from_utf8_lossy(&run.stderr));
    // What was skipped has a reason, and it is said.
    for line in told.lines().filter(|line| line.contains("# SKIP") || line.contains("﹣")) {
        eprintln!("SKIPPED: {line}");
    }
}
