//! Subjects: what an entry is about, under pseudonyms, counted without gaps. Pure.
//!
//! A pseudonym is what a verifiable random function ([`super::vrf`]) makes of the subject's identity under the key of the
//! log's first entry: whoever is shown the proof knows that the operator has no second name for the same identity.
//!
//! Each entry commits, per subject, to `{"n": counter, "prev": leaf, "s": pseudonym}`: `n` is 1 for the first
//! entry of a subject and rises by one, `prev` is the leaf hash of the subject's entry before, or "". So
//! whoever is shown the entries 1 to n of a subject can see that none between them is kept back.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hex_simd::{AsciiCase, encode_append};
use serde_json::{Value, json};

use super::entry::digest_from_hex;
use super::vrf::{Output, PROOF_BYTES, VrfPublicKey, VrfSecretKey};

/// Longest identity of a subject, such as `document:<uuid>`.
pub const IDENTITY_MAX_BYTES: usize = 256;
/// Names remembered in each of two halves.
const KNOWN_MAX: usize = 16_384;

/// The pseudonym of an identity under the log's key: the first 32 octets of the function's output for its UTF-8.
#[must_use]
pub fn pseudonym(key: &VrfSecretKey, identity: &str) -> [u8; 32] {
    of_output(&key.output(identity.as_bytes()))
}

/// The pseudonym that `proof` shows to be the one of `identity`; `None` when it shows nothing.
#[must_use]
pub fn proven_pseudonym(key: &VrfPublicKey, identity: &str, proof: &[u8; PROOF_BYTES]) -> Option<[u8; 32]> {
    key.verify(identity.as_bytes(), proof).map(|output| of_output(&output))
}

/// A table whose keys are pseudonyms.
pub(super) type BySubject<T> = HashMap<[u8; 32], T, BuildHasherDefault<OfPseudonym>>;

/// A pseudonym is the output of a function that nobody without the key of the log can steer or foresee: its first octets lie
/// evenly in a table as they are. They are mixed all the same, for what else is counted here in tests.
#[derive(Default)]
pub(super) struct OfPseudonym(u64);

impl Hasher for OfPseudonym {
    fn write(&mut self, octets: &[u8]) {
        // A pseudonym is given in one piece.
        if let Some(first) = octets.first_chunk() {
            self.0 ^= u64::from_ne_bytes(*first);
        }
    }

    /// The length, which all have.
    fn write_usize(&mut self, _: usize) {}

    fn finish(&self) -> u64 {
        let folded = self.0 ^ (self.0 >> 32);
        let mixed = folded.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed ^ (mixed >> 32)
    }
}

/// The names that a process has made of late: a party comes again and again, and each name costs two multiplications on the
/// curve. Cheap to clone; clones share what they know.
#[derive(Clone)]
pub(super) struct Pseudonyms {
    key: VrfSecretKey,
    known: Arc<Mutex<Known>>,
}

/// Two halves: when the newer one is full it takes the place of the older one, so that what is asked for stays.
#[derive(Default)]
struct Known {
    newer: HashMap<String, [u8; 32]>,
    older: HashMap<String, [u8; 32]>,
}

impl Pseudonyms {
    pub(super) fn new(key: VrfSecretKey) -> Self {
        Self { key, known: Arc::default() }
    }

    /// The key under which they are made.
    pub(super) fn key(&self) -> &VrfSecretKey {
        &self.key
    }

    /// As [`pseudonym`].
    pub(super) fn of(&self, identity: &str) -> [u8; 32] {
        self.look_up(identity).0
    }

