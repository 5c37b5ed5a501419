//! The states of a document, as its parties see them.

/// What a party has at hand in a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Who sent it.
    Sender,
    /// To whom it is addressed.
    Recipient,
}

impl Side {
    /// The word kept in the database and in journal entries.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Sender => "sender",
            Self::Recipient => "recipient",
        }
    }

    /// The side named by `code`.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        match code {
            "sender" => Some(Self::Sender),
            "recipient" => Some(Self::Recipient),
            _ => None,
        }
    }
}

/// Where a document stands. `Recording` is not kept: it is what every state is called until the journal entry that
/// made it is sequenced (design D3), so that nobody acts on what the journal does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Not signed: not an electronic document yet (A5.2.2).
    Draft,
    /// The act that leads to the next state waits for its journal entry.
    Recording,
    /// Signed, but evidence on the certificate cannot be had yet: not received (design D5).
    CheckPending,
    /// Recorded: received by the addressee (A5.2.4).
    Received,
    /// Countersigned.
    Accepted,
    /// Refused by the addressee, with a reason.
    Rejected,
    /// Taken back by its sender before the addressee answered.
    Withdrawn,
    /// The evidence did not come in time or spoke against the signature: deemed not received (A5.3.6).
    CheckFailed,
}

impl State {
    /// The stable word of the API and the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Recording => "recording",
            Self::CheckPending => "check-pending",
            Self::Received => "received",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
            Self::CheckFailed => "check-failed",
        }
    }

    /// The state kept under `code`; `Recording` is never kept.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        match code {
            "draft" => Some(Self::Draft),
            "check-pending" => Some(Self::CheckPending),
            "received" => Some(Self::Received),
            "accepted" => Some(Self::Accepted),
            "rejected" => Some(Self::Rejected),
            "withdrawn" => Some(Self::Withdrawn),
            "check-failed" => Some(Self::CheckFailed),
            _ => None,
        }
    }
}
