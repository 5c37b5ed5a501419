//! A holder asks, by his signature, that the content of a document be destroyed (JRN-05). He has no access from then
//! on. When no other party holds the content, no term of keeping runs, no legal hold stands and no court asks for it,
//! its key is erased, and with it the operator's copies of extracts: nobody can read it any more. The journal, its
//! proofs and the request stay.

use qolhat_storage::{BlobStore as _, ContentDigest, RemovalRule, StoreError};
use serde_json::json;
use tokio::io::AsyncReadExt as _;

use super::commit::{self, Act as Written};
use super::court_keeping::{AskedFor, History};
use super::take_signature::{take_signature, written_down};
use super::{Fault, OperationError, keep_signature, scrub_store, sign_document};
use crate::access::answers::Request;
use crate::access::rights::Caller;
use crate::access::store as clients;
use crate::app::App;
use crate::db::{Mark, Tx};
use crate::docflow::State;
use crate::docflow::destruction::{self, NewRequest};
use crate::docflow::store::{self, DocumentRow};
use crate::domain::document::DocumentKind;
use crate::domain::ids::{DocumentId, EventId};
use crate::domain::jcs;
use crate::domain::party::Party;
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::retention;
use crate::domain::time::{CivilDate, Moment};
use crate::extract::format::field;
use crate::extract::store as extracts;
use crate::journal::segment::TITLE;
use crate::journal::{EventDraft, keeping as decisions};
use crate::signature::authority;

/// Documents looked at in one query.
const DUE_AT_ONCE: i64 = 50;

/// Blobs swept in one round.
const SWEPT_AT_ONCE: i64 = 1000;
/// Blobs swept while the party waits for its answer; the others are the worker's.
const SWEPT_IN_REQUEST: usize = 50;

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destruction {
    /// When the party asked.
    pub requested_at: Moment,
    /// When the content was destroyed; `None` while somebody or something keeps it.
    pub destroyed_at: Option<Moment>,
    /// The term of keeping, when one runs.
    pub kept_until: Option<Moment>,
}

/// The text that the party signs.
///
/// # Errors
/// `document-unknown` for everybody but its parties; `not-a-client`.
pub async fn request_text(app: &App, caller: &Caller, document: DocumentId) -> Result<Vec<u8>, OperationError> {
    caller.must_sign()?;
    sign_document::load(app, caller, document).await?;
    text(app, &caller.party, document).await
}

async fn text(app: &App, party: &Party, document: DocumentId) -> Result<Vec<u8>, OperationError> {
    let files = store::files(&app.db, document).await?;
    let original = files.first().ok_or_else(|| Fault::Inconsistent(format!("document {document} has no original")))?;
    let value = json!({
        "content_sha256": original.sha256.to_hex(),
        "document_id": document.to_string(),
        "operator": app.operator.bin.to_string(),
        "party": party.key(),
        "type": "DestructionRequest",
        "version": 1,
    });
    Ok(jcs::to_canonical(&value).map_err(|error| Fault::Inconsistent(error.to_string()))?)
}

