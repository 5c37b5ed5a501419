//! The signer for visitors of the demonstration: the keys of its people in place of NCALayer.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::run::ShowError;
use super::{DemoError, World};
use crate::app::{SharedRandom, StartError};
use crate::domain::time::Clock;
use crate::ncalayer::{self, Options, Origin, Person, Signer, Version};
use crate::signature::fetch::Responders;

/// Where pages look for NCALayer.
pub const LISTEN: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 13579));

/// A signer at work; it ends when this is dropped.
pub struct DemoSigner {
    address: SocketAddr,
    serving: JoinHandle<()>,
}

impl DemoSigner {
    /// Starts it with the people of `world` at `wished`, or at [`LISTEN`], or where that is taken at a free port. Pages of
    /// this machine and of `service` may ask.
    ///
    /// # Errors
    /// [`ShowError`]: the keys, or the address that was wished for.
    pub async fn start(
        world: &World,
        wished: Option<SocketAddr>,
        service: &str,
        clock: Arc<dyn Clock>,
        rng: SharedRandom,
    ) -> Result<Self, ShowError> {
        let tsp_url = format!("{}/tsp", world.responders_url());
        let responders = Responders::new(&tsp_url, &[], &[])
            .map_err(|error| StartError::Invalid { what: "HTTP client".to_owned(), detail: error.to_string() })?;
        let options = Options {
            allowed_origins: Origin::parse(service).into_iter().collect(),
            clock,
            rng,
            time_stamps: Some(responders),
            version: Version::default(),
        };
        let signer = Arc::new(Signer::new(people(world)?, options)?);
        let refused = |source| ShowError::Network { what: "the signer's address".to_owned(), source };
        let listener = listen(wished).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let serving = tokio::spawn(async move {
            if let Err(error) = ncalayer::serve(listener, signer).await {
                tracing::error!(error = %error, "the signer ended");
            }
        });
        Ok(Self { address, serving })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where pages reach it, in the order in which they try: a browser accepts the certificate of the first only when it
    /// was told to.
    #[must_use]
    pub fn addresses(&self) -> [String; 2] {
        [format!("wss://{}/", self.address), format!("ws://{}/", self.address)]
    }

    /// The page on which visitors choose whose keys are used.
    #[must_use]
    pub fn chooser(&self) -> String {
        format!("http://{}/", self.address)
    }
}

impl Drop for DemoSigner {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn listen(wished: Option<SocketAddr>) -> std::io::Result<TcpListener> {
    if let Some(address) = wished {
        return TcpListener::bind(address).await;
    }
    match TcpListener::bind(LISTEN).await {
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await
        }
        bound => bound,
    }
}

/// The people of the world with both keys each. The operator's information system seals by itself and signs for no page.
///
/// # Errors
/// As [`World::key_store`].
pub fn people(world: &World) -> Result<Vec<Person>, DemoError> {
    let mut people = Vec::new();
    for card in world.people().iter().filter(|card| card.iin.is_some()) {
        let stores = card.keys.iter().map(|key| world.key_store(&card.id, &key.purpose));
        let name = match &card.organization {
            Some(organization) => format!("{}, {organization}", card.name),
            None => card.name.clone(),
        };
        people.extend(Person::new(&card.id, &name, stores.collect::<Result<_, _>>()?));
    }
    Ok(people)
}
