//! The gateway of short messages of an installation.

use std::time::Duration;

use qolhat_pki::time::Span;

use super::way::Bell;
use super::{StartError, secret_of};
use crate::config::{Config, ConfigError, Secret, SmsPlace};
use crate::notify::report::{ReportKey, SECRET_MIN_BYTES};
use crate::notify::sms::{Gateway, HttpGateway};

/// Where short messages are handed in, and in whose name.
pub struct Sms {
    /// The gateway.
    pub gateway: Gateway,
    /// The name that phones show.
    pub sender: String,
    /// Whether notices go by SMS to those who chose so.
    pub notices: bool,
    /// How long a message that is not a code is tried.
    pub give_up: Span,
    /// What the gateway signs its reports with; without it none is taken.
    pub reports: Option<ReportKey>,
    pub(super) bell: Bell,
}

/// The gateway that `config` names.
///
/// # Errors
/// When a secret cannot be read or is too short.
pub fn sms_of(config: &Config) -> Result<Option<Sms>, StartError> {
    let Some(sms) = &config.sms else { return Ok(None) };
    let invalid = |detail: String| StartError::Invalid { what: "sms".to_owned(), detail };
    let place = sms.place().map_err(|error: ConfigError| invalid(error.to_string()))?;
    let gateway = match (place, &sms.secret) {
        (SmsPlace::Sink(folder), _) => Gateway::Sink(folder.clone()),
        (SmsPlace::Gateway(url), Some(secret)) => {
            let secret = secret_of("sms.secret", secret)?;
            let timeout = Duration::from_secs(sms.timeout_seconds);
            Gateway::Http(HttpGateway::new(url, secret, timeout).map_err(|error| invalid(error.to_string()))?)
        }
        (SmsPlace::Gateway(_), None) => return Err(invalid("url and secret go together".to_owned())),
    };
    let report_key = |secret: &Secret| {
        let text = secret_of("sms.report_secret", secret)?;
        let short = || invalid(format!("report_secret has fewer than {SECRET_MIN_BYTES} octets, or is no base64"));
        ReportKey::of(&text).ok_or_else(short)
    };
    Ok(Some(Sms {
        gateway,
        sender: sms.sender.clone(),
        notices: sms.notices,
        give_up: Span::hours(sms.give_up_hours),
        reports: sms.report_secret.as_ref().map(report_key).transpose()?,
        bell: Bell::default(),
    }))
}