/// Takes the request `cms` over [`request_text`]; repeated, it answers how things stand.
///
/// # Errors
/// `document-unknown`; `document-not-yet-received` while it is being recorded or checked; the refusals of the signature
/// and of the signer's authority.
///
/// Keeps: JRN-05.
pub async fn request_destruction(
    app: &App,
    caller: &Caller,
    document: DocumentId,
    cms: &[u8],
    request: Option<&Request>,
) -> Result<Destruction, OperationError> {
    let now = app.clock.now();
    caller.must_sign()?;
    let (row, _) = sign_document::load(app, caller, document).await?;
    if destruction::request(&app.db, document, &caller.party).await?.is_some() {
        return standing(app, caller, document).await;
    }
    let text = text(app, &caller.party, document).await?;
    let attempt = "destroy-content";
    let checked = take_signature(app, caller, attempt, (cms, text.as_slice().into()), now, |checked| {
        authority::may_bind(&checked.signer, Some(&caller.iin), &caller.party, row.kind)?;
        checked.waits_for.clone().map_or(Ok(()), Err)
    })
    .await?;

    let keeping = keeping(app, &row, now).await?;
    let event = EventId::new(now, &mut app.rng.clone());
    let mut tx = app.db.begin().await?;
    decisions::decide(&mut tx).await?;
    let row = store::lock(&mut tx, document).await?.ok_or(RefusalCode::DocumentUnknown)?;
    if matches!(row.state(), State::Recording | State::CheckPending) {
        return Err(RefusalCode::DocumentNotYetReceived.into());
    }
    if let Err(error) = keep_signature::must_be_usable(&mut tx, &checked, now).await {
        drop(tx);
        return written_down(app, caller, attempt, &checked, Err(error)).await;
    }
    let kept_until = keeping.until(&row, now);
    let new = NewRequest { document, party: &caller.party, cms: &checked.cms, requested_at: now, kept_until, event };
    if !destruction::insert_request(&mut tx, &new).await? {
        // Another signer of the party was faster.
        drop(tx);
        return standing(app, caller, document).await;
    }
    let mut events = vec![EventDraft {
        id: event,
        kind: "document.destruction-requested".to_owned(),
        subjects: vec![commit::document_subject(document), commit::party_subject(&caller.party)],
        payload: vec![
            (field::DOCUMENT_ID.to_owned(), json!(document.to_string())),
            ("request_sha256".to_owned(), json!(ContentDigest::of(&checked.cms).to_hex())),
            (field::CERTIFICATE_SHA256.to_owned(), json!(hex::encode(checked.signer.certificate_sha256))),
            (field::BY.to_owned(), json!(caller.iin.to_string())),
        ],
        actor: commit::actor(caller),
    }];
    let destroyed = destroy_if_free(app, &mut tx, (&row, &keeping), now, &mut events).await?;
    let written =
        Written { events, notices: Vec::new(), request: request.map(|request| (request, document.to_string())) };
    commit::commit(app, tx, written, now).await?;
    if let Some(blobs) = destroyed {
        sweep_now(app, blobs).await;
    }
    standing(app, caller, document).await
}

/// How the request of the caller's party stands.
///
/// # Errors
/// `document-unknown`; `not-found` when the party has not asked.
pub async fn standing(app: &App, caller: &Caller, document: DocumentId) -> Result<Destruction, OperationError> {
    sign_document::load(app, caller, document).await?;
    let asked = destruction::request(&app.db, document, &caller.party).await?.ok_or(RefusalCode::NotFound)?;
    let destroyed_at = destruction::destroyed_at(&app.db, document).await?;
    let kept_until = asked.kept_until.filter(|until| destroyed_at.is_none() && *until > app.clock.now());
    Ok(Destruction { requested_at: asked.requested_at, destroyed_at, kept_until })
}

/// Destroys what was asked for while something kept it and nothing keeps any more; how many documents.
///
/// # Errors
/// A fault of the database. What one document meets does not keep the others from their turn.
pub async fn destroy_due(app: &App) -> Result<usize, OperationError> {
    let operator = Party::Organization(app.operator.bin);
    let (mut count, mut after) = (0, DocumentId::from(uuid::Uuid::nil()));
    // To the end of the list: those that something else keeps, a consent that binds, stay at its head.
    loop {
        let due = destruction::due(&app.db, &operator, app.clock.now(), (DUE_AT_ONCE, after)).await?;
        let Some(last) = due.last() else { return Ok(count) };
        after = *last;
        for document in due {
            match destroy_now(app, document).await {
                Ok(true) => count += 1,
                Ok(false) => {}
                Err(error) => tracing::error!(error = %error, document.id = %document, "due and not destroyed"),
            }
        }
    }
}

/// Destroys one document that is due; whether it still was.
async fn destroy_now(app: &App, document: DocumentId) -> Result<bool, OperationError> {
    let now = app.clock.now();
    let Some(seen) = store::load(&app.db, document).await? else { return Ok(false) };
    let keeping = keeping(app, &seen, now).await?;
    let mut tx = app.db.begin().await?;
    decisions::decide(&mut tx).await?;
    let Some(row) = store::lock(&mut tx, document).await? else { return Ok(false) };
    let mut events = Vec::new();
    if destroy_if_free(app, &mut tx, (&row, &keeping), now, &mut events).await?.is_none() {
        return Ok(false);
    }
    commit::commit(app, tx, Written { events, notices: Vec::new(), request: None }, now).await?;
    Ok(true)
}

