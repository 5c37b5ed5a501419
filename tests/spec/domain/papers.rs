//! Acts, invoices and letters: what must be there, what is refused, and where it says so.

use proptest::prelude::*;
use qolhat::domain::document::DocumentKind::{self, ArbitraryFile, CompletionAct, Letter, PaymentInvoice};
use qolhat::domain::jcs;
use qolhat::domain::kinds::{self, Attachment, CompletionActDraft, Content, LineDraft, samples};
use qolhat::domain::money::{Quantity, Tiyn, VatRate};
use qolhat::domain::party::{IdentifierPolicy, Party};
use qolhat::domain::refusal::RefusalCode;
use serde_json::{Value, json};

use super::{
    CUSTOMER_BIN, EXECUTOR_BIN, PERSON_IIN, assert_explained, at, bin, customer, date, executor, iin,
    json as sample_json, read, refused, remove, report_file, sample, with_rules,
};

fn content(kind: DocumentKind) -> Content {
    kinds::parse(kind, &sample(kind), &IdentifierPolicy::Strict).unwrap()
}

/// Keeps: DOC-03, DOC-04
#[test]
fn a_good_document_tells_its_sides_number_date_title_and_files() {
    let sides = (Some(Party::Organization(bin(EXECUTOR_BIN))), Some(Party::Organization(bin(CUSTOMER_BIN))));
    for (kind, number) in [(CompletionAct, "17"), (PaymentInvoice, "128"), (Letter, "01-15/77")] {
        let content = content(kind);
        assert_eq!(content.kind(), kind);
        assert_eq!((content.sender(), content.recipient()), sides, "{kind}");
        assert_eq!((content.number(), content.date()), (number, Some(date("2026-11-22"))));
    }
    let act = content(CompletionAct);
    assert_eq!(act.title(), "Бағдарламалық жасақтаманы сүйемелдеу (+1)");
    assert_eq!(act.attachments(), [report_file()]);
    // 1.5 × 10 000,00 + 250 000,55 = 265 000,55; 16 % on each line: 2 400,00 + 40 000,09.
    assert_eq!(act.total(), Some(Tiyn::new(30_740_064)));
    assert_eq!(content(Letter).title(), "Жұмыстардың аяқталуы туралы");
    assert_eq!(content(Letter).total(), None);
}

#[test]
fn a_file_without_structure_is_taken_as_it_is() {
    let content = content(ArbitraryFile);
    assert_eq!(content, Content::ArbitraryFile);
    assert_eq!((content.number(), content.title().as_str()), ("", ""));
    assert_eq!((content.sender(), content.recipient(), content.date()), (None, None, None));
    assert!(content.attachments().is_empty());
}

/// Keeps: DOC-03, DOC-14
#[test]
fn what_is_signed_are_the_canonical_bytes_and_no_other_spelling() {
    for kind in [CompletionAct, PaymentInvoice, Letter] {
        let canonical = sample(kind);
        let indented = serde_json::to_vec_pretty(&sample_json(kind)).unwrap();
        let refusal = kinds::parse(kind, &indented, &IdentifierPolicy::Strict).unwrap_err();
        assert_eq!((refusal.code, refusal.param("offset")), (RefusalCode::ContentNotCanonical, Some("1")));
        assert_explained(&refusal);
        let (_, again) = with_rules(|rules| kinds::canonicalize(kind, &indented, rules)).unwrap();
        assert_eq!(again, canonical);
    }
}

