//! How a batch is made: entries of what waits, at the end of the log, and the rows that write them down. Nothing is written
//! here.

use std::collections::HashSet;

use uuid::Uuid;

use super::draft::Waiting;
use super::entry::{Field, Parts, commit, instant_of, leaf_hash};
use super::heads::{Head, Heads};
use super::inbox::{Positions, Taken};
use super::lease::LEASE_MILLISECONDS;
use super::openings::{SEED_BYTES, Salts, put_facts, put_links};
use super::proof::Frontier;
use super::sequencer::Tools;
use super::subjects::{BySubject, SubjectLink};
use super::waiters::Outcome;
use super::{JournalError, Sequenced, store};
use crate::db::{Cells, Packed, PackedText, Step, Value};
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
    /// Of each entry, in their order: its number, event, leaf, links, body, the seed of its facts and the facts.
    numbers: Vec<i64>,
    events: Vec<Uuid>,
    leaves: Packed,
    links: Packed,
    bodies: Packed,
    seeds: Packed,
    facts: PackedText,
    /// Of each entry with which the inner nodes that it completes are kept.
    nodes_at: Vec<i64>,
    nodes: Packed,
    quarantine: Vec<Vec<Value>>,
    /// By subject: the counter of the first entry and the numbers of all.
    runs: BySubject<(u64, Vec<u64>)>,
}

/// What one entry after the other is put together in.
#[derive(Default)]
struct Scratch {
    links: Vec<SubjectLink>,
    payload: Vec<[u8; 32]>,
    subjects: Vec<[u8; 32]>,
    text: String,
}

/// What a batch takes out of the inbox.
pub(super) enum Gone {
    /// The events with these ids.
    Each(Vec<Value>),
    /// All that waits from one position to another one, and was seen there: if something shows late among them, the whole batch
    /// is refused.
    Run(Positions),
}

