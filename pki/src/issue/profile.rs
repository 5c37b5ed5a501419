//! The kinds of certificate the national CA issues, as templates: what a world of one's own needs so that signatures in
//! it look like real ones. Source: nca-rk.md section 5, read from the CA's certificates of 2022 and later.

use super::IssueError;
use super::certificate_builder::{CertificateTemplate, PolicyStatement, key_identifier, name, usage};
use crate::certificate::Certificate;
use crate::der::{Reader, Rules};
use crate::oid::{self, Oid};
use crate::time::Moment;

/// Where the practice statement of the national CA is.
const CPS_URI: &str = "http://pki.gov.kz/cps";

/// A person as certificates name one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Person<'a> {
    /// Surname, in capitals in the national certificates.
    pub surname: &'a str,
    /// Given name, likewise.
    pub given_name: &'a str,
    /// Patronymic; the national certificates put it into the attribute meant for the given name.
    pub patronymic: Option<&'a str>,
    /// Individual identification number, twelve digits.
    pub iin: &'a str,
}

/// An organisation as certificates name one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Organisation<'a> {
    /// Its name.
    pub name: &'a str,
    /// Business identification number, twelve digits.
    pub bin: &'a str,
}

/// What the key of a person is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyUse {
    /// Signing documents.
    Sign,
    /// Logging in.
    Auth,
}

/// A kind of certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Profile {
    /// A CA that signs itself. No address is written into it.
    RootCa,
    /// A CA under another one.
    IssuingCa,
    /// A person acting for himself.
    NaturalPerson(KeyUse),
    /// A person of an organisation, with roles such as [`oid::ROLE_HEAD`].
    LegalEntity(KeyUse, Vec<Oid>),
    /// An information system of an organisation: its seal.
    InformationSystem,
    /// An OCSP responder.
    OcspResponder,
    /// A time-stamp authority.
    TimeStampAuthority,
}

/// Addresses written into the certificates a CA issues. Empty lists leave their extension out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServiceUris {
    /// The full CRL.
    pub crl: Vec<String>,
    /// The delta CRL.
    pub delta_crl: Vec<String>,
    /// The OCSP responder.
    pub ocsp: Vec<String>,
    /// The certificate of the CA.
    pub ca_certificate: Vec<String>,
}

/// Who issues: the CA's name and key identifier, and where its services are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    /// Name in DER.
    pub name: Vec<u8>,
    /// Subject key identifier.
    pub key_identifier: Vec<u8>,
    /// Addresses of its services.
    pub uris: ServiceUris,
}

impl Issuer {
    /// The CA whose certificate is `certificate`.
    /// # Errors
    /// `Malformed` when it has no key identifier and its key cannot be read.
    pub fn of(certificate: &Certificate, uris: ServiceUris) -> Result<Issuer, IssueError> {
        let key_identifier = match certificate.subject_key_id() {
            Some(identifier) => identifier.to_vec(),
            None => key_identifier(certificate.spki())?.to_vec(),
        };
        Ok(Issuer { name: certificate.subject().raw().to_vec(), key_identifier, uris })
    }

    /// A CA that signs itself, with this subject and SubjectPublicKeyInfo.
    /// # Errors
    /// `Malformed` when `public_key` is no SubjectPublicKeyInfo.
    pub fn itself(subject: Vec<u8>, public_key: &[u8]) -> Result<Issuer, IssueError> {
        let key_identifier = key_identifier(public_key)?.to_vec();
        Ok(Issuer { name: subject, key_identifier, uris: ServiceUris::default() })
    }
}

/// The subject of a CA or a service: CN and country.
pub fn service_subject(common_name: &str) -> Vec<u8> {
    name(&[(oid::COMMON_NAME, common_name), (oid::COUNTRY, "KZ")])
}

/// The subject of a person: CN, SN, SERIALNUMBER = `IIN…`, country, and for an organisation O and OU = `BIN…`.
pub fn person_subject(person: &Person<'_>, organisation: Option<&Organisation<'_>>) -> Vec<u8> {
    let common_name = format!("{} {}", person.surname, person.given_name);
    let iin = format!("IIN{}", person.iin);
    let bin = organisation.map(|organisation| format!("BIN{}", organisation.bin));
    let mut attributes = vec![
        (oid::COMMON_NAME, common_name.as_str()),
        (oid::SURNAME, person.surname),
        (oid::SERIAL_NUMBER, iin.as_str()),
        (oid::COUNTRY, "KZ"),
    ];
    if let (Some(organisation), Some(bin)) = (organisation, &bin) {
        attributes.push((oid::ORGANIZATION, organisation.name));
        attributes.push((oid::ORGANIZATIONAL_UNIT, bin.as_str()));
    }
    if let Some(patronymic) = person.patronymic {
        attributes.push((oid::GIVEN_NAME, patronymic));
    }
    name(&attributes)
}

