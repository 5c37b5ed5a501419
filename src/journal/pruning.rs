//! Pruning: entries that are past their term leave the database. Who may, and whether they may, is decided elsewhere; here
//! it is done, in steps each of which may be the last before a crash, and again from the beginning.
//!
//! Place, instant and leaf hash of each entry stay, with the index of events, the index of subjects and the inner nodes that are kept: so
//! proofs of everything hold, a retried event finds its place, and the map of subjects can be made anew. Entry 0 stays whole:
//! it fixes the key of pseudonyms.

use std::collections::VecDeque;

use super::entry::{Entry, leaf_hash};
use super::{JournalError, store};
use crate::db::{Db, Engine, Tx, Value};
use crate::domain::time::Moment;
use crate::params;

/// Kind of the entry by which an officer proposes a pruning.
pub const PROPOSED: &str = "pruning.proposed";
/// Kind of the entry by which a second officer approves a pruning.
pub const APPROVED: &str = "pruning.approved";
/// Kind of the entry by which a second officer refuses one.
pub const REFUSED: &str = "pruning.refused";
/// Field of these: the id of the pruning.
pub const ID_FIELD: &str = "pruning_id";
/// Their field: the first entry that goes.
pub const FROM_FIELD: &str = "from";
/// Their field: the first entry that is held afterwards.
pub const FIELD: &str = "minimum";
/// Their field: the officer's IIN.
pub const BY_FIELD: &str = "by";

/// Entries moved in one transaction.
const STEP_ENTRIES: u64 = 5_000;
/// Most segments of PostgreSQL dropped by one pruning.
const SEGMENTS_MAX: u32 = 100_000;

/// What of a subject's history was pruned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrunedPart {
    /// How many of its entries.
    pub count: u64,
    /// Number of the last of them.
    pub seq: u64,
    /// Its leaf hash.
    pub leaf: [u8; 32],
    /// Its instant.
    pub at: Moment,
}

/// The first entry that is held; 0 for all. Entry 0 always is.
pub(super) async fn minimum(db: &Db) -> Result<u64, JournalError> {
    let row = db.query_one(include_str!("sql/select_minimum.sql"), &[]).await?;
    Ok(row.map(|row| store::unsigned(&row, "minimum")).transpose()?.unwrap_or_default())
}

/// A pruning that is being done: entries leave the database of one who owns the journal's tables. All of it was
/// approved and exported; whether it may still go is asked before each step.
#[derive(Debug)]
pub struct Pruning {
    left: VecDeque<Step>,
}

/// What is done in one transaction.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// First it is said: whoever reads from now on does not miss what goes.
    Bound(u64),
    /// Leaves are kept, openings erased.
    Leaves(u64, u64),
    /// Segments of PostgreSQL are dropped, at most so many.
    Segments(u32),
    /// What is left of the entries goes.
    Entries(u64, u64),
}

impl Pruning {
    /// The pruning of the entries from `from` to before `to`, from its beginning: what was done before is passed over.
    #[must_use]
    pub fn new(engine: Engine, from: u64, to: u64) -> Self {
        let mut left = VecDeque::from([Step::Bound(to)]);
        left.extend(steps(from, to).map(|(start, end)| Step::Leaves(start, end)));
        left.extend((engine == Engine::Postgres).then_some(Step::Segments(SEGMENTS_MAX)));
        left.extend(steps(from, to).map(|(start, end)| Step::Entries(start, end)));
        Self { left }
    }

    /// Does the next step in a transaction of its own; whether there is another one.
    ///
    /// # Errors
    /// A fault of the database: one that does not let this login remove anything, too. What was committed stays done.
    pub async fn step(&mut self, tx: &mut Tx) -> Result<bool, JournalError> {
        match self.left.pop_front() {
            Some(Step::Bound(to)) => {
                tx.execute(include_str!("sql/update_minimum.sql"), &params![store::signed(to)]).await?;
            }
            Some(Step::Leaves(start, end)) => keep_leaves(tx, start, end).await?,
            Some(Step::Segments(most)) => {
                let row = tx.query_one("select journal_drops_segment()::int::bigint as dropped", &[]).await?;
                let dropped = row.map(|row| row.int("dropped")).transpose()?.unwrap_or_default();
                if let Some(most) = most.checked_sub(1).filter(|most| dropped > 0 && *most > 0) {
                    self.left.push_front(Step::Segments(most));
                }
            }
            Some(Step::Entries(start, end)) => {
                let range = params![store::signed(start), store::signed(end)];
                tx.execute(include_str!("sql/delete_entries.sql"), &range).await?;
            }
            None => {}
        }
        Ok(!self.left.is_empty())
    }
}

