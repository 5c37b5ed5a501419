//! Entries that were pruned, as an audit sees them: their places, times and hashes are there, what they said is not; and two
//! officers have approved that they go.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

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
        let seq = self.frontier.size();
        self.runs.passed(seq, leaf);
        let completed = self.frontier.push(leaf);
        if !store::are_nodes_of(seq, &completed, row.opt_bytes("hashes").map_err(unreadable)?.as_deref()) {
            return Err(("node", "the inner nodes kept with the entry are not its own".to_owned()));
        }
        Ok(leaf)
    }

    /// Takes note of prunings: one is approved where an officer has proposed it and another one, told apart by the person, has
    /// approved that very range.
    pub(super) fn approve(&mut self, entry: &Entry, opened: &[(Field, Opening)]) {
        if ![pruning::PROPOSED, pruning::APPROVED, pruning::REFUSED].contains(&entry.kind.as_str()) {
            return;
        }
        let told: BTreeMap<&str, &Value> = opened.iter().filter_map(|(_, opening)| opening.payload_field()).collect();
        let Some((id, by)) = Proposal::told(&told) else { return };
        if entry.kind == pruning::PROPOSED {
            self.proposed.entry(id).or_insert(by);
            return;
        }
        let is_approved = self.proposed.remove(&id).is_some_and(|proposed| proposed.is_agreed_to(&by));
        if is_approved && entry.kind == pruning::APPROVED {
            self.approved = self.approved.max(by.minimum);
        }
    }
}

/// Prunings that wait for a second officer, by id.
pub(super) type Proposals = BTreeMap<String, Proposal>;

/// What an officer has said of a pruning.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Proposal {
    from: u64,
    minimum: u64,
    by: String,
}

impl Proposal {
    fn told(fields: &BTreeMap<&str, &Value>) -> Option<(String, Self)> {
        let text = |name| fields.get(name)?.as_str().map(str::to_owned);
        let number = |name| fields.get(name)?.as_u64();
        let (from, minimum) = (number(pruning::FROM_FIELD)?, number(pruning::FIELD)?);
        Some((text(pruning::ID_FIELD)?, Self { from, minimum, by: text(pruning::BY_FIELD)? }))
    }

    fn is_agreed_to(&self, other: &Self) -> bool {
        (self.from, self.minimum) == (other.from, other.minimum) && self.by != other.by
    }
}
