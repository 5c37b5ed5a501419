//! A sealed segment of the log as it is kept outside the database: entries, hashes and checkpoints of a range, and what
//! shows that all of it lies under a seal which the operator has signed. Whoever has one, and the public key of the log,
//! can check it without anything else. Pure. The format: `docs/retention.md`.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::checkpoint::{Checkpoint, links};
use super::entry::{Entry, Field, Opening, leaf_hash};
use super::openings;
use super::proof::{Frontier, verify_consistency};
use super::seal::Seal;
use super::store::unsigned_len;
use crate::domain::jcs;
use crate::domain::time::Moment;

/// First line of a segment.
pub const TITLE: &[u8] = b"qolhat-journal-segment/v1\n";
/// Blocks of a segment.
const BLOCKS: usize = 5;
/// Fewest entries of a segment: those of one tile.
const ENTRIES_MIN: u32 = 256;
/// Most entries of a segment: it is held in memory.
const ENTRIES_MAX: u32 = 16_384;

/// How many entries a segment holds: a power of two from 256 to 16,384; 4,096 unless configured otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u32")]
pub struct SegmentEntries(u32);

impl SegmentEntries {
    pub(super) fn count(self) -> u64 {
        u64::from(self.0)
    }
}

impl Default for SegmentEntries {
    fn default() -> Self {
        Self(4096)
    }
}

impl TryFrom<u32> for SegmentEntries {
    type Error = String;

    /// # Errors
    /// Anything but a power of two from 256 to 16,384.
    fn try_from(count: u32) -> Result<Self, String> {
        if (ENTRIES_MIN..=ENTRIES_MAX).contains(&count) && count.is_power_of_two() {
            return Ok(Self(count));
        }
        Err(format!("a segment holds a power of two of entries, from {ENTRIES_MIN} to {ENTRIES_MAX}"))
    }
}

/// What is wrong with a segment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{reason}", seq.map(|seq| format!("entry {seq}: ")).unwrap_or_default())]
pub struct SegmentError {
    /// Number of the entry, or size of the checkpoint, where it is one's.
    pub seq: Option<u64>,
    /// What is wrong; English, for experts.
    pub reason: String,
}

fn wrong(reason: impl ToString) -> SegmentError {
    SegmentError { seq: None, reason: reason.to_string() }
}

fn wrong_at(seq: u64, reason: impl ToString) -> SegmentError {
    SegmentError { seq: Some(seq), reason: reason.to_string() }
}

/// A segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// Origin of the log.
    pub log: String,
    /// Its verifier key.
    pub key: String,
    /// The tree of the entries before the segment.
    pub before: Frontier,
    /// Root of the log where the segment ends.
    pub root: [u8; 32],
    /// The entries.
    pub entries: Vec<SegmentEntry>,
    /// The checkpoints of sizes within it, in order.
    pub checkpoints: Vec<SegmentCheckpoint>,
    /// What lies over it.
    pub closing: Closing,
}

/// An entry of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentEntry {
    /// Its body, octet for octet.
    pub body: Vec<u8>,
    /// What opens its subjects, as it is kept: pseudonyms and counters, which are never erased. What an entry tells is in
    /// no segment.
    pub links: Vec<u8>,
}

/// A checkpoint of a segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SegmentCheckpoint {
    /// The witnesses' lines under it.
    pub cosignatures: Vec<String>,
    /// The signed note that it follows the checkpoint before.
    pub link: String,
    /// The signed note.
    pub note: String,
    /// RFC 3161 token over the note, base64; "" without one.
    pub time_stamp: String,
}

/// The seal over a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    /// What it says.
    pub seal: Seal,
    /// The operator's detached CMS over [`Seal::to_signed`]; it holds a time stamp of its own.
    pub signature: Vec<u8>,
    /// The checkpoint of the size that is sealed.
    pub checkpoint: String,
    /// RFC 3161 token over that, where it has one.
    pub time_stamp: Option<Vec<u8>>,
    /// That the log sealed begins with the log where the segment ends.
    pub proof: Vec<[u8; 32]>,
}

