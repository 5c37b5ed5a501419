//! Whole verdicts against their yardsticks, all in one run; ends with a table of ratios.
//!
//! `cargo bench -p qolhat-pki --bench cms`. The message is read anew each time, as one that just came in.
#![allow(missing_docs, clippy::expect_used, clippy::indexing_slicing, reason = "a bench stops when it cannot measure")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    dead_code,
    reason = "the workshop is that of the tests"
)]

#[path = "gost/cpu_time.rs"]
mod cpu_time;
#[path = "../tests/it/kept_keys.rs"]
mod kept_keys;
#[path = "cms/messages.rs"]
mod messages;
#[path = "gost/table.rs"]
mod table;
#[path = "../tests/it/workshop.rs"]
mod workshop;

use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

use criterion::Criterion;

use cpu_time::CpuTime;
use messages::{Cades, Detached};
use workshop::Kind;

/// Ours, yardstick, and how many times faster ours is to be; 0 where nothing is promised.
const ROWS: [table::Row; 4] = [
    ("cms-rsa", "verdict, chain of 3, 100 KiB detached", "CMS_verify", 2.0),
    ("cades-t-rsa", "verdict with OCSP and time stamp", "its signatures and digests alone", 0.8),
    ("cades-t-gost", "verdict with OCSP and time stamp", "its signatures and digests alone", 0.8),
    ("cms-rsa", "reading the message", "CMS_verify", 0.0),
];

fn main() {
    let output = Path::new(env!("CARGO_TARGET_TMPDIR")).join("criterion-cms");
    // Ratios are of one run: what an earlier one left must not be taken for measured now.
    if output.exists() {
        std::fs::remove_dir_all(&output).expect("the results of the last run go");
    }
    let mut criterion = Criterion::default()
        .with_measurement(CpuTime)
        .output_directory(&output)
        .warm_up_time(Duration::from_millis(700))
        .measurement_time(Duration::from_secs(3))
        .sample_size(50)
        .configure_from_args();
    let message = Detached::new();
    let mut group = criterion.benchmark_group("cms-rsa");
    assert!(message.judge());
    group.bench_function(ROWS[0].1, |bencher| bencher.iter(|| black_box(message.judge())));
    assert!(message.yardstick());
    group.bench_function(ROWS[0].2, |bencher| bencher.iter(|| black_box(message.yardstick())));
    group.bench_function(ROWS[3].1, |bencher| bencher.iter(|| black_box(message.read())));
    group.finish();
    for (kind, name) in [(Kind::Rsa, "cades-t-rsa"), (Kind::Gost2015, "cades-t-gost")] {
        let message = Cades::new(kind);
        let mut group = criterion.benchmark_group(name);
        assert!(message.judge());
        group.bench_function(ROWS[1].1, |bencher| bencher.iter(|| black_box(message.judge())));
        assert!(message.raw());
        group.bench_function(ROWS[1].2, |bencher| bencher.iter(|| black_box(message.raw())));
        group.finish();
    }
    criterion.final_summary();
    println!("\nThe least of 1.25x the raw cost is a ratio of 0.8.");
    table::print(&output, &ROWS);
}
