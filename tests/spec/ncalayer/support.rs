//! A signer on a free port with the people of a demonstration world, and a page that asks it.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use futures_util::{SinkExt as _, StreamExt as _};
use openssl::ssl::{SslConnector, SslMethod, SslVerifyMode};
use openssl::x509::X509;
use qolhat::app::{SharedRandom, SystemRandom};
use qolhat::demo::{DEMO_PASSWORD, World};
use qolhat::domain::time::{FixedClock, Moment};
use qolhat::ncalayer::{Options, Origin, Person, Signer, Version, serve};
use qolhat::signature::fetch::Responders;
use qolhat_pki::algorithm::SignatureAlgorithm;
use qolhat_pki::certificate::Certificate;
use qolhat_pki::cms::SignedData;
use qolhat_pki::digest::DigestAlgorithm;
use qolhat_pki::{armor, pkcs12};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message, http};
use tokio_tungstenite::{WebSocketStream, client_async};

/// The site whose pages may ask beside those of this machine.
pub const SITE: &str = "https://edo.example.kz";
/// Longest wait for an answer; and how long silence is listened to.
const PATIENCE: Duration = Duration::from_secs(20);
const SILENCE: Duration = Duration::from_millis(400);

pub fn now() -> Moment {
    Moment::parse_rfc3339("2026-11-22T07:00:00Z").unwrap()
}

/// Somebody of the cast with the octets of his key stores.
struct Member {
    id: String,
    name: String,
    stores: Vec<Vec<u8>>,
}

/// A cast is minted once: most of that time goes into RSA keys.
static CAST: LazyLock<Vec<Member>> = LazyLock::new(|| {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("world");
    let world = World::create(&path, "http://127.0.0.1:9", now(), &mut SystemRandom).unwrap();
    members(&world)
});

fn members(world: &World) -> Vec<Member> {
    let people = world.people().iter().filter(|card| card.iin.is_some());
    let store = |file: &str| std::fs::read(world.folder().join(file)).unwrap();
    people
        .map(|card| Member {
            id: card.id.clone(),
            name: card.name.clone(),
            stores: card.keys.iter().map(|key| store(&key.file)).collect(),
        })
        .collect()
}

fn people(cast: &[Member]) -> Vec<Person> {
    let open = |store: &Vec<u8>| pkcs12::open(store, DEMO_PASSWORD).unwrap();
    let person = |member: &Member| Person::new(&member.id, &member.name, member.stores.iter().map(open).collect());
    cast.iter().map(|member| person(member).unwrap()).collect()
}

