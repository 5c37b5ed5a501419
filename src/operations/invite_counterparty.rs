//! A client invites a counterparty that has no agreement with the operator yet.

use serde_json::json;

use super::OperationError;
use super::commit::{self, Act};
use crate::access::answers::Request;
use crate::access::rights::Caller;
use crate::access::store::{self, Invitation};
use crate::app::App;
use crate::domain::ids::{EventId, InvitationId};
use crate::domain::party::Party;
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::journal::EventDraft;
use crate::signature::authority;

/// Invites `invitee`.
///
/// # Errors
/// `not-a-client`, `signer-lacks-authority` for a session whose key does not bind the party, `recipient-is-the-sender`, `already-a-client`, `already-invited`.
pub async fn invite_counterparty(
    app: &App,
    caller: &Caller,
    invitee: Party,
    request: Option<&Request>,
) -> Result<InvitationId, OperationError> {
    let now = app.clock.now();
    caller.must_draft()?;
    authority::session_binds(&caller.roles, &caller.party, None)?;
    if invitee == caller.party {
        return Err(Refusal::new(RefusalCode::RecipientIsTheSender).at("/party").into());
    }
    if store::client(&app.db, &invitee).await?.is_some() {
        return Err(Refusal::new(RefusalCode::AlreadyAClient).at("/party").into());
    }
    let mut rng = app.rng.clone();
    let (id, event) = (InvitationId::new(now, &mut rng), EventId::new(now, &mut rng));
    let mut tx = app.db.begin().await?;
    let invitation = Invitation { id, inviter: caller.party, invitee, created_at: now };
    if !store::insert_invitation(&mut tx, &invitation).await? {
        return Err(Refusal::new(RefusalCode::AlreadyInvited).with("recipient", invitee.number()).at("/party").into());
    }
    let draft = EventDraft {
        id: event,
        kind: "counterparty.invited".to_owned(),
        subjects: vec![commit::party_subject(&caller.party), commit::party_subject(&invitee)],
        payload: vec![
            ("invitation_id".to_owned(), json!(id.to_string())),
            ("inviter".to_owned(), json!(caller.party.key())),
            ("invitee".to_owned(), json!(invitee.key())),
        ],
        actor: commit::actor(caller),
    };
    let act =
        Act { events: vec![draft], notices: Vec::new(), request: request.map(|request| (request, id.to_string())) };
    commit::commit(app, tx, act, now).await?;
    Ok(id)
}
