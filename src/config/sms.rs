//! Short messages: the gateway to which they are handed, or the folder of a demonstration.

use std::fmt;
use std::path::PathBuf;

use reqwest::Url;
use serde::Deserialize;

use super::{ConfigError, Mode, Secret, invalid, is_this_machine, within};

/// The table `[sms]`: without it no short message is sent, and no phone number can be confirmed.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmsConfig {
    /// Where messages are handed in: `https://…`, or `http://127.0.0.1…` for an adapter on this machine.
    #[serde(default)]
    pub url: Option<String>,
    /// By what the gateway knows us: the bearer token of each request.
    #[serde(default)]
    pub secret: Option<Secret>,
    /// What the gateway signs its reports with, 24 octets at least; without it no reports are taken.
    #[serde(default)]
    pub report_secret: Option<Secret>,
    /// A folder in which each message becomes a file, in place of a gateway. Demo only.
    #[serde(default)]
    pub sink: Option<PathBuf>,
    /// The name that phones show: up to 11 Latin letters, digits, spaces, dots and hyphens.
    pub sender: String,
    /// Seconds that one message may take: 1 to 300.
    #[serde(default = "default_timeout_seconds")]
    pub timeout_seconds: u64,
    /// Hours after which a message that the gateway does not take is given up: 1 to 240. A code is given up when it runs out.
    #[serde(default = "default_give_up_hours")]
    pub give_up_hours: i64,
    /// Whether notices of documents go to the confirmed numbers of those who chose so.
    #[serde(default = "default_notices")]
    pub notices: bool,
}

/// Longest name of a sender, in characters: what networks take of letters.
const SENDER_MAX_CHARS: usize = 11;

const fn default_timeout_seconds() -> u64 {
    30
}

const fn default_give_up_hours() -> i64 {
    12
}

const fn default_notices() -> bool {
    true
}

impl fmt::Debug for SmsConfig {
    /// Without the address: some gateways want a key in its path.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmsConfig").field("sender", &self.sender).finish_non_exhaustive()
    }
}

/// Where short messages go.
#[derive(Clone, PartialEq, Eq)]
pub enum SmsPlace<'a> {
    /// A gateway.
    Gateway(Url),
    /// A folder.
    Sink(&'a PathBuf),
}

impl SmsConfig {
    /// The gateway that `url` names, or the folder.
    ///
    /// # Errors
    /// [`ConfigError`] names the field: it is one of the two.
    pub fn place(&self) -> Result<SmsPlace<'_>, ConfigError> {
        match (&self.url, &self.sink) {
            (None, Some(folder)) => Ok(SmsPlace::Sink(folder)),
            (Some(text), None) => match Url::parse(text) {
                Ok(url) if is_gateway(&url) => Ok(SmsPlace::Gateway(url)),
                Ok(_) | Err(_) => invalid("sms.url", "not https://host/… (no password, query or fragment stands here)"),
            },
            (Some(_), Some(_)) | (None, None) => invalid("sms.url", "either url and secret, or sink"),
        }
    }

    pub(super) fn check(&self, mode: Mode) -> Result<(), ConfigError> {
        match self.place()? {
            SmsPlace::Sink(_) if mode == Mode::Production => return Err(ConfigError::DemoOnly("sms.sink")),
            SmsPlace::Gateway(url) if mode == Mode::Production && url.scheme() != "https" && !is_here(&url) => {
                return invalid("sms.url", "codes in plain sight of the network: https://");
            }
            SmsPlace::Gateway(_) if self.secret.is_none() => {
                return invalid("sms.secret", "url and secret go together");
            }
            SmsPlace::Sink(_) | SmsPlace::Gateway(_) => {}
        }
        let is_shown = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'.' | b'-' | b'_');
        if !(1..=SENDER_MAX_CHARS).contains(&self.sender.len()) || !self.sender.bytes().all(is_shown) {
            return invalid("sms.sender", "1 to 11 Latin letters, digits, spaces, dots and hyphens");
        }
        within("sms.timeout_seconds", self.timeout_seconds, 1..=300)?;
        within("sms.give_up_hours", self.give_up_hours, 1..=240)
    }

    /// Every file and folder that is named.
    pub(super) fn paths(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        let secrets = [&mut self.secret, &mut self.report_secret].into_iter().flatten();
        secrets.filter_map(Secret::path).chain(&mut self.sink)
    }
}

