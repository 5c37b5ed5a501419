//! The log as it is kept: reading entries, nodes, checkpoints and subjects; appending is the sequencer's.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use tlog_tiles::tlog::{self, Hash};

use super::checkpoint::Checkpoint;
use super::entry::{Entry, Field, Opening, leaf_hash};
use super::proof::Frontier;
use super::{JournalError, LogIdentity, Sequenced, openings, pruning};
use crate::db::{Db, DbError, Row, Tx, Value};
use crate::domain::ids::EventId;
use crate::domain::time::Moment;
use crate::params;

/// Runs of a subject read at once.
const SUBJECT_PAGE: i64 = 1000;
/// Least level of the inner nodes that are kept with an entry. Those below are made of the leaves, eight at most, whenever they
/// are wanted: a row for every other entry costs a batch more than they are worth.
const KEPT_LEVEL: u32 = 3;

/// Whether the inner nodes that an entry completes are kept with it.
pub(super) const fn keeps_nodes(seq: u64) -> bool {
    seq.trailing_ones() >= KEPT_LEVEL
}

/// How many entries of a log of `size` have inner nodes kept with them.
pub(super) const fn kept_nodes(size: u64) -> u64 {
    size >> KEPT_LEVEL
}

/// Whether what is kept with an entry are the inner nodes that it completes, lowest level first. Logs of earlier programs have
/// them with other entries than those of [`keeps_nodes`] too.
pub(super) fn are_nodes_of(seq: u64, completed: &[[u8; 32]], kept: Option<&[u8]>) -> bool {
    match kept {
        None => !keeps_nodes(seq),
        // A row of nothing is none of ours.
        Some(kept) => !kept.is_empty() && kept == completed.as_flattened(),
    }
}

/// An entry as it is kept.
#[derive(Debug, Clone)]
pub struct StoredEntry {
    /// Its number.
    pub seq: u64,
    /// Its body, octet for octet.
    pub body: Vec<u8>,
    /// Its leaf hash.
    pub leaf: [u8; 32],
    /// What its commitments open to, where it is not erased.
    pub openings: Vec<(Field, Opening)>,
}

impl StoredEntry {
    /// The entry and its opened fields by name, every opening checked against its commitment.
    ///
    /// # Errors
    /// `Contradiction` for a body that does not hash to the leaf, an opening that does not fit, or a name opened twice.
    pub fn proven(&self) -> Result<(Entry, BTreeMap<String, serde_json::Value>), JournalError> {
        let wrong = |what: &str| JournalError::Contradiction(format!("entry {}: {what}", self.seq));
        if leaf_hash(&self.body) != self.leaf {
            return Err(wrong("the body does not hash to the leaf"));
        }
        let entry = Entry::parse(&self.body)?;
        let mut fields = BTreeMap::new();
        for (field, opening) in &self.openings {
            if !entry.commitment(*field).is_some_and(|commitment| opening.opens(&commitment)) {
                return Err(wrong(&format!("{field} does not open its commitment")));
            }
            if let (Field::Payload(_), Some((name, value))) = (field, opening.payload_field())
                && fields.insert(name.to_owned(), value.clone()).is_some()
            {
                return Err(wrong(&format!("{name} stands twice")));
            }
        }
        Ok((entry, fields))
    }
}

/// A checkpoint as it is kept.
#[derive(Debug, Clone)]
pub struct StoredCheckpoint {
    /// Size of the log.
    pub size: u64,
    /// Its root.
    pub root: [u8; 32],
    /// The signed note.
    pub note: String,
    /// When it was signed, by the operator's clock.
    pub made_at: Moment,
    /// RFC 3161 token over the SHA-256 of the note.
    pub time_stamp: Option<Vec<u8>>,
}

/// Where the log ends.
pub(super) struct Head {
    pub origin: String,
    pub size: u64,
    pub root: [u8; 32],
    pub t_ms: i64,
    pub epoch: i64,
    /// The name of the process that leads, or led last.
    pub leader: String,
    /// Whether nobody leads, by the clock of the database.
    pub is_free: bool,
}

