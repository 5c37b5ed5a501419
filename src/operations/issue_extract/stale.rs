//! Whether a prepared extract still says how things stand: between preparation and the officer's signature a day may pass.

use qolhat_pki::time::Span;
use qolhat_pki::tsp::TimeStampToken;

use super::super::{Fault, OperationError};
use crate::app::App;
use crate::docflow::store;
use crate::domain::ids::DocumentId;
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::extract::build::Prepared;
use crate::extract::format;
use crate::extract::records::{DocumentRecord, ExtractRecord, StatementRecord, from_json};

/// How old the time stamp of the checkpoint may be when the extract is sealed: a court takes a day, and clocks differ.
const CHECKPOINT_AGE_MAX: Span = Span::hours(23);

/// That every history and state is as it was prepared; answers the statement of completeness.
///
/// # Errors
/// `extract-state` with the state `stale`: prepare it anew.
pub(super) async fn must_be_as_prepared(app: &App, prepared: &Prepared) -> Result<StatementRecord, OperationError> {
    let stale = || OperationError::from(Refusal::new(RefusalCode::ExtractState).with("state", "stale"));
    let file = |name: &str| {
        let missing = || Fault::Inconsistent(format!("the prepared extract has no {name}"));
        prepared.files.get(name).map(Vec::as_slice).ok_or_else(missing)
    };
    let unreadable = |error: String| Fault::Inconsistent(error);
    let token = TimeStampToken::from_der(file(format::CHECKPOINT_TIME_STAMP)?);
    let stamped_at = token.map_err(|error| unreadable(error.to_string()))?.info().gen_time;
    if app.clock.now().since(stamped_at) > CHECKPOINT_AGE_MAX {
        return Err(stale());
    }
    let statement: StatementRecord = from_json(file(format::STATEMENT)?).map_err(unreadable)?;
    for subject in &statement.subjects {
        let now = app.journal.entries_of_subject(&subject.identity).await?;
        // A party goes on acting, and a session goes on, while the extract of its past is signed: what came after the
        // checkpoint is outside the statement. Of a document, a case or a message nothing may have changed.
        let goes_on = ["party:", "session:"].iter().any(|family| subject.identity.starts_with(family));
        let fits = match goes_on {
            true => now.iter().copied().filter(|seq| *seq < statement.size).eq(subject.entries.iter().copied()),
            false => now == subject.entries,
        };
        if !fits {
            return Err(stale());
        }
    }
    let extract: ExtractRecord = from_json(file(format::EXTRACT)?).map_err(unreadable)?;
    for id in &extract.documents {
        let document: DocumentRecord = from_json(file(&format::document(id))?).map_err(unreadable)?;
        let row = match DocumentId::parse(id) {
            Ok(id) => store::load(&app.db, id).await?,
            Err(_) => None,
        };
        if row.is_none_or(|row| row.state().code() != document.state) {
            return Err(stale());
        }
    }
    Ok(statement)
}
