//! `qolhat doctor`: whether the service could be started, and what to mend when it could not.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use qolhat_pki::digest::DigestAlgorithm;
use qolhat_storage::{Blobs, ConditionalPut, LockSupport, S3Report, Versioning};
use serde_json::{Value, json};

use super::output::{CliError, Output};
use super::{Answer, ConfigArgs, input, service};
use crate::app::{self, Passwords, SharedRandom, SystemRandom};
use crate::config::{Config, Limits, Mode};
use crate::db::Db;
use crate::domain::time::{Clock as _, Moment};
use crate::journal::{JournalError, OutsideMemory, audit};
use crate::signature::fetch::{FileFaultKind, examine_files};

/// Days before the seal certificate's end at which it is told.
const SEAL_ENDS_SOON_DAYS: i64 = 30;
/// Seconds a clock may be off.
const CLOCK_OFF_MAX_SECONDS: i64 = 60;

/// How a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Good,
    Warning,
    Bad,
}

impl State {
    const fn code(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Bad => "bad",
        }
    }
}

/// One part that was looked at: the key of its name, how it is, the key and values of what to do.
struct Finding {
    part: &'static str,
    state: State,
    mend: Option<(&'static str, Vec<(&'static str, String)>)>,
}

impl Finding {
    const fn good(part: &'static str) -> Self {
        Self { part, state: State::Good, mend: None }
    }

