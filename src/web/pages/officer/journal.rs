//! The journal as an officer reads it: entries, what their commitments open to, the proof of each under the newest
//! checkpoint.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::Value;

use crate::api::Shared;
use crate::api::input::{Asked, Place};
use crate::app::App;
use crate::domain::ids::DocumentId;
use crate::domain::refusal::RefusalCode;
use crate::domain::time::Moment;
use crate::extract::format::field;
use crate::journal::entry::{Entry, Field};
use crate::journal::proof::verify_inclusion;
use crate::journal::{JournalError, StoredCheckpoint, StoredEntry};
use crate::web::drawn;
use crate::web::problem_page::PageError;
use crate::web::ui::Ui;
use crate::web::visitor::Visitor;

/// Entries of a page.
const PAGE: usize = 50;

/// Fields that name a thing, each the word for it and where its page is. A document's page is its parties'; an officer
/// sees its history.
const THINGS: [(&str, &str, &str); 7] = [
    (field::DOCUMENT_ID, "page-journal-document", "/officer/journal?q="),
    ("offer_id", "page-journal-offer", "/officer/offers/"),
    (field::CASE_ID, "page-journal-case", "/officer/compromises/"),
    ("extract_id", "page-journal-extract", "/officer/extracts/"),
    (field::SESSION_ID, "page-journal-session", "/officer/journal?q="),
    (field::MESSAGE_ID, "page-journal-message", "/officer/journal?q="),
    ("pruning_id", "page-journal-pruning", "/officer/prunings/"),
];

/// A thing that an entry is about.
struct About {
    key: &'static str,
    id: String,
    href: String,
    /// The field of the form of a new extract that it goes into; empty when no extract is of it.
    extract: &'static str,
}

fn about(stored: &StoredEntry) -> Vec<About> {
    let named = stored.openings.iter().filter_map(|(_, opening)| match opening.payload_field() {
        Some((name, Value::String(id))) => Some((name, id)),
        Some(_) | None => None,
    });
    // Only ids of ours lead anywhere; all of them have one form.
    let ours = named.filter(|(_, id)| DocumentId::parse(id).is_ok());
    let thing = |(name, id): (&str, &String)| {
        let (field, key, page) = THINGS.iter().find(|(field, ..)| *field == name)?;
        let extract = match *field {
            field::DOCUMENT_ID => "document",
            field::SESSION_ID => "session",
            field::MESSAGE_ID => "message",
            _ => "",
        };
        Some(About { key, id: id.clone(), href: format!("{page}{id}"), extract })
    };
    ours.filter_map(thing).collect()
}

/// An entry in the list.
struct Line {
    seq: u64,
    at: Moment,
    kind: String,
    about: Vec<About>,
    leaf: String,
}

impl Line {
    fn of(stored: &StoredEntry) -> Result<Self, JournalError> {
        let entry = Entry::parse(&stored.body)?;
        Ok(Self {
            seq: stored.seq,
            at: entry.at(),
            kind: entry.kind,
            about: about(stored),
            leaf: hex::encode(stored.leaf),
        })
    }
}

/// What is looked for, and from where on.
#[derive(Deserialize)]
pub struct Search {
    #[serde(default)]
    q: String,
    #[serde(default)]
    before: String,
}

#[derive(askama::Template)]
#[template(path = "officer_journal.html")]
struct JournalPage<'a> {
    ui: &'a Ui,
    /// What was looked for.
    q: String,
    lines: Vec<Line>,
    /// Where the next page begins.
    older: Option<u64>,
    is_first: bool,
    size: u64,
}

/// The names that what was typed may have in the journal.
fn identities(q: &str) -> Vec<String> {
    if q.len() == 12 && q.bytes().all(|byte| byte.is_ascii_digit()) {
        return ["bin", "iin"].iter().map(|kind| format!("party:{kind}:{q}")).collect();
    }
    match DocumentId::parse(&q.to_ascii_lowercase()) {
        Ok(id) => ["document", "offer", "case", "extract", "session", "message", "court-request", "pruning"]
            .iter()
            .map(|kind| format!("{kind}:{id}"))
            .collect(),
        Err(_) => Vec::new(),
    }
}

/// The numbers of the entries asked for below `before`, the newest first, and one more than a page when there are more.
async fn numbers(app: &App, q: &str, before: u64) -> Result<Vec<u64>, PageError> {
    if q.is_empty() {
        return Ok((0..before).rev().take(PAGE + 1).collect());
    }
    let mut found = Vec::new();
    for identity in identities(q) {
        found.extend(app.journal.entries_of_subject(&identity).await?);
    }
    found.sort_unstable();
    found.dedup();
    Ok(found.into_iter().rev().filter(|seq| *seq < before).take(PAGE + 1).collect())
}

