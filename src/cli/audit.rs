//! `qolhat journal audit`: the log against its checkpoints, against the checkpoint remembered beside its key, against
//! witnesses, and documents against the log. Reads the database and the log's key; changes nothing but its own memory of how
//! far it has come. `qolhat journal rebuild-map`: the map of subjects made anew from the entries.

use std::io::{IsTerminal as _, Write as _};

use clap::Args;
use serde_json::json;

use super::output::{self, CliError, Output, Page};
use super::{Answer, ConfigArgs, input, service};
use crate::app::{self, Trust};
use crate::config::Config;
use crate::db::Db;
use crate::journal::audit::{Against, AuditFailure, AuditReport, Course, SAVED_EACH};
use crate::journal::witnesses::Witnesses;
use crate::journal::{JournalError, OutsideMemory, reading, rebuild_map};
use crate::operations::audit_exports::{Depth, Reader, audit_exports};
use crate::operations::audit_journal::audit_journal_on;
use crate::operations::seal_signature::SealJudge;

/// Characters of the progress bar.
const BAR_LENGTH: u64 = 30;

#[derive(Debug, Args)]
pub struct AuditArgs {
    #[command(flatten)]
    pub config: ConfigArgs,
    /// Look at everything, also at what an earlier audit found right: of that only the hashes are made anew by default.
    #[arg(long)]
    full: bool,
    /// Ask the witness at this address, besides those of the configuration, for the last checkpoint that it cosigned.
    #[arg(long, value_name = "URL")]
    witness: Vec<String>,
}

/// Audits the journal.
pub fn audit(args: &AuditArgs, output: &Output) -> Result<Answer, CliError> {
    let config = service::config(&args.config)?;
    let wrong = |error: app::StartError| CliError::config(&service::name(&args.config), error.to_string());
    let key = app::log_verifier_key(&config).map_err(wrong)?;
    // An auditor has no such key; then the report says that names were not looked at.
    let names = app::pseudonym_key(&config).map_err(wrong)?;
    let remembered = app::audit_memory(&config).map_err(wrong)?;
    let earlier = if args.full {
        None
    } else {
        let path = remembered.path().display().to_string();
        remembered.load().map_err(|error| CliError::malformed(&path, error.to_string()))?
    };
    let now = app::clock_of(&config).map_err(wrong)?.now();
    let mut bar = Bar::default();
    let report: AuditReport = input::runtime()?.block_on(async {
        let internal = |error: String| CliError::internal(error);
        let db = Db::connect_existing(&config.database).await.map_err(|error| internal(error.to_string()))?;
        let memory = OutsideMemory::beside(&config.journal.key_file);
        let against = Against { memory: Some(&memory), names: names.as_ref() };
        let mut save = |state: &[u8]| {
            // A folder that cannot be written to is an auditor's: the next audit begins where this one did.
            if let Err(error) = remembered.save(state) {
                output::complain(&error.to_string());
            }
            Ok(())
        };
        let course =
            Course { earlier, each: SAVED_EACH, save: &mut save, tell: &mut |done, size| bar.show(done, size) };
        let audited = audit_journal_on(&db, &key, against, course).await;
        let mut report = audited.map_err(|error| internal(error.to_string()))?;
        if report.ok {
            let depth = if args.full { Depth::Everything } else { Depth::Hash };
            let trust = trust(&config);
            let reader = Reader {
                verifier_key: &key,
                names: names.as_ref(),
                seals: trust.as_ref().map(|trust| SealJudge { trust, bin: &config.operator.bin, now }),
                now,
            };
            exports(&config, &db, reader, depth, &mut report).await?;
        }
        if report.ok {
            ask_witnesses(&config, &args.witness, &db, &key, &mut report).await?;
        }
        db.close().await;
        Ok::<_, CliError>(report)
    })?;
    bar.end();
    if !report.seals_unproven.is_empty() {
        let values = [("segments", report.seals_unproven.join(", "))];
        output::complain(
            &output.text("cli-seals-unproven", &values.each_ref().map(|(name, value)| (*name, value.as_str()))),
        );
    }
    if report.unheld > 0 {
        output::complain(&output.text("cli-unheld", &[("count", &report.unheld.to_string())]));
    }
    for late in &report.promises_late {
        let seq = late.seq.to_string();
        let values = [("event", &*late.event), ("deadline", &*late.deadline), ("seq", &*seq), ("at", &*late.at)];
        output::complain(&output.text("cli-audit-promise-late", &values));
    }
    if !report.exports_unlocked.is_empty() {
        let segments = report.exports_unlocked.join(", ");
        output::complain(&output.text("cli-exports-unlocked", &[("segments", &segments)]));
    }
    let value = serde_json::to_value(&report).unwrap_or_else(|_| json!({}));
    output.answer(&value, |page| show(&report, page));
    Ok(report.ok.into())
}

