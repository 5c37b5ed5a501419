//! What two officers have approved is done: entries past their term leave the database. Not the rows are believed but the
//! journal's own entries of proposal and approval, and each exported segment is read once more before anything goes.

use serde_json::{Value, json};

use super::audit_exports::{Depth, Reader, look};
use super::commit::{self, Act};
use super::pruning_terms::{self, must_be_due};
use super::seal_signature::{SealJudge, Worth};
use super::{Fault, OperationError};
use crate::app::App;
use crate::domain::ids::EventId;
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::journal::pruning::{APPROVED, BY_FIELD, FIELD, FROM_FIELD, ID_FIELD, PROPOSED, Pruning};
use crate::journal::prunings::{self, PruningRow, PruningState};
use crate::journal::{EventDraft, keeping};

/// Does the approved pruning; answers the first entry that is held from now on, `None` when nothing is approved. It may be
/// interrupted, and goes on at the next call.
///
/// # Errors
/// `pruning-state` when the journal does not hold that two officers agreed, what `must_be_due` says, `pruning-not-exported`
/// when a segment is not what it was, or its seal lacks evidence that its certificate was not revoked; a fault of a database
/// that does not let this login remove anything.
///
/// Keeps: JRN-03, JRN-07.
pub async fn prune_journal(app: &App) -> Result<Option<u64>, OperationError> {
    let now = app.clock.now();
    let approved = prunings::open(&app.db).await?.filter(|open| open.state == PruningState::Approved);
    let Some(row) = approved else { return Ok(None) };
    must_be_agreed(app, &row).await?;
    let bin = app.operator.bin.to_string();
    let reader = Reader {
        verifier_key: app.journal.verifier_key(),
        names: None,
        seals: Some(SealJudge { trust: &app.trust, bin: &bin, now }),
        now,
    };
    for export in must_be_due(app, (row.from, row.to), now).await? {
        let found = look(&app.db, &app.blobs, &reader, &export, Depth::Everything).await?;
        let refuse = |reason: &str| {
            let detail = format!("{}-{}: {reason}", export.from, export.to);
            OperationError::from(Refusal::new(RefusalCode::PruningNotExported).with("detail", detail))
        };
        // What goes is proven by this seal alone from here on.
        if found.map_err(|reason| refuse(&reason))?.worth != Some(Worth::Proven) {
            return Err(refuse("nothing in it proves that the certificate over its seal was not revoked"));
        }
    }
    take_away(app, &row).await?;
    // What was erased is not in the database's own files either, as far as it can be helped; the worker tries again.
    if let Err(error) = app.db.forget().await {
        tracing::warn!(error = %error, "what was pruned is still in the write-ahead log");
    }
    let event = EventId::new(now, &mut app.rng.clone());
    let mut tx = app.db.begin().await?;
    if prunings::finish(&mut tx, row.id, event).await? {
        let draft = EventDraft {
            id: event,
            kind: "pruning.done".to_owned(),
            subjects: vec![pruning_terms::subject(row.id)],
            payload: vec![
                (ID_FIELD.to_owned(), json!(row.id.to_string())),
                (FROM_FIELD.to_owned(), json!(row.from)),
                (FIELD.to_owned(), json!(row.to)),
            ],
            actor: json!({"log": app.journal.origin()}),
        };
        commit::commit(app, tx, Act { events: vec![draft], notices: Vec::new(), request: None }, now).await?;
    }
    Ok(Some(row.to))
}

/// Takes the entries away, step by step. Reading the segments may have taken hours, and so may the steps: what was
/// placed meanwhile, a hold or a court's request, stops them.
async fn take_away(app: &App, row: &PruningRow) -> Result<(), OperationError> {
    let owner = app.db.for_owner();
    let (mut pruning, mut last) = (Pruning::new(owner.engine(), row.from, row.to), None);
    loop {
        let mut tx = owner.begin().await?;
        let decision = keeping::decide(&mut tx).await?;
        // When nobody else has decided anything since, nothing is held that was not.
        if last != Some(decision.saturating_sub(1)) {
            must_be_due(app, (row.from, row.to), app.clock.now()).await?;
        }
        last = Some(decision);
        let goes_on = pruning.step(&mut tx).await?;
        tx.commit().await?;
        if !goes_on {
            return Ok(());
        }
    }
}

/// That the journal holds that one officer proposed this pruning and another approved it.
async fn must_be_agreed(app: &App, row: &PruningRow) -> Result<(), OperationError> {
    let proposed = officer(app, row, row.proposed_event, PROPOSED).await?;
    let approved = match row.decided_event {
        Some(event) => officer(app, row, event, APPROVED).await?,
        None => None,
    };
    match (proposed, approved) {
        (Some(proposed), Some(approved)) if proposed != approved => Ok(()),
        (_, _) => Err(Refusal::new(RefusalCode::PruningState).with("pruning-state", "disagreed").into()),
    }
}

/// The officer by whom the entry of `event` was written, when it tells of this pruning.
async fn officer(app: &App, row: &PruningRow, event: EventId, kind: &str) -> Result<Option<String>, OperationError> {
    let Some(place) = app.journal.find(event).await? else { return Ok(None) };
    let Some(stored) = app.journal.entry(place.seq).await? else { return Ok(None) };
    let (entry, fields) = stored.proven().map_err(Fault::from)?;
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    let number = |name: &str| fields.get(name).and_then(Value::as_u64);
    let is_it = entry.kind == kind
        && text(ID_FIELD) == Some(row.id.to_string().as_str())
        && (number(FROM_FIELD), number(FIELD)) == (Some(row.from), Some(row.to));
    Ok(text(BY_FIELD).filter(|_| is_it).map(str::to_owned))
}
