//! The inbox as the sequencer reads it: the oldest events that wait, at most a batch of them.

use super::draft::Waiting;
use super::inbox_key::InboxKey;
use super::{JournalError, Sequenced, store};
use crate::db::{Db, Row, Value};
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

impl Positions {
    /// Whether something that was committed late lies between these, or before them: of what waits `count` lie from the first
    /// to the last of them, and the oldest of all at `oldest`. All of them are still there, or none; as many others in their
    /// gaps are not them.
    const fn hides_another(&self, count: u64, oldest: i64) -> bool {
        oldest < self.first || count > 0 && (count != self.count || oldest != self.first)
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

/// The oldest waiting events in order, but for those that the batch being written takes; `None` when something lies between
/// those. Positions are given before a commit, so that a lower one may show later: of one document the earlier event shows
/// first, and must not be passed over. What was not put there under `key` is known by its reason. Whether an event was sequenced before is looked at only if `in_doubt`: it waits again
/// when a program tries it twice, and the database refuses the second entry. At most `most` events.
pub(super) async fn stock(
    db: &Db,
    key: &InboxKey,
    before: Option<Positions>,
    most: u32,
    in_doubt: bool,
) -> Result<Option<Stock>, JournalError> {
    let limit = i64::from(most);
    let mut rows = match before {
        None => db.query(include_str!("sql/select_inbox.sql"), &params![limit]).await?,
        Some(before) => {
            db.query(include_str!("sql/select_inbox_past.sql"), &params![limit, before.first, before.last]).await?
        }
    };
    let is_full = rows.len() >= usize::try_from(most).unwrap_or(usize::MAX);
    let within = within(&rows)?;
    let is_full = is_full || within < rows.len();
    rows.truncate(within);
    let mut positions = Positions::default();
    let mut ids = Vec::with_capacity(rows.len());
    for row in &rows {
        if let Some(before) = before
            && before.hides_another(store::unsigned(row, "before")?, row.int("oldest")?)
        {
            return Ok(None);
        }
        positions.last = row.int("position")?;
        if positions.count == 0 {
            positions.first = positions.last;
        }
        positions.count += 1;
        ids.push(EventId::from(row.id("id")?));
    }
    let indexed = if in_doubt { places(db, &ids).await? } else { Vec::new() };
    let again = store::find_many(db, &indexed).await?;
    let mut taken = Vec::with_capacity(rows.len());
    for (row, id) in rows.into_iter().zip(ids) {
        if again.iter().any(|(event, _)| *event == id) {
            continue;
        }
        let body = row.text("body")?;
        let reason = if key.is_ours(id, &body, row.opt_bytes("mac")?.as_deref()) {
            indexed.contains(&id).then_some(STRAY)
        } else {
            Some(NOT_OURS)
        };
        taken.push(Taken { id, body, reason });
    }
    Ok(Some(Stock { taken, again, positions, is_full }))
}

/// Those of `events` that have a place in the index.
async fn places(db: &Db, events: &[EventId]) -> Result<Vec<EventId>, JournalError> {
    let keys: Vec<Value> = events.iter().map(|event| Value::from(event.as_uuid())).collect();
    let rows = db.query_in(include_str!("sql/select_places.sql"), &keys).await?;
    rows.iter().map(|row| Ok(EventId::from(row.id("id")?))).collect()
}

/// How many of `rows` a batch can hold by their octets: one at the least.
fn within(rows: &[Row]) -> Result<usize, JournalError> {
    let mut octets = 0_usize;
    for (place, row) in rows.iter().enumerate() {
        octets = octets.saturating_add(row.text("body")?.len());
        if place > 0 && octets > BATCH_MAX_BYTES {
            return Ok(place);
        }
    }
    Ok(rows.len())
}

#[cfg(test)]
mod tests {
    use super::Positions;

    #[test]
    fn what_shows_late_among_those_that_are_being_written_or_before_them_is_seen() {
        let flight = Positions { count: 2, first: 5, last: 8 };
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
}
