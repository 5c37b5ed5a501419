//! Keys and signatures made to be taken for others. Keeps: SIG-04.

use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{EcGroup, EcKey};
use openssl::ecdsa::EcdsaSig;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::rsa::{Padding, Rsa};
use openssl::sign::Signer;
use qolhat_pki::algorithm::{AlgorithmIdentifier, KeyError, PublicKey, SignatureAlgorithm, VerifyError};
use qolhat_pki::certificate::Certificate;
use qolhat_pki::der::writer::Writer;
use qolhat_pki::digest::DigestAlgorithm;
use qolhat_pki::gost::Curve;
use qolhat_pki::issue::fault::signed_anew;
use qolhat_pki::key::PrivateKey;
use qolhat_pki::oid::{self, Oid};
use qolhat_pki::path::{Budget, PathOptions, build_path};
use qolhat_pki::trust::TrustStore;

use crate::validate::now;
use crate::workshop::{Kind, SeededRandom, World};

const MESSAGE: &[u8] = b"message";
const RSA_SHA256: SignatureAlgorithm = SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha256);
const SIZE: usize = 256;

fn cubic() -> (Rsa<Private>, PublicKey) {
    let three = BigNum::from_u32(3).unwrap();
    let key = Rsa::generate_with_e(2048, &three).unwrap();
    let spki = PKey::from_rsa(key.clone()).unwrap().public_key_to_der().unwrap();
    (key, PublicKey::from_spki(&spki).unwrap())
}

/// DigestInfo of SHA-256 over the message; `null` as RFC 8017 writes it.
fn digest_info(null: bool) -> Vec<u8> {
    let digest = DigestAlgorithm::Sha256.digest(MESSAGE);
    Writer::build(|w| {
        w.sequence(|w| {
            w.sequence(|w| {
                w.oid(&oid::SHA256);
                if null {
                    w.null();
                }
            });
            w.octet_string(digest.as_bytes());
        });
    })
}

/// 00 01, padding, 00, the information, what follows it.
fn block(padding: usize, information: &[u8], after: usize) -> Vec<u8> {
    [&[0, 1][..], &vec![0xff; padding], &[0], information, &vec![0; after]].concat()
}

/// The signature whose block is this one.
fn raw(key: &Rsa<Private>, block: &[u8]) -> Vec<u8> {
    let mut signature = vec![0; SIZE];
    assert_eq!(key.private_encrypt(block, &mut signature, Padding::NONE).unwrap(), SIZE);
    signature
}

/// The least number whose cube is not below `block`.
fn cube_root(block: &[u8]) -> Vec<u8> {
    let mut context = BigNumContext::new().unwrap();
    let wanted = BigNum::from_slice(block).unwrap();
    let mut root = BigNum::new().unwrap();
    for bit in (0..=i32::try_from(block.len() * 8 / 3 + 1).unwrap()).rev() {
        root.set_bit(bit).unwrap();
        let (mut square, mut cube) = (BigNum::new().unwrap(), BigNum::new().unwrap());
        square.sqr(&root, &mut context).unwrap();
        cube.checked_mul(&square, &root, &mut context).unwrap();
        if cube > wanted {
            root.clear_bit(bit).unwrap();
        }
    }
    root.add_word(1).unwrap();
    root.to_vec_padded(i32::try_from(SIZE).unwrap()).unwrap()
}

/// Bleichenbacher's forgery of 2006: short padding, the information, and whatever makes the whole a cube. Nobody's key is
/// needed for it. Source: RFC 8017 §8.2.2: the block is made anew and compared, not parsed.
#[test]
fn a_forgery_by_cube_root_under_exponent_three_is_refused() {
    let (key, public) = cubic();
    let information = digest_info(true);
    let start = block(8, &information, 0);
    let forged = cube_root(&block(8, &information, SIZE - start.len()));
    // What is raised to the third power begins as a reader of blocks expects.
    let mut opened = vec![0; SIZE];
    key.public_decrypt(&forged, &mut opened, Padding::NONE).unwrap();
    assert_eq!(opened[..start.len()], start);
    assert_eq!(public.verify_message(RSA_SHA256, MESSAGE, &forged), Err(VerifyError::BadSignature));
    let honest = raw(&key, &block(SIZE - 3 - information.len(), &information, 0));
    assert_eq!(public.verify_message(RSA_SHA256, MESSAGE, &honest), Ok(()), "the exponent itself is allowed");
}

