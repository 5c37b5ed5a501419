//! Public keys and signatures held against OpenSSL: what fits verifies, and nothing that confuses one kind with another.

use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::rsa::{Padding, Rsa};
use openssl::sign::{RsaPssSaltlen, Signer};
use qolhat_pki::algorithm::{AlgorithmIdentifier, EcCurve, KeyError, PublicKey, SignatureAlgorithm, VerifyError};
use qolhat_pki::der::writer::Writer;
use qolhat_pki::digest::DigestAlgorithm;
use qolhat_pki::gost::Curve;
use qolhat_pki::key::PrivateKey;
use qolhat_pki::oid::{self, Oid};

use crate::workshop::SeededRandom;

const MESSAGE: &[u8] = "Қол қойылатын құжат".as_bytes();

fn rsa() -> PKey<Private> {
    PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap()
}

fn ec(curve: Nid) -> PKey<Private> {
    PKey::from_ec_key(EcKey::generate(&EcGroup::from_curve_name(curve).unwrap()).unwrap()).unwrap()
}

fn public(key: &PKey<Private>) -> PublicKey {
    PublicKey::from_spki(&key.public_key_to_der().unwrap()).unwrap()
}

fn gost(curve: Curve) -> (PrivateKey, PublicKey) {
    let key = PrivateKey::generate_gost(curve, &mut SeededRandom::new(5)).unwrap();
    let public = PublicKey::from_spki(&key.spki_der().unwrap()).unwrap();
    (key, public)
}

fn spki(algorithm: Oid, parameters: &[u8], key: &[u8]) -> Vec<u8> {
    Writer::build(|w| {
        w.sequence(|w| {
            w.sequence(|w| {
                w.oid(&algorithm);
                w.raw(parameters);
            });
            w.bit_string(key);
        });
    })
}

fn rsa_spki(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let key = Writer::build(|w| {
        w.sequence(|w| {
            w.integer_content(modulus);
            w.integer_content(exponent);
        });
    });
    spki(oid::RSA_ENCRYPTION, &[5, 0], &key)
}

const SHA_DIGESTS: [DigestAlgorithm; 4] =
    [DigestAlgorithm::Sha1, DigestAlgorithm::Sha256, DigestAlgorithm::Sha384, DigestAlgorithm::Sha512];

fn openssl_digest(digest: DigestAlgorithm) -> MessageDigest {
    MessageDigest::from_name(&digest.to_string().replace('-', "")).unwrap_or_else(|| panic!("{digest}"))
}

/// Keeps: SIG-04
#[test]
fn rsa_signatures_of_openssl_verify_with_every_digest_and_no_other() {
    let key = rsa();
    let public = public(&key);
    assert_eq!((public.key_algorithm_name(), public.bits()), ("RSA", 2048));
    for digest in SHA_DIGESTS {
        let mut signer = Signer::new(openssl_digest(digest), &key).unwrap();
        let signature = signer.sign_oneshot_to_vec(MESSAGE).unwrap();
        for other in SHA_DIGESTS {
            let verified = public.verify_message(SignatureAlgorithm::RsaPkcs1(other), MESSAGE, &signature);
            let expected = if other == digest { Ok(()) } else { Err(VerifyError::BadSignature) };
            assert_eq!(verified, expected, "{digest} as {other}");
        }
        let algorithm = SignatureAlgorithm::RsaPkcs1(digest);
        for wrong in [&signature[1..], &signature[..255], &[signature.as_slice(), &[0]].concat(), &[], &[0; 256]] {
            assert_eq!(public.verify_message(algorithm, MESSAGE, wrong), Err(VerifyError::BadSignature));
        }
        assert_eq!(public.verify_message(algorithm, b"", &signature), Err(VerifyError::BadSignature));
        let pss = SignatureAlgorithm::RsaPss { hash: digest, mgf_hash: digest, salt_len: 20 };
        assert_eq!(public.verify_message(pss, MESSAGE, &signature), Err(VerifyError::BadSignature));
        let ecdsa = SignatureAlgorithm::Ecdsa(digest);
        assert_eq!(public.verify_message(ecdsa, MESSAGE, &signature), Err(VerifyError::AlgorithmMismatch));
    }
    let national = SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Streebog512);
    assert_eq!(public.verify_message(national, MESSAGE, &[0; 256]), Err(VerifyError::Unsupported));
    let gost = public.verify_message(SignatureAlgorithm::Gost2015_512, MESSAGE, &[0; 128]);
    assert_eq!(gost, Err(VerifyError::AlgorithmMismatch));
}

