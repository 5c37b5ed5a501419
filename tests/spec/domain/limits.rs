//! Limits of contents: what is at the limit is taken, one more is refused.

use qolhat::domain::document::DocumentKind::{CompletionAct, Letter};
use qolhat::domain::kinds::{
    self, ATTACHMENT_MAX_BYTES, ATTACHMENTS_MAX, Attachment, CONTENT_MAX_BYTES, FILE_NAME_MAX_BYTES, LINES_MAX,
    NAME_MAX_CHARS, NUMBER_MAX_CHARS, UNIT_MAX_CHARS, samples,
};
use qolhat::domain::party::IdentifierPolicy;
use qolhat::domain::refusal::RefusalCode;
use serde_json::{Value, json};

use super::{assert_explained, at, customer, date, executor, json as sample_json, read, refused, with_rules};

/// Keeps: DOC-03
#[test]
fn texts_are_taken_at_their_limit_and_refused_one_character_past_it() {
    let texts = [
        ("/number", NUMBER_MAX_CHARS),
        ("/executor/name", NAME_MAX_CHARS),
        ("/lines/0/name", NAME_MAX_CHARS),
        ("/lines/0/unit", UNIT_MAX_CHARS),
        ("/attachments/0/name", FILE_NAME_MAX_BYTES),
    ];
    for (pointer, max) in texts {
        let mut value = sample_json(CompletionAct);
        *at(&mut value, pointer) = json!("x".repeat(max));
        assert_eq!(read(CompletionAct, &value), Ok(()), "{pointer}");
        let long = json!("x".repeat(max + 1));
        let refusal =
            refused(CompletionAct, RefusalCode::MalformedContent, pointer, |value| *at(value, pointer) = long);
        assert_eq!((refusal.param("reason"), refusal.param("limit")), (Some("too-long"), Some(&*max.to_string())));
    }
    let mut value = sample_json(CompletionAct);
    *at(&mut value, "/executor/name") = json!("ұ".repeat(NAME_MAX_CHARS));
    assert_eq!(read(CompletionAct, &value), Ok(()), "characters are counted, not bytes");
    // File systems count bytes.
    let long = json!("ұ".repeat(FILE_NAME_MAX_BYTES / 2 + 1));
    let pointer = "/attachments/0/name";
    refused(CompletionAct, RefusalCode::MalformedContent, pointer, |value| *at(value, pointer) = long);
}

/// Keeps: DOC-03
#[test]
fn a_table_has_at_most_a_thousand_lines() {
    let table = |count: usize| {
        let mut value = sample_json(CompletionAct);
        let line = at(&mut value, "/lines/0").clone();
        *at(&mut value, "/lines") = Value::Array(vec![line; count]);
        let count = i64::try_from(count).unwrap();
        *at(&mut value, "/vat_total_tiyn") = json!(240_000 * count);
        *at(&mut value, "/total_tiyn") = json!(1_740_000 * count);
        read(CompletionAct, &value)
    };
    assert_eq!(table(LINES_MAX), Ok(()));
    let refusal = table(LINES_MAX + 1).unwrap_err();
    assert_eq!((refusal.param("reason"), refusal.pointer.as_deref()), (Some("too-many-items"), Some("/lines")));
    assert_explained(&refusal);
}

/// Keeps: DOC-03
#[test]
fn a_document_lists_at_most_a_hundred_files_of_bounded_size() {
    let with = |count: usize| {
        let files: Vec<Attachment> =
            (0..count).map(|n| Attachment::of(&format!("{n}.txt"), "text/plain", b"x")).collect();
        with_rules(|rules| samples::completion_act("1", date("2026-11-22"), &executor(), &customer(), &files, rules))
    };
    assert!(with(ATTACHMENTS_MAX).is_ok());
    assert_eq!(with(ATTACHMENTS_MAX + 1).unwrap_err().param("reason"), Some("too-many-items"));
    let pointer = "/attachments/0/size";
    let mut value = sample_json(CompletionAct);
    *at(&mut value, pointer) = json!(ATTACHMENT_MAX_BYTES);
    assert_eq!(read(CompletionAct, &value), Ok(()));
    refused(CompletionAct, RefusalCode::MalformedContent, pointer, |value| {
        *at(value, pointer) = json!(ATTACHMENT_MAX_BYTES + 1);
    });
}

/// Keeps: DOC-03
#[test]
fn a_document_is_at_most_a_mebibyte() {
    let bytes = vec![b' '; CONTENT_MAX_BYTES + 1];
    let refusal = kinds::parse(Letter, &bytes, &IdentifierPolicy::Strict).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::UploadTooLarge);
    assert_explained(&refusal);
    let refusal = kinds::parse(Letter, &bytes[1..], &IdentifierPolicy::Strict).unwrap_err();
    assert_eq!((refusal.code, refusal.param("reason")), (RefusalCode::MalformedJson, Some("not-json")));
    assert_explained(&refusal);
    let deep = format!("{}{}", "[".repeat(17), "]".repeat(17));
    let refusal = kinds::parse(Letter, deep.as_bytes(), &IdentifierPolicy::Strict).unwrap_err();
    assert_eq!(refusal.param("reason"), Some("too-deep"));
}

/// Keeps: DOC-04
#[test]
fn sums_that_no_integer_holds_are_refused_and_not_wrapped() {
    let refusal = refused(CompletionAct, RefusalCode::SumMismatch, "/lines/0/amount_tiyn", |value| {
        *at(value, "/lines/0/quantity") = json!("999999999999.999999");
        *at(value, "/lines/0/price_tiyn") = json!(9_007_199_254_740_991_i64);
    });
    assert_eq!(refusal.param("expected"), None);
    let number = "/lines/0/price_tiyn";
    let mut value = sample_json(CompletionAct);
    *at(&mut value, number) = json!(9_007_199_254_740_992_i64);
    let refusal = read(CompletionAct, &value).unwrap_err();
    assert_eq!((refusal.code, refusal.pointer.as_deref()), (RefusalCode::MalformedJson, Some(number)));
    assert_explained(&refusal);
}
