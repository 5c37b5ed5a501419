//! What the index of subjects tells of each entry. Its rows are runs: the entries of one subject that one batch made.

use std::collections::{BTreeMap, VecDeque};

use super::super::inbox::BATCH_MAX;
use super::super::subjects::SubjectLink;
use super::super::{JournalError, store};
use crate::db::{DbError, Row, Tx};
use crate::params;

/// The runs that are read, and what they rest on.
#[derive(Default)]
pub(super) struct Runs {
    told: BTreeMap<u64, Vec<Result<Told, String>>>,
    /// Runs that end before this number are read.
    read: u64,
    /// Leaves of the entries passed last: those of one batch.
    leaves: VecDeque<(u64, [u8; 32])>,
}

/// A subject of an entry.
#[derive(Clone, Copy)]
struct Told {
    subject: [u8; 32],
    n: u64,
    before: Before,
}

/// The entry of the same subject that came before.
#[derive(Clone, Copy)]
enum Before {
    Nothing,
    /// The last one of another run: its leaf.
    Leaf([u8; 32]),
    /// Of the same run.
    Entry(u64),
}

impl Runs {
    /// Reads what is told of the entries from `start` to before `end`. A run ends within a batch of each of its entries.
    pub(super) async fn read(&mut self, db: &mut Tx, start: u64, end: u64) -> Result<(), JournalError> {
        let from = self.read.max(start);
        let to = end.saturating_add(u64::from(BATCH_MAX));
        let range = params![store::signed(from), store::signed(to)];
        for row in db.query(include_str!("../sql/audit_subjects.sql"), &range).await? {
            let last = store::unsigned(&row, "last")?;
            match run(&row, last) {
                Ok(entries) => {
                    for (seq, told) in entries {
                        self.told.entry(seq).or_default().push(Ok(told));
                    }
                }
                Err(reason) => self.told.entry(last.max(start)).or_default().push(Err(reason)),
            }
        }
        self.read = to;
        Ok(())
    }

    /// The links that the index tells of entry `seq`.
    pub(super) fn links(&mut self, seq: u64) -> Result<Vec<SubjectLink>, String> {
        let rest = self.told.split_off(&(seq + 1));
        let mut told = std::mem::replace(&mut self.told, rest);
        let told = told.remove(&seq).unwrap_or_default();
        told.into_iter()
            .map(|told| {
                let Told { subject, n, before } = told?;
                let prev = match before {
                    Before::Nothing => None,
                    Before::Leaf(leaf) => Some(leaf),
                    Before::Entry(number) => Some(self.leaf(number).ok_or("a run is longer than a batch")?),
                };
                Ok(SubjectLink { subject, n, prev })
            })
            .collect()
    }

    fn leaf(&self, seq: u64) -> Option<[u8; 32]> {
        let (oldest, _) = self.leaves.front()?;
        let place = usize::try_from(seq.checked_sub(*oldest)?).ok()?;
        self.leaves.get(place).map(|(_, leaf)| *leaf)
    }

    /// Entry `seq` was found right.
    pub(super) fn passed(&mut self, seq: u64, leaf: [u8; 32]) {
        self.leaves.push_back((seq, leaf));
        if store::unsigned_len(self.leaves.len()) > u64::from(BATCH_MAX) {
            self.leaves.pop_front();
        }
    }
}

/// What a row tells of each of its entries. Runs of a subject follow one another without gaps: so no two entries of it have
/// the same counter.
fn run(row: &Row, last: u64) -> Result<Vec<(u64, Told)>, String> {
    const GAP: &str = "the subject's entries are not counted without gaps";
    let unreadable = |error: DbError| error.to_string();
    let entries = store::run(row, "entries").map_err(unreadable)?;
    let (subject, first) = (row.array("subject").map_err(unreadable)?, store::unsigned(row, "n").map_err(unreadable)?);
    if entries.last() != Some(&last) {
        return Err("a run ends in another entry".to_owned());
    }
    let mut before = match row.opt_int("before_n").map_err(unreadable)? {
        None if first == 1 => Before::Nothing,
        None => return Err(GAP.to_owned()),
        Some(_) => {
            let n = store::unsigned(row, "before_n").map_err(unreadable)?;
            let run = store::run(row, "before_entries").map_err(unreadable)?;
            if n + store::unsigned_len(run.len()) != first || run.last() >= entries.first() {
                return Err(GAP.to_owned());
            }
            Before::Leaf(row.array("before_leaf").map_err(unreadable)?)
        }
    };
    let mut told = Vec::with_capacity(entries.len());
    for (n, seq) in (first..).zip(entries) {
        told.push((seq, Told { subject, n, before }));
        before = Before::Entry(seq);
    }
    Ok(told)
}
