//! An officer withdraws an offer: from that instant it cannot be accepted; earlier acceptances stay (REG-04).

use serde_json::json;

use super::OperationError;
use super::commit::{self, Act};
use crate::access::answers::Request;
use crate::access::rights::Caller;
use crate::app::App;
use crate::docflow::offers;
use crate::domain::ids::{EventId, OfferId};
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::time::Moment;
use crate::journal::EventDraft;

/// Withdraws the offer; answers the instant from which it is withdrawn.
///
/// # Errors
/// `not-an-officer`, `offer-unknown`, `offer-withdrawn`.
pub async fn withdraw_offer(
    app: &App,
    caller: &Caller,
    offer: OfferId,
    request: Option<&Request>,
) -> Result<Moment, OperationError> {
    let now = app.clock.now();
    caller.must_be_officer()?;
    let event = EventId::new(now, &mut app.rng.clone());

    let mut tx = app.db.begin().await?;
    let row = offers::lock(&mut tx, offer).await?.ok_or(RefusalCode::OfferUnknown)?;
    if let Some(since) = row.withdrawn_at {
        return Err(Refusal::new(RefusalCode::OfferWithdrawn).with("since", since.to_string()).into());
    }
    offers::set_withdrawn(&mut tx, offer, now).await?;
    let draft = EventDraft {
        id: event,
        kind: "offer.withdrawn".to_owned(),
        subjects: vec![format!("offer:{offer}")],
        payload: vec![
            ("offer_id".to_owned(), json!(offer.to_string())),
            ("withdrawn_at".to_owned(), json!(now.to_string())),
        ],
        actor: commit::actor(caller),
    };
    let act = Act { events: vec![draft], notices: Vec::new(), request: request.map(|key| (key, offer.to_string())) };
    commit::commit(app, tx, act, now).await?;
    Ok(now)
}
