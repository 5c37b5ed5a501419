//! What an officer sees before entries of the journal go: which may, which will, where they lie afterwards, and what stands in the
//! way.

use super::OperationError;
use super::pruning_terms::{Walk, exported, must_be_due, until_of};
use crate::access::rights::Caller;
use crate::app::App;
use crate::domain::ids::PruningId;
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::time::Moment;
use crate::journal::Export;
use crate::journal::prunings::{self, PruningRow, PruningState};

/// Most segments that are looked at for their term: more wait for the next pruning.
const SEGMENTS_MAX: usize = 1000;

/// What may go.
#[derive(Debug)]
pub struct Prunable {
    /// The first entry that is held, but for entry 0, which always is.
    pub from: u64,
    /// The first entry that does not lie outside the database yet.
    pub exported: u64,
    /// Up to which entry all are past their term and lie outside; `None` when none are.
    pub due: Option<u64>,
    /// When the next ones will be past it.
    pub next_at: Option<Moment>,
}

/// How far entries may go now, but for holds and courts' requests, which are looked at when it is proposed.
///
/// # Errors
/// `not-an-officer`.
pub async fn what_may_go(app: &App, caller: &Caller) -> Result<Prunable, OperationError> {
    caller.must_be_officer()?;
    let now = app.clock.now();
    let from = app.journal.minimum().await?;
    let mut prunable = Prunable { from, exported: app.journal.exported().await?, due: None, next_at: None };
    let mut walk = Walk::from(app, from);
    for _ in 0..SEGMENTS_MAX {
        let Some(export) = walk.step().await? else { break };
        let until = until_of(app, export.to).await?;
        if until.is_none_or(|until| until > now) {
            prunable.next_at = until;
            break;
        }
        prunable.due = Some(export.to);
    }
    Ok(prunable)
}

/// What goes by a pruning.
#[derive(Debug)]
pub struct Leaving {
    /// How many entries.
    pub count: u64,
    /// When the first of them was written.
    pub first_at: Moment,
    /// When the last of them was written.
    pub last_at: Moment,
    /// The segments in which they lie outside the database.
    pub segments: Vec<Export>,
    /// What stands in the way of one that is not done.
    pub obstacle: Option<Refusal>,
}

/// A pruning, and what goes by it.
///
/// # Errors
/// `not-an-officer`, `pruning-unknown`.
pub async fn what_leaves(app: &App, caller: &Caller, id: PruningId) -> Result<(PruningRow, Leaving), OperationError> {
    caller.must_be_officer()?;
    let row = prunings::load(&app.db, id).await?.ok_or(RefusalCode::PruningUnknown)?;
    let is_open = matches!(row.state, PruningState::Proposed | PruningState::Approved);
    let obstacle = match must_be_due(app, (row.from, row.to), app.clock.now()).await {
        Err(OperationError::Refused(refusal)) if is_open => Some(refusal),
        Err(OperationError::Refused(_)) | Ok(_) => None,
        Err(fault) => return Err(fault),
    };
    let segments = match exported(app, row.from, row.to).await {
        Ok(segments) => segments,
        Err(OperationError::Refused(_)) => Vec::new(),
        Err(fault) => return Err(fault),
    };
    let leaving = Leaving {
        count: row.to.saturating_sub(row.from),
        first_at: app.journal.instant_of(row.from).await?,
        last_at: app.journal.instant_of(row.to.saturating_sub(1)).await?,
        segments,
        obstacle,
    };
    Ok((row, leaving))
}
