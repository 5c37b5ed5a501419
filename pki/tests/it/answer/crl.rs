//! Keeps: SIG-06, SIG-08.

use qolhat_pki::answer::{Answer, CrlQuestion, crl_answer};
use qolhat_pki::certificate::Certificate;
use qolhat_pki::crl::CertificateList;
use qolhat_pki::der::writer::Writer;
use qolhat_pki::issue::certificate_builder::RawExtension;
use qolhat_pki::issue::crl_builder::{CrlTemplate, RevokedEntry, build_crl};
use qolhat_pki::issue::profile::{Profile, service_subject};
use qolhat_pki::oid;

use super::{MADE, NOW, TOMORROW, issue, twin};
use crate::workshop::{Holder, Kind, SeededRandom, World, at};

const KEY_COMPROMISE: u8 = 1;
const HOLD: u8 = 6;
const REMOVED: u8 = 8;

fn template(issuer: &Holder) -> CrlTemplate {
    CrlTemplate {
        issuer: issuer.certificate.subject_der().to_vec(),
        authority_key_id: None,
        this_update: at(MADE),
        next_update: Some(at(TOMORROW)),
        number: 10,
        base_number: None,
        entries: Vec::new(),
        more_extensions: Vec::new(),
    }
}

fn list(issuer: &Holder, change: impl FnOnce(&mut CrlTemplate)) -> CertificateList {
    let mut template = template(issuer);
    change(&mut template);
    CertificateList::from_der(&build_crl(&template, &issuer.key, &mut SeededRandom::new(4)).unwrap()).unwrap()
}

fn entry(of: &Holder, reason: Option<u8>) -> RevokedEntry {
    let serial = of.certificate.serial().to_vec();
    RevokedEntry { serial, revoked_at: at("2026-04-01T00:00:00Z"), reason, invalid_since: None }
}

fn told(answer: &Answer) -> (&'static str, Option<&'static str>) {
    (answer.status.as_str(), answer.fault.map(|fault| fault.code()))
}

struct Asked<'a> {
    of: Option<&'a Holder>,
    issuers: &'a [&'a Holder],
    at: &'a str,
}

impl Asked<'_> {
    fn say(&self, list: &CertificateList, delta: Option<&CertificateList>) -> (&'static str, Option<&'static str>) {
        let issuers: Vec<Certificate> = self.issuers.iter().map(|holder| holder.certificate.clone()).collect();
        let certificate = self.of.map(|holder| &holder.certificate);
        told(&crl_answer(&CrlQuestion { certificate, issuers: &issuers, at: at(self.at) }, list, delta))
    }
}

#[test]
fn what_is_listed_is_revoked_and_what_is_not_is_good() {
    for kind in Kind::ALL {
        let world = World::new(kind);
        let asked = Asked { of: Some(&world.signer), issuers: &[&world.ca], at: NOW };
        let revoked = list(&world.ca, |crl| crl.entries.push(entry(&world.signer, Some(KEY_COMPROMISE))));
        let other = list(&world.ca, |crl| crl.entries.push(entry(&world.responder, None)));
        assert_eq!(asked.say(&revoked, None), ("revoked", None), "{kind:?}");
        assert_eq!(asked.say(&other, None), ("good", None), "{kind:?}");
        let alone = Asked { of: None, ..asked };
        assert_eq!(alone.say(&revoked, None), ("unknown", None), "{kind:?}");
    }
}

#[test]
fn a_list_counts_in_its_window_and_a_revocation_beyond_it() {
    let world = World::new(Kind::Gost2015);
    let (empty, revoked) =
        (list(&world.ca, |_| {}), list(&world.ca, |crl| crl.entries.push(entry(&world.signer, None))));
    for (moment, good, alone, listed) in [
        ("2026-05-01T10:59:59Z", ("unknown", Some("not-yet-valid")), Some("not-yet-valid"), Some("not-yet-valid")),
        (MADE, ("good", None), None, None),
        ("2026-05-02T11:59:59.9Z", ("good", None), None, None),
        (TOMORROW, ("unknown", Some("expired")), Some("expired"), Some("expired")),
    ] {
        let asked = Asked { of: Some(&world.signer), issuers: &[&world.ca], at: moment };
        assert_eq!(asked.say(&empty, None), good, "{moment}");
        assert_eq!(asked.say(&revoked, None), ("revoked", listed), "{moment}");
        assert_eq!(Asked { of: None, ..asked }.say(&empty, None), ("unknown", alone), "{moment}");
    }
    let endless = list(&world.ca, |crl| crl.next_update = None);
    let asked = Asked { of: Some(&world.signer), issuers: &[&world.ca], at: NOW };
    assert_eq!(asked.say(&endless, None), ("unknown", Some("no-next-update")));
}

