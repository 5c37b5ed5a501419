//! Lists that must not be believed, or not for this certificate. Keeps: SIG-06, SIG-08.

use qolhat_pki::certificate::Certificate;
use qolhat_pki::crl::{CRL_MAX_BYTES, CertificateList};
use qolhat_pki::der::writer::Writer;
use qolhat_pki::issue::certificate_builder::usage;
use qolhat_pki::issue::crl_builder::{CrlTemplate, RevokedEntry};
use qolhat_pki::issue::fault::{CrlFault, build_wrong_crl, signed_anew};
use qolhat_pki::issue::profile::{Profile, service_subject};
use qolhat_pki::key::PrivateKey;
use qolhat_pki::oid;
use qolhat_pki::validate::Evidence;

use super::{extension, issue, status, status_of};
use crate::validate::{KEY_COMPROMISE, LISTED, NOW, TOMORROW, build, crl, template};
use crate::workshop::{Holder, Kind, SeededRandom, World, at};

const UNSIGNED: &str = "revocation-unknown: the CRL is not signed by the issuer";
const BEFORE: &str = "2026-05-01T11:00:00Z";

/// A list that is not DER, contradicts itself or goes on after its end is none.
#[test]
fn a_list_with_one_thing_wrong_is_not_read() {
    let world = World::new(Kind::Gost2015);
    let template = template(&world.ca, LISTED, TOMORROW, &[]);
    for fault in CrlFault::ALL {
        assert_eq!(CrlFault::named(fault.name()), Some(*fault));
        let der = build_wrong_crl(&template, *fault, &world.ca.key, &mut SeededRandom::new(1)).unwrap();
        let error = CertificateList::from_der(&der).unwrap_err().to_string();
        let reason = match fault {
            CrlFault::LongLength => "the length is not minimal",
            CrlFault::OtherAlgorithmInside => "the two signature algorithms differ",
            CrlFault::GeneralizedTimeTooEarly => "not a valid time",
            CrlFault::ExtensionTwice => "an extension stands twice",
            CrlFault::ExtensionsInVersion1 => "extensions in a CRL before version 2",
            CrlFault::TrailingField | CrlFault::TrailingOctet => "octets are left over",
        };
        assert!(error.contains(reason), "{}: {error}", fault.name());
    }
}

#[test]
fn a_list_by_another_key_under_the_name_of_the_ca_is_not_believed() {
    let world = World::new(Kind::Gost2015);
    let name = world.ca.certificate.subject_der().to_vec();
    let stranger = World::new(Kind::Rsa);
    // A namesake whom nobody made an issuer, known or not.
    let namesake = issue(&stranger.root, 3, &Profile::IssuingCa, name, |_| {});
    for known in [&[][..], &[&namesake], &[&namesake, &stranger.root]] {
        let list = crl(&namesake, LISTED, TOMORROW, &[]);
        assert_eq!(status(&world, vec![list], Vec::new(), known), UNSIGNED);
    }
}

/// The CA's own key, which the CA's certificate does not let sign lists. Source: RFC 5280 §6.3.3 (f).
#[test]
fn a_list_by_a_ca_that_may_not_sign_lists_is_not_believed() {
    let mut world = World::new(Kind::Gost2015);
    world.ca = issue(&world.root, 4, &Profile::IssuingCa, world.ca.certificate.subject_der().to_vec(), |template| {
        template.key_usage = usage::KEY_CERT_SIGN;
    });
    world.signer = issue(
        &world.ca,
        5,
        &Profile::NaturalPerson(qolhat_pki::issue::profile::KeyUse::Sign),
        service_subject("А"),
        |_| {},
    );
    let list = crl(&world.ca, LISTED, TOMORROW, &[]);
    assert_eq!(status(&world, vec![list], Vec::new(), &[]), UNSIGNED);
}

