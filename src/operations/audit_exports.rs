//! The segments of the journal that lie outside the database, held against the journal: each is there octet for octet, is
//! what its entry says, and is the same part of the same log under a seal of the operator's, and is locked as long as was
//! written down. Needs the database, the blob store, the log's public key and whom the operator's signature is believed by.

use std::collections::BTreeMap;

use qolhat_storage::{BlobStore as _, Blobs, ContentDigest, StoreError};

use super::OperationError;
use super::export_segments::{KIND, SUBJECT};
use super::seal_signature::{SealJudge, Worth};
use super::segment_locks::{from_the_store, term_from};
use crate::db::Db;
use crate::domain::ids::EventId;
use crate::domain::time::Moment;
use crate::journal::audit::{AuditFailure, AuditReport};
use crate::journal::entry::{Entry, Field};
use crate::journal::segment::{Closing, Segment};
use crate::journal::subjects::{SubjectLink, pseudonym};
use crate::journal::vrf::VrfSecretKey;
use crate::journal::{Export, StoredEntry, reading};

/// How much of an export is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Its octets hashed again, and the signature over its seal judged.
    Hash,
    /// Besides, every entry in it.
    Everything,
}

/// By what exports are judged.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    /// The public key of the log.
    pub verifier_key: &'a str,
    /// The secret key of pseudonyms, where it is at hand.
    pub names: Option<&'a VrfSecretKey>,
    /// By whom the operator's signatures are judged; they are not looked at without.
    pub seals: Option<SealJudge<'a>>,
    /// The moment asked about: a lock that ends before is not looked for.
    pub now: Moment,
}

/// Looks at all exports, adds to `report` how far they reach, and names the first one that is wrong. Of those that an
/// earlier audit has looked into the octets are hashed again and the signature over the seal is judged, unless `depth` asks
/// for everything. One whose seal lacks evidence on revocation is told apart: it is not wrong, and may not be pruned.
///
/// # Errors
/// A fault of the database, or a store that cannot be asked.
pub async fn audit_exports(
    db: &Db,
    blobs: &Blobs,
    reader: Reader<'_>,
    depth: Depth,
    report: &mut AuditReport,
) -> Result<(), OperationError> {
    let mut told = reader.names.map(|names| pseudonym(names, SUBJECT));
    let (mut next, mut count, mut waiting) = (0, 0_usize, 0_usize);
    let wrong = loop {
        let page = reading::exports(db, next).await?;
        if page.is_empty() {
            break missing(db, told, count - waiting).await?;
        }
        let mut wrong = None;
        for export in page {
            let known = depth == Depth::Hash && export.to <= report.checked_from;
            let depth = if known { Depth::Hash } else { Depth::Everything };
            let found = if export.from == next {
                look(db, blobs, &reader, &export, depth).await?
            } else {
                Err(format!("the export of the entries from {next} on is missing"))
            };
            report.unheld += u64::from(found.is_ok() && is_unheld(blobs, &reader, &export));
            if found.is_ok() && is_unlocked(blobs, &reader, &export).await? {
                report.exports_unlocked.push(format!("{}-{}", export.from, export.to));
            }
            match found {
                Ok(held) => {
                    if held.worth == Some(Worth::WithoutRevocation) {
                        report.seals_unproven.push(format!("{}-{}", export.from, export.to));
                    }
                    waiting += usize::from(held.subject.is_none());
                    told = told.or(held.subject);
                }
                Err(reason) => {
                    wrong = Some(failure(&export, &reason));
                    break;
                }
            }
            (next, count) = (export.to, count + 1);
        }
        if wrong.is_some() {
            break wrong;
        }
    };
    report.exports_checked = true;
    report.seals_judged = reader.seals.is_some();
    report.exported = next;
    if wrong.is_some() {
        report.ok = false;
        report.first_failure = wrong;
    }
    Ok(())
}

fn failure(export: &Export, reason: &str) -> AuditFailure {
    let (from, to, address) = (export.from, export.to, hex::encode(export.sha256));
    let reason = format!("the exported segment of the entries {from} to {to}, {address}: {reason}");
    AuditFailure { part: "export", seq: Some(from), reason }
}

