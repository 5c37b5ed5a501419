//! `qolhat journal export`: the sealed segments of the log that are not outside the database yet. `qolhat journal prune`: what two
//! officers have approved to go.

use serde_json::json;

use super::output::{CliError, Output};
use super::{Answer, ConfigArgs, input, service};
use crate::app::{App, Passwords};
use crate::journal::Export;
use crate::operations::OperationError;
use crate::operations::export_segments::export_due;
use crate::operations::prune_journal::prune_journal;

/// Exports what is due, where no other process leads the log.
pub fn export(args: &ConfigArgs, output: &Output) -> Result<Answer, CliError> {
    let config = service::config(args)?;
    let (leads, made) = input::runtime()?.block_on(async {
        let app = App::open(&config, &Passwords::Environment).await;
        let app = app.map_err(|error| CliError::config(&service::name(args), error.to_string()))?;
        let made = lead_and_export(&app).await;
        app.journal.close().await;
        app.db.close().await;
        made.map_err(|error| CliError::internal(error.to_string()))
    })?;
    let segments: Vec<_> = made
        .iter()
        .map(|export| {
            json!({
                "from": export.from, "to": export.to, "sha256": hex::encode(export.sha256),
                "size_bytes": export.size_bytes, "locked_until": export.locked_until.map(|until| until.to_string()),
            })
        })
        .collect();
    output.answer(&json!({"ok": true, "leads": leads, "segments": segments}), |page| {
        if !leads {
            page.line("cli-export-another", &[]);
        }
        page.line("cli-export-done", &[("count", &made.len().to_string())]);
        for export in &made {
            let values = [export.from.to_string(), export.to.to_string(), hex::encode(export.sha256)];
            let [from, to, sha256] = values.each_ref().map(String::as_str);
            page.line("cli-export-segment", &[("from", from), ("to", to), ("sha256", sha256)]);
        }
    });
    Ok(Answer::Yes)
}

/// Whether this process leads the log, and what it has exported.
async fn lead_and_export(app: &App) -> Result<(bool, Vec<Export>), OperationError> {
    // A service that runs leads, and exports by itself.
    let leads = app.journal.comes_to_lead().await?;
    Ok((leads, export_due(app, usize::MAX).await?))
}

/// Does the approved pruning, if there is one.
pub fn prune(args: &ConfigArgs, output: &Output) -> Result<Answer, CliError> {
    let config = service::config(args)?;
    let minimum = input::runtime()?.block_on(async {
        let app = App::open(&config, &Passwords::Environment).await;
        let app = app.map_err(|error| CliError::config(&service::name(args), error.to_string()))?;
        let done = prune_journal(&app).await;
        app.journal.close().await;
        app.db.close().await;
        done.map_err(|error| CliError::internal(error.to_string()))
    })?;
    output.answer(&json!({"ok": true, "pruned": minimum.is_some(), "minimum": minimum}), |page| match minimum {
        Some(minimum) => page.line("cli-prune-done", &[("minimum", &minimum.to_string())]),
        None => page.line("cli-prune-nothing", &[]),
    });
    Ok(Answer::Yes)
}