#[test]
fn only_the_key_of_the_issuer_and_of_the_same_authority_speaks() {
    let world = World::new(Kind::Gost2015);
    let ask = |list: &CertificateList, issuers: &[&Holder]| {
        Asked { of: Some(&world.signer), issuers, at: NOW }.say(list, None)
    };
    let namesake = twin(&world.ca);
    let by_namesake = list(&namesake, |_| {});
    assert_eq!(ask(&by_namesake, &[&world.ca]), ("unknown", Some("bad-signature")));
    assert_eq!(ask(&by_namesake, &[&namesake]), ("unknown", Some("issuer-not-found")));
    assert_eq!(ask(&by_namesake, &[&world.ca, &namesake]), ("unknown", Some("another-key")));
    assert_eq!(ask(&by_namesake, &[&namesake, &world.ca, &world.root]), ("unknown", Some("another-key")));
    let renewed = issue(&world.root, &Profile::IssuingCa, world.ca.certificate.subject_der().to_vec(), |_| {});
    let by_renewed = list(&renewed, |_| {});
    assert_eq!(ask(&by_renewed, &[&world.ca, &renewed, &world.root]), ("good", None));
    assert_eq!(ask(&by_renewed, &[&world.ca, &renewed]), ("unknown", Some("another-key")), "nobody vouches");
    let good = list(&world.ca, |_| {});
    assert_eq!(ask(&good, &[&namesake, &world.ca]), ("good", None));
    assert_eq!(ask(&good, &[&world.root]), ("unknown", Some("issuer-not-found")));
    assert_eq!(ask(&list(&world.root, |_| {}), &[&world.ca]), ("unknown", Some("issuer-not-found")));
    let mut broken = good.der().to_vec();
    *broken.last_mut().unwrap() ^= 1;
    let broken = CertificateList::from_der(&broken).unwrap();
    assert_eq!(ask(&broken, &[&world.ca]), ("unknown", Some("bad-signature")));
}

#[test]
fn a_key_that_may_not_sign_lists_signs_none() {
    let world = World::new(Kind::Gost2015);
    let silent = issue(&world.root, &Profile::IssuingCa, service_subject("Үнсіз"), |template| {
        template.key_usage = qolhat_pki::issue::certificate_builder::usage::KEY_CERT_SIGN;
    });
    let target = issue(&silent, &Profile::InformationSystem, service_subject("Жүйе"), |_| {});
    let asked = Asked { of: Some(&target), issuers: &[&silent], at: NOW };
    assert_eq!(asked.say(&list(&silent, |_| {}), None), ("unknown", Some("no-crl-sign")));
    assert_eq!(Asked { of: None, ..asked }.say(&list(&silent, |_| {}), None), ("unknown", Some("no-crl-sign")));
}

fn extension(identifier: oid::Oid, value: Vec<u8>) -> RawExtension {
    RawExtension { identifier, critical: true, value }
}

fn scope(write: impl FnOnce(&mut Writer)) -> RawExtension {
    extension(oid::ISSUING_DISTRIBUTION_POINT, Writer::build(|w| w.sequence(write)))
}

fn directory(w: &mut Writer, name: &[u8]) {
    w.context(4, |w| w.raw(name));
}

