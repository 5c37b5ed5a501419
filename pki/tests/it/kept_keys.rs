//! RSA keys that are made once and kept for the next test: to make one takes longer than all else that most tests do.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use openssl::pkey::PKey;
use qolhat_pki::key::PrivateKey;

/// Another key of `bits` at each call in one process, and the same ones in each process.
pub fn rsa_key(bits: u32) -> PrivateKey {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let file = folder.join(format!("rsa-{bits}-{number}.der"));
    if let Ok(kept) = std::fs::read(&file) {
        // As it was made: to look whether its primes are primes takes half as long as to find them.
        return PrivateKey::Rsa(PKey::private_key_from_pkcs8(&kept).unwrap());
    }
    let key = PrivateKey::generate_rsa(bits).unwrap();
    // Whole or not at all: other processes make the same ones at the same time.
    let own = folder.join(format!("rsa-{bits}-{number}.{}", std::process::id()));
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(&own, &*key.to_pkcs8_der().unwrap()).unwrap();
    std::fs::rename(&own, &file).unwrap();
    key
}
