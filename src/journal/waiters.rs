//! Those who wait for the entries of their events, and the entries of just now for those who come late.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::Sequenced;
use crate::domain::ids::EventId;

/// Entries remembered for waiters that come after them.
const RECENT_MAX: usize = 8192;

/// What became of an event: its entry, or why it could not become one.
pub(super) type Outcome = Result<Sequenced, String>;

/// Everybody in this process who waits.
#[derive(Clone, Default)]
pub(super) struct Waiters(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    order: VecDeque<EventId>,
    recent: HashMap<EventId, Sequenced>,
    waiting: HashMap<EventId, watch::Sender<Option<Outcome>>>,
}

/// What is known of an event that somebody begins to wait for.
pub(super) enum Expectation {
    /// Its entry is there.
    Sequenced(Sequenced),
    /// It will be told.
    Ticket(Ticket),
}

/// A place among those who wait; given up when dropped.
pub(super) struct Ticket {
    event: EventId,
    outcome: watch::Receiver<Option<Outcome>>,
    waiters: Waiters,
}

impl Ticket {
    /// Waits without end.
    pub(super) async fn outcome(&mut self) -> Outcome {
        let told = self.outcome.wait_for(Option::is_some).await.ok().and_then(|outcome| outcome.clone());
        match told {
            Some(outcome) => outcome,
            // Nobody is left who could tell: whoever waits asks the database meanwhile.
            None => std::future::pending().await,
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut state = self.waiters.state();
        // The last one who waits for this event: the other receivers are gone.
        if state.waiting.get(&self.event).is_some_and(|told| told.receiver_count() <= 1) {
            state.waiting.remove(&self.event);
        }
    }
}

impl Waiters {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins to wait for `event`.
    pub(super) fn expect(&self, event: EventId) -> Expectation {
        let mut state = self.state();
        if let Some(found) = state.recent.get(&event) {
            return Expectation::Sequenced(*found);
        }
        let outcome = state.waiting.entry(event).or_insert_with(|| watch::Sender::new(None)).subscribe();
        Expectation::Ticket(Ticket { event, outcome, waiters: self.clone() })
    }

    /// The events that somebody waits for.
    pub(super) fn events(&self) -> Vec<EventId> {
        self.state().waiting.keys().copied().collect()
    }

    pub(super) fn nobody_waits(&self) -> bool {
        self.state().waiting.is_empty()
    }

    /// Tells what became of events.
    pub(super) fn tell(&self, outcomes: impl IntoIterator<Item = (EventId, Outcome)>) {
        let mut state = self.state();
        for (event, outcome) in outcomes {
            if let Ok(place) = &outcome
                && state.recent.insert(event, *place).is_none()
            {
                state.order.push_back(event);
            }
            if let Some(told) = state.waiting.remove(&event) {
                told.send_replace(Some(outcome));
            }
        }
        while state.order.len() > RECENT_MAX {
            if let Some(oldest) = state.order.pop_front() {
                state.recent.remove(&oldest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use crate::domain::time::Moment;

    fn place(seq: u64) -> Sequenced {
        Sequenced { seq, at: Moment::MIN, leaf: [0; 32] }
    }

    fn event(number: u128) -> EventId {
        EventId::from(uuid::Uuid::from_u128(number))
    }

    #[tokio::test]
    async fn all_who_wait_are_told_and_who_comes_late_finds_it_there() {
        let waiters = Waiters::default();
        let (Expectation::Ticket(mut one), Expectation::Ticket(mut two)) =
            (waiters.expect(event(1)), waiters.expect(event(1)))
        else {
            panic!("nothing is known yet");
        };
        waiters.tell([(event(1), Ok(place(7)))]);
        assert_eq!((one.outcome().await, two.outcome().await), (Ok(place(7)), Ok(place(7))));
        assert!(waiters.nobody_waits());
        assert!(matches!(waiters.expect(event(1)), Expectation::Sequenced(found) if found == place(7)));
    }

    #[test]
    fn who_gives_up_leaves_nothing_behind() {
        let waiters = Waiters::default();
        let (one, two) = (waiters.expect(event(1)), waiters.expect(event(1)));
        drop(one);
        assert_eq!(waiters.events(), [event(1)]);
        drop(two);
        assert!(waiters.nobody_waits());
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let waiters = Waiters::default();
        let many = u128::try_from(RECENT_MAX).unwrap() + 1;
        waiters.tell((0..many).map(|number| (event(number), Ok(place(0)))));
        assert!(matches!(waiters.expect(event(0)), Expectation::Ticket(_)));
        assert!(matches!(waiters.expect(event(1)), Expectation::Sequenced(_)));
    }
}
