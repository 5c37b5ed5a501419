//! The whole log read again: every entry re-hashed, every node, checkpoint, counter and opening compared. It names the
//! first thing that is wrong. Needs nothing but the database and the log's public key, so that it runs also when the
//! journal refuses to open.

mod names;
mod pruned;
mod report;
mod runs;
mod seals;
mod state;

use std::collections::BTreeMap;

use qolhat_pki::tsp::TimeStampToken;
use uuid::Uuid;

use super::checkpoint::{Checkpoint, links, signed_text};
use super::cosignature::WitnessKey;
use super::entry::{Entry, Field, Opening, leaf_hash};
use super::promise::Promise;
use super::proof::Frontier;
use super::subjects::SubjectLink;
use super::vrf::{VrfPublicKey, VrfSecretKey};
use super::{JournalError, OutsideMemory, StoredCheckpoint, first_entry, openings, promises, store};
use crate::db::{Db, Row, Tx};
use crate::domain::ids::EventId;
use crate::domain::time::Moment;
use crate::params;
use names::Names;
use pruned::Proposals;
pub use report::{AuditFailure, AuditReport, LatePromise};
use runs::Runs;
use seals::Seals;
pub use state::AuditMemory;
use state::{Kept, State};

/// Entries read at once.
const PAGE: u64 = 1000;
/// Most promises that are named as late.
const PROMISES_LATE_MAX: usize = 1000;
/// Least entries between two times that what was found right is saved.
pub const SAVED_EACH: u64 = 50_000;

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

/// Where an audit begins, and who is told how far it is.
pub struct Course<'a> {
    /// What an earlier audit saved; without it everything is looked at.
    pub earlier: Option<Vec<u8>>,
    /// Least entries between two saves, [`SAVED_EACH`] by default; a great log is saved more seldom.
    pub each: u64,
    /// Told now and then, and at a good end, what was found right.
    pub save: &'a mut (dyn FnMut(&[u8]) -> Result<(), JournalError> + Send),
    /// Told the entries that are done, and their number.
    pub tell: &'a mut (dyn FnMut(u64, u64) + Send),
}

/// As [`run`], and against what is known besides.
///
/// # Errors
/// As [`run`].
pub async fn run_with(db: &Db, verifier_key: &str, against: Against<'_>) -> Result<AuditReport, JournalError> {
    let course = Course { earlier: None, each: SAVED_EACH, save: &mut |_| Ok(()), tell: &mut |_, _| {} };
    run_on(db, verifier_key, against, course).await
}

