//! The whole show on one machine: the CA's services, the service itself, the story, and the world left open to visitors.

use std::net::{Ipv4Addr, SocketAddr, TcpListener as StdListener};
use std::path::PathBuf;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::client::{Client, ClientError, KeyPair};
use super::responders::{self, Services};
use super::signer::{self, DemoSigner};
use super::story::{self, Actor, Cast, Outcome, Stage, StoryError};
use super::{DemoError, World, people};
use crate::app::{self, App, Passwords, SharedRandom, StartError, SystemClock, SystemRandom};
use crate::config::{Config, ConfigError};
use crate::domain::party::{Bin, Iin};
use crate::domain::time::{Clock as _, Moment};
use crate::i18n::{self, Language};
use crate::ncalayer::SignerError;
use crate::serve;

/// What to show.
#[derive(Debug, Clone)]
pub struct Options {
    /// Folder of the world; made when it is not there.
    pub folder: PathBuf,
    /// Where the service listens; the configuration of the world says it when `None`.
    pub listen: Option<SocketAddr>,
    /// Where the signer for visitors listens, on loopback; the place of NCALayer, or a free port, when `None`.
    pub ncalayer: Option<SocketAddr>,
    /// The instant at which the world begins, and from which its clock runs on; now when `None`.
    pub clock: Option<Moment>,
    /// Ends when the story ends.
    pub exit: bool,
    /// Language of what is told.
    pub language: Language,
}

