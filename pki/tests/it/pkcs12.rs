//! Key stores: the real ones of the test CA, and what is wrong with wrong ones.

use qolhat_pki::certificate::Certificate;
use qolhat_pki::der::writer::Writer;
use qolhat_pki::der::{Reader, Rules};
use qolhat_pki::gost::{Curve, GostSecretKey};
use qolhat_pki::key::PrivateKey;
use qolhat_pki::pkcs12::{self, PKCS12_MAX_BYTES, Pkcs12Error};
use qolhat_pki::random::SecureRandom as _;

use crate::workshop::{SeededRandom, hex, shared, verifies};

struct RealStore {
    file: String,
    bytes: Vec<u8>,
    password: String,
    serial: String,
}

fn real_stores() -> Vec<RealStore> {
    let Some(folder) = shared("nca") else { return Vec::new() };
    let index = std::fs::read_to_string(folder.join("index.json")).unwrap();
    let index: serde_json::Value = serde_json::from_str(&index).unwrap();
    let files = index["files"].as_array().unwrap();
    files
        .iter()
        .filter(|entry| entry["kind"] == "p12")
        .map(|entry| {
            let file = entry["file"].as_str().unwrap().to_owned();
            RealStore {
                bytes: std::fs::read(folder.join(&file)).unwrap(),
                password: entry["password"].as_str().unwrap().to_owned(),
                serial: entry["expected"]["facts"]["serial_hex"].as_str().unwrap().to_owned(),
                file,
            }
        })
        .collect()
}

#[test]
fn every_key_store_of_the_test_ca_opens_and_its_key_fits_its_certificate() {
    for store in real_stores() {
        let opened = pkcs12::open(&store.bytes, &store.password).expect(&store.file);

        let serial = opened.certificate.serial_hex();
        assert_eq!(serial.trim_start_matches('0'), store.serial.trim_start_matches('0'), "{}", store.file);
        assert!(opened.chain.is_empty(), "{}", store.file);
        assert!(opened.key.belongs_to(&opened.certificate), "{}", store.file);
        let signature = opened.key.sign_message(b"abc", &mut SeededRandom::new(1)).unwrap();
        let algorithm = opened.key.signature_algorithm();
        assert!(verifies(&opened.certificate, algorithm, b"abc", &signature), "{}", store.file);
        assert!(!verifies(&opened.certificate, algorithm, b"abd", &signature), "{}", store.file);
    }
}

#[test]
fn a_wrong_password_is_told_from_a_broken_file() {
    for store in real_stores() {
        for wrong in ["", "qwerty12", "Qwerty123", "Қолтаңба", "\0"] {
            let error = pkcs12::open(&store.bytes, wrong).unwrap_err();
            assert_eq!(error, Pkcs12Error::WrongPassword, "{}", store.file);
        }
    }
}

#[test]
fn a_key_store_cut_off_anywhere_is_malformed() {
    for store in real_stores().iter().take(2) {
        for length in 0..store.bytes.len() {
            let error = pkcs12::open(&store.bytes[..length], &store.password).unwrap_err();
            assert!(matches!(error, Pkcs12Error::Malformed { .. }), "{length}: {error}");
        }
    }
}

#[test]
fn a_key_store_with_any_octet_changed_never_opens_as_another() {
    for store in real_stores().iter().take(1) {
        let right = pkcs12::open(&store.bytes, &store.password).unwrap();
        for at in 0..store.bytes.len() {
            let mut bytes = store.bytes.clone();
            bytes[at] ^= 0x55;
            if let Ok(opened) = pkcs12::open(&bytes, &store.password) {
                assert_eq!(opened.certificate.der(), right.certificate.der(), "octet {at}");
                assert_eq!(opened.key.spki_der(), right.key.spki_der(), "octet {at}");
            }
        }
    }
}

#[test]
fn garbage_is_malformed_and_never_a_panic() {
    let mut random = SeededRandom::new(7);
    for length in [0usize, 1, 2, 3, 10, 100, 1000] {
        let mut garbage = vec![0u8; length];
        random.fill(&mut garbage);
        assert!(matches!(pkcs12::open(&garbage, "x"), Err(Pkcs12Error::Malformed { .. })));
    }
    let large = vec![0x30; PKCS12_MAX_BYTES + 1];
    assert!(matches!(pkcs12::open(&large, "x"), Err(Pkcs12Error::Malformed { .. })));
}

