//! Entries that were pruned, as an audit sees them: their places, times and hashes are there, what they said is not; and two
//! officers have approved that they go.

use super::super::entry::{Entry, Field, Opening};
use super::super::{JournalError, pruning, store};
use super::{Audit, Verdict, failure};
use crate::db::{DbError, Row, Tx};
use crate::params;

impl Audit<'_> {
    /// What is left of the entries of a range that were pruned.
    pub(super) async fn pruned_of(&self, db: &mut Tx, start: u64, end: u64) -> Result<Vec<Row>, JournalError> {
        if start >= self.minimum {
            return Ok(Vec::new());
        }
        // Nothing from the bound on was pruned, whatever lies there.
        let range = params![store::signed(start), store::signed(end.min(self.minimum))];
        Ok(db.query(include_str!("../sql/audit_pruned.sql"), &range).await?)
    }

    /// An entry that was pruned: its place, time and hash are there.
    pub(super) fn pruned(&mut self, seq: u64, row: &Row) -> Verdict {
        let wrong = |(part, reason): (&'static str, String)| failure(part, Some(seq), &reason);
        let links = self.runs.links(seq).map_err(|reason| wrong(("subject", reason)))?;
        self.links += store::unsigned_len(links.len());
        let leaf = self.pass_pruned(row).map_err(wrong)?;
        self.seals.entry(seq, leaf, &links).map_err(|reason| wrong(("seal", reason)))
    }

    pub(super) fn pass_pruned(&mut self, row: &Row) -> Result<[u8; 32], (&'static str, String)> {
        let unreadable = |error: DbError| ("entry", error.to_string());
        let (leaf, t_ms) = (row.array("leaf").map_err(unreadable)?, row.int("t_ms").map_err(unreadable)?);
        if t_ms < self.t_ms {
            return Err(("entry", "the pruned entry goes back in time".to_owned()));
        }
        self.t_ms = t_ms;
        self.pruned += 1;
        self.runs.passed(self.frontier.size(), leaf);
        let completed = self.frontier.push(leaf).concat();
        if row.opt_bytes("hashes").map_err(unreadable)?.unwrap_or_default() != completed {
            return Err(("node", "the inner nodes kept with the entry are not its own".to_owned()));
        }
        Ok(leaf)
    }

    /// Takes note of an approved pruning.
    pub(super) fn approve(&mut self, entry: &Entry, opened: &[(Field, Opening)]) {
        if entry.kind != pruning::APPROVED {
            return;
        }
        let told = opened.iter().filter_map(|(_, opening)| opening.payload_field());
        let bounds = told.filter(|(name, _)| *name == pruning::FIELD).filter_map(|(_, value)| value.as_u64());
        self.approved = bounds.fold(self.approved, u64::max);
    }
}
