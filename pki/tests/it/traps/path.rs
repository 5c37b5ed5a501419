//! Paths that do not hold, and those that only look as if they did not. Keeps: SIG-03, SIG-05.

use qolhat_pki::certificate::Certificate;
use qolhat_pki::der::writer::Writer;
use qolhat_pki::issue::certificate_builder::{CertificateTemplate, PolicyStatement, name, usage};
use qolhat_pki::issue::fault::signed_anew;
use qolhat_pki::issue::profile::{KeyUse, Profile, service_subject};
use qolhat_pki::name::Name;
use qolhat_pki::oid::{self, Oid};
use qolhat_pki::path::{Budget, PathError, PathOptions, build_path, names_match};
use qolhat_pki::trust::TrustStore;

use super::{extension, issue};
use crate::validate::now;
use crate::workshop::{Holder, Kind, SeededRandom, World, at};

mod constraints;
mod policies;

fn path_with(
    target: &Certificate,
    root: &Certificate,
    between: &[&Holder],
    options: &PathOptions,
) -> Result<usize, PathError> {
    let trust = TrustStore::from_certificates([root.clone()]);
    let between: Vec<_> = between.iter().map(|holder| holder.certificate.clone()).collect();
    build_path(target, &trust, &between, now(), options, &mut Budget::default()).map(|path| path.certificates().len())
}

/// How many certificates the path has below the root of `world`, or the code of the reason why there is none.
fn path(world: &World, target: &Holder, between: &[&Holder]) -> Result<usize, &'static str> {
    let found = path_with(&target.certificate, &world.root.certificate, between, &PathOptions::default());
    found.map_err(|error| error.code())
}

fn ca(issuer: &Holder, seed: u64, name: &str, change: impl FnOnce(&mut CertificateTemplate)) -> Holder {
    issue(issuer, seed, &Profile::IssuingCa, service_subject(name), change)
}

fn person(issuer: &Holder, change: impl FnOnce(&mut CertificateTemplate)) -> Holder {
    issue(issuer, 99, &Profile::NaturalPerson(KeyUse::Sign), service_subject("АДАМ"), change)
}

#[test]
fn a_certificate_not_signed_by_the_key_of_its_issuer_has_no_path() {
    let world = World::new(Kind::Gost2015);
    let mut der = world.signer.certificate.der().to_vec();
    *der.last_mut().unwrap() ^= 1;
    let spoilt = Holder { certificate: Certificate::from_der(&der).unwrap(), key: key(1) };
    assert_eq!(path(&world, &world.signer, &[&world.ca]), Ok(2));
    assert_eq!(path(&world, &spoilt, &[&world.ca]), Err("bad-signature"));
}

fn key(seed: u64) -> qolhat_pki::key::PrivateKey {
    qolhat_pki::key::PrivateKey::generate_gost512(&mut SeededRandom::new(seed)).unwrap()
}

#[test]
fn a_certificate_whose_issuer_is_nowhere_has_no_path() {
    let world = World::new(Kind::Gost2015);
    assert_eq!(path(&world, &world.signer, &[]), Err("no-path"));
    // The key of the CA, under a name that the certificate does not say.
    let renamed = issue(&world.ca, 1, &Profile::IssuingCa, service_subject("АЛДЫҢҒЫ"), |_| {});
    let target = person(&renamed, |template| template.issuer = world.root.certificate.subject_der().to_vec());
    assert_eq!(path(&world, &target, &[&renamed, &world.ca]), Err("no-path"), "the identifiers are of another key");
}

#[test]
fn outside_its_term_no_certificate_of_a_path_holds() {
    let world = World::new(Kind::Gost2015);
    let ended = person(&world.ca, |template| template.not_after = at("2026-05-01T12:00:09Z"));
    assert_eq!(path(&world, &ended, &[&world.ca]), Err("expired"));
    let early = person(&world.ca, |template| template.not_before = at("2026-05-01T12:00:11Z"));
    assert_eq!(path(&world, &early, &[&world.ca]), Err("not-yet-valid"));
    let last = person(&world.ca, |template| template.not_after = now());
    assert_eq!(path(&world, &last, &[&world.ca]), Ok(2), "the last moment counts");
    let ended_ca = ca(&world.root, 2, "ОРТАЛЫҚ", |template| template.not_after = at("2026-05-01T12:00:09Z"));
    assert_eq!(path(&world, &person(&ended_ca, |_| {}), &[&ended_ca]), Err("expired"));
}

