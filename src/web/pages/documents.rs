//! The boxes of a party: what came, what was sent, what is not signed yet.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use crate::api::Shared;
use crate::api::input::Asked as Query;
use crate::docflow::State as DocumentState;
use crate::docflow::store::{self, Before, Box, Counts, DocumentRow};
use crate::domain::ids::DocumentId;
use crate::domain::time::Moment;
use crate::web::drawn;
use crate::web::problem_page::PageError;
use crate::web::ui::Ui;
use crate::web::visitor::Visitor;

/// Documents on one page.
const PAGE_ROWS: i64 = 50;
/// States by which a box may be narrowed.
const STATES: [DocumentState; 6] = [
    DocumentState::Received,
    DocumentState::Accepted,
    DocumentState::Rejected,
    DocumentState::Withdrawn,
    DocumentState::CheckPending,
    DocumentState::CheckFailed,
];

/// Which documents.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default, rename = "box")]
    of: String,
    #[serde(default)]
    state: String,
    before: Option<String>,
}

/// A line of the list.
pub struct Row {
    /// The document.
    pub document: DocumentRow,
    /// The other party's name, or its number when it is no client.
    pub counterparty: String,
}

#[derive(askama::Template)]
#[template(path = "documents.html")]
struct Documents<'a> {
    ui: &'a Ui,
    of: Box,
    boxes: Vec<(Box, i64)>,
    counts: Counts,
    state: &'a str,
    states: Vec<&'static str>,
    rows: Vec<Row>,
    /// The cursor of the next page; empty when this is the last one.
    next: String,
}

/// The class of a state's badge.
pub fn tone(state: DocumentState) -> &'static str {
    match state {
        DocumentState::Accepted => "ok",
        DocumentState::Received | DocumentState::Recording | DocumentState::CheckPending => "wait",
        DocumentState::Rejected | DocumentState::CheckFailed => "bad",
        DocumentState::Draft | DocumentState::Withdrawn => "",
    }
}

impl Row {
    fn tone(&self) -> &'static str {
        tone(self.document.state())
    }
}

/// The cursor that a page ends with: instant and id of its last document.
fn cursor(text: &str) -> Option<Before> {
    let (at, id) = text.split_once('_')?;
    Some(Before { at: Moment::parse_rfc3339(at).ok()?, id: Some(DocumentId::parse(id).ok()?) })
}

/// A box, newest first.
pub async fn list(
    State(app): State<Shared>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let insider = visitor.insider()?;
    insider.caller.must_draft()?;
    let ui = Ui::of(&app, &visitor).await?;
    let of = Box::parse(&asked.of).unwrap_or(Box::Inbox);
    let state = DocumentState::parse(&asked.state).filter(|state| STATES.contains(state));
    let before = asked.before.as_deref().and_then(cursor).unwrap_or(Before::START);
    let party = &insider.caller.party;
    let counts = store::count(&app.db, party).await?;
    let rows: Vec<Row> = store::list_box(&app.db, party, of, state, before, PAGE_ROWS)
        .await?
        .into_iter()
        .map(|(document, name)| {
            let other = if of == Box::Inbox { &document.sender } else { &document.recipient };
            Row { counterparty: name.unwrap_or_else(|| other.number()), document }
        })
        .collect();
    let is_full = i64::try_from(rows.len()).is_ok_and(|count| count == PAGE_ROWS);
    let last = rows.last().filter(|_| is_full);
    let last = last.map(|row| format!("{}_{}", row.document.created_at, row.document.id));
    let page = Documents {
        ui: &ui,
        of,
        boxes: vec![(Box::Inbox, counts.inbox), (Box::Outbox, counts.outbox), (Box::Drafts, counts.drafts)],
        counts,
        state: state.map_or("", DocumentState::code),
        states: STATES.iter().map(|state| state.code()).collect(),
        rows,
        next: last.unwrap_or_default(),
    };
    drawn::page(&page)
}
