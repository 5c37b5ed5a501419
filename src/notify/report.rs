//! What a gateway reports of a short message later on: delivered or not. Signed as Standard Webhooks says: an HMAC over the
//! report's id, its instant and its octets. Source: Standard Webhooks 1.0, "Verifying webhook authenticity".

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Deserialize;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::sms::is_mark;
use crate::domain::ids::MessageId;
use crate::domain::time::Moment;

/// Largest report that is read, in bytes.
pub const REPORT_MAX_BYTES: usize = 16 * 1024;
/// How far the instant of a report may be from our clock, in seconds.
pub const REPORT_SECONDS_MAX: i64 = 300;
/// Most signatures of one report that are looked at: a secret that is being changed makes two.
const SIGNATURES_MAX: usize = 4;
/// Longest id of a report, in bytes.
const REPORT_ID_MAX_BYTES: usize = 256;
/// Longest code of an error that is kept, in bytes.
const DETAIL_MAX_BYTES: usize = 32;
/// Fewest octets of a secret.
pub const SECRET_MIN_BYTES: usize = 24;

/// The secret that a gateway signs its reports with.
pub struct ReportKey(Zeroizing<Vec<u8>>);

/// The headers by which a report is signed.
#[derive(Debug, Clone, Copy)]
pub struct ReportHeaders<'a> {
    /// `webhook-id`.
    pub id: &'a str,
    /// `webhook-timestamp`: seconds since 1970.
    pub timestamp: &'a str,
    /// `webhook-signature`: `v1,` and the HMAC in base64; several with spaces between.
    pub signature: &'a str,
}

impl ReportKey {
    /// The key of a secret: base64 after `whsec_`, or the octets of the text. `None` for less than [`SECRET_MIN_BYTES`].
    #[must_use]
    pub fn of(secret: &str) -> Option<Self> {
        let octets = match secret.strip_prefix("whsec_") {
            Some(encoded) => BASE64_STANDARD.decode(encoded).ok()?,
            None => secret.as_bytes().to_vec(),
        };
        (octets.len() >= SECRET_MIN_BYTES).then(|| Self(Zeroizing::new(octets)))
    }

    /// Whether the gateway signed these octets, and not long ago.
    #[must_use]
    pub fn is_of(&self, headers: ReportHeaders<'_>, octets: &[u8], now: Moment) -> bool {
        // A dot in the id would make one signature hold for two divisions into id, instant and octets.
        let is_id = (1..=REPORT_ID_MAX_BYTES).contains(&headers.id.len()) && !headers.id.contains('.');
        let is_number = headers.timestamp.bytes().all(|byte| byte.is_ascii_digit());
        let Some(seconds) = headers.timestamp.parse::<i64>().ok().filter(|_| is_number) else { return false };
        let is_fresh = seconds.abs_diff(now.unix_seconds()) <= REPORT_SECONDS_MAX.unsigned_abs();
        is_fresh
            && is_id
            && headers.signature.split(' ').take(SIGNATURES_MAX).any(|signature| {
                let mac = signature.strip_prefix("v1,").and_then(|mac| BASE64_STANDARD.decode(mac).ok());
                mac.is_some_and(|mac| self.signs(headers, octets, &mac))
            })
    }

    fn signs(&self, headers: ReportHeaders<'_>, octets: &[u8], expected: &[u8]) -> bool {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else { return false };
        for part in [headers.id.as_bytes(), b".", headers.timestamp.as_bytes(), b".", octets] {
            mac.update(part);
        }
        mac.verify_slice(expected).is_ok()
    }
}

/// How a message ended for its reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Delivery {
    /// His phone has it.
    Delivered,
    /// It never will.
    Failed,
}

/// A report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The message, by our id.
    pub id: MessageId,
    /// By which mark the gateway knows it.
    pub mark: String,
    /// How it ended.
    pub delivery: Delivery,
    /// When, by the gateway's clock.
    pub at: Option<Moment>,
    /// Why: the gateway's code of an error. Its free words may repeat the text, and are not read.
    pub detail: Option<String>,
}

/// The members of a report; what else it says is not read.
#[derive(Deserialize)]
struct Told {
    id: String,
    message_id: String,
    status: Delivery,
    #[serde(default)]
    at: Option<String>,
    #[serde(default)]
    detail: Option<String>,
}

