//! Signatures with nothing around them, held against the vectors of project Wycheproof and our own hostile ones.

use qolhat_pki::algorithm::{EcCurve, KeyError, PublicKey, RawAlgorithm, RawOutcome};
use qolhat_pki::der::writer::Writer;
use qolhat_pki::oid;
use wycheproof::{HashFunction, TestResult, ecdsa, eddsa, rsa_pkcs1_verify, rsa_pss_verify};

/// The name of the command line; nothing for a digest that no algorithm here signs.
fn hash_name(hash: HashFunction) -> Option<&'static str> {
    match hash {
        HashFunction::Sha1 => Some("sha1"),
        HashFunction::Sha2_224 => Some("sha224"),
        HashFunction::Sha2_256 => Some("sha256"),
        HashFunction::Sha2_384 => Some("sha384"),
        HashFunction::Sha2_512 => Some("sha512"),
        HashFunction::Sha2_512_224 => Some("sha512-224"),
        HashFunction::Sha2_512_256 => Some("sha512-256"),
        HashFunction::Sha3_224
        | HashFunction::Sha3_256
        | HashFunction::Sha3_384
        | HashFunction::Sha3_512
        | HashFunction::Shake128
        | HashFunction::Shake256 => None,
    }
}

/// What was asked, answered and expected.
#[derive(Default, Debug)]
struct Tally {
    valid: usize,
    invalid: usize,
    unsupported: usize,
}

impl Tally {
    fn ask(&mut self, name: &str, key: &Result<PublicKey, KeyError>, case: Case<'_>) {
        let Case { what, message, signature, expected, is_known } = case;
        let found = RawAlgorithm::from_name(name)
            .map_or(RawOutcome::Unsupported, |algorithm| algorithm.verify(key, message, signature));
        assert_eq!(found == RawOutcome::Unsupported, !is_known, "{what}: {name}: {found:?}");
        let fits = match (found, expected) {
            (RawOutcome::Unsupported, _) | (_, TestResult::Acceptable) => true,
            (RawOutcome::Valid, expected) => expected == TestResult::Valid,
            (RawOutcome::Invalid, expected) => expected == TestResult::Invalid,
        };
        assert!(fits, "{what}: {name}: {found:?} instead of {expected:?}");
        match found {
            RawOutcome::Valid => self.valid += 1,
            RawOutcome::Invalid => self.invalid += 1,
            RawOutcome::Unsupported => self.unsupported += 1,
        }
    }
}

struct Case<'a> {
    what: String,
    message: &'a [u8],
    signature: &'a [u8],
    expected: TestResult,
    is_known: bool,
}

/// Keeps: SIG-04
#[test]
fn every_ecdsa_vector_gets_its_stated_answer() {
    let mut tally = Tally::default();
    for name in ecdsa::TestName::all() {
        // Bitcoin's own rule, that s be in the lower half, is no rule of ECDSA.
        if name == ecdsa::TestName::EcdsaSecp256k1Sha256Bitcoin {
            continue;
        }
        let set = ecdsa::TestSet::load(name).unwrap();
        for group in &set.test_groups {
            let form = if group.test_type == ecdsa::TestGroupTypeId::EcdsaP1363 { "ecdsa-p1363-" } else { "ecdsa-" };
            let hash = hash_name(group.hash);
            let algorithm = format!("{form}{}", hash.unwrap_or("sha3-256"));
            let key = PublicKey::from_spki(&group.der);
            for test in &group.tests {
                let what = format!("{name:?} {} {}", test.tc_id, test.comment);
                let (message, signature, expected) = (&test.msg[..], &test.sig[..], test.result);
                tally.ask(&algorithm, &key, Case { what, message, signature, expected, is_known: hash.is_some() });
            }
        }
    }
    assert!(tally.valid > 5_000 && tally.invalid > 7_000, "{tally:?}");
}

/// Keeps: SIG-04
#[test]
fn every_rsa_vector_gets_its_stated_answer() {
    let mut tally = Tally::default();
    for name in rsa_pkcs1_verify::TestName::all() {
        let set = rsa_pkcs1_verify::TestSet::load(name).unwrap();
        for group in &set.test_groups {
            let hash = hash_name(group.hash);
            let algorithm = format!("rsa-pkcs1-{}", hash.unwrap_or("sha3-256"));
            let key = PublicKey::from_spki(&group.der);
            for test in &group.tests {
                let what = format!("{name:?} {} {}", test.tc_id, test.comment);
                let (message, signature, expected) = (&test.msg[..], &test.sig[..], test.result);
                let case = Case { what, message, signature, expected, is_known: hash.is_some() };
                if test.flags.contains(&rsa_pkcs1_verify::TestFlag::MissingNull) && hash.is_some() {
                    // "Acceptable": a block without the NULL is not what re-encoding gives, and is refused.
                    let algorithm = RawAlgorithm::from_name(&algorithm).unwrap();
                    assert_eq!(algorithm.verify(&key, message, signature), RawOutcome::Invalid);
                }
                tally.ask(&algorithm, &key, case);
            }
        }
    }
    assert!(tally.valid > 100 && tally.invalid > 2_000, "{tally:?}");
}

