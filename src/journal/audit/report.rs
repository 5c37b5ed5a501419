//! What an audit says.

use serde::Serialize;

/// What the audit found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditReport {
    /// Whether nothing is wrong.
    pub ok: bool,
    /// Size of the log.
    pub size: u64,
    /// Root of the entries read, lower-case hexadecimal.
    pub root: String,
    /// Entries that were found right, those of earlier audits included.
    pub checked: u64,
    /// The entry from which on everything was looked at: 0 for all. Of the entries before, which an earlier audit had found
    /// right, only the hashes were made anew.
    pub checked_from: u64,
    /// The first entry that is held, but for entry 0: of those before, which were pruned, places, times and hashes alone.
    pub minimum: u64,
    /// Whether documents and parties that entries tell were held against the names of their subjects: only whoever has
    /// the key of pseudonyms can do that.
    pub names_checked: bool,
    /// Events that are not entries yet.
    pub waiting: u64,
    /// Events that could not become entries; each is a fault to look into.
    pub quarantined: u64,
    /// Entries that lie outside the database too, in exported segments.
    pub exported: u64,
    /// Whether those segments were read.
    pub exports_checked: bool,
    /// Whether the operator's signatures over their seals were judged: an auditor may have no anchors.
    pub seals_judged: bool,
    /// Segments (`from-to`) over whose seal the operator's signature is good but lacks evidence on revocation: they may not
    /// be pruned.
    pub seals_unproven: Vec<String>,
    /// Segments that were put under a lock which is not over, in a store that has none.
    pub unheld: u64,
    /// Segments (`from-to`) that were exported without a lock and have none, in a store that holds locks.
    pub exports_unlocked: Vec<String>,
    /// Signed promises whose event is no entry yet; one past its deadline is a failure.
    pub promised: u64,
    /// Promises whose entry came after the deadline: broken, though the log holds what it should.
    pub promises_late: Vec<LatePromise>,
    /// The first thing that is wrong.
    pub first_failure: Option<AuditFailure>,
}

/// A promise whose entry came too late.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LatePromise {
    /// The event promised.
    pub event: String,
    /// From when on the log was to hold its entry.
    pub deadline: String,
    /// Number of the entry.
    pub seq: u64,
    /// Its instant.
    pub at: String,
}

/// Something wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditFailure {
    /// `head`, `minimum`, `entry`, `node`, `opening`, `subject`, `name`, `event`, `seal`, `checkpoint`, `promise`, `export`, `outside` or `witness`;
    /// of what was written down: `document`, `signature` or `receipt`.
    pub part: &'static str,
    /// Number of the entry, or size of the checkpoint.
    pub seq: Option<u64>,
    /// What is wrong; English, for experts.
    pub reason: String,
}
