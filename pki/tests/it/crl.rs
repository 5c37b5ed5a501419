//! CRLs of the national CA, held against facts found by another program; lists made here; and what is refused.

use std::path::Path;

use qolhat_pki::algorithm::VerifyError;
use qolhat_pki::certificate::{Certificate, DistributionPointName};
use qolhat_pki::crl::{CRL_MAX_BYTES, CertificateList, ENTRY_EXTENSIONS_MAX, ReasonCode, RevokedEntry};
use qolhat_pki::der::writer::Writer;
use qolhat_pki::der::{DerError, DerErrorKind};
use qolhat_pki::issue::certificate_builder::RawExtension;
use qolhat_pki::issue::crl_builder::{self, CrlTemplate, build_crl};
use qolhat_pki::name::Name;
use qolhat_pki::oid::{self, Oid};
use serde_json::Value;

use crate::workshop::{Kind, World, at, hex, shared};

mod lookup;

struct Real {
    file: String,
    der: Vec<u8>,
    facts: Value,
}

fn real_lists(folder: &Path) -> Vec<Real> {
    let index: Value = serde_json::from_slice(&std::fs::read(folder.join("index.json")).unwrap()).unwrap();
    let entries = index["files"].as_array().unwrap().iter().filter(|entry| entry["kind"] == "crl");
    let read = |entry: &Value| {
        let file = entry["file"].as_str().unwrap().to_owned();
        Real { der: std::fs::read(folder.join(&file)).unwrap(), facts: entry["expected"].clone(), file }
    };
    entries.map(read).collect()
}

fn authorities(folder: &Path) -> Vec<Certificate> {
    let files = std::fs::read_dir(folder.join("ca")).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|extension| extension == "cer"));
    files.map(|path| Certificate::from_der(&std::fs::read(path).unwrap()).unwrap()).collect()
}

/// Keeps: SIG-07, SIG-10
#[test]
fn every_crl_of_the_national_ca_says_what_another_program_read_in_it() {
    let Some(folder) = shared("nca") else { return };
    let authorities = authorities(&folder);
    let lists = real_lists(&folder);
    assert_eq!(lists.len(), 2);
    for Real { file, der, facts } in lists {
        let list = CertificateList::from_der(&der).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert_eq!(list.der(), der, "{file}");
        assert_eq!(list.issuer().common_name().unwrap(), facts["issuer_cn"].as_str().unwrap(), "{file}");
        assert_eq!(list.this_update(), at(facts["this_update"].as_str().unwrap()), "{file}");
        assert_eq!(list.next_update(), Some(at(facts["next_update"].as_str().unwrap())), "{file}");
        assert_eq!(list.crl_number().unwrap().as_u64(), facts["crl_number"].as_u64(), "{file}");
        assert_eq!(list.is_delta(), facts["is_delta"].as_bool().unwrap(), "{file}");
        assert_eq!(list.signature_oid().to_string(), facts["signature_oid"].as_str().unwrap(), "{file}");
        assert_eq!(list.entry_count() as u64, facts["entries"].as_u64().unwrap(), "{file}");
        assert_eq!(list.entries().count(), list.entry_count(), "{file}");
        assert_eq!((list.version(), list.is_indirect(), list.issuing_distribution_point()), (2, false, None), "{file}");
        assert_eq!((list.unknown_critical_extensions(), list.expired_certs_on_crl()), (&[][..], None), "{file}");

        let signers: Vec<_> = authorities.iter().filter(|ca| list.verify_signed_by(ca).is_ok()).collect();
        assert_eq!(signers.len(), 1, "{file}");
        assert_eq!(signers[0].subject(), list.issuer(), "{file}");
        let key_id = list.authority_key_id().unwrap().key_id.as_deref();
        assert_eq!(signers[0].subject_key_id(), key_id, "{file}");
    }
}

