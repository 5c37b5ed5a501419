//! An extract for a court, in two steps, because a person signs in between (D10, A6.12): the officer prepares it from the
//! journal as it stands, signs its manifest with his own key, and it is sealed, checked as the court will check it,
//! written down and handed out.

use std::collections::BTreeSet;

use qolhat_storage::envelope::{self, ContentKey};
use qolhat_storage::{BlobStore as _, ContentDigest};
use serde_json::{Value, json};

use super::check_signature::{self, Checked, Use};
use super::commit::{self, Act};
use super::{Fault, OperationError, court_scope, discard_prepared, keep_content, keep_signature, long_term};
use crate::access::answers::{self, Request};
use crate::access::rights::Caller;
use crate::app::App;
use crate::db::Tx;
use crate::docflow::{destruction, store as documents};
use crate::domain::ids::{DocumentId, EventId, ExtractId};
use crate::domain::party::Party;
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::extract::build::{self, Prepared};
use crate::extract::facts::ExtractFacts;
use crate::extract::format::{self, field, kind};
use crate::extract::operator::OperatorCard;
use crate::extract::records::{ExtractRecord, StatementRecord, SubjectRecord, from_json};
use crate::extract::store::{self, ExtractRow, NewExtract};
pub use crate::extract::talk::About;
use crate::journal::EventDraft;
use crate::notify::store::NewNotice;

mod asker;
mod gather;
mod proven;
mod pruned;
mod scope;
mod stale;
mod talk;

pub use asker::Asker;
pub use scope::{HISTORY_MAX, PartyPeriod};

/// Longest text of a request, in characters.
const TEXT_MAX_CHARS: usize = 1000;

/// Most documents of one extract.
pub const DOCUMENTS_MAX: usize = 200;
/// Most bytes of originals and attachments of one extract. Signatures and evidence come on top; the whole is kept as one
/// blob, which must stay below [`qolhat_storage::GET_MAX_BYTES`].
pub const FILES_MAX_BYTES: u64 = 128 * 1024 * 1024;
/// Most bytes of the payload of one extract: seal, signature and envelope still fit below the store's limit.
const PACKAGE_MAX_BYTES: u64 = qolhat_storage::GET_MAX_BYTES - 16 * 1024 * 1024;
/// How often an extract is built anew because another one took its number.
const NUMBER_TRIES_MAX: usize = 5;
/// Field of the journal's entry: SHA-256 of the extract.
pub const SHA256_FIELD: &str = "sha256";

/// What is asked for.
#[derive(Debug)]
pub struct ExtractRequest {
    /// The documents, in the order wanted; none with a period.
    pub documents: Vec<DocumentId>,
    /// The party and the period of which everything is wanted.
    pub period: Option<PartyPeriod>,
    /// The session or the message that is wanted; with it neither documents nor a period.
    pub about: Option<About>,
    /// Who asks.
    pub asker: Asker,
}

impl ExtractRequest {
    /// The party that asks for a session or a message: it is its own.
    fn party_of_talk(&self) -> Option<Party> {
        match (&self.about, &self.asker) {
            (Some(_), Asker::Party { party, .. }) => Some(*party),
            (_, Asker::Party { .. } | Asker::Court(_)) => None,
        }
    }
}

/// An extract that waits for the officer's signature.
#[derive(Debug)]
pub struct PreparedExtract {
    /// Its id.
    pub id: ExtractId,
    /// Its number in the register.
    pub number: u64,
    /// What the officer signs: a detached CMS over these octets.
    pub manifest: Vec<u8>,
}

/// The refusal of more than [`DOCUMENTS_MAX`] documents.
#[must_use]
pub fn too_many_documents() -> Refusal {
    Refusal::new(RefusalCode::TooManyDocuments).with("limit", DOCUMENTS_MAX.to_string()).at("/documents")
}