    fn bad(part: &'static str, mend: &'static str, values: Vec<(&'static str, String)>) -> Self {
        Self { part, state: State::Bad, mend: Some((mend, values)) }
    }

    fn of<T>(part: &'static str, mend: &'static str, outcome: Result<T, String>) -> Self {
        match outcome {
            Ok(_) => Self::good(part),
            Err(detail) => Self::bad(part, mend, vec![("detail", detail)]),
        }
    }
}

/// Looks at everything.
pub fn doctor(args: &ConfigArgs, output: &Output) -> Result<Answer, CliError> {
    let mut findings = Vec::new();
    match service::config(args) {
        Err(_) if !args.config.is_file() => return Err(CliError::not_found(&service::name(args))),
        Err(_) => {
            let detail = Config::load(&args.config).err().map(|error| error.to_string()).unwrap_or_default();
            findings.push(Finding::bad("doctor-config", "doctor-config-mend", vec![("detail", detail)]));
        }
        Ok(config) => {
            findings.push(Finding::good("doctor-config"));
            if config.mode == Mode::Demo {
                let mend = Some(("doctor-mode-demo", Vec::new()));
                findings.push(Finding { part: "doctor-config", state: State::Warning, mend });
            }
            findings.extend(nobody_told_apart(config.mode, config.listen, &config.limits));
            input::runtime()?.block_on(examine(&config, &mut findings));
        }
    }
    let bad = findings.iter().filter(|finding| finding.state == State::Bad).count();
    output.answer(&to_json(&findings, output, bad), |page| {
        for finding in &findings {
            let state = output.text(&format!("doctor-{}", finding.state.code()), &[]);
            page.raw(format!("{}: {state}", output.text(finding.part, &[])));
            if let Some((key, values)) = &finding.mend {
                let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
                page.raw(format!("    {}", output.text(key, &values)));
            }
        }
        let count = bad.to_string();
        if bad == 0 {
            page.line("doctor-all-good", &[]);
        } else {
            page.line("doctor-not-good", &[("count", &count)]);
        }
    });
    Ok((bad == 0).into())
}

fn to_json(findings: &[Finding], output: &Output, bad: usize) -> Value {
    let finding = |finding: &Finding| {
        let mend = finding.mend.as_ref().map(|(key, values)| {
            let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
            output.text(key, &values)
        });
        json!({"part": finding.part.trim_start_matches("doctor-"), "state": finding.state.code(), "mend": mend})
    };
    json!({"ok": bad == 0, "findings": findings.iter().map(finding).collect::<Vec<_>>()})
}

/// A service for real clients that listens on loopback stands behind a proxy: unless it is told which, everybody is one
/// address to it, and one stranger uses up the logins of all.
fn nobody_told_apart(mode: Mode, listen: SocketAddr, limits: &Limits) -> Option<Finding> {
    let is_apart =
        mode == Mode::Demo || !listen.ip().to_canonical().is_loopback() || !limits.trusted_proxies.is_empty();
    // What is written there needs no language.
    let detail = format!("limits.trusted_proxies = [], listen = {listen}");
    let mend = Some(("doctor-config-mend", vec![("detail", detail)]));
    (!is_apart).then_some(Finding { part: "doctor-config", state: State::Warning, mend })
}

async fn examine(config: &Config, findings: &mut Vec<Finding>) {
    database(config, findings).await;
    blobs(config, findings).await;
    wrapping_key(&config.wrapping_key_file, findings);
    let now = app::SystemClock.now();
    match app::operator_of(config, &Passwords::Environment).await {
        Err(error) => {
            let values = vec![("detail", error.to_string())];
            findings.push(Finding::bad("doctor-seal-key", "doctor-seal-key-mend", values));
        }
        Ok(operator) => findings.push(seal_key(operator.seal.certificate().not_after(), now)),
    }
    match app::trust_of(config) {
        Ok(_) => findings.push(Finding::good("doctor-trust")),
        Err(_) => findings.push(Finding::bad("doctor-trust", "doctor-trust-mend", Vec::new())),
    }
    lists_in_files(&config.evidence.crl_files, now, findings);
    time_stamps(config, now, findings).await;
    mail(config, findings).await;
    sms(config, findings).await;
}

/// Each configured file by name: one that cannot be read says nothing, and silence looks like an answer.
fn lists_in_files(paths: &[PathBuf], now: Moment, findings: &mut Vec<Finding>) {
    const PART: &str = "doctor-crl-files";
    let faults = examine_files(paths, now);
    if faults.is_empty() && !paths.is_empty() {
        findings.push(Finding::good(PART));
    }
    findings.extend(faults.into_iter().map(|fault| {
        let path = ("path", fault.path.display().to_string());
        match fault.kind {
            FileFaultKind::Unreadable(detail) => {
                Finding::bad(PART, "doctor-crl-file-unreadable", vec![path, ("detail", detail)])
            }
            FileFaultKind::NoList => Finding::bad(PART, "doctor-crl-file-empty", vec![path]),
            FileFaultKind::Stale(at) => {
                let mend = Some(("doctor-crl-file-stale", vec![path, ("at", at.to_string())]));
                Finding { part: PART, state: State::Warning, mend }
            }
        }
    }));
}

async fn database(config: &Config, findings: &mut Vec<Finding>) {
    const MEND: &str = "doctor-database-mend";
    let db = match Db::connect_existing(&config.database).await {
        Ok(db) => db,
        Err(error) => {
            findings.push(Finding::bad("doctor-database", MEND, vec![("detail", error.to_string())]));
            return;
        }
    };
    findings.push(Finding::good("doctor-database"));
    match db.schema_is_current().await {
        Ok(true) => findings.push(Finding::good("doctor-schema")),
        Ok(false) | Err(_) => {
            findings.push(Finding::bad("doctor-schema", "doctor-schema-mend", Vec::new()));
            return;
        }
    }
    match db.roles_are_apart().await {
        Ok(None) => {}
        Ok(Some(true)) => findings.push(Finding::good("doctor-roles")),
        Ok(Some(false)) | Err(_) => {
            let mend = Some(("doctor-roles-mend", Vec::new()));
            findings.push(Finding { part: "doctor-roles", state: State::Warning, mend });
        }
    }
    let whole = match app::log_verifier_key(config) {
        Ok(key) => {
            let memory = OutsideMemory::beside(&config.journal.key_file);
            audit::run_with(&db, &key, audit::Against { memory: Some(&memory), names: None })
                .await
                .is_ok_and(|report| report.ok)
        }
        Err(_) => false,
    };
    findings.push(match whole {
        true => Finding::good("doctor-journal"),
        false => Finding::bad("doctor-journal", "doctor-journal-mend", Vec::new()),
    });
    if !config.journal.witnesses.is_empty() {
        findings.push(witnesses(config, &db).await);
    }
    db.close().await;
}

/// A bucket is also tried: what its service does is told, and a lock on everything is warned of.
async fn blobs(config: &Config, findings: &mut Vec<Finding>) {
    let report = match app::blobs_of(&config.blobs).await {
        Ok(Blobs::S3(store)) => Ok(Some(store.report())),
        Ok(Blobs::Disk(_) | Blobs::Memory(_)) => Ok(None),
        Err(error) => Err(error.to_string()),
    };
    match report {
        Err(detail) => {
            findings.push(Finding::bad("doctor-blobs", "doctor-blobs-mend", vec![("detail", detail)]));
        }
        Ok(None) => findings.push(Finding::good("doctor-blobs")),
        Ok(Some(report)) => {
            let told = Some(("doctor-s3-does", what_s3_does(&report)));
            findings.push(Finding { part: "doctor-blobs", state: State::Good, mend: told });
            if report.locks_unasked {
                let mend = Some(("doctor-s3-locks-unasked", Vec::new()));
                findings.push(Finding { part: "doctor-blobs", state: State::Warning, mend });
            }
        }
    }
}

/// The words of S3 itself: they need no language.
fn what_s3_does(report: &S3Report) -> Vec<(&'static str, String)> {
    let checksums = if report.checks_checksums { "checked" } else { "ignored" }.to_owned();
    let condition = match report.conditional_put {
        ConditionalPut::Atomic => "atomic".to_owned(),
        ConditionalPut::Raced { winners } => format!("not atomic ({winners} of 8)"),
        ConditionalPut::Ignored => "ignored".to_owned(),
    };
    let versions = match report.versioning {
        Versioning::On => "on",
        Versioning::Suspended => "suspended",
        Versioning::Off => "off",
    };
    let lock = match report.lock {
        LockSupport::Held => "held",
        LockSupport::Claimed => "claimed, not held",
        LockSupport::Off => "off",
    };
    vec![
        ("checksums", checksums),
        ("condition", condition),
        ("versions", versions.to_owned()),
        ("lock", lock.to_owned()),
    ]
}

/// Whether the log is the one that the witnesses cosigned. One that does not answer is a warning.
async fn witnesses(config: &Config, db: &Db) -> Finding {
    const PART: &str = "doctor-witnesses";
    const MEND: &str = "doctor-witnesses-mend";
    let asked = match (app::witnesses_of(config), app::log_verifier_key(config)) {
        (Ok(witnesses), Ok(key)) => {
            witnesses.must_be_held(db, &key).await.map_err(|error: JournalError| error.to_string())
        }
        (Err(error), _) | (_, Err(error)) => Err(error.to_string()),
    };
    match asked {
        Ok(silent) if silent.is_empty() => Finding::good(PART),
        Ok(silent) => {
            let values = vec![("detail", silent.join("; "))];
            Finding { part: PART, state: State::Warning, mend: Some((MEND, values)) }
        }
        Err(detail) => Finding::bad(PART, MEND, vec![("detail", detail)]),
    }
}

/// A key that is not there yet is made at the first start; one that is there must be readable.
fn wrapping_key(path: &Path, findings: &mut Vec<Finding>) {
    let outcome = match std::fs::read_to_string(path) {
        Ok(text) if hex::decode(text.trim()).is_ok_and(|key| key.len() == 32) => Ok(()),
        Ok(_) => Err("not 64 hexadecimal digits".to_owned()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error.to_string()),
    };
    findings.push(Finding::of("doctor-wrapping-key", "doctor-wrapping-key-mend", outcome));
}

fn seal_key(ends: Moment, now: Moment) -> Finding {
    let left = ends.seconds_since(now);
    let state = if left <= 0 {
        State::Bad
    } else if left < SEAL_ENDS_SOON_DAYS * 86_400 {
        State::Warning
    } else {
        return Finding::good("doctor-seal-key");
    };
    let mend = Some(("doctor-seal-key-expires", vec![("at", ends.to_string())]));
    Finding { part: "doctor-seal-key", state, mend }
}

/// Whether the mail server talks to us. A service without one sends no codes, which is told by nobody.
async fn mail(config: &Config, findings: &mut Vec<Finding>) {
    let outcome = match app::mail_of(config) {
        Ok(None) => return,
        Ok(Some(mail)) => mail.relay.test().await,
        Err(error) => Err(error.to_string()),
    };
    findings.push(Finding::of("doctor-mail", "doctor-mail-mend", outcome));
}

/// Whether the gateway of short messages answers. Nothing is sent.
async fn sms(config: &Config, findings: &mut Vec<Finding>) {
    let outcome = match app::sms_of(config) {
        Ok(None) => return,
        Ok(Some(sms)) => sms.gateway.test().await,
        Err(error) => Err(error.to_string()),
    };
    findings.push(Finding::of("doctor-sms", "doctor-sms-mend", outcome));
}

/// The time-stamping authority also tells whether our clock is right.
async fn time_stamps(config: &Config, now: Moment, findings: &mut Vec<Finding>) {
    let evidence = &config.evidence;
    let mut rng = SharedRandom::new(SystemRandom);
    let imprint = DigestAlgorithm::Sha256.digest(b"qolhat doctor");
    let token = match app::responders_of(evidence) {
        Ok(responders) => responders.time_stamp(&imprint, &mut rng).await.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    let values = |detail: String| vec![("url", evidence.tsp_url.clone()), ("detail", detail)];
    let token = match token {
        Ok(token) => qolhat_pki::tsp::TimeStampToken::from_der(&token).map_err(|error| error.to_string()),
        Err(error) => Err(error),
    };
    match token {
        Err(error) => findings.push(Finding::bad("doctor-time-stamps", "doctor-time-stamps-mend", values(error))),
        Ok(token) => {
            findings.push(Finding::good("doctor-time-stamps"));
            let off = token.info().gen_time.seconds_since(now);
            findings.push(if config.clock.is_some() || off.abs() <= CLOCK_OFF_MAX_SECONDS {
                Finding::good("doctor-clock")
            } else {
                Finding::bad("doctor-clock", "doctor-clock-mend", vec![("seconds", off.to_string())])
            });
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::net::IpAddr;

    use super::*;

    #[test]
    fn a_service_behind_a_proxy_that_it_does_not_know_is_warned_of() {
        let warned = |mode, listen: &str, proxies: Vec<IpAddr>| {
            let limits = Limits { trusted_proxies: proxies.try_into().unwrap(), ..Limits::default() };
            nobody_told_apart(mode, listen.parse().unwrap(), &limits).map(|finding| finding.state)
        };
        let loopback = IpAddr::from([127, 0, 0, 1]);
        assert_eq!(warned(Mode::Production, "127.0.0.1:8080", Vec::new()), Some(State::Warning));
        assert_eq!(warned(Mode::Production, "[::1]:8080", Vec::new()), Some(State::Warning));
        assert_eq!(warned(Mode::Production, "127.0.0.1:8080", vec![loopback]), None);
        assert_eq!(warned(Mode::Production, "192.0.2.1:8080", Vec::new()), None);
        assert_eq!(warned(Mode::Demo, "127.0.0.1:8080", Vec::new()), None);
    }
}