/// Counted by OpenSSL, which reads both lists though it cannot verify one of them.
#[test]
fn the_reasons_of_real_entries_are_those_another_program_counts() {
    let Some(folder) = shared("nca") else { return };
    let count = |file: &str, reason| {
        let list = CertificateList::from_der(&std::fs::read(folder.join(file)).unwrap()).unwrap();
        list.entries().filter(|entry| entry.reason == reason).count()
    };
    let gost = |reason| count("crl/nca_gost2022_test.2026-08-11.crl", reason);
    let rsa = |reason| count("crl/nca_rsa_test.2022-03-29.crl", reason);
    for (reason, in_gost, in_rsa) in [
        (Some(ReasonCode::KeyCompromise), 4, 9),
        (Some(ReasonCode::AffiliationChanged), 120, 12),
        (Some(ReasonCode::Superseded), 8, 18),
        (Some(ReasonCode::CessationOfOperation), 39, 5),
        (Some(ReasonCode::CertificateHold), 17, 5),
        (None, 7, 77),
    ] {
        assert_eq!((gost(reason), rsa(reason)), (in_gost, in_rsa), "{reason:?}");
    }
}

/// Keeps: SIG-07, SIG-11
#[test]
fn the_revoked_certificates_of_the_corpus_are_found_with_time_and_reason() {
    let Some(folder) = shared("nca") else { return };
    let lists = real_lists(&folder).into_iter().map(|real| CertificateList::from_der(&real.der).unwrap());
    let lists: Vec<_> = lists.collect();
    let index: Value = serde_json::from_slice(&std::fs::read(folder.join("index.json")).unwrap()).unwrap();
    let certificates = index["files"].as_array().unwrap().iter().filter(|entry| entry["kind"] == "cert");
    let mut found = 0;
    let mut missing = Vec::new();
    for entry in certificates.filter(|entry| entry["revoked"].is_object()) {
        let file = entry["file"].as_str().unwrap();
        let certificate = Certificate::from_der(&std::fs::read(folder.join(file)).unwrap()).unwrap();
        let list = lists.iter().find(|list| list.issuer() == certificate.issuer()).unwrap();
        let Some(revoked) = list.find(certificate.serial()).unwrap() else {
            missing.push(file);
            continue;
        };
        assert_eq!(revoked.revoked_at, at(entry["revoked"]["revoked_at"].as_str().unwrap()), "{file}");
        let reason = revoked.reason.map(|reason| u64::from(reason.code()));
        assert_eq!(reason, entry["revoked"]["reason"].as_u64(), "{file}");
        found += 1;
    }
    assert_eq!(found, 6);
    // Revoked in 2022, expired, dropped from the list since: absence says nothing of an expired certificate.
    assert_eq!(missing, ["certs/gost2015-512-org-head-sign-3a90343e.cer"]);
}

#[test]
fn every_entry_is_found_by_its_serial_number_and_nothing_else_is() {
    let Some(folder) = shared("nca") else { return };
    for Real { file, der, .. } in real_lists(&folder) {
        let list = CertificateList::from_der(&der).unwrap();
        for entry in list.entries() {
            assert_eq!(list.find(entry.serial), Ok(Some(entry)), "{file}: {}", hex(entry.serial));
        }
        for other in [&[][..], &[0], &[0x11], &[0x11, 0x87]] {
            assert_eq!(list.find(other), Ok(None), "{file}");
        }
    }
}

fn template(world: &World) -> CrlTemplate {
    CrlTemplate {
        issuer: world.ca.certificate.subject_der().to_vec(),
        authority_key_id: world.ca.certificate.subject_key_id().map(<[u8]>::to_vec),
        this_update: at("2026-03-02T00:00:00Z"),
        next_update: None,
        number: 300,
        base_number: None,
        entries: vec![crl_builder::RevokedEntry {
            serial: world.signer.certificate.serial().to_vec(),
            revoked_at: at("2026-03-01T10:00:00Z"),
            reason: Some(1),
            invalid_since: Some(at("2026-02-20T00:00:00Z")),
        }],
        more_extensions: Vec::new(),
    }
}

