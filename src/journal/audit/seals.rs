//! The seals of the log held against a map made anew from the entries.

use std::collections::{BTreeMap, VecDeque};

use super::super::entry::{Entry, Field, Opening};
use super::super::map::{self, EMPTY, MapLeaf, MapTile, Prefix};
use super::super::seal::{FIELD, KIND, LAG_MAX_ENTRIES, Seal};
use super::super::store;
use super::super::subjects::SubjectLink;

/// The map as the entries make it.
#[derive(Default)]
pub(super) struct Seals {
    tiles: BTreeMap<Prefix, MapTile>,
    subjects: u64,
    /// Changes since the last seal, which may be of before or after the next one.
    pending: VecDeque<MapLeaf>,
    /// Roots of the checkpoints that a seal may still name.
    roots: VecDeque<(u64, [u8; 32])>,
    /// Size of the last seal.
    sealed: u64,
}

impl Seals {
    /// A checkpoint that was found right.
    pub(super) fn checkpoint(&mut self, size: u64, root: [u8; 32]) {
        self.roots.push_back((size, root));
        while self.roots.front().is_some_and(|(old, _)| old + LAG_MAX_ENTRIES < size) {
            self.roots.pop_front();
        }
    }

    /// Writes it down, to be read by [`Seals::read`]: counts, then what waits, roots and tiles, each behind its count.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let number = |out: &mut Vec<u8>, number: u64| out.extend(number.to_be_bytes());
        number(out, self.subjects);
        number(out, self.sealed);
        number(out, store::unsigned_len(self.pending.len()));
        for leaf in &self.pending {
            out.extend(leaf.subject);
            number(out, leaf.count);
            number(out, leaf.seq);
            out.extend(leaf.leaf);
        }
        number(out, store::unsigned_len(self.roots.len()));
        for (size, root) in &self.roots {
            number(out, *size);
            out.extend(root);
        }
        number(out, store::unsigned_len(self.tiles.len()));
        for (prefix, tile) in &self.tiles {
            let body = tile.to_bytes();
            number(out, store::unsigned_len(prefix.len()));
            out.extend(prefix);
            number(out, store::unsigned_len(body.len()));
            out.extend(body);
        }
    }

    /// What [`Seals::write`] wrote; `None` for anything else.
    pub(super) fn read(octets: &[u8]) -> Option<Self> {
        let mut rest = Rest(octets);
        let mut seals = Self { subjects: rest.number()?, sealed: rest.number()?, ..Self::default() };
        for _ in 0..rest.number()? {
            let subject = rest.hash()?;
            let (count, seq) = (rest.number()?, rest.number()?);
            seals.pending.push_back(MapLeaf { subject, count, seq, leaf: rest.hash()? });
        }
        for _ in 0..rest.number()? {
            seals.roots.push_back((rest.number()?, rest.hash()?));
        }
        for _ in 0..rest.number()? {
            let prefix = rest.block()?.to_vec();
            seals.tiles.insert(prefix, MapTile::from_bytes(rest.block()?).ok()?);
        }
        rest.0.is_empty().then_some(seals)
    }

    /// Takes the links of entry `seq` in.
    pub(super) fn entry(&mut self, seq: u64, leaf: [u8; 32], links: &[SubjectLink]) -> Result<(), String> {
        self.pending.extend(links.iter().map(|link| MapLeaf { subject: link.subject, count: link.n, seq, leaf }));
        // What no later seal can leave out need not wait.
        if self.pending.front().is_some_and(|oldest| oldest.seq + 2 * LAG_MAX_ENTRIES < seq) {
            self.take(seq - LAG_MAX_ENTRIES)?;
        }
        Ok(())
    }

    fn take(&mut self, size: u64) -> Result<(), String> {
        let within = self.pending.iter().take_while(|leaf| leaf.seq < size).count();
        let leaves: Vec<MapLeaf> = self.pending.drain(..within).collect();
        self.subjects += u64::try_from(leaves.iter().filter(|leaf| leaf.count == 1).count()).unwrap_or(u64::MAX);
        map::put(&mut self.tiles, &leaves).map(drop).map_err(|error| error.to_string())
    }

    /// Whether entry `seq`, when it is a seal, says what the entries say.
    pub(super) fn check(&mut self, seq: u64, entry: &Entry, opened: &[(Field, Opening)]) -> Result<(), String> {
        if entry.kind != KIND {
            return Ok(());
        }
        let opened = opened.iter().find(|(field, _)| *field == Field::Payload(0)).and_then(|(_, opening)| {
            let (name, value) = opening.payload_field()?;
            Seal::from_value(value).filter(|_| name == FIELD)
        });
        // A second field could hold another seal for another reader.
        let seal = opened.filter(|_| entry.payload.len() == 1).ok_or("the seal is not opened, or no seal")?;
        if seal.size > seq || seq - seal.size > LAG_MAX_ENTRIES || seal.size < self.sealed {
            return Err(format!("the seal is of size {}", seal.size));
        }
        let root = self.roots.iter().find(|(size, _)| *size == seal.size).map(|(_, root)| *root);
        if root != Some(seal.root) {
            return Err("the seal is of another root, or of no checkpoint".to_owned());
        }
        self.take(seal.size)?;
        self.sealed = seal.size;
        let map = self.tiles.get(&Vec::new()).map_or(EMPTY, MapTile::hash);
        if (map, self.subjects) == (seal.map, seal.subjects) {
            Ok(())
        } else {
            Err("the map of subjects sealed is not the one that the entries make".to_owned())
        }
    }
}

/// Octets that are not read yet.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u64> {
        self.take(8)?.try_into().ok().map(u64::from_be_bytes)
    }

    fn hash(&mut self) -> Option<[u8; 32]> {
        self.take(32)?.try_into().ok()
    }

    fn block(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        self.take(length)
    }
}
