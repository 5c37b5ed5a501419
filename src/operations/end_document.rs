//! What rejection and withdrawal have in common: a reason, a decision, an entry, a notice to both parties.

use serde_json::json;

use super::OperationError;
use super::commit::{self, Act as Written};
use super::sign_document::{self, Acted};
use crate::access::answers::Request;
use crate::access::rights::Caller;
use crate::app::App;
use crate::docflow::store::{self, Change};
use crate::docflow::{Act, State, decide, may_withdraw};
use crate::domain::ids::{DocumentId, EventId};
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::text;
use crate::extract::format::field;
use crate::journal::EventDraft;
use crate::signature::authority;

/// Longest reason, in characters.
pub const REASON_MAX_CHARS: usize = 2000;

/// Ends a document by `act`, which is a rejection or a withdrawal.
///
/// # Errors
/// `reason-required`, `document-unknown`, `signer-lacks-authority` for a session whose key does not bind the party, the
/// refusals of the state.
pub(super) async fn end_document(
    app: &App,
    caller: &Caller,
    document: DocumentId,
    act: (Act, &'static str),
    reason: &str,
    request: Option<&Request>,
) -> Result<Acted, OperationError> {
    let now = app.clock.now();
    let (act, event_kind) = act;
    caller.must_sign()?;
    let reason = checked_reason(reason, "/reason")?;
    let (seen, side) = sign_document::load(app, caller, document).await?;
    authority::session_binds(&caller.roles, &caller.party, Some(seen.kind))?;
    let event = EventId::new(now, &mut app.rng.clone());

    let mut tx = app.db.begin().await?;
    let row = store::lock(&mut tx, document).await?.ok_or(RefusalCode::DocumentUnknown)?;
    if act == Act::Withdraw {
        may_withdraw(row.kind, row.state())?;
    }
    let state = decide(row.state(), act, side)?;
    let change = Change {
        state,
        reason: Some(reason.clone()),
        state_event: event,
        recorded_event: row.recorded_event,
        check_deadline: None,
    };
    store::update(&mut tx, document, &change).await?;
    let known_to_both = row.recorded_seq.is_some();
    let draft = EventDraft {
        id: event,
        kind: event_kind.to_owned(),
        subjects: super::record_document::subjects(document, &row.sender, known_to_both.then_some(&row.recipient)),
        payload: vec![
            (field::DOCUMENT_ID.to_owned(), json!(document.to_string())),
            (field::REASON.to_owned(), json!(reason)),
            (field::BY.to_owned(), json!(caller.iin.to_string())),
        ],
        actor: commit::actor(caller),
    };
    let written = Written {
        events: vec![draft],
        notices: sign_document::notices(&row, event_kind, event, known_to_both, now),
        request: request.map(|request| (request, document.to_string())),
    };
    let (entry, promise) = commit::commit_or_promise(app, tx, written, now).await?;
    Ok(Acted { document, state: if entry.is_some() { state } else { State::Recording }, entry, promise })
}

/// A reason that people can read: not empty, not too long, without hidden characters. `pointer` is its place in the input.
///
/// # Errors
/// `reason-required`, `malformed-content`.
pub(super) fn checked_reason(reason: &str, pointer: &str) -> Result<String, Refusal> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Refusal::new(RefusalCode::ReasonRequired).at(pointer));
    }
    let malformed = |code: &'static str| Refusal::new(RefusalCode::MalformedContent).with("reason", code).at(pointer);
    if reason.chars().count() > REASON_MAX_CHARS {
        return Err(malformed("too-long").with("limit", REASON_MAX_CHARS.to_string()));
    }
    if !reason.lines().all(text::is_plain) {
        return Err(malformed("forbidden-character"));
    }
    Ok(reason.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Keeps: FLW-05
    #[test]
    fn a_reason_is_something_that_people_can_read() {
        assert_eq!(checked_reason("  сома дұрыс емес\n", "/reason").unwrap(), "сома дұрыс емес");
        assert_eq!(checked_reason(" \n", "/reason").unwrap_err().code, RefusalCode::ReasonRequired);
        for reason in ["a\u{202e}b", "a\u{0}b", &"x".repeat(2001)] {
            assert_eq!(checked_reason(reason, "/reason").unwrap_err().code, RefusalCode::MalformedContent);
        }
        assert!(checked_reason(&"ұ".repeat(2000), "/reason").is_ok());
    }
}
