//! Certificates of the national CA, read and held against facts found by another program; and what is refused.

use std::collections::HashMap;
use std::path::PathBuf;

use qolhat_pki::algorithm::{SignatureAlgorithm, VerifyError};
use qolhat_pki::certificate::{CERTIFICATE_MAX_BYTES, Certificate, DistributionPointName, SERIAL_MAX_BYTES};
use qolhat_pki::der::writer::Writer;
use qolhat_pki::der::{DerErrorKind, tag};
use qolhat_pki::issue::certificate_builder::{CertificateTemplate, RawExtension, build_certificate, name, usage};
use qolhat_pki::key::PrivateKey;
use qolhat_pki::name::Name;
use qolhat_pki::nca::{KeyStorage, Purpose, Role, SignerKind};
use qolhat_pki::oid::{self, Oid};
use serde_json::Value;

use crate::workshop::{SeededRandom, at, hex, shared};

struct Real {
    file: String,
    certificate: Certificate,
    facts: Value,
    issuer_known: bool,
}

fn der_of(bytes: &[u8]) -> Vec<u8> {
    if bytes.starts_with(b"-----BEGIN") {
        return openssl::x509::X509::from_pem(bytes).unwrap().to_der().unwrap();
    }
    bytes.to_vec()
}

fn folder() -> Option<PathBuf> {
    shared("nca")
}

fn real_certificates() -> Vec<Real> {
    let Some(folder) = folder() else { return Vec::new() };
    let index: Value = serde_json::from_slice(&std::fs::read(folder.join("index.json")).unwrap()).unwrap();
    let entries = index["files"].as_array().unwrap().iter().filter(|entry| entry["kind"] == "cert");
    entries
        .map(|entry| {
            let file = entry["file"].as_str().unwrap().to_owned();
            let der = der_of(&std::fs::read(folder.join(&file)).unwrap());
            Real {
                certificate: Certificate::from_der(&der).unwrap_or_else(|error| panic!("{file}: {error}")),
                facts: entry["expected"]["facts"].clone(),
                issuer_known: entry["expected"]["chain"] == "root" && file.ends_with(".cer"),
                file,
            }
        })
        .collect()
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

fn attributes(name: &Name<'_>) -> Vec<(String, String)> {
    let pair = |attribute: qolhat_pki::name::Attribute<'_>| {
        (attribute.short_name().unwrap().to_owned(), attribute.text().unwrap().into_owned())
    };
    name.attributes().map(pair).collect()
}

fn expected_attributes(value: &Value) -> Vec<(String, String)> {
    let pairs = value.as_array().unwrap().iter();
    pairs.map(|pair| (pair[0].as_str().unwrap().to_owned(), pair[1].as_str().unwrap().to_owned())).collect()
}

/// Keeps: SIG-01, SIG-04, SIG-05, SIG-10
#[test]
fn every_certificate_of_the_national_ca_says_what_another_program_read_in_it() {
    for Real { file, certificate, facts, .. } in real_certificates() {
        let text = |key: &str| facts[key].as_str().unwrap_or_default().to_owned();
        assert_eq!(hex(&certificate.sha256()), text("sha256"), "{file}");
        assert_eq!(certificate.serial_hex(), text("serial_hex"), "{file}");
        assert_eq!(certificate.not_before(), at(&text("not_before")), "{file}");
        assert_eq!(certificate.not_after(), at(&text("not_after")), "{file}");
        assert_eq!(attributes(&certificate.subject()), expected_attributes(&facts["subject"]), "{file}");
        assert_eq!(attributes(&certificate.issuer()), expected_attributes(&facts["issuer"]), "{file}");
        let key = certificate.public_key().unwrap();
        assert_eq!(key.key_algorithm_name(), text("key_algorithm"), "{file}");
        assert_eq!(key.algorithm_oid().to_string(), text("key_algorithm_oid"), "{file}");
        assert_eq!(u64::from(key.bits()), facts["key_bits"].as_u64().unwrap(), "{file}");
        assert_eq!(certificate.signature_oid().to_string(), text("signature_oid"), "{file}");
        assert_eq!(certificate.signature_algorithm().unwrap().oid(), Some(certificate.signature_oid()), "{file}");
        let names: Vec<_> = certificate.key_usage().map(|usage| usage.names()).unwrap_or_default();
        assert_eq!(names, strings(&facts["key_usage"]), "{file}");
        let dotted = |oids: Option<&[Oid]>| oids.unwrap_or_default().iter().map(Oid::to_string).collect::<Vec<_>>();
        assert_eq!(dotted(certificate.extended_key_usage()), strings(&facts["eku"]), "{file}");
        assert_eq!(dotted(certificate.policies()), strings(&facts["policies"]), "{file}");
        assert_eq!(certificate.is_ca(), facts["is_ca"].as_bool().unwrap(), "{file}");
        assert_eq!(certificate.subject_key_id().map(hex), facts["ski"].as_str().map(str::to_owned), "{file}");
        let authority = certificate.authority_key_id().and_then(|aki| aki.key_id.as_deref());
        assert_eq!(authority.map(hex), facts["aki"].as_str().map(str::to_owned), "{file}");
        let crl: Vec<_> = certificate.crl_uris().iter().chain(certificate.freshest_crl_uris()).cloned().collect();
        assert_eq!(crl, distinct(strings(&facts["crl_uris"])), "{file}");
        let mut access: Vec<_> = certificate.ocsp_uris().iter().chain(certificate.ca_issuer_uris()).cloned().collect();
        let mut expected = distinct(strings(&facts["aia_uris"]));
        access.sort();
        expected.sort();
        assert_eq!(access, expected, "{file}");
        assert_eq!(certificate.unknown_critical_extensions(), [], "{file}");
    }
}

