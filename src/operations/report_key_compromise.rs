//! A holder reports that his key may be in other hands (CMP-02 to CMP-06, D14): the certificate is suspended at once, for
//! login and for signing. What was recorded stays; what was signed after the declared instant is marked as contested, and
//! its parties are told.

use qolhat_pki::time::Span;
use serde_json::json;

use super::OperationError;
use super::commit::{self, Act};
use super::end_document::checked_reason;
use crate::access::answers::Request;
use crate::access::cases::{self, CaseRow, CaseState, DECISION_SECONDS};
use crate::access::certificates::{self, CertificateRow, CertificateState};
use crate::access::rights::Caller;
use crate::app::App;
use crate::db::Tx;
use crate::docflow::store;
use crate::domain::ids::{CaseId, EventId};
use crate::domain::party::Party;
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::time::Moment;
use crate::extract::format::{field, kind};
use crate::journal::EventDraft;
use crate::notify::store::NewNotice;
use crate::signature::store as signatures;

/// A notice that a key is compromised.
#[derive(Debug)]
pub struct ReportKeyCompromise {
    /// SHA-256 of the certificate; that of the session when `None`.
    pub certificate_sha256: Option<[u8; 32]>,
    /// Since when the key may be in other hands.
    pub compromised_since: Moment,
    /// The holder's words.
    pub circumstances: String,
}

/// Opens a case and suspends the certificate.
///
/// # Errors
/// `certificate-unknown`, `not-the-holder`, `compromise-in-future`, `compromise-before-certificate`,
/// `case-already-open`, `certificate-annulled`, `reason-required`.
pub async fn report_key_compromise(
    app: &App,
    caller: &Caller,
    command: ReportKeyCompromise,
    request: Option<&Request>,
) -> Result<CaseId, OperationError> {
    let now = app.clock.now();
    let sha256 = command.certificate_sha256.unwrap_or(caller.certificate_sha256);
    let circumstances = checked_reason(&command.circumstances)?;
    let mut rng = app.rng.clone();
    let (id, event) = (CaseId::new(now, &mut rng), EventId::new(now, &mut rng));

    let mut tx = app.db.begin().await?;
    let certificate = certificates::lock(&mut tx, &sha256).await?.ok_or(RefusalCode::CertificateUnknown)?;
    may_report(caller, &certificate, command.compromised_since, now)?;
    let case = CaseRow {
        id,
        certificate_sha256: sha256,
        reported_by: caller.iin.to_string(),
        reported_at: now,
        compromised_since: command.compromised_since,
        circumstances,
        due_at: now.checked_add(Span::seconds(DECISION_SECONDS)).unwrap_or(now),
        state: CaseState::Open,
        decided_at: None,
        decided_by: None,
        cut_off: None,
        event,
    };
    cases::insert(&mut tx, &case).await.map_err(|error| {
        let open = ["a_certificate_has_one_open_case", "compromise_case.certificate_sha256"];
        if error.violates(&open) { RefusalCode::CaseAlreadyOpen.into() } else { OperationError::from(error) }
    })?;
    certificates::set_state(&mut tx, &sha256, CertificateState::Suspended, None).await?;
    // Its sessions are refused from now on by the certificate's state, with the code that says why; they end for good
    // when the case is decided.
    let mut act = Act {
        events: vec![reported(caller, &certificate, &case)],
        notices: vec![NewNotice {
            party: caller.party,
            kind: kind::COMPROMISE_REPORTED,
            document: None,
            event,
            created_at: now,
        }],
        request: request.map(|request| (request, id.to_string())),
    };
    let since = command.compromised_since;
    contest(app, &mut tx, &case, (since, None), caller, &mut act, now).await?;
    commit::commit(app, tx, act, now).await?;
    Ok(id)
}

fn may_report(caller: &Caller, certificate: &CertificateRow, since: Moment, now: Moment) -> Result<(), Refusal> {
    if certificate.iin != caller.iin.to_string() {
        return Err(Refusal::new(RefusalCode::NotTheHolder));
    }
    match certificate.state {
        CertificateState::Active => {}
        CertificateState::Suspended => return Err(Refusal::new(RefusalCode::CaseAlreadyOpen)),
        CertificateState::Annulled => return Err(Refusal::new(RefusalCode::CertificateAnnulled)),
    }
    if since > now {
        return Err(Refusal::new(RefusalCode::CompromiseInFuture)
            .with("at", since.to_string())
            .at("/compromised_since"));
    }
    if since < certificate.not_before {
        return Err(Refusal::new(RefusalCode::CompromiseBeforeCertificate)
            .with("not_before", certificate.not_before.to_string())
            .at("/compromised_since"));
    }
    Ok(())
}

/// The journal's names of a case and of the party whose key it is about.
pub(super) fn subjects(case: CaseId, certificate: &CertificateRow) -> Vec<String> {
    let party = match &certificate.bin {
        Some(bin) => format!("party:bin:{bin}"),
        None => format!("party:iin:{}", certificate.iin),
    };
    vec![format!("case:{case}"), party]
}

fn reported(caller: &Caller, certificate: &CertificateRow, case: &CaseRow) -> EventDraft {
    EventDraft {
        id: case.event,
        kind: kind::COMPROMISE_REPORTED.to_owned(),
        subjects: subjects(case.id, certificate),
        payload: vec![
            (field::CASE_ID.to_owned(), json!(case.id.to_string())),
            (field::CERTIFICATE_SHA256.to_owned(), json!(hex::encode(case.certificate_sha256))),
            (field::REPORTED_AT.to_owned(), json!(case.reported_at.to_string())),
            (field::COMPROMISED_SINCE.to_owned(), json!(case.compromised_since.to_string())),
            ("circumstances".to_owned(), json!(case.circumstances)),
        ],
        actor: commit::actor(caller),
    }
}

/// Marks every recorded signature of the certificate that is proven in the span (from, until) as contested: an entry for
/// each document, and notices to both parties. An unproven one counts as made in the span.
pub(super) async fn contest(
    app: &App,
    tx: &mut Tx,
    case: &CaseRow,
    (from, until): (Moment, Option<Moment>),
    caller: &Caller,
    act: &mut Act<'_>,
    now: Moment,
) -> Result<(), OperationError> {
    for signature in signatures::of_certificate_since(tx, &case.certificate_sha256, from).await? {
        let after = until.is_some_and(|until| signature.proven_at.is_none_or(|proven| proven >= until));
        let Some(row) = store::lock(tx, signature.document).await? else { continue };
        if after || row.recorded_event.is_none() {
            continue;
        }
        let event = EventId::new(now, &mut app.rng.clone());
        signatures::contest(tx, row.id, case.id, signature.id, event).await?;
        act.events.push(EventDraft {
            id: event,
            kind: kind::DOCUMENT_CONTESTED.to_owned(),
            subjects: super::record_document::subjects(row.id, &row.sender, Some(&row.recipient)),
            payload: vec![
                (field::DOCUMENT_ID.to_owned(), json!(row.id.to_string())),
                (field::CASE_ID.to_owned(), json!(case.id.to_string())),
                (field::SIGNATURE_ID.to_owned(), json!(signature.id.to_string())),
            ],
            actor: commit::actor(caller),
        });
        let notice = |party: Party| NewNotice {
            party,
            kind: kind::DOCUMENT_CONTESTED,
            document: Some(row.id),
            event,
            created_at: now,
        };
        act.notices.extend([notice(row.sender), notice(row.recipient)]);
    }
    Ok(())
}