fn is_gateway(url: &Url) -> bool {
    matches!(url.scheme(), "https" | "http")
        && url.host_str().is_some()
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none()
}

fn is_here(url: &Url) -> bool {
    url.host_str().is_some_and(is_this_machine)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use figment::Figment;
    use figment::providers::{Format, Toml};

    use super::*;

    const SECRET: &str = "secret = { file = \"sms.secret\" }";

    fn check(mode: Mode, text: &str) -> Result<(), ConfigError> {
        let config: SmsConfig = Figment::new().merge(Toml::string(text)).extract().unwrap();
        config.check(mode)
    }

    fn gateway(url: &str) -> String {
        format!("url = \"{url}\"\nsender = \"Qolhat\"\n{SECRET}")
    }

    #[test]
    fn a_gateway_is_named_with_a_secret_of_its_own() {
        for fine in ["https://sms.example.kz/v1", "http://127.0.0.1:8080/", "http://[::1]:80/"] {
            assert!(check(Mode::Production, &gateway(fine)).is_ok(), "{fine}");
        }
        for wrong in [
            "",
            "sms.example.kz",
            "ftp://sms.example.kz",
            "https://u:p@sms.example.kz",
            "https://u@h.kz",
            "data:,x",
            "https://h.kz/?key=k3y",
            "https://h.kz/?",
            "https://h.kz/#k3y",
        ] {
            let error = check(Mode::Demo, &gateway(wrong)).unwrap_err();
            assert!(!error.to_string().contains("k3y"), "{wrong}");
        }
        assert!(check(Mode::Demo, "url = \"https://h.kz\"\nsender = \"Q\"").is_err(), "no secret");
        assert!(check(Mode::Demo, "sender = \"Q\"").is_err(), "nowhere");
        assert!(check(Mode::Demo, &format!("sink = \"x\"\n{}", gateway("https://h.kz"))).is_err(), "two places");
        for (sender, is_fine) in
            [("Qolhat", true), ("E-Docs 24.kz", false), ("12345678901", true), ("", false), ("Қол", false)]
        {
            let text = format!("url = \"https://h.kz\"\nsender = \"{sender}\"\n{SECRET}");
            assert_eq!(check(Mode::Demo, &text).is_ok(), is_fine, "{sender}");
        }
    }

    #[test]
    fn a_secret_is_named_by_no_error_and_no_debug() {
        for secret in [
            "\"k3y\"",
            "35353535",
            "{ k3y = \"k3y\" }",
            "{ file = \"a\", env = \"k3y\" }",
            "[\"k3y\"]",
            "{ file = 353535 }",
        ] {
            let text = format!("url = \"https://h.kz\"\nsender = \"Q\"\nsecret = {secret}");
            let error = Figment::new().merge(Toml::string(&text)).extract::<SmsConfig>().unwrap_err().to_string();
            assert!(!error.contains("k3y") && !error.contains("353535"), "{error}");
            assert!(error.contains("file") && error.contains("env"), "{error}");
        }
        let text = gateway("https://u:k3y@h.kz/k3y?k3y");
        let config: SmsConfig = Figment::new().merge(Toml::string(&text)).extract().unwrap();
        assert!(!format!("{config:?}").contains("k3y"));
    }

    #[test]
    fn production_has_no_sink_and_sends_no_code_in_plain_sight() {
        let sink = "sink = \"sms\"\nsender = \"Demo\"";
        assert!(check(Mode::Demo, sink).is_ok());
        assert!(matches!(check(Mode::Production, sink), Err(ConfigError::DemoOnly("sms.sink"))));
        assert!(check(Mode::Demo, &gateway("http://sms.example.kz/")).is_ok());
        assert!(check(Mode::Production, &gateway("http://sms.example.kz/")).is_err());
    }
}
