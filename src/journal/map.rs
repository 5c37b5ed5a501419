//! The map of subjects: for each pseudonym how many entries it has and which is the newest, under one root. A seal commits
//! to the root, so one proof shows that a subject had exactly so many entries then, or none at all. Pure.
//!
//! The map is a binary trie over the bits of the pseudonyms, most significant first, in the one form that a set of leaves
//! has: below a place with no leaf is [`EMPTY`], below a place with one leaf alone stands that leaf, and a place with two
//! or more is a node of its two halves. So each pseudonym has one place, which the root fixes: a leaf of its own, nothing,
//! or the leaf of another pseudonym that agrees with it up to there.
//!
//! ```text
//! leaf = SHA-256(0x03 ‖ subject ‖ count ‖ seq ‖ leaf hash of the entry)      numbers as eight octets, big-endian
//! node = SHA-256(0x04 ‖ half with bit 0 ‖ half with bit 1)
//! nothing = 32 octets 0
//! ```
//!
//! Kept in tiles of eight levels ([`MapTile`]), of which only those on the way to a changed subject are touched.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

/// What stands where no leaf is.
pub const EMPTY: [u8; 32] = [0; 32];
/// Most hashes of a proof: one for each bit of a pseudonym.
pub const PROOF_MAX_HASHES: usize = 256;

const LEAF_PREFIX: u8 = 0x03;
const NODE_PREFIX: u8 = 0x04;
/// Levels of one tile.
const TILE_LEVELS: usize = 8;
const CHILD_LEAF: u8 = 1;
const CHILD_TILE: u8 = 2;

/// A subject as a seal finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MapLeaf {
    /// Its pseudonym.
    pub subject: [u8; 32],
    /// How many entries it has; at least one.
    pub count: u64,
    /// The number of the newest.
    pub seq: u64,
    /// Its leaf hash in the log.
    pub leaf: [u8; 32],
}

impl MapLeaf {
    /// Its hash.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        let mut hasher = Sha256::new();
        hasher.update([LEAF_PREFIX]);
        hasher.update(self.subject);
        hasher.update(self.count.to_be_bytes());
        hasher.update(self.seq.to_be_bytes());
        hasher.update(self.leaf);
        hasher.finalize().into()
    }
}

fn node(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update([NODE_PREFIX]);
    hasher.update(left);
    hasher.update(right);
    hasher.finalize().into()
}

/// Bit `index` of a pseudonym, from the most significant; `false` past its end.
fn bit(subject: &[u8; 32], index: usize) -> bool {
    subject.get(index / 8).is_some_and(|octet| octet >> (7 - index % 8) & 1 == 1)
}

/// What the map says of a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// It has entries.
    Leaf(MapLeaf),
    /// It has none: nothing stands at its place.
    Nothing,
    /// It has none: at its place stands another subject.
    Other(MapLeaf),
}

/// The way from the place of a subject to the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MapProof {
    /// What stands there.
    pub found: Found,
    /// The other half at each step, from the root down.
    pub hashes: Vec<[u8; 32]>,
}

/// A proof that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MapError {
    /// More hashes than a pseudonym has bits.
    #[error("{0} hashes are too many for a proof of the map")]
    TooLong(usize),
    /// A leaf that cannot stand at the place of the subject.
    #[error("the leaf cannot stand at the place of the subject")]
    WrongPlace,
    /// The hashes do not lead to the root.
    #[error("the proof does not lead to the root of the map")]
    WrongRoot,
    /// A tile that is not what it must be.
    #[error("a tile of the map is damaged: {0}")]
    Tile(&'static str),
}

impl MapProof {
    /// Checks that the map with this root says of `subject` what the proof tells.
    ///
    /// # Errors
    /// [`MapError`]. Cost: at most 257 hashes.
    pub fn verify(&self, root: &[u8; 32], subject: &[u8; 32]) -> Result<(), MapError> {
        let depth = self.hashes.len();
        if depth > PROOF_MAX_HASHES {
            return Err(MapError::TooLong(depth));
        }
        let start = match &self.found {
            Found::Leaf(leaf) if leaf.subject == *subject && leaf.count > 0 => leaf.hash(),
            Found::Nothing => EMPTY,
            Found::Other(leaf) if leaf.subject != *subject && leaf.count > 0 => {
                let agrees = (0..depth).all(|index| bit(&leaf.subject, index) == bit(subject, index));
                if !agrees {
                    return Err(MapError::WrongPlace);
                }
                leaf.hash()
            }
            Found::Leaf(_) | Found::Other(_) => return Err(MapError::WrongPlace),
        };
        let steps = self.hashes.iter().enumerate().rev();
        let reached = steps.fold(
            start,
            |below, (index, other)| {
                if bit(subject, index) { node(other, &below) } else { node(&below, other) }
            },
        );
        if reached == *root { Ok(()) } else { Err(MapError::WrongRoot) }
    }
}