#[test]
fn a_list_says_nothing_of_what_is_outside_its_scope() {
    let world = World::new(Kind::Gost2015);
    let with = |extension: RawExtension, entries: Vec<RevokedEntry>| {
        let list = list(&world.ca, |crl| {
            crl.more_extensions.push(extension);
            crl.entries = entries;
        });
        Asked { of: Some(&world.signer), issuers: &[&world.ca], at: NOW }.say(&list, None)
    };
    let flag = |n: u8| scope(move |w| w.context_primitive(n, &[0xff]));
    let uri = |uri: &'static str| scope(move |w| w.context(0, |w| w.context(0, |w| w.general_name_uri(uri))));
    let own = world.signer.certificate.crl_uris()[0].clone();
    assert_eq!(with(uri(Box::leak(own.into_boxed_str())), vec![]), ("good", None));
    assert_eq!(with(flag(1), vec![]), ("good", None), "of users");
    let outside = ("unknown", Some("out-of-scope"));
    assert_eq!(with(flag(2), vec![]), outside, "of CAs");
    assert_eq!(with(flag(5), vec![]), outside, "of attributes");
    assert_eq!(with(uri("http://example.kz/part.crl"), vec![]), outside);
    assert_eq!(with(uri("http://example.kz/part.crl"), vec![entry(&world.signer, None)]), outside);
    let some = || scope(|w| w.context_primitive(3, &[5, 0x60]));
    assert_eq!(with(some(), vec![]), ("unknown", Some("only-some-reasons")));
    assert_eq!(with(some(), vec![entry(&world.signer, Some(KEY_COMPROMISE))]), ("revoked", None));
    let unknown = extension(oid::CPS_QUALIFIER, vec![5, 0]);
    assert_eq!(with(unknown, vec![]), ("unknown", Some("unknown-critical-extension")));
    let twice = vec![entry(&world.signer, Some(KEY_COMPROMISE)), entry(&world.signer, Some(HOLD))];
    assert_eq!(with(flag(1), twice), ("unknown", Some("listed-twice")));
    let removed = vec![entry(&world.signer, Some(REMOVED))];
    assert_eq!(with(flag(1), removed), ("unknown", Some("removed-in-full-list")));
}

#[test]
fn an_indirect_list_speaks_of_those_who_name_its_issuer_and_whom_it_names() {
    let world = World::new(Kind::Gost2015);
    let publisher = issue(&world.root, &Profile::IssuingCa, service_subject("ТІЗІМ"), |_| {});
    let points = |name: &[u8]| Writer::build(|w| w.sequence(|w| w.sequence(|w| w.context(2, |w| directory(w, name)))));
    let naming = |publisher: &Holder| {
        let value = points(publisher.certificate.subject_der());
        issue(&world.ca, &Profile::InformationSystem, service_subject("Жүйе"), |template| {
            template.crl_uris.clear();
            let critical = false;
            template.more_extensions.push(RawExtension { identifier: oid::CRL_DISTRIBUTION_POINTS, critical, value });
        })
    };
    let named = naming(&publisher);
    let indirect = |entries: Vec<RevokedEntry>| {
        list(&publisher, |crl| {
            crl.more_extensions.push(scope(|w| w.context_primitive(4, &[0xff])));
            crl.entries = entries;
        })
    };
    let ask = |of: &Holder, list: &CertificateList| {
        Asked { of: Some(of), issuers: &[&world.ca, &publisher], at: NOW }.say(list, None)
    };
    assert_eq!(ask(&named, &indirect(vec![])), ("good", None));
    // An entry without the name of an issuer is one of the publisher's own.
    assert_eq!(ask(&named, &indirect(vec![entry(&named, None)])), ("good", None));
    assert_eq!(ask(&world.signer, &indirect(vec![])), ("unknown", Some("out-of-scope")), "names nobody");
    assert_eq!(ask(&named, &list(&publisher, |_| {})), ("unknown", Some("out-of-scope")), "not indirect");
    let stranger = naming(&world.root);
    assert_eq!(ask(&stranger, &indirect(vec![])), ("unknown", Some("out-of-scope")), "names another");
    let alone = Asked { of: Some(&named), issuers: &[&world.ca], at: NOW };
    assert_eq!(alone.say(&indirect(vec![]), None), ("unknown", Some("issuer-not-found")));
}