/// As [`run_with`], from where an earlier audit came to. Of the entries before, every body is hashed again, and they must
/// lead to the root that it found; their openings, subjects, names and checkpoints are not looked at again.
///
/// # Errors
/// As [`run`]; `Contradiction` when what an earlier audit saved cannot be read, and what `save` answers.
pub async fn run_on(
    db: &Db,
    verifier_key: &str,
    against: Against<'_>,
    course: Course<'_>,
) -> Result<AuditReport, JournalError> {
    let mut audit = Audit {
        frontier: Frontier::default(),
        origin: String::new(),
        t_ms: 0,
        links: 0,
        runs: Runs::default(),
        seals: Seals::default(),
        names: Names::new(against.names),
        checkpoint: 0,
        remembered: None,
        waiting: 0,
        quarantined: 0,
        from: 0,
        promised: 0,
        promises_late: Vec::new(),
        minimum: 0,
        pruned: 0,
        approved: 0,
        proposed: Proposals::new(),
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
    let row = db.query_one(include_str!("sql/select_minimum.sql"), &[]).await?;
    audit.minimum = row.map(|row| store::unsigned(&row, "minimum")).transpose()?.unwrap_or_default();
    if let Some(known) = audit.remembered.as_ref().filter(|known| known.size > head.size) {
        let shorter = failure("outside", Some(known.size), SHORTER);
        return Ok(audit.report(head.size, Some(shorter)));
    }
    let verdict = match audit.entries(db, &head, verifier_key, course).await? {
        Ok(save) => {
            let mut verdict = audit.end(db, &head).await?;
            if verdict.is_ok() {
                verdict = audit.promises(db, verifier_key).await?;
            }
            if verdict.is_ok() {
                save(&audit.kept())?;
            }
            verdict
        }
        wrong => wrong.map(drop),
    };
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
    runs: Runs,
    seals: Seals,
    names: Names<'a>,
    /// Size of the last checkpoint seen.
    checkpoint: u64,
    /// What is remembered outside the database.
    remembered: Option<Checkpoint>,
    waiting: u64,
    quarantined: u64,
    /// Size that an earlier audit had come to.
    from: u64,
    promised: u64,
    promises_late: Vec<LatePromise>,
    /// The first entry that is held.
    minimum: u64,
    /// Entries that are not.
    pruned: u64,
    /// Up to where the log tells of approved prunings.
    approved: u64,
    /// Those that wait for a second officer.
    proposed: Proposals,
}

/// Told what was found right.
type Save<'s> = &'s mut (dyn FnMut(&[u8]) -> Result<(), JournalError> + Send);

/// What a page of entries is held against.
struct Page {
    facts: BTreeMap<u64, Vec<Row>>,
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
            checked_from: self.from,
            minimum: self.minimum,
            names_checked: self.names.are_checked(),
            waiting: self.waiting,
            quarantined: self.quarantined,
            exported: 0,
            exports_checked: false,
            seals_judged: false,
            seals_unproven: Vec::new(),
            unheld: 0,
            exports_unlocked: Vec::new(),
            promised: self.promised,
            promises_late: self.promises_late.clone(),
            first_failure,
        }
    }

    /// What has been found right so far.
    fn kept(&self) -> Vec<u8> {
        let Self { origin, frontier, t_ms, links, checkpoint, seals, approved, proposed, .. } = self;
        let (t_ms, links, checkpoint, approved) = (*t_ms, *links, *checkpoint, *approved);
        Kept { origin, frontier, t_ms, links, checkpoint, approved, proposed, seals }.to_bytes()
    }

    /// All entries: those that an earlier audit found right by their hashes, the others in every respect.
    async fn entries<'s>(
        &mut self,
        db: &mut Tx,
        head: &store::Head,
        verifier_key: &str,
        course: Course<'s>,
    ) -> Result<Result<Save<'s>, AuditFailure>, JournalError> {
        let Course { earlier, each, save, tell } = course;
        if let Some(earlier) = earlier
            && let Err(failure) = self.resume(db, head, &earlier, tell).await?
        {
            return Ok(Err(failure));
        }
        let (mut start, mut saved) = (self.from, self.from);
        while start < head.size {
            let end = head.size.min(start + PAGE);
            if let Err(failure) = self.page(db, start, end, verifier_key).await? {
                return Ok(Err(failure));
            }
            start = end;
            tell(start, head.size);
            if start - saved >= each.max(start / 8) {
                save(&self.kept())?;
                saved = start;
            }
        }
        Ok(Ok(save))
    }

    /// Takes over what an earlier audit found right, when the entries still lead to it.
    async fn resume(
        &mut self,
        db: &mut Tx,
        head: &store::Head,
        earlier: &[u8],
        tell: &mut (dyn FnMut(u64, u64) + Send),
    ) -> Result<Verdict, JournalError> {
        let state = State::from_bytes(earlier);
        let state =
            state.ok_or_else(|| JournalError::Contradiction("what an audit had saved cannot be read".to_owned()))?;
        let size = state.frontier.size();
        if state.origin != head.origin {
            return Ok(Err(failure("outside", Some(size), "the log audited before was another one")));
        }
        if size > head.size {
            return Ok(Err(failure("outside", Some(size), "the log is shorter than the one audited before")));
        }
        // What was saved by a program that did not keep prunings: everything is looked at once more.
        let Some(proposed) = state.proposed else { return Ok(Ok(())) };
        let mut start = 0;
        while start < size {
            let end = size.min(start + PAGE);
            let range = params![store::signed(start), store::signed(end)];
            let rows = db.query(include_str!("sql/audit_leaves.sql"), &range).await?;
            let pruned = self.pruned_of(db, start, end).await?;
            let (mut rows, mut pruned) = (rows.iter().peekable(), pruned.iter().peekable());
            for seq in start..end {
                let found = match (next_of(&mut rows, seq), next_of(&mut pruned, seq)) {
                    (None, Some(row)) => self.pass_pruned(row).map(drop),
                    (row, _) => self.rehash(row),
                };
                if let Err(reason) = found {
                    let (part, reason) = reason;
                    return Ok(Err(failure(part, Some(seq), &reason)));
                }
            }
            start = end;
            tell(start, head.size);
        }
        if self.frontier != state.frontier {
            let reason =
                "the entries do not lead to the root that an earlier audit found; a full audit names the entry";
            return Ok(Err(failure("outside", Some(size), reason)));
        }
        (self.t_ms, self.links, self.checkpoint, self.seals) = (state.t_ms, state.links, state.checkpoint, state.seals);
        (self.approved, self.proposed) = (state.approved, proposed);
        self.from = size;
        Ok(Ok(()))
    }

    /// An entry that was found right before.
    fn rehash(&mut self, row: Option<&Row>) -> Result<(), (&'static str, String)> {
        let unreadable = |error: crate::db::DbError| ("entry", error.to_string());
        let row = row.ok_or_else(|| ("entry", "the entry is missing".to_owned()))?;
        let leaf = leaf_hash(&row.bytes("body").map_err(unreadable)?);
        if row.bytes("leaf").map_err(unreadable)? != leaf {
            return Err(("entry", "the body does not hash to the leaf".to_owned()));
        }
        self.runs.passed(self.frontier.size(), leaf);
        let seq = self.frontier.size();
        let completed = self.frontier.push(leaf);
        if !store::are_nodes_of(seq, &completed, row.opt_bytes("hashes").map_err(unreadable)?.as_deref()) {
            return Err(("node", "the inner nodes kept with the entry are not its own".to_owned()));
        }
        Ok(())
    }

    async fn page(&mut self, db: &mut Tx, start: u64, end: u64, verifier_key: &str) -> Result<Verdict, JournalError> {
        let range = params![store::signed(start), store::signed(end)];
        let entries = db.query(include_str!("sql/audit_entries.sql"), &range).await?;
        let page = Page {
            facts: by_number(db.query(include_str!("sql/audit_openings.sql"), &range).await?, "seq")?,
            checkpoints: by_number(db.query(include_str!("sql/select_checkpoints.sql"), &range).await?, "size")?
                .into_iter()
                .filter_map(|(size, rows)| rows.into_iter().next().map(|row| (size, row)))
                .collect(),
            cosignatures: by_number(db.query(include_str!("sql/audit_cosignatures.sql"), &range).await?, "size")?,
        };
        self.runs.read(db, start, end).await?;
        let pruned = self.pruned_of(db, start, end).await?;
        let (mut entries, mut pruned) = (entries.iter().peekable(), pruned.iter().peekable());
        for seq in start..end {
            let found = match (next_of(&mut entries, seq), next_of(&mut pruned, seq)) {
                (Some(row), _) => self.entry(seq, row, &page),
                (None, Some(row)) => self.pruned(seq, row),
                (None, None) => Err(failure("entry", Some(seq), "the entry is missing")),
            };
            let verdict = found.and_then(|()| self.checkpoint(seq + 1, &page, verifier_key));
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
        let opened = opened(seq, &entry, row, page)?;
        let key = first(seq, &entry, &opened)?;
        let links = self.subjects(seq, &entry, &opened)?;
        let names = self.names.entry(&entry.kind, key.as_ref(), &opened, &links);
        names.map_err(|(part, reason)| wrong(part, &reason))?;
        self.approve(&entry, &opened);
        let seals = self.seals.entry(seq, leaf, &links);
        seals.and_then(|()| self.seals.check(seq, &entry, &opened)).map_err(|reason| wrong("seal", &reason))?;
        self.runs.passed(seq, leaf);
        self.t_ms = entry.t_ms;
        let completed = self.frontier.push(leaf);
        if !store::are_nodes_of(seq, &completed, row.opt_bytes("hashes").map_err(unreadable)?.as_deref()) {
            return Err(wrong("node", "the inner nodes kept with the entry are not its own"));
        }
        Ok(())
    }

    /// The index of subjects says of the entry what the entry has committed to.
    fn subjects(
        &mut self,
        seq: u64,
        entry: &Entry,
        opened: &[(Field, Opening)],
    ) -> Result<Vec<SubjectLink>, AuditFailure> {
        let wrong = |reason: &str| failure("subject", Some(seq), reason);
        let told = self.runs.links(seq).map_err(|reason| wrong(&reason))?;
        if told.len() != entry.subjects.len() {
            return Err(wrong("the index has another count of subjects"));
        }
        self.links += store::unsigned_len(told.len());
        let subjects = opened.iter().filter(|(field, _)| matches!(field, Field::Subject(_)));
        let mut own: Vec<SubjectLink> =
            subjects.filter_map(|(_, opening)| SubjectLink::from_value(&opening.value)).collect();
        // Openings of actor and payload may be erased, those of subjects never.
        if own.len() != entry.subjects.len() {
            return Err(wrong("an opening of a subject is missing"));
        }
        let mut links = Vec::with_capacity(told.len());
        for link in told {
            let place = own.iter().position(|found| *found == link);
            let place = place.ok_or_else(|| wrong("the index says otherwise than the entry"))?;
            links.push(own.swap_remove(place));
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
        if let Some(failure) = strays(db).await? {
            return Ok(Err(failure));
        }
        let Some(totals) = db.query_one(include_str!("sql/audit_totals.sql"), &size).await? else {
            return Ok(Err(failure("head", None, "the indexes cannot be counted")));
        };
        let total = |column| store::unsigned(&totals, column);
        let expected =
            [("events", head.size), ("nodes", store::kept_nodes(head.size)), ("links", self.links), ("strays", 0)];
        for (column, expected) in expected {
            let found = total(column)?;
            if found != expected {
                let reason = format!("the index {column} has {found} rows instead of {expected}");
                return Ok(Err(failure("head", None, &reason)));
            }
        }
        let counted = db.query_one(include_str!("sql/count_entries.sql"), &[]).await?;
        let counted = counted.map(|row| store::unsigned(&row, "entries")).transpose()?;
        if counted.map(|counted| counted.saturating_add(self.pruned)) != Some(head.size) {
            return Ok(Err(failure("head", None, "there are entries past the head")));
        }
        if self.minimum > self.approved {
            let reason = format!("no two officers have approved that entries before {} go", self.minimum);
            return Ok(Err(failure("minimum", Some(self.minimum), &reason)));
        }
        Ok(Ok(()))
    }

    /// That no promise whose deadline is not after the newest checkpoint is without its entry; of several the one that was
    /// due first is named. One whose entry came after its deadline is told beside: the log holds what it should, and an audit
    /// that failed for it would fail for ever.
    async fn promises(&mut self, db: &mut Tx, verifier_key: &str) -> Result<Verdict, JournalError> {
        let row = db.query_one(include_str!("sql/select_latest_checkpoint.sql"), &[]).await?;
        let newest = row.as_ref().map(store::checkpoint).transpose()?;
        let mut missing: Option<Promise> = None;
        let mut after = EventId::from(Uuid::nil());
        loop {
            let page = promises::page(db, after).await?;
            let Some(last) = page.last() else { break };
            after = last.event;
            for kept in &page {
                let promise = match Promise::open(&kept.note, verifier_key) {
                    Ok(promise) if promise.event == kept.event => promise,
                    Ok(promise) => {
                        let reason = format!("the promise on event {} is of event {}", kept.event, promise.event);
                        return Ok(Err(failure("promise", None, &reason)));
                    }
                    Err(error) => return Ok(Err(failure("promise", None, &error.to_string()))),
                };
                match kept.entry {
                    Some((seq, at)) if at > promise.deadline => self.late(&promise, seq, at),
                    Some(_) => {}
                    None => {
                        self.promised += 1;
                        missing = missing.filter(|first| first.deadline <= promise.deadline).or(Some(promise));
                    }
                }
            }
        }
        let due = |checkpoint: &StoredCheckpoint| missing.filter(|first| first.deadline <= checkpoint.made_at);
        Ok(match newest.and_then(|checkpoint| Some((due(&checkpoint)?, checkpoint.size))) {
            Some((promise, size)) => {
                let (event, deadline) = (promise.event, promise.deadline);
                let reason = format!("event {event} was promised until {deadline}, and is no entry");
                Err(failure("promise", Some(size), &reason))
            }
            None => Ok(()),
        })
    }

    fn late(&mut self, promise: &Promise, seq: u64, at: Moment) {
        if self.promises_late.len() < PROMISES_LATE_MAX {
            self.promises_late.push(LatePromise {
                event: promise.event.to_string(),
                deadline: promise.deadline.to_string(),
                seq,
                at: at.to_string(),
            });
        }
    }
}

/// What opens the entry: all of it fits, and what opens its subjects is there.
fn opened(seq: u64, entry: &Entry, row: &Row, page: &Page) -> Result<Vec<(Field, Opening)>, AuditFailure> {
    let wrong = |reason: &str| failure("opening", Some(seq), reason);
    let mut opened = Vec::new();
    for row in page.facts.get(&seq).map_or(&[][..], Vec::as_slice) {
        opened.append(&mut openings::of_facts(row).map_err(|error| wrong(&error.to_string()))?);
    }
    opened.append(&mut openings::of_subjects(row).map_err(|error| wrong(&error.to_string()))?);
    for (field, opening) in &opened {
        if !entry.commitment(*field).is_some_and(|commitment| opening.opens(&commitment)) {
            return Err(wrong(&format!("{field} does not open its commitment")));
        }
    }
    Ok(opened)
}

/// The first entry fixes the key of pseudonyms, and no other entry does.
fn first(seq: u64, entry: &Entry, opened: &[(Field, Opening)]) -> Result<Option<VrfPublicKey>, AuditFailure> {
    if seq > 0 {
        let again = entry.kind == first_entry::KIND;
        return if again { Err(failure("entry", Some(seq), "the log is opened a second time")) } else { Ok(None) };
    }
    let fields = opened
        .iter()
        .filter_map(|(_, opening)| opening.payload_field().map(|(name, value)| (name.to_owned(), value.clone())))
        .collect();
    first_entry::vrf_key(&entry.kind, (entry.payload.len(), entry.subjects.len()), &fields)
        .map(Some)
        .map_err(|reason| failure("entry", Some(0), &reason))
}

/// Rows beside the log that lead to no entry.
async fn strays(db: &mut Tx) -> Result<Option<AuditFailure>, JournalError> {
    let Some(row) = db.query_one(include_str!("sql/audit_strays.sql"), &[]).await? else { return Ok(None) };
    let parts =
        [("events", "event"), ("nodes", "node"), ("links", "subject"), ("openings", "opening"), ("pruned", "minimum")];
    for (column, part) in parts {
        let count = store::unsigned(&row, column)?;
        if count > 0 {
            return Ok(Some(failure(part, None, &format!("{count} rows lead to no entry"))));
        }
    }
    // A key of the index refuses them, for as long as nobody takes it away.
    let twins = store::unsigned(&row, "twins")?;
    let reason = format!("{twins} counters of subjects are told twice: a history has two ends");
    Ok((twins > 0).then(|| failure("subject", None, &reason)))
}

/// The next of `rows`, when it is of `seq`.
fn next_of<'a>(rows: &mut std::iter::Peekable<std::slice::Iter<'a, Row>>, seq: u64) -> Option<&'a Row> {
    rows.next_if(|row| store::unsigned(row, "seq").is_ok_and(|found| found == seq))
}

fn by_number(rows: Vec<Row>, column: &'static str) -> Result<BTreeMap<u64, Vec<Row>>, JournalError> {
    let mut sorted: BTreeMap<u64, Vec<Row>> = BTreeMap::new();
    for row in rows {
        sorted.entry(store::unsigned(&row, column)?).or_default().push(row);
    }
    Ok(sorted)
}
