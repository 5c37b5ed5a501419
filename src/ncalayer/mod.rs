//! A signer that answers web pages as NCALayer does, with keys in files and without a window: for tests, for the demo,
//! and for machines where nobody sits.
//!
//! One port of loopback speaks WebSocket and HTTP, both with TLS and without (`server`, `http`, `tls`). Who may ask is told
//! by `origin`; what is asked is read by `socket` and answered by the two modules of NCALayer that pages use, `basics` and
//! `common_utils`, in the shapes of the original; `cms` and `xml` sign. Nobody is asked for consent: a person on the page
//! of `page` says beforehand by whose keys the next requests are signed, or that they are to be cancelled, to fail or to
//! stay without an answer.
//!
//! Source: nca-rk.md sections 3, 4 and 8; recorded exchanges of the original; its published sources (NLCommonBundle,
//! nlcommons).

use std::sync::{Arc, Mutex, PoisonError};

use crate::app::{SharedRandom, SystemClock};
use crate::domain::time::{Clock, Moment};
use crate::i18n::Language;
use crate::signature::fetch::Responders;

mod basics;
mod cms;
mod common_utils;
mod http;
mod key_info;
mod origin;
mod page;
mod people;
mod server;
mod socket;
mod tls;
mod xml;

pub use origin::{Origin, OriginError};
pub use people::{Filter, Key, Person};
pub use server::serve;

/// Largest message of a page, in bytes; larger ones end the connection.
pub const MESSAGE_MAX_BYTES: usize = 64 * 1024 * 1024;
/// Most pieces of data signed by one request.
pub const ITEMS_MAX: usize = 256;
/// Most connections at once; further ones are closed unheard.
pub const CONNECTIONS_MAX: usize = 64;
/// Longest time for TLS, a request line with its headers and body, or for a browser to take an answer, in seconds.
pub const PATIENCE_SECONDS: u64 = 10;
/// Most requests ordered to be answered in another way.
pub const ORDERED_MAX: u32 = 1000;
/// Signatures made at once.
const SIGNING_MAX: usize = 2;

/// Which NCALayer is imitated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Version {
    /// 1.2: one piece of data gives one signature, dates are milliseconds since 1970.
    V1_2,
    /// 1.4: signatures come in an array always, dates are `dd.MM.yyyy HH:mm:ss` in `Asia/Almaty`.
    #[default]
    V1_4,
}

impl Version {
    /// As the greeting says it.
    #[must_use]
    pub const fn number(self) -> &'static str {
        match self {
            Self::V1_2 => "1.2",
            Self::V1_4 => "1.4",
        }
    }
}

/// What the signer does with the requests that a person would see a window for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Behaviour {
    /// Signs.
    #[default]
    Sign,
    /// The window is closed.
    Cancel,
    /// Signing fails.
    Fail,
    /// The window stays open: no answer at all.
    Silence,
}

impl Behaviour {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Sign, Self::Cancel, Self::Fail, Self::Silence];

    /// The word in requests of the chooser.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Sign => "sign",
            Self::Cancel => "cancel",
            Self::Fail => "error",
            Self::Silence => "silence",
        }
    }

    /// The behaviour of this [`Behaviour::code`].
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|behaviour| behaviour.code() == code)
    }
}

/// How the signer works.
pub struct Options {
    /// Pages that may ask beside those of this machine.
    pub allowed_origins: Vec<Origin>,
    /// Gives the signing times.
    pub clock: Arc<dyn Clock>,
    /// Randomness of signatures and nonces.
    pub rng: SharedRandom,
    /// Gives time stamps where a page asks for them; without it signatures have none.
    pub time_stamps: Option<Responders>,
    /// Which NCALayer is imitated.
    pub version: Version,
}

