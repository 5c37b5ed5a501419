//! One transaction: the state, the journal's inbox, the notices and the answer's key, or nothing; then the wait for the
//! sequenced entry. Nothing is acknowledged before the journal holds it.

use std::time::Duration;

use qolhat_storage::fail_point;
use serde_json::{Value, json};

use super::{Fault, OperationError, send_notices};
use crate::access::answers::{self, Earlier, Request};
use crate::access::rights::Caller;
use crate::app::App;
use crate::db::{Step, Tx};
use crate::domain::ids::{DocumentId, EventId};
use crate::domain::party::Party;
use crate::domain::refusal::RefusalCode;
use crate::domain::time::Moment;
use crate::journal::promise::Promised;
use crate::journal::{EventDraft, Sequenced, WaitError};
use crate::notify::store::{self as notices, NewNotice};

/// How long a caller waits for the journal, in seconds. Past it the answer is `recording`, never a false yes.
pub const JOURNAL_WAIT_SECONDS: u64 = 10;

/// What one act writes down and tells, gathered while the operation runs.
pub struct Act<'a> {
    /// Events, in order.
    pub events: Vec<EventDraft>,
    /// Notices to the parties.
    pub notices: Vec<NewNotice>,
    /// The key under which the act may be repeated, and the object that it made.
    pub request: Option<(&'a Request, String)>,
}

/// Commits `tx` with everything that `act` writes down, and waits for the entries of its events.
///
/// The answer holds the entry of each event, in order; an entry that was not sequenced in time is `None` and will be:
/// the state of its object reads `recording` until then.
///
/// # Errors
/// A fault; `DbError::Constraint` when another request with the same key came first.
pub async fn commit(app: &App, tx: Tx, act: Act<'_>, now: Moment) -> Result<Vec<Option<Sequenced>>, OperationError> {
    written(app, tx, &act, now).await
}

/// As [`commit`], for an act of one event whose caller is told where it stands: its entry, or a signed promise of it.
///
/// # Errors
/// As [`commit`].
pub async fn commit_or_promise(
    app: &App,
    tx: Tx,
    act: Act<'_>,
    now: Moment,
) -> Result<(Option<Sequenced>, Option<Promised>), OperationError> {
    let entry = written(app, tx, &act, now).await?.into_iter().next().flatten();
    let promise = match (&entry, act.events.first()) {
        (None, Some(event)) => promise(app, event).await,
        (_, _) => None,
    };
    Ok((entry, promise))
}

/// The promise for who could not wait. Without one he is told no less: the state is `recording`.
async fn promise(app: &App, event: &EventDraft) -> Option<Promised> {
    let promised = match app.journal.promise(event, app.rules.merge_delay) {
        Ok(promised) => promised,
        Err(error) => {
            tracing::error!(event.id = %event.id, journal.error = %error, "a promise cannot be signed");
            return None;
        }
    };
    // It binds whether or not it is remembered here.
    if let Err(error) = app.journal.keep_promise(&promised).await {
        tracing::error!(event.id = %event.id, journal.error = %error, "a promise that was given is not kept");
    }
    Some(promised)
}

async fn written(app: &App, mut tx: Tx, act: &Act<'_>, now: Moment) -> Result<Vec<Option<Sequenced>>, OperationError> {
    let mark = app.db.mark();
    // Nobody waits for the entries of these.
    let messages = send_notices::put(app, &mut tx, &act.notices, now).await?;
    let entering = if messages.is_empty() {
        app.journal.entering(&act.events)?
    } else {
        app.journal.entering(&act.events.iter().chain(&messages).cloned().collect::<Vec<_>>())?
    };
    let told = act.notices.iter().map(notices::keeping);
    let answered = act.request.iter().map(|(request, object)| answers::keeping(request, object, now));
    let steps: Vec<Step> = std::iter::once(entering).chain(told).chain(answered).collect();
    if act.events.is_empty() {
        tx.run_together(&steps).await?;
        tx.commit().await?
    } else {
        // Nobody is told before an entry of it is seen, and whoever sees that sees this on disk as well.
        tx.commit_lazily_with(&steps).await?
    }
    fail_point::at("act: committed, not sequenced");
    app.journal.wake();
    if !messages.is_empty() {
        app.wake_ways();
    }
    let mut entries = Vec::with_capacity(act.events.len());
    for event in &act.events {
        entries.push(wait(app, event.id).await?);
    }
    if entries.iter().any(Option::is_none) {
        // What is being recorded is not lost either.
        app.db.make_durable(mark).await?;
    }
    fail_point::at("act: sequenced, not answered");
    Ok(entries)
}