impl Gone {
    fn step(self) -> Step {
        match self {
            Self::Each(keys) => {
                let count = store::unsigned_len(keys.len());
                Step::among(include_str!("sql/delete_inbox.sql"), keys).expecting(count)
            }
            Self::Run(Positions { count, first, last }) => {
                Step::once(include_str!("sql/delete_inbox_run.sql"), &params![first, last]).expecting(count)
            }
        }
    }
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
        let mut seeds = vec![[0_u8; 2 * SEED_BYTES]; taken.len()];
        self.rng.fill(seeds.as_flattened_mut());
        let mut scratch = Scratch::default();
        for ((event, waiting), seeds) in taken.iter().zip(parsed).zip(&seeds) {
            let made = match waiting {
                Ok(waiting)
                    if !lost.is_empty() && waiting.subjects.iter().any(|named| lost.contains(&named.subject)) =>
                {
                    Err(SUBJECT_LOST.to_owned())
                }
                Ok(waiting) => {
                    let entry = self.entry(event.id, waiting, t_ms, seeds, &mut scratch, batch);
                    entry.map_err(|error| error.to_string())
                }
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

    /// What writes a batch down and takes its events, which are those that are `gone`, out of the inbox; and the new checkpoint,
    /// if the log has grown. It may come to the server while the batch is written that began at the size `behind`.
    pub(super) fn steps(
        &self,
        log: &Log,
        (old_size, old_root): (u64, [u8; 32]),
        rows: Rows,
        gone: Gone,
        behind: Option<u64>,
    ) -> Result<(Vec<Step>, Option<String>), JournalError> {
        let (size, root) = (log.frontier.size(), log.frontier.root());
        let (new, old) = (store::signed(size), store::signed(old_size));
        let mut head =
            params![new, root.to_vec(), log.t_ms, old, log.epoch, LEASE_MILLISECONDS, old_root.to_vec()].to_vec();
        let head = match behind {
            None => Step::once(include_str!("sql/update_head.sql"), &head),
            Some(before) => {
                head.push(Value::Int(store::signed(before)));
                Step::once(include_str!("sql/update_head_behind.sql"), &head)
            }
        };
        let mut steps = vec![
            // First of all: whoever has lost the lead does nothing.
            head.expecting(1),
            Step::many(include_str!("sql/insert_quarantine.sql"), rows.quarantine),
            Step::columns(
                include_str!("sql/insert_entries.sql"),
                vec![
                    Cells::Ints(rows.numbers.clone()),
                    Cells::Ids(rows.events.clone()),
                    Cells::Bytes(rows.leaves),
                    Cells::Bytes(rows.links),
                    Cells::Bytes(rows.bodies),
                ],
            ),
            Step::columns(
                include_str!("sql/insert_events.sql"),
                vec![Cells::Ids(rows.events), Cells::Ints(rows.numbers.clone())],
            ),
            Step::columns(
                include_str!("sql/insert_nodes.sql"),
                vec![Cells::Ints(rows.nodes_at), Cells::Bytes(rows.nodes)],
            ),
            Step::columns(include_str!("sql/insert_subjects.sql"), run_columns(rows.runs)),
            Step::columns(
                include_str!("sql/insert_secrets.sql"),
                vec![Cells::Ints(rows.numbers), Cells::Bytes(rows.seeds), Cells::Texts(rows.facts)],
            ),
            gone.step(),
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
        &self,
        id: EventId,
        waiting: &Waiting<'_>,
        t_ms: i64,
        seeds: &[u8; 2 * SEED_BYTES],
        scratch: &mut Scratch,
        batch: &mut Batch<'_>,
    ) -> Result<Sequenced, JournalError> {
        let Batch { log, rows, .. } = batch;
        let Scratch { links, payload, subjects, text } = scratch;
        let seq = log.frontier.size();
        let (facts_seed, links_seed) = halves(seeds);
        let (facts, opened) = (Salts::new(&facts_seed), Salts::new(&links_seed));
        let close = |salts: &Salts, field: Field, value: &str| commit(&salts.of(field), value.as_bytes());
        links.clear();
        links.extend(waiting.subjects.iter().map(|named| log.heads.next(&named.subject)));
        payload.clear();
        payload.extend(
            waiting.payload.iter().enumerate().map(|(index, value)| close(&facts, Field::Payload(index), value)),
        );
        subjects.clear();
        subjects.extend(links.iter().enumerate().map(|(index, link)| {
            text.clear();
            link.put_canonical(text);
            close(&opened, Field::Subject(index), text)
        }));
        let actor = &close(&facts, Field::Actor, waiting.actor);
        let (uuid, log_name, kind) = (id.as_uuid(), self.identity.origin(), waiting.kind);
        let parts = Parts { actor, id: uuid, kind, log: log_name, payload, subjects, t_ms };
        // The one thing that may fail is the first.
        let leaf = leaf_hash(rows.bodies.write(|body| parts.write(body))?);
        let number = store::signed(seq);
        rows.numbers.push(number);
        rows.events.push(uuid);
        rows.leaves.push(&leaf);
        rows.links.append(|octets| put_links(&links_seed, links, octets));
        rows.seeds.push(&facts_seed);
        rows.facts.append(|facts| put_facts(waiting.actor, waiting.payload.iter().copied(), facts));
        for link in links.iter() {
            log.heads.put(link.subject, Head { n: link.n, leaf });
            rows.runs.entry(link.subject).or_insert_with(|| (link.n, Vec::with_capacity(1))).1.push(seq);
        }
        let completed = log.frontier.push(leaf);
        if store::keeps_nodes(seq) {
            rows.nodes_at.push(number);
            rows.nodes.push(completed.as_flattened());
        }
        log.t_ms = t_ms;
        Ok(Sequenced { seq, at: instant_of(t_ms), leaf })
    }
}

fn halves(seeds: &[u8; 2 * SEED_BYTES]) -> ([u8; SEED_BYTES], [u8; SEED_BYTES]) {
    let half = |half: Option<&[u8; SEED_BYTES]>| half.copied().unwrap_or_default();
    (half(seeds.first_chunk()), half(seeds.last_chunk()))
}

fn run_columns(runs: BySubject<(u64, Vec<u64>)>) -> Vec<Cells> {
    let mut runs: Vec<_> = runs.into_iter().collect();
    // In the order of their index.
    runs.sort_unstable_by_key(|(subject, _)| *subject);
    let (mut subjects, mut firsts, mut lasts, mut entries) =
        (Packed::default(), Vec::with_capacity(runs.len()), Vec::with_capacity(runs.len()), Packed::default());
    for (subject, (n, numbers)) in &runs {
        subjects.push(subject);
        firsts.push(store::signed(*n));
        lasts.push(store::signed(numbers.last().copied().unwrap_or_default()));
        entries.append(|octets| store::put_run(numbers, octets));
    }
    vec![Cells::Bytes(subjects), Cells::Ints(firsts), Cells::Ints(lasts), Cells::Bytes(entries)]
}
