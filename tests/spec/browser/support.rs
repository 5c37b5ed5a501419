//! A browser of a person: its own profile, its own signer on the address that every page expects, one language.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use qolhat::app::{SharedRandom, SystemRandom};
use qolhat::ncalayer::{Options, Person, Signer, Version, serve};
use qolhat_pki::pkcs12::KeyStore;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::support::stage::Stage;

/// Longest wait for anything that a page shows.
pub const PATIENCE: Duration = Duration::from_secs(40);

/// How a browser is set up.
#[derive(Clone, Copy)]
pub struct Setup {
    pub language: &'static str,
    pub javascript: bool,
    pub dark: bool,
    pub width: u32,
}

impl Setup {
    pub fn speaking(language: &'static str) -> Setup {
        Setup { language, javascript: true, dark: false, width: 1280 }
    }
}

/// chromedriver, ended with the test.
struct Driver {
    child: Child,
    port: u16,
}

impl Driver {
    async fn start() -> Driver {
        let port = free_port();
        let child = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is not installed: run `make tools`");
        let driver = Driver { child, port };
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        for _ in 0..400 {
            let up = http.get(format!("http://127.0.0.1:{port}/status")).send().await;
            if up.is_ok() {
                return driver;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("chromedriver does not answer");
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

pub struct Browser {
    pub page: Client,
    pub signer: Option<Arc<Signer>>,
    pub base: String,
    driver: Driver,
    _profile: TempDir,
}

/// A signer with the keys of a member of the demonstration's cast, on a port of its own.
pub async fn signer_of(stage: &Stage, id: &str) -> (Arc<Signer>, SocketAddr) {
    let stores = ["sign", "auth"].map(|purpose| stage.world.key_store(id, purpose).unwrap());
    signer_with(stage, id, stores.into()).await
}

pub async fn signer_with(stage: &Stage, id: &str, stores: Vec<KeyStore>) -> (Arc<Signer>, SocketAddr) {
    let person = Person::new(id, id, stores).unwrap();
    let options = Options {
        allowed_origins: Vec::new(),
        clock: Arc::clone(&stage.app.clock),
        rng: SharedRandom::new(SystemRandom),
        time_stamps: None,
        version: Version::default(),
    };
    let signer = Arc::new(Signer::new(vec![person], options).unwrap());
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(serve(listener, Arc::clone(&signer)));
    (signer, address)
}

impl Browser {
    /// A browser of a member of the cast, with his keys in the signer.
    pub async fn of(stage: &Stage, id: &str, setup: Setup) -> Browser {
        let (signer, address) = signer_of(stage, id).await;
        Self::open(stage, Some((signer, address)), setup).await
    }

    /// A browser; what its pages ask at 127.0.0.1:13579 goes to this signer, or to nobody.
    pub async fn open(stage: &Stage, signer: Option<(Arc<Signer>, SocketAddr)>, setup: Setup) -> Browser {
        let driver = Driver::start().await;
        let profile = TempDir::new().unwrap();
        let signer_port = signer.as_ref().map_or_else(free_port, |(_, address)| address.port());
        let mut arguments = vec![
            "--headless".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-quic".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--no-first-run".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
            "--hide-scrollbars".to_owned(),
            // The signer's own certificate for TLS, which a person would have told the browser to trust.
            "--ignore-certificate-errors".to_owned(),
            format!("--host-resolver-rules=MAP 127.0.0.1:13579 127.0.0.1:{signer_port}"),
            format!("--user-data-dir={}", profile.path().display()),
            format!("--window-size={},1000", setup.width),
            format!("--lang={}", setup.language),
        ];
        if setup.dark {
            arguments.push("--force-dark-mode".to_owned());
        }
        let javascript = if setup.javascript { 1 } else { 2 };
        let capabilities = json!({
            "browserName": "chrome",
            "goog:chromeOptions": {
                "args": arguments,
                "prefs": {
                    "profile.default_content_setting_values.javascript": javascript,
                    "intl.accept_languages": setup.language,
                    "download.default_directory": profile.path(),
                },
            },
        });
        let Value::Object(capabilities) = capabilities else { unreachable!() };
        let page = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{}", driver.port))
            .await
            .expect("Chromium does not start: run `make tools`");
        let signer = signer.map(|(signer, _)| signer);
        Browser { page, signer, base: stage.base.clone(), driver, _profile: profile }
    }

    pub async fn go(&self, path: &str) {
        self.page.goto(&format!("{}{path}", self.base)).await.unwrap();
    }

    /// The element, once it is there.
    pub async fn see(&self, css: &str) -> Element {
        match self.page.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await {
            Ok(element) => element,
            Err(error) => panic!("{css}: {error} on {}\n{}", self.place().await, self.text().await),
        }
    }

    pub async fn sees_no(&self, css: &str) -> bool {
        self.page.find_all(Locator::Css(css)).await.unwrap().is_empty()
    }

    pub async fn click(&self, css: &str) {
        let element = self.see(css).await;
        // What lies outside of the window is brought into it first, as a person would.
        self.page
            .execute("arguments[0].scrollIntoView({block: 'center'})", vec![serde_json::to_value(&element).unwrap()])
            .await
            .unwrap();
        element.click().await.unwrap_or_else(|error| panic!("{css}: {error}"));
    }

    pub async fn fill(&self, css: &str, text: &str) {
        let element = self.see(css).await;
        element.clear().await.unwrap();
        element.send_keys(text).await.unwrap();
    }

    /// Chooses a file of these octets.
    pub async fn choose_file(&self, css: &str, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self._profile.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        self.see(css).await.send_keys(&path.display().to_string()).await.unwrap();
        path
    }

    pub async fn place(&self) -> String {
        self.page.current_url().await.map(|url| url.to_string()).unwrap_or_default()
    }

    pub async fn text(&self) -> String {
        let script = "return document.body ? document.body.innerText : ''";
        self.page
            .execute(script, vec![])
            .await
            .ok()
            .and_then(|text| text.as_str().map(str::to_owned))
            .unwrap_or_default()
    }

    /// Waits until the place has this in it.
    pub async fn arrive(&self, part: &str) -> String {
        for _ in 0..800 {
            let place = self.place().await;
            if place.contains(part) {
                return place;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("still at {} instead of {part}\n{}", self.place().await, self.text().await);
    }

    /// Waits for the page of this problem: the one before it may show another, until the answer is there.
    pub async fn refused(&self, code: &str) {
        self.see(&format!("[data-code='{code}']")).await;
    }

    /// Waits for a state of the form that is signed.
    pub async fn signing(&self, state: &str) {
        self.see(&format!("form[data-sign][data-sign-state={state}]")).await;
    }

    pub async fn log_in(&self) {
        self.go("/login").await;
        self.sign().await;
        self.see("form[action='/logout']").await;
    }

    /// Presses the button that signs.
    pub async fn sign(&self) {
        self.see("[data-sign-start]:not([hidden])").await;
        self.click("[data-sign-start]").await;
    }

    /// The state of the document that is shown.
    pub async fn state(&self) -> String {
        self.see("#state").await.attr("data-state").await.unwrap().unwrap()
    }

    /// Reads an offer, gives the data and every consent, signs; answers the acceptance's page.
    pub async fn accept_offer(&self, offer: &str) -> String {
        self.go(&format!("/offers/{offer}/accept")).await;
        self.fill("#email", "client@example.kz").await;
        self.fill("#phone", "+77010000001").await;
        for tick in self.page.find_all(Locator::Css("input[name=declaration]")).await.unwrap() {
            self.page
                .execute("arguments[0].scrollIntoView({block: 'center'})", vec![serde_json::to_value(&tick).unwrap()])
                .await
                .unwrap();
            tick.click().await.unwrap();
        }
        self.click("form[action$='/accept'] button").await;
        self.see("#consent").await;
        self.sign().await;
        self.arrive("done=accepted-offer").await
    }

    /// Brings a file for `recipient` and sends it signed; answers the document's address.
    pub async fn send_file(&self, recipient: &str, name: &str, bytes: &[u8]) -> String {
        self.draft_file(recipient, name, bytes).await;
        self.sign().await;
        let place = self.arrive("done=signed").await;
        path_of(&place)
    }

    pub async fn draft_file(&self, recipient: &str, name: &str, bytes: &[u8]) -> String {
        self.go("/documents/new").await;
        self.fill("#recipient", recipient).await;
        self.choose_file("#original", name, bytes).await;
        self.click("form[action='/documents/new'] button").await;
        path_of(&self.arrive("done=drafted").await)
    }

    pub async fn close(self) {
        self.page.close().await.unwrap();
        drop(self.driver);
    }
}

/// The path of an address, without its query.
pub fn path_of(place: &str) -> String {
    let path = place.split_once("://").map_or(place, |(_, rest)| rest);
    let path = path.find('/').map_or("/", |start| &path[start..]);
    path.split('?').next().unwrap().to_owned()
}

/// A PDF of one page.
pub fn pdf(text: &str) -> Vec<u8> {
    let content = format!("BT /F1 24 Tf 72 700 Td ({text}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut bytes = b"%PDF-1.4\n".to_vec();
    let mut offsets = Vec::new();
    for (number, object) in (1..).zip(&objects) {
        offsets.push(bytes.len());
        bytes.extend(format!("{number} 0 obj\n{object}\nendobj\n").bytes());
    }
    let start = bytes.len();
    bytes.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).bytes());
    for offset in offsets {
        bytes.extend(format!("{offset:010} 00000 n \n").bytes());
    }
    bytes.extend(format!("trailer << /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n", objects.len() + 1).bytes());
    bytes
}

impl Browser {
    /// A command of the browser's developer protocol, which chromedriver passes on.
    pub async fn developer(&self, command: &str, parameters: Value) -> Value {
        let session = self.page.session_id().await.unwrap().unwrap();
        let url = format!("http://127.0.0.1:{}/session/{session}/goog/cdp/execute", self.driver.port);
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let body = json!({"cmd": command, "params": parameters});
        let answer: Value = http.post(url).json(&body).send().await.unwrap().json().await.unwrap();
        answer["value"].clone()
    }
}
