//! The worker asks again for evidence on documents that wait for it (design D5): what was missing comes, speaks against
//! the signature, or does not come in time.

use serde_json::json;

use super::accept_offer::{become_client, parse};
use super::check_signature::{self, Checked, EvidenceKind};
use super::commit::{self, Act as Written};
use super::{Fault, OperationError, issue_receipt, keep_content, keep_signature, record_document, sign_document};
use crate::app::App;
use crate::docflow::store::{self, Change, DocumentRow};
use crate::docflow::{Act, Side, State, decide};
use crate::domain::document::DocumentKind;
use crate::domain::ids::{DocumentId, EventId};
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::time::Moment;
use crate::extract::format::{field, kind};
use crate::journal::EventDraft;
use crate::signature::store::{self as signatures, SignatureRow};

/// Documents looked at in one round.
const ROUND_MAX: i64 = 100;
/// Who acts when the service itself does.
const SERVICE: &str = "service";

/// Looks again at every document that waits; answers how many do not wait any more. A fault of one does not keep the
/// others from their turn.
///
/// # Errors
/// A fault of the database.
pub async fn recheck_due(app: &App) -> Result<usize, OperationError> {
    let mut decided = 0;
    for document in store::waiting_for_a_check(&app.db, ROUND_MAX).await? {
        match recheck(app, document).await {
            Ok(true) => decided += 1,
            Ok(false) => {}
            Err(error) => tracing::error!(document.id = %document, error = %error, "a document was not checked anew"),
        }
    }
    Ok(decided)
}

async fn recheck(app: &App, document: DocumentId) -> Result<bool, OperationError> {
    let now = app.clock.now();
    let Some(row) = store::load(&app.db, document).await?.filter(|row| row.state() == State::CheckPending) else {
        return Ok(false);
    };
    let kept = signatures::of_document(&app.db, document).await?;
    let kept = kept.into_iter().find(|signature| signature.side == Side::Sender.code());
    let kept = kept.ok_or_else(|| Fault::Inconsistent(format!("document {document} waits without a signature")))?;
    let key = keep_content::operator_key(app, document).await?;
    let files = store::files(&app.db, document).await?;
    let original = files.first().ok_or_else(|| Fault::Inconsistent(format!("document {document} has no original")))?;
    let content = keep_content::get(app, &key, &original.blob_address, &original.sha256).await?;
    let cms = keep_content::get(app, &key, &kept.blob_address, &kept.cms_sha256).await?;
    let evidence = keep_signature::get_evidence(app, &key, kept.id).await?;
    let stamp = evidence.into_iter().find(|(kind, _)| *kind == EvidenceKind::TimeStamp).map(|(_, token)| token);

    match check_signature::check_again(app, &cms, &content, stamp.as_deref(), now).await {
        Ok(checked) => match checked.waits_for.clone() {
            None => pass(app, &row, kept, &checked, &content, now).await.map(|()| true),
            Some(refusal) if row.check_deadline.is_some_and(|deadline| now >= deadline) => {
                fail(app, &row, &refusal, now).await.map(|()| true)
            }
            Some(_) => Ok(false),
        },
        Err(OperationError::Refused(refusal)) => fail(app, &row, &refusal, now).await.map(|()| true),
        Err(fault @ OperationError::Fault(_)) => Err(fault),
    }
}

/// The evidence has come: the document is recorded, and from now on received.
async fn pass(
    app: &App,
    row: &DocumentRow,
    kept: SignatureRow,
    checked: &Checked,
    content: &[u8],
    now: Moment,
) -> Result<(), OperationError> {
    let event = EventId::new(now, &mut app.rng.clone());
    let key = keep_content::operator_key(app, row.id).await?;
    let evidence = keep_signature::put_evidence(app, &key, checked).await?;
    let signature = SignatureRow {
        proven_at: checked.proven_at,
        checked_at: checked.checked_at,
        indication: checked.indication.clone(),
        sub_indication: checked.sub_indication.clone(),
        report: checked.report.to_string(),
        event,
        ..kept
    };
    let files = store::files(&app.db, row.id).await?;
    let mut tx = app.db.begin().await?;
    let locked = store::lock(&mut tx, row.id).await?.ok_or(RefusalCode::DocumentUnknown)?;
    let state = decide(locked.state(), Act::PassCheck, Side::Sender)?;
    keep_signature::must_be_usable(&mut tx, checked, now).await?;
    signatures::update_verdict(&mut tx, &signature).await?;
    signatures::replace_evidence(&mut tx, signature.id, &evidence).await?;
    let change = Change { state, reason: None, state_event: event, recorded_event: Some(event), check_deadline: None };
    store::update(&mut tx, row.id, &change).await?;
    if row.kind == DocumentKind::OfferAcceptance {
        become_client(&mut tx, &parse(app, content)?, row.id, now).await?;
    }
    let mut payload = record_document::document_payload(row.id, row.kind, &row.number, &files);
    payload.push((field::SENDER.to_owned(), json!(row.sender.key())));
    payload.push((field::RECIPIENT.to_owned(), json!(row.recipient.key())));
    payload.extend(keep_signature::payload(&signature));
    let draft = EventDraft {
        id: event,
        kind: kind::DOCUMENT_RECORDED.to_owned(),
        subjects: record_document::subjects(row.id, &row.sender, Some(&row.recipient)),
        payload,
        actor: json!({"service": SERVICE}),
    };
    let written = Written {
        events: vec![draft],
        notices: sign_document::notices(row, kind::DOCUMENT_RECORDED, event, true, now),
        request: None,
    };
    let entries = commit::commit(app, tx, written, now).await?;
    if entries.into_iter().flatten().next().is_some() {
        issue_receipt::issue_receipt(app, row.id).await?;
    }
    Ok(())
}

/// The evidence speaks against the signature, or did not come in time: the document is deemed not received (A5.3.6).
async fn fail(app: &App, row: &DocumentRow, refusal: &Refusal, now: Moment) -> Result<(), OperationError> {
    const KIND: &str = "document.check-failed";
    let event = EventId::new(now, &mut app.rng.clone());
    let mut tx = app.db.begin().await?;
    let locked = store::lock(&mut tx, row.id).await?.ok_or(RefusalCode::DocumentUnknown)?;
    let state = decide(locked.state(), Act::FailCheck, Side::Sender)?;
    let reason = refusal.code.code().to_owned();
    let change = Change {
        state,
        reason: Some(reason.clone()),
        state_event: event,
        recorded_event: locked.recorded_event,
        check_deadline: None,
    };
    store::update(&mut tx, row.id, &change).await?;
    let draft = EventDraft {
        id: event,
        kind: KIND.to_owned(),
        subjects: record_document::subjects(row.id, &row.sender, None),
        payload: vec![
            (field::DOCUMENT_ID.to_owned(), json!(row.id.to_string())),
            (field::REASON.to_owned(), json!(reason)),
        ],
        actor: json!({"service": SERVICE}),
    };
    let notices = sign_document::notices(row, KIND, event, false, now);
    commit::commit(app, tx, Written { events: vec![draft], notices, request: None }, now).await?;
    Ok(())
}
