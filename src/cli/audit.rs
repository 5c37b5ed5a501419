//! `qolhat journal audit`: the whole log against its checkpoints, against the checkpoint remembered beside its key, and
//! documents against the log. Reads the database and the public half of the log's key; changes nothing.

use serde_json::json;

use super::output::{self, CliError, Output};
use super::{Answer, ConfigArgs, input, service};
use crate::app;
use crate::config::Config;
use crate::db::Db;
use crate::journal::audit::{Against, AuditFailure, AuditReport};
use crate::journal::{JournalError, OutsideMemory};
use crate::operations::audit_journal::audit_journal;

/// Audits the journal.
pub fn audit(args: &ConfigArgs, output: &Output) -> Result<Answer, CliError> {
    let config = service::config(args)?;
    let key =
        app::log_verifier_key(&config).map_err(|error| CliError::config(&service::name(args), error.to_string()))?;
    // An auditor has no such key; then the report says that names were not looked at.
    let names =
        app::pseudonym_key(&config).map_err(|error| CliError::config(&service::name(args), error.to_string()))?;
    let report: AuditReport = input::runtime()?.block_on(async {
        let internal = |error: String| CliError::internal(error);
        let db = Db::connect_existing(&config.database).await.map_err(|error| internal(error.to_string()))?;
        let memory = OutsideMemory::beside(&config.journal.key_file);
        let against = Against { memory: Some(&memory), names: names.as_ref() };
        let mut report = audit_journal(&db, &key, against).await.map_err(|error| internal(error.to_string()))?;
        if report.ok {
            ask_witnesses(&config, &db, &key, &mut report).await.map_err(|error| internal(error.to_string()))?;
        }
        db.close().await;
        Ok::<_, CliError>(report)
    })?;
    let value = serde_json::to_value(&report).unwrap_or_else(|_| json!({}));
    output.answer(&value, |page| match &report.first_failure {
        None => {
            let values = [("checked", report.checked.to_string()), ("size", report.size.to_string())];
            page.line("cli-audit-good", &values.each_ref().map(|(name, value)| (*name, value.as_str())));
            page.field("root", &report.root);
            if !report.names_checked {
                page.line("cli-audit-names-unchecked", &[]);
            }
            if report.waiting + report.quarantined > 0 {
                let values = [("waiting", report.waiting.to_string()), ("quarantined", report.quarantined.to_string())];
                page.line("cli-audit-waiting", &values.each_ref().map(|(name, value)| (*name, value.as_str())));
            }
        }
        Some(failure) => {
            let place = failure.seq.map_or_else(|| failure.part.to_owned(), |seq| format!("{} {seq}", failure.part));
            page.line("cli-audit-bad", &[("place", &place), ("reason", &failure.reason)]);
            page.line("cli-audit-stop", &[]);
        }
    });
    Ok(report.ok.into())
}

/// Holds the log against what the configured witnesses cosigned of it; one that cannot be asked is told on stderr.
async fn ask_witnesses(config: &Config, db: &Db, key: &str, report: &mut AuditReport) -> Result<(), app::StartError> {
    match app::witnesses_of(config)?.must_be_held(db, key).await {
        Ok(not_compared) => {
            for witness in not_compared {
                output::complain(&witness);
            }
        }
        Err(error @ JournalError::Rollback { remembered, .. }) => {
            report.ok = false;
            report.first_failure =
                Some(AuditFailure { part: "witness", seq: Some(remembered), reason: error.to_string() });
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}
