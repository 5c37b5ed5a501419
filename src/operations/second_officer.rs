//! What a second officer decides on what another one began: four eyes, told apart by the person and not by the certificate.

use super::end_document::checked_reason;
use crate::domain::refusal::Refusal;

/// What the second officer decides.
#[derive(Debug, Clone)]
pub enum SecondDecision {
    /// It may be done.
    Approve,
    /// It is not done.
    Refuse {
        /// Why; it stands in the journal.
        reason: String,
    },
}

impl SecondDecision {
    /// Why it is refused, fit to be read; `None` when it is approved.
    ///
    /// # Errors
    /// `reason-required`, `malformed-content`.
    pub(super) fn checked_reason(&self) -> Result<Option<String>, Refusal> {
        match self {
            Self::Approve => Ok(None),
            Self::Refuse { reason } => checked_reason(reason, "/reason").map(Some),
        }
    }
}