#[test]
fn names_that_differ_in_case_spaces_and_string_type_chain_and_others_do_not() {
    let world = World::new(Kind::Gost2015);
    let written = |cn: &str, printable: bool| {
        Writer::build(|w| {
            w.sequence(|w| {
                w.set(|w| {
                    w.sequence(|w| {
                        w.oid(&oid::COMMON_NAME);
                        if printable { w.printable(cn) } else { w.utf8(cn) }
                    });
                });
            });
        })
    };
    let issuing = issue(&world.root, 3, &Profile::IssuingCa, written("Test  Centre ONE", false), |_| {});
    for (cn, printable, expected) in [
        ("test centre one", true, Ok(2)),
        (" TEST CENTRE  One ", false, Ok(2)),
        ("testcentre one", false, Err("no-path")),
        ("test centre on\u{435}", false, Err("no-path")),
        ("test centre one\u{200b}", false, Err("no-path")),
    ] {
        let target = person(&issuing, |template| template.issuer = written(cn, printable));
        assert_eq!(path(&world, &target, &[&issuing]), expected, "{cn}");
    }
    // Another order of the parts is another name.
    let parts = [(oid::COMMON_NAME, "A"), (oid::ORGANIZATION, "B")];
    let (one, other) = (name(&parts), name(&[parts[1], parts[0]]));
    assert!(!names_match(&Name::from_der(&one).unwrap(), &Name::from_der(&other).unwrap()));
}

#[test]
fn who_is_no_ca_issues_nothing() {
    let world = World::new(Kind::Gost2015);
    let other = |change: fn(&mut CertificateTemplate)| {
        issue(&world.ca, 98, &Profile::NaturalPerson(KeyUse::Sign), service_subject("БАСҚА АДАМ"), change)
    };
    let nobody = other(|template| template.key_usage |= usage::KEY_CERT_SIGN);
    assert_eq!(path(&world, &person(&nobody, |_| {}), &[&nobody, &world.ca]), Err("not-a-ca"));
    // Says so itself: cA FALSE is the default, so the SEQUENCE is empty.
    let told = other(|template| {
        template.more_extensions.push(extension(oid::BASIC_CONSTRAINTS, true, vec![0x30, 0]));
    });
    assert_eq!(path(&world, &person(&told, |_| {}), &[&told, &world.ca]), Err("not-a-ca"));
}

/// Nothing in a certificate of version 1 says that its subject is a CA. Source: RFC 5280 §6.1.4 (k).
#[test]
fn a_ca_certificate_of_version_1_below_the_anchor_is_refused() {
    let world = World::new(Kind::Gost2015);
    let modern = ca(&world.root, 4, "ЕСКІ", |_| {});
    let old = signed_anew(
        modern.certificate.der(),
        |fields| {
            fields.remove(0);
            fields.pop();
        },
        &world.root.key,
        &mut SeededRandom::new(1),
    );
    let old = Holder { certificate: Certificate::from_der(&old.unwrap()).unwrap(), key: modern.key };
    assert_eq!(old.certificate.version(), 1);
    let target = person(&old, |_| {});
    assert_eq!(path(&world, &target, &[&old]), Err("not-a-ca"));
}

#[test]
fn a_ca_whose_key_is_not_for_certificates_issues_nothing() {
    let world = World::new(Kind::Gost2015);
    let lists = ca(&world.root, 5, "ТІЗІМ", |template| template.key_usage = usage::CRL_SIGN);
    assert_eq!(path(&world, &person(&lists, |_| {}), &[&lists]), Err("key-usage"));
}

#[test]
fn a_path_longer_than_a_ca_allows_is_refused_and_self_issued_certificates_do_not_count() {
    let world = World::new(Kind::Gost2015);
    let limited = ca(&world.root, 6, "БІР", |template| template.ca = Some(Some(0)));
    let below = ca(&limited, 7, "ЕКІ", |_| {});
    assert_eq!(path(&world, &person(&limited, |_| {}), &[&limited]), Ok(2));
    assert_eq!(path(&world, &person(&below, |_| {}), &[&limited, &below]), Err("path-too-long"));
    // The CA's own new key, certified by the old one.
    let renewed = ca(&limited, 8, "БІР", |template| template.ca = Some(Some(0)));
    assert_eq!(path(&world, &person(&renewed, |_| {}), &[&limited, &renewed]), Ok(3));
    // More than the caller asked for.
    let options = PathOptions { max_depth: 1, ..PathOptions::default() };
    let (one, two) = (ca(&world.root, 9, "1", |_| {}), ca(&ca(&world.root, 9, "1", |_| {}), 10, "2", |_| {}));
    let target = person(&two, |_| {});
    let found = path_with(&target.certificate, &world.root.certificate, &[&one, &two], &options);
    assert_eq!(found.map_err(|error| error.code()), Err("path-too-long"));
}

#[test]
fn an_unknown_critical_extension_refuses_a_certificate_wherever_it_stands() {
    let world = World::new(Kind::Gost2015);
    let unknown = || extension(oid::ROLE_HEAD, true, vec![5, 0]);
    let target = person(&world.ca, |template| template.more_extensions.push(unknown()));
    assert_eq!(path(&world, &target, &[&world.ca]), Err("unknown-critical-extension"));
    let issuing = ca(&world.root, 11, "ОРТАЛЫҚ", |template| template.more_extensions.push(unknown()));
    assert_eq!(path(&world, &person(&issuing, |_| {}), &[&issuing]), Err("unknown-critical-extension"));
    let harmless = person(&world.ca, |template| {
        template.more_extensions.push(extension(oid::ROLE_HEAD, false, vec![5, 0]));
    });
    assert_eq!(path(&world, &harmless, &[&world.ca]), Ok(2));
}