impl Report {
    /// Reads a report; `None` when it is none.
    #[must_use]
    pub fn read(octets: &[u8]) -> Option<Self> {
        let told: Told = serde_json::from_slice(octets).ok()?;
        let at = told.at.map(|at| Moment::parse_rfc3339(&at).ok());
        // An instant that cannot be read is no instant left out.
        let at = at.map_or(Some(None), |at| at.map(Some))?;
        Some(Self {
            id: MessageId::parse(&told.id).ok()?,
            mark: Some(told.message_id).filter(|mark| is_mark(mark))?,
            delivery: told.status,
            at,
            detail: told.detail.filter(|detail| is_code(detail)),
        })
    }
}

/// Whether a text can be a code of an error: a receipt of SMPP ends in the first words of the message, and is none.
fn is_code(text: &str) -> bool {
    let is_of_code = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    (1..=DETAIL_MAX_BYTES).contains(&text.len()) && text.bytes().all(is_of_code)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    /// The example of the specification.
    #[test]
    fn the_signature_of_the_specification_holds_and_no_other() {
        let key = ReportKey::of(SECRET).unwrap();
        let octets = br#"{"test": 2432232314}"#;
        let signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        let headers = ReportHeaders { id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: "1614265330", signature };
        let at = |seconds: i64| Moment::from_unix_micros(seconds * 1_000_000).unwrap();
        let now = at(1_614_265_330);
        assert!(key.is_of(headers, octets, now));
        let two = format!("v1,AAAA {signature}");
        assert!(key.is_of(ReportHeaders { signature: &two, ..headers }, octets, now), "a secret that is being changed");
        for edge in [-REPORT_SECONDS_MAX, REPORT_SECONDS_MAX] {
            assert!(key.is_of(headers, octets, at(1_614_265_330 + edge)));
            assert!(!key.is_of(headers, octets, at(1_614_265_330 + edge + edge.signum())), "too old, or of tomorrow");
        }
        assert!(!key.is_of(headers, br#"{"test": 2432232315}"#, now));
        assert!(!key.is_of(ReportHeaders { id: "msg_other", ..headers }, octets, now));
        assert!(!key.is_of(ReportHeaders { timestamp: "1614265331", ..headers }, octets, now));
        for wrong in ["", "v1,", "v1", "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", "v1,g0hM9SsE", "v1,%%%"] {
            assert!(!key.is_of(ReportHeaders { signature: wrong, ..headers }, octets, now), "{wrong}");
        }
        for (id, timestamp) in [("", "1614265330"), ("msg.1", "1614265330"), ("m", "+1614265330"), ("m", "")] {
            let octets = b"{}";
            let mut mac = Hmac::<Sha256>::new_from_slice(&key.0).unwrap();
            mac.update(format!("{id}.{timestamp}.{{}}").as_bytes());
            let signature = format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()));
            assert!(
                !key.is_of(ReportHeaders { id, timestamp, signature: &signature }, octets, now),
                "{id} {timestamp}"
            );
        }
        let other = ReportKey::of("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").unwrap();
        assert!(!other.is_of(headers, octets, now));
        assert!(ReportKey::of("short").is_none() && ReportKey::of("whsec_").is_none() && ReportKey::of("").is_none());
    }

    #[test]
    fn a_report_is_read_whole_or_not_at_all() {
        let id = "01a2027b-da02-7bb6-8b44-90b3f211c3d7";
        let read = |rest: &str| Report::read(format!("{{\"id\":\"{id}\",\"message_id\":\"G1\"{rest}}}").as_bytes());
        let report = read(",\"status\":\"failed\",\"detail\":\"UNDELIV_027-1\",\"cost\":1").unwrap();
        assert_eq!(
            (report.delivery, report.detail.as_deref(), report.at),
            (Delivery::Failed, Some("UNDELIV_027-1"), None)
        );
        let receipt = "id:7 sub:001 dlvrd:000 stat:UNDELIV err:027 text:Code: 123456. Good f";
        for words in ["", "a b", "a\\nb", "нет", "text:123456", "a.b", receipt, &"x".repeat(DETAIL_MAX_BYTES + 1)] {
            let report = read(&format!(",\"status\":\"failed\",\"detail\":\"{words}\"")).unwrap();
            assert_eq!(report.detail, None, "{words}");
        }
        assert!(read(",\"status\":\"delivered\",\"at\":\"2026-11-22T09:00:00Z\"").unwrap().at.is_some());
        for wrong in ["", ",\"status\":\"sent\"", ",\"status\":\"delivered\",\"at\":\"yesterday\""] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        assert_eq!(Report::read(b"not json"), None);
    }
}
