//! The services of the demonstration CA over HTTP, on loopback: OCSP, time stamps, revocation lists, CA certificates.
//! Whatever is sent, the answer is one of the protocol or an HTTP refusal of the client's mistake, never a failure.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use qolhat_pki::issue::ocsp_builder::{OcspRefusal, build_ocsp_refusal};
use qolhat_pki::issue::tsp_builder::{TimeStampRefusal, build_time_stamp_refusal};
use qolhat_pki::random::SecureRandom;
use qolhat_pki::tsp::TimeStampRequest;
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;

use super::answers::{Twist, change_last_octet};
use super::authority::{Authorities, Branch};
use super::register::IssuedBy;
use crate::domain::time::{Clock, Moment};
use qolhat_pki::time::Span;

/// The largest request taken, in bytes.
pub const BODY_MAX_BYTES: usize = 64 * 1024;
/// How long a silent service keeps the connection before it gives up too, in seconds: longer than any client waits.
pub const SILENCE_SECONDS: u64 = 60;

/// One kind of service; a fault is ordered for one of them, in both branches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    /// OCSP.
    Ocsp,
    /// Time stamps.
    Tsp,
    /// Revocation lists.
    Crl,
}

/// What is to go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// OCSP `tryLater`, time stamps `timeNotAvailable`, lists HTTP 503.
    TryLater,
    /// No answer at all.
    Silent,
    /// HTTP 403, as the national services give now and then.
    Forbidden,
    /// HTTP 200 with a page that is no answer.
    Garbage,
    /// The answer is to another nonce; lists have none and stay as they are.
    WrongNonce,
    /// The signature of the answer does not hold.
    BadSignature,
    /// The clock of the service is off by so much.
    ClockSkew(Span),
}

/// What the services know and share.
pub struct Services {
    authorities: Arc<Authorities>,
    clock: Arc<dyn Clock>,
    rng: Mutex<Box<dyn SecureRandom + Send>>,
    faults: Mutex<BTreeMap<Service, Fault>>,
}

impl Services {
    /// The services of `authorities`, without a fault.
    pub fn new(
        authorities: Arc<Authorities>,
        clock: Arc<dyn Clock>,
        rng: impl SecureRandom + Send + 'static,
    ) -> Arc<Self> {
        Arc::new(Self { authorities, clock, rng: Mutex::new(Box::new(rng)), faults: Mutex::default() })
    }

    /// Orders a fault from now on, or none.
    pub fn set_fault(&self, service: Service, fault: Option<Fault>) {
        let mut faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        match fault {
            Some(fault) => faults.insert(service, fault),
            None => faults.remove(&service),
        };
    }

    /// The authorities behind the services.
    #[must_use]
    pub fn authorities(&self) -> &Arc<Authorities> {
        &self.authorities
    }

    fn fault(&self, service: Service) -> Option<Fault> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).get(&service).copied()
    }

    fn with_rng<T>(&self, f: impl FnOnce(&mut dyn SecureRandom) -> T) -> T {
        f(self.rng.lock().unwrap_or_else(PoisonError::into_inner).as_mut())
    }

    /// The instant and the twist of an answer, or what is sent in its place; `later` is the protocol's "try later".
    async fn plan(&self, service: Service, later: Response) -> Result<(Moment, Option<Twist>), Response> {
        let now = self.clock.now();
        match self.fault(service) {
            None => Ok((now, None)),
            Some(Fault::WrongNonce) => Ok((now, Some(Twist::WrongNonce))),
            Some(Fault::BadSignature) => Ok((now, Some(Twist::BadSignature))),
            Some(Fault::ClockSkew(by)) => Ok((now.checked_add(by).unwrap_or(now), None)),
            Some(Fault::TryLater) => Err(later),
            Some(Fault::Forbidden) => Err(StatusCode::FORBIDDEN.into_response()),
            Some(Fault::Garbage) => Err(reply("text/html", b"<html>Service Unavailable</html>".to_vec())),
            Some(Fault::Silent) => {
                tokio::time::sleep(Duration::from_secs(SILENCE_SECONDS)).await;
                Err(StatusCode::SERVICE_UNAVAILABLE.into_response())
            }
        }
    }
}