#[test]
fn a_list_whose_time_is_over_says_nothing_good() {
    let world = World::new(Kind::Gost2015);
    let stale = "revocation-unknown: no evidence on it is fresh enough";
    for next in ["2026-05-01T12:00:06Z", NOW] {
        assert_eq!(status(&world, vec![crl(&world.ca, LISTED, next, &[])], Vec::new(), &[]), stale, "{next}");
    }
    let list = crl(&world.ca, LISTED, "2026-05-01T12:00:11Z", &[]);
    assert_eq!(status(&world, vec![list], Vec::new(), &[]), "good");
    // One that ends before it begins.
    let list = crl(&world.ca, NOW, BEFORE, &[]);
    assert_eq!(status(&world, vec![list], Vec::new(), &[]), stale);
}

/// The entries of a list, which are written here because the builder writes honest ones.
fn with_entries(list: &CertificateList, key: &PrivateKey, entries: Vec<u8>) -> CertificateList {
    // version, algorithm, issuer, thisUpdate, nextUpdate, entries.
    const ENTRIES: usize = 5;
    let der = signed_anew(
        list.der(),
        |fields| fields.insert(ENTRIES, Writer::build(|w| w.element(0x30, &entries))),
        key,
        &mut SeededRandom::new(1),
    );
    CertificateList::from_der(&der.unwrap()).unwrap()
}

/// One entry; `issuer` names whose certificate it is, and of those after it.
fn entry(serial: &[u8], issuer: Option<&Certificate>, unknown_critical: bool) -> Vec<u8> {
    let write = |w: &mut Writer, identifier, value: &[u8]| {
        w.sequence(|w| {
            w.oid(&identifier);
            w.boolean(true);
            w.octet_string(value);
        });
    };
    Writer::build(|w| {
        w.sequence(|w| {
            w.integer_content(serial);
            w.time(at(BEFORE));
            if issuer.is_some() || unknown_critical {
                w.sequence(|w| {
                    if let Some(issuer) = issuer {
                        let names = Writer::build(|w| w.sequence(|w| w.context(4, |w| w.raw(issuer.subject_der()))));
                        write(w, oid::CERTIFICATE_ISSUER, &names);
                    }
                    if unknown_critical {
                        write(w, oid::ROLE_HEAD, &[5, 0]);
                    }
                });
            }
        });
    })
}

/// An indirect list of the root: the entry after the one that names the CA is of the CA too. Source: RFC 5280 §5.3.3.
#[test]
fn an_entry_of_an_indirect_list_inherits_its_issuer_from_the_one_before() {
    let world = World::new(Kind::Gost2015);
    let by_root = Writer::build(|w| {
        w.sequence(|w| w.sequence(|w| w.context(2, |w| w.context(4, |w| w.raw(world.root.certificate.subject_der())))));
    });
    let target = issue(&world.ca, 6, &Profile::InformationSystem, service_subject("ЖҮЙЕ"), |template| {
        template.more_extensions.push(extension(oid::CRL_DISTRIBUTION_POINTS, false, by_root));
    });
    let mut indirect = template(&world.root, LISTED, TOMORROW, &[]);
    let scope = Writer::build(|w| w.sequence(|w| w.context_primitive(4, &[0xff])));
    indirect.more_extensions.push(extension(oid::ISSUING_DISTRIBUTION_POINT, true, scope));
    let empty = build(&indirect, &world.root.key);
    let serial = target.certificate.serial();
    let judged = |entries: Option<Vec<Vec<u8>>>| {
        let list = match entries {
            Some(entries) => with_entries(&empty, &world.root.key, entries.concat()),
            None => empty.clone(),
        };
        let crls = vec![crl(&world.root, LISTED, TOMORROW, &[]), list];
        status_of(&world, &target.certificate, &Evidence { crls, ..Evidence::default() }, &[])
    };
    let (ca, other) = (Some(&world.ca.certificate), Some(&world.responder.certificate));
    assert_eq!(judged(None), "good");
    assert_eq!(judged(Some(vec![entry(&[1], ca, false), entry(serial, None, false)])), "revoked");
    // Of the root itself, before anybody is named; and of another issuer, named in between.
    assert_eq!(judged(Some(vec![entry(serial, None, false), entry(&[1], ca, false)])), "good");
    assert_eq!(
        judged(Some(vec![entry(&[1], ca, false), entry(&[2], other, false), entry(serial, None, false)])),
        "good"
    );
}