    /// As [`pseudonym`], and whether it was made just now for the first time in this process, as far as it remembers.
    pub(super) fn look_up(&self, identity: &str) -> ([u8; 32], bool) {
        if let Some(found) = self.known().get(identity) {
            return (found, false);
        }
        // Outside of the lock: two that ask at once make the same name twice.
        let made = pseudonym(&self.key, identity);
        self.known().keep(identity, made);
        (made, true)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn get(&mut self, identity: &str) -> Option<[u8; 32]> {
        if let Some(found) = self.newer.get(identity) {
            return Some(*found);
        }
        let (identity, found) = self.older.remove_entry(identity)?;
        self.insert(identity, found);
        Some(found)
    }

    fn keep(&mut self, identity: &str, made: [u8; 32]) {
        self.insert(identity.to_owned(), made);
    }

    fn insert(&mut self, identity: String, name: [u8; 32]) {
        if self.newer.len() >= KNOWN_MAX {
            self.older = std::mem::take(&mut self.newer);
        }
        self.newer.insert(identity, name);
    }
}

fn of_output(output: &Output) -> [u8; 32] {
    output.first_chunk::<32>().copied().unwrap_or_default()
}

/// The place of an entry among the entries of one subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubjectLink {
    /// The subject's pseudonym.
    pub subject: [u8; 32],
    /// 1 for the subject's first entry.
    pub n: u64,
    /// Leaf hash of the subject's entry before; none for the first.
    pub prev: Option<[u8; 32]>,
}

impl SubjectLink {
    /// The value that an entry commits to.
    #[must_use]
    pub fn to_value(&self) -> Value {
        json!({
            "n": self.n,
            "prev": self.prev.map(hex::encode).unwrap_or_default(),
            "s": hex::encode(self.subject),
        })
    }

    /// Appends the canonical form of [`SubjectLink::to_value`].
    pub(super) fn put_canonical(&self, text: &mut String) {
        // To memory: that does not fail.
        let _ = write!(text, "{{\"n\":{},\"prev\":\"", self.n);
        if let Some(prev) = &self.prev {
            encode_append(prev, text, AsciiCase::Lower);
        }
        text.push_str("\",\"s\":\"");
        encode_append(self.subject, text, AsciiCase::Lower);
        text.push_str("\"}");
    }

    /// Reads an opened value; `None` when it is not exactly what [`SubjectLink::to_value`] writes.
    #[must_use]
    pub fn from_value(value: &Value) -> Option<Self> {
        let prev = match value.get("prev")?.as_str()? {
            "" => None,
            text => Some(digest_from_hex(text)?),
        };
        let link =
            SubjectLink { subject: digest_from_hex(value.get("s")?.as_str()?)?, n: value.get("n")?.as_u64()?, prev };
        (link.n > 0 && link.prev.is_none() == (link.n == 1) && link.to_value() == *value).then_some(link)
    }
}

/// Why entries do not make a whole history of one subject.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// There is no entry at all.
    #[error("no entry")]
    Empty,
    /// An entry is of another subject than the first.
    #[error("entry {0} is of another subject")]
    OtherSubject(u64),
    /// An entry is missing, doubled or out of order: this number was due.
    #[error("entry {0} of the subject is missing")]
    Gap(u64),
    /// An entry does not name the leaf of the one before.
    #[error("entry {0} of the subject does not follow the one before")]
    Broken(u64),
}

/// Checks that `links`, each with the leaf hash of its entry, are entries 1 to n of one subject in order, and
/// answers n. That there is no entry n + 1 is not shown by this.
/// # Errors
/// [`ChainError`] for the first link that does not fit.
pub fn check_chain(links: &[(SubjectLink, [u8; 32])]) -> Result<u64, ChainError> {
    if links.is_empty() {
        return Err(ChainError::Empty);
    }
    check_chain_after(None, links)
}

