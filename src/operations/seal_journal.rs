//! The daily seal: the log and its map of subjects as they are today, in an entry of its own, signed by the operator with
//! the key that has standing in law; the log's own key has none.

use super::{OperationError, long_term, seal_signature};
use crate::app::App;
use crate::domain::ids::EventId;
use crate::domain::time::CivilDate;

/// Most seals signed in one round: after a time without an authority the days are caught up with little by little.
const SIGNED_AT_ONCE: u32 = 4;

/// Seals today's log where that is not done yet, and signs the seals of days that wait for it; how many were signed.
///
/// # Errors
/// A fault of the journal; `time-stamp-unavailable` when the seal cannot be signed now: it is there and waits;
/// `SealSignature` when what was made is no signature of the operator's: it is not kept.
///
/// Keeps: JRN-03.
pub async fn seal_journal(app: &App) -> Result<usize, OperationError> {
    let now = app.clock.now();
    let event = EventId::new(now, &mut app.rng.clone());
    app.journal.seal_the_day(event, CivilDate::of(now)).await?;
    let mut signed = 0;
    for made in app.journal.seals_unsigned(SIGNED_AT_ONCE).await? {
        let cms = long_term::seal(app, &made.seal.to_signed(app.journal.origin())).await?;
        seal_signature::must_be_kept(app, &cms, &made.seal)?;
        app.journal.save_seal_signature(made.event, &cms).await?;
        signed += 1;
    }
    Ok(signed)
}