fn distinct(uris: Vec<String>) -> Vec<String> {
    let mut distinct: Vec<String> = Vec::new();
    for uri in uris {
        if !distinct.contains(&uri) {
            distinct.push(uri);
        }
    }
    distinct
}

/// Keeps: POA-02, POA-14, SIG-03, SIG-20
#[test]
fn the_person_the_organisation_the_role_and_the_purpose_are_those_of_the_certificate() {
    for Real { file, certificate, facts, .. } in real_certificates() {
        let found = certificate.subject_facts();
        assert_eq!(found.iin.as_deref(), facts["iin"].as_str(), "{file}");
        assert_eq!(found.bin.as_deref(), facts["bin"].as_str(), "{file}");
        let subject: HashMap<_, _> = expected_attributes(&facts["subject"]).into_iter().collect();
        let attribute = |key: &str| subject.get(key).cloned();
        assert_eq!(found.common_name, attribute("CN"), "{file}");
        assert_eq!(found.surname, attribute("SN"), "{file}");
        assert_eq!(found.patronymic, attribute("G"), "{file}");
        assert_eq!(found.organization, attribute("O"), "{file}");
        assert_eq!(found.country, attribute("C"), "{file}");
        assert_eq!(found.business_category, attribute("BC"), "{file}");
        if let Some(surname) = found.surname {
            let whole = format!("{surname} {}", found.given_name.unwrap());
            assert_eq!(Some(whole), found.common_name, "{file}");
        }

        // The names of the files were given by who collected them: key-[owner-[role-]]purpose-serial.
        let words: Vec<&str> = file.split(['/', '-', '.']).collect();
        let purpose = match () {
            () if file.starts_with("ca/") => Purpose::Ca,
            () if words.contains(&"sign") => Purpose::Sign,
            () if words.contains(&"auth") => Purpose::Auth,
            () if words.contains(&"ocsp") => Purpose::Ocsp,
            () if words.contains(&"tsa") => Purpose::Tsa,
            () => Purpose::Other,
        };
        assert_eq!(certificate.purpose(), purpose, "{file}");
        let role = match () {
            () if words.contains(&"head") => vec![Role::LegalEntity, Role::Head],
            () if words.contains(&"employee") => vec![Role::LegalEntity, Role::Employee],
            () if words.contains(&"signright") => vec![Role::LegalEntity, Role::SignRight],
            () if words.contains(&"treasury") => vec![Role::LegalEntity, Role::Treasury],
            () if words.contains(&"person") => vec![Role::NaturalPerson],
            () => Vec::new(),
        };
        assert_eq!(certificate.roles(), role, "{file}");
        if words.contains(&"org") {
            assert_eq!(certificate.signer_kind(), SignerKind::Organization, "{file}");
        }
        if words.contains(&"person") {
            assert_eq!(certificate.signer_kind(), SignerKind::Person, "{file}");
        }
        let storage = certificate.key_storage();
        assert!(matches!(storage, None | Some(KeyStorage::File)), "{file}: {storage:?}");
    }
}

