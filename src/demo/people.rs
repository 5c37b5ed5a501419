//! The cast of the demonstration: an operator with its information system and two officers, two organisations with head
//! and accountant, and a natural person. Everybody is invented; the check digits fit, so that identifiers stay strict.

use qolhat_pki::issue::profile::{KeyUse, Organisation, Person, Profile, information_system_subject, person_subject};
use qolhat_pki::nca::Role;
use qolhat_pki::oid::{self, Oid};
use qolhat_pki::pkcs12;
use qolhat_pki::random::SecureRandom;
use serde::{Deserialize, Serialize};

use super::DemoError;
use super::authority::{Authorities, Branch, Holder, Validity};

/// The password of every key store of every demonstration world: public, as the keys prove nothing outside of it.
pub const DEMO_PASSWORD: &str = "Qolhat-demo-1";
/// The operator's information system in [`World::person`](super::World::person).
pub const SEAL_ID: &str = "operator-seal";
/// What the operator's information system is called.
const SEAL_NAME: &str = "QOLHAT DEMO";
/// Identifies that system in its certificate: an arc below the national role, as national systems have.
const SEAL_SYSTEM: &str = "1.2.398.3.3.4.1.2.6.1";

/// An organisation of the cast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Firm {
    /// Its name.
    pub name: &'static str,
    /// Its BIN.
    pub bin: &'static str,
}

/// The operator of the service.
pub const OPERATOR: Firm = Firm { name: "ТОО «Демо-оператор ЭДО»", bin: "230140000109" };
/// The first organisation.
pub const ORGANISATION_A: Firm = Firm { name: "ТОО «Алатау Сауда Демо»", bin: "190640001204" };
/// The second organisation.
pub const ORGANISATION_B: Firm =
    Firm { name: "ЖШС «Сарыарқа Қызмет Демо»", bin: "210940002309" };

/// A person of the cast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figure {
    /// The name in the cast and in file names.
    pub id: &'static str,
    /// Surname, in capitals as in certificates.
    pub surname: &'static str,
    /// Given name, likewise.
    pub given_name: &'static str,
    /// Patronymic, likewise.
    pub patronymic: &'static str,
    /// IIN.
    pub iin: &'static str,
    /// For whom the person acts; `None` for himself.
    pub firm: Option<Firm>,
    /// The role in the certificates.
    pub role: Oid,
    /// The kind of key.
    pub branch: Branch,
}

/// The people, each with a key for signing and one for logging in.
pub const FIGURES: [Figure; 7] = [
    Figure {
        id: "officer",
        surname: "СЕЙТҚАЛИ",
        given_name: "АЙГЕРІМ",
        patronymic: "БОЛАТҚЫЗЫ",
        iin: "870314400102",
        firm: Some(OPERATOR),
        role: oid::ROLE_SIGN_RIGHT,
        branch: Branch::Gost,
    },
    Figure {
        id: "head-a",
        surname: "ОМАРОВ",
        given_name: "ДӘУРЕН",
        patronymic: "СЕРІКҰЛЫ",
        iin: "791108300200",
        firm: Some(ORGANISATION_A),
        role: oid::ROLE_HEAD,
        branch: Branch::Gost,
    },
    Figure {
        id: "accountant-a",
        surname: "КИМ",
        given_name: "СВЕТЛАНА",
        patronymic: "ВИКТОРОВНА",
        iin: "900625400302",
        firm: Some(ORGANISATION_A),
        role: oid::ROLE_EMPLOYEE,
        branch: Branch::Gost,
    },
    Figure {
        id: "head-b",
        surname: "ЖҮНІСОВА",
        given_name: "ГҮЛНӘР",
        patronymic: "МАРАТҚЫЗЫ",
        iin: "840217400407",
        firm: Some(ORGANISATION_B),
        role: oid::ROLE_HEAD,
        branch: Branch::Gost,
    },
    Figure {
        id: "accountant-b",
        surname: "ПЕТРОВ",
        given_name: "АНДРЕЙ",
        patronymic: "ИГОРЕВИЧ",
        iin: "950830300505",
        firm: Some(ORGANISATION_B),
        role: oid::ROLE_EMPLOYEE,
        branch: Branch::Gost,
    },
    Figure {
        id: "person",
        surname: "НҰРЛАНОВ",
        given_name: "АРМАН",
        patronymic: "ЕРЛАНҰЛЫ",
        iin: "010507500605",
        firm: None,
        role: oid::ROLE_NATURAL_PERSON,
        branch: Branch::Rsa,
    },
    Figure {
        id: "officer-2",
        surname: "ІБРАЕВ",
        given_name: "ЕРЖАН",
        patronymic: "ҚАЙРАТҰЛЫ",
        iin: "800521300077",
        firm: Some(OPERATOR),
        role: oid::ROLE_SIGN_RIGHT,
        branch: Branch::Gost,
    },
];

