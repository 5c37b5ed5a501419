//! Keeps a sweep away from what this process is putting.
//!
//! A bucket without versions removes whatever lies under a key at that moment, so "is it old enough? then remove it" is
//! two steps there. Within one process this gate makes them one. Between processes nothing does: a bucket with versions
//! is exact, since the version that was judged is the one that is removed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::ContentDigest;

/// Who is at work where.
#[derive(Default)]
pub(super) struct Gate {
    busy: Mutex<HashMap<ContentDigest, Busy>>,
    changed: Notify,
}

enum Busy {
    Puts(usize),
    Removal,
}

impl Gate {
    fn lock(&self) -> MutexGuard<'_, HashMap<ContentDigest, Busy>> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the end of a removal under `address`; none begins until the pass is dropped.
    pub(super) async fn put(self: &Arc<Self>, address: ContentDigest) -> Pass {
        loop {
            let mut changed = std::pin::pin!(self.changed.notified());
            changed.as_mut().enable();
            if self.try_put(address) {
                return Pass { gate: Arc::clone(self), address };
            }
            changed.await;
        }
    }

    fn try_put(&self, address: ContentDigest) -> bool {
        match self.lock().entry(address).or_insert(Busy::Puts(0)) {
            Busy::Puts(count) => {
                *count += 1;
                true
            }
            Busy::Removal => false,
        }
    }

    /// `None` while the blob is being put: it is young then. Puts wait until the pass is dropped.
    pub(super) fn remove(self: &Arc<Self>, address: ContentDigest) -> Option<Pass> {
        let mut busy = self.lock();
        if busy.contains_key(&address) {
            return None;
        }
        busy.insert(address, Busy::Removal);
        Some(Pass { gate: Arc::clone(self), address })
    }
}

/// The right to work under an address, until it is dropped.
pub(super) struct Pass {
    gate: Arc<Gate>,
    address: ContentDigest,
}

impl Drop for Pass {
    fn drop(&mut self) {
        let mut busy = self.gate.lock();
        let is_last = match busy.get_mut(&self.address) {
            Some(Busy::Puts(count)) if *count > 1 => {
                *count -= 1;
                false
            }
            Some(Busy::Puts(_) | Busy::Removal) | None => true,
        };
        if is_last {
            busy.remove(&self.address);
        }
        drop(busy);
        self.gate.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn a_removal_and_a_put_of_the_same_blob_exclude_each_other() {
        let gate = Arc::new(Gate::default());
        let (here, there) = (ContentDigest::of(b"here"), ContentDigest::of(b"there"));
        let first = gate.put(here).await;
        let second = gate.put(here).await;
        assert!(gate.remove(here).is_none());
        drop(first);
        assert!(gate.remove(here).is_none());
        drop(second);
        let removal = gate.remove(here).unwrap();
        assert!(gate.remove(here).is_none());
        drop(gate.put(there).await);
        assert!(timeout(Duration::from_millis(20), gate.put(here)).await.is_err());
        let waiting = tokio::spawn({
            let gate = Arc::clone(&gate);
            async move { gate.put(here).await }
        });
        tokio::task::yield_now().await;
        drop(removal);
        drop(waiting.await.unwrap());
        assert!(gate.lock().is_empty());
    }
}
