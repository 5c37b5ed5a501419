//! One request and its answer: signed by rust-s3, judged here.
//!
//! rust-s3 makes and signs requests; its own answers are not used. Every status is looked at in one place, an answer
//! that is kept in memory has a limit, and what is tried again is decided by what went wrong and not by the verb: each
//! request made here may be repeated, since keys are the digests of what lies under them.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Response, StatusCode};
use s3::command::Command;
use s3::creds::Credentials;
use s3::request::Request as _;
use s3::request::tokio_backend::ReqwestRequest;
use s3::{Bucket, Region};
use tokio::time::timeout;

use super::answers::{self, Refusal};
use super::fault::Fault;
use super::options::{Addressing, Patience, S3Options, WAIT_MAX};

/// The largest answer taken into memory: a page of a thousand keys is a tenth of it.
const ANSWER_MAX_BYTES: usize = 4 * 1024 * 1024;
/// The most of a refusal that is read.
const REFUSAL_MAX_BYTES: usize = 64 * 1024;

/// A bucket and the way to ask it.
pub(super) struct Wire {
    bucket: Box<Bucket>,
    patience: Patience,
}

/// One request. Its body lies in the command.
pub(super) struct Ask<'a> {
    key: &'a str,
    command: Command<'a>,
    headers: HeaderMap,
    query: HashMap<String, String>,
}

impl<'a> Ask<'a> {
    pub(super) fn new(key: &'a str, command: Command<'a>) -> Self {
        Self { key, command, headers: HeaderMap::new(), query: HashMap::new() }
    }

    /// Something of the bucket itself: `versioning`, `object-lock`, `versions`.
    pub(super) fn of_bucket(what: &str) -> Self {
        Self::new("/", Command::GetObject).with_query(what, "")
    }

    pub(super) fn with_query(mut self, name: &str, value: &str) -> Self {
        self.query.insert(name.to_owned(), value.to_owned());
        self
    }

    pub(super) fn with_headers(mut self, headers: HeaderMap) -> Self {
        self.headers = headers;
        self
    }

    pub(super) fn with_version(self, version: Option<&str>) -> Self {
        match version {
            Some(version) => self.with_query("versionId", version),
            None => self,
        }
    }
}

/// An answer that fits into memory.
pub(super) struct Answer {
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// A header whose value is known to be plain text.
pub(super) fn header(name: &'static str, value: &str) -> Result<(HeaderName, HeaderValue), Fault> {
    let value = HeaderValue::from_str(value).map_err(|error| Fault::Unsendable(error.to_string()))?;
    Ok((HeaderName::from_static(name), value))
}

impl Wire {
    pub(super) fn new(options: &S3Options) -> Result<Self, Fault> {
        let unsendable = |error: String| Fault::Unsendable(error);
        let region = Region::Custom { region: options.region.clone(), endpoint: options.endpoint.clone() };
        let (access, secret) = (options.access_key.as_str(), options.secret_key.as_str());
        let credentials = Credentials::new(Some(access), Some(secret), None, None, None)
            .map_err(|error| unsendable(error.to_string()))?;
        let mut bucket =
            Bucket::new(&options.bucket, region, credentials).map_err(|error| unsendable(error.to_string()))?;
        match options.addressing {
            Addressing::Path => bucket.set_path_style(),
            Addressing::VirtualHost => bucket.set_subdomain_style(),
        }
        // It would cut a long body off; every wait here has its own end.
        bucket.set_request_timeout(None);
        Ok(Self { bucket, patience: options.patience })
    }

    pub(super) fn patience(&self) -> Patience {
        self.patience
    }

    /// The answer with its whole body.
    pub(super) async fn ask(&self, ask: Ask<'_>) -> Result<Answer, Fault> {
        let bucket = self.bucket_for(&ask)?;
        let mut tries = Tries::new(self.patience);
        loop {
            let outcome = match self.attempt(&bucket, &ask).await {
                Ok(response) => self.take_in(response).await,
                Err(fault) => Err(fault),
            };
            match outcome {
                Ok(answer) => return Ok(answer),
                Err(fault) => tries.after(fault).await?,
            }
        }
    }

