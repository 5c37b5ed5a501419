//! Making seals: the map is brought up to a checkpoint from the entries that came since, tile by tile, and a seal over it
//! is put into the inbox in the same transaction. Several processes may try at once: the row of the map lets one in after the other.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::inbox::BATCH_MAX;
use super::map::{self, EMPTY, MapError, MapLeaf, MapProof, MapTile, Prefix};
use super::seal::{FIELD, KIND, SUBJECT, Seal};
use super::{EventDraft, Journal, JournalError, LogIdentity, draft, store};
use crate::db::{Db, Row, Tx, Value};
use crate::domain::ids::EventId;
use crate::domain::time::{CivilDate, Moment};
use crate::params;

/// Most entries by which the map moves in one transaction.
const STEP_MAX_ENTRIES: u64 = 20_000;

/// A seal that was made: its entry is in the log or on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeSeal {
    /// Its event.
    pub event: EventId,
    /// What it says.
    pub seal: Seal,
}

/// What the newest seal shows of some subjects.
#[derive(Debug, Clone)]
pub struct Sealed {
    /// The seal.
    pub made: MadeSeal,
    /// Of each pseudonym asked for, in order.
    pub proofs: Vec<MapProof>,
}

/// When a seal is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// One for each day.
    ForTheDay,
    /// One over the newest checkpoint.
    Now,
}

impl Journal {
    /// Seals the log as it is at its newest checkpoint, when `day` has no seal yet; `event` is the id that its entry gets.
    /// `None` when there is nothing to do.
    ///
    /// # Errors
    /// A fault of the database; `Contradiction` for a map that is not what was sealed.
    pub async fn seal_the_day(&self, event: EventId, day: CivilDate) -> Result<Option<MadeSeal>, JournalError> {
        self.seal(event, day, Wanted::ForTheDay).await
    }

    /// Seals the log as it is at its newest checkpoint.
    ///
    /// # Errors
    /// As [`Journal::seal_the_day`].
    pub async fn seal_now(&self, event: EventId, day: CivilDate) -> Result<Option<MadeSeal>, JournalError> {
        self.seal(event, day, Wanted::Now).await
    }

    async fn seal(&self, event: EventId, day: CivilDate, wanted: Wanted) -> Result<Option<MadeSeal>, JournalError> {
        let made = seal(&self.db, &self.identity, (event, &day.to_string()), wanted).await?;
        self.wake();
        Ok(made)
    }

    /// What the newest seal shows of these subjects; `None` while the next one is being made.
    ///
    /// # Errors
    /// As [`Journal::seal_the_day`].
    pub async fn sealed(&self, identities: &[&str]) -> Result<Option<Sealed>, JournalError> {
        let subjects: Vec<[u8; 32]> = identities.iter().map(|identity| self.pseudonym(identity)).collect();
        proofs(&self.db, &subjects).await
    }

    /// The first seals of their days that the operator has not signed yet, the oldest first, at most `most`.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn seals_unsigned(&self, most: u32) -> Result<Vec<MadeSeal>, JournalError> {
        unsigned(&self.db, i64::from(most)).await
    }

    /// Keeps the operator's signature over a seal; a second one is not kept.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn save_seal_signature(&self, event: EventId, cms: &[u8]) -> Result<(), JournalError> {
        keep_signature(&self.db, event, cms, self.clock.now()).await
    }
}

struct MapState {
    size: u64,
    subjects: u64,
    root: [u8; 32],
}

/// Brings the map to the newest checkpoint and seals it; `None` when the day has its seal or there is nothing to seal.
async fn seal(
    db: &Db,
    identity: &LogIdentity,
    (event, day): (EventId, &str),
    wanted: Wanted,
) -> Result<Option<MadeSeal>, JournalError> {
    loop {
        let mut tx = db.begin().await?;
        // Whoever holds the row makes the next step alone.
        let row = tx.query_one(include_str!("sql/lock_map.sql"), &[]).await?;
        let state = read_state(row.as_ref())?;
        if wanted == Wanted::ForTheDay && has_seal(&mut tx, day).await? {
            return Ok(None);
        }
        let row = tx.query_one(include_str!("sql/select_latest_checkpoint.sql"), &[]).await?;
        let Some(checkpoint) = row.as_ref().map(store::checkpoint).transpose()? else { return Ok(None) };
        if state.size > checkpoint.size {
            return Err(damaged("it is ahead of the log"));
        }
        let to = checkpoint.size.min(state.size + STEP_MAX_ENTRIES);
        let moved = advance(&mut tx, &state, to).await?;
        // A great log is taken in by many steps, and only the last of them is sealed.
        if to == checkpoint.size {
            let (day, root) = (day.to_owned(), checkpoint.root);
            let seal = Seal { day, size: to, root, subjects: moved.subjects, map: moved.root };
            keep(&mut tx, identity, event, &seal).await?;
            tx.commit().await?;
            return Ok(Some(MadeSeal { event, seal }));
        }
        tx.commit().await?;
    }
}

