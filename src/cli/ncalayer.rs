//! `qolhat ncalayer`: answers web pages as NCALayer does, with keys in files, until it is told to stop.

use std::net::SocketAddr;
use std::sync::Arc;

use serde_json::json;
use tokio::net::TcpListener;

use super::output::{CliError, Output};
use super::{Answer, NcalayerArgs, input, service, sign};
use crate::app::{ChosenClock, SharedRandom, SystemClock, SystemRandom};
use crate::demo::{self, World};
use crate::domain::time::{Clock, Moment};
use crate::ncalayer::{self, Options, Origin, Person, Signer, SignerError, Version};
use crate::serve::asked_to_stop;
use crate::signature::fetch::Responders;

/// Runs the signer.
pub fn ncalayer(args: &NcalayerArgs, output: &Output) -> Result<Answer, CliError> {
    service::log("warn");
    must_be_loopback(args.listen, output)?;
    let options = options(args)?;
    let signer = Signer::new(people(args)?, options).map_err(|error| match error {
        SignerError::Nobody => CliError::usage(error.to_string()),
        SignerError::Tls(_) => CliError::internal(error.to_string()),
    })?;
    input::runtime()?.block_on(run(args, Arc::new(signer), output))?;
    Ok(Answer::Yes)
}

/// Whoever reaches the signer gets signatures.
///
/// # Errors
/// `usage` for an address that others reach.
pub fn must_be_loopback(address: SocketAddr, output: &Output) -> Result<(), CliError> {
    if address.ip().is_loopback() {
        return Ok(());
    }
    Err(CliError::usage(output.text("ncalayer-not-loopback", &[("address", &address.to_string())])))
}

async fn run(args: &NcalayerArgs, signer: Arc<Signer>, output: &Output) -> Result<(), CliError> {
    let in_use = |error: std::io::Error| CliError::usage(format!("--listen {}: {error}", args.listen));
    let listener = TcpListener::bind(args.listen).await.map_err(in_use)?;
    let address = listener.local_addr().map_err(in_use)?;
    let names: Vec<&str> = signer.people().iter().map(Person::name).collect();
    let (url, people) = (format!("http://{address}/"), names.join("; "));
    let answer = json!({"url": url, "address": address.to_string(), "people": names});
    output.answer(&answer, |page| page.raw(output.text("ncalayer-ready", &[("url", &url), ("people", &people)])));
    let internal = |error: std::io::Error| CliError::internal(error.to_string());
    tokio::select! {
        served = ncalayer::serve(listener, Arc::clone(&signer)) => served.map_err(internal),
        asked = asked_to_stop() => asked.map_err(internal),
    }
}

fn options(args: &NcalayerArgs) -> Result<Options, CliError> {
    let origin =
        |text: &String| Origin::parse(text).map_err(|error| CliError::usage(format!("--allow-origin {text}: {error}")));
    let clock: Arc<dyn Clock> = match &args.clock {
        None => Arc::new(SystemClock),
        Some(text) => {
            let start = Moment::parse_rfc3339(text);
            let start = start.map_err(|error| CliError::usage(format!("--clock {text}: {error}")))?;
            Arc::new(ChosenClock::starting_at(start))
        }
    };
    let responders =
        |url: &String| Responders::new(url, &[], &[]).map_err(|error| CliError::internal(error.to_string()));
    Ok(Options {
        allowed_origins: args.allow_origin.iter().map(origin).collect::<Result<_, _>>()?,
        clock,
        rng: SharedRandom::new(SystemRandom),
        time_stamps: args.tsp.as_ref().map(responders).transpose()?,
        version: Version::default(),
    })
}

fn people(args: &NcalayerArgs) -> Result<Vec<Person>, CliError> {
    if let Some(folder) = &args.world {
        let name = folder.display().to_string();
        if !World::is_in(folder) {
            return Err(CliError::not_found(&name));
        }
        let people = World::open(folder).and_then(|world| demo::signer::people(&world));
        return people.map_err(|error| CliError::malformed(&name, error.to_string()));
    }
    let variable = args.password_env.as_deref().unwrap_or_default();
    let stores = args.key.iter().map(|path| sign::open(path, variable)).collect::<Result<_, _>>()?;
    Ok(Person::group(stores))
}
