//! The worker asks again for evidence on documents that wait for it (design D5): what was missing comes, speaks against
//! the signature, or does not come in time.

use qolhat_pki::report::Indication;
use qolhat_pki::time::Span;
use serde_json::json;

use super::accept_offer::{become_client, parse};
use super::check_signature::{self, Checked, EvidenceKind};
use super::commit::{self, Act as Written};
use super::keep_content::ToBeSigned;
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
/// How long one round may take, in seconds: what it does not come to is due in the next.
const ROUND_SECONDS_MAX: i64 = 30;
/// After the first look without success, in seconds; twice as long after each further one.
const BACK_OFF_SECONDS: i64 = 5;
/// Longest time between two looks, in seconds.
const BACK_OFF_SECONDS_MAX: i64 = 900;
/// Who acts when the service itself does.
const SERVICE: &str = "service";

/// Looks again at the documents that wait and are due; answers how many do not wait any more. A fault of one does not keep
/// the others from their turn, nor do the many documents of one client or responders that are slow to answer.
///
/// # Errors
/// A fault of the database.
pub async fn recheck_due(app: &App) -> Result<usize, OperationError> {
    let start = app.clock.now();
    let mut decided = 0;
    for (document, checks) in store::due_for_a_check(&app.db, start, ROUND_MAX).await? {
        if app.clock.now().seconds_since(start) >= ROUND_SECONDS_MAX {
            break;
        }
        match recheck(app, document, checks).await {
            Ok(true) => decided += 1,
            Ok(false) => {}
            Err(error) => tracing::error!(document.id = %document, error = %error, "a document was not checked anew"),
        }
    }
    Ok(decided)
}

async fn recheck(app: &App, document: DocumentId, checks: i64) -> Result<bool, OperationError> {
    let now = app.clock.now();
    let Some(row) = store::load(&app.db, document).await?.filter(|row| row.state() == State::CheckPending) else {
        return Ok(false);
    };
    // Before anything is asked: what fails in an unforeseen way is not asked again and again either.
    schedule(app, &row, checks, now).await?;
    let kept = signatures::of_document(&app.db, document).await?;
    let kept = kept.into_iter().find(|signature| signature.side == Side::Sender.code());
    let kept = kept.ok_or_else(|| Fault::Inconsistent(format!("document {document} waits without a signature")))?;
    if row.check_deadline.is_some_and(|deadline| now >= deadline) {
        // Evidence that comes now comes too late (A5.3.6).
        return fail(app, &row, &missing(&kept), now).await.map(|()| true);
    }
    let key = keep_content::operator_key(app, document).await?;
    let files = store::files(&app.db, document).await?;
    let original = files.first().ok_or_else(|| Fault::Inconsistent(format!("document {document} has no original")))?;
    let content = keep_content::to_be_signed(app, &key, original).await?;
    let cms = keep_content::get(app, &key, &kept.blob_address, &kept.cms_sha256).await?;
    let evidence = keep_signature::get_evidence(app, &key, kept.id).await?;
    let stamp = evidence.into_iter().find(|(kind, _)| *kind == EvidenceKind::TimeStamp).map(|(_, token)| token);
    // A stamp that proved nothing is not kept: another is fetched.
    let stamp = stamp.filter(|_| kept.proven_at.is_some());

    let refusal = match check_signature::check_again(app, &cms, content.signed(), stamp.as_deref(), now).await {
        Ok(checked) if checked.waits_for.is_some() => {
            if kept.proven_at.is_none() && checked.proven_at.is_some() {
                keep_proof(app, &row, kept, &checked).await?;
            }
            return Ok(false);
        }
        Ok(checked) => match pass(app, &row, kept, &checked, &content, now).await {
            Ok(()) => return Ok(true),
            Err(OperationError::Refused(refusal)) => refusal,
            Err(fault @ OperationError::Fault(_)) => return Err(fault),
        },
        Err(OperationError::Refused(refusal)) => refusal,
        Err(fault @ OperationError::Fault(_)) => return Err(fault),
    };
    fail(app, &row, &refusal, now).await.map(|()| true)
}

/// When the document is looked at next: later and later, and no later than its deadline.
async fn schedule(app: &App, row: &DocumentRow, checks: i64, now: Moment) -> Result<(), OperationError> {
    let doublings = u32::try_from(checks.clamp(0, 16)).unwrap_or(0);
    let wait = BACK_OFF_SECONDS.saturating_mul(2_i64.saturating_pow(doublings)).min(BACK_OFF_SECONDS_MAX);
    let next = now.checked_add(Span::seconds(wait)).unwrap_or(now);
    let mut tx = app.db.begin().await?;
    store::set_next_check(&mut tx, row.id, row.check_deadline.map_or(next, |deadline| next.min(deadline))).await?;
    Ok(tx.commit().await?)
}

/// What did not come in time.
fn missing(kept: &SignatureRow) -> Refusal {
    if kept.indication == Indication::TotalPassed.as_str() {
        Refusal::new(RefusalCode::TimeStampUnavailable)
    } else {
        Refusal::new(RefusalCode::CertificateStatusUnknown)
    }
}

/// A time stamp that proves the signature is kept as soon as it is had: the signature is not younger for what still lacks.
async fn keep_proof(app: &App, row: &DocumentRow, kept: SignatureRow, checked: &Checked) -> Result<(), OperationError> {
    let key = keep_content::operator_key(app, row.id).await?;
    let evidence = keep_signature::put_evidence(app, &key, checked).await?;
    let mut tx = app.db.begin().await?;
    let locked = store::lock(&mut tx, row.id).await?.ok_or(RefusalCode::DocumentUnknown)?;
    if locked.state() == State::CheckPending {
        let signature = judged(kept, checked);
        signatures::update_verdict(&mut tx, &signature).await?;
        signatures::replace_evidence(&mut tx, signature.id, &evidence).await?;
    }
    Ok(tx.commit().await?)
}

/// The row of a signature as it is judged now.
fn judged(kept: SignatureRow, checked: &Checked) -> SignatureRow {
    SignatureRow {
        proven_at: checked.proven_at,
        checked_at: checked.checked_at,
        indication: checked.indication.clone(),
        sub_indication: checked.sub_indication.clone(),
        report: checked.report.to_string(),
        ..kept
    }
}

/// The evidence has come: the document is recorded, and from now on received.
async fn pass(
    app: &App,
    row: &DocumentRow,
    kept: SignatureRow,
    checked: &Checked,
    content: &ToBeSigned,
    now: Moment,
) -> Result<(), OperationError> {
    let event = EventId::new(now, &mut app.rng.clone());
    let key = keep_content::operator_key(app, row.id).await?;
    let evidence = keep_signature::put_evidence(app, &key, checked).await?;
    let signature = SignatureRow { event, ..judged(kept, checked) };
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
        // The offer may be withdrawn since: the acceptance came before, or it would not wait (`accept_offer`).
        become_client(&mut tx, &parse(app, content.held().unwrap_or_default())?, row.id, now).await?;
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
        issue_receipt::issue_or_leave(app, row.id).await?;
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
