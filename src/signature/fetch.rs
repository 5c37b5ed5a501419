//! The only place that asks the CA's services: time stamps, OCSP answers, CRLs. What comes back is evidence, judged
//! elsewhere; what does not come back is an absence, never a verdict.
//!
//! Addresses in certificates are the attacker's: only hosts of the configured list are asked.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use qolhat_pki::certificate::Certificate;
use qolhat_pki::crl::CertificateList;
use qolhat_pki::digest::{Digest, DigestAlgorithm};
use qolhat_pki::issue;
use qolhat_pki::ocsp::OcspResponse;
use qolhat_pki::random::SecureRandom;
use qolhat_pki::tsp::{TimeStampResponse, TimeStampToken};
use reqwest::header::{CONTENT_TYPE, HeaderValue};

/// Longest wait for one answer, in seconds.
pub const ANSWER_TIMEOUT_SECONDS: u64 = 10;
/// Largest OCSP answer or time stamp taken, in bytes.
pub const ANSWER_MAX_BYTES: usize = 256 * 1024;
/// Largest CRL taken, in bytes.
pub const CRL_MAX_BYTES: usize = 64 * 1024 * 1024;
/// Length of a nonce, in bytes.
const NONCE_BYTES: usize = 16;

/// Why a piece of evidence could not be had.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The host is not on the list of responders.
    #[error("{0} is not on the list of responders")]
    HostNotListed(String),
    /// No answer, or not one of HTTP status 200.
    #[error("{url}: {detail}")]
    NoAnswer {
        /// Who was asked.
        url: String,
        /// What came instead.
        detail: String,
    },
    /// An answer larger than the limit.
    #[error("{url}: the answer is larger than {limit_bytes} bytes")]
    TooLarge {
        /// Who was asked.
        url: String,
        /// The limit.
        limit_bytes: usize,
    },
    /// An answer that is not what it claims, or not to what was asked.
    #[error("{url}: {detail}")]
    Malformed {
        /// Who was asked.
        url: String,
        /// What is wrong.
        detail: String,
    },
}

/// One piece of evidence as it came.
#[derive(Debug, Clone)]
pub enum Piece {
    /// An OCSP response, DER.
    Ocsp(Vec<u8>),
    /// A CRL, DER.
    Crl(Vec<u8>),
}

/// What was asked for in one run already. A list serves every certificate of its issuer: it is fetched, read and handed
/// out once, however many signers there are. Whoever may hand in a file would otherwise make us ask as often as he likes.
#[derive(Default)]
pub struct Asked {
    /// Whose lists are looked for in files.
    issuers: Vec<Certificate>,
    /// Addresses of lists, and whether one was had there.
    addresses: BTreeMap<String, bool>,
    /// The lists of the issuers in the files, once they are read; what is handed out is gone.
    in_files: Option<Vec<CertificateList>>,
}

impl Asked {
    /// Nothing yet, in a run about certificates of `issuers`.
    pub fn nothing<'c>(issuers: impl IntoIterator<Item = &'c Certificate>) -> Self {
        let mut distinct: Vec<Certificate> = Vec::new();
        for issuer in issuers {
            if !distinct.iter().any(|known| known.subject() == issuer.subject()) {
                distinct.push(issuer.clone());
            }
        }
        Self { issuers: distinct, ..Self::default() }
    }
}

/// The services that may be asked.
#[derive(Debug, Clone)]
pub struct Responders {
    http: reqwest::Client,
    tsp_url: String,
    hosts: Arc<[String]>,
    crl_files: Arc<[PathBuf]>,
}

impl Responders {
    /// The services of the configuration.
    ///
    /// # Errors
    /// When the TLS library cannot be set up.
    pub fn new(tsp_url: &str, hosts: &[String], crl_files: &[PathBuf]) -> Result<Self, reqwest::Error> {
        let http = reqwest::Client::builder()
            .user_agent(concat!("qolhat/", env!("CARGO_PKG_VERSION")))
            .timeout(Duration::from_secs(ANSWER_TIMEOUT_SECONDS))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()?;
        Ok(Self { http, tsp_url: tsp_url.to_owned(), hosts: hosts.into(), crl_files: crl_files.into() })
    }

    /// A time-stamp token over `digest`, DER. The answer is to the question asked: imprint and nonce fit. Whether the
    /// token is good is the validation's business.
    ///
    /// # Errors
    /// [`FetchError`].
    pub async fn time_stamp(
        &self,
        digest: &Digest,
        rng: &mut (dyn SecureRandom + Send),
    ) -> Result<Vec<u8>, FetchError> {
        let url = self.tsp_url.as_str();
        let malformed = |detail: String| FetchError::Malformed { url: url.to_owned(), detail };
        let mut nonce = [0_u8; NONCE_BYTES];
        rng.fill(&mut nonce);
        let request = issue::tsp_builder::build_request(digest, Some(&nonce), true);
        let answer = self.post(url, "application/timestamp-query", request).await?;
        let response = TimeStampResponse::from_der(&answer).map_err(|error| malformed(error.to_string()))?;
        let token = response.token().ok_or_else(|| malformed("the time stamp was refused".to_owned()))?.to_vec();
        let parsed = TimeStampToken::from_der(&token).map_err(|error| malformed(error.to_string()))?;
        if !parsed.matches(digest, Some(&nonce)) {
            return Err(malformed("the token is over another imprint or nonce".to_owned()));
        }
        Ok(token)
    }