/// Erases the keys of the document, which is locked, when nothing keeps its content; nobody else decides meanwhile what
/// is kept. Answers the blobs that nobody can read any more, or `None`. The act of destruction is added to `events`,
/// and what is to be swept is written down.
async fn destroy_if_free(
    app: &App,
    tx: &mut Tx,
    (row, keeping): (&DocumentRow, &Keeping),
    now: Moment,
    events: &mut Vec<EventDraft>,
) -> Result<Option<Vec<ContentDigest>>, OperationError> {
    let operator = Party::Organization(app.operator.bin);
    let is_kept = keeping.until(row, now).is_some_and(|until| until > now)
        || keeping.binds_a_client
        // Who never got to see the document holds nothing of it.
        || row.recorded_event.is_some() && destruction::holders(tx, row.id, &operator).await? > 0
        || destruction::holds_now(tx, row.id).await?.iter().any(|hold| hold.lifted_at.is_none())
        || AskedFor::when_deciding(tx, now).await?.covers(row, keeping.history.as_ref());
    if is_kept || destruction::is_destroyed(tx, row.id).await? {
        return Ok(None);
    }
    let event = EventId::new(now, &mut app.rng.clone());
    let mut blobs = destruction::destroy(tx, row.id, now, event).await?;
    blobs.extend(extracts::destroy_copies(tx, row.id).await?);
    destruction::insert_unswept(tx, &blobs, now).await?;
    destruction::insert_unerased(tx, row.id, now).await?;
    let known_to_both = row.recorded_seq.is_some();
    events.push(EventDraft {
        id: event,
        kind: "document.destroyed".to_owned(),
        subjects: super::record_document::subjects(row.id, &row.sender, known_to_both.then_some(&row.recipient)),
        payload: vec![
            (field::DOCUMENT_ID.to_owned(), json!(row.id.to_string())),
            ("blobs".to_owned(), json!(blobs.len())),
        ],
        actor: json!({"operator": app.operator.bin.to_string()}),
    });
    Ok(Some(blobs))
}

/// What keeps the content of a document besides its holders and holds, as far as it is read elsewhere than in its row: looked
/// up before the transaction, which would else wait with its locks for a second connection.
#[derive(Debug)]
struct Keeping {
    /// Number and instant of the entry that records the document.
    recorded: Option<(i64, Moment)>,
    /// Whether it is a consent by which a client is bound.
    binds_a_client: bool,
    /// What happened to it, where a court asks for a period of one of its parties.
    history: Option<History>,
}

async fn keeping(app: &App, row: &DocumentRow, now: Moment) -> Result<Keeping, OperationError> {
    let recorded = match row.recorded_seq.and_then(|seq| Some((seq, u64::try_from(seq).ok()?))) {
        // Of an entry that was pruned the instant stays.
        Some((kept, seq)) => Some((kept, app.journal.instant_of(seq).await?)),
        None => None,
    };
    let history = AskedFor::at(app, now).await?.history(app, row, now).await?;
    Ok(Keeping { recorded, binds_a_client: binds_a_client(app, row).await?, history })
}

impl Keeping {
    /// Until when the law keeps the content: of what was received, not of what stayed a draft. It counts from the entry that
    /// records the document, and from now while that waits for its place, or has found it since it was looked for.
    fn until(&self, row: &DocumentRow, now: Moment) -> Option<Moment> {
        row.recorded_event?;
        let recorded = self.recorded.filter(|(seq, _)| row.recorded_seq == Some(*seq)).map_or(now, |(_, at)| at);
        let dated = row.date.as_deref().and_then(|date| CivilDate::parse(date).ok());
        retention::kept_until(row.kind, recorded, dated).map(CivilDate::start_of_day)
    }
}

