//! The main story, in a world made for it: over HTTP, on a real database and disk, with the CA's services on this machine.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::net::{Ipv4Addr, SocketAddr};

use qolhat::demo::run::{self, Options};
use qolhat::i18n::Language;
use tempfile::TempDir;

/// Keeps: REG-06, FLW-01, FLW-02, FLW-03, SIG-10, SIG-14, JRN-10
#[tokio::test(flavor = "multi_thread")]
async fn the_main_story_plays_from_the_offer_to_the_extract_that_a_court_verifies() {
    let folder = TempDir::new().unwrap();
    let options = Options {
        folder: folder.path().join("world"),
        listen: Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))),
        ncalayer: None,
        clock: None,
        exit: true,
        language: Language::En,
    };
    let mut lines = Vec::new();
    let outcome = run::run(&options, &mut |line| lines.push(line)).await;
    let outcome = outcome.unwrap_or_else(|error| panic!("{error}\n{}", lines.join("\n")));
    for file in ["act.json", "act.sender.p7s", "act.recipient.p7s", "consent.json", "consent.p7s", "act.receipt.p7m"] {
        assert!(options.folder.join("out").join(file).is_file(), "{file}");
    }
    assert!(outcome.extract.is_file() && outcome.anchors.join("operator.json").is_file());

    // Played a second time in the same world: everything continues.
    let outcome = run::run(&options, &mut |line| lines.push(line)).await;
    outcome.unwrap_or_else(|error| panic!("{error}\n{}", lines.join("\n")));
}
