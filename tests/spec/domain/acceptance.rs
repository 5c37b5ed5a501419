//! The acceptance of an offer: the consent that the client signs.

use qolhat::domain::document::DocumentKind::OfferAcceptance;
use qolhat::domain::ids::OfferId;
use qolhat::domain::kinds::{self, AcceptedOffer, Content, DECLARATIONS, Rules, samples};
use qolhat::domain::party::{IdentifierPolicy, Party};
use qolhat::domain::refusal::{Refusal, RefusalCode};
use qolhat::domain::time::Moment;
use serde_json::{Value, json};

use super::{CUSTOMER_BIN, EXECUTOR_BIN, PERSON_IIN, at, bin, date, iin, json as sample_json, read, refused, remove};

pub(super) fn sample(rules: &Rules<'_>) -> Result<Vec<u8>, Refusal> {
    let signer = (iin(PERSON_IIN), "АХМЕТОВА АЙГҮЛ");
    samples::offer_acceptance(offer(), operator(), signer, Some((bin(CUSTOMER_BIN), "ТОО «Клиент»")), made_at(), rules)
}

fn offer() -> AcceptedOffer {
    AcceptedOffer {
        id: OfferId::parse("017f22e2-79b0-7cc3-98c4-dc0c0c07398f").unwrap(),
        version: "2".to_owned(),
        language: "kk".to_owned(),
        sha256: [0xab; 32],
        title: "Электрондық құжат айналымы туралы келісім".to_owned(),
    }
}

fn operator() -> (qolhat::domain::party::Bin, &'static str) {
    (bin(EXECUTOR_BIN), "«Құқық орталығы» ЖШС")
}

fn made_at() -> Moment {
    Moment::parse_rfc3339("2026-11-22T05:15:02Z").unwrap()
}

/// The exact bytes of version 1: a change here is a new version.
///
/// Keeps: REG-06, REG-09, REG-12, REG-14, REG-15
#[test]
fn the_canonical_form_of_a_consent_is_fixed() {
    let bytes = super::sample(OfferAcceptance);
    let expected = format!(
        "{{\"client\":{{\"bin\":\"220540005599\",\"email\":\"client@example.kz\",\"iin\":\"890615459241\",\
         \"kind\":\"organization\",\"name\":\"АХМЕТОВА АЙГҮЛ\",\"organization\":\"ТОО «Клиент»\",\
         \"phone\":\"+77010000001\"}},\"consents\":{{\"marketing\":false,\"personal_data\":true}},\
         \"declarations\":{{\"data_true\":true,\"lawful_key_holder\":true,\"own_email\":true,\
         \"own_personal_data\":true,\"own_phone\":true,\"risks_known\":true,\"technical_terms_known\":true,\
         \"terms_understood\":true,\"text_read_in_full\":true}},\"made_at\":\"2026-11-22T05:15:02Z\",\
         \"offer\":{{\"id\":\"017f22e2-79b0-7cc3-98c4-dc0c0c07398f\",\"language\":\"kk\",\"sha256\":\"{}\",\
         \"title\":\"Электрондық құжат айналымы туралы келісім\",\"version\":\"2\"}},\
         \"operator\":{{\"bin\":\"190640029224\",\"name\":\"«Құқық орталығы» ЖШС\"}},\"place\":\"Almaty\",\
         \"type\":\"OfferAcceptance\",\"version\":1}}",
        "ab".repeat(32)
    );
    assert_eq!(String::from_utf8(bytes.clone()).unwrap(), expected);
    let content = kinds::parse(OfferAcceptance, &bytes, &IdentifierPolicy::Strict).unwrap();
    assert_eq!(content.sender(), Some(Party::Organization(bin(CUSTOMER_BIN))));
    assert_eq!(content.recipient(), Some(Party::Organization(bin(EXECUTOR_BIN))));
    assert_eq!((content.number(), content.date()), ("2", Some(date("2026-11-22"))));
    assert_eq!(content.title(), offer().title);
    let Content::OfferAcceptance(acceptance) = content else { panic!("another kind") };
    assert_eq!((acceptance.offer, acceptance.made_at), (offer(), made_at()));
}

/// Keeps: REG-12, REG-37, REG-10
#[test]
fn every_declaration_must_be_given() {
    for name in DECLARATIONS {
        let pointer = format!("/declarations/{name}");
        for absent in [false, true] {
            let refusal = refused(OfferAcceptance, RefusalCode::DeclarationsIncomplete, &pointer, |value| {
                if absent { remove(value, &pointer) } else { *at(value, &pointer) = json!(false) }
            });
            assert_eq!(refusal.param("declaration"), Some(name));
        }
        refused(OfferAcceptance, RefusalCode::MalformedConsent, &pointer, |value| *at(value, &pointer) = json!("true"));
    }
}

/// Keeps: REG-25
#[test]
fn personal_data_need_a_consent_of_their_own_and_advertising_is_free() {
    let pointer = "/consents/personal_data";
    refused(OfferAcceptance, RefusalCode::DeclarationsIncomplete, pointer, |value| *at(value, pointer) = json!(false));
    refused(OfferAcceptance, RefusalCode::DeclarationsIncomplete, pointer, |value| remove(value, pointer));
    refused(OfferAcceptance, RefusalCode::MissingRequisite, "/consents/marketing", |value| {
        remove(value, "/consents/marketing");
    });
    let mut value = sample_json(OfferAcceptance);
    *at(&mut value, "/consents/marketing") = json!(true);
    assert_eq!(read(OfferAcceptance, &value), Ok(()));
}

