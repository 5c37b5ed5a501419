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

mod field;
mod points;
mod server;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use field::{Engine, Field};
use points::Counts;
use tokio::runtime::Handle;

const FIELDS: [Engine; 3] = [Engine::Sqlite, Engine::Sqlite, Engine::Postgres];

/// What the fields have in common.
pub struct Run {
    began: Instant,
    until: Instant,
    /// One has found a fault: the others look a last time.
    is_ended: AtomicBool,
    counts: Mutex<Vec<Counts>>,
}

impl Run {
    fn begin() -> Run {
        let minutes = std::env::var("TORTURE_MINUTES").ok().and_then(|text| text.parse::<f64>().ok());
        let began = Instant::now();
        let until = began + Duration::from_secs_f64(minutes.unwrap_or(1.0) * 60.0);
        let counts = Mutex::new(vec![Counts::default(); FIELDS.len()]);
        Run { began, until, is_ended: AtomicBool::new(false), counts }
    }

    /// Whether to begin no other kill.
    pub fn is_over(&self) -> bool {
        self.is_ended.load(Ordering::Relaxed) || Instant::now() >= self.until
    }

    /// What a field has counted up to now.
    pub fn tell(&self, field: usize, counts: &Counts) {
        self.counts.lock().unwrap()[field] = counts.clone();
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
            eprintln!("{minutes} minutes, {kills} kills, {found} acknowledged and found once, {} audits", total.audits);
        }
    }
}

/// Keeps: JRN-01, JRN-04, FLW-03
#[tokio::test(flavor = "multi_thread")]
#[ignore = "make torture"]
async fn whatever_is_killed_whenever_each_acknowledged_event_is_in_the_log_exactly_once() {
    let run = Arc::new(Run::begin());
    let reported = Arc::clone(&run);
    let report = tokio::spawn(async move { reported.report().await });
    let mut fields = tokio::task::JoinSet::new();
    for (number, engine) in FIELDS.into_iter().enumerate() {
        let run = Arc::clone(&run);
        // A thread for each.
        fields.spawn_blocking(move || {
            Handle::current().block_on(async { Field::set(engine, number).await.run(&run, number).await })
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
