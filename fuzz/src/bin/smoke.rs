//! Every target over the seeds and over mutations of them, the same ones in each run.
//!
//! `smoke run [--iterations N] [--from SEED] [--seconds S] [TARGET…]` stops at the first input that panics or costs too
//! much, and keeps it in `findings/`; with `--seconds` the iterations end there. `smoke seeds FOLDER` writes the seeds,
//! one folder for each target, for libFuzzer to begin from. `smoke one TARGET FILE` runs one input.

#![allow(clippy::disallowed_methods, reason = "costs are measured here: this clock judges no signature")]

use std::io::Write as _;
use std::panic::catch_unwind;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use qolhat_fuzz::mutate::{Dice, mutated};
use qolhat_fuzz::{TARGETS, Target};

/// No input may take longer. Generous: the machine does other things too.
const INPUT_MAX: Duration = Duration::from_secs(10);
/// The whole process must stay below.
const MEMORY_MAX_KIB: u64 = 1024 * 1024;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["seeds", folder] => write_seeds(Path::new(folder)),
        ["one", name, file] => {
            let input = std::fs::read(file).expect("the file");
            let target = TARGETS.iter().find(|target| target.name == *name).expect("the target");
            let started = Instant::now();
            (target.run)(&input);
            println!("{name}: {} octets, {:?}", input.len(), started.elapsed());
            ExitCode::SUCCESS
        }
        ["run", rest @ ..] => run(rest),
        _ => {
            eprintln!(
                "smoke run [--iterations N] [--from SEED] [--seconds S] [TARGET...] | seeds FOLDER | one TARGET FILE"
            );
            ExitCode::FAILURE
        }
    }
}

fn write_seeds(folder: &Path) -> ExitCode {
    for target in TARGETS {
        let folder = folder.join(target.name);
        std::fs::create_dir_all(&folder).expect("the folder");
        for (number, seed) in (target.seeds)().iter().enumerate() {
            std::fs::write(folder.join(format!("seed-{number:03}")), seed).expect("the seed");
        }
    }
    ExitCode::SUCCESS
}

fn run(mut words: &[&str]) -> ExitCode {
    let (mut iterations, mut from, mut seconds) = (u64::MAX, 0, None);
    while let [option, value, rest @ ..] = words {
        let number = || value.parse::<u64>().expect("a number");
        match *option {
            "--iterations" => iterations = number(),
            "--from" => from = number(),
            "--seconds" => seconds = Some(number()),
            _ => break,
        }
        words = rest;
    }
    assert!(iterations != u64::MAX || seconds.is_some(), "--iterations or --seconds");
    let chosen: Vec<&Target> =
        TARGETS.iter().filter(|target| words.is_empty() || words.contains(&target.name)).collect();
    let each = seconds.map(|seconds| Duration::from_secs(seconds) / u32::try_from(chosen.len()).expect("few targets"));
    chosen.into_iter().all(|target| exercise(target, iterations, from, each)).into_exit()
}

trait IntoExit {
    fn into_exit(self) -> ExitCode;
}

impl IntoExit for bool {
    fn into_exit(self) -> ExitCode {
        if self { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

fn exercise(target: &Target, iterations: u64, from: u64, limit: Option<Duration>) -> bool {
    print!("{:12}", target.name);
    std::io::stdout().flush().expect("stdout");
    let seeds = (target.seeds)();
    assert!(!seeds.is_empty(), "{}: no seeds", target.name);
    let started = Instant::now();
    let mut slowest = Duration::ZERO;
    for seed in &seeds {
        if !survives(target, seed, &mut slowest) {
            return false;
        }
    }
    let mut done = 0;
    while done < iterations && limit.is_none_or(|limit| started.elapsed() < limit) {
        // Each input has a sequence of its own, so that one can be made again without those before it.
        let mut dice = Dice::new((from + done).wrapping_mul(0x2545_f491_4f6c_dd1d) ^ 0x716f_6c68_6174);
        if !survives(target, &mutated(&seeds, &mut dice), &mut slowest) {
            eprintln!("{}: mutation {}", target.name, from + done);
            return false;
        }
        done += 1;
    }
    let memory = peak_kib();
    println!(
        "{:4} seeds {done:8} mutations in {:6.1} s, slowest {:7.1} ms, peak {} MiB",
        seeds.len(),
        started.elapsed().as_secs_f64(),
        slowest.as_secs_f64() * 1000.0,
        memory / 1024
    );
    if memory > MEMORY_MAX_KIB {
        eprintln!("{}: more memory than allowed", target.name);
    }
    memory <= MEMORY_MAX_KIB
}

fn survives(target: &Target, input: &[u8], slowest: &mut Duration) -> bool {
    let run = target.run;
    let started = Instant::now();
    let outcome = catch_unwind(|| run(input));
    let took = started.elapsed();
    *slowest = (*slowest).max(took);
    if outcome.is_ok() && took <= INPUT_MAX {
        return true;
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("findings");
    std::fs::create_dir_all(&folder).expect("the folder");
    let file = folder.join(format!("{}-{}", target.name, input.len()));
    std::fs::write(&file, input).expect("the finding");
    eprintln!("\n{}: {took:?}, the input is in {}", target.name, file.display());
    false
}

/// The most memory the process ever had; 0 where that is not told.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").trim().parse().ok()).unwrap_or(0)
}
