//! A client is told in good time that the place of its documents ends: 90, 30 and 7 days before, once each. Its clock runs from
//! the day on which it registered. Until then it takes its documents with it, or has them destroyed by its own request.

use serde_json::json;

use super::OperationError;
use super::commit::{self, Act};
use crate::access::store as clients;
use crate::app::App;
use crate::domain::ids::EventId;
use crate::domain::party::Party;
use crate::domain::retention;
use crate::domain::time::{CivilDate, Moment};
use crate::journal::EventDraft;
use crate::notify::store::{self as notices, NewNotice};

/// Kind of the entry.
const KIND: &str = "keeping.ends-soon";
/// How many days before the end a client is told, and the kind of its notice. Whoever could not be told in time is told the next
/// one alone.
const STAGES: [(i32, &str); 3] = [(90, "keeping.ends-in-90"), (30, "keeping.ends-in-30"), (7, "keeping.ends-in-7")];
/// Clients told in one round.
const CLIENTS_AT_ONCE: i64 = 50;

/// Tells those whose day has come; how many.
///
/// # Errors
/// A fault; whoever was told stays told.
///
/// Keeps: JRN-05.
pub async fn tell_due(app: &App) -> Result<usize, OperationError> {
    let now = app.clock.now();
    let today = CivilDate::of(now);
    let mut count = 0;
    for (number, (days, kind)) in STAGES.into_iter().enumerate() {
        let next = STAGES.get(number + 1).map_or(-1, |(days, _)| *days);
        // Registered so that the end is more than `next` and at most `days` days away.
        let from = retention::registered_for(today.plus_days(next + 1));
        let to = retention::registered_for(today.plus_days(days + 1));
        let (Some(from), Some(to)) = (from, to) else { continue };
        for (party, joined_at) in clients::joined_untold(&app.db, (from, to), kind, CLIENTS_AT_ONCE).await? {
            count += usize::from(tell(app, &party, joined_at, (days, kind), now).await?);
        }
    }
    Ok(count)
}

/// Tells one client, unless another process has.
async fn tell(
    app: &App,
    party: &Party,
    joined_at: Moment,
    (days, kind): (i32, &'static str),
    now: Moment,
) -> Result<bool, OperationError> {
    let Some(ends_on) = retention::place_until(joined_at) else { return Ok(false) };
    let event = EventId::new(now, &mut app.rng.clone());
    let mut tx = app.db.begin().await?;
    // Whoever holds the client's row is alone.
    clients::lock(&mut tx, party).await?;
    if notices::was_told(&mut tx, party, kind).await? {
        return Ok(false);
    }
    let draft = EventDraft {
        id: event,
        kind: KIND.to_owned(),
        subjects: vec![commit::party_subject(party)],
        payload: vec![
            ("party".to_owned(), json!(party.key())),
            ("days".to_owned(), json!(days)),
            ("registered_at".to_owned(), json!(joined_at.to_string())),
            ("ends_on".to_owned(), json!(ends_on.to_string())),
        ],
        actor: json!({"log": app.journal.origin()}),
    };
    let notice = NewNotice { party: *party, kind, document: None, event, created_at: now };
    commit::commit(app, tx, Act { events: vec![draft], notices: vec![notice], request: None }, now).await?;
    Ok(true)
}