/// Keeps: SIG-10
#[test]
fn every_signature_on_a_certificate_is_by_its_issuer_and_by_no_other_ca() {
    let all = real_certificates();
    let authorities: Vec<&Real> = all.iter().filter(|real| real.file.starts_with("ca/")).collect();
    let mut algorithms = std::collections::HashSet::new();
    for Real { file, certificate, issuer_known, .. } in &all {
        let mut signed_by = 0;
        for authority in &authorities {
            match certificate.verify_signed_by(&authority.certificate) {
                Ok(()) => {
                    assert_eq!(certificate.issuer_der(), authority.certificate.subject_der(), "{file}");
                    signed_by += 1;
                }
                Err(error) => {
                    assert!(matches!(error, VerifyError::BadSignature | VerifyError::AlgorithmMismatch), "{file}");
                }
            }
        }
        assert_eq!(signed_by, usize::from(*issuer_known), "{file}");
        algorithms.insert(certificate.signature_algorithm().unwrap());
    }
    if !all.is_empty() {
        assert!(algorithms.contains(&SignatureAlgorithm::Gost2015_512));
        assert!(algorithms.contains(&SignatureAlgorithm::Gost2004));
        assert!(algorithms.iter().any(|algorithm| !algorithm.is_gost()));
    }
}

/// Keeps: SIG-10
#[test]
fn no_octet_of_what_is_signed_can_change_without_the_signature_failing() {
    let all = real_certificates();
    let find = |file: &str| all.iter().find(|real| real.file.contains(file)).map(|real| &real.certificate);
    let pairs =
        [("gost2015-512-org-head-sign-5bfab685", "nca_gost2022_test"), ("rsa-person-sign-41e45cc8", "nca_rsa_test")];
    for (leaf, authority) in pairs {
        let (Some(leaf), Some(authority)) = (find(leaf), find(authority)) else { return };
        leaf.verify_signed_by(authority).unwrap();
        let tbs = leaf.tbs().len();
        for index in (4..tbs).step_by(17) {
            let mut der = leaf.der().to_vec();
            der[index] ^= 1;
            if let Ok(changed) = Certificate::from_der(&der) {
                assert!(changed.verify_signed_by(authority).is_err(), "octet {index}");
            }
        }
        for index in der_tail(leaf) {
            let mut der = leaf.der().to_vec();
            der[index] ^= 1;
            assert!(Certificate::from_der(&der).unwrap().verify_signed_by(authority).is_err(), "octet {index}");
        }
    }
}

/// Some octets of the signature value, which stands last.
fn der_tail(certificate: &Certificate) -> impl Iterator<Item = usize> + use<> {
    let (end, length) = (certificate.der().len(), certificate.signature().len());
    (end - length..end).step_by(13)
}

#[test]
fn a_certificate_cut_off_anywhere_or_followed_by_anything_is_refused() {
    for Real { file, certificate, .. } in real_certificates() {
        let der = certificate.der();
        for length in 0..der.len() {
            assert!(Certificate::from_der(&der[..length]).is_err(), "{file} at {length}");
        }
        for tail in [&[0][..], &[5, 0], der] {
            let error = Certificate::from_der(&[der, tail].concat()).unwrap_err();
            assert_eq!((error.what, error.offset), (DerErrorKind::TrailingOctets, der.len()), "{file}");
        }
    }
}

/// Every accessor, so that whatever was let through is asked everything.
fn ask_everything(certificate: &Certificate) {
    let _ = (certificate.subject_facts(), certificate.roles(), certificate.purpose(), certificate.signer_kind());
    let _ = (certificate.key_storage(), certificate.serial_hex(), certificate.public_key().is_ok());
    let _ = (certificate.signature_algorithm().is_ok(), format!("{certificate:?}"), certificate.issuer().to_string());
    let _ = (certificate.key_usage().map(|usage| usage.names()), certificate.valid_at(certificate.not_after()));
}

#[test]
fn a_certificate_with_any_octet_changed_never_panics() {
    for Real { certificate, .. } in real_certificates() {
        let der = certificate.der();
        for index in 0..der.len() {
            for change in [0x01, 0x80, 0xff] {
                let mut der = der.to_vec();
                der[index] ^= change;
                if let Ok(changed) = Certificate::from_der(&der) {
                    assert_ne!(changed, certificate);
                    ask_everything(&changed);
                }
            }
        }
    }
}