async fn wait(app: &App, event: EventId) -> Result<Option<Sequenced>, OperationError> {
    match app.journal.wait(event, Duration::from_secs(JOURNAL_WAIT_SECONDS)).await {
        Ok(entry) => Ok(Some(entry)),
        Err(WaitError::TimedOut) => Ok(None),
        Err(WaitError::Failed(error)) => Err(Fault::from(error).into()),
    }
}

/// What to answer when `error` says that something is there already. A request repeated while it is being done meets its own
/// first run, and not a replay: its answer is there in a moment.
pub(super) async fn not_twice(app: &App, request: Option<&Request>, error: OperationError) -> OperationError {
    let is_there = matches!(
        &error,
        OperationError::Refused(refusal)
            if matches!(refusal.code, RefusalCode::SignatureAlreadyUsed | RefusalCode::AlreadyAccepted)
    );
    match request {
        Some(request) if is_there => match answers::earlier(&app.db, request).await {
            Ok(Some(Earlier::Same(_))) => RefusalCode::ServiceUnavailable.into(),
            Ok(Some(Earlier::Other) | None) | Err(_) => error,
        },
        Some(_) | None => error,
    }
}

/// Writes down an attempt that was refused after the signature was looked at: who tried, in whose session, and
/// `certificate_sha256` of the key that made the signature, empty when nobody can tell. Its failure does not hide the refusal.
pub(super) async fn journal_refusal(
    app: &App,
    caller: &Caller,
    attempt: &str,
    code: &str,
    certificate_sha256: Option<[u8; 32]>,
    now: Moment,
) {
    let mut rng = app.rng.clone();
    let event = EventDraft {
        id: EventId::new(now, &mut rng),
        kind: "attempt.refused".to_owned(),
        subjects: vec![party_subject(&caller.party)],
        payload: vec![
            ("attempt".to_owned(), json!(attempt)),
            ("code".to_owned(), json!(code)),
            ("certificate_sha256".to_owned(), json!(certificate_sha256.map(hex::encode).unwrap_or_default())),
            ("session_certificate_sha256".to_owned(), json!(hex::encode(caller.certificate_sha256))),
            ("at".to_owned(), json!(now.to_string())),
        ],
        actor: actor(caller),
    };
    let written = async {
        let mut tx = app.db.begin().await.map_err(Fault::from)?;
        app.journal.enqueue(&mut tx, &event).await.map_err(Fault::from)?;
        tx.commit().await.map_err(Fault::from)
    };
    match written.await {
        Ok(()) => app.journal.wake(),
        Err(fault) => tracing::error!(fault = %fault, "a refused attempt was not journaled"),
    }
}

/// Who did it, as the journal keeps it.
#[must_use]
pub fn actor(caller: &Caller) -> Value {
    json!({
        "iin": caller.iin.to_string(),
        "party": caller.party.key(),
        "certificate_sha256": hex::encode(caller.certificate_sha256),
        "session_id": caller.session.map(|session| session.to_string()),
    })
}

/// The journal's name of a party.
#[must_use]
pub fn party_subject(party: &Party) -> String {
    format!("party:{}", party.key())
}

/// The journal's name of a document.
#[must_use]
pub fn document_subject(document: DocumentId) -> String {
    format!("document:{document}")
}
