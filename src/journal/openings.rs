//! What opens an entry, as it is kept. Pure.
//!
//! The salts of an entry are not kept one by one: they are HMAC-SHA-256 under a seed of 32 random octets, of the field's
//! name. There are two seeds. That of `links` stands with the entry and opens its subjects, which nobody may erase, for
//! they show that no entry was left out. That of `facts` stands in a row of its own with what was told, and is erased with
//! it: then the commitments that it opened say nothing to anybody. Whoever is shown one salt learns no other one.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::entry::{Field, Opening};
use super::store::inconsistent;
use super::subjects::SubjectLink;
use crate::db::{DbError, Row};

/// Octets of a seed.
pub(super) const SEED_BYTES: usize = 32;
/// Octets of a link: pseudonym, counter, leaf of the entry before.
const LINK_BYTES: usize = 32 + 8 + 32;
/// What stands for the leaf before the first entry.
const NO_LEAF: [u8; 32] = [0; 32];

/// The salts that a seed makes.
pub(super) struct Salts(Hmac<Sha256>);

impl Salts {
    pub(super) fn new(seed: &[u8; SEED_BYTES]) -> Self {
        // HMAC fills a key up to its block of 64 octets with zeros (RFC 2104 §2).
        let mut key = [0_u8; 64];
        key.iter_mut().zip(seed).for_each(|(to, from)| *to = *from);
        Self(Hmac::new(&key.into()))
    }

    pub(super) fn of(&self, field: Field) -> [u8; 32] {
        let mut mac = self.0.clone();
        field.spell(|piece| mac.update(piece.as_bytes()));
        mac.finalize().into_bytes().into()
    }
}

/// Appends `links` as they are kept.
pub(super) fn put_links(seed: &[u8; SEED_BYTES], links: &[SubjectLink], bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(seed);
    for link in links {
        bytes.extend_from_slice(&link.subject);
        bytes.extend_from_slice(&link.n.to_be_bytes());
        bytes.extend_from_slice(&link.prev.unwrap_or(NO_LEAF));
    }
}

/// The links of an entry and their salts; `None` for octets that [`put_links`] does not write.
pub(super) fn links(bytes: &[u8]) -> Option<Vec<(SubjectLink, [u8; 32])>> {
    let (seed, rest) = bytes.split_first_chunk::<SEED_BYTES>()?;
    let salts = Salts::new(seed);
    let pieces = rest.chunks_exact(LINK_BYTES);
    if !pieces.remainder().is_empty() {
        return None;
    }
    let link = |(index, piece): (usize, &[u8])| {
        let (subject, rest) = piece.split_first_chunk::<32>()?;
        let (n, prev) = rest.split_first_chunk::<8>()?;
        let (n, prev) = (u64::from_be_bytes(*n), <[u8; 32]>::try_from(prev).ok()?);
        let is_first = prev == NO_LEAF;
        let link = SubjectLink { subject: *subject, n, prev: (!is_first).then_some(prev) };
        (n > 0 && is_first == (n == 1)).then(|| (link, salts.of(Field::Subject(index))))
    };
    pieces.enumerate().map(link).collect()
}

/// What opens the subjects of the entry in `row`.
pub(super) fn of_subjects(row: &Row) -> Result<Vec<(Field, Opening)>, DbError> {
    let links = links(&row.bytes("links")?).ok_or_else(|| inconsistent("journal_entry.links", "no links"))?;
    let opening = |(index, (link, salt)): (usize, (SubjectLink, [u8; 32]))| {
        (Field::Subject(index), Opening { salt, value: link.to_value() })
    };
    Ok(links.into_iter().enumerate().map(opening).collect())
}

/// What opens the actor and the payload, from their row.
pub(super) fn of_facts(row: &Row) -> Result<Vec<(Field, Opening)>, DbError> {
    let salts = Salts::new(&row.array("seed")?);
    let values: Vec<serde_json::Value> = serde_json::from_str(&row.text("facts")?)
        .map_err(|_| inconsistent("journal_secret.facts", "not [actor, payload, …]"))?;
    let opening = |(index, value): (usize, serde_json::Value)| {
        let field = index.checked_sub(1).map_or(Field::Actor, Field::Payload);
        (field, Opening { salt: salts.of(field), value })
    };
    Ok(values.into_iter().enumerate().map(opening).collect())
}

/// Appends canonical values as [`of_facts`] reads them.
pub(super) fn put_facts<'a>(actor: &'a str, payload: impl IntoIterator<Item = &'a str>, text: &mut String) {
    text.push('[');
    text.push_str(actor);
    for value in payload {
        text.push(',');
        text.push_str(value);
    }
    text.push(']');
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    fn links_to_bytes(seed: &[u8; SEED_BYTES], links: &[SubjectLink]) -> Vec<u8> {
        let mut bytes = Vec::new();
        put_links(seed, links, &mut bytes);
        bytes
    }

    #[test]
    fn links_are_read_back_as_they_were_written_and_in_no_other_way() {
        let first = SubjectLink { subject: [7; 32], n: 1, prev: None };
        let later = SubjectLink { subject: [8; 32], n: 9, prev: Some([1; 32]) };
        let bytes = links_to_bytes(&[5; 32], &[first, later]);
        let read = links(&bytes).unwrap();
        assert_eq!(read.iter().map(|(link, _)| *link).collect::<Vec<_>>(), [first, later]);
        let salts = Salts::new(&[5; 32]);
        let made = [salts.of(Field::Subject(0)), salts.of(Field::Subject(1))];
        assert_eq!(read.iter().map(|(_, salt)| *salt).collect::<Vec<_>>(), made);
        assert!(links(&links_to_bytes(&[5; 32], &[])).unwrap().is_empty());

        assert_eq!(links(&bytes[..bytes.len() - 1]), None);
        assert_eq!(links(&bytes[..31]), None);
        for wrong in [SubjectLink { n: 0, ..first }, SubjectLink { n: 2, ..first }, SubjectLink { n: 1, ..later }] {
            assert_eq!(links(&links_to_bytes(&[5; 32], &[wrong])), None, "{wrong:?}");
        }
    }

    #[test]
    fn every_field_has_a_salt_of_its_own_and_every_seed_other_ones() {
        let fields = [Field::Actor, Field::Payload(0), Field::Payload(1), Field::Payload(10), Field::Subject(0)];
        let mut salts: Vec<[u8; 32]> =
            [[1; 32], [2; 32]].iter().flat_map(|seed| fields.map(|field| Salts::new(seed).of(field))).collect();
        salts.sort_unstable();
        salts.dedup();
        assert_eq!(salts.len(), 10);
    }
}
