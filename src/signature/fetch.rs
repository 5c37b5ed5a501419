//! The only place that asks the CA's services: time stamps, OCSP answers, CRLs, certificates of CAs. What comes back is
//! evidence, judged elsewhere; what does not come back is an absence, never a verdict.
//!
//! * Whom and how often: `web`. Addresses in certificates are the attacker's: only hosts of the configured list are
//!   asked.
//! * OCSP first, with a nonce. Where no answer can be had, or the responder says "try later", the CRL and its delta are
//!   fetched. An answer to another nonce is a refusal, and one whose signature does not hold or that does not know the
//!   certificate is judged as it is: nobody who stands between may choose older evidence by spoiling the newer one.
//! * CRLs are held, each the newest good one of its address (`lists`), and over restarts in a folder (`shelf`).
//! * OCSP answers and verdicts are not held. An answer belongs to one question: the receipt of a document wants one made
//!   after it, and whoever asks about a file wants the word of now. A verdict depends on anchors, policy, evidence and
//!   time together, and each run has its own evidence.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use qolhat_pki::armor;
use qolhat_pki::certificate::Certificate;
use qolhat_pki::crl::CertificateList;
use qolhat_pki::digest::DigestAlgorithm;
use qolhat_pki::issue;
use qolhat_pki::ocsp::{OcspResponse, ResponseStatus};
use qolhat_pki::random::SecureRandom;
use qolhat_pki::time::Moment;

mod error;
mod files;
mod lists;
mod shelf;
mod stamp;
mod web;

pub use error::FetchError;
pub use files::{FileFault, FileFaultKind, examine_files};
pub use lists::{ASK_AGAIN_SECONDS, LIST_TIMEOUT_SECONDS, LISTS_MAX, Unfit};
use lists::{Kind, Lists};
use shelf::Shelf;
pub use stamp::TspPolicies;
use web::{Came, Question, Validators, Web, What};

/// Longest wait for one answer, in seconds.
pub const ANSWER_TIMEOUT_SECONDS: u64 = 10;
/// Largest OCSP answer, time stamp or certificate taken, in bytes.
pub const ANSWER_MAX_BYTES: usize = 256 * 1024;
/// Largest CRL taken, in bytes.
pub const CRL_MAX_BYTES: usize = qolhat_pki::crl::CRL_MAX_BYTES;
/// Most addresses of one certificate that are asked for one thing.
pub const ADDRESSES_MAX: usize = 4;
/// Length of a nonce, in bytes.
const NONCE_BYTES: usize = 16;

/// One piece of evidence as it came.
#[derive(Debug, Clone)]
pub enum Piece {
    /// An OCSP response, DER.
    Ocsp(Vec<u8>),
    /// A CRL, read already: a copy shares its octets.
    Crl(CertificateList),
}

/// What was asked for in one run already. A list serves every certificate of its issuer: it is fetched, read and handed
/// out once, however many signers there are. Whoever may hand in a file would otherwise make us ask as often as he likes.
pub struct Asked {
    /// Whose lists are looked for: the CAs of the paths.
    issuers: Vec<Certificate>,
    /// When the run is.
    now: Moment,
    /// Addresses of lists, and whether one was had there.
    addresses: BTreeMap<String, bool>,
    /// Responders of whom nothing was heard: silence costs its full time but once.
    silent: BTreeSet<String>,
    /// The lists of the issuers in the files, once they are read; what is handed out is gone.
    in_files: Option<Vec<CertificateList>>,
}

impl Asked {
    /// Nothing yet, in a run at `now` about certificates of `issuers`. Their lists are taken when one of them signed
    /// them.
    pub fn nothing<'c>(issuers: impl IntoIterator<Item = &'c Certificate>, now: Moment) -> Self {
        let mut distinct: Vec<Certificate> = Vec::new();
        for issuer in issuers {
            if !distinct.contains(issuer) {
                distinct.push(issuer.clone());
            }
        }
        let (addresses, silent) = (BTreeMap::new(), BTreeSet::new());
        Self { issuers: distinct, now, addresses, silent, in_files: None }
    }
}

/// The services that may be asked. A copy shares the lists held.
#[derive(Debug, Clone)]
pub struct Responders {
    web: Web,
    tsp_url: String,
    tsp_policies: TspPolicies,
    lists: Lists,
    files: files::Files,
}

