//! Why a piece of evidence could not be had.

use super::lists::Unfit;

/// Why a piece of evidence could not be had.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The host is not on the list of responders.
    #[error("{0} is not on the list of responders")]
    HostNotListed(String),
    /// Nobody there, or not a word within the time.
    #[error("{url}: {detail}")]
    Silent {
        /// Who was asked.
        url: String,
        /// What the system said.
        detail: String,
    },
    /// No answer, or not one of HTTP status 200.
    #[error("{url}: {detail}")]
    NoAnswer {
        /// Who was asked.
        url: String,
        /// What came instead.
        detail: String,
    },
    /// An answer larger than the limit.
    #[error("{url}: the answer is larger than {limit_bytes} bytes")]
    TooLarge {
        /// Who was asked.
        url: String,
        /// The limit.
        limit_bytes: usize,
    },
    /// An answer that is not what it claims.
    #[error("{url}: {detail}")]
    Malformed {
        /// Who was asked.
        url: String,
        /// What is wrong.
        detail: String,
    },
    /// The responder is there and does not answer the question; a word of its protocol that nobody signs.
    #[error("{url}: {detail}")]
    Refused {
        /// Who was asked.
        url: String,
        /// Its words.
        detail: String,
    },
    /// The responder asks to come again.
    #[error("{0}: try later")]
    TryLater(String),
    /// An answer to another question.
    #[error("{url}: {detail}")]
    OtherQuestion {
        /// Who was asked.
        url: String,
        /// What differs.
        detail: String,
    },
    /// A list that is not taken.
    #[error("{url}: {}", why.code())]
    Unfit {
        /// Where it came from.
        url: String,
        /// Why not.
        why: Unfit,
    },
}

impl FetchError {
    /// The stable code, as in logs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::HostNotListed(_) => "host-not-listed",
            Self::Silent { .. } => "silent",
            Self::NoAnswer { .. } => "no-answer",
            Self::TooLarge { .. } => "too-large",
            Self::Malformed { .. } => "malformed",
            Self::Refused { .. } => "refused",
            Self::TryLater(_) => "try-later",
            Self::OtherQuestion { .. } => "other-question",
            Self::Unfit { why, .. } => why.code(),
        }
    }

    /// Nobody answered: other evidence may be asked for in its place.
    pub(super) const fn is_absence(&self) -> bool {
        match self {
            Self::HostNotListed(_)
            | Self::Silent { .. }
            | Self::NoAnswer { .. }
            | Self::TooLarge { .. }
            | Self::Malformed { .. }
            | Self::TryLater(_) => true,
            Self::Refused { .. } | Self::OtherQuestion { .. } | Self::Unfit { .. } => false,
        }
    }
}
