//! What was measured, set against the yardsticks and the targets.

use std::path::Path;

/// Group, ours, yardstick, and how many times faster ours is to be; 0 where nothing is promised.
pub(crate) type Row = (&'static str, &'static str, &'static str, f64);

/// The rows of the national signatures.
pub(crate) const NATIONAL: [Row; 14] = [
    ("gost2015-512", "verify, cold key", "verify, gost-engine", 2.0),
    ("gost2015-512", "verify, cold key", "verify, OpenSSL curve", 3.0),
    ("gost2015-512", "verify, known key", "verify, cold key", 1.5),
    ("gost2015-512", "verify, known key", "verify, gost-engine", 0.0),
    ("gost2015-512", "prepare a key", "verify, cold key", 0.0),
    ("gost2015-512", "sign", "verify, cold key", 0.0),
    ("gost2015-256", "verify, cold key", "verify, gost-engine", 0.0),
    ("gost2015-256", "verify, known key", "verify, cold key", 0.0),
    ("gost2004", "verify, cold key", "verify, gost-engine", 0.0),
    ("gost2004", "verify, cold key", "verify, OpenSSL curve", 0.0),
    ("gost2004", "verify, known key", "verify, cold key", 0.0),
    ("gost2015-256", "sign", "verify, cold key", 0.0),
    ("gost2004", "sign", "verify, cold key", 0.0),
    ("streebog512", "digest", "digest, gost-engine", 0.0),
];

/// Prints the table, with rates per second; digests are of a mebibyte.
pub(crate) fn print(output: &Path, rows: &[Row]) {
    println!("\n| what | ours, /s | yardstick | its rate, /s | ratio | target | |");
    println!("|---|---:|---|---:|---:|---:|---|");
    for &(group, ours, yardstick, target) in rows {
        let Some(our_rate) = rate(output, group, ours) else { continue };
        let Some(their_rate) = rate(output, group, yardstick) else {
            let target = if target == 0.0 { String::new() } else { format!("{target:.1}x") };
            println!("| {group}: {ours} | {our_rate:.0} | {yardstick} | not measured | | {target} | MISSING |");
            continue;
        };
        let ratio = our_rate / their_rate;
        let verdict = match target {
            0.0 => String::from("| |"),
            _ if ratio >= target => format!("{target:.1}x | ok |"),
            _ => format!("{target:.1}x | BELOW |"),
        };
        println!("| {group}: {ours} | {our_rate:.0} | {yardstick} | {their_rate:.0} | {ratio:.2}x | {verdict}");
    }
}

/// How often per second, by the median time that criterion found; `None` for what this run left out.
fn rate(output: &Path, group: &str, function: &str) -> Option<f64> {
    let directory = function.replace(['/', '\\', '?', '"', '*', '<', '>', '|', ':'], "_");
    let text = std::fs::read_to_string(output.join(group).join(directory).join("new/estimates.json")).ok()?;
    let estimates: serde_json::Value = serde_json::from_str(&text).ok()?;
    let nanoseconds = estimates.get("median")?.get("point_estimate")?.as_f64()?;
    (nanoseconds > 0.0).then(|| 1e9 / nanoseconds)
}