/// That the journal tells of no export which no row names.
async fn missing(db: &Db, told: Option<[u8; 32]>, rows: usize) -> Result<Option<AuditFailure>, OperationError> {
    let Some(subject) = told else { return Ok(None) };
    // Entries that tell of the oldest exports may be pruned themselves.
    let entries = reading::numbers_of_subject(db, &subject).await?;
    // One may have been exported since.
    Ok((entries.len() > rows && reading::exports(db, 0).await?.len() <= rows).then(|| {
        let reason = format!("the journal tells of {} exports, {rows} are known", entries.len());
        AuditFailure { part: "export", seq: entries.get(rows).copied(), reason }
    }))
}

/// An export that was found right.
pub(super) struct Held {
    /// The pseudonym under which the journal counts them; `None` while its entry waits.
    subject: Option<[u8; 32]>,
    /// What the operator's signature over its seal is worth; `None` when it was not judged.
    pub(super) worth: Option<Worth>,
}

/// One export.
pub(super) async fn look(
    db: &Db,
    blobs: &Blobs,
    reader: &Reader<'_>,
    export: &Export,
    depth: Depth,
) -> Result<Result<Held, String>, OperationError> {
    let subject = match reading::find(db, export.event).await? {
        Some(place) => match reading::entry(db, place.seq).await? {
            Some(stored) => match says(&stored, export) {
                Ok(subject) => Some(subject),
                Err(reason) => return Ok(Err(format!("entry {}: {reason}", place.seq))),
            },
            // What told of it is pruned, and lies in a later export.
            None if place.seq < reading::minimum(db).await? => None,
            None => return Ok(Err(format!("entry {} of it is missing", place.seq))),
        },
        None if reading::waits(db, export.event).await? => None,
        None => return Ok(Err("no entry tells of it".to_owned())),
    };
    let address = ContentDigest::from_bytes(export.sha256);
    let held = match depth {
        Depth::Hash if reader.seals.is_none() => blobs.verify(&address).await.map(|size| (size, None)),
        Depth::Hash | Depth::Everything => {
            blobs.get(&address).await.map(|bytes| (u64::try_from(bytes.len()).unwrap_or(u64::MAX), Some(bytes)))
        }
    };
    let (size, bytes) = match held {
        Ok(held) => held,
        Err(error @ (StoreError::NotFound { .. } | StoreError::Corrupt { .. } | StoreError::TooLarge { .. })) => {
            return Ok(Err(error.to_string()));
        }
        Err(error) => return Err(error.into()),
    };
    if size != export.size_bytes {
        return Ok(Err(format!("it has {size} octets instead of {}", export.size_bytes)));
    }
    if let Err(reason) = lock(blobs, reader, export).await? {
        return Ok(Err(reason));
    }
    let Some(bytes) = bytes else { return Ok(Ok(Held { subject, worth: None })) };
    if depth == Depth::Hash {
        let closing = Segment::closing_of(&bytes).map_err(|error| error.to_string());
        let worth = closing.and_then(|(log, closing)| worth(reader, &closing, &log));
        return Ok(worth.map(|worth| Held { subject, worth }));
    }
    let segment = Segment::parse(&bytes).and_then(|segment| segment.check(reader.verifier_key).map(|()| segment));
    let segment = match segment {
        Ok(segment) => segment,
        Err(error) => return Ok(Err(error.to_string())),
    };
    if (segment.from(), segment.to()) != (export.from, export.to) {
        return Ok(Err("it is of other entries".to_owned()));
    }
    let worth = match worth(reader, &segment.closing, &segment.log) {
        Ok(worth) => worth,
        Err(reason) => return Ok(Err(reason)),
    };
    Ok(match reading::contradiction(db, &segment).await? {
        Some(reason) => Err(reason.to_owned()),
        None => places(db, &segment).await?.map(|()| Held { subject, worth }),
    })
}

/// What the signature over a seal is worth, where there is somebody to judge it.
fn worth(reader: &Reader<'_>, closing: &Closing, log: &str) -> Result<Option<Worth>, String> {
    let judged = reader.seals.map(|judge| judge.judge(&closing.signature, &closing.seal, log)).transpose();
    judged.map_err(|reason| format!("the signature over its seal: {reason}"))
}

