//! Kills under load, at every named fail point and at any instant: `make torture MINUTES=…`. What it does and what it has
//! counted: docs/torture.md.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a program with its own clock, environment and report"
)]

#[allow(dead_code, reason = "shared with the specification")]
#[path = "../spec/kill.rs"]
mod kill;
#[allow(dead_code, reason = "shared with the specification")]
#[path = "../spec/power.rs"]
mod power;
#[allow(dead_code, reason = "shared with the specification")]
#[path = "../spec/processes.rs"]
mod processes;
#[allow(dead_code, reason = "shared with the specification")]
#[path = "../spec/support/mod.rs"]
mod support;
#[allow(dead_code, reason = "shared with the specification")]
#[path = "../spec/syncs.rs"]
mod syncs;

mod backlog;
mod field;
mod look;
mod mails;
mod points;
mod server;
mod visitor;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use field::{Engine, Field};
use points::Counts;
use tokio::runtime::Handle;

const FIELDS: [Engine; 3] = [Engine::Sqlite, Engine::Sqlite, Engine::Postgres];

/// The installations of the run: TORTURE_FIELDS, `sqlite` and `postgres` with spaces between, or the usual three.
fn engines() -> Vec<Engine> {
    let Ok(text) = std::env::var("TORTURE_FIELDS") else { return FIELDS.to_vec() };
    let engine = |name: &str| match name {
        "sqlite" => Engine::Sqlite,
        "postgres" => Engine::Postgres,
        other => panic!("TORTURE_FIELDS: {other}"),
    };
    text.split_whitespace().map(engine).collect()
}

/// What the fields have in common.
pub struct Run {
    began: Instant,
    until: Instant,
    /// One has found a fault: the others look a last time.
    is_ended: AtomicBool,
    counts: Mutex<Vec<Counts>>,
    /// What each field does now: said every minute, so that a run that stands still says where.
    doing: Mutex<Vec<String>>,
}

impl Run {
    fn begin(fields: usize) -> Run {
        let minutes = std::env::var("TORTURE_MINUTES").ok().and_then(|text| text.parse::<f64>().ok());
        let began = Instant::now();
        let until = began + Duration::from_secs_f64(minutes.unwrap_or(1.0) * 60.0);
        let counts = Mutex::new(vec![Counts::default(); fields]);
        let doing = Mutex::new(vec!["is set up".to_owned(); fields]);
        Run { began, until, is_ended: AtomicBool::new(false), counts, doing }
    }

    /// Whether to begin no other kill.
    pub fn is_over(&self) -> bool {
        self.is_ended.load(Ordering::Relaxed) || Instant::now() >= self.until
    }

    /// What a field has counted up to now.
    pub fn tell(&self, field: usize, counts: &Counts) {
        self.counts.lock().unwrap()[field] = counts.clone();
    }

    /// What a field does from now on.
    pub fn does(&self, field: usize, what: String) {
        self.doing.lock().unwrap()[field] = what;
    }

    fn total(&self) -> Counts {
        self.counts.lock().unwrap().iter().cloned().fold(Counts::default(), Counts::with)
    }

    /// Each minute a line, and the whole table in the file, which outlives a run that is broken off.
    async fn report(&self) {
        let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("torture.md");
        eprintln!("counts up to now: {}", file.display());
        loop {
            tokio::time::sleep(Duration::from_secs(60)).await;
            let total = self.total();
            let minutes = self.began.elapsed().as_secs() / 60;
            std::fs::write(&file, format!("{total}\n\nafter {minutes} minutes\n")).unwrap();
            let (kills, found) = (total.kills(), total.found);
            let doing = self.doing.lock().unwrap().join("; ");
            eprintln!("{minutes} min, {kills} kills, {found} found once, {} audits; now: {doing}", total.audits);
        }
    }
}

/// Keeps: JRN-01, JRN-04, FLW-03
#[tokio::test(flavor = "multi_thread")]
#[ignore = "make torture"]
async fn whatever_is_killed_whenever_each_acknowledged_event_is_in_the_log_exactly_once() {
    let engines = engines();
    let run = Arc::new(Run::begin(engines.len()));
    let reported = Arc::clone(&run);
    let report = tokio::spawn(async move { reported.report().await });
    let mut fields = tokio::task::JoinSet::new();
    for (number, engine) in engines.into_iter().enumerate() {
        let run = Arc::clone(&run);
        // A thread for each.
        fields.spawn_blocking(move || {
            Handle::current().block_on(async { Field::set(engine, number, run).await.run().await })
        });
    }
    let mut faults = Vec::new();
    while let Some(ended) = fields.join_next().await {
        if let Err(fault) = ended {
            run.is_ended.store(true, Ordering::Relaxed);
            faults.push(fault.to_string());
        }
    }
    report.abort();
    println!("{}\n\n{} minutes", run.total(), run.began.elapsed().as_secs() / 60);
    assert!(faults.is_empty(), "{faults:?}");
}
