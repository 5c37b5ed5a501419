//! The tree as tiles (C2SP tlog-tiles): 256 hashes of one level each, from the leaves and the nodes that are kept.
//!
//! Kept clauses of tlog-tiles: tiles are of height 8 and a full one is 256 hashes of 32 octets; the address is
//! `tile/<L>/<N>[.p/<W>]` with `<L>` from 0 to 63 without leading zeroes, `<N>` in groups of three digits, all but the
//! last with an `x` before; `<W>` is 1 to 255; a hash of level `L` is the root of 256^L entries.

use super::{JournalError, store};
use crate::db::Db;

/// Levels of the tree in one tile.
const HEIGHT: u32 = 8;
/// Hashes in a full tile.
const WIDTH: u64 = 256;
/// Longest address that is read, in bytes.
const PATH_MAX_BYTES: usize = 40;

/// Which hashes: a tile of hashes or, at level 0, of entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tile {
    level: u32,
    index: u64,
    width: u64,
}

impl Tile {
    /// Reads `<L>` and `<N>[.p/<W>]`; `None` for what is no tile of any log: each tile has one address.
    #[must_use]
    pub fn parse(level: &str, rest: &str) -> Option<Self> {
        if rest.len() > PATH_MAX_BYTES {
            return None;
        }
        let level = number(level).filter(|level| *level <= 63).and_then(|level| u32::try_from(level).ok())?;
        let (index, width) = match rest.split_once(".p/") {
            Some((index, width)) => (index, number(width).filter(|width| (1..WIDTH).contains(width))?),
            None => (rest, WIDTH),
        };
        let groups: Vec<&str> = index.split('/').collect();
        let (last, before) = groups.split_last()?;
        let mut value = 0_u64;
        for group in before.iter().map(|group| group.strip_prefix('x')).chain([Some(*last)]) {
            let group = group.filter(|group| group.len() == 3 && group.bytes().all(|byte| byte.is_ascii_digit()))?;
            value = value.checked_mul(1000)?.checked_add(group.parse().ok()?)?;
        }
        // One address a tile: no groups of zeroes before.
        (before.first() != Some(&"x000")).then_some(Self { level, index: value, width })
    }

    /// Whether the tile is full, so that it never changes.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.width == WIDTH
    }

    /// Whether its hashes are those of single entries.
    #[must_use]
    pub const fn is_of_entries(&self) -> bool {
        self.level == 0
    }

    /// The number after the last entry under the full tile in this place (C2SP tlog-tiles, "end index"); `None` past all logs.
    #[must_use]
    pub fn ends_at(&self) -> Option<u64> {
        Self { width: WIDTH, ..*self }.needs()
    }

    /// Number of the first hash, and how many.
    #[must_use]
    pub fn range(&self) -> Option<(u64, u64)> {
        Some((self.index.checked_mul(WIDTH)?, self.width))
    }

    /// Number of entries that a log must have to have this tile; `None` for more than any log has.
    fn needs(&self) -> Option<u64> {
        let hashes = self.index.checked_mul(WIDTH)?.checked_add(self.width)?;
        let shift = self.level.checked_mul(HEIGHT).filter(|shift| *shift < 63)?;
        hashes.checked_mul(1_u64.checked_shl(shift)?).filter(|entries| i64::try_from(*entries).is_ok())
    }

    /// Whether a log of `size` has this tile.
    #[must_use]
    pub fn is_within(&self, size: u64) -> bool {
        self.needs().is_some_and(|entries| entries <= size)
    }
}

fn number(text: &str) -> Option<u64> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    is_plain.then(|| text.parse().ok()).flatten()
}

/// The octets of a hash tile; `None` for one past the size of the log.
pub(super) async fn read(db: &Db, tile: &Tile) -> Result<Option<Vec<u8>>, JournalError> {
    let Some((first, width)) = tile.range().filter(|_| tile.needs().is_some()) else { return Ok(None) };
    if !tile.is_within(store::size(db).await?) {
        return Ok(None);
    }
    let hashes = store::level_hashes(db, tile.level * HEIGHT, first, width).await?;
    Ok(Some(hashes.concat()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_tile_has_one_address() {
        let tile = |level, index, width| Some(Tile { level, index, width });
        assert_eq!(Tile::parse("0", "000"), tile(0, 0, 256));
        assert_eq!(Tile::parse("2", "x001/x234/067.p/8"), tile(2, 1_234_067, 8));
        assert_eq!(Tile::parse("63", "999.p/255"), tile(63, 999, 255));
        for (level, rest) in [
            ("", "000"),
            ("64", "000"),
            ("00", "000"),
            ("-1", "000"),
            ("+1", "000"),
            ("0", ""),
            ("0", "0"),
            ("0", "0000"),
            ("0", "x000/000"),
            ("0", "001/000"),
            ("0", "x001/x002"),
            ("0", "000.p/0"),
            ("0", "000.p/256"),
            ("0", "000.p/01"),
            ("0", "000.p/"),
            ("0", "../../000"),
            ("0", "x999/x999/x999/x999/x999/x999/x999/999"),
            ("0", "x018/x446/x744/x073/x709/x551/616"),
        ] {
            assert_eq!(Tile::parse(level, rest), None, "{level} {rest}");
        }
    }

    #[test]
    fn a_tile_is_of_a_log_that_has_all_its_entries() {
        let tile = |level, rest| Tile::parse(level, rest).unwrap();
        assert!(tile("0", "000").is_within(256) && !tile("0", "000").is_within(255));
        assert!(tile("1", "000.p/1").is_within(256) && !tile("1", "000.p/2").is_within(511));
        assert!(!tile("63", "000.p/1").is_within(u64::MAX));
        assert!(!tile("0", "x018/x446/x744/x073/x709/x551/615").is_within(u64::MAX));
    }
}
