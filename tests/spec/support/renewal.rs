//! A world whose people and services have got new certificates of the same CA, for the keys that they had.

#![allow(clippy::unwrap_used, reason = "tests")]

use qolhat::app::SharedRandom;
use qolhat::demo::authority::leaf_validity;
use qolhat::demo::people::{FIGURES, SEAL_ID};
use qolhat::demo::{Authority, Branch, DEMO_PASSWORD, World};
use qolhat::domain::time::Moment;
use qolhat_pki::certificate::Certificate;
use qolhat_pki::issue::profile::{KeyUse, Profile};
use qolhat_pki::key::PrivateKey;
use qolhat_pki::pkcs12;

/// The world as it is after everybody was at the CA at `now`.
pub fn renew(world: &World, now: Moment, rng: &mut SharedRandom) -> World {
    let again =
        |authority: &Authority, profile: &Profile, known: &Certificate, key: &PrivateKey, rng: &mut SharedRandom| {
            let (subject, spki) = (known.subject_der().to_vec(), key.spki_der().unwrap());
            authority.issue(profile, subject, spki, leaf_validity(now).unwrap(), rng).unwrap()
        };
    for person in world.people() {
        let figure = FIGURES.iter().find(|figure| figure.id == person.id);
        for card in &person.keys {
            let key_use = if card.purpose == "auth" { KeyUse::Auth } else { KeyUse::Sign };
            let profile = match figure {
                None => {
                    assert_eq!(person.id, SEAL_ID);
                    Profile::InformationSystem
                }
                Some(figure) if figure.firm.is_some() => Profile::LegalEntity(key_use, vec![figure.role]),
                Some(_) => Profile::NaturalPerson(key_use),
            };
            let held = world.key_store(&person.id, &card.purpose).unwrap();
            let authority = world.authorities().of(card.algorithm);
            let certificate = again(authority, &profile, &held.certificate, &held.key, rng);
            let store = pkcs12::seal(&held.key, &certificate, DEMO_PASSWORD, rng).unwrap();
            std::fs::write(world.folder().join(&card.file), store).unwrap();
        }
    }
    let ca = world.folder().join("ca");
    for branch in Branch::ALL {
        let authority = world.authorities().of(branch);
        for (end, profile) in [("ocsp", Profile::OcspResponder), ("tsa", Profile::TimeStampAuthority)] {
            let name = format!("{}-{end}", branch.code());
            let key = std::fs::read(ca.join("private").join(format!("{name}.p8"))).unwrap();
            let key = PrivateKey::from_pkcs8_der(&key).unwrap();
            let known = world.authorities().certificate(&name).unwrap();
            let certificate = again(authority, &profile, known, &key, rng);
            std::fs::write(ca.join(format!("{name}.cer")), certificate.der()).unwrap();
        }
    }
    World::open(world.folder()).unwrap()
}
