//! What the service refuses to start with.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use qolhat::app::{App, Passwords};
use qolhat::config::{Config, Mode};

use crate::support::stage::{AGREEMENT, Stage};

async fn refusal(config: &Config) -> String {
    match App::open(config, &Passwords::Demo).await {
        Ok(_) => "started".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_installation_that_has_entries_does_not_start_without_its_keys_and_makes_no_new_ones() {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    stage.publish(&officer, AGREEMENT).await;
    stage.stop();
    let config = &stage.config;
    for key in [&config.wrapping_key_file, &config.journal.key_file, &config.journal.pseudonym_key_file] {
        let aside = key.with_extension("aside");
        std::fs::rename(key, &aside).unwrap();
        let told = refusal(config).await;
        assert!(told.contains(&key.display().to_string()), "{told}");
        assert!(!key.exists(), "a lost key was made anew: {}", key.display());
        std::fs::rename(&aside, key).unwrap();
    }
    assert_eq!(refusal(config).await, "started");
    // The log key of another installation.
    std::fs::write(&config.journal.key_file, "07".repeat(32)).unwrap();
    assert!(refusal(config).await.contains("checkpoint"));
}

#[tokio::test(flavor = "multi_thread")]
async fn production_takes_no_demonstration_ca_no_chosen_clock_and_no_test_numbers() {
    let stage = Stage::set().await;
    stage.stop();
    let mut config = stage.config.clone();
    config.mode = Mode::Production;
    assert!(config.check().is_err(), "a chosen clock");
    config.clock = None;
    assert!(config.check().is_err(), "keys whose chain the signer does not check");
    config.pages.ncalayer_checks_chain = true;
    for wrong in [None, Some("http://edo.example.kz"), Some("https://edo.example.kz/path")] {
        config.pages.public_origin = wrong.map(str::to_owned);
        assert!(config.check().is_err(), "{wrong:?}");
    }
    config.pages.public_origin = Some("https://edo.example.kz".to_owned());
    assert!(config.check().is_err(), "a folder in the place of a gateway for short messages");
    config.sms = None;
    assert!(config.check().is_ok());
    let told = refusal(&config).await;
    assert!(told.contains("DEMO") && told.contains("trust.anchors"), "{told}");
    config.identifiers = qolhat::config::Identifiers::AcceptTest;
    assert!(config.check().is_err(), "test numbers");
    config.identifiers = qolhat::config::Identifiers::Strict;
    for wrong in ["wss://evil.example:13579/", "ws://127.0.0.1:13579/; script-src *", "http://127.0.0.1/"] {
        config.pages.ncalayer = vec![wrong.to_owned()];
        assert!(config.check().is_err(), "{wrong}");
    }
}
