//! The whole log read again: every entry re-hashed, every node, checkpoint, counter and opening compared. It names the
//! first thing that is wrong. Needs nothing but the database and the log's public key, so that it runs also when the
//! journal refuses to open.

mod names;
mod seals;

use std::collections::BTreeMap;

use qolhat_pki::tsp::TimeStampToken;
use serde::Serialize;

use super::checkpoint::{Checkpoint, links, signed_text};
use super::cosignature::WitnessKey;
use super::entry::{Entry, Field, leaf_hash};
use super::proof::Frontier;
use super::subjects::SubjectLink;
use super::vrf::{VrfPublicKey, VrfSecretKey};
use super::{JournalError, OutsideMemory, first_entry, store};
use crate::db::{Db, Row, Tx};
use crate::params;
use names::Names;
use seals::Seals;

/// Entries read at once.
const PAGE: u64 = 1000;

/// What the audit found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditReport {
    /// Whether nothing is wrong.
    pub ok: bool,
    /// Size of the log.
    pub size: u64,
    /// Root of the entries read, lower-case hexadecimal.
    pub root: String,
    /// Entries that were found right.
    pub checked: u64,
    /// Whether documents and parties that entries tell were held against the names of their subjects: only whoever has
    /// the key of pseudonyms can do that.
    pub names_checked: bool,
    /// Events that are not entries yet.
    pub waiting: u64,
    /// Events that could not become entries; each is a fault to look into.
    pub quarantined: u64,
    /// The first thing that is wrong.
    pub first_failure: Option<AuditFailure>,
}

/// Something wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditFailure {
    /// `head`, `entry`, `node`, `opening`, `subject`, `name`, `event`, `seal`, `checkpoint`, `outside` or `witness`; of what was
    /// written down: `document`, `signature` or `receipt`.
    pub part: &'static str,
    /// Number of the entry, or size of the checkpoint.
    pub seq: Option<u64>,
    /// What is wrong; English, for experts.
    pub reason: String,
}

/// What the log is held against besides its checkpoints.
#[derive(Default, Clone, Copy)]
pub struct Against<'a> {
    /// The checkpoint remembered outside the database.
    pub memory: Option<&'a OutsideMemory>,
    /// The secret key of pseudonyms: without it nobody can tell whose name a subject's name is, and the report says so.
    pub names: Option<&'a VrfSecretKey>,
}

/// Replays the log in `db` against its checkpoints, signed by `verifier_key`, as it is at one instant: what is appended
/// meanwhile is not looked at.
///
/// # Errors
/// A fault of the database. Whatever is wrong with the log itself stands in the report.
pub async fn run(db: &Db, verifier_key: &str) -> Result<AuditReport, JournalError> {
    run_with(db, verifier_key, Against::default()).await
}

