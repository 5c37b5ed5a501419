//! Names outside what a CA above allows. Source: RFC 5280 §4.2.1.10.

use super::{Holder, Kind, Profile, World, Writer, ca, extension, issue, oid, path, person, service_subject};

/// GeneralName by its tag.
fn general(tag: u8, value: &[u8]) -> Vec<u8> {
    Writer::build(|w| w.element(tag, value))
}

fn directory(organisation: &str) -> Vec<u8> {
    let name = Writer::build(|w| {
        w.sequence(|w| {
            w.set(|w| {
                w.sequence(|w| {
                    w.oid(&oid::ORGANIZATION);
                    w.utf8(organisation);
                });
            });
        });
    });
    general(0xa4, &name)
}

const EMAIL: u8 = 0x81;
const DNS: u8 = 0x82;
const URI: u8 = 0x86;
const IP: u8 = 0x87;
const REGISTERED_ID: u8 = 0x88;

/// A CA that permits and excludes these.
fn constrained(world: &World, permitted: &[Vec<u8>], excluded: &[Vec<u8>]) -> Holder {
    let value = Writer::build(|w| {
        w.sequence(|w| {
            for (n, list) in [(0, permitted), (1, excluded)] {
                if !list.is_empty() {
                    w.context(n, |w| list.iter().for_each(|base| w.sequence(|w| w.raw(base))));
                }
            }
        });
    });
    ca(&world.root, 50, "ШЕКТЕУЛІ", |template| {
        template.more_extensions.push(extension(oid::NAME_CONSTRAINTS, true, value));
    })
}

fn named(issuer: &Holder, names: &[Vec<u8>]) -> Holder {
    let value = Writer::build(|w| w.sequence(|w| names.iter().for_each(|name| w.raw(name))));
    person(issuer, |template| template.more_extensions.push(extension(oid::SUBJECT_ALT_NAME, false, value)))
}

fn judged(permitted: &[Vec<u8>], excluded: &[Vec<u8>], names: &[Vec<u8>]) -> Result<usize, &'static str> {
    let world = World::new(Kind::Gost2015);
    let issuer = constrained(&world, permitted, excluded);
    path(&world, &named(&issuer, names), &[&issuer])
}

const REFUSED: Result<usize, &str> = Err("name-constraints");

#[test]
fn a_name_of_every_form_outside_what_is_permitted_is_refused() {
    for (tag, base, inside, outside) in [
        (EMAIL, &b"example.kz"[..], &b"a@example.kz"[..], &b"a@other.kz"[..]),
        (DNS, b"example.kz", b"www.example.kz", b"badexample.kz"),
        (URI, b".example.kz", b"https://a.example.kz/x", b"https://example.kz/x"),
        (IP, &[10, 0, 0, 0, 255, 0, 0, 0], &[10, 1, 2, 3], &[11, 1, 2, 3]),
    ] {
        let base = [general(tag, base)];
        assert_eq!(judged(&base, &[], &[general(tag, inside)]), Ok(2), "{tag:x}");
        assert_eq!(judged(&base, &[], &[general(tag, outside)]), REFUSED, "{tag:x}");
        assert_eq!(judged(&base, &[], &[general(tag, inside), general(tag, outside)]), REFUSED, "{tag:x}");
        assert_eq!(judged(&[], &base, &[general(tag, inside)]), REFUSED, "{tag:x} excluded");
        assert_eq!(judged(&[], &base, &[general(tag, outside)]), Ok(2), "{tag:x} excluded");
    }
}

#[test]
fn what_is_excluded_wins_over_what_is_permitted() {
    let (permitted, excluded) = ([general(DNS, b"kz")], [general(DNS, b"example.kz")]);
    assert_eq!(judged(&permitted, &excluded, &[general(DNS, b"other.kz")]), Ok(2));
    assert_eq!(judged(&permitted, &excluded, &[general(DNS, b"a.example.kz")]), REFUSED);
}

#[test]
fn a_subject_outside_the_directory_that_a_ca_may_name_is_refused() {
    let world = World::new(Kind::Gost2015);
    let issuer = constrained(&world, &[directory("АО ТЕСТ")], &[]);
    let of = |organisation: &str| {
        let whole = directory(organisation);
        issue(&issuer, 51, &Profile::InformationSystem, whole[2..].to_vec(), |_| {})
    };
    assert_eq!(path(&world, &of("ао  тест"), &[&issuer]), Ok(2), "as names are compared");
    assert_eq!(path(&world, &of("АО БАСҚА"), &[&issuer]), REFUSED);
    assert_eq!(path(&world, &person(&issuer, |_| {}), &[&issuer]), REFUSED, "no organisation at all");
}

