//! Why the journal cannot do what is asked.

use super::checkpoint::CheckpointError;
use super::entry::EntryError;
use crate::db::DbError;
use crate::domain::ids::EventId;

/// Why the journal cannot do what is asked.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The database.
    #[error(transparent)]
    Database(#[from] DbError),
    /// An event that could not become an entry.
    #[error("event {id}: {reason}")]
    Unfit {
        /// The event.
        id: EventId,
        /// Why.
        reason: String,
    },
    /// A value with no canonical form, or past a limit.
    #[error(transparent)]
    Entry(#[from] EntryError),
    /// A checkpoint that cannot be signed or is not ours.
    #[error("checkpoint: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// The database holds the log of another origin.
    #[error("the database holds the log {found}, not {wanted}")]
    OtherLog {
        /// In the database.
        found: String,
        /// In the configuration.
        wanted: String,
    },
    /// What is kept contradicts itself or its checkpoint: nothing is appended to it.
    #[error("the log contradicts itself: {0}; run the journal audit")]
    Contradiction(String),
    /// The checkpoint kept outside the database cannot be read or written.
    #[error("{path}: {detail}")]
    Outside {
        /// The file.
        path: String,
        /// What is wrong.
        detail: String,
    },
    /// The database holds less, or something else, than was signed before: it was put back, or is another one.
    #[error(
        "{what}: {path} remembers {remembered} entries, the database has {size}; nothing is appended. Restore the newest \
        database, or begin a log of a new origin"
    )]
    Rollback {
        /// The file that remembers.
        path: String,
        /// Entries of the checkpoint remembered.
        remembered: u64,
        /// Entries in the database.
        size: u64,
        /// What contradicts.
        what: String,
    },
    /// The log's first entry fixes another key of pseudonyms, or none: every subject would begin anew.
    #[error("the log's first entry does not fix the key of pseudonyms configured: {0}")]
    OtherPseudonyms(String),
    /// A witness says that the log is not what it cosigned: nothing is appended until somebody has looked.
    #[error(
        "{url} says that this log is not the one that it cosigned: {what}; nothing is appended. Audit the journal against \
        the witness, then start anew"
    )]
    Forked {
        /// The witness.
        url: String,
        /// What it says.
        what: String,
    },
    /// A witness cannot be asked as configured.
    #[error("witness {url}: {detail}")]
    Witness {
        /// Its address.
        url: String,
        /// What is wrong.
        detail: String,
    },
    /// Another process leads the log now.
    #[error("another process has taken the lead of the log")]
    LeadLost,
    /// No such entry, or past the size asked for.
    #[error("there is no entry {seq} in a log of {size}")]
    NoEntry {
        /// The number asked for.
        seq: u64,
        /// The size.
        size: u64,
    },
}