/// Whether the document is a consent by which its sender is bound as a client: the first one, and each to a later offer or
/// version, proves an agreement.
async fn binds_a_client(app: &App, row: &DocumentRow) -> Result<bool, OperationError> {
    if row.kind != DocumentKind::OfferAcceptance || row.recorded_event.is_none() {
        return Ok(false);
    }
    Ok(clients::client(&app.db, &row.sender).await?.is_some())
}

/// Sweeps at once what the party has just given up, as far as it need not wait long; the rest, and what does not succeed, is
/// the worker's.
async fn sweep_now(app: &App, mut blobs: Vec<ContentDigest>) {
    blobs.truncate(SWEPT_IN_REQUEST);
    if let Err(error) = take_away(app, blobs, app.db.mark()).await {
        tracing::warn!(error = %error, "what was destroyed is not swept yet; it is tried again");
    }
}

/// Takes away the blobs that nobody can read any more, and has the database forget what it erased; how many blobs. What is
/// to be swept is written down with the destruction, and struck off when both are done: neither a crash nor a store that
/// does not answer leaves any behind.
///
/// # Errors
/// A fault of the database, which also keeps pages of before while somebody reads them; one of the store, told last.
pub async fn sweep(app: &App) -> Result<usize, OperationError> {
    let mark = app.db.mark();
    take_away(app, destruction::unswept(&app.db, SWEPT_AT_ONCE).await?, mark).await
}

/// Why a blob stays although it is written down to be taken away: a row of that list alone, which anybody may have
/// written who may write to the database, destroys nothing that is in use, and no segment of the journal.
async fn what_keeps(app: &App, address: &ContentDigest) -> Result<Option<&'static str>, Fault> {
    if scrub_store::is_named(&app.db, address).await? {
        return Ok(Some("a row names it"));
    }
    let mut reader = match app.blobs.reader(address).await {
        Ok(reader) => reader,
        Err(StoreError::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let (mut head, length) = (Vec::new(), u64::try_from(TITLE.len()).unwrap_or(u64::MAX));
    let read = (&mut reader).take(length).read_to_end(&mut head).await;
    match read.map_err(|error| reader.failed(error)) {
        // A damaged one goes as well.
        Ok(_) | Err(StoreError::Corrupt { .. }) => Ok((head == TITLE).then_some("it is a segment of the journal")),
        Err(error) => Err(error.into()),
    }
}

/// Takes away `blobs` that were read after `since`.
async fn take_away(app: &App, blobs: Vec<ContentDigest>, since: Mark) -> Result<usize, OperationError> {
    let (mut swept, mut failed) = (Vec::new(), None);
    if !blobs.is_empty() {
        // What says that they may go is on disk before they are gone.
        app.db.make_durable(since).await?;
    }
    for address in blobs {
        let removed = match what_keeps(app, &address).await {
            // Struck off: one that is destroyed later is written down again.
            Ok(Some(why)) => {
                tracing::error!(blob.address = %address, why, "a blob is written down to be taken away, and is left");
                Ok(())
            }
            Ok(None) => app.blobs.remove(&address, RemovalRule::Always).await.map(drop).map_err(Fault::from),
            Err(error) => Err(error),
        };
        match removed {
            Ok(()) => swept.push(address),
            Err(error) => {
                tracing::warn!(error = %error, blob.address = %address, "a destroyed blob was not taken away");
                failed = Some(error);
            }
        }
    }
    if !swept.is_empty() {
        app.db.forget().await?;
        let mut tx = app.db.begin().await?;
        destruction::delete_unswept(&mut tx, &swept).await?;
        tx.commit().await?;
    }
    failed.map_or(Ok(swept.len()), |error| Err(error.into()))
}

/// The refusal of content that is destroyed, or that the caller's party has given up; `or` for what never was his.
///
/// # Errors
/// Always: that is its answer.
pub(super) async fn gone<T>(
    app: &App,
    document: DocumentId,
    party: &Party,
    or: RefusalCode,
) -> Result<T, OperationError> {
    let destroyed = destruction::destroyed_at(&app.db, document).await?.is_some();
    if destroyed || destruction::request(&app.db, document, party).await?.is_some() {
        return Err(RefusalCode::ContentDestroyed.into());
    }
    Err(Refusal::from(or).into())
}
