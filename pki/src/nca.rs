//! What the national CA says in a certificate: whom it names, in which roles, and what the key is for.
//! Source: nca-rk.md section 5, read from the CA's certificates; no public specification exists.

use std::borrow::Cow;

use crate::certificate::Certificate;
use crate::der::{Reader, Rules};
use crate::name::{Attribute, Name, first_text};
use crate::oid::{self, Oid};

/// Arc of everything national. Source: X.660, member country 398.
const NATIONAL_ARC: Oid = Oid::known("1.2.398");
/// Digits of an IIN or BIN.
const NUMBER_DIGITS: usize = 12;

/// Whom a certificate names: as written, nothing is checked beyond the twelve digits of the numbers.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct SubjectFacts {
    /// CN: surname and given name, or the name of a system or CA.
    pub common_name: Option<String>,
    /// SN.
    pub surname: Option<String>,
    /// What follows the surname in CN; the certificate has no field of its own for it.
    pub given_name: Option<String>,
    /// G: in spite of its name the national CA puts the patronymic there.
    pub patronymic: Option<String>,
    /// Twelve digits from SERIALNUMBER; `None` too when two differ.
    pub iin: Option<String>,
    /// Twelve digits from OU, or from SERIALNUMBER; `None` too when two differ.
    pub bin: Option<String>,
    /// O.
    pub organization: Option<String>,
    /// C.
    pub country: Option<String>,
    /// ST, before 2020.
    pub state: Option<String>,
    /// L, before 2020.
    pub locality: Option<String>,
    /// E, before 2020.
    pub email: Option<String>,
    /// UID: the identifier of an information system.
    pub system: Option<String>,
    /// BC: the number of a client of the treasury.
    pub business_category: Option<String>,
}

/// A role that the CA wrote among the extended key usages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Head of a legal entity.
    Head,
    /// Right to sign for a legal entity.
    SignRight,
    /// Right to sign financial documents.
    FinanceRight,
    /// Human resources.
    Hr,
    /// Employee.
    Employee,
    /// Information system of a legal entity.
    InformationSystem,
    /// Client of the treasury.
    Treasury,
    /// Natural person.
    NaturalPerson,
    /// Legal entity; stands beside a role of its own.
    LegalEntity,
    /// A national usage not known here.
    Other(Oid),
}

/// What the key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Signing documents.
    Sign,
    /// Login.
    Auth,
    /// Issuing certificates.
    Ca,
    /// Answering OCSP.
    Ocsp,
    /// Time stamping.
    Tsa,
    /// Anything else, or nothing said.
    Other,
}

/// Who is behind a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignerKind {
    /// A person for himself; an individual entrepreneur too.
    Person,
    /// A person for a legal entity.
    Organization,
    /// A system of a legal entity, without a person.
    InformationSystem,
}

/// What holds the private key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyStorage {
    /// A PKCS#12 file.
    File,
    /// A kind not known here.
    Other(Oid),
}

impl SubjectFacts {
    /// The facts in a name. The order of its attributes varies between generations and says nothing.
    pub fn of(subject: &Name<'_>) -> SubjectFacts {
        // Read once: a name is walked for each of a dozen facts otherwise.
        let attributes: Vec<Attribute<'_>> = subject.attributes().collect();
        let text = |oid| first_text(&attributes, oid).map(Cow::into_owned);
        let (common_name, surname) = (text(oid::COMMON_NAME), text(oid::SURNAME));
        let given_name = match (&common_name, &surname) {
            (Some(whole), Some(surname)) => given_name(whole, surname),
            _ => None,
        };
        SubjectFacts {
            iin: number(&attributes, "IIN", &[oid::SERIAL_NUMBER]),
            bin: number(&attributes, "BIN", &[oid::ORGANIZATIONAL_UNIT, oid::SERIAL_NUMBER]),
            common_name,
            surname,
            given_name,
            patronymic: text(oid::GIVEN_NAME),
            organization: text(oid::ORGANIZATION),
            country: text(oid::COUNTRY),
            state: text(oid::STATE),
            locality: text(oid::LOCALITY),
            email: text(oid::EMAIL_ADDRESS),
            system: text(oid::USER_ID),
            business_category: text(oid::BUSINESS_CATEGORY),
        }
    }
}

impl Role {
    /// The role an extended key usage stands for; `None` for usages that are none (e-mail, client authentication).
    pub fn from_usage(usage: &Oid) -> Option<Role> {
        let known = ROLES.iter().find(|(oid, _)| oid == usage).map(|(_, role)| *role);
        if known.is_some() {
            return known;
        }
        if usage.is_under(&oid::ROLE_INFORMATION_SYSTEM) {
            return Some(Role::InformationSystem);
        }
        usage.is_under(&NATIONAL_ARC).then_some(Role::Other(*usage))
    }