/// As [`run`], and against what is known besides.
///
/// # Errors
/// As [`run`].
pub async fn run_with(db: &Db, verifier_key: &str, against: Against<'_>) -> Result<AuditReport, JournalError> {
    let mut audit = Audit {
        frontier: Frontier::default(),
        origin: String::new(),
        t_ms: 0,
        links: 0,
        seals: Seals::default(),
        names: Names::new(against.names),
        checkpoint: 0,
        remembered: None,
        waiting: 0,
        quarantined: 0,
    };
    // Before the log is looked at: what is remembered then is never ahead of what is read.
    match against.memory.map(|memory| memory.remembered(verifier_key)).transpose() {
        Ok(remembered) => audit.remembered = remembered.flatten(),
        Err(error) => return Ok(audit.report(0, Some(failure("outside", None, &error.to_string())))),
    }
    let db = &mut db.begin_reading().await?;
    if let Some(row) = db.query_one(include_str!("sql/audit_waiting.sql"), &[]).await? {
        audit.waiting = store::unsigned(&row, "waiting")?;
        audit.quarantined = store::unsigned(&row, "quarantined")?;
    }
    let row = db.query_one(include_str!("sql/select_head.sql"), &[]).await?;
    let Some(row) = row else {
        let held = db.query_one(include_str!("sql/select_any_rows.sql"), &[]).await?.is_some();
        let wrong = match &audit.remembered {
            _ if held => Some(failure("head", None, "the log has entries and no head")),
            Some(known) if known.size > 0 => Some(failure("outside", Some(known.size), SHORTER)),
            Some(_) | None => None,
        };
        return Ok(audit.report(0, wrong));
    };
    let head = match store::read_head(&row) {
        Ok(head) => head,
        Err(error) => return Ok(audit.report(0, Some(failure("head", None, &error.to_string())))),
    };
    audit.origin.clone_from(&head.origin);
    if let Some(known) = audit.remembered.as_ref().filter(|known| known.size > head.size) {
        let shorter = failure("outside", Some(known.size), SHORTER);
        return Ok(audit.report(head.size, Some(shorter)));
    }
    let mut start = 0_u64;
    while start < head.size {
        let end = head.size.min(start + PAGE);
        if let Err(failure) = audit.page(db, start, end, verifier_key).await? {
            return Ok(audit.report(head.size, Some(failure)));
        }
        start = end;
    }
    let verdict = audit.end(db, &head).await?;
    Ok(audit.report(head.size, verdict.err()))
}

fn failure(part: &'static str, seq: Option<u64>, reason: &str) -> AuditFailure {
    AuditFailure { part, seq, reason: reason.to_owned() }
}

/// What is said of a database that holds less than was signed.
const SHORTER: &str = "the log is shorter than the checkpoint remembered outside the database";

/// Found wrong, or not.
type Verdict = Result<(), AuditFailure>;

struct Audit<'a> {
    frontier: Frontier,
    origin: String,
    t_ms: i64,
    links: u64,
    seals: Seals,
    names: Names<'a>,
    /// Size of the last checkpoint seen.
    checkpoint: u64,
    /// What is remembered outside the database.
    remembered: Option<Checkpoint>,
    waiting: u64,
    quarantined: u64,
}

/// What a page of entries is held against.
struct Page {
    openings: BTreeMap<u64, Vec<Row>>,
    subjects: BTreeMap<u64, Vec<Row>>,
    checkpoints: BTreeMap<u64, Row>,
    cosignatures: BTreeMap<u64, Vec<Row>>,
}