/// Until when it was written down to be locked, when that is not over.
fn recorded(reader: &Reader<'_>, export: &Export) -> Option<Moment> {
    export.locked_until.filter(|until| *until > reader.now)
}

/// Whether it was put under a lock that is not over, and this store has none.
fn is_unheld(blobs: &Blobs, reader: &Reader<'_>, export: &Export) -> bool {
    !blobs.locks() && recorded(reader, export).is_some()
}

/// Whether it was put without a lock and is within its term, and this store, which has locks, holds it by none: what
/// the service found at a start was wrong, or the store has got them since.
async fn is_unlocked(blobs: &Blobs, reader: &Reader<'_>, export: &Export) -> Result<bool, OperationError> {
    if !blobs.locks() || export.locked_until.is_some() || term_from(export.made_at)? <= reader.now {
        return Ok(false);
    }
    match blobs.held_until(&ContentDigest::from_bytes(export.sha256)).await {
        Ok(Some(held)) => Ok(from_the_store(held)? <= reader.now),
        Ok(None) => Ok(true),
        // Removed since it was read.
        Err(StoreError::NotFound { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// That the store holds it as long as was written down.
async fn lock(blobs: &Blobs, reader: &Reader<'_>, export: &Export) -> Result<Result<(), String>, OperationError> {
    let Some(until) = recorded(reader, export).filter(|_| blobs.locks()) else { return Ok(Ok(())) };
    let held = match blobs.held_until(&ContentDigest::from_bytes(export.sha256)).await {
        Ok(held) => held.map(from_the_store).transpose()?,
        Err(error @ StoreError::NotFound { .. }) => return Ok(Err(error.to_string())),
        Err(error) => return Err(error.into()),
    };
    Ok(match held {
        Some(held) if held >= until => Ok(()),
        Some(held) => Err(format!("it is locked until {held} and was until {until}")),
        None => Err(format!("it is not locked and was until {until}")),
    })
}

/// That the index of events leads from each entry of the segment to its place: of an entry that was pruned the segment alone
/// tells the event.
async fn places(db: &Db, segment: &Segment) -> Result<Result<(), String>, OperationError> {
    let mut events = BTreeMap::new();
    for (seq, kept) in (segment.from()..).zip(&segment.entries) {
        let entry = Entry::parse(&kept.body).map_err(crate::journal::JournalError::from)?;
        events.insert(EventId::from(entry.id), (seq, entry.at()));
    }
    let numbers: Vec<EventId> = events.keys().copied().collect();
    let found = reading::find_many(db, &numbers).await?;
    if found.len() != events.len() {
        return Ok(Err("the index of events lacks one of its entries".to_owned()));
    }
    for (event, place) in found {
        if events.get(&event) != Some(&(place.seq, place.at)) {
            return Ok(Err(format!("entry {} is another one, or of another time, in the index of events", place.seq)));
        }
    }
    Ok(Ok(()))
}

/// That the entry tells of this export; answers its subject.
fn says(stored: &StoredEntry, export: &Export) -> Result<[u8; 32], String> {
    let (entry, fields) = stored.proven().map_err(|error| error.to_string())?;
    let number = |name: &str| fields.get(name).and_then(serde_json::Value::as_u64);
    let text = |name: &str| fields.get(name).and_then(serde_json::Value::as_str);
    let sha256 = text("sha256");
    let locked = text("locked_until").map(Moment::parse_rfc3339).transpose().map_err(|error| error.to_string())?;
    let same = entry.kind == KIND
        && locked == export.locked_until
        && (number("from"), number("to")) == (Some(export.from), Some(export.to))
        && sha256 == Some(hex::encode(export.sha256).as_str());
    if !same {
        return Err("it tells of another export".to_owned());
    }
    let own = stored.openings.iter().find(|(field, _)| *field == Field::Subject(0));
    let link = own.and_then(|(_, opening)| SubjectLink::from_value(&opening.value));
    link.map(|link| link.subject).ok_or_else(|| "it has no subject".to_owned())
}
