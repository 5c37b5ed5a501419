//! The newest entries of the subjects, as the leader knows them: nobody else appends while it leads, so that what it has read
//! or written once stays true.

use std::collections::HashSet;

use super::draft::{Named, Waiting};
use super::subjects::{BySubject, SubjectLink};
use super::{JournalError, store};
use crate::db::{Db, Row, Value};

/// Subjects remembered in each of two halves: more than four batches can name, so that what was made a moment ago, and cannot
/// be read yet, is remembered.
const KNOWN_MAX: usize = 131_072;

/// The newest entry of a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    /// Its counter.
    pub n: u64,
    pub leaf: [u8; 32],
}

/// Two halves: when the newer one is full it takes the place of the older one.
#[derive(Default)]
pub(super) struct Heads {
    newer: BySubject<Head>,
    older: BySubject<Head>,
}

impl Heads {
    /// Reads the newest entries of the subjects of `events` that are not known; answers those that have an entry which
    /// cannot be made out. Those that seem to begin are looked for only if `in_doubt`.
    pub(super) async fn bring<'a, 'b: 'a>(
        &mut self,
        db: &Db,
        events: impl Iterator<Item = &'a Waiting<'b>>,
        in_doubt: bool,
    ) -> Result<HashSet<[u8; 32]>, JournalError> {
        // Each of them, so that those that are known stay so.
        let named: Vec<&Named> =
            events.flat_map(|event| &event.subjects).filter(|named| !self.is_known(&named.subject)).collect();
        let wanted: HashSet<[u8; 32]> =
            named.iter().filter(|named| in_doubt || !named.begins).map(|named| named.subject).collect();
        let unknown: Vec<Value> = wanted.into_iter().map(|subject| Value::from(subject.to_vec())).collect();
        let mut lost = HashSet::new();
        if unknown.is_empty() {
            return Ok(lost);
        }
        for row in db.query_in(include_str!("sql/select_subject_heads.sql"), &unknown).await? {
            let subject = row.array::<32>("subject")?;
            match read(&row) {
                Some(head) => self.put(subject, head),
                None => drop(lost.insert(subject)),
            }
        }
        Ok(lost)
    }

    /// Whether it is known, which it is from then on for as long as a batch takes.
    fn is_known(&mut self, subject: &[u8; 32]) -> bool {
        if self.newer.contains_key(subject) {
            return true;
        }
        match self.older.remove(subject) {
            Some(head) => {
                self.put(*subject, head);
                true
            }
            None => false,
        }
    }

    /// The link of the entry that comes next of `subject`.
    pub(super) fn next(&self, subject: &[u8; 32]) -> SubjectLink {
        let before = self.newer.get(subject).or_else(|| self.older.get(subject));
        SubjectLink { subject: *subject, n: before.map_or(1, |head| head.n + 1), prev: before.map(|head| head.leaf) }
    }

    pub(super) fn put(&mut self, subject: [u8; 32], head: Head) {
        if self.newer.len() >= KNOWN_MAX {
            self.older = std::mem::take(&mut self.newer);
        }
        self.newer.insert(subject, head);
    }
}

fn read(row: &Row) -> Option<Head> {
    let run = store::run(row, "entries").ok()?;
    let last = store::unsigned(row, "last").ok()?;
    let first = store::unsigned(row, "n").ok().filter(|n| *n > 0)?;
    let leaf = row.array("leaf").ok()?;
    (run.last() == Some(&last)).then(|| Head { n: first + store::unsigned_len(run.len()) - 1, leaf })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_in_last_is_remembered_however_much_comes() {
        let mut heads = Heads::default();
        let subject = |number: usize| {
            let mut subject = [0_u8; 32];
            subject[..8].copy_from_slice(&number.to_be_bytes());
            subject
        };
        for number in 0..3 * KNOWN_MAX {
            heads.put(subject(number), Head { n: 1, leaf: [1; 32] });
            let before = number.saturating_sub(KNOWN_MAX - 1);
            assert_eq!(heads.next(&subject(before)).n, 2);
        }
        assert_eq!(heads.next(&subject(0)), SubjectLink { subject: subject(0), n: 1, prev: None });
        assert!(heads.newer.len() + heads.older.len() <= 2 * KNOWN_MAX);
    }
}