pub(super) fn damaged(what: &str) -> JournalError {
    JournalError::Contradiction(format!("the map of subjects: {what}"))
}

impl From<MapError> for JournalError {
    fn from(error: MapError) -> Self {
        damaged(&error.to_string())
    }
}

async fn has_seal(tx: &mut Tx, day: &str) -> Result<bool, JournalError> {
    Ok(tx.query_one(include_str!("sql/select_seal_of_day.sql"), &params![day]).await?.is_some())
}

fn read_state(row: Option<&Row>) -> Result<MapState, JournalError> {
    let row = row.ok_or_else(|| damaged("it is gone"))?;
    Ok(MapState {
        size: store::unsigned(row, "size")?,
        subjects: store::unsigned(row, "subjects")?,
        root: row.array("root")?,
    })
}

/// Takes the entries up to `to` into the map.
async fn advance(tx: &mut Tx, from: &MapState, to: u64) -> Result<MapState, JournalError> {
    let (leaves, new) = changed(tx, from.size, to).await?;
    let subjects: Vec<[u8; 32]> = leaves.iter().map(|leaf| leaf.subject).collect();
    let mut tiles = tiles_of(tx, &subjects).await?;
    let before = tiles.get(&Vec::new()).map_or(EMPTY, MapTile::hash);
    if before != from.root {
        return Err(damaged("its tiles do not lead to its root"));
    }
    let written = map::put(&mut tiles, &leaves)?;
    let root = tiles.get(&Vec::new()).map_or(EMPTY, MapTile::hash);
    let moved = MapState { size: to, subjects: from.subjects + new, root };
    let values = params![store::signed(to), store::signed(moved.subjects), root.to_vec()];
    tx.execute(include_str!("sql/move_map.sql"), &values).await?;
    let rows: Vec<Vec<Value>> = written
        .into_iter()
        .filter_map(|prefix| {
            let body = tiles.get(&prefix)?.to_bytes();
            Some(params![prefix, body].to_vec())
        })
        .collect();
    tx.execute_many(include_str!("sql/upsert_map_tiles.sql"), &rows).await?;
    Ok(moved)
}

/// The subjects of the entries `from..to` as they stand at `to`, and how many of them are new.
pub(super) async fn changed(tx: &mut Tx, from: u64, to: u64) -> Result<(Vec<MapLeaf>, u64), JournalError> {
    // A run that reaches past `to` ends within a batch of it.
    let range = params![store::signed(from), store::signed(to.saturating_add(u64::from(BATCH_MAX)))];
    let rows = tx.query(include_str!("sql/select_subjects_changed.sql"), &range).await?;
    let mut newest: BTreeMap<[u8; 32], (u64, u64)> = BTreeMap::new();
    let mut new = 0;
    for row in &rows {
        let first = store::unsigned(row, "n")?;
        let within = |seq: &u64| (from..to).contains(seq);
        let run = store::run(row, "entries")?;
        // The entry that begins a subject is one of these, or was taken before.
        new += u64::from(first == 1 && run.first().is_some_and(within));
        let Some((n, seq)) = (first..).zip(run).filter(|(_, seq)| within(seq)).last() else { continue };
        let known = newest.insert(row.array("subject")?, (n, seq));
        if known.is_some_and(|(before, _)| before >= n) {
            return Err(damaged("the entries of a subject are not in order"));
        }
    }
    let numbers: BTreeSet<u64> = newest.values().map(|(_, seq)| *seq).collect();
    let keys: Vec<Value> = numbers.into_iter().map(|seq| Value::from(store::signed(seq))).collect();
    let hashes = store::leaves(tx, &keys).await?;
    let leaf = |(subject, (count, seq)): ([u8; 32], (u64, u64))| {
        let leaf = *hashes.get(&seq).ok_or_else(|| damaged("an entry of a subject is missing"))?;
        Ok(MapLeaf { subject, count, seq, leaf })
    };
    Ok((newest.into_iter().map(leaf).collect::<Result<_, JournalError>>()?, new))
}

