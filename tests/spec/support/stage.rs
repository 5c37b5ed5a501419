//! A whole service on a free port: demo CA with its responders, a database and a blob store of its own, people with keys.
//! The database is SQLite, or PostgreSQL where QOLHAT_SPEC_DATABASE=postgres.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use qolhat::app::{App, Passwords, SharedRandom, clock_of};
use qolhat::config::Config;
use qolhat::demo::World;
use qolhat::demo::client::{Attached, Client, ClientError, KeyPair, text};
use qolhat::demo::responders::{Services, serve as serve_responders};
use qolhat::demo::run::actor;
use qolhat::demo::story::Actor;
use qolhat::docflow::store;
use qolhat::domain::ids::{DocumentId, OfferId};
use qolhat::domain::kinds::{AcceptedOffer, Rules, samples};
use qolhat::domain::money::VatTable;
use qolhat::domain::party::Party;
use qolhat::domain::time::{CivilDate, Moment};
use qolhat::serve::serve;
use qolhat::visualization::{Drawer, DrawerLimits};
use qolhat_pki::issue::cms_sign::Packaging;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use tokio::net::TcpListener;

use super::database::OwnDatabase;
use super::random::TestRandom;

pub const AGREEMENT: &str = "Соглашение.\n1. Стороны обмениваются документами.\n";

pub struct Stage {
    pub world: World,
    pub services: Arc<Services>,
    pub app: Arc<App>,
    pub config: Config,
    /// Where blobs lie as files.
    pub blobs: PathBuf,
    pub client: Client,
    pub base: String,
    service: tokio::task::JoinHandle<()>,
    responders: tokio::task::JoinHandle<()>,
    /// Where it is not a file in the folder.
    pub database: Option<OwnDatabase>,
    _folder: TempDir,
}

/// What a stage stands on.
struct Premises {
    world: World,
    database: Option<OwnDatabase>,
    blobs: PathBuf,
    folder: TempDir,
}

/// A published offer.
pub struct Offer {
    pub id: String,
    pub title: String,
    pub text: String,
}

pub fn at(text: &str) -> Moment {
    Moment::parse_rfc3339(text).unwrap()
}

/// Who asks for an extract: a party for itself.
pub fn asked_by(party: &Party) -> Value {
    json!({"party": {"key": party.key(), "ground": "Сұрау", "scope": "Құжаттар"}})
}

/// The stable code of a refusal.
pub fn code(answer: Result<Value, ClientError>) -> String {
    match answer {
        Ok(value) => format!("done: {value}"),
        Err(error) => error.code().unwrap_or("no code").to_owned(),
    }
}

impl Stage {
    pub async fn set() -> Stage {
        Self::set_with(at("2026-11-22T09:00:00Z"), |_, _| {}).await
    }

    /// A stage at `start` (the clock runs on), its configuration changed by `adjust`.
    pub async fn set_with(start: Moment, adjust: impl FnOnce(&mut Config, &World)) -> Stage {
        Self::set_on(OwnDatabase::chosen().await, start, adjust).await
    }

    /// A stage on that database, or on SQLite.
    pub async fn set_on(
        database: Option<OwnDatabase>,
        start: Moment,
        adjust: impl FnOnce(&mut Config, &World),
    ) -> Stage {
        Self::set_at(database, super::blobs::Place::chosen(), start, adjust).await
    }

    /// A stage on SQLite and on disk, whatever the run is about: for what is done to these files themselves.
    pub async fn set_on_disk(start: Moment, adjust: impl FnOnce(&mut Config, &World)) -> Stage {
        Self::set_at(None, super::blobs::Place::Disk, start, adjust).await
    }

    async fn set_at(
        database: Option<OwnDatabase>,
        place: super::blobs::Place,
        start: Moment,
        adjust: impl FnOnce(&mut Config, &World),
    ) -> Stage {
        let folder = TempDir::new().unwrap();
        let mut rng = SharedRandom::new(TestRandom);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let world = World::create(&folder.path().join("world"), &url, start, &mut rng).unwrap();
        let blobs = place.take(&world, folder.path()).await;
        if let Some(database) = &database {
            name_database(&world, &database.url());
        }
        let mut config = Config::load(&world.config_file()).unwrap();
        config.clock = Some(start.to_string());
        config.limits.anonymous_per_minute = 10_000;
        config.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        adjust(&mut config, &world);
        Self::raise(Premises { world, database, blobs, folder }, config, listener, rng).await
    }

    /// The stage years later, at `then`: other processes on what is there, and people whose certificates were renewed.
    pub async fn later(self, then: Moment) -> Stage {
        self.leave().await;
        self.responders.abort();
        let Stage { world, mut config, blobs, database, _folder: folder, responders, .. } = self;
        let _ = responders.await;
        let mut rng = SharedRandom::new(TestRandom);
        let world = super::renewal::renew(&world, then, &mut rng);
        config.clock = Some(then.to_string());
        let address = world.responders_url().strip_prefix("http://").unwrap().to_owned();
        let listener = TcpListener::bind(address).await.unwrap();
        Self::raise(Premises { world, database, blobs, folder }, config, listener, rng).await
    }