/// The subject of an information system: UID = `identifier` in dotted form, CN, country, O and OU = `BIN…`.
pub fn information_system_subject(common_name: &str, identifier: &Oid, organisation: &Organisation<'_>) -> Vec<u8> {
    let (identifier, bin) = (identifier.to_string(), format!("BIN{}", organisation.bin));
    name(&[
        (oid::USER_ID, identifier.as_str()),
        (oid::COMMON_NAME, common_name),
        (oid::COUNTRY, "KZ"),
        (oid::ORGANIZATION, organisation.name),
        (oid::ORGANIZATIONAL_UNIT, bin.as_str()),
    ])
}

impl Profile {
    /// The template for a key of this kind, from `not_before` to `not_after`; everything in it may still be changed.
    /// # Errors
    /// `Malformed` when `public_key` is no SubjectPublicKeyInfo.
    pub fn template(
        &self,
        issuer: &Issuer,
        subject: Vec<u8>,
        public_key: Vec<u8>,
        (not_before, not_after): (Moment, Moment),
    ) -> Result<CertificateTemplate, IssueError> {
        let agreement = if is_2015(&public_key)? { usage::KEY_AGREEMENT } else { 0 };
        let mut template = CertificateTemplate::new(issuer.name.clone(), subject, not_before, not_after, public_key)?;
        template.authority_key_id = Some(issuer.key_identifier.clone());
        template.crl_uris.clone_from(&issuer.uris.crl);
        template.freshest_crl_uris.clone_from(&issuer.uris.delta_crl);
        template.ocsp_uris.clone_from(&issuer.uris.ocsp);
        template.ca_issuer_uris.clone_from(&issuer.uris.ca_certificate);
        template.policies = vec![PolicyStatement { policy: oid::POLICY_NCA, cps: Some(CPS_URI.to_owned()) }];
        template.key_store = Some(oid::KEY_STORE_FILE);

        let document_use = usage::DIGITAL_SIGNATURE | usage::NON_REPUDIATION | agreement;
        match self {
            Profile::RootCa | Profile::IssuingCa => {
                template.ca = Some(None);
                template.key_usage = usage::KEY_CERT_SIGN | usage::CRL_SIGN;
                template.key_store = None;
                if *self == Profile::RootCa {
                    template.policies.clear();
                    leave_addresses_out(&mut template);
                }
            }
            Profile::NaturalPerson(key_use) => {
                let purpose = person_use(&mut template, *key_use, document_use);
                template.extended_key_usage = vec![purpose, oid::ROLE_NATURAL_PERSON];
            }
            Profile::LegalEntity(key_use, roles) => {
                let purpose = person_use(&mut template, *key_use, document_use);
                template.extended_key_usage = vec![purpose, oid::ROLE_LEGAL_ENTITY];
                template.extended_key_usage.extend(roles);
            }
            Profile::InformationSystem => {
                template.key_usage = document_use;
                template.extended_key_usage = vec![oid::ROLE_LEGAL_ENTITY, oid::ROLE_INFORMATION_SYSTEM];
            }
            Profile::OcspResponder => {
                template.key_usage = usage::DIGITAL_SIGNATURE;
                template.extended_key_usage = vec![oid::OCSP_SIGNING];
                template.ocsp_no_check = true;
                template.policies.clear();
                leave_addresses_out(&mut template);
            }
            Profile::TimeStampAuthority => {
                template.extended_key_usage = vec![oid::TIME_STAMPING];
                template.extended_key_usage_critical = true;
                template.policies.clear();
                template.key_store = None;
            }
        }
        Ok(template)
    }
}

/// A root and a responder are not asked about: nobody fetches anything for them.
fn leave_addresses_out(template: &mut CertificateTemplate) {
    template.crl_uris.clear();
    template.freshest_crl_uris.clear();
    template.ocsp_uris.clear();
    template.ca_issuer_uris.clear();
}

/// Sets the key usage; the purpose that stands before the roles.
fn person_use(template: &mut CertificateTemplate, key_use: KeyUse, document_use: u32) -> Oid {
    match key_use {
        KeyUse::Sign => {
            template.key_usage = document_use;
            oid::EMAIL_PROTECTION
        }
        KeyUse::Auth => {
            template.key_usage = usage::DIGITAL_SIGNATURE | usage::KEY_ENCIPHERMENT;
            oid::CLIENT_AUTH
        }
    }
}

/// Whether the key is of GOST 34.10-2015: those certificates also say keyAgreement since 2023.
fn is_2015(spki: &[u8]) -> Result<bool, IssueError> {
    let algorithm = Reader::new(spki, Rules::Der).sequence()?.sequence()?.oid()?;
    Ok(algorithm == oid::GOST2015_512_KEY || algorithm == oid::GOST2015_256_KEY)
}
