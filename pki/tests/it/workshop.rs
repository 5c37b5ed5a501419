//! What the tests of key stores and builders share: repeatable randomness, the shared folder, OpenSSL's command line,
//! and a small CA made anew for each kind of key.

use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest as _, Sha256};

use qolhat_pki::certificate::Certificate;
use qolhat_pki::gost::Curve;
use qolhat_pki::issue::certificate_builder::{self, CertificateTemplate, usage};
use qolhat_pki::key::PrivateKey;
use qolhat_pki::oid;
use qolhat_pki::random::SecureRandom;
use qolhat_pki::time::Moment;

/// SHA-256 of a seed and a counter: the same octets in every run.
pub struct SeededRandom {
    seed: u64,
    counter: u64,
}

impl SeededRandom {
    pub fn new(seed: u64) -> Self {
        SeededRandom { seed, counter: 0 }
    }
}

impl SecureRandom for SeededRandom {
    fn fill(&mut self, out: &mut [u8]) {
        for chunk in out.chunks_mut(32) {
            self.counter += 1;
            let block = Sha256::new()
                .chain_update(self.seed.to_be_bytes())
                .chain_update(self.counter.to_be_bytes())
                .finalize();
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }
}

/// A folder of the shared material, or `None` with a word on stderr.
pub fn shared(name: &str) -> Option<PathBuf> {
    let root = std::env::var("QOLHAT_SHARED")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared").to_owned());
    let folder = Path::new(&root).join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("SKIPPED: {name} (no shared folder)");
    None
}

/// An empty folder of this test's own.
pub fn temporary_folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("qolhat-pki-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// The command-line tool, as an independent reader.
pub struct OpenSsl;

/// The tool when it is installed, or `None` with a word on stderr.
pub fn openssl() -> Option<OpenSsl> {
    if Command::new("openssl").arg("version").output().is_ok_and(|output| output.status.success()) {
        return Some(OpenSsl);
    }
    eprintln!("SKIPPED: comparison with openssl (no such program)");
    None
}

impl OpenSsl {
    /// Runs it in `folder`; all it printed. It must succeed.
    pub fn run(&self, folder: &Path, arguments: &[&str]) -> String {
        let (success, printed) = self.attempt(folder, arguments);
        assert!(success, "openssl {arguments:?}: {printed}");
        printed
    }

    /// Runs it in `folder`: whether it succeeded, and all it printed.
    pub fn attempt(&self, folder: &Path, arguments: &[&str]) -> (bool, String) {
        let output = Command::new("openssl").args(arguments).current_dir(folder).output().unwrap();
        let mut printed = String::from_utf8_lossy(&output.stdout).into_owned();
        printed.push_str(&String::from_utf8_lossy(&output.stderr));
        (output.status.success(), printed)
    }
}

pub fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

pub fn at(text: &str) -> Moment {
    Moment::parse_rfc3339(text).unwrap()
}

/// The kinds of key the national CA has issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Rsa,
    Gost2015,
    Gost2004,
}

impl Kind {
    pub const ALL: [Kind; 3] = [Kind::Rsa, Kind::Gost2015, Kind::Gost2004];

