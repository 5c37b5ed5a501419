//! A CA of the test's own, and a server on loopback that answers what it is told to, well or badly.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use qolhat::app::{SharedRandom, SystemRandom};
use qolhat::domain::time::Moment;
use qolhat::signature::fetch::{Asked, Piece, Responders};
use qolhat_pki::certificate::Certificate;
use qolhat_pki::crl::CertificateList;
use qolhat_pki::issue::certificate_builder::build_certificate;
use qolhat_pki::issue::crl_builder::{CrlTemplate, build_crl};
use qolhat_pki::issue::profile::{Issuer, KeyUse, Profile, ServiceUris, service_subject};
use qolhat_pki::key::PrivateKey;
use qolhat_pki::time::Span;
use tokio::net::TcpListener;

use crate::support::stage::at;

/// An answer to the octets of a request.
pub type Maker = Arc<dyn Fn(&[u8]) -> Vec<u8> + Send + Sync>;

/// What is answered at one path.
#[derive(Clone)]
pub enum Reply {
    /// These octets, perhaps under an ETag.
    Octets(Vec<u8>, Option<&'static str>),
    /// This status.
    Status(u16),
    /// This status so often, then these octets.
    After(u32, u16, Vec<u8>),
    /// So many octets told and fewer sent.
    Cut(Vec<u8>),
    /// A redirect to here.
    Redirect(String),
    /// Octets without end.
    Endless,
    /// A length told that no answer may have.
    TellsLength(u64),
    /// Nothing for a long time.
    Silent,
    /// What this makes of the request.
    Made(Maker),
}

/// One request as it came.
#[derive(Clone)]
pub struct Seen {
    pub path: String,
    pub headers: HeaderMap,
}

#[derive(Default)]
pub struct Script {
    replies: Mutex<BTreeMap<String, Reply>>,
    seen: Mutex<Vec<Seen>>,
}

impl Script {
    pub fn set(&self, path: &str, reply: Reply) {
        self.replies.lock().unwrap().insert(path.to_owned(), reply);
    }

    pub fn seen(&self, path: &str) -> Vec<Seen> {
        self.seen.lock().unwrap().iter().filter(|seen| seen.path == path).cloned().collect()
    }
}

/// A server, and its `host:port`.
pub async fn server() -> (Arc<Script>, String) {
    let script = Arc::new(Script::default());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let app = Router::new().fallback(answer).with_state(Arc::clone(&script));
    tokio::spawn(async move { axum::serve(listener, app).await });
    (script, host)
}

async fn answer(State(script): State<Arc<Script>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let path = uri.path().to_owned();
    let count = {
        let mut seen = script.seen.lock().unwrap();
        seen.push(Seen { path: path.clone(), headers: headers.clone() });
        seen.iter().filter(|one| one.path == path).count()
    };
    let reply = script.replies.lock().unwrap().get(&path).cloned();
    match reply {
        None => StatusCode::NOT_FOUND.into_response(),
        Some(Reply::Octets(octets, None)) => octets.into_response(),
        Some(Reply::Octets(octets, Some(etag))) => {
            if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known == etag) {
                return StatusCode::NOT_MODIFIED.into_response();
            }
            ([(header::ETAG, etag)], octets).into_response()
        }
        Some(Reply::Status(status)) => StatusCode::from_u16(status).unwrap().into_response(),
        Some(Reply::After(times, status, _)) if count <= times as usize => {
            StatusCode::from_u16(status).unwrap().into_response()
        }
        Some(Reply::After(_, _, octets)) => octets.into_response(),
        Some(Reply::Cut(octets)) => {
            let told = octets.len() + 100;
            let body = Body::from_stream(futures_util::stream::iter([
                Ok(Bytes::from(octets)),
                Err(std::io::Error::other("the line is cut")),
            ]));
            Response::builder().header(header::CONTENT_LENGTH, told).body(body).unwrap()
        }
        Some(Reply::Redirect(to)) => (StatusCode::FOUND, [(header::LOCATION, to)]).into_response(),
        Some(Reply::Endless) => {
            let chunk = Bytes::from(vec![0x30; 1 << 20]);
            let chunks = futures_util::stream::iter((0..200).map(move |_| Ok::<_, Infallible>(chunk.clone())));
            Response::new(Body::from_stream(chunks))
        }
        Some(Reply::TellsLength(length)) => {
            let body = Body::from_stream(futures_util::stream::pending::<Result<Bytes, Infallible>>());
            Response::builder().header(header::CONTENT_LENGTH, length).body(body).unwrap()
        }
        Some(Reply::Silent) => {
            tokio::time::sleep(Duration::from_secs(120)).await;
            StatusCode::OK.into_response()
        }
        Some(Reply::Made(make)) => make(&body).into_response(),
    }
}

