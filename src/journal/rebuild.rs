//! The map of subjects made anew. It is a cache: the entries make it, the newest seal says what it must come to.

use std::collections::BTreeMap;

use super::entry::Field;
use super::map::{self, EMPTY, MapTile, Prefix};
use super::seal::{FIELD, KIND, Seal};
use super::sealing::{MadeSeal, changed, damaged, read_seal};
use super::{JournalError, store};
use crate::db::{Db, Tx, Value};
use crate::params;

/// Entries taken in at once.
const STEP_ENTRIES: u64 = 20_000;
/// Tiles written at once.
const WRITTEN_AT_ONCE: usize = 1_000;

/// What making the map anew has come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RebuiltMap {
    /// Entries that it takes in: those of the newest seal; 0 before the first.
    pub size: u64,
    /// Subjects in it.
    pub subjects: u64,
    /// Its root.
    pub root: [u8; 32],
    /// Whether the map that was there differed.
    pub was_damaged: bool,
    /// What the newest seal says, where that is something else: then nothing was written.
    pub contradicts: Option<Seal>,
}

/// Makes the map anew from the entries up to the newest seal and, if it comes to what was sealed, puts it in the place of
/// the one that is there: all or nothing. Nobody seals meanwhile; on SQLite nobody writes.
///
/// # Errors
/// `Contradiction` when the newest seal is not what its entry says, or has no entry yet; a fault of the database.
pub async fn rebuild_map(db: &Db) -> Result<RebuiltMap, JournalError> {
    let made = newest_seal(db).await?;
    let mut tx = db.begin().await?;
    let before = tx.query_one(include_str!("sql/lock_map.sql"), &[]).await?;
    let row = tx.query_one(include_str!("sql/select_newest_seal.sql"), &[]).await?;
    let now = row.as_ref().map(read_seal).transpose()?.map(|made| made.event);
    if now != made.as_ref().map(|made| made.event) {
        return Err(damaged("the log was sealed at this moment: try again"));
    }
    let seal = made.map(|made| made.seal);
    let size = seal.as_ref().map_or(0, |seal| seal.size);
    let (mut tiles, mut subjects, mut from) = (BTreeMap::<Prefix, MapTile>::new(), 0_u64, 0_u64);
    while from < size {
        let to = size.min(from + STEP_ENTRIES);
        let (leaves, new) = changed(&mut tx, from, to).await?;
        map::put(&mut tiles, &leaves)?;
        (subjects, from) = (subjects + new, to);
    }
    let root = tiles.get(&Vec::new()).map_or(EMPTY, MapTile::hash);
    if let Some(seal) = seal.filter(|seal| (seal.map, seal.subjects) != (root, subjects)) {
        return Ok(RebuiltMap { size, subjects, root, was_damaged: false, contradicts: Some(seal) });
    }
    let told = before.as_ref().map(|row| Ok::<_, JournalError>((store::unsigned(row, "size")?, row.array("root")?)));
    let same_head = told.transpose()? == Some((size, root));
    let was_damaged = !(same_head && are_kept(&mut tx, &tiles).await?);
    let rows: Vec<Vec<Value>> =
        tiles.iter().map(|(prefix, tile)| params![prefix.clone(), tile.to_bytes()].to_vec()).collect();
    for rows in rows.chunks(WRITTEN_AT_ONCE) {
        tx.execute_many(include_str!("sql/upsert_map_tiles.sql"), rows).await?;
    }
    let row = params![store::signed(size), store::signed(subjects), root.to_vec()];
    tx.execute(include_str!("sql/upsert_map.sql"), &row).await?;
    tx.commit().await?;
    Ok(RebuiltMap { size, subjects, root, was_damaged, contradicts: None })
}

/// Whether the tiles that are kept are these. Others beside them are never looked at.
async fn are_kept(tx: &mut Tx, tiles: &BTreeMap<Prefix, MapTile>) -> Result<bool, JournalError> {
    let prefixes: Vec<Value> = tiles.keys().map(Value::from).collect();
    let mut same = 0;
    for prefixes in prefixes.chunks(WRITTEN_AT_ONCE) {
        for row in tx.query_in(include_str!("sql/select_map_tiles.sql"), prefixes).await? {
            let kept = tiles.get(&row.bytes("prefix")?).map(MapTile::to_bytes);
            same += usize::from(kept == Some(row.bytes("body")?));
        }
    }
    Ok(same == tiles.len())
}

/// The newest seal, as its entry in the log says it.
async fn newest_seal(db: &Db) -> Result<Option<MadeSeal>, JournalError> {
    let Some(row) = db.query_one(include_str!("sql/select_newest_seal.sql"), &[]).await? else { return Ok(None) };
    let made = read_seal(&row)?;
    let place = store::find(db, made.event).await?;
    let place = place.ok_or_else(|| damaged("the newest seal has no entry yet: try again in a moment"))?;
    let stored = store::entry(db, place.seq).await?;
    let stored = stored.ok_or_else(|| damaged("the entry of the newest seal is missing"))?;
    let (entry, _) = stored.proven().map_err(|error| damaged(&error.to_string()))?;
    let opened = stored.openings.iter().find(|(field, _)| *field == Field::Payload(0));
    let said = opened
        .and_then(|(_, opening)| opening.payload_field())
        .filter(|(name, _)| *name == FIELD && entry.kind == KIND)
        .and_then(|(_, value)| Seal::from_value(value));
    if said.as_ref() == Some(&made.seal) {
        Ok(Some(made))
    } else {
        Err(damaged("the newest seal is not what its entry says"))
    }
}