#[test]
fn a_block_with_anything_but_the_padding_and_the_information_is_refused() {
    let (key, public) = cubic();
    let information = digest_info(true);
    let full = SIZE - 3 - information.len();
    let without_null = digest_info(false);
    let long = [&information[..1], &[0x81], &information[1..]].concat();
    let mut of_type_2 = block(full, &information, 0);
    of_type_2[1] = 2;
    let mut holed = block(full, &information, 0);
    holed[9] = 0xfe;
    for (what, wrong) in [
        ("octets after the hash", block(full - 8, &information, 8)),
        ("no NULL", block(SIZE - 3 - without_null.len(), &without_null, 0)),
        ("a long length", block(SIZE - 3 - long.len(), &long, 0)),
        ("type 2", of_type_2),
        ("a hole in the padding", holed),
        ("no information", block(SIZE - 3 - 32, DigestAlgorithm::Sha256.digest(MESSAGE).as_bytes(), 0)),
    ] {
        let verified = public.verify_message(RSA_SHA256, MESSAGE, &raw(&key, &wrong));
        assert_eq!(verified, Err(VerifyError::BadSignature), "{what}");
    }
}

/// With the exponent 1 every block is its own signature: such a key is none.
#[test]
fn a_key_of_exponent_one_is_no_key() {
    let (key, _) = cubic();
    let write = |exponent: u64| {
        Writer::build(|w| {
            w.sequence(|w| {
                w.sequence(|w| {
                    w.oid(&oid::RSA_ENCRYPTION);
                    w.null();
                });
                let numbers = Writer::build(|w| {
                    w.sequence(|w| {
                        w.integer(&key.n().to_vec());
                        w.integer_u64(exponent);
                    });
                });
                w.bit_string(&numbers);
            });
        })
    };
    assert!(PublicKey::from_spki(&write(3)).is_ok());
    let error = PublicKey::from_spki(&write(1)).unwrap_err();
    assert_eq!(error, KeyError::Malformed { what: "RSA exponent" });
}

#[test]
fn a_signature_not_below_the_modulus_is_refused() {
    let (key, public) = cubic();
    let information = digest_info(true);
    let honest = raw(&key, &block(SIZE - 3 - information.len(), &information, 0));
    let number = BigNum::from_slice(&honest).unwrap();
    let mut more = BigNum::new().unwrap();
    more.checked_add(&number, key.n()).unwrap();
    for octets in [more.to_vec(), key.n().to_vec(), vec![0; SIZE], [&[0][..], &honest].concat()] {
        assert_eq!(public.verify_message(RSA_SHA256, MESSAGE, &octets), Err(VerifyError::BadSignature));
    }
}

/// Parameters of RSASSA-PSS that are not those of the signature, or not of the standard.
#[test]
fn pss_parameters_that_lie_are_refused() {
    let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let public = PublicKey::from_spki(&key.public_key_to_der().unwrap()).unwrap();
    let mut signer = Signer::new(MessageDigest::sha256(), &key).unwrap();
    signer.set_rsa_padding(Padding::PKCS1_PSS).unwrap();
    signer.set_rsa_mgf1_md(MessageDigest::sha256()).unwrap();
    signer.set_rsa_pss_saltlen(openssl::sign::RsaPssSaltlen::custom(32)).unwrap();
    let signature = signer.sign_oneshot_to_vec(MESSAGE).unwrap();
    let identifier = |hash: Oid, mask: Oid, mask_hash: Oid, salt: u64, trailer: u64| {
        let of = |oid: Oid| Writer::build(|w| w.sequence(|w| w.oid(&oid)));
        Writer::build(|w| {
            w.sequence(|w| {
                w.oid(&oid::RSASSA_PSS);
                w.sequence(|w| {
                    w.context(0, |w| w.raw(&of(hash)));
                    w.context(1, |w| {
                        w.sequence(|w| {
                            w.oid(&mask);
                            w.raw(&of(mask_hash));
                        });
                    });
                    w.context(2, |w| w.integer_u64(salt));
                    w.context(3, |w| w.integer_u64(trailer));
                });
            });
        })
    };
    let verified = |raw: &[u8]| {
        let identifier = AlgorithmIdentifier::from_der(raw).unwrap();
        match SignatureAlgorithm::from_identifier(&identifier) {
            Ok(algorithm) => public.verify_message(algorithm, MESSAGE, &signature),
            Err(_) => Err(VerifyError::Unsupported),
        }
    };
    let (sha256, sha384, mask) = (oid::SHA256, oid::SHA384, oid::MGF1);
    assert_eq!(verified(&identifier(sha256, mask, sha256, 32, 1)), Ok(()));
    for (what, raw, error) in [
        ("salt", identifier(sha256, mask, sha256, 20, 1), VerifyError::BadSignature),
        ("no salt", identifier(sha256, mask, sha256, 0, 1), VerifyError::BadSignature),
        ("mask digest", identifier(sha256, mask, sha384, 32, 1), VerifyError::BadSignature),
        ("digest", identifier(sha384, mask, sha256, 32, 1), VerifyError::BadSignature),
        ("mask function", identifier(sha256, oid::SHA256, sha256, 32, 1), VerifyError::Unsupported),
        ("trailer", identifier(sha256, mask, sha256, 32, 2), VerifyError::Unsupported),
        ("salt beyond any block", identifier(sha256, mask, sha256, 1 << 40, 1), VerifyError::Unsupported),
    ] {
        assert_eq!(verified(&raw), Err(error), "{what}");
    }
}

