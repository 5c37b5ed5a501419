//! A holder reports that his key may be in other hands (CMP-02 to CMP-06, D14): the certificate is suspended at once, for
//! login and for signing, and so is every other registered certificate of its key. Who names no certificate reports all
//! that he has in the capacity in which he is logged in: a thief has the whole token, and nobody knows digests by heart.
//! Each certificate has a case of its own. What was recorded stays; what was signed after the declared instant is marked as
//! contested, and its parties are told.

use qolhat_pki::certificate::Certificate;
use qolhat_pki::path::{self, PathOptions};
use qolhat_pki::time::Span;
use serde_json::json;

use super::check_signature;
use super::commit::{self, Act};
use super::end_document::checked_reason;
use super::session_events::{self, Why};
use super::{Fault, OperationError};
use crate::access::answers::Request;
use crate::access::cases::{self, CaseRow, CaseState, DECISION_SECONDS};
use crate::access::certificates::{self, CertificateRow, CertificateState};
use crate::access::rights::Caller;
use crate::access::session;
use crate::app::App;
use crate::db::Tx;
use crate::docflow::store;
use crate::domain::ids::{CaseId, EventId};
use crate::domain::party::{IdentifierPolicy, Party};
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::time::Moment;
use crate::extract::format::{field, kind};
use crate::journal::EventDraft;
use crate::notify::store::NewNotice;
use crate::signature::Signer;
use crate::signature::store as signatures;

/// A notice that a key is compromised. Of the two that name a certificate at most one is given; with neither, every active
/// certificate of the caller in his capacity is meant.
#[derive(Debug)]
pub struct ReportKeyCompromise {
    /// SHA-256 of a registered certificate.
    pub certificate_sha256: Option<[u8; 32]>,
    /// The certificate itself, DER: it need not have been used here.
    pub certificate: Option<Vec<u8>>,
    /// Since when the key may be in other hands.
    pub compromised_since: Moment,
    /// The holder's words.
    pub circumstances: String,
}

/// Opens a case for each certificate that is meant and suspends it; answers the first case, that of the certificate named
/// or of the session's.
///
/// # Errors
/// `certificate-unknown`, `certificate-untrusted`, `not-the-holder`, `compromise-in-future`,
/// `compromise-before-certificate`, `case-already-open`, `certificate-annulled`, `reason-required`, `malformed-content`.
pub async fn report_key_compromise(
    app: &App,
    caller: &Caller,
    command: ReportKeyCompromise,
    request: Option<&Request>,
) -> Result<CaseId, OperationError> {
    let now = app.clock.now();
    let circumstances = checked_reason(&command.circumstances, "/circumstances")?;
    let since = command.compromised_since;
    if since > now {
        return Err(Refusal::new(RefusalCode::CompromiseInFuture)
            .with("at", since.to_string())
            .at("/compromised_since")
            .into());
    }
    let brought = command.certificate.as_deref().map(|der| trusted(app, der, now)).transpose()?;

    let mut tx = app.db.begin().await?;
    let meant = match (command.certificate_sha256, brought) {
        (Some(_), Some(_)) => {
            return Err(Refusal::new(RefusalCode::MalformedContent)
                .with("reason", "duplicate-member")
                .at("/certificate")
                .into());
        }
        (Some(sha256), None) => named(&mut tx, caller, &sha256, since).await?,
        (None, Some(row)) => {
            must_hold(caller, &row)?;
            certificates::register(&mut tx, &row).await?;
            named(&mut tx, caller, &row.sha256, since).await?
        }
        (None, None) => all_of_capacity(&mut tx, caller, since).await?,
    };
    let mut act = Act { events: Vec::new(), notices: Vec::new(), request: None };
    let mut first = None;
    for certificate in &meant {
        let mut rng = app.rng.clone();
        let case = CaseRow {
            id: CaseId::new(now, &mut rng),
            certificate_sha256: certificate.sha256,
            reported_by: caller.iin.to_string(),
            reported_at: now,
            // A key cannot be in other hands before there is one.
            compromised_since: since.max(certificate.not_before),
            circumstances: circumstances.clone(),
            due_at: now.checked_add(Span::seconds(DECISION_SECONDS)).unwrap_or(now),
            state: CaseState::Open,
            decided_at: None,
            decided_by: None,
            cut_off: None,
            event: EventId::new(now, &mut rng),
        };
        open(app, &mut tx, caller, certificate, &case, &mut act).await?;
        first = first.or(Some(case.id));
    }
    let first = first.ok_or(RefusalCode::CertificateUnknown)?;
    act.request = request.map(|request| (request, first.to_string()));
    commit::commit(app, tx, act, now).await?;
    Ok(first)
}

/// The row of a certificate that its holder brings: it must lead to a CA that we trust, or anybody could fill the register.
/// One that has ended is judged as of its last instant.
fn trusted(app: &App, der: &[u8], now: Moment) -> Result<CertificateRow, Refusal> {
    let certificate = Certificate::from_der(der).map_err(|_| {
        Refusal::new(RefusalCode::MalformedContent).with("reason", "not-a-certificate").at("/certificate")
    })?;
    let signer = Signer::of(&certificate, app.rules.identifiers)?;
    let at = now.max(certificate.not_before()).min(certificate.not_after());
    let (options, mut budget) = (PathOptions::for_any_purpose(), path::Budget::default());
    path::build_path(&certificate, &app.trust.anchors, &app.trust.intermediates, at, &options, &mut budget).map_err(
        |_| {
            Refusal::new(RefusalCode::CertificateUntrusted)
                .with("issuer", certificate.issuer().to_string())
                .at("/certificate")
        },
    )?;
    Ok(check_signature::registration(&certificate, &signer, now))
}

