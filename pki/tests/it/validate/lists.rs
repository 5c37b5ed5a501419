//! CRLs in the forms that the national CA does not use and others do: lists of parts, of other keys, of other issuers.
//! Keeps: SIG-06, SIG-08.

use qolhat_pki::crl::CertificateList;
use qolhat_pki::der::writer::Writer;
use qolhat_pki::issue::certificate_builder::RawExtension;
use qolhat_pki::issue::crl_builder::CrlTemplate;
use qolhat_pki::issue::profile::{Profile, service_subject};
use qolhat_pki::oid;
use qolhat_pki::path::{Budget, PathOptions};
use qolhat_pki::policy::RevocationPolicy;
use qolhat_pki::validate::{Evidence, validate_path};

use super::forge::{issue, signer};
use super::{HOLD, KEY_COMPROMISE, LISTED, NOW, TOMORROW, anchors, build, crl, now, template};
use crate::workshop::{Holder, Kind, World, at};

const BEFORE: &str = "2026-05-01T11:00:00Z";
const REMOVED: u8 = 8;

/// Whether `target` of the CA stands with these lists and a good one of the root; otherwise the code of the reason.
fn judged(world: &World, target: &Holder, certificates: &[&Holder], crls: Vec<CertificateList>) -> &'static str {
    let mut evidence = Evidence { crls, ..Evidence::default() };
    evidence.crls.push(crl(&world.root, LISTED, TOMORROW, &[]));
    let others = certificates.iter().map(|holder| holder.certificate.clone());
    let intermediates: Vec<_> = others.chain([world.ca.certificate.clone()]).collect();
    let (policy, options) = (RevocationPolicy::default(), PathOptions::default());
    let (target, anchors, mut budget) = (&target.certificate, anchors(world), Budget::default());
    match validate_path(target, &anchors, &intermediates, &evidence, &policy, &options, now(), &mut budget) {
        Ok(_) => "good",
        Err(error) => error.code(),
    }
}

/// issuingDistributionPoint with these fields.
fn scoped(mut template: CrlTemplate, write: impl FnOnce(&mut Writer)) -> CrlTemplate {
    let value = Writer::build(|w| w.sequence(write));
    template.more_extensions.push(RawExtension { identifier: oid::ISSUING_DISTRIBUTION_POINT, critical: true, value });
    template
}

const COMPROMISES: [u8; 2] = [0x05, 0x60];
const OTHER_REASONS: [u8; 3] = [0x07, 0x9f, 0x80];

#[test]
fn lists_for_some_reasons_say_not_revoked_only_when_together_they_cover_all() {
    let world = World::new(Kind::Gost2015);
    let part = |this: &str, reasons: &[u8]| {
        let scoped = scoped(template(&world.ca, this, TOMORROW, &[]), |w| w.context_primitive(3, reasons));
        build(&scoped, &world.ca.key)
    };
    let judged = |crls| judged(&world, &world.signer, &[], crls);
    assert_eq!(judged(vec![part(LISTED, &COMPROMISES)]), "revocation-unknown");
    assert_eq!(judged(vec![part(LISTED, &OTHER_REASONS)]), "revocation-unknown");
    assert_eq!(judged(vec![part(LISTED, &COMPROMISES), part(LISTED, &COMPROMISES)]), "revocation-unknown");
    assert_eq!(judged(vec![part(LISTED, &COMPROMISES), part(LISTED, &OTHER_REASONS)]), "good");
}

#[test]
fn a_part_that_is_out_of_date_leaves_the_whole_unknown_and_one_that_tells_a_revocation_counts_alone() {
    let world = World::new(Kind::Gost2015);
    let serial = world.signer.certificate.serial().to_vec();
    let part = |next: &str, reasons: &[u8], revoked: &[super::Revoked<'_>]| {
        let this = "2026-05-01T00:00:00Z";
        let scoped = scoped(template(&world.ca, this, next, revoked), |w| w.context_primitive(3, reasons));
        build(&scoped, &world.ca.key)
    };
    let judged = |crls| judged(&world, &world.signer, &[], crls);
    let fresh = || part(TOMORROW, &OTHER_REASONS, &[]);
    assert_eq!(judged(vec![part(BEFORE, &COMPROMISES, &[]), fresh()]), "revocation-unknown");
    let told = part(TOMORROW, &COMPROMISES, &[(&serial, BEFORE, Some(KEY_COMPROMISE))]);
    assert_eq!(judged(vec![told, fresh()]), "revoked");
}