    /// The answer with its body still to be read.
    pub(super) async fn open(&self, ask: Ask<'_>) -> Result<Response, Fault> {
        let bucket = self.bucket_for(&ask)?;
        let mut tries = Tries::new(self.patience);
        loop {
            match self.attempt(&bucket, &ask).await {
                Ok(response) => return Ok(response),
                Err(fault) => tries.after(fault).await?,
            }
        }
    }

    /// The same request once: for questions whose answer is how they are refused.
    pub(super) async fn ask_once(&self, ask: Ask<'_>) -> Result<Answer, Fault> {
        let bucket = self.bucket_for(&ask)?;
        let response = self.attempt(&bucket, &ask).await?;
        self.take_in(response).await
    }

    fn bucket_for(&self, ask: &Ask<'_>) -> Result<Bucket, Fault> {
        let unsendable = |error: s3::error::S3Error| Fault::Unsendable(error.to_string());
        let bucket = self.bucket.with_extra_headers(ask.headers.clone()).map_err(unsendable)?;
        bucket.with_extra_query(ask.query.clone()).map_err(unsendable)
    }

    async fn attempt(&self, bucket: &Bucket, ask: &Ask<'_>) -> Result<Response, Fault> {
        let request = ReqwestRequest::new(bucket, ask.key, ask.command.clone())
            .await
            .map_err(|error| Fault::Unsendable(error.to_string()))?;
        let sent = timeout(self.patience.attempt, request.response()).await.map_err(|_| Fault::Slow)?;
        let mut response = sent.map_err(|error| Fault::Cut(error.to_string()))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let body = self.read(&mut response, REFUSAL_MAX_BYTES).await.unwrap_or_default();
        Err(Fault::Refused(status, answers::refusal(&body)))
    }

    async fn take_in(&self, mut response: Response) -> Result<Answer, Fault> {
        let body = self.read(&mut response, ANSWER_MAX_BYTES).await?;
        // Some requests are answered before they are carried out, and the refusal comes with status 200.
        if let Some(refusal) = answers::late_refusal(&body) {
            return Err(Fault::Refused(StatusCode::INTERNAL_SERVER_ERROR, refusal));
        }
        Ok(Answer { headers: response.headers().clone(), body })
    }

    async fn read(&self, response: &mut Response, limit_bytes: usize) -> Result<Vec<u8>, Fault> {
        let mut body = Vec::new();
        while let Some(piece) = self.next_piece(response).await? {
            if body.len() + piece.len() > limit_bytes {
                return Err(Fault::Malformed(format!("an answer of more than {limit_bytes} bytes")));
            }
            body.extend_from_slice(&piece);
        }
        Ok(body)
    }

    /// The next piece of a body, `None` at its end.
    pub(super) async fn next_piece(&self, response: &mut Response) -> Result<Option<Vec<u8>>, Fault> {
        let piece = timeout(self.patience.attempt, response.chunk()).await.map_err(|_| Fault::Slow)?;
        Ok(piece.map_err(|error| Fault::Cut(error.to_string()))?.map(|piece| piece.to_vec()))
    }
}

/// The attempts of one request that are left.
pub(super) struct Tries {
    left: u32,
    wait: Duration,
}

impl Tries {
    pub(super) fn new(patience: Patience) -> Self {
        Self { left: patience.attempts.saturating_sub(1), wait: patience.first_wait }
    }

    /// Waits before the next attempt, or gives the fault back when there is to be none.
    pub(super) async fn after(&mut self, fault: Fault) -> Result<(), Fault> {
        if self.left == 0 || !fault.may_pass() {
            return Err(fault);
        }
        self.left -= 1;
        // Half of it is chance: clients that were refused together should not come back together.
        let chance = u32::try_from(RandomState::new().build_hasher().finish() % 1000).unwrap_or_default();
        tokio::time::sleep(self.wait / 2 + self.wait / 2000 * chance).await;
        self.wait = (self.wait * 2).min(WAIT_MAX);
        Ok(())
    }
}

/// What a refusal says of itself; empty where the service said nothing.
impl Refusal {
    pub(super) fn is(&self, code: &str) -> bool {
        self.code == code
    }
}