#[test]
fn a_delta_counts_on_its_base_only() {
    let world = World::new(Kind::Gost2015);
    let asked = Asked { of: Some(&world.signer), issuers: &[&world.ca], at: NOW };
    let delta = |base: u64, number: u64, entries: Vec<RevokedEntry>| {
        list(&world.ca, |crl| {
            (crl.number, crl.base_number, crl.entries) = (number, Some(base), entries);
        })
    };
    let full = |reason: Option<Option<u8>>| {
        list(&world.ca, |crl| crl.entries = reason.map(|reason| entry(&world.signer, reason)).into_iter().collect())
    };
    let listed = |reason| vec![entry(&world.signer, reason)];
    for (base, change, expected) in [
        (None, vec![], ("good", None)),
        (None, listed(Some(KEY_COMPROMISE)), ("revoked", None)),
        (Some(Some(HOLD)), vec![], ("revoked", None)),
        (Some(Some(HOLD)), listed(Some(REMOVED)), ("good", None)),
        (Some(Some(HOLD)), listed(Some(KEY_COMPROMISE)), ("revoked", None)),
        (Some(Some(KEY_COMPROMISE)), listed(Some(REMOVED)), ("revoked", None)),
        (None, listed(Some(REMOVED)), ("good", None)),
    ] {
        let found = asked.say(&full(base), Some(&delta(10, 11, change.clone())));
        assert_eq!(found, expected, "{base:?} {change:?}");
    }
    assert_eq!(asked.say(&full(None), Some(&delta(9, 11, vec![]))), ("good", None));
    assert_eq!(asked.say(&full(None), Some(&delta(11, 12, vec![]))), ("unknown", Some("delta-mismatch")), "a gap");
    // Older than the full list: what it adds is in there already.
    assert_eq!(asked.say(&full(None), Some(&delta(8, 9, listed(Some(HOLD))))), ("good", None));
    assert_eq!(asked.say(&delta(10, 11, vec![]), None), ("unknown", Some("delta-without-base")));
    assert_eq!(Asked { of: None, ..asked }.say(&delta(10, 11, vec![]), None), ("unknown", Some("delta-without-base")));
    let asked = Asked { of: Some(&world.signer), issuers: &[&world.ca, &world.root], at: NOW };
    assert_eq!(asked.say(&full(None), Some(&full(None))), ("unknown", Some("not-a-delta")));
}

#[test]
fn a_delta_of_another_key_scope_or_time_is_refused() {
    let world = World::new(Kind::Gost2015);
    let renewed = issue(&world.root, &Profile::IssuingCa, world.ca.certificate.subject_der().to_vec(), |_| {});
    let issuers = [&world.ca, &renewed, &world.root];
    let asked = Asked { of: Some(&world.signer), issuers: &issuers, at: NOW };
    let delta = |by: &Holder, change: fn(&mut CrlTemplate)| {
        list(by, |crl| {
            (crl.number, crl.base_number) = (11, Some(10));
            change(crl);
        })
    };
    let full = list(&world.ca, |_| {});
    let say = |delta: &CertificateList| asked.say(&full, Some(delta));
    assert_eq!(say(&delta(&world.ca, |_| {})), ("good", None));
    assert_eq!(say(&delta(&renewed, |_| {})), ("unknown", Some("bad-signature")));
    assert_eq!(say(&delta(&world.root, |_| {})), ("unknown", Some("delta-mismatch")));
    let scoped = delta(&world.ca, |crl| crl.more_extensions.push(scope(|w| w.context_primitive(1, &[0xff]))));
    assert_eq!(say(&scoped), ("unknown", Some("delta-mismatch")));
    assert_eq!(say(&delta(&world.ca, |crl| crl.next_update = Some(at(NOW)))), ("unknown", Some("expired")));
    assert_eq!(say(&delta(&world.ca, |crl| crl.this_update = at(TOMORROW))), ("unknown", Some("not-yet-valid")));
    // The delta is what is current: the list below it may be of yesterday.
    let old = list(&world.ca, |crl| crl.next_update = Some(at("2026-05-01T11:30:00Z")));
    assert_eq!(asked.say(&old, Some(&delta(&world.ca, |_| {}))), ("good", None));
    assert_eq!(asked.say(&old, None), ("unknown", Some("expired")));
}

#[test]
fn a_certificate_that_had_expired_is_good_only_by_a_list_that_keeps_such() {
    let world = World::new(Kind::Gost2015);
    let ended = issue(&world.ca, &Profile::InformationSystem, service_subject("Ескі жүйе"), |template| {
        template.not_after = at("2026-03-01T00:00:00Z");
    });
    let asked = Asked { of: Some(&ended), issuers: &[&world.ca], at: NOW };
    let keeping = |since: &str| {
        let value = Writer::build(|w| w.generalized_time(at(since)));
        let extension = RawExtension { identifier: oid::EXPIRED_CERTS_ON_CRL, critical: false, value };
        list(&world.ca, |crl| crl.more_extensions.push(extension))
    };
    let forgotten = ("unknown", Some("certificate-expired-before"));
    assert_eq!(asked.say(&list(&world.ca, |_| {}), None), forgotten);
    assert_eq!(asked.say(&keeping("2026-01-01T00:00:00Z"), None), ("good", None));
    assert_eq!(asked.say(&keeping("2026-04-01T00:00:00Z"), None), forgotten);
    let listed = list(&world.ca, |crl| crl.entries.push(entry(&ended, None)));
    assert_eq!(asked.say(&listed, None), ("revoked", None));
}