/// The place of a tile: the octets that all its subjects begin with.
pub type Prefix = Vec<u8>;

/// What stands below one octet of a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Child {
    /// One subject alone.
    Leaf(MapLeaf),
    /// Two or more: a tile of its own, with this hash.
    Tile([u8; 32]),
}

impl Child {
    fn hash(&self) -> [u8; 32] {
        match self {
            Self::Leaf(leaf) => leaf.hash(),
            Self::Tile(hash) => *hash,
        }
    }
}

/// Eight levels of the map: what stands below each octet that follows the tile's prefix.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MapTile {
    children: BTreeMap<u8, Child>,
}

impl MapTile {
    /// The octets in which it is kept: for each child its octet, its sort and its content.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for (octet, child) in &self.children {
            match child {
                Child::Leaf(leaf) => {
                    out.extend([*octet, CHILD_LEAF]);
                    out.extend(leaf.subject);
                    out.extend(leaf.count.to_be_bytes());
                    out.extend(leaf.seq.to_be_bytes());
                    out.extend(leaf.leaf);
                }
                Child::Tile(hash) => {
                    out.extend([*octet, CHILD_TILE]);
                    out.extend(hash);
                }
            }
        }
        out
    }

    /// Reads a kept tile.
    ///
    /// # Errors
    /// `Tile` for octets that [`MapTile::to_bytes`] would not have written.
    pub fn from_bytes(mut octets: &[u8]) -> Result<Self, MapError> {
        let short = || MapError::Tile("it ends too soon");
        let mut children = BTreeMap::new();
        let mut last = None;
        while let Some((head, rest)) = octets.split_first_chunk::<2>() {
            let [octet, sort] = *head;
            if last.is_some_and(|last| last >= octet) {
                return Err(MapError::Tile("its children are out of order"));
            }
            last = Some(octet);
            let (child, rest) = match sort {
                CHILD_LEAF => {
                    let (subject, rest) = rest.split_first_chunk::<32>().ok_or_else(short)?;
                    let (count, rest) = rest.split_first_chunk::<8>().ok_or_else(short)?;
                    let (seq, rest) = rest.split_first_chunk::<8>().ok_or_else(short)?;
                    let (leaf, rest) = rest.split_first_chunk::<32>().ok_or_else(short)?;
                    let (count, seq) = (u64::from_be_bytes(*count), u64::from_be_bytes(*seq));
                    (Child::Leaf(MapLeaf { subject: *subject, count, seq, leaf: *leaf }), rest)
                }
                CHILD_TILE => {
                    let (hash, rest) = rest.split_first_chunk::<32>().ok_or_else(short)?;
                    (Child::Tile(*hash), rest)
                }
                _ => return Err(MapError::Tile("a child is of an unknown sort")),
            };
            children.insert(octet, child);
            octets = rest;
        }
        if octets.is_empty() { Ok(Self { children }) } else { Err(short()) }
    }

    /// The hash of the part of the tile whose octets begin with the first `level` bits of `octet`.
    fn part(&self, octet: u8, level: usize) -> [u8; 32] {
        let width = 0xff_u8.checked_shr(u32::try_from(level).unwrap_or(u32::MAX)).unwrap_or(0);
        let (from, to) = (octet & !width, octet | width);
        let mut inside = self.children.range(from..=to).map(|(_, child)| child);
        match (inside.next(), inside.next()) {
            (None, _) => EMPTY,
            (Some(Child::Leaf(leaf)), None) => leaf.hash(),
            // Not the end of the tile's levels, and more than one leaf below: a node, be one half of it empty.
            (Some(_), _) if level < TILE_LEVELS => {
                let right = from | (width ^ (width >> 1));
                node(&self.part(from, level + 1), &self.part(right, level + 1))
            }
            (Some(child), _) => child.hash(),
        }
    }

    /// The hash of the whole tile: at the root's tile the root of the map.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        self.part(0, 0)
    }

    /// The hash of the tile below this octet, where more of the map stands in one.
    fn below(&self, octet: u8) -> Option<[u8; 32]> {
        match self.children.get(&octet) {
            Some(Child::Tile(hash)) => Some(*hash),
            Some(Child::Leaf(_)) | None => None,
        }
    }

    /// Whether a single subject stands in the whole tile.
    fn only_leaf(&self) -> Option<MapLeaf> {
        let mut children = self.children.values();
        match (children.next(), children.next()) {
            (Some(Child::Leaf(leaf)), None) => Some(*leaf),
            _ => None,
        }
    }
}

