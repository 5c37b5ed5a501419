//! `qolhat serve`, `migrate` and `demo`.

use std::path::Path;
use std::sync::Arc;

use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

use super::output::{self, CliError, Output};
use super::{Answer, ConfigArgs, DemoArgs, input, ncalayer};
use crate::app::{App, Passwords};
use crate::config::Config;
use crate::db::Db;
use crate::demo::run::{self, Options};
use crate::domain::time::Moment;
use crate::serve as service;

/// The file of the configuration, as it was named.
pub fn name(args: &ConfigArgs) -> String {
    args.config.display().to_string()
}

/// The configuration.
///
/// # Errors
/// `not-found`, `config`.
pub fn config(args: &ConfigArgs) -> Result<Config, CliError> {
    if !Path::new(&args.config).is_file() {
        return Err(CliError::not_found(&name(args)));
    }
    Config::load(&args.config).map_err(|error| CliError::config(&name(args), error.to_string()))
}

/// Log lines go to stderr, as JSON; `RUST_LOG` says how much.
pub fn log(default: &str) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default));
    // A second call, in one process, changes nothing.
    let _ = tracing_subscriber::fmt().json().with_writer(std::io::stderr).with_env_filter(filter).try_init();
}

/// Runs the service until it is told to stop.
pub fn serve(args: &ConfigArgs) -> Result<Answer, CliError> {
    log("info");
    let config = config(args)?;
    input::runtime()?.block_on(async {
        // The address first: a second service started by mistake must not take the journal's lead before it fails.
        let listener = TcpListener::bind(config.listen).await;
        let listener =
            listener.map_err(|error| CliError::config(&name(args), format!("{}: {error}", config.listen)))?;
        let app = App::open(&config, &Passwords::Environment).await;
        let app = app.map_err(|error| CliError::config(&name(args), error.to_string()))?;
        tracing::info!(http.address = %config.listen, "serving");
        let stop = async {
            if let Err(error) = service::asked_to_stop().await {
                tracing::error!(error = %error, "signals cannot be watched");
            }
        };
        service::serve(Arc::new(app), listener, stop).await.map_err(|error| CliError::internal(error.to_string()))
    })?;
    Ok(Answer::Yes)
}

/// Brings the schema up to date.
pub fn migrate(args: &ConfigArgs) -> Result<Answer, CliError> {
    let config = config(args)?;
    input::runtime()?.block_on(async {
        let internal = |error: crate::db::DbError| CliError::internal(error.to_string());
        let db = Db::connect(&config.database).await.map_err(internal)?;
        db.migrate().await.map_err(internal)?;
        db.close().await;
        Ok::<_, CliError>(())
    })?;
    Ok(Answer::Yes)
}

/// Plays the demo.
pub fn demo(args: &DemoArgs, output: &Output) -> Result<Answer, CliError> {
    log("warn");
    args.ncalayer.map_or(Ok(()), |address| ncalayer::must_be_loopback(address, output))?;
    let options = Options {
        folder: args.dir.clone(),
        listen: args.listen,
        ncalayer: args.ncalayer,
        clock: args.clock.as_deref().map(clock).transpose()?,
        exit: args.exit,
        language: output.language,
    };
    let mut tell = |line: String| output::print(&format!("{line}\n"));
    let played = input::runtime()?.block_on(run::run(&options, &mut tell));
    played.map_err(|error| CliError::internal(error.to_string()))?;
    Ok(Answer::Yes)
}

fn clock(text: &str) -> Result<Moment, CliError> {
    Moment::parse_rfc3339(text).map_err(|error| CliError::usage(format!("--clock {text}: {error}")))
}
