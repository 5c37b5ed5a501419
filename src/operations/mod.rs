//! What people do: one file is one act, read from top to bottom; the only place where steps meet.
//!
//! Every act that changes something goes the same way (design section 2): what came is taken in and kept, the
//! signature is checked with evidence fetched first, the transition is decided, and state, journal inbox and notices
//! are committed together; the caller gets his answer when the journal's entry is sequenced.

pub mod accept_offer;
pub mod add_employee;
pub mod audit_exports;
pub mod audit_journal;
pub mod back_up;
pub mod check_signature;
pub mod commit;
pub mod confirm_contact;
pub mod copy_store;
mod court_keeping;
pub mod court_scope;
pub mod decide_compromise;
pub mod decide_court_request;
pub mod decide_pruning;
pub mod destroy_content;
pub mod discard_prepared;
mod end_document;
pub mod erase_openings;
pub mod export_segments;
mod gather_evidence;
pub mod hear_report;
mod history;
pub mod hold_document;
pub mod invite_counterparty;
pub mod issue_extract;
pub mod issue_receipt;
pub mod keep_content;
pub mod keep_signature;
pub mod log_in;
mod long_term;
pub mod look_up_extract;
pub mod propose_pruning;
pub mod prune_journal;
mod pruning_terms;
pub mod publish_offer;
pub mod read_document;
pub mod receive_upload;
pub mod recheck_document;
pub mod record_court_request;
pub mod record_document;
pub mod reject_document;
pub mod report_key_compromise;
pub mod restore_backup;
pub mod scrub_store;
pub mod seal_journal;
pub mod seal_signature;
pub mod second_officer;
pub mod segment_locks;
pub mod send_messages;
mod send_notices;
pub mod session_events;
pub mod show_pruning;
pub mod sign_document;
pub mod submit_document;
mod take_signature;
pub mod tell_end_of_keeping;
pub mod verify_extract;
pub mod verify_file;
pub mod verify_promise;
pub mod withdraw_document;
pub mod withdraw_offer;

use qolhat_pki::issue::IssueError;

use crate::app::SealError;
use crate::domain::refusal::{Refusal, RefusalCode};

/// Why an act was not done.
#[derive(Debug, thiserror::Error)]
pub enum OperationError {
    /// The process says no.
    #[error("{0}")]
    Refused(Refusal),
    /// A fault of ours: logged, never shown in detail.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// A fault of ours.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The database.
    #[error("database: {0}")]
    Database(#[from] crate::db::DbError),
    /// The blob store.
    #[error("blob store: {0}")]
    Storage(#[from] qolhat_storage::StoreError),
    /// The envelope around content.
    #[error("envelope: {0}")]
    Envelope(#[from] qolhat_storage::envelope::EnvelopeError),
    /// A wrapped key.
    #[error("content key: {0}")]
    ContentKey(#[from] qolhat_storage::envelope::KeyError),
    /// The journal.
    #[error("journal: {0}")]
    Journal(#[from] crate::journal::JournalError),
    /// The operator's key could not sign.
    #[error("the operator's key: {0}")]
    Seal(#[from] SealError),
    /// A seal of the log is not signed by the operator: it closes no segment, and its signature is not kept.
    #[error("the signature over the seal of {day} is not the operator's, or not proven: {reason}")]
    SealSignature {
        /// The day of the seal.
        day: String,
        /// What is wrong.
        reason: String,
    },
    /// What is kept contradicts itself.
    #[error("kept data contradict themselves: {0}")]
    Inconsistent(String),
    /// The key of a backup.
    #[error("key of a backup: {0}")]
    BackupKey(#[from] crate::backup::KeyFileError),
    /// The manifest of a backup cannot be made.
    #[error("manifest: {0}")]
    Manifest(#[from] crate::backup::ManifestError),
    /// A file.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// Work on a thread of its own was given up.
    #[error("work was given up: {0}")]
    Work(#[from] tokio::task::JoinError),
}

impl From<IssueError> for Fault {
    fn from(error: IssueError) -> Self {
        Self::Seal(error.into())
    }
}

impl From<Refusal> for OperationError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<RefusalCode> for OperationError {
    fn from(code: RefusalCode) -> Self {
        Self::Refused(Refusal::new(code))
    }
}

impl From<qolhat_storage::StoreError> for OperationError {
    /// A store without room, or too busy, is told to the sender: nothing was kept, and he may come again.
    fn from(error: qolhat_storage::StoreError) -> Self {
        if let qolhat_storage::StoreError::Full { .. } = &error {
            tracing::error!(error = %error, "no room for blobs");
            return RefusalCode::StorageFull.into();
        }
        if let qolhat_storage::StoreError::Busy { .. } = &error {
            tracing::warn!(error = %error, "the blob store is busy");
            return RefusalCode::ServiceUnavailable.into();
        }
        Fault::from(error).into()
    }
}

macro_rules! fault_from {
    ($($error:ty),+) => { $(
        impl From<$error> for OperationError {
            fn from(error: $error) -> Self {
                Self::Fault(error.into())
            }
        }
    )+ };
}

fault_from!(
    crate::db::DbError,
    qolhat_storage::envelope::EnvelopeError,
    qolhat_storage::envelope::KeyError,
    crate::journal::JournalError,
    tokio::task::JoinError
);