/// Why there is no signer.
#[derive(Debug, thiserror::Error)]
pub enum SignerError {
    /// No person with a key.
    #[error("nobody has a key here")]
    Nobody,
    /// The certificate for TLS was not made.
    #[error("certificate for TLS: {0}")]
    Tls(#[from] openssl::error::ErrorStack),
}

/// The keys, the settings, and what was ordered.
pub struct Signer {
    people: Vec<Person>,
    options: Options,
    tls: openssl::ssl::SslContext,
    signing: tokio::sync::Semaphore,
    orders: Mutex<Orders>,
}

/// What comes of a window.
enum Window {
    /// The key that was taken.
    Signed(Arc<Key>),
    /// It was closed.
    Closed,
    /// Something failed, as ordered.
    Failed,
    /// It stays open.
    Open,
    /// No key of the person passes.
    NoKey {
        /// The person.
        name: String,
        /// The filter that nothing passed.
        filter: String,
    },
}

/// What the chooser ordered.
#[derive(Debug, Clone, Copy, Default)]
struct Orders {
    /// Position of the chosen person.
    chosen: Option<usize>,
    behaviour: Behaviour,
    /// For how many requests.
    left: u32,
}

impl Signer {
    /// A signer with the keys of `people`. It makes itself a certificate for TLS.
    ///
    /// # Errors
    /// [`SignerError`].
    pub fn new(people: Vec<Person>, options: Options) -> Result<Self, SignerError> {
        if people.is_empty() {
            return Err(SignerError::Nobody);
        }
        // Browsers judge that certificate by the time of the machine, whatever clock was chosen for signatures.
        let tls = tls::context(SystemClock.now())?;
        let signing = tokio::sync::Semaphore::new(SIGNING_MAX);
        Ok(Self { people, options, tls, signing, orders: Mutex::default() })
    }

    /// The people whose keys are here.
    #[must_use]
    pub fn people(&self) -> &[Person] {
        &self.people
    }

    /// From now on the keys of the person called `id` are used; `false` when there is nobody of that name.
    pub fn choose(&self, id: &str) -> bool {
        let found = self.people.iter().position(|person| person.id() == id);
        if found.is_some() {
            self.with_orders(|orders| orders.chosen = found);
        }
        found.is_some()
    }

    /// The next `times` requests, [`ORDERED_MAX`] at most, are answered like this.
    pub fn order(&self, behaviour: Behaviour, times: u32) {
        self.with_orders(|orders| {
            orders.left = if behaviour == Behaviour::Sign { 0 } else { times.min(ORDERED_MAX) };
            orders.behaviour = if orders.left == 0 { Behaviour::Sign } else { behaviour };
        });
    }

    /// Whose keys are used, and whether somebody chose that: the first person is used until then.
    fn chosen(&self) -> Option<(&Person, bool)> {
        let chosen = self.with_orders(|orders| orders.chosen);
        let person = self.people.get(chosen.unwrap_or_default())?;
        Some((person, chosen.is_some()))
    }

    /// What was ordered, and for how many requests.
    fn ordered(&self) -> (Behaviour, u32) {
        self.with_orders(|orders| (orders.behaviour, orders.left))
    }

    /// What comes of a request for which a window would open. Each counts against what was ordered; only the chosen
    /// person's keys are looked at, even when another's would pass the filters.
    fn open_window(&self, filters: &[Filter]) -> Window {
        let behaviour = self.with_orders(|orders| {
            let behaviour = orders.behaviour;
            orders.left = orders.left.saturating_sub(1);
            if orders.left == 0 {
                orders.behaviour = Behaviour::Sign;
            }
            behaviour
        });
        match (behaviour, self.chosen()) {
            (Behaviour::Sign, Some((person, _))) => match person.key_for(filters) {
                Ok(key) => Window::Signed(key),
                Err(filter) => Window::NoKey { name: person.name().to_owned(), filter: filter.shown() },
            },
            (Behaviour::Cancel, _) | (Behaviour::Sign, None) => Window::Closed,
            (Behaviour::Fail, _) => Window::Failed,
            (Behaviour::Silence, _) => Window::Open,
        }
    }

    fn now(&self) -> Moment {
        self.options.clock.now()
    }

    fn with_orders<T>(&self, f: impl FnOnce(&mut Orders) -> T) -> T {
        f(&mut self.orders.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The language of a page's `locale`, as NCALayer knows it: Russian for all but `kk`, `kz` and `en`.
fn language_of_locale(locale: &str) -> Language {
    match locale {
        "kk" | "kz" => Language::Kk,
        "en" => Language::En,
        _ => Language::Ru,
    }
}