pub(super) fn unsigned(row: &Row, column: &'static str) -> Result<u64, DbError> {
    let number = row.int(column)?;
    u64::try_from(number).map_err(|_| inconsistent(column, &number.to_string()))
}

pub(super) fn unsigned_len(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

pub(super) fn inconsistent(column: &str, detail: &str) -> DbError {
    DbError::Inconsistent { column: column.to_owned(), detail: detail.to_owned() }
}

pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn sequenced(row: &Row) -> Result<Sequenced, JournalError> {
    let at = match row.opt_bytes("body")? {
        Some(body) => Entry::parse(&body)?.at(),
        None => instant(row.int("t_ms")?)?,
    };
    Ok(Sequenced { seq: unsigned(row, "seq")?, at, leaf: row.array("leaf")? })
}

/// The instant of an entry.
pub(super) fn instant(t_ms: i64) -> Result<Moment, DbError> {
    let at = t_ms.checked_mul(1000).and_then(Moment::from_unix_micros);
    at.ok_or_else(|| inconsistent("journal_pruned.t_ms", &t_ms.to_string()))
}

pub(super) async fn find(db: &Db, event: EventId) -> Result<Option<Sequenced>, JournalError> {
    let row = db.query_one(include_str!("sql/select_event.sql"), &params![event.as_uuid()]).await?;
    row.as_ref().map(sequenced).transpose()
}

/// The places of those events that have one.
pub(super) async fn find_many(db: &Db, events: &[EventId]) -> Result<Vec<(EventId, Sequenced)>, JournalError> {
    let keys: Vec<Value> = events.iter().map(|event| Value::from(event.as_uuid())).collect();
    let rows = db.query_in(include_str!("sql/select_events.sql"), &keys).await?;
    rows.iter().map(|row| Ok((EventId::from(row.id("id")?), sequenced(row)?))).collect()
}

pub(super) async fn quarantined(db: &Db, event: EventId) -> Result<Option<String>, JournalError> {
    let row = db.query_one(include_str!("sql/select_quarantined.sql"), &params![event.as_uuid()]).await?;
    Ok(row.map(|row| row.text("reason")).transpose()?)
}

pub(super) fn checkpoint(row: &Row) -> Result<StoredCheckpoint, DbError> {
    Ok(StoredCheckpoint {
        size: unsigned(row, "size")?,
        root: row.array("root")?,
        note: row.text("note")?,
        made_at: row.moment("made")?,
        time_stamp: row.opt_bytes("token")?,
    })
}

pub(super) async fn latest_checkpoint(db: &Db) -> Result<Option<StoredCheckpoint>, JournalError> {
    let row = db.query_one(include_str!("sql/select_latest_checkpoint.sql"), &[]).await?;
    Ok(row.as_ref().map(checkpoint).transpose()?)
}

pub(super) async fn save_time_stamp(db: &Db, size: u64, token: &[u8], now: Moment) -> Result<(), JournalError> {
    let mut tx = db.begin().await?;
    tx.execute(include_str!("sql/insert_time_stamp.sql"), &params![signed(size), token.to_vec(), now]).await?;
    Ok(tx.commit().await?)
}

pub(super) async fn entry(db: &Db, seq: u64) -> Result<Option<StoredEntry>, JournalError> {
    let row = db.query_one(include_str!("sql/select_entry.sql"), &params![signed(seq)]).await?;
    let Some(row) = row else { return Ok(None) };
    let facts = db.query_one(include_str!("sql/select_openings.sql"), &params![signed(seq)]).await?;
    Ok(Some(stored(&row, facts.as_ref())?))
}

/// The entries of these numbers, in the order asked for; a number without an entry is left out.
pub(super) async fn entries(db: &Db, numbers: &[u64]) -> Result<Vec<StoredEntry>, JournalError> {
    let keys: Vec<Value> = numbers.iter().map(|seq| Value::from(signed(*seq))).collect();
    let mut facts = HashMap::new();
    for row in db.query_in(include_str!("sql/select_openings_in.sql"), &keys).await? {
        facts.insert(unsigned(&row, "seq")?, row);
    }
    let mut found = HashMap::new();
    for row in db.query_in(include_str!("sql/select_entries_in.sql"), &keys).await? {
        let seq = unsigned(&row, "seq")?;
        found.insert(seq, stored(&row, facts.get(&seq))?);
    }
    Ok(numbers.iter().filter_map(|seq| found.remove(seq)).collect())
}

/// An entry as it is kept, with its facts where they were not erased.
fn stored(row: &Row, facts: Option<&Row>) -> Result<StoredEntry, DbError> {
    let mut openings = facts.map(openings::of_facts).transpose()?.unwrap_or_default();
    openings.extend(openings::of_subjects(row)?);
    Ok(StoredEntry { seq: unsigned(row, "seq")?, body: row.bytes("body")?, leaf: row.array("leaf")?, openings })
}

/// Appends the numbers in the log of a run of entries, as they are kept; they rise.
pub(super) fn put_run(numbers: &[u64], octets: &mut Vec<u8>) {
    for number in numbers {
        octets.extend_from_slice(&number.to_be_bytes());
    }
}

/// What [`put_run`] has written in `column`.
pub(super) fn run(row: &Row, column: &str) -> Result<Vec<u64>, DbError> {
    let bytes = row.bytes(column)?;
    let pieces = bytes.chunks_exact(8);
    let is_whole = pieces.remainder().is_empty() && !bytes.is_empty();
    let numbers: Vec<u64> = pieces.filter_map(|piece| piece.try_into().ok()).map(u64::from_be_bytes).collect();
    if is_whole && numbers.is_sorted_by(|a, b| a < b) { Ok(numbers) } else { Err(inconsistent(column, "no run")) }
}

/// The numbers of those entries of a subject that are held.
pub(super) async fn entries_of_subject(db: &Db, subject: &[u8; 32]) -> Result<Vec<u64>, JournalError> {
    let minimum = pruning::minimum(db).await?;
    let mut entries = numbers_of_subject(db, subject).await?;
    entries.retain(|seq| *seq >= minimum || *seq == 0);
    Ok(entries)
}

/// The numbers of all entries of a subject, of those that were pruned too.
pub(super) async fn numbers_of_subject(db: &Db, subject: &[u8; 32]) -> Result<Vec<u64>, JournalError> {
    let mut entries = Vec::new();
    let mut last = 0_i64;
    loop {
        let page = params![subject.to_vec(), last, SUBJECT_PAGE];
        let rows = db.query(include_str!("sql/select_subject_entries.sql"), &page).await?;
        for row in &rows {
            last = row.int("n")?;
            entries.append(&mut run(row, "entries")?);
        }
        if rows.len() < usize::try_from(SUBJECT_PAGE).unwrap_or(usize::MAX) {
            return Ok(entries);
        }
    }
}

/// The number of entries by the head; 0 without one.
pub(super) async fn size(db: &Db) -> Result<u64, JournalError> {
    let row = db.query_one(include_str!("sql/select_head.sql"), &[]).await?;
    Ok(row.as_ref().map(read_head).transpose()?.map_or(0, |head| head.size))
}

/// The root of the first `size` entries, from what is kept; `None` when a part of it is missing.
pub(super) async fn root_at(db: &Db, size: u64) -> Result<Option<[u8; 32]>, JournalError> {
    let tx = &mut db.begin_reading().await?;
    Ok(kept_frontier(tx, size).await?.map(|frontier| frontier.root()))
}

/// Whether an event waits to become an entry, or could not.
pub(super) async fn waits(db: &Db, event: EventId) -> Result<bool, JournalError> {
    Ok(db.query_one(include_str!("sql/select_inbox_event.sql"), &params![event.as_uuid()]).await?.is_some())
}

/// Makes the head of a new log. A journal that holds anything is not new.
pub(super) async fn found(db: &Db, identity: &LogIdentity) -> Result<(), JournalError> {
    if db.query_one(include_str!("sql/select_head.sql"), &[]).await?.is_some() {
        return Ok(());
    }
    if db.query_one(include_str!("sql/select_any_rows.sql"), &[]).await?.is_some() {
        return Err(JournalError::Contradiction("the log has entries and no head".to_owned()));
    }
    let mut tx = db.begin().await?;
    let empty = Frontier::default().root();
    tx.execute(include_str!("sql/insert_head.sql"), &params![identity.origin(), empty.to_vec()]).await?;
    Ok(tx.commit().await?)
}

/// The head of our own log.
pub(super) async fn head(db: &Db, identity: &LogIdentity) -> Result<Head, JournalError> {
    own(db.query_one(include_str!("sql/select_head.sql"), &[]).await?.as_ref(), identity)
}

fn own(row: Option<&Row>, identity: &LogIdentity) -> Result<Head, JournalError> {
    let head = row.map(read_head).transpose()?;
    let head = head.ok_or_else(|| JournalError::Contradiction("the log has no head".to_owned()))?;
    if head.origin == identity.origin() {
        Ok(head)
    } else {
        Err(JournalError::OtherLog { found: head.origin, wanted: identity.origin().to_owned() })
    }
}

pub(super) fn read_head(row: &Row) -> Result<Head, DbError> {
    Ok(Head {
        origin: row.text("origin")?,
        size: unsigned(row, "n")?,
        root: row.array("root")?,
        t_ms: row.int("t_ms")?,
        epoch: row.int("epoch")?,
        leader: row.text("leader")?,
        is_free: row.int("is_free")? != 0,
    })
}

/// The head and the frontier of the log as it is at one instant, that from its nodes; everything that can be compared in no time
/// is compared: root, last entry, last checkpoint.
pub(super) async fn examine(db: &Db, identity: &LogIdentity) -> Result<(Head, Frontier), JournalError> {
    let contradiction = |what: &str| JournalError::Contradiction(what.to_owned());
    let tx = &mut db.begin_reading().await?;
    let head = own(tx.query_one(include_str!("sql/select_head.sql"), &[]).await?.as_ref(), identity)?;
    let row = tx.query_one(include_str!("sql/select_last_number.sql"), &[]).await?;
    let last = row.map(|row| row.opt_int("last")).transpose()?.flatten();
    if last != signed(head.size).checked_sub(1).filter(|last| *last >= 0) {
        return Err(contradiction("the head tells another count of entries"));
    }
    let last = tx.query_one(include_str!("sql/select_last_entries.sql"), &params![1_i64]).await?;
    let last = last.map(|row| row.bytes("body")).transpose()?.map(|body| Entry::parse(&body)).transpose()?;
    if head.t_ms != last.map_or(0, |entry| entry.t_ms) {
        return Err(contradiction("the head tells another time than the last entry"));
    }
    let frontier = kept_frontier(tx, head.size).await?;
    let frontier = frontier.ok_or_else(|| contradiction("an inner node is missing"))?;
    if frontier.root() != head.root {
        return Err(contradiction("the entries do not lead to the root of the head"));
    }
    match tx
        .query_one(include_str!("sql/select_latest_checkpoint.sql"), &[])
        .await?
        .as_ref()
        .map(checkpoint)
        .transpose()?
    {
        None if head.size == 0 => {}
        None => return Err(contradiction("the log has no checkpoint")),
        Some(stored) => {
            let checkpoint = Checkpoint::open(&stored.note, identity.verifier_key())?;
            let same = stored.size == head.size && checkpoint.size == head.size && checkpoint.root == head.root;
            if !same {
                return Err(contradiction("the last checkpoint is of another size or root"));
            }
        }
    }
    Ok((head, frontier))
}

/// The frontier of the first `size` entries from their nodes; `None` when one is missing.
pub(super) async fn kept_frontier(tx: &mut Tx, size: u64) -> Result<Option<Frontier>, JournalError> {
    let mut subtrees = Vec::new();
    let mut start = 0_u64;
    for level in (0..64_u32).rev().filter(|level| size & (1 << level) != 0) {
        subtrees.push((level, start));
        start += 1 << level;
    }
    let nodes = nodes(tx, &subtrees).await?;
    let hashes = subtrees.iter().map(|place| nodes.get(place).copied()).collect::<Option<Vec<_>>>();
    Ok(hashes.and_then(|hashes| Frontier::new(size, hashes)))
}

/// A complete subtree: its level, and the number of its first entry.
type Place = (u32, u64);

/// The hashes of complete subtrees.
async fn nodes(tx: &mut Tx, places: &[Place]) -> Result<HashMap<Place, [u8; 32]>, JournalError> {
    // A subtree is complete with its last entry, and its hash is kept there; a small one is made of its leaves.
    let end = |(level, start): &Place| start + (1_u64 << level);
    let (small, large): (Vec<&Place>, Vec<&Place>) = places.iter().partition(|(level, _)| *level < KEPT_LEVEL);
    let leaves = leaves(tx, &keys(small.iter().flat_map(|place| place.1..end(place)))).await?;
    let mut inner = HashMap::new();
    for row in
        tx.query_in(include_str!("sql/select_nodes.sql"), &keys(large.iter().map(|place| end(place) - 1))).await?
    {
        inner.insert(unsigned(&row, "seq")?, row.bytes("hashes")?);
    }
    let mut found = HashMap::new();
    for place in small {
        if let Some(leaves) = (place.1..end(place)).map(|seq| leaves.get(&seq).copied()).collect::<Option<Vec<_>>>() {
            found.insert(*place, root_of(leaves));
        }
    }
    for place in large {
        let at = usize::try_from(place.0 - 1).ok();
        let hashes = inner.get(&(end(place) - 1)).zip(at).and_then(|(hashes, at)| hashes.chunks_exact(32).nth(at));
        if let Some(hash) = hashes.and_then(|hash| hash.try_into().ok()) {
            found.insert(*place, hash);
        }
    }
    Ok(found)
}

/// Numbers to ask for, each once.
fn keys(numbers: impl Iterator<Item = u64>) -> Vec<Value> {
    numbers.collect::<BTreeSet<_>>().into_iter().map(|seq| Value::from(signed(seq))).collect()
}

/// The root of a complete subtree. Source: RFC 6962 §2.1.
fn root_of(leaves: Vec<[u8; 32]>) -> [u8; 32] {
    let mut frontier = Frontier::default();
    for leaf in leaves {
        frontier.push(leaf);
    }
    frontier.root()
}

/// The leaf hashes of entries by their numbers, of those that were pruned too.
pub(super) async fn leaves(tx: &mut Tx, numbers: &[Value]) -> Result<HashMap<u64, [u8; 32]>, DbError> {
    let mut leaves = HashMap::new();
    for row in tx.query_in(include_str!("sql/select_leaves.sql"), numbers).await? {
        leaves.insert(unsigned(&row, "seq")?, row.array("leaf")?);
    }
    // Of what is held the entry tells, whatever else stands there.
    let is_held = |number: &Value| matches!(number, Value::Int(seq) if u64::try_from(*seq).is_ok_and(|seq| leaves.contains_key(&seq)));
    let gone: Vec<Value> = numbers.iter().filter(|number| !is_held(number)).cloned().collect();
    for row in tx.query_in(include_str!("sql/select_pruned_leaves.sql"), &gone).await? {
        leaves.insert(unsigned(&row, "seq")?, row.array("leaf")?);
    }
    Ok(leaves)
}

/// A run of entries whose hash is wanted.
type Run = (u64, u64);

/// Source: RFC 6962 §2.1.1: at each step the other side of the split, from the leaf up.
fn path_runs(seq: u64, size: u64) -> Vec<Run> {
    let (mut start, mut length) = (0_u64, size);
    let mut runs = Vec::new();
    while length > 1 {
        let left = largest_power_below(length);
        if seq < start + left {
            runs.push((start + left, length - left));
            length = left;
        } else {
            runs.push((start, left));
            start += left;
            length -= left;
        }
    }
    runs.reverse();
    runs
}

/// The largest power of two smaller than `length`, which is more than one.
const fn largest_power_below(length: u64) -> u64 {
    1 << (63 - (length - 1).leading_zeros())
}

/// The complete subtrees a run is made of, largest first.
fn subtrees_of((mut start, mut length): Run) -> Vec<Place> {
    let mut places = Vec::new();
    while length > 0 {
        let level = 63 - length.leading_zeros();
        places.push((level, start));
        start += 1 << level;
        length -= 1 << level;
    }
    places
}

pub(super) async fn inclusion_proof(db: &Db, seq: u64, size: u64) -> Result<Vec<[u8; 32]>, JournalError> {
    if seq >= size {
        return Err(JournalError::NoEntry { seq, size });
    }
    hashes_of(&mut db.begin_reading().await?, &path_runs(seq, size)).await
}

/// Source: RFC 6962 §2.1.2. The proof that the log of `size` begins with the log of `old_size`; empty for an old size of
/// 0 and for equal sizes. Reads O(log n) rows.
pub(super) async fn consistency_proof(db: &Db, old_size: u64, size: u64) -> Result<Vec<[u8; 32]>, JournalError> {
    consistency_in(&mut db.begin_reading().await?, old_size, size).await
}

/// As [`consistency_proof`], inside a transaction.
pub(super) async fn consistency_in(tx: &mut Tx, old_size: u64, size: u64) -> Result<Vec<[u8; 32]>, JournalError> {
    if old_size > size {
        return Err(JournalError::NoEntry { seq: old_size, size });
    }
    hashes_of(tx, &consistency_runs(old_size, size)).await
}

/// The hashes of whole tiles and parts of tiles: `width` hashes of complete subtrees of `level` from the `first` on.
pub(super) async fn level_hashes(db: &Db, level: u32, first: u64, width: u64) -> Result<Vec<[u8; 32]>, JournalError> {
    let places: Vec<Place> = (first..first.saturating_add(width)).map(|index| (level, index << level)).collect();
    let nodes = nodes(&mut db.begin_reading().await?, &places).await?;
    places.iter().map(|place| nodes.get(place).copied().ok_or_else(missing)).collect()
}

pub(super) fn missing() -> JournalError {
    JournalError::Contradiction("an inner node is missing".to_owned())
}

/// Source: RFC 6962 §2.1.2, SUBPROOF: at each step the side of the split that the old edge does not run through; first
/// the subtree that ends at the old edge, unless that is the whole old tree, whose root the asker has.
fn consistency_runs(old_size: u64, size: u64) -> Vec<Run> {
    if old_size == 0 || old_size == size {
        return Vec::new();
    }
    let (mut start, mut length, mut old) = (0_u64, size, old_size);
    let mut is_whole = true;
    let mut runs = Vec::new();
    while old < length {
        let left = largest_power_below(length);
        if old <= left {
            runs.push((start + left, length - left));
            length = left;
        } else {
            runs.push((start, left));
            start += left;
            length -= left;
            old -= left;
            is_whole = false;
        }
    }
    if !is_whole {
        runs.push((start, length));
    }
    runs.reverse();
    runs
}

/// The hash of each run, from the complete subtrees that it is made of.
async fn hashes_of(tx: &mut Tx, runs: &[Run]) -> Result<Vec<[u8; 32]>, JournalError> {
    let places: Vec<Place> = runs.iter().flat_map(|run| subtrees_of(*run)).collect();
    let nodes = nodes(tx, &places).await?;
    let hash = |run: &Run| {
        let mut subtrees = subtrees_of(*run).into_iter().rev();
        let smallest = subtrees.next().and_then(|place| nodes.get(&place)).copied().ok_or_else(missing)?;
        subtrees.try_fold(smallest, |right, place| {
            let left = nodes.get(&place).copied().ok_or_else(missing)?;
            Ok(tlog::node_hash(Hash(left), Hash(right)).0)
        })
    };
    runs.iter().map(hash).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::journal::proof::verify_consistency;
    use ct_merkle::mem_backed_tree::MemoryBackedTree;
    use sha2::Sha256;
    use tlog_tiles::tlog::HashReader;

    /// All stored hashes of a tree, in the order of the reference implementation.
    struct Stored(Vec<Hash>);

    impl HashReader for Stored {
        fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, tlog::Error> {
            let at = |index: &u64| self.0.get(usize::try_from(*index).unwrap()).copied().unwrap();
            Ok(indexes.iter().map(at).collect())
        }
    }

    /// The hash of a run from the reference's stored hashes, by the subtrees that the database would be asked for.
    fn run_hash(stored: &Stored, run: Run) -> [u8; 32] {
        let hash = |(level, start): Place| {
            let index = tlog::stored_hash_index(u8::try_from(level).unwrap(), start >> level);
            stored.read_hashes(&[index]).unwrap().first().copied().unwrap()
        };
        let mut subtrees = subtrees_of(run).into_iter().rev();
        let smallest = hash(subtrees.next().unwrap());
        subtrees.fold(smallest, |right, place| tlog::node_hash(hash(place), right)).0
    }

    #[test]
    fn consistency_proofs_are_those_of_two_independent_trees_for_all_pairs_of_sizes() {
        const LARGEST: u64 = 300;
        let mut stored = Stored(Vec::new());
        let mut trees = Vec::new();
        let mut tree: MemoryBackedTree<Sha256, Vec<u8>> = MemoryBackedTree::new();
        for seq in 0..LARGEST {
            let body = format!("entry {seq}").into_bytes();
            let new = tlog::stored_hashes(seq, &body, &stored).unwrap();
            stored.0.extend(new);
            tree.push(body);
            trees.push(tlog::tree_hash(seq + 1, &stored).unwrap().0);
            let size = seq + 1;
            let root = trees.last().unwrap();
            for old in 1..=size {
                let proof: Vec<[u8; 32]> =
                    consistency_runs(old, size).into_iter().map(|run| run_hash(&stored, run)).collect();
                let reference: Vec<[u8; 32]> =
                    tlog::prove_tree(size, old, &stored).unwrap().iter().map(|hash| hash.0).collect();
                assert_eq!(proof, reference, "{old} {size}");
                let old_root = trees.get(usize::try_from(old - 1).unwrap()).unwrap();
                verify_consistency(old, old_root, size, root, &proof).unwrap();
                if old < size {
                    let second = tree.prove_consistency(usize::try_from(size - old).unwrap());
                    assert_eq!(proof.concat(), second.as_bytes(), "{old} {size}");
                }
            }
        }
        assert!(consistency_runs(0, LARGEST).is_empty());
    }

    #[test]
    fn inner_nodes_are_kept_with_every_eighth_entry_and_nothing_stands_in_for_them() {
        let mut frontier = Frontier::default();
        for seq in 0..64_u64 {
            let completed = frontier.push([u8::try_from(seq).unwrap(); 32]);
            let own = completed.as_flattened();
            assert_eq!(keeps_nodes(seq), seq % 8 == 7, "{seq}");
            assert_eq!(kept_nodes(seq + 1), unsigned_len((0..=seq).filter(|seq| keeps_nodes(*seq)).count()), "{seq}");
            assert_eq!(are_nodes_of(seq, &completed, None), seq % 8 != 7, "{seq}");
            assert_eq!(are_nodes_of(seq, &completed, Some(own)), seq % 2 == 1, "{seq}");
            assert!(!are_nodes_of(seq, &completed, Some(&[])), "{seq}");
            assert!(!are_nodes_of(seq, &completed, Some(&[own, &[0; 32]].concat())), "{seq}");
        }
    }

    #[test]
    fn proofs_of_huge_logs_are_short_and_ask_for_few_rows() {
        for (old, size) in
            [(1, 1 << 40), ((1 << 40) - 1, 1 << 40), (12_345_678_901, 98_765_432_109), (1, u64::MAX >> 1)]
        {
            let runs = consistency_runs(old, size);
            assert!(runs.len() <= 64, "{old} {size}");
            let places: usize = runs.iter().map(|run| subtrees_of(*run).len()).sum();
            assert!(places <= 128, "{old} {size}: {places}");
            assert!(runs.iter().all(|(start, length)| *length > 0 && start + length <= size));
        }
    }
}
