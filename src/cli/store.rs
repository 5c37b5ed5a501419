//! `qolhat store scrub` and `qolhat store copy`: whether every blob is what it was, and moving them between stores.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use qolhat_storage::{Blobs, ContentDigest};
use serde_json::{Value, json};

use super::output::{CliError, Output, Page};
use super::{Answer, ConfigArgs, input, output, service};
use crate::app::{self, SystemClock};
use crate::config::{BlobsConfig, Config};
use crate::db::Db;
use crate::domain::time::{Clock as _, Moment};
use crate::operations::Fault;
use crate::operations::copy_store::{Copied, copy_store};
use crate::operations::scrub_store::{Finding, Rate, Scrub, scrub_store};
use crate::operations::segment_locks::{Held, hold_exports};

const MEBIBYTE: u64 = 1024 * 1024;
/// Findings that are shown to people; JSON has more.
const SHOWN_MAX: usize = 100;

#[derive(Debug, Subcommand)]
pub enum StoreCommand {
    /// Hash every blob again and look for every blob that the database names.
    Scrub(ScrubArgs),
    /// Put every blob of one store into another.
    Copy(CopyArgs),
    /// Have the database give back the pages of what was erased. On PostgreSQL by the login that owns the tables.
    Forget(ConfigArgs),
}

#[derive(Debug, Args)]
pub struct ScrubArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// Most mebibytes read in a second; as fast as it goes by default.
    #[arg(long, value_name = "MIB_PER_SECOND", value_parser = clap::value_parser!(u64).range(1..))]
    rate: Option<u64>,
    /// Begin anew, even where a scrub was interrupted.
    #[arg(long)]
    restart: bool,
}

#[derive(Debug, Args)]
pub struct CopyArgs {
    /// The store to read: its folder, or a configuration that says `blobs = …`.
    #[arg(long)]
    from: PathBuf,
    /// The store to fill: its folder, which is made when it is missing, or a configuration (.toml).
    #[arg(long)]
    to: PathBuf,
    /// Begin after this address, up to which an earlier run came.
    #[arg(long, value_parser = address)]
    after: Option<ContentDigest>,
    /// The configuration of the service whose blobs they are: its database tells until when exported segments of the
    /// journal were locked, and the target holds them as long.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    #[arg(long)]
    json: bool,
}

fn address(text: &str) -> Result<ContentDigest, String> {
    ContentDigest::parse_hex(text).map_err(|error| error.to_string())
}

impl StoreCommand {
    pub const fn wants_json(&self) -> bool {
        match self {
            Self::Scrub(args) => args.config.json,
            Self::Copy(args) => args.json,
            Self::Forget(args) => args.json,
        }
    }
}

/// Does what is asked.
pub fn store(command: &StoreCommand, output: &Output) -> Result<Answer, CliError> {
    match command {
        StoreCommand::Scrub(args) => scrub(args, output),
        StoreCommand::Copy(args) => copy(args, output),
        StoreCommand::Forget(args) => forget_erased(args, output),
    }
}

/// Tables from which something is erased for good.
const ERASED_FROM: [&str; 3] = ["content_key", "extract", "journal_secret"];

fn forget_erased(args: &ConfigArgs, output: &Output) -> Result<Answer, CliError> {
    let config = service::config(args)?;
    input::runtime()?
        .block_on(async {
            let db = Db::connect_existing(&config.database).await?;
            let done = db.rewrite(&ERASED_FROM).await;
            db.close().await;
            done
        })
        .map_err(|error| CliError::internal(error.to_string()))?;
    output.answer(&json!({"ok": true, "tables": ERASED_FROM}), |page| page.line("cli-forget-done", &[]));
    Ok(Answer::Yes)
}

fn scrub(args: &ScrubArgs, output: &Output) -> Result<Answer, CliError> {
    let config = service::config(&args.config)?;
    // Beside the checkpoint that is remembered outside the database.
    let memory = config.journal.key_file.with_extension("scrub");
    let before = if args.restart { Scrub::default() } else { remembered(&memory)? };
    let resumed = before.after.is_some();
    let rate = Rate(args.rate.map(|rate| rate.saturating_mul(MEBIBYTE)));
    let report = input::runtime()?.block_on(async {
        let internal = |error: String| CliError::internal(error);
        let db = Db::connect_existing(&config.database).await.map_err(|error| internal(error.to_string()))?;
        let blobs = open(&config.blobs, &service::name(&args.config)).await?;
        let save = |scrub: &Scrub| remember(&memory, scrub);
        let report = scrub_store(&blobs, &db, before, rate, save).await.map_err(|error| internal(error.to_string()))?;
        db.close().await;
        Ok::<_, CliError>(report)
    })?;
    forget(&memory).map_err(|error| CliError::internal(error.to_string()))?;
    let mut value = serde_json::to_value(&report).unwrap_or_else(|_| json!({}));
    if let Value::Object(value) = &mut value {
        value.remove("after");
        value.insert("ok".to_owned(), report.is_good().into());
        value.insert("resumed".to_owned(), resumed.into());
    }
    output.answer(&value, |page| {
        let (checked, size) = (report.checked.to_string(), mebibytes(report.bytes));
        page.line("cli-scrub-checked", &[("checked", &checked), ("size", &size)]);
        if report.unnamed > 0 {
            page.line("cli-scrub-unnamed", &[("count", &report.unnamed.to_string())]);
        }
        if report.is_good() {
            page.line("cli-scrub-good", &[]);
        } else {
            let (damaged, missing) = (report.damaged.to_string(), report.missing.to_string());
            page.line("cli-scrub-bad", &[("damaged", &damaged), ("missing", &missing)]);
            show(&report.findings, page);
        }
    });
    Ok(report.is_good().into())
}

