//! Certificates, lists, keys, key stores and what they are made of.

use qolhat_pki::algorithm::{KeyCache, PublicKey, RawAlgorithm};
use qolhat_pki::certificate::Certificate;
use qolhat_pki::crl::CertificateList;
use qolhat_pki::der::{DEPTH_MAX, Reader, Rules, in_der};
use qolhat_pki::name::Name;
use qolhat_pki::nca::SubjectFacts;
use qolhat_pki::oid::Oid;
use qolhat_pki::path::{Budget, PathOptions, build_path, names_match};
use qolhat_pki::policy::RevocationPolicy;
use qolhat_pki::time::Moment;
use qolhat_pki::trust::TrustStore;
use qolhat_pki::validate::{Evidence, validate_path};

use super::{Claim, Known, claim, known, says_only_what_is_known};
use crate::fixture::{CONTENT, FIXTURE};
use crate::seeds;

static CERTIFICATES: Known = Known::new(|| known(paths_of, seeds::certificate()));
static LISTS: Known = Known::new(|| known(lists, seeds::crl()));
static STORES: Known = Known::new(|| known(stores, seeds::pkcs12()));

fn paths_of(data: &[u8]) -> Vec<Claim> {
    let Ok(certificate) = Certificate::from_der(data) else { return Vec::new() };
    let mut claims = Vec::new();
    for (anchors, at) in [(&FIXTURE.anchors, FIXTURE.now), (&FIXTURE.real_anchors, FIXTURE.real_now)] {
        let (more, options) = (&FIXTURE.evidence.certificates, PathOptions::default());
        if build_path(&certificate, anchors, more, at, &options, &mut Budget::default()).is_ok() {
            claims.push(claim(&[certificate.tbs()]));
        }
    }
    claims
}

/// A certificate: every fact of it, and the path above it.
pub fn certificate(data: &[u8]) {
    let Ok(certificate) = Certificate::from_der(data) else { return };
    assert_eq!(certificate.der(), data);
    let _ = (certificate.subject().to_string(), certificate.issuer().to_string(), certificate.serial_hex());
    let _ = (certificate.subject_facts(), certificate.roles(), certificate.purpose(), certificate.signer_kind());
    let _ = (certificate.key_storage(), certificate.is_self_issued(), certificate.is_ca());
    let _ = certificate.public_key().map(|key| (key.key_algorithm_name(), key.bits()));
    let _ = certificate.verify_signed_by(&certificate);
    let _ = certificate.verify_signed_by(&FIXTURE.world.ca.certificate);
    says_only_what_is_known(paths_of(data), &CERTIFICATES);
}

fn lists(data: &[u8]) -> Vec<Claim> {
    let Ok(list) = CertificateList::from_der(data) else { return Vec::new() };
    let evidence = Evidence { crls: vec![list.clone()], ..Evidence::default() };
    let stands = stands(&evidence);
    if stands { vec![claim(&[list.tbs()])] } else { Vec::new() }
}

/// A revocation list: its entries, and what it says of the signer.
pub fn crl(data: &[u8]) {
    let Ok(list) = CertificateList::from_der(data) else { return };
    let entries = list.entries().count();
    assert!(entries <= data.len());
    let world = &FIXTURE.world;
    for holder in [&world.signer, &world.responder] {
        let _ = list.find(holder.certificate.serial());
        let _ = list.find_issued_by(&holder.certificate.issuer(), holder.certificate.serial());
    }
    let _ = (list.is_base_of(&list), list.crl_number(), list.issuer().to_string());
    says_only_what_is_known(lists(data), &LISTS);
}

fn stores(data: &[u8]) -> Vec<Claim> {
    let opened = ["Qwerty12", "Aa123456"].map(|password| qolhat_pki::pkcs12::open(data, password));
    opened.into_iter().flatten().map(|store| claim(&[store.certificate.der()])).collect()
}

/// A key store, under the passwords of the seeds.
pub fn pkcs12(data: &[u8]) {
    says_only_what_is_known(stores(data), &STORES);
}

/// Objects in their wrappings.
pub fn armor(data: &[u8]) {
    let objects = qolhat_pki::armor::decode_any(data);
    assert!(objects.iter().all(|object| !object.is_empty()));
    assert!(objects.iter().map(Vec::len).sum::<usize>() <= data.len());
}

