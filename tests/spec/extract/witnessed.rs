//! Cosignatures that a reader demands: an extract without them is told so, by name.

use qolhat::extract::operator::OperatorCard;
use qolhat::journal::cosignature::CosigningKey;
use qolhat::operations::verify_extract::verify_extract;

use super::second::pins;
use super::story::{self, Log};
use super::world::at;
use super::{LOG_SEED, good, now, refused, sealed, usual, world};
use crate::support::second_verifier::{Pins, second_opinion};

const COSIGNED_AT: &str = "2026-11-24T08:59:00Z";

fn witness(seed: u8) -> CosigningKey {
    CosigningKey::from_seed("witness.example", &[seed; 32]).unwrap()
}

fn key(seed: u8) -> String {
    witness(seed).verifier_key().to_owned()
}

fn line(seed: u8, note: &str) -> String {
    witness(seed).cosign(note, at(COSIGNED_AT)).unwrap()
}

/// The usual extract with these lines below its checkpoint. The time stamp is over the note as the log published it.
fn with_lines(lines: impl FnOnce(&str) -> Vec<String>) -> Vec<u8> {
    let (log, mut facts) = usual();
    let added = lines(&facts.journal.checkpoint);
    facts.journal.checkpoint.extend(added);
    sealed(&log, &facts)
}

fn cosigned(seeds: &[u8]) -> Vec<u8> {
    with_lines(|note| seeds.iter().map(|seed| line(*seed, note)).collect())
}

/// The exit code, and the keys that are named as missing.
fn judged(extract: &[u8], witnesses: &[String], quorum: Option<usize>) -> (u8, Vec<String>) {
    let card = story::card(&Log::new(LOG_SEED).identity);
    let card = OperatorCard { witness_keys: witnesses.to_vec(), witness_quorum: quorum, ..card };
    let report = verify_extract(extract, &world().anchors(), Some(&card), now());
    let missing: Vec<String> = report.failures.iter().map(|failure| failure.detail.clone()).collect();
    if !missing.is_empty() {
        refused(&report, "WITNESS_NOT_FOUND", "journal/checkpoint.txt");
        assert_eq!(report.to_json()["indication"], "INDETERMINATE");
        assert!(
            report.failures.iter().all(|failure| failure.code.word() == "witness-missing"),
            "{:?}",
            report.failures
        );
    }
    (report.exit_code(), missing)
}

/// The second verifier says the same: passed, or each of these is missing.
fn second(extracts: &[Vec<u8>], witnesses: &[String], quorum: Option<usize>, missing: &[String]) {
    let pins = Pins { witnesses: witnesses.to_vec(), quorum, ..pins() };
    for (indication, reason) in second_opinion(&pins, extracts).into_iter().flatten() {
        let expected = if missing.is_empty() { "TOTAL-PASSED" } else { "INDETERMINATE" };
        assert_eq!(indication, expected, "{reason}");
        assert!(missing.iter().all(|key| reason.contains(key)), "{reason}");
    }
}

/// Keeps: JRN-10
#[test]
fn a_cosignature_that_is_demanded_is_there_or_its_witness_is_named() {
    let extract = cosigned(&[11, 12]);
    assert_eq!(judged(&extract, &[], None), (0, vec![]));
    assert_eq!(judged(&extract, &[key(11)], None), (0, vec![]));
    assert_eq!(judged(&extract, &[key(11), key(12)], None), (0, vec![]));
    assert_eq!(judged(&extract, &[key(11), key(13)], None), (1, vec![key(13)]));
    assert_eq!(judged(good(), &[key(11), key(12)], None), (1, vec![key(11), key(12)]));
    second(std::slice::from_ref(&extract), &[key(11), key(12)], None, &[]);
    second(&[extract], &[key(11), key(13)], None, &[key(13)]);
}

#[test]
fn a_quorum_of_witnesses_is_enough_and_one_too_few_is_not() {
    let extract = cosigned(&[11, 12]);
    let three = [key(11), key(12), key(13)];
    for (quorum, missing) in [(1, vec![]), (2, vec![]), (3, vec![key(13)])] {
        let exit = u8::from(!missing.is_empty());
        assert_eq!(judged(&extract, &three, Some(quorum)), (exit, missing), "{quorum}");
    }
    assert_eq!(judged(good(), &three, Some(1)), (1, three.to_vec()));
    second(std::slice::from_ref(&extract), &three, Some(2), &[]);
    second(&[extract], &three, Some(3), &[key(13)]);
}

#[test]
fn only_the_witness_itself_over_this_very_checkpoint_counts() {
    let other_checkpoint = |note: &str| vec![line(11, &note.replace("\n7\n", "\n8\n"))];
    let other_key = |note: &str| vec![line(12, note)];
    let damaged = |note: &str| {
        // A signature of the same length with one octet of its value changed.
        let line = line(11, note);
        let (name, value) = line.trim_end().rsplit_once(' ').unwrap();
        let middle = value.len() / 2;
        let octet = if value.as_bytes()[middle] == b'A' { "B" } else { "A" };
        vec![format!("{name} {}{octet}{}\n", &value[..middle], &value[middle + 1..])]
    };
    let extracts = [with_lines(other_checkpoint), with_lines(other_key), with_lines(damaged)];
    for extract in &extracts {
        assert_eq!(judged(extract, &[key(11)], None), (1, vec![key(11)]));
    }
    second(&extracts, &[key(11)], None, &[key(11)]);
    // The key of the log is no witness of it, and what is no key is nobody's.
    let log = Log::new(LOG_SEED).identity.verifier_key().to_owned();
    for no_witness in [log, "witness.example+00000000+BAAA".to_owned(), "witness".to_owned()] {
        assert_eq!(judged(&cosigned(&[11]), std::slice::from_ref(&no_witness), None), (1, vec![no_witness]));
    }
}
