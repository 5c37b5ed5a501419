//! Sealed segments of the log for keeping outside the database: which one is next, what it holds, and where it was put.

use super::checkpoint::with_own_signature;
use super::proof::Frontier;
use super::seal::{FIELD, KIND, Seal};
use super::segment::{Closing, Segment, SegmentCheckpoint, SegmentEntries, SegmentEntry};
use super::{Journal, JournalError, LogIdentity, sealing, store};
use crate::db::{Db, DbError, Row, Tx};
use crate::domain::ids::EventId;
use crate::domain::time::Moment;
use crate::journal::entry::leaf_hash;
use crate::params;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

/// Exports read at once.
const PAGE: i64 = 500;
/// Why another process's export of the same segment is in the way: names of the constraints.
pub const EXPORTED_BY_ANOTHER: [&str; 3] =
    ["journal_export_pkey", "journal_export.first", "journal_export_has_no_gaps"];

/// A segment that lies outside the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// Number of its first entry.
    pub from: u64,
    /// The number after its last entry.
    pub to: u64,
    /// SHA-256 of its octets: its address.
    pub sha256: [u8; 32],
    /// How many octets.
    pub size_bytes: u64,
    /// Until when the store lets nobody change or remove it, as the store says; `None` where the store does not lock.
    pub locked_until: Option<Moment>,
    /// The event that tells of it.
    pub event: EventId,
    /// When it was put there.
    pub made_at: Moment,
}

impl Journal {
    /// The next segment of the log to be kept outside the database; `None` while none lies wholly under a seal with a
    /// signature. Whose that is, is for the caller to judge.
    ///
    /// # Errors
    /// A fault of the database; `Contradiction` for a segment that does not hold.
    pub async fn next_segment(&self, entries: SegmentEntries) -> Result<Option<Segment>, JournalError> {
        next(&self.db, &self.identity, entries).await
    }

    /// Writes down where a segment lies, in the transaction of the event that tells of it.
    ///
    /// # Errors
    /// A fault of the database; [`EXPORTED_BY_ANOTHER`] when another process came first.
    pub async fn record_export(&self, tx: &mut Tx, export: &Export) -> Result<(), DbError> {
        record(tx, export).await
    }

    /// Up to which entry the log lies outside the database too, in exported segments.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn exported(&self) -> Result<u64, JournalError> {
        exported(&self.db).await
    }
}

/// The next segment that lies wholly under a seal with a signature; `None` while there is none.
async fn next(db: &Db, identity: &LogIdentity, entries: SegmentEntries) -> Result<Option<Segment>, JournalError> {
    let mut reading = db.begin_reading().await?;
    let tx = &mut reading;
    let row = tx.query_one(include_str!("sql/select_exported.sql"), &[]).await?;
    let from = row.map(|row| store::unsigned(&row, "past")).transpose()?.unwrap_or_default();
    let to = from.saturating_add(entries.count());
    let row = tx.query_one(include_str!("sql/select_signed_seal_from.sql"), &params![store::signed(to)]).await?;
    let Some(row) = row else { return Ok(None) };
    let closing = closing(tx, identity.verifier_key(), &row, to).await?;
    let before = store::kept_frontier(tx, from).await?.ok_or_else(store::missing)?;
    let root = store::kept_frontier(tx, to).await?.ok_or_else(store::missing)?.root();
    let segment = Segment {
        log: identity.origin().to_owned(),
        key: identity.verifier_key().to_owned(),
        entries: read_entries(tx, &before, to).await?,
        before,
        root,
        checkpoints: read_checkpoints(tx, identity.verifier_key(), from, to).await?,
        closing,
    };
    drop(reading);
    must_be_told(db, EventId::from(row.id("event")?), &segment.closing.seal).await?;
    // Nothing is put under a lock of years that does not hold.
    segment.check(identity.verifier_key()).map_err(|error| {
        JournalError::Contradiction(format!("the segment of the entries {from} to {to} is not exported: {error}"))
    })?;
    Ok(Some(segment))
}

async fn closing(tx: &mut Tx, verifier_key: &str, row: &Row, to: u64) -> Result<Closing, JournalError> {
    let seal: Seal = sealing::read_seal(row)?.seal;
    let size = params![store::signed(seal.size)];
    let checkpoint = tx.query_one(include_str!("sql/select_checkpoint_from.sql"), &size).await?;
    let checkpoint = checkpoint.as_ref().map(store::checkpoint).transpose()?;
    let checkpoint = checkpoint.filter(|checkpoint| checkpoint.size == seal.size);
    let checkpoint = checkpoint.ok_or_else(|| JournalError::Contradiction("a seal is of no checkpoint".to_owned()))?;
    Ok(Closing {
        signature: row.bytes("cms")?,
        checkpoint: own(&checkpoint.note, verifier_key)?,
        time_stamp: checkpoint.time_stamp,
        proof: store::consistency_in(tx, to, seal.size).await?,
        seal,
    })
}

/// That the log itself tells of the seal: its row more than the sequencer may write.
async fn must_be_told(db: &Db, event: EventId, seal: &Seal) -> Result<(), JournalError> {
    let untold =
        || JournalError::Contradiction(format!("the log tells of no seal of {} like the signed one", seal.day));
    let place = store::find(db, event).await?.ok_or_else(untold)?;
    let (entry, fields) = store::entry(db, place.seq).await?.ok_or_else(untold)?.proven()?;
    let is_told = entry.kind == KIND && fields.get(FIELD) == Some(&seal.to_value());
    if is_told { Ok(()) } else { Err(untold()) }
}

