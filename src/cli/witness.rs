//! `qolhat witness`: watches over the logs of others until it is told to stop.

use std::sync::Arc;

use qolhat_pki::random::SecureRandom as _;
use serde_json::json;
use tokio::net::TcpListener;

use super::output::{CliError, Output};
use super::{Answer, WitnessArgs, input, service};
use crate::app::{SystemClock, SystemRandom};
use crate::serve::{asked_to_stop, take_connections};
use crate::witness::{self, Witness};

/// Runs the witness.
pub fn witness(args: &WitnessArgs, output: &Output) -> Result<Answer, CliError> {
    service::log("warn");
    let name = args.config.display().to_string();
    if !args.config.is_file() {
        return Err(CliError::not_found(&name));
    }
    let config = witness::load(&args.config).map_err(|error| CliError::config(&name, error))?;
    let mut fresh = || {
        let mut seed = [0_u8; 32];
        SystemRandom.fill(&mut seed);
        seed
    };
    let opened = Witness::open(&config, args.begin.as_deref(), &mut fresh, Arc::new(SystemClock));
    let witness = Arc::new(opened.map_err(|error| CliError::config(&name, error.to_string()))?);
    input::runtime()?.block_on(async {
        let in_use = |error: std::io::Error| CliError::config(&name, format!("{}: {error}", config.listen));
        let listener = TcpListener::bind(config.listen).await.map_err(in_use)?;
        let address = listener.local_addr().map_err(in_use)?;
        let (url, key) = (format!("http://{address}/"), witness.verifier_key().to_owned());
        let logs: Vec<&str> = witness.logs().collect();
        let answer = json!({"url": url, "address": address.to_string(), "vkey": key, "logs": logs});
        output.answer(&answer, |page| page.raw(output.text("witness-ready", &[("url", &url), ("key", &key)])));
        let stop = async {
            if let Err(error) = asked_to_stop().await {
                tracing::error!(error = %error, "signals cannot be watched");
            }
        };
        take_connections(listener, witness::router(Arc::clone(&witness)), stop).await;
        Ok::<_, CliError>(())
    })?;
    Ok(Answer::Yes)
}