/// Entries, the newest first; those of one thing or party when it is looked for.
pub async fn list(
    State(app): State<Shared>,
    visitor: Visitor,
    Asked(search): Asked<Search>,
) -> Result<Response, PageError> {
    visitor.officer()?;
    let ui = Ui::of(&app, &visitor).await?;
    let q: String = search.q.trim().chars().take(100).collect();
    if let (Ok(seq), true) = (q.parse::<u64>(), q.len() != 12) {
        return Ok(drawn::on_to(&format!("/officer/journal/{seq}")));
    }
    let size = app.journal.latest_checkpoint().await?.map_or(0, |checkpoint| checkpoint.size);
    let before = search.before.parse().unwrap_or(size).min(size);
    let mut numbers = numbers(&app, &q, before).await?;
    let has_more = numbers.len() > PAGE;
    numbers.truncate(PAGE);
    let older = numbers.last().copied().filter(|_| has_more);
    let stored = app.journal.entries(&numbers).await?;
    let lines = stored.iter().map(Line::of).collect::<Result<Vec<_>, _>>()?;
    drawn::page(&JournalPage { ui: &ui, q, lines, older, is_first: before == size, size })
}

/// A commitment of an entry, and what it opens to.
struct Commitment {
    field: String,
    hash: String,
    /// Nothing when it was erased.
    opening: Option<Opened>,
}

struct Opened {
    name: String,
    value: String,
    salt: String,
    holds: bool,
}

fn commitments(entry: &Entry, stored: &StoredEntry) -> Vec<Commitment> {
    let payload = (0..entry.payload.len()).map(Field::Payload);
    let subjects = (0..entry.subjects.len()).map(Field::Subject);
    let fields = std::iter::once(Field::Actor).chain(payload).chain(subjects);
    let commitment = |field: Field| {
        let hash = entry.commitment(field)?;
        let opening = stored.openings.iter().find(|(known, _)| *known == field).map(|(_, opening)| {
            let (name, value) = match opening.payload_field() {
                Some((name, value)) => (name.to_owned(), value),
                None => (String::new(), &opening.value),
            };
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            Opened { name, value, salt: hex::encode(opening.salt), holds: opening.opens(&hash) }
        });
        Some(Commitment { field: field.to_string(), hash: hex::encode(hash), opening })
    };
    fields.filter_map(commitment).collect()
}

/// The way from an entry to the root.
struct Proof {
    hashes: Vec<String>,
    holds: bool,
}

#[derive(askama::Template)]
#[template(path = "officer_entry.html")]
struct EntryPage<'a> {
    ui: &'a Ui,
    line: Line,
    /// The event's identifier.
    event: String,
    body: String,
    commitments: Vec<Commitment>,
    checkpoint: Option<StoredCheckpoint>,
    root: String,
    proof: Option<Proof>,
    log_key: String,
}

async fn proof(app: &App, stored: &StoredEntry, checkpoint: &StoredCheckpoint) -> Result<Option<Proof>, JournalError> {
    if stored.seq >= checkpoint.size {
        return Ok(None);
    }
    let path = app.journal.inclusion_proof(stored.seq, checkpoint.size).await?;
    let holds = verify_inclusion(&stored.leaf, stored.seq, checkpoint.size, &checkpoint.root, &path).is_ok();
    Ok(Some(Proof { hashes: path.iter().map(hex::encode).collect(), holds }))
}

/// One entry as it is kept.
pub async fn show(
    State(app): State<Shared>,
    visitor: Visitor,
    Place(seq): Place<String>,
) -> Result<Response, PageError> {
    visitor.officer()?;
    let ui = Ui::of(&app, &visitor).await?;
    let seq: u64 = seq.parse().map_err(|_| RefusalCode::NotFound)?;
    let stored = app.journal.entry(seq).await?.ok_or(RefusalCode::NotFound)?;
    let entry = Entry::parse(&stored.body).map_err(JournalError::from)?;
    let checkpoint = app.journal.latest_checkpoint().await?;
    let proof = match &checkpoint {
        Some(checkpoint) => proof(&app, &stored, checkpoint).await?,
        None => None,
    };
    drawn::page(&EntryPage {
        ui: &ui,
        line: Line::of(&stored)?,
        event: entry.id.to_string(),
        body: String::from_utf8_lossy(&stored.body).into_owned(),
        commitments: commitments(&entry, &stored),
        root: checkpoint.as_ref().map(|checkpoint| hex::encode(checkpoint.root)).unwrap_or_default(),
        checkpoint,
        proof,
        log_key: app.journal.verifier_key().to_owned(),
    })
}