/// Some keys are bound to their padding, as RFC 4055 has it, others are plain. Keeps: SIG-04
#[test]
fn every_pss_vector_gets_its_stated_answer() {
    let mut tally = Tally::default();
    for name in rsa_pss_verify::TestName::all() {
        let set = rsa_pss_verify::TestSet::load(name).unwrap();
        for group in &set.test_groups {
            let hashes = hash_name(group.hash).zip(group.mgf_hash.and_then(hash_name));
            let (hash, mgf_hash) = hashes.unwrap_or(("sha3-256", "sha3-256"));
            let algorithm = format!("rsa-pss-{hash}-mgf1-{mgf_hash}-{}", group.salt_size);
            let key = PublicKey::from_spki(&group.der);
            for test in &group.tests {
                let what = format!("{name:?} {} {}", test.tc_id, test.comment);
                let (message, signature, expected) = (&test.msg[..], &test.sig[..], test.result);
                tally.ask(&algorithm, &key, Case { what, message, signature, expected, is_known: hashes.is_some() });
            }
        }
    }
    assert!(tally.valid > 1_500 && tally.invalid > 800, "{tally:?}");
}

/// Keeps: SIG-04
#[test]
fn every_ed25519_vector_gets_its_stated_answer_and_ed448_is_unsupported() {
    for (name, is_known) in [(eddsa::TestName::Ed25519, true), (eddsa::TestName::Ed448, false)] {
        let mut tally = Tally::default();
        let set = eddsa::TestSet::load(name).unwrap();
        for group in &set.test_groups {
            let key = PublicKey::from_spki(&group.der);
            for test in &group.tests {
                let what = format!("{name:?} {} {}", test.tc_id, test.comment);
                let (message, signature, expected) = (&test.msg[..], &test.sig[..], test.result);
                tally.ask("ed25519", &key, Case { what, message, signature, expected, is_known });
            }
        }
        assert!(!is_known || (tally.valid > 70 && tally.invalid > 50), "{tally:?}");
    }
}

#[test]
fn a_vector_of_one_algorithm_is_valid_under_no_other() {
    let names = [
        "rsa-pkcs1-sha256",
        "rsa-pkcs1-sha512",
        "rsa-pss-sha256-mgf1-sha256-32",
        "rsa-pss-sha256-mgf1-sha256-0",
        "ecdsa-sha256",
        "ecdsa-p1363-sha256",
        "ecdsa-sha512",
        "ed25519",
        "gost3410-2015-512",
        "gost3410-2015-256",
        "gost34310-2004",
    ];
    let set = ecdsa::TestSet::load(ecdsa::TestName::EcdsaSecp256r1Sha256).unwrap();
    let group = &set.test_groups[0];
    let ec = (PublicKey::from_spki(&group.der), "ecdsa-sha256");
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap();
    let ed = (PublicKey::from_spki(&set.test_groups[0].der), "ed25519");
    let own = [(ec, &group.tests[0].msg[..], &group.tests[0].sig[..]), {
        let test = &set.test_groups[0].tests[0];
        (ed, &test.msg[..], &test.sig[..])
    }];
    for ((key, of), message, signature) in &own {
        for name in names {
            let found = RawAlgorithm::from_name(name).unwrap().verify(key, message, signature);
            let expected = if name == *of { RawOutcome::Valid } else { RawOutcome::Invalid };
            assert_eq!(found, expected, "{of} as {name}");
        }
    }
}

#[test]
fn names_of_algorithms_are_exact() {
    for name in [
        "",
        "rsa",
        "rsa-pkcs1",
        "rsa-pkcs1-",
        "rsa-pkcs1-md5",
        "rsa-pkcs1-sha3-256",
        "rsa-pkcs1-streebog512",
        "RSA-PKCS1-SHA256",
        "rsa-pss-sha256",
        "rsa-pss-sha256-mgf1-sha256",
        "rsa-pss-sha256-mgf1-sha256-",
        "rsa-pss-sha256-mgf1-sha256-+32",
        "rsa-pss-sha256-mgf1-sha256-513",
        "rsa-pss-sha256-mgf1-sha256-99999999999",
        "rsa-pss-sha256-mgf1-md5-32",
        "ecdsa",
        "ecdsa-",
        "ecdsa-p1363-",
        "ecdsa-gost34311-95",
        "ecdsa-shake128",
        "ed448",
        "ed25519ph",
        "gost3410-2012-512",
        " ed25519",
    ] {
        assert_eq!(RawAlgorithm::from_name(name), None, "{name}");
    }
    for name in ["rsa-pss-sha512-256-mgf1-sha512-224-28", "rsa-pkcs1-sha512-256", "ecdsa-p1363-sha512-224"] {
        assert!(RawAlgorithm::from_name(name).is_some(), "{name}");
    }
}