/// The registered certificate of this digest, and behind it the other active ones of its key that are the caller's; all
/// locked.
async fn named(
    tx: &mut Tx,
    caller: &Caller,
    sha256: &[u8; 32],
    since: Moment,
) -> Result<Vec<CertificateRow>, OperationError> {
    let certificate = certificates::lock(tx, sha256).await?.ok_or(RefusalCode::CertificateUnknown)?;
    must_hold(caller, &certificate)?;
    match certificate.state {
        CertificateState::Active => {}
        CertificateState::Suspended => return Err(RefusalCode::CaseAlreadyOpen.into()),
        CertificateState::Annulled => return Err(RefusalCode::CertificateAnnulled.into()),
    }
    must_have_begun(&certificate, since)?;
    let mut meant = vec![certificate];
    add_alike(tx, &mut meant).await?;
    Ok(meant)
}

/// Every active certificate of the caller in his capacity (D13), the session's first, and the other active ones of their
/// keys that are his; all locked.
async fn all_of_capacity(tx: &mut Tx, caller: &Caller, since: Moment) -> Result<Vec<CertificateRow>, OperationError> {
    let bin = caller.party.bin().map(|bin| bin.to_string());
    let mut meant = certificates::lock_active_of_capacity(tx, &caller.iin.to_string(), bin.as_deref()).await?;
    meant.sort_by_key(|row| (row.sha256 != caller.certificate_sha256, row.first_seen_at));
    let oldest = meant.iter().min_by_key(|row| row.not_before).ok_or(RefusalCode::CertificateUnknown)?;
    must_have_begun(oldest, since)?;
    add_alike(tx, &mut meant).await?;
    Ok(meant)
}

/// Adds the other active certificates of the same keys that are of the same holder.
async fn add_alike(tx: &mut Tx, meant: &mut Vec<CertificateRow>) -> Result<(), OperationError> {
    for position in 0..meant.len() {
        let Some(row) = meant.get(position).cloned() else { break };
        for alike in certificates::lock_alike(tx, &row).await? {
            let is_new = !meant.iter().any(|known| known.sha256 == alike.sha256);
            if is_new && alike.state == CertificateState::Active && alike.iin == row.iin {
                meant.push(alike);
            }
        }
    }
    Ok(())
}

/// The holder reports his own key; the officer takes down the notice that a holder gives by telephone or in writing
/// (CMP-02 to CMP-04), and is named in the case as who did.
fn must_hold(caller: &Caller, certificate: &CertificateRow) -> Result<(), Refusal> {
    if caller.officer || certificate.iin == caller.iin.to_string() {
        Ok(())
    } else {
        Err(Refusal::new(RefusalCode::NotTheHolder))
    }
}

fn must_have_begun(certificate: &CertificateRow, since: Moment) -> Result<(), Refusal> {
    if since >= certificate.not_before {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::CompromiseBeforeCertificate)
        .with("not_before", certificate.not_before.to_string())
        .at("/compromised_since"))
}

/// Keeps an open case on a certificate that the transaction has locked, suspends it, and contests what it signed since.
async fn open(
    app: &App,
    tx: &mut Tx,
    caller: &Caller,
    certificate: &CertificateRow,
    case: &CaseRow,
    act: &mut Act<'_>,
) -> Result<(), OperationError> {
    cases::insert(tx, case).await.map_err(|error| {
        let open = ["a_certificate_has_one_open_case", "compromise_case.certificate_sha256"];
        if error.violates(&open) { RefusalCode::CaseAlreadyOpen.into() } else { OperationError::from(error) }
    })?;
    certificates::set_state(tx, &certificate.sha256, CertificateState::Suspended, None).await?;
    // Its sessions are refused from now on by the certificate's state, with the code that says why; they end for good
    // when the case is decided.
    act.events.push(reported(caller, certificate, case));
    let case_id = case.id.to_string();
    for (session, party) in session::open_of(tx, &app.session_key, &certificate.sha256, case.reported_at).await? {
        let why = Why::Suspended(&case_id);
        act.events.push(session_events::ended(app, caller, (session, &party), &why, case.reported_at));
    }
    act.notices.push(notice(certificate, kind::COMPROMISE_REPORTED, case.event, case.reported_at)?);
    contest(app, tx, case, (case.compromised_since, None), caller, act, case.reported_at).await
}

/// The notice to the party whose certificate a case is about: whoever reported it, the party is concerned.
///
/// # Errors
/// A fault when the row names nobody.
pub(super) fn notice(
    certificate: &CertificateRow,
    kind: &'static str,
    event: EventId,
    created_at: Moment,
) -> Result<NewNotice, OperationError> {
    // What was kept was judged when it came in.
    let party = Party::parse_key(&party_key(certificate), IdentifierPolicy::AcceptTest)
        .map_err(|error| Fault::Inconsistent(format!("a certificate of nobody: {error}")))?;
    Ok(NewNotice { party, kind, document: None, event, created_at })
}

/// The key of the party for which a certificate speaks.
pub(super) fn party_key(certificate: &CertificateRow) -> String {
    match &certificate.bin {
        Some(bin) => format!("bin:{bin}"),
        None => format!("iin:{}", certificate.iin),
    }
}

/// The journal's names of a case and of the party whose key it is about.
pub(super) fn subjects(case: CaseId, certificate: &CertificateRow) -> Vec<String> {
    vec![format!("case:{case}"), format!("party:{}", party_key(certificate))]
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