impl Audit<'_> {
    fn report(&self, size: u64, first_failure: Option<AuditFailure>) -> AuditReport {
        let root = hex::encode(self.frontier.root());
        AuditReport {
            ok: first_failure.is_none(),
            size,
            root,
            checked: self.frontier.size(),
            names_checked: self.names.are_checked(),
            waiting: self.waiting,
            quarantined: self.quarantined,
            first_failure,
        }
    }

    async fn page(&mut self, db: &mut Tx, start: u64, end: u64, verifier_key: &str) -> Result<Verdict, JournalError> {
        let range = params![store::signed(start), store::signed(end)];
        let entries = db.query(include_str!("sql/audit_entries.sql"), &range).await?;
        let page = Page {
            openings: by_number(db.query(include_str!("sql/audit_openings.sql"), &range).await?, "seq")?,
            subjects: by_number(db.query(include_str!("sql/audit_subjects.sql"), &range).await?, "seq")?,
            checkpoints: by_number(db.query(include_str!("sql/select_checkpoints.sql"), &range).await?, "size")?
                .into_iter()
                .filter_map(|(size, rows)| rows.into_iter().next().map(|row| (size, row)))
                .collect(),
            cosignatures: by_number(db.query(include_str!("sql/audit_cosignatures.sql"), &range).await?, "size")?,
        };
        let mut entries = entries.iter();
        for seq in start..end {
            let row = entries.next();
            let verdict = match row {
                Some(row) if store::unsigned(row, "seq").is_ok_and(|found| found == seq) => {
                    self.entry(seq, row, &page).and_then(|()| self.checkpoint(seq + 1, &page, verifier_key))
                }
                Some(_) | None => Err(failure("entry", Some(seq), "the entry is missing")),
            };
            if verdict.is_err() {
                return Ok(verdict);
            }
        }
        Ok(Ok(()))
    }

    fn entry(&mut self, seq: u64, row: &Row, page: &Page) -> Verdict {
        let wrong = |part, reason: &str| failure(part, Some(seq), reason);
        let unreadable = |error: crate::db::DbError| wrong("entry", &error.to_string());
        let body = row.bytes("body").map_err(unreadable)?;
        let leaf = leaf_hash(&body);
        if row.bytes("leaf").map_err(unreadable)? != leaf {
            return Err(wrong("entry", "the body does not hash to the leaf"));
        }
        let entry = Entry::parse(&body).map_err(|error| wrong("entry", &error.to_string()))?;
        if entry.log != self.origin || entry.t_ms < self.t_ms {
            return Err(wrong("entry", "the entry is of another log or goes back in time"));
        }
        if row.id("id").map_err(unreadable)? != entry.id {
            return Err(wrong("entry", "the entry is kept under another event"));
        }
        if row.opt_int("indexed").map_err(unreadable)? != Some(store::signed(seq)) {
            return Err(wrong("event", "the event leads to another entry"));
        }
        let rows = page.openings.get(&seq).map_or(&[][..], Vec::as_slice);
        openings(seq, &entry, rows)?;
        let key = first(seq, &entry, rows)?;
        let links = self.subjects(seq, &entry, page)?;
        let names = self.names.entry(&entry.kind, key.as_ref(), rows, &links);
        names.map_err(|(part, reason)| wrong(part, &reason))?;
        let seals = self.seals.entry(seq, leaf, &links);
        seals.and_then(|()| self.seals.check(seq, &entry, rows)).map_err(|reason| wrong("seal", &reason))?;
        self.t_ms = entry.t_ms;
        let completed = self.frontier.push(leaf).concat();
        if row.opt_bytes("hashes").map_err(unreadable)?.unwrap_or_default() != completed {
            return Err(wrong("node", "the inner nodes kept with the entry are not its own"));
        }
        Ok(())
    }

    /// The index of subjects says of the entry what the entry has committed to.
    fn subjects(&mut self, seq: u64, entry: &Entry, page: &Page) -> Result<Vec<SubjectLink>, AuditFailure> {
        let wrong = |reason: &str| failure("subject", Some(seq), reason);
        let rows = page.subjects.get(&seq).map_or(&[][..], Vec::as_slice);
        if rows.len() != entry.subjects.len() {
            return Err(wrong("the index has another count of subjects"));
        }
        self.links += u64::try_from(rows.len()).unwrap_or(u64::MAX);
        let openings = page.openings.get(&seq).map_or(&[][..], Vec::as_slice);
        let mut opened: Vec<SubjectLink> = openings
            .iter()
            .filter_map(|row| store::openings(row).ok())
            .flatten()
            .filter(|(field, _)| matches!(field, Field::Subject(_)))
            .filter_map(|(_, opening)| SubjectLink::from_value(&opening.value))
            .collect();
        // Openings of actor and payload may be erased, those of subjects never.
        if opened.len() != entry.subjects.len() {
            return Err(wrong("an opening of a subject is missing"));
        }
        let mut links = Vec::with_capacity(rows.len());
        for row in rows {
            let link = subject_row(row, seq).map_err(|reason| wrong(&reason))?;
            let place = opened.iter().position(|found| *found == link);
            let place = place.ok_or_else(|| wrong("the index says otherwise than the entry"))?;
            links.push(opened.swap_remove(place));
        }
        Ok(links)
    }

    fn checkpoint(&mut self, size: u64, page: &Page, verifier_key: &str) -> Verdict {
        let remembered = self.remembered.as_ref().filter(|known| known.size == size);
        if remembered.is_some_and(|known| known.root != self.frontier.root()) {
            let reason = "the entries do not lead to the root remembered outside the database";
            return Err(failure("outside", Some(size), reason));
        }
        let Some(row) = page.checkpoints.get(&size) else { return Ok(()) };
        let wrong = |reason: &str| failure("checkpoint", Some(size), reason);
        let unreadable = |error: crate::db::DbError| wrong(&error.to_string());
        let note = row.text("note").map_err(unreadable)?;
        let checkpoint = Checkpoint::open(&note, verifier_key).map_err(|error| wrong(&error.to_string()))?;
        let root = self.frontier.root();
        if checkpoint.size != size || checkpoint.origin != self.origin {
            return Err(wrong("the note is of another size or log"));
        }
        if checkpoint.root != root || row.bytes("root").map_err(unreadable)? != root {
            return Err(wrong("the entries do not lead to the signed root"));
        }
        let link = row.text("link").map_err(unreadable)?;
        if !links(&link, verifier_key, &self.origin, size, self.checkpoint) {
            return Err(wrong("it does not follow the checkpoint before: one was taken away or put between"));
        }
        self.checkpoint = size;
        self.seals.checkpoint(size, root);
        for row in page.cosignatures.get(&size).map_or(&[][..], Vec::as_slice) {
            let (witness, line) = (row.text("witness").map_err(unreadable)?, row.text("line").map_err(unreadable)?);
            if WitnessKey::parse(&witness).and_then(|key| key.line_of(&line, &note)).is_none() {
                return Err(wrong(&format!("the cosignature of {witness} is not over it")));
            }
        }
        if let Some(token) = row.opt_bytes("token").map_err(unreadable)? {
            let token = TimeStampToken::from_der(&token).map_err(|error| wrong(&error.to_string()))?;
            let imprint = &token.info().message_imprint;
            if !imprint.is_of(note.as_bytes()) && !signed_text(&note).is_some_and(|text| imprint.is_of(text)) {
                return Err(wrong("its time stamp is over something else"));
            }
        }
        Ok(())
    }

    async fn end(&self, db: &mut Tx, head: &store::Head) -> Result<Verdict, JournalError> {
        let root = self.frontier.root();
        if head.root != root {
            return Ok(Err(failure("head", None, "the head has another root than the entries")));
        }
        if head.t_ms != self.t_ms {
            return Ok(Err(failure("head", None, "the head tells another time than the last entry")));
        }
        let last = db.query_one(include_str!("sql/select_last_checkpoint_size.sql"), &[]).await?;
        let last = last.map(|row| store::unsigned(&row, "size")).transpose()?.unwrap_or_default();
        if last != head.size {
            return Ok(Err(failure("checkpoint", Some(last), "the last checkpoint is of another size than the log")));
        }
        let size = params![store::signed(head.size)];
        if let Some(row) = db.query(include_str!("sql/audit_subject_heads.sql"), &size).await?.first() {
            let seq = store::unsigned(row, "seq").ok();
            return Ok(Err(failure("subject", seq, "the newest entry of a subject is told wrong")));
        }
        if let Some(failure) = strays(db).await? {
            return Ok(Err(failure));
        }
        let Some(totals) = db.query_one(include_str!("sql/audit_totals.sql"), &size).await? else {
            return Ok(Err(failure("head", None, "the indexes cannot be counted")));
        };
        let total = |column| store::unsigned(&totals, column);
        let expected = [("events", head.size), ("nodes", head.size / 2), ("links", self.links), ("strays", 0)];
        for (column, expected) in expected {
            let found = total(column)?;
            if found != expected {
                let reason = format!("the index {column} has {found} rows instead of {expected}");
                return Ok(Err(failure("head", None, &reason)));
            }
        }
        let counted = db.query_one(include_str!("sql/count_entries.sql"), &[]).await?;
        let counted = counted.map(|row| store::unsigned(&row, "entries")).transpose()?;
        if counted != Some(head.size) {
            return Ok(Err(failure("head", None, "there are entries past the head")));
        }
        Ok(Ok(()))
    }
}

