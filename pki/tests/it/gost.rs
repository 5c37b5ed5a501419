//! National signatures and digests on real objects: every signature of the test and production CAs that can be checked,
//! and the octet orders that only real objects can tell.

use std::path::{Path, PathBuf};

use qolhat_pki::algorithm::KeyCache;
use qolhat_pki::certificate::Certificate;
use qolhat_pki::digest::DigestAlgorithm;
use qolhat_pki::gost::{Curve, GostPublicKey};

use crate::workshop::{shared, signed_part};

fn certificates_in(folder: &Path) -> Vec<(PathBuf, Certificate)> {
    let mut found = Vec::new();
    for part in ["ca", "ca/prod", "certs"] {
        for entry in std::fs::read_dir(folder.join(part)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "cer") {
                let certificate = Certificate::from_der(&std::fs::read(&path).unwrap())
                    .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                found.push((path, certificate));
            }
        }
    }
    found
}

fn gost_key(certificate: &Certificate) -> Option<&GostPublicKey> {
    certificate.public_key().unwrap().gost()
}

fn digest_of(curve: Curve) -> DigestAlgorithm {
    match curve {
        Curve::Gost2015A512 => DigestAlgorithm::Streebog512,
        Curve::Gost2015A256 => DigestAlgorithm::Streebog256,
        Curve::Gost2004A => DigestAlgorithm::Gost34311,
    }
}

/// Certificates with a GOST issuer among the files: (what is signed, signature, the issuer's key).
fn signed_by_gost(folder: &Path) -> Vec<(PathBuf, Vec<u8>, Vec<u8>, GostPublicKey)> {
    let certificates = certificates_in(folder);
    let mut found = Vec::new();
    for (path, certificate) in &certificates {
        for (_, issuer) in &certificates {
            let named = issuer.subject().raw() == certificate.issuer().raw()
                && certificate.authority_key_id().is_none_or(|id| id.key_id.as_deref() == issuer.subject_key_id());
            if let (true, Some(key)) = (named, gost_key(issuer)) {
                let (part, signature) = signed_part(certificate.der());
                found.push((path.clone(), part, signature, key.clone()));
            }
        }
    }
    found
}

/// Keeps: SIG-04, SIG-10
#[test]
fn every_national_signature_on_a_real_certificate_verifies() {
    let Some(folder) = shared("nca") else { return };
    let mut verified = [0, 0];
    for (path, part, signature, key) in signed_by_gost(&folder) {
        let digest = digest_of(key.curve()).digest(&part);
        assert!(key.verify_prehashed(digest.as_bytes(), &signature), "{}", path.display());
        verified[usize::from(key.curve() == Curve::Gost2004A)] += 1;
    }
    assert!(verified[0] >= 15 && verified[1] >= 4, "2015: {}, 2004: {}", verified[0], verified[1]);
}

#[test]
fn certificates_read_again_and_again_share_one_key_and_its_table() {
    let Some(folder) = shared("nca") else { return };
    let issuer = certificates_in(&folder)
        .into_iter()
        .find(|(_, certificate)| {
            certificate.subject_der() == certificate.issuer_der() && gost_key(certificate).is_some()
        })
        .map(|(_, certificate)| certificate.der().to_vec())
        .expect("a national root");
    let keys = KeyCache::new(8);
    let read = || {
        let certificate = Certificate::from_der(&issuer).unwrap();
        certificate.take_key_from(&keys);
        certificate
    };
    let alone = Certificate::from_der(&issuer).unwrap();
    assert_eq!(read().public_key().unwrap(), alone.public_key().unwrap());
    for _ in 0..6 {
        assert_eq!(read().verify_signed_by(&read()), Ok(()));
    }
    assert!(gost_key(&read()).unwrap().is_prepared());
    assert!(!gost_key(&alone).unwrap().is_prepared());
}

#[test]
fn no_other_order_of_octets_and_no_other_digest_verifies() {
    let Some(folder) = shared("nca") else { return };
    for (path, part, signature, key) in signed_by_gost(&folder) {
        let right = digest_of(key.curve()).digest(&part);
        let reversed = |octets: &[u8]| octets.iter().rev().copied().collect::<Vec<u8>>();
        let (r, s) = signature.split_at(key.curve().coordinate_len());
        let exchanged = [s, r].concat();
        let both_reversed = [reversed(r), reversed(s)].concat();
        for wrong in [&exchanged, &both_reversed, &reversed(&signature)] {
            assert!(!key.verify_prehashed(right.as_bytes(), wrong), "{}", path.display());
        }
        assert!(!key.verify_prehashed(&reversed(right.as_bytes()), &signature));
        for other in DigestAlgorithm::ALL {
            let digest = other.digest(&part);
            assert_eq!(key.verify_prehashed(digest.as_bytes(), &signature), digest == right, "{other}");
        }
    }
}

#[test]
fn a_real_signature_with_any_bit_changed_does_not_verify() {
    let Some(folder) = shared("nca") else { return };
    let all = signed_by_gost(&folder);
    for curve in [Curve::Gost2015A512, Curve::Gost2004A] {
        let (_, part, signature, key) = all.iter().find(|(.., key)| key.curve() == curve).unwrap();
        let digest = digest_of(curve).digest(part);
        for bit in 0..signature.len() * 8 {
            let mut changed = signature.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(!key.verify_prehashed(digest.as_bytes(), &changed), "{curve:?} bit {bit}");
        }
    }
}

#[test]
fn the_signature_on_a_real_crl_verifies_and_on_another_list_does_not() {
    let Some(folder) = shared("nca") else { return };
    let read = |file: &str| std::fs::read(folder.join(file)).unwrap();
    let ca = Certificate::from_der(&read("ca/nca_gost2022_test.cer")).unwrap();
    let (mut part, signature) = signed_part(&read("crl/nca_gost2022_test.2026-08-11.crl"));
    let verifies = |part: &[u8]| {
        let digest = DigestAlgorithm::Streebog512.digest(part);
        gost_key(&ca).unwrap().verify_prehashed(digest.as_bytes(), &signature)
    };
    assert!(verifies(&part));
    let last = part.last_mut().unwrap();
    *last ^= 1;
    assert!(!verifies(&part));
}

/// The vectors of the national CA's own software: nca-rk.md section 1.
#[test]
fn gost_34311_is_that_of_the_national_ca_and_not_of_other_parameters() {
    for (message, expected) in [
        ("", "ce85b99cc46752fffee35cab9a7b0278abb4c2d2055cff685af4912c49490f8d"),
        ("abc", "f3134348c44fb1b2a277729e2285ebb5cb5e0f29c975bc753b70497c06a4d51d"),
    ] {
        let digest = DigestAlgorithm::Gost34311.digest(message.as_bytes());
        assert_eq!(crate::workshop::hex(digest.as_bytes()), expected);
    }
    let cryptopro = "981e5f3ca30c841487830f84fb433e13ac1101569b9c13584ac483234cd656c0";
    assert_ne!(crate::workshop::hex(DigestAlgorithm::Gost34311.digest(b"").as_bytes()), cryptopro);
}
