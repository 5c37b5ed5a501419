//! National signatures against the yardsticks, all in one run; ends with a table of ratios.
//!
//! `cargo bench -p qolhat-pki --bench gost`. Without the package `libengine-gost-openssl` the rows of gost-engine are
//! missing, which is said loudly, and everything else is measured all the same.
#![allow(missing_docs, clippy::expect_used, clippy::print_stdout, reason = "a bench stops when it cannot measure")]

#[path = "gost/cpu_time.rs"]
mod cpu_time;
#[path = "gost/engine.rs"]
mod engine;
#[path = "gost/generic.rs"]
mod generic;
#[path = "gost/table.rs"]
mod table;

use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

use criterion::{Criterion, Throughput};
use openssl::hash::hash;
use qolhat_pki::digest::DigestAlgorithm;
use qolhat_pki::gost::{Curve, GostPublicKey, GostSecretKey};
use qolhat_pki::random::SecureRandom;

use cpu_time::CpuTime;
use engine::Engine;

const WARM_UP: Duration = Duration::from_millis(500);
const MEASUREMENT: Duration = Duration::from_secs(2);
const MESSAGE_OCTETS: usize = 1 << 20;

/// Octets that look random and are the same in every run: what is measured depends on no chance.
struct Seeded(u64);

impl SecureRandom for Seeded {
    fn fill(&mut self, out: &mut [u8]) {
        for octet in out {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let [.., high] = self.0.to_le_bytes();
            *octet = high;
        }
    }
}

fn main() {
    let engine = Engine::load();
    let output = Path::new(env!("CARGO_TARGET_TMPDIR")).join("criterion");
    // Ratios are of one run: what an earlier one left must not be taken for measured now.
    if output.exists() {
        std::fs::remove_dir_all(&output).expect("the results of the last run go");
    }
    let mut criterion = Criterion::default()
        .with_measurement(CpuTime)
        .output_directory(&output)
        .warm_up_time(WARM_UP)
        .measurement_time(MEASUREMENT)
        .sample_size(50)
        .configure_from_args();
    signatures(&mut criterion, Curve::Gost2015A512, engine);
    signatures(&mut criterion, Curve::Gost2015A256, engine);
    signatures(&mut criterion, Curve::Gost2004A, engine);
    streebog(&mut criterion, engine);
    criterion.final_summary();

    if engine.is_none() {
        println!("\nMISSING: gost-engine. Install the Debian package libengine-gost-openssl to measure against it.");
    }
    table::print(&output, &table::NATIONAL);
}

fn group_of(curve: Curve) -> &'static str {
    match curve {
        Curve::Gost2015A512 => "gost2015-512",
        Curve::Gost2015A256 => "gost2015-256",
        Curve::Gost2004A => "gost2004",
    }
}

fn signatures(criterion: &mut Criterion<CpuTime>, curve: Curve, engine: Option<Engine>) {
    let mut rng = Seeded(2015);
    let secret = GostSecretKey::generate(curve, &mut rng).expect("a key");
    let key = secret.public_key();
    let mut digest = vec![0; curve.coordinate_len()];
    rng.fill(&mut digest);
    let signature = secret.sign_prehashed(&digest, &mut rng).expect("a digest of the right width");
    let octets = key.to_le_bytes();

    let mut group = criterion.benchmark_group(group_of(curve));
    // A key never seen before, read from its octets.
    let cold = || GostPublicKey::from_le_bytes(curve, &octets).expect("a key").verify_prehashed(&digest, &signature);
    assert!(cold());
    group.bench_function("verify, cold key", |bencher| bencher.iter(|| black_box(cold())));
    key.prepare();
    assert!(key.verify_prehashed(&digest, &signature));
    group.bench_function("verify, known key", |bencher| {
        bencher.iter(|| black_box(key.verify_prehashed(black_box(&digest), &signature)));
    });
    if let Some(yardstick) = engine.map(|engine| engine.verifier(&key, &digest, &signature)) {
        assert!(yardstick.verify(), "gost-engine accepts the signature");
        group.bench_function("verify, gost-engine", |bencher| bencher.iter(|| black_box(yardstick.verify())));
    }
    if let Some(yardstick) = generic::Verifier::new(&key, &digest, &signature) {
        assert!(yardstick.verify(), "OpenSSL's curve accepts the signature");
        group.bench_function("verify, OpenSSL curve", |bencher| bencher.iter(|| black_box(yardstick.verify())));
    }
    group.bench_function("prepare a key", |bencher| {
        bencher.iter(|| GostPublicKey::from_le_bytes(curve, &octets).expect("a key").prepare());
    });
    group.bench_function("sign", |bencher| bencher.iter(|| secret.sign_prehashed(black_box(&digest), &mut rng)));
    group.finish();
}

fn streebog(criterion: &mut Criterion<CpuTime>, engine: Option<Engine>) {
    let mut message = vec![0; MESSAGE_OCTETS];
    Seeded(34_11).fill(&mut message);
    let mut group = criterion.benchmark_group("streebog512");
    group.throughput(Throughput::Bytes(MESSAGE_OCTETS.try_into().expect("a length")));
    group.bench_function("digest", |bencher| bencher.iter(|| DigestAlgorithm::Streebog512.digest(black_box(&message))));
    if let Some(algorithm) = engine.map(Engine::streebog512) {
        let theirs = hash(algorithm, &message).expect("a digest");
        assert_eq!(&*theirs, DigestAlgorithm::Streebog512.digest(&message).as_bytes());
        group.bench_function("digest, gost-engine", |bencher| bencher.iter(|| hash(algorithm, black_box(&message))));
    }
    group.finish();
}