/// As [`check_chain`], of the entries that follow the first `n`, which are not here: how many those are, and the leaf hash of
/// the last. What they say is not shown by this, nor that they are there.
/// # Errors
/// [`ChainError`] for the first link that does not fit.
pub fn check_chain_after(gone: Option<(u64, [u8; 32])>, links: &[(SubjectLink, [u8; 32])]) -> Result<u64, ChainError> {
    let mut before: Option<[u8; 32]> = gone.map(|(_, leaf)| leaf);
    let mut due = gone.map_or(0, |(count, _)| count).saturating_add(1);
    for (link, leaf) in links {
        if links.first().is_some_and(|(first, _)| link.subject != first.subject) {
            return Err(ChainError::OtherSubject(link.n));
        }
        if link.n != due {
            return Err(ChainError::Gap(due));
        }
        if link.prev != before {
            return Err(ChainError::Broken(due));
        }
        before = Some(*leaf);
        due += 1;
    }
    Ok(due - 1)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    fn chain(length: u8) -> Vec<(SubjectLink, [u8; 32])> {
        (1..=length)
            .map(|n| {
                let prev = (n > 1).then(|| [n - 1; 32]);
                (SubjectLink { subject: [7; 32], n: u64::from(n), prev }, [n; 32])
            })
            .collect()
    }

    #[test]
    fn a_link_is_written_in_canonical_form() {
        for (link, _) in chain(2) {
            let canonical = crate::domain::jcs::to_canonical(&link.to_value()).unwrap();
            let mut text = String::new();
            link.put_canonical(&mut text);
            assert_eq!(text.as_bytes(), canonical);
        }
    }

    #[test]
    fn a_whole_history_is_accepted_and_counted() {
        assert_eq!(check_chain(&chain(1)), Ok(1));
        assert_eq!(check_chain(&chain(5)), Ok(5));
    }

    #[test]
    fn a_history_with_a_hole_a_swap_or_a_stranger_is_refused() {
        assert_eq!(check_chain(&[]), Err(ChainError::Empty));
        let mut hole = chain(4);
        hole.remove(2);
        assert_eq!(check_chain(&hole), Err(ChainError::Gap(3)));
        let mut beginning = chain(4);
        beginning.remove(0);
        assert_eq!(check_chain(&beginning), Err(ChainError::Gap(1)));
        let mut swapped = chain(4);
        swapped.swap(1, 2);
        assert_eq!(check_chain(&swapped), Err(ChainError::Gap(2)));
        let mut doubled = chain(3);
        doubled.insert(1, doubled[1]);
        assert_eq!(check_chain(&doubled), Err(ChainError::Gap(3)));
        let mut broken = chain(3);
        broken[1].1 = [0xee; 32];
        assert_eq!(check_chain(&broken), Err(ChainError::Broken(3)));
        let mut stranger = chain(3);
        stranger[2].0.subject = [8; 32];
        assert_eq!(check_chain(&stranger), Err(ChainError::OtherSubject(3)));
    }

    #[test]
    fn a_link_is_read_only_in_the_form_it_is_written() {
        let (second, _) = chain(2)[1];
        assert_eq!(SubjectLink::from_value(&second.to_value()), Some(second));

        for (member, value) in [
            ("n", json!(0)),
            ("n", json!(1)),
            ("n", json!(-2)),
            ("prev", json!("")),
            ("prev", json!("ab")),
            ("s", json!("AB")),
            ("more", json!(1)),
        ] {
            let mut other = second.to_value();
            other[member] = value;
            assert_eq!(SubjectLink::from_value(&other), None, "{member}");
        }
    }

    /// Keeps: JRN-03
    #[test]
    fn a_pseudonym_is_the_one_of_its_key_and_identity_and_that_can_be_shown() {
        let (key, other) = (VrfSecretKey::from_seed(&[1; 32]), VrfSecretKey::from_seed(&[2; 32]));
        let one = pseudonym(&key, "document:1");

        assert_eq!(one, pseudonym(&key, "document:1"));
        assert_ne!(one, pseudonym(&other, "document:1"));
        assert_ne!(one, pseudonym(&key, "document:2"));
        let proof = key.prove(b"document:1");
        assert_eq!(proven_pseudonym(&key.public(), "document:1", &proof), Some(one));
        assert_eq!(proven_pseudonym(&key.public(), "document:2", &proof), None);
        assert_eq!(proven_pseudonym(&other.public(), "document:1", &proof), None);
    }

    #[test]
    fn remembered_names_are_those_that_are_made_and_their_count_is_bounded() {
        let key = VrfSecretKey::from_seed(&[1; 32]);
        let names = Pseudonyms::new(key.clone());
        for _ in 0..2 {
            assert_eq!(names.of("party:1"), pseudonym(&key, "party:1"));
        }
        let mut known = Known::default();
        known.keep("often", [7; 32]);
        for number in 0..3 * KNOWN_MAX {
            known.keep(&number.to_string(), [0; 32]);
            if number % KNOWN_MAX == 0 {
                assert_eq!(known.get("often"), Some([7; 32]), "what is asked for stays: {number}");
            }
        }
        assert_eq!(known.get("0"), None);
        assert!(known.newer.len() <= KNOWN_MAX && known.older.len() <= KNOWN_MAX);
    }
}