/// Whose log this is: what a court pins.
#[must_use]
pub fn operator_card(app: &App) -> OperatorCard {
    OperatorCard {
        operator: app.operator.bin.to_string(),
        name: Some(app.operator.name.clone()),
        log_keys: vec![app.journal.verifier_key().to_owned()],
        origin: Some(app.journal.origin().to_owned()),
        witness_keys: Vec::new(),
        witness_quorum: None,
    }
}

/// Gathers an extract and keeps it until the officer signs. `again` is the key under which it may be asked for again: it
/// is kept with the extract, so that a repeated request takes no second number ([`read_prepared_again`]).
///
/// # Errors
/// `session-unknown`, `message-unknown`, `not-an-officer`, `asker-is-no-party` when no approved request of a court is named and somebody else asks than a party to
/// all of it, the refusals of a court's request, `missing-requisite`, `date-invalid` for a period that is not over,
/// `extract-scope-empty`, `too-many-documents`, `history-too-long` for a party with more than [`HISTORY_MAX`]
/// entries, `document-unknown`, `document-not-yet-received`, `extract-too-large` for more
/// than [`FILES_MAX_BYTES`], `code-open` while a code in the messages can still be entered, `time-stamp-unavailable`.
///
/// Keeps: JRN-10, POA-03, SIG-19.
pub async fn prepare_extract(
    app: &App,
    caller: &Caller,
    request: ExtractRequest,
    again: &Request,
) -> Result<PreparedExtract, OperationError> {
    let now = app.clock.now();
    caller.must_be_officer()?;
    let asked = asker::asked(app, &request, now).await?;
    if request.documents.len() > DOCUMENTS_MAX {
        return Err(too_many_documents().into());
    }
    // One or the other: documents beside a period would be of nobody knows which scope.
    if (request.period.is_some() || request.about.is_some()) && !request.documents.is_empty() {
        return Err(Refusal::new(RefusalCode::ExtractScopeEmpty).at("/documents").into());
    }
    if request.period.is_some() && request.about.is_some() {
        return Err(Refusal::new(RefusalCode::ExtractScopeEmpty).at("/period").into());
    }
    let id = ExtractId::new(now, &mut app.rng.clone());
    let facts = gather::facts(app, caller, &request, asked, id, now).await?;
    keep(app, caller, facts, &request, again).await
}

/// That the journal knows a session or a message.
///
/// # Errors
/// `session-unknown`, `message-unknown`, `history-too-long`, `content-destroyed`.
pub async fn must_be_known(app: &App, about: About) -> Result<(), OperationError> {
    talk::look(app, about).await.map(drop)
}

/// What an earlier request prepared.
///
/// # Errors
/// `not-an-officer`, `extract-unknown`.
pub async fn read_prepared_again(app: &App, caller: &Caller, id: ExtractId) -> Result<PreparedExtract, OperationError> {
    caller.must_be_officer()?;
    let row = load(app, id).await?;
    let prepared = open_prepared(app, &key_of(app, id, &row)?, &row).await?;
    let number = u64::try_from(row.number).unwrap_or_default();
    Ok(PreparedExtract { id, number, manifest: prepared.manifest_officer })
}

