//! How a batch is made: entries of what waits, at the end of the log, and the rows that write them down. Nothing is written
//! here.

use std::collections::{HashMap, HashSet};

use super::draft::Waiting;
use super::entry::{Entry, Field, commit, leaf_hash};
use super::heads::{Head, Heads};
use super::inbox::Taken;
use super::lease::LEASE_MILLISECONDS;
use super::openings::{SEED_BYTES, Salts, facts_text, links_to_bytes};
use super::proof::Frontier;
use super::sequencer::Tools;
use super::subjects::SubjectLink;
use super::waiters::Outcome;
use super::{JournalError, Sequenced, store};
use crate::db::{Step, Value};
use crate::domain::ids::EventId;
use crate::domain::time::Moment;
use crate::params;

/// By how much the clock may be behind the newest entry before that is told, in milliseconds: two computers differ by less.
const BEHIND_MILLISECONDS: i64 = 2000;
/// Why an event of a subject cannot become an entry whose newest entry is not known.
const SUBJECT_LOST: &str = "the newest entry of one of its subjects is not known; run the journal audit";

/// The log as the leader knows it.
pub(super) struct Log {
    pub frontier: Frontier,
    pub t_ms: i64,
    pub epoch: i64,
    pub heads: Heads,
    /// Whether it was told that the clock is behind the newest entry.
    pub is_ahead: bool,
}

impl Log {
    /// The instant of the next entries: never before the newest one, whatever the clock shows.
    fn instant(&mut self, now: Moment) -> i64 {
        let now = now.unix_micros().div_euclid(1000);
        let behind = self.t_ms.saturating_sub(now);
        if behind >= BEHIND_MILLISECONDS && !self.is_ahead {
            tracing::error!(
                clock.behind_milliseconds = behind,
                "the clock is behind the newest entry: entries bear its instant"
            );
        }
        self.is_ahead = behind >= BEHIND_MILLISECONDS;
        now.max(self.t_ms)
    }
}

/// Rows of a batch, gathered before they are written.
#[derive(Default)]
pub(super) struct Rows {
    entries: Vec<Vec<Value>>,
    events: Vec<Vec<Value>>,
    nodes: Vec<Vec<Value>>,
    secrets: Vec<Vec<Value>>,
    quarantine: Vec<Vec<Value>>,
    /// By subject: the counter of the first entry and the numbers of all.
    runs: HashMap<[u8; 32], (u64, Vec<u64>)>,
}

/// A batch while it is made.
pub(super) struct Batch<'a> {
    pub log: &'a mut Log,
    pub rows: Rows,
    pub outcomes: Vec<(EventId, Outcome)>,
}

