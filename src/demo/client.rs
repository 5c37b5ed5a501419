//! A person's program: logs in, signs with his own keys and asks the service over HTTP. It knows the service only by its
//! addresses, as anybody's program does.

use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use qolhat_pki::certificate::Certificate;
use qolhat_pki::issue::cms_sign::{Packaging, SignRequest, SigningContent, sign_cms};
use qolhat_pki::key::PrivateKey;
use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::app::SharedRandom;
use crate::domain::ids::new_uuid;
use crate::domain::time::Moment;

/// Why the service did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// It said no: status, stable code and detail of the problem.
    #[error("{status} {code}: {detail}")]
    Problem {
        /// The HTTP status.
        status: u16,
        /// The stable code.
        code: String,
        /// What happened and what to do.
        detail: String,
    },
    /// It did not answer.
    #[error("the service did not answer: {0}")]
    Transport(#[from] reqwest::Error),
    /// It answered something else than was agreed.
    #[error("an answer of another shape: {0}")]
    Shape(String),
    /// The person's key could not sign.
    #[error("signing: {0}")]
    Sign(#[from] qolhat_pki::issue::IssueError),
}

impl ClientError {
    /// The stable code of a problem.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Problem { code, .. } => Some(code),
            Self::Transport(_) | Self::Shape(_) | Self::Sign(_) => None,
        }
    }
}

/// A key with its certificate.
#[derive(Clone)]
pub struct KeyPair {
    /// The key.
    pub key: Arc<PrivateKey>,
    /// Its certificate.
    pub certificate: Certificate,
}

/// A file to send.
#[derive(Debug, Clone)]
pub struct Attached {
    /// Its name.
    pub name: String,
    /// Its octets.
    pub bytes: Vec<u8>,
}

/// A program acting for one person, logged in or not.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    rng: SharedRandom,
    token: Option<String>,
}

impl Client {
    /// A program that talks to the service at `base` (`http://127.0.0.1:8080`).
    ///
    /// # Errors
    /// When the HTTP client cannot be set up.
    pub fn new(base: &str, rng: SharedRandom) -> Result<Self, ClientError> {
        let http = reqwest::Client::builder().no_proxy().user_agent(concat!("qolhat-demo/", env!("CARGO_PKG_VERSION")));
        Ok(Self { http: http.build()?, base: base.trim_end_matches('/').to_owned(), rng, token: None })
    }

    /// The same program with nobody logged in.
    #[must_use]
    pub fn logged_out(&self) -> Self {
        Self { token: None, ..self.clone() }
    }

    /// The same session at another address of the service.
    #[must_use]
    pub fn at(&self, base: &str) -> Self {
        Self { base: base.trim_end_matches('/').to_owned(), ..self.clone() }
    }

    /// The session's token, to be tried in the pages for developers.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// A CMS over `content` by `pair`, as a signing program makes it.
    ///
    /// # Errors
    /// When the key cannot sign.
    pub fn cms(
        &self,
        pair: &KeyPair,
        content: &[u8],
        packaging: Packaging,
        claimed_at: Moment,
    ) -> Result<Vec<u8>, ClientError> {
        let request = SignRequest::new(SigningContent::Content(content), packaging, claimed_at);
        Ok(sign_cms(&pair.key, &pair.certificate, &request, &mut self.rng.clone())?)
    }