/// Why the show does not go on.
#[derive(Debug, thiserror::Error)]
pub enum ShowError {
    /// The world.
    #[error(transparent)]
    World(#[from] DemoError),
    /// Its configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The service.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The story.
    #[error(transparent)]
    Story(#[from] StoryError),
    /// The signer for visitors.
    #[error(transparent)]
    Signer(#[from] SignerError),
    /// A program of a person.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The network of this machine.
    #[error("{what}: {source}")]
    Network {
        /// What was tried.
        what: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The cast is not whole.
    #[error("the world has no {0}")]
    Cast(String),
}

/// Plays; `tell` gets each line for people.
///
/// # Errors
/// [`ShowError`].
pub async fn run(options: &Options, tell: &mut dyn FnMut(String)) -> Result<Outcome, ShowError> {
    let language = options.language;
    tell(i18n::text(language, "demo-title", &[]));
    tell(i18n::text(language, "demo-warning", &[]));
    let mut rng = SharedRandom::new(SystemRandom);
    let world = open_world(&options.folder, options.clock.unwrap_or_else(|| SystemClock.now()), &mut rng)?;
    let mut config = Config::load(&world.config_file())?;
    if let Some(start) = options.clock {
        config.clock = Some(start.to_string());
    }
    config.listen = options.listen.unwrap_or(config.listen);
    let clock = app::clock_of(&config)?;
    let services = Services::new(Arc::clone(world.authorities()), Arc::clone(&clock), rng.clone());
    let listener = listen(world.responders_url().trim_start_matches("http://")).await?;
    let responders = tokio::spawn(responders::serve(listener, services));
    tell(i18n::text(language, "demo-world", &[("dir", &world.folder().display().to_string())]));

    let listener = listen(&config.listen.to_string()).await?;
    let address = listener.local_addr().map_err(|source| network("the service's address", source))?;
    let base = format!("http://{address}");
    // Before the service: its pages have to be told where the signer is.
    let signer = if options.exit {
        None
    } else {
        Some(DemoSigner::start(&world, options.ncalayer, &base, Arc::clone(&clock), rng.clone()).await?)
    };
    if let Some(signer) = &signer {
        config.pages.ncalayer = signer.addresses().into();
    }
    let app = Arc::new(App::open(&config, &Passwords::Demo).await?);
    let (stop, stopped) = oneshot::channel::<()>();
    let service = tokio::spawn(serve::serve(Arc::clone(&app), listener, async move {
        // The sender is dropped when the show ends badly: that is an end as well.
        let _ = stopped.await;
    }));
    tell(i18n::text(language, "demo-service", &[("url", &format!("{base}/"))]));

    let stage = Stage {
        base: base.clone(),
        operator: (app.operator.bin, app.operator.name.clone()),
        out: world.folder().join("out"),
        clock: clock.as_ref(),
        identifiers: app.rules.identifiers,
        language,
        client: Client::new(&base, rng)?,
    };
    let outcome = story::play(&stage, &cast(&world)?, tell).await?;
    tell(i18n::text(language, "demo-files", &[("dir", &stage.out.display().to_string())]));
    if let Some(signer) = &signer {
        visitors(&world, language, &base, tell);
        tell(i18n::text(language, "demo-sms", &[("dir", &stage.out.join("sms").display().to_string())]));
        visit_signer(signer, options, tell);
        tell(i18n::text(language, "demo-stop", &[]));
        serve::asked_to_stop().await.map_err(|source| network("waiting for the end", source))?;
    }
    let _ = stop.send(());
    if let Ok(Err(source)) = service.await {
        return Err(network("the service", source));
    }
    responders.abort();
    tell(i18n::text(language, "demo-done", &[]));
    Ok(outcome)
}

fn network(what: &str, source: std::io::Error) -> ShowError {
    ShowError::Network { what: what.to_owned(), source }
}

/// The world of the folder. A new one gets a free port for its services, and keeps it.
fn open_world(folder: &std::path::Path, now: Moment, rng: &mut SharedRandom) -> Result<World, ShowError> {
    if World::is_in(folder) {
        return Ok(World::open(folder)?);
    }
    let free = StdListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    let port = free.map_err(|source| network("a free port", source))?.port();
    Ok(World::create(folder, &format!("http://127.0.0.1:{port}"), now, rng)?)
}

async fn listen(address: &str) -> Result<TcpListener, ShowError> {
    TcpListener::bind(address).await.map_err(|source| network(&format!("listening on {address}"), source))
}

/// The people of the story out of the world's cast.
///
/// # Errors
/// `Cast` when somebody is missing.
pub fn cast(world: &World) -> Result<Cast, ShowError> {
    Ok(Cast {
        officer: actor(world, "officer")?,
        second_officer: actor(world, "officer-2")?,
        executor: actor(world, "head-a")?,
        accountant: actor(world, "accountant-a")?,
        customer: actor(world, "head-b")?,
        person: actor(world, "person")?,
    })
}

/// One person of the world's cast with both keys.
///
/// # Errors
/// `Cast` when there is no such person.
pub fn actor(world: &World, id: &str) -> Result<Actor, ShowError> {
    let missing = || ShowError::Cast(id.to_owned());
    let card = world.people().iter().find(|card| card.id == id).ok_or_else(missing)?;
    let policy = crate::domain::party::IdentifierPolicy::Strict;
    let iin = card.iin.as_deref().and_then(|iin| Iin::parse(iin, policy).ok()).ok_or_else(missing)?;
    let bin = card.bin.as_deref().map(|bin| Bin::parse(bin, policy).map_err(|_| missing())).transpose()?;
    let pair = |purpose| {
        let store = world.key_store(id, purpose)?;
        Ok::<_, DemoError>(KeyPair { key: Arc::new(store.key), certificate: store.certificate })
    };
    Ok(Actor {
        name: card.name.clone(),
        iin,
        organization: bin.map(|bin| (bin, card.organization.clone().unwrap_or_default())),
        sign: pair("sign")?,
        auth: pair("auth")?,
    })
}

/// Who may come in, and how.
fn visitors(world: &World, language: Language, base: &str, tell: &mut dyn FnMut(String)) {
    for card in world.people() {
        let keys: Vec<&str> = card.keys.iter().map(|key| key.file.as_str()).collect();
        tell(format!("    {}: {}", card.name, keys.join(", ")));
    }
    tell(format!("    p12: {}", people::DEMO_PASSWORD));
    tell(i18n::text(language, "demo-open", &[("url", &format!("{base}/"))]));
}

/// Where signatures come from, and why not from where pages look first.
fn visit_signer(signer: &DemoSigner, options: &Options, tell: &mut dyn FnMut(String)) {
    if options.ncalayer.is_none() && signer.address() != signer::LISTEN {
        let taken = signer::LISTEN.to_string();
        tell(i18n::text(options.language, "ncalayer-demo-taken", &[("address", &taken)]));
    }
    tell(i18n::text(options.language, "ncalayer-demo-ready", &[("url", &signer.chooser())]));
}