impl Tools {
    /// Makes entries of `taken` at the end of the log; what cannot become one is put aside.
    pub(super) fn make(
        &mut self,
        batch: &mut Batch<'_>,
        taken: &[Taken],
        parsed: &[Result<Waiting<'_>, String>],
        lost: &HashSet<[u8; 32]>,
    ) {
        let now = self.clock.now();
        let t_ms = batch.log.instant(now);
        for (event, waiting) in taken.iter().zip(parsed) {
            let made = match waiting {
                Ok(waiting) if waiting.subjects.iter().any(|named| lost.contains(&named.subject)) => {
                    Err(SUBJECT_LOST.to_owned())
                }
                Ok(waiting) => self.entry(event.id, waiting, t_ms, batch).map_err(|error| error.to_string()),
                Err(reason) => Err(reason.clone()),
            };
            if let Err(reason) = &made {
                tracing::error!(event.id = %event.id, reason, "an event cannot become an entry");
                let row = params![event.id.as_uuid(), event.body.as_str(), reason.as_str(), now];
                batch.rows.quarantine.push(row.to_vec());
            }
            batch.outcomes.push((event.id, made));
        }
    }

    /// What writes a batch down and takes its events, the rows of the inbox that `keys` name, out of the inbox; and the new
    /// checkpoint, if the log has grown.
    pub(super) fn steps(
        &self,
        log: &Log,
        old_size: u64,
        rows: Rows,
        keys: Vec<Value>,
    ) -> Result<(Vec<Step>, Option<String>), JournalError> {
        let (size, root) = (log.frontier.size(), log.frontier.root());
        let (new, old) = (store::signed(size), store::signed(old_size));
        let head = params![new, root.to_vec(), log.t_ms, old, log.epoch, LEASE_MILLISECONDS];
        let gone = store::unsigned_len(keys.len());
        let mut steps = vec![
            // First of all: whoever has lost the lead does nothing.
            Step::once(include_str!("sql/update_head.sql"), &head).expecting(1),
            Step::many(include_str!("sql/insert_quarantine.sql"), rows.quarantine),
            Step::many(include_str!("sql/insert_entries.sql"), rows.entries),
            Step::many(include_str!("sql/insert_events.sql"), rows.events),
            Step::many(include_str!("sql/insert_nodes.sql"), rows.nodes),
            Step::many(include_str!("sql/insert_subjects.sql"), run_rows(rows.runs)),
            Step::many(include_str!("sql/insert_secrets.sql"), rows.secrets),
            Step::among(include_str!("sql/delete_inbox.sql"), keys).expecting(gone),
        ];
        if size == old_size {
            return Ok((steps, None));
        }
        // The leader has found, or signed, a checkpoint of the size that was.
        let identity = &self.identity;
        let (note, link) = (identity.sign(size, root)?, identity.sign_link(size, old_size)?);
        let checkpoint = params![new, root.to_vec(), note.as_str(), self.clock.now(), link];
        steps.push(Step::once(include_str!("sql/insert_checkpoint.sql"), &checkpoint).expecting(1));
        Ok((steps, Some(note)))
    }

    /// The entry of one event, and its rows.
    fn entry(
        &mut self,
        id: EventId,
        waiting: &Waiting<'_>,
        t_ms: i64,
        batch: &mut Batch<'_>,
    ) -> Result<Sequenced, JournalError> {
        let Batch { log, rows, .. } = batch;
        let seq = log.frontier.size();
        let mut seeds = [0_u8; 2 * SEED_BYTES];
        self.rng.fill(&mut seeds);
        let (facts_seed, links_seed) = halves(&seeds);
        let (facts, opened) = (Salts::new(&facts_seed), Salts::new(&links_seed));
        let close = |salts: &Salts, field: Field, value: &str| commit(&salts.of(field), value.as_bytes());
        let links: Vec<SubjectLink> = waiting.subjects.iter().map(|named| log.heads.next(&named.subject)).collect();
        let entry = Entry {
            actor: close(&facts, Field::Actor, waiting.actor),
            id: id.as_uuid(),
            kind: waiting.kind.to_owned(),
            log: self.identity.origin().to_owned(),
            payload: numbered(&waiting.payload, |index, value| close(&facts, Field::Payload(index), value)),
            subjects: numbered(&links, |index, link| close(&opened, Field::Subject(index), &link.to_canonical())),
            t_ms,
        };
        let body = entry.to_bytes()?;
        let leaf = leaf_hash(&body);
        for link in &links {
            log.heads.put(link.subject, Head { n: link.n, leaf });
            rows.runs.entry(link.subject).or_insert_with(|| (link.n, Vec::new())).1.push(seq);
        }
        let number = store::signed(seq);
        let text = facts_text(waiting.actor, waiting.payload.iter().copied());
        rows.secrets.push(params![number, facts_seed.to_vec(), text].to_vec());
        rows.events.push(params![id.as_uuid(), number].to_vec());
        let links = links_to_bytes(&links_seed, &links);
        rows.entries.push(params![number, id.as_uuid(), leaf.to_vec(), links, body].to_vec());
        let completed = log.frontier.push(leaf);
        if !completed.is_empty() {
            rows.nodes.push(params![number, completed.concat()].to_vec());
        }
        log.t_ms = t_ms;
        Ok(Sequenced { seq, at: entry.at(), leaf })
    }
}

fn numbered<T>(items: &[T], one: impl Fn(usize, &T) -> [u8; 32]) -> Vec<[u8; 32]> {
    items.iter().enumerate().map(|(index, item)| one(index, item)).collect()
}

fn halves(seeds: &[u8; 2 * SEED_BYTES]) -> ([u8; SEED_BYTES], [u8; SEED_BYTES]) {
    let half = |half: Option<&[u8; SEED_BYTES]>| half.copied().unwrap_or_default();
    (half(seeds.first_chunk()), half(seeds.last_chunk()))
}

fn run_rows(runs: HashMap<[u8; 32], (u64, Vec<u64>)>) -> Vec<Vec<Value>> {
    let mut runs: Vec<_> = runs.into_iter().collect();
    // In the order of their index.
    runs.sort_unstable_by_key(|(subject, _)| *subject);
    let row = |(subject, (n, numbers)): ([u8; 32], (u64, Vec<u64>))| {
        let last = numbers.last().copied().unwrap_or_default();
        params![subject.to_vec(), store::signed(n), store::signed(last), store::run_to_bytes(&numbers)].to_vec()
    };
    runs.into_iter().map(row).collect()
}