/// One member of the cast as `people.json` tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonCard {
    /// The name in the cast.
    pub id: String,
    /// Full name, or the name of the information system.
    pub name: String,
    /// IIN; an information system has none.
    pub iin: Option<String>,
    /// BIN of the organisation, if any.
    pub bin: Option<String>,
    /// Name of the organisation, if any.
    pub organization: Option<String>,
    /// The role, as [`Role::code`] says it.
    pub role: String,
    /// The keys.
    pub keys: Vec<KeyCard>,
}

/// One key of a member of the cast.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyCard {
    /// `sign` or `auth`.
    pub purpose: String,
    /// The kind of key.
    pub algorithm: Branch,
    /// The key store, from the folder of the world.
    pub file: String,
    /// Serial number of the certificate, in hexadecimal.
    pub serial: String,
}

/// A member of the cast and the key stores that belong to it, each with its path from the folder of the world.
pub(super) struct Minted {
    pub card: PersonCard,
    pub stores: Vec<(String, Vec<u8>)>,
}

/// Keys, certificates and key stores for the whole cast: the operator's information system first.
pub(super) fn mint(
    authorities: &Authorities,
    validity: Validity,
    rng: &mut dyn SecureRandom,
) -> Result<Vec<Minted>, DemoError> {
    let mut cast = vec![mint_seal(authorities, validity, rng)?];
    for figure in &FIGURES {
        cast.push(mint_figure(figure, authorities, validity, rng)?);
    }
    Ok(cast)
}

fn mint_seal(authorities: &Authorities, validity: Validity, rng: &mut dyn SecureRandom) -> Result<Minted, DemoError> {
    let system = Oid::parse_dotted(SEAL_SYSTEM).ok_or_else(|| DemoError::malformed(SEAL_SYSTEM, "no identifier"))?;
    let subject = information_system_subject(SEAL_NAME, &system, &organisation(OPERATOR));
    let holder = authorities.of(Branch::Gost).issue_new(&Profile::InformationSystem, subject, validity, rng)?;
    let (key, store) = sealed(&holder, "sign", Branch::Gost, SEAL_FILE.to_owned(), rng)?;
    let card = PersonCard {
        id: SEAL_ID.to_owned(),
        name: SEAL_NAME.to_owned(),
        iin: None,
        bin: Some(OPERATOR.bin.to_owned()),
        organization: Some(OPERATOR.name.to_owned()),
        role: Role::InformationSystem.code().into_owned(),
        keys: vec![key],
    };
    Ok(Minted { card, stores: vec![store] })
}

/// The key store of the operator's information system, from the folder of the world.
pub(super) const SEAL_FILE: &str = "operator/seal.p12";

fn mint_figure(
    figure: &Figure,
    authorities: &Authorities,
    validity: Validity,
    rng: &mut dyn SecureRandom,
) -> Result<Minted, DemoError> {
    let (mut keys, mut stores) = (Vec::new(), Vec::new());
    for (key_use, purpose) in [(KeyUse::Sign, "sign"), (KeyUse::Auth, "auth")] {
        let profile = match figure.firm {
            Some(_) => Profile::LegalEntity(key_use, vec![figure.role]),
            None => Profile::NaturalPerson(key_use),
        };
        let holder = authorities.of(figure.branch).issue_new(&profile, subject(figure), validity, rng)?;
        let file = format!("keys/{}-{purpose}.p12", figure.id);
        let (key, store) = sealed(&holder, purpose, figure.branch, file, rng)?;
        keys.push(key);
        stores.push(store);
    }
    let card = PersonCard {
        id: figure.id.to_owned(),
        name: format!("{} {} {}", figure.surname, figure.given_name, figure.patronymic),
        iin: Some(figure.iin.to_owned()),
        bin: figure.firm.map(|firm| firm.bin.to_owned()),
        organization: figure.firm.map(|firm| firm.name.to_owned()),
        role: Role::from_usage(&figure.role).map(|role| role.code().into_owned()).unwrap_or_default(),
        keys,
    };
    Ok(Minted { card, stores })
}

/// The subject of this figure's certificates, in the national layout: for further certificates of the same person.
#[must_use]
pub fn subject(figure: &Figure) -> Vec<u8> {
    let person = Person {
        surname: figure.surname,
        given_name: figure.given_name,
        patronymic: Some(figure.patronymic),
        iin: figure.iin,
    };
    person_subject(&person, figure.firm.map(organisation).as_ref())
}

const fn organisation(firm: Firm) -> Organisation<'static> {
    Organisation { name: firm.name, bin: firm.bin }
}

fn sealed(
    holder: &Holder,
    purpose: &str,
    algorithm: Branch,
    file: String,
    rng: &mut dyn SecureRandom,
) -> Result<(KeyCard, (String, Vec<u8>)), DemoError> {
    let store = pkcs12::seal(&holder.key, &holder.certificate, DEMO_PASSWORD, rng)?;
    let serial = hex::encode(holder.certificate.serial());
    Ok((KeyCard { purpose: purpose.to_owned(), algorithm, file: file.clone(), serial }, (file, store)))
}
