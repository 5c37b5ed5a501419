//! Identifiers, money and canonical JSON.

use proptest::prelude::*;
use qolhat::domain::jcs::{self, JCS_INTEGER_MAX, JcsError};
use qolhat::domain::money::{Quantity, Tiyn, VatRate, VatTable, vat_from_gross, vat_on_net};
use qolhat::domain::party::{Bin, IdentifierError, IdentifierPolicy, Iin};
use serde_json::{Map, Value};

use super::date;

/// Keeps: REG-28
#[test]
fn an_identifier_with_a_wrong_check_digit_is_refused_where_people_type_it() {
    for good in ["190640029224", "220540005599"] {
        assert_eq!(Bin::parse(good, IdentifierPolicy::Strict).unwrap().to_string(), good);
    }
    assert!(Iin::parse("890615459241", IdentifierPolicy::Strict).is_ok());
    for wrong in ["190640029225", "190640092224"] {
        assert_eq!(Bin::parse(wrong, IdentifierPolicy::Strict), Err(IdentifierError::CheckDigit), "{wrong}");
    }
}

/// Keeps: REG-28, REG-26
#[test]
fn identifiers_of_the_national_test_ca_are_read_only_under_the_test_policy() {
    for number in ["123456789011", "123456789021"] {
        assert_eq!(Iin::parse(number, IdentifierPolicy::Strict), Err(IdentifierError::CheckDigit));
        let iin = Iin::parse(number, IdentifierPolicy::AcceptTest).unwrap();
        assert!(!iin.check_digit_fits(), "{number} must be told apart");
        assert!(Bin::parse(number, IdentifierPolicy::AcceptTest).is_ok());
    }
}

/// Keeps: REG-28
#[test]
fn the_date_and_the_kind_inside_a_number_must_exist() {
    // The check digits of these fit; month 13, 30 February and kind 9 do not exist.
    for prefix in ["89130045924", "89023045924"] {
        assert_eq!(Iin::parse(&completed(prefix), IdentifierPolicy::Strict), Err(IdentifierError::Layout));
    }
    for prefix in ["19134002922", "19069002922"] {
        assert_eq!(Bin::parse(&completed(prefix), IdentifierPolicy::Strict), Err(IdentifierError::Layout));
    }
}

