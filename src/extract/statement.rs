//! The statement of completeness: which of the three levels an extract claims, and under which condition.
//!
//! 1. Inclusion: each entry was in the log when its checkpoint was signed.
//! 2. Gap-free: of each subject named, every entry from its first to the last one here is here, by its counter and the
//!    hash of the entry before. That none follows up to the checkpoint is asserted.
//! 3. Complete up to a seal: not claimed by version 1 of the format.

use super::facts::JournalFacts;
use super::records::{StatementRecord, SubjectRecord};

/// The level claimed when subjects are named.
pub const LEVEL_GAP_FREE: u8 = 2;
/// The level claimed when none is.
pub const LEVEL_INCLUSION: u8 = 1;

/// By whose word no subject has an entry after its last one here, up to the checkpoint: the operator's, who signs the
/// extract and writes the same into the journal as `extract.issued`. Shown by nothing: a later entry that comes to light
/// proves that he lied.
pub const TAIL_ASSERTED: &str = "asserted";

/// The condition of [`LEVEL_GAP_FREE`]: nothing in the log keeps an operator from using two names for one subject, or
/// from leaving out the last entries of one.
pub const CAVEAT: &str = "Complete only if the operator used one pseudonym for each subject. \
    That a subject has no entry after its last one here, up to the checkpoint, is the operator's signed word. \
    Entries made after the checkpoint, and entries of subjects not named here, are outside this statement.";

/// The statement that `journal` supports.
#[must_use]
pub fn statement(journal: &JournalFacts) -> StatementRecord {
    let mut entries: Vec<u64> = journal.entries.iter().map(|entry| entry.seq).collect();
    entries.sort_unstable();
    let mut subjects: Vec<SubjectRecord> = journal
        .subjects
        .iter()
        .map(|subject| {
            let mut entries = subject.entries.clone();
            entries.sort_unstable();
            SubjectRecord {
                identity: subject.identity.clone(),
                pseudonym: subject.pseudonym.clone(),
                count: u64::try_from(entries.len()).unwrap_or(u64::MAX),
                entries,
            }
        })
        .collect();
    subjects.sort_by(|a, b| a.identity.cmp(&b.identity));
    StatementRecord {
        level: if subjects.is_empty() { LEVEL_INCLUSION } else { LEVEL_GAP_FREE },
        caveat: CAVEAT.to_owned(),
        tail: TAIL_ASSERTED.to_owned(),
        size: journal.size,
        root: hex::encode(journal.root),
        entries,
        subjects,
    }
}