    async fn raise(premises: Premises, config: Config, listener: TcpListener, rng: SharedRandom) -> Stage {
        let Premises { world, database, blobs, folder } = premises;
        let clock = clock_of(&config).unwrap();
        let services = Services::new(Arc::clone(world.authorities()), clock, rng.clone());
        let responding = serve_responders(listener, Arc::clone(&services));
        let responders = tokio::spawn(async move { drop(responding.await) });
        let mut app = App::open(&config, &Passwords::Demo).await.unwrap();
        // The process that draws is the program itself, not the one that runs the tests.
        app.drawer = Drawer::new(env!("CARGO_BIN_EXE_qolhat").into(), DrawerLimits::default());
        let app = Arc::new(app);
        let listener = TcpListener::bind(config.listen).await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let running = Arc::clone(&app);
        let service = tokio::spawn(async move {
            serve(running, listener, std::future::pending()).await.unwrap();
        });
        let client = Client::new(&base, rng).unwrap();
        Stage { world, services, app, config, blobs, client, base, service, responders, database, _folder: folder }
    }

    pub fn folder(&self) -> PathBuf {
        self.world.folder().to_owned()
    }

    pub fn now(&self) -> Moment {
        self.app.clock.now()
    }

    /// One round of the worker, in which everything that waits for evidence is due.
    pub async fn round(&self) {
        let mut tx = self.app.db.begin().await.unwrap();
        tx.execute("update document set next_check_at = null", &[]).await.unwrap();
        tx.commit().await.unwrap();
        qolhat::worker::round(&self.app).await;
    }