#[test]
fn garbage_is_refused() {
    assert!(Certificate::from_der(&[]).is_err());
    assert!(Certificate::from_der(&[0x30, 0]).is_err());
    assert!(Certificate::from_der(&[0x30, 0x80, 0, 0]).is_err());
    assert!(Certificate::from_der(&[0x30; 1000]).is_err());
    let what = |length| Certificate::from_der(&vec![0x30; length]).unwrap_err().what;
    assert_eq!(what(CERTIFICATE_MAX_BYTES + 1), DerErrorKind::Value("the certificate is too large"));
    assert_ne!(what(CERTIFICATE_MAX_BYTES), DerErrorKind::Value("the certificate is too large"));
}

// ---- certificates made here ----

fn key() -> (PrivateKey, SeededRandom) {
    let mut random = SeededRandom::new(11);
    (PrivateKey::generate_gost512(&mut random).unwrap(), random)
}

fn made(change: impl FnOnce(&mut CertificateTemplate)) -> Vec<u8> {
    let (key, mut random) = key();
    let subject = name(&[(oid::COMMON_NAME, "СЫНАҚ"), (oid::COUNTRY, "KZ")]);
    let (from, to) = (at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z"));
    let mut template = CertificateTemplate::new(subject.clone(), subject, from, to, key.spki_der().unwrap()).unwrap();
    change(&mut template);
    build_certificate(&template, &key, &mut random).unwrap()
}

fn with_extension(identifier: Oid, critical: bool, value: Vec<u8>) -> Vec<u8> {
    made(|template| template.more_extensions.push(RawExtension { identifier, critical, value }))
}

fn value_error(der: &[u8]) -> &'static str {
    let error = Certificate::from_der(der).unwrap_err();
    let DerErrorKind::Value(what) = error.what else { panic!("{error}") };
    what
}

#[test]
fn a_self_signed_certificate_verifies_with_its_own_key() {
    let certificate = Certificate::from_der(&made(|_| {})).unwrap();
    assert!(certificate.is_self_issued());
    assert_eq!(certificate.version(), 3);
    certificate.verify_signed_by(&certificate).unwrap();
    certificate.verify_signature(certificate.public_key().unwrap()).unwrap();
    assert!(!certificate.valid_at(at("2025-12-31T23:59:59Z")));
    assert!(certificate.valid_at(at("2026-01-01T00:00:00Z")));
    assert!(certificate.valid_at(at("2027-01-01T00:00:00Z")));
    assert!(!certificate.valid_at(at("2027-01-01T00:00:01Z")));
}

#[test]
fn an_extension_that_stands_twice_is_refused() {
    let value = Writer::build(|w| w.octet_string(b"1234"));
    assert_eq!(value_error(&with_extension(oid::SUBJECT_KEY_ID, false, value)), "an extension stands twice");
}

#[test]
fn different_signature_algorithms_inside_and_outside_are_refused() {
    let mut der = made(|_| {});
    let identifier = Writer::build(|w| w.oid(&oid::GOST2015_512_SIGNATURE));
    let last = der.windows(identifier.len()).rposition(|window| window == identifier).unwrap();
    let end = last + identifier.len() - 1;
    der[end] ^= 3;
    assert_eq!(value_error(&der), "the two signature algorithms differ");
    let first = der.windows(identifier.len()).position(|window| window == identifier).unwrap();
    der[first + identifier.len() - 1] ^= 3;
    assert_eq!(Certificate::from_der(&der).unwrap().signature_oid(), oid::GOST2015_256_SIGNATURE);
}

#[test]
fn an_algorithm_of_another_kind_of_key_never_verifies() {
    let mut der = made(|_| {});
    let identifier = Writer::build(|w| w.oid(&oid::GOST2015_512_SIGNATURE));
    for _ in 0..2 {
        let found = der.windows(identifier.len()).position(|window| window == identifier).unwrap();
        der[found + identifier.len() - 1] ^= 3;
    }
    let certificate = Certificate::from_der(&der).unwrap();
    assert_eq!(certificate.verify_signed_by(&certificate), Err(VerifyError::AlgorithmMismatch));
}

