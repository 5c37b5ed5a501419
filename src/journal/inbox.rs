//! The inbox as the sequencer reads it: the oldest events that wait, at most a batch of them.

use super::draft::Waiting;
use super::inbox_key::InboxKey;
use super::{JournalError, Sequenced, store};
use crate::db::{Db, Value};
use crate::domain::ids::EventId;
use crate::params;

/// Most events of one batch.
pub(super) const BATCH_MAX: u32 = 1000;
/// Most octets of the events of one batch, but for its first: a batch is one statement, which must not take too long.
const BATCH_MAX_BYTES: usize = 8 * 1024 * 1024;

/// Why an event cannot become an entry in whose place something else stands.
const STRAY: &str = "a row of the index stands in its place and leads to no entry of it; run the journal audit";

/// Why an event cannot become an entry that was not put into the inbox under the key of this log.
const NOT_OURS: &str =
    "this service did not put it into the inbox, or not as it lies there: somebody else has written to the database";

/// What waits.
pub(super) struct Stock {
    pub taken: Vec<Taken>,
    /// What was sequenced before, in another transaction that put the same event into the inbox.
    pub again: Vec<(EventId, Sequenced)>,
    pub positions: Positions,
    /// Whether more may wait.
    pub is_full: bool,
}

/// An event taken from the inbox.
pub(super) struct Taken {
    pub id: EventId,
    pub body: String,
    /// Why it cannot become an entry, where that is known.
    pub reason: Option<&'static str>,
}

/// What a batch takes out of the inbox.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Positions {
    pub count: u64,
    pub first: i64,
    pub last: i64,
}

/// What the batches before take out of the inbox, which are still on their way, in their order: those that are being written, and
/// one that is being made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Before(Vec<Positions>);

impl Before {
    pub(super) fn new(batches: impl IntoIterator<Item = Positions>) -> Self {
        Self(batches.into_iter().filter(|batch| batch.count > 0).collect())
    }

    /// From where to where they take.
    fn span(&self) -> Option<(i64, i64)> {
        Some((self.0.first()?.first, self.0.last()?.last))
    }

    /// Whether something that was committed late lies between these, or before them: of what waits `count` lie within their
    /// span, and the oldest of all at `oldest`. They land in their order, and each at once: all of them are still there, or
    /// those that follow one that has landed, or none. As many others in their gaps are not them.
    fn hides_another(&self, count: u64, oldest: i64) -> bool {
        let is_all = |there: &[Positions]| {
            count == there.iter().map(|batch| batch.count).sum::<u64>()
                && match there.first() {
                    Some(batch) => oldest == batch.first,
                    None => self.span().is_none_or(|(_, last)| oldest > last),
                }
        };
        !(0..=self.0.len()).any(|landed| self.0.get(landed..).is_some_and(is_all))
    }
}

impl Taken {
    pub(super) fn read(&self) -> Result<Waiting<'_>, String> {
        match self.reason {
            Some(reason) => Err(reason.to_owned()),
            None => Waiting::read(&self.body),
        }
    }
}