/// The address in the subject counts where the certificate has none elsewhere.
#[test]
fn an_address_in_the_subject_is_held_to_the_constraint_too() {
    let world = World::new(Kind::Gost2015);
    let issuer = constrained(&world, &[general(EMAIL, b"example.kz")], &[]);
    let of = |address: &str| {
        let subject = super::name(&[(oid::COMMON_NAME, "А"), (oid::EMAIL_ADDRESS, address)]);
        issue(&issuer, 52, &Profile::InformationSystem, subject, |_| {})
    };
    assert_eq!(path(&world, &of("a@example.kz"), &[&issuer]), Ok(2));
    assert_eq!(path(&world, &of("a@other.kz"), &[&issuer]), REFUSED);
}

/// A constraint of a form that nobody here compares: every name of that form is refused, others are not.
#[test]
fn a_constraint_of_an_unknown_form_refuses_every_name_of_that_form() {
    let base = [general(REGISTERED_ID, &[0x2a, 3])];
    assert_eq!(judged(&base, &[], &[general(REGISTERED_ID, &[0x2a, 3])]), REFUSED);
    assert_eq!(judged(&[], &base, &[general(REGISTERED_ID, &[0x2a, 4])]), REFUSED);
    assert_eq!(judged(&base, &[], &[general(DNS, b"example.kz")]), Ok(2));
    // A URI that is none, an address mask with holes: nothing can be compared.
    assert_eq!(judged(&[general(URI, b"example.kz")], &[], &[general(URI, b"urn:x")]), REFUSED);
    assert_eq!(judged(&[general(IP, &[10, 0, 0, 0, 255, 0, 255, 0])], &[], &[general(IP, &[10, 0, 0, 1])]), REFUSED);
}

#[test]
fn constraints_that_are_none_are_malformed() {
    let world = World::new(Kind::Gost2015);
    for value in [vec![0x30, 0], vec![0x30, 2, 0xa0, 0], vec![0x30, 6, 0xa0, 4, 0x30, 2, 0x82, 1], vec![5, 0]] {
        let issuer = ca(&world.root, 53, "ШЕКТЕУЛІ", |template| {
            template.more_extensions.push(extension(oid::NAME_CONSTRAINTS, true, value.clone()));
        });
        assert_eq!(path(&world, &person(&issuer, |_| {}), &[&issuer]), Err("malformed-extension"), "{value:x?}");
    }
}

/// Thousands of names against thousands of constraints: the work is bounded.
#[test]
fn many_names_against_many_constraints_exhaust_the_budget() {
    let world = World::new(Kind::Gost2015);
    let dns = |prefix: char| (0..1_000).map(|n| general(DNS, format!("{prefix}{n}.kz").as_bytes())).collect::<Vec<_>>();
    let issuer = constrained(&world, &[], &dns('a'));
    assert_eq!(path(&world, &named(&issuer, &dns('b')), &[&issuer]), Err("budget-exhausted"));
    assert_eq!(path(&world, &named(&issuer, &dns('b')[..200]), &[&issuer]), Ok(2));
}

/// A self-issued CA is not held to the constraints above it, whoever is below it is. Source: RFC 5280 §6.1.3 (b).
#[test]
fn a_self_issued_ca_passes_constraints_on_and_is_not_held_to_them() {
    let world = World::new(Kind::Gost2015);
    let issuer = constrained(&world, &[general(DNS, b"example.kz"), directory("АО ТЕСТ")], &[]);
    let renewed = issue(&issuer, 54, &Profile::IssuingCa, service_subject("ШЕКТЕУЛІ"), |_| {});
    let target = issue(&renewed, 55, &Profile::InformationSystem, directory("АО ТЕСТ")[2..].to_vec(), |_| {});
    assert_eq!(path(&world, &target, &[&issuer, &renewed]), Ok(3));
    assert_eq!(path(&world, &person(&renewed, |_| {}), &[&issuer, &renewed]), REFUSED);
}
