//! The targets. Beyond surviving, what is said of an input that passes must be what is said of a seed: everything that a
//! verdict rests on is covered by a signature, and nobody here signs anything but the seeds.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use qolhat_pki::digest::DigestAlgorithm;

mod files;
mod messages;
mod objects;
mod paths;

pub use files::{asic, asic_files, ers, xml};
pub use messages::{cms, ocsp, tsp};
pub use objects::{armor, certificate, crl, der, keys, name, pkcs12};
pub use paths::{path, policies};

/// The digest of what was said of an input that passed.
type Claim = Vec<u8>;
/// What is said of the seeds.
type Known = LazyLock<BTreeSet<Claim>>;

fn claim(parts: &[&[u8]]) -> Claim {
    let mut whole = Vec::new();
    for part in parts {
        whole.extend_from_slice(&part.len().to_be_bytes());
        whole.extend_from_slice(part);
    }
    DigestAlgorithm::Sha256.digest(&whole).as_bytes().to_vec()
}

/// What `claims` says of all `seeds`; it must say something, or the target would watch nothing.
fn known(claims: fn(&[u8]) -> Vec<Claim>, seeds: Vec<Vec<u8>>) -> BTreeSet<Claim> {
    let known: BTreeSet<Claim> = seeds.iter().flat_map(|seed| claims(seed)).collect();
    assert!(!known.is_empty(), "no seed passes");
    known
}

fn says_only_what_is_known(claims: Vec<Claim>, known: &Known) {
    for one in claims {
        assert!(known.contains(&one), "something passes that was never signed");
    }
}