/// The oldest waiting events in order, but for those that the batches `before` take; `None` when something lies between those.
/// Positions are given before a commit, so that a lower one may show later: of one document the earlier event shows first, and
/// must not be passed over. What was not put there under `key` is known by its reason. Whether an event was sequenced before is
/// looked at only if `in_doubt`: it waits again when a program tries it twice, and the database refuses the second entry. At
/// most `most` events.
pub(super) async fn stock(
    db: &Db,
    key: &InboxKey,
    before: &Before,
    most: u32,
    in_doubt: bool,
) -> Result<Option<Stock>, JournalError> {
    let limit = i64::from(most);
    let rows = match before.span() {
        None => db.query(include_str!("sql/select_inbox.sql"), &params![limit]).await?,
        Some((first, last)) => {
            db.query(include_str!("sql/select_inbox_past.sql"), &params![limit, first, last]).await?
        }
    };
    // All rows tell the same of those before.
    if let (Some(_), Some(row)) = (before.span(), rows.first())
        && before.hides_another(store::unsigned(row, "before")?, row.int("oldest")?)
    {
        return Ok(None);
    }
    let mut positions = Positions::default();
    let mut waiting = Vec::with_capacity(rows.len());
    let mut octets = 0_usize;
    for row in &rows {
        let body = row.text("body")?;
        octets = octets.saturating_add(body.len());
        if positions.count > 0 && octets > BATCH_MAX_BYTES {
            break;
        }
        positions.last = row.int("position")?;
        if positions.count == 0 {
            positions.first = positions.last;
        }
        positions.count += 1;
        waiting.push((EventId::from(row.id("id")?), body, row.opt_bytes("mac")?));
    }
    let is_full = rows.len() >= usize::try_from(most).unwrap_or(usize::MAX) || waiting.len() < rows.len();
    let indexed = if in_doubt { places(db, waiting.iter().map(|(id, ..)| *id)).await? } else { Vec::new() };
    let again = store::find_many(db, &indexed).await?;
    let mut taken = Vec::with_capacity(waiting.len());
    for (id, body, code) in waiting {
        if again.iter().any(|(event, _)| *event == id) {
            continue;
        }
        let reason = if key.is_ours(id, &body, code.as_deref()) {
            indexed.contains(&id).then_some(STRAY)
        } else {
            Some(NOT_OURS)
        };
        taken.push(Taken { id, body, reason });
    }
    Ok(Some(Stock { taken, again, positions, is_full }))
}

/// Those of `events` that have a place in the index.
async fn places(db: &Db, events: impl Iterator<Item = EventId>) -> Result<Vec<EventId>, JournalError> {
    let keys: Vec<Value> = events.map(|event| Value::from(event.as_uuid())).collect();
    let rows = db.query_in(include_str!("sql/select_places.sql"), &keys).await?;
    rows.iter().map(|row| Ok(EventId::from(row.id("id")?))).collect()
}

#[cfg(test)]
mod tests {
    use super::{Before, Positions};

    #[test]
    fn what_shows_late_among_those_that_are_being_written_or_before_them_is_seen() {
        let flight = Before::new([Positions { count: 2, first: 5, last: 8 }]);
        for (count, oldest, hides) in [
            // On its way, and landed.
            (2, 5, false),
            (0, 9, false),
            // One more in its gap, before and after it has landed, and as many as it had.
            (3, 5, true),
            (1, 6, true),
            (2, 6, true),
            // Before it.
            (2, 4, true),
            (0, 4, true),
        ] {
            assert_eq!(flight.hides_another(count, oldest), hides, "{count} {oldest}");
        }
    }

    #[test]
    fn what_shows_late_among_a_batch_that_is_written_and_the_one_that_is_made_is_seen() {
        let written = Positions { count: 2, first: 5, last: 8 };
        let made = Positions { count: 3, first: 11, last: 15 };
        let both = Before::new([written, made]);
        assert_eq!(both.span(), Some((5, 15)));
        for (count, oldest, hides) in [
            // Both on their way, the first landed, both landed.
            (5, 5, false),
            (3, 11, false),
            (0, 16, false),
            // One more in a gap of the first, between them, in a gap of the second: whatever has landed.
            (6, 5, true),
            (4, 6, true),
            (4, 9, true),
            (4, 11, true),
            (1, 6, true),
            (1, 12, true),
            // As many others.
            (3, 12, true),
            (5, 6, true),
            (3, 10, true),
            // Before both.
            (5, 4, true),
            (3, 4, true),
            (0, 4, true),
            // The second cannot land before the first.
            (2, 5, true),
        ] {
            assert_eq!(both.hides_another(count, oldest), hides, "{count} {oldest}");
        }
    }

    #[test]
    fn a_batch_that_takes_nothing_hides_nothing() {
        let none = Before::new([Positions::default()]);
        assert_eq!((none.span(), none), (None, Before::default()));
    }
}