#[test]
fn a_pss_signature_verifies_only_with_its_own_parameters() {
    let key = rsa();
    let public = public(&key);
    let mut signer = Signer::new(MessageDigest::sha256(), &key).unwrap();
    signer.set_rsa_padding(Padding::PKCS1_PSS).unwrap();
    signer.set_rsa_mgf1_md(MessageDigest::sha256()).unwrap();
    signer.set_rsa_pss_saltlen(RsaPssSaltlen::custom(32)).unwrap();
    let signature = signer.sign_oneshot_to_vec(MESSAGE).unwrap();
    let verify = |hash, mgf_hash, salt_len| {
        public.verify_message(SignatureAlgorithm::RsaPss { hash, mgf_hash, salt_len }, MESSAGE, &signature)
    };
    let (sha1, sha256) = (DigestAlgorithm::Sha1, DigestAlgorithm::Sha256);
    assert_eq!(verify(sha256, sha256, 32), Ok(()));
    assert_eq!(verify(sha256, sha256, 31), Err(VerifyError::BadSignature));
    assert_eq!(verify(sha256, sha256, 0), Err(VerifyError::BadSignature));
    assert_eq!(verify(sha256, sha256, u32::MAX), Err(VerifyError::BadSignature));
    assert_eq!(verify(sha256, sha1, 32), Err(VerifyError::BadSignature));
    assert_eq!(verify(sha1, sha256, 32), Err(VerifyError::BadSignature));
    let plain = public.verify_message(SignatureAlgorithm::RsaPkcs1(sha256), MESSAGE, &signature);
    assert_eq!(plain, Err(VerifyError::BadSignature));
}

#[test]
fn ecdsa_signatures_of_openssl_verify_on_every_curve_and_on_no_other() {
    let curves = [
        (Nid::X9_62_PRIME256V1, EcCurve::P256, 256),
        (Nid::SECP384R1, EcCurve::P384, 384),
        (Nid::SECP521R1, EcCurve::P521, 521),
    ];
    for (nid, curve, bits) in curves {
        let (key, stranger) = (ec(nid), public(&ec(nid)));
        let public = public(&key);
        assert_eq!((public.ec_curve(), public.bits()), (Some(curve), bits));
        let mut signer = Signer::new(MessageDigest::sha256(), &key).unwrap();
        let signature = signer.sign_oneshot_to_vec(MESSAGE).unwrap();
        let algorithm = SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha256);
        assert_eq!(public.verify_message(algorithm, MESSAGE, &signature), Ok(()));
        assert_eq!(stranger.verify_message(algorithm, MESSAGE, &signature), Err(VerifyError::BadSignature));
        let trailing = [signature.as_slice(), &[0]].concat();
        let zeros = Writer::build(|w| {
            w.sequence(|w| {
                w.integer(&[0]);
                w.integer(&[0]);
            });
        });
        for wrong in [&signature[1..], &trailing, &zeros, &[]] {
            assert_eq!(public.verify_message(algorithm, MESSAGE, wrong), Err(VerifyError::BadSignature));
        }
        let rsa = public.verify_message(SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha256), MESSAGE, &signature);
        assert_eq!(rsa, Err(VerifyError::AlgorithmMismatch));
    }
}

/// Keeps: SIG-04
#[test]
fn a_national_key_verifies_with_the_algorithm_of_its_curve_only() {
    let kinds = [
        (Curve::Gost2015A512, SignatureAlgorithm::Gost2015_512, "GOST2015-512"),
        (Curve::Gost2015A256, SignatureAlgorithm::Gost2015_256, "GOST2015-256"),
        (Curve::Gost2004A, SignatureAlgorithm::Gost2004, "GOST2004"),
    ];
    for (curve, own, name) in kinds {
        let (key, public) = gost(curve);
        assert_eq!(public.key_algorithm_name(), name);
        let signature = key.sign_message(MESSAGE, &mut SeededRandom::new(6)).unwrap();
        for (_, algorithm, _) in kinds {
            let expected = if algorithm == own { Ok(()) } else { Err(VerifyError::AlgorithmMismatch) };
            assert_eq!(public.verify_message(algorithm, MESSAGE, &signature), expected, "{name}");
        }
        let digest = DigestAlgorithm::Sha256.digest(MESSAGE);
        assert_eq!(public.verify_digest(own, &digest, &signature), Err(VerifyError::AlgorithmMismatch));
    }
}