/// Keeps: REG-01, REG-30
#[test]
fn the_kind_of_client_says_which_numbers_it_has() {
    let person = json!({
        "kind": "person", "iin": PERSON_IIN, "name": "АХМЕТОВА АЙГҮЛ", "email": "a@b.kz", "phone": "+77010000001",
    });
    let with = |changes: &[(&str, Value)]| {
        let mut value = sample_json(OfferAcceptance);
        let mut client = person.clone();
        for (name, change) in changes {
            client.as_object_mut().unwrap().insert((*name).to_owned(), change.clone());
        }
        *at(&mut value, "/client") = client;
        read(OfferAcceptance, &value).map_err(|refusal| (refusal.code, refusal.pointer.unwrap()))
    };
    let trader = ("kind", json!("sole-trader"));
    assert_eq!(with(&[]), Ok(()));
    assert_eq!(with(std::slice::from_ref(&trader)), Ok(()));
    assert_eq!(with(&[trader.clone(), ("organization", json!("ИП Ахметова"))]), Ok(()));
    let organization = [("kind", json!("organization")), ("bin", json!(CUSTOMER_BIN)), ("organization", json!("ТОО"))];
    assert_eq!(with(&organization), Ok(()));

    let refused = |code: RefusalCode, pointer: &str| Err((code, pointer.to_owned()));
    let (missing, malformed) = (RefusalCode::MissingRequisite, RefusalCode::MalformedConsent);
    assert_eq!(with(&[("bin", json!(CUSTOMER_BIN))]), refused(malformed, "/client/bin"));
    assert_eq!(with(&[trader, ("bin", json!(CUSTOMER_BIN))]), refused(malformed, "/client/bin"));
    assert_eq!(with(&[("organization", json!("ТОО"))]), refused(malformed, "/client/organization"));
    assert_eq!(with(&organization[..1]), refused(missing, "/client/bin"));
    assert_eq!(with(&organization[..2]), refused(missing, "/client/organization"));
    assert_eq!(with(&[("kind", json!("bot"))]), refused(malformed, "/client/kind"));
}

/// Keeps: REG-12, REG-14, REG-15, REG-21
#[test]
fn refused_variants_name_their_place() {
    let cases = [
        ("/place", json!("Astana"), RefusalCode::MalformedConsent),
        ("/offer/id", json!("017F22E2-79B0-7CC3-98C4-DC0C0C07398F"), RefusalCode::MalformedConsent),
        ("/offer/language", json!("de"), RefusalCode::MalformedConsent),
        ("/offer/sha256", json!("AB".repeat(32)), RefusalCode::MalformedConsent),
        ("/made_at", json!("2026-11-22T10:15:02+05:00"), RefusalCode::DateInvalid),
        ("/made_at", json!("2026-11-22T05:15:02.000Z"), RefusalCode::DateInvalid),
        ("/made_at", json!("2026-11-22"), RefusalCode::DateInvalid),
        ("/client/iin", json!("890615459242"), RefusalCode::IdentifierInvalid),
        ("/client/bin", json!(PERSON_IIN), RefusalCode::IdentifierInvalid),
        ("/client/email", json!("client@example"), RefusalCode::IdentifierInvalid),
        ("/client/email", json!("client example@mail.kz"), RefusalCode::IdentifierInvalid),
        ("/client/email", json!("@mail.kz"), RefusalCode::IdentifierInvalid),
        ("/client/phone", json!("87010000001"), RefusalCode::IdentifierInvalid),
        ("/client/phone", json!("+7701000000"), RefusalCode::IdentifierInvalid),
        ("/operator/bin", json!("190640029225"), RefusalCode::IdentifierInvalid),
        ("/client/email", json!(""), RefusalCode::MissingRequisite),
        ("/client/phone", json!(" "), RefusalCode::MissingRequisite),
    ];
    for (pointer, wrong, code) in cases {
        refused(OfferAcceptance, code, pointer, |value| *at(value, pointer) = wrong);
    }
    for pointer in ["/offer", "/offer/version", "/offer/title", "/operator", "/operator/bin", "/client", "/client/iin"]
        .into_iter()
        .chain(["/client/name", "/client/email", "/client/phone", "/consents", "/declarations", "/place", "/made_at"])
    {
        refused(OfferAcceptance, RefusalCode::MissingRequisite, pointer, |value| remove(value, pointer));
    }
    refused(OfferAcceptance, RefusalCode::MalformedConsent, "/declarations/extra", |value| {
        at(value, "/declarations").as_object_mut().unwrap().insert("extra".to_owned(), json!(true));
    });
}

/// Keeps: REG-14
#[test]
fn reservations_are_kept_as_they_were_written() {
    let mut value = sample_json(OfferAcceptance);
    let words = "Кроме пункта 10.3.\nБез рассылок.";
    value.as_object_mut().unwrap().insert("reservations".to_owned(), json!(words));
    let bytes = qolhat::domain::jcs::to_canonical(&value).unwrap();
    let content = kinds::parse(OfferAcceptance, &bytes, &IdentifierPolicy::Strict).unwrap();
    let Content::OfferAcceptance(acceptance) = content else { panic!("another kind") };
    assert_eq!(acceptance.reservations.as_deref(), Some(words));
    assert_eq!(qolhat::domain::jcs::to_canonical(&acceptance.to_json()).unwrap(), bytes);
}