pub struct Ca {
    pub certificate: Certificate,
    pub key: PrivateKey,
}

pub fn rng() -> SharedRandom {
    SharedRandom::new(SystemRandom)
}

pub fn now() -> Moment {
    at("2026-11-22T09:00:00Z")
}

pub fn later(seconds: i64) -> Moment {
    now().checked_add(Span::seconds(seconds)).unwrap()
}

fn validity() -> (Moment, Moment) {
    (at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z"))
}

impl Ca {
    pub fn new(name: &str) -> Self {
        let (mut rng, subject) = (rng(), service_subject(name));
        let key = PrivateKey::generate_gost512(&mut rng).unwrap();
        let spki = key.spki_der().unwrap();
        let issuer = Issuer::itself(subject.clone(), &spki).unwrap();
        let template = Profile::RootCa.template(&issuer, subject, spki, validity()).unwrap();
        let certificate = Certificate::from_der(&build_certificate(&template, &key, &mut rng).unwrap()).unwrap();
        Self { certificate, key }
    }

    /// A certificate of a person with these addresses inside, and its key.
    pub fn issue(&self, profile: &Profile, uris: ServiceUris) -> (Certificate, PrivateKey) {
        let mut rng = rng();
        let key = PrivateKey::generate_gost512(&mut rng).unwrap();
        let issuer = Issuer::of(&self.certificate, uris).unwrap();
        let subject = service_subject("SOMEBODY");
        let template = profile.template(&issuer, subject, key.spki_der().unwrap(), validity()).unwrap();
        (Certificate::from_der(&build_certificate(&template, &self.key, &mut rng).unwrap()).unwrap(), key)
    }

    pub fn leaf(&self, uris: ServiceUris) -> Certificate {
        self.issue(&Profile::NaturalPerson(KeyUse::Sign), uris).0
    }

    /// A full list, or a delta to the list of number `base`.
    pub fn list(&self, number: u64, this_update: Moment, base: Option<u64>) -> Vec<u8> {
        let template = CrlTemplate {
            issuer: self.certificate.subject_der().to_vec(),
            authority_key_id: self.certificate.subject_key_id().map(<[u8]>::to_vec),
            this_update,
            next_update: this_update.checked_add(Span::hours(27)),
            number,
            base_number: base,
            entries: Vec::new(),
            more_extensions: Vec::new(),
        };
        build_crl(&template, &self.key, &mut rng()).unwrap()
    }
}

/// A CA whose list is at `/full.crl` and whose delta at `/delta.crl`, and who asks it.
pub struct Bench {
    pub ca: Ca,
    pub leaf: Certificate,
    pub script: Arc<Script>,
    pub host: String,
    pub responders: Responders,
}

impl Bench {
    pub async fn set(with: impl FnOnce(&str) -> ServiceUris) -> Self {
        let (script, host) = server().await;
        let ca = Ca::new("FETCH TEST CA");
        let leaf = ca.leaf(with(&format!("http://{host}")));
        let tsp = format!("http://{host}/tsp");
        let responders = Responders::new(&tsp, std::slice::from_ref(&host), &[]).unwrap();
        Self { ca, leaf, script, host, responders }
    }

    /// Only lists.
    pub async fn of_lists() -> Self {
        Self::set(|url| ServiceUris { crl: vec![format!("{url}/full.crl")], ..ServiceUris::default() }).await
    }

    pub async fn asked_at(&self, now: Moment) -> Vec<Piece> {
        let mut asked = Asked::nothing([&self.ca.certificate], now);
        self.responders.revocation(&self.leaf, &self.ca.certificate, &mut asked, &mut rng()).await
    }

    /// The numbers of the lists had at `now`, deltas marked.
    pub async fn numbers_at(&self, now: Moment) -> Vec<String> {
        let number = |list: &CertificateList| {
            let number = list.crl_number().unwrap();
            if list.is_delta() { format!("delta {number}") } else { number.to_string() }
        };
        let told = |piece: &Piece| match piece {
            Piece::Crl(list) => number(list),
            Piece::Ocsp(_) => "ocsp".to_owned(),
        };
        self.asked_at(now).await.iter().map(told).collect()
    }
}