#[test]
fn an_unknown_algorithm_is_read_and_never_verifies() {
    let mut der = made(|_| {});
    let identifier = Writer::build(|w| w.oid(&oid::GOST2015_512_SIGNATURE));
    for _ in 0..2 {
        let found = der.windows(identifier.len()).position(|window| window == identifier).unwrap();
        der[found + identifier.len() - 1] = 0x7f;
    }
    let certificate = Certificate::from_der(&der).unwrap();
    assert_eq!(certificate.signature_algorithm().unwrap_err().oid, certificate.signature_oid());
    assert_eq!(certificate.verify_signed_by(&certificate), Err(VerifyError::Unsupported));
}

#[test]
fn a_critical_extension_nobody_processes_is_told() {
    let unknown = Oid::parse_dotted("1.2.398.3.3.77").unwrap();
    let null = Writer::build(Writer::null);
    let certificate = Certificate::from_der(&with_extension(unknown, true, null.clone())).unwrap();
    assert_eq!(certificate.unknown_critical_extensions(), [unknown]);
    let certificate = Certificate::from_der(&with_extension(unknown, false, null)).unwrap();
    assert_eq!(certificate.unknown_critical_extensions(), []);
    assert_eq!(certificate.extension(unknown), Some(&[5, 0][..]));
    let access = Writer::build(|w| w.sequence(|_| {}));
    let certificate = Certificate::from_der(&with_extension(oid::AUTHORITY_INFO_ACCESS, true, access)).unwrap();
    assert_eq!(certificate.unknown_critical_extensions(), [oid::AUTHORITY_INFO_ACCESS]);
}

#[test]
fn a_known_extension_that_is_malformed_is_refused_where_it_stands() {
    let not_one: &[u8] = &[0x30, 0x03, 0x01, 0x01, 0xff, 0x00];
    for identifier in [
        oid::BASIC_CONSTRAINTS,
        oid::KEY_USAGE,
        oid::EXTENDED_KEY_USAGE,
        oid::CERTIFICATE_POLICIES,
        oid::POLICY_MAPPINGS,
        oid::POLICY_CONSTRAINTS,
        oid::INHIBIT_ANY_POLICY,
        oid::AUTHORITY_KEY_ID,
        oid::CRL_DISTRIBUTION_POINTS,
        oid::FRESHEST_CRL,
        oid::AUTHORITY_INFO_ACCESS,
        oid::OCSP_NOCHECK,
    ] {
        for value in [&[][..], not_one, &[0x30, 0x01, 0x05], &[0x02, 0x01, 0x80], &[0x03, 0x02, 0x08, 0x80]] {
            if identifier == oid::OCSP_NOCHECK && value.is_empty() {
                // A responder of the national CA has it so.
                continue;
            }
            let der = with_extension(identifier, false, value.to_vec());
            let error = Certificate::from_der(&der).unwrap_err();
            let tail = der.len() - 300;
            assert!((tail..der.len()).contains(&error.offset), "{identifier}: {error}");
        }
    }
    for (identifier, empty) in [
        (oid::EXTENDED_KEY_USAGE, "an empty list of key usages"),
        (oid::CERTIFICATE_POLICIES, "an empty list of policies"),
        (oid::POLICY_CONSTRAINTS, "empty policy constraints"),
        (oid::CRL_DISTRIBUTION_POINTS, "no distribution point"),
    ] {
        assert_eq!(value_error(&with_extension(identifier, false, vec![0x30, 0])), empty);
    }
    let policy = Writer::build(|w| w.sequence(|w| w.oid(&oid::POLICY_NCA)));
    let twice = Writer::build(|w| w.sequence(|w| w.raw(&[policy.clone(), policy.clone()].concat())));
    assert_eq!(value_error(&with_extension(oid::CERTIFICATE_POLICIES, false, twice)), "a policy stands twice");
}