fn show(report: &AuditReport, page: &mut Page<'_>) {
    if let Some(failure) = &report.first_failure {
        let place = failure.seq.map_or_else(|| failure.part.to_owned(), |seq| format!("{} {seq}", failure.part));
        page.line("cli-audit-bad", &[("place", &place), ("reason", &failure.reason)]);
        page.line("cli-audit-stop", &[]);
        return;
    }
    let values = [("checked", report.checked.to_string()), ("size", report.size.to_string())];
    page.line("cli-audit-good", &values.each_ref().map(|(name, value)| (*name, value.as_str())));
    if report.checked_from > 0 {
        page.line("cli-audit-from", &[("from", &report.checked_from.to_string())]);
    }
    page.field("root", &report.root);
    if !report.names_checked {
        page.line("cli-audit-names-unchecked", &[]);
    }
    if report.waiting + report.quarantined > 0 {
        let values = [("waiting", report.waiting.to_string()), ("quarantined", report.quarantined.to_string())];
        page.line("cli-audit-waiting", &values.each_ref().map(|(name, value)| (*name, value.as_str())));
    }
    if report.minimum > 0 {
        page.line("cli-audit-minimum", &[("minimum", &report.minimum.to_string())]);
    }
    if report.exported > 0 {
        page.line("cli-audit-exported", &[("exported", &report.exported.to_string())]);
    }
    if report.promised > 0 {
        page.line("cli-audit-promised", &[("promised", &report.promised.to_string())]);
    }
}

/// Whom the operator's signatures over seals are believed by. Where there are no anchors, an auditor's machine perhaps, that
/// is told on stderr: the report says that nobody judged them.
fn trust(config: &Config) -> Option<Trust> {
    app::trust_of(config).map_err(|error| output::complain(&error.to_string())).ok()
}

/// Holds the log against its segments in the blob store. A store that cannot be opened, an auditor's perhaps, is told on
/// stderr: the report says that nobody looked.
async fn exports(
    config: &Config,
    db: &Db,
    reader: Reader<'_>,
    depth: Depth,
    report: &mut AuditReport,
) -> Result<(), CliError> {
    if reading::exports(db, 0).await.map_err(|error| CliError::internal(error.to_string()))?.is_empty() {
        return Ok(());
    }
    match app::blobs_of(&config.blobs).await {
        Ok(blobs) => audit_exports(db, &blobs, reader, depth, report)
            .await
            .map_err(|error| CliError::internal(error.to_string())),
        Err(error) => {
            output::complain(&error.to_string());
            Ok(())
        }
    }
}

/// Holds the log against what witnesses cosigned of it. One of the configuration that cannot be asked is told on stderr; one
/// that is asked for by name must answer.
async fn ask_witnesses(
    config: &Config,
    named: &[String],
    db: &Db,
    key: &str,
    report: &mut AuditReport,
) -> Result<(), CliError> {
    let mut fail = |error: &JournalError| {
        let JournalError::Rollback { remembered, .. } = error else { return false };
        report.ok = false;
        report.first_failure =
            Some(AuditFailure { part: "witness", seq: Some(*remembered), reason: error.to_string() });
        true
    };
    for url in named {
        match Witnesses::ask_one(url, db, key).await {
            Ok(0) => return Err(CliError::unreadable(url, "it has cosigned nothing of this log")),
            Ok(_) => {}
            Err(error) if fail(&error) => return Ok(()),
            Err(error) => return Err(CliError::unreadable(url, error.to_string())),
        }
    }
    let configured = app::witnesses_of(config).map_err(|error| CliError::internal(error.to_string()))?;
    match configured.must_be_held(db, key).await {
        Ok(not_compared) => not_compared.iter().for_each(|witness| output::complain(witness)),
        Err(error) if fail(&error) => {}
        Err(error) => return Err(CliError::internal(error.to_string())),
    }
    Ok(())
}

/// How far it is, on a terminal alone.
#[derive(Default)]
struct Bar {
    shown: Option<u64>,
}

impl Bar {
    fn show(&mut self, done: u64, size: u64) {
        let percent = done.saturating_mul(100).checked_div(size).unwrap_or(100);
        let mut stderr = std::io::stderr();
        if self.shown == Some(percent) || !stderr.is_terminal() {
            return;
        }
        self.shown = Some(percent);
        let full = usize::try_from(percent * BAR_LENGTH / 100).unwrap_or_default();
        let rest = usize::try_from(BAR_LENGTH).unwrap_or_default().saturating_sub(full);
        let _ = write!(stderr, "\r[{}{}] {percent} % ({done} / {size})", "#".repeat(full), "-".repeat(rest));
    }

    fn end(&self) {
        if self.shown.is_some() {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}

/// Makes the map of subjects anew.
pub fn rebuild(args: &ConfigArgs, output: &Output) -> Result<Answer, CliError> {
    let config = service::config(args)?;
    let done = input::runtime()?.block_on(async {
        let db = Db::connect_existing(&config.database).await.map_err(|error| CliError::internal(error.to_string()))?;
        let done = rebuild_map(&db).await;
        db.close().await;
        done.map_err(|error| CliError::internal(error.to_string()))
    })?;
    let sealed = done.contradicts.as_ref().map(|seal| json!({"map": hex::encode(seal.map), "subjects": seal.subjects}));
    let ok = sealed.is_none();
    let value = json!({
        "ok": ok, "size": done.size, "subjects": done.subjects, "root": hex::encode(done.root),
        "was_damaged": done.was_damaged, "sealed": sealed,
    });
    output.answer(&value, |page| {
        let (size, subjects) = (done.size.to_string(), done.subjects.to_string());
        let key = match (ok, done.was_damaged) {
            (false, _) => "cli-rebuild-contradicts",
            (true, true) => "cli-rebuild-mended",
            (true, false) => "cli-rebuild-whole",
        };
        page.line(key, &[("size", &size), ("subjects", &subjects)]);
        page.field("root", hex::encode(done.root));
    });
    Ok(ok.into())
}