#[test]
fn a_crl_of_every_kind_of_key_verifies_with_its_issuer_and_nobody_else() {
    for kind in Kind::ALL {
        let mut world = World::new(kind);
        let built = build_crl(&template(&world), &world.ca.key, &mut world.random).unwrap();
        let list = CertificateList::from_der(&built).unwrap();
        assert_eq!(list.verify_signed_by(&world.ca.certificate), Ok(()), "{kind:?}");
        assert_eq!(list.verify_signed_by(&world.root.certificate), Err(VerifyError::BadSignature), "{kind:?}");
        let entry = list.find(world.signer.certificate.serial()).unwrap().unwrap();
        assert_eq!(entry.reason, Some(ReasonCode::KeyCompromise));
        assert_eq!(entry.invalidity_date, Some(at("2026-02-20T00:00:00Z")));
        assert_eq!(list.next_update(), None);

        // One octet of an entry changed: still a CRL, no longer the CA's.
        let place = built.windows(20).position(|window| window == world.signer.certificate.serial()).unwrap();
        let mut forged = built.clone();
        forged[place + 10] ^= 1;
        let forged = CertificateList::from_der(&forged).unwrap();
        assert_eq!(forged.find(world.signer.certificate.serial()), Ok(None));
        assert_eq!(forged.verify_signed_by(&world.ca.certificate), Err(VerifyError::BadSignature), "{kind:?}");
    }
}

// Lists put together by hand, signed by nobody.

/// An Extension.
fn extension(id: Oid, critical: bool, value: &[u8]) -> Vec<u8> {
    Writer::build(|w| {
        w.sequence(|w| {
            w.oid(&id);
            if critical {
                w.boolean(true);
            }
            w.octet_string(value);
        });
    })
}

/// An entry of 1 March 2026.
fn entry(serial: &[u8], extensions: &[Vec<u8>]) -> Vec<u8> {
    Writer::build(|w| {
        w.sequence(|w| {
            w.integer_content(serial);
            w.time(at("2026-03-01T10:00:00Z"));
            if !extensions.is_empty() {
                w.sequence(|w| w.raw(&extensions.concat()));
            }
        });
    })
}

fn common_name(name: &str) -> Vec<u8> {
    Writer::build(|w| {
        w.sequence(|w| {
            w.set(|w| {
                w.sequence(|w| {
                    w.oid(&oid::COMMON_NAME);
                    w.utf8(name);
                });
            });
        });
    })
}

struct Bare {
    version: Option<u64>,
    inner_algorithm: (Oid, &'static [u8]),
    entries: Option<Vec<u8>>,
    extensions: Vec<Vec<u8>>,
}

impl Default for Bare {
    fn default() -> Self {
        let inner_algorithm = (oid::GOST2015_512_SIGNATURE, [].as_slice());
        Bare { version: Some(1), inner_algorithm, entries: None, extensions: Vec::new() }
    }
}

impl Bare {
    fn der(&self) -> Vec<u8> {
        let algorithm = |w: &mut Writer, id: &Oid, parameters: &[u8]| {
            w.sequence(|w| {
                w.oid(id);
                w.raw(parameters);
            });
        };
        Writer::build(|w| {
            w.sequence(|w| {
                w.sequence(|w| {
                    if let Some(version) = self.version {
                        w.integer_u64(version);
                    }
                    algorithm(w, &self.inner_algorithm.0, self.inner_algorithm.1);
                    w.raw(&common_name("CA"));
                    w.time(at("2026-03-02T00:00:00Z"));
                    if let Some(entries) = &self.entries {
                        w.sequence(|w| w.raw(entries));
                    }
                    if !self.extensions.is_empty() {
                        w.context(0, |w| w.sequence(|w| w.raw(&self.extensions.concat())));
                    }
                });
                algorithm(w, &oid::GOST2015_512_SIGNATURE, &[5, 0]);
                w.bit_string(&[0; 128]);
            });
        })
    }

