//! Kills under load, at every named fail point and at any instant: `make torture MINUTES=…`. What it does and what it has
//! counted: docs/torture.md.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::disallowed_methods, reason = "a test program has its own clock and environment")]

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

use std::time::{Duration, Instant};

use field::{Engine, Field};
use tokio::runtime::Handle;

fn deadline() -> Instant {
    let minutes = std::env::var("TORTURE_MINUTES").ok().and_then(|text| text.parse::<f64>().ok());
    Instant::now() + Duration::from_secs_f64(minutes.unwrap_or(1.0) * 60.0)
}

/// Keeps: JRN-01, JRN-04, FLW-03
#[tokio::test(flavor = "multi_thread")]
#[ignore = "make torture"]
async fn whatever_is_killed_whenever_each_acknowledged_event_is_in_the_log_exactly_once() {
    let until = deadline();
    let mut fields = tokio::task::JoinSet::new();
    for (number, engine) in [Engine::Sqlite, Engine::Sqlite, Engine::Postgres].into_iter().enumerate() {
        // A thread for each.
        fields.spawn_blocking(move || {
            Handle::current().block_on(async { Field::set(engine, number).await.run(until).await })
        });
    }
    let counts = fields.join_all().await.into_iter().fold(points::Counts::default(), points::Counts::with);
    println!("{counts}");
}
