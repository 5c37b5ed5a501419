//! Sealed segments of the journal are put where the database cannot reach them: into the blob store, under a lock of the
//! journal's own term where the store has one. Each is read again before it is believed, and the journal tells of it.
//!
//! Only the process that leads the log does so. Whoever is killed between the steps leaves at most a blob that no row names;
//! the next one makes the same segment anew, and what is there under a lock is not put once more.

use qolhat_storage::{BlobStore as _, LockTerm, fail_point};
use serde_json::json;

use super::commit::{self, Act};
use super::segment_locks::{for_the_store, from_the_store, term_from};
use super::{Fault, OperationError, seal_signature};
use crate::app::App;
use crate::domain::ids::EventId;
use crate::journal::segment::Segment;
use crate::journal::{EXPORTED_BY_ANOTHER, EventDraft, Export};

/// Kind of the entry.
pub const KIND: &str = "segment.exported";
/// Its subject: exports are counted as everything is.
pub const SUBJECT: &str = "segments";

/// Exports what is due, at most `most` segments, the oldest first; nothing where another process leads the log.
///
/// # Errors
/// `SealSignature` when the seal over it is not signed by the operator; a fault. What was exported before stays exported.
///
/// Keeps: JRN-03, JRN-08.
pub async fn export_due(app: &App, most: usize) -> Result<Vec<Export>, OperationError> {
    let mut made = Vec::new();
    while made.len() < most && app.journal.leads().await? {
        let Some(segment) = app.journal.next_segment(app.rules.segment_entries).await? else { break };
        match export(app, segment).await? {
            Some(export) => made.push(export),
            // Another process is at it.
            None => break,
        }
    }
    Ok(made)
}

/// Exports one segment; `None` when another process came first.
async fn export(app: &App, mut segment: Segment) -> Result<Option<Export>, OperationError> {
    // Nothing is put under a lock of years by a seal that is not the operator's, or that lacks what proves it.
    let closing = &mut segment.closing;
    closing.signature = seal_signature::proven(app, &closing.signature, &closing.seal).await?;
    let now = app.clock.now();
    let bytes = segment.to_bytes().map_err(|error| Fault::Inconsistent(error.to_string()))?;
    let size_bytes = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let ends_at = segment.ends_at().map_err(|error| Fault::Inconsistent(error.to_string()))?;
    let term = LockTerm {
        // After a clock that was ahead and was put back its entries may lie in the future.
        until: for_the_store(term_from(now.max(ends_at))?)?,
        // Who was cut off yesterday has it held until a day earlier: still for the term of all that is in it.
        enough: for_the_store(term_from(ends_at)?)?,
    };
    let kept = app.blobs.put_locked(bytes, term).await?;
    if kept.locked_until.is_none() && app.blobs.claims_locks() {
        let (from, to) = (segment.from(), segment.to());
        tracing::error!(from, to, blob.address = %kept.address, "exported without a lock that the store claims");
    }
    fail_point::at("segment: kept, not read again");
    // What the store gives back is hashed by it; that it is the segment is seen here.
    let again = app.blobs.get(&kept.address).await?;
    if Segment::parse(&again).map_err(|error| Fault::Inconsistent(error.to_string()))? != segment {
        return Err(Fault::Inconsistent(format!("the store gave back another segment than {}", kept.address)).into());
    }
    fail_point::at("segment: kept, not recorded");
    let export = Export {
        from: segment.from(),
        to: segment.to(),
        sha256: *kept.address.as_bytes(),
        size_bytes,
        locked_until: kept.locked_until.map(from_the_store).transpose()?,
        event: EventId::new(now, &mut app.rng.clone()),
        made_at: now,
    };
    let mut tx = app.db.begin().await?;
    match app.journal.record_export(&mut tx, &export).await {
        Ok(()) => {}
        Err(error) if error.violates(&EXPORTED_BY_ANOTHER) => return Ok(None),
        Err(error) => return Err(error.into()),
    }
    let act = Act { events: vec![event(&export, &segment)], notices: Vec::new(), request: None };
    commit::commit(app, tx, act, now).await?;
    Ok(Some(export))
}

fn event(export: &Export, segment: &Segment) -> EventDraft {
    let mut payload = vec![
        ("from".to_owned(), json!(export.from)),
        ("to".to_owned(), json!(export.to)),
        ("sha256".to_owned(), json!(hex::encode(export.sha256))),
        ("size_bytes".to_owned(), json!(export.size_bytes)),
        ("root".to_owned(), json!(hex::encode(segment.root))),
    ];
    payload.extend(export.locked_until.as_ref().map(|until| ("locked_until".to_owned(), json!(until.to_string()))));
    EventDraft {
        id: export.event,
        kind: KIND.to_owned(),
        subjects: vec![SUBJECT.to_owned()],
        payload,
        actor: json!({"log": segment.log}),
    }
}
