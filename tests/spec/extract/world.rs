//! A small hierarchy of the national kind, made anew: who signs, who stamps, who answers for certificates.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::as_conversions, clippy::panic)]

use sha2::{Digest as _, Sha256};

use qolhat_pki::certificate::Certificate;
use qolhat_pki::cms::SignedData;
use qolhat_pki::digest::DigestAlgorithm;
use qolhat_pki::issue::augment::{Augmentation, augment};
use qolhat_pki::issue::certificate_builder;
use qolhat_pki::issue::cms_sign::{CertificateReference, Packaging, SignRequest, SigningContent, sign_cms};
use qolhat_pki::issue::crl_builder::{CrlTemplate, build_crl};
use qolhat_pki::issue::ocsp_builder::{CertificateState, OcspTemplate, build_ocsp_response, cert_id};
use qolhat_pki::issue::profile::{self, Issuer, KeyUse, Organisation, Person, Profile, ServiceUris};
use qolhat_pki::issue::tsp_builder::{CertificateWish, TimeStampTemplate, build_time_stamp_token};
use qolhat_pki::key::PrivateKey;
use qolhat_pki::oid;
use qolhat_pki::random::SecureRandom;
use qolhat_pki::time::Moment;
use qolhat_pki::trust::TrustStore;

pub const OPERATOR_BIN: &str = "123456789021";
pub const OFFICER_IIN: &str = "111111111111";
pub const SENDER_BIN: &str = "222222222222";
pub const SENDER_IIN: &str = "333333333333";
pub const RECIPIENT_IIN: &str = "444444444444";
pub const STRANGER_BIN: &str = "555555555555";

/// The same octets in every run.
pub struct Seeded(u64);

impl SecureRandom for Seeded {
    fn fill(&mut self, out: &mut [u8]) {
        for chunk in out.chunks_mut(32) {
            self.0 += 1;
            chunk.copy_from_slice(&Sha256::digest(self.0.to_be_bytes())[..chunk.len()]);
        }
    }
}

pub fn at(text: &str) -> Moment {
    Moment::parse_rfc3339(text).unwrap()
}

/// A key with its certificate.
pub struct Holder {
    pub key: PrivateKey,
    pub certificate: Certificate,
}

/// Everybody.
pub struct World {
    pub root: Holder,
    pub ca: Holder,
    responder: Holder,
    authority: Holder,
    /// The operator's information system.
    pub system: Holder,
    /// His officer.
    pub officer: Holder,
    /// Head of the organisation that sends.
    pub sender: Holder,
    /// The person who receives.
    pub recipient: Holder,
    /// An employee of the organisation that sends, without the right to sign.
    pub employee: Holder,
    /// The person who receives, as head of an organisation.
    pub recipient_as_head: Holder,
    /// Another operator's system, of the same hierarchy.
    pub other_system: Holder,
    /// Another operator's officer.
    pub other_officer: Holder,
}

impl World {
    pub fn new() -> Self {
        let mut random = Seeded(2026);
        let name = profile::service_subject("НЕГІЗГІ СЫНАҚ ОРТАЛЫҒЫ");
        let key = PrivateKey::generate_gost512(&mut random).unwrap();
        let issuer = Issuer::itself(name.clone(), &key.spki_der().unwrap()).unwrap();
        let template = Profile::RootCa.template(&issuer, name, key.spki_der().unwrap(), validity()).unwrap();
        let der = certificate_builder::build_certificate(&template, &key, &mut random).unwrap();
        let root = Holder { certificate: Certificate::from_der(&der).unwrap(), key };
        let ca = root.issue(&Profile::IssuingCa, profile::service_subject("СЫНАҚ ОРТАЛЫҒЫ"), &mut random);
        let sign = |role| Profile::LegalEntity(KeyUse::Sign, vec![role]);
        let person = Profile::NaturalPerson(KeyUse::Sign);
        let operator = Organisation { name: "ОПЕРАТОР ТОО", bin: OPERATOR_BIN };
        let stranger = Organisation { name: "ДРУГОЙ ТОО", bin: STRANGER_BIN };
        let client = Organisation { name: "КЛИЕНТ ТОО", bin: SENDER_BIN };
        let system =
            |organisation| profile::information_system_subject("ҚОЛХАТ", &oid::ROLE_INFORMATION_SYSTEM, organisation);
        let employee = |iin, organisation| {
            let person = Person { surname: "УӘКІЛ", given_name: "БІР", patronymic: None, iin };
            profile::person_subject(&person, organisation)
        };
        let mut leaf = |profile: &Profile, subject| ca.issue(profile, subject, &mut random);
        Self {
            responder: leaf(&Profile::OcspResponder, profile::service_subject("OCSP RESPONDER")),
            authority: leaf(&Profile::TimeStampAuthority, profile::service_subject("УАҚЫТ БЕЛГІСІ")),
            system: leaf(&Profile::InformationSystem, system(&operator)),
            officer: leaf(&sign(oid::ROLE_EMPLOYEE), employee(OFFICER_IIN, Some(&operator))),
            sender: leaf(&sign(oid::ROLE_HEAD), employee(SENDER_IIN, Some(&client))),
            recipient: leaf(&person, employee(RECIPIENT_IIN, None)),
            employee: leaf(&sign(oid::ROLE_EMPLOYEE), employee(SENDER_IIN, Some(&client))),
            recipient_as_head: leaf(&sign(oid::ROLE_HEAD), employee(RECIPIENT_IIN, Some(&client))),
            other_system: leaf(&Profile::InformationSystem, system(&stranger)),
            other_officer: leaf(&sign(oid::ROLE_EMPLOYEE), employee(OFFICER_IIN, Some(&stranger))),
            ca,
            root,
        }
    }