/// Everything the reader can do at each element, by both sets of rules.
pub fn der(data: &[u8]) {
    for rules in [Rules::Der, Rules::Ber] {
        walk(Reader::new(data, rules), 0);
    }
    if let Some(encoded) = in_der(data) {
        assert_eq!(in_der(&encoded).as_ref(), Some(&encoded), "DER of DER is itself");
    }
}

fn walk(mut reader: Reader<'_>, depth: u8) {
    assert!(depth <= DEPTH_MAX, "deeper than the reader allows");
    while !reader.is_empty() {
        let _ = (reader.clone().oid(), reader.clone().integer_bytes(), reader.clone().small_uint());
        let _ = (reader.clone().enumerated(), reader.clone().boolean(), reader.clone().null());
        let _ = reader.clone().bit_string().map(|bits| bits.bit(bits.bytes.len() * 8));
        let _ = reader.clone().octet_string();
        let Ok(element) = reader.read() else { return };
        let times = [Moment::from_der(&element), Moment::from_certificate_time(&element)];
        for moment in times.into_iter().flatten() {
            let _ = moment.to_string();
        }
        if let Ok(inner) = reader.nested(&element) {
            walk(inner, depth + 1);
        }
    }
}

/// Names, object identifiers, times and names of algorithms, as octets and as text.
pub fn name(data: &[u8]) {
    if let Ok(name) = Name::from_der(data) {
        let _ = (
            name.to_string(),
            name.common_name(),
            name.attributes().filter(|one| one.text().is_ok() && one.short_name().is_some()).count(),
        );
        // An empty one is the same as none.
        assert_eq!(names_match(&name, &name), !name.is_empty(), "a name is itself");
        let signer = FIXTURE.world.signer.certificate.subject();
        assert_eq!(names_match(&name, &signer), names_match(&signer, &name), "whoever is asked first");
        let _ = SubjectFacts::of(&name);
    }
    if let Some(oid) = Oid::from_content(data) {
        assert_eq!(oid.content(), data);
        let text = oid.to_string();
        assert_eq!(Oid::parse_dotted(&text), Some(oid), "{text}");
    }
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Some(oid) = Oid::parse_dotted(text) {
        assert_eq!(Oid::from_content(oid.content()), Some(oid));
    }
    if let Ok(moment) = Moment::parse_rfc3339(text) {
        let written = moment.to_string();
        assert_eq!(Moment::parse_rfc3339(&written), Ok(moment), "{written}");
    }
    let _ = RawAlgorithm::from_name(text);
}

const ALGORITHMS: [&str; 12] = [
    "ecdsa-sha256",
    "ecdsa-sha384",
    "ed25519",
    "rsa-pkcs1-sha256",
    "rsa-pss-sha256-mgf1-sha256-32",
    "ecdsa-p1363-sha256",
    "gost3410-2015-512",
    "gost3410-2015-256",
    "gost34310-2004",
    "rsa-pkcs1-sha1",
    "rsa-pss-sha512-mgf1-sha1-20",
    "ecdsa-p1363-sha512",
];

/// A key by itself; then a number, two octets of length, a key, and a signature by it under every algorithm in turn.
pub fn keys(data: &[u8]) {
    if let Ok(key) = PublicKey::from_spki(data) {
        let _ = (key.key_algorithm_name(), key.bits(), key.algorithm_oid(), key.ec_curve());
        assert_eq!(key.spki_der(), data);
    }
    let [number, high, low, rest @ ..] = data else { return };
    let length = usize::from(u16::from_be_bytes([*high, *low])).min(rest.len());
    let (spki, signature) = rest.split_at(length);
    let key = KeyCache::new(2).key(spki);
    for turn in 0..3 {
        let name = ALGORITHMS[(usize::from(*number) + turn * 4) % ALGORITHMS.len()];
        if let Some(algorithm) = RawAlgorithm::from_name(name) {
            let once = algorithm.verify(&key, CONTENT, signature);
            assert_eq!(once, algorithm.verify(&key, CONTENT, signature), "the same answer to the same question");
        }
    }
}

/// The evidence alone decides whether the signer stands under the issuing authority.
pub(super) fn stands(evidence: &Evidence) -> bool {
    let world = &FIXTURE.world;
    let anchors = TrustStore::from_certificates([world.ca.certificate.clone()]);
    let (policy, options) = (RevocationPolicy::default(), PathOptions::default());
    let target = &world.signer.certificate;
    validate_path(target, &anchors, &[], evidence, &policy, &options, FIXTURE.now, &mut Budget::default()).is_ok()
}
