//! `qolhat backup` and `qolhat restore`.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::output::{CliError, Output};
use super::{Answer, ConfigArgs, input, output, service};
use crate::app::{self, SharedRandom, StartError, SystemRandom};
use crate::backup;
use crate::config::BlobsConfig;
use crate::db::Db;
use crate::journal::OutsideMemory;
use crate::operations::back_up::{BackedUp, Installation, back_up};
use crate::operations::restore_backup::{RestoreError, Restored, Target, restore_backup};

/// Lost blobs that are shown to people; JSON has more.
const SHOWN_MAX: usize = 20;

#[derive(Debug, Args)]
pub struct BackupArgs {
    #[command(flatten)]
    pub config: ConfigArgs,
    /// Folder of backups: each becomes a folder in it, and all share their blobs.
    #[arg(long, value_name = "FOLDER")]
    to: PathBuf,
}

#[derive(Debug, Args)]
pub struct RestoreArgs {
    #[command(flatten)]
    pub config: ConfigArgs,
    /// The folder of one backup, within the folder of backups.
    #[arg(long, value_name = "FOLDER/NAME")]
    from: PathBuf,
}

/// Makes a backup.
pub fn backup(args: &BackupArgs, output: &Output) -> Result<Answer, CliError> {
    let config = service::config(&args.config)?;
    let wrong = |error: StartError| CliError::config(&service::name(&args.config), error.to_string());
    let identity = app::signing_identity(&config).map_err(wrong)?;
    let now = app::clock_of(&config).map_err(wrong)?.now();
    let keys = app::backup_keys_of(&config);
    must_be_apart(&args.to, &config.blobs, keys.folder())?;
    let tell = |done: &BackedUp| {
        let (copied, blobs) = (done.copied.to_string(), done.blobs.to_string());
        output::complain(&output.text("cli-backup-progress", &[("copied", &copied), ("blobs", &blobs)]));
    };
    let done = input::runtime()?.block_on(async {
        let db = Db::connect_existing(&config.database).await.map_err(|error| CliError::internal(error.to_string()))?;
        let blobs = app::blobs_of(&config.blobs).await.map_err(wrong)?;
        let of = Installation { db: &db, blobs: &blobs, identity: &identity, keys: &keys };
        let done = back_up(&of, &args.to, now, &mut SharedRandom::new(SystemRandom), tell).await;
        db.close().await;
        done.map_err(|error| CliError::internal(error.to_string()))
    })?;
    let mut value = serde_json::to_value(&done).unwrap_or_else(|_| json!({}));
    if let serde_json::Value::Object(value) = &mut value {
        value.insert("ok".to_owned(), done.is_whole().into());
    }
    output.answer(&value, |page| {
        let (size, blobs, copied) = (done.size.to_string(), done.blobs.to_string(), done.copied.to_string());
        let path = args.to.join(&done.name).display().to_string();
        page.line("cli-backup-done", &[("path", &path), ("size", &size), ("blobs", &blobs), ("copied", &copied)]);
        let key = keys.folder().join(&done.name).display().to_string();
        page.line("cli-backup-key", &[("key", &format!("{key}.key")), ("until", &done.key_until)]);
        page.line("cli-backup-apart", &[]);
        if done.destroyed > 0 {
            page.line("cli-backup-destroyed", &[("count", &done.destroyed.to_string())]);
        }
        if done.lost > 0 {
            page.line("cli-backup-lost", &[("count", &done.lost.to_string())]);
            done.lost_addresses.iter().take(SHOWN_MAX).for_each(|address| page.raw(format!("    {address}")));
        }
    });
    Ok(done.is_whole().into())
}

