//! What the tests of key stores and builders share: repeatable randomness, the shared folder, OpenSSL's command line,
//! and a small CA made anew for each kind of key.

use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest as _, Sha256};

use qolhat_pki::algorithm::SignatureAlgorithm;
use qolhat_pki::certificate::Certificate;
use qolhat_pki::der::{Reader, Rules};
use qolhat_pki::gost::Curve;
use qolhat_pki::issue::certificate_builder::{self, CertificateTemplate};
use qolhat_pki::issue::profile::{self, Issuer, KeyUse, Organisation, Person, Profile, ServiceUris};
use qolhat_pki::key::PrivateKey;
use qolhat_pki::oid;
use qolhat_pki::random::SecureRandom;
use qolhat_pki::time::Moment;

use crate::kept_keys;

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
            let block =
                Sha256::new().chain_update(self.seed.to_be_bytes()).chain_update(self.counter.to_be_bytes()).finalize();
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

/// Whether `signature` is by the key of `certificate` over `message`.
pub fn verifies(certificate: &Certificate, algorithm: SignatureAlgorithm, message: &[u8], signature: &[u8]) -> bool {
    let public = certificate.public_key().unwrap();
    public.verify_message(algorithm, message, signature).is_ok()
}

/// An RSA key of 2048 bits, another one at each call.
pub fn rsa_key() -> PrivateKey {
    kept_keys::rsa_key(2048)
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
            Kind::Rsa => return rsa_key(),
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

/// A root, a CA under it, and under that a signer, an OCSP responder and a time-stamp authority.
pub struct World {
    pub random: SeededRandom,
    pub root: Holder,
    pub ca: Holder,
    pub signer: Holder,
    pub responder: Holder,
    pub authority: Holder,
}

impl World {
    pub fn new(kind: Kind) -> World {
        let mut random = SeededRandom::new(2026);
        let key = kind.key(&mut random);
        let name = profile::service_subject("НЕГІЗГІ СЫНАҚ ОРТАЛЫҒЫ");
        let issuer = Issuer::itself(name.clone(), &key.spki_der().unwrap()).unwrap();
        let template = Profile::RootCa.template(&issuer, name, key.spki_der().unwrap(), validity()).unwrap();
        let root = Holder { certificate: issue(&template, &key, &mut random), key };

        let ca_uris = ServiceUris { crl: vec!["http://127.0.0.1/root.crl".to_owned()], ..ServiceUris::default() };
        let name = profile::service_subject("СЫНАҚ ОРТАЛЫҒЫ");
        let ca = root.issue(kind, &Profile::IssuingCa, name, ca_uris, &mut random);

        let mut leaf = |profile: &Profile, subject| ca.issue(kind, profile, subject, service_uris(), &mut random);
        let signer = leaf(&Profile::LegalEntity(KeyUse::Sign, vec![oid::ROLE_HEAD]), head_of_organisation());
        let responder = leaf(&Profile::OcspResponder, profile::service_subject("OCSP RESPONDER"));
        let authority = leaf(&Profile::TimeStampAuthority, profile::service_subject("УАҚЫТ БЕЛГІСІ"));
        World { random, root, ca, signer, responder, authority }
    }
}

impl Holder {
    /// A new key of this kind with a certificate by this CA.
    pub fn issue(
        &self,
        kind: Kind,
        profile: &Profile,
        subject: Vec<u8>,
        uris: ServiceUris,
        random: &mut SeededRandom,
    ) -> Holder {
        self.issue_for(kind, profile, subject, uris, validity(), random)
    }

    /// The same for another term.
    pub fn issue_for(
        &self,
        kind: Kind,
        profile: &Profile,
        subject: Vec<u8>,
        uris: ServiceUris,
        term: (Moment, Moment),
        random: &mut SeededRandom,
    ) -> Holder {
        let key = kind.key(random);
        let issuer = Issuer::of(&self.certificate, uris).unwrap();
        let template = profile.template(&issuer, subject, key.spki_der().unwrap(), term).unwrap();
        Holder { certificate: issue(&template, &self.key, random), key }
    }
}

/// The year the certificates of a [`World`] are valid.
pub fn validity() -> (Moment, Moment) {
    (at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z"))
}

/// The subject of the test CA's head of an organisation.
pub fn head_of_organisation() -> Vec<u8> {
    let person = Person {
        surname: "ТЕСТОВ", given_name: "ТЕСТ", patronymic: Some("ТЕСТОВИЧ"), iin: "123456789011"
    };
    profile::person_subject(&person, Some(&Organisation { name: "АО \"ТЕСТ\"", bin: "123456789021" }))
}

/// The addresses the test CA writes.
pub fn service_uris() -> ServiceUris {
    let one = |uri: &str| vec![uri.to_owned()];
    ServiceUris {
        crl: one("http://test.pki.gov.kz/crl/nca_gost2022_test.crl"),
        delta_crl: one("http://test.pki.gov.kz/crl/nca_gost2022_d_test.crl"),
        ocsp: one("http://test.pki.gov.kz/ocsp/"),
        ca_certificate: one("http://test.pki.gov.kz/cert/nca_gost2022_test.cer"),
    }
}

fn issue(template: &CertificateTemplate, key: &PrivateKey, random: &mut SeededRandom) -> Certificate {
    let der = certificate_builder::build_certificate(template, key, random).unwrap();
    Certificate::from_der(&der).unwrap()
}

/// The signed part of a certificate, CRL or basic OCSP response, and the octets of its signature.
pub fn signed_part(der: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let mut outer = Reader::new(der, Rules::Der);
    let mut fields = outer.sequence().unwrap();
    outer.finish().unwrap();
    let part = fields.read().unwrap().raw.to_vec();
    fields.read().unwrap();
    (part, fields.bit_string().unwrap().bytes.to_vec())
}