    /// Logs in with `pair`; answers the program with its session.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn log_in(&self, pair: &KeyPair, now: Moment) -> Result<Self, ClientError> {
        let challenge = self.send(self.request(Method::POST, "/api/v1/login/challenges")).await?;
        let content = text(&challenge, "content")?;
        let cms = self.cms(pair, content.as_bytes(), Packaging::Detached, now)?;
        let body = json!({"challenge_id": text(&challenge, "id")?, "cms": BASE64_STANDARD.encode(cms)});
        let session = self.send(self.request(Method::POST, "/api/v1/login").json(&body)).await?;
        Ok(Self { token: Some(text(&session, "token")?), ..self.clone() })
    }

    /// Asks for `path`.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn get(&self, path: &str) -> Result<Value, ClientError> {
        self.send(self.request(Method::GET, path)).await
    }

    /// Octets at `path`.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn get_bytes(&self, path: &str) -> Result<Vec<u8>, ClientError> {
        self.bytes(self.request(Method::GET, path)).await
    }

    /// A write under an idempotency key of its own.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn post(&self, path: &str, body: &Value) -> Result<Value, ClientError> {
        self.post_with_key(path, body, &self.new_key()).await
    }

    /// A write under this idempotency key.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn post_with_key(&self, path: &str, body: &Value, key: &str) -> Result<Value, ClientError> {
        self.send(self.request(Method::POST, path).header("Idempotency-Key", key).json(body)).await
    }

    /// A write whose answer is a file.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn post_for_bytes(&self, path: &str, body: &Value) -> Result<Vec<u8>, ClientError> {
        self.bytes(self.request(Method::POST, path).header("Idempotency-Key", self.new_key()).json(body)).await
    }

    /// Accepts a version of an offer: `consent` is the consent document, `cms` the signature over it.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn accept(&self, offer: &str, version: i64, consent: &str, cms: &[u8]) -> Result<Value, ClientError> {
        let body = json!({"consent": consent, "cms": BASE64_STANDARD.encode(cms)});
        self.post(&format!("/api/v1/offers/{offer}/versions/{version}/acceptances"), &body).await
    }

    /// Sends a document; without a signature it is a draft.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn submit(
        &self,
        fields: &[(&'static str, String)],
        original: Attached,
        attachments: Vec<Attached>,
        cms: Option<Vec<u8>>,
        key: &str,
    ) -> Result<Value, ClientError> {
        let mut form = Form::new().part("original", part(original));
        for (name, value) in fields {
            form = form.text(*name, value.clone());
        }
        for attachment in attachments {
            form = form.part("attachment", part(attachment));
        }
        if let Some(cms) = cms {
            form = form.part("signature", Part::bytes(cms).file_name("signature.p7s"));
        }
        self.send(self.request(Method::POST, "/api/v1/documents").header("Idempotency-Key", key).multipart(form)).await
    }

    /// Signs a document that is there already.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn sign(&self, document: &str, cms: &[u8]) -> Result<Value, ClientError> {
        let body = json!({"cms": BASE64_STANDARD.encode(cms)});
        self.post(&format!("/api/v1/documents/{document}/signatures"), &body).await
    }

    /// A key for one write.
    #[must_use]
    pub fn new_key(&self) -> String {
        new_uuid(Moment::MIN, &mut self.rng.clone()).to_string()
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    async fn send(&self, request: RequestBuilder) -> Result<Value, ClientError> {
        let bytes = self.bytes(request).await?;
        if bytes.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&bytes).map_err(|error| ClientError::Shape(error.to_string()))
    }

    async fn bytes(&self, request: RequestBuilder) -> Result<Vec<u8>, ClientError> {
        let response = request.send().await?;
        let status = response.status();
        let bytes = response.bytes().await?.to_vec();
        if status.is_success() {
            return Ok(bytes);
        }
        Err(problem(status, &bytes))
    }
}

fn part(file: Attached) -> Part {
    Part::bytes(file.bytes).file_name(file.name)
}

fn problem(status: StatusCode, bytes: &[u8]) -> ClientError {
    let problem: Value = serde_json::from_slice(bytes).unwrap_or(Value::Null);
    let word = |name: &str| problem.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    ClientError::Problem { status: status.as_u16(), code: word("code"), detail: word("detail") }
}

/// A text of an answer.
///
/// # Errors
/// [`ClientError::Shape`] when it is not there.
pub fn text(value: &Value, name: &str) -> Result<String, ClientError> {
    value.get(name).and_then(Value::as_str).map(str::to_owned).ok_or_else(|| ClientError::Shape(format!("no {name}")))
}