/// Builds the payload, puts it and registers the extract. The number stands in what is sealed, and a gap in the register
/// would be a question in court: it is looked at first and taken in the short transaction that keeps the row. Where
/// another extract was faster, the payload is built anew under the next number.
async fn keep(
    app: &App,
    caller: &Caller,
    mut facts: ExtractFacts,
    request: &ExtractRequest,
    again: &Request,
) -> Result<PreparedExtract, OperationError> {
    let inconsistent = |error: String| OperationError::from(Fault::Inconsistent(error));
    let (id, key) = (facts.id, keep_content::new_key(app));
    let wrapped = envelope::wrap_key(&app.wrapping, &key, &holder_name(id), &mut app.rng.clone())?;
    let documents: Vec<DocumentId> = facts.documents.iter().map(|document| document.id).collect();
    for _ in 0..NUMBER_TRIES_MAX {
        let number = store::next_number(&app.db).await?;
        facts.number = u64::try_from(number).unwrap_or_default();
        // Papers of many pages take a while: on a thread where it hinders nobody.
        let work = move || {
            let built = build::prepare(&facts).and_then(|prepared| Ok((prepared.to_package()?, prepared)));
            (facts, built)
        };
        let (same, built) = tokio::task::spawn_blocking(work).await?;
        facts = same;
        let (package, prepared) = built.map_err(|error| inconsistent(error.to_string()))?;
        if u64::try_from(package.len()).unwrap_or(u64::MAX) > PACKAGE_MAX_BYTES {
            return Err(too_large(PACKAGE_MAX_BYTES).into());
        }
        let row = NewExtract {
            id,
            number,
            officer_iin: &caller.iin.to_string(),
            scope: &facts.request.scope_words(),
            ground: &facts.request.ground,
            prepared_at: facts.made_at,
            wrapped_key: wrapped.clone(),
            prepared_address: keep_content::put(app, &key, &package).await?,
            court_request: request.asker.court_request(),
            party: request.period.map(|period| period.party).or(request.party_of_talk()),
            documents: &documents,
        };
        let mut tx = app.db.begin().await?;
        must_be_there(&mut tx, &documents).await?;
        match store::insert(&mut tx, &row).await {
            Ok(()) => {
                tx.run_together(&[answers::keeping(again, &id.to_string(), facts.made_at)]).await?;
                tx.commit().await?;
                return Ok(PreparedExtract { id, number: facts.number, manifest: prepared.manifest_officer });
            }
            Err(error) if error.violates(&store::NUMBER_IS_TAKEN) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(RefusalCode::ServiceUnavailable.into())
}

/// That no document was destroyed while the extract was built: our copy would outlive it. Locks them till the end of `tx`.
async fn must_be_there(tx: &mut Tx, documents: &[DocumentId]) -> Result<(), OperationError> {
    let ordered: BTreeSet<DocumentId> = documents.iter().copied().collect();
    for document in ordered {
        documents::lock(tx, document).await?.ok_or(RefusalCode::DocumentUnknown)?;
        if destruction::is_destroyed(tx, document).await? {
            return Err(RefusalCode::ContentDestroyed.into());
        }
    }
    Ok(())
}

/// An extract of that many bytes could be made and not be kept.
fn too_large(limit: u64) -> Refusal {
    Refusal::new(RefusalCode::ExtractTooLarge).with("limit", limit.to_string())
}

/// Issues a prepared extract by the officer's signature over its manifest.
///
/// # Errors
/// `extract-unknown`, `extract-state` (also when something happened since it was prepared), `not-an-officer` for another officer than the one who prepared it, the refusals of
/// the signature; `journal-unavailable` when it is issued and not written down yet: ask for it again; `service-unavailable`
/// when evidence for the seal cannot be had now.
pub async fn issue_extract(
    app: &App,
    caller: &Caller,
    id: ExtractId,
    officer_cms: &[u8],
    request: Option<&Request>,
) -> Result<Vec<u8>, OperationError> {
    let now = app.clock.now();
    caller.must_be_officer()?;
    let row = load(app, id).await?;
    if row.issued_address.is_some() {
        return Err(Refusal::new(RefusalCode::ExtractState).with("state", "issued").into());
    }
    if row.officer_iin != caller.iin.to_string() {
        return Err(RefusalCode::NotAnOfficer.into());
    }
    // Also of a twin, which is discarded when the request is answered by another.
    if let Some(court) = row.court_request {
        court_scope::approved(app, court, now).await?;
    }
    let key = key_of(app, id, &row)?;
    let prepared = open_prepared(app, &key, &row).await?;
    let statement = stale::must_be_as_prepared(app, &prepared).await?;

    let (checked, officer) = officer_signature(app, caller, &prepared, officer_cms).await?;
    let seal = long_term::seal(app, &prepared.manifest_operator).await?;
    let binding = build::binding_text(app.journal.origin(), &prepared, &seal, &officer);
    let binding = app.journal.sign_text(&binding)?;
    let bytes =
        build::seal(&prepared, &seal, &officer, &binding).map_err(|error| Fault::Inconsistent(error.to_string()))?;
    let bytes = proven::must_verify(app, bytes).await?;

    let address = keep_content::put(app, &key, &bytes).await?;
    // What happened while it was sealed is not left out either.
    stale::must_be_as_prepared(app, &prepared).await?;
    let event = EventId::new(now, &mut app.rng.clone());
    let documents = store::documents_of(&app.db, id).await?;
    let mut tx = app.db.begin().await?;
    must_be_there(&mut tx, &documents).await?;
    keep_signature::must_be_usable(&mut tx, &checked, now).await?;
    if let Some(court) = row.court_request {
        court_scope::answer(&mut tx, court, now).await?;
    }
    if !store::set_issued(&mut tx, id, now, &address, event).await? {
        return Err(Refusal::new(RefusalCode::ExtractState).with("state", "issued").into());
    }
    if let Some(court) = row.court_request {
        discard_prepared::discard_twins(&mut tx, court, now).await?;
    }
    let asker = asker_of(&prepared)?;
    let (mut subjects, mut payload) = (vec![format!("extract:{id}")], Vec::new());
    if let Some(party) = &asker {
        subjects.push(commit::party_subject(party));
        payload.push((field::ASKED_BY.to_owned(), json!(party.key())));
    }
    if let Some(court) = row.court_request {
        subjects.push(court_scope::subject(court));
        payload.push((court_scope::ID_FIELD.to_owned(), json!(court.to_string())));
    }
    payload.extend([
        ("extract_id".to_owned(), json!(id.to_string())),
        ("number".to_owned(), json!(row.number)),
        (SHA256_FIELD.to_owned(), json!(ContentDigest::of(&bytes).to_hex())),
        (field::BY.to_owned(), json!(caller.iin.to_string())),
        (field::SUBJECTS.to_owned(), subjects_of(&statement)),
    ]);
    let draft = EventDraft {
        id: event,
        kind: kind::EXTRACT_ISSUED.to_owned(),
        subjects,
        payload,
        actor: commit::actor(caller),
    };
    // A party in whose name nobody asked is the one to notice.
    let notice = |party| NewNotice { party, kind: kind::EXTRACT_ISSUED, document: None, event, created_at: now };
    let notices = asker.map(notice).into_iter().collect();
    let act = Act { events: vec![draft], notices, request: request.map(|request| (request, id.to_string())) };
    match commit::commit(app, tx, act, now).await?.into_iter().flatten().next() {
        Some(_) => Ok(bytes),
        // Nothing is handed out that the journal does not hold.
        None => Err(RefusalCode::JournalUnavailable.into()),
    }
}

/// What an extract holds, as it was prepared, issued or not.
///
/// # Errors
/// `not-an-officer`, `extract-unknown`.
pub async fn read_prepared(app: &App, caller: &Caller, id: ExtractId) -> Result<Prepared, OperationError> {
    caller.must_be_officer()?;
    let row = load(app, id).await?;
    open_prepared(app, &key_of(app, id, &row)?, &row).await
}

/// The manifest that the officer signs: the very octets.
///
/// # Errors
/// As [`read_prepared`].
pub async fn read_manifest(app: &App, caller: &Caller, id: ExtractId) -> Result<Vec<u8>, OperationError> {
    Ok(read_prepared(app, caller, id).await?.manifest_officer)
}

async fn open_prepared(app: &App, key: &ContentKey, row: &ExtractRow) -> Result<Prepared, OperationError> {
    let package = envelope::open(key, &app.blobs.get(&row.prepared_address).await?)?;
    Ok(Prepared::from_package(&package).map_err(|error| Fault::Inconsistent(error.to_string()))?)
}

fn asker_of(prepared: &Prepared) -> Result<Option<Party>, OperationError> {
    let record = prepared.files.get(format::EXTRACT).map(Vec::as_slice).unwrap_or_default();
    let record: ExtractRecord = from_json(record).map_err(Fault::Inconsistent)?;
    Ok(asker::party_of(&record.request.asked_by))
}

/// How long the history of each subject was: the operator's word, given in his own journal, that none is left out. A
/// later one that comes to light proves that it was false.
fn subjects_of(statement: &StatementRecord) -> Value {
    let subject =
        |subject: &SubjectRecord| json!({"subject": subject.pseudonym, "n": subject.count, "size": statement.size});
    statement.subjects.iter().map(subject).collect()
}

/// An issued extract.
///
/// # Errors
/// `not-an-officer`, `extract-unknown`, `extract-state` when it is not issued, `journal-unavailable` when the journal does
/// not hold it.
pub async fn read_extract(app: &App, caller: &Caller, id: ExtractId) -> Result<Vec<u8>, OperationError> {
    caller.must_be_officer()?;
    read(app, id).await
}

/// An issued extract, for a party that is sender or recipient in all of its documents.
///
/// # Errors
/// `not-a-client`, `extract-unknown` for everybody else, `journal-unavailable`.
pub async fn read_extract_as_party(app: &App, caller: &Caller, id: ExtractId) -> Result<Vec<u8>, OperationError> {
    caller.must_draft()?;
    if !store::is_of_party(&app.db, id, &caller.party).await? {
        return Err(RefusalCode::ExtractUnknown.into());
    }
    read(app, id).await
}

/// Opens an issued extract, when the journal holds that it was issued, and holds these very octets.
async fn read(app: &App, id: ExtractId) -> Result<Vec<u8>, OperationError> {
    let row = load(app, id).await?;
    let (Some(address), Some(event)) = (row.issued_address, row.event) else {
        return Err(Refusal::new(RefusalCode::ExtractState).with("state", "prepared").into());
    };
    let place = app.journal.find(event).await?.ok_or(RefusalCode::JournalUnavailable)?;
    let stored = app.journal.entry(place.seq).await?.ok_or(RefusalCode::JournalUnavailable)?;
    let (entry, fields) = stored.proven()?;
    let bytes = envelope::open(&key_of(app, id, &row)?, &app.blobs.get(&address).await?)?;
    let sha256 = ContentDigest::of(&bytes).to_hex();
    // The opening may be erased by law; one that is there must fit.
    let other = fields.get(SHA256_FIELD).is_some_and(|told| told.as_str() != Some(sha256.as_str()));
    if entry.kind != kind::EXTRACT_ISSUED || other {
        return Err(Fault::Inconsistent(format!("extract {id}: entry {} is of something else", place.seq)).into());
    }
    Ok(bytes)
}

async fn load(app: &App, id: ExtractId) -> Result<ExtractRow, OperationError> {
    Ok(store::load(&app.db, id).await?.ok_or(RefusalCode::ExtractUnknown)?)
}

fn holder_name(id: ExtractId) -> Vec<u8> {
    format!("extract {id} holder operator").into_bytes()
}

fn key_of(app: &App, id: ExtractId, row: &ExtractRow) -> Result<ContentKey, OperationError> {
    // A document of it was destroyed, and with it our copy.
    if row.wrapped_key.is_empty() {
        return Err(RefusalCode::ContentDestroyed.into());
    }
    Ok(envelope::unwrap_key(&app.wrapping, &row.wrapped_key, &holder_name(id))?)
}

/// The officer's signature, checked as any signature is, with the proofs by which it can be checked in ten years.
async fn officer_signature(
    app: &App,
    caller: &Caller,
    prepared: &Prepared,
    cms: &[u8],
) -> Result<(Checked, Vec<u8>), OperationError> {
    let now = app.clock.now();
    let checked = check_signature::check(app, cms, prepared.manifest_officer.as_slice(), Use::Document, now).await?;
    if let Some(refusal) = checked.waits_for {
        return Err(refusal.into());
    }
    if checked.signer.iin != caller.iin {
        return Err(RefusalCode::SignerIsNotTheCaller.into());
    }
    if checked.signer.party != Party::Organization(app.operator.bin) {
        return Err(RefusalCode::WrongCapacity.into());
    }
    let with_proofs = long_term::with_proofs(app, &checked.cms, &checked.evidence)?;
    Ok((checked, with_proofs))
}
