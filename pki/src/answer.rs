//! What one OCSP response, one CRL or one time stamp says, asked by itself, under no policy. Of the first two the CA is
//! given and believed.
//! (What a whole chain with all its evidence amounts to is asked of [`crate::validate`].)
//!
//! * An answer that is not authentic, not about the certificate, or not current is not valid and says nothing good.
//! * A revocation told authentically stands even when the answer is out of date.
//!
//! Source: RFC 6960 §3.2, §4.2.2; RFC 5280 §6.3.3; RFC 3161 §2.2; nca-rk.md section 6.

mod crl;
mod fault;
mod issuers;
mod ocsp;
mod stamp;

pub use crl::{CrlQuestion, crl_answer};
pub use fault::AnswerFault;
pub use ocsp::{OcspQuestion, ocsp_answer};
pub use stamp::{Stamp, StampAnswer, StampFault, StampQuestion, stamp_answer};

use crate::crl::ReasonCode;
use crate::time::Moment;

/// The status an answer gives a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerStatus {
    /// Not revoked at the moment asked about.
    Good,
    /// Revoked, or suspended (reason certificateHold).
    Revoked {
        /// Since when.
        at: Moment,
        /// Why; `None` when nothing is said.
        reason: Option<ReasonCode>,
    },
    /// Nothing is known.
    Unknown,
}

impl AnswerStatus {
    /// `good`, `revoked` or `unknown`.
    pub const fn as_str(self) -> &'static str {
        match self {
            AnswerStatus::Good => "good",
            AnswerStatus::Revoked { .. } => "revoked",
            AnswerStatus::Unknown => "unknown",
        }
    }
}

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// Why the answer may not be relied on; `None` when it is authentic, current and to the question.
    pub fault: Option<AnswerFault>,
    /// What it says of the certificate.
    pub status: AnswerStatus,
    /// Since when that is known, as the answer has it, believed or not.
    pub this_update: Option<Moment>,
    /// When newer information was promised.
    pub next_update: Option<Moment>,
    /// When an OCSP response was signed.
    pub produced_at: Option<Moment>,
}

impl Answer {
    /// Authentic, current and to the question, whatever the status.
    pub const fn is_valid(&self) -> bool {
        self.fault.is_none()
    }

    const fn refused(fault: AnswerFault) -> Answer {
        Answer {
            fault: Some(fault),
            status: AnswerStatus::Unknown,
            this_update: None,
            next_update: None,
            produced_at: None,
        }
    }
}