/// The tiles on the way to these subjects, one level at a time, each held against the one above.
async fn tiles_of(tx: &mut Tx, subjects: &[[u8; 32]]) -> Result<BTreeMap<Prefix, MapTile>, JournalError> {
    let mut tiles = BTreeMap::new();
    let mut wanted: BTreeMap<Prefix, Option<[u8; 32]>> = BTreeMap::from([(Vec::new(), None)]);
    while !wanted.is_empty() {
        let keys: Vec<Value> = wanted.keys().map(Value::from).collect();
        let mut below = BTreeMap::new();
        for row in tx.query_in(include_str!("sql/select_map_tiles.sql"), &keys).await? {
            let (prefix, tile) = (row.bytes("prefix")?, MapTile::from_bytes(&row.bytes("body")?)?);
            let told = wanted.remove(&prefix).flatten();
            if told.is_some_and(|told| told != tile.hash()) {
                return Err(damaged("a tile is not the one that the tile above it names"));
            }
            let named = map::tiles_below(&prefix, &tile, subjects);
            below.extend(named.into_iter().map(|(prefix, hash)| (prefix, Some(hash))));
            tiles.insert(prefix, tile);
        }
        // The topmost tile is not there before the first seal.
        if wanted.values().any(Option::is_some) {
            return Err(damaged("a tile is missing"));
        }
        wanted = below;
    }
    Ok(tiles)
}

/// Writes the seal down and puts its event into the inbox.
async fn keep(tx: &mut Tx, identity: &LogIdentity, event: EventId, seal: &Seal) -> Result<(), JournalError> {
    let row = params![
        event.as_uuid(),
        seal.day.as_str(),
        store::signed(seal.size),
        seal.root.to_vec(),
        store::signed(seal.subjects),
        seal.map.to_vec()
    ];
    tx.execute(include_str!("sql/insert_seal.sql"), &row).await?;
    let event = EventDraft {
        id: event,
        kind: KIND.to_owned(),
        subjects: vec![SUBJECT.to_owned()],
        payload: vec![(FIELD.to_owned(), seal.to_value())],
        actor: json!({"log": identity.origin()}),
    };
    Ok(tx.run_together(&[draft::entering(identity, &[event])?]).await?)
}

pub(super) fn read_seal(row: &Row) -> Result<MadeSeal, JournalError> {
    Ok(MadeSeal {
        event: EventId::from(row.id("event")?),
        seal: Seal {
            day: row.text("day")?,
            size: store::unsigned(row, "size")?,
            root: row.array("root")?,
            subjects: store::unsigned(row, "subjects")?,
            map: row.array("map")?,
        },
    })
}

/// What the newest seal shows of `subjects`; `None` while the map is on its way to the next one.
async fn proofs(db: &Db, subjects: &[[u8; 32]]) -> Result<Option<Sealed>, JournalError> {
    let mut tx = db.begin_reading().await?;
    let row = tx.query_one(include_str!("sql/select_map.sql"), &[]).await?;
    let state = read_state(row.as_ref())?;
    let row = tx.query_one(include_str!("sql/select_seal_of_size.sql"), &params![store::signed(state.size)]).await?;
    let Some(made) = row.as_ref().map(read_seal).transpose()? else { return Ok(None) };
    if made.seal.map != state.root {
        return Err(damaged("it is not what was sealed"));
    }
    let tiles = tiles_of(&mut tx, subjects).await?;
    let mut proofs = Vec::with_capacity(subjects.len());
    for subject in subjects {
        let proof = map::look_up(&tiles, subject)?;
        proof.verify(&made.seal.map, subject)?;
        proofs.push(proof);
    }
    Ok(Some(Sealed { made, proofs }))
}

/// The oldest seals that wait for the operator's signature.
async fn unsigned(db: &Db, most: i64) -> Result<Vec<MadeSeal>, JournalError> {
    let rows = db.query(include_str!("sql/select_seals_unsigned.sql"), &params![most]).await?;
    rows.iter().map(read_seal).collect()
}

/// Keeps the operator's signature over a seal; a second one is not kept.
async fn keep_signature(db: &Db, event: EventId, cms: &[u8], now: Moment) -> Result<(), JournalError> {
    let mut tx = db.begin().await?;
    let row = params![event.as_uuid(), cms.to_vec(), now];
    tx.execute(include_str!("sql/insert_seal_signature.sql"), &row).await?;
    Ok(tx.commit().await?)
}