#[test]
fn constraints_and_mappings_are_read() {
    let constraints = Writer::build(|w| {
        w.sequence(|w| {
            w.context_primitive(0, &[3]);
            w.context_primitive(1, &[0x01, 0, 0, 0, 0]);
        });
    });
    let certificate = Certificate::from_der(&with_extension(oid::POLICY_CONSTRAINTS, true, constraints)).unwrap();
    let constraints = certificate.policy_constraints().unwrap();
    assert_eq!(constraints.require_explicit_policy, Some(3));
    assert_eq!(constraints.inhibit_policy_mapping, Some(u32::MAX));

    let any = Writer::build(|w| w.integer_u64(300));
    let certificate = Certificate::from_der(&with_extension(oid::INHIBIT_ANY_POLICY, true, any)).unwrap();
    assert_eq!(certificate.inhibit_any_policy(), Some(300));

    let pair = (oid::POLICY_NCA, oid::POLICY_TSA_RSA);
    let mappings = Writer::build(|w| {
        w.sequence(|w| {
            w.sequence(|w| {
                w.oid(&pair.0);
                w.oid(&pair.1);
            });
        });
    });
    let certificate = Certificate::from_der(&with_extension(oid::POLICY_MAPPINGS, true, mappings)).unwrap();
    assert_eq!(certificate.policy_mappings(), [pair]);

    let limited = Certificate::from_der(&made(|template| {
        template.ca = Some(Some(2));
        template.key_usage = usage::KEY_CERT_SIGN;
    }))
    .unwrap();
    assert_eq!(limited.basic_constraints().unwrap().path_len, Some(2));
    assert!(limited.key_usage().unwrap().key_cert_sign() && !limited.key_usage().unwrap().crl_sign());
    assert_eq!(limited.purpose(), Purpose::Ca);
}

#[test]
fn a_distribution_point_keeps_its_names_reasons_and_issuer() {
    let directory = name(&[(oid::COMMON_NAME, "CRL")]);
    let points = Writer::build(|w| {
        w.sequence(|w| {
            w.sequence(|w| {
                w.context(0, |w| w.context(0, |w| w.general_name_uri("http://a/1.crl\nURL=http://b/2.crl")));
                w.context_primitive(1, &[6, 0x40]);
                w.context(2, |w| w.context(4, |w| w.raw(&directory)));
            });
            w.sequence(|w| w.context(0, |w| w.context(1, |w| w.raw(&[0x30, 0]))));
        });
    });
    let certificate = Certificate::from_der(&with_extension(oid::CRL_DISTRIBUTION_POINTS, false, points)).unwrap();
    let [first, second] = certificate.distribution_points() else { panic!("two points") };
    assert_eq!(first.reasons, Some(0x4000));
    assert_eq!(first.crl_issuer, [Writer::build(|w| w.context(4, |w| w.raw(&directory)))]);
    assert!(matches!(&first.name, Some(DistributionPointName::Full(names)) if names.len() == 1));
    assert_eq!(second.name, Some(DistributionPointName::RelativeToIssuer(vec![0x30, 0])));
    assert_eq!(certificate.crl_uris(), ["http://a/1.crl", "http://b/2.crl"]);
}

#[test]
fn a_serial_number_is_bounded_and_written_as_a_number() {
    let serial = |serial: &[u8]| made(|template| template.serial = serial.to_vec());
    let read = |octets: &[u8]| Certificate::from_der(&serial(octets)).unwrap();
    assert_eq!(read(&[0x7f; SERIAL_MAX_BYTES]).serial(), [0x7f; SERIAL_MAX_BYTES]);
    assert_eq!(value_error(&serial(&[0x7f; SERIAL_MAX_BYTES + 1])), "the serial number is too long");
    assert_eq!(value_error(&serial(&[0x80; SERIAL_MAX_BYTES])), "the serial number is too long");
    assert_eq!((read(&[0x80]).serial(), read(&[0x80]).serial_hex()), (&[0, 0x80][..], "80".to_owned()));
    assert_eq!(read(&[0x02, 0x00]).serial_hex(), "200");
    assert_eq!(read(&[0]).serial_hex(), "0");
    // Negative ones exist; they are read and told as such.
    let mut der = serial(&[0x12, 0x34, 0x56, 0x79]);
    let found = der.windows(6).position(|window| window == [tag::INTEGER, 4, 0x12, 0x34, 0x56, 0x79]).unwrap();
    der[found + 2] = 0xff;
    assert_eq!(Certificate::from_der(&der).unwrap().serial_hex(), "-cba987");
}

