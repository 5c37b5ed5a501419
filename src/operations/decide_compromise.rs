//! The officer decides a case of compromise: he annuls the certificate's rights from a cut-off on, or lifts the suspension
//! at the holder's request (CMP-05, CMP-06, D14).

use serde_json::json;

use super::OperationError;
use super::commit::{self, Act};
use super::end_document::checked_reason;
use super::report_key_compromise::{contest, notice, subjects};
use super::session_events::{self, Why};
use crate::access::answers::Request;
use crate::access::cases::{self, CaseState};
use crate::access::certificates::{self, CertificateState};
use crate::access::rights::Caller;
use crate::access::session;
use crate::app::App;
use crate::domain::ids::{CaseId, EventId};
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::time::Moment;
use crate::extract::format::{field, kind};
use crate::journal::EventDraft;

/// What the officer decides.
#[derive(Debug, Clone)]
pub enum Decision {
    /// Nothing signed by the key is taken any more; it counts as compromised from the cut-off on.
    Annul {
        /// The instant.
        cut_off: Moment,
    },
    /// The holder asked for it: the certificate may be used again.
    Lift {
        /// His request, as the officer found it: its date, number or way. It stands in the journal.
        request: String,
    },
}

/// Decides the case.
///
/// # Errors
/// `not-an-officer`, `case-unknown`, `case-closed`, `own-case`, `reason-required` and `malformed-content` for the holder's
/// request, `compromise-in-future`, `compromise-before-certificate`.
pub async fn decide_compromise(
    app: &App,
    caller: &Caller,
    id: CaseId,
    decision: Decision,
    request: Option<&Request>,
) -> Result<(), OperationError> {
    let now = app.clock.now();
    caller.must_be_officer()?;
    let event = EventId::new(now, &mut app.rng.clone());
    let mut tx = app.db.begin().await?;
    let case = cases::lock(&mut tx, id).await?.ok_or(RefusalCode::CaseUnknown)?;
    if case.state != CaseState::Open {
        let since = case.decided_at.map(|at| at.to_string()).unwrap_or_default();
        return Err(Refusal::new(RefusalCode::CaseClosed).with("since", since).into());
    }
    let sha256 = case.certificate_sha256;
    let certificate = certificates::lock(&mut tx, &sha256).await?.ok_or(RefusalCode::CertificateUnknown)?;
    if certificate.iin == caller.iin.to_string() {
        // Nobody judges in his own case, nor lets himself in again.
        return Err(RefusalCode::OwnCase.into());
    }
    let mut payload = vec![
        (field::CASE_ID.to_owned(), json!(id.to_string())),
        (field::CERTIFICATE_SHA256.to_owned(), json!(hex::encode(sha256))),
    ];
    let (state, event_kind, cut_off) = match decision {
        Decision::Annul { cut_off } => {
            if cut_off > now {
                let refusal = Refusal::new(RefusalCode::CompromiseInFuture).with("at", cut_off.to_string());
                return Err(refusal.at("/cut_off").into());
            }
            if cut_off < certificate.not_before {
                return Err(Refusal::new(RefusalCode::CompromiseBeforeCertificate)
                    .with("not_before", certificate.not_before.to_string())
                    .at("/cut_off")
                    .into());
            }
            payload.push((field::CUT_OFF.to_owned(), json!(cut_off.to_string())));
            certificates::set_state(&mut tx, &sha256, CertificateState::Annulled, Some(cut_off)).await?;
            (CaseState::Annulled, kind::COMPROMISE_ANNULLED, Some(cut_off))
        }
        Decision::Lift { request } => {
            payload.push((field::REQUEST.to_owned(), json!(checked_reason(&request, "/request")?)));
            certificates::set_state(&mut tx, &sha256, CertificateState::Active, None).await?;
            (CaseState::Lifted, kind::COMPROMISE_LIFTED, None)
        }
    };
    let ended = session::open_of(&mut tx, &app.session_key, &sha256, now).await?;
    session::end_all_of(&mut tx, &sha256).await?;
    cases::decide(&mut tx, id, state, now, &caller.iin.to_string(), cut_off).await?;
    let draft = EventDraft {
        id: event,
        kind: event_kind.to_owned(),
        subjects: subjects(id, &certificate),
        payload,
        actor: commit::actor(caller),
    };
    let mut act = Act {
        events: vec![draft],
        notices: vec![notice(&certificate, event_kind, event, now)?],
        request: request.map(|request| (request, id.to_string())),
    };
    let case_id = id.to_string();
    act.events.extend(
        ended.iter().map(|(session, party)| {
            session_events::ended(app, caller, (*session, party), &Why::Decided(&case_id), now)
        }),
    );
    if let Some(cut_off) = cut_off.filter(|cut_off| *cut_off < case.compromised_since) {
        // The officer found an earlier instant than the holder declared: what lies between is contested as well.
        contest(app, &mut tx, &case, (cut_off, Some(case.compromised_since)), caller, &mut act, now).await?;
    }
    commit::commit(app, tx, act, now).await?;
    Ok(())
}
