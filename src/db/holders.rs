//! Which tasks have a connection of a gate. Whoever asks for a second one while he has the first may wait for himself: as many
//! such tasks at once as there are connections, and nobody gets any further. It needs a crowd to happen, so a test would not
//! see it; where debug assertions are on, one such task is enough to be told. Otherwise nothing is counted.

/// The tasks that have a connection. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Holders {
    #[cfg(debug_assertions)]
    tasks: std::sync::Arc<std::sync::Mutex<std::collections::HashSet<tokio::task::Id>>>,
}

/// A task's place among the [`Holders`], as long as it has its connection.
pub(super) struct Held {
    #[cfg(debug_assertions)]
    place: Option<(Holders, tokio::task::Id)>,
}

#[cfg(debug_assertions)]
impl Holders {
    /// The task asks for a connection. What runs in no task is not known: a command, and the sequencer, which is alone with
    /// connections of its own.
    /// # Panics
    /// When it has one.
    pub(super) fn enter(&self) -> Held {
        let place = tokio::task::try_id().map(|task| {
            let is_first = self.locked().insert(task);
            assert!(is_first, "a task that has a connection asks for another one, and may wait for itself");
            (self.clone(), task)
        });
        Held { place }
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, std::collections::HashSet<tokio::task::Id>> {
        self.tasks.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(not(debug_assertions))]
impl Holders {
    #[expect(clippy::unused_self, reason = "it knows nobody")]
    pub(super) const fn enter(&self) -> Held {
        Held {}
    }
}

#[cfg(debug_assertions)]
impl Drop for Held {
    fn drop(&mut self) {
        if let Some((holders, task)) = self.place.take() {
            holders.locked().remove(&task);
        }
    }
}

#[cfg(all(test, debug_assertions))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[tokio::test]
    async fn a_task_has_one_connection_at_a_time_and_others_have_theirs() {
        let holders = Holders::default();
        let (first, second) = (holders.clone(), holders.clone());
        let (tell, told) = tokio::sync::oneshot::channel::<()>();
        let holds = tokio::spawn(async move {
            let held = first.enter();
            told.await.unwrap();
            drop(held);
            drop(first.enter());
        });
        tokio::spawn(async move { drop(second.enter()) }).await.unwrap();
        tell.send(()).unwrap();
        holds.await.unwrap();
        assert!(holders.locked().is_empty());

        let again = holders.clone();
        let refused = tokio::spawn(async move {
            let _held = again.enter();
            let _second = again.enter();
        });
        assert!(refused.await.unwrap_err().is_panic());
        assert!(holders.locked().is_empty());
    }
}
