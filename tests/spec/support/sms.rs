//! A real gateway of short messages over HTTP, that tells what it takes, fails at will and signs its reports.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::HashSet;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::post;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use qolhat::config::{Secret, SmsConfig};
use qolhat::domain::time::Moment;
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::net::TcpListener;

/// By what the service proves itself to the gateway.
const SECRET: &str = "gateway-token-of-the-tests";
/// What the gateway signs its reports with.
pub const REPORT_SECRET: &str = "a-secret-of-the-gateway-and-the-service";

/// A message that the gateway took.
#[derive(Debug, Clone)]
pub struct Taken {
    pub to: String,
    pub id: String,
    pub text: String,
    pub octets: Vec<u8>,
}

#[derive(Default)]
struct Kept {
    taken: Mutex<Vec<Taken>>,
    seen: Mutex<HashSet<String>>,
}

/// The gateway. The end of a number says what it does to the first try.
pub struct SmsGateway {
    pub address: SocketAddr,
    kept: Arc<Kept>,
    task: tokio::task::JoinHandle<()>,
}

/// What the gateway does, by the last digits of the number.
pub mod number {
    /// Takes every message.
    pub const OK: &str = "+77010000001";
    /// Is out of order at the first try.
    pub const LATER: &str = "+77010000002";
    /// Says nothing for a minute at the first try.
    pub const SLOW: &str = "+77010000003";
    /// Answers the first try with a page for people.
    pub const HTML: &str = "+77010000004";
    /// Takes the first try and answers that it is out of order.
    pub const MUTE: &str = "+77010000005";
    /// Knows no such number.
    pub const NEVER: &str = "+77010000006";
    /// Does not know us at the first try.
    pub const STRANGER: &str = "+77010000007";
    /// Sends the first try elsewhere.
    pub const ELSEWHERE: &str = "+77010000008";
    /// Answers the first try without end.
    pub const ENDLESS: &str = "+77010000009";
}

async fn take(State(kept): State<Arc<Kept>>, headers: HeaderMap, octets: Bytes) -> Response {
    let told: Value = serde_json::from_slice(&octets).unwrap();
    let word = |name: &str| told[name].as_str().unwrap().to_owned();
    if headers["authorization"] != format!("Bearer {SECRET}") || headers["idempotency-key"] != word("id").as_str() {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let to = word("to");
    let is_first = kept.seen.lock().unwrap().insert(word("id"));
    let keep = || {
        let taken = Taken { to: to.clone(), id: word("id"), text: word("text"), octets: octets.to_vec() };
        kept.taken.lock().unwrap().push(taken);
    };
    match to.as_str() {
        number::LATER if is_first => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
        number::SLOW if is_first => tokio::time::sleep(Duration::from_secs(60)).await,
        number::HTML if is_first => return "<html>fine</html>".into_response(),
        number::MUTE if is_first => {
            keep();
            return StatusCode::BAD_GATEWAY.into_response();
        }
        number::NEVER => return (StatusCode::UNPROCESSABLE_ENTITY, word("text")).into_response(),
        number::STRANGER if is_first => return StatusCode::UNAUTHORIZED.into_response(),
        number::ELSEWHERE if is_first => return Redirect::temporary("/elsewhere").into_response(),
        number::ENDLESS if is_first => {
            let long = format!("{{\"x\":\"{}\",\"message_id\":\"G\"}}", "x".repeat(100_000));
            return long.into_response();
        }
        _ => {}
    }
    keep();
    axum::Json(json!({"message_id": mark(&word("id")), "parts": 1})).into_response()
}

/// By which mark the gateway knows a message.
pub fn mark(id: &str) -> String {
    format!("G-{}", &id[id.len() - 12..])
}

impl SmsGateway {
    pub async fn start() -> Self {
        Self::start_at("127.0.0.1:0".parse().unwrap()).await
    }

    pub async fn start_at(address: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let kept = Arc::new(Kept::default());
        let router = Router::new()
            .route("/v1/messages", post(take))
            .route("/elsewhere", post(take))
            .with_state(Arc::clone(&kept));
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, kept, task }
    }

    /// The messages taken for a number, in their order.
    pub fn taken(&self, to: &str) -> Vec<Taken> {
        self.kept.taken.lock().unwrap().iter().filter(|taken| taken.to == to).cloned().collect()
    }

    /// The newest of at least `count` messages to a number.
    pub async fn newest(&self, to: &str, count: usize) -> Taken {
        loop {
            let taken = self.taken(to);
            if taken.len() >= count {
                return taken.last().unwrap().clone();
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Drop for SmsGateway {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What a service is told of the gateway at `address`; the secrets lie in `folder`.
pub fn config(address: SocketAddr, folder: &Path) -> SmsConfig {
    let secret = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        Some(Secret::File(path))
    };
    SmsConfig {
        url: Some(format!("http://{address}/v1/messages")),
        secret: secret("sms.secret", SECRET),
        report_secret: secret("sms-report.secret", REPORT_SECRET),
        sink: None,
        sender: "Qolhat".to_owned(),
        timeout_seconds: 2,
        give_up_hours: 12,
        notices: true,
    }
}

/// A report about to be sent.
pub struct Report {
    pub body: String,
    pub secret: &'static str,
    pub at: Moment,
}

impl Report {
    pub fn of(id: &str, status: &str, at: Moment) -> Self {
        let body = json!({"id": id, "message_id": mark(id), "status": status, "detail": "absent"});
        Self { body: body.to_string(), secret: REPORT_SECRET, at }
    }

    /// Sends it to the service at `base`: the status, and the code of the problem where there is one.
    pub async fn send(&self, base: &str) -> (u16, String) {
        self.send_as(base, &self.body).await
    }

    /// The same with other octets than those that are signed.
    pub async fn send_as(&self, base: &str, body: &str) -> (u16, String) {
        let timestamp = self.at.unix_seconds().to_string();
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret.as_bytes()).unwrap();
        mac.update(format!("report-1.{timestamp}.{}", self.body).as_bytes());
        let signature = format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()));
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let request = http
            .post(format!("{base}/api/v1/sms/reports"))
            .header("webhook-id", "report-1")
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signature)
            .body(body.to_owned());
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let problem: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default();
        (status, problem["code"].as_str().unwrap_or_default().to_owned())
    }
}