/// The range without entry 0, in pieces.
fn steps(from: u64, to: u64) -> impl Iterator<Item = (u64, u64)> {
    let mut next = from.max(1);
    std::iter::from_fn(move || {
        let start = next;
        next = to.min(start.saturating_add(STEP_ENTRIES));
        (start < to).then_some((start, next))
    })
}

/// Writes down what stays of the entries, and erases what opens them.
async fn keep_leaves(tx: &mut Tx, start: u64, end: u64) -> Result<(), JournalError> {
    let range = params![store::signed(start), store::signed(end)];
    let mut rows: Vec<Vec<Value>> = Vec::new();
    for row in tx.query(include_str!("sql/select_segment_entries.sql"), &range).await? {
        let (seq, body, leaf) = (store::unsigned(&row, "seq")?, row.bytes("body")?, row.array::<32>("leaf")?);
        if leaf_hash(&body) != leaf {
            return Err(JournalError::Contradiction(format!("entry {seq} does not hash to its leaf")));
        }
        rows.push(params![store::signed(seq), Entry::parse(&body)?.t_ms, leaf.to_vec()].to_vec());
    }
    if !rows.is_empty() {
        tx.execute_many(include_str!("sql/insert_pruned.sql"), &rows).await?;
    }
    tx.execute(include_str!("sql/delete_openings_between.sql"), &range).await?;
    // By its digest a promise tells what the event said.
    tx.execute(include_str!("sql/delete_promises_between.sql"), &range).await?;
    Ok(())
}

/// What of the history of a subject was pruned; `None` when nothing was.
pub(super) async fn pruned_part(db: &Db, subject: &[u8; 32]) -> Result<Option<PrunedPart>, JournalError> {
    let minimum = minimum(db).await?;
    if minimum == 0 {
        return Ok(None);
    }
    let numbers = store::numbers_of_subject(db, subject).await?;
    let gone: Vec<u64> = numbers.into_iter().take_while(|seq| *seq < minimum).filter(|seq| *seq > 0).collect();
    let Some(seq) = gone.last().copied() else { return Ok(None) };
    let (leaf, at) = left_of(db, seq).await?;
    Ok(Some(PrunedPart { count: store::unsigned_len(gone.len()), seq, leaf, at }))
}

/// The instant of an entry.
pub(super) async fn instant_of(db: &Db, seq: u64) -> Result<Moment, JournalError> {
    Ok(left_of(db, seq).await?.1)
}

/// Leaf hash and instant of an entry: while it is being pruned it may be there whole.
async fn left_of(db: &Db, seq: u64) -> Result<([u8; 32], Moment), JournalError> {
    if let Some(row) = db.query_one(include_str!("sql/select_pruned.sql"), &params![store::signed(seq)]).await? {
        return Ok((row.array("leaf")?, store::instant(row.int("t_ms")?)?));
    }
    match store::entry(db, seq).await? {
        Some(stored) => Ok((stored.leaf, Entry::parse(&stored.body)?.at())),
        None => Err(JournalError::NoEntry { seq, size: store::size(db).await? }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_taken_in_pieces_and_entry_0_in_none() {
        assert_eq!(steps(0, 256).collect::<Vec<_>>(), [(1, 256)]);
        assert_eq!(steps(256, 10_512).collect::<Vec<_>>(), [(256, 5256), (5256, 10_256), (10_256, 10_512)]);
        assert_eq!(steps(0, 1).count() + steps(256, 256).count(), 0);
    }
}