/// A signer at work.
pub struct Bench {
    pub signer: Arc<Signer>,
    pub address: SocketAddr,
    serving: tokio::task::JoinHandle<()>,
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Bench {
    pub async fn set() -> Bench {
        Self::with(people(&CAST), Version::V1_4, None).await
    }

    /// As NCALayer was when its answers were recorded.
    pub async fn of_version_1_2() -> Bench {
        Self::with(people(&CAST), Version::V1_2, None).await
    }

    /// With the people of `world` and the authority at this address.
    pub async fn stamping(world: &World, tsp_url: &str) -> Bench {
        let responders = Responders::new(tsp_url, &[], &[]).unwrap();
        Self::with(people(&members(world)), Version::V1_4, Some(responders)).await
    }

    pub async fn with(people: Vec<Person>, version: Version, time_stamps: Option<Responders>) -> Bench {
        let options = Options {
            allowed_origins: vec![Origin::parse(SITE).unwrap()],
            clock: Arc::new(FixedClock::new(now())),
            rng: SharedRandom::new(SystemRandom),
            time_stamps,
            version,
        };
        let signer = Arc::new(Signer::new(people, options).unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let at_work = Arc::clone(&signer);
        let serving = tokio::spawn(async move { serve(listener, at_work).await.unwrap() });
        Bench { signer, address, serving }
    }

    /// A page of a program: no origin.
    pub async fn page(&self) -> Page {
        self.connect(false, &[]).await.unwrap().0
    }

    /// A connection with these headers and its greeting; the status where it is refused.
    pub async fn connect(&self, over_tls: bool, headers: &[(&str, &str)]) -> Result<(Page, Value), u16> {
        let tcp = TcpStream::connect(self.address).await.unwrap();
        let wire: Box<dyn Wire> = if over_tls { Box::new(secured(tcp).await.0) } else { Box::new(tcp) };
        let scheme = if over_tls { "wss" } else { "ws" };
        let mut request = format!("{scheme}://{}/", self.address).into_client_request().unwrap();
        for (name, value) in headers {
            let name: http::HeaderName = name.parse().unwrap();
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        match client_async(request, wire).await {
            Ok((socket, _)) => {
                let mut page = Page { socket };
                let greeting = page.hear().await.expect("a greeting");
                Ok((page, serde_json::from_str(&greeting).unwrap()))
            }
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    /// The certificate that the signer shows over TLS.
    pub async fn certificate(&self) -> X509 {
        secured(TcpStream::connect(self.address).await.unwrap()).await.1
    }

    /// What comes back for these lines, to the end of the connection.
    pub async fn http(&self, over_tls: bool, request: &str) -> Answer {
        let tcp = TcpStream::connect(self.address).await.unwrap();
        let mut wire: Box<dyn Wire> = if over_tls { Box::new(secured(tcp).await.0) } else { Box::new(tcp) };
        wire.write_all(request.as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        // A server that refuses early may reset what it has not read.
        let _ = tokio::time::timeout(PATIENCE, wire.read_to_end(&mut bytes)).await.unwrap();
        Answer(String::from_utf8(bytes).unwrap())
    }

    pub async fn get(&self, path: &str, more: &str) -> Answer {
        self.http(false, &format!("GET {path} HTTP/1.1\r\nHost: {}\r\n{more}\r\n", self.address)).await
    }

    pub async fn post(&self, path: &str, more: &str, form: &str) -> Answer {
        let host = self.address;
        let head = format!("POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {}\r\n{more}", form.len());
        self.http(false, &format!("{head}\r\n{form}")).await
    }

    pub fn certificate_of(&self, id: &str, position: usize) -> Certificate {
        let person = self.signer.people().iter().find(|person| person.id() == id).unwrap();
        person.keys()[position].certificate.clone()
    }
}

/// An HTTP answer as it came.
pub struct Answer(pub String);

impl Answer {
    pub fn status(&self) -> u16 {
        self.0.split(' ').nth(1).unwrap_or_else(|| panic!("no answer: {:?}", self.0)).parse().unwrap()
    }

    pub fn body(&self) -> &str {
        self.0.split_once("\r\n\r\n").unwrap().1
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let head = self.0.split_once("\r\n\r\n").unwrap().0;
        head.lines().filter_map(|line| line.split_once(": ")).find(|(known, _)| *known == name).map(|(_, value)| value)
    }
}

pub trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

async fn secured(tcp: TcpStream) -> (tokio_openssl::SslStream<TcpStream>, X509) {
    let mut connector = SslConnector::builder(SslMethod::tls()).unwrap();
    connector.set_verify(SslVerifyMode::NONE);
    let ssl = connector.build().configure().unwrap().into_ssl("localhost").unwrap();
    let mut stream = tokio_openssl::SslStream::new(ssl, tcp).unwrap();
    Pin::new(&mut stream).connect().await.unwrap();
    let certificate = stream.ssl().peer_certificate().unwrap();
    (stream, certificate)
}

/// A page that talks to the signer.
pub struct Page {
    pub socket: WebSocketStream<Box<dyn Wire>>,
}

impl Page {
    pub async fn say(&mut self, text: &str) {
        self.socket.send(Message::text(text)).await.unwrap();
    }

    /// The next text; `None` at the end of the connection.
    pub async fn hear(&mut self) -> Option<String> {
        loop {
            match tokio::time::timeout(PATIENCE, self.socket.next()).await.expect("no answer in time") {
                Some(Ok(Message::Text(text))) => return Some(text.to_string()),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    pub async fn ask_raw(&mut self, text: &str) -> Value {
        self.say(text).await;
        let answer = self.hear().await.expect("an answer");
        serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{error}: {answer}"))
    }

    pub async fn ask(&mut self, request: &Value) -> Value {
        self.ask_raw(&request.to_string()).await
    }

    /// `basics.sign` with these arguments.
    pub async fn sign(&mut self, args: Value) -> Value {
        self.ask(&json!({"module": "kz.gov.pki.knca.basics", "method": "sign", "args": args})).await
    }

    /// A method of commonUtils.
    pub async fn call(&mut self, method: &str, args: Value) -> Value {
        self.ask(&json!({"module": "kz.gov.pki.knca.commonUtils", "method": method, "args": args})).await
    }

    pub async fn is_silent(&mut self) -> bool {
        tokio::time::timeout(SILENCE, self.socket.next()).await.is_err()
    }
}

/// Arguments of a CMS over `data` given in base64.
pub fn cms_of(data: &[u8], signing: Value, signer: Value) -> Value {
    let mut signing_params = json!({"decode": true, "encapsulate": false, "digested": false});
    signing_params.as_object_mut().unwrap().extend(signing.as_object().unwrap().clone());
    json!({
        "allowedStorages": ["PKCS12"],
        "format": "cms",
        "data": BASE64_STANDARD.encode(data),
        "signingParams": signing_params,
        "signerParams": signer,
        "locale": "ru",
    })
}

/// The only signature of an answer of version 1.4.
pub fn only(answer: &Value) -> &str {
    assert_eq!(answer["status"], true, "{answer}");
    let made = answer["body"]["result"].as_array().unwrap_or_else(|| panic!("{answer}"));
    assert_eq!(made.len(), 1, "{answer}");
    made[0].as_str().unwrap()
}

/// The message in a PEM or base64 text, whose one signature is by the key of `certificate` over a content of this digest.
pub fn verified(text: &str, digest: &[u8], certificate: &Certificate) -> SignedData {
    let [der] = <[Vec<u8>; 1]>::try_from(armor::decode_any(text.as_bytes())).unwrap_or_else(|_| panic!("{text}"));
    let message = SignedData::from_bytes(&der).unwrap();
    let [signer] = message.signer_infos() else { panic!("not one signer") };
    assert_eq!(message.certificates().iter().map(Certificate::der).collect::<Vec<_>>(), [certificate.der()]);
    assert!(signer.matches_certificate(certificate) && signer.attribute_faults().is_empty());
    assert_eq!(signer.message_digest(), Some(digest));
    assert_eq!(signer.signing_time(), Some(now()));
    let is_rsa = DigestAlgorithm::from_oid(&signer.digest_algorithm()) == Some(DigestAlgorithm::Sha256);
    let rsa = SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha256);
    let algorithm = if is_rsa { rsa } else { SignatureAlgorithm::Gost2015_512 };
    let key = certificate.public_key().unwrap();
    key.verify_message(algorithm, signer.signed_octets().unwrap(), signer.signature()).unwrap();
    message
}