/// Keeps: DOC-04
#[test]
fn every_mandatory_requisite_must_be_there_and_not_blank() {
    let act = ["number", "date", "turnover_date", "executor", "customer", "lines", "vat_total_tiyn", "total_tiyn"];
    let invoice = [
        "number",
        "date",
        "due_date",
        "beneficiary",
        "account",
        "knp",
        "payer",
        "lines",
        "vat_total_tiyn",
        "total_tiyn",
    ];
    let letter = ["number", "date", "sender", "addressee", "subject", "body"];
    let deeper = [
        (CompletionAct, "/executor/name"),
        (CompletionAct, "/executor/bin"),
        (CompletionAct, "/executor/signatory"),
        (CompletionAct, "/executor/signatory/position"),
        (CompletionAct, "/customer/name"),
        (CompletionAct, "/contract/date"),
        (CompletionAct, "/lines/0/name"),
        (CompletionAct, "/lines/0/unit"),
        (CompletionAct, "/lines/0/quantity"),
        (CompletionAct, "/lines/0/price_tiyn"),
        (CompletionAct, "/lines/0/amount_tiyn"),
        (CompletionAct, "/lines/0/vat"),
        (CompletionAct, "/lines/0/vat/rate"),
        (CompletionAct, "/reports/0/pages"),
        (CompletionAct, "/attachments/0/sha256"),
        (CompletionAct, "/version"),
        (CompletionAct, "/type"),
        (PaymentInvoice, "/account/iik"),
        (PaymentInvoice, "/account/bank"),
        (PaymentInvoice, "/account/bik"),
        (PaymentInvoice, "/account/kbe"),
        (Letter, "/written_by/name"),
    ];
    let members = |kind: DocumentKind, names: &[&str]| -> Vec<(DocumentKind, String)> {
        names.iter().map(|name| (kind, format!("/{name}"))).collect()
    };
    let mut all = members(CompletionAct, &act);
    all.extend(members(PaymentInvoice, &invoice));
    all.extend(members(Letter, &letter));
    all.extend(deeper.map(|(kind, pointer)| (kind, pointer.to_owned())));
    for (kind, pointer) in all {
        refused(kind, RefusalCode::MissingRequisite, &pointer, |value| remove(value, &pointer));
        if at(&mut sample_json(kind), &pointer).is_string() && !pointer.ends_with("/bin") {
            refused(kind, RefusalCode::MissingRequisite, &pointer, |value| *at(value, &pointer) = json!("   "));
        }
    }
    refused(CompletionAct, RefusalCode::MissingRequisite, "/lines", |value| *at(value, "/lines") = json!([]));
}

/// Keeps: DOC-04, POA-02
#[test]
fn a_person_who_executes_needs_no_position() {
    let mut value = sample_json(CompletionAct);
    *at(&mut value, "/executor") = json!({"iin": PERSON_IIN, "name": "Ахметова А. Б."});
    assert_eq!(read(CompletionAct, &value), Ok(()));
}

/// Keeps: DOC-04
#[test]
fn a_wrong_sum_is_refused_wherever_it_stands_and_the_right_one_is_told() {
    for kind in [CompletionAct, PaymentInvoice] {
        let sums = [
            ("/lines/0/amount_tiyn", "15 000,00 ₸"),
            ("/lines/1/amount_tiyn", "250 000,55 ₸"),
            ("/lines/0/vat/amount_tiyn", "2 400,00 ₸"),
            ("/lines/1/vat/amount_tiyn", "40 000,09 ₸"),
            ("/vat_total_tiyn", "42 400,09 ₸"),
            ("/total_tiyn", "307 400,64 ₸"),
        ];
        for (pointer, expected) in sums {
            for change in [1, -1, 100_000] {
                let refusal = refused(kind, RefusalCode::SumMismatch, pointer, |value| {
                    let sum = at(value, pointer);
                    *sum = json!(sum.as_i64().unwrap() + change);
                });
                assert_eq!(refusal.param("expected"), Some(expected));
            }
        }
    }
}

/// Keeps: DOC-04
#[test]
fn the_rate_must_be_one_of_the_turnover_date_and_not_of_the_documents_date() {
    let day = date("2026-01-10");
    let late = |turnover: &str, percent| {
        with_rules(|rules| {
            let mut act = CompletionActDraft::new("1", day, executor(), customer());
            act.turnover_date = date(turnover);
            act.lines.push(line("1", 100_000, VatRate::Percent(percent)));
            act.seal(rules)
        })
    };
    assert!(late("2025-12-31", 12).is_ok(), "drawn up in 2026 for a turnover of 2025");
    assert!(late("2026-01-01", 16).is_ok());
    for (turnover, percent) in [("2025-12-31", 16), ("2026-01-01", 12), ("2027-01-01", 5)] {
        let refusal = late(turnover, percent).unwrap_err();
        assert_eq!(refusal.code, RefusalCode::VatRateMismatch);
        assert_eq!(refusal.pointer.as_deref(), Some("/lines/0/vat/rate"));
        assert_eq!(refusal.param("date").unwrap(), date(turnover).to_local_text());
        assert_explained(&refusal);
    }
}

fn line(quantity: &str, price: i64, vat_rate: VatRate) -> LineDraft {
    LineDraft {
        name: "Аудит".to_owned(),
        unit: "қызмет".to_owned(),
        quantity: Quantity::parse(quantity).unwrap(),
        price: Tiyn::new(price),
        vat_rate,
        performed_on: None,
    }
}