fn copy(args: &CopyArgs, output: &Output) -> Result<Answer, CliError> {
    let config = args.config.as_deref().map(config_of).transpose()?;
    let now = match &config {
        Some(config) => app::clock_of(config).map_err(|error| CliError::usage(error.to_string()))?.now(),
        None => SystemClock.now(),
    };
    let (done, recorded) = input::runtime()?.block_on(async {
        let from = open(&named(&args.from, true)?, &args.from.display().to_string()).await?;
        let to = open(&named(&args.to, false)?, &args.to.display().to_string()).await?;
        let tell = |done: &Copied| {
            let (copied, after) = (done.copied.to_string(), done.after.clone().unwrap_or_default());
            output::complain(&output.text("cli-copy-progress", &[("copied", &copied), ("after", &after)]));
        };
        let internal = |error: Fault| CliError::internal(error.to_string());
        let done = copy_store(&from, &to, args.after, now, tell).await.map_err(internal)?;
        let recorded = match &config {
            Some(config) => Some(hold_recorded(config, &to, now).await.map_err(internal)?),
            None => None,
        };
        Ok::<_, CliError>((done, recorded))
    })?;
    let (held, unheld) = (done.held, done.unheld.max(recorded.map_or(0, |recorded| recorded.unheld)));
    if unheld > 0 {
        output::complain(&output.text("cli-unheld", &[("count", &unheld.to_string())]));
    }
    let mut value = serde_json::to_value(&done).unwrap_or_else(|_| json!({}));
    if let Value::Object(value) = &mut value {
        value.insert("ok".to_owned(), done.is_whole().into());
        value.insert("unheld".to_owned(), unheld.into());
    }
    output.answer(&value, |page| {
        let (copied, size) = (done.copied.to_string(), mebibytes(done.bytes));
        let (present, mended) = (done.present.to_string(), done.mended.to_string());
        page.line("cli-copy-done", &[("copied", &copied), ("size", &size), ("present", &present), ("mended", &mended)]);
        if held > 0 {
            page.line("cli-held", &[("count", &held.to_string())]);
        }
        if done.failed > 0 {
            page.line("cli-copy-failed", &[("count", &done.failed.to_string())]);
        }
        if done.unlocked > 0 {
            page.line("cli-copy-unlocked", &[("count", &done.unlocked.to_string())]);
        }
        show(&done.findings, page);
    });
    Ok(done.is_whole().into())
}

/// Has the target hold what the database says that was locked.
async fn hold_recorded(config: &Config, to: &Blobs, now: Moment) -> Result<Held, Fault> {
    let db = Db::connect_existing(&config.database).await?;
    let held = hold_exports(&db, to, now).await;
    db.close().await;
    held
}

fn config_of(path: &Path) -> Result<Config, CliError> {
    Config::load(path).map_err(|error| CliError::config(&path.display().to_string(), error.to_string()))
}

fn show(findings: &[Finding], page: &mut Page<'_>) {
    for finding in findings.iter().take(SHOWN_MAX) {
        page.raw(format!("    {}: {}", finding.state, finding.detail));
    }
}

fn mebibytes(bytes: u64) -> String {
    format!("{}", bytes.div_ceil(MEBIBYTE))
}

/// The store that a path stands for.
fn named(path: &Path, must_exist: bool) -> Result<BlobsConfig, CliError> {
    let name = path.display().to_string();
    if path.is_dir() {
        return Ok(BlobsConfig::Folder(path.to_owned()));
    }
    if path.is_file() {
        return BlobsConfig::load(path).map_err(|error| CliError::config(&name, error.to_string()));
    }
    if must_exist || path.extension().is_some_and(|end| end == "toml") {
        return Err(CliError::not_found(&name));
    }
    Ok(BlobsConfig::Folder(path.to_owned()))
}

async fn open(blobs: &BlobsConfig, name: &str) -> Result<Blobs, CliError> {
    app::blobs_of(blobs).await.map_err(|error| CliError::config(name, error.to_string()))
}

/// Where an interrupted scrub was.
fn remembered(memory: &Path) -> Result<Scrub, CliError> {
    if !memory.exists() {
        return Ok(Scrub::default());
    }
    let bytes = input::file(memory)?;
    let name = memory.display().to_string();
    serde_json::from_slice(&bytes).map_err(|error| CliError::malformed(&name, error.to_string()))
}

/// In one step: an interruption here leaves the place before or the place after.
fn remember(memory: &Path, scrub: &Scrub) -> Result<(), Fault> {
    let fault = |error: std::io::Error| Fault::Inconsistent(format!("{}: {error}", memory.display()));
    let draft = memory.with_extension("scrub.new");
    let text = serde_json::to_vec(scrub).map_err(|error| Fault::Inconsistent(error.to_string()))?;
    let mut file = fs::File::create(&draft).map_err(fault)?;
    file.write_all(&text).map_err(fault)?;
    fs::rename(&draft, memory).map_err(fault)
}

fn forget(memory: &Path) -> std::io::Result<()> {
    match fs::remove_file(memory) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}