#[test]
fn the_algorithm_of_a_signer_may_be_named_by_its_key_and_then_must_fit_it() {
    let identifier = |oid: Oid| {
        Writer::build(|w| {
            w.sequence(|w| {
                w.oid(&oid);
                w.null();
            });
        })
    };
    let for_cms = |oid, digest, key: &PublicKey| {
        let raw = identifier(oid);
        SignatureAlgorithm::for_cms(&AlgorithmIdentifier::from_der(&raw).unwrap(), digest, key).ok()
    };
    let (_, new) = gost(Curve::Gost2015A512);
    let (_, old) = gost(Curve::Gost2004A);
    let rsa = public(&rsa());
    let (sha256, sha1) = (DigestAlgorithm::Sha256, DigestAlgorithm::Sha1);
    let (streebog, gost34311) = (DigestAlgorithm::Streebog512, DigestAlgorithm::Gost34311);
    assert_eq!(for_cms(oid::GOST2004_KEY, gost34311, &old), Some(SignatureAlgorithm::Gost2004));
    assert_eq!(for_cms(oid::GOST2015_512_KEY, streebog, &new), Some(SignatureAlgorithm::Gost2015_512));
    assert_eq!(for_cms(oid::RSA_ENCRYPTION, sha1, &rsa), Some(SignatureAlgorithm::RsaPkcs1(sha1)));
    assert_eq!(for_cms(oid::SHA256_WITH_RSA, sha256, &rsa), Some(SignatureAlgorithm::RsaPkcs1(sha256)));
    assert_eq!(for_cms(oid::GOST2004_KEY, gost34311, &new), None, "another key");
    assert_eq!(for_cms(oid::GOST2004_KEY, sha256, &old), None, "another digest");
    assert_eq!(for_cms(oid::RSA_ENCRYPTION, sha256, &old), None, "another key");
    assert_eq!(for_cms(oid::GAMMA_ARC, gost34311, &old), None, "another vendor");
}

#[test]
fn an_rsa_key_outside_the_bounds_is_refused() {
    let real = rsa();
    let modulus = [&[0], real.rsa().unwrap().n().to_vec().as_slice()].concat();
    let f4: &[u8] = &[1, 0, 1];
    assert!(PublicKey::from_spki(&rsa_spki(&modulus, f4)).is_ok());
    assert!(PublicKey::from_spki(&rsa_spki(&modulus, &[3])).is_ok());
    let what = |modulus: &[u8], exponent: &[u8]| match PublicKey::from_spki(&rsa_spki(modulus, exponent)) {
        Err(KeyError::Malformed { what }) => what,
        other => panic!("{other:?}"),
    };
    for exponent in [&[1][..], &[0], &[2], &[0x81], &[0, 0x80, 0, 0, 0, 0, 0, 0, 0, 1]] {
        assert_eq!(what(&modulus, exponent), "RSA exponent", "{exponent:x?}");
    }
    let even = [&modulus[..256], &[2]].concat();
    let negative = &modulus[1..];
    let negative = [&[0x81], &negative[1..]].concat();
    let (small, large) = ([&[0x7f], [0xff; 126].as_slice()].concat(), [&[1], [0xff; 2048].as_slice()].concat());
    for modulus in [&even, &negative, &small, &large] {
        assert_eq!(what(modulus, f4), "RSA modulus");
    }
    assert_eq!(what(&[&[0], modulus.as_slice()].concat(), f4), "encoding", "padded");
    let parameters = spki(oid::RSA_ENCRYPTION, &[0x30, 0], &[]);
    assert_eq!(
        PublicKey::from_spki(&parameters).unwrap_err(),
        KeyError::Malformed { what: "parameters of an RSA key" }
    );
}

