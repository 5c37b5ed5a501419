//! Mail: where it is handed in, in whose name, and what codes are made of.

use serde::Deserialize;

use super::{ConfigError, Mode, Secret, invalid, is_host_and_port, is_this_machine, within};
use crate::access::codes::Alphabet;
use crate::domain::email::EmailAddress;
use crate::notify::email::{Encryption, port_of};

/// The table `[mail]`: without it nothing is sent, and no address can be confirmed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailConfig {
    /// Where mails are handed in: `smtps://host[:port]` (TLS), `smtp://host[:port]?tls=required` (STARTTLS), or
    /// `smtp://127.0.0.1[:port]` for a server on this machine. A password does not stand here.
    pub url: String,
    /// The address from which mails come.
    pub from: String,
    /// The name from which mails come; the operator's by default.
    #[serde(default)]
    pub from_name: Option<String>,
    /// User at the mail server.
    #[serde(default)]
    pub user: Option<String>,
    /// His password.
    #[serde(default)]
    pub password: Option<Secret>,
    /// Seconds that one mail may take: 1 to 300.
    #[serde(default = "default_timeout_seconds")]
    pub timeout_seconds: u64,
    /// Hours after which a mail that the server does not take is given up: 1 to 240. A code is given up when it runs out.
    #[serde(default = "default_give_up_hours")]
    pub give_up_hours: i64,
    /// Whether notices of documents go to confirmed addresses as well.
    #[serde(default = "default_notices")]
    pub notices: bool,
}

const fn default_timeout_seconds() -> u64 {
    30
}

const fn default_give_up_hours() -> i64 {
    48
}

const fn default_notices() -> bool {
    true
}

/// What the address of a mail server says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelayAddress {
    /// Name or address of the machine.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is kept from others' eyes.
    pub encryption: Encryption,
}

impl MailConfig {
    /// The server that `url` names.
    ///
    /// # Errors
    /// [`ConfigError`] names the field.
    pub fn relay(&self) -> Result<RelayAddress, ConfigError> {
        let wrong = || {
            let detail = "not smtps://host[:port], smtp://host[:port]?tls=required or smtp://host[:port]".to_owned();
            ConfigError::Invalid { field: "mail.url", detail }
        };
        let (rest, encryption) = match (self.url.strip_prefix("smtps://"), self.url.strip_prefix("smtp://")) {
            (Some(rest), _) => (rest, Encryption::Tls),
            (None, Some(rest)) => match rest.strip_suffix("?tls=required") {
                Some(rest) => (rest, Encryption::StartTls),
                None => (rest, Encryption::None),
            },
            (None, None) => return Err(wrong()),
        };
        let (host, port) = match rest.split_once(':') {
            Some((host, port)) => (host, port.parse().map_err(|_| wrong())?),
            None => (rest, port_of(encryption)),
        };
        if host.is_empty() || port == 0 || !is_host_and_port(host) {
            return Err(wrong());
        }
        Ok(RelayAddress { host: host.to_owned(), port, encryption })
    }

    /// The address in `from`.
    ///
    /// # Errors
    /// [`ConfigError`] names the field.
    pub fn from(&self) -> Result<EmailAddress, ConfigError> {
        EmailAddress::parse(&self.from)
            .map_err(|error| ConfigError::Invalid { field: "mail.from", detail: error.to_string() })
    }

    pub(super) fn check(&self, mode: Mode) -> Result<(), ConfigError> {
        let relay = self.relay()?;
        self.from()?;
        if self.user.is_some() != self.password.is_some() {
            return invalid("mail.password", "user and password go together");
        }
        within("mail.timeout_seconds", self.timeout_seconds, 1..=300)?;
        within("mail.give_up_hours", self.give_up_hours, 1..=240)?;
        if mode == Mode::Production && relay.encryption == Encryption::None && !is_this_machine(&relay.host) {
            return invalid("mail.url", "codes in plain sight of the network: smtps:// or ?tls=required");
        }
        Ok(())
    }
}

/// The table `[codes]`: one-time codes (ACC-05).
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CodesConfig {
    /// Characters of a code: 6 to 12.
    pub length: usize,
    /// `digits` or `letters-and-digits`.
    pub alphabet: Alphabet,
    /// Seconds for which a code is good: 60 to 3,600.
    pub lifetime_seconds: i64,
    /// How often a code may be entered, the right time among them: 1 to 10.
    pub attempts: i64,
    /// Codes in an hour for one person, and for one address: 1 to 20.
    pub per_hour: i64,
}

impl Default for CodesConfig {
    fn default() -> Self {
        Self { length: 6, alphabet: Alphabet::Digits, lifetime_seconds: 300, attempts: 5, per_hour: 5 }
    }
}

impl CodesConfig {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        within("codes.length", self.length, 6..=12)?;
        within("codes.lifetime_seconds", self.lifetime_seconds, 60..=3600)?;
        within("codes.attempts", self.attempts, 1..=10)?;
        within("codes.per_hour", self.per_hour, 1..=20)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use figment::Figment;
    use figment::providers::{Format, Toml};

    use super::*;

    fn mail(text: &str) -> Result<MailConfig, Box<figment::Error>> {
        Figment::new().merge(Toml::string(text)).extract().map_err(Box::new)
    }

    #[test]
    fn a_mail_server_is_named_with_its_encryption_and_never_with_a_password() {
        let relay = |url: &str| mail(&format!("url = \"{url}\"\nfrom = \"a@b.kz\"")).unwrap().relay().ok();
        let found = |host: &str, port, encryption| Some(RelayAddress { host: host.to_owned(), port, encryption });
        assert_eq!(relay("smtps://mail.example.kz"), found("mail.example.kz", 465, Encryption::Tls));
        assert_eq!(relay("smtp://mail.example.kz?tls=required"), found("mail.example.kz", 587, Encryption::StartTls));
        assert_eq!(relay("smtp://127.0.0.1:2525"), found("127.0.0.1", 2525, Encryption::None));
        for wrong in [
            "",
            "mail.example.kz",
            "smtp://",
            "smtp://u:p@h",
            "smtp://u:p@h:25",
            "smtp://h:0",
            "smtp://h:x",
            "smtp://h/x",
            "smtp://h?tls=no",
        ] {
            assert_eq!(relay(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn production_sends_no_code_in_plain_sight() {
        let check = |url: &str| mail(&format!("url = \"{url}\"\nfrom = \"a@b.kz\"")).unwrap().check(Mode::Production);
        assert!(check("smtp://mail.example.kz").is_err());
        assert!(check("smtp://127.0.0.1").is_ok() && check("smtps://mail.example.kz").is_ok());
        assert!(mail("url = \"smtps://h.kz\"\nfrom = \"a\"").unwrap().check(Mode::Demo).is_err());
        assert!(mail("url = \"smtps://h.kz\"\nfrom = \"a@b.kz\"\nuser = \"u\"").unwrap().check(Mode::Demo).is_err());
        let odd = CodesConfig { length: 5, ..CodesConfig::default() };
        assert!(odd.check().is_err() && CodesConfig::default().check().is_ok());
    }
}
