//! The decision of a second officer, as it is asked for by every address that wants one.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::operations::second_officer::SecondDecision;

/// What a second officer decides.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, tag = "decision", rename_all = "lowercase")]
pub enum DecideSecond {
    /// It may be done.
    Approve,
    /// It is not done.
    Refuse {
        /// Why.
        reason: String,
    },
}

impl From<DecideSecond> for SecondDecision {
    fn from(decision: DecideSecond) -> Self {
        match decision {
            DecideSecond::Approve => Self::Approve,
            DecideSecond::Refuse { reason } => Self::Refuse { reason },
        }
    }
}
