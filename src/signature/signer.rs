//! Whom a certificate names: the person, the party he speaks for, and in what role.

use qolhat_pki::certificate::Certificate;
use qolhat_pki::nca::{Purpose, Role};

use crate::domain::party::{Bin, IdentifierPolicy, Iin, Party};
use crate::domain::refusal::{Refusal, RefusalCode};

/// The person behind a signature, in the capacity that his certificate gives him (D13).
#[derive(Debug, Clone)]
pub struct Signer {
    /// The person; an information system has none.
    pub iin: Iin,
    /// For whom the certificate speaks: the person himself, or an organisation.
    pub party: Party,
    /// The roles that the CA wrote into the certificate.
    pub roles: Vec<Role>,
    /// What the key is for.
    pub purpose: Purpose,
    /// The name as the certificate gives it.
    pub common_name: String,
    /// The patronymic, which the national CA keeps apart from the name.
    pub patronymic: Option<String>,
    /// The organisation's name as the certificate gives it.
    pub organization: Option<String>,
    /// SHA-256 of the certificate.
    pub certificate_sha256: [u8; 32],
}

impl Signer {
    /// The signer named by `certificate`.
    ///
    /// # Errors
    /// `identifier-invalid` when the certificate names no person, or a number that `policy` refuses; the national
    /// test CA issues such, production anchors do not.
    pub fn of(certificate: &Certificate, policy: IdentifierPolicy) -> Result<Self, Refusal> {
        let facts = certificate.subject_facts();
        let refuse = |identifier: &'static str, reason: &'static str| {
            Refusal::new(RefusalCode::IdentifierInvalid).with("identifier", identifier).with("reason", reason)
        };
        let iin = facts.iin.as_deref().ok_or_else(|| refuse("iin", "no-person"))?;
        let iin = Iin::parse(iin, policy).map_err(|error| refuse("iin", error.code()))?;
        let party = match facts.bin.as_deref() {
            Some(bin) => Party::Organization(Bin::parse(bin, policy).map_err(|error| refuse("bin", error.code()))?),
            None => Party::Person(iin),
        };
        Ok(Self {
            iin,
            party,
            roles: certificate.roles(),
            purpose: certificate.purpose(),
            common_name: facts.common_name.clone().unwrap_or_default(),
            patronymic: facts.patronymic.clone(),
            organization: facts.organization.clone(),
            certificate_sha256: certificate.sha256(),
        })
    }

    /// The most telling role, as its code.
    #[must_use]
    pub fn role_code(&self) -> String {
        telling_role(&self.roles)
    }
}

/// The most telling of `roles`, as its code.
pub(super) fn telling_role(roles: &[Role]) -> String {
    let general = |role: &&Role| matches!(role, Role::NaturalPerson | Role::LegalEntity);
    let telling = roles.iter().find(|role| !general(role)).or_else(|| roles.first());
    telling.map(|role| role.code().to_string()).unwrap_or_default()
}