/// Keeps: DOC-03, DOC-07, DOC-15
#[test]
fn what_the_format_does_not_know_is_refused() {
    let bad = RefusalCode::MalformedContent;
    for pointer in ["/extra", "/executor/extra", "/lines/0/vat/extra", "/attachments/0/extra", "/reports/0/~1"] {
        refused(CompletionAct, bad, pointer, |value| {
            let (parent, name) = pointer.rsplit_once('/').unwrap();
            let name = if name == "~1" { "/" } else { name };
            at(value, parent).as_object_mut().unwrap().insert(name.to_owned(), Value::Null);
        });
    }
    let changes = [
        ("/type", json!("Letter"), "other-type"),
        ("/number", json!(17), "not-a-text"),
        ("/executor", json!("Acme"), "not-an-object"),
        ("/lines", json!({}), "not-a-list"),
        ("/lines/0", json!(1), "not-an-object"),
        ("/lines/0/price_tiyn", json!("100"), "not-a-whole-number"),
        ("/lines/0/price_tiyn", json!(-1), "negative"),
        ("/lines/0/quantity", json!("1,5"), "not-a-quantity"),
        ("/lines/0/quantity", json!("0"), "not-a-quantity"),
        ("/reports/0/pages", json!(0), "page-count"),
        ("/attachments/0/name", json!("../report.pdf"), "file-name"),
        ("/attachments/0/name", json!(".report"), "file-name"),
        ("/attachments/0/media_type", json!("pdf"), "media-type"),
        ("/attachments/0/size", json!(0), "file-size"),
        ("/attachments/0/sha256", json!("AB".repeat(32)), "not-a-digest"),
        ("/attachments/0/sha256", json!("ab"), "not-a-digest"),
    ];
    for (pointer, value, reason) in changes {
        let refusal = refused(CompletionAct, bad, pointer, |document| *at(document, pointer) = value);
        assert_eq!(refusal.param("reason"), Some(reason), "{pointer}");
    }
    let refusal =
        refused(CompletionAct, RefusalCode::UnknownKind, "/version", |value| *at(value, "/version") = json!(2));
    assert_eq!(refusal.param("kind"), Some("completion-act"));
    let both = |value: &mut Value| *at(value, "/customer/iin") = json!(PERSON_IIN);
    let mut value = sample_json(CompletionAct);
    at(&mut value, "/customer").as_object_mut().unwrap().insert("iin".to_owned(), Value::Null);
    both(&mut value);
    assert_eq!(read(CompletionAct, &value).unwrap_err().param("reason"), Some("both-iin-and-bin"));
}

/// Keeps: DOC-03
#[test]
fn a_member_given_twice_is_refused() {
    let text = String::from_utf8(sample(Letter)).unwrap();
    let twice = text.replacen("\"number\":", "\"number\":\"1\",\"number\":", 1);
    let refusal = kinds::parse(Letter, twice.as_bytes(), &IdentifierPolicy::Strict).unwrap_err();
    assert_eq!((refusal.code, refusal.param("reason")), (RefusalCode::MalformedJson, Some("duplicate-member")));
    assert_explained(&refusal);
}

/// Keeps: DOC-04
#[test]
fn characters_that_hide_or_turn_text_are_refused() {
    for hidden in ['\u{202e}', '\u{200b}', '\u{feff}', '\u{0}', '\u{7f}', '\u{2066}', '\u{ad}', '\u{e0041}', '\u{fffd}']
    {
        let text = json!(format!("Аудит{hidden}1"));
        let refusal = refused(CompletionAct, RefusalCode::MalformedContent, "/lines/0/name", |value| {
            *at(value, "/lines/0/name") = text
        });
        assert_eq!(refusal.param("reason"), Some("forbidden-character"));
    }
    refused(Letter, RefusalCode::MalformedContent, "/subject", |value| *at(value, "/subject") = json!("a\nb"));
    assert!(sample_json(Letter)["body"].as_str().unwrap().contains('\n'), "only the body has lines");
}

/// Keeps: DOC-04, REG-28
#[test]
fn wrong_numbers_of_parties_and_accounts_are_refused() {
    let cases = [
        (CompletionAct, "/executor/bin", "190640029225", "check-digit"),
        (CompletionAct, "/customer/bin", "12", "not-twelve-digits"),
        (CompletionAct, "/customer/bin", PERSON_IIN, "identifier-layout"),
        (PaymentInvoice, "/account/iik", "KZ22722S000015813163", "code-form"),
        (PaymentInvoice, "/account/iik", "kz22722S000015813162", "code-form"),
        (PaymentInvoice, "/account/bik", "CASPRUKA", "code-form"),
        (PaymentInvoice, "/account/kbe", "30", "code-form"),
        (PaymentInvoice, "/knp", "85", "code-form"),
    ];
    for (kind, pointer, number, reason) in cases {
        let refusal =
            refused(kind, RefusalCode::IdentifierInvalid, pointer, |value| *at(value, pointer) = json!(number));
        assert_eq!(refusal.param("reason"), Some(reason), "{pointer}");
    }
    for good in ["KZ978562203105747338", "KZ22722S000015813162"] {
        let mut value = sample_json(PaymentInvoice);
        *at(&mut value, "/account/iik") = json!(good);
        assert_eq!(read(PaymentInvoice, &value), Ok(()));
    }
}