#[test]
fn an_ec_key_off_its_curve_or_with_a_curve_of_its_own_is_refused() {
    let p256 = Writer::build(|w| w.oid(&oid::SECP256R1));
    let real = ec(Nid::X9_62_PRIME256V1).public_key_to_der().unwrap();
    let point = real[real.len() - 65..].to_vec();
    assert!(PublicKey::from_spki(&spki(oid::EC_PUBLIC_KEY, &p256, &point)).is_ok());
    let mut off = point.clone();
    off[64] ^= 1;
    let mut hybrid = point.clone();
    hybrid[0] = 6 | (point[64] & 1);
    let origin = [&[4], [0; 64].as_slice()].concat();
    for wrong in [&off, &hybrid, &origin, &vec![0], &Vec::new(), &point[..64].to_vec()] {
        let error = PublicKey::from_spki(&spki(oid::EC_PUBLIC_KEY, &p256, wrong)).unwrap_err();
        assert!(matches!(error, KeyError::Malformed { .. }), "{error}");
    }
    let explicit = PublicKey::from_spki(&spki(oid::EC_PUBLIC_KEY, &[0x30, 0], &point)).unwrap_err();
    assert_eq!(explicit, KeyError::Unsupported { oid: oid::EC_PUBLIC_KEY });
    let other = Oid::parse_dotted("1.3.132.0.1").unwrap(); // a binary curve
    let named = Writer::build(|w| w.oid(&other));
    let error = PublicKey::from_spki(&spki(oid::EC_PUBLIC_KEY, &named, &point)).unwrap_err();
    assert_eq!(error, KeyError::Unsupported { oid: other });
}

#[test]
fn a_national_key_with_other_parameters_or_off_its_curve_is_refused() {
    let parameters = |curve: Oid, digest: Oid| {
        Writer::build(|w| {
            w.sequence(|w| {
                w.oid(&curve);
                w.oid(&digest);
            });
        })
    };
    let real = gost(Curve::Gost2015A512).0.spki_der().unwrap();
    let point = real[real.len() - 131..].to_vec();
    assert_eq!(point[..3], [4, 0x81, 0x80]);
    let own = parameters(oid::GOST2015_512_PARAMETERS_A, oid::STREEBOG512);
    assert_eq!(spki(oid::GOST2015_512_KEY, &own, &point), real);

    let mut off = point.clone();
    off[3] ^= 1;
    let mut origin = vec![0; 131];
    origin[..3].copy_from_slice(&point[..3]);
    let mut large = vec![0xff; 131];
    large[..3].copy_from_slice(&point[..3]);
    let bare = point[3..].to_vec();
    for wrong in [&off, &origin, &large, &bare, &point[..130].to_vec(), &Vec::new()] {
        let error = PublicKey::from_spki(&spki(oid::GOST2015_512_KEY, &own, wrong)).unwrap_err();
        assert!(matches!(error, KeyError::Malformed { .. }), "{error}");
    }
    let russian = Oid::parse_dotted("1.2.643.7.1.2.1.2.2").unwrap();
    for (curve, digest, unknown) in [
        (oid::GOST2015_256_PARAMETERS_A, oid::STREEBOG512, oid::GOST2015_256_PARAMETERS_A),
        (oid::GOST2015_512_PARAMETERS_A, oid::STREEBOG256, oid::STREEBOG256),
        (russian, oid::STREEBOG512, russian),
    ] {
        let spki = spki(oid::GOST2015_512_KEY, &parameters(curve, digest), &point);
        assert_eq!(PublicKey::from_spki(&spki).unwrap_err(), KeyError::Unsupported { oid: unknown });
    }
    // The key of one standard under the name of another, whatever the parameters.
    for other in [oid::GOST2015_256_KEY, oid::GOST2004_KEY] {
        assert!(PublicKey::from_spki(&spki(other, &own, &point)).is_err());
    }
    let gamma = Oid::parse_dotted("1.3.6.1.4.1.6801.1.5.8").unwrap();
    let error = PublicKey::from_spki(&spki(gamma, &own, &point)).unwrap_err();
    assert_eq!(error, KeyError::Unsupported { oid: gamma });
}

#[test]
fn a_public_key_cut_off_or_changed_anywhere_never_panics_and_never_is_the_same() {
    let keys = [
        rsa().public_key_to_der().unwrap(),
        ec(Nid::SECP384R1).public_key_to_der().unwrap(),
        gost(Curve::Gost2015A512).0.spki_der().unwrap(),
        gost(Curve::Gost2004A).0.spki_der().unwrap(),
    ];
    for spki in keys {
        let right = PublicKey::from_spki(&spki).unwrap();
        assert_eq!(right.spki_der(), spki);
        assert!(PublicKey::from_spki(&[spki.as_slice(), &[0]].concat()).is_err());
        for at in 0..spki.len() {
            assert!(PublicKey::from_spki(&spki[..at]).is_err());
            let mut changed = spki.clone();
            changed[at] ^= 0x40;
            if let Ok(key) = PublicKey::from_spki(&changed) {
                assert_ne!(key, right);
            }
        }
    }
}