    /// What the CA says of `certificate` now: an OCSP answer, else a CRL; then the CRLs kept in files. An empty answer
    /// means that nothing could be had beyond what this run has got already, as `asked` knows; each failure is logged.
    pub async fn revocation(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        asked: &mut Asked,
        rng: &mut (dyn SecureRandom + Send),
    ) -> Vec<Piece> {
        for url in certificate.ocsp_uris() {
            match self.ocsp(url, certificate, issuer, rng).await {
                Ok(response) => return vec![Piece::Ocsp(response)],
                Err(error) => tracing::warn!(responder.error = %error, "no OCSP answer"),
            }
        }
        for url in certificate.crl_uris() {
            match asked.addresses.get(url) {
                Some(true) => return Vec::new(),
                Some(false) => continue,
                None => {}
            }
            let answer = self.crl(url).await;
            asked.addresses.insert(url.to_owned(), answer.is_ok());
            match answer {
                Ok(crl) => return vec![Piece::Crl(crl)],
                Err(error) => tracing::warn!(responder.error = %error, "no CRL"),
            }
        }
        self.crls_in_files(issuer, asked).await
    }

    async fn ocsp(
        &self,
        url: &str,
        certificate: &Certificate,
        issuer: &Certificate,
        rng: &mut (dyn SecureRandom + Send),
    ) -> Result<Vec<u8>, FetchError> {
        self.must_be_listed(url)?;
        let mut nonce = [0_u8; NONCE_BYTES];
        rng.fill(&mut nonce);
        let request =
            issue::ocsp_builder::build_request(issuer, certificate.serial(), DigestAlgorithm::Sha256, Some(&nonce));
        let answer = self.post(url, "application/ocsp-request", request).await?;
        let malformed = |detail: String| FetchError::Malformed { url: url.to_owned(), detail };
        let response = OcspResponse::from_der(&answer).map_err(|error| malformed(error.to_string()))?;
        match response.nonce() {
            Some(echoed) if !echoed.ends_with(&nonce) => Err(malformed("the answer is to another nonce".to_owned())),
            Some(_) | None if response.basic().is_some() => Ok(answer),
            Some(_) | None => Err(malformed(format!("status {:?}", response.status()))),
        }
    }

    async fn crl(&self, url: &str) -> Result<Vec<u8>, FetchError> {
        self.must_be_listed(url)?;
        let answer = self.answer(url, self.http.get(url), CRL_MAX_BYTES).await?;
        CertificateList::from_der(&answer)
            .map_err(|error| FetchError::Malformed { url: url.to_owned(), detail: error.to_string() })?;
        Ok(answer)
    }

    /// The CRLs of `issuer` among the configured files and folders, which are read once in a run.
    async fn crls_in_files(&self, issuer: &Certificate, asked: &mut Asked) -> Vec<Piece> {
        let lists = match asked.in_files.take() {
            Some(lists) => lists,
            None => self.lists_of(asked.issuers.clone()).await,
        };
        let (of_issuer, others) = lists.into_iter().partition(|list| list.issuer() == issuer.subject());
        asked.in_files = Some(others);
        Vec::into_iter(of_issuer).map(|list: CertificateList| Piece::Crl(list.der().to_vec())).collect()
    }

    async fn lists_of(&self, issuers: Vec<Certificate>) -> Vec<CertificateList> {
        let paths = Arc::clone(&self.crl_files);
        let read = tokio::task::spawn_blocking(move || {
            files_of(&paths)
                .into_iter()
                .filter_map(|path| std::fs::read(path).ok())
                .flat_map(|bytes| qolhat_pki::armor::decode_any(&bytes))
                .filter_map(|der| CertificateList::from_der(&der).ok())
                .filter(|list| issuers.iter().any(|issuer| issuer.subject() == list.issuer()))
                .collect::<Vec<_>>()
        });
        read.await.unwrap_or_default()
    }

    fn must_be_listed(&self, url: &str) -> Result<(), FetchError> {
        let not_listed = || FetchError::HostNotListed(url.chars().take(200).collect());
        let parsed = reqwest::Url::parse(url).map_err(|_| not_listed())?;
        let host = parsed.host_str().ok_or_else(not_listed)?;
        let with_port = parsed.port().map(|port| format!("{host}:{port}"));
        let listed = self.hosts.iter().any(|known| known == host || Some(known) == with_port.as_ref());
        if listed && matches!(parsed.scheme(), "http" | "https") { Ok(()) } else { Err(not_listed()) }
    }

    async fn post(&self, url: &str, media_type: &'static str, body: Vec<u8>) -> Result<Vec<u8>, FetchError> {
        let request = self.http.post(url).header(CONTENT_TYPE, HeaderValue::from_static(media_type)).body(body);
        self.answer(url, request, ANSWER_MAX_BYTES).await
    }

    async fn answer(
        &self,
        url: &str,
        request: reqwest::RequestBuilder,
        limit_bytes: usize,
    ) -> Result<Vec<u8>, FetchError> {
        let no_answer = |detail: String| FetchError::NoAnswer { url: url.to_owned(), detail };
        let mut response = request.send().await.map_err(|error| no_answer(error.to_string()))?;
        if response.status() != reqwest::StatusCode::OK {
            return Err(no_answer(response.status().to_string()));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| no_answer(error.to_string()))? {
            if bytes.len() + chunk.len() > limit_bytes {
                return Err(FetchError::TooLarge { url: url.to_owned(), limit_bytes });
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }
}

/// The files among `paths`, folders searched one level deep.
fn files_of(paths: &[PathBuf]) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
            files.extend(entries.map(|entry| entry.path()).filter(|entry| entry.is_file()));
        } else {
            files.push(path.clone());
        }
    }
    files.sort();
    files
}
