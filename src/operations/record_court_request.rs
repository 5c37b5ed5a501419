//! An officer records what a court or a body asks for. Another one decides; nothing is given before (POA-03).

use qolhat_pki::time::Span;
use serde_json::json;

use super::commit::{self, Act};
use super::court_scope::{self, CourtScope};
use super::{OperationError, issue_extract};
use crate::access::answers::Request;
use crate::access::rights::Caller;
use crate::app::App;
use crate::docflow::store as documents;
use crate::domain::ids::{CourtRequestId, EventId};
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::text::is_plain;
use crate::domain::time::{CivilDate, Moment};
use crate::extract::court::{self, CourtRow, CourtState};
use crate::extract::format::field;
use crate::journal::{EventDraft, keeping};

/// Longest name of a court or a body, in characters.
const AUTHORITY_MAX_CHARS: usize = 500;
/// Longest number of a request, in characters.
const REFERENCE_MAX_CHARS: usize = 200;
/// Longest ground and longest words of a request, in characters.
const TEXT_MAX_CHARS: usize = 1000;

/// How long an approved request may wait for its answer: a court's term for evidence is weeks, and an approval is no
/// standing licence. What takes longer is asked for anew.
const DUE_MAX: Span = Span::days(92);

/// A request as it came.
#[derive(Debug)]
pub struct NewCourtRequest {
    /// The court or the body.
    pub authority: String,
    /// The number that it gave its request.
    pub reference: String,
    /// The date of the request.
    pub dated: CivilDate,
    /// On what ground it asks.
    pub ground: String,
    /// What it asks for, in its own words.
    pub words: String,
    /// What may be given.
    pub scope: CourtScope,
    /// When the operator received it.
    pub received_at: Moment,
    /// Until when it may be answered.
    pub due_at: Moment,
}

/// Records a request; answers its id.
///
/// # Errors
/// `not-an-officer`, `missing-requisite`, `date-invalid` for a request of the future, a deadline that has passed or is further
/// than 92 days, and a period that is not over; `document-unknown`.
///
/// Keeps: POA-03.
pub async fn record_court_request(
    app: &App,
    caller: &Caller,
    new: NewCourtRequest,
    request: Option<&Request>,
) -> Result<CourtRequestId, OperationError> {
    let now = app.clock.now();
    caller.must_be_officer()?;
    must_be_whole(&new, now)?;
    if let CourtScope::Documents(listed) = &new.scope {
        for document in listed {
            let known = documents::load(&app.db, *document).await?;
            known.ok_or_else(|| Refusal::new(RefusalCode::DocumentUnknown).at("/documents"))?;
        }
    }
    if let CourtScope::About(about) = &new.scope {
        issue_extract::must_be_known(app, *about).await?;
    }
    let (id, event) = (CourtRequestId::new(now, &mut app.rng.clone()), EventId::new(now, &mut app.rng.clone()));
    let row = CourtRow {
        id,
        scope: new.scope.to_text()?,
        authority: new.authority,
        reference: new.reference,
        dated: new.dated.to_string(),
        ground: new.ground,
        words: new.words,
        received_at: new.received_at,
        due_at: new.due_at,
        state: CourtState::Recorded,
        recorded_by: caller.iin.to_string(),
        recorded_at: now,
        decided_by: None,
        decided_at: None,
        reason: None,
    };
    let draft = EventDraft {
        id: event,
        kind: "court-request.recorded".to_owned(),
        subjects: vec![court_scope::subject(id)],
        payload: vec![
            (court_scope::ID_FIELD.to_owned(), json!(id.to_string())),
            ("authority".to_owned(), json!(row.authority)),
            ("reference".to_owned(), json!(row.reference)),
            ("dated".to_owned(), json!(row.dated)),
            ("ground".to_owned(), json!(row.ground)),
            ("words".to_owned(), json!(row.words)),
            ("scope".to_owned(), json!(row.scope)),
            ("received_at".to_owned(), json!(row.received_at.to_string())),
            ("due_at".to_owned(), json!(row.due_at.to_string())),
            (field::BY.to_owned(), json!(row.recorded_by)),
        ],
        actor: commit::actor(caller),
    };
    let mut tx = app.db.begin().await?;
    keeping::decide(&mut tx).await?;
    court::insert(&mut tx, &row, event).await?;
    let request = request.map(|request| (request, id.to_string()));
    commit::commit(app, tx, Act { events: vec![draft], notices: Vec::new(), request }, now).await?;
    Ok(id)
}

fn must_be_whole(new: &NewCourtRequest, now: Moment) -> Result<(), Refusal> {
    for (name, text, most) in [
        ("authority", &new.authority, AUTHORITY_MAX_CHARS),
        ("reference", &new.reference, REFERENCE_MAX_CHARS),
        ("ground", &new.ground, TEXT_MAX_CHARS),
        ("words", &new.words, TEXT_MAX_CHARS),
    ] {
        if text.trim().is_empty() || !is_plain(text) || text.chars().count() > most {
            return Err(Refusal::new(RefusalCode::MissingRequisite).with("requisite", name).at(format!("/{name}")));
        }
    }
    let no_date =
        |reason: &str, pointer: &str| Refusal::new(RefusalCode::DateInvalid).with("reason", reason).at(pointer);
    let invalid = |pointer: &str| no_date("court-order", pointer);
    if new.received_at > now {
        return Err(invalid("/received_at"));
    }
    if new.dated > CivilDate::of(new.received_at) {
        return Err(invalid("/dated"));
    }
    if new.due_at <= now {
        return Err(invalid("/due_at"));
    }
    if new.due_at.since(now) > DUE_MAX {
        return Err(no_date("court-due-far", "/due_at"));
    }
    // What has not happened yet cannot be looked at by two officers: approving it would be surveillance, not evidence.
    if matches!(&new.scope, CourtScope::Period(period) if period.to > now) {
        return Err(no_date("period-ahead", "/period/to"));
    }
    Ok(())
}

/// A request, for an officer.
///
/// # Errors
/// `not-an-officer`, `court-request-unknown`.
pub async fn read_court_request(app: &App, caller: &Caller, id: CourtRequestId) -> Result<CourtRow, OperationError> {
    caller.must_be_officer()?;
    Ok(court::load(&app.db, id).await?.ok_or(RefusalCode::CourtRequestUnknown)?)
}
