//! What an answer rests on. Of what is committed lazily others see the state before it is on disk: an answer that was made
//! of what the database said must wait for that, and one that was not need not. What was said before the server was begun
//! anew may be lost by now, and what was said before and after it may never have been true at one time.

use std::cell::Cell;
use std::future::Future;

use super::Mark;

/// What a task knows from the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rests {
    /// Nothing.
    OnNothing,
    /// What it said since this moment, and was not begun anew meanwhile.
    Since(Mark),
    /// What it said before and after it was begun anew.
    OnSeveral,
}

tokio::task_local! {
    static RESTS: Cell<Rests>;
}

/// Does `work`; and what it rests on.
pub(crate) async fn watching<T>(work: impl Future<Output = T>) -> (T, Rests) {
    RESTS.scope(Cell::new(Rests::OnNothing), async { (work.await, RESTS.with(Cell::get)) }).await
}

/// The server was asked something over a connection of that life of it.
pub(super) fn has_asked(life: Mark) {
    let _ = RESTS.try_with(|rests| {
        rests.set(match rests.get() {
            Rests::OnNothing => Rests::Since(life),
            Rests::Since(before) if before == life => Rests::Since(life),
            Rests::Since(_) | Rests::OnSeveral => Rests::OnSeveral,
        });
    });
}