    /// Everything that was committed is sequenced: also what no caller waits for.
    pub async fn sequenced(&self) {
        let waits = "select position from journal_inbox limit 1";
        while self.app.db.query_one(waits, &[]).await.unwrap().is_some() {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    }

    /// No code that was sent is good any more: extracts may show it.
    pub async fn codes_run_out(&self) {
        let mut tx = self.app.db.begin().await.unwrap();
        tx.execute("update code set expires_at = 1", &[]).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// The service is gone; its files stay.
    pub fn stop(&self) {
        self.service.abort();
    }

    /// The service is gone, and its sequencer with it: others lead the log.
    pub async fn leave(&self) {
        self.stop();
        self.app.journal.close().await;
        self.app.db.close().await;
    }

    pub fn actor(&self, id: &str) -> Actor {
        actor(&self.world, id).unwrap()
    }

    /// What `qolhat journal audit` says of the stage's journal: nothing is wrong with it.
    pub fn audited(&self) -> Value {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_qolhat"))
            .args(["journal", "audit", "--full", "--json", "--config"])
            .arg(self.world.config_file())
            .output()
            .unwrap();
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(
            (output.status.code(), report.get("ok").and_then(Value::as_bool)),
            (Some(0), Some(true)),
            "{report}"
        );
        report
    }

    pub async fn log_in(&self, pair: &KeyPair) -> Client {
        self.client.log_in(pair, self.now()).await.unwrap()
    }

    pub async fn officer(&self) -> Client {
        self.log_in(&self.actor("officer").auth).await
    }

    pub async fn publish(&self, officer: &Client, agreement: &str) -> Offer {
        let title = "Соглашение об электронном документообороте".to_owned();
        let body = json!({"title": title, "prevailing": "ru", "texts": {"ru": agreement}});
        let published = officer.post("/api/v1/offers", &body).await.unwrap();
        Offer { id: text(&published, "offer_id").unwrap(), title, text: agreement.to_owned() }
    }

    /// The consent of `actor` to `offer`, as canonical JSON.
    pub fn consent(&self, actor: &Actor, offer: &Offer) -> String {
        let accepted = AcceptedOffer {
            id: OfferId::parse(&offer.id).unwrap(),
            version: "1".to_owned(),
            language: "ru".to_owned(),
            sha256: Sha256::digest(offer.text.as_bytes()).into(),
            title: offer.title.clone(),
        };
        let organization = actor.organization.as_ref().map(|(bin, name)| (*bin, name.as_str()));
        let operator = (self.app.operator.bin, self.app.operator.name.as_str());
        let vat = VatTable::builtin();
        let rules = Rules { identifiers: self.app.rules.identifiers, vat: &vat };
        let consent =
            samples::offer_acceptance(accepted, operator, (actor.iin, &actor.name), organization, self.now(), &rules);
        String::from_utf8(consent.unwrap()).unwrap()
    }

    pub fn sign(&self, pair: &KeyPair, content: &[u8]) -> Vec<u8> {
        self.client.cms(pair, content, Packaging::Detached, self.now()).unwrap()
    }

    pub async fn accept(&self, client: &Client, actor: &Actor, offer: &Offer) -> Result<Value, ClientError> {
        let consent = self.consent(actor, offer);
        let cms = self.sign(&actor.sign, consent.as_bytes());
        client.accept(&offer.id, 1, &consent, &cms).await
    }

    /// A client of the service: logged in and bound by `offer`.
    pub async fn joined(&self, id: &str, offer: &Offer) -> (Actor, Client) {
        let actor = self.actor(id);
        let client = self.log_in(&actor.auth).await;
        assert_eq!(code_of_state(&self.accept(&client, &actor, offer).await.unwrap()), "received");
        (actor, client)
    }

    /// A completion act in canonical form.
    pub fn act(&self, from: &Actor, to: &Actor, number: &str) -> Vec<u8> {
        let side = |actor: &Actor| {
            let name = actor.organization.as_ref().map_or(actor.name.as_str(), |(_, name)| name.as_str());
            samples::side(actor.party(), name, "Директор", &actor.name)
        };
        let vat = VatTable::builtin();
        let rules = Rules { identifiers: self.app.rules.identifiers, vat: &vat };
        samples::completion_act(number, CivilDate::of(self.now()), &side(from), &side(to), &[], &rules).unwrap()
    }

    /// Sends octets as a document of `kind`, signed by `pair`.
    pub async fn send(
        &self,
        client: &Client,
        kind: &str,
        to: &Actor,
        original: &[u8],
        cms: Option<Vec<u8>>,
    ) -> Result<Value, ClientError> {
        let mut fields = vec![("kind", kind.to_owned())];
        if kind == "arbitrary-file" {
            fields.push(("recipient", to.party().key()));
        }
        let file = Attached { name: "document.bin".to_owned(), bytes: original.to_vec() };
        client.submit(&fields, file, Vec::new(), cms, &client.new_key()).await
    }

    /// The id of a letter of these octets, recorded between two clients.
    pub async fn letter(&self, (from, client): (&Actor, &Client), to: &Actor, octets: &[u8]) -> String {
        let cms = self.sign(&from.sign, octets);
        let sent = self.send(client, "arbitrary-file", to, octets, Some(cms)).await.unwrap();
        assert_eq!(code_of_state(&sent), "received");
        text(&sent, "document_id").unwrap()
    }

    /// A party to all of `documents`.
    pub async fn party_to(&self, documents: &[&str]) -> Party {
        let mut parties: Vec<Party> = Vec::new();
        for (number, document) in documents.iter().enumerate() {
            let row = store::load(&self.app.db, DocumentId::parse(document).unwrap()).await.unwrap().unwrap();
            let of_this = [row.sender, row.recipient];
            match number {
                0 => parties.extend(of_this),
                _ => parties.retain(|party| of_this.contains(party)),
            }
        }
        parties.first().copied().expect("no party to all of them")
    }

    /// The extract of `documents` for a party to them, signed by the officer.
    pub async fn extract(&self, officer: &Client, documents: &[&str]) -> Result<Vec<u8>, ClientError> {
        self.extract_for(officer, &self.party_to(documents).await, documents).await
    }

    /// The extract of `documents` for `party`, signed by the officer.
    pub async fn extract_for(
        &self,
        officer: &Client,
        party: &Party,
        documents: &[&str],
    ) -> Result<Vec<u8>, ClientError> {
        self.extract_of(officer, &json!({"documents": documents, "asked_by": asked_by(party)})).await
    }

    /// The extract that `body` asks for, signed by the officer.
    pub async fn extract_of(&self, officer: &Client, body: &Value) -> Result<Vec<u8>, ClientError> {
        use base64::Engine as _;
        let prepared = officer.post("/api/v1/extracts", body).await?;
        let manifest = base64::prelude::BASE64_STANDARD.decode(text(&prepared, "manifest")?).unwrap();
        let cms = self.sign(&self.actor("officer").sign, &manifest);
        let body = json!({"cms": base64::prelude::BASE64_STANDARD.encode(cms)});
        let path = format!("/api/v1/extracts/{}/signature", text(&prepared, "id")?);
        officer.post_for_bytes(&path, &body).await
    }

    /// A recorded act between two clients.
    pub async fn recorded_act(&self, from: (&Actor, &Client), to: &Actor, number: &str) -> String {
        let (actor, client) = from;
        let act = self.act(actor, to, number);
        let cms = self.sign(&actor.sign, &act);
        let answer = self.send(client, "completion-act", to, &act, Some(cms)).await.unwrap();
        assert_eq!(code_of_state(&answer), "received");
        text(&answer, "document_id").unwrap()
    }
}

pub fn code_of_state(answer: &Value) -> String {
    text(answer, "state").unwrap()
}

/// Writes the address of a database into the configuration that programs read.
fn name_database(world: &World, url: &str) {
    let text = std::fs::read_to_string(world.config_file()).unwrap();
    let named = text.replace("database = \"sqlite:qolhat.db\"", &format!("database = \"{url}\""));
    assert_ne!(text, named);
    std::fs::write(world.config_file(), named).unwrap();
}