/// The first entry fixes the key of pseudonyms, and no other entry does.
fn first(seq: u64, entry: &Entry, rows: &[Row]) -> Result<Option<VrfPublicKey>, AuditFailure> {
    if seq > 0 {
        let again = entry.kind == first_entry::KIND;
        return if again { Err(failure("entry", Some(seq), "the log is opened a second time")) } else { Ok(None) };
    }
    let fields = rows
        .iter()
        .filter_map(|row| store::openings(row).ok())
        .flatten()
        .filter_map(|(_, opening)| opening.payload_field().map(|(name, value)| (name.to_owned(), value.clone())))
        .collect();
    first_entry::vrf_key(&entry.kind, (entry.payload.len(), entry.subjects.len()), &fields)
        .map(Some)
        .map_err(|reason| failure("entry", Some(0), &reason))
}

/// Rows beside the log that lead to no entry, and heads of subjects that are missing.
async fn strays(db: &mut Tx) -> Result<Option<AuditFailure>, JournalError> {
    let Some(row) = db.query_one(include_str!("sql/audit_strays.sql"), &[]).await? else { return Ok(None) };
    for (column, part) in [("events", "event"), ("nodes", "node"), ("links", "subject"), ("openings", "opening")] {
        let count = store::unsigned(&row, column)?;
        if count > 0 {
            return Ok(Some(failure(part, None, &format!("{count} rows lead to no entry"))));
        }
    }
    let (subjects, heads) = (store::unsigned(&row, "subjects")?, store::unsigned(&row, "heads")?);
    let reason = format!("{heads} newest entries are kept for {subjects} subjects");
    Ok((subjects != heads).then(|| failure("subject", None, &reason)))
}