/// A backup that lies in what it is of, or beside its own key, is none.
fn must_be_apart(to: &Path, blobs: &BlobsConfig, keys: &Path) -> Result<(), CliError> {
    let Ok(to) = to.canonicalize() else { return Ok(()) };
    let is_store = match blobs {
        BlobsConfig::Folder(folder) => folder.canonicalize().is_ok_and(|folder| {
            folder == to.join(backup::BLOBS).canonicalize().unwrap_or_default() || to.starts_with(&folder)
        }),
        BlobsConfig::S3(_) => false,
    };
    // The folder of keys is made by the first backup.
    let lies = keys.canonicalize().or_else(|_| keys.parent().unwrap_or(keys).canonicalize());
    if is_store || lies.is_ok_and(|keys| keys.starts_with(&to)) {
        let name = to.display();
        return Err(CliError::usage(format!(
            "--to {name}: the blobs of the service, or the keys of backups, lie in it"
        )));
    }
    Ok(())
}

/// Puts a backup back.
pub fn restore(args: &RestoreArgs, output: &Output) -> Result<Answer, CliError> {
    let config = service::config(&args.config)?;
    let wrong = |error: StartError| CliError::config(&service::name(&args.config), error.to_string());
    let verifier_key = app::log_verifier_key(&config).map_err(wrong)?;
    let names = app::pseudonym_key(&config).map_err(wrong)?;
    let witnesses = app::witnesses_of(&config).map_err(wrong)?;
    let now = app::clock_of(&config).map_err(wrong)?.now();
    let keys = app::backup_keys_of(&config);
    let memory = OutsideMemory::beside(&config.journal.key_file);
    let folder = args.from.canonicalize().map_err(|_| CliError::not_found(&args.from.display().to_string()))?;
    let report = input::runtime()?.block_on(async {
        let blobs = app::blobs_of(&config.blobs).await.map_err(wrong)?;
        let target = Target {
            database: &config.database,
            blobs: &blobs,
            verifier_key: &verifier_key,
            keys: &keys,
            memory: &memory,
            names: names.as_ref(),
            witnesses: &witnesses,
            now,
        };
        restore_backup(&folder, &target).await.map_err(|error| match &error {
            RestoreError::NoBackup(_) => CliError::restore("no-backup", error.to_string()),
            RestoreError::NotEmpty => CliError::restore("target-not-empty", error.to_string()),
            RestoreError::NoKey { .. } => CliError::restore("backup-key-missing", error.to_string()),
            RestoreError::Unsupported(_) => CliError::restore("unsupported-backup", error.to_string()),
            RestoreError::Fault(_) => CliError::internal(error.to_string()),
        })
    })?;
    if report.unheld > 0 {
        output::complain(&output.text("cli-unheld", &[("count", &report.unheld.to_string())]));
    }
    report.witnesses_not_asked.iter().for_each(|witness| output::complain(witness));
    let value = serde_json::to_value(&report).unwrap_or_else(|_| json!({}));
    output.answer(&value, |page| show(&report, page));
    Ok(report.ok.into())
}

fn show(report: &Restored, page: &mut output::Page<'_>) {
    if report.restored {
        let (size, blobs) = (report.size.to_string(), report.blobs.to_string());
        let values = [("name", report.name.as_str()), ("at", &report.made_at), ("size", &size), ("blobs", &blobs)];
        page.line("cli-restore-done", &values);
        page.field("root", &report.root);
    } else {
        page.line("cli-restore-refused", &[]);
    }
    if let Some(failure) = &report.first_failure {
        page.line("cli-restore-wrong", &[("part", &failure.part), ("reason", &failure.reason)]);
    }
    if let Some(behind) = report.behind {
        let (size, behind) = (report.size.to_string(), behind.to_string());
        page.line("cli-restore-behind", &[("size", &size), ("remembered", &behind)]);
        page.line("cli-restore-behind-mend", &[]);
    }
    if report.held > 0 {
        page.line("cli-held", &[("count", &report.held.to_string())]);
    }
    if report.destroyed > 0 {
        page.line("cli-restore-destroyed", &[("count", &report.destroyed.to_string())]);
    }
    if report.restored {
        page.line("cli-restore-after", &[("at", &report.made_at)]);
    }
}