fn another_key_of_the_ca(world: &World, by: &Holder) -> Holder {
    issue(by, Kind::Gost2015, &Profile::IssuingCa, service_subject("СЫНАҚ ОРТАЛЫҒЫ"), |template| {
        template.crl_uris.clear();
        assert_eq!(template.subject, world.ca.certificate.subject_der());
    })
}

#[test]
fn a_list_by_another_key_of_the_ca_counts_when_that_key_leads_to_the_same_anchor() {
    let world = World::new(Kind::Gost2015);
    let renewed = another_key_of_the_ca(&world, &world.root);
    let list = || crl(&renewed, LISTED, TOMORROW, &[]);
    assert_eq!(judged(&world, &world.signer, &[&renewed], vec![list()]), "good");
    // Nobody knows the key without its certificate.
    assert_eq!(judged(&world, &world.signer, &[], vec![list()]), "revocation-unknown");
    let serial = world.signer.certificate.serial().to_vec();
    let told = crl(&renewed, LISTED, TOMORROW, &[(&serial, BEFORE, None)]);
    assert_eq!(judged(&world, &world.signer, &[&renewed], vec![told]), "revoked");
}

#[test]
fn a_list_by_a_namesake_of_the_ca_under_another_root_is_not_believed() {
    let world = World::new(Kind::Gost2015);
    let stranger = World::new(Kind::Rsa);
    assert_eq!(stranger.ca.certificate.subject_der(), world.ca.certificate.subject_der());
    let list = crl(&stranger.ca, LISTED, TOMORROW, &[]);
    let known = [&stranger.ca, &stranger.root];
    assert_eq!(judged(&world, &world.signer, &known, vec![list]), "revocation-unknown");
}

#[test]
fn a_list_by_a_revoked_key_of_the_ca_is_not_believed() {
    let world = World::new(Kind::Gost2015);
    let renewed = another_key_of_the_ca(&world, &world.root);
    let serial = renewed.certificate.serial().to_vec();
    let told = crl(&world.root, LISTED, TOMORROW, &[(&serial, BEFORE, Some(KEY_COMPROMISE))]);
    let list = crl(&renewed, LISTED, TOMORROW, &[]);
    assert_eq!(judged(&world, &world.signer, &[&renewed], vec![told, list]), "revocation-unknown");
}

/// A person of the CA, even one with the CA's name and another use of the key, is no issuer of lists.
#[test]
fn a_certificate_that_is_not_for_lists_signs_none() {
    let world = World::new(Kind::Gost2015);
    let namesake = signer(&world.ca, |template| {
        template.subject = world.ca.certificate.subject_der().to_vec();
    });
    let list = crl(&namesake, LISTED, TOMORROW, &[]);
    assert_eq!(judged(&world, &world.signer, &[&namesake], vec![list]), "revocation-unknown");
}

/// cRLDistributionPoints of one point: its name, and who signs its list.
fn point(name: Option<&[u8]>, issuer: Option<&Holder>) -> RawExtension {
    let value = Writer::build(|w| {
        w.sequence(|w| {
            w.sequence(|w| {
                if let Some(name) = name {
                    w.context(0, |w| w.context(0, |w| w.raw(name)));
                }
                if let Some(issuer) = issuer {
                    w.context(2, |w| w.context(4, |w| w.raw(issuer.certificate.subject_der())));
                }
            });
        });
    });
    RawExtension { identifier: oid::CRL_DISTRIBUTION_POINTS, critical: false, value }
}

fn at_point(world: &World, name: Option<&[u8]>, issuer: Option<&Holder>) -> Holder {
    signer(&world.ca, |template| {
        template.crl_uris.clear();
        template.more_extensions.push(point(name, issuer));
    })
}

