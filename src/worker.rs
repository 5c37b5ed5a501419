//! The background door: what must happen when nobody asks. Each round finishes what a crash or a silent responder left:
//! receipts not made yet, signatures that wait for evidence, the time stamp over the newest checkpoint, the seal of the day.

use std::sync::Arc;
use std::time::Duration;

use qolhat_pki::digest::DigestAlgorithm;
use tokio::sync::watch;

use crate::app::App;
use crate::operations::{Fault, OperationError, destroy_content, issue_receipt, recheck_document, seal_journal};

/// Between two rounds, in seconds.
pub const ROUND_SECONDS: u64 = 5;
/// Between two time stamps over checkpoints, in seconds.
pub const CHECKPOINT_STAMP_SECONDS: i64 = 600;

/// Between two looks at whether the day is sealed, in seconds.
pub const SEAL_SECONDS: i64 = 60;

/// Works until `stop` says so.
pub async fn run(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    let mut last_stamp = None;
    let mut last_seal = None;
    loop {
        round(&app).await;
        let now = app.clock.now();
        if last_stamp.is_none_or(|at| now.seconds_since(at) >= CHECKPOINT_STAMP_SECONDS) {
            match stamp_checkpoint(&app).await {
                Ok(true) => last_stamp = Some(now),
                Ok(false) => {}
                Err(error) => tracing::warn!(error = %error, "the checkpoint has no time stamp"),
            }
        }
        if last_seal.is_none_or(|at| now.seconds_since(at) >= SEAL_SECONDS) {
            last_seal = Some(now);
            match seal_journal::seal_journal(&app).await {
                Ok(0) => {}
                Ok(count) => tracing::info!(seal.count = count, "the day's log is sealed and signed"),
                Err(error) => tracing::warn!(error = %error, "the day's log is not sealed, or its seal not signed"),
            }
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(ROUND_SECONDS)) => {}
            _ = stop.changed() => return,
        }
    }
}

/// One round: a failure of one part does not keep the others from their turn.
pub async fn round(app: &App) {
    match recheck_document::recheck_due(app).await {
        Ok(0) => {}
        Ok(count) => tracing::info!(document.count = count, "checked anew"),
        Err(error) => tracing::error!(error = %error, "documents that wait were not checked"),
    }
    match destroy_content::destroy_due(app).await {
        Ok(0) => {}
        Ok(count) => {
            tracing::info!(document.count = count, "content destroyed, its term of keeping or a hold has ended")
        }
        Err(error) => tracing::error!(error = %error, "content that is due was not destroyed"),
    }
    match destroy_content::sweep(app).await {
        Ok(0) => {}
        Ok(count) => tracing::info!(blob.count = count, "what was destroyed is swept"),
        Err(error) => tracing::error!(error = %error, "what was destroyed is not swept yet"),
    }
    match issue_receipt::issue_missing(app).await {
        Ok(0) => {}
        Ok(count) => tracing::info!(receipt.count = count, "receipts made up for"),
        Err(error) => tracing::error!(error = %error, "missing receipts were not made"),
    }
}

/// Puts a time stamp over the newest checkpoint that has none; whether there was one to stamp.
async fn stamp_checkpoint(app: &App) -> Result<bool, OperationError> {
    let Some(checkpoint) = app.journal.latest_checkpoint().await.map_err(Fault::from)? else { return Ok(false) };
    if checkpoint.time_stamp.is_some() {
        return Ok(false);
    }
    let imprint = DigestAlgorithm::Sha256.digest(checkpoint.note.as_bytes());
    let token = match app.responders.time_stamp(&imprint, &mut app.rng.clone()).await {
        Ok(token) => token,
        Err(error) => {
            tracing::warn!(responder.error = %error, "no time stamp over the checkpoint");
            return Ok(false);
        }
    };
    app.journal.save_time_stamp(checkpoint.size, &token).await.map_err(Fault::from)?;
    Ok(true)
}