    /// A stable word; for a role not known here its identifier.
    pub fn code(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Role::Head => "head",
            Role::SignRight => "sign-right",
            Role::FinanceRight => "finance-right",
            Role::Hr => "hr",
            Role::Employee => "employee",
            Role::InformationSystem => "information-system",
            Role::Treasury => "treasury",
            Role::NaturalPerson => "natural-person",
            Role::LegalEntity => "legal-entity",
            Role::Other(oid) => return Cow::Owned(oid.to_string()),
        })
    }

    /// A role that only certificates of legal entities carry.
    pub const fn is_of_legal_entity(&self) -> bool {
        match self {
            Role::Head
            | Role::SignRight
            | Role::FinanceRight
            | Role::Hr
            | Role::Employee
            | Role::InformationSystem
            | Role::LegalEntity => true,
            Role::Treasury | Role::NaturalPerson | Role::Other(_) => false,
        }
    }
}

const ROLES: [(Oid, Role); 9] = [
    (oid::ROLE_HEAD, Role::Head),
    (oid::ROLE_SIGN_RIGHT, Role::SignRight),
    (oid::ROLE_FINANCE_RIGHT, Role::FinanceRight),
    (oid::ROLE_HR, Role::Hr),
    (oid::ROLE_EMPLOYEE, Role::Employee),
    (oid::ROLE_INFORMATION_SYSTEM, Role::InformationSystem),
    (oid::ROLE_TREASURY, Role::Treasury),
    (oid::ROLE_NATURAL_PERSON, Role::NaturalPerson),
    (oid::ROLE_LEGAL_ENTITY, Role::LegalEntity),
];

impl Purpose {
    /// A stable word.
    pub const fn code(self) -> &'static str {
        match self {
            Purpose::Sign => "sign",
            Purpose::Auth => "auth",
            Purpose::Ca => "ca",
            Purpose::Ocsp => "ocsp",
            Purpose::Tsa => "tsa",
            Purpose::Other => "other",
        }
    }
}

impl SignerKind {
    /// A stable word.
    pub const fn code(self) -> &'static str {
        match self {
            SignerKind::Person => "person",
            SignerKind::Organization => "organization",
            SignerKind::InformationSystem => "information-system",
        }
    }
}

impl Certificate {
    /// Whom it names.
    pub fn subject_facts(&self) -> SubjectFacts {
        SubjectFacts::of(&self.subject())
    }

    /// The roles, in the order of the certificate, each once.
    pub fn roles(&self) -> Vec<Role> {
        let mut roles = Vec::new();
        for role in self.extended_key_usage().unwrap_or_default().iter().filter_map(Role::from_usage) {
            // A certificate may name thousands of usages; a handful can be told apart here.
            if roles.len() < ROLES_MAX && !roles.contains(&role) {
                roles.push(role);
            }
        }
        roles
    }

    /// What the key is for. nonRepudiation makes a signing key, whatever stands beside it; usages for e-mail or clients
    /// are not asked for, since certificates of information systems have none.
    pub fn purpose(&self) -> Purpose {
        let extended = self.extended_key_usage().unwrap_or_default();
        if self.is_ca() {
            return Purpose::Ca;
        }
        if extended.contains(&oid::OCSP_SIGNING) {
            return Purpose::Ocsp;
        }
        if extended.contains(&oid::TIME_STAMPING) {
            return Purpose::Tsa;
        }
        let Some(usage) = self.key_usage() else { return Purpose::Other };
        if usage.non_repudiation() {
            Purpose::Sign
        } else if usage.digital_signature() && (usage.key_encipherment() || extended.contains(&oid::CLIENT_AUTH)) {
            Purpose::Auth
        } else {
            Purpose::Other
        }
    }

    /// Who is behind it. A BIN or a role of a legal entity makes an organisation.
    pub fn signer_kind(&self) -> SignerKind {
        let (facts, roles) = (self.subject_facts(), self.roles());
        if roles.contains(&Role::InformationSystem) && facts.iin.is_none() {
            SignerKind::InformationSystem
        } else if facts.bin.is_some() || roles.iter().any(Role::is_of_legal_entity) {
            SignerKind::Organization
        } else {
            SignerKind::Person
        }
    }

    /// What holds the private key; `None` before about 2022, and when the extension cannot be read.
    pub fn key_storage(&self) -> Option<KeyStorage> {
        let mut list = Reader::new(self.extension(oid::KEY_STORE_KIND)?, Rules::Der).sequence().ok()?;
        match list.oid().ok()? {
            oid::KEY_STORE_FILE => Some(KeyStorage::File),
            other => Some(KeyStorage::Other(other)),
        }
    }
}