async fn read_entries(tx: &mut Tx, before: &Frontier, to: u64) -> Result<Vec<SegmentEntry>, JournalError> {
    let range = params![store::signed(before.size()), store::signed(to)];
    let mut entries = Vec::new();
    for (seq, row) in (before.size()..).zip(tx.query(include_str!("sql/select_segment_entries.sql"), &range).await?) {
        let body = row.bytes("body")?;
        if store::unsigned(&row, "seq")? != seq || row.array("leaf")? != leaf_hash(&body) {
            return Err(JournalError::Contradiction(format!("entry {seq} is missing or not what its leaf says")));
        }
        entries.push(SegmentEntry { body, links: row.bytes("links")? });
    }
    if before.size().saturating_add(store::unsigned_len(entries.len())) == to {
        Ok(entries)
    } else {
        Err(JournalError::Contradiction("an entry is missing".to_owned()))
    }
}

async fn read_checkpoints(
    tx: &mut Tx,
    verifier_key: &str,
    from: u64,
    to: u64,
) -> Result<Vec<SegmentCheckpoint>, JournalError> {
    let range = params![store::signed(from), store::signed(to)];
    let rows = tx.query(include_str!("sql/audit_cosignatures.sql"), &range).await?;
    let lines: Vec<(u64, String)> = rows
        .iter()
        .map(|row| Ok::<_, DbError>((store::unsigned(row, "size")?, row.text("line")?)))
        .collect::<Result<_, _>>()?;
    let mut checkpoints = Vec::new();
    for row in tx.query(include_str!("sql/select_checkpoints.sql"), &range).await? {
        let size = store::unsigned(&row, "size")?;
        let of_this = lines.iter().filter(|(of, _)| *of == size).map(|(_, line)| line.clone());
        checkpoints.push(SegmentCheckpoint {
            cosignatures: of_this.collect(),
            link: row.text("link")?,
            note: own(&row.text("note")?, verifier_key)?,
            time_stamp: row.opt_bytes("token")?.map(|token| BASE64_STANDARD.encode(token)).unwrap_or_default(),
        });
    }
    Ok(checkpoints)
}

fn own(note: &str, verifier_key: &str) -> Result<String, JournalError> {
    with_own_signature(note, verifier_key)
        .ok_or_else(|| JournalError::Contradiction("a checkpoint is not signed by its key".to_owned()))
}

/// Up to which entry segments are exported.
async fn exported(db: &Db) -> Result<u64, JournalError> {
    let row = db.query_one(include_str!("sql/select_exported.sql"), &[]).await?;
    Ok(row.map(|row| store::unsigned(&row, "past")).transpose()?.unwrap_or_default())
}

/// Writes down where a segment lies, in the transaction of the event that tells of it.
async fn record(tx: &mut Tx, export: &Export) -> Result<(), DbError> {
    let row = params![
        store::signed(export.from),
        store::signed(export.to),
        export.sha256.to_vec(),
        store::signed(export.size_bytes),
        export.locked_until.map(|until| until.to_string()),
        export.event.as_uuid(),
        export.made_at
    ];
    tx.execute(include_str!("sql/insert_export.sql"), &row).await.map(drop)
}

/// A page of exported segments from the one that begins with entry `from` on, in order; none at the end.
pub(super) async fn exports(db: &Db, from: u64) -> Result<Vec<Export>, JournalError> {
    let rows = db.query(include_str!("sql/select_exports.sql"), &params![store::signed(from), PAGE]).await?;
    rows.iter().map(export).collect()
}

/// The exported segment that holds the entry `seq`.
pub(super) async fn export_of(db: &Db, seq: u64) -> Result<Option<Export>, JournalError> {
    let row = db.query_one(include_str!("sql/select_export_of.sql"), &params![store::signed(seq)]).await?;
    row.as_ref().map(export).transpose()
}

fn export(row: &Row) -> Result<Export, JournalError> {
    Ok(Export {
        from: store::unsigned(row, "first")?,
        to: store::unsigned(row, "past")?,
        sha256: row.array("segment_address")?,
        size_bytes: store::unsigned(row, "size_bytes")?,
        locked_until: row.opt_text("locked_until")?.map(|text| instant(&text)).transpose()?,
        event: EventId::from(row.id("event")?),
        made_at: row.moment("made")?,
    })
}

fn instant(text: &str) -> Result<Moment, JournalError> {
    Moment::parse_rfc3339(text)
        .map_err(|error| JournalError::Contradiction(format!("an exported segment is locked until {text}: {error}")))
}

/// That the segment is one of the log in `db`: the trees before and after it are the same.
pub(super) async fn must_fit(db: &Db, segment: &Segment) -> Result<Option<&'static str>, JournalError> {
    let tx = &mut db.begin_reading().await?;
    let before = store::kept_frontier(tx, segment.from()).await?;
    let after = store::kept_frontier(tx, segment.to()).await?;
    Ok(match (before, after) {
        (Some(before), Some(after)) if before == segment.before && after.root() == segment.root => None,
        (Some(_), Some(_)) => Some("it holds other entries than the log"),
        (_, _) => Some("the log does not reach so far"),
    })
}