fn openings(seq: u64, entry: &Entry, rows: &[Row]) -> Verdict {
    for row in rows {
        let wrong = |reason: &str| failure("opening", Some(seq), reason);
        let kept = store::openings(row).map_err(|error| wrong(&error.to_string()))?;
        for (field, opening) in &kept {
            if !entry.commitment(*field).is_some_and(|commitment| opening.opens(&commitment)) {
                return Err(wrong(&format!("{field} does not open its commitment")));
            }
        }
    }
    Ok(())
}

/// A row of the index, as a link.
fn subject_row(row: &Row, seq: u64) -> Result<SubjectLink, String> {
    let unreadable = |error: crate::db::DbError| error.to_string();
    let n = store::unsigned(row, "n").map_err(unreadable)?;
    let prev_seq = row.opt_int("prev_seq").map_err(unreadable)?;
    let prev = row.opt_bytes("prev_leaf").map_err(unreadable)?;
    let prev = prev.map(|leaf| <[u8; 32]>::try_from(leaf).map_err(|_| "a leaf of another length".to_owned()));
    let link = SubjectLink { subject: row.array("subject").map_err(unreadable)?, n, prev: prev.transpose()? };
    let follows = match (n, prev_seq) {
        (1, None) => link.prev.is_none(),
        (2.., Some(before)) => before < store::signed(seq) && link.prev.is_some(),
        _ => false,
    };
    if follows { Ok(link) } else { Err("the subject's entries are not counted without gaps".to_owned()) }
}

fn by_number(rows: Vec<Row>, column: &'static str) -> Result<BTreeMap<u64, Vec<Row>>, JournalError> {
    let mut sorted: BTreeMap<u64, Vec<Row>> = BTreeMap::new();
    for row in rows {
        sorted.entry(store::unsigned(&row, column)?).or_default().push(row);
    }
    Ok(sorted)
}