#[test]
fn halves_of_an_ecdsa_signature_out_of_range_are_refused() {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let key = EcKey::generate(&group).unwrap();
    let pair = PKey::from_ec_key(key.clone()).unwrap();
    let public = PublicKey::from_spki(&pair.public_key_to_der().unwrap()).unwrap();
    let digest = DigestAlgorithm::Sha256.digest(MESSAGE);
    let honest = EcdsaSig::sign(digest.as_bytes(), &key).unwrap();
    let mut order = BigNum::new().unwrap();
    group.order(&mut order, &mut BigNumContext::new().unwrap()).unwrap();
    let write = |r: &[u8], s: &[u8]| {
        Writer::build(|w| {
            w.sequence(|w| {
                w.integer_content(r);
                w.integer_content(s);
            });
        })
    };
    let positive = |number: &openssl::bn::BigNumRef| [&[0][..], &number.to_vec()].concat();
    let minimal = |number: &openssl::bn::BigNumRef| {
        let octets = number.to_vec();
        if octets[0] >= 0x80 { positive(number) } else { octets }
    };
    let (r, s) = (minimal(honest.r()), minimal(honest.s()));
    let verify =
        |octets: &[u8]| public.verify_digest(SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha256), &digest, octets);
    assert_eq!(verify(&write(&r, &s)), Ok(()));
    let above = |number: &openssl::bn::BigNumRef| {
        let mut sum = BigNum::new().unwrap();
        sum.checked_add(number, &order).unwrap();
        minimal(&sum)
    };
    let order_octets = minimal(&order);
    for (what, wrong) in [
        ("r zero", write(&[0], &s)),
        ("s zero", write(&r, &[0])),
        ("r is the order", write(&order_octets, &s)),
        ("s is the order", write(&r, &order_octets)),
        ("r above the order", write(&above(honest.r()), &s)),
        ("s above the order", write(&r, &above(honest.s()))),
        ("r negative", write(&[0x80 | 0x7f], &s)),
        ("a padded half", write(&[&[0, 0][..], &r].concat(), &s)),
        ("BER", qolhat_pki::issue::fault::with_long_length(&write(&r, &s))),
    ] {
        assert_eq!(verify(&wrong), Err(VerifyError::BadSignature), "{what}");
    }
}

#[test]
fn halves_of_a_national_signature_out_of_range_are_refused() {
    let kinds = [
        (Curve::Gost2015A512, SignatureAlgorithm::Gost2015_512, 64),
        (Curve::Gost2015A256, SignatureAlgorithm::Gost2015_256, 32),
        (Curve::Gost2004A, SignatureAlgorithm::Gost2004, 32),
    ];
    for (curve, algorithm, half) in kinds {
        let key = PrivateKey::generate_gost(curve, &mut SeededRandom::new(1)).unwrap();
        let public = PublicKey::from_spki(&key.spki_der().unwrap()).unwrap();
        let honest = key.sign_message(MESSAGE, &mut SeededRandom::new(2)).unwrap();
        assert_eq!(honest.len(), 2 * half);
        assert_eq!(public.verify_message(algorithm, MESSAGE, &honest), Ok(()));
        let (r, s) = honest.split_at(half);
        let (zero, ones) = (vec![0; half], vec![0xff; half]);
        for wrong in [
            [&zero, s].concat(),
            [r, &zero].concat(),
            [&zero[..], &zero].concat(),
            [&ones, s].concat(),
            [r, &ones].concat(),
            [s, r].concat(),
            honest.iter().rev().copied().collect(),
            [&honest[..], &[0]].concat(),
            honest[1..].to_vec(),
            Vec::new(),
        ] {
            let verified = public.verify_message(algorithm, MESSAGE, &wrong);
            assert_eq!(verified, Err(VerifyError::BadSignature), "{algorithm:?}");
        }
    }
}

/// SubjectPublicKeyInfo of this algorithm and these parameters around the key of another one.
fn dressed_as(algorithm: Oid, parameters: &[Oid], of: Curve) -> Vec<u8> {
    let spki = PrivateKey::generate_gost(of, &mut SeededRandom::new(1)).unwrap().spki_der().unwrap();
    let mut fields = qolhat_pki::der::Reader::new(&spki, qolhat_pki::der::Rules::Der).sequence().unwrap();
    fields.read().unwrap();
    let bits = fields.read().unwrap().raw.to_vec();
    Writer::build(|w| {
        w.sequence(|w| {
            w.sequence(|w| {
                w.oid(&algorithm);
                w.sequence(|w| parameters.iter().for_each(|parameter| w.oid(parameter)));
            });
            w.raw(&bits);
        });
    })
}