    pub fn anchors(&self) -> TrustStore {
        TrustStore::from_certificates([self.root.certificate.clone()])
    }

    /// A detached CMS as a client makes it.
    pub fn sign(&self, holder: &Holder, content: &[u8], signed_at: Moment, packaging: Packaging) -> Vec<u8> {
        let request = SignRequest::new(SigningContent::Content(content), packaging, signed_at);
        sign_cms(&holder.key, &holder.certificate, &request, &mut Seeded(7)).unwrap()
    }

    /// A token over `data`.
    pub fn stamp(&self, data: &[u8], gen_time: Moment) -> Vec<u8> {
        let template = TimeStampTemplate {
            policy: oid::POLICY_TSA_GOST2015,
            imprint: &DigestAlgorithm::Sha256.digest(data),
            serial: &[1, 2, 3],
            gen_time,
            accuracy_seconds: None,
            nonce: None,
            certificate: CertificateWish::Embed,
            reference: CertificateReference::V1,
        };
        build_time_stamp_token(&template, &self.authority.key, &self.authority.certificate, &mut Seeded(8)).unwrap()
    }

    /// A token over the signature value of a CMS.
    pub fn stamp_signature(&self, cms: &[u8], gen_time: Moment) -> Vec<u8> {
        let data = SignedData::from_bytes(cms).unwrap();
        self.stamp(data.signer_infos()[0].signature(), gen_time)
    }

    /// What the responder says of a certificate.
    pub fn ocsp(&self, certificate: &Certificate, state: CertificateState, produced_at: Moment) -> Vec<u8> {
        let id = cert_id(&self.ca.certificate, certificate.serial(), DigestAlgorithm::Sha256);
        let template = OcspTemplate::national(&self.responder.certificate, produced_at, None, [(id, state)]);
        build_ocsp_response(&template, &self.responder.key, &mut Seeded(9)).unwrap()
    }

    /// The root's list: nothing on it, for a year.
    pub fn root_crl(&self) -> Vec<u8> {
        let (this_update, next_update) = validity();
        let template = CrlTemplate {
            issuer: self.root.certificate.subject_der().to_vec(),
            authority_key_id: self.root.certificate.subject_key_id().map(<[u8]>::to_vec),
            this_update,
            next_update: Some(next_update),
            number: 1,
            base_number: None,
            entries: Vec::new(),
            more_extensions: Vec::new(),
        };
        build_crl(&template, &self.root.key, &mut Seeded(10)).unwrap()
    }

    /// The issuing CA's list of `this_update`, nothing on it, until `next_update`.
    pub fn ca_crl(&self, this_update: Moment, next_update: Moment) -> Vec<u8> {
        let template = CrlTemplate {
            issuer: self.ca.certificate.subject_der().to_vec(),
            authority_key_id: self.ca.certificate.subject_key_id().map(<[u8]>::to_vec),
            this_update,
            next_update: Some(next_update),
            number: 2,
            base_number: None,
            entries: Vec::new(),
            more_extensions: Vec::new(),
        };
        build_crl(&template, &self.ca.key, &mut Seeded(11)).unwrap()
    }

    /// A CAdES-LT signature, detached.
    pub fn long_term(&self, holder: &Holder, content: &[u8], signed_at: Moment) -> Vec<u8> {
        let cms = self.sign(holder, content, signed_at, Packaging::Detached);
        let token = self.stamp_signature(&cms, signed_at);
        let additions = [
            Augmentation::SignatureTimeStamp { signer: 0, token },
            Augmentation::Certificate(self.ca.certificate.clone()),
            Augmentation::Crl(self.root_crl()),
            Augmentation::Ocsp(self.ocsp(&holder.certificate, CertificateState::Good, signed_at)),
        ];
        augment(&cms, &additions).unwrap()
    }
}

impl Holder {
    fn issue(&self, profile: &Profile, subject: Vec<u8>, random: &mut Seeded) -> Holder {
        let key = PrivateKey::generate_gost512(random).unwrap();
        let issuer = Issuer::of(&self.certificate, ServiceUris::default()).unwrap();
        let template = profile.template(&issuer, subject, key.spki_der().unwrap(), validity()).unwrap();
        let der = certificate_builder::build_certificate(&template, &self.key, random).unwrap();
        Holder { certificate: Certificate::from_der(&der).unwrap(), key }
    }
}

fn validity() -> (Moment, Moment) {
    (at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z"))
}
