//! The mail server of an installation, and the key under which its one-time codes are hashed.

use std::time::Duration;

use qolhat_pki::time::Span;
use zeroize::Zeroizing;

use super::way::Bell;
use super::{StartError, mac, secret_of};
use crate::config::{Config, ConfigError};
use crate::domain::ids::ContactId;
use crate::notify::email::Relay;
use crate::notify::letter::Sender;

/// Where mails are handed in, and in whose name.
pub struct Mail {
    /// The server.
    pub relay: Relay,
    /// In whose name.
    pub sender: Sender,
    /// Whether notices go by mail as well.
    pub notices: bool,
    /// How long a mail that is not a code is tried.
    pub give_up: Span,
    pub(super) bell: Bell,
}

/// The key under which codes are hashed: with the database alone nobody finds the few digits of one.
pub struct CodeKey(Zeroizing<[u8; 32]>);

impl CodeKey {
    /// A key of its own, derived from a secret of the installation.
    pub(super) fn derive(secret: &[u8; 32]) -> Self {
        Self(Zeroizing::new(mac(secret, b"qolhat one-time codes v1")))
    }

    /// The hash of a code for an address.
    #[must_use]
    pub fn hash(&self, contact: ContactId, salt: &[u8], code: &str) -> [u8; 32] {
        // Id and salt have lengths that are known: no two inputs are one.
        let mut input = Zeroizing::new(contact.as_uuid().as_bytes().to_vec());
        input.extend_from_slice(&u64::try_from(salt.len()).unwrap_or(u64::MAX).to_be_bytes());
        input.extend_from_slice(salt);
        input.extend_from_slice(code.as_bytes());
        mac(&self.0, &input)
    }
}

/// The mail server that `config` names.
///
/// # Errors
/// When the password cannot be read.
pub fn mail_of(config: &Config) -> Result<Option<Mail>, StartError> {
    let Some(mail) = &config.mail else { return Ok(None) };
    let invalid = |error: ConfigError| StartError::Invalid { what: "mail".to_owned(), detail: error.to_string() };
    let address = mail.relay().map_err(invalid)?;
    let credentials = match (&mail.user, &mail.password) {
        (Some(user), Some(password)) => Some((user.clone(), secret_of("mail.password", password)?)),
        (None, _) | (_, None) => None,
    };
    let host = config.pages.public_origin.as_deref().and_then(|origin| origin.split_once("://"));
    let host = host.map(|(_, host)| host.split(':').next().unwrap_or_default().to_owned());
    Ok(Some(Mail {
        relay: Relay {
            host: address.host,
            port: address.port,
            encryption: address.encryption,
            credentials,
            hello: host.unwrap_or_else(|| "localhost".to_owned()),
            timeout: Duration::from_secs(mail.timeout_seconds),
        },
        sender: Sender {
            name: mail.from_name.clone().unwrap_or_else(|| config.operator.name.clone()),
            address: mail.from().map_err(invalid)?,
        },
        notices: mail.notices,
        give_up: Span::hours(mail.give_up_hours),
        bell: Bell::default(),
    }))
}