/// A key of one standard under the name of another, or on another curve than its own.
#[test]
fn a_national_key_under_the_name_of_another_standard_or_curve_is_no_key() {
    let of_2001 = Oid::known("1.2.643.2.2.19");
    let own = [oid::GOST2015_512_PARAMETERS_A, oid::STREEBOG512];
    let own_256 = [oid::GOST2015_256_PARAMETERS_A, oid::STREEBOG256];
    let own_2004 = [oid::GOST2004_PARAMETERS_A, oid::GOST2004_DIGEST_PARAMETERS];
    let read = |spki: Vec<u8>| PublicKey::from_spki(&spki).map(|_| ());
    assert_eq!(read(dressed_as(oid::GOST2015_512_KEY, &own, Curve::Gost2015A512)), Ok(()));
    for (what, spki) in [
        ("2001 with a key of 2015", dressed_as(of_2001, &own, Curve::Gost2015A512)),
        ("2001 with a key of 256 bits", dressed_as(of_2001, &own_256, Curve::Gost2015A256)),
        ("2004 with a key of 2015", dressed_as(oid::GOST2004_KEY, &own_2004, Curve::Gost2015A256)),
        ("2015 with a key of 2004", dressed_as(oid::GOST2015_256_KEY, &own_256, Curve::Gost2004A)),
        ("512 with parameters of 256", dressed_as(oid::GOST2015_512_KEY, &own_256, Curve::Gost2015A512)),
        ("256 with a digest of 512", dressed_as(oid::GOST2015_256_KEY, &[own_256[0], own[1]], Curve::Gost2015A256)),
        ("512 with a key of 256", dressed_as(oid::GOST2015_512_KEY, &own, Curve::Gost2015A256)),
        ("256 with a key of 512", dressed_as(oid::GOST2015_256_KEY, &own_256, Curve::Gost2015A512)),
        ("curve of a stranger", dressed_as(oid::GOST2015_512_KEY, &[of_2001, own[1]], Curve::Gost2015A512)),
        ("no parameters", dressed_as(oid::GOST2015_512_KEY, &[], Curve::Gost2015A512)),
    ] {
        assert!(read(spki).is_err(), "{what}");
    }
}

#[test]
fn a_digest_of_another_size_is_not_verified_with_a_key() {
    let key = PrivateKey::generate_gost(Curve::Gost2015A256, &mut SeededRandom::new(1)).unwrap();
    let public = PublicKey::from_spki(&key.spki_der().unwrap()).unwrap();
    let signature = key.sign_message(MESSAGE, &mut SeededRandom::new(2)).unwrap();
    let long = DigestAlgorithm::Streebog512.digest(MESSAGE);
    for algorithm in [SignatureAlgorithm::Gost2015_256, SignatureAlgorithm::Gost2015_512] {
        let verified = public.verify_digest(algorithm, &long, &signature);
        assert_eq!(verified, Err(VerifyError::AlgorithmMismatch), "{algorithm:?}");
    }
}

/// A certificate whose key parameters were replaced leads nowhere, though its own signature holds.
#[test]
fn a_ca_whose_curve_parameters_were_replaced_verifies_nothing() {
    let world = World::new(Kind::Gost2015);
    let replaced = signed_anew(
        world.ca.certificate.der(),
        |fields| {
            const KEY: usize = 6;
            let russian = [Oid::known("1.2.643.7.1.2.1.2.2"), oid::STREEBOG512];
            let spki = fields[KEY].clone();
            let mut inside = qolhat_pki::der::Reader::new(&spki, qolhat_pki::der::Rules::Der).sequence().unwrap();
            inside.read().unwrap();
            let bits = inside.read().unwrap().raw;
            fields[KEY] = Writer::build(|w| {
                w.sequence(|w| {
                    w.sequence(|w| {
                        w.oid(&oid::GOST2015_512_KEY);
                        w.sequence(|w| russian.iter().for_each(|parameter| w.oid(parameter)));
                    });
                    w.raw(bits);
                });
            });
        },
        &world.root.key,
        &mut SeededRandom::new(3),
    );
    let ca = Certificate::from_der(&replaced.unwrap()).unwrap();
    assert!(ca.verify_signed_by(&world.root.certificate).is_ok());
    let trust = TrustStore::from_certificates([world.root.certificate.clone()]);
    let (options, mut budget) = (PathOptions::default(), Budget::default());
    let found = build_path(&world.signer.certificate, &trust, &[ca], now(), &options, &mut budget);
    assert_eq!(found.map(|_| ()).map_err(|error| error.code()), Err("unsupported-algorithm"));
}