/// An entry that nobody understands in full: nobody is called good by that list. Source: RFC 5280 §5.3.
#[test]
fn a_list_with_an_unknown_critical_extension_of_some_entry_calls_nobody_good() {
    let world = World::new(Kind::Gost2015);
    let empty = crl(&world.ca, LISTED, TOMORROW, &[]);
    let list = |unknown| with_entries(&empty, &world.ca.key, entry(&[1], None, unknown));
    assert_eq!(status(&world, vec![list(false)], Vec::new(), &[]), "good");
    assert_eq!(
        status(&world, vec![list(true)], Vec::new(), &[]),
        "revocation-unknown: the CRL has an unknown critical extension"
    );
}

/// A delta on a base of another scope is no delta on it. Source: RFC 5280 §5.2.4.
#[test]
fn a_delta_of_another_scope_than_its_base_is_not_put_on_it() {
    let world = World::new(Kind::Gost2015);
    let users = || extension(oid::ISSUING_DISTRIBUTION_POINT, true, vec![0x30, 3, 0x81, 1, 0xff]);
    let base = crl(&world.ca, "2026-04-30T00:00:00Z", "2026-05-01T00:00:00Z", &[]);
    let delta = |scoped: bool| {
        let mut delta = template(&world.ca, LISTED, TOMORROW, &[]);
        (delta.number, delta.base_number) = (9, Some(7));
        delta.more_extensions.extend(scoped.then(users));
        build(&delta, &world.ca.key)
    };
    assert_eq!(status(&world, vec![base.clone(), delta(false)], Vec::new(), &[]), "good");
    assert_eq!(
        status(&world, vec![base, delta(true)], Vec::new(), &[]),
        "revocation-unknown: no evidence on it is fresh enough"
    );
}

/// One million entries, 50 megabytes: read, verified and searched without a copy of the entries; and a list beyond the
/// limit is refused before it is looked at.
#[test]
fn a_list_of_fifty_megabytes_is_judged_and_one_beyond_the_limit_is_refused() {
    let world = World::new(Kind::Rsa);
    let listed = |position: u32| RevokedEntry {
        serial: [&[0x11; 16][..], &position.to_be_bytes()].concat(),
        revoked_at: at(BEFORE),
        reason: Some(KEY_COMPROMISE),
        invalid_since: None,
    };
    let mut entries: Vec<RevokedEntry> = (0..970_000).map(listed).collect();
    let large = |entries| CrlTemplate { entries, ..template(&world.ca, LISTED, TOMORROW, &[]) };
    let good = build(&large(entries.clone()), &world.ca.key);
    assert!((50_000_000..CRL_MAX_BYTES).contains(&good.der().len()), "{}", good.der().len());
    assert_eq!(status(&world, vec![good], Vec::new(), &[]), "good");
    entries.push(RevokedEntry { serial: world.signer.certificate.serial().to_vec(), ..listed(0) });
    let told = build(&large(entries), &world.ca.key);
    assert_eq!(status(&world, vec![told], Vec::new(), &[]), "revoked");
    let beyond = vec![0x30; CRL_MAX_BYTES + 1];
    assert!(CertificateList::from_der(&beyond).unwrap_err().to_string().contains("the CRL is too large"));
}

/// The holder of a certificate that the CA made for lists, under another CA's path.
#[test]
fn a_signer_of_lists_whose_own_certificate_had_ended_is_not_believed() {
    let world = World::new(Kind::Gost2015);
    let name = world.ca.certificate.subject_der().to_vec();
    let renewed = |until: &str| -> Holder {
        issue(&world.root, 7, &Profile::IssuingCa, name.clone(), |template| template.not_after = at(until))
    };
    for (until, expected) in [(TOMORROW, "good"), (BEFORE, UNSIGNED)] {
        let other_key = renewed(until);
        let list = crl(&other_key, LISTED, TOMORROW, &[]);
        assert_eq!(status(&world, vec![list], Vec::new(), &[&other_key]), expected, "{until}");
    }
}
