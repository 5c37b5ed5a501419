//! What falls under a request: the documents that were listed, or everything of one party in a period.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::{OperationError, commit};
use super::{DOCUMENTS_MAX, ExtractRequest, too_many_documents};
use crate::app::App;
use crate::docflow::State;
use crate::docflow::destruction;
use crate::docflow::store::{self, DocumentRow};
use crate::domain::ids::DocumentId;
use crate::domain::party::Party;
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::time::Moment;
use crate::extract::format::{field, kind};
use crate::journal::JournalError;

/// Most entries of a party whose period is asked for: its whole history is put into the extract, three files for each.
pub const HISTORY_MAX: usize = 15_000;

/// A party, and the period of which everything of it is wanted.
#[derive(Debug, Clone, Copy)]
pub struct PartyPeriod {
    /// Whose entries.
    pub party: Party,
    /// The first instant.
    pub from: Moment,
    /// The instant that ends it, itself not in it.
    pub to: Moment,
}

impl PartyPeriod {
    /// The period of the party.
    ///
    /// # Errors
    /// `date-invalid` for a period that ends before it begins.
    pub fn new(party: Party, from: Moment, to: Moment) -> Result<Self, Refusal> {
        if from < to {
            return Ok(Self { party, from, to });
        }
        Err(Refusal::new(RefusalCode::DateInvalid).with("reason", to.to_string()).at("/to"))
    }

    pub(in super::super) fn contains(&self, at: Moment) -> bool {
        self.from <= at && at < self.to
    }
}

/// The documents that fall under the request: those listed, in their order; or those of which the party's entries in the
/// period speak, as far as they are recorded, the oldest entry first.
///
/// # Errors
/// `extract-scope-empty`, `document-unknown`, `document-not-yet-received`, `too-many-documents`, `history-too-long`;
/// `asker-is-no-party` when one of them is not the asker's.
pub(super) async fn documents(app: &App, request: &ExtractRequest) -> Result<Vec<DocumentRow>, OperationError> {
    let rows = match (&request.period, &request.about) {
        (Some(period), _) => of_period(app, period).await?,
        // Whose it is was looked at by itself.
        (None, Some(_)) => Vec::new(),
        (None, None) => listed(app, &request.documents).await?,
    };
    request.asker.must_be_in(&rows)?;
    Ok(rows)
}

async fn of_period(app: &App, period: &PartyPeriod) -> Result<Vec<DocumentRow>, OperationError> {
    let identity = commit::party_subject(&period.party);
    // A part is not given as the whole.
    if app.journal.pruned_part(&identity).await?.is_some_and(|pruned| pruned.at >= period.from) {
        let minimum = app.journal.minimum().await?;
        return Err(Refusal::new(RefusalCode::EntriesPruned).with("minimum", minimum.to_string()).into());
    }
    let history = app.journal.entries_of_subject(&identity).await?;
    if history.len() > HISTORY_MAX {
        return Err(Refusal::new(RefusalCode::HistoryTooLong).with("limit", HISTORY_MAX.to_string()).into());
    }
    let (mut known, mut rows, mut is_empty) = (BTreeSet::new(), Vec::new(), true);
    // Recorded in the period and not there any more, until the journal tells so.
    let mut gone: BTreeSet<DocumentId> = BTreeSet::new();
    for seq in history {
        let size = seq.saturating_add(1);
        let stored = app.journal.entry(seq).await?.ok_or(JournalError::NoEntry { seq, size })?;
        let (entry, fields) = stored.proven()?;
        let told = fields.get(field::DOCUMENT_ID).and_then(Value::as_str).and_then(|id| DocumentId::parse(id).ok());
        if entry.kind == kind::DOCUMENT_DESTROYED
            && let Some(id) = &told
        {
            gone.remove(id);
        }
        if !period.contains(entry.at()) {
            continue;
        }
        is_empty = false;
        let Some(id) = told else { continue };
        let is_here = if known.insert(id) {
            // What was never received, or was destroyed, is told by the party's entries alone.
            let is_destroyed = destruction::destroyed_at(&app.db, id).await?.is_some();
            let row = if is_destroyed { None } else { store::load(&app.db, id).await?.filter(is_recorded) };
            rows.extend(row);
            rows.last().is_some_and(|row| row.id == id)
        } else {
            rows.iter().any(|row| row.id == id)
        };
        if records(&entry.kind) && !is_here {
            gone.insert(id);
        }
    }
    // The journal does not tell yet what has become of one: the extract could not account for it.
    if !gone.is_empty() {
        return Err(RefusalCode::ServiceUnavailable.into());
    }
    match rows.len() {
        _ if is_empty => Err(RefusalCode::ExtractScopeEmpty.into()),
        count if count > DOCUMENTS_MAX => Err(too_many_documents().into()),
        _ => Ok(rows),
    }
}

/// Whether entries of this kind record a document.
pub(super) fn records(entry_kind: &str) -> bool {
    [kind::DOCUMENT_RECORDED, kind::DOCUMENT_RECEIVED].contains(&entry_kind)
}

async fn listed(app: &App, documents: &[DocumentId]) -> Result<Vec<DocumentRow>, OperationError> {
    let wanted: BTreeSet<DocumentId> = documents.iter().copied().collect();
    if wanted.is_empty() || wanted.len() != documents.len() {
        return Err(RefusalCode::ExtractScopeEmpty.into());
    }
    let mut rows = Vec::new();
    for id in documents {
        let row = store::load(&app.db, *id).await?.ok_or(RefusalCode::DocumentUnknown)?;
        if !is_recorded(&row) {
            return Err(RefusalCode::DocumentNotYetReceived.into());
        }
        rows.push(row);
    }
    Ok(rows)
}

fn is_recorded(row: &DocumentRow) -> bool {
    row.recorded_seq.is_some() && row.state() != State::Recording
}