/// The first block, in canonical JSON.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    before: Vec<String>,
    checkpoint: String,
    from: u64,
    key: String,
    log: String,
    proof: Vec<String>,
    root: String,
    seal: serde_json::Value,
    signature: String,
    time_stamp: String,
    to: u64,
}

impl Head {
    fn parse(block: &[u8]) -> Result<Self, SegmentError> {
        serde_json::from_value(jcs::parse_canonical(block).map_err(wrong)?).map_err(wrong)
    }

    fn closing(&self) -> Result<Closing, SegmentError> {
        let tokens = |text: &str| BASE64_STANDARD.decode(text).map_err(wrong);
        Ok(Closing {
            seal: Seal::from_value(&self.seal).ok_or_else(|| wrong("the seal cannot be read"))?,
            signature: tokens(&self.signature)?,
            checkpoint: self.checkpoint.clone(),
            time_stamp: Some(tokens(&self.time_stamp)?).filter(|token| !token.is_empty()),
            proof: self.proof.iter().map(|text| hash(text)).collect::<Result<_, _>>()?,
        })
    }
}

/// The blocks of a segment. What follows them is not looked at.
fn blocks(bytes: &[u8]) -> Result<[&[u8]; BLOCKS], SegmentError> {
    let mut rest = bytes.strip_prefix(TITLE).ok_or_else(|| wrong("it is no segment of a journal"))?;
    let mut blocks: [&[u8]; BLOCKS] = [&[]; BLOCKS];
    for place in &mut blocks {
        let (length, after) = rest.split_first_chunk::<8>().ok_or_else(|| wrong("it is cut off"))?;
        let length = usize::try_from(u64::from_be_bytes(*length)).map_err(wrong)?;
        let (block, after) = after.split_at_checked(length).ok_or_else(|| wrong("it is cut off"))?;
        *place = block;
        rest = after;
    }
    Ok(blocks)
}

impl Segment {
    /// Number of its first entry.
    #[must_use]
    pub fn from(&self) -> u64 {
        self.before.size()
    }

    /// The number after its last entry.
    #[must_use]
    pub fn to(&self) -> u64 {
        self.before.size().saturating_add(unsigned_len(self.entries.len()))
    }

    /// The instant of its last entry.
    ///
    /// # Errors
    /// When it has none, or that is no entry.
    pub fn ends_at(&self) -> Result<Moment, SegmentError> {
        let last = self.entries.last().ok_or_else(|| wrong("it has no entry"))?;
        Ok(Entry::parse(&last.body).map_err(wrong)?.at())
    }

    /// The octets of the segment: the same for the same log and the same state of its time stamps and cosignatures.
    ///
    /// # Errors
    /// A value that is too long for its place.
    pub fn to_bytes(&self) -> Result<Vec<u8>, SegmentError> {
        let closing = &self.closing;
        let head = json!({
            "before": self.before.subtrees().iter().map(hex::encode).collect::<Vec<_>>(),
            "checkpoint": closing.checkpoint,
            "from": self.from(),
            "key": self.key,
            "log": self.log,
            "proof": closing.proof.iter().map(hex::encode).collect::<Vec<_>>(),
            "root": hex::encode(self.root),
            "seal": closing.seal.to_value(),
            "signature": BASE64_STANDARD.encode(&closing.signature),
            "time_stamp": closing.time_stamp.as_ref().map(|token| BASE64_STANDARD.encode(token)).unwrap_or_default(),
            "to": self.to(),
        });
        let (mut bundles, mut subjects, mut hashes, mut checkpoints) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for entry in &self.entries {
            put(&mut bundles, &entry.body)?;
            put(&mut subjects, &entry.links)?;
            hashes.extend_from_slice(&leaf_hash(&entry.body));
        }
        for checkpoint in &self.checkpoints {
            let value = serde_json::to_value(checkpoint).map_err(wrong)?;
            checkpoints.extend_from_slice(&jcs::to_canonical(&value).map_err(wrong)?);
            checkpoints.push(b'\n');
        }
        let head = jcs::to_canonical(&head).map_err(wrong)?;
        let mut out = TITLE.to_vec();
        for block in [head, bundles, subjects, hashes, checkpoints] {
            out.extend_from_slice(&unsigned_len(block.len()).to_be_bytes());
            out.extend_from_slice(&block);
        }
        Ok(out)
    }