/// `prefix` with the only last digit whose check fits, written anew from domain.md c.2.
fn completed(prefix: &str) -> String {
    let digits: Vec<u32> = prefix.chars().map(|c| c.to_digit(10).unwrap()).collect();
    let sum = |weights: [u32; 11]| digits.iter().zip(weights).map(|(d, w)| d * w).sum::<u32>() % 11;
    let first = sum([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    let check = if first == 10 { sum([3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2]) } else { first };
    assert!(check < 10, "{prefix} is never issued");
    format!("{prefix}{check}")
}

/// Keeps: DOC-04
#[test]
fn the_vat_rate_follows_the_turnover_date() {
    let table = VatTable::builtin();
    let (old, new) = (date("2025-12-31"), date("2026-01-01"));
    assert_eq!(table.rates_on(old).first(), Some(&VatRate::Percent(12)));
    assert_eq!(table.rates_on(new).first(), Some(&VatRate::Percent(16)));
    assert!(!table.allows(VatRate::Percent(16), old) && !table.allows(VatRate::Percent(12), new));
    for day in [old, new] {
        assert!(table.allows(VatRate::Without, day) && table.allows(VatRate::Percent(0), day));
    }
    assert!(table.allows(VatRate::Percent(5), date("2026-12-31")));
    assert!(!table.allows(VatRate::Percent(5), date("2027-01-01")));
    assert!(table.periods().iter().all(|period| !period.source.is_empty()), "each rate names its law");
}

fn canonical(text: &str) -> String {
    String::from_utf8(jcs::to_canonical(&jcs::parse(text.as_bytes()).unwrap()).unwrap()).unwrap()
}

/// The test vectors of the authors of RFC 8785 (arrays, french, structures, unicode, weird) and its section 3.2, with
/// whole numbers: fractions are refused here.
///
/// Keeps: DOC-03
#[test]
fn the_vectors_of_rfc_8785_give_their_canonical_bytes() {
    let vectors = [
        (r#"[ 56, { "d": true, "10": null, "1": [ ] } ]"#, r#"[56,{"1":[],"10":null,"d":true}]"#),
        (
            r#"{"peach":"This sorting order","péché":"is wrong according to French",
                "pêche":"but canonicalization MUST","sin":"ignore locale"}"#,
            "{\"peach\":\"This sorting order\",\"péché\":\"is wrong according to French\",\
             \"pêche\":\"but canonicalization MUST\",\"sin\":\"ignore locale\"}",
        ),
        (
            r#"{"1":{"f":{"f":"hi","F":5},"\n":56},"10":{},"":"empty","a":{},"111":[{"e":"yes","E":"no"}],"A":{}}"#,
            r#"{"":"empty","1":{"\n":56,"f":{"F":5,"f":"hi"}},"10":{},"111":[{"E":"no","e":"yes"}],"A":{},"a":{}}"#,
        ),
        ("{\"Unnormalized Unicode\":\"A\u{30a}\"}", "{\"Unnormalized Unicode\":\"A\u{30a}\"}"),
        (
            r#"{"\u20ac":"Euro Sign","\r":"Carriage Return","\u000a":"Newline","1":"One","\u0080":"Control\u007f",
                "\ud83d\ude02":"Smiley","\u00f6":"Latin Small Letter O With Diaeresis",
                "\ufb33":"Hebrew Letter Dalet With Dagesh","</script>":"Browser Challenge"}"#,
            "{\"\\n\":\"Newline\",\"\\r\":\"Carriage Return\",\"1\":\"One\",\"</script>\":\"Browser Challenge\",\
             \"\u{80}\":\"Control\u{7f}\",\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\",\
             \"😂\":\"Smiley\",\"\u{fb33}\":\"Hebrew Letter Dalet With Dagesh\"}",
        ),
        (r#""\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/""#, r#""€$\u000f\nA'B\"\\\\\"/""#),
        ("[null, true , false]", "[null,true,false]"),
        ("[9007199254740991,-9007199254740991,0]", "[9007199254740991,-9007199254740991,0]"),
    ];
    for (text, expected) in vectors {
        assert_eq!(canonical(text), expected);
        assert!(jcs::parse_canonical(expected.as_bytes()).is_ok());
    }
    for fraction in ["333333333.33333329", "1E30", "4.50", "2e-3", "0.000000000000000000000000001", "-0"] {
        assert!(matches!(jcs::parse(fraction.as_bytes()), Err(JcsError::Number { .. })), "{fraction}");
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-JCS_INTEGER_MAX..=JCS_INTEGER_MAX).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 48, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

proptest! {
    /// Keeps: DOC-03
    #[test]
    fn canonical_json_has_one_spelling_per_value(value in any_json()) {
        let bytes = jcs::to_canonical(&value).unwrap();
        prop_assert_eq!(&jcs::parse_canonical(&bytes).unwrap(), &value);
        let indented = serde_json::to_vec_pretty(&value).unwrap();
        let read = jcs::parse(&indented).unwrap();
        prop_assert_eq!(jcs::to_canonical(&read).unwrap(), bytes);
    }

    #[test]
    fn bytes_that_are_read_as_canonical_are_written_again_as_they_were(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(value) = jcs::parse_canonical(&bytes) {
            prop_assert_eq!(jcs::to_canonical(&value).unwrap(), bytes);
        }
    }

    #[test]
    fn an_amount_is_the_exact_product_rounded_half_up(
        millionths in 1_u64..=999_999_999_999_999_999,
        price in -1_000_000_000_000_i64..=1_000_000_000_000,
    ) {
        let quantity = Quantity::parse(&format!("{}.{:06}", millionths / 1_000_000, millionths % 1_000_000)).unwrap();
        let exact = i128::from(millionths) * i128::from(price);
        match quantity.amount(Tiyn::new(price)) {
            Some(amount) => prop_assert!(is_half_up(amount, exact, 1_000_000)),
            None => prop_assert!(exact.unsigned_abs() / 1_000_000 >= (i64::MAX as u128)),
        }
    }

    #[test]
    fn vat_is_exact_to_half_a_tiyn_both_ways(net in 0_i64..=9_000_000_000_000, percent in 0_u8..=100) {
        let rate = VatRate::Percent(percent);
        let vat = vat_on_net(Tiyn::new(net), rate).unwrap();
        prop_assert!(is_half_up(vat, i128::from(net) * i128::from(percent), 100));
        let gross = Tiyn::new(net).checked_add(vat).unwrap();
        let inside = vat_from_gross(gross, rate).unwrap();
        prop_assert!((inside.get() - vat.get()).abs() <= 1, "{inside} of {gross}, {vat} on {net}");
    }

    #[test]
    fn a_quantity_is_written_as_it_is_read(whole in 0_u64..1_000_000_000_000, fraction in 0_u32..1_000_000) {
        prop_assume!(whole > 0 || fraction > 0);
        let quantity = Quantity::parse(&format!("{whole}.{fraction:06}")).unwrap();
        let text = quantity.to_string();
        prop_assert_eq!(Quantity::parse(&text).unwrap(), quantity);
        prop_assert!(!(text.ends_with('.') || text.contains('.') && text.ends_with('0')), "{}", text);
    }

    #[test]
    fn a_printed_sum_shows_every_tiyn(tiyn in any::<i64>()) {
        let text = Tiyn::new(tiyn).to_string();
        let digits: String = text.chars().filter(|c| c.is_ascii_digit() || *c == '-').collect();
        prop_assert_eq!(digits.parse::<i64>().unwrap(), tiyn);
    }

    #[test]
    fn sums_never_wrap(parts in prop::collection::vec(any::<i64>(), 0..8)) {
        let sum = Tiyn::checked_sum(parts.iter().copied().map(Tiyn::new));
        let exact: i128 = parts.iter().copied().map(i128::from).sum();
        if let Some(sum) = sum {
            prop_assert_eq!(i128::from(sum.get()), exact);
        }
    }

    /// Keeps: REG-28
    #[test]
    fn at_most_one_last_digit_makes_a_number(prefix in "[0-9]{11}") {
        let fitting = (0..10).filter(|last| Iin::parse(&format!("{prefix}{last}"), IdentifierPolicy::Strict).is_ok());
        prop_assert!(fitting.count() <= 1);
    }

    #[test]
    fn no_text_makes_a_reader_of_identifiers_panic(text in any::<String>()) {
        for policy in [IdentifierPolicy::Strict, IdentifierPolicy::AcceptTest] {
            let _ = (Iin::parse(&text, policy), Bin::parse(&text, policy));
        }
    }
}

/// Whether `rounded` is `exact / divisor` with halves going away from zero.
fn is_half_up(rounded: Tiyn, exact: i128, divisor: i128) -> bool {
    let doubled = 2 * (exact.abs() - i128::from(rounded.get()).abs() * divisor);
    let sign_fits = rounded.get() == 0 || (rounded.get() < 0) == (exact < 0);
    sign_fits && -divisor < doubled && doubled < divisor || sign_fits && doubled == -divisor
}