/// Most roles told of one certificate; real ones have at most four.
const ROLES_MAX: usize = 32;

/// The twelve digits after `prefix` in one of the `attributes`. Two different numbers contradict each other, so that
/// neither is told.
fn number(subject: &[Attribute<'_>], prefix: &str, kinds: &[Oid]) -> Option<String> {
    let mut found: Option<String> = None;
    for attribute in subject.iter().filter(|attribute| kinds.contains(&attribute.oid)) {
        let Ok(text) = attribute.text() else { continue };
        let Some(digits) = text.strip_prefix(prefix) else { continue };
        if digits.len() != NUMBER_DIGITS || !digits.bytes().all(|octet| octet.is_ascii_digit()) {
            continue;
        }
        if found.as_ref().is_some_and(|known| known != digits) {
            return None;
        }
        found = Some(digits.to_owned());
    }
    found
}

fn given_name(whole: &str, surname: &str) -> Option<String> {
    let rest = whole.trim().strip_prefix(surname.trim())?;
    // "ТЕСТ" is no surname in "ТЕСТОВ ТЕСТ".
    let name = rest.strip_prefix(' ')?.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::as_conversions, clippy::panic)]
    use super::*;
    use crate::issue::certificate_builder::name;

    fn facts(attributes: &[(Oid, &str)]) -> SubjectFacts {
        SubjectFacts::of(&Name::from_der(&name(attributes)).unwrap())
    }

    #[test]
    fn the_numbers_are_found_wherever_they_stand_and_only_when_they_agree() {
        let person = facts(&[(oid::SERIAL_NUMBER, "IIN123456789011")]);
        assert_eq!((person.iin.as_deref(), person.bin.as_deref()), (Some("123456789011"), None));
        let bin_in_serial = facts(&[(oid::SERIAL_NUMBER, "BIN123456789021")]);
        assert_eq!((bin_in_serial.iin.as_deref(), bin_in_serial.bin.as_deref()), (None, Some("123456789021")));
        let twice = facts(&[(oid::ORGANIZATIONAL_UNIT, "BIN123456789021"), (oid::SERIAL_NUMBER, "BIN123456789021")]);
        assert_eq!(twice.bin.as_deref(), Some("123456789021"));
        let contradiction =
            facts(&[(oid::ORGANIZATIONAL_UNIT, "BIN123456789021"), (oid::ORGANIZATIONAL_UNIT, "BIN123456789022")]);
        assert_eq!(contradiction.bin, None);
    }

    #[test]
    fn what_only_looks_like_a_number_is_none() {
        for text in ["IIN12345678901", "IIN1234567890123", "IIN12345678901x", "iin123456789011", "123456789011"] {
            assert_eq!(facts(&[(oid::SERIAL_NUMBER, text)]).iin, None, "{text}");
        }
        assert_eq!(facts(&[(oid::COMMON_NAME, "IIN123456789011")]).iin, None);
        assert_eq!(facts(&[(oid::SERIAL_NUMBER, "IIN١٢٣٤٥٦٧٨٩٠١١")]).iin, None);
    }

    #[test]
    fn the_given_name_is_what_follows_the_surname() {
        assert_eq!(given_name("ТЕСТОВ ТЕСТ", "ТЕСТОВ").as_deref(), Some("ТЕСТ"));
        assert_eq!(given_name("ТЕСТОВ ТЕСТ", "ТЕСТ"), None);
        assert_eq!(given_name("ТЕСТОВ", "ТЕСТОВ"), None);
        assert_eq!(given_name("ТЕСТ", "ТЕСТОВ"), None);
    }

    #[test]
    fn a_role_is_told_by_its_identifier_and_systems_by_their_arc() {
        for (usage, role) in ROLES {
            assert_eq!(Role::from_usage(&usage), Some(role));
        }
        let parse = |dotted| Oid::parse_dotted(dotted).unwrap();
        assert_eq!(Role::from_usage(&parse("1.2.398.3.3.4.1.2.6.7")), Some(Role::InformationSystem));
        let unknown = parse("1.2.398.3.3.4.2.1");
        assert_eq!(Role::from_usage(&unknown), Some(Role::Other(unknown)));
        assert_eq!(Role::Other(unknown).code(), "1.2.398.3.3.4.2.1");
        assert_eq!(Role::from_usage(&oid::EMAIL_PROTECTION), None);
        assert_eq!(Role::from_usage(&parse("1.2.3980")), None);
    }
}
