//! Keys read once and kept, for those that come again in every object: of time stamps, of OCSP responders, of issuers.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::{KeyError, PublicKey};

/// Public keys by their SubjectPublicKeyInfo, up to a number; the one not asked for the longest gives way.
///
/// What it saves is time: a key is read and checked once, and one that has verified a few signatures keeps the table
/// that makes the next ones faster. No verdict depends on it. A key takes about a kilobyte, a national one with its
/// table up to 16 KiB more.
#[derive(Debug)]
pub struct KeyCache {
    capacity: usize,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    keys: HashMap<Box<[u8]>, (PublicKey, u64)>,
    /// Number of keys asked for: the time, as far as the order of use is concerned.
    asked: u64,
}

impl KeyCache {
    /// A cache of at most `capacity` keys; with zero it keeps none.
    pub fn new(capacity: usize) -> Self {
        Self { capacity, kept: Mutex::default() }
    }

    /// The key in `spki`, a whole SubjectPublicKeyInfo in DER: the one kept, or read now and then kept.
    /// # Errors
    /// As [`PublicKey::from_spki`]; what is no key is not kept.
    pub fn key(&self, spki: &[u8]) -> Result<PublicKey, KeyError> {
        if let Some(key) = self.find(spki) {
            return Ok(key);
        }
        // Not under the lock: reading an RSA or EC key takes long enough for others to wait.
        let key = PublicKey::from_spki(spki)?;
        self.keep(spki, &key);
        Ok(key)
    }

    fn find(&self, spki: &[u8]) -> Option<PublicKey> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.asked += 1;
        let now = kept.asked;
        let (key, last_asked) = kept.keys.get_mut(spki)?;
        *last_asked = now;
        Some(key.clone())
    }

    fn keep(&self, spki: &[u8], key: &PublicKey) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.keys.len() >= self.capacity {
            let oldest = kept.keys.iter().min_by_key(|(_, (_, last_asked))| *last_asked).map(|(spki, _)| spki.clone());
            let Some(oldest) = oldest else { return };
            kept.keys.remove(&oldest);
        }
        let now = kept.asked;
        kept.keys.insert(spki.into(), (key.clone(), now));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use openssl::ec::{EcGroup, EcKey};
    use openssl::nid::Nid;
    use openssl::pkey::PKey;

    use super::*;

    fn spki() -> Vec<u8> {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap().public_key_to_der().unwrap()
    }

    fn kept(cache: &KeyCache) -> usize {
        cache.kept.lock().unwrap().keys.len()
    }

    #[test]
    fn a_key_cache_keeps_no_more_than_it_may_and_forgets_the_key_not_asked_for_the_longest() {
        let keys: Vec<_> = (0..4).map(|_| spki()).collect();
        let [first, second, third, fourth] = keys.as_slice() else { unreachable!() };
        let cache = KeyCache::new(3);
        for spki in [first, second, third, first, fourth] {
            assert_eq!(cache.key(spki).unwrap(), PublicKey::from_spki(spki).unwrap());
            assert!(kept(&cache) <= 3);
        }
        assert!(cache.find(first).is_some() && cache.find(third).is_some() && cache.find(fourth).is_some());
        assert!(cache.find(second).is_none());
    }

    #[test]
    fn what_is_no_key_is_not_kept_and_a_cache_of_none_keeps_none() {
        let cache = KeyCache::new(3);
        assert!(cache.key(b"no key").is_err() && kept(&cache) == 0);
        let none = KeyCache::new(0);
        assert!(none.key(&spki()).is_ok() && kept(&none) == 0);
    }
}
