//! Asking over HTTP: whom, how long, how much, how often. Addresses in certificates are the attacker's: only hosts of
//! the configured list are asked, and a redirect leads to no other.

use std::sync::Arc;
use std::time::Duration;

use qolhat_pki::random::SecureRandom;
use reqwest::header::{CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED};
use reqwest::{StatusCode, Url};

use super::FetchError;

/// Longest wait for a connection, in seconds.
const CONNECT_TIMEOUT_SECONDS: u64 = 5;
/// Longest pause within an answer, in seconds.
const SILENCE_TIMEOUT_SECONDS: u64 = 10;
/// Most redirects followed.
const REDIRECTS_MAX: usize = 3;
/// How often one question is put: the national services refuse now and then, and answer a moment later.
const ATTEMPTS_MAX: u32 = 3;
/// Wait before the second attempt, in milliseconds; it doubles with each, and up to as much again is added by chance.
const BACKOFF_MILLIS: u64 = 150;
/// Longest validator (ETag, Last-Modified) kept, in bytes.
const VALIDATOR_MAX_BYTES: usize = 256;
/// Room made beforehand for an answer that tells its length, in bytes: what it tells is not believed beyond.
const ROOM_MAX_BYTES: usize = 32 * 1024 * 1024;

/// Who may be asked, and by what.
#[derive(Debug, Clone)]
pub(super) struct Web {
    http: reqwest::Client,
    hosts: Arc<[String]>,
}

/// What a server gave to tell one version of an object from another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Validators {
    /// ETag.
    pub(super) etag: Option<String>,
    /// Last-Modified, as written.
    pub(super) last_modified: Option<String>,
}

/// A question.
pub(super) struct Question<'a> {
    /// Whom.
    pub(super) url: &'a str,
    /// What.
    pub(super) what: What<'a>,
    /// Largest answer, in bytes.
    pub(super) limit_bytes: usize,
    /// Longest wait for the whole answer, in seconds.
    pub(super) timeout_seconds: u64,
}

/// What is asked.
pub(super) enum What<'a> {
    /// An object, unless it is the one at hand.
    Object(&'a Validators),
    /// The answer to a request.
    Answer {
        /// Its media type.
        media_type: &'static str,
        /// Its octets.
        request: &'a [u8],
    },
}

/// What came.
pub(super) enum Came {
    /// Octets.
    Octets(Vec<u8>, Validators),
    /// The object at hand is still the newest.
    NotModified,
}

impl Validators {
    /// Nothing tells versions apart.
    pub(super) fn is_empty(&self) -> bool {
        self.etag.is_none() && self.last_modified.is_none()
    }

    fn of(headers: &HeaderMap) -> Self {
        let text = |name| {
            let text = headers.get(name).and_then(|value| value.to_str().ok());
            text.filter(|text| !text.is_empty() && text.len() <= VALIDATOR_MAX_BYTES).map(str::to_owned)
        };
        Self { etag: text(ETAG), last_modified: text(LAST_MODIFIED) }
    }
}

/// Why an attempt failed: only what passes by itself is worth another.
enum Failed {
    Passing(FetchError),
    Final(FetchError),
}

