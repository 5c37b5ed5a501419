//! The index says what reading the list from front to back says.

use proptest::prelude::*;

use super::*;

/// What a list says of a certificate of `issuer` by reading all of it: how often it is listed, and the entry.
fn by_reading<'a>(list: &'a CertificateList, issuer: &Name<'_>, serial: &[u8]) -> Vec<RevokedEntry<'a>> {
    let own = list.issuer();
    list.entries().filter(|entry| entry.serial == serial && entry.is_issued_by(&own, issuer)).collect()
}

fn entry_of((serial, names, held): &(u8, Option<u8>, bool)) -> Vec<u8> {
    let name = names.map(|n| issuer_of_entry(&[["CA", "Other", "Third"][usize::from(n % 3)]]));
    let hold = held.then(|| extension(oid::REASON_CODE, false, &[0x0a, 1, 6]));
    entry(&[*serial], &name.into_iter().chain(hold).collect::<Vec<_>>())
}

proptest! {
    /// Keeps: SIG-07
    #[test]
    fn a_look_up_says_what_the_whole_list_says(
        entries in proptest::collection::vec((1_u8..40, proptest::option::weighted(0.2, 0_u8..3), any::<bool>()), 0..60),
        indirect in any::<bool>(),
    ) {
        let mut bare = if indirect { scoped(|w| w.context_primitive(4, &[0xff])) } else { Bare::default() };
        let entries = entries.iter().map(|(serial, names, held)| (*serial, names.filter(|_| indirect), *held));
        bare.entries = Some(entries.flat_map(|one| entry_of(&one)).collect());
        let list = bare.read().unwrap();
        for name in ["CA", "Other", "Third", "Nobody"] {
            let der = common_name(name);
            let issuer = Name::from_der(&der).unwrap();
            for serial in 0..=41 {
                let found = list.find_issued_by(&issuer, &[serial]);
                match by_reading(&list, &issuer, &[serial])[..] {
                    [] => prop_assert_eq!(found, Ok(None)),
                    [one] => prop_assert_eq!(found, Ok(Some(one))),
                    _ => prop_assert_eq!(refusal(found), "the certificate is listed twice"),
                }
            }
        }
    }
}

/// Serial numbers whose digests in the index are equal are still two.
#[test]
fn serial_numbers_are_told_apart_by_their_octets() {
    let mut entries = Vec::new();
    for n in 0..200_000_u32 {
        entries.extend(entry(&[&[1][..], &n.to_be_bytes()].concat(), &[]));
    }
    let list = Bare { entries: Some(entries), ..Bare::default() }.read().unwrap();
    // Among so many some 32-bit digests are equal.
    for n in 0..200_000_u32 {
        let serial = [&[1][..], &n.to_be_bytes()].concat();
        assert_eq!(list.find(&serial).unwrap().unwrap().serial, serial);
        assert_eq!(list.find(&[&[2][..], &n.to_be_bytes()].concat()), Ok(None));
    }
}

/// A list of one serial number alone does not make a look-up slower than reading it once.
#[test]
fn one_number_listed_many_times_is_told_at_once() {
    let list = of_entries(&[entry(&[5], &[]).repeat(200_000)]).read().unwrap();
    for _ in 0..1_000 {
        assert_eq!(refusal(list.find(&[5])), "the certificate is listed twice");
    }
}