    fn read(&self) -> Result<CertificateList, DerError> {
        CertificateList::from_der(&self.der())
    }
}

fn of_entries(entries: &[Vec<u8>]) -> Bare {
    Bare { entries: Some(entries.concat()), ..Bare::default() }
}

fn of_extensions(extensions: Vec<Vec<u8>>) -> Bare {
    Bare { extensions, ..Bare::default() }
}

fn refusal<T: std::fmt::Debug>(result: Result<T, DerError>) -> String {
    result.unwrap_err().what.to_string()
}

#[test]
fn the_two_algorithms_may_differ_in_a_null_and_in_nothing_else() {
    let with = |inner_algorithm| Bare { inner_algorithm, ..Bare::default() }.read();
    assert!(with((oid::GOST2015_512_SIGNATURE, &[])).is_ok());
    assert!(with((oid::GOST2015_512_SIGNATURE, &[5, 0])).is_ok());
    for other in [(oid::GOST2004_SIGNATURE, &[][..]), (oid::GOST2015_512_SIGNATURE, &[0x30, 0])] {
        assert_eq!(refusal(with(other)), "the two signature algorithms differ");
    }
}

#[test]
fn versions_and_what_they_allow() {
    let reason = extension(oid::REASON_CODE, false, &[0x0a, 1, 1]);
    let first = |entries, extensions| Bare { version: None, entries, extensions, ..Bare::default() }.read();
    assert_eq!(first(Some(entry(&[5], &[])), Vec::new()).unwrap().version(), 1);
    let message = "extensions in a CRL before version 2";
    assert_eq!(refusal(first(Some(entry(&[5], &[reason])), Vec::new())), message);
    assert_eq!(refusal(first(None, vec![extension(oid::CRL_NUMBER, false, &[2, 1, 1])])), message);
    for version in [0, 2, 3] {
        let list = Bare { version: Some(version), ..Bare::default() };
        assert_eq!(refusal(list.read()), "the version is not known");
    }
    let empty = Bare { entries: Some(Vec::new()), ..Bare::default() }.read().unwrap();
    assert_eq!((empty.entry_count(), empty.find(&[5])), (0, Ok(None)));
}

#[test]
fn a_certificate_listed_twice_is_not_judged_and_the_others_are() {
    let hold = extension(oid::REASON_CODE, false, &[0x0a, 1, 6]);
    let list = of_entries(&[entry(&[5], &[]), entry(&[6], &[]), entry(&[5], &[hold])]).read().unwrap();
    assert_eq!(refusal(list.find(&[5])), "the certificate is listed twice");
    assert!(list.find(&[6]).unwrap().is_some());
    assert_eq!(list.entries().count(), 3);
}

#[test]
fn extensions_that_stand_twice_are_too_many_or_none_are_refused() {
    let number = extension(oid::CRL_NUMBER, false, &[2, 1, 1]);
    assert_eq!(refusal(of_extensions(vec![number.clone(), number]).read()), "an extension stands twice");
    let hold = extension(oid::REASON_CODE, false, &[0x0a, 1, 6]);
    assert_eq!(refusal(of_entries(&[entry(&[5], &[hold.clone(), hold])]).read()), "an extension stands twice");
    let others = |count: usize| -> Vec<Vec<u8>> {
        let id = |n| Oid::parse_dotted(&format!("1.2.3.{n}")).unwrap();
        (0..count).map(|n| extension(id(n), false, &[])).collect()
    };
    assert!(of_entries(&[entry(&[5], &others(ENTRY_EXTENSIONS_MAX))]).read().is_ok());
    let too_many = of_entries(&[entry(&[5], &others(ENTRY_EXTENSIONS_MAX + 1))]);
    assert_eq!(refusal(too_many.read()), "there are too many extensions");
    assert!(of_entries(&[entry(&[5], &[Vec::new()])]).read().is_err());
}

#[test]
fn critical_extensions_nobody_knows_are_reported_wherever_they_stand() {
    let unknown = |n: u32| Oid::parse_dotted(&format!("1.2.3.{n}")).unwrap();
    let list = Bare {
        entries: Some(
            [
                entry(&[5], &[extension(unknown(1), true, &[])]),
                entry(&[6], &[extension(unknown(1), true, &[])]),
                entry(&[7], &[extension(unknown(2), false, &[])]),
            ]
            .concat(),
        ),
        extensions: vec![extension(unknown(3), true, &[]), extension(unknown(4), false, &[])],
        ..Bare::default()
    };
    assert_eq!(list.read().unwrap().unknown_critical_extensions(), [unknown(3), unknown(1)]);
}

#[test]
fn reasons_of_the_standard_are_read_and_no_others() {
    for code in 0..=12 {
        let list = of_entries(&[entry(&[5], &[extension(oid::REASON_CODE, false, &[0x0a, 1, code])])]).read();
        match ReasonCode::from_code(code) {
            Some(reason) => {
                assert_eq!(list.unwrap().find(&[5]).unwrap().unwrap().reason, Some(reason));
                assert_eq!(reason.code(), code);
            }
            None => {
                assert!([7, 11, 12].contains(&code));
                assert_eq!(refusal(list), "the reason is not known");
            }
        }
    }
    let words: std::collections::HashSet<_> = ReasonCode::ALL.into_iter().map(ReasonCode::as_str).collect();
    assert_eq!(words.len(), ReasonCode::ALL.len());
}

#[test]
fn numbers_are_ordered_as_numbers_and_not_negative() {
    let number = |content: &[u8]| {
        let value = Writer::build(|w| w.integer_content(content));
        of_extensions(vec![extension(oid::CRL_NUMBER, false, &value)]).read().map(|list| list.crl_number().unwrap())
    };
    let (small, high, large) = (number(&[9]).unwrap(), number(&[0, 0x80]).unwrap(), number(&[1; 20]).unwrap());
    assert!(small < high && high < large);
    assert_eq!((small.as_u64(), high.as_u64(), large.as_u64()), (Some(9), Some(128), None));
    assert_eq!((high.to_string(), large.to_string()), ("128".to_owned(), format!("0x{}", "01".repeat(20))));
    assert!(number(&[&[0][..], &[0xff; 20]].concat()).is_ok());
    for content in [&[0xff][..], &[1; 21], &[0, 1], &[]] {
        assert!(number(content).is_err(), "{content:?}");
    }
}

#[test]
fn a_delta_names_its_base_whether_critical_or_not() {
    for critical in [true, false] {
        let list = of_extensions(vec![
            extension(oid::CRL_NUMBER, false, &[2, 1, 7]),
            extension(oid::DELTA_CRL_INDICATOR, critical, &[2, 1, 5]),
            extension(oid::EXPIRED_CERTS_ON_CRL, false, b"\x18\x0f20150101000000Z"),
        ]);
        let list = list.read().unwrap();
        assert!(list.is_delta());
        assert_eq!(list.base_crl_number().unwrap().as_u64(), Some(5));
        assert!(list.base_crl_number() < list.crl_number());
        assert_eq!(list.expired_certs_on_crl(), Some(at("2015-01-01T00:00:00Z")));
        assert_eq!(list.unknown_critical_extensions(), []);
    }
}

fn scoped(write: impl FnOnce(&mut Writer)) -> Bare {
    let value = Writer::build(|w| w.sequence(write));
    of_extensions(vec![extension(oid::ISSUING_DISTRIBUTION_POINT, true, &value)])
}

#[test]
fn the_scope_of_a_list_is_read_and_contradictions_are_refused() {
    let uri = Writer::build(|w| w.general_name_uri("http://crl/1.crl"));
    let whole = scoped(|w| {
        w.context(0, |w| w.context(0, |w| w.raw(&uri)));
        w.context_primitive(1, &[0xff]);
        w.context_primitive(3, &[1, 0x62]);
        w.context_primitive(4, &[0xff]);
    });
    let list = whole.read().unwrap();
    let scope = list.issuing_distribution_point().unwrap();
    assert_eq!(scope.name, Some(DistributionPointName::Full(vec![uri])));
    assert!(scope.only_user_certificates && !scope.only_ca_certificates && !scope.only_attribute_certificates);
    assert_eq!((scope.only_some_reasons, scope.indirect, list.is_indirect()), (Some(0x6200), true, true));
    assert_eq!(list.unknown_critical_extensions(), []);

    assert!(scoped(|_| {}).read().is_err(), "empty");
    let both = scoped(|w| {
        w.context_primitive(1, &[0xff]);
        w.context_primitive(2, &[0xff]);
    });
    assert_eq!(refusal(both.read()), "a list only of several kinds of certificates");
    assert!(scoped(|w| w.context_primitive(1, &[1])).read().is_err(), "not DER");
    assert!(scoped(|w| w.context_primitive(6, &[0xff])).read().is_err(), "no such field");
}

fn issuer_of_entry(names: &[&str]) -> Vec<u8> {
    let value = Writer::build(|w| {
        w.sequence(|w| {
            w.general_name_uri("http://not-a-directory-name");
            for name in names {
                w.context(4, |w| w.raw(&common_name(name)));
            }
        });
    });
    extension(oid::CERTIFICATE_ISSUER, true, &value)
}

/// Source: RFC 5280 §5.3.3.
#[test]
fn in_an_indirect_list_the_issuer_holds_until_the_next_one_is_named() {
    let mut list = scoped(|w| w.context_primitive(4, &[0xff]));
    list.entries = Some(
        [
            entry(&[5], &[]),
            entry(&[6], &[issuer_of_entry(&["Other", "Same Other"])]),
            entry(&[5], &[]),
            entry(&[7], &[issuer_of_entry(&["CA"])]),
            entry(&[8], &[]),
        ]
        .concat(),
    );
    let list = list.read().unwrap();
    let (ca, other, alias, nobody) =
        (common_name("CA"), common_name("Other"), common_name("Same Other"), common_name("Nobody"));
    let listed = |issuer: &[u8]| -> Vec<u8> {
        let issuer = Name::from_der(issuer).unwrap();
        let has = |serial: &u8| list.find_issued_by(&issuer, &[*serial]).unwrap().is_some();
        (4..10).filter(has).collect()
    };
    assert_eq!(listed(&ca), [5, 7, 8]);
    assert_eq!(listed(&other), [5, 6]);
    assert_eq!(listed(&alias), [5, 6]);
    assert!(listed(&nobody).is_empty());
    assert_eq!(list.find(&[6]), Ok(None));
    assert_eq!(list.entries().filter(|entry| entry.certificate_issuer.is_none()).count(), 1);
    assert_eq!(list.unknown_critical_extensions(), []);
}

#[test]
fn a_list_that_is_not_indirect_says_nothing_of_another_issuer() {
    let list = of_entries(&[entry(&[5], &[])]).read().unwrap();
    let (ca, other) = (common_name("CA"), common_name("Other"));
    assert!(list.find_issued_by(&Name::from_der(&ca).unwrap(), &[5]).unwrap().is_some());
    assert_eq!(list.find_issued_by(&Name::from_der(&other).unwrap(), &[5]), Ok(None));
}

/// As many as the national CA has. The copy costs nothing, and a search reads one entry.
#[test]
fn a_list_of_the_size_of_the_national_one_is_read_and_searched() {
    let reason = extension(oid::REASON_CODE, false, &[0x0a, 1, 4]);
    let mut serial = [0x11; 20];
    let mut entries = Vec::new();
    for n in 0..422_000_u32 {
        serial[16..].copy_from_slice(&n.to_be_bytes());
        entries.extend_from_slice(&entry(&serial, std::slice::from_ref(&reason)));
    }
    let list = Bare { entries: Some(entries), ..Bare::default() }.read().unwrap();
    assert!(list.der().len() > 20_000_000);
    assert_eq!(list.entry_count(), 422_000);
    assert_eq!(list.clone().find(&serial).unwrap().unwrap().reason, Some(ReasonCode::Superseded));
    serial[16] = 0xff;
    assert_eq!(list.find(&serial), Ok(None));
}

/// Names are compared once for each change of the issuer, however many entries follow.
#[test]
fn many_names_with_many_entries_do_not_multiply() {
    let names: Vec<String> = (0..5_000).map(|n| format!("Issuer {n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut entries = entry(&[6], &[issuer_of_entry(&names)]);
    entries.extend(entry(&[5], &[]).repeat(200_000));
    let list = Bare { entries: Some(entries), ..Bare::default() }.read().unwrap();
    assert_eq!(list.find(&[5]), Ok(None));
}

#[test]
fn an_oversized_or_foreign_object_is_refused() {
    assert_eq!(refusal(CertificateList::from_der(&vec![0x30; CRL_MAX_BYTES + 1])), "the CRL is too large");
    let world = World::new(Kind::Gost2015);
    for other in [&[][..], b"<html>", world.ca.certificate.der(), &[0x30, 0x80, 0, 0]] {
        assert!(CertificateList::from_der(other).is_err());
    }
    let mut trailing = Bare::default().der();
    trailing.push(0);
    assert_eq!(CertificateList::from_der(&trailing).unwrap_err().what, DerErrorKind::TrailingOctets);
}

/// Reads `der` and asks everything of what was read.
fn exercise(der: &[u8], known: &[u8]) -> bool {
    let Ok(list) = CertificateList::from_der(der) else { return false };
    let last: Option<RevokedEntry<'_>> = list.entries().last();
    let _ = (last, list.find(known), list.find(&[]), format!("{list:?}"), list.is_indirect());
    assert_eq!(list.entries().count(), list.entry_count());
    true
}

#[test]
fn no_truncation_is_a_list_and_no_changed_octet_stops_the_reader() {
    let mut world = World::new(Kind::Gost2015);
    let mut template = template(&world);
    template.next_update = Some(at("2026-03-03T00:00:00Z"));
    template.base_number = Some(299);
    let scope = Writer::build(|w| w.sequence(|w| w.context_primitive(4, &[0xff])));
    let scope = RawExtension { identifier: oid::ISSUING_DISTRIBUTION_POINT, critical: true, value: scope };
    template.more_extensions.push(scope);
    let built = build_crl(&template, &world.ca.key, &mut world.random).unwrap();
    let mut samples = vec![built, of_entries(&[entry(&[5], &[issuer_of_entry(&["A", "B"])]), entry(&[6], &[])]).der()];
    if let Some(folder) = shared("nca") {
        samples.extend(real_lists(&folder).into_iter().map(|real| real.der));
    }
    for sample in samples {
        assert!(exercise(&sample, &[5]));
        // In long lists the entries are all alike.
        let step = sample.len() / 3_000 + 1;
        for end in (0..sample.len()).step_by(step) {
            assert!(!exercise(&sample[..end], &[5]), "the first {end}");
        }
        let mut changed = sample.clone();
        for place in (0..sample.len()).step_by(step) {
            for mask in [0x01, 0x20, 0x80, 0xff] {
                changed[place] ^= mask;
                exercise(&changed, &[5]);
                changed[place] = sample[place];
            }
        }
    }
}