fn uri(text: &str) -> Vec<u8> {
    Writer::build(|w| w.general_name_uri(text))
}

const INDIRECT: u8 = 4;

#[test]
fn a_list_of_another_issuer_counts_when_the_certificate_names_him_and_the_list_is_indirect() {
    let world = World::new(Kind::Gost2015);
    let target = at_point(&world, None, Some(&world.root));
    let by_root = |indirect: bool| {
        let plain = template(&world.root, LISTED, TOMORROW, &[]);
        let flagged = scoped(plain.clone(), |w| w.context_primitive(INDIRECT, &[0xff]));
        build(if indirect { &flagged } else { &plain }, &world.root.key)
    };
    assert_eq!(judged(&world, &target, &[], vec![by_root(true)]), "good");
    assert_eq!(judged(&world, &target, &[], vec![by_root(false)]), "revocation-unknown");
    // Of a certificate that does not name him it says nothing.
    assert_eq!(judged(&world, &world.signer, &[], vec![by_root(true)]), "revocation-unknown");
}

/// The same name of a point, but the point is that of another issuer's lists. Source: RFC 5280 §6.3.3 (b)(1).
#[test]
fn a_point_that_names_an_issuer_speaks_of_that_ones_lists_alone() {
    let world = World::new(Kind::Gost2015);
    let name = uri("http://127.0.0.1/one.crl");
    let list = |indirect: bool| {
        let scoped = scoped(template(&world.ca, LISTED, TOMORROW, &[]), |w| {
            w.context(0, |w| w.context(0, |w| w.raw(&name)));
            if indirect {
                w.context_primitive(INDIRECT, &[0xff]);
            }
        });
        build(&scoped, &world.ca.key)
    };
    let of_ca = at_point(&world, Some(&name), None);
    let of_root = at_point(&world, Some(&name), Some(&world.root));
    for indirect in [false, true] {
        assert_eq!(judged(&world, &of_ca, &[], vec![list(indirect)]), "good");
        assert_eq!(judged(&world, &of_root, &[], vec![list(indirect)]), "revocation-unknown");
    }
}

#[test]
fn a_list_of_one_point_says_nothing_of_the_certificates_of_another() {
    let world = World::new(Kind::Gost2015);
    let list = scoped(template(&world.ca, LISTED, TOMORROW, &[]), |w| {
        w.context(0, |w| w.context(0, |w| w.raw(&uri("http://127.0.0.1/one.crl"))));
    });
    let other = at_point(&world, Some(&uri("http://127.0.0.1/two.crl")), None);
    assert_eq!(judged(&world, &other, &[], vec![build(&list, &world.ca.key)]), "revocation-unknown");
}

#[test]
fn a_point_named_relative_to_its_issuer_is_found() {
    let world = World::new(Kind::Gost2015);
    let part = |w: &mut Writer| {
        w.sequence(|w| {
            w.oid(&oid::COMMON_NAME);
            w.utf8("ONE");
        });
    };
    let list = scoped(template(&world.ca, LISTED, TOMORROW, &[]), |w| w.context(0, |w| w.context(1, part)));
    let list = || build(&list, &world.ca.key);
    let whole = Writer::build(|w| {
        w.context(4, |w| {
            w.sequence(|w| {
                // The CA's name is one SEQUENCE with a short length: CN and C.
                w.raw(&world.ca.certificate.subject_der()[2..]);
                w.set(part);
            });
        });
    });
    assert_eq!(judged(&world, &at_point(&world, Some(&whole), None), &[], vec![list()]), "good");
    assert_eq!(judged(&world, &world.signer, &[], vec![list()]), "revocation-unknown");
}

