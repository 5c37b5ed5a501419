//! The strict archive reader. Keeps: nothing is read that two readers could see differently.

use proptest::prelude::*;
use qolhat_pki::asic::zip::{NewFile, ZipLimits, read_zip, write_zip};

use super::forge::{Archive, Raw, WRONGS, plain};

fn code(bytes: &[u8]) -> Option<&'static str> {
    read_zip(bytes, &ZipLimits::default()).err().map(|error| error.fault.code())
}

#[test]
fn every_wrong_archive_is_refused_by_name() {
    assert_eq!(code(&plain().build()), None);
    let mut failed = Vec::new();
    for (what, change, expected) in WRONGS {
        let mut archive = plain();
        change(&mut archive);
        let found = code(&archive.build());
        if found != Some(expected) {
            failed.push(format!("{what}: expected {expected}, found {found:?}"));
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn what_is_allowed_is_read() {
    let text = b"text ".repeat(100);
    let mut folder = Raw::stored("b/", b"");
    folder.made_by = 0x0314;
    folder.attributes = 0o040_755 << 16 | 0x10;
    let mut deflated_folder = Raw::deflated("d/", b"");
    deflated_folder.version = 20;
    let mut with_time = Raw::deflated("time.txt", &text);
    with_time.extra = vec![0x55, 0x54, 5, 0, 1, 0, 0, 0, 0];
    let signature_as_crc = Raw::stored("x", b"").described(false);
    for archive in [
        Archive::new(vec![]),
        Archive::new(vec![Raw::stored("a", b""), Raw::deflated("empty", b"")]),
        Archive::new(vec![Raw::stored("a", b"1").described(false), Raw::deflated("c", &text).described(true)]),
        Archive::new(vec![folder, Raw::deflated("b/c", &text), deflated_folder]),
        Archive::new(vec![with_time, Raw::stored("құжат.pdf", b"x"), signature_as_crc]),
    ] {
        let bytes = archive.build();
        let read = read_zip(&bytes, &ZipLimits::default()).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(read.entries.len(), archive.entries.len());
    }
    let mut commented = plain();
    commented.comment = b"mimetype=application/vnd.etsi.asic-e+zip".to_vec();
    let bytes = commented.build();
    let read = read_zip(&bytes, &ZipLimits::default()).unwrap();
    assert_eq!(read.comment_media_type, Some("application/vnd.etsi.asic-e+zip"));
    assert_eq!(read.entries[2].content.as_ref(), b"text text text text text".repeat(10));
}

/// The records may stand in another order than the files.
#[test]
fn the_order_of_the_directory_is_free() {
    let mut archive = Archive::new(vec![Raw::stored("a", b"1"), Raw::stored("b", b"2")]);
    let bytes = archive.build();
    archive.entries.swap(0, 1);
    archive.entries[0].shift = 32;
    archive.entries[1].shift = -32;
    let swapped = archive.build();
    // The files as they lay, the records swapped.
    let mixed = [&bytes[..64], &swapped[64..]].concat();
    let read = read_zip(&mixed, &ZipLimits::default()).unwrap();
    assert_eq!(read.entries.iter().map(|entry| entry.name).collect::<Vec<_>>(), ["a", "b"]);
}

#[test]
fn an_archive_inside_is_one_file() {
    let inner = plain().build();
    let outer = Archive::new(vec![Raw::stored("inner.zip", &inner)]).build();
    let read = read_zip(&outer, &ZipLimits::default()).unwrap();
    assert_eq!(read.entries.len(), 1);
    assert_eq!(read.entries[0].content.as_ref(), inner);
}

#[test]
fn limits_hold_together_and_alone() {
    let part = vec![7_u8; 1024 * 1024];
    let many = Archive::new((0..10).map(|n| Raw::deflated(&n.to_string(), &part)).collect()).build();
    let limits = |change: fn(&mut ZipLimits)| {
        let mut limits = ZipLimits::default();
        change(&mut limits);
        read_zip(&many, &limits).err().map(|error| error.fault.code())
    };
    assert_eq!(limits(|_| {}), None);
    assert_eq!(limits(|limits| limits.inflated_max_bytes = 5 << 20), Some("zip-bomb"));
    assert_eq!(limits(|limits| limits.entries_max = 9), Some("zip-too-many-files"));
    assert_eq!(limits(|limits| limits.archive_max_bytes = 1000), Some("zip-too-large"));
}

/// Of an archive written here no octet can be changed, added or removed unnoticed, but for dates, attributes of files,
/// and the host and version that made it: those say nothing of what is inside.
#[test]
fn what_was_written_is_read_and_no_change_of_it_is() {
    let files = [("b.txt", &b"bb"[..]), ("құжат", b"x"), ("META-INF/x.xml", b"<x/>")];
    let files = files.map(|(name, content)| NewFile { name, content });
    let bytes = write_zip(&files).unwrap();
    let original = read_zip(&bytes, &ZipLimits::default()).unwrap();
    assert_eq!(original.entries.iter().map(|entry| entry.name).collect::<Vec<_>>(), files.map(|file| file.name));
    assert!(original.entries.iter().all(|entry| entry.is_plain));
    for at in 0..bytes.len() {
        let mut shorter = bytes.clone();
        shorter.remove(at);
        assert!(code(&shorter).is_some(), "without octet {at}");
        for bit in 0..8 {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << bit;
            if let Ok(read) = read_zip(&changed, &ZipLimits::default()) {
                assert_eq!(read, original, "bit {bit} of octet {at}");
            }
        }
    }
    for at in 0..=bytes.len() {
        for octet in [0, b'P', 0xff] {
            let mut longer = bytes.clone();
            longer.insert(at, octet);
            assert!(code(&longer).is_some(), "octet {octet} put in at {at}");
        }
    }
}

#[test]
fn names_that_would_not_be_read_are_not_written() {
    for names in [["../a", "b"], ["a", "A"], ["", "b"], ["a\\b", "b"]] {
        let files = names.map(|name| NewFile { name, content: b"" });
        assert!(write_zip(&files).is_err(), "{names:?}");
    }
}

proptest! {
    /// Whatever the octets, an answer; never a panic.
    #[test]
    fn damaged_archives_have_an_answer(cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let mut bytes = plain().build();
        for (at, octet) in cuts {
            let at = at.index(bytes.len());
            bytes[at] = octet;
        }
        let _ = read_zip(&bytes, &ZipLimits::default());
    }
}
