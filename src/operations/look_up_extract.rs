//! Anybody asks whether an extract was issued under a number, and which file it is (JRN-10). Nothing is told of what it
//! holds or whom it is about: the register has neither.

use qolhat_storage::ContentDigest;

use super::{Fault, OperationError};
use crate::app::App;
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::time::Moment;
use crate::extract::format::kind;
use crate::extract::store;
use crate::operations::issue_extract::SHA256_FIELD;

/// What the register says of a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredExtract {
    /// The number.
    pub number: u64,
    /// When it was issued.
    pub issued_at: Moment,
    /// The entry of the journal that says so.
    pub entry: u64,
    /// SHA-256 of the issued file, in hex; `None` when the journal's opening of it was destroyed.
    pub sha256: Option<String>,
}

impl RegisteredExtract {
    /// Whether a file with this digest is the one that was issued; `None` when nobody can tell.
    #[must_use]
    pub fn is_file(&self, sha256: &ContentDigest) -> Option<bool> {
        self.sha256.as_ref().map(|known| *known == sha256.to_hex())
    }
}

/// The extract issued under `number`, by the journal's entry of it: the register's row only leads there.
///
/// # Errors
/// `extract-unknown` when none was issued under it; `journal-unavailable` when the journal does not hold that it was;
/// `entries-pruned` when it no longer does.
///
/// Keeps: JRN-10.
pub async fn look_up_extract(app: &App, number: u64) -> Result<RegisteredExtract, OperationError> {
    let stored = i64::try_from(number).map_err(|_| RefusalCode::ExtractUnknown)?;
    let (issued_at, event) = store::issued_under(&app.db, stored).await?.ok_or(RefusalCode::ExtractUnknown)?;
    let place = app.journal.find(event).await?.ok_or(RefusalCode::JournalUnavailable)?;
    let Some(stored) = app.journal.entry(place.seq).await? else {
        let minimum = app.journal.minimum().await?;
        if place.seq < minimum {
            return Err(Refusal::new(RefusalCode::EntriesPruned).with("minimum", minimum.to_string()).into());
        }
        return Err(RefusalCode::JournalUnavailable.into());
    };
    let (entry, fields) = stored.proven()?;
    let other = fields.get("number").is_some_and(|told| told.as_u64() != Some(number));
    if entry.kind != kind::EXTRACT_ISSUED || other {
        return Err(
            Fault::Inconsistent(format!("extract No. {number}: entry {} is of something else", place.seq)).into()
        );
    }
    let sha256 = fields.get(SHA256_FIELD).and_then(|value| value.as_str()).map(str::to_owned);
    Ok(RegisteredExtract { number, issued_at, entry: place.seq, sha256 })
}
