//! Hands a short message to a gateway over HTTP, or, in a demonstration, lays it into a folder.
//!
//! The gateway is asked by `POST` with the octets of the message and answers `{"message_id": "…"}`. A try that ends otherwise
//! is repeated with the same octets and the same `id`, by which the gateway tells a repetition.

use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Client, StatusCode, Url};
use serde::Deserialize;
use tokio::io::AsyncWriteExt as _;
use zeroize::Zeroizing;

use super::handing::{NotSent, Sent};
use crate::domain::ids::MessageId;

/// Largest answer that is read, in bytes.
pub const ANSWER_MAX_BYTES: usize = 16 * 1024;
/// Longest mark of a gateway that is taken, in bytes.
pub const MARK_MAX_BYTES: usize = 128;
/// Longest wait for a connection, in seconds.
const CONNECT_TIMEOUT_SECONDS: u64 = 5;

/// Where short messages are handed in.
pub enum Gateway {
    /// A gateway of a provider.
    Http(HttpGateway),
    /// A folder of a demonstration, in which each message becomes a file.
    Sink(PathBuf),
}

/// A gateway that speaks HTTP.
pub struct HttpGateway {
    http: Client,
    url: Url,
    secret: Zeroizing<String>,
    timeout: Duration,
}

/// What a gateway answers; what else it says is not read.
#[derive(Deserialize)]
struct Answer {
    message_id: String,
}

impl HttpGateway {
    /// The gateway at `url`, which knows us by `secret`. Redirects and proxies of the environment are not followed.
    ///
    /// # Errors
    /// When the TLS library cannot be set up.
    pub fn new(url: Url, secret: Zeroizing<String>, timeout: Duration) -> Result<Self, reqwest::Error> {
        let http = Client::builder()
            .user_agent(concat!("qolhat/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(Duration::from_secs(CONNECT_TIMEOUT_SECONDS))
            .timeout(timeout)
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .build()?;
        Ok(Self { http, url, secret, timeout })
    }

    async fn hand_in(&self, id: MessageId, octets: &[u8]) -> Result<Sent, NotSent> {
        let request = self
            .http
            .post(self.url.clone())
            .bearer_auth(self.secret.as_str())
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .header("idempotency-key", id.to_string())
            .body(octets.to_vec());
        let response = request.send().await.map_err(|error| self.silent(&error))?;
        let status = response.status();
        let answer = read(response).await.map_err(|error| self.silent(&error))?;
        // A gateway that repeats our words would carry the code into the journal: of its words the answer alone is kept.
        let dialogue = vec![format!("POST {}", status.as_u16())];
        if !status.is_success() {
            let reply = format!("POST {}", status.as_u16());
            return Err(NotSent { dialogue, reply, for_good: is_for_good(status) });
        }
        let mark = answer.and_then(|octets| mark_in(&octets));
        match mark {
            Some(mark) => Ok(Sent { dialogue, mark: Some(mark) }),
            None => {
                Err(NotSent { dialogue, reply: "POST: an answer without a message_id".to_owned(), for_good: false })
            }
        }
    }

    /// No answer: the message may have been taken all the same, and goes once more under the same id.
    fn silent(&self, error: &reqwest::Error) -> NotSent {
        let reply = if error.is_timeout() {
            format!("no end within {} seconds", self.timeout.as_secs())
        } else {
            // Without the address: what stands in it is the operator's.
            let cause = std::error::Error::source(error).map_or_else(|| "no answer".to_owned(), ToString::to_string);
            format!("CONNECT {cause}")
        };
        NotSent::silent(&reply, false)
    }
}

impl Gateway {
    /// Hands in a message. It is taken when the gateway says so and tells by which mark it knows it.
    ///
    /// # Errors
    /// [`NotSent`]. Only an answer that speaks of the message itself is for good (400, 413, 422): whatever else is wrong is
    /// between us and the gateway.
    pub async fn hand_in(&self, id: MessageId, octets: &[u8]) -> Result<Sent, NotSent> {
        match self {
            Self::Http(gateway) => gateway.hand_in(id, octets).await,
            Self::Sink(folder) => match lay_down(folder, id, octets).await {
                Ok(()) => Ok(Sent { dialogue: vec!["SINK".to_owned()], mark: Some(id.to_string()) }),
                Err(error) => Err(NotSent::silent(&format!("SINK {error}"), false)),
            },
        }
    }

    /// The name of the other side, as the journal keeps it.
    #[must_use]
    pub fn machine(&self) -> String {
        match self {
            Self::Http(gateway) => {
                let host = gateway.url.host_str().unwrap_or_default();
                let port = gateway.url.port_or_known_default().unwrap_or_default();
                format!("{host}:{port}")
            }
            Self::Sink(_) => "demonstration".to_owned(),
        }
    }

    /// How long one message may take.
    #[must_use]
    pub const fn timeout(&self) -> Duration {
        match self {
            Self::Http(gateway) => gateway.timeout,
            Self::Sink(_) => Duration::from_secs(CONNECT_TIMEOUT_SECONDS),
        }
    }

    /// Whether the gateway answers at all: nothing is sent, and whatever it answers is fine.
    ///
    /// # Errors
    /// What went wrong.
    pub async fn test(&self) -> Result<(), String> {
        match self {
            Self::Http(gateway) => {
                let asked = gateway.http.head(gateway.url.clone()).send().await;
                asked.map(drop).map_err(|error| gateway.silent(&error).reply)
            }
            Self::Sink(folder) => tokio::fs::create_dir_all(folder).await.map_err(|error| error.to_string()),
        }
    }
}

/// Whether an answer refuses the message itself.
fn is_for_good(status: StatusCode) -> bool {
    matches!(status, StatusCode::BAD_REQUEST | StatusCode::PAYLOAD_TOO_LARGE | StatusCode::UNPROCESSABLE_ENTITY)
}

/// The body of an answer; `None` when it is longer than is read.
async fn read(mut response: reqwest::Response) -> Result<Option<Vec<u8>>, reqwest::Error> {
    let mut octets = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if octets.len().saturating_add(chunk.len()) > ANSWER_MAX_BYTES {
            return Ok(None);
        }
        octets.extend_from_slice(&chunk);
    }
    Ok(Some(octets))
}

/// The mark that a gateway tells.
fn mark_in(octets: &[u8]) -> Option<String> {
    let answer: Answer = serde_json::from_slice(octets).ok()?;
    is_mark(&answer.message_id).then_some(answer.message_id)
}

/// Whether a text can be a gateway's mark: visible ASCII, not too long.
pub(super) fn is_mark(text: &str) -> bool {
    (1..=MARK_MAX_BYTES).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

async fn lay_down(folder: &Path, id: MessageId, octets: &[u8]) -> Result<(), std::io::Error> {
    tokio::fs::create_dir_all(folder).await?;
    let mut options = tokio::fs::OpenOptions::new();
    // A code lies in it.
    options.write(true).create(true).truncate(true).mode(0o600);
    let mut file = options.open(folder.join(format!("{id}.json"))).await?;
    file.write_all(octets).await?;
    file.flush().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_short_and_seen() {
        assert_eq!(mark_in(br#"{"message_id":"G-1","price":3}"#).as_deref(), Some("G-1"));
        let long = format!("{{\"message_id\":\"{}\"}}", "x".repeat(MARK_MAX_BYTES + 1));
        for wrong in
            ["", "{}", "[]", "null", r#"{"message_id":1}"#, r#"{"message_id":""}"#, r#"{"message_id":"a b"}"#, &long]
        {
            assert_eq!(mark_in(wrong.as_bytes()), None, "{wrong}");
        }
    }
}
