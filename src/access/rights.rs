//! What a person may do for a party.
//!
//! Two things are asked for apart. The capability says what the party lets the person do. The roles in the certificate of the
//! session say whether that key binds an organisation; what binds it without a signature (a refusal, a recall, an employee
//! added, an invitation) needs such a key, or a key for drafting would be worth as much as the head's.

use qolhat_pki::nca::Role;

use crate::domain::ids::SessionId;
use crate::domain::party::{Iin, Party};
use crate::domain::refusal::{Refusal, RefusalCode};

/// What a member of a client may do (POA-01).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Capability {
    /// Prepare, send, sign, reject, withdraw, administer.
    Sign,
    /// Prepare drafts and read.
    Draft,
}

impl Capability {
    /// The word kept and shown.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Sign => "sign",
            Self::Draft => "draft",
        }
    }

    /// The capability named by `code`.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        match code {
            "sign" => Some(Self::Sign),
            "draft" => Some(Self::Draft),
            _ => None,
        }
    }
}

/// Who asks: a person, for a party, in a session opened by one certificate.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The person.
    pub iin: Iin,
    /// For whom the person acts.
    pub party: Party,
    /// SHA-256 of the certificate by which the session was opened.
    pub certificate_sha256: [u8; 32],
    /// The roles that the CA wrote into that certificate.
    pub roles: Vec<Role>,
    /// What the person may do for the party; `None` before the party is a client. A person whose certificate names him head
    /// of a client, or gives him the right to sign for it, may sign whoever accepted the offer: the agreement binds the
    /// organisation, and its bodies need no power of attorney (POA-02).
    pub capability: Option<Capability>,
    /// Whether the person is an authorised officer of the operator, acting for the operator.
    pub officer: bool,
    /// The session; `None` for one opened by a program of before sessions had ids.
    pub session: Option<SessionId>,
}

impl Caller {
    /// The caller, when the party is a client and the person may prepare documents for it.
    ///
    /// # Errors
    /// `not-a-client`.
    pub fn must_draft(&self) -> Result<(), Refusal> {
        match self.capability {
            Some(Capability::Sign | Capability::Draft) => Ok(()),
            None => Err(Refusal::new(RefusalCode::NotAClient)),
        }
    }

    /// The caller, when the party is a client and the person may bind it.
    ///
    /// # Errors
    /// `not-a-client`, `signer-lacks-authority`.
    pub fn must_sign(&self) -> Result<(), Refusal> {
        match self.capability {
            Some(Capability::Sign) => Ok(()),
            Some(Capability::Draft) => Err(Refusal::new(RefusalCode::SignerLacksAuthority)),
            None => Err(Refusal::new(RefusalCode::NotAClient)),
        }
    }

    /// The caller, when it is an officer of the operator.
    ///
    /// # Errors
    /// `not-an-officer`.
    pub fn must_be_officer(&self) -> Result<(), Refusal> {
        if self.officer { Ok(()) } else { Err(Refusal::new(RefusalCode::NotAnOfficer)) }
    }
}
