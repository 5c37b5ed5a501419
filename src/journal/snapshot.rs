//! The log in a snapshot of the database.

use super::checkpoint::with_own_signature;
use super::proof::Frontier;
use super::{JournalError, store};
use crate::db::Snapshot;

/// Where the log ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotHead {
    /// Number of entries.
    pub size: u64,
    /// Root over them.
    pub root: [u8; 32],
    /// The newest checkpoint with the log's own signature alone; none of an empty log.
    pub checkpoint: Option<String>,
}

/// Where the log in `snapshot` ended. What is kept is believed: an audit comes later.
///
/// # Errors
/// A fault of the database; `Contradiction` when the newest checkpoint is not signed by `verifier_key`.
pub async fn head_of(snapshot: &mut Snapshot, verifier_key: &str) -> Result<SnapshotHead, JournalError> {
    let head = snapshot.query(include_str!("sql/select_head.sql"), &[]).await?;
    let Some(head) = head.first().map(store::read_head).transpose()? else {
        return Ok(SnapshotHead { size: 0, root: Frontier::default().root(), checkpoint: None });
    };
    let newest = snapshot.query(include_str!("sql/select_latest_checkpoint.sql"), &[]).await?;
    let checkpoint =
        match newest.first() {
            None => None,
            Some(row) => Some(with_own_signature(&row.text("note")?, verifier_key).ok_or_else(|| {
                JournalError::Contradiction("the newest checkpoint is not signed by its key".to_owned())
            })?),
        };
    Ok(SnapshotHead { size: head.size, root: head.root, checkpoint })
}
