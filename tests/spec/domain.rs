//! The words of the domain: values that cannot be wrong, contents of documents, texts in three languages.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::panic,
    reason = "a test may stop at once"
)]

mod acceptance;
mod limits;
mod papers;
mod texts;
mod values;

use qolhat::domain::document::DocumentKind;
use qolhat::domain::kinds::{self, Attachment, Requisites, Rules, samples};
use qolhat::domain::money::VatTable;
use qolhat::domain::party::{Bin, IdentifierPolicy, Iin, Party};
use qolhat::domain::refusal::{Refusal, RefusalCode};
use qolhat::domain::time::CivilDate;
use qolhat::i18n::{Language, has_key, problem};
use serde_json::Value;

/// A BIN and an IIN whose check digits fit; they belong to published offers and to nobody.
const EXECUTOR_BIN: &str = "190640029224";
const CUSTOMER_BIN: &str = "220540005599";
const PERSON_IIN: &str = "890615459241";

fn date(text: &str) -> CivilDate {
    CivilDate::parse(text).unwrap()
}

fn bin(text: &str) -> Bin {
    Bin::parse(text, IdentifierPolicy::Strict).unwrap()
}

fn iin(text: &str) -> Iin {
    Iin::parse(text, IdentifierPolicy::Strict).unwrap()
}

fn executor() -> Requisites {
    samples::side(Party::Organization(bin(EXECUTOR_BIN)), "«Орындаушы» ЖШС", "Директор", "Ахметов А.")
}

fn customer() -> Requisites {
    samples::side(Party::Organization(bin(CUSTOMER_BIN)), "ТОО «Заказчик»", "Директор", "Иванов И.")
}

/// Runs `test` with the rules that the program has built in.
fn with_rules<T>(test: impl FnOnce(&Rules<'_>) -> T) -> T {
    let vat = VatTable::builtin();
    test(&Rules { identifiers: IdentifierPolicy::Strict, vat: &vat })
}

fn report_file() -> Attachment {
    Attachment::of("report.pdf", "application/pdf", b"%PDF-1.7 report")
}

/// The canonical bytes of a good document of `kind`; of a file, any bytes.
fn sample(kind: DocumentKind) -> Vec<u8> {
    let day = date("2026-11-22");
    with_rules(|rules| match kind {
        DocumentKind::OfferAcceptance => acceptance::sample(rules),
        DocumentKind::CompletionAct => {
            samples::completion_act("17", day, &executor(), &customer(), &[report_file()], rules)
        }
        DocumentKind::PaymentInvoice => samples::payment_invoice("128", day, &executor(), &customer(), rules),
        DocumentKind::Letter => samples::letter("01-15/77", day, &executor(), &customer(), rules),
        DocumentKind::ArbitraryFile => Ok(b"any bytes".to_vec()),
    })
    .unwrap()
}

fn json(kind: DocumentKind) -> Value {
    serde_json::from_slice(&sample(kind)).unwrap()
}

/// What reading says of `value`, canonical bytes or not.
fn read(kind: DocumentKind, value: &Value) -> Result<(), Refusal> {
    let bytes = serde_json::to_vec(value).unwrap();
    with_rules(|rules| kinds::canonicalize(kind, &bytes, rules)).map(drop)
}

/// The sample of `kind` after `change`, which must be refused with `code` at `pointer`, and explained.
fn refused(kind: DocumentKind, code: RefusalCode, pointer: &str, change: impl FnOnce(&mut Value)) -> Refusal {
    let mut value = json(kind);
    change(&mut value);
    let refusal = read(kind, &value).expect_err("a wrong document was read");
    assert_eq!((refusal.code, refusal.pointer.as_deref()), (code, Some(pointer)), "{refusal:?}");
    assert_explained(&refusal);
    refusal
}

/// Every code among the parameters has a word, and the texts show no key and no dash.
fn assert_explained(refusal: &Refusal) {
    for language in Language::ALL {
        for name in ["reason", "identifier", "requisite", "declaration"] {
            if let Some(code) = refusal.param(name) {
                assert!(has_key(language, &format!("{name}-{code}")), "{name}-{code} has no {} text", language.code());
            }
        }
        let (title, detail) = problem(language, refusal);
        assert!(!title.starts_with("problem-") && !detail.starts_with("problem-"), "{title} {detail}");
        assert!(!detail.contains("—:") && !detail.contains("(—)"), "{detail}");
    }
}

/// The member at `pointer`.
fn at<'a>(value: &'a mut Value, pointer: &str) -> &'a mut Value {
    value.pointer_mut(pointer).unwrap_or_else(|| panic!("no {pointer} in the sample"))
}

/// Takes the member at `pointer` out.
fn remove(value: &mut Value, pointer: &str) {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    at(value, parent).as_object_mut().unwrap().remove(name).unwrap();
}