#[test]
fn a_certificate_alone_is_no_key_store() {
    let Some(folder) = shared("nca") else { return };
    let certificate = std::fs::read(folder.join("ca/nca_gost2022_test.cer")).unwrap();
    let error = pkcs12::open(&certificate, "Qwerty12").unwrap_err();
    assert!(matches!(error, Pkcs12Error::Malformed { .. }));
}

/// The iteration count is the last number of the file: 1024 becomes more than four thousand million.
#[test]
fn an_iteration_count_beyond_the_limit_is_refused_before_any_work() {
    for store in real_stores().iter().take(1) {
        let mut outer = Reader::new(&store.bytes, Rules::Ber);
        let mut body = outer.sequence().unwrap().remaining().to_vec();
        let mac_data = body.len() - 0x3f;
        assert_eq!(body[mac_data..][..2], [0x30, 0x3d]);
        body[mac_data + 1] += 3;
        assert_eq!(body.split_off(body.len() - 4), [2, 2, 4, 0]);
        body.extend_from_slice(&[2, 5, 0, 0xff, 0xff, 0xff, 0xff]);
        let mut bytes = vec![0x30, 0x82];
        bytes.extend_from_slice(&u16::try_from(body.len()).unwrap().to_be_bytes());
        bytes.extend_from_slice(&body);

        let error = pkcs12::open(&bytes, &store.password).unwrap_err();

        assert_eq!(error, Pkcs12Error::Malformed { what: "iteration count", der: None });
    }
}

#[test]
fn a_sealed_key_store_opens_again_and_depends_on_its_inputs_alone() {
    for store in real_stores() {
        let opened = pkcs12::open(&store.bytes, &store.password).unwrap();

        let seal = || {
            let mut random = SeededRandom::new(3);
            pkcs12::seal(&opened.key, &opened.certificate, "Жаңа құпия 1", &mut random).unwrap()
        };
        let sealed = seal();
        let again = pkcs12::open(&sealed, "Жаңа құпия 1").expect(&store.file);

        assert_eq!(sealed, seal());
        assert_eq!(again.certificate.der(), opened.certificate.der());
        assert_eq!(again.key.to_pkcs8_der(), opened.key.to_pkcs8_der());
        assert_eq!(pkcs12::open(&sealed, "Жаңа құпия 2").unwrap_err(), Pkcs12Error::WrongPassword);
    }
}

#[test]
fn a_key_is_not_sealed_with_the_certificate_of_another() {
    let stores = real_stores();
    if stores.is_empty() {
        return;
    }
    let open = |at: usize| pkcs12::open(&stores[at].bytes, &stores[at].password).unwrap();
    let error = pkcs12::seal(&open(0).key, &open(1).certificate, "x", &mut SeededRandom::new(1));
    assert!(matches!(error, Err(Pkcs12Error::Malformed { .. })));
}

#[test]
fn secrets_are_not_printed() {
    for store in real_stores() {
        let opened = pkcs12::open(&store.bytes, &store.password).unwrap();
        let printed = format!("{:?}", opened.key);
        let secret = hex(&opened.key.to_pkcs8_der().unwrap());
        assert!(printed.len() < 60, "{printed}");
        assert!(!printed.contains(&secret[secret.len() - 16..]));
    }
}

/// The forms met: the number in an OCTET STRING of its own, bare, or as an INTEGER, which is big-endian.
#[test]
fn a_national_private_key_is_read_in_all_its_forms() {
    for curve in Curve::ALL {
        let width = curve.coordinate_len();
        let key = PrivateKey::generate_gost(curve, &mut SeededRandom::new(9)).unwrap();
        let wrapped = key.to_pkcs8_der().unwrap().to_vec();
        let (front, octets) = wrapped.split_at(wrapped.len() - width);
        let algorithm = &front[5..front.len() - 4];
        let form = |field: &[u8]| {
            Writer::build(|w| {
                w.sequence(|w| {
                    w.integer_u64(0);
                    w.raw(algorithm);
                    w.octet_string(field);
                });
            })
        };
        let string = |octets: &[u8]| Writer::build(|w| w.octet_string(octets));
        let mut reversed = octets.to_vec();
        reversed.reverse();
        let integer = Writer::build(|w| w.integer(&reversed));
        let too_long = Writer::build(|w| w.integer(&[&[1], reversed.as_slice()].concat()));
        let mut negative = integer.clone();
        negative[2] |= 0x80;

        assert_eq!(form(&string(octets)), wrapped, "the form written");
        for field in [string(octets).as_slice(), octets, &integer] {
            let read = PrivateKey::from_pkcs8_der(&form(field)).unwrap();
            assert_eq!(read.spki_der(), key.spki_der());
        }
        for field in [&string(&octets[1..]), &too_long, &negative, &string(&[0u8; 64][..width]), &Vec::new()] {
            assert!(PrivateKey::from_pkcs8_der(&form(field)).is_err(), "{field:02x?}");
        }
        assert!(PrivateKey::from_pkcs8_der(&wrapped[..wrapped.len() - 1]).is_err());
    }
}