/// Keeps: DOC-21
#[test]
fn an_invoice_is_not_due_before_it_is_issued() {
    let pointer = "/due_date";
    refused(PaymentInvoice, RefusalCode::DateInvalid, pointer, |value| *at(value, pointer) = json!("2026-11-21"));
    let mut value = sample_json(PaymentInvoice);
    *at(&mut value, pointer) = json!("2026-11-22");
    assert_eq!(read(PaymentInvoice, &value), Ok(()));
    refused(PaymentInvoice, RefusalCode::DateInvalid, "/date", |value| *at(value, "/date") = json!("2026-02-29"));
    refused(PaymentInvoice, RefusalCode::DateInvalid, "/date", |value| *at(value, "/date") = json!("22.11.2026"));
}

/// Keeps: FLW-01
#[test]
fn nobody_sends_a_document_to_himself() {
    let cases = [(CompletionAct, "/customer", "/executor"), (PaymentInvoice, "/payer", "/beneficiary")];
    for (kind, to, from) in cases.into_iter().chain([(Letter, "/addressee", "/sender")]) {
        refused(kind, RefusalCode::RecipientIsTheSender, to, |value| *at(value, to) = at(value, from).clone());
    }
    let person = samples::side(Party::Person(iin(PERSON_IIN)), "Ахметова А.", "—", "Ахметова А.");
    let day = date("2026-11-22");
    assert!(with_rules(|rules| samples::letter("1", day, &person, &executor(), rules)).is_ok(), "to one's own firm");
}

/// Keeps: DOC-04, DOC-23
#[test]
fn an_attachment_is_bound_by_its_digest_and_named_once() {
    let file = Attachment::of("a.txt", "text/plain", b"abc");
    assert_eq!(hex(&file.sha256), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_eq!(file.size, 3);
    let twin = Attachment { name: "A.TXT".to_owned(), ..file.clone() };
    let refusal = with_rules(|rules| {
        samples::completion_act("1", date("2026-11-22"), &executor(), &customer(), &[file, twin], rules)
    })
    .unwrap_err();
    assert_eq!(refusal.pointer.as_deref(), Some("/attachments/1/name"));
    assert_eq!(refusal.param("reason"), Some("duplicate-name"));
    assert_explained(&refusal);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Keeps: DOC-04
    #[test]
    fn the_sums_of_any_table_are_right_and_no_other_total_is_taken(
        rows in prop::collection::vec((1_u64..100_000_000, 0_i64..1_000_000_000, 0_usize..3), 1..12),
        off_by in prop_oneof![-3_i64..=-1, 1_i64..=3],
    ) {
        let rates = [VatRate::Percent(16), VatRate::Percent(0), VatRate::Without];
        let mut act = CompletionActDraft::new("1", date("2026-11-22"), executor(), customer());
        act.lines = rows
            .iter()
            .map(|(millionths, price, rate)| {
                let quantity = format!("{}.{:06}", millionths / 1_000_000, millionths % 1_000_000);
                line(&quantity, *price, rates[*rate])
            })
            .collect();
        let bytes = with_rules(|rules| act.seal(rules)).unwrap();
        let mut value: Value = serde_json::from_slice(&bytes).unwrap();
        let sum: i64 = value["lines"].as_array().unwrap().iter()
            .map(|line| line["amount_tiyn"].as_i64().unwrap() + line["vat"]["amount_tiyn"].as_i64().unwrap())
            .sum();
        prop_assert_eq!(value["total_tiyn"].as_i64(), Some(sum));
        prop_assume!(sum + off_by >= 0);
        *at(&mut value, "/total_tiyn") = json!(sum + off_by);
        prop_assert_eq!(read(CompletionAct, &value).unwrap_err().code, RefusalCode::SumMismatch);
    }

    #[test]
    fn a_changed_byte_never_panics_and_is_never_read_as_the_same(place in any::<prop::sample::Index>(), byte in any::<u8>()) {
        for kind in [CompletionAct, PaymentInvoice, Letter] {
            let mut bytes = sample(kind);
            let good = content(kind);
            let place = place.index(bytes.len());
            prop_assume!(bytes[place] != byte);
            bytes[place] = byte;
            if let Ok(read) = kinds::parse(kind, &bytes, &IdentifierPolicy::Strict) {
                prop_assert_ne!(read, good);
                prop_assert!(jcs::parse_canonical(&bytes).is_ok());
            }
        }
    }
}
