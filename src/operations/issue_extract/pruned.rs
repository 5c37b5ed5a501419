//! The last pruned entry of a party's history as an extract tells it: its body is kept in the exported segment alone.

use qolhat_storage::{BlobStore as _, ContentDigest};

use super::super::{Fault, OperationError};
use crate::app::App;
use crate::extract::facts::PrunedFacts;
use crate::journal::entry::leaf_hash;
use crate::journal::pruning::PrunedPart;
use crate::journal::reading;
use crate::journal::segment::Segment;

/// What is told of the pruned part, in the log of `size` entries. One segment is read, whole.
///
/// # Errors
/// A fault: `Inconsistent` where the segment does not hold the entry; one of the store where the segment is gone.
pub(super) async fn facts(app: &App, gone: &PrunedPart, size: u64) -> Result<PrunedFacts, OperationError> {
    let body = match app.journal.entry(gone.seq).await? {
        // The pruning is still on its way.
        Some(stored) => stored.body,
        None => exported(app, gone.seq).await?,
    };
    if leaf_hash(&body) != gone.leaf {
        return Err(Fault::Inconsistent(format!("the pruned entry {} does not hash to its leaf", gone.seq)).into());
    }
    let proof = app.journal.inclusion_proof(gone.seq, size).await?;
    Ok(PrunedFacts { count: gone.count, seq: gone.seq, leaf: gone.leaf, at: gone.at, body, proof })
}

async fn exported(app: &App, seq: u64) -> Result<Vec<u8>, OperationError> {
    let export = reading::export_of(&app.db, seq).await?;
    let export = export.ok_or_else(|| Fault::Inconsistent(format!("no exported segment holds the entry {seq}")))?;
    let bytes = app.blobs.get(&ContentDigest::from_bytes(export.sha256)).await?;
    Segment::body_of(&bytes, seq).map_err(|error| Fault::Inconsistent(error.to_string()).into())
}