#[test]
fn a_list_for_cas_or_for_users_says_nothing_of_the_others() {
    let world = World::new(Kind::Gost2015);
    const USERS: u8 = 1;
    const CAS: u8 = 2;
    const ATTRIBUTES: u8 = 5;
    for (flag, expected) in [(USERS, "good"), (CAS, "revocation-unknown"), (ATTRIBUTES, "revocation-unknown")] {
        let list = scoped(template(&world.ca, LISTED, TOMORROW, &[]), |w| w.context_primitive(flag, &[0xff]));
        let list = build(&list, &world.ca.key);
        assert_eq!(judged(&world, &world.signer, &[], vec![list]), expected, "{flag}");
    }
}

#[test]
fn a_list_with_the_certificate_twice_leaves_it_unknown_whatever_else_is_good() {
    let world = World::new(Kind::Gost2015);
    let serial = world.signer.certificate.serial().to_vec();
    let twice = crl(&world.ca, LISTED, TOMORROW, &[(&serial, BEFORE, Some(HOLD)), (&serial, BEFORE, Some(REMOVED))]);
    let good = crl(&world.ca, LISTED, TOMORROW, &[]);
    assert_eq!(judged(&world, &world.signer, &[], vec![twice, good]), "revocation-unknown");
}

/// Held at the moment asked about, and revoked afterwards under a later date: never good between.
#[test]
fn a_hold_that_ends_in_a_revocation_was_in_force_all_the_time() {
    let world = World::new(Kind::Gost2015);
    let serial = world.signer.certificate.serial().to_vec();
    let held = crl(&world.ca, BEFORE, TOMORROW, &[(&serial, "2026-05-01T10:00:00Z", Some(HOLD))]);
    let (later, after) = ("2026-05-01T18:00:00Z", "2026-05-01T17:00:00Z");
    let revoked = crl(&world.ca, later, TOMORROW, &[(&serial, after, Some(KEY_COMPROMISE))]);
    assert_eq!(judged(&world, &world.signer, &[], vec![revoked.clone()]), "good");
    assert_eq!(judged(&world, &world.signer, &[], vec![held.clone(), revoked.clone()]), "revoked");
    // Lifted before the moment asked about, and revoked much later.
    let lifted = crl(&world.ca, "2026-05-01T12:00:00Z", TOMORROW, &[]);
    assert_eq!(judged(&world, &world.signer, &[], vec![held, lifted, revoked]), "good");
    assert!(at(NOW) < at(after));
}

#[test]
fn a_delta_takes_a_hold_off_only_from_its_base() {
    let world = World::new(Kind::Gost2015);
    let serial = world.signer.certificate.serial().to_vec();
    let held = crl(&world.ca, BEFORE, TOMORROW, &[(&serial, "2026-05-01T10:00:00Z", Some(HOLD))]);
    let removing = |base: u64| {
        let mut delta = template(&world.ca, LISTED, TOMORROW, &[(&serial, BEFORE, Some(REMOVED))]);
        (delta.number, delta.base_number) = (9, Some(base));
        build(&delta, &world.ca.key)
    };
    assert_eq!(judged(&world, &world.signer, &[], vec![held.clone(), removing(7)]), "good");
    // Of a later base than the one at hand.
    assert_eq!(judged(&world, &world.signer, &[], vec![held.clone(), removing(8)]), "revoked");
    assert_eq!(judged(&world, &world.signer, &[], vec![removing(7)]), "revocation-unknown");
    // A delta that is silent does not lift what its base tells.
    let mut silent = template(&world.ca, LISTED, TOMORROW, &[]);
    (silent.number, silent.base_number) = (9, Some(7));
    assert_eq!(judged(&world, &world.signer, &[], vec![held, build(&silent, &world.ca.key)]), "revoked");
}

#[test]
fn a_list_without_a_next_update_counts_only_when_it_was_issued_after_the_moment() {
    let world = World::new(Kind::Gost2015);
    let list = |this: &str| {
        let template = CrlTemplate { next_update: None, ..template(&world.ca, this, TOMORROW, &[]) };
        build(&template, &world.ca.key)
    };
    assert_eq!(judged(&world, &world.signer, &[], vec![list(LISTED)]), "revocation-unknown");
    assert_eq!(judged(&world, &world.signer, &[], vec![list("2026-05-01T12:00:10Z")]), "good");
}