fn spki(algorithm: oid::Oid, parameters: &[u8], key: &[u8]) -> Vec<u8> {
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

/// With a point of small order as the key, R = S·B is a signature of every message.
#[test]
fn an_ed25519_key_with_which_anybody_could_sign_is_no_key() {
    let read = |point: &[u8]| PublicKey::from_spki(&spki(oid::ED25519, &[], point));
    let mut identity = [0; 32];
    identity[0] = 1;
    let mut sign_of_identity = identity;
    sign_of_identity[31] = 0x80;
    // p + 1, another writing of 1; p itself; and the greatest number.
    let (mut other_writing, mut field, greatest) = ([0xff; 32], [0xff; 32], [0xff; 32]);
    (other_writing[0], other_writing[31], field[0], field[31]) = (0xee, 0x7f, 0xed, 0x7f);
    let mut minus_one = field;
    minus_one[0] = 0xec;
    for point in [identity, sign_of_identity, [0; 32], other_writing, field, greatest, minus_one] {
        assert!(matches!(read(&point), Err(KeyError::Malformed { .. })), "{point:02x?}");
    }
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap();
    let good = &set.test_groups[0].der;
    let point = &good[good.len() - 32..];
    let key = read(point).unwrap();
    assert_eq!((key.key_algorithm_name(), key.bits(), key.algorithm_oid()), ("Ed25519", 256, oid::ED25519));
    assert!(read(&point[1..]).is_err() && read(&[point, &[0]].concat()).is_err());
    assert!(PublicKey::from_spki(&spki(oid::ED25519, &[5, 0], point)).is_err(), "NULL is a parameter");
}

#[test]
fn every_named_curve_is_read_and_a_point_off_it_is_not() {
    use openssl::ec::{EcGroup, EcKey};
    use openssl::nid::Nid;
    use openssl::pkey::PKey;
    let nids = [
        Nid::X9_62_PRIME256V1,
        Nid::SECP384R1,
        Nid::SECP521R1,
        Nid::SECP224R1,
        Nid::X9_62_PRIME192V1,
        Nid::SECP160K1,
        Nid::SECP160R1,
        Nid::SECP160R2,
        Nid::SECP192K1,
        Nid::SECP224K1,
        Nid::SECP256K1,
        Nid::BRAINPOOL_P192R1,
        Nid::BRAINPOOL_P192T1,
        Nid::BRAINPOOL_P224R1,
        Nid::BRAINPOOL_P224T1,
        Nid::BRAINPOOL_P256R1,
        Nid::BRAINPOOL_P256T1,
        Nid::BRAINPOOL_P320R1,
        Nid::BRAINPOOL_P320T1,
        Nid::BRAINPOOL_P384R1,
        Nid::BRAINPOOL_P384T1,
        Nid::BRAINPOOL_P512R1,
        Nid::BRAINPOOL_P512T1,
    ];
    assert_eq!(nids.len(), EcCurve::ALL.len());
    for (nid, curve) in nids.into_iter().zip(EcCurve::ALL) {
        let group = EcGroup::from_curve_name(nid).unwrap();
        let mut context = openssl::bn::BigNumContext::new().unwrap();
        let (mut order, mut cofactor) = (openssl::bn::BigNum::new().unwrap(), openssl::bn::BigNum::new().unwrap());
        group.order(&mut order, &mut context).unwrap();
        group.cofactor(&mut cofactor, &mut context).unwrap();
        assert!(cofactor == openssl::bn::BigNum::from_u32(1).unwrap() && order.is_bit_set(0), "{curve:?}");
        let der = PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap().public_key_to_der().unwrap();
        let key = PublicKey::from_spki(&der).unwrap();
        assert_eq!((key.ec_curve(), key.bits(), group.degree()), (Some(*curve), curve.bits(), curve.bits()));
        let mut off = der.clone();
        *off.last_mut().unwrap() ^= 1;
        assert!(matches!(PublicKey::from_spki(&off), Err(KeyError::Malformed { .. })), "{curve:?}");
    }
}

#[test]
fn a_key_bound_to_its_padding_verifies_nothing_else() {
    use openssl::hash::MessageDigest;
    use openssl::pkey::PKey;
    use openssl::rsa::{Padding, Rsa};
    use openssl::sign::{RsaPssSaltlen, Signer};
    let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let plain = key.public_key_to_der().unwrap();
    let inner = key.rsa().unwrap().public_key_to_der_pkcs1().unwrap();
    let sha256 = Writer::build(|w| {
        w.sequence(|w| {
            w.oid(&oid::SHA256);
            w.null();
        });
    });
    let parameters = |salt: u64| {
        Writer::build(|w| {
            w.sequence(|w| {
                w.context(0, |w| w.raw(&sha256));
                w.context(1, |w| {
                    w.sequence(|w| {
                        w.oid(&oid::MGF1);
                        w.raw(&sha256);
                    });
                });
                w.context(2, |w| w.integer_u64(salt));
            });
        })
    };
    let sign = |padding, salt| {
        let mut signer = Signer::new(MessageDigest::sha256(), &key).unwrap();
        signer.set_rsa_padding(padding).unwrap();
        if padding == Padding::PKCS1_PSS {
            signer.set_rsa_pss_saltlen(RsaPssSaltlen::custom(salt)).unwrap();
        }
        signer.sign_oneshot_to_vec(b"message").unwrap()
    };
    let ask = |spki: &[u8], name: &str, signature: &[u8]| {
        RawAlgorithm::from_name(name).unwrap().verify(&PublicKey::from_spki(spki), b"message", signature)
    };
    let bound = spki(oid::RSASSA_PSS, &parameters(32), &inner);
    let free = spki(oid::RSASSA_PSS, &[], &inner);
    assert_eq!(PublicKey::from_spki(&bound).unwrap().key_algorithm_name(), "RSA");
    let (pss32, pss20, pkcs1) = (sign(Padding::PKCS1_PSS, 32), sign(Padding::PKCS1_PSS, 20), sign(Padding::PKCS1, 0));
    for (spki, name, signature, expected) in [
        (&bound, "rsa-pss-sha256-mgf1-sha256-32", &pss32, RawOutcome::Valid),
        (&bound, "rsa-pss-sha256-mgf1-sha256-20", &pss20, RawOutcome::Invalid),
        (&free, "rsa-pss-sha256-mgf1-sha256-20", &pss20, RawOutcome::Valid),
        (&plain, "rsa-pss-sha256-mgf1-sha256-20", &pss20, RawOutcome::Valid),
        (&bound, "rsa-pkcs1-sha256", &pkcs1, RawOutcome::Invalid),
        (&free, "rsa-pkcs1-sha256", &pkcs1, RawOutcome::Invalid),
        (&plain, "rsa-pkcs1-sha256", &pkcs1, RawOutcome::Valid),
    ] {
        assert_eq!(ask(spki, name, signature), expected, "{name}");
    }
    let broken = spki(oid::RSASSA_PSS, &[5, 0], &inner);
    assert_eq!(ask(&broken, "rsa-pss-sha256-mgf1-sha256-32", &pss32), RawOutcome::Unsupported);
}

/// r ‖ s, each little-endian: no other order, no number of another width, and none past the order of the curve.
#[test]
fn a_national_signature_is_valid_in_its_own_form_only() {
    use crate::workshop::SeededRandom;
    use qolhat_pki::gost::Curve;
    use qolhat_pki::key::PrivateKey;
    for (curve, name, width) in [
        (Curve::Gost2015A512, "gost3410-2015-512", 64),
        (Curve::Gost2015A256, "gost3410-2015-256", 32),
        (Curve::Gost2004A, "gost34310-2004", 32),
    ] {
        let mut random = SeededRandom::new(11);
        let private = PrivateKey::generate_gost(curve, &mut random).unwrap();
        let key = PublicKey::from_spki(&private.spki_der().unwrap());
        let algorithm = RawAlgorithm::from_name(name).unwrap();
        let good = private.sign_message(b"message", &mut random).unwrap();
        let ask = |signature: &[u8]| algorithm.verify(&key, b"message", signature);
        assert_eq!((ask(&good), good.len()), (RawOutcome::Valid, 2 * width), "{name}");
        assert_eq!(algorithm.verify(&key, b"massage", &good), RawOutcome::Invalid);
        let (r, s) = good.split_at(width);
        let backwards: Vec<u8> = good.iter().rev().copied().collect();
        let zeros = vec![0; width];
        let padded = [r, &[0], s, &[0]].concat();
        for wrong in [
            [s, r].concat(),
            backwards,
            [r, &zeros].concat(),
            [&zeros, s].concat(),
            [r, &vec![0xff; width]].concat(),
            padded,
            good[1..].to_vec(),
            [&good[..], &[0]].concat(),
            Vec::new(),
        ] {
            assert_eq!(ask(&wrong), RawOutcome::Invalid, "{name}");
        }
        for bit in (0..good.len() * 8).step_by(7) {
            let mut changed = good.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(ask(&changed), RawOutcome::Invalid, "{name} bit {bit}");
        }
    }
}
