//! What the journal's entries say of a document whose content is destroyed is erased when its own term has run. Until then it
//! stays whoever asks: it is the journal, which the law keeps for years (JRN-03), and a destruction keeps the journal, the
//! digest and the act (JRN-05). It stays longer while a court asks for it.
//!
//! Erased are the salts and values of what an entry says and who acted. Its body, leaf and proofs stay, and so does its place
//! among the entries of its subjects: no history of the other side gets a gap, and an extract that was handed out brings the
//! openings with it. The act of destruction itself stays open. What is kept of the document beside the journal (its row, the
//! names of its files, the operator's receipt) is not touched here.

use uuid::Uuid;

use super::court_keeping::AskedFor;
use super::{Fault, OperationError, commit};
use crate::app::App;
use crate::docflow::{destruction, store};
use crate::domain::ids::DocumentId;
use crate::domain::retention;
use crate::domain::time::{CivilDate, Moment};
use crate::journal::entry::Entry;
use crate::journal::{JournalError, keeping};

/// Documents looked at in one round.
const DOCUMENTS_AT_ONCE: i64 = 50;
/// Kinds of entries that are the act of destruction.
const ACTS: [&str; 2] = ["document.destruction-requested", "document.destroyed"];

/// Erases what is due; of how many entries.
///
/// # Errors
/// A fault of the database. What one document meets does not keep the others from their turn.
pub async fn erase_due(app: &App) -> Result<usize, OperationError> {
    let now = app.clock.now();
    let (mut count, mut after) = (0, (Moment::MIN, DocumentId::from(Uuid::nil())));
    // To the end of the list: those that a court asks for stay at its head.
    loop {
        let due = destruction::unerased_due(&app.db, now, DOCUMENTS_AT_ONCE, after).await?;
        let Some(last) = due.last() else { break };
        after = *last;
        for (_, document) in due {
            match erase(app, document, now).await {
                Ok(erased) => count += erased,
                Err(error) => {
                    tracing::error!(error = %error, document.id = %document, "openings are due and not erased");
                }
            }
        }
    }
    if count > 0 {
        app.db.forget().await?;
    }
    Ok(count)
}

/// Erases what of the document's entries is out of its term, and notes when the next of them will be.
async fn erase(app: &App, document: DocumentId, now: Moment) -> Result<usize, OperationError> {
    let Some(row) = store::load(&app.db, document).await? else { return Ok(0) };
    let asked = AskedFor::at(app, now).await?;
    let history = asked.history(app, &row, now).await?;
    let of_talk = asked.entries(app).await?;
    let (mut due, mut next) = (Vec::new(), None);
    // What was pruned has no openings any more.
    for seq in app.journal.entries_of_subject(&commit::document_subject(document)).await.map_err(Fault::from)? {
        let stored = app.journal.entry(seq).await.map_err(Fault::from)?;
        let size = seq.saturating_add(1);
        let stored = stored.ok_or_else(|| Fault::from(JournalError::NoEntry { seq, size }))?;
        let entry = Entry::parse(&stored.body).map_err(|error| Fault::from(JournalError::from(error)))?;
        if ACTS.contains(&entry.kind.as_str()) {
            continue;
        }
        // A last day that no calendar has never comes.
        match retention::journal_until(entry.at()).map(CivilDate::start_of_day) {
            Some(until) if until <= now => due.push(seq),
            Some(until) => next = Some(next.map_or(until, |known: Moment| known.min(until))),
            None => {}
        }
    }
    let mut tx = app.db.begin().await?;
    keeping::decide(&mut tx).await?;
    // What came up since it was looked at is looked at in the next round.
    let now_asked = AskedFor::when_deciding(&mut tx, now).await?;
    let is_kept = now_asked.covers(&row, history.as_ref())
        || now_asked.is_of_more_talk_than(&asked)
        || due.iter().any(|seq| of_talk.contains(seq));
    if is_kept {
        return Ok(0);
    }
    let mut erased = 0;
    for seq in due {
        erased += usize::from(app.journal.erase_openings(&mut tx, seq).await.map_err(Fault::from)?);
    }
    match next {
        Some(next) => destruction::move_unerased(&mut tx, document, next).await?,
        None => destruction::delete_unerased(&mut tx, document).await?,
    }
    tx.commit().await?;
    Ok(erased)
}