impl Web {
    /// A client that asks `hosts` (`host` or `host:port`) and follows redirects to them alone. Proxies of the environment
    /// are not used.
    ///
    /// # Errors
    /// When the TLS library cannot be set up.
    pub(super) fn new(hosts: &[String]) -> Result<Self, reqwest::Error> {
        let hosts: Arc<[String]> = hosts.into();
        let listed = Arc::clone(&hosts);
        let redirects = reqwest::redirect::Policy::custom(move |attempt| {
            if attempt.previous().len() > REDIRECTS_MAX {
                attempt.error("too many redirects")
            } else if is_listed(attempt.url(), &listed) {
                attempt.follow()
            } else {
                attempt.error("a redirect to a host that is not on the list of responders")
            }
        });
        let http = reqwest::Client::builder()
            .user_agent(concat!("qolhat/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(Duration::from_secs(CONNECT_TIMEOUT_SECONDS))
            .read_timeout(Duration::from_secs(SILENCE_TIMEOUT_SECONDS))
            .redirect(redirects)
            .referer(false)
            .no_proxy()
            .build()?;
        Ok(Self { http, hosts })
    }

    /// That the host of `url` may be asked.
    ///
    /// # Errors
    /// `HostNotListed`.
    pub(super) fn must_be_listed(&self, url: &str) -> Result<(), FetchError> {
        let parsed = Url::parse(url).ok().filter(|url| is_listed(url, &self.hosts));
        parsed.map(drop).ok_or_else(|| FetchError::HostNotListed(url.chars().take(200).collect()))
    }

    /// The answer to `question`. What passes by itself (no connection, HTTP 403, 429 and 5xx) is tried again after a
    /// while, partly by chance, so that those who failed together do not come again together; silence is not.
    ///
    /// # Errors
    /// [`FetchError`] of the last attempt.
    pub(super) async fn ask(
        &self,
        question: &Question<'_>,
        rng: &mut (dyn SecureRandom + Send),
    ) -> Result<Came, FetchError> {
        for attempt in 1..ATTEMPTS_MAX {
            match self.ask_once(question).await {
                Ok(came) => return Ok(came),
                Err(Failed::Final(error)) => return Err(error),
                Err(Failed::Passing(error)) => {
                    tracing::debug!(responder.error = %error, responder.attempt = attempt, "asking again");
                    tokio::time::sleep(pause(attempt, rng)).await;
                }
            }
        }
        self.ask_once(question).await.map_err(|failed| match failed {
            Failed::Passing(error) | Failed::Final(error) => error,
        })
    }

    async fn ask_once(&self, question: &Question<'_>) -> Result<Came, Failed> {
        let Question { url, limit_bytes, timeout_seconds, .. } = *question;
        let request = match &question.what {
            What::Object(validators) => {
                let header = |name, value: &Option<String>| {
                    value.as_deref().and_then(|value| HeaderValue::from_str(value).ok()).map(|value| (name, value))
                };
                let etag = header(IF_NONE_MATCH, &validators.etag);
                let since = header(IF_MODIFIED_SINCE, &validators.last_modified);
                self.http.get(url).headers(etag.into_iter().chain(since).collect())
            }
            What::Answer { media_type, request } => {
                let media_type = HeaderValue::from_static(media_type);
                self.http.post(url).header(CONTENT_TYPE, media_type).body(request.to_vec())
            }
        };
        let request = request.timeout(Duration::from_secs(timeout_seconds));
        let mut response = request.send().await.map_err(|error| failed(url, &error))?;
        let status = response.status();
        if status == StatusCode::NOT_MODIFIED && matches!(question.what, What::Object(known) if !known.is_empty()) {
            return Ok(Came::NotModified);
        }
        if status != StatusCode::OK {
            let error = FetchError::NoAnswer { url: url.to_owned(), detail: status.to_string() };
            let passes =
                status.is_server_error() || matches!(status, StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS);
            return Err(if passes { Failed::Passing(error) } else { Failed::Final(error) });
        }
        let told = response.content_length().map_or(0, |length| usize::try_from(length).unwrap_or(usize::MAX));
        let too_large = || Failed::Final(FetchError::TooLarge { url: url.to_owned(), limit_bytes });
        if told > limit_bytes {
            return Err(too_large());
        }
        let validators = Validators::of(response.headers());
        let mut octets = Vec::with_capacity(told.min(ROOM_MAX_BYTES));
        while let Some(chunk) = response.chunk().await.map_err(|error| failed(url, &error))? {
            if octets.len().saturating_add(chunk.len()) > limit_bytes {
                return Err(too_large());
            }
            octets.extend_from_slice(&chunk);
        }
        Ok(Came::Octets(octets, validators))
    }
}

fn failed(url: &str, error: &reqwest::Error) -> Failed {
    // The library's own text names the address and leaves out why.
    let mut detail = String::new();
    let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(error);
    while let Some(one) = cause {
        detail = one.to_string();
        cause = one.source();
    }
    if detail.is_empty() {
        detail = error.to_string();
    }
    let is_final = error.is_timeout() || error.is_redirect() || error.is_builder();
    let url = url.to_owned();
    let error = if error.is_timeout() || error.is_connect() {
        FetchError::Silent { url, detail }
    } else {
        FetchError::NoAnswer { url, detail }
    };
    if is_final { Failed::Final(error) } else { Failed::Passing(error) }
}

fn is_listed(url: &Url, hosts: &[String]) -> bool {
    let Some(host) = url.host_str() else { return false };
    let with_port = url.port().map(|port| format!("{host}:{port}"));
    // A host of the list without a port is that of the scheme alone: other ports are other services.
    let named = |known: &String| match &with_port {
        Some(with_port) => known == with_port,
        None => known == host,
    };
    matches!(url.scheme(), "http" | "https") && hosts.iter().any(named)
}

fn pause(attempt: u32, rng: &mut (dyn SecureRandom + Send)) -> Duration {
    let wait = BACKOFF_MILLIS.saturating_mul(1_u64.checked_shl(attempt.saturating_sub(1)).unwrap_or(u64::MAX));
    let mut random = [0; 8];
    rng.fill(&mut random);
    let more = u64::from_be_bytes(random).checked_rem(wait).unwrap_or(0);
    Duration::from_millis(wait.saturating_add(more))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    struct Same(u8);

    impl SecureRandom for Same {
        fn fill(&mut self, out: &mut [u8]) {
            out.fill(self.0);
        }
    }

    #[test]
    fn a_listed_host_is_that_host_on_that_port_by_http_alone() {
        let hosts = ["crl.pki.gov.kz".to_owned(), "127.0.0.1:18080".to_owned()];
        let listed = |url: &str| is_listed(&Url::parse(url).unwrap(), &hosts);
        for url in [
            "http://crl.pki.gov.kz/a.crl",
            "https://crl.pki.gov.kz/",
            "http://CRL.pki.gov.kz:80/",
            "http://127.0.0.1:18080/x",
        ] {
            assert!(listed(url), "{url}");
        }
        for url in [
            "http://crl.pki.gov.kz.example.kz/",
            "http://crl.pki.gov.kz:8080/",
            "http://crl.pki.gov.kz@example.kz/",
            "http://example.kz/crl.pki.gov.kz",
            "ftp://crl.pki.gov.kz/",
            "file:///etc/passwd",
            "http://127.0.0.1/",
            "http://127.0.0.1:18081/",
        ] {
            assert!(!listed(url), "{url}");
        }
    }

    #[test]
    fn pauses_double_and_are_partly_by_chance() {
        let none = [1, 2].map(|attempt| pause(attempt, &mut Same(0)).as_millis());
        assert_eq!(none, [150, 300]);
        let some = pause(2, &mut Same(0x37)).as_millis();
        assert!((300..600).contains(&some) && some != 300, "{some}");
    }
}