/// Two CAs that certify each other, and nobody above them: the search ends.
#[test]
fn a_circle_of_cas_is_no_path_and_the_search_ends() {
    let world = World::new(Kind::Gost2015);
    let one = ca(&world.root, 12, "БІР", |_| {});
    let two = ca(&one, 13, "ЕКІ", |_| {});
    let one_by_two = ca(&two, 12, "БІР", |_| {});
    let two_by_one = ca(&one_by_two, 13, "ЕКІ", |_| {});
    let target = person(&two, |_| {});
    assert_eq!(path(&world, &target, &[&two, &one_by_two, &two_by_one]), Err("no-path"));
    assert_eq!(path(&world, &target, &[&two, &one_by_two, &two_by_one, &one]), Ok(3));
}

#[test]
fn of_cas_with_one_name_the_one_whose_key_signed_is_taken_whatever_the_identifiers_say() {
    let world = World::new(Kind::Gost2015);
    let (right, wrong) = (ca(&world.root, 14, "ОРТАЛЫҚ", |_| {}), ca(&world.root, 15, "ОРТАЛЫҚ", |_| {}));
    // The certificate points to the key of the other one.
    let misled = person(&right, |template| {
        template.authority_key_id = wrong.certificate.subject_key_id().map(<[u8]>::to_vec);
    });
    for order in [[&right, &wrong], [&wrong, &right]] {
        assert_eq!(path(&world, &misled, &order), Ok(2));
        assert_eq!(path(&world, &person(&right, |_| {}), &order), Ok(2));
    }
    assert_eq!(path(&world, &misled, &[&wrong]), Err("bad-signature"));
}

/// The same key under another name is another CA.
#[test]
fn a_ca_of_the_same_key_under_another_name_is_not_the_issuer() {
    let world = World::new(Kind::Gost2015);
    let (right, renamed) = (ca(&world.root, 16, "ОРТАЛЫҚ", |_| {}), ca(&world.root, 16, "БАСҚА", |_| {}));
    assert_eq!(right.certificate.spki(), renamed.certificate.spki());
    let target = person(&right, |_| {});
    assert_eq!(path(&world, &target, &[&renamed]), Err("no-path"));
    assert_eq!(path(&world, &target, &[&renamed, &right]), Ok(2));
}

/// A cross-certificate leads to another root; the dead end beside it does not stop the search.
#[test]
fn a_path_by_a_cross_certificate_is_found_beside_dead_ends() {
    let world = World::new(Kind::Gost2015);
    let stranger = World::new(Kind::Rsa);
    let own = ca(&stranger.root, 17, "ОРТАЛЫҚ", |_| {});
    let cross = ca(&world.root, 17, "ОРТАЛЫҚ", |_| {});
    let target = person(&own, |_| {});
    assert_eq!(path(&world, &target, &[&own, &stranger.root]), Err("no-path"));
    assert_eq!(path(&world, &target, &[&own, &stranger.root, &cross]), Ok(2));
}

/// Namesakes by the hundred: the work ends with the budget, and says so. Source: RFC 4158.
#[test]
fn a_search_beyond_its_budget_ends_as_such() {
    let world = World::new(Kind::Gost2015);
    let target = person(&world.ca, |_| {});
    let twins: Vec<Holder> = (100..130)
        .map(|seed| issue(&world.root, seed, &Profile::IssuingCa, world.ca.certificate.subject_der().to_vec(), |_| {}))
        .collect();
    let between: Vec<_> = twins.iter().map(|twin| twin.certificate.clone()).collect();
    let trust = TrustStore::from_certificates([world.root.certificate.clone()]);
    let search = |budget: &mut Budget| {
        let found = build_path(&target.certificate, &trust, &between, now(), &PathOptions::default(), budget);
        found.map(|_| ()).map_err(|error| error.code())
    };
    assert_eq!(search(&mut Budget::new(20, 10_000)), Err("budget-exhausted"), "signatures");
    assert_eq!(search(&mut Budget::new(1_000, 20)), Err("budget-exhausted"), "candidates");
    assert_eq!(search(&mut Budget::default()), Err("no-path"));
}

/// The signer's own certificate in a trust folder is no authority.
#[test]
fn a_certificate_of_no_ca_is_no_anchor() {
    let world = World::new(Kind::Gost2015);
    let trust = TrustStore::from_certificates([world.signer.certificate.clone()]);
    assert!(trust.is_empty());
    let found =
        build_path(&world.signer.certificate, &trust, &[], now(), &PathOptions::default(), &mut Budget::default());
    assert_eq!(found.map_err(|error| error.code()).map(|_| ()), Err("no-path"));
}

fn policy(policy: Oid) -> PolicyStatement {
    PolicyStatement { policy, cps: None }
}
