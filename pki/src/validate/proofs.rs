//! Proofs of existence: since when each object is proven to have existed. Renewing an archive is adding to them.
//! Source: EN 319 102-1 §5.6.2.3.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use crate::report::{Existence, ExistingObject};
use crate::time::Moment;

/// What is proven so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Proofs {
    known: BTreeMap<([u8; 32], ExistingObject), Moment>,
}

impl Proofs {
    /// The object with this SHA-256 existed at `when`.
    pub fn learn(&mut self, object: ExistingObject, sha256: [u8; 32], when: Moment) {
        let since = self.known.entry((sha256, object)).or_insert(when);
        *since = (*since).min(when);
    }

    /// As [`Proofs::learn`], of octets.
    pub fn learn_octets(&mut self, object: ExistingObject, octets: &[u8], when: Moment) {
        self.learn(object, Sha256::digest(octets).into(), when);
    }

    /// Since when the token is proven to exist by others than itself.
    pub fn of_token(&self, token: &[u8]) -> Option<Moment> {
        // Nothing is proven yet as a rule: no digest is needed to know it.
        if self.known.is_empty() {
            return None;
        }
        self.known.get(&(Sha256::digest(token).into(), ExistingObject::TimeStamp)).copied()
    }

    /// Everything, in an order that depends on nothing but itself.
    pub fn list(&self) -> Vec<Existence> {
        let list = self.known.iter();
        list.map(|((sha256, object), since)| Existence { object: *object, sha256: *sha256, since: *since }).collect()
    }
}