/// `POST /ocsp/{gost|rsa}`, `POST /tsp` (the branch goes by the digest), `POST /tsp/{gost|rsa}`,
/// `GET /crl/{gost|rsa|gost-root|rsa-root}.crl`, `GET /ca/NAME.cer`.
pub fn router(services: Arc<Services>) -> Router {
    Router::new()
        .route("/ocsp/{branch}", post(ocsp))
        .route("/tsp", post(tsp_by_digest))
        .route("/tsp/{branch}", post(tsp))
        .route("/crl/{file}", get(crl))
        .route("/ca/{file}", get(ca_certificate))
        .layer(DefaultBodyLimit::max(BODY_MAX_BYTES))
        .with_state(services)
}

/// Answers on `listener` until the future is dropped.
///
/// # Errors
/// When the listener fails.
pub async fn serve(listener: TcpListener, services: Arc<Services>) -> std::io::Result<()> {
    axum::serve(listener, router(services)).await
}

async fn ocsp(State(services): State<Arc<Services>>, Path(branch): Path<String>, body: Bytes) -> Response {
    let Some(branch) = Branch::from_code(&branch) else { return StatusCode::NOT_FOUND.into_response() };
    let later = ocsp_reply(build_ocsp_refusal(OcspRefusal::TryLater));
    match services.plan(Service::Ocsp, later).await {
        Ok((now, twist)) => {
            ocsp_reply(services.with_rng(|rng| services.authorities.of(branch).ocsp_twisted(&body, now, twist, rng)))
        }
        Err(instead) => instead,
    }
}

async fn tsp(State(services): State<Arc<Services>>, Path(branch): Path<String>, body: Bytes) -> Response {
    match Branch::from_code(&branch) {
        Some(branch) => stamp(&services, branch, &body).await,
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn tsp_by_digest(State(services): State<Arc<Services>>, body: Bytes) -> Response {
    let request = TimeStampRequest::from_der(&body).ok();
    let digest = request.as_ref().and_then(|request| request.message_imprint.digest());
    // What cannot be read or is of an unknown digest is refused by either authority alike.
    let branch = digest.map_or(Branch::Gost, |digest| Branch::for_digest(digest.algorithm()));
    stamp(&services, branch, &body).await
}

async fn stamp(services: &Services, branch: Branch, body: &[u8]) -> Response {
    let later = tsp_reply(build_time_stamp_refusal(TimeStampRefusal::TimeNotAvailable, None));
    match services.plan(Service::Tsp, later).await {
        Ok((now, twist)) => {
            tsp_reply(services.with_rng(|rng| services.authorities.of(branch).tsp_twisted(body, now, twist, rng)))
        }
        Err(instead) => instead,
    }
}

async fn crl(State(services): State<Arc<Services>>, Path(file): Path<String>) -> Response {
    let Some((branch, by)) = file.strip_suffix(".crl").and_then(list_of) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let later = StatusCode::SERVICE_UNAVAILABLE.into_response();
    let (now, twist) = match services.plan(Service::Crl, later).await {
        Ok(plan) => plan,
        Err(instead) => return instead,
    };
    match services.with_rng(|rng| services.authorities.of(branch).crl(by, now, rng)) {
        Ok(mut list) => {
            if twist == Some(Twist::BadSignature) {
                // The signature is the last thing in a list.
                change_last_octet(&mut list);
            }
            // A list is made anew for whoever asks: its mark tells clients that they may ask as often as they like.
            let mark = format!("\"{}\"", hex::encode(Sha256::digest(&list)));
            ([(header::ETAG, mark)], reply("application/pkix-crl", list)).into_response()
        }
        Err(error) => {
            tracing::warn!(demo.error = %error, "no revocation list");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

fn list_of(name: &str) -> Option<(Branch, IssuedBy)> {
    match name.strip_suffix("-root") {
        Some(code) => Some((Branch::from_code(code)?, IssuedBy::Root)),
        None => Some((Branch::from_code(name)?, IssuedBy::Ca)),
    }
}

async fn ca_certificate(State(services): State<Arc<Services>>, Path(file): Path<String>) -> Response {
    let certificate = file.strip_suffix(".cer").and_then(|name| services.authorities.certificate(name));
    match certificate {
        Some(certificate) => reply("application/pkix-cert", certificate.der().to_vec()),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn ocsp_reply(body: Vec<u8>) -> Response {
    reply("application/ocsp-response", body)
}

fn tsp_reply(body: Vec<u8>) -> Response {
    reply("application/timestamp-reply", body)
}

fn reply(media_type: &'static str, body: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, media_type)], body).into_response()
}