    /// Reads what [`Segment::to_bytes`] wrote, and nothing else. That it is true says [`Segment::check`].
    ///
    /// # Errors
    /// [`SegmentError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, SegmentError> {
        let [head, bundles, subjects, hashes, checkpoints] = blocks(bytes)?;
        let head = Head::parse(head)?;
        let closing = head.closing()?;
        let before = head.before.iter().map(|text| hash(text)).collect::<Result<Vec<_>, _>>()?;
        let before = Frontier::new(head.from, before).ok_or_else(|| wrong("the tree before it has another size"))?;
        let (bodies, links) = (pieces(bundles)?, pieces(subjects)?);
        let entries: Vec<SegmentEntry> =
            bodies.into_iter().zip(links).map(|(body, links)| SegmentEntry { body, links }).collect();
        let checkpoints = checkpoints.split_inclusive(|octet| *octet == b'\n').map(|line| {
            let line = line.strip_suffix(b"\n").ok_or_else(|| wrong("a checkpoint is cut off"))?;
            serde_json::from_value(jcs::parse_canonical(line).map_err(wrong)?).map_err(wrong)
        });
        let checkpoints = checkpoints.collect::<Result<_, _>>()?;
        let segment =
            Self { log: head.log, key: head.key, before, root: hash(&head.root)?, entries, checkpoints, closing };
        // One segment has one form: what differs, hashes that are not those of the entries among it, is not ours.
        let leaves = segment.entries.iter().map(|entry| leaf_hash(&entry.body));
        if head.to != segment.to() || !hashes.iter().copied().eq(leaves.flatten()) || segment.to_bytes()? != bytes {
            return Err(wrong("its parts are of different entries, or not in the form that is written"));
        }
        Ok(segment)
    }

    /// The log of a segment and what lies over it, the rest unread: of octets that were found to be a segment before.
    ///
    /// # Errors
    /// [`SegmentError`].
    pub fn closing_of(bytes: &[u8]) -> Result<(String, Closing), SegmentError> {
        let [head, ..] = blocks(bytes)?;
        let head = Head::parse(head)?;
        let closing = head.closing()?;
        Ok((head.log, closing))
    }

    /// The body of the entry `seq` of a segment, the rest unread: of octets that were found to be a segment before.
    ///
    /// # Errors
    /// [`SegmentError`]; when the entry is not in it.
    pub fn body_of(bytes: &[u8], seq: u64) -> Result<Vec<u8>, SegmentError> {
        let [head, bundles, ..] = blocks(bytes)?;
        let place = seq.checked_sub(Head::parse(head)?.from).and_then(|place| usize::try_from(place).ok());
        let body = place.and_then(|place| pieces(bundles).ok()?.into_iter().nth(place));
        body.ok_or_else(|| wrong_at(seq, "it is not in the segment"))
    }

    /// That it is a segment of the log of `verifier_key`: its entries lead from the tree before it to its root and to the
    /// root of each checkpoint, their subjects are opened, and the log that is sealed begins with them. Not checked: time
    /// stamps, cosignatures and the operator's signature, for which other keys are needed; and what came before it.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self, verifier_key: &str) -> Result<(), SegmentError> {
        if self.key != verifier_key {
            return Err(wrong("it is of a log with another key"));
        }
        let mut tree = self.before.clone();
        let mut checkpoints = self.checkpoints.iter().peekable();
        let (mut t_ms, mut previous) = (0, None);
        for (seq, kept) in (self.from()..).zip(&self.entries) {
            t_ms = self.check_entry(kept, t_ms).map_err(|reason| wrong_at(seq, reason))?;
            tree.push(leaf_hash(&kept.body));
            let size = seq + 1;
            let Some(kept) = checkpoints.next_if(|kept| size_of(&kept.note) == Some(size)) else { continue };
            let checkpoint = Checkpoint::open(&kept.note, verifier_key).map_err(|error| wrong_at(size, error))?;
            if checkpoint.root != tree.root() {
                return Err(wrong_at(size, "the entries do not lead to the root of the checkpoint"));
            }
            let follows = previous.is_none_or(|before| links(&kept.link, verifier_key, &self.log, size, before));
            if !follows {
                return Err(wrong_at(size, "the checkpoint does not follow the one before"));
            }
            previous = Some(size);
        }
        if checkpoints.next().is_some() {
            return Err(wrong("a checkpoint is of no size within it, or out of order"));
        }
        if tree.root() != self.root {
            return Err(wrong("the entries do not lead to its root"));
        }
        let sealed = Checkpoint::open(&self.closing.checkpoint, verifier_key).map_err(wrong)?;
        if sealed.origin != self.log || (sealed.size, sealed.root) != (self.closing.seal.size, self.closing.seal.root) {
            return Err(wrong("the seal over it is of another checkpoint"));
        }
        verify_consistency(self.to(), &self.root, sealed.size, &sealed.root, &self.closing.proof)
            .map_err(|_| wrong("the log that is sealed does not begin with it"))
    }

    /// One entry; answers its time.
    fn check_entry(&self, kept: &SegmentEntry, t_ms: i64) -> Result<i64, String> {
        let entry = Entry::parse(&kept.body).map_err(|error| error.to_string())?;
        if entry.log != self.log || entry.t_ms < t_ms {
            return Err("it is of another log or goes back in time".to_owned());
        }
        let links = openings::links(&kept.links).ok_or("its subjects cannot be read")?;
        let opens = |(index, (link, salt)): (usize, &(super::subjects::SubjectLink, [u8; 32]))| {
            let opening = Opening { salt: *salt, value: link.to_value() };
            entry.commitment(Field::Subject(index)).is_some_and(|commitment| opening.opens(&commitment))
        };
        if links.len() != entry.subjects.len() || !links.iter().enumerate().all(opens) {
            return Err("what opens its subjects does not fit".to_owned());
        }
        Ok(entry.t_ms)
    }
}

/// The size that a note tells in its second line; who signed it is looked at elsewhere.
fn size_of(note: &str) -> Option<u64> {
    note.lines().nth(1)?.parse().ok()
}

fn hash(text: &str) -> Result<[u8; 32], SegmentError> {
    super::entry::digest_from_hex(text).ok_or_else(|| wrong("a hash is not 64 hexadecimal digits"))
}

/// A piece behind its length in two octets (C2SP tlog-tiles, "Log entries").
fn put(out: &mut Vec<u8>, piece: &[u8]) -> Result<(), SegmentError> {
    let length = u16::try_from(piece.len()).map_err(|_| wrong("an entry is too long"))?;
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(piece);
    Ok(())
}

/// What [`put`] wrote.
fn pieces(mut rest: &[u8]) -> Result<Vec<Vec<u8>>, SegmentError> {
    let mut pieces = Vec::new();
    while !rest.is_empty() {
        let (length, after) = rest.split_first_chunk::<2>().ok_or_else(|| wrong("it is cut off"))?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (piece, after) = after.split_at_checked(length).ok_or_else(|| wrong("it is cut off"))?;
        pieces.push(piece.to_vec());
        rest = after;
    }
    Ok(pieces)
}