    pub fn key(self, random: &mut SeededRandom) -> PrivateKey {
        match self {
            Kind::Rsa => PrivateKey::generate_rsa(2048),
            Kind::Gost2015 => PrivateKey::generate_gost512(random),
            Kind::Gost2004 => PrivateKey::generate_gost(Curve::Gost2004A, random),
        }
        .unwrap()
    }
}

/// A key with its certificate.
pub struct Holder {
    pub key: PrivateKey,
    pub certificate: Certificate,
}

/// A CA with a signer, an OCSP responder and a time-stamp authority under it.
pub struct World {
    pub random: SeededRandom,
    pub ca: Holder,
    pub signer: Holder,
    pub responder: Holder,
    pub authority: Holder,
}

impl World {
    pub fn new(kind: Kind) -> World {
        let mut random = SeededRandom::new(2026);
        let ca_key = kind.key(&mut random);
        let spki = ca_key.spki_der().unwrap();
        let ca_name = certificate_builder::name(&[(oid::COMMON_NAME, "СЫНАҚ ОРТАЛЫҒЫ"), (oid::COUNTRY, "KZ")]);
        let mut template = template(ca_name.clone(), ca_name.clone(), spki.clone());
        template.ca = Some(None);
        template.key_usage = usage::KEY_CERT_SIGN | usage::CRL_SIGN;
        let ca = Holder { certificate: issue(&template, &ca_key, &mut random), key: ca_key };

        let mut subordinate = |subject: &[(oid::Oid, &str)], change: &dyn Fn(&mut CertificateTemplate)| {
            let key = kind.key(&mut random);
            let subject = certificate_builder::name(subject);
            let mut template = self::template(ca_name.clone(), subject, key.spki_der().unwrap());
            template.authority_key_id = Some(certificate_builder::key_identifier(&spki).unwrap().to_vec());
            change(&mut template);
            Holder { certificate: issue(&template, &ca.key, &mut random), key }
        };
        let signer = subordinate(
            &[
                (oid::COMMON_NAME, "ТЕСТОВ ТЕСТ"),
                (oid::SURNAME, "ТЕСТОВ"),
                (oid::SERIAL_NUMBER, "IIN123456789011"),
                (oid::COUNTRY, "KZ"),
                (oid::ORGANIZATION, "АО \"ТЕСТ\""),
                (oid::ORGANIZATIONAL_UNIT, "BIN123456789021"),
                (oid::GIVEN_NAME, "ТЕСТОВИЧ"),
            ],
            &head_of_organisation,
        );
        let responder = subordinate(&[(oid::COMMON_NAME, "OCSP RESPONDER"), (oid::COUNTRY, "KZ")], &|template| {
            template.key_usage = usage::DIGITAL_SIGNATURE;
            template.extended_key_usage = vec![oid::OCSP_SIGNING];
            template.ocsp_no_check = true;
        });
        let authority = subordinate(&[(oid::COMMON_NAME, "УАҚЫТ БЕЛГІСІ"), (oid::COUNTRY, "KZ")], &|template| {
            template.extended_key_usage = vec![oid::TIME_STAMPING];
            template.extended_key_usage_critical = true;
        });
        World { random, ca, signer, responder, authority }
    }
}

/// The template the certificate of a head of an organisation has since 2023.
pub fn head_of_organisation(template: &mut CertificateTemplate) {
    template.key_usage = usage::DIGITAL_SIGNATURE | usage::NON_REPUDIATION | usage::KEY_AGREEMENT;
    template.extended_key_usage = vec![oid::EMAIL_PROTECTION, oid::ROLE_LEGAL_ENTITY, oid::ROLE_HEAD];
    template.policies = vec![certificate_builder::PolicyStatement {
        policy: oid::POLICY_NCA,
        cps: Some("http://pki.gov.kz/cps".to_owned()),
    }];
    template.crl_uris = vec!["http://test.pki.gov.kz/crl/nca_gost2022_test.crl".to_owned()];
    template.freshest_crl_uris = vec!["http://test.pki.gov.kz/crl/nca_gost2022_d_test.crl".to_owned()];
    template.ca_issuer_uris = vec!["http://test.pki.gov.kz/cert/nca_gost2022_test.cer".to_owned()];
    template.ocsp_uris = vec!["http://test.pki.gov.kz/ocsp/".to_owned()];
    template.key_store = Some(oid::KEY_STORE_FILE);
}

fn template(issuer: Vec<u8>, subject: Vec<u8>, spki: Vec<u8>) -> CertificateTemplate {
    let (from, to) = (at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z"));
    CertificateTemplate::new(issuer, subject, from, to, spki).unwrap()
}

fn issue(template: &CertificateTemplate, key: &PrivateKey, random: &mut SeededRandom) -> Certificate {
    let der = certificate_builder::build_certificate(template, key, random).unwrap();
    Certificate::from_der(&der).unwrap()
}