impl Responders {
    /// The time-stamping authority at `tsp_url`, responders at `hosts` (`host` or `host:port`), and lists in files or
    /// folders.
    ///
    /// # Errors
    /// When the TLS library cannot be set up.
    pub fn new(tsp_url: &str, hosts: &[String], crl_files: &[PathBuf]) -> Result<Self, reqwest::Error> {
        Ok(Self {
            web: Web::new(hosts)?,
            tsp_url: tsp_url.to_owned(),
            tsp_policies: TspPolicies::default(),
            lists: Lists::new(None),
            files: files::Files::new(crl_files),
        })
    }

    /// The same, which keeps fetched lists in `folder` over restarts; without one, in memory alone.
    #[must_use]
    pub fn keeping_lists_in(self, folder: Option<PathBuf>) -> Self {
        Self { lists: Lists::new(folder.map(Shelf::new)), ..self }
    }

    /// What the CA says of `certificate` now: an OCSP answer; where none can be had a CRL with its delta; then the CRLs
    /// kept in files. An empty answer means that nothing could be had beyond what this run has got already, as `asked`
    /// knows; each failure is logged.
    pub async fn revocation(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        asked: &mut Asked,
        rng: &mut (dyn SecureRandom + Send),
    ) -> Vec<Piece> {
        for url in certificate.ocsp_uris().iter().take(ADDRESSES_MAX) {
            if asked.silent.contains(url) {
                continue;
            }
            match self.ocsp(url, certificate, issuer, rng).await {
                Ok(response) => return vec![Piece::Ocsp(response)],
                Err(error) if error.is_absence() => {
                    tracing::warn!(responder.error = %error, responder.code = error.code(), "no OCSP answer");
                    if matches!(error, FetchError::Silent { .. }) {
                        asked.silent.insert(url.clone());
                    }
                }
                Err(error) => {
                    tracing::warn!(responder.error = %error, responder.code = error.code(), "no use of an OCSP answer");
                    return Vec::new();
                }
            }
        }
        match self.lists(certificate, asked, rng).await {
            Some(pieces) => pieces,
            None => self.crls_in_files(issuer, asked).await,
        }
    }

    /// The certificates of the CA that issued `certificate`, from where it says they are; those of other names or whose
    /// key did not sign it are left out. Nobody vouches for them.
    pub async fn issuers_of(&self, certificate: &Certificate, rng: &mut (dyn SecureRandom + Send)) -> Vec<Certificate> {
        for url in certificate.ca_issuer_uris().iter().take(ADDRESSES_MAX) {
            let nothing = Validators::default();
            let what = What::Object(&nothing);
            match self.ask(url, what, ANSWER_MAX_BYTES, rng).await {
                Ok(octets) => {
                    let read =
                        armor::decode_any(&octets).into_iter().filter_map(|der| Certificate::from_der(&der).ok());
                    let issued = |ca: &Certificate| {
                        ca.subject() == certificate.issuer() && certificate.verify_signed_by(ca).is_ok()
                    };
                    let found: Vec<Certificate> = read.filter(issued).collect();
                    if !found.is_empty() {
                        return found;
                    }
                    tracing::warn!(responder.url = url, "not the certificate of the issuer");
                }
                Err(error) => {
                    tracing::warn!(responder.error = %error, responder.code = error.code(), "no certificate of the CA");
                }
            }
        }
        Vec::new()
    }

    async fn ocsp(
        &self,
        url: &str,
        certificate: &Certificate,
        issuer: &Certificate,
        rng: &mut (dyn SecureRandom + Send),
    ) -> Result<Vec<u8>, FetchError> {
        self.web.must_be_listed(url)?;
        let nonce = nonce(rng);
        let request =
            issue::ocsp_builder::build_request(issuer, certificate.serial(), DigestAlgorithm::Sha256, Some(&nonce));
        let answer = self.post(url, "application/ocsp-request", &request, rng).await?;
        let malformed = |detail: String| FetchError::Malformed { url: url.to_owned(), detail };
        let response = OcspResponse::from_der(&answer).map_err(|error| malformed(error.to_string()))?;
        match (response.basic(), response.status()) {
            // A responder may answer from a store, without a nonce: how old the answer may be is judged elsewhere.
            (Some(basic), _) if basic.nonce().is_none() || basic.nonce_matches(&nonce) => Ok(answer),
            (Some(_), _) => {
                let detail = "the answer is to another nonce".to_owned();
                Err(FetchError::OtherQuestion { url: url.to_owned(), detail })
            }
            (None, ResponseStatus::TryLater | ResponseStatus::InternalError) => {
                Err(FetchError::TryLater(url.to_owned()))
            }
            (None, status) => Err(FetchError::Refused { url: url.to_owned(), detail: status.as_str().to_owned() }),
        }
    }