/// The body of a certificate with the version field and the extensions given.
fn assembled(version: Option<u64>, with_extensions: bool) -> Vec<u8> {
    let subject = name(&[(oid::COMMON_NAME, "A")]);
    let spki = key().0.spki_der().unwrap();
    let algorithm = Writer::build(|w| w.sequence(|w| w.oid(&oid::GOST2015_512_SIGNATURE)));
    Writer::build(|w| {
        w.sequence(|w| {
            w.sequence(|w| {
                if let Some(version) = version {
                    w.context(0, |w| w.integer_u64(version));
                }
                w.integer(&[5]);
                w.raw(&algorithm);
                w.raw(&subject);
                w.sequence(|w| {
                    w.time(at("2026-01-01T00:00:00Z"));
                    w.time(at("2027-01-01T00:00:00Z"));
                });
                w.raw(&subject);
                w.raw(&spki);
                if with_extensions {
                    w.context(3, |w| {
                        w.sequence(|w| {
                            w.sequence(|w| {
                                w.oid(&oid::OCSP_NOCHECK);
                                w.octet_string(&[5, 0]);
                            });
                        });
                    });
                }
            });
            w.raw(&algorithm);
            w.bit_string(&[0; 128]);
        });
    })
}

#[test]
fn extensions_belong_to_version_3_and_other_versions_do_not_exist() {
    let version = |version, extensions| Certificate::from_der(&assembled(version, extensions)).map(|c| c.version());
    assert_eq!(version(None, false), Ok(1));
    assert_eq!(version(Some(1), false), Ok(2));
    assert_eq!(version(Some(2), false), Ok(3));
    assert_eq!(version(Some(2), true), Ok(3));
    assert_eq!(value_error(&assembled(Some(0), false)), "the version is not known");
    assert_eq!(value_error(&assembled(Some(3), true)), "the version is not known");
    assert_eq!(value_error(&assembled(None, true)), "extensions in a certificate before version 3");
    assert_eq!(value_error(&assembled(Some(1), true)), "extensions in a certificate before version 3");
    assert!(Certificate::from_der(&assembled(Some(2), true)).unwrap().has_ocsp_nocheck());
}

/// Keeps: SIG-03
#[test]
fn the_purpose_follows_from_the_bits_of_the_key_usage() {
    let purpose = |bits: u32, extended: &[Oid]| {
        let der = made(|template| {
            template.key_usage = bits;
            template.extended_key_usage = extended.to_vec();
        });
        Certificate::from_der(&der).unwrap().purpose()
    };
    let sign = usage::DIGITAL_SIGNATURE | usage::NON_REPUDIATION;
    // Information systems have no usage for e-mail.
    assert_eq!(purpose(sign, &[oid::ROLE_LEGAL_ENTITY, oid::ROLE_INFORMATION_SYSTEM]), Purpose::Sign);
    assert_eq!(purpose(sign | usage::KEY_ENCIPHERMENT, &[oid::CLIENT_AUTH]), Purpose::Sign);
    assert_eq!(purpose(usage::DIGITAL_SIGNATURE | usage::KEY_ENCIPHERMENT, &[]), Purpose::Auth);
    assert_eq!(purpose(usage::DIGITAL_SIGNATURE, &[oid::CLIENT_AUTH]), Purpose::Auth);
    assert_eq!(purpose(usage::DIGITAL_SIGNATURE, &[oid::EMAIL_PROTECTION]), Purpose::Other);
    assert_eq!(purpose(0, &[oid::EMAIL_PROTECTION]), Purpose::Other);
    assert_eq!(purpose(sign, &[oid::OCSP_SIGNING]), Purpose::Ocsp);
    assert_eq!(purpose(0, &[oid::TIME_STAMPING]), Purpose::Tsa);
}

#[test]
fn an_information_system_is_no_person() {
    let der = made(|template| {
        template.subject = name(&[
            (oid::USER_ID, "1.2.398.3.3.99"),
            (oid::COMMON_NAME, "ЖҮЙЕ"),
            (oid::COUNTRY, "KZ"),
            (oid::ORGANIZATION, "АО \"ТЕСТ\""),
            (oid::ORGANIZATIONAL_UNIT, "BIN123456789021"),
        ]);
        template.extended_key_usage = vec![oid::ROLE_LEGAL_ENTITY, oid::ROLE_INFORMATION_SYSTEM];
        template.key_store = Some(oid::KEY_STORE_FILE);
    });
    let certificate = Certificate::from_der(&der).unwrap();
    assert_eq!(certificate.signer_kind(), SignerKind::InformationSystem);
    assert_eq!(certificate.subject_facts().system.as_deref(), Some("1.2.398.3.3.99"));
    assert_eq!(certificate.subject_facts().iin, None);
    assert_eq!(certificate.key_storage(), Some(KeyStorage::File));
}
