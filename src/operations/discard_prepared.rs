//! Extracts that were prepared and will never be issued: they are copies of documents under a key of ours, kept for nothing.
//! Their keys are erased and their blobs swept; their numbers stay in the register.

use qolhat_pki::time::Span;

use super::OperationError;
use crate::app::App;
use crate::db::Tx;
use crate::docflow::destruction;
use crate::domain::ids::CourtRequestId;
use crate::domain::time::Moment;
use crate::extract::store;

/// How old a prepared extract may become: twice as old as it may be when it is issued.
const PREPARED_MAX: Span = Span::hours(48);

/// Discards what was prepared under a court's request that is being answered by another extract.
///
/// # Errors
/// A fault of the database.
pub(super) async fn discard_twins(tx: &mut Tx, request: CourtRequestId, now: Moment) -> Result<(), OperationError> {
    let blobs = store::destroy_twins(tx, request).await?;
    Ok(destruction::insert_unswept(tx, &blobs, now).await?)
}

/// Discards what was prepared so long ago that it cannot be issued any more; how many.
///
/// # Errors
/// A fault of the database.
pub async fn discard_stale(app: &App) -> Result<usize, OperationError> {
    let now = app.clock.now();
    let Some(before) = now.checked_sub(PREPARED_MAX) else { return Ok(0) };
    if !store::is_any_stale(&app.db, before).await? {
        return Ok(0);
    }
    let mut tx = app.db.begin().await?;
    let blobs = store::destroy_stale(&mut tx, before).await?;
    destruction::insert_unswept(&mut tx, &blobs, now).await?;
    tx.commit().await?;
    Ok(blobs.len())
}
