//! What must hold before entries of the journal may go: their own term has run, they lie outside the database, and no hold and
//! no court's request concerns them. Looked at when a pruning is proposed, when it is approved, and while it is done.

use super::court_scope::CourtScope;
use super::{OperationError, commit};
use crate::app::App;
use crate::docflow::destruction;
use crate::domain::ids::{DocumentId, PruningId};
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::retention;
use crate::domain::time::{CivilDate, Moment};
use crate::extract::court;
use crate::journal::{Export, reading};

/// The journal's name of a pruning.
#[must_use]
pub fn subject(id: PruningId) -> String {
    format!("pruning:{id}")
}

/// That the entries before `to` may go; answers the exports of those from `from` on.
///
/// # Errors
/// `pruning-not-exported`, `pruning-early`, `pruning-held`.
pub(super) async fn must_be_due(app: &App, (from, to): (u64, u64), now: Moment) -> Result<Vec<Export>, OperationError> {
    let exports = exported(app, from, to).await?;
    // The size of `to` is that of an export, so there is an entry before it.
    let last = app.journal.instant_of(to.saturating_sub(1)).await?;
    let until = until_of(app, to).await?;
    if until.is_none_or(|until| until > now) {
        let until = until.map(|until| until.to_string()).unwrap_or_default();
        return Err(Refusal::new(RefusalCode::PruningEarly).with("until", until).into());
    }
    for document in destruction::held(&app.db).await? {
        must_not_concern(app, document, (from, to)).await?;
    }
    for request in court::open(&app.db, now).await? {
        match CourtScope::of(&request)? {
            CourtScope::Documents(documents) => {
                for document in documents {
                    must_not_concern(app, document, (from, to)).await?;
                }
            }
            CourtScope::Period(period) if period.from <= last => {
                return Err(held(format!("court-request:{}", request.id)));
            }
            CourtScope::Period(_) => {}
            CourtScope::About(about) => must_not_reach(app, about.record().identity(), (from, to)).await?,
        }
    }
    Ok(exports)
}

/// Until when the last entry before `to` is kept; `None` for a day that no calendar has, which never comes.
pub(super) async fn until_of(app: &App, to: u64) -> Result<Option<Moment>, OperationError> {
    let last = app.journal.instant_of(to.saturating_sub(1)).await?;
    Ok(retention::journal_until(last).map(CivilDate::start_of_day))
}

/// Exports one after the other, as long as each begins where the one before ends.
pub(super) struct Walk<'a> {
    app: &'a App,
    page: std::vec::IntoIter<Export>,
    /// Where the next one begins.
    pub(super) next: u64,
}

impl<'a> Walk<'a> {
    /// From the one that begins with entry `next` on.
    pub(super) fn from(app: &'a App, next: u64) -> Self {
        Self { app, page: Vec::new().into_iter(), next }
    }

    /// The next one; `None` where they end.
    pub(super) async fn step(&mut self) -> Result<Option<Export>, OperationError> {
        if self.page.as_slice().is_empty() {
            self.page = reading::exports(&self.app.db, self.next).await?.into_iter();
        }
        let export = self.page.next().filter(|export| export.from == self.next);
        self.next = export.as_ref().map_or(self.next, |export| export.to);
        Ok(export)
    }
}

/// The exports of the entries from `from` to before `to`.
///
/// # Errors
/// `pruning-not-exported` when they do not lie outside the database, or their segments end elsewhere.
pub(super) async fn exported(app: &App, from: u64, to: u64) -> Result<Vec<Export>, OperationError> {
    let (mut walk, mut found) = (Walk::from(app, from), Vec::new());
    while walk.next < to
        && let Some(export) = walk.step().await?
    {
        found.push(export);
    }
    if walk.next == to && from < to {
        return Ok(found);
    }
    let told = format!("0-{}", app.journal.exported().await?);
    Err(Refusal::new(RefusalCode::PruningNotExported).with("detail", told).at("/minimum").into())
}

async fn must_not_concern(app: &App, document: DocumentId, range: (u64, u64)) -> Result<(), OperationError> {
    must_not_reach(app, commit::document_subject(document), range).await
}

/// That no entry from `from` to before `to` is the subject's. One that the bound has passed already counts: its pruning
/// may have been cut off, and be about to go on.
async fn must_not_reach(app: &App, identity: String, (from, to): (u64, u64)) -> Result<(), OperationError> {
    let entries = app.journal.numbers_of_subject(&identity).await?;
    if entries.iter().any(|seq| (from..to).contains(seq)) { Err(held(identity)) } else { Ok(()) }
}

fn held(what: String) -> OperationError {
    Refusal::new(RefusalCode::PruningHeld).with("what", what).into()
}
