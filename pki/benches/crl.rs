//! A list as large as the national one (422 000 entries): what reading costs, what it keeps, what a look-up costs.
//!
//! Memory is told on stderr before the measurements, from the operating system's own count of this process: it needs a
//! system with `/proc`.
#![allow(clippy::unwrap_used, clippy::as_conversions, clippy::disallowed_methods, missing_docs, reason = "a bench")]

use std::hint::black_box;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use qolhat_pki::crl::CertificateList;
use qolhat_pki::issue::crl_builder::{CrlTemplate, RevokedEntry, build_crl};
use qolhat_pki::key::PrivateKey;
use qolhat_pki::random::SecureRandom;
use qolhat_pki::time::Moment;

/// As many as the list of the national CA has.
const ENTRIES: u32 = 422_000;
/// A name: SEQUENCE { SET { SEQUENCE { commonName, UTF8String "CA" } } }.
const NAME: &[u8] = b"\x30\x0d\x31\x0b\x30\x09\x06\x03\x55\x04\x03\x0c\x02CA";

/// A counter, mixed: the same octets in every run.
struct Mixed(u64);

impl SecureRandom for Mixed {
    fn fill(&mut self, out: &mut [u8]) {
        for chunk in out.chunks_mut(8) {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb).to_be_bytes();
            chunk.copy_from_slice(mixed.get(..chunk.len()).unwrap());
        }
    }
}

fn serial(n: u32) -> Vec<u8> {
    let mut octets = [0; 20];
    Mixed(u64::from(n) << 20).fill(&mut octets);
    *octets.first_mut().unwrap() &= 0x7f;
    *octets.first_mut().unwrap() |= 0x40;
    octets.to_vec()
}

fn large_list() -> Vec<u8> {
    let at = Moment::parse_rfc3339("2026-03-01T00:00:00Z").unwrap();
    let entries =
        (0..ENTRIES).map(|n| RevokedEntry { serial: serial(n), revoked_at: at, reason: Some(4), invalid_since: None });
    let template = CrlTemplate {
        issuer: NAME.to_vec(),
        authority_key_id: None,
        this_update: at,
        next_update: None,
        number: 1,
        base_number: None,
        entries: entries.collect(),
        more_extensions: Vec::new(),
    };
    let key = PrivateKey::generate_gost512(&mut Mixed(1)).unwrap();
    build_crl(&template, &key, &mut Mixed(2)).unwrap()
}

/// Resident octets of this process: now, and at most so far.
fn resident() -> (u64, u64) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kib = line.and_then(|rest| rest.trim().strip_suffix(" kB")).and_then(|kib| kib.trim().parse::<u64>().ok());
        kib.unwrap_or_default() * 1024
    };
    (field("VmRSS:"), field("VmHWM:"))
}

/// What one list costs in a process that holds nothing else: the list is made by one process and read by another.
fn tell_memory(file: &std::path::Path) {
    let (before, _) = resident();
    let octets = std::fs::read(file).unwrap();
    let size = octets.len();
    let list = CertificateList::from_octets(octets.into_boxed_slice()).unwrap();
    black_box(list.find(&serial(7)).unwrap().unwrap());
    let (after, most) = resident();
    let mib = |octets: u64| octets as f64 / f64::from(1 << 20);
    eprintln!(
        "{} entries, {size} octets: {:.1} MiB resident for the list, {:.1} MiB at most in the whole process",
        list.entry_count(),
        mib(after.saturating_sub(before)),
        mib(most)
    );
}

fn reading(c: &mut Criterion) {
    let der = large_list();
    let file = std::env::temp_dir().join(format!("qolhat-bench-{}.crl", std::process::id()));
    std::fs::write(&file, &der).unwrap();
    let program = std::env::current_exe().unwrap();
    let told = std::process::Command::new(program).env(MEMORY_OF, &file).status();
    std::fs::remove_file(&file).unwrap();
    assert!(told.unwrap().success());

    let mut group = c.benchmark_group("crl of 422 000 entries");
    group.sample_size(20);
    let owned = || der.clone().into_boxed_slice();
    group.bench_function("read and index", |b| {
        b.iter_batched(owned, |der| CertificateList::from_octets(der).unwrap(), BatchSize::PerIteration);
    });
    let list = CertificateList::from_der(&der).unwrap();
    let (listed, absent) = (serial(211_000), serial(ENTRIES + 1));
    group.bench_function("look up, listed", |b| b.iter(|| list.find(black_box(&listed)).unwrap().unwrap()));
    group.bench_function("look up, not listed", |b| b.iter(|| list.find(black_box(&absent)).unwrap()));
    group.bench_function("look up by reading all", |b| {
        b.iter(|| list.entries().find(|entry| entry.serial == black_box(&absent[..])));
    });
    group.finish();
}

/// Names the list whose memory the process is to tell.
const MEMORY_OF: &str = "QOLHAT_BENCH_CRL";

criterion_group!(benches, reading);

fn run() {
    #[allow(clippy::disallowed_methods, reason = "a bench starts itself")]
    let memory_of = std::env::var_os(MEMORY_OF);
    match memory_of {
        Some(file) => tell_memory(file.as_ref()),
        None => benches(),
    }
}

criterion_main!(run);