/// An INTEGER drops leading zeros: the number is still read at its full width.
#[test]
fn a_small_national_private_key_is_read_as_an_integer() {
    let key = |field: &[u8]| {
        let mut scalar = [0u8; 64];
        scalar[0] = 7;
        let known = GostSecretKey::from_le_bytes(Curve::Gost2015A512, &scalar).unwrap();
        let whole = PrivateKey::Gost(known).to_pkcs8_der().unwrap().to_vec();
        let algorithm = &whole[5..whole.len() - 68];
        Writer::build(|w| {
            w.sequence(|w| {
                w.integer_u64(0);
                w.raw(algorithm);
                w.octet_string(field);
            });
        })
    };
    let read = PrivateKey::from_pkcs8_der(&key(&[2, 1, 7])).unwrap();
    let pkcs8 = read.to_pkcs8_der().unwrap();
    assert_eq!(pkcs8[pkcs8.len() - 64..][..2], [7, 0]);
    assert!(PrivateKey::from_pkcs8_der(&key(&[2, 1, 0])).is_err());
}

/// What current OpenSSL writes: PBES2 with AES-256 and an HMAC-SHA256.
#[test]
fn a_key_store_written_by_openssl_opens() {
    let Some(openssl) = crate::workshop::openssl() else { return };
    let folder = crate::workshop::temporary_folder("pkcs12-openssl");
    let run = |arguments: &[&str]| openssl.run(&folder, arguments);
    run(&["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "k.pem", "-out", "c.pem", "-subj", "/CN=a"]);
    run(&["pkcs12", "-export", "-inkey", "k.pem", "-in", "c.pem", "-out", "new.p12", "-passout", "pass:Құпия1"]);
    run(&["pkcs12", "-export", "-inkey", "k.pem", "-in", "c.pem", "-out", "empty.p12", "-passout", "pass:"]);
    run(&["x509", "-in", "c.pem", "-outform", "DER", "-out", "c.der"]);
    let certificate = Certificate::from_der(&std::fs::read(folder.join("c.der")).unwrap()).unwrap();

    for (file, password) in [("new.p12", "Құпия1"), ("empty.p12", "")] {
        let bytes = std::fs::read(folder.join(file)).unwrap();
        let opened = pkcs12::open(&bytes, password).expect(file);
        assert_eq!(opened.certificate.der(), certificate.der());
        assert_eq!(pkcs12::open(&bytes, "x").unwrap_err(), Pkcs12Error::WrongPassword);
    }
}

#[test]
fn openssl_opens_a_sealed_rsa_key_store() {
    let Some(openssl) = crate::workshop::openssl() else { return };
    let folder = crate::workshop::temporary_folder("pkcs12-sealed");
    for store in real_stores().iter().filter(|store| store.file.contains("rsa")) {
        let opened = pkcs12::open(&store.bytes, &store.password).unwrap();
        let sealed = pkcs12::seal(&opened.key, &opened.certificate, "Qwerty12", &mut SeededRandom::new(4));
        std::fs::write(folder.join("sealed.p12"), sealed.unwrap()).unwrap();

        let printed =
            openssl.run(&folder, &["pkcs12", "-in", "sealed.p12", "-passin", "pass:Qwerty12", "-nodes", "-info"]);

        assert!(printed.contains("BEGIN PRIVATE KEY"));
        assert!(printed.contains("BEGIN CERTIFICATE"));
    }
}