/// The tiles that must be known before `subjects` can be changed or looked up below `tile`, one level down, each with the
/// hash that it must have.
#[must_use]
pub fn tiles_below(prefix: &[u8], tile: &MapTile, subjects: &[[u8; 32]]) -> BTreeMap<Prefix, [u8; 32]> {
    subjects
        .iter()
        .filter(|subject| subject.starts_with(prefix))
        .filter_map(|subject| subject.get(prefix.len()))
        .filter_map(|octet| Some((*octet, tile.below(*octet)?)))
        .map(|(octet, hash)| ([prefix, &[octet]].concat(), hash))
        .collect()
}

/// Puts `leaves` into the map of which `tiles` holds every tile on their way; answers the prefixes of the tiles that were
/// changed or made, the root's (the empty prefix) last.
///
/// # Errors
/// `Tile` when a tile on the way is not among `tiles`, or holds a subject that does not belong there.
pub fn put(tiles: &mut BTreeMap<Prefix, MapTile>, leaves: &[MapLeaf]) -> Result<Vec<Prefix>, MapError> {
    let mut newest: BTreeMap<[u8; 32], MapLeaf> = BTreeMap::new();
    for leaf in leaves {
        newest.insert(leaf.subject, *leaf);
    }
    let sorted: Vec<MapLeaf> = newest.into_values().collect();
    let mut changed = Vec::new();
    if !sorted.is_empty() {
        put_below(tiles, &Vec::new(), &sorted, &mut changed)?;
    }
    Ok(changed)
}

/// Puts sorted leaves that all begin with `prefix` into its tile.
fn put_below(
    tiles: &mut BTreeMap<Prefix, MapTile>,
    prefix: &Prefix,
    leaves: &[MapLeaf],
    changed: &mut Vec<Prefix>,
) -> Result<(), MapError> {
    let depth = prefix.len();
    let mut tile = match tiles.remove(prefix) {
        Some(tile) => tile,
        None if prefix.is_empty() => MapTile::default(),
        None => return Err(MapError::Tile("a tile is missing")),
    };
    let octet_of = |leaf: &MapLeaf| leaf.subject.get(depth).copied();
    for group in leaves.chunk_by(|a, b| octet_of(a) == octet_of(b)) {
        let (Some(first), Some(octet)) = (group.first(), group.first().and_then(octet_of)) else { continue };
        if group.iter().any(|leaf| !leaf.subject.starts_with(prefix)) {
            return Err(MapError::Tile("a subject stands in the tile of others"));
        }
        let below = [prefix.as_slice(), &[octet]].concat();
        match tile.children.get(&octet) {
            Some(Child::Leaf(there)) if there.subject != first.subject || group.len() > 1 => {
                let there = *there;
                tiles.insert(below.clone(), MapTile::default());
                let mut all: BTreeMap<[u8; 32], MapLeaf> = BTreeMap::from([(there.subject, there)]);
                all.extend(group.iter().map(|leaf| (leaf.subject, *leaf)));
                let all: Vec<MapLeaf> = all.into_values().collect();
                put_below(tiles, &below, &all, changed)?;
            }
            Some(Child::Leaf(_)) => {}
            Some(Child::Tile(_)) => put_below(tiles, &below, group, changed)?,
            None if group.len() > 1 => {
                tiles.insert(below.clone(), MapTile::default());
                put_below(tiles, &below, group, changed)?;
            }
            None => {}
        }
        let child = match tiles.get(&below) {
            Some(made) if made.only_leaf().is_none() => Child::Tile(made.hash()),
            Some(_) | None => Child::Leaf(*first),
        };
        tile.children.insert(octet, child);
    }
    tiles.insert(prefix.clone(), tile);
    changed.push(prefix.clone());
    Ok(())
}

