//! May this signer bind this party. Pure: one rule, in one place.

use qolhat_pki::nca::{Purpose, Role};

use super::signer::{Signer, telling_role};
use crate::domain::document::DocumentKind;
use crate::domain::party::{Iin, Party};
use crate::domain::refusal::{Refusal, RefusalCode};

/// That `signer` is the person `caller`, speaks for `party` and may bind it by a document of `kind`.
///
/// The order is that of what a person must mend first: the key's purpose, whose key it is, in which capacity it
/// speaks, and only then its role.
///
/// # Errors
/// `authentication-key-used-for-signing` (SIG-03), `signer-is-not-the-caller`, `wrong-capacity` (D13),
/// `signer-lacks-authority` (POA-02, A5.2.3.4).
pub fn may_bind(signer: &Signer, caller: Option<&Iin>, party: &Party, kind: DocumentKind) -> Result<(), Refusal> {
    must_be_a_signing_key(signer)?;
    if caller.is_some_and(|iin| *iin != signer.iin) {
        return Err(Refusal::new(RefusalCode::SignerIsNotTheCaller));
    }
    if signer.party != *party {
        return Err(capacity(signer, party));
    }
    match party {
        Party::Person(_) => Ok(()),
        Party::Organization(_) if signer.roles.iter().any(|role| role_binds(role, kind)) => Ok(()),
        Party::Organization(_) => Err(Refusal::new(RefusalCode::SignerLacksAuthority)
            .with("role", signer.role_code())
            .with("kind", kind.code())),
    }
}

/// That a session opened by a certificate with `roles` binds `party` by an act without a signature: on a document of `kind`,
/// or on the organisation's own affairs when it is `None`. A person binds himself.
///
/// # Errors
/// `signer-lacks-authority` (POA-01, POA-02).
pub fn session_binds(roles: &[Role], party: &Party, kind: Option<DocumentKind>) -> Result<(), Refusal> {
    let binds = |role: &Role| match kind {
        Some(kind) => role_binds(role, kind),
        None => matches!(role, Role::Head | Role::SignRight),
    };
    match party {
        Party::Person(_) => Ok(()),
        Party::Organization(_) if roles.iter().any(binds) => Ok(()),
        Party::Organization(_) => Err(Refusal::new(RefusalCode::SignerLacksAuthority)
            .with("role", telling_role(roles))
            .with("kind", kind.map(DocumentKind::code).unwrap_or_default())),
    }
}

/// That the key of `signer` is for signing, not for login (SIG-03).
///
/// # Errors
/// `authentication-key-used-for-signing`.
pub fn must_be_a_signing_key(signer: &Signer) -> Result<(), Refusal> {
    match signer.purpose {
        Purpose::Sign => Ok(()),
        Purpose::Auth | Purpose::Ca | Purpose::Ocsp | Purpose::Tsa | Purpose::Other => {
            Err(Refusal::new(RefusalCode::AuthenticationKeyUsedForSigning))
        }
    }
}

/// A personal key never binds an organisation, nor the reverse; two organisations are two people's business.
fn capacity(signer: &Signer, party: &Party) -> Refusal {
    let code = match (&signer.party, party) {
        (Party::Person(_), Party::Organization(_)) | (Party::Organization(_), Party::Person(_)) => {
            RefusalCode::WrongCapacity
        }
        (Party::Organization(_), Party::Organization(_)) => RefusalCode::WrongCapacity,
        (Party::Person(_), Party::Person(_)) => RefusalCode::SignerIsNotTheCaller,
    };
    Refusal::new(code).with("expected", party.number()).with("given", signer.party.number())
}

/// Whether a role in the certificate binds the organisation by a document of `kind`: its head and who has the right to
/// sign bind it by any, who has the right to sign financial documents by those that ask for or confirm money.
fn role_binds(role: &Role, kind: DocumentKind) -> bool {
    match role {
        Role::Head | Role::SignRight => true,
        Role::FinanceRight => match kind {
            DocumentKind::CompletionAct | DocumentKind::PaymentInvoice => true,
            DocumentKind::OfferAcceptance | DocumentKind::Letter | DocumentKind::ArbitraryFile => false,
        },
        Role::Hr
        | Role::Employee
        | Role::InformationSystem
        | Role::Treasury
        | Role::NaturalPerson
        | Role::LegalEntity
        | Role::Other(_) => false,
    }
}
