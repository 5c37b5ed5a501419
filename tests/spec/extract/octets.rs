//! Octets that were changed, added or removed, files too, and what is no extract at all.

use qolhat::extract::{format, package};
use qolhat_pki::issue::augment::{Augmentation, augment};
use serde_json::json;

use super::story::Log;
use super::{document_part, edit_json, good, refused, repacked, resigned, verify, world};
use crate::support::extracts::file_of;

/// Keeps: JRN-10, SIG-19
#[test]
fn any_octet_changed_added_or_removed_is_refused_and_its_part_named() {
    let bytes = good();
    for position in watched(bytes) {
        for bit in [0, 7] {
            let mut changed = bytes.to_vec();
            changed[position] ^= 1 << bit;
            must_be_refused(&changed, position, "changed");
        }
        let mut shorter = bytes.to_vec();
        shorter.remove(position);
        must_be_refused(&shorter, position, "removed");
        for octet in [0, b'P'] {
            let mut longer = bytes.to_vec();
            longer.insert(position, octet);
            must_be_refused(&longer, position, "added");
        }
    }
    let mut longer = bytes.to_vec();
    longer.push(0);
    must_be_refused(&longer, bytes.len(), "appended");
}

/// Every octet of the headers, of the first file and the last, and every 97th of the rest.
fn watched(bytes: &[u8]) -> Vec<usize> {
    let mut watched: Vec<usize> = (0..bytes.len()).step_by(97).collect();
    let mut offset = 0;
    for entry in std::iter::once(("mimetype", format::MIMETYPE.len()))
        .chain(package::read(bytes).unwrap().iter().map(|entry| (entry.name, entry.content.len())))
    {
        let header = 30 + entry.0.len();
        // All of one header, and in the others what differs between them: CRC, sizes, length of the name.
        let step = if offset == 0 { 1 } else { 5 };
        watched.extend((offset..offset + header).step_by(step));
        offset += header + entry.1;
    }
    watched.extend((offset..bytes.len()).step_by(23));
    watched.extend(bytes.len() - 22..bytes.len());
    watched
}

fn must_be_refused(bytes: &[u8], position: usize, how: &str) {
    let report = verify(bytes);
    assert!(matches!(report.exit_code(), 1 | 2), "octet {position} {how}");
    assert!(report.failures.iter().all(|failure| !failure.part.is_empty()), "octet {position} {how}");
    assert!(!report.failures.is_empty(), "octet {position} {how}");
}

/// Keeps: JRN-10, SIG-19
#[test]
fn a_changed_content_in_a_mended_zip_is_refused_by_name() {
    let names: Vec<String> = package::read(good()).unwrap().iter().map(|entry| entry.name.to_owned()).collect();
    for name in names {
        let length = file_of(good(), &name).len();
        for position in [0, length / 2, length - 1] {
            let report = verify(&repacked(good(), |files| files.get_mut(&name).unwrap()[position] ^= 1));
            let bound = name.starts_with(format::META_INF).then_some(format::BINDING);
            let named = report.failures.iter().any(|found| found.part == name || Some(found.part.as_str()) == bound);
            assert!(report.exit_code() != 0 && named, "{name} at {position}: {:?}", report.failures);
        }
    }
}

/// Keeps: JRN-10
#[test]
fn a_file_added_or_removed_in_a_mended_zip_is_refused_by_name() {
    let names: Vec<String> = package::read(good()).unwrap().iter().map(|entry| entry.name.to_owned()).collect();
    for name in &names {
        let report = verify(&repacked(good(), |files| drop(files.remove(name))));
        assert!(report.exit_code() != 0, "{name}");
        assert!(report.failures.iter().any(|failure| failure.part == *name), "{name}: {:?}", report.failures);
    }
    for name in ["new.txt", "META-INF/new.txt", "evidence/new", "journal/entries/9.json"] {
        let report = verify(&repacked(good(), |files| drop(files.insert(name.to_owned(), b"x".to_vec()))));
        assert!(report.exit_code() != 0, "{name}");
        assert!(report.failures.iter().any(|failure| failure.part == name), "{name}: {:?}", report.failures);
    }
    let report = verify(&resigned(|files| drop(files.insert("new.txt".to_owned(), b"x".to_vec()))));
    refused(&report, "FORMAT_FAILURE", "new.txt");
}

/// Keeps: SIG-19
#[test]
fn what_a_cms_does_not_sign_itself_is_bound_too() {
    let addition = [Augmentation::Certificate(world().recipient.certificate.clone())];
    for name in [format::OPERATOR_SEAL, format::OFFICER_SIGNATURE] {
        let changed = repacked(good(), |files| {
            let cms = files.get_mut(name).unwrap();
            *cms = augment(cms, &addition).unwrap();
        });
        refused(&verify(&changed), "JOURNAL_FAILURE", format::BINDING);
    }
}

/// Keeps: SIG-19
#[test]
fn the_binding_holds_one_signature_and_nothing_beside_it() {
    let text = String::from_utf8(file_of(good(), format::BINDING)).unwrap();
    let line = text.lines().last().unwrap();
    let stranger = Log::new(2).identity.sign_text("a title\nand a line\n").unwrap();
    let other_line = stranger.lines().last().unwrap();
    for more in [format!("{text}{line}\n"), format!("{text}{other_line}\n"), format!("{text}\n")] {
        let changed = repacked(good(), |files| drop(files.insert(format::BINDING.to_owned(), more.into_bytes())));
        refused(&verify(&changed), "JOURNAL_FAILURE", format::BINDING);
    }
}

#[test]
fn octets_that_are_no_extract_are_unreadable_and_not_merely_bad() {
    for bytes in [&b""[..], b"PK", b"PK\x05\x06", b"%PDF-1.7", &[0; 4096]] {
        let report = verify(bytes);
        assert_eq!(report.exit_code(), 2);
        assert_eq!(report.to_json()["error"]["code"], "unsupported-format");
    }
    // What version 2 tells, an extract of documents does not have.
    let other = resigned(|files| edit_json(files, format::EXTRACT, |json| json["version"] = json!(2)));
    assert_eq!(verify(&other).exit_code(), 1);
    let future = resigned(|files| edit_json(files, format::EXTRACT, |json| json["version"] = json!(3)));
    let report = verify(&future);
    assert_eq!((report.exit_code(), &report.to_json()["error"]["code"]), (2, &json!("unsupported-version")));
    assert_eq!(verify(b"PK\x03\x04").exit_code(), 1);
}

#[test]
fn json_with_an_unknown_or_doubled_name_is_refused() {
    let unknown = resigned(|files| edit_json(files, &document_part(), |json| json["more"] = json!(1)));
    refused(&verify(&unknown), "FORMAT_FAILURE", &document_part());
    let doubled = resigned(|files| {
        let content = files.get_mut(&document_part()).unwrap();
        let text = String::from_utf8(content.clone()).unwrap();
        *content = text.replace("\"evidence\": {}", "\"evidence\": {\"a\": 1, \"a\": 2}").into_bytes();
    });
    refused(&verify(&doubled), "FORMAT_FAILURE", &document_part());
    let deep = resigned(|files| drop(files.insert(format::STATEMENT.to_owned(), "[".repeat(100_000).into_bytes())));
    refused(&verify(&deep), "FORMAT_FAILURE", format::STATEMENT);
}
