//! The background door: what must happen when nobody asks. Each round finishes what a crash or a silent responder left:
//! receipts not made yet, signatures that wait for evidence, the time stamp over the newest checkpoint, the seal of the day,
//! the segments of the log that are sealed, the keys of backups whose day has come.

use std::sync::Arc;
use std::time::Duration;

use qolhat_pki::digest::DigestAlgorithm;
use tokio::sync::watch;

use crate::app::App;
use crate::domain::address::Channel;
use crate::operations::{
    Fault, OperationError, destroy_content, discard_prepared, erase_openings, export_segments, issue_receipt,
    receive_upload, recheck_document, seal_journal, send_messages, tell_end_of_keeping,
};

/// Between two rounds, in seconds.
pub const ROUND_SECONDS: u64 = 5;
/// Between two time stamps over checkpoints, in seconds.
pub const CHECKPOINT_STAMP_SECONDS: i64 = 600;

/// Between two looks at whether the day is sealed, in seconds.
pub const SEAL_SECONDS: i64 = 60;

/// Most segments exported at once: more wait for the next look.
const SEGMENTS_AT_ONCE: usize = 16;

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
            match app.backup_keys.expire(now) {
                Ok(0) => {}
                Ok(count) => tracing::info!(key.count = count, "keys of backups destroyed, their day has come"),
                Err(error) => tracing::error!(error = %error, "a key of a backup is not destroyed"),
            }
            match seal_journal::seal_journal(&app).await {
                Ok(0) => {}
                Ok(count) => tracing::info!(seal.count = count, "the day's log is sealed and signed"),
                Err(error) => tracing::warn!(error = %error, "the day's log is not sealed, or its seal not signed"),
            }
            match tell_end_of_keeping::tell_due(&app).await {
                Ok(0) => {}
                Ok(count) => tracing::info!(client.count = count, "told that the place of their documents ends"),
                Err(error) => {
                    tracing::error!(error = %error, "clients were not told that the place of their documents ends")
                }
            }
            match export_segments::export_due(&app, SEGMENTS_AT_ONCE).await {
                Ok(made) if made.is_empty() => {}
                Ok(made) => tracing::info!(segment.count = made.len(), "sealed segments of the log are exported"),
                Err(error) => tracing::error!(error = %error, "a sealed segment of the log is not exported"),
            }
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(ROUND_SECONDS)) => {}
            _ = stop.changed() => return,
        }
    }
}

/// Sends the messages of a way until `stop` says so: at once when there is one, and again when a pause is over. Each way has a
/// task of its own: one that is slow, or down, holds up no other.
pub async fn run_way(app: Arc<App>, channel: Channel, mut stop: watch::Receiver<bool>) {
    let Some(way) = app.way(channel) else { return };
    let name = channel.code();
    loop {
        match send_messages::send_due(&app, channel).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(message.count = count, message.channel = name, "messages tried"),
            Err(error) => tracing::error!(error = %error, message.channel = name, "messages that wait were not sent"),
        }
        tokio::select! {
            () = way.woken() => {}
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
    match receive_upload::end_due(app).await {
        Ok(0) => {}
        Ok(count) => tracing::info!(upload.count = count, "uploads that no document used have ended"),
        Err(error) => tracing::error!(error = %error, "uploads that are due have not ended"),
    }
    match destroy_content::sweep(app).await {
        Ok(0) => {}
        Ok(count) => tracing::info!(blob.count = count, "what was destroyed is swept"),
        Err(error) => tracing::error!(error = %error, "what was destroyed is not swept yet"),
    }
    match discard_prepared::discard_stale(app).await {
        Ok(0) => {}
        Ok(count) => tracing::info!(extract.count = count, "prepared, too old to be issued, and discarded"),
        Err(error) => tracing::error!(error = %error, "prepared extracts that are too old were not discarded"),
    }
    match erase_openings::erase_due(app).await {
        Ok(0) => {}
        Ok(count) => tracing::info!(entry.count = count, "what entries said of destroyed documents is erased"),
        Err(error) => tracing::error!(error = %error, "openings of destroyed documents are not erased yet"),
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