    /// The CRL of the first address that gives one, and its deltas; an empty answer when this run has them already, and
    /// nothing when none can be had.
    async fn lists(
        &self,
        certificate: &Certificate,
        asked: &mut Asked,
        rng: &mut (dyn SecureRandom + Send),
    ) -> Option<Vec<Piece>> {
        let mut pieces = Vec::new();
        let mut was_had = false;
        for url in certificate.crl_uris().iter().take(ADDRESSES_MAX) {
            match asked.addresses.get(url) {
                Some(true) => {
                    was_had = true;
                    break;
                }
                Some(false) => continue,
                None => {}
            }
            let Some(full) = self.list(url, Kind::Full, asked, rng).await else { continue };
            was_had = true;
            for url in certificate.freshest_crl_uris().iter().take(ADDRESSES_MAX) {
                if let Some(delta) = self.list(url, Kind::DeltaTo(&full), asked, rng).await {
                    pieces.push(Piece::Crl(delta));
                    break;
                }
            }
            let is_part = full.issuing_distribution_point().is_some_and(|scope| scope.only_some_reasons.is_some());
            pieces.push(Piece::Crl(full));
            // A list for some reasons says something only together with those of the others.
            if !is_part {
                break;
            }
        }
        was_had.then_some(pieces)
    }

    async fn list(
        &self,
        url: &str,
        kind: Kind<'_>,
        asked: &mut Asked,
        rng: &mut (dyn SecureRandom + Send),
    ) -> Option<CertificateList> {
        let answer = match self.web.must_be_listed(url) {
            Ok(()) => self.lists.newest(&self.web, url, kind, &asked.issuers, asked.now, rng).await,
            Err(error) => Err(error),
        };
        asked.addresses.insert(url.to_owned(), answer.is_ok());
        answer
            .inspect_err(|error| {
                tracing::warn!(responder.error = %error, responder.code = error.code(), "no revocation list");
            })
            .ok()
    }

    /// The CRLs of `issuer` among the configured files and folders, which are read once in a run.
    async fn crls_in_files(&self, issuer: &Certificate, asked: &mut Asked) -> Vec<Piece> {
        let lists = match asked.in_files.take() {
            Some(lists) => lists,
            None => self.files.lists_of(asked.issuers.clone()).await,
        };
        let (of_issuer, others) = lists.into_iter().partition(|list| list.issuer() == issuer.subject());
        asked.in_files = Some(others);
        Vec::into_iter(of_issuer).map(Piece::Crl).collect()
    }

    async fn post(
        &self,
        url: &str,
        media_type: &'static str,
        request: &[u8],
        rng: &mut (dyn SecureRandom + Send),
    ) -> Result<Vec<u8>, FetchError> {
        let what = What::Answer { media_type, request };
        let question = Question { url, what, limit_bytes: ANSWER_MAX_BYTES, timeout_seconds: ANSWER_TIMEOUT_SECONDS };
        octets(url, self.web.ask(&question, rng).await?)
    }

    async fn ask(
        &self,
        url: &str,
        what: What<'_>,
        limit_bytes: usize,
        rng: &mut (dyn SecureRandom + Send),
    ) -> Result<Vec<u8>, FetchError> {
        self.web.must_be_listed(url)?;
        let question = Question { url, what, limit_bytes, timeout_seconds: ANSWER_TIMEOUT_SECONDS };
        octets(url, self.web.ask(&question, rng).await?)
    }
}

fn octets(url: &str, came: Came) -> Result<Vec<u8>, FetchError> {
    match came {
        Came::Octets(octets, _) => Ok(octets),
        Came::NotModified => Err(FetchError::NoAnswer { url: url.to_owned(), detail: "not modified".to_owned() }),
    }
}

fn nonce(rng: &mut (dyn SecureRandom + Send)) -> [u8; NONCE_BYTES] {
    let mut nonce = [0; NONCE_BYTES];
    rng.fill(&mut nonce);
    nonce
}