/// What the map of which `tiles` holds every tile on the way says of `subject`, with the proof of it.
///
/// # Errors
/// `Tile` when a tile on the way is not among `tiles`.
pub fn look_up(tiles: &BTreeMap<Prefix, MapTile>, subject: &[u8; 32]) -> Result<MapProof, MapError> {
    let nothing = MapTile::default();
    let mut hashes = Vec::new();
    for (depth, octet) in subject.iter().enumerate() {
        let prefix = subject.get(..depth).unwrap_or_default();
        let tile = match tiles.get(prefix) {
            Some(tile) => tile,
            None if depth == 0 => &nothing,
            None => return Err(MapError::Tile("a tile is missing")),
        };
        for level in 0..TILE_LEVELS {
            let width = 0xff_u8 >> level;
            let (from, to) = (octet & !width, octet | width);
            let mut inside = tile.children.range(from..=to).map(|(_, child)| child);
            let found = match (inside.next(), inside.next()) {
                (None, _) => Some(Found::Nothing),
                (Some(Child::Leaf(leaf)), None) if leaf.subject == *subject => Some(Found::Leaf(*leaf)),
                (Some(Child::Leaf(leaf)), None) => Some(Found::Other(*leaf)),
                (Some(_), _) => None,
            };
            if let Some(found) = found {
                return Ok(MapProof { found, hashes });
            }
            let half = width ^ (width >> 1);
            hashes.push(tile.part(octet ^ half, level + 1));
        }
        match tile.children.get(octet) {
            None => return Ok(MapProof { found: Found::Nothing, hashes }),
            Some(Child::Leaf(leaf)) => {
                let found = if leaf.subject == *subject { Found::Leaf(*leaf) } else { Found::Other(*leaf) };
                return Ok(MapProof { found, hashes });
            }
            Some(Child::Tile(_)) => {}
        }
    }
    Err(MapError::Tile("it goes on past the last bit"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::as_conversions, clippy::cast_possible_truncation)]
    use super::*;

    fn leaf(subject: [u8; 32], count: u64) -> MapLeaf {
        MapLeaf { subject, count, seq: count * 7, leaf: [u8::try_from(count % 251).unwrap(); 32] }
    }

    fn spread(number: u64) -> [u8; 32] {
        Sha256::digest(number.to_be_bytes()).into()
    }

    /// The definition, without tiles.
    fn root_by_definition(leaves: &[MapLeaf], depth: usize) -> [u8; 32] {
        match leaves {
            [] => EMPTY,
            [one] => one.hash(),
            many => {
                let (ones, zeros): (Vec<MapLeaf>, Vec<MapLeaf>) =
                    many.iter().partition(|leaf| bit(&leaf.subject, depth));
                node(&root_by_definition(&zeros, depth + 1), &root_by_definition(&ones, depth + 1))
            }
        }
    }

    /// Subjects that part late as well: the last octets alone differ.
    fn subjects() -> Vec<[u8; 32]> {
        let mut all: Vec<[u8; 32]> = (0..300).map(spread).collect();
        for late in [0_u8, 1, 2, 128, 255] {
            let mut near = spread(5);
            near[31] ^= late;
            all.push(near);
            let mut near = spread(6);
            near[1] ^= late;
            all.push(near);
        }
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Keeps: JRN-03
    #[test]
    fn the_root_is_that_of_the_definition_in_whatever_order_and_portions_subjects_come() {
        let subjects = subjects();
        let mut known: BTreeMap<[u8; 32], MapLeaf> = BTreeMap::new();
        let mut tiles = BTreeMap::new();
        let mut step = 0_usize;
        for round in 0..40_u64 {
            let portion: Vec<MapLeaf> = (0..=round % 13)
                .map(|_| {
                    step += 37;
                    let subject = subjects[step % subjects.len()];
                    let count = known.get(&subject).map_or(1, |leaf| leaf.count + 1);
                    leaf(subject, count)
                })
                .collect();
            known.extend(portion.iter().map(|leaf| (leaf.subject, *leaf)));
            let changed = put(&mut tiles, &portion).unwrap();
            assert_eq!(changed.last(), Some(&Vec::new()));
            let all: Vec<MapLeaf> = known.values().copied().collect();
            assert_eq!(tiles[&Vec::new()].hash(), root_by_definition(&all, 0), "{round}");
        }
        let mut at_once = BTreeMap::new();
        put(&mut at_once, &known.values().copied().collect::<Vec<_>>()).unwrap();
        assert_eq!(at_once, tiles);
        for tile in tiles.values() {
            assert_eq!(MapTile::from_bytes(&tile.to_bytes()).as_ref(), Ok(tile));
        }
    }

    /// Keeps: JRN-03
    #[test]
    fn a_subject_is_shown_with_its_count_or_shown_absent_and_nothing_else_can_be_shown() {
        let subjects = subjects();
        let (inside, outside) = subjects.split_at(subjects.len() / 2);
        let mut tiles = BTreeMap::new();
        put(&mut tiles, &inside.iter().map(|subject| leaf(*subject, 3)).collect::<Vec<_>>()).unwrap();
        let root = tiles[&Vec::new()].hash();
        for subject in inside {
            let proof = look_up(&tiles, subject).unwrap();
            assert_eq!(proof.found, Found::Leaf(leaf(*subject, 3)));
            assert_eq!(proof.verify(&root, subject), Ok(()));
            let other = |found| MapProof { found, hashes: proof.hashes.clone() };
            for lie in [Found::Leaf(leaf(*subject, 2)), Found::Nothing, Found::Other(leaf(outside[0], 3))] {
                assert!(other(lie).verify(&root, subject).is_err());
            }
            assert!(proof.verify(&root, &outside[0]).is_err());
            assert!(proof.verify(&EMPTY, subject).is_err());
            for at in 0..proof.hashes.len() {
                let mut changed = proof.clone();
                changed.hashes[at][3] ^= 1;
                assert_eq!(changed.verify(&root, subject), Err(MapError::WrongRoot));
                let mut shorter = proof.clone();
                shorter.hashes.remove(at);
                assert!(shorter.verify(&root, subject).is_err());
            }
        }
        for subject in outside {
            let proof = look_up(&tiles, subject).unwrap();
            assert!(!matches!(proof.found, Found::Leaf(_)));
            assert_eq!(proof.verify(&root, subject), Ok(()));
            assert!(MapProof { found: Found::Leaf(leaf(*subject, 1)), ..proof }.verify(&root, subject).is_err());
        }
        // A subject that is there is not shown absent by the leaf of a neighbour.
        let there = look_up(&tiles, &inside[0]).unwrap();
        let neighbour = look_up(&tiles, &inside[1]).unwrap();
        let Found::Leaf(stranger) = neighbour.found else { unreachable!() };
        for hashes in [there.hashes, neighbour.hashes] {
            let lie = MapProof { found: Found::Other(stranger), hashes };
            assert!(lie.verify(&root, &inside[0]).is_err());
        }
    }

    #[test]
    fn an_empty_map_shows_everybody_absent_and_a_map_of_one_shows_that_one() {
        let nobody = look_up(&BTreeMap::new(), &spread(1)).unwrap();
        assert_eq!(nobody.verify(&EMPTY, &spread(1)), Ok(()));
        let mut tiles = BTreeMap::new();
        put(&mut tiles, &[leaf(spread(1), 1)]).unwrap();
        let root = tiles[&Vec::new()].hash();
        assert_eq!(root, leaf(spread(1), 1).hash());
        let one = look_up(&tiles, &spread(1)).unwrap();
        assert_eq!((one.hashes.len(), one.verify(&root, &spread(1))), (0, Ok(())));
        assert_eq!(look_up(&tiles, &spread(2)).unwrap().verify(&root, &spread(2)), Ok(()));
    }

    #[test]
    fn a_proof_with_absurd_numbers_or_a_tile_of_nonsense_is_refused() {
        let long = MapProof { found: Found::Nothing, hashes: vec![EMPTY; PROOF_MAX_HASHES + 1] };
        assert_eq!(long.verify(&EMPTY, &EMPTY), Err(MapError::TooLong(257)));
        let none = MapProof { found: Found::Leaf(leaf([1; 32], 0)), hashes: Vec::new() };
        assert_eq!(none.verify(&leaf([1; 32], 0).hash(), &[1; 32]), Err(MapError::WrongPlace));
        for octets in [&[1_u8][..], &[1, 1], &[1, 9], &[1, 2, 0]] {
            assert!(MapTile::from_bytes(octets).is_err());
        }
        let child = [&[7_u8, CHILD_TILE][..], &[0; 32]].concat();
        assert!(MapTile::from_bytes(&child).is_ok());
        assert!(MapTile::from_bytes(&child.repeat(2)).is_err());
        let broken = BTreeMap::from([(Vec::new(), MapTile::from_bytes(&child).unwrap())]);
        let mut below = [0; 32];
        below[0] = 7;
        assert!(look_up(&broken, &below).is_err());
        assert!(put(&mut broken.clone(), &[leaf(below, 1)]).is_err());
    }
}
